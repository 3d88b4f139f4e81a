/*
 * Reads JSON from outside straight into values, guided by the type, in one pass. What
 * does not fit is refused at once with its path and a reason for people; so nothing of
 * an unknown shape is ever walked, and recursion is as deep as the type.
 */
#include "vm/json_reader.h"

#include "vm/base/number.h"

#include <assert.h>

static enum wr_status read_value(struct wr_reader *r, uint32_t type, struct wr_value *ret);

static enum wr_status
no_memory(const struct wr_reader *r)
{
	return r->arena->over ? WR_LIMIT : WR_NOMEM;
}

static enum wr_status
out_of_range(struct wr_reader *r, const struct wr_type *t, struct wr_text found)
{
	wr_reader_reason(r, "expected ");
	wr_reader_say_range(r, t);
	wr_reader_say(r, ", found ");
	wr_str_add(r->fault->why, sizeof r->fault->why,
	    found.size > 40 ? (struct wr_text){found.at, 40} : found);
	if (found.size > 40)
		wr_reader_say(r, "…");
	return WR_INVALID;
}

static enum wr_status
no_number(struct wr_reader *r, const struct wr_type *t)
{
	bool digits = r->at < r->end && (*r->at == '-' || (*r->at >= '0' && *r->at <= '9'));

	return digits ? wr_reader_malformed(r, "a number without leading zeros or gaps")
		      : wr_reader_unfit(r, t);
}

static enum wr_status
read_int(struct wr_reader *r, const struct wr_type *t, struct wr_value *ret)
{
	bool whole, fits = true;
	struct wr_text digits = wr_reader_number(r, &whole);
	bool minus = digits.size > 0 && digits.at[0] == '-';
	int64_t n = 0;

	if (digits.size == 0)
		return no_number(r, t);
	if (!whole) {
		wr_reader_reason(r, "expected an int without fraction or exponent, found ");
		wr_str_add(r->fault->why, sizeof r->fault->why,
		    digits.size > 40 ? (struct wr_text){digits.at, 40} : digits);
		return WR_INVALID;
	}
	for (size_t i = minus; i < digits.size && fits; i++) {
		int digit = digits.at[i] - '0';

		fits = !__builtin_mul_overflow(n, 10, &n) &&
		       !__builtin_add_overflow(n, minus ? -digit : digit, &n);
	}
	if (!fits || n < t->lo || n > t->hi)
		return out_of_range(r, t, digits);
	r->at += digits.size;
	*ret = wr_value_of_int(n);
	return WR_OK;
}

static enum wr_status
read_number(struct wr_reader *r, const struct wr_type *t, struct wr_value *ret)
{
	bool whole;
	struct wr_text digits = wr_reader_number(r, &whole);
	double d = 0;

	if (digits.size == 0)
		return no_number(r, t);
	if (!wr_number_parse(digits, &d) || d < t->number_lo || d > t->number_hi)
		return out_of_range(r, t, digits);
	r->at += digits.size;
	*ret = wr_value_of_number(d);
	return WR_OK;
}

static enum wr_status
wrong_size(
    struct wr_reader *r, const struct wr_type *t, const char *what, const char *unit, size_t found)
{
	bool few = found < (uint64_t)t->lo;

	wr_reader_reason(r, "expected a ");
	wr_reader_say(r, what);
	wr_reader_say(r, few ? " of at least " : " of at most ");
	wr_reader_say_int(r, few ? t->lo : t->hi);
	wr_reader_say(r, unit);
	wr_reader_say(r, ", found ");
	wr_reader_say_int(r, (int64_t)found);
	return WR_INVALID;
}

/* Two walks over the bytes: the first checks and measures, so that nothing is kept of a text that
 * does not fit. */
static enum wr_status
read_text(struct wr_reader *r, const struct wr_type *t, struct wr_value *ret)
{
	const char *from;
	size_t size = 0;
	enum wr_status s;
	char *at;

	if (!wr_reader_take(r, '"'))
		return wr_reader_unfit(r, t);
	from = r->at;
	s = wr_reader_string(r, NULL, 0, &size);
	if (s != WR_OK)
		return s;
	if (size < (uint64_t)t->lo || size > (uint64_t)t->hi)
		return wrong_size(r, t, "text", " bytes", size);
	at = wr_arena_get(r->arena, size);
	if (at == NULL)
		return no_memory(r);
	if ((size_t)(r->at - 1 - from) == size) {
		memcpy(at, from, size); /* nothing was escaped */
	} else {
		r->at = from;
		s = wr_reader_string(r, at, size, &size);
		assert(s == WR_OK);
	}
	*ret = wr_value_of_text((struct wr_text){at, size});
	return s;
}

static enum wr_status
read_bool(struct wr_reader *r, const struct wr_type *t, struct wr_value *ret)
{
	bool yes = wr_reader_take_word(r, "true");

	if (!yes && !wr_reader_take_word(r, "false"))
		return wr_reader_unfit(r, t);
	*ret = wr_value_of_bool(yes);
	return WR_OK;
}

static enum wr_status
push(struct wr_reader *r, struct wr_value v)
{
	if (r->stack_len == r->stack_room) {
		const struct wr_alloc *a = r->arena->alloc;
		size_t room = r->stack_room == 0 ? 16 : r->stack_room * 2;
		struct wr_value *stack =
		    a->fn(a->user, r->stack, r->stack_room * sizeof *stack, room * sizeof *stack);

		if (stack == NULL)
			return WR_NOMEM;
		r->stack = stack;
		r->stack_room = room;
	}
	r->stack[r->stack_len++] = v;
	return WR_OK;
}

static enum wr_status
read_list(struct wr_reader *r, const struct wr_type *t, struct wr_value *ret)
{
	size_t base = r->stack_len, len = 0;
	struct wr_value *items;

	if (!wr_reader_take(r, '['))
		return wr_reader_unfit(r, t);
	for (bool more = !wr_reader_take(r, ']'); more; len++) {
		struct wr_value item;
		enum wr_status s;

		if (len == (uint64_t)t->hi) {
			wrong_size(r, t, "list", " items", len + 1);
			wr_reader_say(r, " or more");
			return WR_INVALID;
		}
		r->path[r->path_len++] = (struct wr_step){NULL, (uint32_t)len};
		s = read_value(r, t->elem, &item);
		if (s == WR_OK)
			s = push(r, item);
		if (s != WR_OK)
			return s;
		r->path_len--;
		more = wr_reader_take(r, ',');
		if (!more && !wr_reader_take(r, ']'))
			return wr_reader_malformed(r, "`,` or `]`");
	}
	if (len < (uint64_t)t->lo)
		return wrong_size(r, t, "list", " items", len);
	items = wr_arena_array(r->arena, len, sizeof *items);
	if (items == NULL)
		return no_memory(r);
	if (len > 0)
		memcpy(items, r->stack + base, len * sizeof *items);
	r->stack_len = base;
	*ret = (struct wr_value){.kind = WR_VALUE_LIST, .len = (uint32_t)len, .as.items = items};
	return WR_OK;
}

/* Read a member's name and the colon into name; *ret_size may pass room: then it is nobody's name.
 */
static enum wr_status
read_name(struct wr_reader *r, char *name, size_t room, size_t *ret_size)
{
	enum wr_status s;

	if (!wr_reader_take(r, '"'))
		return wr_reader_malformed(r, "the name of a member");
	s = wr_reader_string(r, name, room, ret_size);
	if (s == WR_OK && !wr_reader_take(r, ':'))
		return wr_reader_malformed(r, "`:`");
	return s;
}

static enum wr_status
bad_member(struct wr_reader *r, const char *what, struct wr_text name)
{
	wr_reader_reason(r, what);
	wr_reader_say_quoted(r, name);
	return WR_INVALID;
}

/* The index of a name; the search starts where it is expected. len when there is none. */
static uint32_t
find_member(const struct wr_member *members, uint32_t len, uint32_t expected, struct wr_text name)
{
	for (uint32_t i = 0; i < len; i++) {
		uint32_t k = expected + i < len ? expected + i : expected + i - len;

		if (wr_text_eq(members[k].name, name))
			return k;
	}
	return len;
}

static enum wr_status
read_fields(
    struct wr_reader *r, const struct wr_member *members, uint32_t len, struct wr_value *items)
{
	uint32_t next = 0;

	for (bool more = !wr_reader_take(r, '}'); more;) {
		char name[WR_NAME_MAX];
		size_t size = 0;
		struct wr_text text = {name, 0};
		enum wr_status s = read_name(r, name, sizeof name, &size);
		uint32_t k;

		if (s != WR_OK)
			return s;
		text.size = size > sizeof name ? 0 : size;
		k = size > sizeof name ? len : find_member(members, len, next, text);
		if (k == len)
			return size > sizeof name
				   ? bad_member(r,
					 "unknown member with a name of more than 64 bytes", text)
				   : bad_member(r, "unknown member ", text);
		if (items[k].kind != WR_VALUE_UNSET)
			return bad_member(r, "duplicate member ", text);
		next = k + 1 < len ? k + 1 : 0;
		r->path[r->path_len++] = (struct wr_step){&members[k].name, 0};
		s = read_value(r, members[k].type, &items[k]);
		if (s != WR_OK)
			return s;
		r->path_len--;
		more = wr_reader_take(r, ',');
		if (!more && !wr_reader_take(r, '}'))
			return wr_reader_malformed(r, "`,` or `}`");
	}
	for (uint32_t i = 0; i < len; i++)
		if (items[i].kind == WR_VALUE_UNSET)
			return bad_member(r, "missing member ", members[i].name);
	return WR_OK;
}

static enum wr_status
read_record(struct wr_reader *r, const struct wr_type *t, struct wr_value *ret)
{
	struct wr_value *items;
	enum wr_status s;

	if (!wr_reader_take(r, '{'))
		return wr_reader_unfit(r, t);
	items = wr_arena_array(r->arena, t->members_len, sizeof *items);
	if (items == NULL)
		return no_memory(r);
	s = read_fields(r, t->members, t->members_len, items);
	*ret = (struct wr_value){.kind = WR_VALUE_RECORD, .len = t->members_len, .as.items = items};
	return s;
}

/* The variant that a string names. */
static enum wr_status
read_tag(struct wr_reader *r, const struct wr_type *t, uint32_t *ret_tag)
{
	char name[WR_NAME_MAX];
	size_t size = 0;
	enum wr_status s;

	wr_reader_space(r);
	if (!wr_reader_take(r, '"'))
		return wr_reader_unfit(r, t);
	s = wr_reader_string(r, name, sizeof name, &size);
	if (s != WR_OK)
		return s;
	*ret_tag = size > sizeof name
		       ? t->members_len
		       : find_member(t->members, t->members_len, 0, (struct wr_text){name, size});
	if (*ret_tag < t->members_len)
		return WR_OK;
	wr_reader_reason(r, "expected ");
	wr_reader_say_names(r, t);
	wr_reader_say(r, ", found ");
	wr_reader_say_quoted(r, (struct wr_text){name, size > sizeof name ? 0 : size});
	return WR_INVALID;
}

/* Where the parts of {"kind":..., "value":...} stand; NULL: not there. */
struct tagged {
	const char *kind, *value;
};

static enum wr_status
find_tagged(struct wr_reader *r, struct tagged *ret)
{
	for (bool more = !wr_reader_take(r, '}'); more;) {
		char name[WR_NAME_MAX];
		size_t size = 0;
		enum wr_status s = read_name(r, name, sizeof name, &size);
		struct wr_text text = {name, size > sizeof name ? 0 : size};
		const char **part = wr_text_eq(text, WR_TEXT("kind"))    ? &ret->kind
				    : wr_text_eq(text, WR_TEXT("value")) ? &ret->value
									 : NULL;

		if (s != WR_OK)
			return s;
		if (part == NULL)
			return bad_member(r, "unknown member ", text);
		if (*part != NULL)
			return bad_member(r, "duplicate member ", text);
		*part = r->at;
		s = wr_reader_skip(r);
		if (s != WR_OK)
			return s;
		more = wr_reader_take(r, ',');
		if (!more && !wr_reader_take(r, '}'))
			return wr_reader_malformed(r, "`,` or `}`");
	}
	return WR_OK;
}

/* The payload, which was passed over once: reading it now must end where that ended. */
static enum wr_status
read_payload(struct wr_reader *r, uint32_t type, struct wr_value *ret)
{
	static const struct wr_text step = {"value", 5};
	struct wr_value *payload = wr_arena_array(r->arena, 1, sizeof *payload);
	enum wr_status s;

	if (payload == NULL)
		return no_memory(r);
	r->path[r->path_len++] = (struct wr_step){&step, 0};
	s = read_value(r, type, payload);
	if (s != WR_OK)
		return s;
	r->path_len--;
	ret->as.items = payload;
	wr_reader_space(r);
	return r->at < r->end && (*r->at == ',' || *r->at == '}')
		   ? WR_OK
		   : wr_reader_malformed(r, "`,` or `}`");
}

static enum wr_status
read_tagged(struct wr_reader *r, const struct wr_type *t, struct wr_value *ret)
{
	static const struct wr_text kind = {"kind", 4};
	struct tagged parts = {NULL, NULL};
	const char *end;
	uint32_t tag = 0, payload;
	enum wr_status s;

	if (!wr_reader_take(r, '{'))
		return wr_reader_unfit(r, t);
	s = find_tagged(r, &parts);
	end = r->at;
	if (s == WR_OK && parts.kind == NULL)
		s = bad_member(r, "missing member ", kind);
	if (s != WR_OK)
		return s;
	r->at = parts.kind;
	r->path[r->path_len++] = (struct wr_step){&kind, 0};
	s = read_tag(r, t, &tag);
	if (s != WR_OK)
		return s;
	r->path_len--;
	*ret = (struct wr_value){.kind = WR_VALUE_VARIANT, .len = tag};
	payload = t->members[tag].type;
	if (payload == WR_NONE && parts.value != NULL)
		return bad_member(r, "unknown member ", WR_TEXT("value"));
	if (payload != WR_NONE && parts.value == NULL)
		return bad_member(r, "missing member ", WR_TEXT("value"));
	if (payload != WR_NONE) {
		r->at = parts.value;
		s = read_payload(r, payload, ret);
	}
	r->at = end;
	return s;
}

static enum wr_status
read_variant(struct wr_reader *r, const struct wr_type *t, struct wr_value *ret)
{
	uint32_t tag = 0;
	enum wr_status s;

	if (!wr_type_plain_variants(t))
		return read_tagged(r, t, ret);
	s = read_tag(r, t, &tag);
	*ret = (struct wr_value){.kind = WR_VALUE_VARIANT, .len = tag};
	return s;
}

static enum wr_status
read_value(struct wr_reader *r, uint32_t type, struct wr_value *ret)
{
	const struct wr_type *t = &r->types->at[type];

	assert(r->path_len < sizeof r->path / sizeof *r->path - 1);
	wr_reader_space(r);
	if (t->kind == WR_TYPE_OPTION) {
		if (wr_reader_take_word(r, "null")) {
			*ret = wr_value_none();
			return WR_OK;
		}
		t = &r->types->at[t->elem];
	}
	switch (t->kind) {
	case WR_TYPE_TEXT:
		return read_text(r, t, ret);
	case WR_TYPE_INT:
		return read_int(r, t, ret);
	case WR_TYPE_NUMBER:
		return read_number(r, t, ret);
	case WR_TYPE_BOOL:
		return read_bool(r, t, ret);
	case WR_TYPE_LIST:
		return read_list(r, t, ret);
	case WR_TYPE_RECORD:
		return read_record(r, t, ret);
	case WR_TYPE_VARIANTS:
		return read_variant(r, t, ret);
	case WR_TYPE_OPTION:
	case WR_TYPE_NEVER:
	case WR_TYPE_KINDS:
		break;
	}
	return wr_reader_unfit(r, t);
}

/* ---- whole documents
 * -------------------------------------------------------------------------------- */

static struct wr_reader
begin(const struct wr_types *types, struct wr_text json, struct wr_arena *arena,
    struct wr_json_fault *fault)
{
	const char *at = json.size == 0 ? "" : json.at;

	return (struct wr_reader){
	    .types = types,
	    .arena = arena,
	    .at = at,
	    .begin = at,
	    .end = at + json.size,
	    .fault = fault,
	};
}

static enum wr_status
finish(struct wr_reader *r, enum wr_status s)
{
	if (s == WR_OK) {
		wr_reader_space(r);
		if (r->at != r->end)
			s = wr_reader_malformed(r, "nothing more");
	}
	wr_alloc_free(r->arena->alloc, r->stack, r->stack_room * sizeof *r->stack);
	return s;
}

enum wr_status
wr_json_read(const struct wr_types *types, uint32_t type, struct wr_text json,
    struct wr_arena *arena, struct wr_value *ret, struct wr_json_fault *ret_fault)
{
	struct wr_reader r = begin(types, json, arena, ret_fault);

	return finish(&r, read_value(&r, type, ret));
}

enum wr_status
wr_json_read_members(const struct wr_types *types, const struct wr_member *members,
    uint32_t members_len, struct wr_text json, struct wr_arena *arena, struct wr_value *ret,
    struct wr_json_fault *ret_fault)
{
	struct wr_reader r = begin(types, json, arena, ret_fault);
	struct wr_type record = {
	    .kind = WR_TYPE_RECORD, .members = members, .members_len = members_len};

	return finish(&r, read_record(&r, &record, ret));
}

enum wr_status
wr_text_read(const struct wr_types *types, uint32_t type, struct wr_text raw,
    struct wr_arena *arena, struct wr_value *ret, struct wr_json_fault *ret_fault)
{
	struct wr_reader r = {.types = types, .arena = arena, .fault = ret_fault};
	const struct wr_type *t = &types->at[type];
	struct wr_text copy;

	assert(t->kind == WR_TYPE_TEXT);
	if (!wr_utf8_valid(raw)) {
		wr_reader_reason(&r, "expected a text, found bytes that are not UTF-8");
		return WR_INVALID;
	}
	if (raw.size < (uint64_t)t->lo || raw.size > (uint64_t)t->hi)
		return wrong_size(&r, t, "text", " bytes", raw.size);
	copy = wr_arena_text(arena, raw);
	if (copy.at == NULL)
		return no_memory(&r);
	*ret = wr_value_of_text(copy);
	return WR_OK;
}
