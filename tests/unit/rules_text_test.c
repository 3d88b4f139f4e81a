/*
 * The rules of the bytes of texts, case by case: how literals are read, how values print, what JSON a
 * value is, and what the built-ins do to the last byte. Each case names its rule.
 */
#include "tests/support/rules.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(rules_text, .timeout = 60);

#define Q "\"\"\""
#define TYPES "writ 1\ntype Plain = deny | allow\ntype Paid = deny | pay(int 0..9)\ntype R { b: text ..40, a: int, o: text ..9? }\n"
#define FLOW(result) TYPES \
	"start f(t: text ..40, n: int, x: number, ok: bool, plain: Plain, paid: Paid, r: R, ts: [text ..9] ..4) -> " result "\n"
#define T(expr) FLOW("text ..4_000") "end " expr "\n"
#define INPUT \
	"{\"t\":\"aé✓z\",\"n\":-12,\"x\":0.1,\"ok\":true,\"plain\":\"deny\",\"paid\":{\"kind\":\"pay\",\"value\":7}," \
	"\"r\":{\"b\":\"q\\\"\\n\",\"a\":3,\"o\":null},\"ts\":[\"b\",\"a\",\"b\"]}"
#define GIVES(text) "{\"result\":\"" text "\"}"

static const struct text_rule {
	const char *rule, *source, *output;
} literals[] = {
	{ "the first newline is dropped, and the last; the closing quotes set the margin", T(Q "\n    a\n      b\n    " Q), GIVES("a\\n  b") },
	{ "`\\` before `{{` escapes it", T(Q "\n  \\{{x}}\n  " Q), GIVES("{{x}}") },
	{ "every other `\\` is itself", T(Q "\n  a\\nb \\\\ \\d\n  " Q), GIVES("a\\\\nb \\\\\\\\ \\\\d") },
	{ "`\\` before `\"\"\"` escapes it", T(Q "\n  \\" Q "x\n  " Q), GIVES("\\\"\\\"\\\"x") },
	{ "`\\\\{{` is a `\\` and an escaped `{{`: left to right, the second stands before it", T(Q "\n  \\\\{{x}}\n  " Q), GIVES("\\\\{{x}}") },
	{ "the closing quotes are the last three of a run of at most five", T(Q "a\"" Q), GIVES("a\\\"") },
	{ "two quotes before them", T(Q "a\"\"" Q), GIVES("a\\\"\\\"") },
	{ "trailing spaces stay", T(Q "\n  a  \n  " Q), GIVES("a  ") },
	{ "an empty line has no margin", T(Q "\n  a\n\n  b\n  " Q), GIVES("a\\n\\nb") },
	{ "CRLF is LF", T(Q "\r\n  a\r\n  b\r\n  " Q), GIVES("a\\nb") },
	{ "escapes of one line", T("\"\\\"\\\\\\n\\t\\u{e9}\\{{\""), GIVES("\\\"\\\\\\n\\té{{") },
	{ "a text in a hole in a text", T("\"a{{\"b{{t}}c\"}}d\""), GIVES("abaé✓zcd") },
	{ "`\"{{t}}\"` is t", T("\"{{t}}\""), GIVES("aé✓z") },
};

static void
expect(const struct text_rule *cases, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct rule_program p;

		rule_compile(&p, cases[i].source);
		if (p.module == NULL)
			cr_expect_fail("%s: %s", cases[i].rule, p.said.at);
		else
			cr_expect_str_eq(rule_output(&p, INPUT), cases[i].output, "%s: %s", cases[i].rule, p.text);
		rule_free(&p);
	}
}

#define EXPECT(cases) expect(cases, sizeof cases / sizeof *cases)

Test(rules_text, of_literals)
{
	EXPECT(literals);
}

static const struct text_rule printed[] = {
	{ "an int", T("\"{{n}}\""), GIVES("-12") },
	{ "a number as ECMAScript does", T("\"{{x}} {{1.0}} {{100.0}} {{1000000000000000000000.0}} {{0.0000001}} {{0.000001}} {{123456789.5}}\""),
	    GIVES("0.1 1 100 1e+21 1e-7 0.000001 123456789.5") },
	{ "a decimal literal is correctly rounded", T("\"{{0.1}} {{9007199254740993.0}} {{2.675}} {{0.30000000000000004}}\""),
	    GIVES("0.1 9007199254740992 2.675 0.30000000000000004") },
	{ "a bool", T("\"{{ok}}\""), GIVES("true") },
	{ "a variant without payloads", T("\"{{plain}}\""), GIVES("deny") },
	{ "integers with `_` between digits", T("\"{{1_000}}\""), GIVES("1000") },
	{ "the least int, after unary minus", T("\"{{-9_223_372_036_854_775_808}}\""), GIVES("-9223372036854775808") },
};

Test(rules_text, of_what_prints)
{
	EXPECT(printed);
}

static const struct text_rule json[] = {
	{ "record order, no spaces, strings as RFC 8785", T("json(r)"), GIVES("{\\\"b\\\":\\\"q\\\\\\\"\\\\n\\\",\\\"a\\\":3,\\\"o\\\":null}") },
	{ "a text, with characters as they are", T("json(t)"), GIVES("\\\"aé✓z\\\"") },
	{ "control characters in their short forms, else as \\u00", T("json(\"\\t\\u{1}\\u{7f}\")"), GIVES("\\\"\\\\t\\\\u0001\x7f\\\"") },
	{ "a list", T("json([1, 2])"), GIVES("[1,2]") },
	{ "a number", T("json(1.0)"), GIVES("1") },
	{ "an absent optional", T("json(r.o)"), GIVES("null") },
	{ "a present one", T("json(some(3))"), GIVES("3") },
	{ "a variant where none has a payload", T("json(plain)"), GIVES("\\\"deny\\\"") },
	{ "a variant with its payload", T("json(paid)"), GIVES("{\\\"kind\\\":\\\"pay\\\",\\\"value\\\":7}") },
	{ "one without beside one with", T("json(Paid.deny)"), GIVES("{\\\"kind\\\":\\\"deny\\\"}") },
	{ "a result that is no record is enveloped", FLOW("int") "end n\n", "{\"result\":-12}" },
	{ "one that is, is bare", FLOW("R") "end r\n", "{\"b\":\"q\\\"\\n\",\"a\":3,\"o\":null}" },
};

Test(rules_text, of_json)
{
	EXPECT(json);
}

static const struct text_rule built_ins[] = {
	{ "length of text is bytes", FLOW("int") "end length(t)\n", "{\"result\":7}" },
	{ "lower is ASCII", T("lower(\"ÄBÇ\")"), GIVES("ÄbÇ") },
	{ "upper is ASCII", T("upper(t)"), GIVES("Aé✓Z") },
	{ "trim is ASCII white space", T("trim(\" \\t\\n a \\u{a0}\")"), GIVES("a \u00a0") },
	{ "truncate ends at a code point", T("truncate(t, 2)"), GIVES("a") },
	{ "and takes one that fits", T("truncate(t, 3)"), GIVES("aé") },
	{ "not half of the next", T("truncate(t, 5)"), GIVES("aé") },
	{ "slice is half open", T("slice(t, 0, 3)"), GIVES("aé") },
	{ "cut inward to whole code points", T("slice(t, 2, 5)"), GIVES("") },
	{ "on both sides", T("slice(t, 2, 6)"), GIVES("✓") },
	{ "of a list by items", FLOW("[text ..9] ..4") "end slice(ts, 1, 3)\n", "{\"result\":[\"a\",\"b\"]}" },
	{ "lines are joined by a newline", T("lines(ts)"), GIVES("b\\na\\nb") },
	{ "numbered", T("numbered(ts)"), GIVES("1. b\\n2. a\\n3. b") },
	{ "fenced in three backticks", T("fenced(\"a\")"), GIVES("```\\na\\n```") },
	{ "one more than the longest run", T("fenced(\"a ```` b\")"), GIVES("`````\\na ```` b\\n`````") },
	{ "int of text: -?(0|[1-9][0-9]*)", T("\"{{int(\"-12\") ?? 0}} {{int(\"0\") ?? 1}} {{int(\"012\") ?? 1}} {{int(\"+1\") ?? 2}} {{int(\"\") ?? 3}} {{int(\" 1\") ?? 4}} {{int(\"-0\") ?? 5}}\""),
	    GIVES("-12 0 1 2 3 4 0") },
	{ "int of text within int64", T("\"{{int(\"9223372036854775807\") ?? 1}} {{int(\"9223372036854775808\") ?? 1}}\""), GIVES("9223372036854775807 1") },
	{ "round half to even", T("\"{{round(0.5)}} {{round(1.5)}} {{round(-2.5)}} {{round(2.6)}}\""), GIVES("0 2 -2 3") },
	{ "split: at most n pieces, the last holds the rest", FLOW("[text ..9] ..2") "end split(\"a,b,c\", \",\", 2)\n", "{\"result\":[\"a\",\"b,c\"]}" },
	{ "replace: every one, from left to right", T("replace(\"aaa\", \"aa\", \"b\")"), GIVES("ba") },
	{ "unique keeps first occurrences in order", FLOW("[text ..9] ..4") "end unique(ts)\n", "{\"result\":[\"b\",\"a\"]}" },
	{ "first of a list is an optional", FLOW("text ..9?") "end first(ts)\n", "{\"result\":\"b\"}" },
	{ "of an empty one none", FLOW("text ..9?") "end first(for y in ts where y == \"?\" yield y)\n", "{\"result\":null}" },
	{ "the first n are a list", FLOW("[text ..9] ..4") "end first(ts, 2)\n", "{\"result\":[\"b\",\"a\"]}" },
	{ "the last n, in order", FLOW("[text ..9] ..4") "end last(ts, 2)\n", "{\"result\":[\"a\",\"b\"]}" },
	{ "min and max take two", T("\"{{min(n, 3)}} {{max(n, 3)}}\""), GIVES("-12 3") },
	{ "an index counts the list, before `where`", T("join(for y, i in ts where i > 0 yield \"{{i}}{{y}}\", \" \")"), GIVES("1a 2b") },
	{ "sort is stable", T("join(for y, i in ts sort y yield \"{{i}}{{y}}\", \" \")"), GIVES("1a 0b 2b") },
	{ "desc too", T("join(for y, i in ts sort y desc yield \"{{i}}{{y}}\", \" \")"), GIVES("0b 2b 1a") },
};

Test(rules_text, of_built_ins)
{
	EXPECT(built_ins);
}

/* From outside. */
static const struct {
	const char *rule, *type, *json, *output;
} inputs[] = {
	{ "an object with one member for each input", "int", "{\"v\":1}", "{\"result\":1}" },
	{ "no other member", "int", "{\"v\":1,\"w\":2}", "input: " },
	{ "none twice", "int", "{\"v\":1,\"v\":1}", "input: " },
	{ "none left out", "int", "{}", "input: " },
	{ "an int has no fraction", "int", "{\"v\":1.0}", "input: v" },
	{ "and no exponent", "int", "{\"v\":1e2}", "input: v" },
	{ "a number may", "number", "{\"v\":1e2}", "{\"result\":100}" },
	{ "as long as 25 bytes", "number", "{\"v\":-0.0000012345678901234567}", "{\"result\":-0.0000012345678901234567}" },
	{ "an optional is the value", "int?", "{\"v\":1}", "{\"result\":1}" },
	{ "or null", "int?", "{\"v\":null}", "{\"result\":null}" },
	{ "and always there", "int?", "{}", "input: " },
	{ "a text within its bytes", "text ..4", "{\"v\":\"éé\"}", "{\"result\":\"éé\"}" },
	{ "and not a byte more", "text ..3", "{\"v\":\"éé\"}", "input: v" },
	{ "a list within its items", "[int] ..1", "{\"v\":[1,2]}", "input: v" },
	{ "a variant where none has a payload is its name", "Plain", "{\"v\":\"allow\"}", "{\"result\":\"allow\"}" },
	{ "not an object", "Plain", "{\"v\":{\"kind\":\"allow\"}}", "input: v" },
	{ "a variant among some with payloads is an object", "Paid", "{\"v\":{\"kind\":\"pay\",\"value\":7}}", "{\"result\":{\"kind\":\"pay\",\"value\":7}}" },
	{ "without a value where it has none", "Paid", "{\"v\":{\"kind\":\"deny\"}}", "{\"result\":{\"kind\":\"deny\"}}" },
	{ "not its name", "Paid", "{\"v\":\"deny\"}", "input: v" },
	{ "a value out of its range, with its path", "Paid", "{\"v\":{\"kind\":\"pay\",\"value\":10}}", "input: v.value" },
};

Test(rules_text, of_what_comes_from_outside)
{
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
		struct rule_program p;
		char source[512];

		(void)snprintf(source, sizeof source, TYPES "start f(v: %s) -> %s\nend v\n", inputs[i].type, inputs[i].type);
		rule_compile(&p, source);
		cr_assert(p.module != NULL, "%s", p.said.at);
		cr_expect_str_eq(rule_output(&p, inputs[i].json), inputs[i].output, "%s: %s", inputs[i].rule, p.text);
		rule_free(&p);
	}
}

/* How the answer of each kind of backend travels: `bare`, in `{"result":…}`, or as it is: `raw`. */
static const struct {
	const char *rule, *result, *agent, *travels;
} answers[] = {
	{ "the text of a model is raw", "text ..9", "llm { model: \"m-2025\", max_tokens: 9, user: \"x\" }", "raw" },
	{ "its record is bare", "R", "llm { model: \"m-2025\", max_tokens: 9, user: \"x\" }", "bare" },
	{ "anything else is in an envelope", "int", "llm { model: \"m-2025\", max_tokens: 9, user: \"x\" }", "envelope" },
	{ "a list, too", "[int] ..2", "llm { model: \"m-2025\", max_tokens: 9, user: \"x\" }", "envelope" },
	{ "of a person likewise", "bool", "human { role: \"r\", ask: \"x\" }", "envelope" },
	{ "a person's record", "R", "human { role: \"r\", ask: \"x\" }", "bare" },
	{ "the text of http is raw", "text ..9", "http { method: \"GET\", path: \"/\" }", "raw" },
	{ "anything else of http is bare", "int", "http { method: \"GET\", path: \"/\" }", "bare" },
	{ "of a tool", "int", "tool { call: \"c\" }", "bare" },
	{ "of a retrieve", "[R] ..2", "retrieve { query: \"x\", top: 2 }", "bare" },
};

Test(rules_text, of_answers)
{
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		const char *body = strchr(answers[i].agent, ' ');
		struct wr_run *run = NULL;
		struct wr_fault fault;
		struct rule_program p;
		struct wr_call call;
		char source[1024];

		(void)snprintf(source, sizeof source, TYPES "backend b: %.*s\nagent g() -> %s via b%s\nstart f() -> %s\nend g()\n",
		    (int)(body - answers[i].agent), answers[i].agent, answers[i].result, body, answers[i].result);
		rule_compile(&p, source);
		cr_assert(p.module != NULL, "%s: %s", answers[i].rule, p.said.at);
		cr_assert_eq(wr_run_start(p.module, &p.f.hook, NULL, WR_TEXT("{}"), &run, &fault), WR_OK);
		cr_assert(wr_run_next(run, &call));
		cr_expect_str_eq(call.form == WR_RESULT_TEXT ? "raw" : call.enveloped ? "envelope" : "bare", answers[i].travels, "%s",
		    answers[i].rule);
		wr_run_free(run);
		rule_free(&p);
	}
}

static const struct rule verdicts[] = {
	{ "a line left of the closing quotes", T(Q "\n a\n    " Q), "E0005" },
	{ "six quotes at the end", T(Q "a" Q Q), "E0011" },
	{ "a digit after `_`, and before", FLOW("int") "end 1__0\n", "E0012" },
	{ "a record does not print", T("\"{{r}}\""), "E0206" },
	{ "nor does a variant with a payload", T("\"{{paid}}\""), "E0206" },
	{ "nor what may be absent", T("\"{{r.o}}\""), "E0202" },
	{ "the bound of json counts 6 for each byte, and 2", FLOW("text ..56") "end json(truncate(t, 9))\n", "ok" },
	{ "and not one less", FLOW("text ..55") "end json(truncate(t, 9))\n", "E0207" },
	{ "a number is at most 25 bytes, as -0.0000012345678901234567 is", FLOW("text ..25") "end \"{{x}}\"\n", "ok" },
	{ "and not 24", FLOW("text ..24") "end \"{{x}}\"\n", "E0207" },
	{ "an int 20", FLOW("text ..20") "end \"{{n}}\"\n", "ok" },
	{ "and not 19", FLOW("text ..19") "end \"{{n}}\"\n", "E0207" },
	{ "a bool 5", FLOW("text ..5") "end \"{{ok}}\"\n", "ok" },
	{ "and not 4", FLOW("text ..4") "end \"{{ok}}\"\n", "E0207" },
	{ "the separator of split is constant and not empty", T("lines(split(t, \"\", 2))"), "E0213" },
	{ "and constant", T("lines(split(t, t, 2))"), "E0213" },
	{ "what replace looks for, too", T("replace(t, \"\", \"x\")"), "E0213" },
	{ "the bound of replace is computed: each of 40 bytes may become 2", FLOW("text ..80") "end replace(t, \"a\", \"bb\")\n", "ok" },
	{ "and not one less", FLOW("text ..79") "end replace(t, \"a\", \"bb\")\n", "E0207" },
};

Test(rules_text, of_what_is_refused)
{
	RULES_HOLD(verdicts);
}
