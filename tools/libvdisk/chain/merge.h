// SPDX-License-Identifier: MIT
//
// Merging inside libvdisk.

#ifndef VDISK_MERGE_H
#define VDISK_MERGE_H

#include "chain.h"

// Writes what `count` differencing disks hold, layers[0] on top of all and the
// last one a child of `target`, into that, and flushes. What the top shows does
// not change meanwhile, so that it can be done again after a cut.
// Returns 0, -ECANCELED, -ENOMEM, or the disks' errors.
int vdisk_merge_layers(struct disk *const *layers, size_t count,
		       struct disk *target, struct progress *progress,
		       struct err *err);

// As vdisk_chain_merge, of a depth that can be, without asking for room.
int vdisk_merge_chain(struct vdisk_chain *chain, unsigned depth,
		      struct progress *progress, struct err *err);

// Tells of all layers whether the content at `off` comes from one of them, and
// for how many of *len bytes that is so. So does the nothing that is behind the
// end of a shorter one.
// Returns 0, or the disks' errors.
int vdisk_layers_own(struct disk *const *layers, size_t count, uint64_t off,
		     uint64_t *len, bool *ret, struct err *err);

// Asks the files of an opened chain whether that of the disk which `depth` disks
// are merged into can become as long as it must.
// Returns 0, the files' error, or as disk_read.
int vdisk_merge_has_room(const struct vdisk_chain *chain, unsigned depth,
			 struct err *err);

#endif
