/*
 * Which names the language can write: the shape, the keywords of keywords.def, the
 * built-ins of ops.def. Decides nothing about whether a name is declared or taken.
 */
#include "vm/format/names.h"

#include "vm/base/limits.h"
#include "vm/format/ops.h"

bool
wr_name_keyword(struct wr_text word, bool *ret_field)
{
	static const struct {
		struct wr_text word;
		bool field;
	} rows[] = {
#define KEYWORD(word, field) {{#word, sizeof #word - 1}, field},
#include "vm/format/keywords.def"
#undef KEYWORD
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!wr_text_eq(rows[i].word, word))
			continue;
		if (ret_field != NULL)
			*ret_field = rows[i].field;
		return true;
	}
	return false;
}

bool
wr_name_builtin(struct wr_text name)
{
	for (unsigned op = 0; op < WR_OPS_LEN; op++) {
		const char *surface = wr_op_info(op)->surface;

		/* Most differ in their first letter; every name that is declared is looked for here. */
		if (surface != NULL && name.size > 0 && surface[0] == name.at[0] &&
		    wr_text_eq(wr_text_of(surface), name))
			return true;
	}
	return wr_text_eq(
	    WR_TEXT("lines"), name); /* join with a newline; no operation of its own */
}

static bool
within(char c, char lo, char hi)
{
	return c >= lo && c <= hi;
}

bool
wr_name_ok(struct wr_text name, enum wr_name_kind kind)
{
	bool field = false;

	if (name.size == 0 || name.size > WR_NAME_MAX)
		return false;
	if (kind == WR_NAME_TYPE ? !within(name.at[0], 'A', 'Z') : !within(name.at[0], 'a', 'z'))
		return false;
	for (size_t i = 1; i < name.size; i++) {
		char c = name.at[i];

		if (within(c, 'a', 'z') || within(c, '0', '9'))
			continue;
		if (kind == WR_NAME_TYPE ? !within(c, 'A', 'Z') : c != '_')
			return false;
	}
	return kind == WR_NAME_TYPE || !wr_name_keyword(name, &field) ||
	       (kind == WR_NAME_FIELD && field);
}
