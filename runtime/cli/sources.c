/* Finds the sources that a command line means. Reads folders, never a file. */
#include "runtime/cli/sources.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/cli/say.h"

#define FOLDERS_DEEP 32

static bool
spent(void)
{
	wd_say_error("too many files");
	return false;
}

static bool
add(struct wd_sources *s, const char *path)
{
	if (s->len == s->room) {
		size_t room = s->room == 0 ? 64 : 2 * s->room;
		char **more = room > WD_SOURCES_MAX ? NULL : realloc(s->at, room * sizeof *more);

		if (more == NULL)
			return spent();
		s->at = more;
		s->room = room;
	}
	s->at[s->len] = strdup(path);
	if (s->at[s->len] == NULL)
		return spent();
	s->len++;
	return true;
}

static bool
is_source(const char *name)
{
	size_t size = strlen(name);

	return size > 3 && strcmp(name + size - 3, ".wf") == 0;
}

static int
shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool walk(struct wd_sources *s, const char *folder, unsigned depth);

static bool
take(struct wd_sources *s, const char *folder, const char *name, unsigned depth)
{
	bool slash = folder[strlen(folder) - 1] == '/';
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof path, "%s%s%s", folder, slash ? "" : "/", name) >= PATH_MAX ||
	    lstat(path, &st) != 0)
		return true;
	if (S_ISDIR(st.st_mode))
		return walk(s, path, depth + 1);
	if (!is_source(name) || (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)))
		return true;
	return add(s, path);
}

static bool
walk(struct wd_sources *s, const char *folder, unsigned depth)
{
	struct dirent **entries = NULL;
	int len = depth > FOLDERS_DEEP ? 0 : scandir(folder, &entries, shown, alphasort);
	bool good = true;

	if (len < 0) {
		wd_say_error(
		    "cannot read %s: %s", wd_say_safe(wr_text_of(folder)), strerror(errno));
		return false;
	}
	for (int i = 0; i < len; i++) {
		good = good && take(s, folder, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
	return good;
}

bool
wd_sources_find(const struct wd_args *args, struct wd_sources *ret)
{
	struct stat st;

	*ret = (struct wd_sources){ 0 };
	for (size_t i = 0; i < args->files_len; i++) {
		const char *path = args->files[i];
		bool folder = strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode);

		if (!(folder ? walk(ret, path, 0) : add(ret, path)))
			return false;
	}
	return true;
}

void
wd_sources_free(struct wd_sources *sources)
{
	for (size_t i = 0; i < sources->len; i++)
		free(sources->at[i]);
	free(sources->at);
	*sources = (struct wd_sources){ 0 };
}
