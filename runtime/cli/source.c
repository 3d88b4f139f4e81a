/* Reads sources and what they name, and has them compiled. Judges no program. */
#include "runtime/cli/source.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/compile_limits.h"
#include "runtime/cli/messages.h"
#include "runtime/cli/say.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "runtime/workspace.h"
#include "vm/base/limits.h"

#define NEARBY_MAX 256u
#define NAMES_MAX WD_WARNINGS_MAX

/* What the compiler's questions are answered from. */
struct reader {
	char root[PATH_MAX];       /* no file outside it */
	char folder[PATH_MAX];     /* of the source that is compiled */
	char shown_root[PATH_MAX]; /* as messages call it */
};

static bool
exists(const char *folder, const char *name)
{
	char path[PATH_MAX + 16];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

/* Folder of a file, resolved; and the root to which its reading is confined. */
static bool
find_root(struct reader *r, const struct wd_args *args, const char *file)
{
	char copy[PATH_MAX], up[PATH_MAX];
	char *slash;

	if (snprintf(copy, sizeof copy, "%s", file) >= (int)sizeof copy)
		return false;
	slash = strrchr(copy, '/');
	if (slash != NULL)
		slash[slash == copy] = '\0';
	if (realpath(slash != NULL ? copy : ".", r->folder) == NULL)
		return false;
	if (strcmp(args->folder, ".") != 0)
		return realpath(args->folder, r->root) != NULL;
	memcpy(up, r->folder, sizeof up);
	memcpy(r->root, r->folder, sizeof up);
	for (;;) {
		if (exists(up, "policy.json") || exists(up, ".git")) {
			memcpy(r->root, up, sizeof up);
			return true;
		}
		slash = strrchr(up, '/');
		if (slash == NULL || slash == up)
			return true;
		*slash = '\0';
	}
}

static bool
inside(const char *root, const char *path)
{
	size_t size = strlen(root);

	return strncmp(root, path, size) == 0 &&
	       (path[size] == '/' || path[size] == '\0' || strcmp(root, "/") == 0);
}

/* Names in the folder of a file that is not there, spelled as the source spells its path. */
static void
list_nearby(const struct reader *r, struct wc_reading *reading)
{
	char folder[PATH_MAX * 2], path[PATH_MAX * 2];
	const char *slash =
	    reading->path.size == 0 ? NULL : memrchr(reading->path.at, '/', reading->path.size);
	size_t lead = slash == NULL ? 0 : (size_t)(slash - reading->path.at) + 1;
	struct wr_text *names = wr_arena_array(reading->arena, NEARBY_MAX, sizeof *names);
	struct dirent *entry;
	DIR *d;

	(void)snprintf(folder, sizeof folder, "%s/%.*s", r->folder, (int)lead, reading->path.at);
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

/* How messages and depfiles call a file: from where the tool was started, as its source is. */
static bool
name_beside(const char *source, struct wr_text path, char out[PATH_MAX])
{
	const char *slash = path.size > 0 && path.at[0] == '/' ? NULL : strrchr(source, '/');
	int lead = slash != NULL ? (int)(slash - source) + 1 : 0;

	return snprintf(out, PATH_MAX, "%.*s%.*s", lead, source, (int)path.size, path.at) <
	       PATH_MAX;
}

static enum wr_status
read_file(void *user, struct wc_reading *reading)
{
	const struct reader *r = user;
	char path[PATH_MAX * 2], real[PATH_MAX], name[PATH_MAX];
	enum wr_status status;
	struct wr_buf bytes;
	struct wr_text copy;

	if (reading->path.size >= PATH_MAX ||
	    memchr(reading->path.at, '\0', reading->path.size) != NULL)
		return WR_IO;
	(void)snprintf(path, sizeof path, "%s%s%.*s", reading->path.at[0] == '/' ? "" : r->folder,
	    reading->path.at[0] == '/' ? "" : "/", (int)reading->path.size, reading->path.at);
	if (realpath(path, real) == NULL) {
		if (errno != ENOENT && errno != ENOTDIR)
			return WR_IO;
		list_nearby(r, reading);
		return WR_ABSENT;
	}
	if (!inside(r->root, real)) {
		reading->root = wr_arena_text(reading->arena, wr_text_of(r->shown_root));
		return WR_REFUSED;
	}
	if (!name_beside(reading->from, reading->path, name))
		return WR_IO;
	wr_buf_init(&bytes, wd_alloc(), WC_SOURCE_MAX);
	status = wd_file_read(real, &bytes);
	if (status == WR_OK) {
		copy = wr_arena_text(reading->arena, wr_buf_view(&bytes));
		reading->bytes = copy;
		reading->name = wr_arena_text(reading->arena, wr_text_of(name)).at;
		if (copy.at == NULL || reading->name == NULL)
			status = WR_NOMEM;
	}
	wr_buf_free(&bytes);
	return status;
}

static enum wd_exit
verdict(enum wr_status status, struct wd_compiled *c, const char *path)
{
	c->library = status == WR_ABSENT;
	switch ((int)status) {
	case WR_OK:
	case WR_ABSENT:
		return WD_YES;
	case WR_REFUSED:
		return WD_NO;
	case WR_FAILED:
		wd_say_error("a bug in writ: the verifier refused what was compiled from %s: %s",
		    path, c->result.bug != NULL ? c->result.bug : "no reason given");
		wd_say_help("please report it with the source; nothing was written");
		return WD_BUG;
	default:
		wd_say_error(
		    "cannot compile %s: %s", wd_say_safe(wr_text_of(path)), wr_status_text(status));
		return WD_TROUBLE;
	}
}

/* Warnings named on the command line, by name or code. False: one is not a warning, and it was
 * told. */
static bool
gather(const struct wd_args *args, const char *option, struct wr_text names[NAMES_MAX],
    uint32_t *ret_len)
{
	const char *word;

	for (*ret_len = 0;
	     *ret_len < NAMES_MAX && (word = wd_arg_at(args, option, *ret_len)) != NULL;
	     ++*ret_len) {
		if (!wd_warning_find(option, word, &names[*ret_len]))
			return false;
	}
	return true;
}

/* What the command line says about messages. Lists point into names. False: told. */
static bool
take_options(const struct wd_args *args, struct wr_text names[3][NAMES_MAX], struct wc_options *ret)
{
	const char *max = wd_arg(args, "max-errors"), *w = wd_arg(args, "warnings");
	char *end;

	ret->allow = names[0];
	ret->deny = names[1];
	if (!gather(args, "allow", names[0], &ret->allow_len) ||
	    !gather(args, "deny", names[1], &ret->deny_len))
		return false;
	if (w != NULL && strcmp(w, "error") != 0) {
		wd_say_error("-W takes error, not %s", wd_say_safe(wr_text_of(w)));
		return false;
	}
	if (w != NULL) {
		ret->deny = names[2];
		ret->deny_len = wd_warnings(names[2]);
	}
	ret->errors_max = 0;
	if (max == NULL)
		return true;
	errno = 0;
	ret->errors_max = (uint32_t)strtoul(max, &end, 10);
	if (max[0] >= '1' && max[0] <= '9' && *end == '\0' && errno == 0 && strlen(max) < 10)
		return true;
	wd_say_error("--max-errors takes a number from 1, not %s", wd_say_safe(wr_text_of(max)));
	return false;
}

enum wd_exit
wd_compile_file(const struct wd_args *args, const char *path, struct wd_compiled *ret)
{
	struct wr_text names[3][NAMES_MAX];
	const char *given = wd_arg(args, "stdin-name");
	const char *name = strcmp(path, "-") != 0 ? path : given != NULL ? given : "<stdin>";
	struct wc_options options = { .read = read_file };
	char portable[PATH_MAX];
	struct reader reader;
	enum wr_status status;

	*ret = (struct wd_compiled){ 0 };
	wr_buf_init(&ret->source, wd_alloc(), WC_SOURCE_MAX + 1);
	wr_buf_init(&ret->bytecode, wd_alloc(), WR_MODULE_MAX);
	if (!take_options(args, names, &options))
		return WD_TROUBLE;
	status = wd_file_read(path, &ret->source);
	if (status != WR_OK)
		return wd_say_unreadable(path, status);
	if (!find_root(&reader, args, strcmp(name, "<stdin>") == 0 ? "./-" : name)) {
		wd_say_error("cannot find the folder of %s", wd_say_safe(wr_text_of(name)));
		return WD_TROUBLE;
	}
	options.user = &reader;
	memcpy(reader.shown_root, reader.root, sizeof reader.root);
	if (wd_messages_portable() && wd_path_from_here(name, portable) &&
	    wd_path_from_here(reader.root, reader.shown_root))
		name = portable;
	status = wc_compile(
	    wd_alloc(), name, wr_buf_view(&ret->source), &options, &ret->bytecode, &ret->result);
	wd_messages_add(&ret->result.diags);
	return verdict(status, ret, name);
}

enum wd_exit
wd_compile_program(const struct wd_args *args, const char *path, struct wd_compiled *ret)
{
	enum wd_exit code = wd_compile_file(args, path, ret);

	if (code != WD_YES || !ret->library)
		return code;
	wd_say_error("%s has no `start`: there is nothing to run", wd_say_safe(wr_text_of(path)));
	return WD_NO;
}

void
wd_compiled_free(struct wd_compiled *c)
{
	wr_buf_free(&c->source);
	wr_buf_free(&c->bytecode);
	wc_result_free(&c->result);
}

static enum wd_exit
stored(const struct wd_args *args, const char *word, struct wr_buf *ret)
{
	struct wd_workspace ws;
	struct wd_digest digest;
	enum wr_status status;

	if (wd_workspace_open(&ws, args->folder) != WR_OK)
		return wd_say_unreadable(args->folder, WR_IO);
	status = wd_workspace_find(&ws, word, &digest);
	if (status == WR_OK)
		status = wd_workspace_get(&ws, &digest, ret);
	if (status == WR_OK)
		return WD_YES;
	if (status == WR_INVALID)
		wd_say_error("%s is neither a file nor a digest", wd_say_safe(wr_text_of(word)));
	else if (status == WR_REFUSED)
		wd_say_error("more than one stored digest begins with %s", word);
	else if (status == WR_LIMIT)
		wd_say_error(
		    "too many objects are stored to be sure what %s means; say the whole digest",
		    word);
	else
		wd_say_error(
		    "no bytecode with the digest %s is in %s/.writ/objects", word, ws.root);
	return WD_TROUBLE;
}

static bool
ends_with(const char *word, const char *end)
{
	size_t n = strlen(word), m = strlen(end);

	return n >= m && strcmp(word + n - m, end) == 0;
}

/* A digest means the store, even where a file has been given its name. */
static bool
names_digest(const char *word)
{
	size_t size;

	if (strncmp(word, "sha256:", 7) == 0)
		word += 7;
	size = strlen(word);
	return size >= 8 && size <= 64 && strspn(word, "0123456789abcdef") == size;
}

enum wd_exit
wd_bytecode_of(const struct wd_args *args, const char *word, struct wr_buf *ret)
{
	struct wd_compiled compiled;
	enum wr_status status;
	enum wd_exit code;

	if (ends_with(word, ".wf")) {
		code = wd_compile_program(args, word, &compiled);
		if (code == WD_YES)
			wr_buf_text(ret, wr_buf_view(&compiled.bytecode));
		wd_compiled_free(&compiled);
		return code == WD_YES && ret->status != WR_OK ? WD_TROUBLE : code;
	}
	if (names_digest(word) ||
	    (strcmp(word, "-") != 0 && access(word, F_OK) != 0 && !ends_with(word, ".wfb")))
		return stored(args, word, ret);
	status = wd_file_read(word, ret);
	return status == WR_OK ? WD_YES : wd_say_unreadable(word, status);
}
