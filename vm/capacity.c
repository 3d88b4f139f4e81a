/*
 * How much a value of a type can say: log2 of how many values there are. Integer arithmetic only, so
 * every machine prints the same number; where a count is too large to hold, the result may be a
 * little too much, never too little. A text counts 8 bits a byte.
 */
#include "vm/summary.h"
#include "vm/base/saturate.h"

#include <assert.h>

#define ONE_BIT (1ull << 20) /* bits are counted in these */

/* values: how many there are, or 0 when that is more than 2^62. bits: log2 of it, at least. */
struct capacity {
	uint64_t values, bits;
};

#define VALUES_MAX (1ull << 62)

/*
 * log2(n) in units of ONE_BIT, up to one unit too much. The mantissa is squared: each time it reaches 2
 * the next bit of the logarithm is 1. With 31 bits of fraction the error stays below one unit.
 */
static uint64_t
log2_units(uint64_t n)
{
	unsigned whole = 63u - (unsigned)__builtin_clzll(n);
	uint64_t m = whole <= 31 ? n << (31 - whole) : n >> (whole - 31);
	uint64_t fraction = 0;

	assert(n > 0);
	if ((n & (n - 1)) == 0)
		return whole * ONE_BIT;
	for (uint64_t bit = ONE_BIT / 2; bit > 0; bit /= 2) {
		m = m * m >> 31;
		if (m >> 32 != 0) {
			m >>= 1;
			fraction += bit;
		}
	}
	return whole * ONE_BIT + fraction + 1;
}

static struct capacity
of_values(uint64_t values)
{
	return values > VALUES_MAX ? (struct capacity){ 0, 64 * ONE_BIT } :
	    (struct capacity){ values, log2_units(values) };
}

/* One of either: 2^a + 2^b, a >= b, is at most 2^a x (1 + 2^-whole(a - b)). */
static struct capacity
either(struct capacity a, struct capacity b)
{
	uint64_t apart;

	if (a.values != 0 && b.values != 0)
		return of_values(a.values + b.values);
	if (a.bits < b.bits)
		return either(b, a);
	apart = (a.bits - b.bits) / ONE_BIT;
	if (apart >= 24 || a.bits == UINT64_MAX) /* less than a unit */
		return (struct capacity){ 0, a.bits };
	return (struct capacity){ 0, wr_sat_add(a.bits, log2_units((1ull << apart) + 1) - apart * ONE_BIT) };
}

static struct capacity
both(struct capacity a, struct capacity b)
{
	uint64_t values;

	if (a.values != 0 && b.values != 0 && !__builtin_mul_overflow(a.values, b.values, &values) &&
	    values <= VALUES_MAX)
		return of_values(values);
	return (struct capacity){ 0, wr_sat_add(a.bits, b.bits) };
}

/* Every length from lo to hi: a sum of powers of the item's. */
static struct capacity
list(struct capacity item, int64_t lo, int64_t hi)
{
	uint64_t power = 1, sum = 0;
	struct capacity more = { 1, 0 };

	if (item.values == 1)
		return of_values((uint64_t)(hi - lo) + 1);
	for (int64_t len = 0; item.values != 0 && power <= VALUES_MAX; len++) { /* at most 63 times */
		sum += len >= lo ? power : 0;
		if (len == hi && sum <= VALUES_MAX)
			return of_values(sum);
		if (sum > VALUES_MAX)
			break;
		power = wr_sat_mul(power, item.values);
	}
	/* All shorter ones together are fewer than the longest: 1/(v - 1) of them. */
	if (lo < hi && item.values != 0 && item.values < ONE_BIT)
		more.bits = log2_units(item.values) - (item.values == 2 ? 0 : log2_units(item.values - 1) - 2);
	return (struct capacity){ 0, wr_sat_add(wr_sat_mul(item.bits, (uint64_t)hi), more.bits) };
}

static struct capacity
of_members(const struct wr_type *t, const struct capacity *known)
{
	struct capacity sum = { t->kind == WR_TYPE_RECORD, 0 };

	for (uint32_t i = 0; i < t->members_len; i++) {
		uint32_t type = t->members[i].type;
		struct capacity m = type == WR_NONE ? of_values(1) : known[type];

		if (t->kind == WR_TYPE_RECORD)
			sum = both(sum, m);
		else
			sum = i == 0 ? m : either(sum, m);
	}
	return sum;
}

static struct capacity
capacity(const struct wr_type *t, const struct capacity *known)
{
	switch (t->kind) {
	case WR_TYPE_TEXT:
		return t->hi < 8 ? of_values(1ull << (8 * t->hi)) :
		    (struct capacity){ 0, wr_sat_mul((uint64_t)t->hi, 8 * ONE_BIT) };
	case WR_TYPE_INT:
		return (uint64_t)t->hi - (uint64_t)t->lo >= VALUES_MAX ? (struct capacity){ 0, 64 * ONE_BIT } :
		    of_values((uint64_t)t->hi - (uint64_t)t->lo + 1);
	case WR_TYPE_NUMBER:
		return t->number_lo == t->number_hi ? of_values(1) : (struct capacity){ 0, 64 * ONE_BIT };
	case WR_TYPE_BOOL:
		return of_values(2);
	case WR_TYPE_OPTION:
		return either(of_values(1), known[t->elem]);
	case WR_TYPE_LIST:
		return list(known[t->elem], t->lo, t->hi);
	case WR_TYPE_RECORD:
	case WR_TYPE_VARIANTS:
		return of_members(t, known);
	case WR_TYPE_NEVER:
	case WR_TYPE_KINDS:
		break;
	}
	return of_values(1); /* [] and none: no choice */
}

const uint64_t *
wr_capacities(const struct wr_types *types, struct wr_arena *arena)
{
	struct capacity *known = wr_arena_array(arena, types->len, sizeof *known);
	uint64_t *millibits = wr_arena_array(arena, types->len, sizeof *millibits);

	if (known == NULL || millibits == NULL)
		return NULL;
	for (uint32_t i = 0; i < types->len; i++) {
		known[i] = capacity(&types->at[i], known);
		/* The unit that log2_units adds is a thousandth of a thousandth: it goes in rounding. */
		millibits[i] = known[i].bits >= UINT64_MAX / 1000 ? UINT64_MAX :
		    (known[i].bits * 1000 + ONE_BIT / 2) / ONE_BIT;
	}
	return millibits;
}

uint64_t
wr_capacity_of_call(const struct wr_code *flow, uint32_t call, uint64_t millibits)
{
	return wr_code_tried(flow, call) ? wr_sat_add(millibits, 1000) : millibits;
}
