/*
 * Everything that OpenSSL does for us, and the only file that includes it:
 * hashing, Ed25519, PEM, randomness. It decides whether a key or a signature is
 * good; it never decides whom a key belongs to or what a signature means.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_Init: no allocation, so hashing cannot fail */
#include "runtime/trust/crypto.h"

#include <assert.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct wd_sha256), "the state fits");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(struct wd_sha256), "the state is aligned");

/* ---- SHA-256 ---------------------------------------------------------------------- */

void
wd_sha256_start(struct wd_sha256 *hash)
{
	(void)SHA256_Init((SHA256_CTX *)(void *)hash->state);
}

void
wd_sha256_add(struct wd_sha256 *hash, const void *bytes, size_t size)
{
	if (size > 0)
		(void)SHA256_Update((SHA256_CTX *)(void *)hash->state, bytes, size);
}

struct wd_digest
wd_sha256_end(struct wd_sha256 *hash)
{
	struct wd_digest digest;

	(void)SHA256_Final(digest.at, (SHA256_CTX *)(void *)hash->state);
	return digest;
}

struct wd_digest
wd_sha256(struct wr_text bytes)
{
	struct wd_sha256 hash;

	wd_sha256_start(&hash);
	wd_sha256_add(&hash, bytes.at, bytes.size);
	return wd_sha256_end(&hash);
}

bool
wd_digest_eq(const struct wd_digest *a, const struct wd_digest *b)
{
	return memcmp(a->at, b->at, sizeof a->at) == 0;
}

void
wd_digest_write(struct wr_buf *out, const struct wd_digest *digest)
{
	wr_buf_str(out, "sha256:");
	wr_buf_hex(out, digest->at, sizeof digest->at);
}

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
wd_hex_read(struct wr_text t, void *ret_bytes, size_t size)
{
	uint8_t *out = ret_bytes;

	if (t.size != 2 * size)
		return false;
	for (size_t i = 0; i < t.size; i++)
		if (hex_value(t.at[i]) < 0)
			return false;
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)(hex_value(t.at[2 * i]) << 4 | hex_value(t.at[2 * i + 1]));
	return true;
}

bool
wd_digest_read(struct wr_text t, struct wd_digest *ret)
{
	static const char prefix[] = "sha256:";
	size_t n = sizeof prefix - 1;

	return t.size == WD_DIGEST_TEXT && memcmp(t.at, prefix, n) == 0 &&
	       wd_hex_read((struct wr_text){ t.at + n, t.size - n }, ret->at, sizeof ret->at);
}

/* ---- base64 ----------------------------------------------------------------------- */

void
wd_base64_write(struct wr_buf *out, const void *bytes, size_t size)
{
	static const char digit[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *b = bytes;

	for (size_t i = 0; i < size; i += 3) {
		size_t n = size - i < 3 ? size - i : 3;
		uint32_t v = (uint32_t)b[i] << 16 | (n > 1 ? (uint32_t)b[i + 1] << 8 : 0) |
			     (n > 2 ? b[i + 2] : 0u);
		char four[4] = { digit[v >> 18], digit[v >> 12 & 63],
			n > 1 ? digit[v >> 6 & 63] : '=', n > 2 ? digit[v & 63] : '=' };

		wr_buf_add(out, four, 4);
	}
}

/* The value of one digit of either alphabet, or -1; says which alphabet it proves. */
static int
base64_value(char c, bool *standard, bool *url)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	*standard |= c == '+' || c == '/';
	*url |= c == '-' || c == '_';
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

enum wr_status
wd_base64_read(struct wr_text t, struct wr_buf *out)
{
	size_t before = out->size, digits = t.size, pad;
	bool standard = false, url = false;
	uint32_t bits = 0;

	while (digits > 0 && t.at[digits - 1] == '=')
		digits--;
	pad = t.size - digits;
	if (digits % 4 == 1 || pad > 2 || (pad > 0 && t.size % 4 != 0))
		return WR_MALFORMED;
	for (size_t i = 0; i < digits; i++) {
		int v = base64_value(t.at[i], &standard, &url);

		if (v < 0)
			goto malformed;
		bits = bits << 6 | (uint32_t)v;
		if (i % 4 == 1)
			wr_buf_byte(out, (uint8_t)(bits >> 4));
		else if (i % 4 == 2)
			wr_buf_byte(out, (uint8_t)(bits >> 2));
		else if (i % 4 == 3)
			wr_buf_byte(out, (uint8_t)bits);
	}
	if ((digits % 4 == 2 && (bits & 15) != 0) || (digits % 4 == 3 && (bits & 3) != 0) ||
	    (standard && (url || t.size % 4 != 0)))
		goto malformed;
	return out->status;
malformed:
	if (out->at != NULL) {
		out->size = before;
		out->at[before] = '\0';
	}
	return WR_MALFORMED;
}

/* ---- Ed25519 ---------------------------------------------------------------------- */

static EVP_PKEY *
public_handle(const struct wd_public_key *key)
{
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->at, sizeof key->at);
}

static EVP_PKEY *
private_handle(const struct wd_private_key *key)
{
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key->seed, sizeof key->seed);
}

/* Fills in the public half. */
static enum wr_status
derive_public(struct wd_private_key *key)
{
	EVP_PKEY *handle = private_handle(key);
	size_t size = sizeof key->public_key.at;
	int got =
	    handle != NULL && EVP_PKEY_get_raw_public_key(handle, key->public_key.at, &size) == 1;

	EVP_PKEY_free(handle);
	ERR_clear_error();
	return got ? WR_OK : WR_NOMEM;
}

enum wr_status
wd_key_make(struct wd_private_key *ret_key)
{
	struct wd_private_key key;
	enum wr_status status = wd_random(key.seed, sizeof key.seed);

	if (status == WR_OK)
		status = derive_public(&key);
	if (status == WR_OK)
		*ret_key = key;
	wd_wipe(&key, sizeof key);
	return status;
}

enum wr_status
wd_key_sign(const struct wd_private_key *key, struct wr_text message,
    uint8_t ret_signature[WD_SIGNATURE_SIZE])
{
	EVP_PKEY *handle = private_handle(key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[WD_SIGNATURE_SIZE];
	size_t size = sizeof signature;
	bool done = handle != NULL && ctx != NULL &&
		    EVP_DigestSignInit(ctx, NULL, NULL, NULL, handle) == 1 &&
		    EVP_DigestSign(ctx, signature, &size, (const unsigned char *)message.at,
			message.size) == 1;

	assert(!done || size == sizeof signature);
	if (done)
		memcpy(ret_signature, signature, sizeof signature);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(handle);
	ERR_clear_error();
	return done ? WR_OK : WR_NOMEM;
}

bool
wd_key_signed(const struct wd_public_key *key, struct wr_text message,
    const uint8_t signature[WD_SIGNATURE_SIZE])
{
	EVP_PKEY *handle = wd_public_key_good(key) ? public_handle(key) : NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = handle != NULL && ctx != NULL &&
		    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, handle) == 1 &&
		    EVP_DigestVerify(ctx, signature, WD_SIGNATURE_SIZE,
			(const unsigned char *)message.at, message.size) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(handle);
	ERR_clear_error();
	return good;
}

/*
 * The points whose order divides 8, the encodings with y >= p included; the top
 * bit is the sign of x. A key among them accepts one signature for many messages.
 */
bool
wd_public_key_good(const struct wd_public_key *key)
{
	static const uint8_t order_8[2][32] = {
		{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2,
		    0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38,
		    0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
		{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d,
		    0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7,
		    0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
	};
	uint8_t y[32];
	bool all_zero = true, all_ones = true;

	memcpy(y, key->at, sizeof y);
	y[31] &= 0x7f;
	for (size_t i = 1; i < 31; i++) {
		all_zero &= y[i] == 0;
		all_ones &= y[i] == 0xff;
	}
	if (all_zero && y[31] == 0 && y[0] <= 1) /* y = 0 and y = 1 */
		return false;
	if (all_ones && y[31] == 0x7f && y[0] >= 0xec) /* y = p - 1; p, p + 1 are 0 and 1 again */
		return false;
	return memcmp(y, order_8[0], 32) != 0 && memcmp(y, order_8[1], 32) != 0;
}

bool
wd_public_key_eq(const struct wd_public_key *a, const struct wd_public_key *b)
{
	return memcmp(a->at, b->at, sizeof a->at) == 0;
}

/* ---- SPKI and PEM ----------------------------------------------------------------- */

/* SEQUENCE { SEQUENCE { OID 1.3.101.112 } BIT STRING (32 bytes) }, RFC 8410 */
static const uint8_t spki_head[12] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03,
	0x21, 0x00 };

void
wd_public_key_spki(const struct wd_public_key *key, uint8_t ret[WD_PUBLIC_KEY_SPKI])
{
	memcpy(ret, spki_head, sizeof spki_head);
	memcpy(ret + sizeof spki_head, key->at, sizeof key->at);
}

struct wd_digest
wd_public_key_digest(const struct wd_public_key *key)
{
	uint8_t spki[WD_PUBLIC_KEY_SPKI];

	wd_public_key_spki(key, spki);
	return wd_sha256((struct wr_text){ (const char *)spki, sizeof spki });
}

static void
write_pem(struct wr_buf *out, const char *name, const void *der, size_t size)
{
	wr_buf_str(out, "-----BEGIN ");
	wr_buf_str(out, name);
	wr_buf_str(out, " KEY-----\n");
	wd_base64_write(out, der, size); /* 64 digits or fewer: one line */
	wr_buf_str(out, "\n-----END ");
	wr_buf_str(out, name);
	wr_buf_str(out, " KEY-----\n");
}

enum wr_status
wd_private_key_write_pem(const struct wd_private_key *key, struct wr_buf *out)
{
	/* PKCS #8: version 0, the algorithm, OCTET STRING in OCTET STRING */
	uint8_t der[48] = { 0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70,
		0x04, 0x22, 0x04, 0x20 };

	memcpy(der + 16, key->seed, sizeof key->seed);
	write_pem(out, "PRIVATE", der, sizeof der);
	wd_wipe(der, sizeof der);
	return out->status;
}

void
wd_public_key_write_pem(const struct wd_public_key *key, struct wr_buf *out)
{
	uint8_t der[WD_PUBLIC_KEY_SPKI];

	wd_public_key_spki(key, der);
	write_pem(out, "PUBLIC", der, sizeof der);
}

/* ---- the rest --------------------------------------------------------------------- */

enum wr_status
wd_random(void *ret_bytes, size_t size)
{
	assert(size <= INT_MAX);
	if (RAND_bytes(ret_bytes, (int)size) == 1)
		return WR_OK;
	ERR_clear_error();
	return WR_IO;
}

void
wd_wipe(void *bytes, size_t size)
{
	OPENSSL_cleanse(bytes, size);
}
