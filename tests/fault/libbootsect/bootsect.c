// SPDX-License-Identifier: MIT
//
// Writing boot code while allocations and I/Os fail and the power goes: what is
// there afterwards is the old code, whole, or the new code, whole.

#include "bootsect.h"
#include "fat.h"
#include "fault/fault.h"
#include "libbootsect/bootsect_priv.h"
#include "ntfs.h"
#include "part.h"
#include "test.h"

#define AREA      (32 * 512) // of all that is written, but for NTFS' copy
#define NTFS_SIZE ((uint64_t)2 << 20)
#define FAT_SIZE  ((uint64_t)36 << 20) // of which only the beginning is needed

// What a volume holds before.
enum start { BARE, OTHERS, OURS, OURS_DAMAGED, STARTS };

static uint8_t fat_image[AREA], ntfs_image[NTFS_SIZE]; // formatted volumes

static void make_images(void)
{
	struct fat_format_options f = {.bits = 32, .serial = 1};
	struct ntfs_build_options n = {.serial = 1};
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(FAT_SIZE, 512, &d, &err), &err);
	check_ok(fat_format(d, &f, &err), &err);
	check_ok(disk_read(d, 0, fat_image, AREA, &err), &err);
	disk_close(d);
	check_ok(disk_memory(NTFS_SIZE, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &n, &err), &err);
	check_ok(disk_read(d, 0, ntfs_image, NTFS_SIZE, &err), &err);
	disk_close(d);
}

static void put(struct disk *d, uint64_t off, const void *data, size_t size)
{
	check_ok(disk_write(d, off, data, size, NULL), NULL);
}

// Others' code: a boot sector that needs what lies behind it.
static void put_others(struct disk *d, bool ntfs)
{
	uint8_t code[512 * 9], first[512];

	memset(code, 0x90, sizeof(code));
	check_ok(disk_read(d, 0, first, 512, NULL), NULL);
	memset(first + 0x5a, 0x90, 420);
	put(d, 0, first, 512);
	put(d, ntfs ? 512 : 12 * 512, code, ntfs ? sizeof(code) : 512);
}

static void make_volume(bool ntfs, enum start start, struct disk **ret)
{
	struct bootsect_tail_disk tail;
	struct disk *d;

	check_ok(disk_memory(ntfs ? NTFS_SIZE : AREA, 512, &d, NULL), NULL);
	put(d, 0, ntfs ? ntfs_image : fat_image, AREA);
	if (ntfs)
		put(d, NTFS_SIZE - 512, ntfs_image + NTFS_SIZE - 512, 512);
	if (start == OTHERS)
		put_others(d, ntfs);
	if (start >= OURS)
		check_ok(bootsect_write_volume(d, NULL), NULL);
	if (start == OURS_DAMAGED) { // as an older version: its sum is right
		uint8_t first[512], second[512];
		uint32_t at, count;

		check_ok(disk_read(d, 0, first, 512, NULL), NULL);
		memcpy(&tail, first + 512 - sizeof(tail), sizeof(tail));
		at = get_le16(tail.second_at) * 512u;
		count = get_le16(tail.second_count);
		check(count > 1);
		check_ok(disk_read(d, at, second, 512, NULL), NULL);
		second[0]++;
		tail.second_sum =
			to_le16((uint16_t)(get_le16(tail.second_sum) + 1));
		memcpy(first + 512 - sizeof(tail), &tail, sizeof(tail));
		put(d, at, second, 512);
		put(d, 0, first, 512);
	}
	*ret = d;
}

// Says whether the boot sector is ours and all that it leads to is there.
static bool is_whole(const uint8_t *area)
{
	struct bootsect_tail_disk tail;
	uint16_t sum = 0;
	uint32_t at, count;

	memcpy(&tail, area + 512 - sizeof(tail), sizeof(tail));
	if (memcmp(tail.ours, BOOTSECT_OURS, 4))
		return false;
	at = get_le16(tail.second_at) * 512u;
	count = get_le16(tail.second_count) * 512u;
	for (uint32_t i = 0; i < count; i += 2)
		sum += (uint16_t)(area[at + i] | area[at + i + 1] << 8);
	return sum == get_le16(tail.second_sum);
}

// The old boot sector, with all others' code behind it, or a whole one of ours.
static void check_starts(bool ntfs, enum start start, struct disk *d)
{
	static uint8_t now[AREA], old[AREA];
	struct disk *before;

	make_volume(ntfs, start, &before);
	check_ok(disk_read(before, 0, old, AREA, NULL), NULL);
	check_ok(disk_read(d, 0, now, AREA, NULL), NULL);
	disk_close(before);
	check(!memcmp(now + 3, old + 3, ntfs ? 0x51 : 0x57));
	check(!memcmp(now + 510, old + 510, 2));
	if (memcmp(now, old, 512) || start >= OURS)
		check(is_whole(now));
	else if (start == OTHERS && ntfs)
		check(!memcmp(now, old, 512 * 10));
	else if (start == OTHERS)
		check(!memcmp(now + 12 * 512, old + 12 * 512, 512));
}

static void fail_steps(bool ntfs, enum start start, bool memory)
{
	for (int persistent = 0; persistent < 2; persistent++)
		for (unsigned n = 1, failed = 1; failed; n++) {
			struct fault_plan plan = {.fail_at = memory ? 0 : n,
						  .persistent = persistent};
			size_t live = fault_mem_live();
			struct disk *base, *d;
			struct err err = {0};
			int r;

			make_volume(ntfs, start, &base);
			d = fault_disk(base, &plan);
			fault_mem(memory ? n : 0, persistent);
			r = bootsect_write_volume(d, &err);
			failed = memory ? fault_mem_failed() : plan.failed;
			fault_mem(0, false);
			check_eq(r, !failed ? 0 : memory ? -ENOMEM : -EIO);
			check(!r == !err.code);
			check_starts(ntfs, start, base);
			disk_close(d);
			// and again, without failures
			check_ok(bootsect_write_volume(base, &err), &err);
			check_starts(ntfs, STARTS, base);
			disk_close(base);
			check_eq(fault_mem_live(), live);
		}
}

static enum record_fate fate(void *ctx, size_t index)
{
	return (*(unsigned *)ctx >> index % 8) % 3;
}

static void cut_power(bool ntfs, enum start start)
{
	struct record_log log = {0};
	struct disk *base, *d;

	make_volume(ntfs, start, &base);
	d = record_disk(base, &log);
	check_ok(bootsect_write_volume(d, NULL), NULL);
	disk_close(d);
	disk_close(base);
	check(log.count >= 4 || start >= OURS);
	for (size_t n = 0; n <= log.count; n++)
		for (unsigned seed = 0; seed < 27; seed++) {
			make_volume(ntfs, start, &base);
			record_replay(&log, n, base, seed ? fate : NULL, &seed);
			check_starts(ntfs, start, base);
			disk_close(base);
		}
	record_free(&log);
}

static void fail_mbr(void)
{
	struct part p = {.mbr_type = 7, .active = true};
	struct part_table *t;
	struct err err = {0};

	for (unsigned n = 1, failed = 1; failed; n++) {
		struct fault_plan plan = {.fail_at = n};
		uint8_t old[512], now[512];
		struct disk *base, *d;

		check_ok(disk_memory(4 << 20, 512, &base, &err), &err);
		check_ok(part_table_new(PART_MBR, base, NULL, 1, &t, &err),
			 &err);
		check_ok(part_table_add(t, &p, NULL, &err), &err);
		check_ok(part_table_write(t, base, &err), &err);
		part_table_free(t);
		check_ok(disk_read(base, 0, old, 512, NULL), NULL);
		d = fault_disk(base, &plan);
		check_eq(bootsect_write_mbr(d, NULL), plan.failed ? -EIO : 0);
		failed = plan.failed;
		disk_close(d);
		check_ok(disk_read(base, 0, now, 512, NULL), NULL);
		check(!memcmp(old + 440, now + 440, 72));
		check(!memcmp(old, now, 440) ||
		      !memcmp(now, bootsect_code_mbr.bytes,
			      bootsect_code_mbr.size));
		disk_close(base);
	}
}

int main(void)
{
	make_images();
	for (int ntfs = 0; ntfs < 2; ntfs++)
		for (enum start start = BARE; start < STARTS; start++) {
			fail_steps(ntfs, start, true);
			fail_steps(ntfs, start, false);
			cut_power(ntfs, start);
		}
	fail_mbr();
	return 0;
}
