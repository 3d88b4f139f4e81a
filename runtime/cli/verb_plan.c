/* plan: what a reviewer reads before they decide, in four forms. Signs nothing. */
#include <stdio.h>
#include <unistd.h>

#include "runtime/cli/plan.h"
#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"

static const struct wd_option plan_options[] = {
	{ "basis", 'b', "DIGEST", "compare with this, for looking only: approvals compare with what it follows", false },
	{ "packet", 'p', NULL, "the packet itself: the bytes whose SHA-256 is in each approval", false },
	{ "json", 'j', NULL, "all of it as one JSON object", false },
	{ "html", 0, "FILE", "all of it as one HTML file that needs no other", false },
	WD_ENVIRONMENT_OPTION,
	{ 0 },
};

/* What --basis means here. */
static enum wd_exit
take_basis(const struct wd_args *args, struct wd_desk *desk)
{
	const char *word = wd_arg(args, "basis");
	enum wr_status status;

	if (word == NULL)
		return WD_YES;
	status = wd_workspace_find(&desk->ws, word, &desk->look);
	desk->has_look = status == WR_OK;
	if (status == WR_OK)
		return WD_YES;
	wd_say_error("--basis %s: %s", wd_say_safe(wr_text_of(word)),
	    status == WR_REFUSED ? "more than one digest begins so" : "no such digest is stored here");
	return WD_TROUBLE;
}

static enum wd_exit
put(const struct wd_args *args, const struct wd_file *file)
{
	char hex[65];

	if (wd_arg(args, "html") != NULL)
		return wd_plan_html(file, wd_arg(args, "html"));
	if (wd_arg(args, "json") != NULL)
		return wd_plan_json(file);
	if (wd_arg(args, "packet") == NULL)
		return wd_plan_print(file, wd_say_colored_on(STDOUT_FILENO));
	(void)fwrite(file->c.packet.at, 1, file->c.packet.size, stdout);
	(void)fflush(stdout);
	wd_digest_hex(&file->c.packet_digest, hex);
	wd_say("packet sha256:%s", hex);
	return WD_YES;
}

static enum wd_exit
plan(const struct wd_args *args)
{
	struct wd_file file = { 0 };
	struct wd_desk desk = { 0 };
	enum wd_exit code = wd_desk_open(args, &desk);

	if (code == WD_YES)
		code = take_basis(args, &desk);
	if (code == WD_YES)
		code = wd_file_open(args, &desk, args->files[0], &file);
	if (code == WD_YES && file.c.module == NULL) {
		wd_say_error("the bytecode does not verify: %s (%s)", file.c.refusal.why, wd_say_safe(wr_text_of(file.c.refusal.where)));
		code = WD_NO;
	}
	if (code == WD_YES && desk.has_look && file.c.basis == NULL) {
		wd_say_error("--basis %s: it does not verify", wd_say_safe(wr_text_of(wd_arg(args, "basis"))));
		code = WD_NO;
	}
	if (code == WD_YES)
		code = put(args, &file);
	wd_file_close(&file);
	wd_desk_close(&desk);
	return code;
}

const struct wd_verb wd_verb_plan = {
	.name = "plan",
	.files = "FILE.wfb|DIGEST",
	.files_min = 1,
	.files_max = 1,
	.summary = "what reviewers read before they sign: what changes, who must approve, and why",
	.details = "From the bytecode, what it follows and the policy alone, never from the source. Every form names\n"
		   "the SHA-256 of the packet; `--packet` gives the bytes.",
	.options = plan_options,
	.run = plan,
};
