/* A pager around standard output. It decides when one is worth having, never what is shown. */
#include "runtime/cli/pager.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
wd_pager_begin(struct wd_pager *pager)
{
	const char *command = getenv("PAGER");

	*pager = (struct wd_pager){ .pipe = NULL, .kept = -1 };
	if (command == NULL)
		command = "less";
	if (!isatty(STDOUT_FILENO) || *command == '\0' || strcmp(command, "cat") == 0)
		return;
	(void)setenv("LESS", "FRX", 0); /* as git does: leave short pages and colours alone */
	(void)fflush(stdout);
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
