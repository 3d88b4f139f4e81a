/*
 * Texts as the author wrote them. Decides the margin of a block and the space in `{{ }}`, and
 * nothing that a model reads: the rest of each line stays byte for byte.
 */
#include "compiler/format_parts.h"

#include "grammar/wf.y.h"

#include <assert.h>

/* The lines of a block: [start, end) of the source without the first and the last newline. */
struct block {
	uint32_t start, end;
	struct wr_text margin; /* what the closing quotes had before them */
	bool at_line;          /* a line begins, and nothing of it is written */
};

/* Where the line of the closing quotes begins, when they have one of their own; else 0. */
static uint32_t
quotes_line(const struct wc_source *source, struct wc_span text)
{
	uint32_t at = text.end - 3;

	while (at > text.start && (source->bytes[at - 1] == ' ' || source->bytes[at - 1] == '\t'))
		at--;
	return at > text.start && source->bytes[at - 1] == '\n' ? at : 0;
}

bool
wc_format_block(const struct wc_source *source, struct wc_span text)
{
	return text.end - text.start >= 7 && memcmp(source->bytes + text.start, "\"\"\"", 3) == 0 &&
	       quotes_line(source, text) > 0;
}

static uint32_t
newline(const struct wc_source *s, uint32_t at, uint32_t end)
{
	if (at < end && s->bytes[at] == '\n')
		return 1;
	return at + 1 < end && s->bytes[at] == '\r' && s->bytes[at + 1] == '\n' ? 2 : 0;
}

static struct block
block_of(const struct wc_source *s, struct wc_span text)
{
	uint32_t line = quotes_line(s, text);
	struct block b = { .start = text.start + 3, .at_line = true };

	b.margin = (struct wr_text){ s->bytes + line, text.end - 3 - line };
	b.end = line - 1;
	if (b.end > b.start && s->bytes[b.end - 1] == '\r')
		b.end--;
	if (newline(s, b.start, line) > 0)
		b.start += newline(s, b.start, line);
	if (b.end < b.start)
		b.end = b.start;
	return b;
}

/* The line that begins at `at`: behind its margin, as the parser reads it. */
static uint32_t
begin_line(struct wc_formatter *f, struct block *b, uint32_t at, uint32_t end, bool hole)
{
	const char *bytes = f->source->bytes;
	size_t same = 0;

	if (at > b->start || bytes[at - 1] == '\n')
		while (same < b->margin.size && at + same < end &&
		       bytes[at + same] == b->margin.at[same])
			same++;
	at += (uint32_t)same;
	wc_layout_margin(&f->layout, hole || (at < b->end && newline(f->source, at, b->end) == 0));
	b->at_line = false;
	return at;
}

/* What a block says between two holes. */
static void
block_chunk(struct wc_formatter *f, struct block *b, uint32_t at, uint32_t end)
{
	while (at < end || (at == b->end && b->at_line)) {
		uint32_t from, size;

		if (b->at_line)
			at = begin_line(f, b, at, end, false);
		for (from = at; at < end && newline(f->source, at, b->end) == 0;)
			at++;
		if (at > from)
			wc_layout_text(&f->layout,
			    (struct wr_text){ f->source->bytes + from, at - from });
		size = at < end ? newline(f->source, at, b->end) : 0;
		b->at_line = size > 0;
		at += size;
	}
}

static void
hole(struct wc_formatter *f, const struct wc_expr *e)
{
	wc_format_token(f, T_TOPEN);
	wc_layout_open(&f->layout, true);
	wc_layout_in(&f->layout);
	wc_layout_soft(&f->layout);
	wc_format_expr(f, e);
	wc_format_comments(f);
	wc_layout_out(&f->layout);
	wc_layout_soft(&f->layout);
	wc_layout_shut(&f->layout);
	wc_format_token(f, T_TCLOSE);
}

/* Of chunks that follow each other, all at once: a line may be of several. */
static uint32_t
skip_chunks(struct wc_formatter *f)
{
	while (f->at < f->end && f->at->kind == T_TCHUNK)
		f->before = f->at++->end;
	return f->before;
}

static void
block(struct wc_formatter *f, const struct wc_piece *p, struct wc_span text)
{
	struct block b = block_of(f->source, text);
	bool empty = b.start == b.end;

	wc_format_token(f, T_TSTART);
	while (!f->lost && wc_format_peek(f) != T_TEND) {
		uint32_t at = f->before, end;

		if (at < b.start)
			at = b.start;
		end = skip_chunks(f);
		if (end > b.end)
			end = b.end;
		if (!empty && (at < end || wc_format_peek(f) == T_TEND))
			block_chunk(f, &b, at, end);
		if (wc_format_peek(f) != T_TOPEN)
			break;
		while (p != NULL && p->expr == NULL)
			p = p->next;
		if (p == NULL) {
			f->lost = true;
			return;
		}
		if (b.at_line)
			(void)begin_line(f, &b, end, end, true);
		hole(f, p->expr);
		p = p->next;
	}
	wc_layout_margin(&f->layout, true);
	wc_format_token(f, T_TEND);
}

static void
line(struct wc_formatter *f, const struct wc_piece *p)
{
	wc_format_token(f, T_TSTART);
	while (!f->lost && wc_format_peek(f) != T_TEND) {
		if (wc_format_peek(f) != T_TOPEN) {
			wc_format_token(f, T_TCHUNK);
			continue;
		}
		while (p != NULL && p->expr == NULL)
			p = p->next;
		if (p == NULL) {
			f->lost = true;
			return;
		}
		hole(f, p->expr);
		p = p->next;
	}
	wc_format_token(f, T_TEND);
}

void
wc_format_text(struct wc_formatter *f, struct wc_span text, const struct wc_piece *pieces)
{
	wc_format_comments(f);
	if (wc_format_block(f->source, text))
		block(f, pieces, text);
	else
		line(f, pieces);
}
