#ifndef WR_FORMAT_INFER_RULES_H
#define WR_FORMAT_INFER_RULES_H

#include "vm/format/infer.h"

/* Between the files of inference: one rule for each name in the type column of ops.def. */
#define OP(name, surface, min, max, imm, type_rule, label_rule, flags, meaning)                    \
	enum wr_status wr_infer_##type_rule(struct wr_infer *in);
#include "vm/format/ops.def"
#undef OP

/* The type of operand i. Good until a type is added. */
static inline const struct wr_type *
wr_infer_operand(const struct wr_infer *in, uint32_t i)
{
	return &in->types->at[in->operands[i]];
}

/* Hand on a type that was just made, or say that memory is out. */
static inline enum wr_status
wr_infer_give(struct wr_infer *in, uint32_t type)
{
	if (type == WR_NONE)
		return WR_NOMEM;
	in->result = type;
	return WR_OK;
}

/* Always WR_REFUSED. wanted may be WR_NONE. */
enum wr_status wr_infer_refuse(
    struct wr_infer *in, uint32_t bad, enum wr_infer_why why, uint32_t wanted);

/* The same for an operand of a wrong shape: WR_WHY_ABSENT when it is an option. */
enum wr_status wr_infer_refuse_shape(struct wr_infer *in, uint32_t bad, uint32_t wanted);

/* The same for what grows too large; says how far in lo and hi. */
enum wr_status wr_infer_refuse_size(
    struct wr_infer *in, enum wr_infer_why why, double lo, double hi);

/* A text or list of lo..hi bytes or items: refused when it may pass the largest bound there is. */
enum wr_status wr_infer_give_text(struct wr_infer *in, int64_t lo, int64_t hi);
enum wr_status wr_infer_give_list(struct wr_infer *in, uint32_t elem, int64_t lo, int64_t hi);

/* WR_OK when operand i is of a kind that has no members and no type inside; else refused. */
enum wr_status wr_infer_need(struct wr_infer *in, uint32_t i, enum wr_type_kind kind);

/* The same for an int that is never negative: a count. */
enum wr_status wr_infer_need_count(struct wr_infer *in, uint32_t i);

/* The same for a list; and for a list whose items are of a kind without members. */
enum wr_status wr_infer_need_list(struct wr_infer *in, uint32_t i);
enum wr_status wr_infer_need_list_of(struct wr_infer *in, uint32_t i, enum wr_type_kind kind);

#endif
