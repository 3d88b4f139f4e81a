/* The chain of receipts and the claims in force. Decides nothing about what they attest. */
#include "runtime/serve/issuer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/attest/driver.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/receipt.h"
#include "runtime/trust/claims.h"

#define VM_MAX (256u << 20)
#define EVIDENCE_MAX (4u << 20)

#define CLAIMS_KEPT 1024u /* changes that a run in flight can outlive; then it speaks of the claims in force */

struct claims {
	struct wr_buf text;
	struct wd_digest digest;
};

struct wd_issuer {
	const struct wd_service *service;
	const struct wd_attest_driver *driver;
	struct wd_vm_keys keys;
	struct wd_digest vm;       /* of this program */
	struct claims claims[CLAIMS_KEPT]; /* number n at n % CLAIMS_KEPT */
	uint64_t claims_len, seq;  /* the numbers of the next ones */
	struct wd_digest previous; /* receipt */
};

/* Claims number n, or those in force when they are gone. */
static const struct claims *
claims_at(const struct wd_issuer *issuer, uint64_t n)
{
	uint64_t last = issuer->claims_len - 1;

	return &issuer->claims[(n > last || last - n >= CLAIMS_KEPT ? last : n) % CLAIMS_KEPT];
}

uint64_t
wd_issuer_claims_seq(const struct wd_issuer *issuer)
{
	return issuer->claims_len - 1;
}

/* SHA-256 of the program that runs. */
static enum wr_status
measure(struct wd_digest *ret)
{
	struct wr_buf bytes;
	enum wr_status status;

	wr_buf_init(&bytes, wd_alloc(), VM_MAX);
	status = wd_file_read("/proc/self/exe", &bytes);
	if (status == WR_OK)
		*ret = wd_sha256(wr_buf_view(&bytes));
	wr_buf_free(&bytes);
	return status;
}

static int
by_name(const void *a, const void *b)
{
	const struct wd_claimed_workflow *x = a, *y = b;

	return wr_text_cmp(x->name, y->name);
}

enum wr_status
wd_issuer_renew(struct wd_issuer *issuer)
{
	const struct wd_service *s = issuer->service;
	struct wd_claimed_workflow loaded[WD_WORKFLOWS_MAX];
	struct wd_claims claims = { .mode = wr_text_of(issuer->driver->mode), .seq = issuer->claims_len,
		.has_previous = issuer->claims_len > 0, .vm = issuer->vm,
		.policy = s->chain.policy.digest, .bindings = s->bindings.digest, .environment = s->environment,
		.receipt_key = issuer->keys.receipt_key.public_key, .workflows = loaded };
	struct claims *slot = &issuer->claims[issuer->claims_len % CLAIMS_KEPT];
	struct wr_buf text;

	if (claims.has_previous)
		claims.previous = claims_at(issuer, issuer->claims_len - 1)->digest;
	memcpy(claims.boot, issuer->keys.boot, sizeof claims.boot);
	for (const struct wd_workflow *w = s->workflows; w != NULL; w = w->next)
		if (!w->replaced && w->state != WD_STOPPED && w->state != WD_SUSPENDED)
			loaded[claims.workflows_len++] = (struct wd_claimed_workflow){ wr_text_of(w->name), w->version,
				w->digest };
	qsort(loaded, claims.workflows_len, sizeof *loaded, by_name);
	wr_buf_init(&text, wd_alloc(), WD_CLAIMS_MAX);
	wd_claims_write(&claims, &text);
	if (text.status != WR_OK) {
		enum wr_status status = text.status;

		wr_buf_free(&text);
		return status;
	}
	if (slot->text.alloc != NULL)
		wr_buf_free(&slot->text);
	slot->text = text;
	slot->digest = wd_sha256(wr_buf_view(&text));
	issuer->claims_len++;
	return WR_OK;
}

enum wr_status
wd_issuer_new(const struct wd_service *service, struct wd_issuer **ret_issuer)
{
	struct wd_issuer *issuer = calloc(1, sizeof *issuer);
	enum wr_status status;

	if (issuer == NULL)
		return WR_NOMEM;
	issuer->service = service;
	issuer->driver = wd_attest_find(service->evidence);
	status = issuer->driver == NULL ? WR_ABSENT : wd_vm_keys_make(&issuer->keys);
	if (status == WR_OK)
		status = measure(&issuer->vm);
	if (status == WR_OK)
		status = wd_issuer_renew(issuer);
	if (status == WR_OK)
		*ret_issuer = issuer;
	else
		wd_issuer_free(issuer);
	return status;
}

void
wd_issuer_free(struct wd_issuer *issuer)
{
	if (issuer == NULL)
		return;
	wd_wipe(&issuer->keys, sizeof issuer->keys);
	for (size_t i = 0; i < CLAIMS_KEPT; i++)
		if (issuer->claims[i].text.alloc != NULL)
			wr_buf_free(&issuer->claims[i].text);
	free(issuer);
}

enum wr_status
wd_issuer_evidence(struct wd_issuer *issuer, struct wr_text nonce, struct wr_buf *out)
{
	const struct claims *now = claims_at(issuer, issuer->claims_len - 1);

	return issuer->driver->evidence(wr_buf_view(&now->text), (const uint8_t *)nonce.at, nonce.size, out);
}

/* The run's calls as leaves; they borrow its texts. NULL when memory is short. */
static struct wd_leaf *
leaves_of(const struct wd_run *run, uint32_t *ret_len)
{
	struct wd_leaf *leaves = calloc(run->leaves_len + 1, sizeof *leaves);

	for (size_t i = 0; leaves != NULL && i < run->leaves_len; i++) {
		const struct wd_host_leaf *l = &run->leaves[i];

		leaves[i] = (struct wd_leaf){
			.path = wr_text_of(l->path),
			.attempt = l->attempt,
			.backend = wr_text_of(l->backend),
			.adaptor = wr_text_of(l->adaptor),
			.evidence = wr_text_of(l->class),
			.request = l->request,
			.response = l->response,
			.has_response = true,
			.tokens = l->tokens,
			.status = wr_text_of(l->status),
		};
	}
	*ret_len = (uint32_t)run->leaves_len;
	return leaves;
}

/* Parse what was written and put it into the response. */
static enum wr_status
attach(struct wd_json_doc *doc, struct wd_json *response, const char *name, const struct wr_buf *text)
{
	struct wd_json *value;
	enum wr_status status = text->status;

	if (status == WR_OK)
		status = wd_json_parse_into(doc, wr_buf_view(text), &value, NULL);
	if (status == WR_OK)
		(void)wd_json_set(doc, response, name, value);
	return status;
}

static void
attach_salts(struct wd_json_doc *doc, struct wd_json *response, const uint8_t request[WD_SALT_SIZE],
    const uint8_t answer[WD_SALT_SIZE])
{
	struct wd_json *salts = wd_json_set(doc, response, "salts", wd_json_object(doc));
	struct wr_buf hex;

	wr_buf_init(&hex, wd_alloc(), 4 * WD_SALT_SIZE);
	wr_buf_hex(&hex, request, WD_SALT_SIZE);
	wd_json_set_text(doc, salts, "request", wr_buf_view(&hex));
	wr_buf_free(&hex);
	wr_buf_hex(&hex, answer, WD_SALT_SIZE);
	wd_json_set_text(doc, salts, "response", wr_buf_view(&hex));
	wr_buf_free(&hex);
}

static void
fill(const struct wd_issuer *issuer, const struct wd_issue *issue, const struct claims *claims, struct wd_receipt *r)
{
	*r = (struct wd_receipt){ .seq = issuer->seq, .has_previous = issuer->seq > 0, .previous = issuer->previous,
		.claims = claims->digest, .has_workflow = issue->digest != NULL,
		.workflow = wr_text_of(issue->workflow), .policy = issuer->service->chain.policy.digest,
		.environment = issuer->service->environment, .mode = wr_text_of(issuer->driver->mode),
		.status = issue->status };
	memcpy(r->boot, issuer->keys.boot, sizeof r->boot);
	if (issue->digest != NULL)
		r->digest = *issue->digest;
	if (issue->run != NULL) {
		r->used = (struct wd_usage){ issue->run->used.calls, issue->run->used.tokens, issue->run->used.time_ms };
		r->budget = (struct wd_usage){ issue->run->budget.calls, issue->run->budget.tokens,
			issue->run->budget.time_ms };
	}
}

enum wr_status
wd_issuer_issue(struct wd_issuer *issuer, const struct wd_issue *issue, struct wd_json_doc *doc,
    struct wd_json *response)
{
	const struct claims *claims = claims_at(issuer, issue->run != NULL ? issue->run->claims_seq : UINT64_MAX);
	uint8_t salts[2][WD_SALT_SIZE];
	struct wr_buf receipt, evidence;
	struct wd_leaf *leaves = NULL;
	struct wd_digest digest;
	enum wr_status status;
	struct wd_receipt r;

	wr_buf_init(&receipt, wd_alloc(), WD_RECEIPT_MAX);
	wr_buf_init(&evidence, wd_alloc(), EVIDENCE_MAX);
	status = wd_random(salts, sizeof salts);
	if (status != WR_OK)
		goto done;
	fill(issuer, issue, claims, &r);
	r.request = wd_salted(salts[0], issue->request);
	r.response = wd_salted(salts[1], issue->response);
	if (issue->run != NULL) {
		leaves = leaves_of(issue->run, &r.leaves_len);
		r.leaves = leaves;
	}
	status = issue->run != NULL && leaves == NULL ? WR_NOMEM
	       : wd_receipt_sign(&r, &issuer->keys.receipt_key, wd_alloc(), &receipt, &digest);
	if (status == WR_OK)
		status = issuer->driver->evidence(wr_buf_view(&claims->text), NULL, 0, &evidence);
	if (status == WR_OK)
		status = attach(doc, response, "receipt", &receipt);
	if (status == WR_OK)
		status = attach(doc, response, "evidence", &evidence);
	if (status == WR_OK)
		attach_salts(doc, response, salts[0], salts[1]);
	if (status == WR_OK)
		status = doc->status;
	if (status == WR_OK) {
		issuer->previous = digest;
		issuer->seq++;
	}
done:
	free(leaves);
	wr_buf_free(&receipt);
	wr_buf_free(&evidence);
	return status;
}
