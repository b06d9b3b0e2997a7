// SPDX-License-Identifier: MIT
//
// What a check finds, and what it repairs.

#include "unit/libvdisk/images.h"

static void check_vhd(void)
{
	struct disk *file = new_dynamic(VDISK_DYNAMIC);
	be32 entry = to_be32(BLOCK_AT(0) / 512 + 2);
	struct vdisk_check c;
	struct err err = {0};

	check_ok(vdisk_check(file, false, &c, &err), &err);
	check_eq(c.blocks, 3);
	check(!c.footer_lost && !c.copy_differs && !c.repaired);
	put(file, 20, "x", 1); // the copy
	check_ok(vdisk_check(file, false, &c, &err), &err);
	check(c.copy_differs && !c.footer_lost && !c.repaired);
	check_ok(vdisk_check(file, true, &c, &err), &err);
	check(c.repaired);
	check_ok(vdisk_check(file, true, &c, &err), &err);
	check(!c.copy_differs && !c.repaired);
	put(file, FILE_SIZE - 500, "x", 1); // the footer
	check_ok(vdisk_check(file, true, &c, &err), &err);
	check(c.footer_lost && c.repaired);
	check_ok(vdisk_check(file, false, &c, &err), &err);
	check(!c.footer_lost && !c.copy_differs);
	put(file, TABLE_AT, &entry, 4); // block 0 lies on block 1
	check_eq(vdisk_check(file, true, &c, &err), -EBADMSG);
	check_eq(err.where, BLOCK_AT(0) + 1024);
	check(strstr(err.why, "block 0 lies where block 1 is"));
	disk_close(file);
}

static void check_vhdx(void)
{
	struct disk *file = new_vhdx((struct vhdx_spec){.dirty = true});
	struct vdisk_check c;
	struct err err = {0};

	check_ok(vdisk_check(file, false, &c, &err), &err);
	check(c.needs_replay && !c.repaired);
	check_eq(c.blocks, 2);
	check_ok(vdisk_check(file, true, &c, &err), &err);
	check(c.repaired);
	check_ok(vdisk_check(file, false, &c, &err), &err);
	check(!c.needs_replay);
	put(file, BAT_AT, "\6\0\x30\0\0\0\0\0", 8);
	check_eq(vdisk_check(file, false, &c, &err), -EBADMSG);
	check_eq(err.where, 3 * MIB);
	disk_close(file);
}

int main(void)
{
	struct disk *file = new_memory(4096);
	struct vdisk_check c;

	check_eq(vdisk_check(file, false, &c, NULL), -ENOENT);
	disk_close(file);
	check_vhd();
	check_vhdx();
	return 0;
}
