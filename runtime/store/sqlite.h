#ifndef WD_STORE_SQLITE_H
#define WD_STORE_SQLITE_H

#include "vm/base/alloc.h"
#include "vm/base/status.h"
#include "vm/base/text.h"

/*
 * SQLite, as far as the runtime needs it: one connection, used by one thread;
 * statements with numbered parameters. Every failure is a status; the words are
 * in wd_sqlite_error.
 */
struct wd_sqlite;
struct wd_sqlite_query;

/* path NULL: in memory. WR_OK, WR_NOMEM or WR_IO. */
WR_MUST_CHECK enum wr_status wd_sqlite_open(
    const char *path, const struct wr_alloc *alloc, struct wd_sqlite **ret_db);

/* All its queries must be freed. NULL is allowed. */
void wd_sqlite_close(struct wd_sqlite *db);

/* Statements without parameters or rows, parted by semicolons. WR_OK, WR_NOMEM or WR_IO. */
WR_MUST_CHECK enum wr_status wd_sqlite_exec(struct wd_sqlite *db, const char *sql);

/* One statement. WR_OK, WR_NOMEM or WR_IO (it does not compile). */
WR_MUST_CHECK enum wr_status wd_sqlite_prepare(
    struct wd_sqlite *db, const char *sql, struct wd_sqlite_query **ret_query);
void wd_sqlite_query_free(struct wd_sqlite_query *query);

/* Parameters count from 1. A failure is remembered and told by the next step. Texts are copied. */
void wd_sqlite_bind_text(struct wd_sqlite_query *query, int parameter, struct wr_text t);
void wd_sqlite_bind_int(struct wd_sqlite_query *query, int parameter, int64_t n);

/*
 * The next row. *ret_row false: the statement is done, has been reset and may be
 * bound and run again. WR_OK, WR_NOMEM or WR_IO.
 */
WR_MUST_CHECK enum wr_status wd_sqlite_step(struct wd_sqlite_query *query, bool *ret_row);

/* Stop early: as if the last row had been read. */
void wd_sqlite_reset(struct wd_sqlite_query *query);

/* Columns of the row count from 0. The text lives until the next step. */
struct wr_text wd_sqlite_text(struct wd_sqlite_query *query, int column);
int64_t wd_sqlite_int(struct wd_sqlite_query *query, int column);
double wd_sqlite_real(struct wd_sqlite_query *query, int column);

/* What went wrong last, until the next call. Never NULL. */
const char *wd_sqlite_error(struct wd_sqlite *db);

#endif
