// SPDX-License-Identifier: MIT
//
// The blocks of a VHDX, "VHDX Format Specification" 1.00, section 2.5: after
// each `ratio` entries of the block table comes one for a block of sector
// bitmaps, which only differencing disks use. A new block is put at the file's
// end; what describes it goes through the log.

#include <stdio.h>
#include <string.h>

#include "../vdisk_priv.h"
#include "blocks.h"

#define PAGE_BITS (VHDX_PAGE * 8)

// --- Bitmaps -----------------------------------------------------------------

static uint64_t bit_page(const struct vdisk_blocks *b, uint64_t block,
			 uint32_t sector, uint32_t *ret_bit)
{
	const struct vhdx_blocks *v = (const struct vhdx_blocks *)b;
	uint64_t bit = block % v->ratio *
			       (b->block_size / b->disk.sector_size) +
		       sector;

	*ret_bit = (uint32_t)(bit % PAGE_BITS);
	return v->maps[block / v->ratio] + bit / PAGE_BITS * VHDX_PAGE;
}

// --- Allocation --------------------------------------------------------------

int vhdx_take_room(struct vhdx_blocks *v, uint64_t len, uint64_t *ret,
		   struct err *err)
{
	struct disk *file = v->blocks.file;
	uint64_t place = round_up(v->end, VHDX_MIB), dirty = v->fresh;
	struct err why = {0};
	int r = 0;

	if (place + len > file->size)
		r = disk_resize(file, place + len, &why);
	if (r == -ENOTSUP)
		return err_set(err, -ENOSPC, "VHDX", place,
			       "there is no room for another block in the "
			       "file");
	if (v->fresh < file->size)
		v->fresh = file->size;
	if (r)
		return err_pass(err, r, &why);
	if (place < dirty)
		r = disk_zero(file, place,
			      dirty - place < len ? dirty - place : len, err);
	if (r)
		return r;
	v->end = place + len;
	*ret = place;
	return 0;
}

// Makes sure that the sectors of a block have bits, all zero: those of a block that
// was not partially present mean nothing (2.5.1.1), and may be of any value.
static int clear_bits(struct vhdx_blocks *v, uint64_t block, struct err *err)
{
	struct vdisk_blocks *b = &v->blocks;
	uint32_t sectors = b->block_size / b->disk.sector_size, count;
	uint64_t chunk = block / v->ratio;
	bool here;
	int r;

	if (!v->maps[chunk]) {
		r = vhdx_take_room(v, VHDX_MAP_SIZE, &v->maps[chunk], err);
		if (!r)
			vdisk_blocks_dirty_table(b, vhdx_map_index(v, chunk));
		return r;
	}
	r = vdisk_bits_run(b, block, 0, sectors, &count, &here, err);
	if (r || (count == sectors && !here))
		return r;
	return vdisk_bits_put(b, block, 0, sectors, false, err);
}

// What showed the parent goes on to, sector by sector; what read as zeroes is
// here whole.
static int allocate(struct vdisk_blocks *b, uint64_t block, struct err *err)
{
	struct vhdx_blocks *v = (struct vhdx_blocks *)b;
	bool is_partial = b->has_bitmaps &&
			  BLOCK_STATE(b->table[block]) == BLOCK_ABSENT;
	uint64_t place;
	int r = 0;

	if (is_partial)
		r = clear_bits(v, block, err);
	if (!r)
		r = vdisk_blocks_room(b, 1, err);
	if (!r)
		r = vhdx_take_room(v, b->block_size, &place, err);
	if (r)
		return r;
	vdisk_blocks_set(b, block,
			 place | (is_partial ? BLOCK_PARTIAL : BLOCK_FULL));
	return 0;
}

// --- The log and the headers -------------------------------------------------

// Gathers all that is pending. Returns how many writes there are.
static size_t gather(struct vhdx_blocks *v, struct vhdx_log_write *writes,
		     uint8_t *tables)
{
	struct vdisk_blocks *b = &v->blocks;
	size_t n = 0;

	for (uint32_t i = 0; b->dirty_page_count && i < b->page_count; i++)
		if (b->pages[i].is_dirty)
			writes[n++] = (struct vhdx_log_write){
				b->pages[i].off, VHDX_PAGE, b->pages[i].bytes};
	for (uint32_t i = 0; i < b->dirty_table_count; i++) {
		vhdx_table_encode(v, b->dirty_table[i], tables + i * VHDX_PAGE);
		writes[n++] = (struct vhdx_log_write){
			v->x.table_offset + b->dirty_table[i] * VHDX_PAGE,
			VHDX_PAGE, tables + i * VHDX_PAGE};
	}
	return n;
}

static int commit(struct vdisk_blocks *b, struct err *err)
{
	struct vhdx_blocks *v = (struct vhdx_blocks *)b;
	struct vhdx_log_write writes[VHDX_LOG_MAX_WRITES];
	size_t n = gather(v, writes, v->tables);
	int r = disk_flush(b->file, err);

	if (!r)
		r = vhdx_log_append(&v->log, writes, n, err);
	for (size_t i = 0; i < n && !r; i++)
		r = disk_write(b->file, writes[i].offset, writes[i].data,
			       VHDX_PAGE, err);
	return r;
}

// An identifier that no header of this file had.
static int new_id(const struct vhdx_blocks *v, const char *of, struct guid *ret,
		  struct err *err)
{
	char name[40];

	if (guid_is_zero(&v->blocks.seed))
		return guid_random(ret, err);
	snprintf(name, sizeof(name), "%s %llu", of,
		 (unsigned long long)v->x.header.sequence);
	guid_from_name(&v->blocks.seed, name, ret);
	return 0;
}

// The data is about to change. Section 2.2.2: before the first write to the file
// another FileWriteGuid is there, and before the first that shows in the disk another
// DataWriteGuid, by which children notice that their parent is another one now.
static int prepare(struct vdisk_blocks *b, struct err *err)
{
	struct vhdx_blocks *v = (struct vhdx_blocks *)b;
	struct vhdx_header h = v->x.header;
	int r;

	if (!h.log_length)
		return err_corrupt(err, "VHDX header", VHDX_HEADER_1,
				   "there is no log to write to");
	// What would not be read back is not written to: the rest of such a log
	// is given up.
	if (h.log_length > VHDX_MAX_LOG)
		h.log_length = VHDX_MAX_LOG;
	if (!v->tables)
		v->tables = mem_array(VHDX_LOG_MAX_WRITES, VHDX_PAGE);
	if (!v->tables)
		return err_nomem(err);
	r = new_id(v, "file", &h.file_write, err);
	if (!r && !b->keeps_id)
		r = new_id(v, "data", &h.data_write, err);
	if (!r)
		r = new_id(v, "log", &h.log, err);
	if (!r)
		r = vhdx_log_start(&v->log, b->file, &h, err);
	if (r)
		return r;
	h.log = v->log.id;
	r = vhdx_header_write(b->file, &h, err);
	if (r)
		vhdx_log_done(&v->log);
	// One of the two may have been written.
	v->x.header.sequence = h.sequence;
	v->x.header.slot = h.slot;
	if (!r)
		v->x.header = h;
	return r;
}

// Once all is in its place, the log is not needed.
static int finish(struct vdisk_blocks *b, struct err *err)
{
	struct vhdx_blocks *v = (struct vhdx_blocks *)b;
	int r = disk_flush(b->file, err);

	if (r)
		return r;
	vhdx_log_done(&v->log);
	v->x.header.log = (struct guid){0};
	return vhdx_header_write(b->file, &v->x.header, err);
}

// Some makers cut the file where the last block's data ends.
static uint64_t length_of(const struct vdisk_blocks *b, uint64_t place)
{
	uint64_t left = b->file->size - place;

	return left < b->block_size ? left : b->block_size;
}

static int list(const struct vdisk_blocks *b, struct vdisk_ranges *ranges,
		struct err *err)
{
	const struct vhdx_blocks *v = (const struct vhdx_blocks *)b;
	const struct vhdx *x = &v->x;
	int r = vdisk_ranges_add(ranges, 0, VHDX_MIB, "headers", 0, err);

	if (!r && x->header.log_length)
		r = vdisk_ranges_add(ranges, x->header.log_offset,
				     x->header.log_length, "log", 0, err);
	if (!r)
		r = vdisk_ranges_add(ranges, x->meta_offset, x->meta_length,
				     "metadata", 0, err);
	if (!r)
		r = vdisk_ranges_add(ranges, x->table_offset, x->table_length,
				     VDISK_RANGE_TABLE, 0, err);
	for (size_t i = 0; i < x->other_count && !r; i++)
		r = vdisk_ranges_add(ranges, x->others[i].offset,
				     x->others[i].length, "region", i, err);
	for (uint64_t i = 0; i < v->chunks && !r; i++)
		if (v->maps[i])
			r = vdisk_ranges_add(ranges, v->maps[i], VHDX_MAP_SIZE,
					     VDISK_RANGE_BITS, i, err);
	for (uint64_t i = 0; i < b->count && !r; i++) {
		uint64_t place = BLOCK_PLACE(b->table[i]);

		if (BLOCK_STATE(b->table[i]) >= BLOCK_FULL)
			r = vdisk_ranges_add(ranges, place, length_of(b, place),
					     VDISK_RANGE_BLOCK, i, err);
	}
	return r;
}

static uint64_t slot(const struct vdisk_blocks *b)
{
	return b->block_size;
}

// A block of bitmaps stands for at least 4 GiB.
static uint64_t room(const struct vdisk_blocks *b, uint64_t count,
		     uint64_t size)
{
	uint64_t maps = b->has_bitmaps && count ? (size >> 32) + 1 : 0;

	return count * slot(b) + maps * VHDX_MAP_SIZE;
}

static uint64_t file_end(const struct vdisk_blocks *b)
{
	return round_up(((const struct vhdx_blocks *)b)->end, VHDX_MIB);
}

static bool is_table(const struct vdisk_range *range)
{
	return !strcmp(range->what, VDISK_RANGE_TABLE);
}

static uint64_t fit(const struct vdisk_blocks *b,
		    const struct vdisk_range *range, uint64_t off, uint64_t end)
{
	uint64_t place = round_up(off, VHDX_MIB);
	uint64_t len = vdisk_range_is_block(range) ? slot(b) : range->len;

	if (!vdisk_range_can_move(range) && !is_table(range))
		return UINT64_MAX;
	return range_ok(place, len, end) ? place : UINT64_MAX;
}

static int move(struct vdisk_blocks *b, const struct vdisk_range *range,
		uint64_t to, struct err *err)
{
	struct vhdx_blocks *v = (struct vhdx_blocks *)b;
	uint64_t i = range->number;
	int r;

	if (is_table(range))
		return vhdx_table_move(v, to, err);
	r = vdisk_copy_inside(b->file, range->off, to, range->len, err);
	if (r)
		return r;
	if (vdisk_range_is_block(range)) {
		r = disk_zero(b->file, to + range->len, slot(b) - range->len,
			      err);
		if (r)
			return r;
		vdisk_blocks_set(b, i, to | BLOCK_STATE(b->table[i]));
	} else {
		v->maps[i] = to;
		vdisk_blocks_dirty_table(b, vhdx_map_index(v, i));
	}
	return 0;
}

// Bitmaps that no block of their chunk looks at.
static int trim(struct vdisk_blocks *b, struct err *err)
{
	struct vhdx_blocks *v = (struct vhdx_blocks *)b;
	uint64_t block = 0;
	int r = 0;

	for (uint64_t i = 0; i < v->chunks && !r; i++) {
		bool used = false;

		for (; block < b->count && block / v->ratio == i; block++)
			used |= BLOCK_STATE(b->table[block]) == BLOCK_PARTIAL;
		if (used || !v->maps[i])
			continue;
		r = vdisk_blocks_room(b, 1, err);
		if (r)
			break;
		v->maps[i] = 0;
		vdisk_blocks_dirty_table(b, vhdx_map_index(v, i));
	}
	return r;
}

static void release(struct vdisk_blocks *b)
{
	struct vhdx_blocks *v = (struct vhdx_blocks *)b;

	vdisk_blocks_done(b);
	vhdx_log_done(&v->log);
	mem_free(v->tables);
	mem_free(v->maps);
	disk_close(v->overlay);
	mem_free(v);
}

static const struct vdisk_blocks_ops vhdx_ops = {
	.allocate = allocate,
	.bit_page = bit_page,
	.commit = commit,
	.prepare = prepare,
	.finish = finish,
	.list = list,
	.slot = slot,
	.fit = fit,
	.move = move,
	.room = room,
	.end = file_end,
	.trim = trim,
	.release = release,
};

// --- Opening -----------------------------------------------------------------

// Brings the file itself up to date, and marks its log as done.
static int replay(struct disk *file, struct vhdx *x, struct err *err)
{
	struct vhdx_replay found;
	int r = vhdx_replay_find(file, &x->header, &found, err);

	if (r)
		return r;
	r = vhdx_replay_apply(file, &found, err);
	vhdx_replay_done(&found);
	if (!r)
		r = guid_random(&x->header.file_write, err);
	x->header.log = (struct guid){0};
	return r ? r : vhdx_header_write(file, &x->header, err);
}

static int start(struct vhdx_blocks *v, struct disk *file, struct disk *parent,
		 struct err *err)
{
	const struct vhdx *x = &v->x;
	uint64_t count = (x->size + x->block_size - 1) / x->block_size;

	v->blocks = (struct vdisk_blocks){
		.disk = {.size = x->size,
			 .sector_size = x->sector_size,
			 .read_only = file->read_only || v->overlay},
		.file = v->overlay ? v->overlay : file,
		.parent = parent,
		.ops = &vhdx_ops,
		.block_size = x->block_size,
		.place_align = VHDX_MIB,
		.count = count,
		.has_bitmaps = x->has_parent,
		.low_bit_first = true,
		.page_size = VHDX_PAGE,
		.entries_a_page = VHDX_ENTRIES_A_PAGE,
		.table_index = vhdx_table_index,
		.max_dirty = VHDX_LOG_MAX_WRITES,
		.can_drop = !x->is_fixed,
		.has_states = true,
	};
	if (count > x->table_length / sizeof(le64))
		return err_corrupt(err, "VHDX block table", x->table_offset,
				   "it is too short for the disk");
	v->ratio = vhdx_ratio(x->block_size, x->sector_size);
	v->chunks = (count + v->ratio - 1) / v->ratio;
	v->fresh = v->blocks.file->size;
	vhdx_note_end(v, VHDX_MIB);
	vhdx_note_end(v, x->header.log_offset + x->header.log_length);
	vhdx_note_end(v, x->table_offset + x->table_length);
	vhdx_note_end(v, x->meta_offset + x->meta_length);
	for (size_t i = 0; i < x->other_count; i++)
		vhdx_note_end(v, x->others[i].offset + x->others[i].length);
	v->maps = mem_array((size_t)v->chunks, sizeof(*v->maps));
	return v->maps ? 0 : err_nomem(err);
}

int vhdx_open(struct disk *file, struct disk *parent, struct disk **ret,
	      struct err *err)
{
	struct vhdx_blocks *v = mem_alloc(sizeof(*v));
	int r;

	if (!v)
		return err_nomem(err);
	r = vhdx_read(file, &v->x, &v->overlay, err);
	if (!r && v->overlay && !file->read_only) {
		disk_close(v->overlay);
		v->overlay = NULL;
		r = replay(file, &v->x, err);
	}
	if (r) {
		mem_free(v);
		return r;
	}
	if (v->x.is_fixed)
		disk_keep_room(file);
	r = start(v, file, parent, err);
	if (!r)
		r = vdisk_blocks_init(&v->blocks, err);
	if (!r)
		r = vhdx_table_read(v, err);
	if (r) {
		release(&v->blocks);
		return r;
	}
	*ret = &v->blocks.disk;
	return 0;
}

int vhdx_edit(struct disk *file, bool keeps_id, struct vdisk_blocks **ret,
	      struct err *err)
{
	struct disk *d;
	int r = vhdx_open(file, NULL, &d, err);

	return r ? r : vdisk_edit_start(d, keeps_id, ret, err);
}
