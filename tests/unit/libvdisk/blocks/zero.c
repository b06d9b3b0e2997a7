// SPDX-License-Identifier: MIT
//
// Zeroing and discarding whole blocks and parts of them, of every kind: what is
// read then, from a new reader too, what remains of the image, and that no block
// shows another's data.

#include "unit/libvdisk/model.h"

#define BLOCKS 4u

struct image {
	const struct kind *kind;
	struct disk *file, *parent, *d;
	uint32_t block;
	uint64_t size;
	uint8_t *model;
};

static struct image new_image(const struct kind *k)
{
	struct image m = {.kind = k, .file = new_file()};
	struct vdisk_create c;
	struct err err = {0};

	m.block = k->block_size ? k->block_size : 2048 * K;
	m.size = BLOCKS * m.block + 4096;
	m.parent = new_parent(m.size);
	m.model = calloc(1, m.size);
	check(m.model);
	c = create_of(k, m.size);
	check_ok(vdisk_create(m.file, &c, &err), &err);
	m.d = open_kind(k, m.file, m.parent);
	check_ok(disk_read(m.d, 0, m.model, m.size, &err), &err);
	return m;
}

static void again(struct image *m)
{
	end_disk(m->d);
	m->d = open_kind(m->kind, m->file, m->parent);
}

static void free_image(struct image *m)
{
	end_disk(m->d);
	end_disk(m->file);
	end_disk(m->parent);
	free(m->model);
}

static void put(struct image *m, uint64_t off, size_t len, int byte)
{
	struct err err = {0};

	memset(m->model + off, byte, len);
	check_ok(disk_write(m->d, off, m->model + off, len, &err), &err);
}

static void zero(struct image *m, uint64_t off, uint64_t len)
{
	struct err err = {0};

	memset(m->model + off, 0, len);
	check_ok(disk_zero(m->d, off, len, &err), &err);
}

static void compare(struct image *m)
{
	compare_disk(m->d, m->model, m->size);
}

static uint64_t blocks_of(struct image *m)
{
	struct vdisk_check found;
	struct err err = {0};

	check_ok(vdisk_check(m->file, false, &found, &err), &err);
	return found.blocks;
}

static bool loses_blocks(const struct kind *k)
{
	return k->type == VDISK_DYNAMIC ||
	       (k->type == VDISK_DIFFERENCING && k->format == VDISK_VHDX);
}

static void fill(struct image *m)
{
	for (unsigned i = 0; i <= BLOCKS; i++) {
		uint64_t off = (uint64_t)i * m->block, left = m->size - off;

		put(m, off, left < m->block ? (size_t)left : m->block,
		    (int)i + 1);
	}
	check(!disk_flush(m->d, NULL));
}

static void check_zero(const struct kind *k)
{
	struct image m = new_image(k);
	uint64_t before;

	fill(&m);
	before = k->type == VDISK_FIXED ? 0 : blocks_of(&m);
	// Two whole blocks with a part before and behind them, then one that
	// is taken again, and the short last one.
	zero(&m, m.block - 700, 2 * m.block + 1500);
	compare(&m);
	put(&m, 2 * m.block + 5000, 600, 0x77);
	compare(&m);
	zero(&m, BLOCKS * m.block, 4096);
	compare(&m);
	again(&m);
	compare(&m);
	if (loses_blocks(k))
		check_eq(blocks_of(&m), before - 2);
	put(&m, m.block + 512, 512, 0x55);
	again(&m);
	compare(&m);
	free_image(&m);
}

// What was never written reads as zeroes then, whatever the parent has.
static void check_zero_fresh(const struct kind *k)
{
	struct image m = new_image(k);

	zero(&m, 0, m.block);
	zero(&m, 2 * m.block + 100, 300);
	compare(&m);
	again(&m);
	compare(&m);
	put(&m, 1000, 24, 0x33);
	compare(&m);
	again(&m);
	compare(&m);
	free_image(&m);
}

// Each byte of a discarded range is what it was, or zero, and remains so.
static void check_discard(const struct kind *k)
{
	struct image m = new_image(k);
	uint64_t begin = m.block - 5000, end = 3 * m.block + 5000;
	uint8_t *b = malloc(m.size);
	uint64_t before;
	struct err err = {0};

	check(b);
	fill(&m);
	before = k->type == VDISK_FIXED ? 0 : blocks_of(&m);
	check_ok(disk_discard(m.d, begin, end - begin, &err), &err);
	check_ok(disk_read(m.d, 0, b, m.size, &err), &err);
	for (uint64_t i = begin; i < end; i++)
		check(!b[i] || b[i] == m.model[i]);
	for (uint64_t i = 0; i < 2 * m.block && k->type == VDISK_DYNAMIC; i++)
		check(!b[m.block + i]);
	memcpy(m.model + begin, b + begin, end - begin);
	compare(&m);
	check(!disk_flush(m.d, NULL));
	compare(&m);
	again(&m);
	compare(&m);
	if (loses_blocks(k))
		check_eq(blocks_of(&m), before - 2);
	put(&m, 2 * m.block - 100, 200, 0x44);
	again(&m);
	compare(&m);
	free(b);
	free_image(&m);
}

int main(void)
{
	for (size_t i = 0; i < KINDS; i++) {
		check_zero(&kinds[i]);
		check_zero_fresh(&kinds[i]);
		check_discard(&kinds[i]);
	}
	return 0;
}
