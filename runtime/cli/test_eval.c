/*
 * Evaluates the pure parts of tests in the machine: programs of expressions, what is given, what a stub answers. Looks
 * at no expectation and says nothing.
 */
#include "runtime/cli/test_eval.h"

#include <assert.h>
#include <string.h>

#include "runtime/json.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

#define ENVELOPE "{\"result\":"

/* ---- programs ---------------------------------------------------------------------------- */

struct wr_text
wd_test_bare(struct wr_text json, bool enveloped)
{
	size_t head = strlen(ENVELOPE);

	if (!enveloped)
		return json;
	assert(json.size > head && json.at[json.size - 1] == '}');
	return (struct wr_text){ json.at + head, json.size - head - 1 };
}

bool
wd_test_evaluate(const struct wc_test_program *p, struct wr_text input, struct wr_buf *ret, struct wr_fault *why)
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
		wr_buf_text(ret, wd_test_bare(wr_run_output(run), p->enveloped));
		good = ret->status == WR_OK;
	} else if (s == WR_OK && wr_run_state(run) == WR_RUN_FAILED) {
		*why = *wr_run_fault(run);
	}
	wr_run_free(run);
	wr_module_free(module);
	return good;
}

void
wd_test_begin_inputs(struct wr_buf *buf)
{
	wr_buf_init(buf, wd_alloc(), WR_HEAP_MAX);
	wr_buf_byte(buf, '{');
}

void
wd_test_add_input(const struct wc_tests *tests, struct wr_buf *buf, uint32_t i)
{
	wr_buf_str(buf, i == 0 ? "\"" : ",\"");
	wr_buf_text(buf, tests->prefix);
	wr_buf_u64(buf, i);
	wr_buf_str(buf, "\":");
}

/* ---- stubs and inputs -------------------------------------------------------------------- */

const struct wc_test_stub *
wd_test_stub(const struct wc_test *test, struct wr_text agent)
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

enum wr_status
wd_test_answer(const struct wc_tests *tests, const struct wc_test_stub *stub, struct wr_run *run,
    const struct wr_call *call, struct wr_fault *why)
{
	struct wr_buf input, value;
	enum wr_status s = WR_FAILED;

	if (stub->fails.size > 0)
		return wr_run_fail(run, call->id, failure_of(stub->fails), WR_TEXT("the test's stub fails"), false);
	wd_test_begin_inputs(&input);
	wr_buf_init(&value, wd_alloc(), WR_HEAP_MAX);
	for (uint32_t i = 0;; i++) {
		size_t size = input.size;

		wd_test_add_input(tests, &input, i);
		if (!wr_run_argument(run, call->id, i, &input)) {
			input.size = size;
			break;
		}
	}
	wr_buf_byte(&input, '}');
	if (wd_test_evaluate(&stub->answer, wr_buf_view(&input), &value, why)) {
		s = send_value(run, call, wr_buf_view(&value));
		*why = (struct wr_fault){ .code = wr_status_text(s) };
	}
	wr_buf_free(&input);
	wr_buf_free(&value);
	return s == WR_INVALID ? WR_OK : s;
}

/* An input as it was when it was recorded. */
static bool
take_recorded(const struct wd_recording *recording, struct wr_text name, struct wr_buf *ret, struct wr_fault *why)
{
	const struct wd_json *value;
	struct wd_json_doc doc;

	*why = (struct wr_fault){ .code = "the recording has no such input" };
	if (recording == NULL || wd_json_parse(&doc, wd_alloc(), wd_recording_input(recording), WR_HEAP_MAX, NULL) != WR_OK)
		return false;
	value = wd_json_get_text(doc.root, name);
	if (value != NULL)
		wd_json_write(value, WD_JSON_COMPACT, ret);
	wd_json_free(&doc);
	return value != NULL && ret->status == WR_OK;
}

const struct wc_test_given *
wd_test_given(const struct wc_test *test, const struct wd_recording *recording, struct wr_buf *ret_values,
    struct wr_buf *object, struct wr_fault *why)
{
	wr_buf_byte(object, '{');
	for (uint32_t i = 0; i < test->given_len; i++) {
		const struct wc_test_given *g = &test->given[i];

		bool good = g->value.bytes.size > 0 ?
				    wd_test_evaluate(&g->value, WR_TEXT("{}"), &ret_values[i], why) :
				    take_recorded(recording, g->input, &ret_values[i], why);

		if (!good)
			return g;
		if (i > 0)
			wr_buf_byte(object, ',');
		wd_json_quote(object, g->input);
		wr_buf_byte(object, ':');
		wr_buf_text(object, wr_buf_view(&ret_values[i]));
	}
	wr_buf_byte(object, '}');
	return NULL;
}
