/* Any bytes, formatted: refused, or the same program with the same comments, for good. */
#include "tests/support/failing_alloc.h"
#include "tests/support/formatted.h"

#include "compiler/compile_limits.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct failing_alloc memory;
	enum wr_status status;
	struct wr_buf out;
	const char *why;

	if (size > 1 << 14)
		return 0;
	failing_alloc_init(&memory);
	wr_buf_init(&out, &memory.hook, WC_SOURCE_MAX);
	why = formatted_check(
	    &memory.hook, (struct wr_text){ (const char *)data, size }, &out, &status);
	if (why != NULL) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
	wr_buf_free(&out);
	if (memory.live_bytes != 0)
		abort();
	return 0;
}
