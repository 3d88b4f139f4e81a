#ifndef WD_SERVE_SEEN_H
#define WD_SERVE_SEEN_H

#include "runtime/setting.h"

/*
 * The highest version of the policy that a service of this workspace ever obeyed, in
 * .writ/state/policy-<root>. Files that are taken away do not bring an earlier version back. Whoever may
 * delete the state can; then only callers who know better notice.
 *
 *   why  gains `policy-rollback: …` with WR_STALE, else what is wrong with the file
 *
 * WR_OK (and the version is remembered), WR_STALE (the chain lacks the version that was seen), WR_MALFORMED or WR_IO.
 */
WR_MUST_CHECK enum wr_status wd_seen_check(const struct wd_workspace *ws, const struct wd_chain *chain,
    struct wr_buf *why);

#endif
