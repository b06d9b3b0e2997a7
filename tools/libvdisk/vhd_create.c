// SPDX-License-Identifier: MIT
//
// Making dynamic and differencing VHDs: "Virtual Hard Disk Image Format
// Specification" 1.0, sections "Dynamic Disk Header Format" and "Parent
// Locator"; the places are those that Windows 10 uses.

#include <string.h>

#include "vhd_parent.h"

// What is written before the table.
struct layout {
	struct vhd_footer_disk footer;
	struct vhd_header_disk header;
	uint64_t table, table_size, end;
	struct vhd_parent parent;
};

static int add_parent(struct layout *l, const struct vdisk_create *c,
		      struct err *err)
{
	int r = vhd_parent_encode(c, &l->parent, err);

	if (r)
		return r;
	l->end = vhd_parent_place(&l->parent, l->end, 4096);
	vhd_parent_put(&l->parent, &l->header);
	return 0;
}

static int lay_out(struct layout *l, const struct vdisk_create *c,
		   struct err *err)
{
	struct vhd_footer footer = vhd_footer_new(c->type, c->size, &c->id,
						  c->created);
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
	sum = to_be32(vhd_checksum(
		&l->header, sizeof(l->header),
		offsetof(struct vhd_header_disk, checksum)));
	l->header.checksum = sum;
	vhd_footer_encode(&footer, &l->footer);
	l->end = l->table + l->table_size;
	return r;
}

static int put_table(struct disk *file, const struct layout *l,
		     struct err *err)
{
	uint64_t left = l->table_size, off = l->table;
	size_t size = left < 1 << 20 ? (size_t)left : 1 << 20;
	uint8_t *ones = mem_alloc(size);
	int r = ones ? 0 : err_nomem(err);

	if (ones)
		memset(ones, 0xff, size);
	while (!r && left) {
		size_t n = left < size ? (size_t)left : size;

		r = disk_write(file, off, ones, n, err);
		off += n;
		left -= n;
	}
	mem_free(ones);
	return r;
}

static int put_all(struct disk *file, const struct layout *l, struct err *err)
{
	int r = disk_write(file, VHD_FOOTER_SIZE, &l->header,
			   sizeof(l->header), err);

	if (!r)
		r = vhd_parent_write(file, &l->parent, err);
	if (!r)
		r = put_table(file, l, err);
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

	if (!r && file->size < l.end + VHD_FOOTER_SIZE)
		r = disk_resize(file, l.end + VHD_FOOTER_SIZE, err);
	if (!r)
		r = put_all(file, &l, err);
	vhd_parent_done(&l.parent);
	return r;
}
