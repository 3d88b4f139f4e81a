/* The tree: its shape, its places, its bounds; and that no input, memory or byte breaks the parser.
 */
#include "compiler/compile_limits.h"
#include "compiler/parse.h"
#include "tests/support/front.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(parse, .timeout = 120);

/* ---- shape, as text --------------------------------------------------------------- */

static char shape[4096];
static size_t shape_size;

static void
say(const char *s)
{
	size_t size = strlen(s);

	cr_assert(shape_size + size < sizeof shape);
	memcpy(shape + shape_size, s, size + 1);
	shape_size += size;
}

static void
say_text(struct wr_text t)
{
	char word[256];

	snprintf(word, sizeof word, "%.*s", (int)t.size, t.at);
	say(word);
}

static void say_expr(const struct wc_expr *e);

static void
say_args(struct wc_arg_list list)
{
	for (const struct wc_arg *a = list.first; a != NULL; a = a->next) {
		say(" ");
		if (a->name.text.size > 0 && !a->shorthand) {
			say_text(a->name.text);
			say(":");
		}
		say_expr(a->value);
	}
}

static void
say_steps(struct wc_step_list list)
{
	for (const struct wc_step *s = list.first; s != NULL; s = s->next) {
		say(s->kind == WC_STEP_LET ? " " : s->kind == WC_STEP_DO ? " do " : " require ");
		if (s->kind == WC_STEP_LET) {
			say_text(s->name.text);
			say(s->type == NULL ? "=" : ":=");
		}
		say_expr(s->expr);
	}
}

static void
say_match(const struct wc_expr *e)
{
	say("(match ");
	say_expr(e->match.of);
	for (const struct wc_arm *a = e->match.arms.first; a != NULL; a = a->next) {
		for (const struct wc_pattern *p = a->patterns.first; p != NULL; p = p->next) {
			say(p == a->patterns.first ? " " : "|");
			say_text(wc_span_text(p->span));
		}
		say("->");
		say_expr(a->body);
	}
	say(")");
}

static void
say_for(const struct wc_expr *e)
{
	say("(for ");
	say_text(e->each.item.text);
	if (e->each.index.text.size > 0) {
		say(",");
		say_text(e->each.index.text);
	}
	say(" ");
	say_expr(e->each.in);
	say(e->each.where == NULL ? "" : " where ");
	if (e->each.where != NULL)
		say_expr(e->each.where);
	say(e->each.sort == NULL ? "" : e->each.descending ? " sort-desc " : " sort ");
	if (e->each.sort != NULL)
		say_expr(e->each.sort);
	say(e->each.width > 0 ? " width " : " ");
	say_expr(e->each.body);
	say(")");
}

static void
say_list(
    const char *head, const struct wc_expr *a, const struct wc_expr *b, const struct wc_expr *c)
{
	say("(");
	say(head);
	for (int i = 0; i < 3; i++) {
		const struct wc_expr *e = i == 0 ? a : i == 1 ? b : c;

		if (e == NULL)
			continue;
		say(" ");
		say_expr(e);
	}
	say(")");
}

static void
say_compound(const struct wc_expr *e)
{
	switch (e->kind) {
	case WC_EXPR_BLOCK:
		say("{");
		say_steps(e->block.steps);
		say(" yield ");
		say_expr(e->block.yield);
		say("}");
		break;
	case WC_EXPR_LOOP:
		say("(loop ");
		say_text(e->loop.state.text);
		say(" ");
		say_expr(e->loop.init);
		say_steps(e->loop.steps);
		say(" yield ");
		say_expr(e->loop.yield);
		say(" until ");
		say_expr(e->loop.until);
		say(")");
		break;
	case WC_EXPR_LIST:
		say("[");
		for (const struct wc_expr *i = e->list.first; i != NULL; i = i->next) {
			say(i == e->list.first ? "" : " ");
			say_expr(i);
		}
		say("]");
		break;
	case WC_EXPR_TEMPLATE:
		say("\"");
		for (const struct wc_piece *p = e->template->pieces.first; p != NULL; p = p->next) {
			if (p->expr == NULL)
				say_text(p->text);
			else
				say_list("hole", p->expr, NULL, NULL);
		}
		say("\"");
		break;
	default:
		say_text(wc_span_text(e->span));
		break;
	}
}

static void
say_expr(const struct wc_expr *e)
{
	switch (e->kind) {
	case WC_EXPR_BINARY:
		say_list(wc_binary_text(e->binary.op), e->binary.left, e->binary.right, NULL);
		break;
	case WC_EXPR_NOT:
		say_list("not", e->operand, NULL, NULL);
		break;
	case WC_EXPR_NEGATE:
		say_list("neg", e->operand, NULL, NULL);
		break;
	case WC_EXPR_SOME:
		say_list("some", e->operand, NULL, NULL);
		break;
	case WC_EXPR_CONVERT:
		say_list(wc_type_word(e->convert.to), e->convert.operand, NULL, NULL);
		break;
	case WC_EXPR_IF:
		say_list("if", e->branch.condition, e->branch.then, e->branch.otherwise);
		break;
	case WC_EXPR_TRY:
		say_list("try", e->attempt.body, e->attempt.otherwise, NULL);
		break;
	case WC_EXPR_FIELD:
		say("(. ");
		say_expr(e->field.of);
		say(" ");
		say_text(e->field.name.text);
		say(")");
		break;
	case WC_EXPR_CALL:
		say("(");
		say_text(e->call.name.text);
		say_args(e->call.args);
		say(")");
		break;
	case WC_EXPR_RECORD:
		say("(");
		say_text(e->record.type.text);
		say_args(e->record.fields);
		say(")");
		break;
	case WC_EXPR_WITH:
		say("(with ");
		say_expr(e->with.of);
		say_args(e->with.fields);
		say(")");
		break;
	case WC_EXPR_VARIANT:
		say("(");
		say_text(e->variant.type.text);
		say(".");
		say_text(e->variant.variant.text);
		if (e->variant.payload != NULL) {
			say(" ");
			say_expr(e->variant.payload);
		}
		say(")");
		break;
	case WC_EXPR_MATCH:
		say_match(e);
		break;
	case WC_EXPR_FOR:
		say_for(e);
		break;
	default:
		say_compound(e);
		break;
	}
}

Test(parse, expressions_group_as_the_reference_says, .init = front_begin, .fini = front_end)
{
	static const char *const cases[][2] = {
		{ "1 + 2 * 3", "(+ 1 (* 2 3))" },
		{ "1 - 2 - 3", "(- (- 1 2) 3)" },
		{ "(1 + 2) * 3", "(* (+ 1 2) 3)" },
		{ "a or b and not c == d", "(or a (and b (not (== c d))))" },
		{ "a ?? b ?? c", "(?? a (?? b c))" },
		{ "a ?? b + 1 == c", "(== (?? a (+ b 1)) c)" },
		{ "- a * b", "(* (neg a) b)" },
		{ "- a.b", "(neg (. a b))" },
		{ "not a.b and c", "(and (not (. a b)) c)" },
		{ "-1 - -2", "(- -1 -2)" },
		{ "- -1", "(neg -1)" },
		{ "a.text.from.start", "(. (. (. a text) from) start)" },
		{ "f(a, b: 1, c,)", "(f a b:1 c)" },
		{ "f()", "(f)" },
		{ "T { a b: 1, c }", "(T a b:1 c)" },
		{ "x with { a: 1 }.b with {}", "(with (. (with x a:1) b))" },
		{ "T.a", "(T.a)" },
		{ "T.a(1 + 2)", "(T.a (+ 1 2))" },
		{ "[1, [], [2,],]", "[1 [] [2]]" },
		{ "some(none)", "(some none)" },
		{ "int(text(1)) ?? 0", "(?? (int (text 1)) 0)" },
		{ "if a then b else if c then d else e", "(if a b (if c d e))" },
		{ "if a then { x = 1 yield x } else { yield 2 }",
		    "(if a { x=1 yield x} { yield 2})" },
		{ "match a { pay(c) | deny -> 1, true -> 2 none -> 3 some(x) -> 4 else -> 5 }",
		    "(match a pay(c)|deny->1 true->2 none->3 some(x)->4 else->5)" },
		{ "match a { b -> match c { d -> 1 } }", "(match a b->(match c d->1))" },
		{ "for x in xs yield x", "(for x xs x)" },
		{ "for x, i in xs where i > 1 sort x.n desc width 4 yield x + 1",
		    "(for x,i xs where (> i 1) sort-desc (. x n) width (+ x 1))" },
		{ "for x in xs sort x { y = x do f(y) require y else \"no\" yield y }",
		    "(for x xs sort x { y=x do (f y) require y yield y})" },
		{ "loop n: int = 0 limit 5 { m: int = n + 1 yield m until m > 3 }",
		    "(loop n 0 m:=(+ n 1) yield m until (> m 3))" },
		{ "try f() else try g() else 1", "(try (f) (try (g) 1))" },
		{ "\"a {{x + 1}} b{{\"{{y}}\"}}\"", "\"a (hole (+ x 1)) b(hole \"(hole y)\")\"" },
		{ "file \"a/b.md\"", "file \"a/b.md\"" },
		{ "(match a { b -> 1 }) + 1", "(+ (match a b->1) 1)" },
	};
	char text[512];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int size = snprintf(text, sizeof text, "writ 1 const x = %s", cases[i][0]);
		const struct wc_file *f = front_parse((struct wr_text){ text, (size_t)size });

		cr_assert(f != NULL, "%s", cases[i][0]);
		shape_size = 0;
		say_expr(f->decls.first->constant.value);
		cr_expect_str_eq(shape, cases[i][1], "%s: got %s", cases[i][0], shape);
	}
}

Test(parse, refuses_what_the_grammar_does_not_have, .init = front_begin, .fini = front_end)
{
	static const char *const bad[] = { "", "1 +", "a < b < c", "a == b != c", "if a then b",
		"try a", "match a {}", "for x in xs", "for x, y, z in xs yield x",
		"loop a = 1 { yield a until true }", "1 + if a then b else c", "f(,)", "f(a b)",
		"[,]", "T { , }", "T.A", "t.a(1)", "a.B", "some()", "some", "int", "int(1, 2)",
		"file a", "{ yield 1 }", "{ a = 1 }", "not", "a b", "(a", "a)", "@pii", "x with a",
		"T", "none(1)", "yield 1", "match a { B -> 1 }", "match a { some -> 1 }", "\"{{a}}",
		"for x in xs width 0 yield x", "for x in xs width n yield x" };
	char text[512];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int size = snprintf(text, sizeof text, "writ 1 const x = %s", bad[i]);

		cr_expect_null(front_parse((struct wr_text){ text, (size_t)size }), "%s", bad[i]);
		cr_expect_gt(diags.errors, 0, "%s", bad[i]);
	}
}

static const char whole[] =
    "writ 1\n"
    "/// doc\n"
    "use Money, cents_text as cents from \"lib/money.wf\"\n"
    "label pii \"personal\"\n"
    "backend house: llm accepts @pii @b taints @c\n"
    "const a = 1\n"
    "type R { from: text ..40 @pii \"why\" b: [int 0..9?] 1..3?, }\n"
    "type V = pay(int ..5) | deny\n"
    "type A = [R] ..6\n"
    "fn f(a: text, b: R?,) -> text drops @pii because \"x\" drops @b because \"y\" = a\n"
    "agent g(a: text) -> V via house drops @c because \"z\" { model: \"m\", a timeout: 30s }\n"
    "agent h = g via other { retry: 1 }\n"
    "start s(a: text @pii) -> R @pii within calls: 1_6, time: 50h, width: n\n"
    "  x = f(a)\n"
    "  require x == a else \"no {{a}}\"\n"
    "  do g(a)\n"
    "end R { from: x }\n"
    "test \"t\" { given a = 1 stub g -> V.deny stub g fails replay \"r\" expect a expect fails "
    "expect fails timeout in g }\n";

Test(parse, builds_each_declaration, .init = front_begin, .fini = front_end)
{
	const struct wc_file *f = front_parse((struct wr_text){ whole, sizeof whole - 1 });
	static const enum wc_decl_kind kinds[] = { WC_DECL_USE, WC_DECL_LABEL, WC_DECL_BACKEND,
		WC_DECL_CONST, WC_DECL_TYPE, WC_DECL_TYPE, WC_DECL_TYPE, WC_DECL_FN, WC_DECL_AGENT,
		WC_DECL_AGENT_COPY, WC_DECL_FLOW, WC_DECL_TEST };
	const struct wc_decl *d[12];
	uint32_t n = 0;

	cr_assert(f != NULL);
	cr_assert_eq(f->decls.len, 12);
	for (const struct wc_decl *i = f->decls.first; i != NULL; i = i->next, n++) {
		cr_assert(n < 12 && i->kind == kinds[n], "%u", n);
		cr_assert_eq(wc_span_line(i->span), n < 11 ? n + 3 : 18);
		d[n] = i;
	}
	cr_expect_eq(d[0]->use.names.len, 2);
	cr_expect(wr_text_eq(d[0]->use.names.last->as.text, WR_TEXT("cents")));
	cr_expect(wr_text_eq(d[0]->use.path.text, WR_TEXT("lib/money.wf")) &&
		  d[0]->use.hash.text.size == 0);
	cr_expect(wr_text_eq(d[1]->label.description.text, WR_TEXT("personal")));
	cr_expect(d[2]->backend.accepts.len == 2 && d[2]->backend.taints.len == 1);
	cr_expect(wr_text_eq(d[2]->backend.accepts.first->name.text, WR_TEXT("pii")));
	cr_expect(
	    wr_text_eq(wc_span_text(d[2]->backend.accepts.first->name.span), WR_TEXT("@pii")));
	const struct wc_field_decl *from = d[4]->type.fields.first, *b = from->next;
	cr_expect(d[4]->type.form == WC_TYPE_FORM_RECORD && d[4]->type.fields.len == 2);
	cr_expect(from->described && wr_text_eq(from->description.text, WR_TEXT("why")));
	cr_expect(from->type->range.written && !from->type->range.low.written &&
		  from->type->range.high.integer == 40);
	cr_expect(b->type->kind == WC_TYPE_LIST && b->type->optional && b->type->element->optional);
	cr_expect(b->type->element->range.high.integer == 9 && b->type->range.low.integer == 1);
	cr_expect(wr_text_eq(wc_span_text(b->type->span), WR_TEXT("[int 0..9?] 1..3?")));
	cr_expect(wr_text_eq(wc_span_text(b->type->shape_span), WR_TEXT("[int 0..9?] 1..3")));
	cr_expect(d[5]->type.form == WC_TYPE_FORM_VARIANTS &&
		  d[5]->type.variants.first->payload->range.high.integer == 5);
	cr_expect(d[6]->type.form == WC_TYPE_FORM_ALIAS && d[6]->type.alias->kind == WC_TYPE_LIST);
	cr_expect(d[7]->fn.params.len == 2 && d[7]->fn.drops.len == 2 &&
		  d[7]->fn.params.last->type->optional);
	cr_expect(d[8]->agent.settings.len == 3 && d[8]->agent.settings.first->next->shorthand);
	cr_expect_eq(d[8]->agent.settings.last->value->duration_ms, 30000);
	cr_expect(wr_text_eq(d[9]->agent_copy.from.text, WR_TEXT("g")));
	cr_expect(d[10]->flow.within.len == 3 && d[10]->flow.within.first->integer == 16);
	cr_expect(d[10]->flow.within.last->kind == WC_EXPR_NAME && d[10]->flow.steps.len == 3);
	cr_expect(d[10]->flow.steps.first->next->message->pieces.len == 2);
	cr_expect(d[11]->test.items.len == 7 &&
		  wr_text_eq(d[11]->test.items.last->failure.text, WR_TEXT("timeout")));
}

Test(parse, depth_is_bounded_and_flat_lists_are_not, .init = front_begin, .fini = front_end)
{
	static char text[1 << 20];
	static const struct {
		const char *before, *open, *middle, *close;
		size_t good, bad; /* repetitions */
	} cases[] = {
		{ "const a = ", "-f(", "1", ")", 90, 150 },
		{ "const a = ", "[", "1", "]", 190, 60000 },
		{ "const a = ", "(", "1", ")", 1000, 60000 },
		{ "const a = ", "1 + ", "1", "", 190, 60000 },
		{ "const a = ", "if a then b else ", "1", "", 190, 60000 },
		{ "type A = ", "[", "int", "]", 190, 60000 },
		{ "const a = [", "1, ", "1", "", 60000, 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (int bad = 0; bad < 2; bad++) {
			size_t n = bad ? cases[i].bad : cases[i].good, size = 0;
			bool ok;

			if (n == 0)
				continue;
			size = (size_t)snprintf(text, sizeof text, "writ 1 %s", cases[i].before);
			for (size_t j = 0; j < n; j++)
				size += (size_t)snprintf(
				    text + size, sizeof text - size, "%s", cases[i].open);
			size += (size_t)snprintf(
			    text + size, sizeof text - size, "%s", cases[i].middle);
			for (size_t j = 0; j < n; j++)
				size += (size_t)snprintf(
				    text + size, sizeof text - size, "%s", cases[i].close);
			if (i == 6)
				text[size++] = ']';
			cr_assert(size < sizeof text);
			ok = front_parse((struct wr_text){ text, size }) != NULL;
			cr_expect_eq(ok, !bad, "case %zu, %zu times", i, n);
			cr_expect(
			    !bad || diags.errors == 1, "case %zu: %u errors", i, diags.errors);
		}
	}
}

Test(parse, too_large_sources_are_refused, .init = front_begin, .fini = front_end)
{
	char *text = malloc(WC_SOURCE_MAX + 1);

	cr_assert(text != NULL);
	memset(text, '\n', WC_SOURCE_MAX + 1);
	memcpy(text, "writ 1", 6);
	cr_expect_not_null(front_parse((struct wr_text){ text, WC_SOURCE_MAX }));
	cr_expect_null(front_parse((struct wr_text){ text, WC_SOURCE_MAX + 1 }));
	memset(
	    text + 7, ';', WC_SOURCE_MAX - 7); /* one line of mistakes: told once, in good time */
	cr_expect_null(front_parse((struct wr_text){ text, WC_SOURCE_MAX }));
	cr_expect_eq(diags.errors, 1);
	free(text);
}

/* ---- what must not happen ------------------------------------------------------------ */

Test(parse, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 };
	static const char broken[] =
	    "writ 1\nconst a = \"\\q\"\nconst b = (((\nstart f() -> int\n  a = 1 2\nend a\n";

	while (failing_alloc_next(&f)) {
		for (int bad = 0; bad < 2; bad++) {
			struct wc_source s = { "t.wf", bad ? broken : whole,
				bad ? sizeof broken - 1 : sizeof whole - 1 };
			struct wc_file *file = NULL;
			enum wr_status status;

			wr_arena_init(&arena, &f.hook, WC_ARENA_MAX);
			wc_diags_init(&diags, &arena);
			status = wc_parse(&arena, &s, &diags, &file);
			cr_expect(status == WR_NOMEM || status == (bad ? WR_MALFORMED : WR_OK));
			cr_expect_eq(status == WR_OK, file != NULL);
			wr_arena_free(&arena);
			cr_assert_eq(f.live_bytes, 0);
		}
	}
}

Test(parse, a_small_arena_is_a_limit)
{
	struct wc_source s = { "t.wf", whole, sizeof whole - 1 };
	bool parsed = false;

	for (size_t max = 0; max < 100000 && !parsed; max += 97) {
		struct wc_file *file = NULL;
		enum wr_status status;

		front_begin();
		wr_arena_init(&arena, &memory.hook, max);
		wc_diags_init(&diags, &arena);
		status = wc_parse(&arena, &s, &diags, &file);
		parsed = status == WR_OK;
		cr_assert(parsed || status == WR_LIMIT, "%zu: %d", max, status);
		front_end();
	}
	cr_assert(parsed);
}

/* Whatever it is given, the parser ends, says something when it refuses, and says it within bounds.
 */
static void
must_behave(const char *bytes, size_t size)
{
	char *exact = malloc(size + (size == 0)); /* no byte beyond it */
	struct wc_source s = { "t.wf", exact, size };
	struct wc_file *file = NULL;
	struct wc_template *prompt;
	struct wr_buf out;
	enum wr_status status;

	cr_assert(exact != NULL);
	memcpy(exact, bytes, size);
	front_begin();
	wc_diags_init(&diags, &arena);
	status = wc_parse(&arena, &s, &diags, &file);
	cr_assert_eq(status, diags.errors > 0 ? WR_MALFORMED : WR_OK);
	wr_buf_init(&out, &memory.hook, 1 << 20);
	wc_diags_render(&diags, WC_DIAG_HUMAN, true, &out);
	wc_diags_render(&diags, WC_DIAG_JSON, false, &out);
	cr_assert_eq(out.status, WR_OK);
	wr_buf_free(&out);
	wc_diags_init(&diags, &arena);
	status = wc_parse_prompt(&arena, &s, &diags, &prompt);
	cr_assert_eq(status, diags.errors > 0 ? WR_MALFORMED : WR_OK);
	front_end();
	free(exact);
}

static uint64_t
next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

Test(parse, no_change_of_bytes_breaks_it)
{
	static const char *const tokens[] = { "\"", "\"\"\"", "{{", "}}", "{", "}", "(", ")", "\n",
		"end", "yield", "start f(", "@", "sha256:", "\\", "..", "'", "\r", "\xE2\x80\xAE",
		"\xff", "\nagent a", "\ntype T", "else", ":", "=", "1__", "//" };
	uint64_t state = 88172645463325252u;
	char text[sizeof whole + 64];

	for (size_t cut = 0; cut < sizeof whole; cut += 3)
		must_behave(whole, cut);
	for (int round = 0; round < 1200; round++) {
		size_t size = sizeof whole - 1;

		memcpy(text, whole, sizeof whole);
		for (uint64_t changes = next(&state) % 4 + 1; changes > 0; changes--) {
			size_t at = next(&state) % size;
			const char *token = tokens[next(&state) % (sizeof tokens / sizeof *tokens)];
			size_t len = strlen(token);

			switch (next(&state) % 4) {
			case 0:
				text[at] = (char)next(&state);
				break;
			case 1:
				memmove(text + at, text + at + 1, size - at - 1);
				size--;
				break;
			case 2:
				memcpy(text + at, token, len < size - at ? len : size - at);
				break;
			default:
				memmove(text + at + len, text + at, size - at);
				memcpy(text + at, token, len);
				size += len;
				break;
			}
		}
		must_behave(text, size);
	}
}
