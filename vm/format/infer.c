/*
 * The type of a node from those of its operands: dispatch, what all rules share, and the
 * rules of records, options, choice and lists built by blocks. Numbers, texts and lists have
 * their own files. Never decides whether an operand may be referred to, nor labels.
 */
#include "vm/format/infer.h"

#include "vm/format/infer_rules.h"
#include "vm/format/tight.h"

#include <assert.h>
#include <float.h>

/* The widest type of a kind, to say what was wanted; WR_NONE if memory is out, which only costs the
 * hint. */
static uint32_t
widest(struct wr_types *types, enum wr_type_kind kind)
{
	switch (kind) {
	case WR_TYPE_TEXT:
		return wr_type_text(types, 0, WR_TEXT_MAX);
	case WR_TYPE_INT:
		return wr_type_int(types, INT64_MIN, INT64_MAX);
	case WR_TYPE_NUMBER:
		return wr_type_number(types, -DBL_MAX, DBL_MAX);
	case WR_TYPE_BOOL:
		return wr_type_bool(types);
	default:
		return WR_NONE;
	}
}

enum wr_status
wr_infer_refuse(struct wr_infer *in, uint32_t bad, enum wr_infer_why why, uint32_t wanted)
{
	in->bad = bad;
	in->why = why;
	in->wanted = wanted;
	return WR_REFUSED;
}

enum wr_status
wr_infer_refuse_shape(struct wr_infer *in, uint32_t bad, uint32_t wanted)
{
	bool option = wr_infer_operand(in, bad)->kind == WR_TYPE_OPTION;

	return wr_infer_refuse(in, bad, option ? WR_WHY_ABSENT : WR_WHY_SHAPE, wanted);
}

enum wr_status
wr_infer_refuse_size(struct wr_infer *in, enum wr_infer_why why, double lo, double hi)
{
	in->lo = lo;
	in->hi = hi;
	return wr_infer_refuse(in, WR_NONE, why, WR_NONE);
}

enum wr_status
wr_infer_give_text(struct wr_infer *in, int64_t lo, int64_t hi)
{
	if (hi > WR_TEXT_MAX)
		return wr_infer_refuse_size(in, WR_WHY_TOO_LONG, (double)lo, (double)hi);
	return wr_infer_give(in, wr_type_text(in->types, lo, hi));
}

enum wr_status
wr_infer_give_list(struct wr_infer *in, uint32_t elem, int64_t lo, int64_t hi)
{
	if (hi > WR_LIST_MAX)
		return wr_infer_refuse_size(in, WR_WHY_TOO_LONG, (double)lo, (double)hi);
	return wr_infer_give(in, wr_type_list(in->types, elem, lo, hi));
}

enum wr_status
wr_infer_need(struct wr_infer *in, uint32_t i, enum wr_type_kind kind)
{
	if (wr_infer_operand(in, i)->kind == kind)
		return WR_OK;
	return wr_infer_refuse_shape(in, i, widest(in->types, kind));
}

enum wr_status
wr_infer_need_count(struct wr_infer *in, uint32_t i)
{
	enum wr_status s = wr_infer_need(in, i, WR_TYPE_INT);

	if (s == WR_OK && wr_infer_operand(in, i)->lo < 0)
		s = wr_infer_refuse(in, i, WR_WHY_RANGE, wr_type_int(in->types, 0, INT64_MAX));
	return s;
}

enum wr_status
wr_infer_need_list(struct wr_infer *in, uint32_t i)
{
	return wr_infer_operand(in, i)->kind == WR_TYPE_LIST
		   ? WR_OK
		   : wr_infer_refuse_shape(in, i, WR_NONE);
}

enum wr_status
wr_infer_need_list_of(struct wr_infer *in, uint32_t i, enum wr_type_kind kind)
{
	const struct wr_type *t = wr_infer_operand(in, i);
	enum wr_type_kind elem = t->kind == WR_TYPE_LIST ? in->types->at[t->elem].kind : t->kind;

	if (t->kind == WR_TYPE_LIST && (elem == kind || elem == WR_TYPE_NEVER))
		return WR_OK;
	return wr_infer_refuse_shape(
	    in, i, wr_type_list(in->types, widest(in->types, kind), 0, WR_LIST_MAX));
}

/* Operand i stands where wanted is declared. */
static enum wr_status
need_below(struct wr_infer *in, uint32_t i, uint32_t wanted)
{
	uint32_t type = in->operands[i];

	if (wr_type_below(in->types, type, wanted))
		return WR_OK;
	if (wr_type_similar(in->types, type, wanted))
		return wr_infer_refuse(in, i, WR_WHY_RANGE, wanted);
	if (in->types->at[wanted].kind == WR_TYPE_OPTION)
		return wr_infer_refuse(in, i, WR_WHY_SHAPE, wanted);
	return wr_infer_refuse_shape(in, i, wanted);
}

/* The join of many types without making all those between. */
static enum wr_status
join_all(struct wr_infer *in, const uint32_t *each, uint32_t len, uint32_t *ret_type)
{
	struct wr_tight hull;

	assert(len > 0);
	wr_tight_init(&hull);
	for (uint32_t i = 0; i < len; i++)
		if (!wr_tight_add_type(&hull, in->types, each[i]))
			return wr_infer_refuse(in, i, WR_WHY_JOIN, each[0]);
	return wr_tight_type(&hull, in->types, ret_type);
}

/* The types of these come otherwise: with the value, from a declaration, from wr_bind_type. */
static enum wr_status
not_inferred(struct wr_infer *in)
{
	assert(false && "an operation whose type is not inferred");
	return wr_infer_refuse(in, WR_NONE, WR_WHY_SHAPE, WR_NONE);
}

enum wr_status
wr_infer_const(struct wr_infer *in)
{
	return not_inferred(in);
}

enum wr_status
wr_infer_input(struct wr_infer *in)
{
	return not_inferred(in);
}

enum wr_status
wr_infer_bind(struct wr_infer *in)
{
	return not_inferred(in);
}

enum wr_status
wr_infer_call(struct wr_infer *in)
{
	return not_inferred(in);
}

enum wr_status
wr_infer_field(struct wr_infer *in)
{
	const struct wr_type *t = wr_infer_operand(in, 0);

	if (t->kind != WR_TYPE_RECORD)
		return wr_infer_refuse_shape(in, 0, WR_NONE);
	if (in->index >= t->members_len)
		return wr_infer_refuse(in, WR_NONE, WR_WHY_MEMBER, WR_NONE);
	return wr_infer_give(in, t->members[in->index].type);
}

enum wr_status
wr_infer_record(struct wr_infer *in)
{
	const struct wr_type *t = &in->types->at[in->type];
	enum wr_status s = WR_OK;

	if (t->kind != WR_TYPE_RECORD || in->operands_len != t->members_len)
		return wr_infer_refuse(in, WR_NONE, WR_WHY_MEMBER, WR_NONE);
	for (uint32_t i = 0; s == WR_OK && i < in->operands_len; i++)
		s = need_below(in, i, in->types->at[in->type].members[i].type);
	return s == WR_OK ? wr_infer_give(in, in->type) : s;
}

enum wr_status
wr_infer_with(struct wr_infer *in)
{
	enum wr_status s = WR_OK;

	if (wr_infer_operand(in, 0)->kind != WR_TYPE_RECORD)
		return wr_infer_refuse_shape(in, 0, WR_NONE);
	for (uint32_t i = 1; s == WR_OK && i < in->operands_len; i++) {
		const struct wr_type *t = wr_infer_operand(in, 0);
		uint32_t field = in->fields[i - 1];

		if (field >= t->members_len || (i > 1 && field <= in->fields[i - 2]))
			return wr_infer_refuse(in, WR_NONE, WR_WHY_MEMBER, WR_NONE);
		s = need_below(in, i, t->members[field].type);
	}
	return s == WR_OK ? wr_infer_give(in, in->operands[0]) : s;
}

enum wr_status
wr_infer_variant(struct wr_infer *in)
{
	const struct wr_type *t = &in->types->at[in->type];
	enum wr_status s;

	if (t->kind != WR_TYPE_VARIANTS || in->index >= t->members_len ||
	    t->members[in->index].type == WR_NONE)
		return wr_infer_refuse(in, WR_NONE, WR_WHY_MEMBER, WR_NONE);
	s = need_below(in, 0, t->members[in->index].type);
	return s == WR_OK ? wr_infer_give(in, in->type) : s;
}

enum wr_status
wr_infer_some(struct wr_infer *in)
{
	if (wr_infer_operand(in, 0)->kind == WR_TYPE_OPTION)
		return wr_infer_refuse(in, 0, WR_WHY_SHAPE, WR_NONE);
	return wr_infer_give(in, wr_type_option(in->types, in->operands[0]));
}

enum wr_status
wr_infer_list(struct wr_infer *in)
{
	uint32_t elem = WR_NONE;
	enum wr_status s = join_all(in, in->operands, in->operands_len, &elem);

	return s == WR_OK ? wr_infer_give_list(in, elem, in->operands_len, in->operands_len) : s;
}

enum wr_status
wr_infer_eq(struct wr_infer *in)
{
	for (uint32_t i = 0; i < 2; i++) {
		const struct wr_type *t = wr_infer_operand(in, i);

		if (t->kind == WR_TYPE_OPTION && in->types->at[t->elem].kind == WR_TYPE_NEVER)
			return wr_infer_refuse(in, i, WR_WHY_SHAPE, WR_NONE); /* that is a MATCH */
	}
	if (!wr_type_similar(in->types, in->operands[0], in->operands[1]) &&
	    !wr_type_similar(in->types, in->operands[1], in->operands[0]))
		return wr_infer_refuse(in, 1, WR_WHY_JOIN, in->operands[0]);
	return wr_infer_give(in, wr_type_bool(in->types));
}

/* REVERSE and DROP. */
enum wr_status
wr_infer_same(struct wr_infer *in)
{
	enum wr_status s = in->op == WR_OP_REVERSE ? wr_infer_need_list(in, 0) : WR_OK;

	return s == WR_OK ? wr_infer_give(in, in->operands[0]) : s;
}

enum wr_status
wr_infer_match(struct wr_infer *in)
{
	enum wr_status s;
	uint32_t arms = wr_match_arms(in->types, in->operands[0]);

	if (arms == 0 || in->roots_len != arms)
		return wr_infer_refuse(in, WR_NONE, WR_WHY_SHAPE, WR_NONE);
	s = join_all(in, in->roots, in->roots_len, &in->result);
	return s;
}

enum wr_status
wr_infer_try(struct wr_infer *in)
{
	if (in->roots_len != 2)
		return wr_infer_refuse(in, WR_NONE, WR_WHY_SHAPE, WR_NONE);
	return join_all(in, in->roots, in->roots_len, &in->result);
}

enum wr_status
wr_infer_for(struct wr_infer *in)
{
	const struct wr_type *list = wr_infer_operand(in, 0);
	uint32_t where = in->index & WR_FOR_WHERE ? 1 : 0, sort = in->index & WR_FOR_SORT ? 1 : 0;
	int64_t lo = list->lo, hi = list->hi;

	if (list->kind != WR_TYPE_LIST || in->roots_len != 1 + where + sort)
		return wr_infer_refuse(in, WR_NONE,
		    list->kind == WR_TYPE_OPTION ? WR_WHY_ABSENT : WR_WHY_SHAPE, WR_NONE);
	if (where) {
		enum wr_type_kind kind = in->types->at[in->roots[1]].kind;

		if (kind != WR_TYPE_BOOL && kind != WR_TYPE_NEVER)
			return wr_infer_refuse(
			    in, 1, WR_WHY_SHAPE, widest(in->types, WR_TYPE_BOOL));
		lo = 0;
	}
	if (sort) {
		enum wr_type_kind kind = in->types->at[in->roots[1 + where]].kind;

		if (kind != WR_TYPE_INT && kind != WR_TYPE_NUMBER && kind != WR_TYPE_TEXT &&
		    kind != WR_TYPE_BOOL && kind != WR_TYPE_NEVER)
			return wr_infer_refuse(in, 1 + where, WR_WHY_SHAPE, WR_NONE);
	}
	return wr_infer_give_list(in, in->roots[0], lo, hi);
}

/* The state is of the type that is written, before the first round and after each. */
enum wr_status
wr_infer_loop(struct wr_infer *in)
{
	enum wr_status s = need_below(in, 0, in->type);
	enum wr_type_kind until;

	if (s != WR_OK)
		return s;
	if (in->roots_len != 2)
		return wr_infer_refuse(in, WR_NONE, WR_WHY_SHAPE, WR_NONE);
	if (!wr_type_below(in->types, in->roots[0], in->type))
		return wr_infer_refuse(in, 0, WR_WHY_RANGE, in->type);
	until = in->types->at[in->roots[1]].kind;
	if (until != WR_TYPE_BOOL && until != WR_TYPE_NEVER)
		return wr_infer_refuse(in, 1, WR_WHY_SHAPE, widest(in->types, WR_TYPE_BOOL));
	return wr_infer_give(in, in->type);
}

/* It gives what it asked, so that a guard is a value like any other. */
enum wr_status
wr_infer_require(struct wr_infer *in)
{
	enum wr_status s = wr_infer_need(in, 0, WR_TYPE_BOOL);

	if (s == WR_OK)
		s = wr_infer_need(in, 1, WR_TYPE_TEXT);
	return s == WR_OK ? wr_infer_give(in, in->operands[0]) : s;
}

/* Nobody asks for its value; a node has a type. */
enum wr_status
wr_infer_do(struct wr_infer *in)
{
	if (in->roots_len != 1)
		return wr_infer_refuse(in, WR_NONE, WR_WHY_SHAPE, WR_NONE);
	return wr_infer_give(in, in->roots[0]);
}

/* An operation that takes its operands apart gives nothing when one of them can never exist. */
static bool
idle(const struct wr_infer *in)
{
	switch (in->op) {
	case WR_OP_RECORD:
	case WR_OP_WITH:
	case WR_OP_VARIANT:
	case WR_OP_SOME:
	case WR_OP_LIST:
	case WR_OP_REQUIRE:
	case WR_OP_MATCH:
	case WR_OP_FOR:
	case WR_OP_TRY:
	case WR_OP_LOOP:
	case WR_OP_DO:
		return false;
	default:
		for (uint32_t i = 0; i < in->operands_len; i++)
			if (wr_infer_operand(in, i)->kind == WR_TYPE_NEVER)
				return true;
		return false;
	}
}

enum wr_status
wr_infer(struct wr_infer *in)
{
	static enum wr_status (*const rules[])(struct wr_infer *) = {
#define OP(name, surface, min, max, imm, type_rule, label_rule, flags, meaning)                    \
	wr_infer_##type_rule,
#include "vm/format/ops.def"
#undef OP
	};
	const struct wr_op_info *row = wr_op_info(in->op);
	enum wr_status s;

	assert(row != NULL && in->operands_len >= row->operands_min &&
	       in->operands_len <= row->operands_max);
	(void)row;
	in->bad = in->wanted = in->result = WR_NONE;
	in->lo = in->hi = 0;
	if (idle(in))
		return wr_infer_give(in, wr_type_never(in->types));
	s = rules[in->op](in);
	if (s == WR_LIMIT || (s == WR_OK && in->types->at[in->result].walk > WR_TYPE_WALK_MAX))
		return wr_infer_refuse(in, WR_NONE, WR_WHY_TOO_LONG, WR_NONE);
	assert(s == WR_OK || s == WR_REFUSED || s == WR_NOMEM);
	return s;
}

uint32_t
wr_match_arms(const struct wr_types *types, uint32_t type)
{
	const struct wr_type *t = &types->at[type];

	assert(type < types->len);
	switch (t->kind) {
	case WR_TYPE_VARIANTS:
		return t->members_len;
	case WR_TYPE_OPTION:
	case WR_TYPE_BOOL:
		return 2;
	default:
		return 0;
	}
}

enum wr_status
wr_bind_type(struct wr_types *types, enum wr_op owner, uint32_t operand, uint32_t arm,
    uint32_t index, uint32_t *ret_type)
{
	const struct wr_type *t = &types->at[operand];
	uint32_t type = WR_NONE;

	assert(operand < types->len);
	if (owner == WR_OP_MATCH && index == 0) {
		if (t->kind == WR_TYPE_VARIANTS && arm < t->members_len)
			type = t->members[arm].type;
		else if (t->kind == WR_TYPE_OPTION && arm == 0)
			type = t->elem;
	} else if (owner == WR_OP_FOR && t->kind == WR_TYPE_LIST && index == 0) {
		type = t->elem;
	} else if (owner == WR_OP_FOR && t->kind == WR_TYPE_LIST && index == 1) {
		type = wr_type_int(types, 0, t->hi > 0 ? t->hi - 1 : 0);
		if (type == WR_NONE)
			return WR_NOMEM;
	} else if (owner == WR_OP_LOOP && index == 0) {
		type = operand;
	}
	*ret_type = type;
	return WR_OK;
}
