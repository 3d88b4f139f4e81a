#ifndef WC_TRAIL_H
#define WC_TRAIL_H

#include "compiler/emit.h"

/* How a label came to a node, for messages: from where it was written to the node. */

/* A module under judgement and the way back to its source. */
struct wc_judged {
	struct wc_unit *u;
	const struct wc_emitted *e;
	const struct wr_module *m;
};

/* The code of an agent's body, or of the flow for WR_NONE, and its way back. */
const struct wr_code *wc_judged_code(
    const struct wc_judged *j, uint32_t agent, const struct wc_origin **ret_origin);

/* The node of the graph that a node of the code was. */
const struct wc_node *wc_judged_node(const struct wc_judged *j, uint32_t agent, uint32_t node);

/* The labels of all that a node holds: L(x). */
uint64_t wc_judged_deep(const struct wc_judged *j, uint32_t agent, uint32_t node);

/* "@pii @untrusted". Never NULL. */
const char *wc_judged_labels(const struct wc_judged *j, uint64_t labels);

/*
 * "Claim.story @pii (line 18) → summarise → gist". label is one bit. The text lives in the
 * arena; never NULL. brief: without labels and lines.
 */
const char *wc_trail(
    const struct wc_judged *j, uint32_t agent, uint32_t node, uint64_t label, bool brief);

/*
 * The innermost decision around a node (or, of a CALL, a require above it) that carries one of the
 * labels: the place of its condition in *ret_span, the condition's node in the code returned; or
 * WR_NONE.
 */
uint32_t wc_decision(
    const struct wc_judged *j, uint32_t node, uint64_t labels, struct wc_span *ret_span);

/* Where a member of a record or variants was declared: its name's place, its line as written; NULL
 * if unknown. */
const struct wc_type *wc_declared_member(
    const struct wc_unit *unit, struct wr_text type, uint32_t member, struct wc_name *ret_name);

#endif
