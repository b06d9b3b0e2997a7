// SPDX-License-Identifier: MIT
//
// Giving a differencing disk another parent, and emptying it.

#include "vdisk_priv.h"
#include "vhd/vhd_priv.h"
#include "vhdx/vhdx_priv.h"

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

	if (r)
		return r;
	if (info.format == VDISK_VHDX)
		return vhdx_reparent(file, &info, &c, err);
	r = vhd_reparent(file, &info, &c, err);
	if (!r)
		r = vdisk_probe(file, &info, err);
	return r ? r : vdisk_cut(file, &info, err);
}

int vdisk_reset(struct disk *file, struct err *err)
{
	struct vdisk_info info;
	int r = probe_child(file, &info, err);

	if (!r)
		r = info.format == VDISK_VHDX ? vhdx_reset(file, &info, err)
					      : vhd_reset(file, &info, err);
	return r ? r : vdisk_cut(file, &info, err);
}
