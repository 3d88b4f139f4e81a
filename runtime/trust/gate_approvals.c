/*
 * Approvals, rejects and withdrawals. It decides which of them count and whether every
 * required party is there, with persons told apart by their keys' material.
 */
#include "runtime/trust/date.h"
#include "runtime/trust/gate_parts.h"

#include <assert.h>

/* ---- withdrawals ------------------------------------------------------------------ */

/*
 * Does this person take that record back? "all" means all that the person said
 * before, so others' records must be named one by one.
 */
static bool
takes_back(struct wd_gate *g, uint32_t person, const struct wd_record *r)
{
	for (uint32_t i = 0; i < g->in->records_len; i++) {
		const struct wd_record *w = &g->records[i];

		if (!g->opened[i] || w->kind != WD_WITHDRAWAL || w->signer != person ||
		    !wd_digest_eq(&w->subject, &r->subject))
			continue;
		if (w->withdrawal.all
			? person == r->signer && w->withdrawal.at >= r->approval.not_before
			: wd_digest_eq(&w->withdrawal.approval, &r->digest))
			return true;
	}
	return false;
}

/*
 * Taken back: by whoever said it; an approval also by as many owners as a new policy
 * takes. A reject is nobody else's to lift: its party approves instead.
 */
bool
wd_gate_withdrawn(struct wd_gate *g, const struct wd_record *r)
{
	const struct wd_policy *p = g->policy;
	uint32_t owners = 0;

	for (uint32_t o = 0; o < p->owners.members_len && r->approval.approves; o++)
		owners += takes_back(g, p->owners.members[o], r);
	return owners >= p->owners_threshold || takes_back(g, r->signer, r);
}

/* ---- one approval or reject ------------------------------------------------------- */

/* What counts now may not count from this second on. */
static void
lapses(struct wd_gate *g, int64_t at)
{
	if (at < g->verdict->until)
		g->verdict->until = at;
}

/* The first reason why it does not count, or WD_CODES_LEN. */
static enum wd_code
judge(struct wd_gate *g, const struct wd_record *r)
{
	const struct wd_gate_input *in = g->in;
	const struct wd_approval *a = &r->approval;
	uint32_t role = wd_policy_role(g->policy, a->role);
	struct wd_digest packet = wd_sha256(in->subject->packet);
	int64_t age_max = (int64_t)g->environment->approval_days * 86400;

	if (role == WD_NONE || !wd_role_has(&g->policy->roles[role], r->signer))
		return WD_CODE_ROLE;
	if (!wr_text_eq(a->environment, in->environment))
		return WD_CODE_OTHER_ENVIRONMENT;
	if (wd_parties_find(&g->verdict->parties, role) == NULL)
		return WD_CODE_NOT_REQUIRED;
	if (wd_gate_withdrawn(g, r))
		return WD_CODE_WITHDRAWN;
	if (!a->approves) /* a veto needs no more: it holds whatever changed since */
		return WD_CODES_LEN;
	if (g->author[r->signer])
		return WD_CODE_AUTHOR_APPROVED;
	if (a->has_basis != g->verdict->has_basis ||
	    (a->has_basis && !wd_digest_eq(&a->basis, &g->verdict->basis)))
		return WD_CODE_BASIS;
	if (!wd_chain_has(in->chain, &a->policy))
		return WD_CODE_POLICY;
	if (!wd_digest_eq(&a->scope, &g->verdict->scope))
		return WD_CODE_SCOPE;
	if (!wd_digest_eq(&a->packet, &packet))
		return WD_CODE_PACKET;
	if (in->now < a->not_before)
		return WD_CODE_TOO_EARLY;
	if (in->now >= a->not_after)
		return WD_CODE_TOO_LATE;
	if (in->now - a->not_before > age_max)
		return WD_CODE_TOO_OLD;
	lapses(g, a->not_after);
	lapses(g, a->not_before + age_max + 1);
	return WD_CODES_LEN;
}

static void
judge_all(struct wd_gate *g)
{
	for (uint32_t i = 0; i < g->in->records_len && g->status == WR_OK; i++) {
		const struct wd_record *r = &g->records[i];
		enum wd_code code;

		if (!g->opened[i] || r->kind != WD_APPROVAL ||
		    !wd_digest_eq(&r->subject, &g->in->subject->digest))
			continue;
		code = judge(g, r);
		g->counts[i] = code == WD_CODES_LEN;
		if (g->counts[i])
			continue;
		wd_gate_show(g, g->policy->persons[r->signer].name);
		wr_buf_str(&g->text, r->approval.approves ? " approves as " : " rejects as ");
		wd_gate_show(g, r->approval.role);
		wd_gate_note(g, i, code);
	}
}

/* ---- one person, one slot --------------------------------------------------------- */

/* A slot is one of the `count` seats of a party. */
struct seats {
	struct wd_gate *g;
	const uint32_t *party_of; /* of each slot: index into the parties */
	uint32_t *holder;         /* of each slot: a person or WD_NONE */
	bool *tried;              /* slots looked at in this round */
	uint32_t len;
};

static bool
approves_as(struct wd_gate *g, uint32_t person, uint32_t role)
{
	for (uint32_t i = 0; i < g->in->records_len; i++)
		if (g->counts[i] && g->records[i].approval.approves &&
		    g->records[i].signer == person &&
		    wd_policy_role(g->policy, g->records[i].approval.role) == role)
			return true;
	return false;
}

/*
 * Seat a person, moving others to free seats of theirs where that helps (an augmenting
 * path): so as many slots are filled as can be, whatever the order. Each slot is tried
 * once a round, which bounds the recursion by the number of slots.
 */
static bool
seat(struct seats *s, uint32_t person)
{
	for (uint32_t i = 0; i < s->len; i++) {
		uint32_t role = s->g->verdict->parties.at[s->party_of[i]].role;

		if (s->tried[i] || !approves_as(s->g, person, role))
			continue;
		s->tried[i] = true;
		if (s->holder[i] == WD_NONE || seat(s, s->holder[i])) {
			s->holder[i] = person;
			return true;
		}
	}
	return false;
}

static void
say_party(struct seats *s, struct wd_party_state *states, uint32_t index)
{
	struct wd_gate *g = s->g;
	const struct wd_party *party = &g->verdict->parties.at[index];
	const struct wd_role *role = &g->policy->roles[party->role];
	uint32_t filled = 0;

	for (uint32_t i = 0; i < s->len; i++)
		filled += s->party_of[i] == index && s->holder[i] != WD_NONE;
	wr_buf_u64(&g->text, filled);
	wr_buf_str(&g->text, " of ");
	wr_buf_u64(&g->text, party->count);
	for (uint32_t i = 0, n = 0; i < s->len; i++) {
		if (s->party_of[i] != index || s->holder[i] == WD_NONE)
			continue;
		wr_buf_str(&g->text, n++ == 0 ? ", " : " and ");
		wd_gate_show(g, g->policy->persons[s->holder[i]].name);
	}
	if (filled < party->count) {
		uint32_t n = 0;

		for (uint32_t i = 0; i < role->members_len; i++) {
			bool seated = false;

			for (uint32_t k = 0; k < s->len; k++)
				seated |= s->holder[k] == role->members[i];
			if (seated || g->author[role->members[i]])
				continue;
			wr_buf_str(&g->text, n++ == 0 ? "; it can come from " : " or ");
			wd_gate_show(g, g->policy->persons[role->members[i]].name);
		}
		if (n == 0)
			wr_buf_str(&g->text, "; nobody else holds the role");
	}
	states[index] = (struct wd_party_state){ filled >= party->count, wd_gate_keep(g) };
	wd_gate_show(g, role->name);
	wr_buf_str(&g->text, ": ");
	wr_buf_text(&g->text, states[index].text);
	for (uint32_t i = 0; i < party->reasons_len; i++) {
		wr_buf_str(&g->text, i == 0 ? " (" : ", ");
		wd_gate_show(g, party->reasons[i]);
	}
	wr_buf_str(&g->text, ")");
	wd_gate_say(g, WD_CODE_APPROVAL, filled >= party->count);
}

static void
check_parties(struct wd_gate *g)
{
	const struct wd_parties *parties = &g->verdict->parties;
	struct wr_arena *arena = &g->verdict->arena;
	struct seats s = { .g = g };
	struct wd_party_state *states = wr_arena_array(arena, (size_t)parties->len + 1, sizeof *states);
	uint32_t *party_of;

	for (uint32_t i = 0; i < parties->len; i++)
		s.len += parties->at[i].count;
	party_of = wr_arena_array(arena, s.len, sizeof *party_of);
	s.holder = wr_arena_array(arena, s.len, sizeof *s.holder);
	s.tried = wr_arena_array(arena, s.len, sizeof *s.tried);
	if (party_of == NULL || s.holder == NULL || s.tried == NULL || states == NULL) {
		g->status = WR_NOMEM;
		return;
	}
	for (uint32_t i = 0, slot = 0; i < parties->len; i++)
		for (uint32_t k = 0; k < parties->at[i].count; k++, slot++) {
			party_of[slot] = i;
			s.holder[slot] = WD_NONE;
		}
	s.party_of = party_of;
	for (uint32_t person = 0; person < g->policy->persons_len; person++) {
		memset(s.tried, 0, s.len * sizeof *s.tried);
		(void)seat(&s, person);
	}
	for (uint32_t i = 0; i < parties->len && g->status == WR_OK; i++)
		say_party(&s, states, i);
	g->verdict->states = states;
}

/* ---- vetoes ----------------------------------------------------------------------- */

/* Has the party approved after it rejected? */
static bool
overruled(struct wd_gate *g, const struct wd_record *reject)
{
	for (uint32_t i = 0; i < g->in->records_len; i++) {
		const struct wd_record *r = &g->records[i];

		if (g->counts[i] && r->approval.approves &&
		    wr_text_eq(r->approval.role, reject->approval.role) &&
		    r->approval.not_before > reject->approval.not_before)
			return true;
	}
	return false;
}

static void
check_vetoes(struct wd_gate *g)
{
	bool any = false;

	for (uint32_t i = 0; i < g->in->records_len && g->status == WR_OK; i++) {
		const struct wd_record *r = &g->records[i];

		if (!g->counts[i] || r->approval.approves || overruled(g, r))
			continue;
		wd_gate_show(g, g->policy->persons[r->signer].name);
		wr_buf_str(&g->text, " as ");
		wd_gate_show(g, r->approval.role);
		wr_buf_str(&g->text, " on ");
		wd_date_write(&g->text, r->approval.not_before);
		if (r->approval.message.size > 0) {
			wr_buf_str(&g->text, ": ");
			wd_gate_show(g, r->approval.message);
		}
		wd_gate_say(g, WD_CODE_REJECTED, false);
		any = true;
	}
	if (!any)
		wd_gate_say(g, WD_CODE_REJECTED, true);
}

void
wd_gate_check_approvals(struct wd_gate *g)
{
	assert(g->environment != NULL);
	judge_all(g);
	check_parties(g);
	check_vetoes(g);
}
