/* The verifier's rules of shape, types and agents: good modules, and their bad neighbours. */
#include "vm/for_compiler.h"

#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/judge.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(verify, .timeout = 20);

struct rule_case {
	const char *name, *verdict, *flow;
};

static const char head[] =
	"type T text 0 40\ntype I int 0 100\ntype B bool\ntype R record Rec t:T n:I\ntype L list I 0 6\ntype V variants Var a b:I\n"
	"type O option I\nbackend model llm accepts -\nbackend shop http accepts -\n"
	"agent ask q:T -> T via model\nq = INPUT 0\nset MODEL \"m-2025-01-01\"\nset MAX_TOKENS 10\nset USER q\n"
	"agent post q:T -> T via shop\nq = INPUT 0\nset METHOD \"POST\"\nset PATH q\n"
	"flow main t:T n:I ok:B r:R xs:L v:V o:O ";

static const char *
judge_both(const char *tables, const char *flow, struct wr_refusal *why)
{
	static char text[16384];

	snprintf(text, sizeof text, "%s%s", tables, flow);
	return judge(text, why);
}

static void
expect(const char *tables, const struct rule_case *cases, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct wr_refusal why = { 0 };
		const char *got = judge_both(tables, cases[i].flow, &why);

		cr_expect_str_eq(got, cases[i].verdict, "%s: %s (node %d), not %s", cases[i].name, got, (int)why.node,
		    cases[i].verdict);
	}
}

#define LOOPS3(inside) "n2 = LOOP I 2 n0\nblock\nb2 = BIND 0\nn3 = LOOP I 2 b2\nblock\nb3 = BIND 0\nn4 = LOOP I 2 b3\nblock\n" \
	"b4 = BIND 0\n" inside "yield n4 n1\nyield n3 n1\nend n2\n"

/* Before the tables are complete every one of these ends in `unused`: types and shape hold by then. */
#define FINE "unused"

static const struct rule_case shapes[] = {
	{ "an input", FINE, "-> T\nn0 = INPUT 0\nend n0\n" },
	{ "no such input", "input", "-> T\nn0 = INPUT 7\nend n0\n" },
	{ "too few operands", "operands", "-> B\nn0 = INPUT 2\nn1 = AND n0\nend n1\n" },
	{ "too many operands", "operands", "-> B\nn0 = INPUT 2\nn1 = NOT n0 n0\nend n1\n" },
	{ "an arm too few", "arms", "-> I\nn0 = INPUT 2\nn1 = INPUT 1\nn2 = MATCH 1 n0\nblock\nyield n1\nend n2\n" },
	{ "an arm too many", "arms", "-> I\nn0 = INPUT 2\nn1 = INPUT 1\nn2 = MATCH 3 n0\nblock\nyield n1\nblock\nyield n1\nblock\nyield n1\nend n2\n" },
	{ "an arm with two roots", "blocks", "-> I\nn0 = INPUT 2\nn1 = INPUT 1\nn2 = MATCH 2 n0\nblock\nyield n1 n1\nblock\nyield n1\nend n2\n" },
	{ "a match on a number", "operand-type", "-> I\nn0 = INPUT 1\nn1 = MATCH 2 n0\nblock\nyield n0\nblock\nyield n0\nend n1\n" },
	{ "out of a closed block", "scope",
	    "-> I\nn0 = INPUT 5\nn1 = INPUT 1\nn2 = MATCH 2 n0\nblock\nyield n1\nblock\nn3 = BIND 0\nyield n3\nn4 = ABS n3\nend n4\n" },
	{ "out of a sister block", "scope",
	    "-> I\nn0 = INPUT 6\nn1 = INPUT 1\nn2 = MATCH 2 n0\nblock\nn3 = BIND 0\nyield n3\nblock\nyield n3\nend n2\n" },
	{ "the owner, from inside", "scope",
	    "-> I\nn0 = INPUT 2\nn1 = INPUT 1\nn2 = MATCH 2 n0\nblock\nn3 = ABS n2\nyield n3\nblock\nyield n1\nend n2\n" },
	{ "the owner, as its own root", "scope",
	    "-> I\nn0 = INPUT 2\nn1 = INPUT 1\nn2 = MATCH 2 n0\nblock\nyield n2\nblock\nyield n1\nend n2\n" },
	{ "a payload", FINE, "-> I\nn0 = INPUT 5\nn1 = INPUT 1\nn2 = MATCH 2 n0\nblock\nyield n1\nblock\nn3 = BIND 0\nyield n3\nend n2\n" },
	{ "a payload of a variant without", "bind", "-> I\nn0 = INPUT 5\nn1 = INPUT 1\nn2 = MATCH 2 n0\nblock\nn3 = BIND 0\nyield n3\nblock\nyield n1\nend n2\n" },
	{ "a second payload", "bind", "-> I\nn0 = INPUT 5\nn1 = INPUT 1\nn2 = MATCH 2 n0\nblock\nyield n1\nblock\nn3 = BIND 1\nyield n3\nend n2\n" },
	{ "a payload of none", "bind", "-> I\nn0 = INPUT 6\nn1 = INPUT 1\nn2 = MATCH 2 n0\nblock\nyield n1\nblock\nn3 = BIND 0\nyield n3\nend n2\n" },
	{ "bound by nothing", "bind", "-> I\nn0 = BIND 0\nend n0\n" },
	{ "an element and its index", FINE, "-> L\nn0 = INPUT 4\nn1 = FOR - n0\nblock\nn2 = BIND 0\nn3 = BIND 1\nn4 = MAX n2 n3\nyield n4\nend n1\n" },
	{ "a third thing of a for", "bind", "-> L\nn0 = INPUT 4\nn1 = FOR - n0\nblock\nn2 = BIND 2\nyield n2\nend n1\n" },
	{ "what a try binds", "bind", "-> I\nn0 = INPUT 1\nn1 = TRY\nblock\nn2 = BIND 0\nyield n2\nblock\nyield n0\nend n1\n" },
	{ "what comes instead binds", "bind", "-> I\nn0 = INPUT 1\nn1 = TRY\nblock\nyield n0\nblock\nn2 = BIND 0\nyield n2\nend n1\n" },
	{ "what a do binds", "bind", "-> I\nn0 = INPUT 1\nn1 = DO\nblock\nn2 = BIND 0\nyield n2\nend n0\n" },
	{ "a state", FINE, "-> I\nn0 = INPUT 1\nn1 = INPUT 2\nn2 = LOOP I 5 n0\nblock\nn3 = BIND 0\nyield n3 n1\nend n2\n" },
	{ "a second thing of a loop", "bind", "-> I\nn0 = INPUT 1\nn1 = INPUT 2\nn2 = LOOP I 5 n0\nblock\nn3 = BIND 1\nyield n3 n1\nend n2\n" },
	{ "a loop without its condition", "blocks", "-> I\nn0 = INPUT 1\nn2 = LOOP I 5 n0\nblock\nn3 = BIND 0\nyield n3\nend n2\n" },
	{ "a loop of no round", "loop", "-> I\nn0 = INPUT 1\nn1 = INPUT 2\nn2 = LOOP I 0 n0\nblock\nn3 = BIND 0\nyield n3 n1\nend n2\n" },
	{ "a loop of 1001", "loop", "-> I\nn0 = INPUT 1\nn1 = INPUT 2\nn2 = LOOP I 1001 n0\nblock\nn3 = BIND 0\nyield n3 n1\nend n2\n" },
	{ "a loop that begins with another type", "operand-type", "-> I\nn0 = INPUT 0\nn1 = INPUT 2\nn2 = LOOP I 5 n0\nblock\nn3 = BIND 0\nyield n3 n1\nend n2\n" },
	{ "a loop that goes on with another type", "operand-range", "-> I\nn0 = INPUT 1\nn1 = INPUT 2\nn2 = LOOP I 5 n0\nblock\nyield n1 n1\nend n2\n" },
	{ "a state that outgrows its type", "operand-range", "-> I\nn0 = INPUT 1\nn1 = INPUT 2\nn2 = LOOP I 5 n0\nblock\nn3 = BIND 0\nn4 = ADD n3 n0\nyield n4 n1\nend n2\n" },
	{ "a condition of a loop that is a number", "operand-type", "-> I\nn0 = INPUT 1\nn2 = LOOP I 5 n0\nblock\nn3 = BIND 0\nyield n3 n3\nend n2\n" },
	{ "three loops", FINE, "-> I\nn0 = INPUT 1\nn1 = INPUT 2\n" LOOPS3("yield b4 n1\n") },
	{ "four loops", "loops-deep", "-> I\nn0 = INPUT 1\nn1 = INPUT 2\n" LOOPS3("n9 = LOOP I 2 b4\nblock\nb9 = BIND 0\nyield b9 n1\nyield n9 n1\n") },
	{ "a for over a text", "operand-type", "-> L\nn0 = INPUT 0\nn1 = FOR - n0\nblock\nyield n0\nend n1\n" },
	{ "descending without a key", "for-flags", "-> L\nn0 = INPUT 4\nn1 = FOR d n0\nblock\nn2 = BIND 0\nyield n2\nend n1\n" },
	{ "a where without its condition", "blocks", "-> L\nn0 = INPUT 4\nn1 = FOR w n0\nblock\nn2 = BIND 0\nyield n2\nend n1\n" },
	{ "a condition that is a number", "operand-type", "-> L\nn0 = INPUT 4\nn1 = FOR w n0\nblock\nn2 = BIND 0\nyield n2 n2\nend n1\n" },
	{ "a key", FINE, "-> L\nn0 = INPUT 4\nn1 = FOR sd n0\nblock\nn2 = BIND 0\nyield n2 n2\nend n1\n" },
	{ "a call in a for", FINE,
	    "-> L\nn0 = INPUT 4\nn1 = INPUT 0\nn2 = FOR - n0\nblock\nn3 = BIND 0\nn4 = CALL ask n1\nn5 = LENGTH n4\nn6 = MAX n3 n5\n"
	    "yield n6\nend n2\n" },
	{ "a require in a for", FINE,
	    "-> L\nn0 = INPUT 4\nn1 = INPUT 2\nn2 = INPUT 0\nn3 = FOR - n0\nblock\nn5 = BIND 0\nn4 = REQUIRE n1 n2\nyield n5\nend n3\n" },
	{ "a require as a value", "scope", "-> B\nn0 = INPUT 2\nn1 = INPUT 0\nn2 = REQUIRE n0 n1\nn3 = NOT n2\nend n3\n" },
	{ "a require as the result", "scope", "-> B\nn0 = INPUT 2\nn1 = INPUT 0\nn2 = REQUIRE n0 n1\nend n2\n" },
	{ "a do", FINE, "-> T\nn0 = INPUT 0\nn1 = DO\nblock\nn2 = CALL ask n0\nyield n2\nend n0\n" },
	{ "a do as a value", "scope", "-> T\nn0 = INPUT 0\nn1 = DO\nblock\nn2 = CALL ask n0\nyield n2\nn3 = LOWER n1\nend n3\n" },
	{ "a do as the result", "scope", "-> T\nn0 = INPUT 0\nn1 = DO\nblock\nn2 = CALL ask n0\nyield n2\nend n1\n" },
	{ "a do that yields two things", "blocks", "-> T\nn0 = INPUT 0\nn1 = DO\nblock\nn2 = CALL ask n0\nyield n2 n0\nend n0\n" },
	{ "a do that yields nothing", "blocks", "-> T\nn0 = INPUT 0\nn1 = DO\nblock\nn2 = CALL ask n0\nyield\nend n0\n" },
	{ "a do of something", "operands", "-> T\nn0 = INPUT 0\nn1 = DO n0\nblock\nn2 = CALL ask n0\nyield n2\nend n0\n" },
	{ "bound by a do", "bind", "-> T\nn0 = INPUT 0\nn1 = DO\nblock\nn2 = CALL ask n0\nn3 = BIND 0\nyield n3\nend n0\n" },
	{ "what a do calls, from outside", "scope", "-> T\nn0 = INPUT 0\nn1 = DO\nblock\nn2 = CALL ask n0\nyield n2\nend n2\n" },
	{ "a do after a call", "after", "-> T\nn0 = INPUT 0\nn3 = CALL ask n0\nn1 = DO guard n3\nblock\nn2 = CALL ask n0\nyield n2\nend n0\n" },
	{ "a do after the one around it", "after",
	    "-> T\nn0 = INPUT 0\nn1 = DO\nblock\nn2 = CALL ask n0\nn3 = DO guard n1\nblock\nn4 = CALL ask n0\nyield n4\n"
	    "yield n2\nend n0\n" },
	{ "a do after one inside another", "after",
	    "-> T\nn0 = INPUT 0\nn1 = DO\nblock\nn2 = CALL ask n0\nn3 = DO\nblock\nn4 = CALL ask n0\nyield n4\n"
	    "yield n2\nn5 = DO guard n3\nblock\nn6 = CALL ask n0\nyield n6\nend n0\n" },
	{ "a call guarded by a do", "guard", "-> T\nn0 = INPUT 0\nn1 = DO\nblock\nn2 = CALL ask n0\nyield n2\nn3 = CALL ask n0 guard n1\nend n3\n" },
	{ "a guard that is no require", "guard", "-> T\nn0 = INPUT 0\nn1 = CALL ask n0 guard n0\nend n1\n" },
};

Test(verify, holds_modules_to_their_shape)
{
	expect(head, shapes, sizeof shapes / sizeof *shapes);
}

static const struct rule_case types[] = {
	{ "a call", FINE, "-> T\nn0 = INPUT 0\nn1 = CALL ask n0\nend n1\n" },
	{ "a call of nobody", "no-agent", "-> T\nn0 = INPUT 0\nn1 = CALL nobody n0\nend n1\n" },
	{ "an argument too few", "operands", "-> T\nn0 = CALL ask\nend n0\n" },
	{ "an argument too many", "operands", "-> T\nn0 = INPUT 0\nn1 = CALL ask n0 n0\nend n1\n" },
	{ "an argument of another type", "argument-type", "-> T\nn0 = INPUT 1\nn1 = CALL ask n0\nend n1\n" },
	{ "an argument too long", "argument-type", "-> T\nn0 = INPUT 0\nn1 = TEMPLATE n0 n0\nn2 = CALL ask n1\nend n2\n" },
	{ "a result of another type", "result-type", "-> I\nn0 = INPUT 0\nend n0\n" },
	{ "a result out of range", "result-type", "-> I\nn0 = INPUT 1\nn1 = NEG n0\nend n1\n" },
	{ "a value where an optional is wanted", "result-type", "-> O\nn0 = INPUT 1\nend n0\n" },
	{ "an optional", FINE, "-> O\nn0 = INPUT 1\nn1 = SOME n0\nend n1\n" },
	{ "an optional of an optional", "operand-type", "-> O\nn0 = INPUT 6\nn1 = SOME n0\nend n1\n" },
	{ "a bool for a number", "operand-type", "-> I\nn0 = INPUT 2\nn1 = ABS n0\nend n1\n" },
	{ "an optional for a number", "absent", "-> I\nn0 = INPUT 6\nn1 = ABS n0\nend n1\n" },
	{ "may divide by zero", "divides-by-zero", "-> I\nn0 = INPUT 1\nn1 = DIV n0 n0\nend n1\n" },
	{ "may overflow", "overflow",
	    "-> I\nn0 = INPUT 1\nn1 = CONST 9223372036854775807\nn2 = ADD n0 n1\nend n2\n" },
	{ "bounds that are not constant", "not-constant", "-> I\nn0 = INPUT 1\nn1 = CLAMP n0 n0 n0\nend n1\n" },
	{ "a record in a text", "no-print", "-> T\nn0 = INPUT 3\nn1 = TEMPLATE n0\nend n1\n" },
	{ "arms of two types", "no-join", "-> T\nn0 = INPUT 2\nn1 = INPUT 0\nn2 = INPUT 1\nn3 = MATCH 2 n0\nblock\nyield n1\nblock\nyield n2\nend n3\n" },
	{ "a field", FINE, "-> I\nn0 = INPUT 3\nn1 = FIELD 1 n0\nend n1\n" },
	{ "a field that is not there", "no-member", "-> I\nn0 = INPUT 3\nn1 = FIELD 2 n0\nend n1\n" },
	{ "a record", FINE, "-> R\nn0 = INPUT 0\nn1 = INPUT 1\nn2 = RECORD R n0 n1\nend n2\n" },
	{ "a record's fields in another order", "operand-type", "-> R\nn0 = INPUT 0\nn1 = INPUT 1\nn2 = RECORD R n1 n0\nend n2\n" },
	{ "a field out of range", "operand-range", "-> R\nn0 = INPUT 0\nn1 = INPUT 1\nn2 = NEG n1\nn3 = RECORD R n0 n2\nend n3\n" },
	{ "a record of variants", "no-member", "-> R\nn0 = INPUT 0\nn1 = INPUT 1\nn2 = RECORD V n0 n1\nend n2\n" },
	{ "a variant", FINE, "-> V\nn0 = INPUT 1\nn1 = VARIANT V b n0\nend n1\n" },
	{ "a payload for a variant without", "no-member", "-> V\nn0 = INPUT 1\nn1 = VARIANT V a n0\nend n1\n" },
	{ "a require of a number", "operand-type", "-> T\nn0 = INPUT 1\nn1 = INPUT 0\nn2 = REQUIRE n0 n1\nend n1\n" },
	{ "a require that says a number", "operand-type", "-> T\nn0 = INPUT 2\nn1 = INPUT 1\nn2 = REQUIRE n0 n1\nn3 = INPUT 0\nend n3\n" },
	{ "a drop of nothing", "empty-drop", "-> T\nn0 = INPUT 0\nn1 = DROP f - \"why\" ; n0\nend n1\n" },
};

Test(verify, holds_nodes_to_their_types)
{
	expect(head, types, sizeof types / sizeof *types);
}

/* The flow calls the agent whose declaration is the case. */
#define AGENT(kind, declaration) \
	"type T text 0 40\ntype R record Rec t:T\ntype L list R 0 6\nbackend b " kind " accepts -\n" declaration
#define CALLS_B "flow f t:T -> T\nt = INPUT 0\na = CALL b t\nend a\n"
#define TWO(signature, drops, fallback) \
	"label pii \"p\"\ntype T text 0 40\ntype U text 0 41\nbackend p http accepts pii\n" \
	"agent " signature " via p\n" drops "q = INPUT 0\nset METHOD \"GET\"\nset PATH q\n" \
	"agent b q:T -> T via p\nq = INPUT 0\nset METHOD \"GET\"\nset PATH q\nset FALLBACK " fallback "\n"
#define CALLS(result) "flow f t:T -> " result "\nt = INPUT 0\na = CALL a t\nend a\n"
#define LLM "agent a q:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\n"

static const struct {
	const char *name, *verdict, *agent, *flow;
} agents[] = {
	{ "least", "ok", AGENT("llm", LLM "set USER q\n"), CALLS("T") },
	{ "no model", "setting-missing", AGENT("llm", "agent a q:T -> T via b\nq = INPUT 0\nset MAX_TOKENS 1\nset USER q\n"), CALLS("T") },
	{ "no message", "setting-missing", AGENT("llm", LLM), CALLS("T") },
	{ "no path", "setting-missing", AGENT("http", "agent a q:T -> T via b\nq = INPUT 0\nset METHOD \"GET\"\n"), CALLS("T") },
	{ "another kind's setting", "setting-kind", AGENT("llm", LLM "set ROLE \"r\"\nset USER q\n"), CALLS("T") },
	{ "the same setting twice", "setting-value", AGENT("llm", LLM "set MAX_TOKENS 2\nset USER q\n"), CALLS("T") },
	{ "settings out of order", "setting-value", AGENT("llm", "agent a q:T -> T via b\nq = INPUT 0\nset MAX_TOKENS 1\nset MODEL \"m\"\nset USER q\n"), CALLS("T") },
	{ "no tokens", "setting-value", AGENT("llm", "agent a q:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 0\nset USER q\n"), CALLS("T") },
	{ "too hot", "setting-value", AGENT("llm", LLM "set TEMPERATURE 2.5\nset USER q\n"), CALLS("T") },
	{ "too many retries", "setting-value", AGENT("llm", LLM "set RETRY 6\nset USER q\n"), CALLS("T") },
	{ "a month and a bit", "setting-value", AGENT("llm", LLM "set TIMEOUT 2592000001\nset USER q\n"), CALLS("T") },
	{ "GET may be retried", "ok", AGENT("http", "agent a q:T -> T via b\nq = INPUT 0\nset METHOD \"GET\"\nset RETRY 2\nset PATH q\n"), CALLS("T") },
	{ "POST may not", "retry-effect", AGENT("http", "agent a q:T -> T via b\nq = INPUT 0\nset METHOD \"POST\"\nset RETRY 2\nset PATH q\n"), CALLS("T") },
	{ "PATCH may not", "retry-effect", AGENT("http", "agent a q:T -> T via b\nq = INPUT 0\nset METHOD \"PATCH\"\nset RETRY 1\nset PATH q\n"), CALLS("T") },
	{ "unless it says so", "ok",
	    AGENT("http", "agent a q:T -> T via b\nq = INPUT 0\nset METHOD \"POST\"\nset IDEMPOTENT 1\nset RETRY 2\nset PATH q\n"), CALLS("T") },
	{ "a fallback", FINE, TWO("a q:T -> T", "", "0"), CALLS_B },
	{ "that is not there", "no-agent", TWO("a q:T -> T", "", "2"), CALLS_B },
	{ "that is itself", "no-agent", TWO("a q:T -> T", "", "1"), CALLS_B },
	{ "that takes another name", "fallback", TWO("a p:T -> T", "", "0"), CALLS_B },
	{ "that takes another type", "fallback", TWO("a q:U -> T", "", "0"), CALLS_B },
	{ "that takes more", "fallback", TWO("a q:T p:T -> T", "", "0"), CALLS_B },
	{ "that gives another type", "fallback", TWO("a q:T -> U", "", "0"), CALLS_B },
	{ "that drops something", "fallback", TWO("a q:T -> T", "drops pii \"why\"\n", "0"), CALLS_B },
	{ "a tool may not", "retry-effect", AGENT("tool", "agent a q:T -> T via b\nset CALL \"x\"\nset RETRY 1\n"), CALLS("T") },
	{ "unless it, too, says so", "ok", AGENT("tool", "agent a q:T -> T via b\nset IDEMPOTENT 1\nset CALL \"x\"\nset RETRY 1\n"), CALLS("T") },
	{ "a person may be asked again", "ok", AGENT("human", "agent a q:T -> T via b\nq = INPUT 0\nset ROLE \"x\"\nset RETRY 1\nset ASK q\n"), CALLS("T") },
	{ "nobody is asked", "setting-missing", AGENT("human", "agent a q:T -> T via b\nset ROLE \"x\"\n"), CALLS("T") },
	{ "POST once", "ok", AGENT("http", "agent a q:T -> T via b\nq = INPUT 0\nset METHOD \"POST\"\nset PATH q\n"), CALLS("T") },
	{ "no method", "method", AGENT("http", "agent a q:T -> T via b\nq = INPUT 0\nset METHOD \"get\"\nset PATH q\n"), CALLS("T") },
	{ "retrieves", "ok", AGENT("retrieve", "agent a q:T -> L via b\nq = INPUT 0\nset TOP 6\nset QUERY q\n"), CALLS("L") },
	{ "retrieves more than it may give", "retrieve-result", AGENT("retrieve", "agent a q:T -> L via b\nq = INPUT 0\nset TOP 7\nset QUERY q\n"), CALLS("L") },
	{ "retrieves a text", "retrieve-result", AGENT("retrieve", "agent a q:T -> T via b\nq = INPUT 0\nset TOP 6\nset QUERY q\n"), CALLS("T") },
	{ "a template that is a record", "not-text", AGENT("llm", "agent a q:R -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 1\nset USER q\n"),
	    "flow f r:R -> T\nr = INPUT 0\na = CALL a r\nend a\n" },
	{ "drops nothing", "empty-drop", AGENT("llm", LLM "drops - \"why\"\nset USER q\n"), CALLS("T") },
};

Test(verify, holds_agents_to_what_their_kind_can_do)
{
	for (size_t i = 0; i < sizeof agents / sizeof *agents; i++) {
		struct wr_refusal why = { 0 };
		const char *got = judge_both(agents[i].agent, agents[i].flow, &why);

		if (strcmp(agents[i].verdict, "ok") == 0 && strcmp(got, "unused") == 0)
			continue; /* of the types, which is judged later */
		cr_expect_str_eq(got, agents[i].verdict, "%s: %s, not %s", agents[i].name, got, agents[i].verdict);
	}
}

static const struct rule_case odd_tables[] = {
	{ "five lists in each other", "ok",
	    "type B bool\ntype L1 list B 0 1\ntype L2 list L1 0 1\ntype L3 list L2 0 1\ntype L4 list L3 0 1\ntype L5 list L4 0 1\n"
	    "flow f a:L5 -> L5\na = INPUT 0\nend a\n" },
	{ "six levels", "table-type",
	    "type B bool\ntype L1 list B 0 1\ntype L2 list L1 0 1\ntype L3 list L2 0 1\ntype L4 list L3 0 1\ntype L5 list L4 0 1\n"
	    "type L6 list L5 0 1\ntype L7 list L6 0 1\nflow f a:L7 -> L7\na = INPUT 0\nend a\n" },
	{ "a label on a payload", "ok",
	    "label pii \"p\"\ntype B bool\ntype V variants V a b:B@pii\nflow f v:V -> V\nv = INPUT 0\nend v\n" },
	{ "a label on nothing", "table-label",
	    "label pii \"p\"\ntype B bool\ntype V variants V a@pii b:B\nflow f v:V -> V\nv = INPUT 0\nend v\n" },
};

Test(verify, refuses_tables_that_no_source_has)
{
	expect("", odd_tables, sizeof odd_tables / sizeof *odd_tables);
}

/* What no bytes can say, but a module in memory could. 4 is a MATCH of two blocks, 2 the REQUIRE. */
static const char sound[] =
	"type T text 0 40\ntype B bool\nbackend b llm accepts -\n"
	"agent ask q:T -> T via b\nq = INPUT 0\nset MODEL \"m\"\nset MAX_TOKENS 10\nset USER q\n"
	"flow f t:T ok:B -> T\nok = INPUT 1\nt = INPUT 0\nr = REQUIRE ok t\nc = CALL ask t guard r\n"
	"m = MATCH 2 ok\nblock\nyield c\nblock\nu = CALL ask t guard r\nv = CALL ask u guard r\nyield v\nend m\n";

#define POKE(name, statement) \
	static void \
	name(struct wr_module *m) \
	{ \
		statement; \
	}
POKE(nothing, (void)m)
POKE(operation, m->flow.nodes[6].op = WR_OPS_LEN)
POKE(operand_later, m->flow.operands[m->flow.nodes[5].operands] = 6)
POKE(operand_itself, m->flow.operands[m->flow.nodes[5].operands] = 5)
POKE(operand_nowhere, m->flow.operands[m->flow.nodes[5].operands] = 70000)
POKE(operands_past_the_end, m->flow.nodes[5].operands = m->flow.operands_len)
POKE(operands_far_off, m->flow.nodes[5].operands = UINT32_MAX)
POKE(guard_later, m->flow.nodes[2].guard = 2)
POKE(root_later, m->flow.operands[m->flow.blocks[1].roots] = 6)
POKE(roots_past_the_end, m->flow.blocks[1].roots = m->flow.operands_len)
POKE(roots_none, m->flow.blocks[0].roots_len = 0)
POKE(roots_two, m->flow.blocks[0].roots_len = 2; m->flow.blocks[0].roots = 0)
POKE(block_of_node, m->flow.nodes[6].block = 0)
POKE(block_nowhere, m->flow.nodes[6].block = 9)
POKE(block_owner, m->flow.blocks[2].owner = 3)
POKE(block_parent, m->flow.blocks[2].parent = 1)
POKE(block_depth, m->flow.blocks[2].depth = 7)
POKE(block_first, m->flow.blocks[2].first = 6)
POKE(block_end, m->flow.blocks[2].end = 9)
POKE(block_short, m->flow.blocks[2].end = 6)
POKE(blocks_nowhere, m->flow.nodes[4].blocks = 7)
POKE(blocks_itself, m->flow.nodes[4].blocks = 0)
POKE(blocks_of_a_leaf, m->flow.nodes[6].blocks_len = 1)
POKE(agent, m->flow.nodes[3].index = 1)
POKE(backend, m->agents[0].backend = 1)
POKE(call_in_a_body, m->agents[0].body.nodes[0].op = WR_OP_CALL)
POKE(setting_twice, m->agents[0].settings[1].id = WR_SET_MODEL)
POKE(root_of_setting, m->agents[0].settings[2].root = 1)

static const struct {
	const char *verdict;
	void (*poke)(struct wr_module *m);
} pokes[] = {
	{ "ok", nothing }, { "operation", operation }, { "scope", operand_later }, { "scope", operand_itself },
	{ "scope", operand_nowhere }, { "scope", operands_past_the_end }, { "scope", operands_far_off },
	{ "guard", guard_later }, { "scope", root_later }, { "nesting", roots_past_the_end }, { "blocks", roots_none },
	{ "blocks", roots_two }, { "nesting", block_of_node }, { "nesting", block_nowhere }, { "nesting", block_owner },
	{ "nesting", block_parent }, { "nesting", block_depth }, { "nesting", block_first }, { "nesting", block_end },
	{ "scope", block_short }, { "blocks", blocks_nowhere }, { "nesting", blocks_itself },
	{ "blocks", blocks_of_a_leaf }, { "no-agent", agent }, { "no-backend", backend },
	{ "agent-effect", call_in_a_body }, { "setting-value", setting_twice }, { "agent-roots", root_of_setting },
};

Test(verify, trusts_no_index_of_a_module_in_memory)
{
	for (size_t i = 0; i < sizeof pokes / sizeof *pokes; i++) {
		struct failing_alloc f;
		struct wr_arena arena;
		struct wr_module *m;
		struct wr_refusal why = { 0 };
		enum wr_status s;

		failing_alloc_init(&f);
		wr_arena_init(&arena, &f.hook, 1u << 26);
		m = assemble(sound, &arena);
		pokes[i].poke(m);
		s = wr_verify(m, NULL, NULL, &why);
		cr_expect_str_eq(s == WR_OK ? "ok" : why.code, pokes[i].verdict, "poke %zu: %s, not %s", i,
		    s == WR_OK ? "ok" : why.code, pokes[i].verdict);
		wr_arena_free(&arena);
	}
}

/* Every allocation fails once alone and once with all that follow; nothing stays behind. */
Test(verify, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 }, calm;
	struct wr_arena made, facts;
	unsigned rounds = 0;

	failing_alloc_init(&calm);
	while (failing_alloc_next(&f)) {
		struct wr_refusal why;
		struct wr_module *m;
		enum wr_status s;

		wr_arena_init(&made, &calm.hook, 1u << 26);
		wr_arena_init(&facts, &f.hook, 1u << 26);
		m = assemble(sound, &made);
		m->types.arena = m->arena = &facts;
		s = wr_verify(m, NULL, NULL, &why);
		cr_expect_eq(s, f.calls > f.fail_at ? WR_NOMEM : WR_OK, "%d after %ld calls", (int)s, f.calls);
		wr_arena_free(&made);
		wr_arena_free(&facts);
		cr_expect_eq(f.live_bytes, 0);
		rounds++;
	}
	cr_expect_gt(rounds, 4u);
}
