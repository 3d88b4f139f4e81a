#ifndef WD_TRUST_DATE_H
#define WD_TRUST_DATE_H

#include "vm/base/buf.h"
#include "vm/base/text.h"

/*
 * Moments in policies and records: RFC 3339 in exactly one form, UTC and whole
 * seconds ("2026-11-01T00:00:00Z"), as seconds since 1970. Years 1970 to 9999; no leap seconds.
 */
#define WD_DATE_MAX 253402300799 /* 9999-12-31T23:59:59Z */

bool wd_date_read(struct wr_text t, int64_t *ret_seconds);
void wd_date_write(struct wr_buf *out, int64_t seconds); /* 0 to WD_DATE_MAX */

/* "250ms", "60s", "5m", "72h", "30d": a positive number without leading zeros, in ms. */
bool wd_duration_read(struct wr_text t, uint64_t *ret_ms);

#endif
