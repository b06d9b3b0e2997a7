// SPDX-License-Identifier: MIT
//
// Making dynamic and differencing VHDs: "Virtual Hard Disk Image Format
// Specification" 1.0, sections "Dynamic Disk Header Format" and "Parent
// Locator"; the places are those that Windows 10 uses.

#include <string.h>

#include "../vdisk_priv.h"
#include "parent.h"

// What is written before the table.
struct layout {
	struct vhd_footer_disk footer;
	struct vhd_header_disk header;
	uint64_t table, table_size, end; // end: of what is before the blocks
	uint32_t block_size, bitmap_size;
	uint64_t blocks;
	struct vhd_parent parent;
};

static int add_parent(struct layout *l, const struct vdisk_create *c,
		      struct err *err)
{
	int r = vhd_parent_encode(c, &l->parent, err);

	if (r)
		return r;
	l->end = vhd_parent_place(&l->parent, l->end, VHD_ALIGN);
	vhd_parent_put(&l->parent, &l->header);
	return 0;
}

static int lay_out(struct layout *l, const struct vdisk_create *c,
		   struct err *err)
{
	struct vhd_footer footer =
		vhd_footer_new(c->type, c->size, &c->id, c->created);
	uint32_t block = c->block_size ? c->block_size : 2u << 20;
	uint64_t blocks = (c->size + block - 1) / block;
	be32 sum;
	int r = 0;

	memcpy(l->header.cookie, "cxsparse", sizeof(l->header.cookie));
	l->header.next = to_be64(VHD_NO_OFFSET);
	l->header.version = to_be32(0x00010000);
	l->header.table_entries = to_be32((uint32_t)blocks);
	l->header.block_size = to_be32(block);
	l->end = VHD_FOOTER_SIZE + sizeof(l->header);
	if (c->type == VDISK_DIFFERENCING)
		r = add_parent(l, c, err);
	l->table = l->end;
	l->table_size = round_up(blocks * sizeof(be32), VHD_SECTOR);
	l->header.table_offset = to_be64(l->table);
	sum = to_be32(vhd_checksum(&l->header, sizeof(l->header),
				   offsetof(struct vhd_header_disk, checksum)));
	l->header.checksum = sum;
	vhd_footer_encode(&footer, &l->footer);
	l->end = l->table + l->table_size;
	l->block_size = block;
	l->bitmap_size = vhd_bitmap_size(block);
	l->blocks = blocks;
	return r;
}

// Bytes of the file with `n` blocks.
static uint64_t size_with(const struct vdisk_layout *l, uint64_t end,
			  uint64_t n)
{
	if (n)
		end = l->first + (n - 1) * l->stride + l->block_size;
	return end + VHD_FOOTER_SIZE;
}

// Each block has its bitmap before it; its data is aligned.
static struct vdisk_layout places(const struct layout *l,
				  const struct vdisk_create *c)
{
	struct vdisk_layout p = {
		.first = round_up(l->end + l->bitmap_size, VHD_ALIGN),
		.stride = round_up((uint64_t)l->block_size + l->bitmap_size,
				   VHD_ALIGN),
		.blocks = l->blocks,
		.block_size = l->block_size,
	};

	p.file_size = size_with(&p, l->end, vdisk_present(c, l->blocks));
	p.max_size = size_with(&p, l->end, l->blocks);
	return p;
}

#define TABLE_PIECE 4096u // entries that are written at once

// Blocks that have a place follow each other; what fills the table's last
// sector is as unused as the others.
static int put_table(struct disk *file, const struct layout *l,
		     const struct vdisk_create *c, struct err *err)
{
	uint64_t entries = l->table_size / sizeof(be32), used = 0;
	struct vdisk_layout p = places(l, c);
	be32 *piece = mem_array(TABLE_PIECE, sizeof(*piece));
	int r = piece ? 0 : err_nomem(err);

	for (uint64_t at = 0; !r && at < entries; at += TABLE_PIECE) {
		size_t n = entries - at < TABLE_PIECE ? (size_t)(entries - at)
						      : TABLE_PIECE;

		for (size_t i = 0; i < n; i++) {
			bool is_here = at + i < l->blocks &&
				       vdisk_is_present(c, at + i);
			uint64_t place = p.first + used * p.stride -
					 l->bitmap_size;

			piece[i] =
				to_be32(is_here ? (uint32_t)(place / VHD_SECTOR)
						: VHD_UNUSED);
			used += is_here;
		}
		r = disk_write(file, l->table + at * sizeof(be32), piece,
			       n * sizeof(*piece), err);
	}
	mem_free(piece);
	return r;
}

// A bitmap of ones before each block, and zeroes before that.
static int put_bitmaps(struct disk *file, const struct layout *l,
		       const struct vdisk_create *c, struct err *err)
{
	struct vdisk_layout p = places(l, c);
	uint64_t count = vdisk_present(c, l->blocks), end = l->end;
	size_t most = VHD_ALIGN + l->bitmap_size;
	uint8_t *bytes = count ? mem_alloc(most) : NULL;
	int r = bytes || !count ? 0 : err_nomem(err);

	if (bytes)
		memset(bytes + VHD_ALIGN, 0xff, l->bitmap_size);
	for (uint64_t i = 0; i < count && !r; i++) {
		uint64_t data = p.first + i * p.stride;
		size_t n = (size_t)(data - end);

		r = disk_write(file, end, bytes + most - n, n, err);
		end = data + l->block_size;
	}
	mem_free(bytes);
	return r;
}

static int put_all(struct disk *file, const struct layout *l,
		   const struct vdisk_create *c, struct err *err)
{
	int r = disk_write(file, VHD_FOOTER_SIZE, &l->header, sizeof(l->header),
			   err);

	if (!r)
		r = vhd_parent_write(file, &l->parent, err);
	if (!r)
		r = put_table(file, l, c, err);
	if (!r)
		r = put_bitmaps(file, l, c, err);
	if (!r)
		r = disk_flush(file, err);
	if (!r)
		r = disk_write(file, file->size - VHD_FOOTER_SIZE, &l->footer,
			       sizeof(l->footer), err);
	if (!r)
		r = disk_write(file, 0, &l->footer, sizeof(l->footer), err);
	return r ? r : disk_flush(file, err);
}

int vhd_dynamic_create(struct disk *file, const struct vdisk_create *c,
		       struct err *err)
{
	struct layout l = {0};
	int r = lay_out(&l, c, err);
	uint64_t size = r ? 0 : places(&l, c).file_size;

	if (!r && file->size < size)
		r = disk_resize(file, size, err);
	if (!r)
		r = put_all(file, &l, c, err);
	vhd_parent_done(&l.parent);
	return r;
}

int vhd_dynamic_layout(const struct vdisk_create *c, struct vdisk_layout *ret,
		       struct err *err)
{
	struct layout l = {0};
	int r = lay_out(&l, c, err);

	if (!r)
		*ret = places(&l, c);
	vhd_parent_done(&l.parent);
	return r;
}
