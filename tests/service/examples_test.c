/*
 * The workspaces of examples/, as somebody who comes to them: each is formatted, says nothing on `check`, passes its
 * tests, is drawn, and costs what its page says; and every command on its page does what stands beside it, in a copy
 * that has no repository around it. A new workspace is a new row.
 *
 * In a page's `sh` blocks each line is a command. It succeeds, or ends in `# exit code N: words and words`, and says
 * these. One that ends in `&` is a server that prints its address; it gets a port of its own.
 */
#include <criterion/criterion.h>
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/support/process.h"

TestSuite(examples, .timeout = 300);

static const struct {
	const char *folder, *flow;
	const char *worst; /* what `writ bounds --json` computes */
	const char *words; /* the same on the page */
} workspaces[] = {
	{ "triage", "triage.wf", "\"worst\":{\"calls\":14,\"tokens\":74070,\"time_ms\":173103000,",
	    "14 calls, 74,070 tokens and 48 h 5 min 3 s" },
	{ "debate", "debate.wf", "\"worst\":{\"calls\":28,\"tokens\":313856,\"time_ms\":804000,",
	    "28 calls, 313,856 tokens and 13 min 24 s" },
	{ "invoices", "flows/invoices.wf",
	    "\"worst\":{\"calls\":800,\"tokens\":31115200,\"time_ms\":4056750,\"width\":16,",
	    "800 calls, 31,115,200 tokens and 1 h 7 min 36 s 750 ms" },
	{ "clinic", "reply.wf", "\"worst\":{\"calls\":7,\"tokens\":62754,\"time_ms\":181000,",
	    "7 calls, 62,754 tokens and 3 min 1 s" },
	{ "tenancy", "advise.wf", "\"worst\":{\"calls\":48,\"tokens\":295770,\"time_ms\":1006000,",
	    "48 calls, 295,770 tokens and 16 min 46 s" },
	{ "oncall", "investigate.wf", "\"worst\":{\"calls\":42,\"tokens\":389280,\"time_ms\":800250,",
	    "42 calls, 389,280 tokens and 13 min 20 s 250 ms" },
};

#define WORKSPACES (sizeof workspaces / sizeof *workspaces)
#define PAGE_MAX 32768

static struct process p;
static char root[64], folder[128], page[PAGE_MAX];

/* A server of a page: what the page calls it, where it really listens. */
static struct {
	char said[64], is[64];
	pid_t pid;
} server;

static void
copy(size_t i)
{
	char command[512];

	(void)snprintf(root, sizeof root, "%s", workplace_make());
	(void)snprintf(folder, sizeof folder, "%s/%s", root, workspaces[i].folder);
	(void)snprintf(command, sizeof command, "cp -r examples/claims examples/%s '%s'", workspaces[i].folder, root);
	process_run(&p, ".", NULL, command);
	cr_assert_eq(p.code, 0, "%s", p.err);
	workplace_read(folder, "README.md", page, sizeof page);
	cr_assert_lt(strlen(page), sizeof page - 1);
}

Test(examples, are_tidy_silent_tested_and_drawn)
{
	static const struct {
		const char *command;
		bool whole, silent; /* of the folder, not of the flow; nothing on standard error */
	} cases[] = {
		{ "writ fmt --check", true, true },
		{ "writ check --allow wide_drop", false, true },
		{ "writ test --allow wide_drop", true, true },
		{ "writ graph", false, false },
		{ "writ show", false, false },
		{ "writ pin --check", false, false },
	};
	char command[256];

	for (size_t i = 0; i < WORKSPACES; i++) {
		copy(i);
		for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
			(void)snprintf(command, sizeof command, "%s %s", cases[k].command,
			    cases[k].whole ? "." : workspaces[i].flow);
			process_run(&p, folder, NULL, command);
			cr_expect_eq(p.code, 0, "%s: %s: exit %d\n%s%s", workspaces[i].folder, command, p.code, p.out, p.err);
			cr_expect(!cases[k].silent || p.err[0] == '\0', "%s: %s: %s", workspaces[i].folder, command, p.err);
		}
		workplace_remove(root);
	}
}

Test(examples, cost_at_worst_what_their_pages_say)
{
	char command[256];

	for (size_t i = 0; i < WORKSPACES; i++) {
		copy(i);
		(void)snprintf(command, sizeof command, "writ bounds --json %s", workspaces[i].flow);
		process_run(&p, folder, NULL, command);
		cr_expect_eq(p.code, 0, "%s", p.err);
		cr_expect_not_null(strstr(p.out, workspaces[i].worst), "%s: %s", workspaces[i].folder, p.out);
		cr_expect_not_null(strstr(page, workspaces[i].words), "%s: the page does not say %s", workspaces[i].folder,
		    workspaces[i].words);
		workplace_remove(root);
	}
}

/* ---- the commands of a page ------------------------------------------------------------- */

/* The line with each address of the page as it is. */
static void
readdress(const char *line, char *out, size_t size)
{
	const char *at = server.pid == 0 ? NULL : strstr(line, server.said);

	if (at == NULL)
		(void)snprintf(out, size, "%s", line);
	else
		(void)snprintf(out, size, "%.*s%s%s", (int)(at - line), line, server.is, at + strlen(server.said));
}

/* `… 9000 &`: the last number is the port. */
static void
serve(char *line)
{
	size_t end = strlen(line) - 1, first;
	char command[512], sed[256];

	cr_assert_eq(server.pid, 0, "one server a page");
	while (end > 0 && !isdigit((unsigned char)line[end - 1]))
		end--;
	for (first = end; first > 0 && isdigit((unsigned char)line[first - 1]); first--)
		;
	(void)snprintf(server.said, sizeof server.said, "http://127.0.0.1:%.*s", (int)(end - first), line + first);
	(void)snprintf(command, sizeof command, "%.*s0 2>/dev/null", (int)first, line);
	server.pid = process_start(folder, command, server.is, sizeof server.is);
	(void)snprintf(sed, sizeof sed, "sed -i 's|%s|%s|' *.json", server.said, server.is);
	process_run(&p, folder, NULL, sed);
	cr_assert_eq(p.code, 0, "%s", p.err);
}

/* However it ends: a script of Python is killed by the signal. */
static void
end_server(void)
{
	int status;

	if (server.pid == 0)
		return;
	cr_assert_eq(kill(server.pid, SIGTERM), 0);
	cr_assert_eq(waitpid(server.pid, &status, 0), server.pid);
	server.pid = 0;
}

static void
play(const char *name, char *line)
{
	char *note = strstr(line, "# exit code "), *words = NULL;
	char command[1024];
	int code = 0;

	if (note != NULL) {
		code = (int)strtol(note + strlen("# exit code "), &words, 10);
		cr_assert_eq(strncmp(words, ": ", 2), 0, "%s: %s", name, line);
		words += 2;
	}
	if (note == NULL && line[strlen(line) - 1] == '&') {
		serve(line);
		return;
	}
	readdress(line, command, sizeof command);
	process_run(&p, folder, NULL, command);
	cr_expect_eq(p.code, code, "%s: %s: exit %d\n%s%s", name, line, p.code, p.out, p.err);
	for (char *next; words != NULL; words = next) {
		next = strstr(words, " and ");
		if (next != NULL) {
			*next = '\0';
			next += strlen(" and ");
		}
		cr_expect(strstr(p.err, words) != NULL || strstr(p.out, words) != NULL, "%s: %s\n%s%s", name, line, p.out, p.err);
	}
}

Test(examples, do_what_their_pages_say)
{
	process_run(&p, "/", NULL, "command -v python3");
	if (p.code != 0)
		cr_skip("python3 is not installed: the ledger of an example cannot be started");
	for (size_t i = 0; i < WORKSPACES; i++) {
		bool shell = false;
		int lines = 0;

		copy(i);
		for (char *line = page, *end; *line != '\0'; line = end + 1) {
			end = strchr(line, '\n');
			cr_assert(end != NULL);
			*end = '\0';
			if (strncmp(line, "```", 3) == 0)
				shell = strcmp(line, "```sh") == 0;
			else if (shell && *line != '\0')
				play(workspaces[i].folder, line), lines++;
		}
		cr_expect_geq(lines, 5, "%s", workspaces[i].folder);
		end_server();
		workplace_remove(root);
	}
}
