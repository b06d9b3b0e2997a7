// SPDX-License-Identifier: MIT
//
// The disks above the one that all is merged into, as merge.h tells: what of the
// content comes from them, and copying it.

#include <string.h>

#include "../blocks/blocks.h"
#include "merge.h"

#define PIECE (1u << 20)

// --- Whose the content is ------------------------------------------------------

// Tells whether what is at `off` is the disk's own, and for how many of *len
// bytes that is so.
static int is_own(struct vdisk_blocks *b, uint64_t off, uint64_t *len,
		  bool *ret, struct err *err)
{
	uint32_t size = b->disk.sector_size, count;
	uint64_t block = off / b->block_size, in = off % b->block_size, n;
	uint64_t entry = vdisk_blocks_get(b, block);
	int r;

	if (*len > b->block_size - in)
		*len = b->block_size - in;
	*ret = BLOCK_STATE(entry) != BLOCK_ABSENT;
	if (BLOCK_STATE(entry) != BLOCK_PARTIAL)
		return 0;
	r = vdisk_blocks_run(b, block, (uint32_t)(in / size),
			     (uint32_t)((in % size + *len + size - 1) / size),
			     &count, ret, err);
	n = (uint64_t)count * size - in % size;
	if (!r && n < *len)
		*len = n;
	return r;
}

int vdisk_layers_own(struct disk *const *layers, size_t count, uint64_t off,
		     uint64_t *len, bool *ret, struct err *err)
{
	*ret = false;
	for (size_t i = 0; i < count && !*ret; i++) {
		uint64_t size = layers[i]->size;
		int r;

		*ret = off >= size;
		if (*ret)
			return 0;
		if (*len > size - off)
			*len = size - off;
		r = is_own((struct vdisk_blocks *)layers[i], off, len, ret,
			   err);
		if (r)
			return r;
	}
	return 0;
}

// --- Merging -------------------------------------------------------------------

// Copies a piece, or the front of it that is all data or all a hole.
static int copy(struct disk *from, struct disk *to, uint64_t off, uint64_t *len,
		uint8_t *buffer, struct err *err)
{
	bool is_data;
	int r = disk_map(from, off, *len, len, &is_data, err);

	if (r)
		return r;
	if (is_data) {
		r = disk_read(from, off, buffer, (size_t)*len, err);
		is_data = !r && !mem_is_zero(buffer, (size_t)*len);
	}
	if (r)
		return r;
	return is_data ? disk_write(to, off, buffer, (size_t)*len, err)
		       : disk_zero(to, off, *len, err);
}

int vdisk_merge_layers(struct disk *const *layers, size_t count,
		       struct disk *target, struct progress *progress,
		       struct err *err)
{
	uint8_t *buffer = mem_alloc(PIECE);
	uint64_t size = layers[0]->size, n;
	int r = buffer ? 0 : err_nomem(err);

	for (uint64_t off = 0; off < size && !r; off += n) {
		bool is_theirs;

		n = size - off < PIECE ? size - off : PIECE;
		r = vdisk_layers_own(layers, count, off, &n, &is_theirs, err);
		if (!r && is_theirs)
			r = copy(layers[0], target, off, &n, buffer, err);
		if (!r && progress_report(progress, "Merging", off + n, size))
			r = err_set(err, -ECANCELED, "virtual disk",
				    ERR_NOWHERE, "stopped");
	}
	mem_free(buffer);
	return r ? r : disk_flush(target, err);
}
