/*
 * Decimal text to binary64 and back, exactly. Both ways use plain integers of any
 * needed size; short cases take a fast way whose result is provably the same.
 * Never allocates, never looks at a locale, never gives NaN, an infinity or -0.
 */
#include "vm/base/number.h"

#include <assert.h>
#include <float.h>

_Static_assert(sizeof(double) == 8 && DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024, "binary64");
_Static_assert(FLT_EVAL_METHOD == 0, "one product of doubles is rounded once");

/*
 * A halfway point between two doubles has at most 767 significant digits, so
 * digits beyond DIGITS_MAX matter only by being zero or not.
 */
#define DIGITS_MAX 800
#define LIMBS 128 /* 4,096 bits; the largest number made has 3,800: see exact() */

struct big {
	uint32_t len;         /* limbs in use; 0 is zero */
	uint32_t limb[LIMBS]; /* least significant first */
};

static void
big_set(struct big *b, uint64_t n)
{
	b->len = 0;
	for (; n > 0; n >>= 32)
		b->limb[b->len++] = (uint32_t)n;
}

/* b = b * factor + plus */
static void
big_mul(struct big *b, uint32_t factor, uint32_t plus)
{
	uint64_t carry = plus;

	for (uint32_t i = 0; i < b->len; i++) {
		carry += (uint64_t)b->limb[i] * factor;
		b->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry > 0) {
		assert(b->len < LIMBS);
		b->limb[b->len++] = (uint32_t)carry;
	}
}

static void
big_mul_pow10(struct big *b, int32_t power)
{
	for (; power >= 9; power -= 9)
		big_mul(b, 1000000000, 0);
	for (; power > 0; power--)
		big_mul(b, 10, 0);
}

static int32_t
big_bits(const struct big *b)
{
	return b->len == 0 ? 0 : (int32_t)(b->len * 32) - __builtin_clz(b->limb[b->len - 1]);
}

static void
big_shift_left(struct big *b, int32_t bits)
{
	uint32_t limbs = (uint32_t)bits / 32;

	if (b->len == 0 || bits == 0)
		return;
	big_mul(b, 1u << (bits % 32), 0);
	assert(b->len + limbs <= LIMBS);
	memmove(b->limb + limbs, b->limb, b->len * sizeof *b->limb);
	memset(b->limb, 0, limbs * sizeof *b->limb);
	b->len += limbs;
}

static int
big_cmp(const struct big *a, const struct big *b)
{
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	for (uint32_t i = a->len; i-- > 0;)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}

/* a = a - b, where a >= b */
static void
big_sub(struct big *a, const struct big *b)
{
	int64_t borrow = 0;

	for (uint32_t i = 0; i < a->len; i++) {
		int64_t d = (int64_t)a->limb[i] - (i < b->len ? b->limb[i] : 0) + borrow;

		a->limb[i] = (uint32_t)d;
		borrow = d < 0 ? -1 : 0;
	}
	assert(borrow == 0);
	while (a->len > 0 && a->limb[a->len - 1] == 0)
		a->len--;
}

static double
from_bits(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof d);
	return d;
}

/* A decimal number, taken apart: 0.d1d2d3... x 10^point; d1 is not 0. */
struct decimal {
	bool negative;
	int32_t len; /* 0: the number is zero */
	int32_t point;
	uint8_t digit[DIGITS_MAX + 1];
};

/* Exponents beyond this are as good as this: nothing between is a finite non-zero double. */
#define EXPONENT_CAP 100000000

static bool
read_digits(struct wr_text t, size_t *i, bool fraction, struct decimal *ret)
{
	size_t start = *i;

	for (; *i < t.size && t.at[*i] >= '0' && t.at[*i] <= '9'; (*i)++) {
		uint8_t digit = (uint8_t)(t.at[*i] - '0');

		if (ret->len == 0 && digit == 0) {
			ret->point -= fraction && ret->point > -EXPONENT_CAP;
			continue;
		}
		if (ret->len < DIGITS_MAX)
			ret->digit[ret->len++] = digit;
		else if (digit > 0)
			ret->digit[DIGITS_MAX] = 1; /* there is more: enough to break a tie */
		ret->point += !fraction && ret->point < EXPONENT_CAP;
	}
	return *i > start;
}

static bool
read_decimal(struct wr_text t, struct decimal *ret)
{
	size_t i = 0;
	int32_t exponent = 0;
	bool down;

	ret->negative = t.size > 0 && t.at[0] == '-';
	ret->len = ret->point = 0;
	ret->digit[DIGITS_MAX] = 0;
	i += ret->negative;
	if (!read_digits(t, &i, false, ret))
		return false;
	if (i < t.size && t.at[i] == '.') {
		i++;
		if (!read_digits(t, &i, true, ret))
			return false;
	}
	if (i < t.size && (t.at[i] == 'e' || t.at[i] == 'E')) {
		i++;
		down = i < t.size && t.at[i] == '-';
		i += i < t.size && (t.at[i] == '-' || t.at[i] == '+');
		if (i == t.size)
			return false;
		for (; i < t.size && t.at[i] >= '0' && t.at[i] <= '9'; i++)
			if (exponent < EXPONENT_CAP)
				exponent = exponent * 10 + (t.at[i] - '0');
		ret->point += down ? -exponent : exponent;
	}
	if (ret->len == DIGITS_MAX && ret->digit[DIGITS_MAX] > 0)
		ret->len++;
	return i == t.size;
}

/*
 * The nearest double to n / d > 0: bits of the quotient one by one, then one
 * comparison for the rest. False when it is too large.
 */
static bool
divide(struct big *n, struct big *d, double *ret)
{
	int32_t e = big_bits(n) - big_bits(d);
	int32_t precision = 53, half;
	uint64_t m = 0;

	if (e >= 0)
		big_shift_left(d, e);
	else
		big_shift_left(n, -e);
	if (big_cmp(n, d) < 0) {
		big_shift_left(n, 1);
		e--;
	}
	/* now d <= n < 2d, and the number is n / d * 2^e */
	if (e < -1022)
		precision -= -1022 - e;
	for (int32_t i = 0; i < precision; i++) {
		bool bit = big_cmp(n, d) >= 0;

		if (bit)
			big_sub(n, d);
		m = m << 1 | bit;
		big_shift_left(n, 1);
	}
	half = precision < 0 ? -1 : big_cmp(n, d);
	m += half > 0 || (half == 0 && (m & 1) == 1);
	if (e < -1022) {
		*ret = from_bits(m); /* when m reached 2^52 this is the smallest normal number */
		return true;
	}
	e += m >> 53 == 1;
	m >>= m >> 53;
	if (e > 1023)
		return false;
	*ret = from_bits((uint64_t)(e + 1023) << 52 | (m & ((1ull << 52) - 1)));
	return true;
}

/*
 * Sizes: n is below 10^310, or has at most 801 digits (2,661 bits); then d is at
 * most 10^(801 + 330), 3,758 bits. divide() makes both as long as the longer, plus a bit.
 */
static bool
exact(const struct decimal *dec, double *ret)
{
	struct big n, d;
	int32_t exponent = dec->point - dec->len;

	big_set(&n, 0);
	big_set(&d, 1);
	for (int32_t i = 0; i < dec->len; i++)
		big_mul(&n, 10, dec->digit[i]);
	if (exponent >= 0)
		big_mul_pow10(&n, exponent);
	else
		big_mul_pow10(&d, -exponent);
	return divide(&n, &d, ret);
}

/* The nearest double, sign apart; false when it is infinite. */
static bool
nearest(const struct decimal *dec, double *ret)
{
	static const double pow10[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
		1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	int32_t exponent = dec->point - dec->len;
	double d = 0;

	if (dec->len == 0 || dec->point < -330) {
		*ret = 0;
		return true;
	}
	if (dec->point > 310)
		return false;
	if (dec->len > 15 || exponent > 22 || exponent < -22)
		return exact(dec, ret);
	/* both operands are exact, so the one operation rounds once */
	for (int32_t i = 0; i < dec->len; i++)
		d = d * 10 + dec->digit[i];
	*ret = exponent < 0 ? d / pow10[-exponent] : d * pow10[exponent];
	return true;
}

bool
wr_number_parse(struct wr_text digits, double *ret)
{
	struct decimal dec;
	double d;

	if (!read_decimal(digits, &dec) || !nearest(&dec, &d))
		return false;
	*ret = d == 0 ? 0 : dec.negative ? -d : d;
	return true;
}

/* Enough digits to tell on which side of a 17-digit number the rest lies. */
#define FIRST 18

/* The first digits of d > 0, cut off, not rounded; *ret_rest tells whether more follow. */
static int32_t
first_digits(double d, uint8_t digit[FIRST], bool *ret_rest)
{
	struct big n, den;
	uint64_t bits, m;
	int32_t e, point;

	memcpy(&bits, &d, sizeof bits);
	e = (int32_t)(bits >> 52);
	m = bits & ((1ull << 52) - 1);
	if (e == 0)
		e = 1;
	else
		m |= 1ull << 52;
	e -= 1075; /* d = m * 2^e */
	big_set(&n, m);
	big_set(&den, 1);
	if (e >= 0)
		big_shift_left(&n, e);
	else
		big_shift_left(&den, -e);
	/* 10^(point - 1) <= d < 10^point; the guess is at most one too low */
	point = (big_bits(&n) - big_bits(&den) - 1) * 30103 / 100000 - 1;
	if (point >= 0)
		big_mul_pow10(&den, point);
	else
		big_mul_pow10(&n, -point);
	while (big_cmp(&n, &den) >= 0) {
		big_mul(&den, 10, 0);
		point++;
	}
	for (int32_t i = 0; i < FIRST; i++) {
		big_mul(&n, 10, 0);
		for (digit[i] = 0; big_cmp(&n, &den) >= 0; digit[i]++)
			big_sub(&n, &den);
		assert(digit[i] <= 9 && (i > 0 || digit[0] > 0));
	}
	*ret_rest = n.len > 0;
	return point;
}

/* True when 0.digits x 10^point reads back as d. */
static bool
reads_back(const uint8_t *digit, int32_t len, int32_t point, double d)
{
	struct decimal dec = { .len = len, .point = point };
	double back;

	memcpy(dec.digit, digit, (size_t)len);
	return nearest(&dec, &back) && back == d;
}

/* The next larger number of len digits. */
static void
round_up(uint8_t *digit, int32_t len, int32_t *point)
{
	int32_t i = len - 1;

	for (; i >= 0 && digit[i] == 9; i--)
		digit[i] = 0;
	if (i >= 0) {
		digit[i]++;
	} else {
		digit[0] = 1;
		(*point)++;
	}
}

/* Below, at or above the middle between digit[0..len) and the next number of that length. */
static int
side(const uint8_t all[FIRST], bool rest, int32_t len)
{
	if (all[len] != 5)
		return all[len] < 5 ? -1 : 1;
	for (int32_t i = len + 1; i < FIRST; i++)
		rest = rest || all[i] > 0;
	return rest ? 1 : 0;
}

/*
 * The fewest digits that read back as d. If any number of len digits does, one
 * of the two neighbours of d does, because what reads back as d is an interval.
 */
static int32_t
shortest(double d, uint8_t digit[17], int32_t *ret_point)
{
	uint8_t all[FIRST], up[17];
	bool rest, low, high;
	int32_t point = first_digits(d, all, &rest), up_point;

	for (int32_t len = 1; len <= 17; len++) {
		int which = side(all, rest, len);

		memcpy(digit, all, (size_t)len);
		memcpy(up, all, (size_t)len);
		up_point = point;
		round_up(up, len, &up_point);
		low = reads_back(digit, len, point, d);
		high = reads_back(up, len, up_point, d);
		if (!low && !high)
			continue;
		if (low && high) /* the nearer one; the even one of two as near */
			low = which < 0 || (which == 0 && digit[len - 1] % 2 == 0);
		if (!low)
			memcpy(digit, up, (size_t)len);
		*ret_point = low ? point : up_point;
		while (len > 1 && digit[len - 1] == 0)
			len--;
		return len;
	}
	assert(false && "17 digits read back");
	return 0;
}

static size_t
put_exponent(char *out, size_t at, int32_t e)
{
	out[at++] = 'e';
	out[at++] = e < 0 ? '-' : '+';
	e = e < 0 ? -e : e;
	if (e >= 100)
		out[at++] = (char)('0' + e / 100);
	if (e >= 10)
		out[at++] = (char)('0' + e / 10 % 10);
	out[at++] = (char)('0' + e % 10);
	return at;
}

size_t
wr_number_print(double n, char out[WR_NUMBER_TEXT_MAX])
{
	uint8_t digit[17];
	int32_t len, point = 0, i;
	size_t at = 0;

	assert(n - n == 0); /* finite */
	if (n == 0) {
		out[0] = '0';
		return 1;
	}
	if (n < 0) {
		out[at++] = '-';
		n = -n;
	}
	len = shortest(n, digit, &point);
	if (point > 21 || point <= -6) {
		out[at++] = (char)('0' + digit[0]);
		if (len > 1)
			out[at++] = '.';
		for (i = 1; i < len; i++)
			out[at++] = (char)('0' + digit[i]);
		return put_exponent(out, at, point - 1);
	}
	if (point <= 0) {
		out[at++] = '0';
		out[at++] = '.';
		for (i = point; i < 0; i++)
			out[at++] = '0';
	}
	for (i = 0; i < len || i < point; i++) {
		if (i == point && i > 0)
			out[at++] = '.';
		out[at++] = (char)('0' + (i < len ? digit[i] : 0));
	}
	return at;
}
