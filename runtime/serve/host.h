#ifndef WD_SERVE_HOST_H
#define WD_SERVE_HOST_H

#include "runtime/backend/dispatch.h"
#include "runtime/trust/crypto.h"
#include "vm/base/limits.h"
#include "vm/writ_vm.h"

/*
 * One run on an event loop: takes the machine's calls to the dispatcher and the
 * answers back, keeps what a receipt needs of each call, and holds the run's deadline.
 * `writ run` and `writd` drive runs through this file alone.
 */
struct wd_host;

/* One attempt of one call, finished. Needs nothing of the module any more. */
struct wd_host_leaf {
	char path[WR_PATH_SIZE];     /* of the call */
	char agent[WR_NAME_MAX + 1], backend[WR_NAME_MAX + 1];
	const char *adaptor, *class; /* static */
	uint32_t attempt;
	const char *status;          /* `ok`, the failure's word, `cancelled`, or `outcome-unknown`: an effect may have happened */
	uint8_t salt[16];            /* random; both digests are SHA-256(salt ‖ bytes) */
	struct wd_digest request;    /* of wd_call_write's bytes */
	struct wd_digest response;   /* of the answer's text, or of the failure's detail */
	uint64_t tokens;
};

/* What happens, for traces and progress. */
struct wd_host_event {
	enum { WD_HOST_SENT, WD_HOST_ANSWERED, WD_HOST_FAILED, WD_HOST_CANCELLED /* by `try` */ } what;
	uint64_t at_ms;          /* since the run began */
	const char *path;
	uint32_t attempt;
	struct wr_text agent, backend;
	const char *reason;      /* FAILED: `unavailable: connection refused …` */
	uint32_t delay_ms;       /* SENT: it waits so long first */
	const struct wr_call *call;     /* SENT: all of it; else its id alone */
	const struct wd_answer *answer; /* ANSWERED, FAILED: what came; else NULL */
};

struct wd_host_options {
	const char *key;         /* names the run to backends: `draft/…` or the run's id; copied */
	uint64_t calls_max, tokens_max, time_max_ms; /* tighter than the promise; 0: the promise */
	void (*event)(void *user, const struct wd_host_event *event); /* or NULL */
	/* May answer or fail a call itself, in place of the backend; true: it did. Or NULL. */
	bool (*instead)(void *user, struct wr_run *run, const struct wr_call *call);
	void (*done)(void *user, struct wd_host *host); /* once, on the loop, never from inside wd_host_start */
	void *user;
};

/*
 * Start a run. module and dispatch must outlive the host. Input that does not fit is told here,
 * everything later through options->done, after which the caller frees the host.
 *
 *   ret_fault  written with WR_INVALID and WR_LIMIT
 *
 * WR_OK, WR_INVALID, WR_LIMIT or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_host_start(struct event_base *base, struct wd_dispatch *dispatch,
    const struct wr_module *module, const struct wd_host_options *options, struct wr_text input,
    struct wd_host **ret_host, struct wr_fault *ret_fault);

/* Cancels what is in flight. NULL is allowed. */
void wd_host_free(struct wd_host *host);

/* End it now; done is called. code is static. */
void wd_host_cancel(struct wd_host *host, const char *code, const char *detail);

/* The run, for its state, output, fault and what it used. */
const struct wr_run *wd_host_run(const struct wd_host *host);

/* An effect was in flight when it was given up, by `try` or from outside: it may have happened. */
bool wd_host_outcome_unknown(const struct wd_host *host);

/* Milliseconds from start to end, or to now. */
uint64_t wd_host_time_ms(const struct wd_host *host);

/* What was done, once it has ended, in order of (path, attempt) so that equal runs have equal lists. */
size_t wd_host_leaves_len(const struct wd_host *host);
const struct wd_host_leaf *wd_host_leaf(const struct wd_host *host, size_t i);

/* The bytes of a request that its digest is over: canonical JSON of agent, backend and parts. */
void wd_call_write(const struct wr_call *call, struct wr_buf *buf);

/*
 * Can every agent of a module be served as it is bound? Backends present, of the right kind, modes
 * known. The first that cannot: WR_REFUSED with ret_trouble. Else WR_OK. Of agents that `stubbed` says
 * are never asked, and of backends that have no other agents, nothing is demanded; NULL: there are none.
 */
typedef bool (*wd_stubbed_fn)(const void *user, struct wr_text agent);

bool wd_host_asks(const struct wr_summary *summary, uint32_t backend, wd_stubbed_fn stubbed, const void *user);

WR_MUST_CHECK enum wr_status wd_host_fits(const struct wr_module *module, const struct wd_dispatch *dispatch,
    wd_stubbed_fn stubbed, const void *user, struct wd_trouble *ret_trouble);

#endif
