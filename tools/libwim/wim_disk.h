// SPDX-License-Identifier: MIT
//
// WIM on disk ("Windows Imaging File Format (WIM)" white paper, Microsoft
// 2007).
//
//     header            208 bytes at 0
//     resources         content, one after the other, in any order
//     metadata          a resource for each image: security data, then the tree
//     blob table        what resources there are, with their SHA-1
//     XML data          names, sizes and times of the images, UTF-16
//     integrity table   SHA-1 of each 10 MiB or so from 208 to the XML data
//
// A compressed resource begins with a table of where its chunks are: for all
// but the first, counted from the table's end. Entries have 4 bytes, or 8 when
// the content is over 4 GiB: it is the size of the content that counts, not
// that of what is stored.
//
// In a solid file (ESD, version 0xe00; Microsoft has not published how it is laid
// out: by what WIMGAPI and wimlib write) much content is compressed together, as
// one resource. Its entry in the blob table has SOLID_MAGIC as its size and no
// hash; a run of entries with RESOURCE_SOLID has one or several of them, and the
// others are content: `offset` counts in the content of the run's resources, one
// after the other, `stored_size` is the size and `size` is 0. Such a resource
// begins with a header and a le32 with the stored size of each chunk.
//
// A pipable WIM (of wimlib, whose manual page wimoptimize(1) tells of them) can be
// read in one go. It begins with a header without places, then come XML data
// (without the sizes of what follows), metadata, content, blob table, XML data and
// a whole header. Before each of these but headers is a blob_head_disk, which is
// no part of the resource. Compressed resources have a le32 with its stored size
// before each chunk and their table, which does not count these, at their end.

#ifndef WIM_DISK_H
#define WIM_DISK_H

#include "base.h"

#define WIM_MAGIC         "MSWIM\0\0\0"
#define WIM_MAGIC_PIPABLE "WLPWM\0\0\0" // of wimlib
#define WIM_VERSION       0x10d00
#define WIM_VERSION_SOLID 0xe00

enum {
	WIM_FLAG_COMPRESSED = 1 << 1,
	WIM_FLAG_READ_ONLY = 1 << 2,
	WIM_FLAG_SPANNED = 1 << 3,
	WIM_FLAG_WRITING = 1 << 6, // a program was changing it
	WIM_FLAG_RP_FIX = 1 << 7,  // links lead into the image from its root
	WIM_FLAG_XPRESS = 1 << 17,
	WIM_FLAG_LZX = 1 << 18,
	WIM_FLAG_LZMS = 1 << 19,
	WIM_FLAG_XPRESS2 = 1 << 21,
};

#define SOLID_MAGIC (UINT64_C(1) << 32)

enum {
	RESOURCE_METADATA = 1 << 1,
	RESOURCE_COMPRESSED = 1 << 2,
	RESOURCE_SPANNED = 1 << 3,
	RESOURCE_SOLID = 1 << 4,
};

struct resource_disk {
	uint8_t stored_size[7]; // 0x00: with the flags, one le64
	uint8_t flags;          // 0x07: RESOURCE_*
	le64 offset;            // 0x08: in the file
	le64 size;              // 0x10: of the content
};
_Static_assert(sizeof(struct resource_disk) == 24, "resource header");
_Static_assert(offsetof(struct resource_disk, size) == 16, "resource header");

struct wim_header_disk {
	uint8_t magic[8];               // 0x00
	le32 header_size;               // 0x08: 208
	le32 version;                   // 0x0c
	le32 flags;                     // 0x10: WIM_FLAG_*
	le32 chunk_size;                // 0x14: content bytes
	uint8_t guid[16];               // 0x18
	le16 part;                      // 0x28: from 1
	le16 parts;                     // 0x2a
	le32 images;                    // 0x2c
	struct resource_disk blobs;     // 0x30
	struct resource_disk xml;       // 0x48
	struct resource_disk boot;      // 0x60: metadata of the image to boot
	le32 boot_index;                // 0x78: 0: none
	struct resource_disk integrity; // 0x7c: all zero: none
	uint8_t unused[60];             // 0x94
};
_Static_assert(sizeof(struct wim_header_disk) == 208, "WIM header");
_Static_assert(offsetof(struct wim_header_disk, xml) == 0x48, "WIM header");
_Static_assert(offsetof(struct wim_header_disk, integrity) == 0x7c,
	       "WIM header");

struct blob_disk {
	struct resource_disk resource; // 0x00
	le16 part;                     // 0x18
	le32 references;               // 0x1a
	uint8_t sha1[SHA1_SIZE];       // 0x1e
};
_Static_assert(sizeof(struct blob_disk) == 50, "blob table entry");
_Static_assert(offsetof(struct blob_disk, sha1) == 0x1e, "blob table entry");

enum { SOLID_NONE, SOLID_XPRESS, SOLID_LZX, SOLID_LZMS };

struct solid_disk {
	le64 size;        // 0x00: of the content
	le32 chunk_size;  // 0x08
	le32 compression; // 0x0c: SOLID_*
};
_Static_assert(sizeof(struct solid_disk) == 16, "solid resource");
_Static_assert(offsetof(struct solid_disk, compression) == 12,
	       "solid resource");

#define BLOB_HEAD_MAGIC UINT64_C(0x2b9b9ba2443db9d8)

struct blob_head_disk {
	le64 magic;              // 0x00
	le64 size;               // 0x08: of the content
	uint8_t sha1[SHA1_SIZE]; // 0x10
	le32 flags;              // 0x24: RESOURCE_*
};
_Static_assert(sizeof(struct blob_head_disk) == 40, "head of a blob");
_Static_assert(offsetof(struct blob_head_disk, flags) == 0x24,
	       "head of a blob");

// The table's size, then SHA-1s.
struct integrity_disk {
	le32 size;       // 0x00: of all this
	le32 count;      // 0x04
	le32 chunk_size; // 0x08
};
_Static_assert(sizeof(struct integrity_disk) == 12, "integrity table");
_Static_assert(offsetof(struct integrity_disk, chunk_size) == 8,
	       "integrity table");

// Then a le64 with the size of each descriptor, then the descriptors.
struct security_disk {
	le32 size;  // 0x00: of all this; the tree follows at a multiple of 8
	le32 count; // 0x04
};
_Static_assert(sizeof(struct security_disk) == 8, "security data");
_Static_assert(offsetof(struct security_disk, count) == 4, "security data");

// Then the name and a NUL, the short name and a NUL (each only when not empty),
// and at a multiple of 8 tagged items up to `length`. The entries of streams
// follow at a multiple of 8. A folder's list ends with a length of 0.
struct dentry_disk {
	le64 length;             // 0x00: without the entries of streams
	le32 attributes;         // 0x08
	le32 security;           // 0x0c: index of the descriptor; -1: none
	le64 children;           // 0x10: offset in the metadata; 0: none
	le64 unused_0x18;        // 0x18
	le64 unused_0x20;        // 0x20
	le64 created;            // 0x28: FILETIME
	le64 accessed;           // 0x30
	le64 modified;           // 0x38
	uint8_t sha1[SHA1_SIZE]; // 0x40: of the content; zero: empty
	le32 unknown_0x54;       // 0x54
	le32 link_low;           // 0x58: link group, or the reparse tag
	le32 link_high;          // 0x5c: and reserved words
	le16 streams;            // 0x60: entries that follow
	le16 short_name_len;     // 0x62: bytes
	le16 name_len;           // 0x64: bytes
};
_Static_assert(sizeof(struct dentry_disk) == 0x66, "directory entry");
_Static_assert(offsetof(struct dentry_disk, sha1) == 0x40, "directory entry");
_Static_assert(offsetof(struct dentry_disk, streams) == 0x60,
	       "directory entry");

// Then the name and a NUL (only when not empty).
struct stream_disk {
	le64 length;             // 0x00: of the entry
	le64 unused_0x08;        // 0x08
	uint8_t sha1[SHA1_SIZE]; // 0x10
	le16 name_len;           // 0x24: bytes
};
_Static_assert(sizeof(struct stream_disk) == 0x26, "stream entry");
_Static_assert(offsetof(struct stream_disk, name_len) == 0x24, "stream entry");

enum {
	TAG_OBJECT_ID = 1,
	TAG_EA = 2,
	TAG_UNIX = 0x337dd873,     // of wimlib
	TAG_LINUX_EA = 0x337dd874, // of wimlib before 1.12
};

// An object id is the GUID, and three of where the file came from ([MS-FSCC] 2.1.3).
#define OBJECT_ID_SIZE 64

struct tag_disk {
	le32 tag;    // 0x00
	le32 length; // 0x04: of the data behind it
};
_Static_assert(sizeof(struct tag_disk) == 8, "tagged item");
_Static_assert(offsetof(struct tag_disk, length) == 4, "tagged item");

// An extended attribute of TAG_EA; then its name, a NUL and the value. The next
// one follows at once.
struct wim_ea_disk {
	le16 value_len;   // 0x00
	uint8_t name_len; // 0x02: without the NUL
	uint8_t flags;    // 0x03: 0x80: must be understood
};
_Static_assert(sizeof(struct wim_ea_disk) == 4, "extended attribute");
_Static_assert(offsetof(struct wim_ea_disk, flags) == 3, "extended attribute");

// One of TAG_LINUX_EA; then its name without a NUL, the value, and zeroes up to a
// multiple of 4.
struct linux_ea_disk {
	le16 name_len;    // 0x00
	le16 unused_0x02; // 0x02
	le32 value_len;   // 0x04
};
_Static_assert(sizeof(struct linux_ea_disk) == 8, "Linux attribute");
_Static_assert(offsetof(struct linux_ea_disk, value_len) == 4,
	       "Linux attribute");

struct unix_disk {
	le32 uid;  // 0x00
	le32 gid;  // 0x04
	le32 mode; // 0x08: with the type, as stat(2) has it
	le32 rdev; // 0x0c: of a device, as the kernel has it in 32 bits
};
_Static_assert(sizeof(struct unix_disk) == 16, "unix data");
_Static_assert(offsetof(struct unix_disk, rdev) == 12, "unix data");

#endif
