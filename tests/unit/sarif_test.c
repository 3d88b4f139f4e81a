/* SARIF: each part of a message in its member, to the byte, and logs that hold together. */
#include "compiler/compile_limits.h"
#include "compiler/writc.h"
#include "runtime/files.h"
#include "runtime/json.h"
#include "tests/support/front.h"
#include "vm/base/limits.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

TestSuite(sarif, .timeout = 60);

static const struct wc_source main_source = { "my claims/a:1.wf", "writ 1\n\nstart \xC3\xA9 = x\n",
	20 };
static const struct wc_source prompt = { "my claims/p.md", "Dear {{x}}\n", 11 };

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

Test(sarif, says_each_part_of_a_message_in_its_member, .init = front_begin, .fini = front_end)
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
	wc_diags_render(&diags, WC_DIAG_SARIF, true, &rendered);
	wr_buf_byte(&rendered, '\0');
	cr_assert_eq(rendered.status, WR_OK);
	from = strstr(rendered.at, ",\"level\"");
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

	cr_assert_eq(wd_json_parse(doc, &memory.hook, wr_buf_view(&rendered), 4 << 20, NULL), WR_OK,
	    "%.*s", (int)rendered.size, rendered.at);
	cr_expect(wd_json_text_is(wd_json_get(doc->root, "version"), "2.1.0"));
	run = wd_json_item(wd_json_get(doc->root, "runs"), 0);
	cr_assert_eq(wd_json_kind(run), WD_JSON_OBJECT);
	return run;
}

Test(sarif, is_a_log_whose_results_point_at_their_rules, .init = front_begin, .fini = front_end)
{
	struct wr_text failures[] = { WR_TEXT("cannot read \"b.wf\"") };
	const struct wd_json *run, *rules, *results;
	struct wd_json_doc doc;
	bool done = true;

	wc_sarif_open(&rendered, "0.1.0");
	add_two();
	diags.denied[WC_W0801] = true;
	wc_diags_render(&diags, WC_DIAG_SARIF, false, &rendered);
	wc_diags_render(&diags, WC_DIAG_SARIF, false, &rendered);
	wc_sarif_close(&rendered, failures, 1);
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

Test(sarif, is_a_log_when_nothing_was_said, .init = front_begin, .fini = front_end)
{
	const struct wd_json *run;
	struct wd_json_doc doc;
	bool done = false;

	wc_sarif_open(&rendered, "0.1.0");
	wc_diags_render(&diags, WC_DIAG_SARIF, false, &rendered);
	wc_sarif_close(&rendered, NULL, 0);
	run = run_of(&doc);
	cr_expect_eq(wd_json_len(wd_json_get(run, "results")), 0);
	run = wd_json_item(wd_json_get(run, "invocations"), 0);
	cr_expect(wd_json_bool(wd_json_get(run, "executionSuccessful"), &done) && done);
	wd_json_free(&doc);
}

Test(sarif, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 };

	front_begin();
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
	front_end();
}

/* ---- every message that the corpus draws, bad bytes and hidden characters included -------- */

static void
check_json_lines(const char *name, struct wr_text lines)
{
	while (lines.size > 0) {
		const char *end = memchr(lines.at, '\n', lines.size);
		struct wd_json_doc doc;
		size_t size;

		cr_assert_not_null(end, "%s", name);
		size = (size_t)(end - lines.at);
		cr_assert_eq(wd_json_parse(&doc, &memory.hook, (struct wr_text){ lines.at, size },
				 1 << 20, NULL),
		    WR_OK, "%s: %.*s", name, (int)size, lines.at);
		wd_json_free(&doc);
		lines.at += size + 1;
		lines.size -= size + 1;
	}
}

static void
check_source(const char *name, struct wr_text bytes)
{
	struct wc_result result;
	struct wr_buf code, lines;
	struct wd_json_doc doc;
	enum wr_status status;

	wr_buf_init(&code, &memory.hook, WR_MODULE_MAX);
	wr_buf_init(&lines, &memory.hook, 4 << 20);
	status = wc_compile(&memory.hook, name, bytes, NULL, &code, &result);
	cr_expect(status == WR_OK || status == WR_ABSENT || status == WR_REFUSED, "%s", name);
	rendered.size = 0;
	wc_sarif_open(&rendered, "0.1.0");
	wc_diags_render(&result.diags, WC_DIAG_SARIF, false, &rendered);
	wc_sarif_close(&rendered, NULL, 0);
	(void)run_of(&doc);
	wd_json_free(&doc);
	wc_diags_render(&result.diags, WC_DIAG_JSON, false, &lines);
	check_json_lines(name, wr_buf_view(&lines));
	wr_buf_free(&lines);
	wr_buf_free(&code);
	wc_result_free(&result);
}

Test(sarif, is_well_formed_for_the_whole_corpus, .init = front_begin, .fini = front_end)
{
	static const char *const folders[] = { "tests/golden/syntax", "tests/golden/compile" };
	int count = 0;

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		DIR *folder = opendir(folders[i]);
		struct dirent *entry;

		cr_assert(folder != NULL, "run from the root of the tree");
		while ((entry = readdir(folder)) != NULL) {
			const char *dot = strrchr(entry->d_name, '.');
			struct wr_buf bytes;
			char path[512];

			if (dot == NULL || strcmp(dot, ".wf") != 0)
				continue;
			(void)snprintf(path, sizeof path, "%s/%s", folders[i], entry->d_name);
			wr_buf_init(&bytes, &memory.hook, WC_SOURCE_MAX + 1);
			cr_assert_eq(wd_file_read(path, &bytes), WR_OK, "%s", path);
			check_source(entry->d_name, wr_buf_view(&bytes));
			wr_buf_free(&bytes);
			count++;
		}
		(void)closedir(folder);
	}
	cr_expect(count > 100);
}
