// SPDX-License-Identifier: MIT
//
// The table of formats: each type of each format has one row, whose disks are
// found again by probing; what is none of them is told so.

#include "libvdisk/format.h"
#include "unit/libvdisk/model.h"

static void check_rows(void)
{
	struct vdisk_info info;
	struct err err = {0};

	for (size_t i = 0; i < KINDS; i++) {
		struct vdisk_create c = create_of(&kinds[i], 1 << 20);
		struct disk *file = new_file();
		const struct vdisk_format_ops *row =
			vdisk_format_find(c.format, c.type);

		check(row && row->format == c.format);
		check_ok(row->create(file, &c, &err), &err);
		check_ok(vdisk_probe(file, &info, &err), &err);
		check(vdisk_format_of(&info) == row);
		disk_close(file);
	}
}

static void check_none(void)
{
	struct vdisk_create c = {.format = VDISK_RAW, .size = 512};
	struct vdisk_layout l;
	struct vdisk_info info;
	struct disk *file;
	struct err err = {0};

	check(!vdisk_format_find(VDISK_RAW, VDISK_FIXED));
	check_eq(vdisk_create_layout(&c, &l, NULL), -EINVAL);
	check_ok(disk_memory(1 << 20, 512, &file, NULL), NULL);
	check_eq(vdisk_create(file, &c, NULL), -EINVAL);
	check_eq(vdisk_probe(file, &info, &err), -ENOENT);
	check(!strcmp(err.why, "neither a VHD nor a VHDX"));
	disk_close(file);
}

int main(void)
{
	check_rows();
	check_none();
	return 0;
}
