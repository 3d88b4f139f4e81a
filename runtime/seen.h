#ifndef WD_SEEN_H
#define WD_SEEN_H

#include "runtime/trust/chain.h"
#include "runtime/workspace.h"

/*
 * What was obeyed in this workspace before, in .writ/state, which git does not keep: the highest
 * version of the policy under its root, and of each workflow in each environment. Files that are
 * taken away do not bring an earlier version back. Whoever may delete the state can; then only callers
 * who know better notice.
 *
 *   why  gains a line for people, with all but WR_OK
 */

/*
 * Is the version that was in force here still one of the chain's? WR_OK, WR_STALE (no: `policy-rollback: …`),
 * WR_MALFORMED (the file is not one of these), WR_LIMIT, WR_NOMEM or WR_IO.
 */
WR_MUST_CHECK enum wr_status wd_seen_policy(const struct wd_workspace *ws, const struct wd_chain *chain,
    struct wr_buf *why);

/* From now on the chain's last version was in force here. WR_OK, WR_NOMEM or WR_IO. */
WR_MUST_CHECK enum wr_status wd_seen_policy_keep(const struct wd_workspace *ws, const struct wd_chain *chain,
    struct wr_buf *why);

/*
 * The highest version of a workflow that ran here; 0: none did. Environment and workflow are names.
 * WR_OK, WR_MALFORMED, WR_LIMIT, WR_NOMEM or WR_IO.
 */
WR_MUST_CHECK enum wr_status wd_seen_version(const struct wd_workspace *ws, struct wr_text environment,
    const char *workflow, uint64_t *ret_version, struct wr_buf *why);

/* From now on this version ran here, unless a higher one did. The statuses of wd_seen_version. */
WR_MUST_CHECK enum wr_status wd_seen_version_keep(const struct wd_workspace *ws, struct wr_text environment,
    const char *workflow, uint64_t version, const struct wd_digest *digest, struct wr_buf *why);

#endif
