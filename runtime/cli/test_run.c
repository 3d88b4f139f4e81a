/*
 * Runs one test: evaluates what is given, starts the flow, answers each call from its stub, and asks the
 * expectations. All of it in the machine; nothing here reaches a network or prints.
 */
#include "runtime/cli/test_run.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cli/test_eval.h"
#include "runtime/cli/test_replay.h"
#include "runtime/cli/test_say.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

/* One run of a test. */
struct runner {
	const struct wd_test_file *file;
	const struct wc_test *test;
	struct wc_diags *diags;
	struct wr_buf *given;   /* by input: its value as JSON */
	struct wr_run *run;
	struct wr_buf result;   /* what the run gave, bare */
	uint64_t *calls;        /* by agent of the module: how often it was called */
	struct wd_recording *recording;
	struct wd_replay replay;
	struct wr_call later;   /* a call that was cancelled when it was recorded */
	bool over;              /* the run ended as it should: expectations can be asked */
	enum wd_test_end end;
};

static void
worsen(struct runner *r, enum wd_test_end end)
{
	if (end > r->end)
		r->end = end;
}

static void
trouble(struct runner *r, struct wc_span span, const char *why)
{
	wd_test_say_trouble(r->diags, r->test, span, why);
	worsen(r, WD_TEST_TROUBLE);
}

/* ---- answers ------------------------------------------------------------------------------- */

static void
answer_from_stub(struct runner *r, const struct wr_call *call, const struct wc_test_stub *stub)
{
	struct wr_fault why = { .code = "out of memory" };

	if (wd_test_answer(r->file->tests, stub, r->run, call, &why) != WR_OK)
		trouble(r, stub->span, why.code);
}

static void
count_call(struct runner *r, struct wr_text agent)
{
	const struct wr_summary *s = wr_module_summary(r->file->module);

	for (uint32_t i = 0; i < s->agents_len; i++)
		if (wr_text_eq(s->agents[i].name, agent))
			r->calls[i]++;
}

static void
answer_from_recording(struct runner *r, const struct wr_call *call)
{
	switch (wd_replay_answer(&r->replay, r->run, call)) {
	case WD_REPLAY_TAKEN:
		break;
	case WD_REPLAY_LATER:
		r->later = *call;
		break;
	case WD_REPLAY_MISS:
		if (r->recording != NULL)
			wd_replay_say_miss(r->diags, r->test, call, r->recording);
		else
			wd_test_say_unanswered(r->diags, r->test, call);
		worsen(r, WD_TEST_FAILED);
		break;
	case WD_REPLAY_TROUBLE:
		trouble(r, r->test->span, wr_status_text(WR_NOMEM));
		break;
	}
}

/* Answer every call until the run ends. One is answered before the next is taken. */
static void
play(struct runner *r)
{
	struct wr_call call;

	while (r->end == WD_TEST_PASSED && wr_run_state(r->run) == WR_RUN_WAITING &&
	       wr_run_next(r->run, &call)) {
		const struct wc_test_stub *stub = wd_test_stub(r->test, call.agent);

		count_call(r, call.agent);
		if (stub != NULL)
			answer_from_stub(r, &call, stub);
		else
			answer_from_recording(r, &call);
	}
	if (r->end != WD_TEST_PASSED || wr_run_state(r->run) != WR_RUN_WAITING)
		return;
	assert(r->recording != NULL); /* only what a recording puts off is left */
	wd_replay_say_miss(r->diags, r->test, &r->later, r->recording);
	worsen(r, WD_TEST_FAILED);
}

/* ---- before and after -------------------------------------------------------------------------- */

static uint64_t
calls_of(const struct runner *r, struct wr_text agent)
{
	const struct wr_summary *s = wr_module_summary(r->file->module);
	uint32_t i = 0;

	while (!wr_text_eq(s->agents[i].name, agent))
		i++;
	return r->calls[i];
}

/* What an expectation's programs are given. */
static void
expectation_inputs(struct runner *r, const struct wc_test_expect *e, struct wr_buf *input)
{
	uint32_t at = 0;

	wd_test_begin_inputs(input);
	if (r->test->runs && !r->test->fails) {
		wd_test_add_input(r->file->tests, input, at++);
		wr_buf_text(input, wr_buf_view(&r->result));
	}
	for (uint32_t i = 0; i < r->test->given_len; i++) {
		wd_test_add_input(r->file->tests, input, at++);
		wr_buf_text(input, wr_buf_view(&r->given[i]));
	}
	for (uint32_t i = 0; i < e->counted_len; i++) {
		wd_test_add_input(r->file->tests, input, at++);
		wr_buf_u64(input, calls_of(r, e->counted[i]));
	}
	wr_buf_byte(input, '}');
}

static void
check_holds(struct runner *r, const struct wc_test_expect *e)
{
	struct wr_buf input, value;
	struct wr_fault why;

	expectation_inputs(r, e, &input);
	wr_buf_init(&value, wd_alloc(), WR_HEAP_MAX);
	if (!wd_test_evaluate(&e->holds, wr_buf_view(&input), &value, &why)) {
		trouble(r, e->span, why.code);
	} else if (!wr_text_eq(wr_buf_view(&value), WR_TEXT("true"))) {
		struct wc_diag *d = wd_test_say_false(r->diags, r->test, e);

		worsen(r, WD_TEST_FAILED);
		for (uint32_t i = 0; i < e->parts_len; i++) {
			const struct wc_test_part *p = &e->parts[i];
			bool known = p->shown && p->value.bytes.size > 0 &&
				wd_test_evaluate(&p->value, wr_buf_view(&input), &value, &why);

			wd_test_say_part(d, p, known ? wr_buf_view(&value) : WR_TEXT(""));
		}
	}
	wr_buf_free(&input);
	wr_buf_free(&value);
}

/* The run is over; how it ended, against what was expected of that. */
static void
check_end(struct runner *r)
{
	const struct wr_fault *f;

	r->over = (wr_run_state(r->run) == WR_RUN_FAILED) == r->test->fails;
	if (wr_run_state(r->run) == WR_RUN_DONE) {
		wr_buf_text(&r->result, wd_test_bare(wr_run_output(r->run), r->file->tests->enveloped));
		for (uint32_t i = 0; i < r->test->expects_len; i++)
			if (r->test->expects[i].fails) {
				wd_test_say_done(r->diags, r->test, &r->test->expects[i],
				    wr_buf_view(&r->result));
				worsen(r, WD_TEST_FAILED);
			}
		return;
	}
	f = wr_run_fault(r->run);
	if (!r->test->fails) {
		wd_test_say_failed(r->diags, r->test, f);
		worsen(r, WD_TEST_FAILED);
	}
	for (uint32_t i = 0; i < r->test->expects_len; i++) {
		const struct wc_test_expect *e = &r->test->expects[i];

		if (e->fails && ((e->failure.size > 0 && !wr_text_eq(e->failure, wr_text_of(f->code))) ||
				    (e->agent.size > 0 && !wr_text_eq(e->agent, wr_text_of(f->agent))))) {
			wd_test_say_other(r->diags, r->test, e, f);
			worsen(r, WD_TEST_FAILED);
		}
	}
}

/* The recording that the test replays, when it does. False: it cannot be had. */
static bool
open_recording(struct runner *r)
{
	struct wd_recording_error error = { 0, "there are no recordings here" };
	enum wr_status s = WR_ABSENT;

	if (r->test->replay_span.source == NULL)
		return true;
	if (r->file->recording != NULL)
		s = r->file->recording(r->file->user, r->test, &r->recording, &error);
	if (s == WR_OK) {
		r->replay.recording = r->recording;
		r->replay.ordinals = wd_ordinals_new();
		if (r->replay.ordinals != NULL)
			return true;
		s = WR_NOMEM;
	}
	if (s == WR_NOMEM)
		error = (struct wd_recording_error){ 0, "out of memory" };
	wd_test_say_recording(r->diags, r->test, &error);
	worsen(r, WD_TEST_TROUBLE);
	return false;
}

static void
run_flow(struct runner *r)
{
	struct wr_fault fault = { .code = "" };
	const struct wc_test_given *wrong;
	struct wr_buf object;
	enum wr_status s;

	if (!open_recording(r))
		return;
	wr_buf_init(&object, wd_alloc(), WR_HEAP_MAX);
	wrong = wd_test_given(r->test, r->recording, r->given, &object, &fault);
	if (wrong != NULL) {
		trouble(r, wrong->span, fault.code);
	} else {
		s = wr_run_start(r->file->module, wd_alloc(), NULL, wr_buf_view(&object), &r->run, &fault);
		if (s == WR_OK) {
			play(r);
			if (r->end == WD_TEST_PASSED)
				check_end(r);
		} else {
			trouble(r, r->test->span, fault.code[0] != '\0' ? fault.detail : wr_status_text(s));
		}
	}
	wr_buf_free(&object);
}

enum wd_test_end
wd_test_run(const struct wd_test_file *file, const struct wc_test *test, struct wc_diags *diags)
{
	struct runner r = { .file = file, .test = test, .diags = diags };
	uint32_t agents = file->module == NULL ? 0 : wr_module_summary(file->module)->agents_len;

	assert(test->runs == (file->module != NULL));
	wr_buf_init(&r.result, wd_alloc(), WR_HEAP_MAX);
	r.given = calloc(test->given_len + 1, sizeof *r.given);
	r.calls = calloc(agents + 1, sizeof *r.calls);
	for (uint32_t i = 0; r.given != NULL && i < test->given_len; i++)
		wr_buf_init(&r.given[i], wd_alloc(), WR_HEAP_MAX);
	if (r.given == NULL || r.calls == NULL)
		trouble(&r, test->span, wr_status_text(WR_NOMEM));
	else if (test->runs)
		run_flow(&r);
	else
		r.over = true;
	for (uint32_t i = 0; r.over && i < test->expects_len && r.end != WD_TEST_TROUBLE; i++)
		if (!test->expects[i].fails)
			check_holds(&r, &test->expects[i]);
	wr_run_free(r.run);
	wd_recording_free(r.recording);
	wd_ordinals_free(r.replay.ordinals);
	for (uint32_t i = 0; r.given != NULL && i < test->given_len; i++)
		wr_buf_free(&r.given[i]);
	wr_buf_free(&r.result);
	free(r.given);
	free(r.calls);
	return r.end;
}
