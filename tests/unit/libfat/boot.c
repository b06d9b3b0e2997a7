// SPDX-License-Identifier: MIT
//
// Boot sectors with one byte changed: what breaks a rule is refused, what only
// looks odd (no jump, one active table, FSInfo out of place) is taken.

#include "unit/libfat/volume.h"

int main(void)
{
	static const struct {
		int bits;
		size_t at;
		uint8_t value;
		int r;
	} rows[] = {
		{12, 0, 0, 0},
		{12, 0x1fe, 0, -EBADMSG},
		{12, 0x0b, 1, -EBADMSG},
		{12, 0x0c, 3, -EBADMSG},
		{12, 0x0d, 0, -EBADMSG},
		{12, 0x0d, 3, -EBADMSG},
		{12, 0x0e, 0, -EBADMSG},
		{12, 0x10, 0, -EBADMSG},
		{12, 0x10, 9, -EBADMSG},
		{12, 0x12, 0, -EBADMSG},
		{12, 0x14, 0xff, -EBADMSG},
		{12, 0x15, 0, -EBADMSG},
		{12, 0x16, 1, -EBADMSG},
		{12, 0x17, 0xff, -EBADMSG},
		{32, 0x24, 0, -EBADMSG},
		{32, 0x27, 0xff, -EBADMSG},
		{32, 0x28, 0x81, 0},
		{32, 0x28, 0x82, -EBADMSG},
		{32, 0x2a, 1, -ENOTSUP},
		{32, 0x2c, 0, -EBADMSG},
		{32, 0x2f, 1, -EBADMSG},
		{32, 0x30, 0xff, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct disk *d = rows[i].bits == 12
					 ? new_volume(1 << 20, 512, 12, 512)
					 : new_volume(34 << 20, 512, 32, 512);
		struct fat *f = NULL;

		check_ok(disk_write(d, rows[i].at, &rows[i].value, 1, NULL),
			 NULL);
		check_eq(fat_open(d, &f, NULL), rows[i].r);
		check(rows[i].r ? !f : f != NULL);
		fat_close(f);
		disk_close(d);
	}
	return 0;
}
