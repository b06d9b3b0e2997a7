// SPDX-License-Identifier: MIT
//
// Canonical codes: which sets of lengths make one, and that each code decodes
// to its symbol, short or long.

#include "libcodec/huffman.h"
#include "test.h"

static const struct {
	uint8_t lengths[8];
	enum huffman_kind kind;
} cases[] = {
	{{0}, HUFFMAN_EMPTY},
	{{1, 1}, HUFFMAN_COMPLETE},
	{{1}, HUFFMAN_BAD},
	{{1, 2, 2}, HUFFMAN_COMPLETE},
	{{1, 1, 1}, HUFFMAN_BAD},
	{{1, 2, 3}, HUFFMAN_BAD},
	{{3, 3, 3, 3, 3, 3, 3, 3}, HUFFMAN_COMPLETE},
	{{16, 16}, HUFFMAN_BAD},
};

// One code of each length 1 to 15 and two of 16: the k-th begins with k ones.
static void long_codes(unsigned table_bits)
{
	struct huffman h;
	uint8_t lengths[17];

	for (unsigned i = 0; i < 16; i++)
		lengths[i] = (uint8_t)(i + 1);
	lengths[16] = 16;
	check_eq(huffman_build(&h, lengths, NULL, 17, table_bits),
		 HUFFMAN_COMPLETE);
	for (unsigned i = 0; i < 17; i++) {
		struct bits b = {.left = 64};

		b.buf = i ? ~UINT64_C(0) << (64 - i) : 0;
		check_eq(huffman_take(&h, &b, table_bits), i);
		check_eq(b.left, 64 - lengths[i]);
	}
}

int main(void)
{
	struct huffman h;
	struct bits b = {.left = 64};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_eq(huffman_build(&h, cases[i].lengths, NULL, 8, 7),
			 cases[i].kind);
	for (unsigned bits = 6; bits <= HUFFMAN_MAX_TABLE_BITS; bits++)
		long_codes(bits);
	memset(&h, 0xff, sizeof(h));
	check_eq(huffman_build(&h, cases[0].lengths, NULL, 8, 7),
		 HUFFMAN_EMPTY);
	check_eq(huffman_take(&h, &b, 7), HUFFMAN_INVALID);
	return 0;
}
