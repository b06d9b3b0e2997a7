// SPDX-License-Identifier: MIT
//
// What Windows' own boot code does not do, found by trying: no published text has
// it, and a store that asks for it looks right until the machine starts.

#include <stdio.h>
#include <string.h>

#include "bcd.h"

bool bcd_chain_is_long(size_t count, unsigned max, char text[BCD_CHAIN_TEXT])
{
	if (count <= (max ? max : BCD_MAX_CHAIN))
		return false;
	snprintf(
		text, BCD_CHAIN_TEXT,
		max ? "it is a chain of %zu virtual disks; this Windows starts "
		      "from %u at most, as its registry says (%s)"
		    : "it is a chain of %zu virtual disks; Windows starts from "
		      "%u at most, unless its registry allows more (%s)",
		count, max ? max : BCD_MAX_CHAIN, BCD_MAX_CHAIN_VALUE);
	return true;
}

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
