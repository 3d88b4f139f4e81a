/* What golden tests share: a file, and whether it still holds. It knows nothing of what is in it. */
#include "tests/support/golden.h"

#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "tests/support/failing_alloc.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN_MAX (1 << 20)

void
golden_expect(const char *path, struct wr_text got)
{
	struct wr_buf want;

	if (getenv("WRIT_BLESS") != NULL)
		cr_assert_eq(wd_file_write(path, got, 0666), WR_OK, "%s", path);
	wr_buf_init(&want, wd_alloc(), GOLDEN_MAX);
	cr_expect_eq(wd_file_read(path, &want), WR_OK, "%s", path);
	cr_expect(wr_text_eq(wr_buf_view(&want), got), "%s: want\n%.*s\ngot\n%.*s", path,
	    (int)want.size, want.size > 0 ? want.at : "", (int)got.size, got.size > 0 ? got.at : "");
	wr_buf_free(&want);
}

static void
check(const char *folder, const char *name, golden_say *say)
{
	int stem = (int)strlen(name) - 3;
	struct failing_alloc memory;
	struct wr_buf source, got;
	char path[512], *exact;

	failing_alloc_init(&memory);
	wr_buf_init(&source, wd_alloc(), GOLDEN_MAX);
	wr_buf_init(&got, &memory.hook, GOLDEN_MAX);
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	cr_assert_eq(wd_file_read(path, &source), WR_OK, "%s", path);
	exact = malloc(source.size > 0 ? source.size : 1);
	cr_assert_not_null(exact);
	if (source.size > 0)
		memcpy(exact, source.at, source.size);
	say(name, (struct wr_text){ exact, source.size }, &got);
	cr_expect_eq(got.status, WR_OK, "%s", path);
	(void)snprintf(path, sizeof path, "%s/%.*s.txt", folder, stem, name);
	golden_expect(path, wr_buf_view(&got));
	free(exact);
	wr_buf_free(&source);
	wr_buf_free(&got);
	cr_expect_eq(memory.live_bytes, 0, "%s", path);
}

unsigned
golden_each(const char *folder, golden_say *say)
{
	DIR *dir = opendir(folder);
	unsigned seen = 0;

	cr_assert(dir != NULL, "%s: run from the root of the tree", folder);
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		size_t size = strlen(e->d_name);

		if (size < 4 || strcmp(e->d_name + size - 3, ".wf") != 0)
			continue;
		check(folder, e->d_name, say);
		seen++;
	}
	(void)closedir(dir);
	return seen;
}
