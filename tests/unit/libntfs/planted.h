// SPDX-License-Identifier: MIT
//
// Faults planted in volumes: one change of a field for each rule of the check, which
// finds it; what repairs are tried on.

#ifndef PLANTED_H
#define PLANTED_H

#include "libntfs/check/check.h"
#include "unit/libntfs/volumes.h"

enum place {
	DEVICE,  // of the volume, absolute
	RECORD,  // of a file record
	ATTR,    // of an attribute in its record
	VALUE,   // of a resident value, or of the run list
	CONTENT, // of a stream's content
	KEY,     // of an index block, at the first entry with a key; `index`
	LAST,    // the same, the entry with NTFS_IE_LAST
};

// The volume: one that mkntfs made, or Windows' with clusters of 1024 bytes or in a
// VHD (volumes.h).
enum { SEED = -1, KILO = 0, WINDOWS = 3 };

enum {                    // file records in these
	SEED_LISTED = 64, // a file with an $ATTRIBUTE_LIST
	SEED_FILE = 65,
	SEED_EXTENSION = 66, // of SEED_LISTED
	KILO_EAS = 37,
	KILO_COMPRESSED = 38,
	KILO_OBJECT = 46,     // has an object id
	WINDOWS_REPARSE = 26, // $Reparse
	WINDOWS_FOLDER = 33,
	WINDOWS_FILE = 35,
	WINDOWS_LINK = 37,
};

// Offsets: fields of what lies at a place, and what follows a structure there.
#define BOOT(field)     offsetof(struct ntfs_boot_disk, field)
#define REC(field)      offsetof(struct ntfs_record_disk, field)
#define HEAD(field)     offsetof(struct ntfs_attr_disk, field)
#define RESIDENT(field) offsetof(struct ntfs_resident_disk, field)
#define OUTSIDE(field)  offsetof(struct ntfs_nonresident_disk, field)
#define LIST(field)     offsetof(struct ntfs_list_entry_disk, field)
#define STANDARD(field) offsetof(struct ntfs_standard_disk, field)
#define NAME(field)     offsetof(struct ntfs_file_name_disk, field)
#define VOLUME(field)   offsetof(struct ntfs_volume_information_disk, field)
#define OBJECT(field)   offsetof(struct ntfs_object_id_disk, field)
#define REPARSE(field)  offsetof(struct ntfs_reparse_disk, field)
#define EAS(field)      offsetof(struct ntfs_ea_information_disk, field)
#define ROOT(field)     offsetof(struct ntfs_index_root_disk, field)
#define BLOCK(field)    offsetof(struct ntfs_index_block_disk, field)
#define ENTRY(field)    offsetof(struct ntfs_index_entry_disk, field)
#define SDS(field)      offsetof(struct ntfs_sds_disk, field)
#define ATTRDEF(field)  offsetof(struct ntfs_attrdef_disk, field)

#define REC_USN        sizeof(struct ntfs_record_disk)
#define REC_FIRST_ATTR 0x38 // in a record of 1024 bytes
#define OUTSIDE_TOTAL  sizeof(struct ntfs_nonresident_disk)
#define NAME_UNITS     sizeof(struct ntfs_file_name_disk)
#define ROOT_KEY       (sizeof(struct ntfs_index_root_disk) + ENTRY_KEY)
#define ENTRY_KEY      sizeof(struct ntfs_index_entry_disk)
#define ENTRY_NAME(f)  (ENTRY_KEY + NAME(f))
#define ENTRY_UNITS    (ENTRY_KEY + NAME_UNITS)
#define SDS_DESCRIPTOR sizeof(struct ntfs_sds_disk)
#define ATTRDEF_ROW    sizeof(struct ntfs_attrdef_disk)
#define LOG_FLAGS      0x3e // of the restart area that mkntfs and Windows write

// $UpCase of the seed has one run: a head, a length and a place of two bytes each.
enum { RUN_HEAD = 0, RUN_PLACE = 3 };

// Each adds `add` to the number of `size` bytes at `offset` of a place.
static const struct planted {
	const char *rule;
	int volume;
	uint64_t record;
	enum place place;
	uint32_t type;
	const char *name;
	uint32_t offset;
	unsigned size;
	int64_t add;
} planted[] = {
	{"boot-signature", SEED, 0, DEVICE, 0, NULL, BOOT(signature), 1, 1},
	{"boot-reserved", SEED, 0, DEVICE, 0, NULL, BOOT(reserved_sectors), 1,
	 1},
	{"boot-media", SEED, 0, DEVICE, 0, NULL, BOOT(media), 1, 1},
	{"boot-copy", SEED, 0, DEVICE, 0, NULL, BOOT(code) + 12, 1, 1},
	{"boot-copy", SEED, 0, DEVICE, 0, NULL, SEED_VOLUME - 9, 1, 1},
	{"boot-mft", SEED, 0, DEVICE, 0, NULL, BOOT(mftmirr_lcn), 1, 1},
	{"mft-mirror", SEED, NTFS_REC_MFTMIRR, RECORD, 0, NULL, REC(lsn), 1, 1},
	{"mft-bitmap", SEED, NTFS_REC_MFT, CONTENT, NTFS_AT_BITMAP, NULL, 8, 1,
	 -1},
	{"mft-bitmap", SEED, SEED_FILE, RECORD, 0, NULL, REC(flags), 1, -1},
	{"record-header", SEED, SEED_FILE, RECORD, 0, NULL, REC(magic), 1, 1},
	{"record-header", SEED, SEED_FILE, RECORD, 0, NULL, REC(usa_count), 1,
	 1},
	{"record-header", SEED, SEED_FILE, RECORD, 0, NULL, REC_USN, 1, 1},
	{"record-header", SEED, SEED_FILE, RECORD, 0, NULL, REC(used), 2, 4096},
	{"record-number", SEED, SEED_FILE, RECORD, 0, NULL, REC(number), 1, 1},
	{"record-sequence", SEED, NTFS_REC_ATTRDEF, RECORD, 0, NULL,
	 REC(sequence), 1, 1},
	{"record-used", SEED, SEED_FILE, RECORD, 0, NULL, REC(used), 1, 8},
	{"record-orphan", SEED, SEED_EXTENSION, RECORD, 0, NULL, REC(sequence),
	 1, 1},
	{"attr-list", SEED, SEED_EXTENSION, RECORD, 0, NULL, REC(sequence), 1,
	 1},
	{"link-count", SEED, SEED_FILE, RECORD, 0, NULL, REC(links), 1, 1},
	{"file-name", SEED, NTFS_REC_SECURE, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME_UNITS + 2, 1, 5},
	{"file-name", SEED, NTFS_REC_MFT, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME_UNITS + 2, 1, 1},
	{"file-name", SEED, NTFS_REC_EXTEND, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME(name_len), 1, -1},
	{"file-name", SEED, NTFS_REC_ROOT, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME_UNITS, 1, 1},
	{"file-name", WINDOWS, WINDOWS_REPARSE, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME_UNITS + 2, 1, 1},
	{"file-attributes", SEED, SEED_FILE, VALUE,
	 NTFS_AT_STANDARD_INFORMATION, NULL, STANDARD(attributes), 1,
	 NTFS_ATTR_DIRECTORY},
	{"file-attributes", SEED, SEED_FILE, VALUE,
	 NTFS_AT_STANDARD_INFORMATION, NULL, STANDARD(attributes), 2,
	 NTFS_ATTR_ENCRYPTED},
	{"folder-flag", SEED, SEED_FILE, ATTR, NTFS_AT_DATA, NULL, HEAD(type),
	 1, 0x78},
	{"attr-id", SEED, SEED_FILE, RECORD, 0, NULL, REC(next_attr_id), 2, -1},
	{"attr-id", SEED, SEED_FILE, ATTR, NTFS_AT_FILE_NAME, NULL, HEAD(id), 2,
	 -1},
	{"attr-header", SEED, SEED_FILE, ATTR, NTFS_AT_FILE_NAME, NULL,
	 HEAD(length), 1, 4},
	{"attr-header", SEED, SEED_FILE, ATTR, NTFS_AT_FILE_NAME, NULL,
	 HEAD(nonresident), 1, 2},
	{"attr-header", SEED, SEED_FILE, ATTR, NTFS_AT_FILE_NAME, NULL,
	 RESIDENT(value_len), 2, 999},
	{"attr-type", SEED, SEED_FILE, ATTR, NTFS_AT_DATA, NULL, HEAD(type), 1,
	 0x78},
	{"attr-order", SEED, SEED_FILE, ATTR, NTFS_AT_FILE_NAME, NULL,
	 HEAD(type), 1, 0x60},
	{"attr-duplicate", SEED, SEED_FILE, ATTR, NTFS_AT_FILE_NAME, NULL,
	 HEAD(type), 1, -0x20},
	{"attr-form", SEED, SEED_FILE, ATTR, NTFS_AT_FILE_NAME, NULL,
	 RESIDENT(indexed), 1, -1},
	{"attr-form", SEED, SEED_FILE, ATTR, NTFS_AT_STANDARD_INFORMATION, NULL,
	 RESIDENT(value_len), 1, -8},
	{"standard-information", SEED, SEED_FILE, ATTR,
	 NTFS_AT_STANDARD_INFORMATION, NULL, HEAD(type), 2, 0x1000},
	{"attr-list", SEED, SEED_LISTED, CONTENT, NTFS_AT_ATTRIBUTE_LIST, NULL,
	 LIST(id), 1, 77},
	{"attr-place", SEED, SEED_EXTENSION, RECORD, 0, NULL, REC_FIRST_ATTR, 1,
	 -0x70},
	{"folder-names", WINDOWS, WINDOWS_FOLDER, ATTR,
	 NTFS_AT_STANDARD_INFORMATION, NULL, HEAD(type), 1, 0x20},
	{"attr-list-order", SEED, SEED_LISTED, CONTENT, NTFS_AT_ATTRIBUTE_LIST,
	 NULL, LIST(type), 1, 0x30},
	{"file-name", SEED, SEED_FILE, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME(name_space), 1, 9},
	{"file-name", SEED, SEED_FILE, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME(name_len), 1, -1},
	{"file-name", SEED, SEED_FILE, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME_UNITS, 1, '\\' - 'f'},
	{"name-space", SEED, SEED_FILE, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME(name_space), 1, 1},
	{"name-entry", SEED, SEED_FILE, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME_UNITS, 1, 1},
	{"entry-file", SEED, SEED_FILE, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME_UNITS, 1, 1},
	{"name-entry", SEED, SEED_FILE, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME(parent), 1, 1},
	{"folder-flag", SEED, SEED_FILE, RECORD, 0, NULL, REC(flags), 1, 2},
	{"folder-flag", WINDOWS, WINDOWS_FOLDER, RECORD, 0, NULL, REC(flags), 1,
	 -2},
	{"folder-path", WINDOWS, WINDOWS_FOLDER, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME(parent), 1, 28},
	{"folder-path", WINDOWS, WINDOWS_FOLDER, VALUE, NTFS_AT_FILE_NAME, NULL,
	 NAME(parent), 2, 5000},
	{"stream-allocated", SEED, NTFS_REC_UPCASE, ATTR, NTFS_AT_DATA, NULL,
	 OUTSIDE(allocated), 2, 512},
	{"stream-size", SEED, NTFS_REC_UPCASE, ATTR, NTFS_AT_DATA, NULL,
	 OUTSIDE(size), 4, 0x10000},
	{"stream-valid", SEED, NTFS_REC_UPCASE, ATTR, NTFS_AT_DATA, NULL,
	 OUTSIDE(valid), 4, 0x10000},
	{"stream-flags", SEED, NTFS_REC_UPCASE, ATTR, NTFS_AT_DATA, NULL,
	 HEAD(flags), 2, -0x8000},
	{"stream-total", KILO, KILO_COMPRESSED, ATTR, NTFS_AT_DATA, NULL,
	 OUTSIDE_TOTAL, 2, 0x400},
	{"runs", SEED, NTFS_REC_UPCASE, ATTR, NTFS_AT_DATA, NULL,
	 OUTSIDE(last_vcn), 1, 1},
	{"runs", SEED, NTFS_REC_UPCASE, VALUE, NTFS_AT_DATA, NULL, RUN_HEAD, 1,
	 0x0f},
	{"runs", SEED, NTFS_REC_UPCASE, VALUE, NTFS_AT_DATA, NULL,
	 RUN_PLACE + 1, 1, 0x70},
	{"bitmap-lost", SEED, NTFS_REC_UPCASE, VALUE, NTFS_AT_DATA, NULL,
	 RUN_PLACE, 1, 1},
	{"cross-link", SEED, NTFS_REC_UPCASE, VALUE, NTFS_AT_DATA, NULL,
	 RUN_PLACE + 1, 1, 4},
	{"bitmap-lost", SEED, NTFS_REC_BITMAP, CONTENT, NTFS_AT_DATA, NULL, 400,
	 1, 1},
	{"bitmap-free", SEED, NTFS_REC_BITMAP, CONTENT, NTFS_AT_DATA, NULL, 0,
	 1, -1},
	{"bitmap-size", SEED, NTFS_REC_BITMAP, ATTR, NTFS_AT_DATA, NULL,
	 OUTSIDE(size), 2, -8},
	{"badclus", SEED, NTFS_REC_BADCLUS, ATTR, NTFS_AT_DATA, "$Bad",
	 OUTSIDE(size), 2, 512},
	{"boot-file", SEED, NTFS_REC_BOOT, ATTR, NTFS_AT_DATA, NULL,
	 OUTSIDE(size), 2, -512},
	{"index-root", SEED, NTFS_REC_ROOT, VALUE, NTFS_AT_INDEX_ROOT, "$I30",
	 ROOT(collation), 1, 1},
	{"index-root", SEED, NTFS_REC_ROOT, VALUE, NTFS_AT_INDEX_ROOT, "$I30",
	 ROOT(block_size), 2, 4096},
	{"index-root", SEED, NTFS_REC_ROOT, VALUE, NTFS_AT_INDEX_ROOT, "$I30",
	 ROOT(clusters_per_block), 1, 1},
	{"index-header", SEED, NTFS_REC_ROOT, VALUE, NTFS_AT_INDEX_ROOT, "$I30",
	 ROOT(header.used), 1, 8},
	{"index-header", SEED, NTFS_REC_ROOT, CONTENT, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", BLOCK(header.allocated), 2, -8},
	{"index-header", SEED, NTFS_REC_ROOT, CONTENT, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", BLOCK(header.used), 2, 8},
	{"index-children", SEED, NTFS_REC_ROOT, CONTENT,
	 NTFS_AT_INDEX_ALLOCATION, "$I30", BLOCK(header.flags), 1, 1},
	{"index-vcn", SEED, NTFS_REC_ROOT, VALUE, NTFS_AT_INDEX_ROOT, "$I30",
	 ROOT_KEY, 1, 1},
	{"index-block", SEED, NTFS_REC_ROOT, CONTENT, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", BLOCK(vcn), 1, 8},
	{"index-block", SEED, NTFS_REC_ROOT, CONTENT, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", BLOCK(magic), 1, 1},
	{"index-bitmap", SEED, NTFS_REC_ROOT, VALUE, NTFS_AT_BITMAP, "$I30", 0,
	 1, -1},
	{"index-unreached", SEED, NTFS_REC_ROOT, VALUE, NTFS_AT_BITMAP, "$I30",
	 0, 1, 2},
	{"index-entry", SEED, NTFS_REC_ROOT, KEY, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", ENTRY(length), 1, 4},
	{"index-order", SEED, NTFS_REC_ROOT, KEY, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", ENTRY_UNITS + 2, 1, 1},
	{"index-order", SEED, NTFS_REC_SECURE, VALUE, NTFS_AT_INDEX_ROOT,
	 "$SII", ROOT_KEY, 1, 9},
	{"index-order", SEED, NTFS_REC_SECURE, VALUE, NTFS_AT_INDEX_ROOT,
	 "$SDH", ROOT_KEY + 3, 1, 0xff},
	{"index-duplicate", SEED, NTFS_REC_SECURE, VALUE, NTFS_AT_INDEX_ROOT,
	 "$SII", ROOT_KEY, 1, 1},
	{"entry-name", SEED, NTFS_REC_ROOT, KEY, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", ENTRY(key_len), 1, -2},
	{"entry-name", SEED, NTFS_REC_ROOT, KEY, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", ENTRY_NAME(name_space), 1, 7},
	{"entry-file", SEED, NTFS_REC_ROOT, KEY, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", ENTRY(u.file), 1, 99},
	{"entry-file", SEED, NTFS_REC_ROOT, KEY, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", ENTRY(u.file) + 6, 1, 1},
	{"entry-parent", SEED, NTFS_REC_ROOT, KEY, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", ENTRY_NAME(parent) + 6, 1, 1},
	{"index-entry", SEED, NTFS_REC_ROOT, LAST, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", ENTRY(flags), 1, -2},
	{"entry-attributes", WINDOWS, WINDOWS_FILE, VALUE,
	 NTFS_AT_STANDARD_INFORMATION, NULL, STANDARD(attributes), 1, 1},
	{"file-attributes", WINDOWS, WINDOWS_FILE, VALUE,
	 NTFS_AT_STANDARD_INFORMATION, NULL, STANDARD(attributes) + 3, 1, 1},
	{"file-attributes", SEED, SEED_FILE, VALUE,
	 NTFS_AT_STANDARD_INFORMATION, NULL, STANDARD(attributes) + 2, 1, 0x80},
	{"entry-attributes", SEED, NTFS_REC_ROOT, KEY, NTFS_AT_INDEX_ALLOCATION,
	 "$I30", ENTRY_NAME(attributes) + 3, 1, 0x10},
	{"entry-times", WINDOWS, WINDOWS_FILE, VALUE,
	 NTFS_AT_STANDARD_INFORMATION, NULL, STANDARD(modified), 1, 1},
	{"entry-reparse", WINDOWS, WINDOWS_LINK, VALUE, NTFS_AT_REPARSE_POINT,
	 NULL, REPARSE(tag) + 3, 1, 1},
	{"entry-reparse", KILO, KILO_EAS, VALUE, NTFS_AT_EA_INFORMATION, NULL,
	 EAS(packed_size), 1, 1},
	{"entry-size", WINDOWS, WINDOWS_FILE, ATTR, NTFS_AT_DATA, NULL,
	 RESIDENT(value_len), 1, -1},
	{"volume", SEED, NTFS_REC_VOLUME, ATTR, NTFS_AT_VOLUME_INFORMATION,
	 NULL, HEAD(type), 1, 1},
	{"volume-version", SEED, NTFS_REC_VOLUME, VALUE,
	 NTFS_AT_VOLUME_INFORMATION, NULL, VOLUME(major), 1, 4},
	{"volume-dirty", SEED, NTFS_REC_VOLUME, VALUE,
	 NTFS_AT_VOLUME_INFORMATION, NULL, VOLUME(flags), 1, 1},
	{"upcase", SEED, NTFS_REC_UPCASE, CONTENT, NTFS_AT_DATA, NULL, 2 * 'a',
	 1, 1},
	{"upcase", SEED, NTFS_REC_UPCASE, ATTR, NTFS_AT_DATA, NULL,
	 OUTSIDE(size), 1, -1},
	{"attrdef", SEED, NTFS_REC_ATTRDEF, CONTENT, NTFS_AT_DATA, NULL,
	 ATTRDEF(type), 1, 0x20},
	{"attrdef", SEED, NTFS_REC_ATTRDEF, CONTENT, NTFS_AT_DATA, NULL,
	 8 * ATTRDEF_ROW + ATTRDEF(type), 1, -0xa0},
	{"log", SEED, NTFS_REC_LOGFILE, CONTENT, NTFS_AT_DATA, NULL, 0, 1, 1},
	{"log-unclean", WINDOWS, NTFS_REC_LOGFILE, CONTENT, NTFS_AT_DATA, NULL,
	 LOG_FLAGS, 1, -2},
	{"sds-entry", SEED, NTFS_REC_SECURE, CONTENT, NTFS_AT_DATA, "$SDS",
	 SDS(offset), 1, 16},
	{"sds-hash", SEED, NTFS_REC_SECURE, CONTENT, NTFS_AT_DATA, "$SDS",
	 SDS_DESCRIPTOR + 8, 1, 1},
	{"sds-mirror", SEED, NTFS_REC_SECURE, CONTENT, NTFS_AT_DATA, "$SDS",
	 NTFS_SDS_BLOCK + SDS_DESCRIPTOR + 4, 1, 1},
	{"security-descriptor", SEED, NTFS_REC_SECURE, CONTENT, NTFS_AT_DATA,
	 "$SDS", SDS_DESCRIPTOR, 1, 1},
	{"security-index", SEED, NTFS_REC_SECURE, VALUE, NTFS_AT_INDEX_ROOT,
	 "$SII", ROOT_KEY + 4, 1, 1},
	{"security-index", SEED, NTFS_REC_SECURE, VALUE, NTFS_AT_INDEX_ROOT,
	 "$SDH", ROOT_KEY + 8, 1, 1},
	{"security-id", WINDOWS, WINDOWS_FILE, VALUE,
	 NTFS_AT_STANDARD_INFORMATION, NULL, STANDARD(security_id), 2, 0x200},
	{"reparse", WINDOWS, WINDOWS_LINK, VALUE, NTFS_AT_REPARSE_POINT, NULL,
	 REPARSE(tag), 1, 1},
	{"reparse", WINDOWS, WINDOWS_REPARSE, VALUE, NTFS_AT_INDEX_ROOT, "$R",
	 ROOT_KEY, 1, 1},
	{"object-id", KILO, KILO_OBJECT, VALUE, NTFS_AT_OBJECT_ID, NULL,
	 OBJECT(id) + 3, 1, 1},
	{"ea", KILO, KILO_EAS, VALUE, NTFS_AT_EA_INFORMATION, NULL,
	 EAS(packed_size), 1, 1},
	{"ea", KILO, KILO_EAS, VALUE, NTFS_AT_EA, NULL, 5, 1, 100},
};

static inline void add(struct disk *d, uint64_t off, unsigned size,
		       int64_t value)
{
	uint8_t bytes[8] = {0};
	uint64_t v = 0;
	struct err err = {0};

	check_ok(disk_read(d, off, bytes, size, &err), &err);
	for (unsigned i = 0; i < size; i++)
		v |= (uint64_t)bytes[i] << 8 * i;
	v += (uint64_t)value;
	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)(v >> 8 * i);
	check_ok(disk_write(d, off, bytes, size, &err), &err);
}

// Where the first entry with a key of an index block begins, or its last one.
static inline uint32_t find_entry(struct disk *block, bool last)
{
	uint8_t head[16];
	uint32_t off;
	struct err err = {0};

	check_ok(disk_read(block, 0x18, head, 4, &err), &err);
	off = 0x18 + get_le32(*(le32 *)head);
	while (last) {
		check_ok(disk_read(block, off, head, 16, &err), &err);
		if (head[12] & NTFS_IE_LAST)
			break;
		off += get_le16(*(le16 *)(head + 8));
	}
	return off;
}

static inline void plant(struct disk *d, const struct planted *c)
{
	struct ntfs_file f;
	struct ntfs_attr a;
	struct ntfs *n;
	struct disk *content;
	struct err err = {0};
	uint64_t off = c->offset;

	if (c->place == DEVICE) {
		add(d, off, c->size, c->add);
		return;
	}
	check_ok(ntfs_open(d, &n, &err), &err);
	if (c->place == RECORD) {
		add(n->mft, c->record * 1024 + off, c->size, c->add);
		ntfs_close(n);
		return;
	}
	check_ok(ntfs_file_open(n, c->record, &f, &err), &err);
	check_ok(ntfs_file_find_named(&f, c->type, c->name, &a, &err), &err);
	if (c->place == ATTR || (c->place == VALUE)) {
		if (c->place == VALUE)
			off += (uint64_t)((a.resident ? a.value : a.runs) -
					  a.record->data);
		else
			off += a.offset;
		add(n->mft, a.record->number * 1024 + off, c->size, c->add);
	} else {
		check_ok(ntfs_stream_open(&f, &a, &content, &err), &err);
		if (c->place != CONTENT)
			off += find_entry(content, c->place == LAST);
		add(content, off, c->size, c->add);
		disk_close(content);
	}
	ntfs_file_done(&f);
	ntfs_close(n);
}

#define PLANTED (sizeof(planted) / sizeof(planted[0]))

// Loads the volume that a fault is planted in.
static inline struct disk *load_planted(const struct planted *c)
{
	return c->volume == SEED ? load_seed("files")
				 : load_volume(&sample_volumes[c->volume]);
}

#endif
