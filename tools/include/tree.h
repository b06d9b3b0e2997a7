// SPDX-License-Identifier: MIT
//
// libtree: whatever holds files, by one interface, as disks have one (disk.h):
// folders of the host, FAT and NTFS volumes (volume.h), other machines' files
// (net.h). For those who read, place and replace files and do not care where.
//
//     struct tree *t;
//     volume_open(partition, &t, &err);      // or tree_open_host(&t, &err)
//     tree_begin(t, &err);
//     tree_mkdir_all(t, "\\EFI\\Boot", now, &err);
//     tree_write_file(t, "\\EFI\\Boot\\bootx64.efi", data, size,
//                     TREE_ARCHIVE, now, &err);
//     tree_sync(t, &err);
//     tree_close(t);
//
// Paths are UTF-8. Those of a volume begin at its root and are divided by "\" or
// "/"; case is ignored and kept; "" and "\" are the root folder. Those of the
// host are its own, from the working folder unless they begin with "/"; "" is the
// working folder. Times are FILETIME.
//
// Changes: tree_begin first. A power cut leaves each file as it was or as it
// is to be, wherever it lies; after tree_sync it is as it is to be. On the host a
// file is durable when it has its name, and tree_sync does nothing more.
//
// What a place cannot do is refused with -ENOTSUP, in words. A tree is used by one
// thread at a time; the disks of its files are not bound by that.

#ifndef TREE_H
#define TREE_H

#include "disk.h"

enum { // attributes, the bits of FAT and NTFS
	TREE_READONLY = 0x01,
	TREE_HIDDEN = 0x02,
	TREE_SYSTEM = 0x04,
	TREE_DIRECTORY = 0x10,
	TREE_ARCHIVE = 0x20,
	TREE_REPARSE = 0x400,
};

#define TREE_TAG_SYMLINK 0xa000000cu // a symbolic link: [MS-FSCC] 2.1.2.1

// A file or folder. The host's have no hidden name and no 8.3 one, and are
// read-only when nobody may write to them.
struct tree_stat {
	char name[255 * 3 + 1]; // UTF-8; "" for a volume's root folder
	// Of tree_list: the 8.3 name, when it is another one; else "".
	char short_name[12 * 3 + 1];
	uint32_t attributes; // TREE_*, and on NTFS others of NTFS_ATTR_*
	bool is_directory;
	uint64_t size;                        // bytes; 0 for a folder
	uint64_t created, modified, accessed; // FILETIME
	uint32_t reparse_tag;                 // 0: no link
};

// Which file it is: the same for two paths of one file.
struct tree_id {
	uint64_t volume, file;
};

// What the place is as a whole.
struct tree_info {
	char label[32 * 3 + 1]; // UTF-8; "" when there is none
	uint32_t serial;        // as Windows shows it; the host's device
	uint64_t free;          // bytes
	uint32_t cluster_size;
};

struct tree {
	const struct tree_ops *ops;
	const char *kind; // "FAT12", "FAT16", "FAT32", "NTFS", "host", ...
	char slash;       // '\\': paths are those of a volume; '/': of the host
	bool is_ready;    // tree_begin was done
};

// Tells whether paths are those of a volume as Windows has them ("\\vhd\\x.vhd").
static inline bool tree_is_volume(const struct tree *t)
{
	return t->slash == '\\';
}

typedef int tree_list_fn(void *ctx, const struct tree_stat *entry);
typedef int tree_stream_fn(void *ctx, const char *name, uint64_t size);

// What a kind of place does; the functions below tell of each. NULL: it does not,
// but begin, sync and note: there is nothing to do. Called through those alone.
struct tree_ops {
	int (*stat)(struct tree *t, const char *path, struct tree_stat *ret,
		    struct err *err);
	// NULL: there are no links.
	int (*stat_link)(struct tree *t, const char *path,
			 struct tree_stat *ret, struct err *err);
	int (*identify)(struct tree *t, const char *path, struct tree_id *ret,
			struct err *err);
	int (*list)(struct tree *t, const char *path, tree_list_fn *fn,
		    void *ctx, struct err *err);
	int (*read_link)(struct tree *t, const char *path, char **ret,
			 struct err *err);
	int (*streams)(struct tree *t, const char *path, tree_stream_fn *fn,
		       void *ctx, struct err *err);
	int (*open_file)(struct tree *t, const char *path, unsigned flags,
			 struct disk **ret, struct err *err);
	int (*get_info)(struct tree *t, const char *path, struct tree_info *ret,
			struct err *err);
	int (*check_writable)(struct tree *t, struct err *err);
	int (*check_new)(struct tree *t, const char *name, uint64_t size,
			 struct err *err);
	int (*check_growth)(struct tree *t, const char *path, uint64_t more,
			    struct err *err);
	int (*begin)(struct tree *t, struct err *err);
	int (*mkdir_all)(struct tree *t, const char *path, uint64_t time,
			 struct err *err);
	int (*create_file)(struct tree *t, const char *path, uint64_t size,
			   uint32_t attributes, uint64_t time,
			   struct disk **ret, struct err *err);
	int (*write_file)(struct tree *t, const char *path, const void *data,
			  size_t size, uint32_t attributes, uint64_t time,
			  struct err *err);
	int (*set_info)(struct tree *t, const char *path, uint32_t attributes,
			uint64_t created, uint64_t modified, struct err *err);
	int (*rename)(struct tree *t, const char *from, const char *to,
		      uint64_t time, struct err *err);
	int (*remove)(struct tree *t, const char *path, struct err *err);
	int (*sync)(struct tree *t, struct err *err);
	const char *(*note)(const struct tree *t);
	void (*close)(struct tree *t);
};

// Opens the host's files as a tree. Returns 0 or -ENOMEM.
MUST_CHECK
int tree_open_host(struct tree **ret, struct err *err);

// Closes; changes that were not synced are dropped. NULL is fine.
void tree_close(struct tree *t);

// --- Reading -----------------------------------------------------------------

// Finds out about a file or folder; of a link that is followed, about what it
// leads to.
// Returns 0, -ENOENT (err names the missing part), -ENOTDIR, -ENOTSUP, or the
// place's error.
MUST_CHECK
int tree_stat(struct tree *t, const char *path, struct tree_stat *ret,
	      struct err *err);

// The same, but of a link that the path ends in it tells itself.
// Returns as tree_stat.
MUST_CHECK
int tree_stat_link(struct tree *t, const char *path, struct tree_stat *ret,
		   struct err *err);

// Tells which file a path leads to. FAT has no number of a file: there the path
// itself, without case, is its identity, and the 8.3 name of a file another one.
// Returns 0, -ENOENT when there is none, -ENOTSUP, or the place's error.
MUST_CHECK
int tree_identify(struct tree *t, const char *path, struct tree_id *ret,
		  struct err *err);

// Tells whether two files of one place are the same.
static inline bool tree_is_same(const struct tree_id *a,
				const struct tree_id *b)
{
	return a->volume == b->volume && a->file == b->file;
}

// Calls fn for each file and folder in a folder (on NTFS not for 8.3 names that
// stand beside a long one, nor for the system's own files; of the host in order of
// names); stops when it returns non-zero. fn may not change the tree. Links are
// told as such.
// Returns 0, what fn returned, -ENOENT, -ENOTDIR, -ENOMEM, -ENOTSUP, or the place's
// error.
MUST_CHECK
int tree_list(struct tree *t, const char *path, tree_list_fn *fn, void *ctx,
	      struct err *err);

// Reads where a symbolic link or junction leads: UTF-8, free with mem_free.
// Returns 0, -ENOENT when there is no link, -ENOMEM, -ENOTSUP, or the place's
// error.
MUST_CHECK
int tree_read_link(struct tree *t, const char *path, char **ret,
		   struct err *err);

// Calls fn for each named stream of a file or folder that holds data (on NTFS
// alone there are any); stops when it returns non-zero.
// Returns 0, what fn returned, -ENOENT, -ENOMEM, or the place's error.
MUST_CHECK
int tree_streams(struct tree *t, const char *path, tree_stream_fn *fn,
		 void *ctx, struct err *err);

// Opens a file's content; flags are those of disk_open_file. Close it before the
// tree. With DISK_READ_ONLY it is read; else it is also written, where it lies, and
// can be resized when the place can do that: in a volume it is then readied for
// changes by itself (tree_begin). On NTFS "path:name" is a named stream, of a
// folder too. Content that a reparse point says to be elsewhere is never taken for
// zeroes.
// Returns 0, -ENOENT, -ENOTDIR, -EISDIR, -ENOTSUP (to write: compressed, sparse,
// encrypted; err says which), or the place's error.
MUST_CHECK
int tree_open_file(struct tree *t, const char *path, unsigned flags,
		   struct disk **ret, struct err *err);

// Reads a whole file of at most `limit` bytes. *ret is new memory, with a NUL after
// *ret_size bytes; free with mem_free. A lock on it is not waited for: a file that
// is replaced at once is whole at any time.
// Returns as tree_open_file, or -EFBIG, -ENOMEM.
MUST_CHECK
int tree_read_file(struct tree *t, const char *path, uint64_t limit, void **ret,
		   size_t *ret_size, struct err *err);

// Finds out about the place; what is free with the changes that are not synced
// yet. `path` need not be there: on the host its folder's file system is told of.
// Returns 0, -ENOTSUP, or the place's error.
MUST_CHECK
int tree_get_info(struct tree *t, const char *path, struct tree_info *ret,
		  struct err *err);

// --- Changing ----------------------------------------------------------------

// Finds out whether files of this tree may be written. A volume: no Windows sleeps
// on it, its last user closed it in order or a power cut ended our own changes, and
// it is sound or can be made so by the next change. The whole of it is checked
// once, however often this is asked and also when it is readied for changes
// afterwards; nothing is written.
// Returns 0, -EROFS for a disk that is open for reading only, -EBUSY when the
// volume is in use (hibernated, dirty, its log holds changes), -ENOTSUP for what
// is valid but cannot be changed by us, -EBADMSG for a problem, -ENOMEM, or the
// device's error; err says what is to be done.
MUST_CHECK
int tree_check_writable(struct tree *t, struct err *err);

// Readies the tree for changes, if that was not done yet: tree_check_writable, and
// the state that they are kept in.
// Returns as tree_check_writable.
MUST_CHECK
int tree_begin(struct tree *t, struct err *err);

// Finds out whether a file of that name and size could be in the place, as those
// who make one do; whether there is room is not asked.
// Returns 0, -EINVAL for the name, -ENAMETOOLONG for one of the host, -EFBIG for the
// size, -ENOTSUP, or -ENOMEM.
MUST_CHECK
int tree_check_new(struct tree *t, const char *name, uint64_t size,
		   struct err *err);

// Finds out whether a file can become so many bytes longer, as far as that is
// known before.
// Returns 0, -ENOSPC, -ENOTSUP when it keeps its size, or as tree_stat.
MUST_CHECK
int tree_check_growth(struct tree *t, const char *path, uint64_t more,
		      struct err *err);

// Makes a folder and those that it lies in, as far as they are not there.
// Returns 0, -ENOTDIR when a file stands in the way, -EINVAL before tree_begin or
// for a name, -ENOSPC, -ENOTSUP, or the place's error.
MUST_CHECK
int tree_mkdir_all(struct tree *t, const char *path, uint64_t time,
		   struct err *err);

// Makes a file of `size` bytes in the place of what has its name, and opens it; what
// it reads as is not told. It is in one piece if at all possible. In a volume it
// is there with the next sync; on the host with disk_finish.
// Returns 0, -EFBIG, -EINVAL before tree_begin or for a name, -ENOENT for a missing
// folder, -EISDIR, -ENOSPC, -ENOTSUP, or the place's error.
MUST_CHECK
int tree_create_file(struct tree *t, const char *path, uint64_t size,
		     uint32_t attributes, uint64_t time, struct disk **ret,
		     struct err *err);

// Puts a file with this content at a path, in the place of what is there, at once:
// after an interruption it is the old one or the new one. The host's own
// permissions, owner and labels stay.
// Returns as tree_create_file.
MUST_CHECK
int tree_write_file(struct tree *t, const char *path, const void *data,
		    size_t size, uint32_t attributes, uint64_t time,
		    struct err *err);

// Sets attributes and, unless they are 0, times.
// Returns 0, -ENOENT, -EINVAL before tree_begin, -ENOTSUP, or the place's error.
MUST_CHECK
int tree_set_info(struct tree *t, const char *path, uint32_t attributes,
		  uint64_t created, uint64_t modified, struct err *err);

// Gives a file or folder another name, or another folder of the same tree, in the
// place of a file that is there or an empty folder, at once: at each moment `to`
// leads to what was there or to the file. It is durable when this returns, and so
// is what was changed before. A power cut leaves the old name or the new one, or,
// between two folders, for a moment both. Of a file that has several names this one
// changes, and goes when `to` is another one of them. A link is renamed itself.
// `time` (FILETIME) is when the folders were changed, in an NTFS volume.
// Returns 0, -ENOENT, -ENOTDIR (also for a folder onto a file), -EISDIR for a file
// onto a folder, -ENOTEMPTY, -EINVAL before tree_begin, for a name, the root, or a
// folder into itself, -EXDEV on the host for another file system, -ENOSPC, -ENOTSUP,
// or the place's error.
MUST_CHECK
int tree_rename(struct tree *t, const char *from, const char *to, uint64_t time,
		struct err *err);

// Deletes a file or an empty folder.
// Returns 0, -ENOENT, -ENOTEMPTY, -EINVAL before tree_begin, -ENOTSUP, or the
// place's error.
MUST_CHECK
int tree_remove(struct tree *t, const char *path, struct err *err);

// Makes durable what was changed.
// Returns 0, -EINVAL before tree_begin, or the place's error.
MUST_CHECK
int tree_sync(struct tree *t, struct err *err);

// Returns one line, for a person, on what was mended or left when a volume was
// checked or readied; NULL when there was nothing. Valid until tree_close.
const char *tree_note(const struct tree *t);

// --- Paths -------------------------------------------------------------------

// Returns what follows the last slash of a path: a part of it.
const char *tree_path_name(const struct tree *t, const char *path);

// Returns the path of a name in a folder, new memory, or NULL. Free with mem_free.
char *tree_path_join(const struct tree *t, const char *folder,
		     const char *name);

#endif
