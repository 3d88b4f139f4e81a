/*
 * The threats to policies, one row each: a policy that must be refused as a whole, with the place; and versions
 * that must not come into force, with the code. The threats to records are in threats_test.c.
 */
#include "runtime/sysalloc.h"
#include "tests/support/trust_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(threats_policy, .timeout = 60);

/* ---- policies: refused as a whole --------------------------------------------------------------- */

static const struct {
	const char *threat, *what, *from, *to, *place;
	enum wr_status status; /* WR_REFUSED: `not-supported` */
	const char *why;
} policies[] = {
	{ "T2", "the author's key is a reviewer's, too", "KEY(bo)", "KEY(dee)", "persons.dee.keys[0].public", WR_MALFORMED,
	    "is listed twice; a key belongs to one person" },
	{ "T3", "one key stands under two persons", "KEY(bo)", "KEY(ana)", "persons.bo.keys[0].public", WR_MALFORMED,
	    "is listed twice; a key belongs to one person" },
	{ "T3", "the same, once as bytes and once as an SSH line", "\"KEY(chi)\"",
	    "\"KEY(chi)\" } ] },\n\"zoe\": { \"keys\": [ { \"type\": \"ssh\", \"public\": \"ssh-ed25519 "
	    "AAAAC3NzaC1lZDI1NTE5AAAAILqGEZ9jOZKJL+iOzP54mVZQGVN7CqZbW5xEtJiMPL/t\"",
	    "persons.zoe.keys[0].public", WR_MALFORMED, "is listed twice; a key belongs to one person" },
	{ "T3", "a role counts one person twice", "[\"chi\", \"eve\"]", "[\"chi\", \"chi\"]", "roles.privacy[1]",
	    WR_MALFORMED, "is listed twice" },
	{ "T3", "a threshold that nobody need meet", "\"require\": { \"security\": 1 }", "\"require\": { \"security\": 0 }",
	    "environments.development.require.security", WR_MALFORMED, "is too small" },
	{ "T6", "a member twice", "\"follows\": null,", "\"follows\": null, \"follows\": null,", "", WR_MALFORMED,
	    "a member is there twice" },
	{ "T6", "`Version` beside `version`", "\"version\": 1,", "\"version\": 1, \"Version\": 2,", "Version", WR_MALFORMED,
	    "is not a known member" },
	{ "T6", "1.0 for 1", "\"version\": 1,", "\"version\": 1.0,", "version", WR_MALFORMED, "must be a whole number" },
	{ "T6", "a second object", "\"revoked\": []\n}\n", "\"revoked\": []\n} {}", "", WR_MALFORMED,
	    "something follows the value" },
	{ "T6", "a byte-order mark", "{\n  \"type\"", "\xEF\xBB\xBF{\n  \"type\"", "", WR_MALFORMED, NULL },
	{ "T17", "a revocation that spares what the log has before it", "\"revoked\": []",
	    "\"revoked\": [ { \"key\": \"ID(bo)\", \"reason\": \"stolen\", \"last_log_index\": 9 } ]",
	    "revoked[0].last_log_index", WR_REFUSED, "needs the log, which this version does not have" },
	{ "T17", "records must be in a log", "\"approval_days\": 30,", "\"approval_days\": 30, \"record_max_age\": \"1h\",",
	    "environments.development.record_max_age", WR_REFUSED, "needs the log, which this version does not have" },
};

Test(threats_policy, such_policies_are_refused_whole)
{
	struct wd_policy good = fixture_policy(NULL, NULL);

	wd_policy_free(&good);
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
		struct wd_policy p;
		struct wd_json_error e = { 0 };
		enum wr_status got = wd_policy_read(
		    &p, wd_alloc(), wr_text_of(fixture_policy_text(policies[i].from, policies[i].to)), &e);

		cr_assert_eq(got, policies[i].status, "%s %s: %d %s", policies[i].threat, policies[i].what, got, e.text);
		cr_expect_str_eq(e.place, policies[i].place, "%s %s", policies[i].threat, policies[i].what);
		if (policies[i].why != NULL)
			cr_expect_str_eq(e.text, policies[i].why, "%s %s: %s", policies[i].threat, policies[i].what, e.text);
	}
}

/* ---- T18: the owners' line is broken --------------------------------------------------------------- */

#define CALLS(n) "\"calls\": 100", "\"calls\": " n
#define MALLORY \
	"\"owners\": { \"threshold\": 2, \"persons\": [\"ana\", \"bo\", \"chi\"] },\n  \"persons\": {", \
	    "\"owners\": { \"threshold\": 1, \"persons\": [\"mallory\"] },\n  \"persons\": { \"mallory\": { \"keys\": [ { " \
	    "\"type\": \"ed25519\", \"public\": \"KEY(mallory)\" } ] },"

/* One offer, beside version 1 (the root) and version 2 that ana and chi signed. */
static const struct offer {
	const char *what, *from, *to;
	uint64_t version;      /* of what is offered */
	bool follows_second;   /* else the first */
	const char *by[3];
	const char *code;      /* NULL: it is a version of the chain */
	enum wr_status status; /* not WR_OK: the whole chain is refused */
} offers[] = {
	{ "the next version, by two owners", CALLS("50"), 3, true, { "ana", "bo" }, NULL, WR_OK },
	{ "the next version, by one owner", CALLS("50"), 3, true, { "ana" }, "policy-quorum", WR_OK },
	{ "the next version, by one owner with two keys", CALLS("50"), 3, true, { "ana", "ana/2" }, "policy-quorum", WR_OK },
	{ "the next version, by its new owner alone", MALLORY, 3, true, { "mallory" }, "policy-quorum", WR_OK },
	{ "the same, and one of the old", MALLORY, 3, true, { "mallory", "ana" }, "policy-quorum", WR_OK },
	{ "the same without the new owner's word", MALLORY, 3, true, { "ana", "bo" }, "policy-quorum", WR_OK },
	{ "an older version after a newer", CALLS("900"), 2, false, { "ana" }, "policy-rollback", WR_OK },
	{ "an older version after a newer, by a quorum", CALLS("900"), 2, false, { "ana", "bo" }, "", WR_REFUSED },
	{ "a version that skips one, by a quorum", CALLS("50"), 4, true, { "ana", "bo" }, "policy-gap", WR_OK },
	{ "the next number, behind the first version", CALLS("50"), 3, false, { "ana", "bo" }, "policy-elsewhere", WR_OK },
	{ "another policy's next version", "\"acme-claims\"", "\"acme-loans\"", 3, true, { "ana", "bo" }, "policy-elsewhere",
	    WR_OK },
};

/* The text that is offered. The caller frees it. */
static char *
version_of(const struct offer *o, const char *second)
{
	static const char one[] = "\"version\": 1,", null[] = "\"follows\": null,";
	struct wd_digest follows =
	    wd_sha256(wr_text_of(o->follows_second ? second : fixture_policy_text(NULL, NULL)));
	const char *base = fixture_policy_text(o->from, o->to), *version = strstr(base, one), *rest = strstr(base, null);
	char *text = malloc(65536);
	struct wr_buf digest;

	cr_assert(text != NULL && version != NULL && rest != NULL);
	wr_buf_init(&digest, wd_alloc(), 128);
	wd_digest_write(&digest, &follows);
	version += strlen(one);
	(void)snprintf(text, 65536, "%.*s\"version\": %llu,%.*s\"follows\": \"%s\",%s",
	    (int)((size_t)(version - base) - strlen(one)), base, (unsigned long long)o->version, (int)(rest - version), version,
	    digest.at, rest + strlen(null));
	wr_buf_free(&digest);
	return text;
}

static void
offer(const struct offer *o)
{
	char *first = strdup(fixture_policy_text(NULL, NULL)), *second = strdup(fixture_policy_text_2(CALLS("10")));
	char *text = version_of(o, second);
	struct wr_text envelopes[5] = { fixture_envelope(WD_POLICY_TYPE, wr_text_of(second), "ana"),
		fixture_envelope(WD_POLICY_TYPE, wr_text_of(second), "chi") };
	struct wd_json_error error = { 0 };
	struct wd_chain chain;
	uint32_t len = 2;
	enum wr_status got;

	cr_assert_eq(wd_chain_read(&chain, wd_alloc(), wr_text_of(first), envelopes, 2, NULL, &error), WR_OK);
	cr_expect(chain.len == 2 && chain.notes_len == 0, "the untouched chain");
	wd_chain_free(&chain);
	for (size_t i = 0; i < 3 && o->by[i] != NULL; i++)
		envelopes[len++] = fixture_envelope(WD_POLICY_TYPE, wr_text_of(text), o->by[i]);
	got = wd_chain_read(&chain, wd_alloc(), wr_text_of(first), envelopes, len, NULL, &error);
	cr_expect_eq(got, o->status, "%s: %d %s %s", o->what, got, error.place, error.text);
	if (got == WR_OK) {
		cr_expect_eq(chain.policy.version, o->code == NULL ? 3u : 2u, "%s", o->what);
		cr_expect_eq(chain.notes_len, o->code == NULL ? 0 : len - 2, "%s", o->what);
		for (uint32_t i = 0; i < chain.notes_len; i++)
			cr_expect_str_eq(chain.notes[i].code, o->code, "%s: %s", o->what, chain.notes[i].code);
		wd_chain_free(&chain);
	} else {
		cr_expect_str_eq(error.text, "two versions follow the same one and both have a quorum", "%s", o->what);
	}
	for (uint32_t i = 0; i < len; i++)
		free((void *)(uintptr_t)envelopes[i].at);
	free(first);
	free(second);
	free(text);
}

Test(threats_policy, no_version_takes_the_policy_over)
{
	for (size_t i = 0; i < sizeof offers / sizeof *offers; i++)
		offer(&offers[i]);
}
