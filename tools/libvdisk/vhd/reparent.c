// SPDX-License-Identifier: MIT
//
// Another parent for a VHD, and none of its own content: "Virtual Hard Disk Image
// Format Specification" 1.0, sections "Dynamic Disk Header Format", "Parent
// Locator" and "Block Allocation Table".
//
// A header is two sectors, so it is never written over while it counts: a new
// one is made at the end of the file, with the paths, and the footers, one
// sector each, are made to name it. Then the same is done once more, back at the
// place where everybody expects a header.

#include <string.h>

#include "../vdisk_priv.h"
#include "dynamic.h"
#include "parent.h"

// Where makers have the header, behind the copy of the footer.
#define HOME VHD_FOOTER_SIZE

// --- Another parent ------------------------------------------------------------

// Makes a header at `at`, with the paths in their places, the disk's.
static int put_header(struct vhd_blocks *v, struct vhd_header_disk *h,
		      const struct vhd_parent *p, uint64_t at, struct err *err)
{
	struct disk *file = v->blocks.file;
	struct vhd_footer_disk footer = v->footer;
	int r;

	vhd_parent_put(p, h);
	h->checksum = to_be32(vhd_checksum(h, sizeof(*h),
					   offsetof(struct vhd_header_disk,
						    checksum)));
	r = vhd_parent_write(file, p, err);
	if (!r)
		r = disk_write(file, at, h, sizeof(*h), err);
	footer.header_offset = to_be64(at);
	return r ? r : vhd_footers_put(v, &footer, err);
}

// Tells whether nothing but the old header and its paths lies in [off, end).
static bool is_ours(const struct vdisk_ranges *ranges, uint64_t off,
		    uint64_t end)
{
	const struct vdisk_range *x;
	size_t from = 0;

	while ((x = vdisk_ranges_next(ranges, off, end - off, &from)))
		if (strcmp(x->what, VDISK_RANGE_HEADER) &&
		    strcmp(x->what, VDISK_RANGE_LOCATOR))
			return false;
	return true;
}

static int reparent(struct vhd_blocks *v, struct vhd_parent *p,
		    const struct vdisk_ranges *ranges, struct err *err)
{
	uint64_t at = round_up(v->end, VHD_SECTOR);
	uint64_t home = HOME + sizeof(struct vhd_header_disk), end;
	struct vhd_header_disk h;
	int r = disk_read(v->blocks.file, get_be64(v->footer.header_offset), &h,
			  sizeof(h), err);

	v->end = vhd_parent_place(p, at + sizeof(h), VHD_SECTOR);
	if (!r)
		r = vhd_make_room(v, v->end, err);
	if (!r)
		r = put_header(v, &h, p, at, err);
	if (r || !is_ours(ranges, HOME, home))
		return r;
	end = vhd_parent_place(p, home, 4096);
	if (end > v->table_offset || !is_ours(ranges, home, end))
		end = vhd_parent_place(p, home, VHD_SECTOR);
	if (end > v->table_offset || !is_ours(ranges, home, end))
		vhd_parent_place(p, at + sizeof(h), VHD_SECTOR);
	return put_header(v, &h, p, HOME, err);
}

int vhd_reparent(struct disk *file, const struct vdisk_create *c,
		 struct err *err)
{
	struct vdisk_ranges ranges = {0};
	struct vdisk_blocks *b;
	struct vhd_parent p;
	int r = vhd_parent_encode(c, &p, err);

	if (!r)
		r = vhd_edit(file, &b, err);
	if (!r) {
		r = b->ops->list(b, &ranges, err);
		vdisk_ranges_sort(&ranges);
		if (!r)
			r = reparent((struct vhd_blocks *)b, &p, &ranges, err);
		vdisk_ranges_done(&ranges);
		r = vdisk_edit_close(b, r, err);
	}
	vhd_parent_done(&p);
	return r;
}

// --- No content ----------------------------------------------------------------

// Finds room for a table: at the end, or in a gap where the end is fixed.
static int find_room(struct vhd_blocks *v, uint64_t len, uint64_t *ret,
		     struct err *err)
{
	uint64_t at = round_up(v->end, VHD_SECTOR), end = 0;
	struct vdisk_ranges ranges = {0};
	struct err full = {0};
	int r = vhd_make_room(v, at + len, &full);

	*ret = at;
	if (r == -ENOSPC) {
		r = v->blocks.ops->list(&v->blocks, &ranges, err);
		vdisk_ranges_sort(&ranges);
		at = UINT64_MAX;
		for (size_t i = 0; i < ranges.count && !r; i++) {
			const struct vdisk_range *x = &ranges.items[i];

			if (x->off >= end && x->off - end >= len)
				at = end;
			end = round_up(x->off + x->len, VHD_SECTOR);
		}
		vdisk_ranges_done(&ranges);
		*ret = at;
		if (!r && at == UINT64_MAX)
			r = -ENOSPC;
	}
	return r ? err_pass(err, r, &full) : 0;
}

// An empty table becomes the disk's, elsewhere first.
static int reset(struct vhd_blocks *v, struct err *err)
{
	uint64_t count = v->blocks.count, home = v->table_offset, at;
	int r = find_room(v, round_up(count * sizeof(be32), VHD_SECTOR), &at,
			  err);

	if (!r)
		r = vhd_table_put(v, at, 0, count, true, err);
	if (!r)
		r = vhd_table_switch(v, at, count, err);
	if (!r)
		r = vhd_table_put(v, home, 0, count, true, err);
	return r ? r : vhd_table_switch(v, home, count, err);
}

int vhd_reset(struct disk *file, struct err *err)
{
	struct vdisk_blocks *b;
	bool is_empty = true;
	int r = vhd_edit(file, &b, err);

	if (r)
		return r;
	for (uint64_t i = 0; i < b->count; i++)
		is_empty &= BLOCK_STATE(b->table[i]) == BLOCK_ABSENT;
	if (!is_empty)
		r = reset((struct vhd_blocks *)b, err);
	return vdisk_edit_close(b, r, err);
}
