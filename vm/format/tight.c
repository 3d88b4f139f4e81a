/*
 * The tightest type of a constant: hulls, level by level. Decides nothing about what
 * a constant may be; the decoder and the operations do.
 */
#include "vm/format/tight.h"

#include <assert.h>

void
wr_tight_init(struct wr_tight *tight)
{
	tight->len = 0; /* most constants need one level: the others are not worth clearing */
	tight->leaf = WR_NONE;
}

bool
wr_tight_add(struct wr_tight *tight, uint32_t depth, struct wr_type seen, uint32_t nominal)
{
	struct wr_type *hull;

	if (depth >= WR_TYPE_WALK_MAX)
		return false;
	while (tight->len <= depth)
		tight->level[tight->len++] = (struct wr_type){.kind = WR_TYPE_NEVER};
	hull = &tight->level[depth];
	if (seen.kind == WR_TYPE_NEVER)
		return true;
	if (hull->kind == WR_TYPE_NEVER) {
		*hull = seen;
		if (nominal != WR_NONE)
			tight->leaf = nominal;
		return true;
	}
	if (hull->kind != seen.kind || (nominal != WR_NONE && nominal != tight->leaf))
		return false;
	hull->lo = seen.lo < hull->lo ? seen.lo : hull->lo;
	hull->hi = seen.hi > hull->hi ? seen.hi : hull->hi;
	hull->number_lo = seen.number_lo < hull->number_lo ? seen.number_lo : hull->number_lo;
	hull->number_hi = seen.number_hi > hull->number_hi ? seen.number_hi : hull->number_hi;
	return true;
}

bool
wr_tight_add_type(struct wr_tight *tight, const struct wr_types *types, uint32_t type)
{
	for (uint32_t depth = 0;; depth++) {
		const struct wr_type *t = &types->at[type];
		bool nominal = t->kind == WR_TYPE_RECORD || t->kind == WR_TYPE_VARIANTS;

		assert(type < types->len);
		if (!wr_tight_add(tight, depth, *t, nominal ? type : WR_NONE))
			return false;
		if (t->kind != WR_TYPE_OPTION && t->kind != WR_TYPE_LIST)
			return true;
		type = t->elem;
	}
}

enum wr_status
wr_tight_type(const struct wr_tight *tight, struct wr_types *types, uint32_t *ret_type)
{
	struct wr_type leaf = {.kind = WR_TYPE_NEVER};
	uint32_t depth = 0, type;

	while (depth < tight->len && (tight->level[depth].kind == WR_TYPE_OPTION ||
					 tight->level[depth].kind == WR_TYPE_LIST))
		if (++depth == WR_TYPE_WALK_MAX)
			return WR_LIMIT;
	if (depth < tight->len)
		leaf = tight->level[depth];
	if (leaf.kind == WR_TYPE_RECORD || leaf.kind == WR_TYPE_VARIANTS)
		type = tight->leaf;
	else
		type = wr_types_share(types, leaf);
	while (type != WR_NONE && depth-- > 0) {
		struct wr_type t = tight->level[depth];

		t.elem = type;
		type = wr_types_share(types, t);
	}
	if (type == WR_NONE)
		return WR_NOMEM;
	if (types->at[type].walk > WR_TYPE_WALK_MAX)
		return WR_LIMIT;
	*ret_type = type;
	return WR_OK;
}

/* Add a value, whose shape is given by a type, to the level `depth`. */
static bool
add_value(const struct wr_types *types, struct wr_tight *tight, uint32_t depth, struct wr_value v,
    uint32_t type)
{
	const struct wr_type *shape = &types->at[type];
	struct wr_type seen = {.kind = shape->kind};
	bool fits;

	switch (shape->kind) {
	case WR_TYPE_NEVER:
		return true;
	case WR_TYPE_TEXT:
		seen.lo = seen.hi = v.len;
		break;
	case WR_TYPE_INT:
		seen.lo = seen.hi = v.as.integer;
		break;
	case WR_TYPE_NUMBER:
		seen.number_lo = seen.number_hi = v.as.number;
		break;
	case WR_TYPE_LIST:
		seen.lo = seen.hi = v.len;
		break;
	default:
		break;
	}
	fits = wr_tight_add(tight, depth, seen,
	    shape->kind == WR_TYPE_RECORD || shape->kind == WR_TYPE_VARIANTS ? type : WR_NONE);
	if (shape->kind == WR_TYPE_OPTION && v.kind != WR_VALUE_NONE)
		return fits && add_value(types, tight, depth + 1, v, shape->elem);
	for (uint32_t i = 0; fits && shape->kind == WR_TYPE_LIST && i < v.len; i++)
		fits = add_value(types, tight, depth + 1, v.as.items[i], shape->elem);
	return fits;
}

enum wr_status
wr_type_of_value(struct wr_types *types, struct wr_value value, uint32_t type, uint32_t *ret_type)
{
	struct wr_tight tight;

	assert(type < types->len && value.kind != WR_VALUE_UNSET);
	wr_tight_init(&tight);
	if (!add_value(types, &tight, 0, value, type))
		return WR_LIMIT;
	return wr_tight_type(&tight, types, ret_type);
}
