/* Writes dependency files in Make's syntax. Decides how names are spelt there, not which they are.
 */
#include "runtime/cli/depfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cli/say.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"

#define DEPS_MAX (64u << 20)

/* Backslashes before a space count for Make, so they are doubled; elsewhere they are themselves. */
static void
put_name(struct wr_buf *out, const char *name)
{
	size_t backslashes = 0;

	for (; *name != '\0'; name++) {
		if (*name == ' ' || *name == '\t')
			for (size_t i = 0; i <= backslashes; i++)
				wr_buf_byte(out, '\\');
		else if (*name == '#' || *name == ':')
			wr_buf_byte(out, '\\');
		else if (*name == '$')
			wr_buf_byte(out, '$');
		backslashes = *name == '\\' ? backslashes + 1 : 0;
		wr_buf_byte(out, (uint8_t)*name);
	}
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool
wd_depfile(struct wr_buf *out, const char *target, const char *const *files, size_t len, bool empty)
{
	const char **sorted = calloc(len + 1, sizeof *sorted);
	bool good = strchr(target, '\n') == NULL;
	size_t kept = 0;

	if (sorted == NULL) {
		out->status = WR_NOMEM;
		return good;
	}
	if (len > 0)
		memcpy(sorted, files, len * sizeof *sorted);
	qsort(sorted, len, sizeof *sorted, by_bytes);
	for (size_t i = 0; i < len; i++) {
		good = good && strchr(sorted[i], '\n') == NULL;
		if (kept == 0 || strcmp(sorted[kept - 1], sorted[i]) != 0)
			sorted[kept++] = sorted[i];
	}
	put_name(out, target);
	wr_buf_byte(out, ':');
	for (size_t i = 0; i < kept; i++) {
		wr_buf_str(out, i > 0 ? " \\\n  " : " ");
		put_name(out, sorted[i]);
	}
	wr_buf_byte(out, '\n');
	for (size_t i = 0; i < kept && empty; i++) {
		wr_buf_byte(out, '\n');
		put_name(out, sorted[i]);
		wr_buf_str(out, ":\n");
	}
	free(sorted);
	return good;
}

/* ---- for verbs ------------------------------------------------------------------------------ */

bool
wd_deps_open(struct wd_deps *deps, const struct wd_args *args, const char *output)
{
	static const char *const others[] = { "deps-file", "deps-target", "deps-empty" };

	memset(deps, 0, sizeof *deps);
	deps->wanted = wd_arg(args, "deps") != NULL;
	deps->empty = wd_arg(args, "deps-empty") != NULL;
	deps->file = wd_arg(args, "deps-file");
	deps->target = wd_arg(args, "deps-target");
	for (size_t i = 0; i < 3 && !deps->wanted; i++)
		if (wd_arg(args, others[i]) != NULL) {
			wd_say_error("-MF, -MT and -MP say more about -MD, which is missing");
			return false;
		}
	if (!deps->wanted)
		return true;
	if (strcmp(output, "-") == 0 && (deps->file == NULL || deps->target == NULL)) {
		wd_say_error("without an output file, -MD needs -MF FILE and -MT TARGET");
		return false;
	}
	if (deps->target == NULL)
		deps->target = output;
	if (deps->file == NULL && snprintf(deps->beside, sizeof deps->beside, "%s.d", output) >= PATH_MAX)
		return false;
	if (deps->file == NULL)
		deps->file = deps->beside;
	return true;
}

bool
wd_deps_add(struct wd_deps *deps, const char *file)
{
	size_t size = strlen(file) + 1;

	if (!deps->wanted || strcmp(file, "-") == 0)
		return true;
	if (deps->len == deps->room) {
		size_t room = deps->room == 0 ? 64 : deps->room * 2;
		char **grown = realloc(deps->files, room * sizeof *grown);

		if (grown == NULL)
			goto nomem;
		deps->files = grown;
		deps->room = room;
	}
	deps->files[deps->len] = malloc(size);
	if (deps->files[deps->len] == NULL)
		goto nomem;
	memcpy(deps->files[deps->len++], file, size);
	return true;
nomem:
	wd_say_error("out of memory");
	return false;
}

bool
wd_deps_add_source(struct wd_deps *deps, const char *source, const struct wc_result *result)
{
	if (!wd_deps_add(deps, source))
		return false;
	for (uint32_t i = 0; i < result->files_len; i++)
		if (!wd_deps_add(deps, result->files[i]))
			return false;
	return true;
}

enum wd_exit
wd_deps_write(const struct wd_deps *deps)
{
	const char *file = deps->file;
	enum wr_status status = WR_OK;
	struct wr_buf out;

	if (!deps->wanted)
		return WD_YES;
	wr_buf_init(&out, wd_alloc(), DEPS_MAX);
	if (!wd_depfile(&out, deps->target, (const char *const *)deps->files, deps->len, deps->empty)) {
		wd_say_error("a name with a line's end in it cannot stand in %s", wd_say_safe(wr_text_of(file)));
		wr_buf_free(&out);
		return WD_TROUBLE;
	}
	status = out.status;
	if (status == WR_OK)
		status = wd_file_write(file, wr_buf_view(&out), 0666);
	if (status != WR_OK)
		wd_say_error("cannot write %s: %s", wd_say_safe(wr_text_of(file)),
		    status == WR_IO ? wd_file_why(status) : wr_status_text(status));
	wr_buf_free(&out);
	return status == WR_OK ? WD_YES : WD_TROUBLE;
}

void
wd_deps_close(struct wd_deps *deps)
{
	for (size_t i = 0; i < deps->len; i++)
		free(deps->files[i]);
	free(deps->files);
	memset(deps, 0, sizeof *deps);
}
