#ifndef WD_JSON_H
#define WD_JSON_H

#include "vm/base/alloc.h"
#include "vm/base/arena.h"
#include "vm/base/buf.h"
#include "vm/base/status.h"
#include "vm/base/text.h"

/*
 * JSON documents: policies, bindings, records, API bodies, providers' answers.
 * (Values of a run are the machine's and go through its typed reader instead.)
 *
 *	struct wd_json_doc doc;
 *	struct wd_json_error error;
 *	if (wd_json_parse(&doc, wd_alloc(), bytes, 1 << 20, &error) != WR_OK) ...
 *	const struct wd_json *first = wd_json_item(wd_json_get(doc.root, "choices"), 0);
 *	struct wr_text said = wd_json_text(wd_json_get(wd_json_get(first, "message"), "content"));
 *	if (said.at == NULL) ... not there, or not a text ...
 *	wd_json_free(&doc);
 *
 *	wd_json_init(&doc, wd_alloc(), 1 << 20);
 *	struct wd_json *o = doc.root = wd_json_object(&doc);
 *	wd_json_set_text(&doc, o, "model", model);
 *	struct wd_json *messages = wd_json_set(&doc, o, "messages", wd_json_array(&doc));
 *	wd_json_write(o, WD_JSON_COMPACT, &buf);
 *	if (doc.status != WR_OK || buf.status != WR_OK) ...
 */

enum wd_json_kind {
	WD_JSON_ABSENT, /* what a NULL value is */
	WD_JSON_NULL,
	WD_JSON_BOOL,
	WD_JSON_INT,  /* written without fraction and exponent, in int64 */
	WD_JSON_REAL, /* any other number; 7.0 is one */
	WD_JSON_TEXT,
	WD_JSON_ARRAY,
	WD_JSON_OBJECT,
};

/* One value. Lives in its document until wd_json_free. */
struct wd_json;

/* A document: all values parsed into it or built in it. */
struct wd_json_doc {
	struct wr_arena arena;
	struct wd_json *root;
	enum wr_status status; /* of building: WR_OK, or the first failure (sticky) */
};

#define WD_JSON_PLACE_MAX 256

/* Why a document was refused. Where: line and column when it does not parse, else a path. */
struct wd_json_error {
	const char *text;              /* static, lower case, no full stop; NULL: no complaint */
	char place[WD_JSON_PLACE_MAX]; /* "persons.ana.keys[0].type"; "" is the whole document */
	uint32_t line, column;         /* from 1; 0 when place says it */
};

/*
 * Parse exactly one JSON text of at most size_max bytes, at most
 * WR_JSON_DEPTH_MAX brackets deep. Refused: duplicate members, bytes after the
 * value, a byte-order mark, bad UTF-8, lone surrogates, \u0000, integers beyond
 * int64, numbers beyond double.
 *
 *   doc       overwritten; after WR_OK root is the value, all texts are copies;
 *             after a failure it is empty and needs no wd_json_free
 *   ret_error written only with WR_MALFORMED or WR_LIMIT; may be NULL
 *
 * WR_OK, WR_MALFORMED, WR_LIMIT or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status
wd_json_parse(struct wd_json_doc *doc, const struct wr_alloc *alloc, struct wr_text bytes,
    size_t size_max, struct wd_json_error *ret_error);

/* The same, into a document that exists already (root stays); its arena's maximum holds. */
WR_MUST_CHECK enum wr_status
wd_json_parse_into(struct wd_json_doc *doc, struct wr_text bytes, struct wd_json **ret_value,
    struct wd_json_error *ret_error);

/* An empty document for building; values may take max bytes of memory in all. */
void wd_json_init(struct wd_json_doc *doc, const struct wr_alloc *alloc, size_t max);

/* Frees every value. The document may be used again. */
void wd_json_free(struct wd_json_doc *doc);

/* "line 3, column 7: …" or "persons.ana: …"; one line, no newline. */
void wd_json_error_print(const struct wd_json_error *error, struct wr_buf *out);

/* ---- looking: NULL stands for an absent value and is always allowed --------------- */

enum wd_json_kind wd_json_kind(const struct wd_json *v);

/* The member's value, or NULL when there is none or v is no object. Linear. */
const struct wd_json *wd_json_get(const struct wd_json *v, const char *name);
const struct wd_json *wd_json_get_text(const struct wd_json *v, struct wr_text name);

/* Items of an array or members of an object, in the order written; 0 for all else. */
size_t wd_json_len(const struct wd_json *v);

/* Item i of an array, or the value of member i of an object; NULL when there is none. */
const struct wd_json *wd_json_item(const struct wd_json *v, size_t i);

/* The name of member i of an object; at is NULL when there is none. */
struct wr_text wd_json_name(const struct wd_json *v, size_t i);

/* The text, NUL-terminated beyond its size; at is NULL when v is no text. */
struct wr_text wd_json_text(const struct wd_json *v);
bool wd_json_text_is(const struct wd_json *v, const char *text);

/* False, and nothing written, when v is of another kind. wd_json_real takes integers too. */
bool wd_json_int(const struct wd_json *v, int64_t *ret);
bool wd_json_real(const struct wd_json *v, double *ret);
bool wd_json_bool(const struct wd_json *v, bool *ret);

/* ---- building: a failure is remembered in doc->status, and NULL is passed on ------ */

struct wd_json *wd_json_object(struct wd_json_doc *doc);
struct wd_json *wd_json_array(struct wd_json_doc *doc);
struct wd_json *wd_json_new_null(struct wd_json_doc *doc);
struct wd_json *wd_json_new_bool(struct wd_json_doc *doc, bool b);
struct wd_json *wd_json_new_int(struct wd_json_doc *doc, int64_t n);
struct wd_json *wd_json_new_real(struct wd_json_doc *doc, double n); /* finite */
struct wd_json *wd_json_new_text(struct wd_json_doc *doc, struct wr_text t); /* copied; UTF-8 */

/* Add a member that is not there yet, or an item; returns value. One value, one place. */
struct wd_json *wd_json_set(struct wd_json_doc *doc, struct wd_json *object, const char *name,
    struct wd_json *value);
struct wd_json *wd_json_set_named(struct wd_json_doc *doc, struct wd_json *object,
    struct wr_text name, struct wd_json *value);
struct wd_json *wd_json_push(struct wd_json_doc *doc, struct wd_json *array,
    struct wd_json *value);

/* A deep copy of any value, of this or another document. */
struct wd_json *wd_json_copy(struct wd_json_doc *doc, const struct wd_json *v);

void wd_json_set_text(struct wd_json_doc *doc, struct wd_json *object, const char *name,
    struct wr_text t);
void wd_json_set_str(struct wd_json_doc *doc, struct wd_json *object, const char *name,
    const char *c_string);
void wd_json_set_int(struct wd_json_doc *doc, struct wd_json *object, const char *name, int64_t n);
void wd_json_set_bool(struct wd_json_doc *doc, struct wd_json *object, const char *name, bool b);
void wd_json_set_null(struct wd_json_doc *doc, struct wd_json *object, const char *name);

/* ---- writing ---------------------------------------------------------------------- */

enum wd_json_form {
	WD_JSON_COMPACT,   /* members in order, no spaces */
	WD_JSON_CANONICAL, /* RFC 8785: members by UTF-16 order; integers keep every digit */
	WD_JSON_INDENTED,  /* members in order, two spaces, no final newline */
};

/* A NULL value writes null. Failure is in out->status. */
void wd_json_write(const struct wd_json *v, enum wd_json_form form, struct wr_buf *out);

/* The end of building: write the root when nothing failed, and free the document. WR_OK, doc->status or out->status. */
WR_MUST_CHECK enum wr_status wd_json_finish(struct wd_json_doc *doc, enum wd_json_form form, struct wr_buf *out);

/* t as an RFC 8785 string, quotes included. t must be UTF-8. */
void wd_json_quote(struct wr_buf *out, struct wr_text t);

/* ---- looking in the bytes ---------------------------------------------------------- */

/* Where a member stands, as offsets: its name with the quotes, and its value. Ends are past the last byte. */
struct wd_json_found {
	size_t name, name_end, value, value_end;
};

/*
 * Find the member that `names` lead to from the root of a document that wd_json_parse takes. False:
 * there is none, or a name on the way is written with escapes. Linear.
 */
bool wd_json_find(struct wr_text bytes, const struct wr_text *names, size_t len, struct wd_json_found *ret);

/* ---- reading strictly: each complaint knows its place ----------------------------- */

/*
 * Where a reader stands. Kept on the caller's stack; up must outlive what is
 * below it. The first complaint of a tree stays in *error; the functions
 * return false from then on, so a reader may say `return a(...) && b(...)`.
 *
 *	struct wd_json_at top = wd_json_at_root(doc.root, &error);
 *	bool good = wd_json_at_members(top, "type name ?follows") &&
 *	    wd_json_at_text(wd_json_at(&top, "name"), 64, &name);
 */
struct wd_json_at {
	const struct wd_json *value;
	const struct wd_json_at *up;
	struct wr_text name; /* how up leads here; at NULL: by index */
	size_t index;
	struct wd_json_error *error;
};

/* Clears *error. */
struct wd_json_at wd_json_at_root(const struct wd_json *v, struct wd_json_error *error);

/* The member called name (value NULL when absent), item i, or member i. */
struct wd_json_at wd_json_at(const struct wd_json_at *up, const char *name);
struct wd_json_at wd_json_at_item(const struct wd_json_at *up, size_t i);

/* Complain here (text is static); always false. */
bool wd_json_at_fail(struct wd_json_at at, const char *text);

/*
 * An object that has every member of `known`, a list parted by spaces, and no
 * others. A name that begins with ? may be absent.
 */
bool wd_json_at_members(struct wd_json_at at, const char *known);

/* An object, an array of min to max members or items, a text of 1 to max bytes, … */
bool wd_json_at_object(struct wd_json_at at, size_t max);
bool wd_json_at_array(struct wd_json_at at, size_t min, size_t max);
bool wd_json_at_text(struct wd_json_at at, size_t max, struct wr_text *ret);
bool wd_json_at_any_text(struct wd_json_at at, size_t max, struct wr_text *ret); /* or empty */
bool wd_json_at_exactly(struct wd_json_at at, const char *text);
bool wd_json_at_int(struct wd_json_at at, int64_t min, int64_t max, int64_t *ret);
bool wd_json_at_bool(struct wd_json_at at, bool *ret);

#endif
