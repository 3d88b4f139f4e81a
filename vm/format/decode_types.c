/*
 * The table of types: ranges that are not empty, what a type holds before it, nothing twice,
 * names that can be written. Whether each is used, and in which order, is the verifier's question.
 */
#include "vm/format/decoder.h"

#include "vm/format/sort.h"

#include <assert.h>

static void
read_range(struct wr_decoder *d, struct wr_type *t, uint64_t max)
{
	uint64_t lo = wr_read_uleb(d), hi = wr_read_uleb(d);

	if (d->status == WR_OK && lo > hi)
		wr_decoder_refuse(d, "an empty range");
	if (d->status == WR_OK && hi > max)
		wr_decoder_limit(d, "a bound above the largest there is");
	t->lo = d->status == WR_OK ? (int64_t)lo : 0;
	t->hi = d->status == WR_OK ? (int64_t)hi : 0;
}

/* A type that stands before the one being read. */
static uint32_t
read_inner(struct wr_decoder *d)
{
	return wr_read_index(d, d->module->types.len, "no such type before this one");
}

/* The name of a record or variants, which no other has. */
static struct wr_text
read_type_name(struct wr_decoder *d)
{
	uint32_t i = wr_read_string(d);

	if (d->status != WR_OK)
		return (struct wr_text){"", 0};
	if (!wr_name_ok(d->strings[i], WR_NAME_TYPE))
		wr_decoder_refuse(d, "not a name that the language can write here");
	if (d->type_names[i])
		wr_decoder_refuse(d, "a name that is given twice");
	d->type_names[i] = true;
	return d->strings[i];
}

static void
read_member(struct wr_decoder *d, enum wr_type_kind kind, struct wr_member *m)
{
	m->name = wr_read_new_name(d, kind == WR_TYPE_RECORD ? WR_NAME_FIELD : WR_NAME_VALUE);
	if (kind == WR_TYPE_RECORD) {
		m->type = read_inner(d);
	} else {
		uint32_t type =
		    wr_read_index(d, d->module->types.len + 1, "no such type before this one");

		m->type = type == 0 ? WR_NONE : type - 1;
	}
	m->labels = wr_read_set(d);
	if (kind == WR_TYPE_RECORD) {
		const uint8_t *at = d->at;
		uint64_t description = wr_read_uleb(d);

		if (d->status != WR_OK || description == 0)
			return;
		if (description > d->strings_len) {
			d->at = at;
			wr_decoder_refuse(d, "no such string");
			return;
		}
		d->strings_used[description - 1] = true;
		m->description = d->strings[description - 1];
		if (m->description.size == 0)
			wr_decoder_refuse(d, "a description that says nothing");
	}
}

static void
read_members(struct wr_decoder *d, struct wr_type *t)
{
	struct wr_member *members;

	t->name = read_type_name(d);
	t->members_len = wr_read_count(d, WR_MEMBERS_MAX);
	if (d->status == WR_OK && t->members_len == 0 && t->kind == WR_TYPE_VARIANTS)
		wr_decoder_refuse(d, "variants of which there are none");
	t->members = members = wr_decoder_array(d, t->members_len, sizeof *members);
	wr_decoder_names(d);
	for (uint32_t i = 0; i < t->members_len && d->status == WR_OK; i++)
		read_member(d, t->kind, &members[i]);
}

static void
read_shape(struct wr_decoder *d, struct wr_type *t)
{
	switch (t->kind) {
	case WR_TYPE_TEXT:
		read_range(d, t, WR_TEXT_MAX);
		break;
	case WR_TYPE_INT:
		t->lo = wr_read_sleb(d);
		t->hi = wr_read_sleb(d);
		if (d->status == WR_OK && t->lo > t->hi)
			wr_decoder_refuse(d, "an empty range");
		break;
	case WR_TYPE_NUMBER:
		t->number_lo = wr_read_f64(d);
		t->number_hi = wr_read_f64(d);
		if (d->status == WR_OK && t->number_lo > t->number_hi)
			wr_decoder_refuse(d, "an empty range");
		break;
	case WR_TYPE_BOOL:
		break;
	case WR_TYPE_OPTION:
		t->elem = read_inner(d);
		if (d->status == WR_OK && d->module->types.at[t->elem].kind == WR_TYPE_OPTION)
			wr_decoder_refuse(d, "an optional of an optional");
		break;
	case WR_TYPE_LIST:
		t->elem = read_inner(d);
		read_range(d, t, WR_LIST_MAX);
		break;
	case WR_TYPE_RECORD:
	case WR_TYPE_VARIANTS:
		read_members(d, t);
		break;
	case WR_TYPE_NEVER:
	case WR_TYPE_KINDS:
		wr_decoder_refuse(d, "no such kind of type");
		break;
	}
}

/* Types that have no names, by index, in an order that puts equal ones side by side. */
struct unnamed {
	const struct wr_types *types;
	uint32_t *at;
};

static int
compare(const struct unnamed *u, size_t a, size_t b)
{
	const struct wr_type *x = &u->types->at[u->at[a]], *y = &u->types->at[u->at[b]];

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->elem != y->elem)
		return x->elem < y->elem ? -1 : 1;
	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	if (x->number_lo != y->number_lo)
		return x->number_lo < y->number_lo ? -1 : 1;
	return x->number_hi < y->number_hi ? -1 : x->number_hi > y->number_hi;
}

static bool
unnamed_less(void *user, size_t a, size_t b)
{
	return compare(user, a, b) < 0;
}

static void
unnamed_swap(void *user, size_t a, size_t b)
{
	struct unnamed *u = user;
	uint32_t t = u->at[a];

	u->at[a] = u->at[b];
	u->at[b] = t;
}

/* What a type holds stands in the table once, so equal types have equal parts by index. */
static void
check_unique(struct wr_decoder *d)
{
	const struct wr_types *types = &d->module->types;
	struct unnamed u = {types, wr_decoder_array(d, types->len, sizeof *u.at)};
	size_t len = 0;

	for (uint32_t i = 0; i < types->len && d->status == WR_OK; i++)
		if (types->at[i].kind != WR_TYPE_RECORD && types->at[i].kind != WR_TYPE_VARIANTS)
			u.at[len++] = i;
	wr_sort(&(struct wr_sort){unnamed_less, unnamed_swap, &u}, len);
	for (size_t i = 1; i < len; i++)
		if (compare(&u, i - 1, i) == 0)
			wr_decoder_refuse(d, "a type that is there twice");
}

void
wr_read_types(struct wr_decoder *d)
{
	uint32_t len = wr_read_count(d, WR_TABLE_MAX);

	for (uint32_t i = 0; i < len && d->status == WR_OK; i++) {
		uint8_t kind = wr_read_byte(d);
		struct wr_type t = {
		    .kind = kind < WR_TYPE_KINDS ? (enum wr_type_kind)kind : WR_TYPE_NEVER};

		read_shape(d, &t);
		if (d->status != WR_OK)
			return;
		if (wr_types_add(&d->module->types, t) == WR_NONE)
			wr_decoder_no_room(d);
		else if (wr_type_depth(&d->module->types, i) > WR_TYPES_DEEP)
			wr_decoder_limit(d, "a type that nests too deep");
	}
	if (d->status == WR_OK)
		check_unique(d);
	d->module->types_len = d->module->types.len;
}
