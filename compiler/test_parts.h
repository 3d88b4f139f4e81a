#ifndef WC_TEST_PARTS_H
#define WC_TEST_PARTS_H

#include "compiler/emit.h"
#include "compiler/lower.h"
#include "compiler/test.h"

/* Inside the compiler: what the passes over tests share. */

/* What the programs of one expression are given, in order; it grows while they are lowered. */
struct wc_test_scope {
	uint32_t *types;
	uint32_t types_len, types_room;
	bool library;                   /* there is no flow: no result, no calls */
	bool fails;                     /* the run is to fail: no result */
	bool expects;                   /* in an `expect`: `calls` counts */
	const struct wc_def **counted;  /* the agents behind the last inputs */
	uint32_t counted_len, counted_room;
};

/* An expression on its way to a program. */
struct wc_test_code {
	struct wc_test_code *next;
	struct wc_graph graph;
	struct wc_span span;
	uint32_t end, result; /* the node, and the type of the program's result */
	const struct wc_test_scope *scope;
	bool needed;          /* else it is left out when the machine will not have it */
	struct wc_test_program *into;
};

/* An agent that a test speaks of, which the flow has to call. */
struct wc_test_mention {
	struct wc_test_mention *next;
	const struct wc_def *agent;
	struct wc_span span;
};

/* A lowering of an expression of a test; NULL: memory, remembered. */
struct wc_test_code *wc_test_begin(
    struct wc_unit *u, struct wc_test_scope *scope, struct wc_span span, struct wc_lower *ret_lower);

/* One more input of this type, in a lowering that has begun. WR_NONE: memory. */
uint32_t wc_test_input(struct wc_lower *l, uint32_t type);

/* Input i, which the scope has already. */
uint32_t wc_test_input_node(struct wc_lower *l, uint32_t i);

/* End it with a node of the type; into gets its program when programs are made. */
void wc_test_end(struct wc_lower *l, struct wc_test_code *code, uint32_t node, uint32_t type,
    struct wc_test_program *into);

/* `result` and the inputs, by name, for an `expect`. */
void wc_test_bind(struct wc_lower *l, const struct wc_name *title);

/* Where the value of an expression is shown. */
struct wc_span wc_test_anchor(const struct wc_expr *e);

/* The values inside an expectation that holds no mistake. */
void wc_test_find_parts(struct wc_unit *u, struct wc_test_scope *scope, const struct wc_name *title,
    const struct wc_expr *e, struct wc_test_expect *expect);

#endif
