#ifndef WR_BASE_TEXT_H
#define WR_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes somebody else owns; not terminated, may contain NUL. */
struct wr_text {
	const char *at;
	size_t size;
};

#define WR_TEXT(literal) ((struct wr_text){ (literal), sizeof(literal) - 1 })

static inline struct wr_text
wr_text_of(const char *c_string)
{
	return (struct wr_text){ c_string, strlen(c_string) };
}

static inline bool
wr_text_eq(struct wr_text a, struct wr_text b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

/* Order of the bytes as unsigned numbers; a prefix comes first. */
static inline int
wr_text_cmp(struct wr_text a, struct wr_text b)
{
	size_t n = a.size < b.size ? a.size : b.size;
	int c = n == 0 ? 0 : memcmp(a.at, b.at, n);

	return c != 0 ? c : a.size < b.size ? -1 : a.size > b.size;
}

/*
 * The code point that begins at bytes[0], its length (1 to 4) in *ret_len;
 * or -1 when the bytes are not well-formed UTF-8 (RFC 3629: no overlong forms,
 * no surrogates, nothing above U+10FFFF). size must be at least 1.
 */
int32_t wr_utf8_next(const char *bytes, size_t size, size_t *ret_len);

/* True when all bytes are well-formed UTF-8. */
bool wr_utf8_valid(struct wr_text t);

/* Encode a code point (a valid one) into out; returns its length, 1 to 4. */
size_t wr_utf8_put(uint32_t code_point, char out[4]);

/*
 * True for characters that change how the text around them is read or shown:
 * bidirectional controls, other C0/C1 controls except tab and newline, line and
 * paragraph separators, zero-width and other invisible format characters.
 * Sources may not contain them; views show them as <U+202E>.
 */
bool wr_char_hidden(uint32_t code_point);

#endif
