// SPDX-License-Identifier: MIT
//
// Metadata of a VHDX: values that cannot be, items that are not known.

#include "unit/libvdisk/images.h"

static int probe(struct disk *d)
{
	struct vdisk_info info;
	struct err err = {0};
	int r = vdisk_probe(d, &info, &err);

	check_eq(r, err.code);
	disk_close(d);
	return r;
}

int main(void)
{
	static const struct {
		struct vhdx_spec spec;
		int code;
	} cases[] = {
		{{.size = 512}, 0},
		{{.sector_size = 4096, .size = 8192}, 0},
		{{.flags = 1}, 0},
		{{.flags = 3}, -EBADMSG}, // a parent that is nowhere
		{{.size = 513}, -EBADMSG},
		{{.sector_size = 4096, .size = 512}, -EBADMSG},
		{{.size = (UINT64_C(64) << 40) + 512}, -EBADMSG},
		{{.sector_size = 1024}, -EBADMSG},
		{{.block_size = 512u << 10}, -EBADMSG},
		{{.block_size = 3u << 20}, -EBADMSG},
		{{.block_size = 512u << 20}, -EBADMSG},
	};
	struct disk *d;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_eq(probe(new_vhdx(cases[i].spec)), cases[i].code);
	d = new_vhdx((struct vhdx_spec){0});
	put(d, META_AT, "x", 1);
	check_eq(probe(d), -EBADMSG);
	d = new_vhdx((struct vhdx_spec){0}); // an unknown item
	put_item(d, 4, ID_BAT, "1234", 4);
	put(d, META_AT + 10, "\5", 1);
	check_eq(probe(d), -ENOTSUP);
	d = new_vhdx((struct vhdx_spec){0}); // a known one, twice
	put_item(d, 4, ID_DISK, "1234567812345678", 16);
	put(d, META_AT + 10, "\5", 1);
	check_eq(probe(d), -EBADMSG);
	d = new_vhdx((struct vhdx_spec){0}); // that is not required
	put_item(d, 4, ID_BAT, "1234", 4);
	put(d, META_AT + 10, "\5", 1);
	put(d, META_AT + 32 + 4 * 32 + 0x18, "\0", 1);
	check_eq(probe(d), 0);
	d = new_vhdx((struct vhdx_spec){0}); // a user's own, by a known name
	put_item(d, 4, ID_SIZE, "12345678123456789", 17);
	put(d, META_AT + 10, "\5", 1);
	put(d, META_AT + 32 + 4 * 32 + 0x18, "\1", 1);
	check_eq(probe(d), 0);
	d = new_vhdx((struct vhdx_spec){0}); // inside the table
	put(d, META_AT + 32 + 0x12, "\0", 1);
	check_eq(probe(d), -EBADMSG);
	d = new_vhdx((struct vhdx_spec){0}); // behind the region
	put(d, META_AT + 32 + 0x10, "\xff\xff\x0f", 3);
	check_eq(probe(d), -EBADMSG);
	d = new_vhdx((struct vhdx_spec){0}); // an item of another length
	put(d, META_AT + 32 + 0x14, "\4", 1);
	check_eq(probe(d), -EBADMSG);
	d = new_vhdx((struct vhdx_spec){0}); // the sector size is missing
	put(d, META_AT + 10, "\3", 1);
	check_eq(probe(d), -EBADMSG);
	return 0;
}
