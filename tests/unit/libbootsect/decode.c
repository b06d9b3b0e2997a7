// SPDX-License-Identifier: MIT
//
// Boot sectors of all kinds: which get code, and why others do not. What a
// volume's fields allow decides which sectors are written.

#include "libbootsect/bootsect_priv.h"
#include "test.h"

#define SECTORS 100000u

static const uint8_t jump[3] = {0xeb, 0x58, 0x90};

static struct bootsect_ntfs_disk ntfs(void)
{
	struct bootsect_ntfs_disk d = {
		.oem = {'N', 'T', 'F', 'S', ' ', ' ', ' ', ' '},
		.sector_size = to_le16(512),
		.cluster_sectors = 8,
		.sectors = to_le64(SECTORS - 1),
		.mft_cluster = to_le64(4),
		.record_clusters = -10,
		.block_clusters = 1,
		.tail.magic = to_le16(0xaa55),
	};

	return d;
}

static struct bootsect_fat_disk fat(void)
{
	struct bootsect_fat_disk d = {
		.sector_size = to_le16(512),
		.cluster_sectors = 1,
		.reserved_sectors = to_le16(32),
		.tables = 2,
		.media = 0xf8,
		.table_sectors = to_le32(700),
		.root_cluster = to_le32(2),
		.info_sector = to_le16(1),
		.backup_sector = to_le16(6),
		.tail.magic = to_le16(0xaa55),
	};

	memcpy(d.jump, jump, 3);
	return d;
}

static int decode(const void *sector, struct bootsect_volume *ret)
{
	struct err err = {0};
	int r = bootsect_volume_decode(sector, SECTORS * 512ull, ret, &err);

	check(err.code == r);
	return r;
}

// Outputs of a failed call are as they were.
static void check_result(const void *sector, int result)
{
	struct bootsect_volume v = {.area = 77};

	check_eq(decode(sector, &v), result);
	check(!result == (v.area != 77));
}

static void test_sizes(void)
{
	static const struct {
		uint8_t cluster;
		int8_t record, block;
		int result;
	} cases[] = {
		{1, 2, 8, 0},
		{1, -10, -12, 0},
		{8, -12, 1, 0},
		{128, -10, -12, 0},
		{0xf8, -10, -12, 0},
		{0xf4, -10, -12, 0},
		{0xf3, -10, -12, -ENOTSUP},
		{0x80, 1, -12, -ENOTSUP},
		{0, -10, -12, -ENOTSUP},
		{3, -10, -12, -ENOTSUP},
		{0x81, -10, -12, -ENOTSUP},
		{8, 2, 1, -ENOTSUP},
		{8, -13, 1, -ENOTSUP},
		{8, -8, 1, -ENOTSUP},
		{8, 0, 1, -ENOTSUP},
		{8, -10, 0, -ENOTSUP},
		{8, -10, -17, -ENOTSUP},
		{8, -128, -128, -ENOTSUP},
		{8, -10, 16, 0},
		{8, -10, 127, -ENOTSUP},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bootsect_ntfs_disk d = ntfs();

		d.cluster_sectors = cases[i].cluster;
		d.record_clusters = cases[i].record;
		d.block_clusters = cases[i].block;
		check_result(&d, cases[i].result);
	}
}

static void test_ntfs(void)
{
	struct bootsect_ntfs_disk d = ntfs();
	struct bootsect_volume v = {0};

	check_eq(decode(&d, &v), 0);
	check(v.code == &bootsect_code_ntfs);
	check_eq(v.area, 16);
	check_eq(v.backup, (SECTORS - 1) * 512ull);
	d.sectors = to_le64(SECTORS); // no room for the copy
	check_eq(decode(&d, &v), 0);
	check_eq(v.backup, 0);
	d.sectors = to_le64(SECTORS + 1);
	check_result(&d, -EBADMSG);
	d.sectors = to_le64(15);
	check_result(&d, -EBADMSG);
	d.sectors = to_le64(UINT64_MAX);
	check_result(&d, -EBADMSG);
	d = ntfs();
	d.mft_cluster = to_le64(1ull << 32);
	check_result(&d, -EBADMSG);
	d = ntfs();
	d.sector_size = to_le16(4096);
	check_result(&d, -ENOTSUP);
	d = ntfs();
	d.tail.magic = to_le16(0);
	check_result(&d, -ENOENT);
}

static void test_fat(void)
{
	struct bootsect_fat_disk d = fat();
	struct bootsect_volume v = {0};

	check_eq(decode(&d, &v), 0);
	check(v.code == &bootsect_code_fat32);
	check_eq(v.area, 32);
	check_eq(v.not_free, 1 | 1 << 1 | 1 << 6 | 1 << 7);
	check_eq(v.backup, 6 * 512);
	d.reserved_sectors = to_le16(1000);
	check_eq(decode(&d, &v), 0);
	check_eq(v.area, BOOTSECT_MAX_AREA);
	d.backup_sector = to_le16(1000); // outside
	check_eq(decode(&d, &v), 0);
	check_eq(v.backup, 0);
	d.reserved_sectors = to_le16(0);
	check_result(&d, -EBADMSG);
	d = fat();
	d.table_sectors = to_le32(0);
	check_result(&d, -EBADMSG);
	d = fat();
	d.version = to_le16(1);
	check_result(&d, -ENOTSUP);
	d = fat();
	d.sector_size = to_le16(4096);
	check_result(&d, -ENOTSUP);
	d = fat();
	d.root_entries = to_le16(512);
	check_result(&d, -ENOENT);
	d = fat();
	d.table_sectors_16 = to_le16(9);
	check_result(&d, -ENOENT);
}

// exFAT, BitLocker and what else begins with a jump.
static void test_others(void)
{
	struct bootsect_fat_disk d = fat();

	memset(d.oem, 0, sizeof(d) - 3 - 2);
	check_result(&d, -ENOENT);
	d = fat();
	d.jump[0] = 0;
	check_result(&d, -ENOENT);
	d = fat();
	d.cluster_sectors = 3;
	check_result(&d, -ENOENT);
	d = fat();
	d.tables = 0;
	check_result(&d, -ENOENT);
	d = fat();
	d.media = 0;
	check_result(&d, -ENOENT);
}

int main(void)
{
	test_sizes();
	test_ntfs();
	test_fat();
	test_others();
	return 0;
}
