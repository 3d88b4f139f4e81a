/*
 * Strict parsing, through jansson (this is the one file that includes it), and
 * values: looking and building. It decides what is one well-formed document; it
 * never decides what a document means.
 */
#include "runtime/json.h"
#include "runtime/json_value.h"
#include "vm/base/limits.h"

#include <assert.h>
#include <jansson.h>

/* Bytes of memory a byte of JSON may take: "[0,0" makes a value and a pointer of each two. */
#define MEMORY_PER_BYTE 64
#define MEMORY_LEAST 65536

/* ---- building --------------------------------------------------------------------- */

void
wd_json_init(struct wd_json_doc *doc, const struct wr_alloc *alloc, size_t max)
{
	*doc = (struct wd_json_doc){ .status = WR_OK };
	wr_arena_init(&doc->arena, alloc, max);
}

void
wd_json_free(struct wd_json_doc *doc)
{
	wr_arena_free(&doc->arena);
	doc->root = NULL;
	doc->status = WR_OK;
}

static void
fail(struct wd_json_doc *doc, enum wr_status status)
{
	if (doc->status == WR_OK)
		doc->status = status;
}

static void *
take(struct wd_json_doc *doc, size_t count, size_t size)
{
	void *block = doc->status == WR_OK ? wr_arena_array(&doc->arena, count, size) : NULL;

	if (block == NULL)
		fail(doc, doc->arena.over ? WR_LIMIT : WR_NOMEM);
	return block;
}

static struct wd_json *
value(struct wd_json_doc *doc, enum wd_json_kind kind)
{
	struct wd_json *v = take(doc, 1, sizeof *v);

	if (v != NULL)
		v->kind = kind;
	return v;
}

static struct wr_text
copy_text(struct wd_json_doc *doc, struct wr_text t)
{
	struct wr_text copy = { 0 };

	if (doc->status == WR_OK)
		copy = wr_arena_text(&doc->arena, t);
	if (copy.at == NULL)
		fail(doc, doc->arena.over ? WR_LIMIT : WR_NOMEM);
	return copy;
}

struct wd_json *
wd_json_object(struct wd_json_doc *doc)
{
	return value(doc, WD_JSON_OBJECT);
}

struct wd_json *
wd_json_array(struct wd_json_doc *doc)
{
	return value(doc, WD_JSON_ARRAY);
}

struct wd_json *
wd_json_new_null(struct wd_json_doc *doc)
{
	return value(doc, WD_JSON_NULL);
}

struct wd_json *
wd_json_new_bool(struct wd_json_doc *doc, bool b)
{
	struct wd_json *v = value(doc, WD_JSON_BOOL);

	if (v != NULL)
		v->bool_value = b;
	return v;
}

struct wd_json *
wd_json_new_int(struct wd_json_doc *doc, int64_t n)
{
	struct wd_json *v = value(doc, WD_JSON_INT);

	if (v != NULL)
		v->int_value = n;
	return v;
}

struct wd_json *
wd_json_new_real(struct wd_json_doc *doc, double n)
{
	struct wd_json *v = value(doc, WD_JSON_REAL);

	assert(n - n == 0); /* finite */
	if (v != NULL)
		v->real_value = n;
	return v;
}

struct wd_json *
wd_json_new_text(struct wd_json_doc *doc, struct wr_text t)
{
	struct wd_json *v = value(doc, WD_JSON_TEXT);

	if (v != NULL)
		v->text = copy_text(doc, t);
	return v;
}

/* Room for one more; blocks double, so the ones given up are at most as large as the last. */
static bool
grow(struct wd_json_doc *doc, struct wd_json *v, size_t size)
{
	uint32_t room = v->room == 0 ? 4 : v->room * 2;
	void *block;

	if (v->len < v->room)
		return true;
	if (room < v->room) {
		fail(doc, WR_LIMIT);
		return false;
	}
	block = take(doc, room, size);
	if (block == NULL)
		return false;
	if (v->len > 0)
		memcpy(block, v->kind == WD_JSON_OBJECT ? (void *)v->members : (void *)v->items,
		    v->len * size);
	if (v->kind == WD_JSON_OBJECT)
		v->members = block;
	else
		v->items = block;
	v->room = room;
	return true;
}

struct wd_json *
wd_json_set_named(
    struct wd_json_doc *doc, struct wd_json *object, struct wr_text name, struct wd_json *v)
{
	if (object == NULL || v == NULL)
		return NULL;
	assert(object->kind == WD_JSON_OBJECT);
	if (!grow(doc, object, sizeof *object->members))
		return NULL;
	name = copy_text(doc, name);
	if (name.at == NULL)
		return NULL;
	object->members[object->len++] = (struct wd_json_member){ name, v };
	return v;
}

struct wd_json *
wd_json_set(struct wd_json_doc *doc, struct wd_json *object, const char *name, struct wd_json *v)
{
	return wd_json_set_named(doc, object, wr_text_of(name), v);
}

struct wd_json *
wd_json_push(struct wd_json_doc *doc, struct wd_json *array, struct wd_json *v)
{
	if (array == NULL || v == NULL)
		return NULL;
	assert(array->kind == WD_JSON_ARRAY);
	if (!grow(doc, array, sizeof(struct wd_json *)))
		return NULL;
	array->items[array->len++] = v;
	return v;
}

/* Recurses as deep as v is: parsed values are limited, built ones are ours. */
struct wd_json *
wd_json_copy(struct wd_json_doc *doc, const struct wd_json *v)
{
	struct wd_json *copy;

	if (v == NULL)
		return NULL;
	copy = value(doc, v->kind);
	if (copy == NULL)
		return NULL;
	if (v->kind == WD_JSON_TEXT) {
		copy->text = copy_text(doc, v->text);
	} else if (v->kind == WD_JSON_ARRAY) {
		for (uint32_t i = 0; i < v->len; i++)
			(void)wd_json_push(doc, copy, wd_json_copy(doc, v->items[i]));
	} else if (v->kind == WD_JSON_OBJECT) {
		for (uint32_t i = 0; i < v->len; i++)
			(void)wd_json_set_named(
			    doc, copy, v->members[i].name, wd_json_copy(doc, v->members[i].value));
	} else {
		*copy = *v;
	}
	return doc->status == WR_OK ? copy : NULL;
}

void
wd_json_set_text(
    struct wd_json_doc *doc, struct wd_json *object, const char *name, struct wr_text t)
{
	(void)wd_json_set(doc, object, name, wd_json_new_text(doc, t));
}

void
wd_json_set_str(
    struct wd_json_doc *doc, struct wd_json *object, const char *name, const char *c_string)
{
	wd_json_set_text(doc, object, name, wr_text_of(c_string));
}

void
wd_json_set_int(struct wd_json_doc *doc, struct wd_json *object, const char *name, int64_t n)
{
	(void)wd_json_set(doc, object, name, wd_json_new_int(doc, n));
}

void
wd_json_set_bool(struct wd_json_doc *doc, struct wd_json *object, const char *name, bool b)
{
	(void)wd_json_set(doc, object, name, wd_json_new_bool(doc, b));
}

void
wd_json_set_null(struct wd_json_doc *doc, struct wd_json *object, const char *name)
{
	(void)wd_json_set(doc, object, name, wd_json_new_null(doc));
}

/* ---- looking ---------------------------------------------------------------------- */

enum wd_json_kind
wd_json_kind(const struct wd_json *v)
{
	return v == NULL ? WD_JSON_ABSENT : v->kind;
}

const struct wd_json *
wd_json_get_text(const struct wd_json *v, struct wr_text name)
{
	if (v == NULL || v->kind != WD_JSON_OBJECT)
		return NULL;
	for (uint32_t i = 0; i < v->len; i++)
		if (wr_text_eq(v->members[i].name, name))
			return v->members[i].value;
	return NULL;
}

const struct wd_json *
wd_json_get(const struct wd_json *v, const char *name)
{
	return wd_json_get_text(v, wr_text_of(name));
}

size_t
wd_json_len(const struct wd_json *v)
{
	return v == NULL || (v->kind != WD_JSON_ARRAY && v->kind != WD_JSON_OBJECT) ? 0 : v->len;
}

const struct wd_json *
wd_json_item(const struct wd_json *v, size_t i)
{
	if (i >= wd_json_len(v))
		return NULL;
	return v->kind == WD_JSON_ARRAY ? v->items[i] : v->members[i].value;
}

struct wr_text
wd_json_name(const struct wd_json *v, size_t i)
{
	if (i >= wd_json_len(v) || v->kind != WD_JSON_OBJECT)
		return (struct wr_text){ NULL, 0 };
	return v->members[i].name;
}

struct wr_text
wd_json_text(const struct wd_json *v)
{
	return v == NULL || v->kind != WD_JSON_TEXT ? (struct wr_text){ NULL, 0 } : v->text;
}

bool
wd_json_text_is(const struct wd_json *v, const char *text)
{
	return v != NULL && v->kind == WD_JSON_TEXT && wr_text_eq(v->text, wr_text_of(text));
}

bool
wd_json_int(const struct wd_json *v, int64_t *ret)
{
	if (v == NULL || v->kind != WD_JSON_INT)
		return false;
	*ret = v->int_value;
	return true;
}

bool
wd_json_real(const struct wd_json *v, double *ret)
{
	if (v == NULL || (v->kind != WD_JSON_INT && v->kind != WD_JSON_REAL))
		return false;
	*ret = v->kind == WD_JSON_INT ? (double)v->int_value : v->real_value;
	return true;
}

bool
wd_json_bool(const struct wd_json *v, bool *ret)
{
	if (v == NULL || v->kind != WD_JSON_BOOL)
		return false;
	*ret = v->bool_value;
	return true;
}

/* ---- parsing ---------------------------------------------------------------------- */

static struct wd_json *from_jansson(struct wd_json_doc *doc, json_t *from, unsigned depth);

static struct wd_json *
container_from_jansson(struct wd_json_doc *doc, json_t *from, unsigned depth)
{
	bool object = json_is_object(from);
	struct wd_json *v = value(doc, object ? WD_JSON_OBJECT : WD_JSON_ARRAY);
	size_t len = object ? json_object_size(from) : json_array_size(from);

	if (v == NULL)
		return NULL;
	if (depth == 0 || len > UINT32_MAX) {
		fail(doc, WR_LIMIT);
		return NULL;
	}
	v->room = (uint32_t)len;
	if (object && len > 0) {
		v->members = take(doc, len, sizeof *v->members);
		for (void *i = json_object_iter(from); i != NULL && doc->status == WR_OK;
		     i = json_object_iter_next(from, i))
			(void)wd_json_set(doc, v, json_object_iter_key(i),
			    from_jansson(doc, json_object_iter_value(i), depth - 1));
	} else if (len > 0) {
		v->items = take(doc, len, sizeof *v->items);
		for (size_t i = 0; i < len && doc->status == WR_OK; i++)
			(void)wd_json_push(
			    doc, v, from_jansson(doc, json_array_get(from, i), depth - 1));
	}
	return v;
}

/* depth is how many more brackets may open: it bounds the recursion. */
static struct wd_json *
from_jansson(struct wd_json_doc *doc, json_t *from, unsigned depth)
{
	switch (json_typeof(from)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		return container_from_jansson(doc, from, depth);
	case JSON_STRING:
		return wd_json_new_text(
		    doc, (struct wr_text){ json_string_value(from), json_string_length(from) });
	case JSON_INTEGER:
		return wd_json_new_int(doc, json_integer_value(from));
	case JSON_REAL:
		return wd_json_new_real(doc, json_real_value(from));
	case JSON_TRUE:
	case JSON_FALSE:
		return wd_json_new_bool(doc, json_is_true(from));
	default:
		return wd_json_new_null(doc);
	}
}

static enum wr_status
complain(struct wd_json_error *ret, enum wr_status status, const char *text, int line, int column)
{
	if (ret != NULL) {
		*ret = (struct wd_json_error){ .text = text };
		ret->line = line > 0 ? (uint32_t)line : 0;
		ret->column = line > 0 ? (uint32_t)(column > 0 ? column : 0) + 1 : 0;
	}
	return status;
}

/* jansson's text quotes the input, which may hold anything: only its code is passed on. */
static enum wr_status
explain(const json_error_t *e, struct wd_json_error *ret)
{
	enum wr_status status = WR_MALFORMED;
	const char *text = "not JSON";

	switch (json_error_code(e)) {
	case json_error_out_of_memory:
		return WR_NOMEM;
	case json_error_stack_overflow:
		status = WR_LIMIT;
		text = "nested too deep";
		break;
	case json_error_duplicate_key:
		text = "a member is there twice";
		break;
	case json_error_premature_end_of_input:
		text = "ends too early";
		break;
	case json_error_end_of_input_expected:
		text = "something follows the value";
		break;
	case json_error_invalid_utf8:
		text = "not UTF-8";
		break;
	case json_error_null_character:
	case json_error_null_byte_in_key:
		text = "a text may not contain \\u0000";
		break;
	case json_error_numeric_overflow:
		text = "a number is too large";
		break;
	default:
		break;
	}
	return complain(ret, status, text, e->line, e->column > 0 ? e->column - 1 : 0);
}

enum wr_status
wd_json_parse_into(struct wd_json_doc *doc, struct wr_text bytes, struct wd_json **ret_value,
    struct wd_json_error *ret_error)
{
	json_error_t e = { 0 };
	struct wd_json *v;
	json_t *parsed;

	if (doc->status != WR_OK)
		return doc->status;
	parsed = json_loadb(bytes.at == NULL ? "" : bytes.at, bytes.size,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	if (parsed == NULL)
		return explain(&e, ret_error);
	v = from_jansson(doc, parsed, WR_JSON_DEPTH_MAX);
	json_decref(parsed);
	if (doc->status == WR_LIMIT)
		return complain(
		    ret_error, WR_LIMIT, doc->arena.over ? "too large" : "nested too deep", 0, 0);
	if (doc->status == WR_OK)
		*ret_value = v;
	return doc->status;
}

enum wr_status
wd_json_parse(struct wd_json_doc *doc, const struct wr_alloc *alloc, struct wr_text bytes,
    size_t size_max, struct wd_json_error *ret_error)
{
	size_t memory;
	enum wr_status status;

	wd_json_init(doc, alloc, 0);
	if (bytes.size > size_max)
		return complain(ret_error, WR_LIMIT, "too large", 0, 0);
	if (!wr_size_mul(bytes.size, MEMORY_PER_BYTE, &memory) ||
	    !wr_size_add(memory, MEMORY_LEAST, &doc->arena.max))
		return complain(ret_error, WR_LIMIT, "too large", 0, 0);
	status = wd_json_parse_into(doc, bytes, &doc->root, ret_error);
	if (status != WR_OK)
		wd_json_free(doc);
	return status;
}
