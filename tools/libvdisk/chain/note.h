// SPDX-License-Identifier: MIT
//
// The note that lies beside a disk while it is merged over more than one parent:
// what goes where, and which files are deleted then. A text:
//
//     slipway merge DEPTH
//     ID                  of the disk
//     ID PATH             of those between, from the top down, and of the one
//     ...                 that all goes into
//     end
//
// Paths are those of the volume; of the host from the disk's folder on, where
// they lead through it. A note without its end was cut off before anything else
// was done, and is none.

#ifndef VDISK_NOTE_H
#define VDISK_NOTE_H

#include "chain.h"

struct vdisk_note {
	unsigned depth;    // 0: there is no note
	struct guid child; // the disk's id
	// From 1 on; at `depth` is where all goes. The link_id of each.
	struct guid ids[VDISK_MAX_CHAIN];
	char *paths[VDISK_MAX_CHAIN];
};

// Fills a note of merging an opened chain; free with vdisk_note_done.
// Returns 0, or -ENOMEM.
int vdisk_note_make(const struct vdisk_chain *chain, unsigned depth,
		    struct vdisk_note *ret, struct err *err);

// Frees what it holds.
void vdisk_note_done(struct vdisk_note *n);

// Reads the note beside the disk at `path`; free with vdisk_note_done.
// Returns 0 (its depth is 0 when there is none), -ENOMEM, or the file's error.
int vdisk_note_read(struct tree *files, const char *path,
		    struct vdisk_note *ret, struct err *err);

// Puts a note beside the disk, in place of another one, and makes it durable.
// Returns 0, -EINVAL for a path that it cannot hold, or the files' error.
int vdisk_note_put(struct tree *files, const char *path,
		   const struct vdisk_note *n, struct err *err);

// Removes the note beside the disk, if there is one.
// Returns 0, or the files' error.
int vdisk_note_remove(struct tree *files, const char *path, struct err *err);

#endif
