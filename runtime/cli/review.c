/* The desk that review verbs share: reads, judges through wd_judge, writes records. */
#include "runtime/cli/review.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/cli/strays.h"
#include "runtime/files.h"
#include "runtime/seen.h"
#include "runtime/sysalloc.h"
#include "vm/base/limits.h"

#define UNREAD_MAX (WD_REMARKS_MAX * 8192u) /* bytes of names, each with its hidden characters made visible */

/* The policy or the bindings are wrong or not there: say so. */
static enum wd_exit
wrong(enum wr_status status, const struct wr_buf *why)
{
	wd_say_error("%s", wd_say_safe(wr_buf_view(why)));
	if (status == WR_ABSENT)
		wd_say_help("a workspace is a folder with a policy, and what is below it: go there, or name it with "
			    "--folder;\n          `writ init` makes one to begin with");
	if (status == WR_REFUSED)
		wd_say_note("code not-supported: this version refuses what it does not enforce");
	return status == WR_ABSENT || status == WR_IO || status == WR_NOMEM ? WD_TROUBLE : WD_NO;
}

enum wd_exit
wd_policy_told(const char *path, enum wr_status status, const struct wd_json_error *error)
{
	struct wr_buf why;

	if (status == WR_OK)
		return WD_YES;
	wr_buf_init(&why, wd_alloc(), 4096);
	if (error->text != NULL)
		wd_json_error_print(error, &why);
	wd_say_error("%s: %s", wd_say_safe(wr_text_of(path)),
	    why.size > 0 ? wd_say_safe(wr_buf_view(&why)) : wr_status_text(status));
	wr_buf_free(&why);
	return status == WR_NOMEM || status == WR_IO ? WD_TROUBLE : WD_NO;
}

enum wd_exit
wd_desk_open_policy(const struct wd_args *args, struct wd_desk *ret)
{
	struct wd_remarks strays = { .len = 0 };
	enum wd_exit code = WD_YES;
	enum wr_status status;
	struct wr_buf why;

	*ret = (struct wd_desk){ .environment = "development" };
	if (wd_workspace_open(&ret->ws, args->folder) != WR_OK)
		return wd_say_unreadable(args->folder, WR_IO);
	wr_buf_init(&why, wd_alloc(), 4096);
	status = wd_policy_open(&ret->ws, NULL, &ret->chain, &why);
	ret->has_policy = status == WR_OK;
	if (status == WR_OK && ret->chain.len > 1)
		(void)!wd_seen_policy_keep(&ret->ws, &ret->chain, &why); /* what is only read remembers nothing */
	if (status == WR_ABSENT) {
		why.size = 0;
		wr_buf_str(&why, "there is no policy.json in ");
		wr_buf_str(&why, ret->ws.root);
		wr_buf_str(&why, ", nor in a folder above it");
	}
	if (status != WR_OK)
		code = wrong(status, &why);
	else if (wd_workspace_look(&ret->ws, &strays) == WR_OK)
		wd_strays_say(&ret->said, &strays);
	wr_buf_free(&why);
	return code;
}

enum wd_exit
wd_desk_open(const struct wd_args *args, struct wd_desk *ret)
{
	const char *environment = wd_arg(args, "environment");
	enum wd_exit code = wd_desk_open_policy(args, ret);
	enum wr_status status;
	struct wr_buf why;

	if (code != WD_YES)
		return code;
	if (environment != NULL)
		ret->environment = environment;
	wr_buf_init(&why, wd_alloc(), 4096);
	if (wd_policy_environment(&ret->chain.policy, wr_text_of(ret->environment)) == NULL) {
		wd_say_error("the policy has no environment `%s`", wd_say_safe(wr_text_of(ret->environment)));
		for (uint32_t i = 0; i < ret->chain.policy.environments_len; i++)
			wd_say_help("it has `%s`", wd_say_safe(ret->chain.policy.environments[i].name));
		code = WD_TROUBLE;
	} else {
		status = wd_bindings_open(&ret->ws, ret->environment, NULL, &ret->bindings, &why);
		ret->has_bindings = status == WR_OK;
		if (status != WR_OK)
			code = wrong(status, &why);
	}
	wr_buf_free(&why);
	if (code == WD_YES && (status = wd_lineage_read(&ret->ws, &ret->chain.policy, &ret->lineage)) != WR_OK)
		code = wd_records_say(status);
	return code;
}

void
wd_desk_close(struct wd_desk *desk)
{
	wd_lineage_free(&desk->lineage);
	if (desk->has_bindings)
		wd_bindings_free(&desk->bindings);
	if (desk->has_policy)
		wd_chain_free(&desk->chain);
}

uint32_t
wd_desk_person(const struct wd_desk *desk, const struct wd_signer *signer)
{
	uint32_t person = wd_policy_person_of_key(&desk->chain.policy, &signer->key.digest);
	char hex[65];

	if (person != WD_NONE)
		return person;
	wd_digest_hex(&signer->key.digest, hex);
	wd_say_error("nobody in the policy has this key, sha256:%.16s…", hex);
	wd_say_help("`writ policy show` lists the keys; the owners put a new one into policy.json");
	return WD_NONE;
}

/* Bytecode of the workspace, for what is compared. */
static enum wr_status
fetch(void *user, const struct wd_digest *digest, struct wr_buf *bytes)
{
	return wd_workspace_get(user, digest, bytes);
}

enum wd_exit
wd_file_open(const struct wd_args *args, struct wd_desk *desk, const char *word, struct wd_file *ret)
{
	char name[WR_NAME_MAX + 1];
	struct wd_digest digest;
	enum wr_status status;
	enum wd_exit code;

	*ret = (struct wd_file){ 0 };
	wr_buf_init(&ret->bytes, wd_alloc(), WR_MODULE_MAX);
	code = wd_bytecode_of(args, word, &ret->bytes);
	if (code != WD_YES)
		return code;
	digest = wd_sha256(wr_buf_view(&ret->bytes));
	wd_digest_hex(&digest, ret->hex);
	wd_source_beside(args, word, &digest);
	status = wd_records_about(&desk->ws, &desk->chain.policy, &digest, &ret->records);
	if (status == WR_OK)
		status = wd_workflow_name(wr_buf_view(&ret->bytes), name);
	if (status == WR_OK)
		status = wd_lineage_records(&desk->lineage, &desk->ws, wr_text_of(name), &digest, &ret->records);
	if (status == WR_OK && (ret->texts = calloc(ret->records.len + 1, sizeof *ret->texts)) == NULL)
		status = WR_NOMEM;
	if (status != WR_OK)
		return wd_records_say(status);
	wd_strays_say(&desk->said, &ret->records.strays);
	wr_buf_init(&ret->unread, wd_alloc(), UNREAD_MAX);
	wd_remarks_write(&ret->records.unread, &ret->unread);
	if (ret->unread.status != WR_OK)
		return wd_records_say(WR_NOMEM);
	for (size_t i = 0; i < ret->records.len; i++)
		ret->texts[i] = wr_buf_view(&ret->records.at[i].bytes);
	ret->c = (struct wd_case){
		.chain = &desk->chain,
		.bindings = &desk->bindings,
		.bytes = wr_buf_view(&ret->bytes),
		.records = ret->texts,
		.records_len = (uint32_t)ret->records.len,
		.unread = wr_buf_view(&ret->unread),
		.environment = wr_text_of(desk->environment),
		.now = (int64_t)time(NULL),
		.fetch = fetch,
		.user = &desk->ws,
		.look = desk->has_look ? &desk->look : NULL,
	};
	status = wd_judge(&ret->c);
	if (status == WR_OK)
		return WD_YES;
	wd_say_error("cannot judge %s: %s", wd_say_safe(wr_text_of(word)), wr_status_text(status));
	return WD_TROUBLE;
}

void
wd_file_close(struct wd_file *file)
{
	wd_case_free(&file->c);
	free(file->texts);
	wd_record_files_free(&file->records);
	wr_buf_free(&file->bytes);
	if (file->unread.alloc != NULL)
		wr_buf_free(&file->unread);
}

/* Tests run every night would fill the folder that records of review stand in. */
static bool
has_room_for_tests(struct wd_desk *desk, const struct wd_digest *subject)
{
	struct wd_record_files files = { 0 };
	enum wr_status status = wd_workspace_records(&desk->ws, subject, &files);
	uint32_t len = 0;
	char hex[65];

	for (size_t i = 0; i < files.len; i++)
		len += strncmp(files.at[i].name, "test-", 5) == 0;
	wd_record_files_free(&files);
	if (status != WR_OK) {
		(void)wd_records_say(status);
		return false;
	}
	if (len < WD_TEST_RECORDS_MAX)
		return true;
	wd_digest_hex(subject, hex);
	wd_say_error("%u records of tests of this digest are kept already", WD_TEST_RECORDS_MAX);
	wd_say_help("no approval hangs on them: delete old ones, .writ/records/%s/test-*.json", hex);
	return false;
}

/* Store the bytecode, if it is there, and one record about its subject. */
static enum wd_exit
store(struct wd_desk *desk, struct wr_text bytecode, const struct wd_digest *subject, enum wd_record_kind kind,
    struct wr_text envelope)
{
	struct wd_digest stored;

	if (kind == WD_TESTED && !has_room_for_tests(desk, subject))
		return WD_TROUBLE;
	if ((bytecode.size == 0 || wd_workspace_put(&desk->ws, bytecode, &stored) == WR_OK) &&
	    wd_workspace_add(&desk->ws, subject, wd_record_word(kind), envelope) == WR_OK)
		return WD_YES;
	wd_say_error("cannot write below %s/.writ: %s", desk->ws.root, wd_file_why(WR_IO));
	return WD_TROUBLE;
}

enum wd_exit
wd_record_put(struct wd_desk *desk, struct wr_text bytecode, const struct wd_record *record,
    const struct wd_signer *signer)
{
	struct wr_buf payload, pae, signature, envelope;
	enum wd_exit code = WD_TROUBLE;
	enum wr_status status;

	wr_buf_init(&payload, wd_alloc(), WD_ENVELOPE_MAX);
	wr_buf_init(&pae, wd_alloc(), WD_ENVELOPE_MAX);
	wr_buf_init(&signature, wd_alloc(), WD_SIGNATURE_MAX);
	wr_buf_init(&envelope, wd_alloc(), WD_ENVELOPE_MAX);
	status = wd_record_payload(record, wd_alloc(), &payload);
	if (status == WR_OK) {
		wd_pae(&pae, WR_TEXT(WD_RECORD_TYPE), wr_buf_view(&payload));
		status = pae.status;
	}
	if (status != WR_OK) {
		wd_say_error("cannot sign: %s", status == WR_LIMIT
		    ? "the message is too long, it is to count for too long, or a list in it is too long for one record"
		    : wr_status_text(status));
	} else if (signer == NULL) {
		code = fwrite(pae.at, 1, pae.size, stdout) == pae.size && fflush(stdout) == 0 ? WD_YES : WD_TROUBLE;
	} else if ((code = wd_signer_sign(signer, wr_buf_view(&pae), &signature)) == WD_YES) {
		wd_envelope_write(WR_TEXT(WD_RECORD_TYPE), wr_buf_view(&payload), &signer->key.digest,
		    wr_buf_view(&signature), &envelope);
		code = store(desk, bytecode, &record->subject, record->kind, wr_buf_view(&envelope));
	}
	wr_buf_free(&payload);
	wr_buf_free(&pae);
	wr_buf_free(&signature);
	wr_buf_free(&envelope);
	return code;
}

/* ---- signatures that were made elsewhere ------------------------------------------------ */

/* The payload inside the bytes that --print wrote. False when they are not such bytes. */
static bool
unwrap(struct wr_text printed, struct wr_text *ret_payload)
{
	struct wr_buf again;
	bool same = false;

	wr_buf_init(&again, wd_alloc(), WD_ENVELOPE_MAX);
	for (size_t at = 0; at < printed.size && at < 128 && !same; at++) {
		if (printed.at[at] != ' ')
			continue;
		*ret_payload = (struct wr_text){ printed.at + at + 1, printed.size - at - 1 };
		wr_buf_free(&again);
		wr_buf_init(&again, wd_alloc(), WD_ENVELOPE_MAX);
		wd_pae(&again, WR_TEXT(WD_RECORD_TYPE), *ret_payload);
		same = wr_text_eq(wr_buf_view(&again), printed);
	}
	wr_buf_free(&again);
	return same;
}

/* Who signed, as a record; then stored under the key's own name. */
static enum wd_exit
accept(struct wd_desk *desk, struct wr_text bytecode, const struct wd_digest *subject, enum wd_record_kind kind,
    bool approves, struct wr_text payload, struct wr_text signature)
{
	char hex[65];

	struct wd_record_problem problem;
	struct wd_digest nobody = { { 0 } };
	struct wd_record record;
	struct wr_buf envelope;
	enum wd_exit code = WD_NO;
	enum wr_status status;

	wr_buf_init(&envelope, wd_alloc(), WD_ENVELOPE_MAX);
	wd_envelope_write(WR_TEXT(WD_RECORD_TYPE), payload, NULL, signature, &envelope);
	status = wd_record_open(&desk->chain.policy, wr_buf_view(&envelope), wd_alloc(), &record, &problem);
	if (status != WR_OK) {
		wd_say_error("%s", status == WR_REFUSED ? problem.why : wr_status_text(status));
	} else if (record.kind != kind || (kind == WD_APPROVAL && record.approval.approves != approves) ||
		   !wd_digest_eq(&record.subject, subject)) {
		wd_say_error("these bytes are a record of another kind, or about another digest");
		wd_record_free(&record);
	} else {
		nobody = record.key;
		wr_buf_free(&envelope);
		wr_buf_init(&envelope, wd_alloc(), WD_ENVELOPE_MAX);
		wd_envelope_write(WR_TEXT(WD_RECORD_TYPE), payload, &nobody, signature, &envelope);
		code = store(desk, bytecode, subject, kind, wr_buf_view(&envelope));
		wd_digest_hex(subject, hex);
		if (code == WD_YES)
			printf("%s by %s\nsha256:%s\n", wd_record_word(kind),
			    wd_say_safe(desk->chain.policy.persons[record.signer].name), hex);
		wd_record_free(&record);
	}
	wr_buf_free(&envelope);
	return code;
}

enum wd_exit
wd_record_take(const struct wd_args *args, struct wd_desk *desk, struct wr_text bytecode,
    const struct wd_digest *subject, enum wd_record_kind kind, bool approves)
{
	const char *path = wd_arg(args, "signature"), *signed_path = wd_arg(args, "signed");
	const char *dot = strrchr(path, '.');
	struct wr_buf printed, raw, signature;
	struct wr_text payload;
	enum wd_exit code = WD_TROUBLE;
	enum wr_status status;
	char beside[PATH_MAX];

	if (signed_path == NULL) {
		(void)snprintf(beside, sizeof beside, "%.*s", dot == NULL ? 0 : (int)(dot - path), path);
		signed_path = beside;
	}
	wr_buf_init(&printed, wd_alloc(), WD_ENVELOPE_MAX);
	wr_buf_init(&raw, wd_alloc(), 4 * WD_SIGNATURE_MAX);
	wr_buf_init(&signature, wd_alloc(), WD_SIGNATURE_MAX);
	if ((status = wd_file_read(path, &raw)) != WR_OK) {
		code = wd_say_unreadable(path, status);
	} else if ((status = wd_file_read(signed_path, &printed)) != WR_OK) {
		code = wd_say_unreadable(signed_path, status);
		wd_say_help("say with --signed FILE which bytes were signed: those that --print wrote");
	} else if (wd_signature_read(wr_buf_view(&raw), &signature) != WR_OK) {
		wd_say_error("%s holds no signature", wd_say_safe(wr_text_of(path)));
	} else if (!unwrap(wr_buf_view(&printed), &payload)) {
		wd_say_error("%s is not what --print wrote", wd_say_safe(wr_text_of(signed_path)));
	} else {
		code = accept(desk, bytecode, subject, kind, approves, payload, wr_buf_view(&signature));
	}
	wr_buf_free(&printed);
	wr_buf_free(&raw);
	wr_buf_free(&signature);
	return code;
}

enum wd_exit
wd_desk_list(struct wd_desk *desk, const struct wd_digest **ret_digests, size_t *ret_len)
{
	static struct wd_digest all[WD_OBJECTS_MAX];
	struct wd_remarks strays = { .len = 0 };
	enum wr_status status = wd_workspace_list(&desk->ws, all, sizeof all / sizeof *all, ret_len, &strays);

	if (status == WR_OK)
		wd_strays_say(&desk->said, &strays);
	*ret_digests = all;
	return status == WR_OK ? WD_YES : wd_say_unreadable(".writ/objects", status);
}
