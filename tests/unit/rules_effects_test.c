/*
 * The rule that effects happen at most once, case by case: which calls have an effect, and what
 * comes after each way of failing. What travels over connections is in service/dispatch_test.c and
 * service/cli_test.c. Each case names its rule.
 */
#include "tests/support/rules.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(rules_effects, .timeout = 60);

#define BACKENDS "writ 1\nbackend desk: http\nbackend house: llm\nbackend box: tool\nbackend people: human\nbackend books: retrieve\ntype R { b: text ..9 }\n"

static void
start(struct rule_program *p, const char *source, struct wr_run **ret_run, struct wr_call *ret_call)
{
	struct wr_fault fault;

	rule_compile(p, source);
	cr_assert(p->module != NULL, "%s\n%s", p->said.at, source);
	cr_assert_eq(wr_run_start(p->module, &p->f.hook, NULL, WR_TEXT("{}"), ret_run, &fault), WR_OK);
	cr_assert(wr_run_next(*ret_run, ret_call));
}

static const struct {
	const char *rule, *agent;
	bool effect;
} kinds[] = {
	{ "GET is safe", "desk { method: \"GET\", path: \"/\" }", false },
	{ "HEAD is safe", "desk { method: \"HEAD\", path: \"/\" }", false },
	{ "PUT is idempotent", "desk { method: \"PUT\", path: \"/\" }", false },
	{ "DELETE is idempotent", "desk { method: \"DELETE\", path: \"/\" }", false },
	{ "POST is not", "desk { method: \"POST\", path: \"/\" }", true },
	{ "PATCH is not", "desk { method: \"PATCH\", path: \"/\" }", true },
	{ "POST that says so is", "desk { method: \"POST\", path: \"/\", idempotent: true }", false },
	{ "PATCH that says so is", "desk { method: \"PATCH\", path: \"/\", idempotent: true }", false },
	{ "a tool is not", "box { call: \"c\" }", true },
	{ "a tool that says so is", "box { call: \"c\", idempotent: true }", false },
	{ "a model has no effect", "house { model: \"m-2025\", max_tokens: 9, user: \"x\" }", false },
	{ "nor has a question to a person", "people { role: \"r\", ask: \"x\" }", false },
};

Test(rules_effects, of_who_has_one)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct rule_program p;
		struct wr_run *run;
		struct wr_call call;
		char source[1024];

		(void)snprintf(source, sizeof source, BACKENDS "agent g() -> text ..9 via %s\nstart f() -> text ..9\nend g()\n", kinds[i].agent);
		start(&p, source, &run, &call);
		cr_expect_eq(call.effect, kinds[i].effect, "%s", kinds[i].rule);
		wr_run_free(run);
		rule_free(&p);
	}
}

#define OTHER "agent other() -> text ..9 via house { model: \"m-2025\", max_tokens: 9, user: \"x\" }\n"
#define AGENT(via, more) BACKENDS OTHER "agent g() -> text ..9 via " via ", fallback: other" more " }\n"
#define BARE(via, more) BACKENDS OTHER "agent g() -> text ..9 via " via more " }\n"
#define FLOW "start f() -> text ..9\nend g()\n"
#define TRY "start f() -> text ..9\nend try g() else \"else\"\n"
#define GET "desk { method: \"GET\", path: \"/\""
#define POST "desk { method: \"POST\", path: \"/\""

/* What comes after the first attempt has failed so: `again` (its path, attempt 2), a path, or how it ended. */
static const struct {
	const char *rule, *source;
	enum wr_failure failure;
	bool unknown;
	const char *then;
} failures[] = {
	{ "timeout is tried again", AGENT(GET, ", retry: 1") FLOW, WR_FAILURE_TIMEOUT, false, "again" },
	{ "unavailable is", AGENT(GET, ", retry: 1") FLOW, WR_FAILURE_UNAVAILABLE, false, "again" },
	{ "invalid is", AGENT(GET, ", retry: 1") FLOW, WR_FAILURE_INVALID, false, "again" },
	{ "refused never is: its fallback is asked", AGENT(GET, ", retry: 1") FLOW, WR_FAILURE_REFUSED, false, "g.other" },
	{ "when no try is left, the fallback", AGENT(GET, "") FLOW, WR_FAILURE_TIMEOUT, false, "g.other" },
	{ "without a fallback the flow fails", BARE(GET, "") FLOW, WR_FAILURE_TIMEOUT, false, "failed: timeout" },
	{ "where a try catches it", BARE(GET, "") TRY, WR_FAILURE_TIMEOUT, false, "done: else" },
	{ "a fallback comes before the try", AGENT(GET, "") TRY, WR_FAILURE_TIMEOUT, false, "g.other" },
	{ "an effect that surely did not happen takes the fallback", AGENT(POST, "") FLOW, WR_FAILURE_UNAVAILABLE, false, "g.other" },
	{ "one whose outcome is unknown does not", AGENT(POST, "") FLOW, WR_FAILURE_UNAVAILABLE, true, "failed: unavailable" },
	{ "nor is it tried again", AGENT(POST, ", idempotent: true, retry: 1") FLOW, WR_FAILURE_UNAVAILABLE, true, "failed: unavailable" },
	{ "one that was answered did, whatever the answer was: no fallback", AGENT(POST, "") FLOW, WR_FAILURE_INVALID, false, "failed: invalid" },
	{ "a tool's as well", AGENT("box { call: \"c\"", "") FLOW, WR_FAILURE_INVALID, false, "failed: invalid" },
	{ "a try catches that as well", AGENT(POST, "") TRY, WR_FAILURE_INVALID, false, "done: else" },
	{ "what has no effect takes the fallback", AGENT(GET, "") FLOW, WR_FAILURE_INVALID, false, "g.other" },
	{ "a try catches that", AGENT(POST, "") TRY, WR_FAILURE_UNAVAILABLE, true, "done: else" },
	{ "what says that it is idempotent is tried again", AGENT(POST, ", idempotent: true, retry: 1") FLOW, WR_FAILURE_TIMEOUT, false, "again" },
	{ "a tool's effect is not tried again", AGENT("box { call: \"c\"", "") FLOW, WR_FAILURE_TIMEOUT, false, "g.other" },
};

static void
say_then(struct wr_run *run, const struct wr_call *first, char *to, size_t size)
{
	struct wr_call next;

	if (wr_run_state(run) == WR_RUN_DONE)
		(void)snprintf(to, size, "done: %.*s", (int)wr_run_output(run).size - 13, wr_run_output(run).at + 11);
	else if (wr_run_state(run) == WR_RUN_FAILED)
		(void)snprintf(to, size, "failed: %s", wr_run_fault(run)->code);
	else if (!wr_run_next(run, &next))
		(void)snprintf(to, size, "nothing");
	else if (strcmp(next.path, first->path) == 0 && next.attempt == 2)
		(void)snprintf(to, size, "again"); /* the key of a call is its path, without the attempt */
	else
		(void)snprintf(to, size, "%s", next.path);
}

Test(rules_effects, of_what_comes_after_a_failure)
{
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		struct rule_program p;
		struct wr_run *run;
		struct wr_call call;
		char then[128], path[128];

		start(&p, failures[i].source, &run, &call);
		(void)snprintf(path, sizeof path, "%s", call.path);
		cr_assert_eq(wr_run_fail(run, call.id, failures[i].failure, WR_TEXT("outcome unknown"), failures[i].unknown), WR_OK);
		call.path = path;
		say_then(run, &call, then, sizeof then);
		cr_expect_str_eq(then, failures[i].then, "%s: %s", failures[i].rule, then);
		if (wr_run_state(run) == WR_RUN_FAILED)
			cr_expect_eq(wr_run_fault(run)->outcome_unknown,
			    failures[i].unknown || failures[i].failure == WR_FAILURE_INVALID, "%s", failures[i].rule);
		cr_expect_eq(wr_run_fail(run, call.id, failures[i].failure, WR_TEXT(""), false), WR_STALE,
		    "%s: a second answer", failures[i].rule);
		wr_run_free(run);
		rule_free(&p);
	}
}

static const struct rule verdicts[] = {
	{ "a retry of what is not idempotent could have its effect twice", BARE(POST, ", retry: 1") FLOW, "E0504" },
	{ "of PATCH as well", BARE("desk { method: \"PATCH\", path: \"/\"", ", retry: 1") FLOW, "E0504" },
	{ "of a tool as well", BARE("box { call: \"c\"", ", retry: 1") FLOW, "E0504" },
	{ "what says that it is idempotent may be", BARE(POST, ", retry: 1, idempotent: true") FLOW, "ok" },
	{ "PUT is", BARE("desk { method: \"PUT\", path: \"/\"", ", retry: 1") FLOW, "ok" },
	{ "DELETE is", BARE("desk { method: \"DELETE\", path: \"/\"", ", retry: 1") FLOW, "ok" },
};

Test(rules_effects, of_retries)
{
	RULES_HOLD(verdicts);
}
