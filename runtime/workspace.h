#ifndef WD_WORKSPACE_H
#define WD_WORKSPACE_H

#include <limits.h>

#include "runtime/trust/crypto.h"
#include "vm/base/buf.h"
#include "vm/base/status.h"
#include "vm/base/text.h"

/*
 * A workspace: a folder with a policy, bindings, sources, and .writ/, a content-addressed
 * store of bytecode and records that only grows and merges well in git:
 *
 *	policy.json  bindings.<environment>.json
 *	.writ/objects/<64 hex>.wfb
 *	.writ/records/<64 hex of the bytecode, or of a key>/<kind>-<16 hex of the record>.json
 *	.writ/policy/<version>-<16 hex of the envelope>.dsse
 *
 * This file knows names and bytes; it trusts nothing and judges nothing.
 */
struct wd_workspace {
	char root[PATH_MAX];
};

#define WD_OBJECTS_MAX 65536u          /* stored digests that are listed */
#define WD_RECORD_FILES_MAX 1024u      /* records of one digest: reviewers are people */
#define WD_RECORD_LIST_MAX 4096u       /* in one list: the records of several digests */
#define WD_REMARKS_MAX 16u             /* files that are named when something is wrong with them */
#define WD_TEST_RECORDS_MAX 64u        /* records of tests of one digest that `writ test` adds */
#define WD_RECORD_SIZE_MAX 65536u /* bytes of one record file */
#define WD_POLICY_FILE_MAX (2u << 20) /* bytes of one signed policy */

/*
 * The nearest folder from `folder` upward that has a policy.json, else `folder` itself. Upward only
 * files of the user or of root count: who may write to /tmp must not choose another's trust root.
 * WR_OK or WR_IO.
 */
WR_MUST_CHECK enum wr_status wd_workspace_open(struct wd_workspace *ws, const char *folder);

/* root/name into path. False when it is too long. */
bool wd_workspace_path(const struct wd_workspace *ws, char path[PATH_MAX], const char *name);

/* Append a file of the workspace; it may be a link to one. As wd_file_read, and WR_IO for a fifo or a device. */
WR_MUST_CHECK enum wr_status wd_workspace_read(const struct wd_workspace *ws, const char *name, struct wr_buf *buf);

/* Put a file of the workspace, and the folders it needs; as wd_file_write. WR_OK or WR_IO. */
WR_MUST_CHECK enum wr_status wd_workspace_write(const struct wd_workspace *ws, const char *name, struct wr_text bytes);

/* Store bytecode under its digest, which is computed here. WR_OK or WR_IO. */
WR_MUST_CHECK enum wr_status wd_workspace_put(const struct wd_workspace *ws, struct wr_text bytecode,
    struct wd_digest *ret_digest);

/*
 * Append stored bytecode and check its digest. WR_OK, WR_ABSENT, WR_INVALID (other bytes are there), WR_REFUSED (no
 * regular file), WR_IO, …
 */
WR_MUST_CHECK enum wr_status wd_workspace_get(const struct wd_workspace *ws, const struct wd_digest *digest,
    struct wr_buf *buf);

/*
 * The digest that a person means: `sha256:` and 64 digits, 64 digits, or at least 8 digits that begin
 * exactly one stored object. WR_OK, WR_ABSENT, WR_REFUSED (more than one), WR_INVALID (no such form), WR_LIMIT or WR_IO.
 */
WR_MUST_CHECK enum wr_status wd_workspace_find(const struct wd_workspace *ws, const char *word,
    struct wd_digest *ret_digest);

/* Files of the store of which something is to be said: the first of them in byte order, and how many there are. */
struct wd_remarks {
	struct wd_remark {
		char name[NAME_MAX + 128]; /* from the workspace's root; anybody's bytes: see wd_remark_write */
		char why[64];
	} at[WD_REMARKS_MAX];
	size_t len, named; /* named: how many of them stand in `at` */
};

/* Keep it, unless it is there by its name: what is named must not hang on the order of a folder. */
void wd_remarks_add(struct wd_remarks *remarks, const struct wd_remark *remark);

/* `.writ/records/…/x.json (Permission denied)`, and all of them, `… and 3 more`; hidden characters made visible. */
void wd_remark_write(const struct wd_remark *remark, struct wr_buf *out);
void wd_remarks_write(const struct wd_remarks *remarks, struct wr_buf *out);

/* Files of records in byte order of their names. Names and bytes are the list's. */
struct wd_record_files {
	struct wd_record_file {
		char name[NAME_MAX + 1];
		struct wr_buf bytes;
	} *at;
	size_t len, room;
	/*
	 * What was said here and cannot be heard: a file that has a record's name and not the bytes which
	 * that name is of, or that may not be read. Nobody can tell that it was not a reject: whoever approves
	 * must not go on as if it were not there.
	 */
	struct wd_remarks unread;
	struct wd_remarks strays; /* what is no record and never was: ignored */
};

/*
 * Add all records about a digest to the list, which begins as zeros; none is fine.
 * WR_OK, WR_LIMIT (more than WD_RECORD_FILES_MAX, or WD_RECORD_LIST_MAX in all: part of them would mislead), WR_IO or WR_NOMEM; free the
 * list in any event.
 */
WR_MUST_CHECK enum wr_status wd_workspace_records(const struct wd_workspace *ws, const struct wd_digest *digest,
    struct wd_record_files *files);

/* The same for signed versions of the policy. */
WR_MUST_CHECK enum wr_status wd_workspace_versions(const struct wd_workspace *ws, struct wd_record_files *files);

/* Room for one more at the end of the list. WR_OK, WR_LIMIT or WR_NOMEM. */
WR_MUST_CHECK enum wr_status wd_record_files_grow(struct wd_record_files *files);
void wd_record_files_free(struct wd_record_files *files);

/* Add a record; an equal one may be there already. WR_OK or WR_IO. */
WR_MUST_CHECK enum wr_status wd_workspace_add(const struct wd_workspace *ws, const struct wd_digest *digest,
    const char *kind, struct wr_text record);

/* Add one owner's signature of a version of the policy. WR_OK or WR_IO. */
WR_MUST_CHECK enum wr_status wd_workspace_add_version(const struct wd_workspace *ws, uint64_t version,
    struct wr_text envelope);

/* What stands in .writ/policy, .writ/state and .writ/records under a name that nothing of ours has. WR_OK or WR_IO. */
WR_MUST_CHECK enum wr_status wd_workspace_look(const struct wd_workspace *ws, struct wd_remarks *strays);

/*
 * Every stored digest, ascending; whether its bytes are there is not asked. WR_OK, WR_LIMIT (more than max: part of
 * them would mislead) or WR_IO.
 *
 *   strays  gains what stands there and is no bytecode; or NULL
 */
WR_MUST_CHECK enum wr_status wd_workspace_list(const struct wd_workspace *ws, struct wd_digest *ret_digests,
    size_t max, size_t *ret_len, struct wd_remarks *strays);

/* The same of what there are records about: bytecode, here or not, and keys. */
WR_MUST_CHECK enum wr_status wd_workspace_subjects(const struct wd_workspace *ws, struct wd_digest *ret_digests,
    size_t max, size_t *ret_len, struct wd_remarks *strays);

/* 64 lower-case digits and a NUL. */
void wd_digest_hex(const struct wd_digest *digest, char hex[65]);

#endif
