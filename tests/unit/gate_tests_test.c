/* Records of tests at the gate: shown to those who decide, and worth nothing to the decision. */
#include "runtime/sysalloc.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/gate_ask.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(gate_tests, .timeout = 60);

static void
add_tested(struct ask *a, const char *person)
{
	struct wd_record r = fixture_tested(&a->subject);

	ask_add(a, &r, person);
}

static void
expect_text(const struct wd_verdict *v, uint32_t i, const char *text)
{
	cr_assert_lt(i, v->tests_len);
	cr_expect(wr_text_eq(v->tests[i].text, wr_text_of(text)), "%.*s", (int)v->tests[i].text.size, v->tests[i].text.at);
}

/* Whoever signs tests, and however good they are: it stands in for no submission and no approval. */
Test(gate_tests, approve_nothing)
{
	static const char *const persons[] = { "ana", "bo", "chi", "dee", "eve" };
	static const struct {
		bool submitted, security, privacy;
		const char *unmet;
	} cases[] = {
		{ false, false, false, "no-submission approval-missing approval-missing" },
		{ false, true, true, "no-submission" },
		{ true, false, false, "approval-missing approval-missing" },
		{ true, true, false, "approval-missing" },
		{ true, false, true, "approval-missing" },
		{ true, true, true, "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int with = 0; with < 2; with++) {
			struct ask a;
			int64_t until;

			ask_start(&a, NULL, NULL);
			if (cases[i].submitted)
				ask_submit(&a, "dee");
			if (cases[i].security)
				ask_approve(&a, "bo", "security");
			if (cases[i].privacy)
				ask_approve(&a, "chi", "privacy");
			(void)ask_judge(&a);
			until = a.verdict.until;
			for (size_t k = 0; with == 1 && k < sizeof persons / sizeof *persons; k++)
				add_tested(&a, persons[k]);
			cr_expect_eq(ask_judge(&a), cases[i].unmet[0] == '\0', "%zu", i);
			cr_expect_str_eq(ask_unmet(&a.verdict), cases[i].unmet, "%zu", i);
			cr_expect_eq(a.verdict.until, until);
			cr_expect_eq(a.verdict.notes_len, 0, "they are no junk either");
			cr_expect_eq(a.verdict.tests_len, with == 1 ? 5 : 0);
			ask_end(&a);
		}
}

/* Who signs tests is no author by that; who failed them has not rejected. */
Test(gate_tests, take_nothing_away)
{
	struct ask a;

	ask_good(&a, NULL, NULL);
	add_tested(&a, "bo");
	add_tested(&a, "chi");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	expect_text(&a.verdict, 0, "2 passed, 1 failed, 1 skipped, stubs and recordings and live backends, signed by bo, "
	    "2026-11-22T04:50:00Z; failed: says why");
	cr_expect(!a.verdict.tests[0].good);
	ask_end(&a);
}

Test(gate_tests, are_shown_when_a_person_of_the_policy_signed_them)
{
	struct ask a;
	struct wd_record r;

	ask_good(&a, NULL, NULL);
	add_tested(&a, "mallory");
	r = fixture_tested(&a.subject);
	r.subject.at[0] ^= 1;
	ask_add(&a, &r, "ana");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	cr_expect_eq(a.verdict.tests_len, 0);
	cr_expect_str_eq(ask_noted(&a.verdict, 3), "signature");
	cr_expect_str_eq(ask_noted(&a.verdict, 4), "other-subject");
	ask_end(&a);
	/* a key that is revoked says nothing more */
	ask_good(&a, "\"revoked\": []", "\"revoked\": [{ \"key\": \"ID(eve)\", \"reason\": \"lost\" }]");
	add_tested(&a, "eve");
	add_tested(&a, "ana");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	cr_expect_eq(a.verdict.tests_len, 1);
	cr_expect_str_eq(ask_noted(&a.verdict, 3), "key-revoked");
	ask_end(&a);
}

Test(gate_tests, come_newest_first_and_not_all_of_them)
{
	struct ask a;

	ask_start(&a, NULL, NULL);
	for (uint32_t i = 0; i < WD_TESTS_SHOWN + 4; i++) {
		struct wd_record r = fixture_tested(&a.subject);

		r.tested.at = FIXTURE_NOW - 100 + (i * 7) % 20;
		r.tested.cases_len = 2;
		ask_add(&a, &r, "ana");
	}
	(void)ask_judge(&a);
	cr_assert_eq(a.verdict.tests_len, WD_TESTS_SHOWN);
	for (uint32_t i = 1; i < WD_TESTS_SHOWN; i++)
		cr_expect_lt(a.verdict.tests[i].at, a.verdict.tests[i - 1].at);
	expect_text(&a.verdict, 0, "2 passed, stubs and recordings, signed by ana, 2026-11-22T04:58:39Z");
	cr_expect(a.verdict.tests[0].good && a.verdict.tests[0].results[WD_RESULT_PASSED] == 2);
	ask_end(&a);
}

/* Titles are an author's words: they end no line, hide nothing, and push nobody's name out of sight. */
Test(gate_tests, show_titles_and_no_more_than_a_few)
{
	static struct wd_test_case cases[20];
	static char long_name[WD_TEST_NAME_MAX];
	struct ask a;
	struct wd_record r;

	memset(long_name, '\x1B', sizeof long_name);
	for (int i = 0; i < 20; i++)
		cases[i] = (struct wd_test_case){ .name = { long_name, sizeof long_name }, .result = WD_RESULT_FAILED,
			.adaptor = WD_TEST_STUBS };
	ask_start(&a, NULL, NULL);
	r = fixture_tested(&a.subject);
	r.tested.cases = cases;
	r.tested.cases_len = 20;
	ask_add(&a, &r, "ana");
	cases[0].name = WR_TEXT("a\nb \xE2\x80\xAE<b>\x1B[31m");
	cases[0].result = WD_RESULT_TROUBLE;
	r.tested.cases_len = 1;
	r.tested.at++;
	ask_add(&a, &r, "ana");
	(void)ask_judge(&a);
	expect_text(&a.verdict, 0, "1 not to be run, stubs, signed by ana, 2026-11-22T04:50:01Z; not to be run: a b "
	    "<U+202e><b><U+001b>[31m");
	cr_expect_eq(strncmp(a.verdict.tests[1].text.at, "20 failed, stubs, signed by ana, 2026-11-22T04:50:00Z; failed: <U+001b>", 70), 0,
	    "%.100s", a.verdict.tests[1].text.at);
	cr_expect_leq(a.verdict.tests[1].text.size, 8192);
	for (size_t i = 0; i < a.verdict.tests[1].text.size; i++)
		cr_assert((unsigned char)a.verdict.tests[1].text.at[i] >= ' ');
	ask_end(&a);
}

Test(gate_tests, survive_every_allocation_failure)
{
	struct failing_alloc f = { 0 };
	struct ask a;

	ask_good(&a, NULL, NULL);
	add_tested(&a, "eve");
	while (failing_alloc_next(&f)) {
		struct wd_verdict v;
		enum wr_status got = wd_gate(&a.in, &f.hook, &v);

		cr_assert(got == WR_OK || got == WR_NOMEM);
		if (got == WR_OK) {
			cr_expect(v.approved && v.tests_len == 1);
			wd_verdict_free(&v);
		}
		cr_assert_eq(f.live_bytes, 0);
	}
	ask_end(&a);
}
