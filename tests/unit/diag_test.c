/* Messages: what is shown, what is kept, and that nothing a source holds can disguise itself. */
#include "compiler/charname.h"
#include "compiler/compile_limits.h"
#include "compiler/diag.h"
#include "tests/support/front.h"

#include <criterion/criterion.h>

TestSuite(diag, .timeout = 20);

static struct wc_source
source_of(const char *text)
{
	return (struct wc_source){ "a.wf", text, strlen(text) };
}

static void
expect(enum wc_diag_form form, bool colour, const char *want)
{
	rendered.size = 0;
	wc_diags_render(&diags, form, colour, &rendered);
	cr_expect(
	    wr_text_eq(wr_buf_view(&rendered), wr_text_of(want)), "want\n%s\ngot\n%s", want, rendered.at);
}

static const char two_marks[] = "writ 1\n\nalpha = beta(gamma, delta)\n";

static void
add_two_marks(const struct wc_source *s)
{
	struct wc_diag *d = wc_diag_add(&diags, WC_E0002, (struct wc_span){ s, 16, 20 },
	    "`%T` takes %u, %ld or %N%%", WR_TEXT("beta"), 2u, (int64_t)-3, (uint64_t)71204);

	wc_diag_label(d, "first");
	wc_diag_also(d, (struct wc_span){ s, 28, 33 }, "second");
	wc_diag_also(d, (struct wc_span){ s, 8, 13 }, "third");
	wc_diag_note(d, "one line\nand another");
	wc_diag_help(d, "try %s", "this");
	wc_diag_edit(d, (struct wc_span){ s, 16, 20 }, WR_TEXT("\"x\""));
}

Test(diag, shows_marks_of_one_line_together, .init = front_begin, .fini = front_end)
{
	struct wc_source s = source_of(two_marks);

	add_two_marks(&s);
	expect(WC_DIAG_HUMAN, false,
	    "error[E0002]: `beta` takes 2, -3 or 71,204%\n"
	    " --> a.wf:3:9\n"
	    "  |\n"
	    "3 | alpha = beta(gamma, delta)\n"
	    "  | -----   ^^^^        ----- second\n"
	    "  | |       |\n"
	    "  | |       first\n"
	    "  | |\n"
	    "  | third\n"
	    "  = note: one line\n"
	    "          and another\n"
	    "  = help: try this\n"
	    "\n");
	expect(WC_DIAG_SHORT, false, "a.wf:3:9: error[E0002]: `beta` takes 2, -3 or 71,204%\n");
}

Test(diag, says_the_same_to_machines, .init = front_begin, .fini = front_end)
{
	struct wc_source s = source_of("writ 1\nab \"\n");
	struct wc_diag *d =
	    wc_diag_add(&diags, WC_W0807, (struct wc_span){ &s, 10, 11 }, "a \"quote\"");

	wc_diag_label(d, "here");
	wc_diag_help(d, "remove it");
	wc_diag_edit(d, (struct wc_span){ &s, 10, 11 }, WR_TEXT(""));
	expect(WC_DIAG_JSON, false,
	    "{\"code\":\"W0807\",\"name\":\"trailing_spaces\",\"level\":\"warning\",\"message\":"
	    "\"a \\\"quote\\\"\","
	    "\"spans\":[{\"file\":\"a.wf\",\"byte_start\":10,\"byte_end\":11,\"line\":2,\"column\":"
	    "4,"
	    "\"end_line\":2,\"end_column\":5,\"primary\":true,\"label\":\"here\"}],\"notes\":[],"
	    "\"help\":[\"remove "
	    "it\"],\"edits\":[{\"file\":\"a.wf\",\"byte_start\":10,\"byte_end\":11,\"text\":\"\","
	    "\"applicability\":\"maybe-incorrect\"}],\"rendered\":\"warning[W0807]: a "
	    "\\\"quote\\\"  "
	    "[trailing_spaces]\\n --> a.wf:2:4\\n  |\\n2 | ab \\\"\\n  |    ^ here\\n  = help: "
	    "remove it\\n\"}\n");
}

Test(diag, shows_other_places_and_files, .init = front_begin, .fini = front_end)
{
	struct wc_source s = source_of("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n");
	struct wc_source other = { "b\x1b.md", "x\n", 2 };
	struct wc_diag *d = wc_diag_add(&diags, WC_E0002, (struct wc_span){ &s, 24, 26 }, "far");

	wc_diag_also(d, (struct wc_span){ &s, 0, 1 }, "the first");
	wc_diag_also(d, (struct wc_span){ &s, 18, 20 }, "near");
	wc_diag_also(d, (struct wc_span){ &other, 0, 1 }, "elsewhere");
	expect(WC_DIAG_HUMAN, false,
	    "error[E0002]: far\n"
	    "  --> a.wf:12:1\n"
	    "   |\n"
	    "10 | 10\n"
	    "   | -- near\n"
	    "12 | 12\n"
	    "   | ^^\n"
	    "   |\n"
	    "1  | 1\n"
	    "   | - the first\n"
	    "  ::: b<ESC>.md:1:1\n"
	    "   |\n"
	    "1  | x\n"
	    "   | - elsewhere\n"
	    "\n");
}

Test(diag, colour_changes_nothing_else, .init = front_begin, .fini = front_end)
{
	struct wc_source s = source_of(two_marks);
	struct wr_buf coloured;
	size_t plain = 0;

	add_two_marks(&s);
	wc_diags_render(&diags, WC_DIAG_HUMAN, false, &rendered);
	wr_buf_init(&coloured, &memory.hook, 1 << 20);
	wc_diags_render(&diags, WC_DIAG_HUMAN, true, &coloured);
	cr_assert(coloured.size > rendered.size);
	for (size_t i = 0; i < coloured.size; i++) {
		if (coloured.at[i] == '\x1b') {
			while (coloured.at[i] != 'm')
				i++;
			continue;
		}
		cr_assert(plain < rendered.size && coloured.at[i] == rendered.at[plain]);
		plain++;
	}
	cr_assert_eq(plain, rendered.size);
	wr_buf_free(&coloured);
}

Test(diag, user_text_cannot_disguise_itself, .init = front_begin, .fini = front_end)
{
	struct wc_source s = source_of("\xE2\x80\xAE\x1b[2J\xff\t|");

	wc_diag_label(wc_diag_add(&diags, WC_E0002, (struct wc_span){ &s, 9, 10 }, "`%T`",
			  (struct wr_text){ s.bytes, s.size }),
	    "%T", WR_TEXT("a\nb"));
	expect(WC_DIAG_HUMAN, false,
	    "error[E0002]: `<RLO><ESC>[2J<FF> |`\n"
	    " --> a.wf:1:8\n"
	    "  |\n"
	    "1 | <RLO><ESC>[2J<FF>    |\n"
	    "  |                      ^ a\\nb\n"
	    "\n");
}

Test(diag, keeps_twenty_errors_and_counts_all, .init = front_begin, .fini = front_end)
{
	static char text[64];
	struct wc_source s = { "a.wf", text, sizeof text };

	memset(text, 'x', sizeof text);
	for (uint32_t i = 0; i < 30; i++) {
		cr_expect_eq(wc_diags_full(&diags), i >= WC_ERRORS_MAX);
		(void)wc_diag_add(&diags, WC_E0002, (struct wc_span){ &s, i, i + 1 }, "no");
		cr_expect_null(wc_diag_add(
		    &diags, WC_E0002, (struct wc_span){ &s, i, i + 1 }, "the same place again"));
	}
	wc_diags_render(&diags, WC_DIAG_SHORT, false, &rendered);
	cr_expect(strstr(rendered.at, "a.wf:1:20: ") != NULL &&
	    strstr(rendered.at, "a.wf:1:21: ") == NULL);
	cr_expect_geq(diags.errors, 30);
}

Test(diag, long_words_are_cut, .init = front_begin, .fini = front_end)
{
	static char text[5000];
	struct wc_source s = { "a.wf", text, sizeof text };

	memset(text, 'x', sizeof text);
	(void)wc_diag_add(&diags, WC_E0002, (struct wc_span){ &s, 0, 5000 }, "`%T`",
	    (struct wr_text){ text, sizeof text });
	wc_diags_render(&diags, WC_DIAG_HUMAN, false, &rendered);
	cr_expect(rendered.size < 2500);
	cr_expect(strstr(rendered.at, "xxx...\n") != NULL);
}

Test(diag, finds_the_word_that_was_meant)
{
	static const struct wr_text words[] = { { "cents", 5 }, { "story", 5 },
		{ "max_tokens", 10 }, { "id", 2 } };
	static const char *const cases[][2] = { { "cent", "cents" }, { "stroy", "story" },
		{ "max_token", "max_tokens" }, { "maxtokns", "max_tokens" }, { "amount", "" },
		{ "di", "" }, { "cents", "" }, { "", "" }, { "centssss", "" } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_text got = wc_nearest(wr_text_of(cases[i][0]), words, 4);

		cr_expect(wr_text_eq(got, wr_text_of(cases[i][1])), "%s: %.*s", cases[i][0],
		    (int)got.size, got.at);
	}
}

Test(diag, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 };
	struct wc_source s = source_of(two_marks);

	while (failing_alloc_next(&f)) {
		wr_arena_init(&arena, &f.hook, WC_ARENA_MAX);
		wc_diags_init(&diags, &arena);
		wr_buf_init(&rendered, &f.hook, 1 << 20);
		for (uint32_t i = 0; i < 8; i++) {
			s.name = "a.wf";
			add_two_marks(&s);
			wc_diag_note(
			    wc_diag_add(&diags, WC_E0001, (struct wc_span){ &s, i, i + 1 }, "x"),
			    "note");
		}
		wc_diags_render(&diags, WC_DIAG_JSON, false, &rendered);
		if (f.calls > f.fail_at)
			cr_expect(diags.status == WR_NOMEM || rendered.status == WR_NOMEM, "call %ld",
			    f.fail_at);
		wr_buf_free(&rendered);
		wr_arena_free(&arena);
		cr_assert_eq(f.live_bytes, 0);
	}
}
