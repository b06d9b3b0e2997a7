// SPDX-License-Identifier: MIT
//
// What both formats tell libvdisk of a disk's parent.

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

#endif
