// SPDX-License-Identifier: MIT
//
// libntfs: files of a volume that is there already, in place: for boot files, stores,
// hives and images on a volume that Windows or another program made.
//
//     ntfs_open(partition, &n, &err);
//     ntfs_change_begin(n, &err);
//     ntfs_mkdir_all(n, "\\Boot\\Fonts", now, &err);
//     ntfs_write_file(n, "\\Boot\\BCD", data, size, NTFS_ATTR_ARCHIVE, now, &err);
//     ntfs_sync(n, &err);
//     ntfs_close(n);
//
// Content goes to free clusters at once; everything else is kept in memory and
// written by ntfs_sync, in such an order that a power cut leaves each file old
// or new and never two files on one cluster. Until it is done the volume is
// marked dirty, so that what a cut leaves (clusters and records that nothing
// uses, files without an entry in a folder) is found: by the next change, which
// mends it, or by Windows. What was not synced when the volume is closed was
// never done. The volume has no log of ours: its own is reset before the first
// change. Reading functions show the changes; one that lists or walks may not
// change the volume.
//
// New files get the descriptor that their folder's entries inherit ([MS-DTYP]
// 2.5.3.4; owner and group are the folder's), times of `time` (FILETIME), and
// an 8.3 name. Names are those that Windows can open. All entries of a file in
// folders are kept as the file is. The change journal ($UsnJrnl) and
// quotas are not kept up.
//
// Not done, -ENOTSUP: content of a reparse point or an encrypted file; another
// size for compressed or sparse content (it can be replaced); an MFT that is
// full and in so many pieces that it has an attribute list; indexes with blocks
// below 2048 bytes; volumes of a version before 3.0.
//
// Threads: one at a time a volume; the content of files may be read and written
// by several as any disk.

#ifndef NTFS_CHANGING_H
#define NTFS_CHANGING_H

#include "ntfs.h"

// Finds out whether anything on a volume may be written, be it content in place:
// its last user closed it, or a power cut did while we changed it, no Windows
// sleeps on it, and the whole of it is checked and nothing is broken. It is checked
// once: what was found sound stays so while it is open, as only content is written
// past these functions. Nothing is written.
// Returns as ntfs_change_begin.
int ntfs_check_writable(struct ntfs *n, struct err *err);

// Finds out whether the unnamed data of a file, at `path` for err, can be written
// where it lies.
// Returns 0, -ENOENT when it has none, -ENOTSUP when it is compressed, sparse,
// encrypted or behind a reparse point, or as ntfs_open.
int ntfs_check_in_place(struct ntfs *n, uint64_t record, const char *path,
			struct err *err);

// Returns one line on what was left or mended when the volume was readied, for a
// person; NULL when there was nothing. Valid until ntfs_close.
const char *ntfs_note(const struct ntfs *n);

// Readies a volume for changes; the whole of it is checked first, and one that is
// broken is not changed at all. What a power cut left of changes before (the
// volume is dirty and its log empty, as ntfsfix leaves it too) is mended, and so
// is the boot sector's copy; what is harmless stays; ntfs_note tells. Mending
// deletes no file: one that no folder leads to is named again, at need in
// \found.000. Nothing is written before the next sync. The device may not be
// written by anybody else from now on, and streams that were opened before are
// good until then.
// Returns 0, -EROFS, -EBUSY when the volume was not closed by its last user
// (hibernated, its log holds changes, or another than us left it dirty), -ENOTSUP
// for what is valid but cannot be changed by us, -EBADMSG for a problem, -ENOSPC
// when there is no room to mend it, -ENOMEM, or the device's error.
int ntfs_change_begin(struct ntfs *n, struct err *err);

// Makes a folder and those above it that are missing.
// Returns 0 (also when all are there), -ENOTDIR when a part is a file, -EINVAL
// for a name that NTFS cannot hold, -ENOSPC, -EINVAL before ntfs_change_begin,
// or as ntfs_open.
int ntfs_mkdir_all(struct ntfs *n, const char *path, uint64_t time,
		   struct err *err);

// Creates a file of `size` bytes, or replaces the unnamed data of one, and hands
// out its content to be written, all of it, before ntfs_sync (a flush of the
// disk makes the content durable and not yet the file); close it before the
// volume. `attributes` (READONLY, HIDDEN, SYSTEM, ARCHIVE) are for a new
// file; one that is replaced keeps its own, its descriptor, its names and its
// other streams. The content is in one run if at all possible, in clusters of
// its own, and the disk can be resized: for virtual disks.
// Returns 0, -ENOENT when its folder is missing, -ENOTDIR, -EISDIR, -EINVAL,
// -ENOSPC, -ENOTSUP for an encrypted file, or as ntfs_open. After a failure
// nothing is changed.
int ntfs_create_file(struct ntfs *n, const char *path, uint64_t size,
		     uint32_t attributes, uint64_t time, struct disk **ret,
		     struct err *err);

// Creates or replaces a file with its content; ntfs_sync makes it the file.
// Returns as ntfs_create_file, or the device's error; then nothing is changed.
int ntfs_write_file(struct ntfs *n, const char *path, const void *data,
		    size_t size, uint32_t attributes, uint64_t time,
		    struct err *err);

// Finds out whether a file or folder can be called so.
// Returns 0, -EINVAL (err says why not), or -ENOMEM.
int ntfs_check_name(const char *name, struct err *err);

// Sets attributes (of NTFS_ATTR_READONLY, HIDDEN, SYSTEM and ARCHIVE; others stay)
// and times, of which 0 leaves one as it is, of a file or folder.
// Returns 0, -ENOENT, -EINVAL for other attributes, or as ntfs_create_file.
int ntfs_set_info(struct ntfs *n, const char *path, uint32_t attributes,
		  uint64_t created, uint64_t modified, struct err *err);

// Makes the unnamed data of a file shorter or longer; what is added reads as
// zeroes. It then lies in clusters, however small it is. Disks opened on it
// before are no longer good.
// Returns as ntfs_create_file, -ENOENT when it is not there, -ENOTSUP when it is
// compressed or sparse.
int ntfs_resize_file(struct ntfs *n, const char *path, uint64_t size,
		     uint64_t time, struct err *err);

// Removes a name of a file, and with the last one the file, or an empty folder.
// Returns 0, -ENOENT, -ENOTDIR, -ENOTEMPTY, -EINVAL for the root, -EPERM for a
// file of the system, -ENOSPC when the folder's new index does not fit, or as
// ntfs_open. After a failure nothing is changed.
int ntfs_remove(struct ntfs *n, const char *path, struct err *err);

// Gives a file or folder another name or folder, in the place of a file, or an
// empty folder, that is there and then goes as by ntfs_remove. Of a file with
// several names it is this one that changes; when `to` is another one of the same
// file, this one goes. The 8.3 name is made anew; descriptor, object id, times (but
// that of the last change of its record, which becomes `time`) and streams stay.
// Everything that was changed before is written first, and this with it: it is done
// when this returns. A power cut, or a failure while it is written, leaves the old
// name or the new one, or both for a moment between two folders (of a folder's two
// the next change keeps the new one), and `to` leads to what was there or to the
// file at each moment; until the next ntfs_change_begin the volume is then dirty.
// Returns 0, -ENOENT, -ENOTDIR (also for a folder onto a file), -EISDIR for a file
// onto a folder and onto the root, -ENOTEMPTY, -EINVAL for the root, a name, and a folder into itself,
// -EPERM for a file of the system, -ENOSPC, or as ntfs_open and ntfs_sync.
int ntfs_rename(struct ntfs *n, const char *from, const char *to, uint64_t time,
		struct err *err);

// Writes everything that was changed. After a failure it may be called again.
// Returns 0, -EINVAL before ntfs_change_begin, -ENOMEM, or the device's error.
int ntfs_sync(struct ntfs *n, struct err *err);

#endif
