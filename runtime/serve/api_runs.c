/* Requests about runs: start, look, cancel, and answers that wait for an end. */
#include "runtime/serve/api_parts.h"

#include <event2/http.h>
#include <stdio.h>
#include <string.h>

/* The status of a failed run: whose fault was it? */
static unsigned
status_of(const struct wr_fault *f)
{
	static const struct {
		const char *code;
		unsigned status;
	} rows[] = { { "timeout", 504 }, { "unavailable", 502 }, { "refused", 502 }, { "invalid", 502 },
		{ "require", 422 }, { "budget", 503 }, { "cancelled", 409 } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].code, f->code) == 0)
			return rows[i].status;
	return 500;
}

/* A fault as a problem with one reason. */
static void
set_fault(struct wd_ask *a, const struct wr_fault *f, unsigned status)
{
	struct wd_json *one;

	wd_ask_problem(a, status, f->detail);
	one = wd_json_push(&a->doc, wd_ask_reasons(a), wd_json_object(&a->doc));
	wd_json_set_str(&a->doc, one, "code", f->code);
	wd_json_set_str(&a->doc, one, "detail", f->detail);
	if (f->path[0] != '\0')
		wd_json_set_str(&a->doc, one, "path", f->path);
	if (f->agent[0] != '\0')
		wd_json_set_str(&a->doc, one, "agent", f->agent);
	if (f->outcome_unknown)
		wd_json_set_bool(&a->doc, one, "outcome_unknown", true);
}

/* The answer about a run, in whatever state. */
static void
answer_run(struct wd_ask *a, struct wd_run *r, unsigned waiting_status)
{
	static const char *const words[] = { "waiting", "done", "failed" };
	struct wd_json *output = NULL;
	unsigned status = 200;

	a->run = r;
	a->workflow = r->workflow_name;
	a->digest = &r->workflow_digest;
	wd_json_set_str(&a->doc, a->answer, "run", r->id);
	wd_json_set_str(&a->doc, a->answer, "state", words[r->state]);
	if (r->state == WR_RUN_DONE) {
		if (wd_json_parse_into(&a->doc, wr_buf_view(&r->output), &output, NULL) != WR_OK) {
			wd_ask_fail(a);
			return;
		}
		(void)wd_json_set(&a->doc, a->answer, "output", output);
	} else if (r->state == WR_RUN_FAILED) {
		status = status_of(&r->fault);
		set_fault(a, &r->fault, status);
	} else {
		status = waiting_status;
	}
	wd_ask_answer(a, status);
}

static void
on_ended(void *user, struct wd_run *r)
{
	answer_run(user, r, 500);
}

/* The caller went away: the run goes on, and can be asked for. */
static void
on_closed(struct evhttp_connection *connection, void *user)
{
	struct wd_api *api = user;

	for (struct wd_ask *a = api->asks, *next; a != NULL; a = next) {
		next = a->next;
		if (evhttp_request_get_connection(a->request) != connection)
			continue;
		a->run->ended = NULL;
		wd_ask_free(a);
	}
}

static void
wait_for(struct wd_ask *a, struct wd_run *r)
{
	a->run = r;
	a->next = a->api->asks;
	a->here = &a->api->asks;
	if (a->next != NULL)
		a->next->here = &a->next;
	a->api->asks = a;
	r->ended = on_ended;
	r->user = a;
	evhttp_connection_set_closecb(evhttp_request_get_connection(a->request), on_closed, a->api);
}

static const char *
said(struct wd_ask *a, const char *name)
{
	const char *value = evhttp_find_header(evhttp_request_get_input_headers(a->request), name);

	return value == NULL ? "" : value;
}

/* A key that was used before: the same request gets the same run. True: it was answered. */
static bool
again(struct wd_ask *a, const char *key)
{
	struct wd_digest input = wd_sha256(a->body);

	for (struct wd_run *r = a->api->service->runs; r != NULL; r = r->next) {
		if (strcmp(r->key, key) != 0 || strcmp(r->workflow_name, a->segment) != 0)
			continue;
		if (!wd_digest_eq(&r->input, &input))
			wd_ask_refuse(a, 422, "key-reused", "this Idempotency-Key came with another body before");
		else if (r->state == WR_RUN_WAITING)
			wd_ask_refuse(a, 409, "in-flight", "the run with this Idempotency-Key has not ended yet");
		else
			answer_run(a, r, 202);
		return true;
	}
	return false;
}

static bool
may_call(struct wd_ask *a, struct wd_workflow *w)
{
	struct wd_json *all;

	if (wd_service_open(a->api->service, w))
		return true;
	wd_ask_speak_of(a, w);
	if (w->state == WD_PAUSED) {
		wd_ask_header(a, "Retry-After", "30");
		wd_ask_refuse(a, 503, "paused", "the workflow is paused; try again later");
	} else if (w->state == WD_SUSPENDED) {
		wd_ask_problem(a, 403, "the gate does not let this workflow run any more");
		all = wd_ask_reasons(a);
		wd_ask_reason(a, all, "approval-lapsed", WR_TEXT("an approval was taken back or has run out"));
		wd_ask_reasons_of(a, all, &w->lapsed);
		wd_ask_answer(a, 403);
	} else {
		wd_ask_refuse(a, 409, "stopped", "the workflow is stopped");
	}
	return false;
}

void
wd_handle_call(struct wd_ask *a)
{
	struct wd_workflow *w = wd_ask_workflow(a);
	struct wr_fault fault = { .code = "" };
	const char *key;
	struct wd_run *r;
	enum wr_status status;

	if (w == NULL)
		return;
	key = said(a, "Idempotency-Key");
	if (strlen(key) > WD_IDEMPOTENCY_KEY_MAX) {
		wd_ask_refuse(a, 400, "key-too-long", "an Idempotency-Key has at most 128 bytes");
		return;
	}
	if ((*key != '\0' && again(a, key)) || !may_call(a, w))
		return;
	status = wd_service_call(a->api->service, w, a->body, &r, &fault);
	if (status == WR_INVALID) {
		set_fault(a, &fault, 422);
		wd_ask_answer(a, 422);
	} else if (status == WR_STALE) {
		wd_ask_header(a, "Retry-After", "1");
		wd_ask_refuse(a, 503, "busy", "as many runs are in flight as this service takes");
	} else if (status != WR_OK) {
		wd_ask_refuse(a, status == WR_LIMIT ? 413 : 500, "limit", status == WR_LIMIT ? fault.detail : wr_status_text(status));
	} else {
		r->claims_seq = wd_issuer_claims_seq(a->api->issuer);
		(void)snprintf(r->key, sizeof r->key, "%s", key);
		if (strstr(said(a, "Prefer"), "respond-async") != NULL)
			answer_run(a, r, 202);
		else
			wait_for(a, r);
	}
}

void
wd_handle_look(struct wd_ask *a)
{
	struct wd_run *r = wd_service_run(a->api->service, wr_text_of(a->segment));

	if (r == NULL)
		wd_ask_refuse(a, 404, "no-such-run", "there is no such run, or it ended too long ago");
	else
		answer_run(a, r, 200);
}

void
wd_handle_cancel(struct wd_ask *a)
{
	struct wd_run *r = wd_service_run(a->api->service, wr_text_of(a->segment));

	if (r == NULL) {
		wd_ask_refuse(a, 404, "no-such-run", "there is no such run, or it ended too long ago");
		return;
	}
	wd_service_cancel(r, "the run was cancelled");
	a->run = r;
	answer_run(a, r, 202);
}
