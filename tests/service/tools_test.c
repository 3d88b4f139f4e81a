/* The tool inside other tools: explanations, machine formats, dependency files, build systems. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/process.h"

TestSuite(tools, .timeout = 120);

static struct process p;

Test(tools, explain_lists_all_messages_and_shows_one)
{
	static const struct {
		const char *command;
		int code;
		const char *out, *err;
	} cases[] = {
		{ "writ explain", 0, "E0302  label_decision\n", "" },
		{ "writ explain", 0, "W0801  unused\n", "" },
		{ "writ explain E0302", 0, "# E0302 label_decision\n", "" },
		{ "writ explain e0302", 0, "# E0302 label_decision\n", "" },
		{ "writ explain floating_model", 0, "# W0802 floating_model\n", "" },
		{ "writ explain E0001 E0002", 0, "# E0002 syntax\n", "" },
		{ "writ explain floating_modle", 2, "", "did you mean `floating_model`?" },
		{ "writ explain E9999", 2, "", "there is no message `E9999`" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		process_run(&p, "/", NULL, cases[i].command);
		cr_expect_eq(p.code, cases[i].code, "%s: exit %d", cases[i].command, p.code);
		cr_expect_not_null(strstr(p.out, cases[i].out), "%s: %s", cases[i].command, p.out);
		cr_expect_not_null(strstr(p.err, cases[i].err), "%s: %s", cases[i].command, p.err);
	}
}
