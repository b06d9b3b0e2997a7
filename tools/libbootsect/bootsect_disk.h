// SPDX-License-Identifier: MIT
//
// Boot sectors as far as boot code is concerned with them.
//
//     NTFS    $Boot: 16 sectors, the first of which is the boot sector; its
//             copy in the sector behind the volume's last cluster
//     FAT32   the reserved sectors: boot sector, FSInfo, copies of both
//
// The fields are those of "FAT: General Overview of On-Disk Format", version
// 1.03, and of the documentation of the Linux-NTFS project ($Boot). What ends
// the boot sector is ours (boot/bios/volume.inc): it tells where the second part
// of the code lies.

#ifndef BOOTSECT_DISK_H
#define BOOTSECT_DISK_H

#include "base.h"

#define BOOTSECT_MAGIC 0xaa55
#define BOOTSECT_OURS  "SLIP"
// Where the fields of each kind end and code may begin. In an MBR the disk's
// signature and the table follow after 440 bytes (UEFI 5.2.1).
#define BOOTSECT_NTFS_CODE 0x54
#define BOOTSECT_FAT_CODE  0x5a
#define BOOTSECT_MBR_CODE  440

struct bootsect_tail_disk {
	uint8_t ours[4];   // 0x1f4: "SLIP"
	le16 second_count; // 0x1f8: sectors of the second part
	le16 second_at;    // 0x1fa: its first sector
	le16 second_sum;   // 0x1fc: sum of its 16-bit words
	le16 magic;        // 0x1fe
};
_Static_assert(sizeof(struct bootsect_tail_disk) == 12, "tail");

struct bootsect_ntfs_disk {
	uint8_t jump[3];                // 0x000
	uint8_t oem[8];                 // 0x003: "NTFS    "
	le16 sector_size;               // 0x00b
	uint8_t cluster_sectors;        // 0x00d: over 128: 2^(256 - value)
	uint8_t unused_0x0e[26];        // 0x00e
	le64 sectors;                   // 0x028: without the copy
	le64 mft_cluster;               // 0x030
	uint8_t unused_0x38[8];         // 0x038
	int8_t record_clusters;         // 0x040: below 0: 2^-value bytes
	uint8_t unused_0x41[3];         // 0x041
	int8_t block_clusters;          // 0x044: as above
	uint8_t unused_0x45[15];        // 0x045
	uint8_t code[416];              // 0x054
	struct bootsect_tail_disk tail; // 0x1f4
};
_Static_assert(sizeof(struct bootsect_ntfs_disk) == 512, "NTFS");
_Static_assert(offsetof(struct bootsect_ntfs_disk, mft_cluster) == 0x30, "MFT");
_Static_assert(offsetof(struct bootsect_ntfs_disk, code) == 0x54, "code");

struct bootsect_fat_disk {
	uint8_t jump[3];                // 0x000
	uint8_t oem[8];                 // 0x003
	le16 sector_size;               // 0x00b
	uint8_t cluster_sectors;        // 0x00d
	le16 reserved_sectors;          // 0x00e
	uint8_t tables;                 // 0x010
	le16 root_entries;              // 0x011: 0 for FAT32
	le16 sectors_16;                // 0x013: 0 for FAT32
	uint8_t media;                  // 0x015
	le16 table_sectors_16;          // 0x016: 0 for FAT32
	uint8_t unused_0x18[12];        // 0x018
	le32 table_sectors;             // 0x024
	uint8_t unused_0x28[2];         // 0x028
	le16 version;                   // 0x02a
	le32 root_cluster;              // 0x02c
	le16 info_sector;               // 0x030
	le16 backup_sector;             // 0x032
	uint8_t unused_0x34[38];        // 0x034
	uint8_t code[410];              // 0x05a
	struct bootsect_tail_disk tail; // 0x1f4
};
_Static_assert(sizeof(struct bootsect_fat_disk) == 512, "FAT32");
_Static_assert(offsetof(struct bootsect_fat_disk, root_cluster) == 0x2c,
	       "root");
_Static_assert(offsetof(struct bootsect_fat_disk, code) == 0x5a, "code");

#endif
