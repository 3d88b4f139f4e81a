/* Any bytes as a source and as a prompt file: ends, stays in bounds, and explains each refusal. */
#include "compiler/compile_limits.h"
#include "compiler/parse.h"
#include "tests/support/failing_alloc.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wc_source source = { "fuzz.wf", (const char *)data, size };
	struct failing_alloc memory;
	struct wr_arena arena;
	struct wc_diags diags;
	struct wc_file *file = NULL;
	struct wc_template *prompt = NULL;
	struct wr_buf out;

	if (size > 1 << 16)
		return 0;
	failing_alloc_init(&memory);
	wr_arena_init(&arena, &memory.hook, WC_ARENA_MAX);
	wr_buf_init(&out, &memory.hook, 1 << 22);
	for (int form = 0; form < 2; form++) {
		enum wr_status status;

		wc_diags_init(&diags, &arena);
		status = form == 0 ? wc_parse(&arena, &source, &diags, &file) :
				     wc_parse_prompt(&arena, &source, &diags, &prompt);
		check(status == (diags.errors > 0 ? WR_MALFORMED : WR_OK));
		check(status != WR_OK || (form == 0 ? file != NULL : prompt != NULL));
		wc_diags_render(&diags, WC_DIAG_HUMAN, false, &out);
		wc_diags_render(&diags, WC_DIAG_JSON, false, &out);
		check(out.status == WR_OK);
	}
	wr_buf_free(&out);
	wr_arena_free(&arena);
	check(memory.live_bytes == 0);
	return 0;
}
