/* What tests of the tool and of the service do in a workspace. It knows no verb but `init`. */
#include "tests/support/workspace.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct process p;
char folder[64];
pid_t service;

void
sh(int wanted, const char *command)
{
	char with[8192];
	int len = snprintf(with, sizeof with,
	    "D=$(sha256sum 2>/dev/null <hello.wfb | cut -d' ' -f1); R=.writ/records/$D; %s", command);

	cr_assert(len > 0 && (size_t)len < sizeof with, "too long: %s", command);
	process_run(&p, folder, NULL, with);
	cr_assert_eq(p.code, wanted, "%s\nexit %d\n%s%s", command, p.code, p.out, p.err);
}

bool
says(const char *what)
{
	return strstr(p.out, what) != NULL || strstr(p.err, what) != NULL;
}

void
workspace_begin(void)
{
	(void)snprintf(folder, sizeof folder, "%s", workplace_make());
	sh(0, "writ init .");
}

void
workspace_serve(const char *flags)
{
	char command[256], url[128], runs[256];

	(void)snprintf(command, sizeof command,
	    "writd --workspace . --listen 127.0.0.1:0 %s 2>writd.log", flags);
	service = process_start(folder, command, url, sizeof url);
	(void)snprintf(runs, sizeof runs, "%s/v1/workflows/sort_message/runs", url);
	(void)setenv("URL", url, 1);
	(void)setenv("RUNS", runs, 1);
}

void
workspace_stop(void)
{
	process_stop(service);
	service = 0;
}

void
workspace_end(void)
{
	if (service != 0)
		workspace_stop();
	workplace_remove(folder);
}
