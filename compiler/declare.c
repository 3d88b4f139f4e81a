/*
 * Declarations: who is called what, which labels and backends there are, and what fns,
 * agents and the flow take and give. Bodies are not looked at here.
 */
#include "compiler/names.h"

#include "vm/format/names.h"

#include <assert.h>

#define COPIES_DEEP 64u /* copies of copies of agents; bounds the recursion */

/* ---- what is known outside ------------------------------------------------------------ */

/*
 * Bytecode knows types, labels, backends, agents and dropping fns by their names: one
 * declaration each in a program, wherever its files lie. Returns the first of the name.
 */
static struct wc_def *
known_outside(struct wc_unit *u, struct wc_def *def)
{
	enum wc_space space = wc_space_of(def->decl->kind);
	struct wc_def *first = wc_outside(u, space, def->decl->name.text);

	if (first != NULL)
		return first;
	if (!wc_table_put(&u->outside[space], def->decl->name.text, (uint32_t)(def - u->defs)))
		(void)wc_unit_spent(u);
	return def;
}

static void
two_outside(
    struct wc_unit *u, const struct wc_def *def, const struct wc_def *first, const char *why)
{
	const struct wc_name *name = &def->decl->name;
	struct wc_diag *d;

	if (first->part == def->part)
		return; /* said when the name was entered */
	d = wc_diag_add(u->diags, WC_E0103, name->span, "`%T` is %s in `%s` too", name->text,
	    wc_decl_words(first->decl->kind), first->part->source->name);
	wc_diag_label(d, "again here");
	wc_diag_also(d, first->decl->name.span, "first here");
	wc_diag_note(d, "%s", why);
}

/* Types that are no aliases, agents, and fns that drop labels. */
static void
check_outside(struct wc_unit *u, struct wc_def *def)
{
	const struct wc_decl *d = def->decl;
	struct wc_def *first;

	if (!(d->kind == WC_DECL_TYPE && d->type.form != WC_TYPE_FORM_ALIAS) && !wc_is_agent(def) &&
	    !(d->kind == WC_DECL_FN && d->fn.drops.len > 0))
		return;
	first = known_outside(u, def);
	if (first != def)
		two_outside(u, def, first,
		    "bytecode knows it by this name, so a program may have it once");
}

static void
declare_flow(struct wc_unit *u, struct wc_def *def)
{
	struct wc_diag *d;

	if (def->part->flow == NULL) {
		def->part->flow = def;
		def->used = true;
		if (def->part == u->part[0])
			u->flow = def;
		return;
	}
	d = wc_diag_add(
	    u->diags, WC_E0103, def->decl->name.span, "this file has a `start` already");
	wc_diag_label(d, "again here");
	wc_diag_also(d, def->part->flow->decl->name.span, "first here");
	def->state = WC_DEF_BROKEN;
}

static void
declare_label(struct wc_unit *u, struct wc_def *def)
{
	const struct wc_def *first = known_outside(u, def);

	def->state = WC_DEF_DONE;
	if (first != def) {
		def->index = first->index;
		if (!wr_text_eq(first->decl->label.description.text, def->decl->label.description.text))
			two_outside(u, def, first, "the same label has the same description");
		return;
	}
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
collect_part(struct wc_unit *u, struct wc_part *part)
{
	for (const struct wc_decl *d = part->file->decls.first; d != NULL; d = d->next) {
		struct wc_def *def = &u->defs[u->defs_len++];
		enum wc_space space = wc_space_of(d->kind);

		def->decl = d;
		def->part = part;
		if (space != WC_SPACES_LEN)
			wc_enter(u, part, space, &d->name, (uint32_t)(def - u->defs));
		if (d->kind == WC_DECL_FLOW)
			declare_flow(u, def);
		else if (d->kind == WC_DECL_LABEL)
			declare_label(u, def);
		else
			check_outside(u, def);
	}
}

static void
collect(struct wc_unit *u)
{
	size_t len = 0;

	for (uint32_t i = 0; i < u->parts_len; i++)
		len += u->part[i]->file->decls.len;
	u->defs = wc_unit_get(u, len, sizeof *u->defs);
	for (uint32_t i = 0; i < u->parts_len && u->defs != NULL; i++)
		collect_part(u, u->part[i]);
	if (u->defs != NULL)
		wc_import_names(u);
}

/* ---- labels and backends --------------------------------------------------------- */

static void
unknown_label(struct wc_unit *u, const struct wc_label_ref *ref)
{
	struct wr_text names[WR_LABELS_MAX];
	struct wr_text near;
	struct wc_diag *d =
	    wc_diag_add(u->diags, WC_E0305, ref->name.span, "`@%T` is not a label", ref->name.text);

	if (wc_outside(u, WC_LABELS, ref->name.text) != NULL) {
		wc_diag_note(d, "another file declares it");
		wc_diag_help(d, "bring it here, `use %T from \"…\"`, or declare it alike",
		    ref->name.text);
		return;
	}
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
		struct wc_def *def = wc_named(u, WC_LABELS, &ref->name);

		if (def == NULL) {
			unknown_label(u, ref);
			continue;
		}
		def->used = true;
		set |= UINT64_C(1) << def->index;
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

/* Files may declare a backend alike: it is one. */
static void
unify_backend(struct wc_unit *u, struct wc_def *def)
{
	def->same = known_outside(u, def);
	if (def->same->kind != def->kind || def->same->accepts != def->accepts ||
	    def->same->taints != def->taints)
		two_outside(u, def, def->same, "the same backend is of the same kind and labels");
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
	} else {
		unify_backend(u, def);
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
		if (d->reason.text.size == 0)
			wc_diag_label(wc_diag_add(u->diags, WC_E0308, d->reason.span,
			    "a drop needs a reason"), "reviewers read it");
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
	struct wc_def *def = wc_named(u, WC_BACKENDS, name);

	if (def != NULL) {
		def->used = true;
		return def->state == WC_DEF_BROKEN ? NULL : def->same;
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
	struct wc_def *def = wc_named(u, WC_VALUES, name);
	struct wc_diag *d;

	if (def == NULL) {
		wc_unknown_name(u, name, WC_DECL_AGENT, "no agent is called");
		return NULL;
	}
	def->used = true;
	if (wc_is_agent(def))
		return def;
	d = wc_diag_add(u->diags, WC_E0101, name->span, "`%T` is %s; only agents are copied so",
	    name->text, wc_decl_words(def->decl->kind));
	wc_diag_also(d, def->decl->name.span, "declared here");
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
