#ifndef WD_TRUST_FIELDS_H
#define WD_TRUST_FIELDS_H

#include "runtime/json.h"
#include "runtime/trust/crypto.h"

/* Digests and dates as members of JSON documents: in one form each, written and read. */

/* "sha256:…" */
void wd_json_set_digest(struct wd_json_doc *doc, struct wd_json *object, const char *name,
    const struct wd_digest *digest);
bool wd_json_at_digest(struct wd_json_at at, struct wd_digest *ret);

/* The same, or null when there is none. */
bool wd_json_at_digest_or_null(struct wd_json_at at, bool *ret_there, struct wd_digest *ret);

/* Lower-case digits alone. */
void wd_json_set_hex(struct wd_json_doc *doc, struct wd_json *object, const char *name,
    const void *bytes, size_t size);
bool wd_json_at_hex(struct wd_json_at at, void *ret_bytes, size_t size);

/* "2026-11-01T00:00:00Z" */
void wd_json_set_date(struct wd_json_doc *doc, struct wd_json *object, const char *name,
    int64_t seconds);
bool wd_json_at_date(struct wd_json_at at, int64_t *ret_seconds);

/* Before it is written: would it be read? WR_OK, WR_LIMIT, or WR_INVALID (no UTF-8, or a NUL). */
WR_MUST_CHECK enum wr_status wd_check_text(struct wr_text t, size_t max);
WR_MUST_CHECK enum wr_status wd_check_date(int64_t seconds);

#endif
