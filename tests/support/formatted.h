#ifndef TESTS_SUPPORT_FORMATTED_H
#define TESTS_SUPPORT_FORMATTED_H

#include "compiler/parse.h"
#include "vm/base/buf.h"

/*
 * Format a source and look at what came out with other eyes than the formatter's own: NULL when all
 * holds, else what does not. ret_status is WR_OK, or WR_REFUSED for what does not parse, or
 * WR_LIMIT; ret_out, born by the caller, holds the text with WR_OK. Needs no Criterion.
 */
const char *formatted_check(const struct wr_alloc *alloc, struct wr_text source,
    struct wr_buf *ret_out, enum wr_status *ret_status);

/* As wc_parse_lexemes, for a text; the caller frees the arena always. */
enum wr_status formatted_read(const struct wr_alloc *alloc, struct wr_text source,
    struct wr_arena *ret_arena, struct wc_source *ret_source, struct wc_file **ret_file,
    struct wc_lexemes *ret_lexemes);

#endif
