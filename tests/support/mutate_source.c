/*
 * Changes to source: of bytes, words and lines. Knows nothing of what they mean, so most are wrong; a
 * name put in the place of another is often right.
 */
#include "tests/support/mutate.h"

#include <string.h>

#define CHANGES_MAX 3

static const char *const words[] = {
#define KEYWORD(word, field) #word,
#include "vm/format/keywords.def"
#undef KEYWORD
	"\"", "\"\"\"", "{{", "}}", "(", ")", "[", "]", "{", "}", ",", ":", "->", "..", "@", "?", "??",
	".", "=", "==", "-", "|", "//", "\n", "\r\n", "\t", "0", "-1", "9_223_372_036_854_775_807",
	"9223372036854775808", "0.1", "30s", "none", "\\", "\xE2\x80\xAE", "\xFF", "int", "text",
	"first", "length", "truncate", "json", "writ 1\n", "sha256:",
};

struct place {
	size_t at, size;
};

static bool
in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Somewhere; 0 when there is nothing. */
static size_t
anywhere(struct answers *dice, struct wr_text t)
{
	return t.size == 0 ? 0 : answers_roll(dice, (uint32_t)t.size);
}

/* The word around or behind a random place; of size 0 when there is none. */
static struct place
some_word(struct answers *dice, struct wr_text t)
{
	size_t at = anywhere(dice, t), end;

	while (at < t.size && !in_word(t.at[at]))
		at++;
	while (at > 0 && in_word(t.at[at - 1]))
		at--;
	for (end = at; end < t.size && in_word(t.at[end]); end++)
		;
	return (struct place){ at, end - at };
}

/* The line around a random place, with its end. */
static struct place
some_line(struct answers *dice, struct wr_text t)
{
	size_t at = anywhere(dice, t), end;

	while (at > 0 && t.at[at - 1] != '\n')
		at--;
	for (end = at; end < t.size && t.at[end] != '\n'; end++)
		;
	end += end < t.size;
	return (struct place){ at, end - at };
}

static void
part(struct wr_buf *out, struct wr_text t, size_t from, size_t to)
{
	if (to > from)
		wr_buf_add(out, t.at + from, to - from);
}

/* The text with something else in one place. */
static void
replace(struct wr_buf *out, struct wr_text t, struct place where, struct wr_text with)
{
	part(out, t, 0, where.at);
	if (with.size > 0)
		wr_buf_text(out, with);
	part(out, t, where.at + where.size, t.size);
}

static struct wr_text
at_place(struct wr_text t, struct place p)
{
	return (struct wr_text){ p.size == 0 ? "" : t.at + p.at, p.size };
}

static const char *
change_words(struct answers *dice, uint32_t kind, struct wr_text t, struct wr_text other,
    struct wr_buf *out)
{
	struct place where = some_word(dice, t);

	switch (kind) {
	case 0:
		replace(out, t, where, at_place(t, some_word(dice, t)));
		return "a word for another";
	case 1:
		replace(out, t, where, at_place(other, some_word(dice, other)));
		return "a word from elsewhere";
	case 2:
		replace(out, t, where, WR_TEXT(""));
		return "a word taken out";
	default:
		where.size = answers_roll(dice, 2) == 0 ? 0 : where.size;
		replace(out, t, where,
		    wr_text_of(words[answers_roll(dice, sizeof words / sizeof *words)]));
		return "a word of the language";
	}
}

static const char *
change_lines(struct answers *dice, uint32_t kind, struct wr_text t, struct wr_text other,
    struct wr_buf *out)
{
	struct place line = some_line(dice, t), to = { some_line(dice, t).at, 0 };

	switch (kind) {
	case 0:
		replace(out, t, line, WR_TEXT(""));
		return "a line taken out";
	case 1:
		replace(out, t, to, at_place(t, line));
		return "a line twice";
	default:
		replace(out, t, to, at_place(other, some_line(dice, other)));
		return "a line from elsewhere";
	}
}

static const char *
change_bytes(struct answers *dice, uint32_t kind, struct wr_text t, struct wr_buf *out)
{
	struct place where = { anywhere(dice, t), 0 };
	char byte = (char)answers_roll(dice, 256);

	switch (kind) {
	case 0:
		where.size = where.at < t.size;
		replace(out, t, where, (struct wr_text){ &byte, 1 });
		return "a byte for another";
	case 1:
		where.size = answers_roll(dice, (uint32_t)(t.size - where.at) % 40 + 1);
		replace(out, t, where, WR_TEXT(""));
		return "some bytes taken out";
	case 2:
		part(out, t, 0, where.at);
		return "the end cut off";
	default:
		part(out, t, 0, where.at);
		for (uint32_t n = 1u << answers_roll(dice, 12); n > 0 && where.at < t.size; n--)
			wr_buf_byte(out, (uint8_t)t.at[where.at]);
		part(out, t, where.at, t.size);
		return "a byte many times";
	}
}

void
mutate_source(struct answers *dice, struct wr_text source, struct wr_text other, struct wr_buf *out,
    struct mutate_name *ret)
{
	struct wr_buf from;

	wr_buf_init(&from, out->alloc, out->max);
	wr_buf_text(out, source);
	for (uint32_t n = 1 + answers_roll(dice, CHANGES_MAX) * answers_roll(dice, 2); n > 0; n--) {
		struct wr_buf changed = *out;
		struct wr_text t;

		*out = from;
		from = changed;
		t = wr_buf_view(&from);
		out->size = 0;
		switch (answers_roll(dice, 4)) {
		case 0:
			ret->name = change_bytes(dice, answers_roll(dice, 4), t, out);
			break;
		case 1:
			ret->name = change_lines(dice, answers_roll(dice, 3), t, other, out);
			break;
		default:
			ret->name = change_words(dice, answers_roll(dice, 4), t, other, out);
			break;
		}
	}
	wr_buf_free(&from);
}
