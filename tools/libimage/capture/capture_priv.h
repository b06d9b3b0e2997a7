// SPDX-License-Identifier: MIT
//
// Inside libimage: a capture while it is made. Whatever is captured becomes two
// lists first: files, each once, whatever its names are, and names, each behind the
// folder that it lies in. From these the image is built, when it is known what of
// them belongs to it.

#ifndef CAPTURE_PRIV_H
#define CAPTURE_PRIV_H

#include "capture.h"
#include "rules.h"

#define CAPTURE_NO_FILE UINT32_MAX

// Limits. NTFS has at most 2^32 files; an image's own numbers have 32 bits too.
#define CAPTURE_MAX_FILES   (UINT32_MAX - 1)
#define CAPTURE_MAX_EXTENTS 1024u  // of a stream that are kept until it is read
#define CAPTURE_MAX_REPARSE 16376u // bytes of data: [MS-FSCC] 2.1.2

// A piece of content, and how it is had.
struct capture_source {
	struct wim_content content;      // first
	const struct wim_dentry *dentry; // that has it; NULL: none yet
	uint64_t place;                  // on the disk, or in another order
	uint64_t file;                   // the place's own number of it
	const le16 *stream;              // its name, in the image's memory
	size_t stream_len;
	const struct disk_extent *extents; // as above; NULL: by its number
	size_t extent_count;
	uint64_t valid;
};

struct capture_stream {
	const le16 *name;
	size_t name_len;
	struct capture_source *source; // NULL: it is empty
	struct capture_stream *next;
};

// What is the same for all names of a file. What is pointed to lies in the image's
// memory.
struct capture_file {
	uint64_t created, accessed, modified;
	uint64_t number, volume; // by which its place knows it
	uint32_t attributes;
	uint32_t reparse_tag, reparse_flags;
	int32_t security; // in the image
	struct capture_source *reparse;
	struct capture_stream *streams;
	const void *ea;
	const struct guid *object_id;
	const void *items;         // tagged items of the entry
	struct wim_dentry *dentry; // the first
	uint32_t ea_size, items_size;
	uint32_t uid, gid, mode, rdev; // of Linux; mode 0: none
	uint32_t first_name; // NTFS: in a list of the names that lie in it
	uint16_t sequence;
	uint8_t loss; // CAPTURE_LOSSES: none
	bool is_placed;
};

// A name in a folder that comes before it, or the root.
struct capture_node {
	const le16 *name, *short_name;
	uint32_t parent; // in the list
	uint32_t file;
	uint8_t name_len, short_len;
	uint8_t verdict;     // enum rule_verdict, with that of its folders
	uint8_t compression; // the same: whether its content is compressed
	bool is_needed;      // it is left out, but what it holds is not
	struct wim_dentry *dentry;
};

#define CAPTURE_BLOCK 256u

struct capture_block { // of sources, which stay where they are
	struct capture_block *next;
	size_t used;
	struct capture_source items[CAPTURE_BLOCK];
};

struct capture {
	struct capture_options options; // without rules
	struct wim_image *image;
	struct capture_file *files;
	size_t file_count, file_room;
	struct capture_node *nodes;
	size_t node_count, node_room;
	struct capture_block *blocks;
	struct wim_content **list;
	size_t list_count, list_room;
	struct capture_result result;
	struct wim_property *properties;
	size_t property_count, property_room;

	// Opens what has no `data`; `source` is one of c's own.
	int (*open_source)(struct capture *c,
			   const struct capture_source *source,
			   struct disk **ret, struct err *err);
	struct ntfs *ntfs;
	struct tree *tree;
	char *folder; // of the host or tree
};

// --- capture.c ---------------------------------------------------------------

// Starts a capture with an image without entries.
int capture_begin(const struct capture_options *options, struct capture **ret,
		  struct err *err);

// Builds the image of files and nodes, which are freed, and orders the content.
// With `r` not 0 frees the capture instead.
// Returns r, or as capture_ntfs.
int capture_end(struct capture *c, int r, struct capture **ret,
		struct err *err);

// Adds a file, without anything; *ret is its number.
int capture_add_file(struct capture *c, uint32_t *ret, struct err *err);

// Adds content that is in memory (`data`, which is copied) or not (NULL).
int capture_add_source(struct capture *c, const void *data, uint64_t size,
		       struct capture_source **ret, struct err *err);

// Gives a file a stream; source is NULL for an empty one. The name is copied.
int capture_add_stream(struct capture *c, struct capture_file *file,
		       const le16 *name, size_t name_len,
		       struct capture_source *source, struct err *err);

// Copies a name into the image's memory.
int capture_keep_name(struct capture *c, const le16 *name, size_t len,
		      const le16 **ret, struct err *err);

// Adds a name of a file, unless rules leave it out with all that it may hold; then
// *ret is CAPTURE_NO_FILE. Of the root, which comes first, parent is 0 and the name
// NULL. Names are not copied.
int capture_add_node(struct capture *c, const struct capture_rules *rules,
		     const struct capture_node *node, uint32_t *ret,
		     struct err *err);

// Counts what is lost, by its path, which is copied.
int capture_lose(struct capture *c, enum capture_loss loss, const char *path,
		 struct err *err);

// --- build.c -----------------------------------------------------------------

// Makes the image's entries of the nodes.
int capture_build(struct capture *c, struct err *err);

// Tells whether a file that lost something is in the image all the same.
static inline bool capture_is_kept(enum capture_loss loss)
{
	return loss == CAPTURE_LOSSES || loss == CAPTURE_ENCRYPTED_FOLDER ||
	       loss == CAPTURE_ATTRIBUTES;
}

// --- host.c ------------------------------------------------------------------

// Tells what errno says of a file. Returns its code.
int capture_host_failed(const char *path, struct err *err);

// --- watch.c -----------------------------------------------------------------

// Opens a file of the host by `name`, for reading; `path` is told when it is written
// to meanwhile. `folder` is closed with it, or by a failure; -1: none.
// Returns 0, -ENOMEM, or what the system says.
int capture_watch(struct capture *c, const char *path, const char *name,
		  int folder, struct disk **ret, struct err *err);

// --- xattr.c -----------------------------------------------------------------

// Reads the extended attributes of a file of the host, which is not followed, and
// gives them to `f` in the form that NTFS has; f->loss tells of those that do not
// fit into it.
int capture_host_attributes(struct capture *c, const char *path,
			    struct capture_file *f, struct err *err);

// --- link.c ------------------------------------------------------------------

// What becomes of a reparse point in an image.
struct capture_point {
	const void *data; // without its header
	size_t size;
	void *memory; // that data lies in, when it was made; free with mem_free
	uint32_t flags; // wim_dentry.reparse_flags
	bool leads_out; // it is to be left out
};

// Judges one by what it is: links as options.keep_links tells. `folder` is the path
// of what is captured in its volume, without backslashes at its ends.
// Returns 0 or -ENOMEM.
int capture_judge_point(const struct capture_options *options,
			const le16 *folder, size_t folder_len, uint32_t tag,
			uint16_t reserved, const void *data, size_t size,
			struct capture_point *ret, struct err *err);

// Makes a link that begins at the image's root begin at `folder` of a volume, as
// above; others stay as they are, and those that would be too long.
// Returns 0 or -ENOMEM.
int capture_lead_point(const le16 *folder, size_t folder_len, uint32_t tag,
		       const void *data, size_t size, struct capture_point *ret,
		       struct err *err);

// Makes a path of a folder such: without slashes at its ends, divided by
// backslashes. It lies in *ret_memory (mem_free).
// Returns 0, -ENOENT for what is not UTF-8, or -ENOMEM.
int capture_link_folder(const char *path, le16 **ret_memory, const le16 **ret,
			size_t *ret_len, struct err *err);

// Makes the data of a symbolic link of a target as Linux has it, as wimlib does.
// `inside` is what of an absolute target lies behind the folder that is captured,
// or NULL.
// Returns 0, -EBADMSG for what is no UTF-8 or too long, or -ENOMEM. Free ret->memory
// with mem_free.
int capture_make_link(const char *target, const char *inside,
		      struct capture_point *ret, struct err *err);

#endif
