/*
 * Each tests/golden/fmt/NAME.wf is formatted; what comes out must be NAME.txt, to the byte, and
 * stay so. WRIT_BLESS=1 writes the texts instead: read the difference before committing. And what
 * people read first is formatted already: the examples, and the programs on the pages.
 */
#include "compiler/compile_limits.h"
#include "compiler/writc.h"
#include "runtime/sysalloc.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "tests/support/formatted.h"
#include "tests/support/golden.h"
#include "vm/base/limits.h"
#include "vm/view/decompile.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>

TestSuite(fmt, .timeout = 60);

static void
say(const char *name, struct wr_text source, struct wr_buf *out)
{
	enum wr_status status;
	const char *why = formatted_check(out->alloc, source, out, &status);

	cr_expect(why == NULL && status == WR_OK, "%s: %s", name, why != NULL ? why : "refused");
}

Test(fmt, gives_each_construct_its_layout)
{
	cr_expect_geq(golden_each("tests/golden/fmt", say), 5);
}

/* ---- what is formatted already ------------------------------------------------------- */

static bool
is_source(const char *path)
{
	size_t size = strlen(path);

	return size > 3 && strcmp(path + size - 3, ".wf") == 0;
}

static unsigned seen;

/* What a page shows to be no program is left alone. */
static void
expect_formatted(const char *what, int line, struct wr_text source)
{
	struct failing_alloc memory;
	enum wr_status status;
	struct wr_buf out;
	const char *why;

	failing_alloc_init(&memory);
	wr_buf_init(&out, &memory.hook, WC_SOURCE_MAX);
	why = formatted_check(&memory.hook, source, &out, &status);
	cr_expect(why == NULL, "%s:%d: %s", what, line, why);
	cr_expect(status == WR_REFUSED || wr_text_eq(source, wr_buf_view(&out)),
	    "%s:%d: is\n%.*s\nshould be\n%.*s", what, line, (int)source.size, source.at,
	    (int)out.size, out.at);
	wr_buf_free(&out);
	cr_expect_eq(memory.live_bytes, 0, "%s:%d", what, line);
}

static int
visit_formatted(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	struct wr_buf source;

	(void)st;
	(void)at;
	if (kind != FTW_F || !is_source(path))
		return 0;
	wr_buf_init(&source, wd_alloc(), WC_SOURCE_MAX);
	flow_file_read(path, &source);
	expect_formatted(path, 1, wr_buf_view(&source));
	wr_buf_free(&source);
	seen++;
	return 0;
}

Test(fmt, has_nothing_to_do_in_the_examples)
{
	seen = 0;
	cr_assert_eq(nftw("examples", visit_formatted, 8, FTW_PHYS), 0);
	cr_expect_geq(seen, 2);
}

/* One page; fences inside it that hold a program, or declarations fenced as `wf`. */
static void
check_page(const char *path)
{
	static char block[1 << 16];
	struct wr_buf page;
	size_t size = 0;
	int line = 0, begins = 0;
	bool inside = false, wf = false;

	wr_buf_init(&page, wd_alloc(), 1 << 20);
	flow_file_read(path, &page);
	for (const char *at = page.at, *end = page.at + page.size, *next; at < end; at = next) {
		next = memchr(at, '\n', (size_t)(end - at));
		next = next == NULL ? end : next + 1;
		line++;
		if (strncmp(at, "```", 3) != 0) {
			if (inside && size + (size_t)(next - at) < sizeof block) {
				memcpy(block + size, at, (size_t)(next - at));
				size += (size_t)(next - at);
			}
			continue;
		}
		if (inside && (wf || strncmp(block, "writ 1", 6) == 0)) {
			expect_formatted(path, begins, (struct wr_text){ block, size });
			seen++;
		}
		inside = !inside;
		wf = strncmp(at, "```wf\n", 6) == 0;
		begins = line;
		size = 0;
		block[0] = '\0';
		if (wf && strncmp(next, "writ 1", 6) != 0)
			size = (size_t)sprintf(block, "writ 1\n\n");
	}
	wr_buf_free(&page);
}

static int
visit_page(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)at;
	if (kind == FTW_F && strlen(path) > 3 && strcmp(path + strlen(path) - 3, ".md") == 0)
		check_page(path);
	return 0;
}

Test(fmt, has_nothing_to_do_on_the_pages)
{
	static const char *const pages[] = { "README.md", "grammar", "examples" };

	seen = 0;
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
		cr_assert_eq(nftw(pages[i], visit_page, 8, FTW_PHYS), 0, "%s", pages[i]);
	cr_expect_geq(seen, 5);
}

/* ---- what is decompiled ------------------------------------------------------------------- */

/* Room for steps where none can stand: the one thing that the decompiler lays out otherwise. */
#define MADE_ROOM "if true then {"

static int
visit_decompiled(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	struct wr_load_refusal refusal;
	struct wr_buf source, bytes, said, shown;
	struct wr_module *module = NULL;

	(void)st;
	(void)at;
	if (kind != FTW_F || !is_source(path))
		return 0;
	wr_buf_init(&source, wd_alloc(), WC_SOURCE_MAX);
	flow_file_read(path, &source);
	wr_buf_init(&bytes, wd_alloc(), WR_MODULE_MAX);
	wr_buf_init(&said, wd_alloc(), 1 << 20);
	wr_buf_init(&shown, wd_alloc(), 1 << 24);
	if (flow_compile(wd_alloc(), wr_buf_view(&source), &bytes, &said) == WR_OK &&
	    wr_load((const uint8_t *)bytes.at, bytes.size, wd_alloc(), &module, &refusal) == WR_OK) {
		cr_assert_eq(wr_decompile(module, &shown), WR_OK);
		if (memmem(shown.at, shown.size, MADE_ROOM, strlen(MADE_ROOM)) == NULL) {
			expect_formatted(path, 0, wr_buf_view(&shown));
			seen++;
		}
	}
	wr_module_free(module);
	wr_buf_free(&bytes);
	wr_buf_free(&said);
	wr_buf_free(&shown);
	wr_buf_free(&source);
	return 0;
}

Test(fmt, has_nothing_to_do_in_what_is_decompiled)
{
	static const char *const folders[] = { "tests/golden/show", "tests/golden/views",
		"tests/prop/flows", "examples" };

	seen = 0;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		cr_assert_eq(nftw(folders[i], visit_decompiled, 8, FTW_PHYS), 0);
	cr_expect_geq(seen, 10);
}

/* ---- memory, and what is refused --------------------------------------------------------- */

Test(fmt, survives_every_allocation_failure)
{
	struct wr_text source = WR_TEXT("writ 1\nconst a=[1,2 // c\n]\nfn f(x: int)->int=x");
	struct failing_alloc f = { 0 };

	while (failing_alloc_next(&f)) {
		struct wc_result result;
		enum wr_status status;
		struct wr_buf out;

		wr_buf_init(&out, &f.hook, WC_SOURCE_MAX);
		status = wc_format(&f.hook, "x.wf", source, NULL, &out, &result);
		cr_assert_eq(status, f.calls > f.fail_at && f.fail_at >= 0 ? WR_NOMEM : WR_OK,
		    "call %ld: %d", f.fail_at, status);
		wc_result_free(&result);
		wr_buf_free(&out);
		cr_assert_eq(f.live_bytes, 0);
	}
}

Test(fmt, refuses_what_has_not_the_shape_of_the_language)
{
	static const char *const sources[] = { "", "writ 1\nconst a = \n", "writ 2\n",
		"writ 1\nlabel pii \"x", "\xEF\xBB\xBFwrit 1\n", "writ 1\nconst a = 9.9.9\n",
		"writ 1\nfn f(x: int @pii) -> int = x\n" };

	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		struct failing_alloc memory;
		enum wr_status status;
		struct wr_buf out;
		const char *why;

		failing_alloc_init(&memory);
		wr_buf_init(&out, &memory.hook, WC_SOURCE_MAX);
		why = formatted_check(&memory.hook, wr_text_of(sources[i]), &out, &status);
		cr_expect(why == NULL && status == WR_REFUSED && out.size == 0, "%s: %s",
		    sources[i], why);
		wr_buf_free(&out);
		cr_expect_eq(memory.live_bytes, 0);
	}
}
