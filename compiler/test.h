#ifndef WC_TEST_H
#define WC_TEST_H

#include "compiler/source.h"

/*
 * The tests of a source, as wc_compile leaves them behind: each pure expression is a verified
 * program of its own, made by the same passes as any other, for the machine to run. Nothing of a test is
 * part of the program that is tested.
 */

/*
 * An expression as a program. Its inputs are called input_0, input_1, …: wc_test_inputs says the
 * prefix. What it gives travels as {"result":…} when `enveloped`, else bare.
 */
struct wc_test_program {
	struct wr_text bytes; /* bytecode */
	bool enveloped;
};

struct wc_test_given {
	struct wr_text input;
	struct wc_span span;
	struct wc_test_program value; /* no inputs; no bytes: as in the recording that is replayed */
};

struct wc_test_stub {
	struct wr_text agent; /* as the program calls it */
	struct wc_span span;
	struct wr_text fails; /* `unavailable`; empty: it answers */
	struct wc_test_program answer; /* inputs: the agent's parameters, in order */
};

/* A value inside an expectation, for people who want to know why it does not hold. */
struct wc_test_part {
	struct wc_span span; /* where to show it: the operator, the field's name, … */
	bool shown;          /* false: only marked, as its value would tell less than its field */
	struct wc_test_program value; /* inputs as those of the expectation; no bytes: unknown */
};

struct wc_test_expect {
	struct wc_span span, anchor; /* of the expression; of what is on top of it */
	bool fails;                  /* `expect fails` */
	struct wr_text failure, agent; /* of `expect fails`: what and in whom, or empty */
	/* A truth value. Inputs: the result of the run, its inputs, how often each agent was called. */
	struct wc_test_program holds;
	const struct wr_text *counted; /* those agents */
	uint32_t counted_len;
	const struct wc_test_part *parts; /* from left to right */
	uint32_t parts_len;
};

struct wc_test {
	struct wr_text title;
	struct wc_span span;     /* of the title */
	struct wc_span whole;
	bool fails;              /* the run is to fail: there is no result */
	bool runs;               /* the source has a `start`; else there are expectations alone */
	const struct wc_test_given *given; /* one for each input, in the flow's order */
	const struct wc_test_stub *stubs;
	const struct wc_test_expect *expects;
	uint32_t given_len, stubs_len, expects_len;
	struct wr_text replay;   /* a path beside the source; empty: none */
	struct wc_span replay_span;
};

struct wc_tests {
	const struct wc_test *at;
	uint32_t len;
	struct wr_text prefix;   /* of the programs' inputs */
	bool enveloped;          /* so travels the result of the flow */
};

#endif
