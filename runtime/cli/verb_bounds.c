/* bounds: the worst case, agent by agent, and what it is in money. */
#include <stdio.h>

#include "runtime/cli/loaded.h"
#include "runtime/cli/prices.h"
#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

static const struct wd_option bounds_options[] = {
	{ "prices", 'p', "FILE",
	    "money too: {\"models\":{\"NAME*\":{\"input\":3,\"output\":15}}}, a million tokens",
	    false },
	{ "json", 'j', NULL, "one JSON object", false },
	{ 0 },
};

static enum wd_exit
put_costs(const struct wd_args *args, const struct wd_loaded *loaded, struct wr_arena *arena)
{
	const char *path = wd_arg(args, "prices");
	const struct wr_price *prices = NULL;
	size_t prices_len = 0;
	struct wr_costs costs;
	struct wr_buf out;
	enum wr_status status;

	if (path != NULL && wd_prices_read(path, arena, &prices, &prices_len) != WD_YES)
		return WD_TROUBLE;
	wr_buf_init(&out, wd_alloc(), 4 * WR_MODULE_MAX);
	status = wr_costs_make(
	    loaded->module, wr_module_summary(loaded->module), prices, prices_len, arena, &costs);
	if (status == WR_OK) {
		if (wd_arg(args, "json") != NULL)
			wr_costs_json(&costs, &out);
		else
			wr_costs_text(&costs, &out);
		status = out.status;
	}
	if (status == WR_OK)
		(void)fwrite(out.at, 1, out.size, stdout);
	else
		wd_say_error("cannot add it up: %s", wr_status_text(status));
	wr_buf_free(&out);
	return status == WR_OK ? WD_YES : WD_TROUBLE;
}

static enum wd_exit
bounds(const struct wd_args *args)
{
	struct wd_loaded loaded;
	struct wr_arena arena;
	enum wd_exit code = wd_load(args, args->files[0], &loaded);

	wr_arena_init(&arena, wd_alloc(), WR_LOADED_MAX);
	if (code == WD_YES)
		code = put_costs(args, &loaded, &arena);
	wr_arena_free(&arena);
	wd_loaded_free(&loaded);
	return code;
}

const struct wd_verb wd_verb_bounds = {
	.name = "bounds",
	.files = "FILE.wfb",
	.files_min = 1,
	.files_max = 1,
	.summary = "the worst case in calls, tokens, time and money, agent by agent",
	.details = "From the bytecode alone. Also takes a .wf file or a stored digest. Of the "
		   "prices whose name matches a\n"
		   "model the one with the most characters besides `*` counts.",
	.options = bounds_options,
	.run = bounds,
};
