/* keygen: an Ed25519 key pair for a person. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "runtime/cli/say.h"
#include "runtime/cli/verbs.h"
#include "runtime/files.h"
#include "runtime/sysalloc.h"
#include "runtime/trust/crypto.h"

static enum wd_exit
keygen(const struct wd_args *args)
{
	const char *name = args->files[0];
	char path[PATH_MAX], public_path[PATH_MAX];
	struct wd_private_key key;
	struct wr_buf pem, public_pem, raw;
	enum wr_status status;
	enum wd_exit code = WD_TROUBLE;

	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-")] != '\0' || strlen(name) > 64 || *name == '\0') {
		wd_say_error("a person's name has lower-case letters, digits, - and _, not `%s`",
		    wd_say_safe(wr_text_of(name)));
		return WD_TROUBLE;
	}
	wr_buf_init(&pem, wd_alloc(), 4096);
	wr_buf_init(&public_pem, wd_alloc(), 4096);
	wr_buf_init(&raw, wd_alloc(), 256);
	status = wd_key_make(&key);
	if (status == WR_OK)
		status = wd_private_key_write_pem(&key, &pem);
	if (status != WR_OK) {
		wd_say_error("cannot make a key: %s", wr_status_text(status));
		goto done;
	}
	wd_public_key_write_pem(&key.public_key, &public_pem);
	wd_base64_write(&raw, key.public_key.at, sizeof key.public_key.at);
	(void)snprintf(path, sizeof path, "%s/keys", args->folder);
	status = wd_folder_make(path);
	(void)snprintf(path, sizeof path, "%s/keys/%s.pem", args->folder, name);
	(void)snprintf(public_path, sizeof public_path, "%s/keys/%s.pub.pem", args->folder, name);
	if (status == WR_OK)
		status = wd_file_create(path, wr_buf_view(&pem), 0600);
	if (status == WR_REFUSED) {
		wd_say_error("%s is there already", path);
		wd_say_help("move it away first: records that it signed need its public half");
		goto done;
	}
	if (status == WR_OK)
		status = wd_file_write(public_path, wr_buf_view(&public_pem), 0666);
	if (status != WR_OK) {
		wd_say_error("cannot write %s: %s", path, wd_file_why(status));
		goto done;
	}
	printf("{ \"type\": \"ed25519\", \"public\": \"%s\" }\n", raw.at);
	wd_say("the private key is in %s; keep it to yourself. The line above goes into the policy,", path);
	wd_say("under \"persons\": { \"%s\": { \"keys\": [ ... ] } }", name);
	code = WD_YES;
done:
	wd_wipe(&key, sizeof key);
	if (pem.at != NULL)
		wd_wipe(pem.at, pem.size);
	wr_buf_free(&pem);
	wr_buf_free(&public_pem);
	wr_buf_free(&raw);
	return code;
}

const struct wd_verb wd_verb_keygen = {
	.name = "keygen",
	.files = "NAME",
	.files_min = 1,
	.files_max = 1,
	.summary = "make an Ed25519 key pair in keys/NAME.pem",
	.details = "The private half is readable by you alone. Prints the public half as the policy wants it.",
	.run = keygen,
};
