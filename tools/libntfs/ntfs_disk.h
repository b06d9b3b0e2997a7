// SPDX-License-Identifier: MIT
//
// The on-disk structures of NTFS 3.1, as the documentation of the Linux-NTFS
// project and libfsntfs' format paper describe them; [MS-FSCC] for attributes
// and reparse data.
//
// A volume is an array of clusters. The last sector of the partition, outside
// of the clusters, holds a copy of the boot sector.
//
//     boot sector -> MFT lcn -> file record 0 ($MFT) -> runs of all records
//
// A file record is a FILE header, an update sequence array, and attributes in
// order of type, name and (FILE_NAME) order of creation; an attribute's value
// is inside (resident) or in runs of clusters (non-resident). When a record is
// full, $ATTRIBUTE_LIST in the base record names the extension records that
// hold the other attributes.
//
// An index is a B-tree of entries in collation order: its root node lies in
// $INDEX_ROOT, all others are INDX blocks in $INDEX_ALLOCATION, with a bit each
// in $BITMAP.
//
// FILE records and INDX blocks are protected: the last two bytes of each
// 512-byte stride are replaced by the update sequence number, and their proper
// content is kept in the array.

#ifndef NTFS_DISK_H
#define NTFS_DISK_H

#include "base.h"

// --- Numbers -----------------------------------------------------------------

enum { // file records with a fixed number
	NTFS_REC_MFT = 0,
	NTFS_REC_MFTMIRR = 1,
	NTFS_REC_LOGFILE = 2,
	NTFS_REC_VOLUME = 3,
	NTFS_REC_ATTRDEF = 4,
	NTFS_REC_ROOT = 5,
	NTFS_REC_BITMAP = 6,
	NTFS_REC_BOOT = 7,
	NTFS_REC_BADCLUS = 8,
	NTFS_REC_SECURE = 9,
	NTFS_REC_UPCASE = 10,
	NTFS_REC_EXTEND = 11,
	NTFS_REC_RESERVED = 12, // to 15: in use, without names
	NTFS_REC_FREE = 16,     // to 23: never given to a user's file
	NTFS_REC_USER = 24,     // and up; $Extend's children are among these
};

enum { // attribute types
	NTFS_AT_STANDARD_INFORMATION = 0x10,
	NTFS_AT_ATTRIBUTE_LIST = 0x20,
	NTFS_AT_FILE_NAME = 0x30,
	NTFS_AT_OBJECT_ID = 0x40,
	NTFS_AT_SECURITY_DESCRIPTOR = 0x50,
	NTFS_AT_VOLUME_NAME = 0x60,
	NTFS_AT_VOLUME_INFORMATION = 0x70,
	NTFS_AT_DATA = 0x80,
	NTFS_AT_INDEX_ROOT = 0x90,
	NTFS_AT_INDEX_ALLOCATION = 0xa0,
	NTFS_AT_BITMAP = 0xb0,
	NTFS_AT_REPARSE_POINT = 0xc0,
	NTFS_AT_EA_INFORMATION = 0xd0,
	NTFS_AT_EA = 0xe0,
	NTFS_AT_LOGGED_UTILITY_STREAM = 0x100,
};
#define NTFS_AT_END 0xffffffffu

enum {                               // ntfs_attr_disk.flags
	NTFS_AF_COMPRESSED = 0x0001, // the low byte is the method; 1: LZNT1
	NTFS_AF_COMPRESSION_MASK = 0x00ff,
	NTFS_AF_ENCRYPTED = 0x4000,
	NTFS_AF_SPARSE = 0x8000,
};

enum { // ntfs_record_disk.flags
	NTFS_RF_IN_USE = 0x0001,
	NTFS_RF_DIRECTORY = 0x0002,
	NTFS_RF_EXTEND = 0x0004,     // a file of $Extend
	NTFS_RF_VIEW_INDEX = 0x0008, // has indexes that are no directory
};

enum { // attributes in $STANDARD_INFORMATION and FILE_NAME beside [MS-FSCC]'s
	NTFS_FA_DIRECTORY = 0x10000000,  // has an index $I30
	NTFS_FA_VIEW_INDEX = 0x20000000, // has another index
};

// These two and others that Windows keeps for itself: $Deleted in $Extend has the
// highest.
#define NTFS_FA_INTERNAL 0xf0000000u

enum { // collation rules of indexes
	NTFS_COLLATE_BINARY = 0x00,
	NTFS_COLLATE_FILE_NAME = 0x01,
	NTFS_COLLATE_U32 = 0x10,
	NTFS_COLLATE_SID = 0x11,
	NTFS_COLLATE_SECURITY_HASH = 0x12,
	NTFS_COLLATE_U32S = 0x13, // any number of 32-bit units
};

enum { // ntfs_index_header_disk.flags and ntfs_index_entry_disk.flags
	NTFS_IH_HAS_CHILDREN = 0x01,
	NTFS_IE_HAS_CHILD = 0x01, // a VCN follows the entry's key and data
	NTFS_IE_LAST = 0x02,      // has no key
};

#define NTFS_USA_STRIDE        512u
#define NTFS_SEQUENCE_SHIFT    48 // of a file reference: record | sequence << 48
#define NTFS_RECORD_MASK       0x0000ffffffffffffull
#define NTFS_SDS_BLOCK         0x40000u // $SDS: 256 KiB, then their copy
#define NTFS_BOOT_FILE_SIZE    8192u    // of $Boot
#define NTFS_UPCASE_SIZE       131072u  // of $UpCase
#define NTFS_MFT_MIRROR        4u   // records, or a cluster when that is more
#define NTFS_MAX_NAME          255u // units
#define NTFS_MAX_LIST          262144u // bytes of $ATTRIBUTE_LIST, Windows' limit
#define NTFS_MAX_CLUSTERS      0xffffffffull // Windows counts clusters in 32 bits
#define NTFS_FIRST_SECURITY_ID 0x100u

// As the place of a run: it has none, and reads as zeroes.
#define NTFS_HOLE UINT64_MAX

// Writes an ASCII name as units. Returns how many.
static inline size_t ntfs_ascii_units(const char *name, le16 *units)
{
	size_t n = 0;

	for (; name[n]; n++)
		units[n] = to_le16((uint8_t)name[n]);
	return n;
}

// --- Boot sector -------------------------------------------------------------

struct ntfs_boot_disk {
	uint8_t jump[3];             // 0x000: EB 52 90
	uint8_t oem[8];              // 0x003: "NTFS    "
	le16 sector_size;            // 0x00b
	uint8_t sectors_per_cluster; // 0x00d: over 128: 2^(256 - value)
	le16 reserved_sectors;       // 0x00e: 0
	uint8_t zero_0x10[5];        // 0x010
	uint8_t media;               // 0x015: F8
	le16 zero_0x16;              // 0x016
	le16 sectors_per_track;      // 0x018
	le16 heads;                  // 0x01a
	le32 hidden_sectors;         // 0x01c
	le32 zero_0x20;              // 0x020
	uint8_t drive;               // 0x024: 80
	uint8_t zero_0x25;           // 0x025
	uint8_t signature_0x26;      // 0x026: 80
	uint8_t zero_0x27;           // 0x027
	le64 sectors;                // 0x028: without the copy at the end
	le64 mft_lcn;                // 0x030
	le64 mftmirr_lcn;            // 0x038
	int8_t clusters_per_record;  // 0x040: below 0: 2^-value bytes
	uint8_t zero_0x41[3];        // 0x041
	int8_t clusters_per_index;   // 0x044: as above
	uint8_t zero_0x45[3];        // 0x045
	le64 serial;                 // 0x048
	le32 checksum;               // 0x050: 0
	uint8_t code[426];           // 0x054
	uint8_t signature[2];        // 0x1fe: 55 AA
};
_Static_assert(sizeof(struct ntfs_boot_disk) == 512, "size");
_Static_assert(offsetof(struct ntfs_boot_disk, sectors) == 0x28, "offset");
_Static_assert(offsetof(struct ntfs_boot_disk, code) == 0x54, "offset");

// A sector of $Boot that no boot code reaches holds this while a repair is written
// (chkdsk /f): where the sectors are that it changes. Ours, and nobody else's.
#define NTFS_REPAIR_SECTOR                                                     \
	7680u // bytes from the volume's begin: the last of $Boot
#define NTFS_REPAIR_EXTENTS 24u
#define NTFS_REPAIR_MAGIC   "SLIPWAYR"

struct ntfs_repair_disk {
	uint8_t magic[8]; // 0x000
	le32 checksum;    // 0x008: CRC-32 of this sector, with zero here
	le32 content;     // 0x00c: CRC-32 of what lies in the extents
	le64 blocks;      // 0x010: that change
	le32 block_size;  // 0x018
	le32 flags;       // 0x01c: 1: $LogFile is reset after it
	le32 extents;     // 0x020: how many there are
	le32 zero_0x24;   // 0x024
	struct {
		le64 off, len;         // bytes of the volume
	} extent[NTFS_REPAIR_EXTENTS]; // 0x028
	uint8_t zero_0x1a8[88];        // 0x1a8
};
_Static_assert(sizeof(struct ntfs_repair_disk) == 512, "size");
_Static_assert(offsetof(struct ntfs_repair_disk, zero_0x1a8) == 0x1a8,
	       "offset");

// --- File records ------------------------------------------------------------

struct ntfs_record_disk {
	uint8_t magic[4];  // 0x00: "FILE", "BAAD" after a failed write
	le16 usa_offset;   // 0x04: 0x30
	le16 usa_count;    // 0x06: the number and one unit a stride
	le64 lsn;          // 0x08: in $LogFile
	le16 sequence;     // 0x10: counts the uses of the record, not 0
	le16 links;        // 0x12: FILE_NAME attributes, 0 in extensions
	le16 attrs_offset; // 0x14: of the first attribute
	le16 flags;        // 0x16: NTFS_RF_*
	le32 used;         // 0x18: bytes, up to and with the end mark
	le32 allocated;    // 0x1c: bytes of the record
	le64 base;         // 0x20: reference of the base record, or 0
	le16 next_attr_id; // 0x28
	le16 zero_0x2a;    // 0x2a
	le32 number;       // 0x2c: of this record
};
_Static_assert(sizeof(struct ntfs_record_disk) == 0x30, "size");
_Static_assert(offsetof(struct ntfs_record_disk, base) == 0x20, "offset");

// What all attributes begin with. An end mark is its type alone, NTFS_AT_END.
struct ntfs_attr_disk {
	le32 type;           // 0x00
	le32 length;         // 0x04: with header, multiple of 8
	uint8_t nonresident; // 0x08: 0 or 1
	uint8_t name_len;    // 0x09: units
	le16 name_offset;    // 0x0a
	le16 flags;          // 0x0c: NTFS_AF_*
	le16 id;             // 0x0e: unique in the record
};
_Static_assert(sizeof(struct ntfs_attr_disk) == 0x10, "size");

struct ntfs_resident_disk {
	struct ntfs_attr_disk attr; // 0x00
	le32 value_len;             // 0x10
	le16 value_offset;          // 0x14
	uint8_t indexed;            // 0x16: 1 for FILE_NAME
	uint8_t zero_0x17;          // 0x17
};
_Static_assert(sizeof(struct ntfs_resident_disk) == 0x18, "size");

struct ntfs_nonresident_disk {
	struct ntfs_attr_disk attr; // 0x00
	le64 first_vcn;             // 0x10
	le64 last_vcn;              // 0x18
	le16 runs_offset;           // 0x20
	uint8_t compression_unit;   // 0x22: log2 of clusters, or 0
	uint8_t zero_0x23[5];       // 0x23
	le64 allocated;             // 0x28: bytes; 0 unless first_vcn is 0, as
	le64 size;                  // 0x30: the next two
	le64 valid;                 // 0x38: bytes initialised
};
_Static_assert(sizeof(struct ntfs_nonresident_disk) == 0x40, "size");
_Static_assert(offsetof(struct ntfs_nonresident_disk, allocated) == 0x28,
	       "offset");

// Follows struct ntfs_nonresident_disk when it is compressed or sparse.
struct ntfs_compressed_disk {
	le64 total; // 0x40: bytes really allocated
};
_Static_assert(sizeof(struct ntfs_compressed_disk) == 8, "size");

// --- Attribute values --------------------------------------------------------

// $STANDARD_INFORMATION; version 1.2 volumes end before `owner`.
struct ntfs_standard_disk {
	le64 created;      // 0x00: FILETIME
	le64 modified;     // 0x08
	le64 changed;      // 0x10: of the file record
	le64 accessed;     // 0x18
	le32 attributes;   // 0x20: NTFS_ATTR_*, NTFS_FA_*
	le32 max_versions; // 0x24
	le32 version;      // 0x28
	le32 class_id;     // 0x2c
	le32 owner;        // 0x30: of $Quota, or 0
	le32 security_id;  // 0x34: of $Secure
	le64 quota;        // 0x38: bytes charged
	le64 usn;          // 0x40: of $UsnJrnl
};
_Static_assert(sizeof(struct ntfs_standard_disk) == 72, "size");
_Static_assert(offsetof(struct ntfs_standard_disk, security_id) == 0x34,
	       "offset");

#define NTFS_STANDARD_SHORT 48u // size in version 1.2

// $FILE_NAME, and the key of directory entries. The name follows.
struct ntfs_file_name_disk {
	le64 parent;        // 0x00: reference of the folder
	le64 created;       // 0x08
	le64 modified;      // 0x10
	le64 changed;       // 0x18
	le64 accessed;      // 0x20
	le64 allocated;     // 0x28: of the unnamed $DATA; 0 for folders
	le64 size;          // 0x30
	le32 attributes;    // 0x38
	le32 ea_or_reparse; // 0x3c: bare size of EAs, or the reparse tag
	uint8_t name_len;   // 0x40: units
	uint8_t name_space; // 0x41: NTFS_NS_* of ntfs.h
};
_Static_assert(sizeof(struct ntfs_file_name_disk) == 0x42, "size");
_Static_assert(offsetof(struct ntfs_file_name_disk, attributes) == 0x38,
	       "offset");

// One entry of $ATTRIBUTE_LIST, sorted as attributes are. The name follows.
struct ntfs_list_entry_disk {
	le32 type;           // 0x00
	le16 length;         // 0x04: multiple of 8
	uint8_t name_len;    // 0x06: units
	uint8_t name_offset; // 0x07: 0x1a
	le64 first_vcn;      // 0x08
	le64 record;         // 0x10: reference
	le16 id;             // 0x18
};
_Static_assert(sizeof(struct ntfs_list_entry_disk) == 0x1a, "size");

struct ntfs_volume_information_disk {
	le64 zero_0x00; // 0x00
	uint8_t major;  // 0x08: 3
	uint8_t minor;  // 0x09: 1
	le16 flags;     // 0x0a: NTFS_VF_*
};
_Static_assert(sizeof(struct ntfs_volume_information_disk) == 12, "size");

enum { // ntfs_volume_information_disk.flags
	NTFS_VF_DIRTY = 0x0001,
	NTFS_VF_RESIZE_LOG = 0x0002,
	NTFS_VF_UPGRADE = 0x0004,
	NTFS_VF_USN_DELETION = 0x0010,
	NTFS_VF_CHKDSK_UNDERWAY = 0x4000,
	NTFS_VF_CHKDSK = 0x8000,
};

// $OBJECT_ID: 16 to 64 bytes, the rest after `id` optional. Windows writes the id
// alone, and the rest to $ObjId; ntfs-3g reads no other.
#define NTFS_OBJECT_ID_SIZE 16u
struct ntfs_object_id_disk {
	uint8_t id[16];           // 0x00
	uint8_t birth_volume[16]; // 0x10
	uint8_t birth_object[16]; // 0x20
	uint8_t domain[16];       // 0x30
};
_Static_assert(sizeof(struct ntfs_object_id_disk) == 64, "size");

// Tags up to this one are none ([MS-FSCC] 2.1.2.1).
#define NTFS_REPARSE_RESERVED 1u

// $REPARSE_POINT; `length` bytes follow.
struct ntfs_reparse_disk {
	le32 tag;       // 0x00
	le16 length;    // 0x04
	le16 zero_0x06; // 0x06
};
_Static_assert(sizeof(struct ntfs_reparse_disk) == 8, "size");

#define NTFS_TAG_WOF 0x80000017u

// Behind the tag of Windows' overlay filter: WOF_EXTERNAL_INFO, and of the provider
// FILE, FILE_PROVIDER_EXTERNAL_INFO (wofapi.h).
struct ntfs_wof_disk {
	le32 version;          // 0x00
	le32 provider;         // 0x04
	le32 provider_version; // 0x08
	le32 algorithm;        // 0x0c
};
_Static_assert(sizeof(struct ntfs_wof_disk) == 0x10, "size");

#define NTFS_WOF_VERSION       1u // both
#define NTFS_WOF_PROVIDER_WIM  1u
#define NTFS_WOF_PROVIDER_FILE 2u

struct ntfs_ea_information_disk {
	le16 packed_size;   // 0x00: each EA without its padding, 5 + lengths
	le16 need_ea_count; // 0x02
	le32 size;          // 0x04: of $EA
};
_Static_assert(sizeof(struct ntfs_ea_information_disk) == 8, "size");

#define NTFS_EA_BARE 5u

// One row of $AttrDef.
struct ntfs_attrdef_disk {
	uint8_t name[128]; // 0x00: UTF-16, padded with NUL
	le32 type;         // 0x80
	le32 display;      // 0x84
	le32 collation;    // 0x88
	le32 flags;        // 0x8c: 02 indexable, 40 resident, 80 may be not
	le64 min_size;     // 0x90
	le64 max_size;     // 0x98: ~0: any
};
_Static_assert(sizeof(struct ntfs_attrdef_disk) == 160, "size");

// --- Indexes -----------------------------------------------------------------

struct ntfs_index_header_disk {
	le32 entries_offset;  // 0x00: from here to the first entry
	le32 used;            // 0x04: from here to the end of the last entry
	le32 allocated;       // 0x08: from here to the end of the node
	uint8_t flags;        // 0x0c: NTFS_IH_*
	uint8_t zero_0x0d[3]; // 0x0d
};
_Static_assert(sizeof(struct ntfs_index_header_disk) == 0x10, "size");

struct ntfs_index_root_disk {
	le32 type;                  // 0x00: of the attribute indexed, or 0
	le32 collation;             // 0x04: NTFS_COLLATE_*
	le32 block_size;            // 0x08: bytes of an INDX block
	uint8_t clusters_per_block; // 0x0c: sectors when below a cluster
	uint8_t zero_0x0d[3];       // 0x0d
	struct ntfs_index_header_disk header; // 0x10
};
_Static_assert(sizeof(struct ntfs_index_root_disk) == 0x20, "size");

struct ntfs_index_block_disk {
	uint8_t magic[4]; // 0x00: "INDX"
	le16 usa_offset;  // 0x04: 0x28
	le16 usa_count;   // 0x06
	le64 lsn;         // 0x08
	le64 vcn;         // 0x10: of this block, in clusters, or in 512-byte
			  //       units when a cluster is larger than a block
	struct ntfs_index_header_disk header; // 0x18
};
_Static_assert(sizeof(struct ntfs_index_block_disk) == 0x28, "size");

// Returns the bytes that an index counts by one VCN.
static inline uint32_t ntfs_vcn_size(uint32_t block_size, uint32_t cluster_size)
{
	return block_size < cluster_size ? 512 : cluster_size;
}

// The key follows, then (view indexes) the data, then padding to 8, then the
// VCN of the child when it has one.
struct ntfs_index_entry_disk {
	union {
		le64 file; // 0x00: reference, in directories
		struct {
			le16 data_offset; // 0x00: from the entry
			le16 data_len;    // 0x02
			le32 zero_0x04;   // 0x04
		} view;
	} u;
	le16 length;          // 0x08: of the entry
	le16 key_len;         // 0x0a: bytes
	uint8_t flags;        // 0x0c: NTFS_IE_*
	uint8_t zero_0x0d[3]; // 0x0d
};
_Static_assert(sizeof(struct ntfs_index_entry_disk) == 0x10, "size");

// --- $Secure, $ObjId, $Reparse, $Quota ---------------------------------------

// A self-relative security descriptor ([MS-DTYP] 2.4.6), its lists of entries (2.4.5)
// and what all entries begin with (2.4.4.1); `mask` is of those that have a SID.
struct ntfs_descriptor_disk {
	uint8_t revision;  // 0x00: 1
	uint8_t zero_0x01; // 0x01
	le16 control;      // 0x02: NTFS_SD_*
	le32 owner;        // 0x04: offset of a SID, or 0; so the next
	le32 group;        // 0x08
	le32 sacl;         // 0x0c: offset of a list, or 0; so the next
	le32 dacl;         // 0x10
};
_Static_assert(sizeof(struct ntfs_descriptor_disk) == 20, "size");

enum { // ntfs_descriptor_disk.control
	NTFS_SD_DACL_PRESENT = 0x0004,
	NTFS_SD_SACL_PRESENT = 0x0010,
	NTFS_SD_DACL_INHERITED = 0x0400, // by a system that marks those entries
	NTFS_SD_SACL_INHERITED = 0x0800,
	NTFS_SD_SELF_RELATIVE = 0x8000,
};

struct ntfs_acl_disk {
	uint8_t revision;  // 0x00: 2, 4 with entries for objects
	uint8_t zero_0x01; // 0x01
	le16 size;         // 0x02: bytes, with this header
	le16 count;        // 0x04: entries
	le16 zero_0x06;    // 0x06
};
_Static_assert(sizeof(struct ntfs_acl_disk) == 8, "size");

struct ntfs_ace_disk {
	uint8_t type;  // 0x00
	uint8_t flags; // 0x01
	le16 size;     // 0x02: bytes, with this header
	le32 mask;     // 0x04
};
_Static_assert(sizeof(struct ntfs_ace_disk) == 8, "size");

// One entry of $Secure:$SDS, at a multiple of 16; the descriptor follows. Also
// the data of $SII and $SDH entries.
struct ntfs_sds_disk {
	le32 hash;        // 0x00
	le32 security_id; // 0x04
	le64 offset;      // 0x08: in $SDS, of the first copy
	le32 size;        // 0x10: with this header
};
_Static_assert(sizeof(struct ntfs_sds_disk) == 0x14, "size");

// Key of $SII: the security id. Key of $SDH:
struct ntfs_sdh_key_disk {
	le32 hash;        // 0x00
	le32 security_id; // 0x04
};
_Static_assert(sizeof(struct ntfs_sdh_key_disk) == 8, "size");

// Data of $SDH: the SDS header and "I\0I\0".
struct ntfs_sdh_data_disk {
	struct ntfs_sds_disk sds; // 0x00
	uint8_t mark[4];          // 0x14: "I\0I\0"
};
_Static_assert(sizeof(struct ntfs_sdh_data_disk) == 0x18, "size");

// Data of $ObjId:$O; the key is the object id.
struct ntfs_objid_data_disk {
	le64 file;                // 0x00: reference
	uint8_t birth_volume[16]; // 0x08
	uint8_t birth_object[16]; // 0x18
	uint8_t domain[16];       // 0x28
};
_Static_assert(sizeof(struct ntfs_objid_data_disk) == 0x38, "size");

// Key of $Reparse:$R; there is no data.
struct ntfs_reparse_key_disk {
	le32 tag;  // 0x00
	le64 file; // 0x04: reference
};
_Static_assert(sizeof(struct ntfs_reparse_key_disk) == 12, "size");

// Data of $Quota:$Q; the key is the owner id. A SID follows, but in the
// default entry (owner 1).
struct ntfs_quota_disk {
	le32 version;   // 0x00: 2
	le32 flags;     // 0x04: 1: default limits
	le64 used;      // 0x08
	le64 changed;   // 0x10: FILETIME
	le64 threshold; // 0x18: ~0: none
	le64 limit;     // 0x20: ~0: none
	le64 exceeded;  // 0x28: FILETIME
};
_Static_assert(sizeof(struct ntfs_quota_disk) == 0x30, "size");

#endif
