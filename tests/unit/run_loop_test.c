/* Rounds of a `loop`: who is asked when, under which path, what comes out, what it may cost, and how it ends. */
#include "tests/support/failing_alloc.h"
#include "tests/support/play.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(run_loop, .timeout = 60);

#define HEAD \
	"writ 1\nbackend b: llm\n" \
	"agent ask(q: text ..40) -> text ..40 via b { model: \"m-2025-01\", max_tokens: 10, timeout: 1s, user: \"{{q}}\" }\n"

static const struct {
	const char *name, *source, *input, *output, *order;
} cases[] = {
	{ "until the limit", HEAD "start f(a: text ..9) -> text ..40\nend loop s: text ..40 = a limit 3 { yield ask(q: s) until false }\n",
	    "{\"a\":\"x\"}", "{\"result\":\"x+++\"}", "loop[0].ask loop[1].ask loop[2].ask " },
	{ "until it says so", HEAD "start f(a: text ..9) -> text ..40\nend loop s: text ..40 = a limit 9 {\n"
	    "t = ask(q: s)\nyield t until ends_with(t, \"++\") }\n",
	    "{\"a\":\"x\"}", "{\"result\":\"x++\"}", "loop[0].ask loop[1].ask " },
	{ "one round", HEAD "start f(a: text ..9) -> text ..40\nend loop s: text ..40 = a limit 1 { yield ask(q: s) until length(s) > 99 }\n",
	    "{\"a\":\"x\"}", "{\"result\":\"x+\"}", "loop[0].ask " },
	/* The second of a round is not part of the next state; the next round waits for it. */
	{ "a round ends with its last call", HEAD "start f(a: text ..9) -> text ..40\nend loop s: text ..40 = a limit 2 {\n"
	    "t = ask(q: s)\nu = ask(q: \"{{length(s)}}\")\nrequire u != \"\" else \"no\"\nyield t until false }\n",
	    "{\"a\":\"x\"}", "{\"result\":\"x++\"}", "loop[0].ask loop[0].ask~2 loop[1].ask loop[1].ask~2 " },
	{ "a round ends with what it does", HEAD "start f(a: text ..9) -> text ..40\nend loop s: text ..40 = a limit 2 {\n"
	    "do ask(q: \"{{length(s)}}\")\nyield truncate(\"{{s}}.\", 40) until false }\n",
	    "{\"a\":\"x\"}", "{\"result\":\"x..\"}", "loop[0].ask loop[1].ask " },
	{ "one in another, twice", HEAD "start f(a: text ..9) -> [text ..40] ..2\n"
	    "b = loop s: text ..40 = a limit 2 { yield loop t: text ..40 = s limit 2 { yield ask(q: t) until false } until false }\n"
	    "c = loop s: text ..40 = b limit 1 { yield ask(q: s) until true }\nend [b, c]\n",
	    "{\"a\":\"x\"}", "{\"result\":[\"x++++\",\"x+++++\"]}",
	    "loop[0].loop~2[0].ask loop[0].loop~2[1].ask loop[1].loop~2[0].ask loop[1].loop~2[1].ask loop~3[0].ask~2 " },
	{ "inside for", HEAD "start f(a: text ..9) -> [text ..40] ..2\nend for x in [a, upper(a)] width 1 {\n"
	    "yield loop s: text ..40 = x limit 5 { yield ask(q: s) until length(s) > 1 } }\n",
	    "{\"a\":\"x\"}", "{\"result\":[\"x++\",\"X++\"]}",
	    "for[0].loop[0].ask for[0].loop[1].ask for[1].loop[0].ask for[1].loop[1].ask " },
	{ "for inside", HEAD "start f(a: text ..9) -> [text ..40] ..2\nend loop s: [text ..40] ..2 = [a, \"y\"] limit 2 {\n"
	    "yield for x in s { yield ask(q: x) } until false }\n",
	    "{\"a\":\"x\"}", "{\"result\":[\"x++\",\"y++\"]}",
	    "loop[0].for[0].ask loop[0].for[1].ask loop[1].for[0].ask loop[1].for[1].ask " },
	{ "a choice in it", HEAD "start f(a: text ..9) -> text ..40\nend loop s: text ..40 = a limit 4 {\n"
	    "yield if length(s) > 1 then s else ask(q: s) until length(s) > 2 }\n",
	    "{\"a\":\"x\"}", "{\"result\":\"x+\"}", "loop[0].ask " },
	{ "nobody is asked", HEAD "start f(a: text ..9) -> [text ..40] ..2\nb = loop s: text ..40 = a limit 30 {\n"
	    "yield truncate(\"{{s}}.\", 40) until length(s) > 2 }\nend [b, ask(q: b)]\n",
	    "{\"a\":\"x\"}", "{\"result\":[\"x...\",\"x...+\"]}", "ask " },
};

Test(run_loop, goes_round_by_round)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct failing_alloc f;
		struct wr_module *m;

		failing_alloc_init(&f);
		m = play_compiled(&f.hook, cases[i].source);
		for (unsigned seed = 0; seed < 8; seed++) {
			struct wr_run *run = play_start(m, &f.hook, NULL, cases[i].input);
			struct hand h = { 0 };

			play(run, NULL, seed, &h);
			cr_assert_eq(wr_run_state(run), WR_RUN_DONE, "%s", cases[i].name);
			cr_expect_str_eq(wr_run_output(run).at, cases[i].output, "%s", cases[i].name);
			if (seed == 0)
				cr_expect_str_eq(h.order, cases[i].order, "%s: %s", cases[i].name, h.order);
			wr_run_free(run);
		}
		wr_module_free(m);
		cr_expect_eq(f.live_bytes, 0, "%s", cases[i].name);
	}
}

Test(run_loop, a_failure_names_the_round_and_try_gives_up_the_rest)
{
	static const char body[] = "loop s: text ..40 = a limit 3 {\nt = ask(q: s)\nu = ask(q: upper(s))\nyield truncate(t + u, 40) until false }";
	char source[1024];

	for (int caught = 0; caught < 2; caught++) {
		struct failing_alloc f;
		struct wr_module *m;
		struct wr_run *run;
		struct hand h = { 0 };

		failing_alloc_init(&f);
		snprintf(source, sizeof source, HEAD "start f(a: text ..9) -> text ..40\nend %s%s%s\n",
		    caught ? "try " : "", body, caught ? " else \"given up\"" : "");
		m = play_compiled(&f.hook, source);
		run = play_start(m, &f.hook, NULL, "{\"a\":\"x\"}");
		for (int i = 0; i < 3; i++) {
			play_take(run, &h);
			if (i < 2) {
				struct wr_call c = play_drop(&h, 0);

				cr_assert_eq(play_echo(run, &c), WR_OK);
			}
		}
		cr_expect_str_eq(h.order, "loop[0].ask loop[0].ask~2 loop[1].ask loop[1].ask~2 ");
		cr_assert_eq(wr_run_fail(run, h.call[0].id, WR_FAILURE_REFUSED, wr_text_of("no"), false), WR_OK);
		if (caught) {
			cr_assert_eq(wr_run_state(run), WR_RUN_DONE);
			cr_expect_str_eq(wr_run_output(run).at, "{\"result\":\"given up\"}");
		} else {
			cr_assert_eq(wr_run_state(run), WR_RUN_FAILED);
			cr_expect_str_eq(wr_run_fault(run)->path, "loop[1].ask");
		}
		wr_run_free(run);
		wr_module_free(m);
		cr_expect_eq(f.live_bytes, 0);
	}
}

/* At each allocation in turn memory fails once, or from there on; the host tries again. */
Test(run_loop, goes_on_after_each_allocation_failure)
{
	struct failing_alloc steady, f = { 0 };
	struct wr_module *m;
	long recovered = 0;

	failing_alloc_init(&steady);
	m = play_compiled(&steady.hook, cases[5].source);
	while (failing_alloc_next(&f)) {
		struct wr_run *run = play_start(m, &f.hook, NULL, cases[5].input);
		struct hand h = { 0 };
		bool gone = run == NULL;

		while (!gone && wr_run_state(run) == WR_RUN_WAITING) {
			struct wr_call c;

			play_take(run, &h);
			c = play_drop(&h, 0);
			gone = play_echo(run, &c) == WR_NOMEM && play_echo(run, &c) == WR_NOMEM;
		}
		recovered += !gone && f.calls > f.fail_at;
		if (run != NULL && !gone)
			cr_expect_str_eq(wr_run_output(run).at, cases[5].output);
		wr_run_free(run);
		cr_assert_eq(f.live_bytes, 0);
	}
	cr_expect_gt(recovered, 0);
	wr_module_free(m);
}

/* A thousand million rounds are a small program; they are not tried when it is compiled. */
Test(run_loop, rounds_take_fuel)
{
	static const char source[] = "writ 1\nstart f(n: int 0..9) -> int 0..9\n"
	    "end loop a: int 0..9 = %s limit 1000 {\nyield loop b: int 0..9 = a limit 1000 {\n"
	    "yield loop c: int 0..9 = b limit 1000 { yield min(c + a, b) until false } until false } until false }\n";
	static const char *const begins[] = { "n", "0" };

	for (size_t i = 0; i < 2; i++) {
		struct failing_alloc f;
		struct wr_module *m;
		struct wr_run *run;
		struct wr_run_options o = { .fuel_max = 1000000 };
		char text[512];

		failing_alloc_init(&f);
		snprintf(text, sizeof text, source, begins[i]);
		m = play_compiled(&f.hook, text);
		run = play_start(m, &f.hook, &o, "{\"n\":3}");
		cr_assert_eq(wr_run_state(run), WR_RUN_FAILED);
		cr_expect_str_eq(wr_run_fault(run)->code, "fuel");
		wr_run_free(run);
		wr_module_free(m);
		cr_expect_eq(f.live_bytes, 0);
	}
}

/* ---- the debate ---------------------------------------------------------------------- */

#define LEN(text) (sizeof(text) - 1)
#define RULES "Be brief. Name no names."
#define SCHEMA \
	"{\"type\":\"object\",\"properties\":{" \
	"\"reasoning\":{\"type\":\"string\",\"description\":\"weigh the strongest point of each side\"}," \
	"\"leader\":{\"type\":\"string\",\"enum\":[\"pro\",\"con\"]}," \
	"\"settled\":{\"type\":\"boolean\",\"description\":\"true when one more round would not change your mind\"}}," \
	"\"required\":[\"reasoning\",\"leader\",\"settled\"],\"additionalProperties\":false}"

Test(run_loop, the_worst_case_of_a_debate_is_four_times_that_of_a_round)
{
	uint64_t asked = LEN("The motion: ") + 300 + LEN("\n\n") + 10000;
	uint64_t turn = LEN(RULES) + asked + LEN("\n\nYour next argument, please.") + 400;
	uint64_t pro = LEN("You argue for the motion.\n\n") + turn;
	uint64_t con = LEN("You argue against the motion.\n\n") + turn;
	uint64_t judge = LEN("You judge debates. You have no opinion of your own.") + asked + LEN(SCHEMA) + 500;
	struct wr_summary_bounds worst;
	struct failing_alloc f;
	struct wr_module *m;

	failing_alloc_init(&f);
	m = play_file(&f.hook, "tests/golden/show/debate.wf");
	worst = wr_module_summary(m)->worst;
	cr_expect_eq(worst.calls, 4 * (2 + 2 + 3));
	cr_expect_eq(worst.tokens, 4 * (2 * pro + 2 * con + 3 * judge), "%lu", (unsigned long)worst.tokens);
	/* both sides at the same time, then the judge; the rounds one after the other */
	cr_expect_eq(worst.time_ms, 4 * ((2 * 40000 + 250) + (3 * 40000 + 250 + 500)));
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

Test(run_loop, a_debate_ends_when_the_judge_has_heard_enough)
{
	static const char *const rulings[] = {
		"{\"reasoning\":\"Too early.\",\"leader\":\"con\",\"settled\":false}",
		"{\"reasoning\":\"Clear.\",\"leader\":\"pro\",\"settled\":true}",
	};
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = play_file(&f.hook, "tests/golden/show/debate.wf");
	run = play_start(m, &f.hook, NULL, "{\"motion\":\"Tabs.\"}");
	for (uint32_t round = 0; round < 2; round++) {
		play_take(run, &h);
		cr_assert_eq(h.len, 2, "both argue at the same time");
		while (h.len > 0)
			cr_assert_eq(wr_run_answer(run, play_drop(&h, h.len - 1).id, wr_text_of("So."), 1), WR_OK);
		play_take(run, &h);
		cr_assert_eq(h.len, 1);
		cr_assert_eq(wr_run_answer(run, play_drop(&h, 0).id, wr_text_of(rulings[round]), 1), WR_OK);
	}
	cr_assert_eq(wr_run_state(run), WR_RUN_DONE);
	cr_expect_str_eq(h.order, "loop[0].advocate loop[0].sceptic loop[0].judge "
				  "loop[1].advocate loop[1].sceptic loop[1].judge ");
	cr_expect_str_eq(wr_run_output(run).at,
	    "{\"turns\":[{\"side\":\"pro\",\"argument\":\"So.\"},{\"side\":\"con\",\"argument\":\"So.\"},"
	    "{\"side\":\"pro\",\"argument\":\"So.\"},{\"side\":\"con\",\"argument\":\"So.\"}],"
	    "\"ruling\":{\"reasoning\":\"Clear.\",\"leader\":\"pro\",\"settled\":true}}");
	wr_run_free(run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}
