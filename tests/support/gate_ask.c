#include "tests/support/gate_ask.h"
#include "runtime/sysalloc.h"

#include <stdio.h>
#include <stdlib.h>

void
ask_start(struct ask *a, const char *from, const char *to)
{
	memset(a, 0, sizeof *a);
	a->chain = fixture_chain(from, to);
	a->summary = fixture_summary();
	a->subject = fixture_subject(&a->summary);
	a->in = (struct wd_gate_input){ .chain = &a->chain,
		.subject = &a->subject,
		.records = a->records,
		.environment = WR_TEXT("development"),
		.evidence = WR_TEXT("software"),
		.now = FIXTURE_NOW };
}

void
ask_add(struct ask *a, const struct wd_record *r, const char *person)
{
	a->records[a->in.records_len++] = fixture_sign(r, person);
}

void
ask_submit(struct ask *a, const char *person)
{
	struct wd_record r = fixture_submission(&a->subject);

	ask_add(a, &r, person);
}

void
ask_approve(struct ask *a, const char *person, const char *role)
{
	struct wd_record r = fixture_approval(&a->chain.policy, &a->subject, role);

	ask_add(a, &r, person);
}

void
ask_decide_on(struct ask *a, struct wd_digest basis)
{
	static const char *const who[][2] = { { "bo", "security" }, { "chi", "privacy" } };

	for (int i = 0; i < 2; i++) {
		struct wd_record r = fixture_approval(&a->chain.policy, &a->subject, who[i][1]);

		r.approval.has_basis = true;
		r.approval.basis = basis;
		ask_add(a, &r, who[i][0]);
	}
}

bool
ask_judge(struct ask *a)
{
	if (a->verdict.arena.alloc != NULL)
		wd_verdict_free(&a->verdict);
	if (wd_gate(&a->in, wd_alloc(), &a->verdict) != WR_OK)
		abort();
	return a->verdict.approved;
}

void
ask_end(struct ask *a)
{
	if (a->verdict.arena.alloc != NULL)
		wd_verdict_free(&a->verdict);
	for (uint32_t i = 0; i < a->in.records_len; i++)
		free((void *)(uintptr_t)a->records[i].at);
	wd_chain_free(&a->chain);
}

const char *
ask_unmet(const struct wd_verdict *v)
{
	static char out[2000];

	out[0] = '\0';
	for (uint32_t i = 0; i < v->conditions_len; i++)
		if (!v->conditions[i].met) {
			strncat(out, out[0] == '\0' ? "" : " ", sizeof out - strlen(out) - 1);
			strncat(
			    out, wd_code_word(v->conditions[i].code), sizeof out - strlen(out) - 1);
		}
	return out;
}

const char *
ask_parties(const struct wd_policy *policy, const struct wd_parties *parties)
{
	static char out[8000];
	struct wr_buf text;

	wr_buf_init(&text, wd_alloc(), sizeof out);
	for (uint32_t i = 0; i < parties->len; i++) {
		const struct wd_party *p = &parties->at[i];

		wr_buf_text(&text, policy->roles[p->role].name);
		wr_buf_byte(&text, ' ');
		wr_buf_u64(&text, p->count);
		for (uint32_t k = 0; k < p->reasons_len; k++) {
			wr_buf_str(&text, k == 0 ? "  " : ", ");
			wr_buf_text(&text, p->reasons[k]);
		}
		wr_buf_byte(&text, '\n');
	}
	(void)snprintf(out, sizeof out, "%s", text.size == 0 ? "" : text.at);
	wr_buf_free(&text);
	return out;
}

const char *
ask_noted(const struct wd_verdict *v, uint32_t record)
{
	for (uint32_t i = 0; i < v->notes_len; i++)
		if (v->notes[i].record == record)
			return wd_code_word(v->notes[i].code);
	return "";
}

void
ask_good(struct ask *a, const char *from, const char *to)
{
	ask_start(a, from, to);
	ask_submit(a, "dee");
	ask_approve(a, "bo", "security");
	ask_approve(a, "chi", "privacy");
}
