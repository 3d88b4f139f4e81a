/* Policy and bindings from a workspace's files. What they mean is runtime/trust's to say. */
#include "runtime/setting.h"

#include <stdio.h>

#include "runtime/files.h"
#include "runtime/seen.h"
#include "runtime/sysalloc.h"

/* `bindings.x.json: backends.house: is unknown`, or why the file cannot be read. */
static void
explain(struct wr_buf *why, const char *file, enum wr_status status, const struct wd_json_error *error)
{
	wr_buf_str(why, file);
	wr_buf_str(why, ": ");
	if (error->text != NULL)
		wd_json_error_print(error, why);
	else
		wr_buf_str(why, wd_file_why(status));
}

enum wr_status
wd_policy_open(const struct wd_workspace *ws, const struct wd_digest *root, struct wd_chain *ret_chain,
    struct wr_buf *why)
{
	struct wd_json_error error = { 0 };
	struct wd_policy_files files;
	enum wr_status status = wd_policy_files_read(ws, &files);

	if (status == WR_OK)
		status = wd_policy_files_chain(&files, root, ret_chain, &error);
	if (status != WR_OK)
		wd_policy_files_explain(&files, status, &error, why);
	else if ((status = wd_seen_policy(ws, ret_chain, why)) != WR_OK)
		wd_chain_free(ret_chain);
	wd_policy_files_free(&files);
	return status;
}

enum wr_status
wd_records_about(const struct wd_workspace *ws, const struct wd_policy *policy, const struct wd_digest *digest,
    struct wd_record_files *files)
{
	enum wr_status status = wd_workspace_records(ws, digest, files);

	for (uint32_t i = 0; i < policy->persons_len && status == WR_OK; i++)
		for (uint32_t k = 0; k < policy->persons[i].keys_len && status == WR_OK; k++)
			status = wd_workspace_records(ws, &policy->persons[i].keys[k].digest, files);
	return status;
}

enum wr_status
wd_bindings_open(const struct wd_workspace *ws, const char *environment, const char *path,
    struct wd_bindings *ret_bindings, struct wr_buf *why)
{
	struct wd_json_error error = { 0 };
	enum wr_status status;
	struct wr_buf bytes;
	char name[128];

	(void)snprintf(name, sizeof name, "bindings.%.64s.json", environment);
	wr_buf_init(&bytes, wd_alloc(), WD_BINDINGS_SIZE_MAX);
	status = path != NULL ? wd_file_read(path, &bytes) : wd_workspace_read(ws, name, &bytes);
	if (status == WR_ABSENT && path == NULL)
		status = wd_bindings_none(ret_bindings, wd_alloc(), environment);
	else if (status == WR_OK)
		status = wd_bindings_read(ret_bindings, wd_alloc(), wr_buf_view(&bytes), &error);
	if (status == WR_OK && !wr_text_eq(ret_bindings->environment, wr_text_of(environment))) {
		wd_bindings_free(ret_bindings);
		error = (struct wd_json_error){ .text = "is for another environment", .place = "environment" };
		status = WR_REFUSED;
	}
	if (status != WR_OK)
		explain(why, path != NULL ? path : name, status, &error);
	wr_buf_free(&bytes);
	return status;
}
