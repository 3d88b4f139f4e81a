/*
 * What must be made visible in a text. Decides by code point and by word alone; never
 * changes what is not marked, and knows no language: a word is suspicious when some of its letters
 * only look like Latin ones and others are Latin; or when all of them do and no word beside it is of
 * another script. So Russian stays as it is, and `pay` with a Cyrillic letter does not.
 */
#include "vm/view/safe.h"

#include <assert.h>

struct range {
	uint32_t first, last;
};

/* Spaces that look like U+0020, private use, noncharacters and what only machines write. */
static const struct range odd[] = {
	{ 0xA0, 0xA0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200A }, { 0x202F, 0x202F }, { 0x205F, 0x205F },
	{ 0x2800, 0x2800 }, { 0x3000, 0x3000 }, { 0xE000, 0xF8FF }, { 0xFDD0, 0xFDEF }, { 0xFFFC, 0xFFFF },
	{ 0xE1000, 0x10FFFF },
};

/* Letters that most fonts draw as ASCII letters or digits. Ascending. */
static const struct range alike[] = {
	{ 0x0131, 0x0131 }, { 0x01C0, 0x01C0 }, { 0x0251, 0x0251 }, { 0x0261, 0x0261 }, { 0x0269, 0x0269 },
	{ 0x037F, 0x037F }, { 0x0391, 0x0392 }, { 0x0395, 0x0397 }, { 0x0399, 0x039A }, { 0x039C, 0x039D },
	{ 0x039F, 0x039F }, { 0x03A1, 0x03A1 }, { 0x03A4, 0x03A5 }, { 0x03A7, 0x03A7 }, { 0x03B1, 0x03B1 },
	{ 0x03B9, 0x03B9 }, { 0x03BD, 0x03BD }, { 0x03BF, 0x03BF }, { 0x03C1, 0x03C1 }, { 0x03C5, 0x03C5 },
	{ 0x03F2, 0x03F3 }, { 0x03F9, 0x03F9 }, { 0x0405, 0x0406 }, { 0x0408, 0x0408 }, { 0x0410, 0x0410 },
	{ 0x0412, 0x0412 }, { 0x0415, 0x0415 }, { 0x041A, 0x041A }, { 0x041C, 0x041E }, { 0x0420, 0x0423 },
	{ 0x0425, 0x0425 }, { 0x0430, 0x0430 }, { 0x0435, 0x0435 }, { 0x043E, 0x043E }, { 0x0440, 0x0441 },
	{ 0x0443, 0x0443 }, { 0x0445, 0x0445 }, { 0x0455, 0x0456 }, { 0x0458, 0x0458 }, { 0x0474, 0x0475 },
	{ 0x04AE, 0x04AF }, { 0x04BB, 0x04BB }, { 0x04C0, 0x04C0 }, { 0x04CF, 0x04CF }, { 0x0501, 0x0501 },
	{ 0x050C, 0x050C }, { 0x051A, 0x051D }, { 0x054D, 0x054D }, { 0x0555, 0x0555 }, { 0x0561, 0x0561 },
	{ 0x0563, 0x0563 }, { 0x0566, 0x0566 }, { 0x0570, 0x0570 }, { 0x0578, 0x0578 }, { 0x057D, 0x057D },
	{ 0x0581, 0x0581 }, { 0x0585, 0x0585 }, { 0x13A0, 0x13F5 }, { 0x1D00, 0x1D2B },
	{ 0x2102, 0x2102 }, { 0x210A, 0x2113 }, { 0x2115, 0x2115 },
	{ 0x2118, 0x211D }, { 0x2124, 0x2124 }, { 0x2128, 0x2128 }, { 0x212A, 0x212A }, { 0x212C, 0x2134 },
	{ 0x2160, 0x217F }, { 0x2C82, 0x2CB5 }, { 0xA4D0, 0xA4F7 }, { 0xAB70, 0xABBF }, { 0xFF10, 0xFF19 },
	{ 0xFF21, 0xFF3A }, { 0xFF41, 0xFF5A }, { 0x1D400, 0x1D7FF }, { 0x1F130, 0x1F149 },
};

static bool
within(const struct range *ranges, size_t len, uint32_t c)
{
	for (size_t i = 0; i < len; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

static bool
latin_letter(uint32_t c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= 0xC0 && c <= 0x24F) || (c >= 0x1E00 && c <= 0x1EFF);
}

static bool
unseen(uint32_t c)
{
	return wr_char_hidden(c) || within(odd, sizeof odd / sizeof *odd, c);
}

/* Signs and pictures end a word; all else that is visible beyond ASCII counts as a letter. */
static const struct range signs[] = {
	{ 0xA1, 0xBF }, { 0x2010, 0x206F }, { 0x20A0, 0x20CF }, { 0x2190, 0x2BFF }, { 0x3001, 0x303F },
	{ 0xFF01, 0xFF0F }, { 0x1F000, 0x1F12F }, { 0x1F14A, 0x1FFFF },
};

static bool
letter(uint32_t c)
{
	return latin_letter(c) || (c >= 0x80 && !unseen(c) && !within(signs, sizeof signs / sizeof *signs, c));
}

struct word {
	size_t end;
	bool latin, alikes, others; /* what its letters are */
};

static struct word
word_at(struct wr_text text, size_t at)
{
	struct word w = { at, false, false, false };

	for (size_t len; w.end < text.size; w.end += len) {
		uint32_t c = (uint32_t)wr_utf8_next(text.at + w.end, text.size - w.end, &len);

		if (!letter(c))
			break;
		if (within(alike, sizeof alike / sizeof *alike, c))
			w.alikes = true;
		else if (latin_letter(c))
			w.latin = true;
		else
			w.others = true;
	}
	return w;
}

/* The letters that stand a few signs after a word: short Russian words have Russian neighbours. */
static struct word
neighbour(struct wr_text text, size_t at)
{
	for (unsigned signs_len = 0; at < text.size && signs_len < 4; signs_len++) {
		size_t len;

		if (letter((uint32_t)wr_utf8_next(text.at + at, text.size - at, &len)))
			return word_at(text, at);
		at += len;
	}
	return (struct word){ at, false, false, false };
}

static void
judge_word(struct wr_safe *safe)
{
	struct word w = word_at(safe->text, safe->offset);
	bool foreign = w.others;

	if (w.alikes && !w.latin && !w.others)
		foreign = safe->foreign || neighbour(safe->text, w.end).others;
	safe->word_end = w.end;
	safe->suspicious = w.alikes && (w.latin || !foreign);
	safe->foreign = foreign && !w.latin;
}

void
wr_safe_init(struct wr_safe *safe, struct wr_text text)
{
	*safe = (struct wr_safe){ .text = text };
}

bool
wr_safe_next(struct wr_safe *safe, uint32_t *ret_char, struct wr_text *ret_at, bool *ret_marked)
{
	const char *at = safe->text.at + safe->offset;
	size_t len = 0;
	int32_t c;

	if (safe->offset == safe->text.size)
		return false;
	c = wr_utf8_next(at, safe->text.size - safe->offset, &len);
	assert(c >= 0);
	if (safe->offset >= safe->word_end && letter((uint32_t)c))
		judge_word(safe);
	safe->offset += len;
	*ret_char = (uint32_t)c;
	*ret_at = (struct wr_text){ at, len };
	*ret_marked = unseen((uint32_t)c) ||
	    (safe->offset <= safe->word_end && safe->suspicious && within(alike, sizeof alike / sizeof *alike, (uint32_t)c));
	return true;
}

void
wr_safe_text(struct wr_buf *buf, struct wr_text text)
{
	struct wr_safe safe;
	struct wr_text at;
	uint32_t c;
	bool marked;

	wr_safe_init(&safe, text);
	while (wr_safe_next(&safe, &c, &at, &marked)) {
		if (!marked && c != '\n' && c != '\t') {
			wr_buf_text(buf, at);
			continue;
		}
		wr_buf_str(buf, "<U+");
		for (int shift = c > 0xFFFFF ? 20 : c > 0xFFFF ? 16 : 12; shift >= 0; shift -= 4)
			wr_buf_byte(buf, (uint8_t)"0123456789ABCDEF"[c >> shift & 15]);
		wr_buf_byte(buf, '>');
	}
}
