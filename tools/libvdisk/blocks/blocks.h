// SPDX-License-Identifier: MIT
//
// The common part of all virtual disks that are made of blocks: a table says of
// each block where its data lies in the file; a block of a differencing disk
// has a bitmap that says which of its sectors are here and which are below.
//
// What guests write goes to its place at once. What describes it (table and
// bitmaps) is kept in memory and written by commit, when the disk is flushed or
// when much has gathered: first what it describes is made durable, then it is
// written. So a cut at any moment leaves a valid image, and allocating a block
// costs no flush.
//
// A block that is discarded or zeroed as a whole loses its entry in the table,
// where the format has a way to say that it reads as zeroes then. Its place is
// remembered here until the disk is closed, and taken again by the same block
// only: so who still reads or writes there meets no other block's data. The
// place is given back to the file below after the commit that ended its use.
//
// One mutex guards the table's changes, the bitmaps and commit. Reading a block
// that is here whole, and writing one, take no lock.

#ifndef VDISK_BLOCKS_H
#define VDISK_BLOCKS_H

#include <pthread.h>

#include "ranges.h"
#include "vdisk.h"

// An entry of the table: the place of the data in the file and a state, as a
// VHDX has them.
#define BLOCK_STATE(entry) ((entry) & 7)
#define BLOCK_PLACE(entry) ((entry) & ~UINT64_C(511))
enum block_state {
	BLOCK_ABSENT = 0,    // what lies below shows
	BLOCK_UNDEFINED = 1, // these three read as zeroes
	BLOCK_ZERO = 2,
	BLOCK_UNMAPPED = 3,
	BLOCK_FULL = 6,
	BLOCK_PARTIAL = 7, // its bitmap tells
};
// Beside a state below BLOCK_FULL: a place that the block had, and may have
// again; with BLOCK_STALE it was not yet given back.
#define BLOCK_STALE UINT64_C(8)

// Bitmaps are read and written in pages of this at most.
#define BLOCKS_MAX_PAGE 4096u
// Pages of bitmaps kept in memory: 4 MiB at most; fewer of a parent, as there
// may be many of them.
#define BLOCKS_MAX_PAGES    1024u
#define BLOCKS_PARENT_PAGES 64u
// Pages, of bitmaps and of the table, that wait for a commit.
#define BLOCKS_MAX_DIRTY 256u

struct vdisk_page {
	uint64_t off; // in the file
	struct vdisk_page *next;
	bool is_dirty, is_used;
	uint8_t *bytes;
};

struct vdisk_blocks;

// What a format supplies. All are called with the lock held.
struct vdisk_blocks_ops {
	// Finds room for a block that has none, so that it reads as before, and
	// enters it with vdisk_blocks_set.
	int (*allocate)(struct vdisk_blocks *b, uint64_t block,
			struct err *err);
	// Returns where the page lies that has the bit of a sector, a number
	// inside the block, and *ret_bit, the bit's number in it.
	uint64_t (*bit_page)(const struct vdisk_blocks *b, uint64_t block,
			     uint32_t sector, uint32_t *ret_bit);
	// Makes everything durable: data first, then dirty pages. Dirty marks
	// are taken off by the caller when this succeeds.
	int (*commit)(struct vdisk_blocks *b, struct err *err);
	// Called before the first change; may be NULL.
	int (*prepare)(struct vdisk_blocks *b, struct err *err);
	// The last words, after a commit, when the disk is finished; may be NULL.
	int (*finish)(struct vdisk_blocks *b, struct err *err);
	// Lists all that is used of the file.
	int (*list)(const struct vdisk_blocks *b, struct vdisk_ranges *ranges,
		    struct err *err);
	// Returns the bytes of the file that a block fills, with all that is
	// its own.
	uint64_t (*slot)(const struct vdisk_blocks *b);
	// Returns where in [off, end) of the file a block, bitmaps or the table
	// can be put, or UINT64_MAX.
	uint64_t (*fit)(const struct vdisk_blocks *b,
			const struct vdisk_range *range, uint64_t off,
			uint64_t end);
	// Copies one of them to a place that `fit` gave and nothing uses, and
	// enters it there; vdisk_blocks_room made room.
	int (*move)(struct vdisk_blocks *b, const struct vdisk_range *range,
		    uint64_t to, struct err *err);
	// Returns how many bytes `count` new blocks fill in the file at most, with
	// what describes them, of a disk that is to be `size` bytes long.
	uint64_t (*room)(const struct vdisk_blocks *b, uint64_t count,
			 uint64_t size);
	// Returns how long a file would be that ends behind what is used.
	uint64_t (*end)(const struct vdisk_blocks *b);
	// Gives back what no block needs any more; may be NULL.
	int (*trim)(struct vdisk_blocks *b, struct err *err);
	// Frees the format's own.
	void (*release)(struct vdisk_blocks *b);
};

struct vdisk_blocks {
	struct disk disk;
	struct disk *file, *parent; // parent may be NULL
	const struct vdisk_blocks_ops *ops;
	uint32_t block_size,
		place_align; // place_align: of new ones in the file
	uint64_t count;
	uint64_t *table;

	bool has_bitmaps;        // a differencing disk
	bool keeps_id;           // what is written, children are not to notice
	struct guid seed;        // of new identifiers; zero: random ones
	bool low_bit_first;      // in bitmaps
	uint32_t page_size;      // of bitmaps: 512 or 4096
	uint32_t entries_a_page; // of the table, for dirty_table
	uint64_t (*table_index)(const struct vdisk_blocks *b, uint64_t block);
	uint32_t max_dirty;
	bool can_drop;   // blocks can lose their place again
	bool has_states; // ... and be told to read as zeroes above a parent
	uint64_t first_stale, end_stale; // among these blocks; none: 0, 0

	pthread_mutex_t lock;
	bool prepared;
	bool is_unfinished;                     // finishing failed on the way
	uint64_t dirty_table[BLOCKS_MAX_DIRTY]; // numbers of pages
	uint32_t dirty_table_count, dirty_page_count;
	struct vdisk_page *pages;
	uint8_t *page_bytes; // of all pages
	uint32_t max_pages;
	struct vdisk_page *buckets[BLOCKS_MAX_PAGES];
	uint32_t page_count, clock;
};

// Readies what was allocated zeroed: the lock, and the operations of a disk
// that is made of blocks. `table` is allocated for `count` entries.
// Returns 0 or -ENOMEM.
int vdisk_blocks_init(struct vdisk_blocks *b, struct err *err);

// Frees what init made and the pages; not `b`.
void vdisk_blocks_done(struct vdisk_blocks *b);

// Returns an entry of the table; may be called without the lock.
static inline uint64_t vdisk_blocks_get(const struct vdisk_blocks *b,
					uint64_t block)
{
	return __atomic_load_n(&b->table[block], __ATOMIC_ACQUIRE);
}

// Changes an entry of the table, with the lock held; vdisk_blocks_room must
// have made room for it.
void vdisk_blocks_set(struct vdisk_blocks *b, uint64_t block, uint64_t entry);

// Marks a page of the table as changed, as vdisk_blocks_set does.
void vdisk_blocks_dirty_table(struct vdisk_blocks *b, uint64_t index);

// Makes sure that `n` more pages can become dirty, by a commit if need be.
// Returns 0 or as commit.
int vdisk_blocks_room(struct vdisk_blocks *b, uint32_t n, struct err *err);

// Readies the file for changes; with the lock held.
// Returns 0 or the file's error.
int vdisk_blocks_prepare(struct vdisk_blocks *b, struct err *err);

// Writes what is pending, with the lock held.
// Returns 0 or the file's error.
int vdisk_blocks_commit(struct vdisk_blocks *b, struct err *err);

// Tells whether sectors of a block are here: *ret_count of them from `sector`,
// at most `max`, are all the same.
// Returns 0 or the file's error.
int vdisk_blocks_run(struct vdisk_blocks *b, uint64_t block, uint32_t sector,
		     uint32_t max, uint32_t *ret_count, bool *ret_here,
		     struct err *err);

// Reads what lies below: the parent, which may be shorter, or zeroes.
// Returns 0 or the parent's error.
int vdisk_blocks_below(struct vdisk_blocks *b, uint64_t off, uint8_t *out,
		       size_t len, struct err *err);

// A piece of one block.
struct vdisk_piece {
	uint64_t block, off;
	uint32_t in; // offset in the block
	size_t len;
};

// Returns the piece at the start of a range.
struct vdisk_piece vdisk_piece_at(const struct vdisk_blocks *b, uint64_t off,
				  uint64_t len);

// Cuts a piece of a block with a bitmap to what is all here or all below.
// Returns 0 or the file's error.
int vdisk_piece_cut(struct vdisk_blocks *b, struct vdisk_piece *p,
		    bool *ret_here, struct err *err);

// Writes data, or zeroes when there is none, to the front of a piece, to which
// it is cut. Returns 0 or the file's error.
int vdisk_piece_write(struct vdisk_blocks *b, struct vdisk_piece *p,
		      const uint8_t *data, struct err *err);

// Operations of the disk: zero.c, map.c, piece.c.
int vdisk_blocks_zero(struct disk *d, uint64_t off, uint64_t len,
		      struct err *err);
int vdisk_blocks_discard(struct disk *d, uint64_t off, uint64_t len,
			 struct err *err);
int vdisk_blocks_map(struct disk *d, uint64_t off, uint64_t len,
		     uint64_t *ret_len, bool *ret_data, struct err *err);
int vdisk_blocks_allocate(struct disk *d, uint64_t off, uint64_t len,
			  struct err *err);
bool vdisk_blocks_locate(struct disk *d, uint64_t off, uint64_t len,
			 bool for_writing, struct disk_place *ret);

// Gives a page of a bitmap (bitmap.c), with the lock held; valid until the next
// call. Returns 0, or as commit and disk_read.
int vdisk_page_get(struct vdisk_blocks *b, uint64_t off,
		   struct vdisk_page **ret, struct err *err);

// Says whether `count` sectors of a block are here, with the lock held.
// Returns as vdisk_page_get.
int vdisk_bits_put(struct vdisk_blocks *b, uint64_t block, uint32_t sector,
		   uint32_t count, bool here, struct err *err);

// As vdisk_blocks_run, with the lock held.
int vdisk_bits_run(struct vdisk_blocks *b, uint64_t block, uint32_t sector,
		   uint32_t max, uint32_t *ret_count, bool *ret_here,
		   struct err *err);

// --- Changing a disk as a whole ----------------------------------------------

// Readies a disk that was opened for that (edit.c), which this takes over. With
// `keeps_id` children do not notice.
// Returns 0, -EROFS, or the file's error; the disk is then closed.
int vdisk_edit_start(struct disk *d, bool keeps_id, struct vdisk_blocks **ret,
		     struct err *err);

// Ends that: makes everything durable and closes, whatever `r` says of what
// was done before. Returns r, or the file's error.
int vdisk_edit_close(struct vdisk_blocks *b, int r, struct err *err);

// Copies `len` bytes inside of a file to a place that does not overlap (edit.c).
// Returns 0, -ENOMEM, or the file's error.
int vdisk_copy_inside(struct disk *file, uint64_t from, uint64_t to,
		      uint64_t len, struct err *err);

// Cuts a file, durably; one that cannot be cut stays as it is.
// Returns 0 or the file's error.
int vdisk_shorten(struct disk *file, uint64_t size, struct err *err);

// Takes blocks their places that hold nothing but zeroes or nothing that is
// needed, as vdisk_compact tells (compact.c).
// Returns 0, -ECANCELED, -ENOMEM, or the disk's errors.
int vdisk_blocks_compact(struct vdisk_blocks *b, vdisk_unused *unused,
			 void *ctx, struct progress *progress, struct err *err);

// Moves what lies at the end of the file into gaps before it (pack.c), finishes
// the disk and closes it.
// Returns 0, -ECANCELED, -ENOMEM, or the file's error.
int vdisk_blocks_pack(struct vdisk_blocks *b, struct progress *progress,
		      struct err *err);

// Returns how many bytes at the end of the file are not used.
uint64_t vdisk_lost(const struct vdisk_blocks *b);

#endif
