/*
 * Each tests/golden/tests/NAME.wf is compiled and its tests are run; which of them passed and what was said
 * must be NAME.txt, to the byte. WRIT_BLESS=1 writes the texts instead: read the difference before
 * committing.
 */
#include "compiler/writc.h"
#include "runtime/cli/test_run.h"
#include "runtime/files.h"
#include "tests/support/failing_alloc.h"
#include "vm/base/limits.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

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
say(const char *name, const struct wr_buf *source, const struct wr_alloc *alloc, struct wr_buf *out)
{
	static const struct wc_options options = { .tests = true };
	struct wc_result result;
	struct wr_buf bytecode;
	enum wr_status status;

	wr_buf_init(&bytecode, alloc, WR_MODULE_MAX);
	status = wc_compile(alloc, name, wr_buf_view(source), &options, &bytecode, &result);
	cr_expect(status == WR_OK || status == WR_ABSENT, "%s: %s", name, wr_status_text(status));
	if (status == WR_OK || status == WR_ABSENT)
		run_all(alloc, &result, &bytecode, out);
	if (result.diags.first != NULL)
		wr_buf_byte(out, '\n');
	wc_diags_render(&result.diags, WC_DIAG_HUMAN, false, out);
	cr_expect_eq(out->status, WR_OK);
	wr_buf_free(&bytecode);
	wc_result_free(&result);
}

static void
check(const char *name, const struct wr_alloc *alloc)
{
	char path[512];
	struct wr_buf source, want, got;

	wr_buf_init(&source, alloc, 1 << 20);
	wr_buf_init(&want, alloc, 1 << 20);
	wr_buf_init(&got, alloc, 1 << 20);
	snprintf(path, sizeof path, FOLDER "/%s", name);
	cr_assert_eq(wd_file_read(path, &source), WR_OK);
	say(name, &source, alloc, &got);
	memcpy(path + strlen(path) - 3, ".txt", 5);
	if (getenv("WRIT_BLESS") != NULL)
		cr_assert_eq(wd_file_write(path, wr_buf_view(&got), 0666), WR_OK);
	cr_expect_eq(wd_file_read(path, &want), WR_OK, "%s", path);
	cr_expect(wr_text_eq(wr_buf_view(&want), wr_buf_view(&got)), "%s: want\n%.*s\ngot\n%.*s", name,
	    (int)want.size, want.at, (int)got.size, got.at);
	wr_buf_free(&source);
	wr_buf_free(&want);
	wr_buf_free(&got);
}

Test(run_tests, ends_and_says_exactly_this)
{
	struct failing_alloc alloc;
	struct dirent *entry;
	DIR *folder = opendir(FOLDER);
	int count = 0;

	cr_assert(folder != NULL, "run from the root of the tree");
	failing_alloc_init(&alloc);
	while ((entry = readdir(folder)) != NULL) {
		size_t size = strlen(entry->d_name);

		if (size > 3 && strcmp(entry->d_name + size - 3, ".wf") == 0) {
			check(entry->d_name, &alloc.hook);
			count++;
		}
	}
	closedir(folder);
	cr_assert(count >= 3);
	cr_assert_eq(alloc.live_bytes, 0);
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
