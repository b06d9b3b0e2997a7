// SPDX-License-Identifier: MIT
//
// Sizes as DiskPart rounds them.

#include "libdiskpart/diskpart_priv.h"
#include "text.h"

int main(void)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{0, "0 B"},
		{512, "512 B"},
		{1024, "1 KB"},
		{MIB, "1024 KB"},
		{5 * MIB, "5120 KB"},
		{8 * MIB - 1, "8191 KB"},
		{8 * MIB, "8 MB"},
		{500 * MIB, "500 MB"},
		{4027 * MIB, "4027 MB"},
		{8192 * MIB - 1, "8191 MB"},
		{8192 * MIB, "8 GB"},
		{UINT64_C(512110190592), "476 GB"},
		{UINT64_C(7609972) * MIB, "7431 GB"},
		{UINT64_C(16) << 40, "16 TB"},
		{UINT64_MAX, "16777215 TB"},
	};
	char text[DISKPART_SIZE];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_str(diskpart_size(rows[i].bytes, text), rows[i].text);
	return 0;
}
