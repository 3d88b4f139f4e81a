/*
 * The rules of order, case by case: what a `require` guards, what a `do` waits for, how a program
 * is numbered, and what therefore is the same program. Each case names its rule.
 */
#include "tests/support/rules.h"

#include <criterion/criterion.h>

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
