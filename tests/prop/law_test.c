/*
 * `writ check --policy` and the gate: whatever the program and whatever the policy, the one has a message exactly for
 * the conditions that the other does not meet. Programs are those of the tree, each with policies made at random
 * about what it uses, and generated ones. The gate is asked as `writ status` asks it. What is said stands in the
 * program's own files, in order.
 */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/diag_parts.h"
#include "runtime/cli/reader.h"
#include "runtime/judge.h"
#include "runtime/sysalloc.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "tests/support/generate.h"
#include "tests/support/law.h"
#include "tests/support/trust_fixture.h"
#include "vm/base/limits.h"
#include "vm/format/module.h"

TestSuite(law, .timeout = 300);

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define GENERATED 60u
#define POLICIES 8u
#else
#define GENERATED 300u
#define POLICIES 24u /* of each program */
#endif

static const struct {
	enum wd_code gate;
	enum wc_code said;
} pairs[] = {
	{ WD_CODE_WORKFLOW, WC_E0901 },
	{ WD_CODE_BACKEND, WC_E0902 },
	{ WD_CODE_BACKEND_KIND, WC_E0903 },
	{ WD_CODE_BACKEND_ACCEPTS, WC_E0904 },
	{ WD_CODE_BACKEND_TAINTS, WC_E0905 },
	{ WD_CODE_LABEL_OWNER, WC_E0906 },
	{ WD_CODE_INPUT_LABELS, WC_E0907 },
	{ WD_CODE_MODEL, WC_E0908 },
	{ WD_CODE_LIMIT_CALLS, WC_E0909 },
	{ WD_CODE_LIMIT_TOKENS, WC_E0910 },
	{ WD_CODE_LIMIT_TIME, WC_E0911 },
	{ WD_CODE_LIMIT_WIDTH, WC_E0912 },
};

#define PAIRS (sizeof pairs / sizeof *pairs)

static uint32_t told[PAIRS], silent;

/* ---- policies at random ------------------------------------------------------------------ */

struct dice {
	uint64_t state;
};

static uint32_t
roll(struct dice *d, uint32_t sides)
{
	d->state = d->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(d->state >> 33) % sides;
}

static void
put_text(struct wr_buf *out, struct wr_text t)
{
	wc_json_text(out, t);
}

/* Some of the labels that the policy has, as a list. `known` are those of the module; bit 63 is one of its own. */
static void
put_set(struct dice *d, const struct wr_summary *s, uint64_t known, uint64_t likely, struct wr_buf *out)
{
	bool any = false;

	wr_buf_byte(out, '[');
	for (uint32_t i = 0; i < s->labels_len; i++) {
		bool in = (likely >> i & 1) != 0 ? roll(d, 6) != 0 : roll(d, 5) == 0;

		if (!in || (known >> i & 1) == 0)
			continue;
		wr_buf_str(out, any ? "," : "");
		put_text(out, s->labels[i].name);
		any = true;
	}
	if (roll(d, 8) == 0)
		wr_buf_str(out, any ? ",\"another-one\"" : "\"another-one\"");
	wr_buf_byte(out, ']');
}

/* A path into the inputs, or one that leads nowhere. */
static void
put_path(struct dice *d, const struct wr_module *m, struct wr_buf *out)
{
	uint32_t input = roll(d, m->inputs_len), type = m->inputs[input].type;

	wr_buf_text(out, m->inputs[input].name);
	while (type != WR_NONE && roll(d, 4) != 0) {
		const struct wr_type *t = &m->types.at[type];
		uint32_t i;

		while (t->kind == WR_TYPE_LIST || t->kind == WR_TYPE_OPTION)
			t = &m->types.at[t->elem];
		if (t->members_len == 0)
			break;
		i = roll(d, t->members_len);
		wr_buf_byte(out, '.');
		wr_buf_text(out, t->members[i].name);
		type = t->members[i].type;
	}
	if (roll(d, 12) == 0)
		wr_buf_str(out, ".nowhere");
}

static void
put_backends(struct dice *d, const struct wr_summary *s, uint64_t known, struct wr_buf *out)
{
	static const struct {
		const char *kind, *entry;
	} protocols[] = {
		{ "llm", "\"protocol\":\"extract\",\"evidence\":\"embedded\"" },
		{ "retrieve", "\"protocol\":\"sqlite\",\"endpoint\":\"x\",\"evidence\":\"embedded\"" },
		{ "http", "\"protocol\":\"http\",\"endpoint\":\"http://x\",\"evidence\":\"provider-asserted\"" },
	};

	wr_buf_str(out, "\"backends\":{\"spare-one\":{\"protocol\":\"extract\",\"evidence\":\"embedded\",\"accepts\":[],\"taints\":[]}");
	for (uint32_t i = 0; i < s->backends_len; i++) {
		uint32_t which = roll(d, 3);

		if (roll(d, 8) == 0)
			continue;
		for (uint32_t k = 0; k < 3 && roll(d, 8) != 0; k++)
			if (strcmp(protocols[k].kind, s->backends[i].kind) == 0)
				which = k;
		wr_buf_byte(out, ',');
		put_text(out, s->backends[i].name);
		wr_buf_str(out, ":{");
		wr_buf_str(out, protocols[which].entry);
		wr_buf_str(out, ",\"accepts\":");
		put_set(d, s, known, s->backends[i].accepts, out);
		wr_buf_str(out, ",\"taints\":");
		put_set(d, s, known, roll(d, 2) == 0 ? s->backends[i].taints : 0, out);
		wr_buf_byte(out, '}');
	}
	wr_buf_str(out, "},");
}

static void
put_workflows(struct dice *d, const struct wr_module *m, const struct wr_summary *s, uint64_t known, struct wr_buf *out)
{
	uint32_t paths = m->inputs_len == 0 ? 0 : roll(d, 4);
	char seen[4][600];

	wr_buf_str(out, "\"workflows\":{");
	if (roll(d, 8) != 0) {
		put_text(out, s->workflow);
		wr_buf_str(out, ":{\"inputs\":{");
		for (uint32_t i = 0, len = 0; i < paths; i++) {
			struct wr_buf path;
			bool twice = false;

			wr_buf_init(&path, wd_alloc(), 500);
			put_path(d, m, &path);
			(void)snprintf(seen[len], sizeof seen[len], "%.*s", (int)path.size, path.at);
			wr_buf_free(&path);
			for (uint32_t k = 0; k < len; k++)
				twice = twice || strcmp(seen[k], seen[len]) == 0;
			if (twice)
				continue;
			wr_buf_str(out, len > 0 ? "," : "");
			put_text(out, wr_text_of(seen[len]));
			wr_buf_byte(out, ':');
			put_set(d, s, known, 0, out);
			len++;
		}
		wr_buf_str(out, "}}");
	}
	wr_buf_str(out, "},");
}

/* Around what the program takes: under it one time of four. */
static uint64_t
around(struct dice *d, uint64_t n, uint64_t least)
{
	uint64_t limit = roll(d, 4) == 0 ? n - (n > 0) : n + roll(d, 3);

	limit = limit < 1000000000000 ? limit : 1000000000000;
	return limit > least ? limit : least;
}

static void
put_limits(struct dice *d, const struct wr_summary *s, struct wr_buf *out)
{
	uint64_t width = s->promised.width != 0 ? s->promised.width : s->promised.calls;

	wr_buf_str(out, "\"limits\":{\"models\":[\"none-*\"");
	for (uint32_t i = 0; i < s->agents_len; i++)
		if (s->agents[i].model.size > 0 && s->agents[i].model.size < 200 && i < 60 && roll(d, 5) != 0) {
			wr_buf_byte(out, ',');
			put_text(out, s->agents[i].model);
		}
	wr_buf_str(out, "],\"calls\":");
	wr_buf_u64(out, around(d, s->promised.calls, 0));
	wr_buf_str(out, ",\"tokens\":");
	wr_buf_u64(out, around(d, s->promised.tokens, 0));
	wr_buf_str(out, ",\"time\":\"");
	wr_buf_u64(out, around(d, s->promised.time_ms, 1));
	wr_buf_str(out, "ms\",\"width\":");
	width = around(d, width, 1);
	wr_buf_u64(out, width < WR_LIST_MAX ? width : WR_LIST_MAX);
	wr_buf_str(out, "}");
}

/* Members of a policy about this program. */
static void
put_members(struct dice *d, const struct wr_module *m, struct wr_buf *out)
{
	const struct wr_summary *s = wr_module_summary(m);
	uint64_t known = 0;

	wr_buf_str(out, "\"labels\":{\"another-one\":{\"owner\":\"privacy\"}");
	for (uint32_t i = 0; i < s->labels_len; i++) {
		if (roll(d, 10) == 0 || i == 62)
			continue;
		known |= UINT64_C(1) << i;
		wr_buf_byte(out, ',');
		put_text(out, s->labels[i].name);
		wr_buf_str(out, ":{\"owner\":\"security\"}");
	}
	wr_buf_str(out, "},");
	put_backends(d, s, known, out);
	put_workflows(d, m, s, known, out);
	put_limits(d, s, out);
	wr_buf_byte(out, '\0');
}

/* ---- the two, side by side ---------------------------------------------------------------- */

static bool
is_said(const struct wc_diags *diags, enum wc_code code)
{
	for (const struct wc_diag *d = diags->first; d != NULL; d = d->next)
		if (d->code == code)
			return true;
	return false;
}

/* Each message stands in the program, none before the one above it. */
static const char *
check_places(const struct wd_law *law, const struct wc_diags *diags)
{
	for (const struct wc_diag *d = diags->first; d != NULL; d = d->next) {
		const struct wc_span *at = &d->marks[0].span;

		if (at->source == NULL || at->source == &law->source)
			return "a message does not stand in the program";
		if (d->helps_len == 0)
			return "a message does not say what to do";
		if (d->next != NULL && d->next->marks[0].span.source == at->source &&
		    d->next->marks[0].span.start < at->start)
			return "messages are not in order";
	}
	return NULL;
}

static const char *
compare(const struct wd_law *law, const struct wr_buf *bytecode, const struct wc_diags *diags)
{
	struct wd_json_error error;
	struct wd_chain chain;
	struct wd_case c;
	const char *wrong = check_places(law, diags);

	cr_assert_eq(wd_chain_read(&chain, wd_alloc(), wr_buf_view(&law->bytes), NULL, 0, NULL, &error), WR_OK);
	c = (struct wd_case){ .chain = &chain, .bytes = wr_buf_view(bytecode), .environment = WR_TEXT("development"),
		.now = FIXTURE_NOW };
	cr_assert_eq(wd_judge(&c), WR_OK);
	for (size_t i = 0; i < PAIRS; i++) {
		bool unmet = wd_verdict_unmet(&c.verdict, pairs[i].gate) != NULL;

		if (unmet != is_said(diags, pairs[i].said))
			wrong = wd_code_word(pairs[i].gate);
		told[i] += unmet;
	}
	silent += diags->errors == 0;
	wd_case_free(&c);
	wd_chain_free(&chain);
	return wrong;
}

static void
judge(const char *name, const struct wc_result *result, const struct wr_buf *bytecode, uint64_t seed)
{
	struct dice dice = { seed };
	struct wr_load_refusal refusal;
	struct wr_module *module;
	struct wr_arena arena;
	struct wr_buf members;
	struct wc_diags diags;
	struct wd_law law;
	const char *wrong;

	cr_assert_eq(wr_load((const uint8_t *)bytecode->at, bytecode->size, wd_alloc(), &module, &refusal), WR_OK);
	wr_buf_init(&members, wd_alloc(), 1 << 20);
	put_members(&dice, module, &members);
	law_open(&law, members.at);
	wr_arena_init(&arena, wd_alloc(), 64u << 20);
	wc_diags_init(&diags, &arena);
	diags.errors_max = UINT32_MAX;
	cr_assert_eq(wd_law_judge(&law, result, module, &diags), WR_OK);
	wrong = compare(&law, bytecode, &diags);
	cr_expect(wrong == NULL, "%s, policy %llu: %s\n%s", name, (unsigned long long)seed, wrong, members.at);
	wr_arena_free(&arena);
	wd_law_close(&law);
	wr_buf_free(&members);
	wr_module_free(module);
}

/* ---- programs ------------------------------------------------------------------------------- */

static enum wr_status
read_beside(void *user, struct wc_reading *reading)
{
	const char *slash = strrchr(reading->from, '/');
	struct wr_buf bytes;
	char path[512];

	(void)user;
	(void)snprintf(path, sizeof path, "%.*s%.*s", slash == NULL ? 0 : (int)(slash + 1 - reading->from),
	    reading->from, (int)reading->path.size, reading->path.at);
	wr_buf_init(&bytes, wd_alloc(), 1 << 20);
	flow_file_read(path, &bytes);
	reading->name = wr_arena_text(reading->arena, wr_text_of(path)).at;
	reading->bytes = wr_arena_text(reading->arena, wr_buf_view(&bytes));
	wr_buf_free(&bytes);
	return reading->bytes.size > 0 ? WR_OK : WR_ABSENT;
}

/* False: it is no program. */
static bool
try_program(const char *name, struct wr_text source, uint64_t policies)
{
	static const struct wc_options options = { .read = read_beside, .sha256 = wd_reader_sha256 };
	struct wc_result result;
	struct wr_buf bytecode;
	enum wr_status s;

	wr_buf_init(&bytecode, wd_alloc(), WR_MODULE_MAX);
	s = wc_compile(wd_alloc(), name, source, &options, &bytecode, &result);
	for (uint64_t i = 0; i < policies && s == WR_OK; i++)
		judge(name, &result, &bytecode, i * 1000003 + source.size);
	wr_buf_free(&bytecode);
	wc_result_free(&result);
	return s == WR_OK;
}

static void
expect_all_told(void)
{
	for (size_t i = 0; i < PAIRS; i++)
		cr_expect_gt(told[i], 5, "%s was hardly ever broken: the test has no teeth", wd_code_word(pairs[i].gate));
	cr_expect_gt(silent, 5);
}

Test(law, says_what_the_gate_refuses_of_programs_of_the_tree)
{
	static const char *const globs[] = { "examples/*/*.wf", "examples/*/*/*.wf", "tests/golden/claims/*.wf",
		"tests/golden/compile/*.wf", "tests/golden/policy/*.wf", "tests/golden/show/*.wf", "tests/golden/views/*.wf" };
	uint32_t programs = 0;

	for (size_t g = 0; g < sizeof globs / sizeof *globs; g++) {
		glob_t found;

		if (glob(globs[g], 0, NULL, &found) != 0)
			continue;
		for (size_t i = 0; i < found.gl_pathc; i++) {
			struct wr_buf source;

			wr_buf_init(&source, wd_alloc(), 1 << 20);
			flow_file_read(found.gl_pathv[i], &source);
			programs += try_program(found.gl_pathv[i], wr_buf_view(&source), POLICIES);
			wr_buf_free(&source);
		}
		globfree(&found);
	}
	cr_expect_gt(programs, 50, "%u programs", (unsigned)programs);
	expect_all_told();
}

Test(law, says_what_the_gate_refuses_of_generated_programs)
{
	uint32_t programs = 0;

	for (uint64_t seed = 1; programs < GENERATED; seed++) {
		struct wr_buf source;

		wr_buf_init(&source, wd_alloc(), 1 << 20);
		if (seed % 2 == 0)
			generate_steps(seed, &source);
		else
			generate_values(seed, &source);
		programs += try_program("generated.wf", wr_buf_view(&source), 3);
		wr_buf_free(&source);
	}
	cr_expect_gt(silent, 5);
}
