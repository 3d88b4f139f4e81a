#ifndef WD_SERVE_SEALED_H
#define WD_SERVE_SEALED_H

#include "vm/base/status.h"
#include "vm/base/text.h"

/*
 * Bytes that nobody can change any more, this process included: a sealed memfd, mapped
 * read-only. What is hashed, verified, judged and run is this one copy.
 */
struct wd_sealed {
	int fd; /* -1: nothing */
	struct wr_text bytes;
};

/* WR_OK or WR_IO with errno set. size must be at least 1. */
WR_MUST_CHECK enum wr_status wd_seal(struct wr_text bytes, struct wd_sealed *ret_sealed);

/* A zeroed struct with fd -1 is allowed. */
void wd_sealed_free(struct wd_sealed *sealed);

#endif
