/* Fields that have lost labels. Decides what a field is the same as: one of that name in a type of that name. */
#include "vm/view/losses.h"

#include "vm/base/buf.h"
#include "vm/base/limits.h"
#include "vm/view/edits.h"

#define PLACE_MAX (2 * WR_NAME_MAX + 1)

struct fields {
	const struct wr_module *module;
	struct wr_text *places;
	uint64_t *labels;
	uint32_t *ids;
	uint32_t len;
};

static bool
named(const struct wr_type *t)
{
	return t->kind == WR_TYPE_RECORD || t->kind == WR_TYPE_VARIANTS;
}

static bool
gather(const struct wr_module *m, struct wr_arena *arena, struct fields *f)
{
	char place[PLACE_MAX];
	size_t len = 0;

	for (uint32_t i = 0; i < m->types_len; i++)
		len += named(&m->types.at[i]) ? m->types.at[i].members_len : 0;
	f->module = m;
	f->places = wr_arena_array(arena, len + 1, sizeof *f->places);
	f->labels = wr_arena_array(arena, len + 1, sizeof *f->labels);
	f->ids = wr_arena_array(arena, len + 1, sizeof *f->ids);
	if (f->places == NULL || f->labels == NULL || f->ids == NULL)
		return false;
	for (uint32_t i = 0; i < m->types_len; i++) {
		const struct wr_type *t = &m->types.at[i];

		for (uint32_t k = 0; named(t) && k < t->members_len; k++) {
			struct wr_text name = t->members[k].name;
			size_t size = t->name.size + 1 + name.size;

			if (size > sizeof place)
				continue; /* no verified name is so long */
			memcpy(place, t->name.at, t->name.size);
			place[t->name.size] = '.';
			memcpy(place + t->name.size + 1, name.at, name.size);
			f->labels[f->len] = t->members[k].labels;
			f->places[f->len] = wr_arena_text(arena, (struct wr_text){ place, size });
			if (f->places[f->len++].at == NULL)
				return false;
		}
	}
	return true;
}

/* The labels of `had`, by old numbers, that `has`, by new ones, does not name. */
static uint64_t
lost(const struct wr_module *old, uint64_t had, const struct wr_module *now, uint64_t has)
{
	for (uint32_t i = 0; i < old->labels_len; i++)
		for (uint32_t k = 0; (had >> i & 1) != 0 && k < now->labels_len; k++)
			if ((has >> k & 1) != 0 && wr_text_eq(old->labels[i].name, now->labels[k].name))
				had &= ~((uint64_t)1 << i);
	return had;
}

enum wr_status
wr_losses_find(const struct wr_module *old, const struct wr_module *now, struct wr_arena *arena,
    struct wr_losses *ret)
{
	struct fields was = { 0 }, is = { 0 };
	struct wr_loss *losses;
	uint32_t ids, len = 0, *found;
	enum wr_status s;

	if (!gather(old, arena, &was) || !gather(now, arena, &is))
		return arena->over ? WR_LIMIT : WR_NOMEM;
	s = wr_edits_number(was.places, was.len, is.places, is.len, arena, was.ids, is.ids, &ids);
	if (s != WR_OK)
		return s;
	found = wr_arena_array(arena, (size_t)ids + 1, sizeof *found); /* by number: 1 + index of is */
	losses = wr_arena_array(arena, (size_t)was.len + 1, sizeof *losses);
	if (found == NULL || losses == NULL)
		return arena->over ? WR_LIMIT : WR_NOMEM;
	for (uint32_t i = 0; i < is.len; i++)
		found[is.ids[i]] = i + 1;
	for (uint32_t i = 0; i < was.len; i++) {
		uint32_t at = found[was.ids[i]];
		uint64_t gone = at == 0 ? 0 : lost(old, was.labels[i], now, is.labels[at - 1]);

		if (gone != 0)
			losses[len++] = (struct wr_loss){ was.places[i], gone };
	}
	*ret = (struct wr_losses){ losses, len };
	return WR_OK;
}
