// SPDX-License-Identifier: MIT
//
// Giving a differencing disk another parent, and emptying it.

#include "format.h"
#include "vdisk_priv.h"

static int probe_child(struct disk *file, struct vdisk_info *ret,
		       struct err *err)
{
	int r = vdisk_probe(file, ret, err);

	if (!r && ret->type != VDISK_DIFFERENCING)
		r = err_set(err, -EINVAL, "virtual disk", ERR_NOWHERE,
			    "it is no differencing disk");
	return r;
}

int vdisk_reparent(struct disk *file, const struct guid *parent_id,
		   const char *parent_absolute, const char *parent_relative,
		   int64_t parent_time, struct err *err)
{
	struct vdisk_create c = {.type = VDISK_DIFFERENCING,
				 .parent_id = *parent_id,
				 .parent_absolute = parent_absolute,
				 .parent_relative = parent_relative,
				 .parent_time = parent_time};
	struct vdisk_info info;
	int r = probe_child(file, &info, err);

	return r ? r : vdisk_format_of(&info)->reparent(file, &c, err);
}

int vdisk_reset(struct disk *file, struct err *err)
{
	struct vdisk_info info;
	int r = probe_child(file, &info, err);

	if (!r)
		r = vdisk_format_of(&info)->reset(file, err);
	return r ? r : vdisk_format_of(&info)->cut(file, err);
}
