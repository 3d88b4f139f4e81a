/*
 * Each tests/golden/show/NAME.wf is compiled; its page and its listing must be NAME.txt, to the
 * byte, and its source must compile to the same bytes. WRIT_BLESS=1 writes the texts instead: read the
 * difference before committing.
 */
#include "compiler/compile_limits.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/flow_file.h"
#include "tests/support/golden.h"
#include "vm/for_compiler.h"
#include "vm/view/decompile.h"
#include "vm/view/disassemble.h"
#include "vm/view/show.h"
#include "vm/writ_vm.h"

#include <criterion/criterion.h>

TestSuite(golden_show, .timeout = 60);

#define FOLDER "tests/golden/show"
#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
round_trip(const char *name, const struct wr_module *module, const struct wr_buf *bytes)
{
	struct wr_buf source, again, said;

	wr_buf_init(&source, bytes->alloc, WC_SOURCE_MAX);
	wr_buf_init(&again, bytes->alloc, WR_MODULE_MAX);
	wr_buf_init(&said, bytes->alloc, 1 << 20);
	cr_assert_eq(wr_decompile(module, &source), WR_OK);
	cr_assert_eq(flow_compile(bytes->alloc, wr_buf_view(&source), &again, &said), WR_OK, "%s: %s\n%s", name, said.at,
	    source.at);
	cr_expect(wr_text_eq(wr_buf_view(bytes), wr_buf_view(&again)), "%s: other bytes from\n%s", name, source.at);
	wr_buf_free(&said);
	wr_buf_free(&again);
	wr_buf_free(&source);
}

static void
show(const char *name, const struct wr_buf *bytes, struct wr_buf *out)
{
	struct wr_load_refusal refusal;
	struct wr_module *module;

	cr_assert_eq(wr_load((const uint8_t *)bytes->at, bytes->size, bytes->alloc, &module, &refusal), WR_OK);
	round_trip(name, module, bytes);
	cr_assert_eq(wr_show(module, wr_module_summary(module), WR_TEXT(DIGEST), bytes->size, out), WR_OK);
	wr_buf_str(out, "\n");
	cr_assert_eq(wr_disassemble(module, out), WR_OK);
	wr_module_free(module);
}

static void
say(const char *name, struct wr_text source, struct wr_buf *out)
{
	struct wr_buf bytes, said;

	wr_buf_init(&bytes, out->alloc, WR_MODULE_MAX);
	wr_buf_init(&said, out->alloc, 1 << 20);
	cr_assert_eq(flow_compile(out->alloc, source, &bytes, &said), WR_OK, "%s: %s", name, said.at);
	show(name, &bytes, out);
	wr_buf_free(&said);
	wr_buf_free(&bytes);
}

Test(golden_show, says_what_it_said_before)
{
	cr_expect_geq(golden_each(FOLDER, say), 4);
}

Test(golden_show, says_what_it_said_of_a_program_with_prompts_beside_it)
{
	struct failing_alloc f;
	struct wr_buf bytes, said, page;

	failing_alloc_init(&f);
	wr_buf_init(&bytes, &f.hook, WR_MODULE_MAX);
	wr_buf_init(&said, &f.hook, 1 << 20);
	wr_buf_init(&page, &f.hook, 1 << 20);
	cr_assert_eq(flow_file_compile(&f.hook, "examples/claims/claims.wf", &bytes, &said), WR_OK, "%s", said.at);
	show("claims", &bytes, &page);
	golden_expect(FOLDER "/claims.txt", wr_buf_view(&page));
	wr_buf_free(&page);
	wr_buf_free(&said);
	wr_buf_free(&bytes);
	cr_expect_eq(f.live_bytes, 0);
}
