// SPDX-License-Identifier: MIT
//
// Chains of virtual disks (libvdisk): a disk with all that it lies on, children,
// merging, and what becomes of their files.
//
// A differencing disk lies on its parent, which may be one itself. The files of
// a chain lie in one tree (tree.h): on the host or inside of a volume.
//
//     tree_open_host(&tree, &err);
//     vdisk_chain_open(tree, "child.vhd", NULL, 0, &chain, &err);
//     disk_read(chain->disk, 0, sector, 512, &err);
//     vdisk_chain_close(chain);
//
// Merging them, with what becomes of the files:
//
//     struct vdisk_merge m = {.depth = 1};
//     vdisk_merge(tree, "\\vhd\\child.vhd", &m, &into, &err);

#ifndef CHAIN_H
#define CHAIN_H

#include "tree.h"
#include "vdisk.h"

#define VDISK_MAX_CHAIN 64 // files of one chain; nobody makes longer ones

// One file of a chain.
struct vdisk_link {
	char *path; // where it was found
	struct tree_id id;
	struct vdisk_info info;
	struct vdisk_parent parent; // of a differencing disk
	struct disk *file, *disk;   // the virtual disk, with all below it
	bool is_borrowed;           // the file is the caller's
};

struct vdisk_chain {
	struct tree *files; // borrowed
	struct disk *disk;  // the topmost: what a guest sees
	size_t count;
	struct vdisk_link links[VDISK_MAX_CHAIN]; // from the top down
	int broken;     // of vdisk_chain_look: why a parent is not there, and
	struct err why; // in words
};

// Opens a virtual disk in a file of a tree with all its parents. `flags` are
// those of disk_open_file; parents are opened for reading only, and with
// DISK_EXCLUSIVE locked so that nobody writes to them. A parent is looked for
// by its relative path from the child's folder, then by its absolute one, then
// by its name beside the child; the first with the right identity is taken. A
// path of Windows ("C:\\vhd\\x.vhd", "\\\\?\\Volume{...}\\vhd\\x.vhd") is one of
// the volume that the child lies in, and on the host none; one that leads above
// the volume's root is none.
// `file` is the topmost one when the caller has opened it already (it is
// borrowed), else NULL. The tree is borrowed. Close with vdisk_chain_close.
// Returns 0, -ENOENT when the file or a parent is missing, -ESTALE when a parent
// is another one or was changed, -ELOOP when the chain comes back to a file it
// has or is too long, -EXDEV when a parent is on another volume than its child,
// and as disk_open_file, vdisk_probe and vdisk_open.
MUST_CHECK
int vdisk_chain_open(struct tree *files, const char *path, struct disk *file,
		     unsigned flags, struct vdisk_chain **ret, struct err *err);

// As vdisk_chain_open, but to tell about a chain, even a broken one: no disk
// is opened on the files, the links end where a parent cannot be had, and
// `broken` and `why` tell of that.
// Returns 0, or as vdisk_chain_open for the topmost file.
MUST_CHECK
int vdisk_chain_look(struct tree *files, const char *path, struct disk *file,
		     unsigned flags, struct vdisk_chain **ret, struct err *err);

// Opens the disks of a chain that was looked at and is not broken.
// Returns 0, or as vdisk_open; then the chain is only to be closed.
MUST_CHECK
int vdisk_chain_open_disks(struct vdisk_chain *chain, struct err *err);

// Finishes the topmost disk and its file, if they are open for writing: see
// disk_finish.
// Returns 0 or the file's error.
MUST_CHECK
int vdisk_chain_finish(struct vdisk_chain *chain, struct err *err);

// Closes a chain's disks and files; NULL is fine.
void vdisk_chain_close(struct vdisk_chain *chain);

// Writes what the topmost `depth` disks of a chain hold into the next one below
// them, which then reads as the topmost did; that one may be smaller, it is then
// expanded. The parent's identity is kept, so that its other children would be
// broken: that there are none is the caller's to know (vdisk_merge looks). The
// files above are left as they are (a cut is so made harmless) and to be deleted
// when this returned 0. The chain was opened with DISK_EXCLUSIVE; it is closed by
// this in any case. That the parent's file can become as long as it must is
// found out before anything is written, where the files can tell.
// Returns 0, -EINVAL for a depth of 0 or as many as there are, -EBUSY when the
// parent is used by another program, -EROFS when it may not be written to,
// -ENOSPC, -ECANCELED, or as vdisk_chain_open and disk_write.
MUST_CHECK
int vdisk_chain_merge(struct vdisk_chain *chain, unsigned depth,
		      struct progress *progress, struct err *err);

struct vdisk_merge {
	unsigned depth; // of the disks that are merged, from the topmost on
	bool keep;      // leave their files
	bool is_forced; // other disks may be made from what changes or goes
	struct progress *progress; // or NULL
};

// Merges the disk at `path` as vdisk_chain_merge does, and deletes the files that
// were merged when their content is durable below. Over more than one disk a
// note lies beside the disk meanwhile ("child.vhd.merge": what goes where), so
// that a merge that was cut off at any moment is ended by asking for it again;
// until then the disk reads as before. *ret_into is the path of the file that has
// all now, new memory, free with mem_free.
// Returns 0, -EBUSY when another disk in the folder of one that changes or goes
// is made from it, -EINVAL when a merge of another depth was cut off and must be
// ended first, or as vdisk_chain_merge; nothing is deleted then, unless
// deleting failed.
MUST_CHECK
int vdisk_merge(struct tree *files, const char *path,
		const struct vdisk_merge *m, char **ret_into, struct err *err);

// Refuses to harm children: looks in the folder of the disk at `path`, whose
// link_id is `link_id`, for one that is made from it and is none of the `count`
// files of `except`. Only files with the names of virtual disks are looked at.
// `harm` says what would become of it ("would have no parent any more"), and what
// to do about it.
// Returns 0, -EBUSY when there is one, -ENOMEM, or the error of listing the
// folder.
MUST_CHECK
int vdisk_guard_children(struct tree *files, const char *path,
			 const struct guid *link_id, char *const *except,
			 size_t count, const char *harm, struct err *err);

// Makes a virtual disk by vdisk_create as a new file, all of which is zeroed
// before, and makes it durable that it is there.
// Returns 0, -EEXIST, -ENOSPC, or as vdisk_create; then the file is not there.
MUST_CHECK
int vdisk_create_file(struct tree *files, const char *path,
		      const struct vdisk_create *c, struct err *err);

// Deletes a file, durably. Returns 0, or the error of the place.
MUST_CHECK
int vdisk_remove_file(struct tree *files, const char *path, struct err *err);

struct vdisk_child {
	uint32_t block_size; // 0: as vdisk_create
	struct guid id;
	int64_t created; // seconds since 1970
	// Writes what the child is to hold; the file is there when it is whole.
	// NULL: it reads as its parent.
	int (*fill)(void *ctx, struct disk *child, struct err *err);
	void *ctx;
};

// Makes a child of the disk at `parent`, as a new file. In a volume the
// absolute path that it keeps is one of drive C.
// Returns 0, -EEXIST, -EXDEV when the two are on different volumes, or as
// vdisk_chain_open and vdisk_create; then the file is not there.
MUST_CHECK
int vdisk_child_create(struct tree *files, const char *path, const char *parent,
		       const struct vdisk_child *c, struct err *err);

// Makes the disk at `path` a child of the one at `parent` by vdisk_reparent; both
// are files of one place.
// Returns 0, -EXDEV when they are on different volumes, or as vdisk_chain_open
// and vdisk_reparent.
MUST_CHECK
int vdisk_set_parent(struct tree *files, const char *path, const char *parent,
		     struct err *err);

#endif
