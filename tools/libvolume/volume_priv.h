// SPDX-License-Identifier: MIT
//
// Inside libvolume: the two kinds of volumes.

#ifndef VOLUME_PRIV_H
#define VOLUME_PRIV_H

#include "volume.h"

// Open a volume of each kind. Return as fat_open and ntfs_open.
int volume_open_fat(struct disk *disk, struct tree **ret, struct err *err);
int volume_open_ntfs(struct disk *disk, struct tree **ret, struct err *err);

// Makes a disk of a file's content that can become longer: the volume is
// readied for changes when that is asked for first, and `reopen` opens the file
// anew; NULL: it keeps its size (grow.c). `content` is the new disk's, also
// when this fails. Returns 0 or -ENOMEM.
typedef int volume_reopen_fn(struct tree *t, const char *path,
			     struct disk **ret, struct err *err);
int volume_growing(struct tree *t, const char *path, struct disk *content,
		   volume_reopen_fn *reopen, struct disk **ret,
		   struct err *err);

#endif
