#ifndef TESTS_SUPPORT_HTTP_SERVER_H
#define TESTS_SUPPORT_HTTP_SERVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A small HTTP server on loopback that misbehaves on demand. One thread a
 * connection; connections are closed after their answer, unless kept.
 *
 *	http_server_start(&s);  ... s.port ...  http_server_stop(&s);
 *
 * The path says what it does:
 *	/say/BODY       200 with the body set by http_server_body, or BODY
 *	/status/N       that status, with the body set
 *	/wait/MS        200 after so many milliseconds
 *	/hold           200 with the body set, once http_server_release was called
 *	/hang           reads the request and never answers
 *	/drop           reads the request and closes
 *	/half           announces 1,000 bytes, sends 10, closes
 *	/huge           a body without end
 *	/header         a header without end
 *	/noise          bytes that are no HTTP
 *	/moved          302 to /say/moved
 *	/once           answers and keeps the connection, reads the next request on it and closes
 */
struct http_server {
	uint16_t port;
	int listener;
	pthread_t thread;
	pthread_mutex_t lock;
	bool stopping, released;
	int open[1024];          /* connections, -1: free */
	pthread_t threads[1024];
	bool used[1024];
	uint32_t requests;       /* whole requests read */
	char last[32768];        /* the last one, header and body */
	char body[65536];
	const char *type;
};

void http_server_start(struct http_server *s);
void http_server_stop(struct http_server *s);

/* What /say and /status answer with. Before any request. */
void http_server_body(struct http_server *s, const char *body);

/* Let go what /hold holds, from now on. */
void http_server_release(struct http_server *s);

uint32_t http_server_requests(struct http_server *s);

/* The last request, copied. */
void http_server_last(struct http_server *s, char *out, size_t size);

/* A port of loopback on which nobody listens. */
uint16_t http_server_no_port(void);

#endif
