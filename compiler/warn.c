/*
 * Warnings that the source alone shows: what is never used, models that may change, and
 * answers asked for before their reasons. None of them changes what is compiled.
 */
#include "compiler/names.h"
#include "compiler/std.h"

#define DIGITS_OF_A_VERSION 4u /* a year, a date: four digits in a row */

/* ---- never used ------------------------------------------------------------------------ */

static void
unused(struct wc_unit *u, const struct wc_def *def, const char *what)
{
	if (!def->used && wc_unit_warns(u, WC_W0801))
		(void)wc_diag_add(u->diags, WC_W0801, def->decl->name.span,
		    "the %s `%T` is never used", what, def->decl->name.text);
}

static void
warn_unused(struct wc_unit *u)
{
	/* In a library everything may be used by others. */
	for (uint32_t i = 0; u->flow != NULL && i < u->defs_len && u->defs[i].part == u->part[0]; i++)
		switch (u->defs[i].decl->kind) {
		case WC_DECL_LABEL:
			unused(u, &u->defs[i], "label");
			break;
		case WC_DECL_BACKEND:
			unused(u, &u->defs[i], "backend");
			break;
		case WC_DECL_CONST:
			unused(u, &u->defs[i], "const");
			break;
		case WC_DECL_TYPE:
			unused(u, &u->defs[i], "type");
			break;
		case WC_DECL_FN:
			unused(u, &u->defs[i], "fn");
			break;
		case WC_DECL_AGENT:
		case WC_DECL_AGENT_COPY:
			unused(u, &u->defs[i], "agent");
			break;
		case WC_DECL_USE:
		case WC_DECL_FLOW:
		case WC_DECL_TEST:
		case WC_DECL_KIND_COUNT:
			break;
		}
}

static void
warn_imports(struct wc_unit *u)
{
	for (uint32_t i = 0; i < u->imports_len; i++)
		if (u->imports[i].part == 0 && !u->imports[i].used && wc_unit_warns(u, WC_W0801))
			(void)wc_diag_add(u->diags, WC_W0801, u->imports[i].name->span,
			    "the name `%T` is brought here and never used", u->imports[i].name->text);
}

/* ---- models ------------------------------------------------------------------------------- */

static bool
versioned(struct wr_text model)
{
	uint32_t digits = 0;

	/* The extractor that is built into the runtime: its number is its version. */
	if (model.size > 8 && memcmp(model.at, "extract-", 8) == 0)
		return true;
	for (size_t i = 0; i < model.size && digits < DIGITS_OF_A_VERSION; i++)
		digits = model.at[i] >= '0' && model.at[i] <= '9' ? digits + 1 : 0;
	return digits == DIGITS_OF_A_VERSION;
}

static bool
written_by(const struct wc_body *body, const struct wc_arg *setting)
{
	for (uint32_t i = 0; i < body->settings_len; i++)
		if (body->written[i] == setting)
			return true;
	return false;
}

/* Agents of the library name no model: who uses them says which. At the first call, or the copy. */
static void
warn_no_model(struct wc_unit *u, const struct wc_def *def)
{
	const struct wc_def *base = def;
	struct wc_span at = def->decl->name.span;
	struct wc_diag *d;
	uint32_t i = 0;

	if (wc_std_holds(at.source->bytes)) {
		while (i < u->graph.nodes_len && (u->graph.nodes[i].op != WR_OP_CALL ||
						     &u->defs[u->graph.nodes[i].index] != def))
			i++;
		if (i == u->graph.nodes_len)
			return;
		at = u->graph.nodes[i].span;
	}
	while (base->from != NULL)
		base = base->from;
	d = wc_diag_add(u->diags, WC_W0802, at, "`%T` says no model", def->decl->name.text);
	wc_diag_note(d, "agents of the library leave the model to you");
	if (def == base)
		wc_diag_help(d, "`agent my_%T = %T via house { model: \"…\" }`", def->decl->name.text,
		    def->decl->name.text);
	else
		wc_diag_help(d, "add `model: \"…\"`");
}

/* The models that were told of: once is enough. When there are more, some are told of again. */
struct models_told {
	struct wr_text model[16];
	uint32_t len;
};

static bool
is_told(struct models_told *told, struct wr_text model)
{
	for (uint32_t i = 0; i < told->len; i++)
		if (wr_text_eq(told->model[i], model))
			return true;
	if (told->len < sizeof told->model / sizeof *told->model)
		told->model[told->len++] = model;
	return false;
}

static void
warn_model(struct wc_unit *u, const struct wc_def *def, struct models_told *told)
{
	const struct wc_body *body = def->body;
	const struct wr_setting *model = NULL;
	const struct wc_arg *written = NULL;
	struct wc_diag *d;

	for (uint32_t i = 0; i < body->settings_len; i++) {
		if (body->settings[i].id == WR_SET_WEIGHTS)
			return;
		if (body->settings[i].id == WR_SET_MODEL) {
			model = &body->settings[i];
			written = body->written[i];
		}
	}
	if (model == NULL || versioned(model->text) || !wc_unit_warns(u, WC_W0802))
		return;
	if (wc_std_holds(written->value->span.source->bytes)) {
		warn_no_model(u, def);
		return;
	}
	if (def->from != NULL && def->from->body != NULL && written_by(def->from->body, written))
		return; /* said where the original says it */
	if (is_told(told, model->text))
		return;
	d = wc_diag_add(
	    u->diags, WC_W0802, written->value->span, "`%T` may change under you", model->text);
	wc_diag_help(
	    d, "name a dated version, such as `%T-2025-09-29`, or pin `weights`", model->text);
}

/* ---- answers before reasons ------------------------------------------------------------------ */

static bool
reasons(struct wr_text name)
{
	static const char *const words[] = {"reasoning", "reasons", "reason", "rationale",
	    "analysis", "explanation", "thoughts", "thinking"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (wr_text_eq(name, wr_text_of(words[i])))
			return true;
	return false;
}

/* A verdict, which reasons should come before: anything that is not a text or a list. */
static bool
answers(const struct wc_unit *u, uint32_t type)
{
	enum wr_type_kind kind = u->types.at[type].kind;

	return kind == WR_TYPE_BOOL || kind == WR_TYPE_INT || kind == WR_TYPE_NUMBER ||
	       kind == WR_TYPE_VARIANTS;
}

static void
warn_order(struct wc_unit *u, const struct wc_def *agent)
{
	const struct wr_type *t = &u->types.at[agent->signature.result];
	const struct wc_field_decl *f;
	bool answered = false;

	if (t->kind != WR_TYPE_RECORD || !wc_unit_warns(u, WC_W0804))
		return;
	f = wc_outside(u, WC_TYPES, t->name)->decl->type.fields.first;
	for (uint32_t i = 0; i < t->members_len; i++, f = f->next) {
		if (answered && reasons(f->name.text) &&
		    u->types.at[t->members[i].type].kind == WR_TYPE_TEXT) {
			struct wc_diag *d = wc_diag_add(u->diags, WC_W0804, f->name.span,
			    "the model answers before it reasons");

			wc_diag_label(d, "models write fields in this order");
			wc_diag_help(d, "put `%T` first", f->name.text);
			return;
		}
		answered |= answers(u, t->members[i].type);
	}
}

void
wc_warn_source(struct wc_unit *u)
{
	struct models_told told = { .len = 0 };

	if (u->status != WR_OK || u->diags->errors > 0)
		return;
	warn_unused(u);
	warn_imports(u);
	for (uint32_t i = 0; i < u->defs_len; i++) {
		const struct wc_def *def = &u->defs[i];

		if (!wc_is_agent(def) || def->body == NULL)
			continue;
		if (def->backend->kind == WR_KIND_LLM) {
			warn_model(u, def, &told);
			if (def->from == NULL)
				warn_order(u, def);
		}
	}
}
