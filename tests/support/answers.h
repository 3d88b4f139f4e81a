#ifndef TESTS_SUPPORT_ANSWERS_H
#define TESTS_SUPPORT_ANSWERS_H

#include "vm/format/module.h"
#include "vm/writ_vm.h"

/*
 * Random JSON that a run takes: of a type, for a call, for the inputs of a flow, or of a
 * JSON Schema as the machine writes it. The same state gives the same bytes. Lists and texts
 * are short where their types let them be; no Criterion is needed.
 */
struct answers {
	uint64_t state;
	uint64_t secret; /* labels: what is declared with one of them is drawn with the twist */
	uint64_t twist;  /* all else is the same, whatever this is */
};

/* A generator for this seed and these words. */
struct answers answers_for(uint64_t seed, const char *words);

/* 0 to n - 1. */
uint32_t answers_roll(struct answers *a, uint32_t n);

/* A value of a type. Failure is in out->status. */
void answer_type(
    struct answers *a, const struct wr_types *types, uint32_t type, struct wr_buf *out);

/* What the backend of this call of the module could say, as it travels. */
void answer_call(struct answers *a, const struct wr_module *module, const struct wr_call *call,
    struct wr_buf *out);

/* An object with one member for each input. */
void answer_inputs(struct answers *a, const struct wr_module *module, struct wr_buf *out);

/*
 * A value that this schema allows. Schemas say nothing of the lengths of texts, so these are
 * of 0 to 3 bytes. False, and nothing useful written, when it is no schema of the machine's.
 */
bool answer_schema(struct answers *a, struct wr_text schema, struct wr_buf *out);

#endif
