/*
 * The rules of order, case by case: what a `require` guards, what a `do` waits for, how a program
 * is numbered, and what therefore is the same program. Each case names its rule.
 */
#include "tests/support/rules.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(rules_order, .timeout = 60);

#define AGENTS \
	"writ 1\nbackend house: llm\nbackend desk: http\n" \
	"type Side = left | right(text ..40)\n" \
	"agent ask(q: text ..40) -> text ..40 via house { model: \"m-2025\", max_tokens: 9, user: \"{{q}}\" }\n" \
	"agent tell(q: text ..40) -> text ..40 via desk { method: \"PUT\", path: \"/\", body: \"{{q}}\" }\n"
#define FLOW AGENTS "start f(t: text ..20, ok: bool, side: Side) -> text ..200\n"
#define ALWAYS "end \"{{t}}\"\n"

/* Numbers are those of the listing: the first node is 0. `<2` is the guard, or what a DO comes after. */
static const struct {
	const char *rule, *source, *numbers;
} numbers[] = {
	/* Guards. */
	{ "a require guards the calls below it, and none above", FLOW "  a = ask(\"a\")\n  require ok else \"no\"\n  b = ask(\"b\")\nend \"{{a}}{{b}}\"\n",
	    "CONST CALL.ask INPUT CONST REQUIRE CONST CALL.ask<4 TEMPLATE" },
	{ "a require guards calls of blocks nested below it", FLOW "  require ok else \"no\"\n  a = match side { left -> ask(\"l\"), right(r) -> ask(r) }\nend a\n",
	    "INPUT INPUT CONST REQUIRE CONST MATCH { CALL.ask<3 | BIND CALL.ask<3 }" },
	{ "the nearest require above guards", FLOW "  require ok else \"no\"\n  require t == \"x\" else \"nor\"\n  a = ask(\"a\")\nend a\n",
	    "INPUT CONST REQUIRE INPUT CONST EQ CONST REQUIRE<2 CONST CALL.ask<7" },
	{ "a require of a block guards there, and is guarded by the one around",
	    FLOW "  require ok else \"no\"\n  a = match side { left -> \"\", right(r) -> { require r == t else \"nor\" yield ask(r) } }\nend a\n",
	    "INPUT CONST INPUT CONST REQUIRE INPUT CONST MATCH { | BIND EQ REQUIRE<4 CALL.ask<10 }" },
	{ "a require of a block does not guard what is outside below it",
	    FLOW "  a = match side { left -> \"\", right(r) -> { require r == t else \"nor\" yield r } }\n  b = ask(a)\nend b\n",
	    "INPUT CONST INPUT CONST MATCH { | BIND EQ REQUIRE } CALL.ask" },
	{ "a call inside a do carries its guard as everywhere", FLOW "  require ok else \"no\"\n  do tell(\"a\")\n" ALWAYS,
	    "INPUT INPUT CONST REQUIRE CONST DO { CALL.tell<3 }" },
	/* A do waits for the do above it. */
	{ "a do waits for the do above it", FLOW "  do tell(\"a\")\n  do tell(\"b\")\n" ALWAYS,
	    "INPUT CONST DO { CALL.tell } CONST DO<2 { CALL.tell }" },
	{ "a do in a block waits for the one above, around it", FLOW "  do tell(\"a\")\n  a = if ok then { do tell(\"b\") yield t } else \"\"\nend a\n",
	    "INPUT INPUT CONST DO { CALL.tell } CONST CONST MATCH { DO<3 { CALL.tell } | }" },
	{ "a do does not wait for one in a block above it", FLOW "  a = if ok then { do tell(\"a\") yield t } else \"\"\n  do tell(\"b\")\nend a\n",
	    "INPUT INPUT CONST CONST MATCH { DO { CALL.tell } | } CONST DO { CALL.tell }" },
	{ "other steps do not wait for a do", FLOW "  do tell(\"a\")\n  b = ask(\"b\")\nend b\n", "CONST CALL.ask CONST DO { CALL.tell }" },
	/* Roots of a block in numbering order: the result, then do and require in source order. */
	{ "the result first, then do and require as they stand", FLOW "  do tell(\"a\")\n  require ok else \"no\"\n" ALWAYS,
	    "INPUT CONST DO { CALL.tell } INPUT CONST REQUIRE" },
	{ "a require above a do", FLOW "  require ok else \"no\"\n  do tell(\"a\")\n" ALWAYS,
	    "INPUT INPUT CONST REQUIRE CONST DO { CALL.tell<3 }" },
	{ "a require that the result needs comes before a do above it", FLOW "  do tell(\"a\")\n  require ok else \"no\"\n  b = ask(\"b\")\nend b\n",
	    "INPUT CONST REQUIRE CONST CALL.ask<2 CONST DO { CALL.tell }" },
	/* Depth-first post-order. */
	{ "operands from left to right, each once", FLOW "end \"{{t}}{{ok}}{{t}}\"\n", "INPUT INPUT TEMPLATE" },
	{ "operands before their user, as deep as they are", FLOW "  a = ask(t)\n  b = ask(a)\nend \"{{b}}{{a}}\"\n",
	    "INPUT CALL.ask CALL.ask TEMPLATE" },
	{ "a node's guard before its operands", FLOW "  require ok else \"no\"\n  a = ask(t)\nend a\n", "INPUT CONST REQUIRE INPUT CALL.ask<2" },
	{ "blocks in order, after the operand", FLOW "  a = match side { right(r) -> ask(r), left -> ask(\"l\") }\nend a\n",
	    "INPUT CONST MATCH { CALL.ask | BIND CALL.ask }" },
	{ "an outer node met inside a block stands before the block's owner", FLOW "  a = if ok then ask(upper(t)) else t\nend a\n",
	    "INPUT INPUT UPPER MATCH { CALL.ask | }" },
	/* Pure owners. */
	{ "a match without calls hoists", FLOW "  a = if ok then ask(match side { left -> t, right(r) -> upper(r) }) else t\nend truncate(a, 40)\n",
	    "INPUT INPUT INPUT MATCH { | BIND UPPER } MATCH { CALL.ask | } CONST TRUNCATE" },
	{ "a for without calls hoists", FLOW "  a = if ok then ask(truncate(join(for x in [t, \"x\"] yield upper(x), \"\"), 40)) else t\nend a\n",
	    "INPUT INPUT CONST LIST FOR { BIND UPPER } CONST JOIN CONST TRUNCATE MATCH { CALL.ask | }" },
	{ "a loop without calls hoists", FLOW "  a = if ok then ask(loop s: text ..40 = t limit 2 { yield truncate(s + \"x\", 40) until ok }) else t\nend a\n",
	    "INPUT INPUT CONST CONST LOOP { BIND TEMPLATE TRUNCATE } MATCH { CALL.ask | }" },
	{ "a try without calls is its first branch", FLOW "  a = try upper(t) else \"never\"\nend a\n", "INPUT UPPER" },
	{ "equal ones merge, whatever their binders are called",
	    FLOW "  a = match side { left -> t, right(r) -> upper(r) }\n  b = match side { left -> t, right(other) -> upper(other) }\nend a + b\n",
	    "INPUT INPUT MATCH { | BIND UPPER } TEMPLATE" },
	{ "owners with calls never merge", FLOW "  a = if ok then ask(t) else t\n  b = if ok then ask(t) else t\nend a + b\n",
	    "INPUT INPUT MATCH { CALL.ask | } MATCH { CALL.ask | } TEMPLATE" },
	/* Calls never move and never merge. */
	{ "two equal calls are two calls", FLOW "  a = ask(t)\n  b = ask(t)\nend a + b\n", "INPUT CALL.ask CALL.ask TEMPLATE" },
	{ "a call stays in its block", FLOW "  a = if ok then ask(t) else t\nend a\n", "INPUT INPUT MATCH { CALL.ask | }" },
	{ "two equal dos are two", FLOW "  do tell(t)\n  do tell(t)\n" ALWAYS, "INPUT DO { CALL.tell } DO<1 { CALL.tell }" },
};

Test(rules_order, of_guards_and_numbers)
{
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct rule_program p;

		rule_compile(&p, numbers[i].source);
		if (p.module == NULL)
			cr_expect_fail("%s: %s", numbers[i].rule, p.said.at);
		else
			cr_expect_str_eq(rule_numbers(&p), numbers[i].numbers, "%s: %s", numbers[i].rule, rule_numbers(&p));
		rule_free(&p);
	}
}

/* Two sources: one program, or two. */
static const struct {
	const char *rule, *a, *b;
	bool same;
} programs[] = {
	{ "independent steps have no order", FLOW "  a = ask(\"a\")\n  b = ask(t)\nend a + b\n", FLOW "  b = ask(t)\n  a = ask(\"a\")\nend a + b\n", true },
	{ "dos have one", FLOW "  do tell(\"a\")\n  do tell(\"b\")\n" ALWAYS, FLOW "  do tell(\"b\")\n  do tell(\"a\")\n" ALWAYS, false },
	{ "moving a step across a require changes the program", FLOW "  a = ask(t)\n  require ok else \"no\"\nend a\n",
	    FLOW "  require ok else \"no\"\n  a = ask(t)\nend a\n", false },
	{ "moving a pure step across a require does not", FLOW "  a = upper(t)\n  require ok else \"no\"\nend a\n",
	    FLOW "  require ok else \"no\"\n  a = upper(t)\nend a\n", true },
	{ "moving a do across a require changes the program", FLOW "  do tell(t)\n  require ok else \"no\"\n" ALWAYS,
	    FLOW "  require ok else \"no\"\n  do tell(t)\n" ALWAYS, false },
	{ "moving a step across a do does not", FLOW "  a = ask(t)\n  do tell(t)\nend a\n", FLOW "  do tell(t)\n  a = ask(t)\nend a\n", true },
	{ "moving a block with a do across a do does", FLOW "  a = if ok then { do tell(t) yield t } else \"\"\n  do tell(\"b\")\nend a\n",
	    FLOW "  do tell(\"b\")\n  a = if ok then { do tell(t) yield t } else \"\"\nend a\n", false },
	{ "two requires have an order", FLOW "  require ok else \"no\"\n  require t == \"x\" else \"nor\"\n" ALWAYS,
	    FLOW "  require t == \"x\" else \"nor\"\n  require ok else \"no\"\n" ALWAYS, false },
	{ "names of steps are not in it", FLOW "  a = upper(t)\nend a\n", FLOW "  other = upper(t)\nend other\n", true },
	{ "naming a part is not in it", FLOW "end upper(lower(t))\n", FLOW "  a = lower(t)\nend upper(a)\n", true },
	{ "equal pure steps are one", FLOW "  a = upper(t)\n  b = upper(t)\nend a + b\n", FLOW "  a = upper(t)\nend a + a\n", true },
	{ "equal calls are two", FLOW "  a = ask(t)\n  b = ask(t)\nend a + b\n", FLOW "  a = ask(t)\nend a + a\n", false },
	{ "a constant decision is not in it", FLOW "end if true then t else \"x\"\n", FLOW "end \"{{t}}\"\n", true },
	{ "arms have no order", FLOW "end match side { left -> t, right(r) -> r }\n", FLOW "end match side { right(r) -> r, left -> t }\n", true },
	{ "`else` is the arms that are left", FLOW "end match side { left -> t, else -> \"x\" }\n", FLOW "end match side { left -> t, right(r) -> \"x\" }\n", true },
	{ "`if` is a match", FLOW "end if ok then t else \"x\"\n", FLOW "end match ok { false -> \"x\", true -> t }\n", true },
	{ "arguments have no order, and one goes without its name", FLOW "  a = ask(q: t)\nend a\n", FLOW "  a = ask(t)\nend a\n", true },
	{ "a do of a block is a do of what it yields", FLOW "  do tell(t)\n" ALWAYS, FLOW "  do { yield tell(t) }\n" ALWAYS, true },
	{ "what a do yields is part of it", FLOW "  do tell(t)\n" ALWAYS, FLOW "  do length(tell(t))\n" ALWAYS, false },
	{ "comments and blank lines are not in it", FLOW ALWAYS, "// one\n\n" FLOW "\n// two\n" ALWAYS, true },
	{ "the order of declarations is not in it", "writ 1\ntype A = text ..9\nconst c = \"x\"\nstart f(t: A) -> text ..9\nend t + \"\"\n",
	    "writ 1\nstart f(t: A) -> text ..9\nend t\ntype A = text ..9\n", true },
};

Test(rules_order, of_what_is_one_program)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		cr_expect_eq(rule_same(programs[i].a, programs[i].b), programs[i].same, "%s", programs[i].rule);
}

/* ---- labels of requires ---------------------------------------------------------------- */

#define LABELLED(result) \
	"writ 1\nlabel pii \"p\"\nlabel low \"l\"\nbackend house: llm accepts @pii\nbackend open: llm accepts @pii @low\n" \
	"agent ask(q: text ..40) -> text ..40 via house { model: \"m-2025\", max_tokens: 9, user: \"{{q}}\" }\n" \
	"agent any_one(q: text ..40) -> text ..40 via open { model: \"m-2025\", max_tokens: 9, user: \"{{q}}\" }\n" \
	"agent strip(q: text ..40) -> text ..40 via open drops @pii because \"why\" { model: \"m-2025\", max_tokens: 9, user: \"{{q}}\" }\n" \
	"start f(t: text ..20, low_text: text ..20 @low, pii_text: text ..20 @pii) -> text ..200" result "\n"

static const struct rule verdicts[] = {
	{ "L of the condition joins what decides about the guarded calls", LABELLED("") "  require low_text == \"x\" else \"no\"\n  a = ask(t)\nend a\n", "E0302" },
	{ "a backend that accepts it may know", LABELLED("") "  require low_text == \"x\" else \"no\"\n  a = any_one(t)\nend a\n", "ok" },
	{ "each require before it decides as well",
	    LABELLED("") "  require low_text == \"x\" else \"no\"\n  require t == \"x\" else \"no\"\n  a = ask(t)\nend a\n", "E0302" },
	{ "a call above is not decided", LABELLED("") "  a = ask(t)\n  require low_text == \"x\" else \"no\"\nend a\n", "ok" },
	{ "it guards what a do below it calls", LABELLED("") "  require low_text == \"x\" else \"no\"\n  do ask(t)\nend t\n", "E0302" },
	{ "A of the result does not gain it", LABELLED("") "  require low_text == \"x\" else \"no\"\n  a = any_one(t)\nend a\n", "ok" },
	{ "robust drops look at match, for, loop and try alone: not at a require",
	    LABELLED("") "  require low_text == \"x\" else \"no\"\n  a = strip(pii_text)\nend a\n", "ok" },
	{ "at a match", LABELLED(" @low") "  a = if low_text == \"x\" then strip(pii_text) else \"\"\nend a\n", "E0306" },
	{ "at a for", LABELLED(" @low") "  a = for x in split(low_text, \"x\", 3) yield strip(pii_text)\nend join(a, \"\")\n", "E0306" },
	{ "at a loop", LABELLED(" @low") "  a = loop s: text ..40 = t limit 2 { yield strip(pii_text) until low_text == \"x\" }\nend a\n", "E0306" },
	{ "at the else of a try",
	    LABELLED(" @low") "  a = try any_one(truncate(low_text, 9)) else strip(pii_text)\nend a\n", "E0306" },
	{ "L of the text of a require is among the labels of the flow's result",
	    LABELLED("") "  require t == \"x\" else \"not {{pii_text}}\"\nend t\n", "E0303" },
	{ "which is declared so", LABELLED(" @pii") "  require t == \"x\" else \"not {{pii_text}}\"\nend t\n", "ok" },
	{ "a constant text tells nothing", LABELLED("") "  require pii_text == \"x\" else \"no\"\nend t\n", "ok" },
	{ "a do of nobody", LABELLED("") "  do upper(t)\nend t\n", "E0512" },
	{ "a do in a block that nobody needs", LABELLED("") "  a = if t == \"x\" then { do ask(t) yield 1 } else 2\nend t\n", "E0508" },
	{ "a require in a block that nobody needs", LABELLED("") "  a = if t == \"x\" then { require t != \"y\" else \"no\" yield 1 } else 2\nend t\n", "E0508" },
	{ "a call that nobody needs", LABELLED("") "  a = ask(t)\nend t\n", "E0508" },
	{ "steps use what is above them alone", LABELLED("") "  do ask(a)\n  a = ask(t)\nend a\n", "E0104" },
};

Test(rules_order, of_what_requires_decide)
{
	RULES_HOLD(verdicts);
}

/* ---- tables ------------------------------------------------------------------------------ */

/* What a module's tables name, in their order. */
static void
tables(const struct wr_module *m, char *to, size_t size)
{
	int len = 0;

	for (uint32_t i = 0; i < m->types_len; i++)
		if (m->types.at[i].name.size > 0)
			len += snprintf(to + len, size - (size_t)len, "%.*s ", (int)m->types.at[i].name.size, m->types.at[i].name.at);
	len += snprintf(to + len, size - (size_t)len, "|");
	for (uint32_t i = 0; i < m->agents_len; i++)
		len += snprintf(to + len, size - (size_t)len, " %.*s", (int)m->agents[i].name.size, m->agents[i].name.at);
	len += snprintf(to + len, size - (size_t)len, " |");
	for (uint32_t i = 0; i < m->backends_len; i++)
		len += snprintf(to + len, size - (size_t)len, " %.*s", (int)m->backends[i].name.size, m->backends[i].name.at);
}

#define TYPES "writ 1\nbackend one: llm\nbackend two: llm\ntype A { a: B }\ntype B { b: int }\ntype C = c | d(D)\ntype D { d: bool }\ntype E { e: int }\n" \
	"agent first_one(q: text ..9) -> E via two { model: \"m-2025\", max_tokens: 9, user: \"{{q}}\" }\n" \
	"agent other(q: C) -> text ..9 via one { model: \"m-2025\", max_tokens: 9, user: \"{{json(q)}}\" }\n" \
	"agent instead(q: C) -> text ..9 via two { model: \"m-2025\", max_tokens: 9, user: \"x{{json(q)}}\" }\n"

static const struct {
	const char *rule, *source, *tables;
} orders[] = {
	{ "inputs, then the result, each after what it holds", TYPES "start f(c: C, n: int) -> A\nend A { a: B { b: n } }\n", "D C B A | |" },
	{ "then nodes by number: an agent's own types at its first call",
	    TYPES "start f(c: C) -> text ..99\n  x = first_one(\"q\")\n  y = other(c)\nend \"{{x.e}}{{y}}\"\n", "D C E | first_one other | two one" },
	{ "the order of steps in the source does not count",
	    TYPES "start f(c: C) -> text ..99\n  y = other(c)\n  x = first_one(\"q\")\nend \"{{x.e}}{{y}}\"\n", "D C E | first_one other | two one" },
	{ "an agent's fallback at its first call: after its backend, before itself",
	    TYPES "agent careful(q: C) -> text ..9 via one { model: \"m-2025\", max_tokens: 9, user: \"{{json(q)}}\", fallback: instead }\n"
	    "start f(c: C) -> text ..99\n  y = careful(c)\n  x = first_one(\"q\")\nend \"{{y}}{{x.e}}\"\n",
	    "D C E | instead careful first_one | one two" },
	{ "what nothing uses is in no table", TYPES "start f(n: int) -> int\nend n\n", "| |" },
};

Test(rules_order, of_tables)
{
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		struct rule_program p;
		char got[512] = "";

		rule_compile(&p, orders[i].source);
		cr_assert(p.module != NULL, "%s: %s", orders[i].rule, p.said.at);
		tables(p.module, got, sizeof got);
		cr_expect_str_eq(got, orders[i].tables, "%s: %s", orders[i].rule, got);
		rule_free(&p);
	}
}
