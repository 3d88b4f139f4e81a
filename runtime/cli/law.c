/*
 * The policy that `writ check --policy` holds programs against: which one it is, and where its text
 * stands. It decides nothing about a program.
 */
#include "runtime/cli/law.h"

#include <stdio.h>
#include <string.h>

#include "runtime/cli/messages.h"
#include "runtime/cli/say.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"

/* Its bytes, for excerpts, under a name as seen from here. */
static void
show_file(struct wd_law *law, const char *path)
{
	if (!wd_path_from_here(path, law->name))
		return;
	law->source = (struct wc_source){ .name = law->name, .bytes = law->bytes.at, .size = law->bytes.size };
}

static enum wd_exit
open_file(const char *path, struct wd_law *law)
{
	enum wr_status status = wd_file_read(path, &law->bytes);
	struct wd_json_error error = { 0 };
	enum wd_exit code;

	if (status != WR_OK)
		return wd_say_unreadable(path, status);
	status = wd_policy_read(&law->own, wd_alloc(), wr_buf_view(&law->bytes), &error);
	code = wd_policy_told(path, status, &error);
	law->has_own = status == WR_OK;
	law->policy = &law->own;
	show_file(law, path);
	return code;
}

/* The version in force stands in policy.json, or signed in .writ/policy, where no line can be shown. */
static enum wd_exit
open_workspace(const struct wd_args *args, struct wd_law *law)
{
	const struct wd_workspace *ws = &law->desk.ws;
	enum wd_exit code = wd_desk_open_policy(args, &law->desk);
	struct wd_digest digest;
	char path[PATH_MAX];

	if (code == WD_TROUBLE)
		wd_say_help("--policy FILE checks against a policy that lies elsewhere");
	if (code != WD_YES)
		return code;
	law->policy = &law->desk.chain.policy;
	if (wd_workspace_read(ws, "policy.json", &law->bytes) != WR_OK ||
	    !wd_workspace_path(ws, path, "policy.json"))
		return WD_YES;
	digest = wd_sha256(wr_buf_view(&law->bytes));
	if (wd_digest_eq(&digest, &law->policy->digest))
		show_file(law, path);
	return WD_YES;
}

enum wd_exit
wd_law_open(const struct wd_args *args, const char *path, struct wd_law *ret)
{
	*ret = (struct wd_law){ .policy = NULL };
	wr_buf_init(&ret->bytes, wd_alloc(), WD_POLICY_MAX);
	return path[0] != '\0' ? open_file(path, ret) : open_workspace(args, ret);
}

void
wd_law_close(struct wd_law *law)
{
	wd_desk_close(&law->desk);
	if (law->has_own)
		wd_policy_free(&law->own);
	wr_buf_free(&law->bytes);
}
