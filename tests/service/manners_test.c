/*
 * What a person is told who reviews for the first time, right and wrong: the whole conversation must be what
 * tests/golden/manners holds. WRIT_BLESS=1 writes instead of comparing. What differs from day to day and from key
 * to key is masked.
 */
#include "tests/support/golden.h"
#include "tests/support/process.h"
#include "runtime/sysalloc.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(manners, .timeout = 120);

#define FOLDER "tests/golden/manners/"

static struct process p;

static bool
matches(const char *at, const char *pattern)
{
	for (; *pattern != '\0'; pattern++, at++)
		if (*pattern == '0' ? isdigit((unsigned char)*at) == 0
		    : *pattern == 'x' ? isxdigit((unsigned char)*at) == 0 : *at != *pattern)
			return false;
	return true;
}

/* Times, names of records and keys become the pattern that they fit; the folder becomes FOLDER. */
static void
mask(const char *text, const char *folder, struct wr_buf *out)
{
	static const char *const patterns[] = {
		"root sha256:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "0000-00-00T00:00:00Z", "approval-xxxxxxxxxxxxxxxx",
		"submission-xxxxxxxxxxxxxxxx", "withdrawal-xxxxxxxxxxxxxxxx", "sha256:xxxxxxxxxxxxxxxx…" };

	while (*text != '\0') {
		size_t k = 0;

		if (strncmp(text, folder, strlen(folder)) == 0) {
			wr_buf_str(out, "FOLDER");
			text += strlen(folder);
			continue;
		}
		while (k < sizeof patterns / sizeof *patterns && !matches(text, patterns[k]))
			k++;
		if (k < sizeof patterns / sizeof *patterns) {
			wr_buf_str(out, patterns[k]);
			text += strlen(patterns[k]);
		} else {
			wr_buf_byte(out, (uint8_t)*text++);
		}
	}
}

/* Each command as it was typed, what it said on both streams, and its exit code when that is not 0. */
static void
converse(const char *name, const char *before, const char *const *commands)
{
	char folder[64], line[1024], path[128];
	struct wr_buf said;

	wr_buf_init(&said, wd_alloc(), 1 << 20);
	(void)snprintf(folder, sizeof folder, "%s", workplace_make());
	process_run(&p, folder, NULL, before);
	cr_assert_eq(p.code, 0, "%s: %s%s", before, p.out, p.err);
	for (; *commands != NULL; commands++) {
		(void)snprintf(line, sizeof line, "D=$(test ! -e hello.wfb || sha256sum <hello.wfb | cut -c1-12); { %s; } 2>&1",
		    *commands);
		process_run(&p, folder, NULL, line);
		wr_buf_str(&said, "$ ");
		wr_buf_str(&said, *commands);
		wr_buf_str(&said, "\n");
		mask(p.out, folder, &said);
		if (p.code != 0) {
			wr_buf_str(&said, "(exit code ");
			wr_buf_u64(&said, (uint64_t)p.code);
			wr_buf_str(&said, ")\n");
		}
		wr_buf_str(&said, "\n");
	}
	(void)snprintf(path, sizeof path, FOLDER "%s.txt", name);
	cr_assert_eq(said.status, WR_OK);
	golden_expect(path, wr_buf_view(&said));
	wr_buf_free(&said);
	workplace_remove(folder);
}

#define WORKSPACE "writ init . && writ build hello.wf"
#define SUBMITTED WORKSPACE " && writ submit hello.wfb --key keys/author.pem"

Test(manners, submitting)
{
	static const char *const commands[] = {
		"writ build hello.wf",
		"writ status",
		"writ submit",
		"writ submit hello.wfb",
		"writ submit hello.wfb --key keys/nobody.pem",
		"writ submit hello.wfb --key hello.wf",
		"writ keygen eve >/dev/null 2>/dev/null; writ submit hello.wfb --key keys/eve.pem",
		"writ submit hello.wfb --key keys/ana.pem",
		"writ submit hello.wfb --key keys/author.pem --follows 00112233",
		"writ submit hello.wfb --key keys/author.pem --environment production",
		"writ submit hello.wfb --key keys/author.pem",
		"writ submit hello.wfb --key keys/author.pem",
		"sed 's/sort_message/other/' hello.wf >other.wf; writ submit other.wf --key keys/author.pem",
		"writ status",
		"writ status --key keys/author.pem",
		"writ status --key keys/ana.pem",
		"writ status --key keys/eve.pem",
		NULL,
	};

	converse("submitting", WORKSPACE, commands);
}

Test(manners, deciding)
{
	static const char *const commands[] = {
		"writ approve",
		"writ approve 00112233 --key keys/ana.pem --role security --yes",
		"writ approve abc --key keys/ana.pem --role security --yes",
		"writ approve $D",
		"writ approve $D --key keys/ana.pem",
		"writ approve $D --key keys/ana.pem --role privacy --yes",
		"writ approve $D --key keys/author.pem --role security --yes",
		"writ approve $D --key keys/ana.pem --role security",
		"writ approve $D --key keys/ana.pem --role security --yes --expires soon",
		"writ approve $D --key keys/ana.pem --role security --yes --expires 300d",
		"writ reject $D --key keys/ana.pem --role security",
		"writ withdraw $D --key keys/ana.pem",
		"writ approve $D --key keys/ana.pem --role security --yes",
		"sleep 1; writ approve $D --key keys/ana.pem --role security --yes",
		"writ status $D",
		"writ withdraw $D --key keys/bo.pem",
		"writ withdraw $D --key keys/bo.pem --record approval-0000000000000000.json",
		"sleep 1; writ withdraw $D --key keys/ana.pem",
		"sleep 1; writ reject $D --key keys/bo.pem --role security --message 'it names the customer'",
		"sleep 1; writ approve $D --key keys/ana.pem --role security --yes",
		"writ status",
		"sleep 1; writ approve $D --key keys/bo.pem --role security --yes",
		"sleep 1; writ reject $D --key keys/ana.pem --role security --message \"$(printf 'no \\033[2J<b>')\"",
		"writ status $D | grep -A2 NO",
		NULL,
	};

	converse("deciding", SUBMITTED, commands);
}

Test(manners, time_and_policy)
{
	static const char *const commands[] = {
		"writ approve $D --key keys/ana.pem --role security --yes --expires 8s",
		"sleep 9; writ status $D | tail -5",
		"writ policy",
		"writ policy shew",
		"writ policy check",
		"writ policy show",
		"writ plan",
		"writ plan abc",
		"writ plan hello.wfb --html no/such/folder.html",
		"writ plan hello.wfb --basis 00112233",
		"writ diff hello.wfb",
		"writ diff hello.wfb nowhere.wfb",
		"writ diff hello.wfb hello.wfb",
		"writ revoke",
		"writ revoke $D --key keys/author.pem",
		"writ init .",
		"sed -i 's/\"security\": \\[\"ana\", \"bo\"\\]/\"security\": [\"ana\", \"eve\"]/' policy.json; writ status",
		"sed -i 's/\"eve\"/\"bo\"/; s/\"issued\": \"[^\"]*/\"issued\": \"2020-01-01T00:00:00Z/; "
		"s/\"expires\": \"[^\"]*/\"expires\": \"2021-01-01T00:00:00Z/' policy.json; writ status $D | grep -A1 NO",
		"rm policy.json; writ status",
		"writ approve $D --key keys/ana.pem --role security --yes",
		NULL,
	};

	converse("policy", SUBMITTED, commands);
}
