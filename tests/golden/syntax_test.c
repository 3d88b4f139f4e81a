/*
 * Each tests/golden/syntax/NAME.wf is parsed; what is said about it must be NAME.txt,
 * to the byte. WRIT_BLESS=1 writes the texts instead: read the difference before committing.
 */
#include "compiler/compile_limits.h"
#include "compiler/parse.h"
#include "tests/support/failing_alloc.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(syntax, .timeout = 60);

#define FOLDER "tests/golden/syntax"

static struct wr_text
read_all(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *bytes = malloc(1 << 20);
	size_t size;

	cr_assert(bytes != NULL);
	if (f == NULL) {
		free(bytes);
		return (struct wr_text){ NULL, 0 };
	}
	size = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	return (struct wr_text){ bytes, size };
}

static void
say(const char *name, struct wr_text bytes, const struct wr_alloc *alloc, struct wr_buf *out)
{
	struct wc_source source = { name, bytes.at, bytes.size };
	struct wr_arena arena;
	struct wc_diags diags;
	struct wc_file *file = NULL;
	enum wr_status status;

	wr_arena_init(&arena, alloc, WC_ARENA_MAX);
	wc_diags_init(&diags, &arena);
	wr_buf_init(out, alloc, 1 << 20);
	status = wc_parse(&arena, &source, &diags, &file);
	cr_expect_eq(status, diags.errors > 0 ? WR_MALFORMED : WR_OK, "%s", name);
	wc_diags_render(&diags, WC_DIAG_HUMAN, false, out);
	cr_expect_eq(out->status, WR_OK);
	wr_arena_free(&arena);
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
		if (got.size > 0)
			fwrite(got.at, 1, got.size, f);
		fclose(f);
	}
	want = read_all(path);
	cr_expect(want.at != NULL && wr_text_eq(want, wr_buf_view(&got)),
	    "%s: want\n%.*s\ngot\n%.*s", name, (int)want.size, want.at, (int)got.size,
	    got.size > 0 ? got.at : "");
	free((void *)(uintptr_t)want.at);
	free((void *)(uintptr_t)bytes.at);
	wr_buf_free(&got);
}

Test(syntax, says_exactly_this)
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
	cr_assert(count > 40);
	cr_assert_eq(alloc.live_bytes, 0);
}
