#ifndef WD_CLI_DOT_H
#define WD_CLI_DOT_H

#include "vm/base/buf.h"

/*
 * Have graphviz's `dot`, from PATH, draw a picture as SVG, appended to svg. No shell sees anything;
 * the picture stands in an unnamed file, so neither side waits for the other.
 *
 * WR_OK, WR_ABSENT (there is no `dot`), WR_REFUSED (it failed), WR_LIMIT, WR_NOMEM, or WR_IO with errno set.
 */
WR_MUST_CHECK enum wr_status wd_dot_draw(struct wr_text picture, struct wr_buf *svg);

#endif
