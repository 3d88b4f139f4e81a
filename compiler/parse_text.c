/*
 * What stands between quotes: escapes, the margin of block texts, the final newline;
 * and which bytes a source may hold at all. What comes out is what a model will read,
 * so nothing here guesses: a line that does not fit its margin is a mistake.
 */
#include "compiler/charname.h"
#include "compiler/parse_state.h"

#include <assert.h>

/* ---- bytes that stand nowhere -------------------------------------------------- */

static struct wc_span
span_at(const struct wc_parser *parser, uint32_t start, uint32_t end)
{
	return (struct wc_span){ parser->source, start, end };
}

static void
hidden(struct wc_parser *parser, uint32_t c, struct wc_span span)
{
	bool line = c == 0x2028 || c == 0x2029;
	const char *what = wc_char_bidi(c) ?
			       "an invisible character changes the order of this line" :
			   line       ? "an invisible character breaks this line" :
			   c > 0xFFFF ? "an invisible character stands here" :
					"a control character stands here";
	struct wc_diag *d = wc_diag_add(parser->diags, WC_E0004, span, "%s", what);
	char number[8], visible[WC_CHAR_VISIBLE_MAX];
	size_t size = 0;

	for (int shift = c > 0xFFFFF ? 20 : c > 0xFFFF ? 16 : 12; shift >= 0; shift -= 4)
		number[size++] = "0123456789ABCDEF"[c >> shift & 15];
	wc_diag_label(d, "U+%T%s%s, shown here as %T", (struct wr_text){ number, size },
	    wc_char_name(c)[0] == '\0' ? "" : " ", wc_char_name(c),
	    (struct wr_text){ visible, wc_char_visible(c, visible) });
	wc_diag_help(d, "remove it; if the model must see it, write `\\u{%T}`",
	    (struct wr_text){ number, size });
	wc_diag_edit(d, span, WR_TEXT(""));
}

bool
wc_parser_check_bytes(struct wc_parser *parser)
{
	const struct wc_source *s = parser->source;
	uint32_t before = parser->diags->errors;
	struct wc_diag *d;
	size_t len;

	if (s->size >= 3 && memcmp(s->bytes, "\xEF\xBB\xBF", 3) == 0) {
		d = wc_diag_add(parser->diags, WC_E0010, span_at(parser, 0, 3),
		    "this file begins with a byte-order mark");
		wc_diag_help(d, "save it as UTF-8 without one");
		wc_diag_edit(d, span_at(parser, 0, 3), WR_TEXT(""));
		return false;
	}
	for (uint32_t i = 0; i < s->size && !wc_diags_full(parser->diags); i += (uint32_t)len) {
		int32_t c = wr_utf8_next(s->bytes + i, s->size - i, &len);

		if (c <= 0) {
			d = wc_diag_add(parser->diags, WC_E0010, span_at(parser, i, i + 1),
			    c == 0 ? "this is not text: it holds a zero byte" :
				     "this is not UTF-8");
			wc_diag_label(d, "here");
			wc_diag_help(d, "save the file as UTF-8");
			return false; /* what follows is noise */
		}
		if (c == '\r' && i + 1 < s->size && s->bytes[i + 1] == '\n')
			continue;
		if (wc_char_forbidden((uint32_t)c))
			hidden(parser, (uint32_t)c, span_at(parser, i, i + (uint32_t)len));
	}
	return parser->diags->errors == before;
}

/* ---- escapes --------------------------------------------------------------------- */

/* A body being read: [at, end), hole by hole, and what comes out. */
struct body {
	struct wc_parser *parser;
	const char *bytes;
	uint32_t at, end;
	const struct wc_piece *hole; /* the next one */
	struct wc_piece_list pieces;
	char *out;        /* the literal being written; room for all the rest of the body */
	size_t size;      /* of that literal */
	uint32_t started; /* where in the source it began */
};

static void
put(struct body *b, const char *bytes, size_t size)
{
	memcpy(b->out + b->size, bytes, size);
	b->size += size;
}

static bool
starts(const struct body *b, const char *what)
{
	size_t size = strlen(what);

	return b->end - b->at >= size && memcmp(b->bytes + b->at, what, size) == 0;
}

static void
bad_escape(struct body *b, uint32_t size, const char *what)
{
	struct wc_diag *d =
	    wc_diag_add(b->parser->diags, WC_E0011, span_at(b->parser, b->at, b->at + size),
		"`%T` is not %s", (struct wr_text){ b->bytes + b->at, size }, what);

	wc_diag_label(d, "here");
	wc_diag_help(d, "the escapes are `\\\"` `\\\\` `\\n` `\\t` `\\u{…}` `\\{{`; a `\"\"\"` "
			"text needs none of them");
}

/* `\u{…}` at b->at; moves behind it. */
static void
unicode_escape(struct body *b)
{
	uint32_t i = b->at + 3, c = 0, digits = 0;
	char utf8[4];
	size_t len;

	for (; i < b->end && b->bytes[i] != '}' && digits <= 6; i++, digits++) {
		char x = b->bytes[i];
		uint32_t value = x >= '0' && x <= '9' ? (uint32_t)(x - '0') :
				 x >= 'a' && x <= 'f' ? (uint32_t)(x - 'a') + 10 :
				 x >= 'A' && x <= 'F' ? (uint32_t)(x - 'A') + 10 :
							16;

		if (value == 16)
			break;
		c = c << 4 | value;
	}
	if (i == b->end || b->bytes[i] != '}' || digits == 0 || digits > 6) {
		bad_escape(b, 3, "followed by one to six hexadecimal digits and `}`");
		b->at += 3;
		return;
	}
	i++;
	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
		bad_escape(b, i - b->at, "a character");
	} else {
		len = wr_utf8_put(c, utf8);
		put(b, utf8, len);
	}
	b->at = i;
}

/* A backslash in a one-line text. */
static void
line_escape(struct body *b)
{
	size_t len = 1;
	char next = b->at + 1 < b->end ? b->bytes[b->at + 1] : '\0';

	if (next == 'u' && starts(b, "\\u{")) {
		unicode_escape(b);
		return;
	}
	if (starts(b, "\\{{")) {
		put(b, "{{", 2);
		b->at += 3;
		return;
	}
	if (next == 'n' || next == 't')
		put(b, next == 'n' ? "\n" : "\t", 1);
	else if (next == '"' || next == '\\')
		put(b, &next, 1);
	else if (next == '\0')
		bad_escape(b, 1, "an escape");
	else if (wr_utf8_next(b->bytes + b->at + 1, b->end - b->at - 1, &len) >= 0)
		bad_escape(b, 1 + (uint32_t)len, "an escape");
	b->at += 1 + (uint32_t)len;
	if (b->at > b->end)
		b->at = b->end;
}

/* ---- pieces ------------------------------------------------------------------------- */

/* End the literal, if there is one. */
static bool
end_literal(struct body *b)
{
	struct wc_piece *p;

	if (b->size == 0)
		return true;
	p = wc_parser_new(b->parser, sizeof *p);
	if (p == NULL)
		return false;
	p->text = (struct wr_text){ b->out, b->size };
	p->span = span_at(b->parser, b->started, b->at);
	if (b->pieces.last == NULL)
		b->pieces.first = p;
	else
		b->pieces.last->next = p;
	b->pieces.last = p;
	b->pieces.len++;
	b->out += b->size;
	b->size = 0;
	return true;
}

/* If a hole begins at b->at, take it over and move behind it. */
static bool
take_hole(struct body *b, bool *ret_taken)
{
	struct wc_piece *p;

	*ret_taken = b->hole != NULL && b->hole->span.start - 2 == b->at;
	if (!*ret_taken) {
		if (b->size == 0)
			b->started = b->at;
		return true;
	}
	if (!end_literal(b))
		return false;
	p = wc_parser_new(b->parser, sizeof *p);
	if (p == NULL)
		return false;
	*p = *b->hole;
	p->next = NULL;
	if (b->pieces.last == NULL)
		b->pieces.first = p;
	else
		b->pieces.last->next = p;
	b->pieces.last = p;
	b->pieces.len++;
	b->at = b->hole->span.end + 2;
	b->hole = b->hole->next;
	return true;
}

static bool
read_line_text(struct body *b)
{
	bool taken;

	while (b->at < b->end) {
		if (!take_hole(b, &taken))
			return false;
		if (taken)
			continue;
		if (b->bytes[b->at] == '\\') {
			line_escape(b);
		} else {
			put(b, b->bytes + b->at, 1);
			b->at++;
		}
	}
	return end_literal(b);
}

/* ---- block texts --------------------------------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* At a newline, with \r or without: its size, else 0. */
static uint32_t
newline(const struct body *b, uint32_t at)
{
	if (at < b->end && b->bytes[at] == '\n')
		return 1;
	return at + 1 < b->end && b->bytes[at] == '\r' && b->bytes[at + 1] == '\n' ? 2 : 0;
}

static void
left_of_margin(struct body *b, struct wc_span margin, uint32_t blanks, uint32_t same)
{
	static const char *const small[] = { "none", "one", "two", "three", "four", "five", "six",
		"seven", "eight", "nine" };
	uint32_t size = margin.end - margin.start;
	struct wc_span line = span_at(b->parser, b->at, b->at + (blanks > 0 ? blanks : 1));
	struct wc_span quotes = span_at(b->parser, margin.end, margin.end + 3);
	struct wc_diag *d = wc_diag_add(b->parser->diags, WC_E0005, line,
	    same < blanks ? "this line is not indented as the closing quotes are" :
			    "this line is left of the closing quotes");

	if (same < blanks)
		wc_diag_label(d, "a tab here and spaces there, or the reverse");
	else if (size < sizeof small / sizeof *small)
		wc_diag_label(d, "%s space%s, the margin is %s", blanks == 0 ? "no" : small[blanks],
		    blanks == 1 ? "" : "s", small[size]);
	else
		wc_diag_label(d, "%u spaces, the margin is %u", blanks, size);
	wc_diag_also(d, quotes, "the margin is set here");
	wc_diag_help(d, "indent the line, or move the closing quotes left");
}

/* At the beginning of a line: skip the margin. */
static void
skip_margin(struct body *b, struct wc_span margin)
{
	uint32_t size = margin.end - margin.start, same = 0, blanks = 0;
	const char *want = b->bytes + margin.start;

	while (b->at + blanks < b->end && is_blank(b->bytes[b->at + blanks]))
		blanks++;
	while (same < size && same < blanks && b->bytes[b->at + same] == want[same])
		same++;
	if (same == size || newline(b, b->at + blanks) > 0 || b->at + blanks == b->end) {
		b->at += same; /* a line of blanks alone may be short of the margin */
		return;
	}
	left_of_margin(b, margin, blanks, same);
	b->at += blanks;
}

static void
warn_trailing(struct body *b, uint32_t line)
{
	uint32_t start = b->at;

	while (start > line && is_blank(b->bytes[start - 1]))
		start--;
	if (start < b->at)
		wc_diag_label(
		    wc_diag_add(b->parser->diags, WC_W0807, span_at(b->parser, start, b->at),
			"this line ends in spaces, and the model will see them"),
		    "here");
}

static bool
read_block_text(struct body *b, struct wc_span margin, bool first_line)
{
	uint32_t line = b->at; /* where what counts of this line begins */
	bool taken, at_line = !first_line;

	while (b->at < b->end) {
		uint32_t size;

		if (at_line) {
			skip_margin(b, margin);
			line = b->at;
			at_line = false;
			continue;
		}
		if (!take_hole(b, &taken))
			return false;
		if (taken) {
			line = b->at;
		} else if ((size = newline(b, b->at)) > 0) {
			warn_trailing(b, line);
			put(b, "\n", 1);
			b->at += size;
			at_line = true;
		} else if (starts(b, "\\{{")) {
			put(b, "{{", 2);
			b->at += 3;
		} else if (starts(b, "\\\"\"\"")) {
			put(b, "\"\"\"", 3);
			b->at += 4;
		} else {
			put(b, b->bytes + b->at, 1);
			b->at++;
		}
	}
	if (!at_line)
		warn_trailing(b, line);
	return end_literal(b);
}

/* Drop the newline after the opening quotes; find the margin and drop the newline before it. */
static struct wc_span
trim_block(struct body *b, bool *ret_first_line)
{
	uint32_t line = b->end, start = b->at, size;
	struct wc_span margin;

	b->at += newline(b, b->at);
	*ret_first_line = b->at == start;
	while (line > b->at && is_blank(b->bytes[line - 1]))
		line--;
	if (line > start && b->bytes[line - 1] == '\n') {
		margin = span_at(b->parser, line, b->end);
		size = line - 1 > start && b->bytes[line - 2] == '\r' ? 2 : 1;
		b->end = line > b->at ? line - size : b->at;
		return margin;
	}
	for (uint32_t i = start; i < b->end; i++) {
		struct wc_diag *d;

		if (b->bytes[i] != '\n')
			continue;
		d = wc_diag_add(b->parser->diags, WC_E0005, span_at(b->parser, b->end, b->end + 3),
		    "the closing quotes do not stand on a line of their own");
		wc_diag_label(d, "here");
		wc_diag_help(d, "put them on the next line: they set the margin of the text");
		break;
	}
	return span_at(b->parser, b->end, b->end);
}

static bool
read_body(struct body *b, enum wc_scan_mode mode)
{
	bool first_line = true;
	struct wc_span margin;

	b->out = wc_parser_new(b->parser, (size_t)(b->end - b->at) + 1);
	if (b->out == NULL)
		return false;
	if (mode == WC_SCAN_LINE)
		return read_line_text(b);
	if (mode == WC_SCAN_BLOCK) {
		margin = trim_block(b, &first_line);
		return read_block_text(b, margin, first_line);
	}
	if (b->end > b->at && b->bytes[b->end - 1] == '\n') {
		b->end--;
		b->end -= b->end > b->at && b->bytes[b->end - 1] == '\r';
	}
	return read_block_text(b, span_at(b->parser, b->end, b->end), true);
}

struct wc_template *
wc_parser_template(struct wc_parser *parser, struct wc_span whole, enum wc_scan_mode mode,
    uint32_t start, uint32_t end, struct wc_piece_list holes)
{
	struct body b = { .parser = parser,
		.bytes = parser->source->bytes,
		.at = start,
		.end = end,
		.hole = holes.first,
		.started = start };
	struct wc_template *t;

	assert(start <= end && end <= parser->source->size);
	if (mode == WC_SCAN_BLOCK && whole.end < end + 3)
		mode = WC_SCAN_PROMPT; /* never closed, and told of: there are no quotes to set a margin */
	if (!read_body(&b, mode))
		return NULL;
	t = wc_parser_new(parser, sizeof *t);
	if (t == NULL)
		return NULL;
	t->pieces = b.pieces;
	t->span = whole;
	return t;
}

bool
wc_parser_string(struct wc_parser *parser, struct wc_span whole, enum wc_scan_mode mode,
    uint32_t start, uint32_t end, struct wc_string *ret)
{
	struct wc_template *t =
	    wc_parser_template(parser, whole, mode, start, end, (struct wc_piece_list){ 0 });

	if (t == NULL)
		return false;
	ret->text = t->pieces.first == NULL ? WR_TEXT("") : t->pieces.first->text;
	ret->span = whole;
	return true;
}
