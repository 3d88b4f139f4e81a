#ifndef WR_VM_SUMMARY_H
#define WR_VM_SUMMARY_H

#include "vm/format/module.h"
#include "vm/writ_vm.h"

/*
 * What a verified module can do, for people, policies and hosts. Computed from the module and its
 * facts, never stored, so it cannot lie.
 *
 *   module  verified; the summary points into it
 *   worst   as wr_verify computed it
 *   arena   holds the summary
 *
 * WR_OK, WR_LIMIT or WR_NOMEM. Linear.
 */
WR_MUST_CHECK enum wr_status wr_summarise(const struct wr_module *module, const struct wr_bounds *worst,
    struct wr_arena *arena, struct wr_summary *ret_summary);

/*
 * The most information that one value of each type can carry, to the nearest thousandth of a bit:
 * one number for each index of types, in arena; NULL when there is no room.
 */
const uint64_t *wr_capacities(const struct wr_types *types, struct wr_arena *arena);

/* The same for what a CALL lets through: one bit more where it is tried, since its failure is seen too. */
uint64_t wr_capacity_of_call(const struct wr_code *flow, uint32_t call, uint64_t millibits);

#endif
