/* diff: what a new program does differently, riskiest first. Decided in vm/view/diff.c; told here.
 */
#include <stdio.h>
#include <unistd.h>

#include "runtime/cli/loaded.h"
#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"
#include "vm/view/diff.h"

static const struct wd_option diff_options[] = {
	{ "brief", 'b', NULL, "without the difference of the decompiled sources", false },
	{ 0 },
};

static struct wr_diff_side
side_of(const struct wd_loaded *loaded)
{
	return (struct wr_diff_side){ loaded->module, wr_module_summary(loaded->module),
		wr_text_of(loaded->hex) };
}

static enum wd_exit
compare(const struct wd_args *args, const struct wd_loaded *old, const struct wd_loaded *now)
{
	const struct wr_diff_side sides[2] = { side_of(old), side_of(now) };
	enum wr_status status;
	struct wr_buf out, painted, *shown = &out;

	wr_buf_init(&out, wd_alloc(), 8 * WR_MODULE_MAX);
	wr_buf_init(&painted, wd_alloc(), 16 * WR_MODULE_MAX);
	status = wr_diff(&sides[0], &sides[1], WR_DIFF_HEAD | (wd_arg(args, "brief") == NULL ? WR_DIFF_SOURCE : 0), &out);
	if (status == WR_OK && wd_say_colored_on(STDOUT_FILENO)) {
		wr_diff_paint(wr_buf_view(&out), &painted);
		status = painted.status;
		shown = &painted;
	}
	if (status == WR_OK)
		(void)fwrite(shown->at, 1, shown->size, stdout);
	else
		wd_say_error("cannot compare them: %s", wr_status_text(status));
	wr_buf_free(&painted);
	wr_buf_free(&out);
	if (status != WR_OK)
		return WD_TROUBLE;
	return wr_text_eq(sides[0].digest_hex, sides[1].digest_hex) ? WD_YES : WD_NO;
}

/* A file that cannot be compared is trouble: `1` says that they differ. */
static enum wd_exit
diff(const struct wd_args *args)
{
	struct wd_loaded old, now = { 0 };
	enum wd_exit code = wd_load(args, args->files[0], &old);

	if (code == WD_YES)
		code = wd_load(args, args->files[1], &now);
	if (code == WD_NO)
		code = WD_TROUBLE;
	if (code == WD_YES)
		code = compare(args, &old, &now);
	wd_loaded_free(&now);
	wd_loaded_free(&old);
	return code;
}

const struct wd_verb wd_verb_diff = {
	.name = "diff",
	.files = "OLD.wfb NEW.wfb",
	.files_min = 2,
	.files_max = 2,
	.summary = "what a new program does differently, riskiest first",
	.details = "From the bytecode alone. Also takes .wf files or stored digests. Exit code 1 "
		   "when they differ, 2 when\n"
		   "one of them does not verify.",
	.options = diff_options,
	.run = diff,
};
