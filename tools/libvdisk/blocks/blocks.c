// SPDX-License-Identifier: MIT
//
// A disk that is made of blocks, as blocks.h tells: the operations of the disk,
// of VHD and VHDX alike.

#include <string.h>

#include "blocks.h"

// --- Reading -----------------------------------------------------------------

// Reads the first run of a piece, to which it is cut.
static int read_piece(struct vdisk_blocks *b, struct vdisk_piece *p,
		      uint8_t *out, struct err *err)
{
	uint64_t entry = vdisk_blocks_get(b, p->block);
	bool here = true;
	int r = 0;

	switch (BLOCK_STATE(entry)) {
	case BLOCK_ABSENT:
		return vdisk_blocks_below(b, p->off, out, p->len, err);
	case BLOCK_PARTIAL:
		r = vdisk_piece_cut(b, p, &here, err);
		if (r)
			return r;
		if (!here)
			return vdisk_blocks_below(b, p->off, out, p->len, err);
		break;
	case BLOCK_FULL:
		break;
	default:
		memset(out, 0, p->len);
		return 0;
	}
	return disk_read(b->file, BLOCK_PLACE(entry) + p->in, out, p->len, err);
}

static int blocks_read(struct disk *d, uint64_t off, void *buf, size_t len,
		       struct err *err)
{
	struct vdisk_blocks *b = (struct vdisk_blocks *)d;
	uint8_t *out = buf;

	while (len) {
		struct vdisk_piece p = vdisk_piece_at(b, off, len);
		int r = read_piece(b, &p, out, err);

		if (r)
			return r;
		off += p.len;
		out += p.len;
		len -= p.len;
	}
	return 0;
}

// --- Writing -----------------------------------------------------------------

static int blocks_write(struct disk *d, uint64_t off, const void *buf,
			size_t len, struct err *err)
{
	struct vdisk_blocks *b = (struct vdisk_blocks *)d;
	const uint8_t *in = buf;

	while (len) {
		struct vdisk_piece p = vdisk_piece_at(b, off, len);
		int r = vdisk_piece_write(b, &p, in, err);

		if (r)
			return r;
		off += p.len;
		in += p.len;
		len -= p.len;
	}
	return 0;
}

static int blocks_flush(struct disk *d, struct err *err)
{
	struct vdisk_blocks *b = (struct vdisk_blocks *)d;
	bool pending;
	int r = 0;

	pthread_mutex_lock(&b->lock);
	pending = b->dirty_table_count || b->dirty_page_count;
	if (pending)
		r = vdisk_blocks_commit(b, err);
	pthread_mutex_unlock(&b->lock);
	return pending ? r : disk_flush(b->file, err);
}

// --- Ending ------------------------------------------------------------------

// The next change readies the file again.
static int blocks_finish(struct disk *d, struct err *err)
{
	struct vdisk_blocks *b = (struct vdisk_blocks *)d;
	int r = blocks_flush(d, err);

	if (r || !(b->prepared || b->is_unfinished))
		return r;
	__atomic_store_n(&b->prepared, false, __ATOMIC_RELEASE);
	r = b->ops->finish ? b->ops->finish(b, err) : 0;
	b->is_unfinished = r;
	return r;
}

static void blocks_close(struct disk *d)
{
	struct vdisk_blocks *b = (struct vdisk_blocks *)d;

	b->ops->release(b);
}

static const struct disk_ops blocks_ops = {
	.read = blocks_read,
	.write = blocks_write,
	.zero = vdisk_blocks_zero,
	.discard = vdisk_blocks_discard,
	.flush = blocks_flush,
	.map = vdisk_blocks_map,
	.locate = vdisk_blocks_locate,
	.allocate = vdisk_blocks_allocate,
	.finish = blocks_finish,
	.close = blocks_close,
};

void vdisk_seed(struct disk *disk, const struct guid *seed)
{
	if (disk->ops == &blocks_ops)
		((struct vdisk_blocks *)disk)->seed = *seed;
}

int vdisk_blocks_init(struct vdisk_blocks *b, struct err *err)
{
	b->disk.ops = &blocks_ops;
	b->disk.unit = b->block_size;
	pthread_mutex_init(&b->lock, NULL);
	b->table = mem_array((size_t)b->count, sizeof(*b->table));
	if (!b->table)
		return err_nomem(err);
	if (!b->has_bitmaps)
		return 0;
	b->max_pages = b->disk.read_only ? BLOCKS_PARENT_PAGES
					 : BLOCKS_MAX_PAGES;
	b->pages = mem_array(b->max_pages, sizeof(*b->pages));
	b->page_bytes = mem_aligned(BLOCKS_MAX_PAGE,
				    (size_t)b->max_pages * b->page_size);
	return b->pages && b->page_bytes ? 0 : err_nomem(err);
}

void vdisk_blocks_done(struct vdisk_blocks *b)
{
	mem_free(b->page_bytes);
	mem_free(b->pages);
	mem_free(b->table);
	pthread_mutex_destroy(&b->lock);
}
