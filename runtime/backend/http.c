/*
 * One HTTP request as the agent's settings say it: method, path, query, headers,
 * body. The path cannot leave the endpoint, and headers that the runtime or the
 * protocol sets are not the agent's to set. The answer is handed over as it is.
 */
#include "runtime/backend/endpoint.h"

#include <strings.h>

static bool
is_header(struct wr_text name, const char *other)
{
	return name.size == strlen(other) && strncasecmp(name.at, other, name.size) == 0;
}

/* Set by the runtime, or part of how a message is framed. */
static bool
is_reserved(struct wr_text name)
{
	static const char *const reserved[] = {"authorization", "connection", "content-length",
	    "expect", "host", "idempotency-key", "keep-alive", "proxy-authorization",
	    "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"};

	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
		if (is_header(name, reserved[i]))
			return true;
	return false;
}

/* `.` or `..`, its dots encoded or not: a server would leave the path with it. */
static bool
is_dots(struct wr_text segment)
{
	size_t dots = 0;

	for (size_t at = 0; at < segment.size; dots++) {
		if (segment.at[at] == '.')
			at++;
		else if (segment.size - at >= 3 && strncasecmp(segment.at + at, "%2e", 3) == 0)
			at += 3;
		else
			return false;
	}
	return dots == 1 || dots == 2;
}

static bool
stays_inside(struct wr_text path)
{
	size_t from = 0;

	for (size_t at = 0; at <= path.size; at++) {
		bool query = at < path.size && path.at[at] == '?';

		if (at < path.size && path.at[at] != '/' && path.at[at] != '\\' && !query)
			continue;
		if (is_dots((struct wr_text){path.at + from, at - from}))
			return false;
		if (query)
			return true;
		from = at + 1;
	}
	return true;
}

/* Printable ASCII without a fragment: what the machine's percent-encoding leaves of a template. */
static bool
is_path(struct wr_text path)
{
	for (size_t i = 0; i < path.size; i++)
		if ((uint8_t)path.at[i] <= 0x20 || (uint8_t)path.at[i] >= 0x7f || path.at[i] == '#')
			return false;
	return stays_inside(path);
}

static bool
build_url(const struct wd_endpoint *e, const struct wr_call *call, struct wr_buf *url,
    struct wd_answer *ret_answer)
{
	const struct wr_part *path = wd_call_part(call, "path");
	bool asks = false;

	wr_buf_text(url, wr_buf_view(&e->url));
	if (path != NULL && path->text.size > 0) {
		if (!is_path(path->text)) {
			wd_answer_fail(ret_answer, WR_FAILURE_REFUSED,
			    "the path has a space, a `#`, a "
			    "character beyond ASCII or a `..` segment");
			return false;
		}
		if (path->text.at[0] != '/') /* else it could change the host's name */
			wr_buf_byte(url, '/');
		wr_buf_text(url, path->text);
		asks = memchr(path->text.at, '?', path->text.size) != NULL;
	}
	for (uint32_t i = 0; i < call->parts_len; i++) {
		if (strcmp(call->parts[i].name, "query") != 0)
			continue;
		wr_buf_byte(url, asks ? '&' : '?');
		wd_percent_encode(url, call->parts[i].key);
		wr_buf_byte(url, '=');
		wd_percent_encode(url, call->parts[i].text);
		asks = true;
	}
	return true;
}

static bool
build_headers(const struct wr_call *call, struct wr_text run, struct wd_request *request,
    struct wd_answer *ret_answer)
{
	bool typed = false;
	struct wr_buf key;
	bool good, spent;

	for (uint32_t i = 0; i < call->parts_len; i++) {
		const struct wr_part *p = &call->parts[i];

		if (strcmp(p->name, "header") != 0)
			continue;
		if (is_reserved(p->key) || !wd_request_header(request, p->key, p->text)) {
			wd_answer_fail(ret_answer, WR_FAILURE_REFUSED,
			    "the header `%.*s` is not the "
			    "agent's to set, or holds a control character",
			    wd_print_size(p->key), p->key.at);
			return false;
		}
		typed = typed || is_header(p->key, "content-type");
	}
	good = !request->has_body || typed ||
	       wd_request_header(request, WR_TEXT("Content-Type"), WR_TEXT("application/json"));
	wr_buf_init(&key, request->headers.alloc, WD_URL_MAX);
	wr_buf_text(&key, run);
	wr_buf_byte(&key, '/');
	wr_buf_str(&key, call->path);
	good = good && key.status == WR_OK &&
	       wd_request_header(request, WR_TEXT("Idempotency-Key"), wr_buf_view(&key));
	spent = key.status == WR_NOMEM;
	wr_buf_free(&key);
	if (spent)
		wd_answer_fail(ret_answer, WR_FAILURE_UNAVAILABLE, "out of memory");
	else if (!good)
		wd_answer_fail(ret_answer, WR_FAILURE_REFUSED, "the run's key is no header value");
	return good;
}

static bool
build(void *state, const struct wr_call *call, struct wr_text run, struct wd_request *request,
    struct wd_answer *ret_answer)
{
	static const char *const methods[] = {"GET", "HEAD", "PUT", "DELETE", "POST", "PATCH"};
	const struct wr_part *method = wd_call_part(call, "method");
	const struct wr_part *body = wd_call_part(call, "body");

	for (size_t i = 0; method != NULL && i < sizeof(methods) / sizeof(*methods); i++)
		if (wr_text_eq(method->text, wr_text_of(methods[i])))
			request->method = methods[i];
	if (request->method == NULL) {
		wd_answer_fail(ret_answer, WR_FAILURE_REFUSED,
		    "the method is none of GET, HEAD, PUT, "
		    "DELETE, POST and PATCH");
		return false;
	}
	request->has_body = body != NULL;
	if (body != NULL)
		wr_buf_text(&request->body, body->text);
	return build_url(state, call, &request->url, ret_answer) &&
	       build_headers(call, run, request, ret_answer);
}

static void
read_answer(void *state, const struct wr_call *call, const struct wd_response *response,
    struct wr_buf *out, struct wd_answer *ret_answer)
{
	(void)state;
	(void)call;
	if (response->body.size > 0)
		wr_buf_text(out, response->body);
	wd_answer_ok(ret_answer, 0);
}

const struct wd_adaptor wd_adaptor_http = {
    .name = "http",
    .kinds = "http",
    .class = WD_CLASS_PROVIDER_ASSERTED,
    .open = wd_endpoint_open,
    .close = wd_endpoint_close,
    .build = build,
    .read = read_answer,
};
