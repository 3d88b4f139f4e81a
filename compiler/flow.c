/*
 * The flow: inputs, steps, its result, and what `within` promises.
 */
#include "compiler/lower.h"

#include <assert.h>

/* ---- within ------------------------------------------------------------------------- */

/* The whole number that a limit says; false: reported. */
static bool
limit_number(struct wc_unit *u, const struct wc_limit *limit, uint64_t *ret)
{
	struct wc_expr name = {
	    .kind = WC_EXPR_NAME, .span = limit->value_span, .name = limit->value_name};
	struct wc_lower l = wc_lower_begin(u, &u->graph, WC_SITE_CONST);
	uint32_t node;
	int64_t n = limit->integer;

	if (limit->kind == WC_EXPR_NAME) {
		node = wc_lower_expr(&l, &name, WR_NONE);
		if (node == WR_NONE)
			return false;
		n = wc_is_const(&l, node) && wc_type_of(&l, node)->kind == WR_TYPE_INT
			? u->graph.nodes[node].value.as.integer
			: -1;
	}
	if (limit->kind == WC_EXPR_DURATION || n < 0) {
		(void)wc_diag_add(u->diags, WC_E0407, limit->value_span, "`%T` is a whole number",
		    limit->name.text);
		return false;
	}
	*ret = (uint64_t)n;
	return true;
}

static void
take_limit(struct wc_unit *u, const struct wc_limit *limit)
{
	static const char *const words[] = {"calls", "tokens", "time", "width"};
	uint64_t *slots[] = {
	    &u->promised.calls, &u->promised.tokens, &u->promised.time_ms, &u->promised.width};
	struct wr_text candidates[4];
	uint32_t i = 0;
	struct wc_diag *d;

	for (uint32_t k = 0; k < 4; k++)
		candidates[k] = wr_text_of(words[k]);
	while (i < 4 && !wr_text_eq(candidates[i], limit->name.text))
		i++;
	if (i == 4) {
		d = wc_diag_add(u->diags, WC_E0407, limit->name.span,
		    "`within` promises nothing called `%T`", limit->name.text);
		wc_diag_note(d, "it promises calls, tokens, time and width");
		wc_unit_suggest(d, &limit->name, candidates, 4);
		return;
	}
	if (u->within[i] != NULL) {
		d = wc_diag_add(u->diags, WC_E0407, limit->name.span, "`%T` is promised twice",
		    limit->name.text);
		wc_diag_also(d, u->within[i]->name.span, "first here");
		return;
	}
	u->within[i] = limit;
	if (i == 2 && limit->kind == WC_EXPR_DURATION) {
		*slots[i] = limit->duration_ms;
	} else if (i == 2) {
		d = wc_diag_add(u->diags, WC_E0407, limit->value_span, "`time` is a duration");
		wc_diag_help(d, "such as `500ms`, `30s`, `5m` or `48h`");
	} else if (limit_number(u, limit, slots[i]) && i == 3 && *slots[i] == 0) {
		(void)wc_diag_add(u->diags, WC_E0407, limit->value_span, "`width` is at least 1");
	}
}

/* ---- inputs, steps, result --------------------------------------------------------------- */

static void
bind_inputs(struct wc_unit *u, struct wc_lower *l)
{
	const struct wc_signature *s = &u->flow->signature;

	for (uint32_t i = 0; i < s->params_len && u->status == WR_OK; i++) {
		struct wc_node n = {.op = WR_OP_INPUT, .index = i, .result = s->params[i].type};
		uint32_t node = WR_NONE;

		n.span = s->written[i]->name.span;
		n.step = s->params[i].name;
		if (n.result != WR_NONE)
			node = wc_graph_add(&u->graph, &n);
		if (u->graph.status != WR_OK)
			(void)wc_unit_failed(u, u->graph.status);
		(void)wc_bind(l, &s->written[i]->name, "an input", node);
	}
}

static bool
inside_dead(const struct wc_graph *g, uint32_t block)
{
	while (block != WR_NONE && !g->blocks[block].dead)
		block = g->blocks[block].parent;
	return block != WR_NONE;
}

static bool
reached(void *user, uint32_t node)
{
	(void)user;
	(void)node;
	return true;
}

/* A `do` or `require` in a block that nothing needs would not happen. Said once: what is inside of a
 * `do` is not blamed. */
static void
find_lost(struct wc_unit *u)
{
	struct wc_graph *g = &u->graph;

	for (uint32_t i = 0; i < g->nodes_len; i++)
		if (g->nodes[i].op == WR_OP_DO && !wc_graph_visited(g, i))
			g->blocks[g->nodes[i].blocks[0]].dead = true;
	for (uint32_t i = 0; i < g->nodes_len; i++) {
		const struct wc_node *n = &g->nodes[i];
		bool done = n->op == WR_OP_DO;
		struct wc_diag *d;

		if ((!done && n->op != WR_OP_REQUIRE) || wc_graph_visited(g, i) || inside_dead(g, n->block))
			continue;
		d = wc_diag_add(
		    u->diags, WC_E0508, n->span, "this `%s` never happens", done ? "do" : "require");
		wc_diag_note(d, "nothing uses the value of the step that it stands in");
		if (done)
			wc_diag_help(d, "write `do` before that step, too, or use what it yields");
		else
			wc_diag_help(d, "put it outside of that step, or use what the step yields");
	}
}

/* A call whose result nothing needs: E0508. */
static void
check_used(struct wc_unit *u)
{
	struct wc_graph *g = &u->graph;
	struct wc_walk walk = {NULL, reached, NULL};
	bool going = true;

	wc_graph_walk(g);
	going = wc_graph_visit(g, &walk, u->end);
	for (uint32_t r = g->blocks[0].row_first; going && r != WR_NONE; r = g->nodes[r].next_row)
		going = wc_graph_visit(g, &walk, r);
	if (!going) {
		(void)wc_unit_failed(u, g->status);
		return;
	}
	find_lost(u);
	for (uint32_t i = 0; i < g->nodes_len; i++) {
		const struct wc_node *n = &g->nodes[i];
		const struct wr_text name = n->op == WR_OP_CALL ? u->defs[n->index].decl->name.text
								: (struct wr_text){NULL, 0};
		struct wc_diag *d;

		if (n->op != WR_OP_CALL || wc_graph_visited(g, i) || inside_dead(g, n->block))
			continue;
		d = wc_diag_add(
		    u->diags, WC_E0508, n->span, "the result of `%T` is not used", name);
		wc_diag_help(d, "if the effect is what you want, write `do %T(…)`", name);
	}
}

void
wc_build_flow(struct wc_unit *u)
{
	const struct wc_decl *d;
	struct wc_lower l;
	uint32_t errors = u->diags->errors;

	u->end = WR_NONE;
	u->promised = (struct wr_bounds){UINT64_MAX, UINT64_MAX, UINT64_MAX, 0};
	if (u->flow == NULL || u->status != WR_OK)
		return;
	d = u->flow->decl;
	l = wc_lower_begin(u, &u->graph, WC_SITE_FLOW);
	for (const struct wc_limit *limit = d->flow.within.first; limit != NULL;
	     limit = limit->next)
		take_limit(u, limit);
	bind_inputs(u, &l);
	wc_lower_steps(&l, &d->flow.steps);
	u->end = wc_lower_expr(&l, d->flow.end, u->flow->signature.result);
	u->end =
	    wc_fit(&l, u->end, u->flow->signature.result, d->flow.end->span, d->flow.result->span);
	wc_leave_names(&l);
	if (u->status != WR_OK || u->end == WR_NONE || u->diags->errors != errors)
		return;
	if (!wc_graph_close(&u->graph, &u->end, 1))
		(void)wc_unit_failed(u, u->graph.status);
	else
		check_used(u);
}

/* ---- a workflow as a step of another ------------------------------------------------- */

/* `read_letter` and `body`: ReadLetterBody. */
static struct wr_text
box_name(struct wc_unit *u, struct wr_text flow, struct wr_text input)
{
	struct wr_text words[2] = {flow, input}, name;
	char *at = wc_unit_get(u, flow.size + input.size, 1);

	name = (struct wr_text){at, 0};
	for (int w = 0; w < 2 && at != NULL; w++)
		for (size_t i = 0; i < words[w].size; i++) {
			char c = words[w].at[i];
			bool begins = i == 0 || words[w].at[i - 1] == '_';

			if (c != '_')
				at[name.size++] = begins && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		}
	return name;
}

/* The record of this one input, made once; WR_NONE: its name means something else (reported), or memory. */
static uint32_t
box_type(struct wc_lower *l, const struct wc_expr *e, const struct wr_text flow, const struct wr_param *p)
{
	struct wr_types *types = &l->u->types;
	struct wr_text name = box_name(l->u, flow, p->name);
	struct wr_member *member = wc_unit_get(l->u, 1, sizeof *member);
	bool taken = name.size > WR_NAME_MAX || wc_outside(l->u, WC_TYPES, name) != NULL;

	if (member == NULL || name.at == NULL)
		return WR_NONE;
	*member = (struct wr_member){.name = p->name, .type = p->type, .labels = p->labels};
	for (uint32_t i = 0; i < types->len && !taken; i++) {
		const struct wr_type *t = &types->at[i];

		if (t->kind != WR_TYPE_RECORD || !wr_text_eq(t->name, name))
			continue;
		if (t->members_len == 1 && wr_text_eq(t->members[0].name, p->name) &&
		    t->members[0].type == p->type && t->members[0].labels == p->labels)
			return i;
		taken = true;
	}
	if (taken) {
		struct wc_diag *d = wc_lower_diag(l, WC_E0103, e->call.name.span,
		    "`%T` is needed as the name of a type", name);

		wc_diag_note(d, "the labels written on `%T` reach the program through a record of that name",
		    p->name);
		return WR_NONE;
	}
	return wc_unit_type(l->u, wr_types_add(types, (struct wr_type){.kind = WR_TYPE_RECORD,
	    .name = name, .members = member, .members_len = 1}));
}

/*
 * What a labelled input is in place: the argument, which may carry those labels alone, and carries all
 * of them from here on. A record with that one field says both: into it, and out of it again.
 */
static uint32_t
box_input(struct wc_lower *l, const struct wc_expr *e, const struct wc_def *def, uint32_t i, uint32_t arg)
{
	const struct wr_param *p = &def->signature.params[i];
	struct wc_span span = e->call.name.span;
	uint32_t type, record;

	if (p->labels == 0 || arg == WR_NONE)
		return arg;
	type = box_type(l, e, def->decl->name.text, p);
	if (type == WR_NONE)
		return WR_NONE;
	record = wc_make(l, &(struct wc_make){ .op = WR_OP_RECORD,
				.type = type,
				.operands = &arg,
				.spans = &span,
				.operands_len = 1,
				.span = span });
	return wc_make(l, &(struct wc_make){ .op = WR_OP_FIELD,
			      .operands = &record,
			      .spans = &span,
			      .operands_len = 1,
			      .span = span });
}

/*
 * The flow's steps in place, its inputs bound to args. What it promises `within` is said of its own
 * program; here its calls count for the caller's.
 */
uint32_t
wc_lower_flow_call(
    struct wc_lower *l, const struct wc_expr *e, struct wc_def *def, const uint32_t *args)
{
	const struct wc_decl *d = def->decl;
	const struct wc_signature *s = &def->signature;
	struct wc_lower inner = *l;
	uint32_t node;

	if (l->site != WC_SITE_FLOW) {
		struct wc_diag *diag = wc_lower_diag(l, WC_E0109, e->call.name.span,
		    "`%T` is a workflow; only the flow calls workflows", e->call.name.text);

		wc_diag_help(diag, "call it in a step of the flow, and pass its result here");
		return WR_NONE;
	}
	if (s->broken)
		return WR_NONE;
	inner.names = NULL;
	inner.scope = ++l->u->scopes;
	inner.pending = NULL;
	inner.inlined = true;
	if (!l->inlined)
		inner.used_at = e->call.name.span;
	for (uint32_t i = 0; i < s->params_len; i++)
		(void)wc_bind(&inner, &s->written[i]->name, "an input", box_input(l, e, def, i, args[i]));
	wc_lower_steps(&inner, &d->flow.steps);
	node = wc_lower_expr(&inner, d->flow.end, s->result);
	node = wc_fit(&inner, node, s->result, d->flow.end->span, d->flow.result->span);
	wc_leave_names(&inner);
	l->calls = inner.calls;
	return node;
}
