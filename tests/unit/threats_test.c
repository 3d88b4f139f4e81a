/*
 * The threats to policies and records, one row each: what the attacker does to a set that the gate
 * approves, and the code that it meets. Each row is judged before and after, and must fail for its own
 * reason alone. What only running programs show is in tests/service/attacks_test.c.
 */
#include "runtime/sysalloc.h"
#include "runtime/trust/scope.h"
#include "tests/support/forge.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(threats, .timeout = 60);

#define DAY 86400
#define CHI 2u /* the record by which chi approves for privacy */
#define NEW 3u /* the first one that an attack adds */
#define NONE UINT32_MAX

/* ---- T1: the source is changed after the approval --------------------------------------- */

static void
one_byte(struct ask *a)
{
	static struct wd_past approved;

	approved = (struct wd_past){ .digest = a->subject.digest, .here = true, .summary = &a->summary };
	a->in.past = &approved; /* the bytecode that was approved lies beside it */
	a->in.past_len = 1;
	a->subject.digest.at[31] ^= 1; /* what another byte of the .wfb does to its SHA-256 */
}

/* ---- T2: authors approve their own work -------------------------------------------------- */

#define DEE_REVIEWS \
	"\"author\": [\"dee\"], \"security\": [\"ana\", \"bo\", \"eve\"]", \
	    "\"author\": [\"dee\", \"ana\"], \"security\": [\"ana\", \"bo\", \"eve\", \"dee\"]"

static void
by_own_key(struct ask *a)
{
	forge_say(a, "dee", NULL, NULL, WR_TEXT(""));
}

static void
by_second_key(struct ask *a)
{
	forge_say(a, "dee/2", NULL, NULL, WR_TEXT(""));
}

static void
lost_key(struct ask *a)
{
	forge_say(a, "dee/2", NULL, NULL, WR_TEXT(""));
	forge_revoke(a, "dee", "bo");
	forge_revoke(a, "dee", "chi");
	ask_submit(a, "ana");
}

/* ---- T3: one stolen key, for two persons -------------------------------------------------- */

#define TWO "\"require\": { \"security\": 1 }", "\"require\": { \"security\": 2 }"

static void
ana_too(struct ask *a)
{
	ask_approve(a, "ana", "security");
}

static void
same_key_again(struct ask *a)
{
	struct wd_record r = forge_approval(a, "security");

	r.approval.message = WR_TEXT("and once more");
	r.approval.not_before++;
	forge_put(a, NEW, fixture_sign(&r, "bo"));
}

static void
by_ana_s_other_key(struct ask *a)
{
	forge_say(a, "ana/2", NULL, NULL, WR_TEXT(""));
}

static void
two_roles(struct ask *a)
{
	struct wd_record r = forge_approval(a, "privacy");

	forge_put(a, CHI, fixture_sign(&r, "eve"));
	r = forge_approval(a, "security");
	forge_put(a, FORGE_BO, fixture_sign(&r, "eve"));
}

/* ---- T4: padded signatures ----------------------------------------------------------------- */

static void
no_signature(struct ask *a)
{
	forge_signatures(a, NULL, 0);
}

static void
equal_signatures(struct ask *a)
{
	static const char *const persons[] = { "bo", "bo" };

	forge_signatures(a, persons, 2);
}

static void
different_signatures(struct ask *a)
{
	static const char *const persons[] = { "bo", "ana" };

	forge_signatures(a, persons, 2);
}

static void
one_signature(struct ask *a)
{
	static const char *const persons[] = { "bo" };

	forge_signatures(a, persons, 1);
}

/* ---- T5: an approval for something else ---------------------------------------------------- */

#define BOTH_PLACES \
	"\"environments\": { \"development\"", \
	    "\"environments\": { \"production\": { \"require\": { \"security\": 1 }, \"approval_days\": 30, \"evidence\": " \
	    "[\"sev-snp\"] }, \"development\""
#define SHORT_POLICY "2027-11-01T00:00:00Z", "2026-11-22T06:00:00Z"

static void
other_name(struct ask *a)
{
	struct wd_record r = fixture_submission(&a->subject);

	r.submission.workflow = WR_TEXT("claims_audit");
	forge_put(a, 0, fixture_sign(&r, "dee"));
}

/* Two approvals for development, then production asks. */
static void
other_environment(struct ask *a)
{
	struct wd_record r = forge_approval(a, "privacy");

	/* chi did approve for production, so that bo's is all that is missing */
	r.approval.environment = WR_TEXT("production");
	cr_assert_eq(wd_scope_digest(&a->chain.policy, &a->summary, r.approval.environment, wd_alloc(), &r.approval.scope),
	    WR_OK);
	forge_put(a, CHI, fixture_sign(&r, "chi"));
	a->in.environment = WR_TEXT("production");
	a->in.evidence = WR_TEXT("sev-snp");
}

static void
older_version(struct ask *a)
{
	a->in.version_seen = 4; /* what .writ/state remembers; the submission says 3 */
}

static void
below_the_floor(struct ask *a)
{
	struct wd_record r = fixture_submission(&a->subject);

	r.submission.version = 2;
	forge_put(a, 0, fixture_sign(&r, "dee"));
}

static void
late(struct ask *a)
{
	a->in.now += 3600;
}

/* ---- T6: two readings of one signature ------------------------------------------------------ */

static void
real_for_whole(struct ask *a)
{
	struct wd_record r = fixture_submission(&a->subject);

	forge_put(a, 0, forge_record(&r, "\"version\":3", "\"version\":3.0", WR_TEXT(""), "dee"));
}

static void
envelope_member_twice(struct ask *a)
{
	forge_respell(a, "{\"payload\":", "{\"payload\":\"e30=\",\"payload\":");
}

static void
envelope_second_object(struct ask *a)
{
	forge_respell(a, "}]}\n", "}]} {}\n");
}

static void
envelope_byte_order_mark(struct ask *a)
{
	forge_respell(a, "{\"payload\":", "\xEF\xBB\xBF{\"payload\":");
}

/* ---- T7: a signature for another purpose ------------------------------------------------------ */

static void
receipt_type(struct ask *a)
{
	struct wd_record r = forge_approval(a, "security");
	struct wr_buf payload = forge_payload(&r);

	forge_put(a, FORGE_BO, fixture_envelope("application/vnd.writ.receipt+json;v=1", wr_buf_view(&payload), "bo"));
	wr_buf_free(&payload);
}

/* bo did sign a receipt; somebody writes the type of records above it. */
static void
receipt_retyped(struct ask *a)
{
	receipt_type(a);
	forge_respell(a, "application/vnd.writ.receipt+json;v=1", WD_RECORD_TYPE);
}

static void
receipt_payload(struct ask *a)
{
	forge_put(a, FORGE_BO, fixture_envelope(WD_RECORD_TYPE, WR_TEXT("{\"type\":\"writ-receipt/1\",\"boot\":\"00\"}"), "bo"));
}

static void
withdrawal_as_approval(struct ask *a)
{
	struct wd_record r = fixture_withdrawal(&a->subject);

	forge_put(a, FORGE_BO, forge_record(&r, "#withdrawal/1", "#approval/1", WR_TEXT(""), "bo"));
}

static void
with_pae(struct ask *a)
{
	struct wd_record r = forge_approval(a, "security");
	struct wr_buf payload = forge_payload(&r), pae;

	wr_buf_init(&pae, wd_alloc(), 1 << 16);
	wd_pae(&pae, WR_TEXT(WD_RECORD_TYPE), wr_buf_view(&payload));
	forge_signature(a, wr_buf_view(&pae));
	wr_buf_free(&payload);
	wr_buf_free(&pae);
}

static void
without_pae(struct ask *a)
{
	struct wd_record r = forge_approval(a, "security");
	struct wr_buf payload = forge_payload(&r);

	forge_signature(a, wr_buf_view(&payload));
	wr_buf_free(&payload);
}

/* The key id says bo; mallory's key signed. */
static void
borrowed_name(struct ask *a)
{
	struct wd_digest bo = forge_key_id("bo"), mallory = forge_key_id("mallory");
	struct wr_buf names[2];

	forge_say(a, "mallory", NULL, NULL, WR_TEXT(""));
	for (int i = 0; i < 2; i++) {
		wr_buf_init(&names[i], wd_alloc(), 128);
		wd_digest_write(&names[i], i == 0 ? &mallory : &bo);
	}
	forge_respell(a, names[0].at, names[1].at);
	wr_buf_free(&names[0]);
	wr_buf_free(&names[1]);
}

#define SSH_BO \
	"{ \"type\": \"ed25519\", \"public\": \"KEY(bo)\" }", \
	    "{ \"type\": \"ssh\", \"public\": \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsv37a3xFXRs/gNBQMyRpasjQSe8W3a/Xe/0jn4/9ts\" }"

static void
sshsig_for_records(struct ask *a)
{
	forge_sshsig(a, WD_SSHSIG_NAMESPACE);
}

static void
sshsig_for_git(struct ask *a)
{
	forge_sshsig(a, "git");
}

/* ---- T8: a compiler that lies ------------------------------------------------------------------ */

/* The reviewers were shown another program's packet; the digest that they signed is this one's. */
static void
shown_something_else(struct ask *a)
{
	a->subject.packet = WR_TEXT("packet/2\nwhat these bytes really say");
}

/* ---- T17: a key is revoked ----------------------------------------------------------------------- */

static void
revoked_by_itself(struct ask *a)
{
	forge_revoke(a, "bo", "bo");
}

static void
revoked_by_itself_and_one(struct ask *a)
{
	forge_revoke(a, "bo", "bo");
	forge_revoke(a, "bo", "ana");
}

static void
revoked_below_quorum(struct ask *a)
{
	forge_revoke(a, "bo", "ana");
	forge_revoke(a, "bo", "ana/2");
}

static void
revoked_by_strangers(struct ask *a)
{
	forge_revoke(a, "bo", "dee");
	forge_revoke(a, "bo", "eve");
}

static void
revoked(struct ask *a)
{
	forge_revoke(a, "bo", "ana");
	forge_revoke(a, "bo", "chi");
}

static void
last_log_index(struct ask *a)
{
	struct wd_record r = { .kind = WD_REVOCATION,
		.subject = forge_key_id("bo"),
		.revocation = { .is_key = true, .at = FIXTURE_NOW, .message = WR_TEXT("") } };

	forge_put(a, a->in.records_len++, forge_record(&r, "\"last_log_index\":null", "\"last_log_index\":9", WR_TEXT(""), "ana"));
	forge_revoke(a, "bo", "chi");
}

/* ---- what is said otherwise ------------------------------------------------------------------ */

/* Somebody signs bo's approval, which says one thing otherwise. It does not count, and nothing else is amiss. */
static const struct lie {
	const char *threat, *what, *by, *from, *to; /* as forge_say has them */
	struct wr_text more;
	const char *noted;
} lies[] = {
	{ "T3", "a key that is nobody's", "mallory", NULL, NULL, { "", 0 }, "signature" },
	{ "T5", "an approval of another workflow", "bo", "\"sha256\":\"", NULL, { "", 0 }, "other-subject" },
	{ "T5", "in a role that the person does not hold", "chi", NULL, NULL, { "", 0 }, "role-not-held" },
	{ "T5", "in a role that nobody knows", "bo", "\"role\":\"security\"", "\"role\":\"legal\"", { "", 0 },
	    "role-not-held" },
	{ "T5", "under a policy that is none of ours", "bo", "\"policy\":\"sha256:", NULL, { "", 0 }, "policy-unknown" },
	{ "T5", "under what the policy said before", "bo", "\"scope\":\"sha256:", NULL, { "", 0 }, "scope-changed" },
	{ "T5", "of another packet", "bo", "\"packet\":\"sha256:", NULL, { "", 0 }, "packet-mismatch" },
	{ "T5", "compared with another draft", "bo", "\"basis\":null",
	    "\"basis\":\"sha256:1111111111111111111111111111111111111111111111111111111111111111\"", { "", 0 }, "other-basis" },
	{ "T5", "at the second it ends", "bo", "2026-11-23T05:00:00Z", "2026-11-22T05:00:00Z", { "", 0 }, "expired" },
	{ "T5", "a second before its time", "bo", "2026-11-22T04:00:00Z", "2026-11-22T05:00:01Z", { "", 0 },
	    "not-yet-valid" },
	{ "T5", "a second older than the environment takes", "bo", "2026-11-22T04:00:00Z", "2026-10-23T04:59:59Z", { "", 0 },
	    "approval-age" },
	{ "T6", "a member twice", "bo", "\"role\":\"security\"", "\"role\":\"security\",\"role\":\"privacy\"", { "", 0 },
	    "json" },
	{ "T6", "`Role` beside `role`", "bo", "\"role\":\"security\"", "\"Role\":\"privacy\",\"role\":\"security\"",
	    { "", 0 }, "statement" },
	{ "T6", "a space and a second object", "bo", NULL, NULL, { " {\"decision\":\"reject\"}", 22 }, "json" },
	{ "T6", "a NUL behind the object", "bo", NULL, NULL, { "\0", 1 }, "json" },
	{ "T6", "a NUL inside a name", "bo", "\"role\":\"security\"", "\"role\":\"security\\u0000\"", { "", 0 }, "json" },
	{ "T6", "a byte-order mark", "bo", "{\"_type\"", "\xEF\xBB\xBF{\"_type\"", { "", 0 }, "json" },
	{ "T7", "an older kind of statement", "bo", "/v1\"", "/v0.1\"", { "", 0 }, "statement" },
	{ "T7", "an approval that calls itself a submission", "bo", "#approval/1", "#submission/1", { "", 0 }, "statement" },
	{ "T17", "an approval that relies on a log", "bo", "\"log_index\":null", "\"log_index\":10", { "", 0 },
	    "not-supported" },
};

Test(threats, a_word_that_is_not_the_word_asked_for_does_not_count)
{
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		const struct lie *l = &lies[i];
		struct ask a;

		ask_good(&a, NULL, NULL);
		cr_expect(ask_judge(&a) && a.verdict.notes_len == 0, "%s: %s", l->what, ask_unmet(&a.verdict));
		forge_say(&a, l->by, l->from, l->to, l->more);
		cr_expect(!ask_judge(&a), "%s %s", l->threat, l->what);
		cr_expect_str_eq(ask_unmet(&a.verdict), "approval-missing", "%s %s: %s", l->threat, l->what,
		    ask_unmet(&a.verdict));
		cr_expect_str_eq(ask_noted(&a.verdict, FORGE_BO), l->noted, "%s %s: %s", l->threat, l->what,
		    ask_noted(&a.verdict, FORGE_BO));
		cr_expect_eq(a.verdict.notes_len, 1, "%s %s", l->threat, l->what);
		ask_approve(&a, "bo", "security"); /* the right word beside it is enough */
		cr_expect(ask_judge(&a), "%s %s: %s", l->threat, l->what, ask_unmet(&a.verdict));
		ask_end(&a);
	}
}

/* ---- what is done otherwise -------------------------------------------------------------------- */

/* What must be unmet after it, alone; "": it is approved still, and the record changes nothing. */
#define LACKS "approval-missing"

static const struct threat {
	const char *threat, *what, *from, *to; /* and what the policy says otherwise */
	void (*good)(struct ask *a);           /* more of the untouched set; or NULL */
	void (*attack)(struct ask *a);
	const char *unmet;
	uint32_t record;                       /* the one that does not count, or NONE */
	const char *noted;                     /* and why */
} threats[] = {
	{ "T1", "one byte of the bytecode is changed after the approval", NULL, NULL, NULL, one_byte,
	    "no-submission " LACKS " " LACKS, NONE, "" },

	{ "T2", "an author who holds the role approves", DEE_REVIEWS, NULL, by_own_key, LACKS, FORGE_BO, "author-approved" },
	{ "T2", "with a second key", DEE_REVIEWS, NULL, by_second_key, LACKS, FORGE_BO, "author-approved" },
	{ "T2", "having the key revoked that submitted, and another submit again", DEE_REVIEWS, NULL, lost_key, LACKS, FORGE_BO,
	    "author-approved" },

	{ "T3", "a stolen key approves twice", TWO, ana_too, same_key_again, LACKS, NONE, "" },
	{ "T3", "a person approves with each of two keys", TWO, ana_too, by_ana_s_other_key, LACKS, NONE, "" },
	{ "T3", "a person approves in each of two roles", NULL, NULL, NULL, two_roles, LACKS, NONE, "" },

	{ "T4", "an envelope without a signature", NULL, NULL, one_signature, no_signature, LACKS, FORGE_BO, "envelope" },
	{ "T4", "with the same signature twice", NULL, NULL, one_signature, equal_signatures, LACKS, FORGE_BO, "envelope" },
	{ "T4", "with two persons' signatures", NULL, NULL, one_signature, different_signatures, LACKS, FORGE_BO, "envelope" },

	{ "T5", "a submission under another workflow's name", NULL, NULL, NULL, other_name, "no-submission", 0,
	    "other-workflow" },
	{ "T5", "an approval for development, in production", BOTH_PLACES, NULL, other_environment, LACKS, FORGE_BO,
	    "other-environment" },
	{ "T5", "an older version, after a newer one ran here", NULL, NULL, NULL, older_version, "version-seen", NONE, "" },
	{ "T5", "a version below the policy's floor", NULL, NULL, NULL, below_the_floor, "below-floor", NONE, "" },
	{ "T5", "the policy itself has expired", SHORT_POLICY, NULL, late, "policy-expired", NONE, "" },

	{ "T6", "3.0 for 3", NULL, NULL, NULL, real_for_whole, "no-submission", 0, "statement" },
	{ "T6", "a member of the envelope twice", NULL, NULL, NULL, envelope_member_twice, LACKS, FORGE_BO, "envelope" },
	{ "T6", "a second object behind the envelope", NULL, NULL, NULL, envelope_second_object, LACKS, FORGE_BO, "envelope" },
	{ "T6", "a byte-order mark before the envelope", NULL, NULL, NULL, envelope_byte_order_mark, LACKS, FORGE_BO, "envelope" },

	{ "T7", "a payload that was signed as a receipt", NULL, NULL, NULL, receipt_type, LACKS, FORGE_BO, "payload-type" },
	{ "T7", "the same with the type of records written over it", NULL, NULL, NULL, receipt_retyped, LACKS, FORGE_BO,
	    "signature" },
	{ "T7", "a receipt in the envelope of a record", NULL, NULL, NULL, receipt_payload, LACKS, FORGE_BO, "statement" },
	{ "T7", "a withdrawal that calls itself an approval", NULL, NULL, NULL, withdrawal_as_approval, LACKS, FORGE_BO,
	    "statement" },
	{ "T7", "an SSH signature for git over the same bytes", SSH_BO, sshsig_for_records, sshsig_for_git, LACKS, FORGE_BO,
	    "signature" },
	{ "T7", "a signature of the payload without its type", NULL, NULL, with_pae, without_pae, LACKS, FORGE_BO, "signature" },
	{ "T7", "a key that is nobody's, under bo's key id", NULL, NULL, NULL, borrowed_name, LACKS, FORGE_BO, "signature" },

	{ "T8", "reviewers were shown another program than these bytes are", NULL, NULL, NULL, shown_something_else,
	    LACKS " " LACKS, FORGE_BO, "packet-mismatch" },

	{ "T17", "an approval by a key that a quorum revoked", NULL, NULL, NULL, revoked, LACKS, FORGE_BO, "key-revoked" },
	{ "T17", "a key revokes itself", NULL, NULL, NULL, revoked_by_itself, "", NEW, "revocation-quorum" },
	{ "T17", "a key and one owner of two revoke it", NULL, NULL, NULL, revoked_by_itself_and_one, "", NEW,
	    "revocation-quorum" },
	{ "T17", "one owner of two revokes with two keys", NULL, NULL, NULL, revoked_below_quorum, "", NEW + 1,
	    "revocation-quorum" },
	{ "T17", "persons who own nothing revoke", NULL, NULL, NULL, revoked_by_strangers, "", NEW + 1, "revocation-quorum" },
	{ "T17", "a revocation that spares what the log has before it", NULL, NULL, NULL, last_log_index, "", NEW,
	    "not-supported" },
};

Test(threats, each_is_refused_with_its_own_code)
{
	for (size_t i = 0; i < sizeof threats / sizeof *threats; i++) {
		const struct threat *t = &threats[i];
		struct ask a;

		ask_good(&a, t->from, t->to);
		if (t->good != NULL)
			t->good(&a);
		cr_expect(ask_judge(&a), "%s %s: the untouched set is refused: %s", t->threat, t->what, ask_unmet(&a.verdict));
		for (uint32_t r = 0; r < a.in.records_len; r++)
			cr_expect_str_eq(ask_noted(&a.verdict, r), "", "%s %s: record %u counts before", t->threat, t->what,
			    (unsigned)r);
		t->attack(&a);
		cr_expect_eq(ask_judge(&a), t->unmet[0] == '\0', "%s %s", t->threat, t->what);
		cr_expect_str_eq(ask_unmet(&a.verdict), t->unmet, "%s %s: %s", t->threat, t->what, ask_unmet(&a.verdict));
		if (t->record != NONE)
			cr_expect_str_eq(ask_noted(&a.verdict, t->record), t->noted, "%s %s: %s", t->threat, t->what,
			    ask_noted(&a.verdict, t->record));
		else
			cr_expect_eq(a.verdict.notes_len, 0, "%s %s: %s", t->threat, t->what,
			    wd_code_word(a.verdict.notes[0].code));
		ask_end(&a);
	}
}
