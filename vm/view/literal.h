#ifndef WR_VIEW_LITERAL_H
#define WR_VIEW_LITERAL_H

#include "vm/base/alloc.h"
#include "vm/base/buf.h"
#include "vm/base/status.h"
#include "vm/base/text.h"

/* JSON of a module's values as the source that gives them: on one line, for messages and for tests. */

/* Which value it is: the flow's result, or input i. */
#define WR_LITERAL_RESULT UINT32_MAX

/*
 * Append the value as an author writes it: `Decision.pay(12_000)`.
 *
 *   bytecode  of a module that verifies
 *   json      the value alone, without an envelope
 *
 * WR_OK; WR_INVALID: it is no value of the type, or there is no such input; WR_MALFORMED, WR_REFUSED,
 * WR_LIMIT, WR_NOMEM: of the module, or memory.
 */
WR_MUST_CHECK enum wr_status wr_spell_json(struct wr_text bytecode, const struct wr_alloc *alloc, uint32_t which,
    struct wr_text json, struct wr_buf *out);

#endif
