/*
 * What people write first who come from Python, YAML or JavaScript, told by the word or
 * the sign and what may stand there, with what it is here. A part of report.h: it adds a
 * help to a message that is there already, and never decides what is a mistake.
 */

/* The word that stands left of it on its line, or an empty text. */
static struct wr_text
word_left(struct wc_span span)
{
	const char *b = span.source->bytes;
	uint32_t end = span.start, start;

	while (end > 0 && b[end - 1] == ' ')
		end--;
	for (start = end; start > 0 && ((b[start - 1] >= 'a' && b[start - 1] <= 'z') ||
					   b[start - 1] == '_');)
		start--;
	return (struct wr_text){ b + start, end - start };
}

/* The sign that stands left of it, or 0. */
static char
sign_left(struct wc_span span)
{
	const char *b = span.source->bytes;
	uint32_t i = span.start;

	while (i > 0 && (b[i - 1] == ' ' || b[i - 1] == '\t' || b[i - 1] == '\n'))
		i--;
	return i > 0 ? b[i - 1] : '\0';
}

static bool
is_word(struct wr_text t, const char *word)
{
	return wr_text_eq(t, wr_text_of(word));
}

/* Words that are said differently here, where ours may stand. True when it helped. */
static bool
help_word(struct wc_parser *p, struct wc_diag *d, const bool *in)
{
	static const struct {
		const char *theirs, *ours;
		yysymbol_kind_t symbol;
	} words[] = {
		{ "elif", "else if", YYSYMBOL_ELSE },
		{ "elsif", "else if", YYSYMBOL_ELSE },
		{ "elseif", "else if", YYSYMBOL_ELSE },
		{ "except", "else", YYSYMBOL_ELSE },
		{ "catch", "else", YYSYMBOL_ELSE },
		{ "otherwise", "else", YYSYMBOL_ELSE },
		{ "parallel", "width", YYSYMBOL_WIDTH },
		{ "concurrency", "width", YYSYMBOL_WIDTH },
		{ "assert", "expect", YYSYMBOL_EXPECT },
		{ "mock", "stub", YYSYMBOL_STUB },
	};
	struct wr_text word = wc_span_text(p->now.span);

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!is_word(word, words[i].theirs) || !in[words[i].symbol])
			continue;
		wc_diag_help(d, "write `%s`", words[i].ours);
		wc_diag_edit(d, p->now.span, wr_text_of(words[i].ours));
		return true;
	}
	if (IN(GIVEN) && wc_parser_follows(p, p->now.span) == '=')
		wc_diag_help(d, "an input of the flow is given: `given %T = …`", word);
	else
		return false;
	return true;
}

/* `:` opens nothing here. True when it helped. */
static bool
help_colon(struct wc_parser *p, struct wc_diag *d, const bool *in, const struct expected *e)
{
	int before = p->before.kind;

	if (IN(THEN))
		wc_diag_help(d, "write `if … then … else …`, without `:`");
	else if (IN(YIELD) && e->continues)
		wc_diag_help(d, "write `for x in xs yield …`, without `:`");
	else if (before == T_THEN || before == T_ELSE || before == T_TRY)
		wc_diag_help(d, "no `:` here: an expression follows, or a block "
				"`{ … yield … }`");
	else if (e->step && IN(END) && wc_parser_line_begins(p, p->now.span, "start"))
		wc_diag_help(d, "no `:` here: the steps follow, then `end` and the result");
	else
		return false;
	return true;
}

/* A step whose name has no `=` behind it. True when it helped. */
static bool
help_nameless(struct wc_parser *p, struct wc_diag *d, yysymbol_kind_t got)
{
	struct wc_span before = p->before.span;
	bool first = wc_parser_begins_line(p, before);
	bool sum = got == YYSYMBOL_PLUS || got == YYSYMBOL_MINUS || got == YYSYMBOL_STAR ||
		   got == YYSYMBOL_SLASH;
	struct wr_text left = word_left(before);

	if (is_word(wc_span_text(before), "is"))
		wc_diag_help(d, "write `==`, or `!=` for `is not`");
	else if (is_word(left, "await"))
		wc_diag_help(d, "there is no `await`: a step waits for what it uses");
	else if (is_word(left, "case") || is_word(wc_span_text(before), "case") ||
		 is_word(left, "switch"))
		wc_diag_help(d, "write `match x { variant -> …, other -> … }`");
	else if (first && sum && wc_parser_follows(p, p->now.span) == '=')
		wc_diag_help(d, "a name means one thing, for good: give the new value a new name");
	else if (first && got == YYSYMBOL_DOT)
		wc_diag_help(d, "nothing changes in place: `name = xs + [x]` is a new list");
	else if (first && got == YYSYMBOL_LPAREN && help_habit(d, wc_span_text(before)))
		return true;
	else if (first && got == YYSYMBOL_LPAREN)
		wc_diag_help(d, "a step names its value: `name = %T(…)`; `do %T(…)` when only the "
				"effect counts", wc_span_text(before), wc_span_text(before));
	else if (sign_left(before) == '{' && (got == YYSYMBOL_LPAREN || got == YYSYMBOL_RBRACE ||
					      got == YYSYMBOL_DOT))
		wc_diag_help(d, "a block ends in `yield …`; one expression needs no braces");
	else
		return false;
	return true;
}

/* A `{` where a declaration says something first. True when it helped. */
static bool
help_brace(struct wc_parser *p, struct wc_diag *d, const bool *in, const struct expected *e)
{
	struct wc_span at = p->now.span;

	if (e->type && p->before.kind == T_EQ && wc_parser_line_begins(p, at, "type"))
		wc_diag_help(d, "a record has no `=`: `type Name { field: type }`");
	else if (e->type)
		wc_diag_help(d, "a record has a name: declare `type Name { field: type }` and "
				"write `Name` here");
	else if (IN(ARROW) && wc_parser_line_begins(p, at, "agent"))
		wc_diag_help(d, "an agent says what it gives and whom it asks: "
				"`-> text via house {`");
	else if (IN(EQ) && wc_parser_line_begins(p, at, "fn"))
		wc_diag_help(d, "a `fn` is one expression, without braces and `return`: `= …`");
	else
		return false;
	return true;
}

/*
 * An item where the one before has just ended: in a list anywhere, else on the same line, for on the
 * next one it is more likely a step behind an open bracket.
 */
static bool
comma_lacks(const struct wc_parser *p, const bool *in, yysymbol_kind_t got)
{
	bool item = got == YYSYMBOL_NAME || got == YYSYMBOL_TSTART || got == YYSYMBOL_INTEGER ||
		    got == YYSYMBOL_TYPENAME;

	return item && IN(COMMA) && (IN(RPAREN) || IN(RBRACK)) &&
	       p->before.span.end < p->now.span.start &&
	       (IN(RBRACK) || !wc_parser_begins_line(p, p->now.span));
}

/* True when it helped. */
static bool
help_newcomer(struct wc_parser *p, struct wc_diag *d, const bool *in, const struct expected *e,
    yysymbol_kind_t got)
{
	int before = p->before.kind;

	if (got == YYSYMBOL_NAME && help_word(p, d, in))
		return true;
	if (got == YYSYMBOL_COLON && help_colon(p, d, in, e))
		return true;
	if (got == YYSYMBOL_LBRACE && help_brace(p, d, in, e))
		return true;
	if (before == T_NAME && IN(EQ) && IN(COLON) && got != YYSYMBOL_NAME &&
	    help_nameless(p, d, got))
		return true;
	if (got == YYSYMBOL_EQ && IN(EQEQ) && !IN(COLON)) {
		wc_diag_help(d, "`==` compares; `=` names a step");
		wc_diag_edit(d, p->now.span, WR_TEXT("=="));
	} else if (got == YYSYMBOL_EQ && IN(ARROW)) {
		wc_diag_help(d, "write `->`");
		wc_diag_edit(d, p->now.span, WR_TEXT("->"));
	} else if (got == YYSYMBOL_TSTART && wc_parser_line_begins(p, p->now.span, "type"))
		wc_diag_help(d, "variants are names, without quotes: `type Name = one | two`");
	else if (got == YYSYMBOL_STAR && before == T_STAR)
		wc_diag_help(d, "there are no powers: write `x * x`");
	else if (got == YYSYMBOL_QUESTION && e->continues)
		wc_diag_help(d, "write `if … then … else …`");
	else if (got == YYSYMBOL_IF && e->continues && !wc_parser_begins_line(p, p->now.span))
		wc_diag_help(d, "the condition comes first: `if … then … else …`");
	else if (got == YYSYMBOL_COMMA && IN(RPAREN) && e->continues)
		wc_diag_help(d, "several values are a list `[a, b]`, or a record");
	else if (comma_lacks(p, in, got))
		wc_diag_help(d, "a `,` stands between two of them");
	else if (got == YYSYMBOL_FROM && e->decl)
		wc_diag_help(d, "names from another file: `use name from \"file.wf\"`");
	else if (got == YYSYMBOL_YYEOF && e->step && IN(END))
		wc_diag_help(d, "a flow ends with `end` and its result");
	else if (is_keyword(got) && IN(NAME) && !e->expr && !e->step && !e->field && !e->decl &&
		 !e->type && !IN(RBRACE))
		wc_diag_help(d, "`%T` is a word of the language; choose another name",
		    wc_span_text(p->now.span));
	else
		return false;
	return true;
}
