/* The verifier's rules of shape, types and agents: good modules, and their bad neighbours. */
#include "vm/verify.h"

#include "tests/support/failing_alloc.h"
#include "tests/support/listing.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(verify, .timeout = 20);

struct rule_case {
	const char *name, *verdict, *flow;
};

/* Types 0 text, 1 int 0..100, 2 bool, 3 Rec {t, n}, 4 list of ints, 5 Var a | b(int); agents 0 ask, 1 post. */
static const char head[] =
	"text 0 40\nint 0 100\nbool\nrecord Rec t:0 n:1\nlist 1 0 6\nvariants Var a b:1\noption 1\n"
	"backend model llm 0 0\nbackend shop http 0 0\n"
	"input t 0 0\ninput n 1 0\ninput ok 2 0\ninput r 3 0\ninput xs 4 0\ninput v 5 0\ninput o 6 0\n"
	"agent ask 0 0 q:0\nset model \"m-2025-01-01\"\nset max_tokens 10\nset user %0\nINPUT 0\nend %0\n"
	"agent post 0 1 q:0\nset method \"POST\"\nset path %0\nINPUT 0\nend %0\n";

/* The result takes everything that must be used, so that each case says only what it is about. */
static const char *
judge(const char *tables, const char *flow, struct wr_refusal *why)
{
	static char text[16384];

	snprintf(text, sizeof text, "%s%s", tables, flow);
	return listing_verdict(text, why);
}

static void
expect(const char *tables, const struct rule_case *cases, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct wr_refusal why = { 0 };
		const char *got = judge(tables, cases[i].flow, &why);

		cr_expect_str_eq(got, cases[i].verdict, "%s: %s (node %d), not %s", cases[i].name, got, (int)why.node,
		    cases[i].verdict);
	}
}

/* Before the tables are complete every one of these ends in `unused`: types and shape hold by then. */
#define FINE "unused"

static const struct rule_case shapes[] = {
	{ "an input", FINE, "result 0 0\nflow\nINPUT 0\nend %0\n" },
	{ "no such input", "input", "result 0 0\nflow\nINPUT 7\nend %0\n" },
	{ "an operand that comes later", "scope", "result 2 0\nflow\nINPUT 2\nNOT %2\nNOT %1\nend %2\n" },
	{ "an operand of its own", "scope", "result 2 0\nflow\nNOT %0\nend %0\n" },
	{ "too few operands", "operands", "result 2 0\nflow\nINPUT 2\nAND %0\nend %1\n" },
	{ "too many operands", "operands", "result 2 0\nflow\nINPUT 2\nNOT %0 %0\nend %1\n" },
	{ "two roots", "blocks", "result 2 0\nflow\nINPUT 2\nend %0 %0\n" },
	{ "no root", "blocks", "result 2 0\nflow\nINPUT 2\nend\n" },
	{ "a root that is not there", "scope", "result 2 0\nflow\nINPUT 2\nend %1\n" },
	{ "an arm too few", "arms", "result 1 0\nflow\nINPUT 2\nINPUT 1\nMATCH 1 %0\n{\n} %1\nend %2\n" },
	{ "an arm too many", "arms", "result 1 0\nflow\nINPUT 2\nINPUT 1\nMATCH 3 %0\n{\n} %1\n{\n} %1\n{\n} %1\nend %2\n" },
	{ "an arm with two roots", "blocks", "result 1 0\nflow\nINPUT 2\nINPUT 1\nMATCH 2 %0\n{\n} %1 %1\n{\n} %1\nend %2\n" },
	{ "a match on a number", "operand-type", "result 1 0\nflow\nINPUT 1\nMATCH 2 %0\n{\n} %0\n{\n} %0\nend %1\n" },
	{ "out of a closed block", "scope",
	    "result 1 0\nflow\nINPUT 5\nINPUT 1\nMATCH 2 %0\n{\n} %1\n{\nBIND 0\n} %3\nABS %3\nend %4\n" },
	{ "out of a sister block", "scope",
	    "result 1 0\nflow\nINPUT 6\nINPUT 1\nMATCH 2 %0\n{\nBIND 0\n} %3\n{\n} %3\nend %2\n" },
	{ "the owner, from inside", "scope",
	    "result 1 0\nflow\nINPUT 2\nINPUT 1\nMATCH 2 %0\n{\nABS %2\n} %3\n{\n} %1\nend %2\n" },
	{ "the owner, as its own root", "scope",
	    "result 1 0\nflow\nINPUT 2\nINPUT 1\nMATCH 2 %0\n{\n} %2\n{\n} %1\nend %2\n" },
	{ "a payload", FINE, "result 1 0\nflow\nINPUT 5\nINPUT 1\nMATCH 2 %0\n{\n} %1\n{\nBIND 0\n} %3\nend %2\n" },
	{ "a payload of a variant without", "bind", "result 1 0\nflow\nINPUT 5\nINPUT 1\nMATCH 2 %0\n{\nBIND 0\n} %3\n{\n} %1\nend %2\n" },
	{ "a second payload", "bind", "result 1 0\nflow\nINPUT 5\nINPUT 1\nMATCH 2 %0\n{\n} %1\n{\nBIND 1\n} %3\nend %2\n" },
	{ "a payload of none", "bind", "result 1 0\nflow\nINPUT 6\nINPUT 1\nMATCH 2 %0\n{\n} %1\n{\nBIND 0\n} %3\nend %2\n" },
	{ "bound by nothing", "bind", "result 1 0\nflow\nBIND 0\nend %0\n" },
	{ "an element and its index", FINE, "result 4 0\nflow\nINPUT 4\nFOR 0 %0\n{\nBIND 0\nBIND 1\nMAX %2 %3\n} %4\nend %1\n" },
	{ "a third thing of a for", "bind", "result 4 0\nflow\nINPUT 4\nFOR 0 %0\n{\nBIND 2\n} %2\nend %1\n" },
	{ "a for over a text", "operand-type", "result 4 0\nflow\nINPUT 0\nFOR 0 %0\n{\n} %0\nend %1\n" },
	{ "descending without a key", "for-flags", "result 4 0\nflow\nINPUT 4\nFOR 4 %0\n{\nBIND 0\n} %2\nend %1\n" },
	{ "an unknown flag", "for-flags", "result 4 0\nflow\nINPUT 4\nFOR 8 %0\n{\nBIND 0\n} %2\nend %1\n" },
	{ "a where without its condition", "blocks", "result 4 0\nflow\nINPUT 4\nFOR 1 %0\n{\nBIND 0\n} %2\nend %1\n" },
	{ "a condition that is a number", "operand-type", "result 4 0\nflow\nINPUT 4\nFOR 1 %0\n{\nBIND 0\n} %2 %2\nend %1\n" },
	{ "a key", FINE, "result 4 0\nflow\nINPUT 4\nFOR 6 %0\n{\nBIND 0\n} %2 %2\nend %1\n" },
	{ "a call in a for", "for-effect", "result 4 0\nflow\nINPUT 0\nINPUT 4\nFOR 0 %1\n{\nCALL 0 %0\nBIND 0\n} %4\nend %2\n" },
	{ "a require in a for", "for-effect",
	    "result 4 0\nflow\nINPUT 0\nINPUT 2\nINPUT 4\nFOR 0 %2\n{\nREQUIRE %1 %0\nBIND 0\n} %5\nend %3\n" },
	{ "a require as a value", "scope", "result 2 0\nflow\nINPUT 2\nINPUT 0\nREQUIRE %0 %1\nNOT %2\nend %3\n" },
	{ "a require as the result", "scope", "result 2 0\nflow\nINPUT 2\nINPUT 0\nREQUIRE %0 %1\nend %2\n" },
	{ "a guard that is no require", "guard", "result 0 0\nflow\nINPUT 0\nCALL 0 %0 !0\nend %1\n" },
	{ "a guard that comes later", "guard", "result 0 0\nflow\nINPUT 0\nCALL 0 %0 !2\nINPUT 2\nREQUIRE %2 %0\nend %1\n" },
};

Test(verify, holds_modules_to_their_shape)
{
	expect(head, shapes, sizeof shapes / sizeof *shapes);
}

static const struct rule_case types[] = {
	{ "a call", FINE, "result 0 0\nflow\nINPUT 0\nCALL 0 %0\nend %1\n" },
	{ "a call of nobody", "no-agent", "result 0 0\nflow\nINPUT 0\nCALL 2 %0\nend %1\n" },
	{ "an argument too few", "operands", "result 0 0\nflow\nCALL 0\nend %0\n" },
	{ "an argument too many", "operands", "result 0 0\nflow\nINPUT 0\nCALL 0 %0 %0\nend %1\n" },
	{ "an argument of another type", "argument-type", "result 0 0\nflow\nINPUT 1\nCALL 0 %0\nend %1\n" },
	{ "an argument too long", "argument-type", "result 0 0\nflow\nINPUT 0\nTEMPLATE %0 %0\nCALL 0 %1\nend %2\n" },
	{ "a result of another type", "result-type", "result 1 0\nflow\nINPUT 0\nend %0\n" },
	{ "a result out of range", "result-type", "result 1 0\nflow\nINPUT 1\nNEG %0\nend %1\n" },
	{ "a value where an optional is wanted", "result-type", "result 6 0\nflow\nINPUT 1\nend %0\n" },
	{ "an optional", FINE, "result 6 0\nflow\nINPUT 1\nSOME %0\nend %1\n" },
	{ "an optional of an optional", "operand-type", "result 6 0\nflow\nINPUT 6\nSOME %0\nend %1\n" },
	{ "a bool for a number", "operand-type", "result 1 0\nflow\nINPUT 2\nABS %0\nend %1\n" },
	{ "an optional for a number", "absent", "result 1 0\nflow\nINPUT 6\nABS %0\nend %1\n" },
	{ "may divide by zero", "divides-by-zero", "result 1 0\nflow\nINPUT 1\nDIV %0 %0\nend %1\n" },
	{ "may overflow", "overflow",
	    "result 1 0\nflow\nINPUT 1\nCONST 9223372036854775807\nADD %0 %1\nend %2\n" },
	{ "bounds that are not constant", "not-constant", "result 1 0\nflow\nINPUT 1\nCLAMP %0 %0 %0\nend %1\n" },
	{ "a record in a text", "no-print", "result 0 0\nflow\nINPUT 3\nTEMPLATE %0\nend %1\n" },
	{ "arms of two types", "no-join", "result 0 0\nflow\nINPUT 2\nINPUT 0\nINPUT 1\nMATCH 2 %0\n{\n} %1\n{\n} %2\nend %3\n" },
	{ "a field", FINE, "result 1 0\nflow\nINPUT 3\nFIELD 1 %0\nend %1\n" },
	{ "a field that is not there", "no-member", "result 1 0\nflow\nINPUT 3\nFIELD 2 %0\nend %1\n" },
	{ "a record", FINE, "result 3 0\nflow\nINPUT 0\nINPUT 1\nRECORD 3 %0 %1\nend %2\n" },
	{ "a record's fields in another order", "operand-type", "result 3 0\nflow\nINPUT 0\nINPUT 1\nRECORD 3 %1 %0\nend %2\n" },
	{ "a field out of range", "operand-range", "result 3 0\nflow\nINPUT 0\nINPUT 1\nNEG %1\nRECORD 3 %0 %2\nend %3\n" },
	{ "a record of variants", "no-member", "result 3 0\nflow\nINPUT 0\nINPUT 1\nRECORD 5 %0 %1\nend %2\n" },
	{ "a record of no type", "no-member", "result 3 0\nflow\nINPUT 0\nINPUT 1\nRECORD 70 %0 %1\nend %2\n" },
	{ "a variant", FINE, "result 5 0\nflow\nINPUT 1\nVARIANT 5 1 %0\nend %1\n" },
	{ "a payload for a variant without", "no-member", "result 5 0\nflow\nINPUT 1\nVARIANT 5 0 %0\nend %1\n" },
	{ "a variant that is not there", "no-member", "result 5 0\nflow\nINPUT 1\nVARIANT 5 2 %0\nend %1\n" },
	{ "a require of a number", "operand-type", "result 0 0\nflow\nINPUT 1\nINPUT 0\nREQUIRE %0 %1\nend %1\n" },
	{ "a require that says a number", "operand-type", "result 0 0\nflow\nINPUT 2\nINPUT 1\nREQUIRE %0 %1\nINPUT 0\nend %3\n" },
	{ "a drop of nothing", "empty-drop", "result 0 0\nflow\nINPUT 0\nDROP f 0 why %0\nend %1\n" },
};

Test(verify, holds_nodes_to_their_types)
{
	expect(head, types, sizeof types / sizeof *types);
}

/* The flow calls agent 0, whose declaration is the case; type 0 text, 1 list of Rec ..6, 2 Rec. */
#define AGENT(kind, declaration) \
	"text 0 40\nrecord Rec t:0\nlist 1 0 6\nbackend b " kind " 0 0\ninput t 0 0\n" declaration "INPUT 0\nend %0\n"
#define CALLS(result) "result " result " 0\nflow\nINPUT 0\nCALL 0 %0\nend %1\n"
#define LLM "agent a 0 0 q:0\nset model m\nset max_tokens 1\n"

static const struct {
	const char *name, *verdict, *agent, *flow;
} agents[] = {
	{ "least", "unused", AGENT("llm", LLM "set user %0\n"), CALLS("0") },
	{ "no model", "setting-missing", AGENT("llm", "agent a 0 0 q:0\nset max_tokens 1\nset user %0\n"), CALLS("0") },
	{ "no message", "setting-missing", AGENT("llm", LLM), CALLS("0") },
	{ "no path", "setting-missing", AGENT("http", "agent a 0 0 q:0\nset method GET\n"), CALLS("0") },
	{ "a root too few", "agent-roots", AGENT("llm", LLM "set user %0\nset user %0\n"), CALLS("0") },
	{ "another kind's setting", "setting-kind", AGENT("llm", LLM "set role r\nset user %0\n"), CALLS("0") },
	{ "the same setting twice", "setting-value", AGENT("llm", LLM "set max_tokens 2\nset user %0\n"), CALLS("0") },
	{ "settings out of order", "setting-value", AGENT("llm", "agent a 0 0 q:0\nset max_tokens 1\nset model m\nset user %0\n"), CALLS("0") },
	{ "no tokens", "setting-value", AGENT("llm", "agent a 0 0 q:0\nset model m\nset max_tokens 0\nset user %0\n"), CALLS("0") },
	{ "too hot", "setting-value", AGENT("llm", LLM "set temperature 2.5\nset user %0\n"), CALLS("0") },
	{ "too many retries", "setting-value", AGENT("llm", LLM "set retry 6\nset user %0\n"), CALLS("0") },
	{ "a month and a bit", "setting-value", AGENT("llm", LLM "set timeout 2592000001\nset user %0\n"), CALLS("0") },
	{ "GET may be retried", "unused", AGENT("http", "agent a 0 0 q:0\nset method GET\nset retry 2\nset path %0\n"), CALLS("0") },
	{ "POST may not", "retry-effect", AGENT("http", "agent a 0 0 q:0\nset method POST\nset retry 2\nset path %0\n"), CALLS("0") },
	{ "PATCH may not", "retry-effect", AGENT("http", "agent a 0 0 q:0\nset method PATCH\nset retry 1\nset path %0\n"), CALLS("0") },
	{ "unless it says so", "unused",
	    AGENT("http", "agent a 0 0 q:0\nset method POST\nset idempotent 1\nset retry 2\nset path %0\n"), CALLS("0") },
	{ "POST once", "unused", AGENT("http", "agent a 0 0 q:0\nset method POST\nset path %0\n"), CALLS("0") },
	{ "no method", "method", AGENT("http", "agent a 0 0 q:0\nset method get\nset path %0\n"), CALLS("0") },
	{ "retrieves", "unused", AGENT("retrieve", "agent a 2 0 q:0\nset top 6\nset query %0\n"), CALLS("2") },
	{ "retrieves more than it may give", "retrieve-result", AGENT("retrieve", "agent a 2 0 q:0\nset top 7\nset query %0\n"), CALLS("2") },
	{ "retrieves a text", "retrieve-result", AGENT("retrieve", "agent a 0 0 q:0\nset top 6\nset query %0\n"), CALLS("0") },
	{ "a template that is a record", "not-text", AGENT("llm", "agent a 0 0 q:1\nset model m\nset max_tokens 1\nset user %0\n"),
	    "result 0 0\ninput r 1 0\nflow\nINPUT 1\nCALL 0 %0\nend %1\n" },
	{ "drops nothing", "empty-drop", AGENT("llm", LLM "drops 0 why\nset user %0\n"), CALLS("0") },
	{ "calls itself", "agent-effect",
	    "text 0 40\nbackend b llm 0 0\ninput t 0 0\n" LLM "set user %1\nINPUT 0\nCALL 0 %0\nend %1\n", CALLS("0") },
};

Test(verify, holds_agents_to_what_their_kind_can_do)
{
	for (size_t i = 0; i < sizeof agents / sizeof *agents; i++) {
		struct wr_refusal why = { 0 };
		const char *got = judge(agents[i].agent, agents[i].flow, &why);

		if (strcmp(agents[i].verdict, "unused") == 0 && strcmp(got, "ok") == 0)
			continue;
		cr_expect_str_eq(got, agents[i].verdict, "%s: %s, not %s", agents[i].name, got, agents[i].verdict);
	}
}

Test(verify, refuses_tables_that_no_source_has)
{
	struct wr_refusal why;

	cr_expect_str_eq(listing_verdict("bool\nlist 0 0 1\nlist 1 0 1\nlist 2 0 1\nlist 3 0 1\nlist 4 0 1\ninput a 5 0\n"
	    "result 5 0\nflow\nINPUT 0\nend %0\n", &why), "ok");
	cr_expect_str_eq(listing_verdict("bool\nlist 0 0 1\nlist 1 0 1\nlist 2 0 1\nlist 3 0 1\nlist 4 0 1\nlist 5 0 1\n"
	    "input a 6 0\nresult 6 0\nflow\nINPUT 0\nend %0\n", &why), "table-type");
	cr_expect_str_eq(listing_verdict("label pii\nbool\nvariants V a@1 b:0\ninput a 1 0\nresult 1 0\nflow\nINPUT 0\n"
	    "end %0\n", &why), "table-label");
	cr_expect_str_eq(listing_verdict("label pii\nbool\nvariants V a b:0@1\ninput a 1 0\nresult 1 0\nflow\nINPUT 0\n"
	    "end %0\n", &why), "ok");
}

/* Every allocation fails once alone and once with all that follow; nothing stays behind. */
Test(verify, survives_every_allocation_failure)
{
	static const char text[] = "label pii\ntext 0 40\nbool\nbackend b llm 1 0\ninput t 0 1\ninput ok 1 0\nresult 0 1\n"
		"agent ask 0 0 q:0\nset model m\nset max_tokens 10\nset user %0\nINPUT 0\nend %0\n"
		"flow\nINPUT 1\nINPUT 0\nCONST \"no\"\nMATCH 2 %0\n{\nCALL 0 %1\n} %4\n{\n} %2\nend %3\n";
	struct failing_alloc f = { 0 }, sound;
	struct wr_arena made, facts;
	unsigned rounds = 0;

	failing_alloc_init(&sound);
	while (failing_alloc_next(&f)) {
		struct wr_refusal why;
		struct wr_module *m;
		enum wr_status s;

		wr_arena_init(&made, &sound.hook, 1u << 26);
		wr_arena_init(&facts, &f.hook, 1u << 26);
		m = listing(text, &made);
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
