// SPDX-License-Identifier: MIT
//
// Disks that verbs leave alone for what their tables are.

#include "storage_fake.h"

#define MIB ((uint64_t)1 << 20)

static struct err err;
static struct storage *s;
static struct disk *d;

static unsigned add(uint64_t size)
{
	const struct part p = {
		.type = part_type_data, .mbr_type = 7, .size = size};
	unsigned n;

	check_ok(storage_create_partition(s, 0, &p, &n, &err), &err);
	return n;
}

static void begin(enum part_style style)
{
	static const char *const files[] = {"d.img"};
	const struct storage_source source = {.files = files, .file_count = 1};

	err = (struct err){0};
	fake_begin();
	d = fake_file("d.img", 64 * MIB, 512)->disk;
	check_ok(storage_open(&fake_effects, &source, &s, &err), &err);
	check_ok(storage_convert(s, 0, style, &err), &err);
	add(20 * MIB);
}

static void end(void)
{
	storage_close(s);
	fake_end();
}

// Lists a partition in the MBR's second entry, as another tool would.
static void list_second(uint64_t start, uint64_t size)
{
	struct {
		uint8_t boot, chs_start[3], type, chs_end[3];
		le32 start, size;
	} entry = {.type = 7,
		   .start = to_le32((uint32_t)(start / 512)),
		   .size = to_le32((uint32_t)(size / 512))};

	check_ok(disk_write(d, 446 + 16, &entry, sizeof(entry), &err), &err);
	check_ok(storage_rescan(s, &err), &err);
}

static int format(unsigned volume)
{
	const struct storage_format how = {.fs = STORAGE_FAT};

	err = (struct err){0};
	return storage_format_volume(s, volume, &how, false, true, NULL, &err);
}

static void test_overlap(void)
{
	begin(PART_MBR);
	list_second(15 * MIB, 20 * MIB);
	check_eq(format(0), -ENOTSUP);
	check(strstr(err.why, "shares space"));
	check_eq(format(1), -ENOTSUP);
	list_second(21 * MIB, 20 * MIB);
	check_ok(format(1), &err);
	end();
}

// What old systems see of a GPT goes only when that is said.
static void test_hybrid(void)
{
	const struct part p = {.type = part_type_data, .size = MIB};
	uint8_t old[512], now[512];
	unsigned n;

	begin(PART_GPT);
	list_second(MIB, 20 * MIB);
	check_ok(disk_read(d, 0, old, sizeof(old), &err), &err);
	check_eq(storage_create_partition(s, 0, &p, &n, &err), -EPERM);
	check(strstr(err.why, "REPAIR TABLE OVERRIDE"));
	check_eq(storage_delete_partition(s, 0, 1, true, NULL), -EPERM);
	check_eq(storage_extend(s, 0, MIB, NULL, NULL), -EPERM);
	check_eq(storage_mend_table(s, 0, false, NULL), -EPERM);
	check_ok(format(0), &err);
	check_ok(disk_read(d, 0, now, sizeof(now), &err), &err);
	check(!memcmp(old, now, sizeof(old)));
	check_ok(storage_mend_table(s, 0, true, &err), &err);
	add(MIB);
	list_second(MIB, 20 * MIB);
	check_ok(storage_clean(s, 0, false, false, NULL, &err), &err);
	end();
}

// What is wrong with a table is said, and what to do.
static void test_broken(void)
{
	const struct part p = {.mbr_type = 7, .size = MIB};
	unsigned n;

	begin(PART_MBR);
	list_second(30 * MIB, 90 * MIB);
	check_eq(storage_create_partition(s, 0, &p, &n, &err), -EBADMSG);
	check(strstr(err.why, "leaves its place"));
	check(strstr(err.why, "CLEAN"));
	end();
}

int main(void)
{
	test_broken();
	test_hybrid();
	test_overlap();
	return 0;
}
