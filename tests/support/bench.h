#ifndef TESTS_SUPPORT_BENCH_H
#define TESTS_SUPPORT_BENCH_H

#include "vm/base/buf.h"

/*
 * Times of the processor, as the least of several. Nothing here fails by time: machines differ, and
 * are shared. So each speed is printed beside that of something well known, of the same bytes in
 * the same run.
 */

/* Seconds that work takes: the least of at least 3 times, and of a fifth of a second. */
double bench_time(void (*work)(void *user), void *user);

/* Seconds that SHA-256 of these bytes takes. */
double bench_sha256(struct wr_text bytes);

/* Print to the buffer; aborts when there is no room. */
__attribute__((format(printf, 2, 3))) void bench_put(struct wr_buf *out, const char *format, ...);

#endif
