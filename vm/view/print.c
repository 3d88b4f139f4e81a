/*
 * Expressions and steps as source. Decides parentheses, what goes on one line, and names; the
 * plan has decided what is a step. Each construct is written by one function in two ways:
 * flat, and broken over lines. What fits on its line is flat. Never decides what a program means.
 */
#include "vm/view/print.h"

#include "vm/view/print_text.h"
#include "vm/view/spell.h"

#include <assert.h>

/* How tight an expression binds, loosest first; a floor is the least that may stand without parentheses. */
enum {
	TIGHT_OWNER, /* if, match, for */
	TIGHT_OR, TIGHT_AND, TIGHT_NOT, TIGHT_COMPARE, TIGHT_ELSE, TIGHT_ADD, TIGHT_MUL, TIGHT_NEG,
	TIGHT_ATOM,
};

static const struct infix {
	const char *word;
	int tight, left, right; /* its own, and the floors of its operands */
} infixes[WR_OPS_LEN] = {
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

static void expr(struct wr_printer *p, uint32_t n, int floor, uint32_t indent);
static void after(struct wr_printer *p, uint32_t n, uint32_t indent);
static void steps(struct wr_printer *p, uint32_t block, uint32_t indent);

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
wr_print_trial(struct wr_printer *p, void (*print)(struct wr_printer *, const void *, uint32_t), const void *what)
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

static uint32_t
fresh(struct wr_printer *p)
{
	while (p->next < p->taken_len && (p->taken[p->next / 8] >> p->next % 8 & 1) != 0)
		p->next++;
	return p->next++;
}

static void
put_name(struct wr_printer *p, char letter, uint32_t number)
{
	wr_buf_byte(p->buf, (uint8_t)letter);
	wr_buf_u64(p->buf, number);
}

static void
put_bound(struct wr_printer *p, const struct wr_node *node)
{
	const struct wr_node *owner = &p->code->nodes[p->code->blocks[node->block].owner];

	put_name(p, owner->op == WR_OP_MATCH ? 'v' : node->index == 0 ? 'x' : 'i', p->binders[node->block]);
}

static uint32_t
operand(const struct wr_printer *p, uint32_t n, uint32_t i)
{
	return wr_operand(p->code, &p->code->nodes[n], i);
}

static uint32_t
root_of(const struct wr_printer *p, uint32_t block, uint32_t i)
{
	return p->code->operands[p->code->blocks[block].roots + i];
}

static const struct wr_type *
type_of(const struct wr_printer *p, uint32_t n)
{
	return &p->module->types.at[p->code->types[n]];
}

/* ---- shapes that have an operator of their own ------------------------------------ */

static bool
is_const_bool(const struct wr_printer *p, uint32_t n, bool truth)
{
	const struct wr_node *node = &p->code->nodes[n];

	return node->op == WR_OP_CONST && node->value.kind == WR_VALUE_BOOL && node->value.as.boolean == truth;
}

static bool
is_plain_option_match(const struct wr_printer *p, uint32_t n)
{
	const struct wr_node *node = &p->code->nodes[n];

	return node->op == WR_OP_MATCH && type_of(p, operand(p, n, 0))->kind == WR_TYPE_OPTION &&
	    !p->plan.nodes[n].effect && p->plan.blocks[node->blocks].steps_len == 0 &&
	    p->plan.blocks[node->blocks + 1].steps_len == 0;
}

/* `x ?? d`: the value itself where there is one. */
static bool
is_else(const struct wr_printer *p, uint32_t n)
{
	const struct wr_node *node = &p->code->nodes[n], *some;

	if (!is_plain_option_match(p, n))
		return false;
	some = &p->code->nodes[root_of(p, node->blocks, 0)];
	return some->op == WR_OP_BIND && some->block == node->blocks;
}

/* `x == none` */
static bool
is_absent(const struct wr_printer *p, uint32_t n)
{
	const struct wr_node *node = &p->code->nodes[n];

	return is_plain_option_match(p, n) && is_const_bool(p, root_of(p, node->blocks, 0), false) &&
	    is_const_bool(p, root_of(p, node->blocks + 1, 0), true);
}

static bool
is_negated_equality(const struct wr_printer *p, uint32_t n)
{
	uint32_t of;

	if (p->code->nodes[n].op != WR_OP_NOT)
		return false;
	of = operand(p, n, 0);
	return p->names[of] == 0 && (p->code->nodes[of].op == WR_OP_EQ || is_absent(p, of));
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
		return (node->value.kind == WR_VALUE_INT && node->value.as.integer < 0) ||
		    (node->value.kind == WR_VALUE_NUMBER && node->value.as.number < 0) ? TIGHT_NEG : TIGHT_ATOM;
	case WR_OP_NOT:
		return is_negated_equality(p, n) ? TIGHT_COMPARE : TIGHT_NOT;
	case WR_OP_NEG:
		return TIGHT_NEG;
	case WR_OP_MATCH:
		return is_else(p, n) ? TIGHT_ELSE : is_absent(p, n) ? TIGHT_COMPARE : TIGHT_OWNER;
	case WR_OP_FOR:
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
	expr(p, n, floor, 0);
	p->flat = flat;
}

/* Where an item of a list of things begins: after `, ` or on a line of its own. */
static void
item(struct wr_printer *p, bool first, bool comma, uint32_t indent)
{
	if (!first && (comma || p->flat))
		wr_print_str(p, ",");
	if (!p->flat)
		wr_print_line(p, indent + 2);
	else if (!first)
		wr_print_str(p, " ");
}

static void
close(struct wr_printer *p, const char *bracket, uint32_t indent)
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
	after(p, n, indent);
}

static void
arguments(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];
	const struct wr_agent *agent = node->op == WR_OP_CALL ? &p->module->agents[node->index] : NULL;

	wr_print_str(p, "(");
	for (uint32_t i = 0; i < node->operands_len && !wr_print_stop(p); i++) {
		item(p, i == 0, true, indent);
		if (agent != NULL)
			named(p, agent->params[i].name, operand(p, n, i), indent + 2);
		else
			expr(p, operand(p, n, i), TIGHT_OWNER, indent + 2);
	}
	if (node->operands_len == 0)
		wr_print_str(p, ")");
	else
		close(p, ")", indent);
}

static void
record(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];
	const struct wr_type *t = &p->module->types.at[node->type];

	wr_buf_text(p->buf, t->name);
	wr_print_str(p, p->flat && t->members_len > 0 ? " { " : " {");
	for (uint32_t i = 0; i < node->operands_len && !wr_print_stop(p); i++) {
		item(p, i == 0, false, indent);
		named(p, t->members[i].name, operand(p, n, i), indent + 2);
	}
	if (node->operands_len == 0)
		wr_print_str(p, "}");
	else
		close(p, p->flat ? " }" : "}", indent);
}

static void
list(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];

	wr_print_str(p, "[");
	for (uint32_t i = 0; i < node->operands_len && !wr_print_stop(p); i++) {
		item(p, i == 0, true, indent);
		expr(p, operand(p, n, i), TIGHT_OWNER, indent + 2);
	}
	close(p, "]", indent);
}

static void
infix(struct wr_printer *p, uint32_t left, const char *word, uint32_t right, const struct infix *row, uint32_t indent)
{
	expr(p, left, row->left, indent);
	if (p->flat)
		wr_print_str(p, " ");
	else
		wr_print_line(p, indent);
	wr_print_str(p, word);
	wr_print_str(p, " ");
	expr(p, right, row->right, indent + 2);
}

/* `90 <= x` reads better as `x >= 90`; both compile to the same. */
static void
operator(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct infix *row = &infixes[p->code->nodes[n].op];
	uint32_t left = operand(p, n, 0), right = operand(p, n, 1);
	bool turn = (p->code->nodes[n].op == WR_OP_LT || p->code->nodes[n].op == WR_OP_LE) &&
	    p->code->nodes[left].op == WR_OP_CONST && p->code->nodes[right].op != WR_OP_CONST;

	if (turn)
		infix(p, right, p->code->nodes[n].op == WR_OP_LT ? ">" : ">=", left, row, indent);
	else
		infix(p, left, row->word, right, row, indent);
}

static void
absent(struct wr_printer *p, uint32_t n, const char *word, uint32_t indent)
{
	expr(p, operand(p, n, 0), TIGHT_ELSE, indent);
	wr_print_str(p, word);
	wr_print_str(p, " none");
}

static void
negation(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	uint32_t of = operand(p, n, 0);

	if (!is_negated_equality(p, n)) {
		wr_print_str(p, "not ");
		expr(p, of, TIGHT_NOT, indent);
	} else if (p->code->nodes[of].op == WR_OP_EQ) {
		infix(p, operand(p, of, 0), "!=", operand(p, of, 1), &infixes[WR_OP_EQ], indent);
	} else {
		absent(p, of, " !=", indent);
	}
}

/* ` { steps yield result }`, or just the result when there are no steps. */
static void
branch(struct wr_printer *p, uint32_t block, bool braces, uint32_t indent)
{
	uint32_t named_len = p->named_len;

	if (p->plan.blocks[block].steps_len == 0 && !braces) {
		after(p, root_of(p, block, 0), indent);
		return;
	}
	wr_print_str(p, " {");
	steps(p, block, indent + 2);
	if (p->flat)
		wr_print_str(p, " ");
	else
		wr_print_line(p, indent + 2);
	wr_print_str(p, "yield");
	after(p, root_of(p, block, 0), indent + 2);
	close(p, p->flat ? " }" : "}", indent);
	while (p->named_len > named_len)
		p->names[p->named[--p->named_len]] = 0;
}

static void
choice(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];
	uint32_t otherwise;

	for (;;) {
		wr_print_str(p, "if ");
		wr_print_flat(p, wr_operand(p->code, node, 0), TIGHT_OR);
		for (uint32_t i = 0; i < 2; i++) {
			if (p->flat)
				wr_print_str(p, " ");
			else
				wr_print_line(p, indent);
			wr_print_str(p, i == 0 ? "then" : "else");
			if (i == 0)
				branch(p, node->blocks, false, indent);
		}
		otherwise = root_of(p, node->blocks + 1, 0);
		if (p->flat || wr_print_stop(p) || p->plan.blocks[node->blocks + 1].steps_len > 0 ||
		    p->names[otherwise] != 0 || p->code->nodes[otherwise].op != WR_OP_MATCH ||
		    type_of(p, wr_operand(p->code, &p->code->nodes[otherwise], 0))->kind != WR_TYPE_BOOL)
			break;
		wr_print_str(p, " ");
		node = &p->code->nodes[otherwise];
	}
	branch(p, node->blocks + 1, false, indent);
}

/* `pay(v1) ->`: the value is named when something uses it, and where the language wants a name. */
static void
pattern(struct wr_printer *p, const struct wr_type *of, uint32_t block, uint32_t arm)
{
	bool option = of->kind == WR_TYPE_OPTION;

	if (option && arm == 1)
		wr_print_str(p, "none");
	else if (option)
		wr_print_str(p, "some");
	else
		wr_buf_text(p->buf, of->members[arm].name);
	if (p->plan.blocks[block].binds || (option && arm == 0)) {
		p->binders[block] = fresh(p);
		wr_print_str(p, "(");
		put_name(p, 'v', p->binders[block]);
		wr_print_str(p, ")");
	}
	wr_print_str(p, " ->");
}

static void
match(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];
	const struct wr_type *of = type_of(p, operand(p, n, 0));

	if (is_else(p, n)) {
		static const struct infix row = { "??", TIGHT_ELSE, TIGHT_ADD, TIGHT_ELSE };

		infix(p, operand(p, n, 0), "??", root_of(p, node->blocks + 1, 0), &row, indent);
		return;
	}
	if (is_absent(p, n)) {
		absent(p, n, " ==", indent);
		return;
	}
	if (of->kind == WR_TYPE_BOOL) {
		choice(p, n, indent);
		return;
	}
	wr_print_str(p, "match ");
	wr_print_flat(p, operand(p, n, 0), TIGHT_OR);
	wr_print_str(p, p->flat ? " { " : " {");
	for (uint32_t i = 0; i < node->blocks_len && !wr_print_stop(p); i++) {
		item(p, i == 0, false, indent);
		pattern(p, of, node->blocks + i, i);
		branch(p, node->blocks + i, false, indent + 2);
	}
	close(p, p->flat ? " }" : "}", indent);
}

static void
each(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];
	uint32_t block = node->blocks, root = 1;

	p->binders[block] = fresh(p);
	wr_print_str(p, "for ");
	put_name(p, 'x', p->binders[block]);
	if (p->plan.blocks[block].binds_index) {
		wr_print_str(p, ", ");
		put_name(p, 'i', p->binders[block]);
	}
	wr_print_str(p, " in ");
	wr_print_flat(p, operand(p, n, 0), TIGHT_OR);
	if ((node->index & WR_FOR_WHERE) != 0) {
		wr_print_str(p, " where ");
		wr_print_flat(p, root_of(p, block, root++), TIGHT_OR);
	}
	if ((node->index & WR_FOR_SORT) != 0) {
		wr_print_str(p, " sort ");
		wr_print_flat(p, root_of(p, block, root), TIGHT_OR);
	}
	if ((node->index & WR_FOR_DESC) != 0)
		wr_print_str(p, " desc");
	if (p->flat && p->plan.blocks[block].steps_len == 0)
		wr_print_str(p, " yield");
	branch(p, block, !p->flat, indent);
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
		expr(p, operand(p, n, 0), TIGHT_ATOM, indent);
		wr_print_str(p, ".");
		wr_buf_text(p->buf, type_of(p, operand(p, n, 0))->members[node->index].name);
		return;
	case WR_OP_RECORD:
		record(p, n, indent);
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
		expr(p, operand(p, n, 0), TIGHT_ATOM, indent);
		return;
	case WR_OP_TEMPLATE:
		wr_print_quoted(p, n, indent);
		return;
	case WR_OP_MATCH:
		match(p, n, indent);
		return;
	case WR_OP_FOR:
		each(p, n, indent);
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

	expr(p, at->n, at->floor, indent);
}

/*
 * One expression, here. Broken, its further lines are indented by indent, its parts by two more.
 * The plan keeps expressions shallow where steps can stand; where none can, what is deeper than
 * any source that compiles is a limit, not a crash.
 */
static void
expr(struct wr_printer *p, uint32_t n, int floor, uint32_t indent)
{
	struct place place = { n, floor };
	bool parentheses = tightness(p, n) < floor;

	if (p->depth == DEPTH_MAX && p->buf->status == WR_OK)
		p->buf->status = WR_LIMIT;
	if (wr_print_stop(p))
		return;
	if (p->names[n] != 0) {
		put_name(p, 's', p->names[n]);
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
		close(p, ")", indent);
}

/* True when an expression that does not fit may begin on the line of what it belongs to. */
static bool
hugs(const struct wr_printer *p, uint32_t n)
{
	const struct wr_node *node = &p->code->nodes[n];

	if (node->op == WR_OP_MATCH)
		return tightness(p, n) == TIGHT_OWNER && type_of(p, operand(p, n, 0))->kind != WR_TYPE_BOOL;
	return node->op == WR_OP_FOR || (tightness(p, n) == TIGHT_ATOM && node->op != WR_OP_FIELD);
}

/* One expression after something like `name:`, on the same line if it can be. */
static void
after(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	struct place place = { n, TIGHT_OWNER };

	if (p->flat || hugs(p, n)) {
		wr_print_str(p, " ");
		expr(p, n, TIGHT_OWNER, indent);
		return;
	}
	wr_print_str(p, " ");
	if (wr_print_trial(p, expr_at, &place))
		return;
	if (p->buf->status == WR_OK)
		p->buf->size--;
	wr_print_line(p, indent + 2);
	expr(p, n, TIGHT_OWNER, indent + 2);
}

/* ---- steps ----------------------------------------------------------------------------- */

static void
require(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	bool flat = p->flat;

	wr_print_str(p, "require ");
	wr_print_flat(p, operand(p, n, 0), TIGHT_OR);
	if (flat)
		wr_print_str(p, " ");
	else
		wr_print_line(p, indent + 2);
	wr_print_str(p, "else ");
	p->flat = true;
	wr_print_quoted(p, operand(p, n, 1), indent);
	p->flat = flat;
}

static void
require_at(struct wr_printer *p, const void *n, uint32_t indent)
{
	require(p, *(const uint32_t *)n, indent);
}

static void
step(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	uint32_t number;

	if (p->code->nodes[n].op == WR_OP_REQUIRE) {
		if (p->flat || !wr_print_trial(p, require_at, &n))
			require(p, n, indent);
		return;
	}
	number = fresh(p);
	put_name(p, 's', number);
	wr_print_str(p, " =");
	after(p, n, indent);
	p->names[n] = number;
	p->named[p->named_len++] = n;
}

/* An empty line where a line begins that is already written. */
static void
space_before(struct wr_printer *p, size_t at)
{
	wr_buf_byte(p->buf, '\n');
	if (p->buf->status != WR_OK)
		return;
	memmove(p->buf->at + at + 1, p->buf->at + at, p->buf->size - 1 - at);
	p->buf->at[at] = '\n';
	p->line++;
}

/* A step of several lines has an empty one on each side. */
static void
steps(struct wr_printer *p, uint32_t block, uint32_t indent)
{
	const struct wr_plan_block *it = &p->plan.blocks[block];
	bool spaced = false;
	size_t at;

	for (uint32_t i = 0; i < it->steps_len && !wr_print_stop(p); i++) {
		if (!p->plan.nodes[p->plan.order[it->steps + i]].needed)
			continue;
		if (p->flat)
			wr_print_str(p, " ");
		else
			wr_print_line(p, indent);
		at = p->buf->size;
		step(p, p->plan.order[it->steps + i], indent);
		if (!p->flat && p->line > at && i > 0 && !spaced)
			space_before(p, at - indent);
		spaced = !p->flat && p->line > at && i + 1 < it->steps_len;
		if (spaced)
			wr_print_line(p, 0);
	}
}

void
wr_print_steps(struct wr_printer *p, uint32_t indent)
{
	steps(p, 0, indent);
}

void
wr_print_result(struct wr_printer *p, uint32_t indent)
{
	after(p, root_of(p, 0, 0), indent);
}

/*
 * Steps that only this template needs, when it is too long or too deep without: a choice that
 * compiling takes at once is the one place in an agent where steps can stand.
 */
static bool
with_steps(struct wr_printer *p, uint32_t root, uint32_t indent)
{
	uint32_t before = p->named_len, first = p->next;

	if (p->plan.blocks[0].steps_len == 0)
		return false;
	wr_plan_need(&p->plan, root);
	wr_print_str(p, " if true then {");
	steps(p, 0, indent + 2);
	if (p->next == first)
		return false;
	wr_print_line(p, indent + 2);
	wr_print_str(p, "yield ");
	wr_print_quoted(p, root, indent + 2);
	wr_print_line(p, indent);
	wr_print_str(p, "} else \"\"");
	while (p->named_len > before)
		p->names[p->named[--p->named_len]] = 0;
	return true;
}

void
wr_print_template(struct wr_printer *p, uint32_t root, uint32_t indent)
{
	size_t size = p->buf->size;
	unsigned op = p->code->nodes[root].op;

	if (with_steps(p, root, indent))
		return;
	p->buf->size = size;
	if (op == WR_OP_TEMPLATE || op == WR_OP_CONST || op == WR_OP_INPUT || op == WR_OP_FIELD) {
		wr_print_str(p, " ");
		wr_print_quoted(p, root, indent);
	} else {
		after(p, root, indent);
	}
}

/* ---- opening ------------------------------------------------------------------------------ */

static void
take(uint8_t *taken, uint32_t len, struct wr_text name)
{
	uint64_t number = 0;

	if (name.size < 2 || name.size > 9 || strchr("sxiv", name.at[0]) == NULL || name.at[1] == '0')
		return;
	for (size_t i = 1; i < name.size; i++) {
		if (name.at[i] < '0' || name.at[i] > '9')
			return;
		number = number * 10 + (uint64_t)(name.at[i] - '0');
	}
	if (number < len)
		taken[number / 8] |= (uint8_t)(1u << number % 8);
}

static void
take_drops(uint8_t *taken, uint32_t len, const struct wr_code *code)
{
	for (uint32_t n = 0; n < code->nodes_len; n++)
		if (code->nodes[n].op == WR_OP_DROP)
			take(taken, len, code->nodes[n].name);
}

const uint8_t *
wr_print_taken(const struct wr_module *module, struct wr_arena *arena, uint32_t *ret_len)
{
	const uint32_t len = 4 * (WR_NODES_MAX + WR_TABLE_MAX); /* more numbers than steps, binders and names */
	uint8_t *taken = wr_arena_get(arena, len / 8 + 1);

	if (taken == NULL)
		return NULL;
	for (uint32_t i = 0; i < module->inputs_len; i++)
		take(taken, len, module->inputs[i].name);
	take_drops(taken, len, &module->flow);
	for (uint32_t a = 0; a < module->agents_len; a++) {
		take(taken, len, module->agents[a].name);
		for (uint32_t i = 0; i < module->agents[a].params_len; i++)
			take(taken, len, module->agents[a].params[i].name);
		take_drops(taken, len, &module->agents[a].body);
	}
	*ret_len = len;
	return taken;
}

enum wr_status
wr_print_open(struct wr_printer *p, struct wr_buf *buf, const struct wr_module *module, const struct wr_code *code,
    bool flow, const struct wr_param *params, const uint8_t *taken, uint32_t taken_len, struct wr_arena *arena)
{
	*p = (struct wr_printer){ .buf = buf, .module = module, .code = code, .params = params, .taken = taken,
		.taken_len = taken_len, .next = 1 };
	p->names = wr_arena_array(arena, (size_t)code->nodes_len + 1, sizeof *p->names);
	p->named = wr_arena_array(arena, (size_t)code->nodes_len + 1, sizeof *p->named);
	p->binders = wr_arena_array(arena, (size_t)code->blocks_len + 1, sizeof *p->binders);
	if (p->names == NULL || p->named == NULL || p->binders == NULL)
		return WR_NOMEM;
	p->line = buf->size;
	for (size_t i = buf->size; i > 0 && buf->at[i - 1] != '\n'; i--)
		p->line = i - 1;
	return wr_plan_make(&p->plan, module, code, flow, arena);
}
