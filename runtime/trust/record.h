#ifndef WD_TRUST_RECORD_H
#define WD_TRUST_RECORD_H

#include "runtime/trust/envelope.h"
#include "runtime/trust/policy.h"

/*
 * Records: what persons say about a workflow, signed. DSSE envelopes around
 * in-toto Statements v1 with exactly one subject.
 *
 * The names of the predicates hang on one UUID: a name that nobody else can own
 * and that needs no domain. It may never change; records carry it for years.
 */
#define WD_PREDICATE "urn:uuid:3cfacecf-859f-4153-8dff-3a429907bc35#"
#define WD_RECORD_TYPE "application/vnd.in-toto+json"

enum wd_code {
#define CODE(name, word, who, text) WD_CODE_##name,
#include "runtime/trust/gate.def"
#undef CODE
	WD_CODES_LEN
};

/* `packet-mismatch`; `the reviewer`; what holds when the reason does not. */
const char *wd_code_word(enum wd_code code);
const char *wd_code_who(enum wd_code code);
const char *wd_code_text(enum wd_code code);

enum wd_record_kind { WD_SUBMISSION, WD_APPROVAL, WD_WITHDRAWAL, WD_REVOCATION, WD_TESTED };

/* `submission`, `approval`, `withdrawal`, `revocation`, `test`: also the beginning of a record's file name. */
const char *wd_record_word(enum wd_record_kind kind);

struct wd_submission {
	struct wr_text workflow;
	uint64_t version;
	bool has_follows;
	struct wd_digest follows; /* the digest it is to replace */
	struct wr_text message;
};

struct wd_approval {
	bool approves; /* else it rejects */
	struct wr_text role, environment;
	struct wd_digest policy, scope, packet;
	bool has_basis;
	struct wd_digest basis;
	int64_t not_before, not_after; /* seconds since 1970; not_before is when it was said */
	struct wr_text message;
};

struct wd_withdrawal {
	bool all;                  /* every approval and reject that the signer said before */
	struct wd_digest approval; /* else this one: its wd_record.digest */
	int64_t at;
	struct wr_text message;
};

/* An owner's word that the subject counts for nothing; a quorum of owners makes it so. */
struct wd_revocation {
	bool is_key; /* the subject is a key's SubjectPublicKeyInfo; else bytecode */
	int64_t at;
	struct wr_text message;
};

/* How one test ended, and who answered its calls. */
struct wd_test_case {
	struct wr_text name; /* the test's title; a longer one is cut */
	enum wd_test_result {
		WD_RESULT_PASSED,
		WD_RESULT_FAILED,
		WD_RESULT_TROUBLE, /* it could not be run */
		WD_RESULT_SKIPPED,
		WD_RESULTS_LEN
	} result;
	enum wd_test_adaptor {
		WD_TEST_NOBODY,    /* of those that were skipped, and of no others */
		WD_TEST_STUBS,     /* stubs, and nothing else */
		WD_TEST_RECORDING, /* what no stub answers stands in a recording */
		WD_TEST_LIVE,      /* in a recording that was made of real backends for this very run */
		WD_TEST_ADAPTORS_LEN
	} adaptor;
	bool has_recording;        /* with a recording; in trouble there may be none to name */
	struct wd_digest recording; /* SHA-256 of the file */
};

#define WD_TEST_CASES_MAX 256u /* of one record: what a payload holds */
#define WD_TEST_NAME_MAX 200u  /* bytes of a name */

/* `passed`, `failed`, `trouble`, `skipped`; `stubs`, `recording`, `live`. */
const char *wd_test_result_word(enum wd_test_result result);
const char *wd_test_adaptor_word(enum wd_test_adaptor adaptor);

/* What came of the tests of a source whose program is the subject. Nothing that a launch needs. */
struct wd_tested {
	struct wd_digest source; /* SHA-256 of the file that the tests stand in */
	int64_t at;
	const struct wd_test_case *cases; /* 1 to WD_TEST_CASES_MAX; of wd_record_open: the record's */
	uint32_t cases_len;
};

struct wd_record {
	enum wd_record_kind kind;
	struct wd_digest subject; /* of the bytecode, or of the key that a revocation is about */
	union {
		struct wd_submission submission;
		struct wd_approval approval;
		struct wd_withdrawal withdrawal;
		struct wd_revocation revocation;
		struct wd_tested tested;
	};

	/* Set by wd_record_open. */
	/* SHA-256 of the payload's and the key's SHA-256: names what was said, and by whom. The envelope around it is nobody's word: whoever
	 * carries it may write its spaces and key id anew, and must not slip out of a withdrawal. */
	struct wd_digest digest;
	uint32_t signer;         /* a person of the policy */
	struct wd_digest key;    /* whose key it was: SHA-256 of its SubjectPublicKeyInfo */
	struct wd_json_doc doc;
};

#define WD_MESSAGE_MAX 4096 /* bytes of a message: a comment, not a report */

/* Why a record is none. */
struct wd_record_problem {
	enum wd_code code;
	const char *why; /* static */
	char place[WD_JSON_PLACE_MAX];
};

/*
 * Append the payload, as it is signed; the members that wd_record_open sets are ignored.
 * WR_OK, WR_NOMEM, WR_LIMIT (a message, name, version, date or list beyond its bound),
 * WR_INVALID (a text that is not UTF-8, or holds a NUL) or out->status.
 */
WR_MUST_CHECK enum wr_status wd_record_payload(const struct wd_record *record,
    const struct wr_alloc *alloc, struct wr_buf *out);

/*
 * Open a record: the envelope's form, then whose key of the policy signed it, then
 * the very bytes that were signed. Time, role and scope are the gate's to judge.
 *
 *   ret_record   free with wd_record_free after WR_OK
 *   ret_problem  written with WR_REFUSED
 *
 * WR_OK, WR_REFUSED or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_record_open(const struct wd_policy *policy, struct wr_text bytes,
    const struct wr_alloc *alloc, struct wd_record *ret_record,
    struct wd_record_problem *ret_problem);

void wd_record_free(struct wd_record *record);

#endif
