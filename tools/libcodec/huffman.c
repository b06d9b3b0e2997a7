// SPDX-License-Identifier: MIT
//
// Building canonical Huffman codes ([MS-XCA] 2.1.4.2, [MS-PATCH] 2.7).

#include "huffman.h"

// Fills the lookup table for the codes that fit; `sorted` is ready. In
// canonical order the codes fill it from the front without gaps, each once for
// every value of the bits behind it. What is left belongs to longer codes: 0,
// which no entry is, as no length is.
static void fill_table(struct huffman *h, const unsigned *count,
		       unsigned table_bits)
{
	const uint16_t *symbol = h->sorted;
	uint16_t *out = h->table, *end = h->table + (1u << table_bits);

	for (unsigned len = 1; len <= table_bits; len++) {
		size_t copies = (size_t)1 << (table_bits - len);

		for (unsigned i = 0; i < count[len]; i++) {
			uint16_t entry = (uint16_t)(*symbol++ << 4 | len);

			for (size_t k = 0; k < copies; k++)
				*out++ = entry;
		}
	}
	memset(out, 0, (size_t)(end - out) * sizeof(*out));
}

enum huffman_kind huffman_build(struct huffman *h, const uint8_t *lengths,
				unsigned symbols, unsigned table_bits)
{
	unsigned count[HUFFMAN_MAX_LENGTH + 1] = {0};
	unsigned place[HUFFMAN_MAX_LENGTH + 1];
	uint32_t code = 0;
	unsigned used = 0;

	for (unsigned i = 0; i < symbols; i++)
		count[lengths[i]]++;
	count[0] = 0;
	h->limit[0] = 0;
	for (unsigned len = 1; len <= HUFFMAN_MAX_LENGTH; len++) {
		uint32_t range = (uint32_t)count[len]
				 << (HUFFMAN_MAX_LENGTH - len);

		place[len] = used;
		h->base[len] = (int32_t)used -
			       (int32_t)(code >> (HUFFMAN_MAX_LENGTH - len));
		used += count[len];
		code += range;
		h->limit[len] = code;
	}
	// A code must use its space up exactly: with too many symbols two share
	// bits, with too few some bits mean nothing and would decode to
	// rubbish. [MS-XCA] 2.2 has the decoder refuse it, too.
	if (code != 1u << HUFFMAN_MAX_LENGTH && used)
		return HUFFMAN_BAD;
	for (unsigned i = 0; i < symbols; i++)
		if (lengths[i])
			h->sorted[place[lengths[i]]++] = (uint16_t)i;
	fill_table(h, count, table_bits);
	return used ? HUFFMAN_COMPLETE : HUFFMAN_EMPTY;
}

uint32_t huffman_find_long(const struct huffman *h, uint64_t buf,
			   unsigned table_bits)
{
	uint32_t v = (uint32_t)(buf >> (64 - HUFFMAN_MAX_LENGTH));

	for (unsigned len = table_bits + 1; len <= HUFFMAN_MAX_LENGTH; len++) {
		if (v < h->limit[len]) {
			uint32_t code = v >> (HUFFMAN_MAX_LENGTH - len);

			return (uint32_t)h->sorted[h->base[len] + (int32_t)code]
				       << 8 |
			       len;
		}
	}
	return HUFFMAN_INVALID << 8;
}
