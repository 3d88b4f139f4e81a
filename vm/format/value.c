/*
 * Values without their types: making numbers that are never NaN, infinite or -0, and
 * equality by structure. Never allocates.
 */
#include "vm/format/value.h"

#include <assert.h>
#include <float.h>

struct wr_value
wr_value_of_number(double d)
{
	assert(d == d);
	if (d > DBL_MAX)
		d = DBL_MAX;
	else if (d < -DBL_MAX)
		d = -DBL_MAX;
	else if (d == 0)
		d = 0; /* -0 == 0, so this is where the sign goes */
	return (struct wr_value){.kind = WR_VALUE_NUMBER, .as.number = d};
}

static bool
items_eq(const struct wr_value *a, const struct wr_value *b, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		if (!wr_value_eq(a[i], b[i]))
			return false;
	return true;
}

bool
wr_value_eq(struct wr_value a, struct wr_value b)
{
	assert(a.kind != WR_VALUE_UNSET && b.kind != WR_VALUE_UNSET);
	if (a.kind != b.kind)
		return false; /* none and something; other kinds do not meet in one type */
	switch ((enum wr_value_kind)a.kind) {
	case WR_VALUE_UNSET:
	case WR_VALUE_NONE:
		return true;
	case WR_VALUE_BOOL:
		return a.as.boolean == b.as.boolean;
	case WR_VALUE_INT:
		return a.as.integer == b.as.integer;
	case WR_VALUE_NUMBER:
		return a.as.number == b.as.number;
	case WR_VALUE_TEXT:
		return wr_text_eq(wr_value_text(a), wr_value_text(b));
	case WR_VALUE_LIST:
	case WR_VALUE_RECORD:
		return a.len == b.len && items_eq(a.as.items, b.as.items, a.len);
	case WR_VALUE_VARIANT:
		if (a.len != b.len || (a.as.items == NULL) != (b.as.items == NULL))
			return false;
		return a.as.items == NULL || wr_value_eq(*a.as.items, *b.as.items);
	}
	return false;
}
