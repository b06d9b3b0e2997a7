// SPDX-License-Identifier: MIT
//
// Reparse points: links, which a path follows, and files whose content is not, or
// not as such, in the unnamed stream.

#ifndef NTFS_REPARSE_H
#define NTFS_REPARSE_H

#include "read.h"

#define NTFS_TAG_MOUNT_POINT 0xa0000003u
#define NTFS_TAG_SYMLINK     0xa000000cu
#define NTFS_TAG_CLOUD       0x9000001au // and 15 more

#define NTFS_MAX_LINKS 63u // on one path, as Windows

// A reparse point; `data` lies in `memory`, to be freed with mem_free.
struct ntfs_reparse {
	uint32_t tag;
	const uint8_t *data;
	size_t size;
	uint8_t *memory;
};

// Reads a file's reparse point. -ENOENT when it has none.
int ntfs_reparse_read(const struct ntfs_file *f, struct ntfs_reparse *ret,
		      struct err *err);

// A tag that is known (tags.c).
struct ntfs_tag {
	uint32_t tag;
	bool is_placeholder;
	const char *name, *what;
};

// Returns NULL for one that is not.
const struct ntfs_tag *ntfs_tag_find(uint32_t tag);

// Refuses, by the tag's name; `what` is the file's path, where that is known.
// Returns -ENOTSUP.
#define NTFS_REPARSE_POINT "reparse point"
int ntfs_reparse_refuse(uint32_t tag, const char *what, const char *why,
			struct err *err);

// Opens the content of a file that has a reparse point, for reading; `attr` is
// the unnamed $DATA's first piece.
// Returns 0, -ENOENT when it has none, -ENOTSUP when the content is elsewhere.
int ntfs_reparse_open(const struct ntfs_file *f, const struct ntfs_attr *attr,
		      struct disk **ret, struct err *err);

// Tells how the unnamed data of a file that has a reparse point can be had, when
// it is not simply there: compressed, or elsewhere. NTFS_HELD_PLAIN: it is there.
enum ntfs_held ntfs_reparse_content(const struct ntfs_file *f,
				    const struct ntfs_attr *attr,
				    const struct ntfs_reparse *point);

// --- Windows' overlay filter (wof.c) -----------------------------------------

// Opens a file that the filter compressed; `point` has its tag.
int ntfs_wof_open(const struct ntfs_file *f, const struct ntfs_attr *attr,
		  const struct ntfs_reparse *point, struct disk **ret,
		  struct err *err);

// Tells whether a reparse point of the filter's says that the file itself holds
// its content, in the one form that is known.
bool ntfs_wof_is_here(const struct ntfs_reparse *point);

// Makes a disk of `size` bytes of the stream that holds them compressed, which
// is closed with it, or when this fails.
// Returns 0, -EBADMSG when its table of chunks does not fit, -ENOTSUP for
// another algorithm, or -ENOMEM.
int ntfs_wof_open_chunks(struct disk *stream, uint64_t size, uint32_t algorithm,
			 struct disk **ret, struct err *err);

// --- Links (link.c) ----------------------------------------------------------

struct ntfs_link {
	bool is_relative; // to the folder that it lies in, or to the volume's root
	char *target;     // UTF-8, "\" form; free with mem_free
};

// Decodes a symbolic link or junction.
// Returns 0, -EBADMSG, -ENOENT when it is neither, or -ENOMEM.
int ntfs_link_decode(const struct ntfs_reparse *point, struct ntfs_link *ret,
		     struct err *err);

// --- Paths (path.c) ----------------------------------------------------------

// Goes from a file to what it stands for when it is a link; `folder` is the one
// that it lies in. *links counts those on the path, to NTFS_MAX_LINKS.
// Returns 0, -ENOENT when the target is not there, -ELOOP for too many links,
// -ENOTSUP for a target that is not said to be in this volume.
int ntfs_link_follow(struct ntfs *n, uint64_t folder, uint64_t *record,
		     unsigned *links, struct err *err);

#endif
