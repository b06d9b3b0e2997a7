// SPDX-License-Identifier: MIT
//
// XPRESS, the LZ77+Huffman form ([MS-XCA] 2.1): 512 code lengths of four bits,
// then symbols. Below 256 a symbol is a literal; above, its low four bits hold
// the length of a match and the next four how many bits its offset has.

#include "huffman.h"
#include "match.h"
#include "codec.h"

#define SYMBOLS     512
#define LENGTHS     (SYMBOLS / 2) // bytes
#define MIN_MATCH   3
#define TABLE_BITS  11
#define LONG_LENGTH 15 // more bytes with the length follow

// A chunk has no place of its own to tell: who knows where it lies does.
static int corrupt(void)
{
	return err_corrupt(NULL, "XPRESS chunk", ERR_NOWHERE, "it is corrupt");
}

static enum huffman_kind read_code(const uint8_t *in, struct huffman *h)
{
	uint8_t lengths[SYMBOLS];

	for (size_t i = 0; i < LENGTHS; i++) {
		lengths[2 * i] = in[i] & 15;
		lengths[2 * i + 1] = in[i] >> 4;
	}
	return huffman_build(h, lengths, NULL, SYMBOLS, TABLE_BITS);
}

// A long length lies in bytes of its own, where a reader stands that always
// holds 16 to 31 bits ([MS-XCA] 2.2). Three bytes do: what needs a longer form
// would not fit into a chunk of 64 KiB. Returns it, or 0 when it is not valid.
static __attribute__((noinline)) size_t read_long_length(struct bits *b)
{
	size_t length;

	bits_give_back(b, 16 | (b->left & 15));
	if (b->padding || b->next == b->end)
		return 0;
	length = *b->next++;
	if (length < 255)
		return LONG_LENGTH + length;
	if (b->end - b->next < 2)
		return 0;
	length = (size_t)b->next[0] | (size_t)b->next[1] << 8;
	b->next += 2;
	return length < LONG_LENGTH ? 0 : length;
}

int xpress_decompress(const void *in, size_t in_size, void *out,
		      size_t out_size)
{
	uint8_t *start = out, *p = out, *end = start + out_size;
	struct huffman code;
	struct bits b;

	if (in_size < LENGTHS || read_code(in, &code) != HUFFMAN_COMPLETE)
		return corrupt();
	bits_start(&b, (const uint8_t *)in + LENGTHS, in_size - LENGTHS);
	// The end is known by the size, so symbol 256, with which an encoder
	// may mark it, is not waited for. One refill of 48 bits does for two
	// symbols and an offset, 15 bits each.
	while (p < end) {
		uint32_t symbol;
		size_t length, offset;
		unsigned offset_bits;

		bits_refill(&b);
		symbol = huffman_take(&code, &b, TABLE_BITS);
		if (symbol < 256) {
			*p++ = (uint8_t)symbol;
			if (p == end)
				break;
			symbol = huffman_take(&code, &b, TABLE_BITS);
			if (symbol < 256) {
				*p++ = (uint8_t)symbol;
				continue;
			}
		}
		offset_bits = symbol >> 4 & 15;
		length = symbol & 15;
		if (length == LONG_LENGTH) {
			// So that no address of b is taken and it stays in
			// registers.
			struct bits copy = b;

			length = read_long_length(&copy);
			if (!length)
				return corrupt();
			b = copy;
		}
		length += MIN_MATCH;
		offset = ((size_t)1 << offset_bits) +
			 bits_take(&b, offset_bits);
		if (offset > (size_t)(p - start) || length > (size_t)(end - p))
			return corrupt();
		match_copy(p, (size_t)(end - p), offset, length);
		p += length;
	}
	return bits_overrun(&b) ? corrupt() : 0;
}
