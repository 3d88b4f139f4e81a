#ifndef WD_CLI_REVIEW_H
#define WD_CLI_REVIEW_H

#include "runtime/cli/signer.h"
#include "runtime/judge.h"
#include "runtime/lineage.h"
#include "runtime/setting.h"

/* What the verbs of review stand on: the workspace, its policy, its bindings. */
struct wd_desk {
	struct wd_workspace ws;
	struct wd_chain chain; /* its last version is the policy in force */
	struct wd_bindings bindings;
	struct wd_lineage lineage; /* what was submitted when the desk was opened */
	bool has_policy, has_bindings;
	const char *environment;
	bool has_look;         /* compare with this instead of what the submission follows, for looking only */
	struct wd_digest look;
	struct wd_remarks said; /* files that are ignored, of which people know by now */
};

#define WD_ENVIRONMENT_OPTION \
	{ "environment", 'e', "NAME", "of the policy (development)", false }

/* Say what is wrong with the policy in a file, if anything: WD_YES, WD_NO or WD_TROUBLE. */
enum wd_exit wd_policy_told(const char *path, enum wr_status status, const struct wd_json_error *error);

/* Reads them; says why not. WD_YES or WD_TROUBLE, WD_NO for a wrong policy. Free in any event. */
enum wd_exit wd_desk_open(const struct wd_args *args, struct wd_desk *ret);
/* The same without an environment and its bindings, for what is the same in all of them. */
enum wd_exit wd_desk_open_policy(const struct wd_args *args, struct wd_desk *ret);
void wd_desk_close(struct wd_desk *desk);

/* Whose key it is; WD_NONE, and said so, when it is nobody's in the policy. */
uint32_t wd_desk_person(const struct wd_desk *desk, const struct wd_signer *signer);

/* One digest on the desk: its bytes, its records, the verdict. */
struct wd_file {
	struct wr_buf bytes;
	struct wd_record_files records;
	struct wr_text *texts; /* of the records */
	struct wr_buf unread;  /* which could not be read, for the gate */
	struct wd_case c;
	char hex[65];
};

/*
 * Open by a path or a digest, store the bytes in the workspace, and judge. WD_YES whatever the verdict;
 * else a message was given. Free in any event.
 */
enum wd_exit wd_file_open(const struct wd_args *args, struct wd_desk *desk, const char *word, struct wd_file *ret);
void wd_file_close(struct wd_file *file);

/*
 * Sign a record and put it into the workspace, and the bytecode it is about (size 0: none). Without a
 * signer: write the bytes that somebody else is to sign to standard output, and store nothing.
 */
enum wd_exit wd_record_put(struct wd_desk *desk, struct wr_text bytecode, const struct wd_record *record,
    const struct wd_signer *signer);

/*
 * Take the signature that --signature names, over the bytes that wd_record_put wrote: a record of this
 * kind about this subject.
 */
enum wd_exit wd_record_take(const struct wd_args *args, struct wd_desk *desk, struct wr_text bytecode,
    const struct wd_digest *subject, enum wd_record_kind kind, bool approves);

/* Of every verb that signs. */
#define WD_SIGN_OPTIONS WD_KEY_OPTION, WD_SIGNED_ELSEWHERE_OPTIONS
#define WD_SIGNED_ELSEWHERE_OPTIONS \
	{ "print", 0, NULL, "sign nothing: write the bytes to sign to standard output", false }, \
	    { "signature", 0, "FILE", "take a signature that was made elsewhere over those bytes", false }, \
	    { "signed", 0, "FILE", "the bytes themselves (the signature's FILE without its ending)", false }

/* Every stored digest, as wd_workspace_list; what lies beside them is said. WD_YES, or told. */
enum wd_exit wd_desk_list(struct wd_desk *desk, const struct wd_digest **ret_digests, size_t *ret_len);

/* The verdict for people, on standard output: every condition, parties, decisions, records that do not count. */
void wd_verdict_print(const struct wd_desk *desk, const struct wd_file *file);

/*
 * After a record of this file's digest was stored: judge again, and say on standard error how the review
 * stands, and of what was just signed why it does not count, if so.
 */
void wd_verdict_follow(const struct wd_args *args, struct wd_desk *desk, const struct wd_file *before);

/* The party that a condition is about; WD_NONE: it is about none. */
uint32_t wd_verdict_party(const struct wd_verdict *verdict, uint32_t condition);

/* Was this one of the records taken back? */
bool wd_verdict_withdrew(const struct wd_verdict *verdict, size_t record);

/* Append the detail of a condition; of a party who it is and how many have approved, not why they are asked. */
void wd_verdict_detail(const struct wd_desk *desk, const struct wd_verdict *verdict, uint32_t condition,
    struct wr_buf *out);

#endif
