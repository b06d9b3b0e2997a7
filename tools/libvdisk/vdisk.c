// SPDX-License-Identifier: MIT
//
// The front of libvdisk: opening a disk, alone and on its parent.

#include "format.h"
#include "vdisk_priv.h"

int vdisk_open(struct disk *file, struct disk **ret, struct err *err)
{
	struct vdisk_info info;
	int r = vdisk_probe(file, &info, err);

	if (r)
		return r;
	if (info.type == VDISK_DIFFERENCING)
		return err_set(err, -ENOTSUP, "virtual disk", ERR_NOWHERE,
			       "it holds only differences to its parent, %s",
			       info.parent);
	return vdisk_format_of(&info)->open_disk(file, NULL, ret, err);
}

int vdisk_open_child(struct disk *file, struct disk *parent,
		     const struct guid *parent_id, struct disk **ret,
		     struct err *err)
{
	struct vdisk_info info;
	int r = vdisk_probe(file, &info, err);

	if (r)
		return r;
	if (info.type != VDISK_DIFFERENCING)
		return err_set(err, -EINVAL, "virtual disk", ERR_NOWHERE,
			       "it has no parent");
	if (!vdisk_is_parent(&info, parent_id))
		return err_set(err, -ESTALE, "virtual disk", ERR_NOWHERE,
			       "this is not the parent it was made from");
	return vdisk_format_of(&info)->open_disk(file, parent, ret, err);
}

void vdisk_parent_done(struct vdisk_parent *p)
{
	vdisk_parent_free(p);
}

int vdisk_parent_read(struct disk *file, struct vdisk_parent *ret,
		      struct err *err)
{
	struct vdisk_info info;
	int r = vdisk_probe(file, &info, err);

	return r ? r : vdisk_format_of(&info)->parent_read(file, ret, err);
}

bool vdisk_is_parent(const struct vdisk_info *child, const struct guid *link_id)
{
	if (guid_equal(&child->parent_id, link_id))
		return true;
	return !guid_is_zero(link_id) &&
	       guid_equal(&child->parent_id_2, link_id);
}
