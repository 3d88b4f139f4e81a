/*
 * One program, one byte string: edits of one source that must leave the bytecode as it is, and
 * edits that must not. Every module that is compiled here opens, and encodes to the same bytes.
 */
#include "compiler/writc.h"
#include "tests/support/failing_alloc.h"
#include "vm/for_compiler.h"
#include "vm/format/encode.h"
#include "vm/view/decompile.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(compile, .timeout = 60);

static const char base[] =
    "writ 1\n"
    "\n"
    "/// A claim.\n"
    "label pii \"personal data\"\n"
    "label untrusted \"words from outside\"\n"
    "\n"
    "backend house: llm accepts @pii @untrusted\n"
    "backend book: retrieve accepts @untrusted\n"
    "backend ledger: http accepts @pii taints @untrusted\n"
    "\n"
    "type Claim {\n"
    "  id: text ..40\n"
    "  story: text ..800 @pii @untrusted \"what happened\"\n"
    "  cents: int 1..5_000\n"
    "}\n"
    "type Rule { ref: text ..20, body: text ..100 }\n"
    "type Decision = pay(int 1..5_000) | deny(text ..50) | refer\n"
    "type Receipt { id: text ..60 }\n"
    "type Out {\n"
    "  decision: Decision @pii\n"
    "  receipt: Receipt? @pii @untrusted\n"
    "  letter: text ..4_000 @pii @untrusted\n"
    "}\n"
    "\n"
    "const limit_cents = 2_000\n"
    "const closing = \"Yours,\\nthe office\"\n"
    "\n"
    "fn bold(words: text ..600) -> text = \"*{{words}}*\"\n"
    "\n"
    "fn small(cents: int 1..5_000) -> bool\n"
    "  drops @untrusted because \"one bit\"\n"
    "  = cents <= limit_cents\n"
    "\n"
    "agent summarise(story: text ..800) -> text ..100 via house\n"
    "  drops @pii because \"only the loss\"\n"
    "{\n"
    "  model: \"house-2025-09-29\"\n"
    "  temperature: 0\n"
    "  max_tokens: 200\n"
    "  timeout: 20s\n"
    "  retry: 2\n"
    "  context: \"Keep the loss.\"\n"
    "  user: \"{{story}}\"\n"
    "}\n"
    "\n"
    "agent search(query: text ..100) -> [Rule] ..6 via book {\n"
    "  query: \"{{query}}\"\n"
    "  top: 6\n"
    "}\n"
    "\n"
    "agent transfer(id: text ..40, cents: int 1..5_000) -> Receipt via ledger {\n"
    "  method: \"POST\"\n"
    "  path: \"/claims/{{id}}\"\n"
    "  body: \"{{cents}}\"\n"
    "}\n"
    "\n"
    "agent write(gist: text ..100, rules: [Rule] ..6) -> text ..3_000 via house {\n"
    "  model: \"house-2025-09-29\"\n"
    "  max_tokens: 700\n"
    "  context: \"Write a letter.\"\n"
    "  user: \"\"\"\n"
    "    About {{bold(gist)}}:\n"
    "    {{join(for r in rules where length(r.ref) > 2 sort r.ref desc yield \"[{{r.ref}}] {{r.body}}\", \"; \")}}\n"
    "    {{closing}}\n"
    "    \"\"\"\n"
    "}\n"
    "\n"
    "start triage(claim: Claim) -> Out\n"
    "  within calls: 20, tokens: 60_000, time: 30m\n"
    "\n"
    "  gist = summarise(story: claim.story)\n"
    "  rules = search(query: gist)\n"
    "  decision = if small(claim.cents) then Decision.pay(claim.cents) else Decision.deny(\"too large\")\n"
    "  receipt = match decision {\n"
    "    pay(cents) -> some(transfer(id: claim.id, cents))\n"
    "    deny | refer -> none\n"
    "  }\n"
    "  letter = write(gist, rules)\n"
    "  shown = \"{{letter}} ({{claim.cents}})\"\n"
    "end Out { decision, receipt, letter: shown }\n";

/* The prompt file of the tests. */
static enum wr_status
read_prompt(void *user, struct wc_reading *reading)
{
	(void)user;
	if (!wr_text_eq(reading->path, WR_TEXT("keep.md")))
		return WR_ABSENT;
	reading->bytes = WR_TEXT("Keep the loss.\n");
	reading->name = "keep.md";
	return WR_OK;
}

static enum wr_status
compile(const struct wr_alloc *alloc, struct wr_text source, struct wr_buf *ret_bytecode, struct wr_buf *messages)
{
	static const struct wc_options options = { .read = read_prompt };
	struct wc_result result;
	enum wr_status status;

	wr_buf_init(ret_bytecode, alloc, WR_MODULE_MAX);
	status = wc_compile(alloc, "test.wf", source, &options, ret_bytecode, &result);
	if (messages != NULL)
		wc_diags_render(&result.diags, WC_DIAG_SHORT, false, messages);
	if (messages != NULL && result.bug != NULL)
		wr_buf_str(messages, result.bug);
	wc_result_free(&result);
	return status;
}

static enum wr_status compile(const struct wr_alloc *alloc, struct wr_text source, struct wr_buf *ret_bytecode,
    struct wr_buf *messages);

/* The source that is shown of a module compiles to the same bytes. */
static void
check_shown(const struct wr_alloc *alloc, const struct wr_module *module, const struct wr_buf *bytecode,
    const char *claim)
{
	struct wr_buf shown, again, messages;
	enum wr_status status;

	wr_buf_init(&shown, alloc, 1 << 22);
	wr_buf_init(&messages, alloc, 1 << 16);
	cr_expect_eq(wr_decompile(module, &shown), WR_OK, "%s", claim);
	status = compile(alloc, wr_buf_view(&shown), &again, &messages);
	cr_expect_eq(status, WR_OK, "%s: %s\n%.*s\n%.*s", claim, wr_status_text(status), (int)messages.size, messages.at,
	    (int)shown.size, shown.at);
	cr_expect(status != WR_OK || wr_text_eq(wr_buf_view(bytecode), wr_buf_view(&again)), "%s: shown\n%.*s", claim,
	    (int)shown.size, shown.at);
	wr_buf_free(&again);
	wr_buf_free(&messages);
	wr_buf_free(&shown);
}

/* What was compiled opens, encodes to itself, and is shown as source that compiles to itself. */
static void
check_round(const struct wr_alloc *alloc, const struct wr_buf *bytecode, const char *claim)
{
	struct wr_arena arena;
	struct wr_module *module = NULL;
	struct wr_refusal refusal = { .code = "", .why = "" };
	struct wr_buf again;

	wr_arena_init(&arena, alloc, 256u << 20);
	cr_expect_eq(wr_open((const uint8_t *)bytecode->at, bytecode->size, &arena, &module, &refusal), WR_OK, "%s: %s, %s",
	    claim, refusal.code, refusal.why);
	wr_buf_init(&again, alloc, WR_MODULE_MAX);
	if (module != NULL) {
		cr_expect_eq(wr_encode(module, &again), WR_OK, "%s", claim);
		cr_expect(wr_text_eq(wr_buf_view(bytecode), wr_buf_view(&again)), "%s", claim);
		check_shown(alloc, module, bytecode, claim);
	}
	wr_buf_free(&again);
	wr_arena_free(&arena);
}

static void
must_compile(const struct wr_alloc *alloc, struct wr_text source, struct wr_buf *ret_bytecode, const char *claim)
{
	struct wr_buf messages;
	enum wr_status status;

	wr_buf_init(&messages, alloc, 1 << 16);
	status = compile(alloc, source, ret_bytecode, &messages);
	cr_expect_eq(status, WR_OK, "%s: %s\n%.*s", claim, wr_status_text(status), (int)messages.size, messages.at);
	wr_buf_free(&messages);
	if (status == WR_OK)
		check_round(alloc, ret_bytecode, claim);
}

#define PAIRS_MAX 18

struct edit {
	const char *claim;
	const char *pairs[PAIRS_MAX]; /* from, to, from, to, ...; each from must be there: the first place is changed */
};

static struct wr_text
apply(const struct edit *edit)
{
	size_t room = sizeof base + 8192;
	char *out = malloc(room), *next = malloc(room);

	cr_assert(out != NULL && next != NULL);
	memcpy(out, base, sizeof base);
	for (int i = 0; i < PAIRS_MAX && edit->pairs[i] != NULL; i += 2) {
		const char *at = strstr(out, edit->pairs[i]);

		cr_assert(at != NULL, "%s: `%s` is not there", edit->claim, edit->pairs[i]);
		snprintf(next, room, "%.*s%s%s", (int)(at - out), out, edit->pairs[i + 1], at + strlen(edit->pairs[i]));
		memcpy(out, next, strlen(next) + 1);
	}
	free(next);
	return (struct wr_text){ out, strlen(out) };
}

static void
check_edits(const struct edit *edits, size_t len, bool same)
{
	struct failing_alloc alloc;
	struct wr_buf want;

	failing_alloc_init(&alloc);
	must_compile(&alloc.hook, (struct wr_text){ base, sizeof base - 1 }, &want, "the base");
	for (size_t i = 0; i < len; i++) {
		struct wr_text source = apply(&edits[i]);
		struct wr_buf got;

		must_compile(&alloc.hook, source, &got, edits[i].claim);
		cr_expect(wr_text_eq(wr_buf_view(&want), wr_buf_view(&got)) == same, "%s", edits[i].claim);
		wr_buf_free(&got);
		free((void *)(uintptr_t)source.at);
	}
	wr_buf_free(&want);
	cr_assert_eq(alloc.live_bytes, 0);
}

#define CHECK(edits, same) check_edits(edits, sizeof edits / sizeof *edits, same)

Test(compile, gives_the_same_bytes_for_the_same_program)
{
	static const struct edit edits[] = {
		{ "nothing", { NULL } },
		{ "a comment", { "const closing", "// a word to the wise\nconst closing" } },
		{ "a doc comment", { "/// A claim.", "/// Another claim." } },
		{ "no doc comment", { "/// A claim.\n", "" } },
		{ "digits", { "2_000", "2000" } },
		{ "a unit", { "timeout: 20s", "timeout: 20_000ms" } },
		{ "lines", { "type Rule { ref: text ..20, body: text ..100 }", "type Rule {\n  ref: text ..20\n  body: text ..100\n}" } },
		{ "parentheses", { "cents <= limit_cents", "(cents) <= (limit_cents)" } },
		{ "order of declarations", { "const limit_cents = 2_000\n", "", "start triage", "const limit_cents = 2_000\nstart triage" } },
		{ "order of labels", { "label untrusted \"words from outside\"\n", "", "backend house", "label untrusted \"words from outside\"\nbackend house" } },
		{ "order of labels in a set", { "accepts @pii @untrusted", "accepts @untrusted @pii" } },
		{ "order of steps", { "  letter = write(gist, rules)\n", "", "  decision = if", "  letter = write(gist, rules)\n  decision = if" } },
		{ "order of arms", { "    pay(cents) -> some(transfer(id: claim.id, cents))\n    deny | refer -> none\n", "    refer | deny -> none\n    pay(cents) -> some(transfer(id: claim.id, cents))\n" } },
		{ "an arm for each", { "deny | refer -> none", "deny -> none\n    refer -> none" } },
		{ "else", { "deny | refer -> none", "else -> none" } },
		{ "some understood", { "some(transfer(id: claim.id, cents))", "transfer(id: claim.id, cents)" } },
		{ "order of arguments", { "transfer(id: claim.id, cents)", "transfer(cents, id: claim.id)" } },
		{ "order of fields", { "Out { decision, receipt, letter: shown }", "Out { letter: shown, receipt, decision }" } },
		{ "order of settings", { "  query: \"{{query}}\"\n  top: 6\n", "  top: 6\n  query: \"{{query}}\"\n" } },
		{ "a default said", { "  top: 6\n", "  top: 6\n  timeout: 30s\n  retry: 0\n" } },
		{ "a step's name", { "shown = ", "printed = ", "letter: shown", "letter: printed" } },
		{ "a const's name", { "const closing", "const farewell", "{{closing}}", "{{farewell}}" } },
		{ "a fn's name", { "fn bold", "fn strong", "bold(gist)", "strong(gist)" } },
		{ "a fn's parameter", { "fn bold(words: text ..600) -> text = \"*{{words}}*\"", "fn bold(w: text ..600) -> text = \"*{{w}}*\"" } },
		{ "a binder's name", { "pay(cents) -> some(transfer(id: claim.id, cents))", "pay(c) -> some(transfer(id: claim.id, cents: c))" } },
		{ "an item's name", { "for r in rules where length(r.ref) > 2 sort r.ref desc yield \"[{{r.ref}}] {{r.body}}\"", "for x in rules where length(x.ref) > 2 sort x.ref desc yield \"[{{x.ref}}] {{x.body}}\"" } },
		{ "a const put in place", { "{{closing}}", "{{\"Yours,\\nthe office\"}}" } },
		{ "a fn put in place", { "{{bold(gist)}}", "*{{gist}}*" } },
		{ "a wider fn parameter", { "fn bold(words: text ..600)", "fn bold(words: text ..999)" } },
		{ "a step taken out", { "  receipt = match decision", "  lucky = small(claim.cents)\n  receipt = match decision", "if small(claim.cents)", "if lucky", "  lucky = small(claim.cents)\n", "", "  decision = if", "  lucky = small(claim.cents)\n  decision = if" } },
		{ "a step put in place", { "  shown = \"{{letter}} ({{claim.cents}})\"\n", "", "letter: shown", "letter: \"{{letter}} ({{claim.cents}})\"" } },
		{ "a text joined by +", { "\"{{letter}} ({{claim.cents}})\"", "letter + \" (\" + text(claim.cents) + \")\"" } },
		{ "a block", { "then Decision.pay(claim.cents)", "then { x = claim.cents yield Decision.pay(x) }" } },
		{ "a match for an if", { "if small(claim.cents) then Decision.pay(claim.cents) else Decision.deny(\"too large\")", "match small(claim.cents) { false -> Decision.deny(\"too large\"), true -> Decision.pay(claim.cents) }" } },
		{ "a comparison turned round", { "length(r.ref) > 2", "2 < length(r.ref)" } },
		{ "arithmetic on constants", { "const limit_cents = 2_000", "const limit_cents = 1_000 * 2" } },
		{ "a choice on constants", { "const limit_cents = 2_000", "const limit_cents = if 1 < 2 then 2_000 else 7" } },
		{ "a prompt in a file", { "\"Keep the loss.\"", "file \"keep.md\"" } },
		{ "a prompt in a const", { "context: \"Keep the loss.\"", "context: keep", "const closing", "const keep = file \"keep.md\"\nconst closing" } },
		{ "block text", { "\"Write a letter.\"", "\"\"\"\n    Write a letter.\n    \"\"\"" } },
		{ "an alias", { "type Rule { ref: text ..20, body: text ..100 }", "type Short = text ..20\ntype Rule { ref: Short, body: text ..100 }" } },
		{ "a label nobody uses", { "backend house", "label spare \"x\"\nbackend house" } },
		{ "an agent nobody calls", { "start triage", "agent spare(x: int) -> [Rule] ..6 via book { query: \"{{x}}\", top: 2 }\nstart triage" } },
		{ "a step nobody uses", { "  letter = write", "  spare = claim.cents + 7\n  letter = write" } },
		{ "a written type", { "  shown = ", "  shown: text ..9_000 = " } },
		{ "the limits in a const", { "within calls: 20", "within calls: twenty", "const closing", "const twenty = 20\nconst closing" } },
		{ "an agent as a copy", { "  model: \"house-2025-09-29\"\n  max_tokens: 700\n  context: \"Write a letter.\"\n", "  model: \"other-2025\"\n  max_tokens: 3\n  assistant: \"x\"\n  retry: 5\n", "    {{closing}}\n    \"\"\"\n}\n", "    \"\"\"\n}\nagent pen = plain via house { max_tokens: 7, retry: 0, context: \"Write a letter.\" }\nagent write = pen {\n  model: \"house-2025-09-29\"\n  max_tokens: 700\n  user: \"\"\"\n    About *{{gist}}*:\n    {{join(for r in rules where length(r.ref) > 2 sort r.ref desc yield \"[{{r.ref}}] {{r.body}}\", \"; \")}}\n    {{closing}}\n    \"\"\"\n}\n", "agent write(gist", "agent plain(gist" } },
		{ "a test", { "end Out { decision, receipt, letter: shown }\n", "end Out { decision, receipt, letter: shown }\ntest \"x\" { given claim = Claim { id: \"c\", story: \"Rain.\", cents: 1 } stub transfer fails timeout expect length(claim.story) > 4 }\n" } },
		{ "a double negation folded", { "2_000", "0 - -2_000" } },
	};

	CHECK(edits, true);
}

Test(compile, gives_other_bytes_for_another_program)
{
	static const struct edit edits[] = {
		{ "a byte of a prompt", { "Keep the loss.", "Keep the loss!" } },
		{ "a space in a prompt", { "Keep the loss.", "Keep the loss. " } },
		{ "a byte of block text", { "About", "about" } },
		{ "a description", { "\"what happened\"", "\"what happened?\"" } },
		{ "no description", { " \"what happened\"", "" } },
		{ "a label's description", { "\"personal data\"", "\"private data\"" } },
		{ "a model", { "house-2025-09-29", "house-2025-09-30" } },
		{ "a temperature", { "temperature: 0", "temperature: 0.1" } },
		{ "no temperature", { "  temperature: 0\n", "" } },
		{ "max_tokens", { "max_tokens: 200", "max_tokens: 201" } },
		{ "a timeout", { "timeout: 20s", "timeout: 21s" } },
		{ "a retry", { "retry: 2", "retry: 1" } },
		{ "top", { "top: 6", "top: 5" } },
		{ "a method", { "\"POST\"", "\"PUT\"" } },
		{ "calls promised", { "calls: 20", "calls: 21" } },
		{ "tokens promised", { "tokens: 60_000", "tokens: 60_001" } },
		{ "time promised", { "time: 30m", "time: 31m" } },
		{ "a width promised", { "time: 30m", "time: 30m, width: 4" } },
		{ "no promise of calls", { "calls: 20, ", "" } },
		{ "accepts more", { "backend book: retrieve accepts @untrusted", "backend book: retrieve accepts @untrusted @pii" } },
		{ "taints less", { " taints @untrusted", "" } },
		{ "a label on a field", { "id: text ..40\n  story", "id: text ..40 @pii\n  story" } },
		{ "a reason", { "\"only the loss\"", "\"only the loss.\"" } },
		{ "a fn's reason", { "\"one bit\"", "\"a bit\"" } },
		{ "a name of a fn that drops", { "fn small", "fn little", "if small", "if little" } },
		{ "a range", { "text ..800)", "text ..801)" } },
		{ "a length", { "[Rule] ..6 via", "[Rule] ..7 via", "rules: [Rule] ..6", "rules: [Rule] ..7" } },
		{ "order of a record's fields", { "ref: text ..20, body: text ..100", "body: text ..100, ref: text ..20" } },
		{ "order of variants", { " | deny(text ..50) | refer", " | refer | deny(text ..50)" } },
		{ "a field's name", { "type Receipt { id: text ..60 }", "type Receipt { key: text ..60 }" } },
		{ "a type's name", { "-> Receipt via", "-> Slip via", "type Receipt {", "type Slip {", "receipt: Receipt?", "receipt: Slip?" } },
		{ "a variant's name", { "| refer", "| defer", "deny | refer ->", "deny | defer ->" } },
		{ "a copy for its original", { "start triage", "agent terse = summarise { max_tokens: 200 }\nstart triage", "gist = summarise", "gist = terse" } },
		{ "an agent's name", { "agent write(", "agent compose(", "= write(", "= compose(" } },
		{ "an agent's parameter", { "agent search(query: text ..100)", "agent search(what: text ..100)", "query: \"{{query}}\"", "query: \"{{what}}\"", "search(query: gist)", "search(what: gist)" } },
		{ "an input's name", { "start triage(claim: Claim)", "start triage(c: Claim)", "  gist =", "  claim = c\n  gist =" } },
		{ "the flow's name", { "start triage", "start triage_two" } },
		{ "a backend's name", { "backend book:", "backend shelf:", "via book", "via shelf" } },
		{ "a label's name", { "label untrusted", "label foreign", "accepts @pii @untrusted", "accepts @pii @foreign", "retrieve accepts @untrusted", "retrieve accepts @foreign", "taints @untrusted", "taints @foreign", "@pii @untrusted \"what", "@pii @foreign \"what", "drops @untrusted", "drops @foreign", "Receipt? @pii @untrusted", "Receipt? @pii @foreign", "..4_000 @pii @untrusted", "..4_000 @pii @foreign" } },
		{ "order of messages", { "  user: \"{{story}}\"\n", "  assistant: \"Yes?\"\n  user: \"{{story}}\"\n" } },
		{ "a constant in the flow", { "limit_cents = 2_000", "limit_cents = 2_001" } },
		{ "headers", { "  body:", "  headers: Headers { accept: \"a/b\", x_trace: \"1\" }\n  body:" } },
		{ "a query", { "  body:", "  query: Query { claim: \"{{id}}\", all: \"yes\", c: text(cents) }\n  body:" } },
		{ "idempotent", { "  body:", "  idempotent: true\n  retry: 3\n  body:" } },
		{ "stops", { "max_tokens: 200", "max_tokens: 200\n  stop: [\"a\", \"b\"]" } },
		{ "no stops", { "max_tokens: 200", "max_tokens: 200\n  stop: []" } },
		{ "more of a model", { "max_tokens: 200", "max_tokens: 200\n  top_p: 0.25\n  seed: 7\n  weights: \"sha256:x\"" } },
		{ "more of a search", { "  top: 6\n", "  top: 6\n  mode: \"hybrid\"\n  min_score: -0.5\n  collection: \"c\"\n" } },
		{ "an empty prompt", { "\"Keep the loss.\"", "\"\"" } },
		{ "a prompt twice", { "user: \"{{story}}\"", "user: \"{{story}}\"\n  assistant: \"{{story}}\"\n  user: \"Keep the loss.\"" } },
		{ "a file's bytes", { "\"Keep the loss.\"", "file \"keep.md\" + \"!\"" } },
		{ "a where", { "where length(r.ref) > 2 ", "" } },
		{ "a sort", { " sort r.ref desc", "" } },
		{ "a direction", { " desc yield", " yield" } },
		{ "a require", { "  letter = write", "  require claim.cents > 1 else \"no\"\n  letter = write" } },
		{ "a second sample", { "  letter = write(gist, rules)\n", "  letter = write(gist, rules: first(rules + search(query: gist), 6))\n" } },
	};

	CHECK(edits, false);
}

Test(compile, keeps_what_a_require_guards_below_it)
{
	static const struct edit edits[] = {
		{ "above", { "  receipt = match", "  require claim.cents > 1 else \"no\"\n  receipt = match" } },
		{ "below", { "  letter = write", "  require claim.cents > 1 else \"no\"\n  letter = write" } },
	};
	struct failing_alloc alloc;
	struct wr_buf got[2];

	failing_alloc_init(&alloc);
	for (int i = 0; i < 2; i++) {
		struct wr_text source = apply(&edits[i]);

		must_compile(&alloc.hook, source, &got[i], edits[i].claim);
		free((void *)(uintptr_t)source.at);
	}
	cr_expect(!wr_text_eq(wr_buf_view(&got[0]), wr_buf_view(&got[1])));
	wr_buf_free(&got[0]);
	wr_buf_free(&got[1]);
	cr_assert_eq(alloc.live_bytes, 0);
}

/* A small program on which every allocation fails once, and every later one with it. */
Test(compile, survives_every_allocation_failure)
{
	static const char source[] =
	    "writ 1\n"
	    "label pii \"x\"\n"
	    "backend b: llm accepts @pii\n"
	    "type R { why: text ..20, ok: bool, n: int ..9 }\n"
	    "fn f(r: R) -> text drops @pii because \"y\" = if r.ok then \"a{{r.n}}\" else \"b\"\n"
	    "agent a(x: text ..9) -> R via b { model: \"m-2025\", max_tokens: 9, context: file \"keep.md\", user: \"{{x}}\" }\n"
	    "start s(x: text ..9 @pii) -> text ..99\n"
	    "  r = a(x)\n"
	    "  require r.n > 2 and length(for y in [1, r.n] where y > 1 yield y * 2) > 0 else \"no\"\n"
	    "end f(r)\n";
	struct failing_alloc f = { 0 };
	long runs = 0;

	while (failing_alloc_next(&f)) {
		struct wr_buf bytecode;
		enum wr_status status = compile(&f.hook, (struct wr_text){ source, sizeof source - 1 }, &bytecode, NULL);

		if (f.calls > f.fail_at && f.fail_at >= 0)
			cr_expect_eq(status, WR_NOMEM, "call %ld: %s", f.fail_at, wr_status_text(status));
		else
			cr_expect_eq(status, WR_OK, "%s", wr_status_text(status));
		wr_buf_free(&bytecode);
		cr_expect_eq(f.live_bytes, 0);
		runs++;
	}
	cr_expect(runs > 10);
}

/* The same for a program whose labels are wrong: messages take memory too. */
Test(compile, explains_or_runs_out_of_memory)
{
	static const char source[] = "writ 1\n"
				     "label pii \"x\"\n"
				     "label untrusted \"y\"\n"
				     "backend b: llm accepts @untrusted\n"
				     "type D = a(text ..9 @pii) | z\n"
				     "agent ask(x: text ..9) -> bool via b { model: \"m-2025\", max_tokens: 9, user: \"{{x}}\" }\n"
				     "start s(d: D @untrusted) -> text ..99\n"
				     "  r = match d { a(x) -> ask(x), z -> tru }\n"
				     "end \"{{r}}\"\n";
	static const char *const ends[] = { "tru ", "true" };
	struct failing_alloc f;

	for (int i = 0; i < 2; i++) {
		char text[sizeof source];

		memcpy(text, source, sizeof source);
		memcpy(strstr(text, "tru "), ends[i], 4);
		f = (struct failing_alloc){ 0 };
		while (failing_alloc_next(&f)) {
			struct wr_buf bytecode;
			enum wr_status status = compile(&f.hook, wr_text_of(text), &bytecode, NULL);

			cr_expect(status == WR_REFUSED || status == WR_NOMEM, "%s", wr_status_text(status));
			cr_expect(f.fail_at < 0 || f.calls > f.fail_at || status == WR_REFUSED);
			wr_buf_free(&bytecode);
			cr_expect_eq(f.live_bytes, 0);
		}
	}
}

static enum wr_status
warn(const struct wr_alloc *alloc, const char *allow, const char *deny, uint32_t *ret_warnings)
{
	static const char source[] = "writ 1\nlabel spare \"x\"\nstart s(n: int) -> text ..99\nend \"\"\"\n  a \n  \"\"\"\n";
	struct wr_text allowed = allow != NULL ? wr_text_of(allow) : WR_TEXT("");
	struct wr_text denied = deny != NULL ? wr_text_of(deny) : WR_TEXT("");
	struct wc_options options = {
		.allow = &allowed, .allow_len = allow != NULL, .deny = &denied, .deny_len = deny != NULL };
	struct wc_result result;
	struct wr_buf bytecode;
	enum wr_status status;

	wr_buf_init(&bytecode, alloc, WR_MODULE_MAX);
	status = wc_compile(alloc, "warn.wf", wr_text_of(source), &options, &bytecode, &result);
	*ret_warnings = result.diags.warnings;
	wr_buf_free(&bytecode);
	wc_result_free(&result);
	return status;
}

Test(compile, allows_and_denies_warnings)
{
	static const struct {
		const char *allow, *deny;
		enum wr_status status;
		uint32_t warnings;
	} cases[] = {
		{ NULL, NULL, WR_OK, 2 },
		{ "unused", NULL, WR_OK, 1 },
		{ "trailing_spaces", NULL, WR_OK, 1 },
		{ NULL, "unused", WR_REFUSED, 2 },
		{ NULL, "floating_model", WR_OK, 2 },
		{ "unused", "unused", WR_OK, 1 },
	};
	struct failing_alloc alloc;

	failing_alloc_init(&alloc);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t warnings;

		cr_expect_eq(warn(&alloc.hook, cases[i].allow, cases[i].deny, &warnings), cases[i].status, "%zu", i);
		cr_expect_eq(warnings, cases[i].warnings, "%zu: %u", i, warnings);
	}
	cr_assert_eq(alloc.live_bytes, 0);
}
