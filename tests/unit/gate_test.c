/* The gate's people: approvals, rejects and withdrawals; each spoilt case has its own code. */
#include "runtime/sysalloc.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/gate_ask.h"

#include <criterion/criterion.h>
#include <stdlib.h>

TestSuite(gate, .timeout = 60);

Test(gate, approves_when_every_party_has_approved)
{
	struct ask a;

	ask_good(&a, NULL, NULL);
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	cr_expect_eq(a.verdict.version, 3);
	cr_expect_eq(a.verdict.notes_len, 0);
	cr_expect_geq(a.verdict.conditions_len, 20);
	ask_end(&a);
}

Test(gate, names_who_must_be_asked_and_why)
{
	struct ask a;

	ask_start(&a, NULL, NULL);
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "no-submission approval-missing approval-missing");
	cr_expect_str_eq(ask_parties(&a.chain.policy, &a.verdict.parties),
	    "security 1  development requires it, @untrusted reaches house, @untrusted reaches "
	    "handbook\n"
	    "privacy 1  @pii reaches house, @pii reaches the result, summarise drops @pii\n");
	ask_end(&a);
}

Test(gate, asks_the_owner_of_a_label_only_when_it_flows)
{
	static struct wr_summary_backend quiet[2];
	struct ask a;

	ask_start(&a, NULL, NULL);
	memcpy(quiet, a.summary.backends, sizeof quiet);
	quiet[0].reaches = 2; /* @untrusted alone */
	a.summary.backends = quiet;
	a.summary.result_labels = 0;
	a.summary.drops_len = 0;
	ask_submit(&a, "dee");
	ask_approve(&a, "bo", "security");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	a.summary.result_labels = 1;
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "approval-missing");
	ask_end(&a);
}

Test(gate, parties_are_asked_for_what_the_basis_had)
{
	struct wd_policy p = fixture_policy(NULL, NULL);
	static struct wr_summary_input bare[1];
	static const struct wr_loss field = { { "Claim.story", 11 }, 1 };
	const struct wr_losses lost = { &field, 1 };
	struct wr_summary was = fixture_summary(), is = fixture_summary();
	const struct wd_environment *e = wd_policy_environment(&p, WR_TEXT("development"));
	const struct wd_earlier earlier = { .summary = &was, .losses = &lost };
	struct wr_arena arena;
	struct wd_parties parties;

	is.labels_len = 0;
	is.backends_len = is.drops_len = 0;
	is.result_labels = 0;
	bare[0] = is.inputs[0];
	bare[0].labels = 0;
	is.inputs = bare;
	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	cr_assert_eq(wd_parties_derive(&p, e, &is, &earlier, 1, NULL, &arena, &parties), WR_OK);
	cr_expect_str_eq(ask_parties(&p, &parties),
	    "security 1  development requires it, @untrusted is no longer on claim\n"
	    "privacy 1  @pii is no longer on claim, @pii is no longer on the result, @pii is no longer on "
	    "Claim.story\n");
	wr_arena_free(&arena);
	wd_policy_free(&p);
}

Test(gate, compares_with_what_the_submission_follows_and_with_nothing_else)
{
	struct wd_digest older = wd_sha256(WR_TEXT("older")), other = wd_sha256(WR_TEXT("other"));
	struct ask a;
	struct wd_record r;

	ask_good(&a, NULL, NULL);
	a.subject.basis = &a.summary;
	a.subject.basis_digest = older;
	cr_expect(!ask_judge(&a), "it follows nothing");
	cr_expect_str_eq(ask_unmet(&a.verdict), "basis-missing");
	r = fixture_submission(&a.subject);
	r.submission.has_follows = true;
	r.submission.follows = older;
	ask_add(&a, &r, "dee");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "approval-missing approval-missing");
	cr_expect_str_eq(ask_noted(&a.verdict, 1), "other-basis");
	ask_decide_on(&a, other);
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_noted(&a.verdict, 4), "other-basis");
	ask_decide_on(&a, older);
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	a.subject.basis_digest = other;
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "basis-missing");
	a.subject.basis = NULL;
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "basis-missing");
	ask_end(&a);
}

Test(gate, finds_the_basis_whatever_the_order_of_the_records)
{
	struct wd_digest low = wd_sha256(WR_TEXT("older")), high = wd_sha256(WR_TEXT("other"));
	static const char *const persons[] = { "dee", "dee", "dee", "bo" };
	bool more = memcmp(low.at, high.at, sizeof low.at) > 0;
	struct wd_digest swap = low;

	low = more ? high : low;
	high = more ? swap : high;
	for (int order = 0; order < 4; order++) {
		struct wd_wanted wanted;
		struct ask a;

		ask_start(&a, NULL, NULL);
		for (int i = 0; i < 4; i++) {
			int k = (i + order) % 4; /* nothing, low, high; and by bo, who is no author */
			struct wd_record r = fixture_submission(&a.subject);

			r.submission.has_follows = k != 0;
			r.submission.follows = k == 1 ? low : high;
			r.submission.version += k == 3;
			ask_add(&a, &r, persons[k]);
		}
		cr_assert_eq(wd_gate_wanted(&a.in, wd_alloc(), &wanted), WR_OK);
		cr_expect(wanted.has_basis && wd_digest_eq(&wanted.basis, &high), "order %d", order);
		ask_end(&a);
	}
}

Test(gate, limits_of_time_are_exact)
{
	struct ask a;
	struct wd_record r;

	ask_start(&a, NULL, NULL);
	ask_submit(&a, "dee");
	ask_approve(&a, "chi", "privacy");
	r = fixture_approval(&a.chain.policy, &a.subject, "security");
	r.approval.not_before = FIXTURE_NOW;
	r.approval.not_after = FIXTURE_NOW + 100 * 86400;
	ask_add(&a, &r, "bo");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	a.in.now = r.approval.not_before + 30 * 86400;
	cr_expect(!ask_judge(&a), "chi's has run out");
	r.approval.role = WR_TEXT("privacy");
	ask_add(&a, &r, "chi");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	cr_expect_eq(a.verdict.until, a.in.now + 1, "which it knows beforehand");
	a.in.now++;
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "approval-missing approval-missing");
	ask_end(&a);
}

Test(gate, the_author_approves_nothing_under_any_key)
{
	struct ask a;

	ask_start(&a, "\"security\": [\"ana\", \"bo\", \"eve\"]",
	    "\"security\": [\"ana\", \"bo\", \"eve\", \"dee\"]");
	ask_submit(&a, "dee");
	ask_approve(&a, "chi", "privacy");
	ask_approve(&a, "dee", "security");
	ask_approve(&a, "dee/2", "security");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_noted(&a.verdict, 2), "author-approved");
	cr_expect_str_eq(ask_noted(&a.verdict, 3), "author-approved");
	ask_approve(&a, "bo", "security");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	ask_submit(&a, "bo"); /* bo is no author, and still: whoever submits does not approve */
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_noted(&a.verdict, 4), "author-approved");
	cr_expect_str_eq(ask_noted(&a.verdict, 5), "not-an-author");
	ask_end(&a);
}

Test(gate, one_person_is_one_whatever_the_keys)
{
	struct ask a;

	ask_start(&a, "\"require\": { \"security\": 1 }", "\"require\": { \"security\": 2 }");
	ask_submit(&a, "dee");
	ask_approve(&a, "chi", "privacy");
	ask_approve(&a, "ana", "security");
	ask_approve(&a, "ana", "security");
	ask_approve(&a, "ana/2", "security");
	cr_expect(!ask_judge(&a), "one person, three approvals, two keys");
	cr_expect_str_eq(ask_unmet(&a.verdict), "approval-missing");
	ask_approve(&a, "bo", "security");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	ask_end(&a);
}

Test(gate, one_person_fills_one_seat_and_the_best_seating_is_found)
{
	struct ask a;

	ask_start(&a, NULL, NULL);
	ask_submit(&a, "dee");
	ask_approve(&a, "eve", "security");
	ask_approve(&a, "eve", "privacy");
	cr_expect(!ask_judge(&a), "eve holds both roles and is one person");
	cr_expect_str_eq(ask_unmet(&a.verdict), "approval-missing");
	ask_approve(&a, "ana", "security"); /* so eve must move to privacy */
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	ask_end(&a);
	/* the same with eve first in line: persons in the policy's order would seat ana, bo, eve */
	ask_start(&a, "\"require\": { \"security\": 1 }",
	    "\"require\": { \"security\": 2, \"privacy\": 2 }");
	ask_submit(&a, "dee");
	ask_approve(&a, "ana", "security");
	ask_approve(&a, "eve", "security");
	ask_approve(&a, "eve", "privacy");
	ask_approve(&a, "chi", "privacy");
	cr_expect(!ask_judge(&a));
	ask_approve(&a, "bo", "security");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	ask_end(&a);
}

Test(gate, a_reject_vetoes_until_that_party_approves_later)
{
	struct ask a;
	struct wd_record r;
	const struct wd_condition *c;

	ask_good(&a, NULL, NULL);
	r = fixture_approval(&a.chain.policy, &a.subject, "security");
	r.approval.approves = false;
	r.approval.not_before = FIXTURE_NOW - 1800; /* after bo's approval */
	r.approval.not_after = FIXTURE_NOW - 1;     /* a veto does not lapse */
	r.approval.packet.at[0] ^= 1;               /* nor does it need the right packet */
	r.approval.scope.at[0] ^= 1;
	r.approval.message = WR_TEXT("the prompt\nleaks \xE2\x80\xAEnames");
	ask_add(&a, &r, "ana");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "rejected");
	c = wd_verdict_unmet(&a.verdict, WD_CODE_REJECTED);
	cr_expect(
	    c != NULL &&
	    wr_text_eq(c->detail,
		WR_TEXT(
		    "ana as security on 2026-11-22T04:30:00Z: the prompt leaks <U+202e>names")));
	ask_approve(&a, "bo", "security"); /* at the time of the first: before the reject */
	cr_expect(!ask_judge(&a));
	r = fixture_approval(&a.chain.policy, &a.subject, "privacy");
	r.approval.not_before = FIXTURE_NOW - 60;
	ask_add(&a, &r, "chi"); /* another party's approval overrules nothing */
	cr_expect(!ask_judge(&a));
	r = fixture_approval(&a.chain.policy, &a.subject, "security");
	r.approval.not_before = FIXTURE_NOW - 60;
	ask_add(&a, &r, "ana");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	ask_end(&a);
}

Test(gate, a_reject_by_nobody_asked_is_noted_and_ignored)
{
	struct ask a;
	struct wd_record r;

	ask_good(&a, NULL, NULL);
	r = fixture_approval(&a.chain.policy, &a.subject, "author");
	r.approval.approves = false;
	ask_add(&a, &r, "dee");
	r = fixture_approval(&a.chain.policy, &a.subject, "privacy");
	r.approval.approves = false;
	ask_add(&a, &r, "ana");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	cr_expect_str_eq(ask_noted(&a.verdict, 3), "role-not-required");
	cr_expect_str_eq(ask_noted(&a.verdict, 4), "role-not-held");
	ask_end(&a);
}

/* How a withdrawal names a record. */
static struct wd_digest
named(const struct ask *a, uint32_t record)
{
	struct wd_record_problem problem;
	struct wd_record r;
	struct wd_digest digest;

	cr_assert_eq(wd_record_open(&a->chain.policy, a->records[record], wd_alloc(), &r, &problem), WR_OK);
	digest = r.digest;
	wd_record_free(&r);
	return digest;
}

Test(gate, what_is_withdrawn_counts_no_more)
{
	struct ask a;
	struct wd_record r;

	ask_good(&a, NULL, NULL);
	r = fixture_withdrawal(&a.subject);
	ask_add(&a, &r, "ana");
	cr_expect(ask_judge(&a), "all is all of her own: %s", ask_unmet(&a.verdict));
	r.withdrawal.all = false;
	r.withdrawal.approval = named(&a, 1); /* bo's */
	ask_add(&a, &r, "ana");
	ask_add(&a, &r, "ana/2");
	ask_add(&a, &r, "eve"); /* no owner */
	cr_expect(ask_judge(&a), "one owner of two: %s", ask_unmet(&a.verdict));
	ask_add(&a, &r, "chi");
	cr_expect(!ask_judge(&a), "two owners");
	cr_expect_str_eq(ask_unmet(&a.verdict), "approval-missing");
	cr_expect_str_eq(ask_noted(&a.verdict, 1), "withdrawn");
	r = fixture_withdrawal(&a.subject);
	ask_add(&a, &r, "chi"); /* and chi's own */
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "approval-missing approval-missing");
	cr_expect_str_eq(ask_noted(&a.verdict, 2), "withdrawn");
	ask_end(&a);
	ask_good(&a, NULL, NULL);
	r.withdrawal.all = false;
	r.withdrawal.approval = named(&a, 1);
	ask_add(&a, &r, "bo");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_noted(&a.verdict, 1), "withdrawn");
	cr_expect_str_eq(ask_noted(&a.verdict, 2), "");
	r = fixture_approval(&a.chain.policy, &a.subject, "security");
	r.approval.not_before = FIXTURE_NOW - 5;
	ask_add(&a, &r, "bo"); /* said again later */
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	ask_end(&a);
}

Test(gate, a_withdrawn_approval_does_not_come_back_in_another_envelope)
{
	static const char key[] = "\"keyid\":\"sha256:";
	struct ask a;
	struct wd_record r;
	char *id;

	ask_good(&a, NULL, NULL);
	r = fixture_withdrawal(&a.subject);
	r.withdrawal.all = false;
	r.withdrawal.approval = named(&a, 1);
	ask_add(&a, &r, "bo");
	cr_expect(!ask_judge(&a));
	id = (char *)(uintptr_t)strstr(a.records[1].at, key);
	cr_assert_not_null(id);
	memcpy(id, "\"keyid\":\"SHA256:", sizeof key - 1); /* no key's name: any may have signed */
	cr_expect(!ask_judge(&a), "other bytes, the same word");
	cr_expect_str_eq(ask_noted(&a.verdict, 1), "withdrawn");
	ask_end(&a);
}

Test(gate, a_veto_is_lifted_by_its_own_party_alone)
{
	struct ask a;
	struct wd_record r, w;

	ask_good(&a, "\"threshold\": 2", "\"threshold\": 1");
	r = fixture_approval(&a.chain.policy, &a.subject, "security");
	r.approval.approves = false;
	ask_add(&a, &r, "eve");
	w = fixture_withdrawal(&a.subject);
	w.withdrawal.all = false;
	w.withdrawal.approval = named(&a, 3);
	ask_add(&a, &w, "bo"); /* an owner, and in security */
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "rejected");
	ask_add(&a, &w, "eve");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	ask_end(&a);
}

/* What cannot be read may be a reject, a withdrawal, a revocation: it is not as if it were not there. */
Test(gate, approves_nothing_over_what_cannot_be_read)
{
	struct ask a;

	ask_good(&a, NULL, NULL);
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	a.in.unread = WR_TEXT(".writ/records/x/approval-\n\xE2\x80\xAE.json (Permission denied)");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "record-unread");
	cr_expect(wr_text_eq(wd_verdict_unmet(&a.verdict, WD_CODE_RECORDS_READ)->detail,
	    WR_TEXT(".writ/records/x/approval- <U+202e>.json (Permission denied)")));
	a.subject.summary = NULL; /* it is said as well when nothing else can be judged */
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "does-not-verify record-unread");
	ask_end(&a);
}

Test(gate, junk_is_noted_and_never_fatal)
{
	struct ask a;
	struct wd_record r;
	static const char junk[] = "{\"payload\":", nul[] = "\0\0\0";

	ask_good(&a, NULL, NULL);
	a.records[a.in.records_len++] = (struct wr_text){ strdup(junk), sizeof junk - 1 };
	a.records[a.in.records_len++] = (struct wr_text){ calloc(1, 4), sizeof nul };
	a.records[a.in.records_len++] = (struct wr_text){ NULL, 0 };
	r = fixture_approval(&a.chain.policy, &a.subject, "security");
	ask_add(&a, &r, "mallory");
	a.records[a.in.records_len++] = fixture_envelope(WD_RECORD_TYPE, WR_TEXT("7"), "ana");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	cr_expect_eq(a.verdict.notes_len, 5);
	cr_expect_str_eq(ask_noted(&a.verdict, 3), "envelope");
	cr_expect_str_eq(ask_noted(&a.verdict, 4), "envelope");
	cr_expect_str_eq(ask_noted(&a.verdict, 5), "envelope");
	cr_expect_str_eq(ask_noted(&a.verdict, 6), "signature");
	cr_expect_str_eq(ask_noted(&a.verdict, 7), "statement");
	ask_end(&a);
}

Test(gate, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 };
	struct ask a;

	ask_good(&a, NULL, NULL);
	while (failing_alloc_next(&f)) {
		struct wd_verdict v;
		enum wr_status got = wd_gate(&a.in, &f.hook, &v);

		cr_assert_eq(got, f.calls > f.fail_at ? WR_NOMEM : WR_OK, "call %ld", f.fail_at);
		if (got == WR_OK) {
			cr_expect(v.approved);
			wd_verdict_free(&v);
		}
		cr_assert(v.conditions_len == 0 && v.notes_len == 0, "nothing freed is left to be read");
		cr_assert_eq(f.live_bytes, 0, "call %ld", f.fail_at);
	}
	ask_end(&a);
}

Test(gate, every_code_has_its_word)
{
	for (int i = 0; i < WD_CODES_LEN; i++) {
		cr_expect_gt(strlen(wd_code_word((enum wd_code)i)), 3);
		cr_expect_gt(strlen(wd_code_who((enum wd_code)i)), 3);
		cr_expect_gt(strlen(wd_code_text((enum wd_code)i)), 3);
		for (int k = 0; k < i; k++)
			cr_expect_neq(
			    strcmp(wd_code_word((enum wd_code)i), wd_code_word((enum wd_code)k)),
			    0);
	}
}
