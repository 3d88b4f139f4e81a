/* show: what the bytecode does, rendered from the bytecode. */
#include <stdio.h>

#include "runtime/cli/loaded.h"
#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/cli/verbs.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"
#include "vm/view/decompile.h"
#include "vm/view/disassemble.h"
#include "vm/view/show.h"

static const struct wd_option show_options[] = {
	{ "source", 's', NULL, "canonical source that compiles to the same bytes", false },
	{ "disasm", 'd', NULL, "node by node", false },
	{ 0 },
};

static enum wd_exit
show(const struct wd_args *args)
{
	struct wd_loaded loaded;
	enum wr_status status;
	enum wd_exit code = wd_load(args, args->files[0], &loaded);
	struct wr_buf page;

	wr_buf_init(&page, wd_alloc(), 4 * WR_MODULE_MAX);
	if (code == WD_YES) {
		if (wd_arg(args, "source") != NULL)
			status = wr_decompile(loaded.module, &page);
		else if (wd_arg(args, "disasm") != NULL)
			status = wr_disassemble(loaded.module, &page);
		else
			status = wr_show(loaded.module, wr_module_summary(loaded.module), wr_text_of(loaded.hex),
			    loaded.bytes.size, &page);
		if (status == WR_OK) {
			(void)fwrite(page.at, 1, page.size, stdout);
		} else {
			wd_say_error("cannot show it: %s", wr_status_text(status));
			code = WD_TROUBLE;
		}
	}
	wr_buf_free(&page);
	wd_loaded_free(&loaded);
	return code;
}

const struct wd_verb wd_verb_show = {
	.name = "show",
	.files = "FILE.wfb",
	.files_min = 1,
	.files_max = 1,
	.summary = "what reviewers read, decompiled from the bytecode",
	.details = "Nothing of the source reaches this page. Also takes a .wf file or a stored digest.",
	.options = show_options,
	.run = show,
};
