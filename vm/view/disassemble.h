#ifndef WR_VIEW_DISASSEMBLE_H
#define WR_VIEW_DISASSEMBLE_H

#include "vm/base/buf.h"
#include "vm/format/module.h"

/*
 * Append a listing of a verified module, node by node: the number, the operation, its
 * immediate, its operands as %numbers, its guard; then the type and the labels that the verifier
 * computed. The body of each agent first, then the flow. Nothing is left out.
 *
 * WR_OK, WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wr_disassemble(const struct wr_module *module, struct wr_buf *buf);

#endif
