#ifndef TESTS_SUPPORT_SIGNERS_H
#define TESTS_SUPPORT_SIGNERS_H

#include "runtime/trust/crypto.h"

/*
 * Persons who sign in every way that persons do: keys from their names, so every run signs the same
 * bytes, ECDSA too. By OpenSSL, with no code of the runtime's that reads or checks signatures.
 */
enum signer { ANA, ANA_2, BO, CHI, DEE, DEE_2, EVE, EVE_2, FAY, MALLORY, SIGNERS_LEN };

/*
 * ana signs in Ed25519 and by a security key on P-256; bo by SSH; chi on P-256; dee in Ed25519 and by
 * SSH on P-256; eve by a security key and in Ed25519; fay by a security key that must check who she is.
 * Nobody knows mallory, whose key is Ed25519.
 */
const char *signer_person(enum signer who);

/* { "type": …, "public": … }, as a policy lists it. */
void signer_key(enum signer who, struct wr_buf *out);

/* What names the key: SHA-256 of its SubjectPublicKeyInfo. */
struct wd_digest signer_id(enum signer who);

/* How a signature may differ from the usual one, where the kind of key has it so. */
struct signing {
	const char *namespace; /* of SSHSIG; NULL: `writ-record` */
	const char *hash;      /* of SSHSIG; NULL: `sha512` */
	unsigned char flags;   /* of a security key: xor 5 (touched, and verified) */
	bool pair;             /* ECDSA as r and s of 32 bytes each, not as DER */
	enum signing_odd {     /* of SSHSIG: in no form that it has */
		ODD_NOT,
		ODD_NUMBERS,   /* a byte more after the numbers of ECDSA, or after the 64 of Ed25519 */
		ODD_ZEROS,     /* a needless zero before each number of ECDSA */
		ODD_INNER,     /* a byte more after the inner signature */
		ODD_END,       /* a byte more at the end */
		ODD_VERSION,   /* 2 */
		ODD_RESERVED,  /* something where nothing is to stand */
		ODD_ALGORITHM, /* another one, of a key that has the same numbers */
		ODD_LEN
	} odd;
};

void signer_sign(enum signer who, struct wr_text message, struct signing how, struct wr_buf *out);

#endif
