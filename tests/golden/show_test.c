/*
 * Each tests/golden/show/NAME.wf is compiled; its page and its listing must be NAME.txt, to the
 * byte, and its source must compile to the same bytes. WRIT_BLESS=1 writes the texts instead: read the
 * difference before committing.
 */
#include "compiler/compile_limits.h"
#include "compiler/writc.h"
#include "tests/support/failing_alloc.h"
#include "vm/for_compiler.h"
#include "vm/view/decompile.h"
#include "vm/view/disassemble.h"
#include "vm/view/show.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(golden_show, .timeout = 60);

#define FOLDER "tests/golden/show"
#define CLAIMS "examples/claims"
#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
read_all(const char *path, struct wr_buf *out)
{
	FILE *f = fopen(path, "rb");
	char bytes[4096];
	size_t size;

	if (f == NULL)
		return;
	while ((size = fread(bytes, 1, sizeof bytes, f)) > 0)
		wr_buf_add(out, bytes, size);
	fclose(f);
}

/* The prompts of an example stand beside it. */
static enum wr_status
read_prompt(void *user, struct wc_reading *reading)
{
	char path[512];
	struct wr_buf buf;

	snprintf(path, sizeof path, CLAIMS "/%.*s", (int)reading->path.size, reading->path.at);
	wr_buf_init(&buf, user, 1 << 20);
	read_all(path, &buf);
	reading->name = "a prompt";
	reading->bytes = wr_arena_text(reading->arena, wr_buf_view(&buf));
	wr_buf_free(&buf);
	return reading->bytes.size > 0 ? WR_OK : WR_ABSENT;
}

static void
compile(const struct wr_alloc *alloc, const char *name, struct wr_text source, struct wr_buf *out)
{
	struct wc_options options = { .read = read_prompt, .user = (void *)(uintptr_t)alloc };
	struct wc_result result = { 0 };
	struct wr_buf said;
	enum wr_status s;

	wr_buf_init(&said, alloc, 1 << 20);
	s = wc_compile(alloc, name, source, &options, out, &result);
	wc_diags_render(&result.diags, WC_DIAG_HUMAN, false, &said);
	cr_assert(s == WR_OK, "%s: %d\n%s\n%.*s", name, s, said.at, (int)source.size, source.at);
	wr_buf_free(&said);
	wc_result_free(&result);
}

static void
round_trip(const struct wr_alloc *alloc, const char *name, const struct wr_module *module, const struct wr_buf *bytes)
{
	struct wr_buf source, again;

	wr_buf_init(&source, alloc, WC_SOURCE_MAX);
	wr_buf_init(&again, alloc, WR_MODULE_MAX);
	cr_assert_eq(wr_decompile(module, &source), WR_OK);
	compile(alloc, name, wr_buf_view(&source), &again);
	cr_expect(wr_text_eq(wr_buf_view(bytes), wr_buf_view(&again)), "%s: other bytes from\n%s", name, source.at);
	wr_buf_free(&again);
	wr_buf_free(&source);
}

static void
check_page(const struct wr_alloc *alloc, const char *path, const struct wr_buf *got)
{
	struct wr_buf want;

	if (getenv("WRIT_BLESS") != NULL) {
		FILE *f = fopen(path, "wb");

		cr_assert(f != NULL);
		fwrite(got->at, 1, got->size, f);
		fclose(f);
	}
	wr_buf_init(&want, alloc, 1 << 20);
	read_all(path, &want);
	cr_expect(wr_text_eq(wr_buf_view(&want), wr_buf_view(got)), "%s: want\n%s\ngot\n%s", path, want.at, got->at);
	wr_buf_free(&want);
}

static void
check(const struct wr_alloc *alloc, const char *source_path, const char *page_path)
{
	struct wr_buf source, bytes, page;
	struct wr_load_refusal refusal;
	struct wr_module *module;

	wr_buf_init(&source, alloc, 1 << 20);
	wr_buf_init(&bytes, alloc, WR_MODULE_MAX);
	wr_buf_init(&page, alloc, 1 << 20);
	read_all(source_path, &source);
	compile(alloc, source_path, wr_buf_view(&source), &bytes);
	cr_assert_eq(wr_load((const uint8_t *)bytes.at, bytes.size, alloc, &module, &refusal), WR_OK);
	round_trip(alloc, source_path, module, &bytes);
	cr_assert_eq(wr_show(module, wr_module_summary(module), WR_TEXT(DIGEST), bytes.size, &page), WR_OK);
	wr_buf_str(&page, "\n");
	cr_assert_eq(wr_disassemble(module, &page), WR_OK);
	check_page(alloc, page_path, &page);
	wr_module_free(module);
	wr_buf_free(&page);
	wr_buf_free(&bytes);
	wr_buf_free(&source);
}

Test(golden_show, says_what_it_said_before)
{
	struct failing_alloc f;
	DIR *folder = opendir(FOLDER);
	int cases = 0;

	cr_assert(folder != NULL);
	failing_alloc_init(&f);
	for (struct dirent *e; (e = readdir(folder)) != NULL;) {
		size_t size = strlen(e->d_name);
		char source[512], page[512];

		if (size < 4 || strcmp(e->d_name + size - 3, ".wf") != 0)
			continue;
		snprintf(source, sizeof source, FOLDER "/%s", e->d_name);
		snprintf(page, sizeof page, FOLDER "/%.*s.txt", (int)(size - 3), e->d_name);
		check(&f.hook, source, page);
		cases++;
	}
	closedir(folder);
	cr_expect(cases >= 4, "%d", cases);
	check(&f.hook, CLAIMS "/claims.wf", FOLDER "/claims.txt");
	cr_expect_eq(f.live_bytes, 0);
}
