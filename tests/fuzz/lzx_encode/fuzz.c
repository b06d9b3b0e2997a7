// SPDX-License-Identifier: MIT
//
// LZX's encoder: one byte chooses window and level, one how often the rest is
// repeated as content.

#include "fuzz/codec_round.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned order;
	uint8_t *content;

	if (size < 3)
		return 0;
	order = 15 + data[0] / CODEC_LEVELS % 7;
	content = repeat(data + 2, size - 2, 1 + data[1] % 64, (size_t)1 << 15,
			 &size);
	// the window is that of the largest chunk
	both_ways(CODEC_LZX, (size_t)1 << order, data[0] % CODEC_LEVELS,
		  content, size);
	free(content);
	return 0;
}
