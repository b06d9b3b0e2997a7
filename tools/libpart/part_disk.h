// SPDX-License-Identifier: MIT
//
// Partition tables as they lie on a disk (UEFI 2.10, section 5):
//
//     LBA 0          MBR: boot code, four entries; for a GPT a protective one
//     LBA 1          GPT header
//     LBA 2...       GPT entries, usually 128 of 128 bytes
//     ...            partitions; each logical one of an MBR has an extended
//                    boot record, laid out as an MBR, before it
//     last LBA - n   GPT entries again
//     last LBA       GPT header again, its own place and its twin's exchanged

#ifndef PART_DISK_H
#define PART_DISK_H

#include "base.h"

// Windows writes a signature of the disk behind the code, and knows the disk by
// it: boot stores and drive letters hold it.
#define MBR_BOOT_CODE 440
#define MBR_MAGIC     0xaa55
#define GPT_MAGIC     "EFI PART"
#define GPT_REVISION  0x00010000

struct mbr_entry_disk {
	uint8_t boot;         // 0x00: 0x80 active
	uint8_t chs_start[3]; // 0x01
	uint8_t type;         // 0x04: 0 unused
	uint8_t chs_end[3];   // 0x05
	le32 start;           // 0x08: in sectors
	le32 size;            // 0x0c: in sectors
};
_Static_assert(sizeof(struct mbr_entry_disk) == 16, "MBR entry");

struct mbr_disk {
	uint8_t code[MBR_BOOT_CODE];      // 0x000
	le32 signature;                   // 0x1b8: of the disk
	uint8_t unknown_0x1bc[2];         // 0x1bc: UEFI: not used
	struct mbr_entry_disk entries[4]; // 0x1be
	le16 magic;                       // 0x1fe
};
_Static_assert(sizeof(struct mbr_disk) == 512, "MBR");
_Static_assert(offsetof(struct mbr_disk, entries) == 0x1be, "MBR entries");
_Static_assert(offsetof(struct mbr_disk, magic) == 0x1fe, "MBR magic");

struct gpt_header_disk {
	char magic[8];       // 0x00
	le32 revision;       // 0x08
	le32 header_size;    // 0x0c
	le32 header_crc;     // 0x10: with this field as 0
	le32 reserved;       // 0x14
	le64 my_lba;         // 0x18
	le64 alternate_lba;  // 0x20
	le64 first_usable;   // 0x28
	le64 last_usable;    // 0x30: inclusive
	struct guid disk_id; // 0x38
	le64 entries_lba;    // 0x48
	le32 entry_count;    // 0x50
	le32 entry_size;     // 0x54
	le32 entries_crc;    // 0x58
};
_Static_assert(sizeof(struct gpt_header_disk) == 92, "GPT header");
_Static_assert(offsetof(struct gpt_header_disk, disk_id) == 0x38, "disk id");
_Static_assert(offsetof(struct gpt_header_disk, entries_crc) == 0x58, "CRC");

struct gpt_entry_disk {
	struct guid type; // 0x00: zero when unused
	struct guid id;   // 0x10
	le64 first;       // 0x20
	le64 last;        // 0x28: inclusive
	le64 attributes;  // 0x30
	le16 name[36];    // 0x38
};
_Static_assert(sizeof(struct gpt_entry_disk) == 128, "GPT entry");
_Static_assert(offsetof(struct gpt_entry_disk, name) == 0x38, "name");

#endif
