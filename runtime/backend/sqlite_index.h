#ifndef WD_BACKEND_SQLITE_INDEX_H
#define WD_BACKEND_SQLITE_INDEX_H

#include "runtime/backend/backend.h"
#include "runtime/store/sqlite.h"

/*
 * Fill an in-memory index from a folder (texts `.md` and `.txt`, records `.jsonl`,
 * folders inside; hidden names, links and other files are passed over) or from one
 * such file. A text becomes passages {"ref": its file name, "body": paragraphs}; a
 * line of JSON is a record as it stands. Tables afterwards:
 *
 *	entry(id, source, passage, record)  source: path below the folder; passage: 1 if from a text
 *	words(content)                      FTS5, same rowids
 *
 * WR_OK, WR_NOMEM, or WR_ABSENT, WR_IO, WR_LIMIT, WR_REFUSED with ret_trouble.
 */
WR_MUST_CHECK enum wr_status wd_sqlite_index(struct wd_sqlite *db, const char *path,
    const struct wr_alloc *alloc, struct wd_trouble *ret_trouble);

#endif
