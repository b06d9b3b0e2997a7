// SPDX-License-Identifier: MIT
//
// Files of a TFTP server that knows its options or none, that loses packets and
// sends them twice, and that says what is not so.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "libnet/net_priv.h"
#include "test.h"

enum mode {
	PLAIN, // RFC 1350 alone
	OPTIONS,
	LOSES,   // each 7th packet
	DOUBLES, // each packet
	MISSING,
	REFUSES,
	TOO_LARGE,
	SENDS_MORE,
	SENDS_LESS,
	SILENT,
	LONG_BLOCK,
	STRANGER, // another port speaks up in the middle
};

static uint8_t content[3000000];

struct server {
	enum mode mode;
	size_t size;
	int fd;
	uint16_t port;
	pthread_t thread;
};

struct session {
	const struct server *server;
	int fd;
	struct sockaddr_in to;
	size_t block, window;
	unsigned sent;
};

static void send_packet(struct session *s, const void *packet, size_t size)
{
	enum mode mode = s->server->mode;

	if (mode == LOSES && ++s->sent % 7 == 0)
		return;
	for (int i = 0; i < (mode == DOUBLES ? 2 : 1); i++)
		sendto(s->fd, packet, size, 0, (struct sockaddr *)&s->to,
		       sizeof(s->to));
}

static void send_block(struct session *s, uint64_t number)
{
	uint8_t packet[4096] = {0, 3, (uint8_t)(number >> 8), (uint8_t)number};
	size_t off = (size_t)(number - 1) * s->block, n = s->block;

	if (off > s->server->size)
		return;
	if (n > s->server->size - off)
		n = s->server->size - off;
	memcpy(packet + 4, content + off, n);
	if (s->server->mode == LONG_BLOCK)
		n += 600;
	send_packet(s, packet, n + 4);
}

// Waits for an acknowledgement; returns the block it is of, near `at`, or -1.
static int64_t hear(struct session *s, uint64_t at)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};
	uint8_t packet[600];

	if (poll(&p, 1, 1600) <= 0 ||
	    recv(s->fd, packet, sizeof(packet), 0) < 4 || packet[1] != 4)
		return -1;
	// The number has 16 bits: the one that is not beyond `at`.
	return (int64_t)(at - ((at - (packet[2] << 8 | packet[3])) & 0xffff));
}

static void say_error(struct session *s, unsigned code, const char *words)
{
	char packet[100] = {0, 5, 0, (char)code};

	strcpy(packet + 4, words);
	send_packet(s, packet, 5 + strlen(words));
}

static void say_options(struct session *s, unsigned long long size)
{
	char packet[100] = {0, 6};
	int n = 2;

	n += sprintf(packet + n, "blksize%c1000", 0) + 1;
	n += sprintf(packet + n, "windowsize%c4", 0) + 1;
	n += sprintf(packet + n, "tsize%c%llu", 0, size) + 1;
	s->block = 1000;
	s->window = 4;
	send_packet(s, packet, (size_t)n);
}

static void send_file(struct session *s)
{
	uint64_t last = s->server->size / s->block + 1;
	struct sockaddr_in to = s->to;

	for (uint64_t done = 0, at; done < last;) {
		int64_t heard;

		for (at = done + 1; at <= last && at <= done + s->window; at++)
			send_block(s, at);
		if (s->server->mode == STRANGER) {
			int fd = socket(AF_INET, SOCK_DGRAM, 0);

			sendto(fd, "\0\5\0\1no", 7, 0, (struct sockaddr *)&to,
			       sizeof(to));
			close(fd);
		}
		heard = hear(s, at - 1);
		if (heard < 0)
			return;
		if (heard > (int64_t)done)
			done = (uint64_t)heard;
	}
}

static void serve_one(struct server *server, const struct sockaddr_in *from)
{
	struct session s = {
		.server = server, .to = *from, .block = 512, .window = 1};
	enum mode mode = server->mode;
	unsigned long long size = server->size;

	s.fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (mode == MISSING)
		say_error(&s, 1, "File not\n found");
	if (mode == REFUSES)
		say_error(&s, 2, "Access violation");
	if (mode == TOO_LARGE)
		size = 1ull << 50;
	if (mode == SENDS_MORE)
		size -= 1000;
	if (mode == SENDS_LESS)
		size += 1000;
	if (mode != MISSING && mode != REFUSES) {
		int64_t heard = 0;

		if (mode != PLAIN && mode != LONG_BLOCK) {
			say_options(&s, size);
			heard = hear(&s, 0);
		}
		if (!heard)
			send_file(&s);
	}
	close(s.fd);
}

static void *serve(void *arg)
{
	struct server *s = arg;

	for (;;) {
		struct sockaddr_in from;
		socklen_t size = sizeof(from);
		char packet[600];
		ssize_t n = recvfrom(s->fd, packet, sizeof(packet), 0,
				     (struct sockaddr *)&from, &size);

		if (n < 4 || packet[1] != 1)
			return NULL;
		check(!strcmp(packet + 2, "dir/file") &&
		      !strcmp(packet + 11, "octet"));
		if (s->mode != SILENT)
			serve_one(s, &from);
	}
}

static int fetch(enum mode mode, size_t size, struct disk **ret,
		 struct err *err)
{
	const struct net_patience brief = {1000, 1500, 1500, 1500};
	struct server s = {.mode = mode, .size = size};
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t length = sizeof(a);
	struct net_name name;
	char url[64];
	int r;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s.fd = socket(AF_INET, SOCK_DGRAM, 0);
	check(!bind(s.fd, (struct sockaddr *)&a, sizeof(a)));
	check(!getsockname(s.fd, (struct sockaddr *)&a, &length));
	check(!pthread_create(&s.thread, NULL, serve, &s));
	snprintf(url, sizeof(url), "tftp://127.0.0.1:%u/dir/file",
		 ntohs(a.sin_port));
	check_ok(net_name_parse(url, &name, NULL), NULL);
	r = net_tftp_open(url, &name, &brief, ret, err);
	sendto(s.fd, "", 1, 0, (struct sockaddr *)&a, sizeof(a));
	pthread_join(s.thread, NULL);
	close(s.fd);
	return r;
}

static void reads(enum mode mode, size_t size)
{
	static uint8_t found[sizeof(content)];
	struct err err = {0};
	struct disk *d;

	check_ok(fetch(mode, size, &d, &err), &err);
	check_eq(d->size, size);
	check(d->read_only);
	check_ok(disk_read(d, 0, found, size, &err), &err);
	check(!memcmp(found, content, size));
	disk_close(d);
}

static void fails(enum mode mode, int code, const char *words)
{
	struct disk *d = (struct disk *)content;
	struct err err = {0};

	check_eq(fetch(mode, 10000, &d, &err), code);
	check(d == (struct disk *)content);
	if (!strstr(err.why, words)) {
		fprintf(stderr, "not \"%s\": %s\n", words, err.why);
		exit(1);
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t)(i * i >> 11 ^ i);
	reads(PLAIN, 0);
	reads(PLAIN, 511);
	reads(PLAIN, 512);
	reads(PLAIN, 2500000);
	reads(OPTIONS, 0);
	reads(OPTIONS, 4000);
	reads(OPTIONS, 2999999);
	reads(LOSES, 5000);
	reads(DOUBLES, 100000);
	reads(STRANGER, 20000);
	fails(MISSING, -ENOENT, "File not? found");
	fails(REFUSES, -EACCES, "Access violation");
	fails(TOO_LARGE, -EFBIG, "web server");
	fails(SENDS_MORE, -EBADMSG, "more than the 9000");
	fails(SENDS_LESS, -EBADMSG, "10000 of 11000");
	fails(LONG_BLOCK, -EBADMSG, "longer than was agreed");
	fails(SILENT, -ETIMEDOUT, "says nothing");
	return 0;
}
