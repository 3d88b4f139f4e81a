/*
 * The strict reader: kinds, bounds and members of a document, each complaint
 * with the path to where it holds. It decides whether a document has the shape
 * its reader asks for; it never repairs and never guesses.
 */
#include "runtime/json.h"
#include "runtime/json_value.h"

#include <assert.h>

struct wd_json_at
wd_json_at_root(const struct wd_json *v, struct wd_json_error *error)
{
	*error = (struct wd_json_error){ 0 };
	return (struct wd_json_at){ .value = v, .error = error };
}

struct wd_json_at
wd_json_at(const struct wd_json_at *up, const char *name)
{
	return (struct wd_json_at){ .value = wd_json_get(up->value, name),
		.up = up,
		.name = wr_text_of(name),
		.error = up->error };
}

struct wd_json_at
wd_json_at_item(const struct wd_json_at *up, size_t i)
{
	return (struct wd_json_at){ .value = wd_json_item(up->value, i),
		.up = up,
		.name = wd_json_name(up->value, i),
		.index = i,
		.error = up->error };
}

/* ---- places ----------------------------------------------------------------------- */

static bool
plain(struct wr_text name)
{
	for (size_t i = 0; i < name.size; i++) {
		char c = name.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '_' || c == '-'))
			return false;
	}
	return name.size > 0;
}

/* Steps from the root down to at, into the place; a name that would not fit ends it with "…". */
static bool
append(char *place, size_t *size, struct wr_text t)
{
	static const char more[] = "\xE2\x80\xA6";

	if (*size + t.size + sizeof more > WD_JSON_PLACE_MAX) {
		memcpy(place + *size, more, sizeof more);
		*size = WD_JSON_PLACE_MAX;
		return false;
	}
	memcpy(place + *size, t.at, t.size);
	*size += t.size;
	place[*size] = '\0';
	return true;
}

static bool
append_number(char *place, size_t *size, size_t n)
{
	char digits[24];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	return append(place, size, (struct wr_text){ digits + at, sizeof digits - at });
}

/* A name from outside: hidden characters and quotes are left out of sight, as ?. */
static bool
append_quoted(char *place, size_t *size, struct wr_text name)
{
	size_t len;

	if (!append(place, size, WR_TEXT("[\"")))
		return false;
	for (size_t i = 0; i < name.size; i += len) {
		int32_t c = wr_utf8_next(name.at + i, name.size - i, &len);
		bool odd =
		    c < 0 || wr_char_hidden((uint32_t)c) || c == '"' || c == '\n' || c == '\t';

		if (c < 0)
			len = 1;
		if (!append(place, size, odd ? WR_TEXT("?") : (struct wr_text){ name.at + i, len }))
			return false;
	}
	return append(place, size, WR_TEXT("\"]"));
}

/* Recursion: as deep as the reader's own code descends. */
static bool
print_place(const struct wd_json_at *at, char *place, size_t *size)
{
	if (at->up == NULL)
		return true;
	if (!print_place(at->up, place, size))
		return false;
	if (at->name.at == NULL)
		return append(place, size, WR_TEXT("[")) && append_number(place, size, at->index) &&
		       append(place, size, WR_TEXT("]"));
	if (!plain(at->name))
		return append_quoted(place, size, at->name);
	return (*size == 0 || append(place, size, WR_TEXT("."))) && append(place, size, at->name);
}

bool
wd_json_at_fail(struct wd_json_at at, const char *text)
{
	size_t size = 0;

	if (at.error->text != NULL)
		return false;
	*at.error = (struct wd_json_error){ .text = text };
	(void)print_place(&at, at.error->place, &size);
	return false;
}

void
wd_json_error_print(const struct wd_json_error *error, struct wr_buf *out)
{
	if (error->line > 0) {
		wr_buf_str(out, "line ");
		wr_buf_u64(out, error->line);
		wr_buf_str(out, ", column ");
		wr_buf_u64(out, error->column);
		wr_buf_str(out, ": ");
	} else if (error->place[0] != '\0') {
		wr_buf_str(out, error->place);
		wr_buf_str(out, ": ");
	}
	wr_buf_str(out, error->text != NULL ? error->text : "nothing to complain about");
}

/* ---- kinds and bounds ------------------------------------------------------------- */

/* The kind wanted, and no complaint so far. */
static bool
is(struct wd_json_at at, enum wd_json_kind kind)
{
	static const char *const want[] = {
		[WD_JSON_BOOL] = "must be true or false",
		[WD_JSON_INT] = "must be a whole number",
		[WD_JSON_TEXT] = "must be a text",
		[WD_JSON_ARRAY] = "must be a list",
		[WD_JSON_OBJECT] = "must be an object",
	};

	if (at.error->text != NULL)
		return false;
	if (at.value == NULL)
		return wd_json_at_fail(at, "is missing");
	return at.value->kind == kind || wd_json_at_fail(at, want[kind]);
}

bool
wd_json_at_object(struct wd_json_at at, size_t max)
{
	return is(at, WD_JSON_OBJECT) &&
	       (at.value->len <= max || wd_json_at_fail(at, "has too many members"));
}

bool
wd_json_at_array(struct wd_json_at at, size_t min, size_t max)
{
	if (!is(at, WD_JSON_ARRAY))
		return false;
	if (at.value->len < min)
		return wd_json_at_fail(at, min == 1 ? "must not be empty" : "has too few items");
	return at.value->len <= max || wd_json_at_fail(at, "has too many items");
}

/* The next word of a list parted by spaces; at NULL at its end. */
static struct wr_text
next_word(const char **list)
{
	struct wr_text word;

	while (**list == ' ')
		(*list)++;
	word = (struct wr_text){ *list, strcspn(*list, " ") };
	*list += word.size;
	return word.size == 0 ? (struct wr_text){ NULL, 0 } : word;
}

static struct wr_text
without_mark(struct wr_text word)
{
	return word.at[0] == '?' ? (struct wr_text){ word.at + 1, word.size - 1 } : word;
}

bool
wd_json_at_members(struct wd_json_at at, const char *known)
{
	const char *list;
	struct wr_text word;

	if (!is(at, WD_JSON_OBJECT))
		return false;
	for (uint32_t i = 0; i < at.value->len; i++) {
		for (list = known; (word = next_word(&list)).at != NULL;)
			if (wr_text_eq(without_mark(word), at.value->members[i].name))
				break;
		if (word.at == NULL)
			return wd_json_at_fail(wd_json_at_item(&at, i), "is not a known member");
	}
	for (list = known; (word = next_word(&list)).at != NULL;) {
		struct wd_json_at member = { .up = &at, .name = word, .error = at.error };

		if (word.at[0] != '?' && wd_json_get_text(at.value, word) == NULL)
			return wd_json_at_fail(member, "is missing");
	}
	return true;
}

bool
wd_json_at_any_text(struct wd_json_at at, size_t max, struct wr_text *ret)
{
	if (!is(at, WD_JSON_TEXT))
		return false;
	if (at.value->text.size > max)
		return wd_json_at_fail(at, "is too long");
	*ret = at.value->text;
	return true;
}

bool
wd_json_at_text(struct wd_json_at at, size_t max, struct wr_text *ret)
{
	if (is(at, WD_JSON_TEXT) && at.value->text.size == 0)
		return wd_json_at_fail(at, "must not be empty");
	return wd_json_at_any_text(at, max, ret);
}

bool
wd_json_at_exactly(struct wd_json_at at, const char *text)
{
	if (!is(at, WD_JSON_TEXT))
		return false;
	return wd_json_text_is(at.value, text) ||
	       wd_json_at_fail(at, "is not the value this format has");
}

bool
wd_json_at_int(struct wd_json_at at, int64_t min, int64_t max, int64_t *ret)
{
	if (!is(at, WD_JSON_INT))
		return false;
	if (at.value->int_value < min)
		return wd_json_at_fail(at, "is too small");
	if (at.value->int_value > max)
		return wd_json_at_fail(at, "is too large");
	*ret = at.value->int_value;
	return true;
}

bool
wd_json_at_bool(struct wd_json_at at, bool *ret)
{
	if (!is(at, WD_JSON_BOOL))
		return false;
	*ret = at.value->bool_value;
	return true;
}
