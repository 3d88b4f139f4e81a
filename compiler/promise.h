#ifndef WC_PROMISE_H
#define WC_PROMISE_H

#include "compiler/emit.h"

/* The promise of `within` against the computed worst case: reports E0402; what is silent becomes
 * the worst case. */
struct wr_bounds wc_keep_promise(
    struct wc_unit *unit, const struct wc_emitted *emitted, struct wr_bounds worst);

#endif
