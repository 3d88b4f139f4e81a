/*
 * Tokens and comments on their way to the layout. Decides where comments, commas and empty lines
 * go; every token goes through here, in order, and takes the comments before it along.
 */
#include "compiler/format_parts.h"

#include "grammar/wf.y.h"

#include <assert.h>

/* ---- looking ahead ------------------------------------------------------------------ */

static const struct wc_lexeme *
next_token(const struct wc_lexeme *at, const struct wc_lexeme *end)
{
	while (at < end && at->kind == WC_LEXEME_COMMENT)
		at++;
	return at;
}

int
wc_format_peek(const struct wc_formatter *f)
{
	const struct wc_lexeme *t = next_token(f->at, f->end);

	return t < f->end ? t->kind : 0;
}

uint32_t
wc_format_start(const struct wc_formatter *f)
{
	const struct wc_lexeme *t = next_token(f->at, f->end);

	return t < f->end ? t->start : (uint32_t)f->source->size;
}

/* New lines in [start, end); more than two do not count. */
static unsigned
newlines(const struct wc_formatter *f, uint32_t start, uint32_t end)
{
	unsigned n = 0;

	for (uint32_t i = start; i < end && n < 2; i++)
		n += f->source->bytes[i] == '\n';
	return n;
}

bool
wc_format_breaks(const struct wc_formatter *f)
{
	const struct wc_lexeme *t = next_token(f->at, f->end);

	return t + 1 < f->end &&
	       (t[1].kind == WC_LEXEME_COMMENT || newlines(f, t->end, t[1].start) > 0);
}

/* ---- comments -------------------------------------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The comment at the cursor. blank: an empty line may stay before it. */
static void
take_comment(struct wc_formatter *f, bool blank)
{
	const struct wc_lexeme *c = f->at++;
	unsigned lines = newlines(f, f->before, c->start);
	uint32_t end = c->end;

	while (end > c->start && is_blank(f->source->bytes[end - 1]))
		end--;
	wc_layout_comment(&f->layout,
	    (struct wr_text){ f->source->bytes + c->start, end - c->start },
	    lines == 0 && f->before > 0, blank && lines > 1);
	f->before = c->end;
}

void
wc_format_comments(struct wc_formatter *f)
{
	while (f->at < f->end && f->at->kind == WC_LEXEME_COMMENT)
		take_comment(f, true);
}

/* The comment on the line of the token before it; before a comma, it waits for the comma. */
static void
trailing(struct wc_formatter *f)
{
	if (f->at < f->end && f->at->kind == WC_LEXEME_COMMENT &&
	    newlines(f, f->before, f->at->start) == 0 && wc_format_peek(f) != T_COMMA)
		take_comment(f, false);
}

/* ---- tokens ------------------------------------------------------------------------------- */

void
wc_format_any(struct wc_formatter *f)
{
	wc_format_comments(f);
	if (f->at == f->end) {
		f->lost = true;
		return;
	}
	wc_layout_text(&f->layout,
	    (struct wr_text){ f->source->bytes + f->at->start, f->at->end - f->at->start });
	f->before = f->at->end;
	f->at++;
	trailing(f);
}

void
wc_format_token(struct wc_formatter *f, int kind)
{
	f->lost = f->lost || wc_format_peek(f) != kind;
	wc_format_any(f);
}

void
wc_format_tight(struct wc_formatter *f, uint32_t end)
{
	while (!f->lost && wc_format_start(f) < end)
		wc_format_any(f);
}

/* ---- lists ---------------------------------------------------------------------------------- */

void
wc_format_item(struct wc_formatter *f, bool first)
{
	if (first && f->at < f->end && f->at->kind == WC_LEXEME_COMMENT) {
		take_comment(f, false);
		first = false;
	}
	wc_format_comments(f);
	if (!first && newlines(f, f->before, wc_format_start(f)) > 1)
		wc_layout_blank(&f->layout);
}

void
wc_format_comma(struct wc_formatter *f, enum wc_format_comma kind)
{
	bool there = wc_format_peek(f) == T_COMMA;

	f->lost = f->lost || (kind == WC_FORMAT_COMMA && !there);
	if (kind == WC_FORMAT_COMMA)
		wc_layout_text(&f->layout, WR_TEXT(","));
	else if (kind == WC_FORMAT_LOOSE)
		wc_layout_flat(&f->layout, ",");
	if (!there)
		return;
	wc_format_comments(f);
	if (f->at < f->end) {
		f->before = f->at->end;
		f->at++;
	}
	trailing(f);
}

void
wc_format_line(struct wc_formatter *f)
{
	if (f->at < f->end && newlines(f, f->before, f->at->start) > 0)
		wc_layout_force(&f->layout);
	wc_layout_line(&f->layout);
}

static void
edge(struct wc_formatter *f, bool padded)
{
	if (padded)
		wc_layout_line(&f->layout);
	else
		wc_layout_soft(&f->layout);
}

void
wc_format_open(struct wc_formatter *f, int kind, bool padded)
{
	bool broken = wc_format_breaks(f);

	wc_format_token(f, kind);
	wc_layout_open(&f->layout, false);
	if (broken)
		wc_layout_force(&f->layout);
	wc_layout_in(&f->layout);
	edge(f, padded);
}

void
wc_format_close(struct wc_formatter *f, int kind, bool padded)
{
	wc_format_comments(f);
	wc_layout_out(&f->layout);
	edge(f, padded);
	wc_layout_shut(&f->layout);
	wc_format_token(f, kind);
}

void
wc_format_nothing(struct wc_formatter *f, int open, int close)
{
	wc_format_token(f, open);
	if (f->at < f->end && f->at->kind == WC_LEXEME_COMMENT) {
		wc_layout_in(&f->layout);
		wc_layout_hard(&f->layout);
		wc_format_comments(f);
		wc_layout_out(&f->layout);
		wc_layout_hard(&f->layout);
	}
	wc_format_token(f, close);
}
