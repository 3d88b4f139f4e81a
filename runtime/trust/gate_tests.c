/*
 * Tests that somebody ran and signed. It decides which records of them are shown and in which order;
 * it states no condition, so nothing it does approves or refuses.
 */
#include "runtime/trust/date.h"
#include "runtime/trust/gate_parts.h"

#include <assert.h>
#include <stdlib.h>

#define NAMED_MAX 8u /* tests that went wrong and are named */

static void
count(const struct wd_tested *t, struct wd_tests_state *s)
{
	for (uint32_t i = 0; i < t->cases_len; i++) {
		s->results[t->cases[i].result]++;
		s->by[t->cases[i].adaptor] = true;
	}
	s->good = s->results[WD_RESULT_PASSED] == t->cases_len;
}

/* `; failed: a title, another`: last, for it may be long, and a detail that is too long is cut. */
static void
name_cases(struct wd_gate *g, const struct wd_tested *t, const struct wd_tests_state *s, enum wd_test_result result)
{
	uint32_t named = 0;

	if (s->results[result] == 0)
		return;
	wr_buf_str(&g->text, result == WD_RESULT_FAILED ? "; failed: " : "; not to be run: ");
	for (uint32_t i = 0; i < t->cases_len && named < NAMED_MAX; i++) {
		if (t->cases[i].result != result)
			continue;
		wr_buf_str(&g->text, named++ > 0 ? ", " : "");
		wd_gate_show(g, t->cases[i].name);
	}
	if (s->results[result] > named) {
		wr_buf_str(&g->text, " and ");
		wr_buf_u64(&g->text, s->results[result] - named);
		wr_buf_str(&g->text, " more");
	}
}

static void
say(struct wd_gate *g, struct wd_tests_state *s)
{
	static const char *const ends[WD_RESULTS_LEN] = { " passed", " failed", " not to be run", " skipped" };
	static const char *const by[WD_TEST_ADAPTORS_LEN] = { NULL, "stubs", "recordings", "live backends" };
	const struct wd_record *r = &g->records[s->record];
	bool any = false;

	for (int i = 0; i < WD_RESULTS_LEN; i++) {
		if (s->results[i] == 0)
			continue;
		wr_buf_str(&g->text, any ? ", " : "");
		wr_buf_u64(&g->text, s->results[i]);
		wr_buf_str(&g->text, ends[i]);
		any = true;
	}
	any = false;
	for (int i = WD_TEST_STUBS; i < WD_TEST_ADAPTORS_LEN; i++) {
		if (!s->by[i])
			continue;
		wr_buf_str(&g->text, any ? " and " : ", ");
		wr_buf_str(&g->text, by[i]);
		any = true;
	}
	wr_buf_str(&g->text, ", signed by ");
	wd_gate_show(g, g->policy->persons[r->signer].name);
	wr_buf_str(&g->text, ", ");
	wd_date_write(&g->text, r->tested.at);
	name_cases(g, &r->tested, s, WD_RESULT_FAILED);
	name_cases(g, &r->tested, s, WD_RESULT_TROUBLE);
	s->text = wd_gate_keep(g);
}

static int
newest_first(const void *a, const void *b)
{
	const struct wd_tests_state *x = a, *y = b;

	if (x->at != y->at)
		return x->at > y->at ? -1 : 1;
	return x->record < y->record ? -1 : 1;
}

void
wd_gate_list_tests(struct wd_gate *g)
{
	struct wd_tests_state *states;
	uint32_t len = 0;

	assert(g->text.size == 0);
	states = wr_arena_array(&g->verdict->arena, g->in->records_len, sizeof *states);
	if (states == NULL) {
		g->status = WR_NOMEM;
		return;
	}
	for (uint32_t i = 0; i < g->in->records_len; i++) {
		const struct wd_record *r = &g->records[i];

		if (!g->opened[i] || r->kind != WD_TESTED || !wd_digest_eq(&r->subject, &g->in->subject->digest))
			continue;
		states[len] = (struct wd_tests_state){ .record = i, .signer = r->signer, .at = r->tested.at,
			.source = r->tested.source };
		count(&r->tested, &states[len++]);
	}
	qsort(states, len, sizeof *states, newest_first);
	g->verdict->tests = states;
	g->verdict->tests_len = len < WD_TESTS_SHOWN ? len : WD_TESTS_SHOWN;
	for (uint32_t i = 0; i < g->verdict->tests_len && g->status == WR_OK; i++)
		say(g, &states[i]);
}
