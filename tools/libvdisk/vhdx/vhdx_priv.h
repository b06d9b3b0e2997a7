// SPDX-License-Identifier: MIT
//
// VHDX inside libvdisk: what was decoded from headers, regions and metadata,
// and its log.

#ifndef VHDX_PRIV_H
#define VHDX_PRIV_H

#include "vdisk.h"

#define VHDX_MAX_ENTRIES 2047 // of a region or metadata table; the format's
#define VHDX_MAX_OTHERS  8 // regions of other makers; none are known to exist
#define VHDX_MAX_SIZE    (UINT64_C(64) << 40) // the format's
#define VHDX_MIN_BLOCK   (1u << 20)           // the format's
#define VHDX_MAX_BLOCK   (256u << 20)         // the format's
#define VHDX_MAX_LOG     (16u << 20) // everybody makes 1 MiB; it is read whole
#define VHDX_MAX_ITEM    (1u << 20)  // the format's
#define VHDX_MAX_LOCATOR (64u << 10) // that we write; Windows' has 700

#define VHDX_MIB (UINT64_C(1) << 20)

// The current header.
struct vhdx_header {
	uint64_t sequence;
	int slot; // 0 or 1
	struct guid file_write, data_write, log;
	uint64_t log_offset;
	uint32_t log_length;
};

struct vhdx {
	struct vhdx_header header;
	uint64_t table_offset, table_length; // block table
	uint64_t meta_offset, meta_length;   // metadata region
	struct {
		uint64_t offset, length;
	} others[VHDX_MAX_OTHERS]; // regions that need not be known
	size_t other_count;
	unsigned items; // of the metadata, a bit each that is there
	uint32_t block_size;
	bool is_fixed, has_parent;
	uint64_t size, size_offset; // size_offset: of this item in the file
	uint32_t sector_size;
	struct guid id;
	uint64_t locator_offset; // of the parent locator in the file, 0: none
	uint32_t locator_length;
	uint64_t locator_entry; // what says so of it in the metadata table
	uint32_t items_end;     // of all items in the metadata region
	struct guid parent_id, parent_id_2; // parent_linkage, parent_linkage2
	char parent[VDISK_TEXT];
	char creator[VDISK_TEXT];
};

// Reads and checks everything but the block table. When the log holds writes,
// *ret_overlay is a disk that shows the file as it is after them, to be closed
// by the caller, and was read; else NULL.
// Returns 0, -ENOENT when the file is no VHDX, -EBADMSG, -ENOTSUP for what it
// requires and is not known, -EFBIG over a limit, -ENOMEM, or the file's error.
int vhdx_read(struct disk *file, struct vhdx *ret, struct disk **ret_overlay,
	      struct err *err);

// As vdisk_probe, for a VHDX only. Returns as vhdx_read.
int vhdx_probe(struct disk *file, struct vdisk_info *ret, struct err *err);

// Opens a VHDX, on its parent if it has one, for writing if the file is; then
// its log is replayed first.
// Returns as vhdx_read.
int vhdx_open(struct disk *file, struct disk *parent, struct disk **ret,
	      struct err *err);

// As vdisk_create. Returns as that.
int vhdx_create(struct disk *file, const struct vdisk_create *c,
		struct err *err);

// As vdisk_create_layout. Returns as that.
int vhdx_layout(const struct vdisk_create *c, struct vdisk_layout *ret,
		struct err *err);

// Opens one alone, to change it as a whole: vdisk_edit_start.
struct vdisk_blocks;
int vhdx_edit(struct disk *file, bool keeps_id, struct vdisk_blocks **ret,
	      struct err *err);

// As vdisk_expand; `size` is larger than it is. With `keeps_id` children do not
// notice.
int vhdx_expand(struct disk *file, uint64_t size, bool keeps_id,
		struct err *err);

// As vdisk_reparent, to what `c` says of a parent.
int vhdx_reparent(struct disk *file, const struct vdisk_create *c,
		  struct err *err);

// Makes headers and region tables good that are damaged.
// Returns as vhdx_read.
int vhdx_copies_mend(struct disk *file, struct err *err);

// As vdisk_reset; the file keeps its length.
int vhdx_reset(struct disk *file, struct err *err);

// Of the regions everybody must know, in on-disk order.
extern const struct guid vhdx_table_region, vhdx_meta_region;

// Reads a region table and changes in it where the block table is; `bytes` has
// VHDX_TABLE_SIZE bytes for it, checksum and all.
// Returns 0, -EBADMSG, or the file's error.
int vhdx_regions_change(struct disk *file, uint64_t off, uint64_t len,
			uint8_t *bytes, struct err *err);

// Tells whether both headers and both region tables are as they should be.
// Returns 0, -ENOMEM, or the file's error.
int vhdx_copies_check(struct disk *file, bool *ret_good, struct err *err);

// Returns how many blocks of data come before one of sector bitmaps (table.c).
uint64_t vhdx_ratio(uint32_t block_size, uint32_t sector_size);

// Returns how many entries the block table of so many blocks has.
uint64_t vhdx_table_entries(uint64_t blocks, uint64_t ratio, bool has_bitmaps);

// Writes a header over the one that is not current, twice, so that both are the
// same, each durable before the next.
// Returns 0 or the file's error.
int vhdx_header_write(struct disk *file, struct vhdx_header *h,
		      struct err *err);

// Returns the CRC-32C of n bytes whose own checksum, taken as zero, is at 4.
static inline uint32_t vhdx_checksum(const uint8_t *bytes, size_t n)
{
	static const uint8_t zero[4];
	uint32_t crc = crc32c_update(0, bytes, 4);

	crc = crc32c_update(crc, zero, sizeof(zero));
	return crc32c_update(crc, bytes + 8, n - 8);
}

// Reads items of the metadata region, whose place `v` has, into `v`.
// Returns as vhdx_read.
int vhdx_read_meta(struct disk *file, struct vhdx *v, struct err *err);

// Writes the metadata region at `offset`.
// Returns 0, -EINVAL for a path that is not UTF-8, -EFBIG for one too long,
// -ENOMEM, or the file's error.
int vhdx_meta_write(struct disk *file, uint64_t offset,
		    const struct vdisk_create *c, uint32_t block_size,
		    struct err *err);

// What a child says of its parent.
struct vhdx_locator {
	struct vdisk_parent paths; // values that are not there are NULL
	struct guid id, id_2;      // parent_linkage; parent_linkage2, or zero
};

// Reads the parent locator (locator.c). Free the paths with
// vdisk_parent_done.
// Returns 0, -EBADMSG, -ENOTSUP for another type of locator, -ENOMEM, or the
// file's error.
int vhdx_locator_read(struct disk *file, const struct vhdx *v,
		      struct vhdx_locator *ret, struct err *err);

// As vdisk_parent_read, for a VHDX only. Returns as vhdx_read.
int vhdx_parent_read(struct disk *file, struct vdisk_parent *ret,
		     struct err *err);

// Encodes a parent locator. *ret is new memory, free with mem_free.
// Returns 0, -EINVAL for a path that is not UTF-8, -EFBIG, or -ENOMEM.
int vhdx_locator_encode(const struct vdisk_create *c, uint8_t **ret,
			size_t *ret_n, struct err *err);

// --- The log (log.c, replay.c) --------------------------------------

// One write of an entry; data NULL: zeroes.
struct vhdx_log_write {
	uint64_t offset, length;
	const uint8_t *data;
};

// What a log asks to be written, in order.
struct vhdx_replay {
	struct vhdx_log_write *writes;
	size_t count, capacity;
	uint64_t last_size; // of the file, at least
	uint8_t *log;       // what `data` points into
};

// Finds the active sequence of the log that the header names.
// Returns 0, -EBADMSG when there is none, -EFBIG, -ENOMEM, or the file's error.
int vhdx_replay_find(struct disk *file, const struct vhdx_header *h,
		     struct vhdx_replay *ret, struct err *err);

// Frees what find gave.
void vhdx_replay_done(struct vhdx_replay *replay);

// Writes it all to the file, and flushes.
// Returns 0 or the file's error.
int vhdx_replay_apply(struct disk *file, const struct vhdx_replay *replay,
		      struct err *err);

// A read-only disk that shows the file as it is after the replay, which it
// takes over.
// Returns 0 or -ENOMEM.
int vhdx_overlay(struct disk *file, struct vhdx_replay *replay,
		 struct disk **ret, struct err *err);

#define VHDX_LOG_MAX_WRITES 60u // of an entry; two such fit into any log

// A log that is written to.
struct vhdx_log {
	struct disk *file;
	struct guid id;
	uint64_t offset;       // in the file
	uint32_t length, next; // next: where the next entry goes
	uint64_t sequence;     // of the next entry
	uint8_t *bytes;        // room for the longest entry
};

// Readies a log that is empty, under the header's log id or, when that is zero, a
// new one, with an entry that holds nothing. End with vhdx_log_done.
// Returns 0, -ENOMEM, or the file's error.
int vhdx_log_start(struct vhdx_log *log, struct disk *file,
		   const struct vhdx_header *h, struct err *err);

// Writes an entry of `count` whole sectors of 4 KiB and makes it durable; all
// that was in earlier entries is durable in its place.
// Returns 0 or the file's error.
int vhdx_log_append(struct vhdx_log *log, const struct vhdx_log_write *writes,
		    size_t count, struct err *err);

// Frees the buffer.
void vhdx_log_done(struct vhdx_log *log);

#endif
