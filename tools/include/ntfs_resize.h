// SPDX-License-Identifier: MIT
//
// libntfs: a volume with files in it made larger or smaller.
//
//     struct ntfs_shrink_limits limits;
//     ntfs_shrink_query(partition, &limits, &err);
//     ntfs_shrink(partition, limits.minimum, NULL, &err);
//
// Sizes are in bytes, of the whole volume with the boot sector's copy in its last
// sector: what its partition then must have. The partition itself is the caller's:
// it grows before its volume does, and shrinks after it.
//
// Data is copied to where it will be and flushed; then one write of a file's record
// makes that its place, and only then is the old place free. A power cut at any
// write leaves the old volume or the new one, with every file whole: what else is
// left of it (clusters marked as used, the dirty flag, sizes of $Bitmap and $BadClus
// that are those of the larger volume) the next ntfs_change_begin mends, of which
// each of these begins with one, or Windows does.
//
// Threads: one at a time a volume, which nobody else may have open.

#ifndef NTFS_RESIZE_H
#define NTFS_RESIZE_H

#include "ntfs.h"

#define NTFS_RESIZE_PATH 400u

struct ntfs_shrink_limits {
	uint64_t size;     // of the volume now
	uint64_t in_place; // smallest one for which nothing is moved
	uint64_t minimum;  // smallest one that ntfs_shrink makes of it
	// What stands in the way of a smaller one than `minimum`: the last cluster
	// (of the volume) that cannot be moved, and the file record of whose it is.
	// ERR_NOWHERE: nothing but that all files need so much room.
	uint64_t cluster, record;
	// The file as far as it can be told: "\pagefile.sys", "$MFT"; "" when
	// `record` is ERR_NOWHERE.
	char path[NTFS_RESIZE_PATH];
	const char *why; // a constant text: why it cannot be moved; NULL so too
};

// Makes a volume larger: up to `size`, of which what is no whole cluster stays over.
// The device, at least as large, is borrowed. Equal size does nothing, and one that a
// power cut left half done is ended.
// Returns 0, -EINVAL when `size` is below the volume's, -EFBIG when it would have more
// than 2^32 - 1 clusters (err says how large it may be), -ENOSPC when the device is
// smaller than `size`, or when there is no room at all for what the growth needs,
// -ECANCELED while nothing is written yet, or as ntfs_change_begin.
int ntfs_extend(struct disk *dev, uint64_t size, struct progress *progress,
		struct err *err);

// Finds out how small a volume can become. Nothing is written, and the volume may be
// open for reading only.
// Returns 0, -EBUSY, -ENOTSUP and -EBADMSG for a volume that ntfs_shrink refuses, as
// ntfs_change_begin does; -ENOMEM, or the device's error.
int ntfs_shrink_query(struct disk *dev, struct ntfs_shrink_limits *ret,
		      struct err *err);

// Makes a volume smaller, and moves what lies behind its new end. Its stages for
// `progress`: "Moving" counts bytes. When it is stopped or fails before the end the
// volume has its old size, and all of its files.
// Returns 0, -EINVAL when `size` is above the volume's, -ENOSPC when it is below the
// minimum (err names what cannot be moved, or says how many bytes are missing),
// -ECANCELED, or as ntfs_change_begin.
int ntfs_shrink(struct disk *dev, uint64_t size, struct progress *progress,
		struct err *err);

#endif
