/*
 * Where a workspace keeps things, and nothing about what they mean. What it cannot read it names: whether
 * one can go on without it is not decided here.
 */
#include "runtime/workspace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"
#include "vm/view/safe.h"

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
	struct stat st;

	if (!wd_workspace_path(ws, path, name)) {
		errno = ENAMETOOLONG;
		return WR_IO;
	}
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) { /* a fifo that nobody writes to reads as empty */
		errno = S_ISDIR(st.st_mode) ? EISDIR : EOPNOTSUPP;
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

/* Each folder on the way is flushed, also when all was there already: whoever made it may have been cut off before that. */
enum wr_status
wd_workspace_write(const struct wd_workspace *ws, const char *name, struct wr_text bytes)
{
	char path[PATH_MAX], folder[PATH_MAX];
	enum wr_status status;

	if (!wd_workspace_path(ws, path, name)) {
		errno = ENAMETOOLONG;
		return WR_IO;
	}
	memcpy(folder, path, sizeof folder);
	*strrchr(folder, '/') = '\0';
	status = wd_folder_make(folder);
	if (status == WR_OK)
		status = wd_file_write(path, bytes, 0666);
	for (size_t root = strlen(ws->root); status == WR_OK && strlen(folder) >= root && folder[0] != '\0';) {
		status = wd_folder_flush(folder);
		*strrchr(folder, '/') = '\0';
	}
	return status == WR_OK ? WR_OK : WR_IO;
}

enum wr_status
wd_workspace_put(const struct wd_workspace *ws, struct wr_text bytecode, struct wd_digest *ret_digest)
{
	struct wd_digest digest = wd_sha256(bytecode);
	char name[128];

	(void)object_name(&digest, name);
	if (wd_workspace_write(ws, name, bytecode) != WR_OK)
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
	char name[128], path[PATH_MAX];

	(void)object_name(digest, name);
	if (!wd_workspace_path(ws, path, name)) {
		errno = ENAMETOOLONG;
		return WR_IO;
	}
	status = wd_file_read_plain(path, buf);
	if (status != WR_OK)
		return status;
	found = wd_sha256((struct wr_text){ buf->at + from, buf->size - from });
	return wd_digest_eq(&found, digest) ? WR_OK : WR_INVALID;
}

/* ---- what is to be said of files -------------------------------------------------------- */

void
wd_remarks_add(struct wd_remarks *r, const struct wd_remark *one)
{
	size_t at = r->named;

	while (at > 0 && strcmp(one->name, r->at[at - 1].name) < 0)
		at--;
	if (at > 0 && strcmp(one->name, r->at[at - 1].name) == 0)
		return;
	r->len++;
	if (at == WD_REMARKS_MAX)
		return;
	if (r->named < WD_REMARKS_MAX)
		r->named++;
	memmove(&r->at[at + 1], &r->at[at], (r->named - at - 1) * sizeof *one);
	r->at[at] = *one;
}

static void
remark(struct wd_remarks *r, const char *folder, const char *name, const char *why)
{
	struct wd_remark one;

	(void)snprintf(one.name, sizeof one.name, "%s/%s", folder, name);
	(void)snprintf(one.why, sizeof one.why, "%s", why);
	wd_remarks_add(r, &one);
}

void
wd_remark_write(const struct wd_remark *remark, struct wr_buf *out)
{
	struct wr_text name = wr_text_of(remark->name);

	if (wr_utf8_valid(name))
		wr_safe_text(out, name);
	for (size_t i = 0; i < name.size && !wr_utf8_valid(name); i++)
		if (name.at[i] >= ' ' && name.at[i] < 0x7F)
			wr_buf_byte(out, (uint8_t)name.at[i]);
		else
			wr_buf_str(out, "<?>");
	wr_buf_str(out, " (");
	wr_buf_str(out, remark->why);
	wr_buf_byte(out, ')');
}

void
wd_remarks_write(const struct wd_remarks *remarks, struct wr_buf *out)
{
	for (size_t i = 0; i < remarks->named; i++) {
		wr_buf_str(out, i > 0 ? ", " : "");
		wd_remark_write(&remarks->at[i], out);
	}
	if (remarks->len > remarks->named) {
		wr_buf_str(out, " and ");
		wr_buf_u64(out, remarks->len - remarks->named);
		wr_buf_str(out, " more");
	}
}

/* The next name in a folder, hidden ones too; NULL at its end and, with *ret_failed, where it cannot be read on. */
static const char *
next_name(DIR *folder, bool *ret_failed)
{
	struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(folder);
	} while (entry != NULL && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	*ret_failed = entry == NULL && errno != 0;
	return entry == NULL ? NULL : entry->d_name;
}

/* A folder of the store: not a link to another. *ret stays NULL, with WR_OK, when there is none. */
static enum wr_status
open_folder(const char *path, DIR **ret)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? WR_OK : WR_IO;
	*ret = fdopendir(fd);
	if (*ret != NULL)
		return WR_OK;
	(void)close(fd);
	return WR_IO;
}

/* errno stays. */
static void
close_folder(DIR *folder)
{
	int saved = errno;

	(void)closedir(folder);
	errno = saved;
}

/* What wd_file_write leaves behind when it is cut off: another name, a dot, six characters. */
static const char *
why_stray(const char *name, const char *suffix)
{
	size_t size = strlen(name), tail = strlen(suffix);

	return size > tail + 7 && name[size - 7] == '.' && memcmp(name + size - 7 - tail, suffix, tail) == 0
	    ? "a write that was cut off, or has not ended, left it"
	    : "it is none of ours";
}

/* ---- bytecode ----------------------------------------------------------------------------- */

static int
by_digest(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct wd_digest));
}

/* The digests that entries of a folder are named by, and this ending. */
static enum wr_status
list(const struct wd_workspace *ws, const char *within, const char *ending, struct wd_digest *ret_digests, size_t max,
    size_t *ret_len, struct wd_remarks *strays)
{
	enum wr_status status;
	char path[PATH_MAX];
	DIR *folder = NULL;
	const char *name;
	size_t len = 0;
	bool failed = false;

	*ret_len = 0;
	if (!wd_workspace_path(ws, path, within))
		return WR_IO;
	status = open_folder(path, &folder);
	if (folder == NULL)
		return status;
	while (status == WR_OK && (name = next_name(folder, &failed)) != NULL) {
		struct wd_digest digest;

		if (strlen(name) != 64 + strlen(ending) || strcmp(name + 64, ending) != 0 ||
		    !wd_hex_read((struct wr_text){ name, 64 }, digest.at, sizeof digest.at)) {
			if (strays != NULL)
				remark(strays, within, name, why_stray(name, ending));
		} else if (len == max) {
			status = WR_LIMIT;
		} else {
			ret_digests[len++] = digest;
		}
	}
	if (status == WR_OK && failed)
		status = WR_IO;
	close_folder(folder);
	if (status != WR_OK)
		return status;
	qsort(ret_digests, len, sizeof *ret_digests, by_digest);
	*ret_len = len;
	return WR_OK;
}

enum wr_status
wd_workspace_list(const struct wd_workspace *ws, struct wd_digest *ret_digests, size_t max, size_t *ret_len,
    struct wd_remarks *strays)
{
	return list(ws, ".writ/objects", ".wfb", ret_digests, max, ret_len, strays);
}

enum wr_status
wd_workspace_subjects(const struct wd_workspace *ws, struct wd_digest *ret_digests, size_t max, size_t *ret_len,
    struct wd_remarks *strays)
{
	return list(ws, ".writ/records", "", ret_digests, max, ret_len, strays);
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
	status = wd_workspace_list(ws, all, sizeof all / sizeof *all, &len, NULL);
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

/* ---- records, and versions of the policy --------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct wd_record_file *)a)->name, ((const struct wd_record_file *)b)->name);
}

static bool
ends_with(const char *name, const char *suffix)
{
	size_t size = strlen(name), tail = strlen(suffix);

	return name[0] != '.' && size > tail && strcmp(name + size - tail, suffix) == 0;
}

/* WORD-HEX.SUFFIX, as everything is called that was stored here: where the 16 digits stand, or NULL. */
static const char *
own_hex(const char *name, const char *suffix)
{
	size_t size = strlen(name), tail = strlen(suffix);
	const char *hex = name + size - tail - 16;

	return size > tail + 17 && hex[-1] == '-' && strspn(hex, "0123456789abcdef") == 16 ? hex : NULL;
}

/* Are these the bytes that the name is of? */
static bool
are_own(const char *hex, struct wr_text bytes)
{
	struct wd_digest digest = wd_sha256(bytes);
	char own[65];

	wd_digest_hex(&digest, own);
	return memcmp(own, hex, 16) == 0;
}

/* One file of a folder: into the list, or a remark. What is gone by now is not missed. */
static enum wr_status
read_one(const char *folder, const char *path, const char *name, const char *suffix, size_t size_max,
    struct wd_record_files *files)
{
	struct wd_record_file *f = &files->at[files->len];
	const char *hex = own_hex(name, suffix), *why = NULL;
	char file[PATH_MAX + NAME_MAX + 2];
	bool unread = hex != NULL;
	enum wr_status status;

	(void)snprintf(file, sizeof file, "%s/%s", path, name);
	wr_buf_init(&f->bytes, wd_alloc(), size_max);
	status = wd_file_read_plain(file, &f->bytes);
	if (status == WR_OK && hex != NULL && !are_own(hex, wr_buf_view(&f->bytes)))
		why = "it holds other bytes than its name says";
	else if (status == WR_REFUSED)
		why = "it is no regular file";
	else if (status == WR_LIMIT)
		why = "it is too large";
	else if (status == WR_IO)
		why = strerror(errno);
	unread |= status == WR_IO;
	if (status == WR_OK && why == NULL) {
		(void)snprintf(f->name, sizeof f->name, "%s", name);
		files->len++;
		return WR_OK;
	}
	wr_buf_free(&f->bytes);
	if (why != NULL)
		remark(unread ? &files->unread : &files->strays, folder, name, why);
	return status == WR_NOMEM ? WR_NOMEM : WR_OK;
}

enum wr_status
wd_record_files_grow(struct wd_record_files *files)
{
	size_t room = files->room == 0 ? 64 : 2 * files->room;
	struct wd_record_file *grown;

	if (files->len < files->room)
		return WR_OK;
	if (files->len == WD_RECORD_LIST_MAX)
		return WR_LIMIT;
	grown = realloc(files->at, room * sizeof *grown);
	if (grown == NULL)
		return WR_NOMEM;
	files->at = grown;
	files->room = room;
	return WR_OK;
}

/*
 * Add the files of a folder that end so; a folder that is not there has none. One that cannot be read is as a
 * file that cannot be.
 */
static enum wr_status
read_folder(const struct wd_workspace *ws, const char *name, const char *suffix, size_t size_max,
    struct wd_record_files *files)
{
	size_t before = files->len;
	enum wr_status status;
	char path[PATH_MAX];
	DIR *folder = NULL;
	const char *file;
	bool failed = false;

	if (!wd_workspace_path(ws, path, name))
		return WR_IO;
	status = open_folder(path, &folder);
	if (status != WR_OK)
		remark(&files->unread, ".writ", name + sizeof ".writ", strerror(errno));
	if (folder == NULL)
		return WR_OK;
	while (status == WR_OK && (file = next_name(folder, &failed)) != NULL) {
		if (!ends_with(file, suffix))
			remark(&files->strays, name, file, why_stray(file, suffix));
		else if (files->len - before == WD_RECORD_FILES_MAX)
			status = WR_LIMIT;
		else if ((status = wd_record_files_grow(files)) == WR_OK)
			status = read_one(name, path, file, suffix, size_max, files);
	}
	if (failed)
		remark(&files->unread, ".writ", name + sizeof ".writ", strerror(errno));
	close_folder(folder);
	if (files->len > before)
		qsort(files->at + before, files->len - before, sizeof *files->at, by_name);
	return status;
}

/* Names in a folder that `own` does not know; the rest is for whoever reads it. */
static enum wr_status
look_at(const struct wd_workspace *ws, const char *name, const char *suffix, bool (*own)(const char *name),
    mode_t type, struct wd_remarks *strays)
{
	enum wr_status status;
	char path[PATH_MAX];
	DIR *folder = NULL;
	bool failed = false;
	const char *file;

	if (!wd_workspace_path(ws, path, name))
		return WR_IO;
	status = open_folder(path, &folder);
	if (folder == NULL)
		return status;
	while ((file = next_name(folder, &failed)) != NULL) {
		struct stat st;

		if (!own(file))
			remark(strays, name, file, why_stray(file, suffix));
		else if (fstatat(dirfd(folder), file, &st, AT_SYMLINK_NOFOLLOW) == 0 && (st.st_mode & S_IFMT) != type)
			remark(strays, name, file, type == S_IFDIR ? "it is no folder" : "it is no regular file");
	}
	close_folder(folder);
	return failed ? WR_IO : WR_OK;
}

static bool
is_version(const char *name)
{
	return ends_with(name, ".dsse");
}

/* `policy-…`, `version-…`: whatever is written there, a service reads it by its name. */
static bool
is_state(const char *name)
{
	size_t size = strlen(name);

	return (strncmp(name, "policy-", 7) == 0 || strncmp(name, "version-", 8) == 0) &&
	       !(size > 7 && name[size - 7] == '.');
}

static bool
is_subject(const char *name)
{
	return strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64;
}

enum wr_status
wd_workspace_look(const struct wd_workspace *ws, struct wd_remarks *strays)
{
	enum wr_status status = look_at(ws, ".writ/policy", ".dsse", is_version, S_IFREG, strays);

	if (status == WR_OK)
		status = look_at(ws, ".writ/state", "", is_state, S_IFREG, strays);
	return status == WR_OK ? look_at(ws, ".writ/records", "", is_subject, S_IFDIR, strays) : status;
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
	return wd_workspace_write(ws, name, record);
}

enum wr_status
wd_workspace_add_version(const struct wd_workspace *ws, uint64_t version, struct wr_text envelope)
{
	struct wd_digest own = wd_sha256(envelope);
	char hex[65], name[128];

	wd_digest_hex(&own, hex);
	(void)snprintf(name, sizeof name, ".writ/policy/%llu-%.16s.dsse", (unsigned long long)version, hex);
	return wd_workspace_write(ws, name, envelope);
}
