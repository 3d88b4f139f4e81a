/*
 * Interval arithmetic: what ints, numbers and bools give. Ints are computed wider than they
 * are, so that nothing is lost before it is judged. Numbers are computed as the machine
 * computes them: its rounding is monotone, so the ends of an interval round to the ends.
 */
#include "vm/format/infer_rules.h"

#include <assert.h>
#include <float.h>

__extension__ typedef __int128 wide;

/* The largest double below 2^63: the hull of numbers that round to an int. */
#define ROUND_MAX 9223372036854774784.0
#define ROUND_MIN (-9223372036854775808.0)

/* Each addition rounds by at most 2^-53 of its sum, so 65,535 of them by less than 2^-36. */
#define SUM_SLACK 0x1p-36

static enum wr_status
give_int(struct wr_infer *in, wide lo, wide hi)
{
	assert(lo <= hi);
	if (lo < INT64_MIN || hi > INT64_MAX)
		return wr_infer_refuse_size(in, WR_WHY_OVERFLOW, (double)lo, (double)hi);
	return wr_infer_give(in, wr_type_int(in->types, (int64_t)lo, (int64_t)hi));
}

static enum wr_status
give_number(struct wr_infer *in, double lo, double hi)
{
	lo = wr_value_of_number(lo).as.number;
	hi = wr_value_of_number(hi).as.number;
	assert(lo <= hi);
	return wr_infer_give(in, wr_type_number(in->types, lo, hi));
}

/* The first is an int or a number and so are all the others. */
static enum wr_status
need_numbers(struct wr_infer *in)
{
	enum wr_type_kind kind = wr_infer_operand(in, 0)->kind;
	enum wr_status s = WR_OK;

	if (kind != WR_TYPE_INT && kind != WR_TYPE_NUMBER)
		return wr_infer_refuse_shape(in, 0, WR_NONE);
	for (uint32_t i = 1; s == WR_OK && i < in->operands_len; i++)
		s = wr_infer_need(in, i, kind);
	return s;
}

/* The hull of four corners: of a product, or a quotient whose divisor keeps its sign. */
static enum wr_status
give_int_hull(struct wr_infer *in, const wide corner[4])
{
	wide lo = corner[0], hi = corner[0];

	for (int i = 1; i < 4; i++) {
		lo = corner[i] < lo ? corner[i] : lo;
		hi = corner[i] > hi ? corner[i] : hi;
	}
	return give_int(in, lo, hi);
}

static enum wr_status
give_number_hull(struct wr_infer *in, const double corner[4])
{
	double lo = corner[0], hi = corner[0];

	for (int i = 1; i < 4; i++) {
		lo = corner[i] < lo ? corner[i] : lo;
		hi = corner[i] > hi ? corner[i] : hi;
	}
	return give_number(in, lo, hi);
}

enum wr_status
wr_infer_add(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0), *b = wr_infer_operand(in, 1);
	enum wr_status s = need_numbers(in);

	if (s != WR_OK)
		return s;
	if (a->kind == WR_TYPE_INT)
		return give_int(in, (wide)a->lo + b->lo, (wide)a->hi + b->hi);
	return give_number(in, a->number_lo + b->number_lo, a->number_hi + b->number_hi);
}

enum wr_status
wr_infer_sub(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0), *b = wr_infer_operand(in, 1);
	enum wr_status s = need_numbers(in);

	if (s != WR_OK)
		return s;
	if (a->kind == WR_TYPE_INT)
		return give_int(in, (wide)a->lo - b->hi, (wide)a->hi - b->lo);
	return give_number(in, a->number_lo - b->number_hi, a->number_hi - b->number_lo);
}

enum wr_status
wr_infer_mul(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0), *b = wr_infer_operand(in, 1);
	enum wr_status s = need_numbers(in);

	if (s != WR_OK)
		return s;
	if (a->kind == WR_TYPE_INT)
		return give_int_hull(in, (const wide[]){(wide)a->lo * b->lo, (wide)a->lo * b->hi,
					     (wide)a->hi * b->lo, (wide)a->hi * b->hi});
	return give_number_hull(
	    in, (const double[]){a->number_lo * b->number_lo, a->number_lo * b->number_hi,
		    a->number_hi * b->number_lo, a->number_hi * b->number_hi});
}

enum wr_status
wr_infer_neg(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0);
	enum wr_status s = need_numbers(in);

	if (s != WR_OK)
		return s;
	if (a->kind == WR_TYPE_INT)
		return give_int(in, -(wide)a->hi, -(wide)a->lo);
	return give_number(in, -a->number_hi, -a->number_lo);
}

enum wr_status
wr_infer_quot(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0), *b = wr_infer_operand(in, 1);
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_NUMBER);

	if (s == WR_OK)
		s = wr_infer_need(in, 1, WR_TYPE_NUMBER);
	if (s != WR_OK)
		return s;
	if (b->number_lo <= 0 && b->number_hi >= 0)
		return wr_infer_refuse(in, 1, WR_WHY_ZERO, WR_NONE);
	return give_number_hull(
	    in, (const double[]){a->number_lo / b->number_lo, a->number_lo / b->number_hi,
		    a->number_hi / b->number_lo, a->number_hi / b->number_hi});
}

/* Both are ints and the second is never zero. */
static enum wr_status
need_dividable(struct wr_infer *in)
{
	const struct wr_type *b = wr_infer_operand(in, 1);
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_INT);

	if (s == WR_OK)
		s = wr_infer_need(in, 1, WR_TYPE_INT);
	if (s == WR_OK && b->lo <= 0 && b->hi >= 0)
		s = wr_infer_refuse(in, 1, WR_WHY_ZERO, WR_NONE);
	return s;
}

enum wr_status
wr_infer_div(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0), *b = wr_infer_operand(in, 1);
	enum wr_status s = need_dividable(in);

	if (s != WR_OK)
		return s;
	return give_int_hull(in, (const wide[]){(wide)a->lo / b->lo, (wide)a->lo / b->hi,
				     (wide)a->hi / b->lo, (wide)a->hi / b->hi});
}

/* The remainder has the dividend's sign, is no larger than it, and smaller than the divisor. */
enum wr_status
wr_infer_mod(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0), *b = wr_infer_operand(in, 1);
	enum wr_status s = need_dividable(in);
	wide most, lo, hi;

	if (s != WR_OK)
		return s;
	most = b->lo > 0 ? (wide)b->hi - 1 : -(wide)b->lo - 1;
	lo = a->lo < -most ? -most : a->lo;
	hi = a->hi > most ? most : a->hi;
	return give_int(in, lo > 0 ? 0 : lo, hi < 0 ? 0 : hi);
}

enum wr_status
wr_infer_abs(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0);
	enum wr_status s = need_numbers(in);

	if (s != WR_OK)
		return s;
	if (a->kind == WR_TYPE_INT) {
		wide lo = a->lo, hi = a->hi;

		if (lo >= 0)
			return give_int(in, lo, hi);
		return give_int(in, hi > 0 ? 0 : -hi, -lo > hi ? -lo : hi);
	}
	if (a->number_lo >= 0)
		return give_number(in, a->number_lo, a->number_hi);
	return give_number(in, a->number_hi > 0 ? 0 : -a->number_hi,
	    -a->number_lo > a->number_hi ? -a->number_lo : a->number_hi);
}

#define LESSER(a, b) ((a) < (b) ? (a) : (b))
#define GREATER(a, b) ((a) > (b) ? (a) : (b))

enum wr_status
wr_infer_min(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0), *b = wr_infer_operand(in, 1);
	enum wr_status s = need_numbers(in);

	if (s != WR_OK)
		return s;
	if (a->kind == WR_TYPE_INT)
		return give_int(in, LESSER(a->lo, b->lo), LESSER(a->hi, b->hi));
	return give_number(
	    in, LESSER(a->number_lo, b->number_lo), LESSER(a->number_hi, b->number_hi));
}

enum wr_status
wr_infer_max(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0), *b = wr_infer_operand(in, 1);
	enum wr_status s = need_numbers(in);

	if (s != WR_OK)
		return s;
	if (a->kind == WR_TYPE_INT)
		return give_int(in, GREATER(a->lo, b->lo), GREATER(a->hi, b->hi));
	return give_number(
	    in, GREATER(a->number_lo, b->number_lo), GREATER(a->number_hi, b->number_hi));
}

enum wr_status
wr_infer_clamp(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0);
	enum wr_status s = need_numbers(in);
	struct wr_value lo, hi;

	for (uint32_t i = 1; s == WR_OK && i < 3; i++)
		if (in->constants[i] == NULL)
			s = wr_infer_refuse(in, i, WR_WHY_CONSTANT, WR_NONE);
	if (s != WR_OK)
		return s;
	lo = *in->constants[1];
	hi = *in->constants[2];
	if (a->kind == WR_TYPE_INT) {
		if (lo.as.integer > hi.as.integer)
			return wr_infer_refuse(
			    in, 2, WR_WHY_RANGE, wr_type_int(in->types, lo.as.integer, INT64_MAX));
		return give_int(in, GREATER(lo.as.integer, LESSER(a->lo, hi.as.integer)),
		    GREATER(lo.as.integer, LESSER(a->hi, hi.as.integer)));
	}
	if (lo.as.number > hi.as.number)
		return wr_infer_refuse(
		    in, 2, WR_WHY_RANGE, wr_type_number(in->types, lo.as.number, DBL_MAX));
	return give_number(in, GREATER(lo.as.number, LESSER(a->number_lo, hi.as.number)),
	    GREATER(lo.as.number, LESSER(a->number_hi, hi.as.number)));
}

/* Half to even; d is within int64. From 2^52 on there is no fraction. */
static int64_t
nearest(double d)
{
	int64_t whole = (int64_t)d;
	double rest = d - (double)whole;

	if (rest > 0.5 || (rest == 0.5 && whole % 2 != 0))
		return whole + 1;
	if (rest < -0.5 || (rest == -0.5 && whole % 2 != 0))
		return whole - 1;
	return whole;
}

enum wr_status
wr_infer_round(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0);
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_NUMBER);

	if (s != WR_OK)
		return s;
	if (a->number_lo < ROUND_MIN || a->number_hi > ROUND_MAX)
		return wr_infer_refuse(
		    in, 0, WR_WHY_RANGE, wr_type_number(in->types, ROUND_MIN, ROUND_MAX));
	return give_int(in, nearest(a->number_lo), nearest(a->number_hi));
}

enum wr_status
wr_infer_number(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0);
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_INT);

	return s == WR_OK ? give_number(in, (double)a->lo, (double)a->hi) : s;
}

enum wr_status
wr_infer_bools(struct wr_infer *in)
{
	enum wr_status s = WR_OK;

	for (uint32_t i = 0; s == WR_OK && i < in->operands_len; i++)
		s = wr_infer_need(in, i, WR_TYPE_BOOL);
	return s == WR_OK ? wr_infer_give(in, wr_type_bool(in->types)) : s;
}

enum wr_status
wr_infer_order(struct wr_infer *in)
{
	bool texts = wr_infer_operand(in, 0)->kind == WR_TYPE_TEXT;
	enum wr_status s = texts ? wr_infer_need(in, 1, WR_TYPE_TEXT) : need_numbers(in);

	return s == WR_OK ? wr_infer_give(in, wr_type_bool(in->types)) : s;
}

/*
 * n items no less than `least`, added one after the other, each sum rounded. Whole numbers
 * within 2^53 add exactly; else the slack covers what rounding may lose.
 */
static double
sum_from(int64_t n, double least)
{
	double product = (double)n * least;
	bool whole = least >= -0x1p53 && least <= 0x1p53 && (double)(int64_t)least == least &&
		     product >= -0x1p53 && product <= 0x1p53;

	if (whole)
		return product;
	return product < 0 ? product * (1 + SUM_SLACK) : product * (1 - SUM_SLACK);
}

enum wr_status
wr_infer_sum(struct wr_infer *in)
{
	const struct wr_type *xs = wr_infer_operand(in, 0), *x;
	double few, many;

	if (xs->kind != WR_TYPE_LIST)
		return wr_infer_refuse_shape(in, 0, WR_NONE);
	x = &in->types->at[xs->elem];
	if (x->kind == WR_TYPE_INT)
		return give_int(in, LESSER((wide)xs->lo * x->lo, (wide)xs->hi * x->lo),
		    GREATER((wide)xs->lo * x->hi, (wide)xs->hi * x->hi));
	if (x->kind != WR_TYPE_NUMBER)
		return wr_infer_refuse(in, 0, WR_WHY_SHAPE, WR_NONE);
	few = LESSER(sum_from(xs->lo, x->number_lo), sum_from(xs->hi, x->number_lo));
	many = LESSER(sum_from(xs->lo, -x->number_hi), sum_from(xs->hi, -x->number_hi));
	return give_number(in, few, -many);
}
