#ifndef WD_SERVE_SERVICE_H
#define WD_SERVE_SERVICE_H

#include "runtime/judge.h"
#include "runtime/serve/host.h"
#include "runtime/serve/records.h"
#include "runtime/serve/sealed.h"
#include "runtime/service_limits.h"

/*
 * The service without its HTTP: workflows that the gate let in, and their runs. One
 * thread, one loop. The API calls in; nothing here knows a request.
 */

enum wd_workflow_state { WD_RUNNING, WD_PAUSED, WD_SUSPENDED, WD_STOPPED };

/* `running`, `paused`, `suspended`, `stopped`. */
const char *wd_workflow_state_word(enum wd_workflow_state state);

/* A launched workflow: verified from its sealed copy, with what the gate was shown. */
struct wd_workflow {
	struct wd_workflow *next;
	char name[WR_NAME_MAX + 1];
	struct wd_digest digest;
	uint64_t version;
	enum wd_workflow_state state;
	struct wd_sealed sealed;
	struct wr_buf *earlier;         /* bytecode that it is compared with, hashed whenever it is */
	uint32_t earlier_len;
	const struct wr_text *offered;  /* during a launch: what may become that */
	uint32_t offered_len;
	struct wr_module *module;
	struct wd_dispatch *dispatch;
	struct wd_kept_records records; /* every one that was shown, to judge again */
	uint32_t records_approved;      /* of them were there when the gate last said yes */
	int64_t until;                  /* from this second on the gate must be asked before a run */
	struct wd_verdict lapsed;       /* SUSPENDED: why; else zero */
	uint32_t runs;                  /* in flight; a replaced workflow goes when they have ended */
	bool replaced;
};

/* A run that was accepted. */
struct wd_run {
	struct wd_run *next;
	struct wd_service *service;
	char id[33];
	struct wd_workflow *workflow; /* NULL once it has ended */
	struct wd_host *host;         /* NULL once it has ended */
	enum wr_run_state state;

	/* What a receipt needs, also after the workflow is gone. */
	char workflow_name[WR_NAME_MAX + 1];
	struct wd_digest workflow_digest;
	struct wr_summary_bounds used, budget;
	struct wd_host_leaf *leaves;
	size_t leaves_len;
	struct wr_buf output;         /* DONE: canonical JSON */
	struct wr_fault fault;        /* FAILED */

	uint64_t claims_seq;          /* of the claims in force when it was accepted */
	char key[WD_IDEMPOTENCY_KEY_MAX + 1]; /* the caller's, or empty */
	struct wd_digest input;       /* SHA-256 of the body, for the same key again */

	void (*ended)(void *user, struct wd_run *run); /* once; NULL: nobody waits */
	void *user;
};

struct wd_service {
	struct event_base *base;
	const struct wd_workspace *workspace;
	struct wd_chain chain;        /* its last version is the policy in force */
	struct wr_buf versions;       /* the same for others to check: what wd_policy_files_publish writes */
	struct wd_bindings bindings;
	struct wr_text environment;
	struct wr_text evidence;      /* `software` */
	struct wd_workflow *workflows; /* one a name, and replaced ones that still run */
	struct wd_run *runs;          /* newest first */
	uint32_t in_flight;
	struct event *regate;
	void (*changed)(void *user);  /* what runs has changed: new claims */
	void *user;
};

/* Starts the clock of the gate. WR_OK or WR_NOMEM. */
WR_MUST_CHECK enum wr_status wd_service_start(struct wd_service *service);

/* Gives up runs in flight; nobody is told any more. */
void wd_service_stop(struct wd_service *service);

/* The workflow that answers to a name, stopped ones included, or NULL. */
struct wd_workflow *wd_service_find(struct wd_service *service, struct wr_text name);
struct wd_run *wd_service_run(struct wd_service *service, struct wr_text id);

/* Bytecode and records to the gate, and what came of it. */
struct wd_launch {
	struct wr_text bytecode;
	const struct wr_text *earlier; /* bytecode that it is compared with */
	uint32_t earlier_len;
	const struct wr_text *records;
	uint32_t records_len;
	bool rollback;

	struct wd_case verdict;       /* for every reason why not; wd_case_free it in any event */
	struct wd_workflow *workflow; /* with WR_OK */
	bool refreshed;               /* it was there: it has the new records now, and its state */
	struct wd_trouble trouble;    /* with WR_LIMIT and WR_IO, and with WR_REFUSED when the verdict approves */
};

/*
 * Launch: seal, verify, judge; then it runs, in place of the one of its name. Bytecode that
 * runs already is judged again with what the new records add; no longer approved, it is suspended.
 *
 * WR_OK, WR_REFUSED (see the verdict; when that approves, a backend cannot be reached as
 * bound), WR_LIMIT (too many workflows or records), WR_IO or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_service_launch(struct wd_service *service, struct wd_launch *launch);

/*
 * A launched workflow meets the gate again, and obeys: no longer approved (or not judged, for want
 * of memory) it is suspended, and when that is somebody's word, not time alone, its runs fail.
 * Approved, it keeps its state; with `resume` it runs. The caller frees the case.
 *
 * WR_OK whatever the verdict; else WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wd_service_regate(struct wd_service *service, struct wd_workflow *workflow, bool resume,
    struct wd_case *ret_case);

/* May a new run begin, this second? Asks the gate when an approval may have run out. */
bool wd_service_open(struct wd_service *service, struct wd_workflow *workflow);

/* New runs are refused, runs in flight end: PAUSED or STOPPED, which is terminal. */
void wd_service_set(struct wd_service *service, struct wd_workflow *workflow, enum wd_workflow_state state);

/*
 * Start a run of a RUNNING workflow.
 *
 *   ret_run    the service's; `ended` may be set until the loop turns
 *   ret_fault  written with WR_INVALID and WR_LIMIT
 *
 * WR_OK, WR_INVALID (the input), WR_LIMIT (a limit of the run), WR_STALE (too many runs in flight) or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_service_call(struct wd_service *service, struct wd_workflow *workflow,
    struct wr_text input, struct wd_run **ret_run, struct wr_fault *ret_fault);

/* Ends a run in flight as `cancelled`; why is static. */
void wd_service_cancel(struct wd_run *run, const char *why);

#endif
