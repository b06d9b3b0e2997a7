// SPDX-License-Identifier: MIT
//
// Paths: dividers of both kinds, case, what is missing, and names that FAT
// cannot hold.

#include "unit/libfat/volume.h"

int main(void)
{
	static const struct {
		const char *path;
		int r, create;
	} rows[] = {
		{"EFI\\Boot\\a.txt", 0, 0},
		{"/efi/BOOT/A.TXT", 0, 0},
		{"\\\\efi//boot\\/a.txt", 0, 0},
		{"efi\\none\\a.txt", -ENOENT, -ENOENT},
		{"EFI\\Boot\\b", -ENOENT, 0},
		{"EFI\\Boot\\a.txt\\b", -ENOTDIR, -ENOTDIR},
		{"EFI", -EISDIR, -EISDIR},
		{"", -EISDIR, -EISDIR},
		{"\\", -EISDIR, -EISDIR},
		{"EFI\\..\\x", -EINVAL, -EINVAL},
		{"a:b", -EINVAL, -EINVAL},
		{"a ", -EINVAL, -EINVAL},
		{"\xff", -EINVAL, -EINVAL},
	};
	struct disk *d = new_volume(1 << 20, 512, 12, 512), *content;
	struct fat *f = open_volume(d);
	char too_long[300];

	check_ok(fat_mkdir_all(f, "EFI\\Boot", 0, NULL), NULL);
	check_ok(fat_mkdir_all(f, "", 0, NULL), NULL);
	put(f, "EFI\\Boot\\a.txt", "a", 1);
	check_eq(fat_mkdir_all(f, "EFI\\Boot\\a.txt\\x", 0, NULL), -ENOTDIR);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int r = fat_open_file(f, rows[i].path, &content, NULL);

		check_eq(r, rows[i].r);
		if (!r)
			disk_close(content);
		check_eq(fat_write_file(f, rows[i].path, "a", 1, 0, 0, NULL),
			 rows[i].create);
	}
	memset(too_long, 'x', 256);
	too_long[256] = '\0';
	check_eq(fat_write_file(f, too_long, "", 0, 0, 0, NULL), -EINVAL);
	f = reopen(f, d);
	fat_close(f);
	disk_close(d);
	return 0;
}
