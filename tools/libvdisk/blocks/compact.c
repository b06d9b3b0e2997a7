// SPDX-License-Identifier: MIT
//
// Blocks that nobody needs lose their place. It is used anew only when the table
// that does not name it is durable: by pack.c, after the disk was finished.

#include <string.h>

#include "blocks.h"

#define PIECE (256u << 10)

struct compact {
	struct vdisk_blocks *b;
	struct vdisk_ranges free; // of the virtual disk, what nobody needs
	size_t next;              // the first that does not end before a block
	uint8_t *now, *below;
};

// --- What nobody needs -------------------------------------------------------

static int add_free(void *ctx, uint64_t off, uint64_t len)
{
	struct compact *c = ctx;
	struct vdisk_ranges *f = &c->free;
	struct vdisk_range *last = f->count ? &f->items[f->count - 1] : NULL;

	if (!range_ok(off, len, c->b->disk.size))
		return -EINVAL;
	if (last && last->off + last->len == off) {
		last->len += len;
		return 0;
	}
	return vdisk_ranges_add(f, off, len, "free", 0, NULL);
}

// Sorts the list and makes one of those that touch.
static void join(struct vdisk_ranges *f)
{
	size_t n = 0;

	vdisk_ranges_sort(f);
	for (size_t i = 0; i < f->count; i++) {
		const struct vdisk_range *x = &f->items[i];
		struct vdisk_range *last = n ? &f->items[n - 1] : NULL;

		if (!last || last->off + last->len < x->off)
			f->items[n++] = *x;
		else if (last->off + last->len < x->off + x->len)
			last->len = x->off + x->len - last->off;
	}
	f->count = n;
}

// Skips what is free at *off; returns how much from there to `end` is not. The
// list has been joined: behind a free range comes one that is not.
static uint64_t skip_free(struct compact *c, uint64_t *off, uint64_t end)
{
	const struct vdisk_range *x = c->free.items + c->next;
	const struct vdisk_range *last = c->free.items + c->free.count;

	while (x < last && x->off + x->len <= *off)
		x++;
	if (x < last && x->off <= *off) {
		*off = x->off + x->len < end ? x->off + x->len : end;
		x += *off < end;
	}
	c->next = (size_t)(x - c->free.items);
	if (x < last && x->off < end && *off < end)
		end = x->off;
	return end - *off;
}

// Tells whether all of a block that is not free is zero.
static int holds_nothing(struct compact *c, uint64_t off, uint64_t end,
			 bool *ret, struct err *err)
{
	uint64_t n;
	int r = 0;

	*ret = true;
	while (!r && *ret && (n = skip_free(c, &off, end))) {
		bool is_data;

		r = disk_map(&c->b->disk, off, n < PIECE ? n : PIECE, &n,
			     &is_data, err);
		if (!r && is_data) {
			r = disk_read(&c->b->disk, off, c->now, (size_t)n, err);
			*ret = !r && mem_is_zero(c->now, (size_t)n);
		}
		off += n;
	}
	return r;
}

// Tells whether sectors that are here are as what lies below.
static int is_as_below(struct compact *c, uint64_t off, uint64_t len, bool *ret,
		       struct err *err)
{
	int r = 0;

	*ret = c->b->parent;
	for (uint64_t n; len && *ret && !r; off += n, len -= n) {
		n = len < PIECE ? len : PIECE;
		r = disk_read(&c->b->disk, off, c->now, (size_t)n, err);
		if (!r)
			r = vdisk_blocks_below(c->b, off, c->below, (size_t)n,
					       err);
		*ret = !r && !memcmp(c->now, c->below, (size_t)n);
	}
	return r;
}

// Tells whether a block of a differencing disk has nothing of its own.
static int has_no_own(struct compact *c, uint64_t block, uint64_t off,
		      uint64_t end, bool *ret, struct err *err)
{
	uint32_t size = c->b->disk.sector_size, sector = 0, n = 0;
	uint32_t count = (uint32_t)((end - off) / size);
	bool here = true;
	int r = 0;

	*ret = true;
	for (; sector < count && *ret && !r; sector += n) {
		n = count;
		if (BLOCK_STATE(c->b->table[block]) == BLOCK_PARTIAL)
			r = vdisk_blocks_run(c->b, block, sector,
					     count - sector, &n, &here, err);
		if (!r && here)
			r = is_as_below(c, off + (uint64_t)sector * size,
					(uint64_t)n * size, ret, err);
	}
	return r;
}

// --- Giving it back ------------------------------------------------------------

static int drop(struct vdisk_blocks *b, uint64_t block, struct err *err)
{
	int r = vdisk_blocks_prepare(b, err);

	if (!r)
		r = vdisk_blocks_room(b, 1, err);
	if (!r)
		vdisk_blocks_set(b, block, BLOCK_ABSENT);
	return r;
}

static int drop_all(struct compact *c, struct progress *progress,
		    struct err *err)
{
	struct vdisk_blocks *b = c->b;
	int r = 0;

	for (uint64_t i = 0; i < b->count && !r; i++) {
		uint64_t off = i * b->block_size, end = off + b->block_size;
		bool useless = false;

		if (end > b->disk.size)
			end = b->disk.size;
		if (BLOCK_STATE(b->table[i]) >= BLOCK_FULL)
			r = b->has_bitmaps
				    ? has_no_own(c, i, off, end, &useless, err)
				    : holds_nothing(c, off, end, &useless, err);
		if (!r && useless)
			r = drop(b, i, err);
		if (!r && progress_report(progress, "Looking for free blocks",
					  end, b->disk.size))
			r = err_set(err, -ECANCELED, "virtual disk",
				    ERR_NOWHERE, "stopped");
	}
	if (!r && b->prepared && b->ops->trim)
		r = b->ops->trim(b, err);
	return r;
}

// A differencing disk's volumes are not asked: what is free may be needed to
// tell its content from the parent's.
int vdisk_blocks_compact(struct vdisk_blocks *b, vdisk_unused *unused,
			 void *ctx, struct progress *progress, struct err *err)
{
	struct compact c = {
		.b = b, .now = mem_alloc(PIECE), .below = mem_alloc(PIECE)};
	int r = c.now && c.below ? 0 : err_nomem(err);

	if (!r && unused && !b->has_bitmaps)
		r = unused(ctx, &b->disk, add_free, &c, err);
	join(&c.free);
	if (!r)
		r = drop_all(&c, progress, err);
	vdisk_ranges_done(&c.free);
	mem_free(c.now);
	mem_free(c.below);
	return r;
}
