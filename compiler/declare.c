/*
 * Declarations: who is called what, which labels and backends there are, and what fns,
 * agents and the flow take and give. Bodies are not looked at here.
 */
#include "compiler/names.h"

#include "vm/format/names.h"

#include <assert.h>

#define COPIES_DEEP 64u /* copies of copies of agents; bounds the recursion */

static struct wc_table *
table_of(struct wc_unit *u, enum wc_decl_kind kind)
{
	switch (kind) {
	case WC_DECL_LABEL:
		return &u->labels;
	case WC_DECL_BACKEND:
		return &u->backends;
	case WC_DECL_TYPE:
		return &u->nominals;
	case WC_DECL_CONST:
	case WC_DECL_FN:
	case WC_DECL_AGENT:
	case WC_DECL_AGENT_COPY:
		return &u->values;
	case WC_DECL_FLOW:
	case WC_DECL_USE:
	case WC_DECL_TEST:
	case WC_DECL_KIND_COUNT:
		break;
	}
	return NULL;
}

static void
name_twice(struct wc_unit *u, const struct wc_name *name, const struct wc_def *first)
{
	struct wc_diag *d = wc_diag_add(u->diags, WC_E0103, name->span,
	    "`%T` is already the name of %s", name->text, wc_decl_words(first->decl->kind));

	wc_diag_label(d, "again here");
	wc_diag_also(d, first->decl->name.span, "first here");
}

static void
enter_name(struct wc_unit *u, struct wc_def *def)
{
	const struct wc_name *name = &def->decl->name;
	struct wc_table *table = table_of(u, def->decl->kind);
	uint32_t first;

	if (table == NULL)
		return;
	if (table == &u->values && wr_name_builtin(name->text)) {
		struct wc_diag *d = wc_diag_add(u->diags, WC_E0103, name->span,
		    "`%T` is already the name of a built-in", name->text);

		wc_diag_help(d, "a name means one thing; choose another one");
		return;
	}
	first = wc_table_get(table, name->text);
	if (first != WR_NONE)
		name_twice(u, name, &u->defs[first]);
	else if (!wc_table_put(table, name->text, (uint32_t)(def - u->defs)))
		(void)wc_unit_spent(u);
}

static void
declare_flow(struct wc_unit *u, struct wc_def *def)
{
	struct wc_diag *d;

	if (u->flow == NULL) {
		u->flow = def;
		def->used = true;
		return;
	}
	d = wc_diag_add(
	    u->diags, WC_E0103, def->decl->name.span, "this file has a `start` already");
	wc_diag_label(d, "again here");
	wc_diag_also(d, u->flow->decl->name.span, "first here");
	def->state = WC_DEF_BROKEN;
}

static void
declare_label(struct wc_unit *u, struct wc_def *def)
{
	def->state = WC_DEF_DONE;
	def->index = u->labels_len;
	if (u->labels_len < WR_LABELS_MAX) {
		u->label[u->labels_len++] = def;
		return;
	}
	(void)wc_diag_add(u->diags, WC_E0406, def->decl->name.span,
	    "this program is too large: it may have %u labels", WR_LABELS_MAX);
	def->index = WR_LABELS_MAX - 1;
}

static void
collect(struct wc_unit *u)
{
	struct wc_def *def;

	u->defs = wc_unit_get(u, u->file->decls.len, sizeof *u->defs);
	if (u->defs == NULL)
		return;
	for (const struct wc_decl *d = u->file->decls.first; d != NULL; d = d->next) {
		def = &u->defs[u->defs_len++];
		def->decl = d;
		enter_name(u, def);
		if (d->kind == WC_DECL_USE)
			wc_not_built(u, d->span, "`use`");
		else if (d->kind == WC_DECL_FLOW)
			declare_flow(u, def);
		else if (d->kind == WC_DECL_LABEL)
			declare_label(u, def);
	}
	assert(u->defs_len == u->file->decls.len);
}

/* ---- labels and backends --------------------------------------------------------- */

static void
unknown_label(struct wc_unit *u, const struct wc_label_ref *ref)
{
	struct wr_text names[WR_LABELS_MAX];
	struct wr_text near;
	struct wc_diag *d =
	    wc_diag_add(u->diags, WC_E0305, ref->name.span, "`@%T` is not a label", ref->name.text);

	for (uint32_t i = 0; i < u->labels_len; i++)
		names[i] = u->label[i]->decl->name.text;
	near = wc_nearest(ref->name.text, names, u->labels_len);
	if (near.size > 0) {
		struct wc_span word = ref->name.span;

		word.start++; /* the @ stays */
		wc_diag_help(d, "did you mean `@%T`?", near);
		wc_diag_edit(d, word, near);
	} else
		wc_diag_help(d, "declare it: `label %T \"what it means\"`", ref->name.text);
}

uint64_t
wc_resolve_labels(struct wc_unit *u, const struct wc_label_ref_list *labels)
{
	uint64_t set = 0;

	for (const struct wc_label_ref *ref = labels->first; ref != NULL; ref = ref->next) {
		uint32_t at = wc_table_get(&u->labels, ref->name.text);

		if (at == WR_NONE) {
			unknown_label(u, ref);
			continue;
		}
		u->defs[at].used = true;
		set |= UINT64_C(1) << u->defs[at].index;
	}
	return set;
}

static void
unknown_kind(struct wc_unit *u, const struct wc_name *name)
{
	struct wr_text words[WR_KINDS_LEN];
	struct wc_diag *d = wc_diag_add(
	    u->diags, WC_E0108, name->span, "`%T` is not a kind of backend", name->text);

	for (unsigned k = 0; k < WR_KINDS_LEN; k++)
		words[k] = wr_text_of(wr_kind_word(k));
	wc_unit_suggest(d, name, words, WR_KINDS_LEN);
	wc_diag_note(d, "the kinds are llm, retrieve, http, tool, human");
}

static void
resolve_backend(struct wc_unit *u, struct wc_def *def)
{
	const struct wc_decl *d = def->decl;

	def->accepts = wc_resolve_labels(u, &d->backend.accepts);
	def->taints = wc_resolve_labels(u, &d->backend.taints);
	def->state = WC_DEF_DONE;
	while (def->kind < WR_KINDS_LEN &&
	       !wr_text_eq(wr_text_of(wr_kind_word(def->kind)), d->backend.kind.text))
		def->kind++;
	if (def->kind == WR_KINDS_LEN) {
		unknown_kind(u, &d->backend.kind);
		def->state = WC_DEF_BROKEN;
	} else if (def->kind == WR_KIND_TOOL || def->kind == WR_KIND_HUMAN) {
		wc_not_built(u, d->backend.kind.span,
		    def->kind == WR_KIND_TOOL ? "a backend of kind `tool`"
					      : "a backend of kind `human`");
		def->state = WC_DEF_BROKEN;
	}
}

/* ---- signatures --------------------------------------------------------------------- */

static void
param_twice(struct wc_unit *u, const struct wc_param *p, const struct wc_param *first)
{
	struct wc_diag *d = wc_diag_add(u->diags, WC_E0103, p->name.span,
	    "`%T` is already the name of a parameter", p->name.text);

	wc_diag_label(d, "again here");
	wc_diag_also(d, first->name.span, "first here");
}

/* A name visible inside must not be one that is visible everywhere. */
static void
check_param_name(struct wc_unit *u, struct wc_signature *s, uint32_t len, const struct wc_param *p)
{
	for (uint32_t i = 0; i < len; i++)
		if (wr_text_eq(s->written[i]->name.text, p->name.text)) {
			param_twice(u, p, s->written[i]);
			s->broken = true;
			return;
		}
	wc_check_free(u, &p->name);
}

static void
resolve_params(struct wc_unit *u, struct wc_signature *s, const struct wc_param_list *params,
    enum wc_label_place place)
{
	struct wr_param *at = wc_unit_get(u, params->len, sizeof *at);

	s->written = wc_unit_get(u, params->len, sizeof(const struct wc_param *));
	s->params = at;
	if (at == NULL || s->written == NULL)
		return;
	if (params->len > WR_MEMBERS_MAX)
		(void)wc_diag_add(u->diags, WC_E0406, params->last->span,
		    "this program is too large: there may be %u parameters", WR_MEMBERS_MAX);
	for (const struct wc_param *p = params->first; p != NULL; p = p->next) {
		struct wr_param *param = &at[s->params_len];

		check_param_name(u, s, s->params_len, p);
		param->name = p->name.text;
		param->type = wc_resolve_type(u, p->type, place, &param->labels);
		s->broken |= param->type == WR_NONE;
		s->written[s->params_len++] = p;
	}
}

static struct wr_drops
resolve_drops(struct wc_unit *u, const struct wc_drop_list *drops)
{
	struct wr_drop *at = drops->len > 0 ? wc_unit_get(u, drops->len, sizeof *at) : NULL;
	uint32_t len = 0;

	for (const struct wc_drop *d = drops->first; d != NULL && at != NULL; d = d->next) {
		at[len].labels = wc_resolve_labels(u, &d->labels);
		at[len++].reason = d->reason.text;
	}
	return (struct wr_drops){at, len};
}

static void
resolve_result(struct wc_unit *u, struct wc_signature *s, const struct wc_type *type,
    enum wc_label_place place)
{
	s->result_written = type;
	s->result = wc_resolve_type(u, type, place, &s->result_labels);
	s->broken |= s->result == WR_NONE;
}

static struct wc_def *
find_backend(struct wc_unit *u, const struct wc_name *name)
{
	uint32_t at = wc_table_get(&u->backends, name->text);

	if (at != WR_NONE) {
		u->defs[at].used = true;
		return u->defs[at].state == WC_DEF_BROKEN ? NULL : &u->defs[at];
	}
	wc_unknown_name(u, name, WC_DECL_BACKEND, "no backend is called");
	return NULL;
}

static void
resolve_signature(struct wc_unit *u, struct wc_def *def)
{
	const struct wc_decl *d = def->decl;

	switch (d->kind) {
	case WC_DECL_FN:
		resolve_params(u, &def->signature, &d->fn.params, WC_NO_LABELS);
		resolve_result(u, &def->signature, d->fn.result, WC_NO_LABELS);
		def->drops = resolve_drops(u, &d->fn.drops);
		break;
	case WC_DECL_AGENT:
		resolve_params(u, &def->signature, &d->agent.params, WC_NO_LABELS);
		resolve_result(u, &def->signature, d->agent.result, WC_NO_LABELS);
		def->drops = resolve_drops(u, &d->agent.drops);
		def->backend = find_backend(u, &d->agent.via);
		wc_check_bounded(u, d->agent.result);
		break;
	case WC_DECL_FLOW:
		resolve_params(u, &def->signature, &d->flow.params, WC_LABELS_HERE);
		resolve_result(u, &def->signature, d->flow.result, WC_LABELS_HERE);
		for (const struct wc_param *p = d->flow.params.first; p != NULL; p = p->next)
			wc_check_bounded(u, p->type);
		break;
	case WC_DECL_USE:
	case WC_DECL_LABEL:
	case WC_DECL_BACKEND:
	case WC_DECL_CONST:
	case WC_DECL_TYPE:
	case WC_DECL_AGENT_COPY:
	case WC_DECL_TEST:
	case WC_DECL_KIND_COUNT:
		break;
	}
}

/* ---- copies of agents ----------------------------------------------------------------- */

static struct wc_def *
find_original(struct wc_unit *u, const struct wc_name *name)
{
	uint32_t at = wc_table_get(&u->values, name->text);
	struct wc_diag *d;

	if (at == WR_NONE) {
		wc_unknown_name(u, name, WC_DECL_AGENT, "no agent is called");
		return NULL;
	}
	u->defs[at].used = true;
	if (wc_is_agent(&u->defs[at]))
		return &u->defs[at];
	d = wc_diag_add(u->diags, WC_E0101, name->span, "`%T` is %s; only agents are copied so",
	    name->text, wc_decl_words(u->defs[at].decl->kind));
	wc_diag_also(d, u->defs[at].decl->name.span, "declared here");
	return NULL;
}

/* The same settings must mean the same: a copy stays with the kind of its original. */
static struct wc_def *
find_other_backend(struct wc_unit *u, const struct wc_def *from, const struct wc_name *via)
{
	struct wc_def *backend = find_backend(u, via);
	struct wc_diag *d;

	if (backend == NULL || from->backend == NULL || backend->kind == from->backend->kind)
		return backend;
	d = wc_diag_add(u->diags, WC_E0510, via->span, "`%T` is of kind `%s`, `%T` goes to kind `%s`",
	    via->text, wr_kind_word(backend->kind), from->decl->name.text,
	    wr_kind_word(from->backend->kind));
	wc_diag_also(d, backend->decl->backend.kind.span, "its kind");
	wc_diag_help(d, "a copy stays with the kind of its original; write the agent out");
	return NULL;
}

/* Takes over what the original takes, gives and drops. An original may be a copy itself. */
static void
resolve_copy(struct wc_unit *u, struct wc_def *def)
{
	const struct wc_decl *d = def->decl;
	struct wc_def *from;

	if (def->state != WC_DEF_UNSEEN)
		return;
	if (u->nesting == COPIES_DEEP) {
		(void)wc_diag_add(u->diags, WC_E0406, d->name.span,
		    "this program is too large: copies of copies are %u deep", COPIES_DEEP);
		def->state = WC_DEF_BROKEN;
		return;
	}
	def->state = WC_DEF_OPEN;
	from = find_original(u, &d->agent_copy.from);
	if (from != NULL && from->state == WC_DEF_OPEN) {
		(void)wc_diag_add(u->diags, WC_E0105, d->agent_copy.from.span,
		    "`%T` is a copy of itself", d->agent_copy.from.text);
		from = NULL;
	}
	if (from != NULL && from->decl->kind == WC_DECL_AGENT_COPY) {
		u->nesting++;
		resolve_copy(u, from);
		u->nesting--;
	}
	def->state = from == NULL || from->state == WC_DEF_BROKEN ? WC_DEF_BROKEN : WC_DEF_DONE;
	if (def->state == WC_DEF_BROKEN) {
		def->signature.broken = true;
		return;
	}
	def->from = from;
	def->signature = from->signature;
	def->drops = from->drops;
	def->backend = d->agent_copy.via.text.size > 0
			   ? find_other_backend(u, from, &d->agent_copy.via)
			   : from->backend;
}

void
wc_declare(struct wc_unit *u)
{
	collect(u);
	for (uint32_t i = 0; i < u->defs_len; i++)
		if (u->defs[i].decl->kind == WC_DECL_BACKEND)
			resolve_backend(u, &u->defs[i]);
	for (uint32_t i = 0; i < u->defs_len; i++)
		if (u->defs[i].decl->kind == WC_DECL_TYPE)
			wc_resolve_declared(u, &u->defs[i]);
	for (uint32_t i = 0; i < u->defs_len && u->status == WR_OK; i++)
		resolve_signature(u, &u->defs[i]);
	for (uint32_t i = 0; i < u->defs_len && u->status == WR_OK; i++)
		if (u->defs[i].decl->kind == WC_DECL_AGENT_COPY)
			resolve_copy(u, &u->defs[i]);
}
