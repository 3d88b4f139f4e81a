/*
 * What to say about names that are not there. Local ones are scope.c's.
 */
#include "compiler/names.h"

#include "vm/format/ops.h"

#define CANDIDATES_MAX 256u /* names compared for "did you mean" */

/* Whether a name of this one could have been meant where one of that kind is wanted. */
static bool
like(const struct wc_def *def, enum wc_decl_kind kind)
{
	return def->decl->kind == kind || (kind == WC_DECL_AGENT && wc_is_agent(def));
}

bool
wc_lacks_import(const struct wc_unit *u, const struct wc_name *name)
{
	const struct wc_part *part = u->part[name->span.source->part];

	for (uint32_t i = 0; i < u->imports_len; i++)
		if (u->imports[i].part == part->source->part &&
		    wr_text_eq(u->imports[i].name->text, name->text))
			return false;
	for (const struct wc_decl *d = part->file->decls.first; d != NULL; d = d->next) {
		if (d->kind != WC_DECL_USE)
			continue;
		for (const struct wc_use_name *n = d->use.names.first; n != NULL; n = n->next)
			if (wr_text_eq(n->as.text.size > 0 ? n->as.text : n->name.text, name->text))
				return true;
	}
	return false;
}

void
wc_unknown_name(
    struct wc_unit *u, const struct wc_name *name, enum wc_decl_kind kind, const char *words)
{
	const char *ours = kind == WC_DECL_TYPE ? wc_type_elsewhere(name->text) : NULL;
	struct wr_text names[CANDIDATES_MAX];
	uint32_t part = name->span.source->part, len = 0;
	struct wc_diag *d;

	if (wc_diags_full(u->diags)) { /* counted; to look for what was meant takes long and helps nobody */
		(void)wc_diag_add(u->diags, WC_E0101, name->span, "%s `%T`", words, name->text);
		return;
	}
	if (wc_lacks_import(u, name))
		return;
	d = wc_diag_add(u->diags, WC_E0101, name->span, "%s `%T`", words, name->text);
	for (uint32_t i = 0; i < u->defs_len && len < CANDIDATES_MAX; i++)
		if (u->defs[i].part->source->part == part && like(&u->defs[i], kind))
			names[len++] = u->defs[i].decl->name.text;
	for (uint32_t i = 0; i < u->imports_len && len < CANDIDATES_MAX; i++)
		if (u->imports[i].part == part && like(&u->defs[u->imports[i].def], kind))
			names[len++] = u->imports[i].name->text;
	wc_diag_label(d, "not found");
	if (ours != NULL) {
		wc_diag_help(d, "write `%s`", ours);
		wc_diag_edit(d, name->span, wr_text_of(ours));
	} else {
		wc_unit_suggest(d, name, names, len);
	}
}

static bool
is_value(const struct wc_def *def)
{
	return wc_space_of(def->decl->kind) == WC_VALUES || def->decl->kind == WC_DECL_FLOW;
}

uint32_t
wc_visible_names(const struct wc_unit *u, uint32_t part, struct wr_text *ret_names, uint32_t max)
{
	uint32_t len = 0;

	for (uint32_t i = 0; i < u->defs_len && len < max; i++)
		if (u->defs[i].part->source->part == part &&
		    wc_space_of(u->defs[i].decl->kind) == WC_VALUES)
			ret_names[len++] = u->defs[i].decl->name.text;
	for (uint32_t i = 0; i < u->imports_len && len < max; i++)
		if (u->imports[i].part == part && is_value(&u->defs[u->imports[i].def]))
			ret_names[len++] = u->imports[i].name->text;
	for (unsigned op = 0; op < WR_OPS_LEN && len < max; op++)
		if (wr_op_info(op)->surface != NULL)
			ret_names[len++] = wr_text_of(wr_op_info(op)->surface);
	return len;
}
