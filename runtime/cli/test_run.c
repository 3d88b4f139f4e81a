/*
 * Runs one test: evaluates what is given, starts the flow, answers each call from its stub, and asks the
 * expectations. All of it in the machine; nothing here reaches a network or prints.
 */
#include "runtime/cli/test_run.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cli/test_say.h"
#include "runtime/json.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

#define ENVELOPE "{\"result\":"

/* One run of a test. */
struct runner {
	const struct wd_test_file *file;
	const struct wc_test *test;
	struct wc_diags *diags;
	struct wr_buf *given;   /* by input: its value as JSON */
	struct wr_run *run;
	struct wr_buf result;   /* what the run gave, bare */
	uint64_t *calls;        /* by agent of the module: how often it was called */
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

/* ---- programs ---------------------------------------------------------------------------- */

/* What travels in an envelope, without it. */
static struct wr_text
bare(struct wr_text json, bool enveloped)
{
	size_t head = strlen(ENVELOPE);

	if (!enveloped)
		return json;
	assert(json.size > head && json.at[json.size - 1] == '}');
	return (struct wr_text){ json.at + head, json.size - head - 1 };
}

/* The value of a program for these inputs, as bare JSON in ret. False: why says why not. */
static bool
evaluate(const struct wc_test_program *p, struct wr_text input, struct wr_buf *ret, struct wr_fault *why)
{
	struct wr_load_refusal refusal;
	struct wr_module *module = NULL;
	struct wr_run *run = NULL;
	enum wr_status s = wr_load((const uint8_t *)p->bytes.at, p->bytes.size, wd_alloc(), &module, &refusal);
	bool good = false;

	*why = (struct wr_fault){ .code = s == WR_OK || s == WR_NOMEM ? "out of memory" : refusal.code };
	if (s == WR_OK)
		s = wr_run_start(module, wd_alloc(), NULL, input, &run, why);
	if (s == WR_OK && wr_run_state(run) == WR_RUN_DONE) {
		ret->size = 0;
		wr_buf_text(ret, bare(wr_run_output(run), p->enveloped));
		good = ret->status == WR_OK;
	} else if (s == WR_OK && wr_run_state(run) == WR_RUN_FAILED) {
		*why = *wr_run_fault(run);
	}
	wr_run_free(run);
	wr_module_free(module);
	return good;
}

static void
begin_inputs(struct wr_buf *buf)
{
	wr_buf_init(buf, wd_alloc(), WR_HEAP_MAX);
	wr_buf_byte(buf, '{');
}

/* The name of input i; its value follows. */
static void
add_input(const struct runner *r, struct wr_buf *buf, uint32_t i)
{
	wr_buf_str(buf, i == 0 ? "\"" : ",\"");
	wr_buf_text(buf, r->file->tests->prefix);
	wr_buf_u64(buf, i);
	wr_buf_str(buf, "\":");
}

/* ---- answers ------------------------------------------------------------------------------- */

static const struct wc_test_stub *
stub_of(const struct wc_test *test, struct wr_text agent)
{
	for (uint32_t i = 0; i < test->stubs_len; i++)
		if (wr_text_eq(test->stubs[i].agent, agent))
			return &test->stubs[i];
	return NULL;
}

static enum wr_failure
failure_of(struct wr_text word)
{
	unsigned f = WR_FAILURE_TIMEOUT;

	while (!wr_text_eq(word, wr_text_of(wr_failure_word((enum wr_failure)f))))
		f++;
	return (enum wr_failure)f;
}

/* Give the machine a value as a backend would send it. */
static enum wr_status
send_value(struct wr_run *run, const struct wr_call *call, struct wr_text value)
{
	struct wd_json_doc doc;
	struct wr_buf wrapped;
	enum wr_status s;

	if (call->form == WR_RESULT_TEXT) {
		s = wd_json_parse(&doc, wd_alloc(), value, WR_HEAP_MAX, NULL);
		if (s != WR_OK)
			return s;
		s = wr_run_answer(run, call->id, wd_json_text(doc.root), 0);
		wd_json_free(&doc);
		return s;
	}
	if (!call->enveloped)
		return wr_run_answer(run, call->id, value, 0);
	wr_buf_init(&wrapped, wd_alloc(), WR_HEAP_MAX);
	wr_buf_str(&wrapped, ENVELOPE);
	wr_buf_text(&wrapped, value);
	wr_buf_byte(&wrapped, '}');
	s = wrapped.status != WR_OK ? wrapped.status :
				      wr_run_answer(run, call->id, wr_buf_view(&wrapped), 0);
	wr_buf_free(&wrapped);
	return s;
}

static void
answer_from_stub(struct runner *r, const struct wr_call *call, const struct wc_test_stub *stub)
{
	struct wr_buf input, value;
	struct wr_fault why;
	enum wr_status s = WR_OK;

	if (stub->fails.size > 0) {
		s = wr_run_fail(r->run, call->id, failure_of(stub->fails),
		    WR_TEXT("the test's stub fails"), false);
		if (s != WR_OK)
			trouble(r, stub->span, wr_status_text(s));
		return;
	}
	begin_inputs(&input);
	wr_buf_init(&value, wd_alloc(), WR_HEAP_MAX);
	for (uint32_t i = 0;; i++) {
		size_t size = input.size;

		add_input(r, &input, i);
		if (!wr_run_argument(r->run, call->id, i, &input)) {
			input.size = size;
			break;
		}
	}
	wr_buf_byte(&input, '}');
	if (!evaluate(&stub->answer, wr_buf_view(&input), &value, &why)) {
		trouble(r, stub->span, why.code);
	} else {
		s = send_value(r->run, call, wr_buf_view(&value));
		if (s != WR_OK && s != WR_INVALID)
			trouble(r, stub->span, wr_status_text(s));
	}
	wr_buf_free(&input);
	wr_buf_free(&value);
}

static void
count_call(struct runner *r, struct wr_text agent)
{
	const struct wr_summary *s = wr_module_summary(r->file->module);

	for (uint32_t i = 0; i < s->agents_len; i++)
		if (wr_text_eq(s->agents[i].name, agent))
			r->calls[i]++;
}

/* Answer every call until the run ends. One is answered before the next is taken. */
static void
play(struct runner *r)
{
	struct wr_call call;

	while (r->end == WD_TEST_PASSED && wr_run_state(r->run) == WR_RUN_WAITING &&
	       wr_run_next(r->run, &call)) {
		const struct wc_test_stub *stub = stub_of(r->test, call.agent);

		count_call(r, call.agent);
		if (stub != NULL) {
			answer_from_stub(r, &call, stub);
		} else {
			wd_test_say_unanswered(r->diags, r->test, &call);
			worsen(r, WD_TEST_FAILED);
		}
	}
	assert(r->end != WD_TEST_PASSED || wr_run_state(r->run) != WR_RUN_WAITING);
}

/* ---- before and after -------------------------------------------------------------------------- */

/* The values of all inputs, and the object of them that the flow takes. */
static bool
evaluate_given(struct runner *r, struct wr_buf *object)
{
	wr_buf_init(object, wd_alloc(), WR_HEAP_MAX);
	wr_buf_byte(object, '{');
	for (uint32_t i = 0; i < r->test->given_len; i++) {
		const struct wc_test_given *g = &r->test->given[i];
		struct wr_fault why;

		if (!evaluate(&g->value, WR_TEXT("{}"), &r->given[i], &why)) {
			trouble(r, g->span, why.code);
			return false;
		}
		if (i > 0)
			wr_buf_byte(object, ',');
		wd_json_quote(object, g->input);
		wr_buf_byte(object, ':');
		wr_buf_text(object, wr_buf_view(&r->given[i]));
	}
	wr_buf_byte(object, '}');
	return object->status == WR_OK;
}

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

	begin_inputs(input);
	if (r->test->runs && !r->test->fails) {
		add_input(r, input, at++);
		wr_buf_text(input, wr_buf_view(&r->result));
	}
	for (uint32_t i = 0; i < r->test->given_len; i++) {
		add_input(r, input, at++);
		wr_buf_text(input, wr_buf_view(&r->given[i]));
	}
	for (uint32_t i = 0; i < e->counted_len; i++) {
		add_input(r, input, at++);
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
	if (!evaluate(&e->holds, wr_buf_view(&input), &value, &why)) {
		trouble(r, e->span, why.code);
	} else if (!wr_text_eq(wr_buf_view(&value), WR_TEXT("true"))) {
		struct wc_diag *d = wd_test_say_false(r->diags, r->test, e);

		worsen(r, WD_TEST_FAILED);
		for (uint32_t i = 0; i < e->parts_len; i++) {
			const struct wc_test_part *p = &e->parts[i];
			bool known = p->shown && p->value.bytes.size > 0 &&
				evaluate(&p->value, wr_buf_view(&input), &value, &why);

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
		wr_buf_text(&r->result, bare(wr_run_output(r->run), r->file->tests->enveloped));
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

static void
run_flow(struct runner *r)
{
	struct wr_fault fault = { .code = "" };
	struct wr_buf object;
	enum wr_status s;

	if (evaluate_given(r, &object)) {
		s = wr_run_start(r->file->module, wd_alloc(), NULL, wr_buf_view(&object), &r->run, &fault);
		if (s == WR_OK) {
			play(r);
			if (r->end == WD_TEST_PASSED)
				check_end(r);
		} else {
			trouble(r, r->test->span, fault.code[0] != '\0' ? fault.detail : wr_status_text(s));
		}
	} else if (r->end == WD_TEST_PASSED) {
		trouble(r, r->test->span, wr_status_text(WR_NOMEM));
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
	for (uint32_t i = 0; r.given != NULL && i < test->given_len; i++)
		wr_buf_free(&r.given[i]);
	wr_buf_free(&r.result);
	free(r.given);
	free(r.calls);
	return r.end;
}
