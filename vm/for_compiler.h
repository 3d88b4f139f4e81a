#ifndef WR_VM_FOR_COMPILER_H
#define WR_VM_FOR_COMPILER_H

#include "vm/format/module.h"

/*
 * The door for the compiler and for views: the machine's own judgement of a module
 * in memory, so that no rule is written twice. Everyone else takes vm/writ_vm.h.
 */

/*
 * Called for each rule of labels or bounds that a module breaks, while its other
 * rules hold; true to go on and find more. The facts of the code that the refusal
 * names are filled in up to the node it names.
 */
struct wr_findings {
	bool (*found)(void *user, const struct wr_module *module, const struct wr_refusal *refusal);
	void *user;
};

/*
 * Verify a decoded or built module: types, labels, bounds, canonical form, and that
 * every table entry is used and in its place. Fills in the facts of each code and, when
 * `worst` is not NULL, the computed bounds.
 *
 *   findings     NULL: stop at the first refusal. Otherwise label and bound refusals
 *                go there and the verdict is WR_REFUSED if there was any.
 *   ret_refusal  the first refusal; written with WR_REFUSED, WR_MALFORMED, WR_LIMIT
 *
 * A module whose promised bounds are all UINT64_MAX is a question, not a program: its
 * bounds are computed and not compared; it is not to be encoded so.
 */
WR_MUST_CHECK enum wr_status wr_verify(struct wr_module *module, const struct wr_findings *findings,
    struct wr_bounds *worst, struct wr_refusal *ret_refusal);

/* What one use of an agent may cost, all its attempts together; input and output are of one attempt. */
struct wr_agent_cost {
	uint64_t calls, tokens, time_ms;
	uint64_t input;  /* llm: bytes of the schema and the rendered texts; else 0 */
	uint64_t output; /* llm: max_tokens; else 0 */
};

/*
 * How the worst case of a verified module comes about: what one use of each agent costs; and the most that
 * a run adds up to when one use of agent i weighs weights[i], by the rules that calls and tokens are
 * added up by, saturating. With 1 for one agent and 0 for the others: how often a run may use it.
 *
 *   alloc    scratch, freed before returning
 *   ret      room for as many as there are agents
 *
 * WR_OK, WR_NOMEM or WR_LIMIT. Linear.
 */
WR_MUST_CHECK enum wr_status wr_cost_agents(const struct wr_module *module, const struct wr_alloc *alloc,
    struct wr_agent_cost *ret);
WR_MUST_CHECK enum wr_status wr_cost_flow(const struct wr_module *module, const struct wr_alloc *alloc,
    const uint64_t *weights, uint64_t *ret_sum);

/*
 * Decode and verify, keeping the module open to the caller: for views and tests.
 * The module lives in the arena.
 */
WR_MUST_CHECK enum wr_status wr_open(const uint8_t *bytes, size_t size, struct wr_arena *arena,
    struct wr_module **ret_module, struct wr_refusal *ret_refusal);

/*
 * Evaluate one FOLD operation (or TEMPLATE, DROP) on constants, as the machine would.
 *
 *   node      op, index and type count
 *   operands  their values, and their types
 *   ret       allocated in arena
 *
 * For MATCH see the type of the scrutinee instead: the compiler takes the arm. WR_OK, WR_LIMIT
 * (a text or list past its maximum) or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wr_fold(const struct wr_types *types, const struct wr_node *node,
    const struct wr_value *operands, const uint32_t *operand_types, uint32_t operands_len,
    struct wr_arena *arena, struct wr_value *ret);

/*
 * Encoded size of the schema that is sent for a result of this type, and the schema.
 * enveloped: as the value of `result` in an object (vm/README.md).
 */
void wr_schema(const struct wr_types *types, uint32_t type, bool enveloped, struct wr_buf *buf);

#endif
