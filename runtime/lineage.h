#ifndef WD_LINEAGE_H
#define WD_LINEAGE_H

#include "runtime/trust/record.h"
#include "runtime/workspace.h"
#include "vm/base/limits.h"

/*
 * What a workspace's authors have submitted as which workflow: who is looking at one version of it
 * finds the others here. It says what is there; what of it counts is the gate's to judge.
 */
struct wd_lineage {
	struct wd_line {
		struct wd_digest digest;
		char workflow[WR_NAME_MAX + 1];
		uint64_t version; /* the highest it was submitted as */
	} *at; /* by workflow; of one workflow the latest version first */
	size_t len;
	struct wd_remarks unread; /* submissions that cannot be read: of which workflow nobody can tell */
};

#define WD_LINEAGE_VERSIONS_MAX 256u /* of one workflow whose records are looked at: the latest */

/*
 * Read every submission of the workspace that a person of the policy signed.
 *
 *   ret  free with wd_lineage_free in any event
 *
 * WR_OK, WR_LIMIT (records about too many digests), WR_IO or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wd_lineage_read(const struct wd_workspace *ws, const struct wd_policy *policy,
    struct wd_lineage *ret);
void wd_lineage_free(struct wd_lineage *lineage);

/* The latest line of a workflow, or NULL: nothing was submitted as it. Others of it come after it. */
const struct wd_line *wd_lineage_latest(const struct wd_lineage *lineage, struct wr_text workflow);

/*
 * Add the records about the workflow's other digests to the list, the latest versions first, as many as a verdict
 * takes; and what of the lineage is unread. As wd_workspace_records.
 */
WR_MUST_CHECK enum wr_status wd_lineage_records(const struct wd_lineage *lineage, const struct wd_workspace *ws,
    struct wr_text workflow, const struct wd_digest *besides, struct wd_record_files *files);

#endif
