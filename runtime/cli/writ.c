/*
 * writ: the people's tool. Finds the verb and hands over; decides nothing itself.
 */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/cli/messages.h"
#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"

static const struct {
	const struct wd_verb *verb;
	const char *stage;
} verbs[] = {
#define VERB(id, stage) { &wd_verb_##id, stage },
#include "runtime/cli/verbs.def"
#undef VERB
};

#define VERBS (sizeof verbs / sizeof *verbs)

static void
help(void)
{
	const char *stage = "";

	printf("writ: draft, review and launch agentic workflows\n\nusage: writ COMMAND [options] [files]\n");
	for (size_t i = 0; i < VERBS; i++) {
		if (strcmp(stage, verbs[i].stage) != 0)
			printf("\n%s\n", stage = verbs[i].stage);
		printf("  %-12s %s\n", verbs[i].verb->name, verbs[i].verb->summary);
	}
	printf("\n`writ COMMAND --help` says more. A first workflow: `writ init hello`.\n"
	       "Exit codes: 0 yes, 1 no, 2 trouble, 3 cannot tell, 70 a bug in writ.\n");
}

/* How many letters apart, up to 3: adjacent swaps, changes, insertions. */
static size_t
distance(const char *a, const char *b)
{
	size_t d[24][24], n = strlen(a), m = strlen(b);

	if (n > 20 || m > 20)
		return 99;
	for (size_t i = 0; i <= n; i++)
		for (size_t j = 0; j <= m; j++) {
			size_t best = i == 0 ? j : j == 0 ? i : d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (i > 0 && d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (j > 0 && d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			d[i][j] = best;
		}
	return d[n][m];
}

/* The verb that other tools call so, or NULL. */
static const char *
elsewhere(const char *word)
{
	static const struct {
		const char *theirs, *ours;
	} same[] = { { "compile", "build" }, { "lint", "check" }, { "validate", "check" },
		{ "format", "fmt" }, { "new", "init" }, { "start", "run" }, { "exec", "run" },
		{ "deploy", "launch" }, { "sign", "approve" }, { "review", "plan" },
		{ "inspect", "show" }, { "list", "ps" } };

	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (strcmp(word, same[i].theirs) == 0)
			return same[i].ours;
	return NULL;
}

static int
unknown(const char *word)
{
	const char *near = elsewhere(word), *end = strrchr(word, '.');
	size_t best = 3;

	for (size_t i = 0; i < VERBS; i++) {
		size_t d = distance(word, verbs[i].verb->name);

		if (d < best && elsewhere(word) == NULL) {
			best = d;
			near = verbs[i].verb->name;
		}
	}
	wd_say_error("there is no command `%s`", wd_say_safe(wr_text_of(word)));
	if (end != NULL && strcmp(end, ".wf") == 0)
		wd_say_help("a command comes first: `writ check FILE`, `writ run FILE`");
	else if (near != NULL)
		wd_say_help("did you mean `%s`?", near);
	else
		wd_say_help("`writ help` lists them");
	return WD_TROUBLE;
}

/* Did all of the output arrive? A reader that has gone away, such as `head`, is told nothing. */
static bool
said_all(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	if (poll(&out, 1, 0) < 0 || (out.revents & POLLERR) == 0)
		wd_say_error("cannot write to standard output");
	return false;
}

int
main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "help";
	struct wd_args args;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a write that is too large fails, and says so */
	if (strcmp(word, "help") == 0 && argc > 2)
		word = argv[2];
	if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		help();
		return said_all() ? WD_YES : WD_TROUBLE;
	}
	if (strcmp(word, "--version") == 0)
		word = "version";
	for (size_t i = 0; i < VERBS; i++) {
		enum wd_exit code;

		if (strcmp(verbs[i].verb->name, word) != 0)
			continue;
		if (strcmp(argv[1], "help") == 0) {
			wd_verb_help(verbs[i].verb);
			return said_all() ? WD_YES : WD_TROUBLE;
		}
		if (!wd_args_parse(&args, verbs[i].verb, argc - 2, argv + 2))
			return WD_TROUBLE;
		if (!wd_messages_begin(&args))
			return WD_TROUBLE;
		code = verbs[i].verb->run(&args);
		if (!wd_messages_end())
			code = WD_TROUBLE;
		return (int)(said_all() ? code : WD_TROUBLE);
	}
	return unknown(word);
}
