/* When calls fail, and when limits are met: what is tried again, after what time, and how the run ends. */
#include "tests/support/failing_alloc.h"
#include "tests/support/play.h"
#include "tests/support/triage.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(run_fail, .timeout = 60);

static const struct reply pays[] = TRIAGE_REPLIES;

/* Take the one call that is there, which must be this one. */
static struct wr_call
expect_call(struct wr_run *run, const char *path, uint32_t attempt, uint32_t delay_ms)
{
	struct wr_call c = { 0 }, none;

	cr_assert(wr_run_next(run, &c), "%s is not asked", path);
	cr_assert_str_eq(c.path, path);
	cr_assert_eq(c.attempt, attempt);
	cr_assert_eq(c.delay_ms, delay_ms);
	cr_assert_not(wr_run_next(run, &none));
	return c;
}

Test(run_fail, tries_again_with_back_off_and_then_fails)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_call c, old;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE TRIAGE_WITHIN);
	run = play_start(m, &f.hook, NULL, TRIAGE_LARGE);
	old = c = expect_call(run, "summarise", 1, 0);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("this is longer than 20 bytes"), 5), WR_INVALID);
	cr_expect_str_eq(wr_run_reason(run), "invalid: expected a text of at most 20 bytes, found 28");
	c = expect_call(run, "summarise", 2, 250);
	cr_expect_neq(c.id, old.id);
	cr_expect_eq(wr_run_answer(run, old.id, WR_TEXT("late"), 0), WR_STALE);
	cr_expect_eq(wr_run_fail(run, c.id, WR_FAILURE_UNAVAILABLE, WR_TEXT("503"), false), WR_OK);
	c = expect_call(run, "summarise", 3, 500);
	cr_expect_eq(c.parts_len, old.parts_len); /* the same request */
	cr_expect_eq(wr_run_fail(run, c.id, WR_FAILURE_TIMEOUT, WR_TEXT("no answer \xff in 30 s"), false), WR_OK);
	play_expect_fault(run, "timeout", "summarise", "no answer ? in 30 s");
	cr_expect_str_eq(wr_run_fault(run)->agent, "summarise");
	cr_expect_not(wr_run_fault(run)->outcome_unknown);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("x"), 0), WR_STALE);
	cr_expect_eq(wr_run_used(run).calls, 3);
	cr_expect_eq(wr_run_used(run).tokens, 5);
	wr_run_free(run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

Test(run_fail, says_where_in_an_answer_it_does_not_fit)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_call c;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE TRIAGE_WITHIN);
	run = play_start(m, &f.hook, NULL, TRIAGE_LARGE);
	c = expect_call(run, "summarise", 1, 0);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("g"), 0), WR_OK);
	c = expect_call(run, "search", 1, 0); /* it is not retried */
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("[{\"ref\":\"a\",\"body\":\"b\"},{\"ref\":7}]"), 0), WR_INVALID);
	play_expect_fault(run, "invalid", "search", "[1].ref: expected a text, found a number");
	wr_run_free(run);
	wr_module_free(m);
}

Test(run_fail, never_retries_what_may_not_be)
{
	static const struct {
		const char *path;
		enum wr_failure failure;
		bool unknown;
	} cases[] = {
		{ "summarise", WR_FAILURE_REFUSED, false }, /* retry is 2 */
		{ "summarise", WR_FAILURE_TIMEOUT, true },
		{ "transfer", WR_FAILURE_TIMEOUT, true },
		{ "transfer", WR_FAILURE_UNAVAILABLE, false },
	};
	struct failing_alloc f;
	struct wr_module *m;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE TRIAGE_WITHIN);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_run *run = play_start(m, &f.hook, NULL, TRIAGE_SMALL);
		struct hand h = { 0 };

		while (wr_run_state(run) == WR_RUN_WAITING) {
			struct wr_call c;

			play_take(run, &h);
			c = play_drop(&h, 0);
			if (strcmp(c.path, cases[i].path) == 0)
				cr_expect_eq(wr_run_fail(run, c.id, cases[i].failure, WR_TEXT("d"), cases[i].unknown), WR_OK);
			else
				cr_expect_eq(wr_run_answer(run, c.id, play_reply(pays, c.path), 0), WR_OK);
		}
		play_expect_fault(run, wr_failure_word(cases[i].failure), cases[i].path, "d");
		cr_expect_eq(wr_run_fault(run)->outcome_unknown, cases[i].unknown);
		for (uint32_t k = 0; k < h.len; k++)
			cr_expect_eq(wr_run_answer(run, h.call[k].id, WR_TEXT("x"), 0), WR_STALE);
		wr_run_free(run);
	}
	wr_module_free(m);
}

/* ---- limits ---------------------------------------------------------------------------------- */

Test(run_fail, keeps_to_the_width)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE "within 50 100000 10000000 1\n");
	run = play_start(m, &f.hook, NULL, TRIAGE_SMALL);
	play(run, pays, 0, &h);
	play_expect_output(run, TRIAGE_RESULT("200"));
	cr_expect_eq(wr_run_used(run).width, 1);
	cr_expect_str_eq(h.order, "summarise search assess transfer write ");
	wr_run_free(run);
	wr_module_free(m);
}

Test(run_fail, keeps_to_its_budget)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE TRIAGE_WITHIN);
	run = play_start(m, &f.hook, &(struct wr_run_options){ .calls_max = 2 }, TRIAGE_SMALL);
	play(run, pays, 0, &h);
	play_expect_fault(run, "budget", "", "the run may make no more calls");
	cr_expect_str_eq(h.order, "summarise search ");
	wr_run_free(run);

	memset(&h, 0, sizeof h);
	run = play_start(m, &f.hook, &(struct wr_run_options){ .tokens_max = 13 }, TRIAGE_SMALL); /* 7 each: the next call fails */
	play(run, pays, 0, &h);
	play_expect_fault(run, "budget", "", "the run has used more tokens than it may");
	cr_expect_str_eq(h.order, "summarise search ");
	wr_run_free(run);
	wr_module_free(m);
}

Test(run_fail, keeps_to_its_heap_and_fuel)
{
	struct failing_alloc f;
	struct wr_module *m;
	size_t heap;
	uint64_t fuel;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE TRIAGE_WITHIN);
	for (heap = 64; heap < 65536; heap += 64) {
		struct wr_run *run = NULL;
		struct wr_fault fault = { 0 };
		struct hand h = { 0 };
		struct wr_run_options o = { .heap_max = heap };
		enum wr_status s = wr_run_start(m, &f.hook, &o, WR_TEXT(TRIAGE_SMALL), &run, &fault);
		bool done;

		if (s == WR_LIMIT) {
			cr_assert_str_eq(fault.code, "heap");
			continue;
		}
		cr_assert_eq(s, WR_OK);
		play(run, pays, 0, &h);
		done = wr_run_state(run) == WR_RUN_DONE;
		if (!done)
			cr_assert_str_eq(wr_run_fault(run)->code, "heap");
		wr_run_free(run);
		if (done)
			break;
	}
	cr_expect(heap > 64 && heap < 16384, "%zu", heap);
	for (fuel = 1; fuel < 1000; fuel++) {
		struct wr_run *run = play_start(m, &f.hook, &(struct wr_run_options){ .fuel_max = fuel }, TRIAGE_SMALL);
		struct hand h = { 0 };
		bool done;

		play(run, pays, 0, &h);
		done = wr_run_state(run) == WR_RUN_DONE;
		if (!done)
			cr_assert_str_eq(wr_run_fault(run)->code, "fuel");
		wr_run_free(run);
		if (done)
			break;
	}
	cr_expect(fuel > 20 && fuel < 1000, "%llu", (unsigned long long)fuel);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

Test(run_fail, a_retry_keeps_its_place_in_the_width)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_call c, none;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TRIAGE "within 50 100000 10000000 1\n");
	run = play_start(m, &f.hook, NULL, TRIAGE_LARGE);
	c = expect_call(run, "summarise", 1, 0);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("g"), 0), WR_OK);
	c = expect_call(run, "search", 1, 0);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("[]"), 0), WR_OK);
	c = expect_call(run, "assess", 1, 0);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("{\"reason\":1}"), 0), WR_INVALID);
	cr_expect_str_eq(wr_run_reason(run), "invalid: .reason: expected a text, found a number");
	c = expect_call(run, "assess", 2, 250);
	cr_assert_not(wr_run_next(run, &none));
	cr_expect_eq(wr_run_used(run).width, 1);
	wr_run_free(run);
	wr_module_free(m);
}
