// SPDX-License-Identifier: MIT
//
// An empty volume: what is replaced, which FAT a size means, and which volumes
// have boot code.

#include "unit/libstorage/recorder.h"

#define MIB ((uint64_t)1 << 20)

static int run(enum storage_fs fs, uint64_t size, bool replace, struct err *err)
{
	struct disk d = nothing(size);
	const struct storage_format how = {.fs = fs,
					   .label = "DATA",
					   .serial = 0x1234567890abcdef,
					   .cluster_size = 8192,
					   .hidden_sectors = 2048,
					   .time = 1,
					   .replace = replace,
					   .otherwise = "/Y would"};

	record_begin();
	return storage_format(&recording, &d, &how, err);
}

static void test_kinds(void)
{
	check_ok(run(STORAGE_NTFS, 100 * MIB, false, NULL), NULL);
	check_calls("find missed, ntfs, boot code");
	check(!strcmp(recorder.ntfs.label, "DATA"));
	check_eq(recorder.ntfs.serial, 0x1234567890abcdef);
	check_eq(recorder.ntfs.cluster_size, 8192);
	check_eq(recorder.ntfs.hidden_sectors, 2048);
	check_eq(recorder.ntfs.time, filetime_from_unix(1, 0));
	check_ok(run(STORAGE_FAT32, 100 * MIB, false, NULL), NULL);
	check_calls("find missed, fat32, boot code");
	check_eq(recorder.fat.serial, 0x90abcdef);
	check_eq(recorder.fat.time, 1);
	check_ok(run(STORAGE_FAT, 16 * MIB - 512, false, NULL), NULL);
	check_calls("find missed, fat12, boot code");
	check_ok(run(STORAGE_FAT, 16 * MIB, false, NULL), NULL);
	check_calls("find missed, fat16, boot code");
}

static int run_on(struct part_content missed, bool replace, struct err *err)
{
	struct disk d = nothing(100 * MIB);
	const struct storage_format how = {.replace = replace,
					   .otherwise = "/Y would"};

	record_begin();
	recorder.missed = missed;
	return storage_format(&recording, &d, &how, err);
}

// A disk with partitions is never taken for a volume.
static void test_refusals(void)
{
	const struct part_content table = {.kind = PART_HOLDS_TABLE,
					   .name = "MBR",
					   .parts = 1},
				  volume = {.kind = PART_HOLDS_VOLUME,
					    .name = "NTFS"};
	struct err err = {0};

	check_eq(run_on(table, true, NULL), -EBUSY);
	check_calls("find missed");
	check_eq(run_on(volume, false, &err), -EEXIST);
	check(!strncmp(err.why, "it holds NTFS", 13));
	check(strstr(err.why, "; /Y would"));
	check_calls("find missed");
	check_ok(run_on(volume, true, NULL), NULL);
	check_calls("find missed, ntfs, boot code");
}

// Volumes that no BIOS starts go without its code.
static void test_boot_code(void)
{
	static const struct {
		int gives, result;
	} rows[] = {{-ENOENT, 0}, {-ENOTSUP, 0}, {-EBADMSG, -EBADMSG}};
	struct disk d = nothing(100 * MIB);
	const struct storage_format how = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		record_begin();
		recorder.boot_code = rows[i].gives;
		check_eq(storage_format(&recording, &d, &how, NULL),
			 rows[i].result);
	}
}

// Nothing follows what failed.
static void test_failures(void)
{
	static const struct {
		const char *fail, *calls;
	} rows[] = {
		{"find missed", "find missed"},
		{"ntfs", "find missed, ntfs"},
		{"boot code", "find missed, ntfs, boot code"},
	};
	struct disk d = nothing(100 * MIB);
	const struct storage_format how = {0};
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		record_begin();
		recorder.fail = rows[i].fail;
		err = (struct err){0};
		check_eq(storage_format(&recording, &d, &how, &err), -EIO);
		check(!strcmp(err.why, "it broke"));
		check_calls(rows[i].calls);
	}
}

int main(void)
{
	test_kinds();
	test_refusals();
	test_boot_code();
	test_failures();
	return 0;
}
