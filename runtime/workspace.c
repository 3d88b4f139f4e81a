/* Where a workspace keeps things, and nothing about what they mean. */
#include "runtime/workspace.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

void
wd_digest_hex(const struct wd_digest *digest, char hex[65])
{
	for (size_t i = 0; i < sizeof digest->at; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest->at[i]);
}

enum wr_status
wd_workspace_open(struct wd_workspace *ws, const char *folder)
{
	char here[PATH_MAX], path[PATH_MAX + 16];
	bool first = true;
	struct stat st;

	if (realpath(folder, here) == NULL)
		return WR_IO;
	memcpy(ws->root, here, sizeof here);
	for (;;) {
		char *slash = strrchr(here, '/');

		(void)snprintf(path, sizeof path, "%s/policy.json", here);
		if (stat(path, &st) == 0 && (first || st.st_uid == geteuid() || st.st_uid == 0)) {
			memcpy(ws->root, here, sizeof here);
			return WR_OK;
		}
		if (slash == NULL || slash == here)
			return WR_OK;
		*slash = '\0';
		first = false;
	}
}

bool
wd_workspace_path(const struct wd_workspace *ws, char path[PATH_MAX], const char *name)
{
	return snprintf(path, PATH_MAX, "%s/%s", ws->root, name) < PATH_MAX;
}

enum wr_status
wd_workspace_read(const struct wd_workspace *ws, const char *name, struct wr_buf *buf)
{
	char path[PATH_MAX];

	if (!wd_workspace_path(ws, path, name)) {
		errno = ENAMETOOLONG;
		return WR_IO;
	}
	return wd_file_read(path, buf);
}

static bool
object_name(const struct wd_digest *digest, char name[128])
{
	char hex[65];

	wd_digest_hex(digest, hex);
	return snprintf(name, 128, ".writ/objects/%s.wfb", hex) < 128;
}

/* Write a file below the root and make the folders it needs. */
static enum wr_status
put(const struct wd_workspace *ws, const char *name, struct wr_text bytes)
{
	char path[PATH_MAX], folder[PATH_MAX];
	char *slash;

	if (!wd_workspace_path(ws, path, name)) {
		errno = ENAMETOOLONG;
		return WR_IO;
	}
	memcpy(folder, path, sizeof folder);
	slash = strrchr(folder, '/');
	*slash = '\0';
	return wd_folder_make(folder) == WR_OK ? wd_file_write(path, bytes, 0666) : WR_IO;
}

enum wr_status
wd_workspace_put(const struct wd_workspace *ws, struct wr_text bytecode, struct wd_digest *ret_digest)
{
	struct wd_digest digest = wd_sha256(bytecode);
	char name[128];

	(void)object_name(&digest, name);
	if (put(ws, name, bytecode) != WR_OK)
		return WR_IO;
	*ret_digest = digest;
	return WR_OK;
}

enum wr_status
wd_workspace_get(const struct wd_workspace *ws, const struct wd_digest *digest, struct wr_buf *buf)
{
	struct wd_digest found;
	enum wr_status status;
	size_t from = buf->size;
	char name[128];

	(void)object_name(digest, name);
	status = wd_workspace_read(ws, name, buf);
	if (status != WR_OK)
		return status;
	found = wd_sha256((struct wr_text){ buf->at + from, buf->size - from });
	return wd_digest_eq(&found, digest) ? WR_OK : WR_INVALID;
}

static int
by_digest(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct wd_digest));
}

/* The digests that entries of a folder are named by, and this ending. */
static enum wr_status
list(const struct wd_workspace *ws, const char *name, const char *ending, struct wd_digest *ret_digests, size_t max,
    size_t *ret_len)
{
	char path[PATH_MAX];
	struct dirent *entry;
	size_t len = 0;
	DIR *folder;

	*ret_len = 0;
	if (!wd_workspace_path(ws, path, name))
		return WR_IO;
	folder = opendir(path);
	if (folder == NULL)
		return errno == ENOENT ? WR_OK : WR_IO;
	while ((entry = readdir(folder)) != NULL) {
		struct wd_digest digest;

		if (strlen(entry->d_name) != 64 + strlen(ending) || strcmp(entry->d_name + 64, ending) != 0 ||
		    !wd_hex_read((struct wr_text){ entry->d_name, 64 }, digest.at, sizeof digest.at))
			continue;
		if (len == max) {
			(void)closedir(folder);
			return WR_LIMIT;
		}
		ret_digests[len++] = digest;
	}
	(void)closedir(folder);
	qsort(ret_digests, len, sizeof *ret_digests, by_digest);
	*ret_len = len;
	return WR_OK;
}

enum wr_status
wd_workspace_list(const struct wd_workspace *ws, struct wd_digest *ret_digests, size_t max, size_t *ret_len)
{
	return list(ws, ".writ/objects", ".wfb", ret_digests, max, ret_len);
}

enum wr_status
wd_workspace_subjects(const struct wd_workspace *ws, struct wd_digest *ret_digests, size_t max, size_t *ret_len)
{
	return list(ws, ".writ/records", "", ret_digests, max, ret_len);
}

enum wr_status
wd_workspace_find(const struct wd_workspace *ws, const char *word, struct wd_digest *ret_digest)
{
	static struct wd_digest all[WD_OBJECTS_MAX];
	size_t size, len, found = 0;
	enum wr_status status;

	if (strncmp(word, "sha256:", 7) == 0)
		word += 7;
	size = strlen(word);
	if (size < 8 || size > 64 || strspn(word, "0123456789abcdef") != size)
		return WR_INVALID;
	if (size == 64)
		return wd_hex_read((struct wr_text){ word, 64 }, ret_digest->at, 32) ? WR_OK : WR_INVALID;
	status = wd_workspace_list(ws, all, sizeof all / sizeof *all, &len);
	if (status != WR_OK)
		return status;
	for (size_t i = 0; i < len; i++) {
		char hex[65];

		wd_digest_hex(&all[i], hex);
		if (memcmp(hex, word, size) == 0) {
			*ret_digest = all[i];
			found++;
		}
	}
	return found == 1 ? WR_OK : found == 0 ? WR_ABSENT : WR_REFUSED;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct wd_record_file *)a)->name, ((const struct wd_record_file *)b)->name);
}

/* A file of its own: a link could point at anything that its follower may read, and is sent away. */
static bool
plain(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Not what an interrupted write left behind. */
static bool
ends_with(const char *name, const char *suffix)
{
	size_t size = strlen(name), tail = strlen(suffix);

	return name[0] != '.' && size > tail && strcmp(name + size - tail, suffix) == 0;
}

static void
skip(struct wd_record_files *files, const char *name)
{
	files->skipped++;
	(void)snprintf(files->skipped_name, sizeof files->skipped_name, "%s", name);
}

/* Add the plain files of a folder that end so; a folder that is not there has none. */
static enum wr_status
read_folder(const struct wd_workspace *ws, const char *name, const char *suffix, size_t size_max,
    struct wd_record_files *files)
{
	char path[PATH_MAX], file[PATH_MAX + NAME_MAX + 2];
	size_t before = files->len;
	struct dirent *entry;
	DIR *folder;

	if (!wd_workspace_path(ws, path, name))
		return WR_IO;
	folder = opendir(path);
	if (folder == NULL)
		return errno == ENOENT ? WR_OK : WR_IO;
	if (files->at == NULL)
		files->at = calloc(WD_RECORD_FILES_MAX, sizeof *files->at);
	if (files->at == NULL) {
		(void)closedir(folder);
		return WR_NOMEM;
	}
	while ((entry = readdir(folder)) != NULL) {
		struct wd_record_file *f = &files->at[files->len];

		if (!ends_with(entry->d_name, suffix))
			continue;
		if (files->len == WD_RECORD_FILES_MAX) {
			skip(files, entry->d_name);
			continue;
		}
		(void)snprintf(f->name, sizeof f->name, "%s", entry->d_name);
		(void)snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
		wr_buf_init(&f->bytes, wd_alloc(), size_max);
		if (plain(file) && wd_file_read(file, &f->bytes) == WR_OK) {
			files->len++;
		} else {
			wr_buf_free(&f->bytes);
			skip(files, entry->d_name);
		}
	}
	(void)closedir(folder);
	qsort(files->at + before, files->len - before, sizeof *files->at, by_name);
	return WR_OK;
}

enum wr_status
wd_workspace_records(const struct wd_workspace *ws, const struct wd_digest *digest, struct wd_record_files *files)
{
	char hex[65], name[128];

	wd_digest_hex(digest, hex);
	(void)snprintf(name, sizeof name, ".writ/records/%s", hex);
	return read_folder(ws, name, ".json", WD_RECORD_SIZE_MAX, files);
}

enum wr_status
wd_workspace_versions(const struct wd_workspace *ws, struct wd_record_files *files)
{
	return read_folder(ws, ".writ/policy", ".dsse", WD_POLICY_FILE_MAX, files);
}

void
wd_record_files_free(struct wd_record_files *files)
{
	for (size_t i = 0; i < files->len; i++)
		wr_buf_free(&files->at[i].bytes);
	free(files->at);
	*files = (struct wd_record_files){ 0 };
}

enum wr_status
wd_workspace_add(const struct wd_workspace *ws, const struct wd_digest *digest, const char *kind,
    struct wr_text record)
{
	struct wd_digest own = wd_sha256(record);
	char subject[65], hex[65], name[256];

	wd_digest_hex(digest, subject);
	wd_digest_hex(&own, hex);
	(void)snprintf(name, sizeof name, ".writ/records/%s/%s-%.16s.json", subject, kind, hex);
	return put(ws, name, record);
}

enum wr_status
wd_workspace_add_version(const struct wd_workspace *ws, uint64_t version, struct wr_text envelope)
{
	struct wd_digest own = wd_sha256(envelope);
	char hex[65], name[128];

	wd_digest_hex(&own, hex);
	(void)snprintf(name, sizeof name, ".writ/policy/%llu-%.16s.dsse", (unsigned long long)version, hex);
	return put(ws, name, envelope);
}
