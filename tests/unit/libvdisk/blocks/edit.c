// SPDX-License-Identifier: MIT
//
// What changes of whole disks need: copying inside of a file, in pieces, holes
// kept; readying for a change.

#include "libvdisk/blocks/blocks.h"
#include "libvdisk/format.h"
#include "unit/libvdisk/images.h"

static struct err err;

// A disk that counts what it is asked to zero.
static struct disk counting;
static struct disk *below;
static uint64_t zeroed, written;

static int counting_read(struct disk *d, uint64_t off, void *buf, size_t len,
			 struct err *e)
{
	return disk_read(below, off, buf, len, e);
}

static int counting_write(struct disk *d, uint64_t off, const void *buf,
			  size_t len, struct err *e)
{
	written += len;
	return disk_write(below, off, buf, len, e);
}

static int counting_zero(struct disk *d, uint64_t off, uint64_t len,
			 struct err *e)
{
	zeroed += len;
	return disk_zero(below, off, len, e);
}

static const struct disk_ops counting_ops = {
	.read = counting_read, .write = counting_write, .zero = counting_zero};

// Pieces of 1 MiB: data, zeroes, and 700 bytes whose last one is data.
static void check_copy(uint64_t from, uint64_t to)
{
	uint64_t len = 2 * MIB + 700, size = from + to + len + 1;
	uint8_t *model, *found;

	below = new_memory(size);
	counting = (struct disk){
		.ops = &counting_ops, .size = size, .sector_size = 512};
	model = malloc(size);
	found = malloc(size);
	check(model && found);
	memset(model, 0xee, size);
	for (uint64_t i = 0; i < MIB; i++)
		model[from + i] = (uint8_t)(i * 3 + (i >> 9));
	memset(model + from + MIB, 0, MIB + 700);
	model[from + len - 1] = 1;
	put(below, 0, model, size);
	zeroed = written = 0;
	check_ok(vdisk_copy_inside(&counting, from, to, len, &err), &err);
	check_eq(zeroed, MIB);
	check_eq(written, MIB + 700);
	memcpy(model + to, model + from, len);
	check_ok(disk_read(below, 0, found, size, &err), &err);
	check(!memcmp(found, model, size));
	check_ok(vdisk_copy_inside(&counting, from, to, 0, &err), &err);
	check_eq(vdisk_copy_inside(&counting, from, size - 10, 11, NULL),
		 -EINVAL);
	free(model);
	free(found);
	disk_close(below);
}

static int edit_open(struct disk *file, bool keeps_id,
		     struct vdisk_blocks **ret)
{
	struct vdisk_info info;
	struct disk *d;

	check_ok(vdisk_probe(file, &info, &err), &err);
	check_ok(vdisk_format_of(&info)->open_disk(file, NULL, &d, &err), &err);
	return vdisk_edit_start(d, keeps_id, ret, NULL);
}

// Nothing is changed of a file that is for reading only, and nothing is left
// open.
static void check_read_only(void)
{
	struct disk *files[] = {new_dynamic(VDISK_DYNAMIC),
				new_dynamic(VDISK_DIFFERENCING),
				new_vhdx((struct vhdx_spec){.dirty = true})};

	for (int i = 0; i < 3; i++) {
		size_t n = (size_t)files[i]->size;
		uint8_t *before = malloc(n), *after = malloc(n);
		struct vdisk_blocks *b = (void *)1;

		check(before && after);
		check_ok(disk_read(files[i], 0, before, n, &err), &err);
		files[i]->read_only = true;
		check_eq(edit_open(files[i], true, &b), -EROFS);
		check(b == (void *)1);
		check_ok(disk_read(files[i], 0, after, n, &err), &err);
		check(!memcmp(before, after, n));
		free(before);
		free(after);
		disk_close(files[i]);
	}
}

// An earlier error is what counts; else that of the flush.
static void check_close(void)
{
	struct disk *file = new_dynamic(VDISK_DYNAMIC);
	struct vdisk_blocks *b;

	check_eq(edit_open(file, true, &b), 0);
	check(b->keeps_id && b->prepared);
	check_eq(vdisk_edit_close(b, -ECANCELED, NULL), -ECANCELED);
	check_eq(edit_open(file, false, &b), 0);
	check(!b->keeps_id);
	vdisk_blocks_set(b, 1, 0);
	file->read_only = true;
	check_eq(vdisk_edit_close(b, 0, NULL), -EROFS);
	file->read_only = false;
	disk_close(file);
}

int main(void)
{
	check_copy(100, 3 * MIB);
	check_copy(3 * MIB, 5);
	check_read_only();
	check_close();
	return 0;
}
