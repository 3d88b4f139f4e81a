/*
 * The normal form of one code (section 2 of vm/README.md): pure nodes in the outermost block they
 * can stand in, nothing left to fold or to flatten, and guards as the order of source text gives
 * them. Numbers and equal nodes are judged in canonical_order.c and canonical_same.c.
 */
#include "vm/verify.h"

#include <assert.h>

#define UNSET (UINT32_MAX - 1) /* a guard that nothing has asked for yet; WR_NONE is "none" */

/* The last REQUIRE and the last DO of a block so far, or WR_NONE. */
struct last {
	uint32_t require, done;
};

struct form {
	struct wr_checker *c;
	const struct wr_code *code;
	uint32_t agent;
	bool *impure;       /* by node: an owner with a CALL or REQUIRE inside, as each DO is */
	bool *asks;         /* by node: it, or what it needs of its block, waits for a CALL */
	uint32_t *inherits; /* by node: the guard in force where an owner stands */
	uint32_t *follows;  /* by node: the DO in force where an owner stands */
	uint32_t *after;    /* by node: how many REQUIREs, in a row, must stand above it */
	uint32_t *done;     /* by node: how many DOs, likewise */
	uint32_t *latest;   /* by DO: the most of `after` of the owners that stand before the next DO */
	uint32_t owners[WR_BLOCKS_DEEP + 2]; /* the owners around the walk, by the depth of their blocks */
};

static enum wr_status
refuse(const struct form *f, enum wr_rule rule, uint32_t node, uint32_t operand)
{
	return wr_refuse(f->c, rule, f->agent, node, operand);
}

static uint32_t
depth_of(const struct form *f, uint32_t n)
{
	return f->code->blocks[f->code->nodes[n].block].depth;
}

static bool
constant(const struct form *f, uint32_t n)
{
	return f->code->nodes[n].op == WR_OP_CONST;
}

/* Literals merged, none empty, nothing nested, something to do. */
static enum wr_status
check_template(const struct form *f, uint32_t n)
{
	const struct wr_node *node = &f->code->nodes[n];
	bool all_constant = true, was_constant = false;

	for (uint32_t i = 0; i < node->operands_len; i++) {
		uint32_t m = wr_operand(f->code, node, i);
		const struct wr_node *part = &f->code->nodes[m];
		bool is_constant = constant(f, m);

		if (part->op == WR_OP_TEMPLATE || (is_constant && (was_constant ||
		    part->value.kind != WR_VALUE_TEXT || part->value.len == 0)))
			return refuse(f, WR_RULE_UNFLATTENED, n, i);
		was_constant = is_constant;
		all_constant &= is_constant;
	}
	if (node->operands_len == 1) {
		uint32_t type = f->code->types[wr_operand(f->code, node, 0)];

		if (f->c->module->types.at[type].kind == WR_TYPE_TEXT)
			return refuse(f, WR_RULE_UNFLATTENED, n, 0);
	}
	return all_constant ? refuse(f, WR_RULE_FOLDABLE, n, WR_NONE) : WR_OK;
}

/* Of what could be written out, or of all fields: that is a RECORD, or another WITH. */
static enum wr_status
check_with(const struct form *f, uint32_t n)
{
	const struct wr_node *node = &f->code->nodes[n];
	uint8_t of = f->code->nodes[wr_operand(f->code, node, 0)].op;

	if (of == WR_OP_CONST || of == WR_OP_RECORD || of == WR_OP_WITH)
		return refuse(f, WR_RULE_WITH_FORM, n, 0);
	if (f->c->module->types.at[f->code->types[n]].members_len == node->operands_len - 1)
		return refuse(f, WR_RULE_WITH_FORM, n, WR_NONE);
	return WR_OK;
}

/* A FOR over the constant [] is []. */
static bool
goes_through_nothing(const struct form *f, const struct wr_node *node)
{
	const struct wr_node *list = &f->code->nodes[wr_operand(f->code, node, 0)];

	return list->op == WR_OP_CONST && list->value.len == 0;
}

static enum wr_status
check_fold(const struct form *f, uint32_t n)
{
	const struct wr_node *node = &f->code->nodes[n];

	if (node->op == WR_OP_TEMPLATE)
		return check_template(f, n);
	if (node->op == WR_OP_WITH)
		return check_with(f, n);
	if (node->op == WR_OP_FOR && goes_through_nothing(f, node))
		return refuse(f, WR_RULE_FOLDABLE, n, WR_NONE);
	if ((wr_op_info(node->op)->flags & WR_OP_FOLD) == 0)
		return WR_OK;
	for (uint32_t i = 0; i < node->operands_len; i++)
		if (!constant(f, wr_operand(f->code, node, i)))
			return WR_OK;
	return refuse(f, WR_RULE_FOLDABLE, n, WR_NONE);
}

/*
 * Something in this block needs the guard, or is the first DO of the block and comes after this one: a
 * REQUIRE or DO of the block has it at hand, anything else is in force around the block's owner, and
 * then the same for all in the blocks of that owner. Each owner is set once, so all calls together
 * climb each block once.
 */
static bool
in_force(const struct form *f, uint32_t *inherits, uint32_t block, uint32_t guard)
{
	for (;;) {
		const struct wr_block *b = &f->code->blocks[block];

		if (guard != WR_NONE && f->code->nodes[guard].block == block)
			return true;
		if (b->owner == WR_NONE)
			return guard == WR_NONE;
		if (inherits[b->owner] != UNSET)
			return inherits[b->owner] == guard;
		inherits[b->owner] = guard;
		block = b->parent;
	}
}

static uint32_t
rank(const struct form *f, uint32_t guard)
{
	return guard == WR_NONE ? 0 : f->after[guard];
}

/*
 * n, in a block of this depth, refers to m: which depths it refers to, and after which REQUIREs it
 * comes. What is outside n's block is for the owner that stands beside m to come after.
 */
static void
refer(struct form *f, uint32_t n, uint32_t depth, uint32_t m, uint32_t *depths)
{
	uint32_t beside = depth_of(f, m);
	uint32_t who = beside == depth ? n : f->owners[beside];

	assert(beside <= depth);
	*depths |= 1u << beside;
	if (who == WR_NONE)
		return;
	if (f->after[who] < f->after[m])
		f->after[who] = f->after[m];
	if (f->done[who] < f->done[m])
		f->done[who] = f->done[m];
	f->asks[who] |= f->asks[m];
}

/*
 * Which items there are and how they are ordered is known before a body asks anybody. A width says
 * how many bodies with calls are under way at once, fewer than there may be items.
 */
static enum wr_status
check_for(const struct form *f, uint32_t n)
{
	const struct wr_node *node = &f->code->nodes[n];
	const struct wr_block *b = &f->code->blocks[node->blocks];
	uint32_t list = f->code->types[wr_operand(f->code, node, 0)];

	for (uint32_t i = 1; i < b->roots_len; i++) {
		uint32_t root = f->code->operands[b->roots + i];

		if (f->code->nodes[root].block == node->blocks && f->asks[root])
			return refuse(f, WR_RULE_FOR_EFFECT, n, i);
	}
	if (node->width != 0 && (!f->impure[n] || node->width >= f->c->module->types.at[list].hi))
		return refuse(f, WR_RULE_FOR_WIDTH, n, WR_NONE);
	return WR_OK;
}

/* Only a call can fail: without one the first block would stand here itself. */
static enum wr_status
check_try(const struct form *f, uint32_t n)
{
	const struct wr_block *tried = &f->code->blocks[f->code->nodes[n].blocks];

	for (uint32_t i = tried->first; i < tried->end; i++)
		if (f->code->nodes[i].op == WR_OP_CALL)
			return WR_OK;
	return refuse(f, WR_RULE_TRY_IDLE, n, WR_NONE);
}

static enum wr_status walk_block(struct form *f, uint32_t block, uint32_t *depths, bool *impure);

static enum wr_status
walk_owner(struct form *f, uint32_t n, uint32_t *depths)
{
	const struct wr_node *node = &f->code->nodes[n];
	uint32_t depth = depth_of(f, n), inner = 0;
	enum wr_status s;

	f->owners[depth] = n;
	f->inherits[n] = UNSET;
	f->follows[n] = node->op == WR_OP_DO ? node->guard : UNSET;
	for (uint32_t i = 0; i < node->blocks_len; i++)
		if ((s = walk_block(f, node->blocks + i, &inner, &f->impure[n])) != WR_OK)
			return s;
	*depths |= inner & ((2u << depth) - 1);
	f->asks[n] |= f->impure[n];
	if (node->op == WR_OP_TRY)
		return check_try(f, n);
	return node->op == WR_OP_FOR ? check_for(f, n) : WR_OK;
}

/* A CALL, or an owner with one inside: its guard, and nothing that needs a later one. */
static enum wr_status
check_effect(struct form *f, uint32_t n, uint32_t guard)
{
	if (guard != UNSET && rank(f, guard) < f->after[n])
		return refuse(f, WR_RULE_GUARD_ORDER, n, WR_NONE);
	if (guard != UNSET)
		f->after[n] = rank(f, guard);
	return WR_OK;
}

/* The first of its block is guarded as the block's owner is, each later one by the one before. */
static enum wr_status
check_require(struct form *f, uint32_t n, uint32_t *last)
{
	const struct wr_node *node = &f->code->nodes[n];

	if (*last == WR_NONE ? !in_force(f, f->inherits, node->block, node->guard) : node->guard != *last)
		return refuse(f, WR_RULE_GUARD, n, WR_NONE);
	if (rank(f, node->guard) < f->after[n])
		return refuse(f, WR_RULE_GUARD_ORDER, n, WR_NONE);
	f->after[n] = rank(f, node->guard) + 1;
	*last = n;
	return WR_OK;
}

/* A DO of this block: after the DO before it, else after the one that is in force around. */
static enum wr_status
check_do(struct form *f, uint32_t n, uint32_t *last)
{
	const struct wr_node *node = &f->code->nodes[n];
	uint32_t end = wr_code_after(f->code, n), call = n;

	if (*last == WR_NONE ? !in_force(f, f->follows, node->block, node->guard) : node->guard != *last)
		return refuse(f, WR_RULE_AFTER, n, WR_NONE);
	while (call < end && f->code->nodes[call].op != WR_OP_CALL)
		call++;
	if (call == end)
		return refuse(f, WR_RULE_DO_CALLS, n, WR_NONE);
	f->done[n] = (node->guard == WR_NONE ? 0 : f->done[node->guard]) + 1;
	*last = n;
	return WR_OK;
}

/*
 * An owner with DOs inside stands between the DO that they come after and the next one of its block:
 * nothing that it needs comes after that one.
 */
static enum wr_status
check_between(struct form *f, uint32_t n)
{
	uint32_t before = f->follows[n], done = before >= UNSET ? 0 : f->done[before];

	if (before == UNSET || f->code->nodes[n].op == WR_OP_DO)
		return WR_OK;
	if (done < f->done[n])
		return refuse(f, WR_RULE_AFTER_ORDER, n, WR_NONE);
	f->done[n] = done;
	return WR_OK;
}

/*
 * The next DO is then not above the REQUIRE that such an owner is guarded by. So the REQUIREs and DOs
 * of a block stand in one order, in which all else has a place.
 */
static enum wr_status
check_row(struct form *f, const struct wr_block *b)
{
	const struct wr_code *code = f->code;
	uint32_t first = 0;

	for (uint32_t n = b->first; n < b->end; n = wr_code_after(code, n)) {
		uint32_t before = f->follows[n];
		uint32_t *latest = &first;

		if (code->nodes[n].blocks_len == 0 || code->nodes[n].op == WR_OP_DO || before == UNSET)
			continue;
		if (before != WR_NONE && code->nodes[before].block == code->nodes[n].block)
			latest = &f->latest[before];
		if (*latest < f->after[n])
			*latest = f->after[n];
	}
	for (uint32_t n = b->first; n < b->end; n = wr_code_after(code, n)) {
		uint32_t before = code->nodes[n].guard;

		if (code->nodes[n].op != WR_OP_DO)
			continue;
		if (before == WR_NONE || code->nodes[before].block != code->nodes[n].block ?
			f->after[n] < first : f->after[n] < f->latest[before])
			return refuse(f, WR_RULE_AFTER_ORDER, n, WR_NONE);
	}
	return WR_OK;
}

static enum wr_status
check_home(const struct form *f, uint32_t n, uint32_t depths)
{
	const struct wr_node *node = &f->code->nodes[n];
	uint32_t home = depths == 0 ? 0 : 31u - (uint32_t)__builtin_clz(depths);

	if ((wr_op_info(node->op)->flags & WR_OP_PURE) == 0 || node->op == WR_OP_BIND || f->impure[n])
		return WR_OK;
	return home == depth_of(f, n) ? WR_OK : refuse(f, WR_RULE_HOISTABLE, n, WR_NONE);
}

static enum wr_status
check_node(struct form *f, uint32_t n, uint32_t depth, struct last *last, uint32_t *depths)
{
	const struct wr_node *node = &f->code->nodes[n];
	unsigned flags = wr_op_info(node->op)->flags;
	enum wr_status s = WR_OK;

	for (uint32_t i = 0; i < node->operands_len; i++)
		refer(f, n, depth, wr_operand(f->code, node, i), depths);
	if (node->op == WR_OP_DO && node->guard != WR_NONE)
		refer(f, n, depth, node->guard, depths);
	if ((flags & WR_OP_OWNER) != 0) {
		s = walk_owner(f, n, depths);
		if (s == WR_OK && f->impure[n])
			s = check_effect(f, n, f->inherits[n]);
		if (s == WR_OK)
			s = node->op == WR_OP_DO ? check_do(f, n, &last->done) : check_between(f, n);
	} else if (node->op == WR_OP_CALL) {
		f->asks[n] = true;
		s = in_force(f, f->inherits, node->block, node->guard) ? check_effect(f, n, node->guard) :
		    refuse(f, WR_RULE_GUARD, n, WR_NONE);
	} else if (node->op == WR_OP_REQUIRE) {
		s = check_require(f, n, &last->require);
	}
	if (s == WR_OK)
		s = check_fold(f, n);
	return s == WR_OK ? check_home(f, n, *depths) : s;
}

/* Collects the depths that the block refers to, its own included. */
static enum wr_status
walk_block(struct form *f, uint32_t block, uint32_t *depths, bool *impure)
{
	const struct wr_block *b = &f->code->blocks[block];
	struct last last = { WR_NONE, WR_NONE };
	enum wr_status s;

	assert(b->depth <= WR_BLOCKS_DEEP);
	for (uint32_t n = b->first; n < b->end; n = wr_code_after(f->code, n)) {
		uint32_t own = 0;

		if ((s = check_node(f, n, b->depth, &last, &own)) != WR_OK)
			return s;
		*depths |= own;
		*impure |= f->code->nodes[n].op == WR_OP_CALL || f->code->nodes[n].op == WR_OP_REQUIRE ||
		    f->impure[n];
	}
	for (uint32_t i = 0; i < b->roots_len && b->owner != WR_NONE; i++)
		refer(f, WR_NONE, b->depth, f->code->operands[b->roots + i], depths);
	return last.done == WR_NONE ? WR_OK : check_row(f, b);
}

static enum wr_status
check_code(struct wr_checker *c, uint32_t agent)
{
	struct form f = { .c = c, .code = wr_code_of(c->module, agent), .agent = agent };
	uint32_t len = f.code->nodes_len, depths = 0;
	bool impure = false;
	enum wr_status s;

	f.impure = wr_arena_array(&c->scratch, len, sizeof *f.impure);
	f.asks = wr_arena_array(&c->scratch, len, sizeof *f.asks);
	f.inherits = wr_arena_array(&c->scratch, len, sizeof *f.inherits);
	f.follows = wr_arena_array(&c->scratch, len, sizeof *f.follows);
	f.after = wr_arena_array(&c->scratch, len, sizeof *f.after);
	f.done = wr_arena_array(&c->scratch, len, sizeof *f.done);
	f.latest = wr_arena_array(&c->scratch, len, sizeof *f.latest);
	if (f.impure == NULL || f.asks == NULL || f.inherits == NULL || f.follows == NULL || f.after == NULL ||
	    f.done == NULL || f.latest == NULL)
		return wr_no_room(c);
	if ((s = walk_block(&f, 0, &depths, &impure)) != WR_OK ||
	    (s = wr_check_same(c, agent, f.impure)) != WR_OK)
		return s;
	return wr_check_order(c, agent, f.after);
}

enum wr_status
wr_check_canonical(struct wr_checker *c)
{
	enum wr_status s = WR_OK;

	for (uint32_t i = 0; i < c->module->agents_len && s == WR_OK; i++)
		s = check_code(c, i);
	return s == WR_OK ? check_code(c, WR_NONE) : s;
}
