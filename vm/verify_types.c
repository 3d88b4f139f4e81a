/*
 * Shape and types of a code in one forward walk: blocks nest as they say, operands are in scope,
 * every node has the type that its operands give it. What an operation asks of its operands is
 * decided in format/infer.c; what stands where best, in canonical.c.
 */
#include "vm/verify.h"

#include <assert.h>

#include "vm/format/infer.h"

struct typing {
	struct wr_checker *c;
	struct wr_module *module;
	struct wr_code *code;
	uint32_t agent;
	const struct wr_param *inputs;
	uint32_t inputs_len;
	uint32_t open[WR_BLOCKS_DEEP + 1]; /* the blocks around the walk, by depth */
	uint32_t *types;                   /* scratch for the operands of one node */
	const struct wr_value **constants;
};

static enum wr_status
refuse(struct typing *t, enum wr_rule rule, uint32_t node, uint32_t operand)
{
	return wr_refuse(t->c, rule, t->agent, node, operand);
}

static bool
visible(const struct typing *t, uint32_t n)
{
	uint32_t block = t->code->nodes[n].block;
	uint32_t depth = t->code->blocks[block].depth;

	return depth <= WR_BLOCKS_DEEP && t->open[depth] == block;
}

/* Finished, has a value (REQUIRE and DO are only guards), and may be used here. */
static bool
in_scope(const struct typing *t, uint32_t n)
{
	return n < t->code->nodes_len && t->code->types[n] != WR_NONE &&
	    t->code->nodes[n].op != WR_OP_REQUIRE && t->code->nodes[n].op != WR_OP_DO && visible(t, n);
}

/* The REQUIRE that guards a node, or the DO that a DO comes after: finished and visible. */
static bool
guard_in_scope(const struct typing *t, uint32_t n)
{
	uint32_t guard = t->code->nodes[n].guard;
	enum wr_op wanted = t->code->nodes[n].op == WR_OP_DO ? WR_OP_DO : WR_OP_REQUIRE;

	return guard < n && t->code->types[guard] != WR_NONE && t->code->nodes[guard].op == wanted &&
	    visible(t, guard);
}

static enum wr_rule
rule_of_why(enum wr_infer_why why)
{
	switch (why) {
	case WR_WHY_SHAPE:
		return WR_RULE_OPERAND_TYPE;
	case WR_WHY_RANGE:
		return WR_RULE_OPERAND_RANGE;
	case WR_WHY_OVERFLOW:
		return WR_RULE_OVERFLOW;
	case WR_WHY_ZERO:
		return WR_RULE_DIVIDES_BY_ZERO;
	case WR_WHY_CONSTANT:
		return WR_RULE_NOT_CONSTANT;
	case WR_WHY_JOIN:
		return WR_RULE_NO_JOIN;
	case WR_WHY_PRINT:
		return WR_RULE_NO_PRINT;
	case WR_WHY_ABSENT:
		return WR_RULE_ABSENT;
	case WR_WHY_TOO_LONG:
		return WR_RULE_TOO_LONG;
	case WR_WHY_MEMBER:
		return WR_RULE_NO_MEMBER;
	}
	return WR_RULE_OPERAND_TYPE;
}

/* Whatever wr_infer covers. Fills in the type. */
static enum wr_status
infer(struct typing *t, uint32_t n, const uint32_t *roots, uint32_t roots_len)
{
	const struct wr_node *node = &t->code->nodes[n];
	struct wr_infer in = {
		.types = &t->module->types, .op = node->op, .index = node->index, .type = node->type,
		.operands = t->types, .constants = t->constants, .operands_len = node->operands_len,
		.roots = roots, .roots_len = roots_len,
		.fields = node->op == WR_OP_WITH ? &t->code->operands[node->fields] : NULL,
	};
	enum wr_status s;

	for (uint32_t i = 0; i < node->operands_len; i++) {
		uint32_t m = wr_operand(t->code, node, i);

		t->types[i] = t->code->types[m];
		t->constants[i] = t->code->nodes[m].op == WR_OP_CONST ? &t->code->nodes[m].value : NULL;
	}
	s = wr_infer(&in);
	if (s == WR_REFUSED)
		return refuse(t, rule_of_why(in.why), n, in.bad);
	if (s != WR_OK)
		return s == WR_NOMEM ? wr_no_room(t->c) : s;
	if (t->module->types.at[in.result].walk > WR_TYPE_WALK_MAX)
		return refuse(t, WR_RULE_TYPE_DEEP, n, WR_NONE);
	t->code->types[n] = in.result;
	return WR_OK;
}

static enum wr_status
type_call(struct typing *t, uint32_t n)
{
	const struct wr_node *node = &t->code->nodes[n];
	const struct wr_agent *agent;

	if (t->agent != WR_NONE)
		return refuse(t, WR_RULE_AGENT_EFFECT, n, WR_NONE);
	if (node->index >= t->module->agents_len)
		return refuse(t, WR_RULE_NO_AGENT, n, WR_NONE);
	agent = &t->module->agents[node->index];
	if (node->operands_len != agent->params_len)
		return refuse(t, WR_RULE_OPERANDS, n, WR_NONE);
	for (uint32_t i = 0; i < agent->params_len; i++)
		if (!wr_type_below(&t->module->types, t->code->types[wr_operand(t->code, node, i)],
		    agent->params[i].type))
			return refuse(t, WR_RULE_ARGUMENT_TYPE, n, i);
	t->code->types[n] = agent->result;
	return WR_OK;
}

static enum wr_status
type_require(struct typing *t, uint32_t n)
{
	if (t->agent != WR_NONE)
		return refuse(t, WR_RULE_AGENT_EFFECT, n, WR_NONE);
	return infer(t, n, NULL, 0);
}

static enum wr_status
type_bind(struct typing *t, uint32_t n)
{
	const struct wr_code *code = t->code;
	const struct wr_node *node = &code->nodes[n], *owner;
	uint32_t scrutinee;

	if (code->blocks[node->block].owner == WR_NONE)
		return refuse(t, WR_RULE_BIND, n, WR_NONE);
	owner = &code->nodes[code->blocks[node->block].owner];
	if (owner->op == WR_OP_TRY || owner->op == WR_OP_DO)
		return refuse(t, WR_RULE_BIND, n, WR_NONE);
	scrutinee = wr_operand(code, owner, 0);
	if (wr_bind_type(&t->module->types, owner->op,
	    owner->op == WR_OP_LOOP ? owner->type : code->types[scrutinee], node->block - owner->blocks, node->index, &code->types[n]) != WR_OK)
		return wr_no_room(t->c);
	return code->types[n] == WR_NONE ? refuse(t, WR_RULE_BIND, n, WR_NONE) : WR_OK;
}

static enum wr_status
type_plain(struct typing *t, uint32_t n)
{
	const struct wr_node *node = &t->code->nodes[n];

	switch (node->op) {
	case WR_OP_CONST:
		assert(node->type < t->module->types.len);
		t->code->types[n] = node->type;
		return WR_OK;
	case WR_OP_INPUT:
		if (node->index >= t->inputs_len)
			return refuse(t, WR_RULE_INPUT, n, WR_NONE);
		t->code->types[n] = t->inputs[node->index].type;
		return WR_OK;
	case WR_OP_BIND:
		return type_bind(t, n);
	case WR_OP_CALL:
		return type_call(t, n);
	case WR_OP_REQUIRE:
		return type_require(t, n);
	case WR_OP_RECORD:
	case WR_OP_VARIANT:
		if (node->type >= t->module->types_len)
			return refuse(t, WR_RULE_NO_MEMBER, n, WR_NONE);
		return infer(t, n, NULL, 0);
	case WR_OP_DROP:
		for (uint32_t i = 0; i < node->drops.len; i++)
			if (node->drops.at[i].labels == 0 || node->drops.at[i].reason.size == 0)
				return refuse(t, WR_RULE_EMPTY_DROP, n, WR_NONE);
		if (node->drops.len == 0)
			return refuse(t, WR_RULE_EMPTY_DROP, n, WR_NONE);
		return infer(t, n, NULL, 0);
	default:
		return infer(t, n, NULL, 0);
	}
}

static enum wr_status walk_block(struct typing *t, uint32_t block);

/* A LOOP: a state type of the table, a limit, not too many LOOPs around it, one block of two roots. */
static enum wr_status
loop_shape(struct typing *t, uint32_t n, uint32_t *ret_roots)
{
	const struct wr_node *node = &t->code->nodes[n];
	uint32_t around = 0;

	*ret_roots = 2;
	if (node->type >= t->module->types_len || node->index == 0 || node->index > WR_ROUNDS_MAX)
		return refuse(t, WR_RULE_LOOP, n, WR_NONE);
	for (uint32_t b = node->block; t->code->blocks[b].owner != WR_NONE; b = t->code->blocks[b].parent)
		around += t->code->nodes[t->code->blocks[b].owner].op == WR_OP_LOOP;
	if (around >= WR_LOOPS_DEEP)
		return refuse(t, WR_RULE_LOOPS_DEEP, n, WR_NONE);
	return node->blocks_len == 1 ? WR_OK : refuse(t, WR_RULE_BLOCKS, n, WR_NONE);
}

/* The blocks that this owner must have, and how many roots each. */
static enum wr_status
owner_shape(struct typing *t, uint32_t n, uint32_t *ret_roots)
{
	const struct wr_node *node = &t->code->nodes[n];
	uint32_t operand;

	*ret_roots = 1;
	if (node->op == WR_OP_TRY)
		return node->blocks_len == 2 ? WR_OK : refuse(t, WR_RULE_BLOCKS, n, WR_NONE);
	if (node->op == WR_OP_DO && t->agent != WR_NONE)
		return refuse(t, WR_RULE_AGENT_EFFECT, n, WR_NONE);
	if (node->op == WR_OP_DO)
		return node->blocks_len == 1 ? WR_OK : refuse(t, WR_RULE_BLOCKS, n, WR_NONE);
	operand = t->code->types[wr_operand(t->code, node, 0)];
	if (node->op == WR_OP_MATCH) {
		uint32_t arms = wr_match_arms(&t->module->types, operand);

		if (arms == 0)
			return refuse(t, WR_RULE_OPERAND_TYPE, n, 0);
		return arms == node->blocks_len ? WR_OK : refuse(t, WR_RULE_ARMS, n, WR_NONE);
	}
	if (node->op == WR_OP_LOOP)
		return loop_shape(t, n, ret_roots);
	assert(node->op == WR_OP_FOR);
	if (node->index > (WR_FOR_WHERE | WR_FOR_SORT | WR_FOR_DESC) ||
	    (node->index & (WR_FOR_SORT | WR_FOR_DESC)) == WR_FOR_DESC)
		return refuse(t, WR_RULE_FOR_FLAGS, n, WR_NONE);
	if (t->module->types.at[operand].kind != WR_TYPE_LIST)
		return refuse(t, WR_RULE_OPERAND_TYPE, n, 0);
	*ret_roots += ((node->index & WR_FOR_WHERE) != 0) + ((node->index & WR_FOR_SORT) != 0);
	return node->blocks_len == 1 ? WR_OK : refuse(t, WR_RULE_BLOCKS, n, WR_NONE);
}

/* Walk the blocks of an owner, then give it its type. */
static enum wr_status
type_owner(struct typing *t, uint32_t n)
{
	const struct wr_node *node = &t->code->nodes[n];
	const struct wr_block *parent = &t->code->blocks[node->block];
	uint32_t expected = n + 1, each, len = 0;
	uint32_t *roots;
	enum wr_status s;

	if ((s = owner_shape(t, n, &each)) != WR_OK)
		return s;
	if (node->blocks >= t->code->blocks_len || node->blocks_len > t->code->blocks_len - node->blocks)
		return refuse(t, WR_RULE_BLOCKS, n, WR_NONE);
	if (parent->depth == WR_BLOCKS_DEEP)
		return refuse(t, WR_RULE_DEEP, n, WR_NONE);
	roots = wr_arena_array(&t->c->scratch, (size_t)node->blocks_len * each, sizeof *roots);
	if (roots == NULL)
		return wr_no_room(t->c);
	for (uint32_t i = 0; i < node->blocks_len; i++) {
		const struct wr_block *b = &t->code->blocks[node->blocks + i];

		if (b->owner != n || b->parent != node->block || b->depth != parent->depth + 1 ||
		    b->first != expected || b->end < b->first || b->end > parent->end)
			return refuse(t, WR_RULE_NESTING, n, WR_NONE);
		if (b->roots_len != each)
			return refuse(t, WR_RULE_BLOCKS, n, WR_NONE);
		if ((s = walk_block(t, node->blocks + i)) != WR_OK)
			return s;
		for (uint32_t k = 0; k < each; k++)
			roots[len++] = t->code->types[t->code->operands[b->roots + k]];
		expected = b->end;
	}
	return infer(t, n, roots, len);
}

/* What does not depend on the operation: its row, operands in scope, the guard. */
static enum wr_status
check_frame(struct typing *t, uint32_t n)
{
	const struct wr_node *node = &t->code->nodes[n];
	const struct wr_op_info *op = wr_op_info(node->op);

	if (op == NULL)
		return refuse(t, WR_RULE_OPERATION, n, WR_NONE);
	if (node->operands_len < op->operands_min || node->operands_len > op->operands_max)
		return refuse(t, WR_RULE_OPERANDS, n, WR_NONE);
	if (node->operands > t->code->operands_len ||
	    node->operands_len > t->code->operands_len - node->operands)
		return refuse(t, WR_RULE_SCOPE, n, WR_NONE);
	if (node->op == WR_OP_WITH && (node->fields > t->code->operands_len ||
	    node->operands_len - 1 > t->code->operands_len - node->fields))
		return refuse(t, WR_RULE_NO_MEMBER, n, WR_NONE);
	if ((op->flags & WR_OP_OWNER) == 0 && node->blocks_len != 0)
		return refuse(t, WR_RULE_BLOCKS, n, WR_NONE);
	for (uint32_t i = 0; i < node->operands_len; i++)
		if (wr_operand(t->code, node, i) >= n || !in_scope(t, wr_operand(t->code, node, i)))
			return refuse(t, WR_RULE_SCOPE, n, i);
	if ((op->flags & WR_OP_GUARDED) != 0 && node->guard != WR_NONE && !guard_in_scope(t, n))
		return refuse(t, node->op == WR_OP_DO ? WR_RULE_AFTER : WR_RULE_GUARD, n, WR_NONE);
	return WR_OK;
}

static enum wr_status
walk_block(struct typing *t, uint32_t block)
{
	const struct wr_block *b = &t->code->blocks[block];
	uint32_t n = b->first;
	enum wr_status s;

	assert(b->depth <= WR_BLOCKS_DEEP);
	t->open[b->depth] = block;
	while (n < b->end) {
		if (t->code->nodes[n].block != block)
			return refuse(t, WR_RULE_NESTING, n, WR_NONE);
		if ((s = check_frame(t, n)) != WR_OK)
			return s;
		s = (wr_op_info(t->code->nodes[n].op)->flags & WR_OP_OWNER) != 0 ? type_owner(t, n) :
		    type_plain(t, n);
		if (s != WR_OK)
			return s;
		n = wr_code_after(t->code, n);
	}
	if (n != b->end || b->roots > t->code->operands_len ||
	    b->roots_len > t->code->operands_len - b->roots)
		return refuse(t, WR_RULE_NESTING, b->owner, WR_NONE);
	for (uint32_t i = 0; i < b->roots_len; i++)
		if (!in_scope(t, t->code->operands[b->roots + i]))
			return refuse(t, WR_RULE_SCOPE, b->owner, i);
	t->open[b->depth] = WR_NONE;
	return WR_OK;
}

static enum wr_status
type_code(struct typing *t)
{
	struct wr_code *code = t->code;
	const struct wr_block *root = code->blocks;
	uint32_t widest = 1;

	if (code->blocks_len == 0 || root->owner != WR_NONE || root->depth != 0 || root->first != 0 ||
	    root->end != code->nodes_len)
		return refuse(t, WR_RULE_NESTING, WR_NONE, WR_NONE);
	for (uint32_t n = 0; n < code->nodes_len; n++) {
		if (code->nodes[n].block >= code->blocks_len)
			return refuse(t, WR_RULE_NESTING, n, WR_NONE);
		if (code->nodes[n].operands_len > widest)
			widest = code->nodes[n].operands_len;
	}
	code->types = wr_arena_array(t->module->arena, code->nodes_len, sizeof *code->types);
	code->ambient = wr_arena_array(t->module->arena, code->nodes_len, sizeof *code->ambient);
	code->pc = wr_arena_array(t->module->arena, code->nodes_len, sizeof *code->pc);
	t->types = wr_arena_array(&t->c->scratch, widest, sizeof *t->types);
	t->constants = wr_arena_array(&t->c->scratch, widest, sizeof *t->constants);
	if (code->types == NULL || code->ambient == NULL || code->pc == NULL || t->types == NULL ||
	    t->constants == NULL)
		return wr_no_room(t->c);
	for (uint32_t n = 0; n < code->nodes_len; n++)
		code->types[n] = WR_NONE;
	for (uint32_t i = 0; i <= WR_BLOCKS_DEEP; i++)
		t->open[i] = WR_NONE;
	return walk_block(t, 0);
}

/* What the table alone does not decide when it is read. */
static enum wr_status
check_table(struct wr_checker *c)
{
	const struct wr_types *types = &c->module->types;

	for (uint32_t i = 0; i < c->module->types_len; i++) {
		const struct wr_type *t = &types->at[i];

		if (t->depth > WR_TYPES_DEEP)
			return wr_refuse(c, WR_RULE_TABLE_TYPE, WR_NONE, WR_NONE, WR_NONE);
		for (uint32_t k = 0; k < t->members_len; k++)
			if (t->members[k].type == WR_NONE && t->members[k].labels != 0)
				return wr_refuse(c, WR_RULE_TABLE_LABEL, WR_NONE, WR_NONE, WR_NONE);
	}
	return WR_OK;
}

enum wr_status
wr_check_types(struct wr_checker *c)
{
	struct wr_module *module = c->module;
	const struct wr_block *end = module->flow.blocks;
	enum wr_status s = check_table(c);

	if (s != WR_OK)
		return s;
	for (uint32_t i = 0; i < module->agents_len; i++) {
		struct wr_agent *agent = &module->agents[i];
		struct typing t = { .c = c, .module = module, .code = &agent->body, .agent = i,
			.inputs = agent->params, .inputs_len = agent->params_len };

		if ((s = type_code(&t)) != WR_OK)
			return s;
	}
	s = type_code(&(struct typing){ .c = c, .module = module, .code = &module->flow, .agent = WR_NONE,
	    .inputs = module->inputs, .inputs_len = module->inputs_len });
	if (s != WR_OK)
		return s;
	if (end->roots_len != 1)
		return wr_refuse(c, WR_RULE_BLOCKS, WR_NONE, WR_NONE, WR_NONE);
	if (!wr_type_below(&module->types, module->flow.types[module->flow.operands[end->roots]],
	    module->result))
		return wr_refuse(c, WR_RULE_RESULT_TYPE, WR_NONE, module->flow.operands[end->roots], WR_NONE);
	return WR_OK;
}
