/*
 * The heart: suspension to call to answer. Decides only the order of hand-overs and the
 * deadline; retries, labels and budgets are the machine's, time-outs the dispatcher's.
 */
#include "runtime/serve/host.h"

#include <assert.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/json.h"
#include "runtime/sysalloc.h"
#include "vm/base/number.h"

#define KEY_MAX 120u
#define CALL_BYTES_MAX (64u << 20)
#define LISTS 256u /* of flights, by id, so that one is found at once among the thousands there may be */

/* A call with the dispatcher. In a list of the host's until it is answered. */
struct flight {
	struct wd_host *host;
	struct flight *next, **here;
	struct wd_dispatch_call *handle;
	struct wr_call call;
	size_t leaf;
};

struct wd_host {
	struct event_base *base;
	struct wd_dispatch *dispatch;
	struct wr_run *run;
	struct wd_host_options options;
	char key[KEY_MAX + 1];
	struct flight *flights[LISTS];
	struct wd_host_leaf *leaves; /* in order of sending; of (path, attempt) once ended */
	size_t leaves_len, leaves_room;
	struct event *turn;     /* the next step, on a turn of the loop */
	struct event *deadline;
	uint64_t started_ms, ended_ms;
	bool ended, unknown;
};

/* The promise counts the backends' time; the host's own work, and the last answer's way, get this much more. */
#define GRACE_MS 1000u

static uint64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void
wd_call_write(const struct wr_call *call, struct wr_buf *buf)
{
	wr_buf_str(buf, "{\"agent\":");
	wd_json_quote(buf, call->agent);
	wr_buf_str(buf, ",\"backend\":");
	wd_json_quote(buf, call->backend);
	wr_buf_str(buf, ",\"parts\":[");
	for (uint32_t i = 0; i < call->parts_len; i++) {
		const struct wr_part *p = &call->parts[i];
		char digits[WR_NUMBER_TEXT_MAX];

		wr_buf_str(buf, i > 0 ? ",[" : "[");
		wd_json_quote(buf, wr_text_of(p->name));
		wr_buf_byte(buf, ',');
		wd_json_quote(buf, p->key.at == NULL ? WR_TEXT("") : p->key);
		wr_buf_byte(buf, ',');
		if (p->shape == WR_PART_TEXT)
			wd_json_quote(buf, p->text);
		else if (p->shape == WR_PART_BOOL)
			wr_buf_str(buf, p->integer != 0 ? "true" : "false");
		else if (p->shape == WR_PART_INT)
			wr_buf_i64(buf, p->integer);
		else
			wr_buf_add(buf, digits, wr_number_print(p->number, digits));
		wr_buf_byte(buf, ']');
	}
	wr_buf_str(buf, "]}");
}

static struct wd_digest
salted(const uint8_t salt[16], struct wr_text bytes)
{
	struct wd_sha256 hash;

	wd_sha256_start(&hash);
	wd_sha256_add(&hash, salt, 16);
	wd_sha256_add(&hash, bytes.at, bytes.size);
	return wd_sha256_end(&hash);
}

/* Begin the record of an attempt. False when memory is short. */
static bool
record(struct wd_host *host, const struct wr_call *call, size_t *ret_at)
{
	const struct wd_adaptor *adaptor = wd_dispatch_adaptor(host->dispatch, call->backend);
	struct wd_host_leaf *r;
	struct wr_buf bytes;
	bool good;

	if (host->leaves_len == host->leaves_room) {
		size_t room = host->leaves_room == 0 ? 16 : host->leaves_room * 2;

		r = realloc(host->leaves, room * sizeof *r);
		if (r == NULL)
			return false;
		host->leaves = r;
		host->leaves_room = room;
	}
	r = &host->leaves[host->leaves_len];
	*r = (struct wd_host_leaf){
		.adaptor = adaptor == NULL ? "none" : adaptor->name,
		.class = adaptor == NULL ? "none" : wd_class_word(wd_dispatch_class(host->dispatch, call->backend)),
		.attempt = call->attempt,
		.status = "cancelled",
	};
	(void)snprintf(r->path, sizeof r->path, "%s", call->path);
	(void)snprintf(r->agent, sizeof r->agent, "%.*s", (int)call->agent.size, call->agent.at);
	(void)snprintf(r->backend, sizeof r->backend, "%.*s", (int)call->backend.size, call->backend.at);
	wr_buf_init(&bytes, wd_alloc(), CALL_BYTES_MAX);
	wd_call_write(call, &bytes);
	good = bytes.status == WR_OK && wd_random(r->salt, sizeof r->salt) == WR_OK;
	if (good) {
		r->request = salted(r->salt, wr_buf_view(&bytes));
		*ret_at = host->leaves_len++;
	}
	wr_buf_free(&bytes);
	return good;
}

static void
tell(struct wd_host *host, int what, const struct wr_call *call, const struct wd_answer *answer,
    const char *reason)
{
	struct wd_host_event event = {
		.what = what,
		.at_ms = now_ms() - host->started_ms,
		.path = call->path,
		.attempt = call->attempt,
		.agent = call->agent,
		.backend = call->backend,
		.reason = reason,
		.delay_ms = call->delay_ms,
		.call = call,
		.answer = answer,
	};

	if (host->options.event != NULL)
		host->options.event(host->options.user, &event);
}

static void
land(struct flight *f)
{
	*f->here = f->next;
	if (f->next != NULL)
		f->next->here = f->here;
	free(f);
}

static void pump(struct wd_host *host);

/* Give an outcome to the machine. */
static void
answered(void *user, const struct wd_answer *answer)
{
	struct flight *f = user;
	struct wd_host *host = f->host;
	struct wd_host_leaf *leaf = &host->leaves[f->leaf];
	struct wr_call call = f->call;
	enum wr_status status;

	leaf->tokens = answer->tokens;
	leaf->status = answer->ok		? "ok" :
		       answer->outcome_unknown ? "outcome-unknown" :
						  wr_failure_word(answer->failure);
	leaf->response = salted(leaf->salt, answer->ok ? answer->text : wr_text_of(answer->detail));
	land(f);
	if (answer->ok)
		status = wr_run_answer(host->run, call.id, answer->text, answer->tokens);
	else
		status = wr_run_fail(host->run, call.id, answer->failure, wr_text_of(answer->detail),
		    answer->outcome_unknown);
	if (status == WR_INVALID)
		leaf->status = wr_failure_word(WR_FAILURE_INVALID);
	if (status == WR_NOMEM)
		wr_run_cancel(host->run, "heap", "the host is out of memory");
	call.path = leaf->path; /* the machine's own is gone with the answer */
	tell(host, status == WR_OK && answer->ok ? WD_HOST_ANSWERED : WD_HOST_FAILED, &call, answer,
	    wr_run_reason(host->run));
	pump(host);
}

static bool
send_call(struct wd_host *host, const struct wr_call *call)
{
	struct flight *f = calloc(1, sizeof *f);

	if (f == NULL)
		return false;
	f->host = host;
	f->call = *call;
	f->here = &host->flights[call->id % LISTS];
	f->next = *f->here;
	if (f->next != NULL)
		f->next->here = &f->next;
	*f->here = f;
	if (!record(host, call, &f->leaf) ||
	    wd_dispatch_call(host->dispatch, call, wr_text_of(host->key), answered, f, &f->handle) != WR_OK) {
		land(f);
		return false;
	}
	tell(host, WD_HOST_SENT, call, NULL, NULL);
	return true;
}

static int
by_path(const void *a, const void *b)
{
	const struct wd_host_leaf *x = a, *y = b;
	int c = strcmp(x->path, y->path);

	return c != 0 ? c : (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

/* The machine takes no answer to it any more. */
static void
give_up(struct flight *f)
{
	struct wd_host *host = f->host;
	struct wd_host_leaf *r = &host->leaves[f->leaf];

	if (wd_dispatch_cancel(f->handle)) {
		r->status = "outcome-unknown";
		host->unknown = true;
	}
	r->response = salted(r->salt, wr_text_of(r->status));
	land(f);
}

/* All that is still in flight. */
static void
ground(struct wd_host *host)
{
	for (size_t i = 0; i < LISTS; i++)
		while (host->flights[i] != NULL)
			give_up(host->flights[i]);
}

/* What the run went on without. */
static void
give_up_cancelled(struct wd_host *host)
{
	uint32_t id;

	while (wr_run_next_cancelled(host->run, &id)) {
		struct flight *f = host->flights[id % LISTS];
		struct wr_call call;

		while (f != NULL && f->call.id != id)
			f = f->next;
		assert(f != NULL);
		if (f == NULL)
			continue;
		call = f->call;
		call.path = host->leaves[f->leaf].path;
		call.agent = wr_text_of(host->leaves[f->leaf].agent);
		call.backend = wr_text_of(host->leaves[f->leaf].backend);
		give_up(f);
		tell(host, WD_HOST_CANCELLED, &call, NULL, NULL);
	}
}

/* The run is over: order what happened, and tell the owner on a turn of its own. */
static void
end(struct wd_host *host)
{
	if (host->ended)
		return;
	host->ended = true;
	host->ended_ms = now_ms();
	ground(host);
	if (host->deadline != NULL)
		(void)event_del(host->deadline);
	if (host->leaves_len > 0)
		qsort(host->leaves, host->leaves_len, sizeof *host->leaves, by_path);
	event_active(host->turn, EV_TIMEOUT, 0);
}

static bool
answered_instead(struct wd_host *host, const struct wr_call *call)
{
	return host->options.instead != NULL && host->options.instead(host->options.user, host->run, call);
}

static void
pump(struct wd_host *host)
{
	struct wr_call call;

	give_up_cancelled(host);
	while (wr_run_state(host->run) == WR_RUN_WAITING && wr_run_next(host->run, &call))
		if (!answered_instead(host, &call) && !send_call(host, &call))
			wr_run_cancel(host->run, "heap", "the host is out of memory");
	if (wr_run_state(host->run) != WR_RUN_WAITING)
		end(host);
}

static void
on_turn(evutil_socket_t fd, short what, void *user)
{
	struct wd_host *host = user;

	(void)fd;
	(void)what;
	if (host->ended)
		host->options.done(host->options.user, host);
	else
		pump(host);
}

static void
on_deadline(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	wd_host_cancel(user, "budget", "the promised time is used up");
}

void
wd_host_cancel(struct wd_host *host, const char *code, const char *detail)
{
	if (host->ended)
		return;
	wr_run_cancel(host->run, code, detail);
	end(host);
}

/* The least of the promise and the host's own limit; 0 is none. */
static uint64_t
tighter(uint64_t promise, uint64_t limit)
{
	return limit != 0 && limit < promise ? limit : promise;
}

static bool
set_timers(struct wd_host *host, const struct wr_module *module)
{
	uint64_t ms = tighter(wr_module_summary(module)->promised.time_ms, host->options.time_max_ms);
	struct timeval at;

	ms = ms > UINT64_MAX - GRACE_MS ? UINT64_MAX : ms + GRACE_MS;
	at = (struct timeval){ (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };
	host->turn = event_new(host->base, -1, 0, on_turn, host);
	host->deadline = evtimer_new(host->base, on_deadline, host);
	if (host->turn == NULL || host->deadline == NULL)
		return false;
	event_active(host->turn, EV_TIMEOUT, 0);
	return ms / 1000 > INT32_MAX || evtimer_add(host->deadline, &at) == 0;
}

enum wr_status
wd_host_start(struct event_base *base, struct wd_dispatch *dispatch, const struct wr_module *module,
    const struct wd_host_options *options, struct wr_text input, struct wd_host **ret_host,
    struct wr_fault *ret_fault)
{
	struct wr_run_options limits = { .calls_max = options->calls_max, .tokens_max = options->tokens_max };
	struct wd_host *host = calloc(1, sizeof *host);
	enum wr_status status = WR_NOMEM;

	assert(options->done != NULL && strlen(options->key) <= KEY_MAX);
	if (host == NULL)
		return WR_NOMEM;
	host->base = base;
	host->dispatch = dispatch;
	host->options = *options;
	host->started_ms = now_ms();
	(void)snprintf(host->key, sizeof host->key, "%s", options->key);
	status = wr_run_start(module, wd_alloc(), &limits, input, &host->run, ret_fault);
	if (status == WR_OK && !set_timers(host, module))
		status = WR_NOMEM;
	if (status != WR_OK) {
		wd_host_free(host);
		return status;
	}
	*ret_host = host;
	return WR_OK;
}

void
wd_host_free(struct wd_host *host)
{
	if (host == NULL)
		return;
	ground(host);
	if (host->turn != NULL)
		event_free(host->turn);
	if (host->deadline != NULL)
		event_free(host->deadline);
	wr_run_free(host->run);
	free(host->leaves);
	free(host);
}

const struct wr_run *
wd_host_run(const struct wd_host *host)
{
	return host->run;
}

bool
wd_host_outcome_unknown(const struct wd_host *host)
{
	return host->unknown;
}

size_t
wd_host_leaves_len(const struct wd_host *host)
{
	return host->leaves_len;
}

const struct wd_host_leaf *
wd_host_leaf(const struct wd_host *host, size_t i)
{
	assert(host->ended && i < host->leaves_len);
	return &host->leaves[i];
}

uint64_t
wd_host_time_ms(const struct wd_host *host)
{
	return (host->ended ? host->ended_ms : now_ms()) - host->started_ms;
}

bool
wd_host_asks(const struct wr_summary *summary, uint32_t backend, wd_stubbed_fn stubbed, const void *user)
{
	assert(backend < summary->backends_len);
	if (stubbed == NULL)
		return true;
	for (uint32_t i = 0; i < summary->agents_len; i++)
		if (summary->agents[i].backend == backend && !stubbed(user, summary->agents[i].name))
			return true;
	return false;
}

enum wr_status
wd_host_fits(const struct wr_module *module, const struct wd_dispatch *dispatch, wd_stubbed_fn stubbed,
    const void *user, struct wd_trouble *ret_trouble)
{
	const struct wr_summary *s = wr_module_summary(module);

	for (uint32_t i = 0; i < s->backends_len; i++) {
		const struct wr_summary_backend *b = &s->backends[i];
		const struct wd_adaptor *adaptor = wd_dispatch_adaptor(dispatch, b->name);

		if (!wd_host_asks(s, i, stubbed, user))
			continue;
		if (adaptor == NULL) {
			wd_trouble_set(ret_trouble, "backend `%.*s` (%s) is bound to nothing", wd_print_size(b->name),
			    b->name.at, b->kind);
			return WR_REFUSED;
		}
		if (!wd_adaptor_serves(adaptor, wr_text_of(b->kind))) {
			wd_trouble_set(ret_trouble, "backend `%.*s` is of kind `%s`, which the adaptor `%s` does not serve",
			    wd_print_size(b->name), b->name.at, b->kind, adaptor->name);
			return WR_REFUSED;
		}
	}
	for (uint32_t i = 0; i < s->agents_len; i++) {
		const struct wr_summary_agent *a = &s->agents[i];
		const struct wd_adaptor *adaptor = wd_dispatch_adaptor(dispatch, s->backends[a->backend].name);

		if (stubbed != NULL && stubbed(user, a->name))
			continue;
		if (a->mode.size > 0 && !wd_adaptor_has_mode(adaptor, a->mode)) {
			wd_trouble_set(ret_trouble, "agent `%.*s` asks for mode `%.*s`, which the adaptor `%s` does not have",
			    wd_print_size(a->name), a->name.at, wd_print_size(a->mode), a->mode.at, adaptor->name);
			return WR_REFUSED;
		}
	}
	return WR_OK;
}
