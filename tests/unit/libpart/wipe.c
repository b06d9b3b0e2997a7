// SPDX-License-Identifier: MIT
//
// Nothing is left of a table, wherever its parts are, nor of what is known by
// its place; what lies between the ends stays.

#include "part.h"
#include "unit/libpart/sparse.h"

#define MIB ((uint64_t)1 << 20)

static void test_wipe(void)
{
	const struct guid id = {{1}};
	struct part p = {.type = part_type_data, .mbr_type = 0x0f};

	for (int style = PART_MBR; style <= PART_GPT; style++) {
		struct disk *d = new_sparse(10 * MIB, 512);
		struct part_table *t;
		struct part_content what;
		static uint8_t data[10 * MIB];

		check_ok(part_table_new(style, d, &id, 1, &t, NULL), NULL);
		check_ok(part_table_add(t, &p, NULL, NULL), NULL);
		check_ok(part_table_write(t, d, NULL), NULL);
		part_table_free(t);
		check_ok(part_probe(d, &what, NULL), NULL);
		check(!strcmp(what.name, style == PART_GPT ? "GPT" : "MBR"));
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

// Marks at both ends go, also those farther in than 1 MiB; what lies between is
// left, and found.
static void test_ends(void)
{
	static const struct {
		uint64_t at;
		const char *bytes;
	} rows[] = {
		{0x200000, "\x5e\xf1\xab\x2f"},
		{64 * MIB - 3087 * 512, "Promise Technology, Inc."},
		{64 * MIB - 65536, "\xfc\x4e\x2b\xa9"},
		{64 * MIB - 1024, "Intel Raid ISM Cfg Sig. 1.0.00"},
	};
	struct disk *d = new_sparse(64 * MIB, 512);
	struct part_content what;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_ok(disk_write(d, rows[i].at, rows[i].bytes,
				    strlen(rows[i].bytes), NULL),
			 NULL);
	check_ok(part_wipe(d, NULL), NULL);
	check_ok(part_probe(d, &what, NULL), NULL);
	check_eq(what.kind, PART_HOLDS_NOTHING);
	check_ok(disk_write(d, 32 * MIB, "kept", 4, NULL), NULL);
	check_ok(part_wipe(d, NULL), NULL);
	check_ok(part_probe(d, &what, NULL), NULL);
	check_eq(what.at, 32 * MIB);
	disk_close(d);
}

int main(void)
{
	test_wipe();
	test_ends();
	return 0;
}
