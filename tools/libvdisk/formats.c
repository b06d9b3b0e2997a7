// SPDX-License-Identifier: MIT
//
// The kinds of virtual disk that are known. A new one has its row here.

#include "format.h"
#include "vdisk_priv.h"

static const struct vdisk_format_ops *const formats[] = {
	&vhd_fixed_format,
	&vhd_dynamic_format,
	&vhdx_format,
};

#define COUNT (sizeof(formats) / sizeof(*formats))

const struct vdisk_format_ops *vdisk_format_find(enum vdisk_format format,
						 enum vdisk_type type)
{
	for (size_t i = 0; i < COUNT; i++)
		if (formats[i]->format == format &&
		    formats[i]->types & VDISK_TYPE(type))
			return formats[i];
	return NULL;
}

const struct vdisk_format_ops *vdisk_format_of(const struct vdisk_info *info)
{
	return vdisk_format_find(info->format, info->type);
}

bool vdisk_has_blocks(const struct vdisk_info *info)
{
	return vdisk_format_of(info)->has_blocks;
}

int vdisk_probe(struct disk *file, struct vdisk_info *ret, struct err *err)
{
	for (size_t i = 0; i < COUNT; i++) {
		struct err why = {0};
		int r = formats[i]->probe ? formats[i]->probe(file, ret, &why)
					  : -ENOENT;

		if (r != -ENOENT)
			return r ? err_pass(err, r, &why) : 0;
	}
	return err_set(err, -ENOENT, "virtual disk", ERR_NOWHERE,
		       "neither a VHD nor a VHDX");
}
