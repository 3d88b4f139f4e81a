#ifndef WD_CLI_PRICES_H
#define WD_CLI_PRICES_H

#include "runtime/cli/args.h"
#include "vm/base/arena.h"
#include "vm/view/costs.h"

/*
 * Prices from a file, for a million tokens, in whatever money:
 *
 *	{ "models": { "house-large-*": { "input": 3, "output": 15.00 } } }
 *
 * Nothing else may stand in it. Told on standard error when it is wrong. WD_YES or WD_TROUBLE;
 * everything lives in the arena.
 */
enum wd_exit wd_prices_read(
    const char *path, struct wr_arena *arena, const struct wr_price **ret, size_t *ret_len);

#endif
