// SPDX-License-Identifier: MIT
//
// The MBR's code: 440 bytes and nothing else, as the disk's signature and its
// table are behind them.

#include "bootsect.h"
#include "libbootsect/bootsect_priv.h"
#include "ntfs.h"
#include "part.h"
#include "test.h"

#define SIZE ((uint64_t)16 << 20)

static uint8_t before[SIZE], after[SIZE];

static struct disk *make_disk(enum part_style style)
{
	struct part p = {.mbr_type = 7,
			 .active = style == PART_MBR,
			 .type = part_type_data};
	struct guid id = {{1}};
	struct part_table *t;
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_ok(part_table_new(style, d, &id, 0x12345678, &t, &err), &err);
	check_ok(part_table_add(t, &p, NULL, &err), &err);
	check_ok(part_table_write(t, d, &err), &err);
	part_table_free(t);
	check_ok(disk_read(d, 0, before, SIZE, NULL), NULL);
	return d;
}

static void check_unchanged(struct disk *d, int result)
{
	struct err err = {0};

	check_ok(disk_read(d, 0, before, d->size, NULL), NULL);
	check_eq(bootsect_write_mbr(d, &err), result);
	check(err.code == result);
	check_ok(disk_read(d, 0, after, d->size, NULL), NULL);
	check(!memcmp(before, after, d->size));
	disk_close(d);
}

static void test_kept(void)
{
	struct disk *d = make_disk(PART_MBR);
	static const uint8_t old[440] = {0xff, 0xff};
	struct err err = {0};
	size_t size = bootsect_code_mbr.size;

	check_ok(disk_write(d, 0, old, sizeof(old), NULL), NULL);
	check_ok(bootsect_write_mbr(d, &err), &err);
	check_ok(disk_read(d, 0, after, SIZE, NULL), NULL);
	check(size > 300 && size <= 440);
	check(!memcmp(after, bootsect_code_mbr.bytes, size));
	for (size_t i = size; i < 440; i++)
		check_eq(after[i], 0);
	check(!memcmp(before + 440, after + 440, SIZE - 440));
	disk_close(d);
}

// A table that leads nowhere is for its owner to mend: the code goes in.
static void test_damaged_table(void)
{
	struct disk *d = make_disk(PART_MBR);
	static const uint8_t far_away[4] = {0xff, 0xff, 0xff, 0x7f};
	struct err err = {0};

	check_ok(disk_write(d, 446 + 12, far_away, 4, NULL), NULL);
	check_ok(bootsect_write_mbr(d, &err), &err);
	check_ok(disk_read(d, 0, after, SIZE, NULL), NULL);
	check(!memcmp(after + 446 + 12, far_away, 4));
	check(!memcmp(after, bootsect_code_mbr.bytes, bootsect_code_mbr.size));
	disk_close(d);
}

static void test_refused(void)
{
	struct ntfs_build_options o = {.serial = 1};
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_unchanged(d, -EINVAL);
	check_unchanged(make_disk(PART_GPT), -EINVAL);
	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	check_unchanged(d, -EINVAL);
	d = make_disk(PART_MBR);
	d->sector_size = 4096;
	check_unchanged(d, -ENOTSUP);
}

int main(void)
{
	test_kept();
	test_damaged_table();
	test_refused();
	return 0;
}
