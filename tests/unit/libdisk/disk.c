// SPDX-License-Identifier: MIT
//
// What all disks promise, on each kind.
#include <unistd.h>

#include "disk.h"
#include "test.h"

static void check_ranges(struct disk *d)
{
	struct err err = {0};
	uint8_t b[16];

	check_eq(disk_read(d, d->size - 8, b, 16, &err), -EINVAL);
	check_eq(err.where, d->size - 8);
	check_eq(disk_read(d, UINT64_MAX, b, 2, NULL), -EINVAL);
	check_eq(disk_write(d, d->size, b, 1, NULL), -EINVAL);
	check_eq(disk_zero(d, 1, d->size, NULL), -EINVAL);
	check_eq(disk_read(d, d->size, b, 0, NULL), 0);
}

// Against a plain array as the model.
static void check_content(struct disk *d)
{
	uint8_t *model = calloc(1, d->size), *b = malloc(d->size);
	struct err err = {0};
	unsigned seed = 1;

	check(model && b);
	check_ok(disk_zero(d, 0, d->size, &err), &err);
	for (int i = 0; i < 300; i++) {
		uint64_t off = (seed = seed * 1103515245 + 12345) % d->size;
		uint64_t len = (seed = seed * 1103515245 + 12345) %
			       (d->size - off);

		if (i % 3 == 2) {
			memset(model + off, 0, len);
			check_ok(disk_zero(d, off, len, &err), &err);
			continue;
		}
		memset(model + off, i, len);
		check_ok(disk_write(d, off, model + off, len, &err), &err);
	}
	check_ok(disk_read(d, 0, b, d->size, &err), &err);
	check(!memcmp(b, model, d->size));
	check_ok(disk_flush(d, &err), &err);
	free(b);
	free(model);
}

static void check_disk(struct disk *d)
{
	check_ranges(d);
	check_content(d);
}

// A disk of `size` bytes that can grow: what is added is zero.
static void check_resize(struct disk *d, uint64_t size)
{
	struct err err = {0};
	uint8_t b[3];

	check_ok(disk_write(d, size - 1, "x", 1, &err), &err);
	check_ok(disk_resize(d, size + 1000, &err), &err);
	check_eq(d->size, size + 1000);
	check_ok(disk_read(d, size - 1, b, 3, &err), &err);
	check(b[0] == 'x' && !b[1] && !b[2]);
	check_ok(disk_write(d, size + 999, "y", 1, &err), &err);
	check_ok(disk_resize(d, size, &err), &err);
	check_eq(disk_read(d, size, b, 1, NULL), -EINVAL);
	check_ok(disk_resize(d, size + 1000, &err), &err);
	check_ok(disk_read(d, size + 999, b, 1, &err), &err);
	check_eq(b[0], 0);
	check_ok(disk_resize(d, size, &err), &err);
	check_eq(disk_extend(d, size - 1, "ab", 2, NULL), -EINVAL);
	check_ok(disk_extend(d, size + 100, "ab", 2, &err), &err);
	check_eq(d->size, size + 102);
	check_ok(disk_read(d, size + 99, b, 3, &err), &err);
	check(!b[0] && b[1] == 'a' && b[2] == 'b');
	check_ok(disk_resize(d, size, &err), &err);
}

static void check_file(void)
{
	char path[] = "/tmp/slipway-disk-XXXXXX";
	struct disk *d;
	struct err err = {0};
	uint64_t len;
	bool data;

	close(mkstemp(path));
	check_eq(disk_create_file(path, 100, 512, &d, &err), -EEXIST);
	unlink(path);
	err = (struct err){0};
	check_eq(disk_create_file(path, 100, 1000, &d, NULL), -EINVAL);
	check_ok(disk_create_file(path, 1 << 20, 512, &d, &err), &err);
	check_ok(disk_map(d, 0, d->size, &len, &data, &err), &err);
	check(len == d->size && !data);
	check_disk(d);
	check_resize(d, d->size);
	check_ok(disk_zero(d, 0, d->size, &err), &err);
	check_ok(disk_write(d, 65536, "x", 1, &err), &err);
	check_ok(disk_map(d, 0, d->size, &len, &data, &err), &err);
	check(len == 65536 && !data);
	check_ok(disk_map(d, 65536, 1000, &len, &data, &err), &err);
	check(len == 1000 && data);
	check(access(path, F_OK)); // it has no name yet
	end_disk(d);
	check_ok(disk_open_file(path, DISK_READ_ONLY, &d, &err), &err);
	check_eq(d->size, 1 << 20);
	check_eq(disk_write(d, 0, "x", 1, NULL), -EROFS);
	check_eq(disk_discard(d, 0, 1, NULL), -EROFS);
	disk_close(d);
	unlink(path);
	check_eq(disk_open_file(path, 0, &d, NULL), -ENOENT);
	check_eq(disk_open_file("/dev/null", 0, &d, NULL), -ENOTBLK);
}

static void check_extents(void)
{
	static const struct disk_extent runs[] = {
		{8192, 4096}, {DISK_HOLE, 4096}, {0, 4096}};
	static const struct disk_extent outside[] = {{65536, 1}};
	struct disk *base, *d;
	struct err err = {0};
	char b[4];
	uint64_t len;
	bool data;

	check_ok(disk_memory(65536, 512, &base, &err), &err);
	check_eq(disk_extents(base, outside, 1, 1, 1, &d, NULL), -EINVAL);
	check_eq(disk_extents(base, runs, 3, 12289, 12289, &d, NULL), -EINVAL);
	check_ok(disk_extents(base, runs, 3, 12000, 11000, &d, &err), &err);
	check_ok(disk_write(d, 4094, "ab", 2, &err), &err);
	check_eq(disk_write(d, 4094, "abc", 3, NULL), -EROFS);
	check_eq(disk_write(d, 10999, "ab", 2, NULL), -EROFS);
	check_ok(disk_write(d, 8192, "cd", 2, &err), &err);
	check_ok(disk_read(base, 8192 + 4094, b, 2, &err), &err);
	check(!memcmp(b, "ab", 2));
	check_ok(disk_read(base, 0, b, 2, &err), &err);
	check(!memcmp(b, "cd", 2));
	check_ok(disk_read(d, 8190, b, 4, &err), &err);
	check(!memcmp(b, "\0\0cd", 4));
	check_ok(disk_map(d, 5000, 7000, &len, &data, &err), &err);
	check(len == 3192 && !data);
	disk_close(d);
	check_ok(disk_extents(base, runs, 1, 4096, 4096, &d, &err), &err);
	check_disk(d);
	disk_close(d);
	disk_close(base);
}

static void check_all(struct disk *d)
{
	struct err err = {0};
	void *all = NULL;
	uint8_t b[9];

	check_ok(disk_write(d, 0, "beginning", 9, &err), &err);
	check_ok(disk_read_all(d, &all, &err), &err);
	check(!memcmp(all, "beginning", 9));
	check_eq(((char *)all)[d->size], 0);
	check_ok(disk_read(d, d->size - 9, b, 9, &err), &err);
	check(!memcmp((char *)all + d->size - 9, b, 9));
	mem_free(all);
}

int main(void)
{
	struct disk *memory, *slice, *copy;
	void *all = NULL;
	struct err err = {0};
	uint8_t a[1000], b[1000];

	check_ok(disk_memory(100000, 512, &memory, &err), &err);
	check_disk(memory);
	check_eq(disk_slice(memory, 50000, 50001, &slice, NULL), -EINVAL);
	check_ok(disk_slice(memory, 50000, 50000, &slice, &err), &err);
	check_disk(slice);
	check_eq(disk_resize(slice, 1, NULL), -ENOTSUP);
	check_all(slice);
	check_all(memory);
	check_resize(memory, 100000);
	check_ok(disk_memory(1000, 512, &copy, &err), &err);
	check_ok(disk_copy(slice, copy, 1000, &err), &err);
	check_ok(disk_read(slice, 0, a, 1000, &err), &err);
	check_ok(disk_read(copy, 0, b, 1000, &err), &err);
	check(!memcmp(a, b, 1000));
	disk_close(copy);
	disk_close(slice);
	disk_close(memory);
	check_ok(disk_zeroes(UINT64_C(1) << 40, 4096, &memory, &err), &err);
	check_ok(disk_read(memory, 5, a, 1000, &err), &err);
	check(!a[0] && !a[999]);
	check_eq(disk_write(memory, 0, a, 1, NULL), -EROFS);
	disk_close(memory);
	check_ok(disk_zeroes(UINT64_MAX, 512, &memory, &err), &err);
	check_eq(disk_read_all(memory, &all, NULL), -ENOMEM);
	check(!all);
	disk_close(memory);
	disk_close(NULL);
	check_file();
	check_extents();
	return 0;
}
