// SPDX-License-Identifier: MIT
//
// libfat: FAT12, FAT16 and FAT32 volumes: makes, reads and changes them.
//
//     struct fat *f;
//     fat_format(partition, &options, &err);
//     fat_open(partition, &f, &err);
//     fat_mkdir_all(f, "\\EFI\\Boot", now, &err);
//     fat_write_file(f, "\\EFI\\Boot\\bootx64.efi", data, size,
//                    FAT_ATTR_ARCHIVE, now, &err);
//     fat_sync(f, &err);
//     fat_close(f);
//
// Changes to folders and to the allocation table are kept in memory until
// fat_sync, which writes them in such an order that a power cut leaves each
// file old or new and never two files on one cluster (clusters may be lost,
// which any checker gives back). What was not synced when the volume is closed
// was never done.
//
// The format: "FAT: General Overview of On-Disk Format", version 1.03
// (Microsoft 2000). Names are long ones (UTF-8 here, at most 255 units of
// UTF-16) with a made-up 8.3 alias; those of 8.3 form in capitals have no long
// one. Case is ignored and kept. Paths are divided by "\" or "/"; "" and "\"
// are the root folder. Times are seconds since 1970, stored as UTC.
//
// A volume's bytes depend on nothing but what was passed in.
//
// Everything on a volume is hostile. Before the first change to a volume all of
// it is checked, and one with cross-linked files, loops or broken folders is
// not changed at all.
//
// Threads: one at a time a volume; the content of files may be read and written
// by several as any disk.

#ifndef FAT_H
#define FAT_H

#include "disk.h"

struct fat;

enum { // file attributes
	FAT_ATTR_READONLY = 0x01,
	FAT_ATTR_HIDDEN = 0x02,
	FAT_ATTR_SYSTEM = 0x04,
	FAT_ATTR_DIRECTORY = 0x10,
	FAT_ATTR_ARCHIVE = 0x20,
};

struct fat_format_options {
	int bits;          // 12, 16 or 32; 0: by the size, as Windows does
	const char *label; // at most 11 characters of ASCII; NULL: none
	uint32_t serial;   // volume serial number
	uint64_t hidden_sectors; // sectors before the volume on its disk
	uint32_t cluster_size;   // bytes; 0: by the size, as Windows does
	int64_t time;            // of the label
};

struct fat_info {
	int bits;      // 12, 16 or 32
	uint64_t size; // bytes of the volume
	uint32_t sector_size, cluster_size;
	uint32_t clusters, free_clusters;
	uint32_t serial;
	uint64_t hidden_sectors;
	char label[11 * 3 + 1]; // "" when there is none
};

// A file or folder.
struct fat_stat {
	char name[255 * 3 + 1];      // UTF-8; "" for the root folder
	char short_name[12 * 3 + 1]; // the 8.3 name; "" for the root folder
	uint32_t attributes;         // FAT_ATTR_*
	bool is_directory;
	uint32_t size;                       // bytes; 0 for a folder
	int64_t created, modified, accessed; // seconds since 1970
};

struct fat_check_result {
	uint64_t files, folders;
	uint32_t lost_clusters; // in use by nothing
	uint32_t twins; // 1: a rename that was cut off left a file two names
};

// Makes an empty volume on all of a device. Boot sectors are wiped first and
// written last, after everything else is flushed.
// Returns 0, -EINVAL for options out of range or a label that cannot be one,
// -ENOSPC when the device is too small and -EFBIG when it is too large for the
// kind of FAT or the cluster size, -ENOMEM, or the device's error.
int fat_format(struct disk *dev, const struct fat_format_options *options,
	       struct err *err);

// Opens a volume. The device is borrowed.
// Returns 0, -EBADMSG when it is corrupt or no FAT volume, -ENOTSUP when it is
// valid but not handled, -EFBIG over a limit, -ENOMEM, or the device's error.
int fat_open(struct disk *dev, struct fat **ret, struct err *err);

// Writes everything that was changed: new data and folders, then both copies of
// the table, then names, then what was given free, flushing between. To be
// called when the content of all created files is written. After a failure it
// may be called again.
// Returns 0, -EROFS, -ENOMEM, or the device's error.
int fat_sync(struct fat *f, struct err *err);

// Closes; changes since the last fat_sync are dropped. NULL is fine.
void fat_close(struct fat *f);

// Returns what the boot sector says and how much is free (with the changes that
// are not written yet); valid until fat_close.
const struct fat_info *fat_get_info(struct fat *f);

// Makes a folder and those above it that are missing.
// Returns 0 (also when all are there), -ENOTDIR when a part is a file, -EINVAL
// for a name that FAT cannot hold, -ENOSPC, -EROFS, or as fat_open.
int fat_mkdir_all(struct fat *f, const char *path, int64_t time,
		  struct err *err);

// Creates a file of `size` bytes, or replaces one, and hands out its content to
// be written, all of it, before fat_sync; close it before the volume. The old
// content's clusters stay as they are until fat_sync. `attributes` may hold
// READONLY, HIDDEN, SYSTEM and ARCHIVE.
// Returns 0, -ENOENT when its folder is missing, -ENOTDIR, -EISDIR when the
// path is a folder, -EINVAL for a name or attributes that cannot be, -ENOSPC
// when the volume or the root folder of FAT12/16 is full, -EROFS, or as
// fat_open. After a failure nothing is changed.
int fat_create_file(struct fat *f, const char *path, uint32_t size,
		    unsigned attributes, int64_t time, struct disk **ret,
		    struct err *err);

// Creates or replaces a file with its content, which is written at once to free
// clusters; fat_sync makes it the file.
// Returns as fat_create_file, or the device's error; then nothing is changed.
int fat_write_file(struct fat *f, const char *path, const void *data,
		   uint32_t size, unsigned attributes, int64_t time,
		   struct err *err);

// Finds out whether a file or folder can be called so.
// Returns 0, -EINVAL, or -ENOMEM.
int fat_check_name(const char *name, struct err *err);

// Sets attributes (of READONLY, HIDDEN, SYSTEM and ARCHIVE; others stay) and
// times, of which 0 leaves one as it is, of a file or folder.
// Returns 0, -ENOENT, -ENOTDIR, -EINVAL for other attributes and for the root,
// -EROFS, or as fat_open.
int fat_set_info(struct fat *f, const char *path, unsigned attributes,
		 int64_t created, int64_t modified, struct err *err);

// Opens a file's content, for reading and, within its size, writing if the
// device can. Close it before the volume.
// Returns 0, -ENOENT (err names the missing part), -ENOTDIR, -EISDIR, or as
// fat_open.
int fat_open_file(struct fat *f, const char *path, struct disk **ret,
		  struct err *err);

// Reads a whole file of at most `limit` bytes. *ret is new memory, with a NUL
// after *ret_size bytes; free with mem_free.
// Returns as fat_open_file, or -EFBIG.
int fat_read_file(struct fat *f, const char *path, uint64_t limit, void **ret,
		  size_t *ret_size, struct err *err);

// Finds out about a file or folder.
// Returns 0, -ENOENT, -ENOTDIR, or as fat_open.
int fat_stat(struct fat *f, const char *path, struct fat_stat *ret,
	     struct err *err);

// Calls fn for each file and folder in a folder, in the order they are stored,
// without "." and ".."; stops when it returns non-zero. fn may not change the
// volume.
// Returns 0, what fn returned, -ENOENT, -ENOTDIR, or as fat_open.
int fat_list(struct fat *f, const char *path,
	     int (*fn)(void *ctx, const struct fat_stat *entry), void *ctx,
	     struct err *err);

// Removes a file or an empty folder. Its clusters are free after fat_sync.
// Returns 0, -ENOENT, -ENOTDIR, -ENOTEMPTY, -EINVAL for the root, -EROFS, or as
// fat_open.
int fat_remove(struct fat *f, const char *path, struct err *err);

// Gives a file or folder another name or folder, in the place of a file, or an
// empty folder, that is there: that one's name stays as it is written. All that was
// changed before is written first, and this with it: it is done when this returns.
// A power cut leaves the old name or the new one, or for a moment both, of which the
// next change takes one; and `to` leads to what was there or to the file at each
// moment. Attributes and times stay.
// Returns 0, -ENOENT, -ENOTDIR (also for a folder onto a file), -EISDIR for a file
// onto a folder and onto the root, -ENOTEMPTY, -EINVAL for the root, a name, and a folder into itself,
// -ENOSPC, -EROFS, or as fat_open and fat_sync.
int fat_rename(struct fat *f, const char *from, const char *to,
	       struct err *err);

// Checks the whole volume: chains, sizes, folders, names.
// Returns 0, or -EBADMSG for the first thing that is broken, or as fat_open.
// Lost clusters do not break a volume, nor does one file with two names.
int fat_check(struct fat *f, struct fat_check_result *ret, struct err *err);

// Finds out whether anything on a volume may be written, be it content in place:
// it is checked, the first time that this is asked or something is changed. What
// its last user did not close in order may be written too when it is sound, and
// stays marked so. Lost clusters of one that is not marked are what a power cut or
// a failure leaves of our own changes, since other systems mark what they change:
// they are free, and on the volume too after the next fat_sync; and of two names
// that a rename left one file, one goes. Of one that is
// marked they stay. Tables that differ from the active one are made like it then.
// fat_note tells.
// Returns 0, -EROFS, or as fat_check.
int fat_check_writable(struct fat *f, struct err *err);

// Makes a volume larger: up to `size` bytes, which its partition, that the caller has
// made larger before, has; to less when its tables have no room for more and larger
// ones would take more than they gain. The device is borrowed. When its tables need
// more room, the clusters that lie behind them are moved first, one after the other;
// folders are then written anew, and with one write of the boot sector the new tables
// and folders are the volume's. A power cut before leaves the old volume and one after
// it the new, at most with lost clusters. The place of the old tables stays unused.
// Returns 0 (also for its own size), -EINVAL when `size` is below the volume's, -EFBIG
// when it would have more clusters than its kind of FAT counts (err says how large it
// may be), -ENOSPC when the device is smaller than `size`, or when too little is free
// for the larger tables (err says how much must be), -ENOTSUP when they would begin
// behind the first 65535 sectors, where all tables must, or where clusters are bad,
// -ECANCELED before that write, -EROFS, -ENOMEM, or as fat_check.
int fat_extend(struct disk *dev, uint64_t size, struct progress *progress,
	       struct err *err);

// Returns one line on what fat_check_writable found, for a person; NULL when there
// is nothing to say. Valid until fat_close.
const char *fat_note(const struct fat *f);

// Calls fn for each range of free clusters, in bytes of the volume; stops when it
// returns non-zero. See fat_in_use.
// Returns 0 or what fn returned.
int fat_free_ranges(struct fat *f,
		    int (*fn)(void *ctx, uint64_t off, uint64_t len), void *ctx,
		    struct err *err);

// Returns a constant text that says how the volume was left badly (not shut
// down, errors seen), or NULL.
const char *fat_in_use(struct fat *f);

#endif
