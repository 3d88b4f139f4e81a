/*
 * Receipts, written, signed and read. It decides their bytes and their form;
 * whether a receipt is true is verified elsewhere.
 */
#include "runtime/trust/receipt.h"
#include "runtime/trust/fields.h"
#include "vm/base/limits.h"

#include <assert.h>

#define TYPE "writ-receipt/1"
#define PAYLOAD_MAX                                                                                \
	(WD_RECEIPT_MAX / 4 * 3 - 4096) /* base64 and the envelope around it still fit */
#define DOCUMENT_MAX (1u << 30)         /* memory while a document is put together */
#define LEAF_MAX 65536
#define PATH_MAX_SIZE 1024

struct wd_digest
wd_salted(const uint8_t salt[WD_SALT_SIZE], struct wr_text bytes)
{
	struct wd_sha256 hash;

	wd_sha256_start(&hash);
	wd_sha256_add(&hash, salt, WD_SALT_SIZE);
	wd_sha256_add(&hash, bytes.at, bytes.size);
	return wd_sha256_end(&hash);
}

enum wr_status
wd_response_bytes(const struct wd_json *answer, const struct wr_alloc *alloc, struct wr_buf *out)
{
	const struct wd_json *output = wd_json_get(answer, "output");
	struct wd_json_doc doc;

	if (output != NULL) {
		wd_json_write(output, WD_JSON_CANONICAL, out);
		return out->status;
	}
	wd_json_init(&doc, alloc, DOCUMENT_MAX);
	doc.root = wd_json_object(&doc);
	for (size_t i = 0; i < wd_json_len(answer); i++) {
		struct wr_text name = wd_json_name(answer, i);

		if (!wr_text_eq(name, WR_TEXT("receipt")) &&
		    !wr_text_eq(name, WR_TEXT("evidence")) && !wr_text_eq(name, WR_TEXT("salts")))
			(void)wd_json_set_named(
			    &doc, doc.root, name, wd_json_copy(&doc, wd_json_item(answer, i)));
	}
	return wd_json_finish(&doc, WD_JSON_CANONICAL, out);
}

/* ---- leaves and their tree -------------------------------------------------------- */

int
wd_leaf_compare(const void *a, const void *b)
{
	const struct wd_leaf *x = a, *y = b;
	int c = wr_text_cmp(x->path, y->path);

	return c != 0 ? c : x->attempt < y->attempt ? -1 : x->attempt > y->attempt;
}

static struct wd_json *
build_leaf(struct wd_json_doc *doc, const struct wd_leaf *leaf)
{
	struct wd_json *o = wd_json_object(doc);

	wd_json_set_text(doc, o, "path", leaf->path);
	wd_json_set_int(doc, o, "attempt", (int64_t)leaf->attempt);
	wd_json_set_text(doc, o, "backend", leaf->backend);
	wd_json_set_text(doc, o, "adaptor", leaf->adaptor);
	wd_json_set_text(doc, o, "evidence", leaf->evidence);
	wd_json_set_digest(doc, o, "request", &leaf->request);
	if (leaf->has_response)
		wd_json_set_digest(doc, o, "response", &leaf->response);
	else
		wd_json_set_null(doc, o, "response");
	wd_json_set_int(doc, o, "tokens", (int64_t)leaf->tokens);
	wd_json_set_text(doc, o, "status", leaf->status);
	return o;
}

/* The hash of a leaf: SHA-256(0 ‖ its RFC 8785 bytes). */
static enum wr_status
hash_leaf(const struct wd_leaf *leaf, const struct wr_alloc *alloc, struct wd_digest *ret)
{
	struct wd_json_doc doc;
	struct wr_buf bytes;
	enum wr_status status;

	wd_json_init(&doc, alloc, LEAF_MAX);
	wr_buf_init(&bytes, alloc, LEAF_MAX);
	wr_buf_byte(&bytes, 0);
	doc.root = build_leaf(&doc, leaf);
	status = doc.status;
	if (status == WR_OK) {
		wd_json_write(doc.root, WD_JSON_CANONICAL, &bytes);
		status = bytes.status;
	}
	if (status == WR_OK)
		*ret = wd_sha256(wr_buf_view(&bytes));
	wr_buf_free(&bytes);
	wd_json_free(&doc);
	return status;
}

static struct wd_digest
hash_pair(const struct wd_digest *left, const struct wd_digest *right)
{
	struct wd_sha256 hash;

	wd_sha256_start(&hash);
	wd_sha256_add(&hash, "\x01", 1);
	wd_sha256_add(&hash, left->at, sizeof left->at);
	wd_sha256_add(&hash, right->at, sizeof right->at);
	return wd_sha256_end(&hash);
}

enum wr_status
wd_trace_root(
    const struct wd_leaf *leaves, uint32_t len, const struct wr_alloc *alloc, struct wd_digest *ret)
{
	struct wd_digest stack[33]; /* whole subtrees, largest first; sizes are the bits of i */
	uint32_t depth = 0;

	for (uint32_t i = 0; i < len; i++) {
		enum wr_status status = hash_leaf(&leaves[i], alloc, &stack[depth]);

		if (status != WR_OK)
			return status;
		depth++;
		for (uint32_t ones = i; (ones & 1) != 0; ones >>= 1, depth--)
			stack[depth - 2] = hash_pair(&stack[depth - 2], &stack[depth - 1]);
	}
	for (; depth > 1; depth--)
		stack[depth - 2] = hash_pair(&stack[depth - 2], &stack[depth - 1]);
	*ret = len > 0 ? stack[0] : wd_sha256((struct wr_text){ NULL, 0 });
	return WR_OK;
}

/* ---- writing ---------------------------------------------------------------------- */

static void
set_usage(struct wd_json_doc *doc, const char *name, const struct wd_usage *usage)
{
	struct wd_json *o = wd_json_set(doc, doc->root, name, wd_json_object(doc));

	wd_json_set_int(doc, o, "calls", (int64_t)usage->calls);
	wd_json_set_int(doc, o, "tokens", (int64_t)usage->tokens);
	wd_json_set_int(doc, o, "time_ms", (int64_t)usage->time_ms);
}

static void
build(struct wd_json_doc *doc, const struct wd_receipt *r, const struct wd_digest *trace_root)
{
	struct wd_json *o = doc->root = wd_json_object(doc), *workflow, *leaves;

	wd_json_set_str(doc, o, "type", TYPE);
	wd_json_set_hex(doc, o, "boot", r->boot, sizeof r->boot);
	wd_json_set_int(doc, o, "worker", (int64_t)r->worker);
	wd_json_set_int(doc, o, "seq", (int64_t)r->seq);
	if (r->has_previous)
		wd_json_set_digest(doc, o, "previous", &r->previous);
	else
		wd_json_set_null(doc, o, "previous");
	wd_json_set_digest(doc, o, "claims", &r->claims);
	if (r->has_workflow) {
		workflow = wd_json_set(doc, o, "workflow", wd_json_object(doc));
		wd_json_set_text(doc, workflow, "name", r->workflow);
		wd_json_set_digest(doc, workflow, "digest", &r->digest);
	} else {
		wd_json_set_null(doc, o, "workflow");
	}
	wd_json_set_digest(doc, o, "policy", &r->policy);
	wd_json_set_text(doc, o, "environment", r->environment);
	wd_json_set_text(doc, o, "mode", r->mode);
	wd_json_set_digest(doc, o, "request", &r->request);
	wd_json_set_digest(doc, o, "response", &r->response);
	wd_json_set_int(doc, o, "status", (int64_t)r->status);
	wd_json_set_digest(doc, o, "trace_root", trace_root);
	leaves = wd_json_set(doc, o, "leaves", wd_json_array(doc));
	for (uint32_t i = 0; i < r->leaves_len; i++)
		(void)wd_json_push(doc, leaves, build_leaf(doc, &r->leaves[i]));
	set_usage(doc, "used", &r->used);
	set_usage(doc, "budget", &r->budget);
}

/* Counters saturate where JSON's exact integers end; nothing real gets there. */
static struct wd_usage
exact(struct wd_usage u)
{
	uint64_t most = (uint64_t)WR_INT_DEFAULT;

	return (struct wd_usage){ u.calls < most ? u.calls : most,
		u.tokens < most ? u.tokens : most, u.time_ms < most ? u.time_ms : most };
}

enum wr_status
wd_receipt_sign(const struct wd_receipt *receipt, const struct wd_private_key *key,
    const struct wr_alloc *alloc, struct wr_buf *out, struct wd_digest *ret_digest)
{
	struct wd_receipt r = *receipt;
	struct wd_digest root;
	struct wd_json_doc doc;
	struct wr_buf payload;
	enum wr_status status;

	if (r.leaves_len > WD_LEAVES_MAX)
		return WR_LIMIT;
	for (uint32_t i = 1; i < r.leaves_len; i++)
		assert(wd_leaf_compare(&r.leaves[i - 1], &r.leaves[i]) < 0);
	status = wd_trace_root(r.leaves, r.leaves_len, alloc, &root);
	if (status != WR_OK)
		return status;
	r.used = exact(r.used);
	r.budget = exact(r.budget);
	wd_json_init(&doc, alloc, DOCUMENT_MAX);
	wr_buf_init(&payload, alloc, PAYLOAD_MAX);
	build(&doc, &r, &root);
	status = doc.status;
	if (status == WR_OK)
		wd_json_write(doc.root, WD_JSON_CANONICAL, &payload);
	if (status == WR_OK)
		status = payload.status;
	if (status == WR_OK)
		status = wd_envelope_sign(
		    key, WR_TEXT(WD_RECEIPT_TYPE), wr_buf_view(&payload), alloc, out);
	if (status == WR_OK)
		*ret_digest = wd_sha256(wr_buf_view(&payload));
	wr_buf_free(&payload);
	wd_json_free(&doc);
	return status;
}

/* ---- reading ---------------------------------------------------------------------- */

static bool
read_count(struct wd_json_at at, uint64_t *ret)
{
	int64_t n;

	if (!wd_json_at_int(at, 0, WR_INT_DEFAULT, &n))
		return false;
	*ret = (uint64_t)n;
	return true;
}

static bool
read_usage(struct wd_json_at at, struct wd_usage *ret)
{
	return wd_json_at_members(at, "calls tokens time_ms") &&
	       read_count(wd_json_at(&at, "calls"), &ret->calls) &&
	       read_count(wd_json_at(&at, "tokens"), &ret->tokens) &&
	       read_count(wd_json_at(&at, "time_ms"), &ret->time_ms);
}

static bool
read_leaf(struct wd_json_at at, struct wd_leaf *leaf)
{
	return wd_json_at_members(
		   at, "path attempt backend adaptor evidence request response tokens status") &&
	       wd_json_at_text(wd_json_at(&at, "path"), PATH_MAX_SIZE, &leaf->path) &&
	       read_count(wd_json_at(&at, "attempt"), &leaf->attempt) &&
	       wd_json_at_text(wd_json_at(&at, "backend"), WR_NAME_MAX, &leaf->backend) &&
	       wd_json_at_text(wd_json_at(&at, "adaptor"), WR_NAME_MAX, &leaf->adaptor) &&
	       wd_json_at_text(wd_json_at(&at, "evidence"), WR_NAME_MAX, &leaf->evidence) &&
	       wd_json_at_digest(wd_json_at(&at, "request"), &leaf->request) &&
	       wd_json_at_digest_or_null(
		   wd_json_at(&at, "response"), &leaf->has_response, &leaf->response) &&
	       read_count(wd_json_at(&at, "tokens"), &leaf->tokens) &&
	       wd_json_at_text(wd_json_at(&at, "status"), WR_NAME_MAX, &leaf->status);
}

static bool
read_leaves(struct wd_json_at at, struct wd_json_doc *doc, struct wd_receipt *r)
{
	struct wd_leaf *leaves;

	if (!wd_json_at_array(at, 0, WD_LEAVES_MAX))
		return false;
	leaves = wr_arena_array(&doc->arena, wd_json_len(at.value), sizeof *leaves);
	if (leaves == NULL) {
		doc->status = WR_NOMEM;
		return wd_json_at_fail(at, "is too large");
	}
	for (size_t i = 0; i < wd_json_len(at.value); i++)
		if (!read_leaf(wd_json_at_item(&at, i), &leaves[i]))
			return false;
	r->leaves = leaves;
	r->leaves_len = (uint32_t)wd_json_len(at.value);
	return true;
}

static bool
read_workflow(struct wd_json_at at, struct wd_receipt *r)
{
	r->has_workflow = wd_json_kind(at.value) != WD_JSON_NULL;
	return !r->has_workflow ||
	       (wd_json_at_members(at, "name digest") &&
		   wd_json_at_text(wd_json_at(&at, "name"), WR_NAME_MAX, &r->workflow) &&
		   wd_json_at_digest(wd_json_at(&at, "digest"), &r->digest));
}

static bool
read_receipt(struct wd_json_at top, struct wd_json_doc *doc, struct wd_receipt *r)
{
	return wd_json_at_members(top,
		   "type boot worker seq previous claims workflow policy environment mode "
		   "request response status trace_root leaves used budget") &&
	       wd_json_at_exactly(wd_json_at(&top, "type"), TYPE) &&
	       wd_json_at_hex(wd_json_at(&top, "boot"), r->boot, sizeof r->boot) &&
	       read_count(wd_json_at(&top, "worker"), &r->worker) &&
	       read_count(wd_json_at(&top, "seq"), &r->seq) &&
	       wd_json_at_digest_or_null(
		   wd_json_at(&top, "previous"), &r->has_previous, &r->previous) &&
	       wd_json_at_digest(wd_json_at(&top, "claims"), &r->claims) &&
	       read_workflow(wd_json_at(&top, "workflow"), r) &&
	       wd_json_at_digest(wd_json_at(&top, "policy"), &r->policy) &&
	       wd_json_at_text(wd_json_at(&top, "environment"), WR_NAME_MAX, &r->environment) &&
	       wd_json_at_text(wd_json_at(&top, "mode"), WR_NAME_MAX, &r->mode) &&
	       wd_json_at_digest(wd_json_at(&top, "request"), &r->request) &&
	       wd_json_at_digest(wd_json_at(&top, "response"), &r->response) &&
	       read_count(wd_json_at(&top, "status"), &r->status) &&
	       wd_json_at_digest(wd_json_at(&top, "trace_root"), &r->trace_root) &&
	       read_leaves(wd_json_at(&top, "leaves"), doc, r) &&
	       read_usage(wd_json_at(&top, "used"), &r->used) &&
	       read_usage(wd_json_at(&top, "budget"), &r->budget);
}

enum wr_status
wd_receipt_open(struct wr_text bytes, const struct wr_alloc *alloc, struct wd_opened_receipt *ret,
    struct wd_json_error *ret_error)
{
	const char *why = NULL;
	enum wr_status status;

	memset(ret, 0, sizeof *ret);
	*ret_error = (struct wd_json_error){ 0 };
	status = wd_envelope_open(
	    bytes, WD_RECEIPT_MAX, WR_TEXT(WD_RECEIPT_TYPE), alloc, &ret->envelope, &why);
	if (status != WR_OK) {
		ret_error->text = why;
		return status == WR_INVALID ? WR_MALFORMED : status;
	}
	ret->digest = wd_sha256(ret->envelope.payload);
	status = wd_json_parse(&ret->doc, alloc, ret->envelope.payload, WD_RECEIPT_MAX, ret_error);
	if (status == WR_OK &&
	    !read_receipt(wd_json_at_root(ret->doc.root, ret_error), &ret->doc, &ret->receipt))
		status = ret->doc.status != WR_OK ? ret->doc.status : WR_MALFORMED;
	if (status != WR_OK)
		wd_receipt_close(ret);
	return status;
}

void
wd_receipt_close(struct wd_opened_receipt *opened)
{
	wd_json_free(&opened->doc);
	wd_envelope_free(&opened->envelope);
}
