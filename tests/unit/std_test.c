/*
 * The library that the compiler carries: it is the files of stdlib/, every module compiles by
 * itself, and it is used without files, hashes and depfiles.
 */
#include "compiler/std.h"

#include "compiler/writc.h"
#include "runtime/cli/reader.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "vm/base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(std, .timeout = 60);

/* One file beside the source: `mine.wf`. */
static enum wr_status
read_mine(void *user, struct wc_reading *reading)
{
	if (user == NULL || !wr_text_eq(reading->path, WR_TEXT("mine.wf")))
		return WR_ABSENT;
	reading->name = "mine.wf";
	reading->bytes = wr_text_of(user);
	return WR_OK;
}

static enum wr_status
compile(const struct wr_alloc *alloc, struct wr_text source, const char *mine, uint32_t *ret_files,
    char said[4096])
{
	struct wc_options options = {.read = read_mine, .user = (void *)(uintptr_t)mine,
	    .sha256 = wd_reader_sha256};
	struct wr_buf bytecode, messages;
	struct wc_result result;
	enum wr_status s;

	wr_buf_init(&bytecode, alloc, WR_MODULE_MAX);
	wr_buf_init(&messages, alloc, 4000);
	s = wc_compile(alloc, "main.wf", source, &options, &bytecode, &result);
	wc_diags_render(&result.diags, WC_DIAG_SHORT, false, &messages);
	(void)snprintf(said, 4096, "%.*s", (int)messages.size, messages.size > 0 ? messages.at : "");
	*ret_files = result.files_len;
	wc_result_free(&result);
	wr_buf_free(&bytecode);
	wr_buf_free(&messages);
	return s;
}

Test(std, holds_its_modules_and_each_compiles_without_a_word)
{
	struct failing_alloc f;
	char said[4096], path[200];
	uint32_t files;

	failing_alloc_init(&f);
	cr_assert_gt(wc_std_len(), 0);
	for (unsigned i = 0; i < wc_std_len(); i++) {
		const struct wc_std_module *m = wc_std_at(i);
		struct wr_buf bytes;
		enum wr_status s = compile(&f.hook, m->bytes, NULL, &files, said);

		cr_expect(s == WR_OK || s == WR_ABSENT, "%s", m->path);
		cr_expect_str_eq(said, "", "%s: %s", m->path, said);
		cr_expect_eq(files, 0);
		cr_expect(wc_std_find(wr_text_of(m->path)) == m);
		cr_expect(i == 0 || strcmp(wc_std_at(i - 1)->path, m->path) < 0);
		(void)snprintf(path, sizeof path, "stdlib/%s", m->path + strlen("std/"));
		wr_buf_init(&bytes, &f.hook, 1u << 20);
		flow_file_read(path, &bytes);
		cr_expect(wr_text_eq(wr_buf_view(&bytes), m->bytes), "%s is not as built in", path);
		wr_buf_free(&bytes);
	}
	cr_assert_eq(f.live_bytes, 0);
}

#define START "start r(t: text ..90) -> [text ..254]\nend personal(t)\n"
#define HASH "0000000000000000000000000000000000000000000000000000000000000000"

Test(std, is_used_without_a_file_and_without_a_hash)
{
	static const struct {
		const char *source, *mine, *said; /* "": it compiles without a word */
		uint32_t files;
	} cases[] = {
	    {"writ 1\nuse personal from \"std/redact.wf\"\n" START, NULL, "", 0},
	    {"writ 1\nuse personal from \"std/redcat.wf\"\n" START, NULL,
		"main.wf:2:19: error[E0601]: cannot read `std/redcat.wf`", 0},
	    {"writ 1\nuse personal from \"./std/redact.wf\"\n" START, NULL,
		"main.wf:2:19: error[E0601]: cannot read `./std/redact.wf`", 0},
	    {"writ 1\nuse nobody from \"std/redact.wf\"\n" START, NULL, "`nobody`", 0},
	    {"writ 1\nuse personal from \"std/redact.wf\" sha256:" HASH "\n" START, NULL,
		"error[E0603]: `std/redact.wf` has changed since it was pinned", 0},
	    /* A pinned file may use it: what reaches the digest is in the digest. */
	    {"writ 1\nuse seen from \"mine.wf\" "
	     "sha256:7754c75f76142c08f6e189bdd5176fd7579bbd0fa9c12394e4c3b183cf09b9e0\n"
	     "start r(t: text ..90) -> [text ..254]\nend seen(t)\n",
		"writ 1\nuse personal from \"std/redact.wf\"\n"
		"fn seen(t: text ..90) -> [text ..254] = personal(t)\n",
		"", 1},
	};
	struct failing_alloc f;
	char said[4096];
	uint32_t files;

	failing_alloc_init(&f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum wr_status s =
		    compile(&f.hook, wr_text_of(cases[i].source), cases[i].mine, &files, said);

		cr_expect_eq(s, cases[i].said[0] == '\0' ? WR_OK : WR_REFUSED);
		cr_expect(cases[i].said[0] == '\0' ? said[0] == '\0'
						   : strstr(said, cases[i].said) != NULL,
		    "%zu: %s", i, said);
		cr_expect_eq(files, cases[i].files);
		/* One mistake, one message: nothing about files without hashes. */
		cr_expect(strstr(said, "E0604") == NULL && strstr(said, "E0606") == NULL);
	}
	cr_assert_eq(f.live_bytes, 0);
}

Test(std, is_left_alone_by_pin_unless_it_has_a_hash)
{
	static const char plain[] = "writ 1\nuse personal from \"std/redact.wf\"\n" START;
	static const char old[] =
	    "writ 1\nuse personal from \"std/redact.wf\" sha256:" HASH "\n" START;
	struct wc_options options = {.sha256 = wd_reader_sha256};
	struct wc_result result;
	struct failing_alloc f;
	struct wr_buf out;
	uint8_t hash[32];
	char hex[65];

	failing_alloc_init(&f);
	wr_buf_init(&out, &f.hook, 4000);
	cr_assert_eq(wc_pin(&f.hook, "main.wf", WR_TEXT(plain), &options, &out, &result), WR_OK);
	cr_expect(wr_text_eq(wr_buf_view(&out), WR_TEXT(plain)));
	wc_result_free(&result);
	out.size = 0;
	cr_assert_eq(wc_pin(&f.hook, "main.wf", WR_TEXT(old), &options, &out, &result), WR_OK);
	wd_reader_sha256(wc_std_find(WR_TEXT("std/redact.wf"))->bytes, hash);
	for (int i = 0; i < 32; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	cr_expect(memmem(out.at, out.size, hex, 64) != NULL);
	cr_expect_eq(out.size, sizeof old - 1);
	wc_result_free(&result);
	wr_buf_free(&out);
	cr_assert_eq(f.live_bytes, 0);
}

/* A `context` prompt may hold nothing labelled, so those of the library hold no parameter at all. */
Test(std, says_nothing_of_its_parameters_in_contexts)
{
	static const char begin[] = "context: \"\"\"", end[] = "\"\"\"";
	int contexts = 0;

	for (unsigned i = 0; i < wc_std_len(); i++) {
		struct wr_text rest = wc_std_at(i)->bytes;
		const char *from;

		while ((from = memmem(rest.at, rest.size, begin, sizeof begin - 1)) != NULL) {
			const char *stop;

			rest.size -= (size_t)(from - rest.at) + sizeof begin - 1;
			rest.at = from + sizeof begin - 1;
			stop = memmem(rest.at, rest.size, end, sizeof end - 1);
			cr_assert_not_null(stop);
			cr_expect_null(memmem(rest.at, (size_t)(stop - rest.at), "{{", 2), "%s: %.60s",
			    wc_std_at(i)->path, rest.at);
			contexts++;
		}
		/* Every context is written so; every agent has one. */
		rest = wc_std_at(i)->bytes;
		while ((from = memmem(rest.at, rest.size, "\nagent ", 7)) != NULL) {
			rest.size -= (size_t)(from - rest.at) + 7;
			rest.at = from + 7;
			contexts--;
		}
	}
	cr_expect_eq(contexts, 0);
}

#define HOUSE "label pii \"personal data\"\nbackend house: llm\n"
#define GIST "use summarise from \"std/summarise.wf\"\nagent gist = summarise via house { model: \"m-2025\" }\n"

Test(std, keeps_labels_as_the_author_says)
{
	static const struct {
		const char *source, *said;
	} cases[] = {
	    {"writ 1\nuse personal, hide from \"std/redact.wf\"\n"
	     "label pii \"personal data\"\n"
	     "start r(t: text ..90 @pii) -> text\nend hide(t, found: personal(t))\n",
		"E0303"},
	    {"writ 1\nuse mask from \"std/mask.wf\"\nlabel pii \"personal data\"\n"
	     "start r(t: text ..90 @pii) -> text\nend mask(t)\n",
		"E0303"},
	    {"writ 1\nuse personal, restore from \"std/redact.wf\"\nlabel pii \"personal data\"\n"
	     "start r(t: text ..90 @pii, u: text ..90) -> text\n"
	     "end restore(t: u, found: personal(t))\n",
		"E0303"},
	    {"writ 1\nuse plain from \"std/guard.wf\"\nlabel pii \"personal data\"\n"
	     "start r(t: text ..90 @pii) -> text\nend plain(t)\n",
		"E0303"},
	    {"writ 1\nuse parts_of from \"std/long.wf\"\nlabel pii \"personal data\"\n"
	     "start r(t: text ..90 @pii) -> int\nend length(parts_of(t))\n",
		"E0303"},
	    {"writ 1\nuse most_common from \"std/vote.wf\"\nlabel pii \"personal data\"\n"
	     "start r(t: text ..90 @pii) -> text\nend most_common([t, \"a\"]) ?? \"\"\n",
		"E0303"},
	    {"writ 1\n" GIST HOUSE "start r(t: text ..90 @pii) -> text ..2_400 @pii\n"
	     "end gist(document: t)\n",
		"E0301"},
	    {"writ 1\n" GIST "label pii \"personal data\"\nbackend house: llm accepts @pii\n"
	     "start r(t: text ..90 @pii) -> text ..2_400 @pii\nend gist(document: t)\n",
		""},
	};
	struct failing_alloc f;
	char said[4096];
	uint32_t files;

	failing_alloc_init(&f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)compile(&f.hook, wr_text_of(cases[i].source), NULL, &files, said);
		cr_expect(cases[i].said[0] == '\0' ? said[0] == '\0'
						   : strstr(said, cases[i].said) != NULL,
		    "%zu: %s", i, said);
	}
}
