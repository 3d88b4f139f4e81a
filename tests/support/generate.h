#ifndef TESTS_SUPPORT_GENERATE_H
#define TESTS_SUPPORT_GENERATE_H

#include "vm/base/buf.h"

/*
 * Random programs, appended to out: the same seed gives the same bytes. Most of them compile; what
 * does not is refused for a reason. No Criterion is needed.
 */
void generate_steps(uint64_t seed, struct wr_buf *out);
void generate_values(uint64_t seed, struct wr_buf *out);

#endif
