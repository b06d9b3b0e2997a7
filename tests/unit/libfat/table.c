// SPDX-License-Identifier: MIT
//
// The table in all widths: an entry that is set reads back so, and its
// neighbours, with which it shares bytes or sectors, stay as they were.

#include "unit/libfat/volume.h"

static void test_widths(struct fat *f)
{
	uint32_t last = f->info.clusters + 1;

	for (uint32_t c = last - 5; c <= last; c++) {
		fat_table_set(f, c, FAT_END);
		check_eq(fat_table_get(f, c), FAT_END);
		check_eq(fat_table_get(f, c - 1), 0);
		fat_table_set(f, c - 1, c);
		check_eq(fat_table_get(f, c - 1), c);
		check_eq(fat_table_get(f, c), FAT_END);
		fat_table_set(f, c, 0);
		fat_table_set(f, c - 1, 0);
	}
}

static void test_take(struct fat *f)
{
	uint32_t before = f->info.free_clusters, a, b, c, next;

	check_eq(fat_table_take(f, 3, &a, NULL), 0);
	check_eq(fat_table_take(f, 1, &b, NULL), 0);
	check_eq(b, a + 3);
	check_eq(fat_table_next(f, a, &next, NULL), 0);
	check_eq(next, a + 1);
	fat_table_give(f, a);
	check_eq(f->info.free_clusters, before - 1);
	check_eq(fat_table_next(f, b, &next, NULL), 0);
	check_eq(next, FAT_END);
	// Four fit only after b; all of the rest only around it.
	check_eq(fat_table_take(f, 4, &c, NULL), 0);
	check_eq(c, b + 1);
	check_eq(fat_table_take(f, f->info.free_clusters, &a, NULL), 0);
	check_eq(a, b - 3);
	check_eq(fat_table_take(f, 1, &a, NULL), -ENOSPC);
	fat_table_set(f, b, 1);
	check_eq(fat_table_next(f, b, &next, NULL), -EBADMSG);
	fat_table_set(f, b, 0);
	check_eq(fat_table_next(f, c, &next, NULL), 0);
	fat_table_set(f, c, b);
	check_eq(fat_table_next(f, b, &next, NULL), -EBADMSG);
}

int main(void)
{
	struct disk *disks[] = {new_volume(1 << 20, 512, 12, 512),
				new_volume(5 << 20, 512, 16, 512),
				new_volume(34 << 20, 512, 32, 512)};

	for (size_t i = 0; i < 3; i++) {
		struct fat *f = open_volume(disks[i]);

		test_widths(f);
		test_take(f);
		fat_close(f);
		disk_close(disks[i]);
	}
	fat_close(NULL);
	return 0;
}
