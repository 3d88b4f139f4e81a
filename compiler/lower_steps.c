/*
 * Blocks of steps, and `for`, whose body is one. Each block has its own names; a step may
 * use what is above it.
 */
#include "compiler/lower.h"

#include <assert.h>

/* ---- steps ------------------------------------------------------------------------- */

static void
step_let(struct wc_lower *l, const struct wc_step *s)
{
	uint32_t wanted =
	    s->type == NULL ? WR_NONE : wc_resolve_type(l->u, s->type, WC_NO_LABELS, NULL);
	uint32_t node = wc_lower_expr(l, s->expr, wanted);

	if (s->type != NULL)
		node = wc_fit(l, node, wanted, s->expr->span, s->type->span);
	if (wc_bind(l, &s->name, "a step", node) == NULL)
		return;
	if (node != WR_NONE && l->g->nodes[node].step.size == 0 && !l->inlined)
		l->g->nodes[node].step = s->name.text;
}

static void
step_require(struct wc_lower *l, const struct wc_step *s)
{
	uint32_t both[2] = { wc_lower_expr(l, s->expr, WR_NONE), wc_lower_template(l, s->message) };
	struct wc_span spans[2] = { s->expr->span, s->message->span };

	if (l->site != WC_SITE_FLOW) {
		(void)wc_lower_diag(l, WC_E0109, s->span,
		    "`require` stands in the flow alone; here nothing can fail");
		return;
	}
	if (l->in_head != NULL) {
		wc_lower_diag(l, WC_E0511, s->span, "a `require` may not stand in `%s`", l->in_head);
		return;
	}
	(void)wc_make(l, &(struct wc_make){ .op = WR_OP_REQUIRE,
			     .operands = both,
			     .spans = spans,
			     .operands_len = 2,
			     .span = s->span });
}

/* Its block is there for its calls; what it yields goes nowhere. */
static void
step_do(struct wc_lower *l, const struct wc_step *s)
{
	struct wc_node n = { .op = WR_OP_DO, .blocks_len = 1, .span = s->span };
	uint32_t block, value;

	if (l->site != WC_SITE_FLOW) {
		(void)wc_lower_diag(l, WC_E0109, s->span,
		    "`do` stands in the flow alone; here nobody is asked");
		return;
	}
	block = wc_graph_open(l->g);
	if (block == WR_NONE) {
		(void)wc_unit_failed(l->u, l->g->status);
		return;
	}
	value = wc_lower_branch(l, s->expr, WR_NONE);
	if (!wc_graph_close(l->g, &value, value == WR_NONE ? 0 : 1)) {
		(void)wc_unit_failed(l->u, l->g->status);
	} else if (value != WR_NONE && !l->g->blocks[block].calls) {
		struct wc_diag *d = wc_lower_diag(l, WC_E0512, s->span, "this `do` asks nobody");

		wc_diag_note(d, "a value that nobody uses has no effect");
		wc_diag_help(d, "call an agent here, or leave the step out");
	} else if (value != WR_NONE && l->u->status == WR_OK) {
		n.blocks = &block;
		n.result = wc_node_type(l, value);
		if (wc_graph_add(l->g, &n) == WR_NONE)
			(void)wc_unit_failed(l->u, l->g->status);
	}
}

/* A step with a mistake is not blamed for more, and a mistake may be why nothing uses it. */
static void
warn_unused(struct wc_lower *l, const struct wc_binding *b)
{
	if (!b->used && b->node != WR_NONE && !l->inlined && strcmp(b->what, "a step") == 0 &&
	    l->u->diags->errors == 0 && wc_unit_warns(l->u, WC_W0801))
		(void)wc_diag_add(l->u->diags, WC_W0801, b->name->span,
		    "the step `%T` is never used", b->name->text);
}

void
wc_lower_steps(struct wc_lower *l, const struct wc_step_list *steps)
{
	struct wc_pending pending = { l->pending, NULL };

	l->pending = &pending;
	for (const struct wc_step *s = steps->first; s != NULL; s = s->next) {
		uint32_t calls = l->calls;

		pending.steps = s; /* a step may not use itself either */
		switch (s->kind) {
		case WC_STEP_LET:
			step_let(l, s);
			/* A step that calls an agent is judged by its calls: E0508. */
			if (l->calls > calls && l->names != NULL && l->names->name == &s->name)
				l->names->used = true;
			break;
		case WC_STEP_REQUIRE:
			step_require(l, s);
			break;
		case WC_STEP_DO:
			step_do(l, s);
			break;
		}
	}
	l->pending = pending.outer;
}

/* Take back the names bound since `until`, warning of those nobody used, first ones first. */
static void
leave_names(struct wc_lower *l, struct wc_binding *until)
{
	const struct wc_binding **left;
	uint32_t len = 0, at = 0;

	for (const struct wc_binding *b = l->names; b != until; b = b->outer)
		len++;
	left = wc_unit_get(l->u, len, sizeof(const struct wc_binding *));
	for (const struct wc_binding *b = l->names; b != until && left != NULL; b = b->outer)
		left[at++] = b;
	wc_unbind(l, until);
	while (at > 0)
		warn_unused(l, left[--at]);
}

uint32_t
wc_lower_branch(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	struct wc_binding *names = l->names;
	uint32_t node;

	if (e->kind != WC_EXPR_BLOCK)
		return wc_lower_expr(l, e, hint);
	wc_lower_steps(l, &e->block.steps);
	node = wc_lower_expr(l, e->block.yield, hint);
	leave_names(l, names);
	return node;
}

void
wc_leave_names(struct wc_lower *l)
{
	leave_names(l, NULL);
}

void
wc_leave_names_to(struct wc_lower *l, struct wc_binding *until)
{
	leave_names(l, until);
}

/* ---- for ------------------------------------------------------------------------------ */

struct each {
	const struct wc_expr *e;
	uint32_t list;
	uint32_t roots[3];
	struct wc_span spans[3];
	uint32_t roots_len;
	uint32_t flags, width;
};

static uint32_t
bind(struct wc_lower *l, const struct each *f, uint32_t index, const struct wc_name *name)
{
	struct wc_node n = { .op = WR_OP_BIND, .index = index, .span = name->span };

	if (wr_bind_type(&l->u->types, WR_OP_FOR, wc_node_type(l, f->list), 0, index, &n.result) !=
	    WR_OK)
		return wc_unit_failed(l->u, WR_NOMEM);
	return wc_graph_add(l->g, &n);
}

/* What says which items there are, and in which order: before anybody is asked about them. */
static uint32_t
head(struct wc_lower *l, const struct wc_expr *e, const char *words)
{
	const char *outer = l->in_head;
	uint32_t node;

	l->in_head = words;
	node = wc_lower_expr(l, e, WR_NONE);
	l->in_head = outer;
	return node;
}

/* The body of a `for`, in the block that is open. False: it has a mistake. */
static bool
for_roots(struct wc_lower *l, struct each *f, uint32_t hint)
{
	const struct wc_expr *e = f->e;
	struct wc_binding *names = l->names;
	bool good = true;

	(void)wc_bind(l, &e->each.item, "the item of a `for`", bind(l, f, 0, &e->each.item));
	if (e->each.index.text.size > 0)
		(void)wc_bind(
		    l, &e->each.index, "the index of a `for`", bind(l, f, 1, &e->each.index));
	f->roots[1] = f->roots[2] = WR_NONE;
	f->roots_len = 1;
	if (e->each.where != NULL) {
		f->flags |= WR_FOR_WHERE;
		f->spans[f->roots_len] = e->each.where->span;
		f->roots[f->roots_len++] = head(l, e->each.where, "where");
	}
	if (e->each.sort != NULL) {
		f->flags |= WR_FOR_SORT | (e->each.descending ? WR_FOR_DESC : 0);
		f->spans[f->roots_len] = e->each.sort->span;
		f->roots[f->roots_len++] = head(l, e->each.sort, "sort");
	}
	f->spans[0] = e->each.body->span;
	f->roots[0] = wc_lower_branch(l, e->each.body, hint);
	leave_names(l, names);
	for (uint32_t i = 0; i < f->roots_len; i++)
		good &= f->roots[i] != WR_NONE;
	return good;
}

static uint32_t
make_for(struct wc_lower *l, const struct each *f, uint32_t block)
{
	uint32_t type = wc_node_type(l, f->list), types[3], node;
	const struct wr_value *constant = NULL;
	struct wr_infer infer = { .types = &l->u->types,
		.op = WR_OP_FOR,
		.index = f->flags,
		.operands = &type,
		.constants = &constant,
		.operands_len = 1,
		.roots = types,
		.roots_len = f->roots_len };
	struct wc_node n = { .op = WR_OP_FOR,
		.index = f->flags,
		.width = f->width,
		.operands = &f->list,
		.operands_len = 1,
		.blocks = &block,
		.blocks_len = 1,
		.span = f->e->span,
		.of = f->e->each.in->span };
	enum wr_status s;

	for (uint32_t i = 0; i < f->roots_len; i++)
		types[i] = wc_node_type(l, f->roots[i]);
	s = wr_infer(&infer);
	if (s == WR_REFUSED) {
		struct wc_make m = { .op = WR_OP_FOR,
			.operands = f->roots,
			.spans = f->spans,
			.operands_len = f->roots_len,
			.span = f->e->span };

		wc_why(l, &m, &infer);
		return WR_NONE;
	}
	if (s != WR_OK)
		return wc_unit_failed(l->u, s);
	n.result = infer.result;
	node = wc_graph_add(l->g, &n);
	return node != WR_NONE ? node : wc_unit_failed(l->u, l->g->status);
}

/* The list to go through, or WR_NONE (reported). */
static uint32_t
for_list(struct wc_lower *l, const struct wc_expr *in)
{
	uint32_t list = wc_lower_expr(l, in, WR_NONE);
	struct wc_diag *d;

	if (list == WR_NONE || wc_type_of(l, list)->kind == WR_TYPE_LIST)
		return list;
	d = wc_lower_diag(l, WC_E0201, in->span, "this is %s, a list is needed",
	    wc_unit_a(l->u, wc_node_type(l, list)));
	wc_diag_label(d, "`%s`", wc_unit_words(l->u, wc_node_type(l, list)));
	return WR_NONE;
}

uint32_t
wc_lower_for(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	struct each f = { .e = e, .list = for_list(l, e->each.in) };
	uint32_t block;
	bool good;

	if (f.list == WR_NONE)
		return WR_NONE;
	/* Nothing is done for the items of a list that has none: their type says nothing. */
	if (wc_type_at(l, wc_type_of(l, f.list)->elem)->kind == WR_TYPE_NEVER &&
	    wc_is_const(l, f.list))
		return f.list;
	hint = hint != WR_NONE && wc_type_at(l, hint)->kind == WR_TYPE_LIST ?
		   wc_type_at(l, hint)->elem :
		   WR_NONE;
	block = wc_graph_open(l->g);
	if (block == WR_NONE)
		return wc_unit_failed(l->u, l->g->status);
	good = for_roots(l, &f, hint);
	if (!wc_graph_close(l->g, f.roots, good ? f.roots_len : 0))
		return wc_unit_failed(l->u, l->g->status);
	/* A width that cannot be reached, or where nobody is asked, is as if it were not there. */
	if (l->g->blocks[block].effects && e->each.width < (uint64_t)wc_type_of(l, f.list)->hi)
		f.width = (uint32_t)e->each.width;
	return good && l->u->status == WR_OK ? make_for(l, &f, block) : WR_NONE;
}
