// SPDX-License-Identifier: MIT
//
// A web server inside of a test: one file, on a port of the loopback address,
// and every way to misbehave. A thread accepts, one more serves each
// connection.

#ifndef SERVER_H
#define SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

enum mode {
	PLAIN,
	CLOSES,     // the connection, after each answer, and says so
	HANGS_UP,   // in the middle of each body, and of the first heads
	BUSY,       // 503 at first
	SHORT,      // at most 5000 bytes each time
	CHUNKED,    // in chunks, with extensions and trailers
	INTERIM,    // 103 before each answer
	UNTAGGED,   // no ETag, no date
	REDIRECTS,  // "/" leads elsewhere, by a relative reference
	CIRCLES,    // all leads to itself
	LEADS_AWAY, // to https
	WHOLE,      // 200, whatever is asked
	ENDLESS,    // the same without a length: to the connection's end
	CHANGES,    // another ETag from the second answer on
	GROWS,      // another length from then on
	GOES,       // 404 from then on
	TURNS_DUMB, // 200 from then on
	DIES,       // no connection is served from then on
	OTHER_PART,
	NO_TOTAL,
	LIES, // Content-Length says something else
	ENCODED,
	FORBIDDEN,
	MISSING,
	GARBAGE,
	ENDS_CHUNKS, // before all that was said is there
	SILENT,
};

struct server {
	enum mode mode;
	const uint8_t *data;
	size_t size;
	uint16_t port;
	int fd;
	unsigned answers, connections; // so far
	bool is_conditional;           // an If-Range came
	pthread_t thread;
};

struct visit {
	struct server *server;
	int fd;
};

static inline bool say(int fd, const void *data, size_t size)
{
	return send(fd, data, size, MSG_NOSIGNAL) == (ssize_t)size;
}

// Reads a request. Returns false at the connection's end.
static inline bool listen_to(struct server *s, int fd, char text[8192],
			     uint64_t *off, uint64_t *len)
{
	size_t n = 0;
	unsigned long long first, last;
	char *range;

	// One request at a time: what comes is one, or a part of it.
	while (n < 4 || memcmp(text + n - 4, "\r\n\r\n", 4)) {
		ssize_t got = recv(fd, text + n, 8000 - n, 0);

		if (got <= 0)
			return false;
		n += (size_t)got;
	}
	text[n] = 0;
	range = strstr(text, "\r\nRange: bytes=");
	check(range);
	check_eq(sscanf(range + 15, "%llu-%llu", &first, &last), 2);
	check(!strncmp(text, "GET /", 5) && strstr(text, "\r\nHost: "));
	if (strstr(text, "\r\nIf-Range: \"tag\"\r\n"))
		s->is_conditional = true;
	if (last >= s->size)
		last = s->size - 1;
	*off = first;
	*len = last - first + 1;
	return true;
}

static inline bool say_chunks(int fd, const uint8_t *data, size_t size,
			      bool is_whole)
{
	char line[64];
	bool ok = true;

	for (size_t at = 0, n = 1; ok && at < size; at += n, n = n * 3 + 1) {
		if (n > size - at)
			n = size - at;
		snprintf(line, sizeof(line), "%zX;x=\"y\"\r\n", n);
		ok = say(fd, line, strlen(line)) && say(fd, data + at, n) &&
		     say(fd, "\r\n", 2);
	}
	if (ok && is_whole)
		ok = say(fd, "0\r\nX-Sum: 1\r\n\r\n", 15);
	return ok && is_whole;
}

// Answers without a body, whole or in part.
static inline bool say_status(int fd, const char *head)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "HTTP/1.1 %s\r\nContent-Length: 3\r\n\r\nno\n", head);
	return say(fd, text, strlen(text));
}

static inline bool say_whole(struct server *s, int fd, bool has_length)
{
	char text[256];

	snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nETag: \"tag\"\r\n");
	if (has_length)
		snprintf(text + strlen(text), 100, "Content-Length: %zu\r\n",
			 s->size);
	strcat(text, "\r\n");
	return say(fd, text, strlen(text)) && say(fd, s->data, s->size) &&
	       has_length;
}

// Answers with a part. Returns whether the connection goes on.
static inline bool say_part(struct server *s, int fd, unsigned number,
			    uint64_t off, uint64_t len)
{
	enum mode m = s->mode;
	uint64_t total = s->size + (m == GROWS && number);
	uint64_t first = off + (m == OTHER_PART);
	bool chunked = m == CHUNKED || m == ENDS_CHUNKS;
	char text[1024], length[64] = "", size[32];

	if (m == SHORT && len > 5000)
		len = 5000;
	if (!chunked)
		snprintf(length, sizeof(length), "content-length:%llu\r\n",
			 (unsigned long long)len + (m == LIES));
	snprintf(size, sizeof(size), "%llu", (unsigned long long)total);
	snprintf(text, sizeof(text),
		 "%sHTTP/1.1 206 Partial Content\r\n"
		 "Content-Range: bytes %llu-%llu/%s\r\n%s%s%s%s%s\r\n",
		 m == INTERIM ? "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" : "",
		 (unsigned long long)first,
		 (unsigned long long)(first + len - 1),
		 m == NO_TOTAL ? "*" : size, length,
		 m == UNTAGGED            ? ""
		 : m == CHANGES && number ? "ETag: \"other\"\r\n"
					  : "ETag: \"tag\"\r\n",
		 chunked ? "Transfer-Encoding: chunked\r\n" : "",
		 m == CLOSES ? "Connection: close\r\n" : "",
		 m == ENCODED ? "Content-Encoding: gzip\r\n" : "");
	if (m == HANGS_UP && number % 16 == 9)
		return say(fd, text, strlen(text) / 2) && false;
	if (!say(fd, text, strlen(text)))
		return false;
	if (chunked)
		return say_chunks(fd, s->data + off,
				  (size_t)(m == CHUNKED ? len : len / 2),
				  m == CHUNKED);
	if (m == HANGS_UP && len > 1000)
		return say(fd, s->data + off, (size_t)len / 2) && false;
	return say(fd, s->data + off, (size_t)len) && m != CLOSES;
}

static inline bool answer(struct server *s, int fd, const char *request,
			  uint64_t off, uint64_t len)
{
	unsigned number = __atomic_fetch_add(&s->answers, 1, __ATOMIC_SEQ_CST);
	bool is_first = !number;

	switch (s->mode) {
	case BUSY:
		if (number < 2)
			return say_status(fd, "503 Busy");
		break;
	case REDIRECTS:
		if (!strncmp(request, "GET /a/b?q ", 11))
			return say_status(fd, "302 Found\r\nLocation: "
					      "../c/./d?e#f");
		check(!strncmp(request, "GET /c/d?e ", 11));
		break;
	case CIRCLES:
		return say_status(fd, "301 Moved\r\nLocation: /x");
	case LEADS_AWAY:
		return say_status(fd, "308 Moved\r\nLocation: https://x/y");
	case WHOLE:
		return say_whole(s, fd, true);
	case ENDLESS:
		return say_whole(s, fd, false);
	case GOES:
		if (!is_first)
			return say_status(fd, "404 Gone");
		break;
	case TURNS_DUMB:
		if (!is_first)
			return say_whole(s, fd, true);
		break;
	case FORBIDDEN:
		return say_status(fd, "403 No");
	case MISSING:
		return say_status(fd, "404 No");
	case GARBAGE:
		return say(fd, "SSH-2.0-x\r\n\r\n", 13);
	case SILENT:
		pause();
		return false;
	default:
		break;
	}
	return say_part(s, fd, number, off, len);
}

static inline void *serve_visit(void *arg)
{
	struct visit *v = arg;
	struct server *s = v->server;
	char text[8192];
	uint64_t off, len;

	while (listen_to(s, v->fd, text, &off, &len))
		if (!answer(s, v->fd, text, off, len) ||
		    (s->mode == DIES && s->answers))
			break;
	close(v->fd);
	free(v);
	return NULL;
}

static inline void *serve(void *arg)
{
	struct server *s = arg;
	int on = 1;

	for (;;) {
		struct visit *v = malloc(sizeof(*v));
		pthread_t thread;

		check(v);
		v->server = s;
		v->fd = accept(s->fd, NULL, NULL);
		if (v->fd < 0) {
			free(v);
			return NULL;
		}
		s->connections++;
		check(!setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &on,
				  sizeof(on)));
		if (s->mode == DIES && s->answers) {
			close(v->fd);
			free(v);
			continue;
		}
		check(!pthread_create(&thread, NULL, serve_visit, v));
		pthread_detach(thread);
	}
}

// Starts it; `url` is where the file is then.
static inline void server_start(struct server *s, const char *path,
				char url[64])
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t size = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	check(s->fd >= 0 && !bind(s->fd, (struct sockaddr *)&a, sizeof(a)));
	check(!getsockname(s->fd, (struct sockaddr *)&a, &size));
	check(!listen(s->fd, 16));
	s->port = ntohs(a.sin_port);
	snprintf(url, 64, "http://127.0.0.1:%u%s", s->port, path);
	check(!pthread_create(&s->thread, NULL, serve, s));
}

static inline void server_stop(struct server *s)
{
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
}

#endif
