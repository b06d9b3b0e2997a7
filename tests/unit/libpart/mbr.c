// SPDX-License-Identifier: MIT
//
// MBRs: what is one and what a file system's boot sector, chains that are
// broken, what is written.

#include "libpart/part_priv.h"
#include "unit/libpart/sparse.h"

#define MIB ((uint64_t)1 << 20)

static void put(struct disk *d, uint64_t at, uint8_t type0, uint32_t start0,
		uint32_t size0, uint8_t type1, uint32_t start1, uint32_t size1)
{
	struct mbr_disk m = {.magic = to_le16(MBR_MAGIC)};

	m.entries[0] = (struct mbr_entry_disk){.type = type0,
					       .start = to_le32(start0),
					       .size = to_le32(size0)};
	m.entries[1] = (struct mbr_entry_disk){.type = type1,
					       .start = to_le32(start1),
					       .size = to_le32(size1)};
	check_ok(disk_write(d, at, &m, sizeof(m), NULL), NULL);
}

// Who only looks sees the MBR's two, and what lies in the chain before it breaks.
static void look_at_broken(struct disk *d, size_t row)
{
	struct part_table *t;
	struct err err = {0}, flaw;

	check_ok(part_table_look(d, &t, &flaw, &err), &err);
	check_eq(t->count, row == 2 || row == 3 ? 2 : 3);
	check_eq(t->lost, 1);
	check_eq(flaw.code, err_corrupt(NULL, "", 0, "%s", ""));
	check_eq(part_table_write(t, d, NULL), -ENOTSUP);
	part_table_free(t);
}

// The MBR has a partition at 64 and an extended one at 128 of 1000 sectors; the
// record at 128 is the row's.
static void test_chains(void)
{
	static const struct {
		uint32_t start0, size0, start1, size1;
		int r;
		size_t count;
	} rows[] = {
		{1, 10, 0, 0, 0, 3},          // one
		{1, 999, 0, 0, 0, 3},         // up to the end
		{1, 1000, 0, 0, -EBADMSG, 0}, // over it
		{0, 10, 0, 0, -EBADMSG, 0},   // on the record
		{1, 10, 500, 10, 0, 4},       // a second record, there
		{1, 10, 0, 10, -EBADMSG, 0},  // to itself
		{1, 10, 1000, 10, -EBADMSG, 0},
		{1, 10, 0xfffffff0, 10, -EBADMSG, 0},
		{1, 10, 600, 10, -EBADMSG, 0}, // no record there
		{0, 0, 500, 10, 0, 3},         // only leads on
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct disk *d = new_sparse(MIB, 512);
		struct part_table *t = NULL;
		struct err err = {0};
		int r;

		put(d, 0, 7, 64, 10, 5, 128, 1000);
		put(d, 128 * 512, 7, rows[i].start0, rows[i].size0, 5,
		    rows[i].start1, rows[i].size1);
		put(d, 628 * 512, 6, 1, 10, 0, 0, 0);
		r = part_table_read(d, &t, &err);
		check_eq(r, rows[i].r);
		if (!r) {
			check_eq(t->count, rows[i].count);
			check_ok(part_table_write(t, d, &err), &err);
			part_table_free(t);
		} else {
			look_at_broken(d, i);
		}
		disk_close(d);
	}
}

static void test_long_chain(void)
{
	struct disk *d = new_sparse(MIB, 512);
	struct part_table *t;
	struct err flaw;

	put(d, 0, 5, 100, 1900, 0, 0, 0);
	for (uint32_t i = 0; i < 300; i++)
		put(d, (100 + i * 4) * 512, 7, 1, 1, 5, (i + 1) * 4, 4);
	check_eq(part_table_read(d, &t, NULL), -EFBIG);
	check_ok(part_table_look(d, &t, &flaw, NULL), NULL);
	check_eq(t->count, 1 + PART_MAX_LOGICAL);
	part_table_free(t);
	disk_close(d);
}

static void test_classify(void)
{
	struct mbr_disk m = {0};

	check_eq(mbr_classify(&m, 1000), MBR_NONE);
	m.magic = to_le16(MBR_MAGIC);
	check_eq(mbr_classify(&m, 1000), MBR_PLAIN);
	memcpy(m.code + 3, "NTFS    ", 8);
	check_eq(mbr_classify(&m, 1000), MBR_NONE);
	m.entries[2] = (struct mbr_entry_disk){
		.type = 0xee, .start = to_le32(1), .size = to_le32(9)};
	check_eq(mbr_classify(&m, 1000), MBR_PROTECTIVE);
	m.entries[3] = (struct mbr_entry_disk){
		.type = 7, .start = to_le32(1), .size = to_le32(9)};
	check_eq(mbr_classify(&m, 1000), MBR_HYBRID);
	m.entries[0].boot = 0x81;
	check_eq(mbr_classify(&m, 1000), MBR_NONE);
}

// Boot code stays, a file system's boot sector does not.
static void test_boot_code(void)
{
	struct part p = {.mbr_type = 0x0c, .active = true, .start = 2048 * 512};
	struct disk *d = new_sparse(10 * MIB, 512);
	struct part_table *t;
	struct mbr_disk m;
	uint8_t code[440];

	memset(code, 0xcd, sizeof(code));
	check_ok(disk_write(d, 0, code, sizeof(code), NULL), NULL);
	check_ok(part_table_new(PART_MBR, d, NULL, 0x12345678, &t, NULL), NULL);
	check_ok(part_table_add(t, &p, NULL, NULL), NULL);
	check_ok(part_table_write(t, d, NULL), NULL);
	check_ok(disk_read(d, 0, &m, sizeof(m), NULL), NULL);
	check(!memcmp(m.code, code, sizeof(code)));
	check_eq(get_le32(m.signature), 0x12345678);
	check_eq(m.entries[0].boot, 0x80);
	check(!memcmp(m.entries[0].chs_start, "\x20\x21\x00", 3));
	check_eq(get_le32(m.entries[0].start), 2048);
	memset(&m, 0, sizeof(m));
	memcpy(m.code + 3, "NTFS    ", 8);
	check_ok(disk_write(d, 0, &m, sizeof(m), NULL), NULL);
	check_ok(part_table_write(t, d, NULL), NULL);
	check_ok(disk_read(d, 0, &m, sizeof(m), NULL), NULL);
	check(!m.code[3]);
	part_table_free(t);
	disk_close(d);
}

int main(void)
{
	test_chains();
	test_long_chain();
	test_classify();
	test_boot_code();
	return 0;
}
