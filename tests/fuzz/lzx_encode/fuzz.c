// SPDX-License-Identifier: MIT
//
// LZX's encoder: one byte chooses window and level, one how often the rest is
// repeated as content, which must come back, from wimlib's decoder too where it is
// installed. Output of just the size holds it, and one byte less is too small.

#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "libwim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// wimlib's decoders are told of the largest chunk, not of the window.
static void judge(const uint8_t *packed, size_t n, const uint8_t *content,
		  size_t size, unsigned order)
{
	struct libwim lib;
	uint8_t *back = malloc(size);
	void *d;

	if (libwim_load(&lib)) {
		if (!back || lib.decompressor(libwim_kind(CODEC_LZX),
					      (size_t)1 << order, &d))
			abort();
		if (lib.decompress(packed, n, back, size, d) ||
		    memcmp(back, content, size))
			abort();
		lib.free_decompressor(d);
	}
	free(back);
}

static void both_ways(unsigned order, enum codec_level level,
		      const uint8_t *content, size_t size)
{
	size_t room = size + size / 8 + 1000, n;
	struct lzx_encoder *e;
	struct lzx_decoder *d;
	uint8_t *packed = malloc(room), *exact, *back = malloc(size);

	if (!packed || !back || lzx_encoder_new(order, level, &e) ||
	    lzx_decoder_new(order, &d))
		abort();
	n = lzx_compress(e, content, size, packed, room);
	exact = malloc(n);
	if (!n || !exact || lzx_compress(e, content, size, exact, n - 1))
		abort();
	if (lzx_compress(e, content, size, exact, n) != n ||
	    memcmp(exact, packed, n))
		abort();
	if (lzx_decompress(d, exact, n, back, size) ||
	    memcmp(back, content, size))
		abort();
	judge(exact, n, content, size, order);
	lzx_encoder_free(e);
	lzx_decoder_free(d);
	free(packed);
	free(exact);
	free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned order, times;
	uint8_t *content;

	if (size < 3)
		return 0;
	order = 15 + data[0] / CODEC_LEVELS % 7;
	times = 1 + data[1] % 64;
	size -= 2;
	if (size > ((size_t)1 << 15) / times)
		size = ((size_t)1 << 15) / times;
	content = malloc(size * times);
	if (!content)
		abort();
	for (unsigned i = 0; i < times; i++)
		memcpy(content + i * size, data + 2, size);
	both_ways(order, data[0] % CODEC_LEVELS, content, size * times);
	free(content);
	return 0;
}
