// SPDX-License-Identifier: MIT
//
// Tables in memory: where partitions are put, which numbers they get, what is
// refused.

#include "part.h"
#include "unit/libpart/sparse.h"

#define MIB ((uint64_t)1 << 20)

static const struct guid id = {{7}};

static struct part_table *new_table(enum part_style style, uint64_t size,
				    uint32_t sector)
{
	struct disk *d = new_sparse(size, sector);
	struct part_table *t = NULL;
	struct err err = {0};

	check_ok(part_table_new(style, d, &id, 1, &t, &err), &err);
	disk_close(d);
	return t;
}

static void test_new(void)
{
	static const struct {
		enum part_style style;
		bool has_id;
		uint64_t size;
		int r;
	} rows[] = {
		{PART_NONE, true, MIB, -EINVAL},
		{PART_GPT, false, MIB, -EINVAL},
		{PART_GPT, true, 34816, 0},
		{PART_GPT, true, 34304, -ENOSPC},
		{PART_MBR, false, 1024, 0},
		{PART_MBR, false, 512, -ENOSPC},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct disk *d = new_sparse(rows[i].size, 512);
		struct part_table *t = (void *)1;
		int r = part_table_new(rows[i].style, d,
				       rows[i].has_id ? &id : NULL, 0, &t,
				       NULL);

		check_eq(r, rows[i].r);
		if (r)
			check(t == (void *)1);
		else
			part_table_free(t);
		disk_close(d);
	}
	part_table_free(NULL);
}

static void test_add(void)
{
	static const struct {
		uint64_t start, size;
		unsigned number;
		int r;
		uint64_t at, bytes;
		unsigned as;
	} rows[] = {
		{0, 10 * MIB, 0, 0, MIB, 10 * MIB, 1},
		{0, 512, 0, 0, 11 * MIB, 512, 2},
		{0, 2 * MIB, 9, 0, 12 * MIB, 2 * MIB, 9},
		{50 * MIB, 0, 0, 0, 50 * MIB, 49 * MIB, 3},
		{0, 0, 0, 0, 14 * MIB, 36 * MIB, 4},
		{0, MIB, 0, -ENOSPC, 0, 0, 0},
		{11 * MIB + 512, 512, 0, 0, 11 * MIB + 512, 512, 5},
		{11 * MIB + 1024, MIB, 0, -EINVAL, 0, 0, 0},
		{0, 512, 9, -EEXIST, 0, 0, 0},
		{0, 512, 129, -EINVAL, 0, 0, 0},
		{100, 512, 0, -EINVAL, 0, 0, 0},
		{512, 512, 0, -EINVAL, 0, 0, 0},
		{100 * MIB - 512, 512, 0, -EINVAL, 0, 0, 0},
	};
	struct part_table *t = new_table(PART_GPT, 100 * MIB, 512);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct part p = {.type = part_type_data,
				 .start = rows[i].start,
				 .size = rows[i].size,
				 .number = rows[i].number};
		unsigned number = 77;
		int r = part_table_add(t, &p, &number, NULL);

		check_eq(r, rows[i].r);
		check_eq(number, r ? 77 : rows[i].as);
		if (r)
			continue;
		check_eq(part_find(t, number)->start, rows[i].at);
		check_eq(part_find(t, number)->size, rows[i].bytes);
		check(!guid_is_zero(&part_find(t, number)->id));
	}
	check(!part_find(t, 40));
	check_eq(part_table_remove(t, 40, NULL), -ENOENT);
	check_eq(part_table_remove(t, 9, NULL), 0);
	check_eq(t->count, 5);
	part_table_free(t);
}

static void test_bad_specs(void)
{
	struct part_table *t = new_table(PART_GPT, 100 * MIB, 512);
	struct part p = {.size = MIB};

	check_eq(part_table_add(t, &p, NULL, NULL), -EINVAL);
	p.type = part_type_data;
	strcpy(p.name, "1234567890123456789012345678901234567");
	check_eq(part_table_add(t, &p, NULL, NULL), -EINVAL);
	strcpy(p.name, "\xff");
	check_eq(part_table_add(t, &p, NULL, NULL), -EINVAL);
	p.name[0] = 0;
	p.logical = true;
	check_eq(part_table_add(t, &p, NULL, NULL), -EINVAL);
	check_eq(t->count, 0);
	part_table_free(t);
}

static int add_mbr(struct part_table *t, uint8_t type, uint64_t start,
		   uint64_t size, bool logical, bool active)
{
	struct part p = {.mbr_type = type,
			 .start = start,
			 .size = size,
			 .logical = logical,
			 .active = active};

	return part_table_add(t, &p, NULL, NULL);
}

static void test_mbr(void)
{
	struct part_table *t = new_table(PART_MBR, 100 * MIB, 512);

	check_eq(add_mbr(t, 0, 0, MIB, false, false), -EINVAL);
	check_eq(add_mbr(t, 0xee, 0, MIB, false, false), -EINVAL);
	check_eq(add_mbr(t, 7, 0, MIB, true, false), -EINVAL);
	check_eq(add_mbr(t, 7, 0, 10 * MIB, false, true), 0);
	check_eq(add_mbr(t, 7, 0, 10 * MIB, false, true), 0);
	check(!t->parts[0].active && t->parts[1].active);
	check_eq(add_mbr(t, 0x0f, 0, 50 * MIB, false, false), 0);
	check_eq(add_mbr(t, 5, 0, MIB, false, false), -EINVAL);
	check_eq(add_mbr(t, 7, 0, 10 * MIB, true, false), 0);
	check_eq(part_find(t, 5)->start, 22 * MIB);
	check_eq(add_mbr(t, 7, 40 * MIB, 5 * MIB, true, false), 0);
	check_eq(part_find(t, 6)->ebr, 40 * MIB - 512);
	check_eq(add_mbr(t, 7, 0, 0, true, false), 0);
	check_eq(part_find(t, 7)->start, 46 * MIB);
	check_eq(add_mbr(t, 7, 32 * MIB, 512, true, false), -EINVAL);
	check_eq(add_mbr(t, 7, 0, 0, false, false), 0);
	check_eq(part_find(t, 4)->size, 29 * MIB);
	check_eq(add_mbr(t, 7, 512, 512, false, false), -ENOSPC);
	check_eq(part_table_remove(t, 5, NULL), 0);
	check_eq(part_find(t, 5)->start, 40 * MIB);
	check_eq(part_table_remove(t, 3, NULL), 0);
	check_eq(t->count, 3);
	part_table_free(t);
}

// An MBR ends at 2^32 sectors; a GPT goes on.
static void test_large(void)
{
	const uint64_t exa = (uint64_t)1 << 60;
	struct part_table *t = new_table(PART_MBR, exa, 512);
	struct part p = {.type = part_type_data};

	check_eq(add_mbr(t, 7, 0, 0, false, false), 0);
	check_eq(t->parts[0].size, ((uint64_t)2 << 40) - MIB);
	part_table_free(t);
	t = new_table(PART_GPT, 4 * exa, 4096);
	check_eq(t->first_usable, 6 * 4096);
	check_eq(part_table_add(t, &p, NULL, NULL), 0);
	check_eq(t->parts[0].size, 4 * exa - 2 * MIB);
	part_table_free(t);
}

int main(void)
{
	test_new();
	test_add();
	test_bad_specs();
	test_mbr();
	test_large();
	return 0;
}
