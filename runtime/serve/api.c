/*
 * HTTP in, HTTP out. Decides status codes and shapes; what may run is the service's affair,
 * and what a receipt says the issuer's.
 */
#include "runtime/serve/api.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "runtime/sysalloc.h"
#include "runtime/trust/receipt.h"

#define DOC_MAX (128u << 20)
#define RESPONSE_BYTES_MAX (160u << 20)
#define SEGMENT_MAX 128u

struct wd_api {
	struct wd_service *service;
	struct wd_issuer *issuer;
	struct evhttp *http;
	struct ask *asks; /* waiting for a run to end */
};

/* One request, until it is answered. */
struct ask {
	struct wd_api *api;
	struct evhttp_request *request;
	struct ask *next, **here; /* in api.asks while it waits */
	struct wr_text body;
	char segment[SEGMENT_MAX + 1];
	bool receipt;
	struct wd_json_doc doc;   /* of the answer */
	struct wd_json *answer;
	struct wd_run *run;       /* for the receipt; or NULL */
	const char *workflow;     /* for the receipt */
	const struct wd_digest *digest;
};

/* ---- answers ---------------------------------------------------------------------------- */

static const char *
reason_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *reason;
	} rows[] = { { 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 400, "Bad Request" },
		{ 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" }, { 409, "Conflict" },
		{ 413, "Content Too Large" }, { 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
		{ 500, "Internal Server Error" }, { 502, "Bad Gateway" }, { 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].status == status)
			return rows[i].reason;
	return "Unknown";
}

static void
ask_free(struct ask *a)
{
	if (a->here != NULL) {
		*a->here = a->next;
		if (a->next != NULL)
			a->next->here = a->here;
	}
	wd_json_free(&a->doc);
	free(a);
}

static void
header(struct ask *a, const char *name, const char *value)
{
	(void)evhttp_add_header(evhttp_request_get_output_headers(a->request), name, value);
}

/* Send bytes and be done with the request. */
static void
send_bytes(struct ask *a, unsigned status, const char *type, struct wr_text bytes)
{
	struct evbuffer *out = evhttp_request_get_output_buffer(a->request);

	header(a, "Content-Type", type);
	header(a, "Cache-Control", "no-store");
	if (evbuffer_add(out, bytes.at, bytes.size) == 0)
		evhttp_send_reply(a->request, (int)status, reason_of(status), NULL);
	else
		evhttp_send_error(a->request, 500, NULL);
	ask_free(a);
}

/* No receipt could be made: an answer without one is not given. */
static void
fail_hard(struct ask *a)
{
	send_bytes(a, 500, "application/problem+json",
	    WR_TEXT("{\"title\":\"Internal Server Error\",\"status\":500,\"detail\":\"no receipt could be made\"}"));
}

/* Send the answer with its receipt. */
static void
send_answer(struct ask *a, unsigned status)
{
	struct wr_buf bytes, text;
	struct wd_issue issue = { .workflow = a->workflow != NULL ? a->workflow : "", .digest = a->digest,
		.request = a->body, .status = status, .run = a->run };
	enum wr_status made = a->doc.status;

	wr_buf_init(&bytes, wd_alloc(), RESPONSE_BYTES_MAX);
	wr_buf_init(&text, wd_alloc(), RESPONSE_BYTES_MAX);
	if (made == WR_OK && a->receipt) {
		made = wd_response_bytes(a->answer, wd_alloc(), &bytes);
		issue.response = wr_buf_view(&bytes);
		if (made == WR_OK)
			made = wd_issuer_issue(a->api->issuer, &issue, &a->doc, a->answer);
	}
	wd_json_write(a->answer, WD_JSON_COMPACT, &text);
	wr_buf_byte(&text, '\n');
	if (made == WR_OK && a->doc.status == WR_OK && text.status == WR_OK)
		send_bytes(a, status, status < 400 ? "application/json" : "application/problem+json", wr_buf_view(&text));
	else
		fail_hard(a);
	wr_buf_free(&bytes);
	wr_buf_free(&text);
}

/* A problem document (RFC 9457), still without reasons. */
static void
problem(struct ask *a, unsigned status, const char *detail)
{
	wd_json_set_str(&a->doc, a->answer, "title", reason_of(status));
	wd_json_set_int(&a->doc, a->answer, "status", status);
	wd_json_set_str(&a->doc, a->answer, "detail", detail);
}

static struct wd_json *
reasons(struct ask *a)
{
	return wd_json_set(&a->doc, a->answer, "reasons", wd_json_array(&a->doc));
}

static void
reason(struct ask *a, struct wd_json *list, const char *code, struct wr_text detail)
{
	struct wd_json *one = wd_json_push(&a->doc, list, wd_json_object(&a->doc));

	wd_json_set_str(&a->doc, one, "code", code);
	wd_json_set_text(&a->doc, one, "detail", wr_utf8_valid(detail) ? detail : WR_TEXT("(not UTF-8)"));
}

/* A problem with one reason, sent. */
static void
refuse(struct ask *a, unsigned status, const char *code, const char *detail)
{
	problem(a, status, detail);
	reason(a, reasons(a), code, wr_text_of(detail));
	send_answer(a, status);
}

static void
set_digest(struct ask *a, struct wd_json *object, const char *name, const struct wd_digest *digest)
{
	char text[WD_DIGEST_TEXT + 1] = "sha256:";

	for (size_t i = 0; i < sizeof digest->at; i++)
		(void)snprintf(text + 7 + 2 * i, 3, "%02x", digest->at[i]);
	wd_json_set_str(&a->doc, object, name, text);
}

/* ---- small handlers ------------------------------------------------------------------------ */

static void
healthz(struct ask *a)
{
	send_bytes(a, 200, "text/plain", WR_TEXT("ok\n"));
}

static void
readyz(struct ask *a)
{
	bool ready = a->api->service->in_flight < WD_RUNS_MAX;

	send_bytes(a, ready ? 200 : 503, "text/plain", ready ? WR_TEXT("ready\n") : WR_TEXT("full\n"));
}

/* ?nonce=<64 hex digits>, or none. */
static void
evidence(struct ask *a)
{
	struct evkeyvalq query = { 0 };
	const char *hex, *raw = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(a->request));
	uint8_t nonce[32];
	struct wr_text given = { NULL, 0 };
	struct wr_buf out;

	if (raw != NULL && evhttp_parse_query_str(raw, &query) == 0 && (hex = evhttp_find_header(&query, "nonce")) != NULL) {
		if (!wd_hex_read(wr_text_of(hex), nonce, sizeof nonce)) {
			evhttp_clear_headers(&query);
			problem(a, 400, "a nonce is 64 lower-case hexadecimal digits");
			send_answer(a, 400);
			return;
		}
		given = (struct wr_text){ (const char *)nonce, sizeof nonce };
	}
	evhttp_clear_headers(&query);
	wr_buf_init(&out, wd_alloc(), RESPONSE_BYTES_MAX);
	if (wd_issuer_evidence(a->api->issuer, given, &out) == WR_OK)
		send_bytes(a, 200, "application/json", wr_buf_view(&out));
	else
		fail_hard(a);
	wr_buf_free(&out);
}

static void
show(struct ask *a, struct wd_json *object, const struct wd_workflow *w, bool schemas)
{
	const struct wr_summary *s = wr_module_summary(w->module);
	struct wd_json *bounds, *parsed;
	struct wr_buf schema;

	wd_json_set_str(&a->doc, object, "workflow", w->name);
	set_digest(a, object, "digest", &w->digest);
	wd_json_set_int(&a->doc, object, "version", (int64_t)w->version);
	wd_json_set_str(&a->doc, object, "state", wd_workflow_state_word(w->state));
	wd_json_set_int(&a->doc, object, "runs", w->runs);
	bounds = wd_json_set(&a->doc, object, "bounds", wd_json_object(&a->doc));
	wd_json_set_int(&a->doc, bounds, "calls", (int64_t)s->promised.calls);
	wd_json_set_int(&a->doc, bounds, "tokens", (int64_t)s->promised.tokens);
	wd_json_set_int(&a->doc, bounds, "time_ms", (int64_t)s->promised.time_ms);
	for (int i = 0; schemas && i < 2; i++) {
		wr_buf_init(&schema, wd_alloc(), WR_MODULE_MAX);
		(i == 0 ? wr_module_input_schema : wr_module_output_schema)(w->module, &schema);
		if (wd_json_parse_into(&a->doc, wr_buf_view(&schema), &parsed, NULL) == WR_OK)
			(void)wd_json_set(&a->doc, object, i == 0 ? "input_schema" : "output_schema", parsed);
		wr_buf_free(&schema);
	}
}

static void
list(struct ask *a)
{
	struct wd_json *all = wd_json_set(&a->doc, a->answer, "workflows", wd_json_array(&a->doc));

	for (const struct wd_workflow *w = a->api->service->workflows; w != NULL; w = w->next)
		if (!w->replaced)
			show(a, wd_json_push(&a->doc, all, wd_json_object(&a->doc)), w, false);
	send_answer(a, 200);
}

/* The receipt names the workflow while the claims do. */
static void
speak_of(struct ask *a, const struct wd_workflow *w)
{
	bool claimed = w->state == WD_RUNNING || w->state == WD_PAUSED;

	a->workflow = claimed ? w->name : NULL;
	a->digest = claimed ? &w->digest : NULL;
}

/* The workflow that the path names; NULL when it was refused with 404. */
static struct wd_workflow *
named(struct ask *a)
{
	struct wd_workflow *w = wd_service_find(a->api->service, wr_text_of(a->segment));

	if (w == NULL) {
		refuse(a, 404, "no-such-workflow", "no workflow of this name has been launched");
		return NULL;
	}
	speak_of(a, w);
	return w;
}

static void
describe(struct ask *a)
{
	struct wd_workflow *w = named(a);

	if (w == NULL)
		return;
	show(a, a->answer, w, true);
	send_answer(a, 200);
}

/* ---- launch, pause, resume, stop --------------------------------------------------------------- */

/* Every condition that is not met, as reasons. */
static void
refuse_by_verdict(struct ask *a, const struct wd_case *c, const char *detail)
{
	struct wd_json *all;

	problem(a, 403, detail);
	all = reasons(a);
	if (c->module == NULL && c->refusal.code != NULL) {
		struct wr_buf why;

		wr_buf_init(&why, wd_alloc(), 1024);
		wr_buf_str(&why, c->refusal.code);
		wr_buf_str(&why, ": ");
		wr_buf_str(&why, c->refusal.why);
		wr_buf_str(&why, " at ");
		wr_buf_str(&why, c->refusal.where);
		reason(a, all, wd_code_word(WD_CODE_VERIFIES), wr_buf_view(&why));
		wr_buf_free(&why);
	}
	for (uint32_t i = 0; i < c->verdict.conditions_len; i++) {
		const struct wd_condition *k = &c->verdict.conditions[i];

		if (!k->met && (k->code != WD_CODE_VERIFIES || c->module != NULL))
			reason(a, all, wd_code_word(k->code), k->detail.size > 0 ? k->detail : wr_text_of(wd_code_text(k->code)));
	}
	set_digest(a, a->answer, "digest", &c->digest);
	send_answer(a, 403);
}

/* {"bytecode": base64, "records": [envelope, …], "rollback": bool}: the parts of a launch. */
struct parcel {
	struct wd_json_doc doc;
	struct wr_buf bytecode;
	struct wr_buf records; /* one after the other */
	struct wr_text texts[WD_LAUNCH_RECORDS_MAX];
	uint32_t len;
	bool rollback;
};

static bool
open_parcel(struct parcel *p, struct wr_text body, struct wd_json_error *error)
{
	struct wd_json_at root, records;
	struct wr_text base64;
	size_t starts[WD_LAUNCH_RECORDS_MAX + 1];

	if (wd_json_parse(&p->doc, wd_alloc(), body, WD_BODY_MAX, error) != WR_OK)
		return false;
	root = wd_json_at_root(p->doc.root, error);
	records = wd_json_at(&root, "records");
	if (!wd_json_at_members(root, "bytecode records ?rollback") ||
	    !wd_json_at_text(wd_json_at(&root, "bytecode"), WD_BODY_MAX, &base64) ||
	    !wd_json_at_array(records, 0, WD_LAUNCH_RECORDS_MAX) ||
	    (wd_json_get(p->doc.root, "rollback") != NULL && !wd_json_at_bool(wd_json_at(&root, "rollback"), &p->rollback)))
		return false;
	if (wd_base64_read(base64, &p->bytecode) != WR_OK)
		return wd_json_at_fail(wd_json_at(&root, "bytecode"), "is not base64 of at most 16 MiB");
	for (p->len = 0; p->len < wd_json_len(records.value); p->len++) {
		starts[p->len] = p->records.size;
		wd_json_write(wd_json_item(records.value, p->len), WD_JSON_COMPACT, &p->records);
	}
	starts[p->len] = p->records.size;
	for (uint32_t i = 0; i < p->len; i++)
		p->texts[i] = (struct wr_text){ p->records.at + starts[i], starts[i + 1] - starts[i] };
	return p->records.status == WR_OK;
}

static void
judge_parcel(struct ask *a, const struct parcel *p)
{
	struct wd_trouble trouble = { "" };
	struct wd_workflow *w;
	struct wd_case c;
	enum wr_status status = wd_service_launch(a->api->service, wr_buf_view(&p->bytecode), p->texts, p->len,
	    p->rollback, &c, &w, &trouble);

	if (status == WR_OK) {
		speak_of(a, w);
		show(a, a->answer, w, false);
		send_answer(a, 201);
	} else if (status == WR_REFUSED && c.verdict.approved) {
		refuse(a, 403, "bindings-wrong", trouble.text);
	} else if (status == WR_REFUSED) {
		refuse_by_verdict(a, &c, "the gate does not let this bytecode in");
	} else if (status == WR_LIMIT) {
		refuse(a, 503, "too-many-workflows", "this service has launched as many workflows as it may");
	} else {
		refuse(a, 500, "trouble", wr_status_text(status));
	}
	wd_case_free(&c);
}

static void
launch(struct ask *a)
{
	struct wd_json_error error = { 0 };
	struct parcel *p = calloc(1, sizeof *p);
	struct wr_buf why;

	if (p == NULL) {
		fail_hard(a);
		return;
	}
	wr_buf_init(&p->bytecode, wd_alloc(), WR_MODULE_MAX);
	wr_buf_init(&p->records, wd_alloc(), WD_BODY_MAX);
	if (open_parcel(p, a->body, &error)) {
		judge_parcel(a, p);
	} else {
		wr_buf_init(&why, wd_alloc(), 2048);
		if (error.text != NULL)
			wd_json_error_print(&error, &why);
		else
			wr_buf_str(&why, "the records are too large");
		refuse(a, 400, "json", why.at);
		wr_buf_free(&why);
	}
	wr_buf_free(&p->bytecode);
	wr_buf_free(&p->records);
	if (p->doc.root != NULL)
		wd_json_free(&p->doc);
	free(p);
}

static void
say_state(struct ask *a, const struct wd_workflow *w)
{
	speak_of(a, w);
	show(a, a->answer, w, false);
	send_answer(a, 200);
}

static void
pause(struct ask *a)
{
	struct wd_workflow *w = named(a);

	if (w == NULL)
		return;
	if (w->state == WD_STOPPED) {
		refuse(a, 409, "stopped", "it is stopped for good; launch it again");
		return;
	}
	if (w->state == WD_RUNNING)
		wd_service_set(a->api->service, w, WD_PAUSED);
	say_state(a, w);
}

/* Back to running goes through the gate. */
static void
resume(struct ask *a)
{
	struct wd_workflow *w = named(a);
	struct wd_case c;
	enum wr_status status;

	if (w == NULL)
		return;
	if (w->state == WD_STOPPED) {
		refuse(a, 409, "stopped", "it is stopped for good; launch it again");
		return;
	}
	status = wd_service_judge(a->api->service, w, &c);
	if (status == WR_OK && c.verdict.approved) {
		wd_service_set(a->api->service, w, WD_RUNNING);
		say_state(a, w);
	} else if (status == WR_OK) {
		wd_service_set(a->api->service, w, WD_SUSPENDED);
		speak_of(a, w);
		refuse_by_verdict(a, &c, "the gate does not let it run any more");
	} else {
		refuse(a, 500, "trouble", wr_status_text(status));
	}
	wd_case_free(&c);
}

static void
stop(struct ask *a)
{
	struct wd_workflow *w = named(a);

	if (w == NULL)
		return;
	wd_service_set(a->api->service, w, WD_STOPPED);
	say_state(a, w);
}

/* ---- runs --------------------------------------------------------------------------------------- */

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
set_fault(struct ask *a, const struct wr_fault *f, unsigned status)
{
	struct wd_json *one;

	problem(a, status, f->detail);
	one = wd_json_push(&a->doc, reasons(a), wd_json_object(&a->doc));
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
answer_run(struct ask *a, struct wd_run *r, unsigned waiting_status)
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
			fail_hard(a);
			return;
		}
		(void)wd_json_set(&a->doc, a->answer, "output", output);
	} else if (r->state == WR_RUN_FAILED) {
		status = status_of(&r->fault);
		set_fault(a, &r->fault, status);
	} else {
		status = waiting_status;
	}
	send_answer(a, status);
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

	for (struct ask *a = api->asks, *next; a != NULL; a = next) {
		next = a->next;
		if (evhttp_request_get_connection(a->request) != connection)
			continue;
		a->run->ended = NULL;
		ask_free(a);
	}
}

static void
wait_for(struct ask *a, struct wd_run *r)
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
said(struct ask *a, const char *name)
{
	const char *value = evhttp_find_header(evhttp_request_get_input_headers(a->request), name);

	return value == NULL ? "" : value;
}

/* A key that was used before: the same request gets the same run. True: it was answered. */
static bool
again(struct ask *a, const char *key)
{
	struct wd_digest input = wd_sha256(a->body);

	for (struct wd_run *r = a->api->service->runs; r != NULL; r = r->next) {
		if (strcmp(r->key, key) != 0 || strcmp(r->workflow_name, a->segment) != 0)
			continue;
		if (!wd_digest_eq(&r->input, &input))
			refuse(a, 422, "key-reused", "this Idempotency-Key came with another body before");
		else if (r->state == WR_RUN_WAITING)
			refuse(a, 409, "in-flight", "the run with this Idempotency-Key has not ended yet");
		else
			answer_run(a, r, 202);
		return true;
	}
	return false;
}

static bool
may_call(struct ask *a, const struct wd_workflow *w)
{
	if (w->state == WD_RUNNING)
		return true;
	if (w->state == WD_PAUSED) {
		header(a, "Retry-After", "30");
		refuse(a, 503, "paused", "the workflow is paused; try again later");
	} else if (w->state == WD_SUSPENDED) {
		refuse(a, 403, "approval-lapsed", "the gate does not let this workflow run any more");
	} else {
		refuse(a, 409, "stopped", "the workflow is stopped");
	}
	return false;
}

static void
call(struct ask *a)
{
	struct wd_workflow *w = named(a);
	struct wr_fault fault = { .code = "" };
	const char *key;
	struct wd_run *r;
	enum wr_status status;

	if (w == NULL)
		return;
	key = said(a, "Idempotency-Key");
	if (strlen(key) > WD_IDEMPOTENCY_KEY_MAX) {
		refuse(a, 400, "key-too-long", "an Idempotency-Key has at most 128 bytes");
		return;
	}
	if ((*key != '\0' && again(a, key)) || !may_call(a, w))
		return;
	status = wd_service_call(a->api->service, w, a->body, &r, &fault);
	if (status == WR_INVALID) {
		set_fault(a, &fault, 422);
		send_answer(a, 422);
	} else if (status == WR_STALE) {
		header(a, "Retry-After", "1");
		refuse(a, 503, "busy", "as many runs are in flight as this service takes");
	} else if (status != WR_OK) {
		refuse(a, status == WR_LIMIT ? 413 : 500, "limit", status == WR_LIMIT ? fault.detail : wr_status_text(status));
	} else {
		r->claims_seq = wd_issuer_claims_seq(a->api->issuer);
		(void)snprintf(r->key, sizeof r->key, "%s", key);
		if (strstr(said(a, "Prefer"), "respond-async") != NULL)
			answer_run(a, r, 202);
		else
			wait_for(a, r);
	}
}

static void
look(struct ask *a)
{
	struct wd_run *r = wd_service_run(a->api->service, wr_text_of(a->segment));

	if (r == NULL)
		refuse(a, 404, "no-such-run", "there is no such run, or it ended too long ago");
	else
		answer_run(a, r, 200);
}

static void
cancel(struct ask *a)
{
	struct wd_run *r = wd_service_run(a->api->service, wr_text_of(a->segment));

	if (r == NULL) {
		refuse(a, 404, "no-such-run", "there is no such run, or it ended too long ago");
		return;
	}
	wd_service_cancel(r);
	a->run = r;
	answer_run(a, r, 202);
}

/* ---- routing -------------------------------------------------------------------------------------- */

static const struct route {
	enum evhttp_cmd_type method;
	const char *pattern;
	void (*handle)(struct ask *);
	bool receipt;
} routes[] = {
#define ROUTE(method, pattern, handler, receipt) { EVHTTP_REQ_##method, pattern, handler, receipt },
#include "runtime/serve/routes.def"
#undef ROUTE
};

/* Does a path fit a pattern? {} takes one segment of name characters. */
static bool
fits(const char *pattern, const char *path, char segment[SEGMENT_MAX + 1])
{
	const char *hole = strstr(pattern, "{}");
	size_t lead = hole == NULL ? strlen(pattern) : (size_t)(hole - pattern), size;

	if (strncmp(pattern, path, lead) != 0)
		return false;
	if (hole == NULL)
		return path[lead] == '\0';
	size = strspn(path + lead, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	if (size == 0 || size > SEGMENT_MAX || strcmp(hole + 2, path + lead + size) != 0)
		return false;
	memcpy(segment, path + lead, size);
	segment[size] = '\0';
	return true;
}

static void
on_request(struct evhttp_request *request, void *user)
{
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
	struct evbuffer *in = evhttp_request_get_input_buffer(request);
	struct ask *a = calloc(1, sizeof *a);
	bool known = false;

	if (a == NULL) {
		evhttp_send_error(request, 500, NULL);
		return;
	}
	a->api = user;
	a->request = request;
	a->receipt = true;
	a->body = (struct wr_text){ (const char *)evbuffer_pullup(in, -1), evbuffer_get_length(in) };
	if (a->body.at == NULL)
		a->body = WR_TEXT("");
	wd_json_init(&a->doc, wd_alloc(), DOC_MAX);
	a->answer = a->doc.root = wd_json_object(&a->doc);
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		if (path == NULL || !fits(routes[i].pattern, path, a->segment))
			continue;
		known = true;
		if (routes[i].method == evhttp_request_get_command(request)) {
			a->receipt = routes[i].receipt;
			routes[i].handle(a);
			return;
		}
	}
	if (known)
		refuse(a, 405, "method", "this path is there, but not with this method");
	else
		refuse(a, 404, "no-such-path", "there is nothing at this path");
}

/* ---- listening ------------------------------------------------------------------------------------- */

/* "127.0.0.1:8484", "[::1]:8484", "localhost:8484". */
static bool
parse_address(const char *address, char host[64], uint16_t *ret_port)
{
	const char *colon = strrchr(address, ':');
	unsigned long port;
	char *end;

	if (colon == NULL || colon == address || (size_t)(colon - address) >= 64)
		return false;
	port = strtoul(colon + 1, &end, 10);
	if (*end != '\0' || end == colon + 1 || port > 65535)
		return false;
	if (address[0] == '[')
		(void)snprintf(host, 64, "%.*s", (int)(colon - address) - 2, address + 1);
	else
		(void)snprintf(host, 64, "%.*s", (int)(colon - address), address);
	if (strcmp(host, "localhost") == 0)
		(void)snprintf(host, 64, "127.0.0.1");
	*ret_port = (uint16_t)port;
	return true;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_storage at;
	socklen_t size = sizeof at;

	if (getsockname(fd, (struct sockaddr *)&at, &size) != 0)
		return 0;
	return at.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&at)->sin6_port)
					: ntohs(((struct sockaddr_in *)&at)->sin_port);
}

enum wr_status
wd_api_new(struct wd_service *service, struct wd_issuer *issuer, const char *address, struct wd_api **ret_api,
    unsigned *ret_port, const char **ret_why)
{
	struct evhttp_bound_socket *bound;
	struct wd_api *api;
	uint16_t port;
	char host[64];
	int on = 1, fd;

	if (!parse_address(address, host, &port)) {
		*ret_why = "an address looks like 127.0.0.1:8484";
		return WR_REFUSED;
	}
	if (strncmp(host, "127.", 4) != 0 && strcmp(host, "::1") != 0) {
		*ret_why = "there is no TLS yet, so only loopback addresses may be listened on";
		return WR_REFUSED;
	}
	api = calloc(1, sizeof *api);
	if (api == NULL)
		return WR_NOMEM;
	api->service = service;
	api->issuer = issuer;
	api->http = evhttp_new(service->base);
	bound = api->http == NULL ? NULL : evhttp_bind_socket_with_handle(api->http, host, port);
	if (bound == NULL) {
		wd_api_free(api);
		*ret_why = "the address cannot be bound; is another service there?";
		return WR_IO;
	}
	evhttp_set_allowed_methods(api->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_DELETE | EVHTTP_REQ_PUT |
	    EVHTTP_REQ_HEAD | EVHTTP_REQ_PATCH | EVHTTP_REQ_OPTIONS);
	evhttp_set_max_body_size(api->http, WD_BODY_MAX);
	evhttp_set_max_headers_size(api->http, WD_HEADERS_MAX);
	evhttp_set_timeout(api->http, WD_IDLE_SECONDS);
	evhttp_set_gencb(api->http, on_request, api);
	fd = evhttp_bound_socket_get_fd(bound);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	*ret_port = port_of(fd);
	*ret_api = api;
	return WR_OK;
}

void
wd_api_free(struct wd_api *api)
{
	if (api == NULL)
		return;
	while (api->asks != NULL) {
		api->asks->run->ended = NULL;
		ask_free(api->asks);
	}
	if (api->http != NULL)
		evhttp_free(api->http);
	free(api);
}
