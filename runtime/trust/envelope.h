#ifndef WD_TRUST_ENVELOPE_H
#define WD_TRUST_ENVELOPE_H

#include "runtime/trust/key.h"

/*
 * DSSE v1 (secure-systems-lab/dsse): the signature covers the payload's type and
 * its exact bytes, so nothing is re-serialised before a check. Exactly one
 * signature; the payload is decoded once, and those bytes are what is read.
 */
#define WD_ENVELOPE_MAX 49152u      /* bytes of a record: fits a log entry with room to spare */
#define WD_RECEIPT_MAX (8u << 20)   /* bytes of a receipt's envelope: one leaf for each call */

struct wd_envelope {
	struct wr_text payload; /* points into pae; lives as long as the envelope */
	struct wr_buf pae;       /* what was signed */
	struct wr_buf signature; /* of any kind, at most WD_SIGNATURE_MAX bytes */
	char keyid[128];        /* a hint, nothing more */
	size_t keyid_size;
};

/* Appends the bytes that are signed: "DSSEv1 " length " " type " " length " " payload. */
void wd_pae(struct wr_buf *out, struct wr_text type, struct wr_text payload);

/*
 * Appends an envelope of one line around a signature that was made elsewhere, over
 * wd_pae(type, payload). The keyid is a hint for whoever looks for the key; NULL: none.
 */
void wd_envelope_write(struct wr_text type, struct wr_text payload,
    const struct wd_digest *keyid, struct wr_text signature, struct wr_buf *out);

/*
 * Signs and appends. The keyid is the digest of the key's
 * SubjectPublicKeyInfo. WR_OK, WR_NOMEM or out->status.
 */
WR_MUST_CHECK enum wr_status wd_envelope_sign(const struct wd_private_key *key, struct wr_text type,
    struct wr_text payload, const struct wr_alloc *alloc, struct wr_buf *out);

/*
 * Read an envelope; says nothing about whether anybody signed it.
 *
 *   size_max  WD_ENVELOPE_MAX or WD_RECEIPT_MAX
 *   type      the one payload type that is accepted
 *   ret       free with wd_envelope_free after WR_OK
 *   ret_why   written with all but WR_OK and WR_NOMEM: a static phrase
 *
 * WR_OK, WR_MALFORMED, WR_INVALID (the payload is of another type), WR_LIMIT or WR_NOMEM. Unknown members of the envelope
 * itself are ignored, as DSSE demands.
 */
WR_MUST_CHECK enum wr_status wd_envelope_open(struct wr_text bytes, size_t size_max,
    struct wr_text type, const struct wr_alloc *alloc, struct wd_envelope *ret,
    const char **ret_why);

void wd_envelope_free(struct wd_envelope *envelope);

/* True when this key signed it. A person's key may be of any kind, a machine's is Ed25519. */
bool wd_envelope_signed(const struct wd_envelope *envelope, const struct wd_public_key *key);
bool wd_envelope_signed_by(const struct wd_envelope *envelope, const struct wd_key *key);

#endif
