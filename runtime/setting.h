#ifndef WD_SETTING_H
#define WD_SETTING_H

#include "runtime/trust/bindings.h"
#include "runtime/workspace.h"

/*
 * What a workspace says about where its workflows run: policy.json, and the bindings of one
 * environment. Read in one way by draft runs, review and the service; a wrong file is refused whole.
 *
 *   why  gains a line for people: the file, the place, what is wrong; with all but WR_OK
 */

/* WR_OK, WR_ABSENT (there is no policy.json), WR_IO, or what wd_policy_read says. */
WR_MUST_CHECK enum wr_status wd_policy_open(const struct wd_workspace *ws, struct wd_policy *ret_policy,
    struct wr_buf *why);

/*
 * The bindings in `path`, or in bindings.<environment>.json of the workspace when it is NULL; no such
 * file there binds nothing. WR_OK, WR_REFUSED (also: for another environment), WR_ABSENT (path), WR_IO, or what
 * wd_bindings_read says.
 */
WR_MUST_CHECK enum wr_status wd_bindings_open(const struct wd_workspace *ws, const char *environment,
    const char *path, struct wd_bindings *ret_bindings, struct wr_buf *why);

/*
 * The trust root of whoever works in a folder: the SHA-256 of its workspace's policy.json, whatever
 * that says. False when there is none to read.
 */
bool wd_root_find(const char *folder, struct wd_digest *ret_root);

#endif
