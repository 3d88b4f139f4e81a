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
#define WD_RECORD_FILES_MAX 1024u      /* records of one digest that are looked at */
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

/* Append a file of the workspace. As wd_file_read. */
WR_MUST_CHECK enum wr_status wd_workspace_read(const struct wd_workspace *ws, const char *name, struct wr_buf *buf);

/* Store bytecode under its digest, which is computed here. WR_OK or WR_IO. */
WR_MUST_CHECK enum wr_status wd_workspace_put(const struct wd_workspace *ws, struct wr_text bytecode,
    struct wd_digest *ret_digest);

/* Append stored bytecode and check its digest. WR_OK, WR_ABSENT, WR_INVALID (other bytes are there), WR_IO, … */
WR_MUST_CHECK enum wr_status wd_workspace_get(const struct wd_workspace *ws, const struct wd_digest *digest,
    struct wr_buf *buf);

/*
 * The digest that a person means: `sha256:` and 64 digits, 64 digits, or at least 8 digits that begin
 * exactly one stored object. WR_OK, WR_ABSENT, WR_REFUSED (more than one), WR_INVALID (no such form), WR_LIMIT or WR_IO.
 */
WR_MUST_CHECK enum wr_status wd_workspace_find(const struct wd_workspace *ws, const char *word,
    struct wd_digest *ret_digest);

/* Files of records in byte order of their names. Names and bytes are the list's. */
struct wd_record_files {
	struct wd_record_file {
		char name[NAME_MAX + 1];
		struct wr_buf bytes;
	} *at;
	size_t len;
	size_t skipped; /* unreadable, too large, or past WD_RECORD_FILES_MAX */
	char skipped_name[NAME_MAX + 1]; /* of one of them */
};

/*
 * Add all records about a digest to the list, which begins as zeros; none is fine.
 * WR_OK, WR_IO or WR_NOMEM; free the list in any event.
 */
WR_MUST_CHECK enum wr_status wd_workspace_records(const struct wd_workspace *ws, const struct wd_digest *digest,
    struct wd_record_files *files);

/* The same for signed versions of the policy. */
WR_MUST_CHECK enum wr_status wd_workspace_versions(const struct wd_workspace *ws, struct wd_record_files *files);
void wd_record_files_free(struct wd_record_files *files);

/* Add a record; an equal one may be there already. WR_OK or WR_IO. */
WR_MUST_CHECK enum wr_status wd_workspace_add(const struct wd_workspace *ws, const struct wd_digest *digest,
    const char *kind, struct wr_text record);

/* Add one owner's signature of a version of the policy. WR_OK or WR_IO. */
WR_MUST_CHECK enum wr_status wd_workspace_add_version(const struct wd_workspace *ws, uint64_t version,
    struct wr_text envelope);

/* Every stored digest, ascending. WR_OK, WR_LIMIT (more than max: part of them would mislead) or WR_IO. */
WR_MUST_CHECK enum wr_status wd_workspace_list(const struct wd_workspace *ws, struct wd_digest *ret_digests,
    size_t max, size_t *ret_len);

/* The same of what there are records about: bytecode, here or not, and keys. */
WR_MUST_CHECK enum wr_status wd_workspace_subjects(const struct wd_workspace *ws, struct wd_digest *ret_digests,
    size_t max, size_t *ret_len);

/* 64 lower-case digits and a NUL. */
void wd_digest_hex(const struct wd_digest *digest, char hex[65]);

#endif
