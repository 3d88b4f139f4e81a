/*
 * The gate's verdict, put together. It decides the order of the conditions and
 * that all of them are looked at; each is decided in its own file.
 */
#include "runtime/trust/gate.h"
#include "runtime/trust/date.h"
#include "runtime/trust/gate_parts.h"
#include "runtime/trust/scope.h"

#include <assert.h>

#define DETAIL_MAX 8192 /* bytes of one detail; a longer one is cut */

/* The next free slot of a growing list in the verdict's arena, or NULL. */
static void *
next_slot(struct wd_gate *g, void *list, uint32_t len, uint32_t *room, size_t size)
{
	struct wr_arena *arena = &g->verdict->arena;
	uint32_t more = *room == 0 ? 32 : *room * 2;
	void *grown;

	if (len < *room)
		return list;
	grown = wr_arena_array(arena, more, size);
	if (grown == NULL) {
		g->status = arena->over ? WR_LIMIT : WR_NOMEM;
		return NULL;
	}
	if (len > 0)
		memcpy(grown, list, len * size);
	*room = more;
	return grown;
}

/* What was written to g->text, kept; a detail that did not fit is cut, not lost. */
struct wr_text
wd_gate_keep(struct wd_gate *g)
{
	struct wr_text kept = { "", 0 };

	if (g->text.status == WR_NOMEM)
		g->status = WR_NOMEM;
	if (g->text.size > 0)
		kept = wr_arena_text(&g->verdict->arena, wr_buf_view(&g->text));
	if (kept.at == NULL)
		g->status = WR_NOMEM;
	wr_buf_free(&g->text);
	return kept;
}

static void
add(struct wd_gate *g, struct wd_condition condition)
{
	void *list = next_slot(g, g->conditions, g->verdict->conditions_len, &g->conditions_room,
	    sizeof *g->conditions);

	if (g->status != WR_OK)
		return;
	g->conditions = list;
	g->conditions[g->verdict->conditions_len++] = condition;
	g->verdict->conditions = g->conditions;
}

void
wd_gate_say(struct wd_gate *g, enum wd_code code, bool met)
{
	add(g, (struct wd_condition){ .code = code, .met = met, .detail = wd_gate_keep(g) });
}

void
wd_gate_unmet(struct wd_gate *g, enum wd_code code, struct wd_about about)
{
	add(g, (struct wd_condition){ .code = code, .detail = wd_gate_keep(g), .about = about });
}

void
wd_gate_note(struct wd_gate *g, uint32_t record, enum wd_code code)
{
	struct wr_text detail = wd_gate_keep(g);
	void *list =
	    next_slot(g, g->notes, g->verdict->notes_len, &g->notes_room, sizeof *g->notes);

	if (g->status != WR_OK)
		return;
	g->notes = list;
	g->notes[g->verdict->notes_len++] = (struct wd_note){ record, code, detail };
	g->verdict->notes = g->notes;
}

void
wd_gate_show(struct wd_gate *g, struct wr_text t)
{
	size_t len;

	for (size_t i = 0; i < t.size; i += len) {
		int32_t c = wr_utf8_next(t.at + i, t.size - i, &len);

		if (c < 0)
			len = 1;
		if (c == '\n' || c == '\t') {
			wr_buf_byte(&g->text, ' ');
		} else if (c < 0 || wr_char_hidden((uint32_t)c)) {
			uint8_t bytes[3] = { (uint8_t)(c >> 16), (uint8_t)(c >> 8), (uint8_t)c };
			size_t from = c < 0x10000 ? 1 : 0;

			wr_buf_str(&g->text, "<U+");
			wr_buf_hex(&g->text, bytes + from, 3 - from);
			wr_buf_byte(&g->text, '>');
		} else {
			wr_buf_add(&g->text, t.at + i, len);
		}
	}
}

/* Conditions that need no bytecode: time, environment, evidence. */
static void
check_frame(struct wd_gate *g)
{
	const struct wd_policy *p = g->policy;
	bool early = g->in->now < p->issued, late = g->in->now >= p->expires;
	uint32_t kind = wd_evidence_find(g->in->evidence);

	g->verdict->until = p->expires;
	if (early || late) {
		wr_buf_str(&g->text, early ? "issued " : "expired ");
		wd_date_write(&g->text, early ? p->issued : p->expires);
	}
	wd_gate_say(g, WD_CODE_POLICY_TIME, !early && !late);
	if (g->environment == NULL)
		wd_gate_show(g, g->in->environment);
	wd_gate_say(g, WD_CODE_ENVIRONMENT, g->environment != NULL);
	if (g->in->evidence.size > 0 && g->environment != NULL) {
		wd_gate_show(g, g->in->evidence);
		wd_gate_say(g, WD_CODE_EVIDENCE,
		    kind != WD_NONE && (g->environment->evidence >> kind & 1) != 0);
	}
}

static void
check_loads(struct wd_gate *g)
{
	const struct wd_subject *s = g->in->subject;

	if (s->summary == NULL && s->refusal != NULL) {
		wr_buf_str(&g->text, s->refusal->code);
		wr_buf_str(&g->text, ": ");
		wr_buf_str(&g->text, s->refusal->why);
		wr_buf_str(&g->text, " (");
		wd_gate_show(g, wr_text_of(s->refusal->where));
		wr_buf_byte(&g->text, ')');
	}
	wd_gate_say(g, WD_CODE_VERIFIES, s->summary != NULL);
}

/* Scope and parties: what the approvals must be about, and whose they must be. */
static enum wr_status
derive(struct wd_gate *g)
{
	const struct wd_gate_input *in = g->in;
	enum wr_status status = wd_scope_digest(
	    g->policy, in->subject->summary, in->environment, g->alloc, &g->verdict->scope);

	if (status != WR_OK || g->environment == NULL)
		return status;
	return wd_parties_derive(g->policy, g->environment, in->subject->summary, g->compared, g->compared_len,
	    in->subject->flows, &g->verdict->arena, &g->verdict->parties);
}

static bool
all_met(const struct wd_verdict *v)
{
	for (uint32_t i = 0; i < v->conditions_len; i++)
		if (!v->conditions[i].met)
			return false;
	return v->conditions_len > 0;
}

static void
judge(struct wd_gate *g)
{
	check_loads(g);
	check_frame(g);
	wd_gate_check_unread(g);
	wd_gate_check_records(g);
	if (g->status == WR_OK)
		wd_gate_check_revocations(g);
	if (g->in->subject->summary == NULL || g->status != WR_OK)
		return;
	wd_gate_find_basis(g);
	wd_gate_check_submission(g);
	wd_gate_find_earlier(g);
	if (g->status == WR_OK)
		wd_gate_check_earlier(g);
	if (g->status == WR_OK)
		g->status = derive(g);
	if (g->status != WR_OK)
		return;
	wd_gate_check_policy(g);
	if (g->environment != NULL && g->status == WR_OK)
		wd_gate_check_approvals(g);
	if (g->status == WR_OK)
		wd_gate_list_tests(g);
}

/* Set the gate up, do some work in it, and take down all but the verdict. */
static enum wr_status
within(const struct wd_gate_input *input, const struct wd_policy *policy, const struct wr_alloc *alloc,
    void (*work)(struct wd_gate *), struct wd_verdict *v)
{
	struct wd_gate g = { .in = input, .policy = policy, .verdict = v, .alloc = alloc };

	assert(policy != NULL && input->subject != NULL);
	if (input->records_len > WD_RECORDS_MAX)
		return WR_LIMIT;
	memset(v, 0, sizeof *v);
	wr_arena_init(&v->arena, alloc, WD_GATE_MEMORY);
	wr_buf_init(&g.text, alloc, DETAIL_MAX);
	g.environment = wd_policy_environment(g.policy, input->environment);
	g.records = wr_arena_array(&v->arena, input->records_len, sizeof *g.records);
	g.opened = wr_arena_array(&v->arena, input->records_len, sizeof *g.opened);
	g.counts = wr_arena_array(&v->arena, input->records_len, sizeof *g.counts);
	g.author = wr_arena_array(&v->arena, g.policy->persons_len, sizeof *g.author);
	if (g.records == NULL || g.opened == NULL || g.counts == NULL || g.author == NULL)
		g.status = WR_NOMEM;
	else
		work(&g);
	for (uint32_t i = 0; g.records != NULL && g.opened != NULL && i < input->records_len; i++)
		if (g.opened[i])
			wd_record_free(&g.records[i]);
	wr_buf_free(&g.text);
	if (g.status != WR_OK)
		wd_verdict_free(v);
	return g.status;
}

enum wr_status
wd_gate(
    const struct wd_gate_input *input, const struct wr_alloc *alloc, struct wd_verdict *ret_verdict)
{
	enum wr_status status = within(input, &input->chain->policy, alloc, judge, ret_verdict);

	if (status == WR_OK)
		ret_verdict->approved = all_met(ret_verdict);
	return status;
}

enum wr_status
wd_gate_policy(const struct wd_policy *policy, const struct wd_subject *subject, const struct wr_alloc *alloc,
    struct wd_verdict *ret_verdict)
{
	const struct wd_gate_input input = { .subject = subject };

	assert(subject->summary != NULL);
	return within(&input, policy, alloc, wd_gate_check_policy, ret_verdict);
}

static void
look_back(struct wd_gate *g)
{
	wd_gate_check_records(g);
	if (g->status == WR_OK)
		wd_gate_check_revocations(g);
	if (g->status == WR_OK)
		wd_gate_find_basis(g);
	if (g->status == WR_OK)
		wd_gate_find_earlier(g);
}

enum wr_status
wd_gate_wanted(const struct wd_gate_input *input, const struct wr_alloc *alloc, struct wd_wanted *ret)
{
	struct wd_verdict v;
	enum wr_status status = within(input, &input->chain->policy, alloc, look_back, &v);

	if (status != WR_OK)
		return status;
	*ret = (struct wd_wanted){ .has_basis = v.has_basis, .basis = v.basis, .earlier_len = v.earlier_len };
	for (uint32_t i = 0; i < v.earlier_len; i++)
		ret->earlier[i] = v.earlier[i].digest;
	wd_verdict_free(&v);
	return WR_OK;
}

void
wd_verdict_free(struct wd_verdict *verdict)
{
	wr_arena_free(&verdict->arena);
	*verdict = (struct wd_verdict){ .approved = false };
}

const struct wd_condition *
wd_verdict_unmet(const struct wd_verdict *verdict, enum wd_code code)
{
	for (uint32_t i = 0; i < verdict->conditions_len; i++)
		if (verdict->conditions[i].code == code && !verdict->conditions[i].met)
			return &verdict->conditions[i];
	return NULL;
}
