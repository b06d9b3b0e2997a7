// SPDX-License-Identifier: MIT
//
// What a VHD keeps of its parent, while it is written.

#ifndef VHD_PARENT_H
#define VHD_PARENT_H

#include "vhd_disk.h"
#include "vhd_priv.h"

#define VHD_PATHS 2 // absolute and relative

struct vhd_parent {
	struct guid id;
	int64_t time;
	le16 *paths[VHD_PATHS];
	size_t lengths[VHD_PATHS]; // bytes
	uint64_t places[VHD_PATHS];
};

// Takes what `c` says of the parent. Free with vhd_parent_done, in any case.
// Returns 0, -EINVAL for a path that is not UTF-8, -EFBIG for one too long, or
// -ENOMEM.
int vhd_parent_encode(const struct vdisk_create *c, struct vhd_parent *ret,
		      struct err *err);

// Frees the paths.
void vhd_parent_done(struct vhd_parent *p);

// Gives the paths places from `off` on, each at a multiple of `align`. Returns
// where they end.
uint64_t vhd_parent_place(struct vhd_parent *p, uint64_t off, uint32_t align);

// Enters all of it into a header, whose checksum is then the caller's to set.
void vhd_parent_put(const struct vhd_parent *p, struct vhd_header_disk *h);

// Writes the paths to their places. Returns 0 or the file's error.
int vhd_parent_write(struct disk *file, const struct vhd_parent *p,
		     struct err *err);

#endif
