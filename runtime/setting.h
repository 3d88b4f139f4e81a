#ifndef WD_SETTING_H
#define WD_SETTING_H

#include "runtime/trust/bindings.h"
#include "runtime/trust/chain.h"
#include "runtime/workspace.h"

/*
 * What a workspace says about where its workflows run: policy.json, and the bindings of one
 * environment. Read in one way by draft runs, review and the service; a wrong file is refused whole.
 *
 *   why  gains a line for people: the file, the place, what is wrong; with all but WR_OK
 */

/*
 * The policy in force and the versions before it: policy.json and .writ/policy.
 *
 *   root  the trust root to begin at; NULL: the only first version there is
 *
 * WR_OK, WR_ABSENT (there is no policy, or none with that root), WR_IO, or what wd_chain_read says.
 */
WR_MUST_CHECK enum wr_status wd_policy_open(const struct wd_workspace *ws, const struct wd_digest *root,
    struct wd_chain *ret_chain, struct wr_buf *why);

/*
 * What the gate is to see about a digest: the records in its folder, and those about the keys of
 * the policy's persons. Adds to the list, as wd_workspace_records.
 */
WR_MUST_CHECK enum wr_status wd_records_about(const struct wd_workspace *ws, const struct wd_policy *policy,
    const struct wd_digest *digest, struct wd_record_files *files);

/*
 * The bindings in `path`, or in bindings.<environment>.json of the workspace when it is NULL; no such
 * file there binds nothing. WR_OK, WR_REFUSED (also: for another environment), WR_ABSENT (path), WR_IO, or what
 * wd_bindings_read says.
 */
WR_MUST_CHECK enum wr_status wd_bindings_open(const struct wd_workspace *ws, const char *environment,
    const char *path, struct wd_bindings *ret_bindings, struct wr_buf *why);

/*
 * The trust root of whoever works in a folder: of the workspace's policy. False when there is no good one.
 */
bool wd_root_find(const char *folder, struct wd_digest *ret_root);

#endif
