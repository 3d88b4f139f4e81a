/* Which workflows run. Decides nothing about that itself: the gate does, and this file obeys it. */
#include "runtime/serve/service.h"

#include <assert.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/seen.h"
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
	for (uint32_t i = 0; i < w->earlier_len; i++)
		wr_buf_free(&w->earlier[i]);
	free(w->earlier);
	wd_records_free(&w->records);
	if (w->lapsed.arena.alloc != NULL)
		wd_verdict_free(&w->lapsed);
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
is_that(struct wr_text bytes, const struct wd_digest *digest)
{
	struct wd_digest got = wd_sha256(bytes);

	return bytes.size > 0 && wd_digest_eq(&got, digest);
}

/* Keep bytecode that came with a launch: the gate asked for it, and will again. */
static enum wr_status
keep(struct wd_workflow *w, struct wr_text bytes)
{
	struct wr_buf *grown = realloc(w->earlier, (w->earlier_len + 1) * sizeof *grown);

	if (grown == NULL)
		return WR_NOMEM;
	w->earlier = grown;
	wr_buf_init(&grown[w->earlier_len], wd_alloc(), WR_MODULE_MAX);
	wr_buf_text(&grown[w->earlier_len++], bytes);
	return grown[w->earlier_len - 1].status;
}

static enum wr_status
fetch(void *user, const struct wd_digest *digest, struct wr_buf *bytes)
{
	struct wd_workflow *w = user;
	enum wr_status status = WR_ABSENT;

	for (uint32_t i = 0; i < w->earlier_len && bytes->size == 0; i++)
		if (is_that(wr_buf_view(&w->earlier[i]), digest))
			wr_buf_text(bytes, wr_buf_view(&w->earlier[i]));
	for (uint32_t i = 0; i < w->offered_len && bytes->size == 0; i++)
		if (is_that(w->offered[i], digest)) {
			status = keep(w, w->offered[i]);
			wr_buf_text(bytes, w->offered[i]);
		}
	return bytes->size > 0 ? bytes->status : status;
}

/* Judge a workflow by all that was said about it. The case borrows nothing but the sealed bytes. */
static enum wr_status
judge(const struct wd_service *service, struct wd_workflow *w, struct wd_case *c)
{
	struct wr_text *texts = calloc((size_t)w->records.len + 1, sizeof *texts);
	enum wr_status status;

	c->chain = &service->chain;
	c->bindings = &service->bindings;
	c->bytes = w->sealed.bytes;
	c->environment = service->environment;
	c->evidence = service->evidence;
	c->now = (int64_t)time(NULL);
	c->fetch = fetch;
	c->user = w;
	if (texts == NULL)
		return WR_NOMEM;
	for (uint32_t i = 0; i < w->records.len; i++)
		texts[i] = w->records.at[i].envelope;
	c->records = texts;
	c->records_len = w->records.len;
	status = wd_judge(c);
	free(texts); /* the verdict speaks of records by index */
	c->records = NULL;
	return status;
}

void
wd_service_set(struct wd_service *service, struct wd_workflow *w, enum wd_workflow_state state)
{
	if (w->state == state)
		return;
	assert(w->state != WD_STOPPED);
	if (w->lapsed.arena.alloc != NULL)
		wd_verdict_free(&w->lapsed);
	w->state = state;
	service->changed(service->user);
}

/* Does a lapse come from somebody's new word (then runs fail), or from time alone (then they end)? */
static bool
taken_back(const struct wd_workflow *w, const struct wd_verdict *v)
{
	if (w->records.len == w->records_approved)
		return false;
	if (wd_verdict_unmet(v, WD_CODE_REJECTED) != NULL)
		return true;
	for (uint32_t i = 0; i < v->notes_len; i++)
		if (v->notes[i].code == WD_CODE_WITHDRAWN)
			return true;
	return false;
}

enum wr_status
wd_service_regate(struct wd_service *service, struct wd_workflow *w, bool resume, struct wd_case *ret_case)
{
	enum wr_status status;
	bool back;

	*ret_case = (struct wd_case){ 0 };
	status = judge(service, w, ret_case);
	if (status == WR_OK && ret_case->verdict.approved) {
		w->until = ret_case->verdict.until;
		w->records_approved = w->records.len;
		if (resume && w->state != WD_STOPPED)
			wd_service_set(service, w, WD_RUNNING);
		return WR_OK;
	}
	back = status == WR_OK && taken_back(w, &ret_case->verdict);
	for (struct wd_run *r = service->runs; r != NULL && back; r = r->next)
		if (r->workflow == w)
			wd_service_cancel(r, "the approval of the workflow was taken back");
	if (w->state == WD_STOPPED || w->replaced)
		return status;
	wd_service_set(service, w, WD_SUSPENDED);
	if (w->lapsed.arena.alloc != NULL)
		wd_verdict_free(&w->lapsed);
	w->lapsed = ret_case->verdict;
	ret_case->verdict.arena.alloc = NULL; /* the workflow's now; still to be read here */
	return status;
}

bool
wd_service_open(struct wd_service *service, struct wd_workflow *w)
{
	struct wd_case c;

	if (w->state == WD_RUNNING && (int64_t)time(NULL) >= w->until) {
		(void)!wd_service_regate(service, w, false, &c);
		wd_case_free(&c);
	}
	return w->state == WD_RUNNING;
}

/* Every minute what runs, and what still has runs, meets the gate again. */
static void
on_regate(evutil_socket_t fd, short what, void *user)
{
	struct wd_service *service = user;

	(void)fd;
	(void)what;
	for (struct wd_workflow *w = service->workflows; w != NULL; w = w->next) {
		bool runs = !w->replaced && (w->state == WD_RUNNING || w->state == WD_PAUSED);
		struct wd_case c;

		if (!runs && w->runs == 0)
			continue;
		(void)!wd_service_regate(service, w, false, &c);
		wd_case_free(&c);
	}
	sweep(service);
}

/* ---- launch ----------------------------------------------------------------------------- */

/* Trouble with .writ/state goes to whoever launches. Frees why. */
static enum wr_status
tell(enum wr_status status, struct wr_buf *why, struct wd_launch *launch)
{
	if (status != WR_OK && status != WR_NOMEM) {
		wd_trouble_set(&launch->trouble, "%s", why->at);
		status = WR_IO;
	}
	wr_buf_free(why);
	return status;
}

/* The highest version that ran under its name, in this service or another of this workspace. */
static enum wr_status
recall(const struct wd_service *service, const struct wd_workflow *w, uint64_t *ret_version, struct wd_launch *launch)
{
	struct wr_buf why;
	enum wr_status status;

	wr_buf_init(&why, wd_alloc(), 2 * PATH_MAX);
	status = wd_seen_version(service->workspace, service->environment, w->name, ret_version, &why);
	return tell(status, &why, launch);
}

/* Before it runs: a version that nobody remembers could be replaced by an earlier one. */
static enum wr_status
remember(const struct wd_service *service, const struct wd_workflow *w, uint64_t version, struct wd_launch *launch)
{
	struct wr_buf why;
	enum wr_status status;

	wr_buf_init(&why, wd_alloc(), 2 * PATH_MAX);
	status = wd_seen_version_keep(
	    service->workspace, service->environment, w->name, version, &w->digest, &why);
	return tell(status, &why, launch);
}

static enum wr_status
add_records(const struct wd_service *service, struct wd_workflow *w, struct wd_launch *launch)
{
	enum wr_status status = WR_OK;

	for (uint32_t i = 0; i < launch->records_len && status == WR_OK; i++)
		status = wd_records_add(&w->records, &service->chain.policy, launch->records[i]);
	if (status == WR_LIMIT)
		wd_trouble_set(&launch->trouble, "this service keeps at most %u records about a workflow", WD_RECORDS_KEPT);
	return status;
}

/* What is said about bytecode reaches its runs too that go on under a stop or a successor. */
static void
tell_leftovers(struct wd_service *service, const struct wd_digest *digest, struct wd_launch *launch)
{
	for (struct wd_workflow *w = service->workflows; w != NULL; w = w->next) {
		struct wd_case c;

		if ((!w->replaced && w->state != WD_STOPPED) || w->runs == 0 || !wd_digest_eq(&w->digest, digest) ||
		    add_records(service, w, launch) != WR_OK)
			continue;
		(void)!wd_service_regate(service, w, false, &c);
		wd_case_free(&c);
	}
}

static void
offer(struct wd_workflow *w, const struct wd_launch *launch)
{
	w->offered = launch->earlier;
	w->offered_len = launch->earlier_len;
}

/* It runs already: judge it with what is new. */
static enum wr_status
refresh(struct wd_service *service, struct wd_workflow *w, struct wd_launch *launch)
{
	enum wr_status status = add_records(service, w, launch);

	offer(w, launch);
	if (status == WR_OK)
		status = wd_service_regate(service, w, w->state == WD_SUSPENDED, &launch->verdict);
	w->offered_len = 0;
	if (status == WR_OK && !launch->verdict.verdict.approved)
		status = WR_REFUSED;
	if (status != WR_OK)
		return status;
	if (w->version != launch->verdict.verdict.version) {
		status = remember(service, w, launch->verdict.verdict.version, launch);
		if (status != WR_OK)
			return status;
		w->version = launch->verdict.verdict.version;
		service->changed(service->user);
	}
	launch->workflow = w;
	launch->refreshed = true;
	return WR_OK;
}

static bool
has_room(const struct wd_service *service, const struct wd_workflow *old)
{
	uint32_t len = 0;

	for (const struct wd_workflow *w = service->workflows; w != NULL; w = w->next)
		len += w != old || w->runs > 0;
	return len < WD_WORKFLOWS_MAX;
}

/* Approved: give it its backends and its name. */
static enum wr_status
admit(struct wd_service *service, struct wd_workflow *w, struct wd_workflow *old, struct wd_launch *launch)
{
	struct wd_case *c = &launch->verdict;
	enum wr_status status;

	if (!has_room(service, old)) {
		wd_trouble_set(&launch->trouble, "this service has launched as many workflows as it may");
		return WR_LIMIT;
	}
	w->module = c->module;
	c->module = NULL;
	w->digest = c->digest;
	w->version = c->verdict.version;
	w->until = c->verdict.until;
	w->records_approved = w->records.len;
	status = wd_dispatch_new(service->base, wd_alloc(), &w->dispatch);
	if (status == WR_OK)
		status = wd_bind_backends(w->dispatch, w->module, &service->chain.policy, &service->bindings, service->workspace->root,
		    NULL, NULL, NULL, &launch->trouble);
	if (status != WR_OK)
		return status == WR_NOMEM ? status : WR_REFUSED;
	status = remember(service, w, w->version, launch);
	if (status != WR_OK)
		return status;
	if (old != NULL)
		old->replaced = true;
	w->state = WD_RUNNING;
	w->next = service->workflows;
	service->workflows = w;
	sweep(service);
	return WR_OK;
}

/* With what was said before under its name: that is what it must follow, and nothing of it is forgotten. */
static enum wr_status
judge_new(struct wd_service *service, struct wd_workflow *w, struct wd_workflow *old, struct wd_launch *launch)
{
	struct wd_case *c = &launch->verdict;
	enum wr_status status = add_records(service, w, launch);

	c->rollback = launch->rollback;
	if (old != NULL) {
		c->has_running = old->state != WD_STOPPED;
		c->running = old->digest;
		if (status == WR_OK)
			status = wd_records_join(&w->records, &old->records);
		if (status == WR_LIMIT && launch->trouble.text[0] == '\0')
			wd_trouble_set(&launch->trouble, "more than %u records have been shown under this name",
			    WD_RECORDS_KEPT);
	}
	if (status == WR_OK && w->name[0] != '\0')
		status = recall(service, w, &c->version_seen, launch);
	offer(w, launch);
	if (status == WR_OK)
		status = judge(service, w, c);
	w->offered_len = 0;
	return status == WR_OK && !c->verdict.approved ? WR_REFUSED : status;
}

enum wr_status
wd_service_launch(struct wd_service *service, struct wd_launch *launch)
{
	struct wd_digest digest = wd_sha256(launch->bytecode);
	struct wd_workflow *w = calloc(1, sizeof *w), *old = NULL;
	enum wr_status status;

	assert(launch->bytecode.size > 0);
	if (w == NULL)
		return WR_NOMEM;
	w->sealed.fd = -1;
	status = wd_seal(launch->bytecode, &w->sealed);
	if (status == WR_OK)
		status = wd_workflow_name(w->sealed.bytes, w->name);
	if (status != WR_OK)
		goto done;
	old = wd_service_find(service, wr_text_of(w->name));
	tell_leftovers(service, &digest, launch);
	if (old != NULL && old->state != WD_STOPPED && wd_digest_eq(&old->digest, &digest)) {
		status = refresh(service, old, launch);
		goto done;
	}
	status = judge_new(service, w, old, launch);
	if (status == WR_OK)
		status = admit(service, w, old, launch);
	if (status == WR_OK) {
		launch->workflow = w;
		service->changed(service->user);
		return WR_OK;
	}
done:
	workflow_free(w);
	return status;
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
