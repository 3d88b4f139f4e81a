/*
 * Operators. The normal form has fewer than the language: > is < the other way round, != is
 * `not ==`, ?? and `== none` are a choice, + of texts is a text with holes.
 */
#include "compiler/lower.h"

static uint32_t
make2(struct wc_lower *l, const struct wc_expr *e, enum wr_op op, uint32_t left, uint32_t right,
    bool swap)
{
	const struct wc_expr *a = e->binary.left, *b = e->binary.right;
	uint32_t operands[2] = {swap ? right : left, swap ? left : right};
	struct wc_span spans[2] = {swap ? b->span : a->span, swap ? a->span : b->span};

	return wc_make(l, &(struct wc_make){.op = op,
			      .operands = operands,
			      .spans = spans,
			      .operands_len = 2,
			      .span = e->span,
			      .name = wc_binary_text(e->binary.op)});
}

/* Both sides; an integer literal beside a number is a number. */
static void
sides(struct wc_lower *l, const struct wc_expr *e, uint32_t hint, uint32_t *left, uint32_t *right)
{
	const struct wc_expr *a = e->binary.left, *b = e->binary.right;
	bool literal = a->kind == WC_EXPR_INTEGER || a->kind == WC_EXPR_LIST;
	bool both = b->kind == WC_EXPR_INTEGER || b->kind == WC_EXPR_LIST;

	if (literal && !both) {
		*right = wc_lower_expr(l, b, hint);
		*left = wc_lower_expr(l, a, *right == WR_NONE ? WR_NONE : wc_node_type(l, *right));
	} else {
		*left = wc_lower_expr(l, a, hint);
		*right = wc_lower_expr(l, b, *left == WR_NONE ? WR_NONE : wc_node_type(l, *left));
	}
}

static uint32_t
add(struct wc_lower *l, const struct wc_expr *e, uint32_t left, uint32_t right)
{
	enum wr_type_kind kind;

	if (left == WR_NONE || right == WR_NONE)
		return WR_NONE;
	kind = wc_type_of(l, left)->kind;
	if (kind == WR_TYPE_TEXT && wc_type_of(l, right)->kind == WR_TYPE_TEXT) {
		uint32_t both[2] = {left, right};
		struct wc_span spans[2] = {e->binary.left->span, e->binary.right->span};

		return wc_make_template(l, both, spans, 2, e->span);
	}
	if (kind == WR_TYPE_TEXT || wc_type_of(l, right)->kind == WR_TYPE_TEXT) {
		bool first = kind == WR_TYPE_TEXT;
		struct wc_span no_place = {NULL, 0, 0};

		wc_mismatch(l, wc_node_type(l, first ? right : left),
		    wc_node_type(l, first ? left : right),
		    first ? e->binary.right->span : e->binary.left->span, no_place);
		return WR_NONE;
	}
	return make2(l, e, kind == WR_TYPE_LIST ? WR_OP_CONCAT : WR_OP_ADD, left, right, false);
}

static bool
always_none(const struct wc_lower *l, uint32_t node)
{
	const struct wr_type *t = wc_type_of(l, node);

	return t->kind == WR_TYPE_OPTION && wc_type_at(l, t->elem)->kind == WR_TYPE_NEVER;
}

static uint32_t
equal(struct wc_lower *l, const struct wc_expr *e)
{
	uint32_t both[2];
	struct wc_span spans[2] = {e->binary.left->span, e->binary.right->span};

	if (e->binary.right->kind == WC_EXPR_NONE)
		return wc_is_none(l, e, wc_lower_expr(l, e->binary.left, WR_NONE), spans[0]);
	if (e->binary.left->kind == WC_EXPR_NONE)
		return wc_is_none(l, e, wc_lower_expr(l, e->binary.right, WR_NONE), spans[1]);
	sides(l, e, WR_NONE, &both[0], &both[1]);
	wc_lift(l, e, both, spans, 2);
	/* What can be nothing but none says so by its type, whatever way it came. */
	for (uint32_t i = 0; i < 2 && both[0] != WR_NONE && both[1] != WR_NONE; i++)
		if (always_none(l, both[i]))
			return wc_is_none(l, e, both[1 - i], spans[1 - i]);
	return make2(l, e, WR_OP_EQ, both[0], both[1], false);
}

static uint32_t
divide(struct wc_lower *l, const struct wc_expr *e, uint32_t left, uint32_t right)
{
	if (left != WR_NONE && right != WR_NONE && wc_type_of(l, left)->kind == WR_TYPE_INT &&
	    wc_type_of(l, right)->kind == WR_TYPE_INT) {
		struct wr_text a = wc_span_text(e->binary.left->span),
			       b = wc_span_text(e->binary.right->span);
		struct wc_diag *d =
		    wc_lower_diag(l, WC_E0208, e->span, "`/` divides numbers, not integers");

		wc_diag_label(d, "`int` / `int`");
		wc_diag_help(d,
		    "`div(%T, %T)` rounds toward zero; `number(%T) / number(%T)` keeps the "
		    "fraction",
		    a, b, a, b);
		return WR_NONE;
	}
	return make2(l, e, WR_OP_QUOT, left, right, false);
}

uint32_t
wc_lower_binary(struct wc_lower *l, const struct wc_expr *e, uint32_t hint)
{
	uint32_t left, right, node;

	switch (e->binary.op) {
	case WC_BINARY_COALESCE:
		return wc_lower_coalesce(l, e, hint);
	case WC_BINARY_EQ:
		return equal(l, e);
	case WC_BINARY_NE:
		node = equal(l, e);
		return wc_make1(l, WR_OP_NOT, node, e->span);
	case WC_BINARY_OR:
	case WC_BINARY_AND:
	case WC_BINARY_LT:
	case WC_BINARY_LE:
	case WC_BINARY_GT:
	case WC_BINARY_GE:
		hint = WR_NONE;
		break;
	case WC_BINARY_ADD:
	case WC_BINARY_SUB:
	case WC_BINARY_MUL:
	case WC_BINARY_DIV:
		break;
	}
	sides(l, e, hint, &left, &right);
	switch (e->binary.op) {
	case WC_BINARY_OR:
		return make2(l, e, WR_OP_OR, left, right, false);
	case WC_BINARY_AND:
		return make2(l, e, WR_OP_AND, left, right, false);
	case WC_BINARY_LT:
		return make2(l, e, WR_OP_LT, left, right, false);
	case WC_BINARY_LE:
		return make2(l, e, WR_OP_LE, left, right, false);
	case WC_BINARY_GT:
		return make2(l, e, WR_OP_LT, left, right, true);
	case WC_BINARY_GE:
		return make2(l, e, WR_OP_LE, left, right, true);
	case WC_BINARY_ADD:
		return add(l, e, left, right);
	case WC_BINARY_SUB:
		return make2(l, e, WR_OP_SUB, left, right, false);
	case WC_BINARY_MUL:
		return make2(l, e, WR_OP_MUL, left, right, false);
	default:
		return divide(l, e, left, right);
	}
}
