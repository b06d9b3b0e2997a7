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
#define HUFFMAN_MAX_TABLE_BITS 12
#define HUFFMAN_INVALID        UINT32_C(0xffff)

struct huffman {
	// symbol << 4 | length; 0 when the code is longer than the table's bits
	uint16_t table[1 << HUFFMAN_MAX_TABLE_BITS];
	// the first 16-bit value above all codes of a length and those shorter
	uint32_t limit[HUFFMAN_MAX_LENGTH + 1];
	// what to add to a code of this length for its index in sorted; often
	// negative, as shorter codes take more values than there are of them
	int32_t base[HUFFMAN_MAX_LENGTH + 1];
	uint16_t sorted[HUFFMAN_MAX_SYMBOLS];
};

enum huffman_kind { HUFFMAN_COMPLETE, HUFFMAN_EMPTY, HUFFMAN_BAD };

// Builds a code from its symbols' lengths (0: unused; at most 16).
// Returns what kind of code it is. An empty one decodes to HUFFMAN_INVALID, a
// bad one (too many or too few codes) may not be used.
enum huffman_kind huffman_build(struct huffman *h, const uint8_t *lengths,
				unsigned symbols, unsigned table_bits);

// Finds a code longer than the table's bits at the top of buf.
// Returns symbol << 8 | length.
uint32_t huffman_find_long(const struct huffman *h, uint64_t buf,
			   unsigned table_bits);

// Takes one symbol; 16 bits are ready. table_bits as for huffman_build.
// Returns the symbol.
static inline uint32_t huffman_take(const struct huffman *h, struct bits *b,
				    unsigned table_bits)
{
	uint32_t found = h->table[b->buf >> (64 - table_bits)];

	if (__builtin_expect(found != 0, 1)) {
		bits_drop(b, found & 15);
		return found >> 4;
	}
	found = huffman_find_long(h, b->buf, table_bits);
	bits_drop(b, found & 0xff);
	return found >> 8;
}

#endif
