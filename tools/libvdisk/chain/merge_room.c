// SPDX-License-Identifier: MIT
//
// How much longer a merge makes the file that all goes into: asked before
// anything is written. It is not less than what will be needed, and at most some
// blocks more.

#include "../blocks/blocks.h"
#include "merge.h"
#include "../vdisk_priv.h"
#include "chain_priv.h"

#define PIECE (1u << 20)
#define MIB   (UINT64_C(1) << 20)

struct need {
	struct disk *layers[VDISK_MAX_CHAIN];
	size_t count; // of the layers
	const struct vdisk_link *target;
	uint64_t size; // of the topmost disk
	uint8_t *buffer;
};

// Tells whether a piece, or the front of it to which it is cut, is written to
// the target so that it takes room there. Zeroes do above a parent alone.
static int is_written(const struct need *n, uint64_t off, uint64_t *len,
		      bool *ret, struct err *err)
{
	struct disk *top = n->layers[0];
	int r = vdisk_layers_own(n->layers, n->count, off, len, ret, err);

	if (r || !*ret || n->target->info.type == VDISK_DIFFERENCING)
		return r;
	r = disk_map(top, off, *len, len, ret, err);
	if (r || !*ret)
		return r;
	r = disk_read(top, off, n->buffer, (size_t)*len, err);
	*ret = !r && !mem_is_zero(n->buffer, (size_t)*len);
	return r;
}

static int is_needed(const struct need *n, uint64_t off, uint64_t end,
		     bool *ret, struct err *err)
{
	uint64_t len;
	int r = 0;

	*ret = false;
	for (; off < end && !r && !*ret; off += len) {
		len = end - off < PIECE ? end - off : PIECE;
		r = is_written(n, off, &len, ret, err);
	}
	return r;
}

// Counts the blocks that are not there yet.
static int count_blocks(const struct need *n, uint64_t *ret, struct err *err)
{
	struct vdisk_blocks *b = (struct vdisk_blocks *)n->target->disk;
	uint64_t found = 0;
	int r = 0;

	for (uint64_t i = 0, off = 0; off < n->size && !r; i++) {
		uint64_t end = n->size - off < b->block_size
				       ? n->size
				       : off + b->block_size;
		bool needed = false;

		if (i >= b->count ||
		    BLOCK_STATE(vdisk_blocks_get(b, i)) < BLOCK_FULL)
			r = is_needed(n, off, end, &needed, err);
		found += needed;
		off = end;
	}
	*ret = found;
	return r;
}

// What a longer table takes: itself, and the blocks that give way to it, with the
// last one, which may have been cut.
static uint64_t table_bytes(const struct need *n, uint64_t slot)
{
	uint64_t blocks = n->size / n->target->info.block_size + 1;
	uint64_t table = round_up(blocks * 8 + blocks / 512, MIB);

	if (n->size <= n->target->info.size)
		return 0;
	return table + (table / slot + 3) * slot;
}

static int bytes_of_blocks(const struct need *n, uint64_t *ret, struct err *err)
{
	const struct vdisk_info *info = &n->target->info;
	struct vdisk_blocks *b = (struct vdisk_blocks *)n->target->disk;
	uint64_t slot = round_up(b->ops->slot(b), b->place_align);
	uint64_t count, bytes, lost = vdisk_lost(b);
	int r = count_blocks(n, &count, err);

	if (r)
		return r;
	bytes = b->ops->room(b, count, n->size) + table_bytes(n, slot);
	// A fixed disk gets the blocks that it did not have.
	if (info->type == VDISK_FIXED && n->size > info->size)
		bytes += n->size - info->size + slot;
	*ret = bytes > lost ? bytes - lost : 0;
	return 0;
}

int vdisk_merge_has_room(const struct vdisk_chain *chain, unsigned depth,
			 struct err *err)
{
	struct tree *files = chain->files;
	const struct vdisk_link *target = &chain->links[depth];
	struct need n = {.count = depth,
			 .target = target,
			 .size = chain->disk->size,
			 .buffer = mem_alloc(PIECE)};
	uint64_t bytes = 0;
	int r = n.buffer ? 0 : err_nomem(err);

	for (unsigned i = 0; i < depth; i++)
		n.layers[i] = chain->links[i].disk;
	if (!r && vdisk_has_blocks(&target->info))
		r = bytes_of_blocks(&n, &bytes, err);
	else if (!r && n.size > target->info.size)
		bytes = n.size - target->info.size;
	mem_free(n.buffer);
	if (!r && bytes)
		r = tree_check_growth(files, target->path, bytes, err);
	return r;
}
