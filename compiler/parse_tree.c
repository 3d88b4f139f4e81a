/* Nodes for the grammar's actions: memory, depth, and the few rules about literals. Looks nothing
 * up. */
#include "compiler/parse_state.h"

#include <assert.h>

void *
wc_parser_new(struct wc_parser *parser, size_t size)
{
	void *p = wr_arena_get(parser->arena, size);

	if (p == NULL)
		parser->status = parser->arena->over ? WR_LIMIT : WR_NOMEM;
	return p;
}

static bool
too_deep(struct wc_parser *parser, struct wc_span span, uint32_t inner_depth)
{
	struct wc_diag *d;

	if (inner_depth < WC_DEPTH_MAX)
		return false;
	d = wc_diag_add(parser->diags, WC_E0007, span, "this is nested too deeply");
	wc_diag_label(d, "more than %u levels", WC_DEPTH_MAX);
	wc_diag_help(d, "name a part of it, as a step or a `const`");
	parser->hopeless = true;
	return true;
}

struct wc_expr *
wc_parser_expr(
    struct wc_parser *parser, enum wc_expr_kind kind, struct wc_span span, uint32_t inner_depth)
{
	struct wc_expr *e;

	if (too_deep(parser, span, inner_depth) || (e = wc_parser_new(parser, sizeof *e)) == NULL)
		return NULL;
	e->kind = kind;
	e->span = span;
	e->depth = (uint16_t)(inner_depth + 1);
	return e;
}

struct wc_type *
wc_parser_type(
    struct wc_parser *parser, enum wc_type_kind kind, struct wc_span span, uint32_t inner_depth)
{
	struct wc_type *t;

	if (too_deep(parser, span, inner_depth) || (t = wc_parser_new(parser, sizeof *t)) == NULL)
		return NULL;
	t->kind = kind;
	t->span = t->shape_span = span;
	t->depth = (uint16_t)(inner_depth + 1);
	return t;
}

/* ---- literals --------------------------------------------------------------- */

struct wc_huge {
	struct wc_huge *next;
	const struct wc_expr *expr;
};

struct wc_expr *
wc_parser_integer_expr(struct wc_parser *parser, uint64_t magnitude, struct wc_span span)
{
	struct wc_expr *e = wc_parser_expr(parser, WC_EXPR_INTEGER, span, 0);
	struct wc_huge *huge;

	if (e == NULL)
		return NULL;
	if (magnitude <= INT64_MAX) {
		e->integer = (int64_t)magnitude;
		return e;
	}
	e->integer = INT64_MIN;
	huge = wc_parser_new(parser, sizeof *huge);
	if (huge == NULL)
		return NULL;
	huge->expr = e;
	huge->next = parser->huge;
	parser->huge = huge;
	return e;
}

void
wc_parser_check_huge(struct wc_parser *parser)
{
	for (const struct wc_huge *h = parser->huge; h != NULL; h = h->next)
		if (parser->source->bytes[h->expr->span.start] != '-')
			(void)wc_parser_int64(parser, (uint64_t)INT64_MAX + 1, h->expr->span);
}

struct wc_expr *
wc_parser_negate(struct wc_parser *parser, struct wc_span span, struct wc_expr *operand,
    struct wc_span operand_span)
{
	bool bare = operand->span.start == operand_span.start &&
		    operand->span.end == operand_span.end &&
		    parser->source->bytes[operand_span.start] != '-';
	struct wc_expr *e;

	if (bare && operand->kind == WC_EXPR_INTEGER) {
		operand->integer = (int64_t)(0 - (uint64_t)operand->integer);
		operand->span = span;
		return operand;
	}
	if (bare && operand->kind == WC_EXPR_NUMBER) {
		operand->number = operand->number == 0 ? 0 : -operand->number;
		operand->span = span;
		return operand;
	}
	e = wc_parser_expr(parser, WC_EXPR_NEGATE, span, operand->depth);
	if (e != NULL)
		e->operand = operand;
	return e;
}

struct wc_expr *
wc_parser_binary(struct wc_parser *parser, enum wc_binary op, struct wc_span span,
    struct wc_expr *left, struct wc_span op_span, struct wc_expr *right)
{
	struct wc_expr *e =
	    wc_parser_expr(parser, WC_EXPR_BINARY, span, wc_depth_max(left->depth, right->depth));

	if (e == NULL)
		return NULL;
	e->binary.op = op;
	e->binary.left = left;
	e->binary.right = right;
	e->binary.op_span = op_span;
	return e;
}

/* ---- depth ------------------------------------------------------------------ */

uint32_t
wc_depth_template(const struct wc_template *t)
{
	uint32_t depth = 0;

	for (const struct wc_piece *p = t == NULL ? NULL : t->pieces.first; p != NULL; p = p->next)
		depth = wc_depth_max(depth, wc_depth_expr(p->expr));
	return depth;
}

uint32_t
wc_depth_args(struct wc_arg_list list)
{
	uint32_t depth = 0;

	for (const struct wc_arg *a = list.first; a != NULL; a = a->next)
		depth = wc_depth_max(depth, a->value->depth);
	return depth;
}

uint32_t
wc_depth_items(struct wc_expr_list list)
{
	uint32_t depth = 0;

	for (const struct wc_expr *e = list.first; e != NULL; e = e->next)
		depth = wc_depth_max(depth, e->depth);
	return depth;
}

uint32_t
wc_depth_arms(struct wc_arm_list list)
{
	uint32_t depth = 0;

	for (const struct wc_arm *a = list.first; a != NULL; a = a->next)
		depth = wc_depth_max(depth, a->body->depth);
	return depth;
}

uint32_t
wc_depth_steps(struct wc_step_list list)
{
	uint32_t depth = 0;

	for (const struct wc_step *s = list.first; s != NULL; s = s->next) {
		depth = wc_depth_max(depth, wc_depth_expr(s->expr));
		depth = wc_depth_max(depth, wc_depth_template(s->message));
	}
	return depth;
}

/* ---- labels ------------------------------------------------------------------- */

void
wc_parser_no_labels(struct wc_parser *parser, const struct wc_type *type)
{
	struct wc_diag *d;

	if (type->labels.len == 0)
		return;
	d = wc_diag_add(parser->diags, WC_E0307,
	    wc_span_join(type->labels.first->name.span, type->labels.last->name.span),
	    "a label stands on fields, variant payloads, flow inputs and flow results; here it is "
	    "inferred");
	wc_diag_label(d, "remove %s", type->labels.len == 1 ? "it" : "them");
}

void
wc_parser_no_labels_in(struct wc_parser *parser, struct wc_param_list params)
{
	for (const struct wc_param *p = params.first; p != NULL; p = p->next)
		wc_parser_no_labels(parser, p->type);
}
