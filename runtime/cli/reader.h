#ifndef WD_CLI_READER_H
#define WD_CLI_READER_H

#include <limits.h>

#include "compiler/writc.h"
#include "runtime/cli/args.h"

/* Answers the compiler's questions for files from the disk, inside the roots alone. */

#define WD_ROOTS_MAX 17u /* the source root, and one for each -I DIR */

struct wd_reader {
	const char *name;          /* of the source that is compiled, as the compiler calls it */
	char folder[PATH_MAX];     /* where it lies */
	char shown_root[PATH_MAX]; /* its root, as messages call it */
	char root[WD_ROOTS_MAX][PATH_MAX]; /* real paths; the first is the source root */
	const char *given[WD_ROOTS_MAX];   /* as -I said; the first is NULL */
	unsigned roots_len;
};

/*
 * Find the roots for the source in `file`: -C, else the nearest folder upward with a policy.json
 * or .git, else the file's folder; then each -I DIR. False: told on standard error.
 */
bool wd_reader_open(struct wd_reader *reader, const struct wd_args *args, const char *file);

/*
 * wc_options.read, for a user that is a wd_reader. A path is looked for beside the file that names
 * it, then below each -I DIR in order. Its real path must lie inside a root.
 */
enum wr_status wd_reader_read(void *user, struct wc_reading *reading);

/*
 * Where a path leads that the source itself names: WR_OK; WR_ABSENT, and ret_real is where it would be beside the
 * source, when that is inside the root; WR_REFUSED: outside; WR_IO.
 */
enum wr_status wd_reader_find(const struct wd_reader *reader, struct wr_text path, char ret_real[PATH_MAX]);

/* wc_options.sha256. */
void wd_reader_sha256(struct wr_text bytes, uint8_t ret_hash[32]);

#endif
