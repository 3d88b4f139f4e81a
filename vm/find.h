#ifndef WR_VM_FIND_H
#define WR_VM_FIND_H

#include "vm/base/text.h"
#include "vm/format/ops.h"

/*
 * The next e-mail address, card number, IBAN or telephone number, by the grammars in vm/README.md.
 *
 *   op        WR_OP_FIND_EMAILS and so on
 *   text      well-formed UTF-8
 *   from      where to begin; a match never begins before it
 *   ret_end   with a size above 0: where to go on
 *
 * Gives the match, or a text of size 0 when there is none; it begins and ends between code
 * points. To walk through a whole text costs time linear in its size.
 */
struct wr_text wr_find_next(enum wr_op op, struct wr_text text, size_t from, size_t *ret_end);

#endif
