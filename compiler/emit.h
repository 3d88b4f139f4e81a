#ifndef WC_EMIT_H
#define WC_EMIT_H

#include "compiler/unit.h"

/*
 * From graphs to a module in canonical form: what nothing needs is left out, nodes are
 * numbered, tables are in order of first use, and only labels that something
 * names are there. And back: which declaration and which place a number stands for.
 */

/* The way back for one code: by node number, the node of the graph. */
struct wc_origin {
	const struct wc_graph *graph;
	const uint32_t *nodes;
};

struct wc_emitted {
	struct wr_module *module;
	struct wc_origin flow;
	const struct wc_origin *bodies; /* by agent of the module */
	struct wc_def *const *agents;   /* by agent of the module */
	struct wc_def *const *backends; /* likewise */
	uint32_t labels[WR_LABELS_MAX]; /* by label of the module: index of unit->label */
};

/*
 * Build the module of a flow that has no mistake; bounds are those promised,
 * UINT64_MAX where nothing is. WR_OK; WR_REFUSED (reported: too large); WR_NOMEM; WR_LIMIT.
 * All of it lives in the unit's arena.
 */
WR_MUST_CHECK enum wr_status wc_emit(struct wc_unit *unit, struct wc_emitted *ret_emitted);

/* ---- inside: what emit.c (tables) and emit_code.c (codes) share ---------------------------- */

struct wc_emitter {
	struct wc_unit *u;
	struct wr_module *m;
	uint64_t labels_used;              /* bits of unit->label */
	uint32_t label_map[WR_LABELS_MAX]; /* from those to the module's */
	uint32_t *types;                   /* by type of the unit: of the module, or WR_NONE */
	uint32_t types_len;
	struct wc_table shapes; /* structural types of the module by content */
	struct wr_buf key;
	uint32_t *agent_of, *backend_of; /* by declaration: of the module, or WR_NONE */
	struct wc_def **agents, **backends;
	struct wc_origin *bodies;
	struct wc_origin flow;
	uint32_t nodes_len; /* of all codes */
	bool refused;
};

/* Number the nodes of a graph that its roots need; types and agents stay those of the unit. */
bool wc_emit_code(struct wc_emitter *e, struct wc_graph *graph, struct wr_code *ret_code,
    struct wc_origin *ret_origin);

#endif
