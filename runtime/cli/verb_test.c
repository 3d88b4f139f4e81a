/* test: the tests of sources, in the machine, without a network. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "runtime/cli/loaded.h"
#include "runtime/cli/messages.h"
#include "runtime/cli/reader.h"
#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/cli/test_run.h"
#include "runtime/cli/verbs.h"
#include "runtime/files.h"
#include "runtime/service_limits.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

#define DIAGS_MAX (64u << 20)

static const struct wd_option test_options[] = {
	{ "pattern", 'k', "PATTERN", "only tests with this in their title", false },
	{ "list", 'l', NULL, "name the tests and run none", false },
	WD_SOURCE_OPTIONS,
	{ 0 },
};

/* What was done so far. */
struct tally {
	unsigned tests, passed, failed, troubled, files;
	enum wd_exit code;
};

static bool
contains(struct wr_text text, const char *word)
{
	size_t size = strlen(word);

	for (size_t i = 0; i + size <= text.size; i++)
		if (memcmp(text.at + i, word, size) == 0)
			return true;
	return false;
}

static void
worsen(struct tally *t, enum wd_exit code)
{
	if (code > t->code)
		t->code = code;
}

static void
run_tests(const struct wd_args *args, const struct wd_test_file *file, struct wc_diags *diags,
    struct tally *t)
{
	const char *pattern = wd_arg(args, "pattern");
	bool list = wd_arg(args, "list") != NULL;

	for (uint32_t i = 0; i < file->tests->len; i++) {
		const struct wc_test *test = &file->tests->at[i];

		if (pattern != NULL && !contains(test->title, pattern))
			continue;
		t->tests++;
		if (list) {
			printf("%s:%u: %s\n", wd_say_safe(wr_text_of(test->span.source->name)),
			    (unsigned)wc_span_line(test->span), wd_say_safe(test->title));
			continue;
		}
		switch (wd_test_run(file, test, diags)) {
		case WD_TEST_PASSED:
			t->passed++;
			break;
		case WD_TEST_FAILED:
			t->failed++;
			worsen(t, WD_NO);
			break;
		case WD_TEST_TROUBLE:
			t->troubled++;
			worsen(t, WD_TROUBLE);
			break;
		}
	}
}

/* wd_test_file.recording, for a user that is the reader of the source. */
static enum wr_status
open_recording(void *user, const struct wc_test *test, struct wd_recording **ret,
    struct wd_recording_error *ret_error)
{
	char real[PATH_MAX];
	struct wr_buf bytes;
	enum wr_status s = wd_reader_find(user, test->replay, real);

	ret_error->line = 0;
	wr_buf_init(&bytes, wd_alloc(), WD_RECORDING_MAX);
	if (s == WR_OK)
		s = wd_file_read(real, &bytes);
	if (s == WR_OK)
		s = wd_recording_read(wr_buf_view(&bytes), wd_alloc(), ret, ret_error);
	else
		(void)snprintf(ret_error->why, sizeof ret_error->why, "%s",
		    s == WR_REFUSED ? "it lies outside the source root" :
		    s == WR_LIMIT   ? "it is too large" :
				      wd_file_why(s));
	wr_buf_free(&bytes);
	return s;
}

static void
test_file(const struct wd_args *args, const char *path, struct tally *t)
{
	struct wd_loaded loaded = { 0 };
	struct wd_compiled compiled;
	struct wd_test_file file;
	struct wd_reader reader;
	struct wr_arena arena;
	struct wc_diags diags;
	enum wd_exit code = wd_compile_tests(args, path, &compiled);

	t->files++;
	wr_buf_init(&loaded.bytes, wd_alloc(), WR_MODULE_MAX);
	if (code == WD_YES && !compiled.library) {
		wr_buf_text(&loaded.bytes, wr_buf_view(&compiled.bytecode));
		code = wd_load_bytes(path, &loaded);
	}
	worsen(t, code);
	if (code == WD_YES && !wd_reader_open(&reader, args, strcmp(path, "-") == 0 ? "./-" : path))
		worsen(t, code = WD_TROUBLE);
	if (code == WD_YES) {
		wr_arena_init(&arena, wd_alloc(), DIAGS_MAX);
		wc_diags_init(&diags, &arena);
		diags.errors_max = UINT32_MAX;
		file = (struct wd_test_file){ loaded.module, &compiled.result.tests, open_recording, &reader };
		run_tests(args, &file, &diags, t);
		wd_messages_add(&diags);
		wr_arena_free(&arena);
	}
	wd_compiled_free(&compiled);
	wd_loaded_free(&loaded);
}

static unsigned long
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned long)ts.tv_sec * 1000 + (unsigned long)ts.tv_nsec / 1000000;
}

static void
say_tally(const struct tally *t, unsigned long ms)
{
	printf("%u %s, %u passed", t->tests, t->tests == 1 ? "test" : "tests", t->passed);
	if (t->failed > 0)
		printf(", %u failed", t->failed);
	if (t->troubled > 0)
		printf(", %u could not be run", t->troubled);
	printf(" (%u %s, %lu ms)\n", t->files, t->files == 1 ? "file" : "files", ms);
}

static enum wd_exit
test(const struct wd_args *args)
{
	unsigned long began = now_ms();
	struct tally t = { .code = WD_YES };

	for (size_t i = 0; i < args->files_len; i++)
		test_file(args, args->files[i], &t);
	if (wd_arg(args, "list") == NULL)
		say_tally(&t, now_ms() - began);
	if (t.tests == 0 && t.code == WD_YES) {
		wd_say_error("there are no such tests");
		return WD_UNSURE;
	}
	return t.code;
}

const struct wd_verb wd_verb_test = {
	.name = "test",
	.files = "FILE.wf...",
	.files_min = 1,
	.files_max = WD_ARGS_MAX,
	.summary = "run the tests of a program, in the machine, without a network",
	.details = "Each test runs the file's own bytecode; its stubs answer in place of backends. An agent\n"
		   "that is called and has no stub fails the test. Passing tests are counted, no more.\n"
		   "Exit code 0: all passed; 1: one failed, or a program is wrong; 2: one could not be run;\n"
		   "3: there was no test.",
	.options = test_options,
	.run = test,
};
