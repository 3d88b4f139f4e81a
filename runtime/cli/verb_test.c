/* test: the tests of sources, in the machine, without a network. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "runtime/cli/depfile.h"
#include "runtime/cli/loaded.h"
#include "runtime/cli/messages.h"
#include "runtime/cli/reader.h"
#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/cli/test_from.h"
#include "runtime/cli/test_record.h"
#include "runtime/cli/test_report.h"
#include "runtime/cli/test_run.h"
#include "runtime/cli/test_sign.h"
#include "runtime/cli/verbs.h"
#include "runtime/files.h"
#include "runtime/service_limits.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

#define DIAGS_MAX (64u << 20)
#define FOLDERS_DEEP 16u /* folders inside folders that are looked through */

static const struct wd_option test_options[] = {
	{ "pattern", 'k', "PATTERN", "only tests with this in their title", false },
	{ "list", 'l', NULL, "name the tests and run none", false },
	{ "record", 0, NULL, "first write the recordings that tests replay anew, with live backends", false },
	{ "bind", 'b', "FILE", "with --record: bindings (bindings.development.json of the workspace)", false },
	{ "from", 0, "FILE", "print a test that replays this recording of a run of FILE.wf; run none", false },
	{ "append", 0, NULL, "with --from: put the test at the end of FILE.wf", false },
	{ "junit", 0, "FILE", "write the results here as JUnit XML too", false },
	{ "json", 0, NULL, "one line of JSON a test, on standard output, in place of the summary", false },
	WD_TEST_SIGN_OPTIONS,
	WD_DEPS_OPTIONS,
	WD_SOURCE_OPTIONS,
	{ 0 },
};

/* What was done so far. */
struct tally {
	const struct wd_args *args;
	struct wd_report report;
	struct wd_deps deps; /* with -MD: sources, what they are made from, recordings */
	struct wd_test_signing signing;
	unsigned tests, passed, failed, troubled, files;
	enum wd_exit code;
};

/* The source whose tests are run. */
struct sourced {
	const char *name; /* as messages call it */
	struct wd_loaded loaded;
	struct wd_compiled compiled;
	struct wd_reader reader;
	struct wd_test_file file;
	bool has_recording; /* of the test that runs: it was read, and this is its SHA-256 */
	struct wd_digest recording;
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

static unsigned long
now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned long)ts.tv_sec * 1000000 + (unsigned long)ts.tv_nsec / 1000;
}

/* What was said about a test, into messages and reports. */
static void
tell(struct tally *t, const struct sourced *s, const struct wc_test *test, enum wd_test_end end, unsigned long us,
    const struct wc_diags *diags)
{
	struct wr_buf words, line;

	wr_buf_init(&words, wd_alloc(), DIAGS_MAX);
	wr_buf_init(&line, wd_alloc(), DIAGS_MAX);
	wc_diags_render(diags, WC_DIAG_HUMAN, false, &words);
	wd_report_add(&t->report, s->name, test, end, us, wr_buf_view(&words));
	if (wd_arg(t->args, "json") != NULL) {
		wd_report_json(&line, s->name, test, end, us, wr_buf_view(&words));
		(void)fwrite(line.at, 1, line.size, stdout);
	}
	wr_buf_free(&words);
	wr_buf_free(&line);
	wd_messages_add(diags);
}

/* Record what a test replays; a recording of more than one test would hold the last one's run alone. */
static enum wd_exit
record(const struct tally *t, const struct sourced *s, const struct wc_test *test)
{
	const struct wc_tests *tests = &s->compiled.result.tests;

	for (uint32_t i = 0; i < tests->len; i++)
		if (&tests->at[i] != test && tests->at[i].replay_span.source != NULL &&
		    wr_text_eq(tests->at[i].replay, test->replay)) {
			wd_say_error("%s is replayed by more than one test of %s", wd_say_safe(test->replay),
			    wd_say_safe(wr_text_of(s->name)));
			wd_say_help("give each test a recording of its own; this one was left as it is");
			return WD_TROUBLE;
		}
	return wd_test_record(t->args, &s->loaded, tests, test, &s->reader);
}

/* For a record of the tests: how this one ended, and who answered. */
static void
note(struct tally *t, const struct sourced *s, const struct wc_test *test, enum wd_test_end end, bool live)
{
	struct wd_test_case how = { .has_recording = s->has_recording, .recording = s->recording };

	how.result = end == WD_TEST_PASSED ? WD_RESULT_PASSED : end == WD_TEST_FAILED ? WD_RESULT_FAILED : WD_RESULT_TROUBLE;
	how.adaptor = test->replay_span.source == NULL ? WD_TEST_STUBS : live ? WD_TEST_LIVE : WD_TEST_RECORDING;
	wd_test_signing_add(&t->signing, test->title, how);
}

static void
run_test(struct tally *t, struct sourced *s, const struct wc_test *test)
{
	unsigned long began;
	enum wd_test_end end;
	struct wr_arena arena;
	struct wc_diags diags;
	enum wd_exit code = WD_YES;
	bool live = wd_arg(t->args, "record") != NULL && test->replay_span.source != NULL;

	if (live)
		code = record(t, s, test);
	worsen(t, code);
	s->has_recording = false;
	began = now_us();
	wr_arena_init(&arena, wd_alloc(), DIAGS_MAX);
	wc_diags_init(&diags, &arena);
	diags.errors_max = UINT32_MAX;
	end = wd_test_run(&s->file, test, &diags);
	tell(t, s, test, end, now_us() - began, &diags);
	note(t, s, test, end, live && code == WD_YES);
	wr_arena_free(&arena);
	t->passed += end == WD_TEST_PASSED;
	t->failed += end == WD_TEST_FAILED;
	t->troubled += end == WD_TEST_TROUBLE;
	worsen(t, end == WD_TEST_PASSED ? WD_YES : end == WD_TEST_FAILED ? WD_NO : WD_TROUBLE);
}

static void
run_tests(struct tally *t, struct sourced *s)
{
	const char *pattern = wd_arg(t->args, "pattern");
	const struct wc_tests *tests = &s->compiled.result.tests;
	unsigned long began = now_us();
	unsigned before = t->tests;

	for (uint32_t i = 0; i < tests->len; i++) {
		const struct wc_test *test = &tests->at[i];

		if (pattern != NULL && !contains(test->title, pattern)) {
			wd_test_signing_add(&t->signing, test->title, (struct wd_test_case){ .result = WD_RESULT_SKIPPED });
			continue;
		}
		t->tests++;
		if (wd_arg(t->args, "list") == NULL)
			run_test(t, s, test);
		else
			printf("%s:%u: %s\n", wd_say_safe(wr_text_of(s->name)), (unsigned)wc_span_line(test->span),
			    wd_say_safe(test->title));
	}
	t->files += t->tests > before;
	if (t->tests > before)
		wd_report_file(&t->report, s->name, now_us() - began);
}

/* wd_test_file.recording, for a user that is the source. */
static enum wr_status
open_recording(void *user, const struct wc_test *test, struct wd_recording **ret,
    struct wd_recording_error *ret_error)
{
	struct sourced *source = user;
	char real[PATH_MAX];
	struct wr_buf bytes;
	enum wr_status s = wd_reader_find(&source->reader, test->replay, real);

	ret_error->line = 0;
	wr_buf_init(&bytes, wd_alloc(), WD_RECORDING_MAX);
	if (s == WR_OK)
		s = wd_file_read(real, &bytes);
	source->has_recording = s == WR_OK;
	if (s == WR_OK) {
		source->recording = wd_sha256(wr_buf_view(&bytes));
		s = wd_recording_read(wr_buf_view(&bytes), wd_alloc(), ret, ret_error);
	} else
		(void)snprintf(ret_error->why, sizeof ret_error->why, "%s",
		    s == WR_REFUSED ? "it lies outside the source root" :
		    s == WR_LIMIT   ? "it is too large" :
				      wd_file_why(s));
	wr_buf_free(&bytes);
	return s;
}

/* What the tests of a file depend on. Recordings are named from where the tool was started, as sources are. */
static enum wd_exit
add_deps(struct tally *t, const char *path, const struct wd_compiled *compiled)
{
	const struct wc_tests *tests = &compiled->result.tests;
	const char *slash = strrchr(path, '/');
	int folder = slash == NULL ? 0 : (int)(slash - path) + 1;
	bool good = wd_deps_add_source(&t->deps, path, &compiled->result);

	for (uint32_t i = 0; i < tests->len && good; i++) {
		struct wr_text replay = tests->at[i].replay;
		char name[PATH_MAX];

		if (tests->at[i].replay_span.source != NULL &&
		    snprintf(name, sizeof name, "%.*s%.*s", folder, path, (int)replay.size, replay.at) < PATH_MAX)
			good = wd_deps_add(&t->deps, name);
	}
	return good ? WD_YES : WD_TROUBLE;
}

static void
test_file(struct tally *t, const char *path)
{
	struct sourced s = { .name = path };
	enum wd_exit code = wd_compile_tests(t->args, path, &s.compiled);

	wr_buf_init(&s.loaded.bytes, wd_alloc(), WR_MODULE_MAX);
	if (code == WD_YES && !s.compiled.library) {
		wr_buf_text(&s.loaded.bytes, wr_buf_view(&s.compiled.bytecode));
		code = wd_load_bytes(path, &s.loaded);
	}
	if (code == WD_YES && !wd_reader_open(&s.reader, t->args, strcmp(path, "-") == 0 ? "./-" : path))
		code = WD_TROUBLE;
	if (code == WD_YES)
		code = add_deps(t, path, &s.compiled);
	worsen(t, code);
	if (code == WD_YES) {
		s.file = (struct wd_test_file){ s.loaded.module, &s.compiled.result.tests, open_recording, &s };
		run_tests(t, &s);
		worsen(t, wd_test_signing_put(&t->signing, path, wr_buf_view(&s.compiled.source),
			      s.compiled.library ? NULL : &s.loaded.digest));
	}
	wd_compiled_free(&s.compiled);
	wd_loaded_free(&s.loaded);
}

static bool
ends_in_wf(const char *name)
{
	size_t size = strlen(name);

	return size > 3 && strcmp(name + size - 3, ".wf") == 0;
}

/* A file; or a folder: the sources in it and below it, in order of their names, hidden ones left out. */
static void
test_path(struct tally *t, const char *path, unsigned depth)
{
	struct dirent **entries = NULL;
	struct stat st;
	int len;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
		if (depth == 0 || ends_in_wf(path))
			test_file(t, path);
		return;
	}
	len = depth < FOLDERS_DEEP ? scandir(path, &entries, NULL, alphasort) : 0;
	if (len < 0)
		worsen(t, wd_say_unreadable(path, WR_IO));
	for (int i = 0; i < len; i++) {
		const char *slash = path[strlen(path) - 1] == '/' ? "" : "/";
		char below[PATH_MAX];
		int size;

		if (strcmp(path, ".") == 0)
			size = snprintf(below, sizeof below, "%s", entries[i]->d_name);
		else
			size = snprintf(below, sizeof below, "%s%s%s", path, slash, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && size < PATH_MAX)
			test_path(t, below, depth + 1);
		free(entries[i]);
	}
	free(entries);
}

static void
say_tally(const struct tally *t, unsigned long ms)
{
	FILE *out = t->signing.prints ? stderr : stdout; /* the bytes to sign have the other to themselves */

	fprintf(out, "%u %s, %u passed", t->tests, t->tests == 1 ? "test" : "tests", t->passed);
	if (t->failed > 0)
		fprintf(out, ", %u failed", t->failed);
	if (t->troubled > 0)
		fprintf(out, ", %u could not be run", t->troubled);
	fprintf(out, " (%u %s, %lu ms)\n", t->files, t->files == 1 ? "file" : "files", ms);
}

static void
write_junit(struct tally *t, const char *path)
{
	enum wr_status status = wd_report_write(&t->report, path);

	if (status == WR_OK)
		return;
	wd_say_error("cannot write %s: %s", wd_say_safe(wr_text_of(path)),
	    status == WR_IO ? wd_file_why(status) : wr_status_text(status));
	worsen(t, WD_TROUBLE);
}

static void
run_all(struct tally *t)
{
	const struct wd_args *args = t->args;
	const char *junit = wd_arg(args, "junit");
	unsigned long began = now_us();

	for (size_t i = 0; i < args->files_len; i++)
		test_path(t, args->files[i], 0);
	if (wd_arg(args, "list") == NULL && wd_arg(args, "json") == NULL)
		say_tally(t, (now_us() - began) / 1000);
	if (junit != NULL)
		write_junit(t, junit);
	worsen(t, wd_deps_write(&t->deps));
	if (t->tests == 0 && t->code == WD_YES) {
		wd_say_error("there are no such tests");
		t->code = WD_UNSURE;
	} else if (t->signing.on && t->signing.signed_len == 0 && t->code == WD_YES) {
		wd_say_error("nothing was signed");
		t->code = WD_TROUBLE;
	}
}

/* One source, for what runs none of its tests as they are. */
static bool
takes_one(const struct wd_args *args, const char *option)
{
	if (args->files_len == 1)
		return true;
	wd_say_error("--%s takes one source", option);
	return false;
}

static enum wd_exit
test(const struct wd_args *args)
{
	struct tally t = { .args = args, .code = WD_YES };
	const char *from = wd_arg(args, "from"), *junit = wd_arg(args, "junit");

	if (from != NULL)
		return takes_one(args, "from") ? wd_test_from(args, args->files[0], from) : WD_TROUBLE;
	if (wd_arg(args, "signature") != NULL)
		return takes_one(args, "signature") ? wd_test_signing_take(args, args->files[0]) : WD_TROUBLE;
	t.code = wd_test_signing_open(args, &t.signing);
	if (t.code == WD_YES && !wd_deps_open(&t.deps, args, junit == NULL ? "-" : junit))
		t.code = WD_TROUBLE;
	wd_report_begin(&t.report);
	if (t.code == WD_YES)
		run_all(&t);
	wd_deps_close(&t.deps);
	wd_report_free(&t.report);
	wd_test_signing_close(&t.signing);
	return t.code;
}

const struct wd_verb wd_verb_test = {
	.name = "test",
	.files = "FILE.wf|DIR...",
	.files_min = 1,
	.files_max = WD_ARGS_MAX,
	.summary = "run the tests of a program, in the machine, without a network",
	.details = "Each test runs the file's own bytecode; its stubs and its recording answer in place\n"
		   "of backends. An agent that is called and has no answer fails the test. Passing tests are counted, no more.\n"
		   "Exit code 0: all passed; 1: one failed, or a program is wrong; 2: one could not be run;\n"
		   "3: there was no test.\n"
		   "-MD lists sources, what they use and recordings; without --junit FILE it needs -MF and -MT.\n"
		   "--sign puts a record of each source's tests beside what reviewers sign, passed or not; reviewers see it,\n"
		   "and no approval hangs on it.",
	.options = test_options,
	.run = test,
};
