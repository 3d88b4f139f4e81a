/*
 * Read a folder of texts and JSON lines into a full-text index. Decides what a
 * passage is and which files count; never writes a file and never leaves the
 * folder (links are passed over).
 */
#include "runtime/backend/sqlite_index.h"

#include "runtime/json.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE_MAX 1024u

struct indexer {
	const struct wr_alloc *alloc;
	struct wd_sqlite_query *add_entry, *add_words;
	struct wd_trouble *trouble;
	int64_t records;
	size_t bytes;
	uint32_t files;
	char source[PATH_SIZE_MAX]; /* below the root; the file at hand */
	char place[PATH_SIZE_MAX];  /* the same on this machine */
};

static enum wr_status
insert(struct indexer *x, bool passage, struct wr_text record, struct wr_text content)
{
	bool row;
	enum wr_status got;

	if (x->records == WD_INDEX_RECORDS_MAX) {
		wd_trouble_set(x->trouble, "more than %u passages", WD_INDEX_RECORDS_MAX);
		return WR_LIMIT;
	}
	x->records++;
	wd_sqlite_bind_int(x->add_entry, 1, x->records);
	wd_sqlite_bind_text(x->add_entry, 2, wr_text_of(x->source));
	wd_sqlite_bind_int(x->add_entry, 3, passage);
	wd_sqlite_bind_text(x->add_entry, 4, record);
	got = wd_sqlite_step(x->add_entry, &row);
	if (got == WR_OK) {
		wd_sqlite_bind_int(x->add_words, 1, x->records);
		wd_sqlite_bind_text(x->add_words, 2, content);
		got = wd_sqlite_step(x->add_words, &row);
	}
	if (got == WR_IO)
		wd_trouble_set(x->trouble, "%s: the index cannot take it", x->source);
	return got;
}

/* ---- texts ---- */

static const char *
file_name(const struct indexer *x)
{
	const char *slash = strrchr(x->source, '/');

	return slash == NULL ? x->source : slash + 1;
}

static enum wr_status
insert_passage(struct indexer *x, struct wr_text body)
{
	struct wr_buf record, content;
	enum wr_status got = WR_NOMEM;

	wr_buf_init(&record, x->alloc, 8 * WD_PASSAGE_MAX + 8 * PATH_SIZE_MAX);
	wr_buf_init(&content, x->alloc, 8 * WD_PASSAGE_MAX);
	wr_buf_str(&record, "{\"ref\":");
	wd_json_quote(&record, wr_text_of(file_name(x)));
	wr_buf_str(&record, ",\"body\":");
	wd_json_quote(&record, body);
	wr_buf_str(&record, "}");
	wr_buf_str(&content, file_name(x));
	wr_buf_byte(&content, '\n');
	wr_buf_text(&content, body);
	if (record.status == WR_OK && content.status == WR_OK)
		got = insert(x, true, wr_buf_view(&record), wr_buf_view(&content));
	wr_buf_free(&record);
	wr_buf_free(&content);
	return got;
}

/*
 * How much of a text of more than WD_PASSAGE_MAX bytes makes one passage: to a sentence's end, else
 * a word's.
 */
static size_t
cut(struct wr_text t)
{
	size_t word = 0;

	for (size_t i = WD_PASSAGE_MAX; i > WD_PASSAGE_MAX / 2; i--) {
		if (t.at[i] != ' ' && t.at[i] != '\n')
			continue;
		if (strchr(".!?", t.at[i - 1]) != NULL)
			return i;
		word = word == 0 ? i : word;
	}
	if (word > 0)
		return word;
	for (word = WD_PASSAGE_MAX; ((uint8_t)t.at[word] & 0xc0) == 0x80; word--)
		;
	return word;
}

/* The end of the paragraph that begins at `at`: an empty line, or the text's end. */
static size_t
paragraph_end(struct wr_text t, size_t at)
{
	while (at < t.size) {
		const char *newline = memchr(t.at + at, '\n', t.size - at);
		size_t next = newline == NULL ? t.size : (size_t)(newline - t.at) + 1, end = next;

		while (next < t.size &&
		       (t.at[next] == ' ' || t.at[next] == '\t' || t.at[next] == '\r'))
			next++;
		if (next == t.size || t.at[next] == '\n')
			return end;
		at = next;
	}
	return t.size;
}

static struct wr_text
trim(struct wr_text t)
{
	while (t.size > 0 && strchr(" \t\r\n", t.at[0]) != NULL && t.at[0] != '\0') {
		t.at++;
		t.size--;
	}
	while (
	    t.size > 0 && strchr(" \t\r\n", t.at[t.size - 1]) != NULL && t.at[t.size - 1] != '\0')
		t.size--;
	return t;
}

static enum wr_status
flush(struct indexer *x, struct wr_buf *passage)
{
	enum wr_status got = WR_OK;

	if (passage->size > 0)
		got = insert_passage(x, wr_buf_view(passage));
	passage->size = 0;
	return got;
}

/* Paragraphs, packed into passages of at most WD_PASSAGE_MAX bytes. */
static enum wr_status
index_text(struct indexer *x, struct wr_text text)
{
	enum wr_status got = WR_OK;
	struct wr_buf passage;

	wr_buf_init(&passage, x->alloc, WD_PASSAGE_MAX);
	for (size_t at = 0, end; at < text.size && got == WR_OK; at = end) {
		end = paragraph_end(text, at);
		struct wr_text p = trim((struct wr_text){text.at + at, end - at});

		if (p.size == 0)
			continue;
		if (passage.size > 0 && passage.size + 2 + p.size > WD_PASSAGE_MAX)
			got = flush(x, &passage);
		while (got == WR_OK && p.size > WD_PASSAGE_MAX) {
			size_t n = cut(p);

			got = insert_passage(x, trim((struct wr_text){p.at, n}));
			p = trim((struct wr_text){p.at + n, p.size - n});
		}
		if (passage.size > 0)
			wr_buf_str(&passage, "\n\n");
		wr_buf_text(&passage, p);
		if (got == WR_OK)
			got = passage.status;
	}
	if (got == WR_OK)
		got = flush(x, &passage);
	wr_buf_free(&passage);
	return got;
}

/* ---- JSON lines ---- */

static enum wr_status
index_line(struct indexer *x, struct wr_text line, uint32_t number)
{
	struct wd_json_doc doc;
	struct wd_json_error error = {0};
	enum wr_status got = wd_json_parse(&doc, x->alloc, line, WD_INDEX_FILE_MAX, &error);
	struct wr_buf content;

	if (got == WR_NOMEM)
		return got;
	if (got != WR_OK) {
		wd_trouble_set(x->trouble, "%s, line %u: %s", x->source, number,
		    error.text != NULL ? error.text : wr_status_text(got));
		return WR_REFUSED;
	}
	wr_buf_init(&content, x->alloc, WD_INDEX_FILE_MAX);
	for (size_t i = 0; i < wd_json_len(doc.root); i++) {
		struct wr_text t = wd_json_text(wd_json_item(doc.root, i));

		if (t.at != NULL) {
			wr_buf_text(&content, t);
			wr_buf_byte(&content, '\n');
		}
	}
	if (wd_json_kind(doc.root) != WD_JSON_OBJECT) {
		wd_trouble_set(x->trouble, "%s, line %u: not an object", x->source, number);
		got = WR_REFUSED;
	} else {
		got = content.status != WR_OK ? content.status
					      : insert(x, false, line, wr_buf_view(&content));
	}
	wr_buf_free(&content);
	wd_json_free(&doc);
	return got;
}

static enum wr_status
index_lines(struct indexer *x, struct wr_text text)
{
	enum wr_status got = WR_OK;
	uint32_t number = 0;

	for (size_t at = 0; at < text.size && got == WR_OK;) {
		const char *newline = memchr(text.at + at, '\n', text.size - at);
		size_t end = newline == NULL ? text.size : (size_t)(newline - text.at);
		struct wr_text line = trim((struct wr_text){text.at + at, end - at});

		number++;
		if (line.size > 0)
			got = index_line(x, line, number);
		at = end + 1;
	}
	return got;
}

/* ---- files ---- */

static bool
ends_with(const char *name, const char *ending)
{
	size_t n = strlen(name), m = strlen(ending);

	return n > m && strcmp(name + n - m, ending) == 0;
}

static enum wr_status
read_file(struct indexer *x, int fd, struct wr_buf *buf)
{
	char block[16384];
	ssize_t n;

	wr_buf_init(buf, x->alloc, WD_INDEX_FILE_MAX);
	while ((n = read(fd, block, sizeof(block))) > 0)
		wr_buf_add(buf, block, (size_t)n);
	x->bytes += buf->size;
	if (n < 0) {
		wd_trouble_set(x->trouble, "%s cannot be read", x->source);
		return WR_IO;
	}
	if (buf->status == WR_LIMIT || x->bytes > WD_INDEX_BYTES_MAX ||
	    ++x->files > WD_INDEX_FILES_MAX) {
		wd_trouble_set(x->trouble,
		    "%s: more than %u bytes in a file, %u in all, or %u files", x->source,
		    WD_INDEX_FILE_MAX, WD_INDEX_BYTES_MAX, WD_INDEX_FILES_MAX);
		return WR_LIMIT;
	}
	if (buf->status == WR_OK && !wr_utf8_valid(wr_buf_view(buf))) {
		wd_trouble_set(x->trouble, "%s is not UTF-8", x->source);
		return WR_REFUSED;
	}
	return buf->status;
}

static enum wr_status
index_file(struct indexer *x)
{
	bool lines = ends_with(x->source, ".jsonl");
	enum wr_status got;
	struct wr_buf text;
	int fd;

	if (!lines && !ends_with(x->source, ".md") && !ends_with(x->source, ".txt"))
		return WR_OK;
	fd = open(x->place, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) {
		wd_trouble_set(x->trouble, "%s cannot be opened: %s", x->source, strerror(errno));
		return WR_IO;
	}
	got = read_file(x, fd, &text);
	if (got == WR_OK && text.size > 0)
		got =
		    lines ? index_lines(x, wr_buf_view(&text)) : index_text(x, wr_buf_view(&text));
	wr_buf_free(&text);
	(void)close(fd);
	return got;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Append `/name` (or `name`) to a path; false when it does not fit. */
static bool
go_down(char *path, const char *name)
{
	size_t size = strlen(path), more = strlen(name);

	if (size + more + 2 > PATH_SIZE_MAX)
		return false;
	if (size > 0)
		path[size++] = '/';
	memcpy(path + size, name, more + 1);
	return true;
}

static enum wr_status index_folder(struct indexer *x, uint32_t depth);

static enum wr_status
index_name(struct indexer *x, const char *name, uint32_t depth)
{
	size_t source_size = strlen(x->source), place_size = strlen(x->place);
	enum wr_status got = WR_OK;
	struct stat st;

	if (name[0] == '.')
		return WR_OK;
	if (!go_down(x->source, name) || !go_down(x->place, name)) {
		wd_trouble_set(x->trouble, "%s: a path is too long", x->source);
		got = WR_LIMIT;
	} else if (lstat(x->place, &st) != 0) {
		got = WR_OK; /* gone since the folder was read */
	} else if (S_ISDIR(st.st_mode)) {
		got = index_folder(x, depth + 1);
	} else if (S_ISREG(st.st_mode)) {
		got = index_file(x);
	}
	x->source[source_size] = '\0';
	x->place[place_size] = '\0';
	return got;
}

static enum wr_status
index_folder(struct indexer *x, uint32_t depth)
{
	enum wr_status got = WR_OK;
	struct dirent **names;
	int len;

	if (depth > WD_INDEX_DEPTH_MAX) {
		wd_trouble_set(
		    x->trouble, "%s: folders are more than %u deep", x->source, WD_INDEX_DEPTH_MAX);
		return WR_LIMIT;
	}
	len = scandir(x->place, &names, NULL, by_name);
	if (len < 0) {
		wd_trouble_set(x->trouble, "%s cannot be read: %s", x->place, strerror(errno));
		return WR_IO;
	}
	for (int i = 0; i < len; i++) {
		if (got == WR_OK)
			got = index_name(x, names[i]->d_name, depth);
		free(names[i]);
	}
	free(names);
	return got;
}

/* The folder, or the one file, that path names. */
static enum wr_status
index_path(struct indexer *x, const char *path)
{
	const char *name = strrchr(path, '/');
	enum wr_status got;
	struct stat st;

	if (strlen(path) >= PATH_SIZE_MAX || stat(path, &st) != 0) {
		wd_trouble_set(x->trouble, "%s is not there", path);
		return WR_ABSENT;
	}
	memcpy(x->place, path, strlen(path) + 1);
	if (S_ISDIR(st.st_mode)) {
		got = index_folder(x, 0);
	} else {
		(void)go_down(x->source, name == NULL ? path : name + 1);
		got = index_file(x);
	}
	if (got == WR_OK && x->records == 0) {
		wd_trouble_set(x->trouble, "%s holds no text: no .md, .txt or .jsonl", path);
		return WR_ABSENT;
	}
	return got;
}

enum wr_status
wd_sqlite_index(struct wd_sqlite *db, const char *path, const struct wr_alloc *alloc,
    struct wd_trouble *ret_trouble)
{
	struct indexer x = {.alloc = alloc, .trouble = ret_trouble};
	enum wr_status got = wd_sqlite_exec(db,
	    "PRAGMA journal_mode = OFF;"
	    "CREATE TABLE entry (id INTEGER PRIMARY KEY, source TEXT, passage INT, record TEXT);"
	    "CREATE VIRTUAL TABLE words USING fts5(content, content = '', tokenize = 'porter "
	    "unicode61');"
	    "BEGIN");

	if (got == WR_OK)
		got = wd_sqlite_prepare(
		    db, "INSERT INTO entry VALUES (?1, ?2, ?3, ?4)", &x.add_entry);
	if (got == WR_OK)
		got = wd_sqlite_prepare(
		    db, "INSERT INTO words (rowid, content) VALUES (?1, ?2)", &x.add_words);
	if (got == WR_IO)
		wd_trouble_set(ret_trouble, "no full-text index: %s", wd_sqlite_error(db));
	if (got == WR_OK)
		got = index_path(&x, path);
	wd_sqlite_query_free(x.add_entry);
	wd_sqlite_query_free(x.add_words);
	if (got == WR_OK)
		got = wd_sqlite_exec(db, "COMMIT; INSERT INTO words (words) VALUES ('optimize')");
	return got;
}
