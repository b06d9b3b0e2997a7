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
	const uint32_t *value = h->sorted;
	uint32_t *out = h->table, *end = h->table + (1u << table_bits);

	for (unsigned len = 1; len <= table_bits; len++) {
		size_t copies = (size_t)1 << (table_bits - len);

		for (unsigned i = 0; i < count[len]; i++) {
			uint32_t entry = *value++ + len;

			if (copies < 4) {
				out[0] = out[copies - 1] = entry;
				out += copies;
				continue;
			}
			for (size_t k = 0; k < copies; k += 4, out += 4)
				out[0] = out[1] = out[2] = out[3] = entry;
		}
	}
	memset(out, 0, (size_t)(end - out) * sizeof(*out));
}

// Counts how many codes there are of each length: by turns, as most lengths
// follow an equal one, whose count would have to be waited for.
static void count_lengths(const uint8_t *lengths, unsigned symbols,
			  unsigned *count)
{
	unsigned odd[HUFFMAN_MAX_LENGTH + 1] = {0};
	unsigned i = 0;

	for (; i + 2 <= symbols; i += 2) {
		count[lengths[i]]++;
		odd[lengths[i + 1]]++;
	}
	if (i < symbols)
		count[lengths[i]]++;
	count[0] = 0;
	for (unsigned len = 1; len <= HUFFMAN_MAX_LENGTH; len++)
		count[len] += odd[len];
}

enum huffman_kind huffman_build(struct huffman *h, const uint8_t *lengths,
				const uint32_t *values, unsigned symbols,
				unsigned table_bits)
{
	unsigned count[HUFFMAN_MAX_LENGTH + 1] = {0};
	unsigned place[HUFFMAN_MAX_LENGTH + 1];
	uint32_t code = 0;
	unsigned used = 0;

	count_lengths(lengths, symbols, count);
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
			h->sorted[place[lengths[i]]++] =
				values ? values[i] : i << HUFFMAN_LENGTH_BITS;
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

			return h->sorted[h->base[len] + (int32_t)code] + len;
		}
	}
	return HUFFMAN_INVALID << HUFFMAN_LENGTH_BITS;
}
