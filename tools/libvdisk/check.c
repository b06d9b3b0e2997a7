// SPDX-License-Identifier: MIT
//
// Checking virtual disks: everything that opening checks, and that no two
// structures or blocks lie in the same place; and what of it can be repaired.

#include <string.h>

#include "blocks/blocks.h"
#include "blocks/ranges.h"
#include "vdisk_priv.h"
#include "vhd/vhd_disk.h"
#include "vhd/vhd_priv.h"
#include "vhdx/vhdx_priv.h"

// Looks for ranges that share bytes, and counts what no range has.
static int compare(struct vdisk_ranges *ranges, uint64_t file_size,
		   struct vdisk_check *ret, struct err *err)
{
	const struct vdisk_range *last = NULL;
	uint64_t end = 0;

	vdisk_ranges_sort(ranges);
	for (size_t i = 0; i < ranges->count; i++) {
		const struct vdisk_range *x = &ranges->items[i];

		ret->blocks += vdisk_range_is_block(x);
		if (last && x->off < end)
			return err_corrupt(err, "virtual disk", x->off,
					   "%s %llu lies where %s %llu is",
					   x->what,
					   (unsigned long long)x->number,
					   last->what,
					   (unsigned long long)last->number);
		ret->unused += x->off - end;
		end = x->off + x->len;
		last = x;
	}
	ret->unused += file_size > end ? file_size - end : 0;
	return 0;
}

// Tells whether the copy of a VHD's footer is as the footer.
static int check_copy(struct disk *file, struct vdisk_check *ret,
		      struct err *err)
{
	struct vhd_footer_disk footer, copy;
	int r = disk_read(file, 0, &copy, sizeof(copy), err);

	if (!r)
		r = disk_read(file, file->size - sizeof(footer), &footer,
			      sizeof(footer), err);
	if (!r)
		ret->copy_differs = memcmp(&footer, &copy, sizeof(footer));
	return r;
}

int vdisk_open_alone(struct disk *file, const struct vdisk_info *info,
		     struct disk **ret, struct err *err)
{
	return info->type == VDISK_DIFFERENCING
		       ? vdisk_open_child(file, NULL, &info->parent_id, ret,
					  err)
		       : vdisk_open(file, ret, err);
}

static int check_blocks(struct disk *file, const struct vdisk_info *info,
			struct vdisk_check *ret, struct err *err)
{
	struct vdisk_ranges ranges = {0};
	struct disk *view, *d;
	int r = disk_slice(file, 0, file->size, &view, err);

	if (r)
		return r;
	view->read_only = true;
	r = vdisk_open_alone(view, info, &d, err);
	if (!r) {
		struct vdisk_blocks *b = (struct vdisk_blocks *)d;

		r = b->ops->list(b, &ranges, err);
		if (!r)
			r = compare(&ranges, b->file->size, ret, err);
		if (!r && file->ops->resize)
			ret->lost = vdisk_lost(b, info);
		disk_close(d);
	}
	vdisk_ranges_done(&ranges);
	disk_close(view);
	return r;
}

// A VHD's footers are written anew before anything else is; a VHDX's log is
// replayed when it is opened.
static int repair(struct disk *file, const struct vdisk_info *info,
		  const struct vdisk_check *c, struct err *err)
{
	struct vdisk_blocks *b;
	struct disk *d;
	int r = 0;

	if (info->format == VDISK_VHDX && c->copy_differs) {
		r = vhdx_copies_mend(file, info, err);
	} else if (info->format == VDISK_VHDX && c->needs_replay) {
		r = vdisk_open_alone(file, info, &d, err);
		if (!r)
			disk_close(d);
	} else if (c->footer_lost || c->copy_differs) {
		r = vdisk_edit_open(file, info, true, &b, err);
		if (!r)
			r = vdisk_edit_close(b, 0, err);
	}
	return r || !c->lost ? r : vdisk_cut(file, info, err);
}

static int check_all(struct disk *file, const struct vdisk_info *info,
		     struct vdisk_check *c, struct err *err)
{
	bool good = true;
	int r;

	if (!vdisk_has_blocks(info)) {
		if (file->ops->resize &&
		    file->size > vdisk_fixed_file_size(info->footer_size))
			c->lost = file->size -
				  vdisk_fixed_file_size(info->footer_size);
		c->unused = c->lost;
		return 0;
	}
	r = check_blocks(file, info, c, err);
	if (!r && info->format == VDISK_VHD)
		return check_copy(file, c, err);
	if (!r)
		r = vhdx_copies_check(file, &good, err);
	c->copy_differs = !good;
	return r;
}

static int check_parent(struct disk *file, struct err *err)
{
	struct vdisk_parent parent;
	int r = vdisk_parent_read(file, &parent, err);

	if (!r)
		vdisk_parent_done(&parent);
	return r;
}

int vdisk_check(struct disk *file, bool with_repair, struct vdisk_check *ret,
		struct err *err)
{
	struct vdisk_check check = {0};
	struct vdisk_info info;
	int r = vdisk_probe(file, &info, err);

	if (r)
		return r;
	check.footer_lost = info.footer_lost;
	check.needs_replay = info.needs_replay;
	if (info.type == VDISK_DIFFERENCING)
		r = check_parent(file, err);
	if (!r)
		r = check_all(file, &info, &check, err);
	if (!r && with_repair &&
	    (check.footer_lost || check.needs_replay || check.copy_differs ||
	     check.lost)) {
		r = repair(file, &info, &check, err);
		check.repaired = !r;
	}
	if (r)
		return r;
	*ret = check;
	return 0;
}
