// SPDX-License-Identifier: MIT
//
// The bytes of a VHDX: "VHDX Format Specification" 1.00 (Microsoft, [MS-VHDX], by
// whose numbers sections are called here). All integers are little-endian.
//
//     0        file identifier
//     64 KiB   header           128 KiB  header again; the higher sequence
//     192 KiB  region table     256 KiB  region table again   number is current
//     then, anywhere at whole MiB: log, metadata region, block table, blocks,
//     blocks of sector bitmaps

#ifndef VHDX_DISK_H
#define VHDX_DISK_H

#include "base.h"

#define VHDX_HEADER_1   (64u << 10)
#define VHDX_HEADER_2   (128u << 10)
#define VHDX_REGION_1   (192u << 10)
#define VHDX_REGION_2   (256u << 10)
#define VHDX_TABLE_SIZE (64u << 10) // of a region table, a metadata table

struct vhdx_file_id_disk {
	uint8_t signature[8]; // 0x00: "vhdxfile"
	le16 creator[256];    // 0x08: UTF-16
};
_Static_assert(sizeof(struct vhdx_file_id_disk) == 520, "size");

#define VHDX_HEADER_SIZE 4096
struct vhdx_header_disk {
	uint8_t signature[4];   // 0x00: "head"
	le32 checksum;          // 0x04: CRC-32C of all, this field as zero
	le64 sequence;          // 0x08
	struct guid file_write; // 0x10
	struct guid data_write; // 0x20
	struct guid log;        // 0x30: zero when there is nothing to replay
	le16 log_version;       // 0x40
	le16 version;           // 0x42: 1
	le32 log_length;        // 0x44
	le64 log_offset;        // 0x48
	uint8_t reserved[4016]; // 0x50
};
_Static_assert(sizeof(struct vhdx_header_disk) == VHDX_HEADER_SIZE, "size");
_Static_assert(offsetof(struct vhdx_header_disk, log) == 0x30, "offset");
_Static_assert(offsetof(struct vhdx_header_disk, log_offset) == 0x48, "offset");

struct vhdx_region_head_disk {
	uint8_t signature[4]; // 0x00: "regi"
	le32 checksum;        // 0x04: CRC-32C of 64 KiB, this field as zero
	le32 count;           // 0x08: of entries, at most 2047
	le32 reserved;        // 0x0c
};
_Static_assert(sizeof(struct vhdx_region_head_disk) == 16, "size");

struct vhdx_region_disk {
	struct guid id; // 0x00
	le64 offset;    // 0x10: in the file, whole MiB
	le32 length;    // 0x18: whole MiB
	le32 required;  // 0x1c: bit 0
};
_Static_assert(sizeof(struct vhdx_region_disk) == 32, "size");
_Static_assert(offsetof(struct vhdx_region_disk, length) == 0x18, "offset");

struct vhdx_meta_head_disk {
	uint8_t signature[8];      // 0x00: "metadata"
	le16 reserved;             // 0x08
	le16 count;                // 0x0a: of entries, at most 2047
	uint8_t reserved_0x0c[20]; // 0x0c
};
_Static_assert(sizeof(struct vhdx_meta_head_disk) == 32, "size");

struct vhdx_meta_disk {
	struct guid id; // 0x00
	le32 offset;    // 0x10: from the region's start, behind the table
	le32 length;    // 0x14
	le32 flags;     // 0x18: 1 user, 2 of the virtual disk, 4 required
	le32 reserved;  // 0x1c
};
_Static_assert(sizeof(struct vhdx_meta_disk) == 32, "size");
_Static_assert(offsetof(struct vhdx_meta_disk, flags) == 0x18, "offset");

// The log is a ring of entries of whole sectors of 4 KiB: a header with
// descriptors, more descriptors, then a sector for each data descriptor.
#define VHDX_LOG_SECTOR 4096u

struct vhdx_log_head_disk {
	uint8_t signature[4]; // 0x00: "loge"
	le32 checksum;        // 0x04: CRC-32C of the entry, this field as zero
	le32 length;          // 0x08: of the entry
	le32 tail;            // 0x0c: where the sequence begins, in the log
	le64 sequence;        // 0x10
	le32 count;           // 0x18: of descriptors
	le32 reserved;        // 0x1c
	struct guid log;      // 0x20: the header's
	le64 flushed_size;    // 0x30: the file has at least this
	le64 last_size;       // 0x38: and gets this
};
_Static_assert(sizeof(struct vhdx_log_head_disk) == 64, "size");
_Static_assert(offsetof(struct vhdx_log_head_disk, log) == 0x20, "offset");

// "zero" has no data: `leading` is the length of what becomes zero.
struct vhdx_log_desc_disk {
	uint8_t signature[4]; // 0x00: "desc" or "zero"
	uint8_t trailing[4];  // 0x04: last bytes of the data
	uint8_t leading[8];   // 0x08: first bytes of it
	le64 offset;          // 0x10: in the file
	le64 sequence;        // 0x18: as the entry's
};
_Static_assert(sizeof(struct vhdx_log_desc_disk) == 32, "size");

struct vhdx_log_data_disk {
	uint8_t signature[4]; // 0x00: "data"
	le32 sequence_high;   // 0x04
	uint8_t bytes[4084];  // 0x08
	le32 sequence_low;    // 0xffc
};
_Static_assert(sizeof(struct vhdx_log_data_disk) == VHDX_LOG_SECTOR, "size");

struct vhdx_locator_disk {
	struct guid type; // 0x00
	le16 reserved;    // 0x10
	le16 count;       // 0x12
};
_Static_assert(sizeof(struct vhdx_locator_disk) == 20, "size");

// Offsets are from the start of the item; keys and values are UTF-16.
struct vhdx_locator_entry_disk {
	le32 key, value;               // 0x00
	le16 key_length, value_length; // 0x08: bytes
};
_Static_assert(sizeof(struct vhdx_locator_entry_disk) == 12, "size");

#endif
