#ifndef WR_BASE_SATURATE_H
#define WR_BASE_SATURATE_H

#include <stdint.h>

/* Sums and products that stop at the end of their range: bounds only ever grow. */

static inline uint64_t
wr_sat_add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static inline uint64_t
wr_sat_mul(uint64_t a, uint64_t b)
{
	uint64_t product;

	return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* The same for numbers that are never negative. */
static inline int64_t
wr_sat_add_signed(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static inline int64_t
wr_sat_mul_signed(int64_t a, int64_t b)
{
	int64_t product;

	return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

#endif
