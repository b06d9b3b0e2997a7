// SPDX-License-Identifier: MIT
//
// libpart: partition tables, GPT and MBR.
//
//     struct part_table *t;
//     struct part esp = {.type = part_type_efi, .size = 260 << 20};
//     part_wipe(disk, &err);
//     part_table_new(PART_GPT, disk, &disk_id, 0, &t, &err);
//     part_table_add(t, &esp, &number, &err);
//     part_table_write(t, disk, &err);
//     part_table_free(t);
//     part_open(disk, number, &volume, &err);
//
// A table is read into memory, changed there, and written back whole. A disk
// whose writing is cut off holds the old table or the new one.
//
// The formats: UEFI 2.10, section 5 (GPT, both copies and their CRCs; the
// protective MBR; the MBR's own layout), and chains of extended boot records as
// Windows and Linux both read them.
//
// All places and sizes are bytes and multiples of the sector size. New
// partitions are aligned to 1 MiB, as Windows does. Numbers are those that
// Linux gives: the slot of a GPT, 1 to 4 for the MBR's own and from 5 on for
// logical partitions, in the order of their chain. An extended partition is
// listed like the others (mbr_type 0x05, 0x0f or 0x85). A record with more than
// one partition lists them all, and such a table is not written.
//
// Threads: a table may be used by one thread at a time.

#ifndef PART_H
#define PART_H

#include "disk.h"

#define PART_ALIGN ((uint64_t)1 << 20)

enum part_style { PART_NONE, PART_MBR, PART_GPT };

enum { // types of MBR partitions
	PART_MBR_FAT12 = 0x01,
	PART_MBR_FAT16 = 0x06,
	PART_MBR_NTFS = 0x07,
	PART_MBR_FAT32 = 0x0c, // by LBA
	PART_MBR_FAT16_LBA = 0x0e,
	PART_MBR_EXTENDED = 0x05,
	PART_MBR_EXTENDED_LBA = 0x0f,
	PART_MBR_RECOVERY = 0x27,
	PART_MBR_LINUX = 0x83,
	PART_MBR_PROTECTIVE = 0xee,
	PART_MBR_EFI = 0xef,
};

// GPT attributes: UEFI 2.10, table 5.8; those from bit 60 on are of basic data
// partitions.
#define PART_GPT_REQUIRED  ((uint64_t)1 << 0)
#define PART_GPT_READ_ONLY ((uint64_t)1 << 60)
#define PART_GPT_HIDDEN    ((uint64_t)1 << 62)
#define PART_GPT_NO_LETTER ((uint64_t)1 << 63)

extern const struct guid part_type_efi;      // EFI system partition
extern const struct guid part_type_msr;      // Microsoft reserved
extern const struct guid part_type_data;     // Microsoft basic data
extern const struct guid part_type_recovery; // Windows recovery environment
extern const struct guid part_type_linux;    // Linux filesystem data

struct part {
	unsigned number;
	uint64_t start, size;  // bytes
	struct guid type, id;  // GPT
	uint64_t attributes;   // GPT: PART_GPT_*
	char name[36 * 3 + 1]; // GPT: UTF-8 of at most 36 units
	uint8_t mbr_type;      // MBR: PART_MBR_*
	bool active, logical;  // MBR
	uint64_t ebr;          // private: place of a logical one's record
};

struct part_table {
	enum part_style style;
	struct guid disk_id;    // GPT
	uint32_t mbr_signature; // MBR
	uint32_t sector_size;
	uint64_t disk_size;
	uint64_t first_usable, last_usable; // bytes; the end is exclusive
	size_t count;
	struct part *parts;     // sorted by number
	size_t capacity;        // private
	unsigned slots;         // GPT: entries there is room for; MBR: 4
	bool primary_broken;    // GPT: this copy could not be used, or the
	bool backup_broken;     // backup differs; writing the table mends it
	bool protective_broken; // GPT: found without its protective MBR
	bool grown, shrunk;  // GPT: the disk is larger or smaller than it was
			     // made for; writing the table mends it
	bool hybrid;         // GPT: the MBR lists partitions of its own
	bool overlapping;    // partitions share space, with each other or
			     // with the table: may not be written
	unsigned lost;       // part_table_look: what is not sound, and left
			     // out: may not be written
	struct err *flaw;    // private, while that reads: the first of it
	uint64_t entries;    // private: GPT: place of the primary entries
	uint32_t entry_size; // private
};

// Makes an empty table for a disk; nothing is written. disk_id is needed for a
// GPT, mbr_signature used for an MBR. The disk is only looked at for its size.
// Returns 0, -EINVAL for PART_NONE or a GPT without an id, -ENOSPC when the
// disk is too small for a table, or -ENOMEM. Free with part_table_free.
int part_table_new(enum part_style style, const struct disk *dev,
		   const struct guid *disk_id, uint32_t mbr_signature,
		   struct part_table **ret, struct err *err);

// Reads the table of a disk. A GPT is taken from its backup when the primary
// copy is broken, and the other way round (see primary_broken). Where an MBR
// has a protective entry (0xee) it is a GPT; a hybrid MBR's other entries are
// left out. A GPT whose protective MBR was wiped is read too. Of a raw image
// (is_sector_guessed) the sector size is set to what part_sector_size finds.
// Returns 0, -ENOENT when there is none (the disk is blank, or begins with a
// file system), -ENOTSUP for one that was made for another sector size than the
// device has, -EBADMSG when it is broken, -EFBIG for a chain of more than
// some hundred logical partitions, -ENOMEM, or the device's error. Free with
// part_table_free.
int part_table_read(struct disk *dev, struct part_table **ret, struct err *err);

// As part_table_read, for those who show what there is: of a broken table all that is
// sound is listed, partitions that lie on the disk, and logical ones up to where their
// chain breaks. *ret_flaw says what is wrong first, or has no code.
// Returns as part_table_read; -EBADMSG and -EFBIG only when nothing can be read.
int part_table_look(struct disk *dev, struct part_table **ret,
		    struct err *ret_flaw, struct err *err);

// Finds the sector size that a disk's table was made for, by where the GPT's
// header lies; of an MBR by boot sectors of FAT and NTFS that lie where its
// entries say and give the same size, or by its partitions' alignment where
// nothing is written yet. *ret is the disk's own where nothing tells another.
// Returns 0 or the device's error.
int part_sector_size(struct disk *dev, uint32_t *ret, struct err *err);

// Frees a table; NULL is fine.
void part_table_free(struct part_table *t);

// Adds a partition to a table in memory. Of `spec`:
//   number      0: the first free one (always so for logical ones)
//   start       0: the first free place aligned to 1 MiB that fits
//   size        0: all the free space there (with start 0: the largest space),
//               ended on 1 MiB (with a start, where that leaves something)
//   type, id    GPT: an id of zero is made from the disk's id and the number
//   mbr_type    MBR: 0x05, 0x0f or 0x85 make the extended partition
//   active      MBR: takes the mark from all others
//   logical     MBR: lies in the extended partition, its record in the 1 MiB
//               (or a given start's one sector) before it
// Returns 0, -ENOSPC when there is no such free place or no free number,
// -EINVAL for a start or size that is no multiple of the sector size, leaves
// the usable part of the disk or overlaps another partition, no type, or a name
// that is not UTF-8 or over 36 units, -EEXIST when the number is taken, or
// -ENOMEM.
int part_table_add(struct part_table *t, const struct part *spec,
		   unsigned *ret_number, struct err *err);

// Removes a partition from a table in memory; an extended one with all logical
// ones. Removing a logical one gives those after it new numbers.
// Returns 0 or -ENOENT.
int part_table_remove(struct part_table *t, unsigned number, struct err *err);

// Finds a partition, whose type, id, attributes, name, mbr_type and active may
// be changed before the table is written. Returns NULL when there is none;
// valid until the table is changed or freed.
struct part *part_find(const struct part_table *t, unsigned number);

// Tells whether a partition of a table shares space with another one (but a logical
// one with the extended one that it lies in), or with the table itself.
bool part_overlaps(const struct part_table *t, const struct part *p);

// Writes a table to the disk it was made for or read from, in such an order
// that a power cut leaves the old table or the new one: a GPT's backup, then
// its primary copy (the other way round where only the backup can be read),
// then the protective MBR; extended boot records before the MBR that leads to
// them. (An MBR with several changes to its chain of logical partitions at once
// is the exception: write after each.) The first 440 bytes of the disk, which
// hold the BIOS boot code, are kept unless they are part of a file system's
// boot sector. A hybrid MBR becomes a plain protective one.
// Returns 0, -EINVAL when the table does not fit the disk or what was changed
// in it breaks its rules, -ENOTSUP for overlapping partitions, GPT entries of
// an unusual size, two logical partitions in one record or a table of which a part
// could not be read, -ENOMEM, or the device's error.
int part_table_write(const struct part_table *t, struct disk *dev,
		     struct err *err);

// Opens one partition of a disk: reads the table, makes a slice. Close it with
// disk_close, before the disk.
// Returns 0, -ENOENT when there is no table or no such partition, -ENOTSUP for
// an extended partition, or as part_table_read.
int part_open(struct disk *dev, unsigned number, struct disk **ret,
	      struct err *err);

// --- What is on a disk -------------------------------------------------------

enum part_holds {
	PART_HOLDS_NOTHING, // blank
	PART_HOLDS_TABLE,   // a partition table of any kind, or half of one
	PART_HOLDS_VOLUME,  // a file system, swap space, an encrypted volume
	PART_HOLDS_MEMBER,  // a part of a RAID, an LVM, a pool
	PART_HOLDS_DATA,    // bytes that are nothing known
};

// What was found.
struct part_content {
	enum part_holds kind;
	const char *name; // constant, for people: "GPT", "MBR", "NTFS", "FAT",
			  // "ext", "Intel RAID (RST) member", ..., "data"; NULL
			  // when blank
	uint64_t at;      // bytes: where its mark, or the first byte, is
	bool is_inside;   // not what the disk as a whole is: a volume, or
			  // bytes, that begin somewhere in it
	struct guid disk_id; // of a GPT
	size_t parts;        // of a GPT or MBR that can be read
};

// Calls fn for all that is known by its place, the likeliest first (the table,
// what the first bytes say, what the last say), then for volumes that begin
// inside, then once for bytes that are nothing known. The disk is blank when fn
// is never called: all of its first and last 4 MiB was zero then, and some
// thousand samples of the rest (of a small disk, and of small pieces of data in
// a sparse one, everything). Stops when fn returns non-zero.
// Returns 0, what fn returned, -ENOMEM, or the device's error: a disk that
// cannot be read is never blank.
typedef int part_found_fn(void *ctx, const struct part_content *found);
int part_probe_each(struct disk *dev, part_found_fn *fn, void *ctx,
		    struct err *err);

// Says what a disk or partition is, or whether it is blank: the first that
// part_probe_each finds.
// Returns 0, -ENOMEM, or the device's error.
int part_probe(struct disk *dev, struct part_content *ret, struct err *err);

// Tells what volume begins with a sector of 512 bytes.
// Returns a constant name, as part_probe gives it, or NULL.
const char *part_name_boot(const uint8_t boot[512]);

// Tell whether a disk as a whole is the volume of that name, or has a GPT or an
// MBR that lists its partitions.
// Return true when it is or has.
bool part_content_is(const struct part_content *c, const char *name);
bool part_is_table(const struct part_content *c);

// Writes "NTFS at byte 3", "GPT, 3 partitions", or "nothing". Returns text.
#define PART_CONTENT_TEXT 128
const char *part_content_text(const struct part_content *c,
			      char text[PART_CONTENT_TEXT]);

// Removes tables, and all that part_probe knows by its place on the whole disk:
// zeroes the first and the last 4 MiB (DiskPart's `clean`: 1 MiB, which leaves
// some RAIDs), the extended boot records, and a GPT's backup wherever it is. What
// lies between stays, as there, until it is written over: a partition that is
// made on it holds it still, and part_probe finds it. A power cut leaves the old
// table or none.
// Returns 0, -ENOMEM, or the device's error.
int part_wipe(struct disk *dev, struct err *err);

#endif
