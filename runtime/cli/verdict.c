/* What people are told of a verdict: all of it, or how it stands after they signed. Decides nothing. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runtime/cli/review.h"
#include "runtime/cli/say.h"
#include "runtime/cli/tests_shown.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/date.h"

#define DETAIL_MAX (1u << 20)

uint32_t
wd_verdict_party(const struct wd_verdict *v, uint32_t condition)
{
	uint32_t party = 0;

	if (v->conditions[condition].code != WD_CODE_APPROVAL)
		return WD_NONE;
	for (uint32_t i = 0; i < condition; i++)
		party += v->conditions[i].code == WD_CODE_APPROVAL;
	return party < v->parties.len ? party : WD_NONE;
}

void
wd_verdict_detail(const struct wd_desk *desk, const struct wd_verdict *v, uint32_t condition, struct wr_buf *out)
{
	uint32_t party = wd_verdict_party(v, condition);

	if (party == WD_NONE || v->states == NULL) {
		wr_buf_text(out, v->conditions[condition].detail);
		return;
	}
	wr_buf_text(out, desk->chain.policy.roles[v->parties.at[party].role].name);
	wr_buf_str(out, ": ");
	wr_buf_text(out, v->states[party].text);
}

static void
print_conditions(const struct wd_desk *desk, const struct wd_verdict *v)
{
	struct wr_buf detail;
	bool coloured = wd_say_colored_on(STDOUT_FILENO);

	wr_buf_init(&detail, wd_alloc(), DETAIL_MAX);
	for (uint32_t i = 0; i < v->conditions_len; i++) {
		const struct wd_condition *c = &v->conditions[i];

		detail.size = 0;
		wd_verdict_detail(desk, v, i, &detail);
		printf("  %s%s%s %s%s%s\n", coloured ? c->met ? "\033[32m" : "\033[1;31m" : "", c->met ? "yes" : "NO ",
		    coloured ? "\033[0m" : "", wd_code_text(c->code), detail.size > 0 ? ": " : "",
		    detail.size > 0 ? wd_say_safe(wr_buf_view(&detail)) : "");
		if (!c->met)
			printf("      %s; %s can change that\n", wd_code_word(c->code), wd_code_who(c->code));
	}
	wr_buf_free(&detail);
}

static void
print_parties(const struct wd_desk *desk, const struct wd_parties *parties)
{
	printf("\nmust approve\n");
	for (uint32_t i = 0; i < parties->len; i++) {
		const struct wd_party *p = &parties->at[i];
		struct wr_text role = desk->chain.policy.roles[p->role].name;

		printf("  %u x %.*s\n", (unsigned)p->count, (int)role.size, role.at);
		for (uint32_t r = 0; r < p->reasons_len; r++)
			printf("      because %s\n", wd_say_safe(p->reasons[r]));
	}
}

/* The note about a record, or NULL: it counts. */
static const struct wd_note *
note_of(const struct wd_verdict *v, size_t record)
{
	for (uint32_t i = 0; i < v->notes_len; i++)
		if (v->notes[i].record == record)
			return &v->notes[i];
	return NULL;
}

bool
wd_verdict_withdrew(const struct wd_verdict *v, size_t record)
{
	const struct wd_note *note = note_of(v, record);

	return note != NULL && note->code == WD_CODE_WITHDRAWN;
}

static void
print_decision(const struct wd_desk *desk, const char *name, const struct wd_approval *a, uint32_t person, bool *any)
{
	struct wr_buf until;

	wr_buf_init(&until, wd_alloc(), 64);
	wd_date_write(&until, a->not_after);
	printf("%s  %s  %s %s as %s, until %s%s%s\n", *any ? "" : "\ndecisions that count\n", wd_say_safe(wr_text_of(name)),
	    wd_say_safe(desk->chain.policy.persons[person].name), a->approves ? "approves" : "rejects", wd_say_safe(a->role),
	    until.status == WR_OK ? until.at : "?", a->message.size > 0 ? ": " : "",
	    a->message.size > 0 ? wd_say_safe(a->message) : "");
	*any = true;
	wr_buf_free(&until);
}

/* With the names that `writ withdraw --record` takes. */
static void
print_decisions(const struct wd_desk *desk, const struct wd_file *file)
{
	bool any = false;

	for (size_t i = 0; i < file->records.len; i++) {
		struct wd_record_problem problem;
		struct wd_record record;

		if (note_of(&file->c.verdict, i) != NULL ||
		    wd_record_open(&desk->chain.policy, file->texts[i], wd_alloc(), &record, &problem) != WR_OK)
			continue;
		if (record.kind == WD_APPROVAL && wd_digest_eq(&record.subject, &file->c.digest))
			print_decision(desk, file->records.at[i].name, &record.approval, record.signer, &any);
		wd_record_free(&record);
	}
}

static void
print_remark(const struct wd_remark *remark)
{
	struct wr_buf words;

	wr_buf_init(&words, wd_alloc(), DETAIL_MAX);
	wd_remark_write(remark, &words);
	printf("  %s\n", words.size > 0 ? wd_say_safe(wr_buf_view(&words)) : "?");
	wr_buf_free(&words);
}

void
wd_verdict_print(const struct wd_desk *desk, const struct wd_file *file)
{
	const struct wd_verdict *v = &file->c.verdict;
	const char *name = "(does not verify)";

	if (file->c.module != NULL)
		name = wd_say_safe(wr_module_summary(file->c.module)->workflow);
	printf("%s  sha256:%s\n", name, file->hex);
	printf("%s for %s\n\n", v->approved ? "approved" : "not approved", desk->environment);
	print_conditions(desk, v);
	print_parties(desk, &v->parties);
	print_decisions(desk, file);
	wd_file_tests_print(file);
	if (v->notes_len > 0)
		printf("\nrecords that do not count\n");
	for (uint32_t i = 0; i < v->notes_len; i++)
		printf("  %s  %s%s%s\n", wd_say_safe(wr_text_of(file->records.at[v->notes[i].record].name)),
		    wd_code_word(v->notes[i].code), v->notes[i].detail.size > 0 ? ": " : "",
		    v->notes[i].detail.size > 0 ? wd_say_safe(v->notes[i].detail) : "");
	if (file->records.unread.len > 0)
		printf("\nwhat cannot be read, and may say no\n");
	for (size_t i = 0; i < file->records.unread.named; i++)
		print_remark(&file->records.unread.at[i]);
	if (file->records.unread.len > file->records.unread.named)
		printf("  and %zu more\n", file->records.unread.len - file->records.unread.named);
}

static bool
was_there(const struct wd_file *before, const char *name)
{
	for (size_t i = 0; i < before->records.len; i++)
		if (strcmp(before->records.at[i].name, name) == 0)
			return true;
	return false;
}

/* Why what was just signed does not count, if so. */
static void
say_new_notes(const struct wd_file *before, const struct wd_file *now)
{
	for (uint32_t i = 0; i < now->c.verdict.notes_len; i++) {
		const struct wd_note *n = &now->c.verdict.notes[i];

		if (!was_there(before, now->records.at[n->record].name))
			wd_say_note("what was signed does not count: %s: unmet: %s", wd_code_word(n->code), wd_code_text(n->code));
	}
}

static void
say_unmet(const struct wd_desk *desk, const struct wd_verdict *v)
{
	struct wr_buf detail;

	wr_buf_init(&detail, wd_alloc(), DETAIL_MAX);
	for (uint32_t i = 0; i < v->conditions_len; i++) {
		if (v->conditions[i].met)
			continue;
		detail.size = 0;
		wd_verdict_detail(desk, v, i, &detail);
		if (wd_verdict_party(v, i) != WD_NONE)
			wd_say_note("it waits for %s", wd_say_safe(wr_buf_view(&detail)));
		else
			wd_say_note("unmet: %s%s%s", wd_code_text(v->conditions[i].code), detail.size > 0 ? ": " : "",
			    detail.size > 0 ? wd_say_safe(wr_buf_view(&detail)) : "");
	}
	wr_buf_free(&detail);
}

void
wd_verdict_follow(const struct wd_args *args, struct wd_desk *desk, const struct wd_file *before)
{
	struct wd_file now;

	(void)fflush(stdout);
	if (wd_file_open(args, desk, before->hex, &now) == WD_YES) {
		wd_say("%s for %s", now.c.verdict.approved ? "approved" : "not approved", desk->environment);
		say_unmet(desk, &now.c.verdict);
		say_new_notes(before, &now);
	}
	wd_file_close(&now);
}
