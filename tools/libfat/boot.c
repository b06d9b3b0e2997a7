// SPDX-License-Identifier: MIT
//
// The boot sector of a FAT volume, checked and turned into the places of its
// parts. A volume without a 16-bit size of its table is FAT32, as Linux and
// fsck.fat take it; of the others the number of clusters decides. (By the
// specification that number alone does; but what has under 65525 clusters and
// the fields of FAT32 can be nothing else. Cards and disks of 4096-byte sectors
// have such.)

#include <string.h>

#include "fat_priv.h"

#define BOOT_WHAT "FAT boot sector"

static int check_fields(const struct fat_boot_disk *d, struct err *err)
{
	uint32_t sector = get_le16(d->sector_size);

	// The rules of section "Boot Sector and BPB". They also keep others out
	// whose boot sectors bear the same mark: NTFS has no reserved sectors
	// and no tables, exFAT zeroes these fields so that no driver of FAT
	// takes it.
	if (get_le16(d->magic) != FAT_BOOT_MAGIC)
		return err_corrupt(err, BOOT_WHAT, 0, "there is none");
	if (!is_power_of_two(sector) || sector < 512 || sector > FAT_MAX_SECTOR)
		return err_corrupt(err, BOOT_WHAT, 0x0b,
				   "it says that sectors have %u bytes",
				   sector);
	if (!is_power_of_two(d->cluster_sectors) ||
	    d->cluster_sectors * sector > FAT_MAX_CLUSTER)
		return err_corrupt(err, BOOT_WHAT, 0x0d,
				   "it says that clusters have %u sectors",
				   d->cluster_sectors);
	if (!get_le16(d->reserved_sectors))
		return err_corrupt(err, BOOT_WHAT, 0x0e,
				   "there are no reserved sectors");
	// Two by the specification, one on some cards; more than four is no
	// table's number but garbage.
	if (!d->tables || d->tables > 4)
		return err_corrupt(err, BOOT_WHAT, 0x10,
				   "it says that there are %u tables",
				   d->tables);
	// 0xf0 or 0xf8 to 0xff by the specification. Nothing here goes by it:
	// the check only keeps out what is no boot sector.
	if (d->media < 0xf0)
		return err_corrupt(err, BOOT_WHAT, 0x15,
				   "its media byte is 0x%02x", d->media);
	return 0;
}

static void decode_tail(const struct fat_tail_disk *tail, struct fat *f)
{
	size_t n = sizeof(tail->label);

	// 0x29 says that serial, label and type follow; 0x28, which is older,
	// the serial alone. With neither, code lies here.
	if (tail->signature != 0x29 && tail->signature != 0x28)
		return;
	f->info.serial = get_le32(tail->serial);
	f->state = tail->state;
	if (tail->signature != 0x29 || !memcmp(tail->label, "NO NAME", 7))
		return;
	while (n && tail->label[n - 1] == ' ')
		n--;
	for (size_t i = 0; i < n; i++) // ASCII only: the root folder's counts
		f->info.label[i] = tail->label[i] < 0x20 ? '_' : tail->label[i];
	f->info.label[n] = '\0';
}

static int decode_fat32(const struct fat_boot_disk *d, uint64_t reserved,
			struct fat *f, struct err *err)
{
	uint32_t info = get_le16(d->fat32.info_sector);
	uint32_t flags = get_le16(d->fat32.flags);

	// BPB_FSVer: tools are asked to leave a higher version alone, as all
	// else may mean something different there.
	if (get_le16(d->fat32.version))
		return err_set(err, -ENOTSUP, BOOT_WHAT, 0x2a,
			       "FAT32 of version 0x%04x is not known",
			       get_le16(d->fat32.version));
	f->root_cluster = get_le32(d->fat32.root_cluster);
	if (!fat_is_cluster(f, f->root_cluster))
		return err_corrupt(err, BOOT_WHAT, 0x2c,
				   "the root folder begins outside the volume");
	// BPB_ExtFlags: with 0x80 one table alone is kept up, and the low four
	// bits say which. The others are stale then, and stay so: a driver
	// would read rubbish from them.
	f->mirrored = !(flags & 0x80);
	f->active_table = f->mirrored ? 0 : flags & 0x0f;
	if (f->active_table >= f->tables)
		return err_corrupt(err, BOOT_WHAT, 0x28, "there is no table %u",
				   f->active_table);
	// FSInfo is a hint. Where there is none (0, or 0xffff as some write)
	// the volume is as good.
	if (info && info < reserved)
		f->info_offset = (uint64_t)info * f->info.sector_size;
	decode_tail(&d->fat32.tail, f);
	return 0;
}

static int bits_of(const struct fat_boot_disk *d, uint64_t clusters)
{
	// See the head of this file. The text in the tail ("FAT16") decides
	// nothing: section "FAT Type Determination" warns against going by it.
	if (!get_le16(d->table_sectors_16))
		return 32;
	return clusters <= FAT_MAX_12 ? 12 : 16;
}

int fat_boot_decode(const struct fat_boot_disk *d, uint64_t dev_size,
		    struct fat *f, struct err *err)
{
	uint64_t sector, sectors, table, root, reserved, data, clusters, need;
	struct fat_tail_disk tail;
	int r = check_fields(d, err);

	if (r)
		return r;
	sector = get_le16(d->sector_size);
	// A 16-bit field that is not 0 counts before its 32-bit twin.
	sectors = get_le16(d->sectors_16) ? get_le16(d->sectors_16)
					  : get_le32(d->sectors_32);
	table = get_le16(d->table_sectors_16)
			? get_le16(d->table_sectors_16)
			: get_le32(d->fat32.table_sectors);
	reserved = get_le16(d->reserved_sectors);
	root = (get_le16(d->root_entries) * sizeof(struct fat_entry_disk) +
		sector - 1) /
	       sector;
	data = reserved + d->tables * table + root;
	// A volume that is longer than its device has lost its end: what is
	// written there would be gone, or end the device with an error half
	// way.
	if (!table || data >= sectors || sectors * sector > dev_size)
		return err_corrupt(err, BOOT_WHAT, 0x20,
				   "a volume of %llu sectors of %llu bytes "
				   "cannot be here",
				   (unsigned long long)sectors,
				   (unsigned long long)sector);
	// Rounded down, as the specification insists: the rest is no cluster,
	// and one more would turn a volume at the edge into another kind.
	clusters = (sectors - data) / d->cluster_sectors;
	if (!clusters || clusters > FAT_MAX_32)
		return err_corrupt(err, BOOT_WHAT, 0x20, "it has %llu clusters",
				   (unsigned long long)clusters);
	f->info.bits = bits_of(d, clusters);
	if (f->info.bits != 32 && clusters > FAT_MAX_16)
		return err_corrupt(
			err, BOOT_WHAT, 0x16,
			"its fields are those of FAT16, which cannot "
			"have %llu clusters",
			(unsigned long long)clusters);
	// FAT32 keeps its root folder in clusters, the others in a place of its
	// own: with both or neither nobody knows where to look.
	if ((f->info.bits == 32) != !root)
		return err_corrupt(
			err, BOOT_WHAT, 0x11,
			"its fields are not those of FAT%d: its root "
			"folder has room for %u entries",
			f->info.bits, get_le16(d->root_entries));
	f->info.size = sectors * sector;
	f->info.sector_size = (uint32_t)sector;
	f->info.cluster_size = (uint32_t)sector * d->cluster_sectors;
	f->info.clusters = (uint32_t)clusters;
	f->info.hidden_sectors = get_le32(d->hidden_sectors);
	f->tables = d->tables;
	f->mirrored = true;
	f->table_start = reserved * sector;
	f->table_size = table * sector;
	f->root_start = (reserved + d->tables * table) * sector;
	f->root_entries = get_le16(d->root_entries);
	f->data_start = data * sector;
	// Two more than there are clusters: numbers 0 and 1 are none, and their
	// entries hold the media byte and how the volume was left.
	need = ((clusters + 2) * (unsigned)f->info.bits + 7) / 8;
	if (need > f->table_size)
		return err_corrupt(err, BOOT_WHAT, 0x16,
				   "its tables are too small for %llu clusters",
				   (unsigned long long)clusters);
	if (need > FAT_MAX_TABLE)
		return err_set(err, -EFBIG, BOOT_WHAT, 0x16,
			       "its table of %llu bytes is too large",
			       (unsigned long long)need);
	f->table_used = (size_t)need;
	if (f->info.bits == 32)
		return decode_fat32(d, reserved, f, err);
	memcpy(&tail, (const uint8_t *)d + FAT16_TAIL_OFFSET, sizeof(tail));
	decode_tail(&tail, f);
	return 0;
}
