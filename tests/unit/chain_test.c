/* Versions of a policy: which is in force, who must sign, and what is refused. */
#include "runtime/sysalloc.h"
#include "runtime/trust/chain.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/gate_ask.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(chain, .timeout = 60);

static struct wr_text
signed_by(const char *text, const char *person)
{
	return fixture_envelope(WD_POLICY_TYPE, wr_text_of(text), person);
}

static void
release(struct wr_text *envelopes, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		free((void *)(uintptr_t)envelopes[i].at);
}

/* A copy: the fixture's text lives until the next call. */
static char *
kept(const char *text)
{
	char *copy = malloc(strlen(text) + 1);

	cr_assert_not_null(copy);
	memcpy(copy, text, strlen(text) + 1);
	return copy;
}

Test(chain, a_quorum_of_old_and_new_owners_makes_a_version)
{
	/* two of ana, bo, chi own version 1; the second names its own owners */
	static const struct {
		const char *what, *from, *to;
		const char *persons[4];
		uint64_t version;
	} cases[] = {
		{ "nobody", "llm.acme.internal/v1", "llm.acme.internal/v2", { 0 }, 1 },
		{ "one of two", "llm.acme.internal/v1", "llm.acme.internal/v2", { "ana" }, 1 },
		{ "one of two, twice", "llm.acme.internal/v1", "llm.acme.internal/v2", { "ana", "ana" }, 1 },
		{ "one of two, with two keys", "llm.acme.internal/v1", "llm.acme.internal/v2",
		    { "ana", "ana/2" }, 1 },
		{ "two", "llm.acme.internal/v1", "llm.acme.internal/v2", { "ana", "bo" }, 2 },
		{ "the others", "llm.acme.internal/v1", "llm.acme.internal/v2", { "chi", "ana/2" }, 2 },
		{ "no owner", "llm.acme.internal/v1", "llm.acme.internal/v2", { "dee", "eve", "dee/2" }, 1 },
		{ "a stranger", "llm.acme.internal/v1", "llm.acme.internal/v2", { "mallory", "ana" }, 1 },
		/* dee and eve take over: the old owners must agree, and the new ones too */
		{ "only the new", "\"persons\": [\"ana\", \"bo\", \"chi\"]", "\"persons\": [\"dee\", \"eve\"]",
		    { "dee", "eve" }, 1 },
		{ "only the old", "\"persons\": [\"ana\", \"bo\", \"chi\"]", "\"persons\": [\"dee\", \"eve\"]",
		    { "ana", "bo" }, 1 },
		{ "both", "\"persons\": [\"ana\", \"bo\", \"chi\"]", "\"persons\": [\"dee\", \"eve\"]",
		    { "ana", "bo", "dee", "eve" }, 2 },
		{ "a key that the new one revokes", "\"revoked\": []",
		    "\"revoked\": [{ \"key\": \"ID(bo)\", \"reason\": \"lost\" }]", { "ana", "bo" }, 1 },
		{ "without the revoked key", "\"revoked\": []",
		    "\"revoked\": [{ \"key\": \"ID(bo)\", \"reason\": \"lost\" }]", { "ana", "chi" }, 2 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *second = kept(fixture_policy_text_2(cases[i].from, cases[i].to));
		char *first = kept(fixture_policy_text(NULL, NULL));
		struct wr_text envelopes[4];
		struct wd_json_error error = { 0 };
		struct wd_chain chain;
		uint32_t len = 0;

		while (len < 4 && cases[i].persons[len] != NULL) {
			envelopes[len] = signed_by(second, cases[i].persons[len]);
			len++;
		}
		cr_assert_eq(wd_chain_read(&chain, wd_alloc(), wr_text_of(first), envelopes, len, NULL,
				 &error),
		    WR_OK, "%s: %s %s", cases[i].what, error.place, error.text);
		cr_expect_eq(chain.policy.version, cases[i].version, "%s", cases[i].what);
		cr_expect_eq(chain.len, cases[i].version, "%s", cases[i].what);
		cr_expect_eq(chain.notes_len, cases[i].version == 2 ? 0 : len, "%s", cases[i].what);
		cr_expect(wd_chain_has(&chain, &chain.root));
		wd_chain_free(&chain);
		release(envelopes, len);
		free(first);
		free(second);
	}
}

/* What cannot be a chain, and why; and what is beside it and changes nothing. */
Test(chain, refuses_takeovers_gaps_and_two_ways)
{
	char *first = kept(fixture_policy_text(NULL, NULL));
	char *second = kept(fixture_policy_text_2("llm.acme.internal/v1", "llm.acme.internal/v2"));
	char *other = kept(fixture_policy_text_2("llm.acme.internal/v1", "llm.acme.internal/v3"));
	char *foreign = kept(fixture_policy_text("\"tokens\": 200000", "\"tokens\": 900000"));
	char *unread = kept(fixture_policy_text_2("\"reference_values\": { }", "\"reference_values\": { \"a\": 1 }"));
	struct wd_digest root = wd_sha256(wr_text_of(first)), no_root = wd_sha256(WR_TEXT("x"));
	struct wr_text both[] = { signed_by(second, "ana"), signed_by(second, "bo"),
		signed_by(other, "ana"), signed_by(other, "chi") };
	struct wr_text unreadable[] = { signed_by(unread, "ana"), signed_by(unread, "bo") };
	struct wr_text foreigner = signed_by(foreign, "ana");
	struct wr_text junk = WR_TEXT("{}");
	struct wd_json_error error = { 0 };
	struct wd_chain chain;

	/* two versions that follow the first, each with a quorum */
	cr_expect_eq(wd_chain_read(&chain, wd_alloc(), wr_text_of(first), both, 4, NULL, &error),
	    WR_REFUSED);
	/* another root */
	cr_expect_eq(wd_chain_read(&chain, wd_alloc(), wr_text_of(first), both, 2, &no_root, &error),
	    WR_ABSENT);
	/* a second first version beside it: only a root can say which */
	cr_expect_eq(
	    wd_chain_read(&chain, wd_alloc(), wr_text_of(first), &foreigner, 1, NULL, &error),
	    WR_REFUSED);
	cr_assert_eq(
	    wd_chain_read(&chain, wd_alloc(), wr_text_of(first), &foreigner, 1, &root, &error), WR_OK);
	cr_expect(chain.policy.limits.tokens == 200000 && chain.notes_len == 1);
	wd_chain_free(&chain);
	/* a quorum wants what this program cannot hold: the old version may not stay in force */
	cr_expect_eq(
	    wd_chain_read(&chain, wd_alloc(), wr_text_of(first), unreadable, 2, NULL, &error),
	    WR_REFUSED);
	/* one owner alone cannot stop it so */
	cr_assert_eq(
	    wd_chain_read(&chain, wd_alloc(), wr_text_of(first), unreadable, 1, NULL, &error), WR_OK);
	cr_expect_eq(chain.notes_len, 1);
	wd_chain_free(&chain);
	/* version 2 without its first, and junk */
	cr_expect_neq(
	    wd_chain_read(&chain, wd_alloc(), wr_text_of(second), both, 2, NULL, &error), WR_OK);
	cr_assert_eq(
	    wd_chain_read(&chain, wd_alloc(), wr_text_of(first), &junk, 1, NULL, &error), WR_OK);
	cr_expect_eq(chain.notes_len, 1);
	wd_chain_free(&chain);
	/* policy.json is a draft of the next version: the first comes from its envelope */
	{
		struct wr_text stored[] = { signed_by(first, "ana"), both[0] };

		cr_assert_eq(wd_chain_read(&chain, wd_alloc(), wr_text_of(second), stored, 2, NULL, &error),
		    WR_OK, "%s", error.text);
		cr_expect_eq(chain.policy.version, 1);
		wd_chain_free(&chain);
		free((void *)(uintptr_t)stored[0].at);
	}
	release(both, 4);
	release(unreadable, 2);
	release(&foreigner, 1);
	free(first);
	free(second);
	free(other);
	free(foreign);
	free(unread);
}

/* A third version must follow the second; one that follows the first, or skips, counts for nothing. */
Test(chain, has_no_gaps)
{
	struct wd_chain two = fixture_chain_of_two("llm.acme.internal/v1", "llm.acme.internal/v2");

	cr_expect_eq(two.len, 2);
	cr_expect(wd_chain_has(&two, &two.root) && wd_chain_has(&two, &two.policy.digest));
	cr_expect(!wd_digest_eq(&two.root, &two.policy.digest));
	wd_chain_free(&two);
}

static const char *
noted(const struct wd_chain *chain, uint32_t envelope)
{
	for (uint32_t i = 0; i < chain->notes_len; i++)
		if (chain->notes[i].envelope == envelope)
			return chain->notes[i].code;
	return "";
}

/* What is signed and stands beside the chain is noted with the reason that holds. */
Test(chain, says_why_an_envelope_counts_for_nothing)
{
	static const struct {
		const char *from, *to, *code; /* in a third version that is good otherwise */
	} cases[] = {
		{ "", "", "" },
		{ "\"version\": 3", "\"version\": 4", "policy-gap" },
		{ "\"version\": 3", "\"version\": 2", "policy-rollback" },
		{ "\"version\": 3", "\"version\": 1", "policy-unreadable" }, /* and follows something */
		{ "acme-claims", "acme-pays", "policy-elsewhere" },
		{ "\"follows\": \"sha256:", "\"follows\": \"sha256:0000", "policy-elsewhere" },
		{ "\"reference_values\"", "\"values\"", "policy-unreadable" },
	};
	char *first = kept(fixture_policy_text(NULL, NULL)), *second = kept(fixture_policy_text_2("v1", "v2"));
	struct wd_digest digest = wd_sha256(wr_text_of(second));

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char third[65536], changed[65536];
		const char *at = strstr(second, "\"version\": 2,"), *hex = strstr(second, "sha256:");
		struct wr_text envelopes[4];
		struct wd_json_error error = { 0 };
		struct wd_chain chain;
		struct wr_buf name;
		bool alone = strcmp(cases[i].code, "policy-unreadable") == 0; /* a quorum for it stops everything */

		wr_buf_init(&name, wd_alloc(), 128);
		wd_digest_write(&name, &digest);
		(void)snprintf(third, sizeof third, "%.*s\"version\": 3,%.*s%s%s", (int)(at - second), second,
		    (int)(hex - at) - 13, at + 13, name.at, hex + WD_DIGEST_TEXT);
		at = strstr(third, cases[i].from);
		cr_assert_not_null(at);
		(void)snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - third), third, cases[i].to,
		    at + strlen(cases[i].from) + (strncmp(cases[i].to, "\"follows", 8) == 0 ? 4 : 0));
		envelopes[0] = signed_by(second, "ana");
		envelopes[1] = signed_by(second, "bo");
		envelopes[2] = signed_by(changed, "ana");
		envelopes[3] = signed_by(changed, alone ? "ana/2" : "chi");
		cr_assert_eq(wd_chain_read(&chain, wd_alloc(), wr_text_of(first), envelopes, 4, NULL, &error), WR_OK,
		    "%s: %s", cases[i].code, error.text);
		cr_expect_eq(chain.len, cases[i].code[0] == '\0' ? 3 : 2, "%zu", i);
		cr_expect_str_eq(noted(&chain, 2), cases[i].code);
		cr_expect_str_eq(noted(&chain, 3), cases[i].code);
		wd_chain_free(&chain);
		release(envelopes, 4);
		wr_buf_free(&name);
	}
	free(first);
	free(second);
}

/* A signature counts by its bytes: a key id is a hint, a true one proves nothing and none is no harm. */
Test(chain, a_key_id_narrows_but_proves_nothing)
{
	char *first = kept(fixture_policy_text(NULL, NULL)), *second = kept(fixture_policy_text_2("v1", "v2"));
	static const struct {
		const char *from, *to;
		uint32_t len;
	} cases[] = {
		{ "\"sig\":\"", "\"sig\":\"", 2 },
		{ "\"keyid\":\"sha256:", "\"KEYID\":\"sha256:", 2 }, /* not there: any key may have signed */
		{ "\"keyid\":\"sha256:", "\"keyid\":\"SHA256:", 2 },
	};

	for (size_t i = 0; i < 3 + sizeof cases / sizeof *cases; i++) {
		struct wr_text envelopes[2] = { signed_by(second, "ana"), signed_by(second, "bo") };
		char *sig = (char *)(uintptr_t)strstr(envelopes[1].at, "\"sig\":\"");
		char *id = (char *)(uintptr_t)strstr(envelopes[1].at, "\"keyid\":\"sha256:");
		struct wd_json_error error = { 0 };
		struct wd_chain chain;
		uint32_t want = 1;

		if (i < 3) {
			char *at = (char *)(uintptr_t)strstr(envelopes[1].at, cases[i].from);

			memcpy(at, cases[i].to, strlen(cases[i].to));
			want = cases[i].len;
		} else if (i == 3) {
			sig[20] = sig[20] == 'A' ? 'B' : 'A'; /* a signature of other bytes, by the right id */
		} else if (i == 4) {
			id[20] = id[20] == '0' ? '1' : '0'; /* the id of nobody */
		} else {
			memcpy(id, strstr(envelopes[0].at, "\"keyid\":\"sha256:"), 80); /* of another owner */
		}
		cr_assert_eq(wd_chain_read(&chain, wd_alloc(), wr_text_of(first), envelopes, 2, NULL, &error), WR_OK);
		cr_expect_eq(chain.len, want, "case %zu", i);
		wd_chain_free(&chain);
		release(envelopes, 2);
	}
	free(first);
	free(second);
}

/* The first version may stand there as often as it is signed, and what leads nowhere may stand first. */
Test(chain, order_and_number_of_envelopes_are_nothing)
{
	char *first = kept(fixture_policy_text(NULL, NULL)), *second = kept(fixture_policy_text_2("v1", "v2"));
	char *weak = kept(fixture_policy_text_2("v1", "v3"));
	struct wr_text envelopes[] = { signed_by(first, "ana"), signed_by(first, "bo"), signed_by(weak, "ana"),
		signed_by(second, "ana"), signed_by(second, "bo") };
	struct wd_json_error error = { 0 };
	struct wd_chain chain;

	for (int turn = 0; turn < 5; turn++) {
		struct wr_text last = envelopes[4];

		cr_assert_eq(wd_chain_read(&chain, wd_alloc(), wr_text_of(first), envelopes, 5, NULL, &error), WR_OK, "%s",
		    error.text);
		cr_expect(chain.len == 2 && chain.notes_len == 1, "turn %d", turn);
		wd_chain_free(&chain);
		memmove(&envelopes[1], envelopes, 4 * sizeof *envelopes);
		envelopes[0] = last;
	}
	release(envelopes, 5);
	free(first);
	free(second);
	free(weak);
}

Test(chain, says_what_is_wrong_with_the_first_and_stops_at_too_many)
{
	static struct wr_text many[WD_CHAIN_MAX + 1];
	char *first = kept(fixture_policy_text(NULL, NULL));
	struct wd_json_error error = { 0 };
	struct wd_chain chain;

	cr_expect_eq(wd_chain_read(&chain, wd_alloc(), WR_TEXT("{ \"type\": 7 }"), NULL, 0, NULL, &error), WR_MALFORMED);
	cr_expect_str_neq(error.place, "");
	cr_expect_eq(wd_chain_read(&chain, wd_alloc(), (struct wr_text){ "", 0 }, NULL, 0, NULL, &error), WR_ABSENT);
	for (uint32_t i = 0; i < WD_CHAIN_MAX + 1; i++)
		many[i] = WR_TEXT("{}");
	cr_expect_eq(wd_chain_read(&chain, wd_alloc(), wr_text_of(first), many, WD_CHAIN_MAX + 1, NULL, &error), WR_LIMIT);
	cr_expect_not_null(error.text);
	cr_assert_eq(wd_chain_read(&chain, wd_alloc(), wr_text_of(first), many, WD_CHAIN_MAX, NULL, &error), WR_OK);
	cr_expect_eq(wd_chain_count(&chain, &chain.policy, many, WD_CHAIN_MAX + 1, &(struct wd_chain_votes){ 0 }), WR_LIMIT);
	cr_expect_eq(wd_chain_count(&chain, &chain.policy, many, WD_CHAIN_MAX, &(struct wd_chain_votes){ 0 }), WR_OK);
	wd_chain_free(&chain);
	free(first);
}

Test(chain, survives_every_allocation_failure)
{
	char *second = kept(fixture_policy_text_2("llm.acme.internal/v1", "llm.acme.internal/v2"));
	char *first = kept(fixture_policy_text(NULL, NULL));
	struct wr_text envelopes[] = { signed_by(second, "ana"), signed_by(second, "bo"),
		fixture_envelope(WD_POLICY_TYPE, wr_text_of(fixture_policy_text("3 }", "4 }")), "ana") };
	struct wd_digest root = wd_sha256(wr_text_of(first));
	struct failing_alloc f = { 0 };

	while (failing_alloc_next(&f)) {
		struct wd_json_error error = { 0 };
		struct wd_chain chain;
		enum wr_status got = wd_chain_read(
		    &chain, &f.hook, wr_text_of(first), envelopes, 3, &root, &error);

		if (got == WR_OK)
			wd_chain_free(&chain);
		cr_assert_eq(got, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		cr_assert_eq(f.live_bytes, 0);
	}
	release(envelopes, 3);
	free(first);
	free(second);
}

/* ---- revocation, as the gate sees it ---------------------------------------------------- */

static struct wd_record
revocation(const struct wd_digest *subject, bool is_key)
{
	return (struct wd_record){ .kind = WD_REVOCATION,
		.subject = *subject,
		.revocation = { .is_key = is_key, .at = FIXTURE_NOW, .message = WR_TEXT("stolen") } };
}

static struct wd_digest
key_id(const char *person)
{
	struct wd_private_key key = fixture_key(person);

	return wd_public_key_digest(&key.public_key);
}

Test(chain, a_revoked_key_loses_its_approvals_and_no_others)
{
	static const struct {
		const char *what, *key;
		const char *by[3];
		const char *unmet;
	} cases[] = {
		{ "nobody", "bo", { 0 }, "" },
		{ "one owner of two", "bo", { "ana" }, "" },
		{ "two owners", "bo", { "ana", "chi" }, "approval-missing" },
		{ "one owner with two keys", "bo", { "ana", "ana/2" }, "" },
		{ "an owner and the key itself", "bo", { "ana", "bo" }, "" },
		{ "persons who own nothing", "bo", { "dee", "eve" }, "" },
		{ "the author's other key", "dee/2", { "ana", "chi" }, "" },
		{ "the author's key", "dee", { "ana", "chi" }, "no-submission" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wd_digest key = key_id(cases[i].key);
		struct wd_record r = revocation(&key, true);
		struct ask a;

		ask_good(&a, NULL, NULL);
		for (size_t k = 0; k < 3 && cases[i].by[k] != NULL; k++)
			ask_add(&a, &r, cases[i].by[k]);
		(void)ask_judge(&a);
		cr_expect_str_eq(ask_unmet(&a.verdict), cases[i].unmet, "%s: %s", cases[i].what,
		    ask_unmet(&a.verdict));
		if (cases[i].unmet[0] == '\0' && cases[i].by[0] != NULL &&
		    strcmp(cases[i].key, "bo") == 0)
			cr_expect_str_eq(ask_noted(&a.verdict, 3), "revocation-quorum", "%s",
			    cases[i].what);
		if (strcmp(cases[i].unmet, "approval-missing") == 0)
			cr_expect_str_eq(ask_noted(&a.verdict, 1), "key-revoked", "%s", cases[i].what);
		ask_end(&a);
	}
}

Test(chain, revoked_bytecode_does_not_run)
{
	struct wd_record r;
	struct ask a;

	ask_good(&a, NULL, NULL);
	cr_expect(ask_judge(&a));
	r = revocation(&a.subject.digest, false);
	ask_add(&a, &r, "ana");
	cr_expect(ask_judge(&a), "one owner of two");
	ask_add(&a, &r, "bo");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "revoked");
	ask_end(&a);
}

Test(chain, the_policy_revokes_by_itself)
{
	struct wd_digest digest;
	struct wr_buf entry;
	struct ask a;

	ask_good(&a, "\"revoked\": []", "\"revoked\": [{ \"key\": \"ID(bo)\", \"reason\": \"lost\" }]");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "approval-missing");
	digest = a.subject.digest;
	ask_end(&a);
	wr_buf_init(&entry, wd_alloc(), 4096);
	wr_buf_str(&entry, "\"revoked\": [{ \"workflow\": \"");
	wd_digest_write(&entry, &digest);
	wr_buf_str(&entry, "\", \"reason\": \"it pays twice\" }]");
	ask_good(&a, "\"revoked\": []", entry.at);
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_unmet(&a.verdict), "revoked");
	ask_end(&a);
	wr_buf_free(&entry);
}

/* An approval says which version of the policy its signer saw: one that nobody knows is not one. */
Test(chain, an_approval_under_a_foreign_policy_does_not_count)
{
	struct wd_record r;
	struct ask a;

	ask_start(&a, NULL, NULL);
	ask_submit(&a, "dee");
	r = fixture_approval(&a.chain.policy, &a.subject, "security");
	r.approval.policy.at[0] ^= 1;
	ask_add(&a, &r, "bo");
	ask_approve(&a, "chi", "privacy");
	cr_expect(!ask_judge(&a));
	cr_expect_str_eq(ask_noted(&a.verdict, 1), "policy-unknown");
	ask_end(&a);
}
