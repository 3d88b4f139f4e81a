/*
 * One graph to one code: visit what the roots need in the order of vm/README.md 2.6, deal the
 * nodes out to their blocks, and count.
 */
#include "compiler/emit.h"

#include <assert.h>

struct numbering {
	struct wc_emitter *e;
	struct wc_graph *g;
	struct wr_code *code;
	uint32_t *first, *last; /* by block of the graph: its nodes in order of visit */
	uint32_t *next;         /* by node of the graph: the one after it in its block */
	uint32_t *blocks;       /* by block of the graph: of the code */
	uint32_t *origin;
	uint32_t visited, operands;
};

static bool
leave(void *user, uint32_t node)
{
	struct numbering *n = user;
	const struct wc_node *at = &n->g->nodes[node];

	n->next[node] = WR_NONE;
	if (n->first[at->block] == WR_NONE)
		n->first[at->block] = node;
	else
		n->next[n->last[at->block]] = node;
	n->last[at->block] = node;
	n->visited++;
	n->operands += at->operands_len + (at->op == WR_OP_WITH ? at->operands_len - 1 : 0);
	for (uint32_t i = 0; i < at->blocks_len; i++) {
		n->operands += n->g->blocks[at->blocks[i]].roots_len;
		n->code->blocks_len++;
	}
	return true;
}

static bool
visit_all(struct numbering *n)
{
	struct wc_walk walk = {NULL, leave, n};
	const struct wc_block *root = &n->g->blocks[0];

	wc_graph_walk(n->g);
	n->code->blocks_len = 1;
	n->operands = root->roots_len;
	for (uint32_t i = 0; i < root->roots_len; i++)
		if (!wc_graph_visit(n->g, &walk, root->roots[i]))
			return false;
	for (uint32_t r = root->row_first; r != WR_NONE; r = n->g->nodes[r].next_row)
		if (!wc_graph_visit(n->g, &walk, r))
			return false;
	return true;
}

static bool
make_room(struct numbering *n)
{
	struct wc_unit *u = n->e->u;
	struct wr_code *c = n->code;

	c->nodes = wc_unit_get(u, n->visited, sizeof *c->nodes);
	c->operands = wc_unit_get(u, n->operands, sizeof *c->operands);
	c->blocks = wc_unit_get(u, c->blocks_len, sizeof *c->blocks);
	n->origin = wc_unit_get(u, n->visited, sizeof *n->origin);
	n->blocks = wc_unit_get(u, n->g->blocks_len, sizeof *n->blocks);
	return n->blocks != NULL && n->origin != NULL && c->nodes != NULL && c->operands != NULL &&
	       c->blocks != NULL;
}

static void
too_deep(struct numbering *n, struct wc_span span)
{
	if (!n->e->refused)
		(void)wc_diag_add(n->e->u->diags, WC_E0406, span,
		    "this program is too large: choices nest more than %u deep", WR_BLOCKS_DEEP);
	n->e->refused = true;
}

static void
loops_too_deep(struct numbering *n, struct wc_span span)
{
	if (!n->e->refused)
		(void)wc_diag_add(n->e->u->diags, WC_E0406, span,
		    "this program is too large: loops nest more than %u deep", WR_LOOPS_DEEP);
	n->e->refused = true;
}

/* A LOOP in this block of the code: no more than so many around it. */
static bool
loops_fit(const struct wr_code *c, uint32_t block)
{
	uint32_t around = 0;

	for (uint32_t b = block; c->blocks[b].owner != WR_NONE; b = c->blocks[b].parent)
		around += c->nodes[c->blocks[b].owner].op == WR_OP_LOOP;
	return around < WR_LOOPS_DEEP;
}

/* Number the nodes of a block and those of the blocks inside. As deep as blocks nest. */
static void
count_block(struct numbering *n, uint32_t block, uint32_t at)
{
	struct wr_code *c = n->code;

	n->blocks[block] = at;
	c->blocks[at].first = c->nodes_len;
	for (uint32_t i = n->first[block]; i != WR_NONE; i = n->next[i]) {
		struct wc_node *node = &n->g->nodes[i];
		struct wr_node *made = &c->nodes[c->nodes_len];

		node->local = c->nodes_len;
		n->origin[c->nodes_len++] = i;
		made->op = node->op;
		made->block = at;
		made->blocks = c->blocks_len;
		made->blocks_len = node->blocks_len;
		if (node->blocks_len > 0 && c->blocks[at].depth == WR_BLOCKS_DEEP) {
			too_deep(n, node->span);
			return;
		}
		if (node->op == WR_OP_LOOP && !loops_fit(c, at)) {
			loops_too_deep(n, node->span);
			return;
		}
		c->blocks_len += node->blocks_len;
		for (uint32_t k = 0; k < node->blocks_len; k++)
			c->blocks[made->blocks + k] = (struct wr_block){
			    .owner = node->local, .parent = at, .depth = c->blocks[at].depth + 1};
		for (uint32_t k = 0; k < node->blocks_len; k++)
			count_block(n, node->blocks[k], made->blocks + k);
	}
	c->blocks[at].end = c->nodes_len;
}

/* The rest of a node, its operands by number. */
static void
fill_node(struct numbering *n, uint32_t number)
{
	struct wr_code *c = n->code;
	struct wr_node *made = &c->nodes[number];
	const struct wc_node *node = &n->g->nodes[n->origin[number]];

	made->index = node->index;
	made->width = node->width;
	made->type = node->op == WR_OP_CONST ? node->result : node->type;
	made->value = node->value;
	made->name = node->name;
	made->drops = node->drops;
	made->guard = node->guard == WR_NONE ? WR_NONE : n->g->nodes[node->guard].local;
	assert(node->operands_len <= WR_OPERANDS_MAX); /* wc_make said so of all that can be long */
	made->operands = c->operands_len;
	made->operands_len = node->operands_len;
	for (uint32_t i = 0; i < node->operands_len; i++)
		c->operands[c->operands_len++] = n->g->nodes[node->operands[i]].local;
	made->fields = c->operands_len;
	for (uint32_t i = 1; i < node->operands_len && node->op == WR_OP_WITH; i++)
		c->operands[c->operands_len++] = node->fields[i - 1];
}

static void
fill_blocks(struct numbering *n)
{
	struct wr_code *c = n->code;

	for (uint32_t b = 0; b < n->g->blocks_len; b++) {
		const struct wc_block *block = &n->g->blocks[b];
		struct wr_block *made;

		if (n->blocks[b] == WR_NONE)
			continue;
		made = &c->blocks[n->blocks[b]];
		made->roots = c->operands_len;
		made->roots_len = block->roots_len;
		for (uint32_t i = 0; i < block->roots_len; i++)
			c->operands[c->operands_len++] = n->g->nodes[block->roots[i]].local;
	}
}

bool
wc_emit_code(struct wc_emitter *e, struct wc_graph *g, struct wr_code *ret_code,
    struct wc_origin *ret_origin)
{
	struct numbering n = {.e = e, .g = g, .code = ret_code};
	uint32_t blocks_len;

	*ret_code = (struct wr_code){.nodes = NULL};
	n.first = wc_unit_get(e->u, g->blocks_len, sizeof *n.first);
	n.last = wc_unit_get(e->u, g->blocks_len, sizeof *n.last);
	n.next = wc_unit_get(e->u, g->nodes_len, sizeof *n.next);
	if (n.first == NULL || n.last == NULL || n.next == NULL)
		return false;
	memset(n.first, 0xff, g->blocks_len * sizeof *n.first);
	if (!visit_all(&n)) {
		(void)wc_unit_failed(e->u, g->status);
		return false;
	}
	e->nodes_len += n.visited;
	if (!make_room(&n))
		return false;
	memset(n.blocks, 0xff, g->blocks_len * sizeof *n.blocks);
	blocks_len = ret_code->blocks_len;
	ret_code->blocks_len = 1;
	ret_code->blocks[0] = (struct wr_block){.owner = WR_NONE, .parent = WR_NONE};
	count_block(&n, 0, 0);
	if (e->refused)
		return false;
	assert(ret_code->nodes_len == n.visited && ret_code->blocks_len == blocks_len);
	(void)blocks_len;
	for (uint32_t i = 0; i < ret_code->nodes_len; i++)
		fill_node(&n, i);
	fill_blocks(&n);
	assert(ret_code->operands_len == n.operands);
	*ret_origin = (struct wc_origin){g, n.origin};
	return true;
}
