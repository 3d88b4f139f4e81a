/* Bytes and modules: what is encoded decodes to the same, and what decodes encodes to the same. */
#include "vm/format/decode.h"
#include "vm/format/encode.h"

#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/samples.h"

#include <criterion/criterion.h>

TestSuite(format, .timeout = 60);

static const char *const samples[] = { SAMPLE_SMALL, SAMPLE_CLAIMS };

enum { SAMPLES = sizeof samples / sizeof *samples };
#define ARENA_MAX ((size_t)1 << 28)

/* Decode, and when that goes well encode again: the verdict, and whether the bytes are the same. */
static enum wr_status
again(struct wr_text bytes, const struct wr_alloc *alloc, bool *ret_same, struct wr_refusal *ret_refusal)
{
	struct wr_arena arena;
	struct wr_module *module;
	struct wr_buf buf;
	enum wr_status s;

	wr_arena_init(&arena, alloc, ARENA_MAX);
	wr_buf_init(&buf, alloc, WR_MODULE_MAX);
	s = wr_decode((const uint8_t *)bytes.at, bytes.size, &arena, &module, ret_refusal);
	if (s == WR_OK) {
		s = wr_encode(module, &buf);
		*ret_same = s == WR_OK && wr_text_eq(wr_buf_view(&buf), bytes);
	}
	wr_buf_free(&buf);
	wr_arena_free(&arena);
	return s;
}

Test(format, what_is_encoded_decodes_and_encodes_the_same)
{
	struct failing_alloc f;

	failing_alloc_init(&f);
	for (int i = 0; i < SAMPLES; i++) {
		struct wr_buf file;
		struct wr_refusal refusal = { 0 };
		bool same = false;

		assemble_bytes(samples[i], &f.hook, &file);
		cr_assert_eq(again(wr_buf_view(&file), &f.hook, &same, &refusal), WR_OK, "sample %d: %s at %zu", i,
		    refusal.why, refusal.offset);
		cr_assert(same, "sample %d", i);
		wr_buf_free(&file);
	}
	cr_assert_eq(f.live_bytes, 0);
}
