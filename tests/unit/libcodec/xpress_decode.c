// SPDX-License-Identifier: MIT
//
// XPRESS: a chunk made by hand of literals alone, the same cut off at every
// byte, and codes that are none. Matches are judged by what wimlib compressed.

#include "test.h"
#include "codec.h"

// "abcdefghijklmnopqrstuvwxyz": each letter has a code of 5 bits but six of 4,
// made here as canonical lengths; the codes follow.
static size_t letters(uint8_t chunk[300])
{
	uint32_t code = 0, held = 0;
	unsigned bits = 0;
	size_t at = 256;

	memset(chunk, 0, 300);
	// 'a'..'f' have 4 bits, 'g'..'z' 5: 6/16 + 20/32 = 1
	for (int c = 'a'; c <= 'z'; c++)
		chunk[c / 2] |= (uint8_t)((c <= 'f' ? 4 : 5) << (c % 2 * 4));
	for (int c = 'a'; c <= 'z'; c++) {
		unsigned n = c <= 'f' ? 4 : 5;

		if (c == 'g')
			code <<= 1;
		held = held << n | code++;
		bits += n;
		if (bits >= 16) {
			bits -= 16;
			chunk[at++] = (uint8_t)(held >> bits);
			chunk[at++] = (uint8_t)(held >> bits >> 8);
			held &= (1u << bits) - 1;
		}
	}
	held <<= 16 - bits;
	chunk[at++] = (uint8_t)held;
	chunk[at++] = (uint8_t)(held >> 8);
	return at;
}

int main(void)
{
	uint8_t chunk[300], out[64];
	size_t size = letters(chunk);

	check_eq(xpress_decompress(chunk, size, out, 26), 0);
	check(!memcmp(out, "abcdefghijklmnopqrstuvwxyz", 26));
	for (size_t n = 0; n < size; n++) {
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, chunk, n);
		check_eq(xpress_decompress(exact, n, out, 26), -EBADMSG);
		free(exact);
	}
	// more content wanted than there is
	check_eq(xpress_decompress(chunk, size, out, 64), -EBADMSG);
	// a code that is too full
	chunk[0] = 0x11;
	check_eq(xpress_decompress(chunk, size, out, 26), -EBADMSG);
	// an empty code
	memset(chunk, 0, 256);
	check_eq(xpress_decompress(chunk, size, out, 26), -EBADMSG);
	return 0;
}
