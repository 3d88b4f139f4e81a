#ifndef WD_CLI_REVIEW_H
#define WD_CLI_REVIEW_H

#include "runtime/cli/args.h"
#include "runtime/judge.h"
#include "runtime/setting.h"

/* What the verbs of review stand on: the workspace, its policy, its bindings. */
struct wd_desk {
	struct wd_workspace ws;
	struct wd_chain chain; /* its last version is the policy in force */
	struct wd_bindings bindings;
	bool has_policy, has_bindings;
	const char *environment;
};

#define WD_ENVIRONMENT_OPTION \
	{ "environment", 'e', "NAME", "of the policy (development)", false }

/* Reads them; says why not. WD_YES or WD_TROUBLE, WD_NO for a wrong policy. Free in any event. */
enum wd_exit wd_desk_open(const struct wd_args *args, struct wd_desk *ret);
void wd_desk_close(struct wd_desk *desk);

/* One digest on the desk: its bytes, its records, the verdict. */
struct wd_file {
	struct wr_buf bytes;
	struct wd_record_files records;
	struct wr_text *texts; /* of the records */
	struct wd_case c;
	char hex[65];
};

/*
 * Open by a path or a digest, store the bytes in the workspace, and judge. WD_YES whatever the verdict;
 * else a message was given. Free in any event.
 */
enum wd_exit wd_file_open(const struct wd_args *args, struct wd_desk *desk, const char *word, struct wd_file *ret);
void wd_file_close(struct wd_file *file);

/* The key that --key names: a PEM file. Wipe it when done. */
enum wd_exit wd_key_open(const struct wd_args *args, struct wd_private_key *ret_key);

/* Sign a record with the key, put it into the workspace, say so. */
enum wd_exit wd_record_put(struct wd_desk *desk, const struct wd_file *file, const struct wd_record *record,
    const struct wd_private_key *key);

/*
 * What has been submitted of a workflow: the highest version, and the digest that has it. False
 * when nothing has.
 */
bool wd_desk_latest(struct wd_desk *desk, struct wr_text workflow, uint64_t *ret_version,
    struct wd_digest *ret_digest);

/* The verdict for people, on standard output: every condition, parties, records that do not count. */
void wd_verdict_print(const struct wd_desk *desk, const struct wd_file *file);

#endif
