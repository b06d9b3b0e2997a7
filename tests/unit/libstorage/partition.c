// SPDX-License-Identifier: MIT
//
// A new table: what is refused before the disk is touched, and what is done to it
// in which order.

#include "unit/libstorage/recorder.h"

#define MIB ((uint64_t)1 << 20)

static const struct part parts[] = {
	{.type = {{1}}, .mbr_type = PART_MBR_FAT32, .size = 100 * MIB},
	{.type = {{2}}, .mbr_type = PART_MBR_NTFS},
};

static int run(struct storage_layout l, struct err *err)
{
	struct disk d = nothing(1024 * MIB);

	l.disk_id = (struct guid){{7}};
	l.otherwise = "/Y would";
	if (!l.parts) {
		l.parts = parts;
		l.count = 2;
	}
	return storage_partition(&recording, &d, &l, err);
}

// Only what is there is wiped, and the table follows it; partitions begin on a
// MiB and fill the disk.
static void test_order(void)
{
	const struct part_content table = {.kind = PART_HOLDS_TABLE,
					   .name = "GPT"};
	const struct storage_layout gpt = {.style = PART_GPT, .replace = true},
				    mbr = {.style = PART_MBR, .replace = true};

	record_begin();
	check_ok(run(gpt, NULL), NULL);
	check_calls("probe, gpt 1@1+100 2@101+922");
	record_begin();
	recorder.found = table;
	check_ok(run(gpt, NULL), NULL);
	check_calls("probe, wipe, gpt 1@1+100 2@101+922");
	record_begin();
	recorder.found = table;
	check_ok(run(mbr, NULL), NULL);
	check_calls("probe, wipe, mbr 1@1+100 2@101+923, read, mbr code");
}

// Boot code that is there stays, and a disk that no BIOS starts is made all the
// same; a failing disk is told.
static void test_mbr_code(void)
{
	const struct storage_layout mbr = {.style = PART_MBR};
	struct err err = {0};

	record_begin();
	recorder.first = 0xfa;
	check_ok(run(mbr, NULL), NULL);
	check_calls("probe, mbr 1@1+100 2@101+923, read");
	record_begin();
	recorder.boot_code = -ENOTSUP;
	check_ok(run(mbr, &err), &err);
	record_begin();
	recorder.fail = "mbr code";
	check_eq(run(mbr, &err), -EIO);
	check(!strcmp(err.why, "it broke"));
}

static void test_refusals(void)
{
	const struct part twice[] = {
		{.type = {{1}}, .number = 1, .size = MIB},
		{.type = {{1}}, .number = 1, .size = MIB},
	};
	struct err err = {0};

	record_begin();
	recorder.found =
		(struct part_content){.kind = PART_HOLDS_VOLUME, .name = "ext"};
	check_eq(run((struct storage_layout){.style = PART_GPT}, &err),
		 -EEXIST);
	check(!strncmp(err.why, "it holds ext", 12));
	check(strstr(err.why, "; /Y would"));
	check_calls("probe");
	// what the table does not take leaves the disk as it is
	record_begin();
	check_eq(run((struct storage_layout){.style = PART_GPT,
					     .parts = twice,
					     .count = 2,
					     .replace = true},
		     NULL),
		 -EEXIST);
	check_calls("probe");
}

// Nothing follows what failed.
static void test_failures(void)
{
	static const struct {
		const char *fail, *calls;
	} rows[] = {
		{"probe", "probe"},
		{"wipe", "probe, wipe"},
		{"mbr 1@1+100 2@101+923", "probe, wipe, mbr 1@1+100 2@101+923"},
		{"read", "probe, wipe, mbr 1@1+100 2@101+923, read"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		record_begin();
		recorder.found.kind = PART_HOLDS_DATA;
		recorder.fail = rows[i].fail;
		check_eq(run((struct storage_layout){.style = PART_MBR,
						     .replace = true},
			     NULL),
			 -EIO);
		check_calls(rows[i].calls);
	}
}

int main(void)
{
	test_order();
	test_mbr_code();
	test_refusals();
	test_failures();
	return 0;
}
