#ifndef TESTS_SUPPORT_FORGE_H
#define TESTS_SUPPORT_FORGE_H

#include "tests/support/gate_ask.h"

/*
 * What an attacker makes of the good case (ask_good): other bytes in the place of a record, signed or not.
 * Everything aborts the test when what is to be changed is not there.
 */
#define FORGE_BO 1u /* the record by which bo approves for security */

/* In the place of that record, or one more. The bytes are the question's from now on. */
void forge_put(struct ask *a, uint32_t record, struct wr_text bytes);

struct wd_record forge_approval(const struct ask *a, const char *role);

/* What is signed of a record, without its type. The caller frees it. */
struct wr_buf forge_payload(const struct wd_record *r);

/*
 * The record, signed by that person, with `from` (NULL: nothing) replaced by `to` (NULL: what is
 * behind `from` begins with another digit), and `more` bytes at its end. From malloc.
 */
struct wr_text forge_record(
    const struct wd_record *r, const char *from, const char *to, struct wr_text more, const char *person);

/* Instead of bo's approval, that person's, spoilt so. */
void forge_say(struct ask *a, const char *person, const char *from, const char *to, struct wr_text more);

/* bo's envelope with `from` replaced: nobody signs it anew. */
void forge_respell(struct ask *a, const char *from, const char *to);

/* bo's envelope with these persons' signatures of the same approval. */
void forge_signatures(struct ask *a, const char *const *persons, size_t len);

/* bo's key signs these bytes, and that is called the signature of bo's approval. */
void forge_signature(struct ask *a, struct wr_text message);

/* The same by what `ssh-keygen -Y sign -n NAMESPACE` writes (PROTOCOL.sshsig) over the right bytes. */
void forge_sshsig(struct ask *a, const char *namespace);

struct wd_digest forge_key_id(const char *person);

/* One more record: that key is revoked, says this person. */
void forge_revoke(struct ask *a, const char *whose, const char *by);

#endif
