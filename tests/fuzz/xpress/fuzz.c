// SPDX-License-Identifier: MIT
//
// XPRESS: the first two bytes are the size of the content, the rest is a chunk.
// The decoder gets buffers of just the size, so that a step outside is seen.

#include <stdlib.h>
#include <string.h>

#include "codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t out_size;
	uint8_t *in, *out;
	int r;

	if (size < 2)
		return 0;
	out_size = 1 + (size_t)data[0] + (size_t)data[1] * 256;
	size -= 2;
	in = malloc(size ? size : 1);
	out = malloc(out_size);
	if (!in || !out)
		abort();
	memcpy(in, data + 2, size);
	r = xpress_decompress(in, size, out, out_size);
	if (r && r != -EBADMSG)
		abort();
	free(in);
	free(out);
	return 0;
}
