#ifndef WD_TRUST_CHAIN_H
#define WD_TRUST_CHAIN_H

#include "runtime/trust/envelope.h"
#include "runtime/trust/policy.h"

/*
 * The versions of a policy, from the first one, whose SHA-256 is the trust root, to the one in
 * force. Each later version says which bytes it follows, and is signed by a quorum of the owners
 * that the version before names and by a quorum of those that it names itself (as The Update
 * Framework does for its root role). There are no gaps and no branches.
 *
 * A signature is an envelope of its own around the whole policy, so two owners who sign on two
 * branches add two files and git merges them.
 */
#define WD_POLICY_TYPE "application/vnd.writ.policy+json"
#define WD_POLICY_ENVELOPE_MAX (2u * WD_POLICY_MAX)
#define WD_CHAIN_MAX 4096u /* envelopes looked at */

/* An envelope that counts for nothing, and why. */
struct wd_chain_note {
	uint32_t envelope; /* index into those given */
	const char *code;  /* static and stable: `envelope`, `payload-type`, `policy-unreadable`,
			    * `policy-quorum`, `policy-gap`, `policy-rollback`, `policy-elsewhere` */
	const char *why;   /* static */
};

/* Signatures that a version has: persons of the version in force and of its own owners. */
struct wd_chain_votes {
	uint32_t old_have, old_need, new_have, new_need;
};

struct wd_chain {
	struct wd_policy policy;           /* in force: the last that was accepted */
	struct wd_digest root;             /* of the first */
	const struct wd_digest *versions;  /* of each accepted one: [0] is the root */
	uint32_t len;                      /* policy.version, for versions count from 1 */
	const struct wd_chain_note *notes; /* in the order of the envelopes */
	uint32_t notes_len;
	struct wr_arena arena;
};

/*
 * Read a chain.
 *
 *   first      bytes of a policy that stands beside the envelopes; size 0: none. It is the first
 *              version if its digest is the root, and counts for nothing otherwise
 *   root       the digest of the first version; NULL: `first` is taken for it, or when that is not
 *              a first version the one that the envelopes hold
 *   ret_error  written with all but WR_OK and WR_NOMEM: what is wrong with the chain, or with the
 *              version that a quorum signed
 *
 * WR_OK, WR_ABSENT (no first version with that root), WR_REFUSED (two versions that both follow the
 * same one and have a quorum, or two first ones: somebody signs both ways), WR_MALFORMED (an accepted
 * version is no policy), WR_LIMIT or WR_NOMEM. Free with wd_chain_free after WR_OK.
 */
WR_MUST_CHECK enum wr_status wd_chain_read(struct wd_chain *ret_chain, const struct wr_alloc *alloc,
    struct wr_text first, const struct wr_text *envelopes, uint32_t envelopes_len,
    const struct wd_digest *root, struct wd_json_error *ret_error);

/* Who has signed `candidate` (a policy that follows the one in force), among these envelopes. */
WR_MUST_CHECK enum wr_status wd_chain_count(const struct wd_chain *chain,
    const struct wd_policy *candidate, const struct wr_text *envelopes, uint32_t envelopes_len,
    struct wd_chain_votes *ret_votes);

/* Is this the digest of a version of the chain? */
bool wd_chain_has(const struct wd_chain *chain, const struct wd_digest *policy);

void wd_chain_free(struct wd_chain *chain);

#endif
