/*
 * Print messages: for people as excerpts with carets, for scripts as one line, for
 * machines as JSON. Decides the layout; never what is said, and writes to a buffer only.
 */
#include "compiler/charname.h"
#include "compiler/diag_parts.h"

#include <assert.h>

/* ---- small things ------------------------------------------------------------ */

enum ink { INK_NONE, INK_ERROR, INK_WARNING, INK_BOLD, INK_FRAME };

struct printer {
	struct wr_buf *out;
	bool colour;
	uint32_t width; /* digits of the largest line number shown */
};

static void
ink(const struct printer *p, enum ink i)
{
	static const char *const escape[] = { "\x1b[0m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1m",
		"\x1b[1;34m" };

	if (p->colour)
		wr_buf_str(p->out, escape[i]);
}

static void
fill(struct wr_buf *out, char c, uint32_t count)
{
	while (count-- > 0)
		wr_buf_byte(out, (uint8_t)c);
}

static uint32_t
digits_of(uint32_t n)
{
	uint32_t digits = 1;

	while ((n /= 10) > 0)
		digits++;
	return digits;
}

static enum ink
ink_of(const struct wc_diag *d)
{
	return wc_diag_level(d) == WC_LEVEL_ERROR ? INK_ERROR : INK_WARNING;
}

static struct wr_text
source_name(const struct wc_source *source)
{
	return wr_text_of(source == NULL ? "" : source->name);
}

/* ---- one line of source, with what stands under it ----------------------------- */

/* Cells a character takes on a terminal. */
static uint32_t
cells(uint32_t c)
{
	static const struct {
		uint32_t first, last, cells;
	} special[] = { { 0x0300, 0x036F, 0 }, { 0x1100, 0x115E, 2 }, { 0x2E80, 0x303E, 2 },
		{ 0x3041, 0x3163, 2 }, { 0x3165, 0xA4CF, 2 }, { 0xAC00, 0xD7A3, 2 },
		{ 0xF900, 0xFAFF, 2 }, { 0xFE30, 0xFE6F, 2 }, { 0xFF01, 0xFF60, 2 },
		{ 0xFFE0, 0xFFE6, 2 }, { 0x1F300, 0x1F64F, 2 }, { 0x1F680, 0x1F6FF, 2 },
		{ 0x1F900, 0x1F9FF, 2 }, { 0x20000, 0x3FFFD, 2 } };

	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (c >= special[i].first && c <= special[i].last)
			return special[i].cells;
	return 1;
}

#define TAB_CELLS 4u

struct cut {
	const struct wc_source *source;
	uint32_t line;
	uint32_t start, end; /* the bytes shown */
	bool before, after;  /* more of the line lies outside */
};

/* Show all of a line, or WC_EXCERPT_MAX characters around focus. */
static struct cut
cut_line(const struct wc_source *source, uint32_t focus)
{
	struct wc_place place = wc_source_place(source, focus);
	struct cut cut = { .source = source, .line = place.line };
	uint32_t seen = 0, i = place.line_start;

	if (place.column > WC_EXCERPT_MAX * 3 / 4) {
		uint32_t back = place.column - WC_EXCERPT_MAX / 2;

		for (; i < place.line_end && seen < back; i++)
			seen += ((unsigned char)source->bytes[i] & 0xC0) != 0x80;
		while (i < place.line_end && ((unsigned char)source->bytes[i] & 0xC0) == 0x80)
			i++;
		cut.before = true;
	}
	cut.start = i;
	for (seen = 0; i < place.line_end; i++) {
		if (((unsigned char)source->bytes[i] & 0xC0) != 0x80 && seen++ == WC_EXCERPT_MAX)
			break;
	}
	cut.end = i;
	cut.after = i < place.line_end;
	return cut;
}

/* Write the bytes of the line up to end (out may be NULL); returns the cells they take. */
static uint32_t
put_source(const struct cut *cut, uint32_t end, struct wr_buf *out)
{
	struct wr_text t = { cut->source->bytes + cut->start,
		(end < cut->end ? end : cut->end) - cut->start };
	char visible[WC_CHAR_VISIBLE_MAX];
	uint32_t width = cut->before ? 3 : 0;
	int32_t c;

	if (out != NULL && cut->before)
		wr_buf_str(out, "...");
	for (size_t at = 0; at < t.size;) {
		size_t size = wc_char_next(t, &at, visible, &c);

		if (c == '\t') {
			width += TAB_CELLS;
			if (out != NULL)
				fill(out, ' ', TAB_CELLS);
			continue;
		}
		width +=
		    c >= 0 && !wr_char_hidden((uint32_t)c) ? cells((uint32_t)c) : (uint32_t)size;
		if (out != NULL)
			wr_buf_add(out, visible, size);
	}
	if (out != NULL && cut->after)
		wr_buf_str(out, "...");
	return width;
}

/* A mark on a line, in cells. */
struct under {
	const struct wc_diag_mark *mark;
	uint32_t from, to;
	bool primary;
};

static void
gutter(const struct printer *p, uint32_t line)
{
	ink(p, INK_FRAME);
	if (line == 0) {
		fill(p->out, ' ', p->width);
	} else {
		wr_buf_u64(p->out, line);
		fill(p->out, ' ', p->width - digits_of(line));
	}
	wr_buf_str(p->out, " |");
	ink(p, INK_NONE);
}

/* Carets and dashes, and the label of the rightmost mark behind them. */
static void
put_marks(const struct printer *p, const struct under *u, uint32_t len, enum ink primary)
{
	uint32_t at = 0;

	gutter(p, 0);
	wr_buf_byte(p->out, ' ');
	for (uint32_t i = 0; i < len; i++) {
		uint32_t from = u[i].from < at ? at : u[i].from;

		fill(p->out, ' ', from - at);
		ink(p, u[i].primary ? primary : INK_FRAME);
		fill(p->out, u[i].primary ? '^' : '-', u[i].to > from ? u[i].to - from : 0);
		ink(p, INK_NONE);
		at = u[i].to > from ? u[i].to : from;
	}
	if (u[len - 1].mark->label.size > 0) {
		wr_buf_byte(p->out, ' ');
		ink(p, u[len - 1].primary ? primary : INK_FRAME);
		wr_buf_text(p->out, u[len - 1].mark->label);
		ink(p, INK_NONE);
	}
	wr_buf_byte(p->out, '\n');
}

/* The labels of the other marks, each on its own line, hanging from bars. */
static void
put_hanging(const struct printer *p, const struct under *u, uint32_t len, enum ink primary)
{
	for (uint32_t i = len - 1; i-- > 0;) {
		if (u[i].mark->label.size == 0)
			continue;
		for (int row = 0; row < 2; row++) {
			uint32_t at = 0;

			gutter(p, 0);
			wr_buf_byte(p->out, ' ');
			for (uint32_t j = 0; j <= i; j++) {
				if (u[j].mark->label.size == 0 || u[j].from < at ||
				    (row == 1 && j == i))
					continue;
				fill(p->out, ' ', u[j].from - at);
				wr_buf_byte(p->out, '|');
				at = u[j].from + 1;
			}
			if (row == 1) {
				fill(p->out, ' ', u[i].from > at ? u[i].from - at : 0);
				ink(p, u[i].primary ? primary : INK_FRAME);
				wr_buf_text(p->out, u[i].mark->label);
				ink(p, INK_NONE);
			}
			wr_buf_byte(p->out, '\n');
		}
	}
}

/* ---- the excerpts of one message ------------------------------------------------- */

struct shown {
	const struct wc_diag_mark *mark;
	uint32_t line;
	bool primary;
	bool done;
};

static void
put_line(const struct printer *p, const struct wc_diag *d, struct shown *marks, uint32_t len,
    uint32_t which)
{
	struct under u[WC_DIAG_PARTS_MAX];
	const struct wc_source *source = marks[which].mark->span.source;
	struct cut cut = cut_line(source, marks[which].mark->span.start);
	uint32_t u_len = 0;

	for (uint32_t i = 0; i < len; i++) {
		const struct wc_span *span = &marks[i].mark->span;
		uint32_t at = u_len;
		struct under new = { marks[i].mark, 0, 0, marks[i].primary };

		if (marks[i].line != marks[which].line || span->source != source || marks[i].done)
			continue;
		marks[i].done = true;
		new.from =
		    put_source(&cut, span->start < cut.start ? cut.start : span->start, NULL);
		new.to = put_source(&cut, span->end < cut.start ? cut.start : span->end, NULL);
		if (new.to <= new.from)
			new.to = new.from + 1;
		for (; at > 0 && u[at - 1].from > new.from; at--)
			u[at] = u[at - 1];
		u[at] = new;
		u_len++;
	}
	gutter(p, cut.line);
	if (cut.end > cut.start) {
		wr_buf_byte(p->out, ' ');
		(void)put_source(&cut, cut.end, p->out);
	}
	wr_buf_byte(p->out, '\n');
	put_marks(p, u, u_len, ink_of(d));
	put_hanging(p, u, u_len, ink_of(d));
}

/* Marks nearer to the primary one than this are shown with it, in order of lines. */
#define NEAR_LINES 8u

static bool
is_near(const struct shown *a, const struct shown *primary)
{
	uint32_t gap = a->line > primary->line ? a->line - primary->line : primary->line - a->line;

	return a->mark->span.source == primary->mark->span.source && gap <= NEAR_LINES;
}

static void
put_near(const struct printer *p, const struct wc_diag *d, struct shown *marks, uint32_t len)
{
	for (;;) {
		uint32_t first = len;

		for (uint32_t i = 0; i < len; i++)
			if (!marks[i].done && is_near(&marks[i], &marks[0]) &&
			    (first == len || marks[i].line < marks[first].line))
				first = i;
		if (first == len)
			return;
		put_line(p, d, marks, len, first);
	}
}

static void
put_place(const struct printer *p, const char *arrow, struct wc_span span)
{
	struct wc_place place = wc_source_place(span.source, span.start);

	fill(p->out, ' ', p->width);
	ink(p, INK_FRAME);
	wr_buf_str(p->out, arrow);
	ink(p, INK_NONE);
	wc_diag_visible(p->out, source_name(span.source));
	wr_buf_byte(p->out, ':');
	wr_buf_u64(p->out, place.line);
	wr_buf_byte(p->out, ':');
	wr_buf_u64(p->out, place.column);
	wr_buf_byte(p->out, '\n');
}

static void
put_excerpts(struct printer *p, const struct wc_diag *d)
{
	struct shown marks[WC_DIAG_PARTS_MAX];
	const struct wc_source *source = d->marks[0].span.source;

	p->width = 1;
	for (uint32_t i = 0; i < d->marks_len; i++) {
		marks[i] =
		    (struct shown){ &d->marks[i], wc_span_line(d->marks[i].span), i == 0, false };
		if (digits_of(marks[i].line) > p->width)
			p->width = digits_of(marks[i].line);
	}
	put_place(p, "--> ", d->marks[0].span);
	gutter(p, 0);
	wr_buf_byte(p->out, '\n');
	put_near(p, d, marks, d->marks_len);
	for (uint32_t i = 0; i < d->marks_len; i++) {
		if (marks[i].done)
			continue;
		if (marks[i].mark->span.source != source)
			put_place(p, "::: ", marks[i].mark->span);
		source = marks[i].mark->span.source;
		gutter(p, 0);
		wr_buf_byte(p->out, '\n');
		put_line(p, d, marks, d->marks_len, i);
	}
}

/* " = note: ", and further lines of the text below its beginning. */
static void
put_remark(const struct printer *p, const char *word, struct wr_text t)
{
	fill(p->out, ' ', p->width + 1);
	ink(p, INK_FRAME);
	wr_buf_str(p->out, "= ");
	ink(p, INK_BOLD);
	wr_buf_str(p->out, word);
	ink(p, INK_NONE);
	wr_buf_str(p->out, ": ");
	for (size_t i = 0; i < t.size; i++) {
		wr_buf_byte(p->out, (uint8_t)t.at[i]);
		if (t.at[i] == '\n')
			fill(p->out, ' ', p->width + 9);
	}
	wr_buf_byte(p->out, '\n');
}

static void
put_human(const struct wc_diag *d, bool colour, struct wr_buf *out)
{
	struct printer p = { out, colour, 1 };

	ink(&p, ink_of(d));
	wr_buf_str(out, wc_diag_level_text(d));
	wr_buf_byte(out, '[');
	wr_buf_str(out, wc_code_text(d->code));
	wr_buf_byte(out, ']');
	ink(&p, INK_BOLD);
	wr_buf_str(out, ": ");
	wr_buf_text(out, d->message);
	ink(&p, INK_NONE);
	if (wc_code_level(d->code) == WC_LEVEL_WARNING) {
		wr_buf_str(out, "  [");
		wr_buf_str(out, wc_code_name(d->code));
		wr_buf_byte(out, ']');
	}
	wr_buf_byte(out, '\n');
	if (d->marks[0].span.source != NULL)
		put_excerpts(&p, d);
	for (uint32_t i = 0; i < d->notes_len; i++)
		put_remark(&p, "note", d->notes[i]);
	for (uint32_t i = 0; i < d->helps_len; i++)
		put_remark(&p, "help", d->helps[i]);
}

static void
put_short(const struct wc_diag *d, struct wr_buf *out)
{
	struct wc_span span = d->marks[0].span;

	if (span.source != NULL) {
		struct wc_place place = wc_source_place(span.source, span.start);

		wc_diag_visible(out, source_name(span.source));
		wr_buf_byte(out, ':');
		wr_buf_u64(out, place.line);
		wr_buf_byte(out, ':');
		wr_buf_u64(out, place.column);
		wr_buf_str(out, ": ");
	}
	wr_buf_str(out, wc_diag_level_text(d));
	wr_buf_byte(out, '[');
	wr_buf_str(out, wc_code_text(d->code));
	wr_buf_str(out, "]: ");
	wr_buf_text(out, d->message);
	wr_buf_byte(out, '\n');
}

/* ---- JSON ------------------------------------------------------------------------ */

void
wc_json_text(struct wr_buf *out, struct wr_text t)
{
	static const char hex[] = "0123456789abcdef";
	size_t len;

	wr_buf_byte(out, '"');
	for (size_t i = 0; i < t.size; i += len) {
		unsigned char b = (unsigned char)t.at[i];

		if (wr_utf8_next(t.at + i, t.size - i, &len) < 0) {
			len = 1;
			wr_buf_str(out, "\xEF\xBF\xBD");
		} else if (b == '"' || b == '\\') {
			wr_buf_byte(out, '\\');
			wr_buf_byte(out, b);
		} else if (b == '\n') {
			wr_buf_str(out, "\\n");
		} else if (b < 0x20) {
			wr_buf_str(out, "\\u00");
			wr_buf_byte(out, (uint8_t)hex[b >> 4]);
			wr_buf_byte(out, (uint8_t)hex[b & 15]);
		} else {
			wr_buf_add(out, t.at + i, len);
		}
	}
	wr_buf_byte(out, '"');
}

static void
json_member(struct wr_buf *out, const char *key, struct wr_text value)
{
	wr_buf_byte(out, '"');
	wr_buf_str(out, key);
	wr_buf_str(out, "\":");
	wc_json_text(out, value);
}

static void
json_number(struct wr_buf *out, const char *key, uint32_t value)
{
	wr_buf_str(out, ",\"");
	wr_buf_str(out, key);
	wr_buf_str(out, "\":");
	wr_buf_u64(out, value);
}

static void
json_span(struct wr_buf *out, const struct wc_diag_mark *mark, bool primary)
{
	struct wc_place from = wc_source_place(mark->span.source, mark->span.start);
	struct wc_place to = wc_source_place(mark->span.source, mark->span.end);

	wr_buf_byte(out, '{');
	json_member(out, "file", source_name(mark->span.source));
	json_number(out, "byte_start", mark->span.start);
	json_number(out, "byte_end", mark->span.end);
	json_number(out, "line", from.line);
	json_number(out, "column", from.column);
	json_number(out, "end_line", to.line);
	json_number(out, "end_column", to.column);
	wr_buf_str(out, primary ? ",\"primary\":true," : ",\"primary\":false,");
	json_member(out, "label", mark->label);
	wr_buf_byte(out, '}');
}

static void
json_list(struct wr_buf *out, const char *key, const struct wr_text *texts, uint32_t len)
{
	wr_buf_str(out, ",\"");
	wr_buf_str(out, key);
	wr_buf_str(out, "\":[");
	for (uint32_t i = 0; i < len; i++) {
		if (i > 0)
			wr_buf_byte(out, ',');
		wc_json_text(out, texts[i]);
	}
	wr_buf_byte(out, ']');
}

static void
json_edits(struct wr_buf *out, const struct wc_diag *d)
{
	wr_buf_str(out, ",\"edits\":[");
	for (uint32_t i = 0; i < d->edits_len; i++) {
		wr_buf_str(out, i > 0 ? ",{" : "{");
		json_member(out, "file", source_name(d->edits[i].span.source));
		json_number(out, "byte_start", d->edits[i].span.start);
		json_number(out, "byte_end", d->edits[i].span.end);
		wr_buf_byte(out, ',');
		json_member(out, "text", d->edits[i].text);
		wr_buf_str(out, ",\"applicability\":\"maybe-incorrect\"}");
	}
	wr_buf_str(out, "],");
}

static void
put_json(const struct wc_diag *d, struct wr_buf *out)
{
	struct wr_buf rendered;

	wr_buf_init(&rendered, out->alloc, out->max);
	put_human(d, false, &rendered);
	wr_buf_byte(out, '{');
	json_member(out, "code", wr_text_of(wc_code_text(d->code)));
	wr_buf_byte(out, ',');
	json_member(out, "name", wr_text_of(wc_code_name(d->code)));
	wr_buf_byte(out, ',');
	json_member(out, "level", wr_text_of(wc_diag_level_text(d)));
	wr_buf_byte(out, ',');
	json_member(out, "message", d->message);
	wr_buf_str(out, ",\"spans\":[");
	for (uint32_t i = 0; i < d->marks_len && d->marks[0].span.source != NULL; i++) {
		if (i > 0)
			wr_buf_byte(out, ',');
		json_span(out, &d->marks[i], i == 0);
	}
	wr_buf_byte(out, ']');
	json_list(out, "notes", d->notes, d->notes_len);
	json_list(out, "help", d->helps, d->helps_len);
	json_edits(out, d);
	json_member(out, "rendered", wr_buf_view(&rendered));
	wr_buf_str(out, "}\n");
	if (out->status == WR_OK)
		out->status = rendered.status;
	wr_buf_free(&rendered);
}

void
wc_diags_render(
    const struct wc_diags *diags, enum wc_diag_form form, bool colour, struct wr_buf *out)
{
	uint32_t kept = 0;

	for (const struct wc_diag *d = diags->first; d != NULL; d = d->next) {
		kept += wc_code_level(d->code) == WC_LEVEL_ERROR;
		if (form == WC_DIAG_JSON) {
			put_json(d, out);
		} else if (form == WC_DIAG_SARIF) {
			wc_diag_put_sarif(d, out);
		} else if (form == WC_DIAG_SHORT) {
			put_short(d, out);
		} else {
			put_human(d, colour, out);
			wr_buf_byte(out, '\n');
		}
	}
	if (form == WC_DIAG_HUMAN && diags->errors > kept && kept > 0) {
		wr_buf_str(out, "and ");
		wr_buf_u64(out, diags->errors - kept);
		wr_buf_str(out, " more\n");
	}
}
