/*
 * std/redact.wf on texts made of pieces that look like marks and of pieces to hide: what is hidden
 * comes back byte for byte, and nothing that is found is left in what is shown.
 */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/process.h"

TestSuite(restore, .timeout = 120);

static struct process p;
static uint64_t state = 20261122;

static uint32_t
roll(uint32_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % below;
}

/* A text of up to 24 pieces, as it stands between quotes. */
static void
put_text(FILE *out)
{
	static const char *const pieces[] = {"[", "]", "[EMAIL ", "[EMAIL 1]", "[EMAIL 0]", "[EMAIL 0]1]",
	    "[PHONE 2", "[CARD ", "[IBAN 3]", " ", " ", ", ", "1", "0", "a@b.cc", "a@b.cc", "EMAIL 1]",
	    "ada.l@example.org", "4111 1111 1111 1111", "378282246310005", "DE89 3704 0044 0532 0130 00",
	    "NO9386011117947", "0171 1234567", "+49 171 1234567", "01.02.2024", "\303\244", "@", "+"};

	fprintf(out, "\"");
	for (uint32_t i = roll(25); i > 0; i--)
		fprintf(out, "%s", pieces[roll(sizeof pieces / sizeof *pieces)]);
	fprintf(out, "\"");
}

Test(restore, brings_back_every_byte)
{
	const char *folder = workplace_make();
	char *source = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&source, &size);

	cr_assert_not_null(out);
	fprintf(out, "writ 1\n\nuse personal, hide, restore from \"std/redact.wf\"\n\n"
		     "fn back(t: text ..900, found: [text 6..254] ..3_369) -> bool =\n"
		     "  restore(t: hide(t, found), found) == t\n"
		     "fn gone(t: text ..900, found: [text 6..254] ..3_369) -> bool =\n"
		     "  not any(for x in found yield contains(hide(t, found), x))\n");
	for (int i = 0; i < 300; i++) {
		fprintf(out, "\nconst t%d = ", i);
		put_text(out);
		fprintf(out, "\nconst u%d = ", i);
		put_text(out);
		/* Whatever was found, in this text or in another one. */
		fprintf(out, "\ntest \"%d\" {\n  expect back(t: t%d, found: personal(t%d))\n"
			     "  expect back(t: t%d, found: personal(u%d))\n"
			     "  expect gone(t: t%d, found: personal(t%d))\n}\n",
		    i, i, i, i, i, i, i);
	}
	cr_assert_eq(fclose(out), 0);
	workplace_write(folder, "a_test.wf", source);
	process_run(&p, folder, NULL, "writ test a_test.wf");
	cr_expect_eq(p.code, 0, "%s%.2000s", p.out, p.err);
	cr_expect_not_null(strstr(p.out, "300 tests, 300 passed"), "%s", p.out);
	free(source);
	workplace_remove(folder);
}
