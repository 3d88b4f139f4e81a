/*
 * The rest of what OpenSSL does for us: keys of other kinds than Ed25519, by their
 * SubjectPublicKeyInfo. It decides whether such a key is strong and well formed and
 * whether it made a signature; never whose it is.
 */
#include "runtime/trust/crypto_spki.h"

#include <assert.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#define RSA_BITS_MIN 3072 /* NIST SP 800-57: 128 bits of strength */
#define RSA_BITS_MAX 8192
#define DER_MAX 4096

/* Everything before the point: SEQUENCE, algorithm id-ecPublicKey, the curve, BIT STRING (RFC 5480). */
static const struct curve {
	enum wd_key_kind kind;
	const char *group; /* OpenSSL's name */
	size_t field;      /* bytes of a coordinate */
	const char *hash;  /* that goes with it (RFC 5656) */
	uint8_t head_size;
	uint8_t head[26];
} curves[] = {
	{ WD_KEY_P256, "prime256v1", 32, "SHA256", 26,
	    { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
		0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00 } },
	{ WD_KEY_P384, "secp384r1", 48, "SHA384", 23,
	    { 0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05,
		0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00 } },
	{ WD_KEY_P521, "secp521r1", 66, "SHA512", 25,
	    { 0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
		0x05, 0x2b, 0x81, 0x04, 0x00, 0x23, 0x03, 0x81, 0x86, 0x00 } },
};

static const struct curve *
curve_of(enum wd_key_kind kind)
{
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (curves[i].kind == kind)
			return &curves[i];
	return NULL;
}

struct wd_digest512
wd_sha512(struct wr_text bytes)
{
	struct wd_digest512 digest;

	(void)SHA512((const unsigned char *)bytes.at, bytes.size, digest.at);
	return digest;
}

/* The kind of the key, or false: another kind, a curve spelled out, too weak. */
static bool
kind_of(EVP_PKEY *handle, enum wd_key_kind *ret_kind)
{
	char group[64];
	size_t size;
	int bits = EVP_PKEY_get_bits(handle);

	if (EVP_PKEY_is_a(handle, "RSA")) {
		*ret_kind = WD_KEY_RSA;
		return bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
	}
	if (!EVP_PKEY_is_a(handle, "EC") ||
	    EVP_PKEY_get_group_name(handle, group, sizeof group, &size) != 1)
		return false;
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (strcmp(group, curves[i].group) == 0) {
			*ret_kind = curves[i].kind;
			return true;
		}
	return false;
}

/* The only DER of this key: read back it is the same bytes. NULL otherwise. */
static EVP_PKEY *
handle_of(struct wr_text spki)
{
	const unsigned char *at = (const unsigned char *)spki.at;
	unsigned char *again = NULL;
	EVP_PKEY *handle = NULL;
	int size = 0;

	if (spki.size == 0 || spki.size > DER_MAX)
		return NULL;
	handle = d2i_PUBKEY(NULL, &at, (long)spki.size);
	if (handle != NULL)
		size = i2d_PUBKEY(handle, &again);
	if (size < 0 || (size_t)size != spki.size || memcmp(again, spki.at, spki.size) != 0) {
		EVP_PKEY_free(handle);
		handle = NULL;
	}
	OPENSSL_free(again);
	ERR_clear_error();
	return handle;
}

bool
wd_spki_good(struct wr_text spki, enum wd_key_kind *ret_kind)
{
	EVP_PKEY *handle = handle_of(spki);
	EVP_PKEY_CTX *ctx = handle == NULL ? NULL : EVP_PKEY_CTX_new(handle, NULL);
	bool good = ctx != NULL && kind_of(handle, ret_kind) && EVP_PKEY_public_check(ctx) == 1;
	const struct curve *c = good ? curve_of(*ret_kind) : NULL;

	if (c != NULL) /* a compressed point would be the same key under another digest */
		good = spki.size == c->head_size + 1 + 2 * c->field &&
		       memcmp(spki.at, c->head, c->head_size) == 0 && spki.at[c->head_size] == 4;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(handle);
	ERR_clear_error();
	return good;
}

bool
wd_spki_ec(enum wd_key_kind kind, struct wr_text point, struct wr_buf *out)
{
	const struct curve *c = curve_of(kind);

	assert(c != NULL);
	if (point.size != 1 + 2 * c->field || point.at[0] != 4)
		return false;
	wr_buf_add(out, c->head, c->head_size);
	wr_buf_text(out, point);
	return true;
}

/* ---- DER, as much of it as a public key or an ECDSA signature needs ----------------- */

static void
der_head(struct wr_buf *out, uint8_t tag, size_t size)
{
	assert(size < 1 << 16);
	wr_buf_byte(out, tag);
	if (size >= 256) {
		wr_buf_byte(out, 0x82);
		wr_buf_byte(out, (uint8_t)(size >> 8));
	} else if (size >= 128) {
		wr_buf_byte(out, 0x81);
	}
	wr_buf_byte(out, (uint8_t)size);
}

static size_t
der_head_size(size_t size)
{
	return size >= 256 ? 4 : size >= 128 ? 3 : 2;
}

/* An unsigned integer without leading zeros; the empty text is no integer. */
static struct wr_text
trimmed(struct wr_text n)
{
	while (n.size > 1 && n.at[0] == 0)
		n = (struct wr_text){ n.at + 1, n.size - 1 };
	return n;
}

static size_t
der_uint_size(struct wr_text n)
{
	size_t size = n.size + ((uint8_t)n.at[0] >= 0x80);

	return der_head_size(size) + size;
}

static void
der_uint(struct wr_buf *out, struct wr_text n)
{
	bool padded = (uint8_t)n.at[0] >= 0x80;

	der_head(out, 0x02, n.size + padded);
	if (padded)
		wr_buf_byte(out, 0);
	wr_buf_text(out, n);
}

static void
der_pair(struct wr_buf *out, struct wr_text a, struct wr_text b)
{
	der_head(out, 0x30, der_uint_size(a) + der_uint_size(b));
	der_uint(out, a);
	der_uint(out, b);
}

bool
wd_spki_rsa(struct wr_text n, struct wr_text e, struct wr_buf *out)
{
	static const uint8_t algorithm[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x01, 0x01, 0x05, 0x00 };
	size_t pair, bits;

	if (n.size == 0 || e.size == 0 || n.size > RSA_BITS_MAX / 8 + 1 || e.size > 8)
		return false;
	n = trimmed(n);
	e = trimmed(e);
	pair = der_uint_size(n) + der_uint_size(e);
	bits = 1 + der_head_size(pair) + pair;
	der_head(out, 0x30, sizeof algorithm + der_head_size(bits) + bits);
	wr_buf_add(out, algorithm, sizeof algorithm);
	der_head(out, 0x03, bits);
	wr_buf_byte(out, 0);
	der_pair(out, n, e);
	return true;
}

bool
wd_ecdsa_der(struct wr_text r, struct wr_text s, struct wr_buf *out)
{
	if (r.size == 0 || s.size == 0 || r.size > 67 || s.size > 67)
		return false;
	der_pair(out, trimmed(r), trimmed(s));
	return true;
}

/* ---- signatures --------------------------------------------------------------------- */

bool
wd_spki_signed(struct wr_text spki, bool sha512, struct wr_text message, struct wr_text signature)
{
	EVP_PKEY *handle = handle_of(spki);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	enum wd_key_kind kind;
	bool good = false;

	if (handle != NULL && ctx != NULL && kind_of(handle, &kind)) {
		const char *hash = kind == WD_KEY_RSA ? (sha512 ? "SHA512" : "SHA256") : curve_of(kind)->hash;

		good = EVP_DigestVerifyInit_ex(ctx, NULL, hash, NULL, NULL, handle, NULL) == 1 &&
		       EVP_DigestVerify(ctx, (const unsigned char *)signature.at, signature.size,
			   (const unsigned char *)message.at, message.size) == 1;
	}
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(handle);
	ERR_clear_error();
	return good;
}

/* ---- private keys ------------------------------------------------------------------- */

/* Asked for a pass phrase: there is none, and nobody is to be asked on a terminal. */
static int
no_pass_phrase(char *buf, int size, int writing, void *asked)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

/* The key; NULL with a reason. */
static EVP_PKEY *
private_of(struct wr_text pem, enum wr_status *ret_status, const char **ret_why)
{
	BIO *bio = pem.size > 1 << 16 || pem.at == NULL ? NULL : BIO_new_mem_buf(pem.at, (int)pem.size);
	enum wd_key_kind kind = WD_KEY_ED25519;
	EVP_PKEY *handle = NULL;
	bool asked = false;

	if (bio != NULL)
		handle = PEM_read_bio_PrivateKey(bio, NULL, no_pass_phrase, &asked);
	BIO_free_all(bio);
	ERR_clear_error();
	*ret_status = asked ? WR_INVALID : WR_MALFORMED;
	*ret_why = asked ? "the key is encrypted; use ssh-keygen and an SSH key if you want a pass phrase"
			 : "no private key in PEM";
	if (handle == NULL || EVP_PKEY_is_a(handle, "ED25519") || (kind_of(handle, &kind) && kind == WD_KEY_P256))
		return handle;
	*ret_status = WR_INVALID;
	*ret_why = "neither an Ed25519 key nor one on P-256";
	EVP_PKEY_free(handle);
	return NULL;
}

enum wr_status
wd_pem_spki(struct wr_text pem, struct wr_buf *out, const char **ret_why)
{
	enum wr_status status;
	EVP_PKEY *handle = private_of(pem, &status, ret_why);
	unsigned char *der = NULL;
	int size;

	if (handle == NULL)
		return status;
	size = i2d_PUBKEY(handle, &der);
	if (size > 0)
		wr_buf_add(out, der, (size_t)size);
	OPENSSL_free(der);
	EVP_PKEY_free(handle);
	ERR_clear_error();
	return size > 0 ? out->status : WR_NOMEM;
}

enum wr_status
wd_pem_sign(struct wr_text pem, struct wr_text message, struct wr_buf *out, const char **ret_why)
{
	enum wr_status status;
	EVP_PKEY *handle = private_of(pem, &status, ret_why);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char signature[256];
	size_t size = sizeof signature;
	const char *hash;
	bool good;

	if (handle == NULL) {
		EVP_MD_CTX_free(ctx);
		return status;
	}
	hash = EVP_PKEY_is_a(handle, "ED25519") ? NULL : "SHA256";
	good = ctx != NULL && EVP_DigestSignInit_ex(ctx, NULL, hash, NULL, NULL, handle, NULL) == 1 &&
	       EVP_DigestSign(ctx, signature, &size, (const unsigned char *)message.at, message.size) == 1;
	if (good)
		wr_buf_add(out, signature, size);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(handle);
	ERR_clear_error();
	return good ? out->status : WR_NOMEM;
}
