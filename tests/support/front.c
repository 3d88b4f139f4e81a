/* What tests of lexer, parser and messages begin and end with. */
#include "tests/support/front.h"

#include "compiler/compile_limits.h"

#include <stdio.h>
#include <stdlib.h>

struct failing_alloc memory;
struct wr_arena arena;
struct wc_diags diags;
struct wr_buf rendered;

void
front_begin(void)
{
	failing_alloc_init(&memory);
	wr_arena_init(&arena, &memory.hook, WC_ARENA_MAX);
	wc_diags_init(&diags, &arena);
	wr_buf_init(&rendered, &memory.hook, 4 << 20);
}

void
front_end(void)
{
	wr_buf_free(&rendered);
	wr_arena_free(&arena);
	if (memory.live_bytes == 0)
		return;
	(void)fprintf(stderr, "%ld bytes are left\n", memory.live_bytes);
	abort();
}

const struct wc_file *
front_parse(struct wr_text text)
{
	static struct wc_source source;
	struct wc_file *file = NULL;

	wc_diags_init(&diags, &arena);
	source = (struct wc_source){ "t.wf", text.at, text.size };
	return wc_parse(&arena, &source, &diags, &file) == WR_OK ? file : NULL;
}
