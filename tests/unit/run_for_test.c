/* Calls inside a `for`: who is asked when, under which path, what comes out, and how it ends. */
#include "tests/support/failing_alloc.h"
#include "tests/support/play.h"

#include <criterion/criterion.h>

TestSuite(run_for, .timeout = 60);

#define HEAD \
	"type T text 0 40\ntype L list T 0 8\nbackend b llm accepts -\n" \
	"agent ask q:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 10\nset USER q\n"
#define WITHIN "within 200 100000 10000000 0\n"
#define EACH(form) HEAD "flow f l:L -> L\nl = INPUT 0\nm = FOR " form " l\nblock\nx = BIND 0\na = CALL ask x\nyield a\nend m\n" WITHIN
#define LIST "{\"l\":[\"c\",\"a\",\"d\",\"b\",\"e\"]}"

struct for_case {
	const char *name, *source, *input, *output, *order;
	uint32_t most; /* calls held at once */
};

static const struct for_case cases[] = {
	{ "all at once", EACH("-"), LIST, "{\"result\":[\"c+\",\"a+\",\"d+\",\"b+\",\"e+\"]}",
	    "for[0].ask for[1].ask for[2].ask for[3].ask for[4].ask ", 5 },
	{ "two at a time", EACH("- width 2"), LIST, "{\"result\":[\"c+\",\"a+\",\"d+\",\"b+\",\"e+\"]}",
	    "for[0].ask for[1].ask for[2].ask for[3].ask for[4].ask ", 2 },
	{ "no items", EACH("-"), "{\"l\":[]}", "{\"result\":[]}", "", 0 },
	{ "the run's width", HEAD "flow f l:L -> L\nl = INPUT 0\nm = FOR - width 4 l\nblock\nx = BIND 0\na = CALL ask x\nyield a\nend m\n"
	    "within 200 100000 10000000 3\n", LIST, "{\"result\":[\"c+\",\"a+\",\"d+\",\"b+\",\"e+\"]}",
	    "for[0].ask for[1].ask for[2].ask for[3].ask for[4].ask ", 3 },
	/* b < x < e; nobody is asked about the others */
	{ "only what is kept", HEAD "flow f l:L -> L\nl = INPUT 0\nlo = CONST \"b\"\nm = FOR w l\nblock\nx = BIND 0\na = CALL ask x\n"
	    "c = LT lo x\nyield a c\nend m\n" WITHIN, LIST, "{\"result\":[\"c+\",\"d+\",\"e+\"]}",
	    "for[0].ask for[2].ask for[4].ask ", 3 },
	{ "sorted by the item", HEAD "flow f l:L -> L\nl = INPUT 0\nm = FOR sd width 2 l\nblock\nx = BIND 0\na = CALL ask x\n"
	    "yield a x\nend m\n" WITHIN, LIST, "{\"result\":[\"e+\",\"d+\",\"c+\",\"b+\",\"a+\"]}",
	    "for[0].ask for[1].ask for[2].ask for[3].ask for[4].ask ", 2 },
	{ "twice for each", HEAD "flow f l:L -> L\nl = INPUT 0\nm = FOR - width 2 l\nblock\nx = BIND 0\na = CALL ask x\nb = CALL ask a\nyield b\nend m\n"
	    WITHIN, "{\"l\":[\"a\",\"b\",\"c\"]}", "{\"result\":[\"a++\",\"b++\",\"c++\"]}",
	    "for[0].ask for[1].ask for[0].ask~2 for[1].ask~2 for[2].ask for[2].ask~2 ", 2 },
	{ "one in another", "type T text 0 40\ntype L list T 0 8\ntype M list L 0 8\nbackend b llm accepts -\n"
	    "agent ask q:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 10\nset USER q\n"
	    "flow f l:L -> M\nl = INPUT 0\nm = FOR - width 1 l\nblock\nn = FOR - l\nblock\nx = BIND 0\na = CALL ask x\nyield a\n"
	    "yield n\nend m\n" WITHIN, "{\"l\":[\"a\",\"b\"]}", "{\"result\":[[\"a+\",\"b+\"],[\"a+\",\"b+\"]]}",
	    "for[0].for~2[0].ask for[0].for~2[1].ask for[1].for~2[0].ask for[1].for~2[1].ask ", 2 },
	/* the arm is taken for c alone */
	{ "a choice in it", HEAD "flow f l:L -> L\nl = INPUT 0\nc = CONST \"c\"\nm = FOR - l\nblock\nx = BIND 0\ne = EQ x c\n"
	    "n = MATCH 2 e\nblock\na = CALL ask x\nyield a\nblock\nyield x\nyield n\nend m\n" WITHIN, LIST,
	    "{\"result\":[\"c+\",\"a\",\"d\",\"b\",\"e\"]}", "for[0].ask ", 1 },
};

Test(run_for, asks_about_each_item_and_keeps_their_order)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct failing_alloc f;
		struct wr_module *m;

		failing_alloc_init(&f);
		m = play_assembled(&f.hook, cases[i].source);
		for (unsigned seed = 0; seed < 12; seed++) {
			struct wr_run *run = play_start(m, &f.hook, NULL, cases[i].input);
			struct hand h = { 0 };

			play(run, NULL, seed, &h);
			cr_assert_eq(wr_run_state(run), WR_RUN_DONE, "%s", cases[i].name);
			cr_expect_str_eq(wr_run_output(run).at, cases[i].output, "%s", cases[i].name);
			cr_expect_leq(h.most, cases[i].most, "%s", cases[i].name);
			if (seed == 0) {
				cr_expect_str_eq(h.order, cases[i].order, "%s: %s", cases[i].name, h.order);
				cr_expect_eq(h.most, cases[i].most, "%s: %u", cases[i].name, h.most);
			}
			wr_run_free(run);
		}
		wr_module_free(m);
		cr_expect_eq(f.live_bytes, 0, "%s", cases[i].name);
	}
}

Test(run_for, a_failure_ends_the_run_and_names_the_item)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, EACH("- width 3"));
	run = play_start(m, &f.hook, NULL, LIST);
	play_take(run, &h);
	cr_assert_eq(h.len, 3);
	cr_assert_eq(play_echo(run, &h.call[0]), WR_OK);
	cr_assert_eq(wr_run_fail(run, h.call[2].id, WR_FAILURE_REFUSED, wr_text_of("no"), false), WR_OK);
	cr_assert_eq(wr_run_state(run), WR_RUN_FAILED);
	cr_expect_str_eq(wr_run_fault(run)->path, "for[2].ask");
	cr_expect_str_eq(wr_run_fault(run)->code, "refused");
	cr_expect_eq(play_echo(run, &h.call[1]), WR_STALE); /* what was in flight beside it is nobody's */
	wr_run_free(run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

Test(run_for, a_require_in_the_body_stops_the_run_before_the_calls_it_guards)
{
	static const char source[] = HEAD
	    "flow f l:L -> L\nl = INPUT 0\nk = CONST \"d\"\nno = CONST \"not d\"\nm = FOR - width 2 l\nblock\nx = BIND 0\n"
	    "e = EQ x k\nc = NOT e\nr = REQUIRE c no\na = CALL ask x guard r\nyield a\nend m\n" WITHIN;
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, source);
	run = play_start(m, &f.hook, NULL, LIST);
	play(run, NULL, 0, &h);
	cr_assert_eq(wr_run_state(run), WR_RUN_FAILED);
	cr_expect_str_eq(wr_run_fault(run)->code, "require");
	cr_expect_str_eq(wr_run_fault(run)->detail, "not d");
	cr_expect_str_eq(h.order, "for[0].ask for[1].ask ");
	wr_run_free(run);
	wr_module_free(m);
}

/* At each allocation in turn memory fails once, or from there on; the host tries again. */
Test(run_for, goes_on_after_each_allocation_failure)
{
	struct failing_alloc steady, f = { 0 };
	struct wr_module *m;
	long recovered = 0;

	failing_alloc_init(&steady);
	m = play_assembled(&steady.hook, HEAD "flow f l:L -> L\nl = INPUT 0\nlo = CONST \"a\"\nm = FOR wsd width 2 l\nblock\nx = BIND 0\na = CALL ask x\n"
	    "b = CALL ask a\nc = LT lo x\nyield b c x\nend m\n" WITHIN);
	while (failing_alloc_next(&f)) {
		struct wr_run *run = play_start(m, &f.hook, NULL, LIST);
		struct hand h = { 0 };
		bool gone = run == NULL;

		while (run != NULL && wr_run_state(run) == WR_RUN_WAITING && !gone) {
			struct wr_call c;

			play_take(run, &h);
			c = play_drop(&h, 0);
			gone = play_echo(run, &c) == WR_NOMEM && play_echo(run, &c) == WR_NOMEM;
		}
		recovered += !gone && f.calls > f.fail_at;
		if (run != NULL && !gone)
			cr_expect_str_eq(wr_run_output(run).at, "{\"result\":[\"e++\",\"d++\",\"c++\",\"b++\"]}");
		wr_run_free(run);
		cr_assert_eq(f.live_bytes, 0);
	}
	cr_expect_gt(recovered, 0);
	wr_module_free(m);
}

/* What is open at once is counted: frames, requests, values. */
Test(run_for, takes_no_more_memory_than_it_may)
{
	struct failing_alloc f;
	struct wr_module *m;
	size_t heap = 256;
	bool done = false;

	failing_alloc_init(&f);
	m = play_assembled(&f.hook, EACH("-"));
	for (; !done && heap < 65536; heap += 64) {
		struct wr_run_options o = { .heap_max = heap };
		struct wr_run *run = NULL;
		struct wr_fault fault = { 0 };
		struct hand h = { 0 };
		enum wr_status s = wr_run_start(m, &f.hook, &o, wr_text_of(LIST), &run, &fault);

		if (s == WR_LIMIT) {
			cr_expect_str_eq(fault.code, "heap");
			continue;
		}
		cr_assert_eq(s, WR_OK);
		if (wr_run_state(run) == WR_RUN_WAITING)
			play(run, NULL, 0, &h);
		done = wr_run_state(run) == WR_RUN_DONE;
		if (!done)
			cr_expect_str_eq(wr_run_fault(run)->code, "heap");
		wr_run_free(run);
	}
	cr_expect(done);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}
