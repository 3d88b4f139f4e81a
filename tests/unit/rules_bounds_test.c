/*
 * The rules of bounds, case by case: what a program may cost in calls, tokens and time, how a run is
 * held to it, and how large anything may be. Each case names its rule.
 */
#include "tests/support/rules.h"
#include "vm/base/limits.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(rules_bounds, .timeout = 60);

/* One use of `ask` is 40 + 9 tokens and 5 s, of `get` nothing and 2 s. */
#define AGENTS \
	"writ 1\nbackend house: llm\nbackend desk: http\nbackend people: human\n" \
	"type R { n: int 0..9 }\n" \
	"agent ask(q: text ..40) -> text ..40 via house { model: \"m-2025\", max_tokens: 9, timeout: 5s, user: \"{{q}}\" }\n" \
	"agent get(q: text ..40) -> text ..40 via desk { method: \"GET\", path: \"/{{q}}\", timeout: 2s }\n"
#define FLOW(within) AGENTS "start f(t: text ..20, ok: bool, ts: [text ..20] ..10, none_at_all: [text ..20] ..0) -> text ..400\n" within
#define LLM(result, more) \
	"writ 1\nbackend house: llm\ntype R { n: int 0..9 }\n" \
	"agent one(q: text ..40, n: int 0..99) -> " result " via house { model: \"m-2025\", max_tokens: 100" more " }\n" \
	"start f(t: text ..2) -> " result "\nend one(q: t, n: 1)\n"

static const struct {
	const char *rule, *source, *bounds;
} costs[] = {
	/* An agent. */
	{ "the most bytes of the texts, from the parameters' types, and max_tokens", LLM("text ..9", ", user: \"{{q}}\""), "1 140 30000" },
	{ "not from what is passed: a text of 2 bytes is one of 40", LLM("text ..9", ", user: \"{{q}}-\""), "1 141 30000" },
	{ "an int is 20 bytes, whatever its range", LLM("text ..9", ", user: \"{{n}}\""), "1 120 30000" },
	{ "every message and the context", LLM("text ..9", ", context: \"abc\", user: \"x\", assistant: \"yz\", user: \"{{n}}\""), "1 126 30000" },
	/* {"type":"object","properties":{"n":{"type":"integer","minimum":0,"maximum":9}},"required":["n"],"additionalProperties":false} */
	{ "the schema, in its one form", LLM("R", ", user: \"x\""), "1 226 30000" },
	/* {"type":"object","properties":{"result":{"type":"boolean"}},"required":["result"],"additionalProperties":false} */
	{ "the schema with its envelope", LLM("bool", ", user: \"x\""), "1 212 30000" },
	{ "each try costs all of it, and the waits between: 250 + 500 ms", LLM("text ..9", ", user: \"x\", retry: 2, timeout: 1s"), "3 303 3750" },
	{ "waits double to 8 s at most: 250, 500, 1000, 2000, 4000", LLM("text ..9", ", user: \"x\", retry: 5, timeout: 1s"), "6 606 13750" },
	{ "tokens are counted for models alone", FLOW("") "end get(t)\n", "1 0 2000" },
	{ "a person has time and no tokens",
	    "writ 1\nbackend people: human\nagent who(q: text ..9) -> bool via people { role: \"r\", ask: \"{{q}}\", timeout: 48h }\n"
	    "start f(t: text ..9) -> bool\nend who(t)\n", "1 0 172800000" },
	{ "a fallback comes on top, after all tries",
	    AGENTS "agent first_one(q: text ..40) -> text ..40 via house { model: \"m-2025\", max_tokens: 1, timeout: 1s, retry: 1, user: \"x\", fallback: ask }\n"
	    "start f(t: text ..9) -> text ..40\nend first_one(t)\n", "3 53 7250" },
	{ "and is work as well, in the same place of the width",
	    AGENTS "agent first_one(q: text ..40) -> text ..40 via house { model: \"m-2025\", max_tokens: 1, timeout: 1s, retry: 1, user: \"x\", fallback: ask }\n"
	    "start f(t: text ..9) -> text ..40\n  within width: 1\nend first_one(t)\n", "3 53 14500" },
	/* Steps. */
	{ "calls and tokens add up, time is the longest path", FLOW("") "  a = ask(t)\n  b = get(t)\nend a + b\n", "2 49 5000" },
	{ "what needs an answer comes after it", FLOW("") "  a = ask(t)\n  b = get(a)\nend b\n", "2 49 7000" },
	{ "what a require guards comes after what it needs", FLOW("") "  a = ask(t)\n  require a != \"x\" else \"no\"\n  b = get(t)\nend b\n", "2 49 7000" },
	{ "a do comes after the do above", FLOW("") "  do ask(t)\n  do get(t)\nend \"{{t}}\"\n", "2 49 7000" },
	{ "nobody asked costs nothing", FLOW("") "end upper(t)\n", "0 0 0" },
	{ "the most of an if's branches, each measure by itself", FLOW("") "end if ok then ask(t) else get(get(get(t)))\n", "3 49 6000" },
	{ "the most of a match's arms", FLOW("") "end match first(ts) { some(x) -> ask(x), none -> get(t) }\n", "1 49 5000" },
	{ "a try costs both", FLOW("") "end try ask(t) else get(t)\n", "2 49 7000" },
	{ "a for costs its body for each item that there may be, in one time", FLOW("") "end truncate(join(for x in ts yield ask(x), \"\"), 9)\n", "10 490 5000" },
	{ "with a width in rounds of it", FLOW("") "end truncate(join(for x in ts width 4 yield ask(x), \"\"), 9)\n", "10 490 15000" },
	{ "with a width as long as the list in one", FLOW("") "end truncate(join(for x in ts width 10 yield ask(x), \"\"), 9)\n", "10 490 5000" },
	{ "a condition makes it no cheaper", FLOW("") "end truncate(join(for x in ts where x == t yield ask(x), \"\"), 9)\n", "10 490 5000" },
	{ "a loop costs its limit times its body, time too", FLOW("") "end loop s: text ..40 = t limit 4 { yield ask(s) until ok }\n", "4 196 20000" },
	{ "loops in loops multiply", FLOW("") "end loop s: text ..40 = t limit 4 { yield loop u: text ..40 = s limit 3 { yield get(u) until ok } until ok }\n", "12 0 24000" },
	/* Width of the run: work over width, and the longest path. 10 × 5 s / 4 + 5 s. */
	{ "in a run of width W: work over W and the longest path", FLOW("  within width: 4\n") "end truncate(join(for x in ts yield ask(x), \"\"), 9)\n", "10 490 17500" },
	{ "where a for as wide as that counts as without width", FLOW("  within width: 4\n") "end truncate(join(for x in ts width 4 yield ask(x), \"\"), 9)\n", "10 490 17500" },
	{ "and one that is narrower in its rounds", FLOW("  within width: 4\n") "end truncate(join(for x in ts width 2 yield ask(x), \"\"), 9)\n", "10 490 37500" },
	{ "a division that leaves a rest rounds up", FLOW("  within width: 3\n") "  a = ask(t)\n  b = get(t)\nend a + b\n", "2 49 7334" },
};

Test(rules_bounds, of_what_a_program_may_cost)
{
	for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
		struct rule_program p;

		rule_compile(&p, costs[i].source);
		if (p.module == NULL)
			cr_expect_fail("%s: %s", costs[i].rule, p.said.at);
		else
			cr_expect_str_eq(rule_bounds(&p), costs[i].bounds, "%s: %s", costs[i].rule, rule_bounds(&p));
		rule_free(&p);
	}
}

#define NEST "writ 1\ntype A { b: [B] ..2 }\ntype B { c: C }\ntype C { d: D? }\ntype D { e: E }\ntype E { n: int }\n"

/* ---- promises and sizes: one more than there may be ----------------------------------------- */

static const struct rule verdicts[] = {
	{ "a promise as large as the worst case", FLOW("  within calls: 2, tokens: 49, time: 7s\n") "  a = ask(t)\n  b = get(a)\nend b\n", "ok" },
	{ "one call less", FLOW("  within calls: 1\n") "  a = ask(t)\n  b = get(a)\nend b\n", "E0402" },
	{ "one token less", FLOW("  within tokens: 48\n") "  a = ask(t)\n  b = get(a)\nend b\n", "E0402" },
	{ "one millisecond less", FLOW("  within time: 6_999ms\n") "  a = ask(t)\n  b = get(a)\nend b\n", "E0402" },
	{ "sums saturate, and what is beyond counting is no promise",
	    AGENTS "start f(xs: [[[text ..9] ..65_535] ..65_535] ..65_535) -> int\n"
	    "  a = for x in xs yield for y in x yield for z in y yield loop s: text ..40 = z limit 1_000 { yield ask(s) until false }\nend length(a)\n", "E0406" },
	{ "a text of 1 MiB", "writ 1\nstart f(t: text ..1_048_576) -> int\nend length(t)\n", "ok" },
	{ "a byte more", "writ 1\nstart f(t: text ..1_048_577) -> int\nend length(t)\n", "E0214" },
	{ "a list of 65,535", "writ 1\nstart f(t: [int] ..65_535) -> int\nend length(t)\n", "ok" },
	{ "an item more", "writ 1\nstart f(t: [int] ..65_536) -> int\nend length(t)\n", "E0214" },
	{ "a list of an input states its bound", "writ 1\nstart f(t: [int]) -> int\nend length(t)\n", "E0401" },
	{ "a text that grows past 1 MiB", "writ 1\nstart f(t: text ..1_048_576) -> int\nend length(t + \"x\")\n", "E0207" },
	{ "1,000 rounds", FLOW("") "end loop s: text ..40 = t limit 1_000 { yield ask(s) until ok }\n", "ok" },
	{ "a round more", FLOW("") "end loop s: text ..40 = t limit 1_001 { yield ask(s) until ok }\n", "E0403" },
	{ "no rounds", FLOW("") "end loop s: text ..40 = t limit 0 { yield ask(s) until ok }\n", "E0403" },
	{ "5 retries", LLM("text ..9", ", user: \"x\", retry: 5"), "ok" },
	{ "6 retries", LLM("text ..9", ", user: \"x\", retry: 6"), "E0207" },
	{ "a time-out of 30 days", LLM("text ..9", ", user: \"x\", timeout: 720h"), "ok" },
	{ "a millisecond more", LLM("text ..9", ", user: \"x\", timeout: 2_592_000_001ms"), "E0207" },
	{ "a list of lists is a level as a record is: 5", "writ 1\ntype A { a: [[[[[int] ..2] ..2] ..2] ..2] ..2 }\nstart f(a: A) -> int\nend length(a.a)\n", "ok" },
	{ "and 6", "writ 1\ntype A { a: [[[[[[int] ..2] ..2] ..2] ..2] ..2] ..2 }\nstart f(a: A) -> int\nend length(a.a)\n", "E0507" },
	{ "records nest 5 deep, a list between is no level", NEST "start f(a: A) -> int\nend length(a.b)\n", "ok" },
	{ "and not 6", NEST "type Z { a: A }\nstart f(z: Z) -> int\nend length(z.a.b)\n", "E0507" },
};

Test(rules_bounds, of_promises_and_sizes)
{
	RULES_HOLD(verdicts);
}

/* Something that may be there so many times: as many, and one more. */
struct many {
	const char *rule, *head, *each, *foot; /* %u in each: its number */
	uint32_t most;
	const char *verdict;
};

static const struct many manies[] = {
	{ "64 labels", "writ 1\nbackend m: llm accepts", " @l%u", "\n", 64, "E0406" },
	{ "loops 3 deep", FLOW("") "end ", "loop s%u: text ..40 = t limit 2 { yield ", "get(t)", 3, "E0406" },
	{ "blocks 16 deep", FLOW("") "end ", "if ok then ", "get(t)", 16, "E0406" },
};

/* `head each… foot`, with what closes it. */
static void
write_many(const struct many *m, uint32_t n, char *to, size_t size)
{
	int len = 0;

	if (m == &manies[0]) {
		len = snprintf(to, size, "writ 1\n");
		for (uint32_t i = 0; i < n; i++)
			len += snprintf(to + len, size - (size_t)len, "label l%u \"x\"\n", i);
		len += snprintf(to + len, size - (size_t)len, "%s", m->head + strlen("writ 1\n"));
	} else {
		len = snprintf(to, size, "%s", m->head);
	}
	for (uint32_t i = 0; i < n; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		len += snprintf(to + len, size - (size_t)len, m->each, i);
#pragma GCC diagnostic pop
	}
	len += snprintf(to + len, size - (size_t)len, "%s", m->foot);
	for (uint32_t i = 0; i < n && m != &manies[0]; i++)
		len += snprintf(to + len, size - (size_t)len, "%s", m == &manies[1] ? " until ok }" : " else t");
	(void)snprintf(to + len, size - (size_t)len, "%s", m == &manies[0] ?
	    "agent g(q: text ..9) -> text ..9 via m { model: \"m-2025\", max_tokens: 1, user: \"{{q}}\" }\n"
	    "start f(t: text ..9) -> text ..9\nend g(t)\n" : "\n");
}

Test(rules_bounds, of_what_may_be_there_so_many_times)
{
	for (size_t i = 0; i < sizeof manies / sizeof *manies; i++)
		for (uint32_t more = 0; more < 2; more++) {
			const char *want = more == 0 ? "ok" : manies[i].verdict;
			struct rule_program p;
			char source[8192];

			write_many(&manies[i], manies[i].most + more, source, sizeof source);
			rule_compile(&p, source);
			cr_expect_str_eq(rule_verdict(&p), want, "%s and %u more: %s %s", manies[i].rule, more, rule_verdict(&p),
			    p.said.size > 0 ? p.said.at : "");
			rule_free(&p);
		}
}
