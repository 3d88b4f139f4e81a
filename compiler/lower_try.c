/*
 * `try`: one TRY with a block for what is tried and one for what comes instead. Where nothing that
 * is tried calls an agent it cannot fail: it is its first branch, and the other one is checked in a
 * block that is left out. It decides nothing about failures: they are the machine's.
 */
#include "compiler/lower.h"

#include <assert.h>

struct attempt {
	const struct wc_expr *e;
	uint32_t blocks[2], roots[2];
	struct wc_span spans[2];
	uint32_t hint;
};

/* Lower branch i in a block of its own, which is closed then. False: memory. */
static bool
branch(struct wc_lower *l, struct attempt *a, uint32_t i, bool dead)
{
	const struct wc_expr *body = i == 0 ? a->e->attempt.body : a->e->attempt.otherwise;

	a->spans[i] = body->span;
	a->blocks[i] = wc_graph_open(l->g);
	if (a->blocks[i] != WR_NONE) {
		l->g->blocks[a->blocks[i]].dead = dead;
		a->roots[i] = wc_lower_branch(l, body, a->hint);
		if (wc_graph_close(l->g, &a->roots[i], a->roots[i] == WR_NONE ? 0 : 1))
			return l->u->status == WR_OK;
	}
	(void)wc_unit_failed(l->u, l->g->status);
	return false;
}

static uint32_t
make_try(struct wc_lower *l, const struct attempt *a)
{
	uint32_t types[2], node;
	struct wr_infer infer = {
	    .types = &l->u->types, .op = WR_OP_TRY, .roots = types, .roots_len = 2};
	struct wc_node n = {
	    .op = WR_OP_TRY, .blocks = a->blocks, .blocks_len = 2, .span = a->e->span};
	enum wr_status s;

	for (uint32_t i = 0; i < 2; i++) {
		types[i] = wc_node_type(l, a->roots[i]);
		l->g->blocks[a->blocks[i]].roots[0] = a->roots[i];
	}
	s = wr_infer(&infer);
	assert(s != WR_REFUSED); /* they do not differ */
	if (s != WR_OK)
		return wc_unit_failed(l->u, s);
	n.result = infer.result;
	node = wc_graph_add(l->g, &n);
	return node != WR_NONE ? node : wc_unit_failed(l->u, l->g->status);
}

uint32_t
wc_lower_try(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	struct attempt a = {.e = e, .roots = {WR_NONE, WR_NONE}, .hint = hint};
	bool calls;

	if (!branch(l, &a, 0, false))
		return WR_NONE;
	calls = l->g->blocks[a.blocks[0]].calls;
	if (!calls && l->g->blocks[a.blocks[0]].effects)
		wc_graph_dissolve(l->g, a.blocks[0]);
	/* In an inlined fn the other branch was checked when the fn was. */
	if ((calls || !l->inlined) && !branch(l, &a, 1, !calls))
		return WR_NONE;
	wc_lift(l, e, a.roots, a.spans, 2);
	if (wc_differ(l, a.roots, a.spans, 2) || l->u->status != WR_OK || a.roots[0] == WR_NONE)
		return WR_NONE;
	if (!calls)
		return a.roots[0];
	return a.roots[1] == WR_NONE ? WR_NONE : make_try(l, &a);
}
