/* revoke: an owner's word that a key, or bytecode, counts for nothing. How many owners it takes is the gate's to say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/cli/review.h"
#include "runtime/cli/say.h"
#include "runtime/cli/strays.h"
#include "runtime/cli/verbs.h"
#include "runtime/sysalloc.h"

/* A key of the policy: whose, and which. */
struct found {
	const struct wd_key *key;
	uint32_t person, len; /* len: how many keys the name fits */
};

static bool
begins_hex(const struct wd_digest *digest, const char *word)
{
	char hex[65];

	wd_digest_hex(digest, hex);
	return strlen(word) >= 8 && strncmp(hex, word, strlen(word)) == 0;
}

/* By a person's name, or by the digest of the key or its beginning. */
static struct found
find_key(const struct wd_policy *p, const char *word)
{
	const char *hex = strncmp(word, "sha256:", 7) == 0 ? word + 7 : word;
	uint32_t named = wd_policy_person(p, wr_text_of(word));
	struct found found = { NULL, WD_NONE, 0 };

	for (uint32_t i = 0; i < p->persons_len; i++)
		for (uint32_t k = 0; k < p->persons[i].keys_len; k++)
			if (named != WD_NONE ? i == named : begins_hex(&p->persons[i].keys[k].digest, hex)) {
				found.key = &p->persons[i].keys[k];
				found.person = i;
				found.len++;
			}
	return found;
}

/* The same by a file that holds the key, or by agent:FINGERPRINT. */
static struct found
find_key_in_file(const struct wd_policy *p, const char *name)
{
	struct found found = { NULL, WD_NONE, 0 };
	struct wd_signer holder;

	if (wd_signer_open_named(name, &holder) == WD_YES) {
		found.person = wd_policy_person_of_key(p, &holder.key.digest);
		for (uint32_t k = 0; found.person != WD_NONE && k < p->persons[found.person].keys_len; k++)
			if (wd_digest_eq(&p->persons[found.person].keys[k].digest, &holder.key.digest)) {
				found.key = &p->persons[found.person].keys[k];
				found.len = 1;
			}
		if (found.key == NULL)
			wd_say_error("nobody in the policy has this key");
	}
	wd_signer_close(&holder);
	return found;
}

static enum wd_exit
name_key(const struct wd_policy *p, const char *word, struct wd_record *record, uint32_t *ret_person)
{
	struct found found = find_key(p, word);

	if (found.len == 0)
		found = find_key_in_file(p, word);
	if (found.len == 0)
		return WD_NO;
	if (found.len > 1) {
		wd_say_error("%s has more than one key; name it by its digest", wd_say_safe(wr_text_of(word)));
		wd_say_help("`writ policy show` prints the digests");
		return WD_TROUBLE;
	}
	record->revocation.is_key = true;
	record->subject = found.key->digest;
	*ret_person = found.person;
	return WD_YES;
}

static enum wd_exit
name_bytecode(const struct wd_desk *desk, const char *word, struct wd_record *record)
{
	enum wr_status status = wd_workspace_find(&desk->ws, word, &record->subject);

	if (status == WR_OK)
		return WD_YES;
	wd_say_error("%s: %s", wd_say_safe(wr_text_of(word)),
	    status == WR_REFUSED ? "more than one digest begins so" : "no such digest is stored here; say all of it");
	return WD_TROUBLE;
}

/* How many owners revoke the subject by now. */
static uint32_t
count_owners(const struct wd_desk *desk, const struct wd_record *said)
{
	const struct wd_policy *p = &desk->chain.policy;
	bool *has = calloc((size_t)p->persons_len + 1, sizeof *has);
	struct wd_record_files files = { 0 };
	uint32_t n = 0;

	if (has != NULL && wd_workspace_records(&desk->ws, &said->subject, &files) == WR_OK)
		for (size_t i = 0; i < files.len; i++) {
			struct wd_record_problem problem;
			struct wd_record r;

			if (wd_record_open(p, wr_buf_view(&files.at[i].bytes), wd_alloc(), &r, &problem) != WR_OK)
				continue;
			if (r.kind == WD_REVOCATION && r.revocation.is_key == said->revocation.is_key &&
			    wd_digest_eq(&r.subject, &said->subject) && wd_role_has(&p->owners, r.signer) &&
			    !(said->revocation.is_key && wd_digest_eq(&r.key, &said->subject)) && !has[r.signer]) {
				has[r.signer] = true;
				n++;
			}
			wd_record_free(&r);
		}
	if (files.unread.len > 0)
		(void)wd_unread_say("more owners may have said so", &files.unread);
	wd_record_files_free(&files);
	free(has);
	return n;
}

static enum wd_exit
check_signer(const struct wd_policy *p, const struct wd_signer *signer, const struct wd_record *record,
    uint32_t *ret_person)
{
	uint32_t person = wd_policy_person_of_key(p, &signer->key.digest);

	if (person == WD_NONE || !wd_role_has(&p->owners, person)) {
		wd_say_error("this key is no owner's; only owners of the policy revoke");
		return WD_NO;
	}
	if (record->revocation.is_key && wd_digest_eq(&signer->key.digest, &record->subject)) {
		wd_say_error("a key cannot revoke itself: other owners must");
		return WD_NO;
	}
	*ret_person = person;
	return WD_YES;
}

static void
report(const struct wd_desk *desk, const struct wd_record *record, uint32_t person, uint32_t whose)
{
	const struct wd_policy *p = &desk->chain.policy;
	uint32_t have = count_owners(desk, record);
	char hex[65];

	wd_digest_hex(&record->subject, hex);
	printf("%s revokes %s%s\nsha256:%s\n", wd_say_safe(p->persons[person].name),
	    record->revocation.is_key ? "a key of " : "the workflow",
	    record->revocation.is_key ? wd_say_safe(p->persons[whose].name) : "", hex);
	if (have >= p->owners_threshold)
		wd_say("%s; services learn of it with the next `writ launch` of a digest that it concerns",
		    record->revocation.is_key ? "whatever this key signed counts for nothing"
					      : "it is refused from now on");
	else
		wd_say("%u of %u owners say so; until enough do it changes nothing", (unsigned)have,
		    (unsigned)p->owners_threshold);
}

static enum wd_exit
revoke_with(const struct wd_args *args, struct wd_desk *desk, const struct wd_signer *signer)
{
	const char *of = wd_arg(args, "key-of"), *message = wd_arg(args, "message");
	struct wd_record record = { .kind = WD_REVOCATION };
	uint32_t person = WD_NONE, whose = WD_NONE;
	enum wd_exit code;

	record.revocation.at = (int64_t)time(NULL);
	record.revocation.message = message == NULL ? WR_TEXT("") : wr_text_of(message);
	code = of != NULL ? name_key(&desk->chain.policy, of, &record, &whose)
			  : name_bytecode(desk, args->files[0], &record);
	if (code == WD_YES && wd_arg(args, "signature") != NULL)
		return wd_record_take(args, desk, WR_TEXT(""), &record.subject, WD_REVOCATION, false);
	if (code == WD_YES && signer != NULL)
		code = check_signer(&desk->chain.policy, signer, &record, &person);
	if (code == WD_YES)
		code = wd_record_put(desk, WR_TEXT(""), &record, signer);
	if (code == WD_YES && signer != NULL)
		report(desk, &record, person, whose);
	return code;
}

static enum wd_exit
revoke(const struct wd_args *args)
{
	bool outside = wd_arg(args, "signature") != NULL || wd_arg(args, "print") != NULL;
	struct wd_signer own, *signer = outside ? NULL : &own;
	struct wd_desk desk = { 0 };
	enum wd_exit code;

	if ((args->files_len == 0) == (wd_arg(args, "key-of") == NULL)) {
		wd_say_error("revoke what? Say a DIGEST, or a key with --key-of");
		return WD_TROUBLE;
	}
	memset(&own, 0, sizeof own);
	code = wd_desk_open(args, &desk);
	if (code == WD_YES && signer != NULL)
		code = wd_signer_open(args, signer);
	if (code == WD_YES)
		code = revoke_with(args, &desk, signer);
	wd_signer_close(&own);
	wd_desk_close(&desk);
	return code;
}

static const struct wd_option options[] = {
	WD_SIGN_OPTIONS,
	{ "key-of", 0, "WHO", "revoke a key: a person who has one, the key's digest, or a file that holds it", false },
	{ "message", 'm', "TEXT", "why", false },
	WD_ENVIRONMENT_OPTION,
	{ 0 },
};

const struct wd_verb wd_verb_revoke = {
	.name = "revoke",
	.files = "[DIGEST]",
	.files_min = 0,
	.files_max = 1,
	.summary = "as an owner, say that bytecode or somebody's key counts for nothing",
	.details = "It takes as many owners as a new version of the policy, each with a revocation of their own. What\n"
		   "a revoked key signed counts for nothing, whenever it was signed. It cannot be taken back; a new\n"
		   "version of the policy names the person's new key.",
	.options = options,
	.run = revoke,
};
