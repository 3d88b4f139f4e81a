/*
 * The rules of replay, case by case: a run hangs on its input and its answers alone, under paths that
 * are the same each time. That it is so in every order, stopped anywhere, is in prop/run_order_test.c
 * and prop/generated_test.c; recordings are in recording_test.c, leaves of traces in receipt_test.c.
 */
#include "runtime/trust/receipt.h"
#include "tests/support/rules.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>

TestSuite(rules_replay, .timeout = 60);

#define FLOW \
	"writ 1\nbackend house: llm\n" \
	"agent ask(q: text ..40) -> text ..40 via house { model: \"m-2025\", max_tokens: 9, user: \"{{q}}\" }\n" \
	"agent other(q: text ..40) -> text ..40 via house { model: \"m-2025\", max_tokens: 9, user: \"{{q}}!\" }\n" \
	"start f(t: text ..20, ok: bool, ts: [text ..20] ..3) -> text ..400\n"
#define INPUT "{\"t\":\"t\",\"ok\":true,\"ts\":[\"a\",\"b\"]}"
#define JOINED(list) "end truncate(join(" list ", \"\"), 99)\n"

static const struct {
	const char *rule, *source, *asked;
} paths[] = {
	{ "a path is the agent's name", FLOW "end ask(t)\n", "ask:t" },
	{ "with `~k` for the k-th place that calls it, by number", FLOW "  a = ask(\"x\")\n  b = ask(t)\n  c = other(t)\nend a + b + c\n", "ask:x ask~2:t other:t!" },
	{ "the number is the program's, not the source's", FLOW "  c = other(t)\n  b = ask(t)\n  a = ask(\"x\")\nend a + b + c\n", "ask:x ask~2:t other:t!" },
	{ "places that are not reached count", FLOW "  a = if ok then t else ask(\"never\")\n  b = ask(t)\nend a + b\n", "ask~2:t" },
	{ "an arm adds nothing", FLOW "end if ok then ask(t) else t\n", "ask:t" },
	{ "a do adds nothing", FLOW "  do ask(t)\nend \"{{t}}\"\n", "ask:t" },
	{ "a try adds nothing", FLOW "end try ask(t) else t\n", "ask:t" },
	{ "a for adds the item's index in its list", FLOW JOINED("for x in ts yield ask(x)"), "for[0].ask:a for[1].ask:b" },
	{ "counted before the condition", FLOW JOINED("for x in ts where x == \"b\" yield ask(x)"), "for[1].ask:b" },
	{ "and not moved by the order", FLOW JOINED("for x in ts sort x desc yield ask(x)"), "for[0].ask:a for[1].ask:b" },
	{ "with `~k` for the k-th for with calls",
	    FLOW "  a = join(for x in ts yield ask(x), \"\")\n  b = join(for x in ts where x == \"a\" yield ask(x), \"\")\nend a + b\n",
	    "for[0].ask:a for[1].ask:b for~2[0].ask~2:a" },
	{ "a for without calls is none of those",
	    FLOW "  a = join(for x in ts yield upper(x), \"\")\n  b = join(for x in ts where x == \"a\" yield ask(x), \"\")\nend a + b\n", "for[0].ask:a" },
	{ "a for in a for", FLOW JOINED("for x in ts where x == \"b\" yield truncate(join(for y in ts yield ask(y), \"\"), 20)"),
	    "for[1].for~2[0].ask:a for[1].for~2[1].ask:b" },
	{ "a loop adds the round", FLOW "end loop s: text ..40 = t limit 2 { yield ask(s) until false }\n", "loop[0].ask:t loop[1].ask:t+" },
};

Test(rules_replay, of_paths)
{
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct rule_program p;

		rule_compile(&p, paths[i].source);
		if (p.module == NULL)
			cr_expect_fail("%s: %s", paths[i].rule, p.said.at);
		else
			cr_expect_str_eq(rule_asked(&p, INPUT), paths[i].asked, "%s: %s", paths[i].rule, p.text);
		rule_free(&p);
	}
}

static const struct {
	const char *rule, *a;
	uint64_t attempt_a;
	const char *b;
	uint64_t attempt_b;
	int order;
} leaves[] = {
	{ "by path", "ask", 2, "pay", 1, -1 },
	{ "by the bytes of it", "for[10].ask", 1, "for[2].ask", 1, -1 },
	{ "a shorter one first", "ask", 9, "ask~2", 1, -1 },
	{ "then by attempt", "ask", 2, "ask", 10, -1 },
	{ "a path and attempt are there once", "ask", 1, "ask", 1, 0 },
};

Test(rules_replay, of_the_order_of_leaves)
{
	for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++) {
		struct wd_leaf a = { .path = wr_text_of(leaves[i].a), .attempt = leaves[i].attempt_a };
		struct wd_leaf b = { .path = wr_text_of(leaves[i].b), .attempt = leaves[i].attempt_b };
		int one = wd_leaf_compare(&a, &b), other = wd_leaf_compare(&b, &a);

		cr_expect_eq((one > 0) - (one < 0), leaves[i].order, "%s", leaves[i].rule);
		cr_expect_eq((other > 0) - (other < 0), -leaves[i].order, "%s", leaves[i].rule);
	}
}

/* Time enters as an answer: nothing happens while nobody says so, and what is late is nobody's. */
Test(rules_replay, time_enters_as_an_answer_alone)
{
	struct rule_program p;
	struct wr_run *run = NULL;
	struct wr_fault fault;
	struct wr_call call, again;

	rule_compile(&p, FLOW "end try ask(t) else \"late\"\n");
	cr_assert_eq(wr_run_start(p.module, &p.f.hook, NULL, WR_TEXT(INPUT), &run, &fault), WR_OK);
	cr_assert(wr_run_next(run, &call));
	cr_expect_eq(call.timeout_ms, 30000, "the host is told how long it may take");
	for (int i = 0; i < 1000; i++)
		cr_assert_not(wr_run_next(run, &again));
	cr_expect_eq(wr_run_state(run), WR_RUN_WAITING);
	cr_assert_eq(wr_run_fail(run, call.id, WR_FAILURE_TIMEOUT, WR_TEXT(""), false), WR_OK);
	cr_expect_eq(wr_run_answer(run, call.id, WR_TEXT("too late"), 1), WR_STALE);
	cr_assert_eq(wr_run_state(run), WR_RUN_DONE);
	cr_expect(wr_text_eq(wr_run_output(run), WR_TEXT("{\"result\":\"late\"}")));
	wr_run_free(run);
	rule_free(&p);
}

/* Usage that a backend reports is counted; it fails the next call, not the one that is answered. */
Test(rules_replay, usage_fails_the_next_call_alone)
{
	static const struct {
		const char *rule, *source;
		uint64_t usage;
		const char *ended;
	} cases[] = {
		{ "within the promise", FLOW "end ask(ask(t))\n", 49, "done" },
		{ "past it, nobody asked after", FLOW "end ask(t)\n", 1000000, "done" },
		{ "past it, somebody to ask", FLOW "end ask(ask(t))\n", 1000000, "budget" },
		{ "so much that it cannot be counted", FLOW "end ask(ask(t))\n", UINT64_MAX, "budget" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rule_program p;
		struct wr_run *run = NULL;
		struct wr_fault fault;
		struct wr_call call;

		rule_compile(&p, cases[i].source);
		cr_assert_eq(wr_run_start(p.module, &p.f.hook, NULL, WR_TEXT(INPUT), &run, &fault), WR_OK);
		while (wr_run_next(run, &call))
			cr_assert_eq(wr_run_answer(run, call.id, WR_TEXT("x"), cases[i].usage), WR_OK, "%s", cases[i].rule);
		cr_expect_str_eq(wr_run_state(run) == WR_RUN_DONE ? "done" : wr_run_fault(run)->code, cases[i].ended, "%s", cases[i].rule);
		wr_run_free(run);
		rule_free(&p);
	}
}
