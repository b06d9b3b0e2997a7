// SPDX-License-Identifier: MIT
//
// What a VHD keeps of its parent: "Virtual Hard Disk Image Format Specification"
// 1.0, sections "Dynamic Disk Header Format" and "Parent Locator".

#include <string.h>

#include "parent.h"

static int encode_path(const char *path, le16 **ret, size_t *ret_n,
		       struct err *err)
{
	int r = utf16_from_utf8(path, ret, ret_n);

	if (r == -EINVAL)
		return err_set(err, r, path, ERR_NOWHERE,
			       "the path is not UTF-8");
	return r ? err_nomem(err) : 0;
}

int vhd_parent_encode(const struct vdisk_create *c, struct vhd_parent *ret,
		      struct err *err)
{
	const char *const paths[] = {c->parent_absolute, c->parent_relative};

	*ret = (struct vhd_parent){.id = c->parent_id, .time = c->parent_time};
	for (size_t i = 0; i < VHD_PATHS; i++) {
		int r = paths[i] ? encode_path(paths[i], &ret->paths[i],
					       &ret->lengths[i], err)
				 : 0;

		if (r)
			return r;
		ret->lengths[i] *= sizeof(le16);
		if (ret->lengths[i] > VHD_MAX_LOCATOR)
			return err_set(err, -EFBIG, "VHD", ERR_NOWHERE,
				       "the path of the parent is too long");
	}
	return 0;
}

void vhd_parent_done(struct vhd_parent *p)
{
	for (size_t i = 0; i < VHD_PATHS; i++)
		mem_free(p->paths[i]);
	*p = (struct vhd_parent){0};
}

uint64_t vhd_parent_place(struct vhd_parent *p, uint64_t off, uint32_t align)
{
	for (size_t i = 0; i < VHD_PATHS; i++) {
		if (!p->lengths[i])
			continue;
		p->places[i] = round_up(off, align);
		off = p->places[i] + round_up(p->lengths[i], VHD_SECTOR);
	}
	return off;
}

// The name is the absolute path, in big-endian units, or without one the file's
// own name; a longer one is cut.
static void put_name(const struct vhd_parent *p, struct vhd_header_disk *h)
{
	size_t which = p->paths[0] ? 0 : 1, from = 0;
	size_t end = p->lengths[which] / sizeof(le16);
	const le16 *path = p->paths[which];

	for (size_t i = 0; which && i < end; i++)
		if (get_le16(path[i]) == '\\')
			from = i + 1;
	memset(h->parent_name, 0, sizeof(h->parent_name));
	for (size_t i = 0; from + i < end && i < 255; i++)
		h->parent_name[i] = to_be16(get_le16(path[from + i]));
}

void vhd_parent_put(const struct vhd_parent *p, struct vhd_header_disk *h)
{
	static const char *const platforms[VHD_PATHS] = {"W2ku", "W2ru"};
	struct vhd_locator_disk *at = h->locators;

	put_name(p, h);
	memset(h->locators, 0, sizeof(h->locators));
	h->parent_id = p->id;
	h->parent_time = vhd_time_encode(p->time);
	for (size_t i = 0; i < VHD_PATHS; i++) {
		uint32_t len = (uint32_t)p->lengths[i];

		if (!len)
			continue;
		memcpy(at->platform, platforms[i], sizeof(at->platform));
		// Room in bytes, not in sectors, as Windows writes it.
		at->space = to_be32((uint32_t)round_up(len, VHD_SECTOR));
		at->length = to_be32(len);
		at->offset = to_be64(p->places[i]);
		at++;
	}
}

int vhd_parent_write(struct disk *file, const struct vhd_parent *p,
		     struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < VHD_PATHS && !r; i++)
		if (p->lengths[i])
			r = disk_write(file, p->places[i], p->paths[i],
				       p->lengths[i], err);
	return r;
}
