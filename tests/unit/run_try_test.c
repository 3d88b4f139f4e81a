/* Calls inside a `try`: what a failure cancels, who is told, what comes out, and what is never caught. */
#include "tests/support/failing_alloc.h"
#include "tests/support/play.h"
#include "vm/base/limits.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(run_try, .timeout = 60);

#define ASK(name, more) "agent " name " q:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 10\n" more "set USER q\n"
#define HEAD "type T text 0 200\ntype W text 0 2000\nbackend b llm accepts -\n" ASK("ask", "")
#define TWO HEAD ASK("fall", "")
#define INPUT "{\"t\":\"in\"}"
#define WITHIN "within 200 100000 10000000 0\n"
#define TRY "flow f t:T -> W\nt = INPUT 0\nm = TRY\nblock\na = CALL ask t\nyield a\nblock\nc = CALL fall t\nyield c\nend m\n"
#define SIDE_BY_SIDE \
	"flow f t:T -> W\nt = INPUT 0\nm = TRY\nblock\na = CALL ask t\nc = CALL ask t\nd = CALL ask a\n" \
	"s = TEMPLATE a c d\nyield s\nblock\nyield t\nend m\n"

/* What a host does in turn: `ask=x` answers, `ask!timeout` fails, `ask?` is outcome unknown, `ask` is late.
 * After each the calls that were handed out and those that were cancelled are written down. */
struct deed {
	struct wr_run *run;
	struct wr_call call[32];
	bool gone[32];
	uint32_t len;
	char log[1024];
};

static void
note(struct deed *d, const char *mark, const char *path)
{
	size_t at = strlen(d->log);

	(void)snprintf(d->log + at, sizeof d->log - at, "%s%s ", mark, path);
}

static void
take_all(struct deed *d)
{
	uint32_t id;

	while (wr_run_next_cancelled(d->run, &id))
		for (uint32_t i = 0; i < d->len; i++)
			if (d->call[i].id == id && !d->gone[i]) {
				d->gone[i] = true;
				d->call[i].path = "";
				note(d, "-", "");
			}
	while (wr_run_next(d->run, &d->call[d->len])) {
		note(d, "", d->call[d->len].path);
		d->len++;
	}
}

static struct wr_call *
find(struct deed *d, struct wr_text path)
{
	for (uint32_t i = d->len; i-- > 0;)
		if (!d->gone[i] && wr_text_eq(wr_text_of(d->call[i].path), path))
			return &d->call[i];
	cr_assert_fail("no call %.*s in %s", (int)path.size, path.at, d->log);
	return NULL;
}

static void
act(struct deed *d, struct wr_text word)
{
	static const struct {
		const char *word;
		enum wr_failure how;
		bool unknown;
	} hows[] = { { "timeout", WR_FAILURE_TIMEOUT, false }, { "unavailable", WR_FAILURE_UNAVAILABLE, false },
		{ "refused", WR_FAILURE_REFUSED, false }, { "invalid", WR_FAILURE_INVALID, false },
		{ "unknown", WR_FAILURE_UNAVAILABLE, true } };
	size_t size = 0;
	struct wr_call *call;
	struct wr_text rest;

	while (size < word.size && word.at[size] != '=' && word.at[size] != '!')
		size++;
	call = find(d, (struct wr_text){ word.at, size });
	rest = (struct wr_text){ word.at + size + 1, word.size - size - 1 };
	d->gone[call - d->call] = true;
	if (word.at[size] == '=') {
		cr_assert_eq(wr_run_answer(d->run, call->id, rest, 1), WR_OK, "%s", d->log);
		return;
	}
	for (size_t i = 0; i < sizeof hows / sizeof *hows; i++)
		if (wr_text_eq(rest, wr_text_of(hows[i].word))) {
			cr_assert_eq(wr_run_fail(d->run, call->id, hows[i].how, WR_TEXT("so"), hows[i].unknown), WR_OK);
			cr_expect_eq(wr_run_fail(d->run, call->id, hows[i].how, WR_TEXT("so"), false), WR_STALE);
			return;
		}
	cr_assert_fail("%.*s", (int)rest.size, rest.at);
}

struct try_case {
	const char *name, *source;
	const char *deeds;  /* in order, blanks between */
	const char *log;    /* handed out; `-` for one that is cancelled */
	const char *result; /* the output, or `code path` of the fault */
};

static const struct try_case cases[] = {
	{ "what is tried", TWO TRY, "ask=yes", "ask ", "yes" },
	{ "late", TWO TRY, "ask!timeout fall=other", "ask fall ", "other" },
	{ "out of reach", TWO TRY, "ask!unavailable fall=other", "ask fall ", "other" },
	{ "refused", TWO TRY, "ask!refused fall=other", "ask fall ", "other" },
	{ "not of its type", TWO TRY, "ask!invalid fall=other", "ask fall ", "other" },
	{ "outcome unknown", TWO TRY, "ask!unknown fall=other", "ask fall ", "other" },
	{ "both fail", TWO TRY, "ask!timeout fall!refused", "ask fall ", "refused fall" },
	{ "retries first", "type T text 0 200\ntype W text 0 2000\nbackend b llm accepts -\n" ASK("ask", "set RETRY 2\n") ASK("fall", "") TRY,
	    "ask!timeout ask!unavailable ask!timeout fall=other", "ask ask ask fall ", "other" },
	{ "a retry helps", "type T text 0 200\ntype W text 0 2000\nbackend b llm accepts -\n" ASK("ask", "set RETRY 2\n") ASK("fall", "") TRY,
	    "ask!timeout ask=yes", "ask ask ", "yes" },
	{ "no retry of what is refused", "type T text 0 200\ntype W text 0 2000\nbackend b llm accepts -\n" ASK("ask", "set RETRY 2\n") ASK("fall", "") TRY,
	    "ask!refused fall=other", "ask fall ", "other" },
	{ "a value instead", HEAD "flow f t:T -> W\nt = INPUT 0\nm = TRY\nblock\na = CALL ask t\nyield a\nblock\nyield t\nend m\n",
	    "ask!timeout", "ask ", "in" },
	{ "the one beside it is cancelled", HEAD SIDE_BY_SIDE, "ask!refused", "ask ask~2 - ", "in" },
	{ "so is the one before it", HEAD SIDE_BY_SIDE, "ask~2!refused", "ask ask~2 - ", "in" },
	{ "and the one that came after an answer", HEAD SIDE_BY_SIDE, "ask=x ask~2!refused", "ask ask~2 ask~3 - ", "in" },
	{ "all of them", HEAD SIDE_BY_SIDE, "ask=x ask~3=z ask~2=y", "ask ask~2 ask~3 ", "xyz" },
	{ "one that waits to be sent again is never sent",
	    "type T text 0 200\ntype W text 0 2000\nbackend b llm accepts -\n" ASK("ask", "set RETRY 1\n")
	    "flow f t:T -> W\nt = INPUT 0\nm = TRY\nblock\na = CALL ask t\nc = CALL ask t\ns = TEMPLATE a c\nyield s\nblock\nyield t\nend m\n",
	    "ask!timeout ask~2!refused", "ask ask~2 ask - ", "in" },
	{ "the innermost catches", TWO "flow f t:T -> W\nt = INPUT 0\nm = TRY\nblock\nn = TRY\nblock\na = CALL ask t\nyield a\nblock\n"
	    "c = CALL fall t\nyield c\nd = CALL ask n\nyield d\nblock\nyield t\nend m\n",
	    "ask!timeout fall=x ask~2=y", "ask fall ask~2 ", "y" },
	{ "then the one around it", TWO "flow f t:T -> W\nt = INPUT 0\nm = TRY\nblock\nn = TRY\nblock\na = CALL ask t\nyield a\nblock\n"
	    "c = CALL fall t\nyield c\nd = CALL ask n\nyield d\nblock\nyield t\nend m\n",
	    "ask!timeout fall!timeout", "ask fall ", "in" },
	{ "in the second block another", TWO "flow f t:T -> W\nt = INPUT 0\nm = TRY\nblock\na = CALL ask t\nyield a\nblock\nn = TRY\nblock\n"
	    "c = CALL fall t\nyield c\nblock\nyield t\nyield n\nend m\n",
	    "ask!timeout fall!timeout", "ask fall ", "in" },
	{ "what is outside goes on", TWO "flow f t:T -> W\nt = INPUT 0\nm = TRY\nblock\na = CALL ask t\nyield a\nblock\nyield t\nc = CALL fall t\n"
	    "s = TEMPLATE m c\nend s\n", "ask!timeout fall=x", "ask fall ", "inx" },
	{ "what comes after waits", TWO "flow f t:T -> W\nt = INPUT 0\nm = TRY\nblock\na = CALL ask t\nyield a\nblock\nyield t\nc = CALL fall m\n"
	    "end c\n", "ask!timeout fall=x", "ask fall ", "x" },
	{ "a choice inside", TWO "flow f t:T -> W\nt = INPUT 0\nk = CONST \"in\"\no = EQ t k\nm = TRY\nblock\nn = MATCH 2 o\nblock\na = CALL ask t\nyield a\nblock\nyield k\n"
	    "yield n\nblock\nc = CALL fall t\nyield c\nend m\n", "ask!timeout fall=x", "ask fall ", "x" },
	{ "a require that does not hold", TWO "flow f t:T -> W\nt = INPUT 0\nk = CONST \"no\"\nm = TRY\nblock\na = CALL ask t\no = EQ a k\nr = REQUIRE o k\nyield t\nblock\n"
	    "c = CALL fall t\nyield c\nend m\n", "ask=x", "ask ", "require " },
	{ "each item of a for", HEAD "flow f t:T -> W\nt = INPUT 0\nl = LIST t t t\ne = CONST \"\"\nm = FOR - l\nblock\nx = BIND 0\nn = TRY\nblock\na = CALL ask x\nyield a\n"
	    "block\nyield e\nyield n\nj = JOIN m e\nend j\n",
	    "for[1].ask!timeout for[2].ask=c for[0].ask=a", "for[0].ask for[1].ask for[2].ask ", "ac" },
	{ "a for inside", TWO "flow f t:T -> W\nt = INPUT 0\nl = LIST t t t\ne = CONST \"\"\nn = TRY\nblock\nm = FOR - l\nblock\nx = BIND 0\na = CALL ask x\nyield a\n"
	    "j = JOIN m e\nyield j\nblock\nc = CALL fall t\nyield c\nend n\n",
	    "for[1].ask=x for[2].ask!refused fall=y", "for[0].ask for[1].ask for[2].ask - fall ", "y" },
	{ "a for inside, two at a time", TWO "flow f t:T -> W\nt = INPUT 0\nl = LIST t t t\ne = CONST \"\"\nn = TRY\nblock\nm = FOR - width 2 l\nblock\nx = BIND 0\na = CALL ask x\nyield a\n"
	    "j = JOIN m e\nyield j\nblock\nc = CALL fall t\nyield c\nend n\n",
	    "for[0].ask!refused fall=y", "for[0].ask for[1].ask - fall ", "y" },
	{ "what is given up makes room in the width", HEAD SIDE_BY_SIDE "within 200 100000 10000000 1\n", "ask!refused", "ask ", "in" },
};

static void
expect_result(const struct try_case *c, struct wr_run *run)
{
	char want[512], got[1024];

	if (wr_run_state(run) == WR_RUN_DONE) {
		(void)snprintf(want, sizeof want, "{\"result\":\"%s\"}", c->result);
		(void)snprintf(got, sizeof got, "%.*s", (int)wr_run_output(run).size, wr_run_output(run).at);
		cr_expect_str_eq(got, want, "%s", c->name);
		return;
	}
	cr_assert_eq(wr_run_state(run), WR_RUN_FAILED, "%s: waits", c->name);
	(void)snprintf(got, sizeof got, "%s %s", wr_run_fault(run)->code, wr_run_fault(run)->path);
	cr_expect_str_eq(got, c->result, "%s", c->name);
}

Test(run_try, a_failure_begins_what_comes_instead)
{
	struct failing_alloc f;

	failing_alloc_init(&f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char source[4096];
		struct wr_module *m;
		struct deed d = { .len = 0 };

		(void)snprintf(source, sizeof source, "%s%s", cases[i].source,
		    strstr(cases[i].source, "within") == NULL ? WITHIN : "");
		m = play_assembled(&f.hook, source);
		d.run = play_start(m, &f.hook, NULL, INPUT);
		take_all(&d);
		for (const char *at = cases[i].deeds; *at != '\0';) {
			size_t size = strcspn(at, " ");

			act(&d, (struct wr_text){ at, size });
			take_all(&d);
			at += size + (at[size] == ' ');
		}
		cr_expect_str_eq(d.log, cases[i].log, "%s", cases[i].name);
		expect_result(&cases[i], d.run);
		for (uint32_t k = 0; k < d.len; k++)
			cr_expect_eq(wr_run_answer(d.run, d.call[k].id, WR_TEXT("late"), 0), WR_STALE, "%s", cases[i].name);
		wr_run_free(d.run);
		wr_module_free(m);
		cr_expect_eq(f.live_bytes, 0, "%s", cases[i].name);
	}
}

/* A host that never asks what was cancelled is refused when it answers, and that is told once. */
Test(run_try, a_late_answer_is_stale_and_settles_it)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct deed d = { .len = 0 };
	uint32_t id;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, TWO "flow f t:T -> W\nt = INPUT 0\nm = TRY\nblock\na = CALL ask t\nc = CALL ask t\ns = TEMPLATE a c\nyield s\n"
	    "block\nd = CALL fall t\nyield d\nend m\n" WITHIN);
	d.run = play_start(m, &f.hook, NULL, INPUT);
	take_all(&d);
	cr_assert_eq(d.len, 2);
	cr_assert_eq(wr_run_fail(d.run, d.call[0].id, WR_FAILURE_TIMEOUT, WR_TEXT(""), false), WR_OK);
	cr_expect_eq(wr_run_answer(d.run, d.call[1].id, WR_TEXT("late"), 1), WR_STALE);
	cr_expect_eq(wr_run_fail(d.run, d.call[1].id, WR_FAILURE_TIMEOUT, WR_TEXT(""), false), WR_STALE);
	cr_expect_not(wr_run_next_cancelled(d.run, &id));
	cr_expect_eq(wr_run_used(d.run).tokens, 0, "what a cancelled call says does not count");
	take_all(&d);
	cr_assert_eq(d.len, 3);
	cr_assert_eq(wr_run_answer(d.run, d.call[2].id, WR_TEXT("x"), 1), WR_OK);
	cr_expect_eq(wr_run_state(d.run), WR_RUN_DONE);
	cr_expect_eq(wr_run_used(d.run).calls, 3);
	wr_run_free(d.run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

/* An answer that does not fit is a failure like any other: it is told as invalid, and caught. */
Test(run_try, an_answer_that_does_not_fit_is_caught)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct deed d = { .len = 0 };

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, "type T text 0 3\ntype W text 0 2000\nbackend b llm accepts -\n" ASK("ask", "") ASK("fall", "") TRY WITHIN);
	d.run = play_start(m, &f.hook, NULL, INPUT);
	take_all(&d);
	cr_assert_eq(wr_run_answer(d.run, d.call[0].id, WR_TEXT("too long"), 7), WR_INVALID);
	cr_expect_eq(wr_run_used(d.run).tokens, 7);
	take_all(&d);
	cr_assert_eq(d.len, 2);
	cr_assert_eq(wr_run_answer(d.run, d.call[1].id, WR_TEXT("x"), 1), WR_OK);
	cr_expect_eq(wr_run_state(d.run), WR_RUN_DONE);
	wr_run_free(d.run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

/* While memory is short: what has failed for good is in no block any more, and has no arguments there. */
static void
ask_for_argument(struct deed *d, const struct wr_call *call)
{
	struct failing_alloc steady;
	struct wr_buf said;

	failing_alloc_init(&steady);
	wr_buf_init(&said, &steady.hook, 1 << 10);
	if (wr_run_argument(d->run, call->id, 0, &said))
		cr_expect_gt(said.size, 1);
	wr_buf_free(&said);
}

/* NULL: it fails. Memory may be short once; false when it stays so. Whatever was done by then is not done twice. */
static bool
insist(struct deed *d, struct wr_call call, const char *answer)
{
	uint64_t tokens = wr_run_used(d->run).tokens;
	enum wr_status s = WR_NOMEM;

	for (int i = 0; i < 2 && s == WR_NOMEM; i++) {
		s = answer == NULL ? wr_run_fail(d->run, call.id, WR_FAILURE_TIMEOUT, WR_TEXT(""), false) :
				     wr_run_answer(d->run, call.id, wr_text_of(answer), 1);
		if (s == WR_NOMEM)
			ask_for_argument(d, &call);
	}
	if (s == WR_NOMEM)
		return false;
	cr_assert(s == WR_OK || s == WR_INVALID, "%d", s);
	cr_expect_eq(wr_run_used(d->run).tokens, tokens + (answer != NULL), "counted once");
	take_all(d);
	return true;
}

#define TOO_LONG "0123456789012345678901234567890123456789"

Test(run_try, survives_every_allocation_failure)
{
	static const char *const firsts[] = { NULL, "x", TOO_LONG TOO_LONG TOO_LONG TOO_LONG TOO_LONG TOO_LONG };
	struct failing_alloc steady;
	struct wr_module *m;
	uint32_t recovered = 0;

	failing_alloc_init(&steady);
	m = play_assembled(&steady.hook, TWO "flow f t:T -> W\nt = INPUT 0\nl = LIST t t t\ne = CONST \"\"\nn = TRY\nblock\nm = FOR - width 2 l\nblock\nx = BIND 0\na = CALL ask x\nyield a\n"
	    "j = JOIN m e\nyield j\nblock\nc = CALL fall t\nd = CALL fall c\nyield d\nend n\n" WITHIN);
	for (size_t i = 0; i < 3; i++) {
		struct failing_alloc f = { 0 };

		while (failing_alloc_next(&f)) {
			struct deed d = { .run = play_start(m, &f.hook, NULL, INPUT) };
			bool alive = d.run != NULL;

			if (alive) {
				take_all(&d);
				cr_assert_eq(d.len, 2);
				alive = insist(&d, d.call[1], firsts[i]);
			}
			if (alive && i == 1) {
				cr_assert_eq(d.len, 3, "the next item");
				alive = insist(&d, d.call[2], NULL);
			}
			for (int k = 0; k < 2 && alive; k++)
				alive = insist(&d, d.call[d.len - 1], "z");
			recovered += alive && f.calls > f.fail_at;
			if (alive)
				cr_assert_eq(wr_run_state(d.run), WR_RUN_DONE, "%s", d.log);
			wr_run_free(d.run);
			cr_assert_eq(f.live_bytes, 0);
		}
	}
	cr_expect_gt(recovered, 0);
	wr_module_free(m);
}

/* Many at once: what is given up is given up in one go, and nothing of it is handed out any more. */
Test(run_try, thousands_are_given_up_at_once)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_fault fault;
	struct wr_call call, last = { 0 };
	uint32_t id, handed = 0, told = 0;
	struct wr_buf input;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, "type T text 0 40\ntype L list T 0 4000\nbackend b llm accepts -\n" ASK("ask", "") ASK("fall", "")
	    "flow f l:L -> T\nl = INPUT 0\ne = CONST \"\"\nn = TRY\nblock\nm = FOR - l\nblock\nx = BIND 0\na = CALL ask x\nyield a\n"
	    "y = LENGTH m\nz = TEMPLATE y\nyield z\nblock\nc = CALL fall e\nyield c\nend n\nwithin 9999 9999999 9999999 3000\n");
	wr_buf_init(&input, &f.hook, 1 << 20);
	wr_buf_str(&input, "{\"l\":[\"\"");
	for (int i = 1; i < 4000; i++)
		wr_buf_str(&input, ",\"\"");
	wr_buf_str(&input, "]}");
	cr_assert_eq(wr_run_start(m, &f.hook, NULL, wr_buf_view(&input), &run, &fault), WR_OK);
	wr_buf_free(&input);
	while (wr_run_next(run, &call)) {
		handed++;
		last = call;
	}
	cr_expect_eq(handed, 3000);
	cr_assert_eq(wr_run_fail(run, last.id, WR_FAILURE_REFUSED, WR_TEXT(""), false), WR_OK);
	while (wr_run_next_cancelled(run, &id))
		told++;
	cr_expect_eq(told, 2999);
	cr_assert(wr_run_next(run, &call));
	cr_expect_str_eq(call.path, "fall");
	cr_expect_not(wr_run_next(run, &last));
	cr_assert_eq(wr_run_answer(run, call.id, WR_TEXT("x"), 0), WR_OK);
	cr_expect_eq(wr_run_state(run), WR_RUN_DONE);
	wr_run_free(run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}
