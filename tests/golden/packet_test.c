/*
 * The packet and its views of whole programs must be what tests/golden/views holds, to the byte; a change
 * stands at the top; and no text of anybody gets out of where it stands. WRIT_BLESS=1 writes instead of
 * comparing: read the difference before committing.
 */
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "tests/support/golden.h"
#include "vm/view/review.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(golden_packet, .timeout = 60);

#define FOLDER "tests/golden/views/"
#define NOW "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define WAS "f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define T(s) { s, sizeof(s) - 1 }

static const struct wr_packet_party who[] = {
	{ T("privacy"), 1, T("@pii of note reaches house by shorten; \xE2\x80\xAE<b>") },
	{ T("security"), 2, T("development requires it") },
};
static const struct wr_text why[] = { T("@pii of note reaches house by shorten"), T("\xE2\x80\xAE<b>"),
	T("development requires it") };
static const struct wr_review_party states[] = { { T("privacy"), 1, why, 2, true, T("1 of 1, chi") },
	{ T("security"), 2, &why[2], 1, false, T("0 of 2; it can come from ana or <script>") } };
static const struct wr_review_condition conditions[] = {
	{ true, "the bytecode verifies", "does-not-verify", "the author", T("") },
	{ false, "no required party rejects", "rejected", "the reviewer", T("\"</td>\033[31m\xE2\x80\xAE\xFF") },
};
static const struct wr_review_tests tests[] = {
	{ true, true, T("12 passed, stubs, signed by ana, 2026-11-22T05:00:00Z") },
	{ true, false, T("11 passed, 1 failed, recordings, signed by bo, 2026-11-21T05:00:00Z; failed: </td><script>\xE2\x80\xAE\033[31m") },
	{ false, false, T("test-\xFF<b>.json counts for nothing: it must be that a person of the policy signed it") },
};
static const struct wr_packet_backend rules[8] = {
	{ "openai", "provider-asserted", T("https://models.example/v1?<x>&'\"") },
	{ "sqlite", "embedded", T("handbook") },
};

static struct wr_module *
load(const struct wr_alloc *alloc, const struct wr_buf *source)
{
	struct wr_buf bytes, said;
	struct wr_load_refusal refusal;
	struct wr_module *module = NULL;

	wr_buf_init(&bytes, alloc, 1 << 20);
	wr_buf_init(&said, alloc, 1 << 20);
	cr_assert_eq(flow_compile(alloc, wr_buf_view(source), &bytes, &said), WR_OK, "%s", said.at);
	cr_assert_eq(wr_load((const uint8_t *)bytes.at, bytes.size, alloc, &module, &refusal), WR_OK);
	wr_buf_free(&said);
	wr_buf_free(&bytes);
	return module;
}

/* A file, with `from` (which must occur) replaced by `to`; from NULL: as it is. */
static struct wr_module *
load_changed(const struct wr_alloc *alloc, const char *path, const char *from, const char *to)
{
	struct wr_module *module;
	struct wr_buf text, changed;

	wr_buf_init(&text, alloc, 1 << 20);
	wr_buf_init(&changed, alloc, 1 << 20);
	flow_file_read(path, &text);
	cr_assert_gt(text.size, 0, "%s", path);
	if (from == NULL) {
		wr_buf_text(&changed, wr_buf_view(&text));
	} else {
		const char *at = strstr(text.at, from);

		cr_assert_not_null(at, "%s", from);
		wr_buf_add(&changed, text.at, (size_t)(at - text.at));
		wr_buf_str(&changed, to);
		wr_buf_str(&changed, at + strlen(from));
	}
	module = load(alloc, &changed);
	wr_buf_free(&changed);
	wr_buf_free(&text);
	return module;
}

enum form { PACKET, TEXT, COLOURED, HTML };

static enum wr_status
show(enum form form, const struct wr_module *now, const struct wr_module *was, struct wr_buf *out)
{
	struct wr_diff_side old = { was, was == NULL ? NULL : wr_module_summary(was), T(WAS) };
	struct wr_packet p = { .now = { now, wr_module_summary(now), T(NOW) },
		.basis = was == NULL ? NULL : &old,
		.environment = T("development"),
		.parties = who,
		.parties_len = 2,
		.backends = rules };
	struct wr_review r = { &p, T(WAS), 4711, false, true, states, 2, conditions, 2, tests,
		was == NULL ? 0 : 3 };
	struct wr_graph graph;
	struct wr_flows flows;
	struct wr_arena arena;
	enum wr_status s;

	wr_arena_init(&arena, out->alloc, 1 << 24);
	s = wr_graph_make(now, &arena, &graph);
	if (s == WR_OK)
		s = wr_flows_make(&graph, p.now.summary, &arena, &flows);
	p.graph = &graph;
	p.flows = &flows;
	if (s == WR_OK)
		s = form == PACKET ? wr_packet_write(&p, out)
		    : form == HTML ? wr_review_html(&r, WR_TEXT(""), WR_TEXT("x="), out)
				   : wr_review_text(&r, form == COLOURED, out);
	wr_arena_free(&arena);
	return s;
}

Test(golden_packet, says_the_same_in_every_form)
{
	static const struct {
		enum form form;
		const char *now, *was, *file;
	} cases[] = {
		{ PACKET, FOLDER "before.wf", NULL, FOLDER "before.packet" },
		{ PACKET, FOLDER "after.wf", FOLDER "before.wf", FOLDER "forth.packet" },
		{ PACKET, FOLDER "hostile.wf", NULL, FOLDER "hostile.packet" },
		{ TEXT, FOLDER "after.wf", FOLDER "before.wf", FOLDER "forth.review" },
		{ HTML, FOLDER "after.wf", FOLDER "before.wf", FOLDER "forth.html" },
		{ HTML, FOLDER "hostile.wf", NULL, FOLDER "hostile.html" },
	};
	struct failing_alloc f;

	failing_alloc_init(&f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_module *now = load_changed(&f.hook, cases[i].now, NULL, NULL);
		struct wr_module *was =
		    cases[i].was == NULL ? NULL : load_changed(&f.hook, cases[i].was, NULL, NULL);
		struct wr_buf out;

		wr_buf_init(&out, &f.hook, 1 << 20);
		cr_assert_eq(show(cases[i].form, now, was, &out), WR_OK);
		golden_expect(cases[i].file, wr_buf_view(&out));
		wr_buf_free(&out);
		wr_module_free(was);
		wr_module_free(now);
	}
	cr_expect_eq(f.live_bytes, 0);
}

/* One byte of a prompt, one setting, one label, one reason: what stands right under the digests. */
Test(golden_packet, a_change_stands_at_the_top)
{
	static const struct {
		const char *from, *to, *top;
	} cases[] = {
		{ "Be kind.", "Be kinf.", "\nwhat models and services are told\n  ~ agent shorten context\n" },
		{ "max_tokens: 100", "max_tokens: 101",
		    "\nmodels and parameters\n  ~ agent shorten max_tokens: 100 → 101\n" },
		{ "m-2025-01-01", "m-2025-01-02",
		    "\nmodels and parameters\n  ~ agent shorten model: \"m-2025-01-01\" → \"m-2025-01-02\"\n" },
		{ "name: text ..40 @pii", "name: text ..40",
		    "\nlabels reach more, or are taken off\n  - field Note.name is @pii\n" },
		{ "retrieve accepts @untrusted", "retrieve accepts @pii @untrusted",
		    "\nlabels reach more, or are taken off\n  + backend rules accepts @pii\n" },
		{ "for the loss alone", "for the lots alone", "\ndrops\n  ~ agent shorten drops @pii\n      " },
		{ "think step by step", "think step by stop",
		    "\nwhat models and services are told\n  ~ field Finding.reasoning is described as\n" },
	};
	struct wr_module *was;
	struct failing_alloc f;
	struct wr_buf same;

	failing_alloc_init(&f);
	was = load_changed(&f.hook, FOLDER "before.wf", NULL, NULL);
	wr_buf_init(&same, &f.hook, 1 << 20);
	cr_assert_eq(show(PACKET, was, was, &same), WR_OK);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_module *now =
		    load_changed(&f.hook, FOLDER "before.wf", cases[i].from, cases[i].to);
		const char *at;
		struct wr_buf out;

		wr_buf_init(&out, &f.hook, 1 << 20);
		cr_assert_eq(show(PACKET, now, was, &out), WR_OK);
		cr_expect_not(wr_text_eq(wr_buf_view(&same), wr_buf_view(&out)), "%s", cases[i].to);
		at = strstr(out.at, "\n  + sha256:" NOW "\n");
		cr_assert_not_null(at);
		at += sizeof "\n  + sha256:" NOW "\n" - 1;
		cr_expect_eq(strncmp(at, cases[i].top, strlen(cases[i].top)), 0, "%s:\n%s", cases[i].to, at);
		wr_buf_free(&out);
		wr_module_free(now);
	}
	wr_buf_free(&same);
	wr_module_free(was);
	cr_expect_eq(f.live_bytes, 0);
}

/* Nothing that a reader could not see, and no element that we did not mean. */
static void
expect_tame(const char *html)
{
	static const char *const known[] = { "!DOCTYPE html>", "html", "head", "meta", "title", "style",
		"body", "header", "h1", "h2", "h3", "h4", "span", "dl", "dt", "dd", "code", "nav", "ul", "li",
		"a href=\"#", "a>", "main", "section", "table", "thead", "tbody", "tr", "th", "td", "div", "br",
		"p", "b", "col", "colgroup", "details", "summary", "article", "pre", "mark", "del", "ins", "footer" };

	for (const char *at = html; *at != '\0'; at++) {
		const char *name = at[1] == '/' ? at + 2 : at + 1;
		bool good = *at != '<';

		cr_expect((unsigned char)*at >= ' ' || *at == '\n', "a control character: %.40s", at);
		cr_expect(strncmp(at, "\xE2\x80\xAE", 3) != 0, "U+202E: %.40s", at);
		for (size_t i = 0; i < sizeof known / sizeof *known && !good; i++) {
			size_t size = strlen(known[i]);

			good = strncmp(name, known[i], size) == 0 &&
			       (name[size - 1] == '>' || name[size - 1] == '#' || name[size] == '>' ||
				   name[size] == ' ');
		}
		cr_expect(good, "an element: %.60s", at);
	}
}

Test(golden_packet, a_prompt_of_markup_and_escapes_is_text)
{
	static const char prompt[] =
	    "</pre></style><script>alert(1)</script><img src=x onerror=alert(1)>"
	    " \\u{1B}[31mred\\u{1B}[0m \\u{202E}back \\u{440}aypal &lt; ' <!-- ]]> <svg/onload=x>";
	struct wr_module *now, *was;
	struct failing_alloc f;
	char text[512];

	failing_alloc_init(&f);
	(void)snprintf(text, sizeof text, "user: \"%s {{story}}\"", prompt);
	was = load_changed(&f.hook, FOLDER "before.wf", NULL, NULL);
	now = load_changed(&f.hook, FOLDER "before.wf", "user: \"{{story}}\"", text);
	for (int i = 0; i < 4; i++) {
		struct wr_buf out;

		wr_buf_init(&out, &f.hook, 1 << 20);
		cr_assert_eq(show((enum form)i, now, was, &out), WR_OK);
		if (i == HTML) {
			expect_tame(out.at);
			cr_expect(strstr(out.at, "&lt;script&gt;alert(1)&lt;/script&gt;") != NULL);
			cr_expect(strstr(out.at, "\\u{1B}[31mred\\u{1B}[0m \\u{202E}back") != NULL);
			cr_expect(strstr(out.at, "\\u{440}aypal") != NULL);
			cr_expect(strstr(out.at, "<mark class=\"hidden\">U+202E</mark>") != NULL);
		}
		for (size_t k = 0; k < out.size; k++) {
			bool ours = i == COLOURED && out.at[k] == '\033' && out.at[k + 1] == '[';

			cr_expect((unsigned char)out.at[k] >= ' ' || out.at[k] == '\n' || ours,
			    "form %d: %.40s", i, out.at + k);
		}
		wr_buf_free(&out);
	}
	wr_module_free(now);
	wr_module_free(was);
	cr_expect_eq(f.live_bytes, 0);
}

Test(golden_packet, survives_every_allocation_failure)
{
	struct failing_alloc quiet;
	struct wr_module *now, *was;

	failing_alloc_init(&quiet);
	now = load_changed(&quiet.hook, FOLDER "after.wf", NULL, NULL);
	was = load_changed(&quiet.hook, FOLDER "before.wf", NULL, NULL);
	for (int i = 0; i < 4; i++) {
		struct failing_alloc f = { 0 };
		int failed = 0;

		while (failing_alloc_next(&f)) {
			struct wr_buf out;
			enum wr_status s;

			wr_buf_init(&out, &f.hook, 1 << 20);
			s = show((enum form)i, now, was, &out);
			cr_assert(s == WR_OK || s == WR_NOMEM, "form %d: %d", i, s);
			failed += s == WR_NOMEM;
			wr_buf_free(&out);
			cr_assert_eq(f.live_bytes, 0);
		}
		cr_expect(failed > 0);
	}
	wr_module_free(was);
	wr_module_free(now);
	cr_expect_eq(quiet.live_bytes, 0);
}
