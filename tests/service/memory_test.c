/* Every allocation of a call refused in turn: no crash, no leak, no hang, one answer or a clear status. */
#include "runtime/backend/dispatch.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/http_server.h"

#include <criterion/criterion.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

TestSuite(backend_memory, .timeout = 120);

struct tally {
	uint32_t answered;
	bool ok;
	struct wd_answer last;
};

static void
on_answer(void *user, const struct wd_answer *answer)
{
	struct tally *t = user;

	t->answered++;
	t->ok = answer->ok;
	t->last = *answer;
}

/* Bind, call, run the loop until it is empty. */
static void
sweep(const struct wd_backend_config *config, const struct wr_call *call)
{
	struct failing_alloc f = { 0 };
	struct event_base *base = event_base_new();

	while (failing_alloc_next(&f)) {
		struct wd_dispatch *d = NULL;
		struct wd_trouble trouble;
		struct tally tally = { 0 };
		enum wr_status got = wd_dispatch_new(base, &f.hook, &d);

		if (got == WR_OK)
			got = wd_dispatch_bind(d, config, &trouble);
		if (got == WR_OK)
			got = wd_dispatch_call(d, call, WR_TEXT("run"), on_answer, &tally, NULL);
		cr_assert(got == WR_OK || got == WR_NOMEM, "call %ld: %s", f.fail_at, wr_status_text(got));
		while (got == WR_OK && wd_dispatch_pending(d) > 0)
			(void)event_base_loop(base, EVLOOP_ONCE);
		cr_assert_eq(tally.answered, got == WR_OK ? 1 : 0);
		if (f.calls <= f.fail_at)
			cr_assert(tally.ok, "%s", tally.last.detail);
		else if (got == WR_OK && !tally.ok)
			cr_assert_eq(tally.last.failure, WR_FAILURE_UNAVAILABLE, "call %ld: %s", f.fail_at,
			    tally.last.detail);
		wd_dispatch_free(d);
		cr_assert_eq(f.live_bytes, 0, "call %ld leaks %ld bytes", f.fail_at, f.live_bytes);
	}
	event_base_free(base);
}

Test(backend_memory, extract)
{
	struct wr_part parts[] = { { .name = "user", .text = WR_TEXT("Total: 7. The loss is covered.") } };
	struct wr_call call = { .path = "a", .attempt = 1, .timeout_ms = 5000, .agent = WR_TEXT("a"),
		.backend = WR_TEXT("b"), .kind = "llm", .parts = parts, .parts_len = 1, .form = WR_RESULT_JSON,
		.schema = WR_TEXT("{\"type\":\"object\",\"properties\":{\"total\":{\"type\":\"integer\"},\"covered\":"
				  "{\"type\":\"boolean\"},\"why\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}}}") };
	struct wd_backend_config config = { .name = WR_TEXT("b"), .kind = WR_TEXT("llm"), .adaptor = WR_TEXT("extract") };

	sweep(&config, &call);
}

Test(backend_memory, openai_and_http)
{
	struct http_server server;
	struct wr_part parts[] = { { .name = "model", .text = WR_TEXT("m-1") }, { .name = "user", .text = WR_TEXT("hi") },
		{ .name = "method", .text = WR_TEXT("GET") }, { .name = "path", .text = WR_TEXT("/say/1") } };
	struct wr_call call = { .path = "a", .attempt = 1, .timeout_ms = 5000, .agent = WR_TEXT("a"),
		.backend = WR_TEXT("b"), .kind = "llm", .parts = parts, .parts_len = 2, .form = WR_RESULT_JSON,
		.schema = WR_TEXT("{\"type\":\"object\"}") };
	char url[64];
	struct wd_backend_config config = { .name = WR_TEXT("b"), .kind = WR_TEXT("llm"), .adaptor = WR_TEXT("openai"),
		.credential = WR_TEXT("k") };

	http_server_start(&server);
	http_server_body(&server, "{\"choices\":[{\"message\":{\"content\":\"{}\"}}]}");
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/say", server.port);
	config.address = wr_text_of(url);
	sweep(&config, &call);
	http_server_stop(&server);

	http_server_start(&server);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", server.port);
	config.address = wr_text_of(url);
	config.adaptor = config.kind = WR_TEXT("http");
	call.kind = "http";
	call.parts = parts + 2;
	sweep(&config, &call);
	http_server_stop(&server);
}

Test(backend_memory, sqlite)
{
	char path[] = "/tmp/writ-memory-XXXXXX.jsonl";
	int fd = mkstemps(path, 6);
	struct wr_part parts[] = { { .name = "top", .shape = WR_PART_INT, .integer = 3 },
		{ .name = "query", .text = WR_TEXT("phone") } };
	struct wr_call call = { .path = "a", .attempt = 1, .timeout_ms = 5000, .agent = WR_TEXT("a"),
		.backend = WR_TEXT("b"), .kind = "retrieve", .parts = parts, .parts_len = 2, .form = WR_RESULT_JSON,
		.schema = WR_TEXT("{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"ref\":"
				  "{\"type\":\"string\"}}}}") };
	struct wd_backend_config config = { .name = WR_TEXT("b"), .kind = WR_TEXT("retrieve"),
		.adaptor = WR_TEXT("sqlite"), .address = wr_text_of(path) };

	cr_assert(fd >= 0);
	cr_assert_eq(write(fd, "{\"ref\":\"phone\"}\n", 16), 16);
	(void)close(fd);
	sweep(&config, &call);
	(void)unlink(path);
}
