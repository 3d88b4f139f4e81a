/*
 * What expressions mean: each is compiled and run twice, with its names as inputs of the flow and
 * as constants that are folded away. Both must give the value that the table says.
 */
#include "compiler/writc.h"
#include "tests/support/failing_alloc.h"
#include "vm/format/module.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(compile_means, .timeout = 60);

static const char types[] =
    "writ 1\n"
    "type Point { x: int 0..99, y: int 0..99 }\n"
    "type Side = left | right(int 0..9) | middle(text ..9)\n"
    "type Plain = yes | no\n"
    "type R { r: text ..900_000 }\n"
    "fn twice(a: int 0..999) -> int = a + a\n"
    "fn maybe_big(a: int 0..999) -> int? = if a > 5 then a else none\n"
    "fn named(first_part: text ..20, second_part: text ..20) -> text = \"{{first_part}}/{{second_part}}\"\n";

static const char inputs[] =
    "start s(n: int 0..9, m: int -9..9, t: text ..40, u: text ..40, d: number -9..9, xs: [int 0..9] ..5, ts: [text ..9] ..5,\n"
    "    o: int 0..9?, q: int 0..9?, p: Point, side: Side, yes: bool) -> R\n";

static const char consts[] =
    "const n = 3\nconst m = -4\nconst t = \"ab c\"\nconst u = \"\"\nconst d = 2.5\nconst xs = [5, 1, 5]\n"
    "const ts = [\"b\", \"a\"]\nconst o = some(7)\nconst q = none\nconst p = Point { x: 1, y: 2 }\n"
    "const side = Side.right(4)\nconst yes = true\n"
    "start s() -> R\n";

static const char json[] =
    "{\"n\":3,\"m\":-4,\"t\":\"ab c\",\"u\":\"\",\"d\":2.5,\"xs\":[5,1,5],\"ts\":[\"b\",\"a\"],\"o\":7,\"q\":null,"
    "\"p\":{\"x\":1,\"y\":2},\"side\":{\"kind\":\"right\",\"value\":4},\"yes\":true}";

static const struct {
	const char *expr;
	const char *value; /* as JSON, `'` for a quote */
} cases[] = {
	{ "n + m * 2", "-5" },
	{ "n - m", "7" },
	{ "-m", "4" },
	{ "-(n + 1)", "-4" },
	{ "n > m", "true" },
	{ "n < m", "false" },
	{ "n >= 3", "true" },
	{ "n <= 2", "false" },
	{ "n != 3", "false" },
	{ "n == 3 and m != 3", "true" },
	{ "not yes or n == 4", "false" },
	{ "d + 1", "3.5" },
	{ "2 * d", "5" },
	{ "d / 2", "1.25" },
	{ "d > 2", "true" },
	{ "1 - d", "-1.5" },
	{ "number(n) / 2", "1.5" },
	{ "div(m, 3)", "-1" },
	{ "mod(m, 3)", "-1" },
	{ "abs(m)", "4" },
	{ "min(n, m)", "-4" },
	{ "max(d, 7)", "7" },
	{ "clamp(n * 9, 0, 20)", "20" },
	{ "round(d)", "2" },
	{ "if n > 2 then \"big\" else \"small\"", "'big'" },
	{ "if yes then n else none", "3" },
	{ "if not yes then n else none", "null" },
	{ "o ?? 1", "7" },
	{ "q ?? 1", "1" },
	{ "q ?? o ?? 2", "7" },
	{ "q ?? q", "null" },
	{ "o == none", "false" },
	{ "none != q", "false" },
	{ "q == none", "true" },
	{ "o == 7", "true" },
	{ "q == 7", "false" },
	{ "match o { some(k) -> k + 1, none -> 0 }", "8" },
	{ "match q { none -> 0, some(k) -> k + 1 }", "0" },
	{ "match yes { false -> 1, true -> 2 }", "2" },
	{ "match side { left -> 1, right(k) -> k, middle(w) -> length(w) }", "4" },
	{ "match side { left | middle -> 1, right(k) -> k * 2 }", "8" },
	{ "match side { left -> 1, else -> 2 }", "2" },
	{ "match side { right(k) -> maybe_big(k), else -> none }", "null" },
	{ "maybe_big(n * 2) ?? 0", "6" },
	{ "twice(n)", "6" },
	{ "twice(a: twice(n))", "12" },
	{ "named(second_part: \"b\", first_part: \"a\")", "'a/b'" },
	{ "p.x + p.y", "3" },
	{ "Point { y: n, x: 4 }", "{'x':4,'y':3}" },
	{ "Point { x: 1, y: 2 } == p", "true" },
	{ "p with { y: n }", "{'x':1,'y':3}" },
	{ "p with { y: n, x: 9 }", "{'x':9,'y':3}" },
	{ "p with { y: n } with { y: 5, x: 8 } with { x: n + 1 }", "{'x':4,'y':5}" },
	{ "(p with { x: n }).x + (p with { x: n }).y", "5" },
	{ "for x in xs yield p with { x }", "[{'x':5,'y':2},{'x':1,'y':2},{'x':5,'y':2}]" },
	{ "p with {} == p", "true" },
	{ "Side.left", "{'kind':'left'}" },
	{ "side", "{'kind':'right','value':4}" },
	{ "if yes then Plain.no else Plain.yes", "'no'" },
	{ "\"{{n}} {{d}} {{yes}} {{t}}{{u}}\"", "'3 2.5 true ab c'" },
	{ "\"{{if yes then Plain.no else Plain.yes}}\"", "'no'" },
	{ "t + u + t", "'ab cab c'" },
	{ "text(n) + text(t)", "'3ab c'" },
	{ "int(text(n))", "3" },
	{ "int(t) ?? 9", "9" },
	{ "length(t)", "4" },
	{ "length(xs)", "3" },
	{ "upper(t)", "'AB C'" },
	{ "trim(\" \" + t)", "'ab c'" },
	{ "contains(t, \"b\")", "true" },
	{ "contains(xs, 1)", "true" },
	{ "starts_with(t, \"ab\") and not ends_with(t, \"b\")", "true" },
	{ "replace(t, \"b\", \"xx\")", "'axx c'" },
	{ "replace_each(t, [\"ab\", \"c\"], ts)", "'b a'" },
	{ "find_emails(t + \"@x.org\", 4)", "['c@x.org']" },
	{ "find_cards(\"{{t}} 4111 1111 1111 1111\", 1)", "['4111 1111 1111 1111']" },
	{ "find_ibans(\"{{t}} NO9386011117947\", 1)", "['NO9386011117947']" },
	{ "find_phones(\"{{t}} +49 171 1234567\", 1)", "['+49 171 1234567']" },
	{ "split(t, \" \", 4)", "['ab','c']" },
	{ "join(ts, \"-\")", "'b-a'" },
	{ "lines(ts)", "'b\\na'" },
	{ "numbered(ts)", "'1. b\\n2. a'" },
	{ "truncate(t, 2)", "'ab'" },
	{ "slice(t, 1, 3)", "'b '" },
	{ "slice(xs, 1, 3)", "[1,5]" },
	{ "xs + [n]", "[5,1,5,3]" },
	{ "sum(xs)", "11" },
	{ "any(for x in xs yield x > 4)", "true" },
	{ "all(for x in xs yield x > 4)", "false" },
	{ "first(xs)", "5" },
	{ "last(xs)", "5" },
	{ "first(xs, 2)", "[5,1]" },
	{ "last(xs, 2)", "[1,5]" },
	{ "unique(xs)", "[5,1]" },
	{ "reverse(ts)", "['a','b']" },
	{ "flatten([xs, [n]])", "[5,1,5,3]" },
	{ "present([o, q, n])", "[7,3]" },
	{ "[n, m]", "[3,-4]" },
	{ "[o, none, 1]", "[7,null,1]" },
	{ "[]", "[]" },
	{ "[1.5, d]", "[1.5,2.5]" },
	{ "for x in xs yield x * n", "[15,3,15]" },
	{ "for x, i in xs yield x + i", "[5,2,7]" },
	{ "for x in xs where x > n yield x", "[5,5]" },
	{ "for x, i in xs where x > n sort i desc yield i", "[2,0]" },
	{ "for x in xs sort x yield x", "[1,5,5]" },
	{ "for w in ts sort w { v = w + \"!\" yield v }", "['a!','b!']" },
	{ "for x in [] yield n", "[]" },
	{ "for x in xs yield (for w in ts yield \"{{w}}{{x}}\")", "[['b5','a5'],['b1','a1'],['b5','a5']]" },
	{ "json(p)", "'{\\'x\\':1,\\'y\\':2}'" },
	{ "fenced(t)", "'```\\nab c\\n```'" },
	{ "(if yes then { a = n + 1 yield a } else 0) * 2", "8" },
};

/* The value in its place in the output: {"r":"…"}, quotes escaped once more. */
static void
want(const char *value, char *out, size_t room)
{
	size_t at = (size_t)snprintf(out, room, "{\"r\":\"");

	for (const char *v = value; *v != '\0' && at + 8 < room; v++) {
		bool escaped = *v == '\\' && v[1] == '\'';

		if (escaped)
			v++;
		if (*v == '\'') {
			at += (size_t)snprintf(out + at, room - at, escaped ? "\\\\\\\"" : "\\\"");
		} else if (*v == '\\') {
			at += (size_t)snprintf(out + at, room - at, "\\\\");
		} else {
			out[at++] = *v;
		}
	}
	snprintf(out + at, room - at, "\"}");
}

static void
check(const struct wr_alloc *alloc, const char *head, const char *input, size_t i)
{
	char source[8192], expected[1024];
	struct wr_buf bytecode, messages;
	struct wc_result result;
	struct wr_module *module;
	struct wr_load_refusal refusal;
	struct wr_run *run;
	struct wr_fault fault;
	enum wr_status s;

	snprintf(source, sizeof source, "%s%send R { r: json(%s) }\n", types, head, cases[i].expr);
	wr_buf_init(&bytecode, alloc, WR_MODULE_MAX);
	wr_buf_init(&messages, alloc, 1 << 16);
	s = wc_compile(alloc, "means.wf", wr_text_of(source), NULL, &bytecode, &result);
	wc_diags_render(&result.diags, WC_DIAG_SHORT, false, &messages);
	cr_expect_eq(s, WR_OK, "%s: %s %s\n%.*s", cases[i].expr, wr_status_text(s),
	    result.bug != NULL ? result.bug : "", (int)messages.size, messages.at);
	if (s == WR_OK) {
		cr_assert_eq(wr_load((const uint8_t *)bytecode.at, bytecode.size, alloc, &module, &refusal), WR_OK);
		s = wr_run_start(module, alloc, NULL, wr_text_of(input), &run, &fault);
		cr_assert_eq(s, WR_OK, "%s: %s %s", cases[i].expr, s == WR_INVALID ? fault.path : "",
		    s == WR_INVALID ? fault.detail : "");
		cr_assert_eq(wr_run_state(run), WR_RUN_DONE, "%s", cases[i].expr);
		want(cases[i].value, expected, sizeof expected);
		cr_expect(wr_text_eq(wr_run_output(run), wr_text_of(expected)), "%s: want %s, got %.*s", cases[i].expr,
		    expected, (int)wr_run_output(run).size, wr_run_output(run).at);
		wr_run_free(run);
		wr_module_free(module);
	}
	wc_result_free(&result);
	wr_buf_free(&messages);
	wr_buf_free(&bytecode);
}

Test(compile_means, the_same_folded_and_run)
{
	struct failing_alloc alloc;

	failing_alloc_init(&alloc);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		check(&alloc.hook, inputs, json, i);
		check(&alloc.hook, consts, "{}", i);
	}
	cr_assert_eq(alloc.live_bytes, 0);
}
