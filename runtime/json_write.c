/*
 * Values back to bytes: compact, indented, or canonical (RFC 8785). It decides
 * the bytes of a value and nothing else.
 */
#include "runtime/json.h"
#include "runtime/json_value.h"
#include "vm/base/number.h"

#include <stdlib.h>

void
wd_json_quote(struct wr_buf *out, struct wr_text t)
{
	static const char digit[] = "0123456789abcdef";
	size_t from = 0;

	wr_buf_byte(out, '"');
	for (size_t i = 0; i < t.size; i++) {
		unsigned char c = (unsigned char)t.at[i];
		const char *s = c == '"'    ? "\\\""
				: c == '\\' ? "\\\\"
				: c == '\b' ? "\\b"
				: c == '\f' ? "\\f"
				: c == '\n' ? "\\n"
				: c == '\r' ? "\\r"
				: c == '\t' ? "\\t"
					    : NULL;
		char u[7] = { '\\', 'u', '0', '0', digit[c >> 4], digit[c & 15], '\0' };

		if (s == NULL && c >= 0x20)
			continue;
		wr_buf_add(out, t.at + from, i - from);
		wr_buf_str(out, s != NULL ? s : u);
		from = i + 1;
	}
	if (from < t.size)
		wr_buf_add(out, t.at + from, t.size - from);
	wr_buf_byte(out, '"');
}

/* Order of two names as UTF-16 code units, which is not the order of their UTF-8 bytes. */
static int
compare_utf16(struct wr_text a, struct wr_text b)
{
	size_t i = 0, n = a.size < b.size ? a.size : b.size, len;
	int32_t ca, cb;
	bool high_a, high_b;

	while (i < n && a.at[i] == b.at[i])
		i++;
	if (i == n)
		return a.size < b.size ? -1 : a.size > b.size;
	while (i > 0 && ((unsigned char)a.at[i] & 0xC0) == 0x80)
		i--; /* to the first byte of the characters that differ */
	ca = wr_utf8_next(a.at + i, a.size - i, &len);
	cb = wr_utf8_next(b.at + i, b.size - i, &len);
	high_a = ca >= 0x10000; /* begins with a surrogate, D800 to DBFF */
	high_b = cb >= 0x10000;
	if (high_a != high_b)
		return high_a ? (cb >= 0xE000 ? -1 : 1) : (ca >= 0xE000 ? 1 : -1);
	return ca < cb ? -1 : ca > cb;
}

static int
compare_members(const void *a, const void *b)
{
	const struct wd_json_member *const *ma = a, *const *mb = b;

	return compare_utf16((*ma)->name, (*mb)->name);
}

/* The members in canonical order, in memory of out's allocator; NULL and out->status when short. */
static const struct wd_json_member **
sort_members(const struct wd_json *v, struct wr_buf *out)
{
	const struct wd_json_member **sorted = wr_alloc_new(out->alloc, v->len * sizeof *sorted);

	if (sorted == NULL) {
		out->status = out->status == WR_OK ? WR_NOMEM : out->status;
		return NULL;
	}
	for (uint32_t i = 0; i < v->len; i++)
		sorted[i] = &v->members[i];
	qsort((void *)sorted, v->len, sizeof *sorted, compare_members);
	return sorted;
}

static void
write_real(struct wr_buf *out, double n)
{
	char text[WR_NUMBER_TEXT_MAX];

	wr_buf_add(out, text, wr_number_print(n, text));
}

static void
line(struct wr_buf *out, enum wd_json_form form, unsigned depth)
{
	if (form != WD_JSON_INDENTED)
		return;
	wr_buf_byte(out, '\n');
	for (unsigned i = 0; i < depth; i++)
		wr_buf_str(out, "  ");
}

static void put(
    const struct wd_json *v, enum wd_json_form form, unsigned depth, struct wr_buf *out);

static void
write_object(const struct wd_json *v, enum wd_json_form form, unsigned depth, struct wr_buf *out)
{
	const struct wd_json_member **sorted = NULL;

	if (form == WD_JSON_CANONICAL && v->len > 1 && (sorted = sort_members(v, out)) == NULL)
		return;
	wr_buf_byte(out, '{');
	for (uint32_t i = 0; i < v->len; i++) {
		const struct wd_json_member *m = sorted != NULL ? sorted[i] : &v->members[i];

		if (i > 0)
			wr_buf_byte(out, ',');
		line(out, form, depth + 1);
		wd_json_quote(out, m->name);
		wr_buf_str(out, form == WD_JSON_INDENTED ? ": " : ":");
		put(m->value, form, depth + 1, out);
	}
	if (v->len > 0)
		line(out, form, depth);
	wr_buf_byte(out, '}');
	wr_alloc_free(out->alloc, (void *)sorted, v->len * sizeof *sorted);
}

static void
write_array(const struct wd_json *v, enum wd_json_form form, unsigned depth, struct wr_buf *out)
{
	wr_buf_byte(out, '[');
	for (uint32_t i = 0; i < v->len; i++) {
		if (i > 0)
			wr_buf_byte(out, ',');
		line(out, form, depth + 1);
		put(v->items[i], form, depth + 1, out);
	}
	if (v->len > 0)
		line(out, form, depth);
	wr_buf_byte(out, ']');
}

/* Recurses as deep as v is: parsed values are limited, built ones are ours. */
static void
put(const struct wd_json *v, enum wd_json_form form, unsigned depth, struct wr_buf *out)
{
	switch (wd_json_kind(v)) {
	case WD_JSON_ABSENT:
	case WD_JSON_NULL:
		wr_buf_str(out, "null");
		break;
	case WD_JSON_BOOL:
		wr_buf_str(out, v->bool_value ? "true" : "false");
		break;
	case WD_JSON_INT:
		wr_buf_i64(out, v->int_value);
		break;
	case WD_JSON_REAL:
		write_real(out, v->real_value);
		break;
	case WD_JSON_TEXT:
		wd_json_quote(out, v->text);
		break;
	case WD_JSON_ARRAY:
		write_array(v, form, depth, out);
		break;
	case WD_JSON_OBJECT:
		write_object(v, form, depth, out);
		break;
	}
}

void
wd_json_write(const struct wd_json *v, enum wd_json_form form, struct wr_buf *out)
{
	put(v, form, 0, out);
}

enum wr_status
wd_json_finish(struct wd_json_doc *doc, enum wd_json_form form, struct wr_buf *out)
{
	enum wr_status status = doc->status;

	if (status == WR_OK) {
		wd_json_write(doc->root, form, out);
		status = out->status;
	}
	wd_json_free(doc);
	return status;
}
