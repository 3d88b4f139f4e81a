/*
 * Inference against the evaluator: no value is outside the type that was promised, and the
 * intervals of ints are no wider than they must be.
 */
#include "vm/format/infer.h"

#include "vm/base/buf.h"
#include "vm/for_compiler.h"

#include "tests/support/typed.h"

#include <criterion/criterion.h>
#include <float.h>
#include <stdio.h>

TestSuite(infer_values, .timeout = 60);

static uint64_t state;

static uint32_t
chance(uint32_t below)
{
	state = state * 6364136223846793005u +
		1442695040888963407u; /* a fixed sequence: a failure comes again */
	return (uint32_t)(state >> 33) % below;
}

static int64_t
some_int(void)
{
	static const int64_t edges[] = {0, 1, -1, 2, -2, 7, 10, -10, 100, INT64_MIN, INT64_MAX,
	    INT64_MIN + 1, 4294967296, -4294967296, 3037000500, 9007199254740993};

	return chance(3) == 0 ? (int64_t)chance(41) - 20
			      : edges[chance(sizeof edges / sizeof *edges)];
}

static double
some_number(void)
{
	static const double edges[] = {0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 1e-300, -1e-300,
	    5e-324, DBL_MAX, -DBL_MAX, 1e308, 9007199254740993.0, 0.49999999999999994,
	    4503599627370497.5, 1.0 / 3};

	return edges[chance(sizeof edges / sizeof *edges)];
}

/* A value and a type that holds it, with room on either side at times; of one shape for a given
 * kind. */
static struct wr_value
some_value(struct typed *x, char kind, uint32_t *ret_type)
{
	static const char *const texts[] = {"", "a", "ab", "aba", "  x ", "\303\244\303\244", "```",
	    "a,b,,c", "\xf0\x9f\x99\x82z", "12", "-7", "a@b.cc aa@b.cc",
	    "4111 1111 1111 1111", "NO9386011117947", "+4917112345"};
	struct wr_value *items, v;
	uint32_t len, elem = 0, joined;

	switch (kind) {
	case 'i': {
		int64_t a = some_int(), b = some_int(), c = some_int(), lo = a < b ? a : b,
			hi = a < b ? b : a;

		if (chance(4) == 0)
			lo = hi = c;
		v = wr_value_of_int(c < lo ? lo : c > hi ? hi : c);
		*ret_type = wr_type_int(&x->types, lo, hi);
		return v;
	}
	case 'n': {
		double a = some_number(), b = some_number(), c = some_number(), lo = a < b ? a : b,
		       hi = a < b ? b : a;

		if (chance(4) == 0)
			lo = hi = c;
		v = wr_value_of_number(c < lo ? lo : c > hi ? hi : c);
		*ret_type = wr_type_number(&x->types, lo, hi);
		return v;
	}
	case 't':
		v = wr_value_of_text(wr_text_of(texts[chance(sizeof texts / sizeof *texts)]));
		*ret_type = wr_type_text(
		    &x->types, v.len - (v.len > 0 ? chance(v.len) : 0), v.len + chance(3));
		return v;
	case 'b':
		*ret_type = wr_type_bool(&x->types);
		return wr_value_of_bool(chance(2) == 0);
	case 'c': /* a count */
		v = wr_value_of_int(chance(9));
		*ret_type = wr_type_int(&x->types,
		    v.as.integer - chance((uint32_t)v.as.integer + 1), v.as.integer + chance(4));
		return v;
	case 'o': /* an optional int */
		v = some_value(x, 'i', &elem);
		*ret_type = wr_type_option(&x->types, elem);
		return chance(2) == 0 ? wr_value_none() : v;
	default: /* upper case: a list of it */
		len = chance(5);
		items = wr_arena_array(&x->arena, len, sizeof *items);
		*ret_type = wr_type_never(&x->types);
		for (uint32_t i = 0; i < len; i++) {
			items[i] =
			    some_value(x, kind == 'L' ? 'I' : (char)(kind - 'A' + 'a'), &elem);
			cr_assert_eq(wr_type_join(&x->types, *ret_type, elem, &joined), WR_OK);
			*ret_type = joined;
		}
		if (len == 0)
			(void)some_value(x, kind == 'L' ? 'I' : (char)(kind - 'A' + 'a'), ret_type);
		*ret_type =
		    wr_type_list(&x->types, *ret_type, len - chance(len + 1), len + chance(3));
		return (struct wr_value){.kind = WR_VALUE_LIST, .len = len, .as.items = items};
	}
}

/*
 * For each operation and each shape of operands: values inside types, the inferred type, the value
 * that the machine computes. It must lie inside. A capital is a list, L a list of lists of ints;
 * `!` before an operand makes it a constant.
 */
Test(infer_values, holds_every_value_that_the_machine_computes)
{
	static const struct {
		enum wr_op op;
		const char *shape;
	} cases[] = {
	    {WR_OP_ADD, "ii"},
	    {WR_OP_ADD, "nn"},
	    {WR_OP_SUB, "ii"},
	    {WR_OP_SUB, "nn"},
	    {WR_OP_MUL, "ii"},
	    {WR_OP_MUL, "nn"},
	    {WR_OP_NEG, "i"},
	    {WR_OP_NEG, "n"},
	    {WR_OP_QUOT, "nn"},
	    {WR_OP_DIV, "ii"},
	    {WR_OP_MOD, "ii"},
	    {WR_OP_ABS, "i"},
	    {WR_OP_ABS, "n"},
	    {WR_OP_MIN, "ii"},
	    {WR_OP_MIN, "nn"},
	    {WR_OP_MAX, "ii"},
	    {WR_OP_MAX, "nn"},
	    {WR_OP_CLAMP, "i!i!i"},
	    {WR_OP_CLAMP, "n!n!n"},
	    {WR_OP_ROUND, "n"},
	    {WR_OP_NUMBER, "i"},
	    {WR_OP_INT, "t"},
	    {WR_OP_TEMPLATE, "tinb"},
	    {WR_OP_JSON, "t"},
	    {WR_OP_JSON, "i"},
	    {WR_OP_JSON, "n"},
	    {WR_OP_JSON, "T"},
	    {WR_OP_JSON, "O"},
	    {WR_OP_LENGTH, "t"},
	    {WR_OP_LENGTH, "I"},
	    {WR_OP_LOWER, "t"},
	    {WR_OP_TRIM, "t"},
	    {WR_OP_REPLACE, "t!tt"},
	    {WR_OP_SPLIT, "t!t!c"},
	    {WR_OP_REPLACE_EACH, "tTT"},
	    {WR_OP_FIND_EMAILS, "t!c"},
	    {WR_OP_FIND_CARDS, "t!c"},
	    {WR_OP_FIND_IBANS, "t!c"},
	    {WR_OP_FIND_PHONES, "t!c"},
	    {WR_OP_JOIN, "Tt"},
	    {WR_OP_NUMBERED, "T"},
	    {WR_OP_TRUNCATE, "tc"},
	    {WR_OP_SLICE, "tcc"},
	    {WR_OP_SLICE, "Icc"},
	    {WR_OP_FENCED, "t"},
	    {WR_OP_CONCAT, "II"},
	    {WR_OP_SUM, "I"},
	    {WR_OP_SUM, "N"},
	    {WR_OP_FIRST, "I"},
	    {WR_OP_LAST, "T"},
	    {WR_OP_TAKE, "Ic"},
	    {WR_OP_TAIL, "Tc"},
	    {WR_OP_UNIQUE, "T"},
	    {WR_OP_FLATTEN, "L"},
	    {WR_OP_REVERSE, "I"},
	    {WR_OP_PRESENT, "O"},
	    {WR_OP_SOME, "i"},
	    {WR_OP_LIST, "iii"},
	    {WR_OP_EQ, "II"},
	    {WR_OP_CONTAINS, "Ii"},
	};

	state = 1;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int computed = 0;

		for (int round = 0; round < 400; round++) {
			struct typed x;
			struct typed_node n = {.in = {.op = cases[i].op}};
			struct wr_value got;
			uint32_t tight = 0;
			enum wr_status s;

			typed_begin(&x);
			n.in.types = &x.types;
			n.in.operands = n.operands;
			n.in.constants = n.constants;
			for (const char *c = cases[i].shape; *c != '\0'; c++) {
				uint32_t k = n.in.operands_len++;
				bool constant = *c == '!';

				if (constant)
					c++;
				n.values[k] = some_value(&x, *c, &n.operands[k]);
				if (constant) {
					n.constants[k] = &n.values[k];
					cr_assert_eq(wr_type_of_value(&x.types, n.values[k],
							 n.operands[k], &n.operands[k]),
					    WR_OK);
				}
			}
			s = wr_infer(&n.in);
			if (s == WR_OK) {
				struct wr_node node = {.op = (uint8_t)cases[i].op};

				cr_assert_eq(wr_fold(&x.types, &node, n.values, n.operands,
						 n.in.operands_len, &x.arena, &got),
				    WR_OK);
				cr_assert_eq(
				    wr_type_of_value(&x.types, got, n.in.result, &tight), WR_OK);
				if (!wr_type_below(&x.types, tight, n.in.result)) {
					struct wr_buf buf;

					wr_buf_init(&buf, &x.f.hook, 4096);
					wr_type_print(&x.types, tight, &buf);
					wr_buf_str(&buf, " is not inside ");
					wr_type_print(&x.types, n.in.result, &buf);
					cr_assert_fail("%s(%s), round %d: %s",
					    wr_op_info(cases[i].op)->name, cases[i].shape, round,
					    buf.at);
				}
				computed++;
			}
			typed_finish(&x);
		}
		cr_expect_geq(computed, 20, "%s(%s): %d", wr_op_info(cases[i].op)->name,
		    cases[i].shape, computed);
	}
}

/* Small intervals, every pair of values: the inferred interval is reached at both ends. */
Test(infer_values, int_intervals_are_no_wider_than_they_must)
{
	static const enum wr_op ops[] = {
	    WR_OP_ADD, WR_OP_SUB, WR_OP_MUL, WR_OP_DIV, WR_OP_MIN, WR_OP_MAX};

	for (size_t k = 0; k < sizeof ops / sizeof *ops; k++)
		for (int64_t a = -4; a <= 4; a++)
			for (int64_t b = a; b <= 4; b++)
				for (int64_t c = -4; c <= 4; c += 2)
					for (int64_t d = c; d <= 4; d++) {
						int64_t lo = INT64_MAX, hi = INT64_MIN;
						struct typed x;
						struct typed_node n;
						char text[64];

						if (ops[k] == WR_OP_DIV && c <= 0 && d >= 0)
							continue;
						typed_begin(&x);
						snprintf(text, sizeof text, "int %d %d; int %d %d",
						    (int)a, (int)b, (int)c, (int)d);
						typed_node(&x, &n, ops[k], 0, 0, text);
						cr_assert_eq(wr_infer(&n.in), WR_OK);
						for (int64_t p = a; p <= b; p++)
							for (int64_t q = c; q <= d; q++) {
								int64_t r =
								    ops[k] == WR_OP_ADD   ? p + q
								    : ops[k] == WR_OP_SUB ? p - q
								    : ops[k] == WR_OP_MUL ? p * q
								    : ops[k] == WR_OP_DIV ? p / q
								    : ops[k] == WR_OP_MIN
									? (p < q ? p : q)
									: (p > q ? p : q);

								lo = r < lo ? r : lo;
								hi = r > hi ? r : hi;
							}
						cr_assert(x.types.at[n.in.result].lo == lo &&
							      x.types.at[n.in.result].hi == hi,
						    "%s of %s", wr_op_info(ops[k])->name, text);
						typed_finish(&x);
					}
}
