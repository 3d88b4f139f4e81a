#ifndef TESTS_SUPPORT_FLOW_FILE_H
#define TESTS_SUPPORT_FLOW_FILE_H

#include "vm/base/buf.h"

/* What a file holds, appended; nothing when it cannot be read. */
void flow_file_read(const char *path, struct wr_buf *out);

/*
 * Compile a .wf file, with what it names by `file` beside it, or a source in memory. The bytecode
 * is appended to out; messages (when not NULL) gains what the compiler says.
 */
enum wr_status flow_file_compile(
    const struct wr_alloc *alloc, const char *path, struct wr_buf *out, struct wr_buf *messages);
enum wr_status flow_compile(const struct wr_alloc *alloc, struct wr_text source, struct wr_buf *out,
    struct wr_buf *messages);

#endif
