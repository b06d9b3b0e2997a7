// SPDX-License-Identifier: MIT
//
// The boot sector, its copy behind the last cluster, and the mirror of the
// first file records.

#include <string.h>

#include "check.h"

static void check_fields(struct check *c, const struct ntfs_boot_disk *boot)
{
	if (boot->signature[0] != 0x55 || boot->signature[1] != 0xaa)
		ntfs_check_problem(c, ERR_NOWHERE, NTFS_RULE_BOOT_SIGNATURE,
				   "The boot sector does not end with 55 AA");
	if (get_le16(boot->reserved_sectors) || get_le16(boot->zero_0x16) ||
	    get_le32(boot->zero_0x20))
		ntfs_check_problem(
			c, ERR_NOWHERE, NTFS_RULE_BOOT_RESERVED,
			"Fields of the boot sector that must be zero "
			"are not");
	if (boot->media != 0xf8)
		ntfs_check_problem(
			c, ERR_NOWHERE, NTFS_RULE_BOOT_MEDIA,
			"The boot sector's media type is %02x, not f8",
			boot->media);
}

// The copy lies in the sector that follows the volume's last one.
static int check_copy(struct check *c, const struct ntfs_boot_disk *boot)
{
	struct ntfs_boot_disk copy;
	uint64_t size = c->n->info.size;
	int r;

	if (!range_ok(size, sizeof(copy), c->n->dev->size)) {
		ntfs_check_find(c, NTFS_NOTE, ERR_NOWHERE, NTFS_RULE_BOOT_COPY,
				"There is no room for the boot sector's copy "
				"behind the volume");
		return 0;
	}
	r = disk_read(c->n->dev, size, &copy, sizeof(copy), c->err);
	if (!r && memcmp(&copy, boot, sizeof(copy)))
		ntfs_check_find(
			c, NTFS_NOTE, ERR_NOWHERE, NTFS_RULE_BOOT_COPY,
			"The boot sector's copy at the end of the volume "
			"differs");
	return r;
}

// What is written while a repair goes on (ntfs_repair_disk).
static int check_repair(struct check *c)
{
	uint8_t magic[] = NTFS_REPAIR_MAGIC, there[sizeof(magic) - 1];
	int r = 0;

	if (!range_ok(NTFS_REPAIR_SECTOR, sizeof(there), c->n->dev->size))
		return 0;
	r = disk_read(c->n->dev, NTFS_REPAIR_SECTOR, there, sizeof(there),
		      c->err);
	if (!r && !memcmp(there, magic, sizeof(there)))
		ntfs_check_problem(c, ERR_NOWHERE, NTFS_RULE_REPAIR,
				   "A repair was cut off: chkdsk /f goes on "
				   "with it");
	return r;
}

int ntfs_check_boot(struct check *c)
{
	struct ntfs_boot_disk boot;
	int r = disk_read(c->n->dev, 0, &boot, sizeof(boot), c->err);

	if (r)
		return r;
	check_fields(c, &boot);
	r = check_copy(c, &boot);
	return r ? r : check_repair(c);
}

// The first run of a system file must lie where the boot sector says.
static int check_place(struct check *c, uint64_t record, uint64_t lcn)
{
	struct ntfs_runs runs = {0};
	struct err e = {0};
	struct ntfs_attr a;
	struct ntfs_file f;
	int r = ntfs_file_open(c->n, record, &f, &e);

	if (!r) {
		r = ntfs_file_find(&f, NTFS_AT_DATA, NULL, 0, &a, &e);
		if (!r && !a.resident)
			r = ntfs_file_runs(&f, &a, &runs, &e);
		ntfs_file_done(&f);
	}
	if (r)
		r = ntfs_check_failed(c, record, NTFS_RULE_MFT_MIRROR, r, &e);
	else if (!runs.count || runs.items[0].lcn != lcn)
		ntfs_check_find(c,
				record == NTFS_REC_MFT ? NTFS_UNSAFE
						       : NTFS_LEFTOVER,
				record, NTFS_RULE_BOOT_MFT,
				"The file does not begin where the boot sector "
				"says");
	ntfs_runs_done(&runs);
	return r;
}

static int compare_records(struct check *c, uint8_t *mft, uint8_t *mirror,
			   uint32_t size, uint32_t count)
{
	uint64_t at = c->n->mftmirr_lcn * c->n->info.cluster_size;
	int r;

	if (count * (uint64_t)size > c->n->mft->size ||
	    !range_ok(at, (uint64_t)count * size, c->n->dev->size)) {
		ntfs_check_problem(c, NTFS_REC_MFTMIRR, NTFS_RULE_MFT_MIRROR,
				   "The MFT or its mirror is too short");
		return 0;
	}
	r = disk_read(c->n->mft, 0, mft, (size_t)count * size, c->err);
	if (!r)
		r = disk_read(c->n->dev, at, mirror, (size_t)count * size,
			      c->err);
	for (uint32_t i = 0; !r && i < count; i++)
		if (memcmp(mft + i * size, mirror + i * size, size))
			ntfs_check_find(c, NTFS_LEFTOVER, i,
					NTFS_RULE_MFT_MIRROR,
					"The record differs from its mirror");
	return r;
}

int ntfs_check_mirror(struct check *c)
{
	uint32_t size = c->n->info.record_size;
	uint32_t count = NTFS_MFT_MIRROR;
	uint8_t *buf = mem_array(2 * count, size);
	int r = buf ? check_place(c, NTFS_REC_MFT, c->n->info.mft_lcn)
		    : err_nomem(c->err);

	if (!r)
		r = check_place(c, NTFS_REC_MFTMIRR, c->n->mftmirr_lcn);
	if (!r)
		r = compare_records(c, buf, buf + count * size, size, count);
	mem_free(buf);
	return r;
}
