/* The rows of ops.def, for those who look them up by number. */
#include "vm/format/ops.h"

#define PURE WR_OP_PURE
#define FOLD WR_OP_FOLD
#define GUARDED WR_OP_GUARDED
#define OWNER WR_OP_OWNER
#define ROOT WR_OP_ROOT

static const struct wr_op_info rows[] = {
#define OP(name, surface, min, max, imm, type_rule, label_rule, flags, meaning)                    \
	{#name, surface, min, max, WR_IMM_##imm, flags, meaning},
#include "vm/format/ops.def"
#undef OP
};

_Static_assert(
    sizeof rows / sizeof *rows == WR_OPS_LEN && WR_OPS_LEN <= 255, "an opcode is a byte");

const struct wr_op_info *
wr_op_info(unsigned op)
{
	return op < WR_OPS_LEN ? &rows[op] : NULL;
}
