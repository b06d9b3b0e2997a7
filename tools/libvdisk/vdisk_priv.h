// SPDX-License-Identifier: MIT
//
// What the files of both formats share: a disk's parent, and the blocks that a
// new disk has from the start.

#ifndef VDISK_PRIV_H
#define VDISK_PRIV_H

#include "vdisk.h"

// Where a parent is, as the child keeps it; each may be NULL.
struct vdisk_parent {
	char *relative, *absolute;
};

// Reads where the parent of a differencing disk is. Free with
// vdisk_parent_done.
// Returns 0, -EBADMSG, -ENOMEM, or the file's error.
int vdisk_parent_read(struct disk *file, struct vdisk_parent *ret,
		      struct err *err);

// Frees the paths.
void vdisk_parent_done(struct vdisk_parent *p);

// Tells whether a block of a new disk has a place from the start.
static inline bool vdisk_is_present(const struct vdisk_create *c,
				    uint64_t block)
{
	return c->present && c->present[block / 8] >> block % 8 & 1;
}

// Returns how many of the first `blocks` blocks have one.
uint64_t vdisk_present(const struct vdisk_create *c, uint64_t blocks);

#endif
