// SPDX-License-Identifier: MIT
//
// Changing volumes: replacing, removing, no space, what is not synced. A volume
// that was not synced is as it was before.

#include "unit/libfat/volume.h"

static uint8_t data[60000];

static void test_changes(struct disk *d)
{
	struct fat *f = open_volume(d);
	uint32_t free_clusters = fat_get_info(f)->free_clusters;
	struct disk *content;

	put(f, "dir.txt", data, 3000);
	check_eq(fat_mkdir_all(f, "dir.txt", 0, NULL), -ENOTDIR);
	check_ok(fat_mkdir_all(f, "a\\b\\c", 0, NULL), NULL);
	check_ok(fat_create_file(f, "a\\b\\file", 5000, FAT_ATTR_READONLY, 0,
				 &content, NULL),
		 NULL);
	check_ok(disk_write(content, 0, data, 5000, NULL), NULL);
	disk_close(content);
	f = reopen(f, d);
	expect(f, "A/B/FILE", data, 5000);
	put(f, "A/B/File", data + 1, 4000);
	f = reopen(f, d);
	expect(f, "a/b/file", data + 1, 4000);
	check_eq(fat_remove(f, "a", NULL), -ENOTEMPTY);
	check_eq(fat_remove(f, "", NULL), -EINVAL);
	check_eq(fat_remove(f, "x", NULL), -ENOENT);
	check_eq(fat_write_file(f, "x", "", 0, 0x10, 0, NULL), -EINVAL);
	check_ok(fat_remove(f, "a/b/file", NULL), NULL);
	check_ok(fat_remove(f, "a/b/c", NULL), NULL);
	check_ok(fat_remove(f, "a/b", NULL), NULL);
	check_ok(fat_remove(f, "a", NULL), NULL);
	check_ok(fat_remove(f, "dir.txt", NULL), NULL);
	f = reopen(f, d);
	check_eq(fat_get_info(f)->free_clusters, free_clusters);
	put(f, "lost", data, 100);
	fat_close(f);
	f = open_volume(d);
	check_eq(fat_open_file(f, "lost", NULL, NULL), -ENOENT);
	check_eq(fat_get_info(f)->free_clusters, free_clusters);
	fat_close(f);
}

// Old and new content must both fit, until it is synced.
static void test_full(void)
{
	struct disk *d = new_volume(100 << 10, 512, 12, 512);
	struct fat *f = open_volume(d);
	uint32_t before;

	put(f, "BIG", data, 60000);
	before = fat_get_info(f)->free_clusters;
	check_eq(fat_write_file(f, "BIG", data, 60000, 0, 0, NULL), -ENOSPC);
	check_eq(fat_get_info(f)->free_clusters, before);
	expect(f, "BIG", data, 60000);
	check_ok(fat_remove(f, "BIG", NULL), NULL);
	check_eq(fat_write_file(f, "BIG", data, 60000, 0, 0, NULL), -ENOSPC);
	check_ok(fat_sync(f, NULL), NULL);
	put(f, "BIG", data, 60000);
	f = reopen(f, d);
	expect(f, "BIG", data, 60000);
	fat_close(f);
	d->read_only = true;
	f = open_volume(d);
	check_eq(fat_remove(f, "BIG", NULL), -EROFS);
	check_eq(fat_mkdir_all(f, "x", 0, NULL), -EROFS);
	check_ok(fat_sync(f, NULL), NULL);
	fat_close(f);
	disk_close(d);
}

int main(void)
{
	struct disk *disks[] = {new_volume(1 << 20, 512, 12, 512),
				new_volume(20 << 20, 512, 16, 1024),
				new_volume(34 << 20, 512, 32, 512),
				new_volume(8 << 20, 4096, 12, 4096)};

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t i = 0; i < 4; i++) {
		test_changes(disks[i]);
		disk_close(disks[i]);
	}
	test_full();
	return 0;
}
