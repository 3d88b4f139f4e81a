#ifndef WR_FORMAT_TIGHT_H
#define WR_FORMAT_TIGHT_H

#include "vm/format/types.h"

/*
 * The tightest type of constants, built value by value without allocating. Options and
 * lists hold one type each and nominal types stand for themselves, so such a type is a
 * chain: options and lists, then a leaf. One level of the chain is the hull of all the
 * values seen at that depth.
 */
struct wr_tight {
	struct wr_type level[WR_TYPE_WALK_MAX]; /* NEVER, and from len on: nothing seen there yet */
	uint32_t len;
	uint32_t leaf;                          /* RECORD, VARIANTS: their index */
};

void wr_tight_init(struct wr_tight *tight);

/*
 * Widen level `depth` to take in one more value: its kind, and what it measures, lo..hi
 * as in struct wr_type; nominal is its index for RECORD and VARIANTS, else WR_NONE.
 * NEVER adds nothing. False when the kinds do not join or the chain is too deep.
 */
bool wr_tight_add(struct wr_tight *tight, uint32_t depth, struct wr_type seen, uint32_t nominal);

/* Widen with every value of a type, which joins if this succeeds. */
bool wr_tight_add_type(struct wr_tight *tight, const struct wr_types *types, uint32_t type);

/* The type so far. WR_OK, WR_LIMIT (deeper than WR_TYPE_WALK_MAX) or WR_NOMEM. */
WR_MUST_CHECK enum wr_status wr_tight_type(
    const struct wr_tight *tight, struct wr_types *types, uint32_t *ret_type);

#endif
