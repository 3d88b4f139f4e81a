#ifndef WC_FINDINGS_H
#define WC_FINDINGS_H

#include "compiler/emit.h"
#include "vm/for_compiler.h"

/*
 * The verifier's findings about labels, in the author's words and at the author's places, with the
 * way the data took. No rule is judged here.
 */

/*
 * Verify the emitted module, report what it finds, compare with the promise, and
 * write the computed bounds where nothing is promised. WR_OK; WR_REFUSED (reported);
 * WR_FAILED: a refusal that only a bug of ours can cause (result->bug says which); WR_NOMEM,
 * WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wc_judge(struct wc_unit *unit, const struct wc_emitted *emitted);

/* Warn about what the verified module shows: drops that drop nothing, drops that let much through.
 */
void wc_warn_module(struct wc_unit *unit, const struct wc_emitted *emitted);

#endif
