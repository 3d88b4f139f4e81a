/* status: how far a review is, and who can take it further. Signs nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cli/review.h"
#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"

static const struct wd_option environment_options[] = { WD_ENVIRONMENT_OPTION, { 0 } };

/* One line for a digest that has been submitted. False when it has not, or cannot be read. */
static bool
print_line(const struct wd_args *args, struct wd_desk *desk, const struct wd_digest *digest)
{
	struct wd_file file;
	char hex[65];
	bool shown = false;

	wd_digest_hex(digest, hex);
	if (wd_file_open(args, desk, hex, &file) == WD_YES && file.c.verdict.version > 0 && file.c.module != NULL) {
		const struct wd_verdict *v = &file.c.verdict;
		const struct wd_condition *first = NULL;

		for (uint32_t i = 0; i < v->conditions_len && first == NULL; i++)
			if (!v->conditions[i].met)
				first = &v->conditions[i];
		printf("%.12s  %-24s version %-4llu %s%s%s\n", hex,
		    wd_say_safe(wr_module_summary(file.c.module)->workflow), (unsigned long long)v->version,
		    first == NULL ? "approved" : wd_code_word(first->code), first == NULL ? "" : ": ",
		    first == NULL ? "" : first->detail.size > 0 ? wd_say_safe(first->detail) : wd_code_who(first->code));
		shown = true;
	}
	wd_file_close(&file);
	return shown;
}

static enum wd_exit
status_of_all(const struct wd_args *args, struct wd_desk *desk)
{
	static struct wd_digest all[WD_OBJECTS_MAX];
	size_t len, shown = 0;

	if (wd_workspace_list(&desk->ws, all, sizeof all / sizeof *all, &len) != WR_OK)
		return wd_say_unreadable(".writ/objects", WR_IO);
	for (size_t i = 0; i < len; i++)
		shown += print_line(args, desk, &all[i]);
	if (shown == 0)
		wd_say("nothing has been submitted here");
	return WD_YES;
}

static enum wd_exit
status(const struct wd_args *args)
{
	struct wd_file file = { 0 };
	struct wd_desk desk = { 0 };
	enum wd_exit code = wd_desk_open(args, &desk);

	if (code == WD_YES && args->files_len == 0) {
		code = status_of_all(args, &desk);
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
	.details = "Without a digest: what has been submitted, and what each waits for. With one, exit 1 says that\n"
		   "it is not approved.",
	.options = environment_options,
	.run = status,
};
