/*
 * Tells people why JSON was not taken: where, what was expected, what was found. Everything
 * is cut to the room there is; nothing from outside is repeated at length or raw.
 */
#include "vm/json_reader.h"

#include "vm/base/number.h"

#include <assert.h>
#include <float.h>

void
wr_str_add(char *to, size_t room, struct wr_text t)
{
	size_t have = strlen(to), left = room - 1 - have, size = t.size;

	assert(have < room);
	if (size > left)
		for (size = left; size > 0 && ((unsigned char)t.at[size] & 0xC0) == 0x80; size--)
			;
	if (size > 0)
		memcpy(to + have, t.at, size);
	to[have + size] = '\0';
}

void
wr_reader_say(struct wr_reader *r, const char *words)
{
	wr_str_add(r->fault->why, sizeof r->fault->why, wr_text_of(words));
}

/* 5000000 as 5,000,000. */
void
wr_reader_say_int(struct wr_reader *r, int64_t n)
{
	char out[32];
	size_t at = sizeof out, digits = 0;
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do {
		if (digits > 0 && digits % 3 == 0)
			out[--at] = ',';
		out[--at] = (char)('0' + left % 10);
		digits++;
	} while ((left /= 10) > 0);
	if (n < 0)
		out[--at] = '-';
	wr_str_add(
	    r->fault->why, sizeof r->fault->why, (struct wr_text){out + at, sizeof out - at});
}

static void
say_number(struct wr_reader *r, double d)
{
	char out[WR_NUMBER_TEXT_MAX];

	wr_str_add(
	    r->fault->why, sizeof r->fault->why, (struct wr_text){out, wr_number_print(d, out)});
}

/* Up to 40 bytes of text from outside; hidden characters become `?`. */
void
wr_reader_say_quoted(struct wr_reader *r, struct wr_text t)
{
	size_t done = 0, size = 0;

	wr_reader_say(r, "`");
	for (; done < t.size && done < 40; done += size) {
		int32_t c = wr_utf8_next(t.at + done, t.size - done, &size);
		struct wr_text one = {t.at + done, c < 0 ? (size = 1) : size};

		wr_str_add(r->fault->why, sizeof r->fault->why,
		    c < 0 || c == '\n' || c == '\t' || wr_char_hidden((uint32_t)c) ? WR_TEXT("?")
										   : one);
	}
	wr_reader_say(r, done < t.size ? "…`" : "`");
}

static void
say_path(struct wr_reader *r)
{
	struct wr_json_fault *f = r->fault;

	f->path[0] = '\0';
	for (uint32_t i = 0; i < r->path_len; i++) {
		const struct wr_step *s = &r->path[i];
		char digits[12];
		size_t at = sizeof digits;
		uint32_t left = s->index;

		if (s->name != NULL) {
			wr_str_add(f->path, sizeof f->path, WR_TEXT("."));
			wr_str_add(f->path, sizeof f->path, *s->name);
			continue;
		}
		digits[--at] = ']';
		do
			digits[--at] = (char)('0' + left % 10);
		while ((left /= 10) > 0);
		digits[--at] = '[';
		wr_str_add(
		    f->path, sizeof f->path, (struct wr_text){digits + at, sizeof digits - at});
	}
}

/* Begin a reason, at the path. */
void
wr_reader_reason(struct wr_reader *r, const char *words)
{
	say_path(r);
	r->fault->why[0] = '\0';
	wr_reader_say(r, words);
}

enum wr_status
wr_reader_malformed(struct wr_reader *r, const char *wanted)
{
	wr_reader_reason(r, "malformed JSON at byte ");
	wr_reader_say_int(r, r->at - r->begin);
	wr_reader_say(r, r->at == r->end ? ", where it ends: expected " : ": expected ");
	wr_reader_say(r, wanted);
	return WR_INVALID;
}

void
wr_reader_say_range(struct wr_reader *r, const struct wr_type *t)
{
	wr_reader_say(r, t->kind == WR_TYPE_INT ? "an int" : "a number");
	if (t->kind == WR_TYPE_INT ? t->lo == INT64_MIN && t->hi == INT64_MAX
				   : t->number_lo <= -DBL_MAX && t->number_hi >= DBL_MAX)
		return;
	wr_reader_say(r, " from ");
	if (t->kind == WR_TYPE_INT)
		wr_reader_say_int(r, t->lo);
	else
		say_number(r, t->number_lo);
	wr_reader_say(r, " to ");
	if (t->kind == WR_TYPE_INT)
		wr_reader_say_int(r, t->hi);
	else
		say_number(r, t->number_hi);
}

void
wr_reader_say_names(struct wr_reader *r, const struct wr_type *t)
{
	bool plain = wr_type_plain_variants(t);

	wr_reader_say(r, plain ? "one of " : "an object whose kind is ");
	for (uint32_t i = 0; i < t->members_len; i++) {
		if (i > 0)
			wr_reader_say(r, i + 1 == t->members_len ? " or " : ", ");
		wr_reader_say(r, "`");
		wr_str_add(r->fault->why, sizeof r->fault->why, t->members[i].name);
		wr_reader_say(r, "`");
	}
}

static void
say_wanted(struct wr_reader *r, const struct wr_type *t)
{
	switch (t->kind) {
	case WR_TYPE_TEXT:
		wr_reader_say(r, "a text");
		return;
	case WR_TYPE_INT:
	case WR_TYPE_NUMBER:
		wr_reader_say_range(r, t);
		return;
	case WR_TYPE_BOOL:
		wr_reader_say(r, "true or false");
		return;
	case WR_TYPE_OPTION:
		say_wanted(r, &r->types->at[t->elem]);
		wr_reader_say(r, " or null");
		return;
	case WR_TYPE_LIST:
		wr_reader_say(r, "a list");
		return;
	case WR_TYPE_RECORD:
		wr_reader_say(r, "an object");
		return;
	case WR_TYPE_VARIANTS:
		wr_reader_say_names(r, t);
		return;
	case WR_TYPE_NEVER:
	case WR_TYPE_KINDS:
		break;
	}
	wr_reader_say(r, "null");
}

/* What stands at r->at, which is not what was wanted. */
enum wr_status
wr_reader_unfit(struct wr_reader *r, const struct wr_type *t)
{
	char c = r->at < r->end ? *r->at : '\0';
	const char *found = c == '"'                             ? "a text"
			    : c == '{'                           ? "an object"
			    : c == '['                           ? "a list"
			    : c == 't'                           ? "true"
			    : c == 'f'                           ? "false"
			    : c == 'n'                           ? "null"
			    : c == '-' || (c >= '0' && c <= '9') ? "a number"
								 : NULL;

	if (found == NULL)
		return wr_reader_malformed(r, "a value");
	wr_reader_reason(r, "expected ");
	say_wanted(r, t);
	wr_reader_say(r, ", found ");
	wr_reader_say(r, found);
	return WR_INVALID;
}
