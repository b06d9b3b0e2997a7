// SPDX-License-Identifier: MIT
//
// Making a dynamic or differencing VHD larger, "Virtual Hard Disk Image Format
// Specification" 1.0, sections "Dynamic Disk Header Format" and "Block
// Allocation Table and Data Blocks".
//
// Blocks that lie where the longer table will be are copied to the end first,
// and the table says so; then the rest of the table is written, then the header
// says how long it is (one sector: all that changes of it is in its first), and
// last the footers say the new size, the copy before the one at the end, which
// is the one that counts. Each step is durable before the next, and after each
// the disk is as it was, until the last.

#include <string.h>

#include "../vdisk_priv.h"
#include "dynamic.h"

#define TABLE_PIECE 4096u // entries written at a time

// --- Room for the table --------------------------------------------------------

// Tells whether something that cannot move lies in [off, end).
static bool is_barred(const struct vdisk_ranges *ranges, uint64_t off,
		      uint64_t end)
{
	const struct vdisk_range *x;
	size_t from = 0;

	while ((x = vdisk_ranges_next(ranges, off, end - off, &from)))
		if (!vdisk_range_can_move(x) &&
		    strcmp(x->what, VDISK_RANGE_FOOTER) &&
		    strcmp(x->what, VDISK_RANGE_TABLE))
			return true;
	return false;
}

// Returns where a table of `len` bytes can be when blocks give way: where it is,
// or behind all that cannot move.
static uint64_t choose_place(const struct vhd_blocks *v,
			     const struct vdisk_ranges *ranges, uint64_t len)
{
	uint64_t place = v->table_offset, end = 0;

	if (!is_barred(ranges, place, place + len))
		return place;
	for (size_t i = 0; i < v->fixed_count; i++)
		if (end < v->fixed[i].off + v->fixed[i].len)
			end = v->fixed[i].off + v->fixed[i].len;
	return round_up(end, VHD_SECTOR);
}

// Copies a block to the end.
static int move_to_end(struct vhd_blocks *v, const struct vdisk_range *block,
		       struct err *err)
{
	struct vdisk_blocks *b = &v->blocks;
	uint64_t to = b->ops->fit(b, block, v->end, UINT64_MAX);
	uint64_t end = to + b->ops->slot(b);
	int r = to / VHD_SECTOR >= VHD_UNUSED
			? err_set(err, -EFBIG, "VHD", to,
				  "the file has reached the format's limit")
			: vdisk_blocks_room(b, 1, err);

	if (!r)
		r = vhd_make_room(v, end, err);
	if (!r)
		r = b->ops->move(b, block, to, err);
	if (!r)
		v->end = end;
	return r;
}

// Moves the blocks in [off, end) away, for good.
static int clear(struct vhd_blocks *v, const struct vdisk_ranges *ranges,
		 uint64_t off, uint64_t end, struct err *err)
{
	const struct vdisk_range *x;
	size_t from = 0;
	int r = 0;

	if (v->end < end)
		v->end = end;
	r = vhd_make_room(v, v->end, err);
	while (!r && (x = vdisk_ranges_next(ranges, off, end - off, &from)))
		if (vdisk_range_is_block(x))
			r = move_to_end(v, x, err);
	return r ? r : vdisk_blocks_commit(&v->blocks, err);
}

int vhd_table_put(struct vhd_blocks *v, uint64_t place, uint64_t from,
		  uint64_t count, bool is_empty, struct err *err)
{
	be32 *piece = mem_array(TABLE_PIECE, sizeof(*piece));
	uint64_t all = round_up(count, VHD_ENTRIES_A_SECTOR);
	int r = piece ? 0 : err_nomem(err);

	for (uint64_t i = from; i < all && !r; i += TABLE_PIECE) {
		uint64_t n = all - i < TABLE_PIECE ? all - i : TABLE_PIECE;

		for (uint64_t j = 0; j < n; j++)
			piece[j] = is_empty || i + j >= v->blocks.count
					   ? to_be32(VHD_UNUSED)
					   : vhd_entry_encode(v, i + j);
		r = disk_write(v->blocks.file, place + i * sizeof(be32), piece,
			       (size_t)n * sizeof(be32), err);
	}
	mem_free(piece);
	return r ? r : disk_flush(v->blocks.file, err);
}

int vhd_table_switch(struct vhd_blocks *v, uint64_t place, uint64_t count,
		     struct err *err)
{
	struct disk *file = v->blocks.file;
	uint64_t at = get_be64(v->footer.header_offset);
	struct vhd_header_disk h;
	int r = disk_read(file, at, &h, sizeof(h), err);

	if (r)
		return r;
	if (place != v->table_offset || get_be32(h.table_entries) < count)
		h.table_entries = to_be32((uint32_t)count);
	h.table_offset = to_be64(place);
	h.checksum = to_be32(vhd_checksum(&h, sizeof(h),
					  offsetof(struct vhd_header_disk,
						   checksum)));
	r = disk_write(file, at, &h, VHD_SECTOR, err);
	if (!r)
		r = disk_flush(file, err);
	if (!r)
		v->table_offset = place;
	return r;
}

// Makes the table have `count` entries.
static int grow_table(struct vhd_blocks *v, const struct vdisk_ranges *ranges,
		      uint64_t count, struct err *err)
{
	uint64_t len = round_up(count * sizeof(be32), VHD_SECTOR);
	uint64_t place = choose_place(v, ranges, len);
	int r = clear(v, ranges, place, place + len, err);

	if (!r)
		r = vhd_table_put(v, place, 0, count, false, err);
	return r ? r : vhd_table_switch(v, place, count, err);
}

// --- The last block --------------------------------------------------------------

// What the last block has behind the disk's end will be seen: it becomes zero.
// A block that was cut there is moved, unless there is room behind it.
static int clear_tail(struct vhd_blocks *v, struct vdisk_ranges *ranges,
		      struct err *err)
{
	struct vdisk_blocks *b = &v->blocks;
	uint64_t used = b->disk.size % b->block_size, last = b->count - 1;
	const struct vdisk_range *x, *block = NULL;
	uint64_t tail;
	size_t from = 0;
	int r;

	if (!used || BLOCK_STATE(b->table[last]) < BLOCK_FULL)
		return 0;
	for (size_t i = 0; i < ranges->count; i++)
		if (vdisk_range_is_block(&ranges->items[i]) &&
		    ranges->items[i].number == last)
			block = &ranges->items[i];
	tail = BLOCK_PLACE(b->table[last]) + used;
	x = vdisk_ranges_next(ranges, tail, b->block_size - used, &from);
	if (x && !strcmp(x->what, VDISK_RANGE_FOOTER))
		x = vdisk_ranges_next(ranges, tail, b->block_size - used,
				      &from);
	if (x && block) {
		r = move_to_end(v, block, err);
		return r ? r : vdisk_blocks_commit(b, err);
	}
	r = vhd_make_room(v, v->end, err);
	return r ? r : disk_zero(b->file, tail, b->block_size - used, err);
}

// --- The size ------------------------------------------------------------------------

int vhd_footers_put(struct vhd_blocks *v, const struct vhd_footer_disk *footer,
		    struct err *err)
{
	struct disk *file = v->blocks.file;
	struct vhd_footer_disk f = *footer;
	int r = disk_flush(file, err);

	f.checksum = to_be32(vhd_checksum(&f, sizeof(f),
					  offsetof(struct vhd_footer_disk,
						   checksum)));
	if (!r)
		r = disk_write(file, 0, &f, sizeof(f), err);
	if (!r)
		r = disk_flush(file, err);
	if (!r)
		r = disk_write(file, v->footer_at, &f, sizeof(f), err);
	if (!r)
		v->footer = f;
	return r ? r : disk_flush(file, err);
}

static int set_size(struct vhd_blocks *v, uint64_t size, struct err *err)
{
	struct vhd_footer_disk footer = v->footer;
	struct vhd_footer f = {0};

	vhd_footer_resize(&f, size);
	footer.original_size = to_be64(f.original_size);
	footer.current_size = to_be64(f.current_size);
	footer.cylinders = to_be16(f.cylinders);
	footer.heads = f.heads;
	footer.sectors = f.sectors;
	vhd_footer_take_over(&footer);
	return vhd_footers_put(v, &footer, err);
}

static int expand(struct vhd_blocks *v, uint64_t size, struct err *err)
{
	struct vdisk_blocks *b = &v->blocks;
	uint64_t count = (size + b->block_size - 1) / b->block_size;
	struct vdisk_ranges ranges = {0};
	int r = b->ops->list(b, &ranges, err);

	vdisk_ranges_sort(&ranges);
	if (!r)
		r = clear_tail(v, &ranges, err);
	if (!r && count > b->count) {
		vdisk_ranges_done(&ranges);
		r = b->ops->list(b, &ranges, err);
		vdisk_ranges_sort(&ranges);
		if (!r)
			r = grow_table(v, &ranges, count, err);
	}
	if (!r)
		r = set_size(v, size, err);
	vdisk_ranges_done(&ranges);
	return r;
}

int vhd_expand(struct disk *file, uint64_t size, struct err *err)
{
	struct vdisk_blocks *b;
	int r = vhd_edit(file, &b, err);

	if (r)
		return r;
	if (size > b->disk.size)
		r = expand((struct vhd_blocks *)b, size, err);
	return vdisk_edit_close(b, r, err);
}
