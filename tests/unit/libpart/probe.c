// SPDX-License-Identifier: MIT
//
// What is said of a disk's content, and where: any byte that is looked at and is
// not zero is found.

#include "part.h"
#include "unit/libpart/sparse.h"

#define MIB ((uint64_t)1 << 20)

static struct err why;

static struct part_content probe(struct disk *d)
{
	struct part_content c = {.name = "untouched"};

	check_ok(part_probe(d, &c, &why), &why);
	return c;
}

static void put(struct disk *d, uint64_t at, const char *bytes)
{
	check_ok(disk_write(d, at, bytes, strlen(bytes), &why), &why);
}

static void test_probe(void)
{
	static const struct {
		uint64_t at;
		const char *bytes, *is;
		enum part_holds kind;
		uint64_t where; // 0: as `at`
	} rows[] = {
		{3, "NTFS    ", "NTFS", PART_HOLDS_VOLUME, 0},
		{82, "FAT32   ", "FAT", PART_HOLDS_VOLUME, 0},
		{54, "FAT16   ", "FAT", PART_HOLDS_VOLUME, 0},
		{0x438, "\x53\xef", "ext2", PART_HOLDS_VOLUME, 0},
		{0, "LUKS\xba\xbe", "LUKS", PART_HOLDS_VOLUME, 0},
		{0x10040, "_BHRfS_M", "btrfs", PART_HOLDS_VOLUME, 0},
		{0x8001, "CD001", "ISO 9660", PART_HOLDS_VOLUME, 0},
		{0x1000, "\xfc\x4e\x2b\xa9", "Linux RAID member",
		 PART_HOLDS_MEMBER, 0},
		{100 * MIB - 1024, "Intel Raid ISM Cfg Sig. 1.3.00",
		 "Intel RAID (RST) member", PART_HOLDS_MEMBER, 0},
		{100 * MIB - 65536, "\xfc\x4e\x2b\xa9", "Linux RAID member",
		 PART_HOLDS_MEMBER, 0},
		{40000, "x", "data", PART_HOLDS_DATA, 0},
		{70000, "x", "data", PART_HOLDS_DATA, 0},
		{4 * MIB - 1, "x", "data", PART_HOLDS_DATA, 0},
		{4 * MIB, "x", "data", PART_HOLDS_DATA, 0},
		{50 * MIB + 4095, "x", "data", PART_HOLDS_DATA, 0},
		{96 * MIB - 1, "x", "data", PART_HOLDS_DATA, 0},
		{100 * MIB - 1, "x", "data", PART_HOLDS_DATA, 0},
		// without a table: where partitions begin
		{MIB + 3, "NTFS    ", "NTFS", PART_HOLDS_VOLUME, 0},
		{63 * 512 + 3, "NTFS    ", "NTFS", PART_HOLDS_VOLUME, 0},
		{21 * MIB + 0x438, "\x53\xef", "ext2", PART_HOLDS_VOLUME, 0},
		{30 * MIB + 1024, "FILE0", "NTFS file records", PART_HOLDS_DATA,
		 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct disk *d = new_sparse(100 * MIB, 512);
		struct part_content c = probe(d);
		char text[PART_CONTENT_TEXT], want[PART_CONTENT_TEXT];

		check_eq(c.kind, PART_HOLDS_NOTHING);
		check(!c.name);
		put(d, rows[i].at, rows[i].bytes);
		c = probe(d);
		check_eq(c.kind, rows[i].kind);
		snprintf(want, sizeof(want), "%s at byte %llu", rows[i].is,
			 (unsigned long long)rows[i].at);
		check(!strcmp(part_content_text(&c, text), want));
		check(part_content_is(&c, "NTFS") == (rows[i].at == 3));
		disk_close(d);
	}
}

// The backup boot sector of a volume, its own being lost.
static void test_ntfs_backup(void)
{
	uint8_t boot[512] = "\xeb\x52\x90NTFS    ";
	struct disk *d = new_sparse(100 * MIB, 512);

	boot[510] = 0x55;
	boot[511] = 0xaa;
	check_ok(disk_write(d, 100 * MIB - 512, boot, 512, &why), &why);
	check(!strcmp(probe(d).name, "NTFS"));
	check(!part_content_is(&(struct part_content){.kind = PART_HOLDS_DATA,
						      .name = "NTFS"},
			       "NTFS"));
	disk_close(d);
}

static struct part_table *new_table(struct disk *d, enum part_style style)
{
	const struct guid id = {{1, 2, 3}};
	const struct part p = {.type = part_type_data, .mbr_type = 7};
	struct part_table *t;

	check_ok(part_table_new(style, d, &id, 1, &t, &why), &why);
	check_ok(part_table_add(t, &p, NULL, &why), &why);
	check_ok(part_table_write(t, d, &why), &why);
	return t;
}

// Either half of a GPT, by either sector size, whatever the disk's own is.
static void test_halves(void)
{
	for (uint32_t made = 512; made <= 4096; made += 4096 - 512)
		for (uint32_t asked = 512; asked <= 4096; asked += 4096 - 512)
			for (int half = 0; half < 2; half++) {
				struct disk *d = new_sparse(10 * MIB, made);
				struct part_table *t = new_table(d, PART_GPT);
				struct part_content c;

				d->sector_size = asked;
				check_ok(disk_zero(d, half ? 5 * MIB : 0,
						   5 * MIB, &why),
					 &why);
				c = probe(d);
				check_eq(c.kind, PART_HOLDS_TABLE);
				check(half ||
				      !strcmp(c.name, "the backup of a GPT"));
				check(half ||
				      guid_equal(&c.disk_id, &t->disk_id));
				check(half || c.at == 10 * MIB - made);
				part_table_free(t);
				disk_close(d);
			}
}

// Of each of these only a part is read, but all of them at a sector of 4096 too.
static void test_sizes(void)
{
	static const uint64_t sizes[] = {0,           1,
					 511,         512,
					 513,         1024,
					 4096,        65536,
					 MIB - 512,   4 * MIB + 512,
					 8 * MIB - 1, 8 * MIB,
					 8 * MIB + 1, 9 * MIB,
					 5000 * MIB,  (uint64_t)1 << 44};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (uint32_t s = 512; s <= 4096; s += 4096 - 512) {
			struct disk *d = new_sparse(sizes[i], s);

			check_eq(probe(d).kind, PART_HOLDS_NOTHING);
			if (sizes[i] >= 512) {
				put(d, sizes[i] - 1, "x");
				check_eq(probe(d).kind, PART_HOLDS_DATA);
				check_eq(probe(d).at, sizes[i] - 1);
			}
			disk_close(d);
		}
}

static int count(void *ctx, const struct part_content *found)
{
	++*(int *)ctx;
	return found->kind == PART_HOLDS_DATA ? 7 : 0;
}

// All that is known by its place is told, then bytes once; an answer that is not
// zero ends it.
static void test_each(void)
{
	struct disk *d = new_sparse(100 * MIB, 512);
	int n = 0;

	put(d, 3, "NTFS    ");
	put(d, 100 * MIB - 1024, "NVIDIA");
	put(d, 100 * MIB - 65536, "\xfc\x4e\x2b\xa9");
	check_eq(part_probe_each(d, count, &n, NULL), 7);
	check_eq(n, 4);
	disk_close(d);
}

static int fail(struct disk *d, uint64_t off, void *buf, size_t len,
		struct err *err)
{
	if (off <= 600 * MIB && off + len > 600 * MIB)
		return err_set(err, -EIO, "disk", off, "bad");
	memset(buf, 0, len);
	return 0;
}

// What cannot be read is not blank.
static void test_bad_sector(void)
{
	static const struct disk_ops ops = {.read = fail};
	struct disk d = {.ops = &ops, .size = 3000 * MIB, .sector_size = 512};
	struct part_content c;
	struct err err = {0};

	check_eq(part_probe(&d, &c, &err), -EIO);
	check(!strcmp(err.why, "bad"));
}

int main(void)
{
	test_probe();
	test_ntfs_backup();
	test_halves();
	test_sizes();
	test_each();
	test_bad_sector();
	return 0;
}
