// SPDX-License-Identifier: MIT
//
// The files of a place, be that a folder of the host or a volume: what dir,
// copy and xcopy walk.
//
//     struct spot *t;
//     spot_open("disk.img@1:\\Windows\\*.log", 0, &t, &err);
//     spot_list(t, "\\Windows", fn, ctx, &err);
//     spot_close(t);
//
// Paths in a volume are divided by "\", those of the host by "/". A file of the
// host has no hidden name, no 8.3 one, and is read-only when nobody may write
// to it.

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
	char slash;
	unsigned flags;      // with which the host's files are opened: DISK_*
	struct place *place; // NULL: the host
	struct tree *volume; // place->volume
};

// Opens the tree that a text leads into; a volume that is named alone stands
// for its root folder. The path need not be there. Returns 0, or as
// address_open.
MUST_CHECK
int spot_open(const char *text, unsigned flags, struct spot **ret,
	      struct err *err);

// Closes; NULL is fine. Prints what was mended in volumes (cmd_place_close).
void spot_close(struct spot *t);

// As tree_stat and tree_list; links are followed by the first, and told as
// such by the second. The host's folders are listed in order of names.
MUST_CHECK
int spot_stat(struct spot *t, const char *path, struct tree_stat *ret,
	      struct err *err);
MUST_CHECK
int spot_list(struct spot *t, const char *path,
	      int (*fn)(void *ctx, const struct tree_stat *entry), void *ctx,
	      struct err *err);

// Returns where a link leads, or NULL. Free with mem_free.
char *spot_read_link(struct spot *t, const char *path);

// Finds out about the volume, or the host's file system.
// Returns 0, or as tree_get_info.
MUST_CHECK
int spot_get_info(struct spot *t, struct tree_info *ret, struct err *err);

// Returns true for the folder that everything of the tree lies in.
bool spot_is_root(const struct spot *t, const char *path);

// Returns the path of a name in a folder, new memory, or NULL. Free with
// mem_free.
char *spot_join(const struct spot *t, const char *folder, const char *name);

// --- Names (spot_match.c)
// -------------------------------------------------------

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
// Returns 0, -EINVAL for a pattern in another part, -ENOMEM, or as spot_stat
// but for a file that is not there.
MUST_CHECK
int spot_match_path(struct spot *t, const char *path, struct spot_match *ret,
		    struct err *err);

// Returns true when an entry is meant, by its name or its 8.3 name.
bool spot_matches(const struct spot_match *m, const struct tree_stat *entry);

// Frees what it holds.
void spot_match_done(struct spot_match *m);

#endif
