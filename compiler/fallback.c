/*
 * Fallbacks: which agent is asked when another one fails. They must be alike in all that a caller
 * can see. Decides nothing about when one is asked: the machine does.
 */
#include "compiler/fallback.h"

#include "compiler/names.h"

bool
wc_find_fallback(struct wc_unit *u, struct wc_def *def, const struct wc_expr *e)
{
	struct wc_def *other;
	struct wc_diag *d;

	if (e->kind != WC_EXPR_NAME) {
		d = wc_diag_add(u->diags, WC_E0201, e->span, "`fallback` names an agent");
		wc_diag_help(d, "declare one, and write its name here");
		return false;
	}
	other = wc_named(u, WC_VALUES, &e->name);
	if (other == NULL) {
		wc_unknown_name(u, &e->name, WC_DECL_AGENT, "no agent is called");
		return false;
	}
	other->used = true;
	if (!wc_is_agent(other)) {
		d = wc_diag_add(u->diags, WC_E0201, e->span, "`%T` is %s, not an agent", e->name.text,
		    wc_decl_words(other->decl->kind));
		wc_diag_label(d, "`fallback` names an agent");
		return false;
	}
	def->fallback = other;
	def->fallback_at = e->span;
	return true;
}

/* The labels that an agent drops. */
static uint64_t
dropped(const struct wc_def *def)
{
	return wr_drops_labels(&def->drops);
}

static struct wc_diag *
unlike(struct wc_unit *u, const struct wc_def *def, const char *what)
{
	struct wc_diag *d = wc_diag_add(
	    u->diags, WC_E0505, def->fallback_at, "`fallback` must take, give and drop the same");

	wc_diag_label(d, "`%T` %s", def->fallback->decl->name.text, what);
	return d;
}

static bool
check_params(struct wc_unit *u, const struct wc_def *def)
{
	const struct wc_signature *a = &def->signature, *b = &def->fallback->signature;

	if (a->params_len != b->params_len) {
		wc_diag_also(unlike(u, def, "takes other parameters"), def->fallback->decl->name.span,
		    "takes %u, not %u", b->params_len, a->params_len);
		return false;
	}
	for (uint32_t i = 0; i < a->params_len; i++) {
		struct wc_diag *d;

		if (wr_text_eq(a->params[i].name, b->params[i].name) &&
		    wr_type_eq(&u->types, a->params[i].type, b->params[i].type))
			continue;
		d = unlike(u, def, "takes other parameters");
		wc_diag_also(d, b->written[i]->name.span, "`%s`", wc_unit_words(u, b->params[i].type));
		wc_diag_note(d, "parameter %u of `%T` is `%T: %s`", i + 1, def->decl->name.text,
		    a->params[i].name, wc_unit_words(u, a->params[i].type));
		return false;
	}
	return true;
}

static void
check_alike(struct wc_unit *u, const struct wc_def *def)
{
	const struct wc_signature *a = &def->signature, *b = &def->fallback->signature;
	struct wc_diag *d;

	if (a->broken || b->broken || !check_params(u, def))
		return;
	if (!wr_type_eq(&u->types, a->result, b->result)) {
		d = unlike(u, def, "gives something else");
		wc_diag_also(d, b->result_written->span, "`%s`", wc_unit_words(u, b->result));
		wc_diag_note(d, "`%T` gives `%s`", def->decl->name.text, wc_unit_words(u, a->result));
	} else if (dropped(def) != dropped(def->fallback)) {
		d = unlike(u, def, "drops other labels");
		wc_diag_note(d, "who calls `%T` cannot know which of them answers", def->decl->name.text);
	}
}

/* From one agent from fallback to fallback: back to itself (told of the first alone), or too far. */
static void
check_row(struct wc_unit *u, const struct wc_def *def)
{
	const struct wc_def *at = def->fallback;
	uint32_t len = 1;
	bool first = true;
	struct wc_diag *d;

	while (at != NULL && at != def && len <= WR_FALLBACKS_MAX) {
		first &= at > def;
		at = at->fallback;
		len++;
	}
	if (at == def && !first)
		return;
	if (at == def) {
		d = wc_diag_add(
		    u->diags, WC_E0105, def->fallback_at, "`%T` falls back on itself", def->decl->name.text);
		wc_diag_help(d, "the last one of a row has no `fallback`");
	} else if (at != NULL) {
		d = wc_diag_add(u->diags, WC_E0505, def->fallback_at, "too many fallbacks in a row");
		wc_diag_note(d, "there may be %u", WR_FALLBACKS_MAX);
	}
}

void
wc_check_fallbacks(struct wc_unit *u)
{
	for (uint32_t i = 0; i < u->defs_len && u->status == WR_OK; i++)
		if (u->defs[i].fallback != NULL) {
			check_alike(u, &u->defs[i]);
			check_row(u, &u->defs[i]);
		}
}
