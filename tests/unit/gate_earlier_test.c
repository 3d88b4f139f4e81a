/* What came before: a label does not go by way of a draft that its owner never saw. */
#include "runtime/sysalloc.h"
#include "tests/support/gate_ask.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(gate_earlier, .timeout = 60);

#define VERSIONS 70

/* The fixture's workflow, which has lost all its labels; and versions before it that had them, or had not. */
struct past {
	struct ask a;
	struct wr_summary had, bare;
	struct wr_summary_input input;
	struct wd_past at[VERSIONS];
};

static void
start(struct past *p)
{
	memset(p, 0, sizeof *p);
	ask_start(&p->a, "\"claim.story\": [\"pii\", \"untrusted\"]", "");
	p->had = p->bare = fixture_summary();
	p->input = p->bare.inputs[0];
	p->input.labels = 0;
	p->bare.inputs = &p->input;
	p->bare.backends_len = p->bare.drops_len = p->bare.labels_len = 0;
	p->bare.result_labels = 0;
	p->a.summary = p->bare;
	p->a.in.past = p->at;
}

static struct wd_digest
number(uint64_t version)
{
	char text[32];

	(void)snprintf(text, sizeof text, "version %lu", (unsigned long)version);
	return wd_sha256(wr_text_of(text));
}

/* dee submits a digest as that version. */
static void
submit(struct past *p, struct wd_digest digest, uint64_t version)
{
	struct wd_record r = fixture_submission(&p->a.subject);

	r.subject = digest;
	r.submission.version = version;
	ask_add(&p->a, &r, "dee");
}

static void
approve(struct past *p, struct wd_digest digest, const char *person, const char *role)
{
	struct wd_record r = fixture_approval(&p->a.chain.policy, &p->a.subject, role);

	r.subject = digest;
	r.approval.not_after -= 1; /* else the same words about another digest in the same second */
	ask_add(&p->a, &r, person);
}

/* A version that had the labels, or had not; approved by these. */
static void
version(struct past *p, uint64_t n, const struct wr_summary *summary, const char *security, const char *privacy)
{
	p->at[p->a.in.past_len++] = (struct wd_past){ .digest = number(n), .here = true, .summary = summary };
	submit(p, number(n), n);
	if (security != NULL)
		approve(p, number(n), security, "security");
	if (privacy != NULL)
		approve(p, number(n), privacy, "privacy");
}

/* The one that is judged. */
static void
finish(struct past *p, uint64_t version)
{
	submit(p, p->a.subject.digest, version);
	ask_approve(&p->a, "ana", "security");
}

static const char *
parties(const struct past *p)
{
	return ask_parties(&p->a.chain.policy, &p->a.verdict.parties);
}

Test(gate_earlier, asks_who_lost_a_label_since_they_last_agreed)
{
	struct past p;

	start(&p); /* privacy agreed to 3, which had @pii; not to 4, where it went; 5 follows 4 */
	version(&p, 3, &p.had, "bo", "chi");
	version(&p, 4, &p.bare, "bo", NULL);
	finish(&p, 5);
	cr_expect(!ask_judge(&p.a));
	cr_expect_str_eq(ask_unmet(&p.a.verdict), "approval-missing");
	cr_expect_str_eq(parties(&p),
	    "security 1  development requires it\n"
	    "privacy 1  @pii is no longer on claim since version 3, @pii is no longer on the result since version 3\n");
	ask_approve(&p.a, "chi", "privacy");
	cr_expect(ask_judge(&p.a), "%s", ask_unmet(&p.a.verdict));
	ask_end(&p.a);
}

Test(gate_earlier, asks_nobody_who_agreed_to_the_loss)
{
	struct past p;

	start(&p);
	version(&p, 3, &p.had, "bo", "chi");
	version(&p, 4, &p.bare, "bo", "chi");
	finish(&p, 5);
	cr_expect(ask_judge(&p.a), "%s", ask_unmet(&p.a.verdict));
	cr_expect_str_eq(parties(&p), "security 1  development requires it\n");
	cr_expect_eq(p.a.verdict.notes_len, 0, "records about other versions are no junk");
	ask_end(&p.a);
	start(&p); /* and a version that nobody approved was never in force */
	version(&p, 3, &p.had, NULL, NULL);
	finish(&p, 5);
	cr_expect(ask_judge(&p.a), "%s", ask_unmet(&p.a.verdict));
	ask_end(&p.a);
}

/* What an agreement is not: of another environment, without the role, by the author, taken back. */
Test(gate_earlier, an_agreement_is_one_that_stands)
{
	struct past p;
	struct wd_record r;

	for (int i = 0; i < 5; i++) {
		start(&p);
		version(&p, 3, &p.had, "bo", "chi");
		version(&p, 4, &p.bare, "bo", NULL);
		r = fixture_approval(&p.a.chain.policy, &p.a.subject, "privacy");
		r.subject = number(4);
		if (i == 0)
			r.approval.environment = WR_TEXT("production");
		if (i == 1)
			r.approval.approves = false;
		ask_add(&p.a, &r, i == 2 ? "ana" : "chi");
		if (i == 3) {
			r = fixture_submission(&p.a.subject); /* chi wrote it, too */
			r.subject = number(4);
			r.submission.version = 4;
			ask_add(&p.a, &r, "chi");
		}
		if (i == 4) {
			r = fixture_withdrawal(&p.a.subject);
			r.subject = number(4);
			r.withdrawal.all = true;
			ask_add(&p.a, &r, "chi");
		}
		finish(&p, 5);
		cr_expect(!ask_judge(&p.a), "case %d", i);
		cr_expect_str_eq(ask_unmet(&p.a.verdict), "approval-missing", "case %d", i);
		ask_end(&p.a);
	}
}

Test(gate_earlier, looks_at_what_came_before_and_at_nothing_else)
{
	struct past p;

	start(&p); /* of a higher version */
	version(&p, 6, &p.had, "bo", "chi");
	finish(&p, 5);
	cr_expect(ask_judge(&p.a), "%s", ask_unmet(&p.a.verdict));
	submit(&p, p.a.subject.digest, 7); /* submitted again, after it */
	cr_expect(!ask_judge(&p.a));
	ask_end(&p.a);
	start(&p); /* of the same version: neither came first, so both look */
	version(&p, 5, &p.had, "bo", "chi");
	finish(&p, 5);
	cr_expect(!ask_judge(&p.a));
	ask_end(&p.a);
	start(&p); /* of another workflow by its own bytes: what the author calls it counts for nothing */
	version(&p, 3, &p.had, "bo", "chi");
	p.had.workflow = WR_TEXT("another");
	finish(&p, 5);
	cr_expect(ask_judge(&p.a), "%s", ask_unmet(&p.a.verdict));
	ask_end(&p.a);
	start(&p); /* before anything of it was submitted, too */
	version(&p, 3, &p.had, "bo", "chi");
	cr_expect(!ask_judge(&p.a));
	cr_expect_str_eq(ask_unmet(&p.a.verdict), "no-submission approval-missing approval-missing");
	ask_end(&p.a);
}

Test(gate_earlier, says_what_is_missing_and_lets_nothing_in_without_it)
{
	struct past p;

	start(&p);
	version(&p, 3, &p.had, "bo", "chi");
	finish(&p, 5);
	p.at[0].here = false;
	p.at[0].summary = NULL;
	cr_expect(!ask_judge(&p.a));
	cr_expect_str_eq(ask_unmet(&p.a.verdict), "version-missing");
	p.a.in.past_len = 0;
	cr_expect(!ask_judge(&p.a));
	cr_expect_str_eq(ask_unmet(&p.a.verdict), "version-missing");
	p.a.in.past_len = 1;
	p.at[0].here = true; /* bytes that do not verify have never run */
	cr_expect(ask_judge(&p.a), "%s", ask_unmet(&p.a.verdict));
	ask_end(&p.a);
}

Test(gate_earlier, wants_no_more_than_owners_compare_with)
{
	struct wd_wanted wanted;
	struct past p;

	start(&p); /* both owners agreed to 4 */
	version(&p, 3, &p.had, "bo", "chi");
	version(&p, 4, &p.had, "bo", "chi");
	finish(&p, 5);
	cr_assert_eq(wd_gate_wanted(&p.a.in, wd_alloc(), &wanted), WR_OK);
	cr_assert_eq(wanted.earlier_len, 1);
	cr_expect(wd_digest_eq(&wanted.earlier[0], &(struct wd_digest[]){ number(4) }[0]));
	ask_end(&p.a);
	start(&p); /* privacy has agreed to nothing: the latest are looked at, oldest first */
	p.a.in.records = calloc(VERSIONS * 2 + 2, sizeof *p.a.in.records);
	for (uint64_t n = 1; n <= VERSIONS; n++) {
		version(&p, n, &p.had, "bo", NULL);
		for (uint32_t i = 0; i < p.a.in.records_len; i++)
			((struct wr_text *)(uintptr_t)p.a.in.records)[2 * (n - 1) + i] = p.a.records[i];
		p.a.in.records_len = 0;
	}
	p.a.in.records_len = 2 * VERSIONS;
	cr_assert_eq(wd_gate_wanted(&p.a.in, wd_alloc(), &wanted), WR_OK);
	cr_assert_eq(wanted.earlier_len, WD_PAST_MAX);
	cr_expect(wd_digest_eq(&wanted.earlier[0], &(struct wd_digest[]){ number(VERSIONS - WD_PAST_MAX + 1) }[0]));
	cr_expect(wd_digest_eq(&wanted.earlier[WD_PAST_MAX - 1], &(struct wd_digest[]){ number(VERSIONS) }[0]));
	for (uint32_t i = 0; i < p.a.in.records_len; i++)
		free((void *)(uintptr_t)p.a.in.records[i].at);
	free((void *)(uintptr_t)p.a.in.records);
	p.a.in.records_len = 0;
	ask_end(&p.a);
}
