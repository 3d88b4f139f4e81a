/*
 * A second opinion on approval: random sets of records, each judged by the gate from its bytes and by
 * the plain words below from what was meant. Neither may approve what the other does not. The second
 * knows no envelope, no JSON and no graph of seats: it tries every seating.
 */
#include "tests/support/gate_ask.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/sysalloc.h"
#include "runtime/trust/scope.h"

TestSuite(gate_second, .timeout = 300);

#define DAY 86400
#define MEANT_MAX 24
#define ROUNDS 250

enum who { ANA, BO, CHI, DEE, EVE, MALLORY, WHO_LEN };

/* Every key, and whose it is. */
static const struct {
	const char *name;
	enum who who;
} keys[] = { { "ana", ANA }, { "ana/2", ANA }, { "bo", BO }, { "chi", CHI }, { "dee", DEE }, { "dee/2", DEE }, { "eve", EVE },
	{ "mallory", MALLORY } };
#define KEYS_LEN 8u

/* What somebody meant to say, before it became bytes. */
struct meant {
	enum wd_record_kind kind;
	bool reject;         /* of an approval */
	uint32_t key;        /* index into keys */
	bool here;           /* about the digest that is judged (or, of a revocation: by is_key) */
	bool broken;         /* the bytes were spoilt on the way */
	char message[16];

	/* submission */
	bool right_workflow, follows;
	uint64_t version;

	/* approval */
	const char *role, *environment;
	bool right_packet, basis;
	int scope;           /* 0: now; 1: of the first version; 2: of nothing */
	int policy;          /* 0: in force; 1: the first; 2: unknown */
	int64_t from, to;

	/* withdrawal, revocation */
	bool all, is_key;
	uint32_t of;         /* which of those before; of a revocation: which key */
	int64_t at;
};

/* The world they are judged in. */
struct world {
	const char *from, *to;  /* what changes in the policy */
	bool second;            /* as a second version, and not in the first */
	int security, privacy;  /* how many are required */
	int revoked_key;        /* by the policy; -1: none */
	bool scope_moves;       /* the second version changes what the workflow uses */
	bool dee_is_security;
};

static const struct world worlds[] = {
	{ NULL, NULL, false, 1, 1, -1, false, false },
	{ "\"require\": { \"security\": 1 }", "\"require\": { \"security\": 2 }", false, 2, 1, -1, false, false },
	{ "\"require\": { \"security\": 1 }", "\"require\": { \"security\": 2, \"privacy\": 2 }", false, 2, 2, -1, false, false },
	{ "\"security\": [\"ana\", \"bo\", \"eve\"]", "\"security\": [\"ana\", \"dee\", \"bo\", \"eve\"]", false, 1, 1, -1, false, true },
	{ "\"revoked\": []", "\"revoked\": [{ \"key\": \"ID(bo)\", \"reason\": \"lost\" }]", true, 1, 1, 2, false, false },
	{ "llm.acme.internal/v1", "llm.acme.internal/v2", true, 1, 1, -1, true, false },
	{ "\"floor\": 3", "\"floor\": 2", true, 1, 1, -1, false, false },
};

static uint64_t state;

static uint32_t
below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 20) % n);
}

static bool
rarely(void)
{
	return below(14) == 0;
}

/* ---- the second opinion -------------------------------------------------------------- */

struct opinion {
	const struct world *w;
	const struct meant *m;
	uint32_t len;
	int64_t now;
	bool revoked[KEYS_LEN]; /* by the policy or by records */
};

static bool
owns(enum who who)
{
	return who == ANA || who == BO || who == CHI;
}

static bool
holds(const struct opinion *o, enum who who, const char *role)
{
	if (strcmp(role, "author") == 0)
		return who == DEE;
	if (strcmp(role, "security") == 0)
		return who == ANA || who == BO || who == EVE || (who == DEE && o->w->dee_is_security);
	if (strcmp(role, "privacy") == 0)
		return who == CHI || who == EVE;
	return false;
}

/* Somebody of the policy said it, and it came whole. */
static bool
said(const struct meant *m)
{
	return !m->broken && keys[m->key].who != MALLORY;
}

/* Two owners say so by keys that the policy does not revoke, neither of them by the key itself. */
static bool
owners_revoke(const struct opinion *o, bool is_key, uint32_t what)
{
	bool who[WHO_LEN] = { false };
	int n = 0;

	for (uint32_t i = 0; i < o->len; i++) {
		const struct meant *m = &o->m[i];

		if (said(m) && m->kind == WD_REVOCATION && m->is_key == is_key && (is_key ? m->of == what : m->here) &&
		    owns(keys[m->key].who) && (int)m->key != o->w->revoked_key && !(is_key && m->key == what))
			who[keys[m->key].who] = true;
	}
	for (int i = 0; i < WHO_LEN; i++)
		n += who[i];
	return n >= 2;
}

static bool
counts(const struct opinion *o, uint32_t i)
{
	return said(&o->m[i]) && !o->revoked[o->m[i].key];
}

/* One key, the same words: one record. */
static bool
same(const struct meant *a, const struct meant *b)
{
	return a->kind == b->kind && a->key == b->key && a->here == b->here && a->reject == b->reject &&
	    strcmp(a->message, b->message) == 0 && strcmp(a->role, b->role) == 0 &&
	    strcmp(a->environment, b->environment) == 0 && a->right_packet == b->right_packet && a->basis == b->basis &&
	    a->scope == b->scope && a->policy == b->policy && a->from == b->from && a->to == b->to;
}

static bool
takes_back(const struct opinion *o, enum who who, const struct meant *decision)
{
	for (uint32_t i = 0; i < o->len; i++) {
		const struct meant *m = &o->m[i];

		if (!counts(o, i) || m->kind != WD_WITHDRAWAL || !m->here || keys[m->key].who != who)
			continue;
		if (m->all ? who == keys[decision->key].who && m->at >= decision->from : same(&o->m[m->of], decision))
			return true;
	}
	return false;
}

static bool
taken_back(const struct opinion *o, const struct meant *decision)
{
	int owners = 0;

	for (int who = 0; who < WHO_LEN; who++)
		owners += owns(who) && takes_back(o, who, decision);
	return takes_back(o, keys[decision->key].who, decision) || (!decision->reject && owners >= 2);
}

static bool
is_author(const struct opinion *o, enum who who)
{
	for (uint32_t i = 0; i < o->len; i++)
		if (counts(o, i) && o->m[i].kind == WD_SUBMISSION && o->m[i].here && keys[o->m[i].key].who == who)
			return true;
	return false;
}

/* A decision for one of the two parties, held, of this environment, not taken back. */
static bool
decides(const struct opinion *o, uint32_t i)
{
	const struct meant *m = &o->m[i];

	return counts(o, i) && m->kind == WD_APPROVAL && m->here && strcmp(m->role, "author") != 0 &&
	    holds(o, keys[m->key].who, m->role) && strcmp(m->environment, "development") == 0 && !taken_back(o, m);
}

static bool
approves(const struct opinion *o, uint32_t i)
{
	const struct meant *m = &o->m[i];
	bool scope = m->scope == 0 || (m->scope == 1 && !o->w->scope_moves);

	return decides(o, i) && !m->reject && !is_author(o, keys[m->key].who) && !m->basis && m->policy != 2 && scope &&
	    m->right_packet && m->from <= o->now && o->now < m->to && o->now - m->from <= 30 * DAY;
}

/* Every way to seat persons, one after the other, each once. */
static bool
seated(const struct opinion *o, int security, int privacy, unsigned taken)
{
	if (security == 0 && privacy == 0)
		return true;
	for (int who = 0; who < WHO_LEN; who++) {
		bool can[2] = { false, false };

		if ((taken >> who & 1) != 0)
			continue;
		for (uint32_t i = 0; i < o->len; i++)
			if ((int)keys[o->m[i].key].who == who && approves(o, i))
				can[strcmp(o->m[i].role, "privacy") == 0] = true;
		if ((can[0] && security > 0 && seated(o, security - 1, privacy, taken | 1u << who)) ||
		    (can[1] && privacy > 0 && seated(o, security, privacy - 1, taken | 1u << who)))
			return true;
	}
	return false;
}

static bool
vetoed(const struct opinion *o)
{
	for (uint32_t i = 0; i < o->len; i++) {
		bool lifted = false;

		if (!decides(o, i) || !o->m[i].reject)
			continue;
		for (uint32_t k = 0; k < o->len; k++)
			lifted |= approves(o, k) && strcmp(o->m[k].role, o->m[i].role) == 0 && o->m[k].from > o->m[i].from;
		if (!lifted)
			return true;
	}
	return false;
}

static bool
submitted(const struct opinion *o)
{
	uint64_t highest = 0, floor = o->w->second && strstr(o->w->from, "floor") != NULL ? 2 : 3;
	bool found = false, follows = false;

	for (uint32_t i = 0; i < o->len; i++) {
		const struct meant *m = &o->m[i];

		if (!counts(o, i) || m->kind != WD_SUBMISSION || !m->here || keys[m->key].who != DEE || !m->right_workflow)
			continue;
		if (!found || m->version > highest)
			follows = m->follows;
		else if (m->version == highest)
			follows |= m->follows;
		found = true;
		highest = m->version > highest ? m->version : highest;
	}
	return found && highest >= floor && !follows; /* what it would follow is not here */
}

static bool
second_opinion(const struct world *w, const struct meant *m, uint32_t len, int64_t now)
{
	struct opinion o = { w, m, len, now, { false } };

	for (uint32_t k = 0; k < KEYS_LEN; k++)
		o.revoked[k] = (int)k == w->revoked_key || owners_revoke(&o, true, k);
	return submitted(&o) && !owners_revoke(&o, false, 0) && seated(&o, w->security, w->privacy, 0) && !vetoed(&o);
}

/* ---- saying it in bytes --------------------------------------------------------------- */

static struct wd_digest
digest_of_key(uint32_t key)
{
	struct wd_private_key k = fixture_key(keys[key].name);

	return wd_public_key_digest(&k.public_key);
}

static struct wd_digest
named(const struct ask *a, uint32_t record)
{
	struct wd_record_problem problem;
	struct wd_record r;
	struct wd_digest digest = wd_sha256(WR_TEXT("no record"));

	if (wd_record_open(&a->chain.policy, a->records[record], wd_alloc(), &r, &problem) == WR_OK) {
		digest = r.digest;
		wd_record_free(&r);
	}
	return digest;
}

static void
add(struct ask *a, const struct meant *m, const struct wd_digest scopes[3])
{
	struct wd_digest unknown = wd_sha256(WR_TEXT("unknown"));
	const struct wd_digest policies[3] = { a->chain.policy.digest, a->chain.root, unknown };
	struct wd_record r = { .kind = m->kind, .subject = m->here ? a->subject.digest : unknown };
	struct wr_text bytes;

	if (m->kind == WD_SUBMISSION) {
		r.submission = (struct wd_submission){ m->right_workflow ? WR_TEXT("claims_triage") : WR_TEXT("another"),
			m->version, m->follows, unknown, wr_text_of(m->message) };
	} else if (m->kind == WD_APPROVAL) {
		r.approval = (struct wd_approval){ !m->reject, wr_text_of(m->role), wr_text_of(m->environment),
			policies[m->policy], scopes[m->scope],
			m->right_packet ? wd_sha256(a->subject.packet) : unknown, m->basis, unknown, m->from, m->to,
			wr_text_of(m->message) };
	} else if (m->kind == WD_WITHDRAWAL) {
		r.withdrawal = (struct wd_withdrawal){ .all = m->all, .at = m->at, .message = wr_text_of(m->message) };
		if (!m->all)
			r.withdrawal.approval = named(a, m->of);
	} else if (m->kind == WD_REVOCATION) {
		r.revocation = (struct wd_revocation){ m->is_key, m->at, wr_text_of(m->message) };
		if (m->is_key)
			r.subject = digest_of_key(m->of);
	} else {
		r.tested = fixture_tested(&a->subject).tested;
		r.tested.at = m->at;
		r.tested.cases_len = 1 + m->of % r.tested.cases_len;
	}
	ask_add(a, &r, keys[m->key].name);
	bytes = a->records[a->in.records_len - 1];
	if (m->broken) { /* one digit of the signature: it is of other bytes now */
		char *sig = strstr((char *)(uintptr_t)bytes.at, "\"sig\":\"");

		cr_assert_not_null(sig);
		sig[12] = sig[12] == 'A' ? 'B' : 'A';
	}
}

/* ---- random sets ------------------------------------------------------------------------ */

static struct meant
approval(uint32_t key, const char *role)
{
	return (struct meant){ .kind = WD_APPROVAL, .key = key, .here = true, .role = role, .environment = "development",
		.right_packet = true, .from = FIXTURE_NOW - 3600 - (int64_t)below(4) * 600, .to = FIXTURE_NOW + DAY };
}

static struct meant
draw(uint32_t i)
{
	static const char *const roles[] = { "security", "privacy", "security", "privacy", "author", "nothing" };
	struct meant m = approval(below(KEYS_LEN), roles[below(rarely() ? 6 : 4)]);

	m.kind = below(8) < 5 ? WD_APPROVAL : (enum wd_record_kind)below(5); /* tests too: they must change nothing */
	m.reject = below(7) == 0;
	m.here = !rarely();
	m.broken = rarely();
	m.right_workflow = !rarely();
	m.follows = rarely();
	m.version = below(5) + (rarely() ? 0 : 2);
	if (rarely())
		m.environment = "production";
	m.right_packet = !rarely();
	m.basis = rarely();
	m.scope = rarely() ? (int)below(3) : 0;
	m.policy = rarely() ? (int)below(3) : (int)below(2);
	if (rarely())
		m.from = FIXTURE_NOW - (int64_t)(28 + below(5)) * DAY + (int64_t)below(3) - 1;
	if (rarely())
		m.from = FIXTURE_NOW + (int64_t)below(3) - 1;
	if (rarely())
		m.to = FIXTURE_NOW + (int64_t)below(3) - 1;
	m.all = below(2) == 0;
	m.is_key = below(3) != 0;
	m.of = m.kind == WD_WITHDRAWAL ? below(i == 0 ? 1 : i) : below(KEYS_LEN);
	m.at = FIXTURE_NOW - (int64_t)below(6) * 1000;
	if (below(3) != 0)
		(void)snprintf(m.message, sizeof m.message, "%u", (unsigned)i);
	return m;
}

static void
show(const struct world *w, const struct meant *m, uint32_t len)
{
	(void)fprintf(stderr, "world: %s\n", w->to == NULL ? "as it is" : w->to);
	for (uint32_t i = 0; i < len; i++)
		(void)fprintf(stderr,
		    "%u %s%s by %s here %d broken %d role %s env %s scope %d policy %d packet %d basis %d from %ld to %ld "
		    "version %lu follows %d wf %d all %d of %u key %d at %ld\n",
		    (unsigned)i, wd_record_word(m[i].kind), m[i].reject ? "(reject)" : "", keys[m[i].key].name, m[i].here,
		    m[i].broken, m[i].role, m[i].environment, m[i].scope, m[i].policy, m[i].right_packet, m[i].basis,
		    (long)(m[i].from - FIXTURE_NOW), (long)(m[i].to - FIXTURE_NOW), (unsigned long)m[i].version, m[i].follows,
		    m[i].right_workflow, m[i].all, (unsigned)m[i].of, m[i].is_key, (long)(m[i].at - FIXTURE_NOW));
}

/* A set that often is good, and something more. */
static uint32_t
draw_set(const struct world *w, struct meant *m)
{
	uint32_t len = 0, more = below(5);

	m[len++] = (struct meant){ .kind = WD_SUBMISSION, .key = 4, .here = true, .right_workflow = true, .version = 3,
		.role = "", .environment = "" };
	m[len++] = approval(0, "security");
	m[len++] = approval(3, "privacy");
	if (w->security == 2 && below(4) != 0)
		m[len++] = approval(below(2) == 0 ? 2 : 6, "security");
	if (w->privacy == 2 && below(4) != 0)
		m[len++] = approval(6, "privacy");
	if (w->privacy == 2 && below(2) == 0)
		m[len++] = approval(2, "security");
	while (more-- > 0) {
		m[len] = draw(len);
		len++;
	}
	if (below(4) == 0) { /* one of the good ones goes: the others may make up for it */
		uint32_t gone = below(len);
		bool referred = false;

		for (uint32_t i = gone + 1; i < len; i++)
			referred |= m[i].kind == WD_WITHDRAWAL;
		if (!referred) {
			memmove(&m[gone], &m[gone + 1], (len - gone - 1) * sizeof *m);
			len--;
		}
	}
	return len;
}

static bool
first_opinion(struct ask *a, const struct world *w, const struct meant *m, uint32_t len)
{
	struct wd_digest scopes[3] = { { { 0 } } };
	struct wd_chain first = fixture_chain(NULL, NULL);

	ask_start(a, w->second ? NULL : w->from, w->second ? NULL : w->to);
	if (w->second) {
		wd_chain_free(&a->chain);
		a->chain = fixture_chain_of_two(w->from, w->to);
	}
	cr_assert_eq(wd_scope_digest(&a->chain.policy, &a->summary, a->in.environment, wd_alloc(), &scopes[0]), WR_OK);
	scopes[1] = scopes[0];
	if (w->second)
		cr_assert_eq(wd_scope_digest(&first.policy, &a->summary, a->in.environment, wd_alloc(), &scopes[1]), WR_OK);
	for (uint32_t i = 0; i < len; i++)
		add(a, &m[i], scopes);
	wd_chain_free(&first);
	return ask_judge(a);
}

Test(gate_second, agrees_with_the_gate_about_every_set_of_records)
{
	const char *seed = getenv("WRIT_SEED"), *rounds = getenv("WRIT_ROUNDS");
	long n = rounds == NULL ? ROUNDS : atol(rounds);
	uint32_t yes = 0, no = 0;

	state = 0x9e3779b97f4a7c15u ^ (seed == NULL ? 0 : strtoull(seed, NULL, 0));
	for (long round = 0; round < n; round++) {
		const struct world *w = &worlds[below(sizeof worlds / sizeof *worlds)];
		struct meant m[MEANT_MAX] = { 0 };
		uint32_t len = draw_set(w, m);
		bool gate, second = second_opinion(w, m, len, FIXTURE_NOW);
		struct ask a;

		gate = first_opinion(&a, w, m, len);
		if (gate != second)
			show(w, m, len);
		cr_expect_eq(gate, second, "round %ld: the gate says %s (unmet: %s), the second %s", round, gate ? "yes" : "no",
		    ask_unmet(&a.verdict), second ? "yes" : "no");
		yes += gate;
		no += !gate;
		ask_end(&a);
		if (gate != second)
			break;
	}
	cr_expect(yes * 5 > (uint32_t)n && no * 5 > (uint32_t)n, "the sets say too little: %u yes, %u no", yes, no);
}
