// SPDX-License-Identifier: MIT
//
// A VHDX's region table: the input is that of a good disk, with magic and
// checksum made right.

#include "fuzz/vhdx_part.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t table[VHDX_TABLE_SIZE];
	le32 sum;

	if (size > sizeof(table))
		return 0;
	memset(table, 0, sizeof(table));
	memcpy(table, data, size);
	memcpy(table, "regi", 4);
	sum = to_le32(vhdx_checksum(table, sizeof(table)));
	memcpy(table + 4, &sum, sizeof(sum));
	CHECK(!disk_write(template(), VHDX_REGION_1, table, sizeof(table),
			  NULL));
	try_template();
	return 0;
}
