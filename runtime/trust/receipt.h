#ifndef WD_TRUST_RECEIPT_H
#define WD_TRUST_RECEIPT_H

#include "runtime/json.h"
#include "runtime/trust/envelope.h"

/*
 * Receipts: what the VM signs of every response, refusals and errors too. A DSSE
 * envelope ("writ-receipt/1") by the key that the claims name.
 */
#define WD_RECEIPT_TYPE "application/vnd.writ.receipt+json"
#define WD_SALT_SIZE 16          /* bytes; travels beside the receipt as 32 hex digits */
#define WD_LEAVES_MAX 16384u     /* calls of one run that one receipt can hold */

/* One call of a backend. */
struct wd_leaf {
	struct wr_text path;    /* of the call, stable across replays */
	uint64_t attempt;       /* from 1 */
	struct wr_text backend, adaptor;
	struct wr_text evidence; /* class: `embedded`, `provider-asserted` */
	struct wd_digest request, response; /* salted; the salts stay with the recording */
	bool has_response;
	uint64_t tokens;
	struct wr_text status;  /* `ok`, or the failure's word */
};

struct wd_usage {
	uint64_t calls, tokens, time_ms;
};

struct wd_receipt {
	uint8_t boot[16];
	uint64_t worker, seq;  /* seq counts a worker's receipts from 0 */
	bool has_previous;     /* false for seq 0 */
	struct wd_digest previous; /* of the payload of the worker's receipt before */
	struct wd_digest claims;   /* of the claims text in force */
	bool has_workflow;     /* false when the request met none */
	struct wr_text workflow;
	struct wd_digest digest;   /* of its bytecode */
	struct wd_digest policy;
	struct wr_text environment, mode;
	struct wd_digest request;  /* wd_salted of the body as it came */
	struct wd_digest response; /* wd_salted of RFC 8785 bytes: see wd_response_bytes */
	uint64_t status;           /* of HTTP */
	const struct wd_leaf *leaves;
	uint32_t leaves_len;
	struct wd_usage used, budget; /* budget: what was promised and approved */
	struct wd_digest trace_root;  /* as stated, when opened; signing computes it */
};

/* SHA-256(salt ‖ bytes): nobody can guess a short body from it without the salt. */
struct wd_digest wd_salted(const uint8_t salt[WD_SALT_SIZE], struct wr_text bytes);

/*
 * Appends what the response hash covers: the RFC 8785 bytes of `output` when the
 * answer has one, else of the whole answer without `receipt`, `evidence` and `salts`.
 */
WR_MUST_CHECK enum wr_status wd_response_bytes(const struct wd_json *answer,
    const struct wr_alloc *alloc, struct wr_buf *out);

/* RFC 9162 over the RFC 8785 bytes of each leaf; of none, SHA-256 of nothing. */
WR_MUST_CHECK enum wr_status wd_trace_root(const struct wd_leaf *leaves, uint32_t len,
    const struct wr_alloc *alloc, struct wd_digest *ret);

/* The order of leaves: by path, then attempt. For qsort, and to look whether they are in order. */
int wd_leaf_compare(const void *a, const void *b);

/*
 * Sign a receipt: appends the envelope, a JSON object on one line. Leaves must be in order.
 *
 *   ret_digest  of the payload: the next receipt's `previous`; written with WR_OK
 *
 * WR_OK, WR_LIMIT (too many leaves), WR_NOMEM or out->status.
 */
WR_MUST_CHECK enum wr_status wd_receipt_sign(const struct wd_receipt *receipt,
    const struct wd_private_key *key, const struct wr_alloc *alloc, struct wr_buf *out,
    struct wd_digest *ret_digest);

/* An opened receipt; the receipt points into it. */
struct wd_opened_receipt {
	struct wd_receipt receipt;
	struct wd_digest digest; /* of the payload */
	struct wd_envelope envelope; /* for wd_envelope_signed */
	struct wd_json_doc doc;
};

/*
 * Read a receipt strictly; says nothing about who signed it or whether it is true.
 *
 *   ret        free with wd_receipt_close after WR_OK
 *   ret_error  written with WR_MALFORMED and WR_LIMIT
 *
 * WR_OK, WR_MALFORMED, WR_LIMIT or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_receipt_open(struct wr_text bytes, const struct wr_alloc *alloc,
    struct wd_opened_receipt *ret, struct wd_json_error *ret_error);

void wd_receipt_close(struct wd_opened_receipt *opened);

#endif
