// SPDX-License-Identifier: MIT
//
// FAT volumes as they lie on a disk ("FAT: General Overview of On-Disk Format",
// version 1.03):
//
//     reserved sectors   boot sector; FAT32: FSInfo, copies of both
//     tables             usually two: 12, 16 or 32 bits a cluster
//     root folder        FAT12 and FAT16 only; of a fixed size
//     clusters           from number 2 on
//
// A folder is an array of 32-byte entries. A long name lies in entries before
// the one it belongs to, last part first.
//
// Sections named in this library are of that document. It is silent on what
// Windows NT added (the state of the volume, lower case in 8.3 names); Linux'
// include/uapi/linux/msdos_fs.h has names for it.

#ifndef FAT_DISK_H
#define FAT_DISK_H

#include "base.h"

#define FAT_BOOT_MAGIC 0xaa55
// "RRaA", "rrAa": FSInfo's. A driver that misses one counts free clusters
// itself.
#define FAT_INFO_MAGIC_1 0x41615252
#define FAT_INFO_MAGIC_2 0x61417272
#define FAT_INFO_MAGIC_3 0xaa550000

struct fat_tail_disk {     // of the boot sector: what all kinds end with
	uint8_t drive;     // 0x00: the BIOS' number; 0x80: hard disk
	uint8_t state;     // 0x01: FAT_STATE_*
	uint8_t signature; // 0x02: 0x29
	le32 serial;       // 0x03
	char label[11];    // 0x07
	char type[8];      // 0x12: for people, decides nothing
};
_Static_assert(sizeof(struct fat_tail_disk) == 26, "boot sector tail");

enum { // how the volume was left; Windows' name is BS_Reserved1
	FAT_STATE_DIRTY = 0x01,
	FAT_STATE_ERRORS = 0x02,
};

struct fat_boot_disk {
	uint8_t jump[3];                   // 0x00
	char oem[8];                       // 0x03
	le16 sector_size;                  // 0x0b
	uint8_t cluster_sectors;           // 0x0d
	le16 reserved_sectors;             // 0x0e
	uint8_t tables;                    // 0x10
	le16 root_entries;                 // 0x11: 0 for FAT32
	le16 sectors_16;                   // 0x13
	uint8_t media;                     // 0x15
	le16 table_sectors_16;             // 0x16: 0 for FAT32
	le16 track_sectors;                // 0x18
	le16 heads;                        // 0x1a
	le32 hidden_sectors;               // 0x1c
	le32 sectors_32;                   // 0x20
	struct {                           // 0x24: FAT32
		le32 table_sectors;        // 0x24
		le16 flags;                // 0x28: one active table when 0x80
		le16 version;              // 0x2a
		le32 root_cluster;         // 0x2c
		le16 info_sector;          // 0x30
		le16 backup_sector;        // 0x32
		uint8_t reserved[12];      // 0x34
		struct fat_tail_disk tail; // 0x40
	} fat32;
	uint8_t code[420]; // 0x5a
	le16 magic;        // 0x1fe
};
_Static_assert(sizeof(struct fat_boot_disk) == 512, "boot sector");
_Static_assert(offsetof(struct fat_boot_disk, sectors_32) == 0x20, "sectors");
_Static_assert(offsetof(struct fat_boot_disk, fat32.tail) == 0x40, "tail");
_Static_assert(offsetof(struct fat_boot_disk, code) == 0x5a, "code");

#define FAT16_TAIL_OFFSET 0x24 // where FAT12 and FAT16 have their tail
#define FAT16_CODE_OFFSET 0x3e

struct fat_info_disk {
	le32 magic_1;           // 0x000
	uint8_t reserved[480];  // 0x004
	le32 magic_2;           // 0x1e4
	le32 free_clusters;     // 0x1e8: all ones when unknown
	le32 next_free;         // 0x1ec
	uint8_t reserved_2[12]; // 0x1f0
	le32 magic_3;           // 0x1fc
};
_Static_assert(sizeof(struct fat_info_disk) == 512, "FSInfo");
_Static_assert(offsetof(struct fat_info_disk, magic_2) == 0x1e4, "FSInfo");

enum {
	// Read-only, hidden, system and label at once: no file has it, so DOS
	// passes over the parts of long names.
	FAT_ATTR_LABEL = 0x08,
	FAT_ATTR_LONG_NAME = 0x0f,
	FAT_ATTR_MASK = 0x3f,
};

#define FAT_ENTRY_FREE   0xe5
#define FAT_LOWER_BASE   0x08 // in `lower_case`
#define FAT_LOWER_SUFFIX 0x10

struct fat_entry_disk {
	uint8_t name[11];     // 0x00
	uint8_t attributes;   // 0x0b
	uint8_t lower_case;   // 0x0c
	uint8_t created_10ms; // 0x0d
	le16 created_time;    // 0x0e
	le16 created_date;    // 0x10
	le16 accessed_date;   // 0x12
	le16 cluster_high;    // 0x14: FAT32
	le16 modified_time;   // 0x16
	le16 modified_date;   // 0x18
	le16 cluster_low;     // 0x1a
	le32 size;            // 0x1c
};
_Static_assert(sizeof(struct fat_entry_disk) == 32, "folder entry");
_Static_assert(offsetof(struct fat_entry_disk, size) == 0x1c, "size");

#define FAT_LONG_UNITS 13
#define FAT_LONG_LAST  0x40

struct fat_long_disk {
	uint8_t order;      // 0x00: from 1; the last with FAT_LONG_LAST
	le16 name_1[5];     // 0x01
	uint8_t attributes; // 0x0b: FAT_ATTR_LONG_NAME
	uint8_t type;       // 0x0c
	uint8_t checksum;   // 0x0d: of the 8.3 name
	le16 name_2[6];     // 0x0e
	le16 cluster;       // 0x1a: 0
	le16 name_3[2];     // 0x1c
};
_Static_assert(sizeof(struct fat_long_disk) == 32, "long name entry");
_Static_assert(offsetof(struct fat_long_disk, name_3) == 0x1c, "name_3");

#endif
