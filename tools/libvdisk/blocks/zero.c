// SPDX-License-Identifier: MIT
//
// Zeroing and discarding of a disk that is made of blocks, as blocks.h tells.

#include "blocks.h"

// A piece that holds all of a block, or of what the disk has of the last one.
static bool is_whole(const struct vdisk_blocks *b, const struct vdisk_piece *p)
{
	return !p->in &&
	       (p->len == b->block_size || p->off + p->len == b->disk.size);
}

// Tells whether a piece, or the front of it to which it is cut, reads as zeroes
// without a block of its own.
static int is_hole(struct vdisk_blocks *b, struct vdisk_piece *p, bool *ret,
		   struct err *err)
{
	uint64_t entry = vdisk_blocks_get(b, p->block), n = p->len;
	bool data = false;
	int r = 0;

	if (BLOCK_STATE(entry) == BLOCK_ABSENT && b->parent) {
		if (p->off < b->parent->size) {
			if (n > b->parent->size - p->off)
				n = b->parent->size - p->off;
			r = disk_map(b->parent, p->off, n, &n, &data, err);
		}
		if (!r)
			p->len = (size_t)n;
		*ret = !data;
		return r;
	}
	*ret = BLOCK_STATE(entry) < BLOCK_FULL;
	return 0;
}

// --- Blocks that lose their place --------------------------------------------

// Some makers cut the file where the last block's data ends: that one stays.
static bool can_drop(const struct vdisk_blocks *b, uint64_t entry)
{
	if (!b->can_drop)
		return false;
	if (BLOCK_STATE(entry) < BLOCK_FULL)
		return b->has_states;
	return range_ok(BLOCK_PLACE(entry), b->block_size, b->file->size);
}

static void note_stale(struct vdisk_blocks *b, uint64_t block)
{
	if (b->first_stale == b->end_stale)
		b->first_stale = b->end_stale = block;
	if (block < b->first_stale)
		b->first_stale = block;
	if (block >= b->end_stale)
		b->end_stale = block + 1;
}

// Makes a block read as zeroes without a place; with the lock held.
static int drop_locked(struct vdisk_blocks *b, uint64_t block,
		       enum block_state state, struct err *err)
{
	uint64_t place = BLOCK_PLACE(vdisk_blocks_get(b, block));
	int r = vdisk_blocks_prepare(b, err);

	if (!r)
		r = vdisk_blocks_room(b, 1, err);
	if (r)
		return r;
	vdisk_blocks_set(b, block, state | place | (place ? BLOCK_STALE : 0));
	if (place)
		note_stale(b, block);
	return 0;
}

// *ret_done is false when the block must keep its place.
static int drop(struct vdisk_blocks *b, uint64_t block, enum block_state state,
		bool *ret_done, struct err *err)
{
	uint64_t entry;
	int r = 0;

	pthread_mutex_lock(&b->lock);
	entry = vdisk_blocks_get(b, block);
	*ret_done = can_drop(b, entry);
	if (*ret_done)
		r = drop_locked(b, block, b->has_states ? state : BLOCK_ABSENT,
				err);
	pthread_mutex_unlock(&b->lock);
	return r;
}

// --- The operations ----------------------------------------------------------

static int zero_piece(struct vdisk_blocks *b, struct vdisk_piece *p,
		      struct err *err)
{
	struct vdisk_piece front = *p;
	bool done;
	int r = is_hole(b, &front, &done, err);

	if (r)
		return r;
	if (done) {
		*p = front;
		return 0;
	}
	if (is_whole(b, p))
		r = drop(b, p->block, BLOCK_ZERO, &done, err);
	return r || done ? r : vdisk_piece_write(b, p, NULL, err);
}

int vdisk_blocks_zero(struct disk *d, uint64_t off, uint64_t len,
		      struct err *err)
{
	struct vdisk_blocks *b = (struct vdisk_blocks *)d;

	while (len) {
		struct vdisk_piece p = vdisk_piece_at(b, off, len);
		int r = zero_piece(b, &p, err);

		if (r)
			return r;
		off += p.len;
		len -= p.len;
	}
	return 0;
}

// What is here of a part of a block keeps its place; the file below may make it
// a hole. What shows the parent goes on to.
static int discard_piece(struct vdisk_blocks *b, struct vdisk_piece *p,
			 struct err *err)
{
	uint64_t entry = vdisk_blocks_get(b, p->block);
	bool here = true, done = false;
	int r = 0;

	if (BLOCK_STATE(entry) < BLOCK_FULL)
		return 0;
	if (is_whole(b, p))
		r = drop(b, p->block, BLOCK_UNMAPPED, &done, err);
	if (r || done)
		return r;
	if (BLOCK_STATE(entry) == BLOCK_PARTIAL)
		r = vdisk_piece_cut(b, p, &here, err);
	if (r || !here)
		return r;
	return disk_discard(b->file, BLOCK_PLACE(entry) + p->in, p->len, err);
}

int vdisk_blocks_discard(struct disk *d, uint64_t off, uint64_t len,
			 struct err *err)
{
	struct vdisk_blocks *b = (struct vdisk_blocks *)d;

	while (len) {
		struct vdisk_piece p = vdisk_piece_at(b, off, len);
		int r = discard_piece(b, &p, err);

		if (r)
			return r;
		off += p.len;
		len -= p.len;
	}
	return 0;
}
