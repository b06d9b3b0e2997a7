// SPDX-License-Identifier: MIT
//
// Pieces of one block, as blocks.h tells: whose their content is, and how they
// get a place and are written.

#include <string.h>

#include "blocks.h"

int vdisk_blocks_below(struct vdisk_blocks *b, uint64_t off, uint8_t *out,
		       size_t len, struct err *err)
{
	size_t have = 0;

	if (b->parent && off < b->parent->size)
		have = b->parent->size - off < len
			       ? (size_t)(b->parent->size - off)
			       : len;
	memset(out + have, 0, len - have);
	return have ? disk_read(b->parent, off, out, have, err) : 0;
}

int vdisk_blocks_run(struct vdisk_blocks *b, uint64_t block, uint32_t sector,
		     uint32_t max, uint32_t *ret_count, bool *ret_here,
		     struct err *err)
{
	int r;

	pthread_mutex_lock(&b->lock);
	r = vdisk_bits_run(b, block, sector, max, ret_count, ret_here, err);
	pthread_mutex_unlock(&b->lock);
	return r;
}

struct vdisk_piece vdisk_piece_at(const struct vdisk_blocks *b, uint64_t off,
				  uint64_t len)
{
	struct vdisk_piece p = {.block = off / b->block_size,
				.off = off,
				.in = (uint32_t)(off % b->block_size)};
	uint64_t left = b->block_size - p.in;

	p.len = (size_t)(left < len ? left : len);
	return p;
}

// Returns how many sectors a piece touches, from that of its first byte.
static uint32_t sectors_of(const struct vdisk_blocks *b,
			   const struct vdisk_piece *p)
{
	uint32_t size = b->disk.sector_size;

	return (uint32_t)((p->in % size + p->len + size - 1) / size);
}

int vdisk_piece_cut(struct vdisk_blocks *b, struct vdisk_piece *p,
		    bool *ret_here, struct err *err)
{
	uint32_t size = b->disk.sector_size, count;
	uint64_t n;
	int r = vdisk_blocks_run(b, p->block, p->in / size, sectors_of(b, p),
				 &count, ret_here, err);

	if (r)
		return r;
	n = (uint64_t)count * size - p->in % size;
	if (n < p->len)
		p->len = (size_t)n;
	return 0;
}

// --- Writing -----------------------------------------------------------------

// Gives a block a place that has none; with the lock held.
static int give_place(struct vdisk_blocks *b, uint64_t block, struct err *err)
{
	uint64_t place;
	int r;

	if (BLOCK_STATE(vdisk_blocks_get(b, block)) >= BLOCK_FULL)
		return 0;
	r = vdisk_blocks_prepare(b, err);
	if (!r)
		r = vdisk_blocks_room(b, 4, err);
	if (r)
		return r;
	place = BLOCK_PLACE(vdisk_blocks_get(b, block));
	if (!place)
		return b->ops->allocate(b, block, err);
	r = disk_zero(b->file, place, b->block_size, err);
	if (!r)
		vdisk_blocks_set(b, block, place | BLOCK_FULL);
	return r;
}

// Of a block that is new, the file's room is taken too.
static int allocate_piece(struct vdisk_blocks *b, const struct vdisk_piece *p,
			  struct err *err)
{
	bool is_new;
	int r;

	pthread_mutex_lock(&b->lock);
	is_new = BLOCK_STATE(vdisk_blocks_get(b, p->block)) < BLOCK_FULL;
	r = is_new ? give_place(b, p->block, err) : 0;
	pthread_mutex_unlock(&b->lock);
	if (r || !is_new)
		return r;
	return disk_allocate(b->file,
			     BLOCK_PLACE(vdisk_blocks_get(b, p->block)) + p->in,
			     p->len, err);
}

int vdisk_blocks_allocate(struct disk *d, uint64_t off, uint64_t len,
			  struct err *err)
{
	struct vdisk_blocks *b = (struct vdisk_blocks *)d;

	while (len) {
		struct vdisk_piece p = vdisk_piece_at(b, off, len);
		int r = allocate_piece(b, &p, err);

		if (r)
			return r;
		off += p.len;
		len -= p.len;
	}
	return 0;
}

// Writes data, or zeroes when there is none, to a block's place.
static int put(struct vdisk_blocks *b, const struct vdisk_piece *p,
	       const uint8_t *data, struct err *err)
{
	uint64_t at = BLOCK_PLACE(vdisk_blocks_get(b, p->block)) + p->in;

	return data ? disk_write(b->file, at, data, p->len, err)
		    : disk_zero(b->file, at, p->len, err);
}

// Writes into one sector of a block with a bitmap, with the lock held: a sector
// that is not here becomes so whole.
static int put_partial(struct vdisk_blocks *b, const struct vdisk_piece *p,
		       const uint8_t *data, struct err *err)
{
	uint8_t sector[4096];
	uint32_t size = b->disk.sector_size, in = p->in % size, count;
	struct vdisk_piece whole = {
		.block = p->block, .in = p->in - in, .len = size};
	bool here;
	int r = vdisk_bits_run(b, p->block, p->in / size, 1, &count, &here,
			       err);

	if (r || here)
		return r ? r : put(b, p, data, err);
	r = vdisk_blocks_below(b, p->off - in, sector, size, err);
	if (r)
		return r;
	if (data)
		memcpy(sector + in, data, p->len);
	else
		memset(sector + in, 0, p->len);
	r = put(b, &whole, sector, err);
	return r ? r : vdisk_bits_put(b, p->block, p->in / size, 1, true, err);
}

// Cuts what begins or ends inside of a sector to that sector, else to whole
// sectors. Returns true for a part of a sector.
static bool cut_to_sectors(const struct vdisk_blocks *b, struct vdisk_piece *p)
{
	uint32_t size = b->disk.sector_size, in = p->in % size;

	if (!in && p->len >= size) {
		p->len -= p->len % size;
		return false;
	}
	if (p->len > size - in)
		p->len = size - in;
	return true;
}

static int write_with_bitmap(struct vdisk_blocks *b, struct vdisk_piece *p,
			     const uint8_t *data, struct err *err)
{
	uint32_t size = b->disk.sector_size;
	bool is_full, is_part = cut_to_sectors(b, p);
	int r;

	pthread_mutex_lock(&b->lock);
	r = give_place(b, p->block, err);
	if (!r)
		r = vdisk_blocks_prepare(b, err);
	is_full = BLOCK_STATE(vdisk_blocks_get(b, p->block)) == BLOCK_FULL;
	if (!r && is_part && !is_full)
		r = put_partial(b, p, data, err);
	pthread_mutex_unlock(&b->lock);
	if (r || (is_part && !is_full))
		return r;
	r = put(b, p, data, err);
	if (r || is_full)
		return r;
	pthread_mutex_lock(&b->lock);
	r = vdisk_bits_put(b, p->block, p->in / size, (uint32_t)(p->len / size),
			   true, err);
	pthread_mutex_unlock(&b->lock);
	return r;
}

static int write_whole(struct vdisk_blocks *b, const struct vdisk_piece *p,
		       const uint8_t *data, struct err *err)
{
	bool is_ready = __atomic_load_n(&b->prepared, __ATOMIC_ACQUIRE);
	int r = 0;

	if (!is_ready ||
	    BLOCK_STATE(vdisk_blocks_get(b, p->block)) != BLOCK_FULL) {
		pthread_mutex_lock(&b->lock);
		r = give_place(b, p->block, err);
		if (!r)
			r = vdisk_blocks_prepare(b, err);
		pthread_mutex_unlock(&b->lock);
	}
	return r ? r : put(b, p, data, err);
}

int vdisk_piece_write(struct vdisk_blocks *b, struct vdisk_piece *p,
		      const uint8_t *data, struct err *err)
{
	return b->has_bitmaps ? write_with_bitmap(b, p, data, err)
			      : write_whole(b, p, data, err);
}
