// SPDX-License-Identifier: MIT
//
// XPRESS both ways: the first byte chooses the level, two are the size of the
// content, which is the rest, again and again. What is compressed is decompressed to
// the same, and needs just the room that was said.

#include <stdlib.h>
#include <string.h>

#include "codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xpress_encoder *e;
	uint8_t *in, *out, *exact;
	size_t n, room, used;

	if (size < 4)
		return 0;
	n = 1 + (size_t)data[1] + (size_t)data[2] * 256;
	room = 2 * n + 1024;
	in = malloc(n);
	out = malloc(room);
	require(in && out);
	for (size_t i = 0; i < n; i++)
		in[i] = (uint8_t)(data[3 + i % (size - 3)] +
				  (i / (size - 3) & data[0] >> 4));
	require(!xpress_encoder_new(n, data[0] % CODEC_LEVELS, &e));
	used = xpress_compress(e, in, n, out, room);
	require(used && used <= room);
	exact = malloc(used);
	require(exact && !xpress_compress(e, in, n, exact, used - 1));
	require(xpress_compress(e, in, n, exact, used) == used);
	require(!memcmp(exact, out, used));
	require(!xpress_decompress(exact, used, out, n));
	require(!memcmp(in, out, n));
	xpress_encoder_free(e);
	free(exact);
	free(out);
	free(in);
	return 0;
}
