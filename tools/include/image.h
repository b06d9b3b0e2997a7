// SPDX-License-Identifier: MIT
//
// libimage: joins an image's tree to a volume. The volume is built, not
// mounted: the image's whole tree is laid out first, then its content is
// decompressed by all cores and written once, to its final place.
//
//     struct apply_options options = {.volume.label = "Windows"};
//     apply_image(wim, 1, volume, &options, progress, &result, &err);
//
// Until the call has succeeded, nothing takes the device for a volume.

#ifndef IMAGE_H
#define IMAGE_H

#include "ntfs.h"
#include "wim.h"

struct apply_options {
	struct ntfs_build_options volume;
	unsigned threads; // workers; 0: one a core
	bool verify;      // all content is read before anything is written
	// Files are written compressed, as CompactOS has them, by `algorithm`: see
	// struct apply_compact.
	bool compact;
	enum ntfs_wof_algorithm algorithm;
};

enum apply_loss {        // what became of a file or folder
	APPLY_OBJECT_ID, // without its object id: one before it has the same; as
			 // Windows applies them
	APPLY_ENCRYPTED,        // left out: a file as EFS exported it
	APPLY_ENCRYPTED_FOLDER, // without the attribute that has what is put into
				// it encrypted
	APPLY_COMPRESSED, // without the attribute that NTFS compresses it, or
			  // what is put into it
	APPLY_UNIX,       // without owner and mode of Linux: they have no room
			  // beside its extended attributes
	APPLY_LOSSES
};

struct apply_lost {
	uint64_t count;
	char first[96]; // the path of the first, or its end
};

struct apply_result {
	uint64_t files, folders, links; // links: further names of a file
	uint64_t bytes;                 // of file content
	uint64_t streams, reparse_points;
	struct apply_lost lost[APPLY_LOSSES];
	uint64_t compacted; // files that are written compressed
	uint64_t compacted_bytes, stored_bytes; // their size, and what it takes
};

// Returns what a loss means, as the end of a sentence that begins with a file's name.
const char *apply_loss_text(enum apply_loss loss);

// Finds an algorithm by its name as compact.exe has it (XPRESS4K, XPRESS8K, XPRESS16K,
// LZX), case ignored.
// Returns 0, or -ENOENT for another name.
int apply_algorithm_of(const char *name, enum ntfs_wof_algorithm *ret);

// How files are held compressed, as Windows' overlay filter does (CompactOS): those of
// more than a cluster that take fewer clusters so, but not those that are read without
// the filter (the loader's, hives, page files, virtual disks; with an algorithm other
// than XPRESS4K, which alone the loader reads, drivers and what is loaded with them,
// too), and none that DISM leaves out. All their content is read, checked against its
// hashes and compressed before the layout, which needs the sizes, and again by
// apply_content; chunks that the WIM has in that form are taken as they are. Memory:
// two bytes a chunk.
struct apply_compact {
	enum ntfs_wof_algorithm algorithm;
	struct pool *pool; // NULL: on the calling thread
	struct progress *progress;
};

struct apply;

// Adds the tree of an image to a build, with no content: the first half of
// apply_image, for callers that add files of their own before the layout.
// `*ret` is what apply_content needs; free it with apply_free. The wim and the
// build are borrowed until then.
// Returns 0, -EBADMSG when the image is corrupt or NTFS cannot hold it, -ENOENT
// for an unknown index, -ENOMEM, or as
// wim_image_load and ntfs_build_add; with `compact` (NULL: none) also as wim_extract.
int apply_tree(struct wim *w, uint32_t index, struct ntfs_build *b,
	       const struct apply_compact *compact, struct apply **ret,
	       struct err *err);

// Writes the content of all files, after ntfs_build_layout; each is checked
// against its hash in the image.
// Returns 0, -EBADMSG when the image is corrupt, -ECANCELED, -ENOMEM, or as
// wim_extract and ntfs_build_write.
int apply_content(struct apply *a, struct pool *pool, struct progress *progress,
		  struct err *err);

// Reads the content of all files and checks it against its hashes, writing
// nothing: what apply_content would find when the old content is gone.
// Returns as apply_content.
int apply_verify(struct apply *a, struct pool *pool, struct progress *progress,
		 struct err *err);

// Finds a file of the image by its path ("\\Windows\\Boot"), case ignored.
// *ret is valid until apply_free.
// Returns 0, -ENOENT or -ENOMEM.
int apply_find(const struct apply *a, const char *path,
	       const struct wim_dentry **ret, struct err *err);

// Opens the files of an image as a tree (tree.h), for reading: paths of volumes; a
// file's content is read into memory (at most 1 GiB) and checked when it is opened.
// Of solid content the two chunks used last are kept: 64 MiB each as DISM writes them.
// Both are borrowed until tree_close.
// Returns 0 or -ENOMEM.
struct tree;
int image_tree_open(struct wim *wim, const struct apply *apply,
		    struct tree **ret, struct err *err);

// Returns what there is to apply; complete after apply_tree.
const struct apply_result *apply_get_result(const struct apply *a);

// Frees; NULL is fine.
void apply_free(struct apply *a);

// Applies image `index` to a device: builds a new volume on it. The device's
// old content is lost, but not when the image cannot be applied: only content that
// does not match its hash, without options->verify, is found later.
// Returns as apply_tree, ntfs_build_layout (-ENOSPC when it does not fit),
// apply_content and ntfs_build_finish do.
int apply_image(struct wim *w, uint32_t index, struct disk *volume,
		const struct apply_options *options, struct progress *progress,
		struct apply_result *ret, struct err *err);

#endif
