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
	int saved = errno;

	(void)close(fd);
	errno = saved;
	return status;
}

static bool
write_all(int fd, struct wr_text bytes)
{
	for (size_t done = 0; done < bytes.size;) {
		ssize_t n = write(fd, bytes.at + done, bytes.size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* Flush the folder, so that a rename survives a crash. Best effort: some file systems refuse. */
static void
sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;

	(void)snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : (int)(slash - path) + 1,
	    slash == NULL ? "." : path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

/* Write a temporary file beside path and give it its name by `place` (rename or link). */
static enum wr_status
put(const char *path, struct wr_text bytes, unsigned mode, int (*place)(const char *, const char *))
{
	char temporary[PATH_MAX];
	enum wr_status status = WR_IO;
	mode_t mask;
	int fd, saved;

	if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary) {
		errno = ENAMETOOLONG;
		return WR_IO;
	}
	fd = mkstemp(temporary);
	if (fd < 0)
		return WR_IO;
	mask = umask(0);
	(void)umask(mask);
	if (write_all(fd, bytes) && fchmod(fd, (mode_t)mode & ~mask) == 0 && fsync(fd) == 0 &&
	    place(temporary, path) == 0)
		status = WR_OK;
	else if (errno == EEXIST)
		status = WR_REFUSED;
	saved = errno;
	(void)close(fd);
	if (status != WR_OK || place == link)
		(void)unlink(temporary);
	if (status == WR_OK)
		sync_folder_of(path);
	errno = saved;
	return status;
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
