/* Sources of megabytes, right and wrong: what is too much is said with its place and the limit, and nothing takes long. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "compiler/diag_parts.h"
#include "compiler/writc.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

TestSuite(too_large, .timeout = 120);

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define SHARE 8u /* of the lines: what only so much memory shows is left out */
#else
#define SHARE 1u
#endif

/* `head`, then `line` so many times, with the turn's number for each %, then `tail`. */
static const struct {
	const char *head, *line, *tail;
	uint32_t times;
	const char *code, *words; /* what is said first; words: in the last message that is kept */
	bool memory;
} cases[] = {
	{ "writ 1\n\nstart x(a: int 0..9) -> int\n", "  a% = clamp(a + %, 0, 9)\n", "end a\n", 110000, "E0406",
	    "to compile it takes more than 256 MB of memory", true },
	{ "writ 1\n\nstart x(a: int 0..9) -> int\n", "  b% = a + % + nope\n", "end a\n", 100000, "E0101", "nope", false },
	{ "writ 1\n\nstart x() -> int\n", "  a% = b% + 1\n", "end 1\n", 100000, "E0101", "`b19`", false },
	{ "writ 1\n\n", "type T% { a: U%, b: [V%] }\n", "start x() -> int\nend 1\n", 60000, "E0101", "", false },
	{ "writ 1\n\ntype T = a | b\n\nstart x(t: T) -> int\n", "  s% = match t { a -> 1, a -> 2, c -> d }\n", "end 1\n", 50000,
	    "E0204", "", false },
	{ "writ 1\n\ntype R {\n", "  f%: text\n", "}\n\nstart x() -> int\nend 1\n", 150000, "E0406", "a type may have", false },
};

static void
put(struct wr_buf *out, const char *text, uint32_t turn)
{
	for (; *text != '\0'; text++)
		if (*text == '%')
			wr_buf_u64(out, turn);
		else
			wr_buf_byte(out, (uint8_t)*text);
}

Test(too_large, what_is_too_much_is_said)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t times = cases[i].times / SHARE;
		struct wr_buf source, bytecode, said;
		struct wc_result result;
		enum wr_status s;

		if (cases[i].memory && SHARE > 1)
			continue;
		if (times <= WR_LIST_MAX && strcmp(cases[i].code, "E0406") == 0)
			times = WR_LIST_MAX + 2;
		wr_buf_init(&source, wd_alloc(), 8u << 20);
		wr_buf_init(&bytecode, wd_alloc(), WR_MODULE_MAX);
		wr_buf_init(&said, wd_alloc(), 1u << 20);
		put(&source, cases[i].head, 0);
		for (uint32_t k = 0; k < times; k++)
			put(&source, cases[i].line, k);
		put(&source, cases[i].tail, 0);
		cr_assert_eq(source.status, WR_OK);
		s = wc_compile(wd_alloc(), "large.wf", wr_buf_view(&source), NULL, &bytecode, &result);
		wc_diags_render(&result.diags, WC_DIAG_HUMAN, false, &said);
		cr_expect_eq(s, WR_REFUSED, "case %zu: %s", i, wr_status_text(s));
		cr_expect(result.diags.first != NULL && strcmp(wc_code_text(result.diags.first->code), cases[i].code) == 0,
		    "case %zu: %.*s", i, (int)(said.size < 500 ? said.size : 500), said.at);
		cr_expect(memmem(said.at, said.size, cases[i].words, strlen(cases[i].words)) != NULL, "case %zu: %.*s", i,
		    (int)(said.size < 2000 ? said.size : 2000), said.at);
		cr_expect(result.diags.first == NULL || result.diags.first->marks[0].span.source != NULL, "case %zu", i);
		cr_expect_eq(bytecode.size, 0);
		wc_result_free(&result);
		wr_buf_free(&source);
		wr_buf_free(&bytecode);
		wr_buf_free(&said);
	}
}
