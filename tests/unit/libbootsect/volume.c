// SPDX-License-Identifier: MIT
//
// Boot code in volumes: what is kept, where the second part goes, what is left
// alone. A boot sector must never lead to a second part that is not there.

#include "bootsect.h"
#include "fat.h"
#include "libbootsect/bootsect_priv.h"
#include "ntfs.h"
#include "test.h"

#define SIZE ((uint64_t)36 << 20) // FAT32 needs about as much

static uint8_t before[SIZE], after[SIZE];

static struct disk *make_volume(bool ntfs)
{
	struct ntfs_build_options n = {.serial = 1, .hidden_sectors = 2048};
	struct fat_format_options f = {
		.bits = 32, .serial = 1, .label = "X", .hidden_sectors = 2048};
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	if (ntfs)
		check_ok(ntfs_format(d, &n, &err), &err);
	else
		check_ok(fat_format(d, &f, &err), &err);
	return d;
}

static void read_all(struct disk *d, uint8_t *to)
{
	check_ok(disk_read(d, 0, to, SIZE, NULL), NULL);
}

static void put(struct disk *d, uint32_t sector, uint8_t byte)
{
	check_ok(disk_write(d, sector * 512ull + 100, &byte, 1, NULL), NULL);
}

static void install(struct disk *d)
{
	struct err err = {0};

	read_all(d, before);
	check_ok(bootsect_write_volume(d, &err), &err);
	read_all(d, after);
}

static struct bootsect_tail_disk tail_of(const uint8_t *volume)
{
	struct bootsect_tail_disk t;

	memcpy(&t, volume + 512 - sizeof(t), sizeof(t));
	return t;
}

// The code is there, all of it, as the boot sector says it is.
static void check_code(bool ntfs)
{
	const struct bootsect_code *code = ntfs ? &bootsect_code_ntfs
						: &bootsect_code_fat32;
	size_t from = ntfs ? BOOTSECT_NTFS_CODE : BOOTSECT_FAT_CODE;
	struct bootsect_tail_disk t = tail_of(after);
	uint32_t at = get_le16(t.second_at), count = get_le16(t.second_count);
	uint16_t sum = 0;

	check(!memcmp(after + 3, before + 3, from - 3));
	check(!memcmp(after, code->bytes, 3));
	check(!memcmp(after + from, code->bytes + from,
		      512 - sizeof(t) - from));
	check_eq(after[510], 0x55);
	check_eq(after[511], 0xaa);
	check_eq(count * 512, code->size - 512);
	check(!memcmp(after + at * 512, code->bytes + 512, count * 512));
	for (uint32_t i = 0; i < count * 512; i += 2)
		sum += (uint16_t)(after[at * 512 + i] | after[at * 512 + i + 1]
								<< 8);
	check_eq(sum, get_le16(t.second_sum));
}

static void allow(uint64_t sector, uint32_t count)
{
	memcpy(before + sector * 512, after + sector * 512, count * 512);
}

// Nothing else changed but the sectors of the two parts and the copy.
static void check_rest(uint64_t copy, uint32_t also, uint32_t also_count)
{
	struct bootsect_tail_disk t = tail_of(after);

	check(!memcmp(after + copy * 512, after, 512));
	allow(0, 1);
	allow(copy, 1);
	allow(also, also_count);
	allow(get_le16(t.second_at), get_le16(t.second_count));
	check(!memcmp(before, after, SIZE));
}

static void test_install(bool ntfs)
{
	struct disk *d = make_volume(ntfs);
	uint64_t copy = ntfs ? SIZE / 512 - 1 : 6;
	struct bootsect_tail_disk t;

	install(d);
	check_code(ntfs);
	check_rest(copy, 0, 0);
	// the same again changes nothing
	install(d);
	check(!memcmp(before, after, SIZE));
	// a second part that is damaged is mended elsewhere, the rest removed
	t = tail_of(after);
	put(d, get_le16(t.second_at), 0xee);
	install(d);
	check_code(ntfs);
	check_rest(copy, get_le16(t.second_at), get_le16(t.second_count));
	check(get_le16(tail_of(after).second_at) != get_le16(t.second_at));
	for (uint32_t i = 0; i < get_le16(t.second_count) * 512u; i++)
		check(!after[get_le16(t.second_at) * 512 + i]);
	disk_close(d);
}

// Sectors in which others have something are left alone while others are free.
static void test_others_code(bool ntfs)
{
	struct disk *d = make_volume(ntfs);
	uint32_t last = ntfs ? 9 : 12;

	for (uint32_t i = 1; i <= last; i++)
		put(d, i, 0xcc);
	install(d);
	check_code(ntfs);
	check(get_le16(tail_of(after).second_at) > last);
	check_rest(ntfs ? SIZE / 512 - 1 : 6, 0, 0);
	disk_close(d);
}

// When nothing is free, what known code does not use is taken.
static void test_full(bool ntfs)
{
	struct disk *d = make_volume(ntfs);
	uint32_t at;

	for (uint32_t i = 1; i < (ntfs ? 16 : 32); i++)
		put(d, i, 0xcc);
	install(d);
	check_code(ntfs);
	at = get_le16(tail_of(after).second_at);
	check_eq(at, ntfs ? 10 : 3);
	disk_close(d);
}

// FSInfo, the copy of the boot sector and its FSInfo are never taken.
static void test_narrow(void)
{
	static const struct {
		uint16_t reserved, info, backup;
		int result;
		uint16_t at;
	} cases[] = {
		{9, 1, 6, 0, 3},        {4, 1, 0, 0, 2},
		{3, 1, 0, -ENOTSUP, 0}, {2, 1, 0, -ENOTSUP, 0},
		{8, 1, 4, 0, 2},        {7, 2, 4, -ENOTSUP, 0},
		{3, 0, 0, -ENOTSUP, 0}, {8, 0xffff, 0xffff, 0, 3},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct disk *d = make_volume(false);
		uint8_t sector[512], same[512];
		struct err err = {0};

		check_ok(disk_read(d, 0, sector, 512, NULL), NULL);
		sector[0x0e] = (uint8_t)cases[i].reserved;
		sector[0x30] = (uint8_t)cases[i].info;
		sector[0x31] = (uint8_t)(cases[i].info >> 8);
		sector[0x32] = (uint8_t)cases[i].backup;
		sector[0x33] = (uint8_t)(cases[i].backup >> 8);
		check_ok(disk_write(d, 0, sector, 512, NULL), NULL);
		check_eq(bootsect_write_volume(d, &err), cases[i].result);
		check_ok(disk_read(d, 0, same, 512, NULL), NULL);
		if (cases[i].result)
			check(!memcmp(sector, same, 512));
		else
			check_eq(same[512 - 6], cases[i].at);
		disk_close(d);
	}
}

// A place for the copy in which something else lies is not written.
static void test_no_copy(void)
{
	struct disk *d = make_volume(true);
	static uint8_t other[512] = {1, 2, 3};

	check_ok(disk_write(d, SIZE - 512, other, 512, NULL), NULL);
	install(d);
	check_code(true);
	check_rest(0, 0, 0);
	disk_close(d);
}

static void test_refused(void)
{
	struct fat_format_options fat16 = {.bits = 16};
	struct err err = {0};
	struct disk *d, *big;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_eq(bootsect_write_volume(d, &err), -ENOENT);
	check_ok(fat_format(d, &fat16, &err), &err);
	read_all(d, before);
	check_eq(bootsect_write_volume(d, NULL), -ENOENT);
	read_all(d, after);
	check(!memcmp(before, after, SIZE));
	disk_close(d);
	check_ok(disk_memory(SIZE, 4096, &big, &err), &err);
	check_eq(bootsect_write_volume(big, &err), -ENOTSUP);
	disk_close(big);
	check_ok(disk_memory(0, 512, &d, &err), &err);
	check_eq(bootsect_write_volume(d, &err), -ENOENT);
	disk_close(d);
}

int main(void)
{
	for (int ntfs = 0; ntfs < 2; ntfs++) {
		test_install(ntfs);
		test_others_code(ntfs);
		test_full(ntfs);
	}
	test_narrow();
	test_no_copy();
	test_refused();
	return 0;
}
