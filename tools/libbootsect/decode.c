// SPDX-License-Identifier: MIT
//
// Which code a volume gets, and where in it there may be code.

#include <string.h>

#include "bootsect_priv.h"

#define BOOT_WHAT        "boot sector"
#define NTFS_AREA        16    // sectors of $Boot
#define NTFS_KNOWN       0x3fe // 1 to 9: what Windows' code fills
#define FAT_KNOWN        (1 << 2 | 1 << 8 | 1 << 12) // Windows XP's, Windows 7's
#define NTFS_MAX_CLUSTER 4096                        // sectors
#define NTFS_MAX_RECORD  8 // sectors; what the code has room for
#define NTFS_MAX_BLOCK   128

static int refuse_sector(uint32_t size, struct err *err)
{
	return err_set(err, -ENOTSUP, BOOT_WHAT, 0x0b,
		       "a BIOS starts no volume with sectors of %u bytes",
		       size);
}

// Returns how many sectors a record or block has: `value` clusters or, below
// zero, two to the power of -value bytes, where a cluster is larger than a
// record (Linux-NTFS documentation, $Boot). 0 when it is not whole sectors.
static uint32_t ntfs_sectors(int8_t value, uint32_t cluster)
{
	if (value >= 0)
		return (uint32_t)value * cluster;
	return value < -30 || value > -9 ? 0 : 1u << (-value - 9);
}

static int decode_ntfs(const struct bootsect_ntfs_disk *d, uint64_t size,
		       struct bootsect_volume *v, struct err *err)
{
	uint64_t sectors = get_le64(d->sectors);
	uint32_t cluster = d->cluster_sectors, record, block;

	if (get_le16(d->sector_size) != BOOTSECT_SECTOR)
		return refuse_sector(get_le16(d->sector_size), err);
	// Up to 0x80 a plain number; above it a negative power of two, for
	// clusters over 64 KiB (since Windows 10 1709).
	if (cluster > 128)
		cluster = cluster < 256 - 30 ? 0 : 1u << (256 - cluster);
	record = ntfs_sectors(d->record_clusters, cluster);
	block = ntfs_sectors(d->block_clusters, cluster);
	if (!is_power_of_two(cluster) || cluster > NTFS_MAX_CLUSTER)
		return err_set(err, -ENOTSUP, BOOT_WHAT, 0x0d,
			       "clusters of %llu bytes are not known",
			       (unsigned long long)cluster * BOOTSECT_SECTOR);
	if (!is_power_of_two(record) || record > NTFS_MAX_RECORD ||
	    !is_power_of_two(block) || block > NTFS_MAX_BLOCK)
		return err_set(err, -ENOTSUP, BOOT_WHAT, 0x40,
			       "file records of %llu bytes or index blocks of "
			       "%llu are not known",
			       (unsigned long long)record * BOOTSECT_SECTOR,
			       (unsigned long long)block * BOOTSECT_SECTOR);
	// the code counts clusters in 32 bits, and so does Windows
	if (get_le64(d->mft_cluster) > UINT32_MAX || sectors < NTFS_AREA ||
	    sectors > size / BOOTSECT_SECTOR)
		return err_corrupt(err, BOOT_WHAT, 0x28,
				   "a volume of %llu sectors cannot be here",
				   (unsigned long long)sectors);
	v->code = &bootsect_code_ntfs;
	v->code_offset = BOOTSECT_NTFS_CODE;
	v->area = NTFS_AREA;
	// the boot sector itself
	v->not_free = 1;
	v->known = NTFS_KNOWN;
	// The copy lies behind the volume, in its partition's last sector. An
	// image of the volume alone may end before it.
	if (range_ok(sectors, 1, size / BOOTSECT_SECTOR))
		v->backup = sectors * BOOTSECT_SECTOR;
	return 0;
}

// Marks a sector as in use, if it is one of those that are looked at.
static void mark(struct bootsect_volume *v, uint32_t sector)
{
	if (sector < v->area)
		v->not_free |= 1ull << sector;
}

static int decode_fat(const struct bootsect_fat_disk *d, uint64_t size,
		      struct bootsect_volume *v, struct err *err)
{
	uint32_t reserved = get_le16(d->reserved_sectors);
	uint32_t info = get_le16(d->info_sector);
	uint32_t backup = get_le16(d->backup_sector);

	if (get_le16(d->sector_size) != BOOTSECT_SECTOR)
		return refuse_sector(get_le16(d->sector_size), err);
	if (get_le16(d->version))
		return err_set(err, -ENOTSUP, BOOT_WHAT, 0x2a,
			       "FAT32 of version 0x%04x is not known",
			       get_le16(d->version));
	if (!get_le32(d->table_sectors) || !reserved ||
	    reserved > size / BOOTSECT_SECTOR)
		return err_corrupt(err, BOOT_WHAT, 0x0e,
				   "a volume with %u reserved sectors cannot "
				   "be here",
				   reserved);
	v->code = &bootsect_code_fat32;
	v->code_offset = BOOTSECT_FAT_CODE;
	v->area = reserved < BOOTSECT_MAX_AREA ? reserved : BOOTSECT_MAX_AREA;
	v->known = FAT_KNOWN;
	mark(v, 0);
	// FSInfo and the copies of both are data; between them formats leave
	// room for code.
	mark(v, info);
	if (backup && backup < reserved) {
		v->backup = (uint64_t)backup * BOOTSECT_SECTOR;
		mark(v, backup);
		mark(v, backup + info);
	}
	return 0;
}

// As libfat's rules for the same fields, so far as they tell FAT from other
// things.
static bool is_fat(const struct bootsect_fat_disk *d)
{
	uint32_t sector = get_le16(d->sector_size);

	return (d->jump[0] == 0xeb || d->jump[0] == 0xe9) &&
	       is_power_of_two(sector) && sector >= 512 && sector <= 4096 &&
	       is_power_of_two(d->cluster_sectors) && d->tables &&
	       d->tables <= 4 && d->media >= 0xf0;
}

int bootsect_volume_decode(const uint8_t sector[512], uint64_t size,
			   struct bootsect_volume *ret, struct err *err)
{
	struct bootsect_volume v = {0};
	struct bootsect_ntfs_disk ntfs;
	struct bootsect_fat_disk fat;
	int r;

	memcpy(&ntfs, sector, sizeof(ntfs));
	memcpy(&fat, sector, sizeof(fat));
	if (get_le16(ntfs.tail.magic) != BOOTSECT_MAGIC)
		return err_set(err, -ENOENT, BOOT_WHAT, ERR_NOWHERE,
			       "there is no file system here");
	if (!memcmp(ntfs.oem, "NTFS    ", sizeof(ntfs.oem)))
		r = decode_ntfs(&ntfs, size, &v, err);
	else if (!is_fat(&fat))
		return err_set(err, -ENOENT, BOOT_WHAT, ERR_NOWHERE,
			       "this is neither NTFS nor FAT32");
	// These usually have a single reserved sector, and so no place for the
	// second part.
	else if (get_le16(fat.root_entries) || get_le16(fat.table_sectors_16))
		return err_set(err, -ENOENT, BOOT_WHAT, ERR_NOWHERE,
			       "this is FAT12 or FAT16: only FAT32 and NTFS "
			       "get boot code");
	else
		r = decode_fat(&fat, size, &v, err);
	if (!r)
		*ret = v;
	return r;
}
