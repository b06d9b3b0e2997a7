// SPDX-License-Identifier: MIT
//
// LZMS' encoder: one byte chooses the level, one how often the rest is repeated
// as content, which must come back, from wimlib's decoder too where it is
// installed. Output of just the size holds it, and one byte less is too small.

#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "libwim.h"

#define MAX_SIZE 32768

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const uint8_t *packed, size_t n, const uint8_t *content,
		  size_t size)
{
	struct libwim lib;
	uint8_t *back = malloc(size);
	void *d;

	if (libwim_load(&lib)) {
		if (!back ||
		    lib.decompressor(libwim_kind(CODEC_LZMS), size, &d))
			abort();
		if (lib.decompress(packed, n, back, size, d) ||
		    memcmp(back, content, size))
			abort();
		lib.free_decompressor(d);
	}
	free(back);
}

static void both_ways(enum codec_level level, const uint8_t *content,
		      size_t size)
{
	size_t room = size + size / 4 + 100, n;
	struct lzms_encoder *e;
	struct lzms_decoder *d;
	uint8_t *packed = malloc(room), *exact, *back = malloc(size);

	if (!packed || !back || lzms_encoder_new(size, level, &e) ||
	    lzms_decoder_new(&d))
		abort();
	n = lzms_compress(e, content, size, packed, room);
	exact = malloc(n);
	if (!n || !exact || lzms_compress(e, content, size, exact, n - 1))
		abort();
	if (lzms_compress(e, content, size, exact, n) != n ||
	    memcmp(exact, packed, n))
		abort();
	if (lzms_decompress(d, exact, n, back, size) ||
	    memcmp(back, content, size))
		abort();
	judge(exact, n, content, size);
	lzms_encoder_free(e);
	lzms_decoder_free(d);
	free(packed);
	free(exact);
	free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned times;
	uint8_t *content;

	if (size < 6)
		return 0;
	times = 1 + data[1] % 64;
	size -= 2;
	if (size > MAX_SIZE / times)
		size = MAX_SIZE / times;
	content = malloc(size * times);
	if (!content)
		abort();
	for (unsigned i = 0; i < times; i++)
		memcpy(content + i * size, data + 2, size);
	both_ways(data[0] % CODEC_LEVELS, content, size * times);
	free(content);
	return 0;
}
