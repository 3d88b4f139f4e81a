/*
 * Loaded before a program: counts what it does to files of a store (what has "/.writ" in its path) and, at a step
 * that the environment names, kills it, lets the call fail, or takes the power away: then what was not flushed is
 * lost. It decides nothing about what is right; tests/service/faults_test.c does.
 *
 *	FAULT_AT=n    the step; 0: none, but with FAULT_HOW=lost the power goes after the program's end
 *	FAULT_HOW=    kill; cut (a write writes half, then kill); short (a write writes half and says so);
 *	              eio, eintr (the call fails, once); full (it fails, and so does what needs room from then on);
 *	              torn (power: of files that were not flushed half is there); lost (power: and of folders that were
 *	              not flushed, what was put into them is not)
 *	FAULT_MARK=   a file that is made when the step is reached
 *	FAULT_GRAVE=  a folder for what is lost
 *
 * System calls are made without the C library: it may not be ready, and its own functions are these.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES_MAX 64
#define DEEDS_MAX 128

/* Open descriptors that we know. */
static struct {
	bool used, folder;
	char path[PATH_MAX];
} fds[1024];

/* Files that were written and not flushed. */
static struct {
	bool dirty;
	char path[PATH_MAX];
} files[FILES_MAX];

/* What was put into folders, in order. */
static struct deed {
	enum { MADE_FILE, MADE_FOLDER, RENAMED, LINKED } what;
	bool safe;
	char folder[PATH_MAX], path[PATH_MAX], from[PATH_MAX], before[PATH_MAX]; /* before: what stood there, kept */
} deeds[DEEDS_MAX];

static unsigned deeds_len, files_len, steps, graves;

static bool
is(const char *how)
{
	const char *given = getenv("FAULT_HOW");

	return given != NULL && strcmp(given, how) == 0;
}

static bool
ours(const char *path)
{
	return strstr(path, "/.writ") != NULL;
}

static void
grave(char path[PATH_MAX])
{
	const char *folder = getenv("FAULT_GRAVE");

	(void)snprintf(path, PATH_MAX, "%s/%d-%u", folder == NULL ? "/tmp" : folder, (int)getpid(), graves++);
}

static int
really_rename(const char *from, const char *to)
{
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static struct deed *
deed(int what, const char *path)
{
	struct deed *d = &deeds[deeds_len++ % DEEDS_MAX];
	char *slash;

	memset(d, 0, sizeof *d);
	d->what = what;
	(void)snprintf(d->path, sizeof d->path, "%s", path);
	(void)snprintf(d->folder, sizeof d->folder, "%s", path);
	slash = strrchr(d->folder, '/');
	if (slash != NULL)
		*slash = '\0';
	return d;
}

static unsigned
file(const char *path)
{
	unsigned i = 0;

	while (i < files_len && strcmp(files[i].path, path) != 0)
		i++;
	if (i == files_len && files_len < FILES_MAX)
		(void)snprintf(files[files_len++].path, PATH_MAX, "%s", path);
	return i % FILES_MAX;
}

/* What a disk has when the power goes: of what was not flushed nothing, or half. */
static void
lose(bool names)
{
	for (unsigned i = 0; i < files_len; i++) {
		struct stat st;

		if (files[i].dirty && stat(files[i].path, &st) == 0)
			(void)truncate(files[i].path, names ? 0 : st.st_size / 2);
	}
	for (unsigned i = deeds_len; names && i > 0; i--) {
		struct deed *d = &deeds[i - 1];
		char gone[PATH_MAX];

		if (d->safe)
			continue;
		grave(gone);
		if (d->what == RENAMED)
			(void)really_rename(d->path, d->from);
		else
			(void)really_rename(d->path, gone);
		if (d->before[0] != '\0')
			(void)really_rename(d->before, d->path);
	}
}

static void
die(void)
{
	if (is("torn") || is("lost"))
		lose(is("lost"));
	(void)syscall(SYS_kill, getpid(), SIGKILL);
	for (;;)
		(void)pause();
}

/* One step. True: this call is to fail, with errno set. needs_room: a full disk refuses it. */
static bool
step(bool needs_room)
{
	const char *at = getenv("FAULT_AT"), *mark = getenv("FAULT_MARK");
	unsigned n = at == NULL ? 0 : (unsigned)atoi(at);

	steps++;
	if (n == 0 || steps < n || (steps > n && !(is("full") && needs_room)))
		return false;
	if (mark != NULL)
		(void)syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, mark, O_CREAT | O_WRONLY, 0666));
	if (is("kill") || is("torn") || is("lost"))
		die();
	errno = is("eintr") ? EINTR : is("full") ? ENOSPC : EIO;
	return is("eio") || is("eintr") || (is("full") && needs_room);
}

static void
remember(int fd, const char *path, bool folder)
{
	if (fd < 0 || fd >= 1024)
		return;
	fds[fd].used = true;
	fds[fd].folder = folder;
	(void)snprintf(fds[fd].path, PATH_MAX, "%s", path);
	if (folder && strlen(path) > 1 && path[strlen(path) - 1] == '/')
		fds[fd].path[strlen(path) - 1] = '\0';
}

/* ---- the calls ---------------------------------------------------------------------------- */

int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	int fd;

	if ((flags & O_CREAT) != 0) {
		va_list list;

		va_start(list, flags);
		mode = (mode_t)va_arg(list, int);
		va_end(list);
	}
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if ((flags & O_DIRECTORY) != 0)
		remember(fd, path, true);
	return fd;
}

int
open64(const char *path, int flags, ...)
{
	mode_t mode = 0;

	if ((flags & O_CREAT) != 0) {
		va_list list;

		va_start(list, flags);
		mode = (mode_t)va_arg(list, int);
		va_end(list);
	}
	return open(path, flags, mode);
}

int
close(int fd)
{
	if (fd >= 0 && fd < 1024)
		fds[fd].used = false;
	return (int)syscall(SYS_close, fd);
}

int
mkdir(const char *path, mode_t mode)
{
	int got;

	if (ours(path) && step(true))
		return -1;
	got = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
	if (got == 0 && ours(path))
		(void)deed(MADE_FOLDER, path);
	return got;
}

int
mkstemp(char *template)
{
	static unsigned turn;
	char *tail = template + strlen(template) - 6;
	int fd;

	if (ours(template) && step(true))
		return -1;
	do {
		char digits[16];

		(void)snprintf(digits, sizeof digits, "%02x%04x", ++turn & 0xFF, (unsigned)getpid() & 0xFFFF);
		memcpy(tail, digits, 6);
		fd = (int)syscall(SYS_openat, AT_FDCWD, template, O_RDWR | O_CREAT | O_EXCL, 0600);
	} while (fd < 0 && errno == EEXIST);
	if (fd >= 0 && ours(template)) {
		remember(fd, template, false);
		files[file(template)].dirty = true;
		(void)deed(MADE_FILE, template);
	}
	return fd;
}

int
mkstemp64(char *template)
{
	return mkstemp(template);
}

ssize_t
write(int fd, const void *bytes, size_t size)
{
	const char *at = getenv("FAULT_AT");
	bool known = fd >= 0 && fd < 1024 && fds[fd].used && !fds[fd].folder;

	if (known && step(true))
		return -1;
	if (known && at != NULL && steps == (unsigned)atoi(at) && size > 1 && (is("short") || is("cut"))) {
		ssize_t half = (ssize_t)syscall(SYS_write, fd, bytes, size / 2);

		if (is("cut"))
			die();
		return half;
	}
	return (ssize_t)syscall(SYS_write, fd, bytes, size);
}

int
fchmod(int fd, mode_t mode)
{
	if (fd >= 0 && fd < 1024 && fds[fd].used && step(false))
		return -1;
	return (int)syscall(SYS_fchmod, fd, mode);
}

int
fsync(int fd)
{
	bool known = fd >= 0 && fd < 1024 && fds[fd].used;
	int got;

	if (known && step(false))
		return -1;
	got = (int)syscall(SYS_fsync, fd);
	if (got != 0 || !known)
		return got;
	if (!fds[fd].folder)
		files[file(fds[fd].path)].dirty = false;
	for (unsigned i = 0; i < deeds_len && fds[fd].folder; i++)
		deeds[i].safe |= strcmp(deeds[i].folder, fds[fd].path) == 0;
	return got;
}

int
rename(const char *from, const char *to)
{
	char before[PATH_MAX] = "";
	struct deed *d;
	unsigned i;

	if (ours(to) && step(false))
		return -1;
	if (ours(to) && access(to, F_OK) == 0) {
		grave(before);
		(void)syscall(SYS_linkat, AT_FDCWD, to, AT_FDCWD, before, 0);
	}
	if (really_rename(from, to) != 0)
		return -1;
	if (!ours(to))
		return 0;
	i = file(from);
	(void)snprintf(files[i].path, PATH_MAX, "%s", to);
	d = deed(RENAMED, to);
	(void)snprintf(d->from, PATH_MAX, "%s", from);
	(void)snprintf(d->before, PATH_MAX, "%s", before);
	return 0;
}

int
link(const char *from, const char *to)
{
	if (ours(to) && step(true))
		return -1;
	if (syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0) != 0)
		return -1;
	if (ours(to))
		(void)deed(LINKED, to);
	return 0;
}

int
unlink(const char *path)
{
	if (ours(path) && step(false))
		return -1;
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

/* All is said and done, and then the power goes. */
__attribute__((destructor)) static void
after(void)
{
	const char *at = getenv("FAULT_AT");

	if (at != NULL && atoi(at) == 0 && is("lost"))
		lose(true);
}
