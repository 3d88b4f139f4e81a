/* A pager around standard output. It decides when one is worth having, never what is shown. */
#include "runtime/cli/pager.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/cli/say.h"

/* `less` shows colours when -R or -r is among its options, in LESS or in the command; of others nobody knows. */
static bool
shows_colours(const char *command)
{
	const char *space = strchr(command, ' '), *less = getenv("LESS"), *name = command;
	size_t size = space == NULL ? strlen(command) : (size_t)(space - command);

	for (size_t i = 0; i < size; i++)
		if (command[i] == '/')
			name = command + i + 1;
	if (command + size - name != 4 || memcmp(name, "less", 4) != 0)
		return false;
	return (less != NULL && strpbrk(less, "Rr") != NULL) || (space != NULL && strpbrk(space, "Rr") != NULL);
}

void
wd_pager_begin(struct wd_pager *pager)
{
	const char *command = getenv("PAGER");

	*pager = (struct wd_pager){ .pipe = NULL, .kept = -1, .colour = wd_say_colored_on(STDOUT_FILENO) };
	if (command == NULL)
		command = "less";
	if (!isatty(STDOUT_FILENO) || *command == '\0' || strcmp(command, "cat") == 0)
		return;
	(void)setenv("LESS", "FRX", 0); /* as git does: leave short pages and colours alone */
	(void)fflush(stdout);
	pager->colour = pager->colour && shows_colours(command);
	pager->kept = dup(STDOUT_FILENO);
	pager->pipe = pager->kept < 0 ? NULL : popen(command, "w");
	if (pager->pipe == NULL || dup2(fileno(pager->pipe), STDOUT_FILENO) < 0) {
		if (pager->pipe != NULL)
			(void)pclose(pager->pipe);
		if (pager->kept >= 0)
			(void)close(pager->kept);
		pager->pipe = NULL;
		return;
	}
	(void)signal(SIGPIPE, SIG_IGN); /* who leaves the pager early is still asked */
}

void
wd_pager_end(struct wd_pager *pager)
{
	if (pager->pipe == NULL)
		return;
	(void)fflush(stdout);
	clearerr(stdout);
	(void)dup2(pager->kept, STDOUT_FILENO);
	(void)close(pager->kept);
	(void)pclose(pager->pipe);
	(void)signal(SIGPIPE, SIG_DFL);
	pager->pipe = NULL;
}
