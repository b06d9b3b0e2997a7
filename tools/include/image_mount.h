// SPDX-License-Identifier: MIT
//
// libimage: an image as a volume that can be read and written at once. What is built
// of it is the NTFS volume's metadata; the content of files is read out of the WIM
// when somebody reads it there, and never copied.
//
//     struct image_mount_options options = {.time = filetime_now()};
//     struct image_mount *m;
//     struct image_mount_plan plan;
//     image_mount_plan(wim, 1, false, &plan, &err);
//     disk_create_file("changes", plan.size, 512, &changes, &err);
//     image_mount_new(wim, 1, changes, &options, progress, &m, &err);
//     // image_mount_disk(m): by libublk to the kernel, or to libntfs
//     image_mount_close(m);
//     disk_finish(changes, &err);
//
// What is written goes to that file of changes, which is sparse and belongs to this
// image alone: the WIM stays as it is, until image_commit makes an image of what the
// volume has become:
//
//     image_mount_open(wim, 1, changes, &m, &err);
//     image_commit(m, &commit_options, progress, &capture, &index, &err);
//     capture_free(capture);
//     image_mount_close(m);
//
// The file of changes is as large as the volume and a little more: the volume first,
// where metadata and whatever was written lie in their places, then a bit for each
// cluster that says so, and the last 4096 bytes tell what it is of. A server that is
// killed leaves it as it was; it can be opened again while the image is the same.
//
// Content is not checked against its hashes when it is read so: a WIM that may be
// damaged is to be verified before (wim_verify).
//
// Threads: the volume's disk as any disk, and it decompresses for several at once;
// all else one at a time. Memory: at most 4 chunks, decompressed and not, of solid
// content 2, and 40 bytes a stream.

#ifndef IMAGE_MOUNT_H
#define IMAGE_MOUNT_H

#include "capture.h"
#include "image.h"

struct image_mount;

// Bytes of the largest volume that is made.
#define IMAGE_MOUNT_MAX (UINT64_C(1) << 40)

// Bytes of a volume for writing that are free at first, and more: what is written
// takes room on the disk only where the file of changes lies.
#define IMAGE_MOUNT_ROOM (UINT64_C(16) << 30)

struct image_mount_options {
	bool read_only;
	uint64_t serial; // of the volume
	uint64_t time;   // FILETIME of the system's files
};

// What is known of a mount before it is made.
struct image_mount_plan {
	uint64_t volume; // bytes of it
	uint64_t size;   // of the file of changes
	// Files and folders that are encrypted (EFS): a volume for reading is
	// without the files, and one for writing is refused, as a commit would
	// lose them.
	struct apply_lost encrypted;
};

// Finds out what mounting an image takes.
// Returns 0, -EFBIG when the volume would be larger than IMAGE_MOUNT_MAX, -ENOTSUP
// for encrypted files and writing, or as wim_image_load.
MUST_CHECK
int image_mount_plan(struct wim *w, uint32_t index, bool read_only,
		     struct image_mount_plan *ret, struct err *err);

// Makes the volume of an image in `changes`, a disk of that size which reads as
// zeroes. Both are borrowed.
// Returns 0, -EINVAL for a disk of another size, or as image_mount_plan, apply_tree,
// ntfs_build_layout, ntfs_build_finish and wim_reader_new.
MUST_CHECK
int image_mount_new(struct wim *w, uint32_t index, struct disk *changes,
		    const struct image_mount_options *options,
		    struct progress *progress, struct image_mount **ret,
		    struct err *err);

// Opens a volume again by its file of changes.
// Returns 0, -EBADMSG for a disk that is none, -ESTALE when it is not of this image,
// or not of one as it is now, or as image_mount_new.
MUST_CHECK
int image_mount_open(struct wim *w, uint32_t index, struct disk *changes,
		     struct image_mount **ret, struct err *err);

// Closes; NULL is fine. Writes nothing: the file of changes is flushed by who has it.
void image_mount_close(struct image_mount *m);

// Returns the volume; the mount's own.
struct disk *image_mount_disk(const struct image_mount *m);

struct image_commit_options {
	bool append; // as a further image; else in the place of the one it was
	const char *name; // of a further one; NULL: the old one's with a number
	bool has_integrity; // the file gets a table of hashes
};

// Captures the volume, and writes it into the WIM, whose file was opened for writing:
// in the place of its image, whose name, description and other properties stay, or as
// another one. Content that was not written to is not read. The WIM stays what it was
// until the end, as wim_writer_finish tells; the mount is of no more use then.
// `*ret` tells what was captured and what was not: free it with capture_free before
// the mount is closed. *ret_index is the number of the image.
// Returns 0, -EROFS for a volume for reading, -EBUSY when its last user did not
// close it, -EEXIST when another image has that name, or as ntfs_open, capture_ntfs,
// wim_writer_append, wim_writer_add_content and wim_writer_finish.
MUST_CHECK
int image_commit(struct image_mount *m,
		 const struct image_commit_options *options,
		 struct progress *progress, struct capture **ret,
		 uint32_t *ret_index, struct err *err);

#endif
