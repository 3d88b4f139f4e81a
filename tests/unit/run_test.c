/* The machine: what it asks, in which order, what it makes of the answers, and how it ends. */
#include "tests/support/failing_alloc.h"
#include "tests/support/play.h"
#include "tests/support/triage.h"

#include <criterion/criterion.h>

TestSuite(run, .timeout = 60);

static const struct reply pays[] = TRIAGE_REPLIES;

Test(run, runs_through_and_asks_in_order)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE TRIAGE_WITHIN);
	run = play_start(m, &f.hook, NULL, TRIAGE_LARGE);
	play(run, pays, 0, &h);
	play_expect_output(run, TRIAGE_RESULT("700"));
	cr_expect_str_eq(h.order, "summarise search assess decide write transfer ");
	cr_expect_eq(wr_run_used(run).calls, 6);
	cr_expect_eq(wr_run_used(run).tokens, 42);
	cr_expect_eq(wr_run_used(run).width, 2);
	wr_run_free(run);

	run = play_start(m, &f.hook, NULL, TRIAGE_SMALL); /* the other arm asks nobody */
	memset(&h, 0, sizeof h);
	play(run, pays, 0, &h);
	play_expect_output(run, TRIAGE_RESULT("200"));
	cr_expect_str_eq(h.order, "summarise search assess transfer write ");
	wr_run_free(run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

Test(run, gives_the_same_in_any_order_of_answers)
{
	struct failing_alloc f;
	struct wr_module *m;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE TRIAGE_WITHIN);
	for (unsigned seed = 1; seed < 40; seed++) {
		struct wr_run *run = play_start(m, &f.hook, NULL, TRIAGE_LARGE);
		struct hand h = { 0 };

		play(run, pays, seed, &h);
		play_expect_output(run, TRIAGE_RESULT("700"));
		wr_run_free(run);
	}
	wr_module_free(m);
}

/* Stop after k answers; feed the same answers to a new run, in the same order; go on from there. */
Test(run, replays_from_every_point)
{
	struct failing_alloc f;
	struct wr_module *m;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE TRIAGE_WITHIN);
	for (unsigned seed = 0; seed < 8; seed++)
		for (uint32_t stop = 0; stop < 6; stop++) {
			struct wr_run *first = play_start(m, &f.hook, NULL, TRIAGE_LARGE), *second;
			struct hand h = { 0 }, again = { 0 };
			char log[8][16];
			unsigned r = seed;

			for (uint32_t k = 0; k < stop; k++) {
				struct wr_call c;

				play_take(first, &h);
				c = play_drop(&h, seed == 0 ? 0 : play_random(&r) % h.len);
				strcpy(log[k], c.path);
				cr_assert_eq(wr_run_answer(first, c.id, play_reply(pays, c.path), 0), WR_OK);
			}
			wr_run_free(first);
			second = play_start(m, &f.hook, NULL, TRIAGE_LARGE);
			for (uint32_t k = 0; k < stop; k++) {
				uint32_t i = 0;

				play_take(second, &again);
				while (i < again.len && strcmp(again.call[i].path, log[k]) != 0)
					i++;
				cr_assert_lt(i, again.len, "%s is not asked again", log[k]);
				cr_assert_eq(wr_run_answer(second, play_drop(&again, i).id,
				    play_reply(pays, log[k]), 0), WR_OK);
			}
			play(second, pays, seed, &again);
			play_expect_output(second, TRIAGE_RESULT("700"));
			wr_run_free(second);
		}
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

Test(run, refuses_input_that_does_not_fit)
{
	static const struct {
		const char *json, *path, *detail;
	} cases[] = {
		{ "{\"story\":\"s\",\"cents\":0}", "cents", "expected an int from 1 to 1,000, found 0" },
		{ "{\"story\":\"s\"}", "", "missing member `cents`" },
		{ "{\"story\":\"s\",\"cents\":1,\"x\":1}", "", "unknown member `x`" },
		{ "[]", "", "expected an object, found a list" },
		{ "", "", "malformed JSON at byte 0, where it ends: expected a value" },
	};
	struct failing_alloc f;
	struct wr_module *m;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE TRIAGE_WITHIN);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_run *run = NULL;
		struct wr_fault fault = { 0 };

		cr_expect_eq(wr_run_start(m, &f.hook, NULL, wr_text_of(cases[i].json), &run, &fault), WR_INVALID);
		cr_expect_str_eq(fault.code, "input");
		cr_expect_str_eq(fault.path, cases[i].path);
		cr_expect_str_eq(fault.detail, cases[i].detail);
	}
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

Test(run, a_require_stops_what_it_guards)
{
	static const struct reply denied[] = {
		{ "summarise", "g" }, { "search", "[]" }, { "assess", "{\"reason\":\"\",\"covered\":false}" }, { NULL, NULL },
	};
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE TRIAGE_WITHIN);
	run = play_start(m, &f.hook, NULL, TRIAGE_SMALL);
	play(run, denied, 0, &h);
	play_expect_fault(run, "require", "", "it is not covered");
	cr_expect_str_eq(h.order, "summarise search assess "); /* nobody was paid */
	wr_run_free(run);
	wr_module_free(m);
}

Test(run, refuses_answers_that_nothing_waits_for)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_call c;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE TRIAGE_WITHIN);
	run = play_start(m, &f.hook, NULL, TRIAGE_LARGE);
	for (uint32_t id = 0; id < 100; id++) /* rendered, but not taken yet */
		cr_expect_eq(wr_run_answer(run, id, WR_TEXT("x"), 0), WR_STALE);
	cr_expect_eq(wr_run_answer(run, UINT32_MAX, WR_TEXT("x"), 0), WR_STALE);
	cr_assert(wr_run_next(run, &c));
	cr_expect_eq(wr_run_answer(run, c.id + 1, WR_TEXT("x"), 0), WR_STALE);
	cr_expect_eq(wr_run_fail(run, c.id + 8, WR_FAILURE_TIMEOUT, WR_TEXT("x"), false), WR_STALE);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("x"), 0), WR_OK);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("x"), 0), WR_STALE);
	cr_expect_eq(wr_run_used(run).tokens, 0);
	wr_run_cancel(run, "cancelled", "asked to");
	play_expect_fault(run, "cancelled", "", "asked to");
	wr_run_cancel(run, "budget", "too late to say");
	cr_expect_str_eq(wr_run_fault(run)->code, "cancelled");
	wr_run_free(run);
	wr_module_free(m);
	wr_run_free(NULL);
}

Test(run, ends_at_once_when_nobody_is_asked)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_call c;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, "type I int 0 100\ntype L list I 0 5\nflow best xs:L -> L\n"
	    "xs = INPUT 0\nten = CONST 10\nys = FOR wsd xs\nblock\nx = BIND 0\nbig = LE ten x\nyield x big x\nend ys\nwithin 0 0 0 0\n");
	run = play_start(m, &f.hook, NULL, "{\"xs\":[12,3,70,10]}");
	cr_expect_not(wr_run_next(run, &c));
	play_expect_output(run, "{\"result\":[70,12,10]}");
	wr_run_free(run);
	wr_module_free(m);
}

Test(run, names_each_place_that_calls_an_agent)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };
	static const struct reply two[] = { { "ask", "1" }, { "ask~2", "2" }, { NULL, NULL } };

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, "type T text 0 9\nbackend b llm accepts - taints -\nagent ask q:T -> T via b\nq = INPUT 0\n"
	    "set MODEL \"m\"\nset MAX_TOKENS 1\nset USER q\nflow twice q:T -> T\n"
	    "q = INPUT 0\na = CALL ask q\nb = CALL ask q\nt = LT a b\nm = MATCH 2 t\nblock\nyield a\nblock\nyield b\nend m\nwithin 9 999 99999999 0\n");
	run = play_start(m, &f.hook, NULL, "{\"q\":\"x\"}");
	play(run, two, 0, &h);
	play_expect_output(run, "{\"result\":\"1\"}");
	cr_expect_str_eq(h.order, "ask ask~2 ");
	cr_expect_eq(wr_run_used(run).width, 2); /* independent: at the same time */
	wr_run_free(run);
	wr_module_free(m);
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* A host that tries again when memory was short, and gives up when it is gone. */
static enum wr_status
patient_run(const struct wr_module *m, const struct wr_alloc *alloc, struct wr_run **ret)
{
	struct wr_fault fault;
	struct hand h = { 0 };
	enum wr_status s = wr_run_start(m, alloc, NULL, WR_TEXT(TRIAGE_LARGE), ret, &fault);

	if (s != WR_OK)
		return s;
	while (wr_run_state(*ret) == WR_RUN_WAITING) {
		struct wr_call c;
		struct wr_text answer;

		play_take(*ret, &h);
		c = play_drop(&h, 0);
		answer = play_reply(pays, c.path);
		s = wr_run_answer(*ret, c.id, answer, 1);
		if (s == WR_NOMEM)
			s = wr_run_answer(*ret, c.id, answer, 1);
		if (s != WR_OK)
			return s;
	}
	return s;
}

Test(run, survives_every_allocation_failure)
{
	struct failing_alloc steady, f = { 0 };
	struct wr_module *m;
	long recovered = 0;

	failing_alloc_init(&steady);
	m = play_assembled(&steady.hook, TRIAGE TRIAGE_WITHIN);
	while (failing_alloc_next(&f)) {
		struct wr_run *run = NULL;
		enum wr_status s = patient_run(m, &f.hook, &run);

		cr_assert(s == WR_OK || s == WR_NOMEM);
		if (s == WR_OK) {
			recovered += f.calls > f.fail_at;
			play_expect_output(run, TRIAGE_RESULT("700"));
			cr_assert_eq(wr_run_used(run).tokens, 6); /* each answer counts once */
		}
		wr_run_free(run);
		cr_assert_eq(f.live_bytes, 0);
	}
	cr_expect_gt(recovered, 5);
	wr_module_free(m);
	cr_expect_eq(steady.live_bytes, 0);
}
