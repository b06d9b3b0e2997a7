// SPDX-License-Identifier: MIT
//
// Merging inside libvdisk.

#ifndef VDISK_MERGE_H
#define VDISK_MERGE_H

#include "vdisk.h"

// Writes what `count` differencing disks hold, layers[0] on top of all and the
// last one a child of `target`, into that, and flushes. What the top shows does
// not change meanwhile, so that it can be done again after a cut.
// Returns 0, -ECANCELED, -ENOMEM, or the disks' errors.
int vdisk_merge_layers(struct disk *const *layers, size_t count,
		       struct disk *target, struct progress *progress,
		       struct err *err);

#endif
