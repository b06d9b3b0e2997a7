// SPDX-License-Identifier: MIT
//
// Reading dynamic and differencing VHDs: "Virtual Hard Disk Image Format
// Specification" 1.0, sections "Block Allocation Table and Data Blocks" and
// "Implementing a Differencing Hard Disk".
//
// In a dynamic disk a block that is there is read whole, whatever its bitmap
// says, as Windows and others do: all of a block was written when it was made.
// In a differencing disk the bitmap tells sector by sector whose the data is.

#include <string.h>

#include "vhd_disk.h"
#include "vhd_priv.h"

// Sectors looked up in a bitmap at a time.
#define BITMAP_BYTES 256

struct vhd_disk {
	struct disk disk;
	struct disk *file, *parent; // parent may be NULL
	uint32_t block_size;
	uint32_t bitmap_size; // whole sectors
	uint32_t blocks;
	uint32_t *table; // sector of each block's bitmap, or VHD_UNUSED
};

// Reads what is not in this file: from the parent, which may be shorter, or
// zeroes.
static int read_below(struct vhd_disk *v, uint64_t off, uint8_t *out,
		      size_t len, struct err *err)
{
	size_t have = 0;

	if (v->parent && off < v->parent->size)
		have = v->parent->size - off < len
			       ? (size_t)(v->parent->size - off)
			       : len;
	memset(out + have, 0, len - have);
	return have ? disk_read(v->parent, off, out, have, err) : 0;
}

static bool bit(const uint8_t *bitmap, uint32_t n)
{
	return bitmap[n / 8] & 0x80 >> n % 8;
}

// Reads from one block of a differencing disk, run by run of sectors that are
// here or below. `place` is the block's place in the file, `in` the offset in
// its data.
static int read_mixed(struct vhd_disk *v, uint64_t place, uint32_t in,
		      uint64_t off, uint8_t *out, size_t len, struct err *err)
{
	uint8_t bitmap[BITMAP_BYTES];

	while (len) {
		uint32_t first = in / VHD_SECTOR, base = first / 8 * 8;
		uint32_t have = v->block_size / VHD_SECTOR - base, end;
		bool here;
		size_t n;
		int r;

		if (have > BITMAP_BYTES * 8)
			have = BITMAP_BYTES * 8;
		r = disk_read(v->file, place + base / 8, bitmap, (have + 7) / 8,
			      err);
		if (r)
			return r;
		here = bit(bitmap, first - base);
		end = first + 1;
		while (end - base < have && bit(bitmap, end - base) == here)
			end++;
		n = (size_t)end * VHD_SECTOR - in;
		if (n > len)
			n = len;
		r = here ? disk_read(v->file, place + v->bitmap_size + in, out,
				     n, err)
			 : read_below(v, off, out, n, err);
		if (r)
			return r;
		in += (uint32_t)n;
		off += n;
		out += n;
		len -= n;
	}
	return 0;
}

static int vhd_read(struct disk *d, uint64_t off, void *buf, size_t len,
		    struct err *err)
{
	struct vhd_disk *v = (struct vhd_disk *)d;
	uint8_t *out = buf;

	while (len) {
		uint32_t block = (uint32_t)(off / v->block_size);
		uint32_t in = (uint32_t)(off % v->block_size);
		uint64_t place = (uint64_t)v->table[block] * VHD_SECTOR;
		size_t n = v->block_size - in;
		int r;

		if (n > len)
			n = len;
		if (v->table[block] == VHD_UNUSED)
			r = read_below(v, off, out, n, err);
		else if (v->parent)
			r = read_mixed(v, place, in, off, out, n, err);
		else
			r = disk_read(v->file, place + v->bitmap_size + in, out,
				      n, err);
		if (r)
			return r;
		off += n;
		out += n;
		len -= n;
	}
	return 0;
}

// A run of blocks that are all there, or all not. What is not there is data
// too when a parent lies below.
static int vhd_map(struct disk *d, uint64_t off, uint64_t len,
		   uint64_t *ret_len, bool *ret_data, struct err *err)
{
	struct vhd_disk *v = (struct vhd_disk *)d;
	uint64_t block = off / v->block_size, end = off + len, next;
	bool used = v->table[block] != VHD_UNUSED || v->parent;

	do {
		block++;
		next = block * v->block_size;
	} while (next < end &&
		 (v->table[block] != VHD_UNUSED || v->parent) == used);
	*ret_len = (next < end ? next : end) - off;
	*ret_data = used;
	return 0;
}

static void vhd_close(struct disk *d)
{
	mem_free(((struct vhd_disk *)d)->table);
	mem_free(d);
}

static const struct disk_ops vhd_ops = {
	.read = vhd_read,
	.map = vhd_map,
	.close = vhd_close,
};

// The last block may be cut where the disk ends, by some makers.
static int check_place(const struct vhd_disk *v, uint32_t i, struct err *err)
{
	uint64_t place = (uint64_t)v->table[i] * VHD_SECTOR;
	uint64_t left = v->disk.size - (uint64_t)i * v->block_size;
	uint64_t data = left < v->block_size ? left : v->block_size;

	if (range_ok(place, v->bitmap_size + data, v->file->size))
		return 0;
	return err_corrupt(err, "VHD block table", place,
			   "block %u is not inside the file", i);
}

static int read_table(struct vhd_disk *v, uint64_t offset, struct err *err)
{
	int r = disk_read(v->file, offset, v->table,
			  v->blocks * sizeof(*v->table), err);

	for (uint32_t i = 0; i < v->blocks && !r; i++) {
		be32 entry;

		memcpy(&entry, &v->table[i], sizeof(entry));
		v->table[i] = get_be32(entry);
		if (v->table[i] != VHD_UNUSED)
			r = check_place(v, i, err);
	}
	return r;
}

int vhd_dynamic_open(struct disk *file, const struct vhd_footer *footer,
		     const struct vhd_header *header, struct disk *parent,
		     struct disk **ret, struct err *err)
{
	struct vhd_disk *v = mem_alloc(sizeof(*v));
	uint32_t bits = header->block_size / VHD_SECTOR;
	int r;

	if (!v)
		return err_nomem(err);
	v->disk = (struct disk){.ops = &vhd_ops,
				.size = footer->current_size,
				.sector_size = VHD_SECTOR,
				.read_only = true};
	v->file = file;
	v->parent = parent;
	v->block_size = header->block_size;
	v->bitmap_size = (uint32_t)round_up((bits + 7) / 8, VHD_SECTOR);
	v->blocks = (uint32_t)((footer->current_size + header->block_size - 1) /
			       header->block_size);
	v->table = mem_array(v->blocks, sizeof(*v->table));
	r = v->table ? read_table(v, header->table_offset, err)
		     : err_nomem(err);
	if (r) {
		vhd_close(&v->disk);
		return r;
	}
	*ret = &v->disk;
	return 0;
}
