#ifndef WD_TRUST_CRYPTO_SPKI_H
#define WD_TRUST_CRYPTO_SPKI_H

#include "runtime/trust/key.h"

/* ECDSA and RSA keys as SubjectPublicKeyInfo (RFC 5280, RFC 5480); see key.h for what uses them. */

struct wd_digest512 {
	uint8_t at[64];
};

/* Never fails, never allocates. */
struct wd_digest512 wd_sha512(struct wr_text bytes);

/*
 * True for the one DER encoding of a key on P-256, P-384 or P-521 by the curve's name, or of an
 * RSA key of 3,072 bits or more. False when memory is short, too.
 */
bool wd_spki_good(struct wr_text spki, enum wd_key_kind *ret_kind);

/* Append the SubjectPublicKeyInfo; false, and nothing appended, when the parts have a wrong size. */
bool wd_spki_ec(enum wd_key_kind kind, struct wr_text point, struct wr_buf *out);
bool wd_spki_rsa(struct wr_text n, struct wr_text e, struct wr_buf *out); /* big-endian, unsigned */

/* Append the DER of an ECDSA signature (RFC 3279) from big-endian r and s; false as above. */
bool wd_ecdsa_der(struct wr_text r, struct wr_text s, struct wr_buf *out);

/*
 * Did the key sign exactly these bytes? ECDSA (DER) with the hash of its curve, RSA as
 * PKCS #1 v1.5 with SHA-512 or SHA-256. False when memory is short, too.
 */
bool wd_spki_signed(struct wr_text spki, bool sha512, struct wr_text message, struct wr_text signature);

/*
 * The public half of a private key in PEM (Ed25519, or ECDSA on P-256), and its signature of a
 * message: 64 bytes, or DER. Encrypted keys and other kinds are refused.
 *
 *   ret_why  written with WR_INVALID and WR_MALFORMED: a static phrase
 *
 * WR_OK, WR_INVALID, WR_MALFORMED, WR_NOMEM or out->status.
 */
WR_MUST_CHECK enum wr_status wd_pem_spki(struct wr_text pem, struct wr_buf *out, const char **ret_why);
WR_MUST_CHECK enum wr_status wd_pem_sign(struct wr_text pem, struct wr_text message, struct wr_buf *out,
    const char **ret_why);

#endif
