/* Clocks and references of the benchmarks. */
#include "tests/support/bench.h"

#include "runtime/trust/crypto.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double
bench_time(void (*work)(void *user), void *user)
{
	double least = 1e9, begin = now();

	for (int i = 0; i < 3 || now() - begin < 0.2; i++) {
		double from = now(), took;

		work(user);
		took = now() - from;
		least = took < least ? took : least;
		if (took > 2)
			break;
	}
	return least;
}

static void
digest(void *user)
{
	volatile uint8_t keep = wd_sha256(*(struct wr_text *)user).at[0];

	(void)keep;
}

double
bench_sha256(struct wr_text bytes)
{
	return bench_time(digest, &bytes);
}

void
bench_put(struct wr_buf *out, const char *format, ...)
{
	char line[4096];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof line)
		abort();
	wr_buf_add(out, line, (size_t)n);
	if (out->status != WR_OK)
		abort();
}
