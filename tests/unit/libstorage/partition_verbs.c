// SPDX-License-Identifier: MIT
//
// Verbs of partitions: types that only override gives or takes.

#include "storage_fake.h"

#define MIB ((uint64_t)1 << 20)

static struct err err;
static struct storage *s;

static void begin(enum part_style style)
{
	static const char *const files[] = {"d.img"};
	const struct storage_source source = {.files = files, .file_count = 1};
	const struct part p = {
		.type = part_type_data, .mbr_type = 7, .size = 20 * MIB};
	unsigned n;

	err = (struct err){0};
	fake_begin();
	fake_file("d.img", 64 * MIB, 512);
	check_ok(storage_open(&fake_effects, &source, &s, &err), &err);
	check_ok(storage_convert(s, 0, style, &err), &err);
	check_ok(storage_create_partition(s, 0, &p, &n, &err), &err);
}

static void end(void)
{
	storage_close(s);
	fake_end();
}

static int set_type(const struct guid *type, int mbr_type, bool override)
{
	const struct storage_partition_change c = {
		.type = type, .mbr_type = mbr_type, .active = -1};

	err = (struct err){0};
	return storage_change_partition(s, 0, 1, &c, override, &err);
}

static void test_special(void)
{
	begin(PART_GPT);
	check_eq(set_type(&part_type_msr, -1, false), -EPERM);
	check(strstr(err.why, "override"));
	check_eq(set_type(&part_type_efi, -1, false), -EPERM);
	check_ok(set_type(&part_type_recovery, -1, false), &err);
	check_ok(set_type(&part_type_msr, -1, true), &err);
	check_eq(set_type(&part_type_data, -1, false), -EPERM);
	check_ok(set_type(&part_type_data, -1, true), &err);
	end();
	begin(PART_MBR);
	check_eq(set_type(NULL, PART_MBR_EFI, false), -EPERM);
	check_ok(set_type(NULL, PART_MBR_RECOVERY, false), &err);
	check_ok(set_type(NULL, PART_MBR_EFI, true), &err);
	check_eq(set_type(NULL, PART_MBR_NTFS, false), -EPERM);
	end();
}

int main(void)
{
	test_special();
	return 0;
}
