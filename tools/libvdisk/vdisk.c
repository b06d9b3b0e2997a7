// SPDX-License-Identifier: MIT
//
// The front of libvdisk: which format a file is of, and what it holds. A fixed
// VHD is no more than a slice of its file.

#include <string.h>

#include "vdisk.h"
#include "vhd/vhd_disk.h"
#include "vhd/vhd_priv.h"
#include "vhdx/vhdx_priv.h"

static void fill_vhd(const struct vhd_footer *f, struct vdisk_info *info)
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

// Everything that opening and probing a VHD need. `header` is zero for a fixed
// one.
struct vhd {
	struct vhd_footer footer;
	struct vhd_header header;
	bool footer_lost;
};

static int read_vhd(struct disk *file, struct vhd *ret, struct err *err)
{
	struct vhd v = {0};
	uint64_t end;
	int r = vhd_footer_read(file, &v.footer, &v.footer_lost, &end, err);

	if (r)
		return r;
	if (v.footer.type == VDISK_FIXED && v.footer.current_size > end)
		return err_corrupt(err, "VHD footer", end,
				   "the disk is longer than its file");
	if (v.footer.type != VDISK_FIXED)
		r = vhd_header_read(file, &v.footer, &v.header, err);
	if (r)
		return r;
	*ret = v;
	return 0;
}

// Returns -ENOENT with `err` unset when it is the other format's turn.
static int probe_vhd(struct disk *file, struct vdisk_info *ret, struct err *err)
{
	struct err vhd_err = {0};
	struct vdisk_info info = {.file_size = file->size};
	struct vhd v;
	int r = read_vhd(file, &v, &vhd_err);

	if (r)
		return r == -ENOENT ? r : err_pass(err, r, &vhd_err);
	fill_vhd(&v.footer, &info);
	info.footer_lost = v.footer_lost;
	info.block_size = v.header.block_size;
	info.parent_id = v.header.parent_id;
	memcpy(info.parent, v.header.parent, sizeof(info.parent));
	*ret = info;
	return 0;
}

int vdisk_probe(struct disk *file, struct vdisk_info *ret, struct err *err)
{
	int r = probe_vhd(file, ret, err);

	return r == -ENOENT ? vhdx_probe(file, ret, err) : r;
}

static int open_fixed(struct disk *file, const struct vhd_footer *footer,
		      struct disk **ret, struct err *err)
{
	struct disk *d;
	int r = disk_slice(file, 0, footer->size, &d, err);

	if (r)
		return r;
	d->sector_size = VHD_SECTOR;
	*ret = d;
	return 0;
}

int vdisk_open(struct disk *file, struct disk **ret, struct err *err)
{
	struct vdisk_info info;
	struct vhd v;
	int r = vdisk_probe(file, &info, err);

	if (r)
		return r;
	if (info.type == VDISK_DIFFERENCING)
		return err_set(err, -ENOTSUP, "virtual disk", ERR_NOWHERE,
			       "it holds only differences to its parent, %s",
			       info.parent);
	if (info.type == VDISK_FIXED)
		disk_keep_room(file);
	if (info.format == VDISK_VHDX)
		return vhdx_open(file, NULL, ret, err);
	r = read_vhd(file, &v, err);
	if (r)
		return r;
	if (v.footer.type == VDISK_FIXED)
		return open_fixed(file, &v.footer, ret, err);
	return vhd_dynamic_open(file, &v.footer, &v.header, NULL, ret, err);
}

int vdisk_open_child(struct disk *file, struct disk *parent,
		     const struct guid *parent_id, struct disk **ret,
		     struct err *err)
{
	struct vdisk_info info;
	struct vhd v;
	int r = vdisk_probe(file, &info, err);

	if (r)
		return r;
	if (info.type != VDISK_DIFFERENCING)
		return err_set(err, -EINVAL, "virtual disk", ERR_NOWHERE,
			       "it has no parent");
	if (!vdisk_is_parent(&info, parent_id))
		return err_set(err, -ESTALE, "virtual disk", ERR_NOWHERE,
			       "this is not the parent it was made from");
	if (info.format == VDISK_VHDX)
		return vhdx_open(file, parent, ret, err);
	r = read_vhd(file, &v, err);
	if (r)
		return r;
	return vhd_dynamic_open(file, &v.footer, &v.header, parent, ret, err);
}

void vdisk_parent_done(struct vdisk_parent *p)
{
	mem_free(p->relative);
	mem_free(p->absolute);
	mem_free(p->volume);
	*p = (struct vdisk_parent){0};
}

int vdisk_parent_read(struct disk *file, struct vdisk_parent *ret,
		      struct err *err)
{
	struct vdisk_info info;
	struct vhd v;
	int r = vdisk_probe(file, &info, err);

	if (!r && info.format == VDISK_VHDX)
		return vhdx_parent_read(file, ret, err);
	if (!r)
		r = read_vhd(file, &v, err);
	return r ? r : vhd_parent_read(file, &v.header, ret, err);
}

bool vdisk_is_parent(const struct vdisk_info *child, const struct guid *link_id)
{
	if (guid_equal(&child->parent_id, link_id))
		return true;
	return !guid_is_zero(link_id) &&
	       guid_equal(&child->parent_id_2, link_id);
}
