// SPDX-License-Identifier: MIT
//
// Extended boot records as others leave them: with several partitions, and with
// garbage. Linux and Windows read both, and their numbers must be ours.

#include "part.h"
#include "libpart/part_disk.h"
#include "unit/libpart/sparse.h"

#define SECTORS 4096

struct entry {
	uint8_t type;
	uint32_t start, size;
};

static void put(struct disk *d, uint64_t lba, const struct entry e[4])
{
	struct mbr_disk m = {.magic = to_le16(MBR_MAGIC)};

	for (int i = 0; i < 4; i++)
		m.entries[i] =
			(struct mbr_entry_disk){.type = e[i].type,
						.start = to_le32(e[i].start),
						.size = to_le32(e[i].size)};
	check_ok(disk_write(d, lba * 512, &m, sizeof(m), NULL), NULL);
}

// The extended partition is of 2000 sectors at 1000; a second record at 2000.
static struct disk *new_disk(const struct entry first[4],
			     const struct entry second[4])
{
	static const struct entry mbr[4] = {{7, 100, 50}, {5, 1000, 2000}};
	struct disk *d = new_sparse(SECTORS * 512, 512);

	put(d, 0, mbr);
	put(d, 1000, first);
	put(d, 2000, second);
	return d;
}

static const struct row {
	const char *name;
	struct entry first[4], second[4];
	uint32_t starts[8]; // of partitions 5, 6, ...
} rows[] = {
	{"plain", {{7, 1, 10}, {5, 1000, 100}}, {{7, 1, 10}}, {1001, 2001}},
	{"two in the first",
	 {{7, 1, 10}, {7, 20, 10}, {5, 1000, 100}},
	 {{6, 1, 10}},
	 {1001, 1020, 2001}},
	{"the link stands first",
	 {{5, 1000, 100}, {7, 1, 10}, {7, 20, 10}},
	 {{6, 1, 10}},
	 {1001, 1020, 2001}},
	{"three and four",
	 {{7, 1, 10}, {7, 20, 10}, {7, 40, 10}, {0x0f, 1000, 100}},
	 {{1, 1, 2}, {1, 4, 2}, {1, 7, 2}, {1, 10, 2}},
	 {1001, 1020, 1040, 2001, 2004, 2007, 2010}},
	{"the second link is none",
	 {{7, 1, 10}, {5, 1000, 100}, {0x85, 500, 10}},
	 {{7, 1, 10}},
	 {1001, 2001}},
	{"garbage in the last two",
	 {{7, 1, 10},
	  {5, 1000, 100},
	  {0xcc, 0xcccccccc, 0xcccccccc},
	  {0x20, 1990, 20}},
	 {{7, 1, 10}},
	 {1001, 2001}},
	{"longer than its link says",
	 {{7, 1, 10}, {5, 1000, 100}},
	 {{7, 1, 10}, {0}, {7, 20, 10}, {7, 95, 10}},
	 {1001, 2001, 2020}},
	{"no type",
	 {{7, 1, 10}, {0, 20, 10}, {5, 1000, 9}},
	 {{7, 1, 5}},
	 {1001, 1020, 2001}},
};

static void check_row(const struct row *row)
{
	struct disk *d = new_disk(row->first, row->second);
	struct part_table *t;
	struct err err = {0};
	size_t n = 0;

	printf("%s\n", row->name);
	check_ok(part_table_read(d, &t, &err), &err);
	while (row->starts[n])
		n++;
	check_eq(t->count, 2 + n);
	for (unsigned i = 0; i < n; i++) {
		const struct part *p = part_find(t, 5 + i);

		check(p && p->logical);
		check_eq(p->start, row->starts[i] * 512);
	}
	part_table_free(t);
	disk_close(d);
}

// A record with two is not written, and says which they are; without the second
// one it is.
static void test_write(void)
{
	struct disk *d = new_disk(rows[1].first, rows[1].second);
	struct mbr_disk before, after;
	struct part_table *t;
	struct err err = {0};

	check_ok(part_table_read(d, &t, &err), &err);
	check_ok(disk_read(d, 1000 * 512, &before, 512, &err), &err);
	part_find(t, 1)->mbr_type = 0x0c;
	check_eq(part_table_write(t, d, &err), -ENOTSUP);
	check(strstr(err.why, "partitions 5 and 6"));
	check_ok(disk_read(d, 1000 * 512, &after, 512, &err), &err);
	check(!memcmp(&before, &after, 512));
	check_ok(part_table_remove(t, 6, &err), &err);
	check_ok(part_table_write(t, d, &err), &err);
	part_table_free(t);
	check_ok(part_table_read(d, &t, &err), &err);
	check_eq(t->count, 4);
	check_eq(part_find(t, 6)->start, 2001 * 512);
	part_table_free(t);
	disk_close(d);
}

// Where the first two do not fit, the table is broken.
static void test_broken(void)
{
	static const struct entry over[4] = {{7, 1, 10}, {7, 1990, 20}},
				  none[4] = {{0}};
	struct disk *d = new_disk(over, none);
	struct part_table *t;

	check_eq(part_table_read(d, &t, NULL), -EBADMSG);
	disk_close(d);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_row(&rows[i]);
	test_write();
	test_broken();
	return 0;
}
