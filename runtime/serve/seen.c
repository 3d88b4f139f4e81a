/* Which version of the policy was obeyed here before. It remembers; what a version may do is the chain's. */
#include "runtime/serve/seen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/files.h"
#include "runtime/sysalloc.h"

#define LINE_MAX_SIZE 256

/* "<version> sha256:<64 hex>\n". */
static bool
parse(struct wr_text line, uint64_t *ret_version, struct wd_digest *ret_digest)
{
	size_t at = 0;

	*ret_version = 0;
	while (at < line.size && at < 9 && line.at[at] >= '0' && line.at[at] <= '9')
		*ret_version = *ret_version * 10 + (uint64_t)(line.at[at++] - '0');
	return at > 0 && at < line.size && line.at[at] == ' ' && line.at[line.size - 1] == '\n' &&
	    wd_digest_read((struct wr_text){ line.at + at + 1, line.size - at - 2 }, ret_digest);
}

static enum wr_status
compare(const struct wd_chain *chain, struct wr_text line, const char *path, struct wr_buf *why)
{
	struct wd_digest digest;
	uint64_t version;

	if (!parse(line, &version, &digest)) {
		wr_buf_str(why, path);
		wr_buf_str(why, ": is not what a service writes there");
		return WR_MALFORMED;
	}
	if (version <= chain->len && version > 0 && wd_digest_eq(&chain->versions[version - 1], &digest))
		return WR_OK;
	wr_buf_str(why, "policy-rollback: version ");
	wr_buf_u64(why, version);
	wr_buf_str(why, " of the policy was in force here (");
	wd_digest_write(why, &digest);
	wr_buf_str(why, "), and it is not in .writ/policy any more");
	return WR_STALE;
}

static enum wr_status
remember(const struct wd_workspace *ws, const struct wd_chain *chain, const char *path, struct wr_buf *why)
{
	char folder[PATH_MAX];
	struct wr_buf line;
	enum wr_status status = WR_IO;

	wr_buf_init(&line, wd_alloc(), LINE_MAX_SIZE);
	wr_buf_u64(&line, chain->policy.version);
	wr_buf_byte(&line, ' ');
	wd_digest_write(&line, &chain->policy.digest);
	wr_buf_byte(&line, '\n');
	if (line.status == WR_OK && wd_workspace_path(ws, folder, ".writ/state") && wd_folder_make(folder) == WR_OK)
		status = wd_file_write(path, wr_buf_view(&line), 0666);
	wr_buf_free(&line);
	if (status != WR_OK) {
		wr_buf_str(why, path);
		wr_buf_str(why, ": ");
		wr_buf_str(why, wd_file_why(status));
	}
	return status;
}

enum wr_status
wd_seen_check(const struct wd_workspace *ws, const struct wd_chain *chain, struct wr_buf *why)
{
	char name[128], path[PATH_MAX], hex[65];
	enum wr_status status;
	struct wr_buf line;

	wd_digest_hex(&chain->root, hex);
	(void)snprintf(name, sizeof name, ".writ/state/policy-%s", hex);
	if (!wd_workspace_path(ws, path, name)) {
		wr_buf_str(why, ws->root);
		wr_buf_str(why, ": the name is too long");
		return WR_IO;
	}
	wr_buf_init(&line, wd_alloc(), LINE_MAX_SIZE);
	status = wd_file_read(path, &line);
	if (status == WR_OK)
		status = compare(chain, wr_buf_view(&line), path, why);
	else if (status == WR_ABSENT)
		status = WR_OK;
	else {
		wr_buf_str(why, path);
		wr_buf_str(why, ": ");
		wr_buf_str(why, wd_file_why(status));
	}
	wr_buf_free(&line);
	return status == WR_OK ? remember(ws, chain, path, why) : status;
}
