/* What a launch carries. It chooses what is worth sending; what counts is the gate's to judge. */
#include "runtime/cli/parcel.h"

#include <stdlib.h>

#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/cli/strays.h"
#include "runtime/judge.h"
#include "runtime/lineage.h"
#include "runtime/service_limits.h"
#include "runtime/setting.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

struct parcel {
	struct wd_workspace ws;
	struct wd_chain chain;
	bool has_policy;
	struct wd_lineage lineage;
	struct wr_buf bytecode;
	char workflow[WR_NAME_MAX + 1]; /* empty: the bytecode does not verify, and the gate says so */
	struct wd_digest digest;
	struct wd_record_files files;
	struct wr_buf *body;
	struct wd_digest earlier[WD_LAUNCH_EARLIER_MAX]; /* bytecode that it is compared with */
	uint32_t earlier_len;
};

/* Junk stays at home: what nobody of the policy signed, or, without a policy, what is no JSON. So do tests. */
static bool
worth_sending(const struct parcel *p, struct wr_text bytes)
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
	worth = record.kind != WD_TESTED;
	wd_record_free(&record);
	return worth;
}

/* The records about the bytecode, then those about the workflow's other versions, the latest first. */
static enum wd_exit
find_records(struct parcel *p)
{
	enum wr_status status = p->has_policy ? wd_records_about(&p->ws, &p->chain.policy, &p->digest, &p->files)
					      : wd_workspace_records(&p->ws, &p->digest, &p->files);

	if (status == WR_OK && p->has_policy)
		status = wd_lineage_read(&p->ws, &p->chain.policy, &p->lineage);
	if (status == WR_OK && p->workflow[0] != '\0')
		status = wd_lineage_records(&p->lineage, &p->ws, wr_text_of(p->workflow), &p->digest, &p->files);
	if (status != WR_OK)
		return wd_records_say(status);
	/* the service is not to learn less than is known here */
	return p->files.unread.len == 0 ? WD_YES : wd_unread_say("nothing is sent", &p->files.unread);
}

static void
want(struct parcel *p, const struct wd_digest *digest)
{
	for (uint32_t i = 0; i < p->earlier_len; i++)
		if (wd_digest_eq(&p->earlier[i], digest))
			return;
	if (p->earlier_len < WD_LAUNCH_EARLIER_MAX)
		p->earlier[p->earlier_len++] = *digest;
}

/* The bytecode that the gate will want to compare with, in whatever environment it stands. */
static enum wr_status
find_earlier(struct parcel *p)
{
	struct wr_text *texts = calloc(p->files.len + 1, sizeof *texts);
	struct wr_load_refusal refusal;
	struct wr_module *module = NULL;
	struct wd_subject subject = { .digest = p->digest };
	struct wd_gate_input input = { .chain = &p->chain, .subject = &subject, .records = texts };
	struct wd_wanted wanted;
	enum wr_status status;

	if (texts == NULL)
		return WR_NOMEM;
	for (size_t i = 0; i < p->files.len; i++)
		texts[input.records_len++] = wr_buf_view(&p->files.at[i].bytes);
	status = wr_load((const uint8_t *)p->bytecode.at, p->bytecode.size, wd_alloc(), &module, &refusal);
	if (status == WR_OK)
		subject.summary = wr_module_summary(module);
	for (uint32_t e = 0; e < p->chain.policy.environments_len && status == WR_OK; e++) {
		input.environment = p->chain.policy.environments[e].name;
		status = wd_gate_wanted(&input, wd_alloc(), &wanted);
		if (status == WR_OK && wanted.has_basis)
			want(p, &wanted.basis);
		for (uint32_t i = 0; status == WR_OK && i < wanted.earlier_len; i++)
			want(p, &wanted.earlier[i]);
	}
	wr_module_free(module);
	free(texts);
	return status == WR_OK || status == WR_NOMEM ? status : WR_OK; /* else the gate says what is wrong */
}

static enum wd_exit
add_records(struct parcel *p)
{
	uint32_t sent = 0;

	wr_buf_str(p->body, ",\"records\":[");
	for (size_t i = 0; i < p->files.len; i++) {
		struct wr_text bytes = wr_buf_view(&p->files.at[i].bytes);

		if (!worth_sending(p, bytes))
			continue;
		if (sent == WD_LAUNCH_RECORDS_MAX) {
			wd_say_error("a launch takes at most %u records", WD_LAUNCH_RECORDS_MAX);
			return WD_TROUBLE;
		}
		wr_buf_str(p->body, sent++ > 0 ? "," : "");
		wr_buf_text(p->body, bytes);
	}
	wr_buf_byte(p->body, ']');
	return WD_YES;
}

static void
add_earlier(struct parcel *p)
{
	uint32_t sent = 0;

	wr_buf_str(p->body, ",\"earlier\":[");
	for (uint32_t i = 0; i < p->earlier_len; i++) {
		struct wr_buf bytes;

		wr_buf_init(&bytes, wd_alloc(), WR_MODULE_MAX);
		if (wd_workspace_get(&p->ws, &p->earlier[i], &bytes) == WR_OK) { /* else the gate says what is missing */
			wr_buf_str(p->body, sent++ > 0 ? ",\"" : "\"");
			wd_base64_write(p->body, bytes.at, bytes.size);
			wr_buf_byte(p->body, '"');
		}
		wr_buf_free(&bytes);
	}
	wr_buf_byte(p->body, ']');
}

static enum wd_exit
open_workspace(struct parcel *p, const struct wd_args *args)
{
	enum wr_status status;
	struct wr_buf why;

	if (wd_workspace_open(&p->ws, args->folder) != WR_OK)
		return wd_say_unreadable(args->folder, WR_IO);
	wr_buf_init(&why, wd_alloc(), 4096);
	status = wd_policy_open(&p->ws, NULL, &p->chain, &why);
	p->has_policy = status == WR_OK; /* without one no line is followed, and nobody's keys are known */
	if (status != WR_OK && status != WR_ABSENT)
		wd_say_error("%s", wd_say_safe(wr_buf_view(&why)));
	wr_buf_free(&why);
	return status == WR_OK || status == WR_ABSENT ? WD_YES : WD_TROUBLE;
}

enum wd_exit
wd_parcel_pack(const struct wd_args *args, struct wr_buf *body)
{
	struct parcel p = { .body = body };
	enum wr_status status = WR_OK;
	enum wd_exit code;

	wr_buf_init(&p.bytecode, wd_alloc(), WR_MODULE_MAX);
	code = wd_bytecode_of(args, args->files[0], &p.bytecode);
	if (code == WD_YES)
		code = open_workspace(&p, args);
	if (code != WD_YES)
		goto done;
	p.digest = wd_sha256(wr_buf_view(&p.bytecode));
	status = wd_workflow_name(wr_buf_view(&p.bytecode), p.workflow);
	if (status == WR_OK)
		code = find_records(&p);
	if (status == WR_OK && code == WD_YES && p.has_policy)
		status = find_earlier(&p);
	wr_buf_str(body, "{\"bytecode\":\"");
	wd_base64_write(body, p.bytecode.at, p.bytecode.size);
	wr_buf_byte(body, '"');
	if (code == WD_YES)
		code = add_records(&p);
	add_earlier(&p);
	wr_buf_str(body, wd_arg(args, "rollback") != NULL ? ",\"rollback\":true}" : "}");
	if (code == WD_YES && (status != WR_OK || body->status != WR_OK)) {
		wd_say_error(status != WR_OK ? "out of memory" : "the launch is too large to send");
		code = WD_TROUBLE;
	}
done:
	wd_record_files_free(&p.files);
	wd_lineage_free(&p.lineage);
	if (p.has_policy)
		wd_chain_free(&p.chain);
	wr_buf_free(&p.bytecode);
	return code;
}
