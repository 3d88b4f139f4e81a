/*
 * Expressions: what each kind means, but for calls, choice, `for`, operators and texts, which
 * have their own files.
 */
#include "compiler/lower.h"

#include "vm/format/names.h"

#include <assert.h>

#define DEPTH_MAX 1000u   /* expressions inside expressions, through inlining: the C stack */
#define WORK_MAX 4000000u /* expressions of one compilation, each use of a fn counted: seconds */

struct wc_lower
wc_lower_begin(struct wc_unit *u, struct wc_graph *g, enum wc_site site)
{
	return (struct wc_lower){ .u = u, .g = g, .site = site, .scope = ++u->scopes };
}

struct wc_diag *
wc_lower_note(struct wc_lower *l, struct wc_diag *diag)
{
	if (l->inlined && l->used_at.source != NULL)
		wc_diag_also(diag, l->used_at, "used here");
	return diag;
}

static bool
number_wanted(const struct wc_lower *l, uint32_t hint)
{
	if (hint == WR_NONE)
		return false;
	if (wc_type_at(l, hint)->kind == WR_TYPE_OPTION)
		hint = wc_type_at(l, hint)->elem;
	return wc_type_at(l, hint)->kind == WR_TYPE_NUMBER;
}

static uint32_t
integer(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	struct wr_types *types = &l->u->types;

	if (number_wanted(l, hint)) {
		double d = (double)e->integer;

		return wc_make_const(l, wr_value_of_number(d),
		    wc_unit_type(l->u, wr_type_number(types, d, d)), e->span);
	}
	return wc_make_const(l, wr_value_of_int(e->integer),
	    wc_unit_type(l->u, wr_type_int(types, e->integer, e->integer)), e->span);
}

static uint32_t
none(struct wc_lower *l, struct wc_span span)
{
	uint32_t never = wc_unit_type(l->u, wr_type_never(&l->u->types));

	if (never == WR_NONE)
		return WR_NONE;
	return wc_make_const(
	    l, wr_value_none(), wc_unit_type(l->u, wr_type_option(&l->u->types, never)), span);
}

static uint32_t
some(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	bool option = hint != WR_NONE && wc_type_at(l, hint)->kind == WR_TYPE_OPTION;
	uint32_t inner = wc_lower_expr(l, e->operand, option ? wc_type_at(l, hint)->elem : WR_NONE);

	if (inner != WR_NONE && wc_type_of(l, inner)->kind == WR_TYPE_OPTION) {
		struct wc_diag *d =
		    wc_lower_diag(l, WC_E0209, e->span, "this would be an optional of an optional");

		wc_diag_also(d, e->operand->span, "`%s` already",
		    wc_unit_words(l->u, wc_node_type(l, inner)));
		wc_diag_help(d, "leave `some` out");
		return WR_NONE;
	}
	return wc_make1(l, WR_OP_SOME, inner, e->span);
}

static uint32_t
name(struct wc_lower *l, const struct wc_name *n)
{
	struct wc_binding *b = wc_local(l, n->text);
	struct wc_def *def;
	struct wc_diag *d;

	if (b != NULL)
		return b->node;
	def = wc_named(l->u, WC_VALUES, n);
	if (def == NULL && !wr_name_builtin(n->text)) {
		wc_unknown(l, n);
		return WR_NONE;
	}
	if (def != NULL && def->decl->kind == WC_DECL_CONST) {
		def->used = true;
		return wc_inline(l, def, NULL, n->span);
	}
	d = wc_lower_diag(l, WC_E0109, n->span, "`%T` is %s, not a value", n->text,
	    def == NULL ? "a built-in" : wc_decl_words(def->decl->kind));
	wc_diag_help(d, "call it: `%T(…)`", n->text);
	return WR_NONE;
}

/* ---- records, variants, lists -------------------------------------------------------- */

static void
unknown_member(struct wc_lower *l, const struct wr_type *t, const struct wc_name *n,
    const char *what, const char *whats)
{
	struct wr_text *names = wc_unit_get(l->u, t->members_len, sizeof *names);
	struct wr_buf list;
	struct wc_diag *d =
	    wc_lower_diag(l, WC_E0102, n->span, "`%T` has no %s `%T`", t->name, what, n->text);

	if (names == NULL)
		return;
	wr_buf_init(&list, l->u->arena->alloc, 200);
	for (uint32_t i = 0; i < t->members_len; i++) {
		names[i] = t->members[i].name;
		wr_buf_str(&list, i == 0 ? "" : ", ");
		wr_buf_text(&list, names[i]);
	}
	wc_diag_label(d, "not a %s", what);
	if (list.status == WR_OK && list.size > 0)
		wc_diag_note(d, "its %s are %T", whats, wr_buf_view(&list));
	wr_buf_free(&list);
	wc_unit_suggest(d, n, names, t->members_len);
}

static uint32_t
member(const struct wr_type *t, struct wr_text n)
{
	for (uint32_t i = 0; i < t->members_len; i++)
		if (wr_text_eq(t->members[i].name, n))
			return i;
	return WR_NONE;
}

static uint32_t
field(struct wc_lower *l, const struct wc_expr *e)
{
	uint32_t of = wc_lower_expr(l, e->field.of, WR_NONE);
	const struct wc_name *n = &e->field.name;
	const struct wr_type *t;
	uint32_t at;

	if (of == WR_NONE || wc_type_of(l, of)->kind == WR_TYPE_NEVER)
		return WR_NONE;
	t = wc_type_of(l, of);
	if (t->kind == WR_TYPE_OPTION && wc_type_at(l, t->elem)->kind == WR_TYPE_RECORD) {
		struct wr_text source = wc_span_text(e->field.of->span);
		struct wc_diag *d =
		    wc_lower_diag(l, WC_E0202, e->field.of->span, "`%T` may be absent", source);

		wc_diag_label(d, "`%s`", wc_unit_words(l->u, wc_node_type(l, of)));
		wc_diag_help(d, "`match %T { some(x) -> x.%T, none -> … }`", source, n->text);
		return WR_NONE;
	}
	if (t->kind != WR_TYPE_RECORD) {
		struct wc_diag *d = wc_lower_diag(
		    l, WC_E0102, n->span, "%s has no fields", wc_unit_a(l->u, wc_node_type(l, of)));

		if (t->kind == WR_TYPE_VARIANTS)
			wc_diag_help(d, "take it apart with `match`");
		else if (wr_name_builtin(n->text))
			wc_diag_help(d, "write `%T(…)`", n->text);
		return WR_NONE;
	}
	at = member(t, n->text);
	if (at == WR_NONE) {
		unknown_member(l, t, n, "field", "fields");
		return WR_NONE;
	}
	return wc_make(l, &(struct wc_make){ .op = WR_OP_FIELD,
			      .index = at,
			      .operands = &of,
			      .spans = &e->field.of->span,
			      .operands_len = 1,
			      .span = e->span });
}

static const struct wc_decl *
declared(const struct wc_lower *l, const struct wr_type *t)
{
	const struct wc_def *def = wc_outside(l->u, WC_TYPES, t->name);

	return def == NULL ? NULL : def->decl;
}

/* Where field i of a record was declared. */
static struct wc_span
field_span(const struct wc_lower *l, const struct wr_type *t, uint32_t i)
{
	const struct wc_decl *d = declared(l, t);
	const struct wc_field_decl *f;

	if (d == NULL || d->type.form != WC_TYPE_FORM_RECORD)
		return (struct wc_span){ NULL, 0, 0 };
	f = d->type.fields.first;
	while (f != NULL && i-- > 0)
		f = f->next;
	return f == NULL ? (struct wc_span){ NULL, 0, 0 } : f->type->span;
}

/* Lower the fields of a record literal into place. False when one is wrong. */
static bool
record_fields(struct wc_lower *l, const struct wc_arg_list *fields, uint32_t type, uint32_t *nodes,
    struct wc_span *spans)
{
	bool good = true;

	for (const struct wc_arg *a = fields->first; a != NULL; a = a->next) {
		uint32_t i = member(wc_type_at(l, type), a->name.text), node, wanted;

		if (i == WR_NONE) {
			unknown_member(l, wc_type_at(l, type), &a->name, "field", "fields");
			good = false;
			continue;
		}
		wanted = wc_type_at(l, type)->members[i].type;
		node = wc_lower_expr(l, a->value, wanted);
		if (spans[i].source != NULL) {
			struct wc_diag *d = wc_lower_diag(
			    l, WC_E0103, a->name.span, "`%T` is given twice", a->name.text);

			wc_diag_also(d, spans[i], "first here");
			good = false;
		}
		spans[i] = a->value->span;
		if (l->state != NULL && type == l->state->type &&
		    wc_state_grows(l, node, wanted, a->value, &a->name)) {
			good = false;
			continue;
		}
		nodes[i] =
		    wc_fit(l, node, wanted, a->value->span, field_span(l, wc_type_at(l, type), i));
		good &= nodes[i] != WR_NONE;
	}
	return good;
}

static bool
check_complete(
    struct wc_lower *l, const struct wc_name *n, uint32_t type, const struct wc_span *spans)
{
	const struct wr_type *t = wc_type_at(l, type);
	uint32_t missing = 0, first = WR_NONE;
	struct wc_diag *d;

	for (uint32_t i = 0; i < t->members_len; i++)
		if (spans[i].source == NULL && missing++ == 0)
			first = i;
	if (missing == 0)
		return true;
	d = wc_lower_diag(l, WC_E0210, n->span, "`%T` needs `%T`", t->name, t->members[first].name);
	if (missing == 1)
		wc_diag_label(d, "one field is missing");
	else
		wc_diag_label(d, "%u fields are missing", missing);
	return false;
}

static uint32_t
record(struct wc_lower *l, const struct wc_expr *e)
{
	const struct wc_def *def = wc_find_type(l->u, &e->record.type);
	uint32_t type, len, *nodes;
	struct wc_span *spans;
	bool good;

	if (def == NULL)
		return WR_NONE;
	type = def->index;
	if (wc_type_at(l, type)->kind != WR_TYPE_RECORD) {
		(void)wc_lower_diag(
		    l, WC_E0201, e->record.type.span, "`%T` is not a record", e->record.type.text);
		return WR_NONE;
	}
	len = wc_type_at(l, type)->members_len;
	nodes = wc_unit_get(l->u, len, sizeof *nodes);
	spans = wc_unit_get(l->u, len, sizeof *spans);
	if (nodes == NULL || spans == NULL)
		return WR_NONE;
	good = record_fields(l, &e->record.fields, type, nodes, spans);
	if (!check_complete(l, &e->record.type, type, spans) || !good)
		return WR_NONE;
	return wc_make(l, &(struct wc_make){ .op = WR_OP_RECORD,
			      .type = type,
			      .operands = nodes,
			      .spans = spans,
			      .operands_len = len,
			      .span = e->span });
}

/* Only of a record; of what may be absent, or of anything else, it is said why not. */
static bool
is_record(struct wc_lower *l, const struct wc_expr *e, uint32_t of)
{
	const struct wr_type *t = wc_type_of(l, of);
	struct wr_text source = wc_span_text(e->with.of->span);
	struct wc_diag *d;

	if (t->kind == WR_TYPE_RECORD)
		return true;
	if (t->kind == WR_TYPE_OPTION && wc_type_at(l, t->elem)->kind == WR_TYPE_RECORD) {
		d = wc_lower_diag(l, WC_E0202, e->with.of->span, "`%T` may be absent", source);
		wc_diag_help(d, "`match %T { some(x) -> x with { … }, none -> … }`", source);
	} else {
		d = wc_lower_diag(
		    l, WC_E0201, e->with.of->span, "`with` changes fields of a record");
	}
	wc_diag_label(d, "`%s`", wc_unit_words(l->u, wc_node_type(l, of)));
	return false;
}

static uint32_t
with(struct wc_lower *l, const struct wc_expr *e)
{
	uint32_t of = wc_lower_expr(l, e->with.of, WR_NONE), type, len, *nodes;
	struct wc_span *spans;

	if (of == WR_NONE || wc_type_of(l, of)->kind == WR_TYPE_NEVER || !is_record(l, e, of))
		return WR_NONE;
	type = wc_node_type(l, of);
	len = wc_type_at(l, type)->members_len;
	nodes = wc_unit_get(l->u, len, sizeof *nodes);
	spans = wc_unit_get(l->u, len, sizeof *spans);
	if (nodes == NULL || spans == NULL)
		return WR_NONE;
	memset(nodes, 0xff, len * sizeof *nodes);
	if (!record_fields(l, &e->with.fields, type, nodes, spans))
		return WR_NONE;
	return wc_make_with(l, of, nodes, spans, e->span);
}

static uint32_t
variant(struct wc_lower *l, const struct wc_expr *e)
{
	const struct wc_def *def = wc_find_type(l->u, &e->variant.type);
	const struct wc_expr *payload = e->variant.payload;
	uint32_t type, tag, wanted, node;
	struct wc_span no_place = { NULL, 0, 0 };

	if (def == NULL)
		return WR_NONE;
	type = def->index;
	if (wc_type_at(l, type)->kind != WR_TYPE_VARIANTS) {
		(void)wc_lower_diag(l, WC_E0201, e->variant.type.span, "`%T` has no variants",
		    e->variant.type.text);
		return WR_NONE;
	}
	tag = member(wc_type_at(l, type), e->variant.variant.text);
	if (tag == WR_NONE) {
		unknown_member(l, wc_type_at(l, type), &e->variant.variant, "variant", "variants");
		return WR_NONE;
	}
	wanted = wc_type_at(l, type)->members[tag].type;
	if (wanted == WR_NONE && payload == NULL)
		return wc_make_const(l,
		    (struct wr_value){ .kind = WR_VALUE_VARIANT, .len = tag, .as.items = NULL },
		    type, e->span);
	if (wanted == WR_NONE || payload == NULL) {
		struct wc_diag *d = wc_lower_diag(l, WC_E0201, e->variant.variant.span,
		    wanted == WR_NONE ? "`%T` holds no value" : "`%T` needs a value",
		    e->variant.variant.text);

		if (wanted != WR_NONE)
			wc_diag_help(d, "`%T.%T(…)` with `%s`", e->variant.type.text,
			    e->variant.variant.text, wc_unit_words(l->u, wanted));
		return WR_NONE;
	}
	node = wc_fit(l, wc_lower_expr(l, payload, wanted), wanted, payload->span, no_place);
	return wc_make(l, &(struct wc_make){ .op = WR_OP_VARIANT,
			      .type = type,
			      .index = tag,
			      .operands = &node,
			      .spans = &payload->span,
			      .operands_len = 1,
			      .span = e->span });
}

static uint32_t
empty_list(struct wc_lower *l, struct wc_span span)
{
	uint32_t never = wc_unit_type(l->u, wr_type_never(&l->u->types));

	if (never == WR_NONE)
		return WR_NONE;
	return wc_make_const(l, (struct wr_value){ .kind = WR_VALUE_LIST, .as.items = NULL },
	    wc_unit_type(l->u, wr_type_list(&l->u->types, never, 0, 0)), span);
}

static uint32_t
list(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	uint32_t wanted = WR_NONE, len = 0;
	uint32_t *nodes = wc_unit_get(l->u, e->list.len, sizeof *nodes);
	struct wc_span *spans = wc_unit_get(l->u, e->list.len, sizeof *spans);

	if (nodes == NULL || spans == NULL)
		return WR_NONE;
	if (e->list.len == 0)
		return empty_list(l, e->span);
	if (hint != WR_NONE && wc_type_at(l, hint)->kind == WR_TYPE_OPTION)
		hint = wc_type_at(l, hint)->elem;
	if (hint != WR_NONE && wc_type_at(l, hint)->kind == WR_TYPE_LIST)
		wanted = wc_type_at(l, hint)->elem;
	for (const struct wc_expr *x = e->list.first; x != NULL; x = x->next) {
		nodes[len] = wc_lower_expr(l, x, wanted);
		if (wanted != WR_NONE && wc_type_at(l, wanted)->kind == WR_TYPE_OPTION &&
		    nodes[len] != WR_NONE && wc_type_of(l, nodes[len])->kind != WR_TYPE_OPTION)
			nodes[len] = wc_make1(l, WR_OP_SOME, nodes[len], x->span);
		spans[len++] = x->span;
	}
	assert(len == e->list.len);
	wc_lift(l, e, nodes, spans, len);
	return wc_make(l, &(struct wc_make){ .op = WR_OP_LIST,
			      .operands = nodes,
			      .spans = spans,
			      .operands_len = len,
			      .span = e->span });
}

/* ---- dispatch -------------------------------------------------------------------------- */

static uint32_t
duration(struct wc_lower *l, const struct wc_expr *e)
{
	(void)wc_lower_diag(
	    l, WC_E0201, e->span, "a duration stands in settings and in `within` alone");
	return WR_NONE;
}

/* `-a`, `not a` */
static uint32_t
prefix(struct wc_lower *l, enum wr_op op, const struct wc_expr *e, uint32_t hint)
{
	uint32_t node = wc_lower_expr(l, e->operand, hint);

	return wc_make(l, &(struct wc_make){ .op = op,
			      .operands = &node,
			      .spans = &e->operand->span,
			      .operands_len = 1,
			      .span = e->span });
}

static uint32_t
dispatch(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	switch (e->kind) {
	case WC_EXPR_INTEGER:
		return integer(l, e, hint);
	case WC_EXPR_NUMBER:
		return wc_make_const(l, wr_value_of_number(e->number),
		    wc_unit_type(l->u, wr_type_number(&l->u->types, e->number, e->number)),
		    e->span);
	case WC_EXPR_DURATION:
		return duration(l, e);
	case WC_EXPR_BOOL:
		return wc_make_bool(l, e->truth, e->span);
	case WC_EXPR_NONE:
		return none(l, e->span);
	case WC_EXPR_SOME:
		return some(l, e, hint);
	case WC_EXPR_TEMPLATE:
		return wc_lower_template(l, e->template);
	case WC_EXPR_FILE:
		return wc_lower_file(l, &e->path, e->span);
	case WC_EXPR_NAME:
		return name(l, &e->name);
	case WC_EXPR_CALL:
		return wc_lower_call(l, e, hint);
	case WC_EXPR_CONVERT:
		return wc_lower_convert(l, e);
	case WC_EXPR_RECORD:
		return record(l, e);
	case WC_EXPR_VARIANT:
		return variant(l, e);
	case WC_EXPR_LIST:
		return list(l, e, hint);
	case WC_EXPR_FIELD:
		return field(l, e);
	case WC_EXPR_NEGATE:
		return prefix(l, WR_OP_NEG, e, hint);
	case WC_EXPR_NOT:
		return prefix(l, WR_OP_NOT, e, WR_NONE);
	case WC_EXPR_BINARY:
		return wc_lower_binary(l, e, hint);
	case WC_EXPR_IF:
		return wc_lower_if(l, e, hint);
	case WC_EXPR_MATCH:
		return wc_lower_match(l, e, hint);
	case WC_EXPR_FOR:
		return wc_lower_for(l, e, hint);
	case WC_EXPR_WITH:
		return with(l, e);
	case WC_EXPR_LOOP:
		return wc_lower_loop(l, e);
	case WC_EXPR_TRY:
		return wc_lower_try(l, e, hint);
	case WC_EXPR_BLOCK:
		return wc_lower_branch(l, e, hint);
	case WC_EXPR_KIND_COUNT:
		break;
	}
	assert(false);
	return WR_NONE;
}

uint32_t
wc_lower_expr(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	uint32_t node;

	if (l->u->status != WR_OK || l->u->work > WORK_MAX)
		return WR_NONE;
	if (++l->u->work > WORK_MAX || l->u->depth >= DEPTH_MAX) {
		struct wc_diag *d =
		    wc_diag_add(l->u->diags, WC_E0406, e->span, "this program is too large");

		wc_diag_note(d, "fns that use fns multiply: everything is inlined");
		l->u->work = WORK_MAX + 1;
		return WR_NONE;
	}
	l->u->at = e->span;
	l->u->depth++;
	node = dispatch(l, e, hint);
	l->u->depth--;
	return node;
}
