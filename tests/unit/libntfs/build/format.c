// SPDX-License-Identifier: MIT
//
// Empty volumes of all cluster and sector sizes, on devices with old bytes.

#include "ntfs.h"
#include "test.h"

static const struct {
	uint64_t size;
	uint32_t sector, cluster;
	int result;
} rows[] = {
	{1 << 20, 512, 512, 0},         {3 << 20, 512, 4096, 0},
	{4 << 20, 512, 0, 0},           {5000192, 512, 1024, 0},
	{8 << 20, 512, 2048, 0},        {16 << 20, 512, 8192, 0},
	{32 << 20, 512, 16384, 0},      {32 << 20, 512, 32768, 0},
	{40 << 20, 512, 65536, 0},      {8 << 20, 4096, 4096, 0},
	{16 << 20, 4096, 16384, 0},     {40 << 20, 4096, 65536, 0},
	{32 << 20, 512, 131072, 0},     {64 << 20, 4096, 2 << 20, 0},
	{1 << 20, 512, 65536, -ENOSPC}, {33 << 20, 512, 512, 0},
};

int main(void)
{
	static uint8_t junk[65536];

	memset(junk, 0xa5, sizeof(junk));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ntfs_build_options o = {
			.label = "Empty",
			.serial = 0x123456789abcdef0,
			.cluster_size = rows[i].cluster,
			.hidden_sectors = 2048,
		};
		uint32_t cluster = rows[i].cluster ? rows[i].cluster : 4096;
		struct ntfs_check_result result;
		const struct ntfs_info *info;
		struct err err = {0};
		bool empty = false;
		struct ntfs *n;
		struct disk *d;

		check_ok(disk_memory(rows[i].size, rows[i].sector, &d, &err),
			 &err);
		for (uint64_t at = 0; at + sizeof(junk) <= d->size;
		     at += sizeof(junk))
			check_ok(disk_write(d, at, junk, sizeof(junk), &err),
				 &err);
		check_eq(ntfs_format(d, &o, &err), rows[i].result);
		if (rows[i].result) {
			disk_close(d);
			continue;
		}
		check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
		check_eq(result.problems, 0);
		check_ok(ntfs_open(d, &n, &err), &err);
		info = ntfs_get_info(n);
		check_eq(info->cluster_size, cluster);
		check_eq(info->record_size,
			 rows[i].sector == 4096 ? 4096 : 1024);
		check_eq(info->serial, o.serial);
		check_eq(info->hidden_sectors, 2048);
		check_eq(info->flags, 0);
		check(!strcmp(info->label, "Empty"));
		check_ok(ntfs_is_empty(n, &empty, &err), &err);
		check(empty);
		ntfs_close(n);
		disk_close(d);
	}
	return 0;
}
