// SPDX-License-Identifier: MIT
//
// Dynamic headers: good, damaged, over the limits.

#include "unit/libvdisk/images.h"

static int decode(size_t at, uint32_t value, bool fix, struct vhd_header *ret)
{
	struct vhd_footer footer = footer_of(VDISK_DIFFERENCING);
	struct vhd_header_disk disk = header_disk();
	be32 v = to_be32(value);
	struct err err = {0};
	int r;

	if (at)
		memcpy((uint8_t *)&disk + at, &v, sizeof(v));
	if (fix)
		set_checksum(&disk, sizeof(disk), 0x24);
	r = vhd_header_decode(&disk, &footer, FILE_SIZE, ret, &err);
	check_eq(err.code, r);
	check(!r || err.where == 512);
	return r;
}

int main(void)
{
	static const struct {
		size_t at;
		uint32_t value;
		int code;
	} cases[] = {
		{0x18, 0x20000, -ENOTSUP}, // version
		{0x20, 0, -EBADMSG},       // block size
		{0x20, 256, -EBADMSG},
		{0x20, 5000, -EBADMSG},
		{0x20, 1u << 31, -EFBIG},
		{0x1c, 5, -EBADMSG},         // too few blocks
		{0x14, FILE_SIZE, -EBADMSG}, // table outside
		{0x10, 0xffffffff, -EBADMSG},
	};
	struct vhd_header h;
	struct vhd_footer footer;
	struct err err = {0};
	struct disk *d;

	check_eq(decode(0, 0, true, &h), 0);
	check_eq(h.block_size, BLOCK);
	check_eq(h.parent_id.b[2], 9);
	check(!strcmp(h.parent, "p\xc3\xa9"));
	check_eq(decode(0, 0, false, &h), -EBADMSG);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&h, 0xa5, sizeof(h));
		check_eq(decode(cases[i].at, cases[i].value, true, &h),
			 cases[i].code);
		check_eq(h.block_size, 0xa5a5a5a5);
	}

	d = new_dynamic(VDISK_DYNAMIC);
	footer = footer_of(VDISK_DYNAMIC);
	check_ok(vhd_header_read(d, &footer, &h, &err), &err);
	check(guid_is_zero(&h.parent_id));
	footer.header_offset = FILE_SIZE - 512;
	check_eq(vhd_header_read(d, &footer, &h, NULL), -EBADMSG);
	footer.header_offset = 1024;
	check_eq(vhd_header_read(d, &footer, &h, NULL), -EBADMSG);
	disk_close(d);
	return 0;
}
