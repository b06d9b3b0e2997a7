// SPDX-License-Identifier: MIT
//
// Inside libimage: an image as a volume.
//
//     mount.c    the volume is laid out, built, and opened again
//     size.c     how large it is
//     label.c    the end of the file of changes: what it is of
//     content.c  content of the image, at any place
//     disk.c     the volume as a disk
//     commit.c   what it has become goes into the WIM

#ifndef MOUNT_PRIV_H
#define MOUNT_PRIV_H

#include "../image_priv.h"
#include "image_mount.h"

#define MOUNT_CLUSTER 4096u
#define MOUNT_LOG     (4u << 20) // bytes of $LogFile: enough for any driver
#define MOUNT_LABEL   4096u      // bytes of the file of changes, its last

// --- label.c -----------------------------------------------------------------

// What a file of changes is of, and all that its volume is laid out by.
struct mount_label {
	struct guid guid; // of the WIM
	uint32_t index;
	bool read_only;
	uint8_t image[SHA1_SIZE];  // of its metadata
	uint8_t layout[SHA1_SIZE]; // of where its content lies
	uint64_t volume;           // bytes
	uint64_t serial, time;
};

// Returns how many bytes the bits of a volume take, and the whole file.
uint64_t image_mount_bits_size(uint64_t volume);
uint64_t image_mount_file_size(uint64_t volume);

// Writes it as MOUNT_LABEL bytes.
void image_mount_label_encode(const struct mount_label *l, uint8_t *dst);

// Reads it; `file` is the size of the file that it ends.
// Returns 0 or -EBADMSG.
int image_mount_label_decode(const uint8_t *src, uint64_t file,
			     struct mount_label *ret, struct err *err);

// --- size.c ------------------------------------------------------------------

// As image_mount_plan, of an image that was loaded.
int image_mount_look(const struct wim_image *image, bool read_only,
		     struct image_mount_plan *ret, struct err *err);

// --- content.c ---------------------------------------------------------------

struct mount_content;

// Makes what reads content of a WIM, whose blobs are `is_solid` or not.
// Returns 0, -ENOMEM, or the error of pthread_mutex_init(3).
int image_mount_content_new(struct wim *w, bool is_solid,
			    struct mount_content **ret, struct err *err);

// Reads a range of a blob, from any thread.
// Returns 0, -ENOMEM, or as disk_read of wim_reader_open's.
int image_mount_content_read(struct mount_content *c,
			     const struct wim_blob *blob, uint64_t off,
			     void *buf, size_t len, struct err *err);

// Frees; NULL is fine.
void image_mount_content_free(struct mount_content *c);

// --- disk.c ------------------------------------------------------------------

// Where content lies on the volume, from the start of a cluster on.
struct mount_run {
	uint64_t off; // bytes
	const struct wim_blob *blob;
};

struct mount_disk;

// Makes the volume's disk. `runs` are sorted by place, and are its own from then on,
// when it succeeds. The bits are read from the file of changes.
// Returns 0, -ENOMEM, or the file's error.
int image_mount_disk_new(struct disk *changes, const struct mount_label *label,
			 struct mount_content *content, struct mount_run *runs,
			 size_t count, struct mount_disk **ret,
			 struct err *err);

// Returns it as a disk.
struct disk *image_mount_disk_of(struct mount_disk *m);

// Returns the blob that a range of at least 1 byte has all of from its start on, and
// that nobody wrote to, or NULL.
const struct wim_blob *image_mount_disk_blob(struct mount_disk *m, uint64_t off,
					     uint64_t len);

// Frees; NULL is fine.
void image_mount_disk_free(struct mount_disk *m);

// --- mount.c -----------------------------------------------------------------

struct image_mount {
	struct wim *wim;
	struct mount_label label;
	struct mount_content *content;
	struct mount_disk *disk;
	struct ntfs *volume; // once it was captured
};

#endif
