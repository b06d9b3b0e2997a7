// SPDX-License-Identifier: MIT
//
// The blocks of an index. A block that the device's state uses is never written
// over: its new content goes to a free block of the allocation, and the old one
// stays out of use until the next sync. The index bitmap is written anew too,
// so that the file's base record alone switches from the old tree to the new.

#include <string.h>

#include "change.h"
#include "../encode/record.h"

#define BITMAP_RESIDENT 64u // bytes; larger ones get clusters
#define MAX_GROWTH      64u // blocks at once

static uint64_t block_of(const struct ntfs_tree *t, uint64_t vcn)
{
	return vcn * t->x.vcn_size / t->x.block_size;
}

static uint64_t vcn_of(const struct ntfs_tree *t, uint64_t block)
{
	return block * t->x.block_size / t->x.vcn_size;
}

// Where a block lies on the device.
static uint64_t place_of(const struct ntfs_tree *t, uint64_t block)
{
	return ntfs_runs_place(t->x.n, &t->runs, block * t->x.block_size);
}

static int open_blocks(struct ntfs_tree *t, struct err *err)
{
	struct disk *d;
	int r = ntfs_runs_open(t->x.n, &t->runs, t->size, t->size, &d, err);

	if (r)
		return r;
	disk_close(t->x.blocks);
	t->x.blocks = d;
	return 0;
}

// --- Opening and saving ------------------------------------------------------

static int load_blocks(struct ntfs_tree *t, struct err *err)
{
	struct change_file *f = t->file;
	const struct change_attr *a =
		ntfs_change_find(f, NTFS_AT_INDEX_ALLOCATION, t->name);
	const struct change_attr *bits =
		ntfs_change_find(f, NTFS_AT_BITMAP, t->name);
	int r = 0;

	if (!a)
		return 0;
	if (!bits || a->resident || a->runs.has_holes || a->valid < a->size)
		return err_set(err, -ENOTSUP, NTFS_INDEX_OF(f->number),
			       ERR_NOWHERE, "its blocks cannot be changed");
	t->size = a->size;
	for (size_t i = 0; !r && i < a->runs.count; i++)
		r = ntfs_runs_add(&t->runs, a->runs.items[i].lcn,
				  a->runs.items[i].len, err);
	if (!r)
		r = ntfs_change_get(f, bits, UINT32_MAX / 8, &t->bits,
				    &t->bits_size, err);
	return r ? r : open_blocks(t, err);
}

int ntfs_tree_open(struct change_file *f, const char *name,
		   struct ntfs_tree *ret, struct err *err)
{
	struct ntfs_tree t = {.file = f, .name = name};
	const struct change_attr *root =
		ntfs_change_find(f, NTFS_AT_INDEX_ROOT, name);
	struct ntfs_node node;
	int r;

	*ret = t;
	if (!root || !root->resident)
		return err_set(err, -ENOTDIR, NTFS_RECORD(f->number),
			       ERR_NOWHERE, "it has no index");
	r = ntfs_index_decode(f->c->n, f->number, root->value, root->value_len,
			      &t.x, err);
	if (!r)
		r = ntfs_index_root(&t.x, &node, err);
	if (!r && t.x.block_size < 2048)
		r = err_set(err, -ENOTSUP, NTFS_INDEX_OF(f->number),
			    ERR_NOWHERE,
			    "its blocks have %u bytes: too few to change it",
			    t.x.block_size);
	if (!r) {
		t.root_used = node.used;
		r = load_blocks(&t, err);
	}
	*ret = t;
	return r;
}

void ntfs_tree_done(struct ntfs_tree *t)
{
	ntfs_index_done(&t->x);
	ntfs_runs_done(&t->runs);
	mem_free(t->bits);
	*t = (struct ntfs_tree){0};
}

// Finds an attribute of the index, or adds it.
static int get_attr(struct ntfs_tree *t, uint32_t type,
		    struct change_attr **ret, struct err *err)
{
	struct change_attr *a = ntfs_change_find(t->file, type, t->name);
	le16 name[8];

	if (a) {
		*ret = a;
		return 0;
	}
	return ntfs_change_add(t->file, type, name,
			       ntfs_ascii_units(t->name, name), ret, err);
}

static int save_blocks(struct ntfs_tree *t, struct err *err)
{
	struct change_attr *a;
	struct ntfs_runs runs = {0};
	int r = get_attr(t, NTFS_AT_INDEX_ALLOCATION, &a, err);

	for (size_t i = 0; !r && i < t->runs.count; i++)
		r = ntfs_runs_add(&runs, t->runs.items[i].lcn,
				  t->runs.items[i].len, err);
	if (r) {
		ntfs_runs_done(&runs);
		return r;
	}
	ntfs_runs_done(&a->runs);
	a->resident = false;
	a->value_len = 0;
	a->runs = runs;
	a->size = a->valid = t->size;
	a->allocated = a->total = runs.clusters * t->x.n->info.cluster_size;
	r = get_attr(t, NTFS_AT_BITMAP, &a, err);
	if (r)
		return r;
	return t->bits_size <= BITMAP_RESIDENT
		       ? ntfs_change_set(t->file, a, t->bits, t->bits_size, err)
		       : ntfs_change_set_outside(t->file, a, t->bits,
						 t->bits_size, STAGE_FRESH,
						 err);
}

// An index without blocks needs no place for them, nor what it grew by before its
// last block went: of that the file's attribute does not know yet.
static int remove_blocks(struct ntfs_tree *t, struct err *err)
{
	static const uint32_t types[] = {NTFS_AT_INDEX_ALLOCATION,
					 NTFS_AT_BITMAP};
	const struct change_attr *blocks =
		ntfs_change_find(t->file, NTFS_AT_INDEX_ALLOCATION, t->name);
	int r = ntfs_space_give(t->file->c, &t->runs,
				blocks ? blocks->runs.clusters : 0, err);

	for (size_t i = 0; !r && i < 2; i++) {
		struct change_attr *a =
			ntfs_change_find(t->file, types[i], t->name);

		if (a)
			r = ntfs_change_remove(t->file, a, err);
	}
	return r;
}

int ntfs_tree_save(struct ntfs_tree *t, struct err *err)
{
	struct ntfs_index_root_disk *h = (void *)t->x.root;
	bool has_children = h->header.flags & NTFS_IH_HAS_CHILDREN;
	struct change_attr *root;
	int r;

	h->header.used = h->header.allocated = to_le32(t->root_used);
	r = has_children ? save_blocks(t, err) : remove_blocks(t, err);
	root = ntfs_change_find(t->file, NTFS_AT_INDEX_ROOT, t->name);
	return r ? r
		 : ntfs_change_set(t->file, root, t->x.root,
				   offsetof(struct ntfs_index_root_disk,
					    header) +
					   t->root_used,
				   err);
}

// --- Blocks ------------------------------------------------------------------

int ntfs_node_read(const struct ntfs_tree *t, uint64_t vcn, uint8_t *buf,
		   struct err *err)
{
	struct ntfs_node node;

	return ntfs_index_block(&t->x, vcn, buf, &node, err);
}

static bool get_bit(const struct ntfs_tree *t, uint64_t i)
{
	return i / 8 < t->bits_size && t->bits[i / 8] >> (i % 8) & 1;
}

static void set_bit(struct ntfs_tree *t, uint64_t i, bool value)
{
	uint8_t mask = (uint8_t)(1 << i % 8);

	t->bits[i / 8] = value ? t->bits[i / 8] | mask
			       : t->bits[i / 8] & (uint8_t)~mask;
}

static int grow_blocks(struct ntfs_tree *t, struct err *err)
{
	struct ntfs_change *c = t->file->c;
	uint32_t cluster = c->n->info.cluster_size;
	uint64_t blocks = t->size / t->x.block_size, more = 1 + blocks / 8;
	size_t size;
	uint8_t *bits;
	struct err why = {0};
	int r = -ENOSPC;

	more = more < MAX_GROWTH ? more : MAX_GROWTH;
	for (; r == -ENOSPC && more; more /= 2) {
		uint64_t bytes = more * t->x.block_size;

		why = (struct err){0};
		r = ntfs_space_take(c, (bytes + cluster - 1) / cluster, 0,
				    &t->runs, &why);
	}
	if (r)
		return err_pass(err, r, &why);
	t->size = round_down(t->runs.clusters * cluster, t->x.block_size);
	size = (size_t)round_up((t->size / t->x.block_size + 7) / 8, 8);
	if (size > t->bits_size) {
		bits = mem_resize(t->bits, size, 1);
		if (!bits)
			return err_nomem(err);
		memset(bits + t->bits_size, 0, size - t->bits_size);
		t->bits = bits;
		t->bits_size = size;
	}
	return open_blocks(t, err);
}

static bool is_free(const struct ntfs_tree *t, uint64_t block)
{
	return !get_bit(t, block) &&
	       ntfs_cache_stage(t->file->c, place_of(t, block)) !=
		       STAGE_RETIRED;
}

static int take_block(struct ntfs_tree *t, uint64_t *ret_vcn, struct err *err)
{
	uint64_t i = 0, blocks = t->size / t->x.block_size;
	int r = 0;

	while (i < blocks && !is_free(t, i))
		i++;
	if (i == blocks)
		r = grow_blocks(t, err);
	if (r)
		return r;
	set_bit(t, i, true);
	*ret_vcn = vcn_of(t, i);
	return 0;
}

int ntfs_node_give(struct ntfs_tree *t, uint64_t vcn, struct err *err)
{
	uint64_t block = block_of(t, vcn), at = place_of(t, block);

	set_bit(t, block, false);
	return ntfs_cache_stage(t->file->c, at) == STAGE_FRESH
		       ? 0
		       : ntfs_cache_retire(t->file->c, at, err);
}

int ntfs_node_write(struct ntfs_tree *t, uint8_t *buf, uint64_t *vcn,
		    struct err *err)
{
	struct ntfs_index_block_disk *h = (void *)buf;
	uint64_t at = *vcn;
	int r = 0;

	if (at != NTFS_HOLE &&
	    ntfs_cache_stage(t->file->c, place_of(t, block_of(t, at))) !=
		    STAGE_FRESH) {
		r = ntfs_node_give(t, at, err);
		at = NTFS_HOLE;
	}
	if (!r && at == NTFS_HOLE)
		r = take_block(t, &at, err);
	if (r)
		return r;
	h->vcn = to_le64(at);
	// What its place held before need not be a block: nothing leads there yet.
	ntfs_encode_usa(buf, t->x.block_size, NULL);
	r = ntfs_cache_write(t->file->c, t->x.blocks, at * t->x.vcn_size, buf,
			     t->x.block_size, STAGE_FRESH, err);
	*vcn = at;
	return r;
}
