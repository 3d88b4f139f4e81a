#ifndef WR_FORMAT_DECODE_H
#define WR_FORMAT_DECODE_H

#include "vm/format/module.h"

/*
 * Read bytes that must be a module in its one form. Checks everything that the form
 * alone decides: minimal integers, ascending sections, counts and lengths that match, sorted
 * and unique tables, indices in range, operands in scope, types without cycles, nothing
 * after the end, every limit of vm/base/limits.h before memory is taken. It
 * copies what it keeps: the bytes are not referred to afterwards.
 *
 *   arena        holds the module; on failure too, until the caller frees it
 *   ret_refusal  written with WR_MALFORMED and WR_LIMIT; offset says where
 *
 * WR_OK, WR_MALFORMED, WR_LIMIT or WR_NOMEM. Linear.
 */
WR_MUST_CHECK enum wr_status wr_decode(const uint8_t *bytes, size_t size, struct wr_arena *arena,
    struct wr_module **ret_module, struct wr_refusal *ret_refusal);

#endif
