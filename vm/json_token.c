/*
 * The tokens of JSON (RFC 8259): white space, words, strings with their escapes, numbers.
 * It knows no types.
 */
#include "vm/json_reader.h"

#include <assert.h>

void
wr_reader_space(struct wr_reader *r)
{
	while (
	    r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
		r->at++;
}

/* Skip space, and then this character if it is there. */
bool
wr_reader_take(struct wr_reader *r, char c)
{
	wr_reader_space(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

bool
wr_reader_take_word(struct wr_reader *r, const char *word)
{
	size_t size = strlen(word);

	if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size) != 0)
		return false;
	r->at += size;
	return true;
}

static int
hex4(const char *at, const char *end)
{
	int n = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = at[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;

		if (digit < 0)
			return -1;
		n = n * 16 + digit;
	}
	return n;
}

/* The code point of an escape; r->at is after the backslash, and moves on. -1 when it is none. */
static int32_t
read_escape(struct wr_reader *r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *hit = r->at < r->end ? memchr(from, *r->at, sizeof from - 1) : NULL;
	int high, low;

	if (hit != NULL) {
		r->at++;
		return (unsigned char)to[hit - from];
	}
	if (r->at == r->end || *r->at != 'u' || (high = hex4(r->at + 1, r->end)) < 0)
		return -1;
	if (high < 0xD800 || high > 0xDFFF) {
		r->at += 5;
		return high;
	}
	if (high > 0xDBFF || r->end - r->at < 11 || r->at[5] != '\\' || r->at[6] != 'u' ||
	    (low = hex4(r->at + 7, r->end)) < 0xDC00 || low > 0xDFFF)
		return -1;
	r->at += 11;
	return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/*
 * Read a string whose quote has been taken. Up to room bytes are written to out;
 * *ret_size counts all, so the caller learns when there are more. UTF-8 is checked throughout.
 */
enum wr_status
wr_reader_string(struct wr_reader *r, char *out, size_t room, size_t *ret_size)
{
	size_t size = 0;

	for (;;) {
		char bytes[4];
		const char *from = r->at;
		size_t n = 1;
		int32_t c =
		    r->at < r->end ? wr_utf8_next(r->at, (size_t)(r->end - r->at), &n) : '\0';

		if (r->at == r->end)
			return wr_reader_malformed(r, "the closing quote of a text");
		if (c < 0)
			return wr_reader_malformed(r, "UTF-8");
		if (c < 0x20)
			return wr_reader_malformed(r, "control characters to be escaped");
		r->at += n;
		if (c == '"')
			break;
		if (c == '\\') {
			c = read_escape(r);
			if (c < 0)
				return wr_reader_malformed(r, "a valid escape");
			n = wr_utf8_put((uint32_t)c, bytes);
			from = bytes;
		}
		if (size + n <= room)
			memcpy(out + size, from, n);
		size += n;
	}
	*ret_size = size;
	return WR_OK;
}

/* The extent of a number by JSON's grammar; empty when there is none. whole: no fraction, no
 * exponent. */
struct wr_text
wr_reader_number(const struct wr_reader *r, bool *ret_whole)
{
	const char *at = r->at, *digits;

	*ret_whole = true;
	if (at < r->end && *at == '-')
		at++;
	digits = at;
	while (at < r->end && *at >= '0' && *at <= '9')
		at++;
	if (at == digits || (*digits == '0' && at - digits > 1))
		return (struct wr_text){r->at, 0};
	if (at < r->end && *at == '.') {
		*ret_whole = false;
		for (digits = ++at; at < r->end && *at >= '0' && *at <= '9'; at++)
			;
		if (at == digits)
			return (struct wr_text){r->at, 0};
	}
	if (at < r->end && (*at == 'e' || *at == 'E')) {
		*ret_whole = false;
		at++;
		if (at < r->end && (*at == '+' || *at == '-'))
			at++;
		for (digits = at; at < r->end && *at >= '0' && *at <= '9'; at++)
			;
		if (at == digits)
			return (struct wr_text){r->at, 0};
	}
	return (struct wr_text){r->at, (size_t)(at - r->at)};
}

/*
 * Pass over a value without looking at what it means: only to find the `kind` that
 * stands after a `value`. It is read properly afterwards. No recursion.
 */
enum wr_status
wr_reader_skip(struct wr_reader *r)
{
	size_t depth = 0;

	do {
		size_t ignored;
		char c;

		wr_reader_space(r);
		c = r->at < r->end ? *r->at : '\0';
		if (c == '\0')
			return wr_reader_malformed(r, "the rest of a value");
		if (c == '"') {
			enum wr_status s;

			r->at++;
			s = wr_reader_string(r, NULL, 0, &ignored);
			if (s != WR_OK)
				return s;
		} else if (c == '{' || c == '[') {
			depth++;
			r->at++;
		} else if (c == '}' || c == ']') {
			if (depth == 0)
				return wr_reader_malformed(r, "a value");
			depth--;
			r->at++;
		} else if (c == ',' || c == ':') {
			if (depth == 0)
				return wr_reader_malformed(r, "a value");
			r->at++;
		} else {
			const char *from = r->at;

			while (r->at < r->end && memchr(",:{}[]\" \t\r\n", *r->at, 12) == NULL)
				r->at++;
			assert(r->at > from);
			(void)from;
		}
	} while (depth > 0);
	return WR_OK;
}
