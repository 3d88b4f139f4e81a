/* Records: signed, opened, and all that is not a record refused with its code. */
#include "runtime/sysalloc.h"
#include "runtime/trust/scope.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/trust_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(record, .timeout = 60);

static void
drop(struct wr_text t)
{
	free((void *)(uintptr_t)t.at);
}

Test(record, says_what_was_signed_and_who_signed_it)
{
	struct wd_policy p = fixture_policy(NULL, NULL);
	struct wr_summary summary = fixture_summary();
	struct wd_subject s = fixture_subject(&summary);
	struct wd_record r = fixture_approval(&p, &s, "security"), got;
	struct wd_record_problem problem;
	struct wr_text bytes;
	struct wr_buf payload;
	struct wd_digest digest, named;
	uint8_t pair[64];

	r.approval.message = WR_TEXT("looks right \xE2\x80\xAE to \"me\"");
	bytes = fixture_sign(&r, "ana/2");
	wr_buf_init(&payload, wd_alloc(), WD_ENVELOPE_MAX);
	cr_assert_eq(wd_record_payload(&r, wd_alloc(), &payload), WR_OK);
	digest = wd_sha256(wr_buf_view(&payload));
	wr_buf_free(&payload);
	cr_assert_eq(wd_record_open(&p, bytes, wd_alloc(), &got, &problem), WR_OK);
	memcpy(pair, digest.at, 32);
	memcpy(pair + 32, got.key.at, 32);
	named = wd_sha256((struct wr_text){ (const char *)pair, sizeof pair });
	cr_expect_eq(got.kind, WD_APPROVAL);
	cr_expect_eq(got.signer, wd_policy_person(&p, WR_TEXT("ana")));
	cr_expect(wd_digest_eq(&got.subject, &s.digest) && wd_digest_eq(&got.digest, &named));
	cr_expect(got.approval.approves && !got.approval.has_basis);
	cr_expect(wr_text_eq(got.approval.role, WR_TEXT("security")));
	cr_expect(wr_text_eq(got.approval.message, r.approval.message));
	cr_expect(wd_digest_eq(&got.approval.scope, &r.approval.scope));
	cr_expect_eq(got.approval.not_before, r.approval.not_before);
	wd_record_free(&got);
	drop(bytes);
	r = fixture_submission(&s);
	r.submission.has_follows = true;
	r.submission.follows = wd_sha256(WR_TEXT("older"));
	bytes = fixture_sign(&r, "dee");
	cr_assert_eq(wd_record_open(&p, bytes, wd_alloc(), &got, &problem), WR_OK);
	cr_expect(
	    got.kind == WD_SUBMISSION && got.submission.version == 3 && got.submission.has_follows);
	cr_expect(wd_digest_eq(&got.submission.follows, &r.submission.follows));
	wd_record_free(&got);
	drop(bytes);
	r = fixture_withdrawal(&s);
	bytes = fixture_sign(&r, "ana");
	cr_assert_eq(wd_record_open(&p, bytes, wd_alloc(), &got, &problem), WR_OK);
	cr_expect(got.kind == WD_WITHDRAWAL && got.withdrawal.all &&
		  got.withdrawal.at == r.withdrawal.at);
	wd_record_free(&got);
	drop(bytes);
	r = fixture_tested(&s);
	bytes = fixture_sign(&r, "bo");
	cr_assert_eq(wd_record_open(&p, bytes, wd_alloc(), &got, &problem), WR_OK);
	cr_expect(got.kind == WD_TESTED && got.tested.at == r.tested.at && got.tested.cases_len == 4);
	cr_expect(wd_digest_eq(&got.tested.source, &r.tested.source));
	for (uint32_t i = 0; i < 4; i++) {
		const struct wd_test_case *a = &got.tested.cases[i], *b = &r.tested.cases[i];

		cr_expect(wr_text_eq(a->name, b->name) && a->result == b->result && a->adaptor == b->adaptor &&
		    a->has_recording == b->has_recording && (!b->has_recording || wd_digest_eq(&a->recording, &b->recording)),
		    "case %u", (unsigned)i);
	}
	wd_record_free(&got);
	drop(bytes);
	wd_policy_free(&p);
}

/* The good approval's payload, once, for the cases to spoil. */
static struct wr_buf
good_payload(const struct wd_policy *p, const struct wd_subject *s)
{
	struct wd_record r = fixture_approval(p, s, "security");
	struct wr_buf payload;

	wr_buf_init(&payload, wd_alloc(), 1 << 16);
	cr_assert_eq(wd_record_payload(&r, wd_alloc(), &payload), WR_OK);
	return payload;
}

/* The payload with one thing changed, and signed by ana: refused so, and there. */
static void
refuses(const struct wd_policy *p, const struct wr_buf *good, const char *from, const char *to, enum wd_code code,
    const char *place)
{
	const char *found = strstr(good->at, from);
	char payload[4096];
	struct wd_record r;
	struct wd_record_problem problem = { 0 };
	struct wr_text bytes;

	cr_assert_not_null(found, "%s in %s", from, good->at);
	(void)snprintf(payload, sizeof payload, "%.*s%s%s", (int)(found - good->at), good->at, to, found + strlen(from));
	bytes = fixture_envelope(WD_RECORD_TYPE, wr_text_of(payload), "ana");
	cr_expect_eq(wd_record_open(p, bytes, wd_alloc(), &r, &problem), WR_REFUSED, "%s", to);
	cr_expect_eq(problem.code, code, "%s: %s", to, wd_code_word(problem.code));
	cr_expect_str_eq(problem.place, place, "%s: %s", to, problem.why);
	drop(bytes);
}

Test(record, refuses_each_spoilt_statement_though_it_is_signed)
{
	static const struct {
		const char *from, *to;
		enum wd_code code;
		const char *place;
	} cases[] = {
		/* two readings of one signature */
		{ "\"role\":", "\"Role\":\"privacy\",\"role\":", WD_CODE_STATEMENT,
		    "predicate.Role" },
		{ "\"role\":\"security\"", "\"role\":\"security\",\"role\":\"privacy\"",
		    WD_CODE_JSON, "" },
		{ "\"role\":\"security\"", "\"role\":\"secur\\u0000ity\"", WD_CODE_JSON, "" },
		{ "\"log_index\":null", "\"log_index\":7", WD_CODE_NOT_SUPPORTED,
		    "predicate.log_index" },
		{ "\"log_index\":null,", "", WD_CODE_STATEMENT, "predicate.log_index" },
		{ "\"log_index\":null", "\"log_index\":null,\"nonce\":1", WD_CODE_STATEMENT,
		    "predicate.nonce" },
		{ "\"decision\":\"approve\"", "\"decision\":\"Approve\"", WD_CODE_STATEMENT,
		    "predicate.decision" },
		{ "\"decision\":\"approve\"", "\"decision\":true", WD_CODE_STATEMENT,
		    "predicate.decision" },
		{ "2026-11-22T04:00:00Z", "2026-11-22 04:00:00", WD_CODE_STATEMENT,
		    "predicate.not_before" },
		{ "\"message\":\"\"", "\"message\":null", WD_CODE_STATEMENT, "predicate.message" },
		{ "in-toto.io/Statement/v1", "in-toto.io/Statement/v0.1", WD_CODE_STATEMENT,
		    "_type" },
		{ "#approval/1", "#approval/2", WD_CODE_STATEMENT, "predicateType" },
		{ "#approval/1", "#submission/1", WD_CODE_STATEMENT, "predicate.basis" },
		{ "\"digest\":{\"sha256\"", "\"digest\":{\"sha512\"", WD_CODE_STATEMENT,
		    "subject[0].digest.sha512" },
		{ "\"digest\":{\"sha256\"", "\"digest\":{\"sha1\":\"00\",\"sha256\"",
		    WD_CODE_STATEMENT, "subject[0].digest.sha1" },
		{ "\"subject\":[{", "\"subject\":[{\"digest\":{\"sha256\":\"00\"}},{",
		    WD_CODE_STATEMENT, "subject" },
		{ "\"subject\":[{", "\"subject\":[{\"uri\":\"x\",", WD_CODE_STATEMENT,
		    "subject[0].uri" },
		{ "\"subject\":[{", "\"subject\":[{\"name\":\"\",", WD_CODE_STATEMENT, "subject[0].name" },
		{ "\"subject\":[{", "\"subject\":[{\"name\":7,", WD_CODE_STATEMENT, "subject[0].name" },
		{ "{\"_type\"", "\xEF\xBB\xBF{\"_type\"", WD_CODE_JSON, "" },
		{ "{\"_type\"", "{}{\"_type\"", WD_CODE_JSON, "" },
		{ "{\"_type\"", " [] ", WD_CODE_JSON, "" },
	};
	struct wd_policy p = fixture_policy(NULL, NULL);
	struct wr_summary summary = fixture_summary();
	struct wd_subject s = fixture_subject(&summary);
	struct wr_buf good = good_payload(&p, &s);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		refuses(&p, &good, cases[i].from, cases[i].to, cases[i].code, cases[i].place);
	wr_buf_free(&good);
	wd_policy_free(&p);
}

/* The same of the other kinds: each member once wrong, once missing, and one too many. */
Test(record, refuses_each_spoilt_member_of_the_other_kinds)
{
	static const struct {
		enum wd_record_kind kind;
		const char *from, *to, *place;
		bool later; /* right, but for a log that this version does not have */
	} cases[] = {
		{ WD_SUBMISSION, "\"follows\":null", "\"follows\":\"\"", "predicate.follows" },
		{ WD_SUBMISSION, "\"follows\":null,", "", "predicate.follows" },
		{ WD_SUBMISSION, "\"message\":\"first\"", "\"message\":7", "predicate.message" },
		{ WD_SUBMISSION, "\"message\":\"first\"", "\"message\":\"\",\"more\":1", "predicate.more" },
		{ WD_SUBMISSION, "\"version\":3", "\"version\":-1", "predicate.version" },
		{ WD_SUBMISSION, "\"version\":3", "\"version\":3.0", "predicate.version" },
		{ WD_SUBMISSION, "\"version\":3", "\"version\":9007199254740992", "predicate.version" },
		{ WD_SUBMISSION, "\"claims_triage\"", "\"\"", "predicate.workflow" },
		{ WD_WITHDRAWAL, "\"all\"", "\"ALL\"", "predicate.approval" },
		{ WD_WITHDRAWAL, "\"all\"", "null", "predicate.approval" },
		{ WD_WITHDRAWAL, "04:59:00Z", "04:59:60Z", "predicate.at" },
		{ WD_WITHDRAWAL, "\"message\":\"\"", "\"message\":7", "predicate.message" },
		{ WD_WITHDRAWAL, "\"message\":\"\"", "\"message\":\"\",\"more\":1", "predicate.more" },
		{ WD_REVOCATION, "\"key\"", "\"Key\"", "predicate.of" },
		{ WD_REVOCATION, "\"key\"", "7", "predicate.of" },
		{ WD_REVOCATION, "04:59:00Z", "24:00:00Z", "predicate.at" },
		{ WD_REVOCATION, "\"last_log_index\":null", "\"last_log_index\":0", "predicate.last_log_index", true },
		{ WD_REVOCATION, "\"last_log_index\":null,", "", "predicate.last_log_index" },
		{ WD_REVOCATION, "\"message\":\"\"", "\"message\":7", "predicate.message" },
		{ WD_REVOCATION, "\"message\":\"\"", "\"message\":\"\",\"more\":1", "predicate.more" },
	};
	struct wd_policy p = fixture_policy(NULL, NULL);
	struct wr_summary summary = fixture_summary();
	struct wd_subject s = fixture_subject(&summary);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wd_record r = cases[i].kind == WD_SUBMISSION ? fixture_submission(&s) : fixture_withdrawal(&s);
		struct wr_buf good;

		if (cases[i].kind == WD_REVOCATION) {
			r.kind = WD_REVOCATION;
			r.revocation = (struct wd_revocation){ true, FIXTURE_NOW - 60, WR_TEXT("") };
		}
		wr_buf_init(&good, wd_alloc(), 1 << 16);
		cr_assert_eq(wd_record_payload(&r, wd_alloc(), &good), WR_OK);
		refuses(&p, &good, cases[i].from, cases[i].to, cases[i].later ? WD_CODE_NOT_SUPPORTED : WD_CODE_STATEMENT,
		    cases[i].place);
		wr_buf_free(&good);
	}
	wd_policy_free(&p);
}

Test(record, refuses_each_spoilt_record_of_tests_though_it_is_signed)
{
	static const struct {
		const char *from, *to, *place;
	} cases[] = {
		{ "\"source\":", "\"sources\":", "predicate.sources" },
		{ "\"at\":\"2026-11-22T04:50:00Z\",", "", "predicate.at" },
		{ "2026-11-22T04:50:00Z", "2026-11-22T04:50:00+00:00", "predicate.at" },
		{ "\"source\":\"sha256:", "\"source\":\"sha512:", "predicate.source" },
		{ "\"cases\":[", "\"cases\":{},\"more\":[", "predicate.more" },
		{ "\"cases\":[", "\"cases\":[7,", "predicate.cases[0]" },
		{ "\"result\":\"passed\"", "\"result\":\"PASSED\"", "predicate.cases[0].result" },
		{ "\"result\":\"passed\"", "\"result\":true", "predicate.cases[0].result" },
		{ "\"result\":\"passed\"", "\"result\":\"skipped\"", "predicate.cases[0]" },
		{ "\"result\":\"skipped\"", "\"result\":\"passed\"", "predicate.cases[3]" },
		{ "\"adaptor\":\"stubs\"", "\"adaptor\":\"extract\"", "predicate.cases[0].adaptor" },
		{ "\"adaptor\":\"stubs\"", "\"adaptor\":\"nobody\"", "predicate.cases[0]" },
		{ "\"adaptor\":\"stubs\"", "\"adaptor\":\"live\"", "predicate.cases[0]" },
		{ "\"adaptor\":\"recording\"", "\"adaptor\":\"stubs\"", "predicate.cases[1]" },
		{ "\"adaptor\":\"stubs\",", "", "predicate.cases[0].adaptor" },
		{ "\"name\":\"pays a small claim\",", "\"name\":null,", "predicate.cases[0].name" },
		{ "\"name\":\"pays a small claim\",", "\"name\":\"x\",\"ms\":3,", "predicate.cases[0].ms" },
		{ "\"recording\":\"sha256:01", "\"recording\":\"sha256:0G", "predicate.cases[1].recording" },
	};
	struct wd_policy p = fixture_policy(NULL, NULL);
	struct wr_summary summary = fixture_summary();
	struct wd_subject s = fixture_subject(&summary);
	struct wd_record r = fixture_tested(&s);
	struct wr_buf good;

	wr_buf_init(&good, wd_alloc(), 1 << 16);
	cr_assert_eq(wd_record_payload(&r, wd_alloc(), &good), WR_OK);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		refuses(&p, &good, cases[i].from, cases[i].to, WD_CODE_STATEMENT, cases[i].place);
	wr_buf_free(&good);
	wd_policy_free(&p);
}

/* So many tests with names of so many bytes, written and opened again. */
static enum wr_status
tested_of(const struct wd_policy *p, const struct wd_subject *s, uint32_t len, size_t name_size)
{
	static struct wd_test_case cases[WD_TEST_CASES_MAX + 1];
	static char name[WD_TEST_NAME_MAX + 1];
	struct wd_record r = fixture_tested(s), got;
	struct wd_record_problem problem;
	struct wd_private_key ana = fixture_key("ana");
	enum wr_status status;
	struct wr_buf out;

	memset(name, 'n', sizeof name);
	for (uint32_t i = 0; i < len; i++)
		cases[i] = (struct wd_test_case){ .name = { name, name_size }, .adaptor = WD_TEST_STUBS };
	r.tested.cases = cases;
	r.tested.cases_len = len;
	wr_buf_init(&out, wd_alloc(), WD_ENVELOPE_MAX);
	status = fixture_seal(&r, &ana, wd_alloc(), &out);
	if (status == WR_OK) {
		cr_assert_eq(wd_record_open(p, wr_buf_view(&out), wd_alloc(), &got, &problem), WR_OK);
		cr_expect_eq(got.tested.cases_len, len);
		wd_record_free(&got);
	}
	wr_buf_free(&out);
	return status;
}

Test(record, of_tests_has_bounds)
{
	struct wd_policy p = fixture_policy(NULL, NULL);
	struct wr_summary summary = fixture_summary();
	struct wd_subject s = fixture_subject(&summary);
	struct wd_record r = fixture_tested(&s);
	struct wd_private_key ana = fixture_key("ana");
	struct wd_test_case odd = { .name = WR_TEXT("odd"), .adaptor = WD_TEST_NOBODY };
	struct wr_buf out;

	cr_expect_eq(tested_of(&p, &s, WD_TEST_CASES_MAX, 40), WR_OK);
	cr_expect_eq(tested_of(&p, &s, 1, WD_TEST_NAME_MAX), WR_OK);
	cr_expect_eq(tested_of(&p, &s, 1, 0), WR_OK);
	cr_expect_eq(tested_of(&p, &s, 0, 40), WR_LIMIT);
	cr_expect_eq(tested_of(&p, &s, WD_TEST_CASES_MAX + 1, 40), WR_LIMIT);
	cr_expect_eq(tested_of(&p, &s, 1, WD_TEST_NAME_MAX + 1), WR_LIMIT);
	cr_expect_eq(tested_of(&p, &s, WD_TEST_CASES_MAX, WD_TEST_NAME_MAX), WR_LIMIT, "more than an envelope holds");
	wr_buf_init(&out, wd_alloc(), WD_ENVELOPE_MAX);
	r.tested.cases = &odd;
	r.tested.cases_len = 1;
	cr_expect_eq(fixture_seal(&r, &ana, wd_alloc(), &out), WR_INVALID, "passed, and answered by nobody");
	odd = (struct wd_test_case){ .name = WR_TEXT("caf\xE9"), .adaptor = WD_TEST_STUBS };
	cr_expect_eq(fixture_seal(&r, &ana, wd_alloc(), &out), WR_INVALID);
	r = fixture_tested(&s);
	r.tested.at = -1;
	cr_expect_eq(fixture_seal(&r, &ana, wd_alloc(), &out), WR_LIMIT);
	wr_buf_free(&out);
	wd_policy_free(&p);
}

Test(record, counts_no_signature_but_a_policy_keys_over_the_pae)
{
	struct wd_policy p = fixture_policy(NULL, NULL);
	struct wr_summary summary = fixture_summary();
	struct wd_subject s = fixture_subject(&summary);
	struct wr_buf payload = good_payload(&p, &s), raw;
	struct wd_private_key ana = fixture_key("ana");
	struct wd_record r;
	struct wd_record_problem problem;
	struct wr_text stranger =
	    fixture_envelope(WD_RECORD_TYPE, wr_buf_view(&payload), "mallory");
	struct wr_text typed =
	    fixture_envelope("application/vnd.writ.receipt+json", wr_buf_view(&payload), "ana");
	uint8_t signature[64];

	cr_expect_eq(wd_record_open(&p, stranger, wd_alloc(), &r, &problem), WR_REFUSED);
	cr_expect_eq(problem.code, WD_CODE_SIGNATURE);
	/* a payload of another type that ana did sign */
	cr_expect_eq(wd_record_open(&p, typed, wd_alloc(), &r, &problem), WR_REFUSED);
	cr_expect_eq(problem.code, WD_CODE_PAYLOAD_TYPE);
	/* ana's signature over the payload itself, without the PAE */
	cr_assert_eq(wd_key_sign(&ana, wr_buf_view(&payload), signature), WR_OK);
	wr_buf_init(&raw, wd_alloc(), 1 << 16);
	wr_buf_str(&raw, "{\"payloadType\":\"" WD_RECORD_TYPE "\",\"payload\":\"");
	wd_base64_write(&raw, payload.at, payload.size);
	wr_buf_str(&raw, "\",\"signatures\":[{\"sig\":\"");
	wd_base64_write(&raw, signature, 64);
	wr_buf_str(&raw, "\"}]}");
	cr_expect_eq(wd_record_open(&p, wr_buf_view(&raw), wd_alloc(), &r, &problem), WR_REFUSED);
	cr_expect_eq(problem.code, WD_CODE_SIGNATURE);
	wr_buf_free(&raw);
	wr_buf_free(&payload);
	drop(stranger);
	drop(typed);
	wd_policy_free(&p);
}

Test(record, a_key_id_narrows_but_proves_nothing)
{
	struct wd_policy p = fixture_policy(NULL, NULL);
	struct wr_summary summary = fixture_summary();
	struct wd_subject s = fixture_subject(&summary);
	struct wd_record r = fixture_approval(&p, &s, "security"), got;
	struct wd_record_problem problem;
	struct wr_text bytes = fixture_sign(&r, "ana");
	char copy[8192], *id;
	struct wd_private_key bo = fixture_key("bo");
	struct wd_digest bo_id = wd_public_key_digest(&bo.public_key);
	struct wr_buf hex;

	memcpy(copy, bytes.at, bytes.size);
	copy[bytes.size] = '\0';
	id = strstr(copy, "sha256:");
	cr_assert_not_null(id);
	id[8] = id[8] == 'a' ? 'b' : 'a'; /* names no key: ana is still found */
	cr_expect_eq(wd_record_open(&p, wr_text_of(copy), wd_alloc(), &got, &problem), WR_OK);
	wd_record_free(&got);
	wr_buf_init(&hex, wd_alloc(), 100);
	wd_digest_write(&hex, &bo_id);
	memcpy(id, hex.at, hex.size); /* names bo, who did not sign */
	cr_expect_eq(wd_record_open(&p, wr_text_of(copy), wd_alloc(), &got, &problem), WR_REFUSED);
	cr_expect_eq(problem.code, WD_CODE_SIGNATURE);
	wr_buf_free(&hex);
	drop(bytes);
	wd_policy_free(&p);
}

Test(record, limits_hold_before_anything_is_looked_at)
{
	struct wd_policy p = fixture_policy(NULL, NULL);
	static char big[WD_ENVELOPE_MAX + 1];
	struct wd_record r;
	struct wd_record_problem problem;
	struct wr_summary summary = fixture_summary();
	struct wd_subject s = fixture_subject(&summary);
	struct wd_private_key ana = fixture_key("ana");
	struct wr_buf out;

	memset(big, ' ', sizeof big);
	cr_expect_eq(
	    wd_record_open(&p, (struct wr_text){ big, sizeof big }, wd_alloc(), &r, &problem),
	    WR_REFUSED);
	cr_expect_eq(problem.code, WD_CODE_ENVELOPE);
	memset(big, 'm', sizeof big);
	r = fixture_approval(&p, &s, "security");
	wr_buf_init(&out, wd_alloc(), WD_ENVELOPE_MAX);
	r.approval.message = (struct wr_text){ big, WD_MESSAGE_MAX };
	cr_expect_eq(fixture_seal(&r, &ana, wd_alloc(), &out), WR_OK);
	wr_buf_free(&out);
	r.approval.message.size++;
	cr_expect_eq(fixture_seal(&r, &ana, wd_alloc(), &out), WR_LIMIT);
	r.approval.message = WR_TEXT("caf\xE9");
	cr_expect_eq(fixture_seal(&r, &ana, wd_alloc(), &out), WR_INVALID);
	r.approval.message = WR_TEXT("a\0b");
	cr_expect_eq(fixture_seal(&r, &ana, wd_alloc(), &out), WR_INVALID);
	r.approval.message = WR_TEXT("");
	r.approval.not_after = INT64_MAX / 1000;
	cr_expect_eq(fixture_seal(&r, &ana, wd_alloc(), &out), WR_LIMIT);
	r = fixture_submission(&s);
	r.submission.version = (uint64_t)1 << 60;
	cr_expect_eq(fixture_seal(&r, &ana, wd_alloc(), &out), WR_LIMIT);
	cr_expect_eq(out.size, 0);
	wr_buf_free(&out);
	wd_policy_free(&p);
}

Test(record, survives_every_allocation_failure)
{
	struct wd_policy p = fixture_policy(NULL, NULL);
	struct wr_summary summary = fixture_summary();
	struct wd_subject s = fixture_subject(&summary);
	const struct wd_record good[] = { fixture_approval(&p, &s, "security"), fixture_tested(&s) };
	struct wd_private_key ana = fixture_key("ana");

	for (int i = 0; i < 2; i++) {
		struct failing_alloc f = { 0 };

		while (failing_alloc_next(&f)) {
			struct wd_record r;
			struct wd_record_problem problem;
			struct wr_buf out;
			enum wr_status got;

			wr_buf_init(&out, &f.hook, WD_ENVELOPE_MAX);
			got = fixture_seal(&good[i], &ana, &f.hook, &out);
			if (got == WR_OK)
				got = wd_record_open(&p, wr_buf_view(&out), &f.hook, &r, &problem);
			if (got == WR_OK)
				wd_record_free(&r);
			wr_buf_free(&out);
			cr_assert_eq(got, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
			cr_assert_eq(f.live_bytes, 0);
		}
	}
	wd_policy_free(&p);
}

Test(record, the_scope_moves_with_what_concerns_the_workflow_and_with_nothing_else)
{
	static const struct {
		const char *from, *to;
		bool same;
	} cases[] = {
		{ "\"floor\": 3", "\"floor\": 4", true },
		{ "\"name\": \"acme-claims\"", "\"name\": \"acme\"", true },
		{ "\"threshold\": 2", "\"threshold\": 3", true },
		{ "2027-11-01", "2028-11-01", true },
		{ "[\"ana\", \"bo\", \"eve\"]", "[\"ana\", \"eve\"]", true },
		{ "{ \"type\": \"ed25519\", \"public\": \"KEY(bo)\" }",
		    "{ \"type\": \"ed25519\", \"public\": \"KEY(bo/2)\" }", true },
		{ "\"labels\": {", "\"labels\": { \"secret\": { \"owner\": \"privacy\" },", true },
		{ "\"workflows\": {", "\"workflows\": { \"other\": { },", true },
		{ "\"backends\": {",
		    "\"backends\": { \"spare\": { \"protocol\": \"extract\", \"evidence\": "
		    "\"embedded\", "
		    "\"accepts\": [], \"taints\": [] },",
		    true },
		{ "https://llm.acme.internal/v1", "https://llm.evil.example/v1", false },
		{ "\"accepts\": [\"untrusted\"]", "\"accepts\": [\"untrusted\", \"pii\"]", false },
		{ "{ \"owner\": \"privacy\" }", "{ \"owner\": \"security\" }", false },
		{ "\"approval_days\": 30", "\"approval_days\": 31", false },
		{ "\"require\": { \"security\": 1 }", "\"require\": { \"security\": 2 }", false },
		{ "\"calls\": 100", "\"calls\": 101", false },
		{ "[\"house-large-*\"]", "[\"*\"]", false },
		{ "{ \"claim.story\": [\"pii\", \"untrusted\"] }",
		    "{ \"claim.story\": [\"untrusted\"] }", false },
	};
	struct wd_policy p = fixture_policy(NULL, NULL);
	struct wr_summary summary = fixture_summary();
	struct wd_digest was, now;
	struct wr_buf bytes;

	wr_buf_init(&bytes, wd_alloc(), 1 << 16);
	cr_assert_eq(
	    wd_scope_write(&p, &summary, WR_TEXT("development"), wd_alloc(), &bytes), WR_OK);
	cr_expect_str_eq(bytes.at,
	    "{\"backends\":{\"handbook\":{\"accepts\":[\"untrusted\"],\"endpoint\":\"policies\","
	    "\"evidence\":\"embedded\","
	    "\"protocol\":\"sqlite\",\"taints\":[\"untrusted\"]},\"house\":{\"accepts\":[\"pii\","
	    "\"untrusted\"],"
	    "\"endpoint\":\"https://llm.acme.internal/"
	    "v1\",\"evidence\":\"provider-asserted\",\"protocol\":\"openai\","
	    "\"taints\":[]}},\"environment\":{\"development\":{\"approval_days\":30,\"evidence\":["
	    "\"software\"],"
	    "\"require\":{\"security\":1}}},\"labels\":{\"pii\":{\"owner\":\"privacy\"},"
	    "\"untrusted\":{\"owner\":"
	    "\"security\"}},\"limits\":{\"calls\":100,\"models\":[\"house-large-*\"],\"time\":"
	    "\"72h\",\"tokens\":200000,"
	    "\"width\":32},\"workflow\":{\"claims_triage\":{\"inputs\":{\"claim.story\":[\"pii\","
	    "\"untrusted\"]}}}}");
	wr_buf_free(&bytes);
	cr_assert_eq(
	    wd_scope_digest(&p, &summary, WR_TEXT("development"), wd_alloc(), &was), WR_OK);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wd_policy q = fixture_policy(cases[i].from, cases[i].to);

		cr_assert_eq(
		    wd_scope_digest(&q, &summary, WR_TEXT("development"), wd_alloc(), &now), WR_OK);
		cr_expect_eq(wd_digest_eq(&was, &now), cases[i].same, "%s -> %s", cases[i].from,
		    cases[i].to);
		wd_policy_free(&q);
	}
	wd_policy_free(&p);
}
