/*
 * Questions to the gate from bytes. It decides what is asked, never what the answer is: `scenario_agrees` holds
 * the gate's answer to the second opinion's, and to its own in another order.
 */
#include "tests/support/scenario_parts.h"
#include "runtime/sysalloc.h"
#include "tests/support/second_policy.h"
#include "tests/support/signers.h"
#include "tests/support/trust_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DAY 86400
#define say wr_buf_str
#define TEXT_MAX (1u << 18)

/* ---- bytes -------------------------------------------------------------------------------- */

/* Change a few bytes: another value, one in or out, a piece of the input in. */
static void
spoil(struct scenario *s, struct wr_buf *b, unsigned often)
{
	unsigned edits = rarely(s, often) ? 1 + take(s) % 3 : 0;

	while (edits-- > 0 && b->size > 0 && b->status == WR_OK) {
		size_t at = (take(s) << 8 | take(s)) % b->size, len;
		unsigned how = take(s) % 6, byte = take(s);
		struct wr_buf next;

		wr_buf_init(&next, wd_alloc(), TEXT_MAX);
		wr_buf_add(&next, b->at, at);
		if (how == 0) {
			wr_buf_byte(&next, (uint8_t)byte);
		} else if (how == 1) {
			wr_buf_byte(&next, (uint8_t)(b->at[at] ^ (1 << byte % 8)));
		} else if (how == 2) {
			wr_buf_byte(&next, (uint8_t)byte);
			wr_buf_byte(&next, (uint8_t)b->at[at]);
		} else if (how == 3) {
			len = byte % 16 < s->left ? byte % 16 : s->left;
			wr_buf_add(&next, s->at, len);
			wr_buf_byte(&next, (uint8_t)b->at[at]);
			s->at += len;
			s->left -= len;
		} else if (how == 4) {
			wr_buf_byte(&next, (uint8_t)(b->at[at] + 1));
		}
		wr_buf_add(&next, b->at + at + 1, b->size - at - 1);
		wr_buf_free(b);
		*b = next;
	}
}

static void
say_digest(struct wr_buf *out, const struct wd_digest *d)
{
	say(out, "\"");
	wd_digest_write(out, d);
	say(out, "\"");
}

static void
say_date(struct wr_buf *out, int64_t at)
{
	char text[32];
	time_t t = (time_t)at;
	struct tm tm;

	(void)gmtime_r(&t, &tm);
	(void)strftime(text, sizeof text, "\"%Y-%m-%dT%H:%M:%SZ\"", &tm);
	say(out, text);
}

/* ---- envelopes ----------------------------------------------------------------------------- */

/* Sign the payload and add the envelope to a list; each layer may be spoilt. */
static void
seal(struct scenario *s, struct wr_text *list, uint32_t *len, const char *type, struct wr_text payload, enum signer who)
{
	static const char *const hashes[] = { NULL, "sha256", "sha1" }, *const spaces[] = { NULL, "file", "" };
	static const unsigned char flags[] = { 0, 4, 1, 5, 0xff };
	struct signing how = { .pair = rarely(s, 2), .hash = hashes[pick(s, 3, 8)], .namespace = spaces[pick(s, 3, 12)],
		.flags = flags[pick(s, 5, 8)], .odd = (enum signing_odd)pick(s, ODD_LEN, 12) };
	struct wd_digest id = signer_id(who), other = signer_id((enum signer)(take(s) % SIGNERS_LEN));
	unsigned hint = pick(s, 4, 6);
	struct wr_buf pae, sig, out;

	wr_buf_init(&pae, wd_alloc(), TEXT_MAX);
	wr_buf_init(&sig, wd_alloc(), TEXT_MAX);
	wr_buf_init(&out, wd_alloc(), TEXT_MAX);
	say(&pae, "DSSEv1 ");
	wr_buf_u64(&pae, strlen(type));
	say(&pae, " ");
	say(&pae, type);
	say(&pae, " ");
	wr_buf_u64(&pae, payload.size);
	say(&pae, " ");
	wr_buf_text(&pae, payload);
	spoil(s, &pae, 40);
	signer_sign(who, wr_buf_view(&pae), how, &sig);
	spoil(s, &sig, 40);
	say(&out, "{\"payload\":\"");
	wd_base64_write(&out, payload.at, payload.size);
	say(&out, "\",\"payloadType\":\"");
	say(&out, rarely(s, 60) ? "text/plain" : type);
	say(&out, "\",\"signatures\":[{");
	if (hint != 1) {
		say(&out, "\"keyid\":");
		if (hint == 2)
			say(&out, "\"my key\"");
		else
			say_digest(&out, hint == 3 ? &other : &id);
		say(&out, ",");
	}
	say(&out, "\"sig\":\"");
	wd_base64_write(&out, sig.at, sig.size);
	say(&out, "\"}]}\n");
	spoil(s, &out, 40);
	wr_buf_free(&pae);
	wr_buf_free(&sig);
	if (*len < SCENARIO_TEXTS)
		list[(*len)++] = wr_buf_view(&out);
	else
		wr_buf_free(&out);
}

/* ---- policies ------------------------------------------------------------------------------ */

static void
say_person(struct wr_buf *out, const char *name, enum signer a, enum signer b)
{
	say(out, "\"");
	say(out, name);
	say(out, "\": { \"keys\": [ ");
	signer_key(a, out);
	if (b != a) {
		say(out, ", ");
		signer_key(b, out);
	}
	say(out, name[0] == 'f' ? " ] } }" : " ] },\n");
}

static void
say_people(struct scenario *s, struct wr_buf *out)
{
	static const char *const owners[] = { "2, \"persons\": [\"ana\", \"bo\", \"chi\"]",
		"1, \"persons\": [\"chi\", \"fay\"]", "3, \"persons\": [\"ana\", \"bo\", \"chi\", \"eve\"]",
		"2, \"persons\": [\"ana\"]" };
	static const char *const security[] = { "\"ana\", \"bo\", \"eve\"", "\"ana\", \"dee\", \"bo\", \"eve\"",
		"\"eve\", \"fay\"", "\"bo\", \"bo\"" };
	static const char *const author[] = { "\"dee\"", "\"dee\", \"bo\"", "\"chi\"" };

	say(out, "\"owners\": { \"threshold\": ");
	say(out, owners[pick(s, 4, s->policies_len > 0 ? 3 : 8)]);
	say(out, " },\n\"persons\": { ");
	say_person(out, "ana", ANA, rarely(s, 30) ? BO : ANA_2);
	say_person(out, "bo", BO, BO);
	say_person(out, "chi", CHI, CHI);
	say_person(out, "dee", DEE, DEE_2);
	say_person(out, "eve", EVE, EVE_2);
	say_person(out, "fay", FAY, FAY);
	say(out, ",\n\"roles\": { \"author\": [");
	say(out, author[pick(s, 3, 8)]);
	say(out, "], \"security\": [");
	say(out, security[pick(s, 4, 8)]);
	say(out, "], \"privacy\": [\"chi\", \"eve\"] },\n");
}

static void
say_places(struct scenario *s, struct wr_buf *out)
{
	static const char *const labels[] = { "\"pii\": { \"owner\": \"privacy\" }, \"untrusted\": { \"owner\": \"security\" }",
		"\"untrusted\": { \"owner\": \"security\" }, \"pii\": { \"owner\": \"security\" }", "\"untrusted\": { \"owner\": \"security\" }" };
	static const char *const accepts[] = { "\"pii\", \"untrusted\"", "\"untrusted\"", "\"untrusted\", \"pii\"" };
	static const char *const endpoints[] = { "https://llm.acme.internal/v1", "https://llm.acme.internal/v2", "http://x" };
	static const char *const protocols[] = { "openai", "http" };
	static const char *const inputs[] = { "\"claim.story\": [\"pii\", \"untrusted\"]", "\"claim\": [\"pii\"]", "\"other\": []", "" };
	static const char *const floors[] = { "3", "4", "2" };

	say(out, "\"labels\": { ");
	say(out, labels[pick(s, 3, 10)]);
	say(out, " },\n\"backends\": { \"house\": { \"protocol\": \"");
	say(out, protocols[pick(s, 2, 20)]);
	say(out, "\", \"endpoint\": \"");
	say(out, endpoints[pick(s, 3, 8)]);
	say(out, "\", \"evidence\": \"provider-asserted\", \"accepts\": [");
	say(out, accepts[pick(s, 3, 12)]);
	say(out, rarely(s, 20) ? "], \"taints\": [\"untrusted\"] }" : "], \"taints\": [] }");
	if (!rarely(s, 30))
		say(out, ",\n\"handbook\": { \"protocol\": \"sqlite\", \"endpoint\": \"policies\", \"evidence\": \"embedded\", "
			 "\"accepts\": [\"untrusted\"], \"taints\": [\"untrusted\"] }");
	say(out, " },\n\"workflows\": { \"");
	say(out, rarely(s, 30) ? "another" : "claims_triage");
	say(out, "\": { \"inputs\": { ");
	say(out, inputs[pick(s, 4, 12)]);
	say(out, " }, \"floor\": ");
	say(out, floors[pick(s, 3, 8)]);
	say(out, " } },\n");
}

static void
say_rules(struct scenario *s, struct wr_buf *out)
{
	static const char *const models[] = { "\"house-large-*\"", "\"*-1\", \"small\"", "\"house-*-l*1\"", "\"house\"" };
	static const char *const limits[] = { "\"calls\": 100, \"tokens\": 200000, \"time\": \"72h\", \"width\": 32",
		"\"calls\": 4, \"tokens\": 10000, \"time\": \"120s\", \"width\": 4",
		"\"calls\": 3, \"tokens\": 10000, \"time\": \"2m\", \"width\": 4",
		"\"calls\": 4, \"tokens\": 9999, \"time\": \"2m\", \"width\": 4",
		"\"calls\": 4, \"tokens\": 10000, \"time\": \"119s\", \"width\": 4",
		"\"calls\": 4, \"tokens\": 10000, \"time\": \"120000ms\", \"width\": 3" };
	static const char *const require[] = { "\"security\": 1", "\"security\": 2", "\"security\": 2, \"privacy\": 2",
		"\"privacy\": 2", "\"author\": 1, \"security\": 1" };
	static const char *const days[] = { "30", "1", "29" };
	static const char *const evidence[] = { "\"software\"", "\"software\", \"tpm2\"", "\"tdx\"", "\"sev-snp\", \"tpm2\"" };

	say(out, "\"limits\": { \"models\": [");
	say(out, models[pick(s, 4, 10)]);
	say(out, "], ");
	say(out, limits[pick(s, 6, 8)]);
	say(out, " },\n\"environments\": { \"development\": { \"require\": { ");
	say(out, require[pick(s, 5, 4)]);
	say(out, " }, \"approval_days\": ");
	say(out, days[pick(s, 3, 10)]);
	say(out, ", \"evidence\": [");
	say(out, evidence[pick(s, 4, 10)]);
	say(out, "] }, \"production\": { \"require\": { \"security\": 1 }, \"approval_days\": 180, \"evidence\": [\"tdx\"] } },\n");
}

/* A version of the policy; 1 follows nothing. Names what is revoked when bytes say so. */
static void
say_policy(struct scenario *s, unsigned version, struct wr_buf *out)
{
	static const char *const names[] = { "acme-claims", "acme" };
	static const struct { const char *from, *to; } terms[] = {
		{ "2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z" },
		{ "2026-11-22T05:00:00Z", "2026-11-22T05:00:01Z" },
		{ "2026-11-22T05:00:01Z", "2027-11-22T05:00:01Z" },
		{ "2026-11-01T00:00:00Z", "2026-11-22T05:00:00Z" },
	};
	unsigned term = pick(s, 4, 16);
	struct wd_digest revoked = signer_id((enum signer)(take(s) % SIGNERS_LEN));

	say(out, "{ \"type\": \"writ-policy/1\", \"name\": \"");
	say(out, names[pick(s, 2, 40)]);
	say(out, "\", \"version\": ");
	wr_buf_u64(out, version);
	say(out, ", \"issued\": \"");
	say(out, terms[term].from);
	say(out, "\", \"expires\": \"");
	say(out, terms[term].to);
	say(out, "\", \"follows\": ");
	if (version == 1)
		say(out, "null");
	else
		say_digest(out, &s->policies[take(s) % 12 == 11 ? take(s) % s->policies_len : version - 2]);
	say(out, ",\n");
	say_people(s, out);
	say_places(s, out);
	say_rules(s, out);
	say(out, "\"reference_values\": { }, \"revoked\": [");
	if (rarely(s, 8)) {
		say(out, "{ \"key\": ");
		say_digest(out, &revoked);
		say(out, ", \"reason\": \"lost\" }");
	}
	say(out, "] }\n");
	spoil(s, out, 24);
}

static void
name_policy(struct scenario *s, struct wr_text bytes)
{
	struct second_policy p;

	s->policies[s->policies_len] = second_hash(bytes.at, bytes.size);
	if (second_policy_read(bytes, &p)) {
		s->scopes[s->policies_len] = second_scope(&p, &s->now, WR_TEXT("development"));
		second_policy_free(&p);
	}
	s->policies_len++;
}

/* Versions 2 and 3, or two that both follow the first, signed by some. */
static void
draw_versions(struct scenario *s)
{
	unsigned more = pick(s, 3, 3);

	for (unsigned i = 0; i < more; i++) {
		static const unsigned signers[] = { 1 << ANA | 1 << CHI, 1 << ANA_2 | 1 << BO, 1 << CHI | 1 << FAY, 1 << CHI,
			1 << ANA | 1 << BO | 1 << CHI | 1 << FAY, 1 << ANA | 1 << ANA_2, 1 << ANA | 1 << DEE,
			1 << ANA | 1 << CHI | 1 << EVE };
		unsigned version = take(s) % 10 == 9 ? 1 + take(s) % 4 : i + 2, odd = take(s) % 10;
		unsigned who = odd == 9 ? take(s) : signers[odd == 8 ? 0 : odd];
		struct wr_buf text;

		version = version < 2 || version > s->policies_len + 1 ? s->policies_len + 1 : version;
		wr_buf_init(&text, wd_alloc(), TEXT_MAX);
		say_policy(s, version, &text);
		for (unsigned k = 0; k < MALLORY; k++)
			if ((who >> k & 1) != 0)
				seal(s, s->versions, &s->versions_len, WD_POLICY_TYPE, wr_buf_view(&text), (enum signer)k);
		name_policy(s, wr_buf_view(&text));
		wr_buf_free(&text);
	}
}

/* ---- records ------------------------------------------------------------------------------- */

/* What it follows or compares with; of others than the workflow, in a line of versions, anything. */
static void
say_follows(struct scenario *s, bool line, struct wr_buf *out)
{
	bool has = line ? take(s) % 4 != 3 : (s->subject.basis != NULL) != rarely(s, 16);
	struct wd_digest d = scenario_digest(line ? take(s) % 5 : pick(s, 4, 16) + 1);

	if (has)
		say_digest(out, &d);
	else
		say(out, "null");
}

static void
say_submission(struct scenario *s, bool line, struct wr_buf *out)
{
	say(out, "\"follows\":");
	say_follows(s, line, out);
	say(out, ",\"message\":\"");
	wr_buf_u64(out, pick(s, 4, 2));
	say(out, "\",\"version\":");
	wr_buf_u64(out, 3 + pick(s, 3, 3) - pick(s, 3, 12));
	say(out, rarely(s, 20) ? ",\"workflow\":\"another\"" : ",\"workflow\":\"claims_triage\"");
}

static void
say_approval(struct scenario *s, const char *role, struct wr_buf *out)
{
	static const int64_t before[] = { -3600, 0, 1, -1, -30 * DAY, -30 * DAY - 1, -30 * DAY + 1, -DAY, -DAY - 1, -7200, -600 };
	static const int64_t after[] = { DAY, 0, 1, -1, 2 * DAY };
	struct wd_digest junk = scenario_digest(99), packet = second_hash(s->subject.packet.at, s->subject.packet.size);
	unsigned policy = s->policies_len - 1 - (pick(s, 3, 4) % s->policies_len), scope = pick(s, 3, 10);

	say(out, "\"basis\":");
	say_follows(s, false, out);
	say(out, rarely(s, 6) ? ",\"decision\":\"reject\"" : ",\"decision\":\"approve\"");
	say(out, rarely(s, 20) ? ",\"environment\":\"production\"" : ",\"environment\":\"development\"");
	say(out, ",\"log_index\":null,\"message\":\"");
	wr_buf_u64(out, pick(s, 4, 2));
	say(out, "\",\"not_after\":");
	say_date(out, s->in.now + after[pick(s, 5, 8)]);
	say(out, ",\"not_before\":");
	say_date(out, s->in.now + before[pick(s, 11, 4)]);
	say(out, ",\"packet\":");
	say_digest(out, rarely(s, 20) ? &junk : &packet);
	say(out, ",\"policy\":");
	say_digest(out, rarely(s, 20) ? &junk : &s->policies[policy]);
	say(out, ",\"role\":\"");
	say(out, role);
	say(out, "\",\"scope\":");
	say_digest(out, scope == 2 ? &junk : &s->scopes[scope == 1 ? 0 : s->policies_len - 1]);
}

static void
say_tests(struct scenario *s, struct wr_buf *out)
{
	say(out, "\"at\":");
	say_date(out, s->in.now);
	say(out, ",\"cases\":[{\"adaptor\":\"stubs\",\"name\":\"one\",\"recording\":null,\"result\":\"");
	say(out, rarely(s, 3) ? "failed\"}],\"source\":" : "passed\"}],\"source\":");
	say_digest(out, &s->subject.digest);
}

/* What names a record from before, when the bytes it came in are still a record's. */
static void
say_named(struct scenario *s, struct wr_buf *out)
{
	struct wd_digest pair[2], name = scenario_digest(7);
	const struct wr_text *r = s->records_len == 0 ? NULL : &s->records[take(s) % s->records_len];
	json_t *top = r == NULL ? NULL : second_json(r->at, r->size, TEXT_MAX);
	const char *payload = json_string_value(json_object_get(top, "payload"));
	const json_t *keyid = json_object_get(json_array_get(json_object_get(top, "signatures"), 0), "keyid");
	struct second_blob bytes = payload == NULL ? (struct second_blob){ NULL, 0 }
						   : second_unbase64(payload, strlen(payload));

	if (bytes.at != NULL && second_digest(keyid, &pair[1])) {
		pair[0] = second_hash(bytes.at, bytes.size);
		name = second_hash(pair, sizeof pair);
	}
	say_digest(out, &name);
	free(bytes.at);
	json_decref(top);
}

static void
add_record(struct scenario *s, unsigned kind, enum signer who, const char *role)
{
	static const char *const kinds[] = { "submission", "approval", "withdrawal", "revocation", "test" };
	bool line = kind == 0 && role == NULL && s->in.has_running && take(s) % 2 == 1; /* what was before, or after */
	struct wd_digest about = line || rarely(s, 20) ? scenario_digest(take(s) % 5) : s->about;
	bool of_key = kind == 3 && take(s) % 2 == 0;
	struct wr_buf out;

	if (of_key)
		about = signer_id((enum signer)(take(s) % SIGNERS_LEN));
	wr_buf_init(&out, wd_alloc(), TEXT_MAX);
	say(&out, "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{");
	if (kind == 0) {
		say_submission(s, line, &out);
	} else if (kind == 1) {
		say_approval(s, role, &out);
	} else if (kind == 4) {
		say_tests(s, &out);
	} else {
		if (kind == 2) {
			say(&out, "\"approval\":");
			if (rarely(s, 2))
				say(&out, "\"all\"");
			else
				say_named(s, &out);
		}
		say(&out, kind == 2 ? ",\"at\":" : "\"at\":");
		say_date(&out, s->in.now - 3600 + (int64_t)(take(s) % 5) - 2);
		say(&out, kind == 2 ? "" : of_key ? ",\"last_log_index\":null,\"of\":\"key\"" : ",\"last_log_index\":null,\"of\":\"workflow\"");
		say(&out, ",\"message\":\"\"");
	}
	say(&out, "},\"predicateType\":\"" WD_PREDICATE);
	say(&out, kinds[kind]);
	say(&out, "/1\",\"subject\":[{\"digest\":{\"sha256\":\"");
	wr_buf_hex(&out, about.at, 32);
	say(&out, "\"}}]}");
	spoil(s, &out, 24);
	seal(s, s->records, &s->records_len, WD_RECORD_TYPE, wr_buf_view(&out), who);
	for (unsigned more = kind < 2 || kind > 3 ? 0 : take(s) % 3; more > 0; more--) /* what takes a quorum is said by several */
		seal(s, s->records, &s->records_len, WD_RECORD_TYPE, wr_buf_view(&out), (enum signer)(take(s) % SIGNERS_LEN));
	wr_buf_free(&out);
}

static void
draw_records(struct scenario *s)
{
	static const char *const roles[] = { "security", "privacy", "author", "nothing" };
	unsigned more = take(s) % 8, line = s->in.has_running ? take(s) % 4 : 0;

	if (!rarely(s, 16))
		add_record(s, 0, DEE, "");
	while (line-- > 0)
		add_record(s, 0, DEE, NULL);
	if (!rarely(s, 12))
		add_record(s, 1, BO, "security");
	if (!rarely(s, 12))
		add_record(s, 1, CHI, "privacy");
	while (more-- > 0) {
		unsigned kind = take(s) % 11;

		add_record(s, kind < 6 ? 1 : kind - 6, (enum signer)(take(s) % SIGNERS_LEN),
		    roles[rarely(s, 10) ? take(s) % 4 : take(s) % 2]);
	}
}

/* What was said of earlier versions: 2 and 3, which are submitted as 1 to 5. */
static void
draw_past(struct scenario *s)
{
	scenario_draw_past(s);
	for (unsigned i = 0; i < 2; i++) {
		s->about = scenario_digest(2 + i);
		add_record(s, 0, DEE, NULL);
		if (take(s) % 3 != 0)
			add_record(s, 1, BO, "security");
		if (take(s) % 3 != 0)
			add_record(s, 1, CHI, "privacy");
		if (rarely(s, 8))
			add_record(s, take(s) % 4, (enum signer)(take(s) % SIGNERS_LEN), take(s) % 2 == 0 ? "security" : "privacy");
	}
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void
draw_place(struct scenario *s)
{
	static const char *const environments[] = { "development", "production", "elsewhere" };
	static const char *const evidence[] = { "software", "", "tpm2", "tdx", "sev-snp", "paper" };
	static const char *const bindings[] = { "",
		"{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":{\"house\":{\"adaptor\":\"extract\"}}}",
		"{\"type\":\"writ-bindings/1\",\"environment\":\"production\",\"backends\":{\"house\":{\"credential\":\"env:KEY\"}}}",
		"{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":{\"elsewhere\":{}}}",
		"{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":{\"handbook\":{\"adaptor\":\"http\",\"address\":\"http://x\"}}}" };

	s->in.environment = wr_text_of(environments[pick(s, 3, 16)]);
	s->in.evidence = wr_text_of(evidence[pick(s, 6, 10)]);
	s->in.now = FIXTURE_NOW;
	say(&s->bindings, bindings[pick(s, 5, 8)]);
	spoil(s, &s->bindings, 40);
	s->in.version_seen = pick(s, 6, 8);
	s->in.rollback = rarely(s, 8);
	s->in.has_running = rarely(s, 6);
	s->in.running = scenario_digest(take(s) % 5);
	s->in.unread = wr_text_of(rarely(s, 30) ? "a record" : "");
}

void
scenario_start(struct scenario *s, const uint8_t *bytes, size_t size)
{
	memset(s, 0, sizeof *s);
	s->at = bytes;
	s->left = size;
	s->calm = take(s) % 3 != 0;
	wr_buf_init(&s->first, wd_alloc(), TEXT_MAX);
	wr_buf_init(&s->bindings, wd_alloc(), TEXT_MAX);
	draw_place(s);
	scenario_draw_workflow(s);
	if (rarely(s, 4))
		scenario_draw_basis(s);
	say_policy(s, 1, &s->first);
	s->ask.root = second_hash(s->first.at, s->first.size);
	name_policy(s, wr_buf_view(&s->first));
	draw_versions(s);
	if (rarely(s, 40))
		spoil(s, &s->first, 1);
	s->about = s->subject.digest;
	draw_records(s);
	if (rarely(s, 3))
		draw_past(s);
	s->in.subject = &s->subject;
	s->in.records = s->records;
	s->in.records_len = s->records_len;
	s->ask.in = &s->in;
	s->ask.first = wr_buf_view(&s->first);
	s->ask.versions = s->versions;
	s->ask.versions_len = s->versions_len;
	s->ask.bindings = wr_buf_view(&s->bindings);
}

void
scenario_end(struct scenario *s)
{
	for (uint32_t i = 0; i < s->records_len; i++)
		free((void *)(uintptr_t)s->records[i].at);
	for (uint32_t i = 0; i < s->versions_len; i++)
		free((void *)(uintptr_t)s->versions[i].at);
	wr_buf_free(&s->first);
	wr_buf_free(&s->bindings);
}
