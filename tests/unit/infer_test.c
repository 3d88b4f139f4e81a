/* Inference: what each operation gives, with exact bounds, and what it refuses. */
#include "vm/format/infer.h"

#include "vm/base/buf.h"

#include "tests/support/typed.h"

#include <criterion/criterion.h>

TestSuite(infer, .timeout = 60);

struct infer_case {
	enum wr_op op;
	const char *operands;
	const char *want; /* the type; or `!WHY operand` */
	uint32_t index;
	char nominal; /* R, P, D, I for int 0..9: the type of RECORD, VARIANT, LOOP */
};

static const char *const whys[] = {
    [WR_WHY_SHAPE] = "SHAPE",
    [WR_WHY_RANGE] = "RANGE",
    [WR_WHY_OVERFLOW] = "OVERFLOW",
    [WR_WHY_ZERO] = "ZERO",
    [WR_WHY_CONSTANT] = "CONSTANT",
    [WR_WHY_JOIN] = "JOIN",
    [WR_WHY_PRINT] = "PRINT",
    [WR_WHY_ABSENT] = "ABSENT",
    [WR_WHY_TOO_LONG] = "TOO_LONG",
    [WR_WHY_MEMBER] = "MEMBER",
};

static void
expect_all(const struct infer_case *cases, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const struct infer_case *c = &cases[i];
		struct typed x;
		struct typed_node n;
		struct wr_buf got;
		enum wr_status s;

		static const uint32_t fields[] = {0, 1, 2, 3, 1, 0, 0};

		typed_begin(&x);
		typed_node(&x, &n, c->op, c->index,
		    c->nominal == 'R'   ? x.record
		    : c->nominal == 'P' ? x.plain
		    : c->nominal == 'I' ? typed_type(&x, "int 0 9")
					: x.loaded,
		    c->operands);
		n.in.fields = fields + c->index;
		wr_buf_init(&got, &x.f.hook, 1024);
		s = wr_infer(&n.in);
		cr_assert(s == WR_OK || s == WR_REFUSED);
		if (s == WR_OK) {
			wr_type_print(&x.types, n.in.result, &got);
		} else {
			wr_buf_str(&got, "!");
			wr_buf_str(&got, whys[n.in.why]);
			if (n.in.bad != WR_NONE) {
				wr_buf_byte(&got, ' ');
				wr_buf_u64(&got, n.in.bad);
			}
		}
		cr_expect_str_eq(got.at, c->want, "%s of %s\n  wanted %s\n  got    %s",
		    wr_op_info(c->op)->name, c->operands, c->want, got.at);
		wr_buf_free(&got);
		typed_finish(&x);
	}
}

#define ALL(cases) expect_all(cases, sizeof(cases) / sizeof *(cases))
#define I64_MIN "-9223372036854775808"
#define I64_MAX "9223372036854775807"

Test(infer, ints_have_exact_intervals)
{
	static const struct infer_case cases[] = {
	    {WR_OP_ADD, "int 1 9; int -5 5", "int -4..14", 0, 0},
	    {WR_OP_ADD, "int 0 " I64_MAX "; int 0 0", "int 0..9_223_372_036_854_775_807", 0, 0},
	    {WR_OP_ADD, "int 0 " I64_MAX "; int 0 1", "!OVERFLOW", 0, 0},
	    {WR_OP_ADD, "int " I64_MIN " 0; int -1 0", "!OVERFLOW", 0, 0},
	    {WR_OP_SUB, "int 1 9; int -5 5", "int -4..14", 0, 0},
	    {WR_OP_SUB, "int 0 0; int " I64_MIN " 0", "!OVERFLOW", 0, 0},
	    {WR_OP_SUB, "int -1 -1; int " I64_MIN " " I64_MIN,
		"int 9_223_372_036_854_775_807..9_223_372_036_854_775_807", 0, 0},
	    {WR_OP_MUL, "int -3 4; int -5 6", "int -20..24", 0, 0},
	    {WR_OP_MUL, "int -3 -2; int -5 -4", "int 8..15", 0, 0},
	    {WR_OP_MUL, "int 4294967296 4294967296; int 2147483647 2147483648", "!OVERFLOW", 0, 0},
	    {WR_OP_MUL, "int 4294967296 4294967296; int -2147483648 2147483647",
		"int -9_223_372_036_854_775_808..9_223_372_032_559_808_512", 0, 0},
	    {WR_OP_MUL, "int " I64_MIN " " I64_MIN "; int " I64_MIN " " I64_MIN, "!OVERFLOW", 0, 0},
	    {WR_OP_NEG, "int -3 4", "int -4..3", 0, 0},
	    {WR_OP_NEG, "int " I64_MIN " 0", "!OVERFLOW", 0, 0},
	    {WR_OP_DIV, "int -7 7; int 2 3", "int -3..3", 0, 0},
	    {WR_OP_DIV, "int -7 9; int -3 -2", "int -4..3", 0, 0},
	    {WR_OP_DIV, "int 0 9; int 0 3", "!ZERO 1", 0, 0},
	    {WR_OP_DIV, "int 0 9; int -1 1", "!ZERO 1", 0, 0},
	    {WR_OP_DIV, "int 0 9; int -3 0", "!ZERO 1", 0, 0},
	    {WR_OP_DIV, "int " I64_MIN " 0; int -1 -1", "!OVERFLOW", 0, 0},
	    {WR_OP_MOD, "int -7 70; int 3 5", "int -4..4", 0, 0},
	    {WR_OP_MOD, "int 0 2; int 3 5", "int 0..2", 0, 0},
	    {WR_OP_MOD, "int 7 70; int -5 -3", "int 0..4", 0, 0},
	    {WR_OP_MOD, "int -70 -7; int 1 1", "int 0..0", 0, 0},
	    {WR_OP_MOD, "int " I64_MIN " 0; int " I64_MIN " -1",
		"int -9_223_372_036_854_775_807..0", 0, 0},
	    {WR_OP_MOD, "int 0 9; int 0 3", "!ZERO 1", 0, 0},
	    {WR_OP_ABS, "int -3 4", "int 0..4", 0, 0},
	    {WR_OP_ABS, "int -5 4", "int 0..5", 0, 0},
	    {WR_OP_ABS, "int -5 -4", "int 4..5", 0, 0},
	    {WR_OP_ABS, "int 2 4", "int 2..4", 0, 0},
	    {WR_OP_ABS, "int " I64_MIN " 0", "!OVERFLOW", 0, 0},
	    {WR_OP_MIN, "int 0 9; int 5 7", "int 0..7", 0, 0},
	    {WR_OP_MAX, "int 0 9; int 5 7", "int 5..9", 0, 0},
	    {WR_OP_CLAMP, "int -99 99; = 0; = 10", "int 0..10", 0, 0},
	    {WR_OP_CLAMP, "int 3 5; = 0; = 10", "int 3..5", 0, 0},
	    {WR_OP_CLAMP, "int 20 30; = 0; = 10", "int 10..10", 0, 0},
	    {WR_OP_CLAMP, "int -99 99; = 1; = 0", "!RANGE 2", 0, 0},
	    {WR_OP_CLAMP, "int -99 99; int 0 0; = 10", "!CONSTANT 1", 0, 0},
	    {WR_OP_CLAMP, "int -99 99; = 0; int 1 1", "!CONSTANT 2", 0, 0},
	    {WR_OP_CLAMP, "int -99 99; = 0.0; = 10", "!SHAPE 1", 0, 0},
	    {WR_OP_ADD, "int 0 1; number 0 1", "!SHAPE 1", 0, 0},
	    {WR_OP_ADD, "text 0 1; text 0 1", "!SHAPE 0", 0, 0},
	    {WR_OP_ADD, "opt int 0 1; int 0 1", "!ABSENT 0", 0, 0},
	    {WR_OP_ADD, "int 0 1; opt int 0 1", "!ABSENT 1", 0, 0},
	    {WR_OP_DIV, "number 1 2; number 1 2", "!SHAPE 0", 0, 0},
	    {WR_OP_NUMBER, "int -3 4", "number -3..4", 0, 0},
	    {WR_OP_NUMBER, "number 0 1", "!SHAPE 0", 0, 0},
	    {WR_OP_INT, "text 0 9", "int -9_223_372_036_854_775_808..9_223_372_036_854_775_807?", 0,
		0},
	};

	ALL(cases);
}

Test(infer, numbers_round_and_saturate_as_the_machine_does)
{
	static const struct infer_case cases[] = {
	    {WR_OP_ADD, "number 0.1 0.1; number 0.2 0.2",
		"number 0.30000000000000004..0.30000000000000004", 0, 0},
	    {WR_OP_ADD, "number -max max; number -max max", "number", 0, 0},
	    {WR_OP_ADD, "number 1 max; number 1 max", "number 2..", 0, 0},
	    {WR_OP_SUB, "number 0 1; number 0 0.5", "number -0.5..1", 0, 0},
	    {WR_OP_SUB, "number 1 1; number 1 1", "number 0..0", 0, 0},
	    {WR_OP_MUL, "number -2 3; number -5 4", "number -15..12", 0, 0},
	    {WR_OP_MUL, "number -1 0; number 0 1", "number -1..0", 0, 0},
	    {WR_OP_MUL, "number -max max; number -2 2", "number", 0, 0},
	    {WR_OP_NEG, "number 0 1", "number -1..0", 0, 0},
	    {WR_OP_QUOT, "number 1 2; number 4 8", "number 0.125..0.5", 0, 0},
	    {WR_OP_QUOT, "number -1 2; number -4 -2", "number -1..0.5", 0, 0},
	    {WR_OP_QUOT, "number 1 2; number 0 1", "!ZERO 1", 0, 0},
	    {WR_OP_QUOT, "number 1 2; number -1 0", "!ZERO 1", 0, 0},
	    {WR_OP_QUOT, "number 1 2; number 4.9e-324 1", "number 1..", 0, 0},
	    {WR_OP_QUOT, "int 1 2; int 4 8", "!SHAPE 0", 0, 0},
	    {WR_OP_ABS, "number -0.5 0.25", "number 0..0.5", 0, 0},
	    {WR_OP_ABS, "number -0.5 -0.25", "number 0.25..0.5", 0, 0},
	    {WR_OP_MIN, "number 0 1; number 0.5 0.75", "number 0..0.75", 0, 0},
	    {WR_OP_MAX, "number 0 1; number 0.5 0.75", "number 0.5..1", 0, 0},
	    {WR_OP_CLAMP, "number -max max; = 0.0; = 1.0", "number 0..1", 0, 0},
	    {WR_OP_CLAMP, "number 0 1; = 1.0; = 0.0", "!RANGE 2", 0, 0},
	    {WR_OP_CLAMP, "number 0 1; = 0; = 1", "!SHAPE 1", 0, 0},
	    {WR_OP_ROUND, "number -2.5 2.5", "int -2..2", 0, 0},
	    {WR_OP_ROUND, "number -1.5 1.5", "int -2..2", 0, 0},
	    {WR_OP_ROUND, "number -0.5 0.5", "int 0..0", 0, 0},
	    {WR_OP_ROUND, "number -0.50000000000000012 0.50000000000000012", "int -1..1", 0, 0},
	    {WR_OP_ROUND, "number -9223372036854775808 9223372036854774784",
		"int -9_223_372_036_854_775_808..9_223_372_036_854_774_784", 0, 0},
	    {WR_OP_ROUND, "number 0 9223372036854775808", "!RANGE 0", 0, 0},
	    {WR_OP_ROUND, "number -9223372036854777856 0", "!RANGE 0", 0, 0},
	    {WR_OP_ROUND, "int 0 1", "!SHAPE 0", 0, 0},
	    {WR_OP_SUM, "list 0 3 number 0 1", "number 0..3", 0, 0},
	    {WR_OP_SUM, "list 2 3 number -1 2", "number -3..6", 0, 0},
	    {WR_OP_SUM, "list 2 3 number 1 2", "number 2..6", 0, 0},
	    {WR_OP_SUM, "list 2 3 number -2 -1", "number -6..-2", 0, 0},
	    {WR_OP_SUM, "list 0 3 number -max max", "number", 0, 0},
	};

	ALL(cases);
}

Test(infer, bools_and_comparisons_need_what_they_say)
{
	static const struct infer_case cases[] = {
	    {WR_OP_NOT, "bool", "bool", 0, 0},
	    {WR_OP_NOT, "int 0 1", "!SHAPE 0", 0, 0},
	    {WR_OP_NOT, "opt bool", "!ABSENT 0", 0, 0},
	    {WR_OP_AND, "bool; bool", "bool", 0, 0},
	    {WR_OP_OR, "bool; text 0 1", "!SHAPE 1", 0, 0},
	    {WR_OP_LT, "int 0 1; int 5 6", "bool", 0, 0},
	    {WR_OP_LE, "text 0 1; text 5 6", "bool", 0, 0},
	    {WR_OP_LT, "number 0 1; number 5 6", "bool", 0, 0},
	    {WR_OP_LT, "int 0 1; number 5 6", "!SHAPE 1", 0, 0},
	    {WR_OP_LT, "text 0 1; int 5 6", "!SHAPE 1", 0, 0},
	    {WR_OP_LT, "bool; bool", "!SHAPE 0", 0, 0},
	    {WR_OP_EQ, "int 0 1; int 5 6", "bool", 0, 0},
	    {WR_OP_EQ, "R; R", "bool", 0, 0},
	    {WR_OP_EQ, "R; D", "!JOIN 1", 0, 0},
	    {WR_OP_EQ, "int 0 1; opt int 0 1", "!JOIN 1", 0, 0},
	    {WR_OP_EQ, "opt int 0 1; opt int 3 4", "bool", 0, 0},
	    {WR_OP_EQ, "opt int 0 1; opt never", "!SHAPE 1", 0, 0}, /* x == none is a MATCH */
	    {WR_OP_EQ, "opt never; opt int 0 1", "!SHAPE 0", 0, 0},
	    {WR_OP_EQ, "list 0 2 int 0 1; list 0 0 never", "bool", 0, 0},
	    {WR_OP_EQ, "list 0 2 opt int 0 1; list 1 1 opt never", "bool", 0, 0},
	    {WR_OP_EQ, "list 0 2 int 0 1; list 0 2 text 0 1", "!JOIN 1", 0, 0},
	    {WR_OP_REQUIRE, "bool; text 0 9", "bool", 0, 0},
	    {WR_OP_REQUIRE, "text 0 9; bool", "!SHAPE 0", 0, 0},
	    {WR_OP_REQUIRE, "bool; opt text 0 9", "!ABSENT 1", 0, 0},
	};

	ALL(cases);
}

Test(infer, texts_have_bounds_in_bytes)
{
	static const struct infer_case cases[] = {
	    {WR_OP_TEMPLATE, "text 1 9; text 2 5", "text 3..14", 0, 0},
	    {WR_OP_TEMPLATE, "int 0 1; number 0 1; bool; P", "text 8..55", 0, 0},
	    {WR_OP_TEMPLATE, "text 0 1048576", "text ..1_048_576", 0, 0},
	    {WR_OP_TEMPLATE, "text 0 1048576; text 0 1", "!TOO_LONG", 0, 0},
	    {WR_OP_TEMPLATE, "text 0 1; R", "!PRINT 1", 0, 0},
	    {WR_OP_TEMPLATE, "D", "!PRINT 0", 0, 0},
	    {WR_OP_TEMPLATE, "list 0 1 text 0 1", "!PRINT 0", 0, 0},
	    {WR_OP_TEMPLATE, "text 0 1; opt text 0 1", "!ABSENT 1", 0, 0},
	    {WR_OP_JSON, "R", "text 1..63", 0, 0},
	    {WR_OP_JSON, "opt bool", "text 1..5", 0, 0},
	    {WR_OP_JSON, "text 0 174762", "text 1..1_048_574", 0, 0},
	    {WR_OP_JSON, "text 0 174763", "!TOO_LONG", 0, 0},
	    {WR_OP_LENGTH, "text 2 9", "int 2..9", 0, 0},
	    {WR_OP_LENGTH, "list 1 3 bool", "int 1..3", 0, 0},
	    {WR_OP_LENGTH, "int 0 1", "!SHAPE 0", 0, 0},
	    {WR_OP_LENGTH, "opt text 0 1", "!ABSENT 0", 0, 0},
	    {WR_OP_LOWER, "text 2 9", "text 2..9", 0, 0},
	    {WR_OP_UPPER, "int 0 1", "!SHAPE 0", 0, 0},
	    {WR_OP_TRIM, "text 2 9", "text ..9", 0, 0},
	    {WR_OP_STARTS_WITH, "text 2 9; text 0 1", "bool", 0, 0},
	    {WR_OP_ENDS_WITH, "text 2 9; bool", "!SHAPE 1", 0, 0},
	    {WR_OP_REPLACE, "text 0 9; = \"ab\"; text 0 1", "text ..9", 0, 0},
	    {WR_OP_REPLACE, "text 4 9; = \"ab\"; text 0 0", "text ..9", 0, 0},
	    {WR_OP_REPLACE, "text 5 9; = \"ab\"; text 0 0", "text ..9", 0, 0},
	    {WR_OP_REPLACE, "text 5 5; = \"ab\"; text 0 0", "text 1..5", 0, 0},
	    {WR_OP_REPLACE, "text 5 9; = \"ab\"; text 1 1", "text 3..9", 0, 0},
	    {WR_OP_REPLACE, "text 5 9; = \"ab\"; text 2 4", "text 5..17", 0, 0},
	    {WR_OP_REPLACE, "text 0 524288; = \"a\"; text 0 2", "text ..1_048_576", 0, 0},
	    {WR_OP_REPLACE, "text 0 524289; = \"a\"; text 0 2", "!TOO_LONG", 0, 0},
	    {WR_OP_REPLACE, "text 0 9; = \"\"; text 0 1", "!CONSTANT 1", 0, 0},
	    {WR_OP_REPLACE, "text 0 9; text 1 1; text 0 1", "!CONSTANT 1", 0, 0},
	    {WR_OP_SPLIT, "text 0 9; = \",\"; = 4", "[text ..9] 1..4", 0, 0},
	    {WR_OP_SPLIT, "text 0 9; = \", \"; = 40", "[text ..9] 1..5", 0, 0},
	    {WR_OP_SPLIT, "text 0 9; = \",\"; = 0", "!RANGE 2", 0, 0},
	    {WR_OP_SPLIT, "text 0 9; = \",\"; = 65536", "!RANGE 2", 0, 0},
	    {WR_OP_SPLIT, "text 0 9; = \",\"; int 1 1", "!CONSTANT 2", 0, 0},
	    {WR_OP_SPLIT, "text 0 9; = \"\"; = 3", "!CONSTANT 1", 0, 0},
	    {WR_OP_REPLACE_EACH, "text 5 9; list 0 3 text 2 4; list 0 3 text 1 6", "text 2..25", 0, 0},
	    {WR_OP_REPLACE_EACH, "text 5 9; list 0 3 text 0 4; list 0 3 text 4 4", "text 5..36", 0, 0},
	    {WR_OP_REPLACE_EACH, "text 5 9; list 0 3 text 3 4; list 0 3 text 0 3", "text ..9", 0, 0},
	    {WR_OP_REPLACE_EACH, "text 5 9; list 0 0 never; list 0 3 text 0 3", "text 5..9", 0, 0},
	    {WR_OP_REPLACE_EACH, "text 5 9; list 0 3 text 0 3; list 0 0 never", "text 5..9", 0, 0},
	    {WR_OP_REPLACE_EACH, "text 0 9; list 0 3 text 0 0; list 0 3 text 0 9", "text ..9", 0, 0},
	    {WR_OP_REPLACE_EACH, "text 0 9; list 0 1024 text 0 1024; list 0 3 text 0 1", "text ..9", 0, 0},
	    {WR_OP_REPLACE_EACH, "text 0 9; list 0 1025 text 0 1024; list 0 3 text 0 1", "!TOO_LONG 1", 0, 0},
	    {WR_OP_REPLACE_EACH, "text 0 524289; list 0 3 text 0 1; list 0 3 text 0 2", "!TOO_LONG", 0, 0},
	    {WR_OP_REPLACE_EACH, "text 0 9; text 0 9; list 0 3 text 0 1", "!SHAPE 1", 0, 0},
	    {WR_OP_REPLACE_EACH, "text 0 9; list 0 3 text 0 1; list 0 3 int 0 1", "!SHAPE 2", 0, 0},
	    {WR_OP_REPLACE_EACH, "int 0 9; list 0 3 text 0 1; list 0 3 text 0 1", "!SHAPE 0", 0, 0},
	    {WR_OP_FIND_EMAILS, "text 0 900; = 20", "[text 6..254] ..20", 0, 0},
	    {WR_OP_FIND_EMAILS, "text 0 60; = 20", "[text 6..60] ..10", 0, 0},
	    {WR_OP_FIND_EMAILS, "text 0 3; = 20", "[text 3..3] ..0", 0, 0},
	    {WR_OP_FIND_CARDS, "text 0 900; = 20", "[text 13..37] ..20", 0, 0},
	    {WR_OP_FIND_IBANS, "text 0 900; = 20", "[text 15..57] ..20", 0, 0},
	    {WR_OP_FIND_PHONES, "text 0 900; = 20", "[text 9..48] ..20", 0, 0},
	    {WR_OP_FIND_PHONES, "text 0 900; = 65535", "[text 9..48] ..100", 0, 0},
	    {WR_OP_FIND_PHONES, "text 0 900; = 0", "!RANGE 1", 0, 0},
	    {WR_OP_FIND_PHONES, "text 0 900; = 65536", "!RANGE 1", 0, 0},
	    {WR_OP_FIND_PHONES, "text 0 900; int 1 3", "!CONSTANT 1", 0, 0},
	    {WR_OP_FIND_PHONES, "int 0 9; = 3", "!SHAPE 0", 0, 0},
	    {WR_OP_JOIN, "list 2 3 text 1 5; text 2 2", "text 4..19", 0, 0},
	    {WR_OP_JOIN, "list 0 3 text 1 5; text 2 2", "text ..19", 0, 0},
	    {WR_OP_JOIN, "list 0 0 never; text 2 2", "text ..0", 0, 0},
	    {WR_OP_JOIN, "list 0 65535 text 0 16; text 0 0", "text ..1_048_560", 0, 0},
	    {WR_OP_JOIN, "list 0 65535 text 0 16; text 0 1", "!TOO_LONG", 0, 0},
	    {WR_OP_JOIN, "list 0 3 int 0 1; text 2 2", "!SHAPE 0", 0, 0},
	    {WR_OP_JOIN, "list 0 3 opt text 0 1; text 2 2", "!SHAPE 0", 0, 0},
	    {WR_OP_NUMBERED, "list 1 2 text 0 5", "text 3..17", 0, 0},
	    {WR_OP_NUMBERED, "list 0 10 text 0 0", "text ..40", 0, 0},
	    {WR_OP_TRUNCATE, "text 0 900; = 40", "text ..40", 0, 0},
	    {WR_OP_TRUNCATE, "text 5 900; = 40", "text 5..40", 0, 0},
	    {WR_OP_TRUNCATE, "text 39 900; = 40", "text 37..40", 0, 0},
	    {WR_OP_TRUNCATE, "text 40 40; = 40", "text 40..40", 0, 0},
	    {WR_OP_TRUNCATE, "text 5 900; int 0 40", "text ..40", 0, 0},
	    {WR_OP_TRUNCATE, "text 5 900; int -1 40", "!RANGE 1", 0, 0},
	    {WR_OP_SLICE, "text 5 900; = 2; = 7", "text ..5", 0, 0},
	    {WR_OP_SLICE, "text 5 900; = 7; = 2", "text ..0", 0, 0},
	    {WR_OP_SLICE, "list 5 9 bool; = 2; = 7", "[bool] 3..5", 0, 0},
	    {WR_OP_SLICE, "list 5 9 bool; = 2; = 70", "[bool] 3..7", 0, 0},
	    {WR_OP_SLICE, "list 5 9 bool; int 0 2; int 4 " I64_MAX, "[bool] 2..9", 0, 0},
	    {WR_OP_SLICE, "list 5 9 bool; int 0 " I64_MAX "; int 0 " I64_MAX, "[bool] ..9", 0, 0},
	    {WR_OP_SLICE, "list 5 9 bool; int -1 2; int 4 5", "!RANGE 1", 0, 0},
	    {WR_OP_SLICE, "int 0 9; int 1 2; int 4 5", "!SHAPE 0", 0, 0},
	    {WR_OP_FENCED, "text 0 0", "text 8..8", 0, 0},
	    {WR_OP_FENCED, "text 1 9", "text 9..31", 0, 0},
	    {WR_OP_CONTAINS, "text 0 9; text 0 9", "bool", 0, 0},
	    {WR_OP_CONTAINS, "text 0 9; int 0 9", "!SHAPE 1", 0, 0},
	    {WR_OP_CONTAINS, "list 0 9 int 0 1; int 5 6", "bool", 0, 0},
	    {WR_OP_CONTAINS, "list 0 9 int 0 1; opt int 5 6", "!ABSENT 1", 0, 0},
	    {WR_OP_CONTAINS, "list 0 9 R; D", "!SHAPE 1", 0, 0},
	    {WR_OP_CONTAINS, "int 0 9; int 0 9", "!SHAPE 0", 0, 0},
	};

	ALL(cases);
}

Test(infer, lists_have_bounds_in_items)
{
	static const struct infer_case cases[] = {
	    {WR_OP_LIST, "int 0 1; int 5 9", "[int 0..9] 2..2", 0, 0},
	    {WR_OP_LIST, "opt never; opt int 1 2", "[int 1..2?] 2..2", 0, 0},
	    {WR_OP_LIST, "list 0 0 never; list 1 2 R", "[[R] ..2] 2..2", 0, 0},
	    {WR_OP_LIST, "R; R; D", "!JOIN 2", 0, 0},
	    {WR_OP_LIST, "int 0 1; opt int 0 1", "!JOIN 1", 0, 0},
	    {WR_OP_CONCAT, "list 1 2 int 0 1; list 3 4 int 5 6", "[int 0..6] 4..6", 0, 0},
	    {WR_OP_CONCAT, "list 0 65535 bool; list 0 0 bool", "[bool]", 0, 0},
	    {WR_OP_CONCAT, "list 0 65535 bool; list 0 1 bool", "!TOO_LONG", 0, 0},
	    {WR_OP_CONCAT, "list 1 2 int 0 1; list 3 4 bool", "!JOIN 1", 0, 0},
	    {WR_OP_CONCAT, "text 1 2; text 1 2", "!SHAPE 0", 0, 0},
	    {WR_OP_SUM, "list 0 5 int 1 9", "int 0..45", 0, 0},
	    {WR_OP_SUM, "list 2 5 int 1 9", "int 2..45", 0, 0},
	    {WR_OP_SUM, "list 2 5 int -3 -1", "int -15..-2", 0, 0},
	    {WR_OP_SUM, "list 2 5 int -3 9", "int -15..45", 0, 0},
	    {WR_OP_SUM, "list 0 2 int 0 " I64_MAX, "!OVERFLOW", 0, 0},
	    {WR_OP_SUM, "list 0 2 bool", "!SHAPE 0", 0, 0},
	    {WR_OP_SUM, "list 0 0 never", "!SHAPE 0", 0, 0},
	    {WR_OP_ANY, "list 0 5 bool", "bool", 0, 0},
	    {WR_OP_ALL, "list 0 5 int 0 1", "!SHAPE 0", 0, 0},
	    {WR_OP_FIRST, "list 1 5 R", "R?", 0, 0},
	    {WR_OP_LAST, "list 1 5 opt R", "!SHAPE 0", 0, 0},
	    {WR_OP_FIRST, "opt list 1 5 R", "!ABSENT 0", 0, 0},
	    {WR_OP_TAKE, "list 1 5 R; = 3", "[R] 1..3", 0, 0},
	    {WR_OP_TAIL, "list 4 5 R; = 3", "[R] 3..3", 0, 0},
	    {WR_OP_TAKE, "list 1 5 R; int 0 99", "[R] ..5", 0, 0},
	    {WR_OP_TAKE, "list 1 5 R; int -1 9", "!RANGE 1", 0, 0},
	    {WR_OP_UNIQUE, "list 3 5 R", "[R] 1..5", 0, 0},
	    {WR_OP_UNIQUE, "list 0 5 R", "[R] ..5", 0, 0},
	    {WR_OP_FLATTEN, "list 2 3 list 1 4 R", "[R] 2..12", 0, 0},
	    {WR_OP_FLATTEN, "list 0 256 list 0 256 R", "!TOO_LONG", 0, 0},
	    {WR_OP_FLATTEN, "list 0 2 R", "!SHAPE 0", 0, 0},
	    {WR_OP_REVERSE, "list 2 3 R", "[R] 2..3", 0, 0},
	    {WR_OP_REVERSE, "text 0 3", "!SHAPE 0", 0, 0},
	    {WR_OP_PRESENT, "list 2 3 opt R", "[R] ..3", 0, 0},
	    {WR_OP_PRESENT, "list 2 3 R", "!SHAPE 0", 0, 0},
	};

	ALL(cases);
}

Test(infer, records_variants_options_and_choice)
{
	static const struct infer_case cases[] = {
	    {WR_OP_FIELD, "R", "int 0..9", 0, 0}, {WR_OP_FIELD, "R", "text ..5?", 1, 0},
	    {WR_OP_FIELD, "R", "!MEMBER", 2, 0}, {WR_OP_FIELD, "D", "!SHAPE 0", 0, 0},
	    {WR_OP_FIELD, "opt R", "!ABSENT 0", 0, 0},
	    {WR_OP_RECORD, "int 0 9; opt text 0 5", "R", 0, 'R'},
	    {WR_OP_RECORD, "int 3 4; opt never", "R", 0, 'R'},
	    {WR_OP_RECORD, "int 0 10; opt text 0 5", "!RANGE 0", 0, 'R'},
	    {WR_OP_RECORD, "int 0 9; opt text 0 6", "!RANGE 1", 0, 'R'},
	    {WR_OP_RECORD, "int 0 9; text 0 5", "!SHAPE 1", 0, 'R'},
	    {WR_OP_RECORD, "opt int 0 9; opt text 0 5", "!ABSENT 0", 0, 'R'},
	    {WR_OP_RECORD, "int 0 9", "!MEMBER", 0, 'R'},
	    {WR_OP_RECORD, "int 0 9; opt text 0 5", "!MEMBER", 0, 'D'},
	    {WR_OP_WITH, "R; int 0 9", "R", 0, 0},
	    {WR_OP_WITH, "R; opt text 0 5", "R", 1, 0},
	    {WR_OP_WITH, "R; int 1 1; opt never", "R", 0, 0},
	    {WR_OP_WITH, "R; int 0 10", "!RANGE 1", 0, 0},
	    {WR_OP_WITH, "R; text 0 5", "!SHAPE 1", 1, 0},
	    {WR_OP_WITH, "R; int 0 9; opt text 0 5; bool", "!MEMBER", 0, 0},
	    {WR_OP_WITH, "R; opt text 0 5; int 0 9", "!MEMBER", 4, 0},
	    {WR_OP_WITH, "R; int 0 9; int 0 9", "!MEMBER", 5, 0},
	    {WR_OP_WITH, "opt R; int 0 9", "!ABSENT 0", 0, 0},
	    {WR_OP_WITH, "D; int 0 9", "!SHAPE 0", 0, 0},
	    {WR_OP_VARIANT, "int 0 9", "D", 0, 'D'},
	    {WR_OP_VARIANT, "int 0 10", "!RANGE 0", 0, 'D'},
	    {WR_OP_VARIANT, "int 0 9", "!MEMBER", 1, 'D'},
	    {WR_OP_VARIANT, "int 0 9", "!MEMBER", 2, 'D'},
	    {WR_OP_VARIANT, "int 0 9", "!MEMBER", 0, 'R'}, {WR_OP_SOME, "R", "R?", 0, 0},
	    {WR_OP_SOME, "opt R", "!SHAPE 0", 0, 0}, {WR_OP_DROP, "opt R", "R?", 0, 0},
	    {WR_OP_MATCH, "bool | int 0 1 | int 5 9", "int 0..9", 0, 0},
	    {WR_OP_MATCH, "opt R | opt R | opt never", "R?", 0, 0},
	    {WR_OP_MATCH, "D | R | R", "R", 0, 0}, {WR_OP_MATCH, "D | R | D", "!JOIN 1", 0, 0},
	    {WR_OP_MATCH, "bool | R | opt R", "!JOIN 1", 0, 0},
	    {WR_OP_MATCH, "D | R", "!SHAPE", 0, 0},
	    {WR_OP_MATCH, "bool | R | R | R", "!SHAPE", 0, 0},
	    {WR_OP_MATCH, "int 0 1 | R | R", "!SHAPE", 0, 0},
	    {WR_OP_FOR, "list 2 3 R | int 0 1", "[int 0..1] 2..3", 0, 0},
	    {WR_OP_FOR, "list 2 3 R | int 0 1; bool", "[int 0..1] ..3", WR_FOR_WHERE, 0},
	    {WR_OP_FOR, "list 2 3 R | int 0 1; text 0 5", "!SHAPE 1", WR_FOR_WHERE, 0},
	    {WR_OP_FOR, "list 2 3 R | int 0 1; text 0 5", "[int 0..1] 2..3", WR_FOR_SORT, 0},
	    {WR_OP_FOR, "list 2 3 R | int 0 1; R", "!SHAPE 1", WR_FOR_SORT | WR_FOR_DESC, 0},
	    {WR_OP_FOR, "list 2 3 R | R; bool; number 0 1", "[R] ..3", WR_FOR_WHERE | WR_FOR_SORT,
		0},
	    {WR_OP_FOR, "list 2 3 R | R; bool; opt number 0 1", "!SHAPE 2",
		WR_FOR_WHERE | WR_FOR_SORT, 0},
	    {WR_OP_FOR, "list 2 3 R | R; bool", "!SHAPE", 0, 0},
	    {WR_OP_FOR, "R | R", "!SHAPE", 0, 0},
	    {WR_OP_FOR, "opt list 0 1 R | R", "!ABSENT", 0, 0},
	    {WR_OP_TRY, "| int 0 1; int 5 9", "int 0..9", 0, 0},
	    {WR_OP_TRY, "| opt R; opt never", "R?", 0, 0},
	    {WR_OP_TRY, "| never; R", "R", 0, 0},
	    {WR_OP_TRY, "| R; D", "!JOIN 1", 0, 0},
	    {WR_OP_TRY, "| int 0 1; text 0 5", "!JOIN 1", 0, 0},
	    {WR_OP_TRY, "| R; opt R", "!JOIN 1", 0, 0},
	    {WR_OP_TRY, "", "!SHAPE", 0, 0},
	    {WR_OP_TRY, "| R", "!SHAPE", 0, 0},
	    {WR_OP_TRY, "| R; R; R", "!SHAPE", 0, 0},
	    {WR_OP_LOOP, "R | R; bool", "R", 3, 'R'},
	    {WR_OP_LOOP, "int 3 4 | int 0 9; bool", "int 0..9", 3, 'I'},
	    {WR_OP_LOOP, "int 3 4 | never; never", "int 0..9", 3, 'I'},
	    {WR_OP_LOOP, "int 0 10 | int 0 9; bool", "!RANGE 0", 3, 'I'},
	    {WR_OP_LOOP, "int 3 4 | int 0 10; bool", "!RANGE 0", 3, 'I'},
	    {WR_OP_LOOP, "int 3 4 | opt int 3 4; bool", "!RANGE 0", 3, 'I'},
	    {WR_OP_LOOP, "opt int 3 4 | int 3 4; bool", "!ABSENT 0", 3, 'I'},
	    {WR_OP_LOOP, "D | R; bool", "!SHAPE 0", 3, 'R'},
	    {WR_OP_LOOP, "R | R; int 0 1", "!SHAPE 1", 3, 'R'},
	    {WR_OP_LOOP, "R | R; opt bool", "!SHAPE 1", 3, 'R'},
	    {WR_OP_LOOP, "R | R", "!SHAPE", 3, 'R'},
	    {WR_OP_LOOP, "R | R; bool; bool", "!SHAPE", 3, 'R'},
	    {WR_OP_DO, "| R", "R", 0, 0},
	    {WR_OP_DO, "", "!SHAPE", 0, 0},
	    {WR_OP_DO, "| R; bool", "!SHAPE", 0, 0},
	    {WR_OP_ADD, "never; int 0 1", "nothing", 0, 0}, /* inside a for over [] */
	};

	ALL(cases);
}

Test(infer, what_blocks_bind)
{
	static const struct {
		enum wr_op owner;
		const char *operand;
		uint32_t arm, index;
		const char *want; /* NULL: nothing */
		uint32_t arms;
	} cases[] = {
	    {WR_OP_MATCH, "D", 0, 0, "int 0..9", 2},
	    {WR_OP_MATCH, "D", 1, 0, NULL, 2},
	    {WR_OP_MATCH, "D", 0, 1, NULL, 2},
	    {WR_OP_MATCH, "D", 2, 0, NULL, 2},
	    {WR_OP_MATCH, "opt R", 0, 0, "R", 2},
	    {WR_OP_MATCH, "opt R", 1, 0, NULL, 2},
	    {WR_OP_MATCH, "bool", 0, 0, NULL, 2},
	    {WR_OP_MATCH, "int 0 1", 0, 0, NULL, 0},
	    {WR_OP_FOR, "list 0 5 R", 0, 0, "R", 0},
	    {WR_OP_FOR, "list 0 5 R", 0, 1, "int 0..4", 0},
	    {WR_OP_FOR, "list 0 0 never", 0, 1, "int 0..0", 0},
	    {WR_OP_FOR, "list 0 5 R", 0, 2, NULL, 0},
	    {WR_OP_FOR, "R", 0, 0, NULL, 0},
	    {WR_OP_LOOP, "R", 0, 0, "R", 0},
	    {WR_OP_LOOP, "R", 0, 1, NULL, 0},
	    {WR_OP_TRY, "R", 0, 0, NULL, 0},
	    {WR_OP_TRY, "list 0 5 R", 0, 0, NULL, 0},
	    {WR_OP_DO, "R", 0, 0, NULL, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct typed x;
		struct wr_buf buf;
		uint32_t t, bound = 0;

		typed_begin(&x);
		wr_buf_init(&buf, &x.f.hook, 512);
		t = typed_type(&x, cases[i].operand);
		cr_expect_eq(wr_match_arms(&x.types, t), cases[i].arms);
		cr_assert_eq(
		    wr_bind_type(&x.types, cases[i].owner, t, cases[i].arm, cases[i].index, &bound),
		    WR_OK);
		cr_expect_eq(bound == WR_NONE, cases[i].want == NULL, "case %zu", i);
		if (bound != WR_NONE) {
			wr_type_print(&x.types, bound, &buf);
			cr_expect_str_eq(buf.at, cases[i].want);
		}
		wr_buf_free(&buf);
		typed_finish(&x);
	}
}

/* Lists in lists end where a walk over the type must. */
Test(infer, no_type_is_deeper_than_a_walk)
{
	struct typed x;
	struct typed_node n;
	uint32_t deepest = 0;

	typed_begin(&x);
	typed_node(&x, &n, WR_OP_LIST, 0, 0, "bool");
	for (uint32_t walk = 2; walk <= WR_TYPE_WALK_MAX + 1; walk++) {
		enum wr_status s = wr_infer(&n.in);

		cr_assert_eq(s, walk <= WR_TYPE_WALK_MAX ? WR_OK : WR_REFUSED);
		if (s == WR_OK)
			n.operands[0] = deepest = n.in.result;
	}
	cr_assert_eq(n.in.why, WR_WHY_TOO_LONG);
	cr_assert_eq(x.types.at[deepest].walk, WR_TYPE_WALK_MAX);
	typed_finish(&x);
}

Test(infer, survives_every_allocation_failure)
{
	static const struct infer_case cases[] = {
	    {WR_OP_ADD, "int 1 9; int -5 5", NULL, 0, 0},
	    {WR_OP_SPLIT, "text 0 9; = \",\"; = 4", NULL, 0, 0},
	    {WR_OP_FIND_CARDS, "text 0 99; = 4", NULL, 0, 0},
	    {WR_OP_REPLACE_EACH, "text 5 9; list 0 3 text 2 4; list 0 3 text 1 6", NULL, 0, 0},
	    {WR_OP_LIST, "opt never; opt int 1 2", NULL, 0, 0},
	    {WR_OP_CONCAT, "list 1 2 int 0 1; list 3 4 int 5 6", NULL, 0, 0},
	    {WR_OP_INT, "text 0 9", NULL, 0, 0},
	    {WR_OP_MATCH, "bool | int 0 1 | int 5 8", NULL, 0, 0},
	    {WR_OP_NOT, "int 0 1", NULL, 0, 0},
	    {WR_OP_TRY, "| int 0 1; int 5 8", NULL, 0, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (uint32_t room = 0; room < 8; room++) {
			struct typed x;
			struct typed_node n;
			enum wr_status s;

			typed_begin(&x);
			typed_node(&x, &n, cases[i].op, 0, 0, cases[i].operands);
			while (x.types.room - x.types.len > room)
				(void)wr_types_add(&x.types, (struct wr_type){ .kind = WR_TYPE_BOOL });
			x.arena.max = x.arena.used; /* the next time the table grows it fails */
			s = wr_infer(&n.in);
			cr_assert(s == WR_OK || s == WR_NOMEM ||
				  (s == WR_REFUSED && cases[i].op == WR_OP_NOT));
			cr_assert(room > 0 || s != WR_OK);
			typed_finish(&x);
		}
}
