/* The gate: approves the good case, and refuses each spoilt one with its own code. */
#include "runtime/sysalloc.h"
#include "runtime/trust/scope.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/trust_fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>

TestSuite(gate, .timeout = 60);

/* One question to the gate, with records that are signed as they are added. */
struct ask {
	struct wd_policy policy;
	struct wr_summary summary;
	struct wd_subject subject;
	struct wr_text records[64];
	struct wd_gate_input in;
	struct wd_verdict verdict;
};

static void
start(struct ask *a, const char *from, const char *to)
{
	memset(a, 0, sizeof *a);
	a->policy = fixture_policy(from, to);
	a->summary = fixture_summary();
	a->subject = fixture_subject(&a->summary);
	a->in = (struct wd_gate_input){ .policy = &a->policy, .subject = &a->subject, .records = a->records,
		.environment = WR_TEXT("development"), .evidence = WR_TEXT("software"), .now = FIXTURE_NOW };
}

static void
add(struct ask *a, const struct wd_record *r, const char *person)
{
	a->records[a->in.records_len++] = fixture_sign(r, person);
}

static void
submit(struct ask *a, const char *person)
{
	struct wd_record r = fixture_submission(&a->subject);

	add(a, &r, person);
}

static void
approve(struct ask *a, const char *person, const char *role)
{
	struct wd_record r = fixture_approval(&a->policy, &a->subject, role);

	add(a, &r, person);
}

static bool
judge(struct ask *a)
{
	if (a->verdict.arena.alloc != NULL)
		wd_verdict_free(&a->verdict);
	cr_assert_eq(wd_gate(&a->in, wd_alloc(), &a->verdict), WR_OK);
	return a->verdict.approved;
}

static void
end(struct ask *a)
{
	if (a->verdict.arena.alloc != NULL)
		wd_verdict_free(&a->verdict);
	for (uint32_t i = 0; i < a->in.records_len; i++)
		free((void *)(uintptr_t)a->records[i].at);
	wd_policy_free(&a->policy);
}

/* The codes of what is not met, parted by spaces. */
static const char *
unmet(const struct wd_verdict *v)
{
	static char out[2000];

	out[0] = '\0';
	for (uint32_t i = 0; i < v->conditions_len; i++)
		if (!v->conditions[i].met) {
			strncat(out, out[0] == '\0' ? "" : " ", sizeof out - strlen(out) - 1);
			strncat(out, wd_code_word(v->conditions[i].code), sizeof out - strlen(out) - 1);
		}
	return out;
}

static const char *
noted(const struct wd_verdict *v, uint32_t record)
{
	for (uint32_t i = 0; i < v->notes_len; i++)
		if (v->notes[i].record == record)
			return wd_code_word(v->notes[i].code);
	return "";
}

/* The good case: dee submits, bo approves for security, chi for privacy. */
static void
good(struct ask *a, const char *from, const char *to)
{
	start(a, from, to);
	submit(a, "dee");
	approve(a, "bo", "security");
	approve(a, "chi", "privacy");
}

Test(gate, approves_when_every_party_has_approved)
{
	struct ask a;

	good(&a, NULL, NULL);
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	cr_expect_eq(a.verdict.version, 3);
	cr_expect_eq(a.verdict.notes_len, 0);
	cr_expect_geq(a.verdict.conditions_len, 20);
	end(&a);
}

Test(gate, names_who_must_be_asked_and_why)
{
	struct ask a;
	struct wr_buf out;

	start(&a, NULL, NULL);
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "no-submission approval-missing approval-missing");
	wr_buf_init(&out, wd_alloc(), 10000);
	wd_parties_write(&a.policy, &a.verdict.parties, &out);
	cr_expect_str_eq(out.at,
	    "security 1  development requires it, @untrusted reaches house, @untrusted reaches handbook\n"
	    "privacy 1  @pii reaches house, @pii reaches the result, summarise drops @pii\n");
	wr_buf_free(&out);
	end(&a);
}

Test(gate, asks_the_owner_of_a_label_only_when_it_flows)
{
	static struct wr_summary_backend quiet[2];
	struct ask a;

	start(&a, NULL, NULL);
	memcpy(quiet, a.summary.backends, sizeof quiet);
	quiet[0].reaches = 2; /* @untrusted alone */
	a.summary.backends = quiet;
	a.summary.result_labels = 0;
	a.summary.drops_len = 0;
	submit(&a, "dee");
	approve(&a, "bo", "security");
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	a.summary.result_labels = 1;
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "approval-missing");
	end(&a);
}

Test(gate, parties_are_asked_for_what_the_basis_had)
{
	struct wd_policy p = fixture_policy(NULL, NULL);
	static struct wr_summary_input bare[1];
	struct wr_summary was = fixture_summary(), is = fixture_summary();
	const struct wd_environment *e = wd_policy_environment(&p, WR_TEXT("development"));
	struct wr_arena arena;
	struct wd_parties parties;
	struct wr_buf out;

	is.labels_len = 0;
	is.backends_len = is.drops_len = 0;
	is.result_labels = 0;
	bare[0] = is.inputs[0];
	bare[0].labels = 0;
	is.inputs = bare;
	wr_arena_init(&arena, wd_alloc(), 1 << 20);
	wr_buf_init(&out, wd_alloc(), 10000);
	cr_assert_eq(wd_parties_derive(&p, e, &is, &was, &arena, &parties), WR_OK);
	wd_parties_write(&p, &parties, &out);
	cr_expect_str_eq(out.at, "security 1  development requires it, @untrusted is no longer on claim\n"
	                         "privacy 1  @pii is no longer on claim, @pii is no longer on the result\n");
	wr_buf_free(&out);
	wr_arena_free(&arena);
	wd_policy_free(&p);
}

/* One member of an approval changed; bo's approval for security then does not count. */
static void
spoil(struct wd_record *r, int i)
{
	struct wd_approval *a = &r->approval;

	switch (i) {
	case 0: r->subject.at[0] ^= 1; break;
	case 1: a->role = WR_TEXT("privacy"); break;      /* bo does not hold it */
	case 2: a->role = WR_TEXT("legal"); break;
	case 3: a->environment = WR_TEXT("production"); break;
	case 4: a->scope.at[5] ^= 1; break;
	case 5: a->packet.at[31] ^= 1; break;
	case 6: a->not_before = FIXTURE_NOW + 1; break;
	case 7: a->not_after = FIXTURE_NOW; break;
	case 8: a->not_before = FIXTURE_NOW - 30 * 86400 - 1; break;
	case 9: a->has_basis = true; break;
	default: break;
	}
}

Test(gate, does_not_count_an_approval_with_one_thing_wrong)
{
	static const char *const codes[] = { "other-subject", "role-not-held", "role-not-held", "other-environment",
		"scope-changed", "packet-mismatch", "not-yet-valid", "expired", "approval-age", "not-supported" };

	for (int i = 0; i < (int)(sizeof codes / sizeof *codes); i++) {
		struct ask a;
		struct wd_record r;

		start(&a, NULL, NULL);
		submit(&a, "dee");
		approve(&a, "chi", "privacy");
		r = fixture_approval(&a.policy, &a.subject, "security");
		spoil(&r, i);
		add(&a, &r, "bo");
		cr_expect(!judge(&a), "%s", codes[i]);
		cr_expect_str_eq(unmet(&a.verdict), "approval-missing", "%s: %s", codes[i], unmet(&a.verdict));
		cr_expect_str_eq(noted(&a.verdict, 2), codes[i]);
		approve(&a, "bo", "security"); /* and the right one beside it is enough */
		cr_expect(judge(&a), "%s: %s", codes[i], unmet(&a.verdict));
		end(&a);
	}
}

Test(gate, limits_of_time_are_exact)
{
	struct ask a;
	struct wd_record r;

	start(&a, NULL, NULL);
	submit(&a, "dee");
	approve(&a, "chi", "privacy");
	r = fixture_approval(&a.policy, &a.subject, "security");
	r.approval.not_before = FIXTURE_NOW;
	r.approval.not_after = FIXTURE_NOW + 100 * 86400;
	add(&a, &r, "bo");
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	a.in.now = r.approval.not_before + 30 * 86400;
	cr_expect(!judge(&a), "chi's has run out");
	r.approval.role = WR_TEXT("privacy");
	add(&a, &r, "chi");
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	a.in.now++;
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "approval-missing approval-missing");
	end(&a);
}

Test(gate, the_author_approves_nothing_under_any_key)
{
	struct ask a;

	start(&a, "\"security\": [\"ana\", \"bo\", \"eve\"]", "\"security\": [\"ana\", \"bo\", \"eve\", \"dee\"]");
	submit(&a, "dee");
	approve(&a, "chi", "privacy");
	approve(&a, "dee", "security");
	approve(&a, "dee/2", "security");
	cr_expect(!judge(&a));
	cr_expect_str_eq(noted(&a.verdict, 2), "author-approved");
	cr_expect_str_eq(noted(&a.verdict, 3), "author-approved");
	approve(&a, "bo", "security");
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	submit(&a, "bo"); /* bo is no author, and still: whoever submits does not approve */
	cr_expect(!judge(&a));
	cr_expect_str_eq(noted(&a.verdict, 4), "author-approved");
	cr_expect_str_eq(noted(&a.verdict, 5), "not-an-author");
	end(&a);
}

Test(gate, one_person_is_one_whatever_the_keys)
{
	struct ask a;

	start(&a, "\"require\": { \"security\": 1 }", "\"require\": { \"security\": 2 }");
	submit(&a, "dee");
	approve(&a, "chi", "privacy");
	approve(&a, "ana", "security");
	approve(&a, "ana", "security");
	approve(&a, "ana/2", "security");
	cr_expect(!judge(&a), "one person, three approvals, two keys");
	cr_expect_str_eq(unmet(&a.verdict), "approval-missing");
	approve(&a, "bo", "security");
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	end(&a);
}

Test(gate, one_person_fills_one_seat_and_the_best_seating_is_found)
{
	struct ask a;

	start(&a, NULL, NULL);
	submit(&a, "dee");
	approve(&a, "eve", "security");
	approve(&a, "eve", "privacy");
	cr_expect(!judge(&a), "eve holds both roles and is one person");
	cr_expect_str_eq(unmet(&a.verdict), "approval-missing");
	approve(&a, "ana", "security"); /* so eve must move to privacy */
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	end(&a);
	/* the same with eve first in line: persons in the policy's order would seat ana, bo, eve */
	start(&a, "\"require\": { \"security\": 1 }", "\"require\": { \"security\": 2, \"privacy\": 2 }");
	submit(&a, "dee");
	approve(&a, "ana", "security");
	approve(&a, "eve", "security");
	approve(&a, "eve", "privacy");
	approve(&a, "chi", "privacy");
	cr_expect(!judge(&a));
	approve(&a, "bo", "security");
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	end(&a);
}

Test(gate, a_reject_vetoes_until_that_party_approves_later)
{
	struct ask a;
	struct wd_record r;
	const struct wd_condition *c;

	good(&a, NULL, NULL);
	r = fixture_approval(&a.policy, &a.subject, "security");
	r.approval.approves = false;
	r.approval.not_before = FIXTURE_NOW - 1800; /* after bo's approval */
	r.approval.not_after = FIXTURE_NOW - 1;     /* a veto does not lapse */
	r.approval.packet.at[0] ^= 1;               /* nor does it need the right packet */
	r.approval.scope.at[0] ^= 1;
	r.approval.message = WR_TEXT("the prompt\nleaks \xE2\x80\xAEnames");
	add(&a, &r, "ana");
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "rejected");
	c = wd_verdict_unmet(&a.verdict, WD_CODE_REJECTED);
	cr_expect(c != NULL && wr_text_eq(c->detail,
	    WR_TEXT("ana as security on 2026-11-22T04:30:00Z: the prompt leaks <U+202e>names")));
	approve(&a, "bo", "security"); /* at the time of the first: before the reject */
	cr_expect(!judge(&a));
	r = fixture_approval(&a.policy, &a.subject, "privacy");
	r.approval.not_before = FIXTURE_NOW - 60;
	add(&a, &r, "chi"); /* another party's approval overrules nothing */
	cr_expect(!judge(&a));
	r = fixture_approval(&a.policy, &a.subject, "security");
	r.approval.not_before = FIXTURE_NOW - 60;
	add(&a, &r, "ana");
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	end(&a);
}

Test(gate, a_reject_by_nobody_asked_is_noted_and_ignored)
{
	struct ask a;
	struct wd_record r;

	good(&a, NULL, NULL);
	r = fixture_approval(&a.policy, &a.subject, "author");
	r.approval.approves = false;
	add(&a, &r, "dee");
	r = fixture_approval(&a.policy, &a.subject, "privacy");
	r.approval.approves = false;
	add(&a, &r, "ana");
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	cr_expect_str_eq(noted(&a.verdict, 3), "role-not-required");
	cr_expect_str_eq(noted(&a.verdict, 4), "role-not-held");
	end(&a);
}

Test(gate, what_is_withdrawn_counts_no_more)
{
	struct ask a;
	struct wd_record r;

	good(&a, NULL, NULL);
	r = fixture_withdrawal(&a.subject);
	add(&a, &r, "ana");
	cr_expect(judge(&a), "all is all of her own: %s", unmet(&a.verdict));
	r.withdrawal.all = false;
	r.withdrawal.approval = wd_sha256(a.records[1]); /* bo's */
	add(&a, &r, "ana");
	add(&a, &r, "ana/2");
	add(&a, &r, "eve"); /* no owner */
	cr_expect(judge(&a), "one owner of two: %s", unmet(&a.verdict));
	add(&a, &r, "chi");
	cr_expect(!judge(&a), "two owners");
	cr_expect_str_eq(unmet(&a.verdict), "approval-missing");
	cr_expect_str_eq(noted(&a.verdict, 1), "withdrawn");
	r = fixture_withdrawal(&a.subject);
	add(&a, &r, "chi"); /* and chi's own */
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "approval-missing approval-missing");
	cr_expect_str_eq(noted(&a.verdict, 2), "withdrawn");
	end(&a);
	good(&a, NULL, NULL);
	r.withdrawal.all = false;
	r.withdrawal.approval = wd_sha256(a.records[1]);
	add(&a, &r, "bo");
	cr_expect(!judge(&a));
	cr_expect_str_eq(noted(&a.verdict, 1), "withdrawn");
	cr_expect_str_eq(noted(&a.verdict, 2), "");
	r = fixture_approval(&a.policy, &a.subject, "security");
	r.approval.not_before = FIXTURE_NOW - 5;
	add(&a, &r, "bo"); /* said again later */
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	end(&a);
}

Test(gate, a_veto_is_lifted_by_its_own_party_alone)
{
	struct ask a;
	struct wd_record r, w;

	good(&a, "\"threshold\": 2", "\"threshold\": 1");
	r = fixture_approval(&a.policy, &a.subject, "security");
	r.approval.approves = false;
	add(&a, &r, "eve");
	w = fixture_withdrawal(&a.subject);
	w.withdrawal.all = false;
	w.withdrawal.approval = wd_sha256(a.records[3]);
	add(&a, &w, "bo"); /* an owner, and in security */
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "rejected");
	add(&a, &w, "eve");
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	end(&a);
}

Test(gate, junk_is_noted_and_never_fatal)
{
	struct ask a;
	struct wd_record r;
	static const char junk[] = "{\"payload\":", nul[] = "\0\0\0";

	good(&a, NULL, NULL);
	a.records[a.in.records_len++] = (struct wr_text){ strdup(junk), sizeof junk - 1 };
	a.records[a.in.records_len++] = (struct wr_text){ calloc(1, 4), sizeof nul };
	a.records[a.in.records_len++] = (struct wr_text){ NULL, 0 };
	r = fixture_approval(&a.policy, &a.subject, "security");
	add(&a, &r, "mallory");
	a.records[a.in.records_len++] = fixture_envelope(WD_RECORD_TYPE, WR_TEXT("7"), "ana");
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	cr_expect_eq(a.verdict.notes_len, 5);
	cr_expect_str_eq(noted(&a.verdict, 3), "envelope");
	cr_expect_str_eq(noted(&a.verdict, 4), "envelope");
	cr_expect_str_eq(noted(&a.verdict, 5), "envelope");
	cr_expect_str_eq(noted(&a.verdict, 6), "signature");
	cr_expect_str_eq(noted(&a.verdict, 7), "statement");
	end(&a);
}

/* The bytecode against the policy: one change of either, one code. */
static struct wr_summary_backend backends[3];
static struct wr_summary_agent agents[2];
static struct wr_summary_input inputs[1];
static const struct wr_summary_label more_labels[] = { { { "pii", 3 }, { "", 0 } },
	{ { "untrusted", 9 }, { "", 0 } }, { { "weird", 5 }, { "", 0 } } };

static void
change(struct wr_summary *s, int i)
{
	memcpy(backends, s->backends, 2 * sizeof *backends);
	memcpy(agents, s->agents, sizeof agents);
	memcpy(inputs, s->inputs, sizeof inputs);
	s->backends = backends;
	s->agents = agents;
	s->inputs = inputs;
	switch (i) {
	case 0: s->workflow = WR_TEXT("claims_triage_2"); break;
	case 1: backends[0].name = WR_TEXT("mansion"); break;
	case 2: backends[1].kind = "llm"; break;
	case 3: backends[1].accepts |= 1; break;
	case 4: backends[1].taints = 0; break;
	case 5: agents[0].model = WR_TEXT("house-tiny"); break;
	case 6: s->promised.calls = 101; break;
	case 7: s->promised.tokens = 200001; break;
	case 8: s->promised.time_ms = 72ull * 3600 * 1000 + 1; break;
	case 9: s->promised.width = 33; break;
	case 10: inputs[0].labels = 2; break;
	case 11: s->labels = more_labels; s->labels_len = 3; break;
	case 12: s->promised.width = 0; s->promised.calls = 33; break;
	case 13: s->worst.calls = 1000; break;
	default: break;
	}
}

Test(gate, holds_the_bytecode_against_the_policy)
{
	static const char *const codes[] = { "workflow-unknown", "backend-unknown", "backend-kind", "backend-accepts",
		"backend-taints", "model-not-allowed", "limit-calls", "limit-tokens", "limit-time", "limit-width",
		"input-labels", "label-unowned", "limit-width", "limit-calls" };

	for (int i = 0; i < (int)(sizeof codes / sizeof *codes); i++) {
		struct ask a;
		struct wd_record r;

		start(&a, NULL, NULL);
		change(&a.summary, i);
		r = fixture_submission(&a.subject);
		r.submission.workflow = a.summary.workflow;
		add(&a, &r, "dee");
		approve(&a, "bo", "security");
		approve(&a, "chi", "privacy");
		cr_expect(!judge(&a), "%s", codes[i]);
		cr_expect_str_eq(unmet(&a.verdict), codes[i]);
		end(&a);
	}
}

Test(gate, says_what_is_wrong_in_words)
{
	struct ask a;
	const struct wd_condition *c;

	good(&a, NULL, NULL);
	change(&a.summary, 10);
	cr_expect(!judge(&a));
	c = wd_verdict_unmet(&a.verdict, WD_CODE_INPUT_LABELS);
	cr_expect(c != NULL && wr_text_eq(c->detail, WR_TEXT("claim.story lacks @pii")));
	end(&a);
	good(&a, "\"claim.story\":", "\"claim.photo\":");
	cr_expect(!judge(&a));
	c = wd_verdict_unmet(&a.verdict, WD_CODE_INPUT_LABELS);
	cr_expect(c != NULL && wr_text_eq(c->detail, WR_TEXT("there is no input claim.photo")));
	end(&a);
	start(&a, NULL, NULL);
	cr_expect(!judge(&a));
	c = wd_verdict_unmet(&a.verdict, WD_CODE_APPROVAL);
	cr_expect(c != NULL && wr_text_eq(c->detail,
	    WR_TEXT("security: 0 of 1; it can come from ana or bo or eve (development requires it, "
	            "@untrusted reaches house, @untrusted reaches handbook)")));
	end(&a);
}

Test(gate, reports_every_condition_at_once)
{
	struct ask a;

	start(&a, NULL, NULL);
	change(&a.summary, 5);
	change(&a.summary, 6);
	a.in.now = a.policy.expires;
	a.in.evidence = WR_TEXT("sev-snp");
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "policy-expired evidence-kind no-submission model-not-allowed limit-calls "
	                                    "approval-missing approval-missing");
	end(&a);
}

Test(gate, bytecode_that_does_not_verify_is_refused_whatever_is_signed)
{
	struct ask a;
	struct wr_load_refusal refusal = { .code = "label-clearance", .why = "it does not accept @pii",
		.where = "flow node 7" };

	good(&a, NULL, NULL);
	a.subject.summary = NULL;
	a.subject.refusal = &refusal;
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "does-not-verify");
	cr_expect(wr_text_eq(a.verdict.conditions[0].detail,
	    WR_TEXT("label-clearance: it does not accept @pii (flow node 7)")));
	end(&a);
}

Test(gate, one_other_byte_is_another_workflow)
{
	struct ask a;

	good(&a, NULL, NULL);
	a.subject.digest = wd_sha256(WR_TEXT("the bytecodf"));
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "no-submission approval-missing approval-missing");
	for (uint32_t i = 0; i < 3; i++)
		cr_expect_str_eq(noted(&a.verdict, i), "other-subject");
	end(&a);
}

Test(gate, frame_conditions)
{
	struct ask a;

	good(&a, NULL, NULL);
	a.in.now = a.policy.expires - 1;
	cr_expect(!judge(&a));
	cr_expect_null(wd_verdict_unmet(&a.verdict, WD_CODE_POLICY_TIME));
	a.in.now = a.policy.issued - 1;
	cr_expect(!judge(&a));
	cr_expect_not_null(wd_verdict_unmet(&a.verdict, WD_CODE_POLICY_TIME));
	a.in.now = FIXTURE_NOW;
	a.in.environment = WR_TEXT("production");
	cr_expect(!judge(&a));
	cr_expect(wr_text_eq(wd_verdict_unmet(&a.verdict, WD_CODE_ENVIRONMENT)->detail,
	    WR_TEXT("production is not supported by this version")));
	a.in.environment = WR_TEXT("development");
	a.in.evidence = WR_TEXT("sev-snp");
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "evidence-kind");
	a.in.evidence = (struct wr_text){ NULL, 0 };
	cr_expect(judge(&a), "a review asks for no evidence: %s", unmet(&a.verdict));
	a.in.records_len = WD_RECORDS_MAX + 1;
	{
		struct wd_verdict v;

		cr_expect_eq(wd_gate(&a.in, wd_alloc(), &v), WR_LIMIT);
	}
	a.in.records_len = 3;
	end(&a);
}

Test(gate, an_approval_survives_a_policy_that_says_the_same_of_it)
{
	static const struct {
		const char *from, *to, *unmet;
	} cases[] = {
		{ "\"name\": \"acme-claims\"", "\"name\": \"acme\"", "" },
		{ "{ \"type\": \"ed25519\", \"public\": \"KEY(eve)\" }", "{ \"type\": \"ed25519\", \"public\": \"KEY(eve/9)\" }", "" },
		/* bo's key is replaced, or bo leaves security: bo's approval is gone, chi's stays */
		{ "{ \"type\": \"ed25519\", \"public\": \"KEY(bo)\" }", "{ \"type\": \"ed25519\", \"public\": \"KEY(bo/9)\" }",
		    "approval-missing" },
		{ "\"security\": [\"ana\", \"bo\", \"eve\"]", "\"security\": [\"ana\", \"eve\"]", "approval-missing" },
		/* the endpoint moved: nobody approved that */
		{ "https://llm.acme.internal/v1", "https://llm.evil.example/v1", "approval-missing approval-missing" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wd_policy later = fixture_policy(cases[i].from, cases[i].to);
		struct ask a;

		good(&a, NULL, NULL);
		a.in.policy = &later;
		(void)judge(&a);
		cr_expect_str_eq(unmet(&a.verdict), cases[i].unmet, "%s", cases[i].to);
		end(&a);
		wd_policy_free(&later);
	}
}

Test(gate, versions_grow_and_successors_follow)
{
	struct ask a;
	struct wd_record r;
	struct wd_digest older = wd_sha256(WR_TEXT("older")), middle = wd_sha256(WR_TEXT("middle"));

	good(&a, "\"floor\": 3", "\"floor\": 4");
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "below-floor");
	end(&a);
	good(&a, NULL, NULL);
	a.in.version_seen = 3;
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	a.in.version_seen = 4;
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "version-seen");
	a.in.version_seen = 0;
	a.in.has_running = true;
	a.in.running = a.subject.digest;
	cr_expect(judge(&a), "itself again: %s", unmet(&a.verdict));
	a.in.running = older;
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "not-a-successor");
	/* this follows middle, middle follows older */
	r = fixture_submission(&a.subject);
	r.submission.has_follows = true;
	r.submission.follows = middle;
	add(&a, &r, "dee");
	cr_expect(!judge(&a));
	r.subject = middle;
	r.submission.follows = older;
	add(&a, &r, "bo"); /* bo is no author */
	cr_expect(!judge(&a));
	add(&a, &r, "dee");
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	a.in.running = middle;
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	end(&a);
}

Test(gate, going_back_is_asked_for_and_goes_back_along_the_chain)
{
	struct ask a;
	struct wd_record r;
	struct wd_digest newer = wd_sha256(WR_TEXT("newer"));

	good(&a, NULL, NULL);
	a.in.has_running = true;
	a.in.running = newer;
	a.in.version_seen = 4;
	a.in.rollback = true;
	cr_expect(!judge(&a), "newer does not follow this, so it is not back");
	cr_expect_str_eq(unmet(&a.verdict), "not-a-successor");
	r = fixture_submission(&a.subject);
	r.subject = newer;
	r.submission.has_follows = true;
	r.submission.follows = a.subject.digest;
	add(&a, &r, "dee");
	cr_expect(judge(&a), "%s", unmet(&a.verdict));
	a.in.rollback = false;
	cr_expect(!judge(&a));
	cr_expect_str_eq(unmet(&a.verdict), "version-seen not-a-successor");
	end(&a);
}

Test(gate, bindings_must_fit)
{
	static const struct {
		const char *text, *unmet;
	} cases[] = {
		{ "{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":{}}", "" },
		{ "{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":"
		  "{\"house\":{\"adaptor\":\"extract\"}}}", "" },
		{ "{\"type\":\"writ-bindings/1\",\"environment\":\"production\",\"backends\":{}}", "bindings-wrong" },
		{ "{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":{\"spare\":{}}}", "bindings-wrong" },
		{ "{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":"
		  "{\"house\":{\"adaptor\":\"sqlite\"}}}", "backend-kind" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ask a;
		struct wd_bindings b;
		struct wd_json_error e;

		good(&a, NULL, NULL);
		cr_assert_eq(wd_bindings_read(&b, wd_alloc(), wr_text_of(cases[i].text), &e), WR_OK, "%s", e.text);
		a.in.bindings = &b;
		(void)judge(&a);
		cr_expect_str_eq(unmet(&a.verdict), cases[i].unmet, "%s", cases[i].text);
		end(&a);
		wd_bindings_free(&b);
	}
}

Test(gate, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 };
	struct ask a;

	good(&a, NULL, NULL);
	while (failing_alloc_next(&f)) {
		struct wd_verdict v;
		enum wr_status got = wd_gate(&a.in, &f.hook, &v);

		cr_assert_eq(got, f.calls > f.fail_at ? WR_NOMEM : WR_OK, "call %ld", f.fail_at);
		if (got == WR_OK) {
			cr_expect(v.approved);
			wd_verdict_free(&v);
		}
		cr_assert_eq(f.live_bytes, 0, "call %ld", f.fail_at);
	}
	end(&a);
}

Test(gate, every_code_has_its_word)
{
	for (int i = 0; i < WD_CODES_LEN; i++) {
		cr_expect_gt(strlen(wd_code_word((enum wd_code)i)), 3);
		cr_expect_gt(strlen(wd_code_who((enum wd_code)i)), 3);
		cr_expect_gt(strlen(wd_code_text((enum wd_code)i)), 3);
		for (int k = 0; k < i; k++)
			cr_expect_neq(strcmp(wd_code_word((enum wd_code)i), wd_code_word((enum wd_code)k)), 0);
	}
}
