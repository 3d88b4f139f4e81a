#ifndef WR_VIEW_DECOMPILE_H
#define WR_VIEW_DECOMPILE_H

#include "vm/base/buf.h"
#include "vm/format/module.h"

/*
 * Append the canonical source of a verified module: a `.wf` file that compiles to the very
 * bytes that the module was read from, so a reviewer may sign what they read. Names of
 * steps, aliases and ordinary functions are not in bytecode: steps are s1, s2, ...
 *
 *   module  verified (its facts are filled in); read only
 *   buf     gains the source; its allocator also serves as scratch, freed before returning
 *
 * WR_OK, WR_NOMEM, or WR_LIMIT: the buffer's maximum, or an expression nests deeper than any
 * source may. Linear in the size of the source.
 */
WR_MUST_CHECK enum wr_status wr_decompile(const struct wr_module *module, struct wr_buf *buf);

#endif
