// SPDX-License-Identifier: MIT
//
// What is used of a virtual disk's file, and by what.

#ifndef VDISK_RANGES_H
#define VDISK_RANGES_H

#include "base.h"

struct vdisk_range {
	uint64_t off, len, number;
	const char *what;
};

struct vdisk_ranges {
	struct vdisk_range *items;
	size_t count, capacity;
};

// The names of what can move; their numbers are a block's and a chunk's.
#define VDISK_RANGE_BLOCK   "block"
#define VDISK_RANGE_BITS    "bitmaps of chunk"
#define VDISK_RANGE_TABLE   "block table"
#define VDISK_RANGE_HEADER  "dynamic header"
#define VDISK_RANGE_LOCATOR "parent locator"
#define VDISK_RANGE_FOOTER  "footer" // is written anew wherever the end is

// Adds what is used of a file to a list: `what` is a name that lives on,
// `number` a block's, a chunk's or 0.
// Returns 0 or -ENOMEM.
int vdisk_ranges_add(struct vdisk_ranges *ranges, uint64_t off, uint64_t len,
		     const char *what, uint64_t number, struct err *err);

// Sorts by place.
void vdisk_ranges_sort(struct vdisk_ranges *ranges);

// Returns true when a range is a block.
bool vdisk_range_is_block(const struct vdisk_range *range);

// Returns true when a range can be moved: a block, or bitmaps.
bool vdisk_range_can_move(const struct vdisk_range *range);

// Returns the first of a sorted list, from *from on, that shares bytes with
// [off, off + len), and leaves *from behind it; NULL when there is none.
const struct vdisk_range *vdisk_ranges_next(const struct vdisk_ranges *ranges,
					    uint64_t off, uint64_t len,
					    size_t *from);

// Frees the list.
void vdisk_ranges_done(struct vdisk_ranges *ranges);

#endif
