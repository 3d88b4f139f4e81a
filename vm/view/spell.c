/*
 * How literals and types are written in source. Decides the one spelling of each; never
 * where it stands, and never breaks a line.
 */
#include "vm/view/spell.h"

#include "vm/base/number.h"
#include "vm/view/safe.h"

#include <assert.h>
#include <float.h>

#define EXACT_INT 9007199254740992.0 /* up to here every whole double is an int64 and back */

void
wr_spell_count(struct wr_buf *buf, uint64_t n, const char *separator)
{
	char digits[20];
	size_t len = 0;

	do
		digits[len++] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	while (len-- > 0) {
		wr_buf_byte(buf, (uint8_t)digits[len]);
		if (len > 0 && len % 3 == 0)
			wr_buf_str(buf, separator);
	}
}

void
wr_spell_int(struct wr_buf *buf, int64_t n)
{
	if (n < 0)
		wr_buf_byte(buf, '-');
	wr_spell_count(buf, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, "_");
}

/* Undo the exponent of the shortest form: only digits, one dot, at least one digit on each side of it. */
void
wr_spell_number(struct wr_buf *buf, double n)
{
	char text[WR_NUMBER_TEXT_MAX], digits[WR_NUMBER_TEXT_MAX];
	size_t size = wr_number_print(n, text), i = 0;
	int len = 0, point = -1, exponent = 0;
	bool down = false;

	if (text[0] == '-') {
		wr_buf_byte(buf, '-');
		i++;
	}
	for (; i < size && text[i] != 'e'; i++) {
		if (text[i] == '.')
			point = len;
		else
			digits[len++] = text[i];
	}
	if (point < 0)
		point = len;
	if (i < size) {
		down = text[i + 1] == '-';
		for (i += 2; i < size; i++)
			exponent = exponent * 10 + (text[i] - '0');
		point += down ? -exponent : exponent;
	}
	if (point <= 0)
		wr_buf_byte(buf, '0');
	for (int at = 0; at < point; at++)
		wr_buf_byte(buf, (uint8_t)(at < len ? digits[at] : '0'));
	wr_buf_byte(buf, '.');
	for (int at = point; at < 0; at++)
		wr_buf_byte(buf, '0');
	for (int at = point < 0 ? 0 : point; at < len; at++)
		wr_buf_byte(buf, (uint8_t)digits[at]);
	if (point >= len)
		wr_buf_byte(buf, '0');
}

void
wr_spell_setting_number(struct wr_buf *buf, double n)
{
	if (n > -EXACT_INT && n < EXACT_INT && n == (double)(int64_t)n)
		wr_spell_int(buf, (int64_t)n);
	else
		wr_spell_number(buf, n);
}

void
wr_spell_duration(struct wr_buf *buf, uint64_t ms)
{
	static const struct {
		uint64_t ms;
		const char *unit;
	} units[] = { { 3600000, "h" }, { 60000, "m" }, { 1000, "s" }, { 1, "ms" } };
	size_t i = 0;

	while (ms == 0 ? i < 2 : ms % units[i].ms != 0)
		i++;
	wr_spell_count(buf, ms / units[i].ms, "_");
	wr_buf_str(buf, units[i].unit);
}

static void
spell_code_point(struct wr_buf *buf, uint32_t c)
{
	int shift = 20;

	wr_buf_str(buf, "\\u{");
	while (shift > 0 && c >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		wr_buf_byte(buf, (uint8_t) "0123456789ABCDEF"[c >> shift & 15]);
	wr_buf_byte(buf, '}');
}

/* A `{` takes the next one with it, so that no `{{` is left bare. True when it did. */
static bool
spell_brace(struct wr_buf *buf, const struct wr_safe *safe, bool before_hole)
{
	bool last = safe->offset == safe->text.size;

	if (!last && safe->text.at[safe->offset] == '{') {
		wr_buf_str(buf, "\\{{");
		return true;
	}
	if (last && before_hole)
		spell_code_point(buf, '{');
	else
		wr_buf_byte(buf, '{');
	return false;
}

void
wr_spell_chunk(struct wr_buf *buf, struct wr_text text, bool before_hole)
{
	struct wr_safe safe;
	struct wr_text at;
	uint32_t c;
	bool marked, skip = false;

	wr_safe_init(&safe, text);
	while (wr_safe_next(&safe, &c, &at, &marked)) {
		if (skip)
			skip = false;
		else if (c == '{')
			skip = spell_brace(buf, &safe, before_hole);
		else if (c == '"')
			wr_buf_str(buf, "\\\"");
		else if (c == '\\')
			wr_buf_str(buf, "\\\\");
		else if (c == '\n')
			wr_buf_str(buf, "\\n");
		else if (c == '\t')
			wr_buf_str(buf, "\\t");
		else if (marked)
			spell_code_point(buf, c);
		else
			wr_buf_text(buf, at);
	}
}

void
wr_spell_text(struct wr_buf *buf, struct wr_text text)
{
	wr_buf_byte(buf, '"');
	wr_spell_chunk(buf, text, false);
	wr_buf_byte(buf, '"');
}

static void
spell_number_range(struct wr_buf *buf, const struct wr_type *t)
{
	if (t->number_lo == -DBL_MAX && t->number_hi == DBL_MAX)
		return;
	wr_buf_byte(buf, ' ');
	if (t->number_lo != -DBL_MAX)
		wr_spell_setting_number(buf, t->number_lo);
	wr_buf_str(buf, "..");
	if (t->number_hi != DBL_MAX)
		wr_spell_setting_number(buf, t->number_hi);
}

/* `lo..hi`, the low end left out where it is the one that everybody means. */
static void
spell_range(struct wr_buf *buf, int64_t lo, int64_t hi, bool from_zero)
{
	wr_buf_byte(buf, ' ');
	if (!from_zero || lo != 0)
		wr_spell_int(buf, lo);
	wr_buf_str(buf, "..");
	wr_spell_int(buf, hi);
}

void
wr_spell_type(struct wr_buf *buf, const struct wr_types *types, uint32_t type)
{
	const struct wr_type *t = &types->at[type];

	assert(type < types->len);
	switch (t->kind) {
	case WR_TYPE_TEXT:
		wr_buf_str(buf, "text");
		if (t->lo != 0 || t->hi != (int64_t)WR_TEXT_DEFAULT)
			spell_range(buf, t->lo, t->hi, true);
		return;
	case WR_TYPE_INT:
		wr_buf_str(buf, "int");
		if (t->lo != -WR_INT_DEFAULT || t->hi != WR_INT_DEFAULT)
			spell_range(buf, t->lo, t->hi, false);
		return;
	case WR_TYPE_NUMBER:
		wr_buf_str(buf, "number");
		spell_number_range(buf, t);
		return;
	case WR_TYPE_NEVER: /* below every type, so any will do */
	case WR_TYPE_BOOL:
		wr_buf_str(buf, "bool");
		return;
	case WR_TYPE_OPTION:
		wr_spell_type(buf, types, t->elem);
		wr_buf_byte(buf, '?');
		return;
	case WR_TYPE_LIST:
		wr_buf_byte(buf, '[');
		wr_spell_type(buf, types, t->elem);
		wr_buf_byte(buf, ']');
		spell_range(buf, t->lo, t->hi, true);
		return;
	case WR_TYPE_RECORD:
	case WR_TYPE_VARIANTS:
		wr_buf_text(buf, t->name);
		return;
	case WR_TYPE_KINDS:
		break;
	}
	assert(false);
}

void
wr_spell_labels(struct wr_buf *buf, const struct wr_module *module, uint64_t labels)
{
	for (uint32_t i = 0; i < module->labels_len; i++) {
		if ((labels >> i & 1) == 0)
			continue;
		wr_buf_str(buf, " @");
		wr_buf_text(buf, module->labels[i].name);
	}
}
