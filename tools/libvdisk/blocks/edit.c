// SPDX-License-Identifier: MIT
//
// What all changes of whole disks need: opening a disk for one, copying inside
// of its file.

#include <string.h>

#include "blocks.h"
#include "../vdisk_priv.h"

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

int vdisk_edit_open(struct disk *file, const struct vdisk_info *info,
		    bool keeps_id, struct vdisk_blocks **ret, struct err *err)
{
	struct vdisk_blocks *b;
	struct disk *d;
	int r = vdisk_open_alone(file, info, &d, err);

	if (r)
		return r;
	b = (struct vdisk_blocks *)d;
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
