// SPDX-License-Identifier: MIT
//
// All that a FAT volume holds, as one number: each file with its path, times and
// content; and volumes filled for that.

#ifndef FAT_TREE_H
#define FAT_TREE_H

#include "fat.h"
#include "libfat/fat_disk.h"
#include "test.h"

struct tree_sum {
	struct fat *f;
	const char *path;
	uint64_t sum;
};

static inline uint64_t tree_add(uint64_t sum, const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size--)
		sum = (sum ^ *p++) * UINT64_C(0x100000001b3);
	return sum;
}

static inline uint64_t tree_folder(struct fat *f, const char *path);

static inline int tree_entry(void *ctx, const struct fat_stat *s)
{
	struct tree_sum *t = ctx;
	char path[600];
	struct err err = {0};
	void *data;
	size_t size;

	snprintf(path, sizeof(path), "%s\\%.300s", t->path, s->name);
	t->sum = tree_add(t->sum, path, strlen(path));
	t->sum = tree_add(t->sum, &s->modified, sizeof(s->modified));
	t->sum = tree_add(t->sum, s->short_name, strlen(s->short_name));
	if (s->is_directory) {
		t->sum += tree_folder(t->f, path);
		return 0;
	}
	check_ok(fat_read_file(t->f, path, 1 << 24, &data, &size, &err), &err);
	check_eq(size, s->size);
	t->sum = tree_add(t->sum, data, size);
	mem_free(data);
	return 0;
}

static inline uint64_t tree_folder(struct fat *f, const char *path)
{
	struct tree_sum t = {.f = f, .path = path};
	struct err err = {0};

	check_ok(fat_list(f, path, tree_entry, &t, &err), &err);
	return t.sum;
}

// Checks a volume; *ret_size is its size.
static inline uint64_t tree_of(struct disk *d, uint64_t *ret_size,
			       bool may_have_lost)
{
	struct fat_check_result result;
	struct err err = {0};
	struct fat *f;
	uint64_t sum;

	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_check(f, &result, &err), &err);
	check(may_have_lost || !result.lost_clusters);
	check_eq(result.twins, 0);
	*ret_size = fat_get_info(f)->size;
	sum = tree_folder(f, "");
	fat_close(f);
	return sum;
}

// A FAT32 volume of fewer clusters than format makes, as cards have it.
static inline void format_small(struct disk *d)
{
	const uint32_t table = 20;
	struct fat_boot_disk boot = {
		.jump = {0xeb, 0x58, 0x90},
		.sector_size = to_le16(512),
		.cluster_sectors = 1,
		.reserved_sectors = to_le16(32),
		.tables = 2,
		.media = 0xf8,
		.sectors_32 = to_le32((uint32_t)(d->size / 512)),
		.fat32 = {.table_sectors = to_le32(table),
			  .root_cluster = to_le32(2),
			  .info_sector = to_le16(1),
			  .backup_sector = to_le16(6)},
		.magic = to_le16(FAT_BOOT_MAGIC),
	};
	const struct fat_info_disk info = {
		.magic_1 = to_le32(FAT_INFO_MAGIC_1),
		.magic_2 = to_le32(FAT_INFO_MAGIC_2),
		.magic_3 = to_le32(FAT_INFO_MAGIC_3),
	};
	static const uint8_t start[] = {0xf8, 0xff, 0xff, 0x0f, 0xff, 0xff,
					0xff, 0x0f, 0xff, 0xff, 0xff, 0x0f};

	for (uint32_t i = 0; i < 2; i++) {
		check_ok(disk_write(d, i * 6 * 512, &boot, sizeof(boot), NULL),
			 NULL);
		check_ok(disk_write(d, (32 + i * table) * 512, start,
				    sizeof(start), NULL),
			 NULL);
	}
	check_ok(disk_write(d, 512, &info, sizeof(info), NULL), NULL);
}

// Makes a volume with `files` files of up to `size` bytes in folders, and free
// clusters between them.
static inline void make_tree(struct disk *d, int bits, uint32_t cluster,
			     int files, uint32_t size)
{
	struct fat_format_options o = {
		.bits = bits, .cluster_size = cluster, .label = "EXTEND"};
	uint8_t *data = malloc(size + 1);
	struct err err = {0};
	struct fat *f;
	char path[100];

	if (bits == 32 && d->size < 34 << 20)
		format_small(d);
	else
		check_ok(fat_format(d, &o, &err), &err);
	check_ok(fat_open(d, &f, &err), &err);
	for (int i = 0; i < files; i++) {
		uint32_t n = (uint32_t)i * 7919 % (size + 1);

		for (uint32_t k = 0; k < n; k++)
			data[k] = (uint8_t)(k >> 7 ^ k ^ (uint32_t)i);
		snprintf(path, sizeof(path), "\\folder %d\\below", i % 5);
		check_ok(fat_mkdir_all(f, path, 1700000000 + i, &err), &err);
		snprintf(path, sizeof(path),
			 i % 3 ? "\\folder %d\\below\\a long name %d"
			       : "\\folder %d\\F%d.BIN",
			 i % 5, i);
		check_ok(fat_write_file(f, path, data, n, FAT_ATTR_ARCHIVE,
					1700000000 + i, &err),
			 &err);
	}
	check_ok(fat_sync(f, &err), &err);
	for (int i = 0; i < files; i += 4) {
		snprintf(path, sizeof(path),
			 i % 3 ? "\\folder %d\\below\\a long name %d"
			       : "\\folder %d\\F%d.BIN",
			 i % 5, i);
		check_ok(fat_remove(f, path, &err), &err);
	}
	check_ok(fat_sync(f, &err), &err);
	check_ok(fat_write_file(f, "\\in pieces", data, size, FAT_ATTR_ARCHIVE,
				1700000000, &err),
		 &err);
	check_ok(fat_sync(f, &err), &err);
	fat_close(f);
	free(data);
}

#endif
