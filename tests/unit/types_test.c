/* Types: how two relate, what joins, what is computed once, how they are spelled; names; settings.
 */
#include "vm/format/types.h"

#include "vm/base/buf.h"
#include "vm/format/module.h"
#include "vm/format/names.h"

#include "tests/support/failing_alloc.h"

#include <criterion/criterion.h>
#include <float.h>

TestSuite(types, .timeout = 60);

/* One of each, by name; MAKE makes them in any table. */
enum {
	NEVER,
	BOOL,
	INT,
	SMALL,
	NEG,
	NUM,
	UNIT,
	TEXT,
	SHORT,
	OPT_INT,
	OPT_SMALL,
	OPT_NONE,
	INTS,
	SMALLS,
	FEW_INTS,
	EMPTY,
	OPTS,
	NONES,
	ROW,
	OTHER,
	ROWS,
	OPT_ROW,
	PLAIN,
	LOADED,
	MADE
};

static struct wr_member row_members[] = {
    {.name = {"a", 1}, .type = SHORT, .labels = 1},
    {.name = {"bb", 2}, .type = OPT_SMALL, .labels = 4},
};
static struct wr_member plain_members[] = {
    {.name = {"yes", 3}, .type = WR_NONE},
    {.name = {"never", 5}, .type = WR_NONE, .labels = 8},
};
static struct wr_member loaded_members[] = {
    {.name = {"pay", 3}, .type = ROW, .labels = 2},
    {.name = {"deny", 4}, .type = WR_NONE},
};

#define NOMINAL(k, n, m)                                                                           \
	wr_types_add(t, (struct wr_type){.kind = k,                                                \
			    .name = WR_TEXT(n),                                                    \
			    .members = m,                                                          \
			    .members_len = sizeof(m) / sizeof *(m)})

static void
make(struct wr_types *t)
{
	cr_assert_eq(wr_type_never(t), NEVER);
	cr_assert_eq(wr_type_bool(t), BOOL);
	cr_assert_eq(wr_type_int(t, -WR_INT_DEFAULT, WR_INT_DEFAULT), INT);
	cr_assert_eq(wr_type_int(t, 0, 100), SMALL);
	cr_assert_eq(wr_type_int(t, -5, 5), NEG);
	cr_assert_eq(wr_type_number(t, -DBL_MAX, DBL_MAX), NUM);
	cr_assert_eq(wr_type_number(t, 0, 1), UNIT);
	cr_assert_eq(wr_type_text(t, 0, WR_TEXT_DEFAULT), TEXT);
	cr_assert_eq(wr_type_text(t, 1, 40), SHORT);
	cr_assert_eq(wr_type_option(t, INT), OPT_INT);
	cr_assert_eq(wr_type_option(t, SMALL), OPT_SMALL);
	cr_assert_eq(wr_type_option(t, NEVER), OPT_NONE);
	cr_assert_eq(wr_type_list(t, INT, 0, 8), INTS);
	cr_assert_eq(wr_type_list(t, SMALL, 0, 8), SMALLS);
	cr_assert_eq(wr_type_list(t, INT, 2, 4), FEW_INTS);
	cr_assert_eq(wr_type_list(t, NEVER, 0, 0), EMPTY);
	cr_assert_eq(wr_type_list(t, OPT_SMALL, 1, 2), OPTS);
	cr_assert_eq(wr_type_list(t, OPT_NONE, 1, 1), NONES);
	cr_assert_eq(NOMINAL(WR_TYPE_RECORD, "Row", row_members), ROW);
	cr_assert_eq(NOMINAL(WR_TYPE_RECORD, "Other", row_members), OTHER);
	cr_assert_eq(wr_type_list(t, ROW, 0, 3), ROWS);
	cr_assert_eq(wr_type_option(t, ROW), OPT_ROW);
	cr_assert_eq(NOMINAL(WR_TYPE_VARIANTS, "Plain", plain_members), PLAIN);
	cr_assert_eq(NOMINAL(WR_TYPE_VARIANTS, "Loaded", loaded_members), LOADED);
}

struct fixture {
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_types types;
};

static void
begin(struct fixture *x)
{
	failing_alloc_init(&x->f);
	wr_arena_init(&x->arena, &x->f.hook, 1 << 24);
	wr_types_init(&x->types, &x->arena);
	make(&x->types);
}

static void
finish(struct fixture *x)
{
	wr_arena_free(&x->arena);
	cr_assert_eq(x->f.live_bytes, 0);
}

Test(types, below_is_ranges_inside_ranges_and_names)
{
	static const uint8_t pairs[][2] = {
	    {SMALL, INT},
	    {NEG, INT},
	    {UNIT, NUM},
	    {SHORT, TEXT},
	    {OPT_SMALL, OPT_INT},
	    {OPT_NONE, OPT_INT},
	    {OPT_NONE, OPT_ROW},
	    {OPT_NONE, OPT_SMALL},
	    {SMALLS, INTS},
	    {FEW_INTS, INTS},
	    {EMPTY, INTS},
	    {EMPTY, SMALLS},
	    {EMPTY, ROWS},
	    {NONES, OPTS},
	};
	struct fixture x;

	begin(&x);
	for (unsigned a = 0; a < MADE; a++)
		for (unsigned b = 0; b < MADE; b++) {
			bool want = a == b || a == NEVER;

			for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
				want = want || (pairs[i][0] == a && pairs[i][1] == b);
			cr_expect_eq(wr_type_below(&x.types, a, b), want, "%u below %u", a, b);
			cr_expect_eq(wr_type_eq(&x.types, a, b), a == b, "%u equal to %u", a, b);
			if (want)
				cr_expect(
				    wr_type_similar(&x.types, a, b), "%u similar to %u", a, b);
		}
	cr_expect(wr_type_similar(&x.types, INT, SMALL));
	cr_expect(wr_type_similar(&x.types, INTS, FEW_INTS));
	cr_expect_not(wr_type_similar(&x.types, ROW, OTHER));
	cr_expect_not(wr_type_similar(&x.types, INT, NUM));
	cr_expect_not(wr_type_similar(&x.types, INT, OPT_INT));
	cr_expect(wr_type_eq(&x.types, SHORT, wr_type_text(&x.types, 1, 40)));
	cr_expect(wr_type_eq(
	    &x.types, OPT_SMALL, wr_type_option(&x.types, wr_type_int(&x.types, 0, 100))));
	finish(&x);
}

/* The least above both: above each, the same in either order, and nothing where nothing is above
 * both. */
Test(types, join_is_the_least_type_above_both)
{
	static const struct {
		uint8_t a, b;
		const char *join;
	} cases[] = {
	    {SMALL, NEG, "int -5..100"},
	    {UNIT, NUM, "number"},
	    {SHORT, TEXT, "text"},
	    {OPT_NONE, OPT_SMALL, "int 0..100?"},
	    {SMALLS, FEW_INTS, "[int] ..8"},
	    {EMPTY, FEW_INTS, "[int] ..4"},
	    {OPTS, NONES, "[int 0..100?] 1..2"},
	    {NEVER, ROW, "Row"},
	    {NEVER, NEVER, "nothing"},
	    {EMPTY, ROWS, "[Row] ..3"},
	    {ROW, ROW, "Row"},
	    {OPT_ROW, OPT_NONE, "Row?"},
	    {ROW, OTHER, NULL},
	    {INT, NUM, NULL},
	    {INT, OPT_INT, NULL},
	    {INT, OPT_NONE, NULL},
	    {BOOL, INT, NULL},
	    {ROWS, INTS, NULL},
	    {PLAIN, LOADED, NULL},
	    {SMALLS, OPTS, NULL},
	};
	struct fixture x;

	begin(&x);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int turn = 0; turn < 2; turn++) {
			uint32_t a = turn ? cases[i].b : cases[i].a,
				 b = turn ? cases[i].a : cases[i].b, join;
			enum wr_status s = wr_type_join(&x.types, a, b, &join);
			struct wr_buf buf;

			cr_assert_eq(s, cases[i].join == NULL ? WR_REFUSED : WR_OK, "case %zu", i);
			if (s != WR_OK)
				continue;
			wr_buf_init(&buf, &x.f.hook, 512);
			wr_type_print(&x.types, join, &buf);
			cr_expect(wr_text_eq(wr_buf_view(&buf), wr_text_of(cases[i].join)),
			    "%s: got %s", cases[i].join, buf.at);
			cr_expect(
			    wr_type_below(&x.types, a, join) && wr_type_below(&x.types, b, join));
			wr_buf_free(&buf);
		}
	finish(&x);
}

Test(types, what_is_computed_once_is_right)
{
	static const struct {
		uint8_t type;
		int64_t json, print;
		uint32_t depth, walk;
		uint64_t labels;
	} cases[] = {
	    {TEXT, 6 * 65536 + 2, 65536, 0, 1, 0},
	    {SHORT, 242, 40, 0, 1, 0},
	    {INT, 20, 20, 0, 1, 0},
	    {NUM, 25, 25, 0, 1, 0},
	    {BOOL, 5, 5, 0, 1, 0},
	    {OPT_SMALL, 20, -1, 0, 2, 0},
	    {OPT_NONE, 4, -1, 0, 2, 0},
	    {EMPTY, 2, -1, 0, 2, 0},
	    {INTS, 8 * 20 + 7 + 2, -1, 0, 2, 0},
	    /* {"a":,"bb":} */
	    {ROW, 12 + 242 + 20, -1, 1, 3, 5},
	    {ROWS, 3 * 274 + 2 + 2, -1, 1, 4, 5},
	    {OPT_ROW, 274, -1, 1, 4, 5},
	    {PLAIN, 7, 5, 0, 1, 8},
	    {LOADED, 20 + 3 + 274, -1, 2, 4, 7},
	};
	struct fixture x;

	begin(&x);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t t = cases[i].type;

		cr_expect_eq(wr_type_json_max(&x.types, t), cases[i].json, "%u: %lld", t,
		    (long long)wr_type_json_max(&x.types, t));
		cr_expect_eq(wr_type_print_max(&x.types, t), cases[i].print, "%u", t);
		cr_expect_eq(wr_type_depth(&x.types, t), cases[i].depth, "%u", t);
		cr_expect_eq(x.types.at[t].walk, cases[i].walk, "%u: %u", t, x.types.at[t].walk);
		cr_expect_eq(x.types.at[t].labels, cases[i].labels, "%u", t);
	}
	finish(&x);
}

/* 1,024 fields of 1,024 fields and so on: answered from what was computed, and never past 64 bits.
 */
Test(types, wide_and_deep_types_cost_nothing_and_saturate)
{
	static struct wr_member members[5][WR_MEMBERS_MAX];
	struct fixture x;
	uint32_t type = TEXT;

	begin(&x);
	for (int depth = 0; depth < 5; depth++) {
		for (uint32_t i = 0; i < WR_MEMBERS_MAX; i++)
			members[depth][i] = (struct wr_member){.name = {"field", 5}, .type = type};
		type = wr_types_add(&x.types, (struct wr_type){.kind = WR_TYPE_RECORD,
						  .name = WR_TEXT("Deep"),
						  .members = members[depth],
						  .members_len = WR_MEMBERS_MAX});
		type = wr_type_list(&x.types, type, 0, WR_LIST_MAX);
	}
	cr_assert_eq(wr_type_json_max(&x.types, type), INT64_MAX);
	cr_assert_eq(wr_type_depth(&x.types, type), 5);
	type = wr_type_list(&x.types, type, 0, 2); /* a list of lists, and one of optional lists */
	cr_assert_eq(wr_type_depth(&x.types, type), 6);
	type = wr_type_list(&x.types, wr_type_option(&x.types, type), 0, 2);
	cr_assert_eq(wr_type_depth(&x.types, type), 7);
	finish(&x);
}

Test(types, print_as_an_author_writes_them)
{
	static const struct {
		struct wr_type type;
		const char *text;
	} cases[] = {
	    {{.kind = WR_TYPE_TEXT, .hi = WR_TEXT_DEFAULT}, "text"},
	    {{.kind = WR_TYPE_TEXT, .hi = 40}, "text ..40"},
	    {{.kind = WR_TYPE_TEXT, .lo = 1, .hi = 4000}, "text 1..4_000"},
	    {{.kind = WR_TYPE_TEXT, .lo = 1, .hi = WR_TEXT_DEFAULT}, "text 1.."},
	    {{.kind = WR_TYPE_TEXT, .hi = 1048576}, "text ..1_048_576"},
	    {{.kind = WR_TYPE_INT, .lo = -WR_INT_DEFAULT, .hi = WR_INT_DEFAULT}, "int"},
	    {{.kind = WR_TYPE_INT, .lo = 0, .hi = WR_INT_DEFAULT}, "int 0.."},
	    {{.kind = WR_TYPE_INT, .lo = -WR_INT_DEFAULT, .hi = 0}, "int ..0"},
	    {{.kind = WR_TYPE_INT, .lo = -999, .hi = 1000}, "int -999..1_000"},
	    {{.kind = WR_TYPE_INT, .lo = INT64_MIN, .hi = INT64_MAX},
		"int -9_223_372_036_854_775_808..9_223_372_036_854_775_807"},
	    {{.kind = WR_TYPE_NUMBER, .number_lo = -DBL_MAX, .number_hi = DBL_MAX}, "number"},
	    {{.kind = WR_TYPE_NUMBER, .number_lo = 0, .number_hi = 1}, "number 0..1"},
	    {{.kind = WR_TYPE_NUMBER, .number_lo = 0.5, .number_hi = DBL_MAX}, "number 0.5.."},
	    {{.kind = WR_TYPE_NUMBER, .number_lo = -1.25, .number_hi = 1e21},
		"number -1.25..1000000000000000000000"},
	    {{.kind = WR_TYPE_NUMBER, .number_lo = -1.5e-7, .number_hi = 1.5e22},
		"number -0.00000015..15000000000000000000000"},
	    {{.kind = WR_TYPE_LIST, .elem = BOOL, .hi = 6}, "[bool] ..6"},
	    {{.kind = WR_TYPE_LIST, .elem = BOOL, .lo = 2, .hi = WR_LIST_MAX}, "[bool] 2.."},
	    {{.kind = WR_TYPE_LIST, .elem = BOOL, .hi = WR_LIST_MAX}, "[bool]"},
	    {{.kind = WR_TYPE_LIST, .elem = OPT_SMALL, .hi = 2}, "[int 0..100?] ..2"},
	    {{.kind = WR_TYPE_OPTION, .elem = SHORT}, "text 1..40?"},
	    {{.kind = WR_TYPE_OPTION, .elem = INTS}, "[int] ..8?"},
	};
	struct fixture x;

	begin(&x);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_buf buf;

		wr_buf_init(&buf, &x.f.hook, 1024);
		wr_type_print(&x.types, wr_types_add(&x.types, cases[i].type), &buf);
		cr_expect(wr_text_eq(wr_buf_view(&buf), wr_text_of(cases[i].text)), "%s: got %s",
		    cases[i].text, buf.at);
		wr_buf_free(&buf);
	}
	finish(&x);
}

Test(types, no_spelling_is_longer_than_512_bytes)
{
	struct fixture x;
	struct wr_buf buf;

	begin(&x);
	wr_buf_init(&buf, &x.f.hook, 4096);
	wr_buf_str(&buf, "before ");
	wr_type_print(&x.types, wr_type_number(&x.types, -1e308, 1e308), &buf);
	cr_assert_eq(buf.size, 7 + 512);
	wr_buf_free(&buf);
	finish(&x);
}

Test(types, survive_every_allocation_failure)
{
	for (struct failing_alloc f = {0}; failing_alloc_next(&f);) {
		struct wr_arena arena;
		struct wr_types types;
		uint32_t join = 0;
		enum wr_status s = WR_OK;

		wr_arena_init(&arena, &f.hook, 1 << 24);
		wr_types_init(&types, &arena);
		for (int i = 0; i < 200 && s == WR_OK; i++) {
			uint32_t more = wr_type_int(&types, i, i);

			s = more == WR_NONE ? WR_NOMEM : wr_type_join(&types, join, more, &join);
		}
		cr_assert_eq(s, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		cr_assert(s != WR_OK || types.at[join].hi == 199);
		wr_arena_free(&arena);
		cr_assert_eq(f.live_bytes, 0);
	}
}

Test(types, names_are_of_three_kinds)
{
	static const struct {
		const char *name;
		bool value, field, type;
	} cases[] = {
	    {"a", true, true, false},
	    {"a_1", true, true, false},
	    {"A", false, false, true},
	    {"Ab1", false, false, true},
	    {"A_b", false, false, false},
	    {"aB", false, false, false},
	    {"", false, false, false},
	    {"1a", false, false, false},
	    {"_a", false, false, false},
	    {"text", false, true, false},
	    {"sort", false, true, false},
	    {"match", false, false, false},
	    {"none", false, false, false},
	    {"length", true, true, false},
	    {"a-b", false, false, false},
	    {"\303\244", false, false, false},
	};
	bool field = false;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_text t = wr_text_of(cases[i].name);

		cr_expect_eq(wr_name_ok(t, WR_NAME_VALUE), cases[i].value, "%s", cases[i].name);
		cr_expect_eq(wr_name_ok(t, WR_NAME_FIELD), cases[i].field, "%s", cases[i].name);
		cr_expect_eq(wr_name_ok(t, WR_NAME_TYPE), cases[i].type, "%s", cases[i].name);
	}
	cr_expect(wr_name_builtin(WR_TEXT("length")) && wr_name_builtin(WR_TEXT("lines")));
	cr_expect_not(wr_name_builtin(WR_TEXT("lengths")));
	cr_expect(wr_name_keyword(WR_TEXT("sort"), &field) && field);
	cr_expect(wr_name_keyword(WR_TEXT("for"), &field) && !field);
	cr_expect_not(wr_name_keyword(WR_TEXT("sorted"), NULL));
}

Test(types, values_are_equal_by_structure)
{
	struct wr_value one = wr_value_of_int(1), two = wr_value_of_int(2), none = wr_value_none();
	struct wr_value ones[] = {one, one}, others[] = {one, two};
	struct wr_value list = {.kind = WR_VALUE_LIST, .len = 2, .as.items = ones};
	struct wr_value other = {.kind = WR_VALUE_LIST, .len = 2, .as.items = others};
	struct wr_value shorter = {.kind = WR_VALUE_LIST, .len = 1, .as.items = ones};
	struct wr_value pay = {.kind = WR_VALUE_VARIANT, .len = 0, .as.items = &one};
	struct wr_value pay_two = {.kind = WR_VALUE_VARIANT, .len = 0, .as.items = &two};
	struct wr_value deny = {.kind = WR_VALUE_VARIANT, .len = 1};

	cr_expect(wr_value_eq(one, one) && !wr_value_eq(one, two) && !wr_value_eq(one, none) &&
		  wr_value_eq(none, none));
	cr_expect(
	    wr_value_eq(list, list) && !wr_value_eq(list, other) && !wr_value_eq(list, shorter));
	cr_expect(wr_value_eq(pay, pay) && !wr_value_eq(pay, pay_two) && !wr_value_eq(pay, deny));
	cr_expect(wr_value_eq(wr_value_of_text(WR_TEXT("a")), wr_value_of_text(WR_TEXT("a"))));
	cr_expect_not(wr_value_eq(wr_value_of_text(WR_TEXT("a")), wr_value_of_text(WR_TEXT("b"))));
	cr_expect_eq(wr_value_of_number(1e308 * 10).as.number, DBL_MAX);
	cr_expect_eq(wr_value_of_number(-1e308 * 10).as.number, -DBL_MAX);
	cr_expect_eq(1 / wr_value_of_number(-0.0).as.number > 0, true);
}

Test(types, settings_have_rows_and_defaults)
{
	struct wr_setting settings[] = {
	    {.id = WR_SET_TIMEOUT, .integer = 5}, {.id = WR_SET_RETRY, .integer = 2}};
	struct wr_agent silent = {0}, said = {.settings = settings, .settings_len = 2};

	cr_expect_eq(wr_agent_timeout_ms(&silent), 30000);
	cr_expect_eq(wr_agent_retry(&silent), 0);
	cr_expect_eq(wr_agent_timeout_ms(&said), 5);
	cr_expect_eq(wr_agent_retry(&said), 2);
	cr_expect_null(wr_agent_setting(&said, WR_SET_MODEL));
	cr_expect_null(wr_setting_info(WR_SETTINGS_LEN));
	cr_expect_eq(wr_setting_info(WR_SET_TIMEOUT)->kinds, (1u << WR_KINDS_LEN) - 1);
	cr_expect_str_eq(wr_kind_word(WR_KIND_HUMAN), "human");
	cr_expect_null(wr_kind_word(WR_KINDS_LEN));
	for (unsigned i = 0; i < WR_SETTINGS_LEN; i++)
		cr_expect_eq(wr_setting_info(i)->required & ~wr_setting_info(i)->kinds, 0, "%u", i);
}
