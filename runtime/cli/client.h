#ifndef WD_CLI_CLIENT_H
#define WD_CLI_CLIENT_H

#include "runtime/cli/args.h"
#include "runtime/json.h"
#include "runtime/setting.h"
#include "runtime/trust/verify.h"

/*
 * A caller of a writd: one request after the other. It checks the evidence before it sends
 * anything else, and each receipt before it believes an answer.
 */
#define WD_CLIENT_OPTIONS \
	{ "to", 't', "URL", "of the service, such as http://127.0.0.1:8484", false }, \
	{ "root", 0, "DIGEST", "the trust root: the digest of the policy's first version (the workspace's)", false }, \
	{ "timeout", 0, "TIME", "give up after so long (10m)", false }

struct wd_client {
	const char *url;
	uint64_t timeout_ms;
	struct wd_digest root;
	struct wd_policy_files files; /* what is known of the versions under the root */
	struct wd_chain chain;
	bool has_chain;
	struct event_base *base;
	struct wd_transport *transport;
	struct wd_checks evidence; /* of the service, appraised */
	bool attested;
};

/*
 * What is known of the policy's versions: the workspace's, of the root that --root names or of its own. With
 * --root alone the chain may be unknown (has_chain is false). WD_YES, or WD_TROUBLE with a message; *ret_none:
 * there is neither (and no message was given). The caller frees the files, and the chain when there is one.
 */
enum wd_exit wd_trust_find(const struct wd_args *args, struct wd_policy_files *files, struct wd_chain *ret_chain,
    bool *ret_has_chain, struct wd_digest *ret_root, bool *ret_none);

/*
 * Read --to and --root, reach the service, appraise its evidence over a fresh nonce. WD_YES; WD_NO: the
 * evidence is refuted; WD_TROUBLE: no root, no service. Close in any event.
 */
enum wd_exit wd_client_open(const struct wd_args *args, struct wd_client *ret);
void wd_client_close(struct wd_client *client);

/* An answer that was checked. */
struct wd_reply {
	int status;
	struct wr_buf text;    /* as it came */
	struct wd_json_doc doc;
	struct wd_checks checks;
	bool has_doc, has_checks;
};

/*
 * Send, and check the receipt of the answer: signed by the attested key, about these bytes. method and
 * path are constants or safe names. digest: which bytecode must have answered, or NULL.
 *
 * WD_YES whatever the status; WD_NO: the receipt is refuted; WD_TROUBLE: no answer. Free in any event.
 */
enum wd_exit wd_client_send(struct wd_client *client, const char *method, const char *path, struct wr_text body,
    const struct wd_digest *digest, struct wd_reply *ret);
void wd_reply_free(struct wd_reply *reply);

/* A text of a reply, made fit for a terminal; empty when it is none. As wd_say_safe. */
const char *wd_reply_text(const struct wd_json *v);

/* A problem document for people, on standard error. */
void wd_reply_say(const struct wd_reply *reply, const char *what);

/* Checks for people, on the stream; passed ones too when all is set. */
void wd_checks_print(const struct wd_checks *checks, bool all);

#endif
