// SPDX-License-Identifier: MIT
//
// What the files of chains share.

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

#endif
