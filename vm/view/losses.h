#ifndef WR_VIEW_LOSSES_H
#define WR_VIEW_LOSSES_H

#include "vm/base/arena.h"
#include "vm/format/module.h"

/* Labels that a field of a named type had in one program and has not in another. */
struct wr_loss {
	struct wr_text place; /* `Claim.story` */
	uint64_t labels;      /* by the numbers of the old program */
};

struct wr_losses {
	const struct wr_loss *at;
	uint32_t len;
};

/*
 * Find them, in the order of the old program. A field that is gone, or of a type that is gone, is
 * not a loss: nothing carries what it had. Everything lives in the arena. WR_OK, WR_NOMEM or
 * WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wr_losses_find(const struct wr_module *old, const struct wr_module *now,
    struct wr_arena *arena, struct wr_losses *ret_losses);

#endif
