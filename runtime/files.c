/* Whole files in, whole files out. Nothing here decides what a file means. */
#include "runtime/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/sysalloc.h"

enum wr_status
wd_fd_read(int fd, struct wr_buf *buf)
{
	char chunk[16384];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return WR_IO;
		if (n == 0)
			return buf->status;
		wr_buf_add(buf, chunk, (size_t)n);
		if (buf->status != WR_OK)
			return buf->status;
	}
}

static void
close_quietly(int fd)
{
	int saved = errno;

	(void)close(fd);
	errno = saved;
}

enum wr_status
wd_file_read(const char *path, struct wr_buf *buf)
{
	enum wr_status status;
	struct stat st;
	int fd;

	if (strcmp(path, "-") == 0)
		return wd_fd_read(STDIN_FILENO, buf);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? WR_ABSENT : WR_IO;
	if (fstat(fd, &st) != 0) {
		status = WR_IO;
	} else if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		status = WR_IO;
	} else {
		status = wd_fd_read(fd, buf);
	}
	close_quietly(fd);
	return status;
}

enum wr_status
wd_file_read_plain(const char *path, struct wr_buf *buf)
{
	enum wr_status status = WR_REFUSED;
	struct stat st;
	int fd;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? WR_ABSENT : WR_IO;
	if (!S_ISREG(st.st_mode)) /* to open a device may be an act by itself */
		return WR_REFUSED;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT ? WR_ABSENT : errno == ELOOP ? WR_REFUSED : WR_IO;
	if (fstat(fd, &st) != 0)
		status = WR_IO;
	else if (S_ISREG(st.st_mode))
		status = wd_fd_read(fd, buf);
	close_quietly(fd);
	return status;
}

static bool
write_all(int fd, struct wr_text bytes)
{
	for (size_t done = 0; done < bytes.size;) {
		ssize_t n = write(fd, bytes.at + done, bytes.size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO; /* no file takes nothing of something; to ask again could go on for ever */
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static bool
flush(int fd)
{
	int failed;

	do
		failed = fsync(fd);
	while (failed != 0 && errno == EINTR);
	return failed == 0;
}

enum wr_status
wd_folder_flush(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good;

	if (fd < 0) /* one may write into a folder that one may not read */
		return errno == EACCES ? WR_OK : WR_IO;
	good = flush(fd) || errno == EINVAL || errno == ENOTSUP || errno == EROFS; /* there is no such thing here */
	close_quietly(fd);
	return good ? WR_OK : WR_IO;
}

/* The folder that path is in. False: its name is too long. */
static bool
folder_of(const char *path, char folder[PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	return snprintf(folder, PATH_MAX, "%.*s", slash == NULL ? 1 : (int)(slash - path) + 1, slash == NULL ? "." : path) <
	       PATH_MAX;
}

/* Write a temporary file beside path and give it its name by `place` (rename or link). */
static enum wr_status
put(const char *path, struct wr_text bytes, unsigned mode, int (*place)(const char *, const char *))
{
	char temporary[PATH_MAX], folder[PATH_MAX];
	enum wr_status status = WR_IO;
	mode_t mask;
	int fd, saved;

	if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary || !folder_of(path, folder)) {
		errno = ENAMETOOLONG;
		return WR_IO;
	}
	fd = mkstemp(temporary);
	if (fd < 0)
		return WR_IO;
	mask = umask(0);
	(void)umask(mask);
	if (write_all(fd, bytes) && fchmod(fd, (mode_t)mode & ~mask) == 0 && flush(fd) &&
	    place(temporary, path) == 0)
		status = WR_OK;
	else if (errno == EEXIST)
		status = WR_REFUSED;
	saved = errno;
	(void)close(fd);
	if (status != WR_OK || place == link)
		(void)unlink(temporary);
	errno = saved;
	return status == WR_OK ? wd_folder_flush(folder) : status;
}

static bool
holds(const char *path, struct wr_text bytes)
{
	struct wr_buf now;
	bool same;

	wr_buf_init(&now, wd_alloc(), bytes.size);
	same = wd_file_read(path, &now) == WR_OK && wr_text_eq(wr_buf_view(&now), bytes);
	wr_buf_free(&now);
	return same;
}

enum wr_status
wd_file_write(const char *path, struct wr_text bytes, unsigned mode)
{
	if (strcmp(path, "-") == 0)
		return write_all(STDOUT_FILENO, bytes) ? WR_OK : WR_IO;
	return holds(path, bytes) ? WR_OK : put(path, bytes, mode, rename);
}

enum wr_status
wd_file_create(const char *path, struct wr_text bytes, unsigned mode)
{
	return put(path, bytes, mode, link);
}

enum wr_status
wd_folder_make(const char *path)
{
	char part[PATH_MAX];
	size_t size = strlen(path);

	if (size >= sizeof part) {
		errno = ENAMETOOLONG;
		return WR_IO;
	}
	for (size_t i = 1; i <= size; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0777) != 0 && errno != EEXIST)
			return WR_IO;
	}
	return WR_OK;
}

const char *
wd_file_why(enum wr_status status)
{
	return status == WR_IO ? strerror(errno) : status == WR_LIMIT ? "it is too large" : wr_status_text(status);
}
