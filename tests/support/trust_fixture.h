#ifndef TESTS_SUPPORT_TRUST_FIXTURE_H
#define TESTS_SUPPORT_TRUST_FIXTURE_H

#include "runtime/trust/gate.h"

/*
 * A policy with persons, their keys, and a workflow to judge. Keys come from the
 * persons' names, so every run of the tests signs the same bytes.
 *
 *	dee is the author; ana and bo are security, chi is privacy, eve is both
 *	security and privacy; ana, bo and chi own the policy (two of them).
 */
#define FIXTURE_NOW 1795323600 /* 2026-11-22T05:00:00Z */

/* The key of a person (or of anybody: any name has one). "ana/2" is another key. */
struct wd_private_key fixture_key(const char *person);

/*
 * The policy's text, with `from` (which must occur) replaced by `to`; from NULL: as it is.
 * "KEY(ana)" in either is that person's public key. Static, until the next call.
 */
const char *fixture_policy_text(const char *from, const char *to);

/* The policy, read; aborts the test when it is refused. Free with wd_policy_free. */
struct wd_policy fixture_policy(const char *from, const char *to);

/* The chain of that one version. Free with wd_chain_free. */
struct wd_chain fixture_chain(const char *from, const char *to);

/*
 * The chain of the policy as it is and a second version that is changed so, signed by ana and chi.
 * Free with wd_chain_free.
 */
struct wd_chain fixture_chain_of_two(const char *from, const char *to);

/* The text of a version 2 that follows the policy as it is. Static, until the next call. */
const char *fixture_policy_text_2(const char *from, const char *to);

/*
 * The workflow `claims_triage`: input claim (@pii, @untrusted), backends house (llm,
 * reached by both) and handbook (retrieve, reached by @untrusted), an agent summarise that
 * drops @pii, result with @pii. A copy to change; what it points to is static.
 */
struct wr_summary fixture_summary(void);

/* Its digest, packet, and a labels_at that knows `claim` and `claim.story`. */
struct wd_subject fixture_subject(const struct wr_summary *summary);

/* Records of the good case, to change and sign. */
struct wd_record fixture_submission(const struct wd_subject *subject);
struct wd_record fixture_approval(const struct wd_policy *policy, const struct wd_subject *subject,
    const char *role);
struct wd_record fixture_withdrawal(const struct wd_subject *subject);

/* Four tests: one that passed with stubs, one with a recording, one that failed live, one that was skipped. */
struct wd_record fixture_tested(const struct wd_subject *subject);

/* Append the envelope of a record. The statuses of wd_record_payload. */
enum wr_status fixture_seal(const struct wd_record *record, const struct wd_private_key *key,
    const struct wr_alloc *alloc, struct wr_buf *out);

/* The envelope, signed by that person's key. From malloc: at is the caller's to free. */
struct wr_text fixture_sign(const struct wd_record *record, const char *person);

/* An envelope of any type around any payload. As above. */
struct wr_text fixture_envelope(const char *type, struct wr_text payload, const char *person);

#endif
