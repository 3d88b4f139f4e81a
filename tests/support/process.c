#include "tests/support/process.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_MS 60000

const char *
workplace_make(void)
{
	static char folder[64];

	(void)snprintf(folder, sizeof folder, "/tmp/writ-test-XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
	return folder;
}

void
workplace_remove(const char *folder)
{
	char command[PATH_MAX];

	cr_assert_eq(strncmp(folder, "/tmp/writ-test-", 15), 0);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
	struct process *p = malloc(sizeof *p);
	process_run(p, "/tmp", NULL, command);
	free(p);
}

void
workplace_write(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "wb");
	cr_assert_not_null(f, "%s", path);
	(void)fwrite(text, 1, strlen(text), f);
	cr_assert_eq(fclose(f), 0);
}

void
workplace_read(const char *folder, const char *name, char *out, size_t size)
{
	char path[PATH_MAX];
	size_t got;
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "rb");
	cr_assert_not_null(f, "%s", path);
	got = fread(out, 1, size - 1, f);
	out[got] = '\0';
	(void)fclose(f);
}

/* In the child: go there, wire the descriptors, become the shell. */
static void
become(const char *folder, const char *command, int in, int out, int err)
{
	const char *bin = getenv("WRIT_BIN"), *path = getenv("PATH");
	char real[PATH_MAX], with[2 * PATH_MAX];

	if (bin == NULL || realpath(bin, real) == NULL || chdir(folder) != 0)
		_exit(126);
	(void)snprintf(with, sizeof with, "%s:%s", real, path != NULL ? path : "/usr/bin:/bin");
	(void)setenv("PATH", with, 1);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nothing running */
	(void)unsetenv("BXFI_MAP"); /* these are programs, not tests: leaks count */
	(void)dup2(in, 0);
	(void)dup2(out, 1);
	(void)dup2(err, 2);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(126);
}

static long
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Take what is there; what does not fit is dropped. False at the end. */
static bool
drain(int fd, char *out, size_t size, size_t *at)
{
	char chunk[4096];
	ssize_t n = read(fd, chunk, sizeof chunk);

	if (n <= 0)
		return false;
	if ((size_t)n > size - 1 - *at)
		n = (ssize_t)(size - 1 - *at);
	memcpy(out + *at, chunk, (size_t)n);
	*at += (size_t)n;
	out[*at] = '\0';
	return true;
}

void
process_run(struct process *p, const char *folder, const char *input, const char *command)
{
	int out[2], err[2], status;
	char name[] = "/tmp/writ-input-XXXXXX";
	int in = mkstemp(name);
	size_t out_at = 0, err_at = 0;
	long end = now_ms() + LIMIT_MS;
	pid_t pid;

	cr_assert(in >= 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0);
	(void)unlink(name);
	if (input != NULL)
		cr_assert_eq(write(in, input, strlen(input)), (ssize_t)strlen(input));
	(void)lseek(in, 0, SEEK_SET);
	p->out[0] = p->err[0] = '\0';
	pid = fork();
	if (pid == 0)
		become(folder, command, in, out[1], err[1]);
	(void)close(out[1]);
	(void)close(err[1]);
	(void)close(in);
	struct pollfd both[] = { { out[0], POLLIN, 0 }, { err[0], POLLIN, 0 } };
	while (both[0].fd >= 0 || both[1].fd >= 0) {
		if (now_ms() > end || poll(both, 2, 1000) < 0) {
			(void)kill(pid, SIGKILL);
			break;
		}
		if (both[0].fd >= 0 && both[0].revents != 0 && !drain(out[0], p->out, sizeof p->out, &out_at))
			both[0].fd = -1;
		if (both[1].fd >= 0 && both[1].revents != 0 && !drain(err[0], p->err, sizeof p->err, &err_at))
			both[1].fd = -1;
	}
	(void)close(out[0]);
	(void)close(err[0]);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	p->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

pid_t
process_start(const char *folder, const char *command, char *line, size_t size)
{
	int out[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char with[PATH_MAX];
	size_t at = 0;
	pid_t pid;

	(void)snprintf(with, sizeof with, "exec %s", command);
	cr_assert(null >= 0 && pipe2(out, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0)
		become(folder, with, null, out[1], STDERR_FILENO);
	(void)close(out[1]);
	line[0] = '\0';
	while (strchr(line, '\n') == NULL) {
		struct pollfd one = { out[0], POLLIN, 0 };

		cr_assert(poll(&one, 1, 20000) > 0 && drain(out[0], line, size, &at), "%s did not start", command);
	}
	*strchr(line, '\n') = '\0';
	(void)close(out[0]);
	(void)close(null);
	return pid;
}

void
process_stop(pid_t pid)
{
	int status;

	cr_assert_eq(kill(pid, SIGTERM), 0);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "ended with %d", status);
}
