/*
 * `loop`: a state that goes through rounds of one block. Says what the state's type is, how many
 * rounds there may be, and what of the state may grow past its bounds. What a round does is lowered as
 * any block is; nothing here counts rounds.
 */
#include "compiler/lower.h"

#include <assert.h>

struct rounds {
	const struct wc_expr *e;
	struct wc_state state;
	struct wc_span where; /* of the state's type, or no place */
	uint32_t init, limit;
	uint32_t roots[2]; /* the next state; whether it is the last */
};

/* ---- the head --------------------------------------------------------------------- */

/* From 1 to 1000, a number or the name of a const. False: reported. */
static bool
take_limit(struct wc_lower *l, struct rounds *r)
{
	const struct wc_expr *e = r->e;
	struct wc_expr name = { .kind = WC_EXPR_NAME, .span = e->loop.limit_span, .name = e->loop.limit_name };
	bool named = name.name.text.size > 0;
	int64_t limit = e->loop.limit;
	struct wc_diag *d;

	if (named) {
		bool local = wc_local(l, name.name.text) != NULL;
		uint32_t node = wc_lower_expr(l, &name, WR_NONE);

		if (node == WR_NONE && !local)
			return false;
		limit = !local && wc_is_const(l, node) && wc_type_of(l, node)->kind == WR_TYPE_INT ?
			    l->g->nodes[node].value.as.integer :
			    0;
	}
	r->limit = (uint32_t)limit;
	if (limit >= 1 && limit <= WR_ROUNDS_MAX)
		return true;
	d = wc_lower_diag(l, WC_E0403, e->loop.limit_span, "`limit` must be a whole number from 1 to %u",
	    WR_ROUNDS_MAX);
	if (named)
		wc_diag_note(d, "a number, or the name of a `const` that is one");
	return false;
}

static uint32_t
say_state(struct wc_lower *l, const struct wc_expr *e, uint32_t init)
{
	const struct wr_type *t = wc_type_of(l, init);
	struct wc_diag *d;

	if (t->kind == WR_TYPE_RECORD || t->kind == WR_TYPE_VARIANTS)
		return wc_node_type(l, init);
	d = wc_lower_diag(l, WC_E0405, e->loop.state.span, "say what the state is");
	wc_diag_label(d, "`%s` before the first round", wc_unit_words(l->u, wc_node_type(l, init)));
	wc_diag_note(d, "a round may change it: its type says how far");
	if (t->kind == WR_TYPE_INT)
		wc_diag_help(d, "`loop %T: int 0..1_000 = …`", e->loop.state.text);
	else if (t->kind == WR_TYPE_TEXT)
		wc_diag_help(d, "`loop %T: text ..4_000 = …`", e->loop.state.text);
	else
		wc_diag_help(d, "write its type after the name: `loop %T: … = …`", e->loop.state.text);
	return WR_NONE;
}

/* The state before the first round, and its type. */
static bool
take_state(struct wc_lower *l, struct rounds *r)
{
	const struct wc_expr *e = r->e;
	uint32_t type = e->loop.type == NULL ? WR_NONE : wc_resolve_type(l->u, e->loop.type, WC_NO_LABELS, NULL);

	r->init = wc_lower_expr(l, e->loop.init, type);
	if (r->init == WR_NONE)
		return false;
	if (e->loop.type == NULL)
		type = say_state(l, e, r->init);
	else
		r->where = e->loop.type->span;
	r->state = (struct wc_state){ .name = &e->loop.state, .type = type };
	r->init = wc_fit(l, r->init, type, e->loop.init->span, r->where);
	return r->init != WR_NONE;
}

/* ---- what grows --------------------------------------------------------------------- */

/* What is in the way, as the author wrote it; where it was given a name, what has the name. */
static struct wc_span
written(const struct wc_lower *l, uint32_t node, const struct wc_expr *e)
{
	const struct wc_node *n = &l->g->nodes[node];

	return e->kind == WC_EXPR_NAME && n->op != WR_OP_BIND && n->op != WR_OP_INPUT && n->span.source != NULL ?
		   n->span :
		   e->span;
}

bool
wc_state_grows(struct wc_lower *l, uint32_t node, uint32_t want, const struct wc_expr *e,
    const struct wc_name *member)
{
	uint32_t have = node == WR_NONE || want == WR_NONE ? WR_NONE : wc_node_type(l, node);
	const struct wr_type *h, *w;
	struct wr_text source;
	struct wc_span span;
	struct wc_diag *d;

	if (have == WR_NONE || wr_type_below(&l->u->types, have, want) ||
	    !wr_type_similar(&l->u->types, have, want))
		return false;
	h = wc_type_at(l, have);
	w = wc_type_at(l, want);
	if (h->kind != w->kind || (h->kind != WR_TYPE_LIST && h->kind != WR_TYPE_TEXT) || h->hi <= w->hi)
		return false;
	span = written(l, node, e);
	source = wc_span_text(span);
	if (source.size > 60 || memchr(source.at, '\n', source.size) != NULL)
		source = WR_TEXT("…");
	if (h->kind == WR_TYPE_LIST && member != NULL)
		d = wc_lower_diag(l, WC_E0404, span, "%N %T may become %N", (uint64_t)w->hi, member->text,
		    (uint64_t)h->hi);
	else
		d = wc_lower_diag(l, WC_E0404, span, "%N %s of `%T` may become %N", (uint64_t)w->hi,
		    h->kind == WR_TYPE_LIST ? "items" : "bytes",
		    member != NULL ? member->text : l->state->name->text, (uint64_t)h->hi);
	wc_diag_label(d, "`%s`, the state holds `%s`", wc_unit_words(l->u, have), wc_unit_words(l->u, want));
	if (h->kind == WR_TYPE_LIST)
		wc_diag_help(d, "`last(%T, %ld)` keeps the newest", source, w->hi);
	else
		wc_diag_help(d, "`truncate(%T, %ld)` cuts it at a character boundary", source, w->hi);
	return true;
}

/* ---- rounds --------------------------------------------------------------------------- */

static uint32_t
bind_state(struct wc_lower *l, const struct rounds *r)
{
	struct wc_node n = { .op = WR_OP_BIND, .span = r->state.name->span };

	if (wr_bind_type(&l->u->types, WR_OP_LOOP, r->state.type, 0, 0, &n.result) != WR_OK)
		return wc_unit_failed(l->u, WR_NOMEM);
	return wc_graph_add(l->g, &n);
}

/* The block of a round, which is open. False: it has a mistake. */
static bool
round_roots(struct wc_lower *l, struct rounds *r)
{
	const struct wc_expr *e = r->e;
	struct wc_binding *names = l->names;
	const struct wc_state *outer = l->state;
	uint32_t next;

	(void)wc_bind(l, &e->loop.state, "the state of a `loop`", bind_state(l, r));
	l->state = &r->state;
	wc_lower_steps(l, &e->loop.steps);
	next = wc_lower_expr(l, e->loop.yield, r->state.type);
	r->roots[0] = wc_state_grows(l, next, r->state.type, e->loop.yield, NULL) ?
			  WR_NONE :
			  wc_fit(l, next, r->state.type, e->loop.yield->span, r->where);
	r->roots[1] = wc_lower_expr(l, e->loop.until, WR_NONE);
	l->state = outer;
	wc_leave_names_to(l, names);
	return r->roots[0] != WR_NONE && r->roots[1] != WR_NONE;
}

static uint32_t
make_loop(struct wc_lower *l, const struct rounds *r, uint32_t block)
{
	uint32_t init = wc_node_type(l, r->init), node;
	uint32_t types[2] = { wc_node_type(l, r->roots[0]), wc_node_type(l, r->roots[1]) };
	const struct wr_value *constant = NULL;
	struct wr_infer infer = { .types = &l->u->types,
		.op = WR_OP_LOOP,
		.index = r->limit,
		.type = r->state.type,
		.operands = &init,
		.constants = &constant,
		.operands_len = 1,
		.roots = types,
		.roots_len = 2 };
	struct wc_node n = { .op = WR_OP_LOOP,
		.index = r->limit,
		.type = r->state.type,
		.result = r->state.type,
		.operands = &r->init,
		.operands_len = 1,
		.blocks = &block,
		.blocks_len = 1,
		.span = r->e->span,
		.of = r->e->loop.init->span };
	enum wr_status s = wr_infer(&infer);

	if (s == WR_REFUSED) {
		struct wc_span spans[2] = { r->e->loop.yield->span, r->e->loop.until->span };
		struct wc_make m = { .op = WR_OP_LOOP,
			.operands = r->roots,
			.spans = spans,
			.operands_len = 2,
			.span = r->e->span };

		assert(infer.bad == 1); /* the state fits: wc_fit said so */
		wc_why(l, &m, &infer);
		return WR_NONE;
	}
	if (s != WR_OK)
		return wc_unit_failed(l->u, s);
	node = wc_graph_add(l->g, &n);
	return node != WR_NONE ? node : wc_unit_failed(l->u, l->g->status);
}

uint32_t
wc_lower_loop(struct wc_lower *l, const struct wc_expr *e)
{
	struct rounds r = { .e = e };
	bool good = take_limit(l, &r);
	uint32_t block;

	if (!take_state(l, &r))
		return WR_NONE;
	block = wc_graph_open(l->g);
	if (block == WR_NONE)
		return wc_unit_failed(l->u, l->g->status);
	good &= round_roots(l, &r);
	if (!wc_graph_close(l->g, r.roots, good ? 2 : 0))
		return wc_unit_failed(l->u, l->g->status);
	return good && l->u->status == WR_OK ? make_loop(l, &r, block) : WR_NONE;
}
