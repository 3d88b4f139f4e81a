#ifndef WD_CLI_SIGNER_H
#define WD_CLI_SIGNER_H

#include "runtime/cli/args.h"
#include "runtime/trust/key.h"

/*
 * Whoever signs: what --key names. A private key in PEM (Ed25519, P-256), an SSH key file, or a key
 * that an SSH agent holds. Private parts of SSH keys are ssh-keygen's business alone, so hardware
 * keys and agents work as everywhere.
 */
#define WD_KEY_OPTION \
	{ "key", 'k', "KEY", "who signs: a private key in PEM, an SSH key file, or agent:FINGERPRINT", false }

struct wd_signer {
	struct wd_key key;    /* the public half: who this is, by the policy */
	struct wr_buf pem;    /* of a PEM key; wiped by wd_signer_close */
	char path[4096];      /* of an SSH key: what ssh-keygen -f is given */
	bool temporary;       /* path is a public key of an agent's, written for ssh-keygen */
	struct wr_arena arena;
};

/*
 * Open what --key names; says why it cannot. The signer is closed in any event, also after a
 * failure. WD_YES or WD_TROUBLE.
 */
enum wd_exit wd_signer_open(const struct wd_args *args, struct wd_signer *ret_signer);

/* The same for a key that is named so. */
enum wd_exit wd_signer_open_named(const char *name, struct wd_signer *ret_signer);
void wd_signer_close(struct wd_signer *signer);

/* Append a signature of the message, as wd_key_has_signed takes it; says why it cannot. */
enum wd_exit wd_signer_sign(const struct wd_signer *signer, struct wr_text message, struct wr_buf *signature);

/*
 * A signature that was made elsewhere: what ssh-keygen writes, with its armour, or plain bytes.
 * Appends the bytes of the signature. WR_OK, WR_MALFORMED or out->status.
 */
WR_MUST_CHECK enum wr_status wd_signature_read(struct wr_text file, struct wr_buf *out);

#endif
