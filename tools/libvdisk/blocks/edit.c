// SPDX-License-Identifier: MIT
//
// What all changes of whole disks need: readying a disk for one, copying inside
// of its file, cutting that off.

#include <string.h>

#include "blocks.h"

#define PIECE (1u << 20)

int vdisk_copy_inside(struct disk *file, uint64_t from, uint64_t to,
		      uint64_t len, struct err *err)
{
	uint8_t *piece = mem_alloc(len < PIECE ? (size_t)len : PIECE);
	int r = piece ? 0 : err_nomem(err);

	for (uint64_t off = 0; off < len && !r; off += PIECE) {
		size_t n = len - off < PIECE ? (size_t)(len - off) : PIECE;

		r = disk_read(file, from + off, piece, n, err);
		if (!r)
			r = mem_is_zero(piece, n)
				    ? disk_zero(file, to + off, n, err)
				    : disk_write(file, to + off, piece, n, err);
	}
	mem_free(piece);
	return r;
}

int vdisk_edit_start(struct disk *d, bool keeps_id, struct vdisk_blocks **ret,
		     struct err *err)
{
	struct vdisk_blocks *b = (struct vdisk_blocks *)d;
	int r;

	b->keeps_id = keeps_id;
	pthread_mutex_lock(&b->lock);
	r = d->read_only ? err_set(err, -EROFS, "virtual disk", ERR_NOWHERE,
				   "it was opened for reading only")
			 : vdisk_blocks_prepare(b, err);
	pthread_mutex_unlock(&b->lock);
	if (r) {
		disk_close(d);
		return r;
	}
	*ret = b;
	return 0;
}

int vdisk_edit_close(struct vdisk_blocks *b, int r, struct err *err)
{
	if (!r)
		r = disk_finish(&b->disk, err);
	disk_close(&b->disk);
	return r;
}

int vdisk_shorten(struct disk *file, uint64_t size, struct err *err)
{
	struct err why = {0};
	int r = disk_resize(file, size, &why);

	if (r == -ENOTSUP)
		return 0;
	return r ? err_pass(err, r, &why) : disk_flush(file, err);
}
