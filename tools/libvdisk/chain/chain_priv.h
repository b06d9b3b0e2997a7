// SPDX-License-Identifier: MIT
//
// Chains inside libvdisk: where parents are looked for, paths, and files that are
// made.

#ifndef CHAIN_PRIV_H
#define CHAIN_PRIV_H

#include <string.h>

#include "chain.h"

// Paths that a parent may be at, in the order in which they are tried.
#define VDISK_MAX_PLACES 5

struct vdisk_places {
	char *paths[VDISK_MAX_PLACES];
	size_t count;
};

// Lists where the parent of the child at `child` may be, by what the child says
// of it (path.c). Free with vdisk_places_done.
// Returns 0 or -ENOMEM.
int vdisk_places_list(bool is_volume, const char *child,
		      const struct vdisk_parent *parent,
		      struct vdisk_places *ret, struct err *err);

// Frees the paths.
void vdisk_places_done(struct vdisk_places *p);

// Returns what follows the last slash of either kind.
const char *vdisk_path_name(const char *path);

// Writes a path from a volume's root in one form ("\a\b") to `out`, which has
// two bytes more than it. Returns false when it leads to no file.
bool vdisk_path_clean(const char *path, char *out);

// Tells when a file was last changed, in seconds since 1970.
// Returns 0, or as tree_stat.
int vdisk_files_modified(struct tree *files, const char *path, int64_t *ret,
			 struct err *err);

// What a new child is to hold.
struct vdisk_filling {
	struct disk *parent;
	const struct guid *parent_id;
	int (*fill)(void *ctx, struct disk *child, struct err *err);
	void *ctx;
};

// As vdisk_create_file; with `f` (or NULL) the child is filled before the file
// has its name.
int vdisk_create_filled(struct tree *files, const char *path,
			const struct vdisk_create *c,
			const struct vdisk_filling *f, struct err *err);

// Tells whether a path of Windows is on another computer ("\\server\share").
bool vdisk_path_is_remote(const char *path);

#endif
