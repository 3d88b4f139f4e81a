/*
 * The rules of prompt files, case by case: what their bytes mean, and where they may lie. Each case
 * names its rule.
 */
#include "tests/support/process.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(rules_files, .timeout = 120);

static struct process p;

#define PROGRAM(prompt) \
	"writ 1\nbackend house: llm\nagent ask(q: text ..9) -> text ..9 via house {\n  model: \"m-2025\"\n  max_tokens: 9\n" \
	"  user: " prompt "\n}\nstart f(q: text ..9) -> text ..9\nend ask(q)\n"

/* Each command says whether it is so. */
static const struct {
	const char *rule, *command;
	int code;
} cases[] = {
	{ "a file and its text in place are one program", "printf 'Say {{q}}.' >p.md; same a.wf in_place.wf", 0 },
	{ "one final newline is dropped", "printf 'Say {{q}}.\\n' >p.md; same a.wf in_place.wf", 0 },
	{ "exactly one", "printf 'Say {{q}}.\\n\\n' >p.md; same a.wf in_place.wf", 1 },
	{ "CRLF is LF", "printf 'Say {{q}}.\\r\\n' >p.md; same a.wf in_place.wf", 0 },
	{ "its margin is 0: spaces stay", "printf ' Say {{q}}.' >p.md; same a.wf in_place.wf", 1 },
	{ "no byte-order mark", "printf '\\357\\273\\277Say {{q}}.' >p.md; writ check a.wf", 1 },
	{ "nothing but UTF-8", "printf 'Say {{q}}.\\377' >p.md; writ check a.wf", 1 },
	{ "the same forbidden characters", "printf 'Say \\342\\200\\256{{q}}.' >p.md; writ check a.wf", 1 },
	{ "holes are checked", "printf 'Say {{other}}.' >p.md; writ check a.wf", 1 },
	{ "`..` is fine inside the source root", "printf 'x' >p.md; cp up.wf sub/up.wf; writ check sub/up.wf", 0 },
	{ "and refused past it", "cp up.wf up_out.wf; writ check up_out.wf", 1 },
	{ "through a link, too", "ln -sf ../outside.md p.md; writ check a.wf", 1 },
	{ "a link inside it is fine", "printf 'x' >there.md; ln -sf there.md p.md; writ check a.wf", 0 },
	{ "the root is what -C says", "rm p.md; printf 'x' >p.md; writ check -C sub sub/up.wf", 1 },
	{ "a file that is not there", "rm p.md; writ check a.wf", 1 },
};

Test(rules_files, of_bytes_and_places)
{
	const char *folder = workplace_make();
	char command[1024];

	process_run(&p, folder, NULL, "mkdir -p root/.git root/sub && printf 'x' >outside.md");
	cr_assert_eq(p.code, 0, "%s", p.err);
	workplace_write(folder, "root/a.wf", PROGRAM("file \"p.md\""));
	workplace_write(folder, "root/up.wf", PROGRAM("file \"../p.md\""));
	workplace_write(folder, "root/in_place.wf", PROGRAM("\"Say {{q}}.\""));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)snprintf(command, sizeof command,
		    "cd root; same() { test \"$(writ digest $1)\" = \"$(writ digest $2)\"; }; %s", cases[i].command);
		process_run(&p, folder, NULL, command);
		cr_expect_eq(p.code, cases[i].code, "%s: exits %d: %s%s", cases[i].rule, p.code, p.out, p.err);
	}
	workplace_remove(folder);
}
