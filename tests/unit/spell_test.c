/*
 * Literals read back as what they were made from: numbers by the machine's own reader, texts by the
 * parser, in each form the printer has for them.
 */
#include "compiler/compile_limits.h"
#include "compiler/parse.h"
#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"
#include "vm/base/number.h"
#include "vm/view/decompile.h"
#include "vm/view/page.h"
#include "vm/view/safe.h"
#include "vm/view/spell.h"

#include <criterion/criterion.h>
#include <float.h>

TestSuite(spell, .timeout = 60);

static const char *
said(const struct wr_buf *buf)
{
	cr_assert_eq(buf->status, WR_OK);
	return buf->size == 0 ? "" : buf->at;
}

Test(spell, numbers_have_a_point_and_no_exponent)
{
	static const struct {
		double n;
		const char *want;
	} cases[] = {
		{ 0, "0.0" }, { 1, "1.0" }, { -1, "-1.0" }, { 0.35, "0.35" }, { 1e21, "1000000000000000000000.0" },
		{ 1.5e-7, "0.00000015" }, { -123.25, "-123.25" }, { 100, "100.0" }, { 1e-5, "0.00001" },
		{ 9007199254740993.0, "9007199254740992.0" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct failing_alloc f;
		struct wr_buf buf;

		failing_alloc_init(&f);
		wr_buf_init(&buf, &f.hook, 4096);
		wr_spell_number(&buf, cases[i].n);
		cr_expect_str_eq(said(&buf), cases[i].want);
		wr_buf_free(&buf);
	}
}

Test(spell, every_number_reads_back)
{
	uint64_t seed = 88172645463325252u;
	struct failing_alloc f;
	struct wr_buf buf;

	failing_alloc_init(&f);
	wr_buf_init(&buf, &f.hook, 4096);
	for (int i = 0; i < 20000; i++) {
		double n = i == 0 ? DBL_MAX : i == 1 ? DBL_MIN : i == 2 ? 5e-324 : i == 3 ? -DBL_MAX : 0, back;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		if (i > 3)
			memcpy(&n, &seed, sizeof n);
		if (!(n >= -DBL_MAX && n <= DBL_MAX) || n == 0)
			continue;
		buf.size = 0;
		wr_spell_number(&buf, n);
		cr_assert(memchr(buf.at, '.', buf.size) != NULL && memchr(buf.at, 'e', buf.size) == NULL);
		cr_assert(wr_number_parse(wr_buf_view(&buf), &back), "%s", buf.at);
		cr_assert(back == n, "%s", buf.at);
	}
	wr_buf_free(&buf);
}

Test(spell, integers_durations_and_amounts)
{
	struct failing_alloc f;
	struct wr_buf buf;

	failing_alloc_init(&f);
	wr_buf_init(&buf, &f.hook, 4096);
#define SAYS(call, want)                              \
	do {                                          \
		buf.size = 0;                         \
		call;                                 \
		cr_expect_str_eq(said(&buf), want);   \
	} while (0)
	SAYS(wr_spell_int(&buf, 0), "0");
	SAYS(wr_spell_int(&buf, 999), "999");
	SAYS(wr_spell_int(&buf, -1000), "-1_000");
	SAYS(wr_spell_int(&buf, INT64_MIN), "-9_223_372_036_854_775_808");
	SAYS(wr_spell_int(&buf, INT64_MAX), "9_223_372_036_854_775_807");
	SAYS(wr_spell_count(&buf, UINT64_MAX, ","), "18,446,744,073,709,551,615");
	SAYS(wr_spell_duration(&buf, 0), "0s");
	SAYS(wr_spell_duration(&buf, 500), "500ms");
	SAYS(wr_spell_duration(&buf, 60000), "1m");
	SAYS(wr_spell_duration(&buf, 90000), "90s");
	SAYS(wr_spell_duration(&buf, 172800000), "48h");
	SAYS(wr_spell_setting_number(&buf, 2), "2");
	SAYS(wr_spell_setting_number(&buf, -0.5), "-0.5");
	SAYS(wr_spell_setting_number(&buf, 1e17), "100000000000000000.0");
	SAYS(wr_page_time(&buf, 0), "0 s");
	SAYS(wr_page_time(&buf, 173100000), "48 h 5 min");
	SAYS(wr_page_time(&buf, 61001), "1 min 1 s 1 ms");
	SAYS(wr_page_bits(&buf, 1000), "1 bit");
	SAYS(wr_page_bits(&buf, 1585), "1.6 bits");
	SAYS(wr_page_bits(&buf, 4800000), "4,800 bits");
	SAYS(wr_page_bits(&buf, 1), "0.1 bits");
#undef SAYS
	wr_buf_free(&buf);
}

Test(spell, makes_visible_what_a_reader_would_not_see)
{
	static const struct {
		const char *text, *literal, *page;
	} cases[] = {
		{ "plain", "\"plain\"", "plain" },
		{ "", "\"\"", "" },
		{ "a\"b\\c\nd\te", "\"a\\\"b\\\\c\\nd\\te\"", "a\"b\\c<U+000A>d<U+0009>e" },
		{ "x\xE2\x80\xAEy", "\"x\\u{202E}y\"", "x<U+202E>y" },
		{ "\r", "\"\\u{D}\"", "<U+000D>" },
		{ "a\xC2\xA0" "b", "\"a\\u{A0}b\"", "a<U+00A0>b" },
		{ "p\xD0\xB0y", "\"p\\u{430}y\"", "p<U+0430>y" },
		{ "\xD1\x80\xD0\xB0\xD1\x83", "\"\\u{440}\\u{430}\\u{443}\"", "<U+0440><U+0430><U+0443>" },
		{ "\xD0\xBF\xD1\x80\xD0\xB0\xD0\xB2\xD0\xB4\xD0\xB0", "\"\xD0\xBF\xD1\x80\xD0\xB0\xD0\xB2\xD0\xB4\xD0\xB0\"",
		    "\xD0\xBF\xD1\x80\xD0\xB0\xD0\xB2\xD0\xB4\xD0\xB0" },
		/* a short word among Russian ones, before and after */
		{ "\xD0\x90 \xD0\xB6, \xD0\xB0 \xD1\x83 s", "\"\xD0\x90 \xD0\xB6, \xD0\xB0 \xD1\x83 s\"",
		    "\xD0\x90 \xD0\xB6, \xD0\xB0 \xD1\x83 s" },
		{ "to \xD0\xB0 b", "\"to \\u{430} b\"", "to <U+0430> b" },
		{ "caf\xC3\xA9 \xE2\x82\xAC 5", "\"caf\xC3\xA9 \xE2\x82\xAC 5\"", "caf\xC3\xA9 \xE2\x82\xAC 5" },
		{ "r\xC3\xA9sum\xD0\xB5", "\"r\xC3\xA9sum\\u{435}\"", "r\xC3\xA9sum<U+0435>" },
		{ "{{x}}", "\"\\{{x}}\"", "{{x}}" },
		{ "{{{", "\"\\{{{\"", "{{{" },
		{ "\xF3\xB0\x80\x80", "\"\\u{F0000}\"", "<U+F0000>" },
		{ "\xF4\x8F\xBF\xBF", "\"\\u{10FFFF}\"", "<U+10FFFF>" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct failing_alloc f;
		struct wr_buf buf;

		failing_alloc_init(&f);
		wr_buf_init(&buf, &f.hook, 4096);
		wr_spell_text(&buf, wr_text_of(cases[i].text));
		cr_expect_str_eq(said(&buf), cases[i].literal);
		buf.size = 0;
		if (buf.at != NULL)
			buf.at[0] = '\0';
		wr_safe_text(&buf, wr_text_of(cases[i].text));
		cr_expect_str_eq(said(&buf), cases[i].page);
		wr_buf_free(&buf);
	}
}

/* ---- texts, through the parser ---------------------------------------------------------- */

#define TALKER \
	"type T text 0 1000\n" \
	"backend house llm accepts - taints -\n" \
	"agent say it:T -> T via house\n" \
	"a = CONST \"x\"\n" \
	"b = INPUT 0\n" \
	"c = CONST \"y\"\n" \
	"d = TEMPLATE a b c\n" \
	"set MODEL \"m\"\n" \
	"set MAX_TOKENS 10\n" \
	"set USER d\n" \
	"flow talk it:T -> T\n" \
	"a = INPUT 0\n" \
	"b = CALL say a\n" \
	"end b\n" \
	"within 9 999999 99999999 0\n"

/* Append what a text says; a name in a hole is <NAME>. */
static void
read_text(const struct wc_template *t, struct wr_buf *out)
{
	for (const struct wc_piece *p = t->pieces.first; p != NULL; p = p->next) {
		if (p->expr == NULL) {
			wr_buf_text(out, p->text);
		} else if (p->expr->kind == WC_EXPR_TEMPLATE) {
			read_text(p->expr->template, out);
		} else {
			cr_assert_eq(p->expr->kind, WC_EXPR_NAME);
			wr_buf_byte(out, 1);
		}
	}
}

static const struct wc_template *
user_of(const struct wc_file *file)
{
	for (const struct wc_decl *d = file->decls.first; d != NULL; d = d->next) {
		if (d->kind != WC_DECL_AGENT)
			continue;
		for (const struct wc_arg *a = d->agent.settings.first; a != NULL; a = a->next)
			if (wr_text_eq(a->name.text, WR_TEXT("user")))
				return a->value->template;
	}
	cr_assert(false, "no user");
	return NULL;
}

static void
random_text(uint64_t *seed, char *out, size_t *ret_size)
{
	static const char *const bits[] = { "{", "{{", "}", "}}", "\\", "\"", "\"\"\"", "\n", "\n", " ", "  ", "\t", "a",
		"b c", "\xC3\xA9", "\xE2\x80\xAE", "\r", "p\xD0\xB0y", "u{41}", "//", "\xE3\x80\x80", "\xF0\x9F\x99\x82" };
	uint32_t n;

	*ret_size = 0;
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	n = 1 + (uint32_t)(*seed >> 33) % 9;
	while (n-- > 0) {
		const char *bit;

		*seed = *seed * 6364136223846793005u + 1442695040888963407u;
		bit = bits[(*seed >> 33) % (sizeof bits / sizeof *bits)];
		memcpy(out + *ret_size, bit, strlen(bit));
		*ret_size += strlen(bit);
	}
}

static void
check_text(struct wr_module *module, const struct wr_alloc *alloc, struct wr_text before, struct wr_text behind)
{
	struct wr_code *body = &module->agents[0].body;
	struct wr_buf source, want, got;
	struct wr_arena arena;
	struct wc_diags diags;
	struct wc_source wf;
	struct wc_file *file;
	enum wr_status s;

	body->nodes[0].value = wr_value_of_text(before);
	body->nodes[2].value = wr_value_of_text(behind);
	wr_buf_init(&source, alloc, 1 << 16);
	wr_buf_init(&want, alloc, 1 << 16);
	wr_buf_init(&got, alloc, 1 << 16);
	wr_arena_init(&arena, alloc, WC_ARENA_MAX);
	wc_diags_init(&diags, &arena);
	cr_assert_eq(wr_decompile(module, &source), WR_OK);
	wf = (struct wc_source){ "talk.wf", source.at, source.size };
	s = wc_parse(&arena, &wf, &diags, &file);
	if (s != WR_OK || diags.first != NULL)
		wc_diags_render(&diags, WC_DIAG_HUMAN, false, &want);
	cr_assert(s == WR_OK && want.size == 0, "%s\n%s", source.at, want.at);
	wr_buf_text(&want, before);
	wr_buf_byte(&want, 1);
	wr_buf_text(&want, behind);
	read_text(user_of(file), &got);
	cr_assert(wr_text_eq(wr_buf_view(&want), wr_buf_view(&got)), "%s\nwant %s\ngot  %s", source.at, want.at, got.at);
	for (size_t i = 0; i < source.size; i++)
		cr_assert(source.at[i] != ' ' || i + 1 == source.size || source.at[i + 1] != '\n', "a line ends in a space:\n%s",
		    source.at);
	wr_arena_free(&arena);
	wr_buf_free(&source);
	wr_buf_free(&want);
	wr_buf_free(&got);
}

Test(spell, prompts_read_back_whatever_they_hold)
{
	static uint32_t zeros[16];
	uint64_t seed = 1;
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_module *module;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, 1 << 20);
	module = assemble(TALKER, &arena);
	module->flow.types = zeros;
	module->agents[0].body.types = zeros;
	for (int i = 0; i < 3000; i++) {
		char before[256], behind[256];
		size_t before_size, behind_size;

		random_text(&seed, before, &before_size);
		random_text(&seed, behind, &behind_size);
		check_text(module, &f.hook, (struct wr_text){ before, before_size }, (struct wr_text){ behind, behind_size });
	}
	wr_arena_free(&arena);
	cr_assert_eq(f.live_bytes, 0);
}
