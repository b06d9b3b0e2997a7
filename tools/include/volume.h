// SPDX-License-Identifier: MIT
//
// libvolume: the files of a volume, whatever its file system is: FAT or NTFS.
// For those who read and place boot files, stores, hives and virtual disks and
// do not care which of the two it is.
//
//     struct volume *v;
//     volume_open(partition, &v, &err);
//     volume_change_begin(v, &err);
//     volume_mkdir_all(v, "\\EFI\\Boot", now, &err);
//     volume_write_file(v, "\\EFI\\Boot\\bootx64.efi", data, size,
//                       VOLUME_ARCHIVE, now, &err);
//     volume_sync(v, &err);
//     volume_close(v);
//
// Paths are UTF-8, divided by "\" or "/"; case is ignored and kept; "" and "\"
// are the root folder. Times are FILETIME. Changes are kept until volume_sync,
// and then done so that a power cut leaves each file old or new (fat.h, ntfs.h).

#ifndef VOLUME_H
#define VOLUME_H

#include "fat.h"
#include "ntfs.h"

struct volume {
	struct disk *disk; // borrowed
	struct fat *fat;   // one of the two, the volume's own
	struct ntfs *ntfs;
	bool is_ready; // for changes
};

enum { // attributes, the same bits in both file systems
	VOLUME_READONLY = 0x01,
	VOLUME_HIDDEN = 0x02,
	VOLUME_SYSTEM = 0x04,
	VOLUME_DIRECTORY = 0x10,
	VOLUME_ARCHIVE = 0x20,
};

// A file or folder.
struct volume_stat {
	char name[255 * 3 + 1]; // UTF-8; "" for the root folder
	// Of volume_list: the 8.3 name, when it is another one; else "".
	char short_name[12 * 3 + 1];
	uint32_t attributes; // VOLUME_*, and on NTFS others of NTFS_ATTR_*
	bool is_directory;
	uint64_t size;                        // bytes; 0 for a folder
	uint64_t created, modified, accessed; // FILETIME
	uint32_t reparse_tag; // NTFS: see ntfs_reparse_name; 0: none
};

// Opens a volume for reading; the disk is borrowed.
// Returns 0, -ENOENT when it begins with neither file system (err says what is
// there: BitLocker, exFAT, ext, ...), and as part_probe, fat_open
// and ntfs_open do.
MUST_CHECK
int volume_open(struct disk *disk, struct volume **ret, struct err *err);

// Closes; changes that were not synced are dropped. NULL is fine.
void volume_close(struct volume *v);

// Returns "FAT12", "FAT16", "FAT32" or "NTFS".
const char *volume_kind(const struct volume *v);

// What the volume is as a whole.
struct volume_info {
	char label[32 * 3 + 1]; // UTF-8; "" when there is none
	uint32_t serial;        // as Windows shows it
	uint64_t free;          // bytes
	uint32_t cluster_size;
};

// Finds out about the volume; what is free with the changes that are not synced
// yet.
// Returns 0 or as volume_open.
MUST_CHECK
int volume_get_info(struct volume *v, struct volume_info *ret, struct err *err);

// Finds out about a file or folder; of a link that is followed, about what it
// leads to.
// Returns 0, -ENOENT (err names the missing part), -ENOTDIR, or as volume_open.
MUST_CHECK
int volume_stat(struct volume *v, const char *path, struct volume_stat *ret,
		struct err *err);

// Calls fn for each file and folder in a folder (on NTFS not for 8.3 names that
// stand beside a long one, nor for the system's own files); stops when it returns non-zero. fn may not change
// the volume.
// Links are told as such.
// Returns 0, what fn returned, -ENOENT, -ENOTDIR, or as volume_open.
MUST_CHECK
int volume_list(struct volume *v, const char *path,
		int (*fn)(void *ctx, const struct volume_stat *entry),
		void *ctx, struct err *err);

// Reads where a symbolic link or junction leads: UTF-8, free with mem_free.
// Returns 0, -ENOENT when there is no link, or as volume_open.
int volume_read_link(struct volume *v, const char *path, char **ret,
		     struct err *err);

// Calls fn for each named stream of a file or folder that holds data (on FAT there
// are none); stops when it returns non-zero.
// Returns 0, what fn returned, -ENOENT, or as volume_open.
MUST_CHECK
int volume_streams(struct volume *v, const char *path,
		   int (*fn)(void *ctx, const char *name, uint64_t size),
		   void *ctx, struct err *err);

// Opens a file's content, for reading and, within its size, writing if the disk
// can. Close it before the volume. On NTFS "path:name" is a named stream, of a
// folder too.
// Content that a reparse point says to be elsewhere is never taken for zeroes:
// ntfs_open_stream.
// Returns 0, -ENOENT, -ENOTDIR, -EISDIR, -ENOTSUP, or as volume_open.
MUST_CHECK
int volume_open_file(struct volume *v, const char *path, struct disk **ret,
		     struct err *err);

// Reads a whole file of at most `limit` bytes. *ret is new memory, with a NUL
// after *ret_size bytes; free with mem_free.
// Returns as volume_open_file, or -EFBIG.
MUST_CHECK
int volume_read_file(struct volume *v, const char *path, uint64_t limit,
		     void **ret, size_t *ret_size, struct err *err);

// Finds out whether files of this volume may be written, in place or otherwise: no
// Windows sleeps on it, its last user closed it in order or a power cut ended our
// own changes, and it is sound or can be made so by the next change. The
// whole of it is checked once, however often this is asked and also when it is
// readied for changes afterwards; nothing is written.
// Returns 0, -EROFS for a disk that is open for reading only, -EBUSY when the
// volume is in use (hibernated, dirty, its log holds changes), -ENOTSUP for what
// is valid but cannot be changed by us, -EBADMSG for a problem, -ENOMEM, or the
// device's error; err says what is to be done.
MUST_CHECK
int volume_check_writable(struct volume *v, struct err *err);

// Finds out whether a file's content can be written where it lies.
// Returns 0, -ENOTSUP when it is compressed, sparse, encrypted or behind a reparse
// point (err says which), or as volume_open_file.
int volume_check_in_place(struct volume *v, const char *path, struct err *err);

// Returns one line, for a person, on what was mended or left when the volume was
// checked or readied; NULL when there was nothing. Valid until volume_close.
const char *volume_note(const struct volume *v);

// Readies the volume for changes: volume_check_writable, and the state that they
// are kept in.
// Returns as volume_check_writable.
MUST_CHECK
int volume_change_begin(struct volume *v, struct err *err);

// Finds out whether a file of that name and size could be in the volume, as those
// who make one do; whether there is room is not asked.
// Returns 0, -EINVAL for the name, -EFBIG for the size, or -ENOMEM.
MUST_CHECK
int volume_check_new(struct volume *v, const char *name, uint64_t size,
		     struct err *err);

// These change the volume, see fat.h and ntfs.h, whose errors they return:
// -EFBIG for what FAT cannot hold, -EINVAL before volume_change_begin. A file
// that is made by volume_create_file is in one piece if at all possible.
MUST_CHECK
int volume_mkdir_all(struct volume *v, const char *path, uint64_t time,
		     struct err *err);
MUST_CHECK
int volume_create_file(struct volume *v, const char *path, uint64_t size,
		       uint32_t attributes, uint64_t time, struct disk **ret,
		       struct err *err);
MUST_CHECK
int volume_write_file(struct volume *v, const char *path, const void *data,
		      size_t size, uint32_t attributes, uint64_t time,
		      struct err *err);
MUST_CHECK
int volume_set_info(struct volume *v, const char *path, uint32_t attributes,
		    uint64_t created, uint64_t modified, struct err *err);
MUST_CHECK
int volume_remove(struct volume *v, const char *path, struct err *err);
MUST_CHECK
int volume_sync(struct volume *v, struct err *err);

#endif
