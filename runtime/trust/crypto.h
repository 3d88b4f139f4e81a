#ifndef WD_TRUST_CRYPTO_H
#define WD_TRUST_CRYPTO_H

#include "vm/base/alloc.h"
#include "vm/base/buf.h"
#include "vm/base/status.h"
#include "vm/base/text.h"

/* ---- SHA-256: never fails, never allocates ---------------------------------------- */

struct wd_digest {
	uint8_t at[32];
};

struct wd_sha256 {
	uint64_t state[16]; /* the library's own; copying it is allowed */
};

struct wd_digest wd_sha256(struct wr_text bytes);
void wd_sha256_start(struct wd_sha256 *hash);
void wd_sha256_add(struct wd_sha256 *hash, const void *bytes, size_t size);
struct wd_digest wd_sha256_end(struct wd_sha256 *hash);

bool wd_digest_eq(const struct wd_digest *a, const struct wd_digest *b);

/* A whole digest as "sha256:" and 64 lower-case digits. */
#define WD_DIGEST_TEXT 71
void wd_digest_write(struct wr_buf *out, const struct wd_digest *digest);
bool wd_digest_read(struct wr_text t, struct wd_digest *ret); /* exactly that form */

/* size bytes from 2 * size lower-case digits; false when t is anything else. */
bool wd_hex_read(struct wr_text t, void *ret_bytes, size_t size);

/* ---- base64 ----------------------------------------------------------------------- */

/* Standard alphabet, padded. */
void wd_base64_write(struct wr_buf *out, const void *bytes, size_t size);

/*
 * Appends the bytes of standard or URL-safe base64. The standard form must be
 * padded, the URL-safe one may be; no white space; unused bits must be zero, so
 * that one value has one text a form. WR_OK, WR_MALFORMED (out as it was), or
 * out->status.
 */
WR_MUST_CHECK enum wr_status wd_base64_read(struct wr_text t, struct wr_buf *out);

/* ---- Ed25519 ---------------------------------------------------------------------- */

#define WD_SIGNATURE_SIZE 64

struct wd_public_key {
	uint8_t at[32];
};

/* Secret: wd_wipe it when done. */
struct wd_private_key {
	uint8_t seed[32];
	struct wd_public_key public_key;
};

/* WR_OK, WR_IO (no randomness) or WR_NOMEM. */
WR_MUST_CHECK enum wr_status wd_key_make(struct wd_private_key *ret_key);

/* WR_OK or WR_NOMEM. */
WR_MUST_CHECK enum wr_status wd_key_sign(const struct wd_private_key *key, struct wr_text message,
    uint8_t ret_signature[WD_SIGNATURE_SIZE]);

/* True when key signed exactly these bytes. False when memory is short, too. */
bool wd_key_signed(const struct wd_public_key *key, struct wr_text message,
    const uint8_t signature[WD_SIGNATURE_SIZE]);

/* False for points of small order: "signatures" of theirs fit more than one message. */
bool wd_public_key_good(const struct wd_public_key *key);
bool wd_public_key_eq(const struct wd_public_key *a, const struct wd_public_key *b);

/* Its SubjectPublicKeyInfo, DER (RFC 8410). */
#define WD_PUBLIC_KEY_SPKI 44
void wd_public_key_spki(const struct wd_public_key *key, uint8_t ret[WD_PUBLIC_KEY_SPKI]);

/* SHA-256 of the key's SubjectPublicKeyInfo: names a key whatever form it came in. */
struct wd_digest wd_public_key_digest(const struct wd_public_key *key);

/* PEM, as OpenSSL reads it (PKCS #8; SubjectPublicKeyInfo). WR_OK or out->status. */
WR_MUST_CHECK enum wr_status wd_private_key_write_pem(const struct wd_private_key *key,
    struct wr_buf *out);
void wd_public_key_write_pem(const struct wd_public_key *key, struct wr_buf *out);

/* ---- the rest --------------------------------------------------------------------- */

/* Bytes nobody can guess. WR_OK or WR_IO. */
WR_MUST_CHECK enum wr_status wd_random(void *ret_bytes, size_t size);

/* Overwrite with zeros, and not be optimised away. */
void wd_wipe(void *bytes, size_t size);

#endif
