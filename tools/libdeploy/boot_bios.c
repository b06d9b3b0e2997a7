// SPDX-License-Identifier: MIT
//
// What a BIOS starts: the code of the MBR and of the system partition.

#include "bootsect.h"
#include "plan_priv.h"

// Bytes before the disk's signature. What follows is the table, which is
// written last of all (run.c).
#define MBR_CODE 440u

int boot_bios_check(const struct plan *p, struct err *err)
{
	if (p->target.disk->sector_size == 512)
		return 0;
	return err_set(err, -ENOTSUP, p->target.name, ERR_NOWHERE,
		       "a BIOS starts no disk with sectors of %u bytes; use "
		       "layout = gpt",
		       p->target.disk->sector_size);
}

// Takes the code from a disk that has a table already: the machine's own gets
// its table last of all.
static int read_code(uint8_t code[MBR_CODE], struct err *err)
{
	struct part_table *table;
	struct disk *d;
	int r = disk_memory(4 << 20, 512, &d, err);

	if (r)
		return r;
	r = part_table_new(PART_MBR, d, NULL, 0, &table, err);
	if (!r) {
		r = part_table_write(table, d, err);
		part_table_free(table);
	}
	if (!r)
		r = bootsect_write_mbr(d, err);
	if (!r)
		r = disk_read(d, 0, code, MBR_CODE, err);
	disk_close(d);
	return r;
}

int boot_bios(const struct boot_job *job, struct err *err)
{
	uint8_t code[MBR_CODE];
	int r = bootsect_write_volume(job->disk, err);

	if (!r)
		r = read_code(code, err);
	if (r || job->dry)
		return r;
	return disk_write(job->plan->target.disk, 0, code, MBR_CODE, err);
}
