/* `writ fmt` on files, folders, streams: what is written, what is not touched, what is told. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/process.h"

TestSuite(fmt_cli, .timeout = 120);

static struct process p;

static const char ugly[] = "writ 1\nconst   a=1 // one\nfn f( x:int )->int=x+a\n";
static const char pretty[] = "writ 1\n\nconst a = 1 // one\n\nfn f(x: int) -> int = x + a\n";

static void
run(const char *folder, const char *input, const char *command, int code)
{
	process_run(&p, folder, input, command);
	cr_assert_eq(p.code, code, "%s: exit %d\n%s%s", command, p.code, p.out, p.err);
}

static void
expect_file(const char *folder, const char *name, const char *want)
{
	char got[4096];

	workplace_read(folder, name, got, sizeof got);
	cr_expect_str_eq(got, want);
}

Test(fmt_cli, rewrites_in_place_and_keeps_mode_and_links)
{
	const char *folder = workplace_make();

	workplace_write(folder, "a.wf", ugly);
	run(folder, NULL, "chmod 750 a.wf && ln -s a.wf b.wf && writ fmt b.wf && stat -c %a a.wf", 0);
	cr_expect_str_eq(p.out, "750\n");
	cr_expect_not_null(strstr(p.err, "`writ pin`"), "%s", p.err);
	expect_file(folder, "a.wf", pretty);
	run(folder, NULL, "test -L b.wf && ls -A", 0);
	cr_expect_str_eq(p.out, "a.wf\nb.wf\n", "no other file is left");
	run(folder, NULL, "touch -d 2001-01-01 a.wf && writ fmt a.wf && stat -c %y a.wf", 0);
	cr_expect_eq(strncmp(p.out, "2001-01-01", 10), 0, "not touched: %s", p.out);
	cr_expect_str_empty(p.err);
	workplace_remove(folder);
}

Test(fmt_cli, checks_and_shows_without_writing)
{
	const char *folder = workplace_make();

	workplace_write(folder, "a.wf", ugly);
	workplace_write(folder, "b.wf", pretty);
	run(folder, NULL, "writ fmt --check b.wf", 0);
	cr_expect_str_empty(p.out);
	run(folder, NULL, "writ fmt --check a.wf b.wf", 1);
	cr_expect_str_eq(p.out, "a.wf\n");
	cr_expect_str_empty(p.err);
	run(folder, NULL, "writ fmt --diff a.wf b.wf", 0);
	cr_expect_eq(strncmp(p.out, "--- a.wf\n+++ a.wf\n@@ -1,3 +1,5 @@\n", 32), 0, "%s", p.out);
	cr_expect_not_null(strstr(p.out, "\n-const   a=1 // one\n"), "%s", p.out);
	run(folder, NULL, "writ fmt --diff --check a.wf", 1);
	run(folder, NULL, "writ fmt --diff --color always a.wf | grep -c \"$(printf '\\033')\"", 0);
	expect_file(folder, "a.wf", ugly);
	run(folder, NULL, "writ fmt --diff a.wf | patch -s a.wf && writ fmt --check a.wf", 0);
	expect_file(folder, "a.wf", pretty);
	workplace_remove(folder);
}

Test(fmt_cli, is_a_filter)
{
	const char *folder = workplace_make();

	run(folder, ugly, "writ fmt", 0);
	cr_expect_str_eq(p.out, pretty);
	cr_expect_str_empty(p.err);
	run(folder, pretty, "writ fmt -", 0);
	cr_expect_str_eq(p.out, pretty);
	run(folder, ugly, "writ fmt --check", 1);
	run(folder, "writ 1\nconst a = \n", "writ fmt --stdin-name x.wf", 1);
	cr_expect_str_empty(p.out);
	cr_expect_not_null(strstr(p.err, "x.wf:2"), "%s", p.err);
	workplace_remove(folder);
}

Test(fmt_cli, leaves_alone_what_is_no_program_and_goes_on)
{
	static const char broken[] = "writ 1\nconst   a = \n";
	const char *folder = workplace_make();

	workplace_write(folder, "a.wf", broken);
	workplace_write(folder, "b.wf", ugly);
	run(folder, NULL, "writ fmt a.wf b.wf", 1);
	cr_expect_not_null(strstr(p.err, "error[E0002]"), "%s", p.err);
	expect_file(folder, "a.wf", broken);
	expect_file(folder, "b.wf", pretty);
	run(folder, NULL, "writ fmt absent.wf", 2);
	run(folder, NULL, "writ fmt --error-format=json a.wf", 1);
	cr_expect_eq(p.err[0], '{', "%s", p.err);
	workplace_write(folder, "c.wf", "writ 1\nstart  f(x: int) -> text\nend  y\n");
	run(folder, NULL, "writ fmt c.wf && writ fmt --check c.wf", 0);
	workplace_remove(folder);
}

Test(fmt_cli, takes_the_sources_below_a_folder)
{
	const char *folder = workplace_make();

	run(folder, NULL, "mkdir -p src/deep .git/x && ln -s .. src/up", 0);
	workplace_write(folder, "src/b.wf", ugly);
	workplace_write(folder, "src/deep/a.wf", ugly);
	workplace_write(folder, "src/deep/a.txt", ugly);
	workplace_write(folder, ".git/x/a.wf", ugly);
	run(folder, NULL, "writ fmt --check .", 1);
	cr_expect_str_eq(p.out, "./src/b.wf\n./src/deep/a.wf\n");
	run(folder, NULL, "writ fmt src/ && writ fmt --check src", 0);
	expect_file(folder, "src/deep/a.wf", pretty);
	expect_file(folder, "src/deep/a.txt", ugly);
	workplace_remove(folder);
}

Test(fmt_cli, has_nothing_to_do_in_a_new_workspace)
{
	const char *folder = workplace_make();

	run(folder, NULL, "writ init . && writ fmt --check .", 0);
	workplace_remove(folder);
}
