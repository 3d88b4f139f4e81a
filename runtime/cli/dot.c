/* Graphviz as a child process. Decides nothing: bytes in, bytes out. */
#include "runtime/cli/dot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/files.h"

static void
become_dot(int in, int out)
{
	static char name[] = "dot", form[] = "-Tsvg";
	char *words[] = { name, form, NULL };
	int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);

	/* its complaints are not ours: what it could not draw is told in our words */
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    (quiet >= 0 && dup2(quiet, STDERR_FILENO) < 0))
		_exit(126);
	(void)execvp(words[0], words);
	_exit(errno == ENOENT ? 127 : 126);
}

static bool
write_all(int to, struct wr_text t)
{
	while (t.size > 0) {
		ssize_t n = write(to, t.at, t.size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		t.at += n;
		t.size -= (size_t)n;
	}
	return true;
}

enum wr_status
wd_dot_draw(struct wr_text picture, struct wr_buf *svg)
{
	FILE *in = tmpfile(), *out = tmpfile();
	enum wr_status status = WR_IO;
	int how = -1;
	pid_t child;

	if (in == NULL || out == NULL || !write_all(fileno(in), picture) || lseek(fileno(in), 0, SEEK_SET) != 0)
		goto done;
	child = fork();
	if (child == 0)
		become_dot(fileno(in), fileno(out));
	while (child > 0 && waitpid(child, &how, 0) < 0 && errno == EINTR)
		;
	if (child > 0 && WIFEXITED(how) && WEXITSTATUS(how) == 0)
		status = lseek(fileno(out), 0, SEEK_SET) == 0 ? wd_fd_read(fileno(out), svg) : WR_IO;
	else if (child > 0)
		status = WIFEXITED(how) && WEXITSTATUS(how) == 127 ? WR_ABSENT : WR_REFUSED;
done:
	if (in != NULL)
		(void)fclose(in);
	if (out != NULL)
		(void)fclose(out);
	return status;
}
