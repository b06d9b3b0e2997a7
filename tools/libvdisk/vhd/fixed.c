// SPDX-License-Identifier: MIT
//
// The fixed VHD, which is a footer behind its data: "Virtual Hard Disk Image
// Format Specification" 1.0, section "Hard Disk Footer Format". Open it is no
// more than a slice of its file.

#include "../format.h"
#include "vhd_disk.h"
#include "vhd_priv.h"

uint64_t vdisk_fixed_file_size(uint64_t size)
{
	return size + VHD_FOOTER_SIZE;
}

static int fixed_open(struct disk *file, struct disk *parent, struct disk **ret,
		      struct err *err)
{
	struct disk *d;
	struct vhd v;
	int r = vhd_read(file, &v, err);

	(void)parent;
	if (r)
		return r;
	disk_keep_room(file);
	r = disk_slice(file, 0, v.footer.size, &d, err);
	if (r)
		return r;
	d->sector_size = VHD_SECTOR;
	*ret = d;
	return 0;
}

// --- Making ------------------------------------------------------------------

int vdisk_create_fixed(struct disk *file, uint64_t size, const struct guid *id,
		       int64_t created, struct err *err)
{
	struct vhd_footer footer;
	struct vhd_footer_disk disk;
	int r = vhd_check_size(size, err);

	if (r)
		return r;
	if (file->size != vdisk_fixed_file_size(size))
		return err_set(err, -EINVAL, "VHD", ERR_NOWHERE,
			       "the file is not 512 bytes longer than the "
			       "disk");
	footer = vhd_footer_new(VDISK_FIXED, size, id, created);
	vhd_footer_encode(&footer, &disk);
	r = disk_write(file, size, &disk, sizeof(disk), err);
	return r ? r : disk_flush(file, err);
}

static int fixed_create(struct disk *file, const struct vdisk_create *c,
			struct err *err)
{
	int r = vhd_check_create(c, err);

	if (!r && file->size < vdisk_fixed_file_size(c->size))
		r = disk_resize(file, vdisk_fixed_file_size(c->size), err);
	return r ? r
		 : vdisk_create_fixed(file, c->size, &c->id, c->created, err);
}

static int fixed_layout(const struct vdisk_create *c, struct vdisk_layout *ret,
			struct err *err)
{
	int r = vhd_check_create(c, err);

	if (r)
		return r;
	*ret = (struct vdisk_layout){
		.file_size = vdisk_fixed_file_size(c->size),
		.max_size = vdisk_fixed_file_size(c->size),
		.stride = c->size,
		.blocks = 1,
		.block_size = c->size,
	};
	return 0;
}

// --- Changing ----------------------------------------------------------------

// First a second footer, still with the old size, appears where the end will
// be; then what lies before it is cleared; then it says the new size.
static int expand(struct disk *file, uint64_t old, uint64_t size,
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

static int fixed_expand(struct disk *file, const struct vdisk_info *info,
			uint64_t size, bool keeps_id, struct err *err)
{
	int r = vhd_check_expand(info, size, err);

	(void)keeps_id;
	return r || size == info->size ? r
				       : expand(file, info->size, size, err);
}

static int fixed_check(struct disk *file, const struct vdisk_info *info,
		       struct vdisk_check *ret, struct err *err)
{
	uint64_t end = vdisk_fixed_file_size(info->footer_size);

	(void)err;
	if (file->ops->resize && file->size > end)
		ret->lost = file->size - end;
	ret->unused = ret->lost;
	return 0;
}

static int fixed_cut(struct disk *file, struct err *err)
{
	struct vhd_footer_disk bytes;
	struct vhd_footer footer;
	uint64_t end;
	bool lost;
	int r = vhd_footer_read(file, &footer, &lost, &end, err);

	if (r)
		return r;
	vhd_footer_encode(&footer, &bytes);
	return vhd_footer_move(file, &bytes, footer.current_size, err);
}

const struct vdisk_format_ops vhd_fixed_format = {
	.format = VDISK_VHD,
	.types = VDISK_TYPE(VDISK_FIXED),
	.probe = vhd_probe,
	.open_disk = fixed_open,
	.parent_read = vhd_parent_probe,
	.create = fixed_create,
	.layout = fixed_layout,
	.expand = fixed_expand,
	.check = fixed_check,
	.cut = fixed_cut,
};
