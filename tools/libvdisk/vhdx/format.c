// SPDX-License-Identifier: MIT
//
// The row of VHDX, of all three types: "VHDX Format Specification" 1.00.

#include "../format.h"
#include "blocks.h"

static int format_expand(struct disk *file, const struct vdisk_info *info,
			 uint64_t size, bool keeps_id, struct err *err)
{
	if (size > VDISK_MAX_VHDX_SIZE)
		return err_set(err, -EFBIG, "VHDX", ERR_NOWHERE,
			       "a VHDX has at most 64 TiB");
	return size == info->size ? 0 : vhdx_expand(file, size, keeps_id, err);
}

static int format_check(struct disk *file, const struct vdisk_info *info,
			struct vdisk_check *ret, struct err *err)
{
	bool is_good;
	int r = vhdx_copies_check(file, &is_good, err);

	(void)info;
	if (!r)
		ret->copy_differs = !is_good;
	return r;
}

// The log is replayed by whoever opens the file for writing.
static int format_repair(struct disk *file, const struct vdisk_check *found,
			 struct err *err)
{
	struct disk *d;
	int r;

	if (found->copy_differs)
		return vhdx_copies_mend(file, err);
	r = vhdx_open(file, NULL, &d, err);
	if (!r)
		disk_close(d);
	return r;
}

// The log says how long the file is: it is empty before the file is cut.
static int format_cut(struct disk *file, struct err *err)
{
	struct vdisk_info now;
	struct disk *d;
	uint64_t lost;
	int r = vhdx_open(file, NULL, &d, err);

	if (r)
		return r;
	lost = vdisk_lost((struct vdisk_blocks *)d);
	disk_close(d);
	r = vhdx_probe(file, &now, err);
	if (!r && now.needs_replay)
		r = err_set(err, -EIO, "VHDX log", ERR_NOWHERE,
			    "it could not be closed");
	return r || !lost ? r : vdisk_shorten(file, file->size - lost, err);
}

const struct vdisk_format_ops vhdx_format = {
	.format = VDISK_VHDX,
	.types = VDISK_TYPE(VDISK_FIXED) | VDISK_TYPE(VDISK_DYNAMIC) |
		 VDISK_TYPE(VDISK_DIFFERENCING),
	.has_blocks = true,
	.probe = vhdx_probe,
	.open_disk = vhdx_open,
	.parent_read = vhdx_parent_read,
	.create = vhdx_create,
	.layout = vhdx_layout,
	.expand = format_expand,
	.reparent = vhdx_reparent,
	.reset = vhdx_reset,
	.check = format_check,
	.repair = format_repair,
	.cut = format_cut,
};
