/*
 * Are the nodes of a code numbered as a depth-first visit from its roots would number them, and all
 * of them reached (section 2, point 6, of vm/README.md)? Visits with a stack of its own: depth
 * is the program's, not C's.
 */
#include "vm/verify.h"

#include <assert.h>

#define BLOCK (1u << 31) /* the frame is of a block, not of a node */

struct frame {
	uint32_t what;
	uint32_t at; /* the next step */
};

struct visit {
	const struct wr_code *code;
	bool *seen;          /* by node: pushed once */
	uint32_t *cursor;    /* by block: the own node that must come next, or its end */
	struct frame *stack; /* each node and each block is pushed at most once */
	uint32_t len;
	uint32_t *first; /* by block: the next of its REQUIREs and DOs in source order, or WR_NONE */
	uint32_t *next;  /* by node: of those, the one below it */
};

static void
push(struct visit *v, uint32_t what)
{
	assert(v->len < v->code->nodes_len + v->code->blocks_len);
	v->stack[v->len++] = (struct frame){ .what = what };
}

static void
visit(struct visit *v, uint32_t n)
{
	if (n == WR_NONE || v->seen[n])
		return;
	v->seen[n] = true;
	push(v, n);
}

/* Roots in order, then the REQUIREs and DOs that nothing has visited, as they stand; then it is done. */
static void
step_block(struct visit *v, struct frame *top)
{
	uint32_t block = top->what & ~BLOCK;
	const struct wr_block *b = &v->code->blocks[block];

	if (top->at < b->roots_len) {
		visit(v, v->code->operands[b->roots + top->at++]);
		return;
	}
	if (v->first[block] == WR_NONE) {
		v->len--;
		return;
	}
	visit(v, v->first[block]);
	v->first[block] = v->next[v->first[block]];
}

/* Its guard, its operands, its blocks; then it takes the next number of its block. False: it is not n's. */
static bool
step_node(struct visit *v, struct frame *top)
{
	uint32_t n = top->what, at = top->at++;
	const struct wr_node *node = &v->code->nodes[n];

	if (at == 0) {
		if ((wr_op_info(node->op)->flags & WR_OP_GUARDED) != 0)
			visit(v, node->guard);
		return true;
	}
	if (--at < node->operands_len) {
		visit(v, wr_operand(v->code, node, at));
		return true;
	}
	at -= node->operands_len;
	if (at < node->blocks_len) {
		push(v, BLOCK | (node->blocks + at));
		return true;
	}
	v->len--;
	if (v->cursor[node->block] != n)
		return false;
	v->cursor[node->block] = wr_code_after(v->code, n);
	return true;
}

/* The first node of this operation in the block, from n on, or WR_NONE. */
static uint32_t
find_own(const struct wr_code *code, const struct wr_block *b, uint32_t n, enum wr_op op)
{
	while (n < b->end && code->nodes[n].op != op)
		n = wr_code_after(code, n);
	return n < b->end ? n : WR_NONE;
}

/*
 * REQUIREs stand by number, and so do DOs. A DO stands above a REQUIRE when its calls are guarded by
 * an earlier one.
 */
static void
set_row(struct visit *v, uint32_t block, const uint32_t *after)
{
	const struct wr_block *b = &v->code->blocks[block];
	uint32_t r = find_own(v->code, b, b->first, WR_OP_REQUIRE), d = find_own(v->code, b, b->first, WR_OP_DO);
	uint32_t *to = &v->first[block];

	while (r != WR_NONE || d != WR_NONE) {
		bool require = d == WR_NONE || (r != WR_NONE && after[r] <= after[d]);
		uint32_t *at = require ? &r : &d, n = *at;

		*to = n;
		to = &v->next[n];
		*at = find_own(v->code, b, wr_code_after(v->code, n), require ? WR_OP_REQUIRE : WR_OP_DO);
	}
	*to = WR_NONE;
}

enum wr_status
wr_check_order(struct wr_checker *c, uint32_t agent, const uint32_t *after)
{
	struct visit v = { .code = wr_code_of(c->module, agent) };
	uint32_t len = v.code->nodes_len, blocks_len = v.code->blocks_len;

	v.seen = wr_arena_array(&c->scratch, len, sizeof *v.seen);
	v.cursor = wr_arena_array(&c->scratch, blocks_len, sizeof *v.cursor);
	v.stack = wr_arena_array(&c->scratch, (size_t)len + blocks_len, sizeof *v.stack);
	v.first = wr_arena_array(&c->scratch, blocks_len, sizeof *v.first);
	v.next = wr_arena_array(&c->scratch, len, sizeof *v.next);
	if (v.seen == NULL || v.cursor == NULL || v.stack == NULL || v.first == NULL || v.next == NULL)
		return wr_no_room(c);
	for (uint32_t i = 0; i < blocks_len; i++) {
		v.cursor[i] = v.code->blocks[i].first;
		set_row(&v, i, after);
	}
	push(&v, BLOCK | 0);
	while (v.len > 0) {
		struct frame *top = &v.stack[v.len - 1];
		uint32_t n = top->what;

		if ((n & BLOCK) != 0)
			step_block(&v, top);
		else if (!step_node(&v, top))
			return wr_refuse(c, WR_RULE_NUMBERING, agent, n, WR_NONE);
	}
	for (uint32_t i = 0; i < blocks_len; i++)
		if (v.cursor[i] != v.code->blocks[i].end)
			return wr_refuse(c, WR_RULE_UNREACHED, agent, v.cursor[i], WR_NONE);
	return WR_OK;
}
