#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

#include "vm/base/buf.h"

/* This file must hold these bytes. With WRIT_BLESS=1 it is written first. */
void golden_expect(const char *path, struct wr_text got);

/*
 * For each NAME.wf in the folder, NAME.txt must be what `say` says about it. The source is in a
 * block of its exact size; say takes memory from out->alloc and leaves none there. How many there
 * were: the caller expects some, for a folder that is empty says nothing.
 */
typedef void golden_say(const char *name, struct wr_text source, struct wr_buf *out);
unsigned golden_each(const char *folder, golden_say *say);

#endif
