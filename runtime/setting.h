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

/* What a chain is read from: a policy beside them, and envelopes around versions of it. */
struct wd_policy_files {
	struct wr_buf first;
	struct wd_record_files envelopes;
};

/*
 * policy.json and .writ/policy. WR_OK, WR_ABSENT (no policy.json), WR_LIMIT, WR_NOMEM or WR_IO, also when a version that
 * is kept there cannot be read: nobody can tell what it revokes. Free in any event.
 */
WR_MUST_CHECK enum wr_status wd_policy_files_read(const struct wd_workspace *ws, struct wd_policy_files *ret);

/* Append why there is no chain: the file, the place, what is wrong. error: as wd_policy_files_chain left it, or zeros. */
void wd_policy_files_explain(const struct wd_policy_files *files, enum wr_status status,
    const struct wd_json_error *error, struct wr_buf *why);

/*
 * Add what wd_policy_files_publish wrote, from anywhere: it is not trusted, a chain is made of it or not.
 * Its first version stands in for one that is not the root. To a struct of zeros too.
 * WR_OK, WR_MALFORMED, WR_LIMIT or WR_NOMEM; free in any event.
 */
WR_MUST_CHECK enum wr_status wd_policy_files_add(struct wd_policy_files *files, const struct wd_digest *root,
    struct wr_text published);

/* The chain of these files; as wd_chain_read. */
WR_MUST_CHECK enum wr_status wd_policy_files_chain(const struct wd_policy_files *files,
    const struct wd_digest *root, struct wd_chain *ret_chain, struct wd_json_error *ret_error);

/*
 * Append {"type":"writ-policy-versions/1","first","envelopes"}: the bytes of the first version in base64, and
 * the envelopes that are of versions of the chain. WR_OK or out->status.
 */
WR_MUST_CHECK enum wr_status wd_policy_files_publish(const struct wd_policy_files *files,
    const struct wd_chain *chain, struct wr_buf *out);

void wd_policy_files_free(struct wd_policy_files *files);

/*
 * The policy in force and the versions before it: policy.json and .writ/policy.
 *
 *   root  the trust root to begin at; NULL: the only first version there is
 *
 * WR_OK, WR_ABSENT (there is no policy, or none with that root), WR_IO, or what wd_chain_read and wd_seen_policy say.
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

#endif
