/* launch, ps, call, pause, resume, stop: driving a writd. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runtime/cli/client.h"
#include "runtime/cli/parcel.h"
#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/cli/verbs.h"
#include "runtime/files.h"
#include "runtime/service_limits.h"
#include "runtime/sysalloc.h"
#include "runtime/workspace.h"
#include "vm/base/limits.h"

static bool
good_name(const char *name)
{
	if (*name != '\0' && strlen(name) <= WR_NAME_MAX &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0')
		return true;
	wd_say_error("`%s` is no workflow's name", wd_say_safe(wr_text_of(name)));
	return false;
}

/* ---- launch ---------------------------------------------------------------------------- */

static const struct wd_option launch_options[] = {
	WD_CLIENT_OPTIONS,
	{ "rollback", 0, NULL, "go back to an earlier version", false },
	{ 0 },
};

static enum wd_exit
launch(const struct wd_args *args)
{
	struct wd_client client = { 0 };
	struct wd_reply reply = { 0 };
	struct wr_buf body;
	enum wd_exit code;

	wr_buf_init(&body, wd_alloc(), WD_BODY_MAX);
	code = wd_parcel_pack(args, &body);
	if (code == WD_YES)
		code = wd_client_open(args, &client);
	if (code == WD_YES)
		code = wd_client_send(&client, "POST", "/v1/launches", wr_buf_view(&body), NULL, &reply);
	if (code == WD_YES && reply.status != 201 && reply.status != 200) {
		wd_reply_say(&reply, "not launched");
		code = WD_NO;
	} else if (code == WD_YES) {
		printf("%s is %s\n%s\n", wd_reply_text(wd_json_get(reply.doc.root, "workflow")),
		    wd_reply_text(wd_json_get(reply.doc.root, "state")), wd_reply_text(wd_json_get(reply.doc.root, "digest")));
	}
	wd_reply_free(&reply);
	wd_client_close(&client);
	wr_buf_free(&body);
	return code;
}

const struct wd_verb wd_verb_launch = {
	.name = "launch",
	.files = "DIGEST",
	.files_min = 1,
	.files_max = 1,
	.summary = "have a service load an approved digest; its own gate decides",
	.details = "Sends the bytecode and its records from the workspace. What runs already is judged again with\n"
		   "the records that are new: so a reject or a withdrawal reaches it. Exit 1: refused, with every reason.",
	.options = launch_options,
	.run = launch,
};

/* ---- call -------------------------------------------------------------------------------- */

static const struct wd_option call_options[] = {
	WD_CLIENT_OPTIONS,
	{ "input", 'i', "FILE", "the input, a JSON object (-: standard input, the default)", false },
	{ "digest", 'd', "DIGEST", "send only to this bytecode", false },
	{ "save", 's', "FILE", "keep the whole answer with its receipt, for `writ verify`", false },
	{ 0 },
};

/* Is the workflow loaded there, and is it the digest that is wanted? Before any input is sent. */
static bool
is_there(const struct wd_client *client, const char *name, const struct wd_digest *wanted, struct wd_digest *ret)
{
	const struct wd_claims *claims = &client->evidence.evidence.claims;
	char hex[65];

	for (uint32_t i = 0; i < claims->workflows_len; i++) {
		if (!wr_text_eq(claims->workflows[i].name, wr_text_of(name)))
			continue;
		*ret = claims->workflows[i].digest;
		if (wanted == NULL || wd_digest_eq(wanted, ret))
			return true;
		wd_digest_hex(ret, hex);
		wd_say_error("the service runs another bytecode under this name, so nothing is sent");
		wd_say_note("it claims sha256:%s", hex);
		return false;
	}
	wd_say_error("the service does not claim to run `%s`", name);
	return false;
}

static enum wd_exit
print_output(const struct wd_args *args, const struct wd_reply *reply, const struct wd_digest *digest)
{
	const char *save = wd_arg(args, "save");
	struct wr_buf output;
	char hex[65];

	if (save != NULL && wd_file_write(save, wr_buf_view(&reply->text), 0666) != WR_OK) {
		wd_say_error("cannot write %s: %s", wd_say_safe(wr_text_of(save)), wd_file_why(WR_IO));
		return WD_TROUBLE;
	}
	if (reply->status != 200 || wd_json_get(reply->doc.root, "output") == NULL) {
		wd_reply_say(reply, "the call failed");
		return WD_NO;
	}
	wr_buf_init(&output, wd_alloc(), 160u << 20);
	wd_json_write(wd_json_get(reply->doc.root, "output"), isatty(STDOUT_FILENO) ? WD_JSON_INDENTED : WD_JSON_COMPACT,
	    &output);
	wd_print_json(wr_buf_view(&output));
	wr_buf_free(&output);
	wd_digest_hex(digest, hex);
	wd_say("answered by sha256:%.16s..., receipt checked%s", hex,
	    reply->checks.verdict == WD_UNCHECKED ? "; development: nothing attests this key" : "");
	return WD_YES;
}

static enum wd_exit
call(const struct wd_args *args)
{
	const char *input = wd_arg(args, "input"), *pin = wd_arg(args, "digest"), *name = args->files[0];
	struct wd_digest wanted, digest;
	struct wd_client client = { 0 };
	struct wd_reply reply = { 0 };
	struct wr_buf body;
	enum wr_status status;
	enum wd_exit code;
	char path[160];

	if (!good_name(name))
		return WD_TROUBLE;
	if (pin != NULL && !wd_digest_read(wr_text_of(pin), &wanted)) {
		wd_say_error("--digest is sha256: and 64 hexadecimal digits");
		return WD_TROUBLE;
	}
	wr_buf_init(&body, wd_alloc(), WD_BODY_MAX);
	wd_say_waiting(input);
	status = wd_file_read(input != NULL ? input : "-", &body);
	code = status == WR_OK ? wd_client_open(args, &client)
			       : wd_say_unreadable(input != NULL ? input : "standard input", status);
	if (code == WD_YES && !is_there(&client, name, pin != NULL ? &wanted : NULL, &digest))
		code = WD_NO;
	(void)snprintf(path, sizeof path, "/v1/workflows/%s/runs", name);
	if (code == WD_YES)
		code = wd_client_send(&client, "POST", path, body.at != NULL ? wr_buf_view(&body) : WR_TEXT(""), &digest,
		    &reply);
	if (code == WD_YES)
		code = print_output(args, &reply, &digest);
	wd_reply_free(&reply);
	wd_client_close(&client);
	wr_buf_free(&body);
	return code;
}

const struct wd_verb wd_verb_call = {
	.name = "call",
	.files = "NAME",
	.files_min = 1,
	.files_max = 1,
	.summary = "call a workflow: attest, send, check the receipt, print the output",
	.details = "Nothing is sent unless the service's evidence holds against the trust root, and, with --digest,\n"
		   "unless it claims to run that very bytecode.",
	.options = call_options,
	.run = call,
};

/* ---- ps, pause, resume, stop ----------------------------------------------------------------- */

static const struct wd_option client_options[] = { WD_CLIENT_OPTIONS, { 0 } };

static enum wd_exit
ps(const struct wd_args *args)
{
	struct wd_client client = { 0 };
	struct wd_reply reply = { 0 };
	enum wd_exit code = wd_client_open(args, &client);

	if (code == WD_YES)
		code = wd_client_send(&client, "GET", "/v1/workflows", (struct wr_text){ NULL, 0 }, NULL, &reply);
	if (code == WD_YES && reply.status == 200) {
		const struct wd_json *all = wd_json_get(reply.doc.root, "workflows");

		for (size_t i = 0; i < wd_json_len(all); i++) {
			const struct wd_json *w = wd_json_item(all, i);
			int64_t version = 0, runs = 0;

			(void)wd_json_int(wd_json_get(w, "version"), &version);
			(void)wd_json_int(wd_json_get(w, "runs"), &runs);
			printf("%-10s %-24s version %-4lld %lld runs  %s\n", wd_reply_text(wd_json_get(w, "state")),
			    wd_reply_text(wd_json_get(w, "workflow")), (long long)version, (long long)runs,
			    wd_reply_text(wd_json_get(w, "digest")));
		}
	} else if (code == WD_YES) {
		wd_reply_say(&reply, "no list");
		code = WD_NO;
	}
	wd_reply_free(&reply);
	wd_client_close(&client);
	return code;
}

const struct wd_verb wd_verb_ps = {
	.name = "ps",
	.files = "",
	.summary = "what a service runs",
	.options = client_options,
	.run = ps,
};

static enum wd_exit
set_state(const struct wd_args *args)
{
	struct wd_client client = { 0 };
	struct wd_reply reply = { 0 };
	enum wd_exit code;
	char path[160];

	if (!good_name(args->files[0]))
		return WD_TROUBLE;
	(void)snprintf(path, sizeof path, "/v1/workflows/%s/%s", args->files[0], args->verb->name);
	code = wd_client_open(args, &client);
	if (code == WD_YES)
		code = wd_client_send(&client, "POST", path, WR_TEXT(""), NULL, &reply);
	if (code == WD_YES && reply.status != 200) {
		wd_reply_say(&reply, args->verb->name);
		code = WD_NO;
	} else if (code == WD_YES) {
		printf("%s is %s\n", args->files[0], wd_reply_text(wd_json_get(reply.doc.root, "state")));
	}
	wd_reply_free(&reply);
	wd_client_close(&client);
	return code;
}

const struct wd_verb wd_verb_pause = {
	.name = "pause",
	.files = "NAME",
	.files_min = 1,
	.files_max = 1,
	.summary = "refuse new runs; those in flight end",
	.options = client_options,
	.run = set_state,
};

const struct wd_verb wd_verb_resume = {
	.name = "resume",
	.files = "NAME",
	.files_min = 1,
	.files_max = 1,
	.summary = "take runs again, if the gate still lets it",
	.options = client_options,
	.run = set_state,
};

const struct wd_verb wd_verb_stop = {
	.name = "stop",
	.files = "NAME",
	.files_min = 1,
	.files_max = 1,
	.summary = "stop a workflow for good; runs in flight end",
	.options = client_options,
	.run = set_state,
};
