#ifndef WR_VM_VERIFY_H
#define WR_VM_VERIFY_H

#include "vm/for_compiler.h"

/*
 * What the parts of the verifier share. Its door is wr_verify in vm/for_compiler.h; the
 * parts run in the order of the functions below, each only when those before it hold, each
 * linear in the module (times the depth of blocks, at most 16). Only walks over blocks recurse.
 */

enum wr_rule {
#define REFUSAL(id, code, why) WR_RULE_##id,
#include "vm/refusals.def"
#undef REFUSAL
	WR_RULES_LEN
};

struct wr_checker {
	struct wr_module *module;
	struct wr_arena scratch;   /* freed when wr_verify returns */
	const struct wr_findings *findings;
	struct wr_refusal refusal; /* the first */
	bool refused;              /* there is one */
};

/* The code of an agent's body, or of the flow for WR_NONE. */
static inline struct wr_code *
wr_code_of(struct wr_module *module, uint32_t agent)
{
	return agent == WR_NONE ? &module->flow : &module->agents[agent].body;
}

/* Refuse for good; returns WR_REFUSED. */
enum wr_status wr_refuse(struct wr_checker *c, enum wr_rule rule, uint32_t agent, uint32_t node,
    uint32_t operand);

/*
 * A broken rule of labels or bounds, what it is about in `about` (code and why are filled in).
 * WR_OK when the caller shall go on as if it were not, else WR_REFUSED.
 */
enum wr_status wr_find(struct wr_checker *c, enum wr_rule rule, struct wr_refusal about);

/* WR_NOMEM, or WR_LIMIT when an arena's maximum was the reason. */
enum wr_status wr_no_room(const struct wr_checker *c);

/* Verify what shall run: as wr_verify without findings, and a program must promise something. */
WR_MUST_CHECK enum wr_status wr_verify_program(struct wr_module *module, struct wr_bounds *ret_worst,
    struct wr_refusal *ret_refusal);

/* Shape and types: fills code->types. REQUIRE and DO have types, but only guards may name them. */
WR_MUST_CHECK enum wr_status wr_check_types(struct wr_checker *c);

/* What agents say about themselves: settings, results, templates. */
WR_MUST_CHECK enum wr_status wr_check_agents(struct wr_checker *c);

/* Fills code->ambient and code->pc. */
WR_MUST_CHECK enum wr_status wr_check_labels(struct wr_checker *c);

/* Writes the computed bounds even when they are more than was promised. */
WR_MUST_CHECK enum wr_status wr_check_bounds(struct wr_checker *c, struct wr_bounds *ret_worst);

/* The normal form of each code: what stands where, guards, constants. */
WR_MUST_CHECK enum wr_status wr_check_canonical(struct wr_checker *c);

/* Parts of wr_check_canonical: no two equal pure nodes in a block; nodes in order, all reached. */
WR_MUST_CHECK enum wr_status wr_check_same(struct wr_checker *c, uint32_t agent, const bool *impure);
/* after: by node, of a REQUIRE and a DO, how many REQUIREs in a row stand above it, itself included */
WR_MUST_CHECK enum wr_status wr_check_order(
    struct wr_checker *c, uint32_t agent, const uint32_t *after);

/* Tables in order of first use, every entry used; names mean one thing. */
WR_MUST_CHECK enum wr_status wr_check_tables(struct wr_checker *c);
WR_MUST_CHECK enum wr_status wr_check_names(struct wr_checker *c);

#endif
