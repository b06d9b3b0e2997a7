// SPDX-License-Identifier: MIT
//
// Copying a match of LZ77 within the output, in steps as wide as the distance
// and the room behind allow.

#ifndef CODEC_MATCH_H
#define CODEC_MATCH_H

#include <string.h>

#include "base.h"

// The fast way may write this many bytes behind a match.
#define MATCH_SLACK 16

// Copies `length` bytes from `offset` before `out` to `out`. The caller has
// checked that offset is not before the output's begin; `room` (at least
// length) is what is left of the output.
static inline void match_copy(uint8_t *out, size_t room, size_t offset,
			      size_t length)
{
	const uint8_t *src = out - offset;
	uint8_t *end = out + length;

	if (__builtin_expect(room - length < MATCH_SLACK, 0)) {
		while (out < end)
			*out++ = *src++;
		return;
	}
	if (offset >= 16) {
		do {
			memcpy(out, src, 16);
			out += 16;
			src += 16;
		} while (out < end);
		return;
	}
	// What lies between src and out repeats: each step doubles it.
	while (offset < 8) {
		uint8_t pattern[8];

		memcpy(pattern, src, 8);
		memcpy(out, pattern, 8);
		if (out + offset >= end)
			return;
		out += offset;
		offset *= 2;
	}
	do {
		memcpy(out, src, 8);
		out += 8;
		src += 8;
	} while (out < end);
}

#endif
