// SPDX-License-Identifier: MIT
#include "test.h"

// Bit by bit, by the definition.
static uint32_t slow(uint32_t polynomial, uint32_t crc, const uint8_t *p,
		     size_t len)
{
	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
	}
	return ~crc;
}

// Every length around whole words, from every alignment, from the start and
// going on.
static void check_lengths(void)
{
	uint8_t data[300];
	uint64_t state = 1;

	for (size_t i = 0; i < sizeof(data); i++) {
		state = state * UINT64_C(6364136223846793005) + 1;
		data[i] = (uint8_t)(state >> 56);
	}
	for (size_t off = 0; off < 9; off++)
		for (size_t n = 0; n < 280; n++) {
			uint32_t start = n % 3 ? 0xdeadbeef : 0;
			uint32_t c = slow(0x82f63b78, start, data + off, n);

			check_eq(crc32c_update(start, data + off, n), c);
			check_eq(crc32c_portable(start, data + off, n), c);
			check_eq(crc32_update(start, data + off, n),
				 slow(0xedb88320, start, data + off, n));
		}
}

int main(void)
{
	// the check values of both polynomials, over "123456789"
	check_eq(crc32_update(0, "123456789", 9), 0xcbf43926);
	check_eq(crc32c_update(0, "123456789", 9), 0xe3069283);
	check_eq(crc32_update(crc32_update(0, "1234", 4), "56789", 5),
		 0xcbf43926);
	check_eq(crc32_update(0, "", 0), 0);
	check_lengths();
	return 0;
}
