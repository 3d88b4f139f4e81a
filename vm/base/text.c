/* UTF-8, and which characters hide something. Never allocates. */
#include "vm/base/text.h"

int32_t
wr_utf8_next(const char *bytes, size_t size, size_t *ret_len)
{
	const unsigned char *b = (const unsigned char *)bytes;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = b[0] < 0x80 ? 1 : b[0] < 0xC2 ? 0 : b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : b[0] < 0xF5 ? 4 : 0;
	uint32_t c;

	if (len == 0 || len > size)
		return -1;
	c = len == 1 ? b[0] : b[0] & (0x7Fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((b[i] & 0xC0) != 0x80)
			return -1;
		c = c << 6 | (b[i] & 0x3Fu);
	}
	if (c < least[len] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return -1;
	*ret_len = len;
	return (int32_t)c;
}

bool
wr_utf8_valid(struct wr_text t)
{
	size_t len;

	for (size_t i = 0; i < t.size; i += len)
		if (wr_utf8_next(t.at + i, t.size - i, &len) < 0)
			return false;
	return true;
}

size_t
wr_utf8_put(uint32_t c, char out[4])
{
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (len == 1) {
		out[0] = (char)c;
		return 1;
	}
	for (size_t i = len - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3F));
	out[0] = (char)((0xF00u >> len & 0xFFu) | c);
	return len;
}

bool
wr_char_hidden(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{ 0x00, 0x08 }, { 0x0B, 0x1F }, { 0x7F, 0x9F }, { 0xAD, 0xAD }, { 0x034F, 0x034F },
		{ 0x061C, 0x061C }, { 0x115F, 0x1160 }, { 0x17B4, 0x17B5 }, { 0x180B, 0x180F },
		{ 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0x3164, 0x3164 },
		{ 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFB },
		{ 0x1BCA0, 0x1BCA3 }, { 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
	};

	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return false;
}
