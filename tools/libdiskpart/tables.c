// SPDX-License-Identifier: MIT
//
// The tables of LIST and DETAIL, in DiskPart's columns: scripts count them. Every
// row is as wide as its head; "*" marks what is selected.

#include <stdio.h>
#include <string.h>

#include "diskpart_priv.h"

// --- Disks -------------------------------------------------------------------

static void row_of_disk(struct diskpart *d, const struct storage_disk *disk)
{
	char number[24], size[DISKPART_SIZE], free[DISKPART_SIZE];

	snprintf(number, sizeof(number), "Disk %u", disk->number);
	diskpart_say(d, "%c %-8s  %-13s  %7s  %7s   %c    %c \n",
		     d->disk == (int)disk->number ? '*' : ' ', number,
		     disk->is_offline     ? "Offline"
		     : disk->trouble_code ? "Errors"
					  : "Online",
		     diskpart_size(disk->size, size),
		     diskpart_size(disk->free, free), ' ',
		     disk->style == PART_GPT ? '*' : ' ');
}

static void notes_of_disk(struct diskpart *d, const struct storage_disk *disk)
{
	if (disk->is_medium)
		diskpart_say(d,
			     "Disk %u: this environment was started from "
			     "it\n",
			     disk->number);
	else if (*disk->in_use)
		diskpart_say(d, "Disk %u: in use: %s\n", disk->number,
			     disk->in_use);
	if (*disk->trouble)
		diskpart_say(d, "Disk %u: %s\n", disk->number, disk->trouble);
}

static bool has_notes(const struct storage_disk *disk)
{
	return disk->is_medium || *disk->in_use || *disk->trouble;
}

void diskpart_table_disks(struct diskpart *d, const struct storage_disk *one)
{
	const struct storage_disk *disks;
	bool has_any = false;
	size_t count;

	disks = storage_disks(d->storage, &count);
	diskpart_say(d,
		     "\n  Disk ###  Status         Size     Free     Dyn  Gpt\n"
		     "  --------  -------------  -------  -------  ---  ---\n");
	for (size_t i = 0; i < count; i++) {
		if (one && one != &disks[i])
			continue;
		row_of_disk(d, &disks[i]);
		has_any |= has_notes(&disks[i]);
	}
	if (has_any && !one)
		diskpart_say(d, "\n");
	for (size_t i = 0; i < count && !one; i++)
		notes_of_disk(d, &disks[i]);
}

// --- Partitions --------------------------------------------------------------

static bool is_extended(uint8_t type)
{
	return type == PART_MBR_EXTENDED || type == PART_MBR_EXTENDED_LBA ||
	       type == 0x85;
}

// Types of MBR partitions that Windows knows as OEM's: Microsoft, "create
// partition primary".
static bool is_oem(uint8_t type)
{
	return type == 0x12 || type == 0x84 || type == 0xde || type == 0xfe ||
	       type == 0xa0;
}

const char *diskpart_type_name(const struct storage_disk *disk,
			       const struct storage_region *region)
{
	const struct part *p = &region->part;

	if (disk->style == PART_GPT)
		return guid_equal(&p->type, &part_type_efi)        ? "System"
		       : guid_equal(&p->type, &part_type_msr)      ? "Reserved"
		       : guid_equal(&p->type, &part_type_data)     ? "Primary"
		       : guid_equal(&p->type, &part_type_recovery) ? "Recovery"
								   : "Unknown";
	if (is_extended(p->mbr_type))
		return "Extended";
	if (region->is_logical)
		return "Logical";
	return p->mbr_type == PART_MBR_RECOVERY ? "Recovery"
	       : p->mbr_type == PART_MBR_EFI    ? "System"
	       : is_oem(p->mbr_type)            ? "OEM"
						: "Primary";
}

static void row_of_partition(struct diskpart *d,
			     const struct storage_disk *disk,
			     const struct storage_region *region)
{
	char number[24], size[DISKPART_SIZE], start[DISKPART_SIZE];

	snprintf(number, sizeof(number), "Partition %u", region->number);
	diskpart_say(d, "%c %-13s  %-16s  %7s  %7s\n",
		     d->partition == (int)region->number ? '*' : ' ', number,
		     diskpart_type_name(disk, region),
		     diskpart_size(region->size, size),
		     diskpart_size(region->start, start));
}

enum diskpart_status diskpart_run_list_partition(struct diskpart *d,
						 const struct call *c)
{
	const struct storage_disk *disk = diskpart_disk(d);
	bool has_any = false;

	if (!disk)
		return diskpart_object(
			d,
			"There is no disk selected to list partitions.\n"
			"Select a disk and try again.",
			"LIST DISK shows the disks, SELECT DISK 0 selects one.");
	for (size_t i = 0; i < disk->region_count; i++)
		has_any |= !disk->regions[i].is_free;
	if (!has_any)
		return diskpart_done(
			d, "There are no partitions on this disk to show.");
	diskpart_say(d, "\n  Partition ###  Type              Size     Offset\n"
			"  -------------  ----------------  -------  "
			"-------\n");
	for (size_t i = 0; i < disk->region_count; i++)
		if (!disk->regions[i].is_free)
			row_of_partition(d, disk, &disk->regions[i]);
	return DISKPART_OK;
}

// --- Volumes -----------------------------------------------------------------

// Characters, not bytes, fill a column.
static void put_label(const char *label, char out[11 * 4 + 1])
{
	size_t n = 0, at = 0;

	for (; label[at] && n < 11; n++) {
		size_t len = 1;

		while (len < 4 &&
		       ((unsigned char)label[at + len] & 0xc0) == 0x80)
			len++;
		for (size_t k = 0; k < len; k++, at++)
			*out++ = label[at];
	}
	for (; n < 11; n++)
		*out++ = ' ';
	*out = 0;
}

static void row_of_volume(struct diskpart *d, const struct storage_volume *v)
{
	char number[24], label[11 * 4 + 1], size[DISKPART_SIZE];
	const struct storage_disk *disk =
		storage_find_disk(d->storage, v->disk);

	snprintf(number, sizeof(number), "Volume %u", v->number);
	put_label(v->label, label);
	diskpart_say(d, "%c %-10s   %c   %s  %-5.5s  %-10s  %7s  %-9s  %-8s\n",
		     d->volume == (int)v->number ? '*' : ' ', number,
		     v->letter ? v->letter : ' ', label, v->fs,
		     v->on == STORAGE_REMOVABLE ? "Removable" : "Partition",
		     diskpart_size(v->size, size),
		     disk && disk->is_offline ? "Offline" : "Healthy",
		     v->is_boot     ? "Boot"
		     : v->is_system ? "System"
		     : v->is_hidden ? "Hidden"
				    : "");
}

void diskpart_table_volumes(struct diskpart *d, int of_disk, int number)
{
	const struct storage_volume *volumes;
	size_t count;

	volumes = storage_volumes(d->storage, &count);
	diskpart_say(d, "\n  Volume ###  Ltr  Label        Fs     Type        "
			"Size     Status     Info\n"
			"  ----------  ---  -----------  -----  ----------  "
			"-------  ---------  --------\n");
	for (size_t i = 0; i < count; i++)
		if ((of_disk < 0 || volumes[i].disk == (unsigned)of_disk) &&
		    (number < 0 || volumes[i].number == (unsigned)number))
			row_of_volume(d, &volumes[i]);
}

enum diskpart_status diskpart_run_list_disk(struct diskpart *d,
					    const struct call *c)
{
	size_t count;

	storage_disks(d->storage, &count);
	if (!count)
		return diskpart_done(
			d, "There are no fixed disks to show.\nOn a host, "
			   "--disk FILE names a disk's file when DiskPart is "
			   "started; ATTACH VDISK adds a virtual disk.");
	diskpart_table_disks(d, NULL);
	return DISKPART_OK;
}

enum diskpart_status diskpart_run_list_volume(struct diskpart *d,
					      const struct call *c)
{
	size_t count;

	storage_volumes(d->storage, &count);
	if (!count)
		return diskpart_done(
			d, "There are no volumes.\nCREATE PARTITION PRIMARY "
			   "and then FORMAT makes one on the selected disk.");
	diskpart_table_volumes(d, -1, -1);
	return DISKPART_OK;
}
