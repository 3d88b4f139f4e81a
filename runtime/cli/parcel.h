#ifndef WD_CLI_PARCEL_H
#define WD_CLI_PARCEL_H

#include "runtime/cli/args.h"
#include "vm/base/buf.h"

/*
 * The body of a launch, from the workspace: the bytecode that files[0] means, the records about it and
 * about the workflow's other versions, and the bytecode that it is compared with. Appends to body (at most
 * WD_BODY_MAX).
 *
 * WD_YES, WD_NO or WD_TROUBLE, told on standard error.
 */
enum wd_exit wd_parcel_pack(const struct wd_args *args, struct wr_buf *body);

#endif
