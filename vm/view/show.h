#ifndef WR_VIEW_SHOW_H
#define WR_VIEW_SHOW_H

#include "vm/base/buf.h"
#include "vm/format/module.h"
#include "vm/writ_vm.h"

/*
 * Append the page that a reviewer reads: name and digest; the worst case against what is
 * promised; what goes in and comes out with its labels; backends with what they accept and what
 * reaches them; each drop with the size of its hole; agents with models and parameters; then
 * the source. Rendered from the module and its summary alone; texts have their invisible
 * characters and look-alikes as `\u{202E}`.
 *
 *   module, summary  verified; read only
 *   digest_hex       64 digits, of the bytes
 *   size             of the bytes
 *   buf              gains the page, every line ended; its allocator serves as scratch
 *
 * WR_OK, WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wr_show(const struct wr_module *module, const struct wr_summary *summary,
    struct wr_text digest_hex, size_t size, struct wr_buf *buf);

#endif
