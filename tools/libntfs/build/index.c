// SPDX-License-Identifier: MIT
//
// Index B-trees, built from the bottom up out of entries that are in order.
//
// Entries fill a block; the one after them goes up a level, as the key between
// this block and the next; and so on until what went up fits in the root. No
// block is empty, since the last entry never goes up.

#include <string.h>

#include "build.h"
#include "../encode/index.h"
#include "../encode/record.h"

// An entry on its level, and the block with what sorts before it.
struct item {
	uint32_t entry;
	uint32_t child; // NTFS_NONE on the lowest level
};

struct builder {
	const struct ntfs_build *b;
	const struct entries *e;
	struct item *items; // of this level
	size_t count;
	uint32_t last_child; // with what sorts after all of them
	uint32_t blocks;     // so far
	uint8_t *out;        // NULL: only count
};

static uint64_t block_vcn(const struct ntfs_build *b, uint32_t block)
{
	return (uint64_t)block *
	       (NTFS_INDEX_BLOCK /
		ntfs_vcn_size(NTFS_INDEX_BLOCK, b->cluster_size));
}

static uint32_t item_size(const struct builder *x, size_t i)
{
	return x->e->get(x->b, x->e->ctx, x->items[i].entry, NULL) +
	       (x->items[i].child == NTFS_NONE ? 0 : 8);
}

static uint32_t put_end(const struct builder *x, uint32_t child, uint8_t *dst)
{
	uint64_t vcn = child == NTFS_NONE ? 0 : block_vcn(x->b, child);

	return ntfs_encode_last_entry(dst, child == NTFS_NONE ? NULL : &vcn);
}

static uint32_t end_size(const struct builder *x)
{
	return put_end(x, x->last_child, NULL);
}

// Writes a node: the items of [from, to), then the end with `child`. `node` is
// where the node's header lies, `entries` its entries' offset from there,
// and `room` its size, 0 for as much as it takes.
static void put_node(const struct builder *x, size_t from, size_t to,
		     uint32_t child, uint8_t *node, uint32_t entries,
		     uint32_t room)
{
	uint32_t used = entries;

	for (size_t i = from; i < to; i++) {
		uint8_t *entry = node + used;
		uint32_t n =
			x->e->get(x->b, x->e->ctx, x->items[i].entry, entry);

		if (x->items[i].child != NTFS_NONE)
			n = ntfs_entry_add_child(entry,
						 block_vcn(x->b,
							   x->items[i].child));
		used += n;
	}
	used += put_end(x, child, node + used);
	ntfs_encode_node(node, entries, used, room ? room : used,
			 child == NTFS_NONE ? 0 : NTFS_IH_HAS_CHILDREN);
}

static void put_block(const struct builder *x, size_t from, size_t to,
		      uint32_t child)
{
	uint8_t *block;

	if (!x->out)
		return;
	block = x->out + (size_t)x->blocks * NTFS_INDEX_BLOCK;
	ntfs_encode_block(block, NTFS_INDEX_BLOCK, block_vcn(x->b, x->blocks),
			  0);
	put_node(x, from, to, child, block + NTFS_BLOCK_NODE,
		 ntfs_block_entries(NTFS_INDEX_BLOCK),
		 ntfs_block_room(NTFS_INDEX_BLOCK));
	ntfs_encode_usa(block, NTFS_INDEX_BLOCK, NULL);
}

// A block is filled to a part only: names will come in between, and each full block
// would have to be split for the first of them.
//
// Puts this level's items into blocks, and leaves the next level's: at most
// every second item goes up, so the array is used again from its start.
static void put_level(struct builder *x)
{
	size_t from = 0, kept = 0;

	for (;;) {
		uint32_t used = end_size(x);
		size_t to = from;
		struct item up;

		while (to < x->count &&
		       used + item_size(x, to) <= NTFS_INDEX_FILL)
			used += item_size(x, to++);
		if (to == x->count)
			break;
		if (to + 1 == x->count)
			to--;
		up = x->items[to];
		put_block(x, from, to, up.child);
		up.child = x->blocks++;
		x->items[kept++] = up;
		from = to + 1;
	}
	put_block(x, from, x->count, x->last_child);
	x->last_child = x->blocks++;
	x->count = kept;
}

static uint32_t level_size(const struct builder *x)
{
	uint32_t size = end_size(x);

	for (size_t i = 0; i < x->count && size < UINT32_MAX / 2; i++)
		size += item_size(x, i);
	return size;
}

static void put_root(const struct builder *x, uint8_t *root)
{
	ntfs_encode_root(root, x->e->type, x->e->collation, NTFS_INDEX_BLOCK,
			 x->b->cluster_size);
	put_node(x, 0, x->count, x->last_child, root + NTFS_ROOT_NODE,
		 sizeof(struct ntfs_index_header_disk), 0);
}

int ntfs_index_build(const struct ntfs_build *b, const struct entries *e,
		     bool in_root, struct tree *tree, uint8_t *root,
		     uint8_t *blocks, struct err *err)
{
	struct builder x = {
		.b = b,
		.e = e,
		.count = e->count,
		.last_child = NTFS_NONE,
		.out = blocks,
	};

	x.items = mem_array(e->count, sizeof(*x.items));
	if (!x.items)
		return err_nomem(err);
	for (size_t i = 0; i < e->count; i++)
		x.items[i] = (struct item){(uint32_t)i, NTFS_NONE};
	if (!in_root)
		do
			put_level(&x);
		while (level_size(&x) > NTFS_ROOT_FILL);
	if (root)
		put_root(&x, root);
	tree->root_size = (uint32_t)sizeof(struct ntfs_index_root_disk) +
			  level_size(&x);
	tree->blocks = x.blocks;
	mem_free(x.items);
	return 0;
}
