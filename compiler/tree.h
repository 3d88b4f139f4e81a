#ifndef WC_TREE_H
#define WC_TREE_H

#include "compiler/ast.h"
#include "vm/base/buf.h"

/*
 * A tree as bytes: all that the author said, and nothing of where it stands. Two sources with the
 * same bytes are the same to every later pass but for the places in messages. Look at buf's status.
 */
void wc_tree_bytes(const struct wc_file *file, struct wr_buf *buf);

#endif
