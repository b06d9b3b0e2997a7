// SPDX-License-Identifier: MIT
//
// What the tests of making each format share: what is refused, and what a child
// keeps of its parent.

#ifndef CREATE_H
#define CREATE_H

#include "unit/libvdisk/model.h"

struct create_row {
	uint64_t size;
	uint32_t block_size, sector_size;
	int r;
};

static int make(struct vdisk_create c)
{
	struct disk *file = new_file();
	struct err err = {0};
	int r;

	c.id = parent_id;
	r = vdisk_create(file, &c, &err);
	check_eq(r, err.code);
	disk_close(file);
	return r;
}

static void check_parent(enum vdisk_format format)
{
	struct kind k = {format, VDISK_DIFFERENCING, 0, 512};
	struct vdisk_create c = create_of(&k, 1 << 20);
	struct disk *file = new_file();
	struct vdisk_parent parent;
	struct vdisk_info info;
	struct err err = {0};

	c.parent_absolute = "/v/p\xc3\xa9.x";
	c.parent_relative = ".\\p\xc3\xa9.x";
	check_ok(vdisk_create(file, &c, &err), &err);
	check_ok(vdisk_probe(file, &info, &err), &err);
	check_eq(info.type, VDISK_DIFFERENCING);
	check_eq(info.block_size, 2u << 20);
	check(guid_equal(&info.parent_id, &parent_id));
	check(guid_equal(&info.id, &c.id));
	check(!strcmp(info.parent, c.parent_absolute));
	check_ok(vdisk_parent_read(file, &parent, &err), &err);
	check(!strcmp(parent.absolute, c.parent_absolute));
	check(!strcmp(parent.relative, c.parent_relative));
	vdisk_parent_done(&parent);
	disk_close(file);
}

// Makes dynamic disks by the rows, and children.
static void check_create(enum vdisk_format format,
			 const struct create_row *rows, size_t count)
{
	struct vdisk_create child = {.format = format,
				     .type = VDISK_DIFFERENCING,
				     .size = 1 << 20,
				     .parent_absolute = "p",
				     .parent_relative = "\xff\xfe"};

	for (size_t i = 0; i < count; i++)
		check_eq(make((struct vdisk_create){
				 .format = format,
				 .type = VDISK_DYNAMIC,
				 .size = rows[i].size,
				 .block_size = rows[i].block_size,
				 .sector_size = rows[i].sector_size}),
			 rows[i].r);
	check_eq(make(child), -EINVAL);
	check_parent(format);
}

#endif
