// SPDX-License-Identifier: MIT
//
// Dynamic and differencing VHDs: "Virtual Hard Disk Image Format Specification"
// 1.0, sections "Block Allocation Table and Data Blocks" and "Implementing a
// Differencing Hard Disk".
//
// In a dynamic disk a block that is there is read whole, whatever its bitmap
// says, as Windows and others do: all of a block was written when it was made.
// In a differencing disk the bitmap tells sector by sector whose the data is.
//
// A new block is put behind the last one, over the footer, and the footer
// written anew behind it; until that is durable the copy in the file's first
// sector serves. Its entry in the table is written when all this is durable, by
// commit; so a cut before leaves room that is not used, and nothing else. In a
// file whose size is fixed the footer stays at its end, and blocks are put in
// between until there is no room.

#include <string.h>

#include "../vdisk_priv.h"
#include "dynamic.h"

uint32_t vhd_bitmap_size(uint32_t block_size)
{
	return (uint32_t)round_up((block_size / VHD_SECTOR + 7) / 8,
				  VHD_SECTOR);
}

static uint64_t bit_page(const struct vdisk_blocks *b, uint64_t block,
			 uint32_t sector, uint32_t *ret_bit)
{
	const struct vhd_blocks *v = (const struct vhd_blocks *)b;
	uint64_t bitmap = BLOCK_PLACE(b->table[block]) - v->bitmap_size;

	*ret_bit = sector % (VHD_SECTOR * 8);
	return bitmap + sector / (VHD_SECTOR * 8) * VHD_SECTOR;
}

static uint64_t table_index(const struct vdisk_blocks *b, uint64_t block)
{
	return block;
}

static int put_footer(struct vhd_blocks *v, struct err *err)
{
	uint64_t at = v->blocks.file->size - VHD_FOOTER_SIZE;
	int r = 0;

	if (v->footer_at != at)
		r = disk_write(v->blocks.file, at, &v->footer,
			       sizeof(v->footer), err);
	if (!r)
		v->footer_at = at;
	return r;
}

// Both footers are made good before the one at the end is written over.
static int prepare(struct vdisk_blocks *b, struct err *err)
{
	struct vhd_blocks *v = (struct vhd_blocks *)b;
	struct vhd_footer_disk copy;
	bool changed = !v->footer_at;
	int r = 0;

	if (!v->footer_at && b->file->size % VHD_SECTOR)
		r = disk_resize(b->file, round_up(b->file->size, VHD_SECTOR),
				err);
	if (!r && !v->footer_at && v->end + VHD_FOOTER_SIZE > b->file->size)
		r = disk_resize(b->file, v->end + VHD_FOOTER_SIZE, err);
	if (!r)
		r = put_footer(v, err);
	if (!r)
		r = disk_read(b->file, 0, &copy, sizeof(copy), err);
	if (!r && memcmp(&copy, &v->footer, sizeof(copy))) {
		changed = true;
		r = disk_write(b->file, 0, &v->footer, sizeof(v->footer), err);
	}
	return r || !changed ? r : disk_flush(b->file, err);
}

int vhd_make_room(struct vhd_blocks *v, uint64_t end, struct err *err)
{
	struct disk *file = v->blocks.file;
	struct err why = {0};
	int r = 0;

	if (end + VHD_FOOTER_SIZE > file->size)
		r = disk_resize(file, end + VHD_FOOTER_SIZE, &why);
	if (r == -ENOTSUP)
		return err_set(err, -ENOSPC, "VHD", end,
			       "there is no room for another block in the "
			       "file");
	return r ? err_pass(err, r, &why) : put_footer(v, err);
}

// Writes the gap before a block and its bitmap: all ones for a dynamic disk.
static int put_bitmap(struct vhd_blocks *v, uint64_t place, struct err *err)
{
	size_t gap = (size_t)(place - v->end);

	return disk_write(v->blocks.file, v->end, v->head + VHD_ALIGN - gap,
			  gap + v->bitmap_size, err);
}

static int allocate(struct vdisk_blocks *b, uint64_t block, struct err *err)
{
	struct vhd_blocks *v = (struct vhd_blocks *)b;
	uint64_t data = round_up(v->end + v->bitmap_size, VHD_ALIGN);
	uint64_t end = data + b->block_size, dirty = v->fresh;
	int r;

	if ((data - v->bitmap_size) / VHD_SECTOR >= VHD_UNUSED)
		return err_set(err, -EFBIG, "VHD", data,
			       "the file has reached the format's limit");
	r = vhd_make_room(v, end, err);
	if (v->fresh < b->file->size)
		v->fresh = b->file->size;
	if (!r && data < dirty)
		r = disk_zero(b->file, data, (dirty < end ? dirty : end) - data,
			      err);
	if (!r)
		r = put_bitmap(v, data - v->bitmap_size, err);
	if (r)
		return r;
	v->end = end;
	vdisk_blocks_set(b, block,
			 data | (b->has_bitmaps ? BLOCK_PARTIAL : BLOCK_FULL));
	return 0;
}

be32 vhd_entry_encode(const struct vhd_blocks *v, uint64_t block)
{
	uint64_t entry = v->blocks.table[block];
	uint64_t place = BLOCK_STATE(entry) < BLOCK_FULL ? 0
							 : BLOCK_PLACE(entry);

	return to_be32(place ? (uint32_t)((place - v->bitmap_size) / VHD_SECTOR)
			     : VHD_UNUSED);
}

// Writes one sector of the table.
static int put_entries(struct vhd_blocks *v, uint64_t sector, struct err *err)
{
	const struct vdisk_blocks *b = &v->blocks;
	uint64_t first = sector * VHD_ENTRIES_A_SECTOR, n = b->count - first;
	be32 entries[VHD_ENTRIES_A_SECTOR];

	if (n > VHD_ENTRIES_A_SECTOR)
		n = VHD_ENTRIES_A_SECTOR;
	for (size_t i = 0; i < n; i++)
		entries[i] = vhd_entry_encode(v, first + i);
	return disk_write(b->file, v->table_offset + sector * VHD_SECTOR,
			  entries, (size_t)n * sizeof(*entries), err);
}

static int commit(struct vdisk_blocks *b, struct err *err)
{
	struct vhd_blocks *v = (struct vhd_blocks *)b;
	int r = disk_flush(b->file, err);

	for (uint32_t i = 0; !r && i < b->page_count; i++)
		if (b->pages[i].is_dirty)
			r = disk_write(b->file, b->pages[i].off,
				       b->pages[i].bytes, b->page_size, err);
	for (uint32_t i = 0; !r && i < b->dirty_table_count; i++)
		r = put_entries(v, b->dirty_table[i], err);
	return r ? r : disk_flush(b->file, err);
}

static int list(const struct vdisk_blocks *b, struct vdisk_ranges *ranges,
		struct err *err)
{
	const struct vhd_blocks *v = (const struct vhd_blocks *)b;
	int r = 0;

	for (size_t i = 0; i < v->fixed_count && !r; i++)
		r = vdisk_ranges_add(ranges, v->fixed[i].off, v->fixed[i].len,
				     v->fixed[i].what, 0, err);
	if (!r && v->footer_at)
		r = vdisk_ranges_add(ranges, v->footer_at, VHD_FOOTER_SIZE,
				     VDISK_RANGE_FOOTER, 0, err);
	for (uint64_t i = 0; i < b->count && !r; i++) {
		uint64_t at = BLOCK_PLACE(b->table[i]) - v->bitmap_size;
		uint64_t left = b->disk.size - i * b->block_size;
		uint64_t data = left < b->block_size ? left : b->block_size;

		if (BLOCK_STATE(b->table[i]) >= BLOCK_FULL)
			r = vdisk_ranges_add(ranges, at, v->bitmap_size + data,
					     VDISK_RANGE_BLOCK, i, err);
	}
	return r;
}

static uint64_t slot(const struct vdisk_blocks *b)
{
	return ((const struct vhd_blocks *)b)->bitmap_size + b->block_size;
}

// The data begins where a page does, unless that does not fit.
static uint64_t fit(const struct vdisk_blocks *b,
		    const struct vdisk_range *range, uint64_t off, uint64_t end)
{
	const struct vhd_blocks *v = (const struct vhd_blocks *)b;
	uint64_t len = slot(b);
	uint64_t place = round_up(off + v->bitmap_size, VHD_ALIGN) -
			 v->bitmap_size;

	if (!vdisk_range_is_block(range))
		return UINT64_MAX;
	if (!range_ok(place, len, end))
		place = round_up(off, VHD_SECTOR);
	return range_ok(place, len, end) ? place : UINT64_MAX;
}

// The first may begin up to a page behind what was the end.
static uint64_t room(const struct vdisk_blocks *b, uint64_t count,
		     uint64_t size)
{
	(void)size;
	return count ? count * round_up(slot(b), VHD_ALIGN) + VHD_ALIGN : 0;
}

static uint64_t file_end(const struct vdisk_blocks *b)
{
	const struct vhd_blocks *v = (const struct vhd_blocks *)b;

	return round_up(v->end, VHD_SECTOR) + VHD_FOOTER_SIZE;
}

// A block that was cut where the disk ends becomes whole.
static int move(struct vdisk_blocks *b, const struct vdisk_range *range,
		uint64_t to, struct err *err)
{
	const struct vhd_blocks *v = (const struct vhd_blocks *)b;
	uint64_t all = slot(b), i = range->number;
	int r = vdisk_copy_inside(b->file, range->off, to, range->len, err);

	if (!r)
		r = disk_zero(b->file, to + range->len, all - range->len, err);
	if (!r)
		vdisk_blocks_set(b, i,
				 (to + v->bitmap_size) |
					 BLOCK_STATE(b->table[i]));
	return r;
}

static void release(struct vdisk_blocks *b)
{
	vdisk_blocks_done(b);
	mem_free(((struct vhd_blocks *)b)->head);
	mem_free(b);
}

static const struct vdisk_blocks_ops vhd_ops = {
	.allocate = allocate,
	.bit_page = bit_page,
	.commit = commit,
	.prepare = prepare,
	.list = list,
	.slot = slot,
	.fit = fit,
	.move = move,
	.room = room,
	.end = file_end,
	.release = release,
};

// Decodes a block's entry. The last block may be cut where the disk ends, by some
// makers.
static int decode_entry(struct vhd_blocks *v, uint32_t i, uint32_t sector,
			struct err *err)
{
	struct vdisk_blocks *b = &v->blocks;
	uint64_t place = (uint64_t)sector * VHD_SECTOR;
	uint64_t left = b->disk.size - (uint64_t)i * b->block_size;
	uint64_t data = left < b->block_size ? left : b->block_size;

	if (!sector || !range_ok(place, v->bitmap_size + data, b->file->size))
		return err_corrupt(err, "VHD block table",
				   v->table_offset + i * sizeof(be32),
				   "block %u is not inside the file", i);
	place += v->bitmap_size;
	b->table[i] = place | (b->has_bitmaps ? BLOCK_PARTIAL : BLOCK_FULL);
	if (v->end < place + b->block_size)
		v->end = place + b->block_size;
	return 0;
}

// New blocks are put behind what is there.
static void avoid(struct vhd_blocks *v, uint64_t off, uint64_t len)
{
	if (range_ok(off, len, v->blocks.file->size) && v->end < off + len)
		v->end = off + len;
}

// Entries behind the last block, which tables of other makers have: what they may
// point to is not written over.
static void avoid_entry(struct vhd_blocks *v, uint32_t sector)
{
	avoid(v, (uint64_t)sector * VHD_SECTOR,
	      v->bitmap_size + (uint64_t)v->blocks.block_size);
}

static int read_table(struct vhd_blocks *v, uint64_t entries, struct err *err)
{
	be32 piece[4 * VHD_ENTRIES_A_SECTOR];
	size_t most = sizeof(piece) / sizeof(*piece);
	struct vdisk_blocks *b = &v->blocks;

	for (uint64_t i = 0; i < entries; i += most) {
		size_t n = entries - i < most ? (size_t)(entries - i) : most;
		int r = disk_read(b->file, v->table_offset + i * sizeof(be32),
				  piece, n * sizeof(be32), err);

		for (size_t j = 0; j < n && !r; j++) {
			uint32_t sector = get_be32(piece[j]);

			if (i + j >= b->count)
				avoid_entry(v, sector);
			else if (sector != VHD_UNUSED)
				r = decode_entry(v, (uint32_t)(i + j), sector,
						 err);
		}
		if (r)
			return r;
	}
	return 0;
}

// Returns how many entries the table has room for, which may be more than the
// disk has blocks: header and table are decoded, so those are inside the file.
static uint64_t table_entries(const struct vhd_header *h, uint64_t file_size)
{
	uint64_t n = (file_size - h->table_offset) / sizeof(be32);

	if (n > h->table_entries)
		n = h->table_entries;
	return n < VHD_MAX_TABLE ? n : VHD_MAX_TABLE;
}

static void note_fixed(struct vhd_blocks *v, uint64_t off, uint64_t len,
		       const char *what)
{
	if (!range_ok(off, len, v->blocks.file->size))
		return;
	v->fixed[v->fixed_count].off = off;
	v->fixed[v->fixed_count].len = len;
	v->fixed[v->fixed_count++].what = what;
	avoid(v, off, len);
}

// Finds the map of full blocks ("tdbatmap") that Xen's own disks have: a bit a block
// whose bitmap need not be asked. It lies behind the table, where the specification
// has nothing, so that its room looks free; a block put there would be Xen's map.
static int find_batmap(struct vhd_blocks *v, const struct vhd_footer *footer,
		       const struct vhd_header *header, struct err *err)
{
	static const char what[] = "Xen's map of full blocks";
	uint64_t at = header->table_offset +
		      round_up(header->table_entries * (uint64_t)sizeof(be32),
			       VHD_SECTOR);
	struct vhd_batmap_disk map;
	int r;

	if (strncmp(footer->creator, "tap", 3) ||
	    !range_ok(at, sizeof(map), v->blocks.file->size))
		return 0;
	r = disk_read(v->blocks.file, at, &map, sizeof(map), err);
	if (r || memcmp(map.cookie, "tdbatmap", sizeof(map.cookie)))
		return r;
	note_fixed(v, at, sizeof(map), what);
	note_fixed(v, get_be64(map.offset),
		   get_be32(map.sectors) * (uint64_t)VHD_SECTOR, what);
	v->has_batmap = true;
	return 0;
}

// Finds the bytes of the footer that was decoded, and where metadata ends.
static int read_ends(struct vhd_blocks *v, const struct vhd_footer *footer,
		     const struct vhd_header *header, struct err *err)
{
	struct disk *file = v->blocks.file;
	int r;

	note_fixed(v, 0, VHD_FOOTER_SIZE, "footer copy");
	note_fixed(v, footer->header_offset, sizeof(struct vhd_header_disk),
		   VDISK_RANGE_HEADER);
	note_fixed(v, header->table_offset, v->blocks.count * sizeof(be32),
		   VDISK_RANGE_TABLE);
	avoid(v, header->table_offset,
	      table_entries(header, file->size) * sizeof(be32));
	for (size_t i = 0; i < VHD_LOCATORS; i++)
		if (header->locators[i].platform[0])
			note_fixed(v, header->locators[i].offset,
				   header->locators[i].length,
				   VDISK_RANGE_LOCATOR);
	r = find_batmap(v, footer, header, err);
	if (r)
		return r;
	v->end = round_up(v->end, VHD_SECTOR);
	v->footer_at = file->size - VHD_FOOTER_SIZE;
	r = disk_read(file, v->footer_at, &v->footer, sizeof(v->footer), err);
	if (r || (v->footer_at % VHD_SECTOR == 0 &&
		  !memcmp(v->footer.cookie, "conectix", 8) &&
		  get_be32(v->footer.checksum) ==
			  vhd_checksum(&v->footer, sizeof(v->footer), 0x40)))
		return r;
	v->footer_at = 0;
	vhd_footer_encode(footer, &v->footer);
	return 0;
}

// Xen believes its map, which is not kept here, of its own disks only. The next
// change writes the footers anew.
static void take_over(struct vhd_blocks *v)
{
	vhd_footer_take_over(&v->footer);
	v->footer_at = 0;
}

// Made beforehand, so that writing allocates no memory.
static int make_head(struct vhd_blocks *v, struct err *err)
{
	v->head = mem_alloc(VHD_ALIGN + v->bitmap_size);
	if (!v->head)
		return err_nomem(err);
	if (!v->blocks.has_bitmaps)
		memset(v->head + VHD_ALIGN, 0xff, v->bitmap_size);
	return 0;
}

int vhd_dynamic_open(struct disk *file, const struct vhd_footer *footer,
		     const struct vhd_header *header, struct disk *parent,
		     struct disk **ret, struct err *err)
{
	struct vhd_blocks *v = mem_alloc(sizeof(*v));
	uint64_t entries = table_entries(header, file->size);
	struct vdisk_blocks *b;
	int r;

	if (!v)
		return err_nomem(err);
	b = &v->blocks;
	*b = (struct vdisk_blocks){
		.disk = {.size = footer->size,
			 .sector_size = VHD_SECTOR,
			 .read_only = file->read_only},
		.file = file,
		.parent = parent,
		.ops = &vhd_ops,
		.block_size = header->block_size,
		.place_align = VHD_ALIGN,
		.count = (footer->size + header->block_size - 1) /
			 header->block_size,
		.has_bitmaps = footer->type == VDISK_DIFFERENCING,
		.page_size = VHD_SECTOR,
		.entries_a_page = VHD_ENTRIES_A_SECTOR,
		.table_index = table_index,
		.max_dirty = BLOCKS_MAX_DIRTY,
		.can_drop = footer->type == VDISK_DYNAMIC,
	};
	v->table_offset = header->table_offset;
	v->bitmap_size = vhd_bitmap_size(header->block_size);
	v->fresh = file->size;
	r = vdisk_blocks_init(b, err);
	if (!r && !b->disk.read_only)
		r = make_head(v, err);
	if (!r)
		r = read_ends(v, footer, header, err);
	if (!r)
		r = read_table(v, entries, err);
	if (!r && v->has_batmap && !b->disk.read_only)
		take_over(v);
	if (r) {
		release(b);
		return r;
	}
	*ret = &b->disk;
	return 0;
}

int vhd_open(struct disk *file, struct disk *parent, struct disk **ret,
	     struct err *err)
{
	struct vhd v;
	int r = vhd_read(file, &v, err);

	return r ? r
		 : vhd_dynamic_open(file, &v.footer, &v.header, parent, ret,
				    err);
}

int vhd_edit(struct disk *file, struct vdisk_blocks **ret, struct err *err)
{
	struct disk *d;
	int r = vhd_open(file, NULL, &d, err);

	return r ? r : vdisk_edit_start(d, true, ret, err);
}
