// SPDX-License-Identifier: MIT
//
// What LZX's decoder keeps, and what its Huffman tables give: lzx_decode.c reads
// blocks and their codes, lzx_symbols.c what lies behind them.

#ifndef CODEC_LZX_DECODE_H
#define CODEC_LZX_DECODE_H

#include "huffman.h"
#include "lzx.h"

#define LZX_MAIN_BITS    11
#define LZX_LENGTH_BITS  8
#define LZX_ALIGNED_BITS 7
#define LZX_PRE_BITS     6

#define LZX_ALIGNED_OFFSET_BITS 3 // the last ones of an offset

// What the main code gives for a symbol:
//
//     bits 0-5    bits of its code, and with LZX_QUICK those of the offset behind it
//     bits 8-15   the literal
//     bits 16-20  how many bytes it makes; LZX_LONG: a length follows
//     bits 21-26  the slot of the offset; of a literal 0, which changes nothing
#define LZX_QUICK        (UINT32_C(1) << 6)
#define LZX_LITERAL      (UINT32_C(1) << 7)
#define LZX_BYTE_SHIFT   8
#define LZX_LENGTH_SHIFT 16
#define LZX_LENGTH_MASK  31u
#define LZX_SLOT_SHIFT   21
#define LZX_LONG         (LZX_LENGTH_HEADERS - 1 + LZX_MIN_MATCH)

// The recent offsets in one number, the first lowest.
#define LZX_QUEUE_BITS 21
#define LZX_QUEUE_MASK ((UINT64_C(1) << LZX_QUEUE_BITS) - 1)

// What a slot of offsets means in one kind of blocks.
struct lzx_slot {
	uint64_t is_new; // all bits, or none: a recent one
	uint32_t shift;  // where that is in the queue
	uint32_t base;   // the offset whose further bits are 0
	uint32_t mask;   // of the further bits, less an aligned symbol's
	uint32_t bits;   // how many those are
	uint64_t is_aligned;
};

struct lzx_decoder {
	unsigned order, main_symbols;
	struct huffman main, length, aligned, pre;
	uint8_t main_lengths[LZX_MAX_MAIN_SYMBOLS];
	uint8_t length_lengths[LZX_LENGTH_SYMBOLS];
	// of verbatim and of aligned blocks
	struct lzx_slot slots[2][LZX_MAX_SLOTS];
	// what the main code gives in verbatim and in aligned blocks
	uint32_t values[2][LZX_MAX_MAIN_SYMBOLS];
	bool has_bmi2;
};

struct lzx_written {
	uint8_t *start, *at, *end;
};

// Where a block is: what the loops below keep in registers.
struct lzx_cursor {
	struct lzx_written o;
	struct bits b;
	uint64_t queue;
};

// Decodes the symbols of a block whose codes are there, up to c->o.end. `limit` is the
// chunk's end. Returns false when they are corrupt.
bool lzx_decode_symbols(const struct lzx_decoder *d, struct lzx_cursor *c,
			const uint8_t *limit, bool is_aligned);

#endif
