/*
 * The second opinion on approval: which records are some, which of them count, and what is unmet.
 * Everybody is a name, every set a loop, and every way to seat persons is tried. It decides what the gate
 * has to say; it never asks the gate.
 */
#include "tests/support/second.h"
#include "tests/support/second_chain.h"

#include <stdlib.h>
#include <string.h>

#define PREDICATE "urn:uuid:3cfacecf-859f-4153-8dff-3a429907bc35#"

static bool
text_is(struct wr_text t, const char *word)
{
	return word != NULL && t.size == strlen(word) && memcmp(t.at, word, t.size) == 0;
}

/* ---- records ------------------------------------------------------------------------------ */

enum kind { NOTHING, SUBMISSION, APPROVAL, WITHDRAWAL, REVOCATION, VOID }; /* VOID: a submission by a revoked key */

struct record {
	enum kind kind;
	const char *person;
	struct wd_digest subject, key, name; /* name: of the payload's digest and the key's */
	json_t *top;
	const json_t *says;                  /* the predicate */
	bool counts;
};

static const char *
said(const struct record *r, const char *member)
{
	return json_string_value(json_object_get(r->says, member));
}

static int64_t
when(const struct record *r, const char *member)
{
	int64_t at = 0;

	return second_date(json_object_get(r->says, member), &at) ? at : 0;
}

static bool
digest_or_null(const json_t *v)
{
	struct wd_digest digest;

	return json_is_null(v) || second_digest(v, &digest);
}

static bool
predicate_good(enum kind kind, const json_t *v)
{
	const json_t *decision = json_object_get(v, "decision"), *which = json_object_get(v, "approval");
	const json_t *of = json_object_get(v, "of");
	struct wd_digest d;
	int64_t t;

	if (second_text(json_object_get(v, "message"), 0, 4096) == NULL)
		return false;
	if (kind == SUBMISSION)
		return second_members(v, "workflow version follows message", "") &&
		    second_text(json_object_get(v, "workflow"), 1, 64) != NULL &&
		    second_int(json_object_get(v, "version"), 0, (1LL << 53) - 1) &&
		    digest_or_null(json_object_get(v, "follows"));
	if (kind == APPROVAL)
		return second_members(v,
			   "decision role environment policy scope packet basis not_before not_after log_index message", "") &&
		    (second_is(decision, "approve") || second_is(decision, "reject")) &&
		    second_text(json_object_get(v, "role"), 1, 64) != NULL &&
		    second_text(json_object_get(v, "environment"), 1, 64) != NULL &&
		    second_digest(json_object_get(v, "policy"), &d) && second_digest(json_object_get(v, "scope"), &d) &&
		    second_digest(json_object_get(v, "packet"), &d) && digest_or_null(json_object_get(v, "basis")) &&
		    second_date(json_object_get(v, "not_before"), &t) && second_date(json_object_get(v, "not_after"), &t) &&
		    json_is_null(json_object_get(v, "log_index"));
	if (kind == WITHDRAWAL)
		return second_members(v, "approval at message", "") && second_date(json_object_get(v, "at"), &t) &&
		    (second_is(which, "all") || second_digest(which, &d));
	return second_members(v, "of at last_log_index message", "") && second_date(json_object_get(v, "at"), &t) &&
	    (second_is(of, "key") || second_is(of, "workflow")) && json_is_null(json_object_get(v, "last_log_index"));
}

static bool
statement_good(struct record *r)
{
	static const char *const kinds[] = { "", PREDICATE "submission/1", PREDICATE "approval/1",
		PREDICATE "withdrawal/1", PREDICATE "revocation/1" };
	const json_t *subjects = json_object_get(r->top, "subject"), *one = json_array_get(subjects, 0);
	const json_t *digest = json_object_get(one, "digest"), *hex = json_object_get(digest, "sha256");

	r->says = json_object_get(r->top, "predicate");
	for (int i = SUBMISSION; i <= REVOCATION; i++)
		if (second_is(json_object_get(r->top, "predicateType"), kinds[i]))
			r->kind = (enum kind)i;
	return r->kind != NOTHING && second_members(r->top, "_type subject predicateType predicate", "") &&
	    second_is(json_object_get(r->top, "_type"), "https://in-toto.io/Statement/v1") &&
	    json_array_size(subjects) == 1 && second_members(one, "digest", "name") &&
	    (json_object_get(one, "name") == NULL || second_text(json_object_get(one, "name"), 1, 256) != NULL) &&
	    second_members(digest, "sha256", "") && json_is_string(hex) &&
	    second_unhex(json_string_value(hex), r->subject.at, 32) && predicate_good(r->kind, r->says);
}

static void
record_read(const struct second_policy *p, struct wr_text bytes, struct record *r)
{
	const struct second_key *key;
	struct wd_digest pair[2];
	struct second_envelope e;

	memset(r, 0, sizeof *r);
	if (!second_envelope_read(bytes, "application/vnd.in-toto+json", 49152, &e))
		return;
	key = second_signer(p, &e);
	if (key != NULL) {
		r->top = second_json(e.payload.at, e.payload.size, 49152);
		pair[0] = second_hash(e.payload.at, e.payload.size);
		pair[1] = r->key = key->digest;
		r->name = second_hash(pair, sizeof pair);
		r->person = key->person;
		if (r->top == NULL || !statement_good(r))
			r->kind = NOTHING;
	}
	second_envelope_free(&e);
}

/* ---- the verdict -------------------------------------------------------------------------- */

struct opinion {
	const struct second_ask *ask;
	const struct wd_gate_input *in;
	struct second_policy p;
	const json_t *environment;
	struct record *r;
	size_t len;
	struct wd_digest versions[SECOND_VERSIONS];
	size_t versions_len;
	struct wd_digest scope;
	struct second_verdict *v;
};

static void
hold(struct opinion *o, enum wd_code code, bool met)
{
	if (!met)
		o->v->unmet |= (uint64_t)1 << code;
}

/* As many owners as a new policy takes revoke it, each by a key that the policy leaves and that is not it. */
static bool
records_revoke(const struct opinion *o, const char *of, const struct wd_digest *what)
{
	json_t *who = json_object();
	bool enough;

	for (size_t i = 0; i < o->len; i++)
		if (o->r[i].kind == REVOCATION && strcmp(said(&o->r[i], "of"), of) == 0 &&
		    second_same(&o->r[i].subject, what) && second_is_owner(&o->p, o->r[i].person) &&
		    !second_revoked(&o->p, "key", &o->r[i].key) &&
		    !(strcmp(of, "key") == 0 && second_same(&o->r[i].key, what)))
			(void)json_object_set_new(who, o->r[i].person, json_true());
	enough = (json_int_t)json_object_size(who) >= second_threshold(&o->p);
	json_decref(who);
	return enough;
}

static bool
revoked(const struct opinion *o, const char *of, const struct wd_digest *what)
{
	return second_revoked(&o->p, of, what) || records_revoke(o, of, what);
}

static bool
here(const struct opinion *o, const struct record *r)
{
	return second_same(&r->subject, &o->in->subject->digest);
}

/* A submission of this workflow by an author, about any digest. */
static bool
submits(const struct opinion *o, const struct record *r)
{
	return r->kind == SUBMISSION && second_has_role(&o->p, r->person, "author") &&
	    text_is(o->in->subject->summary->workflow, said(r, "workflow"));
}

/* Does `from` come after `to` in at most `steps` steps? */
static bool
after(const struct opinion *o, const struct wd_digest *from, const struct wd_digest *to, size_t steps)
{
	struct wd_digest before;

	for (size_t i = 0; i < o->len && steps > 0; i++)
		if (submits(o, &o->r[i]) && second_same(&o->r[i].subject, from) &&
		    second_digest(json_object_get(o->r[i].says, "follows"), &before) &&
		    (second_same(&before, to) || after(o, &before, to, steps - 1)))
			return true;
	return false;
}

static void
judge_submission(struct opinion *o)
{
	const struct wd_gate_input *in = o->in;
	const struct wd_subject *s = in->subject;
	bool found = false, back;

	for (size_t i = 0; i < o->len; i++) {
		json_int_t version = json_integer_value(json_object_get(o->r[i].says, "version"));
		struct wd_digest follows;
		bool has;

		if (!submits(o, &o->r[i]) || !here(o, &o->r[i]) || (found && (uint64_t)version < o->v->submitted))
			continue;
		if (!found || (uint64_t)version > o->v->submitted)
			o->v->has_basis = false;
		has = second_digest(json_object_get(o->r[i].says, "follows"), &follows);
		if (has && (!o->v->has_basis || memcmp(follows.at, o->v->basis.at, 32) > 0))
			o->v->basis = follows;
		o->v->has_basis |= has;
		o->v->submitted = (uint64_t)version;
		found = true;
	}
	hold(o, WD_CODE_SUBMITTED, found);
	hold(o, WD_CODE_BASIS_HERE, o->v->has_basis
	    ? s->basis != NULL && second_same(&s->basis_digest, &o->v->basis) : s->basis == NULL);
	if (!found)
		return;
	hold(o, WD_CODE_FLOOR, (json_int_t)o->v->submitted >= second_floor(&o->p, s->summary->workflow));
	hold(o, WD_CODE_VERSION_SEEN, in->rollback || o->v->submitted >= in->version_seen);
	back = in->rollback && after(o, &in->running, &s->digest, o->len);
	hold(o, WD_CODE_SUCCESSOR, !in->has_running || second_same(&in->running, &s->digest) ||
	    after(o, &s->digest, &in->running, o->len) || back);
}

/* ---- approvals ---------------------------------------------------------------------------- */

static bool
takes_back(const struct opinion *o, const char *person, const struct record *decision)
{
	struct wd_digest which;

	for (size_t i = 0; i < o->len; i++) {
		const struct record *w = &o->r[i];

		if (w->kind != WITHDRAWAL || strcmp(w->person, person) != 0 ||
		    !second_same(&w->subject, &decision->subject))
			continue;
		if (strcmp(said(w, "approval"), "all") == 0
			? strcmp(person, decision->person) == 0 && when(w, "at") >= when(decision, "not_before")
			: second_digest(json_object_get(w->says, "approval"), &which) &&
			    second_same(&which, &decision->name))
			return true;
	}
	return false;
}

static bool
is_approve(const struct record *r)
{
	return strcmp(said(r, "decision"), "approve") == 0;
}

static bool
taken_back(const struct opinion *o, const struct record *decision)
{
	json_t *owners = json_object_get(json_object_get(o->p.top, "owners"), "persons"), *owner;
	json_int_t n = 0;
	size_t i;

	json_array_foreach (owners, i, owner)
		n += takes_back(o, json_string_value(owner), decision);
	return takes_back(o, decision->person, decision) || (is_approve(decision) && n >= second_threshold(&o->p));
}

static bool
submitted_it(const struct opinion *o, const char *person)
{
	for (size_t i = 0; i < o->len; i++)
		if ((o->r[i].kind == SUBMISSION || o->r[i].kind == VOID) && here(o, &o->r[i]) &&
		    strcmp(o->r[i].person, person) == 0)
			return true;
	return false;
}

/* ---- what came before ----------------------------------------------------------------------- */

/* The highest version that this digest was submitted as; -1: as none. */
static json_int_t
version_of(const struct opinion *o, const struct wd_digest *digest)
{
	json_int_t version = -1, one;

	for (size_t i = 0; i < o->len; i++) {
		if (!submits(o, &o->r[i]) || !second_same(&o->r[i].subject, digest))
			continue;
		one = json_integer_value(json_object_get(o->r[i].says, "version"));
		version = one > version ? one : version;
	}
	return version;
}

/* Somebody approved this digest here in that role (NULL: in any), submitted it not, and did not take it back. */
static bool
agreed(const struct opinion *o, const struct wd_digest *digest, const char *role)
{
	for (size_t i = 0; i < o->len; i++) {
		const struct record *r = &o->r[i];
		bool own = false;

		if (r->kind != APPROVAL || !is_approve(r) || !second_same(&r->subject, digest) ||
		    !text_is(o->in->environment, said(r, "environment")) ||
		    !second_has_role(&o->p, r->person, said(r, "role")) || taken_back(o, r) ||
		    (role != NULL && strcmp(said(r, "role"), role) != 0))
			continue;
		for (size_t k = 0; k < o->len; k++)
			own |= (o->r[k].kind == SUBMISSION || o->r[k].kind == VOID) && second_same(&o->r[k].subject, digest) &&
			    strcmp(o->r[k].person, r->person) == 0;
		if (!own)
			return true;
	}
	return false;
}

/* A version that came before the one that is judged, and was somebody's yes. */
static bool
is_earlier(const struct opinion *o, const struct wd_digest *digest)
{
	json_int_t own = version_of(o, &o->in->subject->digest), its = version_of(o, digest);

	return !second_same(digest, &o->in->subject->digest) && its >= 0 && (own < 0 || its <= own) &&
	    agreed(o, digest, NULL);
}

static bool
is_before(const struct opinion *o, const struct wd_digest *a, const struct wd_digest *b)
{
	json_int_t x = version_of(o, a), y = version_of(o, b);

	return x != y ? x < y : memcmp(a->at, b->at, 32) < 0;
}

/* Does the role compare with this earlier version: has it agreed to none that came after it? */
static bool
compares(const struct opinion *o, const struct wd_digest *digest, const char *role)
{
	for (size_t i = 0; i < o->len; i++)
		if (o->r[i].kind == SUBMISSION && is_earlier(o, &o->r[i].subject) &&
		    is_before(o, digest, &o->r[i].subject) && agreed(o, &o->r[i].subject, role))
			return false;
	return true;
}

static const struct wd_past *
past_of(const struct opinion *o, const struct wd_digest *digest)
{
	for (uint32_t i = 0; i < o->in->past_len; i++)
		if (second_same(&o->in->past[i].digest, digest))
			return &o->in->past[i];
	return NULL;
}

/* How many of a role must approve, what came before included. */
static json_int_t
party(const struct opinion *o, const char *role)
{
	const struct wd_subject *s = o->in->subject;
	json_int_t count = second_party(&o->p, o->environment, s, role);

	for (size_t i = 0; i < o->len && count == 0; i++) {
		const struct wd_past *past = past_of(o, &o->r[i].subject);

		if (o->r[i].kind == SUBMISSION && past != NULL && past->here && past->summary != NULL &&
		    (s->basis == NULL || !second_same(&past->digest, &s->basis_digest)) &&
		    wr_text_eq(past->summary->workflow, s->summary->workflow) && is_earlier(o, &past->digest) &&
		    compares(o, &past->digest, role) &&
		    second_lost(&o->p, past->summary, &past->losses, s->summary, role))
			count = 1;
	}
	return count;
}

/* Every version that an owner of a label compares with is here, or is what the packet compares with. */
static void
judge_earlier(struct opinion *o)
{
	const struct wd_subject *s = o->in->subject;
	const char *name;
	json_t *label;

	for (size_t i = 0; i < o->len; i++) {
		const struct wd_digest *digest = &o->r[i].subject;
		const struct wd_past *past = past_of(o, digest);

		if (o->r[i].kind != SUBMISSION || !is_earlier(o, digest) || (past != NULL && past->here) ||
		    (s->basis != NULL && second_same(digest, &s->basis_digest)))
			continue;
		json_object_foreach (second_open(second_member(&o->p, "labels")), name, label)
			hold(o, WD_CODE_EARLIER_HERE, !compares(o, digest, json_string_value(json_object_get(label, "owner"))));
	}
}

/* ---- decisions ------------------------------------------------------------------------------ */

/* A decision of one who may, for a party that is asked, not taken back. */
static bool
decides(const struct opinion *o, const struct record *r)
{
	return r->kind == APPROVAL && here(o, r) && second_has_role(&o->p, r->person, said(r, "role")) &&
	    text_is(o->in->environment, said(r, "environment")) &&
	    party(o, said(r, "role")) > 0 && !taken_back(o, r);
}

static bool
approves(struct opinion *o, const struct record *r)
{
	json_int_t days = json_integer_value(json_object_get(o->environment, "approval_days"));
	int64_t from = when(r, "not_before"), to = when(r, "not_after"), now = o->in->now;
	struct wd_digest policy, scope, packet, basis;
	struct wd_digest shown = second_hash(o->in->subject->packet.at, o->in->subject->packet.size);
	bool of_chain = false, has_basis = second_digest(json_object_get(r->says, "basis"), &basis);

	if (!decides(o, r) || !is_approve(r) || submitted_it(o, r->person))
		return false;
	if (!second_digest(json_object_get(r->says, "policy"), &policy) ||
	    !second_digest(json_object_get(r->says, "scope"), &scope) ||
	    !second_digest(json_object_get(r->says, "packet"), &packet))
		return false;
	for (size_t i = 0; i < o->versions_len; i++)
		of_chain |= second_same(&policy, &o->versions[i]);
	if (!of_chain || !second_same(&scope, &o->scope) || !second_same(&packet, &shown) ||
	    has_basis != o->v->has_basis || (has_basis && !second_same(&basis, &o->v->basis)))
		return false;
	if (now < from || now >= to || now > from + days * 86400)
		return false;
	o->v->until = to < o->v->until ? to : o->v->until;
	o->v->until = from + days * 86400 + 1 < o->v->until ? from + days * 86400 + 1 : o->v->until;
	return true;
}

/* Can the seats that are left be filled by persons not yet seated? Tries whoever can, for the first of them. */
static bool
seated(const struct opinion *o, json_t *left, json_t *taken)
{
	const char *role, *person;
	json_t *count, *nothing;

	json_object_foreach (left, role, count) {
		json_int_t seats = json_integer_value(count);

		if (seats == 0)
			continue;
		json_object_foreach (json_object_get(o->p.top, "persons"), person, nothing) {
			bool can = false;

			for (size_t i = 0; i < o->len; i++)
				can |= o->r[i].counts && strcmp(o->r[i].person, person) == 0 &&
				    strcmp(said(&o->r[i], "role"), role) == 0;
			if (!can || json_object_get(taken, person) != NULL)
				continue;
			(void)json_object_set_new(taken, person, json_true());
			(void)json_integer_set(count, seats - 1);
			if (seated(o, left, taken))
				return true;
			(void)json_integer_set(count, seats);
			(void)json_object_del(taken, person);
		}
		return false;
	}
	return true;
}

static void
judge_approvals(struct opinion *o)
{
	json_t *left = json_object(), *taken = json_object(), *nothing;
	const char *role;

	for (size_t i = 0; i < o->len; i++)
		o->r[i].counts = approves(o, &o->r[i]);
	json_object_foreach (json_object_get(o->p.top, "roles"), role, nothing)
		(void)json_object_set_new(left, role,
		    json_integer(party(o, role)));
	hold(o, WD_CODE_APPROVAL, seated(o, left, taken));
	json_decref(left);
	json_decref(taken);
	for (size_t i = 0; i < o->len; i++) {
		bool lifted = false;

		if (!decides(o, &o->r[i]) || is_approve(&o->r[i]))
			continue;
		for (size_t k = 0; k < o->len; k++)
			lifted |= o->r[k].counts && strcmp(said(&o->r[k], "role"), said(&o->r[i], "role")) == 0 &&
			    when(&o->r[k], "not_before") > when(&o->r[i], "not_before");
		hold(o, WD_CODE_REJECTED, lifted);
	}
}

static void
judge(struct opinion *o)
{
	const struct wd_gate_input *in = o->in;
	bool *dead = calloc(o->len + 1, sizeof *dead);
	int64_t issued = 0, expires = 0;

	if (dead == NULL || !second_date(json_object_get(o->p.top, "issued"), &issued) ||
	    !second_date(json_object_get(o->p.top, "expires"), &expires))
		abort();
	o->v->until = expires;
	o->environment = second_entry(&o->p, "environments", in->environment);
	hold(o, WD_CODE_VERIFIES, in->subject->summary != NULL);
	hold(o, WD_CODE_POLICY_TIME, issued <= in->now && in->now < expires);
	hold(o, WD_CODE_ENVIRONMENT, o->environment != NULL);
	hold(o, WD_CODE_EVIDENCE, in->evidence.size == 0 || o->environment == NULL ||
	    second_lists(json_object_get(o->environment, "evidence"), in->evidence));
	hold(o, WD_CODE_RECORDS_READ, in->unread.size == 0);
	hold(o, WD_CODE_REVOKED, !revoked(o, "workflow", &in->subject->digest));
	for (size_t i = 0; i < o->len; i++)
		dead[i] = o->r[i].kind != NOTHING && revoked(o, "key", &o->r[i].key);
	for (size_t i = 0; i < o->len; i++)
		if (dead[i])
			o->r[i].kind = o->r[i].kind == SUBMISSION ? VOID : NOTHING;
	free(dead);
	if (in->subject->summary == NULL)
		return;
	o->scope = second_scope(&o->p, in->subject->summary, in->environment);
	judge_submission(o);
	judge_earlier(o);
	o->v->unmet |= second_against_policy(&o->p, in, o->ask->bindings);
	if (o->environment != NULL)
		judge_approvals(o);
}

struct second_verdict
second_opinion(const struct second_ask *ask)
{
	struct second_verdict v = { .judged = false };
	struct opinion o = { .ask = ask, .in = ask->in, .len = ask->in->records_len, .v = &v };

	o.r = calloc(o.len + 1, sizeof *o.r);
	if (o.r == NULL)
		abort();
	v.judged = (ask->bindings.size == 0 || second_bindings_good(ask->bindings)) &&
	    second_chain(ask, &o.p, o.versions, &o.versions_len);
	if (v.judged) {
		v.version = (uint32_t)second_policy_int(&o.p, "version");
		for (size_t i = 0; i < o.len; i++)
			record_read(&o.p, ask->in->records[i], &o.r[i]);
		judge(&o);
		for (size_t i = 0; i < o.len; i++)
			json_decref(o.r[i].top);
		second_policy_free(&o.p);
	}
	free(o.r);
	return v;
}

const char *
second_words(uint64_t codes)
{
	static const char *const words[] = {
#define CODE(name, word, who, text) word,
#include "runtime/trust/gate.def"
#undef CODE
	};
	static char out[2000];

	out[0] = '\0';
	for (size_t i = 0; i < WD_CODES_LEN; i++)
		if ((codes >> i & 1) != 0)
			(void)snprintf(out + strlen(out), sizeof out - strlen(out), " %s", words[i]);
	return out;
}

uint64_t
second_unmet_of(const struct wd_verdict *verdict)
{
	uint64_t unmet = 0;

	for (uint32_t i = 0; i < verdict->conditions_len; i++)
		unmet |= (uint64_t)!verdict->conditions[i].met << verdict->conditions[i].code;
	return unmet;
}
