#ifndef TESTS_SUPPORT_JUDGE_H
#define TESTS_SUPPORT_JUDGE_H

#include "vm/for_compiler.h"

/*
 * What the verifier says to a module in the text form of assemble.h. The answers live until the
 * next call.
 */

/* The code of the refusal, `ok`, or the words of another status. */
const char *judge(const char *source, struct wr_refusal *ret_refusal);

/*
 * The findings on labels and bounds, then the final verdict when it is something else, each as `code
 * node.operand labels`, for bounds `code have>allowed`; with - for what is not said, joined by `; `. Or `ok`.
 */
const char *judge_all(const char *source);

/* The computed bounds, as `calls tokens time`, also of what is refused later; else the refusal's code. */
const char *judge_bounds(const char *source);

#endif
