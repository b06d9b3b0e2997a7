// SPDX-License-Identifier: MIT
//
// Making a canonical Huffman code of limited length from how often each symbol
// comes, as encoders (and formats whose codes adapt) need it.

#ifndef CODEC_HUFFMAN_CODE_H
#define CODEC_HUFFMAN_CODE_H

#include "base.h"

#define HUFFMAN_CODE_MAX_SYMBOLS 1024
#define HUFFMAN_CODE_MAX_COUNT   ((UINT32_C(1) << 22) - 1)
#define HUFFMAN_CODE_MAX_LENGTH  16

// Makes a code for `symbols` symbols (2 to HUFFMAN_CODE_MAX_SYMBOLS) that come
// as often as `counts` says (each up to HUFFMAN_CODE_MAX_COUNT), no code longer
// than `limit` bits (at most HUFFMAN_CODE_MAX_LENGTH, and enough for so many
// symbols). lengths[i] becomes the bits of symbol i, 0 when it never comes;
// codes[i] those bits, the last one lowest. Of symbols that come equally often
// the higher ones get the shorter codes. A code is complete, or empty when
// nothing comes: when it is one symbol alone, another gets a code as well.
void huffman_code_make(const uint32_t *counts, unsigned symbols, unsigned limit,
		       uint8_t *lengths, uint32_t *codes);

// The same for who needs the lengths alone.
void huffman_code_lengths(const uint32_t *counts, unsigned symbols,
			  unsigned limit, uint8_t *lengths);

// Gives the codes that belong to lengths of a complete or empty code.
void huffman_code_assign(const uint8_t *lengths, unsigned symbols,
			 uint32_t *codes);

#endif
