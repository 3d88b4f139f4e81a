/*
 * Names for what cannot be seen, and which of it a source may not contain: what
 * changes the order or the lines of a text, and what a model reads but a person
 * cannot. Joiners and variation selectors stay: honest words and emoji need them.
 */
#include "compiler/charname.h"

#include <assert.h>

static const struct {
	uint32_t code_point;
	const char *brief, *name;
} names[] = {
	{ 0x00, "NUL", "NULL" },
	{ 0x07, "BEL", "BELL" },
	{ 0x08, "BS", "BACKSPACE" },
	{ 0x0B, "VT", "LINE TABULATION" },
	{ 0x0C, "FF", "FORM FEED" },
	{ 0x0D, "CR", "CARRIAGE RETURN" },
	{ 0x1B, "ESC", "ESCAPE" },
	{ 0x7F, "DEL", "DELETE" },
	{ 0x85, "NEL", "NEXT LINE" },
	{ 0xAD, "SHY", "SOFT HYPHEN" },
	{ 0x061C, "ALM", "ARABIC LETTER MARK" },
	{ 0x200B, "ZWSP", "ZERO WIDTH SPACE" },
	{ 0x200C, "ZWNJ", "ZERO WIDTH NON-JOINER" },
	{ 0x200D, "ZWJ", "ZERO WIDTH JOINER" },
	{ 0x200E, "LRM", "LEFT-TO-RIGHT MARK" },
	{ 0x200F, "RLM", "RIGHT-TO-LEFT MARK" },
	{ 0x2028, "LS", "LINE SEPARATOR" },
	{ 0x2029, "PS", "PARAGRAPH SEPARATOR" },
	{ 0x202A, "LRE", "LEFT-TO-RIGHT EMBEDDING" },
	{ 0x202B, "RLE", "RIGHT-TO-LEFT EMBEDDING" },
	{ 0x202C, "PDF", "POP DIRECTIONAL FORMATTING" },
	{ 0x202D, "LRO", "LEFT-TO-RIGHT OVERRIDE" },
	{ 0x202E, "RLO", "RIGHT-TO-LEFT OVERRIDE" },
	{ 0x2060, "WJ", "WORD JOINER" },
	{ 0x2066, "LRI", "LEFT-TO-RIGHT ISOLATE" },
	{ 0x2067, "RLI", "RIGHT-TO-LEFT ISOLATE" },
	{ 0x2068, "FSI", "FIRST STRONG ISOLATE" },
	{ 0x2069, "PDI", "POP DIRECTIONAL ISOLATE" },
	{ 0xFEFF, "BOM", "BYTE ORDER MARK" },
};

bool
wc_char_bidi(uint32_t c)
{
	return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069);
}

bool
wc_char_forbidden(uint32_t c)
{
	bool control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F);
	bool line = c == 0x2028 || c == 0x2029;
	bool tag = c >= 0xE0000 && c <= 0xE007F; /* a second, invisible ASCII */

	return control || line || tag || wc_char_bidi(c);
}

const char *
wc_char_name(uint32_t c)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].code_point == c)
			return names[i].name;
	return "";
}

static size_t
put_hex(uint32_t n, size_t digits, char *out)
{
	for (size_t i = digits; i-- > 0; n >>= 4)
		out[i] = "0123456789ABCDEF"[n & 15];
	return digits;
}

size_t
wc_char_visible(uint32_t c, char out[WC_CHAR_VISIBLE_MAX])
{
	size_t size = 0;

	if (!wr_char_hidden(c))
		return wr_utf8_put(c, out);
	out[size++] = '<';
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (names[i].code_point != c)
			continue;
		memcpy(out + size, names[i].brief, strlen(names[i].brief));
		size += strlen(names[i].brief);
	}
	if (size == 1) {
		out[size++] = 'U';
		out[size++] = '+';
		size += put_hex(c, c > 0xFFFFF ? 6 : c > 0xFFFF ? 5 : 4, out + size);
	}
	out[size++] = '>';
	assert(size <= WC_CHAR_VISIBLE_MAX);
	return size;
}

size_t
wc_char_next(struct wr_text t, size_t *at, char out[WC_CHAR_VISIBLE_MAX], int32_t *ret_char)
{
	size_t len;
	int32_t c;

	assert(*at < t.size);
	c = wr_utf8_next(t.at + *at, t.size - *at, &len);
	*ret_char = c;
	if (c >= 0) {
		*at += len;
		return wc_char_visible((uint32_t)c, out);
	}
	out[0] = '<';
	put_hex((unsigned char)t.at[*at], 2, out + 1);
	out[3] = '>';
	*at += 1;
	return 4;
}
