// SPDX-License-Identifier: MIT
//
// What somebody would miss: volumes with files, and whatever lies under an empty
// one by its place; not an empty volume.

#include "storage.h"
#include "test.h"

#define MIB ((uint64_t)1 << 20)

static enum part_holds missed(struct disk *d)
{
	struct part_content found;
	struct err err = {0};

	check_ok(storage_find_missed(d, &found, &err), &err);
	return found.kind;
}

static void add_file(struct disk *d)
{
	struct err err = {0};
	struct fat *f;

	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_write_file(f, "a", "x", 1, 0, 0, &err), &err);
	check_ok(fat_sync(f, &err), &err);
	fat_close(f);
}

int main(void)
{
	struct fat_format_options fat = {.bits = 16};
	struct ntfs_build_options ntfs = {0};
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(24 * MIB, 512, &d, &err), &err);
	check_eq(missed(d), PART_HOLDS_NOTHING);
	check_ok(ntfs_format(d, &ntfs, &err), &err);
	check_eq(missed(d), PART_HOLDS_NOTHING);
	check_ok(fat_format(d, &fat, &err), &err);
	check_eq(missed(d), PART_HOLDS_NOTHING);
	// a member of a RAID keeps its mark at the end of the disk
	check_ok(disk_write(d, 24 * MIB - 1024,
			    "Intel Raid ISM Cfg Sig. 1.0.00", 30, &err),
		 &err);
	check_eq(missed(d), PART_HOLDS_MEMBER);
	check_ok(disk_zero(d, 24 * MIB - 1024, 1024, &err), &err);
	add_file(d);
	check_eq(missed(d), PART_HOLDS_VOLUME);
	check_ok(disk_zero(d, 0, 1 * MIB, &err), &err);
	check(missed(d) != PART_HOLDS_NOTHING);
	disk_close(d);
	return 0;
}
