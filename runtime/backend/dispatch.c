/*
 * Calls on their way: the delay, the request, the time-out, and what the end of
 * a request means in the words of the language. Decides nothing about retries
 * (the machine's) or about the content of requests and answers (the adaptors').
 */
#include "runtime/backend/dispatch.h"

#include "runtime/backend/transport.h"
#include "runtime/trust/crypto.h"

#include <assert.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>

#define RUN_KEY_MAX 128u

struct binding {
	struct binding *next;
	const struct wd_adaptor *adaptor;
	void *state;
	struct wr_buf name, credential, proxy, pin;
};

struct wd_dispatch {
	struct event_base *base;
	const struct wr_alloc *alloc;
	struct wd_transport *transport;
	struct binding *bindings;
	struct wd_dispatch_call *calls;
	size_t bindings_len, pending;
};

struct wd_dispatch_call {
	struct wd_dispatch *dispatch;
	struct wd_dispatch_call *next, **at; /* the list of calls under way */
	struct wr_call call;
	char run[RUN_KEY_MAX];
	size_t run_size;
	struct event *timer; /* first the delay, then the time-out */
	bool started, answered;
	struct wd_transfer *transfer; /* NULL: nothing is under way */
	struct wd_request request;
	struct wr_buf out;
	const struct binding *binding;
	wd_answered_fn fn;
	void *user;
};

/* ---- bindings ---- */

static struct binding *
find_binding(const struct wd_dispatch *d, struct wr_text name)
{
	for (struct binding *b = d->bindings; b != NULL; b = b->next)
		if (wr_text_eq(wr_buf_view(&b->name), name))
			return b;
	return NULL;
}

static void
free_binding(struct wd_dispatch *d, struct binding *b)
{
	if (b->credential.at != NULL)
		wd_wipe(b->credential.at, b->credential.room);
	wr_buf_free(&b->name);
	wr_buf_free(&b->credential);
	wr_buf_free(&b->proxy);
	wr_buf_free(&b->pin);
	wr_alloc_free(d->alloc, b, sizeof(*b));
}

static void
keep(struct wr_buf *buf, const struct wr_alloc *alloc, struct wr_text t)
{
	wr_buf_init(buf, alloc, 64u << 10);
	if (t.size > 0)
		wr_buf_text(buf, t);
}

/* What is wrong with a binding whatever its adaptor. */
static enum wr_status
check_config(const struct wd_dispatch *d, const struct wd_backend_config *config,
    const struct wd_adaptor *adaptor, struct wd_trouble *ret)
{
	struct wr_text name = config->name;

	if (adaptor == NULL) {
		wd_trouble_set(ret, "backend `%.*s`: there is no adaptor `%.*s`",
		    wd_print_size(name), name.at, wd_print_size(config->adaptor),
		    config->adaptor.at);
		return WR_REFUSED;
	}
	if (!wd_adaptor_serves(adaptor, config->kind)) {
		wd_trouble_set(ret, "backend `%.*s`: adaptor `%s` serves kind %s, not %.*s",
		    wd_print_size(name), name.at, adaptor->name, adaptor->kinds,
		    wd_print_size(config->kind), config->kind.at);
		return WR_REFUSED;
	}
	if (find_binding(d, name) != NULL) {
		wd_trouble_set(ret, "backend `%.*s` is bound twice", wd_print_size(name), name.at);
		return WR_REFUSED;
	}
	if (d->bindings_len == WD_BINDINGS_MAX) {
		wd_trouble_set(ret, "more than %u backends", WD_BINDINGS_MAX);
		return WR_LIMIT;
	}
	return WR_OK;
}

enum wr_status
wd_dispatch_bind(
    struct wd_dispatch *d, const struct wd_backend_config *config, struct wd_trouble *ret_trouble)
{
	const struct wd_adaptor *adaptor = wd_adaptor_find(config->adaptor);
	enum wr_status got = check_config(d, config, adaptor, ret_trouble);
	struct wd_trouble trouble = {""};
	struct binding *b;

	if (got != WR_OK)
		return got;
	b = wr_alloc_new(d->alloc, sizeof(*b));
	if (b == NULL)
		return WR_NOMEM;
	*b = (struct binding){.adaptor = adaptor};
	keep(&b->name, d->alloc, config->name);
	keep(&b->credential, d->alloc, config->credential);
	keep(&b->proxy, d->alloc, config->proxy);
	keep(&b->pin, d->alloc, config->pin);
	if (b->name.status != WR_OK || b->credential.status != WR_OK ||
	    b->proxy.status != WR_OK || b->pin.status != WR_OK)
		got = WR_NOMEM;
	else
		got = adaptor->open(config, d->alloc, &b->state, &trouble);
	if (got != WR_OK) {
		if (got != WR_NOMEM)
			wd_trouble_set(ret_trouble, "backend `%.*s`: %s",
			    wd_print_size(config->name), config->name.at, trouble.text);
		free_binding(d, b);
		return got;
	}
	b->next = d->bindings;
	d->bindings = b;
	d->bindings_len++;
	return WR_OK;
}

const struct wd_adaptor *
wd_dispatch_adaptor(const struct wd_dispatch *d, struct wr_text backend)
{
	const struct binding *b = find_binding(d, backend);

	return b == NULL ? NULL : b->adaptor;
}

enum wd_class
wd_dispatch_class(const struct wd_dispatch *d, struct wr_text backend)
{
	const struct binding *b = find_binding(d, backend);

	assert(b != NULL);
	return b->pin.size > 0 ? WD_CLASS_PINNED : b->adaptor->class;
}

/* ---- the end of a call ---- */

static void
unlink_call(struct wd_dispatch_call *c)
{
	*c->at = c->next;
	if (c->next != NULL)
		c->next->at = c->at;
	c->dispatch->pending--;
}

static void
free_call(struct wd_dispatch_call *c)
{
	if (c->timer != NULL)
		event_free(c->timer);
	wr_buf_free(&c->request.url);
	wr_buf_free(&c->request.headers);
	wr_buf_free(&c->request.body);
	wr_buf_free(&c->out);
	wr_alloc_free(c->dispatch->alloc, c, sizeof(*c));
}

static void
finish(struct wd_dispatch_call *c, struct wd_answer *answer)
{
	assert(!c->answered && c->transfer == NULL);
	if (answer->ok) {
		answer->text = c->out.at != NULL ? wr_buf_view(&c->out) : WR_TEXT("");
		if (c->out.status == WR_NOMEM)
			wd_answer_fail(answer, WR_FAILURE_UNAVAILABLE, "out of memory");
		else if (c->out.status != WR_OK)
			wd_answer_fail(answer, WR_FAILURE_INVALID,
			    "the answer is larger than %u bytes", WD_RESPONSE_MAX);
		else if (!wr_utf8_valid(answer->text))
			wd_answer_fail(answer, WR_FAILURE_INVALID, "the answer is not UTF-8");
	}
	c->answered = true;
	unlink_call(c);
	c->fn(c->user, answer);
	free_call(c);
}

/* After this an effect is never sent again, nor does a fallback take its place. */
static void
finish_unknown(struct wd_dispatch_call *c, const char *detail)
{
	struct wd_answer answer;

	wd_answer_fail(&answer, WR_FAILURE_UNAVAILABLE, "outcome unknown: %s", detail);
	answer.outcome_unknown = true;
	finish(c, &answer);
}

static void
finish_late(struct wd_dispatch_call *c, bool sent)
{
	uint64_t ms = c->call.timeout_ms;
	char detail[64];
	struct wd_answer answer;

	(void)snprintf(detail, sizeof(detail), "no answer within %" PRIu64 " %s",
	    ms % 1000 == 0 ? ms / 1000 : ms, ms % 1000 == 0 ? "s" : "ms");
	if (c->call.effect && sent) {
		finish_unknown(c, detail);
		return;
	}
	wd_answer_fail(&answer, WR_FAILURE_TIMEOUT, "%s", detail);
	finish(c, &answer);
}

/* An answer of another kind than 2xx. */
static void
finish_status(struct wd_dispatch_call *c, const struct wd_response *response)
{
	const struct wd_adaptor *adaptor = c->binding->adaptor;
	int status = response->status;
	char detail[160], code[64] = "";
	struct wd_answer answer;

	if (adaptor->error_code == NULL || !adaptor->error_code(c->binding->state, response, code))
		code[0] = '\0';
	(void)snprintf(detail, sizeof(detail), "answered %d%s%s%s%s%s", status,
	    *wd_http_reason(status) != '\0' ? " " : "", wd_http_reason(status),
	    code[0] != '\0' ? " (" : "", code, code[0] != '\0' ? ")" : "");
	if (status >= 500 && c->call.effect) {
		finish_unknown(c, detail);
		return;
	}
	wd_answer_fail(&answer,
	    status >= 500 || status == 408 || status == 429 ? WR_FAILURE_UNAVAILABLE
							    : WR_FAILURE_REFUSED,
	    "%s", detail);
	finish(c, &answer);
}

static void
on_transfer(void *user, const struct wd_result *result)
{
	struct wd_dispatch_call *c = user;
	int status = result->response.status;
	struct wd_answer answer;

	c->transfer = NULL;
	if (result->outcome == WD_OUTCOME_ANSWERED && (status < 200 || status > 299)) {
		finish_status(c, &result->response);
		return;
	}
	if (result->outcome == WD_OUTCOME_ANSWERED) {
		c->binding->adaptor->read(
		    c->binding->state, &c->call, &result->response, &c->out, &answer);
	} else if (c->call.effect && result->sent) {
		finish_unknown(c, result->detail);
		return;
	} else {
		wd_answer_fail(&answer,
		    result->outcome == WD_OUTCOME_TOO_BIG ? WR_FAILURE_INVALID
							  : WR_FAILURE_UNAVAILABLE,
		    "%s", result->detail);
	}
	finish(c, &answer);
}

/* ---- the begin of a call ---- */

static void
send_request(struct wd_dispatch_call *c)
{
	const struct binding *b = c->binding;
	struct wd_request *r = &c->request;
	struct wd_transfer_options options = {
	    wr_buf_view(&b->credential), wr_buf_view(&b->proxy), wr_buf_view(&b->pin),
	    c->call.effect, 0};
	enum wr_status got;
	struct wd_answer answer;

	if (!b->adaptor->build(
		b->state, &c->call, (struct wr_text){c->run, c->run_size}, r, &answer)) {
		finish(c, &answer);
		return;
	}
	wr_buf_byte(&r->url, 0);
	if (r->url.status == WR_LIMIT || r->headers.status == WR_LIMIT ||
	    r->body.status == WR_LIMIT) {
		wd_answer_fail(&answer, WR_FAILURE_REFUSED,
		    "the request is larger than %u bytes, or "
		    "its URL than %u",
		    WD_REQUEST_MAX, WD_URL_MAX);
		finish(c, &answer);
		return;
	}
	got = r->url.status != WR_OK || r->headers.status != WR_OK || r->body.status != WR_OK
		  ? WR_NOMEM
		  : wd_transport_send(
			c->dispatch->transport, r, &options, on_transfer, c, &c->transfer);
	if (got == WR_REFUSED)
		wd_answer_fail(&answer, WR_FAILURE_REFUSED,
		    "the request has no valid URL, method or "
		    "credential");
	else if (got != WR_OK)
		wd_answer_fail(&answer, WR_FAILURE_UNAVAILABLE, "%s", wr_status_text(got));
	if (got != WR_OK)
		finish(c, &answer);
}

static void
set_timer(struct wd_dispatch_call *c, uint64_t ms)
{
	struct timeval wait = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};

	if (event_add(c->timer, &wait) != 0)
		event_active(c->timer, EV_TIMEOUT, 0);
}

static void
start(struct wd_dispatch_call *c)
{
	struct wd_answer answer;

	c->started = true;
	c->binding = find_binding(c->dispatch, c->call.backend);
	if (c->binding == NULL) {
		wd_answer_fail(&answer, WR_FAILURE_REFUSED, "backend `%.*s` is not bound",
		    wd_print_size(c->call.backend), c->call.backend.at);
		finish(c, &answer);
	} else if (c->binding->adaptor->answer != NULL) {
		c->binding->adaptor->answer(c->binding->state, &c->call, &c->out, &answer);
		finish(c, &answer);
	} else {
		set_timer(c, c->call.timeout_ms); /* before sending, which may end the call */
		send_request(c);
	}
}

static void
on_timer(evutil_socket_t fd, short what, void *user)
{
	struct wd_dispatch_call *c = user;
	struct wd_transfer *transfer = c->transfer;

	(void)fd;
	(void)what;
	if (!c->started) {
		start(c);
		return;
	}
	c->transfer = NULL;
	finish_late(c, wd_transfer_cancel(transfer));
}

enum wr_status
wd_dispatch_call(struct wd_dispatch *d, const struct wr_call *call, struct wr_text run,
    wd_answered_fn answered, void *user, struct wd_dispatch_call **ret_handle)
{
	struct wd_dispatch_call *c;

	assert(answered != NULL);
	if (run.size > RUN_KEY_MAX)
		return WR_LIMIT;
	c = wr_alloc_new(d->alloc, sizeof(*c));
	if (c == NULL)
		return WR_NOMEM;
	*c = (struct wd_dispatch_call){
	    .dispatch = d, .call = *call, .fn = answered, .user = user, .run_size = run.size};
	if (run.size > 0)
		memcpy(c->run, run.at, run.size);
	wr_buf_init(&c->request.url, d->alloc, WD_URL_MAX);
	wr_buf_init(&c->request.headers, d->alloc, WD_RESPONSE_HEADERS_MAX);
	wr_buf_init(&c->request.body, d->alloc, WD_REQUEST_MAX);
	wr_buf_init(&c->out, d->alloc, WD_RESPONSE_MAX);
	c->timer = evtimer_new(d->base, on_timer, c);
	if (c->timer == NULL) {
		free_call(c);
		return WR_NOMEM;
	}
	c->next = d->calls;
	c->at = &d->calls;
	if (c->next != NULL)
		c->next->at = &c->next;
	d->calls = c;
	d->pending++;
	set_timer(c, call->delay_ms);
	if (ret_handle != NULL)
		*ret_handle = c;
	return WR_OK;
}

bool
wd_dispatch_cancel(struct wd_dispatch_call *c)
{
	bool sent;

	if (c->answered) /* from inside its own answer: it is over already */
		return false;
	sent = c->transfer != NULL && wd_transfer_cancel(c->transfer);
	sent = sent && c->call.effect;
	unlink_call(c);
	free_call(c);
	return sent;
}

size_t
wd_dispatch_pending(const struct wd_dispatch *d)
{
	return d->pending;
}

enum wr_status
wd_dispatch_new(
    struct event_base *base, const struct wr_alloc *alloc, struct wd_dispatch **ret_dispatch)
{
	struct wd_dispatch *d = wr_alloc_new(alloc, sizeof(*d));
	enum wr_status got;

	if (d == NULL)
		return WR_NOMEM;
	*d = (struct wd_dispatch){.base = base, .alloc = alloc};
	got = wd_transport_new(base, alloc, &d->transport);
	if (got != WR_OK) {
		wr_alloc_free(alloc, d, sizeof(*d));
		return got;
	}
	*ret_dispatch = d;
	return WR_OK;
}

void
wd_dispatch_free(struct wd_dispatch *d)
{
	if (d == NULL)
		return;
	while (d->calls != NULL)
		(void)wd_dispatch_cancel(d->calls);
	for (struct binding *b = d->bindings, *next; b != NULL; b = next) {
		next = b->next;
		b->adaptor->close(b->state);
		free_binding(d, b);
	}
	wd_transport_free(d->transport);
	wr_alloc_free(d->alloc, d, sizeof(*d));
}
