#ifndef WD_SERVE_ISSUER_H
#define WD_SERVE_ISSUER_H

#include "runtime/json.h"
#include "runtime/serve/service.h"

/*
 * Receipts: one for each response, chained, signed by the key that the evidence names.
 * Holds the attester, the claims in force and the place in the chain.
 */
struct wd_issuer;

/*
 * Make the keys, in memory alone, and the first claims. service must outlive the issuer.
 * WR_OK, WR_IO (no randomness) or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_issuer_new(const struct wd_service *service, struct wd_issuer **ret_issuer);
void wd_issuer_free(struct wd_issuer *issuer);

/* What runs has changed: new claims, of which receipts from now on speak. WR_OK or WR_NOMEM. */
WR_MUST_CHECK enum wr_status wd_issuer_renew(struct wd_issuer *issuer);

/* The number of the claims in force, for runs to remember. */
uint64_t wd_issuer_claims_seq(const struct wd_issuer *issuer);

/* What a receipt is about. An answer to a run speaks of the claims under which it was accepted. */
struct wd_issue {
	const char *workflow;               /* or empty */
	const struct wd_digest *digest;     /* or NULL */
	struct wr_text request, response;   /* the bytes that are hashed */
	unsigned status;                    /* HTTP */
	const struct wd_run *run;           /* for leaves, use and budget; or NULL */
};

/*
 * Add the members `receipt`, `evidence` and `salts` to a response. WR_OK; else nothing may
 * be answered but a plain 500.
 */
WR_MUST_CHECK enum wr_status wd_issuer_issue(struct wd_issuer *issuer, const struct wd_issue *issue,
    struct wd_json_doc *doc, struct wd_json *response);

/* Evidence over the claims in force and a nonce (empty, or 32 bytes). Appends the JSON. */
WR_MUST_CHECK enum wr_status wd_issuer_evidence(struct wd_issuer *issuer, struct wr_text nonce, struct wr_buf *out);

#endif
