/*
 * The records about a workflow: which are records at all, who submitted it, as
 * which version, in whose place. It decides nothing about approvals.
 */
#include "runtime/trust/gate_parts.h"

#define AUTHOR "author" /* the role of those who may submit */

/* One that cannot be read may be a reject, a withdrawal or a revocation: it is not as if it were not there. */
void
wd_gate_check_unread(struct wd_gate *g)
{
	wd_gate_show(g, g->in->unread);
	wd_gate_say(g, WD_CODE_RECORDS_READ, g->in->unread.size == 0);
}

void
wd_gate_check_records(struct wd_gate *g)
{
	for (uint32_t i = 0; i < g->in->records_len && g->status == WR_OK; i++) {
		struct wd_record_problem problem;
		enum wr_status status = wd_record_open(
		    g->policy, g->in->records[i], g->alloc, &g->records[i], &problem);

		g->opened[i] = status == WR_OK;
		if (status == WR_REFUSED) {
			wr_buf_str(&g->text, problem.place);
			wr_buf_str(&g->text, problem.place[0] != '\0' ? ": " : "");
			wr_buf_str(&g->text, problem.why);
			wd_gate_note(g, i, problem.code);
		} else if (status != WR_OK) {
			g->status = status;
		}
	}
}

static bool
about_this(const struct wd_gate *g, const struct wd_record *r)
{
	return wd_digest_eq(&r->subject, &g->in->subject->digest);
}

/* A submission by an author; about any digest, of any workflow. */
static bool
by_author(const struct wd_gate *g, uint32_t i)
{
	uint32_t role = wd_policy_role(g->policy, WR_TEXT(AUTHOR));

	return g->opened[i] && g->records[i].kind == WD_SUBMISSION && role != WD_NONE &&
	       wd_role_has(&g->policy->roles[role], g->records[i].signer);
}

/* The same of this workflow: another's line of versions leads nowhere here. */
bool
wd_gate_submits(const struct wd_gate *g, uint32_t i)
{
	return by_author(g, i) &&
	       wr_text_eq(g->records[i].submission.workflow, g->in->subject->summary->workflow);
}

/* About neither a version of this workflow nor a key. */
static bool
is_elsewhere(const struct wd_gate *g, const struct wd_record *r)
{
	if (about_this(g, r) || (r->kind == WD_REVOCATION && r->revocation.is_key))
		return false;
	for (uint32_t i = 0; i < g->in->records_len; i++)
		if (wd_gate_submits(g, i) && wd_digest_eq(&g->records[i].subject, &r->subject))
			return false;
	return true;
}

/*
 * Does `from` follow `to`, directly or in steps, by what authors submitted? Each record
 * is queued at most once, so this ends within records_len rounds.
 */
static bool
follows(struct wd_gate *g, const struct wd_digest *from, const struct wd_digest *to)
{
	uint32_t n = g->in->records_len, len = 0;
	uint32_t *queue = wr_arena_array(&g->verdict->arena, n, sizeof *queue);
	bool *queued = wr_arena_array(&g->verdict->arena, n, sizeof *queued);

	if (queue == NULL || queued == NULL) {
		g->status = WR_NOMEM;
		return false;
	}
	for (uint32_t at = 0; at <= len; at++) {
		const struct wd_digest *here =
		    at == 0 ? from : &g->records[queue[at - 1]].submission.follows;

		if (at > 0 && wd_digest_eq(here, to))
			return true;
		for (uint32_t i = 0; i < n; i++)
			if (!queued[i] && wd_gate_submits(g, i) && g->records[i].submission.has_follows &&
			    wd_digest_eq(&g->records[i].subject, here)) {
				queued[i] = true;
				queue[len++] = i;
			}
	}
	return false;
}

/* Does what a submission follows count before what another of the same version does? */
static bool
follows_more(const struct wd_submission *a, const struct wd_submission *b)
{
	if (a->has_follows != b->has_follows || !a->has_follows)
		return a->has_follows && !b->has_follows;
	return memcmp(a->follows.at, b->follows.at, sizeof a->follows.at) > 0;
}

void
wd_gate_find_basis(struct wd_gate *g)
{
	const struct wd_submission *best = NULL;

	for (uint32_t i = 0; i < g->in->records_len; i++) {
		const struct wd_submission *s = &g->records[i].submission;

		if (wd_gate_submits(g, i) && about_this(g, &g->records[i]) &&
		    (best == NULL || s->version > best->version ||
			(s->version == best->version && follows_more(s, best))))
			best = s;
	}
	if (best == NULL || !best->has_follows)
		return;
	g->verdict->has_basis = true;
	g->verdict->basis = best->follows;
	g->verdict->basis_agreed = wd_gate_agreed(g, &best->follows);
}

/* The packet and the parties were made with what it follows, and with nothing else. */
static void
check_basis(struct wd_gate *g)
{
	const struct wd_subject *s = g->in->subject;
	bool has = g->verdict->has_basis;

	if (has)
		wd_digest_write(&g->text, &g->verdict->basis);
	else
		wr_buf_str(&g->text, "it follows nothing");
	if (has && s->basis == NULL)
		wr_buf_str(&g->text, " is not here, or does not verify");
	else if (has && !g->verdict->basis_agreed)
		wr_buf_str(&g->text, ", which nobody approved here");
	else if (s->basis != NULL && (!has || !wd_digest_eq(&s->basis_digest, &g->verdict->basis)))
		wr_buf_str(&g->text, ", and was compared with something else");
	wd_gate_say(g, WD_CODE_BASIS_HERE, has ? s->basis != NULL &&
	    wd_digest_eq(&s->basis_digest, &g->verdict->basis) : s->basis == NULL);
}

/* One submission of this digest: counts, or a note says why not. */
static bool
judge_submission(struct wd_gate *g, uint32_t i)
{
	const struct wd_record *r = &g->records[i];

	g->author[r->signer] = true; /* whoever submits it shall not approve it, author or not */
	if (!by_author(g, i)) {
		wd_gate_show(g, g->policy->persons[r->signer].name);
		wd_gate_note(g, i, WD_CODE_NOT_AN_AUTHOR);
		return false;
	}
	if (!wr_text_eq(r->submission.workflow, g->in->subject->summary->workflow)) {
		wd_gate_show(g, r->submission.workflow);
		wd_gate_note(g, i, WD_CODE_OTHER_WORKFLOW);
		return false;
	}
	if (r->submission.version > g->verdict->version)
		g->verdict->version = r->submission.version;
	return true;
}

static void
check_versions(struct wd_gate *g)
{
	const struct wd_gate_input *in = g->in;
	const struct wd_workflow_rule *w =
	    wd_policy_workflow(g->policy, in->subject->summary->workflow);
	uint64_t version = g->verdict->version, floor = w == NULL ? 0 : w->floor;

	wr_buf_str(&g->text, "version ");
	wr_buf_u64(&g->text, version);
	wr_buf_str(&g->text, ", floor ");
	wr_buf_u64(&g->text, floor);
	wd_gate_say(g, WD_CODE_FLOOR, version >= floor);
	if (in->version_seen > 0) {
		wr_buf_str(&g->text, "version ");
		wr_buf_u64(&g->text, version);
		wr_buf_str(&g->text, ", seen ");
		wr_buf_u64(&g->text, in->version_seen);
		wd_gate_say(g, WD_CODE_VERSION_SEEN, version >= in->version_seen || in->rollback);
	}
	if (in->has_running) {
		bool same = wd_digest_eq(&in->running, &in->subject->digest);
		bool good = same || follows(g, &in->subject->digest, &in->running) ||
			    (in->rollback && follows(g, &in->running, &in->subject->digest));

		wr_buf_str(&g->text, "runs now: ");
		wd_digest_write(&g->text, &in->running);
		wd_gate_say(g, WD_CODE_SUCCESSOR, good);
	}
}

void
wd_gate_check_submission(struct wd_gate *g)
{
	uint32_t found = WD_NONE;

	for (uint32_t i = 0; i < g->in->records_len && g->status == WR_OK; i++) {
		if (!g->opened[i])
			continue;
		if (is_elsewhere(g, &g->records[i])) {
			wd_gate_note(g, i, WD_CODE_OTHER_SUBJECT);
			continue;
		}
		if (about_this(g, &g->records[i]) && g->records[i].kind == WD_SUBMISSION && judge_submission(g, i) &&
		    (found == WD_NONE ||
			g->records[i].submission.version > g->records[found].submission.version))
			found = i;
	}
	if (found != WD_NONE) {
		wd_gate_show(g, g->policy->persons[g->records[found].signer].name);
		wr_buf_str(&g->text, ", version ");
		wr_buf_u64(&g->text, g->verdict->version);
	}
	wd_gate_say(g, WD_CODE_SUBMITTED, found != WD_NONE);
	if (found != WD_NONE)
		check_versions(g);
	check_basis(g);
}
