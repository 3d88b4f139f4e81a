#ifndef WD_TRUST_EVIDENCE_H
#define WD_TRUST_EVIDENCE_H

#include "runtime/json.h"
#include "runtime/trust/claims.h"

/*
 * The evidence document: {"type":"writ-evidence/1","kind","claims","nonce"}. A kind that
 * attests adds its report; `software` has none, and nothing stands behind its claims.
 */
#define WD_NONCE_MAX 64 /* bytes; travels as lower-case hex, empty when nobody asked */

struct wd_evidence {
	struct wr_text kind;
	struct wr_text text;      /* of the claims */
	struct wd_digest digest;  /* of that text */
	struct wd_claims claims;
	uint8_t nonce[WD_NONCE_MAX];
	size_t nonce_size;
	struct wr_arena arena;
	struct wd_json_doc doc;   /* owns the texts */
};

/* Appends the document of kind `software`, on one line. Failure is in out->status. */
void wd_evidence_write_software(struct wr_text claims, const uint8_t *nonce, size_t nonce_size,
    struct wr_buf *out);

/*
 * Read evidence strictly; says nothing about what it is worth.
 *
 *   ret        free with wd_evidence_free after WR_OK
 *   ret_error  written with WR_MALFORMED, WR_REFUSED and WR_LIMIT
 *
 * WR_OK, WR_MALFORMED, WR_REFUSED (a kind this version cannot appraise), WR_LIMIT or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_evidence_read(struct wr_text bytes, const struct wr_alloc *alloc,
    struct wd_evidence *ret, struct wd_json_error *ret_error);

void wd_evidence_free(struct wd_evidence *evidence);

#endif
