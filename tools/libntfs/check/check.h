// SPDX-License-Identifier: MIT
//
// The checker's state. It goes over the volume in stages: the system's own
// places; all file records in order of the MFT, with each stream's clusters;
// all indexes; security; and at the end what only the sums can tell (lost
// clusters, names without entries).

#ifndef NTFS_CHECK_H
#define NTFS_CHECK_H

#include "../read/read.h"

#define CHECK_MAX_REPORTS 4096u      // problems passed on; all are counted
#define CHECK_MAX_RECORDS 0x8000000u // of the MFT: 64 bytes of memory each
#define CHECK_PIECE       (1u << 20) // bytes of the MFT read at once

// Returns the size of a buffer by which so many bytes are read.
static inline size_t ntfs_check_piece(uint64_t bytes)
{
	return bytes < CHECK_PIECE ? (size_t)bytes : CHECK_PIECE;
}

enum { // check_record.flags
	CR_IN_USE = 0x01,
	CR_FOLDER = 0x02,
	CR_EXTENSION = 0x04,
	CR_CLAIMED = 0x08,    // an extension that its base record names
	CR_BROKEN = 0x10,     // could not be decoded: reported once
	CR_HAS_INDEX = 0x20,  // a folder's
	CR_OBJECT_ID = 0x40,  // not yet found in $ObjId
	CR_REPARSE = 0x80,    // not yet found in $Reparse
	CR_REACHED = 0x100,   // a path leads to the root
	CR_ON_PATH = 0x200,   // while that is found out
	CR_LINKED = 0x400,    // has several names, short ones not counted
	CR_NAMELESS = 0x1000, // has no name at all
	CR_STRAY = 0x800,     // an entry leads to it that is none of its names
};

// What is kept of each record.
struct check_record {
	uint64_t names;  // hashes of its names, less those of its entries
	uint64_t parent; // record, of a folder
	uint64_t size, allocated; // of the unnamed $DATA
	uint32_t attributes, security_id;
	uint32_t times; // ntfs_check_times
	uint32_t ea_or_reparse;
	int32_t names_left; // names less entries
	uint16_t sequence, flags;
};

struct check_descriptor { // one of $Secure:$SDS
	uint32_t id, hash, size;
	uint64_t offset;
	bool in_sii, in_sdh;
};

struct check {
	struct ntfs *n;
	void (*report)(void *ctx, const struct ntfs_problem *problem);
	void *ctx;
	struct progress *progress;
	struct ntfs_check_result result;
	uint64_t reports, max_reports;
	struct err *err;
	struct check_record *records;
	uint8_t *used;       // a bit a cluster
	uint64_t twice;      // clusters found to be used more than once
	uint8_t *mft_bitmap; // a bit a record
	size_t mft_bitmap_size;
	struct check_descriptor *descriptors; // by rising id
	size_t descriptor_count;
};

// Runs all stages over a volume, with `report`, `ctx`, `progress`, `err` and
// `max_reports` set; what was found out of its records and clusters stays until
// ntfs_check_done, which is to be called in any case.
int ntfs_check_run(struct disk *dev, struct check *c);
void ntfs_check_done(struct check *c);

// Counts and reports what makes the volume unsafe. `record` may be ERR_NOWHERE.
void ntfs_check_problem(struct check *c, uint64_t record, enum ntfs_rule rule,
			const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

// As that, for a finding that is not NTFS_UNSAFE.
void ntfs_check_find(struct check *c, enum ntfs_finding finding,
		     uint64_t record, enum ntfs_rule rule, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

// As that, for clusters that no file has.
void ntfs_check_lost(struct check *c, uint64_t first, uint64_t count,
		     const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

// Returns true for an error that comes from the volume's content.
bool ntfs_check_is_content(int r);

// Makes a problem of an error that comes from the volume's content.
// Returns 0 then; the error itself when it comes from elsewhere.
int ntfs_check_failed(struct check *c, uint64_t record, enum ntfs_rule rule,
		      int r, const struct err *e);

// Returns the record's entry, or NULL when the MFT has no such record.
struct check_record *ntfs_check_get(const struct check *c, uint64_t number);

// Returns true when a reference is that of a file in use.
bool ntfs_check_is_file(const struct check *c, uint64_t reference);

// Compares whole bitmaps' bits.
static inline bool check_bit(const uint8_t *bits, uint64_t i)
{
	return bits[i / 8] >> (i % 8) & 1;
}

// The stages. Each returns 0, also when it found problems, or an error that
// ends the check.
int ntfs_check_boot(struct check *c);
int ntfs_check_mirror(struct check *c);
int ntfs_check_records(struct check *c);
int ntfs_check_system(struct check *c);
int ntfs_check_folders(struct check *c);
int ntfs_check_names(struct check *c);
int ntfs_check_security(struct check *c);
int ntfs_check_views(struct check *c);
int ntfs_check_bitmap(struct check *c);

// file.c: all rules of one file, but those of its indexes.
int ntfs_check_file(struct check *c, const struct ntfs_file *f);

// attr.c: the rules of one record's attributes alone.
void ntfs_check_attrs(struct check *c, const struct ntfs_record *rec);

// What is known of each type of attribute: RESIDENT and OUTSIDE (non-resident) when
// it must be so; ONCE a file; `min` bytes of a resident value.
enum {
	CHECK_RESIDENT = 1,
	CHECK_INDEXED = 2,
	CHECK_ONCE = 4,
	CHECK_NAMELESS = 8,
	CHECK_OUTSIDE = 16,
};
struct check_form {
	uint32_t type;
	unsigned flags;
	uint32_t min, max;
};

// Returns that of a type, or NULL for one that is unknown.
const struct check_form *ntfs_check_form_of(uint32_t type);

// named.c: the name that a file of the system has by its number, or NULL.
const char *ntfs_check_system_name(uint64_t number);

// Returns the name that a file of the system, or one in $Extend, must have when all
// of its names are others; else NULL.
const char *ntfs_check_misnamed(const struct ntfs_file *f);

// list.c: the attribute list against the attributes that there are.
int ntfs_check_list(struct check *c, const struct ntfs_file *f);

// clusters.c: marks the runs' clusters as used.
void ntfs_check_mark(struct check *c, uint64_t record,
		     const struct ntfs_attr *a, const struct ntfs_runs *runs);

// index.c: the rules of any index; fn is called for each entry with a
// key, in order.
int ntfs_check_index(struct check *c, const struct ntfs_file *f,
		     const char *name,
		     int (*fn)(struct check *c, const struct ntfs_index *x,
			       const struct ntfs_index_entry *e, void *ctx),
		     void *ctx);

// Returns the sum's part of one name.
uint64_t ntfs_check_name_hash(uint64_t file, const struct ntfs_file_name *name);

// Returns a hash of the times that an entry repeats: of creation, of the last
// write and of the last change.
uint32_t ntfs_check_times(uint64_t created, uint64_t modified,
			  uint64_t changed);

// Reads an attribute's content by name; -ENOENT and what is broken are problems
// under `rule`, and then *ret is NULL.
int ntfs_check_read(struct check *c, uint64_t record, uint32_t type,
		    const char *name, uint64_t limit, enum ntfs_rule rule,
		    uint8_t **ret, size_t *ret_size);

#endif
