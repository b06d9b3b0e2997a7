// SPDX-License-Identifier: MIT
//
// What all VHDs have in common for the front, and the row of the dynamic and
// differencing ones: "Virtual Hard Disk Image Format Specification" 1.0.

#include <string.h>

#include "../format.h"
#include "dynamic.h"

static void fill_info(const struct vhd_footer *f, struct vdisk_info *info)
{
	info->format = VDISK_VHD;
	info->type = f->type;
	info->size = f->size;
	info->footer_size = f->current_size;
	info->sector_size = VHD_SECTOR;
	info->id = f->id;
	info->link_id = f->id;
	memcpy(info->creator, f->creator, sizeof(f->creator));
	info->created = f->created;
	info->creator_version = f->creator_version;
	memcpy(info->creator_host, f->creator_host, sizeof(f->creator_host));
	info->cylinders = f->cylinders;
	info->heads = f->heads;
	info->sectors = f->sectors;
	info->saved_state = f->saved_state;
}

int vhd_probe(struct disk *file, struct vdisk_info *ret, struct err *err)
{
	struct vdisk_info info = {.file_size = file->size};
	struct vhd v;
	int r = vhd_read(file, &v, err);

	if (r)
		return r;
	fill_info(&v.footer, &info);
	info.footer_lost = v.footer_lost;
	info.block_size = v.header.block_size;
	info.parent_id = v.header.parent_id;
	memcpy(info.parent, v.header.parent, sizeof(info.parent));
	*ret = info;
	return 0;
}

int vhd_parent_probe(struct disk *file, struct vdisk_parent *ret,
		     struct err *err)
{
	struct vhd v;
	int r = vhd_read(file, &v, err);

	return r ? r : vhd_parent_read(file, &v.header, ret, err);
}

// --- What may be made --------------------------------------------------------

int vhd_check_size(uint64_t size, struct err *err)
{
	if (!size || size % VHD_SECTOR)
		return err_set(err, -EINVAL, "VHD", ERR_NOWHERE,
			       "a size is a multiple of 512 bytes");
	if (size > VDISK_MAX_VHD_SIZE)
		return err_set(err, -EFBIG, "VHD", ERR_NOWHERE,
			       "a VHD has at most 2040 GiB, a VHDX 64 TiB");
	return 0;
}

int vhd_check_create(const struct vdisk_create *c, struct err *err)
{
	int r = vhd_check_size(c->size, err);

	if (!r && c->sector_size && c->sector_size != VHD_SECTOR)
		return err_set(err, -EINVAL, "VHD", ERR_NOWHERE,
			       "its sectors have 512 bytes; a VHDX can have "
			       "others");
	if (r || c->type == VDISK_FIXED || !c->block_size)
		return r;
	if (!is_power_of_two(c->block_size) || c->block_size < VHD_MIN_CREATE ||
	    c->block_size > VHD_MAX_CREATE)
		return err_set(err, -EINVAL, "VHD", ERR_NOWHERE,
			       "a block has 512 KiB, 1 MiB or 2 MiB");
	return 0;
}

int vhd_check_expand(const struct vdisk_info *info, uint64_t size,
		     struct err *err)
{
	if (size > VDISK_MAX_VHD_SIZE)
		return err_set(err, -EFBIG, "VHD", ERR_NOWHERE,
			       "a VHD has at most 2040 GiB");
	if (info->block_size && (size - 1) / info->block_size >= VHD_MAX_TABLE)
		return err_set(err, -EFBIG, "virtual disk", ERR_NOWHERE,
			       "a disk of this size needs blocks larger than "
			       "its %u bytes",
			       info->block_size);
	return 0;
}

// --- Dynamic and differencing ------------------------------------------------

static int dynamic_create(struct disk *file, const struct vdisk_create *c,
			  struct err *err)
{
	int r = vhd_check_create(c, err);

	if (!r && file->size % VHD_SECTOR)
		r = err_set(err, -EINVAL, "VHD", ERR_NOWHERE,
			    "the file is not whole sectors long");
	return r ? r : vhd_dynamic_create(file, c, err);
}

static int dynamic_layout(const struct vdisk_create *c,
			  struct vdisk_layout *ret, struct err *err)
{
	int r = vhd_check_create(c, err);

	return r ? r : vhd_dynamic_layout(c, ret, err);
}

static int dynamic_expand(struct disk *file, const struct vdisk_info *info,
			  uint64_t size, bool keeps_id, struct err *err)
{
	int r = vhd_check_expand(info, size, err);

	(void)keeps_id; // what a child remembers of a VHD never changes
	return r ? r : vhd_expand(file, size, err);
}

static int dynamic_cut(struct disk *file, struct err *err)
{
	struct vdisk_blocks *b;
	struct vhd_blocks *v;
	int r = vhd_edit(file, &b, err);

	if (r)
		return r;
	v = (struct vhd_blocks *)b;
	r = vhd_footer_move(file, &v->footer, round_up(v->end, VHD_SECTOR),
			    err);
	return vdisk_edit_close(b, r, err);
}

static int dynamic_reparent(struct disk *file, const struct vdisk_create *c,
			    struct err *err)
{
	int r = vhd_reparent(file, c, err);

	return r ? r : dynamic_cut(file, err);
}

// Tells whether the copy of the footer is as the footer.
static int dynamic_check(struct disk *file, const struct vdisk_info *info,
			 struct vdisk_check *ret, struct err *err)
{
	struct vhd_footer_disk footer, copy;
	int r = disk_read(file, 0, &copy, sizeof(copy), err);

	(void)info;
	if (!r)
		r = disk_read(file, file->size - sizeof(footer), &footer,
			      sizeof(footer), err);
	if (!r)
		ret->copy_differs = memcmp(&footer, &copy, sizeof(footer));
	return r;
}

// Footers are written anew before anything else is.
static int dynamic_repair(struct disk *file, const struct vdisk_check *found,
			  struct err *err)
{
	struct vdisk_blocks *b;
	int r = vhd_edit(file, &b, err);

	(void)found;
	return r ? r : vdisk_edit_close(b, 0, err);
}

const struct vdisk_format_ops vhd_dynamic_format = {
	.format = VDISK_VHD,
	.types = VDISK_TYPE(VDISK_DYNAMIC) | VDISK_TYPE(VDISK_DIFFERENCING),
	.has_blocks = true,
	.open_disk = vhd_open,
	.parent_read = vhd_parent_probe,
	.create = dynamic_create,
	.layout = dynamic_layout,
	.expand = dynamic_expand,
	.reparent = dynamic_reparent,
	.reparent_room = 64u << 10, // a header, with its paths
	.reset = vhd_reset,
	.check = dynamic_check,
	.repair = dynamic_repair,
	.cut = dynamic_cut,
};
