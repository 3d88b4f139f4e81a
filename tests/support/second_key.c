/*
 * Keys and signatures for the second opinion, written from RFC 4251, 5656, 8032 and OpenSSH's
 * PROTOCOL.sshsig and PROTOCOL.u2f: OpenSSL makes each key from its numbers and checks all signatures.
 */
#include "tests/support/second_bytes.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

/* The next of SSH's strings; at NULL when it is not whole. */
static struct second_blob
next(struct second_blob *from)
{
	size_t size = from->size < 4 ? 0
				     : (size_t)from->at[0] << 24 | (size_t)from->at[1] << 16 | (size_t)from->at[2] << 8 |
					   from->at[3];
	struct second_blob out = { from->size < 4 || from->size - 4 < size ? NULL : from->at + 4, size };

	if (out.at == NULL)
		return (struct second_blob){ NULL, 0 };
	*from = (struct second_blob){ out.at + size, from->size - 4 - size };
	return out;
}

static bool
word(struct second_blob t, const char *text)
{
	return t.at != NULL && t.size == strlen(text) && memcmp(t.at, text, t.size) == 0;
}

/* A positive number in SSH's one form, or NULL. */
static BIGNUM *
number(struct second_blob t)
{
	BIGNUM *n = t.at == NULL ? NULL : BN_bin2bn(t.at, (int)t.size, NULL);
	size_t size = n == NULL ? 0 : (size_t)BN_num_bits(n) / 8 + 1; /* with room for the sign */

	if (n != NULL && (BN_is_zero(n) || size != t.size)) {
		BN_free(n);
		n = NULL;
	}
	return n;
}

static EVP_PKEY *
built(const char *type, OSSL_PARAM_BLD *from)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(from);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL), *check;
	EVP_PKEY *key = NULL;

	if (EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	check = key == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);
	if (check != NULL && EVP_PKEY_public_check(check) != 1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(from);
	ERR_clear_error();
	return key;
}

static EVP_PKEY *
rsa_key(struct second_blob *blob)
{
	OSSL_PARAM_BLD *p = OSSL_PARAM_BLD_new();
	BIGNUM *e = number(next(blob)), *n = number(next(blob));
	bool good = e != NULL && n != NULL && BN_num_bits(n) >= 3072 && BN_num_bits(n) <= 8192 && BN_num_bits(e) <= 64;
	EVP_PKEY *key = NULL;

	if (good && OSSL_PARAM_BLD_push_BN(p, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(p, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		key = built("RSA", p);
	else
		OSSL_PARAM_BLD_free(p);
	BN_free(e);
	BN_free(n);
	return key;
}

/* `nistp256` and a whole point, of that size. */
static EVP_PKEY *
ec_key(struct second_blob point, const char *curve)
{
	OSSL_PARAM_BLD *p = OSSL_PARAM_BLD_new();
	size_t size = strcmp(curve, "nistp256") == 0 ? 65 : strcmp(curve, "nistp384") == 0 ? 97 : 133;
	const char *group = size == 65 ? "prime256v1" : size == 97 ? "secp384r1" : "secp521r1";

	if (point.at != NULL && point.size == size && point.at[0] == 4 &&
	    OSSL_PARAM_BLD_push_utf8_string(p, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(p, OSSL_PKEY_PARAM_PUB_KEY, point.at, size) == 1)
		return built("EC", p);
	OSSL_PARAM_BLD_free(p);
	return NULL;
}

/* 32 bytes in their one form, but for the points whose order divides 8. */
static EVP_PKEY *
ed25519_key(struct second_blob raw)
{
	static const char *const small[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	unsigned char y[32], bad[32];
	int ones = 0;

	if (raw.at == NULL || raw.size != 32)
		return NULL;
	memcpy(y, raw.at, 32);
	y[31] &= 0x7f;
	for (size_t i = 0; i < sizeof small / sizeof *small; i++)
		if (second_unhex(small[i], bad, 32) && memcmp(y, bad, 32) == 0)
			return NULL;
	for (size_t i = 1; i < 31; i++)
		ones += y[i] == 0xff;
	if (ones == 30 && y[31] == 0x7f && y[0] >= 0xed) /* 2^255 - 19 and more */
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw.at, 32);
}

/* The SubjectPublicKeyInfo of an uncompressed point of P-256, to the byte. */
static EVP_PKEY *
p256_key(struct second_blob spki)
{
	const unsigned char *at = spki.at;
	EVP_PKEY *parsed = d2i_PUBKEY(NULL, &at, (long)spki.size), *key = NULL;
	unsigned char *again = NULL;
	char group[32] = "";
	size_t size = 0;
	int len;

	if (parsed != NULL && spki.size == 91 && EVP_PKEY_is_a(parsed, "EC") &&
	    EVP_PKEY_get_group_name(parsed, group, sizeof group, &size) == 1 && strcmp(group, "prime256v1") == 0)
		key = ec_key((struct second_blob){ spki.at + 26, 65 }, "nistp256");
	len = key == NULL ? 0 : i2d_PUBKEY(key, &again);
	if (len != 91 || memcmp(again, spki.at, 91) != 0) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	OPENSSL_free(again);
	EVP_PKEY_free(parsed);
	ERR_clear_error();
	return key;
}

/* `ssh-ed25519 AAAA… comment`: what the blob says once more in its first string. */
static EVP_PKEY *
ssh_key(const char *line, struct second_key *k)
{
	static const char *const algorithms[] = { "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
		"ecdsa-sha2-nistp521", "ssh-rsa", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com" };
	size_t name = strcspn(line, " ");
	struct second_blob blob, curve;
	EVP_PKEY *key = NULL;

	if (line[name] == '\0' || line[name + 1] == ' ' || line[name + 1] == '\0')
		return NULL;
	k->ssh = second_unbase64(line + name + 1, strcspn(line + name + 1, " "));
	blob = k->ssh;
	for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
		if (strlen(algorithms[i]) == name && memcmp(algorithms[i], line, name) == 0)
			k->algorithm = algorithms[i];
	if (blob.at == NULL || k->algorithm == NULL || !word(next(&blob), k->algorithm))
		return NULL;
	if (strstr(k->algorithm, "rsa") != NULL) {
		key = rsa_key(&blob);
	} else if (strstr(k->algorithm, "nistp") == NULL) {
		key = ed25519_key(next(&blob));
	} else {
		char wanted[9] = { 0 };

		memcpy(wanted, strstr(k->algorithm, "nistp"), 8);
		curve = next(&blob);
		key = word(curve, wanted) ? ec_key(next(&blob), wanted) : NULL;
	}
	if (strncmp(k->algorithm, "sk-", 3) == 0)
		k->application = next(&blob);
	if (blob.size != 0 || (strncmp(k->algorithm, "sk-", 3) == 0 && k->application.size == 0)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

static bool
key_read(const json_t *v, struct second_key *ret)
{
	const json_t *check = json_object_get(v, "verification"), *type = json_object_get(v, "type");
	const char *text = second_text(json_object_get(v, "public"), 1, 4096);
	struct second_key k = { .key = NULL };
	struct second_blob raw;
	unsigned char *der = NULL;
	int size;

	if (!second_members(v, "type public", "verification") || text == NULL)
		return false;
	if (second_is(type, "ssh")) {
		k.key = ssh_key(text, &k);
	} else if (second_is(type, "ed25519") || second_is(type, "p256")) {
		raw = second_unbase64(text, strlen(text));
		k.key = raw.at == NULL ? NULL : second_is(type, "p256") ? p256_key(raw) : ed25519_key(raw);
		free(raw.at);
	}
	k.verification = json_is_true(check);
	size = k.key == NULL ? 0 : i2d_PUBKEY(k.key, &der);
	k.digest = second_hash(der, size > 0 ? (size_t)size : 0);
	OPENSSL_free(der);
	if (k.key == NULL || (check != NULL && (!json_is_boolean(check) || k.application.at == NULL))) {
		second_key_free(&k);
		return false;
	}
	*ret = k;
	return true;
}

void
second_key_free(struct second_key *key)
{
	EVP_PKEY_free(key->key);
	free(key->ssh.at);
}

/* As key_read; the same few keys are asked for again and again, and OpenSSL takes its time. */
bool
second_key_read(const json_t *v, struct second_key *ret)
{
	static struct {
		json_t *from;
		struct second_key key;
	} known[16];
	static size_t next_one;
	size_t i = 0;

	while (i < 16 && (known[i].from == NULL || json_equal(known[i].from, v) == 0))
		i++;
	if (i == 16) {
		struct second_key read;

		if (!key_read(v, &read))
			return false;
		i = next_one++ % 16;
		if (known[i].from != NULL) {
			json_decref(known[i].from);
			second_key_free(&known[i].key);
		}
		known[i].from = json_deep_copy(v);
		known[i].key = read;
	}
	*ret = known[i].key;
	(void)EVP_PKEY_up_ref(ret->key);
	if (ret->ssh.at != NULL) {
		size_t application = ret->application.at == NULL ? 0 : (size_t)(ret->application.at - ret->ssh.at);

		ret->ssh.at = malloc(ret->ssh.size + 1);
		if (ret->ssh.at == NULL)
			abort();
		memcpy(ret->ssh.at, known[i].key.ssh.at, ret->ssh.size);
		ret->application.at = application == 0 ? NULL : ret->ssh.at + application;
	}
	return true;
}

/* ---- signatures ------------------------------------------------------------------------ */

static bool
verified(EVP_PKEY *key, const char *hash, struct second_blob message, struct second_blob sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = EVP_DigestVerifyInit_ex(ctx, NULL, hash, NULL, NULL, key, NULL) == 1 &&
	    EVP_DigestVerify(ctx, sig.at, sig.size, message.at, message.size) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

/* ECDSA by two numbers; takes them. */
static bool
verified_pair(EVP_PKEY *key, const char *hash, struct second_blob message, BIGNUM *r, BIGNUM *s)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	struct second_blob der = { NULL, 0 };
	bool good = false;
	int size;

	if (r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
		size = i2d_ECDSA_SIG(sig, &der.at);
		der.size = size > 0 ? (size_t)size : 0;
		good = verified(key, hash, message, der);
		OPENSSL_free(der.at);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(sig);
	return good;
}

static void
put(FILE *out, const void *bytes, size_t size)
{
	unsigned char head[4] = { (unsigned char)(size >> 24), (unsigned char)(size >> 16), (unsigned char)(size >> 8),
		(unsigned char)size };

	(void)fwrite(head, 1, 4, out);
	(void)fwrite(bytes, 1, size, out);
}

/* What is under the wrapping: the key's own signature, of `message`. */
static bool
inner_signed(const struct second_key *k, struct second_blob message, struct second_blob wrapped)
{
	struct second_blob algorithm = next(&wrapped), sig = next(&wrapped), r, s;
	unsigned char whole[32 + 5 + 32];
	const char *p = strstr(k->algorithm, "nistp");
	bool rsa = strcmp(k->algorithm, "ssh-rsa") == 0;

	if (algorithm.at == NULL || sig.at == NULL)
		return false;
	if (k->application.at != NULL) { /* its hash, flags, a counter; touched: 1; knows who: 4 */
		struct wd_digest a = second_hash(k->application.at, k->application.size);
		struct wd_digest m = second_hash(message.at, message.size);

		if (wrapped.size != 5 || (wrapped.at[0] & 1) == 0 || (k->verification && (wrapped.at[0] & 4) == 0))
			return false;
		memcpy(whole, a.at, 32);
		memcpy(whole + 32, wrapped.at, 5);
		memcpy(whole + 37, m.at, 32);
		message = (struct second_blob){ whole, sizeof whole };
	} else if (wrapped.size != 0) {
		return false;
	}
	if (rsa && word(algorithm, "rsa-sha2-512"))
		return verified(k->key, "SHA512", message, sig);
	if (rsa)
		return word(algorithm, "rsa-sha2-256") && verified(k->key, "SHA256", message, sig);
	if (!word(algorithm, k->algorithm))
		return false;
	if (p == NULL)
		return sig.size == 64 && verified(k->key, NULL, message, sig);
	r = next(&sig);
	s = next(&sig);
	return sig.size == 0 &&
	    verified_pair(k->key, p[5] == '2' ? "SHA256" : p[5] == '3' ? "SHA384" : "SHA512", message, number(r), number(s));
}

static bool
ssh_signed(const struct second_key *k, struct second_blob message, struct second_blob sig)
{
	static const unsigned char magic[] = { 'S', 'S', 'H', 'S', 'I', 'G', 0, 0, 0, 1 };
	struct second_blob key, namespace, reserved, hash, wrapped, covered = { NULL, 0 };
	unsigned char digest[64];
	bool good, is256, is512;
	FILE *out;

	if (sig.size < sizeof magic || memcmp(sig.at, magic, sizeof magic) != 0)
		return false;
	sig = (struct second_blob){ sig.at + sizeof magic, sig.size - sizeof magic };
	key = next(&sig);
	namespace = next(&sig);
	reserved = next(&sig);
	hash = next(&sig);
	wrapped = next(&sig);
	is256 = word(hash, "sha256");
	is512 = word(hash, "sha512");
	if (key.at == NULL || key.size != k->ssh.size || memcmp(key.at, k->ssh.at, key.size) != 0 ||
	    !word(namespace, "writ-record") || !word(reserved, "") || (!is256 && !is512) || wrapped.at == NULL ||
	    sig.size != 0)
		return false;
	(void)(is256 ? SHA256(message.at, message.size, digest) : SHA512(message.at, message.size, digest));
	out = open_memstream((char **)(void *)&covered.at, &covered.size);
	if (out == NULL)
		abort();
	(void)fwrite(magic, 1, 6, out);
	put(out, namespace.at, namespace.size);
	put(out, "", 0);
	put(out, hash.at, hash.size);
	put(out, digest, is256 ? 32 : 64);
	if (fclose(out) != 0)
		abort();
	good = inner_signed(k, covered, wrapped);
	free(covered.at);
	return good;
}

bool
second_key_signed(const struct second_key *key, struct second_blob message, struct second_blob sig)
{
	if (key->ssh.at != NULL)
		return ssh_signed(key, message, sig);
	if (EVP_PKEY_is_a(key->key, "ED25519"))
		return sig.size == 64 && verified(key->key, NULL, message, sig);
	if (sig.size == 64 && verified_pair(key->key, "SHA256", message, BN_bin2bn(sig.at, 32, NULL),
				  BN_bin2bn(sig.at + 32, 32, NULL)))
		return true;
	return verified(key->key, "SHA256", message, sig);
}
