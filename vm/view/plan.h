#ifndef WR_VIEW_PLAN_H
#define WR_VIEW_PLAN_H

#include "vm/base/arena.h"
#include "vm/format/module.h"

/*
 * How a code is written down: which nodes become steps, in which order the steps of a
 * block stand, and how long an expression is about. One pass; everything by index of the
 * code's nodes or blocks.
 */
struct wr_plan_node {
	uint32_t uses;    /* operands and roots that are this node */
	uint32_t stage;   /* how many REQUIREs and DOs of its block stand above it, itself included */
	uint32_t size;    /* about how many bytes it takes on one line; saturates */
	uint32_t deep;    /* expressions inside expressions, those of its blocks included */
	uint32_t texts;   /* texts inside holes inside texts */
	bool effect;      /* a CALL, a REQUIRE, or an owner of one: stays in its block, once */
	bool does;        /* a DO, or an owner of one: stays between two DOs */
	bool step;        /* is a step of its block */
	bool needed;      /* by what its block yields, by a REQUIRE or a DO */
};

struct wr_plan_block {
	uint32_t steps, steps_len; /* plan.order[steps ...]: nodes, in the order they are written */
	uint32_t row;     /* how many REQUIREs and DOs it has */
	uint32_t require, done; /* the stages of the last of each, or 0 */
	uint32_t deep;             /* of its deepest expression */
	bool binds, binds_index;   /* something uses what the block binds: BIND 0, BIND 1 */
};

struct wr_plan {
	const struct wr_module *module;
	const struct wr_code *code;
	struct wr_plan_node *nodes;
	struct wr_plan_block *blocks;
	uint32_t *order;
	uint32_t order_len;
	uint32_t *counts, *depths; /* scratch */
	bool flow;        /* else an agent's body */
};

/* Plan a verified code; everything lives in the arena. WR_OK or WR_NOMEM. Linear. */
WR_MUST_CHECK enum wr_status wr_plan_make(struct wr_plan *plan, const struct wr_module *module,
    const struct wr_code *code, bool flow, struct wr_arena *arena);

/*
 * Templates of an agent, and the condition and key of a FOR, are expressions without steps of their
 * own: what they need of their block is written in place. wr_plan_heavy: is that too much or
 * too deep? wr_plan_need: set `needed` in the block for this root alone. Linear in the block.
 */
bool wr_plan_heavy(struct wr_plan *plan, uint32_t b, uint32_t root);
void wr_plan_need(struct wr_plan *plan, uint32_t b, uint32_t root);

#endif
