// SPDX-License-Identifier: MIT
//
// Volumes made larger and smaller. What is moved is moved as any change is
// made (../change): clusters that nothing uses are filled first, one write of a file
// record makes them the file's, and then the old ones are free.
//
//     scan.c    whose the clusters behind a place are
//     limits.c  how small a volume can become
//     move.c    files out of the way
//     system.c  those whose place is told in more than one: $MFT, $MFTMirr, $Bitmap
//     boot.c    the boot sector and its copy
//     shrink.c, extend.c  what is done in which order

#ifndef NTFS_RESIZING_H
#define NTFS_RESIZING_H

#include "../change/change.h"
#include "ntfs_resize.h"

#define RESIZE_BUFFER (4u << 20) // bytes copied at once
#define BITMAP_GROUP  64u        // $Bitmap is as long as so many clusters need

struct resize {
	struct ntfs *n;
	struct ntfs_change *c;
	uint64_t limit; // clusters from here on are to become free
	struct progress *progress;
	uint64_t done, total; // bytes moved, and to be moved
	uint8_t *buf;         // RESIZE_BUFFER
	bool is_torn;         // a failure now leaves what is to be mended
};

// Opens a volume, readies it for changes, marks it as dirty and writes what was
// mended. End with ntfs_resize_end, also after a failure.
int ntfs_resize_begin(struct disk *dev, struct progress *progress,
		      struct resize *ret, struct err *err);

// Ends with r: clears the mark unless that would do harm. Returns r, or why 0 is
// not true.
int ntfs_resize_end(struct resize *z, int r, struct err *err);

// Writes what was changed; the volume stays marked.
int ntfs_resize_sync(struct resize *z, struct err *err);

// --- Whose clusters are (scan.c) -----------------------------------------------

// Calls fn for each run of each file, not $BadClus, by the number of its base record.
int ntfs_resize_scan(struct ntfs *n,
		     int (*fn)(void *ctx, uint64_t record,
			       const struct ntfs_run *run, struct err *err),
		     void *ctx, struct err *err);

// --- How small (limits.c) --------------------------------------------------------

struct resize_limits { // in clusters
	uint64_t in_place, minimum;
	uint64_t cluster, record; // as struct ntfs_shrink_limits
	const char *why;
};

int ntfs_resize_find_limits(struct ntfs *n, struct resize_limits *ret,
			    struct err *err);

// Writes the path of a file, as far as it can be told.
void ntfs_resize_path(struct ntfs *n, uint64_t record,
		      char ret[NTFS_RESIZE_PATH]);

// --- Moving (move.c) -------------------------------------------------------------

// Returns true when one of the runs lies behind the limit.
bool ntfs_resize_reaches(const struct resize *z, const struct ntfs_runs *runs);

// Takes clusters for those of the runs that lie behind the limit, in pieces of so
// many or a multiple, and puts them in their place. What was there, and what is
// there now, is appended to *old and *fresh; nothing is copied or given back.
int ntfs_resize_replace(struct resize *z, struct ntfs_runs *runs,
			uint64_t grain, struct ntfs_runs *old,
			struct ntfs_runs *fresh, struct err *err);

// Copies clusters, of which both have as many.
int ntfs_resize_copy(struct resize *z, const struct ntfs_runs *from,
		     const struct ntfs_runs *to, struct err *err);

// Moves a file's clusters that lie behind the limit, in an operation of its own.
int ntfs_resize_move(struct resize *z, uint64_t number, struct err *err);

// --- $MFT, $MFTMirr, $Bitmap (system.c) ------------------------------------------

// Move what of them lies behind the limit. Nothing else may be changed and not yet
// written.
int ntfs_resize_move_mft(struct resize *z, struct err *err);
int ntfs_resize_move_mirror(struct resize *z, struct err *err);
int ntfs_resize_move_bitmap(struct resize *z, struct err *err);

// --- The boot sector (boot.c) ----------------------------------------------------

int ntfs_resize_read_boot(struct resize *z, struct ntfs_boot_disk *ret,
			  struct err *err);

// Writes its copy, and then the boot sector itself, with a flush before and after.
int ntfs_resize_write_boot(struct resize *z, const struct ntfs_boot_disk *boot,
			   struct err *err);

// Makes the volume one of so many sectors.
int ntfs_resize_switch(struct resize *z, uint64_t sectors, struct err *err);

// Returns the sectors that a volume of `size` bytes counts, without its copy's, and
// the clusters that are in them.
uint64_t ntfs_resize_sectors(const struct ntfs_boot_disk *boot, uint64_t size);
uint64_t ntfs_resize_clusters(const struct ntfs *n,
			      const struct ntfs_boot_disk *boot,
			      uint64_t sectors);

#endif
