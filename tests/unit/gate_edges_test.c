/* The gate where two answers meet: one second, one key, one member of a record more or less. */
#include "runtime/sysalloc.h"
#include "tests/support/gate_ask.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(gate_edges, .timeout = 60);

/* Each condition is stated, and once, whether it holds or not: a list of them is the whole list. */
Test(gate_edges, states_every_condition_once)
{
	static const char *const words[] = { "does-not-verify", "policy-expired", "environment-unknown", "evidence-kind",
		"record-unread", "revoked", "no-submission", "below-floor", "basis-missing", "version-missing", "workflow-unknown", "input-labels",
		"backend-unknown", "backend-kind", "backend-accepts", "backend-taints", "label-unowned",
		"model-not-allowed", "limit-calls", "limit-tokens", "limit-time", "limit-width", "bindings-wrong",
		"approval-missing", "approval-missing", "rejected" };
	struct wd_bindings none;
	struct ask a;

	cr_assert_eq(wd_bindings_none(&none, wd_alloc(), "development"), WR_OK);
	ask_good(&a, NULL, NULL);
	a.in.bindings = &none;
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	cr_assert_eq(a.verdict.conditions_len, sizeof words / sizeof *words);
	for (uint32_t i = 0; i < a.verdict.conditions_len; i++)
		cr_expect_str_eq(wd_code_word(a.verdict.conditions[i].code), words[i]);
	ask_end(&a);
	wd_bindings_free(&none);
}

Test(gate_edges, a_policy_is_in_force_from_its_first_second_to_its_last)
{
	struct ask a;

	ask_good(&a, NULL, NULL);
	for (int i = 0; i < 4; i++) {
		const int64_t at[] = { a.chain.policy.issued - 1, a.chain.policy.issued, a.chain.policy.expires - 1,
			a.chain.policy.expires };

		a.in.now = at[i];
		(void)ask_judge(&a);
		cr_expect_eq(wd_verdict_unmet(&a.verdict, WD_CODE_POLICY_TIME) == NULL, i == 1 || i == 2, "%d", i);
	}
	ask_end(&a);
}

/* Everything but its last member is right, and it is signed: still it is no record. */
static void
add_halfway(struct ask *a, const struct wd_record *r, const char *person)
{
	static const char message[] = "\"message\":\"";
	struct wr_buf payload;
	char *at;

	wr_buf_init(&payload, wd_alloc(), 1 << 16);
	cr_assert_eq(wd_record_payload(r, wd_alloc(), &payload), WR_OK);
	at = strstr(payload.at, message);
	cr_assert_not_null(at);
	memcpy(at, "\"massage\":\"", sizeof message - 1);
	a->records[a->in.records_len++] = fixture_envelope(WD_RECORD_TYPE, wr_buf_view(&payload), person);
	wr_buf_free(&payload);
}

/* The same with a message that is no text: it is looked at last. */
static void
add_wordless(struct ask *a, const struct wd_record *r, const char *person)
{
	static const char message[] = "\"message\":";
	struct wr_buf payload, other;
	const char *at;

	wr_buf_init(&payload, wd_alloc(), 1 << 16);
	wr_buf_init(&other, wd_alloc(), 1 << 16);
	cr_assert_eq(wd_record_payload(r, wd_alloc(), &payload), WR_OK);
	at = strstr(payload.at, message);
	cr_assert_not_null(at);
	at += sizeof message - 1;
	wr_buf_add(&other, payload.at, (size_t)(at - payload.at));
	wr_buf_str(&other, "7");
	wr_buf_str(&other, strchr(at + 1, '"') + 1);
	a->records[a->in.records_len++] = fixture_envelope(WD_RECORD_TYPE, wr_buf_view(&other), person);
	wr_buf_free(&payload);
	wr_buf_free(&other);
}

Test(gate_edges, a_record_that_is_refused_halfway_counts_for_nothing)
{
	void (*const add[2])(struct ask *, const struct wd_record *, const char *) = { add_halfway, add_wordless };

	for (int i = 0; i < 2; i++) {
		struct ask a;
		struct wd_record r;

		ask_good(&a, NULL, NULL);
		r = fixture_withdrawal(&a.subject);
		add[i](&a, &r, "bo");
		cr_expect(ask_judge(&a), "a withdrawal: %s", ask_unmet(&a.verdict));
		cr_expect_str_eq(ask_noted(&a.verdict, 3), "statement");
		r = (struct wd_record){ .kind = WD_REVOCATION, .subject = a.subject.digest,
			.revocation = { false, FIXTURE_NOW, WR_TEXT("") } };
		add[i](&a, &r, "ana");
		add[i](&a, &r, "bo");
		add[i](&a, &r, "chi");
		cr_expect(ask_judge(&a), "a revocation: %s", ask_unmet(&a.verdict));
		r = fixture_approval(&a.chain.policy, &a.subject, "security");
		r.approval.approves = false;
		add[i](&a, &r, "ana");
		cr_expect(ask_judge(&a), "a reject: %s", ask_unmet(&a.verdict));
		r = fixture_submission(&a.subject);
		r.submission.version = 9;
		r.submission.has_follows = true;
		add[i](&a, &r, "dee");
		add[i](&a, &r, "bo"); /* who does not become an author by it */
		cr_expect(ask_judge(&a), "a submission: %s", ask_unmet(&a.verdict));
		cr_expect_eq(a.verdict.version, 3);
		ask_end(&a);
		ask_start(&a, NULL, NULL);
		r = fixture_submission(&a.subject);
		add[i](&a, &r, "dee");
		r = fixture_approval(&a.chain.policy, &a.subject, "security");
		add[i](&a, &r, "bo");
		ask_approve(&a, "chi", "privacy");
		cr_expect(!ask_judge(&a));
		cr_expect_str_eq(ask_unmet(&a.verdict), "no-submission approval-missing");
		ask_end(&a);
	}
}

/* And when the policy revokes its key, there is nothing left to close. */
Test(gate_edges, a_refused_record_by_a_revoked_key_stays_refused)
{
	struct ask a;
	struct wd_record r;

	ask_good(&a, "\"revoked\": []", "\"revoked\": [{ \"key\": \"ID(ana)\", \"reason\": \"lost\" }]");
	r = fixture_withdrawal(&a.subject);
	add_wordless(&a, &r, "ana");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	cr_expect_str_eq(ask_noted(&a.verdict, 3), "statement");
	ask_end(&a);
}

Test(gate_edges, all_is_all_of_this_digest_until_that_second)
{
	for (int i = 0; i < 4; i++) {
		struct ask a;
		struct wd_record r;

		ask_good(&a, NULL, NULL);
		r = fixture_withdrawal(&a.subject);
		r.withdrawal.at = FIXTURE_NOW - 3600 + (i == 0 ? -1 : i == 1 ? 0 : 1); /* bo approved at 0 */
		if (i == 3)
			r.subject = wd_sha256(WR_TEXT("another"));
		ask_add(&a, &r, "bo");
		cr_expect_eq(ask_judge(&a), i == 0 || i == 3, "%d: %s", i, ask_unmet(&a.verdict));
		ask_end(&a);
	}
}

/* A quorum is of owners whose keys the policy leaves; one of them by two keys is one. */
Test(gate_edges, a_revoked_key_revokes_nothing)
{
	static const struct {
		const char *revoked, *persons[3];
		bool approved;
	} cases[] = {
		{ "", { "ana", "bo", NULL }, false },
		{ "", { "ana", "ana/2", "eve" }, true },
		{ "{ \"key\": \"ID(ana)\", \"reason\": \"lost\" }", { "ana", "bo", NULL }, true },
		{ "{ \"key\": \"ID(ana)\", \"reason\": \"lost\" }", { "ana/2", "bo", NULL }, false },
		{ "{ \"key\": \"ID(ana)\", \"reason\": \"lost\" }", { "ana", "bo", "chi" }, false },
		{ "{ \"workflow\": \"ID(ana)\", \"reason\": \"lost\" }", { "ana", "bo", NULL }, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ask a;
		struct wd_record r;
		char to[256];

		(void)snprintf(to, sizeof to, "\"revoked\": [%s]", cases[i].revoked);
		ask_good(&a, "\"revoked\": []", to);
		r = (struct wd_record){ .kind = WD_REVOCATION, .subject = a.subject.digest,
			.revocation = { false, FIXTURE_NOW, WR_TEXT("") } };
		for (int k = 0; k < 3 && cases[i].persons[k] != NULL; k++)
			ask_add(&a, &r, cases[i].persons[k]);
		cr_expect_eq(ask_judge(&a), cases[i].approved, "case %zu: %s", i, ask_unmet(&a.verdict));
		ask_end(&a);
	}
}

/* Authors may say that two digests follow each other: that leads nowhere, and ends. */
Test(gate_edges, a_circle_of_submissions_leads_nowhere)
{
	struct wd_digest ring[3] = { wd_sha256(WR_TEXT("1")), wd_sha256(WR_TEXT("2")), wd_sha256(WR_TEXT("3")) };
	struct ask a;
	struct wd_record r;

	ask_good(&a, NULL, NULL);
	r = fixture_submission(&a.subject);
	r.submission.has_follows = true;
	r.submission.version = 1; /* it was this digest's first word, and is not its last */
	r.submission.follows = ring[0];
	ask_add(&a, &r, "dee");
	for (int i = 0; i < 3; i++) {
		r.subject = ring[i];
		r.submission.follows = ring[(i + 1) % 3];
		ask_add(&a, &r, "dee");
		ask_add(&a, &r, "dee/2");
	}
	a.in.has_running = true;
	a.in.running = wd_sha256(WR_TEXT("elsewhere"));
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "not-a-successor");
	a.in.running = ring[2];
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	ask_end(&a);
}

/* What the last submission follows is the basis, and not what an earlier one did, higher digest or not. */
Test(gate_edges, the_basis_is_of_the_highest_version)
{
	struct wd_digest low = wd_sha256(WR_TEXT("older")), high = wd_sha256(WR_TEXT("other"));
	static struct wd_wanted got;

	for (int order = 0; order < 8; order++) {
		bool last_follows = (order & 2) != 0, swap = (order & 4) != 0;
		struct ask a;

		ask_start(&a, NULL, NULL);
		for (int i = 0; i < 2; i++) {
			bool last = i == (order & 1);
			struct wd_record r = fixture_submission(&a.subject);

			r.submission.version = last ? 5 : 4;
			r.submission.has_follows = last ? last_follows : true;
			r.submission.follows = last != swap ? low : high;
			ask_add(&a, &r, "dee");
		}
		cr_assert_eq(wd_gate_wanted(&a.in, wd_alloc(), &got), WR_OK);
		cr_expect_eq(got.has_basis, last_follows, "order %d", order);
		cr_expect(!got.has_basis || wd_digest_eq(&got.basis, swap ? &high : &low), "order %d", order);
		(void)ask_judge(&a);
		cr_expect_eq(a.verdict.version, 5);
		ask_end(&a);
	}
}

Test(gate_edges, without_the_role_of_authors_nobody_submits)
{
	struct ask a;

	ask_good(&a, "\"author\": [\"dee\"]", "\"writer\": [\"dee\"]");
	cr_expect(!ask_judge(&a));
	cr_expect_not_null(wd_verdict_unmet(&a.verdict, WD_CODE_SUBMITTED));
	cr_expect_str_eq(ask_noted(&a.verdict, 0), "not-an-author");
	ask_end(&a);
}

/* A label that the policy does not have makes no party; it is refused by itself. */
Test(gate_edges, a_label_without_an_owner_asks_nobody)
{
	static struct wr_summary_label labels[3];
	static struct wr_summary_backend backends[2];
	struct ask a;

	ask_good(&a, NULL, NULL);
	memcpy(labels, a.summary.labels, 2 * sizeof *labels);
	memcpy(backends, a.summary.backends, sizeof backends);
	labels[2] = (struct wr_summary_label){ WR_TEXT("secret"), WR_TEXT("") };
	backends[0].reaches |= 4;
	a.summary.labels = labels;
	a.summary.labels_len = 3;
	a.summary.backends = backends;
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "label-unowned");
	cr_expect_eq(a.verdict.parties.len, 2);
	ask_end(&a);
}

/* Which roles are asked for what the only backend of one was reached by, and of the other is: bits by the policy's roles. */
static uint32_t
asked(struct wr_text old_name, uint64_t had, struct wr_text name, uint64_t has)
{
	static struct wr_summary_backend before[1], now[1];
	struct wd_policy p = fixture_policy("\"pii\": { \"owner\": \"privacy\" }, \"untrusted\": { \"owner\": \"security\" }",
	    "\"pii\": { \"owner\": \"author\" }, \"untrusted\": { \"owner\": \"privacy\" }");
	struct wr_summary was = fixture_summary(), is = fixture_summary();
	const struct wd_environment *e = wd_policy_environment(&p, WR_TEXT("development"));
	const struct wd_earlier earlier = { .summary = &was };
	struct wr_arena arena;
	struct wd_parties parties;
	uint32_t roles = 0;

	before[0] = now[0] = is.backends[0];
	before[0].name = old_name;
	before[0].taints = had;
	before[0].reaches = now[0].reaches = 0;
	now[0].name = name;
	now[0].taints = has;
	is.backends = now;
	was.backends = before;
	is.backends_len = was.backends_len = 1;
	is.drops_len = was.drops_len = 0;
	is.result_labels = was.result_labels = 0;
	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	cr_assert_eq(wd_parties_derive(&p, e, &is, &earlier, 1, NULL, &arena, &parties), WR_OK);
	for (uint32_t i = 0; i < parties.len; i++)
		roles |= 1u << parties.at[i].role;
	wr_arena_free(&arena);
	wd_policy_free(&p);
	return roles;
}

/* What went is looked for label by label, in the same place, and what is there still did not go. */
Test(gate_edges, only_what_went_asks_its_owner)
{
	struct wr_text a = WR_TEXT("a"), b = WR_TEXT("b"); /* roles: author 1, security 2 (always), privacy 4 */

	cr_expect_eq(asked(a, 3, a, 3), 2u);
	cr_expect_eq(asked(a, 3, a, 2), 3u);
	cr_expect_eq(asked(a, 3, a, 1), 6u);
	cr_expect_eq(asked(a, 2, a, 0), 6u, "the second label alone");
	cr_expect_eq(asked(a, 1, a, 0), 3u);
	cr_expect_eq(asked(a, 0, a, 3), 2u);
	cr_expect_eq(asked(a, 3, b, 0), 2u, "another backend");
}

/* Whoever can sit in two places makes room: ana, who comes first, for bo, who can sit in one alone. */
Test(gate_edges, one_seated_first_makes_room)
{
	struct ask a;

	ask_start(&a, "\"privacy\": [\"chi\", \"eve\"]", "\"privacy\": [\"ana\", \"chi\"]");
	ask_submit(&a, "dee");
	ask_approve(&a, "ana", "security");
	ask_approve(&a, "ana", "privacy");
	cr_expect(!ask_judge(&a));
	ask_approve(&a, "bo", "security");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	ask_end(&a);
}

/* The digest of a key, revoked as bytecode, leaves the key. */
Test(gate_edges, a_revocation_is_of_what_it_says)
{
	struct wd_private_key bo = fixture_key("bo");
	struct ask a;
	struct wd_record r = { .kind = WD_REVOCATION, .subject = wd_public_key_digest(&bo.public_key),
		.revocation = { false, FIXTURE_NOW, WR_TEXT("") } };

	ask_good(&a, NULL, NULL);
	ask_add(&a, &r, "ana");
	ask_add(&a, &r, "chi");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	r.revocation.is_key = true;
	ask_add(&a, &r, "ana");
	ask_add(&a, &r, "chi");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "approval-missing");
	cr_expect_str_eq(ask_noted(&a.verdict, 3), "other-subject", "of a digest that is no version of this");
	cr_expect_str_eq(ask_noted(&a.verdict, 5), "", "what counts is not noted");
	cr_expect_str_eq(ask_noted(&a.verdict, 6), "");
	ask_end(&a);
}

Test(gate_edges, takes_as_many_records_as_it_says)
{
	static struct wr_text junk[WD_RECORDS_MAX + 1];
	const struct wr_text *records;
	struct wd_verdict v;
	struct ask a;
	uint32_t len;

	for (uint32_t i = 0; i < WD_RECORDS_MAX + 1; i++)
		junk[i] = WR_TEXT("{}");
	ask_good(&a, NULL, NULL);
	records = a.in.records;
	len = a.in.records_len;
	a.in.records = junk;
	a.in.records_len = WD_RECORDS_MAX;
	cr_assert_eq(wd_gate(&a.in, wd_alloc(), &v), WR_OK);
	cr_expect(!v.approved);
	cr_expect_eq(v.notes_len, WD_RECORDS_MAX);
	wd_verdict_free(&v);
	a.in.records_len = WD_RECORDS_MAX + 1;
	cr_expect_eq(wd_gate(&a.in, wd_alloc(), &v), WR_LIMIT);
	a.in.records = records;
	a.in.records_len = len;
	ask_end(&a);
}
