#ifndef TESTS_SUPPORT_SECOND_CHAIN_H
#define TESTS_SUPPORT_SECOND_CHAIN_H

#include "tests/support/second.h"
#include "tests/support/second_policy.h"

/* Envelopes and the policy in force, for the second opinion (second.h). */
struct second_envelope {
	struct second_blob payload, sig, covered; /* what the signature covers */
	struct wd_digest keyid;
	bool hinted;                              /* the key id has the form of one */
};

/* Read one of that payload type and at most so many bytes. Free after true. */
bool second_envelope_read(struct wr_text bytes, const char *type, size_t max, struct second_envelope *ret);
void second_envelope_free(struct second_envelope *e);

/* Which key of the policy signed: the one that the key id names, or any when it names none of them. */
const struct second_key *second_signer(const struct second_policy *p, const struct second_envelope *e);

#define SECOND_VERSIONS 64 /* of a policy, at most */

/* The chain from the root: the policy in force and the digests of all versions. Free it after true. */
bool second_chain(const struct second_ask *ask, struct second_policy *ret,
    struct wd_digest versions[SECOND_VERSIONS], size_t *ret_len);

#endif
