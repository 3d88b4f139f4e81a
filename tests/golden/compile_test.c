/*
 * Each tests/golden/compile/NAME.wf is compiled; what is said about it, and how it ended,
 * must be NAME.txt, to the byte. WRIT_BLESS=1 writes the texts instead: read the
 * difference before committing.
 */
#include "compiler/writc.h"
#include "runtime/cli/reader.h"
#include "tests/support/failing_alloc.h"
#include "vm/format/module.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(compile_golden, .timeout = 60);

#define FOLDER "tests/golden/compile"
#define CLAIMS "tests/golden/claims"

static struct wr_text
read_all(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *bytes = malloc(1 << 20);
	size_t size;

	cr_assert(bytes != NULL);
	if (f == NULL) {
		free(bytes);
		return (struct wr_text){NULL, 0};
	}
	size = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	return (struct wr_text){bytes, size};
}

/* Prompt files lie in the folder that user names; what climbs out of it is outside the root. */
static enum wr_status
read_prompt(void *user, struct wc_reading *reading)
{
	static const struct wr_text nearby[] = {{"prompts/assess.md", 17}};
	char path[512];
	struct wr_text bytes;

	reading->nearby = nearby;
	reading->nearby_len = 1;
	reading->root = WR_TEXT("/src/claims");
	if (reading->path.size > 3 && memcmp(reading->path.at, "../", 3) == 0)
		return WR_REFUSED;
	snprintf(path, sizeof path, "%s/%.*s", (const char *)user, (int)reading->path.size,
	    reading->path.at);
	bytes = read_all(path);
	if (bytes.at == NULL)
		return WR_ABSENT;
	reading->bytes = wr_arena_text(reading->arena, bytes);
	reading->name = wr_arena_text(reading->arena, reading->path).at;
	reading->elsewhere = reading->path.size > 7 && memcmp(reading->path.at, "shared/", 7) == 0;
	free((void *)(uintptr_t)bytes.at);
	return reading->bytes.at != NULL && reading->name != NULL ? WR_OK : WR_NOMEM;
}

static void
say(const char *name, struct wr_text bytes, const struct wr_alloc *alloc, struct wr_buf *out)
{
	static const struct wc_options options = {.read = read_prompt,
	    .user = (void *)(uintptr_t)FOLDER,
	    .sha256 = wd_reader_sha256};
	struct wc_result result;
	struct wr_buf bytecode;
	enum wr_status status;

	wr_buf_init(out, alloc, 1 << 20);
	wr_buf_init(&bytecode, alloc, WR_MODULE_MAX);
	status = wc_compile(alloc, name, bytes, &options, &bytecode, &result);
	wc_diags_render(&result.diags, WC_DIAG_HUMAN, false, out);
	wr_buf_str(out, status == WR_OK       ? "compiled\n"
			: status == WR_ABSENT ? "a library\n"
					      : "refused\n");
	cr_expect(status == WR_OK || status == WR_ABSENT || status == WR_REFUSED, "%s: %s (%s)",
	    name, wr_status_text(status), result.bug != NULL ? result.bug : "");
	cr_expect((status == WR_OK) == (bytecode.size > 0), "%s", name);
	cr_expect((status == WR_REFUSED) == (result.diags.errors > 0), "%s", name);
	cr_expect_eq(out->status, WR_OK);
	wr_buf_free(&bytecode);
	wc_result_free(&result);
}

static void
check(const char *name, const struct wr_alloc *alloc)
{
	char path[512];
	struct wr_text bytes, want;
	struct wr_buf got;

	snprintf(path, sizeof path, FOLDER "/%s", name);
	bytes = read_all(path);
	say(name, bytes, alloc, &got);
	memcpy(path + strlen(path) - 3, ".txt", 5);
	if (getenv("WRIT_BLESS") != NULL) {
		FILE *f = fopen(path, "wb");

		cr_assert(f != NULL);
		fwrite(got.at, 1, got.size, f);
		fclose(f);
	}
	want = read_all(path);
	cr_expect(want.at != NULL && wr_text_eq(want, wr_buf_view(&got)),
	    "%s: want\n%.*s\ngot\n%.*s", name, (int)want.size, want.at, (int)got.size, got.at);
	free((void *)(uintptr_t)want.at);
	free((void *)(uintptr_t)bytes.at);
	wr_buf_free(&got);
}

Test(compile_golden, says_exactly_this)
{
	struct failing_alloc alloc;
	struct dirent *entry;
	DIR *folder = opendir(FOLDER);
	int count = 0;

	cr_assert(folder != NULL, "run from the root of the tree");
	failing_alloc_init(&alloc);
	while ((entry = readdir(folder)) != NULL) {
		size_t size = strlen(entry->d_name);

		if (size > 3 && strcmp(entry->d_name + size - 3, ".wf") == 0) {
			check(entry->d_name, &alloc.hook);
			count++;
		}
	}
	closedir(folder);
	cr_assert(count > 80);
	cr_assert_eq(alloc.live_bytes, 0);
}

/*
 * The bytes of one whole program, as hexadecimal digits: the same on every machine and with
 * every compiler and optimisation. When they change, digests that people signed change.
 */
Test(compile_golden, gives_exactly_these_bytes)
{
	static const struct wc_options options = {
	    .read = read_prompt, .user = (void *)(uintptr_t)CLAIMS};
	struct wr_text bytes = read_all(CLAIMS "/claims.wf"), want;
	struct failing_alloc alloc;
	struct wc_result result;
	struct wr_buf bytecode, hex;

	failing_alloc_init(&alloc);
	wr_buf_init(&bytecode, &alloc.hook, WR_MODULE_MAX);
	wr_buf_init(&hex, &alloc.hook, 1 << 20);
	cr_assert_eq(
	    wc_compile(&alloc.hook, "claims.wf", bytes, &options, &bytecode, &result), WR_OK);
	cr_expect_eq(result.files_len, 2);
	for (size_t at = 0; at < bytecode.size; at += 32) {
		wr_buf_hex(
		    &hex, bytecode.at + at, bytecode.size - at < 32 ? bytecode.size - at : 32);
		wr_buf_byte(&hex, '\n');
	}
	if (getenv("WRIT_BLESS") != NULL) {
		FILE *f = fopen(CLAIMS "/claims.hex", "wb");

		cr_assert(f != NULL);
		fwrite(hex.at, 1, hex.size, f);
		fclose(f);
	}
	want = read_all(CLAIMS "/claims.hex");
	cr_expect(want.at != NULL && wr_text_eq(want, wr_buf_view(&hex)), "the bytes are\n%.*s",
	    (int)hex.size, hex.at);
	free((void *)(uintptr_t)want.at);
	free((void *)(uintptr_t)bytes.at);
	wr_buf_free(&hex);
	wr_buf_free(&bytecode);
	wc_result_free(&result);
	cr_assert_eq(alloc.live_bytes, 0);
}
