/* `do`: who is asked after whom, when the run is finished, and how it ends when one fails. */
#include "tests/support/failing_alloc.h"
#include "tests/support/play.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(run_do, .timeout = 60);

#define HEAD \
	"writ 1\nbackend house: llm\nbackend desk: http\n" \
	"agent ask(q: text ..40) -> text ..40 via house { model: \"m-2025\", max_tokens: 9, user: \"{{q}}\" }\n"
#define FLOW HEAD "start f(t: text ..20, ok: bool) -> text ..40\n"
#define INPUT "{\"t\":\"t\",\"ok\":true}"

/* What a host holds, and what it saw: `>x` asked, `<x` answered. */
struct host {
	struct wr_call call[16];
	uint32_t len;
	char seen[512];
};

static struct wr_text
question(const struct wr_call *c)
{
	for (uint32_t i = 0; i < c->parts_len; i++)
		if (strcmp(c->parts[i].name, "user") == 0)
			return c->parts[i].text;
	return WR_TEXT("?");
}

static void
see(struct host *h, char mark, struct wr_text q)
{
	size_t len = strlen(h->seen);

	(void)snprintf(h->seen + len, sizeof h->seen - len, "%c%.*s ", mark, (int)q.size, q.at);
}

static void
take_all(struct wr_run *run, struct host *h)
{
	while (h->len < 16 && wr_run_next(run, &h->call[h->len]))
		see(h, '>', question(&h->call[h->len++]));
}

/* One answer: what was asked, and a `+`. */
static enum wr_status
answer(struct wr_run *run, struct host *h, uint32_t i)
{
	struct wr_call c = h->call[i];
	struct wr_text q = question(&c);
	char said[64];
	enum wr_status s;

	(void)snprintf(said, sizeof said, "%.*s+", (int)q.size, q.at);
	s = wr_run_answer(run, c.id, wr_text_of(said), 1);
	if (s != WR_OK)
		return s;
	see(h, '<', (struct wr_text){ said, strlen(said) - 1 }); /* nothing of the call lives on */
	memmove(h->call + i, h->call + i + 1, (--h->len - i) * sizeof c);
	return WR_OK;
}

static const struct do_case {
	const char *name, *source, *input, *seen; /* answered in the order of questions */
	const char *output;
} cases[] = {
	{ "the result does not wait for it, the run does", FLOW "  do ask(\"a\")\nend \"{{t}}\"\n", INPUT, ">a <a ", "{\"result\":\"t\"}" },
	{ "the next begins when the one above has ended", FLOW "  do ask(\"a\")\n  do ask(\"b\")\n  do ask(\"c\")\nend t\n", INPUT,
	    ">a <a >b <b >c <c ", "{\"result\":\"t\"}" },
	{ "other steps do not wait", FLOW "  do ask(\"a\")\n  x = ask(\"x\")\n  do ask(\"b\")\nend x\n", INPUT,
	    ">x >a <x <a >b <b ", "{\"result\":\"x+\"}" },
	{ "it waits for what it needs", FLOW "  x = ask(\"x\")\n  do ask(x)\nend t\n", INPUT, ">x <x >x+ <x+ ", "{\"result\":\"t\"}" },
	{ "all calls inside end first", FLOW "  do { a = ask(\"a\") b = ask(\"b\") yield a + b }\n  do ask(\"c\")\nend t\n", INPUT,
	    ">a >b <a <b >c <c ", "{\"result\":\"t\"}" },
	{ "what is inside is in no order", FLOW "  do { do ask(\"a\") yield ask(\"b\") }\n  do ask(\"c\")\nend t\n", INPUT,
	    ">b >a <b <a >c <c ", "{\"result\":\"t\"}" },
	{ "only the arm that is taken", FLOW "  do if ok then ask(\"a\") else ask(\"b\")\n  do ask(\"c\")\nend t\n", INPUT,
	    ">a <a >c <c ", "{\"result\":\"t\"}" },
	{ "an arm without a call", FLOW "  do if ok then ask(\"a\") else \"nobody\"\n  do ask(\"c\")\nend t\n",
	    "{\"t\":\"t\",\"ok\":false}", ">c <c ", "{\"result\":\"t\"}" },
	{ "a loop of effects", FLOW "  do for x in [\"a\", \"b\"] yield ask(x)\n  do ask(\"c\")\nend t\n", INPUT,
	    ">a >b <a <b >c <c ", "{\"result\":\"t\"}" },
	{ "a loop over nothing", FLOW "  do for x in split(t, \"t\", 3) where x != \"\" yield ask(x)\n  do ask(\"c\")\nend t\n", INPUT,
	    ">c <c ", "{\"result\":\"t\"}" },
	{ "in an arm: after the one above, and the arm ends with it",
	    FLOW "  do ask(\"a\")\n  x = if ok then { do ask(\"b\") yield \"y\" } else t\n  y = ask(x)\nend y\n", INPUT,
	    ">a <a >b <b >y <y ", "{\"result\":\"y+\"}" },
	{ "one below an arm with a do does not wait for that",
	    FLOW "  x = if ok then { do ask(\"b\") yield t } else t\n  do ask(\"c\")\nend x\n", INPUT, ">b >c <b <c ", "{\"result\":\"t\"}" },
	{ "a do of an arm is waited for when it is part of a do",
	    FLOW "  do if ok then { do ask(\"a\") yield ask(\"b\") } else t\n  do ask(\"c\")\nend t\n", INPUT,
	    ">b >a <b <a >c <c ", "{\"result\":\"t\"}" },
	{ "each item has its own order", FLOW "  n = for x in [\"a\", \"b\"] { do ask(x) do ask(\"{{x}}2\") yield x }\nend join(n, \"\")\n", INPUT,
	    ">a >b <a >a2 <b >b2 <a2 <b2 ", "{\"result\":\"ab\"}" },
	{ "guarded by the require above", FLOW "  do ask(\"a\")\n  x = ask(\"x\")\n  require x == \"x+\" else \"no\"\n  do ask(\"b\")\nend t\n", INPUT,
	    ">a >x <a <x >b <b ", "{\"result\":\"t\"}" },
};

Test(run_do, keeps_effects_in_order)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct failing_alloc f;
		struct wr_module *m;
		struct wr_run *run;
		struct host h = { 0 };

		failing_alloc_init(&f);
		m = play_compiled(&f.hook, cases[i].source);
		run = play_start(m, &f.hook, NULL, cases[i].input);
		take_all(run, &h);
		while (wr_run_state(run) == WR_RUN_WAITING) {
			cr_assert_gt(h.len, 0, "%s waits for nothing", cases[i].name);
			cr_assert_eq(answer(run, &h, 0), WR_OK, "%s: %s", cases[i].name, wr_run_reason(run));
			take_all(run, &h);
		}
		cr_assert_eq(wr_run_state(run), WR_RUN_DONE, "%s", cases[i].name);
		cr_expect_str_eq(h.seen, cases[i].seen, "%s: %s", cases[i].name, h.seen);
		cr_expect_str_eq(wr_run_output(run).at, cases[i].output, "%s", cases[i].name);
		wr_run_free(run);
		wr_module_free(m);
		cr_expect_eq(f.live_bytes, 0, "%s", cases[i].name);
	}
}

Test(run_do, fails_the_run_before_the_next_one)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct host h = { 0 };

	failing_alloc_init(&f);
	m = play_compiled(&f.hook, FLOW "  do ask(\"a\")\n  do ask(\"b\")\nend t\n");
	run = play_start(m, &f.hook, NULL, INPUT);
	take_all(run, &h);
	cr_assert_eq(wr_run_fail(run, h.call[0].id, WR_FAILURE_REFUSED, WR_TEXT("no"), false), WR_OK);
	cr_assert_eq(wr_run_state(run), WR_RUN_FAILED);
	cr_expect_str_eq(wr_run_fault(run)->path, "ask");
	take_all(run, &h);
	cr_expect_str_eq(h.seen, ">a ");
	wr_run_free(run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

Test(run_do, a_require_that_fails_stops_the_ones_below)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct host h = { 0 };

	failing_alloc_init(&f);
	m = play_compiled(&f.hook, FLOW "  do ask(\"a\")\n  x = ask(\"x\")\n  require x == \"y\" else \"not y\"\n  do ask(\"b\")\nend t\n");
	run = play_start(m, &f.hook, NULL, INPUT);
	take_all(run, &h);
	cr_assert_eq(answer(run, &h, 1), WR_OK);
	cr_assert_eq(wr_run_state(run), WR_RUN_FAILED);
	cr_expect_str_eq(wr_run_fault(run)->detail, "not y");
	cr_expect_str_eq(h.seen, ">a >x <x ");
	wr_run_free(run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

/* At each allocation in turn memory fails once, or from there on; the host tries again. */
Test(run_do, goes_on_after_each_allocation_failure)
{
	static const char source[] =
	    FLOW "  do ask(\"a\")\n  do { x = ask(\"b\") do ask(\"c\") yield ask(x) }\n  do if ok then ask(\"d\") else t\nend t\n";
	struct failing_alloc steady, f = { 0 };
	struct wr_module *m;
	long recovered = 0;

	failing_alloc_init(&steady);
	m = play_compiled(&steady.hook, source);
	while (failing_alloc_next(&f)) {
		struct wr_run *run = play_start(m, &f.hook, NULL, INPUT);
		struct host h = { 0 };
		bool gone = run == NULL;

		while (run != NULL && wr_run_state(run) == WR_RUN_WAITING && !gone) {
			take_all(run, &h);
			gone = answer(run, &h, 0) == WR_NOMEM && answer(run, &h, 0) == WR_NOMEM;
		}
		recovered += !gone && f.calls > f.fail_at;
		if (run != NULL && !gone)
			cr_expect_str_eq(h.seen, ">a <a >b >c <b >b+ <c <b+ >d <d ", "%s", h.seen);
		wr_run_free(run);
		cr_assert_eq(f.live_bytes, 0);
	}
	cr_expect_gt(recovered, 0);
	wr_module_free(m);
}
