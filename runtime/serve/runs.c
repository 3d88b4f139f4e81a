/* Runs of the service: started, ended, kept for a while. */
#include "runtime/serve/service.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/sysalloc.h"
#include "runtime/trust/receipt.h"

#define OUTPUT_MAX (64u << 20)

struct wd_run *
wd_service_run(struct wd_service *service, struct wr_text id)
{
	for (struct wd_run *r = service->runs; r != NULL; r = r->next)
		if (wr_text_eq(wr_text_of(r->id), id))
			return r;
	return NULL;
}

/* The oldest ended runs go once too many are kept. */
static void
forget_old(struct wd_service *service)
{
	struct wd_run **at = &service->runs;
	size_t seen = 0, bytes = 0;

	while (*at != NULL) {
		struct wd_run *r = *at;
		bool ended = r->host == NULL && r->ended == NULL;

		if (ended)
			bytes += r->output.size + r->leaves_len * sizeof *r->leaves;
		if (!ended || (++seen <= WD_RUNS_KEPT && bytes <= WD_KEPT_BYTES_MAX)) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		wr_buf_free(&r->output);
		free(r->leaves);
		free(r);
	}
}

/* What outlives the host: outcome, use, leaves. */
static void
keep(struct wd_run *r, struct wd_host *host)
{
	const struct wr_run *run = wd_host_run(host);

	r->state = wr_run_state(run);
	r->used = wr_run_used(run);
	r->used.time_ms = wd_host_time_ms(host);
	if (r->state == WR_RUN_DONE)
		wr_buf_text(&r->output, wr_run_output(run));
	else
		r->fault = *wr_run_fault(run);
	r->fault.outcome_unknown |= wd_host_outcome_unknown(host);
	r->leaves_len = wd_host_leaves_len(host);
	r->leaves = calloc(r->leaves_len + 1, sizeof *r->leaves);
	for (size_t i = 0; r->leaves != NULL && i < r->leaves_len; i++)
		r->leaves[i] = *wd_host_leaf(host, i);
	if (r->leaves != NULL && r->output.status == WR_OK)
		return;
	/* Without a complete record there is no answer. */
	r->leaves_len = 0;
	r->state = WR_RUN_FAILED;
	r->fault = (struct wr_fault){ .code = "heap", .detail = "the service is out of memory" };
}

static void
on_done(void *user, struct wd_host *host)
{
	struct wd_run *r = user;
	void (*ended)(void *, struct wd_run *) = r->ended;

	keep(r, host);
	r->ended = NULL;
	if (ended != NULL)
		ended(r->user, r);
	r->host = NULL;
	wd_host_free(host);
	assert(r->workflow->runs > 0 && r->service->in_flight > 0);
	r->workflow->runs--;
	r->service->in_flight--;
	r->workflow = NULL;
}

enum wr_status
wd_service_call(struct wd_service *service, struct wd_workflow *w, struct wr_text input, struct wd_run **ret_run,
    struct wr_fault *ret_fault)
{
	/* a call more than a receipt holds would be one that nobody can account for */
	struct wd_host_options options = { .done = on_done, .calls_max = WD_LEAVES_MAX };
	struct wd_run *r;
	uint8_t id[16];
	enum wr_status status;

	assert(w->state == WD_RUNNING);
	if (service->in_flight >= WD_RUNS_MAX)
		return WR_STALE;
	r = calloc(1, sizeof *r);
	if (r == NULL || wd_random(id, sizeof id) != WR_OK) {
		free(r);
		return WR_NOMEM;
	}
	for (size_t i = 0; i < sizeof id; i++)
		(void)snprintf(r->id + 2 * i, 3, "%02x", id[i]);
	wr_buf_init(&r->output, wd_alloc(), OUTPUT_MAX);
	options.user = r;
	options.key = r->id;
	status = wd_host_start(service->base, w->dispatch, w->module, &options, input, &r->host, ret_fault);
	if (status != WR_OK) {
		free(r);
		return status;
	}
	memcpy(r->workflow_name, w->name, sizeof r->workflow_name);
	r->workflow_digest = w->digest;
	r->budget = wr_module_summary(w->module)->promised;
	r->input = wd_sha256(input);
	r->workflow = w;
	r->service = service;
	service->in_flight++;
	w->runs++;
	r->next = service->runs;
	service->runs = r;
	forget_old(service);
	*ret_run = r;
	return WR_OK;
}

void
wd_service_cancel(struct wd_run *run, const char *why)
{
	if (run->host != NULL)
		wd_host_cancel(run->host, "cancelled", why);
}
