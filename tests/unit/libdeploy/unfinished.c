// SPDX-License-Identifier: MIT
//
// The mark of a deployment that did not end counts alone.
#include "fixture.h"

#define SIZE ((uint64_t)96 * MIB)

static const struct guid id = {{1, 2, 3}}, other = {{4}};

static struct disk *marked_disk(void)
{
	struct disk *d = fixture_disk(SIZE);

	check_ok(unfinished_mark(d, &id, &fixture_err), &fixture_err);
	return d;
}

static bool is_all(struct disk *d, struct part_content *found)
{
	bool all = true;

	*found = (struct part_content){.name = NULL};
	check_ok(unfinished_is_all(d, &all, found, &fixture_err), &fixture_err);
	return all;
}

static void test_mark(void)
{
	struct disk *d = fixture_disk(SIZE);
	struct part_content found;
	struct part_table *t;
	uint8_t sector[512];

	check(!is_all(d, &found));
	check_ok(unfinished_mark(d, &id, &fixture_err), &fixture_err);
	check(is_all(d, &found));
	// no boot signature: nobody takes it for a table
	check(!disk_read(d, 0, sector, sizeof(sector), NULL));
	check(!sector[510] && !sector[511]);
	check_eq(part_table_read(d, &t, NULL), -ENOENT);
	check_ok(part_probe(d, &found, &fixture_err), &fixture_err);
	check_eq(found.kind, PART_HOLDS_DATA);
	sector[446] ^= 1;
	check(!disk_write(d, 0, sector, sizeof(sector), NULL));
	check(!is_all(d, &found));
	disk_close(d);
}

// What was put on the disk since, and leaves the mark alone; and what lies
// where volumes do.
static void test_content(void)
{
	static const struct {
		uint64_t at;
		const char *bytes, *is; // NULL: passes
	} rows[] = {
		{SIZE - 1024, "Intel Raid ISM Cfg Sig. 1.0.00",
		 "Intel RAID (RST) member"},
		{SIZE - 65536, "\xfc\x4e\x2b\xa9", "Linux RAID member"},
		{0x1000, "\xfc\x4e\x2b\xa9", "Linux RAID member"},
		{0x218, "LVM2 001", "LVM physical volume"},
		{0x10040, "_BHRfS_M", "btrfs"},
		{3, "NTFS    ", "NTFS"},
		{63 * 512 + 3, "NTFS    ", "NTFS"},
		{700000, "x", "data"},
		{MIB - 1, "x", "data"},
		{MIB, "x", NULL},
		{MIB + 3, "NTFS    ", NULL},
		{41 * MIB + 3, "NTFS    ", NULL},
		{SIZE - 512, "x", NULL}, // of a GPT that is being written
		{512 + 100, "x", NULL},
		{100, "boot code", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct disk *d = marked_disk();
		struct part_content found;

		check(!disk_write(d, rows[i].at, rows[i].bytes,
				  strlen(rows[i].bytes), NULL));
		check_eq(is_all(d, &found), !rows[i].is);
		check(!rows[i].is || !strcmp(found.name, rows[i].is));
		disk_close(d);
	}
}

// A table that is there but for its MBR: this deployment's, or another one.
static void test_table(void)
{
	for (int own = 0; own < 2; own++) {
		struct disk *d = fixture_disk(SIZE);
		struct part_content found;
		struct part_table *t;

		check_ok(part_table_new(PART_GPT, d, own ? &id : &other, 0, &t,
					&fixture_err),
			 &fixture_err);
		check_ok(part_table_write(t, d, &fixture_err), &fixture_err);
		part_table_free(t);
		check(!disk_zero(d, 0, 512, NULL));
		check_ok(unfinished_mark(d, &id, &fixture_err), &fixture_err);
		check_eq(is_all(d, &found), own);
		check(own || !strcmp(found.name, "GPT"));
		// the backup alone
		check(!disk_zero(d, 512, MIB, NULL));
		check_eq(is_all(d, &found), own);
		disk_close(d);
	}
}

int main(void)
{
	test_mark();
	test_content();
	test_table();
	return 0;
}
