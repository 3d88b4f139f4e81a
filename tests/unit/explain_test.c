/*
 * Every message has a page, and the page is true: its wrong program gets that message and no
 * other, its right program gets none at all.
 */
#include "compiler/explain.h"
#include "compiler/diag_parts.h"
#include "compiler/writc.h"
#include "runtime/cli/reader.h"
#include "runtime/cli/test_run.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/law.h"
#include "vm/base/limits.h"

#include <criterion/criterion.h>

TestSuite(explain, .timeout = 60);

/*
 * What a page cannot show as it is, and what stands for it: characters that nobody sees, or
 * that are not text; a line a thousand times over.
 */
static const struct {
	const char *code, *shown, *meant;
	unsigned times;
} stand_ins[] = {
	{ "E0004", "<U+202E>", "\xE2\x80\xAE", 1 },
	{ "E0007", "<and 250 more>", " + 1", 250 },
	{ "E0010", "<FF>", "\xFF", 1 },
	{ "E0406", "<and 64 more>", "label l% \"another\"\n", 64 },
	{ "W0807", "<SP>", " ", 1 },
};

/* One of them: a % in it is the turn's number. */
static void
put_meant(struct wr_buf *out, const char *meant, unsigned turn)
{
	for (; *meant != '\0'; meant++) {
		if (*meant == '%')
			wr_buf_u64(out, turn);
		else
			wr_buf_byte(out, (uint8_t)*meant);
	}
}

static void
put_line(struct wr_buf *out, const char *code, const char *line, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		size_t skip = 0;

		for (size_t k = 0; k < sizeof stand_ins / sizeof *stand_ins && skip == 0; k++) {
			if (strcmp(code, stand_ins[k].code) != 0 ||
			    strncmp(line + i, stand_ins[k].shown, strlen(stand_ins[k].shown)) != 0)
				continue;
			skip = strlen(stand_ins[k].shown);
			for (unsigned n = 0; n < stand_ins[k].times; n++)
				put_meant(out, stand_ins[k].meant, n);
		}
		if (skip > 0)
			i += skip - 1;
		else
			wr_buf_byte(out, (uint8_t)line[i]);
	}
	wr_buf_byte(out, '\n');
}

/* Of pages about what a policy forbids: members of it, in the place of those of the goldens' policy. */
#define POLICY "\n## Policy\n\n"

/* What the page shows below a heading: its lines are indented by four. */
static void
program_of(enum wc_code code, const char *heading, const struct wr_alloc *alloc, struct wr_buf *out)
{
	const char *at = strstr(wc_explain(code), heading), *end;

	wr_buf_init(out, alloc, 1 << 16);
	if (at == NULL && strcmp(heading, POLICY) == 0)
		return;
	cr_assert_not_null(at, "%s has no %s", wc_code_text(code), heading);
	at += strlen(heading);
	for (; *at != '\0' && *at != '#'; at = end + 1) {
		end = strchr(at, '\n');
		cr_assert_not_null(end);
		cr_assert(end == at || strncmp(at, "    ", 4) == 0, "%s", wc_code_text(code));
		if (end == at)
			wr_buf_byte(out, '\n');
		else
			put_line(out, wc_code_text(code), at + 4, (size_t)(end - at) - 4);
	}
	cr_assert_eq(out->status, WR_OK);
}

/* The files that the pages about `use` speak of. The last stands for the page's own program. */
static const struct {
	const char *path, *bytes;
} files[] = {
	{ "money.wf", "writ 1\n\ntype Money = int 0..1_000_000\n" },
	{ "../shared/money.wf", "writ 1\n\ntype Money = int 0..1_000_000\n" },
	{ "loose.wf", "writ 1\n\nuse Money from \"money.wf\"\n\ntype Sum = Money\n" },
	{ "ring.wf", "writ 1\n\nuse Sum from \"E0605\"\n\ntype Money = int\n" },
	{ "E0605", "writ 1\n" },
};

/* No other file is there; what climbs far enough is outside the root (E0601, E0602). */
static enum wr_status
read_few(void *user, struct wc_reading *reading)
{
	(void)user;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (wr_text_eq(reading->path, wr_text_of(files[i].path))) {
			reading->name = files[i].path;
			reading->bytes = wr_text_of(files[i].bytes);
			reading->elsewhere = files[i].path[0] == '.';
			return WR_OK;
		}
	reading->root = WR_TEXT("/home/ada/claims");
	return reading->path.size > 9 && memcmp(reading->path.at, "../../../", 9) == 0 ?
		   WR_REFUSED :
		   WR_ABSENT;
}

/* Run the tests of a program, when it has any; what they say is added to what was said. */
static void
run_tests(struct wc_result *result, const struct wr_buf *bytecode, const struct wr_alloc *alloc)
{
	struct wd_test_file file = { NULL, &result->tests };
	struct wr_load_refusal refusal;
	struct wr_module *module = NULL;

	if (bytecode->size > 0)
		cr_assert_eq(wr_load((const uint8_t *)bytecode->at, bytecode->size, alloc, &module, &refusal), WR_OK);
	file.module = module;
	for (uint32_t i = 0; i < result->tests.len; i++)
		(void)wd_test_run(&file, &result->tests.at[i], &result->diags);
	wr_module_free(module);
}

static bool
says_only(const struct wc_diags *diags, enum wc_code code)
{
	for (const struct wc_diag *d = diags->first; d != NULL; d = d->next)
		if (d->code != code)
			return false;
	return diags->first != NULL;
}

/* As the page's policy judges the program; what it says is added to what was said, and shows the policy's text. */
static void
hold_against(enum wc_code code, const struct wr_buf *bytecode, struct wc_result *result, const struct wr_alloc *alloc,
    struct wd_law *law)
{
	struct wr_load_refusal refusal;
	struct wr_module *module;
	struct wr_buf members;

	program_of(code, POLICY, alloc, &members);
	if (members.size > 0) {
		wr_buf_byte(&members, '\0');
		law_open(law, members.at);
		cr_assert_eq(wr_load((const uint8_t *)bytecode->at, bytecode->size, alloc, &module, &refusal), WR_OK);
		cr_assert_eq(wd_law_judge(law, result, module, &result->diags), WR_OK);
		wr_module_free(module);
	}
	wr_buf_free(&members);
}

static void
check_program(enum wc_code code, bool right, const struct wr_alloc *alloc)
{
	static const struct wc_options options = {
		.read = read_few, .sha256 = wd_reader_sha256, .tests = true
	};
	const char *name = wc_code_text(code);
	struct wr_buf source, bytecode, said;
	struct wd_law law = { .policy = NULL };
	struct wc_result result;
	enum wr_status status;

	program_of(code, right ? "\n## Right\n\n" : "\n## Wrong\n\n", alloc, &source);
	wr_buf_init(&bytecode, alloc, WR_MODULE_MAX);
	wr_buf_init(&said, alloc, 1 << 20);
	status = wc_compile(alloc, name, wr_buf_view(&source), &options, &bytecode, &result);
	if (status == WR_OK || status == WR_ABSENT)
		run_tests(&result, &bytecode, alloc);
	if (status == WR_OK)
		hold_against(code, &bytecode, &result, alloc, &law);
	wc_diags_render(&result.diags, WC_DIAG_HUMAN, false, &said);
	if (right)
		cr_expect((status == WR_OK || status == WR_ABSENT) && said.size == 0, "%s: the right program: %s\n%.*s",
		    name, wr_status_text(status), (int)said.size, said.size > 0 ? said.at : "");
	else
		cr_expect(says_only(&result.diags, code), "%s: the wrong program: %s\n%.*s", name,
		    wr_status_text(status), (int)said.size, said.size > 0 ? said.at : "");
	wr_buf_free(&source);
	wr_buf_free(&bytecode);
	wr_buf_free(&said);
	if (law.policy != NULL)
		wd_law_close(&law);
	wc_result_free(&result);
}

Test(explain, has_a_true_page_for_every_message)
{
	struct failing_alloc alloc;

	failing_alloc_init(&alloc);
	for (unsigned i = 0; i < WC_CODE_COUNT; i++) {
		enum wc_code code = (enum wc_code)i, found;
		const char *page = wc_explain(code), *name = wc_code_text(code);
		size_t size = strlen(name), name_size = strlen(wc_code_name(code));

		cr_expect(page[0] != '\0', "write compiler/explain/%s.md", name);
		if (page[0] == '\0')
			continue;
		cr_expect(strncmp(page, "# ", 2) == 0 && strncmp(page + 2, name, size) == 0 &&
			      page[2 + size] == ' ' &&
			      strncmp(page + 3 + size, wc_code_name(code), name_size) == 0 &&
			      page[3 + size + name_size] == '\n',
		    "%s: its first line is `# CODE name`, as in diagnostics.def", name);
		cr_expect(wc_explain_short(code).size > 20, "%s", name);
		check_program(code, false, &alloc.hook);
		check_program(code, true, &alloc.hook);
		cr_expect(wc_code_find(wr_text_of(name), &found) && found == code);
		cr_expect(wc_code_find(wr_text_of(wc_code_name(code)), &found) && found == code);
	}
	cr_expect_eq(alloc.live_bytes, 0);
}

Test(explain, finds_a_code_however_its_letter_is_written_and_nothing_else)
{
	enum wc_code code;

	cr_expect(wc_code_find(WR_TEXT("e0302"), &code) && code == WC_E0302);
	cr_expect(wc_code_find(WR_TEXT("W0801"), &code) && code == WC_W0801);
	cr_expect(!wc_code_find(WR_TEXT("E9999"), &code));
	cr_expect(!wc_code_find(WR_TEXT("E030"), &code));
	cr_expect(!wc_code_find(WR_TEXT("E03020"), &code));
	cr_expect(!wc_code_find(WR_TEXT(""), &code));
	cr_expect(!wc_code_find(WR_TEXT("Syntax"), &code));
}
