// SPDX-License-Identifier: MIT
//
// The same changes on FAT and on NTFS.

#include "test.h"
#include "volume.h"

#define TIME UINT64_C(133500000000000000)

static struct err err;
static uint8_t content[50000];

static void expect(struct volume *v, const char *path, const void *data,
		   size_t size)
{
	size_t len;
	void *p;

	check_ok(volume_read_file(v, path, 1 << 20, &p, &len, &err), &err);
	check(len == size && !memcmp(p, data, len));
	mem_free(p);
}

static void change(struct volume *v)
{
	struct volume_stat s;
	struct disk *d;

	check_eq(volume_write_file(v, "x", "", 0, 0, TIME, NULL), -EINVAL);
	check_eq(volume_remove(v, "x", NULL), -EINVAL);
	check_eq(volume_create_file(v, "x", 1, 0, TIME, &d, NULL), -EINVAL);
	check_ok(volume_change_begin(v, &err), &err);
	check_ok(volume_change_begin(v, &err), &err);
	check_ok(volume_mkdir_all(v, "/A/b long name", TIME, &err), &err);
	check_eq(volume_write_file(v, "none\\x", "", 0, 0, TIME, NULL),
		 -ENOENT);
	check_ok(volume_write_file(v, "a\\b long name\\File", "text", 4,
				   VOLUME_HIDDEN, TIME, &err),
		 &err);
	check_eq(volume_mkdir_all(v, "a\\b long name\\file\\x", TIME, NULL),
		 -ENOTDIR);
	check_eq(volume_write_file(v, "a", "", 0, 0, TIME, NULL), -EISDIR);
	check_eq(volume_write_file(v, "x", "", 0, VOLUME_DIRECTORY, TIME, NULL),
		 -EINVAL);
	check_eq(volume_remove(v, "", NULL), -EINVAL);
	check_eq(volume_remove(v, "a", NULL), -ENOTEMPTY);
	check_ok(volume_create_file(v, "large", sizeof(content), 0, TIME, &d,
				    &err),
		 &err);
	check_ok(disk_write(d, 0, content, sizeof(content), &err), &err);
	disk_close(d);
	check_eq(volume_create_file(v, "huge", 1 << 30, 0, TIME, &d, NULL),
		 -ENOSPC);
	check_ok(volume_sync(v, &err), &err);
	check_ok(volume_stat(v, "A\\B LONG NAME\\FILE", &s, &err), &err);
	check(!strcmp(s.name, "File") && s.attributes & VOLUME_HIDDEN);
}

// Names and sizes, before anything is made.
static void check_new(struct volume *v)
{
	static const char *const bad[] = {"a:b", "a*", "a?", "x.", "x ", ""};

	check_ok(volume_check_new(v, "A name.txt", 1, &err), &err);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_eq(volume_check_new(v, bad[i], 1, NULL), -EINVAL);
	check_eq(volume_check_new(v, "x", UINT64_C(1) << 32, NULL),
		 v->fat ? -EFBIG : 0);
}

static void set_info(struct volume *v, const char *path, bool is_folder)
{
	const uint64_t later = TIME + UINT64_C(20000000);
	struct volume_stat s;

	check_ok(volume_set_info(v, path, VOLUME_READONLY | VOLUME_SYSTEM,
				 later, TIME, &err),
		 &err);
	check_ok(volume_stat(v, path, &s, &err), &err);
	check_eq(s.attributes & 0x27, VOLUME_READONLY | VOLUME_SYSTEM);
	check(s.is_directory == is_folder && s.created == later &&
	      s.modified == TIME);
	check_ok(volume_set_info(v, path, 0, 0, later, &err), &err);
	check_ok(volume_stat(v, path, &s, &err), &err);
	check(!(s.attributes & 0x27) && s.created == later &&
	      s.modified == later && s.is_directory == is_folder);
	check_eq(volume_set_info(v, path, VOLUME_DIRECTORY, 0, 0, NULL),
		 -EINVAL);
	check_eq(volume_set_info(v, "none", 0, 0, 0, NULL), -ENOENT);
}

static void test(struct disk *d)
{
	struct volume *v;

	check_ok(volume_open(d, &v, &err), &err);
	change(v);
	check_ok(volume_write_file(v, "never", "", 0, 0, TIME, &err), &err);
	volume_close(v);
	check_ok(volume_open(d, &v, &err), &err);
	check_eq(volume_read_file(v, "never", 1, NULL, NULL, NULL), -ENOENT);
	expect(v, "a/b long name/file", "text", 4);
	expect(v, "large", content, sizeof(content));
	check_ok(volume_change_begin(v, &err), &err);
	check_new(v);
	set_info(v, "a/b long name/file", false);
	set_info(v, "a/b long name", true);
	check_ok(volume_remove(v, "large", &err), &err);
	check_ok(volume_write_file(v, "a/b long name/file", content, 9999, 0,
				   TIME, &err),
		 &err);
	check_ok(volume_sync(v, &err), &err);
	expect(v, "a/b long name/file", content, 9999);
	check_eq(volume_remove(v, "large", NULL), -ENOENT);
	volume_close(v);
	d->read_only = true;
	check_ok(volume_open(d, &v, &err), &err);
	check_eq(volume_change_begin(v, NULL), -EROFS);
	volume_close(v);
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
