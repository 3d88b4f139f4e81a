/* approve on a terminal: it shows, it asks, and without a yes it signs nothing. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/process.h"

TestSuite(asks, .timeout = 120);

static struct process p;

/* terminal.py ANSWER COMMAND…: type the answer when asked (C: interrupt); print what was shown; exit as it did. */
static const char tty[] =
	"import os, pty, signal, sys\n"
	"pid, fd = pty.fork()\n"
	"if pid == 0:\n"
	"    signal.signal(signal.SIGINT, signal.SIG_DFL)\n" /* a check in the background ignores it */
	"    os.execvp(sys.argv[2], sys.argv[2:])\n"
	"seen, typed = b'', False\n"
	"while True:\n"
	"    try:\n"
	"        piece = os.read(fd, 4096)\n"
	"    except OSError:\n"
	"        break\n"
	"    if not piece:\n"
	"        break\n"
	"    seen += piece\n"
	"    if b'Type yes to sign' in seen and not typed:\n"
	"        typed = True\n"
	"        os.write(fd, b'\\x03' if sys.argv[1] == 'C' else sys.argv[1].encode() + b'\\n')\n"
	"sys.stdout.buffer.write(seen)\n"
	"status = os.waitpid(pid, 0)[1]\n"
	"sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 100 + os.WTERMSIG(status))\n";

Test(asks, a_yes_signs_and_nothing_else_does)
{
	static const struct {
		const char *answer, *pager;
		int code;
	} cases[] = { { "no", "cat", 1 }, { "", "cat", 1 }, { "y", "cat", 1 }, { "yes please", "cat", 1 }, { "C", "cat", 102 },
		{ "no", "head -n 2", 1 }, { "no", "no-such-pager-here", 1 }, { "yes", "sed s/^/paged:/", 0 } };
	const char *folder = workplace_make();
	char command[512];

	workplace_write(folder, "terminal.py", tty);
	process_run(&p, folder, NULL, "writ init . && writ build hello.wf && writ submit hello.wfb --key keys/author.pem");
	cr_assert_eq(p.code, 0, "%s", p.err);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)snprintf(command, sizeof command,
		    "PAGER='%s' python3 terminal.py '%s' writ approve hello.wfb --key keys/ana.pem --role security", cases[i].pager,
		    cases[i].answer);
		process_run(&p, folder, NULL, command);
		cr_expect_eq(p.code, cases[i].code, "%s, %s: %d %s%s", cases[i].answer, cases[i].pager, p.code, p.out, p.err);
		cr_expect_not_null(strstr(p.out, "ana signs as security: sha256:"), "%s", p.out);
		if (cases[i].code == 0)
			cr_expect_not_null(strstr(p.out, "paged:"), "%s", p.out);
		process_run(&p, folder, NULL, "writ status hello.wfb");
		cr_expect_eq(p.code, cases[i].code == 0 ? 0 : 1, "%s: %s", cases[i].answer, p.out);
	}
	process_run(&p, folder, NULL, "writ approve hello.wfb --key keys/bo.pem --role security");
	cr_expect_eq(p.code, 2, "without a terminal it must be told");
	workplace_remove(folder);
}
