// SPDX-License-Identifier: MIT
//
// A text of a command line that names files: the tree that they lie in, their path
// there, and how such paths are shown. What dir, copy and xcopy walk.
//
//     struct spot *t;
//     spot_open("disk.img@1:\\Windows\\*.log", 0, &t, &err);
//     tree_list(t->tree, "\\Windows", fn, ctx, &err);
//     spot_close(t);

#ifndef SPOT_H
#define SPOT_H

#include "address.h"

enum {
	// A regular file or a device of the host is meant as that, not as the
	// volume that it holds.
	SPOT_HOST_FILE = 1 << 16, // beside ADDRESS_*
};

struct spot {
	char *prefix; // of a path when it is shown: "disk.img@1:", of the host ""
	char *path;   // where the text leads to
	struct tree *tree;
	unsigned flags;      // with which its files are opened: DISK_*
	struct place *place; // that the tree is in; NULL: the host
};

// Tells whether it is of the host, whose files are made one by one, and which may
// change meanwhile.
static inline bool spot_is_host(const struct spot *t)
{
	return !t->place;
}

// Opens the tree that a text leads into; a volume that is named alone stands
// for its root folder. The path need not be there. Returns 0, or as
// address_open.
MUST_CHECK
int spot_open(const char *text, unsigned flags, struct spot **ret,
	      struct err *err);

// Closes; NULL is fine. Prints what was mended in volumes (cmd_place_close).
void spot_close(struct spot *t);

// Returns true for the folder that everything of the tree lies in.
bool spot_is_root(const struct spot *t, const char *path);

// --- Names (spot_match.c) ----------------------------------------------------

// Which names of a folder are meant: a pattern, or one name.
struct spot_match {
	char *folder, *name; // the name as written; "*" for all of the folder
	bool is_pattern;     // it has * or ?
	bool is_folder;      // the path is that of a folder: all of it is meant
	bool is_host;
	le16 *units; // of the name
	size_t unit_count;
};

// Takes a path apart: what it names is a folder, all of which is meant, or one
// file, or a pattern in its last part.
// Returns 0, -EINVAL for a pattern in another part, -ENOMEM, or as tree_stat
// but for a file that is not there.
MUST_CHECK
int spot_match_path(struct spot *t, const char *path, struct spot_match *ret,
		    struct err *err);

// Returns true when an entry is meant, by its name or its 8.3 name.
bool spot_matches(const struct spot_match *m, const struct tree_stat *entry);

// Frees what it holds.
void spot_match_done(struct spot_match *m);

#endif
