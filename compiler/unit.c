/*
 * What all passes need: memory that remembers its failure, the words for a type,
 * and the few messages that look the same everywhere.
 */
#include "compiler/unit.h"

#include <assert.h>

#define TYPE_WORDS_MAX 600u /* wr_type_print writes at most 512 */

void
wc_unit_begin(struct wc_unit *unit, const struct wr_alloc *alloc, const struct wc_options *options,
    struct wc_result *result)
{
	static const struct wc_options none = {0};

	*result = (struct wc_result){.files = NULL};
	*unit = (struct wc_unit){.options = options != NULL ? options : &none, .result = result};
	wr_arena_init(&result->arena, alloc, WC_ARENA_MAX);
	wc_diags_init(&result->diags, &result->arena);
	if (unit->options->errors_max > 0)
		result->diags.errors_max = unit->options->errors_max;
	unit->arena = &result->arena;
	unit->diags = &result->diags;
	wr_types_init(&unit->types, unit->arena);
	for (unsigned i = 0; i < WC_SPACES_LEN; i++)
		wc_table_init(&unit->outside[i], unit->arena);
	wc_table_init(&unit->lifts, unit->arena);
	wc_table_init(&unit->bound, unit->arena);
}

uint32_t
wc_unit_failed(struct wc_unit *unit, enum wr_status status)
{
	assert(status != WR_OK);
	if (unit->status == WR_OK)
		unit->status = status;
	return WR_NONE;
}

void *
wc_unit_spent(struct wc_unit *unit)
{
	(void)wc_unit_failed(unit, unit->arena->over ? WR_LIMIT : WR_NOMEM);
	return NULL;
}

void *
wc_unit_get(struct wc_unit *unit, size_t count, size_t size)
{
	void *block = wr_arena_array(unit->arena, count == 0 ? 1 : count, size);

	return block != NULL ? block : wc_unit_spent(unit);
}

uint32_t
wc_unit_type(struct wc_unit *unit, uint32_t type)
{
	if (type == WR_NONE)
		(void)wc_unit_spent(unit);
	return type;
}

const char *
wc_unit_words(struct wc_unit *unit, uint32_t type)
{
	struct wr_buf buf;
	struct wr_text copy = {NULL, 0};

	wr_buf_init(&buf, unit->arena->alloc, TYPE_WORDS_MAX);
	wr_type_print(&unit->types, type, &buf);
	if (buf.status == WR_OK)
		copy = wr_arena_text(unit->arena, wr_buf_view(&buf));
	wr_buf_free(&buf);
	if (copy.at == NULL) {
		(void)wc_unit_spent(unit);
		return "?";
	}
	return copy.at;
}

const char *
wc_unit_a(struct wc_unit *unit, uint32_t type)
{
	const struct wr_type *t = &unit->types.at[type];

	switch (t->kind) {
	case WR_TYPE_TEXT:
		return "a `text`";
	case WR_TYPE_INT:
		return "an `int`";
	case WR_TYPE_NUMBER:
		return "a `number`";
	case WR_TYPE_BOOL:
		return "a `bool`";
	case WR_TYPE_NEVER:
		return "nothing";
	case WR_TYPE_LIST:
		return "a list";
	case WR_TYPE_OPTION:
		return "an optional";
	case WR_TYPE_RECORD:
	case WR_TYPE_VARIANTS:
	case WR_TYPE_KINDS:
		break;
	}
	{
		char *words = wc_unit_get(unit, t->name.size + 8, 1);
		bool vowel = t->name.size > 0 && memchr("AEIO", t->name.at[0], 4) != NULL;

		if (words == NULL)
			return "?";
		memcpy(words, vowel ? "an `" : "a `", vowel ? 4 : 3);
		memcpy(words + strlen(words), t->name.at, t->name.size);
		words[strlen(words)] = '`';
		return words;
	}
}

bool
wc_unit_warns(const struct wc_unit *unit, enum wc_code code)
{
	struct wr_text name = wr_text_of(wc_code_name(code));

	for (uint32_t i = 0; i < unit->options->allow_len; i++)
		if (wr_text_eq(unit->options->allow[i], name))
			return false;
	return true;
}

void
wc_unit_suggest(
    struct wc_diag *diag, const struct wc_name *name, const struct wr_text *candidates, size_t len)
{
	struct wr_text near = wc_nearest(name->text, candidates, len);

	if (near.size == 0)
		return;
	wc_diag_help(diag, "did you mean `%T`?", near);
	wc_diag_edit(diag, name->span, near);
}
