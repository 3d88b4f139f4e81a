#ifndef WD_JUDGE_H
#define WD_JUDGE_H

#include "runtime/trust/gate.h"
#include "vm/view/packet.h"
#include "vm/writ_vm.h"

/*
 * The way to the gate that everybody takes: load the bytes, derive the parties, render the packet,
 * judge. `writ status`, `approve`, `plan` and the loader of `writd` differ only in what they put in.
 */
struct wd_case {
	/* In. Texts and lists are borrowed until wd_case_free. */
	const struct wd_chain *chain;
	const struct wd_bindings *bindings; /* NULL: not judged here */
	struct wr_text bytes;               /* of the .wfb */
	const struct wr_text *records;
	uint32_t records_len;
	struct wr_text unread;              /* as the gate's */
	struct wr_text environment;
	struct wr_text evidence;            /* size 0: not judged here */
	bool has_running, rollback;
	struct wd_digest running;
	uint64_t version_seen;
	int64_t now;
	/*
	 * Append bytecode that is at hand, of what it is compared with: WR_OK, WR_ABSENT or any other failure, which
	 * count the same. What it gives is hashed here. NULL: none is at hand.
	 */
	enum wr_status (*fetch)(void *user, const struct wd_digest *digest, struct wr_buf *bytes);
	void *user;
	const struct wd_digest *look; /* compare with this instead, for looking only: the gate says no. Or NULL */

	/* Out. */
	struct wd_digest digest;
	struct wr_module *module;           /* NULL when the bytes do not verify */
	struct wr_module *basis;            /* NULL: there is none, or it is not at hand or does not verify */
	struct wd_digest basis_digest;
	struct wr_load_refusal refusal;     /* then why */
	struct wr_buf packet;               /* empty when they do not verify, or there is no such environment */
	struct wd_digest packet_digest;
	struct wd_verdict verdict;
	struct wr_packet plan;              /* with packet: what it and all views are made from */
	struct wr_diff_side basis_side;
	struct wr_graph graph;              /* with module: the picture, and the ways of labels in it */
	struct wr_flows flows;
	struct wr_losses losses;
	struct wr_module *earlier[WD_PAST_MAX]; /* versions that owners of labels compare with; NULL as basis */
	struct wd_past past[WD_PAST_MAX];
	uint32_t past_len;
	struct wr_arena arena;              /* of these */
};

/*
 * The name of the workflow that this bytecode is; empty when it does not verify. WR_OK or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_workflow_name(struct wr_text bytecode, char ret[WR_NAME_MAX + 1]);

/*
 * What the policy alone says about a verified module, as wd_gate_policy. WR_OK, WR_NOMEM or WR_LIMIT;
 * after WR_OK free the verdict, which points into both.
 */
WR_MUST_CHECK enum wr_status wd_judge_policy(const struct wr_module *module,
    const struct wd_policy *policy, const struct wr_alloc *alloc, struct wd_verdict *ret_verdict);

/* WR_OK whatever the verdict; else WR_NOMEM or WR_LIMIT. Free the case in any event. */
WR_MUST_CHECK enum wr_status wd_judge(struct wd_case *c);
void wd_case_free(struct wd_case *c);

#endif
