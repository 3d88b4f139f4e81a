#ifndef WR_VM_RUN_H
#define WR_VM_RUN_H

#include "vm/eval.h"
#include "vm/json.h"
#include "vm/writ_vm.h"

/*
 * Inside the machine: what run.c, run_plan.c, run_calls.c and render.c share.
 *
 * A frame is one block that is being executed, once for each item when it is the body of a FOR, for
 * each round when it is a LOOP's. Its
 * own nodes wait for the nodes of the same block that they mention (owners: that their blocks
 * mention); what they mention outside is finished before the frame opens. A finished frame
 * is the value of its owner, or one item of it.
 */

/* Who waits for whom, in one code. Immutable. */
struct wr_run_plan {
	const uint32_t *waits; /* node: how many finished nodes of its block it needs */
	const uint32_t *users; /* users[users_at[n] ...users_at[n + 1]]: who waits for node n */
	const uint32_t *users_at;
	const bool *live;     /* node: it calls or requires, itself or inside its blocks */
	const uint32_t *site; /* CALL: the how-manieth of its agent by number, from 1. FOR, LOOP that is live: of those */
	const bool *chooses;  /* node: the condition of the FOR in whose body it stands needs it */
};

/* WR_OK or WR_NOMEM. Linear. */
WR_MUST_CHECK enum wr_status wr_run_plan_make(
    const struct wr_module *module, struct wr_arena *arena, struct wr_run_plan *ret);

struct wr_frame {
	struct wr_scope scope; /* outer: of the frame around it */
	struct wr_frame *around; /* while it is spare: the next one */
	struct wr_each *each;    /* the FOR whose item this is, the LOOP whose round; or NULL */
	uint32_t item;
	uint32_t block;
	uint32_t index;  /* in run.frames */
	uint32_t began;  /* the how-manieth frame of the run: FORs begin their items in order. WR_NONE: spare */
	uint32_t *waits; /* waits[n - scope.first] */
	uint32_t own;    /* nodes that stand in the block itself */
	uint32_t left;   /* those that are not finished */
	struct wr_frame *inside;        /* the first of those that it is around of */
	struct wr_frame *next, **here;  /* in the list of the one around; here is NULL while it is spare */
	struct wr_job *jobs;            /* its CALLs that are under way */
};

/* A FOR or LOOP with calls inside that has started. */
struct wr_each {
	struct wr_frame *frame; /* where it stands */
	uint32_t began;         /* of that frame: when it says another, it was given up, and this too */
	uint32_t node;
	struct wr_value list;
	struct wr_value *items; /* by item: UNSET while it is not there, or left out */
	struct wr_value *keys;  /* NULL when nothing is sorted */
	uint32_t len;           /* of items */
	uint32_t next;          /* item to open, or round */
	struct wr_value state;  /* of a LOOP: after the rounds that have ended */
	bool done;              /* LOOP: there is no other round */
	uint64_t open, most;    /* frames of items now, and at most */
	bool queued;            /* in run.turns */
	struct wr_each *next_turn;
};

/* Entries come out least key first. Room is reserved: pushing cannot fail. */
struct wr_entry {
	uint64_t key;   /* node << 32 | when it began */
	uint32_t index; /* of a frame or a job */
};

struct wr_queue {
	struct wr_entry *at;
	uint32_t len, room;
};

void wr_queue_push(struct wr_queue *q, struct wr_entry entry);
struct wr_entry wr_queue_pop(struct wr_queue *q);

enum wr_job_state {
	WR_JOB_FRESH, /* rendered, not yet taken by the host */
	WR_JOB_SENT,  /* with the host */
	WR_JOB_AGAIN, /* failed, to be sent again; it keeps its place in the width */
	WR_JOB_VOID,  /* with the host, which is to learn that nobody waits for it */
};

/* A CALL that has started. */
struct wr_job {
	struct wr_frame *frame;
	struct wr_job *next, **here; /* in the list of the frame, or of run.voids; here is NULL in none */
	uint32_t node;
	uint32_t agent;        /* that of the node, or a fallback */
	enum wr_job_state state;
	bool taken;            /* answered, or its failure caught, but memory was short for what follows */
	bool invalid;          /* taken: the answer did not fit */
	uint32_t index;        /* in run.jobs */
	struct wr_arena arena; /* the request */
	struct wr_call call;
};

struct wr_run {
	const struct wr_module *module;
	const struct wr_alloc *alloc;
	enum wr_run_state state;
	struct wr_arena store; /* what the machine itself needs */
	struct wr_arena heap;  /* values, bounded */
	struct wr_arena rooms; /* frames, bounded as the heap is */
	struct wr_eval eval;
	struct wr_run_plan plan;
	struct wr_frame **frames; /* all that were ever made, spare ones too */
	uint32_t frames_len, frames_room;
	struct wr_frame **spare;  /* by block */
	uint32_t began;           /* frames so far */
	uint64_t own_len;         /* nodes of open frames */
	struct wr_each *turns;    /* FORs and LOOPs that may go on */
	struct wr_job **jobs;     /* by index; NULL when it is settled */
	uint32_t jobs_len, jobs_room;
	uint32_t jobs_left;       /* those that are not settled */
	size_t requests_size;     /* of those that are not VOID, rendered */
	struct wr_job *voids;     /* VOID */
	struct wr_queue ready; /* of frames; some may have been given up since */
	struct wr_queue fresh; /* of jobs; likewise */
	struct wr_queue again; /* of jobs; likewise */
	uint32_t in_flight;    /* jobs SENT or AGAIN */
	struct wr_summary_bounds used, allowed;
	struct wr_buf output;
	struct wr_fault fault;
	char reason[512];
};

/* Go on until everything that can be done without an answer is done. WR_NOMEM: call it again. */
WR_MUST_CHECK enum wr_status wr_run_pump(struct wr_run *run);

/* Make room for need items of this size in an array (the address of its pointer). False: memory. */
bool wr_run_reserve(struct wr_run *run, void *array, uint32_t *room, uint64_t need, size_t size);

/*
 * Open the frame of the flow, of the arm of a MATCH, of the first block of a TRY or DO (which is finished
 * when all that it calls has ended), start a FOR, a LOOP. WR_OK, WR_LIMIT or WR_NOMEM (as before).
 */
WR_MUST_CHECK enum wr_status wr_run_open(struct wr_run *run, const struct wr_value *inputs);
WR_MUST_CHECK enum wr_status wr_run_match(struct wr_run *run, struct wr_frame *frame, uint32_t node);
WR_MUST_CHECK enum wr_status wr_run_first(struct wr_run *run, struct wr_frame *frame, uint32_t node);
WR_MUST_CHECK enum wr_status wr_run_for(struct wr_run *run, struct wr_frame *frame, uint32_t node);
WR_MUST_CHECK enum wr_status wr_run_loop(struct wr_run *run, struct wr_frame *frame, uint32_t node);

/*
 * A call has failed for good: the innermost TRY that it is tried in gives up all that is under way in
 * its first block and begins its second; the job is taken then, and in no frame. Linear in what is given up.
 *
 * WR_OK, WR_ABSENT (nothing catches it), WR_LIMIT or WR_NOMEM; with these all is as before.
 */
WR_MUST_CHECK enum wr_status wr_run_catch(struct wr_run *run, struct wr_job *job);

/* The first of the FORs and LOOPs that may go on does, as far as it can: to items or a round, or to its end. */
WR_MUST_CHECK enum wr_status wr_run_advance(struct wr_run *run);

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

/* Forget a job and its request; NULL is allowed. */
void wr_job_free(struct wr_run *run, struct wr_job *job);

/* Take a job out of the list that it is in. */
void wr_job_leave(struct wr_job *job);

/* Nobody waits for it any more: forgets it, unless the host has it and must learn of it first. */
void wr_job_void(struct wr_run *run, struct wr_job *job);

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
