#ifndef WR_VIEW_REVIEW_H
#define WR_VIEW_REVIEW_H

#include "vm/view/packet.h"

/*
 * What a reviewer reads: the packet's content laid out for eyes, and beside it how far the review
 * is. The packet is what is signed; a review quotes its digest. Two forms, a text for terminals and one
 * HTML file. Whatever an author, a policy or a record says is text in both and nothing else.
 */
struct wr_review_party {
	struct wr_text role;
	uint64_t count;
	const struct wr_text *reasons;
	size_t reasons_len;
	bool met;
	struct wr_text state; /* `1 of 2, ana; it can come from bo` */
};

struct wr_review_condition {
	bool met;
	const char *text, *code, *who; /* what holds when it is met; its word; who can change it */
	struct wr_text detail;
};

/* What somebody said of its tests. It stands beside the packet, as the state does: nothing hangs on it. */
struct wr_review_tests {
	bool counts; /* a person of the policy signed it; else text says why it is nobody's word */
	bool good;   /* and nothing went wrong */
	struct wr_text text; /* `12 passed, stubs, signed by ana, 2026-…` */
};

struct wr_review {
	const struct wr_packet *plan;
	struct wr_text packet_hex;
	size_t size; /* of the bytecode */
	bool approved;
	bool basis_agreed; /* with a basis: somebody approved it in this environment */
	const struct wr_review_party *parties; /* the plan's, and who is asked for what came before its basis */
	size_t parties_len;
	const struct wr_review_condition *conditions;
	size_t conditions_len;
	const struct wr_review_tests *tests;
	size_t tests_len;
};

/*
 * Append the text; its lines are ended. With colour: ANSI escapes around our own words, and of a
 * text what is hidden is shown. WR_OK, WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wr_review_text(const struct wr_review *review, bool colour, struct wr_buf *buf);

/*
 * Append one HTML file that needs no other: no script, and a Content-Security-Policy that lets
 * none run.
 *
 *   svg         the picture as graphviz drew wr_graph_dot; empty: a list stands for it
 *   style_hash  base64 of the SHA-256 of what wr_review_style appends
 *
 * WR_OK, WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wr_review_html(const struct wr_review *review, struct wr_text svg,
    struct wr_text style_hash, struct wr_buf *buf);

/* Append what stands between <style> and </style>. */
void wr_review_style(struct wr_buf *buf);

#endif
