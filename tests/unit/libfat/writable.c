// SPDX-License-Identifier: MIT
//
// How a volume was left, and what is done about it: one marked by its last user
// may be written when it is sound, and keeps its lost clusters; of one that is
// not marked they are free again.

#include "unit/libfat/volume.h"

static struct err err;

// Files A and B in a volume; `bits` 12, 16 or 32.
static struct disk *new_files(int bits)
{
	uint64_t size = bits == 12   ? 200 << 10
			: bits == 16 ? 20 << 20
				     : 70 << 20;
	struct disk *d = new_volume(size, 512, bits, bits == 12 ? 512 : 0);
	struct fat *f = open_volume(d);
	char data[1500] = "";

	put(f, "A", data, sizeof(data));
	put(f, "B", data, sizeof(data));
	fat_close(reopen(f, d));
	return d;
}

static void set_byte(struct disk *d, uint64_t at, uint8_t clear, uint8_t set)
{
	uint8_t byte;

	check_ok(disk_read(d, at, &byte, 1, &err), &err);
	byte = (uint8_t)((byte & ~clear) | set);
	check_ok(disk_write(d, at, &byte, 1, &err), &err);
}

// Clusters 100 to 102 are in use by nothing.
static void lose_clusters(struct disk *d)
{
	struct fat *f = open_volume(d);

	fat_table_set(f, 100, 101);
	fat_table_set(f, 101, 102);
	fat_table_set(f, 102, FAT_END);
	check_ok(fat_table_write(f, &err), &err);
	fat_close(f);
}

static uint32_t lost(struct disk *d)
{
	struct fat *f = open_volume(d);
	struct fat_check_result result;

	check_ok(fat_check(f, &result, &err), &err);
	fat_close(f);
	return result.lost_clusters;
}

// Asks, changes, and returns how many clusters are lost afterwards. The note
// must have these words, or be none.
static uint32_t change(struct disk *d, const char *note)
{
	struct fat *f = open_volume(d);
	uint32_t before = lost(d);

	check(!fat_note(f));
	check_ok(fat_check_writable(f, &err), &err);
	check(note ? fat_note(f) && strstr(fat_note(f), note) : !fat_note(f));
	check_eq(lost(d), before); // nothing is written yet
	put(f, "NEW", "x", 1);
	check_ok(fat_sync(f, &err), &err);
	fat_close(f);
	f = open_volume(d);
	expect(f, "NEW", "x", 1);
	fat_close(f);
	return lost(d);
}

// `at`, `clear`, `set`: what marks the volume as left badly, from the start of
// the volume or of its table.
static void check_marked(int bits, bool in_table, uint64_t at, uint8_t clear,
			 uint8_t set, const char *words)
{
	struct disk *d = new_files(bits);
	struct fat *f = open_volume(d);
	const char *why;

	if (in_table)
		at += f->table_start;
	fat_close(f);
	set_byte(d, at, clear, set);
	check_eq(change(d, words), 0);
	lose_clusters(d);
	check_eq(change(d, "3 clusters are in use by nothing"), 3);
	f = open_volume(d);
	why = fat_in_use(f);
	check(why && !strcmp(why, words)); // whoever left it so is not us
	fat_table_set(f, 3, 0);            // A's middle
	check_ok(fat_table_write(f, &err), &err);
	fat_close(f);
	f = open_volume(d);
	check_eq(fat_check_writable(f, NULL), -EBADMSG);
	check_eq(fat_write_file(f, "C", "x", 1, 0, 0, NULL), -EBADMSG);
	fat_close(f);
	disk_close(d);
}

static void check_cut(int bits)
{
	struct disk *d = new_files(bits);
	struct fat *f;
	uint32_t free_clusters;

	check_eq(change(d, NULL), 0);
	f = open_volume(d);
	free_clusters = fat_get_info(f)->free_clusters;
	fat_close(f);
	lose_clusters(d);
	check_eq(change(d, "3 clusters that it left"), 0);
	f = open_volume(d);
	check_eq(fat_get_info(f)->free_clusters, free_clusters);
	check_ok(fat_check_writable(f, &err), &err);
	check(!fat_note(f));
	fat_close(f);
	disk_close(d);
}

// The second table is made like the first, not the other way round.
static void check_tables(int bits)
{
	struct disk *d = new_files(bits);
	struct fat *f = open_volume(d);
	uint64_t size = f->table_size, first = f->table_start;
	uint8_t *one = malloc(size), *two = malloc(size);

	set_byte(d, first + size + 5, 0, 0xff);
	set_byte(d, first + size + f->table_used - 1, 0, 0xff);
	fat_close(f);
	check_eq(change(d, NULL), 0);
	check_ok(disk_read(d, first, one, size, &err), &err);
	check_ok(disk_read(d, first + size, two, size, &err), &err);
	check(!memcmp(one, two, size));
	free(one);
	free(two);
	disk_close(d);
}

int main(void)
{
	check_marked(12, false, 0x25, 0, 1, "it was not shut down properly");
	check_marked(16, true, 3, 0x80, 0, "it was not shut down properly");
	check_marked(16, true, 3, 0x40, 0, "errors were seen on it");
	check_marked(16, false, 0x25, 0, 1, "it was not shut down properly");
	check_marked(32, true, 7, 0x08, 0, "it was not shut down properly");
	check_marked(32, false, 0x41, 0, 1, "it was not shut down properly");
	check_marked(32, false, 0x41, 0, 2, "errors were seen on it");
	for (int bits = 12; bits <= 32; bits += bits == 12 ? 4 : 16) {
		check_cut(bits);
		check_tables(bits);
	}
	return 0;
}
