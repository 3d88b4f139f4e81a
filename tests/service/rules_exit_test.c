/*
 * The rule of exit codes, everywhere: 0 yes, 1 no, 2 trouble, 3 cannot tell. Each command says each
 * of them where it can. 70, a bug, is nothing that a test can cause.
 */
#include "tests/support/process.h"

#include <criterion/criterion.h>

TestSuite(rules_exit, .timeout = 120);

static struct process p;

static const struct {
	const char *rule, *command;
	int code;
} cases[] = {
	/* Yes. */
	{ "a right program", "writ check hello.wf", 0 },
	{ "warnings are no errors", "writ check warned.wf", 0 },
	{ "built", "writ build hello.wf -o hello.wfb", 0 },
	{ "equal programs", "writ diff hello.wf hello.wfb", 0 },
	{ "tests that hold", "writ test tested.wf", 0 },
	{ "a run to its end", "writ run hello.wf --input input.json", 0 },
	/* No: wrong program, refused, refuted, differs. */
	{ "a wrong program", "writ check wrong.wf", 1 },
	{ "is not built", "writ build wrong.wf -o x.wfb", 1 },
	{ "warnings that are denied", "writ check --deny=unused warned.wf", 1 },
	{ "tests that do not hold", "writ test failing.wf", 1 },
	{ "bytes that are no program", "writ show junk.wfb", 1 },
	{ "programs that differ", "writ diff hello.wf other.wf", 1 },
	{ "input that does not fit", "echo '{}' | writ run hello.wf", 1 },
	{ "a require that does not hold", "echo '{\"n\":1}' | writ run other.wf", 1 },
	{ "what nobody has approved", "writ status hello.wf", 1 },
	/* Cannot tell: stale, skipped, unchecked. */
	{ "no tests to run", "writ test hello.wf", 3 },
	/* Trouble: usage, unreadable, write failed. */
	{ "no such command", "writ nothing", 2 },
	{ "no such option", "writ check --nothing hello.wf", 2 },
	{ "nothing to check", "writ check", 2 },
	{ "a file that is not there", "writ check nowhere.wf", 2 },
	{ "a folder that is not there", "writ build hello.wf -o no/where.wfb", 2 },
	{ "a full disk", "writ show hello.wf >/dev/full", 2 },
	{ "input that is not there", "writ run hello.wf --input nowhere.json", 2 },
	{ "nobody at the other end", "writ call sort_message --to http://127.0.0.1:1 --input input.json", 2 },
};

Test(rules_exit, of_every_answer)
{
	const char *folder = workplace_make();

	process_run(&p, folder, NULL, "writ init .");
	cr_assert_eq(p.code, 0, "%s", p.err);
	workplace_write(folder, "wrong.wf", "writ 1\nstart f(n: int) -> text\nend n\n");
	workplace_write(folder, "warned.wf", "writ 1\nstart f(n: int) -> int\n  unused = n\nend n\n");
	workplace_write(folder, "other.wf", "writ 1\nstart f(n: int 0..9) -> int\n  require n > 5 else \"no\"\nend n\n");
	workplace_write(folder, "tested.wf", "writ 1\nstart f(n: int) -> int\nend n\ntest \"x\" { given n = 1 expect result == 1 }\n");
	workplace_write(folder, "failing.wf", "writ 1\nstart f(n: int) -> int\nend n\ntest \"x\" { given n = 1 expect result == 2 }\n");
	workplace_write(folder, "junk.wfb", "nonsense");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		process_run(&p, folder, NULL, cases[i].command);
		cr_expect_eq(p.code, cases[i].code, "%s: `%s` exits %d: %s%s", cases[i].rule, cases[i].command, p.code, p.out, p.err);
	}
	workplace_remove(folder);
}
