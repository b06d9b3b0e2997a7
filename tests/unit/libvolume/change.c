// SPDX-License-Identifier: MIT
//
// The same changes on FAT and on NTFS.

#include "test.h"
#include "volume.h"

#define TIME UINT64_C(133500000000000000)

static struct err err;
static uint8_t content[50000];

static void expect(struct tree *v, const char *path, const void *data,
		   size_t size)
{
	size_t len;
	void *p;

	check_ok(tree_read_file(v, path, 1 << 20, &p, &len, &err), &err);
	check(len == size && !memcmp(p, data, len));
	mem_free(p);
}

static void change(struct tree *v)
{
	struct tree_stat s;
	struct disk *d;

	check_eq(tree_write_file(v, "x", "", 0, 0, TIME, NULL), -EINVAL);
	check_eq(tree_remove(v, "x", NULL), -EINVAL);
	check_eq(tree_create_file(v, "x", 1, 0, TIME, &d, NULL), -EINVAL);
	check_ok(tree_begin(v, &err), &err);
	check_ok(tree_begin(v, &err), &err);
	check_ok(tree_mkdir_all(v, "/A/b long name", TIME, &err), &err);
	check_eq(tree_write_file(v, "none\\x", "", 0, 0, TIME, NULL), -ENOENT);
	check_ok(tree_write_file(v, "a\\b long name\\File", "text", 4,
				 TREE_HIDDEN, TIME, &err),
		 &err);
	check_eq(tree_mkdir_all(v, "a\\b long name\\file\\x", TIME, NULL),
		 -ENOTDIR);
	check_eq(tree_write_file(v, "a", "", 0, 0, TIME, NULL), -EISDIR);
	check_eq(tree_open_file(v, "a", 0, &d, NULL), -EISDIR);
	check_eq(tree_write_file(v, "x", "", 0, TREE_DIRECTORY, TIME, NULL),
		 -EINVAL);
	check_eq(tree_remove(v, "", NULL), -EINVAL);
	check_eq(tree_remove(v, "a", NULL), -ENOTEMPTY);
	check_ok(tree_create_file(v, "large", sizeof(content), 0, TIME, &d,
				  &err),
		 &err);
	check_ok(disk_write(d, 0, content, sizeof(content), &err), &err);
	disk_close(d);
	check_eq(tree_create_file(v, "huge", 1 << 30, 0, TIME, &d, NULL),
		 -ENOSPC);
	check_ok(tree_sync(v, &err), &err);
	check_ok(tree_stat(v, "A\\B LONG NAME\\FILE", &s, &err), &err);
	check(!strcmp(s.name, "File") && s.attributes & TREE_HIDDEN);
}

// Names and sizes, before anything is made.
static void check_new(struct tree *v)
{
	static const char *const bad[] = {"a:b", "a*", "a?", "x.", "x ", ""};

	check_ok(tree_check_new(v, "A name.txt", 1, &err), &err);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_eq(tree_check_new(v, bad[i], 1, NULL), -EINVAL);
	check_eq(tree_check_new(v, "x", UINT64_C(1) << 32, NULL),
		 volume_fat(v) ? -EFBIG : 0);
}

static void set_info(struct tree *v, const char *path, bool is_folder)
{
	const uint64_t later = TIME + UINT64_C(20000000);
	struct tree_stat s;

	check_ok(tree_set_info(v, path, TREE_READONLY | TREE_SYSTEM, later,
			       TIME, &err),
		 &err);
	check_ok(tree_stat(v, path, &s, &err), &err);
	check_eq(s.attributes & 0x27, TREE_READONLY | TREE_SYSTEM);
	check(s.is_directory == is_folder && s.created == later &&
	      s.modified == TIME);
	check_ok(tree_set_info(v, path, 0, 0, later, &err), &err);
	check_ok(tree_stat(v, path, &s, &err), &err);
	check(!(s.attributes & 0x27) && s.created == later &&
	      s.modified == later && s.is_directory == is_folder);
	check_eq(tree_set_info(v, path, TREE_DIRECTORY, 0, 0, NULL), -EINVAL);
	check_eq(tree_set_info(v, "none", 0, 0, 0, NULL), -ENOENT);
}

static void test(struct disk *d)
{
	struct tree *v;

	check_ok(volume_open(d, &v, &err), &err);
	change(v);
	check_ok(tree_write_file(v, "never", "", 0, 0, TIME, &err), &err);
	tree_close(v);
	check_ok(volume_open(d, &v, &err), &err);
	check_eq(tree_read_file(v, "never", 1, NULL, NULL, NULL), -ENOENT);
	expect(v, "a/b long name/file", "text", 4);
	expect(v, "large", content, sizeof(content));
	check_ok(tree_begin(v, &err), &err);
	check_new(v);
	set_info(v, "a/b long name/file", false);
	set_info(v, "a/b long name", true);
	check_ok(tree_remove(v, "large", &err), &err);
	check_ok(tree_write_file(v, "a/b long name/file", content, 9999, 0,
				 TIME, &err),
		 &err);
	check_ok(tree_sync(v, &err), &err);
	expect(v, "a/b long name/file", content, 9999);
	check_eq(tree_remove(v, "large", NULL), -ENOENT);
	tree_close(v);
	d->read_only = true;
	check_ok(volume_open(d, &v, &err), &err);
	check_eq(tree_begin(v, NULL), -EROFS);
	tree_close(v);
	disk_close(d);
}

int main(void)
{
	struct fat_format_options fat = {.bits = 16};
	struct ntfs_build_options ntfs = {.serial = 1};
	struct disk *a, *b;

	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t)(i * 7);
	check_ok(disk_memory(16 << 20, 512, &a, &err), &err);
	check_ok(fat_format(a, &fat, &err), &err);
	test(a);
	check_ok(disk_memory(16 << 20, 512, &b, &err), &err);
	check_ok(ntfs_format(b, &ntfs, &err), &err);
	test(b);
	return 0;
}
