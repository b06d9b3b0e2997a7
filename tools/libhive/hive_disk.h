// SPDX-License-Identifier: MIT
//
// On-disk structures of registry hives (regf), versions 1.2 to 1.6.
//
//     0x0000  header, 4096 bytes
//     0x1000  bins, each a multiple of 4096 bytes: a 32-byte header, then cells
//
// Every offset inside counts from the first bin. A cell is a signed 32-bit size
// (negative: in use), which counts itself and is a multiple of 8, and its data,
// which begins with a two-letter signature in most kinds.
//
// Titles in quotes, in this library, are sections of M. Suhanov's "Windows
// registry file format specification"; libregf's paper says the same in other
// words. Nothing by Microsoft is published.

#ifndef HIVE_DISK_H
#define HIVE_DISK_H

#include "base.h"

#define HIVE_HEADER_SIZE 4096u
#define HIVE_BIN_ALIGN   4096u
// all that is before the checksum itself
#define HIVE_CHECKSUMMED 508u       // bytes of the header
#define HIVE_NIL         UINT32_MAX // "no cell"
// A bin of four pages, less its header, the cell's size and four bytes that
// stay unused: 16384 - 32 - 4 - 4.
#define HIVE_BIG_SEGMENT   16344u      // bytes in a segment of big data
#define HIVE_DATA_IN_PLACE 0x80000000u // data is in the offset field
// A reader of an older version does not know the newer lists and would find no
// keys: what is written goes by the hive's own version.
#define HIVE_BIG_FROM  4u // first minor version with big data
#define HIVE_FAST_FROM 3u //   with lf lists
#define HIVE_HASH_FROM 5u //   with lh lists

// "ASCII" by the specification; in truth each byte is the low one of a unit
// (Latin-1), whatever code page Windows has.
enum { HIVE_KEY_NAME_8BIT = 0x20, HIVE_VALUE_NAME_8BIT = 0x01 };

struct hive_header_disk {
	uint8_t signature[4]; // 0x00 "regf"
	le32 sequence1;       // 0x04 counted up before the hive is written
	le32 sequence2;       // 0x08 and after it: equal when all is written
	le64 written;         // 0x0c
	le32 major;           // 0x14 1
	le32 minor;           // 0x18
	le32 type;            // 0x1c 0: primary file
	le32 format;          // 0x20 1
	le32 root;            // 0x24
	le32 bins_size;       // 0x28
	le32 cluster;         // 0x2c bytes of the disk's sectors / 512; 1
	le16 file_name[32];   // 0x30
	uint8_t rm_id[16];    // 0x70
	uint8_t log_id[16];   // 0x80
	le32 flags;           // 0x90
	uint8_t tm_id[16];    // 0x94
	uint8_t guid_mark[4]; // 0xa4 "rmtm": GUIDs are here
	le64 reorganized;     // 0xa8
	uint8_t spare[332];   // 0xb0
	le32 checksum;        // 0x1fc
};
_Static_assert(sizeof(struct hive_header_disk) == 512, "header");
_Static_assert(offsetof(struct hive_header_disk, file_name) == 0x30, "header");
_Static_assert(offsetof(struct hive_header_disk, reorganized) == 0xa8,
	       "header");
_Static_assert(offsetof(struct hive_header_disk, checksum) == 0x1fc, "header");

struct hive_bin_disk {
	uint8_t signature[4]; // 0x00 "hbin"
	le32 offset;          // 0x04 its own
	le32 size;            // 0x08
	uint8_t reserved[8];  // 0x0c
	le64 written;         // 0x14 of the first bin: the header's, again
	le32 spare;           // 0x1c
};
_Static_assert(sizeof(struct hive_bin_disk) == 32, "bin");
_Static_assert(offsetof(struct hive_bin_disk, written) == 0x14, "bin");

struct hive_nk_disk {
	uint8_t signature[2];  // 0x00 "nk"
	le16 flags;            // 0x02
	le64 written;          // 0x04
	le32 access;           // 0x0c
	le32 parent;           // 0x10
	le32 subkeys;          // 0x14
	le32 volatile_subkeys; // 0x18 in memory only, as the next but one
	le32 subkey_list;      // 0x1c
	le32 volatile_list;    // 0x20
	le32 values;           // 0x24
	le32 value_list;       // 0x28
	le32 security;         // 0x2c
	le32 class_name;       // 0x30
	le16 max_subkey_name;  // 0x34 bytes, as UTF-16
	le16 virtual_flags;    // 0x36
	le32 max_subkey_class; // 0x38 bytes
	le32 max_value_name;   // 0x3c bytes, as UTF-16
	le32 max_value_data;   // 0x40 bytes
	le32 work;             // 0x44
	le16 name_size;        // 0x48 bytes
	le16 class_size;       // 0x4a bytes
}; // 0x4c the name
_Static_assert(sizeof(struct hive_nk_disk) == 76, "nk");
_Static_assert(offsetof(struct hive_nk_disk, security) == 0x2c, "nk");
_Static_assert(offsetof(struct hive_nk_disk, name_size) == 0x48, "nk");

struct hive_vk_disk {
	uint8_t signature[2]; // 0x00 "vk"
	le16 name_size;       // 0x02 bytes
	le32 data_size;       // 0x04 with HIVE_DATA_IN_PLACE
	le32 data;            // 0x08
	le32 type;            // 0x0c
	le16 flags;           // 0x10
	le16 spare;           // 0x12
}; // 0x14 the name
_Static_assert(sizeof(struct hive_vk_disk) == 20, "vk");
_Static_assert(offsetof(struct hive_vk_disk, type) == 0x0c, "vk");

struct hive_sk_disk {
	uint8_t signature[2]; // 0x00 "sk"
	le16 reserved;        // 0x02
	le32 next;            // 0x04 the descriptors make a ring
	le32 previous;        // 0x08
	le32 references;      // 0x0c keys that have it
	le32 size;            // 0x10 bytes of the descriptor
}; // 0x14 the descriptor
_Static_assert(sizeof(struct hive_sk_disk) == 20, "sk");
_Static_assert(offsetof(struct hive_sk_disk, size) == 0x10, "sk");

// li and ri: `count` offsets follow. lf and lh: `count` pairs of an offset and
// the name's first four characters (lf) or its hash (lh).
struct hive_list_disk {
	uint8_t signature[2]; // 0x00
	le16 count;           // 0x02
};
_Static_assert(sizeof(struct hive_list_disk) == 4, "list");
_Static_assert(offsetof(struct hive_list_disk, count) == 2, "list");

struct hive_db_disk {
	uint8_t signature[2]; // 0x00 "db"
	le16 count;           // 0x02 segments
	le32 list;            // 0x04 cell of their offsets
};
_Static_assert(sizeof(struct hive_db_disk) == 8, "db");
_Static_assert(offsetof(struct hive_db_disk, list) == 4, "db");

// A log: a header (its first 512 bytes), then entries. In an entry `pages`
// references follow, and then the pages' bytes one after another.
struct hive_entry_disk {
	uint8_t signature[4]; // 0x00 "HvLE"
	le32 size;            // 0x04 of all of it, a multiple of 512
	le32 flags;           // 0x08 of the hive's header
	le32 sequence;        // 0x0c
	le32 bins_size;       // 0x10 of the hive
	le32 pages;           // 0x14
	le64 data_hash;       // 0x18 of all that follows these fields
	le64 hash;            // 0x20 of the 32 bytes before it
}; // 0x28 the references
_Static_assert(sizeof(struct hive_entry_disk) == 40, "entry");
_Static_assert(offsetof(struct hive_entry_disk, data_hash) == 0x18, "entry");
_Static_assert(offsetof(struct hive_entry_disk, hash) == 0x20, "entry");

struct hive_page_disk {
	le32 offset; // 0x00 from the first bin
	le32 size;   // 0x04
};
_Static_assert(sizeof(struct hive_page_disk) == 8, "page");
_Static_assert(offsetof(struct hive_page_disk, size) == 4, "page");

#endif
