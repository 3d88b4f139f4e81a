/* The one place with SQLite: statuses for result codes, no SQL of its own. */
#include "runtime/store/sqlite.h"

#include <assert.h>
#include <sqlite3.h>

struct wd_sqlite {
	const struct wr_alloc *alloc;
	sqlite3 *handle;
};

struct wd_sqlite_query {
	struct wd_sqlite *db;
	sqlite3_stmt *statement;
	int failed; /* a bind that did not work */
};

static enum wr_status
status_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return WR_OK;
	case SQLITE_NOMEM:
		return WR_NOMEM;
	default:
		return WR_IO;
	}
}

enum wr_status
wd_sqlite_open(const char *path, const struct wr_alloc *alloc, struct wd_sqlite **ret_db)
{
	struct wd_sqlite *db = wr_alloc_new(alloc, sizeof(*db));
	int code;

	if (db == NULL)
		return WR_NOMEM;
	*db = (struct wd_sqlite){.alloc = alloc};
	code = sqlite3_open_v2(path != NULL ? path : ":memory:", &db->handle,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK) {
		wd_sqlite_close(db);
		return status_of(code);
	}
	(void)sqlite3_extended_result_codes(db->handle, 1);
	*ret_db = db;
	return WR_OK;
}

void
wd_sqlite_close(struct wd_sqlite *db)
{
	int code = db == NULL ? SQLITE_OK : sqlite3_close(db->handle);

	if (db == NULL)
		return;
	assert(code == SQLITE_OK); /* else a query of this connection is still there */
	(void)code;
	wr_alloc_free(db->alloc, db, sizeof(*db));
}

enum wr_status
wd_sqlite_exec(struct wd_sqlite *db, const char *sql)
{
	return status_of(sqlite3_exec(db->handle, sql, NULL, NULL, NULL));
}

enum wr_status
wd_sqlite_prepare(struct wd_sqlite *db, const char *sql, struct wd_sqlite_query **ret_query)
{
	struct wd_sqlite_query *q = wr_alloc_new(db->alloc, sizeof(*q));
	int code;

	if (q == NULL)
		return WR_NOMEM;
	*q = (struct wd_sqlite_query){.db = db};
	code = sqlite3_prepare_v2(db->handle, sql, -1, &q->statement, NULL);
	if (code != SQLITE_OK) {
		wr_alloc_free(db->alloc, q, sizeof(*q));
		return status_of(code);
	}
	*ret_query = q;
	return WR_OK;
}

void
wd_sqlite_query_free(struct wd_sqlite_query *q)
{
	if (q == NULL)
		return;
	(void)sqlite3_finalize(q->statement); /* repeats the last failure, which was told */
	wr_alloc_free(q->db->alloc, q, sizeof(*q));
}

static void
note(struct wd_sqlite_query *q, int code)
{
	if (code != SQLITE_OK && q->failed == SQLITE_OK)
		q->failed = code;
}

void
wd_sqlite_bind_text(struct wd_sqlite_query *q, int parameter, struct wr_text t)
{
	note(q, sqlite3_bind_text64(q->statement, parameter, t.at != NULL ? t.at : "", t.size,
		    SQLITE_TRANSIENT, SQLITE_UTF8));
}

void
wd_sqlite_bind_int(struct wd_sqlite_query *q, int parameter, int64_t n)
{
	note(q, sqlite3_bind_int64(q->statement, parameter, n));
}

enum wr_status
wd_sqlite_step(struct wd_sqlite_query *q, bool *ret_row)
{
	int code = q->failed != SQLITE_OK ? q->failed : sqlite3_step(q->statement);

	q->failed = SQLITE_OK;
	if (code != SQLITE_ROW)
		(void)sqlite3_reset(q->statement);
	if (status_of(code) == WR_OK)
		*ret_row = code == SQLITE_ROW;
	return status_of(code);
}

void
wd_sqlite_reset(struct wd_sqlite_query *q)
{
	(void)sqlite3_reset(q->statement);
}

struct wr_text
wd_sqlite_text(struct wd_sqlite_query *q, int column)
{
	const char *at = (const char *)sqlite3_column_text(q->statement, column);

	return (struct wr_text){
	    at, at == NULL ? 0 : (size_t)sqlite3_column_bytes(q->statement, column)};
}

int64_t
wd_sqlite_int(struct wd_sqlite_query *q, int column)
{
	return sqlite3_column_int64(q->statement, column);
}

double
wd_sqlite_real(struct wd_sqlite_query *q, int column)
{
	return sqlite3_column_double(q->statement, column);
}

const char *
wd_sqlite_error(struct wd_sqlite *db)
{
	return sqlite3_errmsg(db->handle);
}
