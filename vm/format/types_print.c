/*
 * A type as an author writes it. Decides spelling alone: which bounds go without saying,
 * how digits are grouped.
 */
#include "vm/format/types.h"

#include "vm/base/buf.h"
#include "vm/base/number.h"

#include <assert.h>
#include <float.h>

#define PRINT_MAX 512

/* A buffer, and how many bytes may still reach it. */
struct printer {
	struct wr_buf *buf;
	size_t left;
};

static void
put(struct printer *p, const char *at, size_t size)
{
	if (size > p->left)
		size = p->left;
	wr_buf_add(p->buf, at, size);
	p->left -= size;
}

static void
put_str(struct printer *p, const char *s)
{
	put(p, s, strlen(s));
}

/* 20_000 */
static void
put_int(struct printer *p, int64_t n)
{
	char digits[32];
	size_t at = sizeof digits;
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	unsigned len = 0;

	do {
		if (len > 0 && len % 3 == 0)
			digits[--at] = '_';
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
		len++;
	} while (rest > 0);
	if (n < 0)
		digits[--at] = '-';
	put(p, digits + at, sizeof digits - at);
}

/* The language's numbers have no exponents: 1e+21 and 1e-7 are written out. */
static void
put_number(struct printer *p, double n)
{
	char text[WR_NUMBER_TEXT_MAX], digits[WR_NUMBER_TEXT_MAX];
	size_t size = wr_number_print(n, text), at = 0, len = 0;
	bool negative = false;
	int exponent = 0;

	if (text[0] == '-') {
		put_str(p, "-");
		at = 1;
	}
	if (memchr(text, 'e', size) == NULL) {
		put(p, text + at, size - at);
		return;
	}
	for (; text[at] != 'e'; at++)
		if (text[at] != '.')
			digits[len++] = text[at];
	negative = text[++at] == '-';
	while (++at < size)
		exponent = exponent * 10 + (text[at] - '0');
	if (negative) {
		put_str(p, "0.");
		while (--exponent > 0)
			put_str(p, "0");
		put(p, digits, len);
		return;
	}
	assert(exponent >=
	       (int)len - 1); /* an exponent is printed from 1e+21 on; digits are 17 at most */
	put(p, digits, len);
	for (exponent -= (int)len - 1; exponent > 0; exponent--)
		put_str(p, "0");
}

/* ` lo..hi`, leaving out what the kind of type says by itself. */
static void
put_range(struct printer *p, int64_t lo, int64_t hi, int64_t lo_default, int64_t hi_default)
{
	if (lo == lo_default && hi == hi_default)
		return;
	put_str(p, " ");
	if (lo != lo_default)
		put_int(p, lo);
	put_str(p, "..");
	if (hi != hi_default)
		put_int(p, hi);
}

static void
put_number_range(struct printer *p, double lo, double hi)
{
	if (lo <= -DBL_MAX && hi >= DBL_MAX)
		return;
	put_str(p, " ");
	if (lo > -DBL_MAX)
		put_number(p, lo);
	put_str(p, "..");
	if (hi < DBL_MAX)
		put_number(p, hi);
}

static void
put_type(struct printer *p, const struct wr_types *types, uint32_t type)
{
	const struct wr_type *t = &types->at[type];

	assert(type < types->len);
	switch (t->kind) {
	case WR_TYPE_NEVER:
		put_str(p, "nothing");
		break;
	case WR_TYPE_TEXT:
		put_str(p, "text");
		put_range(p, t->lo, t->hi, 0, WR_TEXT_DEFAULT);
		break;
	case WR_TYPE_INT:
		put_str(p, "int");
		put_range(p, t->lo, t->hi, -WR_INT_DEFAULT, WR_INT_DEFAULT);
		break;
	case WR_TYPE_NUMBER:
		put_str(p, "number");
		put_number_range(p, t->number_lo, t->number_hi);
		break;
	case WR_TYPE_BOOL:
		put_str(p, "bool");
		break;
	case WR_TYPE_OPTION:
		if (types->at[t->elem].kind == WR_TYPE_NEVER) {
			put_str(p, "none");
			break;
		}
		put_type(p, types, t->elem);
		put_str(p, "?");
		break;
	case WR_TYPE_LIST:
		put_str(p, "[");
		put_type(p, types, t->elem);
		put_str(p, "]");
		put_range(p, t->lo, t->hi, 0, WR_LIST_MAX);
		break;
	case WR_TYPE_RECORD:
	case WR_TYPE_VARIANTS:
		put(p, t->name.at, t->name.size);
		break;
	case WR_TYPE_KINDS:
		break;
	}
}

void
wr_type_print(const struct wr_types *types, uint32_t type, struct wr_buf *buf)
{
	struct printer p = {buf, PRINT_MAX};

	assert(type < types->len);
	put_type(&p, types, type);
}
