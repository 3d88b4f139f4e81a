#ifndef WD_TRUST_VERIFY_H
#define WD_TRUST_VERIFY_H

#include "runtime/trust/chain.h"
#include "runtime/trust/evidence.h"
#include "runtime/trust/receipt.h"

/*
 * Appraisal: what a caller or an auditor can check of evidence and of a saved answer,
 * offline. All checks are looked at, whatever the others say; a check that could not
 * be made is never a pass.
 */
enum wd_check_result { WD_PASS, WD_FAIL, WD_SKIPPED };

struct wd_check {
	const char *name;      /* stable: `receipt-key` */
	enum wd_check_result result;
	const char *says;      /* static: what holds, what does not, or why it was not looked at */
};

enum wd_verdict_kind {
	WD_VERIFIED,  /* exit 0 */
	WD_REFUTED,   /* exit 1: a check fails */
	WD_UNCHECKED, /* exit 3: none fails, some were skipped */
};

#define WD_ANSWER_MAX (16u << 20) /* bytes of an answer with its receipt */
#define WD_CHECKS_MAX 32

struct wd_checks {
	struct wd_check at[WD_CHECKS_MAX];
	uint32_t len;
	enum wd_verdict_kind verdict;
	struct wr_text run, state; /* of the answer as it says itself; point into its arena */
	struct wd_opened_receipt receipt; /* when has_receipt */
	bool has_receipt;
	struct wd_evidence evidence;      /* when has_evidence */
	bool has_evidence;
	struct wd_json_error error; /* what does not parse, when a check says so */
	struct wd_json_doc doc;
};

/* What the one who asks knows by other ways. All may be absent: the checks are skipped then. */
struct wd_known {
	bool has_root;         /* the trust root: digest of the policy's first version */
	struct wd_digest root;
	const struct wd_chain *chain; /* the versions under that root, as far as known; NULL: the root alone */
	bool past;             /* of a saved answer: an earlier version was in force once */
	bool has_digest;       /* of the workflow's bytecode */
	struct wd_digest digest;
	struct wr_text request; /* the body that was sent; at NULL: not known */
	const uint8_t *nonce;   /* what was asked of the evidence; NULL: nothing was */
	size_t nonce_size;
};

/* `verified`, `refuted`, `unchecked`; `pass`, `fail`, `skipped`. */
const char *wd_verdict_word(enum wd_verdict_kind verdict);
const char *wd_check_word(enum wd_check_result result);

/*
 * Appraise an evidence document by itself: before a caller sends its input.
 *
 *   ret  free with wd_checks_free after WR_OK
 *
 * WR_OK (whatever the verdict) or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_verify_evidence(struct wr_text bytes, const struct wd_known *known,
    const struct wr_alloc *alloc, struct wd_checks *ret);

/*
 * Verify a saved answer {"run","state","output","receipt","evidence","salts"}, or a problem
 * document with those last three: evidence, receipt, and that they are about
 * this output. As above.
 */
WR_MUST_CHECK enum wr_status wd_verify_answer(struct wr_text bytes, const struct wd_known *known,
    const struct wr_alloc *alloc, struct wd_checks *ret);

void wd_checks_free(struct wd_checks *checks);

#endif
