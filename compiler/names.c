/*
 * Names that are visible everywhere. Local ones are scope.c's.
 */
#include "compiler/names.h"

#include "vm/format/names.h"

#define CANDIDATES_MAX 256u /* names compared for "did you mean" */

bool
wc_check_free(struct wc_unit *u, const struct wc_name *name)
{
	uint32_t at = wc_table_get(&u->values, name->text);
	struct wc_diag *d;

	if (at != WR_NONE) {
		d = wc_diag_add(u->diags, WC_E0103, name->span, "`%T` is already the name of %s",
		    name->text, wc_decl_words(u->defs[at].decl->kind));
		wc_diag_label(d, "again here");
		wc_diag_also(d, u->defs[at].decl->name.span, "first here");
	} else if (wr_name_builtin(name->text)) {
		d = wc_diag_add(u->diags, WC_E0103, name->span,
		    "`%T` is already the name of a built-in", name->text);
	} else {
		return true;
	}
	wc_diag_help(d, "a name means one thing; choose another one");
	return false;
}

void
wc_unknown_name(
    struct wc_unit *u, const struct wc_name *name, enum wc_decl_kind kind, const char *words)
{
	const char *ours = kind == WC_DECL_TYPE ? wc_type_elsewhere(name->text) : NULL;
	struct wr_text names[CANDIDATES_MAX];
	uint32_t len = 0;
	struct wc_diag *d =
	    wc_diag_add(u->diags, WC_E0101, name->span, "%s `%T`", words, name->text);

	for (uint32_t i = 0; i < u->defs_len && len < CANDIDATES_MAX; i++)
		if (u->defs[i].decl->kind == kind ||
		    (kind == WC_DECL_AGENT && wc_is_agent(&u->defs[i])))
			names[len++] = u->defs[i].decl->name.text;
	wc_diag_label(d, "not found");
	if (ours != NULL) {
		wc_diag_help(d, "write `%s`", ours);
		wc_diag_edit(d, name->span, wr_text_of(ours));
	} else {
		wc_unit_suggest(d, name, names, len);
	}
}

uint32_t
wc_visible_names(const struct wc_unit *u, struct wr_text *ret_names, uint32_t max)
{
	uint32_t len = 0;

	for (uint32_t i = 0; i < u->defs_len && len < max; i++) {
		enum wc_decl_kind kind = u->defs[i].decl->kind;

		if (kind == WC_DECL_CONST || kind == WC_DECL_FN || wc_is_agent(&u->defs[i]))
			ret_names[len++] = u->defs[i].decl->name.text;
	}
	for (unsigned op = 0; op < WR_OPS_LEN && len < max; op++)
		if (wr_op_info(op)->surface != NULL)
			ret_names[len++] = wr_text_of(wr_op_info(op)->surface);
	return len;
}
