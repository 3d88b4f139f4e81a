#ifndef WR_WRIT_VM_H
#define WR_WRIT_VM_H

/*
 * The machine. Load verified bytecode, start runs, take calls, give answers.
 *
 * The library does no I/O, reads no clock and no environment, starts no thread,
 * keeps no global. A module is immutable once loaded and may be shared by threads;
 * a run belongs to one thread at a time. Everything it needs from the host
 * comes through `struct wr_alloc` and these functions.
 *
 *	struct wr_module *m;
 *	struct wr_run *r;
 *	struct wr_call call;
 *
 *	wr_load(bytes, size, alloc, &m, &refusal);
 *	wr_run_start(m, alloc, NULL, input, &r, &fault);
 *	while (wr_run_state(r) == WR_RUN_WAITING) {
 *		while (wr_run_next(r, &call))
 *			... send call.parts to call.backend, later: ...
 *		wr_run_answer(r, call.id, result, tokens);    or wr_run_fail(...)
 *	}
 *	wr_run_output(r);  or wr_run_fault(r);
 */

#include "vm/base/alloc.h"
#include "vm/base/buf.h"
#include "vm/base/status.h"
#include "vm/base/text.h"

struct wr_module;
struct wr_run;

/* ---- load ------------------------------------------------------------------- */

/* Why a module was refused: where, and what. Texts live as long as the struct. */
struct wr_load_refusal {
	const char *code;  /* stable: `label-clearance`, `not-minimal` */
	const char *why;   /* a phrase for people */
	char where[96];    /* `byte 12`, `flow node 7`, `agent assess node 3` */
};

/*
 * Decode and verify. After WR_OK the module can run without any further check, and
 * no other bytes mean the same program. The bytes are not kept.
 *
 *   alloc        must outlive the module
 *   ret_module   free with wr_module_free
 *   ret_refusal  written with WR_MALFORMED, WR_REFUSED and WR_LIMIT
 *
 * WR_OK, WR_MALFORMED (not canonical bytecode), WR_REFUSED (a rule of types,
 * labels, bounds or normal form), WR_LIMIT or WR_NOMEM. Linear in size.
 */
WR_MUST_CHECK enum wr_status wr_load(const uint8_t *bytes, size_t size, const struct wr_alloc *alloc,
    struct wr_module **ret_module, struct wr_load_refusal *ret_refusal);

/* NULL is allowed. No run may be using it. */
void wr_module_free(struct wr_module *module);

/* ---- what it does -------------------------------------------------------------- */

/* Sets of labels are bits of indices into summary.labels. */
struct wr_summary_label { struct wr_text name, description; };

struct wr_summary_input { struct wr_text name; uint64_t labels; /* on it or anywhere inside it */ };

struct wr_summary_backend {
	struct wr_text name;
	const char *kind;  /* `llm` */
	uint64_t accepts, taints;
	uint64_t reaches;  /* labels that do reach it */
};

struct wr_summary_agent {
	struct wr_text name;
	uint32_t backend;      /* index */
	struct wr_text model;  /* size 0 when it has none */
	struct wr_text method; /* http: `POST` */
	struct wr_text mode;   /* retrieve: `lexical`; size 0 when it says none */
	uint64_t reaches;      /* labels that reach the backend through this agent */
	uint64_t timeout_ms;
	uint32_t retry;
	uint32_t sites;        /* places in the flow that call it; a fallback of those is asked there too */
	uint32_t fallback;     /* index of the agent that is asked when this one fails, or UINT32_MAX */
};

/* One removal of labels. */
struct wr_summary_drop {
	struct wr_text name;    /* of the agent or fn */
	bool is_agent;
	uint64_t labels;
	struct wr_text reason;
	uint64_t millibits;     /* the most information one use lets through, in 1/1000 bit */
};

struct wr_summary_bounds { uint64_t calls, tokens, time_ms, width; };

/* Computed by the verifier; lives as long as the module; points into it. */
struct wr_summary {
	struct wr_text workflow;
	const struct wr_summary_label *labels;
	const struct wr_summary_input *inputs;
	const struct wr_summary_backend *backends;
	const struct wr_summary_agent *agents;
	const struct wr_summary_drop *drops;
	uint32_t labels_len, inputs_len, backends_len, agents_len, drops_len;
	uint64_t result_labels;            /* labels that the result carries or declares */
	struct wr_summary_bounds worst;    /* computed */
	struct wr_summary_bounds promised; /* `within`, enforced */
};

const struct wr_summary *wr_module_summary(const struct wr_module *module);

/*
 * The labels declared at a path into the inputs, such as `claim.story`: on the input, and on
 * each field on the way; not those further inside. Lists and optionals are looked
 * through (`batch.body`). False when there is no such path.
 */
bool wr_module_labels_at(const struct wr_module *module, struct wr_text path, uint64_t *ret_labels);

/* JSON Schema (2020-12) of the input object and of the output, appended to buf. */
void wr_module_input_schema(const struct wr_module *module, struct wr_buf *buf);
void wr_module_output_schema(const struct wr_module *module, struct wr_buf *buf);

/* ---- run ---------------------------------------------------------------------------- */

struct wr_run_options {
	size_t heap_max;     /* bytes of values, and as much again for frames, and for requests that wait; 0: WR_HEAP_MAX */
	uint64_t fuel_max;   /* elementary pure operations; 0: WR_FUEL_MAX */
	uint64_t calls_max, tokens_max; /* tighter than the promise; 0: the promise */
};

enum wr_run_state {
	WR_RUN_WAITING, /* for answers to calls, or for the host to take the next call */
	WR_RUN_DONE,
	WR_RUN_FAILED,
};

/* Why a backend gave no value. The words are those of the language. */
enum wr_failure {
	WR_FAILURE_TIMEOUT,
	WR_FAILURE_UNAVAILABLE,
	WR_FAILURE_REFUSED,
	WR_FAILURE_INVALID,
};

/* `timeout`, `unavailable`, `refused`, `invalid`. */
const char *wr_failure_word(enum wr_failure failure);

/* Bytes of a call's path, NUL included: 16 times `for~65535[65534].`, a name, `~65535`, 4 times a `.` and a name. */
#define WR_PATH_SIZE 612

/* Why a run, or its start, failed. Texts live as long as the run (or the caller's struct). */
struct wr_fault {
	const char *code;   /* a failure's word, or `input`, `require`, `budget`, `heap`, `fuel`, `cancelled`, `unsupported` */
	char agent[65];     /* whose call failed, or empty */
	char path[WR_PATH_SIZE]; /* of the call (`transfer`, `for[3].assess~2`), or inside the input (`claim.cents`) */
	char detail[512];   /* what exactly; valid UTF-8 */
	bool outcome_unknown; /* an effect may or may not have happened */
};

/* One thing an adaptor is told: a setting of the agent, rendered. */
struct wr_part {
	const char *name;   /* the setting's word: `model`, `user`, `path`; `header`, `query` for pairs; `stop` repeats;
	                     * of a tool `arguments`, a JSON object. Not `timeout` and `retry` */
	struct wr_text key; /* of a pair: the header's or query parameter's name */
	enum { WR_PART_TEXT, WR_PART_INT, WR_PART_NUMBER, WR_PART_BOOL } shape;
	struct wr_text text;
	int64_t integer;    /* INT, BOOL 0 or 1 */
	double number;
};

enum wr_result_form {
	WR_RESULT_TEXT, /* the answer is the text itself, raw */
	WR_RESULT_JSON, /* JSON that fits call.schema */
};

/*
 * One attempt to call an agent. Everything it points to lives until the call is
 * answered, failed, told by wr_run_next_cancelled, or the run is freed.
 */
struct wr_call {
	uint32_t id;             /* unique in the run; names this attempt */
	const char *path;        /* where in the run, stable across replays: `assess`, `assess~2` for its second site, `for[3].assess`,
	                          * `assess.backup` for the fallback that is asked when it failed */
	uint32_t attempt;        /* 1 for the first */
	uint32_t delay_ms;       /* wait this long before sending: back-off */
	uint64_t timeout_ms;     /* then fail it with TIMEOUT */
	struct wr_text agent, backend;
	const char *kind;        /* of the backend */
	bool effect;             /* http or tool, neither a safe method nor idempotent: never send it twice */
	const struct wr_part *parts; /* settings by id, then messages in order; path parts percent-encoded */
	uint32_t parts_len;
	enum wr_result_form form;
	struct wr_text schema;   /* JSON Schema of the answer as it travels; for TEXT, of a string */
	bool enveloped;          /* the answer travels as {"result": ...} */
	uint64_t text_max;       /* TEXT: most bytes of the answer, which no JSON Schema says; else 0 */
};

/*
 * Start a run. The input is an object with one member for each input of the flow.
 *
 *   module, alloc  must outlive the run
 *   options        NULL for defaults
 *   ret_run        free with wr_run_free; written with WR_OK
 *   ret_fault      written with WR_INVALID (the input; path names the place) and WR_LIMIT
 *
 * WR_OK, WR_INVALID, WR_LIMIT or WR_NOMEM. May end at once: look at the state.
 */
WR_MUST_CHECK enum wr_status wr_run_start(const struct wr_module *module, const struct wr_alloc *alloc,
    const struct wr_run_options *options, struct wr_text input_json, struct wr_run **ret_run,
    struct wr_fault *ret_fault);

/* NULL is allowed. */
void wr_run_free(struct wr_run *run);

enum wr_run_state wr_run_state(const struct wr_run *run);

/*
 * The next call to send, each once: what is to be tried again first (it keeps its place in
 * the width), then the lowest node. False when there is none now (all are with the host, the run's
 * width is used up, or the run has ended, which this may do: `budget`).
 */
bool wr_run_next(struct wr_run *run, struct wr_call *ret_call);

/*
 * The next call that the host has and that nobody waits for any more, each once: a call beside it failed, and
 * `try` went on without them. Abort it; an answer would be WR_STALE. Ask after each answer and
 * failure, before wr_run_next: what is cancelled counts no more for the width. Nothing that the call points
 * to lives on. When the run ends, all that is left is cancelled and not told.
 */
bool wr_run_next_cancelled(struct wr_run *run, uint32_t *ret_id);

/*
 * Answer a call with what its backend gave. A value that does not fit the type is
 * the failure `invalid`, which the machine retries by itself like any other.
 *
 *   tokens  as reported by the backend, or 0
 *
 * WR_OK: taken. WR_INVALID: taken as the failure `invalid`; wr_run_reason says why. WR_STALE:
 * no call with this id waits (late, repeated or unknown), nothing changed. WR_NOMEM: the call
 * still waits; try again with the same answer, or cancel.
 */
WR_MUST_CHECK enum wr_status wr_run_answer(struct wr_run *run, uint32_t id, struct wr_text answer,
    uint64_t tokens);

/*
 * Say that a call failed. detail (at most 400 bytes count) reaches the fault when
 * no retry is left and no `try` catches it. outcome_unknown: an effect may have happened; never retried.
 *
 * WR_OK, WR_STALE or WR_NOMEM, as above.
 */
WR_MUST_CHECK enum wr_status wr_run_fail(struct wr_run *run, uint32_t id, enum wr_failure failure,
    struct wr_text detail, bool outcome_unknown);

/*
 * Append argument `param` of a call that waits, as JSON of its type: what the agent is called with, before
 * anything is rendered. False: no such call waits, or it has no such argument. The buffer's status says
 * whether all of it is there.
 */
bool wr_run_argument(const struct wr_run *run, uint32_t id, uint32_t param, struct wr_buf *buf);

/* The last failure that was taken, also when a retry follows: `invalid: .lines[3].cents: expected ...`. Or empty. */
const char *wr_run_reason(const struct wr_run *run);

/* End a waiting run. code is static: `cancelled`, `budget`. Calls in flight become stale. */
void wr_run_cancel(struct wr_run *run, const char *code, const char *detail);

/* Canonical JSON of the result, as it travels (RFC 8785 but for member order, which is the type's). DONE only. */
struct wr_text wr_run_output(const struct wr_run *run);

/* FAILED only. */
const struct wr_fault *wr_run_fault(const struct wr_run *run);

/* Used so far. time_ms is 0: the machine has no clock. */
struct wr_summary_bounds wr_run_used(const struct wr_run *run);

#endif
