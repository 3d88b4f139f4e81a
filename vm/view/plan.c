/*
 * Which nodes of a code become steps of its source, and in what order. Pure nodes may
 * stand anywhere, because compiling hoists and merges them: they become steps when they
 * are used twice or are too long. Calls and what owns them stand in their block,
 * between the REQUIREs that their guards name, and DOs between those. Never renders anything.
 */
#include "vm/view/plan.h"

#include <assert.h>

#define SIZE_NAMED 4u /* `s12` */
#define SIZE_MAX_PLAN 100000u
#define SIZE_HOLE 60u /* longer expressions do not stand in the middle of a line */
#define SIZE_STEP 600u /* longer ones are not one expression */
#define DEEP_ROOT 12u /* deeper expressions are hard to read; with 16 blocks inside each other, */
#define DEEP_BLOCK 8u /* 12 + 16 * (8 + 2) stays below what the compiler reads */
#define TEXTS_STEP 3u
#define HEAVY_SIZE 5000u /* nodes, each as often as it is written */
#define HEAVY_DEEP 60u
#define SIZE_CONST 4000u /* longer constants are not written twice */

static uint32_t
add_size(uint32_t a, uint32_t b)
{
	return a + b > SIZE_MAX_PLAN ? SIZE_MAX_PLAN : a + b;
}

static uint32_t
value_size(struct wr_value v)
{
	uint32_t size = 12;

	if (v.kind == WR_VALUE_TEXT)
		return add_size(2, v.len > SIZE_MAX_PLAN ? SIZE_MAX_PLAN : v.len);
	if (v.kind == WR_VALUE_LIST || v.kind == WR_VALUE_RECORD)
		for (uint32_t i = 0; i < v.len && size < SIZE_MAX_PLAN; i++)
			size = add_size(size, add_size(8, value_size(v.as.items[i])));
	if (v.kind == WR_VALUE_VARIANT && v.as.items != NULL)
		size = add_size(size, value_size(*v.as.items));
	return size;
}

static bool
can_step(const struct wr_plan *plan, uint32_t n)
{
	unsigned op = plan->code->nodes[n].op;

	return op != WR_OP_INPUT && op != WR_OP_BIND &&
	    (op != WR_OP_CONST || plan->nodes[n].size > SIZE_CONST);
}

static void
make_step(struct wr_plan *plan, uint32_t n)
{
	if (can_step(plan, n))
		plan->nodes[n].step = true;
}

/* This operand stands where a line cannot be broken. */
static void
keep_short(struct wr_plan *plan, uint32_t n)
{
	if (plan->nodes[n].size > SIZE_HOLE && plan->code->nodes[n].op != WR_OP_CONST)
		make_step(plan, n);
}

/* Take in an operand or a root of node (or of its blocks). */
static void
take_in(const struct wr_plan *plan, struct wr_plan_node *into, uint32_t n)
{
	const struct wr_plan_node *from = &plan->nodes[n];
	unsigned deep = from->step ? 1 : from->deep;

	into->size = add_size(into->size, from->step ? SIZE_NAMED : add_size(from->size, 6));
	if (deep >= into->deep)
		into->deep = deep + 1;
	if (!from->step && from->texts > into->texts)
		into->texts = from->texts;
}

static void
raise_stage(struct wr_plan *plan, uint32_t n, uint32_t other)
{
	if (plan->code->nodes[other].block == plan->code->nodes[n].block &&
	    plan->nodes[other].stage > plan->nodes[n].stage)
		plan->nodes[n].stage = plan->nodes[other].stage;
}

/* Everything that a node refers to: its operands and what its blocks result in. */
static void
raise_by(struct wr_plan *plan, uint32_t n, const struct wr_node *by)
{
	const struct wr_code *code = plan->code;

	for (uint32_t k = 0; k < by->operands_len; k++)
		raise_stage(plan, n, wr_operand(code, by, k));
	for (uint32_t b = by->blocks; b < by->blocks + by->blocks_len; b++)
		for (uint32_t r = 0; r < code->blocks[b].roots_len; r++)
			raise_stage(plan, n, code->operands[code->blocks[b].roots + r]);
}

static bool
in_row(unsigned op)
{
	return op == WR_OP_REQUIRE || op == WR_OP_DO;
}

/* Not above what stands in the row of its block. */
static void
stay_below(struct wr_plan *plan, uint32_t n, uint32_t above)
{
	if (above != WR_NONE)
		raise_stage(plan, n, above);
}

/*
 * The stage of a node: not above the REQUIRE of its block that its calls are guarded by, nor the DO
 * that DOs inside it come after, nor anything that it needs. The verifier has seen to it that this
 * is above the next REQUIRE, and the next DO, that it may not stand below.
 */
static void
stage_node(struct wr_plan *plan, uint32_t n)
{
	const struct wr_code *code = plan->code;
	struct wr_plan_node *it = &plan->nodes[n];
	uint32_t end = wr_code_after(code, n);

	for (uint32_t i = n; i < end; i++) {
		const struct wr_node *inner = &code->nodes[i];

		raise_by(plan, n, inner);
		if (inner->op != WR_OP_CALL && !in_row(inner->op))
			continue;
		it->effect = true;
		it->does |= inner->op == WR_OP_DO;
		stay_below(plan, n, inner->guard);
	}
}

/* The REQUIRE of its own block that guards what a DO calls: the same for all; or WR_NONE. */
static uint32_t
guard_of_do(const struct wr_code *code, uint32_t n)
{
	for (uint32_t i = n; i < wr_code_after(code, n); i++) {
		const struct wr_node *inner = &code->nodes[i];

		if ((inner->op == WR_OP_CALL || inner->op == WR_OP_REQUIRE) && inner->guard != WR_NONE &&
		    code->nodes[inner->guard].block == code->nodes[n].block)
			return inner->guard;
	}
	return WR_NONE;
}

static uint32_t
find_own(const struct wr_code *code, const struct wr_block *b, uint32_t n, unsigned op)
{
	while (n < b->end && code->nodes[n].op != op)
		n = wr_code_after(code, n);
	return n < b->end ? n : WR_NONE;
}

/* The REQUIREs and DOs of a block as they stand: each by number, a DO below the REQUIRE that guards it. */
static void
stage_row(struct wr_plan *plan, uint32_t b)
{
	const struct wr_code *code = plan->code;
	const struct wr_block *block = &code->blocks[b];
	struct wr_plan_block *it = &plan->blocks[b];
	uint32_t r = find_own(code, block, block->first, WR_OP_REQUIRE);
	uint32_t d = find_own(code, block, block->first, WR_OP_DO);
	uint32_t guard = d == WR_NONE ? WR_NONE : guard_of_do(code, d);

	while (r != WR_NONE || d != WR_NONE) {
		if (d == WR_NONE || (guard != WR_NONE && plan->nodes[guard].stage == 0)) {
			it->require = plan->nodes[r].stage = ++it->row;
			r = find_own(code, block, wr_code_after(code, r), WR_OP_REQUIRE);
		} else {
			it->done = plan->nodes[d].stage = ++it->row;
			d = find_own(code, block, wr_code_after(code, d), WR_OP_DO);
			guard = d == WR_NONE ? WR_NONE : guard_of_do(code, d);
		}
	}
}

/* Sizes, and which operands must be steps for the sake of this node. */
static void
weigh(struct wr_plan *plan, uint32_t n)
{
	const struct wr_code *code = plan->code;
	const struct wr_node *node = &code->nodes[n];
	struct wr_plan_node *it = &plan->nodes[n];
	bool text = node->op == WR_OP_TEMPLATE || node->op == WR_OP_REQUIRE;

	it->size = node->op == WR_OP_CONST ? value_size(node->value) : 8;
	it->deep = 1;
	for (uint32_t k = 0; k < node->operands_len; k++) {
		uint32_t o = wr_operand(code, node, k);

		if (text || node->blocks_len > 0 || node->op == WR_OP_FIELD ||
		    (node->op == WR_OP_WITH && k == 0))
			keep_short(plan, o);
		if (text && plan->nodes[o].texts >= TEXTS_STEP)
			make_step(plan, o);
		take_in(plan, it, o);
	}
	for (uint32_t b = node->blocks; b < node->blocks + node->blocks_len; b++)
		for (uint32_t r = 0; r < code->blocks[b].roots_len; r++)
			take_in(plan, it, code->operands[code->blocks[b].roots + r]);
	for (uint32_t b = node->blocks; b < node->blocks + node->blocks_len; b++) {
		it->size = add_size(it->size, 20 * plan->blocks[b].steps_len);
		if (plan->blocks[b].deep + 2 > it->deep)
			it->deep = plan->blocks[b].deep + 2;
	}
	if (text)
		it->texts++;
}

static bool
path_like(const struct wr_plan *plan, uint32_t n)
{
	const struct wr_code *code = plan->code;

	while (code->nodes[n].op == WR_OP_FIELD && !plan->nodes[n].step)
		n = wr_operand(code, &code->nodes[n], 0);
	return plan->nodes[n].step || code->nodes[n].op == WR_OP_INPUT ||
	    code->nodes[n].op == WR_OP_BIND;
}

static void
choose(struct wr_plan *plan, uint32_t n)
{
	const struct wr_node *node = &plan->code->nodes[n];
	const struct wr_plan_node *it = &plan->nodes[n];
	uint32_t deepest = node->block == 0 ? DEEP_ROOT : DEEP_BLOCK;

	if (in_row(node->op))
		plan->nodes[n].step = true;
	else if (it->effect || it->deep > deepest || it->texts > TEXTS_STEP ||
	    it->size > SIZE_STEP || (it->uses > 1 && !path_like(plan, n)))
		make_step(plan, n);
}

static void
need(struct wr_plan *plan, uint32_t n, uint32_t block)
{
	if (plan->code->nodes[n].block == block)
		plan->nodes[n].needed = true;
}

/* From what is marked already to all of the block's own nodes that it needs. */
static void
spread_need(struct wr_plan *plan, uint32_t b)
{
	const struct wr_code *code = plan->code;
	const struct wr_block *block = &code->blocks[b];

	for (uint32_t n = block->end; n-- > block->first;) {
		const struct wr_node *node = &code->nodes[n];
		uint32_t own = n;

		while (code->nodes[own].block != b)
			own = code->blocks[code->nodes[own].block].owner;
		if (!plan->nodes[own].needed)
			continue;
		for (uint32_t k = 0; k < node->operands_len; k++)
			need(plan, wr_operand(code, node, k), b);
		for (uint32_t i = node->blocks; i < node->blocks + node->blocks_len; i++)
			for (uint32_t r = 0; r < code->blocks[i].roots_len; r++)
				need(plan, code->operands[code->blocks[i].roots + r], b);
	}
}

/*
 * What the body of a block needs of its own nodes. A FOR's condition and key stand before the
 * braces, where no step can be seen, so what only they need is written in place.
 */
static void
mark_needed(struct wr_plan *plan, uint32_t b)
{
	const struct wr_code *code = plan->code;
	const struct wr_block *block = &code->blocks[b];
	bool body_only = block->owner != WR_NONE && code->nodes[block->owner].op == WR_OP_FOR;

	for (uint32_t r = 0; r < (body_only ? 1 : block->roots_len); r++)
		need(plan, code->operands[block->roots + r], b);
	for (uint32_t n = block->first; n < block->end; n = wr_code_after(code, n))
		if (in_row(code->nodes[n].op))
			plan->nodes[n].needed = true;
	spread_need(plan, b);
}

void
wr_plan_need(struct wr_plan *plan, uint32_t b, uint32_t root)
{
	const struct wr_block *block = &plan->code->blocks[b];

	for (uint32_t n = block->first; n < block->end; n = wr_code_after(plan->code, n))
		plan->nodes[n].needed = false;
	need(plan, root, b);
	spread_need(plan, b);
}

/* Another node of the same block is written inside n. */
static void
load(struct wr_plan *plan, uint32_t n, uint32_t other)
{
	if (plan->code->nodes[other].block != plan->code->nodes[n].block)
		return;
	plan->counts[n] = add_size(plan->counts[n], plan->counts[other]);
	if (plan->depths[other] >= plan->depths[n])
		plan->depths[n] = plan->depths[other] + 1;
}

bool
wr_plan_heavy(struct wr_plan *plan, uint32_t b, uint32_t root)
{
	const struct wr_code *code = plan->code;
	const struct wr_block *block = &code->blocks[b];

	if (code->nodes[root].block != b)
		return false;
	for (uint32_t n = block->first, end; n <= root && n < block->end; n = end) {
		end = wr_code_after(code, n);
		plan->counts[n] = plan->depths[n] = 1;
		for (uint32_t i = n; i < end; i++) {
			const struct wr_node *inner = &code->nodes[i];

			for (uint32_t k = 0; k < inner->operands_len; k++)
				load(plan, n, wr_operand(code, inner, k));
			for (uint32_t o = inner->blocks; o < inner->blocks + inner->blocks_len; o++)
				for (uint32_t r = 0; r < code->blocks[o].roots_len; r++)
					load(plan, n, code->operands[code->blocks[o].roots + r]);
		}
		if (code->nodes[n].blocks_len > 0)
			plan->depths[n] += plan->nodes[n].deep;
	}
	return plan->counts[root] > HEAVY_SIZE || plan->depths[root] > HEAVY_DEEP;
}

/* The depth of a block, and its steps by stage, then by number, which is an order of what needs what: a counting sort. */
static void
sort_steps(struct wr_plan *plan, uint32_t b)
{
	const struct wr_code *code = plan->code;
	const struct wr_block *block = &code->blocks[b];
	struct wr_plan_block *it = &plan->blocks[b];
	uint32_t at = plan->order_len;

	memset(plan->counts, 0, (it->row + 1) * sizeof *plan->counts);
	for (uint32_t n = block->first; n < block->end; n = wr_code_after(code, n)) {
		if (!plan->nodes[n].step || !plan->nodes[n].needed)
			continue;
		plan->counts[plan->nodes[n].stage]++;
		plan->order_len++;
	}
	for (uint32_t n = block->first; n < block->end; n = wr_code_after(code, n))
		if (plan->nodes[n].deep > it->deep)
			it->deep = plan->nodes[n].deep;
	it->steps = at;
	it->steps_len = plan->order_len - at;
	for (uint32_t s = 0; s <= it->row; s++) {
		uint32_t len = plan->counts[s];

		plan->counts[s] = at;
		at += len;
	}
	for (uint32_t n = block->first; n < block->end; n = wr_code_after(code, n))
		if (plan->nodes[n].step && plan->nodes[n].needed)
			plan->order[plan->counts[plan->nodes[n].stage]++] = n;
}

/*
 * What a block yields needs no name when nothing else uses it and it would stand last anyway; nor
 * does a call that is wrapped there, as in `some(transfer(...))`.
 */
static void
unname_result(struct wr_plan *plan, uint32_t b)
{
	const struct wr_code *code = plan->code;
	uint32_t n = code->operands[code->blocks[b].roots];

	for (;;) {
		const struct wr_node *node = &code->nodes[n];
		struct wr_plan_node *it = &plan->nodes[n];

		if (node->block != b || it->uses != 1 ||
		    (it->effect && it->stage < plan->blocks[b].require) ||
		    (it->does && it->stage < plan->blocks[b].done))
			return;
		it->step = false;
		if (it->effect || node->operands_len != 1 || node->blocks_len > 0)
			return;
		n = wr_operand(code, node, 0);
		if (!plan->nodes[n].effect)
			return;
	}
}

static void
plan_block(struct wr_plan *plan, uint32_t b)
{
	const struct wr_code *code = plan->code;
	const struct wr_block *block = &code->blocks[b];
	struct wr_plan_block *it = &plan->blocks[b];

	stage_row(plan, b);
	for (uint32_t n = block->first; n < block->end; n = wr_code_after(code, n)) {
		const struct wr_node *node = &code->nodes[n];

		for (uint32_t i = 0; i < node->blocks_len; i++)
			plan_block(plan, node->blocks + i);
		if (node->op == WR_OP_BIND && node->index == 0)
			it->binds = true;
		if (node->op == WR_OP_BIND && node->index == 1)
			it->binds_index = true;
		stage_node(plan, n);
		weigh(plan, n);
		choose(plan, n);
	}
	if (plan->flow || b != 0)
		unname_result(plan, b);
	mark_needed(plan, b);
	sort_steps(plan, b);
}

enum wr_status
wr_plan_make(struct wr_plan *plan, const struct wr_module *module, const struct wr_code *code,
    bool flow, struct wr_arena *arena)
{
	size_t len = (size_t)code->nodes_len + 1;

	assert(code->types != NULL || code->nodes_len == 0);
	*plan = (struct wr_plan){ .module = module, .code = code, .flow = flow };
	plan->nodes = wr_arena_array(arena, len, sizeof *plan->nodes);
	plan->blocks = wr_arena_array(arena, (size_t)code->blocks_len + 1, sizeof *plan->blocks);
	plan->order = wr_arena_array(arena, len, sizeof *plan->order);
	plan->counts = wr_arena_array(arena, len + 1, sizeof *plan->counts);
	plan->depths = wr_arena_array(arena, len, sizeof *plan->depths);
	if (plan->nodes == NULL || plan->blocks == NULL || plan->order == NULL ||
	    plan->counts == NULL || plan->depths == NULL)
		return WR_NOMEM;
	for (uint32_t n = 0; n < code->nodes_len; n++)
		for (uint32_t k = 0; k < code->nodes[n].operands_len; k++)
			plan->nodes[wr_operand(code, &code->nodes[n], k)].uses++;
	for (uint32_t b = 0; b < code->blocks_len; b++)
		for (uint32_t r = 0; r < code->blocks[b].roots_len; r++)
			plan->nodes[code->operands[code->blocks[b].roots + r]].uses++;
	plan_block(plan, 0);
	return WR_OK;
}
