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

/* Roots in order, then the REQUIREs that nothing has visited, by number; then it is done. */
static void
step_block(struct visit *v, struct frame *top)
{
	const struct wr_block *b = &v->code->blocks[top->what & ~BLOCK];
	uint32_t n;

	if (top->at < b->roots_len) {
		visit(v, v->code->operands[b->roots + top->at++]);
		return;
	}
	n = b->first + (top->at - b->roots_len);
	if (n >= b->end) {
		v->len--;
		return;
	}
	top->at += wr_node_next(v->code, n) - n;
	if (v->code->nodes[n].op == WR_OP_REQUIRE)
		visit(v, n);
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
	v->cursor[node->block] = wr_node_next(v->code, n);
	return true;
}

enum wr_status
wr_check_order(struct wr_checker *c, uint32_t agent)
{
	struct visit v = { .code = wr_code_of(c->module, agent) };
	uint32_t len = v.code->nodes_len, blocks_len = v.code->blocks_len;

	v.seen = wr_arena_array(&c->scratch, len, sizeof *v.seen);
	v.cursor = wr_arena_array(&c->scratch, blocks_len, sizeof *v.cursor);
	v.stack = wr_arena_array(&c->scratch, (size_t)len + blocks_len, sizeof *v.stack);
	if (v.seen == NULL || v.cursor == NULL || v.stack == NULL)
		return wr_no_room(c);
	for (uint32_t i = 0; i < blocks_len; i++)
		v.cursor[i] = v.code->blocks[i].first;
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
