/*
 * Operations on lists, and the order of values that EQ, UNIQUE and sorting share.
 * Items are shared, never copied deeply. All linear but for UNIQUE and sorting,
 * which are n log n; nothing hashes, so no input can make them slow.
 */
#include "vm/eval.h"

#include <assert.h>

/* ---- order ------------------------------------------------------------------------------ */

static int
cmp(bool less, bool greater)
{
	return less ? -1 : greater;
}

/* Items in order, the first difference decides. Depth is bounded by types. */
static enum wr_status
order_items(
    struct wr_eval *e, const struct wr_value *a, const struct wr_value *b, uint32_t len, int *ret)
{
	*ret = 0;
	for (uint32_t i = 0; i < len && *ret == 0; i++) {
		enum wr_status s = wr_eval_order(e, a[i], b[i], ret);

		if (s != WR_OK)
			return s;
	}
	return WR_OK;
}

enum wr_status
wr_eval_order(struct wr_eval *e, struct wr_value a, struct wr_value b, int *ret)
{
	bool long_texts = a.kind == WR_VALUE_TEXT && b.kind == WR_VALUE_TEXT;
	enum wr_status s =
	    wr_eval_pay(e, 1 + (long_texts ? (a.len < b.len ? a.len : b.len) / 16 : 0));

	*ret = cmp(a.kind<b.kind, a.kind> b.kind);
	if (s != WR_OK || *ret != 0)
		return s;
	switch ((enum wr_value_kind)a.kind) {
	case WR_VALUE_UNSET:
	case WR_VALUE_NONE:
		return WR_OK;
	case WR_VALUE_BOOL:
		*ret = a.as.boolean - b.as.boolean;
		return WR_OK;
	case WR_VALUE_INT:
		*ret = cmp(a.as.integer<b.as.integer, a.as.integer> b.as.integer);
		return WR_OK;
	case WR_VALUE_NUMBER:
		*ret = cmp(a.as.number<b.as.number, a.as.number> b.as.number);
		return WR_OK;
	case WR_VALUE_TEXT:
		*ret = wr_text_cmp(wr_value_text(a), wr_value_text(b));
		return WR_OK;
	case WR_VALUE_LIST:
	case WR_VALUE_RECORD:
		*ret = cmp(a.len<b.len, a.len> b.len);
		if (*ret != 0 || a.as.items == b.as.items)
			return WR_OK;
		return order_items(e, a.as.items, b.as.items, a.len, ret);
	case WR_VALUE_VARIANT:
		*ret = cmp(a.len<b.len, a.len> b.len);
		if (*ret != 0 || a.as.items == NULL || b.as.items == NULL)
			return WR_OK;
		return order_items(e, a.as.items, b.as.items, 1, ret);
	}
	assert(0 && "a kind of value");
	return WR_LIMIT;
}

/* Merge two neighbouring sorted runs of `from` into `to`; the left one wins ties, so equal keys
 * keep their order. */
static enum wr_status
merge(struct wr_eval *e, const struct wr_value *keys, bool desc, const uint32_t *from, uint32_t *to,
    uint32_t left, uint32_t middle, uint32_t end)
{
	uint32_t right = middle, l = left;

	for (uint32_t at = left; at < end; at++) {
		int order = 0;

		if (l < middle && right < end) {
			enum wr_status s =
			    wr_eval_order(e, keys[from[l]], keys[from[right]], &order);

			if (s != WR_OK)
				return s;
			order = desc ? -order : order;
		}
		to[at] = l < middle && (right == end || order <= 0) ? from[l++] : from[right++];
	}
	return WR_OK;
}

enum wr_status
wr_eval_sort(
    struct wr_eval *e, const struct wr_value *keys, uint32_t len, bool desc, const uint32_t **ret)
{
	uint32_t *from = wr_eval_scratch(e, 2 * sizeof *from * (len + 1));
	uint32_t *to;

	assert(len <= WR_LIST_MAX);
	if (from == NULL)
		return WR_NOMEM;
	to = from + len + 1;
	for (uint32_t i = 0; i < len; i++)
		from[i] = i;
	for (uint32_t width = 1; width < len; width *= 2) {
		uint32_t *swap = from;

		for (uint32_t left = 0; left < len; left += 2 * width) {
			uint32_t middle = left + width < len ? left + width : len;
			uint32_t end = middle + width < len ? middle + width : len;
			enum wr_status s = merge(e, keys, desc, from, to, left, middle, end);

			if (s != WR_OK)
				return s;
		}
		from = to;
		to = swap;
	}
	*ret = from;
	return WR_OK;
}

/* ---- operations --------------------------------------------------------------------------- */

static struct wr_value
list_of(const struct wr_value *items, uint32_t len)
{
	return (struct wr_value){.kind = WR_VALUE_LIST, .len = len, .as.items = items};
}

/* Items from..to, both moved into the list. */
static struct wr_value
part_of(struct wr_value list, int64_t from, int64_t to)
{
	from = from < 0 ? 0 : from > list.len ? list.len : from;
	to = to < from ? from : to > list.len ? list.len : to;
	return list_of(from == 0 ? list.as.items : list.as.items + from, (uint32_t)(to - from));
}

static enum wr_status
contains(struct wr_eval *e, struct wr_value list, struct wr_value item, struct wr_value *ret)
{
	int order = 1;

	for (uint32_t i = 0; i < list.len && order != 0; i++) {
		enum wr_status s = wr_eval_order(e, list.as.items[i], item, &order);

		if (s != WR_OK)
			return s;
	}
	*ret = wr_value_of_bool(order == 0);
	return WR_OK;
}

static enum wr_status
sum(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	const struct wr_type *list = &e->types->at[wr_operation_type(o, 0)];
	bool numbers =
	    list->kind == WR_TYPE_LIST && e->types->at[list->elem].kind == WR_TYPE_NUMBER;
	struct wr_value two[2] = {numbers ? wr_value_of_number(0) : wr_value_of_int(0)};
	struct wr_operation add = {.op = WR_OP_ADD, .v = two, .len = 2};
	enum wr_status s = wr_eval_pay(e, o->v[0].len);

	for (uint32_t i = 0; s == WR_OK && i < o->v[0].len; i++) {
		two[1] = o->v[0].as.items[i];
		two[0] = wr_eval_number(&add);
	}
	*ret = two[0];
	return s;
}

static enum wr_status
any_all(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	bool wanted = o->op == WR_OP_ANY, found = false;

	for (uint32_t i = 0; i < o->v[0].len && !found; i++)
		found = o->v[0].as.items[i].as.boolean == wanted;
	*ret = wr_value_of_bool(found == wanted);
	return wr_eval_pay(e, o->v[0].len);
}

static enum wr_status
concat(struct wr_eval *e, struct wr_value a, struct wr_value b, struct wr_value *ret)
{
	struct wr_value *items;
	enum wr_status s = wr_eval_items(e, (uint64_t)a.len + b.len, &items);

	if (s != WR_OK)
		return s;
	if (a.len > 0)
		memcpy(items, a.as.items, a.len * sizeof *items);
	if (b.len > 0)
		memcpy(items + a.len, b.as.items, b.len * sizeof *items);
	*ret = list_of(items, a.len + b.len);
	return WR_OK;
}

static enum wr_status
flatten(struct wr_eval *e, struct wr_value lists, struct wr_value *ret)
{
	struct wr_value *items;
	uint64_t len = 0;
	size_t at = 0;
	enum wr_status s;

	for (uint32_t i = 0; i < lists.len; i++)
		len += lists.as.items[i].len;
	s = wr_eval_items(e, len, &items);
	if (s != WR_OK)
		return s;
	for (uint32_t i = 0; i < lists.len; i++) {
		struct wr_value list = lists.as.items[i];

		if (list.len > 0)
			memcpy(items + at, list.as.items, list.len * sizeof *items);
		at += list.len;
	}
	*ret = list_of(items, (uint32_t)len);
	return wr_eval_pay(e, lists.len);
}

/* Sorted, equal items are neighbours and the first of them stands first: the others go. */
static enum wr_status
unique(struct wr_eval *e, struct wr_value list, struct wr_value *ret)
{
	struct wr_value *items;
	const uint32_t *order = NULL;
	uint32_t len = 0;
	enum wr_status s = wr_eval_items(e, list.len, &items);

	if (s == WR_OK)
		s = wr_eval_sort(e, list.as.items, list.len, false, &order);
	for (uint32_t i = 0; s == WR_OK && i < list.len; i++) {
		int same = 1;

		if (i > 0)
			s = wr_eval_order(
			    e, list.as.items[order[i - 1]], list.as.items[order[i]], &same);
		if (same != 0)
			items[order[i]] = list.as.items[order[i]];
	}
	if (s != WR_OK)
		return s;
	for (uint32_t i = 0; i < list.len; i++)
		if (items[i].kind != WR_VALUE_UNSET)
			items[len++] = items[i];
	*ret = list_of(items, len);
	return WR_OK;
}

/* REVERSE, and PRESENT: the items that are not none. */
static enum wr_status
rearrange(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	struct wr_value list = o->v[0], *items;
	uint32_t len = 0;
	enum wr_status s = wr_eval_items(e, list.len, &items);

	if (s != WR_OK)
		return s;
	for (uint32_t i = 0; i < list.len; i++) {
		struct wr_value item = list.as.items[o->op == WR_OP_REVERSE ? list.len - 1 - i : i];

		if (o->op == WR_OP_REVERSE || item.kind != WR_VALUE_NONE)
			items[len++] = item;
	}
	*ret = list_of(items, len);
	return WR_OK;
}

enum wr_status
wr_eval_list(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	const struct wr_value *v = o->v;
	uint32_t len = v[0].len;

	assert(v[0].kind == WR_VALUE_LIST);
	switch (o->op) {
	case WR_OP_CONTAINS:
		return contains(e, v[0], v[1], ret);
	case WR_OP_SLICE:
		*ret = part_of(v[0], v[1].as.integer, v[2].as.integer);
		return WR_OK;
	case WR_OP_CONCAT:
		return concat(e, v[0], v[1], ret);
	case WR_OP_SUM:
		return sum(e, o, ret);
	case WR_OP_ANY:
	case WR_OP_ALL:
		return any_all(e, o, ret);
	case WR_OP_FIRST:
		*ret = len == 0 ? wr_value_none() : v[0].as.items[0];
		return WR_OK;
	case WR_OP_LAST:
		*ret = len == 0 ? wr_value_none() : v[0].as.items[len - 1];
		return WR_OK;
	case WR_OP_TAKE:
		*ret = part_of(v[0], 0, v[1].as.integer);
		return WR_OK;
	case WR_OP_TAIL:
		*ret = v[1].as.integer >= len
			   ? v[0]
			   : part_of(v[0], len - (v[1].as.integer < 0 ? 0 : v[1].as.integer), len);
		return WR_OK;
	case WR_OP_UNIQUE:
		return unique(e, v[0], ret);
	case WR_OP_FLATTEN:
		return flatten(e, v[0], ret);
	case WR_OP_REVERSE:
	case WR_OP_PRESENT:
		return rearrange(e, o, ret);
	default:
		assert(0 && "an operation on a list");
		return WR_LIMIT;
	}
}
