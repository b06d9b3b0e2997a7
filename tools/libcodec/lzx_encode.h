// SPDX-License-Identifier: MIT
//
// What the parts of LZX's encoder share: blocks of a chunk are found with their
// matches (lzx_encode.c), parsed into items (lzx_parse.c) and written (lzx_write.c).

#ifndef CODEC_LZX_ENCODE_H
#define CODEC_LZX_ENCODE_H

#include "finder.h"
#include "codec.h"
#include "lzx.h"

// An item is a literal or a match: its length, above an offset as LZX adjusts it
// (0 to 2: a recent one, others are 2 more) or, with length 1, the literal.
#define ITEM_LENGTH_SHIFT 22
#define ITEM_VALUE_MASK   ((UINT32_C(1) << ITEM_LENGTH_SHIFT) - 1)

_Static_assert(ITEM_LENGTH_SHIFT == MATCH_LENGTH_SHIFT, "same place");

// A block is ended at this size at the latest; how much it then may be over is up
// to the longest match.
#define LZX_BLOCK_SOFT 65536u
#define LZX_BLOCK_MAX  (LZX_BLOCK_SOFT + LZX_MAX_MATCH)

// So many ways are compared at once; where they are, there is room behind.
#define LZX_LANES 8

// The recent offsets in one number, the first lowest.
#define QUEUE_BITS 21
#define QUEUE_MASK ((UINT64_C(1) << QUEUE_BITS) - 1)
#define QUEUE_START                                                            \
	(1 | UINT64_C(1) << QUEUE_BITS | UINT64_C(1) << 2 * QUEUE_BITS)

// How often each symbol comes in a block, and the code made of that.
struct lzx_counts {
	uint32_t main[LZX_MAX_MAIN_SYMBOLS];
	uint32_t length[LZX_LENGTH_SYMBOLS];
	uint32_t aligned[LZX_ALIGNED_SYMBOLS];
};

struct lzx_lengths {
	uint8_t main[LZX_MAX_MAIN_SYMBOLS];
	uint8_t length[LZX_LENGTH_SYMBOLS];
	uint8_t aligned[LZX_ALIGNED_SYMBOLS];
};

// Where the output goes: 16-bit units, each from its highest bit down.
struct lzx_output {
	uint8_t *next, *end;
	uint64_t held; // the last `bits` bits wait
	unsigned bits;
};

// One block: items in order, and what they stand for.
struct lzx_block_items {
	const uint32_t *items;
	size_t count;
	const uint8_t *data; // translated
	size_t size;
	uint64_t queue; // recent offsets before it; behind it, to be written
};

// Costs in 1/64 bit.
struct lzx_costs {
	uint32_t literal[LZX_LITERALS];
	// of a match by its slot and length, with the offset's further bits
	uint32_t match[LZX_MAX_SLOTS][LZX_MAX_MATCH + 1 + LZX_LANES];
	int32_t aligned[LZX_ALIGNED_SYMBOLS]; // above or below three bits
};

struct lzx_encoder {
	unsigned order, main_symbols;
	bool is_narrow, has_trees, has_avx2;
	unsigned passes; // of the parser
	struct finder finder;
	uint8_t *data; // the chunk with its calls translated
	// matches of the block's places: their number, and they
	uint32_t *cache, *cache_end;
	// the cheapest way to each place: its cost, last item, recent offsets
	int32_t *way_costs;
	uint32_t *way_items;
	uint64_t *queues;
	uint32_t *items;
	struct lzx_costs costs;
	struct lzx_counts counts;
	struct lzx_lengths lengths[2]; // of this block and of the one before
	unsigned current;              // which is this block's
	uint32_t main_codes[LZX_MAX_MAIN_SYMBOLS];
	uint32_t length_codes[LZX_LENGTH_SYMBOLS];
	uint32_t aligned_codes[LZX_ALIGNED_SYMBOLS];
};

// Returns the slot of an adjusted offset.
static inline unsigned lzx_slot(uint32_t value)
{
	unsigned top;

	if (value < 4)
		return value;
	if (value >= UINT32_C(1) << 18)
		return 34 + (value >> 17);
	top = 31 - (unsigned)__builtin_clz(value);
	return 2 * top + (value >> (top - 1) & 1);
}

// Returns the recent offsets after an item.
static inline uint64_t lzx_queue_after(uint64_t queue, uint32_t item)
{
	uint32_t value = item & ITEM_VALUE_MASK;
	unsigned shift = value * QUEUE_BITS;
	uint64_t swap;

	if (item >> ITEM_LENGTH_SHIFT == 1)
		return queue;
	if (value >= LZX_RECENT)
		return (queue << QUEUE_BITS | (value - LZX_OFFSET_ADJUSTMENT)) &
		       ~(UINT64_C(1) << 63);
	swap = (queue ^ queue >> shift) & QUEUE_MASK;
	return queue ^ (swap | swap << shift);
}

// Counts an item's symbols.
static inline void lzx_count_item(struct lzx_counts *c, uint32_t item)
{
	uint32_t value = item & ITEM_VALUE_MASK;
	unsigned len = item >> ITEM_LENGTH_SHIFT, slot, header;

	if (len == 1) {
		c->main[value]++;
		return;
	}
	slot = lzx_slot(value);
	header = len - LZX_MIN_MATCH;
	if (header >= LZX_LENGTH_HEADERS - 1) {
		c->length[header - (LZX_LENGTH_HEADERS - 1)]++;
		header = LZX_LENGTH_HEADERS - 1;
	}
	c->main[LZX_LITERALS + slot * LZX_LENGTH_HEADERS + header]++;
	if (slot >= LZX_FIRST_ALIGNED_SLOT)
		c->aligned[value & 7]++;
}

// Parses a block whose matches are in the cache and whose data, size and recent
// offsets before it are given, and counts its symbols: e->counts.
void lzx_parse(struct lzx_encoder *e, struct lzx_block_items *block);

// Writes a block in its smallest form. Returns false when it does not fit.
bool lzx_write_block(struct lzx_encoder *e, struct lzx_output *out,
		     const struct lzx_block_items *block);

// Writes what is held, the last unit filled up.
void lzx_write_end(struct lzx_output *out);

#endif
