/* The library as its users meet it: `writ std`, and the tests that each module brings. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/std.h"
#include "tests/support/process.h"

TestSuite(stdlib, .timeout = 120);

static struct process p;

Test(stdlib, each_module_passes_its_own_tests)
{
	char here[4096], command[200];

	cr_assert_not_null(getcwd(here, sizeof here));
	for (unsigned i = 0; i < wc_std_len(); i++) {
		const char *name = wc_std_at(i)->path + strlen("std/");

		(void)snprintf(command, sizeof command, "writ test stdlib/tests/%.*s_test.wf",
		    (int)(strlen(name) - strlen(".wf")), name);
		process_run(&p, here, NULL, command);
		cr_expect_eq(p.code, 0, "%s: exit %d\n%s%s", command, p.code, p.out, p.err);
		cr_expect_str_eq(p.err, "", "%s: %s", command, p.err);
	}
}

Test(stdlib, is_in_the_style)
{
	char here[4096];

	cr_assert_not_null(getcwd(here, sizeof here));
	process_run(&p, here, NULL, "writ fmt --check stdlib");
	cr_expect_eq(p.code, 0, "%s%s", p.out, p.err);
}

Test(stdlib, is_listed_and_printed)
{
	static const struct {
		const char *command;
		int code;
		const char *out, *err;
	} cases[] = {
	    {"writ std", 0, "std/redact.wf         Hide what names a person", ""},
	    {"writ std", 0, "std/vote.wf", ""},
	    {"writ std redact", 0, "fn hide(", ""},
	    {"writ std std/redact.wf vote", 0, "fn median(", ""},
	    {"writ std redcat", 2, "", "the library has no module `redcat`"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		process_run(&p, "/", NULL, cases[i].command);
		cr_expect_eq(p.code, cases[i].code, "%s: exit %d", cases[i].command, p.code);
		cr_expect_not_null(strstr(p.out, cases[i].out), "%s: %s", cases[i].command, p.out);
		cr_expect_not_null(strstr(p.err, cases[i].err), "%s: %s", cases[i].command, p.err);
	}
}

/* A program that uses it builds in an empty folder, and its depfile names its source alone. */
Test(stdlib, needs_no_file)
{
	const char *folder = workplace_make();
	char deps[500];

	workplace_write(folder, "a.wf",
	    "writ 1\nuse mask from \"std/mask.wf\"\n"
	    "start a(t: text ..90) -> text ..200\nend mask(t)\n");
	process_run(&p, folder, NULL, "writ build -MD a.wf && writ pin --check a.wf");
	cr_expect_eq(p.code, 0, "%s", p.err);
	workplace_read(folder, "a.wfb.d", deps, sizeof deps);
	cr_expect_str_eq(deps, "a.wfb: a.wf\n");
	workplace_remove(folder);
}
