/*
 * What came before. It decides which earlier versions of the workflow the owners of labels compare
 * with: each with the version they last approved and with all that anybody approved since. So a
 * label cannot go by way of a draft that its owner never saw. It decides nothing about approvals of
 * this one, and the packet knows nothing of it.
 */
#include "runtime/trust/gate_parts.h"

#include <stdlib.h>

/* A decision for this digest that stands: as a role held, here, by none of its authors. */
static bool
agrees(struct wd_gate *g, uint32_t i, const struct wd_digest *digest)
{
	const struct wd_record *r = &g->records[i];
	uint32_t role;

	if (!g->opened[i] || r->kind != WD_APPROVAL || !r->approval.approves || !wd_digest_eq(&r->subject, digest) ||
	    !wr_text_eq(r->approval.environment, g->in->environment))
		return false;
	role = wd_policy_role(g->policy, r->approval.role);
	if (role == WD_NONE || !wd_role_has(&g->policy->roles[role], r->signer) || wd_gate_withdrawn(g, r))
		return false;
	for (uint32_t k = 0; k < g->in->records_len; k++)
		if ((g->opened[k] || g->dead[k]) && g->records[k].kind == WD_SUBMISSION && g->records[k].signer == r->signer &&
		    wd_digest_eq(&g->records[k].subject, digest))
			return false;
	return true;
}

bool
wd_gate_agreed(struct wd_gate *g, const struct wd_digest *digest)
{
	for (uint32_t i = 0; i < g->in->records_len; i++)
		if (agrees(g, i, digest))
			return true;
	return false;
}

static int
by_version(const void *a, const void *b)
{
	const struct wd_version *x = a, *y = b;

	if (x->version != y->version)
		return x->version > y->version ? 1 : -1;
	return memcmp(x->digest.at, y->digest.at, sizeof x->digest.at);
}

/* Everything that was submitted as this workflow, once each. */
static uint32_t
collect(const struct wd_gate *g, struct wd_version *list)
{
	uint32_t len = 0, at;

	for (uint32_t i = 0; i < g->in->records_len; i++) {
		const struct wd_record *r = &g->records[i];

		if (!wd_gate_submits(g, i))
			continue;
		for (at = 0; at < len && !wd_digest_eq(&list[at].digest, &r->subject); at++)
			;
		if (at == len)
			list[len++] = (struct wd_version){ r->subject, 0 };
		if (r->submission.version > list[at].version)
			list[at].version = r->submission.version;
	}
	return len;
}

/*
 * Of each role: the last of these versions that one who holds it agreed to, or the first. That, and
 * what came after it, is what the role's labels are compared with.
 */
static bool
set_since(struct wd_gate *g, const struct wd_version *list, uint32_t len)
{
	g->since = wr_arena_array(&g->verdict->arena, (size_t)g->policy->roles_len + 1, sizeof *g->since);
	if (g->since == NULL)
		return false;
	for (uint32_t e = 0; e < len; e++)
		for (uint32_t i = 0; i < g->in->records_len; i++)
			if (agrees(g, i, &list[e].digest))
				g->since[wd_policy_role(g->policy, g->records[i].approval.role)] = e;
	return true;
}

/* How many of the first versions no owner of a label compares with, or are too long ago. */
static uint32_t
passed_over(const struct wd_gate *g, uint32_t len)
{
	uint32_t first = len;

	for (uint32_t i = 0; i < g->policy->labels_len; i++)
		if (g->since[g->policy->labels[i].owner] < first)
			first = g->since[g->policy->labels[i].owner];
	return len - first > WD_PAST_MAX ? len - WD_PAST_MAX : first;
}

void
wd_gate_find_earlier(struct wd_gate *g)
{
	struct wd_version *list = wr_arena_array(&g->verdict->arena, (size_t)g->in->records_len + 1, sizeof *list);
	uint64_t own = UINT64_MAX; /* a draft that nobody submitted comes after all that were */
	uint32_t all, len = 0, first;

	if (list == NULL) {
		g->status = WR_NOMEM;
		return;
	}
	all = collect(g, list);
	for (uint32_t i = 0; i < all; i++)
		if (wd_digest_eq(&list[i].digest, &g->in->subject->digest))
			own = list[i].version;
	for (uint32_t i = 0; i < all; i++)
		if (list[i].version <= own && !wd_digest_eq(&list[i].digest, &g->in->subject->digest) &&
		    wd_gate_agreed(g, &list[i].digest))
			list[len++] = list[i];
	if (len > 0)
		qsort(list, len, sizeof *list, by_version);
	if (!set_since(g, list, len)) {
		g->status = WR_NOMEM;
		return;
	}
	first = passed_over(g, len);
	for (uint32_t i = 0; i < g->policy->roles_len; i++)
		g->since[i] = g->since[i] > first ? g->since[i] - first : 0;
	g->verdict->earlier = list + first;
	g->verdict->earlier_len = len - first;
}

static const struct wd_past *
find_past(const struct wd_gate *g, const struct wd_digest *digest)
{
	for (uint32_t i = 0; i < g->in->past_len; i++)
		if (wd_digest_eq(&g->in->past[i].digest, digest))
			return &g->in->past[i];
	return NULL;
}

/* Compare with one of them: owners who have agreed to a later one are left out. */
static void
compare(struct wd_gate *g, const struct wd_past *past, uint32_t e)
{
	struct wd_earlier *one = &g->compared[g->compared_len];
	bool *roles = wr_arena_array(&g->verdict->arena, (size_t)g->policy->roles_len + 1, sizeof *roles);

	if (roles == NULL) {
		g->status = WR_NOMEM;
		return;
	}
	for (uint32_t i = 0; i < g->policy->roles_len; i++)
		roles[i] = e >= g->since[i];
	wr_buf_str(&g->text, " since version ");
	wr_buf_u64(&g->text, g->verdict->earlier[e].version);
	*one = (struct wd_earlier){ past->summary, &past->losses, roles, wd_gate_keep(g) };
	g->compared_len++;
}

void
wd_gate_check_earlier(struct wd_gate *g)
{
	const struct wd_subject *s = g->in->subject;
	uint32_t len = g->verdict->earlier_len;
	struct wr_buf missing;
	uint32_t gone = 0;

	g->compared = wr_arena_array(&g->verdict->arena, (size_t)len + 1, sizeof *g->compared);
	if (g->compared == NULL) {
		g->status = WR_NOMEM;
		return;
	}
	if (s->basis != NULL)
		g->compared[g->compared_len++] = (struct wd_earlier){ .summary = s->basis, .losses = s->losses };
	wr_buf_init(&missing, g->alloc, WD_PAST_MAX * 80);
	for (uint32_t e = 0; e < len && g->status == WR_OK; e++) {
		const struct wd_digest *digest = &g->verdict->earlier[e].digest;
		const struct wd_past *past = find_past(g, digest);

		if (s->basis != NULL && wd_digest_eq(digest, &s->basis_digest))
			continue;
		if (past == NULL || !past->here) {
			wr_buf_str(&missing, gone++ > 0 ? " and " : "");
			wd_digest_write(&missing, digest);
		} else if (past->summary != NULL && wr_text_eq(past->summary->workflow, s->summary->workflow)) {
			compare(g, past, e);
		}
	}
	wr_buf_text(&g->text, wr_buf_view(&missing));
	wr_buf_str(&g->text, gone > 0 ? " not here" : "");
	wr_buf_free(&missing);
	wd_gate_say(g, WD_CODE_EARLIER_HERE, gone == 0);
}
