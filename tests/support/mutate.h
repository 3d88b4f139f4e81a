#ifndef TESTS_SUPPORT_MUTATE_H
#define TESTS_SUPPORT_MUTATE_H

#include "tests/support/answers.h"

/*
 * Random changes to bytecode. By bytes: some of a section replaced, put in, taken out, copied from
 * elsewhere, or the whole section from another module; lengths are written anew, so that the
 * change is reached. By meaning: a node, type, setting, label or bound of the decoded module is
 * changed and the module encoded, so that most changes get as far as the verifier.
 */
struct mutate_name {
	const char *name; /* of the last change, static */
};

/* Append the changed bytes. other may be the same module. */
void mutate_bytes(struct answers *dice, struct wr_text bytes, struct wr_text other,
    struct wr_buf *out, struct mutate_name *ret);

/* The same by meaning; bytes must decode. Nothing is appended when the change cannot be encoded. */
void mutate_module(
    struct answers *dice, struct wr_text bytes, struct wr_buf *out, struct mutate_name *ret);

/* The k-th change of one label in one set (members, inputs, result, accepts, taints). False: there
 * are not so many. */
bool mutate_label(struct wr_text bytes, uint32_t k, struct wr_buf *out);

/* Append the source with one to three changes of bytes, words and lines; ret names the last. */
void mutate_source(struct answers *dice, struct wr_text source, struct wr_text other,
    struct wr_buf *out, struct mutate_name *ret);

#endif
