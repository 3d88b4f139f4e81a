/* Dependency files: what Make, Ninja and CMake read back is what was meant. */
#include "runtime/cli/depfile.h"
#include "runtime/cli/messages.h"
#include "tests/support/failing_alloc.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

TestSuite(depfile, .timeout = 20);

static struct failing_alloc memory;

static void
expect(const char *target, const char *const *files, size_t len, bool empty, const char *want)
{
	struct wr_buf out;

	failing_alloc_init(&memory);
	wr_buf_init(&out, &memory.hook, 1 << 16);
	cr_expect(wd_depfile(&out, target, files, len, empty));
	cr_expect(wr_text_eq(wr_buf_view(&out), wr_text_of(want)), "want\n%s\ngot\n%.*s", want,
	    (int)out.size, out.at);
	wr_buf_free(&out);
	cr_expect_eq(memory.live_bytes, 0);
}

Test(depfile, lists_each_file_once_in_order)
{
	static const char *const files[] = { "b.wf", "prompts/z.md", "a.md", "b.wf",
		"prompts/z.md" };

	expect("b.wfb", files, 5, false, "b.wfb: a.md \\\n  b.wf \\\n  prompts/z.md\n");
	expect("b.wfb", files, 1, true, "b.wfb: b.wf\n\nb.wf:\n");
	expect("b.wfb", NULL, 0, true, "b.wfb:\n");
}

Test(depfile, escapes_what_make_would_take_for_its_own)
{
	static const struct {
		const char *name, *want;
	} cases[] = {
		{ "my claims.wf", "t: my\\ claims.wf\n" },
		{ "a#b", "t: a\\#b\n" },
		{ "$HOME", "t: $$HOME\n" },
		{ "c:x", "t: c\\:x\n" },
		{ "a\\b", "t: a\\b\n" },
		{ "a\\ b", "t: a\\\\\\ b\n" },
		{ "\xC3\xA9.md", "t: \xC3\xA9.md\n" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect("t", &cases[i].name, 1, false, cases[i].want);
}

Test(depfile, refuses_what_cannot_be_said_and_says_when_memory_is_out)
{
	const char *bad = "a\nb", *good = "a";
	struct failing_alloc f = { 0 };
	struct wr_buf out;

	failing_alloc_init(&memory);
	wr_buf_init(&out, &memory.hook, 1 << 16);
	cr_expect(!wd_depfile(&out, "t", &bad, 1, false));
	cr_expect(!wd_depfile(&out, bad, &good, 1, false));
	wr_buf_free(&out);
	while (failing_alloc_next(&f)) {
		wr_buf_init(&out, &f.hook, 1 << 16);
		cr_expect(wd_depfile(&out, "t", &good, 1, false));
		cr_expect_eq(out.status, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		wr_buf_free(&out);
	}
}

Test(depfile, paths_are_told_from_here)
{
	static const struct {
		const char *path, *want;
	} cases[] = {
		{ "a.wf", "a.wf" },
		{ "/usr/lib/a.wf", "a.wf" },
		{ "/usr/lib/x/a.wf", "x/a.wf" },
		{ "/usr/a.wf", "../a.wf" },
		{ "/usr/library/a.wf", "../library/a.wf" },
		{ "/a.wf", "../../a.wf" },
		{ "/usr/lib", "." },
		{ "/usr", ".." },
	};
	char out[PATH_MAX];

	cr_assert_eq(chdir("/usr/lib"), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_expect(wd_path_from_here(cases[i].path, out));
		cr_expect_str_eq(out, cases[i].want, "%s: %s", cases[i].path, out);
	}
}
