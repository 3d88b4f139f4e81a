/* Which workflows run. Decides nothing about that itself: the gate does, and this file obeys it. */
#include "runtime/serve/service.h"

#include <assert.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/serve/bind.h"
#include "runtime/sysalloc.h"

const char *
wd_workflow_state_word(enum wd_workflow_state state)
{
	static const char *const words[] = { "running", "paused", "suspended", "stopped" };

	return words[state];
}

struct wd_workflow *
wd_service_find(struct wd_service *service, struct wr_text name)
{
	for (struct wd_workflow *w = service->workflows; w != NULL; w = w->next)
		if (!w->replaced && wr_text_eq(wr_text_of(w->name), name))
			return w;
	return NULL;
}

static void
workflow_free(struct wd_workflow *w)
{
	if (w == NULL)
		return;
	assert(w->runs == 0);
	wd_dispatch_free(w->dispatch);
	wr_module_free(w->module);
	wd_sealed_free(&w->sealed);
	for (uint32_t i = 0; i < w->records_len; i++)
		wr_buf_free(&w->records[i]);
	free(w->records);
	free(w);
}

/* Replaced workflows without runs go. */
static void
sweep(struct wd_service *service)
{
	struct wd_workflow **at = &service->workflows;

	while (*at != NULL) {
		struct wd_workflow *w = *at;

		if (w->replaced && w->runs == 0) {
			*at = w->next;
			workflow_free(w);
		} else {
			at = &w->next;
		}
	}
}

static bool
keep_records(struct wd_workflow *w, const struct wr_text *records, uint32_t len)
{
	w->records = calloc((size_t)len + 1, sizeof *w->records);
	if (w->records == NULL)
		return false;
	for (; w->records_len < len; w->records_len++) {
		struct wr_buf *b = &w->records[w->records_len];

		wr_buf_init(b, wd_alloc(), records[w->records_len].size);
		wr_buf_text(b, records[w->records_len]);
		if (b->status != WR_OK)
			return false;
	}
	return true;
}

static void
fill_case(const struct wd_service *service, const struct wd_workflow *w, const struct wr_text *records,
    uint32_t records_len, struct wd_case *c)
{
	*c = (struct wd_case){
		.policy = &service->policy,
		.bindings = &service->bindings,
		.bytes = w->sealed.bytes,
		.records = records,
		.records_len = records_len,
		.environment = service->environment,
		.evidence = service->evidence,
		.now = (int64_t)time(NULL),
	};
}

enum wr_status
wd_service_judge(struct wd_service *service, struct wd_workflow *w, struct wd_case *ret_case)
{
	struct wr_text *records = calloc((size_t)w->records_len + 1, sizeof *records);
	enum wr_status status;

	if (records == NULL) {
		*ret_case = (struct wd_case){ 0 };
		return WR_NOMEM;
	}
	for (uint32_t i = 0; i < w->records_len; i++)
		records[i] = wr_buf_view(&w->records[i]);
	fill_case(service, w, records, w->records_len, ret_case);
	status = wd_judge(ret_case);
	free(records); /* the verdict speaks of records by index */
	ret_case->records = NULL;
	return status;
}

/* What already answers to the name of the case's module is what it must follow. */
static enum wr_status
judge_launch(struct wd_service *service, struct wd_case *c)
{
	struct wr_load_refusal refusal;
	struct wr_module *module;
	const struct wd_workflow *running;
	enum wr_status status = wr_load((const uint8_t *)c->bytes.at, c->bytes.size, wd_alloc(), &module, &refusal);

	if (status == WR_NOMEM)
		return status;
	if (status == WR_OK) {
		running = wd_service_find(service, wr_module_summary(module)->workflow);
		if (running != NULL) {
			c->has_running = running->state != WD_STOPPED;
			c->running = running->digest;
			c->version_seen = running->version;
		}
		wr_module_free(module);
	}
	return wd_judge(c);
}

static enum wr_status
admit(struct wd_service *service, struct wd_workflow *w, struct wd_case *c, struct wd_trouble *ret_trouble)
{
	const struct wr_summary *summary = wr_module_summary(c->module);
	struct wd_workflow *old;
	enum wr_status status;

	w->module = c->module;
	c->module = NULL;
	w->digest = c->digest;
	w->version = c->verdict.version;
	(void)snprintf(w->name, sizeof w->name, "%.*s", (int)summary->workflow.size, summary->workflow.at);
	status = wd_dispatch_new(service->base, wd_alloc(), &w->dispatch);
	if (status == WR_OK)
		status = wd_bind_backends(w->dispatch, w->module, &service->policy, &service->bindings, service->root,
		    NULL, ret_trouble);
	if (status != WR_OK)
		return status == WR_NOMEM ? status : WR_REFUSED;
	old = wd_service_find(service, wr_text_of(w->name));
	if (old != NULL)
		old->replaced = true;
	w->state = WD_RUNNING;
	w->next = service->workflows;
	service->workflows = w;
	sweep(service);
	return WR_OK;
}

enum wr_status
wd_service_launch(struct wd_service *service, struct wr_text bytecode, const struct wr_text *records,
    uint32_t records_len, bool rollback, struct wd_case *ret_case, struct wd_workflow **ret_workflow,
    struct wd_trouble *ret_trouble)
{
	struct wd_workflow *w = calloc(1, sizeof *w);
	enum wr_status status = WR_NOMEM;
	uint32_t len = 0;

	*ret_case = (struct wd_case){ 0 };
	if (w == NULL)
		return WR_NOMEM;
	w->sealed.fd = -1;
	for (const struct wd_workflow *other = service->workflows; other != NULL; other = other->next)
		len++;
	if (len >= WD_WORKFLOWS_MAX || bytecode.size == 0) {
		status = len >= WD_WORKFLOWS_MAX ? WR_LIMIT : WR_REFUSED;
		goto done;
	}
	status = wd_seal(bytecode, &w->sealed);
	if (status != WR_OK)
		goto done;
	fill_case(service, w, records, records_len, ret_case);
	ret_case->rollback = rollback;
	status = judge_launch(service, ret_case);
	if (status == WR_OK && !ret_case->verdict.approved)
		status = WR_REFUSED;
	if (status == WR_OK && !keep_records(w, records, records_len))
		status = WR_NOMEM;
	if (status == WR_OK)
		status = admit(service, w, ret_case, ret_trouble);
	ret_case->records = NULL;
	if (status == WR_OK) {
		*ret_workflow = w;
		service->changed(service->user);
		return WR_OK;
	}
done:
	workflow_free(w);
	return status;
}

void
wd_service_set(struct wd_service *service, struct wd_workflow *w, enum wd_workflow_state state)
{
	if (w->state == state)
		return;
	assert(w->state != WD_STOPPED);
	w->state = state;
	service->changed(service->user);
}

/* Does a lapse come from somebody's word (then runs fail), or from time alone (then they end)? */
static bool
taken_back(const struct wd_verdict *v)
{
	if (wd_verdict_unmet(v, WD_CODE_REJECTED) != NULL)
		return true;
	for (uint32_t i = 0; i < v->notes_len; i++)
		if (v->notes[i].code == WD_CODE_WITHDRAWN)
			return true;
	return false;
}

/* Every minute each running workflow meets the gate again. */
static void
on_regate(evutil_socket_t fd, short what, void *user)
{
	struct wd_service *service = user;

	(void)fd;
	(void)what;
	for (struct wd_workflow *w = service->workflows; w != NULL; w = w->next) {
		struct wd_case c;

		if (w->state == WD_STOPPED || w->state == WD_SUSPENDED || w->replaced)
			continue;
		if (wd_service_judge(service, w, &c) != WR_OK || !c.verdict.approved) {
			wd_service_set(service, w, WD_SUSPENDED);
			for (struct wd_run *r = service->runs; r != NULL && taken_back(&c.verdict); r = r->next)
				if (r->workflow == w)
					wd_service_cancel(r);
		}
		wd_case_free(&c);
	}
	sweep(service);
}

enum wr_status
wd_service_start(struct wd_service *service)
{
	struct timeval every = { WD_REGATE_SECONDS, 0 };

	service->regate = event_new(service->base, -1, EV_PERSIST, on_regate, service);
	return service->regate != NULL && event_add(service->regate, &every) == 0 ? WR_OK : WR_NOMEM;
}

void
wd_service_stop(struct wd_service *service)
{
	while (service->runs != NULL) {
		struct wd_run *r = service->runs;

		service->runs = r->next;
		wd_host_free(r->host);
		if (r->workflow != NULL)
			r->workflow->runs--;
		wr_buf_free(&r->output);
		free(r->leaves);
		free(r);
	}
	while (service->workflows != NULL) {
		struct wd_workflow *w = service->workflows;

		service->workflows = w->next;
		workflow_free(w);
	}
	if (service->regate != NULL)
		event_free(service->regate);
	service->regate = NULL;
}
