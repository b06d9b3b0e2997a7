// SPDX-License-Identifier: MIT
//
// Making a VHDX larger: "VHDX Format Specification" 1.00, sections 2.5 (block
// table) and 2.6 (metadata).
//
// Everything that the larger disk has more is made and durable first, where the
// smaller disk does not look: table entries behind its last one, or a whole new
// table; the blocks of a fixed disk. Then one entry of the log says the new size
// and, if it is another, the place of the table.

#include <string.h>

#include "../vdisk_priv.h"
#include "patch.h"

static uint64_t entries_of(const struct vhdx_blocks *v, uint64_t count)
{
	return vhdx_table_entries(count, v->ratio, v->blocks.has_bitmaps);
}

// --- The last block ------------------------------------------------------------

// What the last block has behind the disk's end will be seen: it becomes zero.
// A block that was cut there is moved, unless there is room behind it.
static int clear_tail(struct vhdx_blocks *v, struct err *err)
{
	struct vdisk_blocks *b = &v->blocks;
	uint64_t used = b->disk.size % b->block_size, last = b->count - 1;
	uint64_t at = BLOCK_PLACE(b->table[last]), to;
	struct vdisk_range block = {at, used, last, VDISK_RANGE_BLOCK};
	struct vdisk_ranges ranges = {0};
	const struct vdisk_range *x;
	size_t from = 0;
	int r;

	if (!used || BLOCK_STATE(b->table[last]) < BLOCK_FULL)
		return 0;
	r = b->ops->list(b, &ranges, err);
	vdisk_ranges_sort(&ranges);
	do {
		x = vdisk_ranges_next(&ranges, at + used, b->block_size - used,
				      &from);
	} while (x && x->off == at);
	vdisk_ranges_done(&ranges);
	if (!r && x) {
		r = vhdx_take_room(v, b->block_size, &to, err);
		if (!r)
			r = b->ops->move(b, &block, to, err);
		return r ? r : vdisk_blocks_commit(b, err);
	}
	if (!r && at + b->block_size > b->file->size)
		r = disk_resize(b->file, at + b->block_size, err);
	return r ? r : disk_zero(b->file, at + used, b->block_size - used, err);
}

// --- The larger table --------------------------------------------------------------

// Makes the disk in memory larger. Of a fixed one the new blocks are there.
static int grow(struct vhdx_blocks *v, uint64_t size, struct err *err)
{
	struct vdisk_blocks *b = &v->blocks;
	uint64_t old = b->count, chunks, place = 0;
	uint64_t count = (size + b->block_size - 1) / b->block_size;
	void *table = mem_resize(b->table, (size_t)count, sizeof(*b->table));
	uint64_t *maps;
	int r = 0;

	if (!table)
		return err_nomem(err);
	b->table = table;
	memset(b->table + old, 0, (size_t)(count - old) * sizeof(*b->table));
	chunks = (count + v->ratio - 1) / v->ratio;
	maps = mem_resize(v->maps, (size_t)chunks, sizeof(*v->maps));
	if (!maps)
		return err_nomem(err);
	memset(maps + v->chunks, 0,
	       (size_t)(chunks - v->chunks) * sizeof(*maps));
	v->maps = maps;
	if (v->x.is_fixed && count > old)
		r = vhdx_take_room(v, (count - old) * b->block_size, &place,
				   err);
	if (r)
		return r;
	for (uint64_t i = old; place && i < count; i++)
		b->table[i] = (place + (i - old) * b->block_size) | BLOCK_FULL;
	b->count = count;
	b->disk.size = size;
	v->chunks = chunks;
	return 0;
}

// Tells whether the table can become `len` bytes long where it is.
static int has_room(const struct vhdx_blocks *v, uint64_t len, bool *ret,
		    struct err *err)
{
	uint64_t end = v->x.table_offset + v->x.table_length;
	struct vdisk_ranges ranges = {0};
	size_t from = 0;
	int r = v->blocks.ops->list(&v->blocks, &ranges, err);

	vdisk_ranges_sort(&ranges);
	*ret = !vdisk_ranges_next(&ranges, end, len - v->x.table_length, &from);
	vdisk_ranges_done(&ranges);
	return r;
}

// Finds a place for a table of `len` bytes, at least as long as it is.
static int choose_place(struct vhdx_blocks *v, uint64_t len, uint64_t *ret,
			struct err *err)
{
	struct disk *file = v->blocks.file;
	uint64_t end = v->x.table_offset + len;
	bool stays = true;
	int r = 0;

	if (len > v->x.table_length)
		r = has_room(v, len, &stays, err);
	if (r || !stays)
		return r ? r : vhdx_take_room(v, len, ret, err);
	if (end > file->size)
		r = disk_resize(file, end, err);
	if (v->end < end)
		v->end = end;
	*ret = v->x.table_offset;
	return r;
}

// --- All of it ------------------------------------------------------------------------

// Says the new size and where the table is, at once.
static int switch_over(struct vhdx_blocks *v, uint64_t size, uint64_t place,
		       uint64_t len, struct err *err)
{
	le64 bytes = to_le64(size);
	struct vhdx_patch p;
	int r = vhdx_patch_init(&p, v, err);

	if (!r)
		r = vhdx_patch_put(&p, v->x.size_offset, &bytes, sizeof(bytes),
				   err);
	if (!r && (place != v->x.table_offset || len != v->x.table_length))
		r = vhdx_patch_table(&p, place, len, err);
	if (!r)
		r = vhdx_patch_apply(&p, err);
	vhdx_patch_done(&p);
	return r;
}

static int expand(struct vhdx_blocks *v, uint64_t size, struct err *err)
{
	uint64_t old = entries_of(v, v->blocks.count);
	uint64_t count = (size - 1) / v->blocks.block_size + 1, place;
	uint64_t len = round_up(entries_of(v, count) * sizeof(le64), VHDX_MIB);
	int r = clear_tail(v, err);

	if (len < v->x.table_length)
		len = v->x.table_length;
	if (!r)
		r = choose_place(v, len, &place, err);
	if (!r)
		r = grow(v, size, err);
	if (!r)
		r = vhdx_table_put(v, place,
				   place == v->x.table_offset ? old : 0, len,
				   err);
	return r ? r : switch_over(v, size, place, len, err);
}

int vhdx_expand(struct disk *file, uint64_t size, bool keeps_id,
		struct err *err)
{
	struct vdisk_blocks *b;
	int r = vhdx_edit(file, keeps_id, &b, err);

	if (r)
		return r;
	r = expand((struct vhdx_blocks *)b, size, err);
	return vdisk_edit_close(b, r, err);
}
