// SPDX-License-Identifier: MIT
//
// The version resource of a program, wherever it lies.

#include "libbcdboot/bcdboot_priv.h"
#include "test.h"

// The block with its key, and the version 6.3.
static size_t put_block(uint8_t *p, uint8_t signature)
{
	static const char key[] = "VS_VERSION_INFO";
	static const uint8_t value[] = {0xbd, 4, 0xef, 0xfe, 0, 0,
					1,    0, 3,    0,    6, 0};

	memset(p, 0, 0x28);
	for (size_t i = 0; i < sizeof(key); i++)
		p[6 + 2 * i] = (uint8_t)key[i];
	memcpy(p + 0x28, value, sizeof(value));
	p[0x28] ^= signature;
	return 0x28 + sizeof(value);
}

int main(void)
{
	uint8_t data[512] = {0};
	size_t n;

	check_eq(bcdboot_file_version(NULL, 0), 0);
	check_eq(bcdboot_file_version(data, sizeof(data)), 0);
	n = put_block(data, 0);
	check_eq(bcdboot_file_version(data, n), 0x0603);
	for (size_t cut = 0; cut < n; cut++)
		check_eq(bcdboot_file_version(data, cut), 0);
	// at an odd place, after one that is none
	memset(data, 0, sizeof(data));
	put_block(data + 1, 1);
	n = put_block(data + 101, 0);
	check_eq(bcdboot_file_version(data, 101 + n), 0x0603);
	// the key without what must be before it
	put_block(data, 0);
	check_eq(bcdboot_file_version(data + 6, 80), 0);
	return 0;
}
