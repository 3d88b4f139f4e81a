/*
 * Collect messages. Bounded: so many of each level, so many parts of each, so
 * many bytes of each part. Never prints, and never fails its caller: what cannot
 * be kept is counted, and lack of memory stays in diags->status.
 */
#include "compiler/diag.h"

#include "compiler/charname.h"
#include "compiler/diag_parts.h"
#include "vm/base/number.h"

#include <assert.h>
#include <stdarg.h>

static const struct {
	const char *text, *name;
	enum wc_level level;
} codes[] = {
#define DIAG(code, level, name) { #code, name, WC_LEVEL_##level },
#include "compiler/diagnostics.def"
#undef DIAG
};

const char *
wc_code_text(enum wc_code code)
{
	assert(code < WC_CODE_COUNT);
	return codes[code].text;
}

const char *
wc_code_name(enum wc_code code)
{
	assert(code < WC_CODE_COUNT);
	return codes[code].name;
}

enum wc_level
wc_code_level(enum wc_code code)
{
	assert(code < WC_CODE_COUNT);
	return codes[code].level;
}

enum wc_level
wc_diag_level(const struct wc_diag *d)
{
	return d->diags->denied[d->code] ? WC_LEVEL_ERROR : wc_code_level(d->code);
}

const char *
wc_diag_level_text(const struct wc_diag *d)
{
	return wc_diag_level(d) == WC_LEVEL_ERROR ? "error" : "warning";
}

/* ---- formatting ------------------------------------------------------------ */

/* One line being written; what does not fit is cut, and ends in "...". */
struct line {
	char at[WC_DIAG_TEXT_MAX];
	size_t size;
	bool cut;
};

static void
put(struct line *line, const char *bytes, size_t size)
{
	if (line->cut || size > sizeof line->at - 3 - line->size) {
		line->cut = true;
		return;
	}
	memcpy(line->at + line->size, bytes, size);
	line->size += size;
}

static void
put_visible(struct line *line, struct wr_text t)
{
	char out[WC_CHAR_VISIBLE_MAX];
	int32_t c;

	for (size_t at = 0; at < t.size && !line->cut;) {
		size_t size = wc_char_next(t, &at, out, &c);

		if (c == '\n')
			put(line, "\\n", 2);
		else
			put(line, c == '\t' ? " " : out, size);
	}
}

static void
put_u64(struct line *line, uint64_t n, bool grouped)
{
	char digits[27];
	size_t at = sizeof digits, count = 0;

	do {
		if (grouped && count > 0 && count % 3 == 0)
			digits[--at] = ',';
		digits[--at] = (char)('0' + n % 10);
		count++;
	} while ((n /= 10) > 0);
	put(line, digits + at, sizeof digits - at);
}

static void
put_i64(struct line *line, int64_t n)
{
	if (n < 0)
		put(line, "-", 1);
	put_u64(line, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, false);
}

/* The conversion at *format (behind the %); *format moves behind it. */
static void
put_argument(struct line *line, const char **format, va_list *args)
{
	bool wide = **format == 'l';
	char number[WR_NUMBER_TEXT_MAX];
	const char *s;

	*format += wide;
	switch (*(*format)++) {
	case 's':
		s = va_arg(*args, const char *);
		put(line, s, strlen(s));
		break;
	case 'T':
		put_visible(line, va_arg(*args, struct wr_text));
		break;
	case 'u':
		put_u64(line, wide ? va_arg(*args, uint64_t) : va_arg(*args, unsigned), false);
		break;
	case 'd':
		put_i64(line, wide ? va_arg(*args, int64_t) : va_arg(*args, int));
		break;
	case 'N':
		put_u64(line, va_arg(*args, uint64_t), true);
		break;
	case 'f':
		put(line, number, wr_number_print(va_arg(*args, double), number));
		break;
	case '%':
		put(line, "%", 1);
		break;
	default:
		assert(false && "an unknown conversion");
	}
}

/* at is NULL when there was no memory, which diags then knows. */
static struct wr_text
format_text(struct wc_diags *diags, const char *format, va_list *args)
{
	struct line line = { .size = 0 };
	struct wr_text t;

	while (*format != '\0') {
		size_t plain = strcspn(format, "%");

		put(&line, format, plain);
		format += plain;
		if (*format == '%') {
			format++;
			put_argument(&line, &format, args);
		}
	}
	if (line.cut) {
		memcpy(line.at + line.size, "...", 3);
		line.size += 3;
	}
	t = wr_arena_text(diags->arena, (struct wr_text){ line.at, line.size });
	if (t.at == NULL)
		diags->status = diags->arena->over ? WR_LIMIT : WR_NOMEM;
	return t;
}

/* ---- collecting ------------------------------------------------------------ */

void
wc_diags_init(struct wc_diags *diags, struct wr_arena *arena)
{
	*diags = (struct wc_diags){ .arena = arena, .errors_max = WC_ERRORS_MAX };
}

bool
wc_diags_full(const struct wc_diags *diags)
{
	return diags->errors >= diags->errors_max;
}

static void *
part(struct wc_diags *diags, size_t size)
{
	void *p = wr_arena_array(diags->arena, WC_DIAG_PARTS_MAX, size);

	if (p == NULL)
		diags->status = diags->arena->over ? WR_LIMIT : WR_NOMEM;
	return p;
}

static bool
same_place(struct wc_span a, struct wc_span b)
{
	return a.source == b.source && a.start == b.start;
}

/* Count it, and decide whether it is kept. */
static bool
wanted(struct wc_diags *diags, enum wc_code code, struct wc_span span)
{
	bool error = wc_code_level(code) == WC_LEVEL_ERROR;

	for (const struct wc_diag *d = diags->first; d != NULL; d = d->next)
		if (d->code == code && span.source != NULL && same_place(d->marks[0].span, span))
			return false;
	if (error)
		return diags->errors++ < diags->errors_max;
	return diags->warnings++ < WC_WARNINGS_MAX;
}

struct wc_diag *
wc_diag_add_list(struct wc_diags *diags, enum wc_code code, struct wc_span span, const char *format,
    va_list *args)
{
	struct wc_diag *d;

	assert(span.source == NULL || span.end <= span.source->size);
	if (!wanted(diags, code, span))
		return NULL;
	d = wr_arena_get(diags->arena, sizeof *d);
	if (d == NULL) {
		diags->status = diags->arena->over ? WR_LIMIT : WR_NOMEM;
		return NULL;
	}
	d->diags = diags;
	d->code = code;
	d->marks = part(diags, sizeof *d->marks);
	d->message = format_text(diags, format, args);
	if (d->marks == NULL || d->message.at == NULL)
		return NULL;
	d->marks[0].span = span;
	d->marks_len = 1;
	if (diags->last == NULL)
		diags->first = d;
	else
		diags->last->next = d;
	diags->last = d;
	return d;
}

struct wc_diag *
wc_diag_add(struct wc_diags *diags, enum wc_code code, struct wc_span span, const char *format, ...)
{
	struct wc_diag *d;
	va_list args;

	va_start(args, format);
	d = wc_diag_add_list(diags, code, span, format, &args);
	va_end(args);
	return d;
}

void
wc_diag_label(struct wc_diag *diag, const char *format, ...)
{
	va_list args;

	if (diag == NULL)
		return;
	va_start(args, format);
	diag->marks[0].label = format_text(diag->diags, format, &args);
	va_end(args);
}

void
wc_diag_also(struct wc_diag *diag, struct wc_span span, const char *format, ...)
{
	va_list args;

	if (diag == NULL || diag->marks_len == WC_DIAG_PARTS_MAX || span.source == NULL)
		return;
	va_start(args, format);
	diag->marks[diag->marks_len++] =
	    (struct wc_diag_mark){ span, format_text(diag->diags, format, &args) };
	va_end(args);
}

static void
add_text(
    struct wc_diag *diag, struct wr_text **list, uint32_t *len, const char *format, va_list *args)
{
	struct wr_text t;

	if (*list == NULL)
		*list = part(diag->diags, sizeof **list);
	if (*list == NULL || *len == WC_DIAG_PARTS_MAX)
		return;
	t = format_text(diag->diags, format, args);
	if (t.at != NULL)
		(*list)[(*len)++] = t;
}

void
wc_diag_note(struct wc_diag *diag, const char *format, ...)
{
	va_list args;

	if (diag == NULL)
		return;
	va_start(args, format);
	add_text(diag, &diag->notes, &diag->notes_len, format, &args);
	va_end(args);
}

void
wc_diag_help(struct wc_diag *diag, const char *format, ...)
{
	va_list args;

	if (diag == NULL)
		return;
	va_start(args, format);
	add_text(diag, &diag->helps, &diag->helps_len, format, &args);
	va_end(args);
}

void
wc_diag_edit(struct wc_diag *diag, struct wc_span span, struct wr_text text)
{
	if (diag == NULL)
		return;
	if (diag->edits == NULL)
		diag->edits = part(diag->diags, sizeof *diag->edits);
	if (diag->edits != NULL && diag->edits_len < WC_DIAG_PARTS_MAX)
		diag->edits[diag->edits_len++] = (struct wc_diag_edit){ span, text };
}

void
wc_diag_visible(struct wr_buf *out, struct wr_text t)
{
	char visible[WC_CHAR_VISIBLE_MAX];
	int32_t c;

	for (size_t at = 0; at < t.size;)
		wr_buf_add(out, visible, wc_char_next(t, &at, visible, &c));
}

/* ---- misspelt words --------------------------------------------------------- */

#define WORD_MAX 64u

/* Changes (insert, drop, replace, swap neighbours) that turn a into b. */
static uint32_t
distance(struct wr_text a, struct wr_text b)
{
	uint32_t before[WORD_MAX + 1], row[WORD_MAX + 1], next[WORD_MAX + 1];

	for (uint32_t j = 0; j <= b.size; j++)
		row[j] = before[j] = j;
	for (uint32_t i = 1; i <= a.size; i++) {
		next[0] = i;
		for (uint32_t j = 1; j <= b.size; j++) {
			uint32_t best = row[j - 1] + (a.at[i - 1] != b.at[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (next[j - 1] + 1 < best)
				best = next[j - 1] + 1;
			if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] &&
			    a.at[i - 2] == b.at[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			next[j] = best;
		}
		memcpy(before, row, sizeof row);
		memcpy(row, next, sizeof row);
	}
	return row[b.size];
}

struct wr_text
wc_nearest(struct wr_text word, const struct wr_text *candidates, size_t len)
{
	struct wr_text best = { NULL, 0 };
	uint32_t least = word.size < 3 ? 0 : word.size <= 5 ? 1 : 2;

	if (word.size > WORD_MAX || least == 0)
		return best;
	for (size_t i = 0; i < len; i++) {
		uint32_t d;

		if (candidates[i].size < 2 || candidates[i].size > WORD_MAX)
			continue;
		d = distance(word, candidates[i]);
		if (d > 0 && d <= least && (d < least || best.at == NULL)) {
			best = candidates[i];
			least = d;
		}
	}
	return best;
}

static bool
same_letters(struct wr_text word, const char *lower)
{
	if (word.size != strlen(lower))
		return false;
	for (size_t i = 0; i < word.size; i++)
		if ((word.at[i] >= 'A' && word.at[i] <= 'Z' ? word.at[i] + 32 : word.at[i]) !=
		    lower[i])
			return false;
	return true;
}

const char *
wc_type_elsewhere(struct wr_text word)
{
	static const struct {
		const char *theirs, *ours;
	} types[] = { { "string", "text" }, { "str", "text" }, { "text", "text" },
		{ "char", "text" }, { "int", "int" }, { "integer", "int" }, { "long", "int" },
		{ "float", "number" }, { "double", "number" }, { "number", "number" },
		{ "boolean", "bool" }, { "bool", "bool" } };

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (same_letters(word, types[i].theirs))
			return types[i].ours;
	return NULL;
}
