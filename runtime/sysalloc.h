#ifndef WD_SYSALLOC_H
#define WD_SYSALLOC_H

#include "vm/base/alloc.h"

/* The hook over malloc that the runtime hands to every library of ours. Static, thread-safe. */
const struct wr_alloc *wd_alloc(void);

#endif
