// SPDX-License-Identifier: MIT
//
// Calls of x86 code in LZX ([MS-PATCH] 2.4.3): 0xE8 and four bytes, relative to
// where they are. Programs call the same function from many places, which makes
// the same bytes of them once they are absolute.

#include <emmintrin.h>

#include "lzx.h"

#define CALL              0xe8
#define TRANSLATED_SIZE   12000000
#define UNTOUCHED         10 // the last bytes are never translated
#define INSTRUCTION_BYTES 5

// Returns the first call in [p, end), or end.
static uint8_t *find_call(uint8_t *p, const uint8_t *end)
{
	const __m128i call = _mm_set1_epi8((char)CALL);

	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		int found = _mm_movemask_epi8(_mm_cmpeq_epi8(v, call));

		if (found)
			return p + __builtin_ctz((unsigned)found);
	}
	while (p < end && *p != CALL)
		p++;
	return p;
}

// Those are made absolute that point into a file of TRANSLATED_SIZE; others are
// left alone, as most 0xE8 in data are no calls. The operands just below the size
// become negative ones, so that each has its own. An 0xE8 inside of an operand is
// not looked at.
void lzx_calls_translate(uint8_t *data, size_t size)
{
	uint8_t *p = data, *end;

	if (size <= UNTOUCHED)
		return;
	end = data + size - UNTOUCHED;
	while ((p = find_call(p, end)) < end) {
		int32_t at = (int32_t)(p - data);
		int32_t target = (int32_t)load_le32(p + 1);

		if (target >= -at && target < TRANSLATED_SIZE - at)
			target += at;
		else if (target >= TRANSLATED_SIZE - at &&
			 target < TRANSLATED_SIZE)
			target -= TRANSLATED_SIZE;
		store_le32(p + 1, (uint32_t)target);
		p += INSTRUCTION_BYTES;
	}
}

void lzx_calls_restore(uint8_t *data, size_t size)
{
	uint8_t *p = data, *end;

	if (size <= UNTOUCHED)
		return;
	end = data + size - UNTOUCHED;
	while ((p = find_call(p, end)) < end) {
		int32_t at = (int32_t)(p - data);
		int32_t target = (int32_t)load_le32(p + 1);

		if (target >= 0 && target < TRANSLATED_SIZE)
			target -= at;
		else if (target < 0 && target >= -at)
			target += TRANSLATED_SIZE;
		store_le32(p + 1, (uint32_t)target);
		p += INSTRUCTION_BYTES;
	}
}
