/*
 * Views survive what memory and their buffers' limits do to them; the packet is the text that its
 * header describes, and nothing in a module can forge a line of it.
 */
#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/play.h"
#include "vm/view/decompile.h"
#include "vm/view/disassemble.h"
#include "vm/view/packet.h"
#include "vm/view/show.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(view, .timeout = 60);

#define OTHER_DIGEST "f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

#define PROGRAM \
	"writ 1\n" \
	"label pii \"personal\\nbasis none\"\n" \
	"label untrusted \"from \\\"outside\\\"\"\n" \
	"backend house: llm accepts @pii @untrusted taints @untrusted\n" \
	"type Claim { story: text ..80 @pii @untrusted, cents: int 0..9 }\n" \
	"agent sum_up(story: text ..80) -> text ..10 via house\n" \
	"  drops @pii because \"one\\nbasis none\\u{202E}\"\n" \
	"{\n" \
	"  model: \"m-2025-01-01\"\n" \
	"  max_tokens: 5\n" \
	"  timeout: 20s\n" \
	"  retry: 1\n" \
	"  user: \"{{story}}\"\n" \
	"}\n" \
	"fn small(n: int) -> bool drops @pii because \"a bit\" = n < 3\n" \
	"start triage(claim: Claim, n: int 0..5 @pii) -> text ..30 @untrusted\n" \
	"  within calls: 2, tokens: 1_000, time: 1m, width: 3\n" \
	"end if small(n) then \"{{sum_up(claim.story)}}\" else \"no\\nbasis none\"\n"

/* One fn is given a text and something else. */
#define GIVEN(cents, op) \
	"label a \"x\"\n" \
	"type T text 0 9\n" \
	"type I int 0 9\n" \
	"type B bool\n" \
	"flow f t:T@a u:T@a i:I@a -> B@a\n" \
	"a = INPUT 0\n" \
	"b = DROP small a \"r\" ; a\n" \
	"e = LENGTH b\n" \
	cents \
	"d = DROP small a \"r\" ; c\n" \
	op \
	"end g\n" \
	"within 0 0 0 0\n"

#define NAMED(param) \
	"label a \"x\"\n" \
	"type T text 0 100\n" \
	"backend house llm accepts a taints -\n" \
	"agent say " param ":T -> T via house\n" \
	"b = INPUT 0\n" \
	"set MODEL \"m\"\n" \
	"set MAX_TOKENS 10\n" \
	"set USER b\n" \
	"flow talk it:T@a -> T\n" \
	"a = INPUT 0\n" \
	"d = DROP small a \"r\" ; a\n" \
	"b = CALL say d\n" \
	"end b\n" \
	"within 9 999999 99999999 0\n"

/* What loads can be written: a promise too large or a name that means two things would have no source. */
Test(view, nothing_loads_that_has_no_source)
{
	static const struct {
		const char *text;
		enum wr_status want;
		const char *code;
	} cases[] = {
		{ NAMED("it"), WR_OK, "" },
		{ NAMED("other"), WR_OK, "" },
		{ NAMED("length"), WR_REFUSED, "name-taken" },
		{ NAMED("say"), WR_REFUSED, "name-taken" },
		{ NAMED("small"), WR_REFUSED, "name-taken" },
		{ GIVEN("c = INPUT 1\n", "h = LENGTH d\ng = LT e h\n"), WR_OK, "" },
		{ GIVEN("c = INPUT 2\n", "g = LT e d\n"), WR_REFUSED, "drop-differs" },
		{ "type T text 0 9\nflow f t:T -> T\na = INPUT 0\nend a\nwithin 9223372036854775807 0 0 0\n", WR_OK, "" },
		{ "type T text 0 9\nflow f t:T -> T\na = INPUT 0\nend a\nwithin -1 0 0 0\n", WR_REFUSED, "bound-open" },
		{ "type T text 0 9\nflow f t:T -> T\na = INPUT 0\nend a\nwithin 0 0 -1 0\n", WR_REFUSED, "bound-open" },
	};
	struct failing_alloc f;

	failing_alloc_init(&f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_load_refusal refusal = { .code = "" };
		struct wr_module *m = NULL;
		struct wr_buf bytes;
		enum wr_status s;

		assemble_bytes(cases[i].text, &f.hook, &bytes);
		s = wr_load((const uint8_t *)bytes.at, bytes.size, &f.hook, &m, &refusal);
		cr_expect_eq(s, cases[i].want, "case %zu: %d %s", i, s, refusal.code);
		cr_expect_str_eq(refusal.code, cases[i].code);
		if (s == WR_OK)
			wr_module_free(m);
		wr_buf_free(&bytes);
	}
	cr_expect_eq(f.live_bytes, 0);
}

static const struct wr_packet_party parties[] = {
	{ { "privacy", 7 }, 1, { "@pii reaches house", 18 } },
	{ { "a\nparty", 7 }, 2, { "", 0 } },
};

enum { VIEWS = 4 };

/* A packet of a module against itself under another digest: everything that a packet has. */
static enum wr_status
packet(const struct wr_module *m, struct wr_buf *buf)
{
	static const struct wr_packet_backend known[16] = { { "openai", "provider-asserted",
	    { "https://x", 9 } } };
	struct wr_diff_side was = { m, wr_module_summary(m), WR_TEXT(OTHER_DIGEST) };
	struct wr_packet p = { .now = { m, wr_module_summary(m), WR_TEXT(DIGEST) },
		.basis = &was,
		.environment = WR_TEXT("development"),
		.parties = parties,
		.parties_len = 2,
		.backends = known };
	struct wr_graph graph;
	struct wr_flows flows;
	struct wr_arena arena;
	enum wr_status s;

	wr_arena_init(&arena, buf->alloc, 1 << 24);
	s = wr_graph_make(m, &arena, &graph);
	if (s == WR_OK)
		s = wr_flows_make(&graph, p.now.summary, &arena, &flows);
	p.graph = &graph;
	p.flows = &flows;
	if (s == WR_OK)
		s = wr_packet_write(&p, buf);
	wr_arena_free(&arena);
	return s;
}

static enum wr_status
render(int view, const struct wr_module *m, struct wr_buf *buf)
{
	switch (view) {
	case 0:
		return wr_decompile(m, buf);
	case 1:
		return wr_show(m, wr_module_summary(m), WR_TEXT(DIGEST), 1234, buf);
	case 2:
		return wr_disassemble(m, buf);
	default:
		return packet(m, buf);
	}
}

Test(view, survives_every_allocation_failure)
{
	struct failing_alloc quiet;
	struct wr_module *m;

	failing_alloc_init(&quiet);
	m = play_compiled(&quiet.hook, PROGRAM);
	for (int view = 0; view < VIEWS; view++) {
		struct failing_alloc f = { 0 };
		int failed = 0;

		while (failing_alloc_next(&f)) {
			struct wr_buf buf;
			enum wr_status s;

			wr_buf_init(&buf, &f.hook, 1 << 20);
			s = render(view, m, &buf);
			cr_assert(s == WR_OK || s == WR_NOMEM, "view %d: %d", view, s);
			failed += s == WR_NOMEM;
			wr_buf_free(&buf);
			cr_assert_eq(f.live_bytes, 0);
		}
		cr_expect(failed > 0);
	}
	wr_module_free(m);
	cr_expect_eq(quiet.live_bytes, 0);
}

Test(view, stops_at_the_end_of_the_buffer)
{
	struct failing_alloc f;
	struct wr_module *m;

	failing_alloc_init(&f);
	m = play_compiled(&f.hook, PROGRAM);
	for (int view = 0; view < VIEWS; view++) {
		struct wr_buf whole, part;

		wr_buf_init(&whole, &f.hook, 1 << 20);
		cr_assert_eq(render(view, m, &whole), WR_OK);
		for (size_t max = 1; max < whole.size; max += 7) {
			wr_buf_init(&part, &f.hook, max);
			cr_assert_eq(render(view, m, &part), WR_LIMIT, "view %d, %zu", view, max);
			wr_buf_free(&part);
		}
		wr_buf_init(&part, &f.hook, whole.size);
		cr_assert_eq(render(view, m, &part), WR_OK);
		cr_assert(wr_text_eq(wr_buf_view(&whole), wr_buf_view(&part)));
		wr_buf_free(&part);
		wr_buf_free(&whole);
	}
	wr_module_free(m);
}

/* How many lines begin so. */
static unsigned
lines_of(const char *text, const char *start)
{
	unsigned n = 0;

	for (const char *at = text; at != NULL; at = strchr(at, '\n'), at += at != NULL)
		n += strncmp(at, start, strlen(start)) == 0;
	return n;
}

Test(view, no_text_of_a_program_is_a_line_of_the_packet)
{
	static const char head[] = "packet/2\n"
				   "digest sha256:" DIGEST "\n"
				   "basis sha256:" OTHER_DIGEST "\n"
				   "environment \"development\"\n"
				   "changes ";
	static const char *const once[] = { "basis ", "digest ", "result", "source ", "end\n",
		"drop agent sum_up @pii millibits 80000 because \"one\\nbasis none\\u{202E}\"\n",
		"party \"a\\nparty\" 2 because \"\"\n", "told agent sum_up user ",
		"fact agent sum_up max_tokens: 5\n",
		"policy house protocol \"openai\" class \"provider-asserted\" endpoint \"https://x\"\n",
		"flow drop small @pii from \"n\" by \"\"\n", "edge 0 4 value \"@pii @untrusted\"\n" };
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_buf packet, source;
	char *at, *end;

	failing_alloc_init(&f);
	m = play_compiled(&f.hook, PROGRAM);
	wr_buf_init(&packet, &f.hook, 1 << 20);
	wr_buf_init(&source, &f.hook, 1 << 20);
	cr_assert_eq(render(3, m, &packet), WR_OK);
	cr_assert_eq(wr_decompile(m, &source), WR_OK);
	cr_expect_eq(strncmp(packet.at, head, sizeof head - 1), 0, "%s", packet.at);
	for (size_t i = 0; i < sizeof once / sizeof *once; i++)
		cr_expect_eq(lines_of(packet.at, once[i]), 1, "%s in\n%s", once[i], packet.at);
	at = strstr(packet.at, "\nsource ");
	cr_assert_not_null(at);
	cr_expect_eq(strtoull(at + 8, &end, 10), source.size);
	cr_expect_eq(strncmp(end + 1, source.at, source.size), 0);
	cr_expect_str_eq(end + 1 + source.size, "difference 1\n\nend\n");
	wr_buf_free(&source);
	wr_buf_free(&packet);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}

/* Nothing below looks at names of steps, so each case says which decompiled line it is about. */
Test(view, writes_the_shortest_form_that_is_exact)
{
	static const struct {
		const char *declarations, *expression, *result, *want;
	} cases[] = {
		{ "", "a + b * c", "int -1_000_000_000..1_000_000_000", "a + b * c" },
		{ "", "(a + b) * c", "int -1_000_000_000..1_000_000_000", "(a + b) * c" },
		{ "", "a - (b - c)", "int -1_000_000_000..1_000_000_000", "a - (b - c)" },
		{ "", "-(-a)", "int", "-(-a)" },
		{ "", "90 <= a", "bool", "a >= 90" },
		{ "", "a > b", "bool", "b < a" },
		{ "", "not (a == b)", "bool", "a != b" },
		{ "", "not (a < b and b < c)", "bool", "not (a < b and b < c)" },
		{ "", "match o { none -> 0, some(v) -> v }", "int", "o ?? 0" },
		{ "", "match o { none -> true, some(v) -> false }", "bool", "o == none" },
		{ "", "not (o == none)", "bool", "o != none" },
		{ "", "if a < b then true else false", "bool", "if a < b then true else false" },
		{ "", "text(a)", "text ..40", "\"{{a}}\"" },
		{ "", "\"{{t}}\"", "text ..40", "t" },
		{ "", "t + \"x\" + t", "text ..90", "\"{{t}}x{{t}}\"" },
		{ "", "lines([t, t])", "text ..90", "join([t, t], \"\\n\")" },
		{ "", "number(1)", "number", "1.0" },
		{ "", "-9_223_372_036_854_775_808", "int -9_223_372_036_854_775_808..0", "-9_223_372_036_854_775_808" },
		{ "", "none", "int?", "none" },
		{ "", "o", "int?", "o" },
		{ "", "a", "int?", "some(a)" },
		{ "", "5", "int?", "some(5)" },
		{ "", "[]", "[text] ..3", "[]" },
		{ "", "[none, some(1)]", "[int?] ..3", "[none, some(1)]" },
		{ "", "\"\"", "text ..3", "\"\"" },
		{ "", "\"\\\\\"", "text ..3", "\"\\\\\"" },
		{ "", "\"a\\u{D}\\nb\"", "text ..9", "\"a\\u{D}\\nb\"" },
		{ "type Empty {}", "Empty {}", "Empty", "Empty {}" },
		{ "type Kw { text: int, label: bool, from: text ..2, start: int? }",
		    "Kw { text: 1, label: true, from: \"x\", start: none }.label", "bool", "true" },
		{ "type Kw { text: int, label: bool }", "[Kw { text: a, label: a < b }]", "[Kw] ..1",
		    "[Kw { text: a, label: a < b }]" },
		{ "type V = one | two(V2) type V2 = three", "V.two(V2.three)", "V", "V.two(V2.three)" },
		{ "type P { a: int, b: int }", "P { a, b: a }", "P", "P { a, b: a }" },
		{ "", "for x in [a, b] where x > 1 sort x desc yield x + 1", "[int] ..2",
		    "for x1 in [a, b] where x1 > 1 sort x1 desc yield x1 + 1" },
	};
	struct failing_alloc f;

	failing_alloc_init(&f);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char source[2048], want[512];
		struct wr_module *m;
		struct wr_buf buf;

		snprintf(source, sizeof source,
		    "writ 1\n%s\nstart f(a: int 0..99, b: int 0..99, c: int 0..99, o: int?, t: text ..40) -> %s\nend %s\n",
		    cases[i].declarations, cases[i].result, cases[i].expression);
		snprintf(want, sizeof want, "\nend %s\n", cases[i].want);
		m = play_compiled(&f.hook, source);
		wr_buf_init(&buf, &f.hook, 1 << 20);
		cr_assert_eq(wr_decompile(m, &buf), WR_OK);
		cr_expect(strstr(buf.at, want) != NULL, "%s\nwant %s", buf.at, want);
		wr_buf_free(&buf);
		wr_module_free(m);
	}
	cr_expect_eq(f.live_bytes, 0);
}

#define WEB(name, via, more) \
	"agent " name "(q: text ..9) -> text ..9 via " via " { method: \"GET\", path: \"/{{q}}\" " more "}\n"

/* A fallback's backend is told that those before it failed, so what these taint reaches it. */
Test(view, a_fallback_learns_what_those_before_it_taint)
{
	static const char source[] = "writ 1\nlabel web \"from the web\"\n"
				     "backend net: http taints @web\nbackend bank: http accepts @web\nbackend desk: http\n"
				     WEB("third", "bank", "") WEB("second", "net", ", fallback: third")
				     WEB("ask", "desk", ", fallback: second")
				     "start run(q: text ..9) -> text ..9 @web\nend ask(q)\n";
	struct failing_alloc f;
	struct wr_module *m;
	struct wr_buf buf;

	failing_alloc_init(&f);
	m = play_compiled(&f.hook, source);
	wr_buf_init(&buf, &f.hook, 1 << 20);
	cr_assert_eq(packet(m, &buf), WR_OK);
	wr_buf_byte(&buf, '\0');
	cr_expect_eq(lines_of(buf.at, "flow backend bank @web from \"what net gives\" by \"ask\"\n"), 1u, "%s", buf.at);
	cr_expect_eq(lines_of(buf.at, "flow "), 2u, "the bank and the result: %s", buf.at);
	wr_buf_free(&buf);
	wr_module_free(m);
	cr_expect_eq(f.live_bytes, 0);
}
