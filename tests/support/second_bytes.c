/*
 * Bytes for the second opinion: base64, strict JSON, digests and dates, written from RFC 4648 and 8785
 * in the plainest way: what has one form is read loosely, written again, and compared.
 */
#include "tests/support/second_bytes.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct wd_digest
second_hash(const void *bytes, size_t size)
{
	struct wd_digest d;

	(void)SHA256(bytes, size, d.at);
	return d;
}

bool
second_same(const struct wd_digest *a, const struct wd_digest *b)
{
	return memcmp(a->at, b->at, 32) == 0;
}

static void *
room(size_t size)
{
	void *at = calloc(1, size + 1);

	if (at == NULL)
		abort();
	return at;
}

/* ---- base64 --------------------------------------------------------------------------- */

/* Is the text one of the three ways to write these bytes? */
static bool
writes(const char *text, size_t size, struct second_blob bytes)
{
	char *form = room(4 * (bytes.size / 3 + 2));
	size_t len = (size_t)EVP_EncodeBlock((unsigned char *)form, bytes.at, (int)bytes.size);
	bool same = len == size && memcmp(form, text, len) == 0;

	for (size_t i = 0; i < len; i++)
		form[i] = (char)(form[i] == '+' ? '-' : form[i] == '/' ? '_' : form[i]);
	same |= len == size && memcmp(form, text, len) == 0;
	while (len > 0 && form[len - 1] == '=')
		len--;
	same |= len == size && memcmp(form, text, len) == 0;
	free(form);
	return same;
}

struct second_blob
second_unbase64(const char *text, size_t size)
{
	size_t len = (size + 3) / 4 * 4, pad = 0;
	char *digits = room(len);
	struct second_blob out = { room(len), 0 };
	int got;

	memset(digits, '=', len);
	for (size_t i = 0; i < size; i++)
		digits[i] = (char)(text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]);
	while (pad < len && digits[len - 1 - pad] == '=')
		pad++;
	got = pad > 2 ? -1 : EVP_DecodeBlock(out.at, (unsigned char *)digits, (int)len);
	free(digits);
	out.size = got < 0 || (size_t)got < pad ? 0 : (size_t)got - pad;
	if (got < 0 || !writes(text, size, out)) {
		free(out.at);
		return (struct second_blob){ NULL, 0 };
	}
	return out;
}

/* ---- JSON ----------------------------------------------------------------------------- */

static int
depth(const json_t *v)
{
	int most = 0;
	const char *name;
	json_t *each, *top = (json_t *)(uintptr_t)v;
	size_t i;

	json_array_foreach (top, i, each)
		most = depth(each) > most ? depth(each) : most;
	json_object_foreach (top, name, each)
		most = depth(each) > most ? depth(each) : most;
	return json_is_array(v) || json_is_object(v) ? most + 1 : 0;
}

/* No more than 64 brackets open at any place, those in texts left out. */
static bool
flat(const char *at, size_t size)
{
	int open = 0;
	bool text = false;

	for (size_t i = 0; i < size; i++) {
		if (text && at[i] == '\\')
			i++;
		else if (at[i] == '"')
			text = !text;
		else if (!text && (at[i] == '{' || at[i] == '['))
			open++;
		else if (!text && (at[i] == '}' || at[i] == ']'))
			open--;
		if (open > 64)
			return false;
	}
	return true;
}

json_t *
second_json(const void *bytes, size_t size, size_t max)
{
	json_t *v = size > max || !flat(bytes, size) ? NULL : json_loadb(bytes, size, JSON_REJECT_DUPLICATES, NULL);

	if (v != NULL && (!json_is_object(v) || depth(v) > 64)) {
		json_decref(v);
		v = NULL;
	}
	return v;
}

static bool
listed(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
		size_t one = strcspn(at, " ");

		if (one == len && memcmp(at, word, len) == 0)
			return true;
		at += one;
	}
	return false;
}

bool
second_members(const json_t *o, const char *must, const char *may)
{
	json_t *each, *top = (json_t *)(uintptr_t)o;
	size_t n = 0, wanted = 0;
	const char *name;

	if (!json_is_object(o))
		return false;
	json_object_foreach (top, name, each) {
		if (!listed(must, name) && !listed(may, name))
			return false;
		n += listed(must, name);
	}
	for (const char *at = must; *at != '\0'; at += strspn(at, " ")) {
		at += strcspn(at, " ");
		wanted++;
	}
	return n == wanted;
}

const char *
second_text(const json_t *v, size_t min, size_t max)
{
	return json_is_string(v) && json_string_length(v) >= min && json_string_length(v) <= max ? json_string_value(v)
												 : NULL;
}

bool
second_is(const json_t *v, const char *text)
{
	return json_is_string(v) && strcmp(json_string_value(v), text) == 0;
}

bool
second_int(const json_t *v, json_int_t min, json_int_t max)
{
	return json_is_integer(v) && json_integer_value(v) >= min && json_integer_value(v) <= max;
}

bool
second_unhex(const char *text, unsigned char *ret, size_t size)
{
	char again[3];

	if (strlen(text) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		char two[3] = { text[2 * i], text[2 * i + 1], '\0' };

		ret[i] = (unsigned char)strtoul(two, NULL, 16);
		(void)snprintf(again, sizeof again, "%02x", ret[i]);
		if (strcmp(again, two) != 0)
			return false;
	}
	return true;
}

bool
second_digest(const json_t *v, struct wd_digest *ret)
{
	const char *text = second_text(v, 71, 71);
	struct wd_digest d;

	if (text == NULL || strncmp(text, "sha256:", 7) != 0 || !second_unhex(text + 7, d.at, 32))
		return false;
	*ret = d;
	return true;
}

bool
second_date(const json_t *v, int64_t *ret)
{
	const char *text = second_text(v, 20, 20), *end;
	struct tm t = { 0 };
	char again[32];
	time_t at;

	if (text == NULL || (end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &t)) == NULL || *end != '\0' || t.tm_year < 70)
		return false;
	at = timegm(&t);
	(void)gmtime_r(&at, &t);
	if (strftime(again, sizeof again, "%Y-%m-%dT%H:%M:%SZ", &t) == 0 || strcmp(again, text) != 0)
		return false;
	*ret = at;
	return true;
}

/* ---- RFC 8785 -------------------------------------------------------------------------- */

/* The next UTF-16 unit of valid UTF-8; `low` holds the second half of a pair. */
static unsigned
unit(const unsigned char **at, unsigned *low)
{
	const unsigned char *s = *at;
	unsigned c = *low, len;

	*low = 0;
	if (c != 0 || *s == 0)
		return c;
	len = *s < 0x80 ? 1 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
	c = len == 1 ? *s : *s & (0x7fu >> len);
	for (unsigned i = 1; i < len; i++)
		c = c << 6 | (s[i] & 0x3fu);
	*at += len;
	if (c < 0x10000)
		return c;
	*low = 0xdc00 + ((c - 0x10000) & 0x3ff);
	return 0xd800 + ((c - 0x10000) >> 10);
}

static int
by_utf16(const void *a, const void *b)
{
	const unsigned char *x = *(const unsigned char *const *)a, *y = *(const unsigned char *const *)b;
	unsigned x_low = 0, y_low = 0, p, q;

	do {
		p = unit(&x, &x_low);
		q = unit(&y, &y_low);
	} while (p == q && p != 0);
	return p < q ? -1 : p > q;
}

static void
canonical_text(FILE *out, const char *t)
{
	static const char escaped[] = "\b\t\n\f\r\"\\", letters[] = "btnfr\"\\";

	(void)fputc('"', out);
	for (; *t != '\0'; t++) {
		const char *found = strchr(escaped, *t);

		if (found != NULL)
			(void)fprintf(out, "\\%c", letters[found - escaped]);
		else if ((unsigned char)*t < 0x20)
			(void)fprintf(out, "\\u%04x", (unsigned)*t);
		else
			(void)fputc(*t, out);
	}
	(void)fputc('"', out);
}

/* Of documents without fractions. */
static void
canonical(FILE *out, const json_t *v)
{
	json_t *each, *top = (json_t *)(uintptr_t)v;
	size_t n = json_object_size(v), i;
	const char *name;

	if (json_is_object(v)) {
		const char **names = room(n * sizeof *names);

		n = 0;
		json_object_foreach (top, name, each)
			names[n++] = name;
		qsort(names, n, sizeof *names, by_utf16);
		(void)fputc('{', out);
		for (i = 0; i < n; i++) {
			canonical_text(out, names[i]);
			(void)fputc(':', out);
			canonical(out, json_object_get(v, names[i]));
			(void)fputs(i + 1 < n ? "," : "", out);
		}
		(void)fputc('}', out);
		free(names);
	} else if (json_is_array(v)) {
		(void)fputc('[', out);
		json_array_foreach (top, i, each) {
			(void)fputs(i > 0 ? "," : "", out);
			canonical(out, each);
		}
		(void)fputc(']', out);
	} else if (json_is_string(v)) {
		canonical_text(out, json_string_value(v));
	} else if (json_is_integer(v)) {
		(void)fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	} else {
		(void)fputs(json_is_true(v) ? "true" : json_is_false(v) ? "false" : "null", out);
	}
}

struct wd_digest
second_canonical(const json_t *v)
{
	struct wd_digest digest;
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);

	if (out == NULL)
		abort();
	canonical(out, v);
	if (fclose(out) != 0)
		abort();
	digest = second_hash(bytes, size);
	free(bytes);
	return digest;
}

