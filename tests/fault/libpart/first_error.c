// SPDX-License-Identifier: MIT
//
// The first error wins: who was told of one already keeps it, whichever read
// fails while a table is read, a disk looked at, its boot code written, or a
// chain of logical partitions wiped.

#include "bootsect.h"
#include "fault/fault.h"
#include "part.h"
#include "test.h"

static struct disk *base;

static int read_table(struct disk *d, struct err *err)
{
	struct part_table *t;
	int r = part_table_read(d, &t, err);

	if (!r)
		part_table_free(t);
	return r;
}

static int probe(struct disk *d, struct err *err)
{
	struct part_content content;

	return part_probe(d, &content, err);
}

static void each_read(int (*operation)(struct disk *, struct err *))
{
	struct fault_plan plan = {0};
	unsigned failed = 0;

	do {
		struct err err = {.code = -EPERM, .what = "first"};
		struct disk *d;
		int r;

		plan = (struct fault_plan){.fail_at = plan.fail_at + 1};
		d = fault_disk(base, &plan);
		r = operation(d, &err);
		failed += r == -EIO;
		check_eq(err.code, -EPERM);
		check(!strcmp(err.what, "first"));
		disk_close(d);
	} while (plan.failed);
	check(failed);
}

static void make(enum part_style style)
{
	struct part logical = {
		.mbr_type = PART_MBR_NTFS, .size = 4 << 20, .logical = true};
	struct part extended = {.mbr_type = 5, .size = 40 << 20};
	struct part data = {.size = 4 << 20};
	struct guid id = {.b = {7}};
	struct part_table *t;
	struct err err = {0};
	unsigned n;

	data.type = part_type_data;
	check_ok(disk_memory(64 << 20, 512, &base, &err), &err);
	check_ok(part_table_new(style, base, &id, 7, &t, &err), &err);
	if (style == PART_GPT) {
		check_ok(part_table_add(t, &data, &n, &err), &err);
	} else {
		check_ok(part_table_add(t, &extended, &n, &err), &err);
		check_ok(part_table_add(t, &logical, &n, &err), &err);
	}
	check_ok(part_table_write(t, base, &err), &err);
	part_table_free(t);
}

int main(void)
{
	make(PART_GPT);
	each_read(read_table);
	each_read(probe);
	disk_close(base);
	make(PART_MBR);
	each_read(probe);
	each_read(bootsect_write_mbr);
	each_read(part_wipe);
	disk_close(base);
	return 0;
}
