// SPDX-License-Identifier: MIT
//
// Content compressed and decompressed again, for the fuzz targets of encoders. It
// must come back, from wimlib's decoder too where it is installed. Output of just
// the size holds it, and one byte less is too small.

#ifndef CODEC_ROUND_H
#define CODEC_ROUND_H

#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "libwim.h"

static void judge_by_wimlib(enum codec_kind kind, size_t max_chunk,
			    const uint8_t *packed, size_t n,
			    const uint8_t *content, size_t size)
{
	struct libwim lib;
	uint8_t *back = malloc(size);
	void *d;

	if (libwim_load(&lib)) {
		if (!back || lib.decompressor(libwim_kind(kind), max_chunk, &d))
			abort();
		if (lib.decompress(packed, n, back, size, d) ||
		    memcmp(back, content, size))
			abort();
		lib.free_decompressor(d);
	}
	free(back);
}

static void both_ways(enum codec_kind kind, size_t max_chunk,
		      enum codec_level level, const uint8_t *content,
		      size_t size)
{
	size_t room = size + size / 4 + 1000, n;
	struct compressor *e;
	struct decompressor *d;
	uint8_t *packed = malloc(room), *exact, *back = malloc(size);

	if (!packed || !back ||
	    codec_compressor_new(kind, max_chunk, level, &e) ||
	    codec_decompressor_new(kind, max_chunk, &d))
		abort();
	n = codec_compress(e, content, size, packed, room);
	exact = malloc(n);
	if (!n || !exact || codec_compress(e, content, size, exact, n - 1))
		abort();
	if (codec_compress(e, content, size, exact, n) != n ||
	    memcmp(exact, packed, n))
		abort();
	if (codec_decompress(d, exact, n, back, size) ||
	    memcmp(back, content, size))
		abort();
	judge_by_wimlib(kind, max_chunk, exact, n, content, size);
	codec_compressor_free(e);
	codec_decompressor_free(d);
	free(packed);
	free(exact);
	free(back);
}

// The content that `size` bytes are when they come `times` times, as much of them as
// fits into `most` bytes; *ret_size is how long it is. Free it.
static uint8_t *repeat(const uint8_t *data, size_t size, unsigned times,
		       size_t most, size_t *ret_size)
{
	uint8_t *content;

	if (size > most / times)
		size = most / times;
	content = malloc(size * times);
	if (!content)
		abort();
	for (unsigned i = 0; i < times; i++)
		memcpy(content + i * size, data, size);
	*ret_size = size * times;
	return content;
}

#endif
