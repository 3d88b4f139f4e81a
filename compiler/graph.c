/*
 * Nodes and blocks: makes them, places them, walks them. What makes two nodes one is
 * in graph_key.c. It never looks at a source and never evaluates.
 */
#include "compiler/graph.h"

#include "compiler/graph_key.h"

#include <assert.h>

struct wc_frame {
	uint32_t node;
	uint32_t child; /* the next one to look at */
};

/* Room for one more in an array of the arena; the old array stays there. */
static void *
grow(struct wc_graph *graph, void *old, uint32_t len, uint32_t *room, size_t size)
{
	uint32_t more = *room == 0 ? 8 : *room * 2;
	void *fresh;

	if (len < *room)
		return old;
	fresh = wr_arena_array(graph->arena, more, size);
	if (fresh == NULL) {
		graph->status = graph->arena->over ? WR_LIMIT : WR_NOMEM;
		return NULL;
	}
	if (len > 0)
		memcpy(fresh, old, len * size);
	*room = more;
	return fresh;
}

uint32_t
wc_graph_open(struct wc_graph *graph)
{
	struct wc_block *blocks =
	    grow(graph, graph->blocks, graph->blocks_len, &graph->blocks_room, sizeof *blocks);
	struct wc_block *b;

	if (blocks == NULL)
		return WR_NONE;
	graph->blocks = blocks;
	b = &blocks[graph->blocks_len];
	*b = (struct wc_block){
	    .parent = graph->block,
	    .row_first = WR_NONE,
	    .row_last = WR_NONE,
	    .require_last = WR_NONE,
	    .do_last = WR_NONE,
	    .guard = WR_NONE,
	    .nodes_first = graph->nodes_len,
	    .after = WR_NONE,
	};
	if (graph->block != WR_NONE) {
		const struct wc_block *around = &blocks[graph->block];

		b->guard = around->require_last != WR_NONE ? around->require_last : around->guard;
		b->after = around->do_last != WR_NONE ? around->do_last : around->after;
	}
	graph->block = graph->blocks_len++;
	return graph->block;
}

void
wc_graph_init(struct wc_graph *graph, struct wr_arena *arena, const struct wr_types *types)
{
	*graph = (struct wc_graph){.arena = arena, .types = types, .block = WR_NONE};
	wc_table_init(&graph->table, arena);
	wr_buf_init(&graph->key, arena->alloc, WR_MODULE_MAX);
	(void)wc_graph_open(graph); /* status says */
}

void
wc_graph_free(struct wc_graph *graph)
{
	wr_buf_free(&graph->key);
}

uint32_t
wc_graph_depth(const struct wc_graph *graph, uint32_t block)
{
	uint32_t depth = 0;

	for (uint32_t b = graph->blocks[block].parent; b != WR_NONE; b = graph->blocks[b].parent)
		depth++;
	return depth;
}

/* ---- walks ------------------------------------------------------------------- */

/* Child number k of a node: its guard, its operands, its blocks' roots, requires and dos; WR_NONE
 * past the last. */
static uint32_t
child(const struct wc_graph *graph, const struct wc_node *n, uint32_t k)
{
	if (n->guard != WR_NONE) {
		if (k == 0)
			return n->guard;
		k--;
	}
	if (k < n->operands_len)
		return n->operands[k];
	k -= n->operands_len;
	for (uint32_t i = 0; i < n->blocks_len; i++) {
		const struct wc_block *b = &graph->blocks[n->blocks[i]];

		if (k < b->roots_len)
			return b->roots[k];
		k -= b->roots_len;
		for (uint32_t r = b->row_first; r != WR_NONE; r = graph->nodes[r].next_row)
			if (k-- == 0)
				return r;
	}
	return WR_NONE;
}

void
wc_graph_walk(struct wc_graph *graph)
{
	graph->mark++;
}

static bool
push(struct wc_graph *graph, uint32_t *len, uint32_t node)
{
	struct wc_frame *stack = grow(graph, graph->stack, *len, &graph->stack_room, sizeof *stack);

	if (stack == NULL)
		return false;
	graph->stack = stack;
	graph->nodes[node].mark = graph->mark;
	stack[(*len)++] = (struct wc_frame){node, 0};
	return true;
}

static bool
wanted(const struct wc_graph *graph, const struct wc_walk *walk, uint32_t node)
{
	return !wc_graph_visited(graph, node) &&
	       (walk->enter == NULL || walk->enter(walk->user, node));
}

bool
wc_graph_visit(struct wc_graph *graph, const struct wc_walk *walk, uint32_t node)
{
	uint32_t len = 0;

	if (!wanted(graph, walk, node))
		return true;
	if (!push(graph, &len, node))
		return false;
	/* A node is pushed once a walk and each of its children looked at once, so this ends. */
	while (len > 0) {
		struct wc_frame *top = &graph->stack[len - 1];
		uint32_t next = child(graph, &graph->nodes[top->node], top->child++);

		if (next == WR_NONE) {
			len--;
			if (!walk->leave(walk->user, top->node))
				return false;
		} else if (wanted(graph, walk, next) && !push(graph, &len, next)) {
			return false;
		}
	}
	return true;
}

/* ---- blocks ------------------------------------------------------------------ */

struct effect_walk {
	struct wc_graph *graph;
	bool calls, requires;
};

/* Of this block and those inside; nothing else is marked. */
static bool
enter_inside(void *user, uint32_t node)
{
	const struct effect_walk *w = user;
	const struct wc_node *n = &w->graph->nodes[node];

	if (w->graph->blocks[n->block].mark != w->graph->mark)
		return false;
	for (uint32_t i = 0; i < n->blocks_len; i++)
		w->graph->blocks[n->blocks[i]].mark = w->graph->mark;
	return true;
}

static bool
leave_inside(void *user, uint32_t node)
{
	struct effect_walk *w = user;
	uint8_t op = w->graph->nodes[node].op;

	w->calls |= op == WR_OP_CALL;
	w->requires |= op == WR_OP_REQUIRE;
	return true;
}

/* Does what the block results in call or require? What nothing needs does not count. */
static bool
find_effects(struct wc_graph *graph, struct wc_block *b)
{
	struct effect_walk w = {.graph = graph};
	struct wc_walk walk = {enter_inside, leave_inside, &w};

	wc_graph_walk(graph);
	b->mark = graph->mark;
	for (uint32_t i = 0; i < b->roots_len && !w.calls; i++)
		if (!wc_graph_visit(graph, &walk, b->roots[i]))
			return false;
	for (uint32_t r = b->row_first; r != WR_NONE && !w.calls; r = graph->nodes[r].next_row)
		if (!wc_graph_visit(graph, &walk, r))
			return false;
	b->calls = w.calls;
	b->effects = w.calls || w.requires;
	return true;
}

bool
wc_graph_close(struct wc_graph *graph, const uint32_t *roots, uint32_t roots_len)
{
	struct wc_block *b = &graph->blocks[graph->block];

	b->roots = wr_arena_array(graph->arena, roots_len + 1, sizeof *roots);
	if (b->roots == NULL) {
		graph->status = graph->arena->over ? WR_LIMIT : WR_NOMEM;
		return false;
	}
	memcpy(b->roots, roots, roots_len * sizeof *roots);
	b->roots_len = roots_len;
	if (b->parent != WR_NONE)
		graph->block = b->parent;
	return find_effects(graph, b);
}

void
wc_graph_dissolve(struct wc_graph *graph, uint32_t block)
{
	struct wc_block *b = &graph->blocks[block], *around = &graph->blocks[b->parent];

	assert(b->parent == graph->block && b->do_last == WR_NONE);
	/* It calls nobody, so its row has no do in it. Its first require is guarded by the last one around,
	 * and so are those inside its blocks. */
	if (b->row_first != WR_NONE && around->row_last != WR_NONE)
		graph->nodes[around->row_last].next_row = b->row_first;
	else if (b->row_first != WR_NONE)
		around->row_first = b->row_first;
	if (b->row_last != WR_NONE)
		around->row_last = b->row_last;
	if (b->require_last != WR_NONE)
		around->require_last = b->require_last;
	b->row_first = b->row_last = b->require_last = WR_NONE;
	for (uint32_t n = b->nodes_first; n < graph->nodes_len; n++)
		if (graph->nodes[n].block == block)
			graph->nodes[n].block = graph->block;
	for (uint32_t i = block + 1; i < graph->blocks_len; i++)
		if (graph->blocks[i].parent == block)
			graph->blocks[i].parent = graph->block;
}

/* ---- making ------------------------------------------------------------------ */

static bool
pure(const struct wc_graph *graph, const struct wc_node *n)
{
	if (!(wr_op_info(n->op)->flags & WR_OP_PURE))
		return false;
	for (uint32_t i = 0; i < n->blocks_len; i++)
		if (graph->blocks[n->blocks[i]].effects)
			return false;
	return true;
}

static uint32_t
append(struct wc_graph *graph, const struct wc_node *n, uint32_t block)
{
	struct wc_node *nodes =
	    grow(graph, graph->nodes, graph->nodes_len, &graph->nodes_room, sizeof *nodes);
	uint32_t *operands =
	    wr_arena_array(graph->arena, n->operands_len + n->blocks_len + 1, sizeof *operands);
	struct wc_span *spans = wr_arena_array(graph->arena, n->operands_len + 1, sizeof *spans);
	struct wc_node *made;

	if (nodes == NULL || operands == NULL || spans == NULL) {
		graph->status = graph->arena->over ? WR_LIMIT : WR_NOMEM;
		return WR_NONE;
	}
	graph->nodes = nodes;
	made = &nodes[graph->nodes_len];
	*made = *n;
	if (n->operands_len > 0)
		memcpy(operands, n->operands, n->operands_len * sizeof *operands);
	if (n->blocks_len > 0)
		memcpy(operands + n->operands_len, n->blocks, n->blocks_len * sizeof *operands);
	if (n->spans != NULL && n->operands_len > 0)
		memcpy(spans, n->spans, n->operands_len * sizeof *spans);
	made->spans = n->spans != NULL ? spans : NULL;
	made->operands = operands;
	made->blocks = operands + n->operands_len;
	made->block = block;
	made->guard = WR_NONE;
	made->next_row = WR_NONE;
	made->mark = 0;
	for (uint32_t i = 0; i < n->blocks_len; i++)
		graph->blocks[n->blocks[i]].parent = block;
	return graph->nodes_len++;
}

/* The last of the row of its block. */
static void
add_row(struct wc_graph *graph, struct wc_block *here, uint32_t made)
{
	if (here->row_last == WR_NONE)
		here->row_first = made;
	else
		graph->nodes[here->row_last].next_row = made;
	here->row_last = made;
}

/* A call, a require or a do, or an owner of such: stays here; guards are set. */
static uint32_t
add_effect(struct wc_graph *graph, const struct wc_node *n)
{
	uint32_t made = append(graph, n, graph->block);
	struct wc_block *here;

	if (made == WR_NONE)
		return WR_NONE;
	here = &graph->blocks[graph->block];
	if (n->op == WR_OP_DO) {
		graph->nodes[made].guard = here->do_last != WR_NONE ? here->do_last : here->after;
		here->do_last = made;
	} else if (wr_op_info(n->op)->flags & WR_OP_GUARDED) {
		graph->nodes[made].guard =
		    here->require_last != WR_NONE ? here->require_last : here->guard;
	}
	if (n->op == WR_OP_REQUIRE)
		here->require_last = made;
	if (wr_op_info(n->op)->flags & WR_OP_ROOT)
		add_row(graph, here, made);
	return made;
}

uint32_t
wc_graph_add(struct wc_graph *graph, const struct wc_node *n)
{
	uint32_t block, found, made;

	assert(graph->block != WR_NONE);
	if (!pure(graph, n))
		return add_effect(graph, n);
	if (!wc_graph_key(graph, n, &block))
		return WR_NONE;
	found = wc_table_get(&graph->table, wr_buf_view(&graph->key));
	if (found != WR_NONE)
		return found;
	made = append(graph, n, block);
	if (made == WR_NONE)
		return WR_NONE;
	if (!wc_table_put(&graph->table, wr_buf_view(&graph->key), made)) {
		graph->status = graph->arena->over ? WR_LIMIT : WR_NOMEM;
		return WR_NONE;
	}
	return made;
}
