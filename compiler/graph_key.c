/*
 * When are two pure nodes one? When they do the same to the same nodes. An owner is compared
 * with everything inside its blocks, written down in the order of a walk with numbers
 * of its own, so that neither the order of steps nor their names count.
 */
#include "compiler/graph_key.h"

#include <assert.h>

struct key_walk {
	struct wc_graph *graph;
	uint32_t nodes; /* inside, so far */
	uint32_t blocks;
	uint32_t deepest; /* the innermost block of what is referred to outside */
	uint32_t depth;
};

static void
put_u32(struct wr_buf *key, uint32_t n)
{
	wr_buf_add(key, &n, sizeof n);
}

static void
put_text(struct wr_buf *key, struct wr_text t)
{
	put_u32(key, (uint32_t)t.size);
	wr_buf_text(key, t);
}

/* A value guided by its type: some(x) and x are told apart by where the type has an option. */
static void
put_value(struct wr_buf *key, const struct wr_types *types, uint32_t type, struct wr_value v)
{
	const struct wr_type *t = &types->at[type];

	wr_buf_byte(key, (uint8_t)t->kind);
	switch (t->kind) {
	case WR_TYPE_OPTION:
		wr_buf_byte(key, v.kind != WR_VALUE_NONE);
		if (v.kind != WR_VALUE_NONE)
			put_value(key, types, t->elem, v);
		break;
	case WR_TYPE_LIST:
		put_u32(key, v.len);
		for (uint32_t i = 0; i < v.len; i++)
			put_value(key, types, t->elem, v.as.items[i]);
		break;
	case WR_TYPE_RECORD:
		put_u32(key, type);
		for (uint32_t i = 0; i < t->members_len; i++)
			put_value(key, types, t->members[i].type, v.as.items[i]);
		break;
	case WR_TYPE_VARIANTS:
		put_u32(key, type);
		put_u32(key, v.len);
		if (t->members[v.len].type != WR_NONE)
			put_value(key, types, t->members[v.len].type, v.as.items[0]);
		break;
	case WR_TYPE_TEXT:
		put_text(key, wr_value_text(v));
		break;
	case WR_TYPE_INT:
		wr_buf_add(key, &v.as.integer, sizeof v.as.integer);
		break;
	case WR_TYPE_NUMBER:
		wr_buf_add(key, &v.as.number, sizeof v.as.number);
		break;
	case WR_TYPE_BOOL:
		wr_buf_byte(key, v.as.boolean);
		break;
	case WR_TYPE_NEVER:
	case WR_TYPE_KINDS:
		break;
	}
}

static bool
inside(const struct wc_graph *graph, uint32_t node)
{
	return graph->blocks[graph->nodes[node].block].mark == graph->mark;
}

/* Referring to a node keeps a node inside the block that it stands in. */
static void
refer(struct key_walk *w, uint32_t node)
{
	uint32_t block = w->graph->nodes[node].block;
	uint32_t depth = wc_graph_depth(w->graph, block);

	if (depth > w->depth) {
		w->depth = depth;
		w->deepest = block;
	}
}

static void
put_ref(struct key_walk *w, uint32_t node)
{
	bool local = inside(w->graph, node);

	wr_buf_byte(&w->graph->key, local ? 'l' : 'g');
	put_u32(&w->graph->key, local ? w->graph->nodes[node].local : node);
}

static void
mark_blocks(struct key_walk *w, const struct wc_node *n)
{
	for (uint32_t i = 0; i < n->blocks_len; i++) {
		w->graph->blocks[n->blocks[i]].mark = w->graph->mark;
		w->graph->blocks[n->blocks[i]].local = w->blocks++;
	}
}

/* A type by what it is: there may be two equal ones. As deep as declared types are. */
static void
put_type(struct wr_buf *key, const struct wr_types *types, uint32_t type)
{
	const struct wr_type *t = &types->at[type];

	wr_buf_byte(key, (uint8_t)t->kind);
	switch (t->kind) {
	case WR_TYPE_OPTION:
		put_type(key, types, t->elem);
		break;
	case WR_TYPE_LIST:
		wr_buf_add(key, &t->lo, sizeof t->lo);
		wr_buf_add(key, &t->hi, sizeof t->hi);
		put_type(key, types, t->elem);
		break;
	case WR_TYPE_RECORD:
	case WR_TYPE_VARIANTS:
		put_u32(key, type);
		break;
	default:
		wr_buf_add(key, &t->lo, sizeof t->lo);
		wr_buf_add(key, &t->hi, sizeof t->hi);
		wr_buf_add(key, &t->number_lo, sizeof t->number_lo);
		wr_buf_add(key, &t->number_hi, sizeof t->number_hi);
		break;
	}
}

/* One node; what it refers to is written already or stands outside. */
static void
put_node(struct key_walk *w, const struct wc_node *n)
{
	struct wr_buf *key = &w->graph->key;

	wr_buf_byte(key, n->op);
	put_u32(key, n->index);
	if (n->op == WR_OP_LOOP)
		put_type(key, w->graph->types, n->type);
	else
		put_u32(key, n->type);
	if (n->op == WR_OP_CONST)
		put_value(key, w->graph->types, n->result, n->value);
	if (n->op == WR_OP_BIND) {
		const struct wc_block *b = &w->graph->blocks[n->block];
		bool local = b->mark == w->graph->mark;

		wr_buf_byte(key, local ? 'l' : 'g');
		put_u32(key, local ? b->local : n->block);
	}
	if (n->op == WR_OP_DROP) {
		put_text(key, n->name);
		put_u32(key, n->drops.len);
		for (uint32_t i = 0; i < n->drops.len; i++) {
			wr_buf_add(key, &n->drops.at[i].labels, sizeof n->drops.at[i].labels);
			put_text(key, n->drops.at[i].reason);
		}
	}
	put_u32(key, n->operands_len);
	for (uint32_t i = 0; i < n->operands_len; i++)
		put_ref(w, n->operands[i]);
	for (uint32_t i = 1; i < n->operands_len && n->op == WR_OP_WITH; i++)
		put_u32(key, n->fields[i - 1]);
	for (uint32_t i = 0; i < n->blocks_len; i++) {
		const struct wc_block *b = &w->graph->blocks[n->blocks[i]];

		put_u32(key, b->roots_len);
		for (uint32_t r = 0; r < b->roots_len; r++)
			put_ref(w, b->roots[r]);
	}
}

static bool
enter(void *user, uint32_t node)
{
	struct key_walk *w = user;

	if (!inside(w->graph, node)) {
		refer(w, node);
		return false;
	}
	mark_blocks(w, &w->graph->nodes[node]);
	return true;
}

static bool
leave(void *user, uint32_t node)
{
	struct key_walk *w = user;

	put_node(w, &w->graph->nodes[node]);
	w->graph->nodes[node].local = w->nodes++;
	return true;
}

bool
wc_graph_key(struct wc_graph *graph, const struct wc_node *n, uint32_t *ret_block)
{
	struct key_walk w = {.graph = graph};
	struct wc_walk walk = {enter, leave, &w};

	graph->key.size = 0;
	wc_graph_walk(graph);
	if (n->op == WR_OP_BIND)
		w.deepest = graph->block;
	for (uint32_t i = 0; i < n->operands_len; i++)
		refer(&w, n->operands[i]);
	mark_blocks(&w, n);
	for (uint32_t i = 0; i < n->blocks_len; i++) {
		const struct wc_block *b = &graph->blocks[n->blocks[i]];

		assert(b->row_first == WR_NONE);
		for (uint32_t r = 0; r < b->roots_len; r++)
			if (!wc_graph_visit(graph, &walk, b->roots[r]))
				return false;
	}
	/* The block is not part of what is written: equal references mean an equal place, but for
	 * BIND. */
	{
		struct wc_node self = *n;

		self.block = w.deepest;
		put_node(&w, &self);
	}
	if (graph->key.status != WR_OK) {
		graph->status = graph->key.status;
		return false;
	}
	*ret_block = w.deepest;
	return true;
}
