// SPDX-License-Identifier: MIT
//
// Index B-trees, built from the bottom up out of entries that are in order.
//
// Entries fill a block; the one after them goes up a level, as the key between
// this block and the next; and so on until what went up fits in the root. No
// block is empty, since the last entry never goes up.

#include <string.h>

#include "build.h"

#define BLOCK_ENTRIES 40u // of an INDX block's entries, from its header
#define ROOT_ENTRIES  16u

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

void ntfs_usa_apply(uint8_t *block, size_t size)
{
	size_t at = block[4] | (size_t)block[5] << 8;
	size_t strides = size / NTFS_USA_STRIDE;

	block[at] = 1;
	block[at + 1] = 0;
	for (size_t i = 1; i <= strides; i++) {
		uint8_t *end = block + i * NTFS_USA_STRIDE - 2;

		memcpy(block + at + 2 * i, end, 2);
		memcpy(end, block + at, 2);
	}
}

static uint64_t block_vcn(const struct ntfs_build *b, uint32_t block)
{
	uint32_t unit = b->cluster_size <= NTFS_INDEX_BLOCK ? b->cluster_size
							    : 512;

	return (uint64_t)block * (NTFS_INDEX_BLOCK / unit);
}

static uint32_t item_size(const struct builder *x, size_t i)
{
	return x->e->get(x->b, x->e->ctx, x->items[i].entry, NULL) +
	       (x->items[i].child == NTFS_NONE ? 0 : 8);
}

static uint32_t end_size(const struct builder *x)
{
	return (uint32_t)sizeof(struct ntfs_index_entry_disk) +
	       (x->last_child == NTFS_NONE ? 0 : 8);
}

static void put_child(const struct builder *x, uint8_t *entry, uint32_t length,
		      uint32_t child)
{
	struct ntfs_index_entry_disk d;
	le64 vcn = to_le64(block_vcn(x->b, child));

	memcpy(&d, entry, sizeof(d));
	d.length = to_le16((uint16_t)length);
	d.flags |= NTFS_IE_HAS_CHILD;
	memcpy(entry, &d, sizeof(d));
	memcpy(entry + length - 8, &vcn, 8);
}

// Writes a node: the items of [from, to), then the end with `child`. `header`
// is where the node's header lies, `entries` its entries' offset from there,
// and `room` its size, 0 for as much as it takes. Returns what it uses.
static uint32_t put_node(const struct builder *x, size_t from, size_t to,
			 uint32_t child, uint8_t *header, uint32_t entries,
			 uint32_t room)
{
	struct ntfs_index_entry_disk end = {.flags = NTFS_IE_LAST};
	struct ntfs_index_header_disk h = {
		.entries_offset = to_le32(entries),
		.flags = child == NTFS_NONE ? 0 : NTFS_IH_HAS_CHILDREN,
	};
	uint32_t used = entries, length = end_size(x);

	for (size_t i = from; i < to; i++) {
		uint32_t n = x->e->get(x->b, x->e->ctx, x->items[i].entry,
				       header + used);

		if (x->items[i].child != NTFS_NONE) {
			n += 8;
			put_child(x, header + used, n, x->items[i].child);
		}
		used += n;
	}
	end.length = to_le16((uint16_t)length);
	memcpy(header + used, &end, sizeof(end));
	if (child != NTFS_NONE)
		put_child(x, header + used, length, child);
	used += length;
	h.used = to_le32(used);
	h.allocated = to_le32(room ? room : used);
	memcpy(header, &h, sizeof(h));
	return used;
}

static void put_block(const struct builder *x, size_t from, size_t to,
		      uint32_t child)
{
	uint8_t *block;
	struct ntfs_index_block_disk d = {
		.magic = {'I', 'N', 'D', 'X'},
		.usa_offset = to_le16(sizeof(d)),
		.usa_count = to_le16(1 + NTFS_INDEX_BLOCK / NTFS_USA_STRIDE),
		.vcn = to_le64(block_vcn(x->b, x->blocks)),
	};
	size_t header = offsetof(struct ntfs_index_block_disk, header);

	if (!x->out)
		return;
	block = x->out + (size_t)x->blocks * NTFS_INDEX_BLOCK;
	memset(block, 0, NTFS_INDEX_BLOCK);
	memcpy(block, &d, sizeof(d));
	put_node(x, from, to, child, block + header, BLOCK_ENTRIES,
		 (uint32_t)(NTFS_INDEX_BLOCK - header));
	ntfs_usa_apply(block, NTFS_INDEX_BLOCK);
}

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
	uint32_t unit = x->b->cluster_size <= NTFS_INDEX_BLOCK
				? x->b->cluster_size
				: 512;
	struct ntfs_index_root_disk d = {
		.type = to_le32(x->e->type),
		.collation = to_le32(x->e->collation),
		.block_size = to_le32(NTFS_INDEX_BLOCK),
		.clusters_per_block = (uint8_t)(NTFS_INDEX_BLOCK / unit),
	};
	size_t header = offsetof(struct ntfs_index_root_disk, header);

	memcpy(root, &d, sizeof(d));
	put_node(x, 0, x->count, x->last_child, root + header, ROOT_ENTRIES, 0);
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
	tree->root_size =
		(uint32_t)offsetof(struct ntfs_index_root_disk, header) +
		ROOT_ENTRIES + level_size(&x);
	tree->blocks = x.blocks;
	mem_free(x.items);
	return 0;
}
