// SPDX-License-Identifier: MIT
//
// libstorage: virtual disks by the addresses of their files, on the host or in
// volumes: made, and changed as a whole.
//
//     struct vdisk_create c = {.format = VDISK_VHDX, .size = 64 << 20};
//     const char *file = "d.img@1:\\x.vhdx";
//     storage_vdisk_create(&storage_effects, file, &c, false, NULL, &err);
//     storage_vdisk_expand(file, 128 << 20, false, NULL, NULL, &err);
//
// Each opens what it needs, makes it durable and closes it again. One that other
// disks beside it are made from is not changed unless forced: these would no longer
// fit to it.
//
// Threads: one at a time a file.

#ifndef STORAGE_VDISK_H
#define STORAGE_VDISK_H

#include "address.h"
#include "storage.h"

// Who listens meanwhile. All of it may be NULL, and so may a listener.
struct storage_vdisk_listener {
	struct progress *progress;
	// What was mended or left in a volume on the way (address_notes), or is
	// done in another way than was asked for.
	void (*note)(void *ctx, const char *text);
	void *ctx;
};

// Makes one as storage_create_virtual does.
// Returns 0, -EISDIR when the address is a disk, or as vdisk_format_of_name,
// address_open, address_check_host, storage_create_virtual and address_finish.
MUST_CHECK
int storage_vdisk_create(const struct storage_effects *effects,
			 const char *address, const struct vdisk_create *c,
			 bool is_sparse, const struct storage_vdisk_listener *l,
			 struct err *err);

// Makes a differencing one of `parent`, which is on the same volume. With a `source`
// (else NULL) it holds what makes it read as that disk does.
// Returns 0, -EXDEV when the parent is on another volume, or as
// storage_vdisk_create and storage_create_child.
MUST_CHECK
int storage_vdisk_create_child(const struct storage_effects *effects,
			       const char *address, const char *parent,
			       const char *source, uint32_t block_size,
			       const struct storage_vdisk_listener *l,
			       struct err *err);

// Makes one, a file of the host, of what a disk holds: *c says which kind, its
// size and that of its sectors are the disk's. VDISK_RAW makes a raw image.
// Returns 0, -ENOTSUP for a VHD of a disk with sectors of 4096 bytes, or as
// address_open, address_check_host, storage_make_virtual and disk_copy_data.
MUST_CHECK
int storage_vdisk_copy(const struct storage_effects *effects,
		       const char *source, const char *path,
		       const struct vdisk_create *c,
		       const struct storage_vdisk_listener *l, struct err *err);

// The same of a disk that is open.
// Returns as storage_vdisk_copy.
MUST_CHECK
int storage_vdisk_copy_disk(const struct storage_effects *effects,
			    struct disk *source, const char *path,
			    const struct vdisk_create *c,
			    struct progress *progress, struct err *err);

// Tells what a virtual disk is, also one that others write to.
// Returns as address_open and vdisk_probe.
MUST_CHECK
int storage_vdisk_look(const char *address, struct vdisk_info *ret,
		       struct err *err);

// Makes one larger. *ret (may be NULL) tells what it was.
// Returns 0, -EBUSY when others are made from it, or as address_open,
// tree_check_growth and vdisk_expand.
MUST_CHECK
int storage_vdisk_expand(const char *address, uint64_t size, bool is_forced,
			 const struct storage_vdisk_listener *l,
			 struct vdisk_info *ret, struct err *err);

// Gives back the room of blocks that nobody needs: zeroes, and what the volumes on
// it say is free; one that may be wrong about that is not believed, which is noted.
// *ret (may be NULL) tells what it was, *ret_size (may be NULL) how many bytes its
// file has now.
// Returns 0, -EBUSY as storage_vdisk_expand, or as vdisk_compact.
MUST_CHECK
int storage_vdisk_compact(const char *address, bool is_forced,
			  const struct storage_vdisk_listener *l,
			  struct vdisk_info *ret, uint64_t *ret_size,
			  struct err *err);

// Empties a differencing one.
// Returns 0, -EINVAL for another one, -EBUSY as storage_vdisk_expand, or as
// vdisk_reset.
MUST_CHECK
int storage_vdisk_reset(const char *address, bool is_forced,
			const struct storage_vdisk_listener *l,
			struct err *err);

// Merges a differencing one into those below it (vdisk_merge). *ret_into is the
// address of the file that has all now, new memory, free with mem_free.
// Returns 0, or as vdisk_merge.
MUST_CHECK
int storage_vdisk_merge(const char *address, const struct vdisk_merge *m,
			const struct storage_vdisk_listener *l, char **ret_into,
			struct err *err);

// --- A file by its address -------------------------------------------------------

// With the place that it and its parents lie in: the host or a volume. It need not
// be there.
struct storage_spot {
	struct place *place; // of a volume, else NULL
	struct tree *tree;   // of the place, or of the host
	const char *path;    // in that
	int prefix;          // bytes of the address before the path
};

// Finds it; a volume is opened. The address must outlive the spot.
// Returns 0, -EISDIR for a disk that no path follows, or as address_open.
MUST_CHECK
int storage_spot_open(const char *address, bool for_writing,
		      struct storage_spot *ret, struct err *err);

// Finds the path that another file has in the same place, new memory, free with
// mem_free.
// Returns 0, -EXDEV when it lies in another one, or as address_open.
MUST_CHECK
int storage_spot_beside(const struct storage_spot *s, const char *address,
			char **ret_path, struct err *err);

// Ends writing to it. Returns 0, or as address_finish.
MUST_CHECK
int storage_spot_finish(struct storage_spot *s, struct err *err);

// Closes it; what was not synced in a volume was never done. The listener, which
// may be NULL, is told what was mended there.
void storage_spot_close(struct storage_spot *s,
			const struct storage_vdisk_listener *l);

#endif
