/*
 * What waits, and for whom. It asks the gate about each digest and sorts the answers; it decides
 * nothing about them.
 */
#include "runtime/cli/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cli/say.h"
#include "runtime/json.h"
#include "runtime/sysalloc.h"

#define QUEUE_MEMORY (64u << 20)

/* One submitted digest. Texts are the arena's. */
struct entry {
	struct wr_text workflow;
	char hex[65];
	uint64_t version;
	bool approved, mine;
	bool old;                 /* a later version was submitted: nobody waits for this one */
	struct wr_text my_roles;  /* which are missing and mine to give: `security, privacy` */
	const struct line {
		const char *code;
		struct wr_text detail, brief; /* for programs; for people, in a list */
	} *missing;               /* every condition that is not met */
	uint32_t missing_len;
	struct wr_text tests;     /* what was signed last of its tests; or empty */
};

struct queue {
	struct wd_desk *desk;
	uint32_t me; /* a person of the policy; WD_NONE: nobody in particular */
	struct entry *at;
	size_t len;
	struct wr_arena arena;
	bool failed;
	bool partly; /* something stored could not be looked at, which was told */
};

/* A record that the verdict does not count. */
static bool
is_noted(const struct wd_verdict *v, size_t record)
{
	for (uint32_t i = 0; i < v->notes_len; i++)
		if (v->notes[i].record == record)
			return true;
	return false;
}

/* What I have done for it already: submitted it, or decided as this role so that it counts. */
static bool
has_my_part(const struct queue *q, const struct wd_file *file, struct wr_text role)
{
	bool done = false;

	for (size_t i = 0; i < file->records.len; i++) {
		struct wd_record_problem problem;
		struct wd_record r;

		if (is_noted(&file->c.verdict, i) ||
		    wd_record_open(&q->desk->chain.policy, file->texts[i], wd_alloc(), &r, &problem) != WR_OK)
			continue;
		done |= r.signer == q->me && wd_digest_eq(&r.subject, &file->c.digest) &&
		    (r.kind == WD_SUBMISSION || (r.kind == WD_APPROVAL && wr_text_eq(r.approval.role, role)));
		wd_record_free(&r);
	}
	return done;
}

/* Does this condition wait for me? */
static bool
waits_for_me(const struct queue *q, const struct wd_file *file, uint32_t condition, const struct wd_role **ret_role)
{
	const struct wd_verdict *v = &file->c.verdict;
	uint32_t party = wd_verdict_party(v, condition);

	if (q->me == WD_NONE || party == WD_NONE)
		return false;
	*ret_role = &q->desk->chain.policy.roles[v->parties.at[party].role];
	return wd_role_has(*ret_role, q->me) && !has_my_part(q, file, (*ret_role)->name);
}

static void
fill(struct queue *q, const struct wd_file *file, struct entry *e)
{
	const struct wd_verdict *v = &file->c.verdict;
	struct line *lines = wr_arena_array(&q->arena, (size_t)v->conditions_len + 1, sizeof *lines);
	struct wr_buf roles, brief;

	wr_buf_init(&roles, wd_alloc(), QUEUE_MEMORY);
	wr_buf_init(&brief, wd_alloc(), QUEUE_MEMORY);
	memcpy(e->hex, file->hex, sizeof e->hex);
	e->workflow = wr_arena_text(&q->arena, wr_module_summary(file->c.module)->workflow);
	e->version = v->version;
	e->approved = v->approved;
	for (uint32_t i = 0; lines != NULL && i < v->conditions_len; i++) {
		const struct wd_condition *c = &v->conditions[i];
		const struct wd_role *role = NULL;

		if (c->met)
			continue;
		brief.size = 0;
		wd_verdict_detail(q->desk, v, i, &brief);
		lines[e->missing_len++] = (struct line){ wd_code_word(c->code), wr_arena_text(&q->arena, c->detail),
			wr_arena_text(&q->arena, wr_buf_view(&brief)) };
		if (!waits_for_me(q, file, i, &role))
			continue;
		wr_buf_str(&roles, e->mine ? ", " : "");
		wr_buf_text(&roles, role->name);
		e->mine = true;
	}
	e->missing = lines;
	e->my_roles = wr_arena_text(&q->arena, wr_buf_view(&roles));
	e->tests = wr_arena_text(&q->arena, v->tests_len > 0 ? v->tests[0].text : WR_TEXT(""));
	q->failed |= lines == NULL || e->workflow.at == NULL || e->my_roles.at == NULL || e->tests.at == NULL || roles.status != WR_OK || brief.status != WR_OK;
	wr_buf_free(&brief);
	wr_buf_free(&roles);
}

static int
by_need(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order;

	if (x->mine != y->mine)
		return x->mine ? -1 : 1;
	if ((x->approved || x->old) != (y->approved || y->old))
		return x->approved || x->old ? 1 : -1;
	order = wr_text_cmp(x->workflow, y->workflow);
	if (order != 0)
		return order;
	if (x->version != y->version)
		return x->version > y->version ? -1 : 1;
	return strcmp(x->hex, y->hex);
}

static void
mark_old(struct queue *q)
{
	for (size_t i = 0; i < q->len; i++)
		for (size_t k = 0; k < q->len && !q->at[i].old; k++)
			q->at[i].old = q->at[k].version > q->at[i].version && wr_text_eq(q->at[k].workflow, q->at[i].workflow);
	for (size_t i = 0; i < q->len; i++)
		q->at[i].mine &= !q->at[i].old;
}

static enum wd_exit
gather(const struct wd_args *args, struct queue *q)
{
	const struct wd_digest *all;
	enum wd_exit code;
	size_t len = 0;

	code = wd_desk_list(q->desk, &all, &len);
	if (code != WD_YES)
		return code;
	q->at = calloc(len + 1, sizeof *q->at);
	q->failed = q->at == NULL;
	for (size_t i = 0; i < len && !q->failed; i++) {
		struct wd_file file;
		char hex[65];
		enum wd_exit opened;

		wd_digest_hex(&all[i], hex);
		opened = wd_file_open(args, q->desk, hex, &file);
		if (opened == WD_YES && file.c.module != NULL && (file.c.verdict.version > 0 || file.records.unread.len > 0))
			fill(q, &file, &q->at[q->len++]);
		q->partly |= opened != WD_YES;
		wd_file_close(&file);
	}
	if (q->failed) {
		wd_say_error("out of memory");
		return WD_TROUBLE;
	}
	mark_old(q);
	qsort(q->at, q->len, sizeof *q->at, by_need);
	return WD_YES;
}

static void
print_people(const struct queue *q)
{
	bool any = false;

	for (size_t i = 0; i < q->len; i++) {
		const struct entry *e = &q->at[i];

		if (q->me != WD_NONE && !e->mine)
			continue;
		any = true;
		printf("%.12s  %-24s version %-4llu %s", e->hex, wd_say_safe(e->workflow), (unsigned long long)e->version,
		    e->approved ? "approved" : e->mine ? "waits for you, as " : e->old ? "left for a later version" : "waits");
		printf("%s\n", e->mine ? wd_say_safe(e->my_roles) : "");
		for (uint32_t k = 0; k < e->missing_len && !e->old; k++)
			printf("    %s%s%s\n", e->missing[k].code, e->missing[k].brief.size > 0 ? ": " : "",
			    wd_say_safe(e->missing[k].brief));
		if (e->tests.size > 0 && !e->old)
			printf("    tests: %s\n", wd_say_safe(e->tests));
	}
	(void)fflush(stdout);
	if (any && q->me != WD_NONE)
		wd_say_help("`writ plan DIGEST` is what to read, `writ approve DIGEST --role ROLE --key KEY` asks, `writ reject` "
			    "sends it back");
	if (!any && q->me != WD_NONE)
		wd_say("nothing waits for %s", wd_say_safe(q->desk->chain.policy.persons[q->me].name));
	else if (!any)
		wd_say("nothing has been submitted here");
}

static enum wd_exit
print_json(const struct queue *q)
{
	struct wd_json_doc doc;
	struct wd_json *list;
	struct wr_buf text;
	enum wd_exit code = WD_YES;

	wd_json_init(&doc, wd_alloc(), QUEUE_MEMORY);
	doc.root = wd_json_object(&doc);
	list = wd_json_set(&doc, doc.root, "submitted", wd_json_array(&doc));
	for (size_t i = 0; i < q->len; i++) {
		const struct entry *e = &q->at[i];
		struct wd_json *one, *missing;

		if (q->me != WD_NONE && !e->mine)
			continue;
		one = wd_json_push(&doc, list, wd_json_object(&doc));
		wd_json_set_text(&doc, one, "workflow", e->workflow);
		wd_json_set_str(&doc, one, "sha256", e->hex);
		wd_json_set_int(&doc, one, "version", (int64_t)e->version);
		wd_json_set_bool(&doc, one, "approved", e->approved);
		wd_json_set_bool(&doc, one, "later_version", e->old);
		if (q->me != WD_NONE)
			wd_json_set_text(&doc, one, "waits_for_you_as", e->my_roles);
		if (e->tests.size > 0)
			wd_json_set_text(&doc, one, "tests", e->tests);
		else
			wd_json_set_null(&doc, one, "tests");
		missing = wd_json_set(&doc, one, "missing", wd_json_array(&doc));
		for (uint32_t k = 0; k < e->missing_len; k++) {
			struct wd_json *line = wd_json_push(&doc, missing, wd_json_object(&doc));

			wd_json_set_str(&doc, line, "code", e->missing[k].code);
			wd_json_set_text(&doc, line, "detail", e->missing[k].detail);
		}
	}
	wr_buf_init(&text, wd_alloc(), QUEUE_MEMORY);
	wd_json_write(doc.root, WD_JSON_INDENTED, &text);
	if (doc.status == WR_OK && text.status == WR_OK) {
		wd_print_json(wr_buf_view(&text));
	} else {
		wd_say_error("out of memory");
		code = WD_TROUBLE;
	}
	wr_buf_free(&text);
	wd_json_free(&doc);
	return code;
}

/* Whose queue it is. */
static enum wd_exit
find_me(const struct wd_args *args, struct queue *q)
{
	struct wd_signer me;
	enum wd_exit code;

	q->me = WD_NONE;
	if (wd_arg(args, "key") == NULL)
		return WD_YES;
	code = wd_signer_open(args, &me);
	if (code == WD_YES) {
		q->me = wd_desk_person(q->desk, &me);
		code = q->me == WD_NONE ? WD_NO : WD_YES;
	}
	wd_signer_close(&me);
	return code;
}

enum wd_exit
wd_queue_print(const struct wd_args *args, struct wd_desk *desk)
{
	struct queue q = { .desk = desk };
	enum wd_exit code = find_me(args, &q);

	wr_arena_init(&q.arena, wd_alloc(), QUEUE_MEMORY);
	if (code == WD_YES)
		code = gather(args, &q);
	if (code == WD_YES && wd_arg(args, "json") != NULL)
		code = print_json(&q);
	else if (code == WD_YES)
		print_people(&q);
	free(q.at);
	wr_arena_free(&q.arena);
	return code == WD_YES && q.partly ? WD_TROUBLE : code;
}
