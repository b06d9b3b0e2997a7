// SPDX-License-Identifier: MIT
//
// Checking virtual disks: everything that opening checks, and that no two
// structures or blocks lie in the same place; and what of it can be repaired.

#include "blocks/blocks.h"
#include "format.h"
#include "vdisk_priv.h"

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

static int check_blocks(const struct vdisk_format_ops *format,
			struct disk *file, struct vdisk_check *ret,
			struct err *err)
{
	struct vdisk_ranges ranges = {0};
	struct disk *view, *d;
	int r = disk_slice(file, 0, file->size, &view, err);

	if (r)
		return r;
	view->read_only = true;
	r = format->open_disk(view, NULL, &d, err);
	if (!r) {
		struct vdisk_blocks *b = (struct vdisk_blocks *)d;

		r = b->ops->list(b, &ranges, err);
		if (!r)
			r = compare(&ranges, b->file->size, ret, err);
		if (!r && file->ops->resize)
			ret->lost = vdisk_lost(b);
		disk_close(d);
	}
	vdisk_ranges_done(&ranges);
	disk_close(view);
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

static int check_all(const struct vdisk_format_ops *format, struct disk *file,
		     const struct vdisk_info *info, struct vdisk_check *c,
		     struct err *err)
{
	int r = 0;

	if (info->type == VDISK_DIFFERENCING)
		r = check_parent(file, err);
	if (!r && format->has_blocks)
		r = check_blocks(format, file, c, err);
	return r ? r : format->check(file, info, c, err);
}

static int repair(const struct vdisk_format_ops *format, struct disk *file,
		  struct vdisk_check *c, struct err *err)
{
	bool is_damaged = c->footer_lost || c->copy_differs || c->needs_replay;
	int r = 0;

	if (is_damaged && format->repair)
		r = format->repair(file, c, err);
	if (!r && c->lost)
		r = format->cut(file, err);
	c->repaired = !r && (is_damaged || c->lost);
	return r;
}

int vdisk_check(struct disk *file, bool with_repair, struct vdisk_check *ret,
		struct err *err)
{
	const struct vdisk_format_ops *format;
	struct vdisk_check check = {0};
	struct vdisk_info info;
	int r = vdisk_probe(file, &info, err);

	if (r)
		return r;
	format = vdisk_format_of(&info);
	check.footer_lost = info.footer_lost;
	check.needs_replay = info.needs_replay;
	r = check_all(format, file, &info, &check, err);
	if (!r && with_repair)
		r = repair(format, file, &check, err);
	if (r)
		return r;
	*ret = check;
	return 0;
}
