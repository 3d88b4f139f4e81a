/* What `writ check --policy` says beyond what its goldens show: edits, places, policies that no file shows. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/diag_parts.h"
#include "runtime/json.h"
#include "runtime/sysalloc.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "tests/support/law.h"
#include "vm/base/limits.h"

TestSuite(law_say, .timeout = 60);

static bool
has(const struct wr_buf *said, const char *words)
{
	return said->size > 0 && memmem(said->at, said->size, words, strlen(words)) != NULL;
}

/* What is said of a source under the goldens' policy with these members. */
static enum wr_status
say(const char *members, struct wr_text source, struct wr_buf *said)
{
	struct wc_result result;
	struct wc_diags diags;
	struct wd_law law;
	enum wr_status s;

	law_open(&law, members);
	s = law_check(&law, wd_alloc(), "a.wf", source, NULL, &result, &diags, said);
	wc_result_free(&result);
	wd_law_close(&law);
	return s;
}

#define HEAD "writ 1\n\nlabel pii \"personal data\"\n\n"

Test(law_say, one_place_that_is_wrong_in_two_ways_is_one_message)
{
	static const char source[] = HEAD "type Person { name: text ..80 }\n\n"
					  "start hello(writer: Person, reader: Person) -> text ..200\n"
					  "end \"{{writer.name}} to {{reader.name}}\"\n";
	struct wr_buf said;

	wr_buf_init(&said, wd_alloc(), 1 << 16);
	cr_expect_eq(say("\"workflows\": { \"hello\": { \"inputs\": { \"writer.name\": [\"pii\"], \"reader.name\": [\"pii\"] } } }",
			 WR_TEXT(source), &said),
	    WR_REFUSED);
	cr_expect(has(&said, "error[E0907]: the policy demands that `writer.name` is labelled @pii"), "%s", said.at);
	cr_expect(has(&said, "= note: also: reader.name lacks @pii"), "%s", said.at);
	cr_expect(!has(&said, "that `reader.name`"), "%s", said.at);
	wr_buf_free(&said);
}

Test(law_say, a_label_above_the_field_is_enough)
{
	static const char *const sources[] = {
		HEAD "type Person { name: text ..80 @pii }\n\ntype Out { words: text ..80 @pii }\n\n"
		     "start hello(people: [Person] ..4) -> [Out] ..4\n"
		     "end for p in people { yield Out { words: p.name } }\n",
		HEAD "type Inner { name: text ..80 }\n\ntype Person { inner: Inner? @pii }\n\n"
		     "start hello(people: [Person] ..4) -> int\nend length(people)\n",
	};
	static const char *const members[] = {
		"\"workflows\": { \"hello\": { \"inputs\": { \"people.name\": [\"pii\"] } } }",
		"\"workflows\": { \"hello\": { \"inputs\": { \"people.inner.name\": [\"pii\"] } } }",
	};

	for (size_t i = 0; i < 2; i++) {
		struct wr_buf said;

		wr_buf_init(&said, wd_alloc(), 1 << 16);
		cr_expect_eq(say(members[i], wr_text_of(sources[i]), &said), WR_OK, "%s", said.at);
		cr_expect(!has(&said, "error"), "%s", said.at);
		wr_buf_free(&said);
	}
}

Test(law_say, names_one_owner_or_the_quorum)
{
	static const char source[] = "writ 1\n\nstart nobody() -> int\nend 1\n";
	static const struct {
		const char *owners, *words;
	} cases[] = {
		{ "\"owners\": { \"threshold\": 1, \"persons\": [\"ines\"] }", "ask an owner of the policy to add this workflow: ines\n" },
		{ "\"owners\": { \"threshold\": 1, \"persons\": [\"ines\", \"dora\"] }",
		    "ask an owner of the policy to add this workflow: ines, dora\n" },
		{ "\"owners\": { \"threshold\": 3, \"persons\": [\"ines\", \"dora\", \"paul\"] }",
		    "ask the owners of the policy to add this workflow; 3 of them must sign: ines, dora, paul\n" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_buf said;

		wr_buf_init(&said, wd_alloc(), 1 << 16);
		cr_expect_eq(say(cases[i].owners, WR_TEXT(source), &said), WR_REFUSED);
		cr_expect(has(&said, cases[i].words), "%s\n%s", cases[i].words, said.at);
		wr_buf_free(&said);
	}
}

Test(law_say, a_long_list_of_names_is_cut)
{
	static const char source[] = "writ 1\n\nstart nobody() -> int\nend 1\n";
	struct wr_buf said;

	wr_buf_init(&said, wd_alloc(), 1 << 16);
	cr_expect_eq(say("\"workflows\": {\"a1\":{},\"a2\":{},\"a3\":{},\"a4\":{},\"a5\":{},\"a6\":{},\"a7\":{},\"a8\":{}}",
			 WR_TEXT(source), &said),
	    WR_REFUSED);
	cr_expect(has(&said, "it has a1, a2, a3, a4, a5, a6 and 2 more\n"), "%s", said.at);
	wr_buf_free(&said);
}

/* As when the version in force is signed in .writ/policy and policy.json is another one. */
Test(law_say, a_policy_that_no_file_shows_is_quoted_by_path)
{
	static const char source[] = HEAD "start triage(claim: text ..9, note: text ..9) -> int\nend 1\n";
	struct wc_result result;
	struct wc_diags diags;
	struct wr_buf said;
	struct wd_law law;

	wr_buf_init(&said, wd_alloc(), 1 << 16);
	law_open(&law, "\"workflows\": { \"triage\": { \"inputs\": { \"note\": [\"pii\"], \"claim.name\": [\"pii\"] } } }");
	law.source = (struct wc_source){ .name = NULL };
	cr_expect_eq(law_check(&law, wd_alloc(), "a.wf", WR_TEXT(source), NULL, &result, &diags, &said), WR_REFUSED);
	cr_expect(has(&said, "= note: version 1 of the policy, at `workflows.triage.inputs.note`: must carry these\n"), "%s",
	    said.at);
	cr_expect(has(&said, "at `workflows.triage.inputs[\"claim.name\"]`: this path\n"), "%s", said.at);
	cr_expect(!has(&said, ":::"), "%s", said.at);
	wc_result_free(&result);
	wd_law_close(&law);
	wr_buf_free(&said);
}

/* ---- edits -------------------------------------------------------------------------------- */

/* The source with the first edit of every message, from the last place to the first. */
static void
edited(struct wr_text source, const struct wc_diags *diags, struct wr_buf *out)
{
	size_t at = 0;

	for (const struct wc_diag *d = diags->first; d != NULL; d = d->next) {
		const struct wc_diag_edit *e = d->edits;

		if (d->edits_len == 0)
			continue;
		cr_assert_geq(e->span.start, at, "edits in order");
		wr_buf_add(out, source.at + at, e->span.start - at);
		wr_buf_text(out, e->text);
		at = e->span.end;
	}
	wr_buf_add(out, source.at + at, source.size - at);
}

Test(law_say, what_a_tool_may_change_is_then_allowed)
{
	static const char *const files[] = { "limits_promised", "workflow_near", "width", "taints_more" };
	static const char near[] = "writ 1\n\nstart helo() -> int\nend 1\n";

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct wr_buf source, after, said;
		struct wc_result result;
		struct wc_diags diags;
		struct wd_law law;
		char path[128];

		wr_buf_init(&source, wd_alloc(), 1 << 16);
		wr_buf_init(&after, wd_alloc(), 1 << 16);
		wr_buf_init(&said, wd_alloc(), 1 << 16);
		(void)snprintf(path, sizeof path, "tests/golden/policy/%s.wf", files[i]);
		flow_file_read(path, &source);
		if (source.size == 0)
			wr_buf_str(&source, near);
		law_open(&law, NULL);
		cr_expect_eq(law_check(&law, wd_alloc(), "a.wf", wr_buf_view(&source), NULL, &result, &diags, &said),
		    WR_REFUSED);
		edited(wr_buf_view(&source), &diags, &after);
		wc_result_free(&result);
		said.size = 0;
		(void)law_check(&law, wd_alloc(), "a.wf", wr_buf_view(&after), NULL, &result, &diags, &said);
		cr_expect_eq(diags.errors, 0, "%s", said.at);
		/* the label must be written where the answers go, as the compiler then says */
		cr_expect(result.diags.errors == 0 || strcmp(files[i], "taints_more") == 0, "%s", said.at);
		wc_result_free(&result);
		wd_law_close(&law);
		wr_buf_free(&source);
		wr_buf_free(&after);
		wr_buf_free(&said);
	}
}

/* ---- memory --------------------------------------------------------------------------------- */

Test(law_say, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 };
	struct wr_load_refusal refusal;
	struct wr_buf source, bytecode;
	struct wr_module *module;
	struct wc_result result;
	struct wd_law law;

	wr_buf_init(&source, wd_alloc(), 1 << 16);
	wr_buf_init(&bytecode, wd_alloc(), WR_MODULE_MAX);
	flow_file_read("tests/golden/policy/limits.wf", &source);
	law_open(&law, "\"workflows\": {}");
	cr_assert_eq(wc_compile(wd_alloc(), "a.wf", wr_buf_view(&source), NULL, &bytecode, &result), WR_OK);
	cr_assert_eq(wr_load((const uint8_t *)bytecode.at, bytecode.size, wd_alloc(), &module, &refusal), WR_OK);
	while (failing_alloc_next(&f)) {
		struct wc_diags diags;
		struct wr_arena arena;

		wr_arena_init(&arena, &f.hook, 16u << 20);
		wc_diags_init(&diags, &arena);
		cr_expect_eq(wd_law_judge(&law, &result, module, &diags), f.calls > f.fail_at && f.fail_at >= 0 ? WR_NOMEM : WR_OK);
		wr_arena_free(&arena);
		cr_assert_eq(f.live_bytes, 0);
	}
	wr_module_free(module);
	wc_result_free(&result);
	wd_law_close(&law);
	wr_buf_free(&bytecode);
	wr_buf_free(&source);
}

/* ---- where in the bytes ----------------------------------------------------------------------- */

static const char document[] = " { \"a\" : {\"b.c\":[1,{\"x\":\"}]\\\"\"}], \"d\":-1.5e3}\n, \"e\":\"\\\\\", \"f\":{} ,\"g\":null}";

Test(law_say, a_member_is_found_where_it_stands)
{
	static const struct {
		const char *names[3];
		const char *name, *value; /* NULL: there is none */
	} cases[] = {
		{ { "a" }, "\"a\"", "{\"b.c\":[1,{\"x\":\"}]\\\"\"}], \"d\":-1.5e3}" },
		{ { "a", "b.c" }, "\"b.c\"", "[1,{\"x\":\"}]\\\"\"}]" },
		{ { "a", "d" }, "\"d\"", "-1.5e3" },
		{ { "e" }, "\"e\"", "\"\\\\\"" },
		{ { "f" }, "\"f\"", "{}" },
		{ { "g" }, "\"g\"", "null" },
		{ { "a", "x" }, NULL, NULL },
		{ { "a", "b.c", "x" }, NULL, NULL },
		{ { "f", "g" }, NULL, NULL },
		{ { "e", "g" }, NULL, NULL },
		{ { "h" }, NULL, NULL },
		{ { "" }, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_text names[3], bytes = wr_text_of(document);
		struct wd_json_found at;
		size_t len = 0;
		bool found;

		for (; len < 3 && cases[i].names[len] != NULL; len++)
			names[len] = wr_text_of(cases[i].names[len]);
		found = wd_json_find(bytes, names, len, &at);
		cr_expect_eq(found, cases[i].name != NULL, "case %zu", i);
		if (!found || cases[i].name == NULL)
			continue;
		cr_expect(wr_text_eq((struct wr_text){ bytes.at + at.name, at.name_end - at.name }, wr_text_of(cases[i].name)),
		    "case %zu", i);
		cr_expect(
		    wr_text_eq((struct wr_text){ bytes.at + at.value, at.value_end - at.value }, wr_text_of(cases[i].value)),
		    "case %zu", i);
	}
	cr_expect(!wd_json_find(WR_TEXT("{}"), NULL, 0, &(struct wd_json_found){ 0 }));
}

/* What is no document, or is cut, is looked through to its end and no further. */
Test(law_say, looking_for_a_member_never_leaves_the_bytes)
{
	static const char bytes[] = "{}[]\",:\\a1 ";
	static const struct wr_text names[] = { { "a", 1 }, { "g", 1 } };
	uint64_t state = 1;

	for (size_t round = 0; round < 20000; round++) {
		size_t size = round < sizeof document ? round : round % 24;
		char *exact = malloc(size + (size == 0));
		struct wd_json_found at;

		cr_assert_not_null(exact);
		for (size_t i = 0; i < size; i++) {
			state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			exact[i] = round < sizeof document ? document[i] : bytes[(state >> 33) % (sizeof bytes - 1)];
		}
		if (wd_json_find((struct wr_text){ exact, size }, names, 1 + round % 2, &at))
			cr_expect(at.name < at.name_end && at.name_end <= at.value && at.value <= at.value_end && at.value_end <= size);
		free(exact);
	}
}
