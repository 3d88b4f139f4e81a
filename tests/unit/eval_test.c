/* Every pure operation, on values written as `'text'`, `1`, `1.5`, `true`, `none`, `[1, 2]`. */
#include "tests/support/failing_alloc.h"
#include "vm/base/number.h"
#include "vm/eval.h"
#include "vm/for_compiler.h"

#include <criterion/criterion.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(eval, .timeout = 60);

/* ---- notation ------------------------------------------------------------------------- */

struct notation {
	const char *at;
	struct wr_arena *arena;
};

static struct wr_value
read_one(struct notation *n)
{
	struct wr_value items[64];
	uint32_t len = 0;
	const char *from;
	struct wr_text t;
	double d;

	n->at += strspn(n->at, " ,");
	if (*n->at == '\'') {
		from = ++n->at;
		while (*n->at != '\'')
			n->at++;
		t = wr_arena_text(n->arena, (struct wr_text){ from, (size_t)(n->at++ - from) });
		return wr_value_of_text(t);
	}
	if (*n->at == '[') {
		struct wr_value v = { .kind = WR_VALUE_LIST }, *copy;

		for (n->at++; *n->at != ']'; n->at += strspn(n->at, " ,"))
			items[len++] = read_one(n);
		n->at++;
		copy = wr_arena_array(n->arena, len, sizeof *copy);
		memcpy(copy, items, len * sizeof *copy);
		v.len = len;
		v.as.items = copy;
		return v;
	}
	from = n->at;
	n->at += strcspn(n->at, " ,]");
	t = (struct wr_text){ from, (size_t)(n->at - from) };
	if (wr_text_eq(t, WR_TEXT("true")) || wr_text_eq(t, WR_TEXT("false")))
		return wr_value_of_bool(t.size == 4);
	if (wr_text_eq(t, WR_TEXT("none")))
		return wr_value_none();
	if (memchr(t.at, '.', t.size) != NULL || memchr(t.at, 'e', t.size) != NULL) {
		cr_assert(wr_number_parse(t, &d));
		return wr_value_of_number(d);
	}
	return wr_value_of_int(strtoll(from, NULL, 10));
}

static void
show(struct wr_value v, char *out)
{
	char room[32];

	out += strlen(out);
	switch ((enum wr_value_kind)v.kind) {
	case WR_VALUE_NONE:
		strcpy(out, "none");
		return;
	case WR_VALUE_TEXT:
		sprintf(out, "'%.*s'", (int)v.len, v.as.text);
		return;
	case WR_VALUE_LIST:
	case WR_VALUE_RECORD:
		strcpy(out, "[");
		for (uint32_t i = 0; i < v.len; i++) {
			strcat(out, i > 0 ? ", " : "");
			show(v.as.items[i], out);
		}
		strcat(out, "]");
		return;
	case WR_VALUE_VARIANT:
		sprintf(out, "#%u", v.len);
		return;
	case WR_VALUE_NUMBER: {
		struct wr_text t = wr_value_print(NULL, WR_NONE, v, room);

		sprintf(out, "%.*s%s", (int)t.size, t.at, memchr(t.at, '.', t.size) == NULL &&
		    memchr(t.at, 'e', t.size) == NULL ? ".0" : "");
		return;
	}
	default: {
		struct wr_text t = wr_value_print(NULL, WR_NONE, v, room);

		sprintf(out, "%.*s", (int)t.size, t.at);
	}
	}
}

static uint32_t
type_of(struct wr_types *types, struct wr_value v)
{
	switch ((enum wr_value_kind)v.kind) {
	case WR_VALUE_TEXT:
		return wr_type_text(types, 0, WR_TEXT_MAX);
	case WR_VALUE_INT:
		return wr_type_int(types, INT64_MIN, INT64_MAX);
	case WR_VALUE_NUMBER:
		return wr_type_number(types, -DBL_MAX, DBL_MAX);
	case WR_VALUE_BOOL:
		return wr_type_bool(types);
	case WR_VALUE_LIST:
		return wr_type_list(types, v.len == 0 ? wr_type_never(types) : type_of(types, v.as.items[0]),
		    0, WR_LIST_MAX);
	default:
		return wr_type_never(types);
	}
}

/* Fold one operation on operands in the notation. */
static enum wr_status
fold(const struct wr_alloc *alloc, enum wr_op op, const char *operands, char *out)
{
	struct wr_arena arena, made;
	struct wr_types types;
	struct wr_value v[8], got = { .kind = WR_VALUE_UNSET };
	uint32_t of[8], len = 0;
	struct wr_node node = { .op = (uint8_t)op };
	struct failing_alloc steady;
	struct notation n = { operands, &arena };
	enum wr_status s;

	failing_alloc_init(&steady);
	wr_arena_init(&arena, &steady.hook, SIZE_MAX / 2);
	wr_arena_init(&made, alloc, 64u << 20);
	wr_types_init(&types, &arena);
	for (; *n.at != '\0'; len++) {
		v[len] = read_one(&n);
		of[len] = type_of(&types, v[len]);
	}
	s = wr_fold(&types, &node, v, of, len, &made, &got);
	out[0] = '\0';
	if (s == WR_OK)
		show(got, out);
	wr_arena_free(&made);
	wr_arena_free(&arena);
	return s;
}

/* ---- operations ------------------------------------------------------------------------- */

static const struct {
	enum wr_op op;
	const char *operands, *result;
} cases[] = {
	{ WR_OP_NOT, "true", "false" },
	{ WR_OP_AND, "true, false", "false" }, { WR_OP_AND, "true, true", "true" },
	{ WR_OP_OR, "false, true", "true" }, { WR_OP_OR, "false, false", "false" },
	{ WR_OP_EQ, "1, 1", "true" }, { WR_OP_EQ, "'a', 'b'", "false" },
	{ WR_OP_EQ, "[1, [2]], [1, [2]]", "true" }, { WR_OP_EQ, "[1, 2], [1]", "false" },
	{ WR_OP_EQ, "none, none", "true" }, { WR_OP_EQ, "none, 1", "false" },
	{ WR_OP_EQ, "0.0, -0.0", "true" }, { WR_OP_EQ, "false, true", "false" },
	{ WR_OP_LT, "1, 2", "true" }, { WR_OP_LT, "2, 2", "false" }, { WR_OP_LE, "2, 2", "true" },
	{ WR_OP_LT, "'a', 'ab'", "true" }, { WR_OP_LT, "'b', 'ab'", "false" }, { WR_OP_LT, "'z', 'ä'", "true" },
	{ WR_OP_LT, "1.5, 1.6", "true" }, { WR_OP_LE, "'', ''", "true" },
	{ WR_OP_ADD, "1, 2", "3" }, { WR_OP_ADD, "0.1, 0.2", "0.30000000000000004" },
	{ WR_OP_ADD, "1.7976931348623157e308, 1.7976931348623157e308", "1.7976931348623157e+308" },
	{ WR_OP_SUB, "-1.7976931348623157e308, 1.7976931348623157e308", "-1.7976931348623157e+308" },
	{ WR_OP_SUB, "1, 3", "-2" }, { WR_OP_SUB, "1.5, 1.5", "0.0" },
	{ WR_OP_MUL, "-3, 4", "-12" }, { WR_OP_MUL, "-1.0, 0.0", "0.0" },
	{ WR_OP_NEG, "5", "-5" }, { WR_OP_NEG, "0.0", "0.0" }, { WR_OP_NEG, "1.5", "-1.5" },
	{ WR_OP_QUOT, "1.0, 3.0", "0.3333333333333333" }, { WR_OP_QUOT, "-0.0, 3.0", "0.0" },
	{ WR_OP_QUOT, "1e308, 1e-308", "1.7976931348623157e+308" },
	{ WR_OP_DIV, "7, 2", "3" }, { WR_OP_DIV, "-7, 2", "-3" }, { WR_OP_DIV, "7, -2", "-3" },
	{ WR_OP_MOD, "7, 2", "1" }, { WR_OP_MOD, "-7, 2", "-1" }, { WR_OP_MOD, "7, -2", "1" },
	{ WR_OP_MOD, "-9223372036854775808, -1", "0" },
	{ WR_OP_ABS, "-3", "3" }, { WR_OP_ABS, "-2.5", "2.5" }, { WR_OP_ABS, "4", "4" },
	{ WR_OP_MIN, "3, 2", "2" }, { WR_OP_MAX, "3, 2", "3" }, { WR_OP_MIN, "1.5, 2.5", "1.5" },
	{ WR_OP_CLAMP, "5, 0, 3", "3" }, { WR_OP_CLAMP, "-5, 0, 3", "0" }, { WR_OP_CLAMP, "2, 0, 3", "2" },
	{ WR_OP_CLAMP, "9.5, 0.0, 3.5", "3.5" }, { WR_OP_CLAMP, "-9.5, 0.0, 3.5", "0.0" },
	{ WR_OP_ROUND, "0.5", "0" }, { WR_OP_ROUND, "1.5", "2" }, { WR_OP_ROUND, "2.5", "2" },
	{ WR_OP_ROUND, "-0.5", "0" }, { WR_OP_ROUND, "-1.5", "-2" }, { WR_OP_ROUND, "-2.5", "-2" },
	{ WR_OP_ROUND, "2.6", "3" }, { WR_OP_ROUND, "-2.4", "-2" }, { WR_OP_ROUND, "0.49999999999999994", "0" },
	{ WR_OP_ROUND, "4503599627370497.5", "4503599627370498" }, { WR_OP_ROUND, "9007199254740993.0", "9007199254740992" },
	{ WR_OP_NUMBER, "3", "3.0" }, { WR_OP_NUMBER, "9007199254740993", "9007199254740992.0" },
	{ WR_OP_INT, "'12'", "12" }, { WR_OP_INT, "'-12'", "-12" }, { WR_OP_INT, "'0'", "0" },
	{ WR_OP_INT, "'-0'", "0" }, { WR_OP_INT, "'012'", "none" }, { WR_OP_INT, "''", "none" },
	{ WR_OP_INT, "'-'", "none" }, { WR_OP_INT, "'+1'", "none" }, { WR_OP_INT, "' 1'", "none" },
	{ WR_OP_INT, "'1x'", "none" }, { WR_OP_INT, "'9223372036854775807'", "9223372036854775807" },
	{ WR_OP_INT, "'9223372036854775808'", "none" }, { WR_OP_INT, "'-9223372036854775808'", "-9223372036854775808" },
	{ WR_OP_INT, "'-9223372036854775809'", "none" },
	{ WR_OP_TEMPLATE, "'a', 1, ' ', 1.5, true, -7", "'a1 1.5true-7'" }, { WR_OP_TEMPLATE, "1e21", "'1e+21'" },
	{ WR_OP_JSON, "'a\"b\\c'", "'\"a\\\"b\\\\c\"'" }, { WR_OP_JSON, "[1, 2]", "'[1,2]'" },
	{ WR_OP_LENGTH, "'äö'", "4" }, { WR_OP_LENGTH, "[1, 2, 3]", "3" },
	{ WR_OP_LOWER, "'AbZ[ÄÉ'", "'abz[ÄÉ'" }, { WR_OP_UPPER, "'aBz{äé'", "'ABZ{äé'" },
	{ WR_OP_TRIM, "' \t\r\n a b \v\f'", "'a b'" }, { WR_OP_TRIM, "'   '", "''" }, { WR_OP_TRIM, "'\xC2\xA0x'", "'\xC2\xA0x'" },
	{ WR_OP_CONTAINS, "'hello', 'ell'", "true" }, { WR_OP_CONTAINS, "'hello', 'elx'", "false" },
	{ WR_OP_CONTAINS, "'aab', 'ab'", "true" }, { WR_OP_CONTAINS, "'ababac', 'abac'", "true" },
	{ WR_OP_CONTAINS, "'a', ''", "true" }, { WR_OP_CONTAINS, "'', ''", "true" }, { WR_OP_CONTAINS, "'', 'a'", "false" },
	{ WR_OP_CONTAINS, "[1, 2], 2", "true" }, { WR_OP_CONTAINS, "[1, 2], 3", "false" }, { WR_OP_CONTAINS, "[], 3", "false" },
	{ WR_OP_STARTS_WITH, "'hello', 'he'", "true" }, { WR_OP_STARTS_WITH, "'h', 'he'", "false" },
	{ WR_OP_ENDS_WITH, "'hello', 'lo'", "true" }, { WR_OP_ENDS_WITH, "'o', 'lo'", "false" }, { WR_OP_ENDS_WITH, "'o', ''", "true" },
	{ WR_OP_REPLACE, "'aaa', 'aa', 'b'", "'ba'" }, { WR_OP_REPLACE, "'a.b.c', '.', ', '", "'a, b, c'" },
	{ WR_OP_REPLACE, "'abc', 'x', 'y'", "'abc'" }, { WR_OP_REPLACE, "'aa', 'a', ''", "''" }, { WR_OP_REPLACE, "'', 'a', 'b'", "''" },
	{ WR_OP_SPLIT, "'a,b,c', ',', 9", "['a', 'b', 'c']" }, { WR_OP_SPLIT, "'a,b,c', ',', 2", "['a', 'b,c']" },
	{ WR_OP_SPLIT, "'', ',', 9", "['']" }, { WR_OP_SPLIT, "',', ',', 9", "['', '']" }, { WR_OP_SPLIT, "'a,b', ',', 1", "['a,b']" },
	{ WR_OP_SPLIT, "'abab', 'ab', 3", "['', '', '']" },
	{ WR_OP_JOIN, "['a', 'b'], ', '", "'a, b'" }, { WR_OP_JOIN, "[], ', '", "''" }, { WR_OP_JOIN, "['a'], ', '", "'a'" },
	{ WR_OP_NUMBERED, "['a', 'b']", "'1. a\n2. b'" }, { WR_OP_NUMBERED, "[]", "''" },
	{ WR_OP_TRUNCATE, "'hello', 3", "'hel'" }, { WR_OP_TRUNCATE, "'aä', 2", "'a'" }, { WR_OP_TRUNCATE, "'aä', 3", "'aä'" },
	{ WR_OP_TRUNCATE, "'a', 0", "''" }, { WR_OP_TRUNCATE, "'😀', 3", "''" }, { WR_OP_TRUNCATE, "'a', -1", "''" },
	{ WR_OP_SLICE, "'hello', 1, 3", "'el'" }, { WR_OP_SLICE, "'äöü', 1, 5", "'ö'" }, { WR_OP_SLICE, "'äöü', 1, 3", "''" },
	{ WR_OP_SLICE, "'abc', 2, 1", "''" }, { WR_OP_SLICE, "'abc', 5, 9", "''" }, { WR_OP_SLICE, "'abc', 0, 99", "'abc'" },
	{ WR_OP_SLICE, "[1, 2, 3], 1, 9", "[2, 3]" }, { WR_OP_SLICE, "[1, 2, 3], 2, 1", "[]" }, { WR_OP_SLICE, "[], 0, 1", "[]" },
	{ WR_OP_FENCED, "'a'", "'```\na\n```'" }, { WR_OP_FENCED, "'``'", "'```\n``\n```'" },
	{ WR_OP_FENCED, "'x```y'", "'````\nx```y\n````'" }, { WR_OP_FENCED, "''", "'```\n\n```'" },
	{ WR_OP_CONCAT, "[1], [2, 3]", "[1, 2, 3]" }, { WR_OP_CONCAT, "[], []", "[]" },
	{ WR_OP_SUM, "[1, 2, 3]", "6" }, { WR_OP_SUM, "[]", "0" }, { WR_OP_SUM, "[0.5, 0.25]", "0.75" },
	{ WR_OP_SUM, "[1.7976931348623157e308, 1.7976931348623157e308, -1.7976931348623157e308]", "0.0" },
	{ WR_OP_ANY, "[false, true]", "true" }, { WR_OP_ANY, "[]", "false" }, { WR_OP_ANY, "[false]", "false" },
	{ WR_OP_ALL, "[true, false]", "false" }, { WR_OP_ALL, "[]", "true" }, { WR_OP_ALL, "[true]", "true" },
	{ WR_OP_FIRST, "[1, 2]", "1" }, { WR_OP_FIRST, "[]", "none" }, { WR_OP_LAST, "[1, 2]", "2" }, { WR_OP_LAST, "[]", "none" },
	{ WR_OP_TAKE, "[1, 2, 3], 2", "[1, 2]" }, { WR_OP_TAKE, "[1], 2", "[1]" }, { WR_OP_TAKE, "[1], 0", "[]" },
	{ WR_OP_TAIL, "[1, 2, 3], 2", "[2, 3]" }, { WR_OP_TAIL, "[1], 2", "[1]" }, { WR_OP_TAIL, "[1], 0", "[]" },
	{ WR_OP_UNIQUE, "[3, 1, 3, 2, 1]", "[3, 1, 2]" }, { WR_OP_UNIQUE, "['b', 'a', 'b']", "['b', 'a']" }, { WR_OP_UNIQUE, "[]", "[]" },
	{ WR_OP_UNIQUE, "[[1], [], [1], none, none]", "[[1], [], none]" },
	{ WR_OP_FLATTEN, "[[1], [], [2, 3]]", "[1, 2, 3]" }, { WR_OP_FLATTEN, "[]", "[]" },
	{ WR_OP_REVERSE, "[1, 2, 3]", "[3, 2, 1]" }, { WR_OP_PRESENT, "[none, 1, none, 2]", "[1, 2]" },
	{ WR_OP_REPLACE_EACH, "'abcab', ['ab', 'abc'], ['1', '2']", "'21'" },
	{ WR_OP_REPLACE_EACH, "'abc', ['b', 'b', '', 'c'], ['x', 'y', 'z']", "'axc'" },
	{ WR_OP_REPLACE_EACH, "'abc', [], []", "'abc'" }, { WR_OP_REPLACE_EACH, "'', ['a'], ['b']", "''" },
	{ WR_OP_REPLACE_EACH, "'aäo', ['ä', 'a'], ['', 'ö']", "'öo'" },
	{ WR_OP_FIND_EMAILS, "'b@x.org a@x.org b@x.org', 9", "['b@x.org', 'a@x.org']" },
	{ WR_OP_FIND_EMAILS, "'b@x.org b@x.org a@x.org', 1", "['b@x.org']" }, { WR_OP_FIND_EMAILS, "'', 1", "[]" },
	{ WR_OP_FIND_CARDS, "'4111 1111 1111 1111 or 4111111111111111', 9", "['4111 1111 1111 1111', '4111111111111111']" },
	{ WR_OP_FIND_IBANS, "'(DE89 3704 0044 0532 0130 00)', 1", "['DE89 3704 0044 0532 0130 00']" },
	{ WR_OP_FIND_PHONES, "'0171 1234567 on 01.02.2024', 3", "['0171 1234567']" },
	{ WR_OP_LIST, "1, 2", "[1, 2]" }, { WR_OP_SOME, "1", "1" }, { WR_OP_DROP, "'x'", "'x'" },
};

Test(eval, gives_what_the_rules_say)
{
	struct failing_alloc f;
	bool seen[WR_OPS_LEN] = { false };

	failing_alloc_init(&f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char got[512];
		enum wr_status s = fold(&f.hook, cases[i].op, cases[i].operands, got);

		seen[cases[i].op] = true;
		cr_expect_eq(s, WR_OK);
		cr_expect_str_eq(got, cases[i].result, "%s(%s): %s, not %s", wr_op_info(cases[i].op)->name,
		    cases[i].operands, got, cases[i].result);
	}
	for (unsigned op = 0; op < WR_OPS_LEN; op++)
		if ((wr_op_info(op)->flags & WR_OP_FOLD) != 0 && op != WR_OP_FIELD && op != WR_OP_RECORD &&
		    op != WR_OP_VARIANT && op != WR_OP_MATCH)
			cr_expect(seen[op], "no case of %s", wr_op_info(op)->name);
	cr_expect_eq(f.live_bytes, 0);
}

Test(eval, survives_every_allocation_failure)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct failing_alloc f = { 0 };

		while (failing_alloc_next(&f)) {
			char got[512];
			enum wr_status s = fold(&f.hook, cases[i].op, cases[i].operands, got);

			cr_assert(s == WR_OK ? strcmp(got, cases[i].result) == 0 : s == WR_NOMEM);
			cr_assert_eq(f.live_bytes, 0);
		}
	}
}

/* ---- size and time --------------------------------------------------------------------------- */

static struct wr_value
big_text(struct wr_arena *arena, size_t size, char c)
{
	char *at = wr_arena_get(arena, size + 1);

	memset(at, c, size);
	return wr_value_of_text((struct wr_text){ at, size });
}

Test(eval, refuses_texts_and_lists_past_the_largest_bound)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_types types;
	uint32_t of[3];
	struct wr_value v[3], got;
	struct wr_node node = { .op = WR_OP_TEMPLATE };

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, 256u << 20);
	wr_types_init(&types, &arena);
	of[0] = of[1] = of[2] = wr_type_text(&types, 0, WR_TEXT_MAX);
	v[0] = big_text(&arena, WR_TEXT_MAX, 'a');
	v[1] = big_text(&arena, 1, 'b');
	cr_expect_eq(wr_fold(&types, &node, v, of, 1, &arena, &got), WR_OK);
	cr_expect_eq(wr_fold(&types, &node, v, of, 2, &arena, &got), WR_LIMIT);
	node.op = WR_OP_REPLACE;
	v[1] = big_text(&arena, 1, 'a');
	v[2] = big_text(&arena, WR_TEXT_MAX, 'c');
	cr_expect_eq(wr_fold(&types, &node, v, of, 3, &arena, &got), WR_LIMIT);
	wr_arena_free(&arena);
}

Test(eval, is_never_quadratic)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_types types;
	struct wr_value v[3], got, *items;
	uint32_t of[3];
	struct wr_node node = { .op = WR_OP_CONTAINS };

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, 256u << 20);
	wr_types_init(&types, &arena);
	of[0] = of[1] = of[2] = wr_type_text(&types, 0, WR_TEXT_MAX);
	v[0] = big_text(&arena, WR_TEXT_MAX, 'a');
	v[1] = big_text(&arena, WR_TEXT_MAX / 2, 'a');
	((char *)(uintptr_t)v[1].as.text)[v[1].len - 1] = 'b'; /* the worst case of a plain search */
	cr_expect_eq(wr_fold(&types, &node, v, of, 2, &arena, &got), WR_OK);
	cr_expect_eq(got.as.boolean, false);

	items = wr_arena_array(&arena, WR_LIST_MAX, sizeof *items);
	for (uint32_t i = 0; i < WR_LIST_MAX; i++)
		items[i] = wr_value_of_int((int64_t)i * 7919 % 65521);
	v[0] = (struct wr_value){ .kind = WR_VALUE_LIST, .len = WR_LIST_MAX, .as.items = items };
	of[0] = wr_type_list(&types, wr_type_int(&types, 0, 65521), 0, WR_LIST_MAX);
	node.op = WR_OP_UNIQUE;
	cr_expect_eq(wr_fold(&types, &node, v, of, 1, &arena, &got), WR_OK);
	cr_expect_eq(got.len, 65521);
	wr_arena_free(&arena);
}

/* A list of a list ... of ones: small in memory, because items are shared, and huge to walk. */
static struct wr_value
deep_list(struct wr_arena *arena, uint32_t levels, uint32_t len)
{
	struct wr_value v = wr_value_of_int(1);

	for (uint32_t level = 0; level < levels; level++) {
		struct wr_value *items = wr_arena_array(arena, len, sizeof *items);

		for (uint32_t i = 0; i < len; i++)
			items[i] = v;
		v = (struct wr_value){ .kind = WR_VALUE_LIST, .len = len, .as.items = items };
	}
	return v;
}

Test(eval, stops_when_its_fuel_is_spent)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_types types;
	struct wr_value a, b;
	struct wr_eval e;
	int order = 1;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, 64u << 20);
	wr_types_init(&types, &arena);
	wr_eval_init(&e, &types, &arena, 1u << 20);
	a = deep_list(&arena, 8, 100);
	b = deep_list(&arena, 8, 100);
	cr_expect_eq(wr_eval_order(&e, a, a, &order), WR_OK); /* what is shared is equal at once */
	cr_expect_eq(order, 0);
	cr_expect_not(e.spent);
	cr_expect_eq(wr_eval_order(&e, a, b, &order), WR_LIMIT);
	cr_expect(e.spent);
	wr_eval_free(&e);
	wr_arena_free(&arena);
	cr_expect_eq(f.live_bytes, 0);
}

Test(eval, sorts_stably_both_ways)
{
	static const int64_t keys[] = { 3, 1, 2, 3, 1, 2, 3 };
	static const uint32_t up[] = { 1, 4, 2, 5, 0, 3, 6 }, down[] = { 0, 3, 6, 2, 5, 1, 4 };
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_types types;
	struct wr_value v[7];
	struct wr_eval e;
	const uint32_t *order;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, 1u << 20);
	wr_types_init(&types, &arena);
	wr_eval_init(&e, &types, &arena, 10000);
	for (int i = 0; i < 7; i++)
		v[i] = wr_value_of_int(keys[i]);
	for (uint32_t len = 0; len <= 7; len++)
		cr_expect_eq(wr_eval_sort(&e, v, len, false, &order), WR_OK);
	cr_expect_eq(memcmp(order, up, sizeof up), 0);
	cr_expect_eq(wr_eval_sort(&e, v, 7, true, &order), WR_OK);
	cr_expect_eq(memcmp(order, down, sizeof down), 0);
	wr_eval_free(&e);
	wr_arena_free(&arena);
	cr_expect_eq(f.live_bytes, 0);
}
