// SPDX-License-Identifier: MIT
//
// Heads of HTTP answers: what counts in them, and what is none.

#include "libnet/net_priv.h"
#include "test.h"

static int decode(const char *text, struct http_head *h)
{
	char whole[20000];
	size_t n;

	snprintf(whole, sizeof(whole), "%s\r\n", text);
	n = http_head_length(whole, strlen(whole));
	check_eq(n, strlen(whole));
	return http_head_decode(whole, n, h, NULL);
}

static void check_good(void)
{
	struct http_head h;

	check_ok(decode("HTTP/1.1 206 Partial Content\r\n"
			"content-LENGTH:  10 \r\n"
			"Content-Range: bytes 5-14/100\r\n"
			"ETag: \"a b\"\r\n"
			"Last-Modified: Mon, 30 Nov 2026 08:00:00 GMT\r\n"
			"Content-Type: application/octet-stream; x=y\r\n"
			"X-Empty:\r\n",
			&h),
		 NULL);
	check_eq(h.status, 206);
	check(h.has_length && h.has_range && h.has_total && !h.will_close);
	check(!h.is_chunked && !h.is_encoded);
	check(h.length == 10 && h.first == 5 && h.last == 14 && h.total == 100);
	check(!strcmp(h.tag, "\"a b\""));
	check(!strcmp(h.date, "Mon, 30 Nov 2026 08:00:00 GMT"));
	check(!strcmp(h.type, "application/octet-stream"));

	check_ok(decode("HTTP/1.0 200\nConnection: Keep-Alive\n", &h), NULL);
	check(h.status == 200 && !h.will_close && !h.has_length);
	check_ok(decode("HTTP/1.0 200 OK\n", &h), NULL);
	check(h.will_close);
	check_ok(decode("HTTP/1.1 200 OK\r\nConnection: x, close\r\n", &h),
		 NULL);
	check(h.will_close);
	check_ok(decode("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n"
			"Content-Length: 5\r\n",
			&h),
		 NULL);
	check(h.is_chunked && !h.has_length);
	check_ok(decode("HTTP/1.1 416 No\r\nContent-Range: bytes */0\r\n", &h),
		 NULL);
	check(!h.has_range && h.has_total && !h.total);
	check_ok(decode("HTTP/1.1 206 \r\nContent-Range: bytes 0-0/*\r\n", &h),
		 NULL);
	check(h.has_range && !h.has_total);
	check_ok(decode("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n", &h),
		 NULL);
	check(h.is_encoded);
	check_ok(decode("HTTP/1.1 302 F\r\nLocation: /x y\r\n", &h), NULL);
	check(!strcmp(h.location, "/x y"));
	check_ok(decode("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
			"Content-Length: 5\r\n",
			&h),
		 NULL);
}

static void check_bad(void)
{
	static const char *const bad[] = {
		"HTTP/2 200 OK\r\n",
		"HTTP/1.x 200 OK\r\n",
		"HTTP/1.1 20 OK\r\n",
		"HTTP/1.1 2000 OK\r\n",
		"HTTP/1.1 600 OK\r\n",
		"HTTP/1.1  200\r\n",
		"ICY 200 OK\r\n",
		" HTTP/1.1 200 OK\r\n",
		"HTTP/1.1 200 OK\r\nno colon\r\n",
		"HTTP/1.1 200 OK\r\n: no name\r\n",
		"HTTP/1.1 200 OK\r\nName : x\r\n",
		"HTTP/1.1 200 OK\r\nA: x\r\n folded: y\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length:\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
		"HTTP/1.1 206 P\r\nContent-Range: bytes 5-4/100\r\n",
		"HTTP/1.1 206 P\r\nContent-Range: bytes 0-100/100\r\n",
		"HTTP/1.1 206 P\r\nContent-Range: bytes 0-9\r\n",
		"HTTP/1.1 206 P\r\nContent-Range: bytes -9/100\r\n",
		"HTTP/1.1 206 P\r\nContent-Range: lines 0-9/100\r\n",
		"HTTP/1.1 206 P\r\nContent-Range: bytes 0-9/100/5\r\n",
		"HTTP/1.1 206 P\r\nContent-Range: bytes 0-9/100\r\n"
		"Content-Range: bytes 0-9/100\r\n",
		"HTTP/1.1 200 OK\r\nETag: a\x01z\r\n",
	};
	struct http_head h;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int r = decode(bad[i], &h);

		if (r != -EBADMSG)
			fprintf(stderr, "%s", bad[i]);
		check_eq(r, -EBADMSG);
	}
	check_eq(http_head_decode("HTTP/1.1 200 \0\r\n\r\n", 18, &h, NULL),
		 -EBADMSG);
	check_eq(
		decode("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n",
		       &h),
		-ENOTSUP);
}

// The last length that fits, and the first that does not.
static void check_limits(void)
{
	char text[600];
	struct http_head h;

	for (int n = 250; n < 260; n++) {
		snprintf(text, sizeof(text),
			 "HTTP/1.1 200 OK\r\nETag: %0*d\r\n", n, 7);
		check_eq(decode(text, &h),
			 (unsigned)n < HTTP_MAX_TAG ? 0 : -EFBIG);
	}
}

static void check_ends(void)
{
	check_eq(http_head_length("", 0), 0);
	check_eq(http_head_length("a\r\n\r", 4), 0);
	check_eq(http_head_length("a\r\n\r\nb", 6), 5);
	check_eq(http_head_length("a\n\nb", 4), 3);
	check_eq(http_head_length("\r\n", 2), 2);
	check_eq(http_head_length("a\r\rb\n", 5), 0);
}

static void check_chunks(void)
{
	static const char *const bad[] = {
		"", " ", "x", "-1", "0x1", "1 1", "1234567890123456", ";a"};
	uint64_t n = 5;

	check_ok(http_chunk_decode("1aF", 3, &n, NULL), NULL);
	check_eq(n, 0x1af);
	check_ok(http_chunk_decode("0 ; a=b", 7, &n, NULL), NULL);
	check_eq(n, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		check_eq(http_chunk_decode(bad[i], strlen(bad[i]), &n, NULL),
			 -EBADMSG);
	check_eq(n, 0);
}

int main(void)
{
	check_good();
	check_bad();
	check_limits();
	check_ends();
	check_chunks();
	return 0;
}
