#ifndef WC_GRAPH_H
#define WC_GRAPH_H

#include "compiler/source.h"
#include "compiler/table.h"
#include "vm/base/buf.h"
#include "vm/format/module.h"

/*
 * The program as a graph, one for each code (the flow, an agent's body): nodes
 * that take other nodes, in blocks that owners hold. A pure node is placed in
 * the outermost block where all it refers to is visible and is made once, so two
 * ways of writing a thing give one node; calls, requires and dos stay where they
 * are made and are never merged. Types come with the nodes: the graph does not
 * look at them. Operands have lower indices than their users.
 */
struct wc_node {
	uint8_t op;            /* enum wr_op */
	uint32_t block;        /* where it stands */
	uint32_t index;        /* as in struct wr_node */
	uint32_t width;        /* likewise; nothing pure has one */
	uint32_t type;         /* RECORD, VARIANT, LOOP: the immediate */
	uint32_t result;       /* its own type, in the compilation's types */
	struct wr_value value; /* CONST */
	struct wr_text name;   /* DROP */
	struct wr_drops drops; /* DROP */
	uint32_t guard;        /* GUARDED: a REQUIRE, of DO the DO before it; or WR_NONE */
	const uint32_t *operands;
	uint32_t operands_len;
	const uint32_t *fields; /* WITH: of each operand but the first; not copied */
	const uint32_t *blocks; /* OWNER */
	uint32_t blocks_len;
	struct wc_span span;         /* where it was first written */
	struct wc_span of;           /* OWNER: its operand as written there */
	const struct wc_span *spans; /* operands as written, or NULL: of what labels may stop */
	struct wr_text step;         /* the step that is this node, for messages; or empty */
	uint32_t next_row;           /* REQUIRE, DO: the next of these in its block */
	uint32_t mark, local;        /* of the walk that came last */
};

struct wc_block {
	uint32_t parent; /* WR_NONE for the root */
	uint32_t *roots;
	uint32_t roots_len;
	uint32_t row_first, row_last;   /* its REQUIREs and DOs as they stand, by next_row; WR_NONE */
	uint32_t require_last, do_last; /* of those; WR_NONE */
	uint32_t guard, after;          /* the REQUIRE and the DO in force where it begins */
	uint32_t nodes_first;           /* none before this one stands in it */
	bool effects;                   /* closed: what it results in calls or requires */
	bool calls;                     /* likewise: calls */
	bool dead; /* an arm that is never taken: checked, then left out */
	uint32_t mark, local;
};

struct wc_graph {
	struct wr_arena *arena;
	const struct wr_types *types; /* to tell constants apart */
	struct wc_node *nodes;
	uint32_t nodes_len, nodes_room;
	struct wc_block *blocks;
	uint32_t blocks_len, blocks_room;
	struct wc_table table; /* content of a pure node to its index */
	struct wr_buf key;
	struct wc_frame *stack; /* of the walk */
	uint32_t stack_room;
	uint32_t block; /* where nodes are made now */
	uint32_t mark;
	enum wr_status status; /* WR_NOMEM or WR_LIMIT: the first failure */
};

/* The root block is open. Free with wc_graph_free (the arena holds the rest). */
void wc_graph_init(struct wc_graph *graph, struct wr_arena *arena, const struct wr_types *types);
void wc_graph_free(struct wc_graph *graph);

/*
 * The node like n, made or found; its operands are copied when made. block, guard
 * and the walk's members of n are not read. WR_NONE when memory is spent (status).
 */
uint32_t wc_graph_add(struct wc_graph *graph, const struct wc_node *n);

/* Open a block inside the current one: what is made from now on may stand in it. WR_NONE: memory.
 */
uint32_t wc_graph_open(struct wc_graph *graph);

/* Close the current block with its roots; the one around it is current again. False: memory. */
bool wc_graph_close(struct wc_graph *graph, const uint32_t *roots, uint32_t roots_len);

/* What stands in a block that was just closed stands in the current one, which is around it, instead. */
void wc_graph_dissolve(struct wc_graph *graph, uint32_t block);

/* Blocks around a block; 0 for the root. */
uint32_t wc_graph_depth(const struct wc_graph *graph, uint32_t block);

/*
 * Visit a node and all it needs that this walk has not visited, operands before users, in the order
 * of vm/README.md 2.6: guard, operands, then the blocks of an owner. A node is visited when
 * `enter` (which may be NULL: always) says so and then given to `leave`.
 */
struct wc_walk {
	bool (*enter)(void *user, uint32_t node);
	bool (*leave)(void *user, uint32_t node); /* false: stop */
	void *user;
};

/* Begin a walk: nothing is visited. */
void wc_graph_walk(struct wc_graph *graph);

/* False when memory is spent (status) or leave said so. */
bool wc_graph_visit(struct wc_graph *graph, const struct wc_walk *walk, uint32_t node);

static inline bool
wc_graph_visited(const struct wc_graph *graph, uint32_t node)
{
	return graph->nodes[node].mark == graph->mark;
}

#endif
