/*
 * Operations on texts: bytes of valid UTF-8, cut only between code points. Case and
 * white space are ASCII's; searching is linear (Knuth, Morris, Pratt); nothing depends on a locale.
 */
#include "vm/eval.h"

#include "vm/base/number.h"

#include <assert.h>

struct wr_text
wr_value_print(const struct wr_types *types, uint32_t type, struct wr_value v, char room[32])
{
	_Static_assert(WR_NUMBER_TEXT_MAX <= 32, "a number fits");
	uint64_t left;
	size_t at = 32;

	switch ((enum wr_value_kind)v.kind) {
	case WR_VALUE_TEXT:
		return wr_value_text(v);
	case WR_VALUE_BOOL:
		return v.as.boolean ? WR_TEXT("true") : WR_TEXT("false");
	case WR_VALUE_NUMBER:
		return (struct wr_text){room, wr_number_print(v.as.number, room)};
	case WR_VALUE_VARIANT:
		return types->at[type].members[v.len].name;
	case WR_VALUE_INT:
		left = v.as.integer < 0 ? 0 - (uint64_t)v.as.integer : (uint64_t)v.as.integer;
		do
			room[--at] = (char)('0' + left % 10);
		while ((left /= 10) > 0);
		if (v.as.integer < 0)
			room[--at] = '-';
		return (struct wr_text){room + at, 32 - at};
	case WR_VALUE_UNSET:
	case WR_VALUE_NONE:
	case WR_VALUE_LIST:
	case WR_VALUE_RECORD:
		break;
	}
	assert(0 && "a value that prints");
	return WR_TEXT("");
}

static struct wr_value
text_of(const char *at, size_t size)
{
	return wr_value_of_text((struct wr_text){at, size});
}

/* Copy to *at and move it. */
static void
put(char **at, struct wr_text t)
{
	if (t.size > 0)
		memcpy(*at, t.at, t.size);
	*at += t.size;
}

static enum wr_status template(
    struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret) {
	char room[32], *begin, *at; uint64_t size = 0; enum wr_status s;

	for (uint32_t i = 0; i < o->len; i++) size +=
	wr_value_print(e->types, wr_operation_type(o, i), o->v[i], room).size;
	s = wr_eval_bytes(e, size, &begin);
	if (s != WR_OK) return s;
	at = begin;
	for (uint32_t i = 0; i < o->len; i++)
	    put(&at, wr_value_print(e->types, wr_operation_type(o, i), o->v[i], room));
	*ret = text_of(begin, (size_t)size);
	return wr_eval_pay(e, o->len);
}

/* ---- cutting -------------------------------------------------------------------------------- */

static bool
continues(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* The greatest boundary of code points that is at most n. */
static size_t
boundary_below(struct wr_text t, int64_t n)
{
	size_t at;

	if (n <= 0)
		return 0;
	if ((uint64_t)n >= t.size)
		return t.size;
	for (at = (size_t)n; at > 0 && continues(t.at[at]); at--)
		;
	return at;
}

/* The least boundary that is at least n. */
static size_t
boundary_above(struct wr_text t, int64_t n)
{
	size_t at = n <= 0 ? 0 : (uint64_t)n >= t.size ? t.size : (size_t)n;

	while (at < t.size && continues(t.at[at]))
		at++;
	return at;
}

static struct wr_value
slice(struct wr_text t, int64_t from, int64_t to)
{
	size_t begin = boundary_above(t, from), end = boundary_below(t, to);

	return end <= begin ? text_of("", 0) : text_of(t.at + begin, end - begin);
}

static bool
white(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct wr_value
trim(struct wr_text t)
{
	while (t.size > 0 && white(t.at[t.size - 1]))
		t.size--;
	while (t.size > 0 && white(t.at[0])) {
		t.at++;
		t.size--;
	}
	return wr_value_of_text(t);
}

static enum wr_status
change_case(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	char low = o->op == WR_OP_LOWER ? 'A' : 'a', *at;
	enum wr_status s = wr_eval_bytes(e, o->v[0].len, &at);

	if (s != WR_OK)
		return s;
	for (uint32_t i = 0; i < o->v[0].len; i++) {
		char c = o->v[0].as.text[i];

		at[i] = c >= low && c < low + 26 ? (char)(c ^ 0x20) : c;
	}
	*ret = text_of(at, o->v[0].len);
	return WR_OK;
}

/* ---- searching ------------------------------------------------------------------------------- */

struct search {
	struct wr_text what;
	const uint32_t *border; /* border[i]: longest proper prefix of what[0..i] that ends it too;
				   in scratch */
};

static enum wr_status
search_begin(struct wr_eval *e, struct wr_text what, struct search *ret)
{
	uint32_t *border = wr_eval_scratch(e, (what.size + 1) * sizeof *border);
	uint32_t k = 0;

	if (border == NULL)
		return WR_NOMEM;
	border[0] = 0;
	for (uint32_t i = 1; i < what.size; i++) {
		while (k > 0 && what.at[i] != what.at[k])
			k = border[k - 1];
		if (what.at[i] == what.at[k])
			k++;
		border[i] = k;
	}
	*ret = (struct search){what, border};
	return wr_eval_pay(e, what.size / 16);
}

/* Where it is next found at or after `from`; t.size + 1 when nowhere. */
static size_t
search_next(const struct search *s, struct wr_text t, size_t from)
{
	uint32_t k = 0;

	if (s->what.size == 0)
		return from;
	for (size_t i = from; i < t.size; i++) {
		while (k > 0 && t.at[i] != s->what.at[k])
			k = s->border[k - 1];
		if (t.at[i] == s->what.at[k] && ++k == s->what.size)
			return i + 1 - k;
	}
	return t.size + 1;
}

static enum wr_status
contains(struct wr_eval *e, struct wr_text t, struct wr_text what, struct wr_value *ret)
{
	struct search search = {0};
	enum wr_status s = wr_eval_pay(e, t.size / 16);

	*ret = wr_value_of_bool(false);
	if (s != WR_OK || what.size > t.size)
		return s;
	s = search_begin(e, what, &search);
	if (s == WR_OK)
		*ret = wr_value_of_bool(search_next(&search, t, 0) <= t.size);
	return s;
}

static enum wr_status
replace(struct wr_eval *e, struct wr_text t, struct wr_text from, struct wr_text to,
    struct wr_value *ret)
{
	struct search search = {0};
	size_t found = 0, at = 0;
	char *begin, *out;
	enum wr_status s;

	assert(from.size > 0);
	s = wr_eval_pay(e, t.size / 16);
	if (s != WR_OK || (s = search_begin(e, from, &search)) != WR_OK)
		return s;
	for (size_t hit; (hit = search_next(&search, t, at)) <= t.size; at = hit + from.size)
		found++;
	s = wr_eval_bytes(e, t.size - found * from.size + (uint64_t)found * to.size, &begin);
	if (s != WR_OK)
		return s;
	out = begin;
	at = 0;
	for (; found > 0; found--) {
		size_t hit = search_next(&search, t, at);

		put(&out, (struct wr_text){t.at + at, hit - at});
		put(&out, to);
		at = hit + from.size;
	}
	if (at < t.size)
		put(&out, (struct wr_text){t.at + at, t.size - at});
	*ret = text_of(begin, (size_t)(out - begin));
	return WR_OK;
}

/* The next piece of a text that is split, from *at; the last of n holds the rest. Moves *at past
 * the separator. */
static struct wr_value
next_piece(const struct search *search, struct wr_text t, bool last, size_t *at)
{
	size_t hit = last ? t.size + 1 : search_next(search, t, *at);
	size_t begin = *at, end = hit > t.size ? t.size : hit;

	*at = hit > t.size ? t.size + 1 : hit + search->what.size;
	return begin == end ? text_of("", 0) : text_of(t.at + begin, end - begin);
}

static enum wr_status
split(struct wr_eval *e, struct wr_text t, struct wr_text by, int64_t n, struct wr_value *ret)
{
	struct search search = {0};
	struct wr_value *items;
	uint32_t len = 0;
	enum wr_status s;

	assert(by.size > 0 && n > 0);
	s = wr_eval_pay(e, t.size / 16);
	if (s != WR_OK || (s = search_begin(e, by, &search)) != WR_OK)
		return s;
	for (size_t at = 0; at <= t.size && len < n; len++)
		(void)next_piece(&search, t, len + 1 == n, &at);
	s = wr_eval_items(e, len, &items);
	if (s != WR_OK)
		return s;
	for (size_t at = 0, i = 0; i < len; i++)
		items[i] = next_piece(&search, t, i + 1 == (uint64_t)n, &at);
	*ret = (struct wr_value){.kind = WR_VALUE_LIST, .len = len, .as.items = items};
	return WR_OK;
}

/* ---- building -------------------------------------------------------------------------------- */

/* JOIN: a separator between items. NUMBERED: before each its number, a line each. */
static enum wr_status
join(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	struct wr_value list = o->v[0];
	bool numbered = o->op == WR_OP_NUMBERED;
	struct wr_text by = numbered ? WR_TEXT("\n") : wr_value_text(o->v[1]);
	uint64_t size = list.len == 0 ? 0 : (list.len - 1) * (uint64_t)by.size;
	char room[32], *begin, *at;
	enum wr_status s;

	for (uint32_t i = 0; i < list.len; i++) {
		size += list.as.items[i].len;
		if (numbered)
			size += wr_value_print(NULL, WR_NONE, wr_value_of_int((int64_t)i + 1), room)
				    .size +
				2;
	}
	s = wr_eval_bytes(e, size, &begin);
	if (s != WR_OK)
		return s;
	at = begin;
	for (uint32_t i = 0; i < list.len; i++) {
		if (i > 0)
			put(&at, by);
		if (numbered) {
			put(&at,
			    wr_value_print(NULL, WR_NONE, wr_value_of_int((int64_t)i + 1), room));
			put(&at, WR_TEXT(". "));
		}
		put(&at, wr_value_text(list.as.items[i]));
	}
	assert((uint64_t)(at - begin) == size);
	*ret = text_of(begin, (size_t)size);
	return wr_eval_pay(e, list.len);
}

static enum wr_status
fenced(struct wr_eval *e, struct wr_text t, struct wr_value *ret)
{
	size_t run = 0, longest = 0, fence;
	char *begin, *at;
	enum wr_status s;

	for (size_t i = 0; i < t.size; i++) {
		run = t.at[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	fence = longest < 3 ? 3 : longest + 1;
	s = wr_eval_bytes(e, t.size + 2 * fence + 2, &begin);
	if (s != WR_OK)
		return s;
	memset(begin, '`', fence);
	at = begin + fence;
	*at++ = '\n';
	put(&at, t);
	*at++ = '\n';
	memset(at, '`', fence);
	*ret = text_of(begin, t.size + 2 * fence + 2);
	return WR_OK;
}

/* -?(0|[1-9][0-9]*) within int64, or none. */
static struct wr_value
int_of_text(struct wr_text t)
{
	bool minus = t.size > 0 && t.at[0] == '-';
	size_t at = minus ? 1 : 0;
	int64_t n = 0;

	if (at == t.size || (t.at[at] == '0' && t.size > at + 1))
		return wr_value_none();
	for (; at < t.size; at++) {
		int digit = t.at[at] - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, minus ? -digit : digit, &n))
			return wr_value_none();
	}
	return wr_value_of_int(n);
}

enum wr_status
wr_eval_text(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	const struct wr_value *v = o->v;
	struct wr_text t = v[0].kind == WR_VALUE_TEXT ? wr_value_text(v[0]) : WR_TEXT("");
	struct wr_text other =
	    o->len > 1 && v[1].kind == WR_VALUE_TEXT ? wr_value_text(v[1]) : WR_TEXT("");

	switch (o->op) {
	case WR_OP_TEMPLATE:
		return template(e, o, ret);
	case WR_OP_INT:
		*ret = int_of_text(t);
		return wr_eval_pay(e, t.size / 16);
	case WR_OP_LOWER:
	case WR_OP_UPPER:
		return change_case(e, o, ret);
	case WR_OP_TRIM:
		*ret = trim(t);
		return wr_eval_pay(e, t.size / 16);
	case WR_OP_CONTAINS:
		return contains(e, t, other, ret);
	case WR_OP_STARTS_WITH:
		*ret = wr_value_of_bool(
		    t.size >= other.size && wr_text_eq((struct wr_text){t.at, other.size}, other));
		return wr_eval_pay(e, other.size / 16);
	case WR_OP_ENDS_WITH:
		*ret = wr_value_of_bool(
		    t.size >= other.size && (other.size == 0 || memcmp(t.at + t.size - other.size,
								    other.at, other.size) == 0));
		return wr_eval_pay(e, other.size / 16);
	case WR_OP_REPLACE:
		return replace(e, t, other, wr_value_text(v[2]), ret);
	case WR_OP_SPLIT:
		return split(e, t, other, v[2].as.integer, ret);
	case WR_OP_JOIN:
	case WR_OP_NUMBERED:
		return join(e, o, ret);
	case WR_OP_TRUNCATE:
		*ret = text_of(t.at, boundary_below(t, v[1].as.integer));
		return WR_OK;
	case WR_OP_SLICE:
		*ret = slice(t, v[1].as.integer, v[2].as.integer);
		return WR_OK;
	case WR_OP_FENCED:
		return fenced(e, t, ret);
	default:
		assert(0 && "an operation on a text");
		return WR_LIMIT;
	}
}
