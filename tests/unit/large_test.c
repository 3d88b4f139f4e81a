/*
 * Sources that are long where sources are short: they are refused with a message, in a time that
 * grows as they do. What took the square of its length would not end here.
 */
#include "compiler/compile_limits.h"
#include "compiler/diag_parts.h"
#include "compiler/writc.h"
#include "tests/support/failing_alloc.h"
#include "vm/base/limits.h"

#include <criterion/criterion.h>

TestSuite(large, .timeout = 60);

/* front, middle a number of times, back. */
static const struct {
	const char *front, *middle, *back;
	uint32_t times;
	enum wr_status status;
	enum wc_code code; /* of what is said first, with WR_REFUSED */
} cases[] = {
	{ "writ 1\nstart f(n: int) -> [int]\nend [n", ", n", "]\n", WR_OPERANDS_MAX, WR_REFUSED, WC_E0406 },
	{ "writ 1\nstart f(n: text ..9) -> text\nend \"", "{{n}}-", "\"\n", WR_OPERANDS_MAX, WR_REFUSED,
	    WC_E0406 },
	{ "writ 1\nstart f(n: int) -> text ..1_048_576\nend \"", "x", "\"\n", WR_TEXT_MAX, WR_OK,
	    WC_E0207 },
	{ "writ 1\nstart f(n: int) -> text ..1_048_576\nend \"", "x", "x\"\n", WR_TEXT_MAX, WR_REFUSED,
	    WC_E0207 },
	{ "writ 1\nstart f(n: int) -> text ..1_048_576\nend \"", "{x", "\"\n", WR_TEXT_MAX / 2, WR_OK,
	    WC_E0207 },
	{ "writ 1\nstart f(n: int) -> text ..1_048_576\nend \"{", "x", "\"\n", WR_TEXT_MAX - 1, WR_OK,
	    WC_E0207 },
};

Test(large, ends_soon_and_says_what_is_too_large)
{
	static const struct wr_text allow = { "unused", 6 };
	static const struct wc_options options = { .allow = &allow, .allow_len = 1 };
	struct failing_alloc memory;

	failing_alloc_init(&memory);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_buf source, bytecode;
		struct wc_result result;
		enum wr_status s;

		wr_buf_init(&source, &memory.hook, WC_SOURCE_MAX);
		wr_buf_init(&bytecode, &memory.hook, WR_MODULE_MAX);
		wr_buf_str(&source, cases[i].front);
		for (uint32_t n = 0; n < cases[i].times; n++)
			wr_buf_str(&source, cases[i].middle);
		wr_buf_str(&source, cases[i].back);
		cr_assert_eq(source.status, WR_OK);
		s = wc_compile(&memory.hook, "x.wf", wr_buf_view(&source), &options, &bytecode, &result);
		cr_expect_eq(s, cases[i].status, "%zu: %s", i, wr_status_text(s));
		if (cases[i].status == WR_REFUSED)
			cr_expect(result.diags.first != NULL && result.diags.first->code == cases[i].code, "%zu",
			    i);
		else
			cr_expect_null(result.diags.first, "%zu", i);
		wc_result_free(&result);
		wr_buf_free(&bytecode);
		wr_buf_free(&source);
	}
	cr_expect_eq(memory.live_bytes, 0);
}
