/* The machine: what it asks, in which order, what it makes of the answers, and how it ends. */
#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/triage.h"
#include "vm/base/limits.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(run, .timeout = 60);

#define WITHIN "within 50 100000 10000000 0\n"
#define LARGE "{\"story\":\"a/b ä\",\"cents\":900}"
#define SMALL "{\"story\":\"a/b ä\",\"cents\":200}"
#define RESULT(cents) \
	"{\"decision\":{\"kind\":\"pay\",\"value\":" cents "},\"receipt\":{\"id\":\"r1\"},\"letter\":\"Dear \\\"you\\\"\"}"

/* ---- a host ----------------------------------------------------------------------------- */

struct reply {
	const char *path; /* of the call */
	const char *answer;
};

static const struct reply pays[] = {
	{ "summarise", "a gist" },
	{ "search", "[{\"ref\":\"H2\",\"body\":\"b\"},{\"ref\":\"H3\",\"body\":\"\"}]" },
	{ "assess", "{\"reason\":\"H2\",\"covered\":true}" },
	{ "decide", "{\"result\":{\"kind\":\"pay\",\"value\":700}}" },
	{ "transfer", "{\"id\":\"r1\"}" },
	{ "write", "Dear \"you\"" },
	{ NULL, NULL },
};

/* Calls that the host holds. */
struct hand {
	struct wr_call call[16];
	uint32_t len;
	char order[512]; /* of the calls taken: `summarise search ` */
};

static const char *
reply_to(const struct reply *replies, const char *path)
{
	for (; replies->path != NULL; replies++)
		if (strcmp(replies->path, path) == 0)
			return replies->answer;
	cr_assert_fail("nobody expects a call of %s", path);
	return NULL;
}

static void
take_all(struct wr_run *run, struct hand *h)
{
	while (wr_run_next(run, &h->call[h->len])) {
		strcat(strcat(h->order, h->call[h->len].path), " ");
		h->len++;
		cr_assert_lt(h->len, 16);
	}
}

static struct wr_call
drop_call(struct hand *h, uint32_t i)
{
	struct wr_call c = h->call[i];

	h->call[i] = h->call[--h->len];
	return c;
}

static struct wr_module *
load(const struct wr_alloc *alloc, const char *text)
{
	struct failing_alloc steady;
	struct wr_module *m = NULL;
	struct wr_load_refusal refusal = { 0 };
	struct wr_buf bytes;
	enum wr_status s;

	failing_alloc_init(&steady);
	assemble_bytes(text, &steady.hook, &bytes);
	s = wr_load((const uint8_t *)bytes.at, bytes.size, alloc, &m, &refusal);
	cr_assert_eq(s, WR_OK, "%s: %s at %s", refusal.code, refusal.why, refusal.where);
	wr_buf_free(&bytes);
	return m;
}

static struct wr_run *
start(const struct wr_module *m, const struct wr_alloc *alloc, const struct wr_run_options *o, const char *input)
{
	struct wr_run *run = NULL;
	struct wr_fault fault = { 0 };

	cr_assert_eq(wr_run_start(m, alloc, o, wr_text_of(input), &run, &fault), WR_OK, "%s: %s", fault.path, fault.detail);
	return run;
}

static unsigned
next_random(unsigned *seed)
{
	return (*seed = *seed * 1103515245u + 12345u) >> 16;
}

/* Run to the end, answering in the order that the seed says; seed 0: as they come. */
static void
drive(struct wr_run *run, const struct reply *replies, unsigned seed, struct hand *h)
{
	while (wr_run_state(run) == WR_RUN_WAITING) {
		struct wr_call c;
		enum wr_status s;

		take_all(run, h);
		if (wr_run_state(run) != WR_RUN_WAITING)
			break;
		cr_assert_gt(h->len, 0, "the run waits for nothing");
		c = drop_call(h, seed == 0 ? 0 : next_random(&seed) % h->len);
		s = wr_run_answer(run, c.id, wr_text_of(reply_to(replies, c.path)), 7);
		cr_assert_eq(s, WR_OK, "%s: %s", c.path, wr_run_reason(run));
	}
}

static void
expect_output(struct wr_run *run, const char *expected)
{
	struct wr_text out;

	cr_assert_eq(wr_run_state(run), WR_RUN_DONE, "%s", wr_run_state(run) == WR_RUN_FAILED ? wr_run_fault(run)->detail : "");
	out = wr_run_output(run);
	cr_expect_eq(out.size, strlen(expected));
	cr_expect_str_eq(out.at, expected);
}

/* ---- running through ---------------------------------------------------------------------- */

Test(run, runs_through_and_asks_in_order)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE WITHIN);
	run = start(m, &f.hook, NULL, LARGE);
	drive(run, pays, 0, &h);
	expect_output(run, RESULT("700"));
	cr_expect_str_eq(h.order, "summarise search assess decide write transfer ");
	cr_expect_eq(wr_run_used(run).calls, 6);
	cr_expect_eq(wr_run_used(run).tokens, 42);
	cr_expect_eq(wr_run_used(run).width, 2);
	wr_run_free(run);

	run = start(m, &f.hook, NULL, SMALL); /* the other arm asks nobody */
	memset(&h, 0, sizeof h);
	drive(run, pays, 0, &h);
	expect_output(run, RESULT("200"));
	cr_expect_str_eq(h.order, "summarise search assess transfer write ");
	wr_run_free(run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

Test(run, gives_the_same_in_any_order_of_answers)
{
	struct failing_alloc f;
	struct wr_module *m;

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE WITHIN);
	for (unsigned seed = 1; seed < 40; seed++) {
		struct wr_run *run = start(m, &f.hook, NULL, LARGE);
		struct hand h = { 0 };

		drive(run, pays, seed, &h);
		expect_output(run, RESULT("700"));
		wr_run_free(run);
	}
	wr_module_free(m);
}

/* Stop after k answers; feed the same answers to a new run, in the same order; go on from there. */
Test(run, replays_from_every_point)
{
	struct failing_alloc f;
	struct wr_module *m;

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE WITHIN);
	for (unsigned seed = 0; seed < 8; seed++)
		for (uint32_t stop = 0; stop < 6; stop++) {
			struct wr_run *first = start(m, &f.hook, NULL, LARGE), *second;
			struct hand h = { 0 }, again = { 0 };
			char log[8][16];
			unsigned r = seed;

			for (uint32_t k = 0; k < stop; k++) {
				struct wr_call c;

				take_all(first, &h);
				c = drop_call(&h, seed == 0 ? 0 : next_random(&r) % h.len);
				strcpy(log[k], c.path);
				cr_assert_eq(wr_run_answer(first, c.id, wr_text_of(reply_to(pays, c.path)), 0), WR_OK);
			}
			wr_run_free(first);
			second = start(m, &f.hook, NULL, LARGE);
			for (uint32_t k = 0; k < stop; k++) {
				uint32_t i = 0;

				take_all(second, &again);
				while (i < again.len && strcmp(again.call[i].path, log[k]) != 0)
					i++;
				cr_assert_lt(i, again.len, "%s is not asked again", log[k]);
				cr_assert_eq(wr_run_answer(second, drop_call(&again, i).id,
				    wr_text_of(reply_to(pays, log[k])), 0), WR_OK);
			}
			drive(second, pays, seed, &again);
			expect_output(second, RESULT("700"));
			wr_run_free(second);
		}
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

/* ---- requests --------------------------------------------------------------------------------- */

static void
describe(const struct wr_call *c, char *out)
{
	out += sprintf(out, "%.*s %s %.*s%s%s %llu;", (int)c->backend.size, c->backend.at, c->kind, (int)c->agent.size,
	    c->agent.at, c->effect ? " effect" : "",
	    c->form == WR_RESULT_TEXT ? " text" : c->enveloped ? " enveloped" : "", (unsigned long long)c->timeout_ms);
	for (uint32_t i = 0; i < c->parts_len; i++) {
		const struct wr_part *p = &c->parts[i];

		out += sprintf(out, " %s%s%.*s=", p->name, p->key.size > 0 ? ":" : "", (int)p->key.size,
		    p->key.size > 0 ? p->key.at : "");
		if (p->shape == WR_PART_TEXT)
			out += sprintf(out, "%.*s", (int)p->text.size, p->text.at);
		else if (p->shape == WR_PART_NUMBER)
			out += sprintf(out, "%g", p->number);
		else
			out += sprintf(out, "%lld", (long long)p->integer);
	}
}

Test(run, renders_what_adaptors_are_told)
{
	static const struct reply expected[] = {
		{ "summarise", "house llm summarise text 30000; model=m-1 max_tokens=10 temperature=0.5 stop=END stop=STOP user=a/b ä" },
		{ "search", "handbook retrieve search 5000; top=3 mode=words query=a gist" },
		{ "assess", "house llm assess 30000; model=m-1 max_tokens=100 context=Judge. user=a gist\\n[H2] b\\n[H3] \\n900" },
		{ "decide", "house llm decide enveloped 30000; model=m-1 max_tokens=10 user=a/b ä" },
		{ "transfer", "ledger http transfer effect 30000; method=POST header:x-from=writ path=/p/a%2Fb%20%C3%A4/x%20 query:who=a/b ä body=700" },
		{ "write", "house llm write text 30000; model=m-2 max_tokens=400 user=H2" },
		{ NULL, NULL },
	};
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE WITHIN);
	run = start(m, &f.hook, NULL, LARGE);
	while (wr_run_state(run) == WR_RUN_WAITING) {
		struct wr_call c;
		char got[1024];

		take_all(run, &h);
		c = drop_call(&h, 0);
		describe(&c, got);
		cr_expect_str_eq(got, reply_to(expected, c.path));
		cr_expect_eq(c.attempt, 1);
		cr_expect_eq(c.delay_ms, 0);
		if (strcmp(c.path, "decide") == 0)
			cr_expect_str_eq(c.schema.at,
			    "{\"type\":\"object\",\"properties\":{\"result\":{\"anyOf\":[{\"type\":\"object\",\"properties\":{"
			    "\"kind\":{\"type\":\"string\",\"enum\":[\"pay\"]},\"value\":{\"type\":\"integer\",\"minimum\":1,"
			    "\"maximum\":1000}},\"required\":[\"kind\",\"value\"],\"additionalProperties\":false},"
			    "{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\",\"enum\":[\"deny\"]}},"
			    "\"required\":[\"kind\"],\"additionalProperties\":false}]}},\"required\":[\"result\"],"
			    "\"additionalProperties\":false}");
		cr_assert_eq(wr_run_answer(run, c.id, wr_text_of(reply_to(pays, c.path)), 0), WR_OK);
	}
	wr_run_free(run);
	wr_module_free(m);
}

/* ---- failures ------------------------------------------------------------------------------------ */

/* Take the one call that is there, which must be this one. */
static struct wr_call
expect_call(struct wr_run *run, const char *path, uint32_t attempt, uint32_t delay_ms)
{
	struct wr_call c = { 0 }, none;

	cr_assert(wr_run_next(run, &c), "%s is not asked", path);
	cr_assert_str_eq(c.path, path);
	cr_assert_eq(c.attempt, attempt);
	cr_assert_eq(c.delay_ms, delay_ms);
	cr_assert_not(wr_run_next(run, &none));
	return c;
}

static void
expect_fault(struct wr_run *run, const char *code, const char *path, const char *detail)
{
	cr_assert_eq(wr_run_state(run), WR_RUN_FAILED);
	cr_expect_str_eq(wr_run_fault(run)->code, code);
	cr_expect_str_eq(wr_run_fault(run)->path, path);
	cr_expect_str_eq(wr_run_fault(run)->detail, detail);
}

Test(run, tries_again_with_back_off_and_then_fails)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_call c, old;

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE WITHIN);
	run = start(m, &f.hook, NULL, LARGE);
	old = c = expect_call(run, "summarise", 1, 0);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("this is longer than 20 bytes"), 5), WR_INVALID);
	cr_expect_str_eq(wr_run_reason(run), "invalid: expected a text of at most 20 bytes, found 28");
	c = expect_call(run, "summarise", 2, 250);
	cr_expect_neq(c.id, old.id);
	cr_expect_eq(wr_run_answer(run, old.id, WR_TEXT("late"), 0), WR_STALE);
	cr_expect_eq(wr_run_fail(run, c.id, WR_FAILURE_UNAVAILABLE, WR_TEXT("503"), false), WR_OK);
	c = expect_call(run, "summarise", 3, 500);
	cr_expect_eq(c.parts_len, old.parts_len); /* the same request */
	cr_expect_eq(wr_run_fail(run, c.id, WR_FAILURE_TIMEOUT, WR_TEXT("no answer \xff in 30 s"), false), WR_OK);
	expect_fault(run, "timeout", "summarise", "no answer ? in 30 s");
	cr_expect_str_eq(wr_run_fault(run)->agent, "summarise");
	cr_expect_not(wr_run_fault(run)->outcome_unknown);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("x"), 0), WR_STALE);
	cr_expect_eq(wr_run_used(run).calls, 3);
	cr_expect_eq(wr_run_used(run).tokens, 5);
	wr_run_free(run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

Test(run, says_where_in_an_answer_it_does_not_fit)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_call c;

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE WITHIN);
	run = start(m, &f.hook, NULL, LARGE);
	c = expect_call(run, "summarise", 1, 0);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("g"), 0), WR_OK);
	c = expect_call(run, "search", 1, 0); /* it is not retried */
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("[{\"ref\":\"a\",\"body\":\"b\"},{\"ref\":7}]"), 0), WR_INVALID);
	expect_fault(run, "invalid", "search", "[1].ref: expected a text, found a number");
	wr_run_free(run);
	wr_module_free(m);
}

Test(run, never_retries_what_may_not_be)
{
	static const struct {
		const char *path;
		enum wr_failure failure;
		bool unknown;
	} cases[] = {
		{ "summarise", WR_FAILURE_REFUSED, false }, /* retry is 2 */
		{ "summarise", WR_FAILURE_TIMEOUT, true },
		{ "transfer", WR_FAILURE_TIMEOUT, true },
		{ "transfer", WR_FAILURE_UNAVAILABLE, false },
	};
	struct failing_alloc f;
	struct wr_module *m;

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE WITHIN);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_run *run = start(m, &f.hook, NULL, SMALL);
		struct hand h = { 0 };

		while (wr_run_state(run) == WR_RUN_WAITING) {
			struct wr_call c;

			take_all(run, &h);
			c = drop_call(&h, 0);
			if (strcmp(c.path, cases[i].path) == 0)
				cr_expect_eq(wr_run_fail(run, c.id, cases[i].failure, WR_TEXT("d"), cases[i].unknown), WR_OK);
			else
				cr_expect_eq(wr_run_answer(run, c.id, wr_text_of(reply_to(pays, c.path)), 0), WR_OK);
		}
		expect_fault(run, wr_failure_word(cases[i].failure), cases[i].path, "d");
		cr_expect_eq(wr_run_fault(run)->outcome_unknown, cases[i].unknown);
		for (uint32_t k = 0; k < h.len; k++)
			cr_expect_eq(wr_run_answer(run, h.call[k].id, WR_TEXT("x"), 0), WR_STALE);
		wr_run_free(run);
	}
	wr_module_free(m);
}

Test(run, a_require_stops_what_it_guards)
{
	static const struct reply denied[] = {
		{ "summarise", "g" }, { "search", "[]" }, { "assess", "{\"reason\":\"\",\"covered\":false}" }, { NULL, NULL },
	};
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE WITHIN);
	run = start(m, &f.hook, NULL, SMALL);
	drive(run, denied, 0, &h);
	expect_fault(run, "require", "", "it is not covered");
	cr_expect_str_eq(h.order, "summarise search assess "); /* nobody was paid */
	wr_run_free(run);
	wr_module_free(m);
}

Test(run, refuses_answers_that_nothing_waits_for)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_call c;

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE WITHIN);
	run = start(m, &f.hook, NULL, LARGE);
	for (uint32_t id = 0; id < 100; id++) /* rendered, but not taken yet */
		cr_expect_eq(wr_run_answer(run, id, WR_TEXT("x"), 0), WR_STALE);
	cr_expect_eq(wr_run_answer(run, UINT32_MAX, WR_TEXT("x"), 0), WR_STALE);
	c = expect_call(run, "summarise", 1, 0);
	cr_expect_eq(wr_run_answer(run, c.id + 1, WR_TEXT("x"), 0), WR_STALE);
	cr_expect_eq(wr_run_fail(run, c.id + 8, WR_FAILURE_TIMEOUT, WR_TEXT("x"), false), WR_STALE);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("x"), 0), WR_OK);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("x"), 0), WR_STALE);
	cr_expect_eq(wr_run_used(run).tokens, 0);
	wr_run_cancel(run, "cancelled", "asked to");
	expect_fault(run, "cancelled", "", "asked to");
	wr_run_cancel(run, "budget", "too late to say");
	cr_expect_str_eq(wr_run_fault(run)->code, "cancelled");
	wr_run_free(run);
	wr_module_free(m);
	wr_run_free(NULL);
}

Test(run, refuses_input_that_does_not_fit)
{
	static const struct {
		const char *json, *path, *detail;
	} cases[] = {
		{ "{\"story\":\"s\",\"cents\":0}", "cents", "expected an int from 1 to 1,000, found 0" },
		{ "{\"story\":\"s\"}", "", "missing member `cents`" },
		{ "{\"story\":\"s\",\"cents\":1,\"x\":1}", "", "unknown member `x`" },
		{ "[]", "", "expected an object, found a list" },
		{ "", "", "malformed JSON at byte 0, where it ends: expected a value" },
	};
	struct failing_alloc f;
	struct wr_module *m;

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE WITHIN);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_run *run = NULL;
		struct wr_fault fault = { 0 };

		cr_expect_eq(wr_run_start(m, &f.hook, NULL, wr_text_of(cases[i].json), &run, &fault), WR_INVALID);
		cr_expect_str_eq(fault.code, "input");
		cr_expect_str_eq(fault.path, cases[i].path);
		cr_expect_str_eq(fault.detail, cases[i].detail);
	}
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

/* ---- limits ----------------------------------------------------------------------------------------- */

Test(run, keeps_to_the_width)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE "within 50 100000 10000000 1\n");
	run = start(m, &f.hook, NULL, SMALL);
	drive(run, pays, 0, &h);
	expect_output(run, RESULT("200"));
	cr_expect_eq(wr_run_used(run).width, 1);
	cr_expect_str_eq(h.order, "summarise search assess transfer write ");
	wr_run_free(run);
	wr_module_free(m);
}

Test(run, keeps_to_its_budget)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE WITHIN);
	run = start(m, &f.hook, &(struct wr_run_options){ .calls_max = 2 }, SMALL);
	drive(run, pays, 0, &h);
	expect_fault(run, "budget", "", "the run may make no more calls");
	cr_expect_str_eq(h.order, "summarise search ");
	wr_run_free(run);

	memset(&h, 0, sizeof h);
	run = start(m, &f.hook, &(struct wr_run_options){ .tokens_max = 13 }, SMALL); /* 7 each: the next call fails */
	drive(run, pays, 0, &h);
	expect_fault(run, "budget", "", "the run has used more tokens than it may");
	cr_expect_str_eq(h.order, "summarise search ");
	wr_run_free(run);
	wr_module_free(m);
}

Test(run, keeps_to_its_heap_and_fuel)
{
	struct failing_alloc f;
	struct wr_module *m;
	size_t heap;
	uint64_t fuel;

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE WITHIN);
	for (heap = 64; heap < 65536; heap += 64) {
		struct wr_run *run = NULL;
		struct wr_fault fault = { 0 };
		struct hand h = { 0 };
		struct wr_run_options o = { .heap_max = heap };
		enum wr_status s = wr_run_start(m, &f.hook, &o, WR_TEXT(SMALL), &run, &fault);
		bool done;

		if (s == WR_LIMIT) {
			cr_assert_str_eq(fault.code, "heap");
			continue;
		}
		cr_assert_eq(s, WR_OK);
		drive(run, pays, 0, &h);
		done = wr_run_state(run) == WR_RUN_DONE;
		if (!done)
			cr_assert_str_eq(wr_run_fault(run)->code, "heap");
		wr_run_free(run);
		if (done)
			break;
	}
	cr_expect(heap > 64 && heap < 16384, "%zu", heap);
	for (fuel = 1; fuel < 1000; fuel++) {
		struct wr_run *run = start(m, &f.hook, &(struct wr_run_options){ .fuel_max = fuel }, SMALL);
		struct hand h = { 0 };
		bool done;

		drive(run, pays, 0, &h);
		done = wr_run_state(run) == WR_RUN_DONE;
		if (!done)
			cr_assert_str_eq(wr_run_fault(run)->code, "fuel");
		wr_run_free(run);
		if (done)
			break;
	}
	cr_expect(fuel > 20 && fuel < 1000, "%llu", (unsigned long long)fuel);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

Test(run, a_retry_keeps_its_place_in_the_width)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_call c, none;

	failing_alloc_init(&f);
	m = load(&f.hook, TRIAGE "within 50 100000 10000000 1\n");
	run = start(m, &f.hook, NULL, LARGE);
	c = expect_call(run, "summarise", 1, 0);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("g"), 0), WR_OK);
	c = expect_call(run, "search", 1, 0);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("[]"), 0), WR_OK);
	c = expect_call(run, "assess", 1, 0);
	cr_expect_eq(wr_run_answer(run, c.id, WR_TEXT("{\"reason\":1}"), 0), WR_INVALID);
	cr_expect_str_eq(wr_run_reason(run), "invalid: .reason: expected a text, found a number");
	c = expect_call(run, "assess", 2, 250);
	cr_assert_not(wr_run_next(run, &none));
	cr_expect_eq(wr_run_used(run).width, 1);
	wr_run_free(run);
	wr_module_free(m);
}

/* ---- memory ------------------------------------------------------------------------------------------- */

/* A host that tries again when memory was short, and gives up when it is gone. */
static enum wr_status
patient_run(const struct wr_module *m, const struct wr_alloc *alloc, struct wr_run **ret)
{
	struct wr_fault fault;
	struct hand h = { 0 };
	enum wr_status s = wr_run_start(m, alloc, NULL, WR_TEXT(LARGE), ret, &fault);

	if (s != WR_OK)
		return s;
	while (wr_run_state(*ret) == WR_RUN_WAITING) {
		struct wr_call c;
		struct wr_text answer;

		take_all(*ret, &h);
		c = drop_call(&h, 0);
		answer = wr_text_of(reply_to(pays, c.path));
		s = wr_run_answer(*ret, c.id, answer, 1);
		if (s == WR_NOMEM)
			s = wr_run_answer(*ret, c.id, answer, 1);
		if (s != WR_OK)
			return s;
	}
	return s;
}

Test(run, survives_every_allocation_failure)
{
	struct failing_alloc steady, f = { 0 };
	struct wr_module *m;
	long recovered = 0;

	failing_alloc_init(&steady);
	m = load(&steady.hook, TRIAGE WITHIN);
	while (failing_alloc_next(&f)) {
		struct wr_run *run = NULL;
		enum wr_status s = patient_run(m, &f.hook, &run);

		cr_assert(s == WR_OK || s == WR_NOMEM);
		if (s == WR_OK) {
			recovered += f.calls > f.fail_at;
			expect_output(run, RESULT("700"));
			cr_assert_eq(wr_run_used(run).tokens, 6); /* each answer counts once */
		}
		wr_run_free(run);
		cr_assert_eq(f.live_bytes, 0);
	}
	cr_expect_gt(recovered, 5);
	wr_module_free(m);
	cr_expect_eq(steady.live_bytes, 0);
}

/* ---- other shapes --------------------------------------------------------------------------------------- */

Test(run, ends_at_once_when_nobody_is_asked)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_call c;

	failing_alloc_init(&f);
	m = load(&f.hook, "type I int 0 100\ntype L list I 0 5\nflow best xs:L -> L\n"
	    "xs = INPUT 0\nten = CONST 10\nys = FOR wsd xs\nblock\nx = BIND 0\nbig = LE ten x\nyield x big x\nend ys\nwithin 0 0 0 0\n");
	run = start(m, &f.hook, NULL, "{\"xs\":[12,3,70,10]}");
	cr_expect_not(wr_run_next(run, &c));
	expect_output(run, "{\"result\":[70,12,10]}");
	wr_run_free(run);
	wr_module_free(m);
}

Test(run, names_each_place_that_calls_an_agent)
{
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct hand h = { 0 };
	static const struct reply two[] = { { "ask", "1" }, { "ask~2", "2" }, { NULL, NULL } };

	failing_alloc_init(&f);
	m = load(&f.hook, "type T text 0 9\nbackend b llm accepts - taints -\nagent ask q:T -> T via b\nq = INPUT 0\n"
	    "set MODEL \"m\"\nset MAX_TOKENS 1\nset USER q\nflow twice q:T -> T\n"
	    "q = INPUT 0\na = CALL ask q\nb = CALL ask q\nt = LT a b\nm = MATCH 2 t\nblock\nyield a\nblock\nyield b\nend m\nwithin 9 999 99999999 0\n");
	run = start(m, &f.hook, NULL, "{\"q\":\"x\"}");
	drive(run, two, 0, &h);
	expect_output(run, "{\"result\":\"1\"}");
	cr_expect_str_eq(h.order, "ask ask~2 ");
	cr_expect_eq(wr_run_used(run).width, 2); /* independent: at the same time */
	wr_run_free(run);
	wr_module_free(m);
}

Test(run, tells_each_kind_of_backend_its_own)
{
	static const struct reply told[] = {
		{ "approve", "desk human approve enveloped 30000; role=adjuster ask=Is it q?" },
		{ "roll", "box tool roll effect 30000; call=roll arguments={\"q\":\"q\",\"yes\":true}" },
		{ "fetch", "web http fetch text 30000; method=GET path=/q" },
		{ "send", "web http send 30000; method=POST idempotent=1 path=/%2F.%3Fa%3Da%C3%A4~ body=a" },
		{ NULL, NULL },
	};
	static const struct reply replies[] = {
		{ "approve", "{\"result\":true}" }, { "roll", "3" }, { "fetch", "/.?a=a\xc3\xa4~" }, { "send", "null" }, { NULL, NULL },
	};
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_run *run;
	struct wr_buf buf;

	failing_alloc_init(&f);
	m = load(&f.hook, "type T text 0 20\ntype I int 0 6\ntype M option I\ntype R record Out n:I m:M\ntype B bool\n"
	    "backend desk human accepts - taints -\nbackend box tool accepts - taints -\nbackend web http accepts - taints -\n"
	    "agent approve q:T -> B via desk\na = CONST \"Is it \"\nq = INPUT 0\nb = CONST \"?\"\nt = TEMPLATE a q b\n"
	    "set ROLE \"adjuster\"\nset ASK t\n"
	    "agent roll q:T yes:B -> I via box\nset CALL \"roll\"\n"
	    "agent fetch -> T via web\np = CONST \"/q\"\nset METHOD \"GET\"\nset PATH p\n"
	    "agent send words:T -> M via web\ns = CONST \"/\"\nt = INPUT 0\np = TEMPLATE s t\nb = CONST \"a\"\n"
	    "set METHOD \"POST\"\nset IDEMPOTENT 1\nset RETRY 1\nset PATH p\nset BODY b\n"
	    "flow everything q:T -> R\nq = INPUT 0\nyes = CALL approve q\nn = CALL roll q yes\nt = CALL fetch\nm = CALL send t\n"
	    "out = RECORD R n m\nend out\n" WITHIN);
	run = start(m, &f.hook, NULL, "{\"q\":\"q\"}");
	while (wr_run_state(run) == WR_RUN_WAITING) {
		struct wr_call c;
		char got[1024];

		cr_assert(wr_run_next(run, &c));
		describe(&c, got);
		cr_expect_eq(strcmp(got, reply_to(told, c.path)), 0, "%s", got);
		cr_assert_eq(wr_run_answer(run, c.id, wr_text_of(reply_to(replies, c.path)), 0), WR_OK, "%s", wr_run_reason(run));
	}
	expect_output(run, "{\"n\":3,\"m\":null}");
	wr_buf_init(&buf, &f.hook, 4096);
	wr_module_input_schema(m, &buf);
	wr_buf_byte(&buf, ' ');
	wr_module_output_schema(m, &buf);
	cr_expect_str_eq(buf.at, "{\"type\":\"object\",\"properties\":{\"q\":{\"type\":\"string\"}},\"required\":[\"q\"],"
	    "\"additionalProperties\":false} {\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"minimum\":0,"
	    "\"maximum\":6},\"m\":{\"anyOf\":[{\"type\":\"integer\",\"minimum\":0,\"maximum\":6},{\"type\":\"null\"}]}},"
	    "\"required\":[\"n\",\"m\"],\"additionalProperties\":false}");
	wr_buf_free(&buf);
	wr_run_free(run);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

/* ---- fallbacks ------------------------------------------------------------------------------------------ */

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

Test(run, asks_fallbacks_in_a_row)
{
	struct failing_alloc f;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct wr_module *m;
		struct wr_run *run;
		uint64_t turns = 0;

		failing_alloc_init(&f);
		m = load(&f.hook, in_a_row);
		cr_expect_eq(wr_module_summary(m)->worst.calls, 4);
		cr_expect_eq(wr_module_summary(m)->worst.time_ms, 2 * 50 + 250 + 70 + 30000);
		run = start(m, &f.hook, NULL, "{\"q\":\"x\"}");
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

Test(run, asks_fallbacks_when_memory_was_short)
{
	struct failing_alloc steady;
	struct wr_module *m;

	failing_alloc_init(&steady);
	m = load(&steady.hook, in_a_row);
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
