// SPDX-License-Identifier: MIT
//
// A VHDX's metadata: the input is the first 256 bytes of the table of a good
// disk, then its items.

#include "fuzz/vhdx_part.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t region[2 * VHDX_TABLE_SIZE];

	if (size < 256 || size > 256 + VHDX_TABLE_SIZE)
		return 0;
	memset(region, 0, sizeof(region));
	memcpy(region, data, 256);
	memcpy(region, "metadata", 8);
	memcpy(region + VHDX_TABLE_SIZE, data + 256, size - 256);
	CHECK(!disk_write(template(), META_AT, region, sizeof(region), NULL));
	try_template();
	return 0;
}
