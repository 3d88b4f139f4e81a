/* The versions of workflows in a workspace. It reads and sorts; it judges nothing but signatures. */
#include "runtime/lineage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/sysalloc.h"
#include "runtime/trust/gate.h"

static const char submission[] = "submission-";

_Static_assert(WD_RECORD_LIST_MAX == WD_RECORDS_MAX, "what is read can be judged");

/* One submission joins its digest's line; a digest submitted as two workflows has two. */
static enum wr_status
add(struct wd_lineage *l, const struct wd_record *r, size_t first)
{
	const struct wd_submission *s = &r->submission;
	struct wd_line *grown;

	for (size_t i = first; i < l->len; i++)
		if (wr_text_eq(wr_text_of(l->at[i].workflow), s->workflow)) {
			if (s->version > l->at[i].version)
				l->at[i].version = s->version;
			return WR_OK;
		}
	if (s->workflow.size > WR_NAME_MAX)
		return WR_OK; /* no workflow has such a name */
	if ((l->len & (l->len - 1)) == 0) {
		grown = realloc(l->at, (l->len == 0 ? 1 : 2 * l->len) * sizeof *grown);
		if (grown == NULL)
			return WR_NOMEM;
		l->at = grown;
	}
	l->at[l->len] = (struct wd_line){ .digest = r->subject, .version = s->version };
	(void)snprintf(l->at[l->len++].workflow, sizeof l->at->workflow, "%.*s", (int)s->workflow.size, s->workflow.at);
	return WR_OK;
}

/* A submission, by its name, or a whole folder (no digest has a dash): the lineage is not whole without it. */
static void
miss(struct wd_lineage *l, const struct wd_remarks *unread)
{
	for (size_t i = 0; i < unread->named; i++) {
		const char *name = strrchr(unread->at[i].name, '/') + 1;

		if (strncmp(name, submission, sizeof submission - 1) == 0 || strchr(name, '-') == NULL ||
		    unread->len > unread->named) /* who knows what the others are */
			wd_remarks_add(&l->unread, &unread->at[i]);
	}
}

static enum wr_status
add_folder(struct wd_lineage *l, const struct wd_workspace *ws, const struct wd_policy *policy,
    const struct wd_digest *digest)
{
	struct wd_record_files files = { 0 };
	enum wr_status status = wd_workspace_records(ws, digest, &files);
	size_t first = l->len;

	miss(l, &files.unread);
	for (size_t i = 0; i < files.len && status == WR_OK; i++) {
		struct wd_record_problem problem;
		struct wd_record record;

		if (strncmp(files.at[i].name, submission, sizeof submission - 1) != 0)
			continue;
		status = wd_record_open(policy, wr_buf_view(&files.at[i].bytes), wd_alloc(), &record, &problem);
		if (status == WR_OK) {
			if (record.kind == WD_SUBMISSION && wd_digest_eq(&record.subject, digest))
				status = add(l, &record, first);
			wd_record_free(&record);
		} else if (status == WR_REFUSED) {
			status = WR_OK; /* junk: the gate says so when it judges the digest */
		}
	}
	wd_record_files_free(&files);
	return status;
}

static int
by_version(const void *a, const void *b)
{
	const struct wd_line *x = a, *y = b;
	int order = strcmp(x->workflow, y->workflow);

	if (order != 0)
		return order;
	if (x->version != y->version)
		return x->version > y->version ? -1 : 1;
	return memcmp(x->digest.at, y->digest.at, sizeof x->digest.at);
}

enum wr_status
wd_lineage_read(const struct wd_workspace *ws, const struct wd_policy *policy, struct wd_lineage *ret)
{
	struct wd_digest *all = calloc(WD_OBJECTS_MAX, sizeof *all);
	enum wr_status status = WR_NOMEM;
	size_t len = 0;

	*ret = (struct wd_lineage){ 0 };
	if (all != NULL)
		status = wd_workspace_subjects(ws, all, WD_OBJECTS_MAX, &len, NULL);
	for (size_t i = 0; i < len && status == WR_OK; i++)
		status = add_folder(ret, ws, policy, &all[i]);
	if (ret->len > 0)
		qsort(ret->at, ret->len, sizeof *ret->at, by_version);
	free(all);
	return status;
}

void
wd_lineage_free(struct wd_lineage *lineage)
{
	free(lineage->at);
	*lineage = (struct wd_lineage){ 0 };
}

const struct wd_line *
wd_lineage_latest(const struct wd_lineage *lineage, struct wr_text workflow)
{
	for (size_t i = 0; i < lineage->len; i++)
		if (wr_text_eq(wr_text_of(lineage->at[i].workflow), workflow))
			return &lineage->at[i];
	return NULL;
}

enum wr_status
wd_lineage_records(const struct wd_lineage *lineage, const struct wd_workspace *ws, struct wr_text workflow,
    const struct wd_digest *besides, struct wd_record_files *files)
{
	const struct wd_line *line = wd_lineage_latest(lineage, workflow), *end = lineage->at + lineage->len;
	enum wr_status status = WR_OK;

	for (size_t i = 0; i < lineage->unread.named; i++)
		wd_remarks_add(&files->unread, &lineage->unread.at[i]);
	for (uint32_t n = 0; line != NULL && line < end && n < WD_LINEAGE_VERSIONS_MAX && status == WR_OK; line++, n++) {
		if (!wr_text_eq(wr_text_of(line->workflow), workflow) ||
		    files->len + WD_RECORD_FILES_MAX > WD_RECORDS_MAX)
			break;
		if (!wd_digest_eq(&line->digest, besides))
			status = wd_workspace_records(ws, &line->digest, files);
	}
	return status;
}
