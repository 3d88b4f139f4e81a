#ifndef WR_FORMAT_INFER_H
#define WR_FORMAT_INFER_H

#include "vm/format/module.h"

/*
 * The type of a node from the types of its operands: one function for the verifier
 * and the compiler, so there is one interval arithmetic. Owners: MATCH joins its
 * arms, FOR makes a list, LOOP keeps its state's type, DO has what its block has; all
 * are given the types of their blocks' roots.
 *
 * Not for CONST (its type comes with it), INPUT, BIND, CALL: see wr_bind_type.
 */
struct wr_infer {
	struct wr_types *types;
	enum wr_op op;
	uint32_t index;             /* the immediate */
	uint32_t type;              /* the immediate of RECORD, VARIANT and LOOP */
	const uint32_t *operands;   /* their types */
	const struct wr_value *const *constants; /* the value of a CONST operand, or NULL */
	uint32_t operands_len;
	const uint32_t *fields;     /* the immediate of WITH: of each operand but the first */
	const uint32_t *roots;      /* OWNER: types of its blocks' roots, all blocks in order */
	uint32_t roots_len;

	/* Out. */
	uint32_t result;            /* WR_OK */
	uint32_t bad;               /* WR_REFUSED: the operand (owners: root), or WR_NONE */
	enum wr_infer_why {
		WR_WHY_SHAPE,    /* of a wrong type; `wanted` says which would do, or is WR_NONE */
		WR_WHY_RANGE,    /* out of range; wanted is the type it had to be below */
		WR_WHY_OVERFLOW, /* the result may leave int; lo and hi say how far, in double */
		WR_WHY_ZERO,     /* may divide by zero */
		WR_WHY_CONSTANT, /* this operand must be a constant (or a non-empty one) */
		WR_WHY_JOIN,     /* operands or arms have no common type */
		WR_WHY_PRINT,    /* may not stand in a text */
		WR_WHY_ABSENT,   /* an option where its value is needed */
		WR_WHY_TOO_LONG, /* a text or list past the largest bound there is */
		WR_WHY_MEMBER,   /* no such field or variant index */
	} why;
	uint32_t wanted;
	double lo, hi;
};

/* WR_OK, WR_REFUSED or WR_NOMEM. Constant time but for the number of operands and members. */
WR_MUST_CHECK enum wr_status wr_infer(struct wr_infer *infer);

/*
 * What BIND `index` is in block number `arm` of an owner whose operand has the type
 * `operand` (of a LOOP: whose state has it): a payload, the value of some, an element, an
 * index, a state. WR_NONE in *ret_type when nothing is bound there. WR_OK or WR_NOMEM.
 */
WR_MUST_CHECK enum wr_status wr_bind_type(struct wr_types *types, enum wr_op owner,
    uint32_t operand, uint32_t arm, uint32_t index, uint32_t *ret_type);

/*
 * How many blocks a MATCH on this type has, 0 if none can be: variants one each in
 * declaration order; an option two, `some` then `none`; a bool two, `true` then `false`.
 */
uint32_t wr_match_arms(const struct wr_types *types, uint32_t type);

#endif
