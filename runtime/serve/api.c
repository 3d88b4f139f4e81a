/*
 * HTTP in: from paths to handlers, and the socket. Decides neither what may run nor
 * what an answer says.
 */
#include "runtime/serve/api.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "runtime/serve/api_parts.h"
#include "runtime/sysalloc.h"

#define DOC_MAX (128u << 20)
#define EVIDENCE_BYTES_MAX (4u << 20)

/* ---- about the service itself ------------------------------------------------------------- */

void
wd_handle_healthz(struct wd_ask *a)
{
	wd_ask_send(a, 200, "text/plain", WR_TEXT("ok\n"));
}

void
wd_handle_readyz(struct wd_ask *a)
{
	bool ready = a->api->service->in_flight < WD_RUNS_MAX;

	wd_ask_send(a, ready ? 200 : 503, "text/plain", ready ? WR_TEXT("ready\n") : WR_TEXT("full\n"));
}

/* ?nonce=<64 hex digits>, or none. */
/* Nobody need trust this: each version is signed, and the first is the caller's root. */
void
wd_handle_policy(struct wd_ask *a)
{
	wd_ask_send(a, 200, "application/json", wr_buf_view(&a->api->service->versions));
}

void
wd_handle_evidence(struct wd_ask *a)
{
	struct evkeyvalq query = { 0 };
	const char *hex, *raw = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(a->request));
	uint8_t nonce[32];
	struct wr_text given = { NULL, 0 };
	struct wr_buf out;

	if (raw != NULL && evhttp_parse_query_str(raw, &query) == 0 && (hex = evhttp_find_header(&query, "nonce")) != NULL) {
		if (!wd_hex_read(wr_text_of(hex), nonce, sizeof nonce)) {
			evhttp_clear_headers(&query);
			wd_ask_problem(a, 400, "a nonce is 64 lower-case hexadecimal digits");
			wd_ask_answer(a, 400);
			return;
		}
		given = (struct wr_text){ (const char *)nonce, sizeof nonce };
	}
	evhttp_clear_headers(&query);
	wr_buf_init(&out, wd_alloc(), EVIDENCE_BYTES_MAX);
	if (wd_issuer_evidence(a->api->issuer, given, &out) == WR_OK)
		wd_ask_send(a, 200, "application/json", wr_buf_view(&out));
	else
		wd_ask_fail(a);
	wr_buf_free(&out);
}

/* ---- routing -------------------------------------------------------------------------------------- */

static const struct route {
	enum evhttp_cmd_type method;
	const char *pattern;
	void (*handle)(struct wd_ask *);
	bool receipt;
} routes[] = {
#define ROUTE(method, pattern, handler, receipt) { EVHTTP_REQ_##method, pattern, wd_handle_##handler, receipt },
#include "runtime/serve/routes.def"
#undef ROUTE
};

/* Does a path fit a pattern? {} takes one segment of name characters. */
static bool
fits(const char *pattern, const char *path, char segment[WD_SEGMENT_MAX + 1])
{
	const char *hole = strstr(pattern, "{}");
	size_t lead = hole == NULL ? strlen(pattern) : (size_t)(hole - pattern), size;

	if (strncmp(pattern, path, lead) != 0)
		return false;
	if (hole == NULL)
		return path[lead] == '\0';
	size = strspn(path + lead, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	if (size == 0 || size > WD_SEGMENT_MAX || strcmp(hole + 2, path + lead + size) != 0)
		return false;
	memcpy(segment, path + lead, size);
	segment[size] = '\0';
	return true;
}

/* An address, not a name that only begins like one. */
static bool
loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	return inet_pton(AF_INET, host, &v4) == 1 ? ntohl(v4.s_addr) >> 24 == 127
						  : inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/*
 * A page in a browser can send to loopback too. It says so in Origin, or, when its name was made to
 * mean this machine, in Host; programs that call say neither.
 */
static bool
from_a_page(struct evhttp_request *request)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
	const char *said = evhttp_find_header(headers, "Host");
	char host[64];
	size_t size;

	if (evhttp_find_header(headers, "Origin") != NULL)
		return true;
	if (said == NULL)
		return false;
	size = *said == '[' ? strcspn(++said, "]") : strcspn(said, ":");
	if (size >= sizeof host)
		return true;
	memcpy(host, said, size);
	host[size] = '\0';
	return strcasecmp(host, "localhost") != 0 && !loopback(host);
}

static void
on_request(struct evhttp_request *request, void *user)
{
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
	struct evbuffer *in = evhttp_request_get_input_buffer(request);
	struct wd_ask *a = calloc(1, sizeof *a);
	bool known = false;

	if (a == NULL) {
		evhttp_send_error(request, 500, NULL);
		return;
	}
	a->api = user;
	a->request = request;
	a->receipt = true;
	a->body = (struct wr_text){ (const char *)evbuffer_pullup(in, -1), evbuffer_get_length(in) };
	if (a->body.at == NULL)
		a->body = WR_TEXT("");
	wd_json_init(&a->doc, wd_alloc(), DOC_MAX);
	a->answer = a->doc.root = wd_json_object(&a->doc);
	if (from_a_page(request)) {
		wd_ask_refuse(a, 403, "browser", "this service answers programs on this machine, not pages in a browser");
		return;
	}
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		if (path == NULL || !fits(routes[i].pattern, path, a->segment))
			continue;
		known = true;
		if (routes[i].method == evhttp_request_get_command(request)) {
			a->receipt = routes[i].receipt;
			routes[i].handle(a);
			return;
		}
	}
	if (known)
		wd_ask_refuse(a, 405, "method", "this path is there, but not with this method");
	else
		wd_ask_refuse(a, 404, "no-such-path", "there is nothing at this path");
}

/* ---- listening ------------------------------------------------------------------------------------- */

/* "127.0.0.1:8484", "[::1]:8484", "localhost:8484". */
static bool
parse_address(const char *address, char host[64], uint16_t *ret_port)
{
	const char *colon = strrchr(address, ':');
	unsigned long port;
	char *end;

	if (colon == NULL || colon == address || (size_t)(colon - address) >= 64)
		return false;
	port = strtoul(colon + 1, &end, 10);
	if (*end != '\0' || end == colon + 1 || port > 65535)
		return false;
	if (address[0] == '[')
		(void)snprintf(host, 64, "%.*s", (int)(colon - address) - 2, address + 1);
	else
		(void)snprintf(host, 64, "%.*s", (int)(colon - address), address);
	if (strcmp(host, "localhost") == 0)
		(void)snprintf(host, 64, "127.0.0.1");
	*ret_port = (uint16_t)port;
	return true;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_storage at;
	socklen_t size = sizeof at;

	if (getsockname(fd, (struct sockaddr *)&at, &size) != 0)
		return 0;
	return at.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&at)->sin6_port)
					: ntohs(((struct sockaddr_in *)&at)->sin_port);
}

static void
on_rested(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	(void)evconnlistener_enable(user);
}

/* Out of files: callers wait in the kernel's queue, and we do not spin meanwhile. */
static void
on_accept_failed(struct evconnlistener *listener, void *user)
{
	static const struct timeval rest = { 0, 100000 };
	struct event_base *base = evconnlistener_get_base(listener);

	(void)user;
	if (event_base_once(base, -1, EV_TIMEOUT, on_rested, listener, &rest) == 0)
		(void)evconnlistener_disable(listener);
}

enum wr_status
wd_api_new(struct wd_service *service, struct wd_issuer *issuer, const char *address, struct wd_api **ret_api,
    unsigned *ret_port, const char **ret_why)
{
	struct evhttp_bound_socket *bound;
	struct wd_api *api;
	uint16_t port;
	char host[64];
	int on = 1, fd;

	if (!parse_address(address, host, &port)) {
		*ret_why = "an address looks like 127.0.0.1:8484";
		return WR_REFUSED;
	}
	if (!loopback(host)) {
		*ret_why = "there is no TLS yet, so only loopback addresses may be listened on";
		return WR_REFUSED;
	}
	api = calloc(1, sizeof *api);
	if (api == NULL)
		return WR_NOMEM;
	api->service = service;
	api->issuer = issuer;
	api->http = evhttp_new(service->base);
	bound = api->http == NULL ? NULL : evhttp_bind_socket_with_handle(api->http, host, port);
	if (bound == NULL) {
		wd_api_free(api);
		*ret_why = "the address cannot be bound; is another service there?";
		return WR_IO;
	}
	evhttp_set_allowed_methods(api->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_DELETE | EVHTTP_REQ_PUT |
	    EVHTTP_REQ_HEAD | EVHTTP_REQ_PATCH | EVHTTP_REQ_OPTIONS);
	evhttp_set_max_body_size(api->http, WD_BODY_MAX);
	evhttp_set_max_headers_size(api->http, WD_HEADERS_MAX);
	evhttp_set_timeout(api->http, WD_IDLE_SECONDS);
	evhttp_set_gencb(api->http, on_request, api);
	evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(bound), on_accept_failed);
	fd = evhttp_bound_socket_get_fd(bound);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	*ret_port = port_of(fd);
	*ret_api = api;
	return WR_OK;
}

void
wd_api_free(struct wd_api *api)
{
	if (api == NULL)
		return;
	while (api->asks != NULL) {
		api->asks->run->ended = NULL;
		/* Whose caller has left belongs to no connection any more, and would be nobody's. */
		if (evhttp_request_get_connection(api->asks->request) == NULL)
			evhttp_request_free(api->asks->request);
		wd_ask_free(api->asks);
	}
	if (api->http != NULL)
		evhttp_free(api->http);
	free(api);
}
