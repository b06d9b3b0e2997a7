// SPDX-License-Identifier: MIT
//
// Codes made from counts: known ones, the limit, one symbol alone; and for
// random counts that each is complete, the best there is when the limit does
// not matter, and read by the decoder's tables.

#include "libcodec/huffman.h"
#include "libcodec/huffman_code.h"
#include "test.h"

static const struct {
	uint32_t counts[8];
	unsigned limit;
	uint8_t lengths[8];
} cases[] = {
	{{0}, 7, {0}},
	{{0, 0, 9}, 7, {1, 0, 1}},
	{{9}, 7, {1, 1}},
	{{1, 1}, 7, {1, 1}},
	{{5, 1, 0, 2}, 7, {1, 2, 0, 2}},
	{{1, 1, 1, 1, 1, 1, 1, 1}, 3, {3, 3, 3, 3, 3, 3, 3, 3}},
	{{1, 1, 2, 3, 5, 8, 13, 21}, 16, {7, 7, 6, 5, 4, 3, 2, 1}},
	{{1, 1, 2, 3, 5, 8, 13, 21}, 4, {4, 4, 4, 4, 4, 4, 3, 1}},
	{{1, 1, 2, 3, 5, 8, 13, 21}, 3, {3, 3, 3, 3, 3, 3, 3, 3}},
	{{HUFFMAN_CODE_MAX_COUNT, 1, 256, 65536}, 16, {1, 3, 3, 2}},
};

// What Huffman's algorithm promises, found the slow way: the sum of all counts
// that are joined.
static uint64_t least_cost(const uint32_t *counts, unsigned symbols)
{
	uint64_t heap[HUFFMAN_CODE_MAX_SYMBOLS], cost = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < symbols; i++)
		if (counts[i])
			heap[n++] = counts[i];
	for (; n > 1; n--) {
		for (unsigned k = 1; k <= 2; k++)
			for (unsigned i = 0; i < n - k; i++)
				if (heap[i] < heap[n - k]) {
					uint64_t v = heap[i];

					heap[i] = heap[n - k];
					heap[n - k] = v;
				}
		heap[n - 2] += heap[n - 1];
		cost += heap[n - 2];
	}
	return cost;
}

static void read_back(const uint8_t *lengths, const uint32_t *codes,
		      unsigned symbols)
{
	static struct huffman h;

	check_eq(huffman_build(&h, lengths, NULL, symbols, 7),
		 HUFFMAN_COMPLETE);
	for (unsigned i = 0; i < symbols; i++) {
		struct bits b = {.left = 64};

		if (!lengths[i])
			continue;
		b.buf = (uint64_t)codes[i] << (64 - lengths[i]);
		check_eq(huffman_take(&h, &b, 7), i);
		check_eq(b.left, 64 - lengths[i]);
	}
}

static void any_counts(unsigned symbols, unsigned spread)
{
	uint32_t counts[HUFFMAN_MAX_SYMBOLS], codes[HUFFMAN_MAX_SYMBOLS];
	uint8_t lengths[HUFFMAN_MAX_SYMBOLS];
	uint64_t cost = 0;

	for (unsigned i = 0; i < symbols; i++)
		counts[i] = (uint32_t)rand() %
			    (1u << (unsigned)rand() % (spread + 1));
	counts[0] = counts[symbols - 1] = 1;
	huffman_code_make(counts, symbols, 16, lengths, codes);
	read_back(lengths, codes, symbols);
	for (unsigned i = 0; i < symbols; i++) {
		check_eq(!counts[i], !lengths[i]);
		cost += (uint64_t)counts[i] * lengths[i];
	}
	// their sum is too small for codes of more than 16 bits
	if (spread < 4)
		check_eq(cost, least_cost(counts, symbols));
	check(cost >= least_cost(counts, symbols));
	huffman_code_make(counts, symbols, 10, lengths, codes);
	read_back(lengths, codes, symbols);
	for (unsigned i = 0; i < symbols; i++)
		check(lengths[i] <= 10);
}

int main(void)
{
	uint32_t codes[8];
	uint8_t lengths[8];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		huffman_code_make(cases[i].counts, 8, cases[i].limit, lengths,
				  codes);
		for (unsigned k = 0; k < 8; k++)
			check_eq(lengths[k], cases[i].lengths[k]);
	}
	for (unsigned spread = 0; spread <= 20; spread++)
		for (unsigned symbols = 2; symbols <= HUFFMAN_MAX_SYMBOLS;
		     symbols = symbols * 3 - 1)
			any_counts(symbols, spread);
	return 0;
}
