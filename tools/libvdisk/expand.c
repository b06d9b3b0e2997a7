// SPDX-License-Identifier: MIT
//
// Making virtual disks larger.

#include "format.h"
#include "vdisk_priv.h"

static int check_size(const struct vdisk_info *info, uint64_t size,
		      struct err *err)
{
	if (size < info->size)
		return err_set(err, -EINVAL, "virtual disk", ERR_NOWHERE,
			       "it has %llu bytes, and cannot be made smaller",
			       (unsigned long long)info->size);
	if (size % info->sector_size)
		return err_set(err, -EINVAL, "virtual disk", ERR_NOWHERE,
			       "a size is whole sectors of %u bytes",
			       info->sector_size);
	return 0;
}

int vdisk_expand_as(struct disk *file, uint64_t size, bool keeps_id,
		    struct err *err)
{
	struct vdisk_info info;
	int r = vdisk_probe(file, &info, err);

	if (!r)
		r = check_size(&info, size, err);
	return r ? r
		 : vdisk_format_of(&info)->expand(file, &info, size, keeps_id,
						  err);
}

int vdisk_expand(struct disk *file, uint64_t size, struct err *err)
{
	return vdisk_expand_as(file, size, false, err);
}
