#ifndef TESTS_SUPPORT_SCRIPT_H
#define TESTS_SUPPORT_SCRIPT_H

#include "tests/support/answers.h"

/*
 * A host that plays a run to its end. What it answers hangs on the seed, the call's path and the
 * attempt alone, so two runs with the same answers may differ in all else: the order in which
 * answers come, or that one was stopped and replayed. It keeps a clock on which every attempt
 * takes at most its time-out, and looks for promises that are broken. No Criterion is needed.
 */
#define SCRIPT_PICKS 512

/* One answer that was given: `assess~2` and its attempt. */
struct script_pick {
	char path[160];
	uint32_t attempt;
	uint64_t context; /* of a request: a hash of what the model is told to be */
};

struct script {
	const struct wr_module *module;
	const struct wr_alloc *alloc;
	struct wr_text input;
	uint64_t answers; /* the seed of what is answered */
	uint64_t order;   /* the seed of who is answered next; 0: who is ready first by the clock */
	const uint8_t *chosen; /* or, when not NULL: the place in the hand of each answer, then 0 */
	uint32_t chosen_len;
	uint32_t failing; /* of 16 attempts that may be repeated so many fail */
	uint32_t hopeless;  /* of 16 paths so many fail whenever they are asked, in the way that the path says */
	bool caught;        /* of those paths alone that stand in the first branch of a try or have a fallback */
	const char *broken; /* every attempt of this path fails, or NULL */
	enum wr_failure how;
	bool unknown;                     /* with outcome unknown */
	const struct script_pick *replay; /* first give these, in this order */
	uint32_t replay_len;
	uint64_t secret; /* labels: what carries one of them is answered with the twist, and all answers hang on
	                  * what was asked too */
	uint64_t twist;
	uint32_t stop; /* then stop after so many answers in all; 0: go on to the end */
};

struct script_end {
	const char *wrong;     /* NULL, or what should never be */
	char wrong_at[160];    /* the path of it */
	enum wr_status status; /* of the start */
	enum wr_run_state state;
	struct wr_buf output;  /* DONE: the output */
	struct wr_fault fault; /* FAILED, or the start failed; its texts are static or inside */
	struct wr_summary_bounds used;
	uint32_t lost;      /* calls that failed for good; what else is asked then may hang on the order */
	uint32_t cancelled; /* of which the machine told that nobody waits for them */
	uint64_t time_ms; /* by the clock, when order is 0 */
	uint64_t asked;   /* of all requests, whatever their order */
	uint64_t blind;   /* of those to backends that accept none of the secret labels, but for those that
	                   * are made or not as time goes: tried, where paths are hopeless */
	uint64_t seen;    /* DONE: of what the output shows outside of parts with a secret label */
	struct script_pick picks[SCRIPT_PICKS];
	uint8_t hands[SCRIPT_PICKS]; /* how many calls there were to pick from, each time */
	uint32_t picks_len;
};

/* Play. Free output with script_end_free. */
void script_play(const struct script *script, struct script_end *ret);
void script_end_free(struct script_end *end);

#endif
