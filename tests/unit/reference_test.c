/* The language reference is true: what it calls unbuilt says so. Its programs: golden/docs_test.c. */
#include "compiler/writc.h"
#include "tests/support/failing_alloc.h"
#include "vm/base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(reference, .timeout = 60);

/* What the compiler says about a source, one line a message; "" when nothing. */
static void
compile(struct wr_text source, char *ret_said, size_t said_size)
{
	struct failing_alloc memory;
	struct wc_result result = { 0 };
	struct wr_buf bytecode, said;
	enum wr_status status;

	failing_alloc_init(&memory);
	wr_buf_init(&bytecode, &memory.hook, WR_MODULE_MAX);
	wr_buf_init(&said, &memory.hook, 1 << 20);
	status = wc_compile(&memory.hook, "t.wf", source, NULL, &bytecode, &result);
	cr_expect_neq(status, WR_FAILED, "%s", result.bug);
	wc_diags_render(&result.diags, WC_DIAG_SHORT, false, &said);
	snprintf(ret_said, said_size, "%s", said.size > 0 ? said.at : "");
	wc_result_free(&result);
	wr_buf_free(&bytecode);
	wr_buf_free(&said);
	cr_assert_eq(memory.live_bytes, 0);
}

Test(reference, what_is_not_built_says_so)
{
	static const char *const cases[] = {
		"start f(a: [text ..9] ..3) -> [text ..9] ..3\n  b = for x in a where g(x) == \"\" yield x\nend "
		"b\n",
		"start f(a: [text ..9] ..3) -> [text ..9] ..3\n  b = for x in a sort g(x) yield "
		"x\nend b\n",
	};
	char said[4096], source[1024];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int size = snprintf(source, sizeof source,
		    "writ 1\nbackend m: llm\n"
		    "agent g(a: text ..9) -> text ..9 via m { model: \"m-1\" max_tokens: 1 user: "
		    "\"{{a}}\" }\n%s",
		    cases[i]);

		compile((struct wr_text){ source, (size_t)size }, said, sizeof said);
		cr_expect(strstr(said, "error[E0009]: ") != NULL, "%s: %s", cases[i], said);
	}
}
