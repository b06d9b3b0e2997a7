// SPDX-License-Identifier: MIT
//
// What the files of libpart share.

#ifndef PART_PRIV_H
#define PART_PRIV_H

#include "part.h"
#include "part_disk.h"

// Limits: what no tool in use comes near to, and what keeps work small.
#define PART_MAX_SLOTS      1024 // GPT entries; 128 is usual
#define PART_MAX_ENTRY_SIZE 4096 // bytes of one
#define PART_MAX_LOGICAL    256  // logical partitions; Linux shows 60
#define PART_MAX_SECTOR     4096

// --- disk.c ------------------------------------------------------------------

// Leaves out what is not sound, when the table is read so (part_table_look): `why`
// says what, with the code `r`.
// Returns 0 then, else r with err set.
int part_leave_out(struct part_table *t, int r, const struct err *why,
		   struct err *err);

// --- table.c -----------------------------------------------------------------

// Makes an empty table with nothing but the disk's measures.
int part_table_alloc(const struct disk *dev, struct part_table **ret,
		     struct err *err);

// Puts a partition in its place by number; sets nothing else.
int part_table_insert(struct part_table *t, const struct part *p,
		      struct err *err);

// Returns the first extended partition, or NULL.
struct part *part_find_extended(const struct part_table *t);

// Returns true when any two partitions share space (logical ones are held
// against each other, not against the extended one they lie in), or one shares
// it with the table itself.
bool part_table_has_overlap(const struct part_table *t);

static inline bool part_is_extended(const struct part *p)
{
	return p->mbr_type == PART_MBR_EXTENDED ||
	       p->mbr_type == PART_MBR_EXTENDED_LBA || p->mbr_type == 0x85;
}

// --- sector_size.c -----------------------------------------------------------

// Checks that a disk's sectors are of a size that is known.
// Returns 0 or -ENOTSUP.
int part_check_sector_size(const struct disk *dev, struct err *err);

// The same, and that it is the size which its table was made for; corrects it
// where it was only assumed.
// Returns 0, -ENOTSUP, or the device's error.
int part_settle_sector_size(struct disk *dev, struct err *err);

// --- signature.c -------------------------------------------------------------

#define PART_EDGE ((size_t)4 << 20) // bytes at either end that hold known marks

// Pieces of a disk that were read; others are not known.
struct part_view {
	uint64_t size; // of the disk
	uint64_t base; // where on the whole disk it begins; not 0: inside
	const uint8_t *bytes[2];
	uint64_t at[2];
	size_t len[2];
};

// Calls fn for what is known by its place in what was read; stops when it returns
// non-zero. Returns 0 or what fn returned.
int part_find_signatures(const struct part_view *v, part_found_fn *fn,
			 void *ctx);

// Tells what a sector of 512 bytes alone is: of a volume whose beginning is lost.
// Returns a constant name, or NULL.
const char *part_name_sector(const uint8_t *b);

// --- gpt.c -------------------------------------------------------------------

// Returns the bytes that the entries of a table take, in whole sectors.
uint64_t gpt_entries_size(const struct part_table *t);

// Reads both copies. Returns 0, -EBADMSG when neither is good, ...
int gpt_read(struct disk *dev, struct part_table *t, struct err *err);

// Finds out where a good primary copy says that the backup's header is, as an
// LBA. *ret is 0 when there is no good primary copy.
int gpt_find_backup(struct disk *dev, uint64_t *ret, struct err *err);

// Finds a good copy of a GPT by a sector size that need not be the disk's. *ret_at
// is where its header is, the primary one's if both are good, or 0.
// Returns 0, -ENOMEM, or the device's error.
int gpt_find_lost(struct disk *dev, uint32_t sector_size, uint64_t *ret_at,
		  struct guid *ret_id, struct err *err);

// Writes both copies, not the MBR.
int gpt_write(const struct part_table *t, struct disk *dev, struct err *err);

// --- mbr.c -------------------------------------------------------------------

enum mbr_kind {
	MBR_NONE, // no magic, or a file system's boot sector
	MBR_PLAIN,
	MBR_PROTECTIVE, // one entry of type 0xee
	MBR_HYBRID,     // such an entry and others
};

// Where the extended boot records lie.
struct mbr_chain {
	size_t count;
	uint64_t at[PART_MAX_LOGICAL];
};

// Tells what the first sector is.
enum mbr_kind mbr_classify(const struct mbr_disk *m, uint64_t sectors);

// Returns true for a sector with a FAT, NTFS or exFAT parameter block.
bool mbr_is_volume(const struct mbr_disk *m);

// Returns true for an entry of a table that is in use.
bool mbr_is_used(const struct mbr_entry_disk *e);

// Reads an MBR's partitions and its chain; `chain` may be NULL.
int mbr_read(struct disk *dev, const struct mbr_disk *m, struct part_table *t,
	     struct mbr_chain *chain, struct err *err);

// Writes extended boot records, then the MBR.
int mbr_write(const struct part_table *t, struct disk *dev, struct err *err);

// Writes the protective MBR of a GPT, unless it is there.
int mbr_write_protective(const struct part_table *t, struct disk *dev,
			 struct err *err);

#endif
