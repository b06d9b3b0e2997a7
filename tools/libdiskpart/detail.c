// SPDX-License-Identifier: MIT
//
// DETAIL of disks, partitions and volumes.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "diskpart_priv.h"

// --- A disk ------------------------------------------------------------------

static const char *bus_name(const struct storage_disk *disk)
{
	static const struct {
		const char *word, *name;
	} names[] = {{"nvme", "NVMe"}, {"sata", "SATA"}, {"ata", "ATA"},
		     {"usb", "USB"},   {"scsi", "SCSI"}, {"virtio", "Virtio"},
		     {"mmc", "SD"}};

	if (disk->kind == STORAGE_VIRTUAL)
		return "File Backed Virtual";
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcasecmp(disk->bus, names[i].word))
			return names[i].name;
	return *disk->bus ? disk->bus : "File";
}

static bool has_volumes(const struct diskpart *d, unsigned disk)
{
	const struct storage_volume *volumes;
	size_t count;

	volumes = storage_volumes(d->storage, &count);
	for (size_t i = 0; i < count; i++)
		if (volumes[i].disk == disk)
			return true;
	return false;
}

enum diskpart_status diskpart_run_detail_disk(struct diskpart *d,
					      const struct call *c)
{
	const struct storage_disk *disk = diskpart_disk(d);

	diskpart_say(d, "\n%s\n", disk->name);
	diskpart_show_disk_id(d, disk);
	diskpart_say(d,
		     "Type   : %s\n"
		     "Status : %s\n"
		     "Path   : 0\n"
		     "Target : 0\n"
		     "LUN ID : 0\n"
		     "Location Path : %s\n",
		     bus_name(disk), disk->is_offline ? "Offline" : "Online",
		     *disk->location ? disk->location : "UNAVAILABLE");
	diskpart_show_disk_attributes(d, disk);
	if (has_volumes(d, disk->number))
		diskpart_table_volumes(d, (int)disk->number, -1);
	else
		diskpart_say(d, "\nThere are no volumes.\n");
	diskpart_say(d, "\nAddress : %s\n", disk->address);
	if (disk->virtual_file)
		diskpart_say(d, "Virtual disk : %s\n", disk->virtual_file);
	if (*disk->in_use)
		diskpart_say(d, "In use : %s\n", disk->in_use);
	if (*disk->trouble)
		diskpart_say(d, "Trouble : %s\n", disk->trouble);
	return DISKPART_OK;
}

// --- A partition -------------------------------------------------------------

// Types that hide a partition of an MBR: those with 0x10 added.
static bool is_hidden_type(uint8_t type)
{
	static const uint8_t types[] = {0x11, 0x14, 0x16, 0x17,
					0x1b, 0x1c, 0x1e, 0x27};

	return memchr(types, type, sizeof(types));
}

static void show_gpt(struct diskpart *d, const struct part *p)
{
	char text[GUID_TEXT];
	bool is_data = guid_equal(&p->type, &part_type_data);

	diskpart_say(d,
		     "Type    : %s\n"
		     "Hidden  : %s\n"
		     "Required: %s\n"
		     "Attrib  : 0X%016" PRIX64 "\n",
		     guid_format(&p->type, text),
		     diskpart_yes_no(!is_data ||
				     (p->attributes & PART_GPT_HIDDEN)),
		     diskpart_yes_no(p->attributes & PART_GPT_REQUIRED),
		     p->attributes);
}

static void show_mbr(struct diskpart *d, const struct part *p)
{
	diskpart_say(d,
		     "Type  : %02X\n"
		     "Hidden: %s\n"
		     "Active: %s\n",
		     p->mbr_type, diskpart_yes_no(is_hidden_type(p->mbr_type)),
		     diskpart_yes_no(p->active));
}

enum diskpart_status diskpart_run_detail_partition(struct diskpart *d,
						   const struct call *c)
{
	const struct storage_region *region = diskpart_partition(d);

	diskpart_say(d, "\nPartition %u\n", region->number);
	if (diskpart_disk(d)->style == PART_GPT)
		show_gpt(d, &region->part);
	else
		show_mbr(d, &region->part);
	diskpart_say(d,
		     "Offset in Bytes: %" PRIu64 "\n"
		     "Address: %s@%u\n",
		     region->start, diskpart_disk(d)->address,
		     region->part.number);
	if (region->volume >= 0)
		diskpart_table_volumes(d, -1, region->volume);
	else
		diskpart_say(d, "\nThere is no volume associated with this "
				"partition.\n");
	return DISKPART_OK;
}

// --- A volume ----------------------------------------------------------------

static void show_sizes(struct diskpart *d)
{
	const struct storage_volume *v = diskpart_volume(d);
	char size[DISKPART_SIZE], free[DISKPART_SIZE];
	bool is_known = v->free != UINT64_MAX ||
			!storage_look_free(d->storage, v->number, NULL);

	v = diskpart_volume(d);
	diskpart_say(d,
		     "\nVolume Capacity        : %7s\n"
		     "Volume Free Space      : %7s\n",
		     diskpart_size(v->size, size),
		     is_known ? diskpart_size(v->free, free) : "unknown");
}

enum diskpart_status diskpart_run_detail_volume(struct diskpart *d,
						const struct call *c)
{
	const struct storage_volume *v = diskpart_volume(d);
	const struct storage_disk *disk =
		storage_find_disk(d->storage, v->disk);

	diskpart_table_disks(d, disk);
	diskpart_say(d, "\n");
	diskpart_show_volume_attributes(d, v);
	diskpart_say(d,
		     "Offline                : %s\n"
		     "BitLocker Encrypted    : %s\n"
		     "Installable            : %s\n",
		     diskpart_yes_no(disk->is_offline),
		     diskpart_yes_no(!strcasecmp(v->fs, "BitLocker")),
		     diskpart_yes_no(!v->is_read_only));
	show_sizes(d);
	v = diskpart_volume(d);
	diskpart_say(d, "\nAddress : %s\n", v->address);
	if (*v->mount)
		diskpart_say(d, "Mounted at : %s\n", v->mount);
	if (v->is_dirty)
		diskpart_say(d, "It was not taken down cleanly: chkdsk checks "
				"it.\n");
	return DISKPART_OK;
}
