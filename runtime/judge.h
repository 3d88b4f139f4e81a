#ifndef WD_JUDGE_H
#define WD_JUDGE_H

#include "runtime/trust/gate.h"
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
	struct wr_text environment;
	struct wr_text evidence;            /* size 0: not judged here */
	bool has_running, rollback;
	struct wd_digest running;
	uint64_t version_seen;
	int64_t now;

	/* Out. */
	struct wd_digest digest;
	struct wr_module *module;           /* NULL when the bytes do not verify */
	struct wr_load_refusal refusal;     /* then why */
	struct wr_buf packet;               /* empty when they do not verify, or there is no such environment */
	struct wd_digest packet_digest;
	struct wd_verdict verdict;
};

/* WR_OK whatever the verdict; else WR_NOMEM or WR_LIMIT. Free the case in any event. */
WR_MUST_CHECK enum wr_status wd_judge(struct wd_case *c);
void wd_case_free(struct wd_case *c);

#endif
