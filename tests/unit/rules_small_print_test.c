/*
 * What is left of the rules, case by case: names, words, aliases, optionals, files and settings.
 * Each case names its rule.
 */
#include "tests/support/rules.h"

#include <criterion/criterion.h>

TestSuite(rules_small_print, .timeout = 60);

#define FLOW(result) "start f(t: text ..20, n: int 0..9, ts: [text ..20] ..4, o: text ..20?) -> " result "\n"
#define W "writ 1\n"
#define HTTP(more) W "backend desk: http\ntype H { accept: text, x_key: text }\ntype Q { q: text, n: text }\n" \
	"agent g(q: text ..20) -> text ..20 via desk { method: \"GET\", path: \"/{{q}}\"" more " }\n" FLOW("text ..20") "end g(t)\n"
#define LLM(more) W "backend house: llm\n" \
	"agent g(q: text ..20) -> text ..20 via house { model: \"m-2025\", max_tokens: 9, user: \"{{q}}\"" more " }\n" FLOW("text ..20") "end g(t)\n"

static const struct rule verdicts[] = {
	/* Names mean one thing where they are visible. */
	{ "a step is not called like an input", W FLOW("text ..20") "  n = t\nend n\n", "E0103" },
	{ "nor like a step around it", W FLOW("text ..20") "  a = t\nend if n > 3 then { a = \"x\" yield a } else a\n", "E0103" },
	{ "nor like a built-in", W FLOW("text ..20") "  upper = t\nend upper\n", "E0103" },
	{ "nor like a const", W "const c = 1\n" FLOW("text ..20") "  c = t\nend c\n", "E0103" },
	{ "nor like a fn", W "fn g(n: int) -> int = n\n" FLOW("text ..20") "  g = t\nend g\n", "E0103" },
	{ "sibling blocks may share names", W FLOW("text ..20") "end if n > 3 then { a = t yield a } else { a = \"x\" yield a }\n", "ok" },
	{ "a name of a block is not seen outside", W FLOW("text ..20") "  b = if n > 3 then { a = t yield a } else t\nend b + a\n", "E0101" },
	{ "sort and desc are words of the language", W FLOW("text ..20") "  sort = t\nend sort\n", "E0002" },
	{ "and may be field names", "writ 1\ntype R { sort: int 0..4, desc: int 0..4 }\nstart f(r: R) -> int 0..9\nend r.sort + r.desc\n", "ok" },
	/* Shape of a file. */
	{ "comments and blank lines may stand before `writ 1`", "// a\n\n// b\n" W FLOW("text ..20") "end t\n", "ok" },
	{ "which a file cannot do without", FLOW("text ..20") "end t\n", "E0008" },
	{ "aliases are transparent", W "type Cents = int 0..9\n" FLOW("Cents") "end n\n", "ok" },
	{ "records are called by their names", W "type A { a: int }\ntype B { a: int }\nstart f(a: A) -> B\nend a\n", "E0201" },
	/* Optionals. */
	{ "a T stands where T? is wanted", W FLOW("text ..20?") "end t\n", "ok" },
	{ "a T? does not where T is", W FLOW("text ..20") "end o\n", "E0202" },
	{ "T?\? is not a type", W "start f(t: text?\?) -> int\nend 1\n", "E0002" },
	{ "nor can one be made", W FLOW("text ..20?") "end some(o)\n", "E0209" },
	/* Built-ins. */
	{ "min takes two", W FLOW("int") "end min(n, 1, 2)\n", "E0107" },
	{ "max takes two", W FLOW("int") "end max(n)\n", "E0107" },
	{ "first of a list may be absent", W FLOW("text ..20") "end first(ts)\n", "E0202" },
	{ "split's number is a constant", W FLOW("int") "end length(split(t, \",\", n))\n", "E0213" },
	/* Fns. */
	{ "a fn's declared result is checked", W "fn g(n: int 0..9) -> int 0..4 = n\n" FLOW("int") "end g(n)\n", "E0207" },
	{ "where it is not used, too", W "fn g(n: int 0..9) -> int 0..4 = n\n" FLOW("int") "end n\n", "E0207" },
	{ "a fn does not call itself", W "fn g(n: int) -> int = g(n)\n" FLOW("int") "end g(n)\n", "E0105" },
	{ "a fn calls no agent", LLM("") "fn h(q: text ..20) -> text ..20 = g(q)\n", "E0109" },
	/* Settings. */
	{ "headers are constant texts", HTTP(", headers: H { accept: \"a\", x_key: \"b\" }"), "ok" },
	{ "and nothing that is made", HTTP(", headers: H { accept: q, x_key: \"b\" }"), "E0503" },
	{ "queries are templates", HTTP(", query: Q { q, n: \"{{q}}!\" }"), "ok" },
	{ "four texts to stop at", LLM(", stop: [\"a\", \"b\", \"c\", \"d\"]"), "ok" },
	{ "and no fifth", LLM(", stop: [\"a\", \"b\", \"c\", \"d\", \"e\"]"), "E0207" },
	{ "which are constant", LLM(", stop: [q]"), "E0503" },
	{ "a setting stands once", LLM(", max_tokens: 3"), "E0509" },
	{ "messages may repeat", LLM(", assistant: \"a\", user: \"b\""), "ok" },
	/* Tests are checked with the program. */
	{ "check checks tests as well", W FLOW("text ..20") "end t\ntest \"x\" { given t = 3 given n = 1 given ts = [] given o = none expect true }\n", "E0201" },
};

Test(rules_small_print, of_what_may_be_written)
{
	RULES_HOLD(verdicts);
}

static const struct {
	const char *rule, *a, *b;
	bool same;
} programs[] = {
	{ "`\"{{t}}\"` is t", W FLOW("text ..20") "end \"{{t}}\"\n", W FLOW("text ..20") "end t\n", true },
	{ "a T standing for T? is some(t)", W FLOW("text ..20?") "end t\n", W FLOW("text ..20?") "end some(t)\n", true },
	{ "the name of an alias is not in it", W "type A = int 0..9\n" FLOW("A") "end n\n", W "type B = int 0..9\n" FLOW("B") "end n\n", true },
	{ "the name of a record is", W "type A { a: int }\nstart f(a: A) -> A\nend a\n", W "type B { a: int }\nstart f(a: B) -> B\nend a\n", false },
	{ "the description of a label is",
	    W "label l \"one\"\nstart f(t: text @l) -> text @l\nend t\n", W "label l \"two\"\nstart f(t: text @l) -> text @l\nend t\n", false },
	{ "the description of a field is", W "type A { a: int \"one\" }\nstart f(a: A) -> A\nend a\n", W "type A { a: int \"two\" }\nstart f(a: A) -> A\nend a\n", false },
	{ "a doc comment is not", W "/// one\n" FLOW("text ..20") "end t\n", W "/// two\n" FLOW("text ..20") "end t\n", true },
	{ "digits may be grouped", W FLOW("int") "end 20_000\n", W FLOW("int") "end 20000\n", true },
	{ "60s is 1m", LLM(", timeout: 60s"), LLM(", timeout: 1m"), true },
	{ "what is the default is as if it were not said", LLM(", timeout: 30s"), LLM(""), true },
	{ "settings have no order", LLM(", temperature: 0, timeout: 5s"), LLM(", timeout: 5s, temperature: 0"), true },
	{ "messages have one", LLM(", assistant: \"a\", user: \"b\""), LLM(", user: \"b\", assistant: \"a\""), false },
	{ "a fn is in place", W "fn g(n: int 0..9) -> int = n + 1\n" FLOW("int") "end g(n)\n", W FLOW("int") "end n + 1\n", true },
	{ "a const is in place", W "const c = 3\n" FLOW("int") "end n + c\n", W FLOW("int") "end n + 3\n", true },
	{ "a test is not in it", W FLOW("text ..20") "end t\n",
	    W FLOW("text ..20") "end t\ntest \"x\" { given t = \"a\" given n = 1 given ts = [] given o = none expect result == \"a\" }\n", true },
	{ "a text block is its text", W FLOW("text ..20") "end \"a\\nb\"\n", W FLOW("text ..20") "end \"\"\"\n  a\n  b\n  \"\"\"\n", true },
	{ "trailing spaces in one are bytes of it", W FLOW("text ..20") "end \"\"\"\n  a\n  \"\"\"\n", W FLOW("text ..20") "end \"\"\"\n  a \n  \"\"\"\n", false },
};

Test(rules_small_print, of_what_is_in_the_digest)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		cr_expect_eq(rule_same(programs[i].a, programs[i].b), programs[i].same, "%s", programs[i].rule);
}
