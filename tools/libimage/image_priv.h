// SPDX-License-Identifier: MIT
//
// Inside libimage: what stands between the tree and its content.

#ifndef IMAGE_PRIV_H
#define IMAGE_PRIV_H

#include "image.h"

#define REPARSE_HEADER   8u  // tag, length, reserved: [MS-FSCC] 2.1.2.1
#define REPARSE_GUID     16u // before the data of tags that are not Microsoft's
#define REPARSE_MAX_DATA 16376u // [MS-FSCC] 2.1.2: 16 KiB with the header

#define NTFS_NO_NODE UINT32_MAX

struct compact;

// A stream that is filled from a blob.
struct target {
	const struct wim_blob *blob;
	uint32_t
		dentry; // whose it is, by its index; of a volume that is built: 0
	uint32_t stream; // the dentry's, by its place, or the build's
	bool is_pressed; // the stream is that of its chunks
};

// All of them. Of zeroes: none; mem_free frees items.
struct targets {
	struct target *items;
	size_t count, room;
};

struct apply {
	struct wim *wim;
	struct ntfs_build *build;
	struct wim_image *image;
	struct compact *compact; // NULL: no file is compressed
	struct targets targets;
	struct apply_result result;
};

// A file of several names, met for the first time.
struct group {
	uint64_t id;
	uint32_t node;
};

// From the image's tree to the build's nodes.
struct walk {
	struct apply *apply;
	uint32_t *security;   // of the volume, for each of the image
	struct group *groups; // an open hash table
	size_t group_mask;
	const struct guid **object_ids; // the same, of those that were met
	size_t object_id_mask;
	uint32_t *nodes; // of the volume, for each dentry of the image; of one
			 // that is left out NTFS_NO_NODE
	struct err *err;
};

// Gives a node the streams of its dentry (streams.c). Further dentries of a
// link group have none of their own. Returns as apply_tree.
int apply_add_streams(struct walk *w, uint32_t node,
		      const struct wim_dentry *d);

// Reads a reparse point as NTFS stores it, with its header, into new memory
// (mem_free). Returns 0, -EBADMSG when it has no such form, or as wim_read_blob.
int image_read_reparse(struct wim *w, const struct wim_dentry *d, uint8_t **ret,
		       size_t *ret_size, struct err *err);

// Writes a dentry's path, "\\Windows\\file", or as much of its end as fits.
// Returns 0 or -ENOMEM.
int apply_path(const struct wim_dentry *d, char *dst, size_t size,
	       struct err *err);

// Counts a loss. Returns 0 or -ENOMEM.
int apply_lose(struct apply *a, const struct wim_dentry *d,
	       enum apply_loss loss, struct err *err);

// wim_extract, and wim_extract_chunks, with another name for what progress counts.
int image_extract_chunks(struct wim *w, const struct wim_blob *const *blobs,
			 size_t count, const struct wim_chunk_sink *sink,
			 const char *stage, struct pool *pool,
			 struct progress *progress, struct err *err);
int image_extract(struct wim *w, const struct wim_blob *const *blobs,
		  size_t count, const struct wim_sink *sink, const char *stage,
		  struct pool *pool, struct progress *progress,
		  struct err *err);

// --- targets.c ---------------------------------------------------------------

// Adds one. Returns 0 or -ENOMEM.
int image_targets_add(struct targets *t, const struct target *target,
		      struct err *err);

// Ends the adding: sorts them by blob, as those below want them.
void image_targets_sort(struct targets *t);

// Returns the first target of a blob; the others follow up to the end of the items.
const struct target *image_targets_of(const struct targets *t,
				      const struct wim_blob *blob);

// Lists each blob once, in new memory (mem_free). Returns 0 or -ENOMEM.
int image_targets_blobs(const struct targets *t, const struct wim_blob ***ret,
			size_t *ret_count, struct err *err);

// Reads them all. Returns as wim_extract.
int image_targets_extract(const struct targets *t, struct wim *w,
			  const struct wim_sink *sink, const char *stage,
			  struct pool *pool, struct progress *progress,
			  struct err *err);

// The same, with nothing but their hashes compared.
int image_targets_check(const struct targets *t, struct wim *w,
			struct pool *pool, struct progress *progress,
			struct err *err);

// --- find.c ------------------------------------------------------------------

// As apply_find, in any image.
int image_find(const struct wim_image *image, const char *path,
	       const struct wim_dentry **ret, struct err *err);

// Says which file an error is of. Returns its code.
int apply_failed(struct walk *w, const struct wim_dentry *d,
		 const struct err *inner);

#endif
