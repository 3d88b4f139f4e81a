/* Writes dependency files in Make's syntax. Decides how names are spelt there, not which they are.
 */
#include "runtime/cli/depfile.h"

#include <stdlib.h>
#include <string.h>

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
