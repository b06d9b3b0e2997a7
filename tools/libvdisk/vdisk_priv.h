// SPDX-License-Identifier: MIT
//
// What the files of both formats share: where parents are looked for, and the
// blocks that a new disk has from the start.

#ifndef VDISK_PRIV_H
#define VDISK_PRIV_H

#include "vdisk.h"

// Paths that a parent may be at, in the order in which they are tried.
#define VDISK_MAX_PLACES 5

struct vdisk_places {
	char *paths[VDISK_MAX_PLACES];
	size_t count;
};

// Lists where the parent of the child at `child` may be, by what the child says
// of it (vdisk_path.c). Free with vdisk_places_done.
// Returns 0 or -ENOMEM.
int vdisk_places_list(bool is_volume, const char *child,
		      const struct vdisk_parent *parent,
		      struct vdisk_places *ret, struct err *err);

// Frees the paths.
void vdisk_places_done(struct vdisk_places *p);

// Tells whether a path of Windows is on another computer ("\\server\share").
bool vdisk_path_is_remote(const char *path);

// Tells whether a block of a new disk has a place from the start.
static inline bool vdisk_is_present(const struct vdisk_create *c,
				    uint64_t block)
{
	return c->present && c->present[block / 8] >> block % 8 & 1;
}

// Returns how many of the first `blocks` blocks have one.
uint64_t vdisk_present(const struct vdisk_create *c, uint64_t blocks);

#endif
