/*
 * writd: the service. Reads the policy and the bindings, makes its keys, and lets in
 * what its own gate approves. Flags and files decide; the environment decides nothing but
 * credentials that a binding names.
 */
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "runtime/files.h"
#include "runtime/serve/api.h"
#include "runtime/seen.h"
#include "runtime/setting.h"
#include "runtime/sysalloc.h"

static const char usage[] =
	"usage: writd --workspace DIR --listen ADDR [--root DIGEST] [--environment NAME] [--attest software]\n"
	"\n"
	"Serves workflows that the gate approves, on a loopback address (there is no TLS yet).\n"
	"\n"
	"  --workspace DIR     where policy.json and bindings.NAME.json are\n"
	"  --listen ADDR       such as 127.0.0.1:8484; port 0 takes a free one\n"
	"  --root DIGEST       of the policy's first version: the trust root (without it the only one there is)\n"
	"  --environment NAME  of the policy (development)\n"
	"  --attest KIND       how this VM makes evidence: software\n"
	"  --version, --help\n"
	"\n"
	"Prints its address on standard output when it is ready. SIGINT or SIGTERM ends it; runs in\n"
	"flight are then lost, and none is resumed by a restart.\n";

#define VERSIONS_MAX (64u << 20)

struct flags {
	const char *workspace, *listen, *root, *environment, *attest;
};

/* 0: go on. Else what to exit with, plus 1. */
static int
parse_flags(struct flags *flags, int argc, char **argv)
{
	const struct {
		const char *name;
		const char **value;
	} table[] = { { "--workspace", &flags->workspace }, { "--listen", &flags->listen }, { "--root", &flags->root },
		{ "--environment", &flags->environment }, { "--attest", &flags->attest } };

	for (int i = 1; i < argc; i++) {
		size_t k = 0;

		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			fputs(usage, stdout);
			return 1;
		}
		if (strcmp(argv[i], "--version") == 0) {
			printf("writd %s\n", WRIT_VERSION);
			return 1;
		}
		while (k < sizeof table / sizeof *table && strcmp(argv[i], table[k].name) != 0)
			k++;
		if (k == sizeof table / sizeof *table || i + 1 == argc) {
			fprintf(stderr, "error: %s %s\n\n%s", k == sizeof table / sizeof *table ? "there is no flag"
												: "a value is missing after",
			    argv[i], usage);
			return 3;
		}
		*table[k].value = argv[++i];
	}
	if (flags->workspace == NULL || flags->listen == NULL) {
		fprintf(stderr, "error: --workspace and --listen are needed\n\n%s", usage);
		return 3;
	}
	return 0;
}

static void
say_policy(const struct wd_chain *chain, bool pinned)
{
	struct wr_buf root;

	wr_buf_init(&root, wd_alloc(), 128);
	wd_digest_write(&root, &chain->root);
	fprintf(stderr, "writd: policy version %llu under the root %s%s\n", (unsigned long long)chain->policy.version,
	    root.at, pinned ? "" : " (the only one there is; --root DIGEST pins it)");
	wr_buf_free(&root);
}

/* What lies about in the store and is ignored. */
static void
say_strays(const struct wd_workspace *ws)
{
	struct wd_remarks strays = { .len = 0 };
	struct wr_buf words;

	wr_buf_init(&words, wd_alloc(), 1 << 16);
	if (wd_workspace_look(ws, &strays) == WR_OK && strays.len > 0) {
		wd_remarks_write(&strays, &words);
		fprintf(stderr, "writd: ignored: %s\n", words.at);
	}
	wr_buf_free(&words);
}

/* The chain of the policy, and its published form. False: said why not. */
static bool
read_policy(const struct wd_workspace *ws, struct wd_service *service, const char *given)
{
	struct wd_json_error error = { 0 };
	struct wd_policy_files files;
	struct wd_digest root;
	struct wr_buf why;
	enum wr_status status;

	if (given != NULL && !wd_digest_read(wr_text_of(given), &root)) {
		fprintf(stderr, "error: --root is a digest: sha256: and 64 hexadecimal digits\n");
		return false;
	}
	wr_buf_init(&service->versions, wd_alloc(), VERSIONS_MAX);
	wr_buf_init(&why, wd_alloc(), 4096);
	status = wd_policy_files_read(ws, &files);
	if (status == WR_OK)
		status = wd_policy_files_chain(&files, given != NULL ? &root : NULL, &service->chain, &error);
	if (status != WR_OK) {
		wd_policy_files_explain(&files, status, &error, &why);
		fprintf(stderr, "error: %s: %s\n", ws->root, why.size > 0 ? why.at : wr_status_text(status));
	} else if (wd_policy_files_publish(&files, &service->chain, &service->versions) != WR_OK) {
		fprintf(stderr, "error: %s: the versions of the policy are too large\n", ws->root);
		wd_chain_free(&service->chain);
		status = WR_LIMIT;
	} else if (wd_seen_policy(ws, &service->chain, &why) != WR_OK ||
		   wd_seen_policy_keep(ws, &service->chain, &why) != WR_OK) {
		fprintf(stderr, "error: %s\n", why.at);
		wd_chain_free(&service->chain);
		status = WR_STALE;
	} else {
		say_policy(&service->chain, given != NULL);
		say_strays(ws);
	}
	if (status != WR_OK)
		wr_buf_free(&service->versions);
	wr_buf_free(&why);
	wd_policy_files_free(&files);
	return status == WR_OK;
}

/* The policy and the bindings. False: said why not. */
static bool
read_setting(const struct wd_workspace *ws, struct wd_service *service, const struct flags *flags)
{
	const char *environment = flags->environment;
	struct wr_buf why;
	bool good = false;

	if (!read_policy(ws, service, flags->root))
		return false;
	wr_buf_init(&why, wd_alloc(), 4096);
	if (wd_policy_environment(&service->chain.policy, service->environment) == NULL) {
		fprintf(stderr, "error: the policy has no environment `%s`\n", environment);
		wd_chain_free(&service->chain);
	} else if (wd_bindings_open(ws, environment, NULL, &service->bindings, &why) != WR_OK) {
		fprintf(stderr, "error: %s/%s\n", ws->root, why.at);
		wd_chain_free(&service->chain);
	} else {
		good = true;
	}
	if (!good)
		wr_buf_free(&service->versions);
	wr_buf_free(&why);
	return good;
}

static void
on_changed(void *user)
{
	/* Without new claims receipts would speak of what no longer runs. */
	if (wd_issuer_renew(*(struct wd_issuer **)user) != WR_OK) {
		fprintf(stderr, "writd: out of memory for new claims; ending\n");
		_Exit(2);
	}
}

static void
on_signal(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	(void)event_base_loopbreak(user);
}

static int
serve(struct wd_service *service, const struct flags *flags)
{
	struct event *interrupt = evsignal_new(service->base, SIGINT, on_signal, service->base);
	struct event *terminate = evsignal_new(service->base, SIGTERM, on_signal, service->base);
	struct wd_issuer *issuer = NULL;
	const char *why = "out of memory";
	struct wd_api *api = NULL;
	unsigned port = 0;
	int code = 2;

	service->changed = on_changed;
	service->user = &issuer;
	if (interrupt == NULL || terminate == NULL || evsignal_add(interrupt, NULL) != 0 ||
	    evsignal_add(terminate, NULL) != 0 || wd_service_start(service) != WR_OK ||
	    wd_issuer_new(service, &issuer) != WR_OK) {
		fprintf(stderr, "error: cannot start: %s\n", strerror(errno));
	} else if (wd_api_new(service, issuer, flags->listen, &api, &port, &why) != WR_OK) {
		fprintf(stderr, "error: --listen %s: %s\n", flags->listen, why);
	} else {
		const char *colon = strrchr(flags->listen, ':');

		fprintf(stderr, "writd: DEVELOPMENT: software evidence; nothing attests this service's key\n");
		printf("http://%.*s:%u\n", (int)(colon - flags->listen), flags->listen, port);
		(void)fflush(stdout);
		code = event_base_dispatch(service->base) < 0 ? 2 : 0;
	}
	wd_api_free(api);
	wd_service_stop(service);
	wd_issuer_free(issuer);
	if (interrupt != NULL)
		event_free(interrupt);
	if (terminate != NULL)
		event_free(terminate);
	return code;
}

int
main(int argc, char **argv)
{
	struct flags flags = { .environment = "development", .attest = "software" };
	struct wd_service service = { 0 };
	struct wd_workspace ws;
	int code = parse_flags(&flags, argc, argv);

	if (code != 0)
		return code - 1;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a write that is too large fails, and says so */
	(void)prctl(PR_SET_DUMPABLE, 0); /* the keys are in memory alone, and stay there */
	if (strcmp(flags.attest, "software") != 0) {
		fprintf(stderr, "error: --attest %s: this version knows `software` alone\n", flags.attest);
		return 2;
	}
	if (wd_workspace_open(&ws, flags.workspace) != WR_OK) {
		fprintf(stderr, "error: --workspace %s: %s\n", flags.workspace, strerror(errno));
		return 2;
	}
	service.workspace = &ws;
	service.environment = wr_text_of(flags.environment);
	service.evidence = wr_text_of(flags.attest);
	if (!read_setting(&ws, &service, &flags))
		return 2;
	code = 2;
	service.base = event_base_new();
	if (service.base != NULL) {
		code = serve(&service, &flags);
		event_base_free(service.base);
	}
	wd_bindings_free(&service.bindings);
	wd_chain_free(&service.chain);
	wr_buf_free(&service.versions);
	return code;
}
