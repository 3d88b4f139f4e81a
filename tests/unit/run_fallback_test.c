/* An agent behind an agent: who is asked when the first fails, and what is counted. */
#include "tests/support/failing_alloc.h"
#include "tests/support/play.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(run_fallback, .timeout = 60);

/* lead, asked twice, falls back on second, which falls back on third. */
static const char in_a_row[] =
	"type T text 0 9\nbackend b llm accepts - taints -\n"
	"agent third q:T -> T via b\nq = INPUT 0\nset MODEL \"third\"\nset MAX_TOKENS 1\nset USER q\n"
	"agent second q:T -> T via b\nq = INPUT 0\nset MODEL \"second\"\nset MAX_TOKENS 1\nset TIMEOUT 70\nset FALLBACK 0\nset USER q\n"
	"agent lead q:T -> T via b\nq = INPUT 0\nset MODEL \"lead\"\nset MAX_TOKENS 1\nset TIMEOUT 50\nset RETRY 1\nset FALLBACK 1\nset USER q\n"
	"flow f q:T -> T\nq = INPUT 0\na = CALL lead q\nend a\nwithin 4 999 99999 0\n";

/* What a host does with each call in turn: fails it so, or answers with the text. */
struct turn {
	const char *path;
	uint32_t attempt;
	const char *does; /* `refused`, `timeout`, `unknown`, or `=answer`; a text longer than 9 does not fit */
};

static enum wr_status
play_turn(struct wr_run *run, const struct wr_call *c, const char *does)
{
	if (does[0] == '=')
		return wr_run_answer(run, c->id, wr_text_of(does + 1), 3);
	if (strcmp(does, "unknown") == 0)
		return wr_run_fail(run, c->id, WR_FAILURE_TIMEOUT, WR_TEXT("outcome unknown"), true);
	return wr_run_fail(run, c->id, strcmp(does, "refused") == 0 ? WR_FAILURE_REFUSED : WR_FAILURE_TIMEOUT,
	    WR_TEXT("why"), false);
}

static const struct {
	const char *name;
	struct turn turns[5];
	const char *end; /* the output, or `path: failure` */
} rows[] = {
	{ "the first answers", { { "lead", 1, "=yes" } }, "{\"result\":\"yes\"}" },
	{ "refused at once", { { "lead", 1, "refused" }, { "lead.second", 1, "=no" } }, "{\"result\":\"no\"}" },
	{ "late twice", { { "lead", 1, "timeout" }, { "lead", 2, "timeout" }, { "lead.second", 1, "=no" } }, "{\"result\":\"no\"}" },
	{ "does not fit twice", { { "lead", 1, "=0123456789" }, { "lead", 2, "=0123456789" }, { "lead.second", 1, "=no" } },
	    "{\"result\":\"no\"}" },
	{ "the second fails, too", { { "lead", 1, "refused" }, { "lead.second", 1, "timeout" }, { "lead.second.third", 1, "=3" } },
	    "{\"result\":\"3\"}" },
	{ "all fail", { { "lead", 1, "refused" }, { "lead.second", 1, "refused" }, { "lead.second.third", 1, "timeout" } },
	    "lead.second.third third: timeout" },
	{ "nobody is asked when it is not known what happened", { { "lead", 1, "unknown" } }, "lead lead: timeout" },
	{ "nor after the second", { { "lead", 1, "refused" }, { "lead.second", 1, "unknown" } }, "lead.second second: timeout" },
};

static void
expect_row(struct wr_run *run, size_t i)
{
	const struct wr_fault *fault;
	char said[1024];

	if (rows[i].end[0] == '{') {
		cr_assert_eq(wr_run_state(run), WR_RUN_DONE, "%s", rows[i].name);
		cr_expect(wr_text_eq(wr_run_output(run), wr_text_of(rows[i].end)), "%s", rows[i].name);
		return;
	}
	cr_assert_eq(wr_run_state(run), WR_RUN_FAILED, "%s", rows[i].name);
	fault = wr_run_fault(run);
	snprintf(said, sizeof said, "%s %s: %s", fault->path, fault->agent, fault->code);
	cr_expect_str_eq(said, rows[i].end, "%s: %s", rows[i].name, said);
}

/* Every turn, memory or not: what came back with WR_NOMEM is said again. */
static void
play_row(struct wr_run *run, size_t i, const struct failing_alloc *f)
{
	uint32_t last = UINT32_MAX;

	for (const struct turn *t = rows[i].turns; t->path != NULL; t++) {
		enum wr_status s;
		struct wr_call c;

		cr_assert(wr_run_next(run, &c), "%s: nothing to do", rows[i].name);
		cr_expect_str_eq(c.path, t->path, "%s: %s", rows[i].name, c.path);
		cr_expect_eq(c.attempt, t->attempt, "%s", rows[i].name);
		cr_expect_neq(c.id, last);
		cr_expect_eq(c.delay_ms, t->attempt == 1 ? 0 : 250);
		cr_expect_eq(c.timeout_ms, strcmp(t->path, "lead") == 0 ? 50 : strcmp(t->path, "lead.second") == 0 ? 70 : 30000);
		cr_expect(wr_text_eq(c.parts[0].text, c.agent), "the agent's own model");
		last = c.id;
		for (int tries = 0; (s = play_turn(run, &c, t->does)) == WR_NOMEM; tries++)
			cr_assert(f->fail_at >= 0 && tries < 9);
		cr_expect_eq(s, t->does[0] == '=' && strlen(t->does) > 10 ? WR_INVALID : WR_OK, "%s: %d", rows[i].name, (int)s);
		cr_expect_eq(play_turn(run, &c, t->does), WR_STALE);
	}
	expect_row(run, i);
}

Test(run_fallback, asks_fallbacks_in_a_row)
{
	struct failing_alloc f;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct wr_module *m;
		struct wr_run *run;
		uint64_t turns = 0;

		failing_alloc_init(&f);
		m = play_assembled(&f.hook, in_a_row);
		cr_expect_eq(wr_module_summary(m)->worst.calls, 4);
		cr_expect_eq(wr_module_summary(m)->worst.time_ms, 2 * 50 + 250 + 70 + 30000);
		run = play_start(m, &f.hook, NULL, "{\"q\":\"x\"}");
		play_row(run, i, &f);
		while (rows[i].turns[turns].path != NULL)
			turns++;
		cr_expect_eq(wr_run_used(run).calls, turns);
		cr_expect_eq(wr_run_used(run).width, 1, "it keeps its place");
		wr_run_free(run);
		wr_module_free(m);
		cr_expect_eq(f.live_bytes, 0);
	}
}

Test(run_fallback, asks_fallbacks_when_memory_was_short)
{
	struct failing_alloc steady;
	struct wr_module *m;

	failing_alloc_init(&steady);
	m = play_assembled(&steady.hook, in_a_row);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct failing_alloc f = { 0 };

		while (failing_alloc_next(&f)) {
			struct wr_run *run = NULL;
			struct wr_fault fault = { 0 };

			if (wr_run_start(m, &f.hook, NULL, WR_TEXT("{\"q\":\"x\"}"), &run, &fault) == WR_OK) {
				if (!f.fail_after)
					play_row(run, i, &f);
				wr_run_free(run);
			}
			cr_assert_eq(f.live_bytes, 0);
		}
	}
	wr_module_free(m);
	cr_expect_eq(steady.live_bytes, 0);
}
