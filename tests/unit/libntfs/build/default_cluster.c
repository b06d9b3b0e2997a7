// SPDX-License-Identifier: MIT
//
// The cluster size of large volumes: Windows' defaults, and what no size can hold.

#include "libntfs/build/build.h"
#include "test.h"

#define TIB ((uint64_t)1 << 40)

int main(void)
{
	static const struct {
		uint64_t size;
		uint32_t asked, cluster; // 0: too large
	} rows[] = {
		{2 << 20, 0, 4096},
		{16 * TIB, 0, 4096},
		{16 * TIB + 4096, 0, 8192},
		{32 * TIB, 0, 8192},
		{33 * TIB, 0, 16384},
		{64 * TIB, 0, 16384},
		{65 * TIB, 0, 32768},
		{128 * TIB, 0, 32768},
		{129 * TIB, 0, 65536},
		{256 * TIB, 0, 65536},
		{257 * TIB, 0, 131072},
		{17 * TIB, 4096, 0},
		{8192 * TIB, 0, 2 << 20},
		{8193 * TIB, 0, 0},
		{256 << 20, 2 << 20, 2 << 20},
		{17 * TIB, 65536, 65536},
		{2 << 20, 65536, 65536},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (uint32_t sector = 512; sector <= 4096; sector *= 8) {
			const struct ntfs_build_options o = {
				.cluster_size = rows[i].asked};
			struct ntfs_build *b = NULL;
			struct err err = {0};
			struct disk *d;
			int r;

			check_ok(disk_zeroes(rows[i].size, sector, &d, &err),
				 &err);
			r = ntfs_build_new(d, &o, &b, &err);
			check_eq(r, rows[i].cluster ? 0 : -EFBIG);
			check(r || b->cluster_size == rows[i].cluster);
			ntfs_build_free(b);
			disk_close(d);
		}
	return 0;
}
