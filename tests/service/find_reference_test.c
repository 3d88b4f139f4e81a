/* What the page of the machine says of what is found in texts, built a second time from its words. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/support/process.h"

TestSuite(find_reference, .timeout = 120);

static struct process p;

static const char flow[] =
    "writ 1\n"
    "type Found {\n"
    "  emails: [text ..254] ..50\n  cards: [text ..37] ..50\n"
    "  ibans: [text ..57] ..50\n  phones: [text ..48] ..50\n"
    "}\n"
    "start find(texts: [text ..2_000] ..2_000) -> [Found] ..2_000\n"
    "end for t in texts yield Found {\n"
    "  emails: find_emails(t, 50), cards: find_cards(t, 50)\n"
    "  ibans: find_ibans(t, 50), phones: find_phones(t, 50)\n"
    "}\n";

Test(find_reference, a_second_implementation_finds_the_same)
{
	const char *folder = workplace_make();
	char here[2048], command[5000];

	cr_assert_not_null(getcwd(here, sizeof here));
	workplace_write(folder, "find.wf", flow);
	for (int seed = 1; seed <= 3; seed++) {
		(void)snprintf(command, sizeof command,
		    "python3 %s/tests/support/find_reference.py %d %s/vm/README.md find.wf", here, seed,
		    here);
		process_run(&p, folder, NULL, command);
		cr_expect_eq(p.code, 0, "seed %d: %s%s", seed, p.out, p.err);
	}
	workplace_remove(folder);
}
