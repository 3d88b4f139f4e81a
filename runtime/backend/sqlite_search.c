/*
 * Retrieval on one machine: full-text search (FTS5, BM25) over a folder or a
 * file of JSON lines, indexed in memory when the backend is opened. The query is
 * words, never search syntax. Only the mode `lexical` exists.
 */
#include "runtime/backend/lexical.h"
#include "runtime/backend/sqlite_index.h"
#include "runtime/json.h"

#include <stdio.h>

#define MEMORY_MAX (64u << 20) /* one query: its words, the rows and the answer */

struct search {
	const struct wr_alloc *alloc;
	struct wd_sqlite *db;
	struct wd_sqlite_query *select;
};

/* ---- opening ---- */

static void
close_search(void *state)
{
	struct search *s = state;

	wd_sqlite_query_free(s->select);
	wd_sqlite_close(s->db);
	wr_alloc_free(s->alloc, s, sizeof(*s));
}

/* The address below the workspace's folder, unless it is absolute. */
static bool
find_path(const struct wd_backend_config *config, char *path, size_t size)
{
	struct wr_text a = config->address, root = config->root;
	int n;

	if (a.size == 0 || memchr(a.at, '\0', a.size) != NULL || a.size >= size ||
	    root.size >= size)
		return false;
	if (a.at[0] == '/' || root.size == 0)
		n = snprintf(path, size, "%.*s", (int)a.size, a.at);
	else
		n = snprintf(path, size, "%.*s/%.*s", (int)root.size, root.at, (int)a.size, a.at);
	while (n > 1 && (size_t)n < size && path[n - 1] == '/')
		path[--n] = '\0';
	return n > 0 && (size_t)n < size;
}

static enum wr_status
open_search(const struct wd_backend_config *config, const struct wr_alloc *alloc, void **ret_state,
    struct wd_trouble *ret_trouble)
{
	struct search *s = wr_alloc_new(alloc, sizeof(*s));
	char path[1024];
	enum wr_status got;

	if (s == NULL)
		return WR_NOMEM;
	*s = (struct search){.alloc = alloc};
	if (!find_path(config, path, sizeof(path))) {
		wd_trouble_set(ret_trouble, "`%.*s` is no path of a folder or file",
		    wd_print_size(config->address), config->address.at);
		close_search(s);
		return WR_REFUSED;
	}
	got = wd_sqlite_open(NULL, alloc, &s->db);
	if (got == WR_OK)
		got = wd_sqlite_index(s->db, path, alloc, ret_trouble);
	if (got == WR_OK)
		got = wd_sqlite_prepare(s->db,
		    "SELECT entry.record, entry.passage, entry.source, -bm25(words) FROM words "
		    "JOIN entry ON entry.id = words.rowid WHERE words MATCH ?1 AND (?2 = '' "
		    "OR entry.source = ?2 OR substr(entry.source, 1, length(?2) + 1) = ?2 || '/') "
		    "ORDER BY bm25(words), entry.id LIMIT ?3",
		    &s->select);
	if (got == WR_IO && ret_trouble->text[0] == '\0')
		wd_trouble_set(ret_trouble, "no full-text search: %s",
		    s->db == NULL ? "no memory" : wd_sqlite_error(s->db));
	if (got != WR_OK) {
		close_search(s);
		return got;
	}
	*ret_state = s;
	return WR_OK;
}

static bool
has_mode(struct wr_text mode)
{
	return wr_text_eq(mode, WR_TEXT("lexical"));
}

/* ---- asking ---- */

/*
 * A text as an FTS5 query: its words, quoted, any of them. Stop words count only
 * when there is nothing else. Empty when the text has no words.
 */
static enum wr_status
write_match(struct wr_arena *arena, struct wr_text text, struct wr_buf *out)
{
	struct wd_reading r;
	enum wr_status got = wd_read(arena, text, &r);
	bool stops = got == WR_OK && r.stems_len == 0;
	uint32_t taken[WD_QUERY_TERMS_MAX], len = 0;

	if (got != WR_OK)
		return got;
	for (uint32_t i = 0; i < r.terms_len && len < WD_QUERY_TERMS_MAX; i++) {
		const struct wd_term *t = &r.terms[i];
		bool skip = !stops && (t->flags & WD_TERM_STOP) != 0;

		for (uint32_t k = 0; k < len && !skip; k++)
			skip = r.terms[taken[k]].stem == t->stem;
		if (skip)
			continue;
		taken[len++] = i;
		wr_buf_str(out, len > 1 ? " OR \"" : "\"");
		wr_buf_add(out, text.at + t->offset, t->size);
		wr_buf_byte(out, '"');
	}
	return out->status;
}

/* True when a schema allows null. */
static bool
is_optional(const struct wd_json *schema)
{
	const struct wd_json *any = wd_json_get(schema, "anyOf");

	return wd_json_len(any) > 0 &&
	       wd_json_text_is(
		   wd_json_get(wd_json_item(any, wd_json_len(any) - 1), "type"), "null");
}

/*
 * On a retry the passage was too long for its field: half of it, to a sentence's or a word's end.
 */
static struct wr_text
shorten(struct wr_text body, uint32_t attempt)
{
	size_t most = WD_PASSAGE_MAX >> (attempt < 6 ? attempt - 1 : 5), word = 0;

	if (attempt < 2 || body.size <= most)
		return body;
	for (size_t i = most; i > 0; i--) {
		if (body.at[i] != ' ' && body.at[i] != '\n')
			continue;
		word = word == 0 ? i : word;
		if (i > most / 2 && strchr(".!?", body.at[i - 1]) != NULL)
			return (struct wr_text){body.at, i};
	}
	return (struct wr_text){body.at, word};
}

/* The members that the result's type wants, of one row. NULL: a failure is in ret_answer or doc. */
static struct wd_json *
make_record(struct wd_json_doc *doc, struct wd_sqlite_query *row, const struct wd_json *wanted,
    uint32_t attempt, struct wd_answer *ret_answer)
{
	struct wd_json *record, *made = wd_json_object(doc);
	bool passage = wd_sqlite_int(row, 1) != 0;
	enum wr_status got = wd_json_parse_into(doc, wd_sqlite_text(row, 0), &record, NULL);

	if (got != WR_OK) {
		doc->status = got;
		return NULL;
	}
	for (size_t i = 0; i < wd_json_len(wanted); i++) {
		struct wr_text name = wd_json_name(wanted, i);
		const struct wd_json *value = wd_json_get_text(record, name);
		struct wd_json *copy;

		if (value == NULL && !is_optional(wd_json_item(wanted, i))) {
			struct wr_text source = wd_sqlite_text(row, 2);

			wd_answer_fail(ret_answer, WR_FAILURE_REFUSED,
			    "`%.*s` has no member `%.*s`%s", wd_print_size(source), source.at,
			    wd_print_size(name), name.at,
			    passage ? ": a text has `ref` and `body`" : "");
			return NULL;
		}
		if (value == NULL)
			copy = wd_json_new_null(doc);
		else if (passage && wr_text_eq(name, WR_TEXT("body")))
			copy = wd_json_new_text(doc, shorten(wd_json_text(value), attempt));
		else
			copy = wd_json_copy(doc, value);
		(void)wd_json_set_named(doc, made, name, copy);
	}
	return made;
}

static double
least_score(const struct wr_call *call)
{
	const struct wr_part *p = wd_call_part(call, "min_score");

	if (p == NULL)
		return -1e300;
	return p->shape == WR_PART_INT ? (double)p->integer : p->number;
}

static void
run_query(struct search *s, const struct wr_call *call, struct wd_json_doc *doc,
    const struct wd_json *wanted, struct wr_text match, struct wd_answer *ret_answer)
{
	const struct wr_part *top = wd_call_part(call, "top");
	const struct wr_part *collection = wd_call_part(call, "collection");
	double least = least_score(call);
	bool row = match.size > 0;

	wd_sqlite_bind_text(s->select, 1, match);
	wd_sqlite_bind_text(s->select, 2, collection != NULL ? collection->text : WR_TEXT(""));
	wd_sqlite_bind_int(s->select, 3, top != NULL ? top->integer : 10);
	while (row) {
		struct wd_json *made;
		enum wr_status got = wd_sqlite_step(s->select, &row);

		if (got != WR_OK) {
			wd_answer_fail(ret_answer, WR_FAILURE_UNAVAILABLE, "the search failed: %s",
			    wd_sqlite_error(s->db));
			return;
		}
		if (!row || wd_sqlite_real(s->select, 3) < least)
			break;
		made = make_record(doc, s->select, wanted, call->attempt, ret_answer);
		if (made == NULL)
			break;
		(void)wd_json_push(doc, doc->root, made);
	}
	wd_sqlite_reset(s->select);
}

static void
answer(void *state, const struct wr_call *call, struct wr_buf *out, struct wd_answer *ret_answer)
{
	struct search *s = state;
	const struct wr_part *query = wd_call_part(call, "query");
	const struct wr_part *mode = wd_call_part(call, "mode");
	struct wd_json *schema = NULL;
	const struct wd_json *wanted;
	struct wd_json_doc doc;
	struct wr_buf match;
	enum wr_status got;

	wd_json_init(&doc, s->alloc, MEMORY_MAX);
	wr_buf_init(&match, s->alloc, WD_READING_MAX);
	got = wd_json_parse_into(&doc, call->schema, &schema, NULL);
	wanted = wd_json_get(wd_json_get(schema, "items"), "properties");
	if (mode != NULL && !has_mode(mode->text)) {
		wd_answer_fail(ret_answer, WR_FAILURE_REFUSED,
		    "the adaptor `sqlite` has no mode `%.*s`, "
		    "only `lexical`",
		    wd_print_size(mode->text), mode->text.at);
		goto done;
	}
	if (got == WR_OK && (wanted == NULL || query == NULL)) {
		wd_answer_fail(
		    ret_answer, WR_FAILURE_REFUSED, "the adaptor `sqlite` gives lists of records");
		goto done;
	}
	doc.root = wd_json_array(&doc);
	if (got == WR_OK)
		got = write_match(&doc.arena, query->text, &match);
	wd_answer_ok(ret_answer, 0);
	if (got == WR_OK)
		run_query(s, call, &doc, wanted, match.size > 0 ? wr_buf_view(&match) : WR_TEXT(""),
		    ret_answer);
	if (got == WR_OK)
		got = doc.status;
	if (got != WR_OK)
		wd_answer_fail(ret_answer, WR_FAILURE_UNAVAILABLE, "the search failed: %s",
		    wr_status_text(got));
	else if (ret_answer->ok)
		wd_json_write(doc.root, WD_JSON_COMPACT, out);
done:
	wr_buf_free(&match);
	wd_json_free(&doc);
}

const struct wd_adaptor wd_adaptor_sqlite = {
    .name = "sqlite",
    .kinds = "retrieve",
    .class = WD_CLASS_EMBEDDED,
    .open = open_search,
    .close = close_search,
    .has_mode = has_mode,
    .answer = answer,
};
