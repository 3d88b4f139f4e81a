#include "tests/support/trust_fixture.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/crypto_spki.h"
#include "runtime/trust/scope.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct wd_private_key
fixture_key(const char *person)
{
	struct wd_digest seed = wd_sha256(wr_text_of(person));
	struct wd_private_key key;
	struct wr_buf pem, spki;
	const char *why;

	/* the public half comes from reading what was written */
	memset(&key, 0, sizeof key);
	memcpy(key.seed, seed.at, sizeof key.seed);
	wr_buf_init(&pem, wd_alloc(), 1000);
	wr_buf_init(&spki, wd_alloc(), 1000);
	if (wd_private_key_write_pem(&key, &pem) != WR_OK ||
	    wd_pem_spki(wr_buf_view(&pem), &spki, &why) != WR_OK || spki.size != WD_PUBLIC_KEY_SPKI)
		abort();
	memcpy(key.public_key.at, spki.at + spki.size - sizeof key.public_key.at, sizeof key.public_key.at);
	wr_buf_free(&spki);
	wr_buf_free(&pem);
	return key;
}

static const char policy_text[] =
    "{\n"
    "  \"type\": \"writ-policy/1\", \"name\": \"acme-claims\", \"version\": 1,\n"
    "  \"issued\": \"2026-11-01T00:00:00Z\", \"expires\": \"2027-11-01T00:00:00Z\", \"follows\": "
    "null,\n"
    "  \"owners\": { \"threshold\": 2, \"persons\": [\"ana\", \"bo\", \"chi\"] },\n"
    "  \"persons\": {\n"
    "    \"ana\": { \"keys\": [ { \"type\": \"ed25519\", \"public\": \"KEY(ana)\" },\n"
    "                     { \"type\": \"ed25519\", \"public\": \"KEY(ana/2)\" } ] },\n"
    "    \"bo\": { \"keys\": [ { \"type\": \"ed25519\", \"public\": \"KEY(bo)\" } ] },\n"
    "    \"chi\": { \"keys\": [ { \"type\": \"ed25519\", \"public\": \"KEY(chi)\" } ] },\n"
    "    \"dee\": { \"keys\": [ { \"type\": \"ed25519\", \"public\": \"KEY(dee)\" },\n"
    "                     { \"type\": \"ed25519\", \"public\": \"KEY(dee/2)\" } ] },\n"
    "    \"eve\": { \"keys\": [ { \"type\": \"ed25519\", \"public\": \"KEY(eve)\" } ] }\n"
    "  },\n"
    "  \"roles\": { \"author\": [\"dee\"], \"security\": [\"ana\", \"bo\", \"eve\"], \"privacy\": "
    "[\"chi\", \"eve\"] },\n"
    "  \"labels\": { \"pii\": { \"owner\": \"privacy\" }, \"untrusted\": { \"owner\": \"security\" "
    "} },\n"
    "  \"backends\": {\n"
    "    \"house\": { \"protocol\": \"openai\", \"endpoint\": \"https://llm.acme.internal/v1\",\n"
    "               \"evidence\": \"provider-asserted\", \"accepts\": [\"pii\", \"untrusted\"], "
    "\"taints\": [] },\n"
    "    \"handbook\": { \"protocol\": \"sqlite\", \"endpoint\": \"policies\", \"evidence\": "
    "\"embedded\",\n"
    "                  \"accepts\": [\"untrusted\"], \"taints\": [\"untrusted\"] }\n"
    "  },\n"
    "  \"workflows\": { \"claims_triage\": { \"inputs\": { \"claim.story\": [\"pii\", "
    "\"untrusted\"] }, \"floor\": 3 } },\n"
    "  \"limits\": { \"models\": [\"house-large-*\"], \"calls\": 100, \"tokens\": 200000, "
    "\"time\": \"72h\", \"width\": 32 },\n"
    "  \"environments\": { \"development\": { \"require\": { \"security\": 1 }, \"approval_days\": "
    "30,\n"
    "                                     \"evidence\": [\"software\"] } },\n"
    "  \"reference_values\": { }, \"revoked\": []\n"
    "}\n";

/* KEY(name) becomes the base64 of name's public key, ID(name) what names it. */
static void
put_keys(const char *from, struct wr_buf *out)
{
	for (;;) {
		const char *found = strstr(from, "KEY("), *id = strstr(from, "ID(");
		bool named = id != NULL && (found == NULL || id < found);
		char name[64] = { 0 };
		struct wd_private_key key;
		struct wd_digest digest;
		const char *word;
		size_t size;

		if (found == NULL && id == NULL)
			break;
		found = named ? id : found;
		word = found + (named ? 3 : 4);
		size = strcspn(word, ")");
		memcpy(name, word, size < 63 ? size : 63);
		key = fixture_key(name);
		digest = wd_public_key_digest(&key.public_key);
		wr_buf_add(out, from, (size_t)(found - from));
		if (named)
			wd_digest_write(out, &digest);
		else
			wd_base64_write(out, key.public_key.at, 32);
		from = word + size + 1;
	}
	wr_buf_str(out, from);
}

const char *
fixture_policy_text(const char *from, const char *to)
{
	static char text[65536];
	char changed[32768];
	struct wr_buf out;

	if (from != NULL) {
		const char *found = strstr(policy_text, from);

		if (found == NULL || strlen(to) > 16000) {
			(void)fprintf(stderr, "not in the policy: %s\n", from);
			abort();
		}
		(void)snprintf(changed, sizeof changed, "%.*s%s%s", (int)(found - policy_text),
		    policy_text, to, found + strlen(from));
	} else {
		(void)snprintf(changed, sizeof changed, "%s", policy_text);
	}
	wr_buf_init(&out, wd_alloc(), sizeof text - 1);
	put_keys(changed, &out);
	memcpy(text, out.at, out.size + 1);
	wr_buf_free(&out);
	return text;
}

struct wd_policy
fixture_policy(const char *from, const char *to)
{
	struct wd_policy policy;
	struct wd_json_error error;

	if (wd_policy_read(
		&policy, wd_alloc(), wr_text_of(fixture_policy_text(from, to)), &error) != WR_OK) {
		(void)fprintf(stderr, "policy refused: line %u %s: %s\n", error.line, error.place,
		    error.text);
		abort();
	}
	return policy;
}

const char *
fixture_policy_text_2(const char *from, const char *to)
{
	static const char one[] = "\"version\": 1,", null[] = "null,";
	static char text[65536];
	struct wd_digest first = wd_sha256(wr_text_of(fixture_policy_text(NULL, NULL)));
	const char *changed = fixture_policy_text(from, to);
	const char *version = strstr(changed, one), *follows;
	struct wr_buf digest;

	if (version == NULL || (follows = strstr(version, null)) == NULL)
		abort();
	wr_buf_init(&digest, wd_alloc(), 128);
	wd_digest_write(&digest, &first);
	(void)snprintf(text, sizeof text, "%.*s\"version\": 2,%.*s\"%s\",%s", (int)(version - changed), changed,
	    (int)(follows - version - (ptrdiff_t)strlen(one)), version + strlen(one), digest.at,
	    follows + strlen(null));
	wr_buf_free(&digest);
	return text;
}

static struct wd_chain
chain_of(struct wr_text first, const struct wr_text *envelopes, uint32_t len)
{
	struct wd_chain chain;
	struct wd_json_error error = { 0 };

	if (wd_chain_read(&chain, wd_alloc(), first, envelopes, len, NULL, &error) != WR_OK) {
		(void)fprintf(stderr, "chain refused: %s: %s\n", error.place, error.text);
		abort();
	}
	return chain;
}

struct wd_chain
fixture_chain(const char *from, const char *to)
{
	return chain_of(wr_text_of(fixture_policy_text(from, to)), NULL, 0);
}

struct wd_chain
fixture_chain_of_two(const char *from, const char *to)
{
	struct wr_text second = wr_text_of(fixture_policy_text_2(from, to));
	struct wr_text envelopes[2] = { fixture_envelope(WD_POLICY_TYPE, second, "ana"),
		fixture_envelope(WD_POLICY_TYPE, second, "chi") };
	struct wd_chain chain =
	    chain_of(wr_text_of(fixture_policy_text(NULL, NULL)), envelopes, 2);

	if (chain.len != 2)
		abort();
	free((void *)(uintptr_t)envelopes[0].at);
	free((void *)(uintptr_t)envelopes[1].at);
	return chain;
}

#define T(literal)                                                                                 \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}
#define PII 1u
#define UNTRUSTED 2u

static const struct wr_summary_label labels[] = { { T("pii"), T("personal data") },
	{ T("untrusted"), T("") } };
static const struct wr_summary_input inputs[] = { { T("claim"), PII | UNTRUSTED } };
static const struct wr_summary_backend backends[] = {
	{ T("house"), "llm", PII | UNTRUSTED, 0, PII | UNTRUSTED },
	{ T("handbook"), "retrieve", UNTRUSTED, UNTRUSTED, UNTRUSTED },
};
static const struct wr_summary_agent agents[] = {
	{ .name = T("summarise"),
	    .backend = 0,
	    .model = T("house-large-1"),
	    .reaches = PII | UNTRUSTED,
	    .timeout_ms = 30000,
	    .sites = 1 },
	{ .name = T("look_up"),
	    .backend = 1,
	    .reaches = UNTRUSTED,
	    .timeout_ms = 30000,
	    .sites = 1 },
};
static const struct wr_summary_drop drops[] = {
	{ .name = T("summarise"),
	    .is_agent = true,
	    .labels = PII,
	    .reason = T("only the loss"),
	    .millibits = 4800000 },
};

struct wr_summary
fixture_summary(void)
{
	return (struct wr_summary){
		.workflow = T("claims_triage"),
		.labels = labels,
		.labels_len = 2,
		.inputs = inputs,
		.inputs_len = 1,
		.backends = backends,
		.backends_len = 2,
		.agents = agents,
		.agents_len = 2,
		.drops = drops,
		.drops_len = 1,
		.result_labels = PII,
		.worst = { .calls = 2, .tokens = 9000, .time_ms = 60000, .width = 2 },
		.promised = { .calls = 4, .tokens = 10000, .time_ms = 120000, .width = 4 },
	};
}

static bool
labels_at(const void *module, struct wr_text path, uint64_t *ret_labels)
{
	const struct wr_summary *s = module;

	if (!wr_text_eq(path, WR_TEXT("claim")) && !wr_text_eq(path, WR_TEXT("claim.story")))
		return false;
	*ret_labels = s->inputs[0].labels;
	return true;
}

struct wd_subject
fixture_subject(const struct wr_summary *summary)
{
	return (struct wd_subject){ .digest = wd_sha256(WR_TEXT("the bytecode")),
		.summary = summary,
		.packet = WR_TEXT("packet/2\n..."),
		.labels_at = labels_at,
		.module = summary };
}

struct wd_record
fixture_submission(const struct wd_subject *subject)
{
	return (struct wd_record){ .kind = WD_SUBMISSION,
		.subject = subject->digest,
		.submission = {
		    .workflow = T("claims_triage"), .version = 3, .message = T("first") } };
}

struct wd_record
fixture_approval(const struct wd_policy *policy, const struct wd_subject *subject, const char *role)
{
	struct wd_record r = { .kind = WD_APPROVAL,
		.subject = subject->digest,
		.approval = { .approves = true,
		    .role = wr_text_of(role),
		    .environment = T("development"),
		    .policy = policy->digest,
		    .packet = wd_sha256(subject->packet),
		    .not_before = FIXTURE_NOW - 3600,
		    .not_after = FIXTURE_NOW + 86400,
		    .message = T("") } };

	if (subject->summary != NULL &&
	    wd_scope_digest(policy, subject->summary, WR_TEXT("development"), wd_alloc(),
		&r.approval.scope) != WR_OK)
		abort();
	return r;
}

struct wd_record
fixture_withdrawal(const struct wd_subject *subject)
{
	return (struct wd_record){ .kind = WD_WITHDRAWAL,
		.subject = subject->digest,
		.withdrawal = { .all = true, .at = FIXTURE_NOW - 60, .message = T("") } };
}

static const struct wd_test_case cases[] = {
	{ T("pays a small claim"), WD_RESULT_PASSED, WD_TEST_STUBS, false, { { 0 } } },
	{ T("asks about a large one"), WD_RESULT_PASSED, WD_TEST_RECORDING, true, { { 1 } } },
	{ T("says why"), WD_RESULT_FAILED, WD_TEST_LIVE, true, { { 2 } } },
	{ T("is quick"), WD_RESULT_SKIPPED, WD_TEST_NOBODY, false, { { 0 } } },
};

struct wd_record
fixture_tested(const struct wd_subject *subject)
{
	return (struct wd_record){ .kind = WD_TESTED,
		.subject = subject->digest,
		.tested = { .source = wd_sha256(WR_TEXT("the source")), .at = FIXTURE_NOW - 600, .cases = cases, .cases_len = 4 } };
}

enum wr_status
fixture_seal(const struct wd_record *record, const struct wd_private_key *key,
    const struct wr_alloc *alloc, struct wr_buf *out)
{
	struct wr_buf payload;
	enum wr_status status;

	wr_buf_init(&payload, alloc, WD_ENVELOPE_MAX);
	status = wd_record_payload(record, alloc, &payload);
	if (status == WR_OK)
		status = wd_envelope_sign(
		    key, WR_TEXT(WD_RECORD_TYPE), wr_buf_view(&payload), alloc, out);
	wr_buf_free(&payload);
	return status;
}

struct wr_text
fixture_sign(const struct wd_record *record, const char *person)
{
	struct wd_private_key key = fixture_key(person);
	struct wr_buf out;

	wr_buf_init(&out, wd_alloc(), WD_ENVELOPE_MAX);
	if (fixture_seal(record, &key, wd_alloc(), &out) != WR_OK)
		abort();
	return wr_buf_view(&out);
}

struct wr_text
fixture_envelope(const char *type, struct wr_text payload, const char *person)
{
	struct wd_private_key key = fixture_key(person);
	struct wr_buf out;

	wr_buf_init(&out, wd_alloc(), 1 << 20);
	if (wd_envelope_sign(&key, wr_text_of(type), payload, wd_alloc(), &out) != WR_OK)
		abort();
	return wr_buf_view(&out);
}
