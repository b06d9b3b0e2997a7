// SPDX-License-Identifier: MIT
//
// The mark of a deployment that has not ended, in the sector that the new
// table's protective MBR replaces last. It has no boot signature.

#include <string.h>

#include "plan_priv.h"

#define MARK_OFFSET 446 // of the MBR's partition entries (UEFI 2.10, 5.2.1)

static const char mark[64] = "Slipway: this deployment did not end";

int unfinished_mark(struct disk *disk, struct err *err)
{
	int r = disk_write(disk, MARK_OFFSET, mark, sizeof(mark), err);

	return r ? r : disk_flush(disk, err);
}

int unfinished_is_marked(struct disk *disk, bool *ret, struct err *err)
{
	char found[sizeof(mark)];
	int r = disk_read(disk, MARK_OFFSET, found, sizeof(found), err);

	if (!r)
		*ret = !memcmp(found, mark, sizeof(mark));
	return r;
}
