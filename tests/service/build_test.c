/*
 * examples/build under Make, Ninja and CMake: all is made once, a comment makes nothing that hangs
 * on the bytecode, a prompt makes it again, and a deleted prompt is no error. What is not installed
 * is told and left out; nothing here is needed to build Writ.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/process.h"

TestSuite(build, .timeout = 120);

static struct process p;

static void
run(const char *folder, const char *command)
{
	process_run(&p, folder, NULL, command);
	cr_assert_eq(p.code, 0, "%s: exit %d\n%s%s", command, p.code, p.out, p.err);
}

static bool
installed(const char *program)
{
	char command[128];

	(void)snprintf(command, sizeof command, "command -v %s >/dev/null", program);
	process_run(&p, "/", NULL, command);
	return p.code == 0;
}

/* What the last step made, and when. */
static void
look(const char *folder, const char *below, char out[256])
{
	char command[128];

	(void)snprintf(command, sizeof command,
	    "stat -c '%%y' %sdigests.txt && cut -c1-64 %sdigests.txt", below, below);
	run(folder, command);
	(void)snprintf(out, 256, "%.255s", p.out);
}

static int
times_asked(void)
{
	int times = 0;

	for (const char *at = p.out; (at = strstr(at, "worst case")) != NULL; at++)
		times++;
	return times;
}

/* setup, then step again and again; below is where the step puts what it makes. */
static void
check(const char *setup, const char *step, const char *below)
{
	char folder[64], first[256], now[256], command[256];

	(void)snprintf(folder, sizeof folder, "%s", workplace_make());
	(void)snprintf(command, sizeof command, "cp -r examples/build/. '%s'", folder);
	run(".", command);
	run(folder, setup);
	run(folder, step);
	cr_expect_eq(times_asked(), 1, "%s: %s", step, p.out);
	look(folder, below, first);
	run(folder, step);
	cr_expect_eq(times_asked(), 0, "%s: nothing changed, and it ran: %s", step, p.out);

	run(folder, "sleep 0.05; echo '// a comment' >>hello.wf");
	run(folder, step);
	cr_expect_eq(times_asked(), 1, "%s: %s", step, p.out);
	look(folder, below, now);
	cr_expect_str_eq(now, first, "%s: a comment reached what hangs on the bytecode", step);

	run(folder, "sleep 0.05; echo 'Be brief.' >>prompts/greet.md");
	run(folder, step);
	cr_expect_eq(times_asked(), 1, "%s: %s", step, p.out);
	look(folder, below, now);
	cr_expect_str_neq(now, first, "%s: a prompt did not reach it", step);

	run(folder, "sleep 0.05; rm prompts/greet.md; sed -i 's,file "
		    "\"prompts/greet.md\",\"Greet.\",' hello.wf");
	run(folder, step);
	cr_expect_eq(times_asked(), 1, "%s: %s", step, p.out);
	workplace_remove(folder);
}

Test(build, make_builds_what_changed_and_no_more)
{
	if (!installed("make"))
		cr_skip("make is not installed: its example was not tried");
	check("true", "env -u MAKEFLAGS -u MAKELEVEL make", "");
}

Test(build, ninja_builds_what_changed_and_no_more)
{
	if (!installed("ninja"))
		cr_skip("ninja is not installed: its example was not tried");
	check("true", "ninja -v", "");
}

Test(build, cmake_builds_what_changed_and_no_more)
{
	if (!installed("cmake"))
		cr_skip("cmake is not installed: its example was not tried");
	if (installed("ninja"))
		check("cmake -G Ninja -S . -B out", "cmake --build out", "out/");
	check("cmake -G 'Unix Makefiles' -S . -B out",
	    "env -u MAKEFLAGS -u MAKELEVEL cmake --build out", "out/");
}

/* The command of each hook, as pre-commit runs it: with the names of the changed files behind it.
 */
Test(build, commits_of_wrong_programs_are_stopped)
{
	static const char *const files[] = { ".pre-commit-hooks.yaml",
		"examples/build/.pre-commit-config.yaml" };
	char command[512];

	for (int i = 0; i < 4; i++) {
		const char *file = files[i / 2];

		for (int wrong = 0; wrong < 2; wrong++) {
			(void)snprintf(command, sizeof command,
			    "entry=$(sed -n 's/^ *entry: //p' %s | sed -n %dp) && "
			    "grep -q 'files: ..wf\\$$' %s && $entry examples/build/hello.wf %s",
			    file, i % 2 + 1, file, wrong ? "compiler/explain/README.md" : "");
			process_run(&p, ".", NULL, command);
			cr_expect_eq(p.code, wrong, "%s: exit %d: %s", file, p.code, p.err);
		}
	}
}
