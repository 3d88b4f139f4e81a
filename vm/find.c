/*
 * What in a text names a person: small grammars of bytes, exact enough that two programs agree.
 * They would rather take too much than too little, for what they miss is shown to somebody.
 * Nothing here knows whether an address exists or a number is in use.
 */
#include "vm/find.h"

#include "vm/base/limits.h"

#include <assert.h>

#define LOCAL_MAX 64u        /* bytes before the @ (RFC 5321) */
#define DOMAIN_MAX 189u      /* bytes after it: 254 in all (RFC 5321) */
#define LABEL_MAX 63u
#define CARD_DIGITS_MIN 13u
#define CARD_DIGITS_MAX 19u  /* ISO/IEC 7812 */
#define CARD_GROUP_MIN 3u
#define IBAN_CHARS_MAX 34u   /* ISO 13616 */
#define PHONE_DIGITS_MAX 17u /* 15 of E.164, after 00 */

_Static_assert(WR_EMAIL_MAX == LOCAL_MAX + 1 + DOMAIN_MAX, "an address is no longer");
_Static_assert(WR_CARD_MAX == CARD_DIGITS_MAX + 3 * ((CARD_DIGITS_MAX - 1) / CARD_GROUP_MIN),
    "between groups stands one character of three bytes at most");

/* ---- bytes ---------------------------------------------------------------------------------- */

/* The byte at a place; 0, which no grammar takes, outside. */
static char
byte(struct wr_text t, size_t at)
{
	return at < t.size ? t.at[at] : 0;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
one_of(char c, const char *set)
{
	return memchr(set, c, strlen(set)) != NULL;
}

static bool
digit_before(struct wr_text t, size_t at)
{
	return at > 0 && digit(t.at[at - 1]);
}

/* Is the byte before `at` one of these, and a digit before that: inside a number, a date? */
static bool
inside(struct wr_text t, size_t at, const char *marks)
{
	return at > 1 && one_of(t.at[at - 1], marks) && digit_before(t, at - 1);
}

/* The size of a space at a place: U+0020, U+00A0, U+202F; else 0. */
static size_t
space(struct wr_text t, size_t at)
{
	if (byte(t, at) == ' ')
		return 1;
	if (t.size - at >= 2 && memcmp(t.at + at, "\xC2\xA0", 2) == 0)
		return 2;
	return t.size - at >= 3 && memcmp(t.at + at, "\xE2\x80\xAF", 3) == 0 ? 3 : 0;
}

/* The size of a hyphen: U+002D, U+2010, U+2011, U+2013; else 0. */
static size_t
hyphen(struct wr_text t, size_t at)
{
	if (byte(t, at) == '-')
		return 1;
	return t.size - at >= 3 && (memcmp(t.at + at, "\xE2\x80\x90", 3) == 0 ||
				       memcmp(t.at + at, "\xE2\x80\x91", 3) == 0 ||
				       memcmp(t.at + at, "\xE2\x80\x93", 3) == 0)
		   ? 3
		   : 0;
}

/* ---- e-mail addresses ------------------------------------------------------------------------ */

static bool
local_byte(char c)
{
	return letter(c) || digit(c) || one_of(c, "!#$%&'*+-.^_~");
}

static bool
label_byte(char c)
{
	return letter(c) || digit(c) || c == '-' || c == '_' || ((unsigned char)c & 0x80) != 0;
}

/* Where the longest domain ends that begins at `from`; 0 if none does. Its last label begins
 * with 2 to 63 letters, and ends with them. */
static size_t
domain_end(struct wr_text t, size_t from)
{
	size_t label = from, end = 0;

	for (;;) {
		size_t letters = label, next;

		while (letter(byte(t, letters)))
			letters++;
		for (next = letters; label_byte(byte(t, next));)
			next++;
		if (label > from && letters - label >= 2 && letters - label <= LABEL_MAX &&
		    letters - from <= DOMAIN_MAX)
			end = letters;
		if (next == label || next - label > LABEL_MAX || next - from > DOMAIN_MAX ||
		    byte(t, next) != '.')
			return end;
		label = next + 1;
	}
}

/* An address whose @ stands at *begin, and which begins at `from` or later. Each byte is walked
 * over at most three times: neither part holds an @. */
static size_t
email(struct wr_text t, size_t from, size_t *begin)
{
	size_t at = *begin, end = 0;

	if (t.at[at] != '@')
		return 0;
	while (*begin > from && at - *begin < LOCAL_MAX && local_byte(t.at[*begin - 1]))
		--*begin;
	while (*begin < at && !letter(t.at[*begin]) && !digit(t.at[*begin]) &&
	       t.at[*begin] != '_')
		++*begin;
	if (*begin < at)
		end = domain_end(t, at + 1);
	return end;
}

/* ---- card numbers ---------------------------------------------------------------------------- */

/* Does somebody give out numbers of so many digits that begin with these four? */
static bool
card_given_out(unsigned first, unsigned len)
{
	static const struct {
		unsigned short from, to;
		unsigned lens; /* bit n: of n digits */
	} ranges[] = {
#define FROM_TO(a, b) ((2u << (b)) - (1u << (a)))
	    {2200, 2204, FROM_TO(16, 19)}, {2221, 2720, FROM_TO(16, 16)},
	    {3000, 3059, FROM_TO(14, 19)}, {3095, 3095, FROM_TO(14, 19)},
	    {3400, 3499, FROM_TO(15, 15)}, {3528, 3589, FROM_TO(16, 19)},
	    {3600, 3699, FROM_TO(14, 19)}, {3700, 3799, FROM_TO(15, 15)},
	    {3800, 3999, FROM_TO(14, 19)}, {4000, 4999, 1u << 13 | 1u << 16 | 1u << 19},
	    {5000, 5099, FROM_TO(13, 19)}, {5100, 5599, FROM_TO(16, 16)},
	    {5600, 5899, FROM_TO(13, 19)}, {6000, 6999, FROM_TO(13, 19)},
	    {8100, 8199, FROM_TO(16, 19)},
#undef FROM_TO
	};

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (first >= ranges[i].from && first <= ranges[i].to)
			return (ranges[i].lens >> len & 1) != 0;
	return false;
}

/* The digits of a card as they are read: the sums of Luhn's check for an even and an odd number
 * of them, because which digits count double is known at the end alone. */
struct card {
	unsigned len, first, sum[2];
};

static void
card_add(struct card *c, unsigned d)
{
	unsigned twice = d < 5 ? 2 * d : 2 * d - 9;

	c->sum[c->len % 2] += twice;
	c->sum[1 - c->len % 2] += d;
	if (c->len++ < 4)
		c->first = c->first * 10 + d;
}

static bool
card_holds(const struct card *c)
{
	return c->len >= CARD_DIGITS_MIN && c->sum[c->len % 2] % 10 == 0 &&
	       card_given_out(c->first, c->len);
}

/* The longest card number that begins at *begin. */
static size_t
card(struct wr_text t, size_t *begin)
{
	struct card c = {0};
	size_t at = *begin, end = 0, gap = 0, mark = 0;

	if (!digit(t.at[at]) || digit_before(t, at) || inside(t, at, "."))
		return 0;
	for (;;) {
		size_t group = at;

		for (; digit(byte(t, at)) && c.len < CARD_DIGITS_MAX; at++)
			card_add(&c, (unsigned)(t.at[at] - '0'));
		if (digit(byte(t, at)) || at - group < CARD_GROUP_MIN)
			return end;
		if (card_holds(&c))
			end = at;
		gap = space(t, at) + hyphen(t, at);
		if (gap == 0 || !digit(byte(t, at + gap)) ||
		    (mark != 0 && (space(t, mark) == 0) != (space(t, at) == 0)))
			return end;
		mark = at;
		at += gap;
	}
}

/* ---- IBANs ----------------------------------------------------------------------------------- */

/* Countries of the registry and how many characters their numbers have. */
static const char countries[] =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29"
    "ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20"
    "LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29"
    "PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20"
    "YE30";

_Static_assert(sizeof countries % 4 == 1, "two letters and two digits each");

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static unsigned
iban_len(char a, char b)
{
	for (const char *c = countries; *c != '\0'; c += 4)
		if (c[0] == upper(a) && c[1] == upper(b))
			return (unsigned)((c[2] - '0') * 10 + c[3] - '0');
	return 0;
}

/* The remainder by 97 of more characters: letters count 10 to 35. */
static unsigned
iban_rest(unsigned rest, const char *chars, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		rest = digit(chars[i])
			   ? (rest * 10 + (unsigned)(chars[i] - '0')) % 97
			   : (rest * 100 + (unsigned)(upper(chars[i]) - 'A') + 10) % 97;
	return rest;
}

/* The IBAN that begins at *begin. */
static size_t
iban(struct wr_text t, size_t *begin)
{
	size_t at = *begin;
	char chars[IBAN_CHARS_MAX];
	unsigned len, n = 0;

	if (!letter(t.at[at]) || digit_before(t, at) || (at > 0 && letter(t.at[at - 1])) ||
	    !letter(byte(t, at + 1)) || !digit(byte(t, at + 2)) || !digit(byte(t, at + 3)))
		return 0;
	len = iban_len(t.at[at], t.at[at + 1]);
	assert(len <= IBAN_CHARS_MAX);
	while (n < len) {
		char c;

		if (n > 0 && n % 4 == 0)
			at += space(t, at);
		c = byte(t, at++);
		if (!letter(c) && !digit(c))
			return 0;
		chars[n++] = c;
	}
	if (len == 0 || letter(byte(t, at)) || digit(byte(t, at)) ||
	    iban_rest(iban_rest(0, chars + 4, len - 4), chars, 4) != 1)
		return 0;
	return at;
}

/* ---- telephone numbers ----------------------------------------------------------------------- */

/* A number as it is read: groups of digits with what may stand between them. */
struct phone {
	bool plus, bracket;            /* begins with +; has had a group in brackets */
	unsigned digits;               /* in all groups */
	char first[4];                 /* digits */
	unsigned len;                  /* groups */
	unsigned char size[PHONE_DIGITS_MAX], start[PHONE_DIGITS_MAX]; /* of groups: digits, and
								      the first of them */
	bool marked[PHONE_DIGITS_MAX]; /* after the group stands more than a space */
};

/* Groups of these sizes, one after the other from group `from` on. */
static bool
sizes_are(const struct phone *p, unsigned from, unsigned a, unsigned b, unsigned c)
{
	return p->len >= from + 3 && p->size[from] == a && p->size[from + 1] == b &&
	       p->size[from + 2] == c;
}

/* 31.12.2026, or 31.12.26 with a space after it. */
static bool
date(const struct phone *p)
{
	return p->marked[0] && p->marked[1] &&
	       (sizes_are(p, 0, 2, 2, 4) ||
		   (sizes_are(p, 0, 2, 2, 2) && p->len > 3 && !p->marked[2]));
}

/* Are these groups, and no more, a number? */
static bool
phone_holds(const struct phone *p)
{
	unsigned area;

	if (p->plus)
		return p->first[0] != '0' && p->digits >= 8 && p->digits <= 15;
	if (p->first[0] == '0' && p->first[1] == '0')
		return p->first[2] != '0' && p->digits >= 10 && p->digits <= 17;
	if (p->first[0] == '0')
		return p->digits >= 9 && p->digits <= 12 && (p->size[0] >= 2 || p->bracket) &&
		       !date(p);
	area = p->size[0] == 1 && p->first[0] == '1' ? 1 : 0;
	return p->len == area + 3 && sizes_are(p, area, 3, 3, 4) && p->start[area] >= '2' &&
	       p->start[area + 1] >= '2';
}

/* May a number end here? Not before a letter but x, nor before decimals. */
static bool
phone_ends(struct wr_text t, size_t at)
{
	char c = byte(t, at);

	if ((c == '.' || c == ',') && digit(byte(t, at + 1)))
		return digit(byte(t, at + 2)) && digit(byte(t, at + 3));
	return !letter(c) || c == 'x' || c == 'X';
}

/* The next group of digits, in brackets or not; false if there is none. Moves *at past it. */
static bool
phone_group(struct phone *p, struct wr_text t, size_t *at)
{
	bool bracket = byte(t, *at) == '(';
	size_t from = bracket ? *at + 1 : *at, to = from;

	while (digit(byte(t, to)) && to - from <= PHONE_DIGITS_MAX)
		to++;
	if (to == from || p->digits + (to - from) > PHONE_DIGITS_MAX)
		return false;
	if (bracket && (p->bracket || to - from > 5 || byte(t, to) != ')'))
		return false;
	for (size_t i = from; i < to; i++, p->digits++)
		if (p->digits < sizeof p->first)
			p->first[p->digits] = t.at[i];
	p->start[p->len] = (unsigned char)t.at[from];
	p->size[p->len++] = (unsigned char)(to - from);
	p->bracket |= bracket;
	*at = bracket ? to + 1 : to;
	return true;
}

/* The size of what stands between two groups: a space, or a mark with a space at its sides; or
 * nothing, at a bracket. WR_TEXT_MAX + 1 when another group cannot follow. */
static size_t
phone_gap(struct wr_text t, size_t at, bool *ret_marked)
{
	size_t before = space(t, at), mark = hyphen(t, at + before), after;
	char c = byte(t, at + before);

	if (mark == 0)
		mark = one_of(c, "./") ? 1 : 0;
	after = mark == 0 ? 0 : space(t, at + before + mark);
	*ret_marked = mark > 0;
	if (before + mark == 0 && byte(t, at) != '(' && t.at[at - 1] != ')')
		return WR_TEXT_MAX + 1;
	return before + mark + after;
}

/* The longest number that begins at *begin. */
static size_t
phone(struct wr_text t, size_t *begin)
{
	struct phone p = {0};
	size_t at = *begin, end = 0, gap;
	char before = at > 0 ? t.at[at - 1] : 0;

	p.plus = t.at[at] == '+';
	if ((!p.plus && t.at[at] != '(' && !digit(t.at[at])) || digit_before(t, at) ||
	    before == '+' || inside(t, at, ".-/:") || (digit(t.at[at]) && letter(before)))
		return 0;
	at += p.plus;
	if (p.plus && byte(t, at) == '(')
		return 0;
	while (phone_group(&p, t, &at) && at - *begin <= WR_PHONE_MAX) {
		if (phone_holds(&p) && phone_ends(t, at))
			end = at;
		gap = phone_gap(t, at, &p.marked[p.len - 1]);
		if (gap > WR_TEXT_MAX)
			break;
		at += gap;
	}
	return !p.plus && date(&p) ? 0 : end;
}

struct wr_text
wr_find_next(enum wr_op op, struct wr_text t, size_t from, size_t *ret_end)
{
	for (size_t at = from; at < t.size; at++) {
		size_t begin = at, end;

		switch (op) {
		case WR_OP_FIND_EMAILS:
			end = email(t, from, &begin);
			break;
		case WR_OP_FIND_CARDS:
			end = card(t, &begin);
			break;
		case WR_OP_FIND_IBANS:
			end = iban(t, &begin);
			break;
		default:
			assert(op == WR_OP_FIND_PHONES);
			end = phone(t, &begin);
			break;
		}
		if (end == 0)
			continue;
		*ret_end = end;
		return (struct wr_text){t.at + begin, end - begin};
	}
	return WR_TEXT("");
}
