// SPDX-License-Identifier: MIT
//
// The front of making virtual disks: which format's turn it is, and the content
// of a disk that is yet to be made.

#include "vdisk.h"
#include "vdisk_priv.h"
#include "vhd/vhd_disk.h"
#include "vhd/vhd_priv.h"
#include "vhdx/vhdx_priv.h"

uint64_t vdisk_fixed_file_size(uint64_t size)
{
	return size + VHD_FOOTER_SIZE;
}

uint64_t vdisk_present(const struct vdisk_create *c, uint64_t blocks)
{
	uint64_t n = 0;

	for (uint64_t i = 0; c->present && i < blocks; i++)
		n += vdisk_is_present(c, i);
	return n;
}

static int check_size(uint64_t size, struct err *err)
{
	if (!size || size % VHD_SECTOR)
		return err_set(err, -EINVAL, "VHD", ERR_NOWHERE,
			       "a size is a multiple of 512 bytes");
	if (size > VDISK_MAX_VHD_SIZE)
		return err_set(err, -EFBIG, "VHD", ERR_NOWHERE,
			       "a VHD has at most 2040 GiB, a VHDX 64 TiB");
	return 0;
}

static int check_vhd(const struct vdisk_create *c, struct err *err)
{
	int r = check_size(c->size, err);

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

static int check(const struct vdisk_create *c, struct err *err)
{
	if (c->present && c->type != VDISK_DYNAMIC)
		return err_set(err, -EINVAL, "virtual disk", ERR_NOWHERE,
			       "blocks are present in dynamic disks only");
	return c->format == VDISK_VHDX ? 0 : check_vhd(c, err);
}

int vdisk_create_fixed(struct disk *file, uint64_t size, const struct guid *id,
		       int64_t created, struct err *err)
{
	struct vhd_footer footer;
	struct vhd_footer_disk disk;
	int r = check_size(size, err);

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

static int create_fixed(struct disk *file, const struct vdisk_create *c,
			struct err *err)
{
	int r = 0;

	if (file->size < vdisk_fixed_file_size(c->size))
		r = disk_resize(file, vdisk_fixed_file_size(c->size), err);
	return r ? r
		 : vdisk_create_fixed(file, c->size, &c->id, c->created, err);
}

int vdisk_create(struct disk *file, const struct vdisk_create *c,
		 struct err *err)
{
	int r = check(c, err);

	if (r)
		return r;
	if (c->format == VDISK_VHDX)
		return vhdx_create(file, c, err);
	if (c->type == VDISK_FIXED)
		return create_fixed(file, c, err);
	if (file->size % VHD_SECTOR)
		return err_set(err, -EINVAL, "VHD", ERR_NOWHERE,
			       "the file is not whole sectors long");
	return vhd_dynamic_create(file, c, err);
}

int vdisk_create_layout(const struct vdisk_create *c, struct vdisk_layout *ret,
			struct err *err)
{
	int r = check(c, err);

	if (r)
		return r;
	if (c->format == VDISK_VHDX)
		return vhdx_layout(c, ret, err);
	if (c->type != VDISK_FIXED)
		return vhd_dynamic_layout(c, ret, err);
	*ret = (struct vdisk_layout){
		.file_size = vdisk_fixed_file_size(c->size),
		.max_size = vdisk_fixed_file_size(c->size),
		.stride = c->size,
		.blocks = 1,
		.block_size = c->size,
	};
	return 0;
}

// --- The content of a disk that is yet to be made ----------------------------

struct runs {
	struct disk_extent *items;
	size_t count, capacity;
};

// Adds a run; what continues the last one makes that longer.
static int add_run(struct runs *runs, uint64_t off, uint64_t len,
		   struct err *err)
{
	struct disk_extent *last;

	if (runs->count) {
		last = &runs->items[runs->count - 1];
		if (off == DISK_HOLE ? last->off == DISK_HOLE
				     : last->off != DISK_HOLE &&
					       last->off + last->len == off) {
			last->len += len;
			return 0;
		}
	}
	if (mem_grow((void **)&runs->items, runs->count, &runs->capacity,
		     sizeof(*runs->items)))
		return err_nomem(err);
	runs->items[runs->count++] = (struct disk_extent){off, len};
	return 0;
}

static int list_runs(const struct vdisk_create *c, const struct vdisk_layout *l,
		     struct runs *runs, struct err *err)
{
	uint64_t place = l->first, left = c->size;
	int r = 0;

	for (uint64_t i = 0; i < l->blocks && !r; i++) {
		uint64_t len = left < l->block_size ? left : l->block_size;
		bool is_here = c->type == VDISK_FIXED || vdisk_is_present(c, i);

		r = add_run(runs, is_here ? place : DISK_HOLE, len, err);
		place += is_here ? l->stride : 0;
		left -= len;
	}
	return r;
}

int vdisk_create_content(struct disk *file, const struct vdisk_create *c,
			 struct disk **ret, struct err *err)
{
	struct vdisk_layout l;
	struct runs runs = {0};
	int r = vdisk_create_layout(c, &l, err);

	if (!r && file->size != l.file_size)
		r = err_set(err, -EINVAL, "virtual disk", ERR_NOWHERE,
			    "the file is not of the size that it needs");
	if (!r)
		r = list_runs(c, &l, &runs, err);
	if (!r)
		r = disk_extents(file, runs.items, runs.count, c->size, c->size,
				 ret, err);
	mem_free(runs.items);
	if (!r)
		(*ret)->sector_size = c->sector_size ? c->sector_size : 512;
	return r;
}
