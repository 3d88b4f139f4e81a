/*
 * What counts for nothing any more. It decides which keys and which bytecode a quorum of the
 * owners has revoked, in the policy or by records; a record of such a key is noted and closed.
 */
#include "runtime/trust/gate_parts.h"

/* A revocation that may be counted: its own key is not revoked by the policy, and not what it revokes. */
static bool
speaks(const struct wd_gate *g, uint32_t i)
{
	const struct wd_record *r = &g->records[i];

	return g->opened[i] && r->kind == WD_REVOCATION &&
	       wd_policy_revoked(g->policy, true, &r->key) == NULL &&
	       !(r->revocation.is_key && wd_digest_eq(&r->key, &r->subject)) &&
	       wd_role_has(&g->policy->owners, r->signer);
}

/* How many owners revoke the subject by records. Each counts once. */
static uint32_t
owners_against(const struct wd_gate *g, bool is_key, const struct wd_digest *subject)
{
	const struct wd_role *owners = &g->policy->owners;
	uint32_t n = 0;

	for (uint32_t o = 0; o < owners->members_len; o++)
		for (uint32_t i = 0; i < g->in->records_len; i++) {
			const struct wd_record *r = &g->records[i];

			if (speaks(g, i) && r->signer == owners->members[o] &&
			    r->revocation.is_key == is_key && wd_digest_eq(&r->subject, subject)) {
				n++;
				break;
			}
		}
	return n;
}

static bool
is_revoked(const struct wd_gate *g, bool is_key, const struct wd_digest *subject)
{
	return wd_policy_revoked(g->policy, is_key, subject) != NULL ||
	       owners_against(g, is_key, subject) >= g->policy->owners_threshold;
}

void
wd_gate_check_revocations(struct wd_gate *g)
{
	uint32_t n = g->in->records_len;
	bool *dead = g->dead = wr_arena_array(&g->verdict->arena, n, sizeof *dead);

	if (dead == NULL)
		g->status = WR_NOMEM;
	for (uint32_t i = 0; i < n && g->status == WR_OK; i++) /* all are judged before one is closed */
		dead[i] = g->opened[i] && is_revoked(g, true, &g->records[i].key);
	for (uint32_t i = 0; i < n && g->status == WR_OK; i++) {
		const struct wd_record *r = &g->records[i];
		bool idle = g->opened[i] && r->kind == WD_REVOCATION &&
			    (!speaks(g, i) || !is_revoked(g, r->revocation.is_key, &r->subject));

		if (!dead[i] && !idle)
			continue;
		if (dead[i] && r->kind == WD_SUBMISSION && wd_digest_eq(&r->subject, &g->in->subject->digest))
			g->author[r->signer] = true; /* a lost key makes nobody a stranger to their own work */
		wd_gate_show(g, g->policy->persons[r->signer].name);
		wd_gate_note(g, i, dead[i] ? WD_CODE_KEY_REVOKED : WD_CODE_NO_QUORUM);
	}
	if (g->status != WR_OK)
		return;
	if (wd_policy_revoked(g->policy, false, &g->in->subject->digest) != NULL)
		wd_gate_show(g, wd_policy_revoked(g->policy, false, &g->in->subject->digest)->reason);
	wd_gate_say(g, WD_CODE_REVOKED, !is_revoked(g, false, &g->in->subject->digest));
	for (uint32_t i = 0; i < n; i++)
		if (dead[i]) {
			wd_record_free(&g->records[i]);
			g->opened[i] = false;
		}
}
