#ifndef WR_VM_RUN_H
#define WR_VM_RUN_H

#include "vm/eval.h"
#include "vm/json.h"
#include "vm/writ_vm.h"

/*
 * Inside the machine: what run.c, run_plan.c, run_calls.c and render.c share.
 *
 * A frame is one block that is being executed. Its own nodes wait for the nodes of the
 * same block that they mention (owners: that their blocks mention); what they mention outside is
 * finished before the frame opens. A finished frame is the value of its owner.
 */

/* Who waits for whom, in one code. Immutable. */
struct wr_run_plan {
	const uint32_t *waits; /* node: how many finished nodes of its block it needs */
	const uint32_t *users; /* users[users_at[n] ...users_at[n + 1]]: who waits for node n */
	const uint32_t *users_at;
	const bool *live;     /* node: it calls or requires, itself or inside its blocks */
	const uint32_t *site; /* CALL: the how-manieth call of its agent by number, from 1 */
	uint32_t calls_len;
};

/* WR_OK, WR_LIMIT (a FOR that calls: no machine of this version runs it) or WR_NOMEM. Linear. */
WR_MUST_CHECK enum wr_status wr_run_plan_make(
    const struct wr_module *module, struct wr_arena *arena, struct wr_run_plan *ret);

struct wr_frame {
	struct wr_scope scope; /* outer: of the frame around it */
	struct wr_frame *around;
	uint32_t block;
	uint32_t index;  /* in run.frames */
	uint32_t *waits; /* waits[n - scope.first] */
	uint32_t left;   /* own nodes that are not finished */
};

/* Keys come out least first. Room is reserved: pushing cannot fail. */
struct wr_queue {
	uint64_t *at;
	uint32_t len, room;
};

void wr_queue_push(struct wr_queue *q, uint64_t key);
uint64_t wr_queue_pop(struct wr_queue *q);

enum wr_job_state {
	WR_JOB_FRESH, /* rendered, not yet taken by the host */
	WR_JOB_SENT,  /* with the host */
	WR_JOB_AGAIN, /* failed, to be sent again; it keeps its place in the width */
	WR_JOB_DONE,
};

/* A CALL that has started. */
struct wr_job {
	struct wr_frame *frame;
	uint32_t node;
	enum wr_job_state state;
	bool taken;            /* answered, but memory was short for what follows */
	struct wr_arena arena; /* the request */
	struct wr_call call;
};

struct wr_run {
	const struct wr_module *module;
	const struct wr_alloc *alloc;
	enum wr_run_state state;
	struct wr_arena store; /* what the machine itself needs */
	struct wr_arena heap;  /* values, bounded */
	struct wr_eval eval;
	struct wr_run_plan plan;
	struct wr_frame **frames;
	uint32_t frames_len;
	struct wr_job *jobs;
	uint32_t jobs_len;
	struct wr_queue ready; /* node << 32 | frame */
	struct wr_queue fresh; /* node << 32 | job */
	struct wr_queue again; /* the same */
	uint32_t in_flight;    /* jobs SENT or AGAIN */
	struct wr_summary_bounds used, allowed;
	struct wr_buf output;
	struct wr_fault fault;
	char reason[512];
};

/* Go on until everything that can be done without an answer is done. WR_NOMEM: call it again. */
WR_MUST_CHECK enum wr_status wr_run_pump(struct wr_run *run);

/* A node has its value, or has passed: whoever waited for it alone is ready. */
void wr_run_finish(struct wr_run *run, struct wr_frame *frame, uint32_t node);

/* End the run with a fault; the first one counts. */
void wr_run_stop(struct wr_run *run, const char *code, struct wr_text detail);

/* The same for the evaluator's or an arena's WR_LIMIT. */
void wr_run_stop_at_limit(struct wr_run *run);

/* Start the CALL of a frame: render its request and queue it. WR_OK (also when the run stopped) or
 * WR_NOMEM. */
WR_MUST_CHECK enum wr_status wr_job_start(
    struct wr_run *run, struct wr_frame *frame, uint32_t node);

/*
 * Render what an adaptor is told: parts, schema, form, kind, names, time-out. Allocated in
 * e->arena.
 *
 * WR_OK, WR_LIMIT or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wr_render(struct wr_eval *e, const struct wr_module *module,
    const struct wr_agent *agent, const struct wr_value *args, struct wr_call *call);

/* Append what fits of untrusted bytes: not UTF-8 and NUL become `?`. */
void wr_str_add_untrusted(char *to, size_t room, struct wr_text t);

#endif
