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

// One of two copies is damaged: told, and made good.
static void check_copies(void)
{
	static const uint64_t places[] = {VHDX_HEADER_1, VHDX_HEADER_2,
					  VHDX_REGION_1 + 100,
					  VHDX_REGION_2 + 100};

	for (size_t i = 0; i < 4; i++) {
		struct disk *file = new_vhdx((struct vhdx_spec){.dirty = true});
		struct vdisk_check c;
		struct err err = {0};

		check_ok(vdisk_check(file, true, &c, &err), &err);
		put(file, places[i], "x", 1);
		check_ok(vdisk_check(file, false, &c, &err), &err);
		check(c.copy_differs && !c.repaired);
		check_ok(vdisk_check(file, true, &c, &err), &err);
		check(c.repaired);
		check_ok(vdisk_check(file, false, &c, &err), &err);
		check(!c.copy_differs && !c.needs_replay);
		check_eq(c.blocks, 2);
		disk_close(file);
	}
}

// Room at the end that nothing uses is cut off; one between blocks is counted.
static void check_lost(struct disk *file, uint64_t more)
{
	uint64_t size = file->size;
	struct vdisk_check c;
	struct vdisk_info info;
	struct err err = {0};

	check_ok(vdisk_probe(file, &info, &err), &err);
	if (info.format == VDISK_VHD) {
		uint8_t footer[512];

		check_ok(disk_read(file, size - 512, footer, 512, &err), &err);
		check_ok(disk_extend(file, size - 512 + more, footer, 512,
				     &err),
			 &err);
	} else {
		check_ok(disk_resize(file, size + more, &err), &err);
	}
	check_ok(vdisk_check(file, false, &c, &err), &err);
	check_eq(c.lost, more);
	check(c.unused >= more && !c.repaired);
	check_ok(vdisk_check(file, true, &c, &err), &err);
	check(c.repaired);
	check_eq(file->size, size);
	check_ok(vdisk_check(file, false, &c, &err), &err);
	check_eq(c.lost, 0);
	disk_close(file);
}

static struct disk *new_fixed(void)
{
	struct disk *file = new_memory(vdisk_fixed_file_size(4096));
	struct guid id = {{1}};
	struct err err = {0};

	check_ok(vdisk_create_fixed(file, 4096, &id, 0, &err), &err);
	return file;
}

int main(void)
{
	struct disk *file = new_memory(4096);
	struct vdisk_check c;

	check_eq(vdisk_check(file, false, &c, NULL), -ENOENT);
	disk_close(file);
	check_vhd();
	check_vhdx();
	check_copies();
	check_lost(new_dynamic(VDISK_DYNAMIC), 1024);
	check_lost(new_dynamic(VDISK_DIFFERENCING), 512);
	check_lost(new_fixed(), 8192);
	check_lost(new_vhdx((struct vhdx_spec){0}), 3 * MIB);
	return 0;
}
