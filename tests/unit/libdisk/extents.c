// SPDX-License-Identifier: MIT
//
// A file's runs on another disk: edges of runs, holes, what lies behind the
// valid part, runs that do not fit, against a plain array; and that nothing
// beside the runs is touched.

#include "disk.h"
#include "test.h"

#define BASE 8192u
#define SIZE 5000u

static struct err err;

// Out of order, a run of one byte, one of none, a hole in the middle, one at
// the end of the base; the last is longer than the disk.
static const struct disk_extent runs[] = {
	{4096, 700}, {100, 1},          {50, 0},
	{1000, 999}, {DISK_HOLE, 1300}, {BASE - 1500, 1500},
	{0, 40},     {5000, 1000},
};
#define COUNT (sizeof(runs) / sizeof(runs[0]))

static struct disk *new_base(void)
{
	uint8_t bytes[BASE];
	struct disk *d;

	check_ok(disk_memory(BASE, 512, &d, &err), &err);
	memset(bytes, 0xee, sizeof(bytes));
	check_ok(disk_write(d, 0, bytes, BASE, &err), &err);
	return d;
}

// Returns the place of a byte, or DISK_HOLE, by going through all runs.
static uint64_t place_of(uint64_t off)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (off < runs[i].len)
			return runs[i].off == DISK_HOLE ? DISK_HOLE
							: runs[i].off + off;
		off -= runs[i].len;
	}
	check(false);
	return 0;
}

static bool has_hole(uint64_t off, uint64_t len, uint64_t valid)
{
	for (uint64_t i = off; i < off + len; i++)
		if (i >= valid || place_of(i) == DISK_HOLE)
			return true;
	return false;
}

static void check_model(uint64_t valid)
{
	static uint8_t model[BASE], found[BASE], bytes[SIZE];
	struct disk *base = new_base(), *d;
	uint32_t seed = 1;

	check_ok(disk_extents(base, runs, COUNT, SIZE, valid, &d, &err), &err);
	check_eq(d->size, SIZE);
	memset(model, 0xee, sizeof(model));
	for (int i = 0; i < 4000; i++) {
		uint64_t off = (seed = seed * 1103515245 + 12345) >> 8;
		uint64_t len = (seed = seed * 1103515245 + 12345) >> 8;
		bool zero = i % 4 == 3;
		int r;

		off %= SIZE;
		len %= i % 3 ? 5 : 1500;
		if (len > SIZE - off)
			len = SIZE - off;
		for (uint64_t k = 0; k < len; k++)
			bytes[k] = zero ? 0 : (uint8_t)(i + k * 7);
		r = zero ? disk_zero(d, off, len, NULL)
			 : disk_write(d, off, bytes, (size_t)len, NULL);
		check_eq(r, has_hole(off, len, valid) ? -EROFS : 0);
		for (uint64_t k = off; k < off + len && !has_hole(k, 1, valid);
		     k++)
			model[place_of(k)] = bytes[k - off];
		check_ok(disk_read(d, off, bytes, (size_t)len, &err), &err);
		for (uint64_t k = off; k < off + len; k++)
			check_eq(bytes[k - off], has_hole(k, 1, valid)
							 ? 0
							 : model[place_of(k)]);
	}
	check_ok(disk_read(base, 0, found, BASE, &err), &err);
	check(!memcmp(found, model, BASE));
	disk_close(d);
	disk_close(base);
}

// Steps through the map: what it says of each byte, and that it ends.
static void check_map(uint64_t valid)
{
	struct disk *base = new_base(), *d;
	uint64_t n, off = 0;
	bool data;

	check_ok(disk_extents(base, runs, COUNT, SIZE, valid, &d, &err), &err);
	while (off < SIZE) {
		check_ok(disk_map(d, off, SIZE - off, &n, &data, &err), &err);
		check(n && n <= SIZE - off);
		for (uint64_t i = 0; i < n; i++)
			check_eq(data, !has_hole(off + i, 1, valid));
		off += n;
	}
	disk_close(d);
	disk_close(base);
}

static void check_refused(void)
{
	static const struct disk_extent over[] = {{BASE - 10, 11}},
					wrap[] = {{UINT64_MAX - 4, 10}},
					few[] = {{0, 10}, {20, 9}};
	struct disk *base = new_base(), *d = (void *)1;

	check_eq(disk_extents(base, over, 1, 5, 5, &d, NULL), -EINVAL);
	check_eq(disk_extents(base, wrap, 1, 5, 5, &d, NULL), -EINVAL);
	check_eq(disk_extents(base, few, 2, 20, 20, &d, NULL), -EINVAL);
	check_eq(disk_extents(base, NULL, 0, 1, 1, &d, NULL), -EINVAL);
	check(d == (void *)1);
	check_ok(disk_extents(base, few, 2, 19, 19, &d, &err), &err);
	disk_close(d);
	check_ok(disk_extents(base, NULL, 0, 0, 0, &d, &err), &err);
	check_ok(disk_read(d, 0, NULL, 0, &err), &err);
	check_eq(disk_read(d, 0, &d, 1, NULL), -EINVAL);
	disk_close(d);
	base->read_only = true;
	check_ok(disk_extents(base, few, 2, 19, 19, &d, &err), &err);
	check_eq(disk_write(d, 0, "x", 1, NULL), -EROFS);
	disk_close(d);
	disk_close(base);
}

int main(void)
{
	static const uint64_t valid[] = {SIZE, SIZE - 1, 3000, 2500, 700, 0};

	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++) {
		check_model(valid[i]);
		check_map(valid[i]);
	}
	check_refused();
	return 0;
}
