/* SARIF: each part of a message in its member, to the byte, and logs that hold together. */
#include "compiler/compile_limits.h"
#include "compiler/diag.h"
#include "runtime/json.h"
#include "tests/support/failing_alloc.h"

#include <criterion/criterion.h>

TestSuite(sarif, .timeout = 20);

static struct failing_alloc memory;
static struct wr_arena arena;
static struct wc_diags diags;
static struct wr_buf out;

static const struct wc_source main_source = { "my claims/a:1.wf", "writ 1\n\nstart \xC3\xA9 = x\n",
	20 };
static const struct wc_source prompt = { "my claims/p.md", "Dear {{x}}\n", 11 };

static void
setup(void)
{
	failing_alloc_init(&memory);
	wr_arena_init(&arena, &memory.hook, WC_ARENA_MAX);
	wc_diags_init(&diags, &arena);
	wr_buf_init(&out, &memory.hook, 1 << 20);
}

static void
teardown(void)
{
	wr_buf_free(&out);
	wr_arena_free(&arena);
	cr_assert_eq(memory.live_bytes, 0);
}

static void
add_two(void)
{
	struct wc_diag *d = wc_diag_add(&diags, WC_E0301, (struct wc_span){ &main_source, 17, 18 },
	    "`%s` may \"not\" go", "@pii");

	wc_diag_label(d, "sends it");
	wc_diag_also(d, (struct wc_span){ &prompt, 5, 10 }, "from here");
	wc_diag_note(d, "a fact\non two lines");
	wc_diag_help(d, "send less");
	wc_diag_help(d, "or accept it");
	wc_diag_edit(d, (struct wc_span){ &main_source, 17, 18 }, WR_TEXT("y"));
	wc_diag_edit(d, (struct wc_span){ &prompt, 5, 10 }, WR_TEXT(""));
	wc_diag_edit(d, (struct wc_span){ &main_source, 0, 0 }, WR_TEXT("//\n"));
	(void)wc_diag_add(&diags, WC_W0801, (struct wc_span){ NULL, 0, 0 }, "nowhere");
}

Test(sarif, says_each_part_of_a_message_in_its_member, .init = setup, .fini = teardown)
{
	static const char want[] =
	    ",\"level\":\"error\",\"message\":{\"text\":\"`@pii` may \\\"not\\\" go\\nhelp: send "
	    "less\\n"
	    "help: or accept "
	    "it\"},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":"
	    "\"my%20claims/a%3A1.wf\",\"uriBaseId\":\"%SRCROOT%\"},\"region\":{\"startLine\":3,"
	    "\"startColumn\":9,\"endLine\":3,\"endColumn\":10,\"byteOffset\":17,\"byteLength\":1}},"
	    "\"message\":{\"text\":\"sends it\"}}],\"relatedLocations\":[{\"physicalLocation\":{"
	    "\"artifactLocation\":{\"uri\":\"my%20claims/"
	    "p.md\",\"uriBaseId\":\"%SRCROOT%\"},\"region\":{"
	    "\"startLine\":1,\"startColumn\":6,\"endLine\":1,\"endColumn\":11,\"byteOffset\":5,"
	    "\"byteLength\":5}},\"message\":{\"text\":\"from here\"}},{\"physicalLocation\":{"
	    "\"artifactLocation\":{\"uri\":\"my%20claims/a%3A1.wf\",\"uriBaseId\":\"%SRCROOT%\"},"
	    "\"region\":{\"startLine\":3,\"startColumn\":9,\"endLine\":3,\"endColumn\":10,"
	    "\"byteOffset\":17,\"byteLength\":1}},\"message\":{\"text\":\"a fact\\non two "
	    "lines\"}}],"
	    "\"fixes\":[{\"description\":{\"text\":\"send less\"},\"artifactChanges\":[{"
	    "\"artifactLocation\":{\"uri\":\"my%20claims/a%3A1.wf\",\"uriBaseId\":\"%SRCROOT%\"},"
	    "\"replacements\":[{\"deletedRegion\":{\"byteOffset\":17,\"byteLength\":1},"
	    "\"insertedContent\":{\"text\":\"y\"}},{\"deletedRegion\":{\"byteOffset\":0,"
	    "\"byteLength\":0},"
	    "\"insertedContent\":{\"text\":\"//\\n\"}}]},{\"artifactLocation\":{\"uri\":"
	    "\"my%20claims/"
	    "p.md\",\"uriBaseId\":\"%SRCROOT%\"},\"replacements\":[{\"deletedRegion\":{"
	    "\"byteOffset\":5,\"byteLength\":5},\"insertedContent\":{\"text\":\"\"}}]}]}]},\n"
	    "{\"ruleId\":\"W0801\",\"ruleIndex\":";
	const char *from;

	add_two();
	wc_diags_render(&diags, WC_DIAG_SARIF, true, &out);
	wr_buf_byte(&out, '\0');
	cr_assert_eq(out.status, WR_OK);
	from = strstr(out.at, ",\"level\"");
	cr_assert_not_null(from);
	cr_expect_eq(strncmp(from, want, sizeof want - 1), 0, "want\n%s\ngot\n%s", want, from);
	cr_expect_not_null(
	    strstr(from, ",\"level\":\"warning\",\"message\":{\"text\":\"nowhere\"}}"));
}

/* The one run of a log that parses. */
static const struct wd_json *
run_of(struct wd_json_doc *doc)
{
	const struct wd_json *run;

	cr_assert_eq(wd_json_parse(doc, &memory.hook, wr_buf_view(&out), 1 << 20, NULL), WR_OK,
	    "%.*s", (int)out.size, out.at);
	cr_expect(wd_json_text_is(wd_json_get(doc->root, "version"), "2.1.0"));
	run = wd_json_item(wd_json_get(doc->root, "runs"), 0);
	cr_assert_eq(wd_json_kind(run), WD_JSON_OBJECT);
	return run;
}

Test(sarif, is_a_log_whose_results_point_at_their_rules, .init = setup, .fini = teardown)
{
	struct wr_text failures[] = { WR_TEXT("cannot read \"b.wf\"") };
	const struct wd_json *run, *rules, *results;
	struct wd_json_doc doc;
	bool done = true;

	wc_sarif_open(&out, "0.1.0");
	add_two();
	diags.denied[WC_W0801] = true;
	wc_diags_render(&diags, WC_DIAG_SARIF, false, &out);
	wc_diags_render(&diags, WC_DIAG_SARIF, false, &out);
	wc_sarif_close(&out, failures, 1);
	run = run_of(&doc);
	rules = wd_json_get(wd_json_get(wd_json_get(run, "tool"), "driver"), "rules");
	results = wd_json_get(run, "results");
	cr_expect_eq(wd_json_len(rules), WC_CODE_COUNT);
	cr_expect_eq(wd_json_len(results), 4);
	for (size_t i = 0; i < wd_json_len(results); i++) {
		const struct wd_json *result = wd_json_item(results, i), *rule;
		int64_t at = -1;

		cr_assert(wd_json_int(wd_json_get(result, "ruleIndex"), &at));
		rule = wd_json_item(rules, (size_t)at);
		cr_expect(wr_text_eq(wd_json_text(wd_json_get(rule, "id")),
		    wd_json_text(wd_json_get(result, "ruleId"))));
		cr_expect(
		    wd_json_text_is(wd_json_get(result, "level"), "error"), "denied is an error");
	}
	run = wd_json_item(wd_json_get(run, "invocations"), 0);
	cr_expect(wd_json_bool(wd_json_get(run, "executionSuccessful"), &done) && !done);
	run = wd_json_item(wd_json_get(run, "toolExecutionNotifications"), 0);
	cr_expect(wd_json_text_is(
	    wd_json_get(wd_json_get(run, "message"), "text"), "cannot read \"b.wf\""));
	wd_json_free(&doc);
}

Test(sarif, is_a_log_when_nothing_was_said, .init = setup, .fini = teardown)
{
	const struct wd_json *run;
	struct wd_json_doc doc;
	bool done = false;

	wc_sarif_open(&out, "0.1.0");
	wc_diags_render(&diags, WC_DIAG_SARIF, false, &out);
	wc_sarif_close(&out, NULL, 0);
	run = run_of(&doc);
	cr_expect_eq(wd_json_len(wd_json_get(run, "results")), 0);
	run = wd_json_item(wd_json_get(run, "invocations"), 0);
	cr_expect(wd_json_bool(wd_json_get(run, "executionSuccessful"), &done) && done);
	wd_json_free(&doc);
}

Test(sarif, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 };

	setup();
	add_two();
	while (failing_alloc_next(&f)) {
		struct wr_buf log;

		wr_buf_init(&log, &f.hook, 1 << 20);
		wc_sarif_open(&log, "0.1.0");
		wc_diags_render(&diags, WC_DIAG_SARIF, false, &log);
		wc_sarif_close(&log, NULL, 0);
		cr_assert_eq(log.status, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		wr_buf_free(&log);
		cr_assert_eq(f.live_bytes, 0);
	}
	teardown();
}
