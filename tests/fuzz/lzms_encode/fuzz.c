// SPDX-License-Identifier: MIT
//
// LZMS' encoder: one byte chooses the level, one how often the rest is repeated as
// content.

#include "fuzz/codec_round.h"

#define MAX_SIZE 32768

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *content;

	if (size < 6)
		return 0;
	content = repeat(data + 2, size - 2, 1 + data[1] % 64, MAX_SIZE, &size);
	both_ways(CODEC_LZMS, size, data[0] % CODEC_LEVELS, content, size);
	free(content);
	return 0;
}
