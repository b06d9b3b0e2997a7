// SPDX-License-Identifier: MIT
//
// Folders of paths and lengths of chains, as Windows' boot code counts them.

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

static void check_chains(void)
{
	char text[BCD_CHAIN_TEXT] = "";

	check(!bcd_chain_is_long(1, 0, text));
	check(!bcd_chain_is_long(2, 0, text));
	check(!bcd_chain_is_long(5, 5, text));
	check(!*text);
	check(bcd_chain_is_long(3, 0, text));
	check(strstr(text, "chain of 3 virtual disks; Windows starts from 2 at "
			   "most, unless"));
	check(bcd_chain_is_long(6, 5, text));
	check(strstr(text, "chain of 6 ") &&
	      strstr(text, "from 5 at most, as"));
	check(bcd_chain_is_long(2, 1, text));
	check(bcd_chain_is_long(SIZE_MAX, UINT32_MAX, text));
	check(strstr(text, "VirtualDiskMaxTreeDepth)"));
}

int main(void)
{
	check_chains();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_eq(bcd_path_folders(rows[i].path), rows[i].folders);
	check_eq(BCD_MAX_FOLDERS, 14);
	return 0;
}
