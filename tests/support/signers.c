/*
 * Keys from names, and signatures by them, in the forms that persons use: Ed25519, ECDSA, SSHSIG, security
 * keys. It decides nothing; what it writes is good unless it is asked for something else.
 */
#include "tests/support/signers.h"
#include "runtime/sysalloc.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>
#include <stdlib.h>

#define APPLICATION "ssh:"

/* Every key: its seed is the SHA-256 of its name. */
static const struct {
	const char *person, *name, *type, *algorithm; /* algorithm: of SSH; NULL: plain */
	bool curve, token;                            /* on P-256; a security key */
} signers[SIGNERS_LEN] = {
	[ANA] = { "ana", "ana", "ed25519", NULL, false, false },
	[ANA_2] = { "ana", "ana/2", "ssh", "sk-ecdsa-sha2-nistp256@openssh.com", true, true },
	[BO] = { "bo", "bo", "ssh", "ssh-ed25519", false, false },
	[CHI] = { "chi", "chi", "p256", NULL, true, false },
	[DEE] = { "dee", "dee", "ed25519", NULL, false, false },
	[DEE_2] = { "dee", "dee/2", "ssh", "ecdsa-sha2-nistp256", true, false },
	[EVE] = { "eve", "eve", "ssh", "sk-ssh-ed25519@openssh.com", false, true },
	[EVE_2] = { "eve", "eve/2", "ed25519", NULL, false, false },
	[FAY] = { "fay", "fay", "ssh", "sk-ssh-ed25519@openssh.com", false, true },
	[MALLORY] = { "mallory", "mallory", "ed25519", NULL, false, false },
};

const char *
signer_person(enum signer who)
{
	return signers[who].person;
}

static void
must(bool good)
{
	if (!good)
		abort();
}

/* ---- keys, made once ------------------------------------------------------------------------ */

struct made {
	EVP_PKEY *key;          /* Ed25519 */
	BIGNUM *secret;         /* P-256 */
	unsigned char point[65]; /* uncompressed; or 32 bytes of Ed25519 */
	struct wd_digest id;
};

static struct made made[SIGNERS_LEN];

/* What stands before the point in a SubjectPublicKeyInfo on P-256 (RFC 5480). */
static const unsigned char ec_head[26] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00 };

static EC_GROUP *
group(void)
{
	static EC_GROUP *g;

	if (g == NULL)
		g = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	must(g != NULL);
	return g;
}

/* n times the generator, as bytes. */
static void
times(const BIGNUM *n, unsigned char ret[65])
{
	EC_POINT *p = EC_POINT_new(group());

	must(EC_POINT_mul(group(), p, n, NULL, NULL, NULL) == 1 &&
	    EC_POINT_point2oct(group(), p, POINT_CONVERSION_UNCOMPRESSED, ret, 65, NULL) == 65);
	EC_POINT_free(p);
}

static const struct made *
key_of(enum signer who)
{
	static const unsigned char ed_head[12] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
	struct made *m = &made[who];
	unsigned char seed[32], spki[91];
	size_t size = 32;

	if (m->key != NULL || m->secret != NULL)
		return m;
	(void)SHA256((const unsigned char *)signers[who].name, strlen(signers[who].name), seed);
	if (signers[who].curve) {
		m->secret = BN_bin2bn(seed, 32, NULL);
		times(m->secret, m->point);
		memcpy(spki, ec_head, 26);
		memcpy(spki + 26, m->point, 65);
		(void)SHA256(spki, 91, m->id.at);
	} else {
		m->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
		must(m->key != NULL && EVP_PKEY_get_raw_public_key(m->key, m->point, &size) == 1);
		memcpy(spki, ed_head, 12);
		memcpy(spki + 12, m->point, 32);
		(void)SHA256(spki, 44, m->id.at);
	}
	return m;
}

struct wd_digest
signer_id(enum signer who)
{
	return key_of(who)->id;
}

/* ---- SSH ---------------------------------------------------------------------------------- */

static void
put(struct wr_buf *out, const void *bytes, size_t size)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		wr_buf_byte(out, (uint8_t)(size >> shift));
	wr_buf_add(out, bytes, size);
}

static void
put_text(struct wr_buf *out, const char *text)
{
	put(out, text, strlen(text));
}

static void
blob(enum signer who, struct wr_buf *out)
{
	put_text(out, signers[who].algorithm);
	if (signers[who].curve)
		put_text(out, "nistp256");
	put(out, key_of(who)->point, signers[who].curve ? 65 : 32);
	if (signers[who].token)
		put_text(out, APPLICATION);
}

void
signer_key(enum signer who, struct wr_buf *out)
{
	struct wr_buf bytes;

	wr_buf_init(&bytes, wd_alloc(), 1000);
	wr_buf_str(out, "{ \"type\": \"");
	wr_buf_str(out, signers[who].type);
	wr_buf_str(out, "\", \"public\": \"");
	if (signers[who].algorithm != NULL) {
		wr_buf_str(out, signers[who].algorithm);
		wr_buf_str(out, " ");
		blob(who, &bytes);
	} else {
		wr_buf_add(&bytes, ec_head, signers[who].curve ? 26 : 0);
		wr_buf_add(&bytes, key_of(who)->point, signers[who].curve ? 65 : 32);
	}
	wd_base64_write(out, bytes.at, bytes.size);
	wr_buf_str(out, who == FAY ? "\", \"verification\": true }" : "\" }");
	wr_buf_free(&bytes);
}

/* ---- signing ------------------------------------------------------------------------------- */

static void
ed25519(EVP_PKEY *key, struct wr_text message, unsigned char ret[64])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t size = 64;

	must(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestSign(ctx, ret, &size, (const unsigned char *)message.at, message.size) == 1);
	EVP_MD_CTX_free(ctx);
}

/* ECDSA with a nonce that hangs on the message alone: these keys guard nothing. */
static void
ecdsa(const BIGNUM *secret, struct wr_text message, unsigned char r[32], unsigned char s[32])
{
	const BIGNUM *n = EC_GROUP_get0_order(group());
	BIGNUM *k, *h, *x, *y = BN_new();
	BN_CTX *ctx = BN_CTX_new();
	unsigned char hash[32], again[32], point[65];

	(void)SHA256((const unsigned char *)message.at, message.size, hash);
	(void)SHA256(hash, 32, again);
	k = BN_bin2bn(again, 32, NULL);
	h = BN_bin2bn(hash, 32, NULL);
	times(k, point);
	x = BN_bin2bn(point + 1, 32, NULL);
	must(BN_nnmod(x, x, n, ctx) == 1 && BN_mod_mul(y, x, secret, n, ctx) == 1 && BN_mod_add(y, y, h, n, ctx) == 1 &&
	    BN_mod_inverse(k, k, n, ctx) != NULL && BN_mod_mul(y, y, k, n, ctx) == 1 && BN_bn2binpad(x, r, 32) == 32 &&
	    BN_bn2binpad(y, s, 32) == 32);
	BN_free(k);
	BN_free(h);
	BN_free(x);
	BN_free(y);
	BN_CTX_free(ctx);
}

/* A positive number, as DER and SSH have it: no needless zeros, one where the sign would be. */
static size_t
signed_form(const unsigned char n[32], unsigned char ret[33])
{
	size_t zeros = 0;

	while (zeros < 31 && n[zeros] == 0)
		zeros++;
	ret[0] = 0;
	memcpy(ret + 1, n + zeros, 32 - zeros);
	if (ret[1] < 0x80)
		memmove(ret, ret + 1, 32 - zeros);
	return 32 - zeros + (n[zeros] >= 0x80);
}

static void
sign(enum signer who, struct wr_text message, bool ssh, struct signing how, struct wr_buf *out)
{
	unsigned char r[32], s[32], sig[64], x[34], y[34];
	size_t x_size, y_size;
	struct wr_buf two;

	if (!signers[who].curve) {
		ed25519(key_of(who)->key, message, sig);
		wr_buf_add(out, sig, 64);
		wr_buf_add(out, "", how.odd == ODD_NUMBERS);
		return;
	}
	ecdsa(key_of(who)->secret, message, r, s);
	x_size = signed_form(r, x);
	y_size = signed_form(s, y);
	if (ssh) {
		wr_buf_init(&two, wd_alloc(), 1000);
		if (how.odd == ODD_ZEROS) {
			memmove(x + 1, x, x_size++);
			memmove(y + 1, y, y_size++);
			x[0] = y[0] = 0;
		}
		put(&two, x, x_size);
		put(&two, y, y_size);
		wr_buf_add(&two, "", how.odd == ODD_NUMBERS);
		wr_buf_add(out, two.at, two.size);
		wr_buf_free(&two);
	} else if (how.pair) {
		wr_buf_add(out, r, 32);
		wr_buf_add(out, s, 32);
	} else {
		const uint8_t head[] = { 0x30, (uint8_t)(4 + x_size + y_size), 0x02, (uint8_t)x_size };
		const uint8_t middle[] = { 0x02, (uint8_t)y_size };

		wr_buf_add(out, head, 4);
		wr_buf_add(out, x, x_size);
		wr_buf_add(out, middle, 2);
		wr_buf_add(out, y, y_size);
	}
}

/* What a security key puts around the hash of what it signs. */
static void
for_token(struct wr_text message, unsigned char flags, struct wr_buf *out)
{
	unsigned char hash[32];

	(void)SHA256((const unsigned char *)APPLICATION, strlen(APPLICATION), hash);
	wr_buf_add(out, hash, 32);
	wr_buf_byte(out, flags);
	wr_buf_add(out, "\0\0\0\7", 4);
	(void)SHA256((const unsigned char *)message.at, message.size, hash);
	wr_buf_add(out, hash, 32);
}

static const char *
odd_algorithm(enum signer who)
{
	return signers[who].curve ? "ecdsa-sha2-nistp521" : signers[who].token ? "ssh-ed25519" : "sk-ssh-ed25519@openssh.com";
}

void
signer_sign(enum signer who, struct wr_text message, struct signing how, struct wr_buf *out)
{
	const char *hash = how.hash == NULL ? "sha512" : how.hash;
	const char *namespace = how.namespace == NULL ? "writ-record" : how.namespace;
	unsigned char digest[64], flags = how.flags ^ 5;
	struct wr_buf part, whole;

	if (signers[who].algorithm == NULL) {
		sign(who, message, false, (struct signing){ .pair = how.pair }, out);
		return;
	}
	wr_buf_init(&part, wd_alloc(), 1 << 16);
	wr_buf_init(&whole, wd_alloc(), 1 << 16);
	(void)SHA512((const unsigned char *)message.at, message.size, digest);
	if (strcmp(hash, "sha256") == 0)
		(void)SHA256((const unsigned char *)message.at, message.size, digest);
	wr_buf_str(&whole, "SSHSIG");
	put_text(&whole, namespace);
	put_text(&whole, "");
	put_text(&whole, hash);
	put(&whole, digest, strcmp(hash, "sha256") == 0 ? 32 : 64);
	if (signers[who].token) {
		for_token(wr_buf_view(&whole), flags, &part);
		wr_buf_free(&whole);
		wr_buf_init(&whole, wd_alloc(), 1 << 16);
		wr_buf_add(&whole, part.at, part.size);
		wr_buf_free(&part);
		wr_buf_init(&part, wd_alloc(), 1 << 16);
	}
	sign(who, wr_buf_view(&whole), true, how, &part);
	wr_buf_free(&whole);
	wr_buf_init(&whole, wd_alloc(), 1 << 16); /* the inner signature, wrapped */
	put_text(&whole, how.odd == ODD_ALGORITHM ? odd_algorithm(who) : signers[who].algorithm);
	put(&whole, part.at, part.size);
	if (signers[who].token) {
		wr_buf_byte(&whole, flags);
		wr_buf_add(&whole, "\0\0\0\7", 4);
	}
	wr_buf_add(&whole, "", how.odd == ODD_INNER);
	wr_buf_free(&part);
	wr_buf_init(&part, wd_alloc(), 1000);
	blob(who, &part);
	wr_buf_add(out, how.odd == ODD_VERSION ? "SSHSIG\0\0\0\2" : "SSHSIG\0\0\0\1", 10);
	put(out, part.at, part.size);
	put_text(out, namespace);
	put_text(out, how.odd == ODD_RESERVED ? "x" : "");
	put_text(out, hash);
	put(out, whole.at, whole.size);
	wr_buf_add(out, "", how.odd == ODD_END);
	wr_buf_free(&part);
	wr_buf_free(&whole);
}
