/* Calls against a real server on loopback that is down, slow, cut, wrong or rude: what each comes to. */
#include "runtime/backend/dispatch.h"
#include "runtime/sysalloc.h"
#include "tests/support/http_server.h"
#include "tests/support/process.h"

#include <criterion/criterion.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

TestSuite(dispatch, .timeout = 60);

/* Everything one test needs, and what the last calls came to. */
struct world {
	struct http_server server;
	struct event_base *base;
	struct wd_dispatch *dispatch;
	uint32_t answered;
	struct wd_answer last;
	char text[4096];
};

static void
bind_http(struct world *w, const char *name, uint16_t port)
{
	char url[64];
	struct wd_trouble trouble;
	struct wd_backend_config config = { .name = wr_text_of(name), .kind = WR_TEXT("http"),
		.adaptor = WR_TEXT("http"), .credential = WR_TEXT("sesame") };

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", port);
	config.address = wr_text_of(url);
	cr_assert_eq(wd_dispatch_bind(w->dispatch, &config, &trouble), WR_OK, "%s", trouble.text);
}

static void
begin(struct world *w)
{
	memset(w, 0, sizeof(*w));
	http_server_start(&w->server);
	w->base = event_base_new();
	cr_assert_eq(wd_dispatch_new(w->base, wd_alloc(), &w->dispatch), WR_OK);
	bind_http(w, "ledger", w->server.port);
}

static void
end(struct world *w)
{
	wd_dispatch_free(w->dispatch);
	event_base_free(w->base);
	http_server_stop(&w->server);
}

static void
on_answer(void *user, const struct wd_answer *answer)
{
	struct world *w = user;

	w->answered++;
	w->last = *answer;
	if (answer->ok)
		(void)snprintf(w->text, sizeof(w->text), "%.*s", (int)answer->text.size, answer->text.at);
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* An http call; its parts must outlive it. */
static struct wr_call
http_call(struct wr_part parts[3], const char *method, const char *path)
{
	parts[0] = (struct wr_part){ .name = "method", .text = wr_text_of(method) };
	parts[1] = (struct wr_part){ .name = "path", .text = wr_text_of(path) };
	parts[2] = (struct wr_part){ .name = "body", .text = WR_TEXT("{\"cents\":12000}") };
	return (struct wr_call){
		.path = "transfer#1", .attempt = 1, .timeout_ms = 5000, .agent = WR_TEXT("transfer"),
		.backend = WR_TEXT("ledger"), .kind = "http", .effect = strcmp(method, "POST") == 0,
		.parts = parts, .parts_len = strcmp(method, "POST") == 0 ? 3 : 2,
		.form = WR_RESULT_JSON, .schema = WR_TEXT("{\"type\":\"object\"}"),
	};
}

static void
send_call(struct world *w, const struct wr_call *call, struct wd_dispatch_call **ret)
{
	cr_assert_eq(wd_dispatch_call(w->dispatch, call, WR_TEXT("run1"), on_answer, w, ret), WR_OK);
}

static void
run_a_little(struct world *w)
{
	struct timeval tick = { 0, 50000 };

	(void)event_base_loopexit(w->base, &tick);
	(void)event_base_dispatch(w->base);
}

/* Run the loop until so many answers came; fails after 15 seconds. */
static void
wait_for(struct world *w, uint32_t answers)
{
	double until = now() + 15;

	while (w->answered < answers && now() < until)
		run_a_little(w);
	cr_assert_eq(w->answered, answers, "%u of %u answers came", w->answered, answers);
}

/* The same until so many requests were read by the server. */
static void
wait_until_asked(struct world *w, uint32_t requests)
{
	double until = now() + 15;

	while (http_server_requests(&w->server) < requests && now() < until)
		run_a_little(w);
	cr_assert_eq(http_server_requests(&w->server), requests);
}

Test(dispatch, says_what_each_failure_is)
{
	static const struct {
		const char *method, *path;
		bool ok;
		enum wr_failure failure;
		bool unknown;
		const char *says; /* part of the detail */
	} cases[] = {
		{ "GET", "/say/x", true, 0, false, "" },
		{ "GET", "/status/200", true, 0, false, "" },
		{ "GET", "/status/204", true, 0, false, "" },
		{ "GET", "/status/302", false, WR_FAILURE_REFUSED, false, "answered 302 Found" },
		{ "GET", "/moved", false, WR_FAILURE_REFUSED, false, "answered 302 Found" },
		{ "GET", "/status/304", false, WR_FAILURE_REFUSED, false, "304" },
		{ "GET", "/status/400", false, WR_FAILURE_REFUSED, false, "400 Bad Request" },
		{ "GET", "/status/401", false, WR_FAILURE_REFUSED, false, "401" },
		{ "GET", "/status/404", false, WR_FAILURE_REFUSED, false, "404 Not Found" },
		{ "GET", "/status/408", false, WR_FAILURE_UNAVAILABLE, false, "408" },
		{ "GET", "/status/429", false, WR_FAILURE_UNAVAILABLE, false, "429 Too Many Requests" },
		{ "GET", "/status/500", false, WR_FAILURE_UNAVAILABLE, false, "500" },
		{ "GET", "/status/503", false, WR_FAILURE_UNAVAILABLE, false, "503" },
		{ "GET", "/drop", false, WR_FAILURE_UNAVAILABLE, false, "was cut" },
		{ "GET", "/half", false, WR_FAILURE_UNAVAILABLE, false, "was cut" },
		{ "GET", "/noise", false, WR_FAILURE_UNAVAILABLE, false, "was cut" },
		{ "GET", "/huge", false, WR_FAILURE_INVALID, false, "larger than 4194304 bytes" },
		{ "GET", "/header", false, WR_FAILURE_INVALID, false, "larger than 65536 bytes" },
		{ "POST", "/say/x", true, 0, false, "" },
		{ "POST", "/status/302", false, WR_FAILURE_REFUSED, false, "302" },
		{ "POST", "/status/404", false, WR_FAILURE_REFUSED, false, "404" },
		{ "POST", "/status/408", false, WR_FAILURE_UNAVAILABLE, false, "408" },
		{ "POST", "/status/429", false, WR_FAILURE_UNAVAILABLE, false, "429" },
		{ "POST", "/status/500", false, WR_FAILURE_UNAVAILABLE, true, "outcome unknown: answered 500" },
		{ "POST", "/drop", false, WR_FAILURE_UNAVAILABLE, true, "outcome unknown: the connection" },
		{ "POST", "/half", false, WR_FAILURE_UNAVAILABLE, true, "outcome unknown" },
		{ "POST", "/huge", false, WR_FAILURE_UNAVAILABLE, true, "outcome unknown" },
	};
	struct world w;
	struct wr_part parts[3];

	begin(&w);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wr_call call = http_call(parts, cases[i].method, cases[i].path);
		uint32_t before = http_server_requests(&w.server);

		send_call(&w, &call, NULL);
		wait_for(&w, (uint32_t)i + 1);
		cr_expect_eq(w.last.ok, cases[i].ok, "%s %s: %s", cases[i].method, cases[i].path, w.last.detail);
		cr_expect_eq(http_server_requests(&w.server), before + 1, "%s: one request", cases[i].path);
		if (w.last.ok || cases[i].ok)
			continue;
		cr_expect_eq(w.last.failure, cases[i].failure, "%s %s: %s", cases[i].method, cases[i].path,
		    w.last.detail);
		cr_expect_eq(w.last.outcome_unknown, cases[i].unknown, "%s %s", cases[i].method, cases[i].path);
		cr_expect_not_null(strstr(w.last.detail, cases[i].says), "%s: %s", cases[i].path, w.last.detail);
	}
	end(&w);
}

Test(dispatch, a_service_that_is_down_got_nothing)
{
	struct world w;
	struct wr_part parts[3];
	struct wr_call call;

	begin(&w);
	bind_http(&w, "gone", http_server_no_port());
	call = http_call(parts, "POST", "/say/x");
	call.backend = WR_TEXT("gone");
	send_call(&w, &call, NULL);
	wait_for(&w, 1);
	cr_expect(!w.last.ok);
	cr_expect_eq(w.last.failure, WR_FAILURE_UNAVAILABLE);
	cr_expect(!w.last.outcome_unknown);
	cr_expect_eq(strncmp(w.last.detail, "connection refused by 127.0.0.1:", 32), 0, "%s", w.last.detail);

	call.backend = WR_TEXT("nowhere");
	send_call(&w, &call, NULL);
	wait_for(&w, 2);
	cr_expect_eq(w.last.failure, WR_FAILURE_REFUSED);
	cr_expect_str_eq(w.last.detail, "backend `nowhere` is not bound");
	end(&w);
}

Test(dispatch, a_slow_service_is_a_timeout_and_a_slow_effect_is_unknown)
{
	struct world w;
	struct wr_part parts[3];
	struct wr_call call;

	begin(&w);
	call = http_call(parts, "GET", "/hang");
	call.timeout_ms = 300;
	send_call(&w, &call, NULL);
	wait_for(&w, 1);
	cr_expect_eq(w.last.failure, WR_FAILURE_TIMEOUT);
	cr_expect_str_eq(w.last.detail, "no answer within 300 ms");
	cr_expect(!w.last.outcome_unknown);

	call = http_call(parts, "POST", "/hang");
	call.timeout_ms = 1000;
	send_call(&w, &call, NULL);
	wait_for(&w, 2);
	cr_expect_eq(w.last.failure, WR_FAILURE_UNAVAILABLE);
	cr_expect(w.last.outcome_unknown);
	cr_expect_str_eq(w.last.detail, "outcome unknown: no answer within 1 s");
	cr_expect_eq(http_server_requests(&w.server), 2);
	end(&w);
}

Test(dispatch, an_effect_is_never_sent_twice_over_a_dying_connection)
{
	struct world w;
	struct wr_part parts[3];
	struct wr_call call;

	begin(&w);
	call = http_call(parts, "GET", "/once"); /* leaves a kept connection that dies at its next request */
	send_call(&w, &call, NULL);
	wait_for(&w, 1);
	cr_assert(w.last.ok, "%s", w.last.detail);
	call = http_call(parts, "POST", "/drop");
	send_call(&w, &call, NULL);
	wait_for(&w, 2);
	cr_expect(w.last.outcome_unknown);
	cr_expect_eq(http_server_requests(&w.server), 2);
	end(&w);
}

Test(dispatch, calls_travel_at_the_same_time)
{
	struct world w;
	struct wr_part parts[4][3];

	begin(&w);
	for (int i = 0; i < 4; i++) {
		struct wr_call call = http_call(parts[i], "GET", "/hold");

		send_call(&w, &call, NULL);
	}
	cr_expect_eq(wd_dispatch_pending(w.dispatch), 4);
	cr_expect_eq(w.answered, 0, "never answers from inside the call");
	wait_until_asked(&w, 4);
	cr_expect_eq(w.answered, 0);
	http_server_release(&w.server);
	wait_for(&w, 4);
	cr_expect_eq(wd_dispatch_pending(w.dispatch), 0);
	end(&w);
}

Test(dispatch, waits_the_delay_before_sending)
{
	struct world w;
	struct wr_part parts[3];
	struct wr_call call;
	double start = now();

	begin(&w);
	call = http_call(parts, "GET", "/say/x");
	call.delay_ms = 1500;
	call.timeout_ms = 1200; /* counts from sending */
	send_call(&w, &call, NULL);
	wait_for(&w, 1);
	cr_expect(w.last.ok, "%s", w.last.detail);
	cr_expect(now() - start >= 1.49);
	end(&w);
}

Test(dispatch, a_cancelled_call_is_not_answered)
{
	struct world w;
	struct wr_part parts[3];
	struct wr_call call;
	struct wd_dispatch_call *handle;
	struct timeval tick = { 0, 200000 };

	begin(&w);
	call = http_call(parts, "POST", "/hang");
	send_call(&w, &call, &handle);
	cr_expect(!wd_dispatch_cancel(handle), "nothing was sent yet");
	send_call(&w, &call, &handle);
	wait_until_asked(&w, 1);
	cr_expect(wd_dispatch_cancel(handle), "it was sent");
	send_call(&w, &call, &handle); /* left to wd_dispatch_free */
	(void)event_base_loopexit(w.base, &tick);
	(void)event_base_dispatch(w.base);
	cr_expect_eq(w.answered, 0);
	cr_expect_eq(wd_dispatch_pending(w.dispatch), 1);
	end(&w);
}

Test(dispatch, says_exactly_what_the_agent_says)
{
	struct world w;
	static const char line[] = "POST /say/x%2F..%2Fy?q=a%20b%26c%3D%C3%A9&n=1 HTTP/1.1\r\n";
	char got[8192];
	struct wr_part parts[] = {
		{ .name = "method", .text = WR_TEXT("POST") },
		{ .name = "header", .key = WR_TEXT("X-Tone"), .text = WR_TEXT("calm") },
		{ .name = "path", .text = WR_TEXT("say/x%2F..%2Fy") },
		{ .name = "query", .key = WR_TEXT("q"), .text = WR_TEXT("a b&c=\xc3\xa9") },
		{ .name = "query", .key = WR_TEXT("n"), .text = WR_TEXT("1") },
		{ .name = "body", .text = WR_TEXT("{\"a\":1}") },
	};
	struct wr_call call;

	begin(&w);
	http_server_body(&w.server, "{\"id\":\"r1\"}");
	call = http_call((struct wr_part[3]){ { 0 } }, "POST", "/");
	call.parts = parts;
	call.parts_len = 6;
	send_call(&w, &call, NULL);
	wait_for(&w, 1);
	http_server_last(&w.server, got, sizeof(got));
	cr_expect(w.last.ok, "%s", w.last.detail);
	cr_expect_str_eq(w.text, "{\"id\":\"r1\"}");
	cr_expect_eq(strncmp(got, line, sizeof(line) - 1), 0, "%s", got);
	cr_expect_not_null(strstr(got, "\r\nIdempotency-Key: run1/transfer#1\r\n"), "%s", got);
	cr_expect_not_null(strstr(got, "\r\nContent-Type: application/json\r\n"));
	cr_expect_not_null(strstr(got, "\r\nX-Tone: calm\r\n"));
	cr_expect_not_null(strstr(got, "\r\nAuthorization: Bearer sesame\r\n"));
	cr_expect_null(strstr(got, "Expect"));
	cr_expect_not_null(strstr(got, "\r\n\r\n{\"a\":1}"));
	end(&w);
}

Test(dispatch, refuses_requests_that_would_leave_their_endpoint)
{
	static const char *const paths[] = { "/claims/../admin", "/..", "/a/%2e%2E/b", "/a/./b", "/a b", "/a#b",
		"/a\r\nX: y", "/caf\xc3\xa9", "\\..\\a" };
	struct world w;
	struct wr_part parts[3];
	uint32_t n = 0;

	begin(&w);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct wr_call call = http_call(parts, "GET", paths[i]);

		send_call(&w, &call, NULL);
		wait_for(&w, ++n);
		cr_expect(!w.last.ok && w.last.failure == WR_FAILURE_REFUSED, "%s", paths[i]);
	}
	for (size_t i = 0; i < 3; i++) {
		static const char *const keys[] = { "Authorization", "host", "X-Bad" };
		struct wr_call call = http_call(parts, "GET", "/say/x");

		parts[2] = (struct wr_part){ .name = "header", .key = wr_text_of(keys[i]),
			.text = WR_TEXT("a\r\nb: c") };
		call.parts_len = 3;
		send_call(&w, &call, NULL);
		wait_for(&w, ++n);
		cr_expect(!w.last.ok && w.last.failure == WR_FAILURE_REFUSED, "%s", keys[i]);
	}
	cr_expect_eq(http_server_requests(&w.server), 0);
	end(&w);
}

Test(dispatch, obeys_no_proxy_of_the_environment_and_no_plain_server_for_https)
{
	struct world w;
	struct wr_part parts[3];
	struct wr_call call;
	char url[64], proxy[64];
	struct wd_trouble trouble;
	struct wd_backend_config config = { .name = WR_TEXT("tls"), .kind = WR_TEXT("http"), .adaptor = WR_TEXT("http") };

	begin(&w);
	(void)snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", http_server_no_port());
	(void)setenv("http_proxy", proxy, 1);
	(void)setenv("ALL_PROXY", proxy, 1);
	call = http_call(parts, "GET", "/say/x");
	send_call(&w, &call, NULL);
	wait_for(&w, 1);
	cr_expect(w.last.ok, "%s", w.last.detail);

	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u", w.server.port);
	config.address = wr_text_of(url);
	cr_assert_eq(wd_dispatch_bind(w.dispatch, &config, &trouble), WR_OK, "%s", trouble.text);
	call = http_call(parts, "POST", "/say/x");
	call.backend = WR_TEXT("tls");
	call.timeout_ms = 2000;
	send_call(&w, &call, NULL);
	wait_for(&w, 2);
	cr_expect(!w.last.ok && !w.last.outcome_unknown, "%s", w.last.detail);

	config.name = WR_TEXT("proxied"); /* a proxy of the binding's is used: this one is down */
	config.address = WR_TEXT("http://ledger.invalid");
	config.proxy = wr_text_of(proxy);
	cr_assert_eq(wd_dispatch_bind(w.dispatch, &config, &trouble), WR_OK, "%s", trouble.text);
	call.backend = WR_TEXT("proxied");
	send_call(&w, &call, NULL);
	wait_for(&w, 3);
	cr_expect_eq(w.last.failure, WR_FAILURE_UNAVAILABLE);
	cr_expect(!w.last.outcome_unknown);
	end(&w);
}

Test(dispatch, asks_a_model_and_reads_its_answer)
{
	struct world w;
	char url[64], got[8192];
	struct wd_trouble trouble;
	struct wd_backend_config config = { .name = WR_TEXT("house"), .kind = WR_TEXT("llm"),
		.adaptor = WR_TEXT("openai"), .credential = WR_TEXT("sk-1") };
	struct wr_part parts[] = { { .name = "model", .text = WR_TEXT("m-2025-01-01") },
		{ .name = "user", .text = WR_TEXT("hello") } };
	struct wr_call call = { .path = "assess", .attempt = 1, .timeout_ms = 5000, .agent = WR_TEXT("assess"),
		.backend = WR_TEXT("house"), .kind = "llm", .parts = parts, .parts_len = 2, .form = WR_RESULT_TEXT,
		.schema = WR_TEXT("{\"type\":\"string\"}") };

	begin(&w);
	http_server_body(&w.server, "{\"choices\":[{\"message\":{\"content\":\"hi\"}}],\"usage\":{\"total_tokens\":9},"
	    "\"error\":{\"code\":\"model_not_found\"}}");
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/v1", w.server.port);
	config.address = wr_text_of(url);
	cr_assert_eq(wd_dispatch_bind(w.dispatch, &config, &trouble), WR_OK, "%s", trouble.text);
	send_call(&w, &call, NULL);
	wait_for(&w, 1);
	cr_expect(w.last.ok, "%s", w.last.detail);
	cr_expect_str_eq(w.text, "hi");
	cr_expect_eq(w.last.tokens, 9);
	http_server_last(&w.server, got, sizeof(got));
	cr_expect_eq(strncmp(got, "POST /v1/chat/completions HTTP/1.1\r\n", 36), 0, "%s", got);
	cr_expect_not_null(strstr(got, "\r\nAuthorization: Bearer sk-1\r\n"));

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/status/404", w.server.port);
	config.name = WR_TEXT("wrong");
	config.address = wr_text_of(url);
	cr_assert_eq(wd_dispatch_bind(w.dispatch, &config, &trouble), WR_OK, "%s", trouble.text);
	call.backend = WR_TEXT("wrong");
	send_call(&w, &call, NULL);
	wait_for(&w, 2);
	cr_expect_eq(w.last.failure, WR_FAILURE_REFUSED);
	cr_expect_str_eq(w.last.detail, "answered 404 Not Found (model_not_found)");
	end(&w);
}

Test(dispatch, refuses_bindings_that_cannot_work)
{
	static const struct {
		const char *name, *kind, *adaptor, *address, *says;
	} cases[] = {
		{ "ledger", "http", "http", "http://127.0.0.1:1", "bound twice" },
		{ "a", "http", "carrier-pigeon", "http://127.0.0.1:1", "no adaptor `carrier-pigeon`" },
		{ "a", "llm", "http", "http://127.0.0.1:1", "serves kind http, not llm" },
		{ "a", "http", "http", "", "no http or https address" },
		{ "a", "http", "http", "ftp://127.0.0.1/", "no http or https address" },
		{ "a", "http", "http", "http://user:secret@127.0.0.1/", "no http or https address" },
		{ "a", "http", "http", "http://127.0.0.1/?a=b", "no http or https address" },
		{ "a", "retrieve", "sqlite", "/nowhere/at/all", "is not there" },
	};
	struct world w;

	begin(&w);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wd_backend_config config = { .name = wr_text_of(cases[i].name),
			.kind = wr_text_of(cases[i].kind), .adaptor = wr_text_of(cases[i].adaptor),
			.address = wr_text_of(cases[i].address) };
		struct wd_trouble trouble = { "" };
		enum wr_status got = wd_dispatch_bind(w.dispatch, &config, &trouble);

		cr_expect(got == WR_REFUSED || got == WR_ABSENT, "%s: %s", cases[i].says, wr_status_text(got));
		cr_expect_not_null(strstr(trouble.text, cases[i].says), "%s", trouble.text);
	}
	end(&w);
}

/* A TLS server whose key nobody vouches for, and a backend that is pinned to a key. */
static const char tls_server[] =
    "/usr/bin/python3 -c '\n"
    "import http.server, ssl\n"
    "class H(http.server.BaseHTTPRequestHandler):\n"
    "  def do_GET(self):\n"
    "    self.send_response(200)\n"
    "    self.send_header(\"Content-Length\", \"2\")\n"
    "    self.end_headers()\n"
    "    self.wfile.write(b\"hi\")\n"
    "  def log_message(self, *a): pass\n"
    "s = http.server.HTTPServer((\"127.0.0.1\", 0), H)\n"
    "c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
    "c.load_cert_chain(\"cert.pem\", \"key.pem\")\n"
    "s.socket = c.wrap_socket(s.socket, server_side=True)\n"
    "print(s.server_port, flush=True)\n"
    "s.serve_forever()\n'";

Test(dispatch, a_pinned_key_is_the_only_one_that_is_talked_to)
{
	static struct process p;
	struct world w;
	struct wr_part parts[3];
	struct wr_call call;
	struct wd_trouble trouble;
	char folder[64], port[64], url[64], pin[128];
	struct wd_backend_config config = { .kind = WR_TEXT("http"), .adaptor = WR_TEXT("http") };
	pid_t pid;
	int status;

	begin(&w);
	(void)snprintf(folder, sizeof folder, "%s", workplace_make());
	process_run(&p, folder, NULL, "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem "
	    "-out cert.pem -days 2 -subj /CN=somewhere");
	cr_assert_eq(p.code, 0, "%s", p.err);
	pid = process_start(folder, tls_server, port, sizeof port);
	(void)snprintf(url, sizeof url, "https://127.0.0.1:%.20s", port);
	process_run(&p, folder, NULL, "printf 'sha256//%s' $(openssl pkey -in key.pem -pubout -outform der | "
	    "openssl dgst -sha256 -binary | base64)");
	(void)snprintf(pin, sizeof pin, "%.100s", p.out);
	config.address = wr_text_of(url);
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = { "right", "wrong", "unpinned" };

		config.name = wr_text_of(names[i]);
		config.pin = i == 0 ? wr_text_of(pin)
			   : i == 1 ? WR_TEXT("sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
				    : (struct wr_text){ NULL, 0 };
		cr_assert_eq(wd_dispatch_bind(w.dispatch, &config, &trouble), WR_OK, "%s", trouble.text);
		cr_expect_eq(wd_dispatch_class(w.dispatch, config.name),
		    i < 2 ? WD_CLASS_PINNED : WD_CLASS_PROVIDER_ASSERTED);
		call = http_call(parts, "GET", "/x");
		call.backend = config.name;
		call.timeout_ms = 5000;
		send_call(&w, &call, NULL);
		wait_for(&w, (uint32_t)i + 1);
		cr_expect_eq(w.last.ok, i == 0, "%s: %s", names[i], w.last.detail);
		cr_expect(!w.last.outcome_unknown, "%s", names[i]);
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	workplace_remove(folder);
	end(&w);
}
