/*
 * Names from other files: which declaration each stands for. Names of the same kind never hide
 * each other, and nothing is passed on: a file gives what it declares itself.
 */
#include "compiler/names.h"

#include "vm/format/names.h"

#include <assert.h>

enum wc_space
wc_space_of(enum wc_decl_kind kind)
{
	switch (kind) {
	case WC_DECL_LABEL:
		return WC_LABELS;
	case WC_DECL_BACKEND:
		return WC_BACKENDS;
	case WC_DECL_TYPE:
		return WC_TYPES;
	case WC_DECL_CONST:
	case WC_DECL_FN:
	case WC_DECL_AGENT:
	case WC_DECL_AGENT_COPY:
		return WC_VALUES;
	case WC_DECL_FLOW:
	case WC_DECL_USE:
	case WC_DECL_TEST:
	case WC_DECL_KIND_COUNT:
		break;
	}
	return WC_SPACES_LEN;
}

/* The declaration behind what a table holds, and where its name was given a meaning. */
static struct wc_def *
behind(struct wc_unit *u, uint32_t meaning, struct wc_span *ret_given)
{
	struct wc_import *import = NULL;
	struct wc_def *def;

	if (meaning & WC_IMPORTED) {
		import = &u->imports[meaning & ~WC_IMPORTED];
		meaning = import->def;
	}
	def = &u->defs[meaning];
	if (ret_given != NULL)
		*ret_given = import != NULL ? import->name->span : def->decl->name.span;
	return def;
}

struct wc_def *
wc_named(struct wc_unit *u, enum wc_space space, const struct wc_name *name)
{
	uint32_t part = name->span.source == NULL ? 0 : name->span.source->part;
	uint32_t at = wc_table_get(&u->part[part]->spaces[space], name->text);

	if (at == WR_NONE)
		return NULL;
	if (at & WC_IMPORTED)
		u->imports[at & ~WC_IMPORTED].used = true;
	return behind(u, at, NULL);
}

struct wc_def *
wc_outside(const struct wc_unit *u, enum wc_space space, struct wr_text name)
{
	uint32_t at = wc_table_get(&u->outside[space], name);

	return at == WR_NONE ? NULL : &u->defs[at];
}

void
wc_enter(struct wc_unit *u, struct wc_part *part, enum wc_space space, const struct wc_name *name,
    uint32_t meaning)
{
	struct wc_table *table = &part->spaces[space];
	struct wc_span first;
	uint32_t at = wc_table_get(table, name->text);
	struct wc_diag *d;

	if (space == WC_VALUES && wr_name_builtin(name->text)) {
		d = wc_diag_add(u->diags, WC_E0103, name->span,
		    "`%T` is already the name of a built-in", name->text);
		wc_diag_help(d, "a name means one thing; choose another one");
	} else if (at != WR_NONE) {
		const struct wc_def *def = behind(u, at, &first);

		d = wc_diag_add(u->diags, WC_E0103, name->span, "`%T` is already the name of %s",
		    name->text, wc_decl_words(def->decl->kind));
		wc_diag_label(d, "again here");
		wc_diag_also(d, first, "first here");
	} else if (!wc_table_put(table, name->text, meaning)) {
		(void)wc_unit_spent(u);
	}
}

bool
wc_check_free(struct wc_unit *u, const struct wc_name *name)
{
	const struct wc_part *part = u->part[name->span.source->part];
	uint32_t at = wc_table_get(&part->spaces[WC_VALUES], name->text);
	struct wc_span first;
	struct wc_diag *d;

	if (at != WR_NONE) {
		const struct wc_def *def = behind(u, at, &first);

		d = wc_diag_add(u->diags, WC_E0103, name->span, "`%T` is already the name of %s",
		    name->text, wc_decl_words(def->decl->kind));
		wc_diag_label(d, "again here");
		wc_diag_also(d, first, "first here");
	} else if (wr_name_builtin(name->text)) {
		d = wc_diag_add(u->diags, WC_E0103, name->span,
		    "`%T` is already the name of a built-in", name->text);
	} else {
		return true;
	}
	wc_diag_help(d, "a name means one thing; choose another one");
	return false;
}

/* ---- imports ----------------------------------------------------------------------------- */

static bool
of_a_type(struct wr_text name)
{
	return name.size > 0 && name.at[0] >= 'A' && name.at[0] <= 'Z';
}

/* "it has personal, hide, restore", as many as fit on a line. */
static void
note_declared(struct wc_diag *d, const struct wr_text *names, uint32_t len)
{
	char list[160];
	size_t size = 0;

	for (uint32_t i = 0; i < len; i++) {
		if (size + names[i].size + sizeof ", …" >= sizeof list) {
			memcpy(list + size, ", …", sizeof ", …" - 1);
			size += sizeof ", …" - 1;
			break;
		}
		memcpy(list + size, ", ", i == 0 ? 0 : 2);
		size += i == 0 ? 0 : 2;
		memcpy(list + size, names[i].at, names[i].size);
		size += names[i].size;
	}
	if (size > 0)
		wc_diag_note(d, "it has %T", (struct wr_text){list, size});
}

static void
not_declared(struct wc_unit *u, const struct wc_part *from, const struct wc_name *name)
{
	struct wr_text *names = wc_unit_get(u, from->file->decls.len, sizeof *names);
	uint32_t len = 0;
	struct wc_diag *d = wc_diag_add(u->diags, WC_E0101, name->span, "`%s` declares no `%T`",
	    from->source->name, name->text);

	if (names == NULL)
		return;
	for (const struct wc_decl *decl = from->file->decls.first; decl != NULL; decl = decl->next)
		if (wc_space_of(decl->kind) != WC_SPACES_LEN)
			names[len++] = decl->name.text;
	wc_diag_label(d, "not found there");
	if (wc_nearest(name->text, names, len).size > 0)
		wc_unit_suggest(d, name, names, len);
	else
		note_declared(d, names, len);
}

static void
enter_import(struct wc_unit *u, struct wc_part *into, enum wc_space space, const struct wc_name *as,
    uint32_t def)
{
	u->imports[u->imports_len] =
	    (struct wc_import){ .name = as, .def = def, .part = into->source->part };
	wc_enter(u, into, space, as, WC_IMPORTED | u->imports_len++);
}

/* A file's flow has no name in the file itself: it could only call itself. */
static bool
import_flow(struct wc_unit *u, struct wc_part *into, const struct wc_part *from,
    const struct wc_name *name, const struct wc_name *as)
{
	if (from->flow == NULL || !wr_text_eq(from->flow->decl->name.text, name->text))
		return false;
	enter_import(u, into, WC_VALUES, as, (uint32_t)(from->flow - u->defs));
	return true;
}

/* All that the file itself declares under this name: a label may be called like an agent. */
static void
import_name(struct wc_unit *u, struct wc_part *into, const struct wc_part *from,
    const struct wc_use_name *n)
{
	const struct wc_name *as = n->as.text.size > 0 ? &n->as : &n->name;
	bool found = false;

	if (of_a_type(as->text) != of_a_type(n->name.text)) {
		(void)wc_diag_add(u->diags, WC_E0002, as->span,
		    of_a_type(n->name.text) ? "a type's name begins with a capital letter" :
					      "only a type's name begins with a capital letter");
		return;
	}
	for (unsigned space = 0; space < WC_SPACES_LEN; space++) {
		uint32_t at = wc_table_get(&from->spaces[space], n->name.text);

		if (at == WR_NONE || at & WC_IMPORTED)
			continue;
		found = true;
		enter_import(u, into, space, as, at);
	}
	if (!found && !import_flow(u, into, from, &n->name, as))
		not_declared(u, from, &n->name);
}

void
wc_import_names(struct wc_unit *u)
{
	uint32_t len = 0;

	for (uint32_t i = 0; i < u->parts_len; i++)
		for (const struct wc_decl *d = u->part[i]->file->decls.first; d != NULL;
		     d = d->next)
			if (d->kind == WC_DECL_USE)
				len += d->use.names.len;
	if (len > 0)
		u->imports = wc_unit_get(u, (size_t)len * WC_SPACES_LEN, sizeof *u->imports);
	for (uint32_t i = 0; i < u->parts_len && len > 0 && u->status == WR_OK; i++) {
		struct wc_part **from = u->part[i]->uses;

		for (const struct wc_decl *d = u->part[i]->file->decls.first; d != NULL;
		     d = d->next) {
			if (d->kind != WC_DECL_USE)
				continue;
			assert(*from != NULL); /* else it was reported, and nothing comes here */
			for (const struct wc_use_name *n = d->use.names.first; n != NULL;
			     n = n->next)
				import_name(u, u->part[i], *from, n);
			from++;
		}
	}
}
