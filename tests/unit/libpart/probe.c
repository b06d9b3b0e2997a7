// SPDX-License-Identifier: MIT
//
// What is said of a disk's content, and that nothing is left of it.

#include "part.h"
#include "unit/libpart/sparse.h"

#define MIB ((uint64_t)1 << 20)

static void test_probe(void)
{
	static const struct {
		uint64_t at;
		const char *bytes, *is;
	} rows[] = {
		{3, "NTFS    ", "NTFS"},     {82, "FAT32   ", "FAT"},
		{54, "FAT16   ", "FAT"},     {0x438, "\x53\xef", "ext"},
		{0, "LUKS\xba\xbe", "LUKS"}, {0x10040, "_BHRfS_M", "btrfs"},
		{0x8001, "CD001", "ISO 9660"}, {40000, "x", "data"},
		{70000, "x", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct disk *d = new_sparse(10 * MIB, 512);
		const char *what = "untouched";

		check_ok(disk_write(d, rows[i].at, rows[i].bytes,
				    strlen(rows[i].bytes), NULL), NULL);
		check_ok(part_probe(d, &what, NULL), NULL);
		check(rows[i].is ? what && !strcmp(what, rows[i].is) : !what);
		disk_close(d);
	}
}

static void test_wipe(void)
{
	const struct guid id = {{1}};
	struct part p = {.type = part_type_data, .mbr_type = 0x0f};

	for (int style = PART_MBR; style <= PART_GPT; style++) {
		struct disk *d = new_sparse(10 * MIB, 512);
		struct part_table *t;
		const char *what;
		static uint8_t data[10 * MIB];

		check_ok(part_table_new(style, d, &id, 1, &t, NULL), NULL);
		check_ok(part_table_add(t, &p, NULL, NULL), NULL);
		check_ok(part_table_write(t, d, NULL), NULL);
		part_table_free(t);
		check_ok(part_probe(d, &what, NULL), NULL);
		check(!strcmp(what, style == PART_GPT ? "GPT" : "MBR"));
		d->size = 12 * MIB; // the backup is not at the end now
		check_ok(part_wipe(d, NULL), NULL);
		d->size = 10 * MIB;
		check_eq(part_table_read(d, &t, NULL), -ENOENT);
		check_ok(disk_read(d, 0, data, 10 * MIB - 33 * 512, NULL),
			 NULL);
		for (size_t i = 0; i < 10 * MIB - 33 * 512; i++)
			check(!data[i]);
		disk_close(d);
	}
}

int main(void)
{
	test_probe();
	test_wipe();
	return 0;
}
