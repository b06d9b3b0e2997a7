// SPDX-License-Identifier: MIT
//
// The table of a disk that is made of blocks, and what of it and of bitmaps waits
// to be written, as blocks.h tells.

#include "blocks.h"

void vdisk_blocks_dirty_table(struct vdisk_blocks *b, uint64_t index)
{
	uint64_t page = index / b->entries_a_page;

	for (uint32_t i = b->dirty_table_count; i; i--)
		if (b->dirty_table[i - 1] == page)
			return;
	b->dirty_table[b->dirty_table_count++] = page;
}

void vdisk_blocks_set(struct vdisk_blocks *b, uint64_t block, uint64_t entry)
{
	__atomic_store_n(&b->table[block], entry, __ATOMIC_RELEASE);
	vdisk_blocks_dirty_table(b, b->table_index(b, block));
}

// That a place is given back is a hint; an error changes nothing.
static void give_back(struct vdisk_blocks *b)
{
	for (uint64_t i = b->first_stale; i < b->end_stale; i++) {
		uint64_t entry = b->table[i];

		if (BLOCK_STATE(entry) >= BLOCK_FULL || !(entry & BLOCK_STALE))
			continue;
		best_effort(disk_discard(b->file, BLOCK_PLACE(entry),
					 b->block_size, NULL));
		__atomic_store_n(&b->table[i], entry & ~BLOCK_STALE,
				 __ATOMIC_RELEASE);
	}
	b->first_stale = b->end_stale = 0;
}

int vdisk_blocks_commit(struct vdisk_blocks *b, struct err *err)
{
	int r = b->ops->commit(b, err);

	if (r)
		return r;
	b->dirty_table_count = 0;
	for (uint32_t i = 0; b->dirty_page_count && i < b->page_count; i++)
		b->pages[i].is_dirty = false;
	b->dirty_page_count = 0;
	give_back(b);
	return 0;
}

int vdisk_blocks_room(struct vdisk_blocks *b, uint32_t n, struct err *err)
{
	if (b->dirty_table_count + b->dirty_page_count + n <= b->max_dirty)
		return 0;
	return vdisk_blocks_commit(b, err);
}

int vdisk_blocks_prepare(struct vdisk_blocks *b, struct err *err)
{
	int r = 0;

	if (b->prepared)
		return 0;
	if (b->ops->prepare)
		r = b->ops->prepare(b, err);
	__atomic_store_n(&b->prepared, !r, __ATOMIC_RELEASE);
	return r;
}
