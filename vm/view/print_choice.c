/*
 * Choices, comprehensions and loops as source: one MATCH is an `if`, a `match`, a `??` or a comparison with
 * `none`; a TRY is a `try`. Blocks have braces when steps stand in them. Decides words and layout alone.
 */
#include "vm/view/print.h"

#include "vm/view/print_parts.h"
#include "vm/view/spell.h"

static bool
is_const_bool(const struct wr_printer *p, uint32_t n, bool truth)
{
	const struct wr_node *node = &p->code->nodes[n];

	return node->op == WR_OP_CONST && node->value.kind == WR_VALUE_BOOL &&
	    node->value.as.boolean == truth;
}

static bool
is_plain_option_match(const struct wr_printer *p, uint32_t n)
{
	const struct wr_node *node = &p->code->nodes[n];

	return node->op == WR_OP_MATCH &&
	    wr_print_type_of(p, wr_print_operand(p, n, 0))->kind == WR_TYPE_OPTION &&
	    !p->plan.nodes[n].effect && p->plan.blocks[node->blocks].steps_len == 0 &&
	    p->plan.blocks[node->blocks + 1].steps_len == 0;
}

/* `x ?? d`: the value itself where there is one. */
bool
wr_print_is_else(const struct wr_printer *p, uint32_t n)
{
	const struct wr_node *node = &p->code->nodes[n], *some;

	if (!is_plain_option_match(p, n))
		return false;
	some = &p->code->nodes[wr_print_root(p, node->blocks, 0)];
	return some->op == WR_OP_BIND && some->block == node->blocks;
}

/* `x == none` */
bool
wr_print_is_absent(const struct wr_printer *p, uint32_t n)
{
	const struct wr_node *node = &p->code->nodes[n];

	return is_plain_option_match(p, n) &&
	    is_const_bool(p, wr_print_root(p, node->blocks, 0), false) &&
	    is_const_bool(p, wr_print_root(p, node->blocks + 1, 0), true);
}

/* Steps stand on lines of their own, however short they are: people read them one by one. */
static void
no_steps_on_one_line(struct wr_printer *p, uint32_t block)
{
	if (p->trial && p->plan.blocks[block].steps_len > 0)
		p->over = true;
}

/* ` { steps yield result }`, or just the result when there are no steps. */
static void
branch(struct wr_printer *p, uint32_t block, bool braces, uint32_t indent)
{
	uint32_t named_len = p->named_len;

	if (p->plan.blocks[block].steps_len == 0 && !braces) {
		wr_print_after(p, wr_print_root(p, block, 0), indent);
		return;
	}
	no_steps_on_one_line(p, block);
	wr_print_str(p, " {");
	wr_print_block(p, block, indent + 2);
	if (p->flat)
		wr_print_str(p, " ");
	else
		wr_print_line(p, indent + 2);
	wr_print_str(p, "yield");
	wr_print_after(p, wr_print_root(p, block, 0), indent + 2);
	wr_print_close(p, p->flat ? " }" : "}", indent);
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
		otherwise = wr_print_root(p, node->blocks + 1, 0);
		if (p->flat || wr_print_stop(p) || p->plan.blocks[node->blocks + 1].steps_len > 0 ||
		    p->names[otherwise] != 0 || p->code->nodes[otherwise].op != WR_OP_MATCH ||
		    wr_print_type_of(p, wr_operand(p->code, &p->code->nodes[otherwise], 0))->kind !=
			WR_TYPE_BOOL)
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
		p->binders[block] = wr_print_fresh(p);
		wr_print_str(p, "(");
		wr_print_name(p, 'v', p->binders[block]);
		wr_print_str(p, ")");
	}
	wr_print_str(p, " ->");
}

void
wr_print_match(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];
	const struct wr_type *of = wr_print_type_of(p, wr_print_operand(p, n, 0));

	if (wr_print_is_else(p, n)) {
		static const struct wr_infix row = { "??", TIGHT_ELSE, TIGHT_ADD, TIGHT_ELSE };

		wr_print_infix(p, wr_print_operand(p, n, 0), "??",
		    wr_print_root(p, node->blocks + 1, 0), &row, indent);
		return;
	}
	if (wr_print_is_absent(p, n)) {
		wr_print_absent(p, n, " ==", indent);
		return;
	}
	if (of->kind == WR_TYPE_BOOL) {
		choice(p, n, indent);
		return;
	}
	wr_print_str(p, "match ");
	wr_print_flat(p, wr_print_operand(p, n, 0), TIGHT_OR);
	wr_print_str(p, p->flat ? " { " : " {");
	for (uint32_t i = 0; i < node->blocks_len && !wr_print_stop(p); i++) {
		wr_print_item(p, i == 0, false, indent);
		pattern(p, of, node->blocks + i, i);
		branch(p, node->blocks + i, false, indent + 2);
	}
	wr_print_close(p, p->flat ? " }" : "}", indent);
}

/* The type is written where the first state's does not say it. */
void
wr_print_loop(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];
	uint32_t block = node->blocks, init = wr_print_operand(p, n, 0), named_len = p->named_len;

	p->binders[block] = wr_print_fresh(p);
	wr_print_str(p, "loop ");
	wr_print_name(p, 'v', p->binders[block]);
	if (p->code->types[init] != node->type || p->module->types.at[node->type].name.size == 0) {
		wr_print_str(p, ": ");
		wr_spell_type(p->buf, &p->module->types, node->type);
	}
	wr_print_str(p, " = ");
	wr_print_flat(p, init, TIGHT_OR);
	wr_print_str(p, " limit ");
	wr_buf_u64(p->buf, node->index);
	no_steps_on_one_line(p, block);
	wr_print_str(p, " {");
	wr_print_block(p, block, indent + 2);
	for (uint32_t root = 0; root < 2; root++) {
		if (p->flat)
			wr_print_str(p, " ");
		else
			wr_print_line(p, indent + 2);
		wr_print_str(p, root == 0 ? "yield" : "until");
		wr_print_after(p, wr_print_root(p, block, root), indent + 2);
	}
	wr_print_close(p, p->flat ? " }" : "}", indent);
	while (p->named_len > named_len)
		p->names[p->named[--p->named_len]] = 0;
}

void
wr_print_for(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	const struct wr_node *node = &p->code->nodes[n];
	uint32_t block = node->blocks, root = 1;

	p->binders[block] = wr_print_fresh(p);
	wr_print_str(p, "for ");
	wr_print_name(p, 'x', p->binders[block]);
	if (p->plan.blocks[block].binds_index) {
		wr_print_str(p, ", ");
		wr_print_name(p, 'i', p->binders[block]);
	}
	wr_print_str(p, " in ");
	wr_print_flat(p, wr_print_operand(p, n, 0), TIGHT_OR);
	if ((node->index & WR_FOR_WHERE) != 0) {
		wr_print_str(p, " where ");
		wr_print_aside(p, block, wr_print_root(p, block, root++));
	}
	if ((node->index & WR_FOR_SORT) != 0) {
		wr_print_str(p, " sort ");
		wr_print_aside(p, block, wr_print_root(p, block, root));
	}
	if ((node->index & WR_FOR_DESC) != 0)
		wr_print_str(p, " desc");
	if (node->width != 0) {
		wr_print_str(p, " width ");
		wr_buf_u64(p->buf, node->width);
	}
	if (p->flat && p->plan.blocks[block].steps_len == 0)
		wr_print_str(p, " yield");
	branch(p, block, !p->flat, indent);
}

void
wr_print_try(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	uint32_t tried = p->code->nodes[n].blocks;

	wr_print_str(p, "try");
	branch(p, tried, false, indent);
	if (p->flat)
		wr_print_str(p, " ");
	else
		wr_print_line(p, indent);
	wr_print_str(p, "else");
	branch(p, tried + 1, false, indent);
}

void
wr_print_do(struct wr_printer *p, uint32_t n, uint32_t indent)
{
	wr_print_str(p, "do");
	branch(p, p->code->nodes[n].blocks, false, indent);
}
