/* submit, approve, reject, withdraw: what a person says about a digest, signed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/cli/pager.h"
#include "runtime/cli/plan.h"
#include "runtime/cli/review.h"
#include "runtime/cli/say.h"
#include "runtime/cli/strays.h"
#include "runtime/cli/verbs.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/date.h"

#define DAY_MS (24ull * 3600 * 1000)

static struct wr_text
message_of(const struct wd_args *args)
{
	const char *message = wd_arg(args, "message");

	return message == NULL ? WR_TEXT("") : wr_text_of(message);
}

/* The roles that a person holds, but for `author`, which decides nothing; or who holds one. */
static void
say_roles(const struct wd_policy *policy, uint32_t person, uint32_t role)
{
	struct wr_buf text;
	bool any = false;

	wr_buf_init(&text, wd_alloc(), 4096);
	for (uint32_t i = 0; i < (role == WD_NONE ? policy->roles_len : policy->roles[role].members_len); i++) {
		struct wr_text name = role == WD_NONE ? policy->roles[i].name
						      : policy->persons[policy->roles[role].members[i]].name;

		if (role == WD_NONE && (!wd_role_has(&policy->roles[i], person) || wr_text_eq(name, WR_TEXT("author"))))
			continue;
		wr_buf_str(&text, any ? ", " : "");
		wr_buf_text(&text, name);
		any = true;
	}
	if (role != WD_NONE)
		wd_say_help("`%s` is held by %s", wd_say_safe(policy->roles[role].name), wd_say_safe(wr_buf_view(&text)));
	else if (any)
		wd_say_help("%s decides as %s", wd_say_safe(policy->persons[person].name), wd_say_safe(wr_buf_view(&text)));
	else
		wd_say_help("%s decides nothing: the policy gives them no role for it",
		    wd_say_safe(policy->persons[person].name));
	wr_buf_free(&text);
}

/* Who the key belongs to, and whether the role is theirs. WD_NONE with a message when not. */
static uint32_t
holder(const struct wd_desk *desk, const struct wd_signer *signer, const char *role)
{
	const struct wd_policy *policy = &desk->chain.policy;
	uint32_t person = wd_desk_person(desk, signer), r = wd_policy_role(policy, wr_text_of(role));

	if (person == WD_NONE || (r != WD_NONE && wd_role_has(&policy->roles[r], person)))
		return person;
	wd_say_error("%s does not hold the role `%s`", wd_say_safe(policy->persons[person].name),
	    wd_say_safe(wr_text_of(role)));
	say_roles(policy, person, strcmp(role, "author") == 0 ? r : WD_NONE);
	return WD_NONE;
}

/* ---- submit ------------------------------------------------------------------------- */

static const struct wd_option submit_options[] = {
	WD_SIGN_OPTIONS,
	{ "follows", 'f', "DIGEST", "the digest that this one is to replace", false },
	{ "message", 'm', "TEXT", "what changed, and why", false },
	WD_ENVIRONMENT_OPTION,
	{ 0 },
};

/* The member that is missing, ready to be filled in. */
static void
say_member(const struct wd_condition *c)
{
	if (c->code == WD_CODE_WORKFLOW)
		wd_say_help("in policy.json: \"workflows\": { \"%s\": { \"floor\": 1 } }", wd_say_safe(c->detail));
	else if (c->code == WD_CODE_BACKEND)
		wd_say_help("in policy.json: \"backends\": { \"%s\": { \"protocol\": \"extract\", \"evidence\": "
			    "\"embedded\",\n          \"accepts\": [], \"taints\": [] } }; the runtime's page has the "
			    "other protocols",
		    wd_say_safe(c->detail));
}

/* Conditions that a submission could never meet are told before anything is signed. */
static bool
fits_policy(const struct wd_file *file)
{
	bool good = true;

	for (uint32_t i = 0; i < file->c.verdict.conditions_len; i++) {
		const struct wd_condition *c = &file->c.verdict.conditions[i];

		if (c->met || c->code == WD_CODE_SUBMITTED || c->code == WD_CODE_APPROVAL || c->code == WD_CODE_FLOOR ||
		    c->code == WD_CODE_REJECTED || c->code == WD_CODE_SUCCESSOR || c->code == WD_CODE_BINDINGS ||
		    c->code == WD_CODE_BASIS_HERE || c->code == WD_CODE_RECORDS_READ)
			continue;
		if (good)
			wd_say_error("the policy would never let this run");
		wd_say_note("%s: unmet: %s%s%s; %s can change that", wd_code_word(c->code), wd_code_text(c->code),
		    c->detail.size > 0 ? ": " : "", c->detail.size > 0 ? wd_say_safe(c->detail) : "",
		    wd_code_who(c->code));
		say_member(c);
		good = false;
	}
	if (!good)
		wd_say_help("`writ check --policy FILE.wf` shows where the source says so");
	return good;
}

static enum wd_exit
sign_submission(const struct wd_args *args, struct wd_desk *desk, struct wd_file *file,
    const struct wd_signer *signer)
{
	const char *follows = wd_arg(args, "follows");
	struct wd_record record = { .kind = WD_SUBMISSION, .subject = file->c.digest };
	const struct wd_line *latest;
	enum wd_exit code;

	if (file->c.module == NULL) {
		wd_say_error("the bytecode does not verify: %s (%s)", file->c.refusal.why, wd_say_safe(wr_text_of(file->c.refusal.where)));
		return WD_NO;
	}
	if (signer != NULL && holder(desk, signer, "author") == WD_NONE)
		return WD_NO;
	if (!fits_policy(file))
		return WD_NO;
	record.submission.workflow = wr_module_summary(file->c.module)->workflow;
	if (follows != NULL) {
		enum wr_status status = wd_workspace_find(&desk->ws, follows, &record.submission.follows);

		if (status != WR_OK) {
			wd_say_error("--follows %s: %s", wd_say_safe(wr_text_of(follows)),
			    status == WR_REFUSED ? "more than one digest begins so" : "no such digest is stored here");
			wd_say_help("`writ status` lists what was submitted");
			return WD_TROUBLE;
		}
		record.submission.has_follows = true;
	}
	if (desk->lineage.unread.len > 0)
		return wd_unread_say("cannot tell the last version", &desk->lineage.unread);
	latest = wd_lineage_latest(&desk->lineage, record.submission.workflow);
	if (latest != NULL && follows == NULL && !file->c.verdict.has_basis && latest->version == file->c.verdict.version &&
	    wd_digest_eq(&latest->digest, &file->c.digest)) {
		wd_say_error("this digest is submitted already, as version %llu", (unsigned long long)latest->version);
		wd_say_help("`writ status %.16s` says what it waits for", file->hex);
		return WD_NO;
	}
	record.submission.version = latest == NULL ? 1 : latest->version + 1;
	record.submission.message = message_of(args);
	code = wd_record_put(desk, file->c.bytes, &record, signer);
	if (code == WD_YES && signer != NULL)
		printf("submitted %s, version %llu\nsha256:%s\n", wd_say_safe(record.submission.workflow),
		    (unsigned long long)record.submission.version, file->hex);
	return code;
}

/* ---- approve, reject ------------------------------------------------------------------ */

static const struct wd_option decide_options[] = {
	WD_SIGN_OPTIONS,
	{ "role", 'r', "ROLE", "the role you decide for", false },
	{ "message", 'm', "TEXT", "why", false },
	{ "expires", 0, "TIME", "how long it counts, such as 30d (what the environment allows)", false },
	{ "yes", 'y', NULL, "do not show the packet and ask", false },
	WD_ENVIRONMENT_OPTION,
	{ 0 },
};

/* Show what the packet says, and ask. True: the answer was yes. */
static bool
ask(const struct wd_desk *desk, const struct wd_file *file, const struct wd_approval *a, uint32_t person)
{
	struct wd_pager pager;
	enum wd_exit shown;
	struct wr_buf until;
	char answer[16] = "";

	wd_pager_begin(&pager);
	shown = wd_plan_print(file, pager.colour);
	(void)fflush(stdout);
	wd_pager_end(&pager);
	if (shown != WD_YES)
		return false;
	wr_buf_init(&until, wd_alloc(), 64);
	wd_date_write(&until, a->not_after);
	fprintf(stderr, "\n%s signs as %s: sha256:%s\nmay run in %s until %s, as this packet and the policy describe it.\n"
	    "Type yes to sign: ", wd_say_safe(desk->chain.policy.persons[person].name), wd_say_safe(a->role), file->hex,
	    wd_say_safe(a->environment), until.at);
	wr_buf_free(&until);
	return fgets(answer, sizeof answer, stdin) != NULL && strcmp(answer, "yes\n") == 0;
}

static bool
set_times(const struct wd_args *args, const struct wd_desk *desk, const struct wd_file *file,
    struct wd_approval *approval)
{
	const struct wd_environment *e = wd_policy_environment(&desk->chain.policy, wr_text_of(desk->environment));
	const char *expires = wd_arg(args, "expires");
	uint64_t ms = e->approval_days * DAY_MS;

	if (expires != NULL && (!wd_duration_read(wr_text_of(expires), &ms) || ms < 1000)) {
		wd_say_error("--expires takes a time such as 30d or 12h, not %s", wd_say_safe(wr_text_of(expires)));
		return false;
	}
	if (ms > e->approval_days * DAY_MS) {
		wd_say_error("--expires %s: in %s an approval counts for %llu days at most", wd_say_safe(wr_text_of(expires)),
		    wd_say_safe(e->name), (unsigned long long)e->approval_days);
		return false;
	}
	approval->not_before = file->c.now;
	approval->not_after = file->c.now + (int64_t)(ms / 1000);
	return true;
}

static enum wd_exit
sign_decision(const struct wd_args *args, struct wd_desk *desk, struct wd_file *file,
    const struct wd_signer *signer, bool approves)
{
	const char *role = wd_arg(args, "role");
	struct wd_record record = { .kind = WD_APPROVAL, .subject = file->c.digest };
	struct wd_approval *a = &record.approval;
	uint32_t person;
	enum wd_exit code;

	if (role == NULL) {
		wd_say_error("for which role? say --role ROLE");
		if (signer != NULL && (person = wd_desk_person(desk, signer)) != WD_NONE)
			say_roles(&desk->chain.policy, person, WD_NONE);
		return WD_TROUBLE;
	}
	if (!approves && message_of(args).size == 0) {
		wd_say_error("say why, with --message TEXT: the author reads it");
		return WD_TROUBLE;
	}
	if (file->c.module == NULL) {
		wd_say_error("the bytecode does not verify: %s (%s)", file->c.refusal.why, wd_say_safe(wr_text_of(file->c.refusal.where)));
		return WD_NO;
	}
	person = signer == NULL ? WD_NONE : holder(desk, signer, role);
	if (signer != NULL && person == WD_NONE)
		return WD_NO;
	*a = (struct wd_approval){ .approves = approves, .role = wr_text_of(role),
		.environment = wr_text_of(desk->environment), .policy = desk->chain.policy.digest,
		.scope = file->c.verdict.scope, .packet = file->c.packet_digest, .message = message_of(args),
		.has_basis = file->c.verdict.has_basis, .basis = file->c.verdict.basis };
	if (!set_times(args, desk, file, a))
		return WD_TROUBLE;
	if (approves && signer != NULL && wd_arg(args, "yes") == NULL) {
		if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
			wd_say_error("approving asks on a terminal; in a script say --yes");
			return WD_TROUBLE;
		}
		if (!ask(desk, file, a, person)) {
			wd_say("not signed");
			return WD_NO;
		}
	}
	code = wd_record_put(desk, file->c.bytes, &record, signer);
	if (code == WD_YES && signer != NULL)
		printf("%s %s as %s\nsha256:%s\n", wd_say_safe(desk->chain.policy.persons[person].name),
		    approves ? "approves" : "rejects", role, file->hex);
	return code;
}

/* ---- withdraw --------------------------------------------------------------------------- */

static const struct wd_option withdraw_options[] = {
	WD_SIGN_OPTIONS,
	{ "record", 0, "NAME", "this one decision alone; of somebody else it takes owners (as `writ status` names it)", false },
	{ "message", 'm', "TEXT", "why", false },
	WD_ENVIRONMENT_OPTION,
	{ 0 },
};

/* The approval or reject in the file of this name (or its 16 digits): the digest of what was said, and whose. */
static bool
find_decision(const struct wd_desk *desk, const struct wd_file *file, const char *name, struct wd_digest *ret_said,
    uint32_t *ret_person)
{
	for (size_t i = 0; i < file->records.len; i++) {
		const char *found = file->records.at[i].name, *dash = strchr(found, '-');
		struct wd_record_problem problem;
		struct wd_record record;
		bool good;

		if (strcmp(found, name) != 0 && (dash == NULL || strlen(name) != 16 || strncmp(dash + 1, name, 16) != 0))
			continue;
		if (wd_record_open(&desk->chain.policy, file->texts[i], wd_alloc(), &record, &problem) != WR_OK)
			break;
		good = record.kind == WD_APPROVAL && wd_digest_eq(&record.subject, &file->c.digest);
		*ret_said = record.digest;
		*ret_person = record.signer;
		wd_record_free(&record);
		if (good)
			return true;
		break;
	}
	wd_say_error("there is no approval or reject named %s here", wd_say_safe(wr_text_of(name)));
	wd_say_help("`writ status %.16s` names them", file->hex);
	return false;
}

/* Has this person approved or rejected the digest, and not taken it back? */
static bool
has_decided(const struct wd_desk *desk, const struct wd_file *file, uint32_t person)
{
	bool decided = false;

	for (size_t i = 0; i < file->records.len && !decided; i++) {
		struct wd_record_problem problem;
		struct wd_record record;

		if (wd_record_open(&desk->chain.policy, file->texts[i], wd_alloc(), &record, &problem) != WR_OK)
			continue;
		decided = record.kind == WD_APPROVAL && record.signer == person &&
			  wd_digest_eq(&record.subject, &file->c.digest) && !wd_verdict_withdrew(&file->c.verdict, i);
		wd_record_free(&record);
	}
	return decided;
}

static enum wd_exit
sign_withdrawal(const struct wd_args *args, struct wd_desk *desk, struct wd_file *file,
    const struct wd_signer *signer)
{
	struct wd_record record = { .kind = WD_WITHDRAWAL, .subject = file->c.digest };
	const char *name = wd_arg(args, "record");
	uint32_t other = WD_NONE;
	uint32_t person = signer == NULL ? WD_NONE : wd_desk_person(desk, signer);
	enum wd_exit code;

	if (signer != NULL && person == WD_NONE)
		return WD_NO;
	record.withdrawal = (struct wd_withdrawal){ .all = name == NULL, .at = file->c.now, .message = message_of(args) };
	if (name == NULL && signer != NULL && !has_decided(desk, file, person)) {
		wd_say_error("%s has decided nothing about this digest that still counts",
		    wd_say_safe(desk->chain.policy.persons[person].name));
		wd_say_help("`writ status %.16s` lists the decisions; owners take back another's with --record NAME", file->hex);
		return WD_NO;
	}
	if (name != NULL && !find_decision(desk, file, name, &record.withdrawal.approval, &other))
		return WD_NO;
	if (name != NULL && signer != NULL && person != other && !wd_role_has(&desk->chain.policy.owners, person)) {
		wd_say_error("this decision is %s's: only owners of the policy can take it back",
		    wd_say_safe(desk->chain.policy.persons[other].name));
		return WD_NO;
	}
	code = wd_record_put(desk, file->c.bytes, &record, signer);
	if (code == WD_YES && signer != NULL)
		printf("%s takes back %s it\nsha256:%s\n", wd_say_safe(desk->chain.policy.persons[person].name),
		    name == NULL ? "every decision of theirs about" : "one decision about", file->hex);
	if (code == WD_YES && signer != NULL && name != NULL && person != other)
		wd_say("it takes %u of the owners, for it is %s's decision", (unsigned)desk->chain.policy.owners_threshold,
		    wd_say_safe(desk->chain.policy.persons[other].name));
	return code;
}

/* ---- the verbs ---------------------------------------------------------------------------- */

static enum wd_exit
with_desk(const struct wd_args *args, enum wd_record_kind kind, bool approves)
{
	bool taken = wd_arg(args, "signature") != NULL, printed = wd_arg(args, "print") != NULL;
	struct wd_signer own, *signer = taken || printed ? NULL : &own;
	struct wd_file file = { 0 };
	struct wd_desk desk = { 0 };
	enum wd_exit code = wd_desk_open(args, &desk);

	memset(&own, 0, sizeof own);
	if (code == WD_YES && signer != NULL)
		code = wd_signer_open(args, signer);
	if (code == WD_YES)
		code = wd_file_open(args, &desk, args->files[0], &file);
	if (code == WD_YES)
		code = taken		       ? wd_record_take(args, &desk, file.c.bytes, &file.c.digest, kind, approves)
		     : kind == WD_SUBMISSION ? sign_submission(args, &desk, &file, signer)
		     : kind == WD_APPROVAL   ? sign_decision(args, &desk, &file, signer, approves)
					     : sign_withdrawal(args, &desk, &file, signer);
	if (code == WD_YES && !printed)
		wd_verdict_follow(args, &desk, &file);
	wd_signer_close(&own);
	wd_file_close(&file);
	wd_desk_close(&desk);
	return code;
}

static enum wd_exit
submit(const struct wd_args *args)
{
	return with_desk(args, WD_SUBMISSION, false);
}

static enum wd_exit
approve(const struct wd_args *args)
{
	return with_desk(args, WD_APPROVAL, true);
}

static enum wd_exit
reject(const struct wd_args *args)
{
	return with_desk(args, WD_APPROVAL, false);
}

static enum wd_exit
withdraw(const struct wd_args *args)
{
	return with_desk(args, WD_WITHDRAWAL, false);
}

const struct wd_verb wd_verb_submit = {
	.name = "submit",
	.files = "FILE.wfb",
	.files_min = 1,
	.files_max = 1,
	.summary = "put a digest up for review",
	.details = "Keeps the bytecode in .writ/objects and signs a submission with the next version number.",
	.options = submit_options,
	.run = submit,
};

const struct wd_verb wd_verb_approve = {
	.name = "approve",
	.files = "DIGEST",
	.files_min = 1,
	.files_max = 1,
	.summary = "read the packet of a digest, and sign that it may run",
	.details = "The approval covers the digest, the packet that was shown, the policy's scope, one role and one\n"
		   "environment. A digest may be shortened to 8 digits where it is unique.",
	.options = decide_options,
	.run = approve,
};

const struct wd_verb wd_verb_reject = {
	.name = "reject",
	.files = "DIGEST",
	.files_min = 1,
	.files_max = 1,
	.summary = "send a digest back to draft, with a reason",
	.details = "A reject by a required party stops the digest until that party approves it. The author makes a\n"
		   "new draft: a new digest, a new review. It signs at once; only approving asks.",
	.options = decide_options,
	.run = reject,
};

const struct wd_verb wd_verb_withdraw = {
	.name = "withdraw",
	.files = "DIGEST",
	.files_min = 1,
	.files_max = 1,
	.summary = "take your decisions about a digest back",
	.details = "With --record one decision alone. As many owners as a new version of the policy takes can take\n"
		   "back anybody's approval, each with a withdrawal of their own; a reject is its signer's to lift.",
	.options = withdraw_options,
	.run = withdraw,
};
