// SPDX-License-Identifier: MIT
//
// Making virtual disks larger: what both formats have in common, and the fixed
// VHD, which is a footer behind its data ("Virtual Hard Disk Image Format
// Specification" 1.0, section "Hard Disk Footer Format").

#include "vdisk_priv.h"
#include "vhd/vhd_disk.h"
#include "vhd/vhd_priv.h"
#include "vhdx/vhdx_priv.h"

static int check_size(const struct vdisk_info *info, uint64_t size,
		      struct err *err)
{
	bool is_vhd = info->format == VDISK_VHD;
	uint64_t max = is_vhd ? VDISK_MAX_VHD_SIZE : VDISK_MAX_VHDX_SIZE;

	if (size < info->size)
		return err_set(err, -EINVAL, "virtual disk", ERR_NOWHERE,
			       "it has %llu bytes, and cannot be made smaller",
			       (unsigned long long)info->size);
	if (size % info->sector_size)
		return err_set(err, -EINVAL, "virtual disk", ERR_NOWHERE,
			       "a size is whole sectors of %u bytes",
			       info->sector_size);
	if (size > max)
		return err_set(err, -EFBIG, is_vhd ? "VHD" : "VHDX",
			       ERR_NOWHERE, "%s",
			       is_vhd ? "a VHD has at most 2040 GiB"
				      : "a VHDX has at most 64 TiB");
	if (is_vhd && info->block_size &&
	    (size - 1) / info->block_size >= VHD_MAX_TABLE)
		return err_set(err, -EFBIG, "virtual disk", ERR_NOWHERE,
			       "a disk of this size needs blocks larger than "
			       "its %u bytes",
			       info->block_size);
	return 0;
}

// First a second footer, still with the old size, appears where the end will
// be; then what lies before it is cleared; then it says the new size.
static int expand_fixed(struct disk *file, uint64_t old, uint64_t size,
			struct err *err)
{
	uint64_t at = vdisk_fixed_file_size(size) - VHD_FOOTER_SIZE;
	struct vhd_footer_disk footer;
	struct vhd_footer f;
	bool lost;
	uint64_t end;
	int r = vhd_footer_read(file, &f, &lost, &end, err);

	if (r)
		return r;
	if (end < at) {
		vhd_footer_encode(&f, &footer);
		r = disk_extend(file, at, &footer, sizeof(footer), err);
		if (!r)
			r = disk_flush(file, err);
	} else {
		at = file->size - VHD_FOOTER_SIZE;
	}
	if (!r)
		r = disk_zero(file, old, at - old, err);
	if (!r)
		r = disk_flush(file, err);
	vhd_footer_resize(&f, size);
	vhd_footer_encode(&f, &footer);
	if (!r)
		r = disk_write(file, at, &footer, sizeof(footer), err);
	return r ? r : disk_flush(file, err);
}

int vdisk_expand_as(struct disk *file, uint64_t size, bool keeps_id,
		    struct err *err)
{
	struct vdisk_info info;
	int r = vdisk_probe(file, &info, err);

	if (!r)
		r = check_size(&info, size, err);
	if (r)
		return r;
	if (info.format == VDISK_VHDX)
		return size == info.size
			       ? 0
			       : vhdx_expand(file, &info, size, keeps_id, err);
	if (info.type == VDISK_FIXED)
		return size == info.size
			       ? 0
			       : expand_fixed(file, info.size, size, err);
	return vhd_expand(file, &info, size, err);
}

int vdisk_expand(struct disk *file, uint64_t size, struct err *err)
{
	return vdisk_expand_as(file, size, false, err);
}
