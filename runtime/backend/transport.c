/*
 * The one place with libcurl: curl_multi_socket_action on libevent. Decides how
 * a request travels and how its end is told; knows nothing of agents, failures
 * or retries. Every option that could repeat or redirect a request, or read the
 * environment, is off.
 */
#include "runtime/backend/transport.h"
#include "runtime/trust/crypto.h"

#include "vm/base/hash.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

/* A share of the origins, on its own multi handle. */
struct shard {
	CURLM *multi; /* NULL until first used */
	struct event *timer;
	struct wd_transport *transport;
};

struct wd_transport {
	struct event_base *base;
	const struct wr_alloc *alloc;
	struct shard shards[WD_TRANSPORT_SHARDS];
	size_t live;
	bool ready; /* libcurl is initialised: when first used, as it takes milliseconds */
};

struct wd_transfer {
	struct shard *shard;
	CURL *easy;
	struct curl_slist *headers;
	struct wr_buf body;
	size_t header_size, body_max;
	bool too_big;
	wd_transfer_fn done;
	void *user;
	char where[264]; /* `host:port`, for details */
};

/* ---- sockets and timers: curl says what to watch, libevent watches ---- */

static void collect(struct shard *shard);

static void
on_socket(evutil_socket_t fd, short what, void *user)
{
	struct shard *shard = user;
	int flags = ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
		    ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);
	int running;

	(void)curl_multi_socket_action(shard->multi, fd, flags, &running);
	collect(shard);
}

static void
on_timer(evutil_socket_t fd, short what, void *user)
{
	struct shard *shard = user;
	int running;

	(void)fd;
	(void)what;
	(void)curl_multi_socket_action(shard->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(shard);
}

/* curl's CURLMOPT_SOCKETFUNCTION: socket_user is the event that watches fd, or NULL. */
static int
watch(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user)
{
	struct shard *shard = user;
	struct event *event = socket_user;
	short flags = EV_PERSIST;

	(void)easy;
	if (event != NULL)
		event_free(event);
	if (what == CURL_POLL_REMOVE) {
		(void)curl_multi_assign(shard->multi, fd, NULL);
		return 0;
	}
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		flags |= EV_READ;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		flags |= EV_WRITE;
	event = event_new(shard->transport->base, fd, flags, on_socket, shard);
	(void)curl_multi_assign(shard->multi, fd, event);
	return event == NULL || event_add(event, NULL) != 0 ? -1 : 0;
}

static int
set_timer(CURLM *multi, long timeout_ms, void *user)
{
	struct shard *shard = user;
	struct timeval wait = {timeout_ms / 1000, (timeout_ms % 1000) * 1000};

	(void)multi;
	if (timeout_ms < 0)
		return event_del(shard->timer) != 0 ? -1 : 0;
	return event_add(shard->timer, &wait) != 0 ? -1 : 0;
}

static bool
open_shard(struct shard *shard, struct wd_transport *transport)
{
	if (shard->multi != NULL)
		return true;
	shard->transport = transport;
	shard->timer = evtimer_new(transport->base, on_timer, shard);
	shard->multi = shard->timer == NULL ? NULL : curl_multi_init();
	if (shard->multi == NULL) {
		if (shard->timer != NULL)
			event_free(shard->timer);
		return false;
	}
	(void)curl_multi_setopt(shard->multi, CURLMOPT_SOCKETFUNCTION, watch);
	(void)curl_multi_setopt(shard->multi, CURLMOPT_SOCKETDATA, shard);
	(void)curl_multi_setopt(shard->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(shard->multi, CURLMOPT_TIMERDATA, shard);
	(void)curl_multi_setopt(shard->multi, CURLMOPT_MAXCONNECTS, (long)WD_CONNECTIONS_KEPT);
	(void)curl_multi_setopt(shard->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	return true;
}

/* ---- what comes back ---- */

static size_t
on_body(char *at, size_t one, size_t size, void *user)
{
	struct wd_transfer *t = user;

	wr_buf_add(&t->body, at, one * size);
	if (t->body.status == WR_LIMIT)
		t->too_big = true;
	return t->body.status == WR_OK ? one * size : 0;
}

static size_t
on_header(char *at, size_t one, size_t size, void *user)
{
	struct wd_transfer *t = user;

	(void)at;
	t->header_size += one * size;
	if (t->header_size > WD_RESPONSE_HEADERS_MAX)
		t->too_big = true;
	return t->too_big ? 0 : one * size;
}

static bool
has_sent(const struct wd_transfer *t)
{
	long header_bytes = 0;
	curl_off_t body_bytes = 0;

	(void)curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &header_bytes);
	(void)curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &body_bytes);
	return header_bytes > 0 || body_bytes > 0;
}

static void
say_unreached(const struct wd_transfer *t, CURLcode code, char *detail, size_t size)
{
	long error = 0;

	(void)curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &error);
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		(void)snprintf(detail, size, "no address is known for %s", t->where);
		return;
	case CURLE_OPERATION_TIMEDOUT:
		(void)snprintf(detail, size, "%s does not take connections: none within %u s",
		    t->where, WD_CONNECT_TIMEOUT_MS / 1000);
		return;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		(void)snprintf(detail, size, "no trusted TLS connection to %s: %s", t->where,
		    curl_easy_strerror(code));
		return;
	default:
		break;
	}
	if (error == ECONNREFUSED)
		(void)snprintf(detail, size, "connection refused by %s", t->where);
	else
		(void)snprintf(
		    detail, size, "no connection to %s: %s", t->where, curl_easy_strerror(code));
}

static void
tell(const struct wd_transfer *t, CURLcode code, struct wd_result *ret)
{
	long status = 0;

	*ret = (struct wd_result){.sent = has_sent(t)};
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (t->too_big) {
		ret->outcome = WD_OUTCOME_TOO_BIG;
		ret->response.status = (int)status;
		(void)snprintf(ret->detail, sizeof(ret->detail),
		    "the answer of %s is larger than %zu bytes", t->where,
		    t->header_size > WD_RESPONSE_HEADERS_MAX ? (size_t)WD_RESPONSE_HEADERS_MAX
							     : t->body_max);
	} else if (code == CURLE_OUT_OF_MEMORY || t->body.status != WR_OK) {
		ret->outcome = WD_OUTCOME_BROKEN;
		(void)snprintf(ret->detail, sizeof(ret->detail), "out of memory");
	} else if (code == CURLE_OK && status >= 200) {
		ret->outcome = WD_OUTCOME_ANSWERED;
		ret->response = (struct wd_response){(int)status, wr_buf_view(&t->body)};
	} else if (!ret->sent) {
		ret->outcome = WD_OUTCOME_UNREACHED;
		say_unreached(t, code, ret->detail, sizeof(ret->detail));
	} else {
		ret->outcome = WD_OUTCOME_CUT;
		(void)snprintf(ret->detail, sizeof(ret->detail),
		    "the connection to %s was cut before the "
		    "answer was whole",
		    t->where);
	}
}

static void
free_transfer(struct wd_transfer *t)
{
	const struct wr_alloc *alloc = t->shard->transport->alloc;

	for (struct curl_slist *h = t->headers; h != NULL; h = h->next)
		wd_wipe(h->data, strlen(h->data)); /* one of them may be the credential */
	curl_slist_free_all(t->headers);
	if (t->easy != NULL)
		curl_easy_cleanup(t->easy);
	wr_buf_free(&t->body);
	t->shard->transport->live--;
	wr_alloc_free(alloc, t, sizeof(*t));
}

/* Tell of each transfer that has ended. Its function may start and cancel others. */
static void
collect(struct shard *shard)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(shard->multi, &left)) != NULL) {
		CURLcode code = message->data.result;
		struct wd_transfer *t = NULL;
		struct wd_result result;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		tell(t, code, &result);
		(void)curl_multi_remove_handle(shard->multi, t->easy);
		t->done(t->user, &result);
		free_transfer(t);
	}
}

/* ---- sending ---- */

static bool
add_header(struct wd_transfer *t, const char *line)
{
	struct curl_slist *longer = curl_slist_append(t->headers, line);

	if (longer != NULL)
		t->headers = longer;
	return longer != NULL;
}

static enum wr_status
add_headers(struct wd_transfer *t, const struct wd_request *request, struct wr_text credential)
{
	static const char bearer[] = "Authorization: Bearer ";
	char *line;
	bool good =
	    add_header(t, "Expect:"); /* else large bodies wait a second for `100 Continue` */

	for (size_t at = 0; good && at < request->headers.size;) {
		good = add_header(t, request->headers.at + at);
		at += strlen(request->headers.at + at) + 1;
	}
	if (!request->has_body)
		good = good && add_header(t, "Content-Type:"); /* else curl claims a form */
	if (!good)
		return WR_NOMEM;
	if (credential.size == 0)
		return WR_OK;
	for (size_t i = 0; i < credential.size; i++)
		if ((uint8_t)credential.at[i] <= 0x20 || (uint8_t)credential.at[i] >= 0x7f)
			return WR_REFUSED;
	line = malloc(sizeof bearer + credential.size);
	if (line == NULL)
		return WR_NOMEM;
	memcpy(line, bearer, sizeof bearer - 1);
	memcpy(line + sizeof bearer - 1, credential.at, credential.size);
	line[sizeof bearer - 1 + credential.size] = '\0';
	good = add_header(t, line);
	wd_wipe(line, strlen(line));
	free(line);
	return good ? WR_OK : WR_NOMEM;
}

/* Methods whose requests say that their body is empty. */
static bool
expects_body(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
	       strcmp(method, "PATCH") == 0;
}

/* Options whose failure would change what is sent, or to whom, are counted. */
static bool
set_options(struct wd_transfer *t, const struct wd_request *request,
    const struct wd_transfer_options *options)
{
	char proxy[512] = "", pin[128] = "";
	CURL *e = t->easy;
	bool pinned = options->pin.size > 0;
	bool good = options->proxy.size < sizeof(proxy) && options->pin.size < sizeof(pin);

	if (good && options->proxy.size > 0)
		memcpy(proxy, options->proxy.at, options->proxy.size);
	if (good && pinned)
		memcpy(pin, options->pin.at, options->pin.size);
	good = good && curl_easy_setopt(e, CURLOPT_URL, request->url.at) == CURLE_OK;
	good = good && curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
	good = good && curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
	good = good && curl_easy_setopt(e, CURLOPT_PROXY, proxy) == CURLE_OK;
	good = good && curl_easy_setopt(e, CURLOPT_NOPROXY, "") == CURLE_OK;
	good = good && curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers) == CURLE_OK;
	good = good && curl_easy_setopt(e, CURLOPT_PRIVATE, t) == CURLE_OK;
	good = good && curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK;
	good = good && curl_easy_setopt(e, CURLOPT_WRITEDATA, t) == CURLE_OK;
	good = good && curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK;
	good = good && curl_easy_setopt(e, CURLOPT_HEADERDATA, t) == CURLE_OK;
	/* a pinned key is the whole proof: who signed its certificate adds nothing */
	good = good && curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, pinned ? 0L : 1L) == CURLE_OK;
	good = good && curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, pinned ? 0L : 2L) == CURLE_OK;
	good = good && (!pinned || curl_easy_setopt(e, CURLOPT_PINNEDPUBLICKEY, pin) == CURLE_OK);
	(void)curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
	(void)curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)WD_CONNECT_TIMEOUT_MS);
	(void)curl_easy_setopt(e, CURLOPT_BUFFERSIZE, 16384L);
	(void)curl_easy_setopt(e, CURLOPT_USERAGENT, "writ/" WRIT_VERSION);
	good =
	    good && curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, options->once ? 1L : 0L) == CURLE_OK;
	good =
	    good && curl_easy_setopt(e, CURLOPT_FORBID_REUSE, options->once ? 1L : 0L) == CURLE_OK;
	if (request->has_body || expects_body(request->method)) {
		good = good && curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
				   (curl_off_t)request->body.size) == CURLE_OK;
		good = good && curl_easy_setopt(e, CURLOPT_POSTFIELDS,
				   request->body.size > 0 ? request->body.at : "") == CURLE_OK;
	} else if (strcmp(request->method, "HEAD") == 0) {
		good = good && curl_easy_setopt(e, CURLOPT_NOBODY, 1L) == CURLE_OK;
	}
	return good && curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
}

/* The URL's `host:port` into where; false when it is none of ours. */
static bool
find_origin(const char *url, char *where, size_t size)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
	bool good = u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
		    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
		    (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) &&
		    curl_url_get(u, CURLUPART_USER, &user, 0) != CURLUE_OK;

	if (good)
		good = (size_t)snprintf(where, size, "%s:%s", host, port) < size;
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_free(user);
	curl_url_cleanup(u);
	return good;
}

bool
wd_transport_takes(const char *url)
{
	char where[264];

	for (const char *at = url; *at != '\0'; at++)
		if ((uint8_t)*at <= 0x20 || (uint8_t)*at >= 0x7f || *at == '?' || *at == '#')
			return false;
	return find_origin(url, where, sizeof(where));
}

enum wr_status
wd_transport_send(struct wd_transport *transport, const struct wd_request *request,
    const struct wd_transfer_options *options, wd_transfer_fn done, void *user,
    struct wd_transfer **ret_transfer)
{
	struct wd_transfer *t = wr_alloc_new(transport->alloc, sizeof(*t));
	enum wr_status got = WR_NOMEM;

	assert(request->url.at != NULL && request->method != NULL);
	if (!transport->ready)
		transport->ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	if (!transport->ready || t == NULL) {
		wr_alloc_free(transport->alloc, t, sizeof(*t));
		return WR_NOMEM;
	}
	*t = (struct wd_transfer){.done = done, .user = user, .shard = &transport->shards[0]};
	t->body_max = options->response_max != 0 ? options->response_max : WD_RESPONSE_MAX;
	wr_buf_init(&t->body, transport->alloc, t->body_max);
	transport->live++;
	transport->shards[0].transport = transport;
	if (!find_origin(request->url.at, t->where, sizeof(t->where))) {
		got = WR_REFUSED;
		goto done;
	}
	t->shard = &transport->shards[wr_hash(t->where, strlen(t->where), 0) % WD_TRANSPORT_SHARDS];
	if (!open_shard(t->shard, transport) || (t->easy = curl_easy_init()) == NULL)
		goto done;
	got = add_headers(t, request, options->credential);
	if (got == WR_OK && !set_options(t, request, options))
		got = WR_REFUSED;
	if (got == WR_OK && curl_multi_add_handle(t->shard->multi, t->easy) != CURLM_OK)
		got = WR_NOMEM;
done:
	if (got == WR_OK)
		*ret_transfer = t;
	else
		free_transfer(t);
	return got;
}

bool
wd_transfer_cancel(struct wd_transfer *t)
{
	bool sent = has_sent(t);

	(void)curl_multi_remove_handle(t->shard->multi, t->easy);
	free_transfer(t);
	return sent;
}

const char *
wd_http_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} known[] = {
	    {300, "Multiple Choices"},
	    {301, "Moved Permanently"},
	    {302, "Found"},
	    {303, "See Other"},
	    {304, "Not Modified"},
	    {307, "Temporary Redirect"},
	    {308, "Permanent Redirect"},
	    {400, "Bad Request"},
	    {401, "Unauthorized"},
	    {402, "Payment Required"},
	    {403, "Forbidden"},
	    {404, "Not Found"},
	    {405, "Method Not Allowed"},
	    {408, "Request Timeout"},
	    {409, "Conflict"},
	    {410, "Gone"},
	    {413, "Content Too Large"},
	    {415, "Unsupported Media Type"},
	    {422, "Unprocessable Content"},
	    {429, "Too Many Requests"},
	    {500, "Internal Server Error"},
	    {501, "Not Implemented"},
	    {502, "Bad Gateway"},
	    {503, "Service Unavailable"},
	    {504, "Gateway Timeout"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (known[i].status == status)
			return known[i].reason;
	return "";
}

enum wr_status
wd_transport_new(
    struct event_base *base, const struct wr_alloc *alloc, struct wd_transport **ret_transport)
{
	struct wd_transport *t = wr_alloc_new(alloc, sizeof(*t));

	if (t == NULL)
		return WR_NOMEM;
	*t = (struct wd_transport){.base = base, .alloc = alloc};
	*ret_transport = t;
	return WR_OK;
}

void
wd_transport_free(struct wd_transport *t)
{
	if (t == NULL)
		return;
	assert(t->live == 0);
	for (size_t i = 0; i < WD_TRANSPORT_SHARDS; i++) {
		if (t->shards[i].multi == NULL)
			continue;
		(void)curl_multi_cleanup(t->shards[i].multi);
		event_free(t->shards[i].timer);
	}
	if (t->ready)
		curl_global_cleanup();
	wr_alloc_free(t->alloc, t, sizeof(*t));
}
