/*
 * Types: the table, what is computed once when a type is added, and the order between
 * types (equal, below, similar, join). Never decides what an operation gives: infer.c.
 */
#include "vm/format/types.h"

#include <assert.h>
#include <float.h>
#include <string.h>

#include "vm/base/number.h"
#include "vm/base/saturate.h"

#define INT_TEXT_MAX 20 /* "-9223372036854775808" */
#define BOOL_TEXT_MAX 5

void
wr_types_init(struct wr_types *types, struct wr_arena *arena)
{
	*types = (struct wr_types){.arena = arena};
}

bool
wr_type_plain_variants(const struct wr_type *type)
{
	if (type->kind != WR_TYPE_VARIANTS)
		return false;
	for (uint32_t i = 0; i < type->members_len; i++)
		if (type->members[i].type != WR_NONE)
			return false;
	return true;
}

/* {"a":1,"b":2} */
static int64_t
record_json_max(const struct wr_types *types, const struct wr_type *t)
{
	int64_t sum = 2;

	for (uint32_t i = 0; i < t->members_len; i++) {
		const struct wr_member *m = &t->members[i];
		int64_t frame = (int64_t)m->name.size + (int64_t)sizeof "\"\":" - 1 + (i > 0);

		sum = wr_sat_add_signed(sum, wr_sat_add_signed(frame, types->at[m->type].json_max));
	}
	return sum;
}

/* "deny", or {"kind":"deny"} and {"kind":"pay","value":1} */
static int64_t
variants_json_max(const struct wr_types *types, const struct wr_type *t)
{
	bool plain = wr_type_plain_variants(t);
	int64_t most = 0;

	for (uint32_t i = 0; i < t->members_len; i++) {
		const struct wr_member *m = &t->members[i];
		int64_t size = (int64_t)m->name.size;

		if (plain)
			size += 2;
		else if (m->type == WR_NONE)
			size += (int64_t)sizeof "{\"kind\":\"\"}" - 1;
		else
			size = wr_sat_add_signed(size + (int64_t)sizeof "{\"kind\":\"\",\"value\":}" - 1,
			    types->at[m->type].json_max);
		if (size > most)
			most = size;
	}
	return most;
}

static int64_t
json_max(const struct wr_types *types, const struct wr_type *t)
{
	switch (t->kind) {
	case WR_TYPE_TEXT:
		return wr_sat_add_signed(wr_sat_mul_signed(6, t->hi), 2); /* \u001f for a byte, and the quotes */
	case WR_TYPE_INT:
		return INT_TEXT_MAX;
	case WR_TYPE_NUMBER:
		return WR_NUMBER_TEXT_MAX;
	case WR_TYPE_BOOL:
		return BOOL_TEXT_MAX;
	case WR_TYPE_OPTION:
		return types->at[t->elem].json_max > 4 ? types->at[t->elem].json_max : 4;
	case WR_TYPE_LIST: /* each item and its comma, and the brackets; the last comma is not there
			    */
		return wr_sat_add_signed(wr_sat_mul_signed(wr_sat_add_signed(types->at[t->elem].json_max, 1), t->hi),
		    t->hi > 0 ? 1 : 2);
	case WR_TYPE_RECORD:
		return record_json_max(types, t);
	case WR_TYPE_VARIANTS:
		return variants_json_max(types, t);
	case WR_TYPE_NEVER:
	case WR_TYPE_KINDS:
		break;
	}
	return 0;
}

static void
take_in(struct wr_type *t, const struct wr_type *inner)
{
	t->labels |= inner->labels;
	if (inner->depth > t->depth)
		t->depth = inner->depth;
	if (inner->walk > t->walk)
		t->walk = inner->walk;
}

/* What nests in JSON and in people's heads: an object, or a list of lists. */
static bool
is_level(const struct wr_types *types, const struct wr_type *t)
{
	const struct wr_type *elem;

	if (t->kind == WR_TYPE_RECORD || t->kind == WR_TYPE_VARIANTS)
		return !wr_type_plain_variants(t);
	if (t->kind != WR_TYPE_LIST)
		return false;
	elem = &types->at[t->elem];
	if (elem->kind == WR_TYPE_OPTION)
		elem = &types->at[elem->elem];
	return elem->kind == WR_TYPE_LIST;
}

uint32_t
wr_types_add(struct wr_types *types, struct wr_type type)
{
	assert(type.kind < WR_TYPE_KINDS);
	if (types->len == types->room) {
		uint32_t room = types->room == 0 ? 32 : types->room * 2;
		struct wr_type *grown = wr_arena_array(types->arena, room, sizeof *grown);

		if (grown == NULL)
			return WR_NONE;
		if (types->len > 0)
			memcpy(grown, types->at, types->len * sizeof *grown);
		types->at = grown;
		types->room = room;
	}
	type.labels = 0;
	type.depth = type.walk = 0;
	if (type.kind == WR_TYPE_OPTION || type.kind == WR_TYPE_LIST) {
		assert(type.elem < types->len);
		take_in(&type, &types->at[type.elem]);
	}
	for (uint32_t i = 0; i < type.members_len; i++) {
		type.labels |= type.members[i].labels;
		if (type.members[i].type != WR_NONE)
			take_in(&type, &types->at[type.members[i].type]);
	}
	type.walk++;
	type.depth += is_level(types, &type);
	type.json_max = json_max(types, &type);
	types->at[types->len] = type;
	return types->len++;
}

/* By what counts for its kind; the rest may hold anything. */
static bool
same_shape(const struct wr_type *a, const struct wr_type *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case WR_TYPE_TEXT:
	case WR_TYPE_INT:
		return a->lo == b->lo && a->hi == b->hi;
	case WR_TYPE_NUMBER:
		return a->number_lo == b->number_lo && a->number_hi == b->number_hi;
	case WR_TYPE_OPTION:
		return a->elem == b->elem;
	case WR_TYPE_LIST:
		return a->elem == b->elem && a->lo == b->lo && a->hi == b->hi;
	case WR_TYPE_BOOL:
	case WR_TYPE_NEVER:
		return true;
	case WR_TYPE_RECORD:
	case WR_TYPE_VARIANTS:
	case WR_TYPE_KINDS:
		break;
	}
	return false;
}

/* Where to look for it; unequal types may meet there, and equal ones miss each other. */
static uint32_t *
recent(struct wr_types *types, const struct wr_type *t)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t h = ((uint64_t)t->kind * odd ^ (uint64_t)t->lo) * odd ^ (uint64_t)t->hi;

	if (t->kind == WR_TYPE_OPTION || t->kind == WR_TYPE_LIST)
		h = h * odd ^ t->elem;
	return &types->recent[h * odd >> 32 & (WR_TYPES_RECENT - 1)];
}

uint32_t
wr_types_share(struct wr_types *types, struct wr_type type)
{
	uint32_t *last = recent(types, &type), index = *last;

	if (index < types->len && same_shape(&types->at[index], &type))
		return index;
	index = wr_types_add(types, type);
	if (index != WR_NONE)
		*last = index;
	return index;
}

uint32_t
wr_type_text(struct wr_types *types, int64_t lo, int64_t hi)
{
	return wr_types_share(types, (struct wr_type){.kind = WR_TYPE_TEXT, .lo = lo, .hi = hi});
}

uint32_t
wr_type_int(struct wr_types *types, int64_t lo, int64_t hi)
{
	return wr_types_share(types, (struct wr_type){.kind = WR_TYPE_INT, .lo = lo, .hi = hi});
}

uint32_t
wr_type_number(struct wr_types *types, double lo, double hi)
{
	return wr_types_share(
	    types, (struct wr_type){.kind = WR_TYPE_NUMBER, .number_lo = lo, .number_hi = hi});
}

uint32_t
wr_type_bool(struct wr_types *types)
{
	return wr_types_share(types, (struct wr_type){.kind = WR_TYPE_BOOL});
}

uint32_t
wr_type_never(struct wr_types *types)
{
	return wr_types_share(types, (struct wr_type){.kind = WR_TYPE_NEVER});
}

uint32_t
wr_type_option(struct wr_types *types, uint32_t elem)
{
	return elem == WR_NONE
		   ? WR_NONE
		   : wr_types_share(types, (struct wr_type){.kind = WR_TYPE_OPTION, .elem = elem});
}

uint32_t
wr_type_list(struct wr_types *types, uint32_t elem, int64_t lo, int64_t hi)
{
	return elem == WR_NONE
		   ? WR_NONE
		   : wr_types_share(types,
			 (struct wr_type){.kind = WR_TYPE_LIST, .elem = elem, .lo = lo, .hi = hi});
}

/* What two types are compared for, from strict to loose. */
enum relation { EQUAL, BELOW, SIMILAR };

static bool
ranges_relate(const struct wr_type *a, const struct wr_type *b, enum relation how)
{
	if (how == SIMILAR)
		return true;
	if (a->kind == WR_TYPE_NUMBER)
		return how == EQUAL ? a->number_lo == b->number_lo && a->number_hi == b->number_hi
				    : a->number_lo >= b->number_lo && a->number_hi <= b->number_hi;
	return how == EQUAL ? a->lo == b->lo && a->hi == b->hi : a->lo >= b->lo && a->hi <= b->hi;
}

/* Ends: types hold only types of lower index. */
static bool
relate(const struct wr_types *types, uint32_t a, uint32_t b, enum relation how)
{
	for (;;) {
		const struct wr_type *ta = &types->at[a], *tb = &types->at[b];

		assert(a < types->len && b < types->len);
		if (a == b || (ta->kind == WR_TYPE_NEVER && how != EQUAL))
			return true;
		if (ta->kind != tb->kind)
			return false;
		switch (ta->kind) {
		case WR_TYPE_RECORD:
		case WR_TYPE_VARIANTS:
			return false; /* nominal, and a != b */
		case WR_TYPE_OPTION:
		case WR_TYPE_LIST:
			if (ta->kind == WR_TYPE_LIST && !ranges_relate(ta, tb, how))
				return false;
			a = ta->elem;
			b = tb->elem;
			continue;
		case WR_TYPE_TEXT:
		case WR_TYPE_INT:
		case WR_TYPE_NUMBER:
			return ranges_relate(ta, tb, how);
		case WR_TYPE_NEVER:
		case WR_TYPE_BOOL:
		case WR_TYPE_KINDS:
			return true;
		}
	}
}

bool
wr_type_eq(const struct wr_types *types, uint32_t a, uint32_t b)
{
	return relate(types, a, b, EQUAL);
}

bool
wr_type_below(const struct wr_types *types, uint32_t a, uint32_t b)
{
	return relate(types, a, b, BELOW);
}

bool
wr_type_similar(const struct wr_types *types, uint32_t a, uint32_t b)
{
	return relate(types, a, b, SIMILAR);
}

/* The recursion is as deep as both types are, see wr_type.walk. */
enum wr_status
wr_type_join(struct wr_types *types, uint32_t a, uint32_t b, uint32_t *ret_type)
{
	struct wr_type hull = types->at[a], other = types->at[b];
	uint32_t joined;

	assert(a < types->len && b < types->len);
	if (wr_type_below(types, b, a)) {
		*ret_type = a;
		return WR_OK;
	}
	if (wr_type_below(types, a, b)) {
		*ret_type = b;
		return WR_OK;
	}
	if (hull.kind != other.kind || hull.kind == WR_TYPE_RECORD || hull.kind == WR_TYPE_VARIANTS)
		return WR_REFUSED;
	if (hull.kind == WR_TYPE_OPTION || hull.kind == WR_TYPE_LIST) {
		enum wr_status s = wr_type_join(types, hull.elem, other.elem, &hull.elem);

		if (s != WR_OK)
			return s;
	}
	hull.lo = other.lo < hull.lo ? other.lo : hull.lo;
	hull.hi = other.hi > hull.hi ? other.hi : hull.hi;
	hull.number_lo = other.number_lo < hull.number_lo ? other.number_lo : hull.number_lo;
	hull.number_hi = other.number_hi > hull.number_hi ? other.number_hi : hull.number_hi;
	joined = wr_types_share(types, hull);
	if (joined == WR_NONE)
		return WR_NOMEM;
	*ret_type = joined;
	return WR_OK;
}

int64_t
wr_type_json_max(const struct wr_types *types, uint32_t type)
{
	assert(type < types->len);
	return types->at[type].json_max;
}

int64_t
wr_type_print_max(const struct wr_types *types, uint32_t type)
{
	const struct wr_type *t = &types->at[type];
	int64_t most = 0;

	assert(type < types->len);
	switch (t->kind) {
	case WR_TYPE_TEXT:
		return t->hi;
	case WR_TYPE_INT:
		return INT_TEXT_MAX;
	case WR_TYPE_NUMBER:
		return WR_NUMBER_TEXT_MAX;
	case WR_TYPE_BOOL:
		return BOOL_TEXT_MAX;
	case WR_TYPE_VARIANTS:
		if (!wr_type_plain_variants(t))
			return -1;
		for (uint32_t i = 0; i < t->members_len; i++)
			if ((int64_t)t->members[i].name.size > most)
				most = (int64_t)t->members[i].name.size;
		return most;
	default:
		return -1;
	}
}

uint32_t
wr_type_depth(const struct wr_types *types, uint32_t type)
{
	assert(type < types->len);
	return types->at[type].depth;
}
