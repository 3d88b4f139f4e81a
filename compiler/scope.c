/*
 * Local names: a chain, innermost first. A name means one thing where it is visible, so
 * binding one that is visible already is a mistake. A flow may have thousands of steps, so the unit knows
 * of each name what it stands for now, and what it hides: nothing walks the chain to find a name.
 */
#include "compiler/lower.h"

#include <assert.h>

#define CANDIDATES_MAX 256u /* names compared for "did you mean" */

static struct wc_binding *
find(const struct wc_lower *l, struct wr_text name)
{
	uint32_t at = wc_table_get(&l->u->bound, name);
	struct wc_binding *b = at == WR_NONE ? NULL : l->u->bindings[at];

	return b != NULL && b->scope == l->scope ? b : NULL;
}

/* Where the unit keeps what this name stands for; WR_NONE when memory is spent. */
static uint32_t
place(struct wc_unit *u, struct wr_text name)
{
	uint32_t at = wc_table_get(&u->bound, name);

	if (at != WR_NONE)
		return at;
	if (u->bindings_len == u->bindings_room) {
		uint32_t room = u->bindings_room == 0 ? 64 : u->bindings_room * 2;
		struct wc_binding **grown = wc_unit_get(u, room, sizeof(struct wc_binding *));

		if (grown == NULL)
			return WR_NONE;
		if (u->bindings_len > 0)
			memcpy(grown, u->bindings, u->bindings_len * sizeof(struct wc_binding *));
		u->bindings = grown;
		u->bindings_room = room;
	}
	if (!wc_table_put(&u->bound, name, u->bindings_len)) {
		(void)wc_unit_spent(u);
		return WR_NONE;
	}
	return u->bindings_len++;
}

struct wc_binding *
wc_local(struct wc_lower *l, struct wr_text name)
{
	struct wc_binding *b = find(l, name);

	if (b != NULL)
		b->used = true;
	return b;
}

struct wc_binding *
wc_bind(struct wc_lower *l, const struct wc_name *name, const char *what, uint32_t node)
{
	const struct wc_binding *first = find(l, name->text);
	struct wc_binding *b = wc_unit_get(l->u, 1, sizeof *b);
	uint32_t at = place(l->u, name->text);

	if (b == NULL || at == WR_NONE)
		return NULL;
	if (first != NULL) {
		struct wc_diag *d = wc_lower_diag(l, WC_E0103, name->span,
		    "`%T` is already the name of %s", name->text, first->what);

		wc_diag_label(d, "again here");
		wc_diag_also(d, first->name->span, "first here");
		wc_diag_help(d, "a name means one thing; choose another one");
	} else {
		(void)wc_check_free(l->u, name);
	}
	*b = (struct wc_binding){ .outer = l->names, .hides = l->u->bindings[at], .name = name, .what = what,
		.node = node, .scope = l->scope, .at = at };
	l->u->bindings[at] = b;
	l->names = b;
	return b;
}

void
wc_unbind(struct wc_lower *l, struct wc_binding *until)
{
	for (; l->names != until; l->names = l->names->outer) {
		assert(l->u->bindings[l->names->at] == l->names);
		l->u->bindings[l->names->at] = l->names->hides;
	}
}

/* A step further down that has this name. */
static const struct wc_step *
later(const struct wc_lower *l, struct wr_text name)
{
	for (const struct wc_pending *p = l->pending; p != NULL; p = p->outer)
		for (const struct wc_step *s = p->steps; s != NULL; s = s->next)
			if (s->kind == WC_STEP_LET && wr_text_eq(s->name.text, name))
				return s;
	return NULL;
}

/* What an unknown name that is like no other may have been meant as. */
static void
help_unknown(const struct wc_lower *l, struct wc_diag *d, const struct wc_name *name)
{
	for (uint32_t i = 0; i < l->u->defs_len; i++) {
		const struct wc_decl *decl = l->u->defs[i].decl;

		if (l->u->defs[i].part->source->part != name->span.source->part)
			continue;
		if (decl->kind != WC_DECL_TYPE || decl->type.form != WC_TYPE_FORM_VARIANTS)
			continue;
		for (const struct wc_variant_decl *v = decl->type.variants.first; v != NULL;
		     v = v->next) {
			if (!wr_text_eq(v->name.text, name->text))
				continue;
			wc_diag_help(d, "the variant is written `%T.%T`", decl->name.text,
			    name->text);
			return;
		}
	}
	if (l->test != NULL && !l->inlined && wr_text_eq(name->text, WR_TEXT("result")))
		wc_test_no_result(l, d);
	if (l->site == WC_SITE_AGENT)
		wc_diag_help(d, "an agent sees its parameters alone; words stand in quotes");
}

/* Functions of other languages. True when it helped. */
static bool
help_function(struct wc_diag *d, const struct wc_name *name)
{
	static const struct {
		const char *theirs, *help, *ours; /* ours: what the edit writes, or NULL */
	} functions[] = {
		{ "len", "write `length`", "length" },
		{ "count", "write `length`", "length" },
		{ "size", "write `length`", "length" },
		{ "str", "write `text`, or put it into a text: `{{…}}`", "text" },
		{ "float", "write `number`", "number" },
		{ "strip", "write `trim`", "trim" },
		{ "concat", "`+` joins texts, and lists", NULL },
		{ "format", "any text holds `{{…}}`", NULL },
		{ "dumps", "write `json`", "json" },
		{ "stringify", "write `json`", "json" },
		{ "map", "a list is made with `for x in xs yield …`", NULL },
		{ "filter", "a list is made with `for x in xs where … yield x`", NULL },
		{ "sorted", "a list is sorted with `for x in xs sort … yield x`", NULL },
		{ "enumerate", "`for x, i in xs yield …` counts from 0", NULL },
		{ "range", "`for x, i in xs yield …` counts from 0; a `loop` has a `limit`", NULL },
		{ "null", "write `none`", "none" },
		{ "undefined", "write `none`", "none" },
		{ "nil", "write `none`", "none" },
	};

	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		if (!wr_text_eq(name->text, wr_text_of(functions[i].theirs)))
			continue;
		wc_diag_help(d, "%s", functions[i].help);
		if (functions[i].ours != NULL)
			wc_diag_edit(d, name->span, wr_text_of(functions[i].ours));
		return true;
	}
	return false;
}

void
wc_unknown(struct wc_lower *l, const struct wc_name *name)
{
	const struct wc_step *step;
	struct wr_text names[CANDIDATES_MAX], near;
	uint32_t len = 0;
	struct wc_diag *d;

	if (wc_diags_full(l->u->diags)) { /* counted; to look for what was meant takes long and helps nobody */
		(void)wc_diag_add(l->u->diags, WC_E0101, name->span, "nothing here is called `%T`", name->text);
		return;
	}
	step = later(l, name->text);
	if (step != NULL) {
		uint32_t made = wc_span_line(step->name.span), used = wc_span_line(name->span);

		d = wc_lower_diag(
		    l, WC_E0104, name->span, "`%T` is used before it is made", name->text);
		wc_diag_label(d, "used here");
		wc_diag_also(d, step->name.span, "made here");
		if (made > used)
			wc_diag_help(d,
			    "move line %u above line %u; order does not cost time, steps run when "
			    "their "
			    "inputs are ready",
			    made, used);
		return;
	}
	if (wc_lacks_import(l->u, name))
		return;
	d = wc_lower_diag(l, WC_E0101, name->span, "nothing here is called `%T`", name->text);
	wc_diag_label(d, "not found");
	for (const struct wc_binding *b = l->names; b != NULL && len < CANDIDATES_MAX / 2;
	     b = b->outer)
		names[len++] = b->name->text;
	len += wc_visible_names(l->u, name->span.source->part, names + len, CANDIDATES_MAX - len);
	near = wc_nearest(name->text, names, len);
	if ((near.size == 0 || find(l, near) == NULL) && help_function(d, name))
		return;
	if (near.size == 0) {
		help_unknown(l, d, name);
		return;
	}
	{
		const struct wc_binding *b = find(l, near);

		if (b != NULL)
			wc_diag_help(d, "%s above is called `%T`",
			    strcmp(b->what, "a step") == 0 ? "the step" : b->what, near);
		else
			wc_diag_help(d, "did you mean `%T`?", near);
		wc_diag_edit(d, name->span, near);
	}
}

static bool
is_name_byte(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '_'));
}

/* The bytes of a name at the beginning of t. */
static size_t
name_size(struct wr_text t)
{
	size_t size = 0;

	while (size < t.size && is_name_byte(t.at[size], size == 0))
		size++;
	return size;
}

void
wc_warn_braces(struct wc_lower *l, struct wc_span words)
{
	struct wr_text t = wc_span_text(words);

	if (!wc_unit_warns(l->u, WC_W0808))
		return;
	for (size_t i = 0; i + 2 < t.size; i++) {
		struct wr_text rest = { t.at + i + 1, t.size - i - 1 }, name = { rest.at, 0 };
		struct wc_span span = words;
		struct wc_diag *d;

		if (t.at[i] != '{' || (i > 0 && t.at[i - 1] == '{'))
			continue;
		name.size = name_size(rest); /* ends before the next brace: linear in all */
		if (name.size == 0 || name.size == rest.size ||
		    (rest.at[name.size] != '}' && rest.at[name.size] != '.') || find(l, name) == NULL)
			continue;
		span.start = words.start + (uint32_t)i;
		span.end = span.start + (uint32_t)name.size + 1 + (rest.at[name.size] == '}');
		d = wc_lower_diag(l, WC_W0808, span, "`{%T}` is words, not a value", name);
		wc_diag_help(d, "a text holds the value as `{{%T}}`, in two pairs of braces", name);
	}
}

/* Such as `{claim}` or `{claim.id}` in a prompt: holes of other languages, here words. */
static bool
in_single_braces(struct wr_text where, struct wr_text name)
{
	for (size_t i = 1; i + name.size + 2 < where.size; i++)
		if (where.at[i] == '{' && where.at[i - 1] != '{' &&
		    (where.at[i + name.size + 1] == '}' || where.at[i + name.size + 1] == '.') &&
		    memcmp(where.at + i + 1, name.at, name.size) == 0)
			return true;
	return false;
}

void
wc_warn_params(const struct wc_lower *l, const struct wc_def *def)
{
	const struct wc_signature *s = &def->signature;
	const struct wc_def *base = def;
	const struct wc_binding **params = wc_unit_get(l->u, s->params_len, sizeof *params);
	uint32_t len = s->params_len;

	if (params == NULL || l->u->diags->errors > 0)
		return;
	while (base->from != NULL)
		base = base->from;
	for (const struct wc_binding *p = l->names; p != NULL && len > 0; p = p->outer)
		params[--len] = p; /* the last one is innermost */
	for (uint32_t i = len; i < s->params_len; i++) {
		const struct wc_name *name = params[i]->name;

		if (params[i]->used || !wc_unit_warns(l->u, WC_W0801))
			continue;
		if (wc_unit_warns(l->u, WC_W0808) &&
		    in_single_braces(wc_span_text(base->decl->span), name->text))
			continue; /* told of there */
		(void)wc_diag_add(l->u->diags, WC_W0801, name->span,
		    "the parameter `%T` is never used", name->text);
	}
}
