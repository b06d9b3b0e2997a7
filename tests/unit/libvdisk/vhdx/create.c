// SPDX-License-Identifier: MIT
//
// What a VHDX refuses to make, and what a child keeps of its parent.

#include "unit/libvdisk/model.h"

#define FORMAT VDISK_VHDX

static int make(struct vdisk_create c)
{
	struct disk *file = new_file();
	struct err err = {0};
	int r;

	c.format = FORMAT;
	c.id = parent_id;
	r = vdisk_create(file, &c, &err);
	check_eq(r, err.code);
	disk_close(file);
	return r;
}

static void check_parent(void)
{
	struct kind k = {FORMAT, VDISK_DIFFERENCING, 0, 512};
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

int main(void)
{
	struct vdisk_create child = {.type = VDISK_DIFFERENCING,
				     .size = 1 << 20,
				     .parent_absolute = "p",
				     .parent_relative = "\xff\xfe"};

	check_eq(make((struct vdisk_create){.type = VDISK_DYNAMIC,
					    .size = 512}),
		 0);
	check_eq(make((struct vdisk_create){.type = VDISK_DYNAMIC, .size = 0}),
		 -EINVAL);
	check_eq(make((struct vdisk_create){.type = VDISK_DYNAMIC,
					    .size = 512,
					    .sector_size = 4096}),
		 -EINVAL);
	check_eq(make((struct vdisk_create){.type = VDISK_DYNAMIC,
					    .size = 4096,
					    .sector_size = 1024}),
		 -EINVAL);
	check_eq(make((struct vdisk_create){.type = VDISK_DYNAMIC,
					    .size = VDISK_MAX_VHDX_SIZE + 512}),
		 -EFBIG);
	check_eq(make((struct vdisk_create){.type = VDISK_DYNAMIC,
					    .size = VDISK_MAX_VHDX_SIZE,
					    .block_size = 1 << 20}),
		 0);
	check_eq(make((struct vdisk_create){.type = VDISK_DYNAMIC,
					    .size = 4096,
					    .block_size = 512u << 20}),
		 -EINVAL);
	check_eq(make((struct vdisk_create){.type = VDISK_DYNAMIC,
					    .size = 4096,
					    .block_size = 3u << 20}),
		 -EINVAL);

	check_eq(make(child), -EINVAL);
	check_parent();
	return 0;
}
