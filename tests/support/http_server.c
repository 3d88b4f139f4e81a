/* Blocking sockets and threads on purpose: nothing in common with what it tests. */
#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct task {
	struct http_server *server;
	int slot;
};

static bool
stopping(struct http_server *s)
{
	bool b;

	pthread_mutex_lock(&s->lock);
	b = s->stopping;
	pthread_mutex_unlock(&s->lock);
	return b;
}

/* Wait, but end early when the server stops or the peer goes. */
static void
nap(struct http_server *s, int fd, long ms)
{
	for (; ms > 0 && !stopping(s); ms -= 10) {
		struct pollfd p = { fd, POLLIN, 0 };
		char c;

		if (poll(&p, 1, 10) > 0 && recv(fd, &c, 1, MSG_PEEK) <= 0)
			return;
	}
}

/* Wait for the release, or for the server's stop or the peer's. */
static void
hold(struct http_server *s, int fd)
{
	for (bool go = false; !go && !stopping(s);) {
		struct pollfd p = { fd, POLLIN, 0 };
		char c;

		if (poll(&p, 1, 10) > 0 && recv(fd, &c, 1, MSG_PEEK) <= 0)
			return;
		pthread_mutex_lock(&s->lock);
		go = s->released;
		pthread_mutex_unlock(&s->lock);
	}
}

static bool
send_all(int fd, const char *at, size_t size)
{
	while (size > 0) {
		ssize_t n = send(fd, at, size, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

static void
send_answer(int fd, int status, const char *extra, const char *body, bool keep)
{
	char head[1024];

	(void)snprintf(head, sizeof(head), "HTTP/1.1 %d Word\r\nContent-Length: %zu\r\n"
	    "Content-Type: application/json\r\nConnection: %s\r\n%s\r\n", status, strlen(body),
	    keep ? "keep-alive" : "close", extra);
	(void)(send_all(fd, head, strlen(head)) && send_all(fd, body, strlen(body)));
}

/* A whole request, NUL-terminated; its size, or 0. */
static size_t
read_request(int fd, char *at, size_t room)
{
	size_t size = 0, want = 0;

	while (want == 0 || size < want) {
		ssize_t n = recv(fd, at + size, room - 1 - size, 0);
		char *end, *length;

		if (n <= 0)
			return 0;
		size += (size_t)n;
		at[size] = '\0';
		end = strstr(at, "\r\n\r\n");
		if (end == NULL || want != 0)
			continue;
		length = strcasestr(at, "\r\nContent-Length:");
		want = (size_t)(end - at) + 4;
		if (length != NULL && length < end)
			want += strtoul(length + 17, NULL, 10);
	}
	return size;
}

static void
send_without_end(int fd, const char *begin, const char *more)
{
	bool good = send_all(fd, begin, strlen(begin));

	for (int i = 0; good && i < 200000; i++)
		good = send_all(fd, more, strlen(more));
}

static bool
starts(const char *path, const char *with)
{
	return strncmp(path, with, strlen(with)) == 0;
}

/* True when the connection stays. */
static bool
behave(struct http_server *s, int fd, const char *path)
{
	static const char half[] = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"a\":\"bcd";
	char word[256] = "";

	if (starts(path, "/status/")) {
		send_answer(fd, atoi(path + 8), "", s->body, false);
	} else if (starts(path, "/wait/")) {
		nap(s, fd, atol(path + 6));
		send_answer(fd, 200, "", "{\"waited\":true}", false);
	} else if (starts(path, "/hold")) {
		hold(s, fd);
		send_answer(fd, 200, "", s->body, false);
	} else if (starts(path, "/hang")) {
		nap(s, fd, 60000);
	} else if (starts(path, "/half")) {
		(void)send_all(fd, half, sizeof(half) - 1);
	} else if (starts(path, "/huge")) {
		send_without_end(fd, "HTTP/1.1 200 OK\r\n\r\n", "0123456789012345678901234567890123456789");
	} else if (starts(path, "/header")) {
		send_without_end(fd, "HTTP/1.1 200 OK\r\n", "X-Long: 0123456789012345678901234567\r\n");
	} else if (starts(path, "/noise")) {
		(void)send_all(fd, "SSH-2.0-nothing\r\n", 17);
	} else if (starts(path, "/moved")) {
		send_answer(fd, 302, "Location: /say/moved\r\n", "", false);
	} else if (starts(path, "/once")) {
		send_answer(fd, 200, "", "{}", true);
		return true;
	} else if (!starts(path, "/drop")) {
		if (sscanf(path, "/say/%255[^ ?]", word) != 1)
			word[0] = '\0';
		send_answer(fd, 200, "", s->body[0] != '\0' ? s->body : word, false);
	}
	return false;
}

static void *
serve(void *user)
{
	struct task task = *(struct task *)user;
	struct http_server *s = task.server;
	int fd = s->open[task.slot];
	char *request = malloc(sizeof(s->last));
	bool more = request != NULL;

	free(user);
	for (uint32_t n = 0; more && !stopping(s); n++) {
		char path[512] = "";
		size_t size;

		size = read_request(fd, request, sizeof(s->last));
		if (size == 0 || sscanf(request, "%*s %511s", path) != 1)
			break;
		pthread_mutex_lock(&s->lock);
		s->requests++;
		memcpy(s->last, request, size + 1);
		pthread_mutex_unlock(&s->lock);
		more = n == 0 && behave(s, fd, path); /* a kept connection dies at its second request */
	}
	free(request);
	(void)shutdown(fd, SHUT_RDWR);
	return NULL;
}

static void *
accept_all(void *user)
{
	struct http_server *s = user;
	int slots = (int)(sizeof(s->open) / sizeof(*s->open));

	for (int slot = 0; slot < slots;) {
		int fd = accept(s->listener, NULL, NULL);
		struct task *task;

		if (stopping(s) || fd < 0) {
			if (fd >= 0)
				(void)close(fd);
			return NULL;
		}
		task = malloc(sizeof(*task));
		assert(task != NULL);
		*task = (struct task){ s, slot };
		s->open[slot] = fd;
		s->used[slot] = pthread_create(&s->threads[slot], NULL, serve, task) == 0;
		slot++;
	}
	return NULL;
}

static int
listen_on_loopback(uint16_t *ret_port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good = fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd, 16) == 0 &&
	    getsockname(fd, (struct sockaddr *)&a, &size) == 0;

	if (!good) {
		perror("http_server");
		_exit(99);
	}
	*ret_port = ntohs(a.sin_port);
	return fd;
}

void
http_server_start(struct http_server *s)
{
	*s = (struct http_server){ 0 };
	for (size_t i = 0; i < sizeof(s->open) / sizeof(*s->open); i++)
		s->open[i] = -1;
	(void)pthread_mutex_init(&s->lock, NULL);
	s->listener = listen_on_loopback(&s->port);
	if (pthread_create(&s->thread, NULL, accept_all, s) != 0)
		_exit(99);
}

void
http_server_stop(struct http_server *s)
{
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_mutex_unlock(&s->lock);
	(void)shutdown(s->listener, SHUT_RDWR); /* wakes accept */
	(void)pthread_join(s->thread, NULL);
	for (size_t i = 0; i < sizeof(s->open) / sizeof(*s->open); i++) {
		if (!s->used[i])
			continue;
		(void)shutdown(s->open[i], SHUT_RDWR);
		(void)pthread_join(s->threads[i], NULL);
		(void)close(s->open[i]);
	}
	(void)close(s->listener);
	(void)pthread_mutex_destroy(&s->lock);
}

void
http_server_body(struct http_server *s, const char *body)
{
	assert(strlen(body) < sizeof(s->body));
	memcpy(s->body, body, strlen(body) + 1);
}

void
http_server_release(struct http_server *s)
{
	pthread_mutex_lock(&s->lock);
	s->released = true;
	pthread_mutex_unlock(&s->lock);
}

uint32_t
http_server_requests(struct http_server *s)
{
	uint32_t n;

	pthread_mutex_lock(&s->lock);
	n = s->requests;
	pthread_mutex_unlock(&s->lock);
	return n;
}

void
http_server_last(struct http_server *s, char *out, size_t size)
{
	pthread_mutex_lock(&s->lock);
	(void)snprintf(out, size, "%s", s->last);
	pthread_mutex_unlock(&s->lock);
}

uint16_t
http_server_no_port(void)
{
	uint16_t port;
	int fd = listen_on_loopback(&port);

	(void)close(fd);
	return port;
}
