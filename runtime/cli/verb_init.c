/* init: a workspace that a newcomer can run, change, review and launch. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/crypto.h"
#include "runtime/trust/date.h"

#define YEAR_SECONDS (365LL * 24 * 3600)

static const char flow[] =
	"writ 1\n"
	"\n"
	"/// Sort one message from a customer, and say in a sentence what it is about.\n"
	"\n"
	"label untrusted \"words written outside the company\"\n"
	"\n"
	"backend house: llm accepts @untrusted\n"
	"\n"
	"type Topic = billing | delivery | other\n"
	"\n"
	"type Note {\n"
	"  gist: text ..300 @untrusted\n"
	"  topic: Topic @untrusted\n"
	"}\n"
	"\n"
	"agent summarise(message: text ..4_000) -> text ..300 via house {\n"
	"  model: \"extract-1\"\n"
	"  max_tokens: 100\n"
	"  context: \"Say in one sentence what the customer wants.\"\n"
	"  user: \"{{message}}\"\n"
	"}\n"
	"\n"
	"agent classify(message: text ..4_000) -> Topic via house {\n"
	"  model: \"extract-1\"\n"
	"  max_tokens: 20\n"
	"  retry: 1\n"
	"  context: \"What is the message about: billing, delivery, or something other?\"\n"
	"  user: \"{{message}}\"\n"
	"}\n"
	"\n"
	"start sort_message(message: text ..4_000 @untrusted) -> Note\n"
	"  gist = summarise(message)\n"
	"  topic = classify(message)\n"
	"end Note { gist, topic }\n";

static const char input[] =
	"{ \"message\": \"Good morning. My delivery has not come yet. The parcel was due on Monday.\" }\n";

static const char bindings[] =
	"{\n"
	"  \"type\": \"writ-bindings/1\",\n"
	"  \"environment\": \"development\",\n"
	"  \"backends\": {}\n"
	"}\n";

/* Between its pieces stand: issued, expires, and the public keys of ana, bo and dee. */
static const char *const policy[] = {
	"{\n"
	"  \"type\": \"writ-policy/1\",\n"
	"  \"name\": \"hello\",\n"
	"  \"version\": 1,\n"
	"  \"issued\": \"",
	"\",\n"
	"  \"expires\": \"",
	"\",\n"
	"  \"follows\": null,\n"
	"  \"owners\": { \"threshold\": 1, \"persons\": [\"ana\", \"bo\"] },\n"
	"  \"persons\": {\n"
	"    \"ana\": { \"keys\": [{ \"type\": \"ed25519\", \"public\": \"",
	"\" }] },\n"
	"    \"bo\": { \"keys\": [{ \"type\": \"ed25519\", \"public\": \"",
	"\" }] },\n"
	"    \"author\": { \"keys\": [{ \"type\": \"ed25519\", \"public\": \"",
	"\" }] }\n"
	"  },\n"
	"  \"roles\": { \"author\": [\"author\"], \"security\": [\"ana\", \"bo\"] },\n"
	"  \"labels\": { \"untrusted\": { \"owner\": \"security\" } },\n"
	"  \"backends\": {\n"
	"    \"house\": { \"protocol\": \"extract\", \"evidence\": \"embedded\", \"accepts\": [\"untrusted\"], \"taints\": [] }\n"
	"  },\n"
	"  \"workflows\": { \"sort_message\": { \"inputs\": { \"message\": [\"untrusted\"] }, \"floor\": 1 } },\n"
	"  \"limits\": { \"models\": [\"extract-*\"], \"calls\": 10, \"tokens\": 100000, \"time\": \"10m\", \"width\": 8 },\n"
	"  \"environments\": {\n"
	"    \"development\": { \"require\": { \"security\": 1 }, \"approval_days\": 30, \"evidence\": [\"software\"] }\n"
	"  },\n"
	"  \"reference_values\": {},\n"
	"  \"revoked\": []\n"
	"}\n",
};

static const char ignore[] = "keys/*\n!keys/*.pub\n!keys/*.pub.pem\n*.wfb\n.writ/state/\n.writ/recordings/\n";

static const char *const persons[] = { "ana", "bo", "author" };

static enum wd_exit
cannot_write(const char *path, enum wr_status status)
{
	if (status == WR_REFUSED)
		wd_say_error("%s is there already; nothing is overwritten", wd_say_safe(wr_text_of(path)));
	else
		wd_say_error("cannot write %s: %s", wd_say_safe(wr_text_of(path)), wd_file_why(status));
	return WD_TROUBLE;
}

static enum wd_exit
put(const char *folder, const char *name, struct wr_text bytes, unsigned mode)
{
	char path[PATH_MAX];
	enum wr_status status;

	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) {
		errno = ENAMETOOLONG;
		return cannot_write(folder, WR_IO);
	}
	status = wd_file_create(path, bytes, mode);
	return status == WR_OK ? WD_YES : cannot_write(path, status);
}

/* A development key for a person; its public half in base64 goes to `out`. */
static enum wd_exit
make_key(const char *folder, const char *person, struct wr_buf *out)
{
	char name[64];
	struct wd_private_key key;
	struct wr_buf pem;
	enum wd_exit code = WD_TROUBLE;

	wr_buf_init(&pem, wd_alloc(), 4096);
	(void)snprintf(name, sizeof name, "keys/%s.pem", person);
	if (wd_key_make(&key) != WR_OK || wd_private_key_write_pem(&key, &pem) != WR_OK)
		wd_say_error("cannot make a key");
	else
		code = put(folder, name, wr_buf_view(&pem), 0600);
	wd_base64_write(out, key.public_key.at, sizeof key.public_key.at);
	wd_wipe(&key, sizeof key);
	if (pem.at != NULL)
		wd_wipe(pem.at, pem.size);
	wr_buf_free(&pem);
	return code;
}

static enum wd_exit
make_policy(const char *folder)
{
	struct wr_buf text;
	int64_t now = (int64_t)time(NULL);
	enum wd_exit code = WD_YES;

	wr_buf_init(&text, wd_alloc(), 65536);
	wr_buf_str(&text, policy[0]);
	wd_date_write(&text, now - 60);
	wr_buf_str(&text, policy[1]);
	wd_date_write(&text, now + YEAR_SECONDS);
	wr_buf_str(&text, policy[2]);
	for (size_t i = 0; i < 3 && code == WD_YES; i++) {
		code = make_key(folder, persons[i], &text);
		wr_buf_str(&text, policy[3 + i]);
	}
	if (code == WD_YES)
		code = put(folder, "policy.json", wr_buf_view(&text), 0666);
	wr_buf_free(&text);
	return code;
}

static bool
is_there(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path &&
	       lstat(path, &st) == 0;
}

/* Looked for before anything is made: half a workspace is worse than none. */
static enum wd_exit
is_free(const char *folder)
{
	static const char *const names[] = { "hello.wf", "input.json", "bindings.development.json",
		"policy.json", "keys/ana.pem", "keys/bo.pem", "keys/author.pem" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!is_there(folder, names[i]))
			continue;
		wd_say_error("%s/%s is there already; nothing is made", wd_say_safe(wr_text_of(folder)),
		    names[i]);
		wd_say_help("`writ init NAME` makes a folder of its own");
		return WD_TROUBLE;
	}
	return WD_YES;
}

static enum wd_exit
init(const struct wd_args *args)
{
	const char *folder = args->files_len > 0 ? args->files[0] : args->folder;
	char keys[PATH_MAX];
	enum wd_exit code = is_free(folder);
	bool here = strcmp(folder, ".") == 0;

	if (code != WD_YES)
		return code;
	(void)snprintf(keys, sizeof keys, "%s/keys", folder);
	if (wd_folder_make(keys) != WR_OK)
		return cannot_write(keys, WR_IO);
	code = put(folder, "hello.wf", wr_text_of(flow), 0666);
	if (code == WD_YES)
		code = put(folder, "input.json", wr_text_of(input), 0666);
	if (code == WD_YES)
		code = put(folder, "bindings.development.json", wr_text_of(bindings), 0666);
	if (code == WD_YES && is_there(folder, ".gitignore"))
		wd_say("%s/.gitignore is yours and stays as it is; see that it lists keys/*.pem",
		    wd_say_safe(wr_text_of(folder)));
	else if (code == WD_YES)
		code = put(folder, ".gitignore", wr_text_of(ignore), 0666);
	if (code == WD_YES)
		code = make_policy(folder);
	if (code != WD_YES)
		return code;
	printf("%s is a workspace now: a flow, a policy, and development keys of an author and two reviewers.\n\n"
	       "%s%s%s"
	       "  writ run hello.wf --input input.json --trace    a draft run, with the embedded backend\n"
	       "  writ build hello.wf                             bytecode, and its digest\n"
	       "  writ plan hello.wfb                             what reviewers read\n"
	       "  writ submit hello.wfb --key keys/author.pem     put it up for review\n"
	       "  writ status                                     what waits, and for whom\n"
	       "  writ approve DIGEST --key keys/ana.pem --role security\n"
	       "  writd --workspace . --listen 127.0.0.1:8484 &   then `writ launch` and `writ call`\n",
	    folder, here ? "" : "  cd ", here ? "" : folder, here ? "" : "\n");
	return WD_YES;
}

const struct wd_verb wd_verb_init = {
	.name = "init",
	.files = "[DIR]",
	.files_min = 0,
	.files_max = 1,
	.summary = "make a workspace that runs: a flow, a policy, development keys",
	.details = "Overwrites nothing. The keys are for trying things out: in earnest, each person makes their own\n"
		   "with `writ keygen` and keeps it.",
	.run = init,
};
