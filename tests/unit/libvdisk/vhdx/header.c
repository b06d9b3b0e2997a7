// SPDX-License-Identifier: MIT
//
// Headers and regions of a VHDX: which copy counts, and damage.

#include "unit/libvdisk/images.h"

static int probe(struct disk *d, struct vdisk_info *info)
{
	struct err err = {0};
	int r = vdisk_probe(d, info, &err);

	check_eq(r, err.code);
	end_disk(d);
	return r;
}

// A region that nobody must know, behind everything else: it is not written
// over.
static void check_unknown_region(void)
{
	struct disk *d = new_vhdx((struct vhdx_spec){0}), *top;
	struct err err = {0};
	uint8_t found[4];

	check_ok(disk_resize(d, VHDX_FILE + 2 * MIB, &err), &err);
	put(d, VHDX_FILE + MIB, "keep", 4);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t at = i ? VHDX_REGION_2 : VHDX_REGION_1;

		put(d, at + 8, "\3", 1);
		put_region(d, at, 2, ID_SIZE, VHDX_FILE + MIB, MIB);
		put(d, at + 16 + 2 * sizeof(struct vhdx_region_disk) + 28, "\0",
		    1);
		put_crc(d, at, VHDX_TABLE_SIZE);
		put(d, (i + 1) * VHDX_HEADER_1 + 0x44, "\0\0\x10", 3);
		put(d, (i + 1) * VHDX_HEADER_1 + 0x48, "\0\0\x50", 3);
		put_crc(d, (i + 1) * VHDX_HEADER_1, VHDX_HEADER_SIZE);
	}
	check_ok(vdisk_open(d, &top, &err), &err);
	check_ok(disk_write(top, 0, "new", 3, &err), &err);
	check_ok(disk_write(top, 2 * MIB, "new", 3, &err), &err);
	end_disk(top);
	check_ok(disk_read(d, VHDX_FILE + MIB, found, 4, &err), &err);
	check(!memcmp(found, "keep", 4));
	check_ok(vdisk_open(d, &top, &err), &err);
	check_ok(disk_read(top, 0, found, 3, &err), &err);
	check(!memcmp(found, "new", 3));
	end_disk(top);
	end_disk(d);
}

int main(void)
{
	struct vdisk_info info;
	struct disk *d;

	check_eq(probe(new_vhdx((struct vhdx_spec){0}), &info), 0);
	check_eq(info.format, VDISK_VHDX);
	check_eq(info.type, VDISK_DYNAMIC);
	check_eq(info.size, VHDX_SIZE);
	check_eq(info.block_size, MIB);
	check_eq(info.sector_size, 512);
	check_eq(info.id.b[1], 7);
	check(!strcmp(info.creator, "m"));
	check(!info.needs_replay);

	// The second header is newer, and the log is in it.
	check_eq(probe(new_vhdx((struct vhdx_spec){.dirty = true}), &info), 0);
	check(info.needs_replay);
	check_eq(probe(new_vhdx((struct vhdx_spec){.dirty = true,
						   .bad_header_2 = true}),
		       &info),
		 0);
	check(!info.needs_replay);
	check_eq(probe(new_vhdx((struct vhdx_spec){.bad_regions_1 = true}),
		       &info),
		 0);

	d = new_vhdx((struct vhdx_spec){.bad_header_2 = true});
	put(d, VHDX_HEADER_1, "x", 1);
	check_eq(probe(d, &info), -EBADMSG);
	d = new_vhdx((struct vhdx_spec){.bad_regions_1 = true});
	put(d, VHDX_REGION_2, "x", 1);
	check_eq(probe(d, &info), -EBADMSG);
	d = new_vhdx((struct vhdx_spec){0}); // a region of another kind
	put(d, VHDX_REGION_1 + 8, "\3", 1);
	put_region(d, VHDX_REGION_1, 2, ID_SIZE, MIB, MIB);
	put_crc(d, VHDX_REGION_1, VHDX_TABLE_SIZE);
	check_eq(probe(d, &info), -ENOTSUP);
	d = new_vhdx((struct vhdx_spec){0}); // a region twice
	put(d, VHDX_REGION_1 + 8, "\3", 1);
	put_region(d, VHDX_REGION_1, 2, ID_BAT, BAT_AT, MIB);
	put_crc(d, VHDX_REGION_1, VHDX_TABLE_SIZE);
	check_eq(probe(d, &info), -EBADMSG);
	d = new_vhdx((struct vhdx_spec){0}); // a region outside the file
	put_region(d, VHDX_REGION_1, 0, ID_BAT, VHDX_FILE, MIB);
	put_crc(d, VHDX_REGION_1, VHDX_TABLE_SIZE);
	check_eq(probe(d, &info), -EBADMSG);
	d = new_vhdx((struct vhdx_spec){0}); // one region is missing
	put(d, VHDX_REGION_1 + 8, "\1", 1);
	put_crc(d, VHDX_REGION_1, VHDX_TABLE_SIZE);
	check_eq(probe(d, &info), -EBADMSG);
	d = new_vhdx((struct vhdx_spec){0}); // too many
	put(d, VHDX_REGION_1 + 8, "\0\x08", 2);
	put_crc(d, VHDX_REGION_1, VHDX_TABLE_SIZE);
	check_eq(probe(d, &info), -EBADMSG);
	d = new_vhdx((struct vhdx_spec){0}); // version 2
	put(d, VHDX_HEADER_2 + 0x42, "\2", 1);
	put_crc(d, VHDX_HEADER_2, 4096);
	check_eq(probe(d, &info), -ENOTSUP);
	d = new_memory(VHDX_FILE);
	check_eq(probe(d, &info), -ENOENT);
	check_unknown_region();
	return 0;
}
