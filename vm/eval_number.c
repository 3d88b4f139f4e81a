/*
 * Arithmetic, exact and without libm: int stays in int64 because the types say so,
 * number saturates at the largest finite value, and neither NaN nor -0 can arise.
 */
#include "vm/eval.h"

#include <assert.h>

/* Intervals exclude overflow; saturating keeps even unverified code defined. */
static int64_t
int_of(enum wr_op op, int64_t a, int64_t b)
{
	int64_t r = 0;

	switch (op) {
	case WR_OP_ADD:
		return !__builtin_add_overflow(a, b, &r) ? r : a < 0 ? INT64_MIN : INT64_MAX;
	case WR_OP_SUB:
		return !__builtin_sub_overflow(a, b, &r) ? r : a < 0 ? INT64_MIN : INT64_MAX;
	case WR_OP_MUL:
		return !__builtin_mul_overflow(a, b, &r) ? r
		       : (a < 0) != (b < 0)              ? INT64_MIN
							 : INT64_MAX;
	case WR_OP_DIV:
		return b == 0 ? 0 : b == -1 ? int_of(WR_OP_SUB, 0, a) : a / b;
	case WR_OP_MOD:
		return b == 0 || b == -1 ? 0 : a % b;
	case WR_OP_MIN:
		return a < b ? a : b;
	case WR_OP_MAX:
		return a > b ? a : b;
	default:
		assert(0 && "an operation on two ints");
		return 0;
	}
}

static struct wr_value
number_of(enum wr_op op, double a, double b)
{
	switch (op) {
	case WR_OP_ADD:
		return wr_value_of_number(a + b);
	case WR_OP_SUB:
		return wr_value_of_number(a - b);
	case WR_OP_MUL:
		return wr_value_of_number(a * b);
	case WR_OP_QUOT:
		return wr_value_of_number(b < 0 || b > 0 ? a / b : 0);
	case WR_OP_MIN:
		return wr_value_of_number(a < b ? a : b);
	case WR_OP_MAX:
		return wr_value_of_number(a > b ? a : b);
	default:
		assert(0 && "an operation on two numbers");
		return wr_value_of_number(0);
	}
}

/* Half to even. Doubles of 2^52 and more have no fraction. */
static int64_t
round_even(double d)
{
	int64_t whole;
	double rest;

	if (d >= 9223372036854775808.0)
		return INT64_MAX;
	if (d < -9223372036854775808.0)
		return INT64_MIN;
	whole = (int64_t)d;
	rest = d - (double)whole; /* exact: the same sign as d, below 1 */
	if (rest > 0.5 || (rest >= 0.5 && whole % 2 != 0))
		return whole + 1;
	if (rest < -0.5 || (rest <= -0.5 && whole % 2 != 0))
		return whole - 1;
	return whole;
}

struct wr_value
wr_eval_number(const struct wr_operation *o)
{
	const struct wr_value *v = o->v;
	bool ints = v[0].kind == WR_VALUE_INT;
	int64_t a = ints ? v[0].as.integer : 0;
	double d = ints ? 0 : v[0].as.number;

	assert(ints || v[0].kind == WR_VALUE_NUMBER);
	switch (o->op) {
	case WR_OP_NEG:
		return ints ? wr_value_of_int(int_of(WR_OP_SUB, 0, a)) : wr_value_of_number(0 - d);
	case WR_OP_ABS:
		if (ints)
			return wr_value_of_int(a < 0 ? int_of(WR_OP_SUB, 0, a) : a);
		return wr_value_of_number(d < 0 ? 0 - d : d);
	case WR_OP_CLAMP:
		if (ints)
			return wr_value_of_int(int_of(
			    WR_OP_MIN, int_of(WR_OP_MAX, a, v[1].as.integer), v[2].as.integer));
		d = d < v[1].as.number ? v[1].as.number : d;
		return wr_value_of_number(d > v[2].as.number ? v[2].as.number : d);
	case WR_OP_ROUND:
		return wr_value_of_int(round_even(d));
	case WR_OP_NUMBER:
		return wr_value_of_number((double)a);
	default:
		if (ints)
			return wr_value_of_int(int_of(o->op, a, v[1].as.integer));
		return number_of(o->op, d, v[1].as.number);
	}
}
