/*
 * Types as written to types of the format: ranges and their defaults, records, variants,
 * aliases (which leave no trace), and where labels may stand.
 */
#include "compiler/names.h"

#include <assert.h>
#include <float.h>

#define NOMINALS_DEEP 64u /* declarations inside declarations, aliases too; bounds the recursion   \
			   */

static uint32_t
bad_range(struct wc_unit *u, struct wc_span span, const char *why)
{
	(void)wc_diag_add(u->diags, WC_E0214, span, "%s", why);
	return WR_NONE;
}

/* The ends of a range of whole numbers; false (reported) when it makes no sense. */
static bool
whole_range(struct wc_unit *u, const struct wc_range *r, int64_t least, int64_t most, int64_t low,
    int64_t high, const char *too_far, int64_t ret[2])
{
	ret[0] = r->low.written ? r->low.integer : low;
	ret[1] = r->high.written ? r->high.integer : high;
	if ((r->low.written && r->low.decimal) || (r->high.written && r->high.decimal))
		(void)bad_range(u, r->span, "this range needs whole numbers");
	else if (ret[0] < least || ret[1] > most)
		(void)bad_range(u, r->span, too_far);
	else if (ret[0] > ret[1])
		(void)bad_range(u, r->span, "this range is empty: it ends before it begins");
	else
		return true;
	return false;
}

static uint32_t
number_range(struct wc_unit *u, const struct wc_range *r)
{
	double lo = !r->low.written  ? -DBL_MAX
		    : r->low.decimal ? r->low.number
				     : (double)r->low.integer;
	double hi = !r->high.written  ? DBL_MAX
		    : r->high.decimal ? r->high.number
				      : (double)r->high.integer;

	if (lo > hi)
		return bad_range(u, r->span, "this range is empty: it ends before it begins");
	return wc_unit_type(u, wr_type_number(&u->types, lo, hi));
}

static uint32_t
list_type(struct wc_unit *u, const struct wc_type *t)
{
	int64_t ends[2];
	uint32_t elem = wc_resolve_type(u, t->element, WC_NO_LABELS, NULL);

	if (!whole_range(u, &t->range, 0, WR_LIST_MAX, 0, WR_LIST_MAX,
		"a list holds from 0 to 65,535 items", ends) ||
	    elem == WR_NONE)
		return WR_NONE;
	return wc_unit_type(u, wr_type_list(&u->types, elem, ends[0], ends[1]));
}

static uint32_t
shape(struct wc_unit *u, const struct wc_type *t)
{
	struct wc_def *def;
	int64_t ends[2];

	switch (t->kind) {
	case WC_TYPE_TEXT:
		if (!whole_range(u, &t->range, 0, WR_TEXT_MAX, 0, WR_TEXT_DEFAULT,
			"a text holds from 0 to 1,048,576 bytes", ends))
			return WR_NONE;
		return wc_unit_type(u, wr_type_text(&u->types, ends[0], ends[1]));
	case WC_TYPE_INT:
		if (!whole_range(u, &t->range, INT64_MIN, INT64_MAX, -WR_INT_DEFAULT,
			WR_INT_DEFAULT, "", ends))
			return WR_NONE;
		return wc_unit_type(u, wr_type_int(&u->types, ends[0], ends[1]));
	case WC_TYPE_NUMBER:
		return number_range(u, &t->range);
	case WC_TYPE_BOOL:
		if (t->range.written)
			return bad_range(u, t->range.span, "a `bool` has no range");
		return wc_unit_type(u, wr_type_bool(&u->types));
	case WC_TYPE_NAMED:
		def = wc_find_type(u, &t->name);
		return def == NULL ? WR_NONE : def->index;
	case WC_TYPE_LIST:
		return list_type(u, t);
	}
	assert(false);
	return WR_NONE;
}

uint32_t
wc_resolve_type(
    struct wc_unit *u, const struct wc_type *type, enum wc_label_place place, uint64_t *labels)
{
	uint32_t t = shape(u, type);
	uint64_t set = wc_resolve_labels(u, &type->labels);

	if (type->labels.len > 0 && place == WC_NO_LABELS) {
		struct wc_diag *d = wc_diag_add(u->diags, WC_E0307,
		    wc_span_join(type->labels.first->name.span, type->labels.last->name.span),
		    "a label stands on fields, variant payloads, flow inputs and flow results; "
		    "here it is inferred");

		wc_diag_help(d, "remove it");
	}
	if (labels != NULL)
		*labels = set;
	if (t == WR_NONE || !type->optional)
		return t;
	if (u->types.at[t].kind == WR_TYPE_OPTION) {
		struct wc_diag *d = wc_diag_add(u->diags, WC_E0209, type->span,
		    "`%T?` is not a type", wc_span_text(type->shape_span));

		wc_diag_note(
		    d, "`%T` is `%s`", wc_span_text(type->shape_span), wc_unit_words(u, t));
		wc_diag_help(d, "one `?` is enough: an optional of an optional says nothing new");
		return WR_NONE;
	}
	return wc_unit_type(u, wr_type_option(&u->types, t));
}

struct wc_def *
wc_find_type(struct wc_unit *u, const struct wc_name *name)
{
	struct wc_def *def = wc_named(u, WC_TYPES, name);

	if (def == NULL) {
		wc_unknown_name(u, name, WC_DECL_TYPE, "no type is called");
		return NULL;
	}
	def->used = true;
	if (def->state == WC_DEF_OPEN) {
		struct wc_diag *d =
		    wc_diag_add(u->diags, WC_E0105, name->span, "`%T` contains itself", name->text);

		wc_diag_label(d, "here");
		wc_diag_help(
		    d, "there are no recursive types; a list of references by id does the same");
		def->state = WC_DEF_BROKEN;
	}
	wc_resolve_declared(u, def);
	return def->state == WC_DEF_DONE ? def : NULL;
}

/* ---- records and variants ------------------------------------------------------- */

/* False (reported): the name of a member is taken. */
static bool
check_member(struct wc_unit *u, const struct wr_member *members, uint32_t len,
    const struct wc_name *name, const char *what)
{
	for (uint32_t i = 0; i < len && len <= WR_MEMBERS_MAX; i++)
		if (wr_text_eq(members[i].name, name->text)) {
			struct wc_diag *d = wc_diag_add(u->diags, WC_E0103, name->span,
			    "`%T` is already the name of %s", name->text, what);

			wc_diag_label(d, "again here");
			return false;
		}
	if (len == WR_MEMBERS_MAX)
		(void)wc_diag_add(u->diags, WC_E0406, name->span,
		    "this program is too large: a type may have %u members", WR_MEMBERS_MAX);
	return len < WR_MEMBERS_MAX;
}

/* Whether all members have types. */
static bool
record_members(struct wc_unit *u, const struct wc_decl *d, struct wr_member *members)
{
	bool good = true;
	uint32_t len = 0;

	for (const struct wc_field_decl *f = d->type.fields.first; f != NULL; f = f->next) {
		struct wr_member *m = &members[len];

		good &= check_member(u, members, len++, &f->name, "a field");
		m->name = f->name.text;
		if (f->described)
			m->description = f->description.text;
		m->type = wc_resolve_type(u, f->type, WC_LABELS_HERE, &m->labels);
		good &= m->type != WR_NONE;
	}
	return good;
}

static bool
variants_members(struct wc_unit *u, const struct wc_decl *d, struct wr_member *members)
{
	bool good = true;
	uint32_t len = 0;

	for (const struct wc_variant_decl *v = d->type.variants.first; v != NULL; v = v->next) {
		struct wr_member *m = &members[len];

		good &= check_member(u, members, len++, &v->name, "a variant");
		m->name = v->name.text;
		m->type = WR_NONE;
		if (v->payload == NULL)
			continue;
		m->type = wc_resolve_type(u, v->payload, WC_LABELS_HERE, &m->labels);
		good &= m->type != WR_NONE;
	}
	return good;
}

static uint32_t
nominal(struct wc_unit *u, const struct wc_decl *d)
{
	bool record = d->type.form == WC_TYPE_FORM_RECORD;
	uint32_t len = record ? d->type.fields.len : d->type.variants.len;
	struct wr_member *members = wc_unit_get(u, len, sizeof *members);
	uint32_t type;

	if (members == NULL ||
	    !(record ? record_members(u, d, members) : variants_members(u, d, members)))
		return WR_NONE;
	type = wc_unit_type(
	    u, wr_types_add(&u->types, (struct wr_type){
					   .kind = record ? WR_TYPE_RECORD : WR_TYPE_VARIANTS,
					   .name = d->name.text,
					   .members = members,
					   .members_len = len,
					   .elem = WR_NONE,
				       }));
	if (type != WR_NONE && wr_type_depth(&u->types, type) > WR_TYPES_DEEP) {
		(void)wc_diag_add(u->diags, WC_E0507, d->name.span,
		    "`%T` nests %u levels deep; models are held to %u", d->name.text,
		    wr_type_depth(&u->types, type), WR_TYPES_DEEP);
		return WR_NONE;
	}
	return type;
}

void
wc_resolve_declared(struct wc_unit *u, struct wc_def *def)
{
	const struct wc_decl *d = def->decl;

	if (def->state != WC_DEF_UNSEEN)
		return;
	if (u->nesting == NOMINALS_DEEP) {
		(void)wc_diag_add(u->diags, WC_E0507, d->name.span,
		    "`%T` nests too deep; models are held to %u levels", d->name.text,
		    WR_TYPES_DEEP);
		def->state = WC_DEF_BROKEN;
		return;
	}
	u->nesting++;
	def->state = WC_DEF_OPEN;
	if (d->type.form == WC_TYPE_FORM_ALIAS)
		def->index = wc_resolve_type(u, d->type.alias, WC_NO_LABELS, NULL);
	else
		def->index = nominal(u, d);
	u->nesting--;
	def->state =
	    def->index != WR_NONE && def->state == WC_DEF_OPEN ? WC_DEF_DONE : WC_DEF_BROKEN;
}

/* ---- bounds of what comes from outside ----------------------------------------------- */

static void check_bounded(struct wc_unit *u, const struct wc_type *type, struct wr_text what);

static void
check_decl_bounded(struct wc_unit *u, struct wc_def *def, struct wr_text what)
{
	const struct wc_decl *d = def->decl;

	if (def->bounded || def->state != WC_DEF_DONE)
		return;
	def->bounded = true;
	if (d->type.form == WC_TYPE_FORM_ALIAS)
		check_bounded(u, d->type.alias, what);
	else if (d->type.form == WC_TYPE_FORM_RECORD)
		for (const struct wc_field_decl *f = d->type.fields.first; f != NULL; f = f->next)
			check_bounded(u, f->type, f->name.text);
	else
		for (const struct wc_variant_decl *v = d->type.variants.first; v != NULL;
		     v = v->next)
			if (v->payload != NULL)
				check_bounded(u, v->payload, v->name.text);
}

static void
check_bounded(struct wc_unit *u, const struct wc_type *type, struct wr_text what)
{
	if (type->kind == WC_TYPE_NAMED) {
		struct wc_def *def = wc_named(u, WC_TYPES, &type->name);

		if (def != NULL)
			check_decl_bounded(u, def, what);
	} else if (type->kind == WC_TYPE_LIST) {
		if (!type->range.high.written) {
			struct wc_diag *d = wc_diag_add(u->diags, WC_E0401, type->shape_span,
			    "how many %T can there be?", what);

			wc_diag_label(d, "a list from outside needs a limit");
			wc_diag_help(d, "`%T ..40`", wc_span_text(type->shape_span));
		}
		check_bounded(u, type->element, what);
	}
}

void
wc_check_bounded(struct wc_unit *u, const struct wc_type *type)
{
	check_bounded(u, type, WR_TEXT("items"));
}
