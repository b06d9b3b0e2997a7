// SPDX-License-Identifier: MIT
//
// Canonical Huffman codes as XPRESS, LZX and LZMS use them: codes of one length are
// consecutive in the order of symbols, shorter ones come first.
//
// Short codes are found by one lookup. Long ones, which are rare, by comparing
// with the end of each length's range.

#ifndef CODEC_HUFFMAN_H
#define CODEC_HUFFMAN_H

#include "bits.h"

#define HUFFMAN_MAX_SYMBOLS    799 // LZMS' offsets
#define HUFFMAN_MAX_LENGTH     16
#define HUFFMAN_MAX_TABLE_BITS 11

// What a code decodes to is one number, ready for the decoder's hot loop: the
// value of its symbol plus the code's length, whose bits are the low six. A value
// may have bits of those itself: what follows the code and is taken with it.
#define HUFFMAN_LENGTH_BITS 6
#define HUFFMAN_LENGTH_MASK 63u
#define HUFFMAN_INVALID     UINT32_C(0x3ffffff) // as symbol of an empty code

struct huffman {
	uint32_t table[1 << HUFFMAN_MAX_TABLE_BITS]; // 0: a longer code
	// the first 16-bit value above all codes of a length and those shorter
	uint32_t limit[HUFFMAN_MAX_LENGTH + 1];
	// what to add to a code of this length for its index in sorted; often
	// negative, as shorter codes take more values than there are of them
	int32_t base[HUFFMAN_MAX_LENGTH + 1];
	uint32_t sorted[HUFFMAN_MAX_SYMBOLS]; // values, in the order of codes
};

enum huffman_kind { HUFFMAN_COMPLETE, HUFFMAN_EMPTY, HUFFMAN_BAD };

// Builds a code from its symbols' lengths (0: unused; at most 16) and values;
// NULL: their numbers, above the six bits.
// Returns what kind of code it is. An empty one decodes to HUFFMAN_INVALID, a
// bad one (too many or too few codes) may not be used.
enum huffman_kind huffman_build(struct huffman *h, const uint8_t *lengths,
				const uint32_t *values, unsigned symbols,
				unsigned table_bits);

// Finds a code longer than the table's bits at the top of buf.
// Returns its value and length.
uint32_t huffman_find_long(const struct huffman *h, uint64_t buf,
			   unsigned table_bits);

// Finds the code at the top of buf, of which 16 bits are ready. table_bits as for
// huffman_build. Returns its value and length.
static inline uint32_t huffman_find(const struct huffman *h, uint64_t buf,
				    unsigned table_bits)
{
	uint32_t found = h->table[buf >> (64 - table_bits)];

	if (__builtin_expect(found != 0, 1))
		return found;
	return huffman_find_long(h, buf, table_bits);
}

// Takes one symbol of a code without values of its own; 16 bits are ready.
// Returns the symbol.
static inline uint32_t huffman_take(const struct huffman *h, struct bits *b,
				    unsigned table_bits)
{
	uint32_t found = huffman_find(h, b->buf, table_bits);

	bits_drop(b, found & HUFFMAN_LENGTH_MASK);
	return found >> HUFFMAN_LENGTH_BITS;
}

#endif
