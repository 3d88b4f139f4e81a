/*
 * The required parties of a workflow. It decides who must be asked; whether they
 * said yes is the gate's.
 */
#include "runtime/trust/parties.h"
#include "vm/base/limits.h"

#include <assert.h>

struct builder {
	const struct wd_policy *policy;
	struct wr_arena *arena;
	struct wd_party *parties; /* one a role of the policy; count 0: not asked */
	struct reason *reasons;   /* newest first */
	bool failed;
};

struct reason {
	struct reason *next;
	uint32_t role;
	struct wr_text text;
};

#define PARTS 9 /* texts that make a reason */

/* Ask a role; the reason is some texts in a row. The same reason is said once. */
static void
ask(struct builder *b, uint32_t role, uint32_t count, const struct wr_text parts[PARTS])
{
	struct reason *reason = wr_arena_get(b->arena, sizeof *reason);
	size_t size = 0;
	char *at;

	for (size_t i = 0; i < PARTS; i++)
		size += parts[i].size;
	at = wr_arena_get(b->arena, size + 1);
	if (reason == NULL || at == NULL) {
		b->failed = true;
		return;
	}
	*reason = (struct reason){ .next = b->reasons, .role = role, .text = { at, size } };
	for (size_t i = 0; i < PARTS; i++) {
		if (parts[i].size > 0)
			memcpy(at, parts[i].at, parts[i].size);
		at += parts[i].size;
	}
	for (const struct reason *r = b->reasons; r != NULL; r = r->next)
		if (r->role == role && wr_text_eq(r->text, reason->text))
			return;
	b->reasons = reason;
	b->parties[role].reasons_len++;
	if (b->parties[role].count < count)
		b->parties[role].count = count;
}

/* Why its labels' owners are asked: "<before>@pii of claim<middle><after> by summarise". */
struct cause {
	struct wr_text before, middle, after, end;
	const struct wr_flow *flows; /* of each label, or NULL */
	const bool *roles;           /* only these are asked, or NULL */
};

static void
ask_owners(struct builder *b, const struct wr_summary *summary, uint64_t set, struct cause cause)
{
	static const struct wr_flow unknown = { { NULL, 0 }, { NULL, 0 } };

	for (uint32_t i = 0; i < summary->labels_len; i++) {
		uint32_t label = wd_policy_label(b->policy, summary->labels[i].name);
		const struct wr_flow *flow = cause.flows == NULL ? &unknown : &cause.flows[i];
		struct wr_text of = flow->from.size > 0 ? WR_TEXT(" of ") : flow->from;
		struct wr_text by = flow->by.size > 0 ? WR_TEXT(" by ") : flow->by;
		char name[WR_NAME_MAX + 1] = "@";
		size_t size = summary->labels[i].name.size;

		if ((set >> i & 1) == 0 || label == WD_NONE ||
		    (cause.roles != NULL && !cause.roles[b->policy->labels[label].owner]))
			continue;
		size = size < WR_NAME_MAX ? size : WR_NAME_MAX;
		memcpy(name + 1, summary->labels[i].name.at, size);
		ask(b, b->policy->labels[label].owner, 1,
		    (const struct wr_text[PARTS]){ cause.before, { name, size + 1 }, of, flow->from,
			cause.middle, cause.after, by, flow->by, cause.end });
	}
}

static void
ask_for_flows(struct builder *b, const struct wr_summary *s, const struct wr_flows *flows)
{
	for (uint32_t i = 0; i < s->backends_len; i++)
		ask_owners(b, s, s->backends[i].reaches,
		    (struct cause){ .middle = WR_TEXT(" reaches "), .after = s->backends[i].name,
			.flows = flows == NULL ? NULL : wr_flows_to_backend(flows, i) });
	ask_owners(b, s, s->result_labels,
	    (struct cause){ .middle = WR_TEXT(" reaches the result"),
		.flows = flows == NULL ? NULL : wr_flows_to_result(flows) });
	for (uint32_t i = 0; i < s->drops_len; i++) {
		char before[WR_NAME_MAX + 16];
		size_t size =
		    s->drops[i].name.size < WR_NAME_MAX ? s->drops[i].name.size : WR_NAME_MAX;

		memcpy(before, s->drops[i].name.at, size);
		memcpy(before + size, " drops ", 7);
		ask_owners(b, s, s->drops[i].labels,
		    (struct cause){ .before = { before, size + 7 },
			.flows = flows == NULL ? NULL : wr_flows_to_drop(flows, i) });
	}
}

/* The labels of `set`, bits of `from`, that `to` does not have in `other`: bits of `from`. */
static uint64_t
missing(const struct wr_summary *from, uint64_t set, const struct wr_summary *to, uint64_t other)
{
	uint64_t gone = 0;

	for (uint32_t i = 0; i < from->labels_len; i++) {
		bool there = false;

		if ((set >> i & 1) == 0)
			continue;
		for (uint32_t k = 0; k < to->labels_len; k++)
			there |= (other >> k & 1) != 0 &&
				 wr_text_eq(to->labels[k].name, from->labels[i].name);
		gone |= (uint64_t)!there << i;
	}
	return gone;
}

/* The owners of what a place had and has no more. */
static void
ask_for_loss(struct builder *b, const struct wd_earlier *e, uint64_t had, const struct wr_summary *is,
    uint64_t has, const char *middle, struct wr_text after)
{
	ask_owners(b, e->summary, missing(e->summary, had, is, has),
	    (struct cause){ .middle = wr_text_of(middle), .after = after, .end = e->name, .roles = e->roles });
}

static void
ask_for_losses(struct builder *b, const struct wd_earlier *e, const struct wr_summary *is)
{
	const struct wr_summary *was = e->summary;

	for (uint32_t i = 0; i < was->inputs_len; i++)
		for (uint32_t k = 0; k < is->inputs_len; k++)
			if (wr_text_eq(was->inputs[i].name, is->inputs[k].name))
				ask_for_loss(b, e, was->inputs[i].labels, is, is->inputs[k].labels,
				    " is no longer on ", was->inputs[i].name);
	for (uint32_t i = 0; i < was->backends_len; i++)
		for (uint32_t k = 0; k < is->backends_len; k++) {
			const struct wr_summary_backend *o = &was->backends[i], *n = &is->backends[k];

			if (!wr_text_eq(o->name, n->name))
				continue;
			ask_for_loss(b, e, o->taints, is, n->taints, " no longer comes from ", o->name);
			ask_for_loss(b, e, o->reaches, is, n->reaches, " no longer reaches ", o->name);
		}
	ask_for_loss(b, e, was->result_labels, is, is->result_labels, " is no longer on ",
	    WR_TEXT("the result"));
	for (uint32_t i = 0; e->losses != NULL && i < e->losses->len; i++)
		ask_owners(b, was, e->losses->at[i].labels,
		    (struct cause){ .middle = WR_TEXT(" is no longer on "), .after = e->losses->at[i].place,
			.end = e->name, .roles = e->roles });
}

/* Parties that are asked, each with its reasons in the order they were found. */
static bool
collect(struct builder *b, struct wd_parties *ret)
{
	struct wd_party *out = wr_arena_array(b->arena, b->policy->roles_len, sizeof *out);
	uint32_t len = 0;

	if (out == NULL)
		return false;
	for (uint32_t role = 0; role < b->policy->roles_len; role++) {
		struct wd_party *p = &b->parties[role];
		uint32_t left = p->reasons_len;
		struct wr_text *reasons;

		if (p->count == 0)
			continue;
		reasons = wr_arena_array(b->arena, left, sizeof *reasons);
		if (reasons == NULL)
			return false;
		for (const struct reason *r = b->reasons; r != NULL; r = r->next)
			if (r->role == role)
				reasons[--left] = r->text;
		assert(left == 0);
		out[len++] = (struct wd_party){ role, p->count, reasons, p->reasons_len };
	}
	*ret = (struct wd_parties){ out, len };
	return true;
}

enum wr_status
wd_parties_derive(const struct wd_policy *policy, const struct wd_environment *environment,
    const struct wr_summary *summary, const struct wd_earlier *earlier, uint32_t earlier_len,
    const struct wr_flows *flows, struct wr_arena *arena, struct wd_parties *ret)
{
	struct builder b = { .policy = policy, .arena = arena };

	b.parties = wr_arena_array(arena, policy->roles_len, sizeof *b.parties);
	if (b.parties == NULL)
		return arena->over ? WR_LIMIT : WR_NOMEM;
	for (uint32_t i = 0; i < environment->require_len; i++)
		ask(&b, environment->require[i].role, environment->require[i].count,
		    (const struct wr_text[PARTS]){ environment->name, WR_TEXT(" requires it") });
	ask_for_flows(&b, summary, flows);
	for (uint32_t i = 0; i < earlier_len; i++)
		ask_for_losses(&b, &earlier[i], summary);
	if (b.failed || !collect(&b, ret))
		return arena->over ? WR_LIMIT : WR_NOMEM;
	return WR_OK;
}

const struct wd_party *
wd_parties_find(const struct wd_parties *parties, uint32_t role)
{
	for (uint32_t i = 0; i < parties->len; i++)
		if (parties->at[i].role == role)
			return &parties->at[i];
	return NULL;
}
