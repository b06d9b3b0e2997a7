// SPDX-License-Identifier: MIT
//
// Which table a disk has, opening partitions, what may not be written. A hybrid
// or lost protective MBR is a plain one after writing.

#include "libpart/part_priv.h"
#include "unit/libpart/sparse.h"

#define MIB ((uint64_t)1 << 20)

static const struct guid id = {{7}};

static struct disk *new_gpt(void)
{
	struct part p = {.type = part_type_data, .size = 3 * MIB};
	struct disk *d = new_sparse(10 * MIB, 512);
	struct part_table *t;

	check_ok(part_table_new(PART_GPT, d, &id, 0, &t, NULL), NULL);
	check_ok(part_table_add(t, &p, NULL, NULL), NULL);
	check_ok(part_table_write(t, d, NULL), NULL);
	part_table_free(t);
	return d;
}

static void test_open(void)
{
	struct disk *d = new_gpt(), *p = NULL;

	check_eq(part_open(d, 2, &p, NULL), -ENOENT);
	check(!p);
	check_eq(part_open(d, 1, &p, NULL), 0);
	check_eq(p->size, 3 * MIB);
	check_ok(disk_write(p, 0, "hello", 5, NULL), NULL);
	disk_close(p);
	check_ok(disk_zero(d, 0, 10 * MIB, NULL), NULL);
	check_eq(part_open(d, 1, &p, NULL), -ENOENT);
	disk_close(d);
}

static void test_kinds(void)
{
	struct mbr_entry_disk e = {
		.type = 7, .start = to_le32(4096), .size = to_le32(1)};
	struct disk *d = new_gpt();
	struct part_table *t;

	check_ok(disk_write(d, 0x1ce, &e, sizeof(e), NULL), NULL);
	check_ok(part_table_read(d, &t, NULL), NULL);
	check(t->hybrid && t->style == PART_GPT);
	check_ok(part_table_write(t, d, NULL), NULL);
	part_table_free(t);
	check_ok(part_table_read(d, &t, NULL), NULL);
	check(!t->hybrid);
	part_table_free(t);
	check_ok(disk_zero(d, 0, 512, NULL), NULL);
	check_ok(part_table_read(d, &t, NULL), NULL);
	check(t->protective_broken);
	check_ok(part_table_write(t, d, NULL), NULL);
	part_table_free(t);
	check_ok(part_table_read(d, &t, NULL), NULL);
	check(!t->protective_broken);
	part_table_free(t);
	disk_close(d);
}

static void test_refused(void)
{
	struct disk *d = new_gpt(), *other = new_sparse(11 * MIB, 512);
	struct part_table *t;

	check_ok(part_table_read(d, &t, NULL), NULL);
	check_eq(part_table_write(t, other, NULL), -EINVAL);
	t->parts[0].type = (struct guid){{0}};
	check_eq(part_table_write(t, d, NULL), -EINVAL);
	t->parts[0].type = part_type_data;
	t->parts[0].size = 10 * MIB;
	check_eq(part_table_write(t, d, NULL), -ENOTSUP);
	part_table_free(t);
	d->sector_size = 3000;
	check_eq(part_table_read(d, &t, NULL), -ENOTSUP);
	disk_close(d);
	disk_close(other);
	d = new_sparse(512, 512);
	check_eq(part_table_read(d, &t, NULL), -ENOENT);
	disk_close(d);
}

int main(void)
{
	test_open();
	test_kinds();
	test_refused();
	return 0;
}
