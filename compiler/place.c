/*
 * From a name of the bytecode back to where the source says it. It looks things up in what a
 * compilation leaves behind, and decides nothing about them.
 */
#include "compiler/place.h"

#include "compiler/names.h"
#include "compiler/trail.h"

#include <assert.h>

static const struct wc_unit *
unit_of(const struct wc_result *program)
{
	assert(program->program != NULL);
	return program->program;
}

struct wc_span
wc_place_workflow(const struct wc_result *program)
{
	return unit_of(program)->flow->decl->name.span;
}

struct wc_span
wc_place_label(const struct wc_result *program, struct wr_text label)
{
	const struct wc_def *def = wc_outside(unit_of(program), WC_LABELS, label);

	return def != NULL ? def->decl->name.span : (struct wc_span){ NULL, 0, 0 };
}

struct wc_place_backend
wc_place_backend(const struct wc_result *program, struct wr_text name)
{
	const struct wc_def *def = wc_outside(unit_of(program), WC_BACKENDS, name);
	struct wc_place_backend place = { .taints = { NULL, 0, 0 } };
	const struct wc_label_ref_list *taints;

	if (def == NULL)
		return place;
	taints = &def->decl->backend.taints;
	place.whole = def->decl->span;
	place.name = def->decl->name.span;
	place.kind = def->decl->backend.kind.span;
	if (taints->len > 0)
		place.taints = wc_span_join(taints->first->name.span, taints->last->name.span);
	return place;
}

struct wc_span
wc_place_accepts(const struct wc_result *program, struct wr_text backend, struct wr_text label)
{
	const struct wc_unit *u = unit_of(program);
	const struct wc_def *def = wc_outside(u, WC_BACKENDS, backend);
	const struct wc_label_ref *ref = def == NULL ? NULL : def->decl->backend.accepts.first;

	for (; ref != NULL; ref = ref->next) {
		/* a file may call a label of another one by a name of its own */
		const struct wc_def *named = wc_named(program->program, WC_LABELS, &ref->name);

		if (named != NULL && wr_text_eq(u->label[named->index]->decl->name.text, label))
			return ref->name.span;
	}
	return (struct wc_span){ NULL, 0, 0 };
}

/* The next name of a dotted path, cut off it. */
static struct wr_text
next_name(struct wr_text *path)
{
	const char *dot = path->size == 0 ? NULL : memchr(path->at, '.', path->size);
	struct wr_text name = { path->at, dot == NULL ? path->size : (size_t)(dot - path->at) };

	*path = dot == NULL ? (struct wr_text){ NULL, 0 } :
			      (struct wr_text){ dot + 1, path->size - name.size - 1 };
	return name;
}

/* The member of this name of what a list or an optional holds; its type, or WR_NONE. */
static uint32_t
enter(const struct wc_unit *u, uint32_t type, struct wr_text name, struct wc_place_input *place)
{
	const struct wr_type *t = &u->types.at[type];

	while (t->kind == WR_TYPE_OPTION || t->kind == WR_TYPE_LIST)
		t = &u->types.at[t->elem];
	for (uint32_t i = 0; i < t->members_len; i++) {
		struct wc_name written;
		const struct wc_type *as;

		if (!wr_text_eq(t->members[i].name, name))
			continue;
		as = wc_declared_member(u, t->name, i, &written);
		if (as == NULL || t->members[i].type == WR_NONE)
			return WR_NONE;
		*place = (struct wc_place_input){ written.span, as->span };
		return t->members[i].type;
	}
	return WR_NONE;
}

bool
wc_place_input(
    const struct wc_result *program, struct wr_text path, struct wc_place_input *ret_place)
{
	const struct wc_unit *u = unit_of(program);
	const struct wc_signature *s = &u->flow->signature;
	struct wr_text name = next_name(&path);
	uint32_t type = WR_NONE;

	*ret_place = (struct wc_place_input){ .name = { NULL, 0, 0 } };
	for (uint32_t i = 0; i < s->params_len && type == WR_NONE; i++) {
		if (!wr_text_eq(s->params[i].name, name))
			continue;
		type = s->params[i].type;
		*ret_place = (struct wc_place_input){ s->written[i]->name.span, s->written[i]->type->span };
	}
	while (type != WR_NONE && path.at != NULL)
		type = enter(u, type, next_name(&path), ret_place);
	return type != WR_NONE;
}

struct wc_span
wc_place_model(const struct wc_result *program, struct wr_text agent)
{
	const struct wc_def *def = wc_outside(unit_of(program), WC_VALUES, agent);

	for (uint32_t i = 0; def != NULL && def->body != NULL && i < def->body->settings_len; i++)
		if (def->body->settings[i].id == WR_SET_MODEL)
			return def->body->written[i]->value->span;
	return (struct wc_span){ NULL, 0, 0 };
}

struct wc_place_promise
wc_place_promise(const struct wc_result *program, enum wc_promise which)
{
	const struct wc_limit *limit = unit_of(program)->within[which];

	if (limit == NULL)
		return (struct wc_place_promise){ .whole = { NULL, 0, 0 } };
	return (struct wc_place_promise){ limit->span, limit->value_span };
}
