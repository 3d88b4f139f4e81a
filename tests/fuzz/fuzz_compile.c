/*
 * Any bytes as a source, through all passes: ends, explains each refusal, is never refused by the
 * verifier for a reason that is ours; what compiles loads, and encodes to the same bytes.
 */
#include "compiler/writc.h"
#include "tests/support/failing_alloc.h"
#include "vm/for_compiler.h"
#include "vm/format/encode.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* A library, a workflow on it, one that closes a ring, and one that uses the first with a hash: the
 * one that every file has here. */
static const struct {
	const char *path, *bytes;
} sources[] = {
	{ "lib.wf", "writ 1\nlabel pii \"x\"\nbackend house: llm accepts @pii\ntype T { a: int 0..9, b: text ..9 @pii }\n"
		    "const c = 7\nfn f(t: T) -> text = \"{{t.a}} {{g(t.a)}}\"\nfn g(n: int 0..9) -> int = n + c\n"
		    "agent say(x: text ..99) -> text ..9 via house { model: \"m\", max_tokens: 9, user: \"{{x}}\" }\n" },
	{ "flow.wf", "writ 1\nuse say as s from \"lib.wf\"\nstart sub(n: int 0..9) -> text ..9\n"
		     "  require n > 2 else \"no\"\n  a = s(text(n))\nend a\n" },
	{ "ring.wf", "writ 1\nuse a from \"fuzz.wf\"\n" },
	{ "fuzz.wf", "writ 1\n" },
	{ "deep.wf", "writ 1\nuse c as d from \"lib.wf\" sha256:"
		     "0707070707070707070707070707070707070707070707070707070707070707\nconst c = d\n" },
};

static void
sha256(struct wr_text bytes, uint8_t ret_hash[32])
{
	(void)bytes;
	memset(ret_hash, 7, 32);
}

/* Every other path is there; half of the rest lies outside. */
static enum wr_status
read_file(void *user, struct wc_reading *reading)
{
	(void)user;
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
		if (wr_text_eq(reading->path, wr_text_of(sources[i].path))) {
			reading->name = sources[i].path;
			reading->bytes = wr_text_of(sources[i].bytes);
			return WR_OK;
		}
	if (reading->path.size % 2 != 0)
		return reading->path.size % 4 == 1 ? WR_ABSENT : WR_REFUSED;
	reading->bytes = WR_TEXT("Hello {{story}}, \\{{ and so on.\n");
	reading->name = "prompt.md";
	return WR_OK;
}

static void
check_module(const struct wr_alloc *alloc, const struct wr_buf *bytecode)
{
	struct wr_arena arena;
	struct wr_module *module;
	struct wr_refusal refusal;
	struct wr_buf again;

	wr_arena_init(&arena, alloc, 256u << 20);
	wr_buf_init(&again, alloc, WR_MODULE_MAX);
	check(wr_open((const uint8_t *)bytecode->at, bytecode->size, &arena, &module, &refusal) == WR_OK);
	check(wr_encode(module, &again) == WR_OK);
	check(wr_text_eq(wr_buf_view(bytecode), wr_buf_view(&again)));
	wr_buf_free(&again);
	wr_arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wc_options options = {.read = read_file, .sha256 = sha256};
	struct failing_alloc memory;
	struct wc_result result;
	struct wr_buf bytecode, out;
	enum wr_status status;

	if (size > 1 << 14)
		return 0;
	failing_alloc_init(&memory);
	wr_buf_init(&bytecode, &memory.hook, WR_MODULE_MAX);
	wr_buf_init(&out, &memory.hook, 1 << 22);
	status = wc_compile(&memory.hook, "fuzz.wf", (struct wr_text){(const char *)data, size}, &options,
	    &bytecode, &result);
	check(status == WR_OK || status == WR_ABSENT || status == WR_LIMIT ||
	    (status == WR_REFUSED && result.diags.errors > 0));
	check((status == WR_OK) == (bytecode.size > 0));
	wc_diags_render(&result.diags, WC_DIAG_HUMAN, false, &out);
	wc_diags_render(&result.diags, WC_DIAG_JSON, false, &out);
	check(out.status == WR_OK);
	if (status == WR_OK)
		check_module(&memory.hook, &bytecode);
	wr_buf_free(&out);
	wr_buf_free(&bytecode);
	wc_result_free(&result);
	check(memory.live_bytes == 0);
	return 0;
}
