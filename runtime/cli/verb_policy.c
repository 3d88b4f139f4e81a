/* policy check, show, sign: the policy and its versions. It decides nothing that the chain does not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cli/review.h"
#include "runtime/cli/say.h"
#include "runtime/cli/strays.h"
#include "runtime/cli/verbs.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/date.h"

/* The file that is spoken of, and the signatures that the workspace keeps. */
struct sheet {
	struct wd_workspace ws;
	struct wr_buf bytes;
	struct wd_policy policy; /* of the file */
	struct wd_record_files files;
	struct wr_text *envelopes;
	struct wd_chain chain;
	bool has_policy, has_chain;
};

static enum wd_exit
open_sheet(const struct wd_args *args, struct sheet *s)
{
	const char *path = args->files_len > 1 ? args->files[1] : "policy.json";
	struct wd_json_error error = { 0 };
	enum wr_status status;

	*s = (struct sheet){ .has_policy = false };
	wr_buf_init(&s->bytes, wd_alloc(), WD_POLICY_MAX);
	if (wd_workspace_open(&s->ws, args->folder) != WR_OK)
		return wd_say_unreadable(args->folder, WR_IO);
	status = args->files_len > 1 ? wd_file_read(path, &s->bytes) : wd_workspace_read(&s->ws, path, &s->bytes);
	if (status != WR_OK)
		return wd_say_unreadable(path, status);
	status = wd_policy_read(&s->policy, wd_alloc(), wr_buf_view(&s->bytes), &error);
	s->has_policy = status == WR_OK;
	if (status == WR_OK)
		status = wd_workspace_versions(&s->ws, &s->files);
	if (status == WR_OK && s->files.unread.len > 0)
		return wd_unread_say(".writ/policy", &s->files.unread);
	if (status == WR_OK && (s->envelopes = calloc(s->files.len + 1, sizeof *s->envelopes)) == NULL)
		status = WR_NOMEM;
	if (status == WR_OK) {
		for (size_t i = 0; i < s->files.len; i++)
			s->envelopes[i] = wr_buf_view(&s->files.at[i].bytes);
		status = wd_chain_read(&s->chain, wd_alloc(), wr_buf_view(&s->bytes), s->envelopes,
		    (uint32_t)s->files.len, NULL, &error);
		s->has_chain = status == WR_OK;
	}
	return wd_policy_told(path, status, &error);
}

static void
close_sheet(struct sheet *s)
{
	if (s->has_chain)
		wd_chain_free(&s->chain);
	if (s->has_policy)
		wd_policy_free(&s->policy);
	free(s->envelopes);
	wd_record_files_free(&s->files);
	wr_buf_free(&s->bytes);
}

/* ---- check ------------------------------------------------------------------------------ */

static void
print_votes(const struct wd_policy *p, const char *which, uint32_t have, uint32_t need)
{
	printf("  %u of %u of the owners %s:", (unsigned)have, (unsigned)need, which);
	for (uint32_t i = 0; i < p->owners.members_len; i++)
		printf("%s %s", i > 0 ? "," : "", wd_say_safe(p->persons[p->owners.members[i]].name));
	printf("\n");
}

/* The file is not the version in force: is it the next, and what does it wait for? */
static enum wd_exit
check_draft(struct sheet *s)
{
	struct wd_chain_votes v = { 0 };

	if (s->policy.version != s->chain.policy.version + 1 ||
	    !wd_digest_eq(&s->policy.follows, &s->chain.policy.digest) ||
	    !wr_text_eq(s->policy.name, s->chain.policy.name)) {
		char hex[65];

		wd_digest_hex(&s->chain.policy.digest, hex);
		wd_say_error("this file is neither the version in force nor the one after it");
		wd_say_help("the next one says \"version\": %llu, \"follows\": \"sha256:%s\" and the same name",
		    (unsigned long long)s->chain.policy.version + 1, hex);
		return WD_NO;
	}
	if (wd_chain_count(&s->chain, &s->policy, s->envelopes, (uint32_t)s->files.len, &v) != WR_OK)
		return WD_TROUBLE;
	printf("version %llu is a draft until enough owners sign it (`writ policy sign --key KEY`)\n",
	    (unsigned long long)s->policy.version);
	print_votes(&s->chain.policy, "in force have signed, of", v.old_have, v.old_need);
	print_votes(&s->policy, "that it names have signed, of", v.new_have, v.new_need);
	return WD_YES;
}

static enum wd_exit
check(struct sheet *s)
{
	const struct wd_policy *p = &s->chain.policy;
	struct wd_remarks said = { .len = 0 };
	enum wd_exit code = WD_YES;
	char hex[65];

	wd_digest_hex(&s->chain.root, hex);
	printf("policy %s, version %llu, root sha256:%s\n", wd_say_safe(p->name), (unsigned long long)p->version, hex);
	if (p->version > 1) {
		wd_digest_hex(&p->digest, hex);
		printf("in force: sha256:%s\n", hex);
	}
	if (!wd_digest_eq(&p->digest, &s->policy.digest))
		code = check_draft(s);
	for (uint32_t i = 0; i < s->chain.notes_len; i++)
		wd_say("%s counts for nothing: %s: %s",
		    wd_say_safe(wr_text_of(s->files.at[s->chain.notes[i].envelope].name)), s->chain.notes[i].code,
		    s->chain.notes[i].why);
	wd_strays_say(&said, &s->files.strays);
	return code;
}

/* ---- show ------------------------------------------------------------------------------- */

static void
print_members(const struct wd_policy *p, const struct wd_role *role)
{
	for (uint32_t i = 0; i < role->members_len; i++)
		printf("%s%s", i > 0 ? ", " : "", wd_say_safe(p->persons[role->members[i]].name));
	printf("\n");
}

static const char *
key_word(const struct wd_key *key)
{
	static const char *const plain[] = { "Ed25519", "P-256", "P-384", "P-521", "RSA" };

	return key->application.size > 0 ? (key->verification ? "security key, PIN or finger" : "security key")
					 : plain[key->kind];
}

static void
print_labels(const struct wd_policy *p, const char *before, uint64_t set)
{
	printf("%s", before);
	for (uint32_t i = 0; i < p->labels_len; i++)
		if ((set >> i & 1) != 0)
			printf(" @%s", wd_say_safe(p->labels[i].name));
	printf("%s", set == 0 ? " nothing" : "");
}

static void
print_persons(const struct wd_policy *p)
{
	char hex[65];

	printf("\npersons\n");
	for (uint32_t i = 0; i < p->persons_len; i++)
		for (uint32_t k = 0; k < p->persons[i].keys_len; k++) {
			const struct wd_key *key = &p->persons[i].keys[k];

			wd_digest_hex(&key->digest, hex);
			printf("  %-20s %s%s sha256:%.16s…%s\n", k == 0 ? wd_say_safe(p->persons[i].name) : "",
			    key->ssh.size > 0 ? "SSH " : "", key_word(key), hex,
			    wd_policy_revoked(p, true, &key->digest) != NULL ? "  REVOKED" : "");
		}
	printf("\nowners  %u of ", (unsigned)p->owners_threshold);
	print_members(p, &p->owners);
	printf("\nroles\n");
	for (uint32_t i = 0; i < p->roles_len; i++) {
		printf("  %-20s ", wd_say_safe(p->roles[i].name));
		print_members(p, &p->roles[i]);
	}
}

static void
print_data(const struct wd_policy *p)
{
	printf("\nlabels\n");
	for (uint32_t i = 0; i < p->labels_len; i++)
		printf("  @%-19s owned by %s\n", wd_say_safe(p->labels[i].name),
		    wd_say_safe(p->roles[p->labels[i].owner].name));
	printf("\nbackends\n");
	for (uint32_t i = 0; i < p->backends_len; i++) {
		const struct wd_backend_rule *b = &p->backends[i];

		printf("  %-20s %s, %s%s%s;", wd_say_safe(b->name), b->protocol->word, wd_class_word(b->class),
		    b->endpoint.size > 0 ? ", " : "", wd_say_safe(b->endpoint));
		print_labels(p, " accepts", b->accepts);
		print_labels(p, "; taints", b->taints);
		printf("\n");
	}
	printf("\nworkflows\n");
	for (uint32_t i = 0; i < p->workflows_len; i++) {
		const struct wd_workflow_rule *w = &p->workflows[i];

		printf("  %-20s from version %llu on", wd_say_safe(w->name), (unsigned long long)w->floor);
		for (uint32_t k = 0; k < w->inputs_len; k++) {
			printf("; %s", wd_say_safe(w->inputs[k].path));
			print_labels(p, " carries", w->inputs[k].labels);
		}
		printf("\n");
	}
}

static enum wd_exit
show(struct sheet *s)
{
	const struct wd_policy *p = &s->policy;
	struct wr_buf dates;

	wr_buf_init(&dates, wd_alloc(), 128);
	wd_date_write(&dates, p->issued);
	wr_buf_str(&dates, " to ");
	wd_date_write(&dates, p->expires);
	printf("%s, version %llu, %s\n", wd_say_safe(p->name), (unsigned long long)p->version, dates.at);
	wr_buf_free(&dates);
	print_persons(p);
	print_data(p);
	printf("\nlimits  %llu calls, %llu tokens, %llu s, %llu at once; models", (unsigned long long)p->limits.calls,
	    (unsigned long long)p->limits.tokens, (unsigned long long)p->limits.time_ms / 1000,
	    (unsigned long long)p->limits.width);
	for (uint32_t i = 0; i < p->limits.models_len; i++)
		printf(" %s", wd_say_safe(p->limits.models[i]));
	printf("\n\nenvironments\n");
	for (uint32_t i = 0; i < p->environments_len; i++) {
		const struct wd_environment *e = &p->environments[i];

		printf("  %-20s approvals count %llu days; needs", wd_say_safe(e->name), (unsigned long long)e->approval_days);
		for (uint32_t k = 0; k < e->require_len; k++)
			printf("%s %u of %s", k > 0 ? "," : "", (unsigned)e->require[k].count,
			    wd_say_safe(p->roles[e->require[k].role].name));
		printf("\n");
	}
	for (uint32_t i = 0; i < p->revoked_len; i++) {
		char hex[65];

		wd_digest_hex(&p->revoked[i].digest, hex);
		printf("%srevoked %s sha256:%s: %s\n", i == 0 ? "\n" : "", p->revoked[i].is_key ? "key" : "workflow", hex,
		    wd_say_safe(p->revoked[i].reason));
	}
	return WD_YES;
}

/* ---- sign ------------------------------------------------------------------------------- */

static enum wd_exit
sign(const struct wd_args *args, struct sheet *s)
{
	struct wr_buf pae, signature, envelope;
	struct wd_signer signer;
	enum wd_exit code = wd_signer_open(args, &signer);
	uint32_t old = WD_NONE, new = WD_NONE;

	wr_buf_init(&pae, wd_alloc(), WD_POLICY_ENVELOPE_MAX);
	wr_buf_init(&signature, wd_alloc(), WD_SIGNATURE_MAX);
	wr_buf_init(&envelope, wd_alloc(), WD_POLICY_ENVELOPE_MAX);
	if (code == WD_YES) {
		old = wd_policy_person_of_key(&s->chain.policy, &signer.key.digest);
		new = wd_policy_person_of_key(&s->policy, &signer.key.digest);
		if ((old == WD_NONE || !wd_role_has(&s->chain.policy.owners, old)) &&
		    (new == WD_NONE || !wd_role_has(&s->policy.owners, new))) {
			wd_say_error("this key is no owner's, neither in the version in force nor in this one");
			code = WD_NO;
		}
	}
	if (code == WD_YES) {
		wd_pae(&pae, WR_TEXT(WD_POLICY_TYPE), wr_buf_view(&s->bytes));
		code = wd_signer_sign(&signer, wr_buf_view(&pae), &signature);
	}
	if (code == WD_YES) {
		wd_envelope_write(WR_TEXT(WD_POLICY_TYPE), wr_buf_view(&s->bytes), &signer.key.digest,
		    wr_buf_view(&signature), &envelope);
		if (envelope.status != WR_OK ||
		    wd_workspace_add_version(&s->ws, s->policy.version, wr_buf_view(&envelope)) != WR_OK) {
			wd_say_error("cannot write below %s/.writ: %s", s->ws.root, wd_file_why(WR_IO));
			code = WD_TROUBLE;
		}
	}
	if (code == WD_YES)
		printf("%s signs version %llu\n",
		    wd_say_safe(old != WD_NONE ? s->chain.policy.persons[old].name : s->policy.persons[new].name),
		    (unsigned long long)s->policy.version);
	wd_signer_close(&signer);
	wr_buf_free(&pae);
	wr_buf_free(&signature);
	wr_buf_free(&envelope);
	return code;
}

static enum wd_exit
policy(const struct wd_args *args)
{
	const char *what = args->files[0];
	struct sheet s;
	enum wd_exit code;

	if (strcmp(what, "check") != 0 && strcmp(what, "show") != 0 && strcmp(what, "sign") != 0) {
		wd_say_error("`writ policy` takes check, show or sign, not `%s`", wd_say_safe(wr_text_of(what)));
		return WD_TROUBLE;
	}
	code = open_sheet(args, &s);
	if (code == WD_YES)
		code = strcmp(what, "check") == 0 ? check(&s) : strcmp(what, "show") == 0 ? show(&s) : sign(args, &s);
	if (code == WD_YES && strcmp(what, "sign") == 0) {
		close_sheet(&s);
		code = open_sheet(args, &s); /* with the new signature */
		if (code == WD_YES)
			code = check(&s);
	}
	close_sheet(&s);
	return code;
}

static const struct wd_option options[] = { WD_KEY_OPTION, { 0 } };

const struct wd_verb wd_verb_policy = {
	.name = "policy",
	.files = "check|show|sign [FILE]",
	.files_min = 1,
	.files_max = 2,
	.summary = "check, read or sign policy.json, and say which version is in force",
	.details = "Every member must be known and right, or the whole file is refused with the place. The first\n"
		   "version is trusted by its digest, the root. A later one names the digest that it follows, and\n"
		   "counts when enough owners of that one and enough of its own have signed it; until then the one\n"
		   "before stays in force. Signatures are kept in .writ/policy. Sign the first version too: a later\n"
		   "policy.json takes its place, and the chain must begin somewhere.",
	.options = options,
	.run = policy,
};
