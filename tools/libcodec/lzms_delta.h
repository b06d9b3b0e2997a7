// SPDX-License-Identifier: MIT
//
// Finding delta matches: bytes that differ from those `span` before them as
// those at an offset do. Places are found by a hash of three such differences.

#ifndef CODEC_LZMS_DELTA_H
#define CODEC_LZMS_DELTA_H

#include "base.h"

// Longer spans are hardly ever worth the time.
#define LZMS_DELTA_POWERS    6
#define LZMS_DELTA_MIN_MATCH 3
#define LZMS_DELTA_HASH_BITS 12

// A span's power and an offset in spans as one number.
#define LZMS_DELTA_POWER_SHIFT 29
#define LZMS_DELTA_MAX_OFFSET  ((UINT32_C(1) << LZMS_DELTA_POWER_SHIFT) - 1)

struct lzms_delta {
	// places plus one; 0: none
	uint32_t last[LZMS_DELTA_POWERS][1 << LZMS_DELTA_HASH_BITS];
};

static inline uint32_t lzms_delta_source(unsigned power, uint32_t offset)
{
	return (uint32_t)power << LZMS_DELTA_POWER_SHIFT | offset;
}

// Subtracts eight bytes from eight others, each by itself.
static inline uint64_t lzms_differences(uint64_t a, uint64_t b)
{
	const uint64_t high = UINT64_C(0x8080808080808080);

	return ((a | high) - (b & ~high)) ^ ((a ^ ~b) & high);
}

// Returns how many bytes at `at`, up to max, are those of a delta match. A
// source that begins before the data has none.
static inline uint32_t lzms_delta_length(const uint8_t *data, uint32_t at,
					 uint32_t source, uint32_t max)
{
	unsigned power = source >> LZMS_DELTA_POWER_SHIFT;
	ptrdiff_t span = (ptrdiff_t)1 << power;
	uint64_t offset = (uint64_t)(source & LZMS_DELTA_MAX_OFFSET) << power;
	const uint8_t *here = data + at, *there = here - offset;
	uint32_t n = 0;

	if (offset + (uint64_t)span > at)
		return 0;
	for (; max - n >= 8; n += 8) {
		uint64_t differ = lzms_differences(load_le64(here + n),
						   load_le64(here + n - span)) ^
				  lzms_differences(load_le64(there + n),
						   load_le64(there + n - span));

		if (differ)
			return n + (uint32_t)__builtin_ctzll(differ) / 8;
	}
	while (n < max && (uint8_t)(here[n] - here[n - span]) ==
				  (uint8_t)(there[n] - there[n - span]))
		n++;
	return n;
}

// Enters a place, and finds for each power the place before that has its hash,
// as a source of a delta match, or 0. There are 4 bytes at `at`.
void lzms_delta_next(struct lzms_delta *d, const uint8_t *data, uint32_t at,
		     uint32_t sources[LZMS_DELTA_POWERS]);

#endif
