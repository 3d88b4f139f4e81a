/*
 * Mistakes, in the words of people: what stands there, what may stand there (in
 * classes: what an author calls an expression is forty tokens here), and the one
 * help that is most likely. The end of wf.y, and no header: only there the symbols
 * have numbers.
 */

#define IN(symbol) in[YYSYMBOL_##symbol]

/* What may come. */
struct expected {
	bool expr, decl, step, type, field;
	bool continues; /* an expression has just ended and could go on */
};

static struct expected
classes(const bool *in)
{
	struct expected e;

	e.expr = IN(INTEGER) && IN(TSTART) && IN(LPAREN);
	e.decl = IN(AGENT) && IN(BACKEND) && IN(TYPE) && IN(FN);
	e.step = IN(DO) && IN(REQUIRE);
	e.continues = IN(PLUS) && IN(STAR) && IN(DOT);
	e.type = IN(TEXT) && IN(TYPENAME) && IN(LBRACK) && !e.expr;
	e.field = IN(TEXT) && IN(LIMIT) && !e.expr && !e.type;
	return e;
}

/* The single words worth naming, in the order they are named. */
static const struct {
	yysymbol_kind_t symbol;
	const char *words;
} worth[] = {
	{ YYSYMBOL_YIELD, "`yield`" },
	{ YYSYMBOL_END, "`end`" },
	{ YYSYMBOL_ELSE, "`else`" },
	{ YYSYMBOL_THEN, "`then`" },
	{ YYSYMBOL_UNTIL, "`until`" },
	{ YYSYMBOL_VIA, "`via`" },
	{ YYSYMBOL_BECAUSE, "`because`" },
	{ YYSYMBOL_LIMIT, "`limit`" },
	{ YYSYMBOL_IN, "`in`" },
	{ YYSYMBOL_GIVEN, "`given`" },
	{ YYSYMBOL_STUB, "`stub`" },
	{ YYSYMBOL_EXPECT, "`expect`" },
	{ YYSYMBOL_ARROW, "`->`" },
	{ YYSYMBOL_EQ, "`=`" },
	{ YYSYMBOL_COLON, "`:`" },
	{ YYSYMBOL_RBRACE, "`}`" },
	{ YYSYMBOL_RPAREN, "`)`" },
	{ YYSYMBOL_RBRACK, "`]`" },
	{ YYSYMBOL_COMMA, "`,`" },
	{ YYSYMBOL_TCLOSE, "`}}`" },
	{ YYSYMBOL_LPAREN, "`(`" },
	{ YYSYMBOL_LBRACE, "`{`" },
	{ YYSYMBOL_DOT, "`.`" },
	{ YYSYMBOL_FROM, "`from`" },
	{ YYSYMBOL_LABELREF, "a label" },
	{ YYSYMBOL_INTEGER, "a whole number" },
	{ YYSYMBOL_TSTART, "a text" },
	{ YYSYMBOL_TYPENAME, "a type name" },
	{ YYSYMBOL_TEND, "the end of the text" },
};

static bool
is_noise(const struct expected *e, yysymbol_kind_t s, bool first)
{
	switch (s) {
	case YYSYMBOL_END:
	case YYSYMBOL_VIA:
	case YYSYMBOL_LIMIT:
	case YYSYMBOL_FROM:
		return e->field || e->decl;
	case YYSYMBOL_GIVEN:
	case YYSYMBOL_STUB:
		return e->field;
	case YYSYMBOL_COMMA:
		return e->field || (e->continues && !first);
	case YYSYMBOL_LPAREN:
		return e->expr || e->continues || e->field || e->decl || e->step;
	case YYSYMBOL_LBRACE:
		return e->expr || e->continues;
	case YYSYMBOL_DOT:
		return e->continues;
	case YYSYMBOL_LABELREF:
		return e->step || e->decl;
	case YYSYMBOL_TCLOSE:
	case YYSYMBOL_INTEGER:
	case YYSYMBOL_TSTART:
		return e->expr || e->type || e->field || e->step || e->decl;
	case YYSYMBOL_TYPENAME:
		return e->expr || e->type;
	case YYSYMBOL_ELSE:
		return e->expr;
	default:
		return false;
	}
}

#define SAY_MAX 8

static size_t
say(const bool *in, const struct expected *e, const char *ret[SAY_MAX])
{
	size_t len = 0;

	if (e->expr)
		ret[len++] = "an expression";
	if (e->type)
		ret[len++] = "a type";
	if (e->step)
		ret[len++] = "a step";
	if (e->field)
		ret[len++] = "a field";
	if (e->decl && !e->field)
		ret[len++] = "a declaration";
	for (size_t i = 0; i < sizeof worth / sizeof *worth && len < SAY_MAX - 1; i++)
		if (in[worth[i].symbol] && !is_noise(e, worth[i].symbol, len == 0))
			ret[len++] = worth[i].symbol == YYSYMBOL_INTEGER && IN(DOTDOT) ?
			    "a range" : worth[i].words;
	if (!e->expr && !e->type && !e->step && !e->field && IN(NAME))
		ret[len++] = "a name";
	return len;
}

static void
label_expected(struct wc_diag *d, const char *const *words, size_t len)
{
	char text[256];
	size_t size = 0;

	for (size_t i = 0; i < len; i++) {
		const char *joint = i == 0 ? "" : i + 1 < len ? ", " : " or ";

		memcpy(text + size, joint, strlen(joint));
		size += strlen(joint);
		memcpy(text + size, words[i], strlen(words[i]));
		size += strlen(words[i]);
		assert(size < sizeof text - 32);
	}
	text[size] = '\0';
	if (len == 0)
		wc_diag_label(d, "here");
	else
		wc_diag_label(d, "expected %s", text);
}

/* Words from elsewhere, at the beginning of a declaration or step or as a value. */
static const struct {
	const char *word, *help;
} habits[] = {
	{ "def", "a function is written `fn name(…) -> Type = …`" },
	{ "func", "a function is written `fn name(…) -> Type = …`" },
	{ "function", "a function is written `fn name(…) -> Type = …`" },
	{ "import", "names from another file: `use Name from \"file.wf\"`" },
	{ "class", "a record is written `type Name { field: type }`" },
	{ "struct", "a record is written `type Name { field: type }`" },
	{ "enum", "variants are written `type Name = one | two`" },
	{ "let", "a step is written `name = …`, with no word before it" },
	{ "var", "a step is written `name = …`, with no word before it; it never changes" },
	{ "return", "a block ends in `yield …`, the flow in `end …`" },
	{ "elif", "write `else if`" },
	{ "switch", "write `match`" },
	{ "while", "there is no `while`; a `loop` has a limit" },
	{ "workflow", "a flow is written `start name(…) -> Type … end result`" },
	{ "flow", "a flow is written `start name(…) -> Type … end result`" },
	{ "null", "write `none`" },
	{ "steps", "a flow is written `start name(…) -> Type … end result`" },
	{ "jobs", "a flow is written `start name(…) -> Type … end result`" },
	{ "nodes", "a flow is written `start name(…) -> Type … end result`" },
	{ "pipeline", "a flow is written `start name(…) -> Type … end result`" },
	{ "chain", "a flow is written `start name(…) -> Type … end result`" },
	{ "record", "a record is written `type Name { field: type }`" },
	{ "interface", "a record is written `type Name { field: type }`" },
	{ "schema", "a record is written `type Name { field: type }`" },
	{ "model", "a model is a setting of an `agent`, and asked over a `backend`" },
	{ "prompt", "a prompt is a setting of an `agent`" },
	{ "tool", "a tool is an `agent` over a `backend`: `agent name(…) -> Type via name { … }`" },
	{ "input", "inputs stand behind the name of the flow: `start name(input: Type) -> …`" },
	{ "inputs", "inputs stand behind the name of the flow: `start name(input: Type) -> …`" },
	{ "assert", "a condition is written `require … else \"…\"`" },
	{ "pass", "there is nothing to leave out: a flow may have no steps" },
	{ "print", "nothing prints; what callers shall see is part of the result" },
};

static bool
help_habit(struct wc_diag *d, struct wr_text word)
{
	for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
		if (wr_text_eq(word, wr_text_of(habits[i].word))) {
			wc_diag_help(d, "%s", habits[i].help);
			return true;
		}
	}
	return false;
}

/* The keyword that a name was meant to be, among those that could stand there. */
static bool
help_spelling(struct wc_diag *d, struct wc_span span, const bool *in)
{
	struct wr_text words[YYNTOKENS], best;
	size_t len = 0;

	for (int i = YYSYMBOL_WRIT; i <= YYSYMBOL_BOOL; i++)
		if (in[i])
			words[len++] = wr_text_of(yysymbol_name((yysymbol_kind_t)i));
	best = wc_nearest(wc_span_text(span), words, len);
	if (best.at == NULL)
		return false;
	wc_diag_help(d, "did you mean `%T`?", best);
	wc_diag_edit(d, span, best);
	return true;
}

static bool
is_keyword(yysymbol_kind_t symbol)
{
	return symbol >= YYSYMBOL_WRIT && symbol <= YYSYMBOL_BOOL;
}

static bool
chooses(yysymbol_kind_t got)
{
	return got == YYSYMBOL_IF || got == YYSYMBOL_MATCH || got == YYSYMBOL_FOR ||
	       got == YYSYMBOL_LOOP || got == YYSYMBOL_TRY;
}

static bool
is_comparison(yysymbol_kind_t symbol)
{
	return symbol >= YYSYMBOL_EQEQ && symbol <= YYSYMBOL_GE;
}

#include "grammar/habits.h"

/* `True` and its like, which read as the name of a type; said at the word itself. */
static bool
report_constant(struct wc_parser *p, struct wc_span span)
{
	static const struct {
		const char *wrong, *right;
	} words[] = { { "True", "true" }, { "False", "false" }, { "None", "none" },
		{ "Null", "none" }, { "Some", "some" } };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct wc_diag *d;

		if (!wr_text_eq(wc_span_text(span), wr_text_of(words[i].wrong)))
			continue;
		d = wc_diag_add(p->diags, WC_E0002, span, "`%s` is not a value", words[i].wrong);
		wc_diag_label(d, "expected `%s`", words[i].right);
		wc_diag_edit(d, span, wr_text_of(words[i].right));
		p->error_line = p->line_before;
		return true;
	}
	return false;
}

static bool
is_declaration(int token)
{
	return token == T_USE || token == T_LABEL || token == T_BACKEND || token == T_CONST ||
	       token == T_TYPE || token == T_AGENT || token == T_START || token == T_TEST;
}

/* What stands where a step, a field or a declaration begins. True when it helped. */
static bool
help_beginning(struct wc_parser *p, struct wc_diag *d, const bool *in, const struct expected *e,
    yysymbol_kind_t got)
{
	static const bool step_words[YYNTOKENS] = { [YYSYMBOL_YIELD] = true,
		[YYSYMBOL_DO] = true,
		[YYSYMBOL_REQUIRE] = true,
		[YYSYMBOL_END] = true };
	bool after_name = IN(EQ) && IN(COLON) && p->before.kind == T_NAME &&
			  wc_parser_begins_line(p, p->before.span);
	char follows = wc_parser_follows(p, p->now.span);

	if (got == YYSYMBOL_TYPENAME && (e->field || e->step))
		wc_diag_help(d, "fields and steps begin with a lower-case letter; only types begin "
				"with a capital");
	else if (is_keyword(got) && !(chooses(got) && follows == ':') &&
		 (e->step || e->field) && (follows == '=' || follows == ':'))
		wc_diag_help(d, "`%T` is a word of the language; choose another name",
		    wc_span_text(p->now.span));
	else if (e->decl && got == YYSYMBOL_NAME)
		return help_habit(d, wc_span_text(p->now.span)) ||
		       help_spelling(d, p->now.span, in);
	else if (after_name)
		return help_habit(d, wc_span_text(p->before.span)) ||
		       help_spelling(d, p->before.span, step_words);
	else
		return false;
	return true;
}

/* Brackets that other languages put there. True when it helped. */
static bool
help_bracket(struct wc_parser *p, struct wc_diag *d, const bool *in, const struct expected *e,
    yysymbol_kind_t got)
{
	struct wc_span before = p->before.span;
	char left = before.start > 0 ? before.source->bytes[before.start - 1] : '\0';

	if (got == YYSYMBOL_LPAREN && e->continues && left == '.')
		wc_diag_help(d, "there are no methods: write `%T(…)`", wc_span_text(before));
	else if (got == YYSYMBOL_LBRACK && p->before.kind == T_TYPENAME)
		wc_diag_help(d, "a list is written `[T] ..9`");
	else if (got == YYSYMBOL_LBRACK && before.end == p->now.span.start)
		wc_diag_help(d, "there is no indexing: `first(xs)`, `last(xs)`, or a `for … where`");
	else if (got == YYSYMBOL_LBRACE && e->expr)
		wc_diag_help(d, "a record says its type: `Name { field: value }`");
	else if (got == YYSYMBOL_LBRACE && e->step && IN(END))
		wc_diag_help(d, "the steps stand between `start …` and `end`, without braces");
	else if (got == YYSYMBOL_LBRACE && IN(VIA))
		wc_diag_help(d, "an agent says which backend it asks: `via house`");
	else
		return false;
	return true;
}

/* Forms of other languages, told by what stands on both sides. True when it helped. */
static bool
help_elsewhere(struct wc_parser *p, struct wc_diag *d, const bool *in, const struct expected *e,
    yysymbol_kind_t got)
{
	int before = p->before.kind;
	bool touching = p->before.span.end == p->now.span.start;

	if (got == YYSYMBOL_TSTART && before == T_NAME && touching)
		wc_diag_help(d, "any text may hold `{{…}}`; no letter stands before it");
	else if (got == YYSYMBOL_FOR && IN(RBRACK))
		wc_diag_help(d, "`for x in xs yield …` is a list already");
	else if (chooses(got) && e->step && IN(END))
		wc_diag_help(d, "each step names its value: `name = %T …`",
		    wc_span_text(p->now.span));
	else if (got == YYSYMBOL_NAME && IN(LABELREF) &&
		 (before == T_ACCEPTS || before == T_TAINTS || before == T_DROPS))
		wc_diag_help(d, "a label is written `@%T`", wc_span_text(p->now.span));
	else if (got == YYSYMBOL_COMMA && before == T_LABELREF)
		wc_diag_help(d, "labels stand side by side, without commas");
	else if (got == YYSYMBOL_TYPENAME && IN(ELSE) && IN(NAME) && !e->continues)
		wc_diag_help(d, "a pattern is the variant alone, such as `pay(cents) -> …`");
	else if ((got == YYSYMBOL_INTEGER || got == YYSYMBOL_TSTART) && IN(ELSE) && IN(NAME) &&
		 !e->continues)
		wc_diag_help(d, "a `match` looks at variants, optionals and booleans; compare "
				"others with `if`");
	else if (got == YYSYMBOL_INTEGER && e->type &&
		 wc_parser_line_begins(p, p->before.span, "within"))
		wc_diag_help(d, "commas separate the limits of `within`");
	else if (got == YYSYMBOL_WHERE && IN(YIELD))
		wc_diag_help(d, "`where` stands before `sort`");
	else if (got == YYSYMBOL_IN && e->continues)
		wc_diag_help(d, "write `contains(xs, x)`");
	else if (got == YYSYMBOL_BAR && IN(TCLOSE))
		wc_diag_help(d, "there are no filters: a function takes the value, `upper(t)`");
	else if (got == YYSYMBOL_BAR && before == T_TYPENAME)
		wc_diag_help(d, "variants begin with a lower-case letter; only types begin with a "
				"capital");
	else if (before == T_TYPENAME && IN(LBRACE) && IN(DOT))
		wc_diag_help(d, "`%T` is the name of a type; values begin with a lower-case letter",
		    wc_span_text(p->before.span));
	else if ((got == YYSYMBOL_RPAREN || got == YYSYMBOL_COMMA) && IN(COLON) && !e->expr &&
		 before == T_NAME)
		wc_diag_help(d, "a parameter says its type: `%T: text`",
		    wc_span_text(p->before.span));
	else if (got == YYSYMBOL_VIA && IN(ARROW))
		wc_diag_help(d, "an agent says what it gives: `-> text via house`");
	else
		return help_bracket(p, d, in, e, got);
	return true;
}

static void
help_type(struct wc_parser *p, struct wc_diag *d, const bool *in)
{
	struct wr_text word = wc_span_text(p->now.span);
	const char *ours = wc_type_elsewhere(word);

	if (ours != NULL) {
		wc_diag_help(d, "write `%s`", ours);
		wc_diag_edit(d, p->now.span, wr_text_of(ours));
	} else if (is_word(word, "list") || is_word(word, "array")) {
		wc_diag_help(d, "a list of up to nine is written `[T] ..9`");
	} else if (is_word(word, "dict") || is_word(word, "map") || is_word(word, "object")) {
		wc_diag_help(d, "there are no maps: declare a record, `type Name { field: type }`");
	} else if (!help_spelling(d, p->now.span, in)) {
		wc_diag_help(d, "a type begins with a capital, or is `text`, `int`, `number`, "
				"`bool` or a list `[…]`");
	}
}

/* One help at most: the most likely cause. */
static void
help(struct wc_parser *p, struct wc_diag *d, const bool *in, const struct expected *e,
    yysymbol_kind_t got)
{
	if (help_newcomer(p, d, in, e, got) || help_beginning(p, d, in, e, got))
		return;
	if (IN(COLON) && !IN(EQ) && is_declaration(p->before.kind) &&
	    wc_parser_begins_line(p, p->before.span))
		wc_diag_help(d, "the declaration above has no closing `}`");
	else if (got == YYSYMBOL_EQ && e->expr && wc_parser_begins_line(p, p->before.span))
		wc_diag_help(d, "if this was meant as a step: the word before `=` is a keyword, "
				"choose another name");
	else if (got == YYSYMBOL_EQ && IN(COLON) && IN(RPAREN)) {
		wc_diag_help(d, "an argument is written `name: value`");
		wc_diag_edit(d, p->now.span, WR_TEXT(":"));
	} else if (got == YYSYMBOL_EQ && IN(COLON)) {
		wc_diag_help(d, "a field is written `name: value`; `=` makes a step");
		wc_diag_edit(d, p->now.span, WR_TEXT(":"));
	} else if (IN(ELSE) && e->continues && wc_parser_line_begins(p, p->before.span, "require"))
		wc_diag_help(d, "a `require` says what is wrong: `require … else \"…\"`");
	else if (IN(ELSE) && e->continues && got != YYSYMBOL_RPAREN)
		wc_diag_help(
		    d, "every `if` and every `try` has an `else`: each step must have a value");
	else if (IN(THEN) && got == YYSYMBOL_LBRACE)
		wc_diag_help(d, "write `if … then … else …`");
	else if (IN(ARROW) && got == YYSYMBOL_COLON)
		wc_diag_help(d, "write `->` before the type of the result");
	else if (got == YYSYMBOL_TOPEN && IN(TEND))
		wc_diag_help(d, "this text is fixed; for the braces themselves write `\\{{`");
	else if (is_comparison(got) && IN(AND))
		wc_diag_help(d, "comparisons do not chain: write `a < b and b < c`");
	else if (e->type && got == YYSYMBOL_NAME)
		help_type(p, d, in);
	else if (help_elsewhere(p, d, in, e, got))
		return;
	else if (e->step && got == YYSYMBOL_CONST && IN(END))
		wc_diag_help(d, "a step is written `name = …`, with no word before it");
	else if (e->step && got == YYSYMBOL_AS)
		wc_diag_help(d, "there are no casts: `text(x)`, `number(x)`, `int(x)`");
	else if (e->step && is_keyword(got) && IN(END) && wc_parser_begins_line(p, p->now.span))
		wc_diag_help(d, "a flow ends with `end` and its result");
	else if (got == YYSYMBOL_NAME)
		(void)help_spelling(d, p->now.span, in);
}

static int
yyreport_syntax_error(const yypcontext_t *context, struct wc_parser *p)
{
	yysymbol_kind_t expected[YYNTOKENS], got = yypcontext_token(context);
	bool in[YYNTOKENS] = { false };
	const char *words[SAY_MAX];
	const char *name = got == YYSYMBOL_YYEMPTY ? "" : yysymbol_name(got);
	struct wc_span at = got == YYSYMBOL_YYEOF ? behind(p->before.span) : p->now.span;
	int len = yypcontext_expected_tokens(context, expected, YYNTOKENS);
	struct expected e;
	struct wc_diag *d;

	for (int i = 0; i < len; i++)
		in[expected[i]] = true;
	e = classes(in);
	if (p->hopeless || wc_diags_full(p->diags))
		return 0;
	if (IN(DOT) && !e.continues && report_constant(p, p->before.span))
		return 0;
	if (got == YYSYMBOL_YYEOF)
		d = wc_parser_error(p, WC_E0002, at, "the file ends too early");
	else
		d = wc_parser_error(p, WC_E0002, at,
		    strchr(name, ' ') == NULL ? "`%s` is not expected here" :
						"%s is not expected here",
		    name);
	if (d == NULL)
		return 0;
	label_expected(d, words, say(in, &e, words));
	help(p, d, in, &e, got);
	return len < 0 ? len : 0;
}

/* Bison's own word: the stack is full, or the arena is. */
static void
wf_error(struct wc_span *at, struct wc_parser *p, const char *message)
{
	(void)message;
	if (p->status == WR_OK)
		wc_diag_label(
		    wc_parser_error(p, WC_E0007, *at, "this is nested too deeply"), "here");
}
