#ifndef WD_CLI_DEPFILE_H
#define WD_CLI_DEPFILE_H

#include <limits.h>
#include <stddef.h>

#include "compiler/writc.h"
#include "runtime/cli/args.h"
#include "vm/base/buf.h"

/*
 * A dependency file as Make, Ninja and CMake read it: `target: files`, sorted, each once,
 * with what Make would take for its own escaped. With `empty` each file is also a target
 * without prerequisites, so that deleting one is no error. False: a name holds a newline,
 * which no such file can say. Memory that ran out is in out->status.
 */
bool wd_depfile(
    struct wr_buf *out, const char *target, const char *const *files, size_t len, bool empty);

/* ---- for verbs -------------------------------------------------------------------------- */

#define WD_DEPS_OPTIONS \
	{ "deps", 0, NULL, "write the files it was made from beside the output, for Make and Ninja", false, "MD" }, \
	{ "deps-file", 0, "FILE", "write them there instead (OUTPUT.d)", false, "MF" }, \
	{ "deps-target", 0, "TARGET", "what they are prerequisites of (the output)", false, "MT" }, \
	{ "deps-empty", 0, NULL, "each file is a target too, so that deleting one is no error", false, "MP" }

/* What the options come to, and the files so far. */
struct wd_deps {
	bool wanted, empty;
	char beside[PATH_MAX];
	const char *file, *target;
	char **files;
	size_t len, room;
};

/* Read the options. `output` is "-" where there is no file to be beside. False: told. */
bool wd_deps_open(struct wd_deps *deps, const struct wd_args *args, const char *output);

/* Add a file, when they are wanted. False: out of memory, told. */
bool wd_deps_add(struct wd_deps *deps, const char *file);

/* The same for a source and every file that it was compiled from. */
bool wd_deps_add_source(struct wd_deps *deps, const char *source, const struct wc_result *result);

/* Write the file, when it is wanted. WD_YES, or WD_TROUBLE, told. */
enum wd_exit wd_deps_write(const struct wd_deps *deps);
void wd_deps_close(struct wd_deps *deps);

#endif
