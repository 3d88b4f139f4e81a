/* pin: the hashes of used files, written into the sources that use them. */
#include <string.h>

#include "compiler/compile_limits.h"
#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/cli/verbs.h"
#include "runtime/sysalloc.h"

static const struct wd_option options[] = {
	{ "check", 0, NULL, "write nothing; say which files would change", false },
	WD_SOURCE_OPTIONS,
	{ 0 },
};

static enum wd_exit
pin_one(const struct wd_args *args, const char *path)
{
	bool filter = strcmp(path, "-") == 0, check = wd_arg(args, "check") != NULL;
	struct wr_buf old, new;
	enum wd_exit code;
	bool same;

	wr_buf_init(&old, wd_alloc(), WC_SOURCE_MAX + 1);
	wr_buf_init(&new, wd_alloc(), 2 * WC_SOURCE_MAX);
	code = wd_pin_file(args, path, &old, &new);
	same = code == WD_YES && wr_text_eq(wr_buf_view(&old), wr_buf_view(&new));
	if (code == WD_YES && check && !same) {
		wd_say_error(
		    "the hashes in %s are not those of the files", wd_say_safe(wr_text_of(path)));
		wd_say_help(
		    "look at the change, then run `writ pin %s`", wd_say_safe(wr_text_of(path)));
		code = WD_NO;
	} else if (code == WD_YES && !check && (filter || !same)) {
		code = wd_source_write(path, wr_buf_view(&new));
	}
	wr_buf_free(&old);
	wr_buf_free(&new);
	return code;
}

static enum wd_exit
pin(const struct wd_args *args)
{
	enum wd_exit worst = WD_YES;

	for (size_t i = 0; i < args->files_len; i++) {
		enum wd_exit code = pin_one(args, args->files[i]);

		if (code > worst)
			worst = code;
	}
	return worst;
}

const struct wd_verb wd_verb_pin = {
	.name = "pin",
	.files = "FILE.wf...",
	.files_min = 1,
	.files_max = WD_ARGS_MAX,
	.summary = "write the hash of each used file behind its path",
	.details = "A hash is the SHA-256 of the file's bytes with \\r\\n as \\n. Files that a "
		   "pinned file uses must\n"
		   "be pinned in it first. What would not change is not touched; `-` is a filter.",
	.options = options,
	.run = pin,
};
