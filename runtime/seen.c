/* Which versions were obeyed here before. It remembers; what a version may do is the chain's and the gate's. */
#include "runtime/seen.h"

#include <stdio.h>
#include <string.h>

#include "runtime/files.h"
#include "runtime/sysalloc.h"

#define LINE_MAX_SIZE 256
#define DIGITS_MAX 16 /* of a version: what JSON carries exactly */

static bool
state_path(const struct wd_workspace *ws, const char *name, char path[PATH_MAX], struct wr_buf *why)
{
	char file[256];

	if (snprintf(file, sizeof file, ".writ/state/%s", name) < (int)sizeof file && wd_workspace_path(ws, path, file))
		return true;
	wr_buf_str(why, ws->root);
	wr_buf_str(why, ": the name is too long");
	return false;
}

static enum wr_status
explain(struct wr_buf *why, const char *path, enum wr_status status)
{
	wr_buf_str(why, path);
	wr_buf_str(why, ": ");
	wr_buf_str(why, status == WR_MALFORMED ? "is not what is written there"
		: status == WR_REFUSED		? "it is no regular file"
						: wd_file_why(status));
	return status;
}

/* "<version> sha256:<64 hex>\n". */
static bool
parse(struct wr_text line, uint64_t *ret_version, struct wd_digest *ret_digest)
{
	size_t at = 0;

	*ret_version = 0;
	while (at < line.size && at < DIGITS_MAX && line.at[at] >= '0' && line.at[at] <= '9')
		*ret_version = *ret_version * 10 + (uint64_t)(line.at[at++] - '0');
	return *ret_version > 0 && at < line.size && line.at[at] == ' ' && line.at[line.size - 1] == '\n' &&
	    wd_digest_read((struct wr_text){ line.at + at + 1, line.size - at - 2 }, ret_digest);
}

/* What the file says; version 0 when there is none. */
static enum wr_status
recall(const char *path, uint64_t *ret_version, struct wd_digest *ret_digest, struct wr_buf *why)
{
	struct wr_buf line;
	enum wr_status status;

	*ret_version = 0;
	wr_buf_init(&line, wd_alloc(), LINE_MAX_SIZE);
	status = wd_file_read_plain(path, &line);
	if (status == WR_OK && !parse(wr_buf_view(&line), ret_version, ret_digest))
		status = WR_MALFORMED;
	wr_buf_free(&line);
	if (status == WR_OK || status == WR_ABSENT)
		return WR_OK;
	(void)explain(why, path, status);
	return status == WR_REFUSED ? WR_MALFORMED : status;
}

static enum wr_status
remember(const struct wd_workspace *ws, const char *path, uint64_t version, const struct wd_digest *digest,
    struct wr_buf *why)
{
	struct wr_buf line;
	enum wr_status status;

	wr_buf_init(&line, wd_alloc(), LINE_MAX_SIZE);
	wr_buf_u64(&line, version);
	wr_buf_byte(&line, ' ');
	wd_digest_write(&line, digest);
	wr_buf_byte(&line, '\n');
	status = line.status;
	if (status == WR_OK)
		status = wd_workspace_write(ws, path + strlen(ws->root) + 1, wr_buf_view(&line));
	wr_buf_free(&line);
	return status == WR_OK ? WR_OK : explain(why, path, status);
}

/* ---- of the policy ------------------------------------------------------------------------ */

static bool
policy_path(const struct wd_workspace *ws, const struct wd_chain *chain, char path[PATH_MAX], struct wr_buf *why)
{
	char name[128], hex[65];

	wd_digest_hex(&chain->root, hex);
	(void)snprintf(name, sizeof name, "policy-%s", hex);
	return state_path(ws, name, path, why);
}

enum wr_status
wd_seen_policy(const struct wd_workspace *ws, const struct wd_chain *chain, struct wr_buf *why)
{
	struct wd_digest digest = { { 0 } };
	char path[PATH_MAX];
	uint64_t version;
	enum wr_status status;

	if (!policy_path(ws, chain, path, why))
		return WR_IO;
	status = recall(path, &version, &digest, why);
	if (status != WR_OK || version == 0 ||
	    (version <= chain->len && wd_digest_eq(&chain->versions[version - 1], &digest)))
		return status;
	wr_buf_str(why, "policy-rollback: version ");
	wr_buf_u64(why, version);
	wr_buf_str(why, " of the policy was in force here (");
	wd_digest_write(why, &digest);
	wr_buf_str(why, "), and it is not in .writ/policy any more");
	return WR_STALE;
}

enum wr_status
wd_seen_policy_keep(const struct wd_workspace *ws, const struct wd_chain *chain, struct wr_buf *why)
{
	char path[PATH_MAX];

	return policy_path(ws, chain, path, why)
	    ? remember(ws, path, chain->policy.version, &chain->policy.digest, why)
	    : WR_IO;
}

/* ---- of workflows ------------------------------------------------------------------------- */

static bool
version_path(const struct wd_workspace *ws, struct wr_text environment, const char *workflow, char path[PATH_MAX],
    struct wr_buf *why)
{
	char name[192];

	(void)snprintf(name, sizeof name, "version-%.*s-%s", (int)environment.size, environment.at, workflow);
	return state_path(ws, name, path, why);
}

enum wr_status
wd_seen_version(const struct wd_workspace *ws, struct wr_text environment, const char *workflow, uint64_t *ret_version,
    struct wr_buf *why)
{
	struct wd_digest ignored;
	char path[PATH_MAX];

	return version_path(ws, environment, workflow, path, why) ? recall(path, ret_version, &ignored, why) : WR_IO;
}

enum wr_status
wd_seen_version_keep(const struct wd_workspace *ws, struct wr_text environment, const char *workflow, uint64_t version,
    const struct wd_digest *digest, struct wr_buf *why)
{
	struct wd_digest ignored;
	char path[PATH_MAX];
	uint64_t seen;
	enum wr_status status;

	if (!version_path(ws, environment, workflow, path, why))
		return WR_IO;
	status = recall(path, &seen, &ignored, why);
	return status == WR_OK && version > seen ? remember(ws, path, version, digest, why) : status;
}
