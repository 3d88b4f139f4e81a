#ifndef WD_CLI_SOURCES_H
#define WD_CLI_SOURCES_H

#include "runtime/cli/args.h"

/* Sources by name: files as given, and what lies in folders. */
#define WD_SOURCES_MAX 65536u /* files in all */

struct wd_sources {
	char **at;
	size_t len, room;
};

/*
 * Files stay as they are; a folder stands for each *.wf file below it, in the order of their
 * names; hidden folders and links to folders are passed over. False: told on standard error. The
 * caller frees *ret always.
 */
bool wd_sources_find(const struct wd_args *args, struct wd_sources *ret);
void wd_sources_free(struct wd_sources *sources);

#endif
