// SPDX-License-Identifier: MIT
//
// A file's content as a disk: written, made longer and shorter, kept by a flush.

#include "ntfs_change.h"
#include "unit/libntfs/change/model.h"

static struct err err;

static struct ntfs *open_volume(struct disk *d)
{
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	return n;
}

static void expect(struct disk *d, const char *path, uint64_t size, char first,
		   uint64_t at, char there)
{
	struct ntfs *n;
	uint8_t *data;
	size_t len;
	void *p;

	model_check(d);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_read_file(n, path, 1 << 24, &p, &len, &err), &err);
	data = p;
	check_eq(len, size);
	check_eq(data[0], first);
	check_eq(data[at], there);
	mem_free(p);
	ntfs_close(n);
}

// A file that is made is there with the sync, not with a flush of its disk.
static void test_new(struct disk *d)
{
	struct ntfs *n = open_volume(d);
	struct disk *file = NULL;
	uint64_t record;

	check_eq(ntfs_create_file(n, "\\no\\file", 1, 0, 1, &file, NULL),
		 -ENOENT);
	check(!file);
	check_ok(ntfs_create_file(n, "\\file", 0, 0, 1, &file, &err), &err);
	check_eq(file->size, 0);
	check_ok(disk_resize(file, 3000000, &err), &err);
	check_ok(disk_write(file, 0, "a", 1, &err), &err);
	check_ok(disk_write(file, 2999999, "z", 1, &err), &err);
	check_ok(disk_flush(file, &err), &err);
	disk_close(file);
	ntfs_close(n);
	n = open_volume(d);
	check_eq(ntfs_lookup(n, "\\file", &record, NULL), -ENOENT);
	check_ok(ntfs_create_file(n, "\\file", 10, 0, 1, &file, &err), &err);
	check_ok(disk_resize(file, 3000000, &err), &err);
	check_ok(disk_write(file, 0, "a", 1, &err), &err);
	check_ok(disk_write(file, 2999999, "z", 1, &err), &err);
	disk_close(file);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	expect(d, "\\file", 3000000, 'a', 2999999, 'z');
}

// One that was there is kept as it is with each flush.
static void test_old(struct disk *d)
{
	struct ntfs *n = open_volume(d);
	struct disk *file;
	char byte;

	check_ok(ntfs_open_file(n, "\\file", &file, &err), &err);
	check_ok(disk_resize(file, 5000000, &err), &err);
	check_ok(disk_read(file, 2999999, &byte, 1, &err), &err);
	check_eq(byte, 'z');
	check_ok(disk_write(file, 4999999, "!", 1, &err), &err);
	check_ok(disk_flush(file, &err), &err);
	expect(d, "\\file", 5000000, 'a', 4999999, '!');
	check_ok(disk_resize(file, 100, &err), &err);
	check_ok(disk_resize(file, 4000, &err), &err);
	check_eq(disk_resize(file, 1 << 30, NULL), -ENOSPC);
	check_eq(file->size, 4000);
	disk_close(file);
	expect(d, "\\file", 5000000, 'a', 4999999, '!');
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	expect(d, "\\file", 4000, 'a', 3999, 0);
}

// What lies in the record, and other streams, are for reading.
static void test_small(struct disk *d)
{
	struct ntfs *n = open_volume(d);
	struct disk *file;

	check_ok(ntfs_write_file(n, "\\small", "text", 4, 0, 1, &err), &err);
	check_ok(ntfs_open_file(n, "\\small", &file, &err), &err);
	check_eq(disk_write(file, 0, "x", 1, NULL), -EROFS);
	disk_close(file);
	check_ok(ntfs_resize_file(n, "\\small", 6, 1, &err), &err);
	check_ok(ntfs_open_file(n, "\\small", &file, &err), &err);
	check_ok(disk_write(file, 5, "x", 1, &err), &err);
	disk_close(file);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	expect(d, "\\small", 6, 't', 5, 'x');
}

int main(void)
{
	struct ntfs_build_options o = {.serial = 5};
	struct disk *d;

	check_ok(disk_memory(24 << 20, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	test_new(d);
	test_old(d);
	test_small(d);
	disk_close(d);
	return 0;
}
