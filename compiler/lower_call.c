/*
 * Calls: which argument is which parameter, then a node for a built-in, a CALL for an agent,
 * or the body of a fn in place of the call.
 */
#include "compiler/lower.h"

#include <assert.h>

#define INLINE_DEEP 100u /* fns inside fns: more is a mistake sooner than a program */

/* ---- arguments ---------------------------------------------------------------------- */

static uint32_t
param_named(const struct wc_signature *s, struct wr_text name)
{
	for (uint32_t i = 0; i < s->params_len; i++)
		if (wr_text_eq(s->params[i].name, name))
			return i;
	return WR_NONE;
}

/* "gist: text ..600, rules: [Rule] ..6" */
static void
note_params(struct wc_lower *l, struct wc_diag *d, const struct wc_signature *s)
{
	struct wr_buf buf;

	wr_buf_init(&buf, l->u->arena->alloc, 800);
	for (uint32_t i = 0; i < s->params_len; i++) {
		wr_buf_str(&buf, i == 0 ? "" : ", ");
		wr_buf_text(&buf, s->params[i].name);
		wr_buf_str(&buf, ": ");
		wr_buf_text(&buf, wc_span_text(s->written[i]->type->span));
	}
	if (s->params_len == 0)
		wc_diag_note(d, "it has no parameters");
	else if (buf.status == WR_OK)
		wc_diag_note(d, "its parameters are %T", wr_buf_view(&buf));
	wr_buf_free(&buf);
}

/* The edit that writes `name: ` before an argument. */
static void
insert_name(struct wc_lower *l, struct wc_diag *d, struct wc_span span, struct wr_text name)
{
	char *text = wc_unit_get(l->u, name.size + 2, 1);

	if (text == NULL)
		return;
	memcpy(text, name.at, name.size);
	memcpy(text + name.size, ": ", 2);
	span.end = span.start;
	wc_diag_edit(d, span, (struct wr_text){text, name.size + 2});
}

/* Whether another argument of the call says that it is this parameter's. */
static bool
is_spoken_for(const struct wc_expr *call, struct wr_text param)
{
	for (const struct wc_arg *a = call->call.args.first; a != NULL; a = a->next)
		if (wr_text_eq(a->name.text, param) ||
		    (a->name.text.size == 0 && a->value->kind == WC_EXPR_NAME &&
			wr_text_eq(a->value->name.text, param)))
			return true;
	return false;
}

/* The parameter that an argument without a name is most likely for: the one at its place. */
static uint32_t
likely_parameter(const struct wc_expr *call, const struct wc_signature *s, const struct wc_arg *a)
{
	uint32_t place = 0;

	for (const struct wc_arg *b = call->call.args.first; b != a; b = b->next)
		place++;
	if (place < s->params_len && !is_spoken_for(call, s->params[place].name))
		return place;
	for (uint32_t i = 0; i < s->params_len; i++)
		if (!is_spoken_for(call, s->params[i].name))
			return i;
	return WR_NONE;
}

static uint32_t
which_parameter(struct wc_lower *l, const struct wc_expr *call, const struct wc_signature *s,
    const struct wc_arg *a)
{
	bool named = a->name.text.size > 0;
	struct wr_text n = named ? a->name.text : wc_span_text(a->value->span);
	struct wc_diag *d = wc_lower_diag(l, WC_E0106, named ? a->name.span : a->value->span,
	    named ? "`%T` has no parameter `%T`" : "say which parameter this is",
	    call->call.name.text, n);
	struct wr_text *names = wc_unit_get(l->u, s->params_len, sizeof *names);
	uint32_t likely = named ? WR_NONE : likely_parameter(call, s, a);

	if (names == NULL)
		return WR_NONE;
	for (uint32_t i = 0; i < s->params_len; i++)
		names[i] = s->params[i].name;
	if (!named && a->value->kind == WC_EXPR_NAME)
		wc_diag_label(d, "`%T` has no parameter `%T`", call->call.name.text, n);
	note_params(l, d, s);
	if (named) {
		wc_unit_suggest(d, &a->name, names, s->params_len);
		return WR_NONE;
	}
	if (likely != WR_NONE && n.size < 60) {
		wc_diag_help(d, "write `%T: %T`", names[likely], n);
		insert_name(l, d, a->value->span, names[likely]);
	}
	return WR_NONE;
}

/* Which parameter an argument is for, or WR_NONE (reported). */
static uint32_t
arg_param(struct wc_lower *l, const struct wc_expr *call, const struct wc_signature *s,
    const struct wc_arg *a)
{
	uint32_t i = WR_NONE;

	if (a->name.text.size > 0)
		i = param_named(s, a->name.text);
	else if (a->value->kind == WC_EXPR_NAME && param_named(s, a->value->name.text) != WR_NONE)
		i = param_named(s, a->value->name.text);
	else if (s->params_len == 1 && call->call.args.len == 1)
		i = 0;
	return i != WR_NONE ? i : which_parameter(l, call, s, a);
}

static bool
missing_argument(
    struct wc_lower *l, const struct wc_expr *call, const struct wc_signature *s, const bool *said)
{
	uint32_t missing = 0, first = 0;
	struct wc_diag *d;

	for (uint32_t i = 0; i < s->params_len; i++)
		if (!said[i] && missing++ == 0)
			first = i;
	if (missing == 0)
		return false;
	d = wc_lower_diag(l, WC_E0107, call->span, "`%T` needs `%T`", call->call.name.text,
	    s->params[first].name);
	if (missing == 1)
		wc_diag_label(d, "one argument is missing");
	else
		wc_diag_label(d, "%u arguments are missing", missing);
	note_params(l, d, s);
	return true;
}

/* The arguments in order of the parameters, each of its parameter's type, and their places; NULL:
 * reported. */
static uint32_t *
arguments(struct wc_lower *l, const struct wc_expr *call, const struct wc_signature *s,
    struct wc_span *ret_spans)
{
	uint32_t *nodes = wc_unit_get(l->u, s->params_len, sizeof *nodes);
	bool *said = wc_unit_get(l->u, s->params_len, sizeof *said);
	bool good = true, strange = false;

	if (nodes == NULL || said == NULL)
		return NULL;
	for (uint32_t i = 0; i < s->params_len; i++)
		nodes[i] = WR_NONE;
	for (const struct wc_arg *a = call->call.args.first; a != NULL; a = a->next) {
		uint32_t i = arg_param(l, call, s, a);
		uint32_t wanted = i == WR_NONE ? WR_NONE : s->params[i].type;
		uint32_t node = wc_lower_expr(l, a->value, wanted);

		if (i == WR_NONE) {
			good = false;
			strange = true;
		} else if (said[i]) {
			(void)wc_lower_diag(
			    l, WC_E0106, a->span, "`%T` is given twice", s->params[i].name);
			good = false;
		} else {
			said[i] = true;
			ret_spans[i] = a->value->span;
			nodes[i] =
			    wc_fit(l, node, wanted, a->value->span, s->written[i]->type->span);
			good &= nodes[i] != WR_NONE;
		}
	}
	if (!strange && !s->broken && missing_argument(l, call, s, said))
		good = false;
	return good && l->u->status == WR_OK ? nodes : NULL;
}

/* ---- agents -------------------------------------------------------------------------- */

static uint32_t
call_agent(struct wc_lower *l, const struct wc_expr *e, struct wc_def *def)
{
	struct wc_span *spans = wc_unit_get(l->u, def->signature.params_len, sizeof *spans);
	struct wc_node n = {.op = WR_OP_CALL, .span = e->call.name.span, .spans = spans};
	uint32_t node, *args;

	if (def->state == WC_DEF_BROKEN) /* a copy of nothing; agents have no other state */
		return WR_NONE;
	if (l->site != WC_SITE_FLOW) {
		struct wc_diag *d = wc_lower_diag(l, WC_E0109, e->call.name.span,
		    "`%T` is an agent; only the flow calls agents", e->call.name.text);

		if (l->test != NULL)
			wc_diag_help(d, "a test reaches agents through a flow that calls them: in a file "
					"with a `start`, look at its `result`");
		else
			wc_diag_help(d, "call it in a step of the flow, and pass its result here");
		return WR_NONE;
	}
	if (l->in_head != NULL) {
		struct wc_diag *d = wc_lower_diag(l, WC_E0511, e->call.name.span,
		    "an agent may not be asked in `%s`", l->in_head);

		wc_diag_note(d, "a `for` knows which items there are, and in which order, before it asks anybody");
		wc_diag_help(d, "ask in a `for` before this one, and keep what was answered");
		return WR_NONE;
	}
	l->calls++;
	args = spans == NULL ? NULL : arguments(l, e, &def->signature, spans);
	if (args == NULL || def->signature.broken)
		return WR_NONE;
	n.index = (uint32_t)(def - l->u->defs);
	n.operands = args;
	n.operands_len = def->signature.params_len;
	n.result = def->signature.result;
	node = wc_graph_add(l->g, &n);
	return node != WR_NONE ? node : wc_unit_failed(l->u, l->g->status);
}

/* ---- fns and consts --------------------------------------------------------------------- */

static struct wr_text
inline_key(struct wc_lower *l, const struct wc_def *def, const uint32_t *args)
{
	uint32_t len = def->signature.params_len;
	uint32_t *key = wc_unit_get(l->u, len + 2, sizeof *key);

	if (key == NULL)
		return (struct wr_text){NULL, 0};
	key[0] = UINT32_MAX; /* no operation begins so */
	key[1] = (uint32_t)(def - l->u->defs);
	if (len > 0)
		memcpy(key + 2, args, len * sizeof *key);
	return (struct wr_text){(const char *)key, (len + 2) * sizeof *key};
}

/* The body of a fn or const, with its parameters bound to args; at its declared result. */
static uint32_t
body(struct wc_lower *l, const struct wc_def *def, const uint32_t *args)
{
	const struct wc_decl *d = def->decl;
	uint32_t node;

	if (d->kind == WC_DECL_CONST)
		return wc_lower_expr(l, d->constant.value, WR_NONE);
	for (uint32_t i = 0; i < def->signature.params_len; i++)
		if (wc_bind(l, &def->signature.written[i]->name, "a parameter", args[i]) == NULL)
			return WR_NONE;
	node = wc_lower_branch(l, d->fn.body, def->signature.result);
	node = wc_fit(l, node, def->signature.result, d->fn.body->span, d->fn.result->span);
	if (node == WR_NONE || def->drops.len == 0)
		return node;
	{
		struct wc_node n = {.op = WR_OP_DROP,
		    .operands = &node,
		    .operands_len = 1,
		    .name = d->name.text,
		    .drops = def->drops,
		    .result = wc_node_type(l, node),
		    .span = l->inlined ? l->used_at : d->name.span};
		uint32_t drop = wc_graph_add(l->g, &n);

		return drop != WR_NONE ? drop : wc_unit_failed(l->u, l->g->status);
	}
}

/* Lower a fn or const by itself, once: afterwards its state is DONE or BROKEN. */
static void
check_def(struct wc_unit *u, struct wc_def *def, struct wc_span used_at)
{
	const struct wc_signature *s = &def->signature;
	struct wc_graph *graph = &u->scratch;
	struct wc_lower l;
	uint32_t *params, errors = u->diags->errors;

	if (def->state == WC_DEF_OPEN) {
		struct wc_diag *d = wc_diag_add(u->diags, WC_E0105, used_at, "`%T` %s itself",
		    def->decl->name.text, def->decl->kind == WC_DECL_FN ? "calls" : "uses");

		wc_diag_label(d, "here");
		wc_diag_help(d, "there is no recursion; use `for`, `sum` or a `loop` with a limit");
	}
	if (def->state != WC_DEF_UNSEEN)
		return;
	def->state = WC_DEF_OPEN;
	params = wc_unit_get(u, s->params_len, sizeof *params);
	if (params == NULL || s->broken || u->nesting == INLINE_DEEP) {
		if (u->nesting == INLINE_DEEP)
			(void)wc_diag_add(u->diags, WC_E0406, def->decl->name.span,
			    "this program is too large: fns use fns %u deep", INLINE_DEEP);
		def->state = WC_DEF_BROKEN;
		return;
	}
	u->nesting++;
	l = wc_lower_begin(u, graph, def->decl->kind == WC_DECL_FN ? WC_SITE_FN : WC_SITE_CONST);
	for (uint32_t i = 0; i < s->params_len && graph->status == WR_OK; i++) {
		struct wc_node n = {
		    .op = WR_OP_INPUT, .index = u->scratch_inputs++, .result = s->params[i].type};

		n.span = s->written[i]->name.span;
		params[i] = wc_graph_add(graph, &n);
	}
	if (graph->status == WR_OK)
		(void)body(&l, def, params);
	else
		(void)wc_unit_failed(u, graph->status);
	wc_unbind(&l, NULL);
	u->nesting--;
	def->state = u->diags->errors == errors && u->status == WR_OK ? WC_DEF_DONE : WC_DEF_BROKEN;
}

uint32_t
wc_inline(struct wc_lower *l, struct wc_def *def, const uint32_t *args, struct wc_span span)
{
	struct wc_lower inner = *l;
	struct wr_text key;
	uint32_t node;

	check_def(l->u, def, span);
	if (def->state != WC_DEF_DONE || l->u->status != WR_OK)
		return WR_NONE;
	key = inline_key(l, def, args);
	if (key.at == NULL)
		return WR_NONE;
	node = wc_table_get(&l->g->table, key);
	if (node != WR_NONE)
		return node;
	inner.site = def->decl->kind == WC_DECL_FN ? WC_SITE_FN : WC_SITE_CONST;
	inner.names = NULL;
	inner.scope = ++l->u->scopes;
	inner.pending = NULL;
	inner.in_head = NULL;
	inner.inlined = true;
	if (!l->inlined)
		inner.used_at = span;
	node = body(&inner, def, args);
	wc_unbind(&inner, NULL);
	if (node != WR_NONE && !wc_table_put(&l->g->table, key, node))
		(void)wc_unit_spent(l->u);
	return node;
}

void
wc_check_pure(struct wc_unit *u)
{
	for (uint32_t i = 0; i < u->defs_len && u->status == WR_OK; i++) {
		enum wc_decl_kind kind = u->defs[i].decl->kind;

		if (kind == WC_DECL_FN || kind == WC_DECL_CONST)
			check_def(u, &u->defs[i], u->defs[i].decl->name.span);
	}
}

/* ---- built-ins ---------------------------------------------------------------------------- */

/* The operation of that name that takes len operands, or one that takes another number of them. */
static unsigned
builtin(struct wr_text name, uint32_t len)
{
	unsigned other = WR_OPS_LEN;

	for (unsigned op = 0; op < WR_OPS_LEN; op++) {
		const struct wr_op_info *row = wr_op_info(op);

		if (row->surface == NULL || !wr_text_eq(wr_text_of(row->surface), name))
			continue;
		if (len >= row->operands_min && len <= row->operands_max)
			return op;
		if (other == WR_OPS_LEN || row->operands_min > wr_op_info(other)->operands_min)
			other = op;
	}
	return other;
}

/* What the arguments after the first are asked to be, when the first says so. */
static uint32_t
later_hint(const struct wc_lower *l, unsigned op, uint32_t first)
{
	if (first == WR_NONE)
		return WR_NONE;
	switch (op) {
	case WR_OP_MIN:
	case WR_OP_MAX:
	case WR_OP_CLAMP:
		return wc_node_type(l, first);
	case WR_OP_CONTAINS:
		return wc_type_of(l, first)->kind == WR_TYPE_LIST ? wc_type_of(l, first)->elem
								  : WR_NONE;
	default:
		return WR_NONE;
	}
}

static uint32_t
call_builtin(struct wc_lower *l, const struct wc_expr *e, unsigned op, bool lines)
{
	uint32_t len = e->call.args.len, n = 0, hint = WR_NONE;
	uint32_t *nodes = wc_unit_get(l->u, len + 1, sizeof *nodes);
	struct wc_span *spans = wc_unit_get(l->u, len + 1, sizeof *spans);
	const struct wr_op_info *row = wr_op_info(op);
	uint32_t wanted = lines ? 1 : row->operands_min;

	if (nodes == NULL || spans == NULL)
		return WR_NONE;
	for (const struct wc_arg *a = e->call.args.first; a != NULL; a = a->next) {
		if (a->name.text.size > 0)
			wc_diag_help(wc_lower_diag(l, WC_E0106, a->name.span,
					 "a built-in's arguments have no names"),
			    "leave `%T:` out", a->name.text);
		nodes[n] = wc_lower_expr(l, a->value, hint);
		spans[n++] = a->value->span;
		hint = later_hint(l, op, nodes[0]);
	}
	if (len != wanted) {
		struct wc_diag *d = wc_lower_diag(l, WC_E0107, e->span, "`%T` takes %u %s",
		    e->call.name.text, wanted, wanted == 1 ? "argument" : "arguments");

		wc_diag_note(d, "%s", row->meaning);
		return WR_NONE;
	}
	if (lines) {
		nodes[n] = wc_make_text(l, WR_TEXT("\n"), e->span);
		spans[n++] = e->span;
	}
	return wc_make(l, &(struct wc_make){.op = (enum wr_op)op,
			      .operands = nodes,
			      .spans = spans,
			      .operands_len = n,
			      .span = e->span,
			      .name = lines ? "lines" : row->surface});
}

uint32_t
wc_lower_convert(struct wc_lower *l, const struct wc_expr *e)
{
	const struct wc_expr *of = e->convert.operand;
	uint32_t node = wc_lower_expr(l, of, WR_NONE);
	struct wc_make m = {
	    .operands = &node, .spans = &of->span, .operands_len = 1, .span = e->span};

	switch (e->convert.to) {
	case WC_TYPE_TEXT:
		return wc_make_template(l, &node, &of->span, 1, e->span);
	case WC_TYPE_INT:
		if (node != WR_NONE && wc_type_of(l, node)->kind == WR_TYPE_NUMBER) {
			struct wc_diag *d = wc_lower_diag(
			    l, WC_E0201, of->span, "`int` reads a text; this is a `number`");

			wc_diag_help(d, "`round(…)` gives the nearest int");
			return WR_NONE;
		}
		m.op = WR_OP_INT;
		m.name = "int";
		return wc_make(l, &m);
	case WC_TYPE_NUMBER:
		m.op = WR_OP_NUMBER;
		m.name = "number";
		return wc_make(l, &m);
	case WC_TYPE_BOOL:
	case WC_TYPE_NAMED:
	case WC_TYPE_LIST:
		break;
	}
	(void)wc_lower_diag(l, WC_E0201, e->span, "nothing is turned into a `bool`; compare it");
	return WR_NONE;
}

/* ---- which of them -------------------------------------------------------------------------- */

static uint32_t
call_fn(struct wc_lower *l, const struct wc_expr *e, struct wc_def *def)
{
	struct wc_span *spans = wc_unit_get(l->u, def->signature.params_len, sizeof *spans);
	uint32_t *args;

	if (spans == NULL)
		return WR_NONE;
	/* A fn that is being checked calls itself: say that before its arguments are judged. */
	check_def(l->u, def, e->span);
	args = arguments(l, e, &def->signature, spans);
	return args == NULL ? WR_NONE : wc_inline(l, def, args, e->call.name.span);
}

static uint32_t
call_flow(struct wc_lower *l, const struct wc_expr *e, struct wc_def *def)
{
	struct wc_span *spans = wc_unit_get(l->u, def->signature.params_len, sizeof *spans);
	uint32_t *args = spans == NULL ? NULL : arguments(l, e, &def->signature, spans);

	return args == NULL ? WR_NONE : wc_lower_flow_call(l, e, def, args);
}

uint32_t
wc_lower_call(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	const struct wc_name *n = &e->call.name;
	const struct wc_binding *b = wc_local(l, n->text);
	struct wc_def *def = b == NULL ? wc_named(l->u, WC_VALUES, n) : NULL;
	bool lines = wr_text_eq(n->text, WR_TEXT("lines"));
	unsigned op;

	(void)hint;
	if (def != NULL) {
		def->used = true;
		if (wc_is_agent(def))
			return call_agent(l, e, def);
		if (def->decl->kind == WC_DECL_FN)
			return call_fn(l, e, def);
		if (def->decl->kind == WC_DECL_FLOW)
			return call_flow(l, e, def);
	}
	op = lines ? WR_OP_JOIN : builtin(n->text, e->call.args.len);
	if (op != WR_OPS_LEN && b == NULL && def == NULL)
		return call_builtin(l, e, op, lines);
	if (l->test != NULL && b == NULL && def == NULL && wr_text_eq(n->text, WR_TEXT("calls")))
		return wc_lower_calls(l, e);
	if (b != NULL || def != NULL) {
		(void)wc_lower_diag(l, WC_E0109, n->span, "`%T` is %s; it cannot be called",
		    n->text, b != NULL ? b->what : "a const");
		return WR_NONE;
	}
	wc_unknown(l, n);
	return WR_NONE;
}
