/*
 * The rules of labels, case by case: what carries a label (A), what holds one declared inside (L),
 * what decides, and where labels must be accepted or declared. Each case names its rule.
 */
#include "tests/support/rules.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(rules_labels, .timeout = 60);

#define LLM(more) "{ model: \"m-2025\", max_tokens: 9, " more " }\n"
#define HEAD \
	"writ 1\nlabel a \"A\"\nlabel b \"B\"\n" \
	"backend closed: llm\nbackend open: llm accepts @a @b\nbackend web: llm accepts @a @b taints @b\n" \
	"type R { open_part: text ..20, shut: text ..20 @a }\n" \
	"type Plain { one: text ..20, two: text ..20 }\n" \
	"type V = nothing | bare(text ..20) | marked(text ..20 @a)\n" \
	"fn strip(t: text ..20) -> text drops @a because \"why\" = t\n" \
	"agent ask(q: text ..20) -> text ..20 via open " LLM("user: \"{{q}}\"") \
	"agent shut_ask(q: text ..20) -> text ..20 via closed " LLM("user: \"{{q}}\"") \
	"agent web_ask(q: text ..20) -> text ..20 via web " LLM("user: \"{{q}}\"") \
	"agent web_drop(q: text ..20) -> text ..20 via web drops @a @b because \"why\" " LLM("user: \"{{q}}\"") \
	"agent drop_a(q: text ..20) -> text ..20 via open drops @a because \"why\" " LLM("user: \"{{q}}\"") \
	"agent twice(q: text ..20) -> text ..20 via open " LLM("user: \"{{q}}\", fallback: web_ask") \
	"agent of_r(r: R) -> text ..20 via open " LLM("user: \"{{r.open_part}}\"") \
	"agent shut_r(r: R) -> text ..20 via closed " LLM("user: \"{{r.open_part}}\"")
#define FLOW(result) HEAD \
	"start f(t: text ..20, ta: text ..20 @a, tb: text ..20 @b, n: int 0..9, na: int 0..9 @a, r: R, rs: [R] ..3, xs: [text ..20] ..3 @a, " \
	"ys: [text ..20] ..3, o: R?, oa: text ..20? @a, v: V, plain: Plain @a) -> " result "\n"

#define TEXT(expr) FLOW("text ..200") "end \"{{" expr "}}\"\n"
#define INT(expr) FLOW("int") "end " expr "\n"
#define BOOL(expr) FLOW("bool") "end " expr "\n"

/* The result is declared without labels: `ok` says that the value carries none, E0303 that it does. */
static const struct rule carried[] = {
	{ "an input carries the labels written on it", TEXT("ta"), "E0303" },
	{ "and no others", TEXT("t"), "ok" },
	{ "the result declared with them takes it", FLOW("text ..20 @a") "end ta\n", "ok" },
	{ "with another it does not", FLOW("text ..20 @b") "end ta\n", "E0303" },
	{ "a list carries what its items do", FLOW("int") "end length([t, ta])\n", "E0303" },
	{ "an operator what its operands do", INT("n + na"), "E0303" },
	{ "an operator of none", INT("n + 1"), "ok" },
	{ "a built-in what its operands do", TEXT("upper(ta)"), "E0303" },
	{ "its size as well", INT("length(ta)"), "E0303" },
	{ "`some` what it holds", FLOW("text ..20?") "end some(ta)\n", "E0303" },
	{ "`==` what is declared inside its operands", BOOL("r == r"), "E0303" },
	{ "`contains` too", BOOL("contains(rs, r)"), "E0303" },
	{ "`unique` too", INT("length(unique(rs))"), "E0303" },
	{ "`json` too", INT("length(json(r))"), "E0303" },
	{ "a field that is declared with it", TEXT("r.shut"), "E0303" },
	{ "a field that is not", TEXT("r.open_part"), "ok" },
	{ "a field of what carries it", TEXT("plain.one"), "E0303" },
	{ "an element of what carries it", TEXT("first(xs) ?? t"), "E0303" },
	{ "an element of what does not", TEXT("first(ys) ?? t"), "ok" },
	{ "a length of what only holds it inside", INT("length(rs)"), "ok" },
	{ "is-none of what only holds it inside", BOOL("o == none"), "ok" },
	{ "is-none of what carries it", BOOL("oa == none"), "E0303" },
	{ "the variant of what only holds it inside", INT("match v { nothing -> 0, bare -> 1, marked -> 2 }"), "ok" },
	{ "a payload that is declared with it", TEXT("match v { marked(x) -> x, else -> t }"), "E0303" },
	{ "a payload that is not", TEXT("match v { bare(x) -> x, else -> t }"), "ok" },
	{ "the value of an optional that carries it", TEXT("oa ?? t"), "E0303" },
};

Test(rules_labels, of_what_values_carry)
{
	RULES_HOLD(carried);
}

static const struct rule built[] = {
	{ "a field takes what it is declared with", FLOW("R") "end R { open_part: t, shut: ta }\n", "ok" },
	{ "and nothing else", FLOW("R") "end R { open_part: ta, shut: t }\n", "E0303" },
	{ "not another label", FLOW("R") "end R { open_part: t, shut: tb }\n", "E0303" },
	{ "a record itself carries nothing of its fields", TEXT("R { open_part: t, shut: ta }.open_part"), "ok" },
	{ "a payload takes what it is declared with", FLOW("V") "end V.marked(ta)\n", "ok" },
	{ "and nothing else", FLOW("V") "end V.bare(ta)\n", "E0303" },
	{ "a changed field takes what it is declared with", FLOW("R") "end r with { shut: ta }\n", "ok" },
	{ "and nothing else", FLOW("R") "end r with { open_part: ta }\n", "E0303" },
	{ "what is changed carries what it was changed from", FLOW("Plain") "end plain with { one: t }\n", "E0303" },
	{ "as declared", FLOW("Plain @a") "end plain with { one: t }\n", "ok" },
	{ "a record built where a label decides carries it", FLOW("Plain") "end if na > 3 then Plain { one: t, two: t } else Plain { one: \"\", two: t }\n", "E0303" },
};

Test(rules_labels, of_what_is_built)
{
	RULES_HOLD(built);
}

static const struct rule dropped[] = {
	{ "a drop takes its labels off", TEXT("strip(ta)"), "ok" },
	{ "and no others", TEXT("strip(tb)"), "E0303" },
	{ "what does not depend on the decision hoists out of it, and is judged there",
	    FLOW("text ..20 @b") "end if tb == \"x\" then strip(ta) else t\n", "ok" },
	{ "what depends on it is dropped where outsiders choose",
	    FLOW("text ..40 @b") "end if tb == \"x\" then strip(truncate(ta + ask(ta), 20)) else t\n", "E0306" },
	{ "an agent that drops is called where nothing labelled decides", TEXT("drop_a(ta)"), "ok" },
	{ "not in an arm", FLOW("text ..20 @b") "end if tb == \"x\" then drop_a(ta) else t\n", "E0306" },
	{ "an arm that nothing labelled decides is no matter", TEXT("if t == \"x\" then drop_a(ta) else t"), "ok" },
	{ "one reason for each `drops`", "writ 1\nlabel a \"A\"\nfn f(t: text) -> text drops @a because \"\" = t\nstart s(t: text @a) -> text\nend f(t)\n", "E0308" },
};

Test(rules_labels, of_drops)
{
	RULES_HOLD(dropped);
}

static const struct rule answers[] = {
	{ "an answer carries what its arguments do", TEXT("ask(ta)"), "E0303" },
	{ "and what is declared inside them", TEXT("of_r(r)"), "E0303" },
	{ "and what decided about the call", FLOW("text ..20 @a") "end if tb == \"x\" then ask(t) else t\n", "E0303" },
	{ "less what the agent drops", TEXT("drop_a(ta)"), "ok" },
	{ "and what its backend taints", TEXT("web_ask(t)"), "E0303" },
	{ "which no drop of its own takes off", TEXT("web_drop(ta)"), "E0303" },
	{ "an argument that the backend does not accept", FLOW("text ..20 @a") "end shut_ask(ta)\n", "E0301" },
	{ "nor what is declared inside it", FLOW("text ..20 @a") "end shut_r(r)\n", "E0301" },
	{ "a decision that the backend does not accept", FLOW("text ..20 @b") "end if tb == \"x\" then shut_ask(t) else t\n", "E0302" },
	{ "both, each said", FLOW("text ..20 @a @b") "end if tb == \"x\" then shut_ask(ta) else t\n", "E0301 E0302" },
	{ "the result takes what it is declared with", FLOW("text ..20 @a @b") "end web_ask(ta)\n", "ok" },
};

Test(rules_labels, of_agents)
{
	RULES_HOLD(answers);
}

static const struct rule decisions[] = {
	{ "a match gives what it is decided by", TEXT("if na > 3 then t else \"x\""), "E0303" },
	{ "and what its arms carry", TEXT("if n > 3 then ta else t"), "E0303" },
	{ "inside the arms it decides", FLOW("text ..20 @a") "end if na > 3 then shut_ask(t) else t\n", "E0302" },
	{ "inside blocks nested there", FLOW("text ..20 @a") "end if na > 3 then (if n > 3 then shut_ask(t) else t) else t\n", "E0302" },
	{ "a for decides by its list", FLOW("[text ..20] ..3 @a") "end for x in xs yield shut_ask(t)\n", "E0302" },
	{ "by what it keeps", FLOW("[text ..20] ..3 @a") "end for x in rs where x.shut == \"x\" yield shut_ask(t)\n", "E0302" },
	{ "by what it sorts by", FLOW("[text ..20] ..3 @a") "end for x in rs sort x.shut yield shut_ask(t)\n", "E0302" },
	{ "not by what its items hold inside", FLOW("[text ..20] ..3") "end for x in rs yield shut_ask(x.open_part)\n", "ok" },
	{ "it gives its list's", INT("length(for x in xs yield 1)"), "E0303" },
	{ "and the condition's, declared inside", INT("length(for x in rs where x == r yield 1)"), "E0303" },
	{ "and the key's", FLOW("[text ..20] ..3") "end for x in rs sort x.shut yield x.open_part\n", "E0303" },
	{ "and what it yields", FLOW("[text ..20] ..3") "end for x in rs yield x.shut\n", "E0303" },
	{ "of none of them", FLOW("[text ..20] ..3") "end for x in rs where x.open_part != \"\" sort x.open_part yield x.open_part\n", "ok" },
};

Test(rules_labels, of_decisions)
{
	RULES_HOLD(decisions);
}

#define LOOP(init, body, until) "loop s: text ..20 = " init " limit 3 { yield " body " until " until " }"

static const struct rule loops[] = {
	{ "a loop of nothing labelled", TEXT(LOOP("t", "truncate(s + t, 20)", "s == t")), "ok" },
	{ "its state carries what it begins with", TEXT(LOOP("ta", "t", "n > 3")), "E0303" },
	{ "and what it becomes", TEXT(LOOP("t", "ta", "n > 3")), "E0303" },
	{ "a state that is sent in a later round", FLOW("text ..20 @a") "end " LOOP("t", "(if s == \"x\" then ta else shut_ask(s))", "n > 3") "\n", "E0301 E0302" },
	{ "it gives what ends it", TEXT(LOOP("t", "t", "na > 3")), "E0303" },
	{ "which decides about its rounds", FLOW("text ..20 @a") "end " LOOP("t", "shut_ask(t)", "na > 3") "\n", "E0302" },
	{ "what ends it is held inside, too", TEXT(LOOP("t", "t", "r == r")), "E0303" },
	{ "rounds that outsiders end are no place for a drop", FLOW("text ..20 @b") "end " LOOP("t", "drop_a(truncate(s + ta, 20))", "tb == \"x\"") "\n", "E0306" },
	{ "nor when they do by way of the state",
	    FLOW("text ..20 @b") "end " LOOP("t", "truncate(web_ask(s) + drop_a(ta), 20)", "s == t") "\n", "E0306" },
	{ "others are", TEXT(LOOP("t", "drop_a(truncate(s + ta, 20))", "n > 3")), "ok" },
	{ "loops in loops, the outer state from the inner",
	    TEXT("loop s: text ..20 = t limit 2 { yield loop u: text ..20 = s limit 2 { yield (if u == \"x\" then ta else u) until n > 3 } until n > 4 }"), "E0303" },
};

Test(rules_labels, of_loops)
{
	RULES_HOLD(loops);
}

static const struct rule failures[] = {
	{ "a failure tells what the answer would have", TEXT("try ask(ta) else \"x\""), "E0303" },
	{ "also when only the other branch is looked at", INT("length(try drop_a(ask(ta)) else \"x\")"), "E0303" },
	{ "what an agent drops from its answer, it drops from its failure", TEXT("try drop_a(ta) else \"x\""), "ok" },
	{ "it decides about what comes instead", FLOW("text ..20 @a") "end try ask(ta) else shut_ask(t)\n", "E0302" },
	{ "any call of the first branch does, at any depth",
	    FLOW("text ..20 @a") "end try (if n > 3 then { x = ask(ta) yield if x == t then t else t } else t) else shut_ask(t)\n", "E0302" },
	{ "it gives what the first branch gives", FLOW("text ..40") "end try truncate(ask(t) + ta, 40) else t\n", "E0303" },
	{ "and what comes instead", TEXT("try ask(t) else ta"), "E0303" },
	{ "of neither", TEXT("try ask(t) else t"), "ok" },
	{ "a failure that outsiders may cause is no place for a drop", FLOW("text ..20 @b") "end try web_ask(t) else drop_a(ta)\n", "E0306" },
	{ "one that nothing labelled causes is", TEXT("try ask(t) else drop_a(ta)"), "ok" },
	{ "what is kept by a label tells by failing",
	    FLOW("text ..20 @a") "end try { said = for x in rs where x.shut == \"x\" yield ask(x.open_part) yield first(said) ?? t } else shut_ask(t)\n", "E0302" },
	{ "a failing fallback tells what its answer would have", FLOW("text ..20 @b") "end try twice(t) else shut_ask(t)\n", "E0302" },
	{ "what decides nothing in the first branch decides nothing there", FLOW("text ..20 @a") "end try shut_ask(truncate(ask(t), 20)) else ta\n", "ok" },
};

Test(rules_labels, of_failures)
{
	RULES_HOLD(failures);
}

/* What a failure tells is one bit more of what a drop lets through. */
Test(rules_labels, of_what_a_failure_lets_through)
{
	static const struct {
		const char *rule, *end;
		uint64_t bits;
	} cases[] = {
		{ "a bool is one bit", "end drop_b(tb)\n", 1 },
		{ "and one for whether it failed", "end try drop_b(tb) else false\n", 2 },
		{ "a try that asks nobody cannot fail", "end try (if n > 3 then upper(t) == t else true) else drop_b(tb)\n", 0 },
		{ "in what comes instead", "end try ask(t) == t else drop_b(tb)\n", 1 },
		{ "of several places the most", "end drop_b(tb) and (try drop_b(tb) else false)\n", 2 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct wr_summary *sum;
		struct rule_program p;
		char source[8192];
		uint64_t most = 0;

		(void)snprintf(source, sizeof source, "%s%s%s", HEAD
		    "agent drop_b(q: text ..20) -> bool via open drops @b because \"why\" " LLM("user: \"{{q}}\""),
		    "start f(t: text ..20, tb: text ..20 @b, n: int 0..9) -> bool\n", cases[i].end);
		rule_compile(&p, source);
		cr_assert(p.module != NULL, "%s: %s", cases[i].rule, p.said.at);
		sum = wr_module_summary(p.module);
		for (uint32_t k = 0; k < sum->drops_len; k++)
			most = sum->drops[k].millibits > most ? sum->drops[k].millibits : most;
		cr_expect_eq(most, cases[i].bits * 1000, "%s: %llu", cases[i].rule, (unsigned long long)most);
		rule_free(&p);
	}
}

#define AGENTS2(a, b) \
	"writ 1\nlabel a \"A\"\nlabel b \"B\"\nbackend one: llm accepts " a "\nbackend two: llm accepts " b "\n" \
	"agent second(q: text ..20) -> text ..20 via two " LLM("user: \"{{q}}\"")
#define FIRST(drops) "agent ask(q: text ..20) -> text ..20 via one " drops LLM("user: \"{{q}}\", fallback: second")
#define ASKED(input, result) "start f(t: text ..20" input ") -> text ..20" result "\nend ask(t)\n"

static const struct rule fallbacks[] = {
	{ "an argument suits both", AGENTS2("@a", "@a") FIRST("") ASKED(" @a", " @a"), "ok" },
	{ "not the first alone", AGENTS2("@a", "@b") FIRST("") ASKED(" @a", " @a"), "E0301" },
	{ "the answer carries what either taints", AGENTS2("@a", "@a taints @b") FIRST("") ASKED("", ""), "E0303" },
	{ "as declared", AGENTS2("@a", "@a taints @b") FIRST("") ASKED("", " @b"), "ok" },
	{ "a context of the fallback is one too", "writ 1\nlabel a \"A\"\nbackend one: llm accepts @a\n"
	    "agent second(q: text ..20) -> text ..20 via one " LLM("context: \"Be {{q}}.\", user: \"x\"") FIRST("") ASKED(" @a", " @a"), "E0304" },
	{ "and one of the first when the fallback has another", "writ 1\nlabel a \"A\"\nbackend one: llm accepts @a\n"
	    "agent second(q: text ..20, r: text ..20) -> text ..20 via one " LLM("context: \"Be {{q}}.\", user: \"x\"")
	    "agent ask(q: text ..20, r: text ..20) -> text ..20 via one " LLM("context: \"Be {{r}}.\", user: \"x\", fallback: second")
	    "start f(t: text ..20 @a) -> text ..20 @a\nend ask(q: t, r: \"\")\n", "E0304" },
	{ "drops are equal", AGENTS2("@a", "@a") FIRST("drops @a because \"why\" ") ASKED(" @a", ""), "E0505" },
};

Test(rules_labels, of_fallbacks)
{
	RULES_HOLD(fallbacks);
}

#define CONTEXT(context) "agent told(q: text ..20, r: R) -> text ..20 via open " LLM("context: " context ", user: \"{{q}}{{r.open_part}}\"")

static const struct rule contexts[] = {
	{ "a context says what the author wrote", HEAD CONTEXT("\"Be brief.\"") "start f(ta: text ..20 @a, r: R) -> text ..20 @a\nend told(q: ta, r)\n", "ok" },
	{ "a parameter that it mentions carries nothing", HEAD CONTEXT("\"Be {{q}}.\"") "start f(ta: text ..20 @a, r: R) -> text ..20 @a\nend told(q: ta, r)\n", "E0304" },
	{ "at a call where it does not", HEAD CONTEXT("\"Be {{q}}.\"") "start f(t: text ..20, r: R) -> text ..20 @a\nend told(q: t, r)\n", "ok" },
	{ "what is declared inside it may be left out of it", HEAD CONTEXT("\"Be {{r.open_part}}.\"") "start f(t: text ..20, r: R) -> text ..20 @a\nend told(q: t, r)\n", "ok" },
	{ "and may not be said", HEAD CONTEXT("\"Be {{r.shut}}.\"") "start f(t: text ..20, r: R) -> text ..20 @a\nend told(q: t, r)\n", "E0304" },
	{ "not through a record either", HEAD CONTEXT("json(Plain { one: r.shut, two: \"\" })") "start f(t: text ..20, r: R) -> text ..20 @a\nend told(q: t, r)\n", "E0304" },
	{ "nor a record built where a label decides", HEAD CONTEXT("\"Be {{r.open_part}}.\"")
	    "start f(t: text ..20, na: int 0..9 @a) -> text ..20 @a\nend if na > 3 then told(q: t, r: R { open_part: ask(t), shut: t }) else t\n", "E0303 E0304" },
	{ "nor one changed there", HEAD CONTEXT("\"Be {{r.open_part}}.\"")
	    "start f(t: text ..20, na: int 0..9 @a, r: R) -> text ..20 @a\nend if na > 3 then told(q: t, r: r with { open_part: ask(t) }) else t\n", "E0303 E0304" },
	{ "nor a state that a label may have ended", HEAD CONTEXT("\"Be {{q}}.\"")
	    "start f(t: text ..20, na: int 0..9 @a, r: R) -> text ..20 @a\n"
	    "end told(q: loop s: text ..20 = t limit 3 { yield ask(s) until na > 3 }, r)\n", "E0304" },
	{ "nor what comes instead of a failure", HEAD CONTEXT("\"Be {{q}}.\"")
	    "start f(t: text ..20, ta: text ..20 @a, r: R) -> text ..20 @a\nend told(q: try { x = ask(ta) yield if x == t then t else t } else t, r)\n", "E0304" },
	{ "elsewhere in a body records take what they like",
	    HEAD "agent told(r: R) -> text ..20 via open " LLM("user: json(Plain { one: r.shut, two: \"\" })") "start f(r: R) -> text ..20 @a\nend told(r)\n", "ok" },
};

Test(rules_labels, of_context_prompts)
{
	RULES_HOLD(contexts);
}

static const struct rule places[] = {
	{ "on fields, payloads, inputs and the result", "writ 1\nlabel a \"A\"\ntype R { f: text @a }\ntype V = v(text @a)\n"
	    "start f(r: R, v: V, t: text @a) -> text @a\nend if r == r and v == v then t else t\n", "ok" },
	{ "not on the parameter of an agent", "writ 1\nlabel a \"A\"\nbackend m: llm accepts @a\nagent g(t: text @a) -> text via m " LLM("user: \"{{t}}\"") "start f(t: text) -> text\nend g(t)\n", "E0307" },
	{ "nor on its result", "writ 1\nlabel a \"A\"\nbackend m: llm accepts @a\nagent g(t: text) -> text @a via m " LLM("user: \"{{t}}\"") "start f(t: text) -> text\nend g(t)\n", "E0307" },
	{ "nor on a fn's", "writ 1\nlabel a \"A\"\nfn g(t: text @a) -> text = t\nstart f(t: text) -> text\nend g(t)\n", "E0307" },
	{ "nor on the type of a step", "writ 1\nlabel a \"A\"\nstart f(t: text) -> text\n  u: text @a = t\nend u\n", "E0307" },
	{ "nor on an alias", "writ 1\nlabel a \"A\"\ntype T = text @a\nstart f(t: T) -> text\nend t\n", "E0307" },
};

Test(rules_labels, of_where_they_are_written)
{
	RULES_HOLD(places);
}
