/* Worst cases, each computed by hand beside it. */
#include "tests/support/judge.h"

#include <criterion/criterion.h>

TestSuite(bounds, .timeout = 20);

struct bound_case {
	const char *name, *worst, *source;
};

static void
expect(const char *(*say)(const char *), const struct bound_case *cases, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const char *got = say(cases[i].source);

		cr_expect_str_eq(got, cases[i].worst, "%s: `%s`, not `%s`", cases[i].name, got, cases[i].worst);
	}
}

#define T "type T text 0 40\n"
#define LLM(settings, user) \
	"backend b llm accepts -\nagent ask q:T -> T via b\nq = INPUT 0\n" user "set MODEL \"m\"\nset MAX_TOKENS 10\n" settings
#define ONE "flow f t:T -> T\nt = INPUT 0\na = CALL ask t\nend a\n"

static const struct bound_case agents[] = {
	{ "nobody is asked", "0 0 0", T "flow f t:T -> T\nt = INPUT 0\nend t\n" },
	/* 40 bytes and 10 tokens, in 30 seconds. */
	{ "asked once", "1 50 30000", T LLM("set USER q\n", "") ONE },
	/* 3 x 50; 3 x 20 s, 250 and 500 ms between. */
	{ "asked again twice", "3 150 60750", T LLM("set TIMEOUT 20000\nset RETRY 2\nset USER q\n", "") ONE },
	/* 6 x 1 s; 250 + 500 + 1000 + 2000 + 4000 ms between. */
	{ "asked again five times", "6 300 13750", T LLM("set TIMEOUT 1000\nset RETRY 5\nset USER q\n", "") ONE },
	/* `To ` 40 `.` and 10. */
	{ "bytes around", "1 54 30000", T LLM("set USER u\n", "to = CONST \"To \"\np = CONST \".\"\nu = TEMPLATE to q p\n")
	    "flow f t:T -> T\nt = INPUT 0\na = CALL ask t\nend a\n" },
	/* 9 of the context, 40 twice, 10. */
	{ "a context and two messages", "1 99 30000",
	    T "backend b llm accepts -\nagent ask q:T -> T via b\nc = CONST \"Be kind. \"\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 10\n"
	    "set CONTEXT c\nset USER q\nset ASSISTANT q\n" ONE },
	/* The parameter counts, not what is sent: a text of one byte. */
	{ "declared types count", "1 50 30000",
	    T LLM("set USER q\n", "") "flow f -> T\nk = CONST \"x\"\na = CALL ask k\nend a\n" },
	/* 40, 10, and 111 bytes of {"type":"object","properties":{"result":{"type":"boolean"}},"required":["result"], ...}. */
	{ "a schema of what is not a record", "1 161 30000",
	    T "type B bool\nbackend b llm accepts -\nagent ask q:T -> B via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 10\nset USER q\n"
	    "flow f t:T -> B\nt = INPUT 0\na = CALL ask t\nend a\n" },
	/* 40, 10, and 101 of {"type":"object","properties":{"a":{"type":"boolean"}},"required":["a"], ...}. */
	{ "a schema of a record", "1 151 30000",
	    T "type B bool\ntype R record R a:B\nbackend b llm accepts -\nagent ask q:T -> R via b\nq = INPUT 0\nset MODEL \"m\"\n"
	    "set MAX_TOKENS 10\nset USER q\nflow f t:T -> R\nt = INPUT 0\na = CALL ask t\nend a\n" },
	{ "only models take tokens", "3 0 30750",
	    T "backend b http accepts -\nagent ask q:T -> T via b\nq = INPUT 0\nset METHOD \"GET\"\nset TIMEOUT 10000\nset RETRY 2\n"
	    "set PATH q\n" ONE },
};

Test(bounds, of_an_agent)
{
	expect(judge_bounds, agents, sizeof agents / sizeof *agents);
}

#define TWO T "type B bool\ntype U text 0 80\nbackend b http accepts -\n" \
	"agent slow q:T -> T via b\nq = INPUT 0\nset METHOD \"GET\"\nset TIMEOUT 5000\nset PATH q\n" \
	"agent fast q:T -> T via b\nq = INPUT 0\nset METHOD \"GET\"\nset TIMEOUT 2000\nset PATH q\n"
#define ENDS "flow f t:T b:B -> U\nt = INPUT 0\n"

static const struct bound_case flows[] = {
	{ "one after the other", "2 0 7000", TWO ENDS "x = CALL slow t\ny = CALL fast x\nz = TEMPLATE x y\nend z\n" },
	{ "side by side", "2 0 5000", TWO ENDS "x = CALL slow t\ny = CALL fast t\nz = TEMPLATE x y\nend z\n" },
	/* 7 s of work by one worker, and the longest path. */
	{ "side by side, one at a time", "2 0 12000",
	    TWO ENDS "x = CALL slow t\ny = CALL fast t\nz = TEMPLATE x y\nend z\nwithin 9 9 99999 1\n" },
	/* 7 / 2, rounded up, in ms: 3500; and 5000. */
	{ "side by side, two at a time", "2 0 8500",
	    TWO ENDS "x = CALL slow t\ny = CALL fast t\nz = TEMPLATE x y\nend z\nwithin 9 9 99999 2\n" },
	/* The most of each measure: two calls in one arm, more time in the other. */
	{ "one arm or the other", "2 0 5000",
	    TWO "agent quick q:T -> T via b\nq = INPUT 0\nset METHOD \"GET\"\nset TIMEOUT 1000\nset PATH q\n"
	    "flow f t:T b:B -> U\nb = INPUT 1\nt = INPUT 0\nm = MATCH 2 b\nblock\nx = CALL slow t\nyield x\nblock\n"
	    "y = CALL fast t\nz = CALL quick y\nyield z\nend m\n" },
	/* The arm waits for what it needs outside: 5 + 2. */
	{ "an arm that needs an answer", "2 0 7000",
	    TWO "flow f t:T b:B -> U\nb = INPUT 1\nt = INPUT 0\nx = CALL slow t\nm = MATCH 2 b\nblock\ny = CALL fast x\nyield y\n"
	    "block\nyield t\nend m\n" },
	/* Everything an owner needs is there before its arms begin, also what only the other arm needs. */
	{ "an arm that another arm waits for", "2 0 7000",
	    TWO "flow f t:T b:B -> U\nb = INPUT 1\nt = INPUT 0\nx = CALL slow t\nm = MATCH 2 b\nblock\ny = CALL fast t\nyield y\n"
	    "block\nyield x\nend m\n" },
	{ "an arm in an arm that needs an answer", "3 0 9000",
	    TWO "agent quick q:T -> T via b\nq = INPUT 0\nset METHOD \"GET\"\nset TIMEOUT 2000\nset PATH q\n"
	    "flow f t:T b:B -> U\nb = INPUT 1\nt = INPUT 0\nx = CALL slow t\nm = MATCH 2 b\nblock\nn = MATCH 2 b\nblock\n"
	    "y = CALL fast x\nz = CALL quick y\nyield z\nblock\nyield t\nyield n\nblock\nyield t\nend m\n" },
	/* The guard waits for slow, fast for the guard. */
	{ "a require between", "2 0 7000",
	    TWO "flow f t:T b:B -> U\nt = INPUT 0\nx = CALL slow t\nk = CONST \"k\"\nc = STARTS_WITH x k\nr = REQUIRE c k\n"
	    "y = CALL fast t guard r\nend y\n" },
};

#define DOING(name, after, call) name " = DO" after "\nblock\n" name "0 = CALL " call "\nyield " name "0\n"

static const struct bound_case dos[] = {
	{ "one and a result beside it", "2 0 5000", TWO "flow f t:T -> U\nt = INPUT 0\nx = CALL slow t\n" DOING("d", "", "fast t") "end x\n" },
	{ "one after the other", "2 0 7000",
	    TWO "flow f t:T -> U\nt = INPUT 0\n" DOING("d", "", "slow t") DOING("e", " guard d", "fast t") "end t\n" },
	{ "one that needs a result", "2 0 7000", TWO "flow f t:T -> U\nt = INPUT 0\nx = CALL slow t\n" DOING("d", "", "fast x") "end x\n" },
	{ "one after the other, the second waits for a result", "3 0 12000",
	    TWO "flow f t:T -> U\nt = INPUT 0\nx = CALL slow t\n" DOING("d", "", "fast x") DOING("e", " guard d", "slow t") "end x\n" },
	{ "two calls in one", "2 0 5000",
	    TWO "flow f t:T -> U\nt = INPUT 0\nd = DO\nblock\nx = CALL slow t\ny = CALL fast t\nz = STARTS_WITH x y\nyield z\nend t\n" },
	/* The arm waits for the do above, as if it needed it: 5 + 2; its call could have begun before. */
	{ "in an arm, after the one above", "3 0 7000",
	    TWO "flow f t:T b:B -> U\nb = INPUT 1\nt = INPUT 0\n" DOING("d", "", "slow t")
	    "m = MATCH 2 b\nblock\n" DOING("e", " guard d", "fast t") "x = CALL fast t\nyield x\nblock\nyield t\nend m\n" },
	/* The block of the do is finished when the do inside it is: 2 + 5 + 2. */
	{ "in one that another comes after", "4 0 9000",
	    TWO "flow f t:T -> U\nt = INPUT 0\n" DOING("d", "", "fast t")
	    "e = DO guard d\nblock\ne0 = CALL fast t\n" DOING("i", " guard d", "slow t") "yield e0\n"
	    DOING("g", " guard e", "fast t") "end t\n" },
};

Test(bounds, of_a_do_are_those_of_its_block_after_the_one_before_it)
{
	expect(judge_bounds, dos, sizeof dos / sizeof *dos);
}

Test(bounds, of_a_flow)
{
	expect(judge_bounds, flows, sizeof flows / sizeof *flows);
}

/* A body takes 5 s; there are up to 10 of it. */
#define FOR(width, within) TWO "type L list T 0 10\nflow f l:L -> L\nl = INPUT 0\nm = FOR - " width "l\nblock\nt = BIND 0\n" \
	"x = CALL slow t\nyield x\nend m\n" within

/* A round takes 5 s and asks twice at the same time. */
#define LOOP(limit, within) TWO "flow f t:T -> U\nt = INPUT 0\nm = LOOP T " limit " t\nblock\ns = BIND 0\n" \
	"x = CALL slow s\ny = CALL fast s\nc = STARTS_WITH x y\nyield x c\nend m\n" within

static const struct bound_case fors[] = {
	{ "rounds follow each other", "8 0 20000", LOOP("4", "") },
	{ "one round", "2 0 5000", LOOP("1", "") },
	{ "rounds in a run of four", "8 0 27000", LOOP("4", "within 99 9 999999 4\n") },
	{ "all at once", "10 0 5000", FOR("", "") },
	{ "four at a time", "10 0 15000", FOR("width 4 ", "") },
	{ "five at a time", "10 0 10000", FOR("width 5 ", "") },
	{ "one at a time", "10 0 50000", FOR("width 1 ", "") },
	/* 50 s of work by so many workers, and the longest path, which the run's width alone makes longer. */
	{ "all at once in a run of four", "10 0 17500", FOR("", "within 99 9 999999 4\n") },
	{ "four at a time in a run of four", "10 0 17500", FOR("width 4 ", "within 99 9 999999 4\n") },
	{ "four at a time in a run of five", "10 0 25000", FOR("width 4 ", "within 99 9 999999 5\n") },
	/* 7 s each, 3 rounds. */
	{ "two calls one after the other", "20 0 21000",
	    TWO "type L list T 0 10\nflow f l:L -> L\nl = INPUT 0\nm = FOR - width 4 l\nblock\nt = BIND 0\nx = CALL slow t\n"
	    "y = CALL fast x\nyield y\nend m\n" },
	/* 5 rounds of 5 s, in 2 rounds. */
	{ "one in the other", "100 0 50000",
	    TWO "type L list T 0 10\ntype M list L 0 10\nflow f l:L -> M\nl = INPUT 0\nm = FOR - width 5 l\nblock\n"
	    "n = FOR - width 2 l\nblock\nt = BIND 0\nx = CALL slow t\nyield x\nyield n\nend m\n" },
	/* The body waits for fast outside: 2 + 5. */
	{ "after a call", "11 0 7000",
	    TWO "type L list T 0 10\nflow f t:T l:L -> L\nl = INPUT 1\nt = INPUT 0\ny = CALL fast t\nm = FOR - l\nblock\n"
	    "x = CALL slow y\nyield x\nend m\n" },
	{ "nobody to ask for", "0 0 0",
	    TWO "type L list T 0 0\nflow f l:L -> L\nl = INPUT 0\nm = FOR - l\nblock\nt = BIND 0\nx = CALL slow t\nyield x\n"
	    "end m\n" },
};

Test(bounds, of_a_for_are_those_of_its_body_for_each_item)
{
	expect(judge_bounds, fors, sizeof fors / sizeof *fors);
}

/* What is tried, and what comes instead, one after the other: in work too. */
static const struct bound_case tries[] = {
	{ "both", "2 0 7000", TWO "flow f t:T -> T\nt = INPUT 0\nm = TRY\nblock\nx = CALL slow t\nyield x\nblock\n"
	    "y = CALL fast t\nyield y\nend m\n" },
	{ "the first alone", "1 0 5000", TWO "flow f t:T -> T\nt = INPUT 0\nm = TRY\nblock\nx = CALL slow t\nyield x\nblock\n"
	    "yield t\nend m\n" },
	{ "side by side in what is tried", "3 0 7000",
	    TWO "flow f t:T -> U\nt = INPUT 0\nm = TRY\nblock\nx = CALL slow t\nz = CALL slow t\ns = TEMPLATE x z\nyield s\nblock\n"
	    "y = CALL fast t\nyield y\nend m\n" },
	/* 12 s of work for one worker, and the longest path. */
	{ "in a run of one", "3 0 19000",
	    TWO "flow f t:T -> U\nt = INPUT 0\nm = TRY\nblock\nx = CALL slow t\nz = CALL slow t\ns = TEMPLATE x z\nyield s\nblock\n"
	    "y = CALL fast t\nyield y\nend m\nwithin 99 9 999999 1\n" },
	{ "it waits for what it mentions", "3 0 9000",
	    TWO "flow f t:T -> T\nt = INPUT 0\nz = CALL fast t\nm = TRY\nblock\nx = CALL slow t\nyield x\nblock\n"
	    "y = CALL fast z\nyield y\nend m\n" },
};

Test(bounds, of_a_try_are_those_of_both_blocks)
{
	expect(judge_bounds, tries, sizeof tries / sizeof *tries);
}

static const struct bound_case promises[] = {
	{ "kept to the last", "ok", T LLM("set USER q\n", "") ONE "within 1 50 30000 0\n" },
	{ "more than is needed", "ok", T LLM("set USER q\n", "") ONE "within 9 99 99999 0\n" },
	{ "a call too many", "bound-calls 1>0", T LLM("set USER q\n", "") ONE "within 0 50 30000 0\n" },
	{ "a token too many", "bound-tokens 50>49", T LLM("set USER q\n", "") ONE "within 1 49 30000 0\n" },
	{ "a millisecond too many", "bound-time 30000>29999", T LLM("set USER q\n", "") ONE "within 1 50 29999 0\n" },
	{ "everything too much", "bound-calls 1>0; bound-tokens 50>0; bound-time 30000>0",
	    T LLM("set USER q\n", "") ONE "within 0 0 0 0\n" },
};

Test(bounds, keep_the_promise)
{
	expect(judge_all, promises, sizeof promises / sizeof *promises);
}
