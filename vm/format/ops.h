#ifndef WR_FORMAT_OPS_H
#define WR_FORMAT_OPS_H

#include "vm/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What follows an opcode in the bytes, before its operands; see vm/README.md. */
enum wr_immediate {
	WR_IMM_NONE,
	WR_IMM_VALUE,    /* node.value, guided by node.type */
	WR_IMM_INDEX,    /* node.index */
	WR_IMM_TYPE,     /* node.type: a record of the table */
	WR_IMM_TYPE_TAG, /* node.type: variants of the table; node.index: the tag */
	WR_IMM_DROP,     /* node.name, node.drops */
	WR_IMM_FOR,      /* node.index: WR_FOR_WHERE | WR_FOR_SORT | WR_FOR_DESC; node.width */
	WR_IMM_AGENT,    /* node.index: the agent */
	WR_IMM_FIELDS,   /* node.fields, and so how many operands there are */
	WR_IMM_LOOP,     /* node.type: the state's, of the table; node.index: the limit of rounds */
};

enum wr_op_flag {
	WR_OP_PURE = 1,
	WR_OP_FOLD = 2,
	WR_OP_GUARDED = 4,
	WR_OP_OWNER = 8,
	WR_OP_ROOT = 16,
};

enum wr_for_flag {
	WR_FOR_WHERE = 1, /* the second root of the block is a condition */
	WR_FOR_SORT = 2,  /* the last root of the block is a key: int, number, text or bool */
	WR_FOR_DESC = 4,  /* greatest first; only with WR_FOR_SORT */
	WR_FOR_WIDTH = 8, /* in the bytes alone: node.width follows */
};

enum wr_op {
#define OP(name, surface, min, max, imm, type_rule, label_rule, flags, meaning) WR_OP_##name,
#include "vm/format/ops.def"
#undef OP
	WR_OPS_LEN
};

/* The rules by name, so that a row can point at them and a switch can cover them. */
struct wr_op_info {
	const char *name;    /* `TEMPLATE` */
	const char *surface; /* `first`, or NULL */
	uint32_t operands_min, operands_max;
	enum wr_immediate immediate;
	unsigned flags; /* enum wr_op_flag */
	const char *meaning;
};

/* The row of an operation, or NULL for a number that is none. */
const struct wr_op_info *wr_op_info(unsigned op);

#endif
