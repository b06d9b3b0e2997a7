// SPDX-License-Identifier: MIT
//
// Free ranges are the clusters that nothing uses, on each kind of FAT; a volume
// that was left badly says so. An image leaves out what is free, so a wrong
// word here loses data.

#include "fat.h"
#include "libfat/fat_priv.h"
#include "test.h"

struct found {
	const struct fat *f;
	uint64_t sum, end;
};

static int take(void *ctx, uint64_t off, uint64_t len)
{
	struct found *x = ctx;
	uint32_t size = x->f->info.cluster_size;

	check(len && off > x->end && (off - x->f->data_start) % size == 0);
	for (uint64_t at = off; at < off + len; at += size)
		check_eq(fat_table_get(x->f,
				       (uint32_t)((at - x->f->data_start) /
						  size) +
					       2),
			 0);
	x->end = off + len;
	x->sum += len;
	return 0;
}

static int stop(void *ctx, uint64_t off, uint64_t len)
{
	return -ECANCELED;
}

// `at` and `bit`: what says that the volume was shut down; 0: FAT12 has none.
static void check_kind(int bits, uint64_t size, unsigned at, uint8_t bit)
{
	struct fat_format_options o = {.bits = bits};
	struct err err = {0};
	struct found x = {0};
	struct disk *d;
	struct fat *f;
	uint64_t table;
	uint8_t byte;

	check_ok(disk_memory(size, 512, &d, &err), &err);
	check_ok(fat_format(d, &o, &err), &err);
	check_ok(fat_open(d, &f, &err), &err);
	for (int i = 0; i < 5; i++) {
		char name[8] = "\\a0.txt";

		name[2] = (char)('0' + i);
		check_ok(fat_write_file(f, name, "data", 4, 0, 0, &err), &err);
	}
	check_ok(fat_sync(f, &err), &err);
	check_ok(fat_remove(f, "\\a2.txt", &err), &err);
	check_ok(fat_sync(f, &err), &err);
	x.f = f;
	check_ok(fat_free_ranges(f, take, &x, &err), &err);
	check_eq(x.sum, (uint64_t)f->info.free_clusters * f->info.cluster_size);
	check(x.end <= size);
	check_eq(fat_free_ranges(f, stop, NULL, NULL), -ECANCELED);
	check(!fat_in_use(f));
	table = f->table_start;
	fat_close(f);
	if (at) {
		check_ok(disk_read(d, table + at, &byte, 1, &err), &err);
		byte &= (uint8_t)~bit;
		check_ok(disk_write(d, table + at, &byte, 1, &err), &err);
		check_ok(fat_open(d, &f, &err), &err);
		check(strstr(fat_in_use(f), "not shut down"));
		fat_close(f);
	}
	disk_close(d);
}

int main(void)
{
	check_kind(12, 2 << 20, 0, 0);
	check_kind(16, 20 << 20, 3, 0x80);
	check_kind(32, 70 << 20, 7, 0x08);
	return 0;
}
