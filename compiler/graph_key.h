#ifndef WC_GRAPH_KEY_H
#define WC_GRAPH_KEY_H

#include "compiler/graph.h"

/*
 * Write the content of a pure node into graph->key, equal for nodes that are one,
 * and say where it belongs: the outermost block where all it refers to is
 * visible. What an owner binds is compared by position. False when memory is spent.
 */
bool wc_graph_key(struct wc_graph *graph, const struct wc_node *n, uint32_t *ret_block);

#endif
