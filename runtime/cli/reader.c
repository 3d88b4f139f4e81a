/*
 * Files for the compiler: finds what a source names, beside it or below an -I DIR, and keeps it
 * inside the roots. Says nothing to people but for a command line that makes no sense.
 */
#include "runtime/cli/reader.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/compile_limits.h"
#include "runtime/cli/say.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/crypto.h"

#define NEARBY_MAX 256u

/* ---- the roots --------------------------------------------------------------------------- */

static bool
exists(const char *folder, const char *name)
{
	char path[PATH_MAX + 16];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

/* The folder of a file, resolved. */
static bool
folder_of(const char *file, char ret[PATH_MAX])
{
	char copy[PATH_MAX];
	char *slash;

	if (snprintf(copy, sizeof copy, "%s", file) >= (int)sizeof copy)
		return false;
	slash = strrchr(copy, '/');
	if (slash != NULL)
		slash[slash == copy] = '\0';
	return realpath(slash != NULL ? copy : ".", ret) != NULL;
}

/* The folder itself, or the nearest above it that is the top of a workspace. */
static void
root_above(const char *folder, char ret[PATH_MAX])
{
	char up[PATH_MAX];
	char *slash;

	memcpy(up, folder, sizeof up);
	memcpy(ret, folder, sizeof up);
	for (;;) {
		if (exists(up, "policy.json") || exists(up, ".git")) {
			memcpy(ret, up, sizeof up);
			return;
		}
		slash = strrchr(up, '/');
		if (slash == NULL || slash == up)
			return;
		*slash = '\0';
	}
}

static bool
add_roots(struct wd_reader *r, const struct wd_args *args)
{
	const char *dir;

	r->roots_len = 1;
	for (unsigned i = 0; (dir = wd_arg_at(args, "include", i)) != NULL; i++) {
		if (r->roots_len == WD_ROOTS_MAX) {
			wd_say_error("-I is given more than %u times", WD_ROOTS_MAX - 1);
			return false;
		}
		if (realpath(dir, r->root[r->roots_len]) == NULL) {
			wd_say_error("-I %s: no such folder", wd_say_safe(wr_text_of(dir)));
			return false;
		}
		r->given[r->roots_len++] = dir;
	}
	return true;
}

bool
wd_reader_open(struct wd_reader *r, const struct wd_args *args, const char *file)
{
	bool good;

	r->name = file;
	r->given[0] = NULL;
	good = folder_of(file, r->folder);
	if (good && strcmp(args->folder, ".") != 0)
		good = realpath(args->folder, r->root[0]) != NULL;
	else if (good)
		root_above(r->folder, r->root[0]);
	if (!good) {
		wd_say_error("cannot find the folder of %s", wd_say_safe(wr_text_of(file)));
		return false;
	}
	memcpy(r->shown_root, r->root[0], sizeof r->shown_root);
	return add_roots(r, args);
}

static bool
inside(const char *root, const char *path)
{
	size_t size = strlen(root);

	return strncmp(root, path, size) == 0 &&
	       (path[size] == '/' || path[size] == '\0' || strcmp(root, "/") == 0);
}

/* Which root a real path lies in, the source root before others; or roots_len. */
static unsigned
root_of(const struct wd_reader *r, const char *real)
{
	unsigned i = 0;

	while (i < r->roots_len && !inside(r->root[i], real))
		i++;
	return i;
}

/* ---- finding ------------------------------------------------------------------------------- */

/* What a question asks for: where, and how messages call it. */
struct found {
	char folder[PATH_MAX]; /* of the file that asks */
	char real[PATH_MAX];
	char name[PATH_MAX * 2]; /* from where the tool was started, as the asking file is */
};

/* Names in the folder of a file that is not there, spelled as the source spells its path. */
static void
list_nearby(const char *asking, struct wc_reading *reading)
{
	char folder[PATH_MAX * 2], path[PATH_MAX * 2];
	size_t lead = reading->path.size; /* what the path names before its last part */
	struct wr_text *names = wr_arena_array(reading->arena, NEARBY_MAX, sizeof *names);
	struct dirent *entry;
	DIR *d;

	while (lead > 0 && reading->path.at[lead - 1] != '/')
		lead--;
	(void)snprintf(folder, sizeof folder, "%s/%.*s", asking, (int)lead, reading->path.at);
	d = names == NULL ? NULL : opendir(folder);
	if (d == NULL)
		return;
	while (reading->nearby_len < NEARBY_MAX && (entry = readdir(d)) != NULL) {
		struct wr_text copy;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(
		    path, sizeof path, "%.*s%s", (int)lead, reading->path.at, entry->d_name);
		copy = wr_arena_text(reading->arena, wr_text_of(path));
		if (copy.at != NULL)
			names[reading->nearby_len++] = copy;
	}
	(void)closedir(d);
	reading->nearby = names;
}

/* `a/../b.wf` as `b.wf`, when that is the same file: a symbolic link may say otherwise. */
static void
shorten(struct found *f)
{
	char copy[PATH_MAX * 2], real[PATH_MAX];
	char *up;

	while ((up = strstr(f->name, "/../")) != NULL) {
		char *from = up;

		while (from > f->name && from[-1] != '/')
			from--;
		if (from == up || strncmp(from, "../", 3) == 0 || strncmp(from, "./", 2) == 0)
			return;
		memcpy(copy, f->name, sizeof copy);
		memmove(from, up + 4, strlen(up + 4) + 1);
		if (realpath(f->name, real) == NULL || strcmp(real, f->real) != 0) {
			memcpy(f->name, copy, sizeof copy);
			return;
		}
	}
}

static bool
find_beside(struct found *f, const char *from, const char *path)
{
	const char *slash = path[0] == '/' ? NULL : strrchr(from, '/');
	int lead = slash != NULL ? (int)(slash - from) + 1 : 0;
	char whole[PATH_MAX * 2];

	(void)snprintf(whole, sizeof whole, "%s%s%s", path[0] == '/' ? "" : f->folder,
	    path[0] == '/' ? "" : "/", path);
	(void)snprintf(f->name, sizeof f->name, "%.*s%s", lead, from, path);
	return realpath(whole, f->real) != NULL;
}

/* Beside the file that asks, then below each -I DIR. WR_ABSENT, or WR_IO: it cannot be looked at.
 */
static enum wr_status
find(const struct wd_reader *r, const struct wc_reading *reading, struct found *f)
{
	char path[PATH_MAX];

	if (reading->path.size == 0 || reading->path.size >= PATH_MAX ||
	    memchr(reading->path.at, '\0', reading->path.size) != NULL)
		return WR_ABSENT;
	(void)snprintf(path, sizeof path, "%.*s", (int)reading->path.size, reading->path.at);
	if (strcmp(reading->from, r->name) == 0)
		memcpy(f->folder, r->folder, sizeof f->folder);
	else if (!folder_of(reading->from, f->folder))
		return WR_IO;
	if (find_beside(f, reading->from, path)) {
		shorten(f);
		return WR_OK;
	}
	if (errno != ENOENT && errno != ENOTDIR)
		return WR_IO;
	for (unsigned i = 1; i < r->roots_len && path[0] != '/'; i++) {
		(void)snprintf(f->name, sizeof f->name, "%s/%s", r->given[i], path);
		if (realpath(f->name, f->real) != NULL)
			return WR_OK;
	}
	return WR_ABSENT;
}

static enum wr_status
take(struct wc_reading *reading, const struct found *f)
{
	struct wr_buf bytes;
	enum wr_status status;

	wr_buf_init(&bytes, wd_alloc(), WC_SOURCE_MAX);
	status = wd_file_read(f->real, &bytes);
	if (status == WR_OK) {
		reading->bytes = wr_arena_text(reading->arena, wr_buf_view(&bytes));
		reading->name = wr_arena_text(reading->arena, wr_text_of(f->name)).at;
		reading->identity = wr_arena_text(reading->arena, wr_text_of(f->real));
		if (reading->bytes.at == NULL || reading->name == NULL ||
		    reading->identity.at == NULL)
			status = WR_NOMEM;
	}
	wr_buf_free(&bytes);
	return status;
}

enum wr_status
wd_reader_read(void *user, struct wc_reading *reading)
{
	const struct wd_reader *r = user;
	struct found f;
	enum wr_status status;
	unsigned root;

	f.folder[0] = '\0';
	status = find(r, reading, &f);
	if (status != WR_OK) {
		if (status == WR_ABSENT && f.folder[0] != '\0')
			list_nearby(f.folder, reading);
		return status;
	}
	root = root_of(r, f.real);
	if (root == r->roots_len) {
		reading->root = wr_arena_text(reading->arena, wr_text_of(r->shown_root));
		return WR_REFUSED;
	}
	reading->elsewhere = root != root_of(r, f.folder);
	return take(reading, &f);
}

enum wr_status
wd_reader_find(const struct wd_reader *r, struct wr_text path, char ret_real[PATH_MAX])
{
	const struct wc_reading reading = { .path = path, .from = r->name };
	char folder[PATH_MAX], whole[PATH_MAX * 2];
	const char *slash;
	struct found f;
	enum wr_status s = find(r, &reading, &f);

	if (s == WR_OK) {
		if (root_of(r, f.real) == r->roots_len)
			return WR_REFUSED;
		memcpy(ret_real, f.real, sizeof f.real);
		return WR_OK;
	}
	if (s != WR_ABSENT || path.size == 0 || path.size >= PATH_MAX || path.at[0] == '/' ||
	    memchr(path.at, '\0', path.size) != NULL)
		return s;
	(void)snprintf(whole, sizeof whole, "%s/%.*s", r->folder, (int)path.size, path.at);
	slash = strrchr(whole, '/');
	(void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - whole), whole);
	if (realpath(folder, f.real) == NULL)
		return WR_IO; /* there is no such folder either */
	if (root_of(r, f.real) == r->roots_len)
		return WR_REFUSED;
	return snprintf(ret_real, PATH_MAX, "%s%s", f.real, slash) < PATH_MAX ? WR_ABSENT : WR_IO;
}

void
wd_reader_sha256(struct wr_text bytes, uint8_t ret_hash[32])
{
	struct wd_digest digest = wd_sha256(bytes);

	memcpy(ret_hash, digest.at, sizeof digest.at);
}
