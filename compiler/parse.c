/*
 * The parser's frame: what goes in and out, the tokens between scanner and grammar,
 * and where reading goes on after a mistake. Decides nothing about the language but
 * that a file begins with `writ 1`.
 */
#include "compiler/parse.h"

#include "compiler/parse_state.h"
#include "grammar/wf.y.h"
#include "grammar/wf.l.h"

#include <assert.h>
#include <stdarg.h>

int wf_scan(struct wc_token *token, yyscan_t scanner);
void wf_seek(uint32_t offset, yyscan_t scanner);
void wf_begin(enum wc_scan_mode mode, yyscan_t scanner);
int wf_lex(WF_STYPE *value, struct wc_span *span, struct wc_parser *parser);

/* What flex allocates for one buffer: its state, one buffer, a stack of one. Tried: 300 bytes. */
#define SCANNER_RESERVE 2048u
#define NOT_FIRST UINT32_MAX

/* ---- memory for the generated code ------------------------------------------------ */

void *
wc_parser_alloc(struct wc_parser *parser, size_t size)
{
	return parser == NULL ? NULL : wc_parser_new(parser, size);
}

void *
wc_parser_scan_alloc(struct wc_parser *parser, size_t size)
{
	void *p = parser->reserve;

	size = (size + 15) / 16 * 16;
	assert(size <= parser->reserve_left);
	parser->reserve += size;
	parser->reserve_left -= size;
	return p;
}

/* ---- where things stand on their line ----------------------------------------------- */

/* The blanks before it when nothing else is, or NOT_FIRST. */
static uint32_t
indent_of(const struct wc_parser *parser, struct wc_span span)
{
	const char *b = parser->source->bytes;
	uint32_t i = span.start;

	while (i > 0 && (b[i - 1] == ' ' || b[i - 1] == '\t'))
		i--;
	return i == 0 || b[i - 1] == '\n' ? span.start - i : NOT_FIRST;
}

bool
wc_parser_begins_line(const struct wc_parser *parser, struct wc_span span)
{
	return indent_of(parser, span) != NOT_FIRST;
}

bool
wc_parser_line_begins(const struct wc_parser *parser, struct wc_span span, const char *word)
{
	const char *b = parser->source->bytes;
	uint32_t i = span.start;
	size_t size = strlen(word);

	while (i > 0 && b[i - 1] != '\n')
		i--;
	while (i < span.start && (b[i] == ' ' || b[i] == '\t'))
		i++;
	return parser->source->size - i >= size && memcmp(b + i, word, size) == 0;
}

char
wc_parser_follows(const struct wc_parser *parser, struct wc_span span)
{
	const struct wc_source *s = parser->source;
	uint32_t i = span.end;

	while (i < s->size && (s->bytes[i] == ' ' || s->bytes[i] == '\t'))
		i++;
	if (i == s->size || s->bytes[i] == '\n' || s->bytes[i] == '\r')
		return '\0';
	return s->bytes[i] == '=' && i + 1 < s->size && s->bytes[i + 1] == '=' ? '\0' : s->bytes[i];
}

/* ---- tokens ---------------------------------------------------------------------------- */

struct wc_diag *
wc_parser_error(
    struct wc_parser *parser, enum wc_code code, struct wc_span span, const char *format, ...)
{
	struct wc_diag *d;
	va_list args;

	if (parser->skipping || parser->error_line == parser->line_before)
		return NULL;
	parser->error_line = parser->line_before;
	va_start(args, format);
	d = wc_diag_add_list(parser->diags, code, span, format, &args);
	va_end(args);
	return d;
}

static void
keep(struct wc_parser *parser, int kind, struct wc_span span)
{
	struct wc_lexemes *l = parser->lexemes;

	if (l == NULL)
		return;
	if (l->len == l->room) {
		uint32_t room = l->room == 0 ? 256 : 2 * l->room;
		struct wc_lexeme *more = wc_parser_new(parser, room * sizeof *more);

		if (more == NULL)
			return;
		if (l->len > 0)
			memcpy(more, l->at, l->len * sizeof *more);
		l->at = more;
		l->room = room;
	}
	l->at[l->len++] = (struct wc_lexeme){ kind, span.start, span.end };
}

void
wc_parser_comment(struct wc_parser *parser, struct wc_span span)
{
	keep(parser, WC_LEXEME_COMMENT, span);
}

static struct wc_token
scan(struct wc_parser *parser)
{
	struct wc_token t = { 0 };
	uint32_t indent;

	if (!parser->hopeless && !wc_diags_full(parser->diags))
		t.kind = wf_scan(&t, parser->scanner);
	if (t.kind == 0)
		t.span = (struct wc_span){ parser->source, parser->at, parser->at };
	else
		keep(parser, t.kind, t.span);
	if (parser->level_len > 1 || (t.kind != T_START && t.kind != T_NAME) ||
	    (indent = indent_of(parser, t.span)) == NOT_FIRST)
		return t;
	if (t.kind == T_START && indent <= parser->base_column)
		parser->step_column = UINT32_MAX;
	else if (t.kind == T_NAME && wc_parser_follows(parser, t.span) == '=' &&
		 indent < parser->step_column)
		parser->step_column = indent;
	return t;
}

static void
queue(struct wc_parser *parser, int kind, struct wc_span span)
{
	assert(parser->queue_len < sizeof parser->queue / sizeof *parser->queue);
	parser->queue[parser->queue_len++] =
	    (struct wc_token){ .kind = kind, .span = span, .integer = 1 };
}

/* The first token; when it is not `writ`, say so and go on as if it were. */
static struct wc_token
begin(struct wc_parser *parser)
{
	struct wc_span start = { parser->source, 0, 0 };
	struct wc_token first;
	struct wc_diag *d;

	parser->started = true;
	if (parser->level[0].mode == WC_SCAN_PROMPT)
		return (struct wc_token){ .kind = T_PROMPT_BEGINS, .span = start };
	first = scan(parser);
	parser->base_column = indent_of(parser, first.span);
	if (first.kind != T_WRIT) {
		struct wc_span place = first.span;

		place.end -= place.end > place.start ? place.end - place.start - 1 : 0;
		d = wc_parser_error(parser, WC_E0008, place,
		    "the file does not say which language it is written in");
		wc_diag_label(d, "the first line must be `writ 1`");
		wc_diag_edit(d, start, WR_TEXT("writ 1\n\n"));
		queue(parser, T_WRIT, start);
		queue(parser, T_INTEGER, start);
	}
	parser->queue[parser->queue_len++] = first;
	return (struct wc_token){ .kind = T_FILE_BEGINS, .span = start };
}

static struct wc_token
next(struct wc_parser *parser)
{
	struct wc_token t;

	if (!parser->started) {
		t = begin(parser);
	} else if (parser->queue_len > 0) {
		t = parser->queue[0];
		parser->queue_len--;
		memmove(parser->queue, parser->queue + 1, parser->queue_len * sizeof t);
	} else {
		t = scan(parser);
	}
	parser->before = parser->now;
	parser->now = t;
	return t;
}

/* What bison calls. */
int
wf_lex(WF_STYPE *value, struct wc_span *span, struct wc_parser *parser)
{
	struct wc_token t = next(parser);

	*span = t.span;
	switch (t.kind) {
	case T_INTEGER:
		value->T_INTEGER = t.integer;
		break;
	case T_DURATION:
		value->T_DURATION = t.integer;
		break;
	case T_DECIMAL:
		value->T_DECIMAL = t.number;
		break;
	case T_TSTART:
		value->T_TSTART = t.block ? WC_SCAN_BLOCK : WC_SCAN_LINE;
		break;
	case T_TEND:
		value->T_TEND = (uint32_t)t.integer;
		break;
	default:
		break;
	}
	return t.kind;
}

/* ---- going on after a mistake -------------------------------------------------------------- */

static bool
begins_decl(
    const struct wc_parser *parser, const struct wc_token *t, enum wc_level_of_recovery level)
{
	char follows = wc_parser_follows(parser, t->span);
	bool word = (follows >= 'a' && follows <= 'z') || (follows >= 'A' && follows <= 'Z') ||
		    follows == '"';
	uint32_t indent = indent_of(parser, t->span);

	if (indent == NOT_FIRST || indent > parser->base_column || !word)
		return false;
	switch (t->kind) {
	case T_USE:
	case T_LABEL:
	case T_BACKEND:
	case T_CONST:
	case T_TYPE:
	case T_FN:
	case T_AGENT:
	case T_START:
	case T_TEST:
		return true;
	case T_NAME:
		return level == WC_RECOVER_DECL; /* most likely one of these words, misspelt */
	default:
		return false;
	}
}

static bool
begins_step(const struct wc_parser *parser, const struct wc_token *t)
{
	uint32_t indent = indent_of(parser, t->span);
	char follows = wc_parser_follows(parser, t->span);

	if (indent == NOT_FIRST || indent > parser->step_column)
		return false;
	return (t->kind == T_NAME && follows == '=') || t->kind == T_DO || t->kind == T_REQUIRE ||
	       (t->kind == T_END && follows != ':');
}

/*
 * When the mistake is in a hole, what is text and what is code may be confused:
 * leave the outermost text where it most likely ends.
 */
static void
leave_text(struct wc_parser *parser)
{
	const struct wc_source *s = parser->source;
	const struct wc_scan_level *text = &parser->level[1];
	uint32_t i = text->start, line;

	do {
		while (i < s->size && s->bytes[i] != '\n')
			i++;
		parser->line_start = line = i < s->size ? i + 1 : i;
		if (text->mode == WC_SCAN_LINE)
			break;
		for (i = line; i < s->size && (s->bytes[i] == ' ' || s->bytes[i] == '\t'); i++)
			;
	} while (i < s->size && (s->size - i < 3 || memcmp(s->bytes + i, "\"\"\"", 3) != 0));
	parser->at = text->mode == WC_SCAN_LINE ? line : i < s->size ? i + 3 : i;
	parser->level_len = 1;
	wf_seek(parser->at, parser->scanner);
}

static void
go_on(
    struct wc_parser *parser, enum wc_level_of_recovery level, const struct wc_token *at, bool decl)
{
	parser->resumed = at->span.end;
	parser->skipping = false;
	parser->queue_len = 0;
	if (decl && level == WC_RECOVER_STEP) { /* the flow never ended: end it */
		queue(parser, T_END, at->span);
		queue(parser, T_NONE, at->span);
	}
	parser->queue[parser->queue_len++] = *at;
}

/*
 * Each call that returns true puts `resumed` behind a later token than the call
 * before, so there are at most as many as tokens, although bison is told to
 * forget the mistake. At the end of the source it is not told, and gives up.
 */
bool
wc_parser_resync(struct wc_parser *parser, enum wc_level_of_recovery level, bool pending)
{
	struct wc_token t;

	parser->skipping = true;
	if (parser->level_len > 1 && !parser->hopeless) {
		leave_text(parser);
		pending = false;
	}
	if (pending && parser->before.span.start >= parser->resumed &&
	    begins_decl(parser, &parser->before, level)) {
		t = parser->now; /* a bracket is missing above, and `agent` was taken for a field */
		go_on(parser, level, &parser->before, true);
		parser->queue[parser->queue_len++] = t;
		return true;
	}
	for (t = pending ? parser->now : next(parser); t.kind != 0; t = next(parser)) {
		bool decl = begins_decl(parser, &t, level);

		if (t.span.start < parser->resumed || parser->level_len > 1)
			continue;
		if (!decl && (level == WC_RECOVER_DECL || !begins_step(parser, &t)))
			continue;
		go_on(parser, level, &t, decl);
		return true;
	}
	parser->hopeless = true;
	return false;
}

/* ---- in and out ------------------------------------------------------------------------------ */

static enum wr_status
run(struct wc_parser *parser)
{
	const struct wc_source *source = parser->source;
	char *copy = wc_parser_new(
	    parser, source->size + 2); /* flex writes into it, and ends it with two NULs */
	bool mistaken;
	int outcome;

	parser->reserve = wc_parser_new(parser, SCANNER_RESERVE);
	parser->reserve_left = SCANNER_RESERVE;
	if (copy == NULL || parser->reserve == NULL)
		return parser->status;
	if (source->size > 0)
		memcpy(copy, source->bytes, source->size);
	if (wf_scan_lex_init_extra(parser, &parser->scanner) != 0)
		return WR_NOMEM;
	(void)wf_scan__scan_buffer(copy, source->size + 2, parser->scanner);
	wf_begin(parser->level[0].mode, parser->scanner);
	outcome = wf_parse(parser);
	(void)wf_scan_lex_destroy(parser->scanner);
	wc_parser_check_huge(parser);
	if (parser->status != WR_OK)
		return parser->status;
	if (parser->diags->status != WR_OK)
		return parser->diags->status;
	mistaken = parser->diags->errors > parser->errors_before;
	assert(outcome == 0 || mistaken);
	return outcome != 0 || mistaken ? WR_MALFORMED : WR_OK;
}

static enum wr_status
parse(struct wc_parser *parser, struct wr_arena *arena, const struct wc_source *source,
    struct wc_diags *diags, enum wc_scan_mode mode, struct wc_lexemes *lexemes)
{
	*parser = (struct wc_parser){ .arena = arena,
		.source = source,
		.diags = diags,
		.lexemes = lexemes,
		.errors_before = diags->errors,
		.level = { { .mode = mode } },
		.level_len = 1,
		.step_column = UINT32_MAX,
		.error_line = UINT32_MAX };
	if (source->size > WC_SOURCE_MAX) {
		struct wc_source *empty = wc_parser_new(parser, sizeof *empty);

		if (empty == NULL)
			return parser->status;
		*empty = (struct wc_source){ source->name, "", 0 };
		wc_diag_label(wc_diag_add(diags, WC_E0013, (struct wc_span){ empty, 0, 0 },
				  "this file is too large"),
		    "%N bytes, the limit is %N", (uint64_t)source->size, (uint64_t)WC_SOURCE_MAX);
		return diags->status != WR_OK ? diags->status : WR_MALFORMED;
	}
	if (!wc_parser_check_bytes(parser))
		return diags->status != WR_OK ? diags->status : WR_MALFORMED;
	return run(parser);
}

static enum wr_status
parse_file(struct wr_arena *arena, const struct wc_source *source, struct wc_diags *diags,
    struct wc_file **ret_file, struct wc_lexemes *lexemes)
{
	struct wc_parser parser;
	enum wr_status status = parse(&parser, arena, source, diags, WC_SCAN_CODE, lexemes);

	if (status != WR_OK)
		return status;
	assert(parser.file != NULL);
	*ret_file = parser.file;
	return WR_OK;
}

enum wr_status
wc_parse(struct wr_arena *arena, const struct wc_source *source, struct wc_diags *diags,
    struct wc_file **ret_file)
{
	return parse_file(arena, source, diags, ret_file, NULL);
}

enum wr_status
wc_parse_lexemes(struct wr_arena *arena, const struct wc_source *source, struct wc_diags *diags,
    struct wc_file **ret_file, struct wc_lexemes *ret_lexemes)
{
	*ret_lexemes = (struct wc_lexemes){ 0 };
	return parse_file(arena, source, diags, ret_file, ret_lexemes);
}

enum wr_status
wc_parse_prompt(struct wr_arena *arena, const struct wc_source *source, struct wc_diags *diags,
    struct wc_template **ret_template)
{
	struct wc_parser parser;
	enum wr_status status = parse(&parser, arena, source, diags, WC_SCAN_PROMPT, NULL);

	if (status != WR_OK)
		return status;
	assert(parser.prompt != NULL);
	*ret_template = parser.prompt;
	return WR_OK;
}
