// SPDX-License-Identifier: MIT
//
// Folders: long names and what is left of them by systems that do not know
// them, folders that are full and that grow, 8.3 names that no volume may have.

#include "unit/libfat/volume.h"

static int count(void *ctx, const struct fat_stat *s)
{
	++*(unsigned *)ctx;
	return 0;
}

static unsigned count_entries(struct fat *f, const char *path)
{
	struct err err = {0};
	unsigned n = 0;

	check_ok(fat_list(f, path, count, &n, &err), &err);
	return n;
}

// A root folder of a FAT12 has 512 entries, one of them the label.
static void test_full_root(void)
{
	struct disk *d = new_volume(1 << 20, 512, 12, 512);
	struct fat *f = open_volume(d);
	char name[32];

	for (int i = 0; i < 511; i++) {
		snprintf(name, sizeof(name), "F%d", i);
		put(f, name, "", 0);
	}
	check_eq(fat_write_file(f, "ONEMORE", "x", 1, 0, 0, NULL), -ENOSPC);
	put(f, "F7", "x", 1);
	f = reopen(f, d);
	check_eq(count_entries(f, ""), 511);
	check_ok(fat_remove(f, "f100", NULL), NULL);
	check_eq(fat_write_file(f, "ONEMORE", "x", 1, 0, 0, NULL), -ENOSPC);
	f = reopen(f, d);
	put(f, "ONEMORE", "x", 1);
	f = reopen(f, d);
	check_eq(count_entries(f, ""), 511);
	fat_close(f);
	disk_close(d);
}

// Names of all lengths in a FAT32 root folder that grows a cluster at a time.
static void test_growing(void)
{
	struct disk *d = new_volume(34 << 20, 512, 32, 512);
	struct fat *f = open_volume(d);
	char name[256];

	for (int sync = 0; sync < 2; sync++) {
		for (int i = 1; i <= 255; i++) {
			memset(name, 'a' + sync, (size_t)i);
			name[i] = '\0';
			put(f, name, name, (uint32_t)i);
			if (sync)
				check_ok(fat_sync(f, NULL), NULL);
		}
		f = reopen(f, d);
	}
	check_eq(count_entries(f, "\\"), 510);
	for (int i = 1; i <= 255; i++) {
		memset(name, 'B', (size_t)i);
		name[i] = '\0';
		memset(name, 'b', (size_t)i);
		expect(f, name, name, (size_t)i);
		check_ok(fat_remove(f, name, NULL), NULL);
	}
	f = reopen(f, d);
	check_eq(count_entries(f, "/"), 255);
	fat_close(f);
	disk_close(d);
}

// A folder holds 65536 entries at most, "." and ".." among them.
static void test_full_folder(void)
{
	struct disk *d = new_volume(4 << 20, 512, 12, 32768);
	struct fat *f = open_volume(d);
	struct fat_entry_disk e = {0};
	struct fat_dir *folder;
	int r = 0, n = 0;
	le16 name[255];

	for (size_t i = 0; i < 255; i++)
		name[i] = to_le16('x');
	check_ok(fat_mkdir_all(f, "x", 0, NULL), NULL);
	check_ok(fat_dir_get(f, 2, &folder, NULL), NULL);
	for (; !r; n++) {
		for (int i = 0, v = n; i < 5; i++, v /= 10)
			name[i] = to_le16((uint16_t)('0' + v % 10));
		r = fat_dir_insert(f, folder, name, 255, &e, NULL);
	}
	check_eq(r, -ENOSPC);
	check_eq(n - 1, (65536 - 2) / 21);
	f = reopen(f, d);
	check_eq(count_entries(f, "x"), (65536 - 2) / 21);
	fat_close(f);
	disk_close(d);
}

// A long name whose parts do not belong together is not used.
static void test_broken_long_name(void)
{
	static const size_t places[] = {0, 13, 32, 32 + 13};

	for (size_t i = 0; i < 4; i++) {
		struct disk *d = new_volume(1 << 20, 512, 12, 512);
		struct fat *f = open_volume(d);
		uint64_t at = f->root_start + 32 + places[i];
		uint8_t b;

		put(f, "twenty characters...x", "x", 1);
		f = reopen(f, d);
		check_ok(disk_read(d, at, &b, 1, NULL), NULL);
		b ^= 2;
		check_ok(disk_write(d, at, &b, 1, NULL), NULL);
		fat_close(f);
		f = open_volume(d);
		check_eq(fat_open_file(f, "twenty characters...x", NULL, NULL),
			 -ENOENT);
		expect(f, "TWENTY~1.X", "x", 1);
		fat_close(f);
		disk_close(d);
	}
}

// What lies behind the end of a folder does not come back when the end moves.
static void test_behind_end(void)
{
	struct disk *d = new_volume(1 << 20, 512, 12, 512);
	struct fat *f = open_volume(d);
	struct fat_entry_disk e = {.name = "GARBAGE    "};

	check_ok(disk_write(d, f->root_start + 16 * 32, &e, 32, NULL), NULL);
	fat_close(f);
	f = open_volume(d);
	for (int i = 0; i < 15; i++) {
		char name[] = {'A', (char)('A' + i), 0};

		put(f, name, "", 0);
	}
	f = reopen(f, d);
	check_eq(count_entries(f, ""), 15);
	fat_close(f);
	disk_close(d);
}

int main(void)
{
	test_full_root();
	test_growing();
	test_full_folder();
	test_broken_long_name();
	test_behind_end();
	return 0;
}
