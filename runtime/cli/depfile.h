#ifndef WD_CLI_DEPFILE_H
#define WD_CLI_DEPFILE_H

#include <stddef.h>

#include "runtime/cli/args.h"
#include "vm/base/buf.h"

/*
 * A dependency file as Make, Ninja and CMake read it: `target: files`, sorted, each once,
 * with what Make would take for its own escaped. With `empty` each file is also a target
 * without prerequisites, so that deleting one is no error. False: a name holds a newline,
 * which no such file can say. Memory that ran out is in out->status.
 */
bool wd_depfile(
    struct wr_buf *out, const char *target, const char *const *files, size_t len, bool empty);

#endif
