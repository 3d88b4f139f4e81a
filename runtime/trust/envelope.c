/*
 * DSSE envelopes. It decides whether bytes are one well-formed envelope and
 * whether a key signed it; never whose key that is.
 */
#include "runtime/trust/envelope.h"
#include "runtime/json.h"

#include <assert.h>

#define PAE_HEAD_MAX 256 /* the words, two numbers and a payload type */

void
wd_pae(struct wr_buf *out, struct wr_text type, struct wr_text payload)
{
	wr_buf_str(out, "DSSEv1 ");
	wr_buf_u64(out, type.size);
	wr_buf_byte(out, ' ');
	wr_buf_text(out, type);
	wr_buf_byte(out, ' ');
	wr_buf_u64(out, payload.size);
	wr_buf_byte(out, ' ');
	wr_buf_text(out, payload);
}

void
wd_envelope_write(struct wr_text type, struct wr_text payload, const struct wd_digest *keyid,
    struct wr_text signature, struct wr_buf *out)
{
	wr_buf_str(out, "{\"payload\":\"");
	wd_base64_write(out, payload.at, payload.size);
	wr_buf_str(out, "\",\"payloadType\":");
	wd_json_quote(out, type);
	wr_buf_str(out, ",\"signatures\":[{");
	if (keyid != NULL) {
		wr_buf_str(out, "\"keyid\":\"");
		wd_digest_write(out, keyid);
		wr_buf_str(out, "\",");
	}
	wr_buf_str(out, "\"sig\":\"");
	wd_base64_write(out, signature.at, signature.size);
	wr_buf_str(out, "\"}]}\n");
}

enum wr_status
wd_envelope_sign(const struct wd_private_key *key, struct wr_text type, struct wr_text payload,
    const struct wr_alloc *alloc, struct wr_buf *out)
{
	struct wd_digest keyid = wd_public_key_digest(&key->public_key);
	uint8_t signature[WD_SIGNATURE_SIZE];
	struct wr_buf pae;
	enum wr_status status;

	assert(type.size <= PAE_HEAD_MAX / 2);
	wr_buf_init(&pae, alloc, SIZE_MAX / 2);
	wd_pae(&pae, type, payload);
	status = pae.status;
	if (status == WR_OK)
		status = wd_key_sign(key, wr_buf_view(&pae), signature);
	wr_buf_free(&pae);
	if (status != WR_OK)
		return status;
	wd_envelope_write(type, payload, &keyid,
	    (struct wr_text){ (const char *)signature, sizeof signature }, out);
	return out->status;
}

static enum wr_status
refuse(const char **ret_why, enum wr_status status, const char *why)
{
	if (ret_why != NULL && (status == WR_MALFORMED || status == WR_LIMIT || status == WR_INVALID))
		*ret_why = why;
	return status;
}

static enum wr_status
read_signature(const struct wd_json *root, const struct wr_alloc *alloc, struct wd_envelope *e,
    const char **ret_why)
{
	const struct wd_json *list = wd_json_get(root, "signatures");
	const struct wd_json *one = wd_json_item(list, 0), *id = wd_json_get(one, "keyid");
	struct wr_text text = wd_json_text(wd_json_get(one, "sig")), keyid = wd_json_text(id);
	enum wr_status status;

	if (wd_json_kind(list) != WD_JSON_ARRAY || wd_json_len(list) != 1)
		return refuse(ret_why, WR_MALFORMED, "an envelope has exactly one signature");
	if (text.at == NULL || text.size > 2 * WD_SIGNATURE_MAX)
		return refuse(ret_why, WR_MALFORMED, "the signature is not base64 of a signature");
	if (id != NULL && (keyid.at == NULL || keyid.size > sizeof e->keyid))
		return refuse(ret_why, WR_MALFORMED, "the key id is not a short text");
	wr_buf_init(&e->signature, alloc, WD_SIGNATURE_MAX);
	status = wd_base64_read(text, &e->signature);
	if (status == WR_OK && e->signature.size == 0)
		status = WR_MALFORMED;
	if (status == WR_LIMIT)
		status = WR_MALFORMED;
	if (status == WR_OK && keyid.size > 0)
		memcpy(e->keyid, keyid.at, keyid.size);
	e->keyid_size = keyid.size;
	return refuse(ret_why, status, "the signature is not base64 of a signature");
}

static enum wr_status
read_payload(const struct wd_json *root, const struct wr_alloc *alloc, size_t size_max,
    struct wd_envelope *e, const char **ret_why)
{
	struct wr_text text = wd_json_text(wd_json_get(root, "payload"));
	struct wr_text type = wd_json_text(wd_json_get(root, "payloadType"));
	struct wr_buf payload;
	enum wr_status status;

	if (text.at == NULL)
		return refuse(ret_why, WR_MALFORMED, "the payload is not base64");
	wr_buf_init(&payload, alloc, size_max);
	wr_buf_init(&e->pae, alloc, size_max + PAE_HEAD_MAX);
	status = wd_base64_read(text, &payload);
	if (status == WR_OK) {
		wd_pae(&e->pae, type, wr_buf_view(&payload));
		status = e->pae.status;
	}
	if (status == WR_OK)
		e->payload =
		    (struct wr_text){ e->pae.at + e->pae.size - payload.size, payload.size };
	wr_buf_free(&payload);
	return refuse(ret_why, status, "the payload is not base64");
}

enum wr_status
wd_envelope_open(struct wr_text bytes, size_t size_max, struct wr_text type,
    const struct wr_alloc *alloc, struct wd_envelope *ret, const char **ret_why)
{
	struct wd_envelope *e = ret;
	struct wd_json_doc doc;
	struct wd_json_error error = { 0 };
	enum wr_status status = wd_json_parse(&doc, alloc, bytes, size_max, &error);
	struct wr_text said;

	*e = (struct wd_envelope){ .payload = { NULL, 0 } };
	if (status != WR_OK)
		return refuse(ret_why, status, error.text);
	wr_buf_init(&e->pae, alloc, 0);
	said = wd_json_text(wd_json_get(doc.root, "payloadType"));
	if (said.at == NULL)
		status = refuse(ret_why, WR_MALFORMED, "the payload has no type");
	else if (!wr_text_eq(said, type))
		status = refuse(ret_why, WR_INVALID, "the payload is of another type");
	if (status == WR_OK)
		status = read_signature(doc.root, alloc, e, ret_why);
	if (status == WR_OK)
		status = read_payload(doc.root, alloc, size_max, e, ret_why);
	wd_json_free(&doc);
	if (status != WR_OK)
		wd_envelope_free(e);
	return status;
}

void
wd_envelope_free(struct wd_envelope *envelope)
{
	if (envelope->pae.alloc != NULL)
		wr_buf_free(&envelope->pae);
	if (envelope->signature.alloc != NULL)
		wr_buf_free(&envelope->signature);
	envelope->payload = (struct wr_text){ NULL, 0 };
}

bool
wd_envelope_signed(const struct wd_envelope *envelope, const struct wd_public_key *key)
{
	return envelope->signature.size == WD_SIGNATURE_SIZE &&
	       wd_key_signed(key, wr_buf_view(&envelope->pae),
		   (const uint8_t *)envelope->signature.at);
}

bool
wd_envelope_signed_by(const struct wd_envelope *envelope, const struct wd_key *key)
{
	return wd_key_has_signed(key, wr_buf_view(&envelope->pae),
	    wr_buf_view(&envelope->signature), envelope->pae.alloc);
}
