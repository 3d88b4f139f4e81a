/* What a launch carries. It chooses what is worth sending; what counts is the gate's to judge. */
#include "runtime/cli/parcel.h"

#include <stdlib.h>

#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/service_limits.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/gate.h"
#include "runtime/setting.h"
#include "vm/base/limits.h"

#define STEPS_MAX 64u /* back along what it follows */

struct parcel {
	struct wd_workspace ws;
	struct wd_chain chain;
	bool has_policy;
	struct wr_buf *body;
	uint32_t sent;
	struct wd_digest line[STEPS_MAX]; /* the bytecode, then what it follows */
	uint32_t line_len;
	struct wr_buf *bytecode, basis; /* what it is compared with; empty: nothing, or it is not here */
};

static void
follow(struct parcel *p, const struct wd_record *record)
{
	const struct wd_submission *s = &record->submission;

	if (record->kind != WD_SUBMISSION || !s->has_follows || p->line_len == STEPS_MAX)
		return;
	for (uint32_t i = 0; i < p->line_len; i++)
		if (wd_digest_eq(&p->line[i], &s->follows))
			return;
	p->line[p->line_len++] = s->follows;
}

/* Junk stays at home: what nobody of the policy signed, or, without a policy, what is no JSON. So do tests. */
static bool
worth_sending(struct parcel *p, struct wr_text bytes, bool own)
{
	struct wd_record_problem problem;
	struct wd_record record;
	struct wd_json_doc doc;
	bool worth;

	if (!p->has_policy) {
		if (wd_json_parse(&doc, wd_alloc(), bytes, WD_RECORD_SIZE_MAX, NULL) != WR_OK)
			return false;
		wd_json_free(&doc);
		return true;
	}
	if (wd_record_open(&p->chain.policy, bytes, wd_alloc(), &record, &problem) != WR_OK)
		return false;
	worth = record.kind == WD_REVOCATION ||
	    (record.kind != WD_TESTED && wd_digest_eq(&record.subject, &p->line[0]) == own && (own || record.kind == WD_SUBMISSION));
	if (worth)
		follow(p, &record);
	wd_record_free(&record);
	return worth;
}

/* The bytecode that the gate will want to compare with, by the records that are sent. */
static enum wr_status
find_basis(struct parcel *p, const struct wd_record_files *files)
{
	struct wr_text *texts = calloc(files->len + 1, sizeof *texts);
	struct wr_load_refusal refusal;
	struct wr_module *module = NULL;
	struct wd_subject subject = { .digest = p->line[0] };
	struct wd_gate_input input = { .chain = &p->chain, .subject = &subject, .records = texts };
	struct wd_digest wanted;
	enum wr_status status;
	bool any = false;

	if (texts == NULL)
		return WR_NOMEM;
	for (size_t i = 0; i < files->len; i++)
		texts[input.records_len++] = wr_buf_view(&files->at[i].bytes);
	status = wr_load((const uint8_t *)p->bytecode->at, p->bytecode->size, wd_alloc(), &module, &refusal);
	if (status == WR_OK) {
		subject.summary = wr_module_summary(module);
		status = wd_gate_basis(&input, wd_alloc(), &any, &wanted);
		wr_module_free(module);
	}
	if (any && wd_workspace_get(&p->ws, &wanted, &p->basis) != WR_OK)
		wr_buf_free(&p->basis); /* the gate says what is missing */
	free(texts);
	return status == WR_NOMEM ? status : WR_OK;
}

/* The records in one digest's folder. */
static enum wd_exit
add_folder(struct parcel *p, uint32_t step)
{
	struct wd_record_files files = { 0 };
	struct wd_digest digest = p->line[step];
	enum wd_exit code = WD_YES;
	enum wr_status status = p->has_policy && step == 0
	    ? wd_records_about(&p->ws, &p->chain.policy, &digest, &files)
	    : wd_workspace_records(&p->ws, &digest, &files);

	if (status == WR_OK && p->has_policy && step == 0)
		status = find_basis(p, &files);
	if (status != WR_OK)
		code = wd_say_unreadable(".writ/records", status);
	for (size_t i = 0; i < files.len && code == WD_YES; i++) {
		struct wr_text bytes = wr_buf_view(&files.at[i].bytes);

		if (!worth_sending(p, bytes, step == 0))
			continue;
		if (p->sent == WD_LAUNCH_RECORDS_MAX) {
			wd_say_error("a launch takes at most %u records", WD_LAUNCH_RECORDS_MAX);
			code = WD_TROUBLE;
			continue;
		}
		wr_buf_str(p->body, p->sent++ > 0 ? "," : "");
		wr_buf_text(p->body, bytes);
	}
	wd_record_files_free(&files);
	return code;
}

static enum wd_exit
open_workspace(struct parcel *p, const struct wd_args *args)
{
	struct wr_buf why;

	if (wd_workspace_open(&p->ws, args->folder) != WR_OK)
		return wd_say_unreadable(args->folder, WR_IO);
	wr_buf_init(&why, wd_alloc(), 4096);
	p->has_policy = wd_policy_open(&p->ws, NULL, &p->chain, &why) == WR_OK; /* without one no line is followed */
	wr_buf_free(&why);
	return WD_YES;
}

enum wd_exit
wd_parcel_pack(const struct wd_args *args, struct wr_buf *body)
{
	struct parcel p = { .body = body, .line_len = 1 };
	struct wr_buf bytecode;
	enum wd_exit code;

	wr_buf_init(&bytecode, wd_alloc(), WR_MODULE_MAX);
	wr_buf_init(&p.basis, wd_alloc(), WR_MODULE_MAX);
	p.bytecode = &bytecode;
	code = wd_bytecode_of(args, args->files[0], &bytecode);
	if (code == WD_YES)
		code = open_workspace(&p, args);
	if (code != WD_YES)
		goto done;
	p.line[0] = wd_sha256(wr_buf_view(&bytecode));
	wr_buf_str(body, "{\"bytecode\":\"");
	wd_base64_write(body, bytecode.at, bytecode.size);
	wr_buf_str(body, "\",\"records\":[");
	for (uint32_t step = 0; step < p.line_len && code == WD_YES; step++)
		code = add_folder(&p, step);
	wr_buf_str(body, p.basis.size > 0 ? "],\"basis\":\"" : "]");
	wd_base64_write(body, p.basis.at, p.basis.size);
	wr_buf_str(body, p.basis.size > 0 ? "\"" : "");
	wr_buf_str(body, wd_arg(args, "rollback") != NULL ? ",\"rollback\":true}" : "}");
	if (code == WD_YES && body->status != WR_OK) {
		wd_say_error("the launch is too large to send");
		code = WD_TROUBLE;
	}
done:
	if (p.has_policy)
		wd_chain_free(&p.chain);
	wr_buf_free(&p.basis);
	wr_buf_free(&bytecode);
	return code;
}
