// SPDX-License-Identifier: MIT
//
// LZX: one byte chooses the window, three are the size of the content, the rest
// is a chunk. The decoder gets buffers of just the size, and is used twice: it
// may not keep anything of the chunk before.

#include <stdlib.h>
#include <string.h>

#include "codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lzx_decoder *d;
	unsigned order;
	size_t out_size;
	uint8_t *in, *out, *again;
	int r;

	if (size < 4)
		return 0;
	order = 15 + data[0] % 7;
	out_size = ((size_t)data[1] + (size_t)data[2] * 256 +
		    (size_t)data[3] * 65536) %
			   ((size_t)1 << order) +
		   1;
	size -= 4;
	in = malloc(size ? size : 1);
	out = malloc(out_size);
	again = malloc(out_size);
	if (!in || !out || !again || lzx_decoder_new(order, &d))
		abort();
	memcpy(in, data + 4, size);
	r = lzx_decompress(d, in, size, out, out_size);
	if (r && r != -EBADMSG)
		abort();
	if (lzx_decompress(d, in, size, again, out_size) != r)
		abort();
	if (!r && memcmp(out, again, out_size))
		abort();
	lzx_decoder_free(d);
	free(in);
	free(out);
	free(again);
	return 0;
}
