/*
 * Each tests/golden/compile/NAME.wf is compiled; what is said about it, and how it ended,
 * must be NAME.txt, to the byte. WRIT_BLESS=1 writes the texts instead: read the
 * difference before committing.
 */
#include "compiler/writc.h"
#include "runtime/cli/reader.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/golden.h"
#include "vm/format/module.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(compile_golden, .timeout = 60);

#define FOLDER "tests/golden/compile"
#define CLAIMS "tests/golden/claims"

/* Prompt files lie in the folder that user names; what climbs out of it is outside the root. */
static enum wr_status
read_prompt(void *user, struct wc_reading *reading)
{
	static const struct wr_text nearby[] = {{"prompts/assess.md", 17}};
	char path[512];
	struct wr_buf bytes;
	enum wr_status status;

	reading->nearby = nearby;
	reading->nearby_len = 1;
	reading->root = WR_TEXT("/src/claims");
	if (reading->path.size > 3 && memcmp(reading->path.at, "../", 3) == 0)
		return WR_REFUSED;
	snprintf(path, sizeof path, "%s/%.*s", (const char *)user, (int)reading->path.size,
	    reading->path.at);
	wr_buf_init(&bytes, wd_alloc(), 1 << 20);
	status = wd_file_read(path, &bytes);
	reading->bytes = wr_arena_text(reading->arena, wr_buf_view(&bytes));
	wr_buf_free(&bytes);
	if (status != WR_OK)
		return status;
	reading->name = wr_arena_text(reading->arena, reading->path).at;
	reading->elsewhere = reading->path.size > 7 && memcmp(reading->path.at, "shared/", 7) == 0;
	return reading->bytes.at != NULL && reading->name != NULL ? WR_OK : WR_NOMEM;
}

static void
say(const char *name, struct wr_text bytes, struct wr_buf *out)
{
	static const struct wc_options options = {.read = read_prompt,
	    .user = (void *)(uintptr_t)FOLDER,
	    .sha256 = wd_reader_sha256};
	struct wc_result result;
	struct wr_buf bytecode;
	enum wr_status status;

	wr_buf_init(&bytecode, out->alloc, WR_MODULE_MAX);
	status = wc_compile(out->alloc, name, bytes, &options, &bytecode, &result);
	wc_diags_render(&result.diags, WC_DIAG_HUMAN, false, out);
	wr_buf_str(out, status == WR_OK       ? "compiled\n"
			: status == WR_ABSENT ? "a library\n"
					      : "refused\n");
	cr_expect(status == WR_OK || status == WR_ABSENT || status == WR_REFUSED, "%s: %s (%s)",
	    name, wr_status_text(status), result.bug != NULL ? result.bug : "");
	cr_expect((status == WR_OK) == (bytecode.size > 0), "%s", name);
	cr_expect((status == WR_REFUSED) == (result.diags.errors > 0), "%s", name);
	wr_buf_free(&bytecode);
	wc_result_free(&result);
}

Test(compile_golden, says_exactly_this)
{
	cr_expect_gt(golden_each(FOLDER, say), 80);
}

/*
 * The bytes of one whole program, as hexadecimal digits: the same on every machine and with
 * every compiler and optimisation. When they change, digests that people signed change.
 */
Test(compile_golden, gives_exactly_these_bytes)
{
	static const struct wc_options options = {
	    .read = read_prompt, .user = (void *)(uintptr_t)CLAIMS};
	struct failing_alloc alloc;
	struct wc_result result;
	struct wr_buf source, bytecode, hex;

	failing_alloc_init(&alloc);
	wr_buf_init(&source, &alloc.hook, 1 << 20);
	wr_buf_init(&bytecode, &alloc.hook, WR_MODULE_MAX);
	wr_buf_init(&hex, &alloc.hook, 1 << 20);
	cr_assert_eq(wd_file_read(CLAIMS "/claims.wf", &source), WR_OK);
	cr_assert_eq(wc_compile(&alloc.hook, "claims.wf", wr_buf_view(&source), &options, &bytecode,
			 &result), WR_OK);
	cr_expect_eq(result.files_len, 2);
	for (size_t at = 0; at < bytecode.size; at += 32) {
		wr_buf_hex(
		    &hex, bytecode.at + at, bytecode.size - at < 32 ? bytecode.size - at : 32);
		wr_buf_byte(&hex, '\n');
	}
	golden_expect(CLAIMS "/claims.hex", wr_buf_view(&hex));
	wr_buf_free(&source);
	wr_buf_free(&hex);
	wr_buf_free(&bytecode);
	wc_result_free(&result);
	cr_assert_eq(alloc.live_bytes, 0);
}
