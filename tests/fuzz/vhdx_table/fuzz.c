// SPDX-License-Identifier: MIT
//
// A VHDX's block table: the input is that of a good disk of three blocks.

#include "fuzz/vhdx_part.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t table[4096];

	if (size > sizeof(table))
		return 0;
	memset(table, 0, sizeof(table));
	memcpy(table, data, size);
	CHECK(!disk_write(template(), BAT_AT, table, sizeof(table), NULL));
	try_template();
	return 0;
}
