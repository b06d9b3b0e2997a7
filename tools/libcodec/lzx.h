// SPDX-License-Identifier: MIT
//
// What LZX's encoder and decoder both know of the format ([MS-PATCH] section 2),
// as WIM files use it: each chunk stands alone, the size of a block has one bit
// for "32768", and calls of x86 code (0xE8) are always translated, as for a file
// of 12,000,000 bytes.

#ifndef CODEC_LZX_H
#define CODEC_LZX_H

#include "base.h"

#define LZX_MIN_ORDER          15
#define LZX_MAX_ORDER          21
#define LZX_LITERALS           256
#define LZX_LENGTH_SYMBOLS     249
#define LZX_ALIGNED_SYMBOLS    8
#define LZX_PRE_SYMBOLS        20
#define LZX_LENGTH_HEADERS     8
#define LZX_MIN_MATCH          2
#define LZX_MAX_MATCH          257
#define LZX_MAX_SLOTS          50
#define LZX_MAX_MAIN_SYMBOLS   (LZX_LITERALS + LZX_MAX_SLOTS * LZX_LENGTH_HEADERS)
#define LZX_RECENT             3
#define LZX_OFFSET_ADJUSTMENT  2 // 0 to 2 are the recent ones: others are 2 more
#define LZX_FIRST_ALIGNED_SLOT 8 // the first with three bits or more
#define LZX_DEFAULT_BLOCK_SIZE 32768
#define LZX_MAX_CODE           16 // bits, of the main and the length code
#define LZX_MAX_ALIGNED_CODE   7
#define LZX_MAX_PRE_CODE       15

enum lzx_block {
	LZX_VERBATIM = 1,
	LZX_ALIGNED = 2,
	LZX_UNCOMPRESSED = 3,
};

// How code lengths are written: symbols of the code for them. 0 to 16 are the
// difference to the length before, modulo 17.
enum lzx_run {
	LZX_RUN_SHORT = 17, // of 4 to 19 unused symbols
	LZX_RUN_LONG = 18,  // of 20 to 51
	LZX_RUN_SAME = 19,  // of 4 or 5 symbols with the same difference
};

// Returns how many slots for offsets a window has.
static inline unsigned lzx_slots(unsigned order)
{
	static const uint8_t slots[] = {30, 32, 34, 36, 38, 42, 50};

	return slots[order - LZX_MIN_ORDER];
}

// Returns how many further bits an offset of this slot has: two slots have the
// same number, up to 17; from offset 2^18 on all slots are of that size.
static inline unsigned lzx_slot_bits(unsigned slot)
{
	unsigned n = slot < 4 ? 0 : slot / 2 - 1;

	return n < 17 ? n : 17;
}

// Makes operands of calls in a chunk absolute, and relative again.
void lzx_calls_translate(uint8_t *data, size_t size);
void lzx_calls_restore(uint8_t *data, size_t size);

#endif
