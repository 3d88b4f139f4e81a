#ifndef WD_TRUST_KEY_H
#define WD_TRUST_KEY_H

#include "runtime/trust/crypto.h"
#include "vm/base/arena.h"

/*
 * Public keys of persons, of every kind that people have: raw Ed25519, P-256, and
 * what SSH knows, security keys (FIDO2) included. A key is its material: the same
 * key is one key, whether a policy lists it as bytes, as DER or as an SSH line.
 */
enum wd_key_kind { WD_KEY_ED25519, WD_KEY_P256, WD_KEY_P384, WD_KEY_P521, WD_KEY_RSA };

struct wd_key {
	enum wd_key_kind kind;
	struct wr_text spki;        /* SubjectPublicKeyInfo, DER (RFC 5280) */
	struct wd_digest digest;    /* SHA-256 of spki: names the key */
	struct wr_text ssh;         /* its SSH blob: it signs as SSHSIG; size 0: it signs plainly */
	struct wr_text application; /* of a security key; size 0: it is none */
	bool verification;          /* a security key that must check a PIN or a finger as well */
};

#define WD_KEY_TEXT_MAX 4096 /* bytes of a key as policies write it */
#define WD_SIGNATURE_MAX 8192 /* bytes of any signature, SSHSIG of large RSA keys included */

/* What `ssh-keygen -Y sign -n` must be given. */
#define WD_SSHSIG_NAMESPACE "writ-record"

/*
 * Read a key as a policy writes it.
 *
 *   type     `ed25519` (base64 of 32 bytes), `p256` (base64 of the SubjectPublicKeyInfo)
 *            or `ssh` (a line as in a .pub file)
 *   arena    holds the key's texts
 *   ret_why  written with WR_MALFORMED and WR_INVALID: a static phrase about the text
 *
 * WR_OK, WR_MALFORMED (no such key), WR_INVALID (a key that is too weak or of a kind
 * nobody should trust) or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_key_read(struct wr_text type, struct wr_text text,
    struct wr_arena *arena, struct wd_key *ret_key, const char **ret_why);

/* The same from a SubjectPublicKeyInfo: Ed25519 or P-256. */
WR_MUST_CHECK enum wr_status wd_key_of_spki(struct wr_text spki, struct wr_arena *arena,
    struct wd_key *ret_key, const char **ret_why);

/* The key that a private one belongs to. The same statuses. */
WR_MUST_CHECK enum wr_status wd_key_of(const struct wd_public_key *raw, struct wr_arena *arena,
    struct wd_key *ret_key);

/*
 * Did this key sign exactly these bytes? A plain key: 64 bytes of Ed25519; of P-256
 * DER, or r and s of 32 bytes each. An SSH key: an SSHSIG blob (PROTOCOL.sshsig of
 * OpenSSH) under WD_SSHSIG_NAMESPACE. False when memory is short, too.
 */
bool wd_key_has_signed(const struct wd_key *key, struct wr_text message, struct wr_text signature,
    const struct wr_alloc *alloc);

/* The same for an SSH key and any namespace. A signature for another purpose is none. */
bool wd_sshsig_good(const struct wd_key *key, struct wr_text namespace, struct wr_text message,
    struct wr_text signature, const struct wr_alloc *alloc);

/* `SHA256:` and unpadded base64: what `ssh-keygen -l` prints. Only for keys with ssh. */
void wd_key_fingerprint(const struct wd_key *key, struct wr_buf *out);

#endif
