/* Bytes and modules: what is encoded decodes to the same, and what decodes encodes to the same. */
#include "vm/format/decode.h"
#include "vm/format/encode.h"

#include "tests/support/assemble.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/samples.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(format, .timeout = 60);

static const char *const samples[] = {SAMPLE_SMALL, SAMPLE_CLAIMS};

enum { SAMPLES = sizeof samples / sizeof *samples };
#define ARENA_MAX ((size_t)1 << 28)

/* Decode, and when that goes well encode again: the verdict, and whether the bytes are the same. */
static enum wr_status
again(struct wr_text bytes, const struct wr_alloc *alloc, bool *ret_same,
    struct wr_refusal *ret_refusal)
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
		struct wr_refusal refusal = {0};
		bool same = false;

		assemble_bytes(samples[i], &f.hook, &file);
		cr_assert_eq(again(wr_buf_view(&file), &f.hook, &same, &refusal), WR_OK,
		    "sample %d: %s at %zu", i, refusal.why, refusal.offset);
		cr_assert(same, "sample %d", i);
		wr_buf_free(&file);
	}
	cr_assert_eq(f.live_bytes, 0);
}

/* The page's own words, by hand: whoever changes one of these bytes makes another format. */
Test(format, a_small_program_byte_by_byte)
{
	static const char bytes[] = "WRIT\1\1"
				    "\1\13\2\4echo\4said"  /* strings */
				    "\2\1\0"               /* labels */
				    "\3\6\1\1\0\200\200\4" /* types: text 0..65536 */
				    "\4\1\0"               /* backends */
				    "\5\1\0"               /* agents */
				    "\6\4\1\1\0\1" /* one node, INPUT 0; the result is 1 back */
				    "\7\7\0\1\1\0\0\0\0" /* echo(said: type 0) -> type 0 */
				    "\10\4\0\0\0\0";     /* bounds */
	struct failing_alloc f;
	struct wr_buf file;

	failing_alloc_init(&f);
	assemble_bytes(SAMPLE_SMALL, &f.hook, &file);
	cr_assert_eq(file.size, sizeof bytes - 1);
	cr_assert_arr_eq(file.at, bytes, sizeof bytes - 1);
	wr_buf_free(&file);
	cr_assert_eq(f.live_bytes, 0);
}

/* A changed bit makes bytes that are refused, or another program: never the same one in other
 * bytes. */
Test(format, every_flipped_bit_is_refused_or_is_another_program)
{
	struct failing_alloc f;
	long accepted = 0;

	failing_alloc_init(&f);
	for (int i = 0; i < SAMPLES; i++) {
		struct wr_buf file;

		assemble_bytes(samples[i], &f.hook, &file);
		for (size_t bit = 0; bit < file.size * 8; bit++) {
			struct wr_refusal refusal = {0};
			bool same = false;
			enum wr_status s;

			file.at[bit / 8] ^= (char)(1 << bit % 8);
			s = again(wr_buf_view(&file), &f.hook, &same, &refusal);
			cr_assert(s == WR_OK || s == WR_MALFORMED || s == WR_LIMIT, "bit %zu: %d",
			    bit, s);
			cr_assert(s != WR_OK || same,
			    "sample %d, bit %zu: other bytes of one program", i, bit);
			cr_assert(
			    s == WR_OK || (refusal.why != NULL && refusal.offset <= file.size),
			    "bit %zu", bit);
			accepted += s == WR_OK;
			file.at[bit / 8] ^= (char)(1 << bit % 8);
		}
		wr_buf_free(&file);
	}
	cr_assert_gt(accepted, 100); /* a changed letter of a prompt is another program */
	cr_assert_eq(f.live_bytes, 0);
}

Test(format, every_truncation_and_every_byte_too_many_is_refused)
{
	struct failing_alloc f;

	failing_alloc_init(&f);
	for (int i = 0; i < SAMPLES; i++) {
		struct wr_buf file;
		struct wr_refusal refusal;
		bool same = false;

		assemble_bytes(samples[i], &f.hook, &file);
		for (size_t size = 0; size < file.size; size++) {
			/* a copy of exactly this size, so that a sanitizer sees a byte read too far
			 */
			char *cut = f.hook.fn(f.hook.user, NULL, 0, size + 1);

			memcpy(cut, file.at, size);
			cr_assert_eq(again((struct wr_text){cut, size}, &f.hook, &same, &refusal),
			    WR_MALFORMED, "sample %d, %zu bytes", i, size);
			wr_alloc_free(&f.hook, cut, size + 1);
		}
		wr_buf_byte(&file, 0);
		cr_assert_eq(again(wr_buf_view(&file), &f.hook, &same, &refusal), WR_MALFORMED);
		cr_assert_eq(refusal.offset, file.size - 1);
		wr_buf_free(&file);
	}
	cr_assert_eq(f.live_bytes, 0);
}

Test(format, survives_every_allocation_failure)
{
	struct failing_alloc plain;
	struct wr_buf file;

	failing_alloc_init(&plain);
	assemble_bytes(SAMPLE_CLAIMS, &plain.hook, &file);
	for (struct failing_alloc f = {0}; failing_alloc_next(&f);) {
		struct wr_refusal refusal;
		bool same = false;
		enum wr_status s = again(wr_buf_view(&file), &f.hook, &same, &refusal);

		cr_assert_eq(s, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		cr_assert_eq(f.live_bytes, 0);
	}
	wr_buf_free(&file);
}

Test(format, an_arena_that_is_too_small_is_a_limit)
{
	struct failing_alloc f;
	struct wr_buf file;

	failing_alloc_init(&f);
	assemble_bytes(SAMPLE_CLAIMS, &f.hook, &file);
	for (size_t max = 0; max < 20000; max += 97) {
		struct wr_arena arena;
		struct wr_module *module;
		struct wr_refusal refusal = {0};
		enum wr_status s;

		wr_arena_init(&arena, &f.hook, max);
		s = wr_decode((const uint8_t *)file.at, file.size, &arena, &module, &refusal);
		cr_assert(s == WR_LIMIT || s == WR_OK);
		cr_assert(s == WR_OK || refusal.why != NULL);
		wr_arena_free(&arena);
	}
	wr_buf_free(&file);
	cr_assert_eq(f.live_bytes, 0);
}

Test(format, a_buffer_that_is_too_small_is_a_limit)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_module *module;
	struct wr_buf whole;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, ARENA_MAX);
	module = assemble(SAMPLE_CLAIMS, &arena);
	wr_buf_init(&whole, &f.hook, WR_MODULE_MAX);
	cr_assert_eq(wr_encode(module, &whole), WR_OK);
	for (size_t max = 0; max <= whole.size; max++) {
		struct wr_buf buf;

		wr_buf_init(&buf, &f.hook, max);
		cr_assert_eq(
		    wr_encode(module, &buf), max < whole.size ? WR_LIMIT : WR_OK, "%zu", max);
		wr_buf_free(&buf);
	}
	wr_buf_free(&whole);
	wr_arena_free(&arena);
	cr_assert_eq(f.live_bytes, 0);
}

/* What came in is what was written: a look at one of each thing. */
Test(format, what_is_decoded_says_what_was_written)
{
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_module *m;
	struct wr_refusal refusal;
	struct wr_buf file;
	const struct wr_code *flow;
	const struct wr_node *n;
	const struct wr_agent *a;

	failing_alloc_init(&f);
	wr_arena_init(&arena, &f.hook, ARENA_MAX);
	assemble_bytes(SAMPLE_CLAIMS, &f.hook, &file);
	cr_assert_eq(wr_decode((const uint8_t *)file.at, file.size, &arena, &m, &refusal), WR_OK);
	wr_buf_free(&file); /* nothing refers to the bytes any more */

	cr_assert(wr_text_eq(m->labels[1].description, WR_TEXT("words from outside")));
	cr_assert_eq(m->types.at[2].members[0].labels, 3);
	cr_assert(wr_text_eq(m->types.at[2].members[0].description, WR_TEXT("what happened")));
	cr_assert_eq(m->types.at[7].members[1].type, WR_NONE);
	cr_assert_eq(m->backends[1].kind, WR_KIND_HTTP);
	cr_assert_eq(m->backends[1].taints, 2);
	a = &m->agents[0];
	cr_assert_eq(a->drops.at[0].labels, 1);
	cr_assert_eq(a->settings_len, 9);
	cr_assert_eq(wr_agent_retry(a), 2);
	cr_assert_eq(wr_agent_timeout_ms(a), WR_TIMEOUT_DEFAULT_MS);
	cr_assert_eq(a->body.blocks[0].roots_len, 4);
	cr_assert_eq(a->body.operands[a->body.blocks[0].roots], 3); /* the context */
	cr_assert_eq(wr_agent_timeout_ms(&m->agents[1]), 5000);
	flow = &m->flow;
	cr_assert_eq(m->inputs[0].labels, 1);
	cr_assert_eq(m->result_labels, 3);
	cr_assert_eq(m->bounds.width, 4);
	n = &flow->nodes[7];
	cr_assert_eq(n->op, WR_OP_CALL);
	cr_assert_eq(n->guard, 6);
	n = &flow->nodes[10];
	cr_assert_eq(n->op, WR_OP_MATCH);
	cr_assert_eq(n->blocks_len, 3);
	cr_assert_eq(flow->blocks[n->blocks + 2].owner, 10);
	cr_assert_eq(flow->blocks[n->blocks + 2].depth, 1);
	cr_assert_eq(flow->blocks[n->blocks + 1].first, flow->blocks[n->blocks + 1].end);
	cr_assert_eq(flow->nodes[14].op, WR_OP_FOR);
	cr_assert_eq(flow->nodes[15].block, flow->nodes[14].blocks);
	cr_assert_eq(flow->blocks[flow->nodes[14].blocks].roots_len, 3);
	wr_arena_free(&arena);
	cr_assert_eq(f.live_bytes, 0);
}

/* A constant has the tightest type of its value, in the assembler as in the decoder. */
Test(format, constants_have_their_tightest_types)
{
	static const struct {
		const char *constant, *type;
	} cases[] = {
	    {"5", "int 5..5"},
	    {"-9223372036854775808", "int -9_223_372_036_854_775_808..-9_223_372_036_854_775_808"},
	    {"0.5", "number 0.5..0.5"},
	    {"\"héllo\"", "text 6..6"},
	    {"\"\"", "text ..0"},
	    {"true", "bool"},
	    {"none", "none"},
	    {"some 7", "int 7..7?"},
	    {"[ ]", "[nothing] ..0"},
	    {"[ 1 5 -3 ]", "[int -3..5] 3..3"},
	    {"[ \"a\" \"abc\" ]", "[text 1..3] 2..2"},
	    {"[ none some 4 ]", "[int 4..4?] 2..2"},
	    {"[ [ ] [ 1 2 ] [ ] ]", "[[int 1..2] ..2] 3..3"},
	    {"[ [ none ] [ ] [ some [ 0.5 ] ] ]", "[[[number 0.5..0.5] 1..1?] ..1] 3..3"},
	    {"R ( 1 )", "R"},
	    {"[ D a D b ( 3 ) ]", "[D] 2..2"},
	    {"some R ( 1 )", "R?"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct failing_alloc f;
		struct wr_arena arena;
		struct wr_module *module;
		struct wr_refusal refusal = {0};
		struct wr_buf file, buf;
		char text[512];
		uint32_t type, node;

		snprintf(text, sizeof text,
		    "type I int 0 9\ntype R record R x:I\ntype D variants D a b:I\n"
		    "flow f -> I\nk = CONST %s\nend k\nwithin 0 0 0 0\n",
		    cases[i].constant);
		failing_alloc_init(&f);
		wr_arena_init(&arena, &f.hook, ARENA_MAX);
		wr_buf_init(&buf, &f.hook, 1024);
		assemble_bytes(text, &f.hook, &file);
		cr_assert_eq(
		    wr_decode((const uint8_t *)file.at, file.size, &arena, &module, &refusal),
		    WR_OK, "%s: %s", cases[i].constant, refusal.why);
		node = module->flow.nodes[0].type;
		wr_type_print(&module->types, node, &buf);
		cr_expect(wr_text_eq(wr_buf_view(&buf), wr_text_of(cases[i].type)), "%s: got %s",
		    cases[i].type, buf.at);
		cr_assert_eq(
		    wr_type_of_value(&module->types, module->flow.nodes[0].value, node, &type),
		    WR_OK);
		cr_expect(wr_type_eq(&module->types, type, node), "%s", cases[i].constant);
		wr_buf_free(&buf);
		wr_buf_free(&file);
		wr_arena_free(&arena);
		cr_assert_eq(f.live_bytes, 0);
	}
}
