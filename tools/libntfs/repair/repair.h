// SPDX-License-Identifier: MIT
//
// The repairing half of libntfs. All of it is done in memory first, on a scratch
// disk over the volume: that is the plan. It goes in rounds: the volume, as it
// would be by now, is checked; of what was found, the kind that stands first in
// the table of rules.c is repaired, since what stands behind it may be but its
// consequence; and so on until nothing is found, or nothing more can be done.
//
//     repair.c    the rounds
//     rules.c     what is done about each finding
//     boot.c      the boot sector and its copy
//     first.c     the MFT's first records and their mirror
//     bare.c      the records of the system's files made anew
//     swapped.c   records that lie in each other's place
//     scan.c      all file records as far as they can be read
//     record.c    the header of one record
//     round.c     what a round works on
//     bitmaps.c   $Bitmap and the MFT's
//     salvage.c   a file as far as it can be read
//     file.c      what is wrong with its attributes
//     system.c    the system's own files
//     cross.c     clusters of two files
//     adopt.c     names that a folder knows better than the file
//     folder.c    the index of a folder made anew
//     entries.c   entries of folders, and what they repeat
//     names.c     files that no folder leads to
//     view.c      other indexes
//     secure.c    security descriptors
//     end.c       mirror, flags, log: what comes last
//     journal.c   the plan done
//
// A plan holds no order of writes that a power cut could not harm, so there is
// none: all sectors that change are first written, together, to clusters that no
// file has, then a sector that says so, and then to their places (journal.c).

#ifndef NTFS_REPAIR_PRIV_H
#define NTFS_REPAIR_PRIV_H

#include "../change/change.h"
#include "../check/check.h"
#include "ntfs_repair.h"

// Memory, beside what the check takes: 4 bytes a record, 3 bits a cluster, and what
// is changed. When so much of that is there, the rest waits for another plan.
#define REPAIR_MAX_CHANGED   (256u << 20)
#define REPAIR_MAX_ROUNDS    40u // each does something that none before did
#define REPAIR_MAX_TRIES     3u  // of one kind, for one file
#define REPAIR_MAX_STRANGERS 4096u
#define REPAIR_TOLD_LEFT     0x80000000u // it was told that a record is left

// Kinds of repairs, in their order.
enum repair_kind {
	REPAIR_NOTHING, // follows from others, or cannot be done
	REPAIR_RECORD,  // the header of a file record
	REPAIR_FILE,    // a file's attributes
	REPAIR_SYSTEM,  // content of a file of the system
	REPAIR_CROSS,   // clusters of two files
	REPAIR_SECURE,  // $Secure
	REPAIR_OWNER, // a file's security id: new files in it get theirs by it
	REPAIR_ADOPT, // names that only a folder has
	REPAIR_INDEX, // a folder's index
	REPAIR_NAME,  // files that no folder leads to
	REPAIR_ENTRY, // what entries repeat
	REPAIR_VIEW,  // other indexes
	REPAIR_KINDS,
};

struct ntfs_repair {
	struct disk *dev, *over; // the volume; as it will be
	void (*found)(void *ctx, const struct ntfs_problem *problem);
	uint64_t found_count;
	void (*report)(void *ctx, const struct ntfs_repair_step *step);
	void *ctx;
	struct progress *progress;
	struct err *err;
	struct ntfs_repair_result result;
	uint32_t *tried; // by record: two bits a kind, REPAIR_TOLD_LEFT
	uint64_t tried_count;
	bool is_full;  // REPAIR_MAX_CHANGED is reached
	bool is_stuck; // files cannot be changed
	int hidden;    // the first error that ntfs_repair_hide has seen
	bool resets_log, bitmap_told, mft_bitmap_told;
	bool skips_bitmap; // a scan does not claim $Bitmap's clusters
	uint16_t is_bare;  // bits 1 << number: records of the system made anew
};

// --- What is told (repair.c) --------------------------------------------

// Tells of a step. `record` may be ERR_NOWHERE.
void ntfs_repair_say(struct ntfs_repair *r, uint64_t record, const char *fmt,
		     ...) __attribute__((format(printf, 3, 4)));

// As that, of something that is lost by the damage.
void ntfs_repair_lose(struct ntfs_repair *r, uint64_t record, const char *fmt,
		      ...) __attribute__((format(printf, 3, 4)));

// Tells, once a record, that what is wrong with it stays, and why.
void ntfs_repair_leave(struct ntfs_repair *r, uint64_t record,
		       const struct err *why);

// Takes what a look at something that may be broken gave. What does not come from
// the volume's content (no memory, the device's errors) is kept, and ends the repair:
// nothing is taken for broken that could not be read.
// Returns code.
int ntfs_repair_hide(struct ntfs_repair *r, int code);

// --- Rules (rules.c) ----------------------------------------------------

struct repair_rule {
	enum repair_kind kind;
	const char *action; // what is done
};
const struct repair_rule *ntfs_repair_rule(enum ntfs_rule rule);

// --- All file records (scan.c) ------------------------------------------

enum {
	SCAN_IN_USE = 1, // can be read and is in use
	SCAN_EXTENSION = 2,
	SCAN_BROKEN = 4, // is one and cannot be read
	SCAN_ODD = 8,    // only after its header was mended
};

struct scan_extension {
	uint64_t base; // reference
	uint64_t record;
};

// A record that says that it is another.
struct scan_stranger {
	uint64_t at, number;
};

struct repair_scan {
	uint8_t *flags; // SCAN_* of each record
	uint16_t *sequences;
	uint64_t count;
	uint8_t *
		claims; // a bit a cluster that any readable run has, and some more
	struct scan_extension *extensions; // by base
	size_t extension_count, extension_capacity;
	bool skips_bitmap;
	struct scan_stranger *strangers; // the first REPAIR_MAX_STRANGERS
	size_t stranger_count, stranger_capacity;
};

int ntfs_repair_scan(struct ntfs_repair *r, struct ntfs *n,
		     struct repair_scan *ret);
void ntfs_repair_scan_done(struct repair_scan *s);

// Returns the first of a base record's extensions, and how many there are.
const struct scan_extension *ntfs_repair_extensions(const struct repair_scan *s,
						    uint64_t base,
						    size_t *ret_count);

// Returns true when a reference is that of a base record in use.
bool ntfs_repair_is_base(const struct repair_scan *s, uint64_t reference);

// Decodes a record as ntfs_record_decode does, with a header that is wrong in what
// follows from elsewhere mended in place (*ret_odd). Returns false when it is none.
bool ntfs_repair_decode(uint8_t *data, uint32_t size, uint64_t number,
			struct ntfs_record *ret, bool *ret_odd);

// Goes to the next attribute that can be decoded; those that cannot are passed
// over and counted. Returns false at the end.
bool ntfs_repair_next(const struct ntfs_record *rec, struct ntfs_attr *attr,
		      unsigned *broken);

// Appends the runs of a piece up to the first that cannot be; *ret_whole: they were
// all.
int ntfs_repair_runs(const struct ntfs *n, const struct ntfs_attr *attr,
		     struct ntfs_runs *runs, bool *ret_whole, struct err *err);

// --- A round (round.c) --------------------------------------------------

struct repair_round {
	struct ntfs_repair *r;
	struct check check;
	struct repair_scan scan;
	uint16_t *needs; // bits 1 << enum repair_kind, by record
	uint16_t kinds;  // all of them
	uint64_t found;
	bool bitmap, mft_bitmap; // are not what they should be
	bool dirty, log, mirror;
	struct ntfs *n; // changed by this:
	struct ntfs_change *c;
};

// Scans and checks. End it with ntfs_round_done.
int ntfs_round_begin(struct ntfs_repair *r, struct repair_round *ret);
void ntfs_round_done(struct repair_round *w);

// Readies the volume for changes: what any readable run has is marked as used, and
// nothing else.
int ntfs_round_open(struct repair_round *w);

// Writes what was changed onto the scratch disk.
int ntfs_round_flush(struct repair_round *w);

// Calls fn for each record that has something of a kind to do. What fn returns as
// an error of the volume's content, or for want of room, leaves that record as it
// is.
int ntfs_round_each(struct repair_round *w, enum repair_kind kind,
		    int (*fn)(struct repair_round *w, uint64_t number,
			      struct err *err));

// Notes what a record needs, in the rounds to come too.
void ntfs_round_want(struct repair_round *w, uint64_t number,
		     enum repair_kind kind);

// Returns true when a record is to be looked at, which counts as a try.
bool ntfs_round_takes(struct repair_round *w, uint64_t number,
		      enum repair_kind kind);

// Ends an operation on a record with what it gave; as ntfs_round_each.
int ntfs_round_end(struct repair_round *w, uint64_t number, int result,
		   const struct err *e);

// --- The kinds ----------------------------------------------------------

int ntfs_repair_boot(struct ntfs_repair *r);
int ntfs_repair_first(struct ntfs_repair *r);
int ntfs_repair_bare(struct ntfs_repair *r);

// Writes the name that a file of the system has, as its FILE_NAME. Returns its size,
// or 0 for one without.
#define REPAIR_MAX_SYSTEM_NAME 128u
size_t ntfs_repair_system_name(uint64_t number, uint64_t time,
			       uint8_t ret[REPAIR_MAX_SYSTEM_NAME]);

int ntfs_repair_swapped(struct ntfs_repair *r, struct ntfs *n,
			const struct repair_scan *scan, bool *ret_done);
int ntfs_repair_mirror(struct ntfs_repair *r, struct ntfs *n);
int ntfs_repair_record(struct repair_round *w, uint64_t number,
		       struct err *err);
int ntfs_repair_file(struct repair_round *w, uint64_t number, struct err *err);
int ntfs_repair_system(struct repair_round *w, uint64_t number,
		       struct err *err);
int ntfs_repair_cross(struct repair_round *w);
int ntfs_repair_adopt(struct repair_round *w);
int ntfs_repair_folders(struct repair_round *w);
int ntfs_repair_names(struct repair_round *w);
int ntfs_repair_entries(struct repair_round *w);
int ntfs_repair_secure(struct repair_round *w);
int ntfs_repair_owner(struct repair_round *w, uint64_t number, struct err *err);
int ntfs_repair_views(struct repair_round *w);

// Ends the plan: what follows from all the rest (end.c).
int ntfs_repair_end(struct repair_round *w);

// Sets both bitmaps to what the scan (and the check, unless NULL) found.
int ntfs_repair_bitmaps(struct ntfs_repair *r, struct ntfs *n,
			const struct repair_scan *scan,
			const struct check *check);

// Makes both as long as they must be, where they have the room.
int ntfs_repair_fit_bitmaps(struct ntfs_repair *r, struct ntfs *n);

// --- A file as far as it can be read (salvage.c) ------------------------

// Loads it. What could not be read is told of; *ret_lost says that something was.
// Ends as ntfs_change_load.
int ntfs_salvage(struct repair_round *w, uint64_t number,
		 struct change_file *ret, bool *ret_lost, struct err *err);

// Gives a file an empty index in the place of one that it has or has not; type and
// collation are those of folders unless the old one has others (folder.c).
int ntfs_repair_empty_index(struct change_file *f, const char *name,
			    struct err *err);

// Calls fn for each entry with a key that can be read in an index, whether or not its
// tree leads there (entries.c).
int ntfs_repair_each_entry(struct ntfs_repair *r, const struct ntfs_file *f,
			   const char *name,
			   int (*fn)(void *ctx, const struct ntfs_index *x,
				     const struct ntfs_index_entry *e),
			   void *ctx, struct err *err);

// Pairs of a folder and a file in it.
struct repair_pair {
	uint64_t folder, file; // record numbers
};
struct repair_pairs {
	struct repair_pair *items;
	size_t count, capacity;
};

// Gathers those of all files that `wants` says yes to, sorted (entries.c). Free
// ret->items with mem_free.
int ntfs_repair_pairs(struct repair_round *w,
		      bool (*wants)(const struct repair_round *w,
				    uint64_t folder, uint64_t file),
		      struct repair_pairs *ret);

// Drops an attribute without giving its clusters back: others may have them too.
void ntfs_salvage_drop(struct change_file *f, struct change_attr *a);

#endif
