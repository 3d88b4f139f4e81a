/* run: a draft run, in the machine, with live backends. Output alone goes to standard output. */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/cli/loaded.h"
#include "runtime/cli/messages.h"
#include "runtime/cli/record.h"
#include "runtime/cli/say.h"
#include "runtime/cli/source.h"
#include "runtime/cli/verbs.h"
#include "runtime/files.h"
#include "runtime/serve/bind.h"
#include "runtime/serve/host.h"
#include "runtime/sysalloc.h"
#include "runtime/setting.h"

#define INPUT_MAX (16u << 20)

static const struct wd_option run_options[] = {
	{ "input", 'i', "FILE", "the input, a JSON object (-: standard input, the default)", false },
	{ "bind", 'b', "FILE", "bindings (bindings.development.json of the workspace)", false },
	{ "record", 0, "FILE", "write what was asked and answered here, for tests to replay", false },
	{ "trace", 't', NULL, "show each call, when, and how it ended", false },
	WD_SOURCE_OPTIONS,
	{ 0 },
};

/* One draft run and what it stands on. */
struct draft {
	struct wd_loaded loaded;
	struct wd_workspace ws;
	struct wd_chain chain;
	bool has_policy, has_bindings;
	struct wd_bindings bindings;
	struct wr_buf input;
	struct event_base *base;
	struct event *interrupt;
	struct wd_dispatch *dispatch;
	struct wd_host *host;
	const char *record;           /* the file, or NULL */
	struct wd_recorder *recorder; /* likewise */
	bool trace, progress;
	unsigned sent, ended;
	enum wd_exit code;
};

static void
on_event(void *user, const struct wd_host_event *e)
{
	struct draft *d = user;

	if (d->recorder != NULL)
		wd_record_event(d->recorder, e);
	d->sent += e->what == WD_HOST_SENT;
	d->ended += e->what != WD_HOST_SENT;
	if (d->trace) {
		static const char *const words[] = { "sent", "answered", "failed", "cancelled" };
		char again[24] = "", wait[40] = "";

		if (e->attempt > 1)
			(void)snprintf(again, sizeof again, " (attempt %u)", (unsigned)e->attempt);
		if (e->what == WD_HOST_SENT && e->delay_ms > 0)
			(void)snprintf(wait, sizeof wait, " after %u ms", (unsigned)e->delay_ms);
		wd_say("%7llu ms  %-24s %s%s%s%s%s", (unsigned long long)e->at_ms, wd_say_safe(wr_text_of(e->path)),
		    words[e->what], again, wait, e->what == WD_HOST_FAILED ? ": " : "",
		    e->what == WD_HOST_FAILED ? wd_say_safe(wr_text_of(e->reason)) : "");
	} else if (d->progress) {
		fprintf(stderr, "\r\033[K%u of %u calls answered, %s", d->ended, d->sent,
		    wd_say_safe(wr_text_of(e->path)));
	}
}

static void
say_fault(const struct wr_fault *f)
{
	bool input = strcmp(f->code, "input") == 0;

	wd_say_error("%s", input ? "the input does not fit" : "the run failed");
	if (input)
		wd_say_note("%s%s%s", f->path[0] != '\0' ? wd_say_safe(wr_text_of(f->path)) : "",
		    f->path[0] != '\0' ? ": " : "", wd_say_safe(wr_text_of(f->detail)));
	else
		wd_say_note("%s%s%s: %s", f->path[0] != '\0' ? wd_say_safe(wr_text_of(f->path)) : "",
		    f->path[0] != '\0' ? ": " : "", f->code, wd_say_safe(wr_text_of(f->detail)));
	if (f->outcome_unknown)
		wd_say_note("outcome unknown: the effect may have happened; look before you try again");
}

/* What the input must be, in outline: `{"letter": …}`. Names of inputs need no escapes. */
static void
say_inputs(const struct wr_module *m)
{
	const struct wr_summary *s = wr_module_summary(m);
	struct wr_buf buf;

	wr_buf_init(&buf, wd_alloc(), 1000);
	for (uint32_t i = 0; i < s->inputs_len; i++) {
		wr_buf_str(&buf, i == 0 ? "{\"" : ", \"");
		wr_buf_text(&buf, s->inputs[i].name);
		wr_buf_str(&buf, "\": …");
	}
	wr_buf_str(&buf, s->inputs_len == 0 ? "{}" : "}");
	if (buf.status == WR_OK)
		wd_say_help("`%.*s` takes %.*s, as JSON on standard input or in --input FILE",
		    (int)s->workflow.size, s->workflow.at, (int)buf.size, buf.at);
	wr_buf_free(&buf);
}

static void
on_done(void *user, struct wd_host *host)
{
	struct draft *d = user;
	const struct wr_run *run = wd_host_run(host);
	struct wr_summary_bounds used = wr_run_used(run);
	char bounds[96];

	if (d->progress)
		fprintf(stderr, "\r\033[K");
	used.time_ms = wd_host_time_ms(host);
	if (wr_run_state(run) == WR_RUN_DONE) {
		struct wr_text output = wr_run_output(run);

		wd_print_json(output);
		d->code = WD_YES;
	} else {
		struct wr_fault fault = *wr_run_fault(run);

		fault.outcome_unknown |= wd_host_outcome_unknown(host);
		say_fault(&fault);
		d->code = WD_NO;
	}
	if (d->recorder != NULL && !wd_record_save(d->recorder, d->record, run, &d->loaded, wr_buf_view(&d->input)))
		d->code = WD_TROUBLE;
	wd_bounds_print(&used, bounds);
	if (d->trace || d->progress)
		wd_say("draft run of sha256:%.12s...: %s", d->loaded.hex, bounds);
	(void)event_base_loopbreak(d->base);
}

static void
on_interrupt(evutil_socket_t fd, short what, void *user)
{
	struct draft *d = user;

	(void)fd;
	(void)what;
	wd_host_cancel(d->host, "cancelled", "interrupted");
}

/* The policy, when the workspace has one, and the bindings, when there are any. */
static enum wd_exit
read_setting(struct draft *d, const struct wd_args *args)
{
	enum wr_status status;
	struct wr_buf why;

	if (wd_workspace_open(&d->ws, args->folder) != WR_OK)
		return wd_say_unreadable(args->folder, WR_IO);
	wr_buf_init(&why, wd_alloc(), 4096);
	status = wd_policy_open(&d->ws, NULL, &d->chain, &why);
	d->has_policy = status == WR_OK;
	if (status == WR_OK || status == WR_ABSENT) {
		wr_buf_free(&why);
		status = wd_bindings_open(&d->ws, "development", wd_arg(args, "bind"), &d->bindings, &why);
		d->has_bindings = status == WR_OK;
	}
	if (status != WR_OK)
		wd_say_error("%s", wd_say_safe(wr_buf_view(&why)));
	wr_buf_free(&why);
	return status == WR_OK ? WD_YES : WD_TROUBLE;
}

static enum wd_exit
go(struct draft *d)
{
	struct wd_host_options options = { .event = on_event, .done = on_done, .user = d };
	struct wd_trouble trouble = { "" };
	struct wr_fault fault = { .code = "" };
	uint8_t random[8];
	enum wr_status status;
	char key[32];

	d->base = event_base_new();
	if (d->base == NULL || wd_dispatch_new(d->base, wd_alloc(), &d->dispatch) != WR_OK ||
	    wd_random(random, sizeof random) != WR_OK) {
		wd_say_error("cannot start: out of memory or of files");
		return WD_TROUBLE;
	}
	status = wd_bind_backends(d->dispatch, d->loaded.module, d->has_policy ? &d->chain.policy : NULL, &d->bindings,
	    d->ws.root, "extract", NULL, NULL, &trouble);
	if (status != WR_OK) {
		wd_say_error("%s", trouble.text[0] != '\0' ? trouble.text : wr_status_text(status));
		wd_say_help("bindings.development.json (or --bind FILE) says how to reach it:\n"
			    "          \"backends\": { \"NAME\": { \"adaptor\": \"…\", \"address\": \"…\" } }\n"
			    "          llm: extract, openai    retrieve: sqlite, a folder    http: http, a URL");
		return WD_TROUBLE;
	}
	(void)snprintf(key, sizeof key, "draft/%02x%02x%02x%02x%02x%02x%02x%02x", random[0], random[1], random[2],
	    random[3], random[4], random[5], random[6], random[7]);
	options.key = key;
	status = wd_host_start(d->base, d->dispatch, d->loaded.module, &options, wr_buf_view(&d->input), &d->host,
	    &fault);
	if (status == WR_INVALID || status == WR_LIMIT) {
		say_fault(&fault);
		say_inputs(d->loaded.module);
		return WD_NO;
	}
	if (status != WR_OK) {
		wd_say_error("cannot start the run: %s", wr_status_text(status));
		return WD_TROUBLE;
	}
	d->interrupt = evsignal_new(d->base, SIGINT, on_interrupt, d);
	if (d->interrupt != NULL)
		(void)evsignal_add(d->interrupt, NULL);
	d->code = WD_BUG;
	(void)event_base_dispatch(d->base);
	return d->code;
}

static enum wd_exit
run(const struct wd_args *args)
{
	const char *input = wd_arg(args, "input");
	struct draft d = { .trace = wd_arg(args, "trace") != NULL };
	enum wd_exit code;
	enum wr_status status;

	d.record = wd_arg(args, "record");
	d.progress = !d.trace && isatty(STDERR_FILENO) && !wd_messages_machine();
	wr_buf_init(&d.input, wd_alloc(), INPUT_MAX);
	code = wd_load(args, args->files[0], &d.loaded);
	if (code == WD_YES)
		code = read_setting(&d, args);
	if (code == WD_YES) {
		wd_say_waiting(input);
		status = wd_file_read(input != NULL ? input : "-", &d.input);
		if (status != WR_OK)
			code = wd_say_unreadable(input != NULL ? input : "standard input", status);
	}
	if (code == WD_YES && d.record != NULL && (d.recorder = wd_recorder_new()) == NULL) {
		wd_say_error("out of memory");
		code = WD_TROUBLE;
	}
	if (code == WD_YES)
		code = go(&d);
	wd_host_free(d.host);
	wd_recorder_free(d.recorder);
	wd_dispatch_free(d.dispatch);
	if (d.interrupt != NULL)
		event_free(d.interrupt);
	if (d.base != NULL)
		event_base_free(d.base);
	if (d.has_policy)
		wd_chain_free(&d.chain);
	if (d.has_bindings)
		wd_bindings_free(&d.bindings);
	wr_buf_free(&d.input);
	wd_loaded_free(&d.loaded);
	return code;
}

const struct wd_verb wd_verb_run = {
	.name = "run",
	.files = "FILE.wf",
	.files_min = 1,
	.files_max = 1,
	.summary = "a draft run: compile, verify, and run with live backends",
	.details = "Takes a .wf or .wfb file or a stored digest. The output is JSON on standard output; all else\n"
		   "goes to standard error. Backends are those of bindings.development.json; without one, every\n"
		   "`llm` backend is the embedded `extract`, which is no model. Nothing needs approval, and\n"
		   "effects are marked `draft/` to the services that see them.",
	.options = run_options,
	.run = run,
};
