/*
 * The operations that look for what names a person: each match once, where it first stands. What
 * matches is decided in find.c. Equal matches are found by sorting, so no input makes it slow.
 */
#include "vm/eval.h"
#include "vm/find.h"

#include <assert.h>

static uint32_t
count(enum wr_op op, struct wr_text t)
{
	uint32_t len = 0;

	for (size_t at = 0; wr_find_next(op, t, at, &at).size > 0;)
		len++;
	return len;
}

/* Mark the matches that stand for the first time, by texts sorted stably. Gives how many. */
static enum wr_status
mark_first(struct wr_eval *e, const struct wr_text *found, const uint32_t *order, uint32_t len,
    bool *first, uint32_t *ret_len)
{
	uint32_t distinct = 0;

	for (uint32_t i = 0; i < len; i++) {
		enum wr_status s = wr_eval_pay(e, 1 + found[order[i]].size / 16);

		if (s != WR_OK)
			return s;
		first[order[i]] = i == 0 || !wr_text_eq(found[order[i - 1]], found[order[i]]);
		distinct += first[order[i]];
	}
	*ret_len = distinct;
	return WR_OK;
}

enum wr_status
wr_eval_find(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	struct wr_text t = wr_value_text(o->v[0]), *found;
	uint32_t len, distinct = 0, at = 0, *order, *other;
	int64_t most = o->v[1].as.integer;
	struct wr_value *items;
	size_t from = 0;
	bool *first;
	enum wr_status s = wr_eval_pay(e, t.size / 2);

	assert(most > 0 && most <= WR_LIST_MAX);
	if (s != WR_OK)
		return s;
	len = count(o->op, t);
	found = wr_eval_scratch(
	    e, (len + (size_t)1) * (sizeof *found + 2 * sizeof *order + sizeof *first));
	if (found == NULL)
		return WR_NOMEM;
	order = (uint32_t *)(found + len);
	other = order + len;
	first = (bool *)(other + len);
	for (uint32_t i = 0; i < len; i++)
		found[i] = wr_find_next(o->op, t, from, &from);
	s = wr_eval_sort_texts(e, found, len, false, order, other);
	if (s == WR_OK)
		s = mark_first(e, found, order, len, first, &distinct);
	distinct = distinct > most ? (uint32_t)most : distinct;
	if (s == WR_OK)
		s = wr_eval_items(e, distinct, &items);
	if (s != WR_OK)
		goto done;
	for (uint32_t i = 0; at < distinct; i++)
		if (first[i])
			items[at++] = wr_value_of_text(found[i]);
	*ret = (struct wr_value){.kind = WR_VALUE_LIST, .len = distinct, .as.items = items};
done:
	wr_eval_free(e); /* as large as 5 MiB: not kept while a run waits */
	return s;
}
