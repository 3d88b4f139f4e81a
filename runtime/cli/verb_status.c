/* status: how far a review is, and who can take it further. Signs nothing. */
#include "runtime/cli/queue.h"
#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"

static const struct wd_option status_options[] = { WD_QUEUE_OPTIONS, WD_ENVIRONMENT_OPTION, { 0 } };

static enum wd_exit
status(const struct wd_args *args)
{
	struct wd_file file = { 0 };
	struct wd_desk desk = { 0 };
	enum wd_exit code;

	if (args->files_len > 0 && (wd_arg(args, "key") != NULL || wd_arg(args, "json") != NULL)) {
		wd_say_error("--key and --json are about all that waits: say them without a digest");
		return WD_TROUBLE;
	}
	code = wd_desk_open(args, &desk);
	if (code == WD_YES && args->files_len == 0) {
		code = wd_queue_print(args, &desk);
	} else if (code == WD_YES) {
		code = wd_file_open(args, &desk, args->files[0], &file);
		if (code == WD_YES) {
			wd_verdict_print(&desk, &file);
			code = file.c.verdict.approved ? WD_YES : WD_NO;
		}
		wd_file_close(&file);
	}
	wd_desk_close(&desk);
	return code;
}

const struct wd_verb wd_verb_status = {
	.name = "status",
	.files = "[DIGEST]",
	.files_min = 0,
	.files_max = 1,
	.summary = "the gate's verdict: every condition, met or not, and who can meet it",
	.details = "Without a digest: what has been submitted, and what each waits for; with --key what waits for\n"
		   "that person, and as what. With a digest, exit 1 says that it is not approved.",
	.options = status_options,
	.run = status,
};
