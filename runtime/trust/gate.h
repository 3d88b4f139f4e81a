#ifndef WD_TRUST_GATE_H
#define WD_TRUST_GATE_H

#include "runtime/trust/bindings.h"
#include "runtime/trust/chain.h"
#include "runtime/trust/parties.h"
#include "runtime/trust/record.h"

/*
 * The gate: may this bytecode run here, now? One pure function for `writ status`,
 * `writ launch` and the loader in `writd`: bytes in, verdict out. It asks no
 * clock, no file and nobody.
 */

/* What the bytecode is, by its own bytes: loaded and verified by whoever asks. */
struct wd_subject {
	struct wd_digest digest;          /* SHA-256 of the bytes that were loaded */
	const struct wr_summary *summary; /* NULL: they do not verify */
	const struct wr_load_refusal *refusal; /* why not; NULL when they do */
	struct wr_text packet;            /* of these bytes and this policy; never from a record */
	bool (*labels_at)(const void *module, struct wr_text path, uint64_t *ret_labels);
	const void *module;               /* for labels_at */
	const struct wr_flows *flows;     /* by which ways labels go; NULL: no reason names one */
	const struct wr_summary *basis;   /* what the packet compares with, verified; NULL: nothing */
	const struct wr_losses *losses;   /* what fields have lost since; NULL: not looked at */
	struct wd_digest basis_digest;    /* SHA-256 of its bytes */
};

/* Bytecode of an earlier version of the workflow, for wd_wanted.earlier. */
struct wd_past {
	struct wd_digest digest;
	bool here;                        /* its bytes are at hand */
	const struct wr_summary *summary; /* NULL: not here, or they do not verify */
	struct wr_losses losses;          /* what its fields have lost in the subject */
};

#define WD_PAST_MAX 64u /* of one verdict: the latest of them */

struct wd_gate_input {
	const struct wd_chain *chain;       /* its last version is what is judged by */
	const struct wd_subject *subject;
	const struct wd_bindings *bindings; /* NULL: not judged here */
	const struct wr_text *records;      /* as found; junk and other digests' too */
	uint32_t records_len;               /* at most WD_RECORDS_MAX */
	struct wr_text unread;              /* which records are there and could not be read; size 0: none */
	const struct wd_past *past;         /* in any order */
	uint32_t past_len;
	struct wr_text environment;
	struct wr_text evidence;            /* kind; size 0: not judged (a review) */
	bool has_running, rollback;
	struct wd_digest running;           /* what the workflow's name runs now */
	uint64_t version_seen;              /* highest version of it that ever ran here; 0: none */
	int64_t now;                        /* seconds since 1970 */
};

#define WD_RECORDS_MAX 4096u  /* of one verdict: reviewers are people, and versions go back WD_PAST_MAX */
#define WD_GATE_MEMORY (256u << 20)

/*
 * What a condition of gate_policy.c that is not met is about, so that whoever has the source can say
 * where. Which members count is the code's.
 */
struct wd_about {
	struct wr_text name;   /* the workflow, backend, label or agent; of INPUT_LABELS the path */
	struct wr_text model;  /* MODEL */
	const struct wd_protocol *adaptor; /* BACKEND_KIND */
	uint64_t labels;       /* BACKEND_ACCEPTS: bits of the summary's. BACKEND_TAINTS, INPUT_LABELS: of
				* the policy's; none: there is no such input */
	uint64_t has, allowed; /* LIMIT_...: calls, tokens, milliseconds, calls at once */
};

/* One condition of the verdict. When it is not met wd_code_who says who can meet it. */
struct wd_condition {
	enum wd_code code;
	bool met;
	struct wr_text detail; /* for people; hidden characters made visible; may be empty */
	struct wd_about about; /* zeros when it is met, or stands in no source */
};

/* A record that does not count, and why. */
struct wd_note {
	uint32_t record; /* index into the input's records */
	enum wd_code code;
	struct wr_text detail;
};

/* How far a party is: `1 of 2, ana; it can come from bo`. */
struct wd_party_state {
	bool met;
	struct wr_text text;
};

/*
 * What a person of the policy signed that came of its tests. No condition looks at it, in either direction:
 * tests are for those who decide.
 */
struct wd_tests_state {
	uint32_t record, signer; /* index into the input's records; a person of the policy */
	int64_t at;
	struct wd_digest source; /* of the file that the tests stand in */
	uint32_t results[WD_RESULTS_LEN]; /* how many ended so */
	bool by[WD_TEST_ADAPTORS_LEN];    /* who answered */
	bool good;                        /* all passed: none failed, was in trouble or was skipped */
	struct wr_text text;              /* `12 passed, stubs, signed by ana, 2026-…`; as a detail */
};

#define WD_TESTS_SHOWN 16u /* the newest: a verdict is read by people, and what is older was of older tests */

struct wd_version {
	struct wd_digest digest;
	uint64_t version; /* the highest that an author submitted it as */
};

struct wd_verdict {
	bool approved;          /* every condition is met */
	uint64_t version;       /* of the submission; 0 without one */
	int64_t until;          /* before this second no approval that counts, nor the policy, expires */
	const struct wd_condition *conditions;
	const struct wd_note *notes;
	uint32_t conditions_len, notes_len;
	struct wd_parties parties;
	const struct wd_party_state *states; /* one a party; NULL when nobody was looked for */
	const struct wd_tests_state *tests; /* the newest first, and at most WD_TESTS_SHOWN of them */
	uint32_t tests_len;
	bool has_basis;
	bool basis_agreed;      /* somebody with a role approved it here */
	struct wd_digest basis; /* what the submission follows: approvals must have compared with it */
	const struct wd_version *earlier; /* versions that somebody approved before, oldest first */
	uint32_t earlier_len;
	struct wd_digest scope; /* zero when the bytecode does not verify */
	struct wr_arena arena;
};

/*
 * Judge. Nothing in a record can make this fail: what is not a good record is noted
 * and does not count.
 *
 *   alloc        must outlive the verdict
 *   ret_verdict  free with wd_verdict_free after WR_OK; points into the policy and the module
 *
 * WR_OK (whatever the verdict), WR_LIMIT (too many records) or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_gate(const struct wd_gate_input *input,
    const struct wr_alloc *alloc, struct wd_verdict *ret_verdict);

/*
 * Judge what hangs on the bytecode and the policy alone: the conditions that wd_gate gives from
 * WORKFLOW to LIMIT_WIDTH, and no others. Nobody is asked, no record is looked at, no time passes.
 *
 *   subject      its summary, labels_at and module; the summary must be there
 *   ret_verdict  as of wd_gate, its conditions alone; approved says nothing
 *
 * WR_OK or WR_NOMEM, WR_LIMIT.
 */
WR_MUST_CHECK enum wr_status wd_gate_policy(const struct wd_policy *policy,
    const struct wd_subject *subject, const struct wr_alloc *alloc, struct wd_verdict *ret_verdict);

/*
 * The bytecode that a verdict needs besides the subject's own.
 *
 * The basis is what the packet compares with: what the submission with the highest version
 * follows. Of two such submissions the one that follows something counts, and the higher digest: no
 * order of the records changes it.
 *
 * Earlier are the versions below it, or at it, that somebody with a role approved in the environment,
 * oldest first: an owner who agreed to one of them is asked again when a label of
 * theirs goes.
 */
struct wd_wanted {
	bool has_basis;
	struct wd_digest basis;
	struct wd_digest earlier[WD_PAST_MAX];
	uint32_t earlier_len;
};

/* Needs the subject's digest and summary. WR_OK, WR_LIMIT or WR_NOMEM. */
WR_MUST_CHECK enum wr_status wd_gate_wanted(const struct wd_gate_input *input,
    const struct wr_alloc *alloc, struct wd_wanted *ret_wanted);

void wd_verdict_free(struct wd_verdict *verdict);

/* The first condition with this code that is not met, or NULL. */
const struct wd_condition *wd_verdict_unmet(const struct wd_verdict *verdict, enum wd_code code);

#endif
