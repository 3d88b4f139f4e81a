/* Words, numbers and texts: what each means, and that its bad neighbours are refused. */
#include "compiler/compile_limits.h"
#include "compiler/parse.h"
#include "grammar/wf.y.h"
#include "tests/support/front.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(lex, .timeout = 20);

/* The value of `const x = …`, or NULL. */
static const struct wc_expr *
value(const char *text)
{
	static char file[8192];
	int size = snprintf(file, sizeof file, "writ 1\nconst x = %s\n", text);
	const struct wc_file *f = front_parse((struct wr_text){ file, (size_t)size });

	return f == NULL ? NULL : f->decls.first->constant.value;
}

Test(lex, reads_integers, .init = front_begin, .fini = front_end)
{
	static const struct {
		const char *text;
		int64_t n;
	} good[] = { { "0", 0 }, { "007", 7 }, { "20_000", 20000 }, { "1_2_3", 123 }, { "-5", -5 },
		{ "- 5", -5 }, { "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN }, { "-9_223_372_036_854_775_808", INT64_MIN },
		{ "(5)", 5 } };
	static const char *const bad[] = { "1__0", "1_", "_1", "9223372036854775808",
		"-9223372036854775809", "(9223372036854775808)", "-(9223372036854775808)",
		"1 - 9223372036854775808", "1e5", "0x10", "1a", "1A", "99999999999999999999999999",
		"1 2", "--9223372036854775808 9" };

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		const struct wc_expr *e = value(good[i].text);

		cr_expect(e != NULL && e->kind == WC_EXPR_INTEGER && e->integer == good[i].n, "%s",
		    good[i].text);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_expect_null(value(bad[i]), "%s", bad[i]);
}

Test(lex, reads_decimals_and_durations, .init = front_begin, .fini = front_end)
{
	static const struct {
		const char *text;
		double n;
	} decimals[] = { { "0.35", 0.35 }, { "-0.0", 0 }, { "1_000.000_1", 1000.0001 },
		{ "00.50", 0.5 }, { "9007199254740993.0", 9007199254740992.0 } };
	static const struct {
		const char *text;
		uint64_t ms;
	} durations[] = { { "500ms", 500 }, { "30s", 30000 }, { "5m", 300000 },
		{ "48h", 172800000 }, { "1_000s", 1000000 }, { "0s", 0 } };
	static const char *const bad[] = { "1.", ".5", "1.5s", "1.5.2", "1._5", "1_.5", "5d", "5S",
		"5sec", "5 s", "9999999999999999999h", "1.2e3" };

	for (size_t i = 0; i < sizeof decimals / sizeof *decimals; i++) {
		const struct wc_expr *e = value(decimals[i].text);

		cr_expect(e != NULL && e->kind == WC_EXPR_NUMBER &&
			      memcmp(&e->number, &decimals[i].n, 8) == 0,
		    "%s", decimals[i].text);
	}
	for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
		const struct wc_expr *e = value(durations[i].text);

		cr_expect(
		    e != NULL && e->kind == WC_EXPR_DURATION && e->duration_ms == durations[i].ms,
		    "%s", durations[i].text);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_expect_null(value(bad[i]), "%s", bad[i]);
}

/* The literal bytes of a template, a hole as <name>. */
static struct wr_text
shown(const struct wc_template *t)
{
	static char out[8192];
	size_t size = 0;

	for (const struct wc_piece *p = t->pieces.first; p != NULL; p = p->next) {
		struct wr_text part = p->expr == NULL ? p->text : wc_span_text(p->expr->span);

		cr_assert(p->expr != NULL || p->text.size > 0);
		if (p->expr != NULL)
			out[size++] = '<';
		if (part.size > 0)
			memcpy(out + size, part.at, part.size);
		size += part.size;
		if (p->expr != NULL)
			out[size++] = '>';
	}
	return (struct wr_text){ out, size };
}

Test(lex, reads_texts, .init = front_begin, .fini = front_end)
{
	static const char *const good[][2] = {
		{ "\"\"", "" },
		{ "\"a\"", "a" },
		{ "\"\\\" \\\\ \\n \\t \\u{41} \\u{202E} \\u{10FFFF} \\{{\"",
		    "\" \\ \n \t A \xE2\x80\xAE \xF4\x8F\xBF\xBF {{" },
		{ "\"{ } }} {\"", "{ } }} {" },
		{ "\"{{x}}\"", "<x>" },
		{ "\"a{{x}}{{y}} b\"", "a<x><y> b" },
		{ "\"{{ \"{{x}}\" }}\"", "<\"{{x}}\">" },
		{ "\"{{ T { a: 1 } }}\"", "<T { a: 1 }>" },
		{ "\"{{T{a:1}}}\"", "<T{a:1}>" },
		{ "\"\\\\{{x}}\"", "\\<x>" },
		{ "\"// no comment\"", "// no comment" },
		{ "\"\"\"\"\"\"", "" },
		{ "\"\"\"a\"\"\"", "a" },
		{ "\"\"\"\n\"\"\"", "" },
		{ "\"\"\"\n    \"\"\"", "" },
		{ "\"\"\"\n\n    \"\"\"", "" },
		{ "\"\"\"\n\n\n    \"\"\"", "\n" },
		{ "\"\"\"\n    a\n    \"\"\"", "a" },
		{ "\"\"\"\n    a\n      b\n\n    c\n    \"\"\"", "a\n  b\n\nc" },
		{ "\"\"\"\n    a\n  \n    c\n    \"\"\"", "a\n\nc" },
		{ "\"\"\"\r\n    a\r\n    b\r\n    \"\"\"", "a\nb" },
		{ "\"\"\"\n\ta\n\t\tb\n\t\"\"\"", "a\n\tb" },
		{ "\"\"\"\na\n\"\"\"", "a" },
		{ "\"\"\"a\n    b\n    \"\"\"", "a\nb" },
		{ "\"\"\"\n  {{x}}\n  {{y}} z\n  \"\"\"", "<x>\n<y> z" },
		{ "\"\"\"\n  \\d+ \\n \\u{41} \\ \\\\\n  \"\"\"", "\\d+ \\n \\u{41} \\ \\\\" },
		{ "\"\"\"\\{{x}}\"\"\"", "{{x}}" },
		{ "\"\"\"\\\\{{x}}\"\"\"", "\\{{x}}" },
		{ "\"\"\"\\\"\"\" ok\"\"\"", "\"\"\" ok" },
		{ "\"\"\"\\\"\"\"\"\"\"", "\"\"\"" },
		{ "\"\"\"one: \"\"\"\"", "one: \"" },
		{ "\"\"\"two: \"\"\"\"\"", "two: \"\"" },
		{ "\"\"\"a\"b\"\"c\"\"\"", "a\"b\"\"c" },
		{ "\"\"\"\"a\"\"\"", "\"a" },
	};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		const struct wc_expr *e = value(good[i][0]);
		struct wr_text got = { NULL, 0 };

		cr_assert(e != NULL && e->kind == WC_EXPR_TEMPLATE, "%s", good[i][0]);
		got = shown(e->template);
		cr_expect(wr_text_eq(got, wr_text_of(good[i][1])), "%s: got %.*s", good[i][0],
		    (int)got.size, got.at);
	}
}

Test(lex, refuses_what_is_no_text, .init = front_begin, .fini = front_end)
{
	static const char *const bad[] = { "\"a", "\"a\nb\"", "\"\\\"", "\"\\q\"", "\"\\{x\"",
		"\"\\u{D800}\"", "\"\\u{110000}\"", "\"\\u{}\"", "\"\\u{1234567}\"", "\"\\u41\"",
		"\"\\U{41}\"", "\"{{x\"", "\"{{}}\"", "\"{{{x}}}\"", "\"\"\"a",
		"\"\"\"six: \"\"\"\"\"\"", "\"\"\"\n  a\n    \"\"\"", "\"\"\"\n  a\n  b\"\"\"",
		"\"\"\"\n\ta\n    \"\"\"", "\"\"\"\n{{x}}\n  \"\"\"", "'a'", "\"\"\"\"" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_expect_null(value(bad[i]), "%s", bad[i]);
}

Test(lex, some_characters_stand_nowhere, .init = front_begin, .fini = front_end)
{
	static const struct {
		const char *bytes;
		enum wc_code code; /* WC_CODE_COUNT: allowed */
	} cases[] = {
		{ "\xE2\x80\xAE", WC_E0004 },
		{ "\xE2\x81\xA6", WC_E0004 },
		{ "\xE2\x80\x8F", WC_E0004 },
		{ "\xE2\x80\xA8", WC_E0004 },
		{ "\x07", WC_E0004 },
		{ "\x1b", WC_E0004 },
		{ "\x7f", WC_E0004 },
		{ "\xC2\x85", WC_E0004 },
		{ "\r", WC_E0004 },
		{ "\xF3\xA0\x81\x81", WC_E0004 },
		{ "\xff", WC_E0010 },
		{ "\xC0\x80", WC_E0010 },
		{ "\xED\xA0\x80", WC_E0010 },
		{ "\xE2\x80", WC_E0010 },
		{ "\xE2\x80\x8D", WC_CODE_COUNT },
		{ "\xEF\xB8\x8F", WC_CODE_COUNT },
		{ "\xE6\x97\xA5", WC_CODE_COUNT },
		{ "\t", WC_CODE_COUNT },
		{ "\xF0\x9F\x98\x80", WC_CODE_COUNT },
	};
	static const char *const places[] = { "writ 1\nlabel a \"%s\"\n", "writ 1 // %s.\n",
		"writ 1\nconst a = \"\"\"%s\"\"\"\n" };
	char text[128], want[16];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (size_t j = 0; j < sizeof places / sizeof *places; j++) {
			struct wr_buf out;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			int size = snprintf(text, sizeof text, places[j], cases[i].bytes);
#pragma GCC diagnostic pop
			bool good = front_parse((struct wr_text){ text, (size_t)size }) != NULL;

			cr_expect_eq(good, cases[i].code == WC_CODE_COUNT, "%zu %zu", i, j);
			if (good)
				continue;
			wr_buf_init(&out, &memory.hook, 1 << 16);
			wc_diags_render(&diags, WC_DIAG_SHORT, false, &out);
			snprintf(want, sizeof want, "error[%s]", wc_code_text(cases[i].code));
			cr_expect(strstr(out.at, want) != NULL, "%zu %zu: %s", i, j, out.at);
			wr_buf_free(&out);
		}
	}
	cr_expect_null(front_parse(WR_TEXT("writ 1\nlabel a \"x\0y\"\n")));
	cr_expect_null(front_parse(WR_TEXT("\xEF\xBB\xBFwrit 1\n")));
	cr_expect_not_null(front_parse(WR_TEXT("writ 1\r\nlabel a \"x\"\r\n")));
}

#define COUNT(word, field) +1
#define KEYWORD COUNT
_Static_assert((0
#include "vm/format/keywords.def"
		   ) == T_BOOL - T_WRIT + 1,
    "the grammar has as many keywords as the list");
#undef KEYWORD

Test(lex, keywords_are_those_of_the_list, .init = front_begin, .fini = front_end)
{
	static const struct {
		const char *word;
		bool field;
	} words[] = {
#define KEYWORD(word, field) { #word, field },
#include "vm/format/keywords.def"
#undef KEYWORD
	};
	char text[128];

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		int size = snprintf(text, sizeof text, "writ 1\nconst %s = 1\n", words[i].word);

		cr_expect_null(
		    front_parse((struct wr_text){ text, (size_t)size }), "%s is reserved", words[i].word);
		size = snprintf(text, sizeof text, "writ 1\nconst %s_ = 1\n", words[i].word);
		cr_expect_not_null(
		    front_parse((struct wr_text){ text, (size_t)size }), "%s_ is not", words[i].word);
		size = snprintf(text, sizeof text, "writ 1\ntype T { %s: int }\n", words[i].word);
		cr_expect_eq(front_parse((struct wr_text){ text, (size_t)size }) != NULL, words[i].field,
		    "%s as a field", words[i].word);
		size = snprintf(text, sizeof text, "writ 1\nconst a = x.%s\n", words[i].word);
		cr_expect_eq(front_parse((struct wr_text){ text, (size_t)size }) != NULL, words[i].field,
		    "x.%s", words[i].word);
	}
}

Test(lex, names_and_hashes_have_one_form, .init = front_begin, .fini = front_end)
{
	static const char *const good[] = { "label a \"x\"", "label a_1 \"x\"", "type A = int",
		"type A9 = int",
		"use A from \"a.wf\" "
		"sha256:3f786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed",
		"type T { sha256: int }",
		"label a234567890123456789012345678901234567890123456789012345678901234 \"x\"" };
	static const char *const bad[] = { "label A \"x\"", "label _a \"x\"", "label aB \"x\"",
		"type a = int", "type A_b = int", "label a-b \"x\"",
		"use A from \"a.wf\" "
		"sha256:3F786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed",
		"use A from \"a.wf\" sha256:3f78", "type T { a: text @Pii }", "label 1a \"x\"",
		"label a2345678901234567890123456789012345678901234567890123456789012345 \"x\"" };
	char text[256];

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int size = snprintf(text, sizeof text, "writ 1\n%s\n", good[i]);

		cr_expect_not_null(front_parse((struct wr_text){ text, (size_t)size }), "%s", good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int size = snprintf(text, sizeof text, "writ 1\n%s\n", bad[i]);

		cr_expect_null(front_parse((struct wr_text){ text, (size_t)size }), "%s", bad[i]);
	}
}

Test(lex, prompt_files_are_block_text_without_margin, .init = front_begin, .fini = front_end)
{
	static const char *const good[][2] = { { "", "" }, { "\n", "" }, { "\n\n", "\n" },
		{ "a", "a" }, { "a\n", "a" }, { "  a\r\n b\r\n", "  a\n b" }, { "{{x}}\n", "<x>" },
		{ "a {{x}} \\{{y}} \\\"\"\" \"\"\" \\n", "a <x> {{y}} \"\"\" \"\"\" \\n" },
		{ "\"\"\"\"\"\"\"", "\"\"\"\"\"\"\"" }, { "{ } }}", "{ } }}" },
		{ "\n a", "\n a" } };
	static const char *const bad[] = { "{{x", "{{ }}", "\x07", "\xff",
		"\xEF\xBB\xBF"
		"a",
		"{{ \"a }}", "{{x y}}" };
	struct wc_template *t;
	struct wc_source source;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct wr_text got;

		wc_diags_init(&diags, &arena);
		source = (struct wc_source){ "p.md", good[i][0], strlen(good[i][0]) };
		cr_assert_eq(wc_parse_prompt(&arena, &source, &diags, &t), WR_OK, "%s", good[i][0]);
		got = shown(t);
		cr_expect(wr_text_eq(got, wr_text_of(good[i][1])), "%s: got %.*s", good[i][0],
		    (int)got.size, got.at);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		wc_diags_init(&diags, &arena);
		source = (struct wc_source){ "p.md", bad[i], strlen(bad[i]) };
		cr_expect_eq(
		    wc_parse_prompt(&arena, &source, &diags, &t), WR_MALFORMED, "%s", bad[i]);
		cr_expect_gt(diags.errors, 0);
	}
}
