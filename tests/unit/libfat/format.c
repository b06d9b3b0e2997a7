// SPDX-License-Identifier: MIT
//
// Making volumes: the kind and clusters that come of a size, sizes and clusters
// that no kind can have, labels.

#include "unit/libfat/volume.h"
#include "unit/libpart/sparse.h"

#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

// The numbers in memory need no room for the clusters.
static void test_sizes(void)
{
	static const struct {
		uint64_t size;
		uint32_t sector;
		int bits, r, is;
		uint32_t asked, cluster;
	} rows[] = {
		{100 * MIB, 512, 32, 0, 32, 0, 1024},
		{300 * MIB, 512, 32, 0, 32, 0, 4096},
		{260 * MIB, 4096, 32, 0, 32, 0, 4096},
		{255 * MIB, 4096, 32, -ENOSPC, 0, 0, 0},
		{34 * MIB, 512, 32, 0, 32, 0, 512},
		{32 * MIB, 512, 32, -ENOSPC, 0, 0, 0},
		{130 * MIB, 512, 32, 0, 32, 0, 2048},
		{1440 * KIB, 512, 0, 0, 12, 0, 512},
		{8 * KIB, 512, 0, -ENOSPC, 0, 0, 0},
		{100 * MIB, 512, 0, 0, 16, 0, 2048},
		{512 * MIB, 512, 0, 0, 32, 0, 4096},
		{100 * MIB, 512, 16, -EFBIG, 0, 512, 0},
		{5 * GIB, 512, 16, -EFBIG, 0, 0, 0},
		{100 * MIB, 512, 12, 0, 12, 0, 32768},
		{100 * MIB, 512, 32, -EINVAL, 0, 1000, 0},
		{100 * MIB, 512, 24, -EINVAL, 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fat_format_options o = {.bits = rows[i].bits,
					       .cluster_size = rows[i].asked,
					       .serial = 1};
		struct disk *d = new_sparse(rows[i].size, rows[i].sector);
		const struct fat_info *info;
		struct fat *f;

		check_eq(fat_format(d, &o, NULL), rows[i].r);
		if (!rows[i].r) {
			f = open_volume(d);
			info = fat_get_info(f);
			check_eq(info->bits, rows[i].is);
			check_eq(info->cluster_size, rows[i].cluster);
			check_eq(info->size, rows[i].size);
			check_eq(info->free_clusters,
				 info->clusters - (info->bits == 32));
			check(info->size < 16 * MIB ||
			      f->data_start % 4096 == 0);
			fat_close(f);
		}
		disk_close(d);
	}
}

static void test_label(void)
{
	struct disk *d = new_volume(MIB, 512, 12, 0);
	struct fat_format_options o = {.label = "a.b"};
	struct fat *f = open_volume(d);

	check(!strcmp(fat_get_info(f)->label, "TEST"));
	check_eq(fat_get_info(f)->serial, 0xdeadbeef);
	fat_close(f);
	check_eq(fat_format(d, &o, NULL), -EINVAL);
	disk_close(d);
}

int main(void)
{
	test_sizes();
	test_label();
	return 0;
}
