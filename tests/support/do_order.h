#ifndef TESTS_SUPPORT_DO_ORDER_H
#define TESTS_SUPPORT_DO_ORDER_H

#include "vm/format/module.h"

/*
 * What `do` promises, said of two calls by their paths: calls inside one DO end before those
 * inside a later one of its row begin.
 */

/* Has the flow a DO at all? */
bool do_order_matters(const struct wr_module *module);

/* The CALL of a path: `for[3].assess~2` is the second of assess, so is `for[3].assess~2.backup`. Or WR_NONE. */
uint32_t do_order_node(const struct wr_module *module, const char *path);

/* Must the call `first` have ended when the call `then` is asked? Linear in the flow. */
bool do_order_says(const struct wr_module *module, const char *first, const char *then);

#endif
