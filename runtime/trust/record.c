/*
 * Records of review, written and read. It decides whether bytes are a record and
 * which person of the policy said it; whether the saying counts is the gate's.
 */
#include "runtime/trust/record.h"
#include "runtime/trust/fields.h"
#include "runtime/trust/tested.h"
#include "vm/base/limits.h"

#include <assert.h>

#define STATEMENT "https://in-toto.io/Statement/v1"
#define DOCUMENT_MAX (1u << 20)

/* The one complaint that is about this version and not about the record. */
static const char no_log[] = "must be null: there is no log yet";

static const struct {
	const char *word, *who, *text;
} codes[] = {
#define CODE(name, word, who, text) { word, who, text },
#include "runtime/trust/gate.def"
#undef CODE
};

const char *
wd_code_word(enum wd_code code)
{
	return codes[code].word;
}

const char *
wd_code_who(enum wd_code code)
{
	return codes[code].who;
}

const char *
wd_code_text(enum wd_code code)
{
	return codes[code].text;
}

/* ---- writing ---------------------------------------------------------------------- */

static void
build_submission(struct wd_json_doc *doc, struct wd_json *o, const struct wd_record *r)
{
	const struct wd_submission *s = &r->submission;

	wd_json_set_text(doc, o, "workflow", s->workflow);
	wd_json_set_int(doc, o, "version", (int64_t)s->version);
	if (s->has_follows)
		wd_json_set_digest(doc, o, "follows", &s->follows);
	else
		wd_json_set_null(doc, o, "follows");
	wd_json_set_text(doc, o, "message", s->message);
}

static void
build_approval(struct wd_json_doc *doc, struct wd_json *o, const struct wd_record *r)
{
	const struct wd_approval *a = &r->approval;

	wd_json_set_str(doc, o, "decision", a->approves ? "approve" : "reject");
	wd_json_set_text(doc, o, "role", a->role);
	wd_json_set_text(doc, o, "environment", a->environment);
	wd_json_set_digest(doc, o, "policy", &a->policy);
	wd_json_set_digest(doc, o, "scope", &a->scope);
	wd_json_set_digest(doc, o, "packet", &a->packet);
	if (a->has_basis)
		wd_json_set_digest(doc, o, "basis", &a->basis);
	else
		wd_json_set_null(doc, o, "basis");
	wd_json_set_date(doc, o, "not_before", a->not_before);
	wd_json_set_date(doc, o, "not_after", a->not_after);
	wd_json_set_null(doc, o, "log_index"); /* there is no log yet */
	wd_json_set_text(doc, o, "message", a->message);
}

static void
build_withdrawal(struct wd_json_doc *doc, struct wd_json *o, const struct wd_record *r)
{
	const struct wd_withdrawal *w = &r->withdrawal;

	if (w->all)
		wd_json_set_str(doc, o, "approval", "all");
	else
		wd_json_set_digest(doc, o, "approval", &w->approval);
	wd_json_set_date(doc, o, "at", w->at);
	wd_json_set_text(doc, o, "message", w->message);
}

static void
build_revocation(struct wd_json_doc *doc, struct wd_json *o, const struct wd_record *r)
{
	wd_json_set_str(doc, o, "of", r->revocation.is_key ? "key" : "workflow");
	wd_json_set_date(doc, o, "at", r->revocation.at);
	wd_json_set_null(doc, o, "last_log_index"); /* there is no log yet: nothing signed stays good */
	wd_json_set_text(doc, o, "message", r->revocation.message);
}

/* What people say on a command line ends up here: nobody is to sign what nobody can open. */
static enum wr_status
check_record(const struct wd_record *r)
{
	enum wr_status status = WR_OK, more[4] = { WR_OK, WR_OK, WR_OK, WR_OK };

	if (r->kind == WD_SUBMISSION) {
		status = wd_check_text(r->submission.message, WD_MESSAGE_MAX);
		more[0] = wd_check_text(r->submission.workflow, WR_NAME_MAX);
		more[1] = r->submission.version <= (uint64_t)WR_INT_DEFAULT ? WR_OK : WR_LIMIT;
	} else if (r->kind == WD_APPROVAL) {
		status = wd_check_text(r->approval.message, WD_MESSAGE_MAX);
		more[0] = wd_check_text(r->approval.role, WR_NAME_MAX);
		more[1] = wd_check_text(r->approval.environment, WR_NAME_MAX);
		more[2] = wd_check_date(r->approval.not_before);
		more[3] = wd_check_date(r->approval.not_after);
	} else if (r->kind == WD_WITHDRAWAL) {
		status = wd_check_text(r->withdrawal.message, WD_MESSAGE_MAX);
		more[0] = wd_check_date(r->withdrawal.at);
	} else if (r->kind == WD_REVOCATION) {
		status = wd_check_text(r->revocation.message, WD_MESSAGE_MAX);
		more[0] = wd_check_date(r->revocation.at);
	} else {
		status = wd_tested_check(&r->tested);
	}
	for (size_t i = 0; i < 4 && status == WR_OK; i++)
		status = more[i];
	return status;
}

static bool read_submission(struct wd_json_at at, struct wd_record *r);
static bool read_approval(struct wd_json_at at, struct wd_record *r);
static bool read_withdrawal(struct wd_json_at at, struct wd_record *r);
static bool read_revocation(struct wd_json_at at, struct wd_record *r);

/* By enum wd_record_kind. */
static const struct {
	const char *word, *predicate;
	void (*build)(struct wd_json_doc *doc, struct wd_json *o, const struct wd_record *r);
	bool (*read)(struct wd_json_at at, struct wd_record *r);
} kinds[] = {
	{ "submission", WD_PREDICATE "submission/1", build_submission, read_submission },
	{ "approval", WD_PREDICATE "approval/1", build_approval, read_approval },
	{ "withdrawal", WD_PREDICATE "withdrawal/1", build_withdrawal, read_withdrawal },
	{ "revocation", WD_PREDICATE "revocation/1", build_revocation, read_revocation },
	{ "test", WD_PREDICATE "test/1", wd_tested_build, wd_tested_read },
};

const char *
wd_record_word(enum wd_record_kind kind)
{
	return kinds[kind].word;
}

enum wr_status
wd_record_payload(const struct wd_record *record, const struct wr_alloc *alloc, struct wr_buf *out)
{
	struct wd_json_doc doc;
	struct wd_json *subjects, *subject, *predicate;
	enum wr_status status = check_record(record);

	if (status != WR_OK)
		return status;
	wd_json_init(&doc, alloc, DOCUMENT_MAX);
	doc.root = wd_json_object(&doc);
	wd_json_set_str(&doc, doc.root, "_type", STATEMENT);
	subjects = wd_json_set(&doc, doc.root, "subject", wd_json_array(&doc));
	subject = wd_json_push(&doc, subjects, wd_json_object(&doc));
	wd_json_set_hex(&doc, wd_json_set(&doc, subject, "digest", wd_json_object(&doc)), "sha256",
	    record->subject.at, sizeof record->subject.at);
	wd_json_set_str(&doc, doc.root, "predicateType", kinds[record->kind].predicate);
	predicate = wd_json_set(&doc, doc.root, "predicate", wd_json_object(&doc));
	kinds[record->kind].build(&doc, predicate, record);
	return wd_json_finish(&doc, WD_JSON_CANONICAL, out);
}

/* ---- reading ---------------------------------------------------------------------- */

static bool
read_submission(struct wd_json_at at, struct wd_record *r)
{
	struct wd_submission *s = &r->submission;
	int64_t version;

	if (!wd_json_at_members(at, "workflow version follows message") ||
	    !wd_json_at_text(wd_json_at(&at, "workflow"), WR_NAME_MAX, &s->workflow) ||
	    !wd_json_at_int(wd_json_at(&at, "version"), 0, WR_INT_DEFAULT, &version))
		return false;
	s->version = (uint64_t)version;
	return wd_json_at_digest_or_null(
		   wd_json_at(&at, "follows"), &s->has_follows, &s->follows) &&
	       wd_json_at_any_text(wd_json_at(&at, "message"), WD_MESSAGE_MAX, &s->message);
}

static bool
read_approval(struct wd_json_at at, struct wd_record *r)
{
	struct wd_approval *a = &r->approval;
	struct wd_json_at decision = wd_json_at(&at, "decision"),
			  log = wd_json_at(&at, "log_index");
	struct wr_text word;

	if (!wd_json_at_members(at,
		"decision role environment policy scope packet basis not_before "
		"not_after log_index message") ||
	    !wd_json_at_text(decision, 16, &word) ||
	    !wd_json_at_text(wd_json_at(&at, "role"), WR_NAME_MAX, &a->role) ||
	    !wd_json_at_text(wd_json_at(&at, "environment"), WR_NAME_MAX, &a->environment) ||
	    !wd_json_at_digest(wd_json_at(&at, "policy"), &a->policy) ||
	    !wd_json_at_digest(wd_json_at(&at, "scope"), &a->scope) ||
	    !wd_json_at_digest(wd_json_at(&at, "packet"), &a->packet) ||
	    !wd_json_at_digest_or_null(wd_json_at(&at, "basis"), &a->has_basis, &a->basis) ||
	    !wd_json_at_date(wd_json_at(&at, "not_before"), &a->not_before) ||
	    !wd_json_at_date(wd_json_at(&at, "not_after"), &a->not_after) ||
	    !wd_json_at_any_text(wd_json_at(&at, "message"), WD_MESSAGE_MAX, &a->message))
		return false;
	a->approves = wr_text_eq(word, WR_TEXT("approve"));
	if (!a->approves && !wr_text_eq(word, WR_TEXT("reject")))
		return wd_json_at_fail(decision, "is neither approve nor reject");
	return wd_json_kind(log.value) == WD_JSON_NULL ||
	       wd_json_at_fail(log, no_log);
}

static bool
read_withdrawal(struct wd_json_at at, struct wd_record *r)
{
	struct wd_withdrawal *w = &r->withdrawal;
	struct wd_json_at which = wd_json_at(&at, "approval");

	if (!wd_json_at_members(at, "approval at message") ||
	    !wd_json_at_date(wd_json_at(&at, "at"), &w->at) ||
	    !wd_json_at_any_text(wd_json_at(&at, "message"), WD_MESSAGE_MAX, &w->message))
		return false;
	w->all = wd_json_text_is(which.value, "all");
	return w->all || wd_json_at_digest(which, &w->approval);
}

static bool
read_revocation(struct wd_json_at at, struct wd_record *r)
{
	struct wd_revocation *v = &r->revocation;
	struct wd_json_at of = wd_json_at(&at, "of"), log = wd_json_at(&at, "last_log_index");
	struct wr_text word;

	if (!wd_json_at_members(at, "of at last_log_index message") ||
	    !wd_json_at_text(of, 16, &word) || !wd_json_at_date(wd_json_at(&at, "at"), &v->at) ||
	    !wd_json_at_any_text(wd_json_at(&at, "message"), WD_MESSAGE_MAX, &v->message))
		return false;
	v->is_key = wr_text_eq(word, WR_TEXT("key"));
	if (!v->is_key && !wr_text_eq(word, WR_TEXT("workflow")))
		return wd_json_at_fail(of, "is neither key nor workflow");
	return wd_json_kind(log.value) == WD_JSON_NULL ||
	       wd_json_at_fail(log, no_log);
}

/* One subject, by SHA-256 alone; its name, when there is one, says nothing that counts. */
static bool
read_subject(struct wd_json_at subjects, struct wd_digest *ret)
{
	struct wd_json_at one, digest, hex;
	struct wr_text text;

	if (!wd_json_at_array(subjects, 1, 1))
		return false;
	one = wd_json_at_item(&subjects, 0);
	if (!wd_json_at_members(one, "?name digest"))
		return false;
	if (wd_json_get(one.value, "name") != NULL &&
	    !wd_json_at_text(wd_json_at(&one, "name"), 256, &text))
		return false;
	digest = wd_json_at(&one, "digest");
	if (!wd_json_at_members(digest, "sha256"))
		return false;
	hex = wd_json_at(&digest, "sha256");
	return wd_json_at_hex(hex, ret->at, sizeof ret->at);
}

static bool
read_statement(struct wd_record *record, struct wd_json_error *error)
{
	struct wd_json_at top = wd_json_at_root(record->doc.root, error);
	struct wd_json_at type = wd_json_at(&top, "predicateType"),
			  predicate = wd_json_at(&top, "predicate");
	struct wr_text text;
	size_t kind = 0;

	if (!wd_json_at_members(top, "_type subject predicateType predicate") ||
	    !wd_json_at_exactly(wd_json_at(&top, "_type"), STATEMENT) ||
	    !wd_json_at_text(type, 256, &text) ||
	    !read_subject(wd_json_at(&top, "subject"), &record->subject))
		return false;
	while (kind < sizeof kinds / sizeof *kinds &&
	       !wr_text_eq(text, wr_text_of(kinds[kind].predicate)))
		kind++;
	if (kind == sizeof kinds / sizeof *kinds)
		return wd_json_at_fail(type, "is not a kind of record that this version knows");
	record->kind = (enum wd_record_kind)kind;
	return kinds[kind].read(predicate, record);
}

/* The key id narrows the search when it names a key of the policy; it proves nothing. */
static uint32_t
find_signer(const struct wd_policy *policy, const struct wd_envelope *e, struct wd_digest *ret_key)
{
	struct wr_text keyid = { e->keyid, e->keyid_size };
	struct wd_digest wanted;
	bool named = wd_digest_read(keyid, &wanted), narrow = false;

	for (int pass = named ? 0 : 1; pass < 2 && !narrow; pass++)
		for (uint32_t i = 0; i < policy->persons_len; i++)
			for (uint32_t k = 0; k < policy->persons[i].keys_len; k++) {
				const struct wd_key *key = &policy->persons[i].keys[k];

				if (pass == 0 && !wd_digest_eq(&key->digest, &wanted))
					continue;
				narrow |= pass == 0;
				if (wd_envelope_signed_by(e, key)) {
					*ret_key = key->digest;
					return i;
				}
			}
	return WD_NONE;
}

/* Two persons may say the same in the same second: what was said alone names neither. */
static struct wd_digest
name_record(struct wr_text payload, const struct wd_digest *key)
{
	struct wd_digest pair[2] = { wd_sha256(payload), *key };

	return wd_sha256((struct wr_text){ (const char *)pair, sizeof pair });
}

static enum wr_status
refuse(struct wd_record_problem *ret, enum wd_code code, const char *why, const char *place)
{
	*ret = (struct wd_record_problem){ .code = code, .why = why };
	if (place != NULL)
		memcpy(ret->place, place, sizeof ret->place);
	return WR_REFUSED;
}

enum wr_status
wd_record_open(const struct wd_policy *policy, struct wr_text bytes, const struct wr_alloc *alloc,
    struct wd_record *ret_record, struct wd_record_problem *ret_problem)
{
	struct wd_record *r = ret_record;
	struct wd_envelope envelope;
	struct wd_json_error error = { 0 };
	const char *why = NULL;
	enum wr_status status;

	memset(r, 0, sizeof *r);
	status = wd_envelope_open(
	    bytes, WD_ENVELOPE_MAX, WR_TEXT(WD_RECORD_TYPE), alloc, &envelope, &why);
	if (status == WR_NOMEM)
		return status;
	if (status != WR_OK)
		return refuse(
		    ret_problem, status == WR_INVALID ? WD_CODE_PAYLOAD_TYPE : WD_CODE_ENVELOPE, why, NULL);
	r->signer = find_signer(policy, &envelope, &r->key);
	r->digest = name_record(envelope.payload, &r->key);
	if (r->signer == WD_NONE) {
		status =
		    refuse(ret_problem, WD_CODE_SIGNATURE, "no key of the policy signed it", NULL);
		goto done;
	}
	status = wd_json_parse(&r->doc, alloc, envelope.payload, WD_ENVELOPE_MAX, &error);
	if (status == WR_MALFORMED || status == WR_LIMIT)
		status = refuse(ret_problem, WD_CODE_JSON, error.text, error.place);
	else if (status == WR_OK && !read_statement(r, &error)) {
		status = error.text == NULL ? WR_NOMEM
					    : refuse(ret_problem,
						  error.text == no_log ? WD_CODE_NOT_SUPPORTED : WD_CODE_STATEMENT,
						  error.text, error.place);
		wd_json_free(&r->doc);
	}
done:
	wd_envelope_free(&envelope);
	return status;
}

void
wd_record_free(struct wd_record *record)
{
	wd_json_free(&record->doc);
}
