// SPDX-License-Identifier: MIT
//
// Opening and reading a file of a web server while the N-th allocation fails:
// the right error, nothing leaked, outputs untouched. Connections that break
// are in unit/libnet/http_disk.c.

#include "fault/fault.h"
#include "net.h"
#include "unit/libnet/server.h"

static uint8_t content[600000];
static const char *url;

static int use(void *ctx, struct err *err)
{
	struct disk *d = ctx;
	uint8_t b[1000];
	int r = net_open(url, NULL, &d, err);

	if (r) {
		check(d == ctx);
		return r;
	}
	r = disk_read(d, 300000, b, sizeof(b), err);
	check(r || b[0] == content[300000]);
	disk_close(d);
	return r;
}

static void run(enum mode mode, const char *path)
{
	struct server s = {
		.mode = mode, .data = content, .size = sizeof(content)};
	char text[64];

	server_start(&s, path, text);
	url = text;
	fault_mem_each(use, text);
	server_stop(&s);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t)(i * i >> 8);
	run(PLAIN, "/x");
	run(REDIRECTS, "/a/b?q");
	run(WHOLE, "/x");
	run(CHUNKED, "/x");
	return 0;
}
