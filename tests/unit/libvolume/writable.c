// SPDX-License-Identifier: MIT
//
// Whether a volume may be written: it is asked once, of the whole volume, and
// what may not be written is refused with what to do.

#include "disk.h"
#include "test.h"
#include "volume.h"

#define TIME UINT64_C(133500000000000000)

static struct err err;

// --- A disk that counts what is read -----------------------------------------

static uint64_t bytes_read;

static int count_read(struct disk *d, uint64_t off, void *buf, size_t len,
		      struct err *e)
{
	struct disk *base = *(struct disk **)(d + 1);

	bytes_read += len;
	return disk_read(base, off, buf, len, e);
}

static int count_write(struct disk *d, uint64_t off, const void *buf,
		       size_t len, struct err *e)
{
	return disk_write(*(struct disk **)(d + 1), off, buf, len, e);
}

struct counting {
	struct disk disk;
	struct disk *base;
};

static struct counting count(struct disk *base)
{
	static const struct disk_ops ops = {.read = count_read,
					    .write = count_write};

	return (struct counting){
		{.ops = &ops, .size = base->size, .sector_size = 512}, base};
}

// A second question, and readying, read next to nothing.
static void is_checked_once(struct disk *d)
{
	struct counting c = count(d);
	uint64_t first;
	struct tree *v;

	check_ok(volume_open(&c.disk, &v, &err), &err);
	bytes_read = 0;
	check_ok(tree_check_writable(v, &err), &err);
	first = bytes_read;
	check(volume_fat(v) || first > 16384); // FAT keeps its tables
	check_eq(tree_mkdir_all(v, "x", TIME, NULL), -EINVAL); // not readied
	bytes_read = 0;
	check_ok(tree_check_writable(v, &err), &err);
	check_eq(bytes_read, 0);
	check_ok(tree_begin(v, &err), &err);
	check_ok(tree_mkdir_all(v, "x", TIME, &err), &err);
	check(volume_fat(v) || bytes_read < first / 2);
	check(!tree_note(v));
	tree_close(v);
	c.disk.read_only = true;
	check_ok(volume_open(&c.disk, &v, &err), &err);
	check_eq(tree_check_writable(v, NULL), -EROFS);
	tree_close(v);
}

// --- What is refused ---------------------------------------------------------

static void write_mark(struct disk *d, const char *mark)
{
	struct tree *v;

	check_ok(volume_open(d, &v, &err), &err);
	check_ok(tree_check_writable(v, &err), &err);
	check_ok(tree_begin(v, &err), &err);
	check_ok(tree_write_file(v, "hiberfil.sys", mark, 4, 0, TIME, &err),
		 &err);
	check_ok(tree_sync(v, &err), &err);
	tree_close(v);
}

static void refuses_sleeping(struct disk *d)
{
	struct tree *v;

	write_mark(d, "wake");
	write_mark(d, "HIBR");
	check_ok(volume_open(d, &v, &err), &err);
	check_eq(tree_check_writable(v, &err), -EBUSY);
	check(strstr(err.why, "shutdown"));
	check_eq(tree_begin(v, NULL), -EBUSY);
	tree_close(v);
}

static void refuses_broken_fat(struct disk *d)
{
	struct tree *v;
	uint8_t entry[2] = {2, 0};

	check_ok(volume_open(d, &v, &err), &err);
	check_ok(tree_begin(v, &err), &err);
	check_ok(tree_write_file(v, "a", "text", 4, 0, TIME, &err), &err);
	check_ok(tree_sync(v, &err), &err);
	tree_close(v);
	// The file's one cluster leads to itself: in the first FAT, which is
	// behind the reserved sectors.
	for (uint64_t off = 512; off < 65536; off += 512) {
		uint8_t b[6];

		check_ok(disk_read(d, off, b, 6, &err), &err);
		if (b[0] != 0xf8 || b[1] != 0xff)
			continue;
		for (unsigned i = 2; i < 8; i++) {
			entry[0] = (uint8_t)i;
			check_ok(disk_write(d, off + 2 * i, entry, 2, &err),
				 &err);
		}
	}
	check_ok(volume_open(d, &v, &err), &err);
	check_eq(tree_check_writable(v, NULL),
		 err_corrupt(NULL, "", 0, "%s", ""));
	tree_close(v);
}

int main(void)
{
	struct fat_format_options fat = {.bits = 16};
	struct ntfs_build_options ntfs = {.serial = 1};
	struct disk *a, *b;

	check_ok(disk_memory(16 << 20, 512, &a, &err), &err);
	check_ok(fat_format(a, &fat, &err), &err);
	is_checked_once(a);
	refuses_broken_fat(a);
	disk_close(a);
	check_ok(disk_memory(16 << 20, 512, &b, &err), &err);
	check_ok(ntfs_format(b, &ntfs, &err), &err);
	is_checked_once(b);
	refuses_sleeping(b);
	disk_close(b);
	return 0;
}
