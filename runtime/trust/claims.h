#ifndef WD_TRUST_CLAIMS_H
#define WD_TRUST_CLAIMS_H

#include "runtime/trust/crypto.h"
#include "vm/base/arena.h"

/*
 * The claims text: what a VM says of itself, hashed into its evidence. Fixed lines,
 * each ended by \n; one set of claims has exactly one text:
 *
 *	writ-claims/1
 *	mode development
 *	boot <32 hex>
 *	seq <n>
 *	previous <digest of the claims before, or ->
 *	vm <digest>
 *	policy <digest>
 *	bindings <digest>
 *	environment <word>
 *	receipt-key ed25519:<base64>
 *	tls-key <digest, or ->
 *	workflow <name> <version> <digest>       one a loaded workflow, names in byte order
 */
#define WD_CLAIMS_MAX (1u << 20)
#define WD_CLAIMS_WORKFLOWS_MAX 1024u

struct wd_claimed_workflow {
	struct wr_text name;
	uint64_t version;
	struct wd_digest digest;
};

struct wd_claims {
	struct wr_text mode; /* `development` or `production` */
	uint8_t boot[16];    /* random, once a start */
	uint64_t seq;        /* 0; one more at each launch, stop, suspension, change of policy */
	bool has_previous, has_tls_key;
	struct wd_digest previous, vm, policy, bindings, tls_key;
	struct wr_text environment;
	struct wd_public_key receipt_key;
	const struct wd_claimed_workflow *workflows; /* names in byte order, each once */
	uint32_t workflows_len;
};

/* Appends the text. Workflows must be in order. */
void wd_claims_write(const struct wd_claims *claims, struct wr_buf *out);

/*
 * The claims of a text; they point into it and into the arena. WR_OK, WR_MALFORMED
 * (not exactly what wd_claims_write would write), WR_NOMEM or WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wd_claims_read(struct wr_text text, struct wr_arena *arena,
    struct wd_claims *ret);

#endif
