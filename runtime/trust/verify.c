/*
 * Checks of evidence and answers, one after the other, all of them. It decides
 * what is proven; it never decides what to do about it.
 */
#include "runtime/trust/verify.h"
#include "runtime/trust/fields.h"

#include <assert.h>

#define RESPONSE_MAX (512u << 20) /* written again: a number may grow from 4 to 21 digits */

const char *
wd_verdict_word(enum wd_verdict_kind verdict)
{
	return verdict == WD_VERIFIED  ? "verified"
	       : verdict == WD_REFUTED ? "refuted"
				       : "unchecked";
}

const char *
wd_check_word(enum wd_check_result result)
{
	return result == WD_PASS ? "pass" : result == WD_FAIL ? "fail" : "skipped";
}

static void
record(struct wd_checks *c, const char *name, enum wd_check_result result, const char *says)
{
	assert(c->len < WD_CHECKS_MAX);
	c->at[c->len++] = (struct wd_check){ name, result, says };
	if (result == WD_FAIL)
		c->verdict = WD_REFUTED;
	else if (result == WD_SKIPPED && c->verdict == WD_VERIFIED)
		c->verdict = WD_UNCHECKED;
}

static void
check(struct wd_checks *c, const char *name, bool holds, const char *yes, const char *no)
{
	record(c, name, holds ? WD_PASS : WD_FAIL, holds ? yes : no);
}

/* ---- evidence --------------------------------------------------------------------- */

static const struct wd_claimed_workflow *
claimed(const struct wd_claims *claims, const struct wd_digest *digest)
{
	for (uint32_t i = 0; i < claims->workflows_len; i++)
		if (wd_digest_eq(&claims->workflows[i].digest, digest))
			return &claims->workflows[i];
	return NULL;
}

/* Is the policy that the service obeys one that the asker trusts, and the one in force? */
static void
check_policy(struct wd_checks *c, const struct wd_known *known)
{
	const struct wd_digest *policy = &c->evidence.claims.policy;

	if (!known->has_root)
		record(c, "root", WD_SKIPPED, "no trust root was given");
	else if (known->chain == NULL)
		check(c, "root", wd_digest_eq(policy, &known->root), "the policy is the trust root",
		    "the policy is not the trust root, and no later version of that is known here");
	else if (wd_digest_eq(policy, &known->chain->policy.digest))
		record(c, "root", WD_PASS, "the policy is the version in force under the trust root");
	else if (!wd_chain_has(known->chain, policy))
		record(c, "root", WD_FAIL, "the policy is not a version under the trust root");
	else if (known->past)
		record(c, "root", WD_PASS, "the policy is an earlier version under the trust root");
	else
		record(c, "policy-rollback", WD_FAIL, "the policy is older than the version in force");
}

static void
check_claims(struct wd_checks *c, const struct wd_known *known)
{
	const struct wd_claims *claims = &c->evidence.claims;

	record(c, "evidence", WD_SKIPPED, "development: nothing attests this key");
	check(c, "mode",
	    wr_text_eq(claims->mode, WR_TEXT("development")) &&
		wr_text_eq(claims->environment, WR_TEXT("development")),
	    "software evidence calls itself development",
	    "software evidence pretends to be production");
	if (known->nonce != NULL)
		check(c, "nonce",
		    known->nonce_size == c->evidence.nonce_size &&
			memcmp(known->nonce, c->evidence.nonce, known->nonce_size) == 0,
		    "the evidence answers this question", "the evidence answers another question");
	check_policy(c, known);
}

static enum wr_status
open_evidence(struct wd_checks *c, struct wr_text bytes, const struct wr_alloc *alloc)
{
	enum wr_status status = wd_evidence_read(bytes, alloc, &c->evidence, &c->error);

	if (status == WR_NOMEM)
		return status;
	c->has_evidence = status == WR_OK;
	check(c, "claims", c->has_evidence, "the claims are one well-formed text",
	    status == WR_REFUSED ? "the evidence is of a kind this version cannot appraise"
				 : "the evidence or its claims are malformed");
	return WR_OK;
}

enum wr_status
wd_verify_evidence(struct wr_text bytes, const struct wd_known *known, const struct wr_alloc *alloc,
    struct wd_checks *ret)
{
	enum wr_status status;

	memset(ret, 0, sizeof *ret);
	status = open_evidence(ret, bytes, alloc);
	if (status == WR_OK && ret->has_evidence) {
		check_claims(ret, known);
		if (known->has_digest)
			check(ret, "workflow",
			    claimed(&ret->evidence.claims, &known->digest) != NULL,
			    "the workflow is loaded", "the workflow is not loaded");
	}
	if (status != WR_OK)
		wd_checks_free(ret);
	return status;
}

/* ---- the receipt ------------------------------------------------------------------ */

static enum wr_status
open_receipt(struct wd_checks *c, struct wr_text bytes, const struct wr_alloc *alloc)
{
	struct wd_json_error error;
	enum wr_status status = wd_receipt_open(bytes, alloc, &c->receipt, &error);

	if (status == WR_NOMEM)
		return status;
	c->has_receipt = status == WR_OK;
	if (!c->has_receipt && c->error.text == NULL)
		c->error = error;
	check(c, "receipt", c->has_receipt, "the receipt is one well-formed envelope",
	    "the receipt is malformed");
	return WR_OK;
}

/* Receipt against claims: the same VM, start, policy and workflow. */
static void
check_pair(struct wd_checks *c)
{
	const struct wd_receipt *r = &c->receipt.receipt;
	const struct wd_claims *claims = &c->evidence.claims;

	check(c, "receipt-key", wd_envelope_signed(&c->receipt.envelope, &claims->receipt_key),
	    "the key of the claims signed the receipt",
	    "the key of the claims did not sign the receipt");
	check(c, "receipt-claims", wd_digest_eq(&r->claims, &c->evidence.digest),
	    "the receipt names these claims", "the receipt names other claims");
	check(c, "boot", memcmp(r->boot, claims->boot, sizeof r->boot) == 0,
	    "receipt and claims are of one start", "receipt and claims are of two starts");
	check(c, "policy",
	    wd_digest_eq(&r->policy, &claims->policy) &&
		wr_text_eq(r->environment, claims->environment) &&
		wr_text_eq(r->mode, claims->mode),
	    "receipt and claims name one policy, environment and mode",
	    "receipt and claims differ in policy, environment or mode");
	if (r->has_workflow) {
		const struct wd_claimed_workflow *w = claimed(claims, &r->digest);

		check(c, "workflow", w != NULL && wr_text_eq(w->name, r->workflow),
		    "the claims list the workflow", "the claims do not list the workflow");
	}
}

static enum wr_status
check_trace(struct wd_checks *c, const struct wr_alloc *alloc)
{
	const struct wd_receipt *r = &c->receipt.receipt;
	struct wd_digest root;
	enum wr_status status = wd_trace_root(r->leaves, r->leaves_len, alloc, &root);
	bool ordered = true;

	if (status == WR_NOMEM)
		return status;
	for (uint32_t i = 1; i < r->leaves_len; i++)
		ordered &= wd_leaf_compare(&r->leaves[i - 1], &r->leaves[i]) < 0;
	check(c, "trace", status == WR_OK && ordered && wd_digest_eq(&root, &r->trace_root),
	    "the calls give the trace root", "the calls do not give the trace root");
	check(c, "budget", r->used.calls <= r->budget.calls,
	    "it made no more calls than were approved", "it made more calls than were approved");
	check(c, "sequence", (r->seq == 0) == !r->has_previous,
	    "the receipt has its place in the chain", "the receipt's place in the chain is wrong");
	return WR_OK;
}

static bool
read_salt(const struct wd_json *answer, const char *name, uint8_t ret[WD_SALT_SIZE])
{
	struct wr_text hex = wd_json_text(wd_json_get(wd_json_get(answer, "salts"), name));

	return hex.at != NULL && wd_hex_read(hex, ret, WD_SALT_SIZE);
}

static void
check_request(struct wd_checks *c, const struct wd_known *known)
{
	uint8_t salt[WD_SALT_SIZE];
	struct wd_digest digest;

	if (known->request.at == NULL) {
		record(c, "request", WD_SKIPPED, "the request was not given");
		return;
	}
	if (!read_salt(c->doc.root, "request", salt)) {
		record(c, "request", WD_FAIL, "the salt of the request is missing or malformed");
		return;
	}
	digest = wd_salted(salt, known->request);
	check(c, "request", wd_digest_eq(&digest, &c->receipt.receipt.request),
	    "the receipt is about this request", "the receipt is about another request");
}

static enum wr_status
check_response(struct wd_checks *c, const struct wr_alloc *alloc)
{
	uint8_t salt[WD_SALT_SIZE];
	struct wd_digest digest;
	struct wr_buf bytes;
	enum wr_status status;
	bool output = wd_json_get(c->doc.root, "output") != NULL;
	uint64_t code = c->receipt.receipt.status;
	int64_t stated = -1; /* by a problem document */

	(void)wd_json_int(wd_json_get(c->doc.root, "status"), &stated);
	if (!read_salt(c->doc.root, "response", salt)) {
		record(c, "response", WD_FAIL, "the salt of the response is missing or malformed");
		return WR_OK;
	}
	wr_buf_init(&bytes, alloc, RESPONSE_MAX);
	status = wd_response_bytes(c->doc.root, alloc, &bytes);
	if (status == WR_OK) {
		digest = wd_salted(salt, wr_buf_view(&bytes));
		check(c, "response", wd_digest_eq(&digest, &c->receipt.receipt.response),
		    "the receipt is about this response", "the receipt is about another response");
	} else if (status == WR_LIMIT) {
		record(c, "response", WD_FAIL, "the response is too large");
		status = WR_OK;
	}
	wr_buf_free(&bytes);
	check(c, "status",
	    output ? code >= 200 && code < 300 : stated < 0 || (uint64_t)stated == code,
	    "the receipt's status fits the answer", "the receipt's status is not the answer's");
	return status;
}

static void
check_digest(struct wd_checks *c, const struct wd_known *known)
{
	const struct wd_receipt *r = &c->receipt.receipt;

	if (!known->has_digest)
		record(c, "digest", WD_SKIPPED, "no digest was given to compare with");
	else
		check(c, "digest", r->has_workflow && wd_digest_eq(&r->digest, &known->digest),
		    "the workflow that answered is the one that was asked for",
		    "another workflow answered than was asked for");
}

/* A member of the answer as bytes, for the readers that take bytes. */
static enum wr_status
member_bytes(const struct wd_checks *c, const char *name, struct wr_buf *out)
{
	wd_json_write(wd_json_get(c->doc.root, name), WD_JSON_COMPACT, out);
	return out->status;
}

static enum wr_status
open_parts(struct wd_checks *c, const struct wr_alloc *alloc)
{
	struct wr_buf bytes;
	enum wr_status status;

	wr_buf_init(&bytes, alloc, RESPONSE_MAX);
	status = member_bytes(c, "evidence", &bytes);
	if (status == WR_OK)
		status = open_evidence(c, wr_buf_view(&bytes), alloc);
	wr_buf_free(&bytes);
	if (status == WR_OK)
		status = member_bytes(c, "receipt", &bytes);
	if (status == WR_OK)
		status = open_receipt(c, wr_buf_view(&bytes), alloc);
	wr_buf_free(&bytes);
	return status;
}

enum wr_status
wd_verify_answer(struct wr_text bytes, const struct wd_known *known, const struct wr_alloc *alloc,
    struct wd_checks *ret)
{
	struct wd_checks *c = ret;
	enum wr_status status;

	memset(c, 0, sizeof *c);
	status = wd_json_parse(&c->doc, alloc, bytes, WD_ANSWER_MAX, &c->error);
	if (status == WR_NOMEM)
		return status;
	check(c, "answer", status == WR_OK && wd_json_kind(c->doc.root) == WD_JSON_OBJECT,
	    "the answer is one strict document", "the answer is not one strict document");
	if (status != WR_OK || c->verdict == WD_REFUTED)
		return WR_OK;
	c->run = wd_json_text(wd_json_get(c->doc.root, "run"));
	c->state = wd_json_text(wd_json_get(c->doc.root, "state"));
	status = open_parts(c, alloc);
	if (status == WR_OK && c->has_evidence)
		check_claims(c, known);
	if (status == WR_OK && c->has_evidence && c->has_receipt)
		check_pair(c);
	if (status == WR_OK && c->has_receipt) {
		check_request(c, known);
		check_digest(c, known);
		status = check_trace(c, alloc);
	}
	if (status == WR_OK && c->has_receipt)
		status = check_response(c, alloc);
	if (status != WR_OK)
		wd_checks_free(c);
	return status;
}

void
wd_checks_free(struct wd_checks *checks)
{
	if (checks->has_receipt)
		wd_receipt_close(&checks->receipt);
	if (checks->has_evidence)
		wd_evidence_free(&checks->evidence);
	wd_json_free(&checks->doc);
	checks->has_receipt = checks->has_evidence = false;
}
