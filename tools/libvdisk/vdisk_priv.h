// SPDX-License-Identifier: MIT
//
// What the files of both formats share: where parents are looked for, and the
// blocks that a new disk has from the start.

#ifndef VDISK_PRIV_H
#define VDISK_PRIV_H

#include <string.h>

#include "vdisk.h"

// Paths that a parent may be at, in the order in which they are tried.
#define VDISK_MAX_PLACES 5

struct vdisk_places {
	char *paths[VDISK_MAX_PLACES];
	size_t count;
};

// Lists where the parent of the child at `child` may be, by what the child says
// of it (chain/path.c). Free with vdisk_places_done.
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

// Makes a file of `size` bytes and opens it; what it reads as is not told.
// Returns 0, -EEXIST when it is there, or as tree_create_file.
int vdisk_files_create(struct tree *files, const char *path, uint64_t size,
		       struct disk **ret, struct err *err);

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

// Ends the making of a file, which went as r tells: it is closed and made
// durable, or when anything failed deleted.
// Returns r, or the error of what was done here.
int vdisk_files_made(struct tree *files, const char *path, struct disk *file,
		     int r, struct err *err);

// Tells whether a path of Windows is on another computer ("\\server\share").
bool vdisk_path_is_remote(const char *path);

// Tells whether a block of a new disk has a place from the start.
static inline bool vdisk_is_present(const struct vdisk_create *c,
				    uint64_t block)
{
	return c->present && c->present[block / 8] >> block % 8 & 1;
}

// Returns how many of the first `blocks` blocks have one.
static inline uint64_t vdisk_present(const struct vdisk_create *c,
				     uint64_t blocks)
{
	uint64_t n = 0;

	for (uint64_t i = 0; c->present && i < blocks; i++)
		n += vdisk_is_present(c, i);
	return n;
}

// As vdisk_parent_done.
static inline void vdisk_parent_free(struct vdisk_parent *p)
{
	mem_free(p->relative);
	mem_free(p->absolute);
	mem_free(p->volume);
	*p = (struct vdisk_parent){0};
}

// Returns true for a disk that is made of blocks (blocks/blocks.h): all but
// fixed VHDs.
bool vdisk_has_blocks(const struct vdisk_info *info);

// As vdisk_expand; with `keeps_id` children do not notice.
int vdisk_expand_as(struct disk *file, uint64_t size, bool keeps_id,
		    struct err *err);

#endif
