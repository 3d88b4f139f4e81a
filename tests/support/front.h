#ifndef TESTS_SUPPORT_FRONT_H
#define TESTS_SUPPORT_FRONT_H

#include "compiler/parse.h"
#include "tests/support/failing_alloc.h"

/*
 * A test of the compiler's front: its memory, its messages, and room to write. A test is a process
 * of its own, so all of this is its own, too.
 */
extern struct failing_alloc memory;
extern struct wr_arena arena;
extern struct wc_diags diags;
extern struct wr_buf rendered;

/*
 * For .init and .fini. The end frees all, and aborts when more is left: an assertion there would
 * fail no test.
 */
void front_begin(void);
void front_end(void);

/* The file t.wf of this text, and diags anew; NULL when it does not parse. */
const struct wc_file *front_parse(struct wr_text text);

#endif
