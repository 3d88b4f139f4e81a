#ifndef TESTS_SUPPORT_CLAIM_TYPES_H
#define TESTS_SUPPORT_CLAIM_TYPES_H

#include "vm/format/types.h"

/* A few types that hold every shape there is, for tests of JSON and schemas. */
struct claim_types {
	struct wr_types types;
	struct wr_member severity_members[3], decision_members[2], line_members[2], claim_members[9];
	uint32_t severity; /* low | high | worst */
	uint32_t decision; /* pay(int 1..5_000_000) | deny */
	uint32_t line;     /* Line { text: text ..10, cents: int 1..5_000_000 } */
	uint32_t claim;    /* Claim, see the source */
};

/* arena must outlive it. */
void claim_types_init(struct claim_types *c, struct wr_arena *arena);

#endif
