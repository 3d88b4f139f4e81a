/* Records what a test replays: one draft run with live backends for what is given. Judges no answer. */
#include "runtime/cli/test_record.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/cli/record.h"
#include "runtime/cli/say.h"
#include "runtime/cli/test_eval.h"
#include "runtime/serve/bind.h"
#include "runtime/files.h"
#include "runtime/service_limits.h"
#include "runtime/setting.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

/* One recording, and what its run stands on. */
struct recording {
	const struct wd_loaded *loaded;
	const struct wc_tests *tests;
	const struct wc_test *test;
	char path[PATH_MAX];
	struct wd_workspace ws;
	struct wd_chain chain;
	struct wd_bindings bindings;
	bool has_policy, has_bindings;
	struct event_base *base;
	struct wd_dispatch *dispatch;
	struct wd_host *host;
	struct wd_recorder *recorder;
	struct wr_buf input;
	enum wd_exit code;
};

static void
on_event(void *user, const struct wd_host_event *e)
{
	const struct recording *r = user;

	wd_record_event(r->recorder, e);
}

/* Agents with a stub are never asked. */
static bool
instead(void *user, struct wr_run *run, const struct wr_call *call)
{
	struct recording *r = user;
	const struct wc_test_stub *stub = wd_test_stub(r->test, call->agent);
	struct wr_fault why;

	if (stub == NULL)
		return false;
	if (wd_test_answer(r->tests, stub, run, call, &why) != WR_OK)
		wr_run_cancel(run, "heap", "a stub could not be evaluated");
	return true;
}

static bool
stubbed(const void *test, struct wr_text agent)
{
	return wd_test_stub(test, agent) != NULL;
}

static void
on_done(void *user, struct wd_host *host)
{
	struct recording *r = user;
	const struct wr_run *run = wd_host_run(host);

	r->code = wd_record_save(r->recorder, r->path, run, r->loaded, wr_buf_view(&r->input)) ? WD_YES : WD_TROUBLE;
	if (r->code == WD_YES && wr_run_state(run) == WR_RUN_FAILED)
		wd_say("recorded %s: the run failed: %s", wd_say_safe(r->test->replay), wr_run_fault(run)->code);
	else if (r->code == WD_YES)
		wd_say("recorded %s", wd_say_safe(r->test->replay));
	(void)event_base_loopbreak(r->base);
}

static enum wd_exit
read_setting(struct recording *r, const struct wd_args *args)
{
	enum wr_status s;
	struct wr_buf why;

	if (wd_workspace_open(&r->ws, args->folder) != WR_OK)
		return wd_say_unreadable(args->folder, WR_IO);
	wr_buf_init(&why, wd_alloc(), 4096);
	s = wd_policy_open(&r->ws, NULL, &r->chain, &why);
	r->has_policy = s == WR_OK;
	if (s == WR_OK || s == WR_ABSENT) {
		wr_buf_free(&why);
		s = wd_bindings_open(&r->ws, "development", wd_arg(args, "bind"), &r->bindings, &why);
		r->has_bindings = s == WR_OK;
	}
	if (s != WR_OK)
		wd_say_error("%s", wd_say_safe(wr_buf_view(&why)));
	wr_buf_free(&why);
	return s == WR_OK ? WD_YES : WD_TROUBLE;
}

/* The recording as it is, for what the test does not give itself; NULL: there is none that can be read. */
static struct wd_recording *
read_old(const struct recording *r)
{
	struct wd_recording_error error;
	struct wd_recording *old = NULL;
	struct wr_buf bytes;

	wr_buf_init(&bytes, wd_alloc(), WD_RECORDING_MAX);
	if (wd_file_read(r->path, &bytes) != WR_OK ||
	    wd_recording_read(wr_buf_view(&bytes), wd_alloc(), &old, &error) != WR_OK)
		old = NULL;
	wr_buf_free(&bytes);
	return old;
}

/* What is given, as the flow's input. */
static bool
take_input(struct recording *r)
{
	struct wr_buf *values = calloc(r->test->given_len + 1, sizeof *values);
	struct wr_fault why = { .code = "out of memory" };
	struct wd_recording *old = read_old(r);
	bool good;

	if (values == NULL) {
		wd_recording_free(old);
		return false;
	}
	for (uint32_t i = 0; i < r->test->given_len; i++)
		wr_buf_init(&values[i], wd_alloc(), WR_HEAP_MAX);
	good = wd_test_given(r->test, old, values, &r->input, &why) == NULL && r->input.status == WR_OK;
	for (uint32_t i = 0; i < r->test->given_len; i++)
		wr_buf_free(&values[i]);
	free(values);
	wd_recording_free(old);
	if (!good)
		wd_say_error("what is given cannot be evaluated: %s", why.code);
	return good;
}

static enum wd_exit
go(struct recording *r)
{
	struct wd_host_options options = {
		.key = "draft/record", .event = on_event, .instead = instead, .done = on_done, .user = r
	};
	struct wd_trouble trouble = { "" };
	struct wr_fault fault = { .code = "" };
	enum wr_status s;

	r->base = event_base_new();
	r->recorder = wd_recorder_new();
	if (r->base == NULL || r->recorder == NULL ||
	    wd_dispatch_new(r->base, wd_alloc(), &r->dispatch) != WR_OK) {
		wd_say_error("cannot start: out of memory or of files");
		return WD_TROUBLE;
	}
	s = wd_bind_backends(r->dispatch, r->loaded->module, r->has_policy ? &r->chain.policy : NULL, &r->bindings, r->ws.root,
	    "extract", stubbed, r->test, &trouble);
	if (s != WR_OK) {
		wd_say_error("%s", trouble.text[0] != '\0' ? trouble.text : wr_status_text(s));
		wd_say_help("bindings.development.json (or --bind FILE) says how to reach it; or stub its agents");
		return WD_NO;
	}
	s = wd_host_start(r->base, r->dispatch, r->loaded->module, &options, wr_buf_view(&r->input), &r->host, &fault);
	if (s != WR_OK) {
		wd_say_error("cannot start the run: %s", fault.code[0] != '\0' ? fault.detail : wr_status_text(s));
		return WD_TROUBLE;
	}
	r->code = WD_BUG;
	(void)event_base_dispatch(r->base);
	return r->code;
}

enum wd_exit
wd_test_record(const struct wd_args *args, const struct wd_loaded *loaded, const struct wc_tests *tests,
    const struct wc_test *test, const struct wd_reader *reader)
{
	struct recording r = { .loaded = loaded, .tests = tests, .test = test };
	enum wr_status s = wd_reader_find(reader, test->replay, r.path);
	enum wd_exit code = WD_YES;

	wr_buf_init(&r.input, wd_alloc(), WR_HEAP_MAX);
	if (s != WR_OK && s != WR_ABSENT) {
		wd_say_error("cannot write %s: %s", wd_say_safe(test->replay),
		    s == WR_REFUSED ? "it lies outside the source root" : "there is no such folder");
		code = WD_TROUBLE;
	}
	if (code == WD_YES && !take_input(&r))
		code = WD_TROUBLE;
	if (code == WD_YES)
		code = read_setting(&r, args);
	if (code == WD_YES)
		code = go(&r);
	wd_host_free(r.host);
	wd_recorder_free(r.recorder);
	wd_dispatch_free(r.dispatch);
	if (r.base != NULL)
		event_base_free(r.base);
	if (r.has_policy)
		wd_chain_free(&r.chain);
	if (r.has_bindings)
		wd_bindings_free(&r.bindings);
	wr_buf_free(&r.input);
	return code;
}
