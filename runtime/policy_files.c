/*
 * The files that a policy's chain is read from, and the form in which a service publishes them. It
 * carries bytes; which of them count is the chain's to say.
 */
#include "runtime/setting.h"

#include <stdio.h>
#include <stdlib.h>

#include "runtime/files.h"
#include "runtime/json.h"
#include "runtime/sysalloc.h"

#define TYPE "writ-policy-versions/1"
#define PUBLISHED_MAX (32u << 20)

enum wr_status
wd_policy_files_read(const struct wd_workspace *ws, struct wd_policy_files *ret)
{
	enum wr_status status;

	*ret = (struct wd_policy_files){ 0 };
	wr_buf_init(&ret->first, wd_alloc(), WD_POLICY_MAX);
	status = wd_workspace_read(ws, "policy.json", &ret->first);
	if (status == WR_OK)
		status = wd_workspace_versions(ws, &ret->envelopes);
	return status == WR_OK && ret->envelopes.unread.len > 0 ? WR_IO : status;
}

void
wd_policy_files_explain(const struct wd_policy_files *files, enum wr_status status, const struct wd_json_error *error,
    struct wr_buf *why)
{
	if (files->envelopes.unread.len > 0) {
		wr_buf_str(why, "a version of the policy cannot be read: ");
		wd_remarks_write(&files->envelopes.unread, why);
		return;
	}
	wr_buf_str(why, "policy.json: ");
	if (error->text != NULL)
		wd_json_error_print(error, why);
	else
		wr_buf_str(why, wd_file_why(status));
}

enum wr_status
wd_policy_files_chain(const struct wd_policy_files *files, const struct wd_digest *root,
    struct wd_chain *ret_chain, struct wd_json_error *ret_error)
{
	struct wr_text *envelopes = calloc(files->envelopes.len + 1, sizeof *envelopes);
	enum wr_status status;

	if (envelopes == NULL)
		return WR_NOMEM;
	for (size_t i = 0; i < files->envelopes.len; i++)
		envelopes[i] = wr_buf_view(&files->envelopes.at[i].bytes);
	status = wd_chain_read(ret_chain, wd_alloc(), wr_buf_view(&files->first), envelopes,
	    (uint32_t)files->envelopes.len, root, ret_error);
	free(envelopes);
	return status;
}

static bool
counts(const struct wd_chain *chain, size_t envelope)
{
	for (uint32_t i = 0; i < chain->notes_len; i++)
		if (chain->notes[i].envelope == envelope)
			return false;
	return true;
}

enum wr_status
wd_policy_files_publish(const struct wd_policy_files *files, const struct wd_chain *chain, struct wr_buf *out)
{
	struct wd_digest first = wd_sha256(wr_buf_view(&files->first));
	bool comma = false;

	wr_buf_str(out, "{\"type\":\"" TYPE "\",\"first\":");
	if (wd_digest_eq(&first, &chain->root)) {
		wr_buf_byte(out, '"');
		wd_base64_write(out, files->first.at, files->first.size);
		wr_buf_byte(out, '"');
	} else {
		wr_buf_str(out, "null");
	}
	wr_buf_str(out, ",\"envelopes\":[");
	for (size_t i = 0; i < files->envelopes.len; i++) {
		if (!counts(chain, i))
			continue;
		wr_buf_str(out, comma ? "," : "");
		wr_buf_text(out, wr_buf_view(&files->envelopes.at[i].bytes));
		comma = true;
	}
	wr_buf_str(out, "]}\n");
	return out->status;
}

static enum wr_status
add_envelope(struct wd_record_files *files, const struct wd_json *envelope)
{
	enum wr_status status = wd_record_files_grow(files);
	struct wd_record_file *f;

	if (status != WR_OK)
		return status;
	f = &files->at[files->len];
	(void)snprintf(f->name, sizeof f->name, "published %zu", files->len);
	wr_buf_init(&f->bytes, wd_alloc(), WD_POLICY_FILE_MAX);
	files->len++;
	wd_json_write(envelope, WD_JSON_COMPACT, &f->bytes);
	return f->bytes.status;
}

enum wr_status
wd_policy_files_add(struct wd_policy_files *files, const struct wd_digest *root, struct wr_text published)
{
	struct wd_json_error error = { 0 };
	struct wd_json_at at, envelopes;
	struct wd_digest own;
	struct wd_json_doc doc;
	struct wr_text base64;
	enum wr_status status = wd_json_parse(&doc, wd_alloc(), published, PUBLISHED_MAX, &error);

	if (status != WR_OK)
		return status;
	if (files->first.alloc == NULL)
		wr_buf_init(&files->first, wd_alloc(), WD_POLICY_MAX);
	status = WR_MALFORMED;
	at = wd_json_at_root(doc.root, &error);
	envelopes = wd_json_at(&at, "envelopes");
	if (!wd_json_at_members(at, "type first envelopes") ||
	    !wd_json_text_is(wd_json_get(doc.root, "type"), TYPE) ||
	    !wd_json_at_array(envelopes, 0, WD_RECORD_FILES_MAX))
		goto done;
	own = wd_sha256(wr_buf_view(&files->first));
	base64 = wd_json_text(wd_json_get(doc.root, "first"));
	if (base64.at != NULL && !wd_digest_eq(&own, root)) {
		wr_buf_free(&files->first);
		wr_buf_init(&files->first, wd_alloc(), WD_POLICY_MAX);
		status = wd_base64_read(base64, &files->first);
		if (status != WR_OK)
			goto done;
	}
	status = WR_OK;
	for (size_t i = 0; i < wd_json_len(envelopes.value) && status == WR_OK; i++)
		status = add_envelope(&files->envelopes, wd_json_item(envelopes.value, i));
done:
	wd_json_free(&doc);
	return status;
}

void
wd_policy_files_free(struct wd_policy_files *files)
{
	if (files->first.alloc != NULL)
		wr_buf_free(&files->first);
	wd_record_files_free(&files->envelopes);
}
