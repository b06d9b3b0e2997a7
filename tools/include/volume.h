// SPDX-License-Identifier: MIT
//
// libvolume: a volume's files as a tree (tree.h), whatever its file system is: FAT
// or NTFS. A power cut leaves each file old or new (fat.h, ntfs.h).
//
//     struct tree *t;
//     volume_open(partition, &t, &err);
//     tree_read_file(t, "\\Windows\\win.ini", 65536, &data, &size, &err);
//     tree_close(t);

#ifndef VOLUME_H
#define VOLUME_H

#include "fat.h"
#include "ntfs.h"
#include "tree.h"

// Opens a volume; the disk is borrowed. Close with tree_close.
// Returns 0, -ENOENT when it begins with neither file system (err says what is
// there: BitLocker, exFAT, ext, ...), -ENOMEM, and as part_probe, fat_open and
// ntfs_open do.
MUST_CHECK
int volume_open(struct disk *disk, struct tree **ret, struct err *err);

// Return the file system itself, for those who need what only it has: the tree's
// own; NULL when the tree is of another kind, or NULL.
struct fat *volume_fat(struct tree *t);
struct ntfs *volume_ntfs(struct tree *t);

#endif
