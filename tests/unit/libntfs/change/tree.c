// SPDX-License-Identifier: MIT
//
// Folders of many names: their indexes grow block by block and level by level,
// and shrink again, in orders that are hard on a tree.

#include "ntfs_change.h"
#include "unit/libntfs/change/model.h"

#define COUNT 2000

static struct err err;

static void name_of(char path[80], unsigned i)
{
	snprintf(path, 80,
		 "\\folder\\a name of some length %04u \xc3\xa4\xc3\xb6", i);
}

static int count_one(void *ctx, const struct ntfs_entry *e)
{
	*(unsigned *)ctx += e->name_space != 2;
	return 0;
}

static void check_count(struct disk *d, unsigned wanted)
{
	unsigned count = 0;
	uint64_t record;
	struct ntfs *n;

	model_check(d);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_lookup(n, "folder", &record, &err), &err);
	check_ok(ntfs_list(n, record, count_one, &count, &err), &err);
	check_eq(count, wanted);
	ntfs_close(n);
}

// `step` and COUNT have no common divisor: each number comes once.
static void fill_and_empty(struct disk *d, unsigned in, unsigned out)
{
	unsigned there = 0;
	struct ntfs *n;
	char path[80];

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	check_ok(ntfs_mkdir_all(n, "\\folder", 1, &err), &err);
	for (unsigned i = 0; i < COUNT; i++) {
		name_of(path, (unsigned)((uint64_t)i * in % COUNT));
		check_ok(ntfs_write_file(n, path, "", 0, 0, 1, &err), &err);
		there++;
		if (i % 999 == 0 || i == COUNT - 1) {
			check_ok(ntfs_sync(n, &err), &err);
			check_count(d, there);
		}
	}
	name_of(path, 77);
	for (char *c = path; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c -= 32;
	check_ok(ntfs_write_file(n, path, "x", 1, 0, 1, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	check_count(d, there);
	for (unsigned i = 0; i < COUNT; i++) {
		name_of(path, (unsigned)((uint64_t)i * out % COUNT));
		check_ok(ntfs_remove(n, path, &err), &err);
		check_eq(ntfs_remove(n, path, NULL), -ENOENT);
		there--;
		if (i % 701 == 0) {
			check_ok(ntfs_sync(n, &err), &err);
			check_count(d, there);
		}
	}
	check_ok(ntfs_remove(n, "folder", &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	model_check(d);
	ntfs_close(n);
}

// Names of 255 units, a handful of which fills a block.
static void test_long_names(struct disk *d)
{
	char path[300];
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	memset(path, 'n', sizeof(path));
	path[0] = '\\';
	path[257] = 0;
	check_eq(ntfs_write_file(n, path, "", 0, 0, 1, NULL), -EINVAL);
	path[256] = 0;
	for (int i = 0; i < 200; i++) {
		path[1 + i] = 'm';
		check_ok(ntfs_write_file(n, path, "x", 1, 0, 1, &err), &err);
	}
	check_ok(ntfs_sync(n, &err), &err);
	model_check(d);
	for (int i = 199; i >= 0; i--) {
		check_ok(ntfs_remove(n, path, &err), &err);
		path[1 + i] = 'n';
	}
	check_ok(ntfs_sync(n, &err), &err);
	model_check(d);
	ntfs_close(n);
}

static void test_deep(struct disk *d)
{
	char path[2 * 200 + 1] = "";
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	for (int i = 0; i < 200; i++)
		strcat(path, "\\d");
	check_ok(ntfs_mkdir_all(n, path, 1, &err), &err);
	check_ok(ntfs_mkdir_all(n, path, 1, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	model_check(d);
	check_eq(ntfs_remove(n, "\\d", NULL), -ENOTEMPTY);
	for (int i = 199; i >= 0; i--) {
		check_ok(ntfs_remove(n, path, &err), &err);
		path[2 * i] = 0;
	}
	check_ok(ntfs_sync(n, &err), &err);
	model_check(d);
	ntfs_close(n);
}

int main(void)
{
	struct ntfs_build_options o = {.serial = 5};
	struct disk *d;

	check_ok(disk_memory(48 << 20, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	fill_and_empty(d, 1571, 1);
	fill_and_empty(d, COUNT - 1, 1999);
	test_long_names(d);
	test_deep(d);
	disk_close(d);
	return 0;
}
