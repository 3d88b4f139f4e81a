#ifndef TESTS_SUPPORT_TYPED_H
#define TESTS_SUPPORT_TYPED_H

#include "vm/format/infer.h"

#include "tests/support/failing_alloc.h"

/* Types and operands from text, for tests of inference. */

#define OPERANDS 8

/* A table of types that holds R { a: int 0..9, b: text ..5? }; P = no | maybe; D = pay(int 0..9) |
 * deny */
struct typed {
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_types types;
	uint32_t record, plain, loaded;
	const char *at; /* of a description being read */
};

/* What wr_infer is asked about one node. */
struct typed_node {
	uint32_t operands[OPERANDS], roots[OPERANDS];
	struct wr_value values[OPERANDS];
	const struct wr_value *constants[OPERANDS];
	struct wr_infer in;
};

void typed_begin(struct typed *x);
void typed_finish(struct typed *x); /* and nothing is left over */

/* int 0 9 | text 0 5 | number 0 1 | bool | never | opt TYPE | list 0 8 TYPE | R | P | D */
uint32_t typed_type(struct typed *x, const char *text);

/* Operands between `;`, then roots after `|`. An operand is a type, or a constant: `= 5`, `= 0.5`,
 * `= "text"`. */
void typed_node(struct typed *x, struct typed_node *n, enum wr_op op, uint32_t index, uint32_t type,
    const char *text);

#endif
