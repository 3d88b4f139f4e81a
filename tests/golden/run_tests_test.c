/*
 * Each tests/golden/tests/NAME.wf is compiled and its tests are run; which of them passed and what was said
 * must be NAME.txt, to the byte. WRIT_BLESS=1 writes the texts instead: read the difference before
 * committing.
 */
#include "compiler/writc.h"
#include "runtime/cli/test_run.h"
#include "runtime/files.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/golden.h"
#include "vm/base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(run_tests, .timeout = 60);

#define FOLDER "tests/golden/tests"

/* Recordings lie in the folder too. */
static enum wr_status
open_recording(void *user, const struct wc_test *test, struct wd_recording **ret, struct wd_recording_error *ret_error)
{
	char path[512];
	struct wr_buf bytes;
	enum wr_status s;

	snprintf(path, sizeof path, FOLDER "/%.*s", (int)test->replay.size, test->replay.at);
	wr_buf_init(&bytes, user, 1 << 20);
	*ret_error = (struct wd_recording_error){ 0, "not there" };
	s = wd_file_read(path, &bytes);
	if (s == WR_OK)
		s = wd_recording_read(wr_buf_view(&bytes), user, ret, ret_error);
	wr_buf_free(&bytes);
	return s;
}

static void
run_all(const struct wr_alloc *alloc, struct wc_result *result, const struct wr_buf *bytecode, struct wr_buf *out)
{
	static const char *const words[] = { "passed", "failed", "trouble" };
	struct wd_test_file file = { .tests = &result->tests,
		.recording = open_recording,
		.user = (void *)(uintptr_t)alloc };
	struct wr_load_refusal refusal;
	struct wr_module *module = NULL;

	if (bytecode->size > 0)
		cr_assert_eq(wr_load((const uint8_t *)bytecode->at, bytecode->size, alloc, &module, &refusal), WR_OK);
	file.module = module;
	for (uint32_t i = 0; i < result->tests.len; i++) {
		enum wd_test_end end = wd_test_run(&file, &result->tests.at[i], &result->diags);

		wr_buf_str(out, words[end]);
		wr_buf_str(out, ": ");
		wr_buf_text(out, result->tests.at[i].title);
		wr_buf_byte(out, '\n');
	}
	wr_module_free(module);
}

static void
say(const char *name, struct wr_text source, struct wr_buf *out)
{
	static const struct wc_options options = { .tests = true };
	struct wc_result result;
	struct wr_buf bytecode;
	enum wr_status status;

	wr_buf_init(&bytecode, out->alloc, WR_MODULE_MAX);
	status = wc_compile(out->alloc, name, source, &options, &bytecode, &result);
	cr_expect(status == WR_OK || status == WR_ABSENT, "%s: %s", name, wr_status_text(status));
	if (status == WR_OK || status == WR_ABSENT)
		run_all(out->alloc, &result, &bytecode, out);
	if (result.diags.first != NULL)
		wr_buf_byte(out, '\n');
	wc_diags_render(&result.diags, WC_DIAG_HUMAN, false, out);
	wr_buf_free(&bytecode);
	wc_result_free(&result);
}

Test(run_tests, ends_and_says_exactly_this)
{
	cr_expect_geq(golden_each(FOLDER, say), 3);
}

/* Programs of tests take memory too: all of it is given back, and running out is said. */
Test(run_tests, are_compiled_or_run_out_of_memory)
{
	static const char source[] =
	    "writ 1\n"
	    "label pii \"x\"\n"
	    "backend b: llm accepts @pii\n"
	    "type R { why: text ..20 @pii, n: int ..9 }\n"
	    "fn clean(r: R) -> int drops @pii because \"a number\" = r.n + 1\n"
	    "agent a(x: text ..9) -> R via b { model: \"m-2025\", max_tokens: 9, user: \"{{x}}\" }\n"
	    "start s(x: text ..9 @pii) -> int @pii\n"
	    "  r = a(x)\n"
	    "end r.n\n"
	    "test \"t\" {\n"
	    "  given x = \"a\"\n"
	    "  stub a -> { y = x + x yield R { why: y, n: 3 } }\n"
	    "  expect result == 3 and calls(a) == 1 and clean(R { why: x, n: 3 }) == 4\n"
	    "}\n";
	static const struct wc_options options = { .tests = true };
	struct failing_alloc f = { 0 };

	while (failing_alloc_next(&f)) {
		struct wc_result result;
		struct wr_buf bytecode;
		enum wr_status status;

		wr_buf_init(&bytecode, &f.hook, WR_MODULE_MAX);
		status = wc_compile(&f.hook, "t.wf", (struct wr_text){ source, sizeof source - 1 }, &options, &bytecode,
		    &result);
		if (f.fail_at >= 0 && f.calls > f.fail_at)
			cr_expect_eq(status, WR_NOMEM, "call %ld: %s", f.fail_at, wr_status_text(status));
		else
			cr_expect_eq(status, WR_OK, "%s", wr_status_text(status));
		wr_buf_free(&bytecode);
		wc_result_free(&result);
		cr_expect_eq(f.live_bytes, 0);
	}
}
