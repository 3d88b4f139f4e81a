/*
 * Why types do not fit, in words: one message for each reason that the format's own inference
 * gives. It judges nothing itself.
 */
#include "compiler/lower.h"

static struct wc_span
operand_span(const struct wc_make *m, const struct wr_infer *in)
{
	return in->bad != WR_NONE && in->bad < m->operands_len ? m->spans[in->bad] : m->span;
}

static uint32_t
operand_type(const struct wc_lower *l, const struct wc_make *m, const struct wr_infer *in)
{
	return wc_node_type(
	    l, m->operands[in->bad != WR_NONE && in->bad < m->operands_len ? in->bad : 0]);
}

/* What an operation takes, when no one type says it. */
static const char *
takes(enum wr_op op)
{
	switch (op) {
	case WR_OP_LENGTH:
	case WR_OP_SLICE:
	case WR_OP_CONTAINS:
		return "a text or a list";
	case WR_OP_LT:
	case WR_OP_LE:
		return "an `int`, a `number` or a `text`";
	case WR_OP_FOR:
		return "an `int`, a `number`, a `text` or a `bool`";
	case WR_OP_ADD:
		return "an `int`, a `number`, a text or a list";
	case WR_OP_SUB:
	case WR_OP_MUL:
	case WR_OP_NEG:
	case WR_OP_ABS:
	case WR_OP_MIN:
	case WR_OP_MAX:
	case WR_OP_CLAMP:
		return "an `int` or a `number`";
	case WR_OP_SUM:
		return "a list of `int` or `number`";
	case WR_OP_FLATTEN:
		return "a list of lists";
	case WR_OP_PRESENT:
		return "a list of optionals";
	default:
		return "a list";
	}
}

static void
wrong_shape(struct wc_lower *l, const struct wc_make *m, const struct wr_infer *in)
{
	struct wc_span span = operand_span(m, in), no_place = {NULL, 0, 0};
	uint32_t have = operand_type(l, m, in);
	struct wc_diag *d;

	if (in->wanted != WR_NONE && !wr_type_below(&l->u->types, have, in->wanted)) {
		wc_mismatch(l, have, in->wanted, span, no_place);
		return;
	}
	d = wc_lower_diag(
	    l, WC_E0201, span, "this is %s, %s is needed", wc_unit_a(l->u, have), takes(m->op));
	wc_diag_label(d, "`%s`", wc_unit_words(l->u, have));
	if (m->name != NULL)
		wc_diag_note(d, "`%s`: %s", m->name, wr_op_info(m->op)->meaning);
}

static void
not_printable(struct wc_lower *l, const struct wc_make *m, const struct wr_infer *in)
{
	struct wc_span span = operand_span(m, in);
	uint32_t have = operand_type(l, m, in);
	const struct wr_type *t = wc_type_at(l, have);
	struct wr_text source = wc_span_text(span);
	struct wc_diag *d =
	    wc_lower_diag(l, WC_E0206, span, "%s cannot stand in a text", wc_unit_a(l->u, have));

	wc_diag_label(d, "`%s`", wc_unit_words(l->u, have));
	if (source.size > 60)
		source = WR_TEXT("…");
	if (t->kind == WR_TYPE_RECORD && t->members_len > 0)
		wc_diag_help(d, "pick a field, `{{%T.%T}}`, or print it all with `{{json(%T)}}`",
		    source, t->members[0].name, source);
	else if (t->kind == WR_TYPE_LIST && wc_type_at(l, t->elem)->kind == WR_TYPE_TEXT)
		wc_diag_help(d, "`{{join(%T, \", \")}}`, `{{lines(%T)}}` or `{{numbered(%T)}}`",
		    source, source, source);
	else
		wc_diag_help(
		    d, "take it apart with `match`, or print it all with `{{json(%T)}}`", source);
}

static void
overflow(struct wc_lower *l, const struct wc_make *m, const struct wr_infer *in)
{
	struct wc_diag *d =
	    wc_lower_diag(l, WC_E0211, m->span, "this may leave the range of `int`");

	wc_diag_label(d, "from %f to %f", in->lo, in->hi);
	wc_diag_help(d, "give the operands ranges, such as `int 0..1_000_000`, or `clamp` them");
}

static void
zero(struct wc_lower *l, const struct wc_make *m, const struct wr_infer *in)
{
	struct wc_span span = operand_span(m, in);
	uint32_t have = operand_type(l, m, in);
	const struct wr_type *t = wc_type_at(l, have);
	struct wc_diag *d = wc_lower_diag(l, WC_E0212, span, "this may divide by zero");

	wc_diag_label(d, "`%s`", wc_unit_words(l->u, have));
	if (t->kind == WR_TYPE_INT && t->hi >= 1)
		wc_diag_help(d, "`clamp(%T, 1, %ld)`", wc_span_text(span), t->hi);
	else
		wc_diag_help(d, "`clamp` it into a range without zero");
}

static void
no_join(struct wc_lower *l, const struct wc_make *m, const struct wr_infer *in)
{
	struct wc_span span = operand_span(m, in);
	uint32_t have = operand_type(l, m, in);
	const char *what = m->op == WR_OP_EQ     ? "two different types cannot be compared"
			   : m->op == WR_OP_LIST ? "the items of a list have different types"
						 : "these have different types";
	struct wc_diag *d = wc_lower_diag(l, WC_E0205, span, "%s", what);

	wc_diag_label(d, "`%s`", wc_unit_words(l->u, have));
	if (m->operands_len > 0 && in->bad != 0 && in->bad != WR_NONE)
		wc_diag_also(
		    d, m->spans[0], "`%s`", wc_unit_words(l->u, wc_node_type(l, m->operands[0])));
}

static void
too_long(struct wc_lower *l, const struct wc_make *m, const struct wr_infer *in)
{
	struct wc_diag *d;

	if (in->bad != WR_NONE) {
		d = wc_lower_diag(l, WC_E0207, operand_span(m, in), "this may be too much to look for");
		wc_diag_label(d, "up to %f bytes in all, %N may be", in->hi, (uint64_t)WR_TEXT_MAX);
		wc_diag_help(d, "state smaller bounds, or take fewer with `first`");
		return;
	}
	d = wc_lower_diag(l, WC_E0207, m->span, "this may be longer than a text or a list can be");

	if (in->hi > 0 && in->hi < 1e15)
		wc_diag_label(d, "up to %N; a text holds %N bytes, a list %N items",
		    (uint64_t)in->hi, (uint64_t)WR_TEXT_MAX, (uint64_t)WR_LIST_MAX);
	else if (in->hi > 0)
		wc_diag_label(d, "up to %f; a text holds %N bytes, a list %N items", in->hi,
		    (uint64_t)WR_TEXT_MAX, (uint64_t)WR_LIST_MAX);
	wc_diag_note(d,
	    "a `text` without a range holds up to 65,536 bytes, a list without one 65,535 items");
	wc_diag_help(d, "say how much there is where the parts come from, `text ..2_000` or `[T] ..9`, "
			"or cut them with `truncate` and `first`");
}

void
wc_why(struct wc_lower *l, const struct wc_make *m, const struct wr_infer *in)
{
	struct wc_span span = operand_span(m, in), no_place = {NULL, 0, 0};
	uint32_t have = m->operands_len > 0 ? operand_type(l, m, in) : WR_NONE;
	struct wc_diag *d;

	switch (in->why) {
	case WR_WHY_SHAPE:
		wrong_shape(l, m, in);
		return;
	case WR_WHY_RANGE:
		wc_mismatch(l, have, in->wanted, span, no_place);
		return;
	case WR_WHY_OVERFLOW:
		overflow(l, m, in);
		return;
	case WR_WHY_ZERO:
		zero(l, m, in);
		return;
	case WR_WHY_CONSTANT:
		d = wc_lower_diag(l, WC_E0213, span, "this must be a constant, and not empty");
		wc_diag_label(d, "known only when the flow runs");
		if (m->name != NULL)
			wc_diag_note(d, "`%s`: %s", m->name, wr_op_info(m->op)->meaning);
		return;
	case WR_WHY_JOIN:
		no_join(l, m, in);
		return;
	case WR_WHY_PRINT:
		not_printable(l, m, in);
		return;
	case WR_WHY_ABSENT:
		if (in->wanted != WR_NONE) {
			wc_mismatch(l, have, in->wanted, span, no_place);
			return;
		}
		d = wc_lower_diag(l, WC_E0202, span, "this may be absent");
		wc_diag_label(d, "`%s`", wc_unit_words(l->u, have));
		wc_diag_help(d, "`match` takes it apart; `??` gives another value in its place");
		return;
	case WR_WHY_TOO_LONG:
		too_long(l, m, in);
		return;
	case WR_WHY_MEMBER:
		break;
	}
	(void)wc_lower_diag(l, WC_E0201, m->span, "this does not fit");
}
