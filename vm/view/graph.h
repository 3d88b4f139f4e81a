#ifndef WR_VIEW_GRAPH_H
#define WR_VIEW_GRAPH_H

#include "vm/base/buf.h"
#include "vm/format/module.h"

/*
 * The dataflow of a verified module as a picture: only what means something to a reader. Nodes are
 * the inputs, the calls, the requires, the dos, the fns that drop labels, the choices and loops with
 * any of these inside, and the result. Everything else is pure and is contracted: an edge says that a
 * value goes from one node to another, by whatever fields, texts and sums, and which labels it
 * still carries when it gets there.
 */
enum wr_graph_kind {
	WR_GRAPH_INPUT,
	WR_GRAPH_CALL,
	WR_GRAPH_REQUIRE,
	WR_GRAPH_CHOICE, /* an owner with something inside */
	WR_GRAPH_DO,
	WR_GRAPH_DROP,
	WR_GRAPH_JOIN, /* a pure value of so many sources that its edges would hide the rest */
	WR_GRAPH_RESULT,
	WR_GRAPH_TRY, /* an owner like a choice; a call of its first block decides, by failing */
	WR_GRAPH_LOOP, /* a LOOP with something inside: its value is the state */
	WR_GRAPH_KINDS
};

struct wr_graph_node {
	enum wr_graph_kind kind;
	uint32_t node;    /* of the flow; INPUT: the input's index; RESULT: WR_NONE */
	uint32_t site;    /* CALL: 1 for the first place that calls its agent */
	uint32_t cluster; /* it stands in, or WR_NONE */
	uint64_t labels;  /* of its value, those declared inside included */
	uint64_t drops;   /* taken away here */
};

/* An arm of a choice, the body of a loop, or what a DO is for, with at least one node inside. */
struct wr_graph_cluster {
	uint32_t choice; /* the graph's node: the CHOICE, or the DO */
	uint32_t block;
	uint32_t parent; /* or WR_NONE */
};

struct wr_graph_edge {
	uint32_t from, to;
	uint64_t labels; /* that the value carries there; of a decision, what it was made by */
	uint32_t arm; /* from a choice for arms without nodes: the block; WR_NONE: none, or many */
	bool decides; /* no value goes: it happens, or waits, because of `from` */
	bool back;    /* from inside a LOOP to it: for the next round */
};

/* Nodes in the order of the flow; edges by `to`, then in the order of operands; into a LOOP once more after its body. */
struct wr_graph {
	const struct wr_module *module;
	struct wr_graph_node *nodes;
	struct wr_graph_cluster *clusters; /* a parent before what is inside */
	struct wr_graph_edge *edges;
	const uint64_t *millibits; /* by type: the most that a drop lets through */
	uint32_t nodes_len, clusters_len, edges_len;
};

/*
 * Draw the flow of a verified module. Everything lives in the arena.
 *
 * WR_OK, WR_NOMEM or WR_LIMIT. Linear: a value has at most WR_GRAPH_SOURCES_MAX edges into each of
 * its uses.
 */
#define WR_GRAPH_SOURCES_MAX 24u
WR_MUST_CHECK enum wr_status wr_graph_make(
    const struct wr_module *module, struct wr_arena *arena, struct wr_graph *ret_graph);

/*
 * What a node says, in lines that end with a newline: first its name, then what it is. What is said
 * by the author is safe to show (vm/view/safe.h) and cut where long; a line that begins with
 * `drops` is to be red. The text is not escaped for any format.
 */
void wr_graph_say(const struct wr_graph *graph, uint32_t node, struct wr_buf *buf);

/* `then`, `pay`, `do`, `each of ..200`: what a block is called. One line, no newline. */
void wr_graph_say_block(const struct wr_graph *graph, uint32_t block, struct wr_buf *buf);

/*
 * `@pii @untrusted`, `deny @pii`: what goes along an edge. One line; nothing for no arm and no
 * labels.
 */
void wr_graph_say_edge(
    const struct wr_graph *graph, const struct wr_graph_edge *edge, struct wr_buf *buf);

/*
 * The clusters that nodes stand in, for writers that put node after node: all nodes of a cluster,
 * and of those inside it, follow each other, so each is opened and closed once.
 */
struct wr_graph_nest {
	uint32_t open[WR_BLOCKS_DEEP + 1]; /* outermost first */
	uint32_t len;
};

/*
 * Step to the next node: how many of the open clusters stay open around it. The caller closes the
 * others from the innermost, and opens those from there to nest->len, which are set.
 */
uint32_t wr_graph_step(const struct wr_graph *graph, struct wr_graph_nest *nest, uint32_t node);

/*
 * Append the picture: for graphviz, for Mermaid, as JSON (vm/view/README.md). Each ends with a
 * newline. The bytes hang on the module alone; no text of the module can break out of where
 * it stands. The buffer's status tells how it went.
 */
void wr_graph_dot(const struct wr_graph *graph, struct wr_buf *buf);
void wr_graph_mermaid(const struct wr_graph *graph, struct wr_buf *buf);
void wr_graph_json(const struct wr_graph *graph, struct wr_buf *buf);

#endif
