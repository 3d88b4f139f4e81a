/* HTTP to a writd, and the checks around it. What a check means is runtime/trust/verify's. */
#include "runtime/cli/client.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/backend/transport.h"
#include "runtime/cli/say.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/date.h"
#include "runtime/setting.h"

#define TIMEOUT_MS (10u * 60 * 1000)

/* What one exchange waits for. */
struct exchange {
	struct event_base *base;
	struct wd_result result;
	struct wr_buf *body;
	bool done;
};

static void
on_transfer(void *user, const struct wd_result *result)
{
	struct exchange *x = user;

	x->result = *result;
	x->done = true;
	if (result->outcome == WD_OUTCOME_ANSWERED)
		wr_buf_text(x->body, result->response.body);
	(void)event_base_loopbreak(x->base);
}

/* One request, until it is answered. False with a message. */
static bool
exchange(struct wd_client *client, const char *method, const char *path, struct wr_text body, int *ret_status,
    struct wr_buf *ret_body)
{
	struct exchange x = { .base = client->base, .body = ret_body };
	struct wd_request request = { .method = method, .has_body = body.at != NULL };
	struct wd_transfer_options options = { .once = true, .response_max = WD_ANSWER_MAX };
	struct timeval limit = { (time_t)(client->timeout_ms / 1000), (suseconds_t)(client->timeout_ms % 1000 * 1000) };
	struct wd_transfer *transfer = NULL;
	bool sent;

	wr_buf_init(&request.url, wd_alloc(), WD_URL_MAX);
	wr_buf_init(&request.headers, wd_alloc(), WD_HEADERS_MAX);
	wr_buf_init(&request.body, wd_alloc(), WD_BODY_MAX);
	wr_buf_add(&request.url, client->url, strlen(client->url) - (client->url[strlen(client->url) - 1] == '/'));
	wr_buf_str(&request.url, path);
	wr_buf_add(&request.body, body.at, body.size);
	sent = wd_request_header(&request, WR_TEXT("Content-Type"), WR_TEXT("application/json")) &&
	    request.body.status == WR_OK &&
	    wd_transport_send(client->transport, &request, &options, on_transfer, &x, &transfer) == WR_OK;
	if (sent) {
		(void)event_base_loopexit(client->base, &limit);
		(void)event_base_dispatch(client->base);
		if (!x.done)
			(void)wd_transfer_cancel(transfer);
	}
	wr_buf_free(&request.url);
	wr_buf_free(&request.headers);
	wr_buf_free(&request.body);
	if (sent && x.done && x.result.outcome == WD_OUTCOME_ANSWERED && ret_body->status == WR_OK) {
		*ret_status = x.result.response.status;
		return true;
	}
	wd_say_error("no answer from %s: %s", wd_say_safe(wr_text_of(client->url)),
	    !sent ? "this is no usable URL" : !x.done ? "it took too long" : wd_say_safe(wr_text_of(x.result.detail)));
	return false;
}

enum wd_exit
wd_trust_find(const struct wd_args *args, struct wd_policy_files *files, struct wd_chain *ret_chain,
    bool *ret_has_chain, struct wd_digest *ret_root, bool *ret_none)
{
	const char *given = wd_arg(args, "root");
	struct wd_json_error error = { 0 };
	struct wd_workspace ws;
	enum wr_status status;
	struct wr_buf why;

	*ret_has_chain = *ret_none = false;
	if (given != NULL && !wd_digest_read(wr_text_of(given), ret_root)) {
		wd_say_error("--root is a digest: sha256: and 64 hexadecimal digits");
		return WD_TROUBLE;
	}
	if (wd_workspace_open(&ws, args->folder) != WR_OK)
		return wd_say_unreadable(args->folder, WR_IO);
	status = wd_policy_files_read(&ws, files);
	*ret_none = given == NULL && status == WR_ABSENT;
	if (status == WR_OK)
		status = wd_policy_files_chain(files, given != NULL ? ret_root : NULL, ret_chain, &error);
	*ret_has_chain = status == WR_OK;
	if (status == WR_OK)
		*ret_root = ret_chain->root;
	if (status == WR_OK || status == WR_ABSENT) /* a root of another workspace's policy is known by itself */
		return WD_YES;
	wr_buf_init(&why, wd_alloc(), 4096);
	wd_policy_files_explain(files, status, &error, &why);
	wd_say_error("%s: %s", ws.root, why.size > 0 ? wd_say_safe(wr_buf_view(&why)) : wr_status_text(status));
	wr_buf_free(&why);
	return WD_TROUBLE;
}

void
wd_checks_print(const struct wd_checks *checks, bool all)
{
	for (uint32_t i = 0; i < checks->len; i++)
		if (all || checks->at[i].result == WD_FAIL)
			fprintf(all ? stdout : stderr, "  %-8s %-20s %s\n", wd_check_word(checks->at[i].result),
			    checks->at[i].name, checks->at[i].says);
}

/*
 * The service obeys a policy that is not known here: perhaps a later version. It publishes the versions
 * with their signatures, and a chain from the root is made of them, and of those known here, or not.
 */
static void
extend_chain(struct wd_client *client)
{
	struct wd_json_error error = { 0 };
	struct wd_chain longer;
	struct wr_buf body;
	enum wr_status made = WR_ABSENT;
	int status;

	wr_buf_init(&body, wd_alloc(), WD_ANSWER_MAX);
	if (exchange(client, "GET", "/.well-known/writ/policy", (struct wr_text){ NULL, 0 }, &status, &body) &&
	    status == 200)
		made = wd_policy_files_add(&client->files, &client->root, wr_buf_view(&body));
	if (made == WR_OK)
		made = wd_policy_files_chain(&client->files, &client->root, &longer, &error);
	if (made == WR_OK) {
		if (client->has_chain)
			wd_chain_free(&client->chain);
		client->chain = longer;
		client->has_chain = true;
	} else {
		wd_say_note("the versions of the policy that the service publishes are no chain from the trust root: %s",
		    error.text != NULL ? error.text : wr_status_text(made));
	}
	wr_buf_free(&body);
}

/* What is known of the service's policy; the texts are the client's. */
static struct wd_known
known_to(const struct wd_client *client)
{
	return (struct wd_known){ .has_root = true, .root = client->root,
		.chain = client->has_chain ? &client->chain : NULL };
}

/* Appraise, and once more with the versions that the service publishes if its policy is not known here. */
static bool
judge_evidence(struct wd_client *client, struct wr_text bytes, const uint8_t *nonce, size_t nonce_size)
{
	for (int round = 0;; round++) {
		struct wd_known known = known_to(client);
		const struct wd_digest *policy = &client->evidence.evidence.claims.policy;

		known.nonce = nonce;
		known.nonce_size = nonce_size;
		if (wd_verify_evidence(bytes, &known, wd_alloc(), &client->evidence) != WR_OK)
			return false;
		client->attested = true;
		if (round > 0 || !client->evidence.has_evidence || wd_digest_eq(policy, &client->root) ||
		    (client->has_chain && wd_chain_has(&client->chain, policy)))
			return true;
		wd_checks_free(&client->evidence);
		client->attested = false;
		extend_chain(client);
	}
}

static enum wd_exit
appraise(struct wd_client *client)
{
	uint8_t nonce[32];
	char path[128] = "/.well-known/writ/evidence?nonce=";
	struct wr_buf body;
	enum wd_exit code = WD_TROUBLE;
	int status;

	wr_buf_init(&body, wd_alloc(), WD_ANSWER_MAX);
	if (wd_random(nonce, sizeof nonce) != WR_OK) {
		wd_say_error("there is no randomness");
		return WD_TROUBLE;
	}
	for (size_t i = 0; i < sizeof nonce; i++)
		(void)snprintf(path + 33 + 2 * i, 3, "%02x", nonce[i]);
	if (!exchange(client, "GET", path, (struct wr_text){ NULL, 0 }, &status, &body)) {
		code = WD_TROUBLE; /* and why was said */
	} else if (status != 200) {
		wd_say_error("%s gives no evidence (HTTP %d), so nothing is sent; is it a writd?",
		    wd_say_safe(wr_text_of(client->url)), status);
	} else if (judge_evidence(client, wr_buf_view(&body), nonce, sizeof nonce)) {
		code = WD_YES;
		if (client->evidence.verdict == WD_REFUTED || !client->evidence.has_evidence) {
			wd_say_error("the service's evidence does not hold, so nothing is sent");
			wd_checks_print(&client->evidence, false);
			code = WD_NO;
		}
	}
	wr_buf_free(&body);
	return code;
}

enum wd_exit
wd_client_open(const struct wd_args *args, struct wd_client *ret)
{
	const char *timeout = wd_arg(args, "timeout");
	bool none;

	*ret = (struct wd_client){ .url = wd_arg(args, "to"), .timeout_ms = TIMEOUT_MS };
	if (ret->url == NULL) {
		wd_say_error("which service? say --to URL");
		return WD_TROUBLE;
	}
	if (*ret->url == '\0' || !wd_transport_takes(ret->url)) {
		wd_say_error("--to takes a URL such as http://127.0.0.1:8484, not %s", wd_say_safe(wr_text_of(ret->url)));
		return WD_TROUBLE;
	}
	if (timeout != NULL && !wd_duration_read(wr_text_of(timeout), &ret->timeout_ms)) {
		wd_say_error("--timeout takes a time such as 30s or 10m");
		return WD_TROUBLE;
	}
	if (wd_trust_find(args, &ret->files, &ret->chain, &ret->has_chain, &ret->root, &none) != WD_YES)
		return WD_TROUBLE;
	if (none) {
		wd_say_error("there is no trust root to check the service against, so nothing is sent");
		wd_say_help("say --root DIGEST, or work in a workspace with the policy.json you trust");
		return WD_TROUBLE;
	}
	ret->base = event_base_new();
	if (ret->base == NULL || wd_transport_new(ret->base, wd_alloc(), &ret->transport) != WR_OK) {
		wd_say_error("out of memory");
		return WD_TROUBLE;
	}
	return appraise(ret);
}

void
wd_client_close(struct wd_client *client)
{
	if (client->attested)
		wd_checks_free(&client->evidence);
	if (client->has_chain)
		wd_chain_free(&client->chain);
	wd_policy_files_free(&client->files);
	wd_transport_free(client->transport);
	if (client->base != NULL)
		event_base_free(client->base);
}

/* Was the receipt made by the service whose evidence was appraised? */
static bool
same_service(const struct wd_client *client, const struct wd_checks *checks)
{
	const struct wd_claims *a = &client->evidence.evidence.claims, *b = &checks->evidence.claims;

	return checks->has_evidence && checks->has_receipt && memcmp(a->boot, b->boot, sizeof a->boot) == 0 &&
	    wd_public_key_eq(&a->receipt_key, &b->receipt_key);
}

/* The status line is outside the signed answer: it must be the one that the receipt names. */
static bool
says_status(const struct wd_reply *reply)
{
	return reply->checks.has_receipt && reply->checks.receipt.receipt.status == (uint64_t)reply->status;
}

enum wd_exit
wd_client_send(struct wd_client *client, const char *method, const char *path, struct wr_text body,
    const struct wd_digest *digest, struct wd_reply *ret)
{
	struct wd_known known = known_to(client);

	*ret = (struct wd_reply){ 0 };
	known.has_digest = digest != NULL;
	known.request = body.at == NULL ? WR_TEXT("") : body;
	wr_buf_init(&ret->text, wd_alloc(), WD_ANSWER_MAX);
	if (digest != NULL)
		known.digest = *digest;
	if (!exchange(client, method, path, body, &ret->status, &ret->text))
		return WD_TROUBLE;
	if (wd_verify_answer(wr_buf_view(&ret->text), &known, wd_alloc(), &ret->checks) != WR_OK) {
		wd_say_error("out of memory");
		return WD_TROUBLE;
	}
	ret->has_checks = true;
	if (ret->checks.verdict == WD_REFUTED || !same_service(client, &ret->checks) || !says_status(ret)) {
		wd_say_error("the answer's receipt does not hold; it is not believed (HTTP %d)", ret->status);
		wd_checks_print(&ret->checks, false);
		if (ret->checks.verdict != WD_REFUTED)
			wd_say_note("%s", same_service(client, &ret->checks)
				? "it is about an answer of another status"
				: "another key or another start of the service signed it");
		return WD_NO;
	}
	if (wd_json_parse(&ret->doc, wd_alloc(), wr_buf_view(&ret->text), WD_ANSWER_MAX, NULL) != WR_OK) {
		wd_say_error("the answer is no JSON");
		return WD_TROUBLE;
	}
	ret->has_doc = true;
	return WD_YES;
}

void
wd_reply_free(struct wd_reply *reply)
{
	if (reply->has_doc)
		wd_json_free(&reply->doc);
	if (reply->has_checks)
		wd_checks_free(&reply->checks);
	wr_buf_free(&reply->text);
}

const char *
wd_reply_text(const struct wd_json *v)
{
	struct wr_text t = wd_json_text(v);

	return t.at == NULL ? "" : wd_say_safe(t);
}

void
wd_reply_say(const struct wd_reply *reply, const char *what)
{
	const struct wd_json *reasons = wd_json_get(reply->doc.root, "reasons");
	bool unknown = false;

	wd_say_error("%s: %s (HTTP %d)", what, wd_reply_text(wd_json_get(reply->doc.root, "detail")), reply->status);
	for (size_t i = 0; i < wd_json_len(reasons); i++) {
		const struct wd_json *one = wd_json_item(reasons, i);
		const char *path = wd_reply_text(wd_json_get(one, "path"));

		wd_say_note("%s: %s%s%s%s", wd_reply_text(wd_json_get(one, "code")), wd_reply_text(wd_json_get(one, "detail")),
		    *path != '\0' ? " (at " : "", path, *path != '\0' ? ")" : "");
		(void)wd_json_bool(wd_json_get(one, "outcome_unknown"), &unknown);
	}
	if (unknown)
		wd_say_note("outcome unknown: the effect may have happened; look before you try again");
}
