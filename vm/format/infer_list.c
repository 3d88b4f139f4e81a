/*
 * What operations on lists give: the type of the items, and how many at least and at most.
 */
#include "vm/format/infer_rules.h"

#include <assert.h>

#define LESSER(a, b) ((a) < (b) ? (a) : (b))

/* May values of these two types be compared? */
static bool
comparable(const struct wr_types *types, uint32_t a, uint32_t b)
{
	return wr_type_similar(types, a, b) || wr_type_similar(types, b, a);
}

enum wr_status
wr_infer_contains(struct wr_infer *in)
{
	const struct wr_type *t = wr_infer_operand(in, 0);
	enum wr_status s = WR_OK;

	if (t->kind == WR_TYPE_TEXT)
		s = wr_infer_need(in, 1, WR_TYPE_TEXT);
	else if (t->kind != WR_TYPE_LIST)
		s = wr_infer_refuse_shape(in, 0, WR_NONE);
	else if (!comparable(in->types, t->elem, in->operands[1]))
		s = wr_infer_refuse_shape(in, 1, t->elem);
	return s == WR_OK ? wr_infer_give(in, wr_type_bool(in->types)) : s;
}

enum wr_status
wr_infer_concat(struct wr_infer *in)
{
	const struct wr_type *a = wr_infer_operand(in, 0), *b = wr_infer_operand(in, 1);
	enum wr_status s = wr_infer_need_list(in, 0);
	int64_t lo, hi;
	uint32_t elem;

	if (s == WR_OK)
		s = wr_infer_need_list(in, 1);
	if (s != WR_OK)
		return s;
	lo = a->lo + b->lo;
	hi = a->hi + b->hi;
	s = wr_type_join(in->types, a->elem, b->elem, &elem);
	if (s == WR_REFUSED)
		return wr_infer_refuse(in, 1, WR_WHY_JOIN, in->operands[0]);
	return s == WR_OK ? wr_infer_give_list(in, elem, lo, hi) : s;
}

enum wr_status
wr_infer_list_of_bools(struct wr_infer *in)
{
	enum wr_status s = wr_infer_need_list_of(in, 0, WR_TYPE_BOOL);

	return s == WR_OK ? wr_infer_give(in, wr_type_bool(in->types)) : s;
}

/* An option of an option cannot be formed. */
enum wr_status
wr_infer_one_of(struct wr_infer *in)
{
	const struct wr_type *xs = wr_infer_operand(in, 0);
	enum wr_status s = wr_infer_need_list(in, 0);

	if (s == WR_OK && in->types->at[xs->elem].kind == WR_TYPE_OPTION)
		s = wr_infer_refuse(in, 0, WR_WHY_SHAPE, WR_NONE);
	return s == WR_OK ? wr_infer_give(in, wr_type_option(in->types, xs->elem)) : s;
}

enum wr_status
wr_infer_take(struct wr_infer *in)
{
	const struct wr_type *xs = wr_infer_operand(in, 0), *n = wr_infer_operand(in, 1);
	enum wr_status s = wr_infer_need_list(in, 0);

	if (s == WR_OK)
		s = wr_infer_need_count(in, 1);
	if (s != WR_OK)
		return s;
	return wr_infer_give_list(in, xs->elem, LESSER(xs->lo, n->lo), LESSER(xs->hi, n->hi));
}

enum wr_status
wr_infer_unique(struct wr_infer *in)
{
	const struct wr_type *xs = wr_infer_operand(in, 0);
	enum wr_status s = wr_infer_need_list(in, 0);

	return s == WR_OK ? wr_infer_give_list(in, xs->elem, LESSER(xs->lo, 1), xs->hi) : s;
}

enum wr_status
wr_infer_flatten(struct wr_infer *in)
{
	const struct wr_type *outer = wr_infer_operand(in, 0), *inner;
	enum wr_status s = wr_infer_need_list(in, 0);

	if (s != WR_OK)
		return s;
	inner = &in->types->at[outer->elem];
	if (inner->kind == WR_TYPE_NEVER)
		return wr_infer_give(in, in->operands[0]); /* always empty */
	if (inner->kind != WR_TYPE_LIST)
		return wr_infer_refuse(in, 0, WR_WHY_SHAPE, WR_NONE);
	return wr_infer_give_list(in, inner->elem, outer->lo * inner->lo, outer->hi * inner->hi);
}

enum wr_status
wr_infer_present(struct wr_infer *in)
{
	const struct wr_type *xs = wr_infer_operand(in, 0), *x;
	enum wr_status s = wr_infer_need_list(in, 0);

	if (s != WR_OK)
		return s;
	x = &in->types->at[xs->elem];
	if (x->kind != WR_TYPE_OPTION)
		return wr_infer_refuse(in, 0, WR_WHY_SHAPE, WR_NONE);
	return wr_infer_give_list(in, x->elem, 0, xs->hi);
}
