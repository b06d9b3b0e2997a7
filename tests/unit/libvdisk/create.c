// SPDX-License-Identifier: MIT
//
// Content that is written before the disk is made: the disk then reads as what
// was written, is sound, and goes on growing as any other.

#include "unit/libvdisk/model.h"

#define SIZE (21 * 1024 * K + 512 * 8) // the last block is a part

static uint8_t content[SIZE], found[SIZE];

static void put_content(struct disk *d, const struct vdisk_layout *l,
			const uint8_t *present)
{
	struct err err = {0};

	memset(content, 0, sizeof(content));
	for (uint64_t i = 0; i < l->blocks; i++) {
		uint64_t at = i * l->block_size;
		uint64_t len = SIZE - at < l->block_size ? SIZE - at
							 : l->block_size;

		if (present && !(present[i / 8] >> i % 8 & 1)) {
			check_eq(disk_write(d, at, "x", 1, NULL), -EROFS);
			continue;
		}
		for (uint64_t k = 0; k < len; k++)
			content[at + k] = (uint8_t)(k * 7 + i + 1);
		check_ok(disk_write(d, at, content + at, (size_t)len, &err),
			 &err);
	}
}

static void check_content(struct disk *d)
{
	struct err err = {0};

	check_eq(d->size, SIZE);
	check_ok(disk_read(d, 0, found, SIZE, &err), &err);
	check(!memcmp(found, content, SIZE));
}

static void check_sound(struct disk *file, uint64_t blocks, bool with_blocks)
{
	struct vdisk_check result;
	struct err err = {0};

	check_ok(vdisk_check(file, false, &result, &err), &err);
	check(!result.footer_lost && !result.copy_differs &&
	      !result.needs_replay);
	if (with_blocks)
		check_eq(result.blocks, blocks);
}

// The whole of a disk of a kind whose blocks are present by `mask`.
static void check_kind(const struct kind *k, uint8_t mask)
{
	bool is_dynamic = k->type == VDISK_DYNAMIC;
	struct vdisk_create c = create_of(k, SIZE);
	uint8_t present[8] = {mask, 0, mask};
	struct vdisk_layout l;
	struct disk *file, *d;
	uint64_t blocks = 0, old;
	struct err err = {0};

	c.present = is_dynamic ? present : NULL;
	check_ok(vdisk_create_layout(&c, &l, &err), &err);
	for (uint64_t i = 0; i < l.blocks; i++)
		blocks += !is_dynamic || (present[i / 8] >> i % 8 & 1);
	printf("format %d type %d block %u mask %x: %llu of %llu bytes\n",
	       k->format, k->type, k->block_size, mask,
	       (unsigned long long)l.file_size, (unsigned long long)l.max_size);
	check(l.file_size <= l.max_size);
	check_ok(disk_memory(l.file_size, 512, &file, &err), &err);
	check_ok(vdisk_create_content(file, &c, &d, &err), &err);
	check_eq(d->sector_size, k->sector_size);
	put_content(d, &l, c.present);
	check_content(d);
	disk_close(d);

	check_ok(vdisk_create(file, &c, &err), &err);
	check_eq(file->size, l.file_size);
	check_sound(file, blocks, is_dynamic);
	check_ok(vdisk_open(file, &d, &err), &err);
	check_content(d);
	// it grows up to what was said
	old = file->size;
	memset(content, 0x5a, SIZE);
	check_ok(disk_write(d, 0, content, SIZE, &err), &err);
	check_ok(disk_flush(d, &err), &err);
	disk_close(d);
	check(file->size >= old && file->size <= l.max_size);
	check_ok(vdisk_open(file, &d, &err), &err);
	check_content(d);
	disk_close(d);
	check_sound(file, l.blocks, is_dynamic);
	disk_close(file);
}

// A child's file has the size that was said.
static void check_child(const struct kind *k)
{
	struct vdisk_create c = create_of(k, SIZE);
	struct vdisk_layout l;
	struct disk *file, *d;
	struct err err = {0};

	check_ok(vdisk_create_layout(&c, &l, &err), &err);
	file = new_file();
	check_ok(vdisk_create(file, &c, &err), &err);
	check_eq(file->size, l.file_size);
	disk_close(file);
	check_ok(disk_memory(l.file_size, 512, &file, &err), &err);
	check_ok(vdisk_create(file, &c, &err), &err);
	check_eq(file->size, l.file_size);
	check_sound(file, 0, true);
	check_ok(vdisk_create_content(file, &c, &d, &err), &err);
	check_eq(disk_write(d, 0, "x", 1, NULL), -EROFS);
	disk_close(d);
	disk_close(file);
}

static void check_refusals(void)
{
	struct vdisk_create c = create_of(&kinds[0], 1 << 20);
	struct vdisk_layout l = {.blocks = 77};
	uint8_t present = 1;
	struct disk *file, *d = (struct disk *)1;
	struct err err = {0};

	c.present = &present; // of a fixed disk
	check_eq(vdisk_create_layout(&c, &l, &err), -EINVAL);
	file = new_file();
	check_eq(vdisk_create(file, &c, NULL), -EINVAL);
	c.present = NULL;
	check_eq(vdisk_create_content(file, &c, &d, NULL), -EINVAL);
	c.size = 100;
	check_eq(vdisk_create_layout(&c, &l, NULL), -EINVAL);
	check(l.blocks == 77 && d == (struct disk *)1);
	disk_close(file);
}

// The same description gives the same bytes.
static void check_bytes(const struct kind *k)
{
	struct vdisk_create c = create_of(k, 4 << 20);
	struct disk *a = new_file(), *b = new_file();
	struct err err = {0};

	check_ok(vdisk_create(a, &c, &err), &err);
	check_ok(vdisk_create(b, &c, &err), &err);
	check(a->size == b->size && a->size < SIZE);
	check_ok(disk_read(a, 0, content, (size_t)a->size, &err), &err);
	check_ok(disk_read(b, 0, found, (size_t)b->size, &err), &err);
	check(!memcmp(content, found, (size_t)a->size));
	disk_close(a);
	disk_close(b);
}

int main(void)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (kinds[i].type == VDISK_DIFFERENCING) {
			check_child(&kinds[i]);
		} else {
			check_kind(&kinds[i], 0xff);
			check_kind(&kinds[i], 0x55);
			check_kind(&kinds[i], 0);
		}
		check_bytes(&kinds[i]);
	}
	check_refusals();
	return 0;
}
