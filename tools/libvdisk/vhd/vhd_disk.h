// SPDX-License-Identifier: MIT
//
// The bytes of a VHD: "Virtual Hard Disk Image Format Specification" 1.0
// (Microsoft, 2006). All integers are big-endian.
//
//     fixed:        data, footer
//     dynamic:      footer's copy, dynamic header, block table, blocks, footer
//     differencing: as dynamic, and places of its parent between
//
// A block is a bitmap, one bit a sector (the highest bit of the first byte is
// the first sector), filled up to whole sectors, then the block's data.

#ifndef VHD_DISK_H
#define VHD_DISK_H

#include "base.h"

#define VHD_FOOTER_SIZE 512

struct vhd_footer_disk {
	uint8_t cookie[8];       // 0x00: "conectix"
	be32 features;           // 0x08: bit 1 is always set
	be32 version;            // 0x0c: 0x00010000
	be64 header_offset;      // 0x10: of the dynamic header; fixed: all ones
	be32 created;            // 0x18: seconds since 2000-01-01 UTC
	uint8_t creator[4];      // 0x1c: "win ", "vpc ", "vbox", ...
	be32 creator_version;    // 0x20
	uint8_t creator_host[4]; // 0x24: "Wi2k" or "Mac "
	be64 original_size;      // 0x28: when it was made
	be64 current_size;       // 0x30: bytes of the virtual disk
	be16 cylinders;          // 0x38
	uint8_t heads;           // 0x3a
	uint8_t sectors;         // 0x3b: a track
	be32 type;               // 0x3c: 2 fixed, 3 dynamic, 4 differencing
	be32 checksum;           // 0x40: complement of the sum of all others
	struct guid id;          // 0x44: as Windows keeps GUIDs, little-endian
	uint8_t saved_state;     // 0x54
	uint8_t reserved[427];   // 0x55: zero
};
_Static_assert(sizeof(struct vhd_footer_disk) == VHD_FOOTER_SIZE, "size");
_Static_assert(offsetof(struct vhd_footer_disk, type) == 0x3c, "offset");
_Static_assert(offsetof(struct vhd_footer_disk, checksum) == 0x40, "offset");
_Static_assert(offsetof(struct vhd_footer_disk, saved_state) == 0x54, "offset");

struct vhd_locator_disk {
	uint8_t platform[4]; // 0x00: "W2ku", "W2ru", "MacX", ...
	be32 space;          // 0x04: room in the file
	be32 length;         // 0x08: bytes of the path
	be32 reserved;       // 0x0c
	be64 offset;         // 0x10: in the file
};
_Static_assert(sizeof(struct vhd_locator_disk) == 24, "size");

struct vhd_header_disk {
	uint8_t cookie[8];                   // 0x000: "cxsparse"
	be64 next;                           // 0x008: all ones
	be64 table_offset;                   // 0x010: of the block table
	be32 version;                        // 0x018: 0x00010000
	be32 table_entries;                  // 0x01c: blocks of the disk
	be32 block_size;                     // 0x020: bytes, without the bitmap
	be32 checksum;                       // 0x024: as the footer's
	struct guid parent_id;               // 0x028
	be32 parent_time;                    // 0x038: the parent's last change
	be32 reserved;                       // 0x03c
	be16 parent_name[256];               // 0x040: UTF-16
	struct vhd_locator_disk locators[8]; // 0x240
	uint8_t reserved_0x300[256];         // 0x300
};
_Static_assert(sizeof(struct vhd_header_disk) == 1024, "size");
_Static_assert(offsetof(struct vhd_header_disk, parent_name) == 0x40, "offset");
_Static_assert(offsetof(struct vhd_header_disk, locators) == 0x240, "offset");

// Behind the table of a disk by Xen, outside of the specification.
struct vhd_batmap_disk {
	uint8_t cookie[8];   // 0x00: "tdbatmap"
	be64 offset;         // 0x08: of the map: a bit a block that is full
	be32 sectors;        // 0x10: of the map
	uint8_t others[492]; // 0x14: version, checksum, marker, hash of a key
};
_Static_assert(sizeof(struct vhd_batmap_disk) == 512, "size");

#endif
