#ifndef TESTS_SUPPORT_SECOND_BYTES_H
#define TESTS_SUPPORT_SECOND_BYTES_H

#include <jansson.h>
#include <openssl/evp.h>

#include "runtime/trust/crypto.h"

/*
 * Bytes for the second opinion (second.h), read anew: with jansson and OpenSSL, and with no code of
 * the runtime, of which only the plain types wr_text and wd_digest are used.
 */

/* SHA-256. */
struct wd_digest second_hash(const void *bytes, size_t size);
bool second_same(const struct wd_digest *a, const struct wd_digest *b);

/* Bytes of malloc. */
struct second_blob {
	unsigned char *at; /* NULL: there are none */
	size_t size;
};

/* Base64 in one of its forms (standard, URL-safe, the latter without padding), one text a value. */
struct second_blob second_unbase64(const char *text, size_t size);

/* One strict JSON object; NULL: it is none. json_decref it. */
json_t *second_json(const void *bytes, size_t size, size_t max);

/* An object that has every member of `must` and none beyond those of `may`: words parted by spaces. */
bool second_members(const json_t *o, const char *must, const char *may);

/* The text when it has min to max bytes, or NULL. */
const char *second_text(const json_t *v, size_t min, size_t max);
bool second_is(const json_t *v, const char *text);
bool second_int(const json_t *v, json_int_t min, json_int_t max);
bool second_unhex(const char *text, unsigned char *ret, size_t size); /* lower case, all of it */
bool second_digest(const json_t *v, struct wd_digest *ret);
bool second_date(const json_t *v, int64_t *ret);

/* The SHA-256 of the RFC 8785 form. */
struct wd_digest second_canonical(const json_t *v);

/* A person's key, as a policy writes it. */
struct second_key {
	const char *person;      /* whose it is: text of the policy */
	struct wd_digest digest; /* of its SubjectPublicKeyInfo */
	EVP_PKEY *key;
	struct second_blob ssh;  /* of an SSH key */
	const char *algorithm;   /* of an SSH key: `sk-ssh-ed25519@openssh.com` */
	struct second_blob application; /* of a security key */
	bool verification;
};

/* Read `{ "type", "public", "verification"? }`. Free after true. */
bool second_key_read(const json_t *v, struct second_key *ret);
void second_key_free(struct second_key *key);

/* Did it sign the message, plainly or, an SSH key, as SSHSIG in the namespace of records? */
bool second_key_signed(const struct second_key *key, struct second_blob message,
    struct second_blob signature);

#endif
