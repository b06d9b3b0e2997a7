// SPDX-License-Identifier: MIT
//
// Inside of image_into.h: an image's entries, one after another, into a place.
//
//     into.c   the order of things: folders and files, content, what comes last
//     lost.c   what the place cannot hold
//     host.c   a folder of the host as a place; host_path.c where its files lie,
//              host_unix.c what Linux has of them
//     ntfs.c, enter.c  a folder of an NTFS volume
//     tree.c   a folder of a FAT volume
//     short.c  which 8.3 names the image wants in a folder
//     link.c   where links lead

#ifndef INTO_H
#define INTO_H

#include "image_into.h"
#include "../image_priv.h"

struct into;

// What a kind of place does. `d` is an entry of the image that is not left out, and
// whose folder is there.
struct into_ops {
	// The image is loaded: into->image.
	int (*prepare)(struct into *into, struct err *err);
	// Makes a folder, or uses the one that is there. Of the root: the folder
	// that all goes into.
	int (*make_folder)(struct into *into, const struct wim_dentry *d,
			   struct err *err);
	// Makes an empty file.
	int (*make_file)(struct into *into, const struct wim_dentry *d,
			 struct err *err);
	// Makes what a reparse point is here; leaves out what it is not.
	int (*make_reparse)(struct into *into, const struct wim_dentry *d,
			    struct err *err);
	// Everything is made but links, and no content was written. NULL: nothing.
	int (*ready)(struct into *into, struct err *err);
	// Gives the file of `first` the name of `d`, too; its content is there.
	int (*make_link)(struct into *into, const struct wim_dentry *d,
			 const struct wim_dentry *first, struct err *err);
	// Writes part of a stream. From several threads at once.
	int (*write)(struct into *into, const struct wim_dentry *d,
		     const struct wim_stream *stream, uint64_t off,
		     const void *data, size_t len, struct err *err);
	// Ends an entry: attributes, times, its name. What is in a folder before
	// the folder. NULL: nothing is to be done for each.
	int (*end)(struct into *into, const struct wim_dentry *d,
		   struct err *err);
	// Makes all of it durable.
	int (*finish)(struct into *into, struct err *err);
	// After a failure: takes away what has not its name yet. NULL: nothing.
	void (*drop)(struct into *into, const struct wim_dentry *d);
};

struct into {
	const struct into_ops *ops;
	void *place;
	const struct into_options *options;
	struct progress *progress;
	struct wim *wim;
	struct wim_image *image;
	bool *is_left_out;  // by dentry->index
	bool takes_streams; // named ones, too, also of reparse points
	struct targets targets;
	const struct wim_dentry **first; // of each link group, by dentry->index
	struct into_result result;
};

// --- into.c ------------------------------------------------------------------

// Puts image `index` into a place; of `into` ops, place and takes_streams are set.
int into_run(struct into *into, struct wim *w, uint32_t index,
	     const struct into_options *options, struct progress *progress,
	     struct into_result *ret, struct err *err);

// --- lost.c ------------------------------------------------------------------

// Counts a loss. Returns 0 or -ENOMEM.
int into_lose(struct into *into, const struct wim_dentry *d,
	      enum into_loss loss, struct err *err);

// Counts it, and leaves the entry out, with all that is in it.
int into_leave_out(struct into *into, const struct wim_dentry *d,
		   enum into_loss loss, struct err *err);

// Finds the entries whose names differ from a sibling's before them in case alone, and
// with `and_first` those that these differ from: ret[index] becomes true.
void into_find_clashes(const struct wim_image *image, bool and_first,
		       bool *ret);

// --- link.c ------------------------------------------------------------------

// Tells whether a link that is absolute begins at the image's root: one that led out
// of what was captured was not made such.
bool into_fixes_link(const struct into *into, const struct wim_dentry *d);

// Reads where a link leads, as the host writes it, with `root` in front of what
// begins at the image's root (NULL: of nothing). *ret is new memory (mem_free).
// Returns 0, -ENOENT for a reparse point that is no link or leads to another
// volume or machine, -EBADMSG, or as wim_read_blob.
int into_read_link(struct into *into, const struct wim_dentry *d,
		   const char *root, char **ret, struct err *err);

#endif
