/* The gate's rules: bytecode, policy, bindings, versions and time; each spoilt case has its own code. */
#include "runtime/sysalloc.h"
#include "tests/support/gate_ask.h"

#include <criterion/criterion.h>

TestSuite(gate_policy, .timeout = 60);

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
	case 0:
		s->workflow = WR_TEXT("claims_triage_2");
		break;
	case 1:
		backends[0].name = WR_TEXT("mansion");
		break;
	case 2:
		backends[1].kind = "llm";
		break;
	case 3:
		backends[1].accepts |= 1;
		break;
	case 4:
		backends[1].taints = 0;
		break;
	case 5:
		agents[0].model = WR_TEXT("house-tiny");
		break;
	case 6:
		s->promised.calls = 101;
		break;
	case 7:
		s->promised.tokens = 200001;
		break;
	case 8:
		s->promised.time_ms = 72ull * 3600 * 1000 + 1;
		break;
	case 9:
		s->promised.width = 33;
		break;
	case 10:
		inputs[0].labels = 2;
		break;
	case 11:
		s->labels = more_labels;
		s->labels_len = 3;
		break;
	case 12:
		s->promised.width = 0;
		s->promised.calls = 33;
		break;
	case 13:
		s->worst.calls = 1000;
		break;
	default:
		break;
	}
}

Test(gate_policy, holds_the_bytecode_against_the_policy)
{
	static const char *const codes[] = { "workflow-unknown", "backend-unknown", "backend-kind",
		"backend-accepts", "backend-taints", "model-not-allowed", "limit-calls",
		"limit-tokens", "limit-time", "limit-width", "input-labels", "label-unowned",
		"limit-width", "limit-calls" };

	for (int i = 0; i < (int)(sizeof codes / sizeof *codes); i++) {
		struct ask a;
		struct wd_record r;

		ask_start(&a, NULL, NULL);
		change(&a.summary, i);
		r = fixture_submission(&a.subject);
		r.submission.workflow = a.summary.workflow;
		ask_add(&a, &r, "dee");
		ask_approve(&a, "bo", "security");
		ask_approve(&a, "chi", "privacy");
		cr_expect(!ask_judge(&a), "%s", codes[i]);
		cr_expect_str_eq(ask_unmet(&a.verdict), codes[i]);
		ask_end(&a);
	}
}

Test(gate_policy, says_what_is_wrong_in_words)
{
	struct ask a;
	const struct wd_condition *c;

	ask_good(&a, NULL, NULL);
	change(&a.summary, 10);
	cr_expect(!ask_judge(&a));
	c = wd_verdict_unmet(&a.verdict, WD_CODE_INPUT_LABELS);
	cr_expect(c != NULL && wr_text_eq(c->detail, WR_TEXT("claim.story lacks @pii")));
	ask_end(&a);
	ask_good(&a, "\"claim.story\":", "\"claim.photo\":");
	cr_expect(!ask_judge(&a));
	c = wd_verdict_unmet(&a.verdict, WD_CODE_INPUT_LABELS);
	cr_expect(c != NULL && wr_text_eq(c->detail, WR_TEXT("there is no input claim.photo")));
	ask_end(&a);
	ask_start(&a, NULL, NULL);
	cr_expect(!ask_judge(&a));
	c = wd_verdict_unmet(&a.verdict, WD_CODE_APPROVAL);
	cr_expect(
	    c != NULL &&
	    wr_text_eq(c->detail,
		WR_TEXT(
		    "security: 0 of 1; it can come from ana or bo or eve (development requires it, "
		    "@untrusted reaches house, @untrusted reaches handbook)")));
	ask_end(&a);
}

Test(gate_policy, reports_every_condition_at_once)
{
	struct ask a;

	ask_start(&a, NULL, NULL);
	change(&a.summary, 5);
	change(&a.summary, 6);
	a.in.now = a.chain.policy.expires;
	a.in.evidence = WR_TEXT("sev-snp");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict),
	    "policy-expired evidence-kind no-submission model-not-allowed limit-calls "
	    "approval-missing approval-missing");
	ask_end(&a);
}

Test(gate_policy, bytecode_that_does_not_verify_is_refused_whatever_is_signed)
{
	struct ask a;
	struct wr_load_refusal refusal = {
		.code = "label-clearance", .why = "it does not accept @pii", .where = "flow node 7"
	};

	ask_good(&a, NULL, NULL);
	a.subject.summary = NULL;
	a.subject.refusal = &refusal;
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "does-not-verify");
	cr_expect(wr_text_eq(a.verdict.conditions[0].detail,
	    WR_TEXT("label-clearance: it does not accept @pii (flow node 7)")));
	ask_end(&a);
}

Test(gate_policy, one_other_byte_is_another_workflow)
{
	struct ask a;

	ask_good(&a, NULL, NULL);
	a.subject.digest = wd_sha256(WR_TEXT("the bytecodf"));
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict),
	    "no-submission version-missing approval-missing approval-missing");
	ask_end(&a);
	ask_start(&a, NULL, NULL); /* and when nobody submitted what was approved */
	ask_approve(&a, "bo", "security");
	ask_approve(&a, "chi", "privacy");
	a.subject.digest.at[0] ^= 1;
	cr_expect(!ask_judge(&a));
	for (uint32_t i = 0; i < 2; i++)
		cr_expect_str_eq(ask_noted(&a.verdict, i), "other-subject");
	ask_end(&a);
}

Test(gate_policy, frame_conditions)
{
	struct ask a;

	ask_good(&a, NULL, NULL);
	a.in.now = a.chain.policy.expires - 1;
	cr_expect(!ask_judge(&a));
	cr_expect_null(wd_verdict_unmet(&a.verdict, WD_CODE_POLICY_TIME));
	a.in.now = a.chain.policy.issued - 1;
	cr_expect(!ask_judge(&a));
	cr_expect_not_null(wd_verdict_unmet(&a.verdict, WD_CODE_POLICY_TIME));
	a.in.now = FIXTURE_NOW;
	a.in.environment = WR_TEXT("production");
	cr_expect(!ask_judge(&a));
	cr_expect(wr_text_eq(wd_verdict_unmet(&a.verdict, WD_CODE_ENVIRONMENT)->detail,
	    WR_TEXT("production")));
	a.in.environment = WR_TEXT("development");
	a.in.evidence = WR_TEXT("sev-snp");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "evidence-kind");
	a.in.evidence = (struct wr_text){ NULL, 0 };
	cr_expect(ask_judge(&a), "a review asks for no evidence: %s", ask_unmet(&a.verdict));
	a.in.records_len = WD_RECORDS_MAX + 1;
	{
		struct wd_verdict v;

		cr_expect_eq(wd_gate(&a.in, wd_alloc(), &v), WR_LIMIT);
	}
	a.in.records_len = 3;
	ask_end(&a);
}

Test(gate_policy, an_approval_survives_a_policy_that_says_the_same_of_it)
{
	static const struct {
		const char *from, *to, *unmet;
	} cases[] = {
		{ "{ \"type\": \"ed25519\", \"public\": \"KEY(eve)\" }",
		    "{ \"type\": \"ed25519\", \"public\": \"KEY(eve/9)\" }", "" },
		/* bo's key is replaced, or bo leaves security: bo's approval is gone, chi's stays */
		{ "{ \"type\": \"ed25519\", \"public\": \"KEY(bo)\" }",
		    "{ \"type\": \"ed25519\", \"public\": \"KEY(bo/9)\" }", "approval-missing" },
		{ "\"security\": [\"ana\", \"bo\", \"eve\"]", "\"security\": [\"ana\", \"eve\"]",
		    "approval-missing" },
		/* the endpoint moved: nobody approved that */
		{ "https://llm.acme.internal/v1", "https://llm.evil.example/v1",
		    "approval-missing approval-missing" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wd_chain later = fixture_chain_of_two(cases[i].from, cases[i].to);
		struct ask a;

		ask_good(&a, NULL, NULL);
		a.in.chain = &later;
		(void)ask_judge(&a);
		cr_expect_str_eq(ask_unmet(&a.verdict), cases[i].unmet, "%s", cases[i].to);
		ask_end(&a);
		wd_chain_free(&later);
	}
}

Test(gate_policy, versions_grow_and_successors_follow)
{
	struct ask a;
	struct wd_record r;
	struct wd_digest older = wd_sha256(WR_TEXT("older")), middle = wd_sha256(WR_TEXT("middle"));

	ask_good(&a, "\"floor\": 3", "\"floor\": 4");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "below-floor");
	ask_end(&a);
	ask_good(&a, NULL, NULL);
	a.in.version_seen = 3;
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	a.in.version_seen = 4;
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "version-seen");
	a.in.version_seen = 0;
	a.in.has_running = true;
	a.in.running = a.subject.digest;
	cr_expect(ask_judge(&a), "itself again: %s", ask_unmet(&a.verdict));
	a.in.running = older;
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "not-a-successor");
	/* this follows middle, middle follows older */
	r = fixture_submission(&a.subject);
	r.submission.has_follows = true;
	r.submission.follows = middle;
	ask_add(&a, &r, "dee");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "not-a-successor basis-missing approval-missing approval-missing");
	a.subject.basis = &a.summary;
	a.subject.basis_digest = middle;
	ask_decide_on(&a, middle);
	cr_expect(!ask_judge(&a));
	r.subject = middle;
	r.submission.follows = older;
	ask_add(&a, &r, "bo"); /* bo is no author */
	cr_expect(!ask_judge(&a));
	r.submission.workflow = WR_TEXT("other");
	ask_add(&a, &r, "dee");
	cr_expect(!ask_judge(&a), "another workflow's line leads nowhere");
	r.submission.workflow = WR_TEXT("claims_triage");
	ask_add(&a, &r, "dee");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	a.in.running = middle;
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	ask_end(&a);
}

Test(gate_policy, going_back_is_asked_for_and_goes_back_along_the_chain)
{
	struct ask a;
	struct wd_record r;
	struct wd_digest newer = wd_sha256(WR_TEXT("newer"));

	ask_good(&a, NULL, NULL);
	a.in.has_running = true;
	a.in.running = newer;
	a.in.version_seen = 4;
	a.in.rollback = true;
	cr_expect(!ask_judge(&a), "newer does not follow this, so it is not back");
	cr_expect_str_eq(ask_unmet(&a.verdict), "not-a-successor");
	r = fixture_submission(&a.subject);
	r.subject = newer;
	r.submission.has_follows = true;
	r.submission.follows = a.subject.digest;
	ask_add(&a, &r, "dee");
	cr_expect(ask_judge(&a), "%s", ask_unmet(&a.verdict));
	a.in.rollback = false;
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "version-seen not-a-successor");
	ask_end(&a);
}

Test(gate_policy, bindings_must_fit)
{
	static const struct {
		const char *text, *unmet;
	} cases[] = {
		{ "{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":{}}",
		    "" },
		{ "{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":"
		  "{\"house\":{\"adaptor\":\"extract\"}}}",
		    "" },
		{ "{\"type\":\"writ-bindings/1\",\"environment\":\"production\",\"backends\":{}}",
		    "bindings-wrong" },
		{ "{\"type\":\"writ-bindings/"
		  "1\",\"environment\":\"development\",\"backends\":{\"spare\":{}}}",
		    "bindings-wrong" },
		{ "{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":"
		  "{\"house\":{\"adaptor\":\"sqlite\"}}}",
		    "backend-kind" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ask a;
		struct wd_bindings b;
		struct wd_json_error e;

		ask_good(&a, NULL, NULL);
		cr_assert_eq(wd_bindings_read(&b, wd_alloc(), wr_text_of(cases[i].text), &e), WR_OK,
		    "%s", e.text);
		a.in.bindings = &b;
		(void)ask_judge(&a);
		cr_expect_str_eq(ask_unmet(&a.verdict), cases[i].unmet, "%s", cases[i].text);
		ask_end(&a);
		wd_bindings_free(&b);
	}
}
