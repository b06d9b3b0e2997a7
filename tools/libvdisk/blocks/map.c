// SPDX-License-Identifier: MIT
//
// Where the data of a disk that is made of blocks is: mapping and locating.

#include "blocks.h"

static int map_below(struct vdisk_blocks *b, struct vdisk_piece *p,
		     bool *ret_data, struct err *err)
{
	uint64_t n = p->len;
	int r;

	*ret_data = false;
	if (!b->parent || p->off >= b->parent->size)
		return 0;
	if (n > b->parent->size - p->off)
		n = b->parent->size - p->off;
	r = disk_map(b->parent, p->off, n, &n, ret_data, err);
	if (!r)
		p->len = (size_t)n;
	return r;
}

static int map_here(struct vdisk_blocks *b, struct vdisk_piece *p,
		    uint64_t place, bool *ret_data, struct err *err)
{
	uint64_t n = 0;
	int r = disk_map(b->file, place + p->in, p->len, &n, ret_data, err);

	if (!r)
		p->len = (size_t)n;
	return r;
}

static int map_piece(struct vdisk_blocks *b, struct vdisk_piece *p,
		     bool *ret_data, struct err *err)
{
	uint64_t entry = vdisk_blocks_get(b, p->block);
	bool here = true;
	int r = 0;

	if (BLOCK_STATE(entry) == BLOCK_ABSENT)
		return map_below(b, p, ret_data, err);
	if (BLOCK_STATE(entry) < BLOCK_FULL) {
		*ret_data = false;
		return 0;
	}
	if (BLOCK_STATE(entry) == BLOCK_PARTIAL)
		r = vdisk_piece_cut(b, p, &here, err);
	if (r)
		return r;
	return here ? map_here(b, p, BLOCK_PLACE(entry), ret_data, err)
		    : map_below(b, p, ret_data, err);
}

int vdisk_blocks_map(struct disk *d, uint64_t off, uint64_t len,
		     uint64_t *ret_len, bool *ret_data, struct err *err)
{
	struct vdisk_blocks *b = (struct vdisk_blocks *)d;
	uint64_t end = off + len, at = off;
	bool first = false;

	while (at < end) {
		struct vdisk_piece p = vdisk_piece_at(b, at, end - at);
		bool data;
		int r = map_piece(b, &p, &data, err);

		if (r)
			return r;
		if (at == off)
			first = data;
		else if (data != first)
			break;
		at += p.len;
	}
	*ret_len = at - off;
	*ret_data = first;
	return 0;
}

static bool locate_below(struct vdisk_blocks *b, const struct vdisk_piece *p,
			 struct disk_place *ret)
{
	uint64_t n = p->len;

	if (!b->parent || p->off >= b->parent->size) {
		*ret = (struct disk_place){.fd = -1, .len = n};
		return true;
	}
	if (n > b->parent->size - p->off)
		n = b->parent->size - p->off;
	return disk_locate(b->parent, p->off, n, false, ret);
}

// Only what is here can be written without this library's knowing, and not
// before the file was readied for changes.
bool vdisk_blocks_locate(struct disk *d, uint64_t off, uint64_t len,
			 bool for_writing, struct disk_place *ret)
{
	struct vdisk_blocks *b = (struct vdisk_blocks *)d;
	struct vdisk_piece p = vdisk_piece_at(b, off, len);
	uint64_t entry = vdisk_blocks_get(b, p.block);
	bool here = BLOCK_STATE(entry) == BLOCK_FULL;

	if (for_writing && !__atomic_load_n(&b->prepared, __ATOMIC_ACQUIRE))
		return false;
	if (BLOCK_STATE(entry) == BLOCK_PARTIAL &&
	    vdisk_piece_cut(b, &p, &here, NULL))
		return false;
	if (here)
		return disk_locate(b->file, BLOCK_PLACE(entry) + p.in, p.len,
				   for_writing, ret);
	if (for_writing)
		return false;
	if (BLOCK_STATE(entry) == BLOCK_ABSENT ||
	    BLOCK_STATE(entry) == BLOCK_PARTIAL)
		return locate_below(b, &p, ret);
	*ret = (struct disk_place){.fd = -1, .len = p.len};
	return true;
}
