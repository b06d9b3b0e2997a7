// SPDX-License-Identifier: MIT
//
// What Windows' own boot code does not do, found by trying: no published text has
// it, and a store that asks for it looks right until the machine starts.

#include <string.h>

#include "bcd.h"

unsigned bcd_path_folders(const char *path)
{
	unsigned parts = 0;

	while (*path) {
		size_t len = strcspn(path, "\\/");

		parts += len != 0;
		path += len;
		path += strspn(path, "\\/");
	}
	return parts ? parts - 1 : 0;
}
