/*
 * Texts in HTML. Decides how a character that somebody else wrote gets into the page: never as
 * markup, never unseen.
 */
#include "vm/view/html.h"

#include "vm/view/safe.h"
#include "vm/view/spell.h"

void
wr_html_raw(struct html *h, const char *markup)
{
	wr_buf_str(h->buf, markup);
}

/* `U+202E` in a box of its own. */
static void
hidden(struct html *h, uint32_t c)
{
	wr_html_raw(h, "<mark class=\"hidden\">U+");
	for (int shift = c > 0xFFFFF ? 20 : c > 0xFFFF ? 16 : 12; shift >= 0; shift -= 4)
		wr_buf_byte(h->buf, (uint8_t)"0123456789ABCDEF"[c >> shift & 15]);
	wr_html_raw(h, "</mark>");
}

static void
put(struct html *h, struct wr_text at, uint32_t c)
{
	switch (c) {
	case '<':
		wr_html_raw(h, "&lt;");
		return;
	case '>':
		wr_html_raw(h, "&gt;");
		return;
	case '&':
		wr_html_raw(h, "&amp;");
		return;
	case '"':
		wr_html_raw(h, "&quot;");
		return;
	case '\'':
		wr_html_raw(h, "&#39;");
		return;
	default:
		wr_buf_text(h->buf, at);
	}
}

void
wr_html_text(struct html *h, struct wr_text text)
{
	struct wr_safe safe;
	struct wr_text at;
	uint32_t c;
	bool marked;

	if (!wr_utf8_valid(text)) {
		for (size_t i = 0; i < text.size; i++)
			if ((uint8_t)text.at[i] >= 0x80 || (uint8_t)text.at[i] < ' ')
				hidden(h, 0xFFFD);
			else
				put(h, (struct wr_text){ text.at + i, 1 }, (uint8_t)text.at[i]);
		return;
	}
	wr_safe_init(&safe, text);
	while (wr_safe_next(&safe, &c, &at, &marked))
		if (marked)
			hidden(h, c);
		else
			put(h, at, c);
}

void
wr_html_str(struct html *h, const char *text)
{
	wr_html_text(h, wr_text_of(text));
}

void
wr_html_number(struct html *h, uint64_t n)
{
	wr_spell_count(h->buf, n, ",");
}

void
wr_html_labels(struct html *h, const struct wr_module *module, uint64_t set)
{
	bool any = false;

	for (uint32_t i = 0; i < module->labels_len; i++) {
		if ((set >> i & 1) == 0)
			continue;
		wr_html_raw(h, any ? " <span class=\"label\">@" : "<span class=\"label\">@");
		wr_html_text(h, module->labels[i].name);
		wr_html_raw(h, "</span>");
		any = true;
	}
	if (!any)
		wr_html_raw(h, "<span class=\"none\">none</span>");
}
