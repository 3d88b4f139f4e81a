/*
 * Expressions and steps as source. Decides parentheses, what goes on one line, and names; the
 * plan has decided what is a step. Each construct is written by one function in two ways:
 * flat, and broken over lines. What fits on its line is flat. Never decides what a program means.
 */
#include "vm/view/print.h"

#include "vm/view/print_parts.h"
#include "vm/view/spell.h"

#include <assert.h>

static const struct wr_infix infixes[WR_OPS_LEN] = {
	[WR_OP_OR] = { "or", TIGHT_OR, TIGHT_OR, TIGHT_AND },
	[WR_OP_AND] = { "and", TIGHT_AND, TIGHT_AND, TIGHT_NOT },
	[WR_OP_EQ] = { "==", TIGHT_COMPARE, TIGHT_ELSE, TIGHT_ELSE },
	[WR_OP_LT] = { "<", TIGHT_COMPARE, TIGHT_ELSE, TIGHT_ELSE },
	[WR_OP_LE] = { "<=", TIGHT_COMPARE, TIGHT_ELSE, TIGHT_ELSE },
	[WR_OP_ADD] = { "+", TIGHT_ADD, TIGHT_ADD, TIGHT_MUL },
	[WR_OP_SUB] = { "-", TIGHT_ADD, TIGHT_ADD, TIGHT_MUL },
	[WR_OP_CONCAT] = { "+", TIGHT_ADD, TIGHT_ADD, TIGHT_MUL },
	[WR_OP_MUL] = { "*", TIGHT_MUL, TIGHT_MUL, TIGHT_NEG },
	[WR_OP_QUOT] = { "/", TIGHT_MUL, TIGHT_MUL, TIGHT_NEG },
};

#define DEPTH_MAX 400u /* twice what the compiler reads */

bool
wr_print_stop(struct wr_printer *p)
{
	if (p->trial && p->buf->size - p->line > WR_VIEW_WIDTH - 1)
		p->over = true;
	return p->over || p->buf->status != WR_OK;
}

void
wr_print_str(struct wr_printer *p, const char *text)
{
	wr_buf_str(p->buf, text);
}

void
wr_print_line(struct wr_printer *p, uint32_t indent)
{
	static const char spaces[] = "                                ";

	wr_buf_byte(p->buf, '\n');
	p->line = p->buf->size;
	for (uint32_t left = indent; left > 0;) {
		uint32_t some = left < sizeof spaces - 1 ? left : (uint32_t)sizeof spaces - 1;

		wr_buf_add(p->buf, spaces, some);
		left -= some;
	}
}

bool
wr_print_trial(struct wr_printer *p, void (*print)(struct wr_printer *, const void *, uint32_t),
    const void *what)
{
	size_t size = p->buf->size;
	uint32_t named = p->named_len, next = p->next;

	assert(!p->flat);
	p->flat = p->trial = true;
	print(p, what, 0);
	(void)wr_print_stop(p);
	p->flat = p->trial = false;
	if (!p->over)
		return true;
	p->over = false;
	p->buf->size = size;
	while (p->named_len > named)
		p->names[p->named[--p->named_len]] = 0;
	p->next = next;
	return false;
}

/* ---- names -------------------------------------------------------------------- */

uint32_t
wr_print_fresh(struct wr_printer *p)
{
	while (p->next < p->taken_len && (p->taken[p->next / 8] >> p->next % 8 & 1) != 0)
		p->next++;
	return p->next++;
}

void
wr_print_name(struct wr_printer *p, char letter, uint32_t number)
{
	wr_buf_byte(p->buf, (uint8_t)letter);
	wr_buf_u64(p->buf, number);
}

static void
put_bound(struct wr_printer *p, const struct wr_node *node)
{
	const struct wr_node *owner = &p->code->nodes[p->code->blocks[node->block].owner];

	const char *letter = owner->op != WR_OP_FOR ? "v" : node->index == 0 ? "x" : "i";

	wr_print_name(p, *letter, p->binders[node->block]);
}

uint32_t
wr_print_operand(const struct wr_printer *p, uint32_t n, uint32_t i)
{
	return wr_operand(p->code, &p->code->nodes[n], i);
}

uint32_t
wr_print_root(const struct wr_printer *p, uint32_t block, uint32_t i)
{
	return p->code->operands[p->code->blocks[block].roots + i];
}

const struct wr_type *
wr_print_type_of(const struct wr_printer *p, uint32_t n)
{
	return &p->module->types.at[p->code->types[n]];
}

/* ---- shapes that have an operator of their own ------------------------------------ */

static bool
is_negated_equality(const struct wr_printer *p, uint32_t n)
{
	uint32_t of;

	if (p->code->nodes[n].op != WR_OP_NOT)
		return false;
	of = wr_print_operand(p, n, 0);
	return p->names[of] == 0 &&
	    (p->code->nodes[of].op == WR_OP_EQ || wr_print_is_absent(p, of));
}

static bool
negative(struct wr_value v)
{
	return (v.kind == WR_VALUE_INT && v.as.integer < 0) || (v.kind == WR_VALUE_NUMBER && v.as.number < 0);
}

static int
tightness(const struct wr_printer *p, uint32_t n)
{
	const struct wr_node *node = &p->code->nodes[n];

	if (p->names[n] != 0)
		return TIGHT_ATOM;
	if (infixes[node->op].word != NULL)
		return infixes[node->op].tight;
	switch (node->op) {
	case WR_OP_CONST:
		return negative(node->value) ? TIGHT_NEG : TIGHT_ATOM;
	case WR_OP_NOT:
		return is_negated_equality(p, n) ? TIGHT_COMPARE : TIGHT_NOT;
	case WR_OP_NEG:
		return TIGHT_NEG;
	case WR_OP_MATCH:
		if (wr_print_is_else(p, n))
			return TIGHT_ELSE;
		return wr_print_is_absent(p, n) ? TIGHT_COMPARE : TIGHT_OWNER;
	case WR_OP_FOR:
	case WR_OP_TRY:
	case WR_OP_LOOP:
		return TIGHT_OWNER;
	default:
		return TIGHT_ATOM;
	}
}

/* ---- constructs --------------------------------------------------------------------- */

void
wr_print_flat(struct wr_printer *p, uint32_t n, int floor)
{
	bool flat = p->flat;

	p->flat = true;
	wr_print_expr(p, n, floor, 0);
	p->flat = flat;
}

/* Where an item of a list of things begins: after `, ` or on a line of its own. */
void
wr_print_item(struct wr_printer *p, bool first, bool comma, uint32_t indent)
{
	if (!first && (comma || p->flat))
		wr_print_str(p, ",");
	if (!p->flat)
		wr_print_line(p, indent + 2);
	else if (!first)
		wr_print_str(p, " ");
}

void
wr_print_close(struct wr_printer *p, const char *bracket, uint32_t indent)
{
	if (!p->flat)
		wr_print_line(p, indent);
	wr_print_str(p, bracket);
}

/* `name: value`, or `name` where the value is the input of that name. */
static void
named(struct wr_printer *p, struct wr_text name, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];

	wr_buf_text(p->buf, name);
	if (node->op == WR_OP_INPUT && wr_text_eq(p->params[node->index].name, name))
		return;
	wr_print_str(p, ":");
	wr_print_after(p, n, indent);
}

static void
arguments(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];
	const struct wr_agent *agent =
	    node->op == WR_OP_CALL ? &p->module->agents[node->index] : NULL;

	wr_print_str(p, "(");
	for (uint32_t i = 0; i < node->operands_len && !wr_print_stop(p); i++) {
		wr_print_item(p, i == 0, true, indent);
		if (agent != NULL)
			named(p, agent->params[i].name, wr_print_operand(p, n, i), indent + 2);
		else
			wr_print_expr(p, wr_print_operand(p, n, i), TIGHT_OWNER, indent + 2);
	}
	if (node->operands_len == 0)
		wr_print_str(p, ")");
	else
		wr_print_close(p, ")", indent);
}

static void
record(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];
	const struct wr_type *t = &p->module->types.at[node->type];

	wr_buf_text(p->buf, t->name);
	wr_print_str(p, p->flat && t->members_len > 0 ? " { " : " {");
	for (uint32_t i = 0; i < node->operands_len && !wr_print_stop(p); i++) {
		wr_print_item(p, i == 0, false, indent);
		named(p, t->members[i].name, wr_print_operand(p, n, i), indent + 2);
	}
	if (node->operands_len == 0)
		wr_print_str(p, "}");
	else
		wr_print_close(p, p->flat ? " }" : "}", indent);
}

/* `x with { field: value }` */
static void
with(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];
	const struct wr_type *t = wr_print_type_of(p, n);

	wr_print_expr(p, wr_print_operand(p, n, 0), TIGHT_ATOM, indent);
	wr_print_str(p, p->flat ? " with { " : " with {");
	for (uint32_t i = 1; i < node->operands_len && !wr_print_stop(p); i++) {
		wr_print_item(p, i == 1, false, indent);
		named(p, t->members[wr_node_member(p->code, node, i)].name, wr_print_operand(p, n, i),
		    indent + 2);
	}
	wr_print_close(p, p->flat ? " }" : "}", indent);
}

static void
list(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];

	wr_print_str(p, "[");
	for (uint32_t i = 0; i < node->operands_len && !wr_print_stop(p); i++) {
		wr_print_item(p, i == 0, true, indent);
		wr_print_expr(p, wr_print_operand(p, n, i), TIGHT_OWNER, indent + 2);
	}
	wr_print_close(p, "]", indent);
}

void
wr_print_infix(struct wr_printer *p, uint32_t left, const char *word, uint32_t right,
    const struct wr_infix *row, uint32_t indent)
{
	wr_print_expr(p, left, row->left, indent);
	if (p->flat)
		wr_print_str(p, " ");
	else
		wr_print_line(p, indent);
	wr_print_str(p, word);
	wr_print_str(p, " ");
	wr_print_expr(p, right, row->right, indent + 2);
}

/* `90 <= x` reads better as `x >= 90`; both compile to the same. */
static void
operator(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_infix *row = &infixes[p->code->nodes[n].op];
	uint32_t left = wr_print_operand(p, n, 0), right = wr_print_operand(p, n, 1);
	bool turn = (p->code->nodes[n].op == WR_OP_LT || p->code->nodes[n].op == WR_OP_LE) &&
	    p->code->nodes[left].op == WR_OP_CONST && p->code->nodes[right].op != WR_OP_CONST;

	if (turn)
		wr_print_infix(
		    p, right, p->code->nodes[n].op == WR_OP_LT ? ">" : ">=", left, row, indent);
	else
		wr_print_infix(p, left, row->word, right, row, indent);
}

void
wr_print_absent(struct wr_printer *p, uint32_t n, const char *word, uint32_t indent)
{
	wr_print_expr(p, wr_print_operand(p, n, 0), TIGHT_ELSE, indent);
	wr_print_str(p, word);
	wr_print_str(p, " none");
}

static void
negation(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	uint32_t of = wr_print_operand(p, n, 0);

	if (!is_negated_equality(p, n)) {
		wr_print_str(p, "not ");
		wr_print_expr(p, of, TIGHT_NOT, indent);
	} else if (p->code->nodes[of].op == WR_OP_EQ) {
		wr_print_infix(p, wr_print_operand(p, of, 0), "!=", wr_print_operand(p, of, 1),
		    &infixes[WR_OP_EQ], indent);
	} else {
		wr_print_absent(p, of, " !=", indent);
	}
}

static void
variant(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];
	const struct wr_type *t = &p->module->types.at[node->type];

	wr_buf_text(p->buf, t->name);
	wr_print_str(p, ".");
	wr_buf_text(p->buf, t->members[node->index].name);
	arguments(p, n, indent);
}

static void
body(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];

	if (infixes[node->op].word != NULL) {
		operator(p, n, indent);
		return;
	}
	switch (node->op) {
	case WR_OP_CONST:
		wr_print_value(p, node->value, node->type, indent);
		return;
	case WR_OP_INPUT:
		wr_buf_text(p->buf, p->params[node->index].name);
		return;
	case WR_OP_BIND:
		put_bound(p, node);
		return;
	case WR_OP_FIELD:
		wr_print_expr(p, wr_print_operand(p, n, 0), TIGHT_ATOM, indent);
		wr_print_str(p, ".");
		wr_buf_text(p->buf,
		    wr_print_type_of(p, wr_print_operand(p, n, 0))->members[node->index].name);
		return;
	case WR_OP_RECORD:
		record(p, n, indent);
		return;
	case WR_OP_WITH:
		with(p, n, indent);
		return;
	case WR_OP_VARIANT:
		variant(p, n, indent);
		return;
	case WR_OP_LIST:
		list(p, n, indent);
		return;
	case WR_OP_NOT:
		negation(p, n, indent);
		return;
	case WR_OP_NEG:
		wr_print_str(p, "-");
		wr_print_expr(p, wr_print_operand(p, n, 0), TIGHT_ATOM, indent);
		return;
	case WR_OP_TEMPLATE:
		wr_print_quoted(p, n, indent);
		return;
	case WR_OP_MATCH:
		wr_print_match(p, n, indent);
		return;
	case WR_OP_FOR:
		wr_print_for(p, n, indent);
		return;
	case WR_OP_TRY:
		wr_print_try(p, n, indent);
		return;
	case WR_OP_LOOP:
		wr_print_loop(p, n, indent);
		return;
	case WR_OP_CALL:
		wr_buf_text(p->buf, p->module->agents[node->index].name);
		break;
	case WR_OP_DROP:
		wr_buf_text(p->buf, node->name);
		break;
	case WR_OP_SOME:
		wr_print_str(p, "some");
		break;
	default:
		assert(wr_op_info(node->op)->surface != NULL);
		wr_print_str(p, wr_op_info(node->op)->surface);
		break;
	}
	arguments(p, n, indent);
}

struct place {
	uint32_t n;
	int floor;
};

static void
expr_at(struct wr_printer *p, const void *place, uint32_t indent)
{
	const struct place *at = place;

	wr_print_expr(p, at->n, at->floor, indent);
}

/*
 * One expression, here. Broken, its further lines are indented by indent, its parts by two more.
 * The plan keeps expressions shallow where steps can stand; where none can, what is deeper than
 * any source that compiles is a limit, not a crash.
 */
void
wr_print_expr(struct wr_printer *p, uint32_t n, int floor, uint32_t indent)
{
	struct place place = { n, floor };
	bool parentheses = tightness(p, n) < floor;

	if (p->depth == DEPTH_MAX && p->buf->status == WR_OK)
		p->buf->status = WR_LIMIT;
	if (wr_print_stop(p))
		return;
	if (p->names[n] != 0) {
		wr_print_name(p, 's', p->names[n]);
		return;
	}
	if (!p->flat && wr_print_trial(p, expr_at, &place))
		return;
	if (parentheses) {
		wr_print_str(p, "(");
		if (!p->flat)
			wr_print_line(p, indent + 2);
	}
	p->depth++;
	body(p, n, parentheses ? indent + 2 : indent);
	p->depth--;
	if (parentheses)
		wr_print_close(p, ")", indent);
}

/* True when an expression that does not fit may begin on the line of what it belongs to. */
static bool
hugs(const struct wr_printer *p, uint32_t n)
{
	const struct wr_node *node = &p->code->nodes[n];

	if (node->op == WR_OP_MATCH)
		return tightness(p, n) == TIGHT_OWNER &&
		    wr_print_type_of(p, wr_print_operand(p, n, 0))->kind != WR_TYPE_BOOL;
	return node->op == WR_OP_FOR || node->op == WR_OP_LOOP ||
	    (tightness(p, n) == TIGHT_ATOM && node->op != WR_OP_FIELD && node->op != WR_OP_WITH);
}

/* One expression after something like `name:`, on the same line if it can be. */
void
wr_print_after(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	struct place place = { n, TIGHT_OWNER };

	if (p->flat || hugs(p, n)) {
		wr_print_str(p, " ");
		wr_print_expr(p, n, TIGHT_OWNER, indent);
		return;
	}
	wr_print_str(p, " ");
	if (wr_print_trial(p, expr_at, &place))
		return;
	if (p->buf->status == WR_OK)
		p->buf->size--;
	wr_print_line(p, indent + 2);
	wr_print_expr(p, n, TIGHT_OWNER, indent + 2);
}
