// SPDX-License-Identifier: MIT
//
// Giving back room: blocks that nobody needs lose their place, then the rest
// moves to the front and the file is cut off behind it.

#include "blocks/blocks.h"
#include "format.h"
#include "vdisk_priv.h"

// Opens as vdisk_open or vdisk_open_child does; children notice when there is
// something that is not needed, whose loss is a change.
static int drop_unused(struct disk *file, struct disk *parent,
		       const struct vdisk_info *info, vdisk_unused *unused,
		       void *ctx, struct progress *progress, struct err *err)
{
	struct vdisk_blocks *b;
	struct disk *d;
	int r = vdisk_format_of(info)->open_disk(file, parent, &d, err);

	if (r)
		return r;
	b = (struct vdisk_blocks *)d;
	b->keeps_id = !unused;
	r = d->read_only ? err_set(err, -EROFS, "virtual disk", ERR_NOWHERE,
				   "it was opened for reading only")
			 : vdisk_blocks_compact(b, unused, ctx, progress, err);
	return vdisk_edit_close(b, r, err);
}

static int pack(struct disk *file, const struct vdisk_info *info,
		struct progress *progress, struct err *err)
{
	struct disk *d;
	int r = vdisk_format_of(info)->open_disk(file, NULL, &d, err);

	return r ? r
		 : vdisk_blocks_pack((struct vdisk_blocks *)d, progress, err);
}

int vdisk_compact(struct disk *file, struct disk *parent, vdisk_unused *unused,
		  void *ctx, struct progress *progress, struct err *err)
{
	struct vdisk_info info;
	int r = vdisk_probe(file, &info, err);

	if (r || info.type == VDISK_FIXED)
		return r;
	if (info.type != VDISK_DIFFERENCING)
		parent = NULL;
	r = drop_unused(file, parent, &info, unused, ctx, progress, err);
	if (!r)
		r = pack(file, &info, progress, err);
	return r ? r : vdisk_format_of(&info)->cut(file, err);
}
