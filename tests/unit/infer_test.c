/*
 * Inference: what each operation gives, with exact bounds, and what it refuses; then the same
 * against the evaluator, so that no value is outside the type that was promised.
 */
#include "vm/format/infer.h"

#include "vm/base/buf.h"
#include "vm/base/number.h"
#include "vm/for_compiler.h"

#include "tests/support/failing_alloc.h"

#include <criterion/criterion.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(infer, .timeout = 60);

#define OPERANDS 8

struct fixture {
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_types types;
	uint32_t record, plain, loaded;
	const char *at; /* of a description being read */
};

static struct wr_member record_members[] = { { .name = { "a", 1 } }, { .name = { "b", 1 } } };
static struct wr_member plain_members[] = {
	{ .name = { "no", 2 }, .type = WR_NONE }, { .name = { "maybe", 5 }, .type = WR_NONE },
};
static struct wr_member loaded_members[] = { { .name = { "pay", 3 } }, { .name = { "deny", 4 }, .type = WR_NONE } };

/* R { a: int 0..9, b: text ..5? }; P = no | maybe; D = pay(int 0..9) | deny */
static void
begin(struct fixture *x)
{
	struct wr_type t = { .kind = WR_TYPE_RECORD, .name = WR_TEXT("R"), .members = record_members, .members_len = 2 };

	failing_alloc_init(&x->f);
	wr_arena_init(&x->arena, &x->f.hook, 1 << 28);
	wr_types_init(&x->types, &x->arena);
	loaded_members[0].type = record_members[0].type = wr_type_int(&x->types, 0, 9);
	record_members[1].type = wr_type_option(&x->types, wr_type_text(&x->types, 0, 5));
	x->record = wr_types_add(&x->types, t);
	t = (struct wr_type){ .kind = WR_TYPE_VARIANTS, .name = WR_TEXT("P"), .members = plain_members, .members_len = 2 };
	x->plain = wr_types_add(&x->types, t);
	t.name = WR_TEXT("D");
	t.members = loaded_members;
	x->loaded = wr_types_add(&x->types, t);
}

static void
finish(struct fixture *x)
{
	wr_arena_free(&x->arena);
	cr_assert_eq(x->f.live_bytes, 0);
}

static bool
skip(struct fixture *x, const char *word)
{
	size_t size = strlen(word);

	while (*x->at == ' ')
		x->at++;
	if (strncmp(x->at, word, size) != 0)
		return false;
	x->at += size;
	return true;
}

static int64_t
integer(struct fixture *x)
{
	char *end;
	int64_t n = strtoll(x->at, &end, 10);

	cr_assert_neq(end, x->at, "an integer is wanted: %s", x->at);
	x->at = end;
	return n;
}

static double
number(struct fixture *x)
{
	char *end;
	double n;

	if (skip(x, "max"))
		return DBL_MAX;
	if (skip(x, "-max"))
		return -DBL_MAX;
	n = strtod(x->at, &end);
	cr_assert_neq(end, x->at, "a number is wanted: %s", x->at);
	x->at = end;
	return n;
}

/* int 0 9 | text 0 5 | number 0 1 | bool | never | opt TYPE | list 0 8 TYPE | R | P | D */
static uint32_t
type(struct fixture *x)
{
	int64_t lo, hi;
	double from;

	if (skip(x, "opt"))
		return wr_type_option(&x->types, type(x));
	if (skip(x, "int")) {
		lo = integer(x);
		return wr_type_int(&x->types, lo, integer(x));
	}
	if (skip(x, "text")) {
		lo = integer(x);
		return wr_type_text(&x->types, lo, integer(x));
	}
	if (skip(x, "number")) {
		from = number(x);
		return wr_type_number(&x->types, from, number(x));
	}
	if (skip(x, "list")) {
		lo = integer(x);
		hi = integer(x);
		return wr_type_list(&x->types, type(x), lo, hi);
	}
	if (skip(x, "bool"))
		return wr_type_bool(&x->types);
	if (skip(x, "never"))
		return wr_type_never(&x->types);
	if (skip(x, "R"))
		return x->record;
	if (skip(x, "P"))
		return x->plain;
	cr_assert(skip(x, "D"), "a type is wanted: %s", x->at);
	return x->loaded;
}

struct node {
	uint32_t operands[OPERANDS], roots[OPERANDS];
	struct wr_value values[OPERANDS];
	const struct wr_value *constants[OPERANDS];
	struct wr_infer in;
};

/* TYPE, or `= 5`, `= 0.5`, `= "text"`: a constant. */
static void
operand(struct fixture *x, struct node *n)
{
	uint32_t i = n->in.operands_len++;
	struct wr_value *v = &n->values[i];

	if (!skip(x, "=")) {
		n->operands[i] = type(x);
		return;
	}
	if (skip(x, "\"")) {
		const char *end = strchr(x->at, '"');

		*v = wr_value_of_text((struct wr_text){ x->at, (size_t)(end - x->at) });
		n->operands[i] = wr_type_text(&x->types, v->len, v->len);
		x->at = end + 1;
	} else {
		size_t size = strcspn(x->at += strspn(x->at, " "), " ;|");

		if (memchr(x->at, '.', size) != NULL) {
			*v = wr_value_of_number(number(x));
			n->operands[i] = wr_type_number(&x->types, v->as.number, v->as.number);
		} else {
			*v = wr_value_of_int(integer(x));
			n->operands[i] = wr_type_int(&x->types, v->as.integer, v->as.integer);
		}
	}
	n->constants[i] = v;
}

/* Operands between `;`, then roots after `|`. */
static void
read_node(struct fixture *x, struct node *n, enum wr_op op, uint32_t index, uint32_t t, const char *text)
{
	*n = (struct node){ .in = { .types = &x->types, .op = op, .index = index, .type = t } };
	n->in.operands = n->operands;
	n->in.constants = n->constants;
	n->in.roots = n->roots;
	x->at = text;
	while (*x->at != '\0' && *x->at != '|') {
		operand(x, n);
		while (*x->at == ' ' || *x->at == ';')
			x->at++;
	}
	while (skip(x, "|") || skip(x, ";"))
		n->roots[n->in.roots_len++] = type(x);
}

struct infer_case {
	enum wr_op op;
	const char *operands;
	const char *want; /* the type; or `!WHY operand` */
	uint32_t index;
	char nominal;     /* R, P, D: the type of RECORD and VARIANT */
};

static const char *const whys[] = {
	[WR_WHY_SHAPE] = "SHAPE", [WR_WHY_RANGE] = "RANGE", [WR_WHY_OVERFLOW] = "OVERFLOW", [WR_WHY_ZERO] = "ZERO",
	[WR_WHY_CONSTANT] = "CONSTANT", [WR_WHY_JOIN] = "JOIN", [WR_WHY_PRINT] = "PRINT",
	[WR_WHY_ABSENT] = "ABSENT", [WR_WHY_TOO_LONG] = "TOO_LONG", [WR_WHY_MEMBER] = "MEMBER",
};

static void
expect_all(const struct infer_case *cases, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const struct infer_case *c = &cases[i];
		struct fixture x;
		struct node n;
		struct wr_buf got;
		enum wr_status s;

		begin(&x);
		read_node(&x, &n, c->op, c->index, c->nominal == 'R' ? x.record : c->nominal == 'P' ? x.plain : x.loaded,
		    c->operands);
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
		cr_expect_str_eq(got.at, c->want, "%s of %s\n  wanted %s\n  got    %s", wr_op_info(c->op)->name,
		    c->operands, c->want, got.at);
		wr_buf_free(&got);
		finish(&x);
	}
}

#define ALL(cases) expect_all(cases, sizeof(cases) / sizeof *(cases))
#define I64_MIN "-9223372036854775808"
#define I64_MAX "9223372036854775807"

Test(infer, ints_have_exact_intervals)
{
	static const struct infer_case cases[] = {
		{ WR_OP_ADD, "int 1 9; int -5 5", "int -4..14", 0, 0 },
		{ WR_OP_ADD, "int 0 " I64_MAX "; int 0 0", "int 0..9_223_372_036_854_775_807", 0, 0 },
		{ WR_OP_ADD, "int 0 " I64_MAX "; int 0 1", "!OVERFLOW", 0, 0 },
		{ WR_OP_ADD, "int " I64_MIN " 0; int -1 0", "!OVERFLOW", 0, 0 },
		{ WR_OP_SUB, "int 1 9; int -5 5", "int -4..14", 0, 0 },
		{ WR_OP_SUB, "int 0 0; int " I64_MIN " 0", "!OVERFLOW", 0, 0 },
		{ WR_OP_SUB, "int -1 -1; int " I64_MIN " " I64_MIN, "int 9_223_372_036_854_775_807..9_223_372_036_854_775_807", 0, 0 },
		{ WR_OP_MUL, "int -3 4; int -5 6", "int -20..24", 0, 0 },
		{ WR_OP_MUL, "int -3 -2; int -5 -4", "int 8..15", 0, 0 },
		{ WR_OP_MUL, "int 4294967296 4294967296; int 2147483647 2147483648", "!OVERFLOW", 0, 0 },
		{ WR_OP_MUL, "int 4294967296 4294967296; int -2147483648 2147483647",
		  "int -9_223_372_036_854_775_808..9_223_372_032_559_808_512", 0, 0 },
		{ WR_OP_MUL, "int " I64_MIN " " I64_MIN "; int " I64_MIN " " I64_MIN, "!OVERFLOW", 0, 0 },
		{ WR_OP_NEG, "int -3 4", "int -4..3", 0, 0 },
		{ WR_OP_NEG, "int " I64_MIN " 0", "!OVERFLOW", 0, 0 },
		{ WR_OP_DIV, "int -7 7; int 2 3", "int -3..3", 0, 0 },
		{ WR_OP_DIV, "int -7 9; int -3 -2", "int -4..3", 0, 0 },
		{ WR_OP_DIV, "int 0 9; int 0 3", "!ZERO 1", 0, 0 },
		{ WR_OP_DIV, "int 0 9; int -1 1", "!ZERO 1", 0, 0 },
		{ WR_OP_DIV, "int 0 9; int -3 0", "!ZERO 1", 0, 0 },
		{ WR_OP_DIV, "int " I64_MIN " 0; int -1 -1", "!OVERFLOW", 0, 0 },
		{ WR_OP_MOD, "int -7 70; int 3 5", "int -4..4", 0, 0 },
		{ WR_OP_MOD, "int 0 2; int 3 5", "int 0..2", 0, 0 },
		{ WR_OP_MOD, "int 7 70; int -5 -3", "int 0..4", 0, 0 },
		{ WR_OP_MOD, "int -70 -7; int 1 1", "int 0..0", 0, 0 },
		{ WR_OP_MOD, "int " I64_MIN " 0; int " I64_MIN " -1", "int -9_223_372_036_854_775_807..0", 0, 0 },
		{ WR_OP_MOD, "int 0 9; int 0 3", "!ZERO 1", 0, 0 },
		{ WR_OP_ABS, "int -3 4", "int 0..4", 0, 0 },
		{ WR_OP_ABS, "int -5 4", "int 0..5", 0, 0 },
		{ WR_OP_ABS, "int -5 -4", "int 4..5", 0, 0 },
		{ WR_OP_ABS, "int 2 4", "int 2..4", 0, 0 },
		{ WR_OP_ABS, "int " I64_MIN " 0", "!OVERFLOW", 0, 0 },
		{ WR_OP_MIN, "int 0 9; int 5 7", "int 0..7", 0, 0 },
		{ WR_OP_MAX, "int 0 9; int 5 7", "int 5..9", 0, 0 },
		{ WR_OP_CLAMP, "int -99 99; = 0; = 10", "int 0..10", 0, 0 },
		{ WR_OP_CLAMP, "int 3 5; = 0; = 10", "int 3..5", 0, 0 },
		{ WR_OP_CLAMP, "int 20 30; = 0; = 10", "int 10..10", 0, 0 },
		{ WR_OP_CLAMP, "int -99 99; = 1; = 0", "!RANGE 2", 0, 0 },
		{ WR_OP_CLAMP, "int -99 99; int 0 0; = 10", "!CONSTANT 1", 0, 0 },
		{ WR_OP_CLAMP, "int -99 99; = 0; int 1 1", "!CONSTANT 2", 0, 0 },
		{ WR_OP_CLAMP, "int -99 99; = 0.0; = 10", "!SHAPE 1", 0, 0 },
		{ WR_OP_ADD, "int 0 1; number 0 1", "!SHAPE 1", 0, 0 },
		{ WR_OP_ADD, "text 0 1; text 0 1", "!SHAPE 0", 0, 0 },
		{ WR_OP_ADD, "opt int 0 1; int 0 1", "!ABSENT 0", 0, 0 },
		{ WR_OP_ADD, "int 0 1; opt int 0 1", "!ABSENT 1", 0, 0 },
		{ WR_OP_DIV, "number 1 2; number 1 2", "!SHAPE 0", 0, 0 },
		{ WR_OP_NUMBER, "int -3 4", "number -3..4", 0, 0 },
		{ WR_OP_NUMBER, "number 0 1", "!SHAPE 0", 0, 0 },
		{ WR_OP_INT, "text 0 9", "int -9_223_372_036_854_775_808..9_223_372_036_854_775_807?", 0, 0 },
	};

	ALL(cases);
}

Test(infer, numbers_round_and_saturate_as_the_machine_does)
{
	static const struct infer_case cases[] = {
		{ WR_OP_ADD, "number 0.1 0.1; number 0.2 0.2", "number 0.30000000000000004..0.30000000000000004", 0, 0 },
		{ WR_OP_ADD, "number -max max; number -max max", "number", 0, 0 },
		{ WR_OP_ADD, "number 1 max; number 1 max", "number 2..", 0, 0 },
		{ WR_OP_SUB, "number 0 1; number 0 0.5", "number -0.5..1", 0, 0 },
		{ WR_OP_SUB, "number 1 1; number 1 1", "number 0..0", 0, 0 },
		{ WR_OP_MUL, "number -2 3; number -5 4", "number -15..12", 0, 0 },
		{ WR_OP_MUL, "number -1 0; number 0 1", "number -1..0", 0, 0 },
		{ WR_OP_MUL, "number -max max; number -2 2", "number", 0, 0 },
		{ WR_OP_NEG, "number 0 1", "number -1..0", 0, 0 },
		{ WR_OP_QUOT, "number 1 2; number 4 8", "number 0.125..0.5", 0, 0 },
		{ WR_OP_QUOT, "number -1 2; number -4 -2", "number -1..0.5", 0, 0 },
		{ WR_OP_QUOT, "number 1 2; number 0 1", "!ZERO 1", 0, 0 },
		{ WR_OP_QUOT, "number 1 2; number -1 0", "!ZERO 1", 0, 0 },
		{ WR_OP_QUOT, "number 1 2; number 4.9e-324 1", "number 1..", 0, 0 },
		{ WR_OP_QUOT, "int 1 2; int 4 8", "!SHAPE 0", 0, 0 },
		{ WR_OP_ABS, "number -0.5 0.25", "number 0..0.5", 0, 0 },
		{ WR_OP_ABS, "number -0.5 -0.25", "number 0.25..0.5", 0, 0 },
		{ WR_OP_MIN, "number 0 1; number 0.5 0.75", "number 0..0.75", 0, 0 },
		{ WR_OP_MAX, "number 0 1; number 0.5 0.75", "number 0.5..1", 0, 0 },
		{ WR_OP_CLAMP, "number -max max; = 0.0; = 1.0", "number 0..1", 0, 0 },
		{ WR_OP_CLAMP, "number 0 1; = 1.0; = 0.0", "!RANGE 2", 0, 0 },
		{ WR_OP_CLAMP, "number 0 1; = 0; = 1", "!SHAPE 1", 0, 0 },
		{ WR_OP_ROUND, "number -2.5 2.5", "int -2..2", 0, 0 },
		{ WR_OP_ROUND, "number -1.5 1.5", "int -2..2", 0, 0 },
		{ WR_OP_ROUND, "number -0.5 0.5", "int 0..0", 0, 0 },
		{ WR_OP_ROUND, "number -0.50000000000000012 0.50000000000000012", "int -1..1", 0, 0 },
		{ WR_OP_ROUND, "number -9223372036854775808 9223372036854774784",
		  "int -9_223_372_036_854_775_808..9_223_372_036_854_774_784", 0, 0 },
		{ WR_OP_ROUND, "number 0 9223372036854775808", "!RANGE 0", 0, 0 },
		{ WR_OP_ROUND, "number -9223372036854777856 0", "!RANGE 0", 0, 0 },
		{ WR_OP_ROUND, "int 0 1", "!SHAPE 0", 0, 0 },
		{ WR_OP_SUM, "list 0 3 number 0 1", "number 0..3", 0, 0 },
		{ WR_OP_SUM, "list 2 3 number -1 2", "number -3..6", 0, 0 },
		{ WR_OP_SUM, "list 2 3 number 1 2", "number 2..6", 0, 0 },
		{ WR_OP_SUM, "list 2 3 number -2 -1", "number -6..-2", 0, 0 },
		{ WR_OP_SUM, "list 0 3 number -max max", "number", 0, 0 },
	};

	ALL(cases);
}

Test(infer, bools_and_comparisons_need_what_they_say)
{
	static const struct infer_case cases[] = {
		{ WR_OP_NOT, "bool", "bool", 0, 0 }, { WR_OP_NOT, "int 0 1", "!SHAPE 0", 0, 0 },
		{ WR_OP_NOT, "opt bool", "!ABSENT 0", 0, 0 },
		{ WR_OP_AND, "bool; bool", "bool", 0, 0 }, { WR_OP_OR, "bool; text 0 1", "!SHAPE 1", 0, 0 },
		{ WR_OP_LT, "int 0 1; int 5 6", "bool", 0, 0 }, { WR_OP_LE, "text 0 1; text 5 6", "bool", 0, 0 },
		{ WR_OP_LT, "number 0 1; number 5 6", "bool", 0, 0 }, { WR_OP_LT, "int 0 1; number 5 6", "!SHAPE 1", 0, 0 },
		{ WR_OP_LT, "text 0 1; int 5 6", "!SHAPE 1", 0, 0 }, { WR_OP_LT, "bool; bool", "!SHAPE 0", 0, 0 },
		{ WR_OP_EQ, "int 0 1; int 5 6", "bool", 0, 0 }, { WR_OP_EQ, "R; R", "bool", 0, 0 },
		{ WR_OP_EQ, "R; D", "!JOIN 1", 0, 0 }, { WR_OP_EQ, "int 0 1; opt int 0 1", "!JOIN 1", 0, 0 },
		{ WR_OP_EQ, "opt int 0 1; opt int 3 4", "bool", 0, 0 },
		{ WR_OP_EQ, "opt int 0 1; opt never", "!SHAPE 1", 0, 0 }, /* x == none is a MATCH */
		{ WR_OP_EQ, "opt never; opt int 0 1", "!SHAPE 0", 0, 0 },
		{ WR_OP_EQ, "list 0 2 int 0 1; list 0 0 never", "bool", 0, 0 },
		{ WR_OP_EQ, "list 0 2 opt int 0 1; list 1 1 opt never", "bool", 0, 0 },
		{ WR_OP_EQ, "list 0 2 int 0 1; list 0 2 text 0 1", "!JOIN 1", 0, 0 },
		{ WR_OP_REQUIRE, "bool; text 0 9", "bool", 0, 0 }, { WR_OP_REQUIRE, "text 0 9; bool", "!SHAPE 0", 0, 0 },
		{ WR_OP_REQUIRE, "bool; opt text 0 9", "!ABSENT 1", 0, 0 },
	};

	ALL(cases);
}

Test(infer, texts_have_bounds_in_bytes)
{
	static const struct infer_case cases[] = {
		{ WR_OP_TEMPLATE, "text 1 9; text 2 5", "text 3..14", 0, 0 },
		{ WR_OP_TEMPLATE, "int 0 1; number 0 1; bool; P", "text 8..55", 0, 0 },
		{ WR_OP_TEMPLATE, "text 0 1048576", "text ..1_048_576", 0, 0 },
		{ WR_OP_TEMPLATE, "text 0 1048576; text 0 1", "!TOO_LONG", 0, 0 },
		{ WR_OP_TEMPLATE, "text 0 1; R", "!PRINT 1", 0, 0 }, { WR_OP_TEMPLATE, "D", "!PRINT 0", 0, 0 },
		{ WR_OP_TEMPLATE, "list 0 1 text 0 1", "!PRINT 0", 0, 0 },
		{ WR_OP_TEMPLATE, "text 0 1; opt text 0 1", "!ABSENT 1", 0, 0 },
		{ WR_OP_JSON, "R", "text 1..63", 0, 0 }, { WR_OP_JSON, "opt bool", "text 1..5", 0, 0 },
		{ WR_OP_JSON, "text 0 174762", "text 1..1_048_574", 0, 0 }, { WR_OP_JSON, "text 0 174763", "!TOO_LONG", 0, 0 },
		{ WR_OP_LENGTH, "text 2 9", "int 2..9", 0, 0 }, { WR_OP_LENGTH, "list 1 3 bool", "int 1..3", 0, 0 },
		{ WR_OP_LENGTH, "int 0 1", "!SHAPE 0", 0, 0 }, { WR_OP_LENGTH, "opt text 0 1", "!ABSENT 0", 0, 0 },
		{ WR_OP_LOWER, "text 2 9", "text 2..9", 0, 0 }, { WR_OP_UPPER, "int 0 1", "!SHAPE 0", 0, 0 },
		{ WR_OP_TRIM, "text 2 9", "text ..9", 0, 0 },
		{ WR_OP_STARTS_WITH, "text 2 9; text 0 1", "bool", 0, 0 }, { WR_OP_ENDS_WITH, "text 2 9; bool", "!SHAPE 1", 0, 0 },
		{ WR_OP_REPLACE, "text 0 9; = \"ab\"; text 0 1", "text ..9", 0, 0 },
		{ WR_OP_REPLACE, "text 4 9; = \"ab\"; text 0 0", "text ..9", 0, 0 },
		{ WR_OP_REPLACE, "text 5 9; = \"ab\"; text 0 0", "text ..9", 0, 0 },
		{ WR_OP_REPLACE, "text 5 5; = \"ab\"; text 0 0", "text 1..5", 0, 0 },
		{ WR_OP_REPLACE, "text 5 9; = \"ab\"; text 1 1", "text 3..9", 0, 0 },
		{ WR_OP_REPLACE, "text 5 9; = \"ab\"; text 2 4", "text 5..17", 0, 0 },
		{ WR_OP_REPLACE, "text 0 524288; = \"a\"; text 0 2", "text ..1_048_576", 0, 0 },
		{ WR_OP_REPLACE, "text 0 524289; = \"a\"; text 0 2", "!TOO_LONG", 0, 0 },
		{ WR_OP_REPLACE, "text 0 9; = \"\"; text 0 1", "!CONSTANT 1", 0, 0 },
		{ WR_OP_REPLACE, "text 0 9; text 1 1; text 0 1", "!CONSTANT 1", 0, 0 },
		{ WR_OP_SPLIT, "text 0 9; = \",\"; = 4", "[text ..9] 1..4", 0, 0 },
		{ WR_OP_SPLIT, "text 0 9; = \", \"; = 40", "[text ..9] 1..5", 0, 0 },
		{ WR_OP_SPLIT, "text 0 9; = \",\"; = 0", "!RANGE 2", 0, 0 },
		{ WR_OP_SPLIT, "text 0 9; = \",\"; = 65536", "!RANGE 2", 0, 0 },
		{ WR_OP_SPLIT, "text 0 9; = \",\"; int 1 1", "!CONSTANT 2", 0, 0 },
		{ WR_OP_SPLIT, "text 0 9; = \"\"; = 3", "!CONSTANT 1", 0, 0 },
		{ WR_OP_JOIN, "list 2 3 text 1 5; text 2 2", "text 4..19", 0, 0 },
		{ WR_OP_JOIN, "list 0 3 text 1 5; text 2 2", "text ..19", 0, 0 },
		{ WR_OP_JOIN, "list 0 0 never; text 2 2", "text ..0", 0, 0 },
		{ WR_OP_JOIN, "list 0 65535 text 0 16; text 0 0", "text ..1_048_560", 0, 0 },
		{ WR_OP_JOIN, "list 0 65535 text 0 16; text 0 1", "!TOO_LONG", 0, 0 },
		{ WR_OP_JOIN, "list 0 3 int 0 1; text 2 2", "!SHAPE 0", 0, 0 },
		{ WR_OP_JOIN, "list 0 3 opt text 0 1; text 2 2", "!SHAPE 0", 0, 0 },
		{ WR_OP_NUMBERED, "list 1 2 text 0 5", "text 3..17", 0, 0 },
		{ WR_OP_NUMBERED, "list 0 10 text 0 0", "text ..40", 0, 0 },
		{ WR_OP_TRUNCATE, "text 0 900; = 40", "text ..40", 0, 0 },
		{ WR_OP_TRUNCATE, "text 5 900; = 40", "text 5..40", 0, 0 },
		{ WR_OP_TRUNCATE, "text 39 900; = 40", "text 37..40", 0, 0 },
		{ WR_OP_TRUNCATE, "text 40 40; = 40", "text 40..40", 0, 0 },
		{ WR_OP_TRUNCATE, "text 5 900; int 0 40", "text ..40", 0, 0 },
		{ WR_OP_TRUNCATE, "text 5 900; int -1 40", "!RANGE 1", 0, 0 },
		{ WR_OP_SLICE, "text 5 900; = 2; = 7", "text ..5", 0, 0 },
		{ WR_OP_SLICE, "text 5 900; = 7; = 2", "text ..0", 0, 0 },
		{ WR_OP_SLICE, "list 5 9 bool; = 2; = 7", "[bool] 3..5", 0, 0 },
		{ WR_OP_SLICE, "list 5 9 bool; = 2; = 70", "[bool] 3..7", 0, 0 },
		{ WR_OP_SLICE, "list 5 9 bool; int 0 2; int 4 " I64_MAX, "[bool] 2..9", 0, 0 },
		{ WR_OP_SLICE, "list 5 9 bool; int 0 " I64_MAX "; int 0 " I64_MAX, "[bool] ..9", 0, 0 },
		{ WR_OP_SLICE, "list 5 9 bool; int -1 2; int 4 5", "!RANGE 1", 0, 0 },
		{ WR_OP_SLICE, "int 0 9; int 1 2; int 4 5", "!SHAPE 0", 0, 0 },
		{ WR_OP_FENCED, "text 0 0", "text 8..8", 0, 0 }, { WR_OP_FENCED, "text 1 9", "text 9..31", 0, 0 },
		{ WR_OP_CONTAINS, "text 0 9; text 0 9", "bool", 0, 0 }, { WR_OP_CONTAINS, "text 0 9; int 0 9", "!SHAPE 1", 0, 0 },
		{ WR_OP_CONTAINS, "list 0 9 int 0 1; int 5 6", "bool", 0, 0 },
		{ WR_OP_CONTAINS, "list 0 9 int 0 1; opt int 5 6", "!ABSENT 1", 0, 0 },
		{ WR_OP_CONTAINS, "list 0 9 R; D", "!SHAPE 1", 0, 0 }, { WR_OP_CONTAINS, "int 0 9; int 0 9", "!SHAPE 0", 0, 0 },
	};

	ALL(cases);
}

Test(infer, lists_have_bounds_in_items)
{
	static const struct infer_case cases[] = {
		{ WR_OP_LIST, "int 0 1; int 5 9", "[int 0..9] 2..2", 0, 0 },
		{ WR_OP_LIST, "opt never; opt int 1 2", "[int 1..2?] 2..2", 0, 0 },
		{ WR_OP_LIST, "list 0 0 never; list 1 2 R", "[[R] ..2] 2..2", 0, 0 },
		{ WR_OP_LIST, "R; R; D", "!JOIN 2", 0, 0 }, { WR_OP_LIST, "int 0 1; opt int 0 1", "!JOIN 1", 0, 0 },
		{ WR_OP_CONCAT, "list 1 2 int 0 1; list 3 4 int 5 6", "[int 0..6] 4..6", 0, 0 },
		{ WR_OP_CONCAT, "list 0 65535 bool; list 0 0 bool", "[bool]", 0, 0 },
		{ WR_OP_CONCAT, "list 0 65535 bool; list 0 1 bool", "!TOO_LONG", 0, 0 },
		{ WR_OP_CONCAT, "list 1 2 int 0 1; list 3 4 bool", "!JOIN 1", 0, 0 },
		{ WR_OP_CONCAT, "text 1 2; text 1 2", "!SHAPE 0", 0, 0 },
		{ WR_OP_SUM, "list 0 5 int 1 9", "int 0..45", 0, 0 }, { WR_OP_SUM, "list 2 5 int 1 9", "int 2..45", 0, 0 },
		{ WR_OP_SUM, "list 2 5 int -3 -1", "int -15..-2", 0, 0 }, { WR_OP_SUM, "list 2 5 int -3 9", "int -15..45", 0, 0 },
		{ WR_OP_SUM, "list 0 2 int 0 " I64_MAX, "!OVERFLOW", 0, 0 }, { WR_OP_SUM, "list 0 2 bool", "!SHAPE 0", 0, 0 },
		{ WR_OP_SUM, "list 0 0 never", "!SHAPE 0", 0, 0 },
		{ WR_OP_ANY, "list 0 5 bool", "bool", 0, 0 }, { WR_OP_ALL, "list 0 5 int 0 1", "!SHAPE 0", 0, 0 },
		{ WR_OP_FIRST, "list 1 5 R", "R?", 0, 0 }, { WR_OP_LAST, "list 1 5 opt R", "!SHAPE 0", 0, 0 },
		{ WR_OP_FIRST, "opt list 1 5 R", "!ABSENT 0", 0, 0 },
		{ WR_OP_TAKE, "list 1 5 R; = 3", "[R] 1..3", 0, 0 }, { WR_OP_TAIL, "list 4 5 R; = 3", "[R] 3..3", 0, 0 },
		{ WR_OP_TAKE, "list 1 5 R; int 0 99", "[R] ..5", 0, 0 }, { WR_OP_TAKE, "list 1 5 R; int -1 9", "!RANGE 1", 0, 0 },
		{ WR_OP_UNIQUE, "list 3 5 R", "[R] 1..5", 0, 0 }, { WR_OP_UNIQUE, "list 0 5 R", "[R] ..5", 0, 0 },
		{ WR_OP_FLATTEN, "list 2 3 list 1 4 R", "[R] 2..12", 0, 0 },
		{ WR_OP_FLATTEN, "list 0 256 list 0 256 R", "!TOO_LONG", 0, 0 }, { WR_OP_FLATTEN, "list 0 2 R", "!SHAPE 0", 0, 0 },
		{ WR_OP_REVERSE, "list 2 3 R", "[R] 2..3", 0, 0 }, { WR_OP_REVERSE, "text 0 3", "!SHAPE 0", 0, 0 },
		{ WR_OP_PRESENT, "list 2 3 opt R", "[R] ..3", 0, 0 }, { WR_OP_PRESENT, "list 2 3 R", "!SHAPE 0", 0, 0 },
	};

	ALL(cases);
}

Test(infer, records_variants_options_and_choice)
{
	static const struct infer_case cases[] = {
		{ WR_OP_FIELD, "R", "int 0..9", 0, 0 }, { WR_OP_FIELD, "R", "text ..5?", 1, 0 },
		{ WR_OP_FIELD, "R", "!MEMBER", 2, 0 }, { WR_OP_FIELD, "D", "!SHAPE 0", 0, 0 }, { WR_OP_FIELD, "opt R", "!ABSENT 0", 0, 0 },
		{ WR_OP_RECORD, "int 0 9; opt text 0 5", "R", 0, 'R' },
		{ WR_OP_RECORD, "int 3 4; opt never", "R", 0, 'R' },
		{ WR_OP_RECORD, "int 0 10; opt text 0 5", "!RANGE 0", 0, 'R' },
		{ WR_OP_RECORD, "int 0 9; opt text 0 6", "!RANGE 1", 0, 'R' },
		{ WR_OP_RECORD, "int 0 9; text 0 5", "!SHAPE 1", 0, 'R' },
		{ WR_OP_RECORD, "opt int 0 9; opt text 0 5", "!ABSENT 0", 0, 'R' },
		{ WR_OP_RECORD, "int 0 9", "!MEMBER", 0, 'R' }, { WR_OP_RECORD, "int 0 9; opt text 0 5", "!MEMBER", 0, 'D' },
		{ WR_OP_VARIANT, "int 0 9", "D", 0, 'D' }, { WR_OP_VARIANT, "int 0 10", "!RANGE 0", 0, 'D' },
		{ WR_OP_VARIANT, "int 0 9", "!MEMBER", 1, 'D' }, { WR_OP_VARIANT, "int 0 9", "!MEMBER", 2, 'D' },
		{ WR_OP_VARIANT, "int 0 9", "!MEMBER", 0, 'R' },
		{ WR_OP_SOME, "R", "R?", 0, 0 }, { WR_OP_SOME, "opt R", "!SHAPE 0", 0, 0 },
		{ WR_OP_DROP, "opt R", "R?", 0, 0 },
		{ WR_OP_MATCH, "bool | int 0 1 | int 5 9", "int 0..9", 0, 0 },
		{ WR_OP_MATCH, "opt R | opt R | opt never", "R?", 0, 0 }, { WR_OP_MATCH, "D | R | R", "R", 0, 0 },
		{ WR_OP_MATCH, "D | R | D", "!JOIN 1", 0, 0 }, { WR_OP_MATCH, "bool | R | opt R", "!JOIN 1", 0, 0 },
		{ WR_OP_MATCH, "D | R", "!SHAPE", 0, 0 }, { WR_OP_MATCH, "bool | R | R | R", "!SHAPE", 0, 0 },
		{ WR_OP_MATCH, "int 0 1 | R | R", "!SHAPE", 0, 0 },
		{ WR_OP_FOR, "list 2 3 R | int 0 1", "[int 0..1] 2..3", 0, 0 },
		{ WR_OP_FOR, "list 2 3 R | int 0 1; bool", "[int 0..1] ..3", WR_FOR_WHERE, 0 },
		{ WR_OP_FOR, "list 2 3 R | int 0 1; text 0 5", "!SHAPE 1", WR_FOR_WHERE, 0 },
		{ WR_OP_FOR, "list 2 3 R | int 0 1; text 0 5", "[int 0..1] 2..3", WR_FOR_SORT, 0 },
		{ WR_OP_FOR, "list 2 3 R | int 0 1; R", "!SHAPE 1", WR_FOR_SORT | WR_FOR_DESC, 0 },
		{ WR_OP_FOR, "list 2 3 R | R; bool; number 0 1", "[R] ..3", WR_FOR_WHERE | WR_FOR_SORT, 0 },
		{ WR_OP_FOR, "list 2 3 R | R; bool; opt number 0 1", "!SHAPE 2", WR_FOR_WHERE | WR_FOR_SORT, 0 },
		{ WR_OP_FOR, "list 2 3 R | R; bool", "!SHAPE", 0, 0 }, { WR_OP_FOR, "R | R", "!SHAPE", 0, 0 },
		{ WR_OP_FOR, "opt list 0 1 R | R", "!ABSENT", 0, 0 },
		{ WR_OP_ADD, "never; int 0 1", "nothing", 0, 0 }, /* inside a for over [] */
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
		{ WR_OP_MATCH, "D", 0, 0, "int 0..9", 2 }, { WR_OP_MATCH, "D", 1, 0, NULL, 2 },
		{ WR_OP_MATCH, "D", 0, 1, NULL, 2 }, { WR_OP_MATCH, "D", 2, 0, NULL, 2 },
		{ WR_OP_MATCH, "opt R", 0, 0, "R", 2 }, { WR_OP_MATCH, "opt R", 1, 0, NULL, 2 },
		{ WR_OP_MATCH, "bool", 0, 0, NULL, 2 }, { WR_OP_MATCH, "int 0 1", 0, 0, NULL, 0 },
		{ WR_OP_FOR, "list 0 5 R", 0, 0, "R", 0 }, { WR_OP_FOR, "list 0 5 R", 0, 1, "int 0..4", 0 },
		{ WR_OP_FOR, "list 0 0 never", 0, 1, "int 0..0", 0 }, { WR_OP_FOR, "list 0 5 R", 0, 2, NULL, 0 },
		{ WR_OP_FOR, "R", 0, 0, NULL, 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture x;
		struct wr_buf buf;
		uint32_t t, bound = 0;

		begin(&x);
		wr_buf_init(&buf, &x.f.hook, 512);
		x.at = cases[i].operand;
		t = type(&x);
		cr_expect_eq(wr_match_arms(&x.types, t), cases[i].arms);
		cr_assert_eq(wr_bind_type(&x.types, cases[i].owner, t, cases[i].arm, cases[i].index, &bound), WR_OK);
		cr_expect_eq(bound == WR_NONE, cases[i].want == NULL, "case %zu", i);
		if (bound != WR_NONE) {
			wr_type_print(&x.types, bound, &buf);
			cr_expect_str_eq(buf.at, cases[i].want);
		}
		wr_buf_free(&buf);
		finish(&x);
	}
}

/* Lists in lists end where a walk over the type must. */
Test(infer, no_type_is_deeper_than_a_walk)
{
	struct fixture x;
	struct node n;
	uint32_t deepest = 0;

	begin(&x);
	read_node(&x, &n, WR_OP_LIST, 0, 0, "bool");
	for (uint32_t walk = 2; walk <= WR_TYPE_WALK_MAX + 1; walk++) {
		enum wr_status s = wr_infer(&n.in);

		cr_assert_eq(s, walk <= WR_TYPE_WALK_MAX ? WR_OK : WR_REFUSED);
		if (s == WR_OK)
			n.operands[0] = deepest = n.in.result;
	}
	cr_assert_eq(n.in.why, WR_WHY_TOO_LONG);
	cr_assert_eq(x.types.at[deepest].walk, WR_TYPE_WALK_MAX);
	finish(&x);
}

/* ---- against the evaluator ------------------------------------------------------------ */

static uint64_t state;

static uint32_t
chance(uint32_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u; /* a fixed sequence: a failure comes again */
	return (uint32_t)(state >> 33) % below;
}

static int64_t
some_int(void)
{
	static const int64_t edges[] = { 0, 1, -1, 2, -2, 7, 10, -10, 100, INT64_MIN, INT64_MAX, INT64_MIN + 1,
		4294967296, -4294967296, 3037000500, 9007199254740993 };

	return chance(3) == 0 ? (int64_t)chance(41) - 20 : edges[chance(sizeof edges / sizeof *edges)];
}

static double
some_number(void)
{
	static const double edges[] = { 0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 1e-300, -1e-300, 5e-324, DBL_MAX,
		-DBL_MAX, 1e308, 9007199254740993.0, 0.49999999999999994, 4503599627370497.5, 1.0 / 3 };

	return edges[chance(sizeof edges / sizeof *edges)];
}

/* A value and a type that holds it, with room on either side at times; of one shape for a given kind. */
static struct wr_value
some_value(struct fixture *x, char kind, uint32_t *ret_type)
{
	static const char *const texts[] = { "", "a", "ab", "aba", "  x ", "\303\244\303\244", "```", "a,b,,c", "\xf0\x9f\x99\x82z", "12", "-7" };
	struct wr_value *items, v;
	uint32_t len, elem = 0, joined;

	switch (kind) {
	case 'i': {
		int64_t a = some_int(), b = some_int(), c = some_int(), lo = a < b ? a : b, hi = a < b ? b : a;

		if (chance(4) == 0)
			lo = hi = c;
		v = wr_value_of_int(c < lo ? lo : c > hi ? hi : c);
		*ret_type = wr_type_int(&x->types, lo, hi);
		return v;
	}
	case 'n': {
		double a = some_number(), b = some_number(), c = some_number(), lo = a < b ? a : b, hi = a < b ? b : a;

		if (chance(4) == 0)
			lo = hi = c;
		v = wr_value_of_number(c < lo ? lo : c > hi ? hi : c);
		*ret_type = wr_type_number(&x->types, lo, hi);
		return v;
	}
	case 't':
		v = wr_value_of_text(wr_text_of(texts[chance(sizeof texts / sizeof *texts)]));
		*ret_type = wr_type_text(&x->types, v.len - (v.len > 0 ? chance(v.len) : 0), v.len + chance(3));
		return v;
	case 'b':
		*ret_type = wr_type_bool(&x->types);
		return wr_value_of_bool(chance(2) == 0);
	case 'c': /* a count */
		v = wr_value_of_int(chance(9));
		*ret_type = wr_type_int(&x->types, v.as.integer - chance((uint32_t)v.as.integer + 1), v.as.integer + chance(4));
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
			items[i] = some_value(x, kind == 'L' ? 'I' : (char)(kind - 'A' + 'a'), &elem);
			cr_assert_eq(wr_type_join(&x->types, *ret_type, elem, &joined), WR_OK);
			*ret_type = joined;
		}
		if (len == 0)
			(void)some_value(x, kind == 'L' ? 'I' : (char)(kind - 'A' + 'a'), ret_type);
		*ret_type = wr_type_list(&x->types, *ret_type, len - chance(len + 1), len + chance(3));
		return (struct wr_value){ .kind = WR_VALUE_LIST, .len = len, .as.items = items };
	}
}

/*
 * For each operation and each shape of operands: values inside types, the inferred type, the value that the
 * machine computes. It must lie inside. A capital is a list, L a list of lists of ints; `!` before an
 * operand makes it a constant.
 */
Test(infer, holds_every_value_that_the_machine_computes)
{
	static const struct {
		enum wr_op op;
		const char *shape;
	} cases[] = {
		{ WR_OP_ADD, "ii" }, { WR_OP_ADD, "nn" }, { WR_OP_SUB, "ii" }, { WR_OP_SUB, "nn" }, { WR_OP_MUL, "ii" },
		{ WR_OP_MUL, "nn" }, { WR_OP_NEG, "i" }, { WR_OP_NEG, "n" }, { WR_OP_QUOT, "nn" }, { WR_OP_DIV, "ii" },
		{ WR_OP_MOD, "ii" }, { WR_OP_ABS, "i" }, { WR_OP_ABS, "n" }, { WR_OP_MIN, "ii" }, { WR_OP_MIN, "nn" },
		{ WR_OP_MAX, "ii" }, { WR_OP_MAX, "nn" }, { WR_OP_CLAMP, "i!i!i" }, { WR_OP_CLAMP, "n!n!n" },
		{ WR_OP_ROUND, "n" }, { WR_OP_NUMBER, "i" }, { WR_OP_INT, "t" }, { WR_OP_TEMPLATE, "tinb" },
		{ WR_OP_JSON, "t" }, { WR_OP_JSON, "i" }, { WR_OP_JSON, "n" }, { WR_OP_JSON, "T" }, { WR_OP_JSON, "O" },
		{ WR_OP_LENGTH, "t" }, { WR_OP_LENGTH, "I" }, { WR_OP_LOWER, "t" }, { WR_OP_TRIM, "t" },
		{ WR_OP_REPLACE, "t!tt" }, { WR_OP_SPLIT, "t!t!c" }, { WR_OP_JOIN, "Tt" }, { WR_OP_NUMBERED, "T" },
		{ WR_OP_TRUNCATE, "tc" }, { WR_OP_SLICE, "tcc" }, { WR_OP_SLICE, "Icc" }, { WR_OP_FENCED, "t" },
		{ WR_OP_CONCAT, "II" }, { WR_OP_SUM, "I" }, { WR_OP_SUM, "N" }, { WR_OP_FIRST, "I" }, { WR_OP_LAST, "T" },
		{ WR_OP_TAKE, "Ic" }, { WR_OP_TAIL, "Tc" }, { WR_OP_UNIQUE, "T" }, { WR_OP_FLATTEN, "L" },
		{ WR_OP_REVERSE, "I" }, { WR_OP_PRESENT, "O" }, { WR_OP_SOME, "i" }, { WR_OP_LIST, "iii" }, { WR_OP_EQ, "II" },
		{ WR_OP_CONTAINS, "Ii" },
	};

	state = 1;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int computed = 0;

		for (int round = 0; round < 400; round++) {
			struct fixture x;
			struct node n = { .in = { .op = cases[i].op } };
			struct wr_value got;
			uint32_t tight = 0;
			enum wr_status s;

			begin(&x);
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
					cr_assert_eq(wr_type_of_value(&x.types, n.values[k], n.operands[k], &n.operands[k]), WR_OK);
				}
			}
			s = wr_infer(&n.in);
			if (s == WR_OK) {
				struct wr_node node = { .op = (uint8_t)cases[i].op };

				cr_assert_eq(wr_fold(&x.types, &node, n.values, n.operands, n.in.operands_len, &x.arena, &got), WR_OK);
				cr_assert_eq(wr_type_of_value(&x.types, got, n.in.result, &tight), WR_OK);
				if (!wr_type_below(&x.types, tight, n.in.result)) {
					struct wr_buf buf;

					wr_buf_init(&buf, &x.f.hook, 4096);
					wr_type_print(&x.types, tight, &buf);
					wr_buf_str(&buf, " is not inside ");
					wr_type_print(&x.types, n.in.result, &buf);
					cr_assert_fail("%s(%s), round %d: %s", wr_op_info(cases[i].op)->name, cases[i].shape, round, buf.at);
				}
				computed++;
			}
			finish(&x);
		}
		cr_expect_geq(computed, 20, "%s(%s): %d", wr_op_info(cases[i].op)->name, cases[i].shape, computed);
	}
}

/* Small intervals, every pair of values: the inferred interval is reached at both ends. */
Test(infer, int_intervals_are_no_wider_than_they_must)
{
	static const enum wr_op ops[] = { WR_OP_ADD, WR_OP_SUB, WR_OP_MUL, WR_OP_DIV, WR_OP_MIN, WR_OP_MAX };

	for (size_t k = 0; k < sizeof ops / sizeof *ops; k++)
		for (int64_t a = -4; a <= 4; a++)
			for (int64_t b = a; b <= 4; b++)
				for (int64_t c = -4; c <= 4; c += 2)
					for (int64_t d = c; d <= 4; d++) {
						int64_t lo = INT64_MAX, hi = INT64_MIN;
						struct fixture x;
						struct node n;
						char text[64];

						if (ops[k] == WR_OP_DIV && c <= 0 && d >= 0)
							continue;
						begin(&x);
						snprintf(text, sizeof text, "int %d %d; int %d %d", (int)a, (int)b, (int)c, (int)d);
						read_node(&x, &n, ops[k], 0, 0, text);
						cr_assert_eq(wr_infer(&n.in), WR_OK);
						for (int64_t p = a; p <= b; p++)
							for (int64_t q = c; q <= d; q++) {
								int64_t r = ops[k] == WR_OP_ADD ? p + q : ops[k] == WR_OP_SUB ? p - q :
								    ops[k] == WR_OP_MUL ? p * q : ops[k] == WR_OP_DIV ? p / q :
								    ops[k] == WR_OP_MIN ? (p < q ? p : q) : (p > q ? p : q);

								lo = r < lo ? r : lo;
								hi = r > hi ? r : hi;
							}
						cr_assert(x.types.at[n.in.result].lo == lo && x.types.at[n.in.result].hi == hi, "%s of %s",
						    wr_op_info(ops[k])->name, text);
						finish(&x);
					}
}

Test(infer, survives_every_allocation_failure)
{
	static const struct infer_case cases[] = {
		{ WR_OP_ADD, "int 1 9; int -5 5", NULL, 0, 0 }, { WR_OP_SPLIT, "text 0 9; = \",\"; = 4", NULL, 0, 0 },
		{ WR_OP_LIST, "opt never; opt int 1 2", NULL, 0, 0 }, { WR_OP_CONCAT, "list 1 2 int 0 1; list 3 4 int 5 6", NULL, 0, 0 },
		{ WR_OP_INT, "text 0 9", NULL, 0, 0 }, { WR_OP_MATCH, "bool | int 0 1 | int 5 9", NULL, 0, 0 },
		{ WR_OP_NOT, "int 0 1", NULL, 0, 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (uint32_t room = 0; room < 8; room++) {
			struct fixture x;
			struct node n;
			enum wr_status s;

			begin(&x);
			read_node(&x, &n, cases[i].op, 0, 0, cases[i].operands);
			while (x.types.room - x.types.len > room)
				(void)wr_type_bool(&x.types);
			x.arena.max = x.arena.used; /* the next time the table grows it fails */
			s = wr_infer(&n.in);
			cr_assert(s == WR_OK || s == WR_NOMEM || (s == WR_REFUSED && cases[i].op == WR_OP_NOT));
			cr_assert(room > 0 || s != WR_OK);
			finish(&x);
		}
}
