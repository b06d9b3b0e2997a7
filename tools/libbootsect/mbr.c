// SPDX-License-Identifier: MIT
//
// The MBR's code, into the sector that holds the disk's table. UEFI 2.10,
// section 5.2: the first 440 bytes are code.

#include <string.h>

#include "bootsect_priv.h"
#include "part.h"

#define MBR_WHAT "MBR"

// A table that is damaged is kept as it is; its owner may mend it later.
static int check_table(struct disk *disk, struct err *err)
{
	struct part_table *t;
	struct err why = {0};
	int r = part_table_read(disk, &t, &why);

	if (r == -EBADMSG || r == -EFBIG)
		return 0;
	if (r == -ENOENT)
		return err_set(err, -EINVAL, MBR_WHAT, ERR_NOWHERE,
			       "this is no disk with an MBR");
	if (r)
		return err_pass(err, r, &why);
	if (t->style != PART_MBR)
		r = err_set(err, -EINVAL, MBR_WHAT, ERR_NOWHERE,
			    "this disk has a GPT, which a BIOS does not "
			    "start");
	part_table_free(t);
	return r;
}

int bootsect_write_mbr(struct disk *disk, struct err *err)
{
	const struct bootsect_code *code = &bootsect_code_mbr;
	uint8_t sector[BOOTSECT_SECTOR];
	int r = check_table(disk, err);

	if (!r && disk->sector_size != BOOTSECT_SECTOR)
		r = err_set(err, -ENOTSUP, MBR_WHAT, ERR_NOWHERE,
			    "a BIOS starts no disk with sectors of %u bytes",
			    disk->sector_size);
	if (!r)
		r = disk_read(disk, 0, sector, sizeof(sector), err);
	if (r)
		return r;
	// Not a byte more: behind them are the disk's signature, by which
	// Windows knows it, and the table.
	memset(sector, 0, BOOTSECT_MBR_CODE);
	memcpy(sector, code->bytes, code->size);
	r = disk_write(disk, 0, sector, sizeof(sector), err);
	return r ? r : disk_flush(disk, err);
}
