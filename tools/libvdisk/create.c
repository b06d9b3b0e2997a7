// SPDX-License-Identifier: MIT
//
// Making virtual disks, and the content of one that is yet to be made.

#include "format.h"
#include "vdisk_priv.h"

// Finds the kind of disk that is to be made.
static int find_format(const struct vdisk_create *c,
		       const struct vdisk_format_ops **ret, struct err *err)
{
	if (c->present && c->type != VDISK_DYNAMIC)
		return err_set(err, -EINVAL, "virtual disk", ERR_NOWHERE,
			       "blocks are present in dynamic disks only");
	*ret = vdisk_format_find(c->format, c->type);
	return *ret ? 0
		    : err_set(err, -EINVAL, "virtual disk", ERR_NOWHERE,
			      "there is no such kind");
}

int vdisk_create(struct disk *file, const struct vdisk_create *c,
		 struct err *err)
{
	const struct vdisk_format_ops *format;
	int r = find_format(c, &format, err);

	return r ? r : format->create(file, c, err);
}

int vdisk_create_layout(const struct vdisk_create *c, struct vdisk_layout *ret,
			struct err *err)
{
	const struct vdisk_format_ops *format;
	int r = find_format(c, &format, err);

	return r ? r : format->layout(c, ret, err);
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
