// SPDX-License-Identifier: MIT
//
// Bitmaps of sectors against an array of bools: runs over the edges of bytes and
// pages, both orders of bits, more pages than are kept, pages that cannot be
// read.

#include "libvdisk/blocks/blocks.h"
#include "test.h"

#define BLOCK_BITS 5000u // of a block here: two pages, the second not whole
#define BLOCKS     40u
#define AT(block)  (1024 + (uint64_t)(block) * 1024) // in the file

static struct err err;
static unsigned commits;
static int failing; // what a commit says

static uint64_t bit_page(const struct vdisk_blocks *b, uint64_t block,
			 uint32_t sector, uint32_t *ret_bit)
{
	*ret_bit = sector % (b->page_size * 8);
	return AT(block) + sector / (b->page_size * 8) * b->page_size;
}

static int commit(struct vdisk_blocks *b, struct err *e)
{
	commits++;
	for (uint32_t i = 0; i < b->page_count && !failing; i++)
		if (b->pages[i].is_dirty)
			check_ok(disk_write(b->file, b->pages[i].off,
					    b->pages[i].bytes, b->page_size,
					    &err),
				 &err);
	return failing;
}

static const struct vdisk_blocks_ops ops = {.bit_page = bit_page,
					    .commit = commit};

// With room for so few pages that they must give way to one another.
static struct vdisk_blocks *new_blocks(bool low_first, uint32_t max_pages)
{
	struct vdisk_blocks *b = mem_alloc(sizeof(*b));

	check(b);
	*b = (struct vdisk_blocks){.ops = &ops,
				   .count = BLOCKS,
				   .has_bitmaps = true,
				   .low_bit_first = low_first,
				   .page_size = 512,
				   .max_dirty = 3};
	check_ok(disk_memory(AT(BLOCKS), 512, &b->file, &err), &err);
	check_ok(vdisk_blocks_init(b, &err), &err);
	check(max_pages <= b->max_pages);
	b->max_pages = max_pages;
	commits = 0;
	return b;
}

static void free_blocks(struct vdisk_blocks *b)
{
	disk_close(b->file);
	vdisk_blocks_done(b);
	mem_free(b);
}

static void check_order(bool low_first)
{
	struct vdisk_blocks *b = new_blocks(low_first, 4);
	uint8_t found[4];

	check_ok(vdisk_bits_put(b, 0, 6, 5, true, &err), &err);
	check_ok(vdisk_blocks_commit(b, &err), &err);
	check_ok(disk_read(b->file, AT(0), found, 4, &err), &err);
	check_eq(found[0], low_first ? 0xc0 : 0x03);
	check_eq(found[1], low_first ? 0x07 : 0xe0);
	check_eq(found[2], 0);
	free_blocks(b);
}

// Compares all of a block, from every place in `step`s.
static void compare(struct vdisk_blocks *b, const bool *model, uint64_t block,
		    uint32_t step)
{
	for (uint32_t at = 0; at < BLOCK_BITS; at += step) {
		uint32_t most = 1 + at % 4999, count, n = 0;
		bool here;

		if (most > BLOCK_BITS - at)
			most = BLOCK_BITS - at;
		while (n < most && model[at + n] == model[at])
			n++;
		check_ok(vdisk_bits_run(b, block, at, most, &count, &here,
					&err),
			 &err);
		check_eq(here, model[at]);
		check_eq(count, n);
	}
}

static void check_model(bool low_first)
{
	static bool model[BLOCKS][BLOCK_BITS];
	struct vdisk_blocks *b = new_blocks(low_first, 5);
	uint32_t seed = 1;

	memset(model, 0, sizeof(model));
	for (int i = 0; i < 1500; i++) {
		uint32_t block = (seed = seed * 1103515245 + 12345) >> 8;
		uint32_t at = (seed = seed * 1103515245 + 12345) >> 8;
		uint32_t n = (seed = seed * 1103515245 + 12345) >> 8;
		bool here = i % 3;

		block %= BLOCKS;
		at %= BLOCK_BITS;
		n %= i % 5 ? 40 : BLOCK_BITS;
		if (n > BLOCK_BITS - at)
			n = BLOCK_BITS - at;
		memset(model[block] + at, here, n);
		check_ok(vdisk_bits_put(b, block, at, n, here, &err), &err);
		check(b->dirty_page_count <= b->max_dirty);
		check(b->page_count <= 5);
		if (i % 100 == 0)
			compare(b, model[block], block, 97);
	}
	check(commits > 10);
	check_ok(vdisk_blocks_commit(b, &err), &err);
	for (uint64_t i = 0; i < BLOCKS; i++)
		compare(b, model[i], i, 3);
	free_blocks(b);
}

// What is as it should be is not written.
static void check_same(void)
{
	struct vdisk_blocks *b = new_blocks(true, 4);

	check_ok(vdisk_bits_put(b, 3, 0, BLOCK_BITS, false, &err), &err);
	check_eq(b->dirty_page_count, 0);
	check_ok(vdisk_bits_put(b, 3, 4095, 1, true, &err), &err);
	check_eq(b->dirty_page_count, 1);
	check_ok(vdisk_bits_put(b, 3, 4095, 2, true, &err), &err);
	check_eq(b->dirty_page_count, 2);
	free_blocks(b);
}

// A page that could not be read is not taken for read, nor for another's.
static void check_unreadable(void)
{
	struct vdisk_blocks *b = new_blocks(true, 1);
	uint32_t count;
	bool here;

	check_ok(vdisk_bits_put(b, 1, 0, 8, true, &err), &err);
	check_ok(vdisk_blocks_commit(b, &err), &err);
	b->file->size = AT(2);
	for (int i = 0; i < 2; i++)
		check_eq(vdisk_bits_run(b, 2, 0, 8, &count, &here, NULL),
			 -EINVAL);
	check_ok(vdisk_bits_run(b, 1, 0, 8, &count, &here, &err), &err);
	check(here && count == 8);
	free_blocks(b);
}

// While what is dirty cannot be written, nothing of it is given up.
static void check_stuck(void)
{
	struct vdisk_blocks *b = new_blocks(true, 3);
	uint32_t count;
	bool here;

	for (uint64_t i = 0; i < 3; i++)
		check_ok(vdisk_bits_put(b, i, 0, 1, true, &err), &err);
	failing = -ENOSPC;
	check_eq(vdisk_bits_put(b, 3, 0, 1, true, NULL), -ENOSPC);
	check_eq(vdisk_bits_run(b, 3, 0, 1, &count, &here, NULL), -ENOMEM);
	failing = 0;
	check_ok(vdisk_bits_put(b, 3, 0, 1, true, &err), &err);
	for (uint64_t i = 0; i < 4; i++) {
		check_ok(vdisk_bits_run(b, i, 0, 2, &count, &here, &err), &err);
		check(here && count == 1);
	}
	free_blocks(b);
}

int main(void)
{
	for (int low_first = 0; low_first < 2; low_first++) {
		check_order(low_first);
		check_model(low_first);
	}
	check_same();
	check_unreadable();
	check_stuck();
	return 0;
}
