/* Answers: status, shape, receipt. Decides how a thing is said, never whether it may be. */
#include "runtime/serve/api_parts.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/sysalloc.h"
#include "runtime/trust/receipt.h"

#define RESPONSE_BYTES_MAX (160u << 20)

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

void
wd_ask_free(struct wd_ask *a)
{
	if (a->here != NULL) {
		*a->here = a->next;
		if (a->next != NULL)
			a->next->here = a->here;
	}
	wd_json_free(&a->doc);
	free(a);
}

void
wd_ask_header(struct wd_ask *a, const char *name, const char *value)
{
	(void)evhttp_add_header(evhttp_request_get_output_headers(a->request), name, value);
}

/* Send bytes and be done with the request. */
void
wd_ask_send(struct wd_ask *a, unsigned status, const char *type, struct wr_text bytes)
{
	struct evbuffer *out = evhttp_request_get_output_buffer(a->request);

	wd_ask_header(a, "Content-Type", type);
	wd_ask_header(a, "Cache-Control", "no-store");
	if (evbuffer_add(out, bytes.at, bytes.size) == 0)
		evhttp_send_reply(a->request, (int)status, reason_of(status), NULL);
	else
		evhttp_send_error(a->request, 500, NULL);
	wd_ask_free(a);
}

/* No receipt could be made: an answer without one is not given. */
void
wd_ask_fail(struct wd_ask *a)
{
	wd_ask_send(a, 500, "application/problem+json",
	    WR_TEXT("{\"title\":\"Internal Server Error\",\"status\":500,\"detail\":\"no receipt could be made\"}"));
}

/* Send the answer with its receipt. */
void
wd_ask_answer(struct wd_ask *a, unsigned status)
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
		wd_ask_send(a, status, status < 400 ? "application/json" : "application/problem+json", wr_buf_view(&text));
	else
		wd_ask_fail(a);
	wr_buf_free(&bytes);
	wr_buf_free(&text);
}

/* A problem document (RFC 9457), still without reasons. */
void
wd_ask_problem(struct wd_ask *a, unsigned status, const char *detail)
{
	wd_json_set_str(&a->doc, a->answer, "title", reason_of(status));
	wd_json_set_int(&a->doc, a->answer, "status", status);
	wd_json_set_str(&a->doc, a->answer, "detail", detail);
}

struct wd_json *
wd_ask_reasons(struct wd_ask *a)
{
	return wd_json_set(&a->doc, a->answer, "reasons", wd_json_array(&a->doc));
}

void
wd_ask_reason(struct wd_ask *a, struct wd_json *list, const char *code, struct wr_text detail)
{
	struct wd_json *one = wd_json_push(&a->doc, list, wd_json_object(&a->doc));

	wd_json_set_str(&a->doc, one, "code", code);
	wd_json_set_text(&a->doc, one, "detail", wr_utf8_valid(detail) ? detail : WR_TEXT("(not UTF-8)"));
}

void
wd_ask_reasons_of(struct wd_ask *a, struct wd_json *list, const struct wd_verdict *verdict)
{
	for (uint32_t i = 0; i < verdict->conditions_len; i++) {
		const struct wd_condition *c = &verdict->conditions[i];

		if (!c->met)
			wd_ask_reason(a, list, wd_code_word(c->code),
			    c->detail.size > 0 ? c->detail : wr_text_of(wd_code_text(c->code)));
	}
}

/* A problem with one reason, sent. */
void
wd_ask_refuse(struct wd_ask *a, unsigned status, const char *code, const char *detail)
{
	wd_ask_problem(a, status, detail);
	wd_ask_reason(a, wd_ask_reasons(a), code, wr_text_of(detail));
	wd_ask_answer(a, status);
}

void
wd_ask_digest(struct wd_ask *a, struct wd_json *object, const char *name, const struct wd_digest *digest)
{
	char text[WD_DIGEST_TEXT + 1] = "sha256:";

	for (size_t i = 0; i < sizeof digest->at; i++)
		(void)snprintf(text + 7 + 2 * i, 3, "%02x", digest->at[i]);
	wd_json_set_str(&a->doc, object, name, text);
}
