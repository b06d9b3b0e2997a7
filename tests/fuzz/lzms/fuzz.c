// SPDX-License-Identifier: MIT
//
// LZMS: three bytes are the size of the content, the rest is a chunk. The
// decoder gets buffers of just the size, and is used twice: it may not keep
// anything of the chunk before. wimlib, where it is installed, must find
// the same content.

#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "libwim.h"

#define MAX_SIZE (1 << 18)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// wimlib takes bits behind the end for zeros, so it may decode what we refuse.
// It does not have the codes of the smallest chunks.
static void judge(const uint8_t *in, size_t size, const uint8_t *out,
		  size_t out_size)
{
	struct libwim lib;
	uint8_t *other = malloc(out_size);
	void *d;

	if (out_size > 2 && libwim_load(&lib)) {
		if (!other ||
		    lib.decompressor(libwim_kind(CODEC_LZMS), out_size, &d))
			abort();
		if (lib.decompress(in, size, other, out_size, d) ||
		    memcmp(other, out, out_size))
			abort();
		lib.free_decompressor(d);
	}
	free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lzms_decoder *d;
	size_t out_size;
	uint8_t *in, *out, *again;
	int r;

	if (size < 3)
		return 0;
	out_size = ((size_t)data[0] + (size_t)data[1] * 256 +
		    (size_t)data[2] * 65536) %
			   MAX_SIZE +
		   1;
	size -= 3;
	in = malloc(size ? size : 1);
	out = malloc(out_size);
	again = malloc(out_size);
	if (!in || !out || !again || lzms_decoder_new(&d))
		abort();
	memcpy(in, data + 3, size);
	r = lzms_decompress(d, in, size, out, out_size);
	if (r && r != -EBADMSG)
		abort();
	if (lzms_decompress(d, in, size, again, out_size) != r)
		abort();
	if (!r && memcmp(out, again, out_size))
		abort();
	if (!r)
		judge(in, size, out, out_size);
	lzms_decoder_free(d);
	free(in);
	free(out);
	free(again);
	return 0;
}
