/* From a recording to a test that replays it. Runs nothing. */
#include "runtime/cli/test_from.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cli/loaded.h"
#include "runtime/cli/reader.h"
#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/files.h"
#include "runtime/json.h"
#include "runtime/recording.h"
#include "runtime/service_limits.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"
#include "vm/view/literal.h"
#include "vm/view/spell.h"

/* One recording, and the program that it is a run of. */
struct from {
	struct wd_compiled compiled;
	struct wd_loaded loaded;
	struct wd_recording *recording;
	struct wd_json_doc doc; /* its input and output */
	char path[PATH_MAX];    /* of the recording, as seen from the source */
	struct wr_buf test;
};

static enum wd_exit
read_recording(struct from *f, const char *path)
{
	struct wd_recording_error error = { 0, "" };
	struct wr_buf bytes;
	enum wr_status s;

	wr_buf_init(&bytes, wd_alloc(), WD_RECORDING_MAX);
	s = wd_file_read(path, &bytes);
	if (s != WR_OK) {
		wr_buf_free(&bytes);
		return wd_say_unreadable(path, s);
	}
	s = wd_recording_read(wr_buf_view(&bytes), wd_alloc(), &f->recording, &error);
	wr_buf_free(&bytes);
	if (s == WR_OK)
		return WD_YES;
	wd_say_error("%s is not a recording", wd_say_safe(wr_text_of(path)));
	wd_say_note("line %u: %s", (unsigned)error.line, wd_say_safe(wr_text_of(error.why)));
	return s == WR_MALFORMED ? WD_NO : WD_TROUBLE;
}

/* The recording has to lie below the source's folder: tests name files so. */
static enum wd_exit
find_path(struct from *f, const struct wd_args *args, const char *source, const char *path)
{
	struct wd_reader reader;
	char real[PATH_MAX], folder[PATH_MAX];
	size_t size;

	if (!wd_reader_open(&reader, args, source))
		return WD_TROUBLE;
	if (realpath(path, real) == NULL || realpath(reader.folder, folder) == NULL)
		return wd_say_unreadable(path, WR_IO);
	size = strlen(folder);
	if (strncmp(real, folder, size) != 0 || real[size] != '/') {
		wd_say_error("%s lies outside the folder of %s", wd_say_safe(wr_text_of(path)),
		    wd_say_safe(wr_text_of(source)));
		wd_say_help("put the recording beside the source, or below it");
		return WD_NO;
	}
	memcpy(f->path, real + size + 1, strlen(real + size + 1) + 1);
	return WD_YES;
}

/* A member of the input, or the output, as source. */
static enum wr_status
put_value(struct from *f, uint32_t which, const struct wd_json *v)
{
	struct wr_buf json;
	enum wr_status s = WR_INVALID;

	wr_buf_init(&json, wd_alloc(), WD_RECORDING_MAX);
	wd_json_write(v, WD_JSON_COMPACT, &json);
	if (v != NULL && json.status == WR_OK)
		s = wr_spell_json(wr_buf_view(&f->compiled.bytecode), wd_alloc(), which, wr_buf_view(&json), &f->test);
	wr_buf_free(&json);
	return s;
}

static enum wr_status
put_given(struct from *f)
{
	const struct wr_summary *s = wr_module_summary(f->loaded.module);
	struct wd_json *input;
	enum wr_status status = wd_json_parse_into(&f->doc, wd_recording_input(f->recording), &input, NULL);

	for (uint32_t i = 0; i < s->inputs_len && status == WR_OK; i++) {
		wr_buf_str(&f->test, "  given ");
		wr_buf_text(&f->test, s->inputs[i].name);
		wr_buf_str(&f->test, " = ");
		status = put_value(f, i, wd_json_get_text(input, s->inputs[i].name));
		wr_buf_byte(&f->test, '\n');
	}
	return status;
}

static bool
is_failure(struct wr_text word)
{
	for (unsigned i = WR_FAILURE_TIMEOUT; i <= WR_FAILURE_INVALID; i++)
		if (wr_text_eq(word, wr_text_of(wr_failure_word((enum wr_failure)i))))
			return true;
	return false;
}

static enum wr_status
put_expectation(struct from *f)
{
	struct wr_text agent, failed = wd_recording_failed(f->recording, &agent);
	struct wd_json *output;
	enum wr_status s;

	if (failed.at != NULL) {
		wr_buf_str(&f->test, "  expect fails");
		if (agent.size > 0 && is_failure(failed)) {
			wr_buf_byte(&f->test, ' ');
			wr_buf_text(&f->test, failed);
			wr_buf_str(&f->test, " in ");
			wr_buf_text(&f->test, agent);
		}
		wr_buf_byte(&f->test, '\n');
		return WR_OK;
	}
	s = wd_json_parse_into(&f->doc, wd_recording_output(f->recording), &output, NULL);
	wr_buf_str(&f->test, "  expect result == ");
	if (s == WR_OK)
		s = put_value(f, WR_LITERAL_RESULT,
		    f->compiled.result.tests.enveloped ? wd_json_get(output, "result") : output);
	wr_buf_byte(&f->test, '\n');
	return s;
}

static enum wd_exit
put_test(struct from *f, const char *source)
{
	struct wr_text workflow = wr_module_summary(f->loaded.module)->workflow;
	enum wr_status s;

	if (!wr_text_eq(workflow, wd_recording_workflow(f->recording))) {
		wd_say_error("this is a run of %s, not of %s", wd_say_safe(wd_recording_workflow(f->recording)),
		    wd_say_safe(workflow));
		return WD_NO;
	}
	wr_buf_str(&f->test, "test ");
	wr_spell_text(&f->test, wr_text_of(f->path));
	wr_buf_str(&f->test, " {\n");
	s = put_given(f);
	wr_buf_str(&f->test, "  replay ");
	wr_spell_text(&f->test, wr_text_of(f->path));
	wr_buf_str(&f->test, "\n\n");
	if (s == WR_OK)
		s = put_expectation(f);
	wr_buf_str(&f->test, "}\n");
	if (s == WR_OK)
		s = f->test.status;
	if (s == WR_OK)
		return WD_YES;
	wd_say_error("the recording does not fit %s: %s", wd_say_safe(wr_text_of(source)),
	    s == WR_INVALID ? "its input or output is of another type" : wr_status_text(s));
	return s == WR_INVALID ? WD_NO : WD_TROUBLE;
}

/* The source, an empty line, the test. */
static enum wd_exit
append(struct from *f, const char *source)
{
	struct wr_buf out;
	struct wr_text old = wr_buf_view(&f->compiled.source);
	enum wr_status s;

	wr_buf_init(&out, wd_alloc(), (size_t)WD_RECORDING_MAX * 2);
	wr_buf_text(&out, old);
	wr_buf_str(&out, old.size > 0 && old.at[old.size - 1] == '\n' ? "\n" : "\n\n");
	wr_buf_text(&out, wr_buf_view(&f->test));
	s = out.status == WR_OK ? wd_file_write(source, wr_buf_view(&out), 0666) : out.status;
	wr_buf_free(&out);
	if (s == WR_OK)
		return WD_YES;
	wd_say_error("cannot write %s: %s", wd_say_safe(wr_text_of(source)), wd_file_why(s));
	return WD_TROUBLE;
}

enum wd_exit
wd_test_from(const struct wd_args *args, const char *source, const char *recording)
{
	struct from f = { .recording = NULL };
	enum wd_exit code = wd_compile_tests(args, source, &f.compiled);

	wr_buf_init(&f.loaded.bytes, wd_alloc(), WR_MODULE_MAX);
	wr_buf_init(&f.test, wd_alloc(), WD_RECORDING_MAX);
	wd_json_init(&f.doc, wd_alloc(), (size_t)WD_RECORDING_MAX * 4);
	if (code == WD_YES && f.compiled.library) {
		wd_say_error("%s has no `start`: it was never run", wd_say_safe(wr_text_of(source)));
		code = WD_NO;
	}
	if (code == WD_YES) {
		wr_buf_text(&f.loaded.bytes, wr_buf_view(&f.compiled.bytecode));
		code = wd_load_bytes(source, &f.loaded);
	}
	if (code == WD_YES)
		code = read_recording(&f, recording);
	if (code == WD_YES)
		code = find_path(&f, args, source, recording);
	if (code == WD_YES)
		code = put_test(&f, source);
	if (code == WD_YES && wd_arg(args, "append") != NULL)
		code = append(&f, source);
	else if (code == WD_YES)
		(void)fwrite(f.test.at, 1, f.test.size, stdout);
	wr_buf_free(&f.test);
	wd_json_free(&f.doc);
	wd_recording_free(f.recording);
	wd_compiled_free(&f.compiled);
	wd_loaded_free(&f.loaded);
	return code;
}
