/* Policies: the good one is read; each wrong one is refused whole, with its place. */
#include "runtime/sysalloc.h"
#include "runtime/trust/date.h"
#include "runtime/trust/policy.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/trust_fixture.h"

#include <criterion/criterion.h>

TestSuite(policy, .timeout = 60);

Test(policy, reads_what_it_says)
{
	struct wd_policy p = fixture_policy(NULL, NULL);
	struct wd_digest digest = wd_sha256(wr_text_of(fixture_policy_text(NULL, NULL)));
	const struct wd_backend_rule *house = wd_policy_backend(&p, WR_TEXT("house"));
	const struct wd_workflow_rule *w = wd_policy_workflow(&p, WR_TEXT("claims_triage"));
	const struct wd_environment *e = wd_policy_environment(&p, WR_TEXT("development"));
	struct wd_private_key second = fixture_key("ana/2"), stranger = fixture_key("mallory");
	struct wd_digest key = wd_public_key_digest(&second.public_key),
			 other = wd_public_key_digest(&stranger.public_key);

	cr_expect(wd_digest_eq(&p.digest, &digest), "the digest is of the bytes as they are");
	cr_expect(wr_text_eq(p.name, WR_TEXT("acme-claims")) && p.version == 1);
	cr_expect_eq(p.expires - p.issued, 365 * 86400);
	cr_expect_eq(p.owners_threshold, 2);
	cr_expect_eq(p.owners.members_len, 3);
	cr_expect_eq(p.persons_len, 5);
	cr_expect_eq(
	    wd_policy_person_of_key(&p, &key), wd_policy_person(&p, WR_TEXT("ana")));
	cr_expect_eq(wd_policy_person_of_key(&p, &other), WD_NONE);
	cr_expect(house != NULL && house->accepts == 3 && house->taints == 0);
	cr_expect_eq(house->class, WD_CLASS_PROVIDER_ASSERTED);
	cr_expect(w != NULL && w->floor == 3 && w->inputs_len == 1 && w->inputs[0].labels == 3);
	cr_expect(e != NULL && e->evidence == 1 && e->approval_days == 30 && e->require_len == 1);
	cr_expect_eq(p.limits.time_ms, 72u * 3600 * 1000);
	cr_expect(wd_policy_allows_model(&p, WR_TEXT("house-large-2")));
	cr_expect(!wd_policy_allows_model(&p, WR_TEXT("house-tiny")));
	cr_expect_null(wd_policy_environment(&p, WR_TEXT("production")));
	cr_expect_eq(wd_policy_role(&p, WR_TEXT("nobody")), WD_NONE);
	wd_policy_free(&p);
}

static const struct {
	const char *from, *to, *place;
	enum wr_status status;
	const char *why;
} wrong[] = {
	/* shape */
	{ "\"version\": 1,", "\"version\": 1, \"Version\": 1,", "Version", WR_MALFORMED,
	    "is not a known member" },
	{ "\"follows\": null,", "", "follows", WR_MALFORMED, "is missing" },
	{ "writ-policy/1", "writ-policy/2", "type", WR_MALFORMED, NULL },
	{ "\"version\": 1,", "\"version\": 1.0,", "version", WR_MALFORMED,
	    "must be a whole number" },
	{ "\"version\": 1,", "\"version\": 0,", "version", WR_MALFORMED, NULL },
	{ "acme-claims", "acme claims", "name", WR_MALFORMED, NULL },
	{ "acme-claims", "acme\\u202eclaims", "name", WR_MALFORMED, NULL },
	{ "2026-11-01T00:00:00Z", "2026-11-01", "issued", WR_MALFORMED, NULL },
	{ "2026-11-01T00:00:00Z", "2026-02-29T00:00:00Z", "issued", WR_MALFORMED, NULL },
	{ "2026-11-01T00:00:00Z", "2026-11-01T00:00:00+01", "issued", WR_MALFORMED, NULL },
	{ "2027-11-01T00:00:00Z", "2026-11-01T00:00:00Z", "expires", WR_MALFORMED,
	    "is not after `issued`" },
	{ "\"follows\": null", "\"follows\": \"sha256:00\"", "follows", WR_MALFORMED, NULL },
	/* persons, keys, roles */
	{ "\"chi\": { \"keys\": [ { \"type\": \"ed25519\", \"public\": \"KEY(chi)\" } ] }",
	    "\"chi\": { \"keys\": [] }", "persons.chi.keys", WR_MALFORMED, "must not be empty" },
	{ "KEY(bo)", "KEY(ana)", "persons.bo.keys[0].public", WR_MALFORMED, NULL },
	{ "KEY(bo)", "KEY(ana/2)", "persons.bo.keys[0].public", WR_MALFORMED, NULL },
	{ "KEY(ana/2)", "KEY(ana)", "persons.ana.keys[1].public", WR_MALFORMED, NULL },
	{ "KEY(bo)", "AAAA", "persons.bo.keys[0].public", WR_MALFORMED,
	    "must be base64 of 32 bytes" },
	{ "KEY(bo)", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "persons.bo.keys[0].public",
	    WR_MALFORMED, "is a point of small order, not a key" },
	{ "{ \"type\": \"ed25519\", \"public\": \"KEY(bo)\" }",
	    "{ \"type\": \"rsa\", \"public\": \"KEY(bo)\" }", "persons.bo.keys[0].type",
	    WR_MALFORMED, "is not a type of key: ed25519, p256 or ssh" },
	{ "{ \"type\": \"ed25519\", \"public\": \"KEY(bo)\" }", "{ \"public\": \"KEY(bo)\" }",
	    "persons.bo.keys[0].type", WR_MALFORMED, "is missing" },
	{ "\"privacy\": [\"chi\", \"eve\"]", "\"privacy\": [\"chi\", \"zoe\"]", "roles.privacy[1]",
	    WR_MALFORMED, "is not one of the persons" },
	{ "\"privacy\": [\"chi\", \"eve\"]", "\"privacy\": [\"chi\", \"chi\"]", "roles.privacy[1]",
	    WR_MALFORMED, "is listed twice" },
	{ "\"privacy\": [\"chi\", \"eve\"]", "\"privacy\": []", "roles.privacy", WR_MALFORMED,
	    NULL },
	{ "\"threshold\": 2", "\"threshold\": 0", "owners.threshold", WR_MALFORMED,
	    "is too small" },
	{ "\"threshold\": 2", "\"threshold\": 4", "owners.threshold", WR_MALFORMED,
	    "is too large" },
	/* labels, backends */
	{ "{ \"owner\": \"privacy\" }", "{ \"owner\": \"chi\" }", "labels.pii.owner", WR_MALFORMED,
	    "is not one of the roles" },
	{ "\"accepts\": [\"untrusted\"]", "\"accepts\": [\"secret\"]",
	    "backends.handbook.accepts[0]", WR_MALFORMED, "is not one of the labels" },
	{ "\"accepts\": [\"pii\", \"untrusted\"]", "\"accepts\": [\"pii\", \"pii\"]",
	    "backends.house.accepts[1]", WR_MALFORMED, "is listed twice" },
	{ "\"openai\"", "\"gopher\"", "backends.house.protocol", WR_MALFORMED,
	    "is not a protocol" },
	{ "https://llm.acme.internal/v1", "ftp://llm", "backends.house.endpoint", WR_MALFORMED,
	    NULL },
	{ "https://llm.acme.internal/v1", "https://llm acme", "backends.house.endpoint",
	    WR_MALFORMED, NULL },
	{ "\"endpoint\": \"https://llm.acme.internal/v1\",", "", "backends.house.endpoint",
	    WR_MALFORMED, "is missing" },
	{ "\"evidence\": \"embedded\"", "\"evidence\": \"provider-asserted\"",
	    "backends.handbook.evidence", WR_MALFORMED, "is not the class that this protocol has" },
	{ "\"evidence\": \"embedded\"", "\"evidence\": \"trust me\"", "backends.handbook.evidence",
	    WR_MALFORMED, NULL },
	/* workflows, limits, environments */
	{ "\"floor\": 3", "\"floor\": -1", "workflows.claims_triage.floor", WR_MALFORMED,
	    "is too small" },
	{ "[\"pii\", \"untrusted\"] }, \"floor\"", "[\"secret\"] }, \"floor\"",
	    "workflows.claims_triage.inputs[\"claim.story\"][0]", WR_MALFORMED, NULL },
	{ "\"time\": \"72h\"", "\"time\": \"72 h\"", "limits.time", WR_MALFORMED, NULL },
	{ "\"time\": \"72h\"", "\"time\": \"0h\"", "limits.time", WR_MALFORMED, NULL },
	{ "\"calls\": 100", "\"calls\": -1", "limits.calls", WR_MALFORMED, NULL },
	{ "\"width\": 32", "\"width\": 0", "limits.width", WR_MALFORMED, NULL },
	{ "\"models\": [\"house-large-*\"]", "\"models\": [\"\"]", "limits.models[0]", WR_MALFORMED,
	    NULL },
	{ "\"development\": {", "\"staging\": {", "environments.staging", WR_MALFORMED, NULL },
	{ "\"require\": { \"security\": 1 }", "\"require\": { \"security\": 0 }",
	    "environments.development.require.security", WR_MALFORMED, "is too small" },
	{ "\"require\": { \"security\": 1 }", "\"require\": { \"security\": 4 }",
	    "environments.development.require.security", WR_MALFORMED, "is too large" },
	{ "\"require\": { \"security\": 1 }", "\"require\": { \"legal\": 1 }",
	    "environments.development.require.legal", WR_MALFORMED, "is not one of the roles" },
	{ "\"require\": { \"security\": 1 }", "\"require\": { }",
	    "environments.development.require", WR_MALFORMED, NULL },
	{ "\"evidence\": [\"software\"]", "\"evidence\": []", "environments.development.evidence",
	    WR_MALFORMED, NULL },
	{ "\"evidence\": [\"software\"]", "\"evidence\": [\"hope\"]",
	    "environments.development.evidence[0]", WR_MALFORMED, "is not a kind of evidence" },
	/* production never takes software, whatever else is said of it */
	{ "\"development\": {", "\"production\": {", "environments.production.evidence[0]",
	    WR_MALFORMED, "software attests nothing; production may not list it" },
	{ "{ \"type\": \"ed25519\", \"public\": \"KEY(bo)\" }",
	    "{ \"type\": \"ssh\", \"public\": \"ssh-ed25519 AAAA\" }",
	    "persons.bo.keys[0].public", WR_MALFORMED,
	    "says two different kinds of key" },
	{ "{ \"type\": \"ed25519\", \"public\": \"KEY(bo)\" }",
	    "{ \"type\": \"ssh\", \"public\": \"ssh-dss AAAA\" }",
	    "persons.bo.keys[0].public", WR_MALFORMED,
	    "is not a kind of SSH key that is supported: Ed25519, ECDSA, RSA, and the security keys sk-ssh-ed25519 and sk-ecdsa" },
	{ "{ \"type\": \"ed25519\", \"public\": \"KEY(bo)\" }",
	    "{ \"type\": \"p256\", \"public\": \"AAAA\" }",
	    "persons.bo.keys[0].public", WR_MALFORMED,
	    "must be base64 of the SubjectPublicKeyInfo of a key on P-256" },
	{ "{ \"type\": \"ed25519\", \"public\": \"KEY(bo)\" }",
	    "{ \"type\": \"ed25519\", \"public\": \"KEY(bo)\", \"verification\": true }",
	    "persons.bo.keys[0].verification", WR_MALFORMED,
	    "is for security keys alone (sk-ssh-…)" },
	{ "\"version\": 1,", "\"version\": 2,", "follows", WR_MALFORMED,
	    "must be the SHA-256 of the version before" },
	{ "\"follows\": null", "\"follows\": \"ID(ana)\"", "follows", WR_MALFORMED,
	    "must be null: the first version follows nothing" },
	{ "\"evidence\": [\"software\"]", "\"evidence\": [\"tpm2\", \"tpm2\"]",
	    "environments.development.evidence[1]", WR_MALFORMED, "is listed twice" },
	{ "\"revoked\": []", "\"revoked\": [ { } ]", "revoked[0].workflow", WR_MALFORMED, NULL },
	{ "\"revoked\": []", "\"revoked\": [ { \"key\": \"ana\", \"reason\": \"r\" } ]",
	    "revoked[0].key", WR_MALFORMED, NULL },
	{ "\"revoked\": []", "\"revoked\": [ { \"key\": \"ID(ana)\", \"reason\": \"r\", \"x\": 1 } ]",
	    "revoked[0].x", WR_MALFORMED, NULL },
	{ "\"revoked\": []",
	    "\"revoked\": [ { \"key\": \"ID(ana)\", \"reason\": \"r\" }, { \"key\": \"ID(ana)\", \"reason\": \"s\" } ]",
	    "revoked[1]", WR_MALFORMED, "is listed twice" },
	{ "\"evidence\": \"provider-asserted\"", "\"evidence\": \"pinned\"", "backends.house.pin",
	    WR_MALFORMED, NULL },
	{ "\"evidence\": \"provider-asserted\"", "\"pin\": \"ID(ana)\", \"evidence\": \"provider-asserted\"",
	    "backends.house.pin", WR_MALFORMED, "is for the class `pinned` alone" },
	{ "https://llm.acme.internal/v1\",\n               \"evidence\": \"provider-asserted\"",
	    "http://llm.acme.internal/v1\",\n               \"pin\": \"ID(ana)\", \"evidence\": \"pinned\"",
	    "backends.house.endpoint", WR_MALFORMED, "must begin with https://, for its key is pinned" },
	{ "\"embedded\"", "\"pinned\", \"pin\": \"ID(ana)\"", "backends.handbook.evidence", WR_MALFORMED,
	    "is not the class that this protocol has" },
	{ "\"revoked\": []",
	    "\"revoked\": [ { \"workflow\": \"ID(ana)\", \"reason\": \"r\", \"last_log_index\": 7 } ]",
	    "revoked[0].last_log_index", WR_MALFORMED, "is not a known member" },
	/* right, and refused: this version cannot hold it */
	{ "\"revoked\": []",
	    "\"revoked\": [ { \"key\": \"ID(ana)\", \"reason\": \"r\", \"last_log_index\": 7 } ]",
	    "revoked[0].last_log_index", WR_REFUSED, "needs the log, which this version does not have" },
	{ "\"openai\"", "\"anthropic\"", "backends.house.protocol", WR_REFUSED, NULL },
	{ "\"evidence\": \"provider-asserted\"", "\"evidence\": \"attested\"",
	    "backends.house.evidence", WR_REFUSED, NULL },
	{ "\"approval_days\": 30,", "\"approval_days\": 30, \"record_max_age\": \"1h\",",
	    "environments.development.record_max_age", WR_REFUSED, NULL },
	{ "\"reference_values\": { }", "\"reference_values\": { \"vm\": [] }", "reference_values",
	    WR_REFUSED, NULL },
};

Test(policy, refuses_each_wrong_one_with_its_place)
{
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct wd_policy p;
		struct wd_json_error e = { 0 };
		enum wr_status got = wd_policy_read(&p, wd_alloc(),
		    wr_text_of(fixture_policy_text(wrong[i].from, wrong[i].to)), &e);

		cr_expect_eq(got, wrong[i].status, "%s -> %s: %d %s", wrong[i].from, wrong[i].to,
		    got, e.text);
		if (got == WR_OK) {
			wd_policy_free(&p);
			continue;
		}
		cr_expect_str_eq(e.place, wrong[i].place, "%s -> %s", wrong[i].from, wrong[i].to);
		if (wrong[i].why != NULL)
			cr_expect_str_eq(
			    e.text, wrong[i].why, "%s -> %s", wrong[i].from, wrong[i].to);
	}
}

Test(policy, refuses_what_is_not_strict_json_with_line_and_column)
{
	struct wd_policy p;
	struct wd_json_error e;

	cr_expect_eq(wd_policy_read(&p, wd_alloc(),
			 wr_text_of(fixture_policy_text(
			     "\"follows\": null,", "\"follows\": null, \"type\": 1,")),
			 &e),
	    WR_MALFORMED);
	cr_expect_str_eq(e.text, "a member is there twice");
	cr_expect_eq(e.line, 3);
	cr_expect_eq(wd_policy_read(
			 &p, wd_alloc(), wr_text_of(fixture_policy_text("]\n}\n", "]\n}\n{}")), &e),
	    WR_MALFORMED);
	cr_expect_str_eq(e.text, "something follows the value");
}

Test(policy, every_cut_is_refused)
{
	const char *text = fixture_policy_text(NULL, NULL);
	size_t size = strlen(text);

	for (size_t n = 0; n + 2 < size; n += 7) {
		struct wd_policy p;
		struct wd_json_error e;

		cr_assert_eq(wd_policy_read(&p, wd_alloc(), (struct wr_text){ text, n }, &e),
		    WR_MALFORMED, "%zu", n);
	}
}

Test(policy, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 };
	struct wr_text text = wr_text_of(fixture_policy_text(NULL, NULL));

	while (failing_alloc_next(&f)) {
		struct wd_policy p;
		struct wd_json_error e;
		enum wr_status got = wd_policy_read(&p, &f.hook, text, &e);

		cr_assert_eq(got, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		if (got == WR_OK)
			wd_policy_free(&p);
		cr_assert_eq(f.live_bytes, 0);
	}
}

Test(policy, patterns_fit_whole_names)
{
	static const struct {
		const char *pattern, *text;
		bool fits;
	} cases[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "*", "", true },
		{ "*", "abc", true },
		{ "a", "a", true },
		{ "a", "ab", false },
		{ "a*", "ab", true },
		{ "*b", "ab", true },
		{ "a*c", "abbbc", true },
		{ "a*c", "abbb", false },
		{ "*a*b*", "xxaxxbxx", true },
		{ "*a*b*", "xxbxxaxx", false },
		{ "**", "x", true },
		{ "a?c", "abc", false },
		{ "*ab", "aab", true },
		{ "A*", "abc", false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(wd_glob(wr_text_of(cases[i].pattern), wr_text_of(cases[i].text)),
		    cases[i].fits, "%s %s", cases[i].pattern, cases[i].text);
}

Test(policy, dates_and_durations_have_one_form)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: refused */
	} dates[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01T00:00:01Z", 1 },
		{ "2000-02-29T12:00:00Z", 951825600 },
		{ "2026-11-22T05:00:00Z", FIXTURE_NOW },
		{ "2026-12-31T23:59:59Z", 1798761599 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "2026-02-29T00:00:00Z", -1 },
		{ "2100-02-29T00:00:00Z", -1 },
		{ "2026-13-01T00:00:00Z", -1 },
		{ "2026-00-01T00:00:00Z", -1 },
		{ "2026-04-31T00:00:00Z", -1 },
		{ "2026-01-00T00:00:00Z", -1 },
		{ "2026-01-01T24:00:00Z", -1 },
		{ "2026-01-01T00:60:00Z", -1 },
		{ "2026-01-01T00:00:60Z", -1 },
		{ "2026-01-01T00:00:00z", -1 },
		{ "2026-01-01 00:00:00Z", -1 },
		{ "2026-01-01T00:00:00.0Z", -1 },
		{ "2026-01-01T00:00:00+00:00", -1 },
		{ "+026-01-01T00:00:00Z", -1 },
		{ "", -1 },
	};
	static const struct {
		const char *text;
		uint64_t ms; /* 0: refused */
	} durations[] = {
		{ "250ms", 250 },
		{ "60s", 60000 },
		{ "5m", 300000 },
		{ "72h", 259200000 },
		{ "30d", 2592000000 },
		{ "0s", 0 },
		{ "01s", 0 },
		{ "s", 0 },
		{ "5", 0 },
		{ "5 s", 0 },
		{ "-5s", 0 },
		{ "1w", 0 },
		{ "5S", 0 },
		{ "1000000000s", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		int64_t got = -1;
		struct wr_buf again;

		cr_expect_eq(wd_date_read(wr_text_of(dates[i].text), &got), dates[i].seconds >= 0,
		    "%s", dates[i].text);
		cr_expect_eq(got, dates[i].seconds, "%s: %ld", dates[i].text, (long)got);
		if (dates[i].seconds < 0)
			continue;
		wr_buf_init(&again, wd_alloc(), 64);
		wd_date_write(&again, got);
		cr_expect_str_eq(again.at, dates[i].text);
		wr_buf_free(&again);
	}
	for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
		uint64_t got = 0;

		cr_expect_eq(wd_duration_read(wr_text_of(durations[i].text), &got),
		    durations[i].ms > 0, "%s", durations[i].text);
		cr_expect_eq(got, durations[i].ms, "%s", durations[i].text);
	}
}
