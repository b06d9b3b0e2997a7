// SPDX-License-Identifier: MIT
//
// A file on a web server as a disk, from a server that behaves in every way:
// what is read is what is there, or the error says what is wrong.

#include "net.h"
#include "server.h"

#define SIZE 20000001u // more than is kept

static uint8_t *content;

static const struct net_patience hasty = {
	.address = 1000, .connect = 5000, .silent = 5000, .broken = 20000};

static uint32_t step(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void make_content(void)
{
	uint32_t seed = 7;

	content = malloc(SIZE);
	check(content);
	for (size_t i = 0; i < SIZE; i++)
		content[i] = (uint8_t)step(&seed);
}

static void check_range(struct disk *d, uint64_t off, size_t len)
{
	uint8_t *buf = malloc(len + 1);
	struct err err = {0};

	check(buf);
	check_ok(disk_read(d, off, buf, len, &err), &err);
	check(!memcmp(buf, content + off, len));
	free(buf);
}

static void check_content(struct disk *d)
{
	uint32_t seed = 99;

	for (uint64_t off = 0; off < d->size; off += 700001)
		check_range(d, off,
			    d->size - off < 700001 ? (size_t)(d->size - off)
						   : 700001);
	for (int i = 0; i < 60; i++) {
		uint64_t off = step(&seed) % d->size;
		uint64_t len = step(&seed) % 100000;

		check_range(d, off,
			    len > d->size - off ? (size_t)(d->size - off)
						: (size_t)len);
	}
}

// --- Servers that can be read from
// -----------------------------------------------

static void reads(enum mode mode, const char *path, size_t size)
{
	struct server s = {.mode = mode, .data = content, .size = size};
	struct err err = {0};
	struct disk *d;
	char url[64];

	server_start(&s, path, url);
	check_ok(net_http_open(url, &hasty, &d, &err), &err);
	check_eq(d->size, size);
	check(d->read_only && d->is_sector_guessed);
	check_content(d);
	check_eq(disk_read(d, size - 1, url, 2, NULL), -EINVAL);
	disk_close(d);
	server_stop(&s);
	if (mode == PLAIN && size == SIZE)
		check(s.is_conditional && s.connections <= 3);
	if (mode == UNTAGGED)
		check(!s.is_conditional);
}

struct reader {
	struct disk *disk;
	uint32_t seed;
};

static void *read_anywhere(void *arg)
{
	struct reader *r = arg;

	for (int i = 0; i < 8; i++) {
		uint64_t off = step(&r->seed) % (SIZE - 300000);

		check_range(r->disk, off, step(&r->seed) % 300000);
	}
	return NULL;
}

// More readers than blocks are kept do not wait for each other.
static void reads_at_once(enum mode mode)
{
	struct server s = {.mode = mode, .data = content, .size = SIZE};
	struct reader readers[60];
	pthread_t threads[60];
	struct err err = {0};
	struct disk *d;
	char url[64];

	server_start(&s, "/x", url);
	check_ok(net_http_open(url, &hasty, &d, &err), &err);
	for (uint32_t i = 0; i < 60; i++) {
		readers[i] = (struct reader){d, i};
		check(!pthread_create(&threads[i], NULL, read_anywhere,
				      &readers[i]));
	}
	for (size_t i = 0; i < 60; i++)
		pthread_join(threads[i], NULL);
	disk_close(d);
	server_stop(&s);
}

// --- Servers that cannot
// ------------------------------------------------------------

static void fails_to_open(enum mode mode, int code, const char *words)
{
	const struct net_patience brief = {1000, 1000, 300, 300};
	struct server s = {.mode = mode, .data = content, .size = SIZE};
	struct disk *d = (struct disk *)&s;
	struct err err = {0};
	char url[64];

	server_start(&s, "/x", url);
	check_eq(net_http_open(url, &brief, &d, &err), code);
	check_eq(err.code, code);
	if (!strstr(err.why, words)) {
		fprintf(stderr, "not \"%s\": %s\n", words, err.why);
		exit(1);
	}
	check(d == (struct disk *)&s);
	server_stop(&s);
}

static void fails_to_read(enum mode mode, int code, const char *words)
{
	const struct net_patience brief = {1000, 1000, 300, 300};
	struct server s = {.mode = mode, .data = content, .size = SIZE};
	struct err err = {0};
	struct disk *d;
	char url[64];
	uint8_t b[10];

	server_start(&s, "/x", url);
	check_ok(net_http_open(url, &brief, &d, &err), &err);
	check_eq(disk_read(d, SIZE - 10, b, 10, &err), code);
	check_eq(err.code, code);
	if (!strstr(err.why, words)) {
		fprintf(stderr, "not \"%s\": %s\n", words, err.why);
		exit(1);
	}
	// An error is one read's: the next one asks again.
	check_eq(disk_read(d, SIZE - 10, b, 10, NULL), code);
	disk_close(d);
	server_stop(&s);
}

static void nobody_there(void)
{
	struct server s = {.mode = PLAIN, .data = content, .size = SIZE};
	struct err err = {0};
	struct disk *d;
	char url[64];

	server_start(&s, "/x", url);
	server_stop(&s);
	check_eq(net_http_open(url, &hasty, &d, &err), -ECONNREFUSED);
	check(strstr(err.why, "nothing answers"));
	check_eq(net_http_open("http://", &hasty, &d, NULL), -EINVAL);
	check_eq(net_open("ftp://x/y", NULL, &d, NULL), -ENOTSUP);
	disk_close(NULL);
}

int main(void)
{
	make_content();
	reads(PLAIN, "/x", SIZE);
	reads(PLAIN, "/x", 1);
	reads(PLAIN, "/x", 262144);
	reads(CLOSES, "/x", SIZE);
	reads(HANGS_UP, "/x", SIZE);
	reads(BUSY, "/x", 300000);
	reads(SHORT, "/x", 2000000);
	reads(CHUNKED, "/x", SIZE);
	reads(INTERIM, "/x", SIZE);
	reads(UNTAGGED, "/x", SIZE);
	reads(REDIRECTS, "/a/b?q", SIZE);
	reads(WHOLE, "/x", 5000000);
	reads(ENDLESS, "/x", 5000000);
	reads_at_once(PLAIN);
	reads_at_once(HANGS_UP);

	fails_to_open(CIRCLES, -ELOOP, "over 5 times");
	fails_to_open(LEADS_AWAY, -ENOTSUP, "no TLS");
	fails_to_open(WHOLE, -ENOTSUP, "knows ranges");
	fails_to_open(ENDLESS, -ENOTSUP, "knows ranges");
	fails_to_open(OTHER_PART, -EBADMSG, "another part");
	fails_to_open(NO_TOTAL, -ENOTSUP, "how long");
	fails_to_open(LIES, -EBADMSG, "bytes and");
	fails_to_open(ENCODED, -ENOTSUP, "compresses");
	fails_to_open(FORBIDDEN, -EACCES, "403");
	fails_to_open(MISSING, -ENOENT, "no such file");
	fails_to_open(GARBAGE, -EBADMSG, "no web server");
	fails_to_open(SILENT, -ETIMEDOUT, "nothing for");
	nobody_there();

	fails_to_read(CHANGES, -ESTALE, "changed");
	fails_to_read(GROWS, -ESTALE, "changed");
	fails_to_read(GOES, -ENOENT, "no such file");
	fails_to_read(TURNS_DUMB, -ENOTSUP, "any more");
	fails_to_read(DIES, -ECONNRESET, "nothing came for");
	fails_to_read(ENDS_CHUNKS, -ECONNRESET, "nothing came for");
	free(content);
	return 0;
}
