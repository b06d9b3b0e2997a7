// SPDX-License-Identifier: MIT
//
// LZNT1: chunks by hand, whole and broken.

#include "codec.h"
#include "test.h"

#define CHUNK 4096

static uint8_t out[4 * CHUNK];

// One compressed chunk with this body at p. Returns its length.
static size_t chunk(uint8_t *p, const void *body, size_t len)
{
	unsigned header = 0xb000 | (unsigned)(len - 1);

	p[0] = (uint8_t)header;
	p[1] = (uint8_t)(header >> 8);
	memcpy(p + 2, body, len);
	return len + 2;
}

static void whole(void)
{
	// "abc", then a copy of 3 + 7 bytes at distance 3 (at 3: 12 bits of
	// length); then 'x' alone.
	static const uint8_t body[] = {0x08, 'a', 'b', 'c', 0x07, 0x20, 'x'};
	uint8_t in[2 * CHUNK + 64];
	size_t n = chunk(in, body, sizeof(body));

	check_eq(lznt1_decompress(in, n, out, 20, NULL), 0);
	check(!memcmp(out, "abcabcabcabcax\0\0\0\0\0\0", 20));
	// the next chunk begins at 4096, whatever the first one gave
	n += chunk(in + n, body, sizeof(body));
	memset(out, 0xee, sizeof(out));
	check_eq(lznt1_decompress(in, n, out, 2 * CHUNK, NULL), 0);
	check(!memcmp(out + CHUNK, "abcabcabcabcax\0", 15));
	check_eq(out[14] | out[CHUNK - 1] | out[2 * CHUNK - 1], 0);
	// plain chunk, then the end mark: the rest is zero
	in[0] = 0xff;
	in[1] = 0x3f;
	memset(in + 2, 'p', CHUNK);
	in[CHUNK + 2] = in[CHUNK + 3] = 0;
	memset(out, 0xee, sizeof(out));
	check_eq(lznt1_decompress(in, CHUNK + 20, out, 2 * CHUNK, NULL), 0);
	check(out[0] == 'p' && out[CHUNK - 1] == 'p' && !out[CHUNK]);
}

// The split of a copy moves with the place: at 16 bytes 4 bits of distance
// still, at 17 five.
static void split(void)
{
	uint8_t body[64], in[80];
	size_t n = 0;

	body[n++] = 0;
	for (unsigned i = 0; i < 8; i++)
		body[n++] = (uint8_t)('a' + i);
	body[n++] = 0;
	for (unsigned i = 0; i < 8; i++)
		body[n++] = (uint8_t)('i' + i);
	body[n++] = 0x03;
	body[n++] = 0x00; // distance 16, length 3, 4 bits of distance
	body[n++] = 0xf0;
	body[n++] = 0x00; // distance 19, length 3, 5 bits of distance
	body[n++] = 0x90;
	check_eq(lznt1_decompress(in, chunk(in, body, n), out, 22, NULL), 0);
	check(!memcmp(out, "abcdefghijklmnopabcabc", 22));
}

static void broken(void)
{
	static const struct {
		uint8_t bytes[8];
		size_t len;
	} bad[] = {
		{{0x05, 0xb0, 0, 'a'}, 4},             // chunk cut off
		{{0x02, 0xb0, 0x01, 0x00, 0x00}, 5},   // copy from nothing
		{{0x03, 0xb0, 0x02, 'a', 0, 0x10}, 6}, // distance 2 of 1 byte
		{{0x02, 0xb0, 0x02, 'a', 0x00}, 5},    // half a copy
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = {0};

		check(lznt1_decompress(bad[i].bytes, bad[i].len, out, CHUNK,
				       &err) == -EBADMSG);
		check_eq(err.code, -EBADMSG);
	}
	check_eq(lznt1_decompress(bad[0].bytes, 1, out, 8, NULL), 0);
	check_eq(out[0], 0);
}

int main(void)
{
	whole();
	split();
	broken();
	return 0;
}
