// SPDX-License-Identifier: MIT
//
// A file of a volume that can grow: what is written before and after it does;
// what cannot grow stays as it is.

#include "test.h"
#include "unit/placed.h"
#include "volume.h"

#define SPACE (16u << 20)
#define OLD   5000u // bytes of the file

static struct err err;

static struct disk *new_volume(bool is_ntfs)
{
	struct fat_format_options fat = {.bits = 16};
	struct ntfs_build_options ntfs = {.serial = 1, .cluster_size = 4096};
	static uint8_t old[OLD];
	struct tree *v;
	struct disk *d;

	check_ok(disk_memory(SPACE, 512, &d, &err), &err);
	if (is_ntfs)
		check_ok(ntfs_format(d, &ntfs, &err), &err);
	else
		check_ok(fat_format(d, &fat, &err), &err);
	memset(old, 'o', sizeof(old));
	check_ok(volume_open(d, &v, &err), &err);
	check_ok(tree_begin(v, &err), &err);
	check_ok(tree_write_file(v, "\\f", old, sizeof(old), 0, 1, &err), &err);
	check_ok(tree_write_file(v, "\\g", "beside", 6, 0, 1, &err), &err);
	check_ok(tree_sync(v, &err), &err);
	tree_close(v);
	return d;
}

// What is left in the volume, by who opens it anew.
static void expect(struct disk *d, const uint8_t *content, size_t size)
{
	struct ntfs_check_result result;
	struct tree *v;
	void *data;
	size_t n;

	check_ok(volume_open(d, &v, &err), &err);
	check_ok(tree_read_file(v, "\\f", SPACE, &data, &n, &err), &err);
	check_eq(n, size);
	check(!memcmp(data, content, size));
	mem_free(data);
	check_ok(tree_read_file(v, "\\g", 10, &data, &n, &err), &err);
	check(n == 6 && !memcmp(data, "beside", 6));
	mem_free(data);
	tree_close(v);
	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
}

// Longer, shorter, longer: what is added is zero, also where old data was.
static void check_sizes(void)
{
	static const uint64_t sizes[] = {OLD + 1, 2 << 20, 4095, 100,
					 3 << 20, 8192,    8192, 12289};
	static uint8_t model[3 << 20], found[3 << 20];
	struct disk *d = new_volume(true), *f;
	struct tree *v;

	check_ok(volume_open(d, &v, &err), &err);
	check_ok(tree_open_file(v, "\\f", 0, &f, &err), &err);
	check_eq(f->size, OLD);
	memset(model, 'o', OLD);
	check_ok(disk_write(f, 17, "early", 5, &err), &err);
	memcpy(model + 17, "early", 5);
	check_eq(disk_write(f, OLD, "x", 1, NULL), -EINVAL);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t size = sizes[i];

		check_ok(disk_resize(f, size, &err), &err);
		check_eq(f->size, size);
		memset(model + size, 0, sizeof(model) - size);
		check_ok(disk_read(f, 0, found, size, &err), &err);
		check(!memcmp(found, model, size));
		model[size - 1] = (uint8_t)(i + 1);
		check_ok(disk_write(f, size - 1, model + size - 1, 1, &err),
			 &err);
		check_eq(disk_write(f, size, "x", 1, NULL), -EINVAL);
	}
	check_ok(disk_flush(f, &err), &err);
	check_eq(disk_resize(f, SPACE, NULL), -ENOSPC);
	check_eq(f->size, 12289);
	disk_close(f);
	check_ok(tree_sync(v, &err), &err);
	tree_close(v);
	expect(d, model, 12289);
	disk_close(d);
}

// A file that keeps its size leaves the volume alone: nothing is readied.
static void check_same(void)
{
	uint8_t model[OLD];
	struct disk *d = new_volume(true), *f;
	struct tree *v;

	memset(model, 'o', OLD);
	memcpy(model + OLD - 4, "last", 4);
	check_ok(volume_open(d, &v, &err), &err);
	check_ok(tree_open_file(v, "\\f", 0, &f, &err), &err);
	check_ok(disk_write(f, OLD - 4, "last", 4, &err), &err);
	disk_close(f);
	tree_close(v);
	expect(d, model, OLD);
	disk_close(d);
}

static void check_refused(void)
{
	struct disk *d = new_volume(false), *f = (void *)1;
	struct tree *v;
	uint8_t b[2];

	check_ok(volume_open(d, &v, &err), &err);
	check_eq(tree_open_file(v, "\\none", 0, &f, NULL), -ENOENT);
	check(f == (void *)1);
	check_ok(tree_open_file(v, "\\f", 0, &f, &err), &err);
	check_eq(disk_resize(f, OLD + 1, NULL), -ENOTSUP);
	check_eq(disk_resize(f, OLD - 1, NULL), -ENOTSUP);
	check_eq(f->size, OLD);
	check_ok(disk_write(f, OLD - 2, "xy", 2, &err), &err);
	check_ok(disk_read(f, OLD - 2, b, 2, &err), &err);
	check(!memcmp(b, "xy", 2));
	disk_close(f);
	tree_close(v);
	disk_close(d);

	d = new_volume(true);
	d->read_only = true;
	check_ok(volume_open(d, &v, &err), &err);
	check_ok(tree_open_file(v, "\\f", 0, &f, &err), &err);
	check(f->read_only);
	check_eq(disk_resize(f, OLD + 1, NULL), -EROFS);
	check_eq(disk_write(f, 0, "x", 1, NULL), -EROFS);
	disk_close(f);
	tree_close(v);
	disk_close(d);
}

// --- Where it lies -------------------------------------------------------------

#define DEVICE_FD 77

// The place is told, and it is where what is written through the file goes.
static void check_place(struct placed *device, struct disk *f, uint64_t off)
{
	struct disk_place place = {0};
	char found[8];

	check(disk_locate(f, off, 8, true, &place));
	check_eq(place.fd, DEVICE_FD);
	check_eq(place.len, 8);
	check_ok(disk_write(f, off, "is here", 8, &err), &err);
	check_ok(disk_read(device->below, place.off, found, 8, &err), &err);
	check(!memcmp(found, "is here", 8));
}

static void check_located(void)
{
	struct disk *memory = new_volume(true), *f;
	struct placed device = place_disk(memory, DEVICE_FD);
	struct disk_place before = {0}, after = {0};
	struct tree *v;

	check_ok(volume_open(&device.disk, &v, &err), &err);
	check_ok(tree_open_file(v, "\\f", 0, &f, &err), &err);
	check_place(&device, f, 0);
	check_place(&device, f, OLD - 8);
	check(disk_locate(f, 512, 512, false, &before));
	check_ok(disk_resize(f, 2 << 20, &err), &err);
	check(disk_locate(f, 512, 512, false, &after));
	check_eq(after.off, before.off);
	check_place(&device, f, 0);
	check_place(&device, f, (2 << 20) - 8);
	disk_close(f);
	check_ok(tree_sync(v, &err), &err);
	tree_close(v);
	disk_close(memory);
}

int main(void)
{
	check_sizes();
	check_located();
	check_same();
	check_refused();
	return 0;
}
