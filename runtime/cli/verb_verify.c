/* verify: everything about a saved answer that can be checked offline. */
#include <stdio.h>
#include <string.h>

#include "runtime/cli/client.h"
#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "runtime/setting.h"

static const struct wd_option verify_options[] = {
	{ "root", 0, "DIGEST", "the trust root: the digest of the policy's first version (the workspace's)", false },
	{ "versions", 0, "FILE", "versions of the policy after it, as a service publishes them", false },
	{ "digest", 'd', "DIGEST", "the bytecode that must have answered", false },
	{ "input", 'i', "FILE", "the input that was sent", false },
	{ 0 },
};

/* What is known of the policy's versions. */
struct trust {
	struct wd_policy_files files;
	struct wd_chain chain;
	bool has_chain;
};

/* The versions of a file on top of those of the workspace. */
static enum wd_exit
add_versions(struct trust *t, const struct wd_digest *root, const char *path)
{
	struct wd_json_error error = { 0 };
	struct wd_chain longer;
	struct wr_buf bytes;
	enum wr_status status;

	wr_buf_init(&bytes, wd_alloc(), WD_ANSWER_MAX);
	status = wd_file_read(path, &bytes);
	if (status != WR_OK) {
		wr_buf_free(&bytes);
		return wd_say_unreadable(path, status);
	}
	status = wd_policy_files_add(&t->files, root, wr_buf_view(&bytes));
	if (status == WR_OK)
		status = wd_policy_files_chain(&t->files, root, &longer, &error);
	wr_buf_free(&bytes);
	if (status != WR_OK) {
		wd_say_error("%s holds no chain from the trust root: %s", wd_say_safe(wr_text_of(path)),
		    error.text != NULL ? error.text : wr_status_text(status));
		return WD_TROUBLE;
	}
	if (t->has_chain)
		wd_chain_free(&t->chain);
	t->chain = longer;
	t->has_chain = true;
	return WD_YES;
}

static enum wd_exit
read_known(const struct wd_args *args, struct wd_known *known, struct trust *trust, struct wr_buf *input)
{
	const char *digest = wd_arg(args, "digest"), *sent = wd_arg(args, "input"), *versions = wd_arg(args, "versions");
	enum wr_status status;
	enum wd_exit code;
	bool none;

	if (digest != NULL && !wd_digest_read(wr_text_of(digest), &known->digest)) {
		wd_say_error("a digest is sha256: and 64 hexadecimal digits");
		return WD_TROUBLE;
	}
	code = wd_trust_find(args, &trust->files, &trust->chain, &trust->has_chain, &known->root, &none);
	if (code == WD_YES && versions != NULL && none) {
		wd_say_error("--versions needs a trust root that they begin at: say --root DIGEST");
		code = WD_TROUBLE;
	}
	if (code == WD_YES && versions != NULL)
		code = add_versions(trust, &known->root, versions);
	if (code != WD_YES)
		return code;
	known->has_root = !none;
	known->past = true;
	known->chain = trust->has_chain ? &trust->chain : NULL;
	known->has_digest = digest != NULL;
	if (sent == NULL)
		return WD_YES;
	status = wd_file_read(sent, input);
	if (status != WR_OK)
		return wd_say_unreadable(sent, status);
	known->request = input->at == NULL ? WR_TEXT("") : wr_buf_view(input);
	return WD_YES;
}

static enum wd_exit
verify(const struct wd_args *args)
{
	static const enum wd_exit codes[] = { [WD_VERIFIED] = WD_YES, [WD_REFUTED] = WD_NO, [WD_UNCHECKED] = WD_UNSURE };
	struct wd_known known = { 0 };
	struct trust trust = { 0 };
	struct wr_buf answer, input;
	struct wd_checks checks;
	enum wr_status status;
	enum wd_exit code;

	wr_buf_init(&answer, wd_alloc(), WD_ANSWER_MAX);
	wr_buf_init(&input, wd_alloc(), WD_ANSWER_MAX);
	code = read_known(args, &known, &trust, &input);
	status = code == WD_YES ? wd_file_read(args->files[0], &answer) : WR_OK;
	if (status != WR_OK)
		code = wd_say_unreadable(args->files[0], status);
	if (code == WD_YES && wd_verify_answer(wr_buf_view(&answer), &known, wd_alloc(), &checks) != WR_OK) {
		wd_say_error("out of memory");
		code = WD_TROUBLE;
	} else if (code == WD_YES) {
		wd_checks_print(&checks, true);
		printf("%s\n", checks.verdict == WD_UNCHECKED ? "unchecked: development: nothing attests this key"
							      : wd_verdict_word(checks.verdict));
		code = codes[checks.verdict];
		wd_checks_free(&checks);
	}
	if (trust.has_chain)
		wd_chain_free(&trust.chain);
	wd_policy_files_free(&trust.files);
	wr_buf_free(&answer);
	wr_buf_free(&input);
	return code;
}

const struct wd_verb wd_verb_verify = {
	.name = "verify",
	.files = "ANSWER",
	.files_min = 1,
	.files_max = 1,
	.summary = "check a saved answer and its receipt, offline",
	.details = "Takes what `writ call --save` kept, or any answer of the HTTP API. Every check is printed. Exit 0:\n"
		   "verified; 1: refuted; 3: nothing fails and something could not be checked, as with software\n"
		   "evidence, behind which nothing stands.",
	.options = verify_options,
	.run = verify,
};
