// SPDX-License-Identifier: MIT
//
// Folders of paths, as Windows' boot manager counts them.

#include "bcd.h"
#include "test.h"

static const struct {
	const char *path;
	unsigned folders;
} rows[] = {
	{"", 0},
	{"\\", 0},
	{"\\win.vhd", 0},
	{"win.vhd", 0},
	{"\\vhd\\win.vhd", 1},
	{"/vhd/win.vhd", 1},
	{"\\\\vhd\\\\win.vhd", 1},
	{"\\vhd\\", 0},
	{"\\1\\2\\3\\4\\5\\6\\7\\8\\9\\10\\11\\12\\13\\14\\w.vhd", 14},
	{"\\1\\2\\3\\4\\5\\6\\7\\8\\9\\10\\11\\12\\13\\14\\15\\w.vhd", 15},
};

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_eq(bcd_path_folders(rows[i].path), rows[i].folders);
	check_eq(BCD_MAX_FOLDERS, 14);
	return 0;
}
