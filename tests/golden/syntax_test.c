/*
 * Each tests/golden/syntax/NAME.wf is parsed; what is said about it must be NAME.txt,
 * to the byte. WRIT_BLESS=1 writes the texts instead: read the difference before committing.
 */
#include "compiler/compile_limits.h"
#include "compiler/parse.h"
#include "tests/support/golden.h"

#include <criterion/criterion.h>

TestSuite(syntax, .timeout = 60);

static void
say(const char *name, struct wr_text bytes, struct wr_buf *out)
{
	struct wc_source source = { name, bytes.at, bytes.size };
	struct wr_arena arena;
	struct wc_diags diags;
	struct wc_file *file = NULL;
	enum wr_status status;

	wr_arena_init(&arena, out->alloc, WC_ARENA_MAX);
	wc_diags_init(&diags, &arena);
	status = wc_parse(&arena, &source, &diags, &file);
	cr_expect_eq(status, diags.errors > 0 ? WR_MALFORMED : WR_OK, "%s", name);
	wc_diags_render(&diags, WC_DIAG_HUMAN, false, out);
	wr_arena_free(&arena);
}

Test(syntax, says_exactly_this)
{
	cr_expect_gt(golden_each("tests/golden/syntax", say), 40);
}
