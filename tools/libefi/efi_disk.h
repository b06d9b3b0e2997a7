// SPDX-License-Identifier: MIT
//
// What variables hold (UEFI 2.10, section 3.1.3, 10.3).
//
// A load option: attributes, length of the device paths, title (UTF-16, NUL),
// device paths, optional data. A device path is a row of nodes, each with its
// type, subtype and length; an end node ends it, another kind of end node
// stands between one path and the next. Nodes begin at any byte (10.3.1), so
// they are copied out before they are looked at.

#ifndef EFI_DISK_H
#define EFI_DISK_H

#include "base.h"

enum { // types of nodes with the subtypes that are used here
	EFI_NODE_MEDIA = 4,
	EFI_NODE_MEDIA_HARD_DRIVE = 1,
	EFI_NODE_MEDIA_FILE = 4,
	// 0xff ends everything, 1 one path of several
	EFI_NODE_END = 0x7f,
	EFI_NODE_END_ALL = 0xff,
	EFI_NODE_END_ONE = 1,
};

// A hard drive node says twice what it is: which table the disk has, and what
// kind of signature stands in it. Firmware matches by the second.
enum { EFI_FORMAT_MBR = 1, EFI_FORMAT_GPT = 2 };       // of a hard drive
enum { EFI_SIGNATURE_MBR = 1, EFI_SIGNATURE_GPT = 2 }; // of its signature
enum { EFI_OPTION_ACTIVE = 1 };

struct efi_option_disk {
	le32 attributes; // 0x00
	le16 paths_size; // 0x04 bytes
}; // 0x06 the title
_Static_assert(sizeof(struct efi_option_disk) == 6, "option");
_Static_assert(offsetof(struct efi_option_disk, paths_size) == 4, "option");

struct efi_node_disk {
	uint8_t type;    // 0x00
	uint8_t subtype; // 0x01
	le16 size;       // 0x02 with these fields
};
_Static_assert(sizeof(struct efi_node_disk) == 4, "node");
_Static_assert(offsetof(struct efi_node_disk, size) == 2, "node");

struct efi_hard_drive_disk {
	struct efi_node_disk node; // 0x00
	le32 number;               // 0x04 of the partition, from 1
	le64 start;                // 0x08 sectors
	le64 size;                 // 0x10
	uint8_t signature[16];     // 0x18 GPT: partition's GUID; MBR: le32
	uint8_t format;            // 0x28
	uint8_t signature_type;    // 0x29
};
_Static_assert(sizeof(struct efi_hard_drive_disk) == 42, "hard drive");
_Static_assert(offsetof(struct efi_hard_drive_disk, signature) == 0x18,
	       "hard drive");
_Static_assert(offsetof(struct efi_hard_drive_disk, signature_type) == 0x29,
	       "hard drive");

#endif
